//! What lies below a height, as rings: marching squares on a regular grid.

use std::collections::BTreeMap;

use super::plane::{Ring, Xy, area, contains, distance_to_segment};

/// Heights at the nodes of a regular grid, row by row from the south.
pub(super) struct Heights {
    origin: Xy,
    step: f64,
    columns: usize,
    rows: usize,
    values: Vec<f64>,
}

/// Higher than any contour asked for: it closes the contours at the window's edge.
const WALL: f64 = 1e4;
/// Islands of high ground smaller than this are left out, m².
const SMALLEST_ISLAND_M2: f64 = 10_000.0;
/// How far a simplified contour may lie off, metres.
const TOLERANCE_M: f64 = 6.0;

impl Heights {
    pub(super) fn sample(window: [Xy; 2], step: f64, height: impl Fn(Xy) -> f64) -> Self {
        let count = |axis: usize| {
            ((window[1][axis] - window[0][axis]) / step).round() as usize + 1
        };
        let (columns, rows) = (count(0), count(1));
        let origin = window[0];
        let mut values = Vec::with_capacity(columns * rows);
        for row in 0..rows {
            for column in 0..columns {
                let at =
                    [origin[0] + column as f64 * step, origin[1] + row as f64 * step];
                let is_edge =
                    row == 0 || column == 0 || row + 1 == rows || column + 1 == columns;
                values.push(if is_edge { WALL } else { height(at) });
            }
        }
        Self { origin, step, columns, rows, values }
    }

    /// The same grid with other heights; its edge stays closed.
    pub(super) fn changed(&self, height: impl Fn(Xy, f64) -> f64) -> Self {
        let values = (0..self.values.len())
            .map(|index| {
                let (at, old) = self.node(index);
                height(at, old)
            })
            .collect();
        Self { values, ..*self }
    }

    fn node(&self, index: usize) -> (Xy, f64) {
        let (row, column) = (index / self.columns, index % self.columns);
        let at = [
            self.origin[0] + column as f64 * self.step,
            self.origin[1] + row as f64 * self.step,
        ];
        (at, self.values[index])
    }

    /// Where the contour crosses a grid edge: `2 · node` is the edge to the east of
    /// the node, `2 · node + 1` the one to the north.
    fn crossing(&self, edge: usize, level: f64) -> Xy {
        let node = edge / 2;
        let other = if edge.is_multiple_of(2) { node + 1 } else { node + self.columns };
        let ((a, low), (b, high)) = (self.node(node), self.node(other));
        let t = (level - low) / (high - low);
        [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])]
    }
}

/// The part below a level that hangs together with the sea: its shell, then its holes.
pub(super) fn below(heights: &Heights, level: f64) -> Vec<Ring> {
    let rings = trace(heights, level);
    let Some(shell) = rings.iter().max_by(|a, b| area(a).total_cmp(&area(b))) else {
        return Vec::new();
    };
    let islands = rings
        .iter()
        .filter(|ring| area(ring) < -SMALLEST_ISLAND_M2 && contains(shell, ring[0]));
    std::iter::once(shell).chain(islands).map(simplify).collect()
}

/// All contours, with the lower ground on their left.
fn trace(heights: &Heights, level: f64) -> Vec<Ring> {
    let mut next = segments(heights, level);
    let mut rings = Vec::new();
    while let Some((&start, _)) = next.first_key_value() {
        let mut ring = Vec::new();
        let mut edge = start;
        while let Some(following) = next.remove(&edge) {
            ring.push(heights.crossing(edge, level));
            edge = following;
        }
        rings.push(ring);
    }
    rings
}

/// Pieces of contour from grid edge to grid edge.
fn segments(heights: &Heights, level: f64) -> BTreeMap<usize, usize> {
    let columns = heights.columns;
    let mut segments = BTreeMap::new();
    for row in 0..heights.rows - 1 {
        for column in 0..columns - 1 {
            let node = row * columns + column;
            let corners = [node, node + 1, node + 1 + columns, node + columns];
            let edges =
                [2 * node, 2 * (node + 1) + 1, 2 * (node + columns), 2 * node + 1];
            let values = corners.map(|corner| heights.values[corner]);
            let is_below = values.map(|value| value <= level);
            let exits = (0..4).filter(|&i| is_below[i] && !is_below[(i + 1) % 4]);
            let is_entry = |i: usize| !is_below[i] && is_below[(i + 1) % 4];
            // At a saddle the mean height tells whether the low corners are joined.
            let is_joined = values.iter().sum::<f64>() / 4.0 <= level;
            for exit in exits {
                let step = if is_joined { 1 } else { 3 };
                let entry = (1..4).map(|k| (exit + step * k) % 4).find(|&i| is_entry(i));
                if let Some(entry) = entry {
                    segments.insert(edges[exit], edges[entry]);
                }
            }
        }
    }
    segments
}

/// Douglas–Peucker on a ring, cut at its first point and the one farthest from it.
fn simplify(ring: &Ring) -> Ring {
    let far = |i: &usize| {
        let (a, b) = (ring[0], ring[*i]);
        (a[0] - b[0]).hypot(a[1] - b[1])
    };
    let half = (0..ring.len()).max_by(|a, b| far(a).total_cmp(&far(b))).unwrap_or(0);
    let mut closed = ring.clone();
    closed.push(ring[0]);
    let mut keep = vec![false; closed.len()];
    for (from, to) in [(0, half), (half, closed.len() - 1)] {
        keep_between(&closed, from, to, &mut keep);
    }
    keep[closed.len() - 1] = false;
    closed.iter().zip(keep).filter_map(|(&p, keep)| keep.then_some(p)).collect()
}

fn keep_between(line: &[Xy], from: usize, to: usize, keep: &mut [bool]) {
    keep[from] = true;
    keep[to] = true;
    let off = |i: usize| distance_to_segment(line[i], line[from], line[to]);
    let worst = (from + 1..to).max_by(|&a, &b| off(a).total_cmp(&off(b)));
    if let Some(worst) = worst.filter(|&i| off(i) > TOLERANCE_M) {
        keep_between(line, from, worst, keep);
        keep_between(line, worst, to, keep);
    }
}
