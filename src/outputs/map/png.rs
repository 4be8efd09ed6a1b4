//! Paints a scene into a PNG with anti-aliasing.
//!
//! In: a scene in page millimetres. Out: the bytes of a PNG that states its
//! resolution, so that a print at 100 % has the scale of the sheet. The same
//! scene gives the same bytes anywhere: tiny-skia computes in software.

use std::cell::Cell;
use std::rc::Rc;

use tiny_skia::{
    IntSize, LineCap, LineJoin, PathBuilder, Pixmap, PixmapPaint, StrokeDash, Transform,
};

use super::MapError;
use super::brush::{Brush, Clip, Mask};
use super::canvas::Canvas;
use super::encode;
use super::font;
use super::glyphs::{self, Letters};
use super::hatch::{self, Marks};
use super::outline::{Area, Outline, OutlinePen, Place};
use super::palette::Memory;
use super::raster::{Raster, Spans as _};
use super::scene::{
    Anchor, Cap, Colour, Fill, Hatch, Image, Point, Rect, Rule, Scene, Stroke, Text,
};
use super::traced::{self, PathPen};

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
    let size = size.ok_or_else(page)?;
    let Spare { pixels, raster, letters, shares, mut memory } = SPARE.take();
    let pixmap = white(pixels, size).ok_or_else(page)?;
    let mut canvas = PngCanvas::new(pixmap, scale, raster, letters, shares);
    scene.paint(&mut canvas);
    let file = encode::encode(&canvas.pixmap, dpi, &canvas.pictures, &mut memory);
    let PngCanvas { pixmap, raster, letters, shares, .. } = canvas;
    SPARE.set(Spare { pixels: pixmap.take(), raster, letters, shares, memory });
    file.map_err(|error| MapError::Encode { reason: error.to_string() })
}

/// Memory of the last sheet, which the next one on the same thread takes: to get as much from
/// the system for each took a tenth of the time.
#[derive(Default)]
struct Spare {
    pixels: Vec<u8>,
    raster: Raster,
    letters: Letters,
    shares: Vec<u8>,
    memory: Memory,
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

/// The surface: pixels and the clips that hold.
struct PngCanvas {
    pixmap: Pixmap,
    scale: f32,
    clips: Vec<Clip>,
    raster: Raster,
    letters: Letters,
    outline: Outline,
    /// Memory of a mask that holds no more.
    shares: Vec<u8>,
    /// Where pictures are.
    pictures: Vec<Area>,
}

impl PngCanvas {
    fn new(
        pixmap: Pixmap,
        scale: f32,
        raster: Raster,
        letters: Letters,
        shares: Vec<u8>,
    ) -> Self {
        let (right, bottom) = (pixmap.width() as usize, pixmap.height() as usize);
        let page = Area { left: 0, top: 0, right, bottom };
        let clips = vec![Clip { area: page, mask: None }];
        let (outline, pictures) = (Outline::default(), Vec::new());
        Self { pixmap, scale, clips, raster, letters, outline, shares, pictures }
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
        let mut raster = std::mem::take(&mut self.raster);
        let outline = std::mem::take(&mut self.outline);
        raster.fill(&outline, rule, area, &mut self.brush(colour, mask));
        (self.raster, self.outline) = (raster, outline);
    }

    /// What lays a colour on the page.
    fn brush<'a>(&'a mut self, colour: Colour, mask: Option<&'a Mask>) -> Brush<'a> {
        let alpha = (colour.alpha.clamp(0.0, 1.0) * 255.0).round() as u8;
        let [r, g, b] = colour.rgb;
        let wide = self.pixmap.width() as usize;
        let pixels = self.pixmap.data_mut().as_chunks_mut::<4>().0;
        Brush { pixels, wide, colour: [r, g, b, 255], alpha, mask }
    }

    /// What of a clip lies in an outline.
    fn inside(&mut self, outline: &Outline, rule: Rule, clip: &Clip) -> Clip {
        let area = outline.area(clip.area);
        let mut values = std::mem::take(&mut self.shares);
        values.clear();
        values.resize(area.width() * area.height(), 0);
        let mut mask = Mask { area, values };
        self.raster.fill(outline, rule, area, &mut mask);
        if let Some(outer) = &clip.mask {
            mask.meet(outer);
        }
        Clip { area, mask: Some(Rc::new(mask)) }
    }

    /// Keeps the memory of a clip that holds no more, unless another has its mask.
    fn keep(&mut self, clip: Clip) {
        if let Some(Ok(mask)) = clip.mask.map(Rc::try_unwrap) {
            self.shares = mask.values;
        }
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
    fn letters(&mut self, text: &Text, start: Point) {
        let halo = text.halo.map(|(colour, width)| (colour, Some(width)));
        let clip = self.clip();
        for (colour, halo) in halo.into_iter().chain([(text.colour, None)]) {
            let Self { letters, raster, scale, .. } = self;
            let mut mask = letters.mask(text, start, halo, *scale, clip.area, raster);
            if let Some(outer) = &clip.mask {
                mask.meet(outer);
            }
            let area = mask.area;
            let mut brush = self.brush(colour, Some(&mask));
            for row in area.top..area.bottom {
                brush.span(row, area.left, area.right, 255);
            }
        }
    }

    /// Writes a text that may be turned, above its halo.
    fn turned_text(&mut self, text: &Text, start: Point) {
        let Text { text: words, weight, size_mm, spacing_mm, .. } = text;
        let place = Place::turned(self.scale, text.rotation, start);
        let clip = self.clip();
        if let Some((colour, width)) = text.halo {
            let mut pen = PathPen(PathBuilder::new());
            font::outline(words, *weight, *size_mm, *spacing_mm, &mut pen);
            let Some(path) = pen.0.finish() else { return };
            let pen = glyphs::halo_pen(width);
            self.outline.clear();
            traced::stroke(&path, &pen, self.scale, place, &mut self.outline);
            self.paint(Rule::NonZero, colour, &clip);
        }
        self.outline.clear();
        let mut pen = OutlinePen { outline: &mut self.outline, place };
        font::outline(words, *weight, *size_mm, *spacing_mm, &mut pen);
        self.paint(Rule::NonZero, text.colour, &clip);
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

    /// Draws a hatch within the outline, part by part of its box: zones may be narrow and run
    /// across all of it, and the mask of a strip lies in memory that is at hand.
    fn hatch(&mut self, rule: Rule, hatch: &Hatch) {
        /// Width and height of a part, pixels.
        const PART: usize = 64;
        let clip = self.clip();
        let zone = std::mem::take(&mut self.outline);
        let Area { top, bottom, .. } = zone.area(clip.area);
        for top in (top..bottom).step_by(PART) {
            let bottom = (top + PART).min(bottom);
            let strip = Area { top, bottom, ..clip.area };
            let strip = Clip { area: strip, mask: clip.mask.clone() };
            let inside = self.inside(&zone, rule, &strip);
            let Area { left, top, right, bottom } = inside.area;
            let mut open: Option<Area> = None;
            for left in (left..right).step_by(PART) {
                let part = Area { left, top, right: (left + PART).min(right), bottom };
                if inside.meets(part) {
                    let from = open.map_or(left, |open| open.left);
                    open = Some(Area { left: from, ..part });
                } else if let Some(area) = open.take() {
                    self.marks(hatch, area, &inside);
                }
            }
            if let Some(area) = open {
                self.marks(hatch, area, &inside);
            }
            self.keep(inside);
        }
        self.outline = zone;
    }

    /// Draws the marks of a hatch in a box.
    fn marks(&mut self, hatch: &Hatch, area: Area, inside: &Clip) {
        let half = hatch.width_mm / 2.0;
        // Those too whose middle lies beside it.
        let Area { left, top, right, bottom } = area;
        let [left, top, right, bottom] =
            [left, top, right, bottom].map(|pixel| pixel as f32 / self.scale);
        let seen = [left - half, top - half, right + half, bottom + half];
        let Some(marks) = hatch::marks(hatch, seen) else { return };
        self.outline.clear();
        let place = Place::page(self.scale);
        match marks {
            Marks::Lines(lines) => {
                for [a, b] in lines {
                    self.outline.ring(&traced::bar(a, b, half), &place);
                }
            }
            Marks::Dots(rows) => {
                let disc = super::scene::disc([0.0; 2], half);
                let mut dot = disc.clone();
                for ([a, b], count) in rows {
                    for i in 0..count {
                        let t = i as f32 / count.saturating_sub(1).max(1) as f32;
                        let at = [0, 1].map(|axis| a[axis] + (b[axis] - a[axis]) * t);
                        let pixels = at.map(|mm| mm * self.scale);
                        if !inside.meets(around(pixels, half * self.scale).meet(area)) {
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
        self.paint_in(area, Rule::NonZero, hatch.colour, inside.mask.as_deref());
    }
}

/// The pixels that a disc may touch, and one more on each side.
fn around([x, y]: Point, radius: f32) -> Area {
    // Negative numbers end at zero.
    let [left, right] = [x - radius - 1.0, x + radius + 2.0].map(|v| v as usize);
    let [top, bottom] = [y - radius - 1.0, y + radius + 2.0].map(|v| v as usize);
    Area { left, top, right, bottom }
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
        self.outline.clear();
        if traced::is_plain(stroke, self.scale) {
            traced::bars(stroke, self.scale, &mut self.outline);
        } else {
            self.pen_stroke(stroke);
        }
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
        let start = [text.pos[0] + back * cos, text.pos[1] + back * sin];
        if glyphs::fits(text, self.scale) {
            self.letters(text, start);
        } else {
            self.turned_text(text, start);
        }
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
        self.rings(&[image.rect.ring()]);
        self.pictures.push(self.outline.area(self.clip().area));
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
            let outline = std::mem::take(&mut self.outline);
            let inside = self.inside(&outline, Rule::EvenOdd, &clip);
            self.outline = outline;
            inside
        };
        self.clips.push(inner);
    }

    fn pop_clip(&mut self) {
        if self.clips.len() > 1
            && let Some(clip) = self.clips.pop()
        {
            self.keep(clip);
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
    fn hatches_fill_narrow_zones_that_run_across_the_page() {
        // A strip 8 mm wide at 45 degrees through a page of many parts: lines of 0.4 mm every
        // 2 mm cover a fifth of it, dots of 0.8 mm on the same lattice an eighth (0.1257).
        let ink = |kind, width_mm| {
            let mut scene = Scene::new(40.0, 40.0);
            let colour = Colour::hex(0);
            let hatch = Hatch { kind, spacing_mm: 2.0, width_mm, colour };
            let strip = vec![[2.0, 10.0], [10.0, 2.0], [38.0, 30.0], [30.0, 38.0]];
            let paint = Paint { solid: None, hatch: Some(hatch) };
            scene.fill(vec![strip], Rule::NonZero, paint);
            let image = pixels(&scene);
            let dark = image.pixels().iter().map(|p| 255 - u32::from(p.green()));
            f64::from(dark.sum::<u32>()) / 255.0 / 100.0
        };
        // 11.31 by 39.6 mm.
        let strip = 448.0;
        for (kind, width, share) in [
            (HatchKind::Lines { angle: 0.0 }, 0.4, 0.2),
            (HatchKind::Lines { angle: 45.0 }, 0.4, 0.2),
            (HatchKind::Cross { angle: 45.0 }, 0.4, 0.36),
            (HatchKind::Dots { angle: 30.0 }, 0.8, 0.1257),
        ] {
            let found = ink(kind, width) / strip;
            assert!((found - share).abs() < 0.08 * share, "{kind:?}: {found}");
        }
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
