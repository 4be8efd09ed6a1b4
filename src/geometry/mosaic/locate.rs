//! Which planes hold a point: exact integer arithmetic, edges belong to their plane.

use super::lattice::Counts;
use super::{Anchor, Edge, Membership, Mosaic, Scratch, cross, within_box};
use crate::geometry::grid::GridPoint;

/// Finds the planes of a point.
pub(super) fn locate(
    mosaic: &Mosaic,
    point: GridPoint,
    scratch: &mut Scratch,
) -> Membership {
    let anchor = mosaic.anchor(point);
    mosaic.edges_between(anchor, point, point, scratch);
    from_anchor(mosaic, anchor, point, scratch)
}

/// Walks from the anchor east along its row and then north to the point, counting edges.
///
/// The walk runs an immeasurable step to the east of the point's meridian, so
/// that it meets no vertex: an edge covers the meridian if it begins at or west
/// of it and ends east of it. `scratch.near` must hold every edge of the window
/// from the anchor to the point.
pub(super) fn from_anchor(
    mosaic: &Mosaic,
    anchor: Anchor,
    point: GridPoint,
    scratch: &Scratch,
) -> Membership {
    let mut counts: Counts = mosaic.lattice.counts(anchor.state).clone();
    let mut on_edge = Membership::new();
    let mut change = |plane, delta| match counts.iter_mut().find(|(p, _)| *p == plane) {
        Some((_, count)) => *count += delta,
        None => counts.push((plane, delta)),
    };
    for &id in &scratch.near {
        let edge = mosaic.edges[id as usize];
        if edge.spans(anchor.y2)
            && !edge.crosses_by(anchor.x2, anchor.y2)
            && edge.crosses_by(2 * point.x, anchor.y2)
        {
            change(edge.plane, edge.eastward());
        }
        if edge.covers(point.x)
            && edge.is_above(point.x, anchor.y2)
            && !edge.is_above(point.x, 2 * point.y)
        {
            change(edge.plane, if edge.b.x > edge.a.x { 1 } else { -1 });
        }
        if cross(edge.a, edge.b, point) == 0 && within_box(edge.a, edge.b, point) {
            on_edge.push(edge.plane);
        }
    }
    let inside = counts.iter().filter(|(_, count)| *count > 0).map(|(plane, _)| *plane);
    let mut planes: Membership = inside.chain(on_edge).collect();
    planes.sort_unstable();
    planes.dedup();
    planes
}

impl Edge {
    /// Whether the edge covers the meridian just east of `x`.
    fn covers(&self, x: i64) -> bool {
        self.a.x.min(self.b.x) <= x && x < self.a.x.max(self.b.x)
    }

    /// Whether an edge that covers the meridian runs above `y2` (half steps) just east of `x`.
    fn is_above(&self, x: i64, y2: i64) -> bool {
        // Below an edge that goes east is its right side.
        let eastward = if self.b.x > self.a.x { 1 } else { -1 };
        match self.side(2 * x, y2) * eastward {
            // The edge passes through the point itself: its slope decides.
            0 => (self.b.y > self.a.y) == (self.b.x > self.a.x) && self.a.y != self.b.y,
            side => side < 0,
        }
    }
}
