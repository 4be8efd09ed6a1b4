//! The attribute table of a Shapefile (dBASE III), UTF-8, and the legend of its names.
//!
//! In: a grid and the date of the data. Out: bytes. Names have ten characters, text 254
//! bytes, and there are 255 fields at most; the legend lists all, those left out without a
//! short name.

use super::Date;
use super::grid::{Field, Grid, Kind, Value};
use crate::outputs::numbers::Format;

/// Most fields that programs read.
const MOST_FIELDS: usize = 255;
/// Longest text, in bytes.
const LONGEST_TEXT: usize = 254;
/// Width of numbers and decimals of those that are not rounded to a fixed number.
const NUMBER_WIDTH: u8 = 24;
const WHOLE_WIDTH: u8 = 18;
const MOST_DECIMALS: u8 = 9;

/// How a field is stored.
struct Column {
    letter: u8,
    width: u8,
    decimals: u8,
}

/// The table; `None` if it would not fit into the format.
pub(super) fn render(grid: &Grid<'_>, date: Date) -> Option<Vec<u8>> {
    let columns: Vec<Column> =
        (0..grid.fields.len().min(MOST_FIELDS)).map(|at| column(grid, at)).collect();
    let rows = u32::try_from(grid.rows.len()).ok()?;
    let header = u16::try_from(33 + 32 * columns.len()).ok()?;
    let width: usize = 1 + columns.iter().map(|c| usize::from(c.width)).sum::<usize>();
    let year = u8::try_from(date.year.saturating_sub(1900)).unwrap_or(u8::MAX);
    let mut out = vec![3, year, date.month, date.day];
    out.extend(rows.to_le_bytes());
    out.extend(header.to_le_bytes());
    out.extend(u16::try_from(width).ok()?.to_le_bytes());
    out.extend([0; 20]);
    for (field, column) in grid.fields.iter().zip(&columns) {
        let mut name = [0; 11];
        name[..field.short.len()].copy_from_slice(field.short.as_bytes());
        out.extend(name);
        out.push(column.letter);
        out.extend([0; 4]);
        out.extend([column.width, column.decimals]);
        out.extend([0; 14]);
    }
    out.push(b'\r');
    for row in &grid.rows {
        out.push(b' ');
        for (value, column) in row.iter().zip(&columns) {
            cell(&mut out, value, column);
        }
    }
    out.push(0x1a);
    Some(out)
}

fn column(grid: &Grid<'_>, at: usize) -> Column {
    let (letter, width, decimals) = match grid.fields[at].kind {
        Kind::Text => {
            let lengths = grid.rows.iter().map(|row| match &row[at] {
                Value::Text(text) => cut(text).len(),
                _ => 0,
            });
            let longest = lengths.max().unwrap_or(0).max(1);
            (b'C', u8::try_from(longest).unwrap_or(u8::MAX), 0)
        }
        Kind::Whole => (b'N', WHOLE_WIDTH, 0),
        Kind::Number(Format::Fixed(n) | Format::UpTo(n)) => {
            (b'N', NUMBER_WIDTH, u8::try_from(n).unwrap_or(MOST_DECIMALS))
        }
        Kind::Number(Format::Shortest) => (b'N', NUMBER_WIDTH, MOST_DECIMALS),
        Kind::Claim => (b'L', 1, 0),
    };
    Column { letter, width, decimals }
}

/// Text on the left, numbers on the right; what is unknown is blank. A number too large for
/// its field is blank too, for a part of it would be another number.
fn cell(out: &mut Vec<u8>, value: &Value<'_>, column: &Column) {
    let width = usize::from(column.width);
    let decimals = usize::from(column.decimals);
    let text = match value {
        Value::Unknown if column.letter == b'L' => "?".to_owned(),
        Value::Unknown => String::new(),
        Value::Text(text) => cut(text).to_owned(),
        Value::Whole(number) => number.to_string(),
        Value::Number(number) => Format::Fixed(decimals).write(*number),
        Value::Claim(claim) => if *claim { "T" } else { "F" }.to_owned(),
    };
    let text = if text.len() > width { String::new() } else { text };
    let padding = vec![b' '; width - text.len()];
    if column.letter == b'C' {
        out.extend(text.as_bytes());
        out.extend(padding);
    } else {
        out.extend(padding);
        out.extend(text.as_bytes());
    }
}

/// As much of a text as fits, in whole characters.
fn cut(text: &str) -> &str {
    &text[..text.floor_char_boundary(LONGEST_TEXT)]
}

/// Short name, long name and unit of every field; the same in any language.
pub(super) fn legend(grid: &Grid<'_>) -> Vec<u8> {
    let mut options = csv::WriterBuilder::new();
    options.terminator(csv::Terminator::Any(b'\n'));
    let mut writer = options.from_writer(Vec::new());
    let fits = "records of equal length always fit into memory";
    writer.write_record(["short_name", "name", "unit"]).expect(fits);
    for (at, Field { name, short, unit, .. }) in grid.fields.iter().enumerate() {
        let short = if at < MOST_FIELDS { short.as_str() } else { "" };
        writer.write_record([short, name, unit]).expect(fits);
    }
    writer.into_inner().expect(fits)
}

#[cfg(test)]
mod tests {
    use super::super::grid::sample;
    use super::*;
    use crate::geometry::Dimension;
    use ::shapefile::dbase::{FieldValue, Reader};
    use std::io::Cursor;

    const DATE: Date = Date { year: 2017, month: 10, day: 22 };

    #[test]
    fn another_reader_gets_the_same_values_back() {
        let bytes = render(&sample::layer(Dimension::Area).grid, DATE).unwrap();
        assert_eq!(bytes[..4], [3, 117, 10, 22]);
        let mut reader = Reader::new(Cursor::new(&bytes)).unwrap();
        let rows = reader.read().unwrap();
        assert_eq!(rows.len(), 2);
        let get = |row: usize, name: &str| rows[row].get(name).unwrap().clone();
        assert_eq!(get(0, "h1_level"), FieldValue::Character(Some("very_high".into())));
        assert_eq!(get(0, "area_m2"), FieldValue::Numeric(Some(12_400.5)));
        assert_eq!(get(0, "features"), FieldValue::Numeric(Some(3.0)));
        assert_eq!(get(0, "meets"), FieldValue::Logical(Some(true)));
        assert_eq!(get(1, "area_m2"), FieldValue::Numeric(None));
        assert_eq!(get(1, "meets"), FieldValue::Logical(None));
        // Text is UTF-8, as the `.cpg` says.
        let name = "Peñón \"1\"".as_bytes();
        assert!(bytes.windows(name.len()).any(|part| part == name));
    }

    #[test]
    fn long_text_is_cut_between_characters() {
        let text = format!("{}ñ", "a".repeat(253));
        assert_eq!(cut(&text).len(), 253);
        assert_eq!(cut("ñ"), "ñ");
    }

    #[test]
    fn more_fields_than_the_format_holds_stay_in_the_legend() {
        let field = sample::layer(Dimension::Area).grid.fields[0].clone();
        let grid =
            Grid { fields: vec![field; 300], rows: vec![vec![Value::Unknown; 300]] };
        let bytes = render(&grid, DATE).unwrap();
        assert_eq!(u16::from_le_bytes([bytes[8], bytes[9]]), 33 + 32 * 255);
        let legend = String::from_utf8(legend(&grid)).unwrap();
        assert_eq!(legend.lines().count(), 301);
        assert_eq!(legend.lines().last(), Some(",id,"));
    }
}
