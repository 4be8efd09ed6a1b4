//! Charts of a series, drawn by the scene code of the maps: a line goes on within a segment
//! and never from one to the next; where it breaks, the chart says why.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "page millimetres: small numbers, for the eye only"
)]

use std::collections::{BTreeMap, BTreeSet};

use super::{Line, Observation, Reason, Series};
use crate::domain::{OUTSIDE, TOTAL};
use crate::i18n::{self, Locale};
use crate::outputs::map::font;
use crate::outputs::map::scene::{
    Anchor, Colour, Paint, Path, Rect, Rule, Scene, Text, Weight, disc,
};
use crate::outputs::map::style;
use crate::outputs::map::words::Words;

/// Size of the page, mm, without the lines that tell why it breaks.
const PAGE: [f32; 2] = [150.0, 92.0];
/// Space around everything, mm.
const MARGIN: f32 = 6.0;
/// Room for the values of the axis, mm.
const AXIS_MM: f32 = 18.0;
/// Room for the names at the ends of lines, mm.
const NAMES_MM: f32 = 34.0;
/// Size of the words, mm.
const WORDS_MM: f32 = 2.7;
/// How far observations of one period stand apart, mm.
const APART_MM: f32 = 7.0;
/// Most territories in a chart; the whole goes first.
const MOST: usize = 7;
/// Colours of lines, each told apart in grey by its sign as well.
const COLOURS: [u32; MOST] = [
    0x0016_212b,
    0x0000_5a9c,
    0x00b3_5900,
    0x0000_7a5e,
    0x0087_3e8d,
    0x006b_6b00,
    0x00a0_2c2c,
];

/// Where an observation stands on the axis of time.
type Column = (String, usize);

/// A chart for each deficit, and each level of exposure of people, that has at least two values
/// of which one is not nothing; by the name of its file.
#[must_use]
pub fn all(series: &Series, locale: Locale) -> Vec<(String, Scene)> {
    let mut by_indicator: BTreeMap<&str, Vec<&Line>> = BTreeMap::new();
    for line in &series.lines {
        let is_wanted = is_drawn(&line.indicator) && line.ref_area != OUTSIDE;
        if is_wanted {
            by_indicator.entry(&line.indicator).or_default().push(line);
        }
    }
    let drawn = by_indicator.into_iter().filter_map(|(indicator, mut lines)| {
        lines.sort_by_key(|line| (line.ref_area != TOTAL, &line.ref_area));
        lines.retain(|line| values(line).count() > 1);
        lines.truncate(MOST);
        let has_any = lines.iter().any(|line| values(line).any(|value| value > 0.0));
        has_any.then(|| {
            (indicator.replace(['/', '\\'], "_"), draw(series, indicator, &lines, locale))
        })
    });
    drawn.collect()
}

fn is_drawn(indicator: &str) -> bool {
    let parts: Vec<&str> = indicator.split('.').collect();
    match parts[..] {
        ["deficit", ..] => true,
        ["exposure", _, level, _, "people"] => {
            ["very_high", "high", "medium", "low"].contains(&level)
        }
        _ => false,
    }
}

/// The observations that a line goes through.
fn points(line: &Line) -> impl Iterator<Item = (&Observation, f64)> {
    let own = line.observations.iter().filter(|one| one.segment.is_some());
    own.filter_map(|one| Some((one, one.value()?)))
}

fn values(line: &Line) -> impl Iterator<Item = f64> {
    points(line).map(|(_, value)| value)
}

struct Drawing<'s> {
    scene: Scene,
    words: Words,
    /// Where lines are drawn.
    area: Rect,
    /// Place of each column, mm.
    columns: BTreeMap<Column, f32>,
    /// Between two lines of the grid.
    step: f64,
    max: f64,
    series: &'s Series,
}

fn draw(series: &Series, indicator: &str, lines: &[&Line], locale: Locale) -> Scene {
    let words = Words { locale };
    let reasons = reasons(lines);
    let [width, height] = PAGE;
    let is_open = lines.iter().any(|line| points(line).any(|(o, _)| o.is_undecidable()));
    let count = reasons.len() + usize::from(is_open);
    let notes = count as f32 * (WORDS_MM + 1.3);
    let mut scene = Scene::new(width, height + notes);
    scene.fill_rect(
        Rect::new(0.0, 0.0, width, height + notes),
        Paint::solid(style::PAPER),
    );
    let unit = lines.first().and_then(|line| line.observations.first());
    let unit = unit.map_or("", |one| one.cell("unit_measure"));
    scene.title = i18n::with_unit(locale, indicator, unit);
    let title = font::fit(&scene.title, Weight::Bold, 3.4, width - 2.0 * MARGIN);
    scene.text(Text::new(title, [MARGIN, MARGIN + 3.0], 3.4).weight(Weight::Bold));
    let top = MARGIN + 12.0;
    let area = Rect::new(
        MARGIN + AXIS_MM,
        top,
        width - 2.0 * MARGIN - AXIS_MM - NAMES_MM,
        height - top - MARGIN - 8.0,
    );
    let most = lines.iter().flat_map(|line| values(line)).fold(0.0, f64::max);
    let step = step_of(most);
    let max = step * (most / step).ceil();
    let mut drawing =
        Drawing { scene, words, area, columns: columns(lines, area), step, max, series };
    drawing.axes();
    drawing.breaks(lines);
    for (at, line) in lines.iter().enumerate() {
        drawing.line(line, at);
    }
    drawing.names(lines);
    drawing.notes(&reasons, height - 3.0);
    if is_open {
        let below = reasons.len() as f32 * (WORDS_MM + 1.3);
        drawing.hollow(height - 3.0 + below);
    }
    let mut scene = drawing.scene;
    let mut said: Vec<String> = reasons.iter().map(|(_, text)| text.clone()).collect();
    said.extend(is_open.then(|| words.of("series.chart.undecidable")));
    scene.description = said.join(" ");
    scene
}

/// Where each period and run stands: in proportion to time, those of one period side by side.
fn columns(lines: &[&Line], area: Rect) -> BTreeMap<Column, f32> {
    let all: BTreeSet<Column> = lines
        .iter()
        .flat_map(|line| points(line))
        .map(|(one, _)| (one.cell("time_period").to_owned(), one.run))
        .collect();
    let years: Vec<Option<f64>> = all.iter().map(|(period, _)| year(period)).collect();
    let is_timed = years.iter().all(Option::is_some);
    let inner = area.inset(8.0);
    let place = |of: f64, from: f64, to: f64| {
        let span = if to > from { (of - from) / (to - from) } else { 0.5 };
        inner.x + inner.w * span as f32
    };
    let mut columns = BTreeMap::new();
    let count = all.len() as f64;
    let first = years.iter().flatten().copied().fold(f64::MAX, f64::min);
    let last = years.iter().flatten().copied().fold(f64::MIN, f64::max);
    let mut before: Option<(String, f32)> = None;
    for (at, (period, run)) in all.into_iter().enumerate() {
        let mut x = match years[at] {
            Some(year) if is_timed => place(year, first, last),
            _ => place(at as f64, 0.0, count - 1.0),
        };
        if let Some((_, last)) = before.filter(|(known, _)| *known == period) {
            x = last + APART_MM;
        }
        before = Some((period.clone(), x));
        columns.insert((period, run), x);
    }
    columns
}

/// A round step that divides an axis into three to six parts.
fn step_of(most: f64) -> f64 {
    if most <= 0.0 {
        return 1.0;
    }
    let power = 10f64.powf((most / 4.0).log10().floor());
    let steps = [1.0, 2.0, 2.5, 5.0].map(|step| step * power);
    steps.into_iter().find(|step| most / step <= 5.0).unwrap_or(10.0 * power)
}

/// A period as a year: `2017`, `2017-06`, `2017-06-30`.
fn year(period: &str) -> Option<f64> {
    let mut parts = period.split('-').map(str::parse::<f64>);
    let year = parts.next()?.ok()?;
    let month = parts.next().and_then(Result::ok).unwrap_or(1.0);
    Some(year + (month - 1.0) / 12.0)
}

/// Every reason why a line of the chart breaks, by where, each once.
fn reasons(lines: &[&Line]) -> Vec<(Column, String)> {
    let mut found: BTreeMap<Column, BTreeSet<Reason>> = BTreeMap::new();
    for one in lines.iter().flat_map(|line| points(line)).map(|(one, _)| one) {
        if !one.breaks.is_empty() {
            let column = (one.cell("time_period").to_owned(), one.run);
            found.entry(column).or_default().extend(one.breaks.iter().map(|b| b.reason));
        }
    }
    let told = found.into_iter().map(|(column, reasons)| {
        let ids: Vec<&str> = reasons.into_iter().map(Reason::id).collect();
        (column, ids.join(";"))
    });
    told.collect()
}

impl Drawing<'_> {
    fn y(&self, value: f64) -> f32 {
        let share = if self.max > 0.0 { value / self.max } else { 0.0 };
        self.area.bottom() - self.area.h * share as f32
    }

    fn x(&self, one: &Observation) -> f32 {
        let column = (one.cell("time_period").to_owned(), one.run);
        self.columns.get(&column).copied().unwrap_or(self.area.x)
    }

    fn axes(&mut self) {
        let area = self.area;
        let mut value = 0.0;
        while value <= self.max * 1.001 {
            let y = self.y(value);
            self.scene.line([area.x, y], [area.x + area.w, y], 0.12, style::RULE);
            let text = self.words.figure(value);
            let place = [area.x - 1.5, y + WORDS_MM * 0.35];
            self.scene.text(Text::new(text, place, WORDS_MM).anchor(Anchor::End));
            value += self.step;
        }
        let foot = area.bottom() + WORDS_MM + 1.6;
        let mut seen = BTreeSet::new();
        let columns = self.columns.clone();
        for ((period, _), x) in columns {
            self.scene.line(
                [x, area.bottom()],
                [x, area.bottom() + 1.0],
                0.2,
                style::INK,
            );
            if seen.insert(period.clone()) {
                self.scene
                    .text(Text::new(period, [x, foot], WORDS_MM).anchor(Anchor::Middle));
            }
        }
    }

    /// A dashed line across the chart where any line breaks, with its number.
    fn breaks(&mut self, lines: &[&Line]) {
        let area = self.area;
        for (number, (column, _)) in reasons(lines).into_iter().enumerate() {
            let Some(x) = self.columns.get(&column).copied() else { continue };
            let before = self.columns.values().copied().filter(|other| *other < x);
            let before = before.fold(area.x, f32::max);
            // Between the two observations, nearer to the later.
            let x = x - ((x - before) / 2.0).min(3.5);
            let path =
                Path { points: vec![[x, area.y], [x, area.bottom()]], is_closed: false };
            self.scene.stroke(vec![path], 0.35, style::STAMP, &[1.4, 1.0]);
            let text = Text::new((number + 1).to_string(), [x, area.y - 1.2], WORDS_MM);
            self.scene.text(text.anchor(Anchor::Middle).colour(style::STAMP));
        }
    }

    fn line(&mut self, line: &Line, at: usize) {
        let colour = Colour::hex(COLOURS[at % COLOURS.len()]);
        let mut segments: BTreeMap<(usize, usize), Vec<[f32; 2]>> = BTreeMap::new();
        // Over what is hidden or missing no line goes: nobody is told what was there.
        let mut gaps = 0;
        for one in &line.observations {
            let Some(segment) = one.segment else { continue };
            let Some(value) = one.value() else {
                gaps += 1;
                continue;
            };
            let place = [self.x(one), self.y(value)];
            segments.entry((segment, gaps)).or_default().push(place);
        }
        for points in segments.into_values().filter(|points| points.len() > 1) {
            let path = Path { points, is_closed: false };
            self.scene.stroke(vec![path], 0.5, colour, &[]);
        }
        for (one, value) in points(line) {
            let sign = sign([self.x(one), self.y(value)], at);
            // Of what nobody can decide the sign is hollow.
            let inner = if one.is_undecidable() { style::PAPER } else { colour };
            self.scene.fill(vec![sign.clone()], Rule::NonZero, Paint::solid(inner));
            if one.is_undecidable() {
                let path = Path { points: sign, is_closed: true };
                self.scene.stroke(vec![path], 0.4, colour, &[]);
            }
        }
    }

    /// The names of the territories at the ends of their lines, moved apart.
    fn names(&mut self, lines: &[&Line]) {
        let mut ends: Vec<(f32, usize, String)> = Vec::new();
        for (at, line) in lines.iter().enumerate() {
            let Some((_, value)) = points(line).last() else { continue };
            let name = match line.ref_area.as_str() {
                TOTAL => self.words.of("map.total"),
                code => self.series.territory(code).to_owned(),
            };
            ends.push((self.y(value), at, name));
        }
        ends.sort_by(|a, b| a.0.total_cmp(&b.0));
        let x = self.area.x + self.area.w + 2.0;
        let mut least = self.area.y;
        for (y, at, name) in ends {
            let y = y.max(least);
            least = y + WORDS_MM + 1.2;
            let colour = Colour::hex(COLOURS[at % COLOURS.len()]);
            let mark = sign([x + 1.0, y], at);
            self.scene.fill(vec![mark], Rule::NonZero, Paint::solid(colour));
            let name = font::fit(&name, Weight::Regular, WORDS_MM, NAMES_MM - 5.0);
            let place = [x + 3.2, y + WORDS_MM * 0.35];
            self.scene.text(Text::new(name, place, WORDS_MM).colour(colour));
        }
    }

    /// Why lines break, by number.
    fn notes(&mut self, reasons: &[(Column, String)], top: f32) {
        let locale = self.words.locale;
        for (number, ((period, _), ids)) in reasons.iter().enumerate() {
            let names: Vec<&str> =
                ids.split(';').map(|id| i18n::text(locale, reason_key(id))).collect();
            let text = format!(
                "{} · {period}: {} {}",
                number + 1,
                self.words.of("series.chart.breaks"),
                names.join(", ")
            );
            let y = top + number as f32 * (WORDS_MM + 1.3);
            let text =
                font::fit(&text, Weight::Regular, WORDS_MM, PAGE[0] - 2.0 * MARGIN);
            self.scene.text(Text::new(text, [MARGIN, y], WORDS_MM).colour(style::STAMP));
        }
    }
}

impl Drawing<'_> {
    /// What a hollow sign means.
    fn hollow(&mut self, y: f32) {
        let text = self.words.of("series.chart.undecidable");
        let text = font::fit(&text, Weight::Regular, WORDS_MM, PAGE[0] - 2.0 * MARGIN);
        self.scene.text(Text::new(text, [MARGIN, y], WORDS_MM).colour(style::INK_SOFT));
    }
}

fn reason_key(id: &str) -> &'static str {
    match id {
        "method" => "series.reason.method",
        "boundary" => "series.reason.boundary",
        "population" => "series.reason.population",
        "standard" => "series.reason.standard",
        "data" => "series.reason.data",
        _ => "series.reason.unit",
    }
}

/// The sign of a line: a disc, a square, a diamond or a triangle.
fn sign([x, y]: [f32; 2], at: usize) -> Vec<[f32; 2]> {
    let r = 1.05;
    match at % 4 {
        0 => disc([x, y], r),
        1 => vec![[x - r, y - r], [x + r, y - r], [x + r, y + r], [x - r, y + r]],
        2 => vec![[x, y - 1.4 * r], [x + 1.4 * r, y], [x, y + 1.4 * r], [x - 1.4 * r, y]],
        _ => vec![[x, y - 1.3 * r], [x + 1.2 * r, y + r], [x - 1.2 * r, y + r]],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_round_and_few() {
        for (most, expected) in
            [(0.67, 0.2), (75.0, 20.0), (1.0, 0.2), (3600.0, 1000.0), (0.0, 1.0)]
        {
            let step = step_of(most);
            assert!((step - expected).abs() < 1e-9, "{most}: {step}");
        }
    }

    /// Lines and signs of a chart of three years, the middle one with this value.
    fn drawn(middle: &str) -> (usize, usize) {
        use crate::outputs::map::scene::Item;
        let years = [("2007", "40"), ("2012", middle), ("2017", "50")];
        let observations = years.into_iter().enumerate().map(|(at, (period, value))| {
            let cells = [("time_period", period), ("obs_value", value)];
            let cells = cells.map(|(key, cell)| (key.to_owned(), cell.to_owned()));
            let (cells, breaks) = (cells.into_iter().collect(), Vec::new());
            Observation { run: at + 1, cells, segment: Some(1), breaks }
        });
        let line = Line {
            indicator: "deficit.water".to_owned(),
            ref_area: TOTAL.to_owned(),
            observations: observations.collect(),
        };
        let series = Series { members: Vec::new(), lines: vec![line] };
        let charts = all(&series, Locale::En);
        let own = Paint::solid(Colour::hex(COLOURS[0]));
        let items = || charts[0].1.items.iter();
        let is_line = |item: &&Item| matches!(item, Item::Stroke(s) if (s.width_mm - 0.5).abs() < 1e-6);
        let is_sign =
            |item: &&Item| matches!(item, Item::Fill(fill) if fill.paint == own);
        (items().filter(is_line).count(), items().filter(is_sign).count())
    }

    #[test]
    fn no_line_goes_over_what_is_missing() {
        // A sign each, and one beside the name at the end.
        assert_eq!([drawn("45"), drawn("0"), drawn("")], [(1, 4), (1, 4), (0, 3)]);
    }

    #[test]
    fn periods_are_years_and_parts_of_them() {
        assert_eq!(year("2017"), Some(2017.0));
        assert_eq!(year("2017-07-01"), Some(2017.5));
        assert_eq!(year("sin fecha"), None);
    }
}
