//! A spatial index of features, and the nearest of them.
//!
//! In: prepared features. Out: row numbers, always sorted, and exact planar distances. The
//! trees are loaded in bulk and never change. This is the only file that knows `rstar`.

use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, PointDistance, RTree, RTreeObject};

use super::edges::GridBox;
use super::grid::{GridPoint, STEPS_PER_METER};
use super::overlay::rings_of_shape;
use super::predicates::{Position, position};
use super::shapes::{Dimension, Shapes};

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

/// A point or segment of a feature, for the search of the nearest.
#[derive(Debug, Clone, Copy)]
struct Piece {
    a: GridPoint,
    b: GridPoint,
    row: u32,
}

impl RTreeObject for Piece {
    type Envelope = AABB<[f64; 2]>;

    fn envelope(&self) -> Self::Envelope {
        let at = |p: GridPoint| [p.x as f64, p.y as f64];
        AABB::from_corners(at(self.a), at(self.b))
    }
}

impl PointDistance for Piece {
    fn distance_2(&self, point: &[f64; 2]) -> f64 {
        squared_distance(self.a, self.b, *point)
    }
}

/// Squared distance, µm², of a point from a segment, which may be a single point.
///
/// Differences of grid coordinates are exact, so that equal places are equally far.
fn squared_distance(a: GridPoint, b: GridPoint, p: [f64; 2]) -> f64 {
    let (px, py) = (p[0] - a.x as f64, p[1] - a.y as f64);
    let (dx, dy) = ((b.x - a.x) as f64, (b.y - a.y) as f64);
    let along = px * dx + py * dy;
    if along <= 0.0 {
        return px * px + py * py;
    }
    let length = dx * dx + dy * dy;
    if along >= length {
        let (qx, qy) = (p[0] - b.x as f64, p[1] - b.y as f64);
        return qx * qx + qy * qy;
    }
    let off = dx * py - dy * px;
    off * off / length
}

/// Answers which feature is nearest to a place, and how far it is.
#[derive(Debug)]
pub struct Nearest {
    pieces: RTree<Piece>,
    areas: SpatialIndex,
    shapes: Shapes,
}

impl Nearest {
    /// Indexes points, lines and polygons.
    #[must_use]
    pub fn new(shapes: &Shapes) -> Self {
        let mut pieces = Vec::new();
        for (row, shape) in (0u32..).zip(shapes.iter()) {
            for (_, points) in shape.parts() {
                let mut add = |a, b| pieces.push(Piece { a, b, row });
                match shape.dimension() {
                    Dimension::Point => points.iter().for_each(|&p| add(p, p)),
                    Dimension::Line => points.windows(2).for_each(|w| add(w[0], w[1])),
                    Dimension::Area => {
                        let next = points.iter().cycle().skip(1);
                        points.iter().zip(next).for_each(|(&a, &b)| add(a, b));
                    }
                }
            }
        }
        let areas = shapes.iter().enumerate().filter_map(|(row, shape)| {
            let (low, high) = shape.bounds()?;
            (shape.dimension() == Dimension::Area)
                .then_some((row, [low.x, low.y, high.x, high.y]))
        });
        Self {
            areas: SpatialIndex::new(areas),
            pieces: RTree::bulk_load(pieces),
            shapes: shapes.clone(),
        }
    }

    /// The row of the nearest feature and its planar distance, m; of equally near ones the
    /// lowest row. Inside a polygon or on its edge the distance is 0. `None` without features.
    #[must_use]
    pub fn to(&self, place: GridPoint) -> Option<(usize, f64)> {
        let window = [place.x, place.y, place.x, place.y];
        let around = self.areas.query(&window).into_iter().find(|&row| {
            let rings = rings_of_shape(self.shapes.get(row));
            position(rings, place) != Position::Outside
        });
        let at = [place.x as f64, place.y as f64];
        let mut found = self.pieces.nearest_neighbor_iter_with_distance_2(at);
        let (first, first_distance) = found.next()?;
        let mut best = (first_distance, first.row);
        // The tree gives them by distance; a step further tells of all that are equally near.
        for (piece, distance) in found {
            if distance > first_distance * (1.0 + 1e-12) {
                break;
            }
            if (distance, piece.row) < best {
                best = (distance, piece.row);
            }
        }
        let (row, distance) = (best.1 as usize, best.0.sqrt() / STEPS_PER_METER);
        match around {
            Some(inside) if distance > 0.0 => Some((inside, 0.0)),
            Some(inside) => Some((inside.min(row), 0.0)),
            None => Some((row, distance)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layers::PartRole;

    const M: i64 = 1_000_000;

    fn grid(points: &[(i64, i64)]) -> Vec<GridPoint> {
        points.iter().map(|&(x, y)| GridPoint::new(x * M, y * M)).collect()
    }

    fn facilities() -> Shapes {
        let mut shapes = Shapes::default();
        shapes.push_part(PartRole::Point, grid(&[(0, 0)]));
        shapes.end_feature(Dimension::Point);
        shapes.push_part(PartRole::Line, grid(&[(10, -5), (10, 5)]));
        shapes.end_feature(Dimension::Line);
        shapes.push_part(PartRole::Shell, grid(&[(20, 0), (40, 0), (40, 20), (20, 20)]));
        shapes.push_part(PartRole::Hole, grid(&[(25, 5), (25, 15), (35, 15), (35, 5)]));
        shapes.end_feature(Dimension::Area);
        shapes.push_part(PartRole::Point, grid(&[(0, 0)]));
        shapes.end_feature(Dimension::Point);
        shapes
    }

    #[test]
    fn the_nearest_of_points_lines_and_polygons() {
        let nearest = Nearest::new(&facilities());
        let cases = [
            ("two at the same place: the lower row", (-3, 4), (0, 5.0)),
            ("half way: the lower row", (5, 0), (0, 5.0)),
            ("beside the line", (13, 2), (1, 3.0)),
            ("beyond its end", (10, 9), (1, 4.0)),
            ("inside the polygon", (22, 10), (2, 0.0)),
            ("on its edge", (40, 7), (2, 0.0)),
            ("in its hole", (29, 10), (2, 4.0)),
            ("off its corner", (43, 24), (2, 5.0)),
        ];
        for (case, (x, y), (row, distance)) in cases {
            let found = nearest.to(GridPoint::new(x * M, y * M)).unwrap();
            assert_eq!(found.0, row, "{case}");
            assert!((found.1 - distance).abs() < 1e-12, "{case}: {}", found.1);
        }
        assert_eq!(Nearest::new(&Shapes::default()).to(GridPoint::default()), None);
    }

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
