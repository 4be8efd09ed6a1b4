//! Fills paths on a page of pixels, each pixel by the share of it that is covered.
//!
//! In: contours in page millimetres. Out: for each row of pixels, runs of equal coverage.
//! The shares are areas, not samples: an edge adds to the pixels that it crosses what lies to
//! the right of it, and a running sum along the row gives the coverage (as the smooth
//! rasterizer of `FreeType` and `font-rs` do). Only pixels that an edge crosses are visited, so a large
//! plain area costs as little as its outline, and many small letters cost little at all.
//!
//! Arithmetic is the same on every machine, so the pixels are too.

use super::font::Pen;
use super::scene::{Point, Rule};

/// Curves become chords that leave them by no more than this, pixels.
const FLATNESS: f32 = 0.05;

/// A box of pixels: from the first column and row to those after the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Area {
    /// First column.
    pub(super) left: usize,
    /// First row.
    pub(super) top: usize,
    /// Column after the last.
    pub(super) right: usize,
    /// Row after the last.
    pub(super) bottom: usize,
}

impl Area {
    /// What both have in common; no pixels where they have nothing.
    pub(super) fn meet(self, other: Self) -> Self {
        let (left, top) = (self.left.max(other.left), self.top.max(other.top));
        Self {
            left,
            top,
            right: self.right.min(other.right).max(left),
            bottom: self.bottom.min(other.bottom).max(top),
        }
    }

    /// Its columns.
    pub(super) fn width(self) -> usize {
        self.right - self.left
    }

    /// Its rows.
    pub(super) fn height(self) -> usize {
        self.bottom - self.top
    }
}

/// From page millimetres to pixels: turned, moved, then scaled.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// Pixels a millimetre.
    scale: f32,
    sin: f32,
    cos: f32,
    /// Of the origin, mm.
    origin: Point,
}

impl Place {
    /// Millimetres as they stand on the page.
    pub(super) fn page(scale: f32) -> Self {
        Self { scale, sin: 0.0, cos: 1.0, origin: [0.0; 2] }
    }

    /// Turned clockwise by degrees about a point of the page.
    pub(super) fn turned(scale: f32, degrees: f32, origin: Point) -> Self {
        let (sin, cos) = degrees.to_radians().sin_cos();
        Self { scale, sin, cos, origin }
    }

    fn pixel(&self, [x, y]: Point) -> Point {
        let [ox, oy] = self.origin;
        let across = ox + x * self.cos - y * self.sin;
        let down = oy + x * self.sin + y * self.cos;
        [across * self.scale, down * self.scale]
    }
}

/// Contours in pixels, with their box.
#[derive(Default)]
pub(super) struct Outline {
    points: Vec<Point>,
    /// Where each contour starts in the points.
    starts: Vec<usize>,
}

impl Outline {
    /// Forgets all contours.
    pub(super) fn clear(&mut self) {
        self.points.clear();
        self.starts.clear();
    }

    /// Adds a ring of straight edges.
    pub(super) fn ring(&mut self, points: &[Point], place: &Place) {
        self.starts.push(self.points.len());
        self.points.extend(points.iter().map(|p| place.pixel(*p)));
    }

    /// The pixels that it touches, of those in `within`.
    pub(super) fn area(&self, within: Area) -> Area {
        let (mut low, mut high) = ([f32::MAX; 2], [f32::MIN; 2]);
        for point in &self.points {
            for axis in 0..2 {
                low[axis] = low[axis].min(point[axis]);
                high[axis] = high[axis].max(point[axis]);
            }
        }
        // Negative numbers and those beyond any page end at the ends of `usize`.
        let first = |v: f32| v.floor() as usize;
        let after = |v: f32| v.ceil() as usize;
        let own = Area {
            left: first(low[0]),
            top: first(low[1]),
            right: after(high[0]),
            bottom: after(high[1]),
        };
        own.meet(within)
    }

    /// The contours, each closed by its first point.
    fn contours(&self) -> impl Iterator<Item = &[Point]> {
        let ends = self.starts.iter().skip(1).copied().chain([self.points.len()]);
        self.starts.iter().zip(ends).map(|(from, to)| &self.points[*from..to])
    }
}

/// Draws curves into an outline.
pub(super) struct OutlinePen<'a> {
    /// Where the contours go.
    pub(super) outline: &'a mut Outline,
    /// How they lie on the page.
    pub(super) place: Place,
}

impl OutlinePen<'_> {
    fn last(&self) -> Point {
        self.outline.points.last().copied().unwrap_or([0.0; 2])
    }
}

/// How many chords stand for a curve whose second difference is `bend`, and which leaves its
/// chord by `share` of it.
fn chords(bend: Point, share: f32) -> usize {
    let [x, y] = bend.map(f64::from);
    let length = (x * x + y * y).sqrt() as f32;
    above((length * share / FLATNESS).sqrt()).clamp(1, 64)
}

/// The whole number at or above one that is not negative. Without the call into the library that
/// rounding is where a processor has no instruction for it that all of its kind have.
fn above(v: f32) -> usize {
    let below = v as u32;
    below as usize + usize::from((below as f32) < v)
}

#[expect(clippy::many_single_char_names, reason = "the letters of Bézier's formulas")]
impl Pen for OutlinePen<'_> {
    fn move_to(&mut self, x: f32, y: f32) {
        self.outline.starts.push(self.outline.points.len());
        self.outline.points.push(self.place.pixel([x, y]));
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.outline.points.push(self.place.pixel([x, y]));
    }

    fn quad_to(&mut self, cx: f32, cy: f32, x: f32, y: f32) {
        let a = self.last();
        let (b, c) = (self.place.pixel([cx, cy]), self.place.pixel([x, y]));
        let bend = [0, 1].map(|i| a[i] - 2.0 * b[i] + c[i]);
        let count = chords(bend, 0.25);
        self.outline.points.extend((1..=count).map(|i| {
            let t = i as f32 / count as f32;
            let u = 1.0 - t;
            [0, 1].map(|i| u * u * a[i] + 2.0 * u * t * b[i] + t * t * c[i])
        }));
    }

    fn cubic_to(&mut self, ax: f32, ay: f32, bx: f32, by: f32, x: f32, y: f32) {
        let a = self.last();
        let [b, c, d] = [[ax, ay], [bx, by], [x, y]].map(|p| self.place.pixel(p));
        let first = [0, 1].map(|i| (a[i] - 2.0 * b[i] + c[i]).abs());
        let second = [0, 1].map(|i| (b[i] - 2.0 * c[i] + d[i]).abs());
        let count = chords([0, 1].map(|i| first[i].max(second[i])), 0.75);
        self.outline.points.extend((1..=count).map(|i| {
            let t = i as f32 / count as f32;
            let u = 1.0 - t;
            let (near, far) = (3.0 * u * u * t, 3.0 * u * t * t);
            [0, 1].map(|i| u * u * u * a[i] + near * b[i] + far * c[i] + t * t * t * d[i])
        }));
    }

    fn close(&mut self) {}
}

/// Runs of pixels of one row, and how much of each is covered, of 255.
pub(super) trait Spans {
    /// From a column to the one before `to`.
    fn span(&mut self, row: usize, from: usize, to: usize, coverage: u8);
}

/// What edges add to pixels, kept between fills: all zero whenever none is at work.
#[derive(Default)]
pub(super) struct Raster {
    cells: Vec<f32>,
    /// One bit a cell: whether an edge has been there.
    touched: Vec<u64>,
}

impl Raster {
    /// Fills what of an outline lies in a box and hands over the runs, row by row, left to right.
    pub(super) fn fill(
        &mut self,
        outline: &Outline,
        rule: Rule,
        area: Area,
        to: &mut impl Spans,
    ) {
        if area.width() == 0 || area.height() == 0 {
            return;
        }
        let mut rows = Rows::of(self, area);
        for contour in outline.contours() {
            let mut last = contour.last().copied().unwrap_or_default();
            for point in contour {
                rows.edge(last, *point);
                last = *point;
            }
        }
        rows.sweep(rule, to);
    }
}

/// The cells of one fill: two more a row than there are pixels, for what lies at the right edge.
struct Rows<'a> {
    cells: &'a mut [f32],
    touched: &'a mut [u64],
    area: Area,
    stride: usize,
    words: usize,
}

/// As many zeros as asked for, or more.
fn zeros<T: Clone + Default>(all: &mut Vec<T>, count: usize) -> &mut [T] {
    if all.len() < count {
        // Anew, since what would be copied is zero.
        *all = vec![T::default(); count];
    }
    &mut all[..count]
}

impl<'a> Rows<'a> {
    fn of(raster: &'a mut Raster, area: Area) -> Self {
        let (stride, rows) = (area.width() + 2, area.height());
        let words = stride.div_ceil(64);
        Self {
            cells: zeros(&mut raster.cells, stride * rows),
            touched: zeros(&mut raster.touched, words * rows),
            area,
            stride,
            words,
        }
    }

    /// An edge, cut to the rows; what lies left or right of the columns runs along their sides.
    fn edge(&mut self, a: Point, b: Point) {
        let (left, top) = (self.area.left as f32, self.area.top as f32);
        let (wide, high) = (self.area.width() as f32, self.area.height() as f32);
        let [a, b] = [a, b].map(|[x, y]| [x - left, y - top]);
        let (sign, a, b) = if a[1] < b[1] { (1.0, a, b) } else { (-1.0, b, a) };
        let slope = (b[0] - a[0]) / (b[1] - a[1]);
        // Level edges cover nothing, and nor does what is no number.
        let is_level = !slope.is_finite() || !a[0].is_finite();
        if is_level || b[1] <= 0.0 || a[1] >= high {
            return;
        }
        let (from, to) = (a[1].max(0.0), b[1].min(high));
        let (lowest, highest) = (a[0].min(b[0]), a[0].max(b[0]));
        let at = |y: f32| within(a[0] + (y - a[1]) * slope, lowest, highest);
        if lowest >= 0.0 && highest <= wide {
            return self.steep(from, to, sign, at);
        }
        // The heights at which it crosses the sides, in order.
        let mut stops = [from, to, from, to];
        let mut count = 1;
        let mut sides = [0.0, wide].map(|x| a[1] + (x - a[0]) / slope);
        sides.sort_unstable_by(f32::total_cmp);
        for y in sides {
            if y > stops[count - 1] && y < to {
                stops[count] = y;
                count += 1;
            }
        }
        stops[count] = to;
        for pair in stops[..=count].windows(2) {
            let middle = at(f32::midpoint(pair[0], pair[1]));
            if middle <= 0.0 {
                self.steep(pair[0], pair[1], sign, |_| 0.0);
            } else if middle < wide {
                self.steep(pair[0], pair[1], sign, |y| within(at(y), 0.0, wide));
            } else {
                self.steep(pair[0], pair[1], sign, |_| wide);
            }
        }
    }

    /// An edge within the columns, row by row.
    fn steep(&mut self, from: f32, to: f32, sign: f32, at: impl Fn(f32) -> f32) {
        let mut y = from;
        let mut x = at(y);
        let mut row = from as usize;
        let mut end = row as f32;
        while y < to && row < self.area.height() {
            end += 1.0;
            let below = if end < to { end } else { to };
            let next = at(below);
            let (x0, x1) = if x < next { (x, next) } else { (next, x) };
            self.piece(row, x0, x1, (below - y) * sign);
            (x, y) = (next, below);
            row += 1;
        }
    }

    /// A piece of an edge within one row, from `x0` to `x1`, that spans a height.
    fn piece(&mut self, row: usize, x0: f32, x1: f32, height: f32) {
        let start = x0 as u32;
        let (first, start, end) = (start as f32, start as usize, above(x1));
        let count = end.saturating_sub(start);
        let span = count.max(1);
        self.touch(row, start, start + span);
        let cells = &mut self.cells[row * self.stride + start..][..=span];
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
    fn touch(&mut self, row: usize, from: usize, to: usize) {
        let words = &mut self.touched[row * self.words..][..self.words];
        let (first, last) = (from / 64, to / 64);
        let (after, before) = (u64::MAX << (from % 64), u64::MAX >> (63 - to % 64));
        if first == last {
            words[first] |= after & before;
            return;
        }
        words[first] |= after;
        words[last] |= before;
        for word in &mut words[first + 1..last] {
            *word = u64::MAX;
        }
    }

    /// Sums up each row, hands over its runs and leaves all cells zero.
    fn sweep(self, rule: Rule, to: &mut impl Spans) {
        let (left, wide) = (self.area.left, self.area.width());
        for row in 0..self.area.height() {
            let cells = &mut self.cells[row * self.stride..][..self.stride];
            let words = &mut self.touched[row * self.words..][..self.words];
            let (mut sum, mut from) = (0.0, 0);
            let mut open = 0;
            for (w, word) in words.iter_mut().enumerate() {
                let mut bits = std::mem::take(word);
                while bits != 0 {
                    let cell = w * 64 + bits.trailing_zeros() as usize;
                    bits &= bits - 1;
                    let end = cell.min(wide);
                    if open != 0 && from < end {
                        to.span(self.area.top + row, left + from, left + end, open);
                    }
                    sum += std::mem::take(&mut cells[cell]);
                    (open, from) = (coverage(sum, rule), end);
                }
            }
            if open != 0 && from < wide {
                to.span(self.area.top + row, left + from, left + wide, open);
            }
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
        assert!(raster.cells.iter().all(|cell| *cell == 0.0));
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
