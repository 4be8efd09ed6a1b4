//! Figures for maps, looked up in the measurements: none is computed here.

mod deficits;
mod residents;

use crate::analysis::{ExposureRow, Measurements};
use crate::domain::{Level, Measure, Quantity, TOTAL};
use crate::geometry::StudyArea;

use super::chart::{Bar, Chart};
use super::legend::Table;
use super::scene::Paint;
use super::style;
use super::words::Words;

pub use deficits::{
    deficit_chart, deficit_unit, deficit_value, gap_class, gap_text, is_open, known,
    known_gap, open, shortfall_text, standard_source,
};

pub use residents::Residents;

/// Most bars in a chart.
const MAX_BARS: usize = 7;

/// Looks exposure rows of one hazard up.
pub struct Exposure<'a> {
    rows: Vec<&'a ExposureRow>,
}

impl<'a> Exposure<'a> {
    /// The figures of a hazard.
    #[must_use]
    pub fn of(measurements: &'a Measurements, hazard: &str) -> Self {
        let rows = measurements.exposure.iter();
        Self { rows: rows.filter(|row| row.hazard == hazard).collect() }
    }

    /// One row.
    #[must_use]
    pub fn row(
        &self,
        territory: &str,
        level: Level,
        layer: &str,
        measure: &Measure,
    ) -> Option<&'a ExposureRow> {
        self.rows.iter().copied().find(|row| {
            // What costs least to compare comes first: a sheet looks through all rows often.
            row.level == level
                && row.territory == territory
                && row.layer == layer
                && row.measure == *measure
        })
    }

    /// The layer and measure that the legend counts: people if any layer has them, else the
    /// first layer's features.
    #[must_use]
    pub fn main_measure(&self) -> Option<(&'a str, Measure)> {
        let mut rows = self.rows.iter();
        rows.clone()
            .find(|row| row.measure == Measure::People && row.total != Some(0.0))
            .or_else(|| rows.find(|row| row.measure == Measure::Features))
            .map(|row| (row.layer.as_str(), row.measure.clone()))
    }

    /// Whether anything of a layer lies, or may lie, in a zone.
    fn is_touched(&self, layer: &str, territory: &str) -> bool {
        self.rows.iter().any(|row| {
            let is_something = |quantity: Quantity| {
                quantity.value > 0.0 || quantity.range.is_some_and(|(_, high)| high > 0.0)
            };
            Level::ZONES.contains(&row.level)
                && row.territory == territory
                && row.layer == layer
                // What is hidden may be something.
                && row.quantity.is_none_or(is_something)
        })
    }

    /// Layers and measures with a total in the territory as a whole, in the order of the rows.
    fn measures(&self) -> Vec<(&'a str, &'a Measure)> {
        let mut found: Vec<(&str, &Measure)> = Vec::new();
        for row in &self.rows {
            let key = (row.layer.as_str(), &row.measure);
            if row.territory == TOTAL && row.total != Some(0.0) && !found.contains(&key) {
                found.push(key);
            }
        }
        // Layers in the order of the rows, the measures of each in that of `Measure`.
        let order: Vec<&str> = found.iter().map(|(layer, _)| *layer).collect();
        let first = |layer: &str| order.iter().position(|known| *known == layer);
        found.sort_by_key(|(layer, measure)| (first(layer), *measure));
        found
    }
}

/// A measured amount in the unit for people: hectares, kilometres, else as it is.
#[must_use]
pub fn amount(words: Words, measure: &Measure, value: f64) -> String {
    if value == 0.0 {
        return words.number(0.0, 0);
    }
    let (value, coarse) = match measure {
        Measure::Area => (value / 10_000.0, 1),
        Measure::Length => (value / 1000.0, 1),
        Measure::People | Measure::Features | Measure::Sum(_) => (value, 0),
    };
    // A handful must not be shown as none.
    if value > 0.0 && value < 0.5 * 10f64.powi(-coarse) {
        let least = words.number(10f64.powi(-coarse), coarse as usize);
        return format!("<\u{202f}{least}");
    }
    words.number(value, coarse as usize)
}

/// An amount, or the word for one that the project's rule hides.
#[must_use]
pub fn amount_or_hidden(words: Words, measure: &Measure, value: Option<f64>) -> String {
    value.map_or_else(|| words.of("map.hidden"), |value| amount(words, measure, value))
}

/// The ends of a range, as [`amount`] has them.
#[must_use]
pub fn range(words: Words, measure: &Measure, (low, high): (f64, f64)) -> String {
    let [low, high] = [low, high].map(|end| amount(words, measure, end));
    format!("{low}\u{2013}{high}")
}

/// What a measure counts, with its unit.
#[must_use]
pub fn measure_name(words: Words, measure: &Measure) -> String {
    match measure {
        Measure::Sum(name) => {
            // Common names have a word in the catalogues; others stand as the project has them.
            let key = format!("map.sum.{name}");
            let word = words.of(&key);
            if word == key { name.clone() } else { word }
        }
        measure => words.of(&format!("map.measure.{}", measure.id())),
    }
}

/// What a table of exposure is about.
pub struct Of<'a> {
    /// Territory.
    pub code: &'a str,
    /// Its name; `None` for the whole.
    pub name: Option<&'a str>,
    /// Its layers; all if `None`.
    pub layers: Option<&'a [String]>,
    /// What the legend has already.
    pub main: Option<(&'a str, Measure)>,
    /// The levels that there are: one that a hazard does not know has no column.
    pub levels: Vec<Level>,
}

/// Elements by level in a territory: one row a layer and measure.
#[must_use]
pub fn exposure_table(
    area: &StudyArea,
    figures: &Exposure<'_>,
    words: Words,
    of: Of<'_>,
) -> Table {
    let Of { code, name, layers, main, levels } = of;
    let title = |id: &str| {
        let layer = area.exposures.iter().find(|l| l.layer.id == id);
        layer.map_or(id, |l| l.layer.title.get(words.locale)).to_owned()
    };
    let mut rows: Vec<(String, Vec<String>)> = Vec::new();
    let is_doubtful = std::cell::Cell::new(false);
    let mut last = "";
    let is_touched = |layer: &str| figures.is_touched(layer, code);
    let mut untouched: Vec<String> = Vec::new();
    let cells_of = |layer: &str, measure: &Measure| -> Vec<String> {
        let cell = |level: &Level| {
            figures.row(code, *level, layer, measure).map_or_else(
                || "\u{2013}".to_owned(),
                |row| match row.range() {
                    Some(ends) if row.is_undecidable() => {
                        is_doubtful.set(true);
                        range(words, measure, ends)
                    }
                    _ => amount_or_hidden(words, measure, row.value()),
                },
            )
        };
        levels.iter().map(cell).collect()
    };
    let is_wanted =
        |layer: &str| layers.is_none_or(|layers| layers.iter().any(|id| id == layer));
    let is_main = |layer: &str, measure: &Measure| {
        main.as_ref().is_some_and(|(l, m)| *l == layer && m == measure)
    };
    for (layer, measure) in figures.measures() {
        if !is_wanted(layer) {
            continue;
        }
        if !is_touched(layer) {
            let title = title(layer);
            if !untouched.contains(&title) {
                untouched.push(title);
            }
            continue;
        }
        if is_main(layer, measure) {
            continue;
        }
        if layer != last {
            rows.push((title(layer), Vec::new()));
            last = layer;
        }
        rows.push((measure_name(words, measure), cells_of(layer, measure)));
    }
    // One row a layer, by the measure that says most of it.
    let mut short: Vec<(String, Vec<String>)> = Vec::new();
    let mut told: Vec<&str> = Vec::new();
    let telling = [Measure::People, Measure::Area, Measure::Length, Measure::Features];
    let all = figures.measures();
    for (layer, _) in
        all.iter().filter(|(layer, _)| is_wanted(layer) && is_touched(layer))
    {
        let has = |measure: &&Measure| {
            !is_main(layer, measure) && all.contains(&(*layer, *measure))
        };
        let Some(measure) = telling.iter().find(has).filter(|_| !told.contains(layer))
        else {
            continue;
        };
        told.push(*layer);
        let label = format!("{} ({})", title(layer), measure_name(words, measure));
        short.push((label, cells_of(layer, measure)));
    }
    let columns = levels
        .iter()
        .map(|level| (Some(style::level(*level)), words.level(*level)))
        .collect();
    let untouched = (!untouched.is_empty())
        .then(|| words.with("map.table.untouched", "layers", &untouched.join(", ")));
    let doubtful = is_doubtful.get().then(|| words.of("map.table.undecidable"));
    let notes: Vec<String> = untouched.into_iter().chain(doubtful).collect();
    let note = notes.join(" ");
    let heading = match name {
        None => words.of("map.table.exposure"),
        Some(name) => words.with("map.table.exposure_of", "territory", name),
    };
    Table { heading, columns, rows, note, short }
}

/// Shares of the main measure by level, one bar a territory, the most exposed first; ranges of
/// the levels that there are.
#[must_use]
pub fn exposure_chart(
    area: &StudyArea,
    figures: &Exposure<'_>,
    words: Words,
    levels: &[Level],
) -> Option<Chart> {
    let (layer, measure) = figures.main_measure()?;
    let bar = |code: &str, label: String| {
        let rows: Vec<&ExposureRow> = Level::ALL
            .iter()
            .filter_map(|level| figures.row(code, *level, layer, &measure))
            .collect();
        let total = rows.first()?.total?;
        if total <= 0.0 {
            return None;
        }
        // A bar with a piece left out would be read as another bar.
        let values: Option<Vec<f64>> = rows.iter().map(|row| row.value()).collect();
        let values = values?;
        let pieces = rows.iter().zip(&values);
        let pieces =
            pieces.map(|(row, value)| (value / total, style::level(row.level))).collect();
        let in_zone: f64 = rows
            .iter()
            .zip(&values)
            .filter(|(row, _)| Level::ZONES.contains(&row.level))
            .map(|(_, value)| value)
            .sum();
        let note = amount(words, &measure, total);
        // Each range starts where the piece of its level does.
        let mut from = 0.0;
        let mut ranges = Vec::new();
        for (row, value) in rows.iter().zip(&values) {
            let range = row.range().filter(|(low, high)| low < high);
            let range = range.filter(|_| levels.contains(&row.level));
            ranges.extend(
                range.map(|(low, high)| ((from + low) / total, (from + high) / total)),
            );
            from += value;
        }
        Some((in_zone, Bar { label, note, pieces, ranges }))
    };
    let mut bars: Vec<(f64, Bar)> = area
        .territories
        .iter()
        .filter_map(|t| bar(t.code.as_str(), t.name.clone()))
        .collect();
    // Ties keep the order of the codes.
    bars.sort_by(|a, b| b.0.total_cmp(&a.0));
    bars.truncate(MAX_BARS);
    let mut bars: Vec<Bar> = bars.into_iter().map(|(_, bar)| bar).collect();
    if bars.len() != 1 {
        bars.extend(bar(TOTAL, words.of("map.total")).map(|(_, bar)| bar));
    }
    // Bars of nothing say nothing.
    let max = axis_end(&bars)?;
    let key = if bars.iter().any(|bar| !bar.ranges.is_empty()) {
        "map.chart.exposure_ranges"
    } else {
        "map.chart.exposure"
    };
    let heading = words.with(key, "measure", &measure_name(words, &measure));
    Some(Chart { heading, bars, max, is_share: true, mark: None })
}

/// Where an axis of shares ends: all of it, unless what lies in zones would be specks on it;
/// none where nothing lies or may lie in one.
fn axis_end(bars: &[Bar]) -> Option<f64> {
    let is_zone = |paint: &Paint| {
        Level::ZONES.into_iter().any(|level| style::level(level) == *paint)
    };
    let reach = |bar: &Bar| {
        let zones = bar.pieces.iter().filter(|(_, paint)| is_zone(paint));
        let drawn = zones.map(|(share, _)| share).sum::<f64>();
        bar.ranges.iter().map(|(_, high)| *high).fold(drawn, f64::max)
    };
    let longest = bars.iter().map(reach).fold(0.0, f64::max);
    let ends = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5];
    let end = ends.into_iter().find(|end| longest <= *end).unwrap_or(1.0);
    (longest > 0.0).then_some(end)
}
