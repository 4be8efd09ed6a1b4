//! The charts that pages show: who is in the way of each hazard, and the bars of the territories.
//!
//! In: what was measured. Out: a [`Chart`], and any chart as a drawing inside a page. The same
//! scene code draws it as the charts of the maps; report and viewer show the same picture.

use super::chart::{Bar, Chart};
use super::scene::{Paint, Scene};
use super::words::Words;
use super::{style, svg};
use crate::analysis::{ExposureRow, Measurements};
use crate::domain::{Level, Measure, OUTSIDE, TOTAL};
use crate::geometry::StudyArea;

/// The worst of all hazards.
const ANY: &str = "any";
/// Width of a chart, mm: its words stay legible where it fills a phone.
const WIDTH_MM: f32 = 92.0;
/// Width of a chart beside the map of a page, mm.
const BESIDE_MM: f32 = 74.0;
/// Space around it, mm.
const MARGIN_MM: f32 = 1.5;
/// Most bars of a chart.
pub const MOST: usize = 24;
/// Most territories that a page has bars for.
const MOST_TERRITORIES: usize = 100;
/// Keeps the room at the end of a bar in which a page writes an amount.
pub const ROOM: &str = "0\u{202f}000\u{202f}000,00\u{a0}m²";

/// The layer whose people a page tells of first: the one with most of them.
#[must_use]
pub fn people_layer(measurements: &Measurements) -> Option<&str> {
    let whole = measurements.exposure.iter().filter(|row| {
        row.territory == TOTAL && row.hazard == ANY && row.measure == Measure::People
    });
    let most = whole.reduce(|a, b| if b.total > a.total { b } else { a });
    most.filter(|row| row.total != Some(0.0)).map(|row| row.layer.as_str())
}

/// Hazards in the order of the pages: the worst of all, those that count in it, others.
#[must_use]
pub fn hazards_in_order(area: &StudyArea) -> Vec<&str> {
    let mut all: Vec<(bool, &str)> =
        area.hazards.iter().map(|h| (!h.in_any, h.layer.id.as_str())).collect();
    all.sort_unstable();
    std::iter::once(ANY).chain(all.into_iter().map(|(_, id)| id)).collect()
}

/// People by hazard and level, as shares of all; `None` if nobody is in the way of any.
#[must_use]
pub fn hazards(
    area: &StudyArea,
    measurements: &Measurements,
    words: Words,
) -> Option<Chart> {
    let layer = people_layer(measurements)?;
    let titled = area.exposures.iter().find(|one| one.layer.id == layer);
    let titled = titled.map_or(layer, |one| one.layer.title.get(words.locale));
    let bars = hazards_in_order(area).into_iter();
    let bars: Vec<Bar> = bars
        .filter_map(|hazard| bar(area, measurements, layer, hazard, words))
        .take(MOST)
        .collect();
    let heading = words.with("report.chart.hazards", "layer", titled);
    let chart = Chart { heading, bars, max: 1.0, is_share: true, mark: None };
    (!chart.bars.is_empty()).then_some(chart)
}

/// The bar of a hazard that reaches somebody; none where a level is hidden: a bar with a piece
/// left out would be read as another bar.
fn bar(
    area: &StudyArea,
    measurements: &Measurements,
    layer: &str,
    hazard: &str,
    words: Words,
) -> Option<Bar> {
    let rows: Vec<&ExposureRow> = measurements
        .exposure
        .iter()
        .filter(|row| {
            row.territory == TOTAL
                && row.hazard == hazard
                && row.layer == layer
                && row.measure == Measure::People
        })
        .collect();
    let piece = |level: Level| {
        let row = rows.iter().find(|row| row.level == level)?;
        Some((row.share()?, style::level(level)))
    };
    let pieces: Vec<(f64, Paint)> = Level::ZONES.into_iter().filter_map(piece).collect();
    let is_whole = rows.iter().all(|row| row.quantity.is_some());
    let is_touched = pieces.iter().any(|(share, _)| *share > 0.0);
    let named = area.hazards.iter().find(|one| one.layer.id == hazard);
    let label = match named {
        Some(one) => one.layer.title.get(words.locale).to_owned(),
        None => words.of("report.any"),
    };
    (is_touched && is_whole).then(|| Bar {
        label,
        note: String::new(),
        pieces,
        ranges: Vec::new(),
    })
}

/// The bars of the territories, each with six pieces of one length and room for an amount, to
/// be given the lengths of what a page adds up; `None` if they are too many to be seen.
#[must_use]
pub fn territories(
    area: &StudyArea,
    measurements: &Measurements,
    words: Words,
) -> Option<Chart> {
    let mut labels: Vec<String> =
        area.territories.iter().map(|t| t.name.clone()).collect();
    let mut outside = measurements.exposure.iter().filter(|row| row.territory == OUTSIDE);
    if outside.any(|row| row.total != Some(0.0)) {
        labels.push(words.of("viewer.outside"));
    }
    let share = 1.0 / Level::ALL.len() as f64;
    let bar = |label| Bar {
        label,
        note: ROOM.to_owned(),
        pieces: Level::ALL.map(|level| (share, style::level(level))).into(),
        ranges: Vec::new(),
    };
    let heading = words.of("viewer.by_territory");
    let bars: Vec<Bar> = labels.into_iter().map(bar).collect();
    let is_legible = bars.len() <= MOST_TERRITORIES;
    is_legible.then_some(Chart { heading, bars, max: 1.0, is_share: true, mark: None })
}

/// A chart as a drawing inside a page, its ids beginning with `id`; `None` if it cannot be
/// drawn, which takes no figure away: the tables have them all.
#[must_use]
pub fn drawing(chart: &Chart, words: Words, id: &str) -> Option<String> {
    drawing_of(chart, words, id, WIDTH_MM)
}

/// The same, narrow enough to stand beside a map.
#[must_use]
pub fn drawing_beside(chart: &Chart, words: Words, id: &str) -> Option<String> {
    drawing_of(chart, words, id, BESIDE_MM)
}

fn drawing_of(chart: &Chart, words: Words, id: &str, width_mm: f32) -> Option<String> {
    if chart.bars.is_empty() {
        return None;
    }
    let inner = width_mm - 2.0 * MARGIN_MM;
    let mut scene = Scene::new(width_mm, chart.height(inner) + 2.0 * MARGIN_MM);
    scene.title.clone_from(&chart.heading);
    scene.description = described(chart, words);
    chart.draw(&mut scene, [MARGIN_MM; 2], inner, words.locale).ok()?;
    Some(svg::within_page(&svg::render(&scene), id))
}

/// The chart in words, for those who do not see it.
fn described(chart: &Chart, words: Words) -> String {
    let bar = |bar: &Bar| {
        let sum: f64 = bar.pieces.iter().map(|(length, _)| length).sum();
        format!("{}: {}", bar.label, words.percent(sum))
    };
    chart.bars.iter().map(bar).collect::<Vec<_>>().join("; ")
}
