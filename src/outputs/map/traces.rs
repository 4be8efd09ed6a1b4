//! Remembers where lines were drawn, so that a shared limit is drawn once.
//!
//! Two neighbours carry the same edge; dashed twice, out of step, it would look
//! solid. Lines are compared on a fine lattice of the page, because thinning may
//! have moved the two copies apart by less than a printer's dot.

use super::scene::{Path, Point, Rect};

/// Side of a cell, mm.
const CELL: f32 = 0.3;
/// Pieces shorter than this are dropped, mm.
const SHORTEST: f32 = 0.6;

/// Cells of the frame that lines have passed.
pub struct Traces {
    frame: Rect,
    columns: usize,
    rows: usize,
    marked: Vec<bool>,
}

impl Traces {
    /// No line yet.
    #[must_use]
    pub fn new(frame: Rect) -> Self {
        let frame = frame.inset(-3.0);
        let count = |mm: f32| (mm / CELL).ceil().max(1.0) as usize;
        let (columns, rows) = (count(frame.w), count(frame.h));
        Self { frame, columns, rows, marked: vec![false; columns * rows] }
    }

    /// Marks all cells within `radius` of lines.
    pub fn mark(&mut self, paths: &[Path], radius: f32) {
        let reach = (radius / CELL).ceil() as i32;
        for path in paths {
            for at in steps(path) {
                let (column, row) = self.cell(at);
                for dr in -reach..=reach {
                    for dc in -reach..=reach {
                        if dr * dr + dc * dc <= reach * reach
                            && let Some(i) = self.index(column + dc, row + dr)
                        {
                            self.marked[i] = true;
                        }
                    }
                }
            }
        }
    }

    /// The pieces of a line in cells that are not marked.
    #[must_use]
    pub fn unmarked(&self, path: &Path) -> Vec<Path> {
        let mut pieces = Vec::new();
        let mut piece: Vec<Point> = Vec::new();
        for at in steps(path) {
            let (column, row) = self.cell(at);
            if self.index(column, row).is_some_and(|i| self.marked[i]) {
                finish(&mut piece, &mut pieces);
            } else {
                piece.push(at);
            }
        }
        finish(&mut piece, &mut pieces);
        pieces
    }

    fn cell(&self, [x, y]: Point) -> (i32, i32) {
        (((x - self.frame.x) / CELL) as i32, ((y - self.frame.y) / CELL) as i32)
    }

    fn index(&self, column: i32, row: i32) -> Option<usize> {
        let (column, row) = (usize::try_from(column).ok()?, usize::try_from(row).ok()?);
        (column < self.columns && row < self.rows).then(|| row * self.columns + column)
    }
}

/// Points along a path, closed ones to their start, at most a cell apart.
fn steps(path: &Path) -> Vec<Point> {
    let closing = path.is_closed.then(|| path.points.first()).flatten();
    let mut out: Vec<Point> = path.points.first().copied().into_iter().collect();
    for (a, b) in path.points.iter().zip(path.points.iter().skip(1).chain(closing)) {
        let count = ((b[0] - a[0]).hypot(b[1] - a[1]) / CELL).ceil().clamp(1.0, 4000.0);
        for i in 1..=count as usize {
            let t = i as f32 / count;
            out.push([a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t]);
        }
    }
    out
}

/// Ends a piece: keeps it without the points that its straight stretches do not need.
fn finish(piece: &mut Vec<Point>, pieces: &mut Vec<Path>) {
    let points = std::mem::take(piece);
    let length: f32 =
        points.windows(2).map(|w| (w[1][0] - w[0][0]).hypot(w[1][1] - w[0][1])).sum();
    if length >= SHORTEST {
        let exact: Vec<[f64; 2]> = points.iter().map(|p| p.map(f64::from)).collect();
        let points = super::clip::thin(&exact, false)
            .into_iter()
            .map(|p| p.map(|v| v as f32))
            .collect();
        pieces.push(Path { points, is_closed: false });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(points: &[Point]) -> Path {
        Path { points: points.to_vec(), is_closed: false }
    }

    #[test]
    fn a_shared_edge_is_drawn_once() {
        let mut traces = Traces::new(Rect::new(0.0, 0.0, 100.0, 100.0));
        let square = |x: f32| Path {
            points: Rect::new(x, 10.0, 40.0, 40.0).ring(),
            is_closed: true,
        };
        let first = traces.unmarked(&square(10.0));
        assert_eq!(first.len(), 1);
        traces.mark(&first, 0.25);
        let second = traces.unmarked(&square(50.0));
        let length: f32 = second
            .iter()
            .flat_map(|p| p.points.windows(2))
            .map(|w| (w[1][0] - w[0][0]).hypot(w[1][1] - w[0][1]))
            .sum();
        assert!((length - 120.0).abs() < 2.5, "three of four sides: {length}");
        assert!(traces.unmarked(&line(&[[50.1, 12.0], [50.1, 48.0]])).is_empty());
    }
}
