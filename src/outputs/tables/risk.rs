//! The tables of the section `[risk]`. Each row says that it is no EVAR.

use super::{Format, Names, Table, Writer, numbers};
use crate::analysis::{RiskMeasurements, RiskRow, RiskSummaryRow, WhyNot};
use crate::config::risk::PairwiseMatrix;
use crate::domain::Level;
use crate::geometry::StudyArea;

/// Columns of `risk.csv`.
pub const RISK: [&str; 16] = [
    "feature",
    "territory",
    "hazard",
    "level",
    "hazard_value",
    "hazard_class",
    "social",
    "economic",
    "environmental",
    "vulnerability_value",
    "vulnerability_class",
    "risk_value",
    "risk_class",
    "people",
    "why",
    "standing",
];
/// Columns of `risk_summary.csv`.
pub const RISK_SUMMARY: [&str; 10] = [
    "territory",
    "territory_name",
    "hazard",
    "risk_class",
    "why",
    "features",
    "people",
    "total_features",
    "total_people",
    "standing",
];
/// Columns of `risk_weights.csv`.
pub const RISK_WEIGHTS: [&str; 6] =
    ["matrix", "item", "weight", "consistency_ratio", "threshold", "standing"];

/// What each row says of itself, the same in every language: these figures orient, and an EVAR
/// signed by an accredited evaluator is another thing.
pub const STANDING: &str = "indicative_not_evar";

/// The tables of a run with the section.
pub(super) fn make_all(area: &StudyArea, measured: &RiskMeasurements) -> Vec<Table> {
    vec![
        Table { name: "risk.csv", bytes: risk(&measured.rows) },
        Table {
            name: "risk_summary.csv",
            bytes: summary(&Names::of(area), &measured.summary),
        },
        Table { name: "risk_weights.csv", bytes: weights(&measured.matrices) },
    ]
}

fn class(of: Option<(f64, Level)>) -> &'static str {
    of.map_or("", |(_, level)| level.id())
}

fn value(of: Option<(f64, Level)>) -> String {
    numbers::RATIO.write(of.map(|(value, _)| value))
}

/// The reason, and of which factor it is.
fn reason(why: &WhyNot) -> String {
    match why {
        WhyNot::Unknown(factor) | WhyNot::Unlisted(factor) => {
            format!("{}={factor}", why.kind())
        }
        other => other.kind().to_owned(),
    }
}

fn risk(rows: &[RiskRow]) -> Vec<u8> {
    let mut table = Writer::with_columns(RISK);
    for row in rows {
        let [social, economic, environmental] =
            row.dimensions.map(|value| numbers::RATIO.write(value));
        let why: Vec<String> = row.why.iter().map(reason).collect();
        table.row([
            &row.feature,
            &row.territory,
            &row.hazard,
            row.level.id(),
            &value(row.hazard_value),
            class(row.hazard_value),
            &social,
            &economic,
            &environmental,
            &value(row.vulnerability),
            class(row.vulnerability),
            &value(row.risk),
            class(row.risk),
            &numbers::PEOPLE.write(row.people),
            &why.join("; "),
            STANDING,
        ]);
    }
    table.finish()
}

fn summary(names: &Names<'_>, rows: &[RiskSummaryRow]) -> Vec<u8> {
    let mut table = Writer::with_columns(RISK_SUMMARY);
    for row in rows {
        table.row([
            &row.territory,
            names.get(&row.territory),
            &row.hazard,
            row.risk.map_or("", Level::id),
            row.why,
            &row.features.to_string(),
            &numbers::PEOPLE.write(row.people),
            &row.total_features.to_string(),
            &numbers::PEOPLE.write(row.total_people),
            STANDING,
        ]);
    }
    table.finish()
}

fn weights(matrices: &[PairwiseMatrix]) -> Vec<u8> {
    let mut table = Writer::with_columns(RISK_WEIGHTS);
    for matrix in matrices {
        let mut pairs: Vec<_> = matrix.items.iter().zip(&matrix.weights).collect();
        pairs.sort_by_key(|(item, _)| *item);
        for (item, weight) in pairs {
            table.row([
                &matrix.id,
                item,
                &numbers::RATIO.write(*weight),
                &numbers::RATIO.write(matrix.ratio),
                &Format::Shortest.write(matrix.threshold),
                STANDING,
            ]);
        }
    }
    table.finish()
}
