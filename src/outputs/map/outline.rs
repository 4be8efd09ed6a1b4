//! Contours in pixels: what is filled on a page.
//!
//! In: rings and curves in page millimetres, and how they lie on the page. Out: points in pixels,
//! curves as chords that leave them by less than is seen.

use std::ops::Range;

use super::font::Pen;
use super::scene::Point;

/// Curves become chords that leave them by no more than this, pixels.
const FLATNESS: f32 = 0.05;

/// A box of pixels: from the first column and row to those after the last.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
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

    /// Whether it has no pixels.
    pub(super) fn is_empty(self) -> bool {
        self.width() == 0 || self.height() == 0
    }
}

/// What can be filled.
pub(super) trait Edges {
    /// Hands over the edges, and none is missing of those that meet some rows.
    fn within(&self, rows: Range<usize>, each: impl FnMut(Point, Point));
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
    pub(super) fn contours(&self) -> impl Iterator<Item = &[Point]> {
        let ends = self.starts.iter().skip(1).copied().chain([self.points.len()]);
        self.starts.iter().zip(ends).map(|(from, to)| &self.points[*from..to])
    }
}

impl Edges for Outline {
    fn within(&self, _: Range<usize>, mut each: impl FnMut(Point, Point)) {
        for contour in self.contours() {
            let mut last = contour.last().copied().unwrap_or_default();
            for point in contour {
                each(last, *point);
                last = *point;
            }
        }
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
pub(super) fn above(v: f32) -> usize {
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
