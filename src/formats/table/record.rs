//! Text to records of fields, with the place of each.
//!
//! RFC 4180, and of what else is found in the wild only what has one meaning: any line
//! ending, empty lines, and quotation marks within a field that does not begin with one.

use std::io::Read;

use super::text::Text;
use crate::formats::{FormatError, Position, Problem};

/// Bytes that a single row may have.
const MAX_RECORD: usize = 64 << 20;

/// One row.
#[derive(Debug, Default)]
pub(super) struct Record {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    was_quoted: bool,
    pub(super) start: Position,
}

impl Record {
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// A field by its place, which must be less than [`Self::len`].
    pub(super) fn get(&self, at: usize) -> &str {
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        std::str::from_utf8(&self.bytes[start..self.ends[at]])
            .expect("the decoder gives UTF-8, and fields end at ASCII characters")
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|at| self.get(at))
    }

    fn is_blank(&self) -> bool {
        self.ends.len() == 1 && self.bytes.is_empty() && !self.was_quoted
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    FieldStart,
    Plain,
    Quoted,
    /// After a quotation mark within quotation marks.
    QuoteSeen,
}

/// The records of a text.
pub(super) struct Records<R> {
    text: Text<R>,
    delimiter: u8,
    piece: Vec<u8>,
    used: usize,
    here: Position,
    after_return: bool,
    is_finished: bool,
    record: Record,
}

impl<R: Read> Records<R> {
    pub(super) fn new(text: Text<R>, delimiter: u8) -> Self {
        Self {
            text,
            delimiter,
            piece: Vec::new(),
            used: 0,
            here: Position { line: 1, column: 1, byte: 0 },
            after_return: false,
            is_finished: false,
            record: Record::default(),
        }
    }

    /// The next record that is not an empty line; `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<&Record>, FormatError> {
        while self.advance()? {
            if !self.record.is_blank() {
                return Ok(Some(&self.record));
            }
        }
        Ok(None)
    }

    /// The next byte of the text.
    fn byte(&mut self) -> Result<Option<u8>, FormatError> {
        while self.used == self.piece.len() {
            if self.is_finished {
                return Ok(None);
            }
            match self.text.next() {
                Ok(Some(piece)) => {
                    self.piece.clear();
                    self.piece.extend_from_slice(piece);
                    self.used = 0;
                }
                Ok(None) => self.is_finished = true,
                Err(Some(error)) => return Err(error),
                Err(None) => {
                    return Err(FormatError::at(self.text.malformed(), self.here));
                }
            }
        }
        let byte = self.piece[self.used];
        self.used += 1;
        Ok(Some(byte))
    }

    /// Counts a byte; whether it is the second of a line ending of two.
    fn step(&mut self, byte: u8) -> bool {
        let is_second = self.after_return && byte == b'\n';
        self.after_return = byte == b'\r';
        self.here.byte += 1;
        if matches!(byte, b'\n' | b'\r') {
            self.here.line += u64::from(!is_second);
            self.here.column = 1;
        } else {
            self.here.column += 1;
        }
        is_second
    }

    /// Reads one record; whether there was one.
    fn advance(&mut self) -> Result<bool, FormatError> {
        self.record.bytes.clear();
        self.record.ends.clear();
        self.record.was_quoted = false;
        self.record.start = self.here;
        let mut state = State::FieldStart;
        let mut opened = self.here;
        let mut is_begun = false;
        while let Some(byte) = self.byte()? {
            let at = self.here;
            let is_second = self.step(byte);
            if is_second && state != State::Quoted {
                // The line has ended with the byte before.
                self.record.start = self.here;
                continue;
            }
            is_begun = true;
            let ends_line = matches!(byte, b'\n' | b'\r');
            state = match (state, byte) {
                (_, 0) => {
                    return Err(FormatError::at(self.text.malformed(), at).found("NUL"));
                }
                (State::FieldStart, b'"') => {
                    (opened, self.record.was_quoted) = (at, true);
                    State::Quoted
                }
                (State::Quoted, b'"') => State::QuoteSeen,
                (State::QuoteSeen, b'"') => {
                    self.record.bytes.push(b'"');
                    State::Quoted
                }
                (State::Quoted, _) => {
                    self.record.bytes.push(byte);
                    State::Quoted
                }
                (_, byte) if byte == self.delimiter => {
                    self.end_field();
                    State::FieldStart
                }
                _ if ends_line => {
                    self.end_field();
                    return Ok(true);
                }
                (State::QuoteSeen, _) => {
                    let found = char::from(byte).to_string();
                    let error = FormatError::at(Problem::AfterQuote, at);
                    return Err(if byte.is_ascii() { error.found(found) } else { error });
                }
                (State::FieldStart | State::Plain, _) => {
                    self.record.bytes.push(byte);
                    State::Plain
                }
            };
            // Fields weigh too: each has an end to be kept.
            if self.record.bytes.len() + self.record.ends.len() * 8 > MAX_RECORD {
                return Err(FormatError::at(Problem::RowTooBig, self.record.start));
            }
        }
        if state == State::Quoted {
            return Err(FormatError::at(Problem::OpenQuote, opened));
        }
        if is_begun {
            self.end_field();
        }
        Ok(is_begun)
    }

    fn end_field(&mut self) {
        self.record.ends.push(self.record.bytes.len());
    }
}

#[cfg(test)]
#[expect(clippy::type_complexity, reason = "a table of cases reads best as one")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Result<Vec<(u64, Vec<String>)>, (Problem, u64, u64)> {
        let failed = |error: FormatError| {
            let at = error.position.unwrap_or_default();
            (error.problem, at.line, at.column)
        };
        let text = Text::open(text.as_bytes(), None).map_err(failed)?;
        let mut records = Records::new(text, b',');
        let mut all = Vec::new();
        while let Some(record) = records.next().map_err(failed)? {
            let fields = record.iter().map(str::to_owned).collect();
            all.push((record.start.line, fields));
        }
        Ok(all)
    }

    #[test]
    fn records_are_split_as_rfc_4180_says() {
        let cases: [(&str, &[(u64, &[&str])]); 11] = [
            ("a,b\n1,2\n", &[(1, &["a", "b"]), (2, &["1", "2"])]),
            ("a,b\r\n1,2", &[(1, &["a", "b"]), (2, &["1", "2"])]),
            ("a,b\r1,2\r", &[(1, &["a", "b"]), (2, &["1", "2"])]),
            ("a\n\n\r\n\nb\n", &[(1, &["a"]), (5, &["b"])]),
            ("\"a,b\",\"c\"\"d\"\n", &[(1, &["a,b", "c\"d"])]),
            ("\"x\ny\",2\nz,3", &[(1, &["x\ny", "2"]), (3, &["z", "3"])]),
            ("\"x\r\ny\",2\r\nz,3", &[(1, &["x\r\ny", "2"]), (3, &["z", "3"])]),
            ("a 5\" b,c\n", &[(1, &["a 5\" b", "c"])]),
            (",\n", &[(1, &["", ""])]),
            ("\"\"\n", &[(1, &[""])]),
            ("", &[]),
        ];
        for (text, expected) in cases {
            let expected: Vec<(u64, Vec<String>)> = expected
                .iter()
                .map(|(line, row)| (*line, row.iter().map(|s| (*s).to_owned()).collect()))
                .collect();
            assert_eq!(read(text).unwrap(), expected, "{text:?}");
        }
    }

    #[test]
    fn what_is_wrong_has_its_place() {
        let cases = [
            ("a,b\n1,\"2\n3,4\n", (Problem::OpenQuote, 2, 3)),
            ("a\n\"b\" c\n", (Problem::AfterQuote, 2, 4)),
            ("a\n\0", (Problem::NotUtf8, 2, 1)),
        ];
        for (text, expected) in cases {
            assert_eq!(read(text).unwrap_err(), expected, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn what_the_csv_crate_writes_is_read(
            rows in prop::collection::vec(prop::collection::vec("[a-zñ,;\"\r\n 0-9]{0,6}", 2..4), 1..6),
        ) {
            let mut writer = ::csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
            for row in &rows {
                writer.write_record(row).unwrap();
            }
            let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
            let found: Vec<Vec<String>> =
                read(&text).unwrap().into_iter().map(|(_, row)| row).collect();
            prop_assert_eq!(found, rows);
        }

        #[test]
        fn no_text_is_too_odd(text in "[\",\na\r\0ñ]{0,30}") {
            let _ = read(&text);
        }
    }
}
