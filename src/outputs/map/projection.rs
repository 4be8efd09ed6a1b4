//! From the working CRS to page millimetres, at a scale.
//!
//! In: prepared shapes on the micrometre grid. Out: rings and lines in page
//! millimetres, cut to the frame and without detail that no printer can show.
//! What is drawn is for the eye only: nothing is measured on it.

use crate::geometry::{Dimension, GridPoint, ShapeRef, Shapes};
use crate::layers::PartRole;

use super::clip::{DOT_MM, Dots, Window, thin};
pub use super::extent::Extent;
use super::scene::{Path, Point, Rect};

/// What is drawn beyond the frame before the clip, so that edges of cut polygons stay hidden.
const OVERHANG_MM: f64 = 3.0;

/// The smallest scale number from the list of round ones that is not below `needed`.
///
/// The list is 1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 6, 7.5 times a power of ten, at least 1:1.
#[must_use]
pub fn round_scale(needed: f64) -> f64 {
    const STEPS: [f64; 10] = [1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 7.5];
    let mut decade = 1.0;
    loop {
        for step in STEPS {
            let scale: f64 = step * decade;
            // 1:1.25 is no scale that people use.
            if scale >= needed * (1.0 - 1e-9) && scale.fract() == 0.0 {
                return scale;
            }
        }
        decade *= 10.0;
        if decade > 1e12 {
            return decade;
        }
    }
}

/// The scale at which an extent fits into a frame of millimetres.
#[must_use]
pub fn fitting_scale(extent: Extent, width_mm: f32, height_mm: f32) -> f64 {
    let across = extent.width() / f64::from(width_mm);
    let up = extent.height() / f64::from(height_mm);
    round_scale(across.max(up) * 1000.0)
}

/// A window on the working CRS at a scale.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct View {
    /// Where on the page, mm.
    pub frame: Rect,
    /// What lies in its middle, m.
    pub center: [f64; 2],
    /// The number under 1 in the scale.
    pub scale: f64,
}

impl View {
    /// A window around an extent at a round scale.
    #[must_use]
    pub fn around(extent: Extent, frame: Rect) -> Self {
        let scale = fitting_scale(extent, frame.w, frame.h);
        Self { frame, center: extent.center(), scale }
    }

    /// A window that an extent fills, at whatever scale; for locators.
    #[must_use]
    pub fn filled(extent: Extent, frame: Rect) -> Self {
        let across = extent.width() / f64::from(frame.w);
        let up = extent.height() / f64::from(frame.h);
        let scale = (across.max(up) * 1000.0 * 1.06).max(1e-3);
        Self { frame, center: extent.center(), scale }
    }

    /// Millimetres on the page of a metre on the ground.
    #[must_use]
    pub fn mm_per_m(self) -> f64 {
        1000.0 / self.scale
    }

    /// What the frame shows, m.
    #[must_use]
    pub fn extent(self) -> Extent {
        let half =
            [self.frame.w, self.frame.h].map(|mm| f64::from(mm) / 2.0 / self.mm_per_m());
        Extent {
            min: [self.center[0] - half[0], self.center[1] - half[1]],
            max: [self.center[0] + half[0], self.center[1] + half[1]],
        }
    }

    /// What may be drawn: the frame and its overhang, m.
    fn reach(self) -> Extent {
        self.extent().padded(OVERHANG_MM / self.mm_per_m())
    }

    fn exact(self, [x, y]: [f64; 2]) -> [f64; 2] {
        let [cx, cy] = self.frame.center();
        let k = self.mm_per_m();
        [
            f64::from(cx) + (x - self.center[0]) * k,
            f64::from(cy) - (y - self.center[1]) * k,
        ]
    }

    /// A position in metres on the page.
    #[must_use]
    pub fn to_page(self, meters: [f64; 2]) -> Point {
        self.exact(meters).map(|v| v as f32)
    }

    fn window(self) -> Window {
        let f = self.frame;
        Window {
            low: [f64::from(f.x) - OVERHANG_MM, f64::from(f.y) - OVERHANG_MM],
            high: [
                f64::from(f.right()) + OVERHANG_MM,
                f64::from(f.bottom()) + OVERHANG_MM,
            ],
        }
    }

    /// Whether a feature's box reaches into the frame.
    #[must_use]
    pub fn shows(self, shape: ShapeRef<'_>) -> bool {
        Extent::of_shape(shape).is_some_and(|e| e.meets(self.extent()))
    }

    /// Polygons of the chosen rows as rings for one non-zero fill.
    #[must_use]
    pub fn areas(self, shapes: &Shapes, keep: impl Fn(usize) -> bool) -> Vec<Vec<Point>> {
        self.areas_of(shapes, (0..shapes.len()).filter(|row| keep(*row)))
    }

    /// The polygon of one row.
    #[must_use]
    pub fn area(self, shapes: &Shapes, row: usize) -> Vec<Vec<Point>> {
        self.areas_of(shapes, [row])
    }

    fn areas_of(
        self,
        shapes: &Shapes,
        rows: impl IntoIterator<Item = usize>,
    ) -> Vec<Vec<Point>> {
        let (window, seen) = (self.window(), self.reach());
        let mut rings = Vec::new();
        let mut dots = Dots::new(self.frame);
        for row in rows {
            let shape = shapes.get(row);
            if shape.dimension() != Dimension::Area {
                continue;
            }
            let Some(extent) = Extent::of_shape(shape) else { continue };
            if !extent.meets(seen) {
                continue;
            }
            if extent.side() * self.mm_per_m() < DOT_MM {
                rings.extend(dots.at(self.to_page(extent.center())));
                continue;
            }
            for (_, ring) in shape.parts() {
                rings.extend(self.ring(ring, window));
            }
        }
        rings
    }

    /// The rings of one polygon, cut and thinned.
    #[must_use]
    pub fn rings(self, shape: ShapeRef<'_>) -> Vec<Vec<Point>> {
        if shape.dimension() != Dimension::Area {
            return Vec::new();
        }
        shape.parts().filter_map(|(_, ring)| self.ring(ring, self.window())).collect()
    }

    fn ring(self, ring: &[GridPoint], window: Window) -> Option<Vec<Point>> {
        let points = self.thinned(ring, true);
        let cut = window.cut_ring(points);
        (cut.len() >= 3).then(|| cut.into_iter().map(|p| p.map(|v| v as f32)).collect())
    }

    /// Lines, or the outlines of polygons, of the chosen rows.
    ///
    /// Edges along which a polygon was cut do not become part of its outline.
    #[must_use]
    pub fn lines(self, shapes: &Shapes, keep: impl Fn(usize) -> bool) -> Vec<Path> {
        self.lines_of(shapes, (0..shapes.len()).filter(|row| keep(*row)))
    }

    /// The line, or the outline, of one row.
    #[must_use]
    pub fn line(self, shapes: &Shapes, row: usize) -> Vec<Path> {
        self.lines_of(shapes, [row])
    }

    fn lines_of(
        self,
        shapes: &Shapes,
        rows: impl IntoIterator<Item = usize>,
    ) -> Vec<Path> {
        let (window, seen) = (self.window(), self.reach());
        let mut paths = Vec::new();
        for row in rows {
            let shape = shapes.get(row);
            let is_seen = Extent::of_shape(shape)
                .is_some_and(|e| e.meets(seen) && e.side() * self.mm_per_m() >= DOT_MM);
            if !is_seen {
                continue;
            }
            for (role, part) in shape.parts() {
                let is_closed = matches!(role, PartRole::Shell | PartRole::Hole);
                if role != PartRole::Point {
                    let points = self.thinned(part, is_closed);
                    window.cut_line(&points, is_closed, &mut paths);
                }
            }
        }
        paths
    }

    /// Points of the chosen rows that lie in the frame, with their rows.
    #[must_use]
    pub fn points(
        self,
        shapes: &Shapes,
        keep: impl Fn(usize) -> bool,
    ) -> Vec<(usize, Point)> {
        let mut points = Vec::new();
        for (row, shape) in shapes.iter().enumerate() {
            if shape.dimension() == Dimension::Point && keep(row) {
                for p in shape.points() {
                    let at = self.to_page(p.meters());
                    if self.frame.contains(at) {
                        points.push((row, at));
                    }
                }
            }
        }
        points
    }

    fn thinned(self, part: &[GridPoint], is_closed: bool) -> Vec<[f64; 2]> {
        let points: Vec<[f64; 2]> = part.iter().map(|p| self.exact(p.meters())).collect();
        thin(&points, is_closed)
    }
}

/// Rings as they are drawn, with their boxes: to ask quickly, and as exactly as the eye can see,
/// what lies in them.
pub struct Seen {
    rings: Vec<(Rect, Vec<Point>)>,
}

impl Seen {
    /// The rings of a row in a view.
    #[must_use]
    pub fn of(view: View, shapes: &Shapes, row: usize) -> Self {
        let rings = view.area(shapes, row).into_iter();
        Self { rings: rings.map(|ring| (bounds(&ring), ring)).collect() }
    }

    /// Whether nothing of it is seen.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rings.is_empty()
    }

    /// Whether a corner of one lies in the other.
    #[must_use]
    pub fn meets(&self, other: &Self) -> bool {
        let has_corner_of = |one: &Self, of: &Self| {
            of.rings.iter().flat_map(|(_, ring)| ring).any(|corner| one.contains(*corner))
        };
        has_corner_of(self, other) || has_corner_of(other, self)
    }

    /// The box around all of it; `None` if nothing is seen.
    #[must_use]
    pub fn bounds(&self) -> Option<Rect> {
        self.rings.iter().map(|(bounds, _)| *bounds).reduce(Rect::around)
    }

    /// The middle of its widest piece halfway up a box.
    #[must_use]
    pub fn midst(&self, within: Rect) -> Option<Point> {
        let y = within.center()[1];
        let edges = self.rings.iter().flat_map(|(_, ring)| {
            let before = ring.iter().cycle().skip(ring.len() - 1);
            ring.iter().zip(before)
        });
        let crossed = edges.filter(|(p, last)| (p[1] > y) != (last[1] > y));
        let across = crossed
            .map(|(p, last)| p[0] + (y - p[1]) / (last[1] - p[1]) * (last[0] - p[0]));
        let mut xs: Vec<f32> =
            across.map(|x| x.clamp(within.x, within.right())).collect();
        xs.sort_by(f32::total_cmp);
        let pieces = xs.chunks_exact(2).map(|ends| (ends[1] - ends[0], ends));
        let (_, ends) = pieces.max_by(|a, b| a.0.total_cmp(&b.0))?;
        Some([f32::midpoint(ends[0], ends[1]), y])
    }

    /// Whether a point on the page lies inside (even-odd over all rings).
    #[must_use]
    pub fn contains(&self, [x, y]: Point) -> bool {
        let mut inside = false;
        for (_, ring) in self.rings.iter().filter(|(bounds, _)| bounds.contains([x, y])) {
            let mut last = ring[ring.len() - 1];
            for &p in ring {
                if (p[1] > y) != (last[1] > y) {
                    let across = (y - p[1]) / (last[1] - p[1]);
                    inside ^= x < p[0] + across * (last[0] - p[0]);
                }
                last = p;
            }
        }
        inside
    }
}

fn bounds(ring: &[Point]) -> Rect {
    let range = |i: usize| {
        ring.iter().fold((f32::MAX, f32::MIN), |(a, b), p| (a.min(p[i]), b.max(p[i])))
    };
    let ((x0, x1), (y0, y1)) = (range(0), range(1));
    Rect::new(x0, y0, x1 - x0, y1 - y0)
}

/// Whether a point lies in a polygon (even-odd over all its rings; edges either way).
#[must_use]
pub fn covers(shape: ShapeRef<'_>, [x, y]: [f64; 2]) -> bool {
    if shape.dimension() != Dimension::Area
        || !Extent::of_shape(shape).is_some_and(|e| e.contains([x, y]))
    {
        return false;
    }
    rings_contain(shape, [x, y])
}

/// Whether a point lies in the rings of a polygon (even-odd), whose box has been looked at.
pub(super) fn rings_contain(shape: ShapeRef<'_>, [x, y]: [f64; 2]) -> bool {
    let mut inside = false;
    for (_, ring) in shape.parts() {
        let mut last = ring[ring.len() - 1].meters();
        for point in ring {
            let [px, py] = point.meters();
            if (py > y) != (last[1] > y) {
                let at = px + (y - py) / (last[1] - py) * (last[0] - px);
                inside ^= x < at;
            }
            last = [px, py];
        }
    }
    inside
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(x0: i64, y0: i64, side: i64) -> Shapes {
        let m = 1_000_000;
        let mut shapes = Shapes::default();
        let corner = |x: i64, y: i64| GridPoint::new((x0 + x) * m, (y0 + y) * m);
        let ring = [corner(0, 0), corner(side, 0), corner(side, side), corner(0, side)];
        shapes.push_part(PartRole::Shell, ring);
        shapes.end_feature(Dimension::Area);
        shapes
    }

    #[test]
    fn scales_are_round() {
        let cases = [
            (0.001, 1.0),
            (1.2, 2.0),
            (23_871.0, 25_000.0),
            (25_000.0, 25_000.0),
            (25_001.0, 30_000.0),
            (76_000.0, 100_000.0),
            (12_000_000.0, 12_500_000.0),
        ];
        for (needed, expected) in cases {
            assert!((round_scale(needed) - expected).abs() < 1e-6, "{needed}");
        }
    }

    #[test]
    fn a_kilometre_has_its_length_on_the_page() {
        let extent = Extent { min: [0.0, 0.0], max: [4000.0, 2000.0] };
        let view = View::around(extent, Rect::new(10.0, 20.0, 200.0, 150.0));
        assert!((view.scale - 20_000.0).abs() < 1e-9);
        let [x0, y0] = view.to_page([0.0, 0.0]);
        let [x1, y1] = view.to_page([1000.0, 1000.0]);
        assert!((x1 - x0 - 50.0).abs() < 1e-4 && (y0 - y1 - 50.0).abs() < 1e-4);
        assert!((view.to_page([2000.0, 1000.0])[0] - 110.0).abs() < 1e-4);
    }

    #[test]
    fn polygons_are_cut_just_outside_the_frame() {
        let frame = Rect::new(0.0, 0.0, 100.0, 100.0);
        let view = View { frame, center: [0.0, 0.0], scale: 1000.0 };
        let rings = view.areas(&square(-1_000_000, -1_000_000, 2_000_000), |_| true);
        assert_eq!(rings.len(), 1);
        for [x, y] in &rings[0] {
            assert!(x.abs() <= 103.1 && y.abs() <= 103.1);
        }
        assert!(view.lines(&square(-500, -500, 1000), |_| true).is_empty());
        assert!(view.areas(&square(5000, 5000, 10), |_| true).is_empty());
    }

    #[test]
    fn specks_become_one_dot_a_cell() {
        let frame = Rect::new(0.0, 0.0, 100.0, 100.0);
        let view = View { frame, center: [0.0, 0.0], scale: 1_000_000.0 };
        let mut shapes = square(0, 0, 10);
        shapes.append(&square(20, 0, 10));
        shapes.append(&square(4000, 0, 10));
        assert_eq!(view.areas(&shapes, |_| true).len(), 2);
    }

    #[test]
    fn points_are_inside_or_not() {
        let shapes = square(0, 0, 10);
        assert!(covers(shapes.get(0), [5.0, 5.0]));
        assert!(!covers(shapes.get(0), [15.0, 5.0]));
    }

    #[test]
    fn polygons_meet_where_they_share_ground_and_not_by_their_boxes() {
        let frame = Rect::new(0.0, 0.0, 100.0, 100.0);
        let view = View { frame, center: [0.0, 0.0], scale: 1000.0 };
        let seen = |shapes: &Shapes| Seen::of(view, shapes, 0);
        let (large, inside) = (seen(&square(-20, -20, 40)), seen(&square(0, 0, 5)));
        assert!(large.meets(&inside) && inside.meets(&large));
        assert!(seen(&square(10, 10, 20)).meets(&large));
        // An angle, and a square in its box but not in it.
        let corner = |x: i64, y: i64| GridPoint::new(x * 1_000_000, y * 1_000_000);
        let ring = [[0, 0], [30, 0], [30, 5], [5, 5], [5, 30], [0, 30]];
        let mut angle = Shapes::default();
        angle.push_part(PartRole::Shell, ring.map(|[x, y]| corner(x, y)));
        angle.end_feature(Dimension::Area);
        assert!(!seen(&angle).meets(&seen(&square(10, 10, 10))));
        assert!(seen(&angle).meets(&seen(&square(2, 10, 10))));
    }
}
