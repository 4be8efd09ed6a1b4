//! One stream for everything that the page reads: a JSON text and flat arrays beside it.
//!
//! The stream is a zlib stream (RFC 1950) of: the length of the JSON text as 4 bytes (little
//! endian), the text, zeros up to a multiple of 8, then the sections, each at a multiple of 8.
//! The text names a section as `[offset, bytes]`, counted from the first. Numbers in sections
//! are little endian.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use serde_json::{Value, json};

/// Flat arrays beside the JSON text.
#[derive(Debug, Default)]
pub(super) struct Sections(Vec<u8>);

impl Sections {
    /// Adds bytes; gives the name of the section.
    pub(super) fn bytes(&mut self, bytes: &[u8]) -> Value {
        pad(&mut self.0);
        let at = self.0.len();
        self.0.extend_from_slice(bytes);
        json!([at, bytes.len()])
    }

    /// Adds whole numbers of 32 bits.
    pub(super) fn u32s(&mut self, all: impl IntoIterator<Item = u32>) -> Value {
        self.bytes(&all.into_iter().flat_map(u32::to_le_bytes).collect::<Vec<_>>())
    }

    /// Adds floats of 32 bits.
    pub(super) fn f32s(&mut self, all: impl IntoIterator<Item = f32>) -> Value {
        self.bytes(&all.into_iter().flat_map(f32::to_le_bytes).collect::<Vec<_>>())
    }

    /// Adds floats of 64 bits.
    pub(super) fn f64s(&mut self, all: impl IntoIterator<Item = f64>) -> Value {
        self.bytes(&all.into_iter().flat_map(f64::to_le_bytes).collect::<Vec<_>>())
    }

    /// The stream of a JSON text and these sections.
    pub(super) fn into_stream(self, model: &Value) -> Vec<u8> {
        let text = model.to_string();
        let length = u32::try_from(text.len()).expect("a model is far below 4 GB");
        let mut head = length.to_le_bytes().to_vec();
        head.extend_from_slice(text.as_bytes());
        pad(&mut head);
        deflated(&[&head, &self.0])
    }
}

/// Bytes one after the other as one zlib stream.
pub(super) fn deflated(all: &[&[u8]]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::new(6));
    let written = all.iter().try_for_each(|bytes| encoder.write_all(bytes));
    written.and_then(|()| encoder.finish()).expect("writing into memory cannot fail")
}

fn pad(bytes: &mut Vec<u8>) {
    bytes.resize(bytes.len().next_multiple_of(8), 0);
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn sections_are_found_where_the_text_says() {
        let mut sections = Sections::default();
        let first = sections.bytes(b"abc");
        let second = sections.f64s([1.5, f64::NAN]);
        assert_eq!((first, second), (json!([0, 3]), json!([8, 16])));
        let stream = sections.into_stream(&json!({"a": "ñ"}));
        let mut bytes = Vec::new();
        flate2::read::ZlibDecoder::new(&stream[..]).read_to_end(&mut bytes).unwrap();
        // {"a":"ñ"} are 10 bytes; with the length 14, so sections begin at 16.
        assert_eq!(bytes[..4], 10u32.to_le_bytes());
        assert_eq!(&bytes[4..14], "{\"a\":\"ñ\"}".as_bytes());
        assert_eq!((bytes.len(), &bytes[16..19]), (40, &b"abc"[..]));
        assert_eq!(bytes[24..32], 1.5f64.to_le_bytes());
    }
}
