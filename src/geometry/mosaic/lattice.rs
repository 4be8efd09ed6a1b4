//! Anchor points with known winding counts, and cells that no edge meets.

use rustc_hash::FxHashMap;

use smallvec::SmallVec;

use super::borders::Borders;
use super::{Anchor, Edge, PlaneId};
use crate::geometry::grid::GridPoint;

/// Winding counts by plane, ascending, none of them 0.
pub(super) type Counts = SmallVec<[(PlaneId, i32); 6]>;

/// All distinct combinations of counts that occur at anchors. Number 0 is "in no plane".
#[derive(Debug)]
struct States {
    numbers: FxHashMap<Counts, u32>,
    counts: Vec<Counts>,
    planes: Vec<Box<[PlaneId]>>,
}

impl States {
    fn new() -> Self {
        let mut states = Self {
            numbers: FxHashMap::default(),
            counts: Vec::new(),
            planes: Vec::new(),
        };
        states.number(&Counts::new());
        states
    }

    fn number(&mut self, counts: &Counts) -> u32 {
        if let Some(&number) = self.numbers.get(counts) {
            return number;
        }
        let number = self.counts.len() as u32;
        self.numbers.insert(counts.clone(), number);
        let inside = counts.iter().filter(|(_, n)| *n > 0).map(|(plane, _)| *plane);
        self.planes.push(inside.collect());
        self.counts.push(counts.clone());
        number
    }
}

/// Changes a count, keeping the list ascending and free of zeros.
pub(super) fn bump(counts: &mut Counts, plane: PlaneId, delta: i32) {
    match counts.binary_search_by_key(&plane, |(p, _)| *p) {
        Ok(at) => {
            counts[at].1 += delta;
            if counts[at].1 == 0 {
                counts.remove(at);
            }
        }
        Err(at) => counts.insert(at, (plane, delta)),
    }
}

/// A regular lattice over all edges. Coordinates are in half grid steps and odd.
#[derive(Debug)]
pub(super) struct Lattice {
    x0: i64,
    y0: i64,
    step: i64,
    /// One over the step.
    per_step: f64,
    columns: i64,
    rows: i64,
    /// State at the lower left corner of each cell.
    state: Vec<u32>,
    /// Whether no edge meets the cell.
    clear: Vec<bool>,
    states: States,
}

/// An edge that crosses a lattice row: at or before which column, and what changes.
struct Crossing {
    /// The row, and below it the column.
    place: u64,
    plane: PlaneId,
    delta: i32,
}

impl Crossing {
    fn row(&self) -> i64 {
        (self.place >> 32).cast_signed()
    }

    fn column(&self) -> i64 {
        i64::from(self.place as u32)
    }
}

impl Lattice {
    /// Lays the lattice over the edges.
    pub(super) fn fill(&mut self, edges: &Borders) {
        let mut crossings = Vec::new();
        for edge in edges.iter() {
            let (low, high) = edge.by_height();
            let rows = (self.row(low.y), self.row(high.y));
            if rows.0 == rows.1 {
                self.mark_row(rows.0, low.x.min(high.x), low.x.max(high.x));
            } else {
                self.mark(&edge, rows);
                self.cross_rows(&edge, rows, &mut crossings);
            }
        }
        self.label(crossings);
    }

    /// A lattice with about as many cells as there are edges, and none of them in it yet.
    pub(super) fn empty(edges: &Borders) -> Self {
        let mut low = GridPoint::new(i64::MAX, i64::MAX);
        let mut high = GridPoint::new(i64::MIN, i64::MIN);
        for p in edges.points() {
            low = GridPoint::new(low.x.min(p.x), low.y.min(p.y));
            high = GridPoint::new(high.x.max(p.x), high.y.max(p.y));
        }
        if edges.count() == 0 {
            (low, high) = (GridPoint::default(), GridPoint::default());
        }
        let (width, height) = (2 * (high.x - low.x) + 2, 2 * (high.y - low.y) + 2);
        let cells = (edges.count() as f64).clamp(256.0, 4e6);
        let ideal = (width as f64 * height as f64 / cells).sqrt();
        // A very long and narrow region must not make more than `cells` cells either.
        let least = width.max(height) as f64 / cells;
        let step = 2 * ((ideal.max(least) / 2.0).ceil() as i64).max(1);
        let (columns, rows) = (width / step + 1, height / step + 1);
        let size = usize::try_from(columns * rows).expect("bounded by `cells`");
        Self {
            x0: 2 * low.x - 1,
            y0: 2 * low.y - 1,
            step,
            per_step: 1.0 / step as f64,
            columns,
            rows,
            state: vec![0; size],
            clear: vec![true; size],
            states: States::new(),
        }
    }

    /// Side of a cell in grid steps.
    pub(super) fn cell_size(&self) -> f64 {
        self.step as f64 / 2.0
    }

    fn column(&self, x: i64) -> i64 {
        self.steps(2 * x - self.x0)
    }

    fn row(&self, y: i64) -> i64 {
        self.steps(2 * y - self.y0)
    }

    /// Whole steps in a way, rounded down: a product that may be off by one, put right. A
    /// division of whole numbers takes many times as long.
    fn steps(&self, way: i64) -> i64 {
        let about = (way as f64 * self.per_step) as i64;
        let rest = way - about * self.step;
        about + i64::from(rest >= self.step) - i64::from(rest < 0)
    }

    fn cell(&self, column: i64, row: i64) -> usize {
        (row * self.columns + column) as usize
    }

    /// Marks the cells of a row between two abscissas.
    fn mark_row(&mut self, row: i64, from: i64, to: i64) {
        let cells = self.cell(self.column(from), row)..=self.cell(self.column(to), row);
        self.clear[cells].fill(false);
    }

    /// Marks the cells that an edge over several rows may meet, row by row.
    fn mark(&mut self, edge: &Edge, (first, last): (i64, i64)) {
        let (low, high) = edge.by_height();
        let slope = (high.x - low.x) as f64 / (high.y - low.y) as f64;
        let (left, right) = (low.x.min(high.x), low.x.max(high.x));
        for row in first..=last {
            let at = |line: i64| {
                let y = (self.y0 + line * self.step) as f64 / 2.0;
                low.x as f64 + (y - low.y as f64) * slope
            };
            let (enter, leave) = (
                if row == first { low.x as f64 } else { at(row) },
                if row == last { high.x as f64 } else { at(row + 1) },
            );
            // Two grid steps of margin cover the rounding of `at`.
            let from = (enter.min(leave).floor() as i64 - 2).max(left);
            let to = (enter.max(leave).ceil() as i64 + 2).min(right);
            self.mark_row(row, from, to);
        }
    }

    /// Lists where the edge crosses the lattice's horizontal lines.
    fn cross_rows(
        &self,
        edge: &Edge,
        (first, last): (i64, i64),
        crossings: &mut Vec<Crossing>,
    ) {
        let (low, high) = edge.by_height();
        let delta = if edge.b.y > edge.a.y { -1 } else { 1 };
        for row in first + 1..=last {
            let y2 = self.y0 + row * self.step;
            let t = (y2 as f64 / 2.0 - low.y as f64) / (high.y - low.y) as f64;
            let x2 = 2.0 * (low.x as f64 + t * (high.x - low.x) as f64);
            let mut column = (((x2 - self.x0 as f64) / self.step as f64).ceil() as i64)
                .clamp(0, self.columns);
            while column > 0 && edge.crosses_by(self.x0 + (column - 1) * self.step, y2) {
                column -= 1;
            }
            while column < self.columns
                && !edge.crosses_by(self.x0 + column * self.step, y2)
            {
                column += 1;
            }
            let place = row.cast_unsigned() << 32 | column.cast_unsigned();
            crossings.push(Crossing { place, plane: edge.plane, delta });
        }
    }

    /// Walks each row from the west and writes down the counts at its anchors.
    fn label(&mut self, mut crossings: Vec<Crossing>) {
        // In which order the edges of one place come does not matter: counts are sums.
        crossings.sort_unstable_by_key(|c| c.place);
        for line in crossings.chunk_by(|a, b| a.row() == b.row()) {
            let row = line[0].row();
            let mut counts = Counts::new();
            for (i, crossing) in line.iter().enumerate() {
                bump(&mut counts, crossing.plane, crossing.delta);
                let next = line.get(i + 1).map_or(self.columns, Crossing::column);
                let here = crossing.column();
                if next > here && row < self.rows {
                    let number = self.states.number(&counts);
                    let cells = self.cell(here, row)..self.cell(next, row);
                    self.state[cells].fill(number);
                }
            }
        }
    }

    /// Number of the state that holds throughout the box, if no edge comes near it.
    pub(super) fn uncut(&self, low: GridPoint, high: GridPoint) -> Option<u32> {
        let (left, right) = (self.column(low.x), self.column(high.x));
        let (bottom, top) = (self.row(low.y), self.row(high.y));
        if right < 0 || top < 0 || left >= self.columns || bottom >= self.rows {
            return Some(0);
        }
        if left < 0 || bottom < 0 || right >= self.columns || top >= self.rows {
            return None;
        }
        for row in bottom..=top {
            let cells = self.cell(left, row)..=self.cell(right, row);
            if !self.clear[cells].iter().all(|clear| *clear) {
                return None;
            }
        }
        Some(self.state[self.cell(left, bottom)])
    }

    /// An anchor to the south-west of the point.
    pub(super) fn anchor_below(&self, low: GridPoint) -> Anchor {
        let row = self.row(low.y);
        let y2 = if (0..self.rows).contains(&row) {
            self.y0 + row * self.step
        } else {
            2 * low.y - 1
        };
        self.anchor_on(low.x, y2)
    }

    /// The anchor on the line `y2` (half steps) to the west of `x`.
    ///
    /// Outside the lattice nothing is in any plane, so any point there will do.
    pub(super) fn anchor_on(&self, x: i64, y2: i64) -> Anchor {
        let (column, row) = (self.column(x), self.steps(y2 - self.y0));
        if !(0..self.columns).contains(&column) {
            return Anchor { x2: 2 * x - 1, y2, state: 0 };
        }
        let x2 = self.x0 + column * self.step;
        let state = if (0..self.rows).contains(&row) {
            self.state[self.cell(column, row)]
        } else {
            0
        };
        Anchor { x2, y2, state }
    }

    /// The horizontal lattice lines strictly between two ordinates, ascending, half steps.
    pub(super) fn lines_between(
        &self,
        low: i64,
        high: i64,
    ) -> impl Iterator<Item = i64> + '_ {
        let first = self.row(low).max(-1) + 1;
        let last = self.row(high).min(self.rows - 1);
        (first..=last).map(|row| self.y0 + row * self.step)
    }

    /// Counts of a state.
    pub(super) fn counts(&self, state: u32) -> &Counts {
        &self.states.counts[state as usize]
    }

    /// Planes with a positive count in a state.
    pub(super) fn planes(&self, state: u32) -> &[PlaneId] {
        &self.states.planes[state as usize]
    }
}

impl Edge {
    /// Its lower and its upper end.
    fn by_height(&self) -> (GridPoint, GridPoint) {
        if self.a.y <= self.b.y { (self.a, self.b) } else { (self.b, self.a) }
    }

    /// Change of count when the edge is crossed from west to east.
    pub(super) fn eastward(&self) -> i32 {
        if self.b.y > self.a.y { -1 } else { 1 }
    }

    /// Whether the edge spans the horizontal line at `y2` half steps (odd).
    pub(super) fn spans(&self, y2: i64) -> bool {
        (2 * self.a.y < y2) != (2 * self.b.y < y2)
    }

    /// Whether an edge that spans `y2` crosses it at or west of `x2` (half steps), exactly.
    pub(super) fn crosses_by(&self, x2: i64, y2: i64) -> bool {
        let side = self.side(x2, y2);
        if self.b.y > self.a.y { side <= 0 } else { side >= 0 }
    }

    /// Sign of the side on which a point in half steps lies; positive is left.
    pub(super) fn side(&self, x2: i64, y2: i64) -> i32 {
        let (dx, dy) = (i128::from(self.b.x - self.a.x), i128::from(self.b.y - self.a.y));
        let (px, py) = (i128::from(x2 - 2 * self.a.x), i128::from(y2 - 2 * self.a.y));
        (dx * py - dy * px).signum() as i32
    }
}
