//! What a pen leaves along a path, as an outline to be filled.

use tiny_skia::{PathBuilder, PathSegment};

use super::font::Pen;
use super::outline::{Outline, OutlinePen, Place};
use super::scene::{Cap, Path, Point, Stroke};

/// Lines as one path; `None` if there is nothing of them.
pub(super) fn path(paths: &[Path]) -> Option<tiny_skia::Path> {
    let mut builder = PathBuilder::new();
    for Path { points, is_closed } in paths {
        let [[x, y], rest @ ..] = points.as_slice() else { continue };
        builder.move_to(*x, *y);
        for [x, y] in rest {
            builder.line_to(*x, *y);
        }
        if *is_closed {
            builder.close();
        }
    }
    builder.finish()
}

/// Adds to an outline what a pen leaves along a path; `scale` is that of the page.
pub(super) fn stroke(
    path: &tiny_skia::Path,
    pen: &tiny_skia::Stroke,
    scale: f32,
    place: Place,
    outline: &mut Outline,
) {
    let dashed = pen.dash.as_ref().map(|dash| path.dash(dash, scale));
    let path = match &dashed {
        Some(dashed) => dashed.as_ref(),
        None => Some(path),
    };
    let Some(trace) = path.and_then(|path| path.stroke(pen, scale)) else { return };
    let mut to = OutlinePen { outline, place };
    for segment in trace.segments() {
        match segment {
            PathSegment::MoveTo(p) => to.move_to(p.x, p.y),
            PathSegment::LineTo(p) => to.line_to(p.x, p.y),
            PathSegment::QuadTo(c, p) => to.quad_to(c.x, c.y, p.x, p.y),
            PathSegment::CubicTo(a, b, p) => {
                to.cubic_to(a.x, a.y, b.x, b.y, p.x, p.y);
            }
            PathSegment::Close => to.close(),
        }
    }
}

/// Whether each piece of a line may be drawn by itself: it is alone, or so thin that nobody sees
/// how two of them are joined.
pub(super) fn is_plain(stroke: &Stroke, scale: f32) -> bool {
    let is_alone = |path: &Path| path.points.len() == 2 && !path.is_closed;
    let are_alone = || stroke.cap == Cap::Butt && stroke.paths.iter().all(is_alone);
    stroke.dash.is_empty() && (stroke.width_mm * scale < 1.0 || are_alone())
}

/// Adds the pieces of lines to an outline. At a bend two of them cover a wedge twice, and leave
/// out as much on the other side.
pub(super) fn bars(stroke: &Stroke, scale: f32, outline: &mut Outline) {
    let place = Place::page(scale);
    for Path { points, is_closed } in &stroke.paths {
        let ends = points.last().into_iter().filter(|_| *is_closed).chain(points);
        let mut last: Option<Point> = None;
        for point in ends {
            if let Some(last) = last {
                outline.ring(&bar(last, *point, stroke.width_mm / 2.0), &place);
            }
            last = Some(*point);
        }
    }
}

/// A line with cut ends as a ring.
pub(super) fn bar(a: Point, b: Point, half: f32) -> [Point; 4] {
    let length = (b[0] - a[0]).hypot(b[1] - a[1]).max(f32::MIN_POSITIVE);
    let [dx, dy] = [(b[0] - a[0]) / length * half, (b[1] - a[1]) / length * half];
    [
        [a[0] - dy, a[1] + dx],
        [b[0] - dy, b[1] + dx],
        [b[0] + dy, b[1] - dx],
        [a[0] + dy, a[1] - dx],
    ]
}

/// Collects letters into a path.
pub(super) struct PathPen(pub(super) PathBuilder);

impl Pen for PathPen {
    fn move_to(&mut self, x: f32, y: f32) {
        self.0.move_to(x, y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.0.line_to(x, y);
    }

    fn quad_to(&mut self, cx: f32, cy: f32, x: f32, y: f32) {
        self.0.quad_to(cx, cy, x, y);
    }

    fn cubic_to(&mut self, ax: f32, ay: f32, bx: f32, by: f32, x: f32, y: f32) {
        self.0.cubic_to(ax, ay, bx, by, x, y);
    }

    fn close(&mut self) {
        self.0.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outputs::map::outline::Area;
    use crate::outputs::map::raster::{Raster, Spans};
    use crate::outputs::map::scene::{Colour, Rule};

    const PAGE: Area = Area { left: 0, top: 0, right: 60, bottom: 60 };

    /// Covered pixels.
    struct Sum(f64);

    impl Spans for Sum {
        fn span(&mut self, _: usize, from: usize, to: usize, coverage: u8) {
            self.0 += (to - from) as f64 * f64::from(coverage) / 255.0;
        }
    }

    fn stroke(points: &[Point], is_closed: bool, width_mm: f32, cap: Cap) -> Stroke {
        let paths = vec![Path { points: points.to_vec(), is_closed }];
        Stroke { paths, width_mm, colour: Colour::hex(0), dash: Vec::new(), cap }
    }

    /// The pixels that a line covers, ten a millimetre.
    fn covered(stroke: &Stroke) -> f64 {
        let mut outline = Outline::default();
        bars(stroke, 10.0, &mut outline);
        let mut sum = Sum(0.0);
        let area = outline.area(PAGE);
        Raster::default().fill(&outline, Rule::NonZero, area, &mut sum);
        sum.0
    }

    #[test]
    fn bars_cover_length_times_width() {
        // 30 pixels by 4.
        let line = stroke(&[[1.0, 1.0], [4.0, 1.0]], false, 0.4, Cap::Butt);
        assert!((covered(&line) - 120.0).abs() < 0.5);
        // A square of 30 pixels a side, half a pixel wide: 120 by 0.5, closed or not.
        let ring = [[1.0, 1.0], [4.0, 1.0], [4.0, 4.0], [1.0, 4.0]];
        let closed = covered(&stroke(&ring, true, 0.05, Cap::Round));
        assert!((closed - 60.0).abs() < 1.0, "{closed}");
        let open = covered(&stroke(&ring, false, 0.05, Cap::Round));
        assert!((open - 45.0).abs() < 1.0, "{open}");
        // Points that fall together are one.
        let twice = [[1.0, 1.0], [1.0, 1.0], [4.0, 1.0], [4.0, 1.0]];
        let line = stroke(&twice, false, 0.05, Cap::Round);
        assert!((covered(&line) - 15.0).abs() < 0.5);
    }

    #[test]
    fn only_thin_lines_and_single_pieces_are_plain() {
        let [a, b, c] = [[1.0, 1.0], [4.0, 1.0], [4.0, 3.0]];
        let is = |points: &[Point], is_closed, width, cap| {
            is_plain(&stroke(points, is_closed, width, cap), 10.0)
        };
        assert!(is(&[a, b], false, 2.0, Cap::Butt));
        assert!(
            !is(&[a, b], true, 2.0, Cap::Butt) && !is(&[a, b], false, 2.0, Cap::Round)
        );
        assert!(!is(&[a, b, c], false, 2.0, Cap::Butt));
        assert!(is(&[a, b, c], true, 0.09, Cap::Round));
        assert!(!is(&[a, b, c], true, 0.11, Cap::Round));
        let dashed =
            Stroke { dash: vec![1.0, 1.0], ..stroke(&[a, b], false, 0.05, Cap::Butt) };
        assert!(!is_plain(&dashed, 10.0));
    }
}
