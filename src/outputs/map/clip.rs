//! Cutting and thinning in page millimetres.
//!
//! In: rings and lines as points. Out: what of them lies in a window, without
//! detail that no printer can show, and dots for what is too small to have a shape.

use super::scene::{Path, Point, Rect};

/// Detail below this is left out, mm on the page.
const TOLERANCE_MM: f64 = 0.04;
/// Polygons with a box smaller than this become dots, mm on the page.
pub(super) const DOT_MM: f64 = 0.15;
/// Side of the cells in which at most one dot is drawn, mm on the page.
const CELL_MM: f64 = 0.2;

/// Leaves out points that move a line by less than [`TOLERANCE_MM`] (Douglas & Peucker 1973).
pub(super) fn thin(points: &[[f64; 2]], is_closed: bool) -> Vec<[f64; 2]> {
    if points.len() <= 4 {
        return points.to_vec();
    }
    let mut keep = vec![false; points.len()];
    let last = points.len() - 1;
    keep[0] = true;
    keep[last] = true;
    let mut ranges = if is_closed {
        // A ring has no ends: hold the point farthest from the first.
        let far = |i: &usize| distance2(points[0], points[*i]);
        let split =
            (1..last).max_by(|a, b| far(a).total_cmp(&far(b))).unwrap_or(last / 2);
        keep[split] = true;
        vec![(0, split), (split, last)]
    } else {
        vec![(0, last)]
    };
    while let Some((from, to)) = ranges.pop() {
        let mut worst = (0.0, from);
        for i in from + 1..to {
            let d = segment_distance2(points[i], points[from], points[to]);
            if d > worst.0 {
                worst = (d, i);
            }
        }
        if worst.0 > TOLERANCE_MM * TOLERANCE_MM {
            keep[worst.1] = true;
            ranges.push((from, worst.1));
            ranges.push((worst.1, to));
        }
    }
    points.iter().zip(keep).filter(|(_, keep)| *keep).map(|(p, _)| *p).collect()
}

fn distance2(a: [f64; 2], b: [f64; 2]) -> f64 {
    (a[0] - b[0]).powi(2) + (a[1] - b[1]).powi(2)
}

/// Squared distance of a point from a segment.
#[must_use]
pub(super) fn segment_distance2(p: [f64; 2], a: [f64; 2], b: [f64; 2]) -> f64 {
    let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
    let length2 = dx * dx + dy * dy;
    if length2 == 0.0 {
        return distance2(p, a);
    }
    let t = (((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / length2).clamp(0.0, 1.0);
    distance2(p, [a[0] + t * dx, a[1] + t * dy])
}

/// The frame with its overhang, mm.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    /// Upper left corner.
    pub(super) low: [f64; 2],
    /// Lower right corner.
    pub(super) high: [f64; 2],
}

impl Window {
    fn contains(self, p: [f64; 2]) -> bool {
        (0..2).all(|i| p[i] >= self.low[i] && p[i] <= self.high[i])
    }

    /// Cuts a ring (Sutherland & Hodgman 1974); edges along the border are harmless in a fill.
    pub(super) fn cut_ring(self, ring: Vec<[f64; 2]>) -> Vec<[f64; 2]> {
        if ring.iter().all(|p| self.contains(*p)) {
            return ring;
        }
        let mut ring = ring;
        for (axis, limit, sign) in [
            (0, self.low[0], 1.0),
            (0, self.high[0], -1.0),
            (1, self.low[1], 1.0),
            (1, self.high[1], -1.0),
        ] {
            let inside = |p: [f64; 2]| (p[axis] - limit) * sign >= 0.0;
            let mut cut = Vec::with_capacity(ring.len() + 4);
            for i in 0..ring.len() {
                let (a, b) = (ring[i], ring[(i + 1) % ring.len()]);
                if inside(a) {
                    cut.push(a);
                }
                if inside(a) != inside(b) {
                    let t = (limit - a[axis]) / (b[axis] - a[axis]);
                    let mut p = [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])];
                    p[axis] = limit;
                    cut.push(p);
                }
            }
            ring = cut;
        }
        ring
    }

    /// Cuts a line into the runs inside (Liang & Barsky 1984).
    pub(super) fn cut_line(
        self,
        points: &[[f64; 2]],
        is_closed: bool,
        paths: &mut Vec<Path>,
    ) {
        let page = |p: [f64; 2]| p.map(|v| v as f32);
        if points.len() < 2 {
            return;
        }
        if points.iter().all(|p| self.contains(*p)) {
            let points = points.iter().map(|p| page(*p)).collect();
            paths.push(Path { points, is_closed });
            return;
        }
        let count = if is_closed { points.len() } else { points.len() - 1 };
        let mut run: Vec<Point> = Vec::new();
        for i in 0..count {
            let (a, b) = (points[i], points[(i + 1) % points.len()]);
            let Some((t0, t1)) = self.cut_segment(a, b) else { continue };
            let at = |t: f64| page([a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])]);
            if t0 > 0.0 || run.is_empty() {
                flush(&mut run, paths);
                run.push(at(t0));
            }
            run.push(at(t1));
            if t1 < 1.0 {
                flush(&mut run, paths);
            }
        }
        flush(&mut run, paths);
    }

    fn cut_segment(self, a: [f64; 2], b: [f64; 2]) -> Option<(f64, f64)> {
        let (mut t0, mut t1) = (0.0f64, 1.0f64);
        for axis in 0..2 {
            let d = b[axis] - a[axis];
            for (p, q) in [(-d, a[axis] - self.low[axis]), (d, self.high[axis] - a[axis])]
            {
                if p == 0.0 {
                    if q < 0.0 {
                        return None;
                    }
                } else if p < 0.0 {
                    t0 = t0.max(q / p);
                } else {
                    t1 = t1.min(q / p);
                }
            }
        }
        (t0 < t1).then_some((t0, t1))
    }
}

fn flush(run: &mut Vec<Point>, paths: &mut Vec<Path>) {
    if run.len() >= 2 {
        paths.push(Path { points: std::mem::take(run), is_closed: false });
    } else {
        run.clear();
    }
}

/// Dots for polygons too small to print, at most one a cell.
pub(super) struct Dots {
    frame: Rect,
    columns: usize,
    taken: Vec<bool>,
}

impl Dots {
    pub(super) fn new(frame: Rect) -> Self {
        Self { frame, columns: 0, taken: Vec::new() }
    }

    pub(super) fn at(&mut self, [x, y]: Point) -> Option<Vec<Point>> {
        if !self.frame.contains([x, y]) {
            return None;
        }
        let cell = |v: f32| (f64::from(v) / CELL_MM) as usize;
        if self.taken.is_empty() {
            self.columns = cell(self.frame.w) + 1;
            self.taken = vec![false; self.columns * (cell(self.frame.h) + 1)];
        }
        let at = cell(y - self.frame.y) * self.columns + cell(x - self.frame.x);
        let taken = self.taken.get_mut(at)?;
        if std::mem::replace(taken, true) {
            return None;
        }
        let half = DOT_MM as f32 / 2.0;
        let mut ring = Rect::new(x - half, y - half, 2.0 * half, 2.0 * half).ring();
        // Turned as shells are, so that the two do not cancel out.
        ring.reverse();
        Some(ring)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thinning_keeps_what_can_be_seen() {
        let mut line: Vec<[f64; 2]> =
            (0..=100).map(|i| [f64::from(i) * 0.1, 0.001 * f64::from(i % 2)]).collect();
        line[50][1] = 1.0;
        let thinned = thin(&line, false);
        assert_eq!(thinned.len(), 5);
        assert!(thinned.contains(&[5.0, 1.0]));
    }
}
