//! The edges of all planes, as the rings they come in.
//!
//! In: open rings. Out: edges by number. Every point is kept once, and the first of a ring again at its
//! end, so that an edge costs 24 bytes and not 40. The number of a ring's last point is that of no edge.

use std::ops::Range;

use super::{Edge, PlaneId};
use crate::geometry::grid::GridPoint;

/// Stands where no edge begins.
const NO_PLANE: PlaneId = PlaneId::MAX;

/// Edges by number, which rises along a ring and from ring to ring.
#[derive(Debug, Default)]
pub(super) struct Borders {
    points: Vec<GridPoint>,
    /// Plane of the edge that begins at each point, and number of its polygon there.
    owners: Vec<(PlaneId, u32)>,
    edges: usize,
}

impl Borders {
    /// Adds an open ring of a polygon.
    pub(super) fn add(&mut self, (plane, polygon): (PlaneId, u32), ring: &[GridPoint]) {
        let Some(first) = ring.first() else { return };
        self.points.extend_from_slice(ring);
        self.points.push(*first);
        self.owners.resize(self.points.len() - 1, (plane, polygon));
        self.owners.push((NO_PLANE, 0));
        self.edges += ring.len();
    }

    /// Makes room for so many more points, the first of each ring twice.
    pub(super) fn reserve(&mut self, points: usize) {
        self.points.reserve_exact(points);
        self.owners.reserve_exact(points);
    }

    /// How many edges there are.
    pub(super) fn count(&self) -> usize {
        self.edges
    }

    /// All points, the first of each ring twice.
    pub(super) fn points(&self) -> &[GridPoint] {
        &self.points
    }

    /// Numbers that are not above the last of an edge.
    pub(super) fn numbers(&self) -> Range<usize> {
        0..self.points.len()
    }

    /// An edge by its number; `None` at the end of a ring.
    #[inline]
    pub(super) fn at(&self, number: usize) -> Option<Edge> {
        let (plane, polygon) = self.owners[number];
        (plane != NO_PLANE).then(|| Edge {
            a: self.points[number],
            b: self.points[number + 1],
            plane,
            polygon,
        })
    }

    /// An edge by a number that is known to be one's.
    #[inline]
    pub(super) fn edge(&self, number: u32) -> Edge {
        let number = number as usize;
        let (plane, polygon) = self.owners[number];
        Edge { a: self.points[number], b: self.points[number + 1], plane, polygon }
    }

    /// All edges in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = Edge> {
        self.numbers().filter_map(|number| self.at(number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rings_are_closed_and_stay_apart() {
        let p = |x: i64| GridPoint::new(x, x * x);
        let mut rings = Borders::default();
        rings.add((0, 7), &[p(1), p(2), p(3)]);
        rings.add((0, 7), &[]);
        rings.add((1, 0), &[p(3), p(4), p(5)]);
        let told: Vec<_> =
            rings.iter().map(|e| (e.a.x, e.b.x, e.plane, e.polygon)).collect();
        let first = [(1, 2, 0, 7), (2, 3, 0, 7), (3, 1, 0, 7)];
        let second = [(3, 4, 1, 0), (4, 5, 1, 0), (5, 3, 1, 0)];
        assert_eq!(told, [first, second].concat());
        assert_eq!((rings.count(), rings.numbers(), rings.points().len()), (6, 0..8, 8));
        assert!(rings.at(3).is_none() && rings.at(7).is_none());
        assert_eq!((rings.edge(4).a, rings.edge(6).b), (p(3), p(3)));
    }
}
