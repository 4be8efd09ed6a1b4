//! What the writers of all formats share: fields, values and layers, without a format.
//!
//! In: nothing. Out: plain types. Values are rounded as in the tables already.

use std::borrow::Cow;

use crate::domain::{Message, Status};
use crate::geometry::{Dimension, GridPoint, ShapeRef, Shapes};
use crate::layers::PartRole;
use crate::outputs::numbers::Format;

/// Type of a field, and how its numbers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Whole,
    Number(Format),
    Claim,
}

/// One cell. Unknown is never 0 or empty text.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value<'a> {
    Unknown,
    Text(Cow<'a, str>),
    Whole(i64),
    Number(f64),
    Claim(bool),
}

impl<'a> Value<'a> {
    /// Text; unknown if there is none.
    pub(super) fn text(text: impl Into<Cow<'a, str>>) -> Self {
        let text = text.into();
        if text.is_empty() { Self::Unknown } else { Self::Text(text) }
    }

    /// A number, rounded as the tables round it.
    pub(super) fn number(format: Format, value: impl Into<Option<f64>>) -> Self {
        format.round(value).map_or(Self::Unknown, Self::Number)
    }

    /// A whole number.
    #[expect(clippy::cast_possible_truncation, reason = "counts of features are small")]
    pub(super) fn whole(value: impl Into<Option<f64>>) -> Self {
        let whole = |value: f64| Self::Whole(value.round() as i64);
        value.into().map_or(Self::Unknown, whole)
    }

    /// A claim.
    pub(super) fn claim(value: Option<bool>) -> Self {
        value.map_or(Self::Unknown, Self::Claim)
    }

    /// As a table writes it; empty if unknown.
    pub(super) fn written(&self, kind: Kind) -> Cow<'_, str> {
        match (self, kind) {
            (Self::Unknown, _) => Cow::Borrowed(""),
            (Self::Text(text), _) => Cow::Borrowed(text),
            (Self::Whole(number), _) => number.to_string().into(),
            (Self::Number(number), Kind::Number(format)) => format.write(*number).into(),
            (Self::Number(number), _) => number.to_string().into(),
            (Self::Claim(claim), _) => claim.to_string().into(),
        }
    }
}

/// A column: its name, a name of at most ten characters, its type and what it means.
#[derive(Debug, Clone)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) short: String,
    pub(super) kind: Kind,
    pub(super) unit: String,
    pub(super) description: Message,
}

/// Rows of values by field.
#[derive(Debug, Clone, Default)]
pub(super) struct Grid<'a> {
    pub(super) fields: Vec<Field>,
    pub(super) rows: Vec<Vec<Value<'a>>>,
}

/// A result layer; all its features have one dimension.
#[derive(Debug, Clone)]
pub(super) struct Layer<'a> {
    /// Name, also of its file.
    pub(super) name: String,
    /// What it shows.
    pub(super) title: Message,
    pub(super) status: Status,
    pub(super) dimension: Dimension,
    /// Geometry of each row; a feature without parts has none.
    pub(super) shapes: Cow<'a, Shapes>,
    pub(super) grid: Grid<'a>,
    /// The field with a hazard level that a style goes by, if there is one.
    pub(super) level_field: Option<String>,
}

impl Layer<'_> {
    /// The same layer as one for each dimension that its features have.
    pub(super) fn by_dimension(self) -> Vec<Self> {
        let of = |dimension: Dimension| -> Vec<usize> {
            let shapes = self.shapes.iter().enumerate();
            let found = shapes.filter(|(_, shape)| shape.dimension() == dimension);
            found.map(|(row, _)| row).collect()
        };
        let kinds = [
            (Dimension::Area, "polygons"),
            (Dimension::Line, "lines"),
            (Dimension::Point, "points"),
        ];
        let found: Vec<_> = kinds
            .into_iter()
            .map(|(dimension, suffix)| (dimension, suffix, of(dimension)))
            .filter(|(_, _, rows)| !rows.is_empty())
            .collect();
        match found.as_slice() {
            [] => vec![self],
            [(dimension, ..)] => vec![Self { dimension: *dimension, ..self }],
            several => several
                .iter()
                .map(|(dimension, suffix, rows)| self.part(*dimension, suffix, rows))
                .collect(),
        }
    }

    fn part(&self, dimension: Dimension, suffix: &str, rows: &[usize]) -> Self {
        let picked = rows.iter().map(|&row| self.grid.rows[row].clone()).collect();
        Self {
            name: format!("{}_{suffix}", self.name),
            dimension,
            shapes: Cow::Owned(self.shapes.pick(rows)),
            grid: Grid { fields: self.grid.fields.clone(), rows: picked },
            title: self.title.clone(),
            level_field: self.level_field.clone(),
            status: self.status,
        }
    }

    /// Smallest and largest coordinates of all features, m; `None` without any.
    pub(super) fn extent(&self) -> Option<[f64; 4]> {
        let bounds = self.shapes.iter().filter_map(ShapeRef::bounds);
        bounds
            .map(|(low, high)| {
                let ([x0, y0], [x1, y1]) = (low.meters(), high.meters());
                [x0, y0, x1, y1]
            })
            .reduce(|a, b| {
                [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])]
            })
    }

    /// Whether a point layer has features of several points.
    pub(super) fn has_many_points(&self) -> bool {
        self.shapes.iter().any(|shape| shape.points().len() > 1)
    }
}

/// Rings of a feature by polygon: the shell, then its holes.
pub(super) fn polygons(shape: ShapeRef<'_>) -> Vec<Vec<&[GridPoint]>> {
    let mut polygons: Vec<Vec<&[GridPoint]>> = Vec::new();
    for (role, ring) in shape.parts() {
        match (role, polygons.last_mut()) {
            (PartRole::Hole, Some(polygon)) => polygon.push(ring),
            _ => polygons.push(vec![ring]),
        }
    }
    polygons
}

#[cfg(test)]
pub(super) mod sample {
    //! A little layer of each dimension, for the tests of the writers.

    use super::*;
    use crate::outputs::numbers::METERS;

    fn field(name: &str, short: &str, kind: Kind, unit: &str) -> Field {
        Field {
            name: name.to_owned(),
            short: short.to_owned(),
            kind,
            unit: unit.to_owned(),
            description: Message::new("exports.field.id"),
        }
    }

    /// Metres east of 260,000 and north of 8,040,000, EPSG:32719: near Ilo.
    fn at(x: i64, y: i64) -> GridPoint {
        GridPoint::new((260_000 + x) * 1_000_000, (8_040_000 + y) * 1_000_000)
    }

    fn ring(x: i64, y: i64, size: i64) -> [GridPoint; 4] {
        [at(x, y), at(x + size, y), at(x + size, y + size), at(x, y + size)]
    }

    /// Two features: one of two parts and a hole, one simple; with every type of value.
    pub(in crate::outputs::exports) fn layer(dimension: Dimension) -> Layer<'static> {
        let mut shapes = Shapes::default();
        match dimension {
            Dimension::Area => {
                let mut hole = ring(20, 20, 10);
                hole.reverse();
                shapes.push_part(PartRole::Shell, ring(0, 0, 100));
                shapes.push_part(PartRole::Hole, hole);
                shapes.push_part(PartRole::Shell, ring(200, 0, 50));
                shapes.end_feature(dimension);
                shapes.push_part(PartRole::Shell, ring(300, 300, 10));
            }
            Dimension::Line => {
                shapes.push_part(PartRole::Line, [at(0, 0), at(100, 0), at(100, 50)]);
                shapes.push_part(PartRole::Line, [at(200, 0), at(200, 90)]);
                shapes.end_feature(dimension);
                shapes.push_part(PartRole::Line, [at(300, 300), at(310, 300)]);
            }
            Dimension::Point => {
                shapes.push_part(PartRole::Point, [at(5, 7)]);
                shapes.end_feature(dimension);
                shapes.push_part(PartRole::Point, [at(300, 300)]);
            }
        }
        shapes.end_feature(dimension);
        let fields = vec![
            field("id", "id", Kind::Text, ""),
            field("any_level", "h1_level", Kind::Text, ""),
            field("area_m2", "area_m2", Kind::Number(METERS), "m2"),
            field("features", "features", Kind::Whole, "1"),
            field("meets", "meets", Kind::Claim, ""),
        ];
        let rows = vec![
            vec![
                Value::text("Peñón \"1\""),
                Value::text("very_high"),
                Value::Number(12_400.5),
                Value::Whole(3),
                Value::Claim(true),
            ],
            vec![
                Value::text("2"),
                Value::text("none"),
                Value::Unknown,
                Value::Unknown,
                Value::Unknown,
            ],
        ];
        Layer {
            name: "exposed_blocks".to_owned(),
            title: Message::new("exports.layer.territories"),
            status: Status::Synthetic,
            dimension,
            shapes: Cow::Owned(shapes),
            grid: Grid { fields, rows },
            level_field: Some("any_level".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layer_of_two_dimensions_becomes_two() {
        let mut layer = sample::layer(Dimension::Area);
        let mut shapes = layer.shapes.clone().into_owned();
        shapes.append(&sample::layer(Dimension::Point).shapes);
        layer.shapes = Cow::Owned(shapes);
        let more = sample::layer(Dimension::Point).grid.rows;
        layer.grid.rows.extend(more);
        let parts = layer.by_dimension();
        let names: Vec<&str> = parts.iter().map(|part| part.name.as_str()).collect();
        assert_eq!(names, ["exposed_blocks_polygons", "exposed_blocks_points"]);
        assert!(parts.iter().all(|p| p.shapes.len() == 2 && p.grid.rows.len() == 2));
        assert_eq!(parts[1].dimension, Dimension::Point);
        let whole = sample::layer(Dimension::Line).by_dimension();
        assert_eq!(whole[0].name, "exposed_blocks");
        assert_eq!(
            whole[0].extent(),
            Some([260_000.0, 8_040_000.0, 260_310.0, 8_040_300.0])
        );
    }

    #[test]
    fn values_are_written_as_in_the_tables() {
        use crate::outputs::numbers::{METERS, PEOPLE};
        let cases = [
            (Value::number(METERS, 2.005_1), Kind::Number(METERS), "2.01"),
            (Value::number(PEOPLE, None), Kind::Number(PEOPLE), ""),
            (Value::whole(3.0), Kind::Whole, "3"),
            (Value::claim(Some(false)), Kind::Claim, "false"),
            (Value::text(""), Kind::Text, ""),
            (Value::text("007"), Kind::Text, "007"),
        ];
        for (value, kind, expected) in cases {
            assert_eq!(value.written(kind), expected);
        }
    }
}
