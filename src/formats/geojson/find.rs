//! Finds single bytes, eight at a time: for runs too short to be worth a search by `memchr`.
//!
//! In: bytes. Out: how many come before what is looked for. Knows nothing of JSON.
//!
//! A mark is the highest bit of a byte of a word. The lowest mark is right; those above it may
//! not be, since what is borrowed for a byte is taken from the next.

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// Marks the bytes of a word that are `byte`.
#[inline]
pub(super) fn equal(word: u64, byte: u8) -> u64 {
    let others = word ^ (ONES * u64::from(byte));
    others.wrapping_sub(ONES) & !others & HIGH
}

/// Marks the bytes of a word that are below `limit`, which is at most 128.
#[inline]
pub(super) fn below(word: u64, limit: u8) -> u64 {
    word.wrapping_sub(ONES * u64::from(limit)) & !word & HIGH
}

/// How many bytes come before the first that is marked, if it is among the first `words` words
/// of eight; else how many bytes those have.
#[inline]
pub(super) fn before(
    bytes: &[u8],
    words: usize,
    marks: impl Fn(u64) -> u64,
) -> Result<usize, usize> {
    let mut passed = 0;
    for word in bytes.as_chunks().0.iter().take(words) {
        let marked = marks(u64::from_le_bytes(*word));
        if marked != 0 {
            return Ok(passed + marked.trailing_zeros() as usize / 8);
        }
        passed += word.len();
    }
    Err(passed)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every byte at every place among every other, against a loop.
    #[test]
    fn the_first_marked_byte_is_found() {
        let marks = |word| equal(word, b'"') | equal(word, b'\\') | below(word, 0x20);
        let is_special = |byte: u8| byte == b'"' || byte == b'\\' || byte < 0x20;
        for byte in 0..=u8::MAX {
            for after in [b'!', b'#', b'[', b']', 0, 0x1F, 0x20, 0x80, 0xA2, 0xDC, 0xFF] {
                for at in 0..19 {
                    let mut bytes = [b'x'; 20];
                    (bytes[at], bytes[at + 1]) = (byte, after);
                    let expected = bytes.iter().position(|&byte| is_special(byte));
                    let whole = expected.filter(|&first| first < 16).ok_or(16);
                    assert_eq!(before(&bytes, 9, marks), whole, "{bytes:?}");
                    let one = expected.filter(|&first| first < 8).ok_or(8);
                    assert_eq!(before(&bytes, 1, marks), one, "{bytes:?}");
                }
            }
        }
        assert_eq!(before(b"\"", 9, marks), Err(0));
    }
}
