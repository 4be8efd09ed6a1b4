//! One figure explained: formula, rule, inputs, contributions, findings, accuracy.
//!
//! In: a figure's row, its breakdown, and what the run was made from. Out: an
//! [`Explanation`], which the command line says in a language and [`Explanation::json`]
//! gives to programs. It measures nothing.

mod doubts;
mod estimates;
mod formula;
mod json;
mod rows;
mod subject;

use super::figure::Row;
use super::numbers::{self, Format};
use crate::analysis;
use crate::analysis::explain::{Breakdown, End, Explainer, SumOf, Term};
use crate::domain::{Finding, Message};
use crate::indicators::Method;

pub use super::figure::Known;
pub use doubts::{DoubtState, DoubtTold};
use subject::Subject;

/// Most terms told one by one.
pub const MOST: usize = 20;

/// A figure explained.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// Its name.
    pub figure: String,
    /// As the table prints it; empty if unknown.
    pub value: String,
    /// Its unit.
    pub unit: String,
    /// The ends of its range as printed, where it has one.
    pub range: Option<(String, String)>,
    /// How it is computed; `None` for a row that the catalogue of methods does not have.
    pub method: Option<Method>,
    /// The formula with the numbers put in.
    pub computed: Message,
    /// The rules that apply: number in `docs/explain.md`, if it has one, and sentence.
    pub rules: Vec<(Option<u8>, Message)>,
    /// What went in.
    pub inputs: Vec<Input>,
    /// What it adds up.
    pub sums: Vec<Contributions>,
    /// Findings that touch it.
    pub findings: Vec<Finding>,
    /// How sure the position of its layers is, and what that does to it.
    pub accuracy: Vec<Message>,
    /// What makes it doubtful, each source by itself.
    pub doubts: Vec<DoubtTold>,
    /// Whether its range goes from nothing to something: nobody can say.
    pub is_undecidable: bool,
    /// Whether it tells of a level that its hazard has not.
    pub is_of_no_level: bool,
}

/// A layer or table that a figure rests on.
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// Layer id; empty for a table.
    pub layer: String,
    /// Path as the project declares it.
    pub path: String,
    /// SHA-256.
    pub sha256: String,
    /// Date of the data; empty if not stated.
    pub date: String,
    /// What it may be used for; empty for a table.
    pub status: &'static str,
}

/// A sum, its largest terms, and the rest summed.
#[derive(Debug, Clone, PartialEq)]
pub struct Contributions {
    /// What it adds up.
    pub of: SumOf,
    /// Layer or table that the terms are of.
    pub layer: String,
    /// The largest terms.
    pub top: Vec<Term>,
    /// How many more there are.
    pub rest_count: usize,
    /// What they come to.
    pub rest: f64,
    /// Taken off for overlaps.
    pub overlap: f64,
    /// What all come to.
    pub total: f64,
    /// How its amounts are printed.
    format: Format,
}

impl Contributions {
    /// An amount as the tables print such amounts.
    #[must_use]
    pub fn print(&self, amount: f64) -> String {
        self.format.write(amount)
    }

    /// The name of what it adds up.
    #[must_use]
    pub fn id(&self) -> &'static str {
        match self.of {
            SumOf::Parts => "parts",
            SumOf::Whole => "whole",
            SumOf::ZoneArea => "zone_area",
            SumOf::ZoneLength => "zone_length",
            SumOf::ZonePlaces => "zone_places",
            SumOf::Hazard => "hazard",
            SumOf::Vulnerability => "vulnerability",
            SumOf::Features => "features",
            SumOf::Weight => "weight",
            SumOf::Mended => "mended",
            SumOf::Exposed => "exposed",
            SumOf::Served => "served",
            SumOf::NotServed => "not_served",
            SumOf::People => "people",
            SumOf::Area => "area",
            SumOf::Units => "units",
            SumOf::Reported => "reported",
            SumOf::Nearest => "nearest",
            SumOf::Distance => "distance",
        }
    }
}

/// Explains a figure; `None` if it has no such end.
#[must_use]
pub fn explain(
    known: Known<'_>,
    explainer: &Explainer<'_>,
    row: Row<'_>,
    end: End,
) -> Option<Explanation> {
    let breakdown = breakdown(known, explainer, row, end)?;
    Some(told(known, row, end, breakdown))
}

/// What a figure is made of; `None` if it has no such end.
#[must_use]
pub fn breakdown(
    known: Known<'_>,
    explainer: &Explainer<'_>,
    row: Row<'_>,
    end: End,
) -> Option<Breakdown> {
    if row.hides(end) {
        return Some(Breakdown { figure: None, sums: Vec::new(), moved: None });
    }
    match row {
        Row::Exposure(row) => explainer.exposure(row, end),
        Row::Deficit(row) | Row::Disputed(row) => explainer.deficit(row, end),
        Row::Facility(row) => explainer.facility(row, end),
        Row::RiskSummary(row) => rows::of_summary(known, row, end),
        _ if end != End::Value => None,
        Row::InHazard(row) => explainer.in_hazard(row),
        Row::Balance(row) => {
            explainer.balance(row).or_else(|| rows::of_risk_balance(known, row))
        }
        Row::Hazard(hazard, level) => Some(explainer.zone(hazard, level)),
        Row::Finding(finding) => Some(rows::of_finding(finding)),
        Row::Risk(row) => explainer.risk(row),
        Row::RiskWeight(matrix, item) => Some(analysis::explain::weight(matrix, item)),
    }
}

/// The explanation of a figure from what it is made of.
#[must_use]
pub fn told(
    known: Known<'_>,
    row: Row<'_>,
    end: End,
    breakdown: Breakdown,
) -> Explanation {
    let subject = Subject { known, row };
    let format = subject.format(end);
    let range = subject.range(end).filter(|(a, b)| a.is_some() || b.is_some());
    let range = range.map(|(low, high)| (format.write(low), format.write(high)));
    let layers = subject.layers();
    let is_protected = subject.is_protected();
    let is_of_no_level = matches!(row, Row::Exposure(row) if !row.has_level);
    Explanation {
        figure: row.name_of(end),
        is_undecidable: !is_of_no_level
            && range.as_ref().is_some_and(|(low, high)| {
                numbers::is_zero(low) && !high.is_empty() && !numbers::is_zero(high)
            }),
        is_of_no_level,
        value: subject.word().unwrap_or_else(|| format.write(breakdown.figure)),
        unit: subject.unit(end),
        doubts: doubts::told(known.settings, row, end),
        method: subject.method(),
        computed: subject
            .kept_back(end)
            .unwrap_or_else(|| subject.computed(&breakdown, end, format)),
        rules: subject.rules(end),
        inputs: subject.inputs(&layers),
        findings: subject.findings(&layers, &breakdown),
        accuracy: subject.accuracy(&layers, range.as_ref()),
        range,
        sums: breakdown
            .sums
            .into_iter()
            .map(|sum| {
                let most = if is_protected && tells_people(sum.of) { 0 } else { MOST };
                shortened(sum, subject.format(End::Value), most)
            })
            .collect(),
    }
}

/// Whether the terms of a sum are people of single features, or those of other figures.
fn tells_people(of: SumOf) -> bool {
    matches!(
        of,
        SumOf::Exposed
            | SumOf::Parts
            | SumOf::Whole
            | SumOf::Served
            | SumOf::NotServed
            | SumOf::People
            | SumOf::Nearest
    )
}

fn shortened(
    mut sum: analysis::explain::Sum,
    of_figure: Format,
    most: usize,
) -> Contributions {
    let rest = sum.terms.split_off(sum.terms.len().min(most));
    let format = match sum.of {
        SumOf::Exposed | SumOf::Reported | SumOf::Parts | SumOf::Whole => of_figure,
        SumOf::Units => Format::UpTo(6),
        SumOf::Served | SumOf::NotServed | SumOf::People | SumOf::Nearest => {
            numbers::PEOPLE
        }
        SumOf::Area
        | SumOf::Distance
        | SumOf::ZoneArea
        | SumOf::ZoneLength
        | SumOf::Mended => numbers::METERS,
        SumOf::Features | SumOf::ZonePlaces => numbers::COUNT,
        SumOf::Hazard | SumOf::Vulnerability | SumOf::Weight => numbers::RATIO,
    };
    let top: f64 = sum.terms.iter().map(|term| term.amount).sum();
    Contributions {
        of: sum.of,
        layer: sum.layer,
        rest_count: rest.len(),
        rest: if rest.is_empty() { 0.0 } else { sum.total - sum.overlap - top },
        top: sum.terms,
        overlap: sum.overlap,
        total: sum.total,
        format,
    }
}
