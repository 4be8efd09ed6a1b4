//! What a viewer carries, read by the layout that `src/outputs/viewer/pack.rs` states.

use serde_json::Value;

/// The model of a page and the sections behind it.
pub(crate) fn stream(page: &str) -> (Value, Vec<u8>) {
    let text = between(page, "<script type=\"application/octet-stream\" id=\"stream\">");
    let bytes = miniz_oxide::inflate::decompress_to_vec_zlib(&unbase64(text));
    let bytes = bytes.expect("a zlib stream");
    let length = u32::from_le_bytes(bytes[..4].try_into().unwrap()) as usize;
    let model = serde_json::from_slice(&bytes[4..4 + length]).expect("a JSON text");
    (model, bytes[(4 + length).next_multiple_of(8)..].to_vec())
}

/// What stands in an element that begins so, up to the next closing tag.
pub(crate) fn between<'p>(page: &'p str, opening: &str) -> &'p str {
    let (_, rest) = page.split_once(opening).expect("the element is there");
    rest.split_once("</").expect("it ends").0
}

pub(crate) fn unbase64(text: &str) -> Vec<u8> {
    const LETTERS: &[u8; 64] =
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = Vec::new();
    let (mut bits, mut held) = (0u32, 0);
    for byte in text.bytes().filter(|byte| *byte != b'=') {
        let value = LETTERS.iter().position(|letter| *letter == byte).expect("base64");
        bits = (bits << 6) | u32::try_from(value).unwrap();
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push(((bits >> held) & 255) as u8);
        }
    }
    out
}
