//! Which planes hold a point: exact integer arithmetic, edges belong to their plane.

use super::lattice::{Counts, bump};
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
        let edge = mosaic.edges.edge(id);
        if edge.spans(anchor.y2)
            && !edge.crosses_by(anchor.x2, anchor.y2)
            && edge.crosses_by(2 * point.x, anchor.y2)
        {
            change(edge.plane, edge.eastward());
        }
        let x2 = 2 * point.x;
        if edge.covers(x2)
            && edge.is_above(x2, anchor.y2)
            && !edge.is_above(x2, 2 * point.y)
        {
            change(edge.plane, edge.northward());
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

/// The corner just to the south-west of `low`, a half step off, with the counts there.
///
/// The walk is that of [`from_anchor`], so `scratch.near` must hold every edge of the window
/// from the anchor to `low`.
pub(super) fn corner(
    mosaic: &Mosaic,
    anchor: Anchor,
    low: GridPoint,
    scratch: &Scratch,
) -> (Anchor, Counts) {
    let mut counts: Counts = mosaic.lattice.counts(anchor.state).clone();
    let (x2, y2) = (2 * low.x - 1, 2 * low.y - 1);
    for &id in &scratch.near {
        let edge = mosaic.edges.edge(id);
        if edge.spans(anchor.y2)
            && !edge.crosses_by(anchor.x2, anchor.y2)
            && edge.crosses_by(x2, anchor.y2)
        {
            bump(&mut counts, edge.plane, edge.eastward());
        }
        if edge.covers(x2) && edge.is_above(x2, anchor.y2) && !edge.is_above(x2, y2) {
            bump(&mut counts, edge.plane, edge.northward());
        }
    }
    (Anchor { x2, y2, ..anchor }, counts)
}

impl Edge {
    /// Whether the edge covers the meridian just east of `x2` (half steps).
    fn covers(&self, x2: i64) -> bool {
        2 * self.a.x.min(self.b.x) <= x2 && x2 < 2 * self.a.x.max(self.b.x)
    }

    /// Change of count when an edge that covers a meridian is crossed from south to north.
    fn northward(&self) -> i32 {
        if self.b.x > self.a.x { 1 } else { -1 }
    }

    /// Whether an edge that covers the meridian runs above `y2` just east of `x2` (half steps).
    fn is_above(&self, x2: i64, y2: i64) -> bool {
        // Below an edge that goes east is its right side.
        match self.side(x2, y2) * self.northward() {
            // The edge passes through the point itself: its slope decides.
            0 => (self.b.y > self.a.y) == (self.b.x > self.a.x) && self.a.y != self.b.y,
            side => side < 0,
        }
    }
}
