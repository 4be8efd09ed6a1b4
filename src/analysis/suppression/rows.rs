//! What is taken out of a row whose figures are hidden.

use crate::analysis::measurements::{DeficitRow, Measurements};
use crate::config::suppression::RISK_PEOPLE;
use crate::domain::Measure;

/// Takes out all that a row says of its deficit.
pub(in crate::analysis) fn hide_deficit(row: &mut DeficitRow) {
    row.is_hidden = true;
    row.value = None;
    row.value_low = None;
    row.value_high = None;
    row.doubts.clear();
    row.qualifier.clear();
    row.gap = None;
    row.gap_low = None;
    row.gap_high = None;
    row.shortfall = None;
    row.meets = None;
}

/// Risk is told feature by feature, and features have few people: none are told.
pub(super) fn hide_risk(found: &mut Measurements) {
    let Some(risk) = &mut found.risk else { return };
    for row in &mut risk.rows {
        row.people = None;
    }
    for row in &mut risk.summary {
        row.people = None;
        row.total_people = None;
    }
    let is_of_people =
        |measure: &Measure| matches!(measure, Measure::Sum(name) if name == RISK_PEOPLE);
    for row in found.balance.iter_mut().chain(&mut risk.balance) {
        if is_of_people(&row.measure) {
            row.hide();
        }
    }
}
