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
    /// First column of each feature; 0 of what is no area.
    first: Vec<u16>,
    /// Columns of each strip.
    columns: Vec<Range<usize>>,
    /// Rows of one strip after another.
    rows: Vec<u32>,
    /// Where the rows of each strip end.
    ends: Vec<usize>,
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
        let strips = cut(&columns, most);
        let (rows, ends) = by_strip(&columns, &strips);
        let first = columns.into_iter().map(|own| own.map_or(0, |(first, _)| first));
        Self { first: first.collect(), columns: strips, rows, ends }
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.columns.len()
    }

    /// The rows of a strip, rising.
    pub(super) fn rows(&self, strip: usize) -> &[u32] {
        let start = if strip == 0 { 0 } else { self.ends[strip - 1] };
        &self.rows[start..self.ends[strip]]
    }

    /// Whether a pair whose boxes meet belongs to a strip.
    pub(super) fn belongs(&self, a: u32, b: u32, strip: usize) -> bool {
        let first = self.first[a as usize].max(self.first[b as usize]);
        self.columns[strip].contains(&usize::from(first))
    }
}

/// Columns of strips in which no more than so many features begin.
fn cut(columns: &[Option<(u16, u16)>], most: usize) -> Vec<Range<usize>> {
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
    strips
}

/// The rows of one strip after another, each rising, and where those of each end.
fn by_strip(
    columns: &[Option<(u16, u16)>],
    strips: &[Range<usize>],
) -> (Vec<u32>, Vec<usize>) {
    let mut strip_of = vec![0; COLUMNS];
    for (strip, columns) in strips.iter().enumerate() {
        strip_of[columns.clone()].fill(strip);
    }
    let of = |columns: &Option<(u16, u16)>| {
        columns.map_or(0..0, |(first, last)| {
            strip_of[usize::from(first)]..strip_of[usize::from(last)] + 1
        })
    };
    let mut ends = vec![0; strips.len()];
    columns.iter().flat_map(of).for_each(|strip| ends[strip] += 1);
    let mut all = 0;
    for end in &mut ends {
        // Where they begin, for now.
        all += std::mem::replace(end, all);
    }
    let mut rows = vec![0; all];
    for (row, columns) in (0u32..).zip(columns) {
        for strip in of(columns) {
            rows[ends[strip]] = row;
            ends[strip] += 1;
        }
    }
    (rows, ends)
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
        assert_eq!(strips.columns, [0..5, 5..32_767, 32_767..COLUMNS]);
        let rows = |strip| strips.rows(strip);
        assert_eq!([rows(0), rows(1), rows(2)], [&[0, 2][..], &[0, 1, 4], &[3]]);
        assert!(strips.belongs(0, 2, 0) && !strips.belongs(0, 2, 1));
        assert!(strips.belongs(0, 1, 1) && !strips.belongs(1, 0, 0));
    }

    #[test]
    fn nothing_and_what_begins_in_one_place_make_one_strip() {
        let none = Strips::over(&Shapes::default(), 1);
        assert_eq!((none.count(), none.rows(0)), (1, &[][..]));
        let alike = Strips::over(&triangles(&[(7, 9); 5]), 2);
        assert_eq!((alike.count(), alike.rows(0)), (1, &[0, 1, 2, 3, 4][..]));
    }
}
