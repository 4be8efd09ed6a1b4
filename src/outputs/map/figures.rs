//! Figures for maps, looked up in the measurements: none is computed here.

use crate::analysis::{DeficitRow, ExposureRow, Measurements};
use crate::config::{Citation, DeficitKind, Localized};
use crate::domain::{Level, Measure, Quantity, TOTAL};
use crate::geometry::StudyArea;

use super::chart::{Bar, Chart};
use super::legend::Table;
use super::scene::Paint;
use super::style::{self, GapClass};
use super::words::Words;

/// Most bars in a chart.
const MAX_BARS: usize = 7;

/// Looks exposure rows of one hazard up.
#[derive(Clone, Copy)]
pub struct Exposure<'a> {
    rows: &'a [ExposureRow],
    hazard: &'a str,
}

impl<'a> Exposure<'a> {
    /// The figures of a hazard.
    #[must_use]
    pub fn of(measurements: &'a Measurements, hazard: &'a str) -> Self {
        Self { rows: &measurements.exposure, hazard }
    }

    /// One row.
    #[must_use]
    pub fn row(
        self,
        territory: &str,
        level: Level,
        layer: &str,
        measure: &Measure,
    ) -> Option<&'a ExposureRow> {
        self.rows.iter().find(|row| {
            row.hazard == self.hazard
                && row.level == level
                && row.territory == territory
                && row.layer == layer
                && row.measure == *measure
        })
    }

    /// The layer and measure that the legend counts: people if any layer has them, else the
    /// first layer's features.
    #[must_use]
    pub fn main_measure(self) -> Option<(&'a str, Measure)> {
        let mut rows = self.rows.iter().filter(|r| r.hazard == self.hazard);
        rows.clone()
            .find(|row| row.measure == Measure::People && row.total != Some(0.0))
            .or_else(|| rows.find(|row| row.measure == Measure::Features))
            .map(|row| (row.layer.as_str(), row.measure.clone()))
    }

    /// Whether anything of a layer lies, or may lie, in a zone.
    fn is_touched(self, layer: &str, territory: &str) -> bool {
        self.rows.iter().any(|row| {
            let is_something = |quantity: Quantity| {
                quantity.value > 0.0 || quantity.range.is_some_and(|(_, high)| high > 0.0)
            };
            row.hazard == self.hazard
                && row.territory == territory
                && row.layer == layer
                && Level::ZONES.contains(&row.level)
                // What is hidden may be something.
                && row.quantity.is_none_or(is_something)
        })
    }

    /// Layers and measures with a total in the territory as a whole, in the order of the rows.
    fn measures(self) -> Vec<(&'a str, &'a Measure)> {
        let mut found: Vec<(&str, &Measure)> = Vec::new();
        for row in self.rows {
            let key = (row.layer.as_str(), &row.measure);
            if row.hazard == self.hazard
                && row.territory == TOTAL
                && row.total != Some(0.0)
                && !found.contains(&key)
            {
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
    figures: Exposure<'_>,
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
    figures: Exposure<'_>,
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

/// The unit of a deficit, as printed.
#[must_use]
pub fn deficit_unit(words: Words, kind: &DeficitKind, unit: &str) -> String {
    match kind {
        DeficitKind::AreaPerPerson { .. } => words.of("map.unit.area_per_person"),
        DeficitKind::Access { .. } => words.of("map.unit.access"),
        DeficitKind::PeoplePerUnit { .. } => words.of("map.unit.people_per_unit"),
        DeficitKind::Reported { .. } => unit.to_owned(),
    }
}

/// A value of a deficit with its unit, as printed; the words for unknown if there is none, and
/// that nobody can say where it goes from nothing to something.
#[must_use]
pub fn deficit_value(words: Words, kind: &DeficitKind, row: &DeficitRow) -> String {
    if row.is_hidden {
        return words.of("map.hidden");
    }
    let shown = |value: f64| match kind {
        DeficitKind::Access { .. } => words.percent(value),
        _ => words.figure(value),
    };
    if let Some((value, (low, high))) = row.value.zip(row.value_low.zip(row.value_high))
        && row.is_undecidable()
    {
        return open(words, (value, low, high), shown);
    }
    if matches!(kind, DeficitKind::Access { .. }) {
        let known = known(row, |share| words.percent(share));
        return known.unwrap_or_else(|| words.of("map.unknown"));
    }
    let unit = deficit_unit(words, kind, &row.unit);
    let known = known(row, |value| words.figure(value));
    known.map_or_else(
        || words.of("map.unknown"),
        |value| format!("{value}\u{a0}{unit}").trim_end().to_owned(),
    )
}

/// Whether a range goes from nothing to something.
#[must_use]
pub fn is_open(ends: Option<(f64, f64)>) -> bool {
    ends.is_some_and(|(low, high)| low <= 0.0 && high > 0.0)
}

/// A figure of which nobody can say whether it is nothing: what is drawn, unless that is
/// nothing, the word, and its range.
#[must_use]
pub fn open(
    words: Words,
    (value, low, high): (f64, f64, f64),
    show: impl Fn(f64) -> String,
) -> String {
    let range = interval(low, high, &show);
    let open = format!("{} ({range})", words.of("map.undecidable"));
    if value > 0.0 { format!("{}, {open}", show(value)) } else { open }
}

/// What is lacking, for people: that nobody can say whether anything is where its range goes
/// from nothing to something; `None` if it is unknown.
#[must_use]
pub fn shortfall_text(
    words: Words,
    row: &DeficitRow,
    show: impl Fn(f64) -> String,
) -> Option<String> {
    let shortfall = row.shortfall?;
    Some(match row.shortfall_ends() {
        Some((low, high)) if low <= 0.0 && high > 0.0 => {
            open(words, (shortfall, low, high), show)
        }
        _ => show(shortfall),
    })
}

/// What is known of a value: the value, an interval, or a bound; `None` if nothing is.
#[must_use]
pub fn known(row: &DeficitRow, show: impl Fn(f64) -> String) -> Option<String> {
    let mark = row.qualifier.as_str();
    let marked =
        |mark: &str, end: f64| format!("{mark}\u{202f}{}", show(end)).trim().to_owned();
    Some(match (row.value, row.value_low, row.value_high) {
        (Some(value), ..) if mark.is_empty() => show(value),
        (Some(value), ..) => marked(mark, value),
        (None, Some(low), Some(high)) => {
            let range = interval(low, high, &show);
            if mark == "~" { format!("~\u{202f}{range}") } else { range }
        }
        (None, None, Some(high)) => {
            marked(if mark == "<" { "<" } else { "\u{2264}" }, high)
        }
        (None, Some(low), None) => {
            marked(if mark == ">" { ">" } else { "\u{2265}" }, low)
        }
        (None, None, None) => return None,
    })
}

/// What is known of a gap: the gap, an interval, or a bound; `None` if nothing is.
///
/// A bound that is not strict in the value is not strict in the gap.
#[must_use]
pub fn known_gap(row: &DeficitRow, show: impl Fn(f64) -> String) -> Option<String> {
    let is_strict = matches!(row.qualifier.as_str(), "<" | ">");
    let marked = |mark: &str, end: f64| format!("{mark}\u{202f}{}", show(end));
    match (row.gap, row.gap_low, row.gap_high) {
        (Some(gap), ..) => Some(show(gap)),
        (None, Some(low), Some(high)) => Some(interval(low, high, &show)),
        (None, None, Some(high)) => {
            Some(marked(if is_strict { "<" } else { "\u{2264}" }, high))
        }
        // That a gap is at least nothing says nothing.
        (None, Some(low), None) if low > 0.0 => {
            Some(marked(if is_strict { ">" } else { "\u{2265}" }, low))
        }
        _ => None,
    }
}

/// What is known of a gap, for people: that nobody can say whether there is one where it goes
/// from nothing to something.
#[must_use]
pub fn gap_text(
    words: Words,
    row: &DeficitRow,
    show: impl Fn(f64) -> String,
) -> Option<String> {
    match (row.gap_low, row.gap_high) {
        (Some(low), Some(high)) if low <= 0.0 && high > 0.0 => {
            let range = interval(low, high, &show);
            Some(format!("{} ({range})", words.of("map.undecidable")))
        }
        _ => known_gap(row, show),
    }
}

/// An interval; where both ends are in tenths, hundredths would claim too much.
fn interval(low: f64, high: f64, show: impl Fn(f64) -> String) -> String {
    let in_tenths =
        |v: f64| v.abs() < 100.0 && ((v * 10.0).round() - v * 10.0).abs() < 1e-9;
    let is_coarse = in_tenths(low) && in_tenths(high);
    let end = |value: f64| {
        let text = show(value);
        let shorter =
            text.strip_suffix('0').filter(|_| is_coarse && value.fract() != 0.0);
        shorter.map_or_else(|| text.clone(), str::to_owned)
    };
    format!("{}\u{2013}{}", end(low), end(high))
}

/// The class of a gap, also where no standard or no single value is known.
#[must_use]
pub fn gap_class(row: &DeficitRow) -> GapClass {
    let is_known = row.value.or(row.value_low).or(row.value_high).is_some();
    if !row.doubts.is_empty() && is_open(row.gap_low.zip(row.gap_high)) {
        return GapClass::Undecided;
    }
    let class = row
        .standard
        .map_or(GapClass::Unknown, |standard| GapClass::of(row.gap, standard, row.meets));
    match class {
        GapClass::Unknown if is_known => GapClass::Undecided,
        class => class,
    }
}

/// Who sets a standard, with its edition and its force, as printed.
#[must_use]
pub fn standard_source(words: Words, source: &Localized, citation: &Citation) -> String {
    let mut text = source.get(words.locale).to_owned();
    for part in [&citation.edition, &citation.date] {
        if !part.is_empty() && !text.contains(part.as_str()) {
            text.push_str(", ");
            text.push_str(part);
        }
    }
    if !citation.legal_status.is_empty() {
        let force = words.of(&format!("standard.{}", citation.legal_status));
        text.push_str(" (");
        text.push_str(&force);
        text.push(')');
    }
    text
}

/// Values against the standard, one bar a territory with a known value, in the paint that it
/// wears on the map.
#[must_use]
pub fn deficit_chart(
    area: &StudyArea,
    rows: &[&DeficitRow],
    kind: &DeficitKind,
    words: Words,
    paint: impl Fn(&DeficitRow) -> Paint,
) -> Option<Chart> {
    let standard = rows.first()?.standard;
    let names = area.territories.iter().map(|t| (t.code.as_str(), t.name.clone()));
    let keys: Vec<(&str, String)> =
        names.chain([(TOTAL, words.of("map.total"))]).collect();
    let mut bars = Vec::new();
    for (code, label) in keys {
        let Some(row) = rows.iter().find(|row| row.territory == code) else { continue };
        let Some(value) = row.value else { continue };
        let range = row.value_low.zip(row.value_high).filter(|(low, high)| low < high);
        let show = |value: f64| match kind {
            DeficitKind::Access { .. } => words.percent(value),
            _ => words.figure(value),
        };
        let note = match range {
            // A 0 would be read as nothing.
            Some((low, high)) if row.is_undecidable() && value <= 0.0 => {
                interval(low, high, show)
            }
            _ => show(value),
        };
        let pieces = vec![(value, paint(row))];
        let ranges = range.into_iter().collect();
        bars.push(Bar { label, note, pieces, ranges });
    }
    if bars.is_empty() {
        return None;
    }
    if bars.len() > MAX_BARS {
        let total = bars.pop();
        bars.truncate(MAX_BARS);
        bars.extend(total);
    }
    let longest = bars
        .iter()
        .flat_map(|bar| {
            bar.pieces.iter().map(|(v, _)| *v).chain(bar.ranges.iter().map(|r| r.1))
        })
        .fold(standard.unwrap_or(0.0), f64::max);
    let is_share = matches!(kind, DeficitKind::Access { .. });
    let max = if is_share { longest.max(1.0) } else { longest * 1.04 };
    let unit = deficit_unit(words, kind, &rows[0].unit);
    let mark = standard.map(|standard| {
        let said =
            if is_share { words.percent(standard) } else { words.figure(standard) };
        (standard, words.with("map.chart.standard", "value", &said))
    });
    let key = if mark.is_some() { "map.chart.deficit" } else { "map.chart.value" };
    let heading = words.with(key, "unit", &unit);
    Some(Chart { heading, bars, max, is_share, mark })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Locale;
    use crate::indicators::sample::deficit;

    fn row(
        value: Option<f64>,
        low: Option<f64>,
        high: Option<f64>,
        mark: &str,
    ) -> DeficitRow {
        let qualifier = mark.to_owned();
        let ends =
            DeficitRow { value, value_low: low, value_high: high, ..deficit("d", "r") };
        DeficitRow { qualifier, ..ends }
    }

    /// What is known is shown: an interval as such, a bound with its mark.
    #[test]
    fn intervals_and_bounds_are_shown_as_such() {
        let words = Words { locale: Locale::Es };
        let cases = [
            (row(Some(16.27), None, None, ""), Some("16,27")),
            (row(Some(2.0), None, None, "~"), Some("~\u{202f}2")),
            (row(None, Some(5.6), Some(7.9), ""), Some("5,6\u{2013}7,9")),
            (row(None, Some(10.0), Some(20.25), ""), Some("10\u{2013}20,25")),
            (row(None, None, Some(0.5), "<"), Some("<\u{202f}0,50")),
            (row(None, Some(10.0), None, ">"), Some(">\u{202f}10")),
            (row(None, Some(10.0), None, ""), Some("\u{2265}\u{202f}10")),
            (row(None, None, None, ""), None),
        ];
        for (row, expected) in cases {
            assert_eq!(known(&row, |v| words.figure(v)).as_deref(), expected);
        }
    }

    #[test]
    fn a_gap_is_as_certain_as_its_value() {
        let gap = |low, high, mark: &str| {
            let row = DeficitRow {
                gap_low: low,
                gap_high: high,
                ..row(None, None, None, mark)
            };
            known_gap(&row, |v| v.to_string())
        };
        assert_eq!(gap(Some(8.5), None, "<").as_deref(), Some(">\u{202f}8.5"));
        assert_eq!(gap(Some(8.5), None, "").as_deref(), Some("\u{2265}\u{202f}8.5"));
        assert_eq!(gap(Some(1.1), Some(2.0), "").as_deref(), Some("1.1\u{2013}2"));
        assert_eq!(gap(Some(0.0), None, "<"), None);
        assert_eq!(gap(None, None, ""), None);
    }

    #[test]
    fn a_value_without_a_standard_is_known() {
        let known = DeficitRow { standard: None, ..row(Some(3.0), None, None, "") };
        assert_eq!(gap_class(&known), GapClass::Undecided);
        let unknown = DeficitRow { standard: None, ..row(None, None, None, "") };
        assert_eq!(gap_class(&unknown), GapClass::Unknown);
        let interval = row(None, Some(20.0), Some(30.0), "");
        assert_eq!(gap_class(&interval), GapClass::Undecided);
    }
}
