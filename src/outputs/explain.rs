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

use std::collections::BTreeSet;

use super::figure::Row;
use super::numbers::{self, Format};
use crate::analysis;
use crate::analysis::explain::{Breakdown, End, Explainer, SumOf, Term};
use crate::config::{DeficitKind, HazardLevels, Units};
use crate::domain::{Code, Doubt, Finding, Measure, Message};
use crate::geometry::InputRecord;
use crate::indicators::Method;

pub use super::figure::Known;
pub use doubts::{DoubtState, DoubtTold};

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

/// Whether a finding holds a layer of the figure against one that is none of its: that the dates
/// of those two are apart does not touch it.
fn is_of_others(finding: &Finding, layers: &[&str]) -> bool {
    let mut others = finding.values.iter().filter(|(name, _)| *name == "other");
    finding.code == Code::DatesApart
        && others.any(|(_, other)| !layers.contains(&other.as_str()))
}

/// A figure and what is known about its run.
struct Subject<'a> {
    known: Known<'a>,
    row: Row<'a>,
}

impl<'a> Subject<'a> {
    /// Whether the project's rule on small numbers protects what the figure counts: then nothing
    /// is told of it feature by feature.
    fn is_protected(&self) -> bool {
        let Some(rule) = &self.known.settings.suppression else { return false };
        match self.row {
            Row::Exposure(row) => rule.protects(&row.measure),
            Row::Balance(row) => rule.protects(&row.measure),
            _ => true,
        }
    }

    /// What is said instead of the formula where that would tell what the rule hides.
    fn kept_back(&self, end: End) -> Option<Message> {
        let rule = self.known.settings.suppression.as_ref()?;
        let is_end = matches!((self.row, end), (Row::Exposure(_), End::Low | End::High));
        let key = if self.row.hides(end) {
            "explain.computed.hidden"
        } else if is_end && self.is_protected() {
            "explain.computed.end_kept_back"
        } else {
            return None;
        };
        let message = Message::new(key).with("min_count", rule.min_count);
        Some(message.with("min_denominator", rule.min_denominator))
    }

    fn method(&self) -> Option<Method> {
        match self.row {
            Row::Exposure(row) => Some(Method::of_measure(&row.measure)),
            Row::Deficit(row) | Row::Disputed(row) => Some(Method::of_deficit(row.kind)),
            Row::InHazard(_) => Some(Method::DeficitInHazard),
            Row::Facility(_) => Some(Method::FacilitiesInHazard),
            _ => None,
        }
    }

    /// How the table writes the number.
    fn format(&self, end: End) -> Format {
        match (self.method(), end) {
            (Some(method), End::Gap | End::GapLow | End::GapHigh) => {
                numbers::of_gap(method)
            }
            (Some(method), end) if end.is_of_shortfall() => numbers::of_shortfall(method),
            (Some(_), End::NextDistance) => numbers::METERS,
            (Some(method), _) => numbers::of_value(method),
            (None, _) => rows::format(self.row, end),
        }
    }

    /// The row's own word, where it gives no number.
    fn word(&self) -> Option<String> {
        match self.row {
            Row::Hazard(hazard, level) => {
                Some(hazard.resolves(level).map_or_else(String::new, |is| is.to_string()))
            }
            Row::Finding(finding) => Some(finding.severity.id().to_owned()),
            _ => None,
        }
    }

    fn range(&self, end: End) -> Option<(Option<f64>, Option<f64>)> {
        match self.row {
            Row::Exposure(row) => row.range().map(|(a, b)| (Some(a), Some(b))),
            Row::Deficit(row) | Row::Disputed(row) => match end {
                End::Gap | End::GapLow | End::GapHigh => {
                    Some((row.gap_low, row.gap_high))
                }
                end if end.is_of_shortfall() => {
                    row.shortfall_ends().map(|(low, high)| (Some(low), Some(high)))
                }
                _ => Some((row.value_low, row.value_high)),
            },
            _ => None,
        }
    }

    fn unit(&self, end: End) -> String {
        match self.row {
            Row::Exposure(row) => row.measure.unit().to_owned(),
            Row::Deficit(row) if end.is_of_shortfall() => row.shortfall_unit.clone(),
            Row::Deficit(row) | Row::Disputed(row) => row.unit.clone(),
            Row::Facility(_) if end == End::NextDistance => {
                Measure::Length.unit().to_owned()
            }
            Row::InHazard(_) | Row::Facility(_) => Measure::People.unit().to_owned(),
            Row::Balance(row) => row.measure.unit().to_owned(),
            Row::RiskSummary(_) if end == End::People => {
                Measure::People.unit().to_owned()
            }
            Row::RiskSummary(_) => Measure::Features.unit().to_owned(),
            Row::Hazard(..) | Row::Finding(_) | Row::Risk(_) | Row::RiskWeight(..) => {
                String::new()
            }
        }
    }

    fn territory(&self) -> &'a str {
        match self.row {
            Row::Exposure(row) => &row.territory,
            Row::Deficit(row) | Row::Disputed(row) => &row.territory,
            Row::InHazard(row) => &row.territory,
            Row::Facility(row) => &row.territory,
            Row::Risk(row) => &row.territory,
            Row::RiskSummary(row) => &row.territory,
            Row::Balance(_) | Row::Hazard(..) | Row::Finding(_) | Row::RiskWeight(..) => {
                ""
            }
        }
    }

    fn hazard(&self) -> Option<&'a str> {
        match self.row {
            Row::Exposure(row) => Some(&row.hazard),
            Row::InHazard(row) => Some(&row.hazard),
            Row::Facility(row) => Some(&row.hazard),
            Row::Balance(row) => Some(&row.hazard),
            Row::Hazard(hazard, _) => Some(&hazard.layer.id),
            Row::Risk(row) => Some(&row.hazard),
            Row::RiskSummary(row) => Some(&row.hazard),
            Row::Deficit(_)
            | Row::Disputed(_)
            | Row::Finding(_)
            | Row::RiskWeight(..) => None,
        }
    }

    fn deficit(&self) -> Option<&'a crate::config::DeficitSettings> {
        let id = match self.row {
            Row::Deficit(row) | Row::Disputed(row) => &row.deficit,
            Row::InHazard(row) => &row.deficit,
            Row::Finding(finding) => &finding.layer,
            _ => return None,
        };
        self.known.settings.deficits.iter().find(|deficit| deficit.id == *id)
    }

    /// Ids of the hazards behind the figure.
    fn hazards(&self) -> Vec<&'a str> {
        let all = self.known.area.hazards.iter();
        let is_meant = |hazard: &&crate::geometry::HazardLayer| match self.hazard() {
            Some("any") => hazard.in_any,
            Some(id) => hazard.layer.id == id,
            None => false,
        };
        all.filter(is_meant).map(|hazard| hazard.layer.id.as_str()).collect()
    }

    /// Ids of all layers behind the figure, each once.
    fn layers(&self) -> Vec<&'a str> {
        let settings = self.known.settings;
        let mut ids: Vec<&str> = Vec::new();
        match self.row {
            Row::Exposure(row) => ids.push(&row.layer),
            Row::Balance(row) => ids.push(&row.layer),
            Row::Facility(row) => {
                ids.push(&row.service);
                let (area, service) = (self.known.area, &row.service);
                let people = analysis::people_layer(area, settings, service);
                ids.extend(people.map(|layer| layer.layer.id.as_str()));
            }
            Row::Risk(_) | Row::RiskSummary(_) => {
                ids.extend(settings.risk.as_ref().map(|risk| risk.layer.as_str()));
            }
            Row::Finding(finding) if self.deficit().is_none() => {
                let is_it = settings.layer(&finding.layer).is_some();
                return is_it.then_some(finding.layer.as_str()).into_iter().collect();
            }
            Row::RiskWeight(..) => return Vec::new(),
            _ => {}
        }
        match self.deficit().map(|deficit| &deficit.kind) {
            Some(DeficitKind::Access { service, people, .. }) => {
                ids.extend([people.as_str(), service]);
            }
            Some(DeficitKind::AreaPerPerson { service, people }) => {
                ids.push(service);
                ids.extend(people.as_deref());
            }
            Some(DeficitKind::PeoplePerUnit { units, people }) => {
                ids.extend(people.as_deref());
                if let Units::Service(service) = units {
                    ids.push(service);
                }
            }
            Some(DeficitKind::Reported { .. }) => return Vec::new(),
            None => {}
        }
        for hazard in self.hazards() {
            ids.push(hazard);
            let role = settings.layer(hazard).and_then(|layer| layer.hazard.as_ref());
            ids.extend(role.and_then(|role| role.study_area.as_deref()));
        }
        ids.push(&settings.territories);
        let mut seen = BTreeSet::new();
        ids.retain(|id| seen.insert(*id));
        ids
    }

    fn inputs(&self, layers: &[&str]) -> Vec<Input> {
        let records = &self.known.area.inputs;
        let of_layer = |id: &&str| {
            let record = records.iter().find(|record| record.layer == **id)?;
            let settings = self.known.settings.layer(id)?;
            let date = settings.source.date.clone().unwrap_or_default();
            Some(Self::input(record, date, settings.status.id()))
        };
        let mut inputs: Vec<Input> = layers.iter().filter_map(of_layer).collect();
        if let Some(path) = self.deficit().and_then(|deficit| deficit.table()) {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let is_it = |record: &&InputRecord| {
                record.layer.is_empty() && record.path.ends_with(&*name)
            };
            let date = match self.row {
                Row::Deficit(row) | Row::Disputed(row) => row.period.clone(),
                _ => String::new(),
            };
            let record = records.iter().find(is_it);
            inputs.extend(record.map(|record| Self::input(record, date, "")));
        }
        inputs
    }

    fn input(record: &InputRecord, date: String, status: &'static str) -> Input {
        Input {
            layer: record.layer.clone(),
            path: record.path.clone(),
            sha256: record.digest.as_str().to_owned(),
            date,
            status,
        }
    }

    fn rules(&self, end: End) -> Vec<(Option<u8>, Message)> {
        let rule = |number: u8, key| (Some(number), Message::new(key));
        let mut rules = Vec::new();
        if self.row.hides(end) {
            rules.push((None, Message::new("explain.rule.suppression")));
        }
        match (self.row, self.method()) {
            (Row::Exposure(_), Some(Method::Features)) => {
                rules.push(rule(5, "explain.rule.5"));
            }
            (Row::Exposure(_), _) => rules.push(rule(4, "explain.rule.4")),
            (_, Some(Method::Access | Method::DeficitInHazard)) => {
                rules.extend([rule(7, "explain.rule.7"), rule(4, "explain.rule.4")]);
            }
            (_, Some(Method::FacilitiesInHazard)) => {
                rules.extend([rule(5, "explain.rule.5"), rule(7, "explain.rule.7")]);
                rules.push((None, Message::new("explain.rule.nearest")));
            }
            (_, Some(Method::AreaPerPerson)) => {
                rules.push((None, Message::new("explain.rule.area_per_person")));
            }
            (_, Some(Method::PeoplePerUnit)) => {
                rules.push((None, Message::new("explain.rule.people_per_unit")));
            }
            (_, Some(_)) => rules.push((None, Message::new("explain.rule.reported"))),
            (row, None) => rules.extend(rows::rules(row)),
        }
        let hazards = self.hazards();
        if !hazards.is_empty() {
            rules.push(rule(3, "explain.rule.3"));
        }
        if self.hazard() == Some("any") {
            rules.push((None, Message::new("explain.rule.any")));
        }
        let hazard_role = |id: &&str| self.known.settings.layer(id)?.hazard.as_ref();
        let drawn: Vec<_> = hazards.iter().filter_map(hazard_role).collect();
        if drawn.iter().any(|one| matches!(one.levels, HazardLevels::Bands(_))) {
            rules.push(rule(6, "explain.rule.6"));
        }
        if drawn.iter().any(|one| one.study_area.is_some()) {
            rules.push(rule(9, "explain.rule.9"));
        }
        if matches!(end, End::Low | End::High) && !hazards.is_empty() {
            rules.push(rule(8, "explain.rule.8"));
        }
        let of_deficit = self.deficit().and_then(|one| one.kind.people_layer());
        let told = estimates::told(self.known, self.row, of_deficit, &hazards);
        rules.extend(told.into_iter().map(|told| (None, told)));
        rules.push(rule(11, "explain.rule.11"));
        rules
    }

    /// Findings about the deficit, about layers as a whole, about hazards and territories,
    /// and about features that contribute.
    fn findings(&self, layers: &[&str], breakdown: &Breakdown) -> Vec<Finding> {
        let hazards = self.hazards();
        let deficit = self.deficit().map_or("", |deficit| &deficit.id);
        let is_itself = |finding: &Finding| match self.row {
            Row::Finding(own) => std::ptr::eq(own, finding),
            _ => false,
        };
        let all = self.known.findings.as_slice().iter().filter(|finding| {
            let layer = finding.layer.as_str();
            let is_ours = layers.contains(&layer) || layer == deficit;
            let is_meant = !is_of_others(finding, layers);
            is_ours && is_meant && !layer.is_empty() && !is_itself(finding)
        });
        let all: Vec<&Finding> = all.collect();
        let features = all.iter().map(|finding| finding.feature.as_str());
        let features: BTreeSet<&str> = features.filter(|one| !one.is_empty()).collect();
        let contributing: BTreeSet<(&str, &str)> = breakdown
            .sums
            .iter()
            .flat_map(|sum| {
                let ids = sum.terms.iter().map(|term| term.feature.as_str());
                ids.map(|id| (sum.layer.as_str(), id))
            })
            .filter(|(_, id)| features.contains(id))
            .collect();
        let touches = |finding: &&Finding| {
            let (layer, feature) = (finding.layer.as_str(), finding.feature.as_str());
            feature.is_empty()
                || hazards.contains(&layer)
                || feature == self.territory()
                || contributing.contains(&(layer, feature))
        };
        all.into_iter().filter(touches).cloned().collect()
    }

    fn accuracy(
        &self,
        layers: &[&str],
        range: Option<&(String, String)>,
    ) -> Vec<Message> {
        let hazards = self.hazards();
        let mut told = Vec::new();
        for id in layers {
            let Some(prepared) = self.prepared(id) else { continue };
            let all = prepared.accuracy_m.as_deref().unwrap_or_default();
            let least = all.iter().copied().reduce(f64::min);
            let most = all.iter().copied().reduce(f64::max);
            let is_hazard = hazards.contains(id);
            let (Some(least), Some(most)) = (least, most) else {
                if is_hazard && self.known.settings.doubts.has(Doubt::HazardEdge) {
                    told.push(Message::new("explain.accuracy.none").with("layer", id));
                }
                continue;
            };
            let shown = |value| Format::Shortest.write(value);
            let m = if (most - least).abs() < f64::EPSILON {
                shown(least)
            } else {
                format!("{}\u{2013}{}", shown(least), shown(most))
            };
            let key = match self.use_of(id, is_hazard) {
                Some(Doubt::HazardEdge) => "explain.accuracy.hazard",
                Some(_) => "explain.accuracy.counted",
                None => "explain.accuracy.other",
            };
            told.push(Message::new(key).with("layer", id).with("m", m));
        }
        match range {
            Some((low, high)) if self.method() != Some(Method::Reported) => told.push(
                Message::new("explain.accuracy.range")
                    .with("low", low)
                    .with("high", high),
            ),
            None => told.push(Message::new("explain.accuracy.no_range")),
            Some((low, high)) => told.push(
                Message::new("explain.accuracy.stated")
                    .with("low", low)
                    .with("high", high),
            ),
        }
        told
    }

    /// Which doubt of the range the position of a layer is.
    fn use_of(&self, id: &str, is_hazard: bool) -> Option<Doubt> {
        let doubts = match self.row {
            Row::Exposure(row) => &row.doubts,
            Row::Deficit(row) => &row.doubts,
            _ => return None,
        };
        let layer = self.known.settings.layer(id)?;
        let doubt = if is_hazard {
            Doubt::HazardEdge
        } else if layer.exposure.is_some() && layer.service.is_none() {
            Doubt::ExposedPosition
        } else {
            Doubt::ServicePosition
        };
        doubts.iter().any(|one| one.doubt == doubt).then_some(doubt)
    }

    fn prepared(&self, id: &str) -> Option<&'a crate::geometry::Prepared> {
        let area = self.known.area;
        let layers = area.hazards.iter().map(|hazard| &hazard.layer);
        let layers = layers.chain(area.exposures.iter().map(|layer| &layer.layer));
        let mut layers = layers
            .chain(area.services.iter().map(|layer| &layer.layer))
            .chain([&area.territory_layer]);
        layers.find(|layer| layer.id == id)
    }
}
