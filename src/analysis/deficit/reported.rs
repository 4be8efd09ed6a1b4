//! Figures that somebody reported: which source is used, and how certain a value is.

use super::DeficitRow;
use crate::config::{Better, DeficitSettings};
use crate::domain::{Code, Finding, Findings};
use crate::layers::{ReportedRow, ReportedTable};

/// Takes a reported figure over, with its doubt.
pub(super) fn fill_reported(
    row: &mut DeficitRow,
    reported: &ReportedRow,
    better: Better,
) {
    row.period.clone_from(&reported.period);
    row.unit.clone_from(&reported.unit);
    row.source.clone_from(&reported.source);
    row.denominator_source.clone_from(&reported.denominator);
    row.qualifier.clone_from(&reported.qualifier);
    (row.value_low, row.value_high) = (reported.low, reported.high);
    match reported.qualifier.as_str() {
        "<" => row.value_high = reported.value.or(reported.high),
        ">" => row.value_low = reported.value.or(reported.low),
        _ => row.value = reported.value,
    }
    let Some(standard) = row.standard else { return };
    let gap = |value: f64| match better {
        Better::Higher => (standard - value).max(0.0),
        Better::Lower => (value - standard).max(0.0),
    };
    row.gap = row.value.map(gap);
    let (low, high) = (row.value_low.map(gap), row.value_high.map(gap));
    (row.gap_low, row.gap_high) = match better {
        Better::Higher => (high, low),
        Better::Lower => (low, high),
    };
    row.meets = certain(row, better, standard);
}

/// The other sources of a figure that is used, each told.
pub(super) fn note_disputed(
    deficit: &DeficitSettings,
    table: &ReportedTable,
    used: &ReportedRow,
    findings: &mut Findings,
) {
    for other in others(table, used) {
        findings.push(
            Finding::about(Code::DisputedFigure, &deficit.id)
                .feature(used.territory.clone())
                .with("period", &used.period)
                .with("used", as_reported(used))
                .with("source", &used.source)
                .with("reason", &used.reason)
                .with("other", as_reported(other))
                .with("other_source", &other.source),
        );
    }
}

/// Rows of other sources for the same territory, indicator and period.
pub(super) fn others<'t>(
    table: &'t ReportedTable,
    used: &'t ReportedRow,
) -> impl Iterator<Item = &'t ReportedRow> {
    table.rows.iter().filter(|row| {
        !row.is_preferred
            && row.indicator == used.indicator
            && row.territory == used.territory
            && row.period == used.period
    })
}

/// A figure as its table has it, for a message: `<0.5`, `5.6–7.9`, `16.27`.
fn as_reported(row: &ReportedRow) -> String {
    let mark = &row.qualifier;
    match (row.value, row.low, row.high) {
        (Some(value), ..) => format!("{mark}{value} {}", row.unit),
        (None, Some(low), Some(high)) => format!("{mark}{low}–{high} {}", row.unit),
        (None, low, high) => {
            let end = low.or(high).map_or_else(|| "—".to_owned(), |end| end.to_string());
            format!("{mark}{end} {}", row.unit)
        }
    }
}

/// Whether the standard is met, where the ends of the range agree on it.
fn certain(row: &DeficitRow, better: Better, standard: f64) -> Option<bool> {
    let strict_high = row.qualifier == "<";
    let strict_low = row.qualifier == ">";
    let low = row.value_low.or(row.value.filter(|_| row.value_high.is_none()));
    let high = row.value_high.or(row.value.filter(|_| row.value_low.is_none()));
    let reaches = |v: f64| v >= standard;
    match better {
        Better::Higher => match (low, high) {
            (Some(low), _) if reaches(low) => Some(true),
            (_, Some(high)) if high < standard || (strict_high && high <= standard) => {
                Some(false)
            }
            _ => None,
        },
        Better::Lower => match (low, high) {
            (_, Some(high)) if high <= standard => Some(true),
            (Some(low), _) if low > standard || (strict_low && low >= standard) => {
                Some(false)
            }
            _ => None,
        },
    }
}

/// The row of an indicator for a territory: of the period asked for, else the latest.
pub(in crate::analysis) fn pick<'a>(
    table: &'a ReportedTable,
    indicator: &str,
    territory: &str,
    period: Option<&str>,
) -> Option<&'a ReportedRow> {
    let rows = table.rows.iter().filter(|r| {
        r.is_preferred && r.indicator == indicator && r.territory == territory
    });
    match period {
        Some(period) => rows.into_iter().find(|row| row.period == period),
        None => rows.max_by(|a, b| a.period.cmp(&b.period)),
    }
}
