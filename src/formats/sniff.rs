//! Tells from the first bytes what a file is, whatever its name says.

use super::{Format, Problem};

/// How many bytes are enough to tell other formats from GeoJSON.
pub const HEAD: usize = 64;

/// How many bytes are needed to tell all formats apart: the first line of a table may be
/// long.
pub const WHOLE_HEAD: usize = 4096;

const UTF8_BOM: &[u8] = b"\xEF\xBB\xBF";

/// What a file seems to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// A file of one format.
    Of(Format),
    /// A ZIP archive: what is in it decides.
    Zip,
}

/// What the first bytes of a file say it is. Text that is nothing else counts as GeoJSON,
/// whose reader says what is wrong with it.
///
/// # Errors
///
/// The file is compressed or encoded in a way that is not read.
pub fn content_of(head: &[u8]) -> Result<Content, Problem> {
    let format = match looks_like(head) {
        Some(Problem::LooksLikeZip) => return Ok(Content::Zip),
        Some(Problem::LooksLikeSqlite) => Format::GeoPackage,
        Some(Problem::LooksLikeFlatGeobuf) => Format::FlatGeobuf,
        Some(Problem::LooksLikeShapefile) => Format::Shapefile,
        Some(Problem::LooksLikeParquet) => Format::GeoParquet,
        Some(Problem::LooksLikeXml) => Format::Kml,
        Some(Problem::Utf16) if is_utf16_table(head) => Format::Csv,
        Some(problem) => return Err(problem),
        None if is_table(head) => Format::Csv,
        None => Format::GeoJson,
    };
    Ok(Content::Of(format))
}

/// UTF-16 that is neither JSON nor XML.
fn is_utf16_table(head: &[u8]) -> bool {
    let text = head.strip_prefix(b"\xFF\xFE").or(head.strip_prefix(b"\xFE\xFF"));
    let mut letters = text.unwrap_or(head).iter().filter(|byte| **byte != 0);
    text.is_some() && letters.next().is_some_and(|first| !b"{[<".contains(first))
}

/// Text whose first line has something that separates columns.
fn is_table(head: &[u8]) -> bool {
    let text = head.strip_prefix(UTF8_BOM).unwrap_or(head).trim_ascii_start();
    let line = text.split(|byte| matches!(byte, b'\n' | b'\r')).next();
    let Some(line) = line.filter(|line| !line.is_empty()) else { return false };
    // The record separator begins objects of RFC 8142.
    let is_json = matches!(line[0], b'{' | b'[' | 0x1E);
    let is_binary = line.iter().any(|byte| *byte < b' ' && *byte != b'\t');
    !is_json && !is_binary && line.iter().any(|byte| b",;\t|".contains(byte))
}

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

    #[test]
    fn formats_are_told_by_content() {
        let of = |format| Ok(Content::Of(format));
        let cases: [(&[u8], Result<Content, Problem>); 18] = [
            (b"{\"type\":1,\"a\":2}", of(Format::GeoJson)),
            (b"\x1E{\"type\":1,\"a\":2}", of(Format::GeoJson)),
            (b"[1,2]", of(Format::GeoJson)),
            (b"null", of(Format::GeoJson)),
            (b"\"just text\"", of(Format::GeoJson)),
            (b"", of(Format::GeoJson)),
            (b"\0\x01,2", of(Format::GeoJson)),
            (b"\xEF\xBB\xBFid;norte;este\r\n1;2;3", of(Format::Csv)),
            (b"id\tx\ty\n", of(Format::Csv)),
            (b"\"id\",\"a\xF1o\"\n", of(Format::Csv)),
            (b"title\nid,x,y\n", of(Format::GeoJson)),
            (b"\xFF\xFEi\0d\0;\0", of(Format::Csv)),
            (b"\xFF\xFE<\0k\0", Err(Problem::Utf16)),
            (b"<?xml version=\"1.0\"?>", of(Format::Kml)),
            (b"\0\0\x27\x0A\0\0", of(Format::Shapefile)),
            (b"PAR1....", of(Format::GeoParquet)),
            (b"PK\x03\x04...", Ok(Content::Zip)),
            (b"\x1F\x8B\x08", Err(Problem::LooksLikeGzip)),
        ];
        for (head, expected) in cases {
            assert_eq!(
                content_of(head),
                expected,
                "{:?}",
                head.escape_ascii().to_string()
            );
        }
    }
}
