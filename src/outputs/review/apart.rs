//! Marks that would cover each other, moved apart.
//!
//! In: where they belong on the page. Out: where they stand. The first of those that are too
//! near keeps its place; the others go around it, no farther than they must, the same for the
//! same places.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "page millimetres: for the eye only"
)]

use std::collections::BTreeMap;

use crate::outputs::map::scene::{Point, Rect};

/// Most rings of places around a mark's own; beyond them a mark stays where it is.
const RINGS: usize = 12;
/// Places on the first ring; the second has twice as many.
const PER_RING: usize = 8;

/// Marks by the cell they are in, so that only near ones are looked at.
struct Taken {
    apart: f32,
    cells: BTreeMap<(i32, i32), Vec<Point>>,
}

impl Taken {
    fn cell(&self, [x, y]: Point) -> (i32, i32) {
        ((x / self.apart).floor() as i32, (y / self.apart).floor() as i32)
    }

    fn is_free(&self, at: Point) -> bool {
        let (column, row) = self.cell(at);
        let cells = (-1..=1).flat_map(|a| (-1..=1).map(move |b| (column + a, row + b)));
        let mut near = cells.filter_map(|cell| self.cells.get(&cell)).flatten();
        near.all(|[x, y]| (x - at[0]).hypot(y - at[1]) >= self.apart)
    }

    fn take(&mut self, at: Point) {
        self.cells.entry(self.cell(at)).or_default().push(at);
    }
}

/// Where marks stand that are to be at least `apart` from each other, within a frame.
pub(super) fn places(own: &[Point], apart: f32, frame: Rect) -> Vec<Point> {
    let mut taken = Taken { apart, cells: BTreeMap::new() };
    let mut placed = own.to_vec();
    let mut moved = Vec::new();
    // Who can stay stays, whoever comes later.
    for (at, place) in own.iter().enumerate() {
        if taken.is_free(*place) {
            taken.take(*place);
        } else {
            moved.push(at);
        }
    }
    for at in moved {
        let found = around(own[at], apart)
            .find(|place| frame.contains(*place) && taken.is_free(*place));
        if let Some(place) = found {
            placed[at] = place;
            taken.take(place);
        }
    }
    placed
}

/// Places around one, ring after ring, each from the top and clockwise.
fn around([x, y]: Point, apart: f32) -> impl Iterator<Item = Point> {
    (1..=RINGS).flat_map(move |ring| {
        let (count, radius) = (PER_RING * ring, apart * 1.05 * ring as f32);
        (0..count).map(move |at| {
            let turn = std::f32::consts::TAU * at as f32 / count as f32;
            [x + radius * turn.sin(), y - radius * turn.cos()]
        })
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::float_cmp, reason = "places worked out by hand are exact")]

    use super::*;

    const FRAME: Rect = Rect { x: 0.0, y: 0.0, w: 100.0, h: 100.0 };

    #[test]
    fn marks_in_one_place_stand_apart_and_others_stay() {
        let mut own = vec![[50.0, 50.0]; 30];
        own.push([55.5, 50.0]);
        own.push([20.0, 20.0]);
        let placed = places(&own, 5.0, FRAME);
        assert_eq!(placed[0], [50.0, 50.0]);
        assert_eq!(placed[30..], own[30..]);
        for (at, a) in placed.iter().enumerate() {
            for b in &placed[at + 1..] {
                assert!((a[0] - b[0]).hypot(a[1] - b[1]) >= 5.0, "{a:?} {b:?}");
            }
        }
    }

    #[test]
    fn marks_keep_within_the_frame() {
        let placed = places(&[[1.0, 1.0]; 9], 5.0, FRAME);
        assert!(placed.iter().all(|place| FRAME.contains(*place)), "{placed:?}");
        assert!(placed.iter().skip(1).all(|place| *place != [1.0, 1.0]));
    }
}
