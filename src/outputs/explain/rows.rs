//! Rows that are no figure of exposure or deficit: balance, hazards, findings, risk.
//!
//! In: a row and what is known about its run. Out: what it is made of, as far as that is a
//! look-up, and the sentences about it. It measures nothing.

#![expect(clippy::cast_precision_loss, reason = "numbers of features fit the mantissa")]

use super::super::figure::{Known, Row};
use super::super::numbers::{self, Format};
use crate::analysis::explain::{Breakdown, End, SumOf, listed};
use crate::analysis::{BalanceRow, RiskRow, RiskSummaryRow, WhyNot};
use crate::domain::{Finding, Level, Measure, Message, OUTSIDE, TOTAL};
use crate::geometry::{HazardLayer, LostFeature};

/// How the table writes the number of such a row.
pub(super) fn format(row: Row<'_>, end: End) -> Format {
    match row {
        Row::RiskSummary(_) if end == End::People => numbers::PEOPLE,
        Row::RiskSummary(_) => numbers::COUNT,
        Row::Risk(_) | Row::RiskWeight(..) => numbers::RATIO,
        // The balance is a check, which rounding would hide.
        _ => Format::Shortest,
    }
}

/// The features at a level of risk, each with 1 or its people.
pub(super) fn of_summary(
    known: Known<'_>,
    row: &RiskSummaryRow,
    end: End,
) -> Option<Breakdown> {
    let measured = known.measurements.risk.as_ref()?;
    let (of, figure) = match end {
        End::Value => (SumOf::Features, row.features as f64),
        End::People => (SumOf::People, row.people?),
        _ => return None,
    };
    let amount = |people: Option<f64>| match end {
        End::People => people,
        _ => Some(1.0),
    };
    let is_there = |one: &&RiskRow| {
        let is_place = match row.territory.as_str() {
            TOTAL => one.territory != OUTSIDE,
            code => one.territory == code,
        };
        let why = one.why.first().map_or("", WhyNot::kind);
        let level = one.risk.map(|(_, level)| level);
        is_place && one.hazard == row.hazard && level == row.risk && why == row.why
    };
    let placed = measured.rows.iter().filter(is_there);
    let placed =
        placed.filter_map(|one| Some((one.feature.clone(), amount(one.people)?)));
    let layer = &known.settings.risk.as_ref()?.layer;
    // Features without a place are no rows of their own.
    let is_nowhere = row.territory == OUTSIDE && row.why == WhyNot::NoPlace.kind();
    let lost = lost(known, layer).iter().filter(|_| is_nowhere);
    let lost = lost.filter_map(|one| Some((one.id.to_string(), amount(one.people)?)));
    let sum = listed(of, layer, placed.chain(lost).collect());
    Some(Breakdown { figure: Some(figure), sums: vec![sum], moved: None })
}

fn lost<'a>(known: Known<'a>, layer: &str) -> &'a [LostFeature] {
    let mut layers = known.area.exposures.iter();
    layers.find(|one| one.layer.id == layer).map_or(&[], |one| &one.lost)
}

/// The rows of the summary of risk against the features of the layer.
pub(super) fn of_risk_balance(known: Known<'_>, row: &BalanceRow) -> Option<Breakdown> {
    let measured = known.measurements.risk.as_ref()?;
    let is_people = match &row.measure {
        Measure::Sum(name) => name == "risk.people",
        _ => return None,
    };
    let amount = |features: u64, people: Option<f64>| {
        if is_people { people } else { Some(features as f64) }
    };
    let parts = measured.summary.iter();
    let parts = parts.filter(|one| one.hazard == row.hazard && one.territory != TOTAL);
    let parts = parts.filter_map(|one| {
        Some((Row::RiskSummary(one).name(), amount(one.features, one.people)?))
    });
    let whole = measured.rows.iter().filter(|one| one.hazard == row.hazard);
    let whole =
        whole.filter_map(|one| Some((one.feature.clone(), amount(1, one.people)?)));
    let lost = lost(known, &row.layer).iter();
    let lost = lost.filter_map(|one| Some((one.id.to_string(), amount(1, one.people)?)));
    let sums = vec![
        listed(SumOf::Parts, &row.layer, parts.collect()),
        listed(SumOf::Whole, &row.layer, whole.chain(lost).collect()),
    ];
    Some(Breakdown { figure: Some(row.difference()?), sums, moved: None })
}

/// What mending did to the area of a feature, where it did.
pub(super) fn of_finding(finding: &Finding) -> Breakdown {
    let changed = finding.area_m2.map(|(before, after)| {
        let feature = finding.feature.clone();
        listed(SumOf::Mended, &finding.layer, vec![(feature, after - before)])
    });
    Breakdown { figure: None, sums: changed.into_iter().collect(), moved: None }
}

/// The formula of such a row with the numbers put in.
pub(super) fn computed(
    known: Known<'_>,
    row: Row<'_>,
    breakdown: &Breakdown,
    format: Format,
) -> Message {
    let sum = |at: usize| {
        let sum = breakdown.sums.get(at);
        sum.map_or_else(String::new, |sum| format.write(sum.total))
    };
    match row {
        Row::Balance(row) => {
            let key = if row.closes() {
                "explain.computed.balance_closes"
            } else {
                "explain.computed.balance_open"
            };
            Message::new(key)
                .with("parts", format.write(row.parts))
                .with("whole", format.write(row.whole))
                .with("tolerance", format.write(row.tolerance))
        }
        Row::Hazard(hazard, level) => zone(hazard, level),
        Row::Finding(finding) => finding.message(),
        Row::Risk(row) => risk(row, &sum(0), &sum(1)),
        Row::RiskWeight(matrix, _) => Message::new("explain.computed.weight")
            .with("count", matrix.items.len())
            .with("ratio", numbers::RATIO.write(matrix.ratio))
            .with("threshold", Format::Shortest.write(matrix.threshold)),
        _ => {
            let count = breakdown.sums.first().map_or(0, |sum| sum.terms.len());
            let whole = known.settings.risk.as_ref().map_or("", |risk| &risk.layer);
            Message::new("explain.computed.listed")
                .with("count", count)
                .with("layer", whole)
        }
    }
}

/// How far a level reaches against how well it is known.
fn zone(hazard: &HazardLayer, level: Level) -> Message {
    let shown = |meters: Option<f64>| Format::Shortest.write(meters);
    let (reach, accuracy) = (hazard.reach_m(level), hazard.worst_accuracy_m());
    let key = match (reach, accuracy) {
        (None, None) => "explain.computed.zone",
        (None, Some(_)) => "explain.computed.zone_known",
        (Some(_), None) => "explain.computed.band",
        (Some(_), Some(_)) => "explain.computed.band_known",
    };
    Message::new(key).with("within", shown(reach)).with("accuracy", shown(accuracy))
}

/// Hazard times vulnerability, or why there is no product.
fn risk(row: &RiskRow, hazard: &str, vulnerability: &str) -> Message {
    let Some((_, level)) = row.risk else {
        let why = row.why.first().map_or("no_place", WhyNot::kind);
        return Message::new("explain.computed.no_risk")
            .with("why", format!("@explain.why.{why}"));
    };
    Message::new("explain.computed.risk")
        .with("hazard", hazard)
        .with("vulnerability", vulnerability)
        .with("level", level.id())
}

/// The rules of such a row.
pub(super) fn rules(row: Row<'_>) -> Vec<(Option<u8>, Message)> {
    let plain = |key| (None, Message::new(key));
    match row {
        Row::Balance(_) => vec![plain("explain.rule.balance")],
        Row::Hazard(..) => vec![plain("explain.rule.zone")],
        Row::Finding(finding) => {
            let rule =
                Message::new("explain.rule.finding").with("code", finding.code.id());
            vec![(None, rule)]
        }
        Row::RiskWeight(..) => vec![plain("explain.rule.weight")],
        Row::Risk(_) | Row::RiskSummary(_) => {
            vec![plain("explain.rule.risk"), (Some(5), Message::new("explain.rule.5"))]
        }
        _ => Vec::new(),
    }
}
