//! Charts of a series, drawn by the scene code of the maps: a line goes on within a segment
//! and never from one to the next; where it breaks, the chart says why.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "page millimetres: small numbers, for the eye only"
)]

use std::collections::{BTreeMap, BTreeSet};

use super::notes::{self, Column};
use super::{Line, Observation, Reason, Series, names};
use crate::domain::{Message, OUTSIDE, TOTAL};
use crate::i18n::{self, Locale};
use crate::outputs::map::font;
use crate::outputs::map::scene::{
    Anchor, Colour, Paint, Path, Rect, Rule, Scene, Text, Weight, disc,
};
use crate::outputs::map::style;
use crate::outputs::map::words::Words;

/// Width of the page and height of what is above the notes, mm, with a title of one line.
const PAGE: [f32; 2] = [150.0, 92.0];
/// Space around everything, mm.
const MARGIN: f32 = 6.0;
/// Room for the values of the axis, mm.
const AXIS_MM: f32 = 18.0;
/// Room for the names at the ends of lines, mm.
const NAMES_MM: f32 = 34.0;
/// Size of the title, mm.
const TITLE_MM: f32 = 3.4;
/// Size of the words, mm.
const WORDS_MM: f32 = 2.7;
/// Size of the code of the indicator, mm.
const CODE_MM: f32 = 2.2;
/// From a line of a note to the next, mm.
const NOTE_MM: f32 = WORDS_MM + 1.3;
/// Most lines of a note.
const NOTE_LINES: usize = 4;
/// How far observations of one period stand apart, mm.
const APART_MM: f32 = 7.0;
/// How far territories stand apart where ranges are drawn, mm.
const ASIDE_MM: f32 = 0.8;
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

/// The chart of an indicator.
#[derive(Debug)]
pub struct Chart<'s> {
    /// Code of the indicator.
    pub indicator: &'s str,
    /// Name of its file, without ending.
    pub name: String,
    /// All its lines, the whole first; the chart draws the first ones that have any point.
    pub lines: Vec<&'s Line>,
    /// The drawing.
    pub scene: Scene,
}

/// A chart for each deficit, and each level of exposure of people, that has at least two values
/// of which one is not nothing; in the order of their codes.
#[must_use]
pub fn all(series: &Series, locale: Locale) -> Vec<Chart<'_>> {
    let mut by_indicator: BTreeMap<&str, Vec<&Line>> = BTreeMap::new();
    for line in &series.lines {
        let is_wanted = is_drawn(&line.indicator) && line.ref_area != OUTSIDE;
        if is_wanted {
            by_indicator.entry(&line.indicator).or_default().push(line);
        }
    }
    let drawn = by_indicator.into_iter().filter_map(|(indicator, mut lines)| {
        lines.sort_by_key(|line| (line.ref_area != TOTAL, &line.ref_area));
        let has_two = lines.iter().any(|line| line.points().count() > 1);
        let has_any = lines.iter().any(|line| most(line) > 0.0);
        (has_two && has_any).then(|| Chart {
            indicator,
            name: indicator.replace(['/', '\\'], "_"),
            scene: draw(series, indicator, &lines, locale),
            lines,
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

/// The highest value or end of a range of a line; 0 without any.
fn most(line: &Line) -> f64 {
    let ends = line.points().flat_map(|(one, value)| {
        value.into_iter().chain(one.range().into_iter().flatten())
    });
    ends.fold(0.0, f64::max)
}

struct Drawing<'s> {
    scene: Scene,
    words: Words,
    /// Where lines are drawn.
    area: Rect,
    /// Place of each column, mm.
    columns: BTreeMap<Column, f32>,
    /// How far a line stands aside of the one before, mm.
    aside: f32,
    /// How many lines there are.
    count: usize,
    /// Between two lines of the grid.
    step: f64,
    max: f64,
    /// Whether values are read in percent.
    is_share: bool,
    series: &'s Series,
}

fn draw(series: &Series, indicator: &str, all: &[&Line], locale: Locale) -> Scene {
    let mut lines: Vec<&Line> = all.to_vec();
    lines.retain(|line| line.points().count() > 0);
    let rest = lines.len().saturating_sub(MOST);
    lines.truncate(MOST);
    let lines = &lines[..];
    let breaks = notes::breaks(lines);
    let first = lines.iter().flat_map(|line| line.points()).next().map(|(one, _)| one);
    let title = names::indicator(series, indicator, locale);
    let width = PAGE[0] - 2.0 * MARGIN;
    let heads = font::wrap(&title, Weight::Bold, TITLE_MM, width, 2);
    let more = heads.len().saturating_sub(1) as f32 * (TITLE_MM + 1.2);
    let mut scene = Scene::new(PAGE[0], PAGE[1] + more);
    scene.title = title;
    let top = MARGIN + 16.0 + more;
    let area = Rect::new(
        MARGIN + AXIS_MM,
        top,
        width - AXIS_MM - NAMES_MM,
        PAGE[1] + more - top - MARGIN - 12.0,
    );
    let highest = lines.iter().map(|line| most(line)).fold(0.0, f64::max);
    let step = step_of(highest);
    let has_range = points(lines).any(|one| one.range().is_some());
    let mut drawing = Drawing {
        scene,
        words: Words { locale },
        area,
        columns: columns(lines, area),
        aside: if has_range { ASIDE_MM } else { 0.0 },
        count: lines.len(),
        step,
        max: step * (highest / step).ceil(),
        is_share: first.is_some_and(names::is_share),
        series,
    };
    let told = drawing.told(all, lines, &breaks, rest);
    drawing.paper(&told);
    let unit = first.map(|one| names::unit(one, locale)).unwrap_or_default();
    drawing.head(&heads, indicator, &unit);
    drawing.axes();
    drawing.breaks(&breaks);
    for (at, line) in lines.iter().enumerate() {
        drawing.ranges(line, at);
    }
    for (at, line) in lines.iter().enumerate() {
        drawing.line(line, at);
    }
    drawing.names(lines);
    drawing.notes(&told, PAGE[1] + more - 4.0);
    let mut scene = drawing.scene;
    let said = told.iter().map(|note| note.text.as_str());
    scene.description =
        std::iter::once(indicator).chain(said).collect::<Vec<_>>().join(". ");
    scene
}

/// What is drawn of some lines.
fn points<'l>(lines: &'l [&Line]) -> impl Iterator<Item = &'l Observation> {
    lines.iter().flat_map(|line| line.points()).map(|(one, _)| one)
}

/// Where each period and run stands: in proportion to time, those of one period side by side;
/// at equal steps where that finds no room.
fn columns(lines: &[&Line], area: Rect) -> BTreeMap<Column, f32> {
    let all: BTreeSet<Column> = points(lines).map(Observation::column).collect();
    let all: Vec<Column> = all.into_iter().collect();
    let years: Option<Vec<f64>> = all.iter().map(|(period, _)| year(period)).collect();
    let inner = area.inset(8.0);
    let last = all.len().saturating_sub(1) as f32;
    let evenly = || {
        let step = if last > 0.0 { inner.w / last } else { 0.0 };
        let from = if last > 0.0 { inner.x } else { inner.x + inner.w / 2.0 };
        (0..all.len()).map(|at| from + step * at as f32).collect::<Vec<f32>>()
    };
    let places = match years {
        Some(years) if last * APART_MM <= inner.w => in_time(&years, inner),
        _ => evenly(),
    };
    all.into_iter().zip(places).collect()
}

/// Places of years in their order, in proportion to time but never nearer than [`APART_MM`];
/// there must be room for that.
fn in_time(years: &[f64], inner: Rect) -> Vec<f32> {
    let first = years.iter().copied().fold(f64::MAX, f64::min);
    let last = years.iter().copied().fold(f64::MIN, f64::max);
    if last <= first {
        // One year alone: its runs stand in the middle.
        let half = years.len().saturating_sub(1) as f32 * APART_MM / 2.0;
        let from = inner.x + inner.w / 2.0 - half;
        return (0..years.len()).map(|at| from + at as f32 * APART_MM).collect();
    }
    let share = |year: f64| ((year - first) / (last - first)) as f32;
    let mut places: Vec<f32> =
        years.iter().map(|year| inner.x + inner.w * share(*year)).collect();
    for at in 1..places.len() {
        places[at] = places[at].max(places[at - 1] + APART_MM);
    }
    let mut limit = inner.right();
    for place in places.iter_mut().rev() {
        *place = place.min(limit);
        limit = *place - APART_MM;
    }
    places
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

/// A sentence below a chart.
struct Note {
    text: String,
    colour: Colour,
}

impl Drawing<'_> {
    fn y(&self, value: f64) -> f32 {
        let share = if self.max > 0.0 { value / self.max } else { 0.0 };
        self.area.bottom() - self.area.h * share as f32
    }

    /// Where the observation of a line stands, by the position of the line.
    fn x(&self, one: &Observation, at: usize) -> f32 {
        let x = self.columns.get(&one.column()).copied().unwrap_or(self.area.x);
        let middle = self.count.saturating_sub(1) as f32 / 2.0;
        x + (at as f32 - middle) * self.aside
    }

    /// A page with room for the notes.
    fn paper(&mut self, told: &[Note]) {
        let lines: usize = told.iter().map(|note| wrapped(&note.text).len()).sum();
        self.scene.height_mm += lines as f32 * NOTE_MM;
        let page = Rect::new(0.0, 0.0, self.scene.width_mm, self.scene.height_mm);
        self.scene.fill_rect(page, Paint::solid(style::PAPER));
    }

    /// The title, and small below it the unit and the code.
    fn head(&mut self, heads: &[String], code: &str, unit: &str) {
        let mut y = MARGIN + 3.0;
        for line in heads {
            let text = Text::new(line, [MARGIN, y], TITLE_MM);
            self.scene.text(text.weight(Weight::Bold));
            y += TITLE_MM + 1.2;
        }
        let mut x = MARGIN;
        if !unit.is_empty() {
            self.scene.text(Text::new(unit, [x, y], WORDS_MM));
            x += font::width(unit, Weight::Regular, WORDS_MM) + 3.0;
        }
        let code = font::fit(code, Weight::Regular, CODE_MM, PAGE[0] - MARGIN - x);
        self.scene.text(Text::new(code, [x, y], CODE_MM).colour(style::INK_SOFT));
    }

    fn axes(&mut self) {
        let area = self.area;
        let mut value = 0.0;
        while value <= self.max * 1.001 {
            let y = self.y(value);
            self.scene.line([area.x, y], [area.x + area.w, y], 0.12, style::RULE);
            let text = self.axis_label(value);
            let place = [area.x - 1.5, y + WORDS_MM * 0.35];
            self.scene.text(Text::new(text, place, WORDS_MM).anchor(Anchor::End));
            value += self.step;
        }
        let foot = area.bottom() + WORDS_MM + 1.6;
        let columns = self.columns.clone();
        let keys: Vec<Column> = columns.keys().cloned().collect();
        let has_several = notes::has_several(&keys);
        let mut by_period: BTreeMap<&str, Vec<f32>> = BTreeMap::new();
        for ((period, run), x) in &columns {
            by_period.entry(period).or_default().push(*x);
            let ends = [[*x, area.bottom()], [*x, area.bottom() + 1.0]];
            self.scene.line(ends[0], ends[1], 0.2, style::INK);
            if has_several {
                let run = names::run(*run, self.words.locale);
                let text = Text::new(run, [*x, foot], CODE_MM).anchor(Anchor::Middle);
                self.scene.text(text.colour(style::INK_SOFT));
            }
        }
        let foot = if has_several { foot + WORDS_MM + 0.6 } else { foot };
        for (period, places) in by_period {
            let x = places.iter().sum::<f32>() / places.len() as f32;
            let text = Text::new(period, [x, foot], WORDS_MM).anchor(Anchor::Middle);
            self.scene.text(text);
        }
    }

    fn axis_label(&self, value: f64) -> String {
        if !self.is_share {
            return self.words.figure(value);
        }
        let percent = self.step * 100.0;
        let decimals = usize::from((percent - percent.round()).abs() > 1e-9);
        format!("{}\u{202f}%", self.words.number(value * 100.0, decimals))
    }

    /// A dashed line across the chart where any line breaks, with its number.
    fn breaks(&mut self, breaks: &[(Column, BTreeSet<Reason>)]) {
        let area = self.area;
        for (number, (column, _)) in breaks.iter().enumerate() {
            let Some(x) = self.columns.get(column).copied() else { continue };
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

    /// The ranges of a line's observations, each with a bar at both ends.
    fn ranges(&mut self, line: &Line, at: usize) {
        let colour = colour(at);
        for (one, _) in line.points() {
            let Some([low, high]) = one.range() else { continue };
            let (x, ends) = (self.x(one, at), [self.y(low), self.y(high)]);
            let bar = |y: f32| [[x - 0.7, y], [x + 0.7, y]];
            let strokes = [[[x, ends[0]], [x, ends[1]]], bar(ends[0]), bar(ends[1])];
            let paths =
                strokes.map(|ends| Path { points: ends.to_vec(), is_closed: false });
            self.scene.stroke(paths.to_vec(), RANGE_MM, colour, &[]);
        }
    }

    fn line(&mut self, line: &Line, at: usize) {
        let colour = colour(at);
        let mut segments: BTreeMap<(usize, usize), Vec<[f32; 2]>> = BTreeMap::new();
        // Over what is hidden or missing no line goes: nobody is told what was there.
        let mut gaps = 0;
        for one in &line.observations {
            let Some(segment) = one.segment else { continue };
            let Some(value) = one.value() else {
                gaps += 1;
                continue;
            };
            let place = [self.x(one, at), self.y(value)];
            segments.entry((segment, gaps)).or_default().push(place);
        }
        for points in segments.into_values().filter(|points| points.len() > 1) {
            let path = Path { points, is_closed: false };
            self.scene.stroke(vec![path], 0.5, colour, &[]);
        }
        for (one, value) in line.points() {
            let Some(value) = value else { continue };
            let sign = sign([self.x(one, at), self.y(value)], at);
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
            let Some((one, value)) = line.points().last() else { continue };
            let middle = one.range().map(|[low, high]| f64::midpoint(low, high));
            let Some(value) = value.or(middle) else { continue };
            let name = names::territory(self.series, &line.ref_area, self.words.locale);
            ends.push((self.y(value), at, name));
        }
        ends.sort_by(|a, b| a.0.total_cmp(&b.0));
        let x = self.area.x + self.area.w + 2.0;
        // From the foot up there must be room for all that are still to come.
        let apart = WORDS_MM + 1.2;
        let mut most = self.area.bottom();
        for (y, _, _) in ends.iter_mut().rev() {
            *y = y.min(most);
            most = *y - apart;
        }
        let mut least = self.area.y;
        for (y, at, name) in ends {
            let y = y.max(least);
            least = y + apart;
            let mark = sign([x + 1.0, y], at);
            self.scene.fill(vec![mark], Rule::NonZero, Paint::solid(colour(at)));
            let name = font::fit(&name, Weight::Regular, WORDS_MM, NAMES_MM - 5.0);
            let place = [x + 3.2, y + WORDS_MM * 0.35];
            self.scene.text(Text::new(name, place, WORDS_MM).colour(colour(at)));
        }
    }

    /// Everything that is said below: breaks, signs, gaps and runs.
    fn told(
        &self,
        all: &[&Line],
        lines: &[&Line],
        breaks: &[(Column, BTreeSet<Reason>)],
        rest: usize,
    ) -> Vec<Note> {
        let locale = self.words.locale;
        let breaks = notes::breaks_told(breaks, locale);
        let mut soft = Vec::new();
        if points(lines).any(Observation::is_undecidable) {
            soft.push(self.words.of("series.chart.undecidable"));
        }
        if points(lines).any(|one| one.range().is_some()) {
            soft.push(self.words.of("series.chart.range"));
        }
        soft.extend(notes::gaps_told(self.series, all, locale));
        if rest > 0 {
            let message = Message::new("series.chart.rest").with("count", rest);
            soft.push(i18n::render(locale, &message));
        }
        let columns: Vec<Column> = self.columns.keys().cloned().collect();
        soft.extend(notes::runs_told(self.series, &columns, locale));
        let note = |colour| move |text| Note { text, colour };
        let breaks = breaks.into_iter().map(note(style::STAMP));
        breaks.chain(soft.into_iter().map(note(style::INK_SOFT))).collect()
    }

    fn notes(&mut self, told: &[Note], top: f32) {
        let mut y = top;
        for note in told {
            for line in wrapped(&note.text) {
                let text = Text::new(line, [MARGIN, y], WORDS_MM);
                self.scene.text(text.colour(note.colour));
                y += NOTE_MM;
            }
        }
    }
}

/// Width of the strokes of a range, mm.
const RANGE_MM: f32 = 0.3;

fn colour(at: usize) -> Colour {
    Colour::hex(COLOURS[at % COLOURS.len()])
}

/// A note in lines as wide as the page.
fn wrapped(text: &str) -> Vec<String> {
    font::wrap(text, Weight::Regular, WORDS_MM, PAGE[0] - 2.0 * MARGIN, NOTE_LINES)
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
mod tests;
