//! The waterfall of one figure: from the first run, cause by cause, to the second.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "page millimetres and steps of a legend: small numbers, for the eye only"
)]

use plotters::prelude::*;

use super::{Effect, Entry};
use crate::domain::Message;
use crate::i18n::{self, Locale};
use crate::outputs::map::font;
use crate::outputs::map::plotters_backend::{PageBackend, units};
use crate::outputs::map::scene::{
    Anchor, Colour, Paint, Rect, Rule, Scene, Text, Weight,
};
use crate::outputs::map::{MapError, style};

/// Size of the page, mm.
const PAGE: [f32; 2] = [210.0, 118.0];
/// Space around everything, mm.
const MARGIN: f32 = 8.0;
/// Size of the words, mm.
const WORDS_MM: f32 = 2.9;
/// Room for the names of the bars, mm.
const LABELS_MM: f32 = 62.0;
/// Room for the numbers at their ends, mm.
const NOTES_MM: f32 = 27.0;
/// Height of the axis, mm.
const AXIS_MM: f32 = 6.0;
/// The two runs.
const WHOLE: Colour = Colour::hex(0x0054_5b66);
/// What adds: dark enough to differ from what takes off in grey print.
const MORE: Colour = Colour::hex(0x009c_3d00);
/// What takes off.
const LESS: Colour = Colour::hex(0x006f_b7d8);

/// A bar from one value to another.
struct Bar {
    label: String,
    note: String,
    from: f64,
    to: f64,
    colour: Colour,
}

/// Draws the waterfall of a figure that differs by a number; `None` for any other. The names are
/// those of the two runs.
///
/// # Errors
///
/// [`MapError::Chart`] if plotters refuses.
pub fn waterfall(
    entry: &Entry,
    names: [&str; 2],
    locale: Locale,
) -> Result<Option<Scene>, MapError> {
    let Some(bars) = bars(entry, names, locale) else { return Ok(None) };
    let [width, height] = PAGE;
    let mut scene = Scene::new(width, height.max(34.0 + bars.len() as f32 * 8.0));
    let bottom = scene.height_mm;
    scene.fill_rect(Rect::new(0.0, 0.0, width, bottom), Paint::solid(style::PAPER));
    let (low, high, is_cut) = span(&bars);
    let mut top = MARGIN + 4.0;
    let title = i18n::text(locale, "compare.chart.title").to_owned();
    scene.text(Text::new(title, [MARGIN, top], 4.4).weight(Weight::Bold));
    top += 5.4;
    let name = i18n::with_unit(locale, &entry.name(), &entry.unit);
    let name = font::fit(&name, Weight::Regular, WORDS_MM, width - 2.0 * MARGIN);
    scene.text(Text::new(name, [MARGIN, top], WORDS_MM).colour(style::INK_SOFT));
    top += 3.6;
    let area = Rect::new(
        MARGIN + LABELS_MM,
        top,
        width - 2.0 * MARGIN - LABELS_MM - NOTES_MM,
        bottom - top - MARGIN - 3.0,
    );
    plot(&mut scene, area, &bars, (low, high), locale)
        .map_err(|reason| MapError::Chart { reason })?;
    let row_mm = (area.h - AXIS_MM) / bars.len() as f32;
    for (i, bar) in bars.iter().enumerate() {
        let base = area.y + (i as f32 + 0.5) * row_mm + WORDS_MM * 0.36;
        let label = font::fit(&bar.label, Weight::Regular, WORDS_MM, LABELS_MM - 2.0);
        let place = [area.x - 2.0, base];
        scene.text(Text::new(label, place, WORDS_MM).anchor(Anchor::End));
        let place = [width - MARGIN, base];
        scene.text(Text::new(&bar.note, place, WORDS_MM).anchor(Anchor::End));
    }
    if is_cut {
        for row in [0, bars.len() - 1] {
            tear(&mut scene, area.x + 5.0, area.y + (row as f32 + 0.16) * row_mm, row_mm);
        }
        let words = i18n::text(locale, "compare.chart.cut").to_owned();
        let place = [MARGIN, bottom - MARGIN + 2.0];
        scene.text(Text::new(words, place, 2.3).colour(style::INK_SOFT));
    }
    Ok(Some(scene))
}

/// Tears a bar that does not begin at 0: a strip of paper across it with jagged edges.
fn tear(scene: &mut Scene, x: f32, top: f32, row_mm: f32) {
    let (height, teeth) = (row_mm * 0.68, 6);
    let edge = |x: f32, at: i32| {
        let out = if at % 2 == 0 { -0.9 } else { 0.9 };
        [x + out, top + height * at as f32 / teeth as f32]
    };
    let left = (0..=teeth).map(|at| edge(x, at));
    let right = (0..=teeth).rev().map(|at| edge(x + 1.5, at));
    let strip: Vec<[f32; 2]> = left.chain(right).collect();
    scene.fill(vec![strip], Rule::NonZero, Paint::solid(style::PAPER));
}

/// The words for a cause.
#[must_use]
pub fn cause(effect: &Effect, locale: Locale) -> String {
    let kind =
        i18n::text(locale, &format!("compare.cause.{}", effect.kind.id())).to_owned();
    if effect.subject.is_empty() {
        return kind;
    }
    let message = Message::new("compare.cause_of")
        .with("cause", kind)
        .with("subject", &effect.subject);
    i18n::render(locale, &message)
}

fn bars(entry: &Entry, names: [&str; 2], locale: Locale) -> Option<Vec<Bar>> {
    entry.difference?;
    let read = |text: &str| super::Decimal::parse(text);
    let (a, b) = (read(&entry.a)?, read(&entry.b)?);
    let whole = |side: usize, key, value: super::Decimal| {
        let label = i18n::render(locale, &Message::new(key).with("name", names[side]));
        let open = Message::new("compare.chart.undecidable").with("label", &label);
        let is_open = entry.undecidable[side];
        Bar {
            // A 0 would be read as nothing.
            note: if is_open && value.is_zero() {
                i18n::text(locale, "map.undecidable").to_owned()
            } else {
                number(value, locale)
            },
            label: if is_open && !value.is_zero() {
                i18n::render(locale, &open)
            } else {
                label
            },
            from: 0.0,
            to: value.about(),
            colour: WHOLE,
        }
    };
    let mut bars = vec![whole(0, "compare.chart.before", a)];
    let mut at = a;
    for effect in &entry.effects {
        let next = at + effect.amount;
        let colour = if effect.amount.is_negative() { LESS } else { MORE };
        let label = cause(effect, locale);
        let sign = if effect.amount.is_negative() { "\u{2212}" } else { "+" };
        let note = format!("{sign}{}", number(effect.amount.abs(), locale));
        bars.push(Bar { label, note, from: at.about(), to: next.about(), colour });
        at = next;
    }
    bars.push(whole(1, "compare.chart.after", b));
    Some(bars)
}

/// A number as people of the language write it, with all of its digits but zeros at the end:
/// the bars must add up on paper.
fn number(value: super::Decimal, locale: Locale) -> String {
    let text = value.to_string();
    let digits = text.split_once('.').map_or("", |(_, digits)| digits);
    i18n::number(locale, value.about(), digits.trim_end_matches('0').len())
}

/// The ends of the axis, and whether it leaves out the way from 0 so that small steps of
/// large figures can be seen.
fn span(bars: &[Bar]) -> (f64, f64, bool) {
    let wholes = |bar: &&Bar| bar.colour == WHOLE;
    let ends = bars.iter().flat_map(|bar| {
        let start = if wholes(&bar) { bar.to } else { bar.from };
        [start, bar.to]
    });
    let (low, high) =
        ends.fold((f64::MAX, f64::MIN), |(low, high), end| (low.min(end), high.max(end)));
    let reach = high - low;
    if low > 0.0 && low > 2.0 * reach {
        return (low - reach * 0.6, high + reach * 0.08, true);
    }
    let (low, high) = (low.min(0.0), high.max(0.0));
    let pad = (high - low) * 0.04;
    (
        if low < 0.0 { low - pad } else { 0.0 },
        if high > 0.0 { high + pad } else { 0.0 },
        false,
    )
}

fn plot(
    scene: &mut Scene,
    area: Rect,
    bars: &[Bar],
    (low, high): (f64, f64),
    locale: Locale,
) -> Result<(), String> {
    register_font();
    let root = PageBackend::new(scene, area).into_drawing_area();
    let rows = bars.len() as f64;
    let high = if high > low { high } else { low + 1.0 };
    let mut chart = ChartBuilder::on(&root)
        .set_label_area_size(LabelAreaPosition::Bottom, units(AXIS_MM))
        .build_cartesian_2d(low..high, rows..0.0)
        .map_err(|error| error.to_string())?;
    let decimals = (-((high - low) / 4.0).max(1e-9).log10().floor()).clamp(0.0, 6.0);
    let label = |value: &f64| i18n::number(locale, *value, decimals as usize);
    let ink = rgba(style::INK_SOFT);
    let words = TextStyle::from(("sans-serif", units(2.4)).into_font()).color(&ink);
    chart
        .configure_mesh()
        .disable_y_mesh()
        .disable_y_axis()
        .x_labels(5)
        .x_label_formatter(&label)
        .x_label_style(words)
        .axis_style(ink.stroke_width(units(0.15).unsigned_abs()))
        .bold_line_style(rgba(style::RULE).stroke_width(units(0.1).unsigned_abs()))
        .light_line_style(rgba(style::RULE.with_alpha(0.0)))
        .draw()
        .map_err(|error| error.to_string())?;
    let shapes = bars.iter().enumerate().map(|(row, bar)| {
        let (top, bottom) = (row as f64 + 0.16, row as f64 + 0.84);
        let from = if bar.colour == WHOLE { low.max(0.0) } else { bar.from };
        let corners = [(from.min(bar.to), top), (from.max(bar.to), bottom)];
        Rectangle::new(corners, rgba(bar.colour).filled())
    });
    chart.draw_series(shapes).map_err(|error| error.to_string())?;
    // A thin line leads from the end of each bar to the begin of the next.
    let steps = bars[..bars.len() - 1].iter().enumerate().map(|(row, bar)| {
        let points = vec![(bar.to, row as f64 + 0.84), (bar.to, row as f64 + 1.16)];
        PathElement::new(points, ink.stroke_width(units(0.15).unsigned_abs()))
    });
    chart.draw_series(steps).map_err(|error| error.to_string())?;
    root.present().map_err(|error| error.to_string())
}

fn rgba(colour: Colour) -> RGBAColor {
    let [r, g, b] = colour.rgb;
    RGBAColor(r, g, b, f64::from(colour.alpha))
}

/// plotters looks fonts up by name; without one it would refuse to write.
fn register_font() {
    use std::sync::Once;
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let _ = plotters::style::register_font(
            "sans-serif",
            FontStyle::Normal,
            notosans::REGULAR_TTF,
        );
    });
}
