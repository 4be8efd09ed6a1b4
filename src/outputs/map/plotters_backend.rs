//! Lets plotters draw on any canvas, without its whole pixels.
//!
//! plotters speaks in integers, so the backend reports a surface of
//! [`UNITS_PER_MM`] steps a millimetre and divides when it draws: every
//! coordinate keeps a thousandth of a millimetre, which no printer shows. Sizes handed to plotters (fonts,
//! strokes, margins) must be multiplied by it: see [`units`].

use std::convert::Infallible;

use plotters::element::{Drawable, PointCollection};
use plotters::style::{RGBAColor, ShapeStyle};
use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend,
    DrawingErrorKind, FontStyle, FontTransform,
};

use super::canvas::Canvas;
use super::font;
use super::scene::{
    Anchor, Cap, Colour, Fill, Paint, Path, Point, Rect, Rule, Stroke, Text, Weight,
};

/// Steps of plotters' integer surface in a page millimetre.
pub const UNITS_PER_MM: f32 = 1000.0;

/// Millimetres as plotters' whole units.
#[must_use]
pub fn units(mm: f32) -> i32 {
    (mm * UNITS_PER_MM).round() as i32
}

/// A pen of a colour and a width, mm.
#[must_use]
pub fn pen(colour: Colour, width_mm: f32) -> ShapeStyle {
    ShapeStyle::from(ink(colour)).stroke_width(units(width_mm) as u32)
}

/// A colour as plotters has it.
#[must_use]
pub fn ink(colour: Colour) -> RGBAColor {
    let [r, g, b] = colour.rgb;
    RGBAColor(r, g, b, f64::from(colour.alpha))
}

type Outcome = Result<(), DrawingErrorKind<Infallible>>;

/// A part of a canvas as a surface for plotters.
pub struct PageBackend<'a, C: Canvas> {
    canvas: &'a mut C,
    area: Rect,
}

impl<'a, C: Canvas> PageBackend<'a, C> {
    /// A surface over `area` of a canvas.
    pub fn new(canvas: &'a mut C, area: Rect) -> Self {
        Self { canvas, area }
    }

    fn point(&self, (x, y): BackendCoord) -> Point {
        [self.area.x + x as f32 / UNITS_PER_MM, self.area.y + y as f32 / UNITS_PER_MM]
    }

    fn fill(&mut self, ring: Vec<Point>, colour: BackendColor) {
        let paint = Paint::solid(to_colour(colour));
        self.canvas.fill(&Fill { rings: vec![ring], rule: Rule::NonZero, paint });
    }

    fn stroke(&mut self, points: Vec<Point>, is_closed: bool, style: &impl BackendStyle) {
        self.canvas.stroke(&Stroke {
            paths: vec![Path { points, is_closed }],
            width_mm: style.stroke_width() as f32 / UNITS_PER_MM,
            colour: to_colour(style.color()),
            dash: Vec::new(),
            cap: Cap::Butt,
        });
    }
}

fn to_colour(colour: BackendColor) -> Colour {
    let (r, g, b) = colour.rgb;
    Colour { rgb: [r, g, b], alpha: colour.alpha as f32 }
}

fn to_weight(style: FontStyle) -> Weight {
    match style {
        FontStyle::Normal => Weight::Regular,
        FontStyle::Bold => Weight::Bold,
        FontStyle::Italic | FontStyle::Oblique => Weight::Italic,
    }
}

impl<C: Canvas> DrawingBackend for PageBackend<'_, C> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        (units(self.area.w).max(1) as u32, units(self.area.h).max(1) as u32)
    }

    fn ensure_prepared(&mut self) -> Outcome {
        Ok(())
    }

    fn present(&mut self) -> Outcome {
        Ok(())
    }

    fn draw_pixel(&mut self, point: BackendCoord, color: BackendColor) -> Outcome {
        let [x, y] = self.point(point);
        let side = 1.0 / UNITS_PER_MM;
        self.fill(Rect::new(x, y, side, side).ring(), color);
        Ok(())
    }

    fn draw_line<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
    ) -> Outcome {
        let points = vec![self.point(from), self.point(to)];
        self.stroke(points, false, style);
        Ok(())
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        upper_left: BackendCoord,
        bottom_right: BackendCoord,
        style: &S,
        fill: bool,
    ) -> Outcome {
        let ([x, y], [r, b]) = (self.point(upper_left), self.point(bottom_right));
        let ring = Rect::new(x, y, r - x, b - y).ring();
        if fill {
            self.fill(ring, style.color());
        } else {
            self.stroke(ring, true, style);
        }
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Outcome {
        let points = path.into_iter().map(|p| self.point(p)).collect();
        self.stroke(points, false, style);
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        center: BackendCoord,
        radius: u32,
        style: &S,
        fill: bool,
    ) -> Outcome {
        let ring = super::scene::disc(self.point(center), radius as f32 / UNITS_PER_MM);
        if fill {
            self.fill(ring, style.color());
        } else {
            self.stroke(ring, true, style);
        }
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        vert: I,
        style: &S,
    ) -> Outcome {
        let ring = vert.into_iter().map(|p| self.point(p)).collect();
        self.fill(ring, style.color());
        Ok(())
    }

    fn draw_text<S: BackendTextStyle>(
        &mut self,
        text: &str,
        style: &S,
        pos: BackendCoord,
    ) -> Outcome {
        if text.is_empty() {
            return Ok(());
        }
        let size_mm = style.size() as f32 / UNITS_PER_MM;
        let anchor = style.anchor();
        // From the anchor down to the base line, before the text is turned.
        let drop = match anchor.v_pos {
            VPos::Top => font::CAP_HEIGHT,
            VPos::Center => font::CAP_HEIGHT / 2.0,
            VPos::Bottom => 0.0,
        } * size_mm;
        let [x, y] = self.point(pos);
        let (rotation, pos) = match style.transform() {
            FontTransform::None => (0.0, [x, y + drop]),
            FontTransform::Rotate90 => (90.0, [x - drop, y]),
            FontTransform::Rotate180 => (180.0, [x, y - drop]),
            FontTransform::Rotate270 => (270.0, [x + drop, y]),
        };
        let anchor = match anchor.h_pos {
            HPos::Left => Anchor::Start,
            HPos::Center => Anchor::Middle,
            HPos::Right => Anchor::End,
        };
        self.canvas.text(
            &Text::new(text, pos, size_mm)
                .weight(to_weight(style.style()))
                .anchor(anchor)
                .colour(to_colour(style.color()))
                .rotated(rotation),
        );
        Ok(())
    }

    fn estimate_text_size<S: BackendTextStyle>(
        &self,
        text: &str,
        style: &S,
    ) -> Result<(u32, u32), DrawingErrorKind<Infallible>> {
        let size_mm = style.size() as f32 / UNITS_PER_MM;
        let width = font::width(text, to_weight(style.style()), size_mm);
        Ok((units(width).max(0) as u32, units(size_mm * font::CAP_HEIGHT).max(0) as u32))
    }
}

/// A rectangle between two data points, with a paint that plotters does not know:
/// charts wear the same hatches as the map.
pub struct PaintedBar<Coord> {
    /// Two opposite corners.
    pub corners: [Coord; 2],
    /// Paint.
    pub paint: Paint,
}

impl<'a, Coord> PointCollection<'a, Coord> for &'a PaintedBar<Coord> {
    type Point = &'a Coord;
    type IntoIter = std::slice::Iter<'a, Coord>;

    fn point_iter(self) -> Self::IntoIter {
        self.corners.iter()
    }
}

impl<Coord, C: Canvas> Drawable<PageBackend<'_, C>> for PaintedBar<Coord> {
    fn draw<I: Iterator<Item = BackendCoord>>(
        &self,
        pos: I,
        backend: &mut PageBackend<'_, C>,
        _parent_dim: (u32, u32),
    ) -> Outcome {
        let corners: Vec<Point> = pos.map(|p| backend.point(p)).collect();
        if let [[ax, ay], [bx, by]] = corners[..] {
            let rect =
                Rect::new(ax.min(bx), ay.min(by), (bx - ax).abs(), (by - ay).abs());
            if rect.w > 0.0 && rect.h > 0.0 {
                let (rings, rule) = (vec![rect.ring()], Rule::NonZero);
                backend.canvas.fill(&Fill { rings, rule, paint: self.paint });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outputs::map::scene::{Item, Scene};
    use plotters::prelude::*;

    #[test]
    fn plotters_draws_at_thousandths_of_a_millimetre() {
        let mut scene = Scene::new(100.0, 50.0);
        {
            let area = super::super::scene::Rect::new(10.0, 5.0, 80.0, 40.0);
            let root = PageBackend::new(&mut scene, area).into_drawing_area();
            let mut chart =
                ChartBuilder::on(&root).build_cartesian_2d(0.0..80.0, 0.0..40.0).unwrap();
            let bar = PaintedBar {
                corners: [(10.0, 10.0), (20.255, 30.0)],
                paint: Paint::solid(Colour::hex(0)),
            };
            chart.draw_series([bar]).unwrap();
        }
        let Item::Fill(fill) = &scene.items[0] else { panic!("a fill") };
        let ring = &fill.rings[0];
        assert!((ring[0][0] - 20.0).abs() < 0.0021, "{ring:?}");
        assert!((ring[1][0] - 30.255).abs() < 0.0021, "{ring:?}");
        assert!((ring[2][1] - 35.0).abs() < 0.0021, "{ring:?}");
    }
}
