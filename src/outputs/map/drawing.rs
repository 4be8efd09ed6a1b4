//! A scene in pixels: what is to be painted, worked out once for all bands of a page.
//!
//! In: the items of a scene, in page millimetres. Out: the steps that paint them, with outlines
//! and letters in pixels.

use std::ops::Range;

use tiny_skia::{LineCap, LineJoin, PathBuilder, Pixmap, StrokeDash, Transform};

use super::brush::Mask;
use super::canvas::Canvas;
use super::font;
use super::glyphs::{self, Letters};
use super::outline::{Area, Outline, OutlinePen, Place};
use super::pieces::{Kept, Pieces, Shape};
use super::raster::Raster;
use super::scene::{Cap, Colour, Fill, Hatch, Image, Point, Rect, Rule, Stroke, Text};
use super::traced::{self, PathPen};

/// One thing to be done, in order.
pub(super) enum Step {
    /// A colour in an outline.
    Fill { shape: Shape, rule: Rule, colour: Colour },
    /// Marks in an outline.
    Hatch { shape: Shape, rule: Rule, hatch: Hatch },
    /// A line of letters that are kept.
    Letters { line: Line, colour: Colour },
    /// A picture, by its place among them.
    Picture(usize),
    /// What follows is cut to whole pixels, until the matching end.
    Frame(Area),
    /// What follows is cut to an outline (even-odd), until the matching end.
    Clip(Shape),
    /// The end of the last cut.
    Unclip,
}

/// Letters side by side.
pub(super) struct Line {
    /// Which they are among those of the drawing.
    pub(super) letters: Range<usize>,
    /// The pixels that they touch.
    pub(super) area: Area,
}

/// A picture and where it stands.
pub(super) struct Picture {
    /// Its pixels.
    pub(super) pixels: Pixmap,
    /// From them to those of the page.
    pub(super) place: Transform,
    /// Where it is seen on the page.
    pub(super) area: Area,
}

/// The steps of a page. Its memory serves for one page after another.
#[derive(Default)]
pub(super) struct Drawing {
    page: Area,
    scale: f32,
    steps: Vec<Step>,
    pieces: Pieces,
    letters: Letters,
    pictures: Vec<Picture>,
    /// The boxes of the cuts that hold.
    frames: Vec<Area>,
    outline: Outline,
    raster: Raster,
}

impl Drawing {
    /// Begins a page of so many pixels, with `scale` of them a millimetre.
    pub(super) fn begin(&mut self, wide: usize, high: usize, scale: f32) {
        self.page = Area { left: 0, top: 0, right: wide, bottom: high };
        self.scale = scale;
        self.steps.clear();
        self.pieces.clear();
        self.letters.begin();
        self.pictures.clear();
        self.frames.clear();
    }

    /// All pixels.
    pub(super) fn page(&self) -> Area {
        self.page
    }

    /// Pixels a millimetre.
    pub(super) fn scale(&self) -> f32 {
        self.scale
    }

    /// What is to be done.
    pub(super) fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The outline of a shape.
    pub(super) fn outline<'a>(&'a self, shape: &'a Shape) -> Kept<'a> {
        self.pieces.of(shape)
    }

    /// What of some pixels a line of letters covers.
    pub(super) fn letters(&self, line: &Line, within: Area) -> Mask {
        self.letters.mask(line, within)
    }

    /// A picture.
    pub(super) fn picture(&self, index: usize) -> &Picture {
        &self.pictures[index]
    }

    /// Where pictures are.
    pub(super) fn pictures(&self) -> Vec<Area> {
        self.pictures.iter().map(|picture| picture.area).collect()
    }

    /// Starts an outline in page millimetres.
    fn rings(&mut self, rings: &[Vec<Point>]) {
        let place = Place::page(self.scale);
        self.outline.clear();
        for ring in rings {
            self.outline.ring(ring, &place);
        }
    }

    /// Keeps the outline.
    fn shape(&mut self) -> Shape {
        self.pieces.keep(&self.outline, self.page)
    }

    /// Fills the outline.
    fn solid(&mut self, rule: Rule, colour: Colour) {
        let shape = self.shape();
        self.steps.push(Step::Fill { shape, rule, colour });
    }

    /// Adds to the outline what a pen leaves along lines.
    fn pen_stroke(&mut self, stroke: &Stroke) {
        let Some(path) = traced::path(&stroke.paths) else { return };
        let (line_cap, line_join) = match stroke.cap {
            Cap::Butt => (LineCap::Butt, LineJoin::Miter),
            Cap::Round => (LineCap::Round, LineJoin::Round),
        };
        let pen = tiny_skia::Stroke {
            width: stroke.width_mm,
            line_cap,
            line_join,
            dash: StrokeDash::new(stroke.dash.clone(), 0.0),
            ..Default::default()
        };
        let place = Place::page(self.scale);
        traced::stroke(&path, &pen, self.scale, place, &mut self.outline);
    }

    /// Writes a level text with the letters that are kept, above its halo.
    fn level_text(&mut self, text: &Text, start: Point) {
        let halo = text.halo.map(|(colour, width)| (colour, Some(width)));
        for (colour, halo) in halo.into_iter().chain([(text.colour, None)]) {
            let Self { letters, raster, scale, page, .. } = self;
            let line = letters.line(text, start, halo, *scale, *page, raster);
            self.steps.push(Step::Letters { line, colour });
        }
    }

    /// Writes a text that may be turned, above its halo.
    fn turned_text(&mut self, text: &Text, start: Point) {
        let Text { text: words, weight, size_mm, spacing_mm, .. } = text;
        let place = Place::turned(self.scale, text.rotation, start);
        if let Some((colour, width)) = text.halo {
            let mut pen = PathPen(PathBuilder::new());
            font::outline(words, *weight, *size_mm, *spacing_mm, &mut pen);
            let Some(path) = pen.0.finish() else { return };
            let pen = glyphs::halo_pen(width);
            self.outline.clear();
            traced::stroke(&path, &pen, self.scale, place, &mut self.outline);
            self.solid(Rule::NonZero, colour);
        }
        self.outline.clear();
        let mut pen = OutlinePen { outline: &mut self.outline, place };
        font::outline(words, *weight, *size_mm, *spacing_mm, &mut pen);
        self.solid(Rule::NonZero, text.colour);
    }

    /// The box of what is drawn on now.
    fn frame(&self) -> Area {
        self.frames.last().copied().unwrap_or(self.page)
    }
}

impl Canvas for Drawing {
    fn fill(&mut self, fill: &Fill) {
        self.rings(&fill.rings);
        let (shape, rule) = (self.shape(), fill.rule);
        if let Some(colour) = fill.paint.solid {
            self.steps.push(Step::Fill { shape: shape.clone(), rule, colour });
        }
        if let Some(hatch) = fill.paint.hatch {
            self.steps.push(Step::Hatch { shape, rule, hatch });
        }
    }

    fn stroke(&mut self, stroke: &Stroke) {
        self.outline.clear();
        if traced::is_plain(stroke, self.scale) {
            traced::bars(stroke, self.scale, &mut self.outline);
        } else {
            self.pen_stroke(stroke);
        }
        self.solid(Rule::NonZero, stroke.colour);
    }

    fn text(&mut self, text: &Text) {
        let (begin, (sin, cos)) = (text.begin(), text.rotation.to_radians().sin_cos());
        let start = [text.pos[0] + begin * cos, text.pos[1] + begin * sin];
        if glyphs::fits(text, self.scale) {
            self.level_text(text, start);
        } else {
            self.turned_text(text, start);
        }
    }

    fn image(&mut self, image: &Image) {
        let Ok(mut pixels) = Pixmap::decode_png(&image.png) else { return };
        let Rect { x, y, w, h } = image.rect;
        // Halved until it is near its size on the page: no pixel of it is skipped.
        while pixels.width() as f32 > 2.0 * w * self.scale
            && let Some(half) = halved(&pixels)
        {
            pixels = half;
        }
        let (across, down) = (w / pixels.width() as f32, h / pixels.height() as f32);
        let place = Transform::from_scale(self.scale, self.scale)
            .pre_translate(x, y)
            .pre_scale(across, down);
        self.rings(&[image.rect.ring()]);
        let area = self.outline.area(self.frame());
        self.steps.push(Step::Picture(self.pictures.len()));
        self.pictures.push(Picture { pixels, place, area });
    }

    fn push_clip(&mut self, rings: &[Vec<Point>]) {
        let area = if is_rectangle(rings) {
            // Whole pixels: a frame drawn along the edge hides where they end.
            let pixel = |mm: f32| (mm * self.scale).round() as usize;
            let ends = |axis: usize| {
                let values = rings[0].iter().map(|p| p[axis]);
                values.fold((f32::MAX, f32::MIN), |(a, b), v| (a.min(v), b.max(v)))
            };
            let ((left, right), (top, bottom)) = (ends(0), ends(1));
            let [left, top, right, bottom] = [left, top, right, bottom].map(pixel);
            let area = Area { left, top, right, bottom };
            self.steps.push(Step::Frame(area));
            area
        } else {
            self.rings(rings);
            let shape = self.shape();
            let area = shape.area;
            self.steps.push(Step::Clip(shape));
            area
        };
        self.frames.push(area.meet(self.frame()));
    }

    fn pop_clip(&mut self) {
        self.frames.pop();
        self.steps.push(Step::Unclip);
    }
}

/// A picture of half the size, each pixel the mean of four.
fn halved(picture: &Pixmap) -> Option<Pixmap> {
    let (w, h) = (picture.width() / 2, picture.height() / 2);
    let mut half = Pixmap::new(w, h)?;
    let (from, across) = (picture.data(), picture.width() as usize * 4);
    for (i, value) in half.data_mut().iter_mut().enumerate() {
        let (pixel, channel) = (i / 4, i % 4);
        let (x, y) = (pixel % w as usize * 2, pixel / w as usize * 2);
        let at = |dx: usize, dy: usize| {
            u32::from(from[(y + dy) * across + (x + dx) * 4 + channel])
        };
        *value = ((at(0, 0) + at(1, 0) + at(0, 1) + at(1, 1) + 2) / 4) as u8;
    }
    Some(half)
}

/// Whether rings are one rectangle along the axes.
fn is_rectangle(rings: &[Vec<Point>]) -> bool {
    let [ring] = rings else { return false };
    let [a, b, c, d] = ring.as_slice() else { return false };
    let is = |u: &Point, v: &Point, axis: usize| u[axis].to_bits() == v[axis].to_bits();
    (is(a, b, 1) && is(b, c, 0) && is(c, d, 1) && is(d, a, 0))
        || (is(a, b, 0) && is(b, c, 1) && is(c, d, 0) && is(d, a, 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outputs::map::scene::Scene;

    #[test]
    fn of_a_picture_counts_what_is_seen() {
        let mut scene = Scene::new(20.0, 20.0);
        let logo = Pixmap::new(4, 4).and_then(|logo| logo.encode_png().ok()).unwrap();
        let rect = Rect::new(2.0, 3.0, 8.0, 8.0);
        let add = |scene: &mut Scene| {
            let png = logo.clone();
            Canvas::image(scene, &Image { rect, png });
        };
        add(&mut scene);
        scene.clipped(Rect::new(5.0, 0.0, 15.0, 9.0), |scene| {
            scene.clipped(Rect::new(0.0, 4.0, 20.0, 20.0), add);
        });
        add(&mut scene);
        let mut drawing = Drawing::default();
        // Twice: nothing of the first time may be left.
        for _ in 0..2 {
            drawing.begin(200, 200, 10.0);
            scene.paint(&mut drawing);
            let whole = Area { left: 20, top: 30, right: 100, bottom: 110 };
            let part = Area { left: 50, top: 40, right: 100, bottom: 90 };
            assert_eq!(drawing.pictures(), [whole, part, whole]);
        }
    }
}
