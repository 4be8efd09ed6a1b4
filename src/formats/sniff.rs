//! Tells from the first bytes what a file is when it is not what was asked for.

use super::Problem;

/// How many bytes are enough to tell.
pub const HEAD: usize = 64;

const UTF8_BOM: &[u8] = b"\xEF\xBB\xBF";

/// What the first bytes of a file say it is, if that is not text in UTF-8.
#[must_use]
pub fn looks_like(head: &[u8]) -> Option<Problem> {
    let starts: [(&[u8], Problem); 11] = [
        (b"PK\x03\x04", Problem::LooksLikeZip),
        (b"PK\x05\x06", Problem::LooksLikeZip),
        (b"\x1F\x8B", Problem::LooksLikeGzip),
        (b"SQLite format 3\0", Problem::LooksLikeSqlite),
        (b"fgb", Problem::LooksLikeFlatGeobuf),
        (b"\x00\x00\x27\x0A", Problem::LooksLikeShapefile),
        (b"PAR1", Problem::LooksLikeParquet),
        (b"\xFF\xFE", Problem::Utf16),
        (b"\xFE\xFF", Problem::Utf16),
        // UTF-16 without its mark: the first character of JSON is always ASCII.
        (b"{\x00", Problem::Utf16),
        (b"\x00{", Problem::Utf16),
    ];
    let known = starts.iter().find(|(start, _)| head.starts_with(start));
    if let Some(&(_, problem)) = known {
        return Some(problem);
    }
    let text = head.strip_prefix(UTF8_BOM).unwrap_or(head).trim_ascii_start();
    text.starts_with(b"<").then_some(Problem::LooksLikeXml)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_formats_are_recognised_by_their_first_bytes() {
        let cases: [(&[u8], Option<Problem>); 12] = [
            (b"PK\x03\x04....", Some(Problem::LooksLikeZip)),
            (b"\x1F\x8B\x08", Some(Problem::LooksLikeGzip)),
            (b"SQLite format 3\0....", Some(Problem::LooksLikeSqlite)),
            (b"fgb\x03fgb", Some(Problem::LooksLikeFlatGeobuf)),
            (b"\x00\x00\x27\x0A\0\0", Some(Problem::LooksLikeShapefile)),
            (b"PAR1", Some(Problem::LooksLikeParquet)),
            (b"\xEF\xBB\xBF <kml>", Some(Problem::LooksLikeXml)),
            (b"\xFF\xFE{\0", Some(Problem::Utf16)),
            (b"{\0\"\0", Some(Problem::Utf16)),
            (b"{\"type\"", None),
            (b"\xEF\xBB\xBF{", None),
            (b"", None),
        ];
        for (head, expected) in cases {
            assert_eq!(looks_like(head), expected, "{head:?}");
        }
    }
}
