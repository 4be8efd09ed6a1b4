//! Some consecutive features of a raw layer.

use std::borrow::Cow;
use std::ops::Range;

use super::{Column, PartRole, RawFeature, RawFeatures};

/// Features of a window where one follows another.
const WINDOW: usize = 4096;

/// Consecutive features of a raw layer, in memory with their parts and positions.
#[derive(Debug)]
pub struct RawWindow<'r> {
    rows: Range<usize>,
    /// Row of the first feature, and the features: with the one before, if there is one.
    first_row: usize,
    features: Cow<'r, [RawFeature]>,
    /// The same of parts.
    first_part: usize,
    parts: Cow<'r, [(u32, PartRole)]>,
    /// Number of the first position, and the positions.
    first_coord: usize,
    coords: Cow<'r, [[f64; 2]]>,
}

impl RawFeatures {
    /// Consecutive features.
    ///
    /// # Panics
    ///
    /// If the rows reach beyond the last one.
    #[must_use]
    pub fn window(&self, rows: Range<usize>) -> RawWindow<'_> {
        let (first_row, features, own) =
            self.features.with_ends(rows.clone(), |feature| feature.parts_end);
        let (first_part, parts, own) = self.parts.with_ends(own, |(end, _)| end);
        let (first_coord, coords) = (own.start, self.coords.range(own));
        RawWindow { rows, first_row, features, first_part, parts, first_coord, coords }
    }

    /// Windows over all features, one after another.
    pub fn windows(&self) -> impl Iterator<Item = RawWindow<'_>> {
        let rows = self.features.len();
        let starts = (0..rows).step_by(WINDOW);
        starts.map(move |start| self.window(start..(start + WINDOW).min(rows)))
    }

    /// Whether all lies in memory.
    #[must_use]
    pub fn is_in_memory(&self) -> bool {
        self.coords.is_in_memory()
            && self.parts.is_in_memory()
            && self.features.is_in_memory()
            && self.ids.is_in_memory()
            && self.columns.values().all(Column::is_in_memory)
    }

    /// How many parts and positions consecutive features have.
    #[must_use]
    pub fn sizes(&self, rows: &Range<usize>) -> (usize, usize) {
        let part_at = |row: usize| {
            if row == 0 { 0 } else { self.features.of(row - 1).parts_end as usize }
        };
        let coord_at =
            |part: usize| if part == 0 { 0 } else { self.parts.of(part - 1).0 as usize };
        let [start, end] = [rows.start, rows.end].map(part_at);
        (end - start, coord_at(end) - coord_at(start))
    }
}

impl RawWindow<'_> {
    /// The rows of its features in the layer.
    #[must_use]
    pub fn rows(&self) -> Range<usize> {
        self.rows.clone()
    }

    /// Where the parts of a feature stand in the window.
    fn parts_at(&self, row: usize) -> Range<usize> {
        let at = row - self.first_row;
        let end_of = |at: usize| self.features[at].parts_end as usize - self.first_part;
        let first = if at == 0 { 0 } else { end_of(at - 1) };
        first..end_of(at)
    }

    /// Where the positions of a part begin in the window.
    fn start_of(&self, part: usize) -> usize {
        let number = if part == 0 { 0 } else { self.parts[part - 1].0 as usize };
        number - self.first_coord
    }

    /// The positions of a feature by its row in the layer.
    ///
    /// # Panics
    ///
    /// If it is none of the window.
    #[must_use]
    pub fn coords(&self, row: usize) -> &[[f64; 2]] {
        let parts = self.parts_at(row);
        &self.coords[self.start_of(parts.start)..self.start_of(parts.end)]
    }

    /// Its parts: what each is, and which of its positions it has.
    ///
    /// # Panics
    ///
    /// If it is none of the window.
    #[must_use]
    pub fn parts(
        &self,
        row: usize,
    ) -> impl ExactSizeIterator<Item = (PartRole, Range<usize>)> + Clone {
        let parts = self.parts_at(row);
        let first = self.start_of(parts.start);
        parts.map(move |part| {
            let own = self.start_of(part)..self.start_of(part + 1);
            (self.parts[part].1, own.start - first..own.end - first)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_shows_its_features_alone() {
        let mut data = RawFeatures::default();
        // Lines of three and of two, nothing, two points.
        data.coords.extend((0..7).map(|at| [f64::from(at), 0.0]));
        let lines = [(3, PartRole::Line), (5, PartRole::Line)];
        data.parts.extend(lines);
        data.parts.extend([(6, PartRole::Point), (7, PartRole::Point)]);
        for parts_end in [2, 2, 4] {
            let (is_null, has_height) = (false, false);
            data.features.push(RawFeature { parts_end, is_null, has_height });
        }
        let expected: [&[(PartRole, Range<usize>)]; 3] = [
            &[(PartRole::Line, 0..3), (PartRole::Line, 3..5)],
            &[],
            &[(PartRole::Point, 0..1), (PartRole::Point, 1..2)],
        ];
        let coords = [0..5, 5..5, 5..7];
        for start in 0..3 {
            for end in start + 1..=3 {
                let window = data.window(start..end);
                assert_eq!(window.rows(), start..end);
                for row in start..end {
                    assert!(window.parts(row).eq(expected[row].iter().cloned()));
                    let own = &data.coords.all()[coords[row].clone()];
                    assert_eq!(window.coords(row), own);
                }
            }
        }
        assert_eq!(data.sizes(&(0..3)), (4, 7));
        assert_eq!(data.sizes(&(1..3)), (2, 2));
        assert!(data.windows().flat_map(|window| window.rows()).eq(0..3));
    }
}
