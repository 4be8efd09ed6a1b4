//! Strips of ground, so that what asks for neighbours can go through a large layer piece by piece.
//!
//! In: prepared areas. Out: the rows of each strip, and to which strip a pair of neighbours
//! belongs. A feature is in every strip that its box meets; a pair whose boxes meet belongs to the one
//! where what their boxes have in common begins, which both are in.

use std::ops::Range;

use rayon::prelude::*;

use super::edges::{GridBox, joined};
use super::relate::bounds;
use super::shapes::{Dimension, ShapeRef, Shapes, Window};
use crate::layers::{Pile, Record};

/// Columns that the ground is divided into, of which strips are made.
const COLUMNS: usize = 1 << 16;
/// Rows of a strip that lie together.
const SHEAF: usize = 1 << 10;
/// Windows of features that are looked through together.
const TOGETHER: usize = 64;

/// A layer in strips from west to east.
#[derive(Debug)]
pub(super) struct Strips {
    ground: Ground,
    /// Columns of each strip.
    columns: Vec<Range<usize>>,
    /// Rows, so many of one strip together as are in a sheaf.
    rows: Pile<u32>,
    /// Where the sheaves of each strip begin among them.
    sheaves: Vec<Vec<usize>>,
    /// The last rows of each strip, which fill no sheaf.
    rest: Vec<Vec<u32>>,
}

/// The ground in columns.
#[derive(Debug, Clone, Copy)]
struct Ground {
    west: i64,
    width: i64,
}

impl Ground {
    fn column(self, x: i64) -> u16 {
        ((x - self.west) / self.width) as u16
    }

    /// The first and the last column of a box.
    fn columns(self, [x0, _, x1, _]: GridBox) -> Columns {
        (self.column(x0), self.column(x1))
    }
}

/// The first and the last column of an area; of what is none the last is before the first.
type Columns = (u16, u16);

/// What is no area.
const NO_AREA: Columns = (1, 0);

impl Record for Columns {
    type Bytes = [u8; 4];

    fn to_bytes(self) -> [u8; 4] {
        (u32::from(self.0) << 16 | u32::from(self.1)).to_le_bytes()
    }

    fn of_bytes(bytes: [u8; 4]) -> Self {
        let both = u32::from_le_bytes(bytes);
        ((both >> 16) as u16, both as u16)
    }
}

impl Strips {
    /// Makes strips in which no more than so many features begin, unless they begin in one column.
    pub(super) fn over(shapes: &Shapes, most: usize) -> Self {
        let whole = shapes.par_windows().flat_map_iter(|some| areas(&some));
        let whole = whole.flatten().reduce_with(|a, b| joined(&a, &b));
        let [west, _, east, _] = whole.unwrap_or_default();
        let ground = Ground { west, width: (east - west) / COLUMNS as i64 + 1 };
        let columns = columns_of(shapes, ground);
        let mut strips = Self {
            ground,
            columns: cut(&columns, most),
            rows: Pile::default(),
            sheaves: Vec::new(),
            rest: Vec::new(),
        };
        strips.share(&columns);
        strips
    }

    /// Gives each strip its rows.
    fn share(&mut self, columns: &Pile<Columns>) {
        let mut strip_of = vec![0; COLUMNS];
        for (strip, columns) in self.columns.iter().enumerate() {
            strip_of[columns.clone()].fill(strip);
        }
        self.sheaves = vec![Vec::new(); self.count()];
        self.rest = vec![Vec::new(); self.count()];
        for (row, (first, last)) in (0u32..).zip(columns) {
            if last < first {
                continue;
            }
            for strip in strip_of[usize::from(first)]..=strip_of[usize::from(last)] {
                let rest = &mut self.rest[strip];
                rest.push(row);
                if rest.len() == SHEAF {
                    self.sheaves[strip].push(self.rows.len());
                    self.rows.extend_from_slice(rest);
                    rest.clear();
                }
            }
        }
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.columns.len()
    }

    /// The rows of a strip, rising.
    pub(super) fn rows(&self, strip: usize) -> Vec<usize> {
        let mut rows = Vec::new();
        for &start in &self.sheaves[strip] {
            let sheaf = self.rows.range(start..start + SHEAF);
            rows.extend(sheaf.iter().map(|row| *row as usize));
        }
        rows.extend(self.rest[strip].iter().map(|row| *row as usize));
        rows
    }

    /// Whether a pair whose boxes meet belongs to a strip.
    pub(super) fn belongs(&self, a: &GridBox, b: &GridBox, strip: usize) -> bool {
        let first = self.ground.column(a[0].max(b[0]));
        self.columns[strip].contains(&usize::from(first))
    }
}

/// The columns of each feature.
fn columns_of(shapes: &Shapes, ground: Ground) -> Pile<Columns> {
    let mut columns = Pile::default();
    let windows = shapes.window_count();
    for first in (0..windows).step_by(TOGETHER) {
        let some = (first..(first + TOGETHER).min(windows)).into_par_iter();
        let of_window = |at: usize| -> Vec<Columns> {
            let areas = areas(&shapes.window_at(at)).into_iter();
            areas.map(|area| area.map_or(NO_AREA, |own| ground.columns(own))).collect()
        };
        for own in some.map(of_window).collect::<Vec<_>>() {
            columns.extend_from_slice(&own);
        }
    }
    columns
}

/// Columns of strips in which no more than so many features begin.
fn cut(columns: &Pile<Columns>, most: usize) -> Vec<Range<usize>> {
    let mut begin = vec![0usize; COLUMNS];
    let areas = columns.iter().filter(|(first, last)| first <= last);
    areas.for_each(|(first, _)| begin[usize::from(first)] += 1);
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

/// The box of each feature of a window; `None` of what is no area.
fn areas(some: &Window<'_>) -> Vec<Option<GridBox>> {
    let area = |(_, shape): (usize, ShapeRef<'_>)| {
        bounds(shape).filter(|_| shape.dimension() == Dimension::Area)
    };
    some.iter().map(area).collect()
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
        let box_of = |row: usize| bounds(shapes.get(row)).unwrap();
        let belongs = |a, b, strip| strips.belongs(&box_of(a), &box_of(b), strip);
        assert!(belongs(0, 2, 0) && !belongs(0, 2, 1));
        assert!(belongs(0, 1, 1) && !belongs(1, 0, 0));
    }

    #[test]
    fn many_rows_are_in_their_strips_in_order() {
        // More windows than are looked through together. Five steps make a column.
        let count = TOGETHER as i64 * 4096 + 5;
        let shapes = triangles(&(0..count).map(|x| (x, x)).collect::<Vec<_>>());
        assert!(shapes.window_count() > TOGETHER);
        let strips = Strips::over(&shapes, 100_000);
        let rows: Vec<Vec<usize>> =
            (0..strips.count()).map(|at| strips.rows(at)).collect();
        let expected = [0..100_000, 100_000..200_000, 200_000..count as usize];
        assert_eq!(rows.len(), 3);
        for (rows, expected) in rows.into_iter().zip(expected) {
            assert!(rows.into_iter().eq(expected.clone()), "{expected:?}");
        }
    }

    #[test]
    fn nothing_and_what_begins_in_one_place_make_one_strip() {
        let none = Strips::over(&Shapes::default(), 1);
        assert_eq!((none.count(), none.rows(0)), (1, vec![]));
        let alike = Strips::over(&triangles(&[(7, 9); 5]), 2);
        assert_eq!((alike.count(), alike.rows(0)), (1, vec![0, 1, 2, 3, 4]));
    }
}
