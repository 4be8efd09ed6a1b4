//! CSV (RFC 4180): layers whose place stands in columns, and tables to be joined.
//!
//! In: bytes, and what the project says of delimiter, decimal mark, encoding and the
//! columns of the place. Out: [`Parsed`], or [`Rows`] without place. Nothing is guessed:
//! where the text looks otherwise than declared, the error says so and proposes.
//!
//! Cells stay text, because a code may look like a number. Only under a decimal comma are
//! numbers with a comma rewritten with a point, which is how text is read as a number
//! everywhere else; a number with a point is then refused, as it may mean thousands.

use std::collections::BTreeSet;
use std::io::Read;

mod decimal;
mod record;
mod text;
mod wkt;

use super::collector::{Collector, Geometry, Shapes, told};
use super::{FormatError, Parsed, Position, Problem, Reason, Wanted};
use crate::layers::Value;
use decimal::Decimal;
use record::{Record, Records};
use text::Text;

/// How a table is written, as the project declares it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Dialect<'a> {
    /// Character between columns, or `tab`. Default: a comma.
    pub delimiter: Option<&'a str>,
    /// Decimal mark, `.` or `,`. Default: a point.
    pub decimal: Option<&'a str>,
    /// Label of the character encoding, as browsers know it. Default: UTF-8.
    pub encoding: Option<&'a str>,
}

/// Where the place of a row stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Place<'a> {
    /// Column of the easting or longitude.
    pub x: Option<&'a str>,
    /// Column of the northing or latitude.
    pub y: Option<&'a str>,
    /// Column of the geometry as well-known text.
    pub wkt: Option<&'a str>,
}

/// Rows without a place.
#[derive(Debug, Clone, Default)]
pub struct Rows {
    /// 1-based line on which each begins.
    pub lines: Vec<u64>,
    /// The wanted columns that are there, in the order of [`Wanted::fields`]; `None` for
    /// those that are not.
    pub columns: Vec<Option<Vec<Value>>>,
    /// Names of all columns, in file order.
    pub names: Vec<String>,
}

/// Reads a table with a place in each row.
///
/// Ids are `#` and the 1-based row. The reference system is never in the file.
///
/// # Errors
///
/// [`FormatError`] if the stream fails, is not written as declared, has ragged rows or
/// repeated columns, or lacks the columns of the place. A place that cannot be read is a
/// [`Trouble`](super::Trouble) in the result.
pub fn read(
    reader: impl Read,
    place: Place<'_>,
    dialect: Dialect<'_>,
    wanted: &Wanted,
) -> Result<Parsed, FormatError> {
    let (mut table, names) = Table::open(reader, dialect)?;
    let source = PlaceColumns::find(place, &names)?;
    let mut collector = Collector::new(wanted);
    let columns: Vec<Option<usize>> = names
        .iter()
        .map(|name| if name.is_empty() { None } else { collector.field(name) })
        .collect();
    let mut has_place = false;
    let decimal = table.decimal;
    while let Some(record) = table.next(names.len())? {
        collector.begin();
        let shapes = &mut collector.shapes;
        let geometry = source.geometry(record, decimal, shapes);
        if let Geometry::Bad(Reason::CoordinateNotANumber) = geometry
            && !has_place
            && let Some(error) = source.other_mark(record, decimal)
        {
            return Err(error);
        }
        has_place |= geometry == Geometry::Read;
        for (at, column) in columns.iter().enumerate() {
            if let Some(column) = column {
                collector.set(*column, decimal.value(record, at)?);
            }
        }
        let position = record.position();
        collector.end(None, geometry, position)?;
    }
    Ok(collector.finish())
}

/// Reads a table without a place.
///
/// # Errors
///
/// [`FormatError`] if the stream fails, is not written as declared, or has ragged rows or
/// repeated columns.
pub fn rows(
    reader: impl Read,
    dialect: Dialect<'_>,
    wanted: &Wanted,
) -> Result<Rows, FormatError> {
    let (mut table, names) = Table::open(reader, dialect)?;
    let place = |field: &String| names.iter().position(|name| name == field);
    let places: Vec<Option<usize>> = wanted.fields().iter().map(place).collect();
    let columns = places.iter().map(|place| place.map(|_| Vec::new())).collect();
    let mut rows = Rows { lines: Vec::new(), columns, names };
    let decimal = table.decimal;
    while let Some(record) = table.next(rows.names.len())? {
        rows.lines.push(record.position().line);
        for (place, column) in places.iter().zip(&mut rows.columns) {
            if let (Some(place), Some(column)) = (place, column) {
                column.push(decimal.value(record, *place)?);
            }
        }
    }
    Ok(rows)
}

/// A table of which the header was read.
struct Table<R> {
    records: Records<R>,
    decimal: Decimal,
}

impl<R: Read> Table<R> {
    fn open(reader: R, dialect: Dialect<'_>) -> Result<(Self, Vec<String>), FormatError> {
        let decimal = Decimal::parse(dialect.decimal)?;
        let delimiter = delimiter(dialect.delimiter)?;
        let text = Text::open(reader, dialect.encoding)?;
        let mut records = Records::new(text, delimiter);
        let Some(header) = records.next()? else {
            return Err(FormatError::whole(Problem::Empty));
        };
        if header.len() == 1
            && let Some(error) = other_delimiter(header, delimiter)
        {
            return Err(error);
        }
        let names: Vec<String> =
            header.iter().map(|name| name.trim().to_owned()).collect();
        let mut seen = BTreeSet::new();
        for name in names.iter().filter(|name| !name.is_empty()) {
            if !seen.insert(name.as_str()) {
                return Err(told(Problem::RepeatedColumn, name));
            }
        }
        Ok((Self { records, decimal }, names))
    }

    /// The next row, if it is as wide as it must be.
    fn next(&mut self, width: usize) -> Result<Option<&Record>, FormatError> {
        let Some(record) = self.records.next()? else { return Ok(None) };
        if record.len() == width {
            return Ok(Some(record));
        }
        let found = format!("{} ≠ {width}", record.len());
        Err(FormatError::at(Problem::RaggedRow, record.position()).found(found))
    }
}

/// The declared delimiter as a byte.
fn delimiter(declared: Option<&str>) -> Result<u8, FormatError> {
    let declared = declared.unwrap_or(",");
    let byte = match declared.as_bytes() {
        b"tab" | b"\\t" | b"\t" => b'\t',
        [byte] => *byte,
        _ => 0,
    };
    let is_usable = byte == b'\t'
        || byte.is_ascii_punctuation() && !matches!(byte, b'"' | b'.' | b'-' | b'+');
    if is_usable { Ok(byte) } else { Err(told(Problem::BadDelimiter, declared)) }
}

/// What a header of a single column looks like.
fn other_delimiter(header: &Record, expected: u8) -> Option<FormatError> {
    let line = header.get(0);
    let count = |byte: u8| line.bytes().filter(|found| *found == byte).count();
    let others = [
        (b';', Problem::SemicolonDelimited),
        (b'\t', Problem::TabDelimited),
        (b'|', Problem::BarDelimited),
        (b',', Problem::CommaDelimited),
    ];
    let (byte, problem) = others
        .into_iter()
        .filter(|(byte, _)| *byte != expected && count(*byte) > 0)
        .max_by_key(|(byte, _)| count(*byte))?;
    let shown = |byte: u8| match byte {
        b'\t' => "tab".to_owned(),
        _ => char::from(byte).to_string(),
    };
    let found = format!("{} × {}, 0 × {}", count(byte), shown(byte), shown(expected));
    Some(told(problem, found))
}

/// The places of the columns with the place.
enum PlaceColumns {
    Numbers { x: usize, y: usize },
    Wkt(usize),
}

impl PlaceColumns {
    fn find(place: Place<'_>, names: &[String]) -> Result<Self, FormatError> {
        let find = |wanted: &str| {
            let found = names.iter().position(|name| name == wanted.trim());
            found.ok_or_else(|| {
                told(Problem::MissingColumn, format!("{wanted} ∉ {{{}}}", shown(names)))
            })
        };
        match (place.x, place.y, place.wkt) {
            (Some(x), Some(y), None) => Ok(Self::Numbers { x: find(x)?, y: find(y)? }),
            (None, None, Some(wkt)) => Ok(Self::Wkt(find(wkt)?)),
            (_, _, Some(_)) => Err(FormatError::whole(Problem::TwoPlaces)),
            _ => Err(told(Problem::NoPlace, shown(names))),
        }
    }

    fn geometry(
        &self,
        record: &Record,
        decimal: Decimal,
        shapes: &mut Shapes,
    ) -> Geometry {
        let (x, y) = match *self {
            Self::Numbers { x, y } => (record.get(x).trim(), record.get(y).trim()),
            Self::Wkt(column) => {
                let text = record.get(column).trim();
                return if text.is_empty() {
                    Geometry::Null
                } else {
                    wkt::read(text, shapes).into()
                };
            }
        };
        if x.is_empty() && y.is_empty() {
            return Geometry::Null;
        }
        if x.is_empty() || y.is_empty() {
            return Geometry::Bad(Reason::ShortPosition);
        }
        match (decimal.number(x), decimal.number(y)) {
            (Some(x), Some(y)) => {
                shapes.point([x, y], false);
                Geometry::Read
            }
            _ => Geometry::Bad(Reason::CoordinateNotANumber),
        }
    }

    /// If a coordinate is a number under the other decimal mark: that.
    fn other_mark(&self, record: &Record, decimal: Decimal) -> Option<FormatError> {
        let Self::Numbers { x, y } = *self else { return None };
        let other = decimal.other();
        let cells = [record.get(x).trim(), record.get(y).trim()];
        let cell = cells.iter().find(|cell| decimal.number(cell).is_none())?;
        other.number(cell)?;
        Some(FormatError::at(decimal.refusal(), record.position()).found(*cell))
    }
}

/// The first names, for an error.
fn shown(names: &[String]) -> String {
    const SHOWN: usize = 40;
    let shown: Vec<&str> = names.iter().take(SHOWN).map(String::as_str).collect();
    shown.join(", ")
}

impl Decimal {
    /// The value of a cell.
    fn value(self, record: &Record, at: usize) -> Result<Value, FormatError> {
        let cell = record.get(at);
        if cell.is_empty() {
            return Ok(Value::Null);
        }
        match self.cell(cell) {
            Ok(text) => Ok(Value::Text(text.into())),
            Err(problem) => {
                Err(FormatError::at(problem, record.position()).found(cell.trim()))
            }
        }
    }
}

impl Record {
    /// Where it begins.
    fn position(&self) -> Position {
        self.start
    }
}

#[cfg(test)]
mod tests;
