//! What a chart of a series says below itself: why lines break, what is hidden or missing,
//! which run is which.

use std::collections::{BTreeMap, BTreeSet};

use super::{Line, Reason, Series, names};
use crate::domain::Message;
use crate::i18n::{self, Locale};

/// Where an observation stands on the axis of time: its period and run.
pub(super) type Column = (String, usize);

/// Most territories that a note names.
const NAMED: usize = 6;

/// Why a line has no point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Gap {
    /// The rule on small numbers keeps it back.
    Hidden,
    /// Only one end is known.
    Bound,
    /// Nobody says.
    Missing,
}

impl Gap {
    /// Why an observation of these cells has neither a value nor both ends.
    pub(super) fn of(status: &str, low: &str, high: &str) -> Self {
        match (status, low, high) {
            ("Q", ..) => Self::Hidden,
            (_, "", "") => Self::Missing,
            _ => Self::Bound,
        }
    }

    fn key(self) -> &'static str {
        match self {
            Self::Hidden => "series.chart.hidden",
            Self::Bound => "series.chart.bound",
            Self::Missing => "series.chart.missing",
        }
    }
}

/// Every reason why a line breaks, by where, each once.
pub(super) fn breaks(lines: &[&Line]) -> Vec<(Column, BTreeSet<Reason>)> {
    let mut found: BTreeMap<Column, BTreeSet<Reason>> = BTreeMap::new();
    for (one, _) in lines.iter().flat_map(|line| line.points()) {
        if !one.breaks.is_empty() {
            let reasons = one.breaks.iter().map(|b| b.reason);
            found.entry(one.column()).or_default().extend(reasons);
        }
    }
    found.into_iter().collect()
}

/// A period and its run, as people read it.
pub(super) fn column((period, run): &Column, locale: Locale) -> String {
    format!("{period} {}", names::run(*run, locale))
}

/// The sentences about breaks, by number.
pub(super) fn breaks_told(
    breaks: &[(Column, BTreeSet<Reason>)],
    locale: Locale,
) -> Vec<String> {
    let told = breaks.iter().enumerate().map(|(number, (at, reasons))| {
        let name = |one: &Reason| {
            i18n::text(locale, &format!("series.reason.{}", one.id())).to_owned()
        };
        let reasons: Vec<String> = reasons.iter().map(name).collect();
        format!(
            "{} · {}: {} {}",
            number + 1,
            column(at, locale),
            i18n::text(locale, "series.chart.breaks"),
            reasons.join(", ")
        )
    });
    told.collect()
}

/// The sentences about what has no point: territories that lack the same stand in one.
pub(super) fn gaps_told(series: &Series, lines: &[&Line], locale: Locale) -> Vec<String> {
    let mut alike: BTreeMap<(Gap, Vec<Column>, bool), Vec<String>> = BTreeMap::new();
    for line in lines {
        let mut by_kind: BTreeMap<Gap, Vec<Column>> = BTreeMap::new();
        let own = || line.observations.iter().filter(|one| one.segment.is_some());
        for one in own() {
            if let Some(gap) = one.gap() {
                by_kind.entry(gap).or_default().push(one.column());
            }
        }
        let count = own().count();
        for (gap, columns) in by_kind {
            let is_all = columns.len() == count && count > 1;
            let name = names::territory(series, &line.ref_area, locale);
            alike.entry((gap, columns, is_all)).or_default().push(name);
        }
    }
    let told = alike.into_iter().map(|((gap, columns, is_all), areas)| {
        let when = if is_all {
            i18n::text(locale, "series.chart.every_run").to_owned()
        } else {
            let columns = columns.iter().map(|at| column(at, locale));
            columns.collect::<Vec<_>>().join(", ")
        };
        let message = Message::new(gap.key()).with("areas", listed(areas, locale));
        i18n::render(locale, &message.with("when", when))
    });
    told.collect()
}

/// Names in a row; of many the first ones, and how many more there are.
fn listed(mut names: Vec<String>, locale: Locale) -> String {
    let more = names.len().saturating_sub(NAMED);
    names.truncate(NAMED);
    if more > 0 {
        let message = Message::new("series.chart.more").with("count", more);
        names.push(i18n::render(locale, &message));
    }
    names.join(", ")
}

/// Which run is which, where one period has several.
pub(super) fn runs_told(
    series: &Series,
    columns: &[Column],
    locale: Locale,
) -> Vec<String> {
    if !has_several(columns) {
        return Vec::new();
    }
    let runs: BTreeSet<usize> = columns.iter().map(|(_, run)| *run).collect();
    let known = runs.into_iter().filter(|run| *run <= series.members.len());
    known.map(|run| names::run_told(series, run, locale)).collect()
}

/// Whether a period has more than one run.
pub(super) fn has_several(columns: &[Column]) -> bool {
    columns.windows(2).any(|pair| pair[0].0 == pair[1].0)
}

#[cfg(test)]
mod tests {
    use super::super::Observation;
    use super::*;

    fn line(area: &str, figures: &[(&str, &str, &str)]) -> Line {
        let observations =
            figures.iter().enumerate().map(|(at, (value, high, status))| {
                let cells = [
                    ("time_period", "2017"),
                    ("obs_value", *value),
                    ("value_high", *high),
                    ("obs_status", *status),
                ];
                let cells = cells.map(|(key, cell)| (key.to_owned(), cell.to_owned()));
                let breaks = Vec::new();
                Observation { run: at + 1, cells: cells.into(), segment: Some(1), breaks }
            });
        Line {
            indicator: "deficit.water".to_owned(),
            ref_area: area.to_owned(),
            observations: observations.collect(),
        }
    }

    #[test]
    fn hidden_missing_and_bounded_figures_are_told_apart() {
        let lines = [
            line("A", &[("1", "", "A"), ("", "", "Q")]),
            line("B", &[("", "", "L"), ("", "", "L")]),
            line("C", &[("", "", "M"), ("", "", "M")]),
            line("D", &[("", "0.5", "U"), ("2", "", "A")]),
        ];
        let lines: Vec<&Line> = lines.iter().collect();
        let series = Series { members: Vec::new(), lines: Vec::new() };
        assert_eq!(
            gaps_told(&series, &lines, Locale::En),
            [
                "Kept back by the rule on small numbers: A (2017 R2).",
                "Only one end is known, see the table: D (2017 R1).",
                "No figure: B, C (every run).",
            ]
        );
    }

    #[test]
    fn many_territories_are_counted() {
        let names = (0..8).map(|at| at.to_string()).collect();
        assert_eq!(listed(names, Locale::En), "0, 1, 2, 3, 4, 5, 2 more");
    }
}
