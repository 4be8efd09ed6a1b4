//! Coordinates of a file that become points of the grid in the memory where they lie.
//!
//! In: raw coordinates, read from front to back, and the points that they become. Out: the points. A point
//! takes as many bytes as the coordinates that it comes from, so what has been read makes room
//! for what was placed: a layer is in memory once and not twice. Where mending adds more points than
//! have been read, or the coordinates lie in a file, the points get memory of their own.

use std::borrow::Cow;
use std::ops::Range;

use super::grid::GridPoint;
use crate::layers::Pile;

/// Coordinates on their way to the grid.
#[derive(Debug)]
pub(super) enum Recast {
    /// In memory: the coordinates, of which so many in front are points already.
    InPlace(Vec<[f64; 2]>, usize),
    /// What is still to be read, and the points.
    Apart(Pile<[f64; 2]>, Pile<GridPoint>),
}

impl Recast {
    /// Begins with coordinates that are to be placed.
    pub(super) fn new(coords: Pile<[f64; 2]>) -> Self {
        match coords.into_memory() {
            Ok(coords) => Self::InPlace(coords, 0),
            Err(coords) => Self::Apart(coords, Pile::default()),
        }
    }

    /// The coordinates of a range, none of which may lie before those that [`Self::put`] was told
    /// are read.
    pub(super) fn coords(&self, range: Range<usize>) -> Cow<'_, [[f64; 2]]> {
        match self {
            Self::InPlace(coords, _) => Cow::Borrowed(&coords[range]),
            Self::Apart(coords, _) => coords.range(range),
        }
    }

    /// Adds points; all coordinates before `read` are no longer needed.
    pub(super) fn put(&mut self, points: &[GridPoint], read: usize) {
        match self {
            Self::InPlace(coords, placed) if *placed + points.len() <= read => {
                let room = &mut coords[*placed..*placed + points.len()];
                room.iter_mut().zip(points).for_each(|(to, point)| *to = cast(*point));
                *placed += points.len();
            }
            Self::InPlace(coords, placed) => {
                let mut all = Pile::default();
                all.extend(coords[..*placed].iter().copied().map(point_of));
                all.extend_from_slice(points);
                *self = Self::Apart(std::mem::take(coords).into(), all);
            }
            Self::Apart(_, all) => all.extend_from_slice(points),
        }
    }

    /// The points.
    pub(super) fn finish(self) -> Pile<GridPoint> {
        match self {
            Self::InPlace(mut coords, placed) => {
                coords.truncate(placed);
                // Collected where they lie.
                coords.into_iter().map(point_of).collect::<Vec<_>>().into()
            }
            Self::Apart(_, all) => all,
        }
    }
}

/// Grid coordinates are below 2^53: exact as floating-point numbers.
fn cast(point: GridPoint) -> [f64; 2] {
    [point.x as f64, point.y as f64]
}

fn point_of([x, y]: [f64; 2]) -> GridPoint {
    GridPoint::new(x as i64, y as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(range: Range<i64>) -> Vec<GridPoint> {
        range.map(|i| GridPoint::new(-i, (1 << 53) - i)).collect()
    }

    fn coords(count: u32) -> Vec<[f64; 2]> {
        (0..count).map(|i| [f64::from(i), 0.5]).collect()
    }

    #[test]
    fn points_take_the_place_of_what_was_read() {
        let mut recast = Recast::new(coords(10).into());
        recast.put(&points(0..3), 4);
        recast.put(&points(3..4), 4);
        assert_eq!(recast.coords(4..10), &coords(10)[4..]);
        recast.put(&points(4..9), 10);
        assert!(matches!(recast, Recast::InPlace(..)));
        assert_eq!(recast.finish().all(), points(0..9));
    }

    #[test]
    fn points_that_are_more_than_what_was_read_go_apart() {
        let mut recast = Recast::new(coords(6).into());
        recast.put(&points(0..2), 2);
        recast.put(&points(2..5), 4);
        assert!(matches!(recast, Recast::Apart(..)));
        assert_eq!(recast.coords(4..6), &coords(6)[4..], "what is still to be read");
        recast.put(&points(5..9), 6);
        assert_eq!(recast.finish().all(), points(0..9));
    }

    #[test]
    fn nothing_becomes_nothing() {
        assert!(Recast::new(Pile::default()).finish().is_empty());
    }
}
