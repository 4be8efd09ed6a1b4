//! Columns that hold coordinates: found by their names, told apart by their values.
//!
//! In: columns by name. Out: which hold longitude (or easting) and latitude (or northing),
//! and whether their names say something else.

use super::names::{Axis, axis_of};
use super::numbers::{self, Style, style_of};
use super::suspicion::{Kind, Suspicion};
use crate::layers::Value;

/// Of the values, so many must be numbers.
const MOSTLY: f64 = 0.8;

/// What the numbers of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Content {
    /// Degrees that can be a longitude of Peru only.
    Longitude,
    /// Degrees that can be a latitude of Peru only.
    Latitude,
    /// Degrees of either.
    Degrees,
    /// Metres that can be an easting only.
    Easting,
    /// Metres that can be a northing only.
    Northing,
    /// Something else.
    Other,
}

/// A column that may hold a coordinate.
#[derive(Debug)]
pub(super) struct Candidate {
    name: String,
    axis: Axis,
    content: Content,
    has_comma: bool,
}

/// The columns of the place of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pair {
    /// Of the longitude or easting.
    pub(super) x: String,
    /// Of the latitude or northing.
    pub(super) y: String,
    /// Whether their numbers have a decimal comma.
    pub(super) has_comma: bool,
}

/// Looks at a column; `None` if its name says nothing of coordinates or it has no numbers.
pub(super) fn candidate(name: &str, column: &[Value]) -> Option<Candidate> {
    let axis = axis_of(name)?;
    let (mut known, mut commas, mut points) = (0usize, 0usize, 0usize);
    for value in column {
        match value {
            Value::Null => {}
            Value::Text(text) if text.trim().is_empty() => {}
            Value::Text(text) => {
                known += 1;
                match style_of(text) {
                    Some(Style::Comma | Style::CommaOrThousands) => commas += 1,
                    Some(Style::Point | Style::PointOrThousands) => points += 1,
                    Some(Style::Whole) | None => {}
                }
            }
            _ => known += 1,
        }
    }
    let has_comma = commas > points;
    let numbers: Vec<f64> =
        column.iter().filter_map(|value| number(value, has_comma)).collect();
    #[expect(clippy::cast_precision_loss, reason = "counts of rows")]
    let is_mostly = numbers.len() as f64 >= MOSTLY * known as f64;
    (known > 0 && is_mostly).then(|| Candidate {
        name: name.to_owned(),
        axis,
        content: content(&numbers),
        has_comma,
    })
}

fn number(value: &Value, has_comma: bool) -> Option<f64> {
    match value {
        Value::Number(number) => Some(*number).filter(|number| number.is_finite()),
        Value::Text(text) => numbers::number(text, has_comma),
        _ => None,
    }
}

/// What nine of ten numbers are.
fn content(numbers: &[f64]) -> Content {
    // 0 stands for "no place" too often to say anything.
    let numbers: Vec<f64> =
        numbers.iter().copied().filter(|number| number.abs() > 0.0).collect();
    let are = |claim: &dyn Fn(f64) -> bool| {
        let count = numbers.iter().filter(|number| claim(**number)).count();
        !numbers.is_empty() && count * 10 >= numbers.len() * 9
    };
    if are(&|n| (-82.0..=-68.0).contains(&n)) {
        Content::Longitude
    } else if are(&|n| (-19.0..=1.0).contains(&n)) {
        Content::Latitude
    } else if are(&|n| n.abs() <= 180.0) {
        Content::Degrees
    } else if are(&|n| (100_000.0..900_000.0).contains(&n)) {
        Content::Easting
    } else if are(&|n| (7_900_000.0..=10_000_000.0).contains(&n)) {
        Content::Northing
    } else {
        Content::Other
    }
}

/// The columns of the place, and what is wrong with their names.
pub(super) fn pair(
    candidates: &[Candidate],
    suspicions: &mut Vec<Suspicion>,
) -> Option<Pair> {
    let of = |wanted: Axis| candidates.iter().find(|known| known.axis == wanted);
    let by_degrees = of(Axis::X).zip(of(Axis::Y));
    let by_meters = of(Axis::East).zip(of(Axis::North));
    let pairs = [(by_degrees, false), (by_meters, true)];
    let mut chosen = None;
    for (pair, is_metric) in pairs {
        let Some((x, y)) = pair else { continue };
        if !is_pair(x.content, y.content) {
            continue;
        }
        suspicions.extend(suspect(x, y, is_metric));
        let is_swapped = is_swapped(x.content, y.content);
        let (x, y) = if is_swapped { (y, x) } else { (x, y) };
        chosen.get_or_insert_with(|| Pair {
            x: x.name.clone(),
            y: y.name.clone(),
            has_comma: x.has_comma || y.has_comma,
        });
    }
    chosen
}

fn is_degrees(content: Content) -> bool {
    matches!(content, Content::Longitude | Content::Latitude | Content::Degrees)
}

/// Whether two columns are one place: both degrees or both metres.
fn is_pair(x: Content, y: Content) -> bool {
    is_degrees(x) == is_degrees(y)
}

/// Whether the values say that the columns are the other way round.
fn is_swapped(x: Content, y: Content) -> bool {
    matches!(
        (x, y),
        (Content::Latitude, Content::Longitude) | (Content::Northing, Content::Easting)
    )
}

fn suspect(x: &Candidate, y: &Candidate, is_metric: bool) -> Option<Suspicion> {
    let about = |kind| Suspicion::of(kind).with("east", &x.name).with("north", &y.name);
    if is_swapped(x.content, y.content) {
        let what = match (is_metric, is_degrees(x.content)) {
            (true, true) => "@inspect.columns.degrees",
            (_, true) => "@inspect.columns.of_degrees",
            (_, false) => "@inspect.columns.of_meters",
        };
        return Some(about(Kind::SwappedColumns).with("what", what));
    }
    let is_known = x.content == Content::Longitude && y.content == Content::Latitude;
    (is_metric && is_known).then(|| about(Kind::DegreesInMetricColumns))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(values: &[&str]) -> Vec<Value> {
        values.iter().map(|value| Value::Text((*value).into())).collect()
    }

    fn found(columns: &[(&str, &[&str])]) -> (Option<Pair>, Vec<Kind>) {
        let candidates: Vec<Candidate> = columns
            .iter()
            .filter_map(|(name, values)| candidate(name, &column(values)))
            .collect();
        let mut suspicions = Vec::new();
        let pair = pair(&candidates, &mut suspicions);
        (pair, suspicions.iter().map(|suspicion| suspicion.kind).collect())
    }

    fn columns(pair: Option<&Pair>) -> (&str, &str, bool) {
        let pair = pair.expect("a pair");
        (&pair.x, &pair.y, pair.has_comma)
    }

    #[test]
    fn columns_are_found_by_name_and_checked_by_value() {
        let (pair, kinds) = found(&[("lat", &["-17.6"]), ("lon", &["-71.3"])]);
        assert_eq!((columns(pair.as_ref()), kinds), (("lon", "lat", false), vec![]));
        let (pair, kinds) = found(&[("X", &["251706,4"]), ("Y", &["8049160,2"])]);
        assert_eq!((columns(pair.as_ref()), kinds), (("X", "Y", true), vec![]));
        let (pair, kinds) = found(&[("NORTE", &["-71.3"]), ("ESTE", &["-17.6"])]);
        assert_eq!(columns(pair.as_ref()), ("NORTE", "ESTE", false));
        assert_eq!(kinds, [Kind::SwappedColumns]);
        let (pair, kinds) = found(&[("norte", &["-17.6"]), ("este", &["-71.3"])]);
        assert_eq!(columns(pair.as_ref()), ("este", "norte", false));
        assert_eq!(kinds, [Kind::DegreesInMetricColumns]);
        let (pair, kinds) = found(&[("este", &["8049160"]), ("norte", &["251706"])]);
        assert_eq!(columns(pair.as_ref()), ("norte", "este", false));
        assert_eq!(kinds, [Kind::SwappedColumns]);
    }

    #[test]
    fn words_and_lone_columns_are_no_coordinates() {
        assert_eq!(
            found(&[("este", &["Av. Este 5"]), ("norte", &["x"])]),
            (None, vec![])
        );
        assert_eq!(found(&[("lon", &["-71.3"])]), (None, vec![]));
        assert_eq!(found(&[("x", &["-71.3"]), ("y", &["8049160"])]), (None, vec![]));
    }
}
