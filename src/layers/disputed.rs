//! The register of contradictions, held against the figures that were read.
//!
//! In: the register and the reported tables. Out: a finding an entry. Nothing is averaged and
//! nothing is chosen here: the register says which claim is used.

use super::error::{LayerError, LayerTrouble, TableTrouble};
use super::raw::ReportedTable;
use super::wanted::{nearest, place_of};
use crate::config::{Check, Contradiction, Formula, Operand, Settings};
use crate::domain::{Code, Finding, Findings};

/// What findings about the register name as their layer.
const OWNER: &str = "contradictions";

/// Holds every entry against the figures.
pub(super) fn check_all(
    settings: &Settings,
    tables: &[ReportedTable],
    findings: &mut Findings,
    errors: &mut Vec<LayerError>,
) {
    let Some(file) = &settings.contradictions else { return };
    for entry in &settings.disputed {
        match outcome(entry, tables) {
            Ok(outcome) => findings.push(finding(entry, &outcome)),
            Err(trouble) => errors.push(LayerError {
                owner: OWNER.to_owned(),
                path: file.declared_path.clone(),
                trouble: LayerTrouble::Table(trouble),
                place: place_of(settings, "project.contradictions"),
            }),
        }
    }
}

/// What a check came to.
#[derive(Debug, PartialEq)]
enum Outcome {
    /// There is nothing to compute, or a figure of it is not known.
    Unchecked,
    /// The numbers do contradict each other.
    Confirmed { computed: String, stated: f64 },
    /// They agree.
    Resolved { computed: String, stated: f64 },
}

fn outcome(
    entry: &Contradiction,
    tables: &[ReportedTable],
) -> Result<Outcome, TableTrouble> {
    let Some(check) = &entry.check else { return Ok(Outcome::Unchecked) };
    let value = |operand: &Operand| match operand {
        Operand::Number(number) => Ok(Some(*number)),
        Operand::Figure(name) => figure(name, entry, tables),
    };
    let operands: Vec<Option<f64>> =
        check.operands.iter().map(value).collect::<Result<_, _>>()?;
    let stated = value(&check.stated)?;
    let operands: Option<Vec<f64>> = operands.into_iter().collect();
    let (Some(operands), Some(stated)) = (operands, stated) else {
        return Ok(Outcome::Unchecked);
    };
    Ok(compare(check, &operands, stated))
}

fn compare(check: &Check, operands: &[f64], stated: f64) -> Outcome {
    // Sums of decimals are exact to about this share of them.
    let slack = check.tolerance + 1e-9 * stated.abs().max(1.0);
    let (first, others) = operands.split_first().unwrap_or((&0.0, &[]));
    let (agrees, computed) = match check.formula {
        Formula::Range => {
            let last = others.last().unwrap_or(first);
            let within = (first - slack..=last + slack).contains(&stated);
            (within, format!("{}–{}", shown(*first), shown(*last)))
        }
        formula => {
            let value = match formula {
                Formula::Difference => first - others.iter().sum::<f64>(),
                Formula::Product => operands.iter().product(),
                Formula::Ratio => first / others.last().unwrap_or(&1.0),
                _ => operands.iter().sum(),
            };
            ((value - stated).abs() <= slack, shown(value))
        }
    };
    if agrees {
        Outcome::Resolved { computed, stated }
    } else {
        Outcome::Confirmed { computed, stated }
    }
}

/// A number with at most four decimals, for a message.
fn shown(value: f64) -> String {
    ((value * 1e4).round() / 1e4).to_string()
}

/// A figure of a table; unknown where only a bound of it is.
fn figure(
    name: &str,
    entry: &Contradiction,
    tables: &[ReportedTable],
) -> Result<Option<f64>, TableTrouble> {
    let key = |row: &super::raw::ReportedRow| {
        [row.territory.as_str(), &row.indicator, &row.period].join("/")
    };
    let rows = || tables.iter().flat_map(|table| &table.rows);
    if let Some(row) = rows().find(|row| row.is_preferred && key(row) == name) {
        let is_bound = matches!(row.qualifier.as_str(), "<" | ">");
        return Ok(row.value.filter(|_| !is_bound));
    }
    let known: Vec<String> = rows().map(key).collect();
    let nearest = nearest(name, known.iter().map(String::as_str));
    Err(TableTrouble::UnknownFigure {
        entry: entry.id.clone(),
        line: entry.line,
        figure: name.to_owned(),
        nearest: nearest.unwrap_or_else(|| "—".to_owned()),
    })
}

fn finding(entry: &Contradiction, outcome: &Outcome) -> Finding {
    let [(claim_a, source_a), (claim_b, source_b)] = &entry.claims;
    let (code, numbers) = match outcome {
        Outcome::Unchecked => (Code::Contradiction, None),
        Outcome::Confirmed { computed, stated } => {
            (Code::ContradictionConfirmed, Some((computed, stated)))
        }
        Outcome::Resolved { computed, stated } => {
            (Code::ContradictionResolved, Some((computed, stated)))
        }
    };
    let cited = |claim: &str, source: &str| match (claim, source) {
        ("", "") => "—".to_owned(),
        (claim, "") => claim.to_owned(),
        (claim, source) => format!("{claim} [{source}]"),
    };
    let mut finding = Finding::about(code, OWNER)
        .feature(entry.id.clone())
        .with("subject", &entry.subject)
        .with("claim_a", cited(claim_a, source_a))
        .with("claim_b", cited(claim_b, source_b))
        .with("verdict", &entry.verdict)
        .with("preferred", format!("@finding.preferred.{}", entry.preferred.id()))
        .with("reason", &entry.reason);
    finding.severity = finding.severity.max(entry.severity);
    if let (Some((computed, stated)), Some(check)) = (numbers, &entry.check) {
        let formula = format!("@finding.formula.{}", check.formula.id());
        finding = finding
            .with("formula", formula)
            .with("computed", computed)
            .with("stated", shown(*stated));
    }
    finding
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(formula: Formula, tolerance: f64) -> Check {
        Check { formula, operands: Vec::new(), stated: Operand::Number(0.0), tolerance }
    }

    #[test]
    fn numbers_confirm_or_resolve_a_contradiction() {
        // (formula, operands, stated, tolerance, computed, whether they contradict)
        let cases = [
            (Formula::Sum, &[36.0, 10.0, 6.0, 8.0, 9.0][..], 77.0, 0.0, "69", true),
            (Formula::Sum, &[0.1, 0.2][..], 0.3, 0.0, "0.3", false),
            (Formula::Difference, &[487.0, 415.0][..], 52.0, 0.0, "72", true),
            (Formula::Product, &[16.0, 3.0][..], 40.0, 0.0, "48", true),
            (Formula::Ratio, &[40.0, 3.0][..], 13.0, 0.5, "13.3333", false),
            (Formula::Range, &[0.0, 100.0][..], 140.0, 0.0, "0–100", true),
            (Formula::Range, &[0.0, 100.0][..], 100.0, 0.0, "0–100", false),
        ];
        for (formula, operands, stated, tolerance, computed, is_confirmed) in cases {
            let computed = computed.to_owned();
            let expected = if is_confirmed {
                Outcome::Confirmed { computed, stated }
            } else {
                Outcome::Resolved { computed, stated }
            };
            assert_eq!(compare(&check(formula, tolerance), operands, stated), expected);
        }
    }
}
