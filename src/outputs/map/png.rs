//! Paints a scene into a PNG with anti-aliasing.
//!
//! In: a scene in page millimetres. Out: the bytes of a PNG that states its
//! resolution, so that a print at 100 % has the scale of the sheet. The same
//! scene gives the same bytes anywhere: tiny-skia computes in software.

use tiny_skia::{
    Color, FillRule, LineCap, LineJoin, Mask, PathBuilder, Pixmap, PixmapPaint,
    StrokeDash, Transform,
};

use super::MapError;
use super::canvas::Canvas;
use super::font::{self, Pen};
use super::hatch::{self, Marks};
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
    let mut pixmap =
        Pixmap::new(size(scene.width_mm), size(scene.height_mm)).ok_or_else(page)?;
    pixmap.fill(Color::WHITE);
    let mut canvas = PngCanvas { pixmap, scale, clips: Vec::new() };
    scene.paint(&mut canvas);
    encode(&canvas.pixmap, dpi)
        .map_err(|error| MapError::Encode { reason: error.to_string() })
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
    let colours =
        page.data().chunks_exact(4).flat_map(|rgba| [rgba[0], rgba[1], rgba[2]]);
    let bytes: Vec<u8> = colours.collect();
    encoder.write_header()?.write_image_data(&bytes)?;
    Ok(file)
}

/// The surface: pixels and the clips that hold.
struct PngCanvas {
    pixmap: Pixmap,
    scale: f32,
    clips: Vec<Clip>,
}

/// A part of the page that is drawn on.
struct Clip {
    /// The rectangle that it is, in pixels, if it is one: what lies within needs no mask, and
    /// masks take most of the time of small shapes.
    rect: Option<tiny_skia::Rect>,
    mask: Mask,
}

impl Clip {
    /// The mask, unless a path in page millimetres, with so much around it, lies wholly within.
    fn mask_for(
        &self,
        path: &tiny_skia::Path,
        around_mm: f32,
        scale: f32,
    ) -> Option<&Mask> {
        let bounds = path.bounds().transform(Transform::from_scale(scale, scale));
        self.mask_around(bounds, around_mm * scale)
    }

    /// The same for bounds in pixels; `None` are those of nothing.
    fn mask_around(&self, bounds: Option<tiny_skia::Rect>, around: f32) -> Option<&Mask> {
        let around = around + 1.0;
        let is_within = self.rect.zip(bounds).is_some_and(|(rect, bounds)| {
            bounds.left() - around >= rect.left()
                && bounds.top() - around >= rect.top()
                && bounds.right() + around <= rect.right()
                && bounds.bottom() + around <= rect.bottom()
        });
        (!is_within).then_some(&self.mask)
    }
}

impl PngCanvas {
    fn transform(&self) -> Transform {
        Transform::from_scale(self.scale, self.scale)
    }

    fn fill_path(&mut self, path: &tiny_skia::Path, rule: FillRule, colour: Colour) {
        let transform = self.transform();
        let clip = self.clips.last();
        let clip = clip.and_then(|clip| clip.mask_for(path, 0.0, self.scale));
        self.pixmap.fill_path(path, &paint(colour), rule, transform, clip);
    }

    /// Draws a hatch on a tile as large as its area, then lays the tile on the page: a mask of
    /// the whole page for every small swatch would take most of the time of a sheet.
    fn hatch(&mut self, path: &tiny_skia::Path, rule: FillRule, hatch: &Hatch) {
        let (w, h) = (self.pixmap.width() as f32, self.pixmap.height() as f32);
        let area = path.bounds();
        let pixel = |mm: f32, limit: f32| (mm * self.scale).clamp(0.0, limit);
        let (left, top) = (pixel(area.left(), w).floor(), pixel(area.top(), h).floor());
        let (right, bottom) =
            (pixel(area.right(), w).ceil(), pixel(area.bottom(), h).ceil());
        let (wide, high) = ((right - left) as u32, (bottom - top) as u32);
        let (Some(mut tile), Some(mut mask)) =
            (Pixmap::new(wide, high), Mask::new(wide, high))
        else {
            return;
        };
        let place = self.transform().post_translate(-left, -top);
        mask.fill_path(path, rule, true, place);
        let seen = [left, top, right, bottom].map(|v| v / self.scale);
        let Some((lines, is_lines)) = hatch_path(hatch, seen) else { return };
        let ink = paint(hatch.colour);
        if is_lines {
            let pen = tiny_skia::Stroke { width: hatch.width_mm, ..Default::default() };
            tile.stroke_path(&lines, &ink, &pen, place, Some(&mask));
        } else {
            tile.fill_path(&lines, &ink, FillRule::Winding, place, Some(&mask));
        }
        self.pixmap.draw_pixmap(
            left as i32,
            top as i32,
            tile.as_ref(),
            &PixmapPaint::default(),
            Transform::identity(),
            self.clips.last().map(|clip| &clip.mask),
        );
    }
}

impl Canvas for PngCanvas {
    fn fill(&mut self, fill: &Fill) {
        let Some(path) = rings_path(&fill.rings) else { return };
        let rule = match fill.rule {
            Rule::EvenOdd => FillRule::EvenOdd,
            Rule::NonZero => FillRule::Winding,
        };
        if let Some(colour) = fill.paint.solid {
            self.fill_path(&path, rule, colour);
        }
        if let Some(hatch) = &fill.paint.hatch {
            self.hatch(&path, rule, hatch);
        }
    }

    fn stroke(&mut self, stroke: &Stroke) {
        let mut builder = PathBuilder::new();
        for path in &stroke.paths {
            add_ring(&mut builder, &path.points, path.is_closed);
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
        let transform = self.transform();
        // A mitred corner reaches four half widths beyond the line.
        let around = stroke.width_mm * 2.0;
        let clip = self.clips.last();
        let clip = clip.and_then(|clip| clip.mask_for(&path, around, self.scale));
        self.pixmap.stroke_path(&path, &paint(stroke.colour), &pen, transform, clip);
    }

    fn text(&mut self, text: &Text) {
        let mut pen = PathPen(PathBuilder::new());
        font::outline(&text.text, text.weight, text.size_mm, text.spacing_mm, &mut pen);
        let Some(path) = pen.0.finish() else { return };
        let width =
            font::width_spaced(&text.text, text.weight, text.size_mm, text.spacing_mm);
        let back = match text.anchor {
            Anchor::Start => 0.0,
            Anchor::Middle => -width / 2.0,
            Anchor::End => -width,
        };
        let place = self
            .transform()
            .pre_translate(text.pos[0], text.pos[1])
            .pre_concat(Transform::from_rotate(text.rotation))
            .pre_translate(back, 0.0);
        let halo = text.halo.map_or(0.0, |(_, width)| width);
        let bounds = path.bounds().transform(place);
        let clip = self.clips.last();
        let clip = clip.and_then(|clip| clip.mask_around(bounds, halo * self.scale));
        if let Some((colour, width)) = text.halo {
            let pen = tiny_skia::Stroke {
                width: width * 2.0,
                line_join: LineJoin::Round,
                ..Default::default()
            };
            self.pixmap.stroke_path(&path, &paint(colour), &pen, place, clip);
        }
        let ink = paint(text.colour);
        self.pixmap.fill_path(&path, &ink, FillRule::Winding, place, clip);
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
        let place = self.transform().pre_translate(x, y).pre_scale(across, down);
        let paint = PixmapPaint {
            quality: tiny_skia::FilterQuality::Bilinear,
            ..PixmapPaint::default()
        };
        let clip = self.clips.last().map(|clip| &clip.mask);
        self.pixmap.draw_pixmap(0, 0, picture.as_ref(), &paint, place, clip);
    }

    fn push_clip(&mut self, rings: &[Vec<Point>]) {
        let (w, h) = (self.pixmap.width(), self.pixmap.height());
        let transform = self.transform();
        let path = rings_path(rings);
        // A pixmap of this size exists, so a mask of it can exist too.
        let mask = match (&path, self.clips.last()) {
            (Some(path), Some(clip)) => {
                let mut mask = clip.mask.clone();
                mask.intersect_path(path, FillRule::EvenOdd, true, transform);
                Some(mask)
            }
            (path, _) => Mask::new(w, h).map(|mut mask| {
                if let Some(path) = path {
                    mask.fill_path(path, FillRule::EvenOdd, true, transform);
                }
                mask
            }),
        };
        let outer = self.clips.last().map(|clip| clip.rect);
        let rect = is_rectangle(rings)
            .then_some(path)
            .flatten()
            .and_then(|path| path.bounds().transform(transform))
            .and_then(|own| match outer {
                None => Some(own),
                Some(outer) => own.intersect(&outer?),
            });
        self.clips.extend(mask.map(|mask| Clip { rect, mask }));
    }

    fn pop_clip(&mut self) {
        self.clips.pop();
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

fn paint(colour: Colour) -> tiny_skia::Paint<'static> {
    let [r, g, b] = colour.rgb;
    let alpha = (colour.alpha.clamp(0.0, 1.0) * 255.0).round() as u8;
    let mut paint = tiny_skia::Paint { anti_alias: true, ..Default::default() };
    paint.set_color_rgba8(r, g, b, alpha);
    paint
}

fn rings_path(rings: &[Vec<Point>]) -> Option<tiny_skia::Path> {
    let mut builder = PathBuilder::new();
    for ring in rings {
        add_ring(&mut builder, ring, true);
    }
    builder.finish()
}

/// Whether rings are one rectangle along the axes.
fn is_rectangle(rings: &[Vec<Point>]) -> bool {
    let [ring] = rings else { return false };
    let [a, b, c, d] = ring.as_slice() else { return false };
    let is = |u: &Point, v: &Point, axis: usize| u[axis].to_bits() == v[axis].to_bits();
    (is(a, b, 1) && is(b, c, 0) && is(c, d, 1) && is(d, a, 0))
        || (is(a, b, 0) && is(b, c, 1) && is(c, d, 0) && is(d, a, 1))
}

fn add_ring(builder: &mut PathBuilder, points: &[Point], is_closed: bool) {
    let [[x, y], rest @ ..] = points else { return };
    builder.move_to(*x, *y);
    for [x, y] in rest {
        builder.line_to(*x, *y);
    }
    if is_closed {
        builder.close();
    }
}

/// The lines or dots of a hatch over a box, and whether they are lines.
fn hatch_path(hatch: &Hatch, area: [f32; 4]) -> Option<(tiny_skia::Path, bool)> {
    let mut builder = PathBuilder::new();
    let marks = hatch::marks(hatch, area)?;
    let is_lines = matches!(marks, Marks::Lines(_));
    match marks {
        Marks::Lines(lines) => {
            for [a, b] in lines {
                add_ring(&mut builder, &[a, b], false);
            }
        }
        Marks::Dots(rows) => {
            for ([a, b], count) in rows {
                for i in 0..count {
                    let t = i as f32 / count.saturating_sub(1).max(1) as f32;
                    let at = |axis: usize| a[axis] + (b[axis] - a[axis]) * t;
                    builder.push_circle(at(0), at(1), hatch.width_mm / 2.0);
                }
            }
        }
    }
    builder.finish().map(|path| (path, is_lines))
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
