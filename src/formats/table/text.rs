//! Bytes in a declared encoding to UTF-8, piece by piece.

use std::io::{self, Read};

use encoding_rs::{Decoder, DecoderResult, Encoding, REPLACEMENT, UTF_8};
use encoding_rs::{UTF_16BE, UTF_16LE};

use crate::formats::collector::told;
use crate::formats::{FormatError, Problem};

/// Bytes asked of the stream at a time.
const PIECE: usize = 1 << 16;

/// A stream of text.
pub(super) struct Text<R> {
    reader: R,
    decoder: Decoder,
    encoding: &'static Encoding,
    raw: Vec<u8>,
    rest: std::ops::Range<usize>,
    decoded: Vec<u8>,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Reading,
    /// The next thing to tell is that the bytes are no text.
    Malformed,
    Finished,
}

impl<R: Read> Text<R> {
    /// Looks at the first bytes and at what is declared.
    pub(super) fn open(
        mut reader: R,
        declared: Option<&str>,
    ) -> Result<Self, FormatError> {
        let mut raw = vec![0; PIECE];
        let mut filled = 0;
        while filled < 3 {
            match fill(&mut reader, &mut raw[filled..])? {
                0 => break,
                count => filled += count,
            }
        }
        let marked = Encoding::for_bom(&raw[..filled]);
        let encoding = agree(declared, marked.map(|(encoding, _)| encoding))?;
        let start = marked.map_or(0, |(_, length)| length);
        Ok(Self {
            reader,
            decoder: encoding.new_decoder_without_bom_handling(),
            encoding,
            raw,
            rest: start..filled,
            decoded: vec![0; PIECE * 3],
            state: State::Reading,
        })
    }

    /// What is wrong with bytes that are no text.
    pub(super) fn malformed(&self) -> Problem {
        if self.encoding == UTF_8 { Problem::NotUtf8 } else { Problem::NotInEncoding }
    }

    /// The next piece, which is UTF-8 and may be cut within a character; `None` at the
    /// end, and `Err(None)` where bytes are no text.
    pub(super) fn next(&mut self) -> Result<Option<&[u8]>, Option<FormatError>> {
        loop {
            match self.state {
                State::Reading => {}
                State::Malformed => return Err(None),
                State::Finished => return Ok(None),
            }
            if self.rest.is_empty() {
                let count = fill(&mut self.reader, &mut self.raw).map_err(Some)?;
                self.rest = 0..count;
            }
            let is_last = self.rest.is_empty();
            let (result, read, written) =
                self.decoder.decode_to_utf8_without_replacement(
                    &self.raw[self.rest.clone()],
                    &mut self.decoded,
                    is_last,
                );
            self.rest.start += read;
            match result {
                DecoderResult::Malformed(..) => self.state = State::Malformed,
                DecoderResult::InputEmpty if is_last => self.state = State::Finished,
                DecoderResult::InputEmpty | DecoderResult::OutputFull => {}
            }
            if written > 0 {
                return Ok(Some(&self.decoded[..written]));
            }
        }
    }
}

fn fill(reader: &mut impl Read, out: &mut [u8]) -> Result<usize, FormatError> {
    loop {
        match reader.read(out) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => {
                let whole = FormatError::whole(Problem::Io);
                return Err(FormatError { source: Some(error), ..whole });
            }
            Ok(count) => return Ok(count),
        }
    }
}

/// The encoding of a text, from what the project says and what its first bytes say.
fn agree(
    declared: Option<&str>,
    marked: Option<&'static Encoding>,
) -> Result<&'static Encoding, FormatError> {
    let Some(label) = declared else {
        return match marked {
            None => Ok(UTF_8),
            Some(marked) if marked == UTF_8 => Ok(UTF_8),
            Some(marked) => Err(told(Problem::OtherEncoding, marked.name())),
        };
    };
    let word = label.trim().to_ascii_lowercase();
    let is_any_utf16 = matches!(word.as_str(), "utf-16" | "utf16");
    let label_known = match word.as_str() {
        "latin-1" => "latin1",
        "utf16" => "utf-16",
        other => other,
    };
    let encoding = Encoding::for_label(label_known.as_bytes())
        .filter(|encoding| *encoding != REPLACEMENT)
        .ok_or_else(|| told(Problem::UnknownEncoding, label))?;
    match marked {
        // "UTF-16" leaves the order of the bytes to the mark.
        Some(marked) if is_any_utf16 && [UTF_16LE, UTF_16BE].contains(&marked) => {
            Ok(marked)
        }
        Some(marked) if marked != encoding => {
            Err(told(Problem::OtherEncoding, marked.name()))
        }
        _ => Ok(encoding),
    }
}

#[cfg(test)]
#[expect(clippy::type_complexity, reason = "a table of cases reads best as one")]
mod tests {
    use super::*;

    fn decode(bytes: &[u8], declared: Option<&str>) -> Result<String, Problem> {
        let mut text = Text::open(bytes, declared).map_err(|error| error.problem)?;
        let mut out = Vec::new();
        loop {
            match text.next() {
                Ok(Some(piece)) => out.extend_from_slice(piece),
                Ok(None) => return Ok(String::from_utf8(out).unwrap()),
                Err(None) => return Err(text.malformed()),
                Err(Some(error)) => return Err(error.problem),
            }
        }
    }

    #[test]
    fn texts_are_decoded_as_declared() {
        let utf16 = |text: &str, to: fn(u16) -> [u8; 2]| -> Vec<u8> {
            text.encode_utf16().flat_map(to).collect()
        };
        let le = utf16("\u{feff}Peñón", u16::to_le_bytes);
        let be = utf16("\u{feff}Peñón", u16::to_be_bytes);
        let bare = utf16("Peñón", u16::to_le_bytes);
        let marked = "\u{feff}Peñón".as_bytes();
        let cases: [(&[u8], Option<&str>, Result<&str, Problem>); 17] = [
            ("Peñón".as_bytes(), None, Ok("Peñón")),
            (marked, None, Ok("Peñón")),
            (marked, Some("utf-8"), Ok("Peñón")),
            (marked, Some("windows-1252"), Err(Problem::OtherEncoding)),
            (b"Pe\xF1\xF3n", None, Err(Problem::NotUtf8)),
            (b"Pe\xF1\xF3n", Some("latin-1"), Ok("Peñón")),
            (b"Pe\xF1\xF3n\x80", Some("Windows-1252"), Ok("Peñón€")),
            (&le, None, Err(Problem::OtherEncoding)),
            (&le, Some("utf-16"), Ok("Peñón")),
            (&be, Some("utf-16"), Ok("Peñón")),
            (&be, Some("utf-16le"), Err(Problem::OtherEncoding)),
            (&bare, Some("utf-16le"), Ok("Peñón")),
            (b"a\0\xD8", Some("utf-16le"), Err(Problem::NotInEncoding)),
            (b"a", Some("no-such"), Err(Problem::UnknownEncoding)),
            (b"a", Some("iso-2022-kr"), Err(Problem::UnknownEncoding)),
            (b"", None, Ok("")),
            (b"Pe\xC3", None, Err(Problem::NotUtf8)),
        ];
        for (bytes, declared, expected) in cases {
            let found = decode(bytes, declared);
            assert_eq!(found.as_deref(), expected.as_deref(), "{bytes:?} {declared:?}");
        }
    }

    #[test]
    fn long_texts_come_in_pieces() {
        let long = "ñ€𝒜x".repeat(50_000);
        assert_eq!(decode(long.as_bytes(), None).unwrap(), long);
    }
}
