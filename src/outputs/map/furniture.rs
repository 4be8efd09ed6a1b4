//! What stands by a map: scale bar, north arrow, the words over what is not official.

use crate::i18n::{self, Locale};

use super::font::{self, CAP_HEIGHT};
use super::projection::View;
use super::scene::{Anchor, Colour, Paint, Point, Rect, Rule, Scene, Text, Weight};
use super::style;

/// The largest of 1, 2, 5 times a power of ten that is not above `limit`.
#[must_use]
pub fn round_down(limit: f64) -> f64 {
    if !(limit.is_finite() && limit > 0.0) {
        return 1.0;
    }
    let decade = 10f64.powi(limit.log10().floor() as i32);
    [5.0, 2.0, 1.0]
        .into_iter()
        .map(|step| step * decade)
        .find(|value| *value <= limit * (1.0 + 1e-9))
        .unwrap_or(decade)
}

/// A length for people: metres, or kilometres from 1,000 m on.
#[must_use]
pub fn length(locale: Locale, meters: f64) -> String {
    let (value, unit) =
        if meters >= 1000.0 { (meters / 1000.0, "km") } else { (meters, "m") };
    let decimals = (0..4)
        .find(|d| (value * 10f64.powi(*d)).fract().abs() < 1e-6)
        .unwrap_or(4) as usize;
    format!("{}\u{a0}{unit}", i18n::number(locale, value, decimals))
}

/// The length that a scale bar of at most `max_mm` shows, m: four round parts.
#[must_use]
pub fn bar_length(view: View, max_mm: f32) -> f64 {
    4.0 * round_down(f64::from(max_mm) / view.mm_per_m() / 4.0)
}

/// Draws a scale bar; returns its length on the page, mm.
pub fn scale_bar(
    scene: &mut Scene,
    view: View,
    [x, y]: Point,
    max_mm: f32,
    locale: Locale,
) -> f32 {
    let meters = bar_length(view, max_mm);
    let width = (meters * view.mm_per_m()) as f32;
    let (height, size) = (1.5, 1.95);
    let part = width / 4.0;
    for i in 0..4 {
        let cell = Rect::new(x + part * i as f32, y, part, height);
        let colour = if i % 2 == 0 { style::INK } else { style::PAPER };
        scene.fill_rect(cell, Paint::solid(colour));
    }
    scene.stroke_rect(Rect::new(x, y, width, height), 0.15, style::INK);
    let (long, unit) =
        (length(locale, meters), if meters >= 1000.0 { 1000.0 } else { 1.0 });
    let number = |share: f64| {
        let value = meters * share / unit;
        let decimals =
            (0..4).find(|d| (value * 10f64.powi(*d)).fract().abs() < 1e-6).unwrap_or(4);
        i18n::number(locale, value, decimals as usize)
    };
    let base = y + height + 0.7 + CAP_HEIGHT * size;
    let mut label = |words: String, at: f32, anchor| {
        scene.text(Text::new(words, [x + at, base], size).anchor(anchor));
    };
    label(number(0.0), 0.0, Anchor::Middle);
    label(number(0.5), width / 2.0, Anchor::Middle);
    // Centred on its number, the unit beyond it.
    let half = font::width(&number(1.0), Weight::Regular, size) / 2.0;
    label(long, width - half, Anchor::Start);
    width
}

/// Draws an arrow to grid north within a box; the letters stand below it.
pub fn north_arrow(scene: &mut Scene, rect: Rect, words: &str) {
    let [cx, _] = rect.center();
    let size = 1.9;
    let letter = 3.0;
    let top = rect.y + letter;
    let lines = font::wrap(words, Weight::Regular, size, rect.w, 2);
    let below = lines.len() as f32 * size * 1.15;
    let (bottom, half) = (rect.bottom() - below - 0.9, 2.9);
    let notch = bottom - (bottom - top) * 0.25;
    let left = vec![[cx, top], [cx, notch], [cx - half, bottom]];
    let right = vec![[cx, top], [cx + half, bottom], [cx, notch]];
    scene.fill(vec![left.clone()], Rule::EvenOdd, Paint::solid(style::INK));
    for ring in [left, right] {
        let paths = vec![super::scene::Path { points: ring, is_closed: true }];
        scene.stroke(paths, 0.18, style::INK, &[]);
    }
    scene.text(
        Text::new("N", [cx, rect.y + letter - 0.6], letter)
            .weight(Weight::Bold)
            .anchor(Anchor::Middle),
    );
    for (i, line) in lines.into_iter().enumerate() {
        let base = rect.bottom() - below + (i as f32 + 0.9) * size * 1.15;
        scene.text(
            Text::new(line, [cx, base], size)
                .anchor(Anchor::Middle)
                .colour(style::INK_SOFT),
        );
    }
}

/// Light diagonal words over a map that is not official.
pub fn stamp(scene: &mut Scene, frame: Rect, words: &str) {
    let tilt = (frame.h / frame.w).atan().min(0.7);
    let is_tall = frame.h > frame.w * 1.2;
    // Whole words: none is cut by the frame.
    let across = frame.w / tilt.cos();
    let span = if is_tall { across * 0.78 } else { across * 0.44 };
    let one = font::width_spaced(words, Weight::Bold, 1.0, 0.25).max(1.0);
    let size = (span / one).clamp(3.0, 13.0);
    let mut text = Text::new(words, [0.0; 2], size)
        .weight(Weight::Bold)
        .anchor(Anchor::Middle)
        .colour(Colour::with_alpha(style::STAMP, 0.10))
        // Seen on a red zone too.
        .halo(style::PAPER.with_alpha(0.15), size * 0.04)
        .rotated(-tilt.to_degrees())
        .spaced(size * 0.25);
    let places =
        if is_tall { [[0.53, 0.3], [0.53, 0.78]] } else { [[0.27, 0.38], [0.75, 0.76]] };
    for [x, y] in places {
        text.pos = [frame.x + frame.w * x, frame.y + frame.h * y];
        scene.text(text.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outputs::map::projection::Extent;
    use crate::outputs::map::scene::Item;

    fn view(meters: f64) -> View {
        let extent = Extent { min: [0.0; 2], max: [meters, meters * 0.7] };
        View::around(extent, Rect::new(20.0, 20.0, 190.0, 140.0))
    }

    #[test]
    fn steps_are_round() {
        for (limit, expected) in [(7.0, 5.0), (1999.0, 1000.0), (0.3, 0.2), (2.0, 2.0)] {
            assert!((round_down(limit) - expected).abs() < 1e-12, "{limit}");
        }
    }

    #[test]
    fn scale_bars_are_as_long_as_they_say() {
        for meters in [1.0, 15_000.0, 63_000.0, 2_000_000.0] {
            let view = view(meters);
            let mut scene = Scene::new(297.0, 210.0);
            let drawn = scale_bar(&mut scene, view, [10.0, 10.0], 45.0, Locale::Es);
            let said = bar_length(view, 45.0);
            assert!((f64::from(drawn) - said * 1000.0 / view.scale).abs() < 1e-3);
            assert!((18.0..=45.01).contains(&drawn), "{meters}: {drawn}");
            let last = scene.items.iter().rev().find_map(|item| match item {
                Item::Text(text) => Some(text.text.clone()),
                _ => None,
            });
            assert_eq!(last, Some(length(Locale::Es, said)));
        }
    }

    #[test]
    fn lengths_are_written_for_people() {
        assert_eq!(length(Locale::Es, 2500.0), "2,5\u{a0}km");
        assert_eq!(length(Locale::En, 400.0), "400\u{a0}m");
        assert_eq!(length(Locale::Es, 0.2), "0,2\u{a0}m");
    }
}
