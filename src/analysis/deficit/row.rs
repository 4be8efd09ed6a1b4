//! The row of a deficit: made, and given its range, gap and findings.

use super::DeficitRow;
use super::lacking::whole;
use crate::config::{Better, DeficitSettings};
use crate::domain::{Code, Doubt, DoubtRange, Finding, Findings};
use crate::geometry::{Dimension, ServiceLayer};

/// A row with nothing known yet.
pub(super) fn blank(
    deficit: &DeficitSettings,
    kind: &'static str,
    territory: String,
) -> DeficitRow {
    DeficitRow {
        territory,
        deficit: deficit.id.clone(),
        kind,
        period: deficit.period.clone().unwrap_or_default(),
        people: None,
        value: None,
        value_low: None,
        value_high: None,
        doubts: Vec::new(),
        qualifier: String::new(),
        unit: String::new(),
        standard: deficit.standard,
        citation: deficit.citation.clone(),
        gap: None,
        gap_low: None,
        gap_high: None,
        shortfall: None,
        lacking: None,
        shortfall_unit: String::new(),
        meets: None,
        source: String::new(),
        denominator_source: String::new(),
        is_hidden: false,
    }
}

/// Sums of many parts are exact to about this share of them.
pub(in crate::analysis) const DUST: f64 = 1e-9;

/// Whether an amount reaches a standard, but for the dust of adding up its parts.
pub(super) fn reaches(amount: f64, standard: f64) -> bool {
    amount >= standard - DUST * standard.abs()
}

/// How much an amount falls short of a standard; nothing if by dust only.
pub(super) fn short_of(amount: f64, standard: f64) -> f64 {
    if reaches(amount, standard) { 0.0 } else { standard - amount }
}

/// The range of one doubt that gives these other figures, widened to hold the value.
pub(super) fn around(doubt: Doubt, value: f64, others: [f64; 2]) -> DoubtRange {
    let low = others.into_iter().fold(value, f64::min);
    DoubtRange { doubt, low, high: others.into_iter().fold(value, f64::max) }
}

/// Gives a computed row the range of its doubts, and what follows for its gap; whether the
/// standard is met is not known where the range holds both.
pub(super) fn give_range(row: &mut DeficitRow, better: Better, most: f64) {
    let Some(value) = row.value else { return };
    let Some((low, high)) = DoubtRange::combine(value, &row.doubts, most) else { return };
    (row.value_low, row.value_high) = (Some(low), Some(high));
    let Some(standard) = row.standard else { return };
    let (gap_low, gap_high) = match better {
        Better::Higher => (short_of(high, standard), short_of(low, standard)),
        Better::Lower => (short_of(standard, low), short_of(standard, high)),
    };
    (row.gap_low, row.gap_high) = (Some(gap_low), Some(gap_high));
    if gap_low <= 0.0 && gap_high > 0.0 {
        row.meets = None;
    }
}

/// People per unit, and the units that are lacking.
pub(super) fn fill_ratio(row: &mut DeficitRow, people: f64, units: f64) {
    if units > 0.0 {
        row.value = Some(people / units);
    }
    let Some(standard) = row.standard else { return };
    row.shortfall = Some(short_of(units, whole(people / standard)));
    if let Some(value) = row.value {
        row.gap = Some(short_of(standard, value));
        row.meets = Some(reaches(standard, value));
    } else if people > 0.0 {
        row.meets = Some(false);
    }
}

pub(super) fn not_reported(
    deficit: &DeficitSettings,
    territory: &str,
    indicator: &str,
) -> Finding {
    Finding::about(Code::NotReported, &deficit.id)
        .feature(territory)
        .with("indicator", indicator)
}

/// Points and lines of a service that should have an area.
pub(super) fn note_useless(
    service: &ServiceLayer,
    deficit: &str,
    findings: &mut Findings,
) {
    let useless =
        service.layer.shapes.iter().filter(|s| s.dimension() != Dimension::Area);
    let count = useless.count();
    if count > 0 {
        findings.push(
            Finding::about(Code::NoArea, &service.layer.id)
                .with("deficit", deficit)
                .with("count", count),
        );
    }
}

pub(super) fn note_no_people(rows: &[DeficitRow], findings: &mut Findings) {
    let empty = rows.iter().filter(|row| row.people == Some(0.0));
    findings.extend(empty.map(|row| {
        Finding::about(Code::NoPeople, &row.deficit).feature(row.territory.clone())
    }));
}
