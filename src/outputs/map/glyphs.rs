//! Letters as pixels, drawn once and kept: sheets write the same ones again and again.
//!
//! In: a text that stands level. Out: how much of each pixel its letters cover, or the halo
//! around them. A letter stands at quarters of a pixel, of which the eye at no resolution of ours
//! tells the difference; where two touch, what they cover adds up.

use std::ops::Range;

use rustc_hash::FxHashMap;
use tiny_skia::{LineJoin, PathBuilder};

use super::brush::Mask;
use super::drawing::Line;
use super::font;
use super::outline::{Area, Outline, OutlinePen, Place};
use super::raster::Raster;
use super::scene::{Point, Rule, Text, Weight};
use super::traced::{self, PathPen};

/// Positions of a letter in a pixel, along each axis.
const STEPS: i32 = 4;
/// Letters and halos larger than this are drawn each by itself, pixels.
const LARGEST: f32 = 64.0;
/// Letters that are kept, at most.
const KEPT: usize = 1 << 14;

/// A letter as it is looked up: sizes by their bits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    scale: u32,
    size: u32,
    /// Width of the halo, if it is the halo of the letter.
    halo: u32,
    glyph: u16,
    weight: Weight,
    /// Quarters of a pixel, right and down.
    phase: [u8; 2],
}

/// A letter, and where its pixels lie from the one in which its base line starts.
struct Sprite {
    mask: Mask,
    origin: i32,
}

/// Letters by their sizes and places, and memory to put them together.
#[derive(Default)]
pub(super) struct Letters {
    places: FxHashMap<Key, usize>,
    sprites: Vec<Sprite>,
    /// The letters of lines, and the pixel in which each starts.
    placed: Vec<(usize, [i32; 2])>,
    outline: Outline,
}

/// Whether a text can be put together of letters that are kept.
pub(super) fn fits(text: &Text, scale: f32) -> bool {
    let is_kept = |mm: f32| mm > 0.0 && mm * scale <= LARGEST;
    let is_halo_kept = text.halo.is_none_or(|(_, width)| is_kept(width));
    text.rotation == 0.0 && is_kept(text.size_mm) && is_halo_kept
}

impl Letters {
    /// Forgets all lines, and the letters if they are many.
    pub(super) fn begin(&mut self) {
        self.placed.clear();
        if self.sprites.len() > KEPT {
            self.sprites.clear();
            self.places.clear();
        }
    }

    /// The line of a text that begins at `start`, mm: its letters, or a line of a width, mm,
    /// around them.
    pub(super) fn line(
        &mut self,
        text: &Text,
        start: Point,
        halo: Option<f32>,
        scale: f32,
        page: Area,
        raster: &mut Raster,
    ) -> Line {
        let first = self.placed.len();
        for (i, glyph) in font::glyphs(&text.text, text.weight).into_iter().enumerate() {
            let across = glyph.x_em * text.size_mm + i as f32 * text.spacing_mm;
            let steps = [start[0] + across, start[1]]
                .map(|mm| (mm * scale * STEPS as f32).round() as i32);
            let key = Key {
                scale: scale.to_bits(),
                size: text.size_mm.to_bits(),
                halo: halo.unwrap_or_default().to_bits(),
                glyph: glyph.id,
                weight: text.weight,
                phase: steps.map(|v| v.rem_euclid(STEPS) as u8),
            };
            let sprites = &mut self.sprites;
            let place = *self.places.entry(key).or_insert_with(|| {
                sprites.push(sprite(key, glyph.letter, &mut self.outline, raster));
                sprites.len() - 1
            });
            // Nothing is seen of a space.
            if !self.sprites[place].mask.values.is_empty() {
                self.placed.push((place, steps.map(|v| v.div_euclid(STEPS))));
            }
        }
        let letters = first..self.placed.len();
        let area = self.area(letters.clone()).meet(page);
        Line { letters, area }
    }

    /// The pixels that letters touch.
    fn area(&self, letters: Range<usize>) -> Area {
        let none = [i32::MAX, i32::MAX, i32::MIN, i32::MIN];
        let boxes = self.placed[letters].iter();
        let [left, top, right, bottom] = boxes
            .map(|(place, at)| self.sprites[*place].area(*at))
            .fold(none, |[a, b, c, d], [left, top, right, bottom]| {
                [a.min(left), b.min(top), c.max(right), d.max(bottom)]
            })
            .map(|v| v.max(0) as usize);
        Area { left, top, right, bottom }
    }

    /// What of some pixels, which lie in those that it touches, a line covers.
    pub(super) fn mask(&self, line: &Line, within: Area) -> Mask {
        let values = vec![0; within.width() * within.height()];
        let mut mask = Mask { area: within, values };
        for (place, at) in &self.placed[line.letters.clone()] {
            self.sprites[*place].add_to(&mut mask, *at);
        }
        mask
    }
}

impl Sprite {
    /// Where it lies on the page: left, top, right, bottom.
    fn area(&self, [x, y]: [i32; 2]) -> [i32; 4] {
        let Area { left, top, right, bottom } = self.mask.area;
        let [left, top, right, bottom] =
            [left, top, right, bottom].map(|v| signed(v) - self.origin);
        [x + left, y + top, x + right, y + bottom]
    }

    /// Adds what it covers.
    fn add_to(&self, mask: &mut Mask, at: [i32; 2]) {
        let own @ [left, top, ..] = self.area(at);
        let [.., right, bottom] = own.map(|v| v.max(0) as usize);
        let area = mask.area;
        let (from, to) = (area.left.max(left.max(0) as usize), area.right.min(right));
        if from >= to {
            return;
        }
        for row in area.top.max(top.max(0) as usize)..area.bottom.min(bottom) {
            let line = self.mask.area.top + (signed(row) - top) as usize;
            let skipped = self.mask.area.left + (signed(from) - left) as usize;
            let values = self.mask.row(line, skipped, skipped + to - from);
            let sums = mask.row_mut(row, from, to);
            for (sum, value) in sums.iter_mut().zip(values) {
                *sum = sum.saturating_add(*value);
            }
        }
    }
}

/// A number of pixels, where those left of the page and above it count too.
fn signed(pixels: usize) -> i32 {
    i32::try_from(pixels).unwrap_or(i32::MAX)
}

/// Draws a letter, or its halo.
fn sprite(key: Key, letter: char, outline: &mut Outline, raster: &mut Raster) -> Sprite {
    let [scale, size, halo] = [key.scale, key.size, key.halo].map(f32::from_bits);
    // Room for any letter left of and above where it starts, and as much on the other sides.
    let origin = ((size + halo) * scale * 2.0).ceil() as i32;
    let start = key.phase.map(|v| (origin as f32 + f32::from(v) / STEPS as f32) / scale);
    let place = Place::turned(scale, 0.0, start);
    let mut text = [0; 4];
    let text = letter.encode_utf8(&mut text);
    outline.clear();
    if halo > 0.0 {
        let mut pen = PathPen(PathBuilder::new());
        font::outline(text, key.weight, size, 0.0, &mut pen);
        let stroke = halo_pen(halo);
        if let Some(path) = pen.0.finish() {
            traced::stroke(&path, &stroke, scale, place, outline);
        }
    } else {
        let mut pen = OutlinePen { outline, place };
        font::outline(text, key.weight, size, 0.0, &mut pen);
    }
    let reach = 2 * origin as usize;
    let area = outline.area(Area { left: 0, top: 0, right: reach, bottom: reach });
    let mut mask = Mask { area, values: vec![0; area.width() * area.height()] };
    raster.fill(outline, Rule::NonZero, area, &mut mask);
    Sprite { mask, origin }
}

/// The pen that draws a halo of a width, mm, along the outlines of letters.
pub(super) fn halo_pen(width_mm: f32) -> tiny_skia::Stroke {
    tiny_skia::Stroke {
        width: width_mm * 2.0,
        line_join: LineJoin::Round,
        ..Default::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: Area = Area { left: 0, top: 0, right: 200, bottom: 60 };
    const SCALE: f32 = 10.0;

    /// What a text covers, by the letters that are kept.
    fn covered(text: &str, start: Point, halo: Option<f32>, within: Area) -> Mask {
        let (mut letters, mut raster) = (Letters::default(), Raster::default());
        let text = Text::new(text, start, 3.0);
        let mut line = || letters.line(&text, start, halo, SCALE, within, &mut raster);
        line();
        // From memory, too, and after another.
        let line = line();
        letters.mask(&line, line.area)
    }

    /// The same drawn in one.
    fn drawn(text: &str, start: Point) -> Mask {
        let mut outline = Outline::default();
        let place = Place::turned(SCALE, 0.0, start);
        let mut pen = OutlinePen { outline: &mut outline, place };
        font::outline(text, Weight::Regular, 3.0, 0.0, &mut pen);
        let area = outline.area(PAGE);
        let mut mask = Mask { area, values: vec![0; area.width() * area.height()] };
        Raster::default().fill(&outline, Rule::NonZero, area, &mut mask);
        mask
    }

    fn sum(mask: &Mask) -> u32 {
        mask.values.iter().map(|value| u32::from(*value)).sum()
    }

    #[test]
    fn a_letter_on_a_quarter_of_a_pixel_is_as_if_drawn_there() {
        // 2.075 mm are 20.75 pixels, 4.05 mm 40.5.
        let start = [2.075, 4.05];
        let (kept, drawn) = (covered("g", start, None, PAGE), drawn("g", start));
        assert_eq!(kept.area, drawn.area);
        assert_eq!(kept.values, drawn.values);
        // An eighth of a pixel on it stands on the next quarter.
        let next = covered("g", [2.0875, 4.05], None, PAGE);
        assert_eq!(next.values, covered("g", [2.1, 4.05], None, PAGE).values);
        assert_ne!(next.values, kept.values);
    }

    #[test]
    fn a_word_covers_as_much_as_if_drawn_in_one() {
        let start = [1.03, 4.02];
        let (kept, drawn) =
            (covered("Alto Ilo ", start, None, PAGE), drawn("Alto Ilo ", start));
        assert!(sum(&kept).abs_diff(sum(&drawn)) < sum(&drawn) / 100);
        let ends = |mask: &Mask| {
            let Area { left, top, right, bottom } = mask.area;
            [left, top, right, bottom]
        };
        let ends = ends(&kept).into_iter().zip(ends(&drawn));
        assert!(ends.into_iter().all(|(a, b)| a.abs_diff(b) <= 1), "spaces take no room");
        let none = covered(" ", start, None, PAGE).area;
        assert_eq!([none.width(), none.height()], [0, 0]);
    }

    #[test]
    fn halos_reach_as_far_as_they_are_wide() {
        let start = [5.0, 4.0];
        let (letter, halo) = (drawn("H", start), covered("H", start, Some(0.4), PAGE));
        // 0.4 mm are four pixels; straight edges lie within a pixel.
        assert!(letter.area.left.abs_diff(halo.area.left + 4) <= 1);
        assert!(halo.area.right.abs_diff(letter.area.right + 4) <= 1);
        assert!(halo.area.bottom.abs_diff(letter.area.bottom + 4) <= 1);
        assert!(sum(&halo) > 2 * sum(&letter));
    }

    #[test]
    fn what_lies_beyond_is_cut() {
        let whole = covered("HHH", [3.0, 4.0], None, PAGE);
        let within = Area { left: 45, top: 25, right: 70, bottom: 36 };
        let cut = covered("HHH", [3.0, 4.0], None, within);
        assert_eq!(cut.area, within);
        for row in 25..36 {
            assert_eq!(cut.row(row, 45, 70), whole.row(row, 45, 70));
        }
        // Two centimetres to the left: what is left of the page is gone, all the rest is there.
        let left = covered("HHH", [-2.0, 4.0], None, PAGE);
        let shifted = whole.row(30, 50, whole.area.right);
        assert_eq!(left.row(30, 0, left.area.right), shifted);
        for start in [[-900.0, 4.0], [3.0, -900.0], [900.0, 900.0], [f32::MAX, f32::NAN]]
        {
            assert_eq!(sum(&covered("HHH", start, None, PAGE)), 0, "{start:?}");
        }
    }

    #[test]
    fn only_level_letters_of_some_size_are_kept() {
        let text = |size| Text::new("A", [0.0; 2], size);
        let halo = crate::outputs::map::scene::Colour::hex(0);
        assert!(fits(&text(3.0), SCALE) && fits(&text(6.4), SCALE));
        assert!(fits(&text(3.0).halo(halo, 0.4), SCALE));
        let others = [text(6.5), text(0.0), text(-1.0), text(3.0).rotated(90.0)];
        let halos = [0.0, -0.4, 7.0].map(|width| text(3.0).halo(halo, width));
        assert!(others.iter().chain(&halos).all(|text| !fits(text, SCALE)));
    }
}
