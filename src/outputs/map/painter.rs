//! Paints the steps of a drawing on a band of a page, with anti-aliasing.
//!
//! In: a drawing in pixels, and the rows of the band. Out: its pixels, which are opaque.

use std::ops::Range;
use std::rc::Rc;

use tiny_skia::{FilterQuality, PixmapMut, PixmapPaint};

use super::brush::{Brush, Clip, Mask, Pixel};
use super::drawing::{Drawing, Line, Picture, Step};
use super::hatch::{self, Marks};
use super::outline::{Area, Edges, Outline, Place};
use super::pieces::{Kept, Shape};
use super::raster::{Raster, Spans as _};
use super::scene::{Colour, Hatch, Point, Rule};
use super::traced;

/// The pixels of a band and the clips that hold. Its memory serves for one band after another.
#[derive(Default)]
pub(super) struct Painter {
    /// Row by row.
    pixels: Vec<Pixel>,
    /// Where they are on the page.
    band: Area,
    clips: Vec<Clip>,
    raster: Raster,
    outline: Outline,
    /// Memory of a mask that holds no more.
    shares: Vec<u8>,
}

impl Painter {
    /// Paints some rows of a drawing, on white.
    pub(super) fn paint(&mut self, drawing: &Drawing, rows: &Range<usize>) -> &[Pixel] {
        self.band = Area { top: rows.start, bottom: rows.end, ..drawing.page() };
        self.pixels.clear();
        self.pixels.resize(self.band.width() * self.band.height(), [255; 4]);
        self.clips.clear();
        self.clips.push(Clip { area: self.band, mask: None });
        for step in drawing.steps() {
            self.step(drawing, step);
        }
        &self.pixels
    }

    fn step(&mut self, drawing: &Drawing, step: &Step) {
        match step {
            Step::Fill { shape, rule, colour } => {
                let clip = self.clip();
                let area = shape.area.meet(clip.area);
                let mask = clip.mask.as_deref();
                self.fill(&drawing.outline(shape), *rule, area, *colour, mask);
            }
            Step::Hatch { shape, rule, hatch } => {
                self.hatch(drawing, shape, *rule, hatch);
            }
            Step::Letters { line, colour } => self.letters(drawing, line, *colour),
            Step::Picture(index) => self.picture(drawing.picture(*index)),
            Step::Frame(frame) => {
                let clip = self.clip();
                let area = frame.meet(clip.area);
                self.clips.push(Clip { area, ..clip });
            }
            Step::Clip(shape) => {
                let (clip, outline) = (self.clip(), drawing.outline(shape));
                let inside = self.inside(&outline, Rule::EvenOdd, shape.area, &clip);
                self.clips.push(inside);
            }
            Step::Unclip => {
                if self.clips.len() > 1
                    && let Some(clip) = self.clips.pop()
                {
                    self.keep(clip);
                }
            }
        }
    }

    /// What is drawn on now.
    fn clip(&self) -> Clip {
        self.clips.last().expect("the band itself is never taken off").clone()
    }

    /// Fills what of an outline lies in a box.
    fn fill(
        &mut self,
        outline: &impl Edges,
        rule: Rule,
        area: Area,
        colour: Colour,
        mask: Option<&Mask>,
    ) {
        let mut raster = std::mem::take(&mut self.raster);
        raster.fill(outline, rule, area, &mut self.brush(colour, mask));
        self.raster = raster;
    }

    /// What lays a colour on the band.
    fn brush<'a>(&'a mut self, colour: Colour, mask: Option<&'a Mask>) -> Brush<'a> {
        let alpha = (colour.alpha.clamp(0.0, 1.0) * 255.0).round() as u8;
        let [r, g, b] = colour.rgb;
        let Area { top, right: wide, .. } = self.band;
        Brush { pixels: &mut self.pixels, top, wide, colour: [r, g, b, 255], alpha, mask }
    }

    /// What of a clip lies in an outline that touches some pixels.
    fn inside(
        &mut self,
        outline: &Kept<'_>,
        rule: Rule,
        area: Area,
        clip: &Clip,
    ) -> Clip {
        let area = area.meet(clip.area);
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

    /// Writes a line of letters.
    fn letters(&mut self, drawing: &Drawing, line: &Line, colour: Colour) {
        let clip = self.clip();
        let area = line.area.meet(clip.area);
        if area.is_empty() {
            return;
        }
        let mut mask = drawing.letters(line, area);
        if let Some(outer) = &clip.mask {
            mask.meet(outer);
        }
        let mut brush = self.brush(colour, Some(&mask));
        for row in area.top..area.bottom {
            brush.span(row, area.left, area.right, 255);
        }
    }

    /// Draws a hatch within an outline, part by part of its box: zones may be narrow and run
    /// across all of it, and the mask of a strip lies in memory that is at hand.
    fn hatch(&mut self, drawing: &Drawing, shape: &Shape, rule: Rule, hatch: &Hatch) {
        /// Width and height of a part, pixels.
        const PART: usize = 64;
        let clip = self.clip();
        let Area { top, bottom, .. } = shape.area.meet(clip.area);
        for top in (top..bottom).step_by(PART) {
            let bottom = (top + PART).min(bottom);
            let strip = Area { top, bottom, ..clip.area };
            let strip = Clip { area: strip, mask: clip.mask.clone() };
            let inside = self.inside(&drawing.outline(shape), rule, shape.area, &strip);
            let Area { left, top, right, bottom } = inside.area;
            let mut open: Option<Area> = None;
            for left in (left..right).step_by(PART) {
                let part = Area { left, top, right: (left + PART).min(right), bottom };
                if inside.meets(part) {
                    let from = open.map_or(left, |open| open.left);
                    open = Some(Area { left: from, ..part });
                } else if let Some(area) = open.take() {
                    self.marks(hatch, area, &inside, drawing.scale());
                }
            }
            if let Some(area) = open {
                self.marks(hatch, area, &inside, drawing.scale());
            }
            self.keep(inside);
        }
    }

    /// Draws the marks of a hatch in a box.
    fn marks(&mut self, hatch: &Hatch, area: Area, inside: &Clip, scale: f32) {
        let half = hatch.width_mm / 2.0;
        // Those too whose middle lies beside it.
        let Area { left, top, right, bottom } = area;
        let [left, top, right, bottom] =
            [left, top, right, bottom].map(|pixel| pixel as f32 / scale);
        let seen = [left - half, top - half, right + half, bottom + half];
        let Some(marks) = hatch::marks(hatch, seen) else { return };
        let mut outline = std::mem::take(&mut self.outline);
        outline.clear();
        let place = Place::page(scale);
        match marks {
            Marks::Lines(lines) => {
                for [a, b] in lines {
                    outline.ring(&traced::bar(a, b, half), &place);
                }
            }
            Marks::Dots(rows) => {
                let disc = super::scene::disc([0.0; 2], half);
                let mut dot = disc.clone();
                for ([a, b], count) in rows {
                    for i in 0..count {
                        let t = i as f32 / count.saturating_sub(1).max(1) as f32;
                        let at = [0, 1].map(|axis| a[axis] + (b[axis] - a[axis]) * t);
                        let pixels = at.map(|mm| mm * scale);
                        if !inside.meets(around(pixels, half * scale).meet(area)) {
                            continue;
                        }
                        for (to, p) in dot.iter_mut().zip(&disc) {
                            *to = [p[0] + at[0], p[1] + at[1]];
                        }
                        outline.ring(&dot, &place);
                    }
                }
            }
        }
        // The whole box, which the marks cover: those that are not seen are left out.
        let mask = inside.mask.as_deref();
        self.fill(&outline, Rule::NonZero, area, hatch.colour, mask);
        self.outline = outline;
    }

    /// Draws a picture.
    fn picture(&mut self, picture: &Picture) {
        if picture.area.meet(self.clip().area).is_empty() {
            return;
        }
        let mask = self.band_mask();
        let place = picture.place.post_translate(0.0, -(self.band.top as f32));
        let paint =
            PixmapPaint { quality: FilterQuality::Bilinear, ..PixmapPaint::default() };
        let (wide, high) = (self.band.width() as u32, self.band.height() as u32);
        let bytes = self.pixels.as_flattened_mut();
        let Some(mut band) = PixmapMut::from_bytes(bytes, wide, high) else { return };
        band.draw_pixmap(0, 0, picture.pixels.as_ref(), &paint, place, mask.as_ref());
    }

    /// The clip as a mask of the whole band, which pictures need; `None` where all is drawn on.
    fn band_mask(&self) -> Option<tiny_skia::Mask> {
        let Clip { area, mask } = self.clip();
        if mask.is_none() && area == self.band {
            return None;
        }
        let Area { top, right: wide, .. } = self.band;
        let mut band = tiny_skia::Mask::new(wide as u32, self.band.height() as u32)?;
        for row in area.top..area.bottom {
            let start = (row - top) * wide;
            let to = &mut band.data_mut()[start + area.left..start + area.right];
            match &mask {
                Some(mask) => to.copy_from_slice(mask.row(row, area.left, area.right)),
                None => to.fill(255),
            }
        }
        Some(band)
    }
}

/// The pixels that a disc may touch, and one more on each side.
fn around([x, y]: Point, radius: f32) -> Area {
    // Negative numbers end at zero.
    let [left, right] = [x - radius - 1.0, x + radius + 2.0].map(|v| v as usize);
    let [top, bottom] = [y - radius - 1.0, y + radius + 2.0].map(|v| v as usize);
    Area { left, top, right, bottom }
}
