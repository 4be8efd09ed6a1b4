//! How a table is written: encoding, delimiter, decimal mark, columns of the place.
//!
//! In: the bytes of its beginning, and whether all of it is UTF-8. Out: what the project
//! file should say, with the reason.

use std::io::Cursor;

use super::coordinates::{self, Candidate, Pair};
use super::names;
use super::suspicion::{Kind, Suspicion};
use crate::config::ReadSettings;
use crate::formats::encoding::TextEncoding;
use crate::formats::table::{self, Dialect, Rows};
use crate::formats::{FormatError, Problem, Wanted};
use crate::layers::Value;
use crate::layers::look::TextEvidence;

/// What is tried between columns.
const DELIMITERS: [(&str, char); 4] = [(",", ','), (";", ';'), ("tab", '\t'), ("|", '|')];

/// How a table is written.
#[derive(Debug)]
pub(super) struct Manner {
    /// As the project should say it; `None` where the default will do.
    pub(super) settings: ReadSettings,
    /// For people.
    pub(super) encoding: String,
    pub(super) delimiter: char,
    /// Whether coordinates have a decimal comma; `None` where there are no decimals.
    pub(super) decimal: Option<char>,
    /// Names of all columns.
    pub(super) names: Vec<String>,
    pub(super) suspicions: Vec<Suspicion>,
}

/// Finds out how a table is written.
///
/// # Errors
///
/// None of the delimiters makes columns of it.
pub(super) fn manner(evidence: &TextEvidence) -> Result<Manner, FormatError> {
    let (label, encoding) = encoding_of(evidence);
    let ((word, delimiter), sample) = best(evidence, label)?;
    let mut suspicions = Vec::new();
    let mut settings = ReadSettings::default();
    if let Some(label) = label {
        settings.encoding = Some(label.to_owned());
        suspicions.push(
            Suspicion::of(Kind::Encoding)
                .with("encoding", &encoding)
                .key("encoding", label),
        );
    }
    if delimiter != ',' {
        settings.delimiter = Some(word.to_owned());
        let named = format!("@inspect.delimiter.{}", name_of(delimiter));
        suspicions.push(
            Suspicion::of(Kind::Delimiter)
                .with("delimiter", named)
                .with("columns", sample.names.len())
                .key("delimiter", word),
        );
    }
    let columns = columns_of(&sample);
    let candidates: Vec<Candidate> = columns
        .iter()
        .filter_map(|(name, column)| coordinates::candidate(name, column))
        .collect();
    let pair = coordinates::pair(&candidates, &mut suspicions);
    let wkt = columns.iter().find(|(name, column)| is_wkt(name, column));
    let decimal = decimal_of(&columns, pair.as_ref());
    if decimal == Some(',') {
        settings.decimal = Some(",".to_owned());
        suspicions.push(Suspicion::of(Kind::DecimalComma).key("decimal", ","));
    }
    if let Some((name, _)) = wkt {
        settings.wkt = Some((*name).to_owned());
        suspicions.push(
            Suspicion::of(Kind::CoordinateColumns).with("columns", name).key("wkt", name),
        );
    } else if let Some(Pair { x, y, .. }) = &pair {
        (settings.x, settings.y) = (Some(x.clone()), Some(y.clone()));
        suspicions.push(
            Suspicion::of(Kind::CoordinateColumns)
                .with("columns", format!("{x}, {y}"))
                .key("x", x)
                .key("y", y),
        );
    }
    let names = sample.names;
    Ok(Manner { settings, encoding, delimiter, decimal, names, suspicions })
}

/// The label that the project needs, if any, and the name for people.
fn encoding_of(evidence: &TextEvidence) -> (Option<&'static str>, String) {
    let is_utf16 =
        [b"\xFF\xFE", b"\xFE\xFF"].iter().any(|m| evidence.head.starts_with(*m));
    if is_utf16 {
        (Some("utf-16"), "UTF-16".to_owned())
    } else if !evidence.is_utf8 {
        (Some("windows-1252"), "Windows-1252 (Latin-1)".to_owned())
    } else if evidence.has_letters {
        (None, TextEncoding::UTF8.name().to_owned())
    } else {
        (None, "ASCII".to_owned())
    }
}

fn name_of(delimiter: char) -> &'static str {
    match delimiter {
        ';' => "semicolon",
        '\t' => "tab",
        '|' => "bar",
        _ => "comma",
    }
}

type Choice = ((&'static str, char), Rows);

/// The delimiter that makes most columns of all rows, else of the header alone.
fn best(evidence: &TextEvidence, label: Option<&str>) -> Result<Choice, FormatError> {
    let mut chosen: Option<Choice> = None;
    let mut first_error = None;
    for head in heads(evidence) {
        for choice in DELIMITERS {
            match sample(head, choice.0, label) {
                Ok(rows) if is_wider(&rows, chosen.as_ref()) => {
                    chosen = Some((choice, rows));
                }
                Ok(_) => {}
                Err(error) => {
                    first_error.get_or_insert(error);
                }
            }
        }
        if chosen.as_ref().is_some_and(|(_, rows)| rows.names.len() > 1) {
            break;
        }
    }
    match (chosen, first_error) {
        (Some(chosen), _) => Ok(chosen),
        (None, Some(error)) => Err(error),
        (None, None) => Err(FormatError::whole(Problem::Empty)),
    }
}

fn is_wider(rows: &Rows, than: Option<&Choice>) -> bool {
    than.is_none_or(|(_, known)| rows.names.len() > known.names.len())
}

/// The beginning of a text, shorter and shorter: a cut may go through a field that goes on
/// over several lines. At last the header alone.
fn heads(evidence: &TextEvidence) -> Vec<&[u8]> {
    let head = &evidence.head[..];
    let mut heads = vec![head];
    if !evidence.is_whole {
        let parts = [2, 4, 8].map(|part| &head[..head.len() / part]);
        let cut = |part: &'_ [u8]| part.iter().rposition(|byte| *byte == b'\n');
        heads.extend(parts.into_iter().filter_map(|part| Some(&part[..=cut(part)?])));
    }
    heads.push(first_line(head));
    heads
}

/// All columns of a text under a delimiter.
fn sample(head: &[u8], word: &str, label: Option<&str>) -> Result<Rows, FormatError> {
    let dialect = Dialect { delimiter: Some(word), decimal: None, encoding: label };
    let names = table::rows(Cursor::new(head), dialect, &Wanted::default())?.names;
    table::rows(Cursor::new(head), dialect, &Wanted::new(names))
}

fn first_line(head: &[u8]) -> &[u8] {
    let end = head.iter().position(|byte| *byte == b'\n');
    end.map_or(head, |end| &head[..=end])
}

/// The columns of a sample by name.
fn columns_of(sample: &Rows) -> Vec<(&str, &[Value])> {
    let wanted = Wanted::new(sample.names.iter().cloned());
    let named = sample.names.iter().filter_map(|name| {
        let column = sample.columns.get(wanted.column_of(name)?)?.as_ref()?;
        Some((name.as_str(), column.as_slice()))
    });
    named.collect()
}

fn is_wkt(name: &str, column: &[Value]) -> bool {
    let first = column.iter().find_map(|value| match value {
        Value::Text(text) => Some(text.trim_start().to_ascii_uppercase()),
        _ => None,
    });
    let kinds =
        ["POINT", "LINESTRING", "POLYGON", "MULTI", "SRID=", "GEOMETRYCOLLECTION"];
    names::is_wkt(name)
        && first.is_some_and(|text| kinds.iter().any(|kind| text.starts_with(kind)))
}

/// The decimal mark: that of the coordinates, else the one that columns of numbers have.
fn decimal_of(columns: &[(&str, &[Value])], pair: Option<&Pair>) -> Option<char> {
    use super::numbers::{Style, style_of};
    if let Some(pair) = pair {
        return Some(if pair.has_comma { ',' } else { '.' });
    }
    let (mut commas, mut points) = (0usize, 0usize);
    for (_, column) in columns {
        let (mut known, mut numbers, mut own) = (0usize, 0usize, [0usize; 2]);
        for value in *column {
            let Value::Text(text) = value else { continue };
            known += usize::from(!text.trim().is_empty());
            let style = style_of(text);
            numbers += usize::from(style.is_some());
            own[0] += usize::from(style == Some(Style::Comma));
            own[1] += usize::from(style == Some(Style::Point));
        }
        if numbers * 10 >= known * 9 {
            commas += own[0];
            points += own[1];
        }
    }
    match (commas, points) {
        (0, 0) => None,
        (commas, points) if commas > points => Some(','),
        _ => Some('.'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Digest;

    fn seen(bytes: &[u8]) -> Manner {
        let is_utf8 = std::str::from_utf8(bytes).is_ok();
        manner(&TextEvidence {
            is_utf8,
            has_letters: !bytes.is_ascii(),
            head: bytes.to_vec(),
            is_whole: true,
            digest: Digest::from_raw(&[]),
            bytes: 0,
        })
        .unwrap()
    }

    #[test]
    fn spanish_tables_are_understood() {
        let manner = seen(b"nombre;este;norte\nPe\xF1\xF3n;251706,4;8049160,2\n");
        let settings = &manner.settings;
        assert_eq!(settings.delimiter.as_deref(), Some(";"));
        assert_eq!(settings.decimal.as_deref(), Some(","));
        assert_eq!(settings.encoding.as_deref(), Some("windows-1252"));
        assert_eq!(
            (settings.x.as_deref(), settings.y.as_deref()),
            (Some("este"), Some("norte"))
        );
        let kinds: Vec<Kind> = manner.suspicions.iter().map(|s| s.kind).collect();
        let expected = [
            Kind::Encoding,
            Kind::Delimiter,
            Kind::DecimalComma,
            Kind::CoordinateColumns,
        ];
        assert_eq!(kinds, expected);
    }

    #[test]
    fn a_cut_through_a_field_of_several_lines_does_no_harm() {
        let mut head = b"id,lon,lat,note\n".to_vec();
        for _ in 0..20 {
            head.extend(b"1,-71.3,-17.6,plain\n");
        }
        head.extend(b"2,-71.3,-17.6,\"begins here\n");
        let manner = manner(&TextEvidence {
            is_utf8: true,
            has_letters: false,
            head,
            is_whole: false,
            digest: Digest::from_raw(&[]),
            bytes: 0,
        });
        assert_eq!(manner.unwrap().settings.x.as_deref(), Some("lon"));
    }

    #[test]
    fn plain_tables_need_their_columns_only() {
        let manner = seen(b"id,lon,lat\n1,-71.3,-17.6\n");
        assert_eq!(manner.delimiter, ',');
        assert_eq!(manner.settings.delimiter, None);
        assert_eq!(manner.settings.decimal, None);
        assert_eq!(manner.encoding, "ASCII");
        let kinds: Vec<Kind> = manner.suspicions.iter().map(|s| s.kind).collect();
        assert_eq!(kinds, [Kind::CoordinateColumns]);
        let manner = seen("id\twkt\n1\tPOINT (1 2)\nñ\tPOINT (3 4)\n".as_bytes());
        assert_eq!(manner.settings.delimiter.as_deref(), Some("tab"));
        assert_eq!(manner.settings.wkt.as_deref(), Some("wkt"));
        // Commas in the text of a table of semicolons.
        let manner = seen(b"id;dir\n1;a, b\n2;c, d, e\n");
        assert_eq!((manner.delimiter, manner.names.len()), (';', 2));
    }
}
