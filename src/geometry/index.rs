//! A spatial index of features.
//!
//! In: prepared features. Out: row numbers, always sorted. The tree is loaded in bulk and
//! never changes.

use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};

use super::edges::GridBox;
use super::shapes::Shapes;

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

    /// All pairs of rows whose boxes meet, the lower row first, in order.
    #[must_use]
    pub fn pairs(&self) -> Vec<(u32, u32)> {
        let mut pairs: Vec<(u32, u32)> = self
            .tree
            .intersection_candidates_with_other_tree(&self.tree)
            .map(|(a, b)| (a.data, b.data))
            .filter(|(a, b)| a < b)
            .collect();
        pairs.sort_unstable();
        pairs
    }
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
        let index = SpatialIndex::new(boxes);
        assert_eq!(index.query(&[25, 5, 40, 5]), [2, 3, 4]);
        assert_eq!(index.query(&[25, 11, 40, 12]), [] as [usize; 0]);
        let expected: Vec<(u32, u32)> = (0..499).map(|i| (i, i + 1)).collect();
        assert_eq!(index.pairs(), expected);
    }
}
