//! The charts beside the maps, drawn by plotters on the sheet itself.
//!
//! In: rows of shares or values, as measured, and their paints. Out: items in a
//! scene. Bars wear the paint of the map's classes, so no second legend is needed.

use plotters::prelude::*;

use crate::i18n::{self, Locale};

use super::MapError;
use super::font::{self, CAP_HEIGHT};
use super::legend::HEADING_MM;
use super::plotters_backend::{PageBackend, PaintedBar, ink, pen, units};
use super::scene::{Anchor, Paint, Rect, Scene, Text, Weight};
use super::style;

/// Size of the words, mm.
const WORDS_MM: f32 = 2.1;
/// Height of one bar with its gap, mm.
const BAR_MM: f32 = 3.9;
/// Height of the axis below the bars, mm.
const AXIS_MM: f32 = 4.2;

/// One bar made of pieces that lie end to end.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    /// What it is about.
    pub label: String,
    /// Words at its end.
    pub note: String,
    /// Pieces: length and paint.
    pub pieces: Vec<(f64, Paint)>,
    /// Ranges to mark, in the bar's unit, the first on top.
    pub ranges: Vec<(f64, f64)>,
}

/// A chart of horizontal bars.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    /// Heading.
    pub heading: String,
    /// Bars, first on top.
    pub bars: Vec<Bar>,
    /// The axis ends here.
    pub max: f64,
    /// Whether the axis counts shares, to be written in percent.
    pub is_share: bool,
    /// A value to mark with a line, and its words.
    pub mark: Option<(f64, String)>,
}

impl Chart {
    /// Height that the chart takes at a width, mm.
    #[must_use]
    pub fn height(&self, width: f32) -> f32 {
        let mut scratch = Scene::new(width, 1.0);
        let heading =
            super::legend::heading(&mut scratch, [0.0; 2], width, &self.heading);
        let mark = if self.mark.is_some() { WORDS_MM + 1.0 } else { 0.0 };
        heading + mark + self.bars.len() as f32 * BAR_MM + AXIS_MM + 1.5
    }

    /// Draws the chart; returns the height taken.
    ///
    /// # Errors
    ///
    /// [`MapError::Chart`] if plotters refuses.
    pub fn draw(
        &self,
        scene: &mut Scene,
        [x, y]: [f32; 2],
        width: f32,
        locale: Locale,
    ) -> Result<f32, MapError> {
        let mut top = y + super::legend::heading(scene, [x, y], width, &self.heading);
        let labels = self.label_width(width);
        let notes = self
            .bars
            .iter()
            .map(|bar| font::width(&bar.note, Weight::Regular, WORDS_MM))
            .fold(0.0, f32::max)
            + 1.4;
        let plot_width = width - labels - notes;
        if let Some((value, words)) = &self.mark {
            top += WORDS_MM + 1.0;
            self.write_mark(
                scene,
                (x, x + width),
                x + labels,
                plot_width,
                top,
                *value,
                words,
            );
        }
        let height = self.bars.len() as f32 * BAR_MM;
        let area = Rect::new(x + labels, top, plot_width, height + AXIS_MM);
        self.plot(scene, area, locale).map_err(|reason| MapError::Chart { reason })?;
        for (i, bar) in self.bars.iter().enumerate() {
            let base = top + (i as f32 + 0.5) * BAR_MM + CAP_HEIGHT * WORDS_MM / 2.0;
            let words = font::fit(&bar.label, Weight::Regular, WORDS_MM, labels - 1.2);
            scene.text(
                Text::new(words, [x + labels - 1.2, base], WORDS_MM).anchor(Anchor::End),
            );
            scene.text(
                Text::new(&bar.note, [x + width, base], WORDS_MM).anchor(Anchor::End),
            );
        }
        Ok(top + height + AXIS_MM + 1.5 - y)
    }

    fn label_width(&self, width: f32) -> f32 {
        let widest = self
            .bars
            .iter()
            .map(|bar| font::width(&bar.label, Weight::Regular, WORDS_MM))
            .fold(0.0, f32::max);
        (widest + 1.3).min(width * 0.36)
    }

    #[expect(clippy::too_many_arguments, reason = "places on one line of the page")]
    fn write_mark(
        &self,
        scene: &mut Scene,
        (left, right): (f32, f32),
        plot: f32,
        plot_width: f32,
        base: f32,
        value: f64,
        words: &str,
    ) {
        let at = plot + (value / self.max) as f32 * plot_width;
        let words = font::fit(words, Weight::Regular, WORDS_MM, right - left);
        let half = font::width(&words, Weight::Regular, WORDS_MM) / 2.0;
        let at = at.clamp(left + half, (right - half).max(left + half));
        scene.text(
            Text::new(words, [at, base - 0.8], WORDS_MM)
                .anchor(Anchor::Middle)
                .colour(style::STAMP),
        );
    }

    /// Draws axis and bars with plotters.
    fn plot(&self, scene: &mut Scene, area: Rect, locale: Locale) -> Result<(), String> {
        register_font();
        let root = PageBackend::new(scene, area).into_drawing_area();
        let rows = self.bars.len() as f64;
        let max = if self.max > 0.0 { self.max } else { 1.0 };
        let mut chart = ChartBuilder::on(&root)
            .set_label_area_size(LabelAreaPosition::Bottom, units(AXIS_MM))
            .build_cartesian_2d(0.0..max, rows..0.0)
            .map_err(|e| e.to_string())?;
        let soft = ink(style::INK_SOFT);
        let axis = pen(style::INK_SOFT, 0.12);
        let words = TextStyle::from(("sans-serif", units(2.1)).into_font()).color(&soft);
        let decimals = decimals_of_step(max / 4.0);
        let label = |value: &f64| {
            if self.is_share {
                let decimals = decimals_of_step(max * 100.0 / 4.0).min(1);
                format!("{}\u{a0}%", i18n::number(locale, value * 100.0, decimals))
            } else {
                i18n::number(locale, *value, decimals)
            }
        };
        chart
            .configure_mesh()
            .disable_y_mesh()
            .disable_y_axis()
            .x_labels(if self.is_share { 3 } else { 5 })
            .x_label_formatter(&label)
            .x_label_style(words)
            .axis_style(axis)
            .bold_line_style(pen(style::RULE.with_alpha(0.5), 0.1))
            .max_light_lines(0)
            .set_all_tick_mark_size(units(0.7))
            .draw()
            .map_err(|e| e.to_string())?;
        let mut edges = Vec::new();
        for (i, bar) in self.bars.iter().enumerate() {
            let (top, bottom) = (i as f64 + 0.14, i as f64 + 0.86);
            let mut from = 0.0;
            let mut bars = Vec::new();
            for (length, paint) in &bar.pieces {
                let to = (from + length.max(0.0)).min(max);
                bars.push(PaintedBar {
                    corners: [(from, top), (to, bottom)],
                    paint: *paint,
                });
                from = to;
            }
            chart.draw_series(bars).map_err(|e| e.to_string())?;
            let thin = pen(style::INK_SOFT, 0.12);
            edges.push(Rectangle::new([(0.0, top), (from, bottom)], thin));
            for whisker in whiskers(&bar.ranges, (top, bottom), max) {
                chart
                    .draw_series([
                        PathElement::new(whisker.clone(), pen(style::PAPER, 0.55)),
                        PathElement::new(whisker, pen(style::INK, 0.22)),
                    ])
                    .map_err(|e| e.to_string())?;
            }
        }
        chart.draw_series(edges).map_err(|e| e.to_string())?;
        if let Some((value, _)) = self.mark {
            // A light casing, so that the line stands out from a dark bar.
            for (colour, width) in [(style::PAPER, 0.9), (style::STAMP, 0.4)] {
                let line = pen(colour, width);
                chart
                    .draw_series([PathElement::new(
                        vec![(value, 0.0), (value, rows)],
                        line,
                    )])
                    .map_err(|e| e.to_string())?;
            }
        }
        Ok(())
    }
}

/// The lines of the ranges of a bar, one below the other: from end to end, with a tick at each.
fn whiskers(
    ranges: &[(f64, f64)],
    (top, bottom): (f64, f64),
    max: f64,
) -> Vec<Vec<(f64, f64)>> {
    let step = (bottom - top) / (ranges.len() as f64 + 1.0);
    let tick = (step * 0.4).min(0.2);
    let line = |(i, (low, high)): (usize, &(f64, f64))| {
        let y = top + step * (i as f64 + 1.0);
        let (low, high) = (low.clamp(0.0, max), high.clamp(0.0, max));
        [
            vec![(low, y), (high, y)],
            vec![(low, y - tick), (low, y + tick)],
            vec![(high, y - tick), (high, y + tick)],
        ]
    };
    ranges.iter().enumerate().flat_map(line).collect()
}

/// Decimals that tell the steps of an axis apart.
fn decimals_of_step(step: f64) -> usize {
    (-step.max(1e-9).log10().floor()).clamp(0.0, 6.0) as usize
}

/// plotters looks fonts up by name; without one it would refuse to write.
fn register_font() {
    use std::sync::Once;
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // The bytes are valid (a test loads them), so there is no error to hand on.
        let _ = plotters::style::register_font(
            "sans-serif",
            FontStyle::Normal,
            notosans::REGULAR_TTF,
        );
    });
}

/// A height that a heading takes with nothing below it, mm.
#[must_use]
pub fn heading_height() -> f32 {
    HEADING_MM * 0.98 + 1.85
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outputs::map::scene::{Colour, Item};

    #[test]
    fn bars_are_as_long_as_their_values() {
        let paint = Paint::solid(Colour::hex(0x0012_3456));
        let bar = |value: f64| Bar {
            label: "Ilo".into(),
            note: String::new(),
            pieces: vec![(value, paint)],
            ranges: vec![(value * 0.9, value * 1.1)],
        };
        let chart = Chart {
            heading: "Habitantes".into(),
            bars: vec![bar(10.0), bar(20.0)],
            max: 40.0,
            is_share: false,
            mark: Some((30.0, "estándar".into())),
        };
        let mut scene = Scene::new(100.0, 100.0);
        let height = chart.draw(&mut scene, [10.0, 10.0], 70.0, Locale::Es).unwrap();
        assert!((height - chart.height(70.0)).abs() < 0.01);
        let widths: Vec<f32> = scene
            .items
            .iter()
            .filter_map(|item| match item {
                Item::Fill(fill) if fill.paint == paint => {
                    Some(fill.rings[0][1][0] - fill.rings[0][0][0])
                }
                _ => None,
            })
            .collect();
        assert_eq!(widths.len(), 2);
        assert!((widths[1] / widths[0] - 2.0).abs() < 0.01, "{widths:?}");
        let has_axis = scene
            .items
            .iter()
            .any(|item| matches!(item, Item::Text(text) if text.text == "20"));
        assert!(has_axis, "plotters wrote the axis");
    }
}
