//! The overlay index: who lies in which planes, and how much of it.
//!
//! A *plane* is a set of polygons whose union counts: a territory, the zone of a
//! hazard at one level, a study area. In: planes of valid polygons on the grid,
//! which may overlap one another freely. Out: for a polygon, a line or a point,
//! the planes that hold it, and how much of it lies in each combination of them.
//!
//! It must not know what a plane stands for; [`crate::analysis`] does.
//!
//! # Method
//!
//! Every edge carries its plane and has the plane's interior on its left, so
//! crossing it from west to east, or upwards, changes a winding count by one.
//! A lattice of anchor points with known counts makes any count a matter of the
//! few edges between a place and its nearest anchor. Four features of five meet
//! no edge at all and are answered by one look-up; the others are cut by the edges
//! in their own window, found through an R-tree over runs of edges: by a sum over pairs
//! of edges if a single border crosses them (in `pairs`), else by a slab sweep (in `sweep`). No boolean overlay is run and nothing is snapped a
//! second time, so the parts of a feature add up to its own area but for the
//! rounding of `f64` (about 1e-13 of it).

mod borders;
mod lattice;
mod line;
mod locate;
mod pairs;
mod sweep;

use rstar::{AABB, RTree, RTreeObject};
use smallvec::{SmallVec, smallvec};

use super::grid::GridPoint;
use super::shapes::{Dimension, ShapeRef, Shapes};
use crate::layers::PartRole;
use borders::Borders;
use lattice::Lattice;

pub use sweep::Scratch;

/// Number of a plane, in the order in which planes were added.
pub type PlaneId = u32;

/// The planes that hold a place, ascending.
pub type Membership = SmallVec<[PlaneId; 8]>;

/// An edge with the interior of its plane on its left.
#[derive(Debug, Clone, Copy)]
struct Edge {
    a: GridPoint,
    b: GridPoint,
    plane: PlaneId,
    /// Number of the polygon feature within its plane.
    polygon: u32,
}

/// A few edges that follow one another along a ring.
#[derive(Debug, Clone, Copy)]
struct Run {
    first: u32,
    len: u32,
    envelope: AABB<[f64; 2]>,
}

impl Run {
    fn edges(self, all: &Borders) -> impl Iterator<Item = Edge> {
        (self.first..self.first + self.len).map(|number| all.edge(number))
    }
}

impl RTreeObject for Run {
    type Envelope = AABB<[f64; 2]>;
    fn envelope(&self) -> Self::Envelope {
        self.envelope
    }
}

/// Collects planes.
#[derive(Debug, Default)]
pub struct MosaicBuilder {
    edges: Borders,
    planes: PlaneId,
}

impl MosaicBuilder {
    /// Makes room for all polygons of some shapes that are going to be added.
    pub fn reserve<'s>(&mut self, shapes: impl IntoIterator<Item = &'s Shapes>) {
        let points = |shapes: &Shapes| shapes.vertex_count() + shapes.part_count();
        self.edges.reserve(shapes.into_iter().map(points).sum());
    }

    /// Adds a plane: the union of the polygons of `shapes` (points and lines are passed over).
    pub fn add(&mut self, shapes: &Shapes) -> PlaneId {
        let plane = self.planes;
        self.planes += 1;
        for (polygon, shape) in (0u32..).zip(shapes.iter()) {
            self.add_edges((plane, polygon), shape);
        }
        plane
    }

    /// Adds a plane that holds one feature.
    pub fn add_one(&mut self, shape: ShapeRef<'_>) -> PlaneId {
        let plane = self.planes;
        self.planes += 1;
        self.add_edges((plane, 0), shape);
        plane
    }

    /// The number that the next plane will have.
    #[must_use]
    pub fn next_plane(&self) -> PlaneId {
        self.planes
    }

    fn add_edges(&mut self, (plane, polygon): (PlaneId, u32), shape: ShapeRef<'_>) {
        if shape.dimension() != Dimension::Area {
            return;
        }
        for (_, ring) in shape.parts() {
            self.edges.add((plane, polygon), ring);
        }
    }

    /// Builds the index.
    #[must_use]
    pub fn build(self) -> Mosaic {
        let mut lattice = Lattice::empty(&self.edges);
        let cell = lattice.cell_size();
        let ((), tree) = rayon::join(
            || lattice.fill(&self.edges),
            || RTree::bulk_load(cut_runs(&self.edges, cell)),
        );
        Mosaic { tree, lattice, edges: self.edges, planes: self.planes }
    }
}

/// Groups edges that follow one another into runs of at most 16, short where they are long.
fn cut_runs(edges: &Borders, cell: f64) -> Vec<Run> {
    const LONGEST: u32 = 16;
    let mut runs = Vec::with_capacity(edges.count() / 12 + 1);
    let mut first = 0usize;
    while first < edges.numbers().end {
        let Some(edge) = edges.at(first) else {
            first += 1;
            continue;
        };
        let (mut low, mut high) = corners(&edge);
        let mut end = first + 1;
        while end - first < LONGEST as usize {
            let Some(edge) = edges.at(end) else { break };
            let (l, h) = corners(&edge);
            let joint = (
                [low[0].min(l[0]), low[1].min(l[1])],
                [high[0].max(h[0]), high[1].max(h[1])],
            );
            let extent = (joint.1[0] - joint.0[0]).max(joint.1[1] - joint.0[1]);
            if extent > 2.0 * cell {
                break;
            }
            (low, high) = joint;
            end += 1;
        }
        runs.push(Run {
            first: first as u32,
            len: (end - first) as u32,
            envelope: AABB::from_corners(low, high),
        });
        first = end;
    }
    runs
}

fn corners(edge: &Edge) -> ([f64; 2], [f64; 2]) {
    (
        [edge.a.x.min(edge.b.x) as f64, edge.a.y.min(edge.b.y) as f64],
        [edge.a.x.max(edge.b.x) as f64, edge.a.y.max(edge.b.y) as f64],
    )
}

/// A place whose winding counts are known, in half grid steps (odd, so it meets no vertex).
#[derive(Debug, Clone, Copy)]
struct Anchor {
    x2: i64,
    y2: i64,
    state: u32,
}

/// The overlay index, immutable and shared by all threads.
#[derive(Debug)]
pub struct Mosaic {
    edges: Borders,
    tree: RTree<Run>,
    lattice: Lattice,
    planes: PlaneId,
}

/// What lies where: a membership and an amount (m² or m).
pub type Parts = SmallVec<[(Membership, f64); 2]>;

impl Mosaic {
    /// Number of planes.
    #[must_use]
    pub fn plane_count(&self) -> PlaneId {
        self.planes
    }

    /// The planes that hold the whole box, if that is plain from the lattice alone.
    ///
    /// `None` does not say that an edge crosses the box, only that one may.
    #[must_use]
    pub fn uncut(&self, low: GridPoint, high: GridPoint) -> Option<&[PlaneId]> {
        self.lattice.uncut(low, high).map(|state| self.lattice.planes(state))
    }

    /// The planes that hold a point; an edge belongs to its plane.
    #[must_use]
    pub fn locate(&self, point: GridPoint, scratch: &mut Scratch) -> Membership {
        if let Some(planes) = self.uncut(point, point) {
            return Membership::from_slice(planes);
        }
        locate::locate(self, point, scratch)
    }

    /// Splits a polygon feature: its area in m² by the planes that hold it.
    ///
    /// Parts of no measure are left out: those of less than 1e-10 of the feature's
    /// area or 1e-6 m², whichever is smaller. Order: by membership.
    #[must_use]
    pub fn split_area(&self, shape: ShapeRef<'_>, scratch: &mut Scratch) -> Parts {
        let Some((low, high)) = shape.bounds() else { return Parts::new() };
        let area_m2 = shape.area_m2();
        if let Some(planes) = self.uncut(low, high) {
            return smallvec![(Membership::from_slice(planes), area_m2)];
        }
        let anchor = self.anchor(low);
        self.edges_between(anchor, low, high, scratch);
        if !scratch.near.iter().any(|&e| self.edge_meets_box(e, low, high)) {
            let planes = locate::from_anchor(self, anchor, shape.points()[0], scratch);
            return smallvec![(planes, area_m2)];
        }
        sweep::split(self, anchor, shape, scratch)
    }

    /// Splits a line feature: its length in m by the planes that hold it.
    ///
    /// A stretch along an edge belongs to the edge's plane. What is shorter than two grid
    /// steps in all counts with the longest part. Order: by membership.
    #[must_use]
    pub fn split_length(&self, shape: ShapeRef<'_>, scratch: &mut Scratch) -> Parts {
        line::split(self, shape, scratch)
    }

    /// The planes below `limit` whose polygons the feature touches, if only in a point.
    ///
    /// Only edges are looked at: a feature that lies inside a plane without
    /// meeting its edges is not touched in this sense.
    #[must_use]
    pub fn touched(&self, shape: ShapeRef<'_>, limit: PlaneId) -> Membership {
        let mut found = Membership::new();
        let Some((low, high)) = shape.bounds() else { return found };
        for run in self.tree.locate_in_envelope_intersecting(box_of(low, high)) {
            for edge in run.edges(&self.edges) {
                if edge.plane < limit
                    && !found.contains(&edge.plane)
                    && segments(shape).any(|(a, b)| meet(a, b, edge.a, edge.b))
                {
                    found.push(edge.plane);
                }
            }
        }
        found.sort_unstable();
        found
    }

    /// The anchor from which the box can be reached going east and north.
    fn anchor(&self, low: GridPoint) -> Anchor {
        self.lattice.anchor_below(low)
    }

    /// Collects into `scratch.near` the edges in the window from the anchor to `high`.
    fn edges_between(
        &self,
        anchor: Anchor,
        low: GridPoint,
        high: GridPoint,
        scratch: &mut Scratch,
    ) {
        let from = GridPoint::new(
            low.x.min(anchor.x2.div_euclid(2)),
            low.y.min(anchor.y2.div_euclid(2)),
        );
        let found = self.tree.locate_in_envelope_intersecting(box_of(from, high));
        scratch.runs.clear();
        scratch.runs.extend(found.map(|run| (run.first, run.len)));
        // The tree's order depends on how it was built; that of the edges does not.
        scratch.runs.sort_unstable();
        scratch.near.clear();
        for &(first, len) in &scratch.runs {
            let ids = first..first + len;
            scratch.near.extend(ids.filter(|&id| self.edge_meets_box(id, from, high)));
        }
    }

    fn edge_meets_box(&self, id: u32, low: GridPoint, high: GridPoint) -> bool {
        let Edge { a, b, .. } = self.edges.edge(id);
        a.x.min(b.x) <= high.x
            && a.x.max(b.x) >= low.x
            && a.y.min(b.y) <= high.y
            && a.y.max(b.y) >= low.y
    }
}

fn box_of(low: GridPoint, high: GridPoint) -> AABB<[f64; 2]> {
    AABB::from_corners([low.x as f64, low.y as f64], [high.x as f64, high.y as f64])
}

/// The segments of a line or polygon feature.
fn segments(shape: ShapeRef<'_>) -> impl Iterator<Item = (GridPoint, GridPoint)> + '_ {
    shape.parts().flat_map(|(role, points)| {
        let closing = match role {
            PartRole::Shell | PartRole::Hole => {
                points.last().copied().zip(points.first().copied())
            }
            PartRole::Point | PartRole::Line => None,
        };
        points.windows(2).map(|w| (w[0], w[1])).chain(closing)
    })
}

/// Twice the signed area of the triangle; positive if `p` lies left of `a` to `b`.
fn cross(a: GridPoint, b: GridPoint, p: GridPoint) -> i128 {
    i128::from(b.x - a.x) * i128::from(p.y - a.y)
        - i128::from(b.y - a.y) * i128::from(p.x - a.x)
}

/// Whether a point that is in line with the segment lies on it.
fn within_box(a: GridPoint, b: GridPoint, p: GridPoint) -> bool {
    p.x >= a.x.min(b.x)
        && p.x <= a.x.max(b.x)
        && p.y >= a.y.min(b.y)
        && p.y <= a.y.max(b.y)
}

/// Whether two closed segments have a point in common, exactly.
fn meet(a: GridPoint, b: GridPoint, c: GridPoint, d: GridPoint) -> bool {
    let (c1, c2) = (cross(a, b, c).signum(), cross(a, b, d).signum());
    let (d1, d2) = (cross(c, d, a).signum(), cross(c, d, b).signum());
    if c1 * c2 < 0 && d1 * d2 < 0 {
        return true;
    }
    (c1 == 0 && within_box(a, b, c))
        || (c2 == 0 && within_box(a, b, d))
        || (d1 == 0 && within_box(c, d, a))
        || (d2 == 0 && within_box(c, d, b))
}

/// Adds an amount to the part with this membership.
fn add_part(parts: &mut Parts, planes: Membership, amount: f64) {
    match parts.iter_mut().find(|(known, _)| *known == planes) {
        Some((_, sum)) => *sum += amount,
        None => parts.push((planes, amount)),
    }
}

#[cfg(test)]
mod tests;
