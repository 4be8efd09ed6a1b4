//! Paints a scene into a PNG with anti-aliasing.
//!
//! In: a scene in page millimetres. Out: the bytes of a PNG that states its
//! resolution, so that a print at 100 % has the scale of the sheet. The same
//! scene gives the same bytes anywhere: tiny-skia computes in software.

use std::cell::Cell;
use std::rc::Rc;

use tiny_skia::{
    IntSize, LineCap, LineJoin, PathBuilder, PathSegment, Pixmap, PixmapPaint,
    StrokeDash, Transform,
};

use super::MapError;
use super::brush::{Brush, Clip, Mask, of_255};
use super::canvas::Canvas;
use super::font::{self, Pen};
use super::hatch::{self, Marks};
use super::raster::{Area, Outline, OutlinePen, Place, Raster};
use super::scene::{
    Anchor, Cap, Colour, Fill, Hatch, Image, Point, Rect, Rule, Scene, Stroke, Text,
};

/// Effort of the compressor, of 9: from 3 to 6 files shrink by a twelfth, and take twice the
/// time, which is the most of drawing a sheet.
const COMPRESSION: u8 = 3;
/// Resolution unless asked otherwise, dots per inch.
pub const DEFAULT_DPI: f32 = 200.0;

/// Renders a scene.
///
/// # Errors
///
/// [`MapError::Page`] if the page is empty or too large for memory,
/// [`MapError::Encode`] if the PNG cannot be written.
pub fn render(scene: &Scene, dpi: f32) -> Result<Vec<u8>, MapError> {
    let scale = dpi / 25.4;
    let size = |mm: f32| (mm * scale).round() as u32;
    let page = || MapError::Page { width: scene.width_mm, height: scene.height_mm };
    let size = IntSize::from_wh(size(scene.width_mm), size(scene.height_mm));
    let (size, Spare { pixels, raster }) = (size.ok_or_else(page)?, SPARE.take());
    let pixmap = white(pixels, size).ok_or_else(page)?;
    let mut canvas = PngCanvas::new(pixmap, scale, raster);
    scene.paint(&mut canvas);
    let file = encode(&canvas.pixmap, dpi);
    SPARE.set(Spare { pixels: canvas.pixmap.take(), raster: canvas.raster });
    file.map_err(|error| MapError::Encode { reason: error.to_string() })
}

/// Memory of the last sheet, which the next one on the same thread takes: to get as much from
/// the system for each took a tenth of the time.
#[derive(Default)]
struct Spare {
    pixels: Vec<u8>,
    raster: Raster,
}

thread_local! {
    static SPARE: Cell<Spare> = Cell::default();
}

/// A white page; `None` where there is no memory for it.
fn white(mut pixels: Vec<u8>, size: IntSize) -> Option<Pixmap> {
    let [wide, high] = [size.width(), size.height()].map(|side| side as usize);
    let bytes = wide.checked_mul(high)?.checked_mul(4)?;
    pixels.try_reserve_exact(bytes.saturating_sub(pixels.len())).ok()?;
    pixels.resize(bytes, 255);
    pixels.fill(255);
    Pixmap::from_vec(pixels, size)
}

/// The file: three channels, since a page is opaque. Flat colours shrink best without a filter:
/// measured on sheets of the example against every filter and the fast compression, which
/// makes files ten times as large.
fn encode(page: &Pixmap, dpi: f32) -> Result<Vec<u8>, png::EncodingError> {
    let per_meter = (dpi / 0.0254).round() as u32;
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, page.width(), page.height());
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_deflate_compression(png::DeflateCompression::Level(COMPRESSION));
    encoder.set_filter(png::Filter::NoFilter);
    encoder.set_pixel_dims(Some(png::PixelDimensions {
        xppu: per_meter,
        yppu: per_meter,
        unit: png::Unit::Meter,
    }));
    let pixels = page.data().as_chunks::<4>().0;
    let mut bytes = vec![0; pixels.len() * 3];
    for (to, [r, g, b, _]) in bytes.as_chunks_mut::<3>().0.iter_mut().zip(pixels) {
        *to = [*r, *g, *b];
    }
    encoder.write_header()?.write_image_data(&bytes)?;
    Ok(file)
}

/// The surface: pixels and the clips that hold.
struct PngCanvas {
    pixmap: Pixmap,
    scale: f32,
    clips: Vec<Clip>,
    raster: Raster,
    outline: Outline,
}

impl PngCanvas {
    fn new(pixmap: Pixmap, scale: f32, raster: Raster) -> Self {
        let (right, bottom) = (pixmap.width() as usize, pixmap.height() as usize);
        let page = Area { left: 0, top: 0, right, bottom };
        let clips = vec![Clip { area: page, mask: None }];
        Self { pixmap, scale, clips, raster, outline: Outline::default() }
    }

    /// What is drawn on now.
    fn clip(&self) -> Clip {
        self.clips.last().expect("the page itself is never taken off").clone()
    }

    /// Starts an outline in page millimetres.
    fn rings(&mut self, rings: &[Vec<Point>]) {
        let place = Place::page(self.scale);
        self.outline.clear();
        for ring in rings {
            self.outline.ring(ring, &place);
        }
    }

    /// Fills the outline.
    fn paint(&mut self, rule: Rule, colour: Colour, clip: &Clip) {
        let area = self.outline.area(clip.area);
        self.paint_in(area, rule, colour, clip.mask.as_deref());
    }

    /// Fills what of the outline lies in a box.
    fn paint_in(&mut self, area: Area, rule: Rule, colour: Colour, mask: Option<&Mask>) {
        let alpha = (colour.alpha.clamp(0.0, 1.0) * 255.0).round() as u8;
        let [r, g, b] = colour.rgb;
        let wide = self.pixmap.width() as usize;
        let pixels = self.pixmap.data_mut().as_chunks_mut::<4>().0;
        let mut brush = Brush { pixels, wide, colour: [r, g, b, 255], alpha, mask };
        self.raster.fill(&self.outline, rule, area, &mut brush);
    }

    /// What of a clip lies in the outline.
    fn clip_to_outline(&mut self, rule: Rule, clip: &Clip) -> Clip {
        let area = self.outline.area(clip.area);
        let values = vec![0; area.width() * area.height()];
        let mut mask = Mask { area, values };
        self.raster.fill(&self.outline, rule, area, &mut mask);
        if let Some(outer) = &clip.mask {
            let rows = mask.values.chunks_exact_mut(area.width().max(1));
            for (values, row) in rows.zip(area.top..) {
                let outer = outer.row(row, area.left, area.right);
                for (value, outer) in values.iter_mut().zip(outer) {
                    *value = of_255(u32::from(*value) * u32::from(*outer)) as u8;
                }
            }
        }
        Clip { area, mask: Some(Rc::new(mask)) }
    }

    /// The clip as a mask of the whole page, which pictures need; `None` where all is drawn on.
    fn page_mask(&self) -> Option<tiny_skia::Mask> {
        let Clip { area, mask } = self.clip();
        let (width, height) = (self.pixmap.width(), self.pixmap.height());
        let wide = width as usize;
        if mask.is_none() && area.width() == wide && area.height() == height as usize {
            return None;
        }
        let mut page = tiny_skia::Mask::new(width, height)?;
        for row in area.top..area.bottom {
            let to =
                &mut page.data_mut()[row * wide + area.left..row * wide + area.right];
            match &mask {
                Some(mask) => to.copy_from_slice(mask.row(row, area.left, area.right)),
                None => to.fill(255),
            }
        }
        Some(page)
    }

    /// Draws the marks of a hatch within the outline.
    fn hatch(&mut self, rule: Rule, hatch: &Hatch) {
        let clip = self.clip();
        let inside = self.clip_to_outline(rule, &clip);
        let Area { left, top, right, bottom } = inside.area;
        let seen = [left, top, right, bottom].map(|pixel| pixel as f32 / self.scale);
        let Some(marks) = hatch::marks(hatch, seen) else { return };
        self.outline.clear();
        let place = Place::page(self.scale);
        let half = hatch.width_mm / 2.0;
        match marks {
            Marks::Lines(lines) => {
                for [a, b] in lines {
                    self.outline.ring(&bar(a, b, half), &place);
                }
            }
            Marks::Dots(rows) => {
                let disc = super::scene::disc([0.0; 2], half);
                let mut dot = disc.clone();
                for ([a, b], count) in rows {
                    for i in 0..count {
                        let t = i as f32 / count.saturating_sub(1).max(1) as f32;
                        let at = [0, 1].map(|axis| a[axis] + (b[axis] - a[axis]) * t);
                        if !inside.meets(around(
                            at.map(|mm| mm * self.scale),
                            half * self.scale,
                        )) {
                            continue;
                        }
                        for (to, p) in dot.iter_mut().zip(&disc) {
                            *to = [p[0] + at[0], p[1] + at[1]];
                        }
                        self.outline.ring(&dot, &place);
                    }
                }
            }
        }
        // The whole box, which the marks cover: those that are not seen are left out.
        self.paint_in(inside.area, Rule::NonZero, hatch.colour, inside.mask.as_deref());
    }

    /// Starts the outline of what a pen leaves along a path.
    fn stroked(&mut self, path: &tiny_skia::Path, pen: &tiny_skia::Stroke, place: Place) {
        self.outline.clear();
        let dashed = pen.dash.as_ref().map(|dash| path.dash(dash, self.scale));
        let path = match &dashed {
            Some(dashed) => dashed.as_ref(),
            None => Some(path),
        };
        let Some(trace) = path.and_then(|path| path.stroke(pen, self.scale)) else {
            return;
        };
        let mut to = OutlinePen { outline: &mut self.outline, place };
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
}

/// The pixels that a disc may touch, and one more on each side.
fn around([x, y]: Point, radius: f32) -> Area {
    // Negative numbers end at zero.
    let [left, right] = [x - radius - 1.0, x + radius + 2.0].map(|v| v as usize);
    let [top, bottom] = [y - radius - 1.0, y + radius + 2.0].map(|v| v as usize);
    Area { left, top, right, bottom }
}

/// A line with cut ends as a ring.
fn bar(a: Point, b: Point, half: f32) -> [Point; 4] {
    let length = (b[0] - a[0]).hypot(b[1] - a[1]).max(f32::MIN_POSITIVE);
    let [dx, dy] = [(b[0] - a[0]) / length * half, (b[1] - a[1]) / length * half];
    [
        [a[0] - dy, a[1] + dx],
        [b[0] - dy, b[1] + dx],
        [b[0] + dy, b[1] - dx],
        [a[0] + dy, a[1] - dx],
    ]
}

impl Canvas for PngCanvas {
    fn fill(&mut self, fill: &Fill) {
        self.rings(&fill.rings);
        if let Some(colour) = fill.paint.solid {
            let clip = self.clip();
            self.paint(fill.rule, colour, &clip);
        }
        if let Some(hatch) = &fill.paint.hatch {
            self.hatch(fill.rule, hatch);
        }
    }

    fn stroke(&mut self, stroke: &Stroke) {
        let mut builder = PathBuilder::new();
        for path in &stroke.paths {
            add_path(&mut builder, &path.points, path.is_closed);
        }
        let Some(path) = builder.finish() else { return };
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
        self.stroked(&path, &pen, Place::page(self.scale));
        let clip = self.clip();
        self.paint(Rule::NonZero, stroke.colour, &clip);
    }

    fn text(&mut self, text: &Text) {
        let width =
            font::width_spaced(&text.text, text.weight, text.size_mm, text.spacing_mm);
        let back = match text.anchor {
            Anchor::Start => 0.0,
            Anchor::Middle => -width / 2.0,
            Anchor::End => -width,
        };
        let (sin, cos) = text.rotation.to_radians().sin_cos();
        let origin = [text.pos[0] + back * cos, text.pos[1] + back * sin];
        let place = Place::turned(self.scale, text.rotation, origin);
        let clip = self.clip();
        if let Some((colour, width)) = text.halo {
            let mut pen = PathPen(PathBuilder::new());
            font::outline(
                &text.text,
                text.weight,
                text.size_mm,
                text.spacing_mm,
                &mut pen,
            );
            let Some(path) = pen.0.finish() else { return };
            let pen = tiny_skia::Stroke {
                width: width * 2.0,
                line_join: LineJoin::Round,
                ..Default::default()
            };
            self.stroked(&path, &pen, place);
            self.paint(Rule::NonZero, colour, &clip);
        }
        self.outline.clear();
        let mut pen = OutlinePen { outline: &mut self.outline, place };
        font::outline(&text.text, text.weight, text.size_mm, text.spacing_mm, &mut pen);
        self.paint(Rule::NonZero, text.colour, &clip);
    }

    fn image(&mut self, image: &Image) {
        let Ok(mut picture) = Pixmap::decode_png(&image.png) else { return };
        let Rect { x, y, w, h } = image.rect;
        // Halved until it is near its size on the page: no pixel of it is skipped.
        while picture.width() as f32 > 2.0 * w * self.scale
            && let Some(half) = halved(&picture)
        {
            picture = half;
        }
        let (across, down) = (w / picture.width() as f32, h / picture.height() as f32);
        let place = Transform::from_scale(self.scale, self.scale)
            .pre_translate(x, y)
            .pre_scale(across, down);
        let paint = PixmapPaint {
            quality: tiny_skia::FilterQuality::Bilinear,
            ..PixmapPaint::default()
        };
        let mask = self.page_mask();
        self.pixmap.draw_pixmap(0, 0, picture.as_ref(), &paint, place, mask.as_ref());
    }

    fn push_clip(&mut self, rings: &[Vec<Point>]) {
        let clip = self.clip();
        let inner = if is_rectangle(rings) {
            // Whole pixels: a frame drawn along the edge hides where they end.
            let pixel = |mm: f32| (mm * self.scale).round() as usize;
            let ends = |axis: usize| {
                let values = rings[0].iter().map(|p| p[axis]);
                values.fold((f32::MAX, f32::MIN), |(a, b), v| (a.min(v), b.max(v)))
            };
            let ((left, right), (top, bottom)) = (ends(0), ends(1));
            let [left, top, right, bottom] = [left, top, right, bottom].map(pixel);
            let area = Area { left, top, right, bottom }.meet(clip.area);
            Clip { area, ..clip }
        } else {
            self.rings(rings);
            self.clip_to_outline(Rule::EvenOdd, &clip)
        };
        self.clips.push(inner);
    }

    fn pop_clip(&mut self) {
        if self.clips.len() > 1 {
            self.clips.pop();
        }
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

fn add_path(builder: &mut PathBuilder, points: &[Point], is_closed: bool) {
    let [[x, y], rest @ ..] = points else { return };
    builder.move_to(*x, *y);
    for [x, y] in rest {
        builder.line_to(*x, *y);
    }
    if is_closed {
        builder.close();
    }
}

/// Collects letters into a path.
struct PathPen(PathBuilder);

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
    use crate::outputs::map::scene::{HatchKind, Paint};

    /// 1 mm is 10 pixels.
    fn pixels(scene: &Scene) -> Pixmap {
        Pixmap::decode_png(&render(scene, 254.0).unwrap()).unwrap()
    }

    fn grey(pixmap: &Pixmap, x: u32, y: u32) -> u8 {
        pixmap.pixel(x, y).unwrap().green()
    }

    #[test]
    fn holes_stay_holes_and_edges_are_smooth() {
        let mut scene = Scene::new(10.0, 10.0);
        let rings = vec![
            Rect::new(1.0, 1.0, 8.0, 8.0).ring(),
            Rect::new(4.0, 4.0, 2.0, 2.05).ring(),
        ];
        scene.fill(rings, Rule::EvenOdd, Paint::solid(Colour::hex(0)));
        let image = pixels(&scene);
        assert_eq!(grey(&image, 20, 20), 0, "inside");
        assert_eq!(grey(&image, 50, 50), 255, "in the hole");
        assert_eq!(grey(&image, 5, 5), 255, "outside");
        let edge = grey(&image, 50, 60);
        assert!((100..160).contains(&edge), "half a pixel of the hole is grey: {edge}");
    }

    #[test]
    fn clips_nest() {
        let mut scene = Scene::new(10.0, 10.0);
        scene.clipped(Rect::new(0.0, 0.0, 5.0, 10.0), |scene| {
            scene.clipped(Rect::new(0.0, 0.0, 10.0, 5.0), |scene| {
                scene.fill_rect(
                    Rect::new(0.0, 0.0, 10.0, 10.0),
                    Paint::solid(Colour::hex(0)),
                );
            });
        });
        let image = pixels(&scene);
        assert_eq!(
            [(20, 20), (80, 20), (20, 80)].map(|(x, y)| grey(&image, x, y)),
            [0, 255, 255]
        );
    }

    #[test]
    fn hatches_draw_lines_at_their_spacing() {
        let mut scene = Scene::new(10.0, 10.0);
        let hatch = Hatch {
            kind: HatchKind::Lines { angle: 0.0 },
            spacing_mm: 2.0,
            width_mm: 0.4,
            colour: Colour::hex(0),
        };
        scene.fill_rect(
            Rect::new(0.0, 0.0, 10.0, 10.0),
            Paint { solid: None, hatch: Some(hatch) },
        );
        let image = pixels(&scene);
        let dark: Vec<u32> = (0..100).filter(|&y| grey(&image, 50, y) < 128).collect();
        assert_eq!(dark.len(), 20, "five lines of four pixels: {dark:?}");
        assert_eq!(dark[..4], [8, 9, 10, 11]);
    }

    #[test]
    fn text_stands_at_its_anchor() {
        let ink = |anchor| {
            let mut scene = Scene::new(20.0, 10.0);
            scene.text(Text::new("HHH", [10.0, 8.0], 4.0).anchor(anchor));
            let image = pixels(&scene);
            let columns: Vec<u32> = (0..200)
                .filter(|&x| (0..100).any(|y| grey(&image, x, y) < 128))
                .collect();
            (columns[0], columns[columns.len() - 1])
        };
        let width = (font::width("HHH", crate::outputs::map::scene::Weight::Regular, 4.0)
            * 10.0) as u32;
        let (start, _) = ink(Anchor::Start);
        assert!((100..106).contains(&start), "{start}");
        let (start, end) = ink(Anchor::End);
        assert!((94..=100).contains(&end) && start >= 99 - width, "{start} {end}");
    }

    #[test]
    fn resolution_is_stated() {
        let png = render(&Scene::new(10.0, 10.0), 200.0).unwrap();
        let at = png.windows(4).position(|w| w == b"pHYs").unwrap();
        assert_eq!(png[at + 4..at + 8], 7874u32.to_be_bytes());
        assert!(Pixmap::decode_png(&png).is_ok());
    }
}
