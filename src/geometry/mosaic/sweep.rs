//! Cutting a polygon by the edges in its window: a sweep over vertical slabs.
//!
//! Between two neighbouring abscissas of interest the edges in the window do not
//! begin, end or cross, so they are stacked like the layers of a cake; going up
//! through the stack, the winding counts say which planes hold each layer, and
//! its area is that of a trapezoid. Nothing is snapped and no topology is built:
//! a rounding error moves an area by its own size and cannot do more.

use rustc_hash::FxHashMap;

use super::lattice::Counts;
use super::locate::corner;
use super::{Anchor, Edge, Membership, Mosaic, Parts, PlaneId, pairs, segments};
use crate::geometry::grid::{AREA_STEPS_PER_M2, GridPoint};
use crate::geometry::shapes::ShapeRef;

/// Edges above which a window is cut into strips along the lattice's rows.
const STRIP_EDGES: usize = 384;
/// Order of edges is not trusted below this many grid steps.
const TOLERANCE: f64 = 1e-4;

/// Room to work in, reused from feature to feature by one thread.
#[derive(Debug, Default)]
pub struct Scratch {
    /// Runs of edges that may meet the window: the first and how many.
    pub(super) runs: Vec<(u32, u32)>,
    /// Edges in the window, in order.
    pub(super) near: Vec<u32>,
    pub(super) planes: Vec<PlaneId>,
    pub(super) edges: Vec<Local>,
    pub(super) pieces: Vec<Piece>,
    /// West ends of the pieces, by their [`rank`] from west to east.
    starts: Vec<(i64, u32)>,
    /// Ranks of other places of interest, from west to east.
    ends: Vec<i64>,
    pub(super) toggles: Vec<Toggle>,
    abscissas: Vec<f64>,
    /// The pieces over the slab at work, from the floor up.
    stack: Vec<Layer>,
    floor: Floor,
    /// Counts and key of the layer at work.
    counts: Vec<i32>,
    key: Vec<u64>,
    sums: Sums,
}

/// What holds the floor of the strip: the count of each of the window's planes and of the
/// feature itself, and which of the planes that makes, a bit a plane.
#[derive(Debug, Default)]
struct Floor {
    counts: Vec<i32>,
    key: Vec<u64>,
}

/// An edge with the number of its plane within the window.
#[derive(Debug, Clone, Copy)]
pub(super) struct Local {
    edge: Edge,
    pub(super) plane: u32,
}

/// The part of an edge within a strip, west to east, relative to the strip's anchor.
#[derive(Debug, Clone, Copy)]
pub(super) struct Piece {
    pub(super) x0: f64,
    y0: f64,
    pub(super) x1: f64,
    y1: f64,
    slope: f64,
    pub(super) plane: u32,
    pub(super) upward: i32,
}

impl Piece {
    pub(super) fn y(&self, x: f64) -> f64 {
        if x >= self.x1 { self.y1 } else { self.y0 + (x - self.x0) * self.slope }
    }
}

/// Where the floor of the strip enters or leaves a plane.
#[derive(Debug, Clone, Copy)]
pub(super) struct Toggle {
    pub(super) x: f64,
    plane: u32,
    pub(super) delta: i32,
}

/// A piece within a slab: its ordinates on both sides.
#[derive(Debug, Clone, Copy)]
struct Layer {
    left: f64,
    right: f64,
    piece: u32,
}

/// Areas by key (which of the window's planes hold a layer of the stack), in the order in which
/// keys turned up.
#[derive(Debug, Default)]
struct Sums {
    /// Words of a key, nearly always one.
    words: usize,
    keys: Vec<u64>,
    areas: Vec<f64>,
    numbers: FxHashMap<Box<[u64]>, usize>,
    last: usize,
}

impl Sums {
    fn clear(&mut self, planes: usize) {
        self.words = planes / 64 + 1;
        self.keys.clear();
        self.areas.clear();
        self.numbers.clear();
        self.last = 0;
    }

    fn keys(&self) -> impl Iterator<Item = &[u64]> {
        self.keys.chunks_exact(self.words)
    }

    fn is_at(&self, at: usize, key: &[u64]) -> bool {
        let known = self.keys.iter().skip(at * self.words);
        at < self.areas.len() && known.zip(key).all(|(a, b)| a == b)
    }

    fn add(&mut self, key: &[u64], area: f64) {
        if !self.is_at(self.last, key) {
            self.last = self.find(key);
        }
        self.areas[self.last] += area;
    }

    fn find(&mut self, key: &[u64]) -> usize {
        const FEW: usize = 16;
        let count = self.areas.len();
        if count <= FEW {
            if let Some(at) = self.keys().position(|known| is_same(known, key)) {
                return at;
            }
        } else {
            if self.numbers.is_empty() {
                let all = self.keys.chunks_exact(self.words).map(Box::from);
                self.numbers.extend(all.zip(0..));
            }
            if let Some(&at) = self.numbers.get(key) {
                return at;
            }
            self.numbers.insert(key.into(), count);
        }
        self.keys.extend_from_slice(key);
        self.areas.push(0.0);
        count
    }
}

/// Whether two keys of one length are the same.
fn is_same(a: &[u64], b: &[u64]) -> bool {
    a.iter().zip(b).all(|(a, b)| a == b)
}

/// Splits `shape`, whose window's edges are in `scratch.near`.
pub(super) fn split(
    mosaic: &Mosaic,
    anchor: Anchor,
    shape: ShapeRef<'_>,
    scratch: &mut Scratch,
) -> Parts {
    let Some((low, high)) = shape.bounds() else { return Parts::new() };
    let counts = if scratch.near.len() + shape.points().len() > STRIP_EDGES {
        in_strips(mosaic, anchor, shape, scratch);
        mosaic.lattice.counts(anchor.state).clone()
    } else {
        // What lies between the anchor and the feature is in the counts of its corner.
        let (corner, counts) = corner(mosaic, anchor, low, scratch);
        scratch.near.retain(|id| mosaic.edge_meets_box(*id, low, high));
        gather(mosaic, shape, scratch);
        let from = (corner, &counts);
        if let Some(parts) = pairs::split(mosaic, from, shape, (low, high), scratch) {
            return parts;
        }
        sweep(from, 2 * high.y + 1, (low.x, high.x), scratch);
        counts
    };
    let outer = outer_planes(&counts, &scratch.planes);
    collect(&scratch.sums, &scratch.planes, &outer, shape.area_m2())
}

/// Sweeps a window with many edges in strips along the lattice's rows.
fn in_strips(
    mosaic: &Mosaic,
    anchor: Anchor,
    shape: ShapeRef<'_>,
    scratch: &mut Scratch,
) {
    let Some((low, high)) = shape.bounds() else { return };
    gather(mosaic, shape, scratch);
    let lines = strip_lines(mosaic, scratch.edges.len(), low, high);
    let all = std::mem::take(&mut scratch.edges);
    let mut floor = anchor;
    for line in lines.into_iter().chain([2 * high.y + 1]) {
        let in_strip = all.iter().filter(|local| {
            let Edge { a, b, .. } = local.edge;
            2 * a.y.max(b.y) > floor.y2 && 2 * a.y.min(b.y) < line
        });
        scratch.edges.clear();
        scratch.edges.extend(in_strip);
        let counts = mosaic.lattice.counts(floor.state);
        sweep((floor, counts), line, (low.x, high.x), scratch);
        floor = mosaic.lattice.anchor_on(low.x, line);
    }
}

/// Numbers the planes of the window and lists its edges and those of the feature.
fn gather(mosaic: &Mosaic, shape: ShapeRef<'_>, scratch: &mut Scratch) {
    scratch.planes.clear();
    scratch.edges.clear();
    for &id in &scratch.near {
        let edge = mosaic.edges.edge(id);
        // Planes were added one after another, so their edges stand in their order.
        if scratch.planes.last() != Some(&edge.plane) {
            scratch.planes.push(edge.plane);
        }
        let plane = scratch.planes.len() as u32 - 1;
        scratch.edges.push(Local { edge, plane });
    }
    let own = scratch.planes.len() as u32;
    scratch.edges.extend(segments(shape).map(|(a, b)| Local {
        edge: Edge { a, b, plane: PlaneId::MAX, polygon: 0 },
        plane: own,
    }));
    scratch.sums.clear(scratch.planes.len());
}

/// The lattice lines at which a window with many edges is cut into strips.
fn strip_lines(
    mosaic: &Mosaic,
    edges: usize,
    low: GridPoint,
    high: GridPoint,
) -> Vec<i64> {
    let lines: Vec<i64> = mosaic.lattice.lines_between(low.y, high.y).collect();
    let wanted = edges / (STRIP_EDGES / 2);
    let every = (lines.len() / wanted.max(1)).max(1);
    lines.into_iter().step_by(every).collect()
}

/// Planes that hold the whole window: those of its corner without an edge in it.
pub(super) fn outer_planes(counts: &Counts, local: &[PlaneId]) -> Membership {
    let inside = counts.iter().filter(|(_, count)| *count > 0).map(|(plane, _)| *plane);
    inside.filter(|plane| local.binary_search(plane).is_err()).collect()
}

/// What a part of a feature must be larger than to be one, m².
pub(super) fn least_part(area_m2: f64) -> f64 {
    (area_m2 * 1e-10).min(1e-6)
}

/// Turns keys into memberships, m² and a sorted list without parts of no measure.
fn collect(sums: &Sums, planes: &[PlaneId], outer: &Membership, area_m2: f64) -> Parts {
    let least = least_part(area_m2);
    let mut parts = Parts::new();
    for (key, area) in sums.keys().zip(&sums.areas) {
        let area = area / AREA_STEPS_PER_M2;
        if area > least {
            let inside = planes
                .iter()
                .enumerate()
                .filter(|(bit, _)| key[bit / 64] >> (bit % 64) & 1 == 1)
                .map(|(_, plane)| *plane);
            let mut membership = outer.clone();
            membership.extend(inside);
            membership.sort_unstable();
            parts.push((membership, area));
        }
    }
    parts.sort_by(|a, b| a.0.cmp(&b.0));
    parts
}

/// Sweeps one strip, from the anchor's row up to the line `top2`, between the feature's sides.
fn sweep(
    (anchor, counts): (Anchor, &Counts),
    top2: i64,
    (west, east): (i64, i64),
    scratch: &mut Scratch,
) {
    let height = (top2 - anchor.y2) as f64 / 2.0;
    let own = scratch.planes.len() as u32;
    let side = |x: i64| (2 * x - anchor.x2) as f64 * 0.5;
    clip(anchor, height, (side(west), side(east)), own, scratch);
    let Some((west, east)) = extent(own, scratch) else { return };
    scratch.starts.clear();
    scratch.starts.extend(scratch.pieces.iter().map(|p| rank(p.x0)).zip(0..));
    scratch.starts.sort_unstable();
    scratch.toggles.sort_unstable_by(|s, t| s.x.total_cmp(&t.x));
    abscissas(west, east, scratch);
    lay_floor(counts, scratch);
    let xs = std::mem::take(&mut scratch.abscissas);
    scratch.stack.clear();
    let (mut next_piece, mut next_toggle) = (0, 0);
    for slab in xs.windows(2) {
        let (left, right) = (slab[0], slab[1]);
        while let Some(&toggle) =
            scratch.toggles.get(next_toggle).filter(|toggle| toggle.x <= left)
        {
            scratch.floor.change(toggle, own);
            next_toggle += 1;
        }
        let Scratch { stack, pieces, starts, .. } = &mut *scratch;
        // Where a slab ends the next begins.
        stack.retain_mut(|layer| {
            let piece = &pieces[layer.piece as usize];
            (layer.left, layer.right) = (layer.right, piece.y(right));
            piece.x1 > left
        });
        while let Some(&(_, at)) =
            starts.get(next_piece).filter(|start| of_rank(start.0) <= left)
        {
            let piece = &pieces[at as usize];
            if piece.x1 > left {
                stack.push(Layer {
                    left: piece.y(left),
                    right: piece.y(right),
                    piece: at,
                });
            }
            next_piece += 1;
        }
        slab_between(left, right, height, scratch);
    }
    scratch.abscissas = xs;
}

/// Clips the edges to the strip and finds where they cross its floor; pieces that lie beside
/// the feature are left out.
pub(super) fn clip(
    anchor: Anchor,
    height: f64,
    (west, east): (f64, f64),
    own: u32,
    scratch: &mut Scratch,
) {
    scratch.pieces.clear();
    scratch.toggles.clear();
    let place = |p: GridPoint| {
        ((2 * p.x - anchor.x2) as f64 * 0.5, (2 * p.y - anchor.y2) as f64 * 0.5)
    };
    for &Local { edge, plane } in &scratch.edges {
        let (a, b) = (place(edge.a), place(edge.b));
        let mut floor_x = 0.0;
        if edge.spans(anchor.y2) {
            floor_x = a.0 - a.1 * (b.0 - a.0) / (b.1 - a.1);
            if plane == own || !edge.crosses_by(anchor.x2, anchor.y2) {
                scratch.toggles.push(Toggle {
                    x: floor_x,
                    plane,
                    delta: edge.eastward(),
                });
            }
        }
        let upward = if b.0 > a.0 { 1 } else { -1 };
        let (l, r) = if upward == 1 { (a, b) } else { (b, a) };
        if l.0 >= r.0 || (l.1 < 0.0 && r.1 < 0.0) || (l.1 > height && r.1 > height) {
            continue;
        }
        let slope = (r.1 - l.1) / (r.0 - l.0);
        let ceiling_x = || l.0 + (height - l.1) / slope;
        let (mut x0, mut y0, mut x1, mut y1) = (l.0, l.1, r.0, r.1);
        if l.1 < 0.0 {
            (x0, y0) = (floor_x, 0.0);
        } else if l.1 > height {
            (x0, y0) = (ceiling_x(), height);
        }
        if r.1 < 0.0 {
            (x1, y1) = (floor_x, 0.0);
        } else if r.1 > height {
            (x1, y1) = (ceiling_x(), height);
        }
        if x0 < x1 && x1 > west && x0 < east {
            scratch.pieces.push(Piece { x0, y0, x1, y1, slope, plane, upward });
        }
    }
}

/// West and east end of the feature within the strip.
fn extent(own: u32, scratch: &Scratch) -> Option<(f64, f64)> {
    let pieces = scratch.pieces.iter().filter(|p| p.plane == own);
    let toggles = scratch.toggles.iter().filter(|t| t.plane == own);
    let ends = pieces.flat_map(|p| [p.x0, p.x1]).chain(toggles.map(|t| t.x));
    ends.fold(None, |range, x| match range {
        None => Some((x, x)),
        Some((low, high)) => Some((x.min(low), x.max(high))),
    })
}

/// A whole number in the order of [`f64::total_cmp`], which is quicker to sort by.
fn rank(x: f64) -> i64 {
    let bits = x.to_bits().cast_signed();
    bits ^ ((bits >> 63).cast_unsigned() >> 1).cast_signed()
}

/// The number of a [`rank`]: the sign stays, so the way back is the same.
fn of_rank(rank: i64) -> f64 {
    let bits = rank ^ ((rank >> 63).cast_unsigned() >> 1).cast_signed();
    f64::from_bits(bits.cast_unsigned())
}

/// Lists where slabs begin and end: the starts of pieces, which are in order already, and
/// their ends and the toggles between them.
fn abscissas(west: f64, east: f64, scratch: &mut Scratch) {
    let is_within = |x: &f64| (west..=east).contains(x);
    let ends = scratch.pieces.iter().map(|p| p.x1);
    let ends = ends.chain(scratch.toggles.iter().map(|t| t.x));
    scratch.ends.clear();
    scratch.ends.extend(ends.filter(is_within).map(rank));
    scratch.ends.sort_unstable();
    scratch.abscissas.clear();
    let mut ends = scratch.ends.iter().copied().map(of_rank).peekable();
    for start in scratch.starts.iter().map(|s| of_rank(s.0)).filter(is_within) {
        while let Some(end) = ends.next_if(|end| *end <= start) {
            scratch.abscissas.push(end);
        }
        scratch.abscissas.push(start);
    }
    scratch.abscissas.extend(ends);
    scratch.abscissas.dedup();
}

/// Sets the floor's counts to those of the anchor; the feature itself starts further east.
fn lay_floor(counts: &Counts, scratch: &mut Scratch) {
    let Scratch { floor, planes, sums, .. } = scratch;
    floor.counts.clear();
    floor.counts.resize(planes.len() + 1, 0);
    floor.key.clear();
    floor.key.resize(sums.words, 0);
    for &(plane, count) in counts {
        if let Ok(local) = planes.binary_search(&plane) {
            floor.counts[local] = count;
            floor.key[local / 64] |= u64::from(count > 0) << (local % 64);
        }
    }
}

impl Floor {
    /// Goes over a toggle. The feature itself, which is `own`, is in no key.
    fn change(&mut self, toggle: Toggle, own: u32) {
        let plane = toggle.plane as usize;
        let before = self.counts[plane] > 0;
        self.counts[plane] += toggle.delta;
        if toggle.plane < own && before != (self.counts[plane] > 0) {
            self.key[plane / 64] ^= 1 << (plane % 64);
        }
    }
}

/// Goes up the pieces over a slab, splitting it where they cross.
fn slab_between(left: f64, right: f64, height: f64, scratch: &mut Scratch) {
    order(&mut scratch.stack);
    if is_stacked(&scratch.stack) {
        climb(right - left, height, scratch);
        return;
    }
    let mut cuts = crossings(left, right, &scratch.stack);
    cuts.push(right);
    cuts.sort_by(f64::total_cmp);
    cuts.dedup();
    let mut from = left;
    for to in cuts {
        let Scratch { stack, pieces, .. } = &mut *scratch;
        for layer in stack.iter_mut() {
            let piece = &pieces[layer.piece as usize];
            (layer.left, layer.right) = (piece.y(from), piece.y(to));
        }
        order(stack);
        climb(to - from, height, scratch);
        from = to;
    }
}

/// Puts pieces in the order of their mean ordinates over the slab, which is mostly that of the
/// slab before.
fn order(stack: &mut [Layer]) {
    let key = |layer: &Layer| layer.left + layer.right;
    stack.sort_by(|a, b| key(a).total_cmp(&key(b)).then(a.piece.cmp(&b.piece)));
}

/// Whether no two neighbours in the stack change places across the slab.
fn is_stacked(stack: &[Layer]) -> bool {
    stack.windows(2).all(|w| {
        w[0].left <= w[1].left + TOLERANCE && w[0].right <= w[1].right + TOLERANCE
    })
}

/// Where pieces of the stack cross within the slab.
fn crossings(left: f64, right: f64, stack: &[Layer]) -> Vec<f64> {
    let mut found = Vec::new();
    for (i, a) in stack.iter().enumerate() {
        for b in &stack[i + 1..] {
            let (before, after) = (a.left - b.left, a.right - b.right);
            if before * after < 0.0 {
                let x = left + (right - left) * before / (before - after);
                if x > left && x < right {
                    found.push(x);
                }
            }
        }
    }
    found
}

/// Goes up through the stack and adds each layer of the feature to its key.
fn climb(width: f64, height: f64, scratch: &mut Scratch) {
    let Scratch { planes, pieces, stack, floor, counts, key, sums, .. } = scratch;
    let own = planes.len();
    counts.clear();
    counts.extend_from_slice(&floor.counts);
    key.clear();
    key.extend_from_slice(&floor.key);
    let (mut left, mut right) = (0.0, 0.0);
    for layer in stack.iter() {
        if counts[own] > 0 {
            let area = (layer.left - left + layer.right - right) * 0.5 * width;
            sums.add(key, area);
        }
        let piece = &pieces[layer.piece as usize];
        let plane = piece.plane as usize;
        let before = counts[plane] > 0;
        counts[plane] += piece.upward;
        if plane < own && before != (counts[plane] > 0) {
            key[plane / 64] ^= 1 << (plane % 64);
        }
        (left, right) = (layer.left, layer.right);
    }
    if counts[own] > 0 {
        let area = (2.0 * height - left - right) * 0.5 * width;
        sums.add(key, area);
    }
}
