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
        // How far the disc reaches to both sides, row by row.
        let is_within =
            |down: i32, across: i32| down * down + across * across <= reach * reach;
        let half =
            |down: i32| (1..=reach).take_while(|half| is_within(down, *half)).last();
        let halves: Vec<i32> =
            (-reach..=reach).map(|down| half(down).unwrap_or_default()).collect();
        for path in paths {
            let mut last = None;
            for at in steps(path) {
                let (column, row) = self.cell(at);
                if last.replace((column, row)) == Some((column, row)) {
                    continue;
                }
                for (down, half) in (-reach..).zip(&halves) {
                    let (from, to) =
                        (column.saturating_sub(*half), column.saturating_add(*half));
                    self.mark_row(row.saturating_add(down), from, to);
                }
            }
        }
    }

    /// Marks cells of a row from one to another, as far as there are any.
    fn mark_row(&mut self, row: i32, from: i32, to: i32) {
        let Ok(row) = usize::try_from(row) else { return };
        let end = |column: i32| usize::try_from(column).map_or(0, |column| column + 1);
        let (from, to) = (from.max(0) as usize, end(to).min(self.columns));
        if row < self.rows && from < to {
            self.marked[row * self.columns..][from..to].fill(true);
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
    fn discs_are_marked_along_a_line_and_cut_at_the_frame() {
        let mut traces = Traces::new(Rect::new(0.0, 0.0, 10.0, 10.0));
        // A dot, three cells wide on each side: rows of 1, 5, 5, 7, 5, 5 and 1 cells.
        traces.mark(&[line(&[[5.0, 5.0]])], 0.9);
        let marked = |traces: &Traces| {
            let rows = traces.marked.chunks(traces.columns);
            let counts = rows.map(|row| row.iter().filter(|cell| **cell).count());
            counts.filter(|count| *count > 0).collect::<Vec<usize>>()
        };
        assert_eq!(marked(&traces), [1, 5, 5, 7, 5, 5, 1]);
        // In the corner of the frame, which is 3 mm larger, a quarter is left.
        let mut traces = Traces::new(Rect::new(0.0, 0.0, 10.0, 10.0));
        let far = [-1e12, 1e12, f32::NAN].map(|v| line(&[[v, v]]));
        traces.mark(&far[..2], 0.9);
        assert!(marked(&traces).is_empty());
        traces.mark(&[line(&[[-3.0, -3.0], [-3.0, -2.9]])], 0.9);
        assert_eq!(marked(&traces), [4, 3, 3, 1]);
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
