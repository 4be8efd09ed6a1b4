//! Strips of ground, so that what asks for neighbours can go through a large layer piece by piece.
//!
//! In: prepared areas. Out: the rows of each strip, and to which strip a pair of neighbours
//! belongs. A feature is in every strip that its box meets; a pair whose boxes meet belongs to the one
//! where what their boxes have in common begins, which both are in.

use std::ops::Range;

use rayon::prelude::*;

use super::edges::{GridBox, joined};
use super::relate::bounds;
use super::shapes::{Dimension, Shapes};

/// Columns that the ground is divided into, of which strips are made.
const COLUMNS: usize = 1 << 16;

/// A layer in strips from west to east.
#[derive(Debug)]
pub(super) struct Strips {
    /// First and last column of each feature; `None` of what is no area.
    columns: Vec<Option<(u16, u16)>>,
    /// Columns of each strip.
    strips: Vec<Range<usize>>,
}

impl Strips {
    /// Makes strips in which no more than so many features begin, unless they begin in one column.
    pub(super) fn over(shapes: &Shapes, most: usize) -> Self {
        let ground = areas(shapes).flatten().reduce_with(|a, b| joined(&a, &b));
        let [west, _, east, _] = ground.unwrap_or_default();
        let width = (east - west) / COLUMNS as i64 + 1;
        let column = |x: i64| ((x - west) / width) as u16;
        let columns: Vec<Option<(u16, u16)>> = areas(shapes)
            .map(|bounds| bounds.map(|[x0, _, x1, _]| (column(x0), column(x1))))
            .collect();
        let mut begin = vec![0usize; COLUMNS];
        columns.iter().flatten().for_each(|(first, _)| begin[usize::from(*first)] += 1);
        let (mut strips, mut start, mut count) = (Vec::new(), 0, 0);
        for (column, &more) in begin.iter().enumerate() {
            if more > 0 && count > 0 && count + more > most {
                strips.push(start..column);
                (start, count) = (column, 0);
            }
            count += more;
        }
        strips.push(start..COLUMNS);
        Self { columns, strips }
    }

    /// So many strips at a time, each by its number with its rows, rising.
    pub(super) fn groups(
        &self,
        of: usize,
    ) -> impl Iterator<Item = Vec<(usize, Vec<usize>)>> {
        (0..self.strips.len())
            .step_by(of)
            .map(move |first| self.rows_of(first..(first + of).min(self.strips.len())))
    }

    /// The rows of some strips, found in one go through all.
    fn rows_of(&self, some: Range<usize>) -> Vec<(usize, Vec<usize>)> {
        let mut found: Vec<_> = some.map(|strip| (strip, Vec::new())).collect();
        for (row, columns) in self.columns.iter().enumerate() {
            let Some((first, last)) = columns else { continue };
            for (strip, rows) in &mut found {
                let Range { start, end } = self.strips[*strip];
                if usize::from(*first) < end && usize::from(*last) >= start {
                    rows.push(row);
                }
            }
        }
        found
    }

    /// Whether a pair whose boxes meet belongs to a strip.
    pub(super) fn belongs(&self, a: usize, b: usize, strip: usize) -> bool {
        let first = |row: usize| self.columns[row].map_or(0, |(first, _)| first);
        self.strips[strip].contains(&usize::from(first(a).max(first(b))))
    }
}

/// The box of each feature; `None` of what is no area.
fn areas(shapes: &Shapes) -> impl ParallelIterator<Item = Option<GridBox>> {
    shapes.par_windows().flat_map_iter(|some| {
        let boxes = some.iter().map(|(_, shape)| {
            bounds(shape).filter(|_| shape.dimension() == Dimension::Area)
        });
        boxes.collect::<Vec<_>>()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::GridPoint;
    use crate::layers::PartRole;

    /// Triangles from a west to an east, each a step high.
    fn triangles(all: &[(i64, i64)]) -> Shapes {
        let mut shapes = Shapes::default();
        for &(west, east) in all {
            let ring =
                [(west, 0), (east, 0), (west, 1)].map(|(x, y)| GridPoint::new(x, y));
            shapes.push_part(PartRole::Shell, ring);
            shapes.end_feature(Dimension::Area);
        }
        shapes
    }

    #[test]
    fn a_pair_belongs_to_the_strip_where_it_begins_and_both_are_there() {
        // The ground is 65537 steps wide, so a column has two: two begin in column 0, and one
        // each in 5, 10 and 32767.
        let shapes = triangles(&[(0, 25), (20, 30), (0, 5), (65_535, 65_536), (10, 12)]);
        let strips = Strips::over(&shapes, 2);
        assert_eq!(strips.strips, [0..5, 5..32_767, 32_767..COLUMNS]);
        let all = [(0, vec![0, 2]), (1, vec![0, 1, 4]), (2, vec![3])];
        assert_eq!(strips.groups(2).collect::<Vec<_>>(), [&all[..2], &all[2..]]);
        assert_eq!(strips.groups(1).flatten().collect::<Vec<_>>(), all);
        assert!(strips.belongs(0, 2, 0) && !strips.belongs(0, 2, 1));
        assert!(strips.belongs(0, 1, 1) && !strips.belongs(1, 0, 0));
    }

    #[test]
    fn nothing_and_what_begins_in_one_place_make_one_strip() {
        let none = Strips::over(&Shapes::default(), 1);
        assert_eq!(none.groups(3).collect::<Vec<_>>(), [vec![(0, vec![])]]);
        let alike = Strips::over(&triangles(&[(7, 9); 5]), 2);
        assert_eq!(alike.groups(1).collect::<Vec<_>>(), [vec![(0, vec![0, 1, 2, 3, 4])]]);
    }
}
