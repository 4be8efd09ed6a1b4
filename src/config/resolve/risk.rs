//! The section `[risk]`: matrices weighed, factors and weights matched by name.

use std::collections::BTreeMap;

use crate::config::ahp;
use crate::config::error::{Trouble, nearest};
use crate::config::options::ProjectFile;
use crate::config::read::At;
use crate::config::risk::{
    AssessedHazard, Classes, DESCRIPTORS, Dimension, PairwiseMatrix, RiskFactor,
    RiskLimits, RiskSettings, Term, VulnerabilityDimension,
};
use crate::config::risk_options::{
    AssessedTable, DimensionTable, FactorTable, LimitsTable, MatrixTable, RiskTable,
    Scale, Values, VulnerabilityTable, Weighting,
};
use crate::config::settings::Settings;

use super::{Given, Resolver, Role, localized, needed, plain, title};

/// The name of the hazard's own level among factors.
const LEVEL: &str = "level";
/// Weights that were printed with three decimals may miss 1 by so much.
const SUM: f64 = 0.005;

/// Names and their weights.
type Weights = Vec<(String, f64)>;

impl Resolver<'_> {
    pub(super) fn risk(&mut self, options: &ProjectFile, settings: &mut Settings) {
        let Some(at) = &options.risk else { return };
        let table = &at.value;
        if let Some(layer) = &table.layer.0 {
            self.refer(layer, Role::Exposure);
        }
        let matrices = self.matrices(table);
        let scale = self.scale(table.scale.as_ref(), table, &matrices);
        let scale = scale.unwrap_or_else(|| DESCRIPTORS.to_vec());
        let factors = self.factors(table, &matrices, &scale);
        let hazards = self.assessed(table, &matrices, &factors);
        let dimensions = self.dimensions(table, &matrices, &factors);
        let limits = self.limits(table.limits.as_ref());
        let source = table.source.as_ref().map(|text| localized(&text.value));
        let layer = needed(&table.layer);
        ask_for_fields(&layer, &factors, settings);
        settings.risk = Some(RiskSettings {
            layer,
            source,
            scale,
            matrices,
            factors,
            hazards,
            dimensions,
            limits,
        });
    }

    fn matrices(&mut self, table: &RiskTable) -> Vec<PairwiseMatrix> {
        let Some(matrices) = &table.matrices else { return Vec::new() };
        self.check_ids(&matrices.value);
        let all = matrices.value.iter();
        all.filter_map(|(id, matrix)| self.matrix(id, matrix)).collect()
    }

    fn matrix(&mut self, id: &str, at: &At<MatrixTable>) -> Option<PairwiseMatrix> {
        let pairs = at.value.pairs.0.as_ref()?;
        let cells = || pairs.value.iter().flat_map(|row| &row.value);
        let bad = cells().find(|cell| !(0.11..=9.0).contains(&cell.value.0));
        if let Some(cell) = bad {
            let found = format!("{}", cell.value.0);
            self.fail(cell, Trouble::OutOfRange { found, rule: "@config.rule.saaty" });
            return None;
        }
        let rows: Vec<Vec<f64>> = pairs
            .value
            .iter()
            .map(|row| row.value.iter().map(|cell| cell.value.0).collect())
            .collect();
        let items = at.value.items.as_ref();
        let is_fit = (2..=ahp::MOST_ITEMS).contains(&rows.len())
            && items.is_none_or(|items| items.value.len() == rows.len());
        let Some(square) = ahp::square(&rows).filter(|_| is_fit) else {
            let found = rows.iter().map(|row| row.len().to_string()).collect::<Vec<_>>();
            let trouble = Trouble::OutOfRange {
                found: found.join(", "),
                rule: "@config.rule.matrix_shape",
            };
            self.fail(pairs, trouble);
            return None;
        };
        if let Some((i, j)) = ahp::first_contradiction(&square) {
            let (row, column) = (i + 1, j + 1);
            self.fail(pairs, Trouble::NotReciprocal { row, column });
            return None;
        }
        let weighed = ahp::weigh(&square);
        let (n, threshold) = (square.len(), ahp::threshold(square.len()));
        if weighed.ratio >= threshold {
            let ratio = weighed.ratio;
            self.fail(pairs, Trouble::Inconsistent { ratio, threshold, items: n });
            return None;
        }
        let items = items.map_or_else(
            || (1..=n).map(|at| at.to_string()).collect(),
            |items| items.value.iter().map(|item| item.value.clone()).collect(),
        );
        let ahp::Weighed { weights, shares, ratio } = weighed;
        Some(PairwiseMatrix {
            id: id.to_owned(),
            items,
            weights,
            shares,
            ratio,
            threshold,
        })
    }

    /// A matrix by its id. One that was found wrong has been told of.
    fn named<'m, T>(
        &mut self,
        at: &At<T>,
        id: &str,
        table: &RiskTable,
        matrices: &'m [PairwiseMatrix],
    ) -> Option<&'m PairwiseMatrix> {
        let found = matrices.iter().find(|matrix| matrix.id == id);
        let given = table.matrices.iter().flat_map(|all| all.value.keys());
        let known: Vec<String> = given.cloned().collect();
        if found.is_none() && !known.iter().any(|known| known == id) {
            self.unknown_name(at, id, known);
        }
        found
    }

    fn unknown_name<T>(&mut self, at: &At<T>, found: &str, known: Vec<String>) {
        let nearest = nearest(found, known.iter().map(String::as_str));
        let found = found.to_owned();
        self.fail(at, Trouble::UnknownWord { found, known, nearest });
    }

    /// Descriptor weights. Those of a matrix are rounded to three decimals, as the manuals
    /// print them and as the limits of the levels suppose; nothing is rounded after that.
    fn scale(
        &mut self,
        at: Option<&At<Scale>>,
        table: &RiskTable,
        matrices: &[PairwiseMatrix],
    ) -> Option<Vec<f64>> {
        let at = at?;
        let scale: Vec<f64> = match &at.value {
            Scale::Matrix(id) => {
                let matrix = self.named(at, id, table, matrices)?;
                matrix.weights.iter().map(|w| (w * 1000.0).round() / 1000.0).collect()
            }
            Scale::Given(weights) => weights.iter().map(|at| at.value).collect(),
        };
        let is_falling = scale.windows(2).all(|pair| pair[0] >= pair[1]);
        let is_share = scale.iter().all(|weight| *weight > 0.0 && *weight <= 1.0);
        if !(4..=ahp::MOST_ITEMS).contains(&scale.len()) || !is_falling || !is_share {
            let found = shown(&scale);
            self.fail(
                at,
                Trouble::OutOfRange { found, rule: "@config.rule.descriptor_scale" },
            );
            return None;
        }
        Some(scale)
    }

    fn factors(
        &mut self,
        table: &RiskTable,
        matrices: &[PairwiseMatrix],
        scale: &[f64],
    ) -> Vec<RiskFactor> {
        let Some(factors) = &table.factors else { return Vec::new() };
        self.check_ids(&factors.value);
        let mut all = Vec::new();
        for (id, at) in &factors.value {
            if id == LEVEL {
                let rule = "@config.rule.reserved";
                self.fail(at, Trouble::BadId { id: id.clone(), rule });
            }
            let own = self.scale(at.value.scale.as_ref(), table, matrices);
            let scale = own.unwrap_or_else(|| scale.to_vec());
            let Some(classes) = self.classes(at, scale.len()) else { continue };
            let factor = &at.value;
            let Some(field) = plain(factor.field.0.as_ref()) else { continue };
            all.push(RiskFactor {
                id: id.clone(),
                title: title(factor.title.as_ref(), id),
                field,
                per: plain(factor.per.as_ref()),
                classes,
                scale,
                source: factor.source.as_ref().map(|text| localized(&text.value)),
            });
        }
        all
    }

    fn classes(&mut self, at: &At<FactorTable>, descriptors: usize) -> Option<Classes> {
        let table = &at.value;
        let (words, least) = (table.classes.as_ref(), table.at_least.as_ref());
        let most = table.at_most.as_ref();
        let twice = self.conflict(("classes", words), ("at_least", least))
            | self.conflict(("classes", words), ("at_most", most))
            | self.conflict(("at_least", least), ("at_most", most));
        if twice {
            return None;
        }
        if let (Some(_), Some(per)) = (words, &table.per) {
            self.fail(per, Trouble::Conflict { first: "classes", second: "per" });
        }
        if let Some(words) = words {
            return self.words(words, descriptors);
        }
        let Some(limits) = least.or(most) else {
            if !self.is_reported_at(at, &["classes", "at_least", "at_most"]) {
                let names = "`classes`, `at_least`, `at_most`";
                self.fail(at, Trouble::OneNeeded { names });
            }
            return None;
        };
        let numbers: Vec<f64> = limits.value.iter().map(|at| at.value).collect();
        let in_order = |pair: &[f64]| {
            if least.is_some() { pair[0] > pair[1] } else { pair[0] < pair[1] }
        };
        if numbers.len() + 1 != descriptors || !numbers.windows(2).all(in_order) {
            let found = shown(&numbers);
            self.fail(limits, Trouble::OutOfRange { found, rule: "@config.rule.steps" });
            return None;
        }
        let make = if least.is_some() { Classes::AtLeast } else { Classes::AtMost };
        Some(make(numbers))
    }

    /// At most one class a descriptor, no word in two of them.
    fn words(&mut self, at: &At<Vec<At<Values>>>, descriptors: usize) -> Option<Classes> {
        let classes: Vec<Vec<String>> = at
            .value
            .iter()
            .map(|class| match &class.value {
                Values::One(word) => vec![word.trim().to_owned()],
                Values::Many(words) => {
                    words.iter().map(|word| word.value.trim().to_owned()).collect()
                }
            })
            .collect();
        let mut all: Vec<&String> = classes.iter().flatten().collect();
        let count = all.len();
        all.sort();
        all.dedup();
        let is_fit = (1..=descriptors).contains(&classes.len()) && all.len() == count;
        if !is_fit {
            let found = classes.len().to_string();
            self.fail(at, Trouble::OutOfRange { found, rule: "@config.rule.classes" });
        }
        is_fit.then_some(Classes::Words(classes))
    }

    /// Weights by name. All names of a matrix, or all that are given, must be known, and they
    /// must add up to 1.
    fn weights(
        &mut self,
        at: &At<Weighting>,
        known: &[String],
        table: &RiskTable,
        matrices: &[PairwiseMatrix],
    ) -> Option<Weights> {
        let weights: Weights = match &at.value {
            Weighting::Matrix(id) => {
                let matrix = self.named(at, id, table, matrices)?;
                let pairs = matrix.items.iter().zip(&matrix.weights);
                pairs.map(|(item, weight)| (item.clone(), *weight)).collect()
            }
            Weighting::Given(given) => {
                given.iter().map(|(name, at)| (name.clone(), at.value)).collect()
            }
        };
        let errors_before = self.errors.len();
        for (name, _) in weights.iter().filter(|(name, _)| !known.contains(name)) {
            self.unknown_name(at, name, known.to_vec());
        }
        let sum: f64 = weights.iter().map(|(_, weight)| weight).sum();
        if (sum - 1.0).abs() > SUM || weights.iter().any(|(_, weight)| *weight <= 0.0) {
            let found = format!("{sum:.3}");
            self.fail(at, Trouble::OutOfRange { found, rule: "@config.rule.weights" });
        }
        (self.errors.len() == errors_before).then_some(weights)
    }

    /// Weights of parts of which some are there: needed where there are several, and then of
    /// just those.
    fn weights_of_parts<T>(
        &mut self,
        whole: &At<T>,
        given: Given<'_, Weighting>,
        parts: &[String],
        table: &RiskTable,
        matrices: &[PairwiseMatrix],
    ) -> BTreeMap<String, f64> {
        let Some(at) = given else {
            if parts.len() > 1 {
                self.fail(whole, Trouble::MissingKey { name: "weights" });
            }
            return parts.iter().map(|part| (part.clone(), 1.0)).collect();
        };
        let weights = self.weights(at, parts, table, matrices);
        let weights: BTreeMap<String, f64> = weights.into_iter().flatten().collect();
        if let Some(part) = parts.iter().find(|part| !weights.contains_key(*part))
            && !weights.is_empty()
        {
            let rule = "@config.rule.weights_of_all";
            self.fail(at, Trouble::OutOfRange { found: part.clone(), rule });
        }
        weights
    }

    fn assessed(
        &mut self,
        table: &RiskTable,
        matrices: &[PairwiseMatrix],
        factors: &[RiskFactor],
    ) -> Vec<AssessedHazard> {
        let Some(hazards) = &table.hazards.0 else { return Vec::new() };
        if hazards.value.is_empty() {
            self.fail(hazards, Trouble::Empty { name: "hazards" });
        }
        let mut all = Vec::new();
        for (id, at) in &hazards.value {
            let named =
                At { value: id.clone(), key: at.key.clone(), place: at.place.clone() };
            self.refer(&named, Role::Hazard);
            all.extend(self.one_assessed(id, at, table, matrices, factors));
        }
        all
    }

    fn one_assessed(
        &mut self,
        id: &str,
        at: &At<AssessedTable>,
        table: &RiskTable,
        matrices: &[PairwiseMatrix],
        factors: &[RiskFactor],
    ) -> Option<AssessedHazard> {
        let mut known = vec![LEVEL.to_owned()];
        known.extend(factors.iter().map(|factor| factor.id.clone()));
        let weights = match &at.value.weights {
            Some(weights) => self.weights(weights, &known, table, matrices)?,
            None => vec![(LEVEL.to_owned(), 1.0)],
        };
        let level = weights.iter().find(|(name, _)| name == LEVEL);
        Some(AssessedHazard {
            hazard: id.to_owned(),
            level_weight: level.map_or(0.0, |(_, weight)| *weight),
            terms: terms(&weights, 1.0, factors),
        })
    }

    fn dimensions(
        &mut self,
        table: &RiskTable,
        matrices: &[PairwiseMatrix],
        factors: &[RiskFactor],
    ) -> Vec<VulnerabilityDimension> {
        let Some(at) = &table.vulnerability.0 else { return Vec::new() };
        let VulnerabilityTable { weights, social, economic, environmental } = &at.value;
        let given = Dimension::ALL.into_iter().zip([social, economic, environmental]);
        let given: Vec<(Dimension, &At<DimensionTable>)> =
            given.filter_map(|(which, table)| Some((which, table.as_ref()?))).collect();
        if given.is_empty() {
            let names = "`social`, `economic`, `environmental`";
            self.fail(at, Trouble::OneNeeded { names });
        }
        let parts: Vec<String> =
            given.iter().map(|(which, _)| which.id().to_owned()).collect();
        let weights =
            self.weights_of_parts(at, weights.as_ref(), &parts, table, matrices);
        let mut all = Vec::new();
        for (dimension, own) in given {
            let terms = self.components(own, table, matrices, factors);
            let weight = weights.get(dimension.id()).copied().unwrap_or_default();
            all.push(VulnerabilityDimension { dimension, weight, terms });
        }
        all
    }

    fn components(
        &mut self,
        at: &At<DimensionTable>,
        table: &RiskTable,
        matrices: &[PairwiseMatrix],
        factors: &[RiskFactor],
    ) -> Vec<Term> {
        let own = &at.value;
        let given = [
            ("exposure", own.exposure.as_ref()),
            ("fragility", own.fragility.as_ref()),
            ("resilience", own.resilience.as_ref()),
        ];
        let given: Vec<(&str, &At<Weighting>)> =
            given.into_iter().filter_map(|(name, at)| Some((name, at?))).collect();
        if given.is_empty() {
            let names = "`exposure`, `fragility`, `resilience`";
            self.fail(at, Trouble::OneNeeded { names });
        }
        let parts: Vec<String> =
            given.iter().map(|(name, _)| (*name).to_owned()).collect();
        let weights =
            self.weights_of_parts(at, own.weights.as_ref(), &parts, table, matrices);
        let known: Vec<String> = factors.iter().map(|factor| factor.id.clone()).collect();
        let mut all = Vec::new();
        for (name, given) in given {
            let Some(own) = self.weights(given, &known, table, matrices) else {
                continue;
            };
            let weight = weights.get(name).copied().unwrap_or_default();
            all.extend(terms(&own, weight, factors));
        }
        all
    }

    fn limits(&mut self, at: Given<'_, LimitsTable>) -> RiskLimits {
        let default = RiskLimits::default();
        let Some(at) = at else { return default };
        let table = &at.value;
        RiskLimits {
            hazard: self.three(table.hazard.as_ref()).unwrap_or(default.hazard),
            vulnerability: self
                .three(table.vulnerability.as_ref())
                .unwrap_or(default.vulnerability),
            risk: self.three(table.risk.as_ref()).unwrap_or(default.risk),
        }
    }

    fn three(&mut self, at: Given<'_, Vec<At<f64>>>) -> Option<[f64; 3]> {
        let at = at?;
        let numbers: Vec<f64> = at.value.iter().map(|at| at.value).collect();
        let is_falling = numbers.windows(2).all(|pair| pair[0] > pair[1]);
        let three = <[f64; 3]>::try_from(numbers.as_slice()).ok();
        let fit = three.filter(|three| is_falling && three[2] > 0.0);
        if fit.is_none() {
            let found = shown(&numbers);
            self.fail(at, Trouble::OutOfRange { found, rule: "@config.rule.limits" });
        }
        fit
    }
}

/// Has the fields of the factors read with the layer.
fn ask_for_fields(layer: &str, factors: &[RiskFactor], settings: &mut Settings) {
    let found = settings.layers.iter_mut().find(|found| found.id == layer);
    let Some(role) = found.and_then(|layer| layer.exposure.as_mut()) else { return };
    for factor in factors {
        let key = |name: &str| format!("risk.factors.{}.{name}", factor.id);
        role.attributes.insert(factor.field.clone(), key("field"));
        if let Some(per) = &factor.per {
            role.attributes.insert(per.clone(), key("per"));
        }
    }
}

/// The factors among weighted names, with what each weighs in the end.
fn terms(weights: &[(String, f64)], times: f64, factors: &[RiskFactor]) -> Vec<Term> {
    let term = |(name, weight): &(String, f64)| {
        let factor = factors.iter().position(|factor| factor.id == *name)?;
        Some(Term { factor, weight: weight * times })
    };
    weights.iter().filter_map(term).collect()
}

fn shown(numbers: &[f64]) -> String {
    numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
