//! Vulnerability and risk, feature by feature, by CENEPRED's method.
//!
//! In: a study area and the section `[risk]`. Out: [`RiskRow`]s, their [`RiskSummaryRow`]s by
//! territory, and the balance of both. It does not replace an EVAR signed by an accredited
//! evaluator, and every table that it goes into says so.
//!
//! # Method
//!
//! CENEPRED (2014), *Manual para la evaluación de riesgos originados por fenómenos naturales*,
//! 2.ª versión: hazard `P = Σ w·d` over the level and further parameters, vulnerability
//! `V = Σ dimension Σ component Σ factor w·d`, risk `R = P·V`, with `d` the weight of the
//! descriptor that a value falls under. Nothing is rounded before a level is read off.
//!
//! A feature has the worst level that any part of it meets, and the territory that holds most
//! of it (rule of measure 5). Where there is no zone, or a value is not known, there is no
//! risk value, and the row says why.

use std::collections::BTreeMap;

use super::exposure::whole;
use super::features::{self, FeatureRow};
use super::fixed::Fixed;
use super::measurements::BalanceRow;
use super::planes::Planes;
use crate::config::risk::{
    AssessedHazard, Classes, Dimension, PairwiseMatrix, RiskFactor, RiskSettings, Term,
    classify,
};
use crate::config::suppression::RISK_PEOPLE;
use crate::domain::{Code, Finding, Findings, Level, Measure, OUTSIDE, TOTAL};
use crate::geometry::values::{number_of, text_of};
use crate::geometry::{ExposureLayer, StudyArea};
use crate::layers::{Column, Value};

/// Why a feature has no risk value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum WhyNot {
    /// It lies in no zone of the hazard.
    OutsideZones,
    /// Nobody studied the hazard there.
    NotStudied,
    /// It has no place.
    NoPlace,
    /// The value of a factor is not known.
    Unknown(String),
    /// The value of a factor is in none of its classes.
    Unlisted(String),
}

impl WhyNot {
    /// Its kind in the tables.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::OutsideZones => "outside_zones",
            Self::NotStudied => "not_studied",
            Self::NoPlace => "no_place",
            Self::Unknown(_) => "unknown_value",
            Self::Unlisted(_) => "unlisted_value",
        }
    }
}

/// What one feature comes to under one hazard. Unknown is `None`.
#[derive(Debug, Clone, PartialEq)]
pub struct RiskRow {
    /// Row of the feature in its layer.
    pub row: usize,
    /// Id of the feature.
    pub feature: String,
    /// Code of the territory that holds most of it, or `_X`.
    pub territory: String,
    /// Hazard layer id.
    pub hazard: String,
    /// The worst level of the hazard that any part of it meets.
    pub level: Level,
    /// Hazard value P and its level.
    pub hazard_value: Option<(f64, Level)>,
    /// Value of each dimension of vulnerability, in the order of [`Dimension::ALL`].
    pub dimensions: [Option<f64>; 3],
    /// Vulnerability value V and its level.
    pub vulnerability: Option<(f64, Level)>,
    /// Risk value P · V and its level.
    pub risk: Option<(f64, Level)>,
    /// People, if known.
    pub people: Option<f64>,
    /// Why there is no risk value; empty if there is.
    pub why: Vec<WhyNot>,
}

/// Features and people of a territory at one level of risk.
#[derive(Debug, Clone, PartialEq)]
pub struct RiskSummaryRow {
    /// Territory code, `_T` or `_X`.
    pub territory: String,
    /// Hazard layer id.
    pub hazard: String,
    /// Level of risk; `None` where there is no value.
    pub risk: Option<Level>,
    /// Why there is none: the first reason; empty if there is one.
    pub why: &'static str,
    /// Features, each in the territory that holds most of it.
    pub features: u64,
    /// Their people; `None` if the layer tells of none.
    pub people: Option<f64>,
    /// All features of the territory.
    pub total_features: u64,
    /// Their people.
    pub total_people: Option<f64>,
}

/// Everything about risk, each list sorted by its key.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RiskMeasurements {
    /// Feature by feature.
    pub rows: Vec<RiskRow>,
    /// By territory.
    pub summary: Vec<RiskSummaryRow>,
    /// The comparisons behind the weights, with their consistency.
    pub matrices: Vec<PairwiseMatrix>,
    /// What went in against what came out.
    pub balance: Vec<BalanceRow>,
}

/// Measures the section.
pub(super) fn measure(
    area: &StudyArea,
    settings: &RiskSettings,
    planes: &Planes,
    findings: &mut Findings,
) -> RiskMeasurements {
    let layer = area.exposures.iter().find(|e| e.layer.id == settings.layer);
    let layer = layer.expect("the settings name a layer with the role of exposure");
    let located = features::rows(planes, layer, area.hazards.len());
    let judgements = judge_all(layer, settings, findings);
    let vulnerable: Vec<Vulnerable> = (0..layer.layer.shapes.len())
        .map(|row| Vulnerable::of(settings, &judgements, row))
        .collect();
    let matrices = settings.matrices.clone();
    let mut found = RiskMeasurements { matrices, ..RiskMeasurements::default() };
    for assessed in &settings.hazards {
        let at = area.hazards.iter().position(|h| h.layer.id == assessed.hazard);
        let at = at.expect("the settings name layers with the role of hazard only");
        let one = |(row, place): (usize, &FeatureRow)| {
            let level = place.hazards[at].worst;
            let hazard = hazard_value(settings, assessed, &judgements, row, level);
            assemble(
                area,
                layer,
                settings,
                assessed,
                (row, place),
                hazard,
                &vulnerable[row],
            )
        };
        let rows: Vec<RiskRow> = located.iter().enumerate().map(one).collect();
        let summary = Summary::of(area, layer, &assessed.hazard, &rows);
        found.balance.extend(summary.balance(layer));
        found.summary.extend(summary.rows);
        found.rows.extend(rows);
    }
    found.rows.sort_by(|a, b| (&a.feature, &a.hazard).cmp(&(&b.feature, &b.hazard)));
    found.summary.sort_by_key(|row| {
        let level = row.risk.map_or("", Level::id);
        (row.territory.clone(), row.hazard.clone(), level, row.why)
    });
    found
}

/// The descriptor of a feature by one factor: its weight, or why there is none.
type Judged = Result<f64, WhyNot>;

/// Judges the layer by every factor, and says what no factor can judge.
fn judge_all(
    layer: &ExposureLayer,
    settings: &RiskSettings,
    findings: &mut Findings,
) -> Vec<Vec<Judged>> {
    let judge = |factor| judge(layer, factor);
    let judgements: Vec<Vec<Judged>> = settings.factors.iter().map(judge).collect();
    tell(layer, settings, &judgements, findings);
    judgements
}

/// Only what the section finds about its layer, which touches the other figures of that layer.
pub(super) fn examine(
    area: &StudyArea,
    settings: &RiskSettings,
    findings: &mut Findings,
) {
    if let Some(layer) = area.exposures.iter().find(|e| e.layer.id == settings.layer) {
        judge_all(layer, settings, findings);
    }
}

fn judge(layer: &ExposureLayer, factor: &RiskFactor) -> Vec<Judged> {
    let column = |field: &String| layer.attributes.get(field).map(Column::iter);
    let mut values = column(&factor.field);
    let mut per = factor.per.as_ref().and_then(column);
    let rows = 0..layer.layer.shapes.len();
    rows.map(|_| {
        let value = values.as_mut().and_then(Iterator::next);
        let under = per.as_mut().and_then(Iterator::next);
        judge_value(factor, value, under.as_ref())
    })
    .collect()
}

fn judge_one(layer: &ExposureLayer, factor: &RiskFactor, row: usize) -> Judged {
    let of = |field: &String| layer.attributes.get(field).map(|values| values.of(row));
    let under = factor.per.as_ref().and_then(of);
    judge_value(factor, of(&factor.field), under.as_ref())
}

/// The descriptor of a value, which may be one per something: `under`.
fn judge_value(
    factor: &RiskFactor,
    value: Option<Value>,
    under: Option<&Value>,
) -> Judged {
    let unknown = || WhyNot::Unknown(factor.id.clone());
    let unlisted = || WhyNot::Unlisted(factor.id.clone());
    let value = value.ok_or_else(unknown)?;
    let position = if let Classes::Words(classes) = &factor.classes {
        let text = text_of(&value).ok_or_else(unknown)?;
        classes.iter().position(|class| class.contains(&text)).ok_or_else(unlisted)?
    } else {
        text_of(&value).ok_or_else(unknown)?;
        let number = number_of(&value).ok_or_else(unlisted)?;
        let number = if factor.per.is_some() {
            let under = under.and_then(number_of).filter(|under| *under != 0.0);
            number / under.ok_or_else(unknown)?
        } else {
            number
        };
        step(&factor.classes, number)
    };
    Ok(factor.scale[position])
}

/// What a value is made of: the name of each part, and what it adds.
pub(super) type NamedTerms = Vec<(String, f64)>;

/// The parts of the hazard value and of the vulnerability of a row, those that are known.
///
/// `None` if the settings do not assess the hazard.
pub(super) fn terms(
    layer: &ExposureLayer,
    settings: &RiskSettings,
    row: &RiskRow,
) -> Option<(NamedTerms, NamedTerms)> {
    let assessed = settings.hazards.iter().find(|one| one.hazard == row.hazard)?;
    let of = |prefix: &str, terms: &[Term], weight: f64| -> NamedTerms {
        let known = terms.iter().filter_map(|term| {
            let factor = &settings.factors[term.factor];
            let descriptor = judge_one(layer, factor, row.row).ok()?;
            Some((format!("{prefix}{}", factor.id), weight * (term.weight * descriptor)))
        });
        known.collect()
    };
    let mut hazard = of("", &assessed.terms, 1.0);
    if Level::ZONES.contains(&row.level) {
        let descriptor = settings.scale[row.level.index()];
        let name = format!("level={}", row.level.id());
        hazard.push((name, descriptor * assessed.level_weight));
    }
    let dimensions = settings.dimensions.iter();
    let vulnerability = dimensions
        .flat_map(|own| {
            let prefix = format!("{}/", own.dimension.id());
            of(&prefix, &own.terms, own.weight)
        })
        .collect();
    Some((hazard, vulnerability))
}

/// The descriptor that a number falls under, by its position.
fn step(classes: &Classes, number: f64) -> usize {
    let reached = match classes {
        Classes::AtLeast(limits) => limits.iter().position(|limit| number >= *limit),
        Classes::AtMost(limits) => limits.iter().position(|limit| number <= *limit),
        Classes::Words(_) => None,
    };
    let (Classes::AtLeast(limits) | Classes::AtMost(limits)) = classes else { return 0 };
    reached.unwrap_or(limits.len())
}

/// Says of each factor how many features it cannot judge.
fn tell(
    layer: &ExposureLayer,
    settings: &RiskSettings,
    judged: &[Vec<Judged>],
    findings: &mut Findings,
) {
    for (factor, judged) in settings.factors.iter().zip(judged) {
        let unlisted = |one: &Judged| matches!(one, Err(WhyNot::Unlisted(_)));
        let unknown = |one: &Judged| matches!(one, Err(WhyNot::Unknown(_)));
        let count = judged.iter().filter(|one| unlisted(one)).count();
        if let Some(row) = judged.iter().position(unlisted) {
            let value = text_of(&layer.attributes[&factor.field].of(row));
            let finding = Finding::about(Code::ValueInNoClass, &layer.layer.id)
                .feature(layer.layer.ids.of(row))
                .with("factor", &factor.id)
                .with("value", value.unwrap_or_default())
                .with("count", count);
            findings.push(finding);
        }
        let count = judged.iter().filter(|one| unknown(one)).count();
        if let Some(row) = judged.iter().position(unknown) {
            let finding = Finding::about(Code::FactorUnknown, &layer.layer.id)
                .feature(layer.layer.ids.of(row))
                .with("factor", &factor.id)
                .with("count", count);
            findings.push(finding);
        }
    }
}

/// The vulnerability of one feature.
struct Vulnerable {
    dimensions: [Option<f64>; 3],
    value: Result<f64, Vec<WhyNot>>,
}

impl Vulnerable {
    fn of(settings: &RiskSettings, judged: &[Vec<Judged>], row: usize) -> Self {
        let mut dimensions = [None; 3];
        let mut value = Ok(0.0);
        for own in &settings.dimensions {
            let at = Dimension::ALL.iter().position(|d| *d == own.dimension);
            let at = at.expect("all three are listed");
            let sum = weighted(&own.terms, judged, row);
            dimensions[at] = sum.as_ref().ok().copied();
            value = add(value, sum.map(|sum| sum * own.weight));
        }
        Self { dimensions, value }
    }
}

/// Σ weight · descriptor; all reasons if any is not known.
fn weighted(
    terms: &[Term],
    judged: &[Vec<Judged>],
    row: usize,
) -> Result<f64, Vec<WhyNot>> {
    let mut sum = Ok(0.0);
    for term in terms {
        let one = judged[term.factor][row].clone();
        sum = add(sum, one.map(|weight| weight * term.weight).map_err(|why| vec![why]));
    }
    sum
}

fn add(
    sum: Result<f64, Vec<WhyNot>>,
    more: Result<f64, Vec<WhyNot>>,
) -> Result<f64, Vec<WhyNot>> {
    match (sum, more) {
        (Ok(a), Ok(b)) => Ok(a + b),
        (Err(mut all), Err(more)) => {
            all.extend(more);
            Err(all)
        }
        (Err(all), _) | (_, Err(all)) => Err(all),
    }
}

/// P and its level. A level of the hazard alone keeps its name: the sides of the matrix are the
/// upper ends of the levels, so the limits would lift it by one.
fn hazard_value(
    settings: &RiskSettings,
    assessed: &AssessedHazard,
    judged: &[Vec<Judged>],
    row: usize,
    level: Level,
) -> Result<(f64, Level), Vec<WhyNot>> {
    let descriptor = match level {
        Level::None => return Err(vec![WhyNot::OutsideZones]),
        Level::NotStudied => return Err(vec![WhyNot::NotStudied]),
        level => settings.scale[level.index()],
    };
    let others = weighted(&assessed.terms, judged, row)?;
    let value = others + descriptor * assessed.level_weight;
    let is_alone = assessed.terms.is_empty();
    let own = if is_alone { level } else { classify(value, &settings.limits.hazard) };
    Ok((value, own))
}

fn assemble(
    area: &StudyArea,
    layer: &ExposureLayer,
    settings: &RiskSettings,
    assessed: &AssessedHazard,
    (row, place): (usize, &FeatureRow),
    hazard: Result<(f64, Level), Vec<WhyNot>>,
    vulnerable: &Vulnerable,
) -> RiskRow {
    let at = area.hazards.iter().position(|h| h.layer.id == assessed.hazard);
    let level = at.map_or(Level::NotStudied, |at| place.hazards[at].worst);
    let limits = &settings.limits;
    let vulnerability = vulnerable.value.as_ref().ok().copied();
    let product = match (&hazard, vulnerability) {
        (Ok((hazard, _)), Some(vulnerability)) => Some(hazard * vulnerability),
        _ => None,
    };
    let mut why: Vec<WhyNot> =
        hazard.as_ref().err().into_iter().flatten().cloned().collect();
    why.extend(vulnerable.value.as_ref().err().into_iter().flatten().cloned());
    let mut told = Vec::new();
    why.retain(|one| {
        !told.contains(one) && {
            told.push(one.clone());
            true
        }
    });
    let code = |territory: usize| area.territories[territory].code.as_str().to_owned();
    RiskRow {
        row,
        feature: layer.layer.ids.of(row).into_owned(),
        territory: place.territory.map_or_else(|| OUTSIDE.to_owned(), code),
        hazard: assessed.hazard.clone(),
        level,
        hazard_value: hazard.ok(),
        dimensions: vulnerable.dimensions,
        vulnerability: vulnerability
            .map(|value| (value, classify(value, &limits.vulnerability))),
        risk: product.map(|value| (value, classify(value, &limits.risk))),
        people: layer.people.as_ref().and_then(|all| all.of(row)),
        why,
    }
}

/// Features and people.
#[derive(Debug, Clone, Copy, Default)]
struct Amount {
    features: u64,
    people: Fixed,
}

impl Amount {
    fn add(&mut self, people: Option<f64>) {
        self.features += 1;
        self.people += people.map_or(Fixed::ZERO, Fixed::of);
    }
}

/// The summary of one hazard.
struct Summary {
    hazard: String,
    rows: Vec<RiskSummaryRow>,
}

impl Summary {
    fn of(
        area: &StudyArea,
        layer: &ExposureLayer,
        hazard: &str,
        features: &[RiskRow],
    ) -> Self {
        let mut sums: BTreeMap<(String, Option<Level>, &'static str), Amount> =
            BTreeMap::new();
        let mut totals: BTreeMap<String, Amount> = BTreeMap::new();
        let mut add = |territory: &str, level, why, people| {
            let whole = (territory != OUTSIDE).then_some(TOTAL);
            for place in std::iter::once(territory).chain(whole) {
                let key = (place.to_owned(), level, why);
                sums.entry(key).or_default().add(people);
                totals.entry(place.to_owned()).or_default().add(people);
            }
        };
        for row in features {
            let level = row.risk.map(|(_, level)| level);
            let why = row.why.first().map_or("", WhyNot::kind);
            add(&row.territory, level, why, row.people);
        }
        for lost in &layer.lost {
            add(OUTSIDE, None, WhyNot::NoPlace.kind(), lost.people);
        }
        debug_assert!(totals.len() <= area.territories.len() + 2);
        let has_people = layer.people.is_some();
        let people = |amount: &Amount| has_people.then(|| amount.people.get());
        let rows = sums.into_iter().map(|((territory, risk, why), amount)| {
            let total = totals.get(&territory).copied().unwrap_or_default();
            RiskSummaryRow {
                hazard: hazard.to_owned(),
                risk,
                why,
                features: amount.features,
                people: people(&amount),
                total_features: total.features,
                total_people: people(&total),
                territory,
            }
        });
        Self { hazard: hazard.to_owned(), rows: rows.collect() }
    }

    /// What the parts add up to, against the layer itself.
    fn balance(&self, layer: &ExposureLayer) -> Vec<BalanceRow> {
        let parts = || self.rows.iter().filter(|row| row.territory != TOTAL);
        let row = |name: &str, measure: &Measure, whole: f64, parts: f64| {
            let sum = Measure::Sum(name.to_owned());
            let tolerance =
                if *measure == Measure::Features { 0.0 } else { whole * 1e-9 };
            let key = (self.hazard.as_str(), layer.layer.id.as_str(), sum);
            BalanceRow::new(key, (whole, parts), tolerance)
        };
        let features: u64 = parts().map(|row| row.features).sum();
        let all = (layer.layer.shapes.len() + layer.lost.len()) as f64;
        let mut rows =
            vec![row("risk.features", &Measure::Features, all, features as f64)];
        if layer.people.is_some() {
            let whole = whole(layer, &Measure::People).get();
            let people: Fixed = parts().filter_map(|row| row.people).map(Fixed::of).sum();
            rows.push(row(RISK_PEOPLE, &Measure::People, whole, people.get()));
        }
        rows
    }
}
