//! Cutting a polygon by a single border: a sum over pairs of edges.
//!
//! In: the edges in the window of a feature that one polygon's border crosses, or a border
//! that two planes share. Out: its parts, or `None` where only the sweep can tell.
//!
//! # Method
//!
//! Twice the integral of a polygon's indicator is a sum over its edges, each counting what lies
//! above it (Green's theorem), so the ground that two polygons have in common is a sum over
//! the pairs of their edges: of what lies above both (O'Rourke, *Computational Geometry in C*,
//! §7.4, does the same for one). Most features that are cut at all are cut by one border, and
//! this costs a fraction of a sweep. The terms are as large as the window, not as the part, so
//! a feature that fills little of its window is left to the sweep.

use smallvec::smallvec;

use super::lattice::Counts;
use super::sweep::{Piece, Scratch, Toggle, clip, least_part, outer_planes};
use super::{Anchor, Edge, Mosaic, Parts, PlaneId};
use crate::geometry::grid::{AREA_STEPS_PER_M2, GridPoint};
use crate::geometry::shapes::ShapeRef;

/// A window beyond this, m², is left to the sweep: rounding is a 1e-14th of it or so.
const WIDEST_M2: f64 = 1e7;
/// Share of its window that a feature must fill.
const FILLED: f64 = 1e-3;

/// What the borders in a window are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Border {
    /// All of one polygon of one plane.
    Single,
    /// Of two planes, each where the other is not.
    Shared,
}

/// Splits `shape`, whose window's edges and planes `scratch` holds; `counts` are those of the
/// corner from which the window is reached.
pub(super) fn split(
    mosaic: &Mosaic,
    (corner, counts): (Anchor, &Counts),
    shape: ShapeRef<'_>,
    (low, high): (GridPoint, GridPoint),
    scratch: &mut Scratch,
) -> Option<Parts> {
    let area_m2 = shape.area_m2();
    let window = (high.x - low.x) as f64 * (high.y - low.y) as f64 / AREA_STEPS_PER_M2;
    if window > WIDEST_M2 || area_m2 < FILLED * window {
        return None;
    }
    let border = border(mosaic, counts, scratch)?;
    let own = scratch.planes.len() as u32;
    if border == Border::Shared {
        scratch.edges.retain(|local| local.plane != 1);
    }
    let height = (2 * high.y + 1 - corner.y2) as f64 / 2.0;
    let side = |x: i64| (2 * x - corner.x2) as f64 * 0.5;
    clip(corner, height, (side(low.x), side(high.x)), own, scratch);
    let plane = scratch.planes[0];
    let held = held(count_of(counts, plane), height, own, scratch) / AREA_STEPS_PER_M2;
    // Where other polygons of the plane hold the whole window, more than all of it.
    Some(parts(held.clamp(0.0, area_m2), area_m2, border, counts, &scratch.planes))
}

/// What the borders in the window are; `None` if neither.
fn border(mosaic: &Mosaic, counts: &Counts, scratch: &Scratch) -> Option<Border> {
    let edge = |id: &u32| mosaic.edges.edge(*id);
    match *scratch.planes.as_slice() {
        [_] => {
            let first = edge(scratch.near.first()?).polygon;
            let is_one = scratch.near.iter().all(|id| edge(id).polygon == first);
            is_one.then_some(Border::Single)
        }
        [a, b] => {
            let split = scratch.near.partition_point(|id| edge(id).plane == a);
            let (ours, theirs) = scratch.near.split_at(split);
            let are_twins = ours.len() == theirs.len()
                && ours
                    .iter()
                    .zip(theirs.iter().rev())
                    .all(|(ours, theirs)| is_reverse(&edge(ours), &edge(theirs)));
            // What one gains across the border the other loses, so one of them it is everywhere.
            let is_shared = are_twins && count_of(counts, a) + count_of(counts, b) == 1;
            is_shared.then_some(Border::Shared)
        }
        _ => None,
    }
}

fn is_reverse(a: &Edge, b: &Edge) -> bool {
    (a.a, a.b) == (b.b, b.a)
}

fn count_of(counts: &Counts, plane: PlaneId) -> i32 {
    counts.iter().find(|(known, _)| *known == plane).map_or(0, |(_, count)| *count)
}

/// The integral of the first plane's count over the feature, square steps.
fn held(count: i32, height: f64, own: u32, scratch: &Scratch) -> f64 {
    // The feature's edges were listed last.
    let first = scratch.pieces.partition_point(|piece| piece.plane < own);
    let (border, feature) = scratch.pieces.split_at(first);
    let pieces = feature.iter().map(|piece| {
        f64::from(piece.upward) * over(piece, count, height, border, &scratch.toggles)
    });
    pieces.sum()
}

/// The integral of the plane's count above one edge of the feature.
fn over(
    edge: &Piece,
    count: i32,
    height: f64,
    border: &[Piece],
    toggles: &[Toggle],
) -> f64 {
    let mut sum = f64::from(count) * above(edge, (edge.x0, edge.x1), height);
    for toggle in toggles.iter().filter(|toggle| toggle.x < edge.x1) {
        let reach = (toggle.x.max(edge.x0), edge.x1);
        sum += f64::from(toggle.delta) * above(edge, reach, height);
    }
    for piece in border {
        let reach = (piece.x0.max(edge.x0), piece.x1.min(edge.x1));
        if reach.0 < reach.1 {
            sum += f64::from(piece.upward) * above_both(edge, piece, reach, height);
        }
    }
    sum
}

/// Area above an edge within a reach.
fn above(edge: &Piece, (from, to): (f64, f64), height: f64) -> f64 {
    (to - from) * (height - 0.5 * (edge.y(from) + edge.y(to)))
}

/// Area above two edges within a reach.
fn above_both(edge: &Piece, other: &Piece, (from, to): (f64, f64), height: f64) -> f64 {
    let (left, right) = (other.y(from), other.y(to));
    let (before, after) = (edge.y(from) - left, edge.y(to) - right);
    // Twice the mean of how far the first is above the second, where it is.
    let more = match (before > 0.0, after > 0.0) {
        (true, true) => before + after,
        (false, false) => 0.0,
        (true, false) => before * before / (before - after),
        (false, true) => after * after / (after - before),
    };
    (to - from) * (height - 0.5 * (left + right + more))
}

/// The parts of the feature, of which the first plane of the window holds `held` m².
fn parts(
    held: f64,
    area_m2: f64,
    border: Border,
    counts: &Counts,
    planes: &[PlaneId],
) -> Parts {
    let outer = outer_planes(counts, planes);
    let with = |more: Option<&PlaneId>| {
        let mut membership = outer.clone();
        membership.extend(more.copied());
        membership.sort_unstable();
        membership
    };
    let rest = (border == Border::Shared).then(|| &planes[1]);
    let mut parts: Parts =
        smallvec![(with(planes.first()), held), (with(rest), area_m2 - held)];
    parts.retain(|(_, area)| *area > least_part(area_m2));
    parts.sort_by(|a, b| a.0.cmp(&b.0));
    parts
}
