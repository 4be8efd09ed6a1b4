//! Gathers features one after another into [`Parsed`]: what the formats that are read row
//! by row share.
//!
//! In: geometries through [`Shapes`], values by column. Out: [`Parsed`]. Nothing here knows
//! how any format is written.

use std::collections::BTreeSet;

use super::{FormatError, MAX_FIELDS_SHOWN, Parsed, Position, Problem, Reason, Trouble};
use super::{Wanted, error};
use crate::layers::{Column, PartRole, RawFeature, Value};

/// The largest whole number up to which each has a double of its own.
pub(super) const EXACT_INTEGER: u64 = 1 << 53;

/// Flat parts and coordinates of the feature begun last.
#[derive(Debug, Default)]
pub(super) struct Shapes {
    pub(super) coords: Vec<[f64; 2]>,
    /// Coordinates of all features before it, and where the last part of these ends.
    before: usize,
    end_before: u32,
    pub(super) parts: Vec<(u32, PartRole)>,
    has_height: bool,
}

/// A state of [`Shapes`] to go back to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    coords: usize,
    parts: usize,
}

impl Shapes {
    pub(super) fn mark(&self) -> Mark {
        Mark { coords: self.coords.len(), parts: self.parts.len() }
    }

    pub(super) fn go_back(&mut self, mark: Mark) {
        self.coords.truncate(mark.coords);
        self.parts.truncate(mark.parts);
        self.has_height = false;
    }

    /// Adds a position, and whether more than two numbers stood there.
    #[inline]
    pub(super) fn push(&mut self, position: [f64; 2], has_more: bool) {
        self.coords.push(position);
        self.has_height |= has_more;
    }

    /// Makes a part of the positions since the one before; nothing if there are none.
    /// Whether there were any.
    pub(super) fn close(&mut self, role: PartRole) -> bool {
        let before = self.parts.last().map_or(self.end_before, |(end, _)| *end);
        // Too many are an error at the end of the feature.
        let end = u32::try_from(self.before + self.coords.len()).unwrap_or(u32::MAX);
        if end > before {
            self.parts.push((end, role));
        }
        end > before
    }

    /// Adds a point; one of NaN is how binary formats write an empty one.
    pub(super) fn point(&mut self, position: [f64; 2], has_more: bool) {
        if !(position[0].is_nan() && position[1].is_nan()) {
            self.push(position, has_more);
            self.close(PartRole::Point);
        }
    }
}

/// The rings of one polygon: the first is its shell.
#[derive(Debug, Default)]
pub(super) struct Rings {
    has_shell: bool,
    is_shell_empty: bool,
}

impl Rings {
    /// Makes a ring of the positions since the last part.
    pub(super) fn close(&mut self, shapes: &mut Shapes) -> Result<(), Reason> {
        let role = if self.has_shell { PartRole::Hole } else { PartRole::Shell };
        let is_empty = !shapes.close(role);
        if self.is_shell_empty && !is_empty {
            // A hole of nothing would be taken for the hole of another polygon.
            return Err(Reason::EmptyShell);
        }
        self.is_shell_empty |= is_empty && !self.has_shell;
        self.has_shell = true;
        Ok(())
    }
}

/// What a feature has for a geometry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Geometry {
    /// None.
    Null,
    /// What was pushed since [`Collector::begin`], maybe nothing.
    Read,
    /// Something that cannot be used.
    Bad(Reason),
}

impl From<Result<(), Reason>> for Geometry {
    fn from(outcome: Result<(), Reason>) -> Self {
        outcome.map_or_else(Self::Bad, |()| Self::Read)
    }
}

/// Features in the making.
pub(super) struct Collector<'w> {
    wanted: &'w Wanted,
    parsed: Parsed,
    pub(super) shapes: Shapes,
    mark: Mark,
    columns: Vec<Column>,
    present: Vec<bool>,
    values: Vec<Value>,
    names: BTreeSet<String>,
}

impl<'w> Collector<'w> {
    pub(super) fn new(wanted: &'w Wanted) -> Self {
        let width = wanted.fields().len();
        let shapes = Shapes::default();
        Self {
            wanted,
            parsed: Parsed::default(),
            mark: shapes.mark(),
            shapes,
            columns: vec![Column::default(); width],
            present: vec![false; width],
            values: vec![Value::Null; width],
            names: BTreeSet::new(),
        }
    }

    /// Notes that the file has a field; the column of its values, if it is wanted.
    pub(super) fn field(&mut self, name: &str) -> Option<usize> {
        if self.names.len() < MAX_FIELDS_SHOWN && !self.names.contains(name) {
            self.names.insert(name.to_owned());
        }
        let column = self.wanted.column_of(name)?;
        self.present[column] = true;
        Some(column)
    }

    /// Begins the next feature.
    pub(super) fn begin(&mut self) {
        self.parsed.rows += 1;
        self.mark = self.shapes.mark();
        self.shapes.has_height = false;
    }

    /// 1-based row of the feature begun last.
    pub(super) fn row(&self) -> u64 {
        self.parsed.rows
    }

    /// Sets a value of the feature begun last.
    pub(super) fn set(&mut self, column: usize, value: Value) {
        self.values[column] = value;
    }

    /// Ends the feature begun last.
    ///
    /// # Errors
    ///
    /// If there are more vertices or features than can be numbered.
    pub(super) fn end(
        &mut self,
        id: Option<String>,
        geometry: Geometry,
        position: Position,
    ) -> Result<(), FormatError> {
        let row = self.parsed.rows;
        let kept = self.parsed.data.features.len();
        if let Geometry::Bad(reason) = geometry {
            self.shapes.go_back(self.mark);
            let trouble = Trouble { reason, row, kept: Some(kept), position };
            self.parsed.troubles.push(trouble);
        }
        let coords = self.shapes.before + self.shapes.coords.len();
        let data = &mut self.parsed.data;
        let parts = data.parts.len() + self.shapes.parts.len();
        let is_numbered =
            [coords, parts, kept].iter().all(|count| u32::try_from(*count).is_ok());
        if !is_numbered {
            return Err(FormatError::whole(Problem::TooMany));
        }
        data.coords.extend_from_slice(&self.shapes.coords);
        data.parts.extend_from_slice(&self.shapes.parts);
        self.shapes.end_before =
            self.shapes.parts.last().map_or(self.shapes.end_before, |(end, _)| *end);
        self.shapes.coords.clear();
        self.shapes.parts.clear();
        self.shapes.before = coords;
        data.features.push(RawFeature {
            parts_end: u32::try_from(parts).expect("it was just looked at"),
            is_null: geometry != Geometry::Read,
            has_height: std::mem::take(&mut self.shapes.has_height),
        });
        data.ids.push(&id.unwrap_or_else(|| format!("#{row}")));
        for (column, value) in self.columns.iter_mut().zip(&mut self.values) {
            column.push(std::mem::replace(value, Value::Null));
        }
        Ok(())
    }

    /// The whole.
    pub(super) fn finish(self) -> Parsed {
        let Self { mut parsed, wanted, .. } = self;
        let fields = wanted.fields();
        parsed.fields_seen = self.names.into_iter().collect();
        parsed.missing = fields
            .iter()
            .zip(&self.present)
            .filter(|(_, is_present)| !**is_present)
            .map(|(field, _)| field.clone())
            .collect();
        parsed.data.columns = fields.iter().cloned().zip(self.columns).collect();
        parsed
    }
}

/// A whole number as a value: exactly, so as the text of its digits where a double would
/// not do.
pub(super) fn whole_number(number: i128) -> Value {
    #[expect(clippy::cast_precision_loss, reason = "it is exact up to 2^53")]
    if number.unsigned_abs() <= u128::from(EXACT_INTEGER) {
        Value::Number(number as f64)
    } else {
        Value::Text(number.to_string().into())
    }
}

/// A floating-point number as a value: NaN is how columns of numbers write "no value".
pub(super) fn float(number: f64) -> Value {
    if number.is_nan() { Value::Null } else { Value::Number(number) }
}

/// What a library says, as something that was found in the file.
#[expect(
    clippy::needless_pass_by_value,
    reason = "so that callers may pass errors and texts alike"
)]
pub(super) fn told(problem: Problem, said: impl ToString) -> FormatError {
    const SHOWN: usize = 200;
    let said: String = said.to_string().chars().take(SHOWN).collect();
    error::FormatError::whole(problem).found(said)
}

#[cfg(test)]
pub(super) fn parts_of(parsed: &Parsed, row: usize) -> Vec<(PartRole, Vec<[f64; 2]>)> {
    let window = parsed.data.window(row..row + 1);
    let coords = window.coords(row);
    window.parts(row).map(|(role, own)| (role, coords[own].to_vec())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_geometry_leaves_nothing_behind() {
        let wanted = Wanted::new(["b", "a"].map(str::to_owned));
        let mut collector = Collector::new(&wanted);
        let column = collector.field("b").unwrap();
        assert_eq!((column, collector.field("z")), (1, None));
        collector.begin();
        collector.shapes.point([1.0, 2.0], true);
        collector.set(column, Value::Bool(true));
        collector.end(None, Geometry::Read, Position::default()).unwrap();
        collector.begin();
        collector.shapes.push([5.0, 6.0], true);
        let bad = Geometry::Bad(Reason::EmptyShell);
        collector.end(Some("x".to_owned()), bad, Position::default()).unwrap();
        collector.begin();
        collector.shapes.point([f64::NAN, f64::NAN], false);
        collector.end(None, Geometry::Read, Position::default()).unwrap();
        let parsed = collector.finish();
        assert_eq!(parts_of(&parsed, 0), [(PartRole::Point, vec![[1.0, 2.0]])]);
        assert!(parts_of(&parsed, 1).is_empty() && parts_of(&parsed, 2).is_empty());
        let told: Vec<_> =
            parsed.data.features.iter().map(|f| (f.is_null, f.has_height)).collect();
        assert_eq!(told, [(false, true), (true, false), (false, false)]);
        assert!(parsed.data.ids.iter().eq(["#1", "x", "#3"]));
        assert_eq!(parsed.missing, ["a"]);
        assert_eq!(parsed.fields_seen, ["b", "z"]);
        let expected = [Value::Bool(true), Value::Null, Value::Null];
        assert!(parsed.data.columns["b"].iter().eq(expected));
        let [trouble] = parsed.troubles.as_slice() else { panic!() };
        assert_eq!((trouble.row, trouble.kept), (2, Some(1)));
    }

    #[test]
    fn nothing_makes_no_part_whatever_came_before() {
        let wanted = Wanted::default();
        let mut collector = Collector::new(&wanted);
        for positions in [2, 0, 1] {
            collector.begin();
            for _ in 0..positions {
                collector.shapes.push([1.0, 2.0], false);
            }
            assert_eq!(collector.shapes.close(PartRole::Line), positions > 0);
            collector.end(None, Geometry::Read, Position::default()).unwrap();
        }
        let parsed = collector.finish();
        assert_eq!(parsed.data.parts, [(2, PartRole::Line), (3, PartRole::Line)]);
        assert!(parts_of(&parsed, 1).is_empty());
        assert_eq!(parts_of(&parsed, 2), [(PartRole::Line, vec![[1.0, 2.0]])]);
    }

    #[test]
    fn whole_numbers_stay_what_they_are() {
        let cases = [
            (0, Value::Number(0.0)),
            (-(1 << 53), Value::Number(-9_007_199_254_740_992.0)),
            ((1 << 53) + 1, Value::Text("9007199254740993".into())),
            (i128::from(u64::MAX), Value::Text("18446744073709551615".into())),
        ];
        for (number, expected) in cases {
            assert_eq!(whole_number(number), expected);
        }
        assert_eq!(float(f64::NAN), Value::Null);
    }
}
