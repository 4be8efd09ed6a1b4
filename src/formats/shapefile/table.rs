//! The table of a shapefile (dBASE III and its heirs): rows to columns of values.
//!
//! In: the bytes of a `.dbf`, the wanted fields, and what is known of the encoding. Out:
//! [`Table`]. Text is decoded here from its bytes: which encoding it is in may show only
//! at the last row.

use std::io::{self, Read};

use crate::domain::Code;
use crate::formats::collector::whole_number;
use crate::formats::encoding::TextEncoding;
use crate::formats::{FormatError, Position, Problem, Remark, Wanted};
use crate::layers::{Column, Value};

/// Length of the fixed part of the header, and of the description of a field.
const BLOCK: usize = 32;
/// What ends the descriptions of the fields.
const END_OF_FIELDS: u8 = 0x0D;
/// The first byte of a row that was deleted.
const DELETED: u8 = b'*';
/// What follows the last row.
const END_OF_FILE: u8 = 0x1A;

/// How the encoding of a table is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Evidence {
    /// The project says it.
    Project,
    /// The `.cpg` file says it.
    CodePageFile,
    /// The language byte of the table says it.
    LanguageByte,
    /// Nobody says it, and all text is UTF-8.
    ValidUtf8,
    /// Nobody says it, and some text is not UTF-8.
    InvalidUtf8,
}

impl Evidence {
    fn key(self) -> &'static str {
        match self {
            Self::Project => "@finding.encoding.project",
            Self::CodePageFile => "@finding.encoding.cpg",
            Self::LanguageByte => "@finding.encoding.language_byte",
            Self::ValidUtf8 => "@finding.encoding.valid_utf8",
            Self::InvalidUtf8 => "@finding.encoding.invalid_utf8",
        }
    }
}

/// What is said of the encoding outside the table.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Declared {
    /// By the project.
    pub(super) project: Option<TextEncoding>,
    /// By the `.cpg` file.
    pub(super) code_page: Option<TextEncoding>,
}

/// A table as read.
#[derive(Debug, Default)]
pub(super) struct Table {
    /// Names of all fields, in their order.
    pub(super) names: Vec<String>,
    /// Name and values of each wanted field that is there, all rows.
    pub(super) columns: Vec<(String, Column)>,
    /// Whether each row was deleted.
    pub(super) is_deleted: Vec<bool>,
    /// Encoding, damaged text, numbers that overflowed.
    pub(super) remarks: Vec<Remark>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Number,
    Logical,
    Date,
    /// A whole number of four bytes, of `FoxPro`.
    Integer,
    /// A double of eight bytes, of `FoxPro`.
    Double,
    /// What no role can use: memos, pictures, times.
    Other,
}

struct Field {
    name: Vec<u8>,
    kind: Kind,
    start: usize,
    length: usize,
    /// Its place in [`Table::columns`], if wanted.
    column: Option<usize>,
    overflown: u64,
}

impl Field {
    fn of<'r>(&self, row: &'r [u8]) -> &'r [u8] {
        &row[self.start..self.start + self.length]
    }

    /// Whether its text reaches to its end, so that a letter may have been cut in two.
    fn is_full(&self, row: &[u8]) -> bool {
        trimmed_end(self.of(row)).len() == self.length
    }
}

struct Header {
    rows: u32,
    row_length: usize,
    language_byte: u8,
    fields: Vec<Field>,
}

/// Reads a table to the last row that it declares, or to the end of the bytes.
///
/// # Errors
///
/// The bytes fail, the header cannot be, or there are not as many rows as `shapes`, if
/// their number is known.
pub(super) fn read(
    mut reader: impl Read,
    wanted: &Wanted,
    declared: Declared,
    shapes: Option<u64>,
) -> Result<Table, FormatError> {
    let header = read_header(&mut reader)?;
    if let Some(shapes) = shapes.filter(|shapes| *shapes != u64::from(header.rows)) {
        return Err(counts_differ(shapes, header.rows.into()));
    }
    let mut text = Decoder::new(declared, header.language_byte);
    let mut table = Table::default();
    let mut fields = header.fields;
    for field in &fields {
        text.look_at(&field.name, false);
    }
    for field in &mut fields {
        let name = text.decode(&field.name);
        let is_first = !table.names.contains(&name);
        if wanted.column_of(&name).is_some() && is_first {
            field.column = Some(table.columns.len());
            table.columns.push((name.clone(), Column::default()));
        }
        table.names.push(name);
    }
    let mut row = vec![0; header.row_length];
    for _ in 0..header.rows {
        if !fill(&mut reader, &mut row)? {
            break;
        }
        // All of the row first, wanted or not: what the text is in must not depend on
        // which fields a project needs.
        for field in fields.iter().filter(|field| field.kind == Kind::Text) {
            text.look_at(trimmed_end(field.of(&row)), field.is_full(&row));
        }
        text.turn_back(&mut table.columns, &fields);
        table.is_deleted.push(row[0] == DELETED);
        for field in &mut fields {
            let Some(column) = field.column else { continue };
            let value = if field.kind == Kind::Text {
                text.value(trimmed_end(field.of(&row)), field.is_full(&row))
            } else {
                let bytes = &row[field.start..field.start + field.length];
                scalar(field.kind, bytes, &mut field.overflown)
            };
            table.columns[column].1.push(value);
        }
    }
    table.remarks.extend(text.remarks());
    let overflown = fields.iter().filter(|field| field.overflown > 0);
    table.remarks.extend(overflown.map(|field| Remark {
        code: Code::NumberOverflow,
        values: vec![
            ("field", text.decode(&field.name)),
            ("count", field.overflown.to_string()),
        ],
    }));
    Ok(table)
}

/// The error of a table that has not as many rows as there are shapes.
pub(super) fn counts_differ(shapes: u64, rows: u64) -> FormatError {
    FormatError::whole(Problem::CountsDiffer).found(format!(".shp {shapes}, .dbf {rows}"))
}

fn read_header(reader: &mut impl Read) -> Result<Header, FormatError> {
    let broken = || FormatError::whole(Problem::BrokenTable);
    let mut start = [0; BLOCK];
    reader.read_exact(&mut start)?;
    let short = |at: usize| usize::from(u16::from_le_bytes([start[at], start[at + 1]]));
    let rows = u32::from_le_bytes([start[4], start[5], start[6], start[7]]);
    let (header_length, row_length) = (short(8), short(10));
    if header_length <= BLOCK || row_length == 0 {
        return Err(broken());
    }
    let is_foxpro = matches!(start[0], 0x30..=0x32);
    let mut rest = vec![0; header_length - BLOCK];
    reader.read_exact(&mut rest)?;
    let mut fields = Vec::new();
    let mut start_of_field = 1;
    for block in rest.chunks(BLOCK) {
        if block[0] == END_OF_FIELDS || block.len() < BLOCK {
            break;
        }
        let field = describe(block, start_of_field, is_foxpro);
        start_of_field += field.length;
        fields.push(field);
    }
    if start_of_field > row_length {
        let at = Position::of_byte(BLOCK as u64);
        return Err(FormatError::at(Problem::BrokenTable, at));
    }
    Ok(Header { rows, row_length, language_byte: start[29], fields })
}

fn describe(block: &[u8], start: usize, is_foxpro: bool) -> Field {
    let name = block[..11].split(|byte| *byte == 0).next().unwrap_or_default();
    let length = usize::from(block[16]);
    let kind = match (block[11].to_ascii_uppercase(), length) {
        (b'C', _) => Kind::Text,
        (b'N' | b'F', _) => Kind::Number,
        (b'L', 1) => Kind::Logical,
        (b'D', 8) => Kind::Date,
        (b'I', 4) => Kind::Integer,
        (b'B', 8) if is_foxpro => Kind::Double,
        _ => Kind::Other,
    };
    // Text may be longer than one byte can say; then the decimals are its high byte.
    let high = if kind == Kind::Text { usize::from(block[17]) * 256 } else { 0 };
    let name = name.trim_ascii().to_vec();
    Field { name, kind, start, length: length + high, column: None, overflown: 0 }
}

/// Fills the buffer; false if the bytes end before it, or with the mark of the end.
fn fill(reader: &mut impl Read, row: &mut [u8]) -> io::Result<bool> {
    let mut filled = 0;
    while filled < row.len() {
        match reader.read(&mut row[filled..]) {
            Ok(0) => return Ok(false),
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
        if row[0] == END_OF_FILE {
            return Ok(false);
        }
    }
    Ok(true)
}

fn trimmed_end(bytes: &[u8]) -> &[u8] {
    // What follows a NUL is left over from an older value.
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    bytes[..end].trim_ascii_end()
}

/// A value that is no text.
fn scalar(kind: Kind, bytes: &[u8], overflown: &mut u64) -> Value {
    let text = trimmed_end(bytes).trim_ascii();
    let as_written = || Value::Text(String::from_utf8_lossy(text).into());
    match kind {
        Kind::Number if text.is_empty() => Value::Null,
        Kind::Number if text.iter().all(|byte| *byte == b'*') => {
            *overflown += 1;
            Value::Null
        }
        Kind::Number => number(text).unwrap_or_else(as_written),
        Kind::Logical => match text {
            b"T" | b"t" | b"Y" | b"y" => Value::Bool(true),
            b"F" | b"f" | b"N" | b"n" => Value::Bool(false),
            b"" | b"?" => Value::Null,
            _ => as_written(),
        },
        Kind::Date => match text {
            digits if digits.len() == 8 && digits.iter().all(u8::is_ascii_digit) => {
                if digits == b"00000000" {
                    return Value::Null;
                }
                let text = String::from_utf8_lossy(digits);
                let (year, month, day) = (&text[..4], &text[4..6], &text[6..]);
                Value::Text(format!("{year}-{month}-{day}").into())
            }
            b"" | b"0" => Value::Null,
            _ => as_written(),
        },
        Kind::Integer => match bytes.try_into() {
            Ok(bytes) => Value::Number(f64::from(i32::from_le_bytes(bytes))),
            Err(_) => Value::Other,
        },
        Kind::Double => match bytes.try_into() {
            Ok(bytes) => Value::Number(f64::from_le_bytes(bytes)),
            Err(_) => Value::Other,
        },
        Kind::Text | Kind::Other => Value::Other,
    }
}

/// A plain decimal number. A whole one that a double cannot hold stays text.
fn number(text: &[u8]) -> Option<Value> {
    let is_plain = text.iter().all(|byte| b"0123456789+-.eE".contains(byte));
    let text = str::from_utf8(text).ok().filter(|_| is_plain)?;
    if let Ok(whole) = text.strip_prefix('+').unwrap_or(text).parse::<i128>() {
        return Some(whole_number(whole));
    }
    let number: f64 = text.parse().ok()?;
    number.is_finite().then_some(Value::Number(number))
}

/// Decides on an encoding while the text comes in.
///
/// As long as all text is UTF-8 it is taken for that. The first that is not turns what
/// came before, of which UTF-8 has kept the bytes, into Windows-1252.
struct Decoder {
    encoding: TextEncoding,
    evidence: Evidence,
    is_utf8: bool,
    must_turn: bool,
    has_beyond_ascii: bool,
    damaged: u64,
}

impl Decoder {
    fn new(declared: Declared, language_byte: u8) -> Self {
        let of_byte = TextEncoding::of_language_byte(language_byte);
        let stated = [
            (declared.project, Evidence::Project),
            (declared.code_page, Evidence::CodePageFile),
            (of_byte, Evidence::LanguageByte),
        ];
        let stated = stated.into_iter().find_map(|(found, by)| Some((found?, by)));
        let (encoding, evidence) =
            stated.unwrap_or((TextEncoding::UTF8, Evidence::ValidUtf8));
        let is_utf8 = encoding == TextEncoding::UTF8;
        let (must_turn, has_beyond_ascii, damaged) = (false, false, 0);
        Self { encoding, evidence, is_utf8, must_turn, has_beyond_ascii, damaged }
    }

    fn is_guess(&self) -> bool {
        matches!(self.evidence, Evidence::ValidUtf8 | Evidence::InvalidUtf8)
    }

    /// Takes note of some bytes of text.
    fn look_at(&mut self, bytes: &[u8], is_full: bool) {
        if bytes.is_ascii() {
            return;
        }
        self.has_beyond_ascii = true;
        if !self.is_utf8 {
            self.damaged += u64::from(self.encoding.decode(bytes).1);
        } else if str::from_utf8(self.without_cut(bytes, is_full)).is_ok() {
            // As expected.
        } else if self.is_guess() {
            (self.encoding, self.evidence) =
                (TextEncoding::WINDOWS_1252, Evidence::InvalidUtf8);
            (self.is_utf8, self.must_turn) = (false, true);
        } else {
            self.damaged += 1;
        }
    }

    /// UTF-8 without a last letter that a full field has cut in two.
    ///
    /// Where UTF-8 is only a guess a whole letter of several bytes must stand before it:
    /// a lone byte at the end may be a letter of Windows-1252.
    fn without_cut<'b>(&self, bytes: &'b [u8], is_full: bool) -> &'b [u8] {
        let Err(error) = str::from_utf8(bytes) else { return bytes };
        let whole = &bytes[..error.valid_up_to()];
        let is_cut = is_full && self.is_utf8 && error.error_len().is_none();
        let is_sure = !self.is_guess() || !whole.is_ascii();
        if is_cut && is_sure { whole } else { bytes }
    }

    /// The text of some bytes by what is known so far.
    fn decode(&self, bytes: &[u8]) -> String {
        self.encoding.decode(bytes).0.into_owned()
    }

    fn value(&self, bytes: &[u8], is_full: bool) -> Value {
        match self.without_cut(bytes, is_full) {
            [] => Value::Null,
            bytes => Value::Text(self.encoding.decode(bytes).0.into()),
        }
    }

    /// Reads again, in the other encoding, what was taken for UTF-8.
    fn turn_back(&mut self, columns: &mut [(String, Column)], fields: &[Field]) {
        if !std::mem::take(&mut self.must_turn) {
            return;
        }
        let texts = fields.iter().filter(|field| field.kind == Kind::Text);
        for column in texts.filter_map(|field| field.column) {
            let turned = |value: Value| match value {
                Value::Text(text) if !text.is_ascii() => {
                    Value::Text(self.encoding.decode(text.as_bytes()).0.into())
                }
                other => other,
            };
            let read_again = columns[column].1.iter().map(turned).collect();
            columns[column].1 = read_again;
        }
    }

    fn remarks(&self) -> Vec<Remark> {
        if !self.has_beyond_ascii {
            return Vec::new();
        }
        let encoding = || ("encoding", self.encoding.name().to_owned());
        let mut remarks = vec![Remark {
            code: Code::TextEncoding,
            values: vec![encoding(), ("evidence", self.evidence.key().to_owned())],
        }];
        if self.damaged > 0 {
            let count = ("count", self.damaged.to_string());
            remarks.push(Remark {
                code: Code::DamagedText,
                values: vec![encoding(), count],
            });
        }
        remarks
    }
}
