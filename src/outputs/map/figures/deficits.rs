//! Figures of deficits for maps, looked up in the measurements: none is computed here.

use crate::analysis::DeficitRow;
use crate::config::{Citation, DeficitKind, Localized};
use crate::domain::TOTAL;
use crate::geometry::StudyArea;

use super::super::chart::{Bar, Chart};
use super::super::scene::Paint;
use super::super::style::GapClass;
use super::super::words::Words;
use super::MAX_BARS;

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
            _ => known(row, show).unwrap_or_else(|| show(value)),
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
