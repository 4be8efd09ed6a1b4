//! A spatial index of features.
//!
//! In: prepared features. Out: row numbers, always sorted. The trees are loaded in bulk and
//! never change.

use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};

use std::ops::ControlFlow;

use super::edges::{Edge, EdgeTree, GridBox};
use super::grid::GridPoint;
use super::shapes::{self, Shapes};

type Entry = GeomWithData<Rectangle<[f64; 2]>, u32>;

/// Boxes by row number.
///
/// Grid coordinates are below 2^53, so the boxes are exact as floating-point numbers.
#[derive(Debug)]
pub struct SpatialIndex {
    tree: RTree<Entry>,
}

fn corners(bounds: &GridBox) -> ([f64; 2], [f64; 2]) {
    let [x0, y0, x1, y1] = bounds.map(|v| v as f64);
    ([x0, y0], [x1, y1])
}

impl SpatialIndex {
    /// Indexes boxes: row and box.
    #[must_use]
    pub fn new(boxes: impl IntoIterator<Item = (usize, GridBox)>) -> Self {
        let entries = boxes
            .into_iter()
            .map(|(row, bounds)| {
                let (low, high) = corners(&bounds);
                Entry::new(Rectangle::from_corners(low, high), row as u32)
            })
            .collect();
        Self { tree: RTree::bulk_load(entries) }
    }

    /// Indexes all features that have points.
    #[must_use]
    pub fn of_shapes(shapes: &Shapes) -> Self {
        Self::new(shapes.iter().enumerate().filter_map(|(row, shape)| {
            let (low, high) = shape.bounds()?;
            Some((row, [low.x, low.y, high.x, high.y]))
        }))
    }

    /// The rows whose box meets a box, in order.
    #[must_use]
    pub fn query(&self, bounds: &GridBox) -> Vec<usize> {
        let (low, high) = corners(bounds);
        let window = AABB::from_corners(low, high);
        let mut rows: Vec<usize> = self
            .tree
            .locate_in_envelope_intersecting(window)
            .map(|entry| entry.data as usize)
            .collect();
        rows.sort_unstable();
        rows
    }
}

/// All pairs of rows whose boxes meet, the lower row first, in order.
///
/// The boxes follow one another along a curve, so a tree over their sequence is a tree over
/// space; a box is kept as its diagonal.
#[must_use]
pub fn meeting_pairs(boxes: &[(usize, GridBox)]) -> Vec<(u32, u32)> {
    let corners: Vec<_> = boxes.iter().map(|(_, b)| GridPoint::new(b[0], b[1])).collect();
    let diagonal = |at: u32| {
        let (row, [x0, y0, x1, y1]) = boxes[at as usize];
        Edge { a: GridPoint::new(x0, y0), b: GridPoint::new(x1, y1), ring: row as u32 }
    };
    let tree =
        EdgeTree::of_edges(along_curve(&corners).into_iter().map(diagonal).collect());
    let mut pairs = Vec::new();
    let _ = tree.pairs(&mut |i, j| {
        let (a, b) = (tree.edges()[i].ring, tree.edges()[j].ring);
        pairs.push((a.min(b), a.max(b)));
        ControlFlow::Continue(())
    });
    pairs.sort_unstable();
    pairs
}

/// Numbers of places, so ordered that neighbours mostly follow one another: along the curve of
/// Hilbert (1891, *Über die stetige Abbildung einer Linie auf ein Flächenstück*).
#[must_use]
pub fn along_curve(places: &[GridPoint]) -> Vec<u32> {
    let mut order: Vec<u32> = (0u32..).take(places.len()).collect();
    let Some((low, high)) = shapes::bounds(places) else { return order };
    let side = (high.x - low.x).max(high.y - low.y);
    // Down to 16 bits a side.
    let shift = (i64::BITS - side.leading_zeros()).saturating_sub(16);
    let place = |at: &u32| {
        let p = places[*at as usize];
        let (x, y) = ((p.x - low.x) >> shift, (p.y - low.y) >> shift);
        along_hilbert(x as u32, y as u32)
    };
    order.sort_by_cached_key(place);
    order
}

/// How far along the curve a place lies, of which sixteen bits a side count.
fn along_hilbert(x: u32, y: u32) -> u32 {
    let (mut along, mut swapped, mut mirrored) = (0, 0, 0);
    for bit in (0..16).rev() {
        let (x, y) = (x >> bit & 1, y >> bit & 1);
        let other = (x ^ y) & swapped;
        let (right, upper) = (x ^ other ^ mirrored, y ^ other ^ mirrored);
        along = along << 2 | (3 * right) ^ upper;
        // Within the lower quarters the curve is turned, within the right one also mirrored. No
        // branches: which way one goes cannot be foretold.
        mirrored ^= right & !upper;
        swapped ^= upper ^ 1;
    }
    along
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_index_answers_in_order() {
        let boxes = (0..500usize).rev().map(|i| {
            let x = i as i64 * 10;
            (i, [x, 0, x + 10, 10])
        });
        let index = SpatialIndex::new(boxes.clone());
        assert_eq!(index.query(&[25, 5, 40, 5]), [2, 3, 4]);
        assert_eq!(index.query(&[25, 11, 40, 12]), [] as [usize; 0]);
        let expected: Vec<(u32, u32)> = (0..499).map(|i| (i, i + 1)).collect();
        assert_eq!(meeting_pairs(&boxes.collect::<Vec<_>>()), expected);
    }

    #[test]
    fn the_curve_goes_from_neighbour_to_neighbour() {
        let places: Vec<GridPoint> =
            (0..16).map(|i| GridPoint::new(i % 4 * 1024, i / 4 * 1024)).collect();
        // From the lower left quarter up, over to the right, and down to the lower right.
        let expected = [0, 1, 5, 4, 8, 12, 13, 9, 10, 14, 15, 11, 7, 6, 2, 3];
        let far: Vec<GridPoint> =
            places.iter().map(|p| GridPoint::new(p.x << 22, p.y << 22)).collect();
        assert_eq!(along_curve(&places), expected);
        assert_eq!(along_curve(&far), expected);
        assert_eq!(along_curve(&[]), [] as [u32; 0]);
        assert_eq!(along_curve(&[GridPoint::new(5, 5); 3]), [0, 1, 2]);
    }
}
