//! Finds the brace that closes an object, over as many buffers as it takes.
//!
//! Braces in texts do not count. Nothing else of JSON is looked at.

use super::find::{before, equal};

/// Words of eight bytes that are looked at one by one, since keys and values are mostly short.
const NEAR: usize = 2;

/// A search for the closing brace of an object that may go on over several buffers.
#[derive(Debug, Default)]
pub(super) struct Scan {
    depth: usize,
    is_in_text: bool,
    is_escaped: bool,
}

impl Scan {
    /// One past the brace that closes the object, if it is in `bytes`.
    pub(super) fn closing_brace(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut at = 0;
        while at < bytes.len() {
            if self.is_escaped {
                self.is_escaped = false;
                at += 1;
            } else if self.is_in_text {
                at += text_run(&bytes[at..]);
                match bytes.get(at) {
                    Some(b'"') => self.is_in_text = false,
                    Some(_) => self.is_escaped = true,
                    None => {}
                }
                at += 1;
            } else {
                at += run(&bytes[at..]);
                match bytes.get(at) {
                    Some(b'"') => self.is_in_text = true,
                    Some(b'{') => self.depth += 1,
                    Some(_) if self.depth == 1 => return Some(at + 1),
                    Some(_) => self.depth -= 1,
                    None => {}
                }
                at += 1;
            }
        }
        None
    }
}

/// How many bytes of a text come before its end or an escape, or all.
fn text_run(bytes: &[u8]) -> usize {
    let marks = |word| equal(word, b'"') | equal(word, b'\\');
    before(bytes, NEAR, marks).unwrap_or_else(|passed| {
        let rest = &bytes[passed..];
        passed + memchr::memchr2(b'"', b'\\', rest).unwrap_or(rest.len())
    })
}

/// How many bytes outside of texts come before a text or a brace, or all.
fn run(bytes: &[u8]) -> usize {
    let marks = |word| equal(word, b'"') | equal(word, b'{') | equal(word, b'}');
    before(bytes, NEAR, marks).unwrap_or_else(|passed| {
        let rest = &bytes[passed..];
        passed + memchr::memchr3(b'"', b'{', b'}', rest).unwrap_or(rest.len())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closing_brace_is_found_however_the_bytes_come() {
        let long = "x".repeat(100);
        let cases = [
            "{}".to_owned(),
            "{\"a\":{}}".to_owned(),
            "{\"}\":\"\\\"}\",\"{\":[]}".to_owned(),
            format!("{{\"{long}}}\":\"{long}\\\\\",\"b\":[{}]}}", "1,".repeat(99)),
        ];
        for text in &cases {
            let padded = format!("{text}}}{{{long}");
            assert_eq!(
                Scan::default().closing_brace(padded.as_bytes()),
                Some(text.len())
            );
            for cut in 1..text.len() {
                let (head, tail) = padded.as_bytes().split_at(cut);
                let mut scan = Scan::default();
                assert_eq!(scan.closing_brace(head), None, "{text} cut at {cut}");
                assert_eq!(scan.closing_brace(tail), Some(text.len() - cut));
            }
        }
    }
}
