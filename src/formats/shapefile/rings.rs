//! Which rings of a polygon are shells and which are holes, by how they lie in one another.
//!
//! In: the rings of one record. Out: an order in which each shell is followed by its holes.
//! The format asks for clockwise shells, and many programs do not care; so the orientation
//! is asked only where the rings cross or cover one another.

use geo::kernels::{Kernel as _, Orientation, RobustKernel};
use rstar::{AABB, RTree, RTreeObject};

use crate::layers::PartRole;

/// Rings up to which all pairs of them are looked at.
const FEW: usize = 16;
/// Edges of a ring from which on a table of them by height pays.
const LONG: usize = 64;
/// Edges that may be looked at for one record, some seconds of work.
const MAX_WORK: u64 = 500_000_000;

type Point = [f64; 2];

/// Shells with their holes after them.
#[derive(Debug, PartialEq)]
pub(super) struct Nested {
    /// Indices of the rings, each shell followed by its holes.
    pub(super) order: Vec<(usize, PartRole)>,
    /// Whether some ring runs the other way round than the format asks for.
    pub(super) is_turned: bool,
}

/// Sorts the rings of one record; `None` if that takes too much work.
///
/// # Method
///
/// A ring in an even number of others is a shell, one in an odd number a hole of the
/// smallest of them. Points are located by the exact sign of the orientation determinant
/// (Shewchuk 1997). Rings with a coordinate that is not finite are all shells.
pub(super) fn nest(rings: &[&[Point]]) -> Option<Nested> {
    let rings: Vec<Ring<'_>> = rings.iter().map(|points| Ring::new(points)).collect();
    let is_finite = rings.iter().all(Ring::is_finite);
    let mut around: Vec<Vec<usize>> = vec![Vec::new(); rings.len()];
    if is_finite && rings.len() > 1 {
        let mut work = 0;
        for (inner, outer) in pairs(&rings) {
            if is_in(&rings[inner], &rings[outer], &mut work)? {
                around[inner].push(outer);
            }
        }
    }
    let depth = |ring: usize| around[ring].len();
    let mut holes: Vec<Vec<usize>> = vec![Vec::new(); rings.len()];
    let mut is_turned = false;
    for (at, ring) in rings.iter().enumerate() {
        let is_hole = depth(at) % 2 == 1;
        is_turned |= ring.claims_hole().is_some_and(|claims| claims != is_hole);
        if is_hole && let Some(shell) = parent(at, &around, &rings) {
            holes[shell].push(at);
        }
    }
    let shells = (0..rings.len()).filter(|&at| depth(at) % 2 == 0);
    let with_holes = |at: usize| {
        let own = holes[at].iter().map(|&hole| (hole, PartRole::Hole));
        std::iter::once((at, PartRole::Shell)).chain(own)
    };
    Some(Nested { order: shells.flat_map(with_holes).collect(), is_turned })
}

/// The shell of a hole: the smallest of the shells around it.
fn parent(hole: usize, around: &[Vec<usize>], rings: &[Ring<'_>]) -> Option<usize> {
    let shells =
        around[hole].iter().copied().filter(|&at| around[at].len().is_multiple_of(2));
    shells.min_by(|&a, &b| rings[a].area.abs().total_cmp(&rings[b].area.abs()))
}

/// Pairs of an inner and an outer ring of which the boxes lie in one another, in order.
fn pairs(rings: &[Ring<'_>]) -> Vec<(usize, usize)> {
    let fits = |inner: usize, outer: usize| {
        inner != outer && rings[inner].is_boxed_by(&rings[outer])
    };
    if rings.len() <= FEW {
        let all = (0..rings.len()).flat_map(|a| (0..rings.len()).map(move |b| (a, b)));
        return all.filter(|&(inner, outer)| fits(inner, outer)).collect();
    }
    let boxes = rings.iter().enumerate().map(|(at, ring)| Boxed(ring.low, ring.high, at));
    let tree = RTree::bulk_load(boxes.collect());
    let mut found = Vec::new();
    for (inner, ring) in rings.iter().enumerate() {
        let hits = tree.locate_in_envelope_intersecting(AABB::from_point(ring.low));
        let mut outer: Vec<usize> =
            hits.map(|hit| hit.2).filter(|&outer| fits(inner, outer)).collect();
        outer.sort_unstable();
        found.extend(outer.into_iter().map(|outer| (inner, outer)));
    }
    found
}

struct Boxed(Point, Point, usize);

impl RTreeObject for Boxed {
    type Envelope = AABB<Point>;

    fn envelope(&self) -> Self::Envelope {
        AABB::from_corners(self.0, self.1)
    }
}

/// Whether one ring lies in another; `None` if too much work has been done.
fn is_in(inner: &Ring<'_>, outer: &Ring<'_>, work: &mut u64) -> Option<bool> {
    let (mut is_inside, mut is_outside) = (false, false);
    for point in inner.points {
        match outer.locate(*point, work) {
            Place::Inside => is_inside = true,
            Place::Outside => is_outside = true,
            Place::Edge => {}
        }
        if *work > MAX_WORK {
            return None;
        }
        if is_inside && is_outside {
            break;
        }
    }
    Some(match (is_inside, is_outside) {
        (true, false) => true,
        (false, true) => false,
        // They cross, or one covers the edge of the other: what the file claims decides.
        _ => inner.claims_hole() == Some(true) && outer.claims_hole() == Some(false),
    })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Inside,
    Edge,
    Outside,
}

struct Ring<'p> {
    points: &'p [Point],
    low: Point,
    high: Point,
    /// Twice the area, positive anticlockwise.
    area: f64,
    edges: std::cell::OnceCell<Heights>,
}

impl<'p> Ring<'p> {
    fn new(points: &'p [Point]) -> Self {
        let (mut low, mut high) = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
        for point in points {
            for axis in 0..2 {
                low[axis] = low[axis].min(point[axis]);
                high[axis] = high[axis].max(point[axis]);
            }
        }
        let origin = points.first().copied().unwrap_or_default();
        let cross = |a: Point, b: Point| {
            (a[0] - origin[0]) * (b[1] - origin[1])
                - (b[0] - origin[0]) * (a[1] - origin[1])
        };
        let area = points.windows(2).map(|pair| cross(pair[0], pair[1])).sum();
        Self { points, low, high, area, edges: std::cell::OnceCell::new() }
    }

    fn is_finite(&self) -> bool {
        self.points.iter().flatten().all(|number| number.is_finite())
    }

    /// What its orientation says; `None` if it has no area.
    fn claims_hole(&self) -> Option<bool> {
        (self.area != 0.0 && self.area.is_finite()).then_some(self.area > 0.0)
    }

    fn is_boxed_by(&self, other: &Self) -> bool {
        (0..2).all(|axis| {
            other.low[axis] <= self.low[axis] && self.high[axis] <= other.high[axis]
        })
    }

    /// The edge that begins at a point; the last closes the ring.
    fn edge(&self, at: usize) -> (Point, Point) {
        let next = if at + 1 == self.points.len() { 0 } else { at + 1 };
        (self.points[at], self.points[next])
    }

    /// Where a point lies, by the parity of the edges to its right.
    fn locate(&self, point: Point, work: &mut u64) -> Place {
        let mut is_inside = false;
        let mut look = |at: usize| {
            *work += 1;
            let crossing = crossing(self.edge(at), point);
            is_inside ^= crossing == Crossing::Right;
            crossing == Crossing::On
        };
        let is_on = if self.points.len() < LONG {
            (0..self.points.len()).any(look)
        } else {
            let heights = self.edges.get_or_init(|| Heights::new(self));
            heights.at(point[1]).iter().any(|&at| look(at as usize))
        };
        match (is_on, is_inside) {
            (true, _) => Place::Edge,
            (false, true) => Place::Inside,
            (false, false) => Place::Outside,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Crossing {
    /// The edge crosses the ray to the right of the point.
    Right,
    /// The point lies on the edge.
    On,
    /// Neither.
    No,
}

fn crossing((a, b): (Point, Point), point: Point) -> Crossing {
    let is_between = |axis: usize| {
        a[axis].min(b[axis]) <= point[axis] && point[axis] <= a[axis].max(b[axis])
    };
    if !is_between(1) {
        return Crossing::No;
    }
    let coord = |p: Point| geo::Coord { x: p[0], y: p[1] };
    let side = RobustKernel::orient2d(coord(a), coord(b), coord(point));
    if side == Orientation::Collinear {
        return if is_between(0) { Crossing::On } else { Crossing::No };
    }
    let spans = (a[1] > point[1]) != (b[1] > point[1]);
    let is_left = (side == Orientation::CounterClockwise) == (b[1] > a[1]);
    if spans && is_left { Crossing::Right } else { Crossing::No }
}

/// The edges of a ring by height, so that few are looked at for a point.
struct Heights {
    low: f64,
    per_unit: f64,
    starts: Vec<u32>,
    edges: Vec<u32>,
}

impl Heights {
    fn new(ring: &Ring<'_>) -> Self {
        let count = ring.points.len();
        let height = ring.high[1] - ring.low[1];
        let mut buckets = count / 4;
        loop {
            #[expect(clippy::cast_precision_loss, reason = "a number of buckets")]
            let per_unit = if height > 0.0 { buckets as f64 / height } else { 0.0 };
            let mut heights = Self {
                low: ring.low[1],
                per_unit,
                starts: vec![0; buckets + 1],
                edges: vec![],
            };
            let spans = |at: usize| {
                let (a, b) = ring.edge(at);
                let slot = |y: f64| heights.slot(y, buckets);
                slot(a[1].min(b[1]))..=slot(a[1].max(b[1]))
            };
            let total: usize = (0..count).map(|at| spans(at).count()).sum();
            if total > 8 * count && buckets > 1 {
                // Long edges would be in most buckets.
                buckets /= 2;
                continue;
            }
            let mut lists = vec![Vec::new(); buckets];
            for at in 0..count {
                let index = u32::try_from(at).unwrap_or(u32::MAX);
                spans(at).for_each(|slot| lists[slot].push(index));
            }
            for (slot, list) in lists.into_iter().enumerate() {
                heights.edges.extend(list);
                heights.starts[slot + 1] =
                    u32::try_from(heights.edges.len()).unwrap_or(u32::MAX);
            }
            return heights;
        }
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "cut to the buckets there are"
    )]
    fn slot(&self, y: f64, buckets: usize) -> usize {
        (((y - self.low) * self.per_unit).max(0.0) as usize).min(buckets - 1)
    }

    /// The edges that may be at a height.
    fn at(&self, y: f64) -> &[u32] {
        let slot = self.slot(y, self.starts.len() - 1);
        &self.edges[self.starts[slot] as usize..self.starts[slot + 1] as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use PartRole::{Hole, Shell};

    /// A square by its middle and half its width; clockwise if the width is positive.
    fn square(x: f64, y: f64, half: f64) -> Vec<Point> {
        let r = half.abs();
        let mut ring = vec![
            [x - r, y - r],
            [x - r, y + r],
            [x + r, y + r],
            [x + r, y - r],
            [x - r, y - r],
        ];
        if half < 0.0 {
            ring.reverse();
        }
        ring
    }

    fn nested(rings: &[Vec<Point>]) -> (Vec<(usize, PartRole)>, bool) {
        let views: Vec<&[Point]> = rings.iter().map(Vec::as_slice).collect();
        let found = nest(&views).unwrap();
        (found.order, found.is_turned)
    }

    #[test]
    fn rings_are_sorted_by_containment() {
        let (big, hole, island) = (square(0.0, 0.0, 9.0), square(0.0, 0.0, -5.0), 2.0);
        let far = square(30.0, 0.0, 3.0);
        let cases = [
            // As the format asks for it.
            (vec![big.clone(), hole.clone()], vec![(0, Shell), (1, Hole)], false),
            // The hole stands first.
            (vec![hole.clone(), big.clone()], vec![(1, Shell), (0, Hole)], false),
            // Everything the wrong way round.
            (
                vec![square(0.0, 0.0, -9.0), square(0.0, 0.0, 5.0)],
                vec![(0, Shell), (1, Hole)],
                true,
            ),
            // An island in the lake, and another polygon.
            (
                vec![far, square(0.0, 0.0, island), hole.clone(), big.clone()],
                vec![(0, Shell), (1, Shell), (3, Shell), (2, Hole)],
                false,
            ),
            // A hole that touches the shell with a corner and with an edge.
            (
                vec![big.clone(), square(4.0, 4.0, -5.0)],
                vec![(0, Shell), (1, Hole)],
                false,
            ),
            // The same ring twice, once as a hole: the claim decides.
            (
                vec![big.clone(), square(0.0, 0.0, -9.0)],
                vec![(0, Shell), (1, Hole)],
                false,
            ),
            // Twice as a shell: two shells, which mending unites.
            (vec![big.clone(), big.clone()], vec![(0, Shell), (1, Shell)], false),
            (vec![], vec![], false),
        ];
        for (rings, order, is_turned) in cases {
            assert_eq!(nested(&rings), (order, is_turned), "{rings:?}");
        }
    }

    #[test]
    fn a_ring_that_crosses_is_what_it_claims() {
        // An L, and a square that reaches over its inner corner, within its box.
        let l: Vec<Point> =
            vec![[0., 0.], [0., 9.], [3., 9.], [3., 3.], [9., 3.], [9., 0.], [0., 0.]];
        let hole = square(3.0, 3.0, -2.0);
        assert_eq!(nested(&[l.clone(), hole]).0, [(0, Shell), (1, Hole)]);
        let shell = square(3.0, 3.0, 2.0);
        assert_eq!(nested(&[l, shell]).0, [(0, Shell), (1, Shell)]);
    }

    #[test]
    fn long_rings_and_many_rings_give_the_same() {
        // A circle of 1000 edges with a grid of 400 holes, each with an island.
        let around = |x: f64, y: f64, r: f64, n: u32| -> Vec<Point> {
            let angle = |i: u32| -std::f64::consts::TAU * f64::from(i % n) / f64::from(n);
            (0..=n).map(|i| [x + r * angle(i).cos(), y + r * angle(i).sin()]).collect()
        };
        let mut rings = vec![around(0.0, 0.0, 100.0, 1000)];
        for i in 0..20 {
            for j in 0..20 {
                let (x, y) = (f64::from(i) * 6.0 - 57.0, f64::from(j) * 6.0 - 57.0);
                rings.push(around(x, y, 2.0, 100));
                rings.push(around(x, y, 1.0, 8));
            }
        }
        let (order, is_turned) = nested(&rings);
        assert!(is_turned);
        let holes: Vec<usize> =
            order.iter().filter(|(_, role)| *role == Hole).map(|(at, _)| *at).collect();
        assert_eq!(holes, (0..400).map(|k| 2 * k + 1).collect::<Vec<_>>());
        assert_eq!(order[..401].iter().filter(|(_, role)| *role == Hole).count(), 400);
    }

    #[test]
    fn what_is_not_finite_is_left_as_it_is() {
        let bad = vec![[f64::NAN, 0.0], [1.0, f64::INFINITY], [2.0, 0.0]];
        assert_eq!(nested(&[square(0., 0., 9.), bad]).0, [(0, Shell), (1, Shell)]);
    }
}
