//! Splitting lines: each segment is cut where it meets edges, and each stretch located.

use super::{
    Edge, Membership, Mosaic, Parts, Scratch, add_part, box_of, cross, locate, segments,
};
use crate::geometry::grid::{GridPoint, STEPS_PER_METER};
use crate::geometry::shapes::{ShapeRef, bounds};

/// Stretches shorter than this many grid steps are rounding, not length.
const LEAST_STEPS: f64 = 2.0;

/// Splits all segments of a line feature.
pub(super) fn split(
    mosaic: &Mosaic,
    shape: ShapeRef<'_>,
    scratch: &mut Scratch,
) -> Parts {
    let mut parts = Parts::new();
    for (a, b) in segments(shape) {
        split_segment(mosaic, a, b, scratch, &mut parts);
    }
    parts.sort_by(|a, b| a.0.cmp(&b.0));
    join_short(&mut parts);
    for part in &mut parts {
        part.1 /= STEPS_PER_METER;
    }
    parts
}

/// Gives what is too short to be a part to the longest one, so that no length is lost.
fn join_short(parts: &mut Parts) {
    let longest = parts.iter().fold(0.0, |longest: f64, (_, steps)| longest.max(*steps));
    let least = LEAST_STEPS.min(longest);
    let short: f64 = parts.iter().map(|part| part.1).filter(|steps| *steps < least).sum();
    parts.retain(|(_, steps)| *steps >= least);
    if let Some(part) = parts.iter_mut().find(|(_, steps)| *steps >= longest) {
        part.1 += short;
    }
}

fn split_segment(
    mosaic: &Mosaic,
    a: GridPoint,
    b: GridPoint,
    scratch: &mut Scratch,
    parts: &mut Parts,
) {
    let length = ((b.x - a.x) as f64).hypot((b.y - a.y) as f64);
    let (low, high) = bounds(&[a, b]).expect("two points");
    if let Some(planes) = mosaic.uncut(low, high) {
        add_part(parts, Membership::from_slice(planes), length);
        return;
    }
    let met = edges_met(mosaic, a, b, low, high);
    let mut cuts: Vec<f64> = vec![0.0, 1.0];
    for edge in &met {
        cut_by(a, b, edge, &mut cuts);
    }
    cuts.sort_by(f64::total_cmp);
    cuts.dedup();
    for w in cuts.windows(2) {
        let middle = along(a, b, f64::midpoint(w[0], w[1]));
        let mut planes = match mosaic.uncut(middle, middle) {
            Some(planes) => Membership::from_slice(planes),
            None => locate::locate(mosaic, middle, scratch),
        };
        let beside = met.iter().filter(|edge| runs_along(a, b, edge, w[0], w[1]));
        planes.extend(beside.map(|edge| edge.plane));
        planes.sort_unstable();
        planes.dedup();
        add_part(parts, planes, (w[1] - w[0]) * length);
    }
}

fn edges_met(
    mosaic: &Mosaic,
    a: GridPoint,
    b: GridPoint,
    low: GridPoint,
    high: GridPoint,
) -> Vec<Edge> {
    let runs = mosaic.tree.locate_in_envelope_intersecting(box_of(low, high));
    let edges = runs.flat_map(|run| run.edges(&mosaic.edges));
    edges.filter(|edge| super::meet(a, b, edge.a, edge.b)).collect()
}

fn along(a: GridPoint, b: GridPoint, t: f64) -> GridPoint {
    let at = |from: i64, to: i64| from + ((to - from) as f64 * t).round() as i64;
    GridPoint::new(at(a.x, b.x), at(a.y, b.y))
}

/// Share of the way from `a` to `b` at which `p`, in line with them, lies.
fn share(a: GridPoint, b: GridPoint, p: GridPoint) -> f64 {
    let (dx, dy) = ((b.x - a.x) as f64, (b.y - a.y) as f64);
    if dx.abs() >= dy.abs() { (p.x - a.x) as f64 / dx } else { (p.y - a.y) as f64 / dy }
}

/// Adds the shares at which an edge that meets the segment cuts it.
fn cut_by(a: GridPoint, b: GridPoint, edge: &Edge, cuts: &mut Vec<f64>) {
    let (from, to) = (cross(edge.a, edge.b, a), cross(edge.a, edge.b, b));
    if from == to {
        let ends = [edge.a, edge.b].map(|p| share(a, b, p).clamp(0.0, 1.0));
        cuts.extend(ends);
    } else {
        cuts.push((from as f64 / (from - to) as f64).clamp(0.0, 1.0));
    }
}

/// Whether the edge is in line with the segment and covers the stretch.
fn runs_along(a: GridPoint, b: GridPoint, edge: &Edge, from: f64, to: f64) -> bool {
    if cross(a, b, edge.a) != 0 || cross(a, b, edge.b) != 0 {
        return false;
    }
    let (s, t) = (share(a, b, edge.a), share(a, b, edge.b));
    let middle = f64::midpoint(from, to);
    s.min(t) <= middle && middle <= s.max(t)
}
