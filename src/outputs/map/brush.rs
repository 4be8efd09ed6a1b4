//! Lays colours on a page of pixels within the clips that hold.
//!
//! In: runs of pixels and how much of each is covered. Out: the page, which is opaque. A clip is
//! a box of whole pixels, and a mask if it has a shape.

use std::rc::Rc;

use super::outline::Area;
use super::raster::Spans;

/// Red, green, blue, and a fourth byte that is the same in all.
pub(super) type Pixel = [u8; 4];

/// A part of the page that is drawn on: a box of whole pixels, and a mask if it has a shape.
#[derive(Clone)]
pub(super) struct Clip {
    /// The box.
    pub(super) area: Area,
    /// How much of its pixels is drawn on; all of them without it.
    pub(super) mask: Option<Rc<Mask>>,
}

impl Clip {
    /// Whether anything is drawn on in a box of pixels.
    pub(super) fn meets(&self, area: Area) -> bool {
        let area = area.meet(self.area);
        let is_some = area.width() > 0 && area.height() > 0;
        is_some && self.mask.as_ref().is_none_or(|mask| mask.meets(area))
    }
}

/// How much of each pixel of a box is drawn on, of 255.
pub(super) struct Mask {
    /// The box.
    pub(super) area: Area,
    /// Row by row.
    pub(super) values: Vec<u8>,
}

impl Mask {
    /// The shares of a row from one column to another.
    pub(super) fn row(&self, row: usize, from: usize, to: usize) -> &[u8] {
        let start = (row - self.area.top) * self.area.width();
        &self.values[start + from - self.area.left..start + to - self.area.left]
    }

    /// The same, to be changed.
    pub(super) fn row_mut(&mut self, row: usize, from: usize, to: usize) -> &mut [u8] {
        let start = (row - self.area.top) * self.area.width();
        &mut self.values[start + from - self.area.left..start + to - self.area.left]
    }

    /// Leaves only what another lets through as well, which reaches at least as far.
    pub(super) fn meet(&mut self, outer: &Self) {
        let Area { left, top, right, bottom } = self.area;
        for row in top..bottom {
            let outer = outer.row(row, left, right);
            for (value, outer) in self.row_mut(row, left, right).iter_mut().zip(outer) {
                *value = of_255(u32::from(*value) * u32::from(*outer)) as u8;
            }
        }
    }

    /// Whether anything is drawn on in a box of pixels.
    pub(super) fn meets(&self, area: Area) -> bool {
        let area = area.meet(self.area);
        (area.top..area.bottom).any(|row| {
            // All of them, many at a time, and not one by one up to the first.
            let shares = self.row(row, area.left, area.right);
            shares.iter().fold(0, |all, share| all | share) != 0
        })
    }
}

impl Spans for Mask {
    fn span(&mut self, row: usize, from: usize, to: usize, coverage: u8) {
        let start = (row - self.area.top) * self.area.width();
        let (from, to) = (from - self.area.left, to - self.area.left);
        self.values[start + from..start + to].fill(coverage);
    }
}

/// Lays one colour on the page, which is opaque.
pub(super) struct Brush<'a> {
    /// The rows of a part of the page, one after the other.
    pub(super) pixels: &'a mut [Pixel],
    /// The row of the page that is the first of them.
    pub(super) top: usize,
    /// How many pixels a row has.
    pub(super) wide: usize,
    /// What is laid on.
    pub(super) colour: Pixel,
    /// How much of it, of 255.
    pub(super) alpha: u8,
    /// What is drawn on, if not all.
    pub(super) mask: Option<&'a Mask>,
}

impl Spans for Brush<'_> {
    #[inline]
    fn span(&mut self, row: usize, from: usize, to: usize, coverage: u8) {
        let weight = of_255(u32::from(coverage) * u32::from(self.alpha));
        let start = (row - self.top) * self.wide;
        match (&mut self.pixels[start + from..start + to], self.mask) {
            // As most are: at an edge no two pixels are covered alike.
            ([pixel], None) => *pixel = mixed(*pixel, self.colour, weight),
            (pixels, None) => lay(pixels, self.colour, weight),
            (pixels, Some(mask)) => {
                lay_through(mask.row(row, from, to), pixels, self.colour, weight);
            }
        }
    }
}

/// Lays a colour on pixels.
fn lay(pixels: &mut [Pixel], colour: Pixel, weight: u32) {
    if weight == 255 {
        pixels.fill(colour);
        return;
    }
    // Four pixels at a time, as in `mixed`: no sum is above 2^16.
    let (fours, last) = pixels.as_chunks_mut::<4>();
    if !fours.is_empty() {
        let (part, rest) = (weight as u16, 255 - weight as u16);
        let added: [u16; 16] =
            std::array::from_fn(|i| u16::from(colour[i % 4]) * part + 128);
        for four in fours {
            let values = four.as_flattened();
            let mut mixed = [0; 16];
            for i in 0..16 {
                let sum = u16::from(values[i]) * rest + added[i];
                mixed[i] = ((sum + (sum >> 8)) >> 8) as u8;
            }
            four.as_flattened_mut().copy_from_slice(&mixed);
        }
    }
    for pixel in last {
        *pixel = mixed(*pixel, colour, weight);
    }
}

/// Lays a colour on pixels, on each by its share of 255.
fn lay_through(shares: &[u8], pixels: &mut [Pixel], colour: Pixel, weight: u32) {
    // Most masks are clear or full for many pixels in a row.
    let (eights, last) = shares.as_chunks::<8>();
    let (pixel_eights, last_pixels) = pixels.as_chunks_mut::<8>();
    for (shares, pixels) in eights.iter().zip(pixel_eights) {
        match u64::from_ne_bytes(*shares) {
            0 => {}
            u64::MAX => lay(pixels, colour, weight),
            _ => lay_eight(*shares, pixels, colour, weight),
        }
    }
    for (pixel, share) in last_pixels.iter_mut().zip(last) {
        *pixel = mixed(*pixel, colour, of_255(weight * u32::from(*share)));
    }
}

/// As [`lay_through`], eight pixels at a time, as in `mixed`: no sum is above 2^16.
fn lay_eight(shares: [u8; 8], pixels: &mut [Pixel; 8], colour: Pixel, weight: u32) {
    let rounded = |product: u16| {
        let sum = product + 128;
        (sum + (sum >> 8)) >> 8
    };
    let weights = shares.map(|share| rounded(u16::from(share) * weight as u16));
    let values = pixels.as_flattened_mut();
    let below: [u16; 32] = std::array::from_fn(|i| u16::from(values[i]));
    let mixed: [u8; 32] = std::array::from_fn(|i| {
        let (part, above) = (weights[i / 4], u16::from(colour[i % 4]));
        rounded(above * part + below[i] * (255 - part)) as u8
    });
    values.copy_from_slice(&mixed);
}

/// A product of two numbers of 255, rounded.
pub(super) fn of_255(product: u32) -> u32 {
    ((product + 128) * 257) >> 16
}

/// A pixel with so much of another, of 255, on it. All channels at a time, each in a quarter of
/// a word: the sum of both products is below 2^16, and so is what rounds them as [`of_255`] does.
fn mixed(below: Pixel, above: Pixel, weight: u32) -> Pixel {
    const LOW: u64 = 0x00FF_00FF_00FF_00FF;
    let lanes = |pixel: Pixel| {
        let all = u64::from(u32::from_le_bytes(pixel));
        // In the order of the first, the third, the second and the fourth.
        (all | all << 24) & LOW
    };
    let weight = u64::from(weight);
    let halves = 0x0080_0080_0080_0080;
    let sum = lanes(above) * weight + lanes(below) * (255 - weight) + halves;
    let mixed = ((sum + ((sum >> 8) & LOW)) >> 8) & LOW;
    ((mixed | mixed >> 24) as u32).to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_mix_by_their_weight_and_are_rounded() {
        // Each channel by itself, to the nearest.
        let nearest = |below: u8, above: u8, weight: u32| {
            let [below, above] = [below, above].map(f64::from);
            let weight = f64::from(weight);
            ((above * weight + below * (255.0 - weight)) / 255.0).round() as u8
        };
        for (low, high) in [(0, 255), (255, 0), (17, 200), (255, 254), (3, 3)] {
            for weight in 0..=255 {
                let [there, back] =
                    [(low, high), (high, low)].map(|(a, b)| nearest(a, b, weight));
                let found = mixed([low, high, low, 255], [high, low, high, 255], weight);
                assert_eq!(found, [there, back, there, 255], "{low} {high} {weight}");
            }
        }
    }

    #[test]
    fn many_pixels_are_mixed_as_each_by_itself() {
        let below = |i: usize| [(i * 37) as u8, (i * 101) as u8, (i * 7) as u8, 255];
        let shares = |i: usize| match i / 8 {
            0 => 0,
            1 => 255,
            _ => (i * 29) as u8,
        };
        let colour = [10, 200, 255, 255];
        for length in 0..40 {
            let page: Vec<Pixel> = (0..length).map(below).collect();
            let through: Vec<u8> = (0..length).map(shares).collect();
            for weight in [1, 60, 128, 254, 255] {
                let mut laid = page.clone();
                lay(&mut laid, colour, weight);
                let each: Vec<Pixel> =
                    page.iter().map(|pixel| mixed(*pixel, colour, weight)).collect();
                assert_eq!(laid, each, "{length} {weight}");
                let mut laid = page.clone();
                lay_through(&through, &mut laid, colour, weight);
                let each = page.iter().zip(&through).map(|(pixel, share)| {
                    mixed(*pixel, colour, of_255(weight * u32::from(*share)))
                });
                assert_eq!(laid, each.collect::<Vec<_>>(), "{length} {weight}");
            }
        }
    }

    #[test]
    fn a_mask_meets_what_it_lets_through() {
        let area = Area { left: 2, top: 1, right: 5, bottom: 3 };
        let mut mask = Mask { area, values: vec![0; 6] };
        mask.span(2, 3, 4, 80);
        let meets =
            |left, top, right, bottom| mask.meets(Area { left, top, right, bottom });
        assert!(meets(0, 0, 9, 9) && meets(3, 2, 4, 3));
        assert!(!meets(0, 0, 3, 9) && !meets(4, 0, 9, 9) && !meets(0, 0, 9, 2));
    }
}
