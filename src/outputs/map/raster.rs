//! Fills paths on a page of pixels, each pixel by the share of it that is covered.
//!
//! In: contours in pixels. Out: for each row of pixels, runs of equal coverage.
//! The shares are areas, not samples: an edge adds to the pixels that it crosses what lies to
//! the right of it, and a running sum along the row gives the coverage (as the smooth
//! rasterizer of `FreeType` and `font-rs` do). Only pixels that an edge crosses are visited, so a large
//! plain area costs as little as its outline, and many small letters cost little at all. Rows
//! are drawn one after the other, so that what edges add lies in memory that is at hand: with
//! the sums of the whole page a tall outline waited for memory in each row.
//!
//! Arithmetic is the same on every machine, so the pixels are too.

use super::outline::{Area, Edges, above};
use super::scene::{Point, Rule};

/// Runs of pixels of one row, and how much of each is covered, of 255.
pub(super) trait Spans {
    /// From a column to the one before `to`.
    fn span(&mut self, row: usize, from: usize, to: usize, coverage: u8);
}

/// Runs of one row, to be handed over again for others.
#[derive(Default)]
struct Runs(Vec<(usize, usize, u8)>);

impl Spans for Runs {
    fn span(&mut self, _: usize, from: usize, to: usize, coverage: u8) {
        self.0.push((from, to, coverage));
    }
}

/// Memory of fills.
#[derive(Default)]
pub(super) struct Raster {
    edges: Vec<Edge>,
    /// For each row the last edge that begins in it: each knows the one before.
    heads: Vec<usize>,
    /// Edges that go on below a row.
    open: Vec<Edge>,
    row: Row,
    runs: Runs,
}

impl Raster {
    /// Fills what of an outline lies in a box and hands over the runs, row by row, left to right.
    pub(super) fn fill(
        &mut self,
        outline: &impl Edges,
        rule: Rule,
        area: Area,
        to: &mut impl Spans,
    ) {
        if area.is_empty() {
            return;
        }
        let mut sorted = Sorted::of(&mut self.edges, &mut self.heads, area);
        outline.within(area.top..area.bottom, |a, b| sorted.add(a, b));
        self.row.widen(area.width());
        self.open.clear();
        let mut row = 0;
        while row < area.height() {
            let alike = self.alike(row);
            if alike > 1 {
                self.repeat(row, alike, area, rule, to);
                row += alike;
                continue;
            }
            let end = (row + 1) as f32;
            self.open.retain_mut(|edge| self.row.advance(edge, end));
            let mut next = self.heads[row];
            while next != NONE {
                let mut edge = self.edges[next];
                if self.row.advance(&mut edge, end) {
                    self.open.push(edge);
                }
                next = edge.before;
            }
            self.row.sweep(area.top + row, area, rule, to);
            row += 1;
        }
    }

    /// How many rows from one on are alike: no edge begins or ends in them, and all run straight
    /// down, as those of frames and tables do.
    fn alike(&self, row: usize) -> usize {
        if self.heads[row] != NONE || !self.open.iter().all(|edge| edge.slope == 0.0) {
            return 0;
        }
        let ends = self.open.iter().map(|edge| edge.end[1] as usize);
        let rows = &self.heads[row..];
        let whole = ends.map(|end| end.saturating_sub(row)).fold(rows.len(), usize::min);
        rows[..whole].iter().take_while(|head| **head == NONE).count()
    }

    /// Draws rows that are [`Self::alike`].
    fn repeat(
        &mut self,
        row: usize,
        count: usize,
        area: Area,
        rule: Rule,
        to: &mut impl Spans,
    ) {
        for edge in &mut self.open {
            self.row.advance(edge, (row + 1) as f32);
        }
        self.runs.0.clear();
        self.row.sweep(area.top + row, area, rule, &mut self.runs);
        for row in area.top + row..area.top + row + count {
            for (from, until, coverage) in &self.runs.0 {
                to.span(row, *from, *until, *coverage);
            }
        }
        let end = (row + count) as f32;
        self.open.retain_mut(|edge| {
            edge.start[1] = end;
            edge.end[1] > end
        });
    }
}

/// Where there is no edge.
const NONE: usize = usize::MAX;

/// A part of an edge within the columns, from the left and the top of the box.
#[derive(Clone, Copy)]
struct Edge {
    /// What is still to be drawn of it begins here.
    start: Point,
    /// And ends here, below.
    end: Point,
    /// Of the whole edge.
    origin: Point,
    /// Columns a row.
    slope: f32,
    /// Its least and greatest column: none between its ends is beyond, however it is rounded.
    range: [f32; 2],
    /// 1 if it runs downwards, -1 if upwards.
    sign: f32,
    /// The edge before it that begins in the same row.
    before: usize,
}

impl Edge {
    /// Where it crosses a height.
    fn at(&self, y: f32) -> f32 {
        let x = self.origin[0] + (y - self.origin[1]) * self.slope;
        within(x, self.range[0], self.range[1])
    }
}

/// The edges of one fill, by the row in which they begin.
struct Sorted<'a> {
    all: &'a mut Vec<Edge>,
    heads: &'a mut Vec<usize>,
    area: Area,
}

impl<'a> Sorted<'a> {
    fn of(all: &'a mut Vec<Edge>, heads: &'a mut Vec<usize>, area: Area) -> Self {
        all.clear();
        heads.clear();
        heads.resize(area.height(), NONE);
        Self { all, heads, area }
    }

    /// An edge, cut to the rows; what lies left or right of the columns runs along their sides.
    fn add(&mut self, a: Point, b: Point) {
        let (left, top) = (self.area.left as f32, self.area.top as f32);
        let (wide, high) = (self.area.width() as f32, self.area.height() as f32);
        let [a, b] = [a, b].map(|[x, y]| [x - left, y - top]);
        let (sign, a, b) = if a[1] < b[1] { (1.0, a, b) } else { (-1.0, b, a) };
        // Level edges cover nothing, and nor does what is no number.
        let is_some = a[1] < b[1] && (a[0] + b[0] + a[1] + b[1]).is_finite();
        if !is_some || b[1] <= 0.0 || a[1] >= high {
            return;
        }
        let (lowest, highest) = if a[0] < b[0] { (a[0], b[0]) } else { (b[0], a[0]) };
        let slope = (b[0] - a[0]) / (b[1] - a[1]);
        let range = [lowest, highest];
        let mut edge =
            Edge { start: a, end: b, origin: a, slope, range, sign, before: NONE };
        let from = [a[0] - a[1] * slope, 0.0];
        let to = [a[0] + (high - a[1]) * slope, high];
        if a[1] < 0.0 {
            edge.start = [within(from[0], lowest, highest), 0.0];
        }
        if b[1] > high {
            edge.end = [within(to[0], lowest, highest), high];
        }
        if lowest >= 0.0 && highest <= wide {
            self.push(edge);
        } else {
            self.push_cut(edge, wide);
        }
    }

    /// An edge that may cross the sides, in parts, of which each lies on one side or between.
    fn push_cut(&mut self, edge: Edge, wide: f32) {
        let Edge { start, end, origin, slope, .. } = edge;
        let inside = |x| within(x, 0.0, wide);
        let range = edge.range.map(inside);
        // The heights at which it crosses the sides, in order.
        let mut sides = [0.0, wide].map(|x| [x, origin[1] + (x - origin[0]) / slope]);
        if sides[0][1] > sides[1][1] {
            sides.swap(0, 1);
        }
        let mut last = start;
        for stop in sides.into_iter().chain([end]) {
            if stop[1] > last[1] && stop[1] <= end[1] {
                let [start, end] = [last, stop].map(|[x, y]| [inside(x), y]);
                self.push(Edge { start, end, range, ..edge });
                last = stop;
            }
        }
    }

    fn push(&mut self, edge: Edge) {
        if let Some(head) = self.heads.get_mut(edge.start[1] as usize) {
            let before = std::mem::replace(head, self.all.len());
            self.all.push(Edge { before, ..edge });
        }
    }
}

/// What edges add to the pixels of a row: all zero whenever none is at work. Two more than
/// there are pixels, for what lies at the right edge.
#[derive(Default)]
struct Row {
    cells: Vec<f32>,
    /// One bit a cell: whether an edge has been there.
    touched: Vec<u64>,
}

impl Row {
    /// Makes room for pixels.
    fn widen(&mut self, pixels: usize) {
        let cells = self.cells.len().max(pixels + 2);
        self.cells.resize(cells, 0.0);
        self.touched.resize(cells.div_ceil(64), 0);
    }

    /// Adds what of an edge lies above the end of the row; whether more of it lies below.
    #[inline]
    fn advance(&mut self, edge: &mut Edge, row_end: f32) -> bool {
        let [x, y] = edge.start;
        let goes_on = row_end < edge.end[1];
        let next = if goes_on { [edge.at(row_end), row_end] } else { edge.end };
        let (x0, x1) = if x < next[0] { (x, next[0]) } else { (next[0], x) };
        self.piece(x0, x1, (next[1] - y) * edge.sign);
        edge.start = next;
        goes_on
    }

    /// A piece of an edge, from `x0` to `x1`, that spans a height.
    #[inline]
    fn piece(&mut self, x0: f32, x1: f32, height: f32) {
        let start = x0 as u32;
        let (first, start, end) = (start as f32, start as usize, above(x1));
        let count = end.saturating_sub(start);
        let span = count.max(1);
        self.touch(start, start + span);
        let cells = &mut self.cells[start..][..=span];
        if count <= 1 {
            let right = height * (f32::midpoint(x0, x1) - first);
            cells[0] += height - right;
            cells[1] += right;
            return;
        }
        // The areas right of the edge in the first, the inner and the last pixels.
        let a_pixel = height / (x1 - x0);
        let (lead, tail) = (1.0 - (x0 - first), x1 - end as f32 + 1.0);
        let in_first = 0.5 * a_pixel * lead * lead;
        let in_last = 0.5 * a_pixel * tail * tail;
        cells[0] += in_first;
        if count == 2 {
            cells[1] += height - in_first - in_last;
        } else {
            let in_second = a_pixel * (lead + 0.5);
            cells[1] += in_second - in_first;
            for cell in &mut cells[2..count - 1] {
                *cell += a_pixel;
            }
            let so_far = in_second + (count - 3) as f32 * a_pixel;
            cells[count - 1] += height - so_far - in_last;
        }
        cells[count] += in_last;
    }

    /// Notes the cells from one to another.
    #[inline]
    fn touch(&mut self, from: usize, to: usize) {
        let (first, last) = (from / 64, to / 64);
        let (after, before) = (u64::MAX << (from % 64), u64::MAX >> (63 - to % 64));
        if first == last {
            self.touched[first] |= after & before;
            return;
        }
        self.touched[first] |= after;
        self.touched[last] |= before;
        self.touched[first + 1..last].fill(u64::MAX);
    }

    /// Sums up, hands over the runs of the row and leaves all cells zero.
    fn sweep(&mut self, row: usize, area: Area, rule: Rule, to: &mut impl Spans) {
        let (left, wide) = (area.left, area.width());
        let (mut sum, mut from) = (0.0, 0);
        let mut open = 0;
        for (w, word) in self.touched[..=(wide + 1) / 64].iter_mut().enumerate() {
            let mut bits = std::mem::take(word);
            while bits != 0 {
                let cell = w * 64 + bits.trailing_zeros() as usize;
                bits &= bits - 1;
                let end = cell.min(wide);
                if open != 0 && from < end {
                    to.span(row, left + from, left + end, open);
                }
                sum += std::mem::take(&mut self.cells[cell]);
                (open, from) = (coverage(sum, rule), end);
            }
        }
        if open != 0 && from < wide {
            to.span(row, left + from, left + wide, open);
        }
    }
}

/// A number, or the end of a range that it lies beyond.
fn within(v: f32, low: f32, high: f32) -> f32 {
    let v = if v < low { low } else { v };
    if v > high { high } else { v }
}

/// How much of a pixel is covered, of 255, to the sixteenth.
fn coverage(sum: f32, rule: Rule) -> u8 {
    let sum = sum.abs();
    let share = match rule {
        Rule::NonZero if sum < 1.0 => sum,
        Rule::NonZero => 1.0,
        Rule::EvenOdd => {
            let rest = if sum < 2.0 { sum } else { sum % 2.0 };
            if rest > 1.0 { 2.0 - rest } else { rest }
        }
    };
    // In sixteenths, as many as the eye tells apart at an edge: with all 255 the pictures are
    // half as large again.
    let sixteenths = (share * 16.0 + 0.5) as u32;
    ((sixteenths * 255 + 8) / 16) as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outputs::map::font::Pen as _;
    use crate::outputs::map::outline::{Outline, OutlinePen, Place};

    /// Coverage of a small page, row by row.
    struct Grid(Vec<Vec<u8>>);

    impl Spans for Grid {
        fn span(&mut self, row: usize, from: usize, to: usize, coverage: u8) {
            self.0[row][from..to].fill(coverage);
        }
    }

    const PAGE: Area = Area { left: 0, top: 0, right: 6, bottom: 4 };

    fn filled(rings: &[&[Point]], rule: Rule, within: Area) -> Vec<Vec<u8>> {
        let mut outline = Outline::default();
        for ring in rings {
            outline.ring(ring, &Place::page(1.0));
        }
        let mut raster = Raster::default();
        let mut grid = Grid(vec![vec![0; 6]; 4]);
        let within = outline.area(within);
        // Twice: nothing may be left of the first time.
        raster.fill(&outline, rule, within, &mut Grid(vec![vec![0; 6]; 4]));
        raster.fill(&outline, rule, within, &mut grid);
        assert!(raster.row.cells.iter().all(|cell| *cell == 0.0));
        grid.0
    }

    fn square(x0: f32, y0: f32, x1: f32, y1: f32) -> Vec<Point> {
        vec![[x0, y0], [x1, y0], [x1, y1], [x0, y1]]
    }

    #[test]
    fn pixels_are_covered_by_their_share() {
        // From 1.5 to 4.25 across, 0.5 to 2 down: halves and quarters of 255.
        let grid = filled(&[&square(1.5, 0.5, 4.25, 2.0)], Rule::NonZero, PAGE);
        assert_eq!(grid[0], [0, 64, 128, 128, 32, 0]);
        assert_eq!(grid[1], [0, 128, 255, 255, 64, 0]);
        assert_eq!(grid[2], [0; 6]);
        // A triangle of 6 by 2: in each row the line crosses three pixels, which are covered by
        // trapezia: 5/6, 1/2 and 1/6, which are 13, 8 and 3 sixteenths: 207, 128 and 48 of 255.
        let grid = filled(&[&[[0.0, 0.0], [6.0, 2.0], [0.0, 2.0]]], Rule::NonZero, PAGE);
        assert_eq!(grid[0], [207, 128, 48, 0, 0, 0]);
        assert_eq!(grid[1], [255, 255, 255, 207, 128, 48]);
    }

    #[test]
    fn the_direction_of_rings_matters_as_the_rule_says() {
        let outer = square(0.0, 0.0, 6.0, 4.0);
        let inner = square(2.0, 1.0, 4.0, 3.0);
        let back: Vec<Point> = inner.iter().rev().copied().collect();
        let row = |rings: &[&[Point]], rule| filled(rings, rule, PAGE)[1].clone();
        let hole = [255, 255, 0, 0, 255, 255];
        assert_eq!(row(&[&outer, &inner], Rule::EvenOdd), hole);
        assert_eq!(row(&[&outer, &back], Rule::NonZero), hole);
        assert_eq!(row(&[&outer, &inner], Rule::NonZero), [255; 6]);
    }

    #[test]
    fn what_lies_beyond_the_box_is_cut() {
        let within = Area { left: 1, top: 1, right: 4, bottom: 3 };
        let large = square(-1e6, -1e6, 1e6, 1e6);
        let grid = filled(&[&large], Rule::NonZero, within);
        assert_eq!(grid[0], [0; 6]);
        assert_eq!(grid[1], [0, 255, 255, 255, 0, 0]);
        // A slope that crosses both sides: x = 3 y - 3 for y from 0 to 4.
        let slope = [[-3.0, 0.0], [9.0, 4.0], [-3.0, 4.0]];
        let whole = filled(&[&slope], Rule::NonZero, PAGE);
        let cut = filled(&[&slope], Rule::NonZero, within);
        for (cut, whole) in cut[1..3].iter().zip(&whole[1..3]) {
            let pairs = cut[1..4].iter().zip(&whole[1..4]);
            assert!(
                pairs.into_iter().all(|(a, b)| a.abs_diff(*b) <= 16),
                "{cut:?} {whole:?}"
            );
        }
        for wrong in [f32::NAN, f32::INFINITY] {
            filled(&[&[[wrong, 0.0], [2.0, 2.0], [0.0, 2.0]]], Rule::NonZero, PAGE);
        }
    }

    #[test]
    fn edges_are_cut_where_they_cross_a_side() {
        // A line that falls by a twentieth a pixel, through both sides within one row: it
        // covers 3/8 of the first pixel and 1/20 more of each after it.
        let falling = [[9.0, 0.2], [-3.0, 0.8], [-3.0, 5.0], [9.0, 5.0]];
        let row = [96, 112, 128, 128, 143, 159];
        assert_eq!(filled(&[&falling], Rule::NonZero, PAGE)[0], row);
        let rising = falling.map(|[x, y]| [6.0 - x, y]);
        let back: Vec<u8> = row.into_iter().rev().collect();
        assert_eq!(filled(&[&rising], Rule::NonZero, PAGE)[0], back);
        // One that comes in from above, at 45 degrees: x = 1 + y.
        let slope = [[1.0, 0.0], [5.0, 4.0], [1.0, 4.0]];
        let within = Area { left: 0, top: 1, right: 6, bottom: 3 };
        let cut = filled(&[&slope], Rule::NonZero, within);
        assert_eq!(cut[0], [0; 6]);
        assert_eq!(cut[1], [0, 255, 128, 0, 0, 0]);
        assert_eq!(cut[2], [0, 255, 255, 128, 0, 0]);
    }

    #[test]
    fn parts_are_as_the_whole() {
        // A star that reaches beyond all sides, drawn in six parts.
        let star = [
            [3.0, -2.0],
            [4.2, 1.3],
            [9.0, 1.1],
            [5.1, 2.4],
            [7.0, 6.0],
            [2.9, 3.1],
            [-2.0, 5.0],
            [0.7, 2.2],
            [-4.0, 0.4],
            [2.1, 0.9],
        ];
        let whole = filled(&[&star], Rule::NonZero, PAGE);
        for (left, top) in [(0, 0), (2, 0), (4, 0), (0, 2), (2, 2), (4, 2)] {
            let within = Area { left, top, right: left + 2, bottom: top + 2 };
            let part = filled(&[&star], Rule::NonZero, within);
            for row in top..top + 2 {
                for column in left..left + 2 {
                    let [a, b] = [whole[row][column], part[row][column]];
                    assert!(a.abs_diff(b) <= 16, "{column} {row}: {a} {b}");
                }
            }
        }
    }

    #[test]
    fn rows_that_are_alike_are_drawn_as_each_by_itself() {
        // A frame, bars that begin and end within it and a slope across some of its rows.
        let rings = [
            square(0.5, 0.25, 5.75, 11.5),
            square(1.0, 1.0, 2.25, 8.5),
            square(3.25, 4.0, 4.0, 6.0),
            vec![[2.5, 8.0], [5.5, 10.0], [2.5, 10.0]],
        ];
        let mut outline = Outline::default();
        for ring in &rings {
            outline.ring(ring, &Place::page(1.0));
        }
        let page = Area { left: 0, top: 0, right: 6, bottom: 12 };
        let mut raster = Raster::default();
        let mut whole = Grid(vec![vec![0; 6]; 12]);
        raster.fill(&outline, Rule::EvenOdd, page, &mut whole);
        let mut rows = Grid(vec![vec![0; 6]; 12]);
        for top in 0..12 {
            let row = Area { top, bottom: top + 1, ..page };
            raster.fill(&outline, Rule::EvenOdd, row, &mut rows);
        }
        assert_eq!(whole.0, rows.0);
        assert_eq!(whole.0[2], [128, 0, 191, 255, 255, 191]);
        assert_eq!(whole.0[2], whole.0[3], "before the second bar");
        assert_eq!(whole.0[5], [128, 0, 191, 64, 255, 191]);
        assert_eq!(whole.0[6], whole.0[2], "after it");
        assert_ne!(whole.0[8], whole.0[9], "along the slope");
    }

    /// Covered pixels.
    struct Sum(f64);
    impl Spans for Sum {
        fn span(&mut self, _: usize, from: usize, to: usize, coverage: u8) {
            self.0 += (to - from) as f64 * f64::from(coverage) / 255.0;
        }
    }

    #[test]
    fn curves_are_round() {
        // A disc of radius 100: area 31,416 pixels.
        let mut outline = Outline::default();
        let place = Place::page(1.0);
        let mut pen = OutlinePen { outline: &mut outline, place };
        let k = 55.228_474;
        pen.move_to(200.0, 100.0);
        pen.cubic_to(200.0, 100.0 + k, 100.0 + k, 200.0, 100.0, 200.0);
        pen.cubic_to(100.0 - k, 200.0, 0.0, 100.0 + k, 0.0, 100.0);
        pen.cubic_to(0.0, 100.0 - k, 100.0 - k, 0.0, 100.0, 0.0);
        pen.cubic_to(100.0 + k, 0.0, 200.0, 100.0 - k, 200.0, 100.0);
        let mut sum = Sum(0.0);
        let within = Area { left: 0, top: 0, right: 300, bottom: 300 };
        Raster::default().fill(&outline, Rule::NonZero, within, &mut sum);
        assert!((sum.0 - 31_416.0).abs() < 25.0, "{}", sum.0);
    }
}
