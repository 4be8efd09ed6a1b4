//! Zones with their edge moved in and out by the positional accuracy.
//!
//! In: polygons by level or sources of bands, and accuracies in metres. Out: for each of the four
//! levels the cumulative zone "this level or worse", smaller and larger. Knows nothing of
//! what lies in the zones.

use rayon::prelude::*;

use super::band::{around, strip_groups, unite};
use super::grid::GridPoint;
use super::index::SpatialIndex;
use super::memo::{Key, recalled};
use super::overlay::{
    Polygon, Ring, Rule, difference, rings_of, rings_of_shape, to_shapes, union,
    union_with_all_vertices,
};
use super::predicates::cross;
use super::shapes::{Dimension, Shapes};
use crate::domain::Level;

/// So far, µm, the edge of a dissolved zone may lie from the edge that it comes from: crossings
/// are rounded to the grid, and edges bend by as much.
const MATCH_STEPS: i64 = 10;

/// The cumulative zone of each of [`Level::ZONES`], with its edge moved in and out.
pub type Margins = ([Shapes; 4], [Shapes; 4]);

/// Everything within a distance of features, each with its own distance, m.
#[must_use]
pub fn zone_around(shapes: &Shapes, within_m: &(dyn Fn(usize) -> f64 + Sync)) -> Shapes {
    let key = || {
        let mut key = Key::new("zone_around");
        shapes
            .iter()
            .enumerate()
            .for_each(|(row, shape)| key.feature(shape, within_m(row)));
        key
    };
    recalled(key, || to_shapes(&drawn_around(shapes, within_m)))
}

fn drawn_around(
    shapes: &Shapes,
    within_m: &(dyn Fn(usize) -> f64 + Sync),
) -> Vec<Polygon> {
    let groups: Vec<Vec<Ring>> = (0..shapes.len())
        .into_par_iter()
        .map(|row| {
            let polygons = around(shapes.get(row), within_m(row));
            polygons.into_iter().flat_map(|polygon| polygon.rings).collect()
        })
        .collect();
    unite(&groups)
}

/// The margins of distance bands: `within_m` less and plus the accuracy of each source.
#[must_use]
pub fn of_bands(
    shapes: &Shapes,
    bands: &[(f64, Level)],
    accuracy_of: &(dyn Fn(usize) -> f64 + Sync),
) -> Margins {
    let moved = |sign: f64| {
        by_level(
            |level| reach(bands, level),
            |&within_m| zone_around(shapes, &|row| within_m + sign * accuracy_of(row)),
        )
    };
    (moved(-1.0), moved(1.0))
}

/// The largest distance of a band at a level or worse.
fn reach(bands: &[(f64, Level)], level: Level) -> Option<f64> {
    let worse = bands.iter().filter(|(_, of)| *of <= level);
    worse.map(|(within_m, _)| *within_m).reduce(f64::max)
}

/// The margins of drawn zones: the dissolved cumulative zone less and plus a strip along its edge.
///
/// Where accuracies differ, a stretch of the edge has the largest one of the features on whose edge
/// it lies.
#[must_use]
pub fn of_polygons(
    shapes: &Shapes,
    levels: &[Level],
    accuracy_of: &(dyn Fn(usize) -> f64 + Sync),
) -> Margins {
    let rows_of = |level: Level| {
        let rows: Vec<usize> = (0..shapes.len())
            .filter(|&row| shapes.get(row).dimension() == Dimension::Area)
            .filter(|&row| levels[row] <= level && levels[row] != Level::None)
            .collect();
        (!rows.is_empty()).then_some(rows)
    };
    let both = by_level(rows_of, |rows| moved_edge(shapes, rows, accuracy_of));
    (both.clone().map(|(inner, _)| inner), both.map(|(_, outer)| outer))
}

/// One result for each of the four levels; equal keys are computed once, no key is empty.
fn by_level<K: PartialEq, T: Clone + Default>(
    key_of: impl Fn(Level) -> Option<K>,
    compute: impl Fn(&K) -> T,
) -> [T; 4] {
    let mut last: Option<(K, T)> = None;
    Level::ZONES.map(|level| {
        let Some(key) = key_of(level) else { return T::default() };
        if let Some((known, result)) = &last
            && *known == key
        {
            return result.clone();
        }
        let result = compute(&key);
        last = Some((key, result.clone()));
        result
    })
}

fn moved_edge(
    shapes: &Shapes,
    rows: &[usize],
    accuracy_of: &(dyn Fn(usize) -> f64 + Sync),
) -> (Shapes, Shapes) {
    let key = || {
        let mut key = Key::new("moved_edge");
        for &row in rows {
            key.feature(shapes.get(row), accuracy_of(row));
        }
        key
    };
    recalled(key, || {
        let (inner, outer) = draw_moved_edge(shapes, rows, accuracy_of);
        (to_shapes(&inner), to_shapes(&outer))
    })
}

fn draw_moved_edge(
    shapes: &Shapes,
    rows: &[usize],
    accuracy_of: &(dyn Fn(usize) -> f64 + Sync),
) -> (Vec<Polygon>, Vec<Polygon>) {
    let rings = rows.iter().flat_map(|&row| rings_of_shape(shapes.get(row)));
    let zone = union_with_all_vertices(rings);
    let radii = Radii::new(shapes, rows, accuracy_of);
    let groups: Vec<Vec<Ring>> = rings_of(&zone)
        .collect::<Vec<_>>()
        .into_par_iter()
        .flat_map_iter(|ring| strip_groups(ring, &radii.of_ring(ring)))
        .collect();
    let strip = unite(&groups);
    let outer = union(rings_of(&zone).chain(rings_of(&strip)), Rule::NonZero);
    let inner = difference(rings_of(&zone), rings_of(&strip));
    (inner, outer)
}

/// Which accuracy a stretch of the edge of a dissolved zone has.
enum Radii {
    Uniform(f64),
    ByEdge { index: SpatialIndex, edges: Vec<(GridPoint, GridPoint, f64)>, largest: f64 },
}

impl Radii {
    fn new(
        shapes: &Shapes,
        rows: &[usize],
        accuracy_of: &(dyn Fn(usize) -> f64 + Sync),
    ) -> Self {
        let all: Vec<f64> = rows.iter().map(|&row| accuracy_of(row)).collect();
        let largest = all.iter().copied().fold(0.0, f64::max);
        if all.iter().all(|accuracy| accuracy.to_bits() == largest.to_bits()) {
            return Self::Uniform(largest);
        }
        let mut edges = Vec::new();
        for (&row, &accuracy) in rows.iter().zip(&all) {
            for ring in rings_of_shape(shapes.get(row)) {
                let next = ring.iter().cycle().skip(1);
                edges.extend(ring.iter().zip(next).map(|(&a, &b)| (a, b, accuracy)));
            }
        }
        let boxes = edges.iter().map(|(a, b, _)| super::edges::box_of(*a, *b));
        let index = SpatialIndex::new(boxes.enumerate());
        Self::ByEdge { index, edges, largest }
    }

    fn of_ring(&self, ring: &[GridPoint]) -> Vec<f64> {
        let next = ring.iter().cycle().skip(1);
        ring.iter().zip(next).map(|(&a, &b)| self.of_edge(a, b)).collect()
    }

    fn of_edge(&self, a: GridPoint, b: GridPoint) -> f64 {
        let Self::ByEdge { index, edges, largest } = self else {
            let Self::Uniform(radius) = self else { return 0.0 };
            return *radius;
        };
        let middle = GridPoint::new(a.x.midpoint(b.x), a.y.midpoint(b.y));
        let (low, high) = (-MATCH_STEPS, MATCH_STEPS);
        let window = [middle.x + low, middle.y + low, middle.x + high, middle.y + high];
        let near = index.query(&window).into_iter().filter_map(|i| {
            let (p, q, accuracy) = edges[i];
            is_near_line(p, q, middle).then_some(accuracy)
        });
        // Nothing near cannot well happen; the largest accuracy is then on the safe side.
        near.reduce(f64::max).unwrap_or(*largest)
    }
}

/// Whether a point lies within the matching distance of the line through two others.
fn is_near_line(a: GridPoint, b: GridPoint, p: GridPoint) -> bool {
    let length = ((b.x - a.x) as f64).hypot((b.y - a.y) as f64);
    (cross(a, b, p) as f64).abs() <= length * MATCH_STEPS as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::ShapeRef;
    use crate::layers::PartRole;
    use std::f64::consts::PI;

    const M: i64 = 1_000_000;

    fn rectangles(all: &[(i64, i64, i64, i64)]) -> Shapes {
        let mut shapes = Shapes::default();
        for &(x, y, w, h) in all {
            let p = |x: i64, y: i64| GridPoint::new(x * M, y * M);
            let ring = [p(x, y), p(x + w, y), p(x + w, y + h), p(x, y + h)];
            shapes.push_part(PartRole::Shell, ring);
            shapes.end_feature(Dimension::Area);
        }
        shapes
    }

    fn areas(four: &[Shapes; 4]) -> Vec<f64> {
        four.iter().map(|s| s.iter().map(ShapeRef::area_m2).sum()).collect()
    }

    fn assert_near(found: &[f64], expected: &[f64], case: &str) {
        for (a, b) in found.iter().zip(expected) {
            assert!(
                (a - b).abs() <= 2e-4 * b.abs() + 1e-6,
                "{case}: {found:?} {expected:?}"
            );
        }
    }

    #[test]
    fn a_square_moves_by_its_accuracy() {
        // s = 100, a = 10: (s − 2a)² = 6,400 and s² + 4sa + πa² = 14,314.16.
        let shapes = rectangles(&[(0, 0, 100, 100)]);
        let (inner, outer) = of_polygons(&shapes, &[Level::High], &|_| 10.0);
        assert_near(&areas(&inner), &[0.0, 6400.0, 6400.0, 6400.0], "inner");
        let larger = 14_000.0 + PI * 100.0;
        assert_near(&areas(&outer), &[0.0, larger, larger, larger], "outer");
        // An accuracy beyond half the side leaves nothing inside.
        let (inner, _) = of_polygons(&shapes, &[Level::High], &|_| 50.1);
        assert_near(&areas(&inner), &[0.0; 4], "nothing left");
    }

    #[test]
    fn edges_between_levels_of_one_zone_do_not_move_the_cumulative_zone() {
        let shapes = rectangles(&[(0, 0, 100, 100), (100, 0, 100, 100)]);
        let levels = [Level::VeryHigh, Level::Low];
        let (inner, outer) = of_polygons(&shapes, &levels, &|_| 10.0);
        assert_near(&areas(&inner), &[6400.0, 6400.0, 6400.0, 180.0 * 80.0], "inner");
        let (one, two) = (14_000.0 + 100.0 * PI, 20_000.0 + 6000.0 + 100.0 * PI);
        assert_near(&areas(&outer), &[one, one, one, two], "outer");
    }

    #[test]
    fn a_stretch_of_the_edge_has_the_accuracy_of_its_feature() {
        // Side by side, 5 m and 10 m: inside, 95 · 90 and 90 · 80 (the common edge is gone).
        let shapes = rectangles(&[(0, 0, 100, 100), (100, 0, 100, 100)]);
        let accuracy = [5.0, 10.0];
        let (inner, _) = of_polygons(&shapes, &[Level::High; 2], &|row| accuracy[row]);
        // Around (100, 0) and (100, 100) the disc of 10 m reaches into the left one by
        // the segment beyond 5 m from the edge, half of it: computed, not drawn.
        let (r, h) = (10.0_f64, 5.0_f64);
        let segment = r * r * (h / r).acos() - h * (r * r - h * h).sqrt();
        let expected = 95.0 * 90.0 + 90.0 * 80.0 - segment;
        assert_near(&areas(&inner)[1..], &[expected; 3], "inner");
    }

    #[test]
    fn bands_move_by_the_accuracy_of_their_source() {
        let mut shapes = Shapes::default();
        shapes.push_part(PartRole::Point, [GridPoint::new(0, 0)]);
        shapes.end_feature(Dimension::Point);
        let bands = [(20.0, Level::VeryHigh), (100.0, Level::Medium)];
        let (inner, outer) = of_bands(&shapes, &bands, &|_| 30.0);
        let disc = |r: f64| PI * r * r;
        assert_near(&areas(&inner), &[0.0, 0.0, disc(70.0), disc(70.0)], "inner");
        let outside = [disc(50.0), disc(50.0), disc(130.0), disc(130.0)];
        assert_near(&areas(&outer), &outside, "outer");
    }
}
