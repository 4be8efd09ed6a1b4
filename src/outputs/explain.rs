//! One figure explained: formula, rule, inputs, contributions, findings, accuracy.
//!
//! In: a figure's row, its breakdown, and what the run was made from. Out: an
//! [`Explanation`], which the command line says in a language and [`Explanation::json`]
//! gives to programs. It measures nothing.

mod doubts;
mod estimates;

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::figure::Row;
use super::numbers::{self, Format};
use crate::analysis::explain::{Breakdown, End, Explainer, SumOf, Term};
use crate::analysis::{self, DeficitRow};
use crate::config::{Better, DeficitKind, HazardLevels, Settings, Units};
use crate::domain::{Doubt, Finding, Findings, Measure, Message};
use crate::geometry::{InputRecord, StudyArea};
use crate::i18n::{self, Locale};
use crate::indicators::Method;

pub use doubts::{DoubtState, DoubtTold};

/// Most terms told one by one.
pub const MOST: usize = 20;

/// What a run knows of itself.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// The project.
    pub settings: &'a Settings,
    /// What was measured on.
    pub area: &'a StudyArea,
    /// What was found in the data.
    pub findings: &'a Findings,
}

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
    /// How it is computed.
    pub method: Method,
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
    let breakdown = match row {
        Row::Exposure(row) => explainer.exposure(row, end)?,
        Row::Deficit(row) => explainer.deficit(row, end)?,
        Row::InHazard(_) if end != End::Value => return None,
        Row::InHazard(row) => explainer.in_hazard(row)?,
        Row::Facility(row) => explainer.facility(row, end)?,
    };
    let subject = Subject { known, row };
    let method = subject.method();
    let format = match end {
        End::Gap | End::GapLow | End::GapHigh => numbers::of_gap(method),
        End::Shortfall => numbers::of_shortfall(method),
        End::NextDistance => numbers::METERS,
        End::Value | End::Low | End::High => numbers::of_value(method),
    };
    let range = match row {
        Row::Exposure(row) => row.quantity.range.map(|(a, b)| (Some(a), Some(b))),
        Row::Deficit(row) if matches!(end, End::Gap | End::GapLow | End::GapHigh) => {
            Some((row.gap_low, row.gap_high))
        }
        Row::Deficit(_) if end == End::Shortfall => None,
        Row::Deficit(row) => Some((row.value_low, row.value_high)),
        Row::InHazard(_) | Row::Facility(_) => None,
    };
    let range = range.filter(|(a, b)| a.is_some() || b.is_some());
    let range = range.map(|(low, high)| (format.write(low), format.write(high)));
    let layers = subject.layers();
    let value = format.write(breakdown.figure);
    Some(Explanation {
        figure: row.name_of(end),
        is_undecidable: range.as_ref().is_some_and(|(low, high)| {
            numbers::is_zero(low) && !high.is_empty() && !numbers::is_zero(high)
        }),
        value,
        unit: subject.unit(end),
        doubts: doubts::told(known.settings, row),
        method,
        computed: subject.computed(&breakdown, end, format),
        rules: subject.rules(end),
        inputs: subject.inputs(&layers),
        findings: subject.findings(&layers, &breakdown),
        accuracy: subject.accuracy(&layers, range.as_ref()),
        range,
        sums: breakdown
            .sums
            .into_iter()
            .map(|sum| shortened(sum, numbers::of_value(method)))
            .collect(),
    })
}

fn shortened(mut sum: crate::analysis::explain::Sum, of_figure: Format) -> Contributions {
    let rest = sum.terms.split_off(sum.terms.len().min(MOST));
    let format = match sum.of {
        SumOf::Exposed | SumOf::Reported => of_figure,
        SumOf::Units => Format::UpTo(6),
        SumOf::Served | SumOf::NotServed | SumOf::People | SumOf::Nearest => {
            numbers::PEOPLE
        }
        SumOf::Area | SumOf::Distance => numbers::METERS,
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

/// A figure and what is known about its run.
struct Subject<'a> {
    known: Known<'a>,
    row: Row<'a>,
}

impl<'a> Subject<'a> {
    fn method(&self) -> Method {
        match self.row {
            Row::Exposure(row) => Method::of_measure(&row.measure),
            Row::Deficit(row) => Method::of_deficit(row.kind),
            Row::InHazard(_) => Method::DeficitInHazard,
            Row::Facility(_) => Method::FacilitiesInHazard,
        }
    }

    fn unit(&self, end: End) -> String {
        match self.row {
            Row::Exposure(row) => row.measure.unit().to_owned(),
            Row::Deficit(row) if end == End::Shortfall => row.shortfall_unit.clone(),
            Row::Deficit(row) => row.unit.clone(),
            Row::Facility(_) if end == End::NextDistance => {
                Measure::Length.unit().to_owned()
            }
            Row::InHazard(_) | Row::Facility(_) => Measure::People.unit().to_owned(),
        }
    }

    fn territory(&self) -> &'a str {
        match self.row {
            Row::Exposure(row) => &row.territory,
            Row::Deficit(row) => &row.territory,
            Row::InHazard(row) => &row.territory,
            Row::Facility(row) => &row.territory,
        }
    }

    fn hazard(&self) -> Option<&'a str> {
        match self.row {
            Row::Exposure(row) => Some(&row.hazard),
            Row::InHazard(row) => Some(&row.hazard),
            Row::Facility(row) => Some(&row.hazard),
            Row::Deficit(_) => None,
        }
    }

    fn deficit(&self) -> Option<&'a crate::config::DeficitSettings> {
        let id = match self.row {
            Row::Deficit(row) => &row.deficit,
            Row::InHazard(row) => &row.deficit,
            Row::Exposure(_) | Row::Facility(_) => return None,
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
        if let Row::Exposure(row) = self.row {
            ids.push(&row.layer);
        }
        if let Row::Facility(row) = self.row {
            ids.push(&row.service);
            let (area, service) = (self.known.area, &row.service);
            let people = analysis::people_layer(area, settings, service);
            ids.extend(people.map(|layer| layer.layer.id.as_str()));
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
                Row::Deficit(row) => row.period.clone(),
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

    /// The formula with the numbers put in.
    fn computed(&self, breakdown: &Breakdown, end: End, format: Format) -> Message {
        let figure = match breakdown.figure {
            Some(figure) => format.write(figure),
            None => "@explain.unknown".to_owned(),
        };
        let sum = |at: usize, format: Format| {
            breakdown.sums.get(at).map_or_else(String::new, |sum| format.write(sum.total))
        };
        let people = |at| sum(at, numbers::PEOPLE);
        let message = match (self.row, self.method()) {
            (Row::Exposure(row), _) if breakdown.moved.is_some() => {
                let (at_or_worse, worse) = breakdown.moved.unwrap_or_default();
                let key = match end {
                    End::Low => "explain.computed.low",
                    _ => "explain.computed.high",
                };
                Message::new(key)
                    .with("level", row.level.id())
                    .with("at_or_worse", format.write(at_or_worse))
                    .with("worse", format.write(worse))
                    .with("value", format.write(row.quantity.value))
            }
            (Row::Exposure(row), _) if end != End::Value => {
                doubts::combined(end, row.quantity.value, &row.doubts, format)
            }
            (Row::Deficit(row), _)
                if matches!(end, End::Low | End::High) && !row.doubts.is_empty() =>
            {
                let value = row.value.unwrap_or_default();
                doubts::combined(end, value, &row.doubts, format)
            }
            (Row::Deficit(row), method)
                if matches!(end, End::Gap | End::GapLow | End::GapHigh) =>
            {
                self.gap(row, method, end)
            }
            (Row::Deficit(row), method) if end == End::Shortfall => {
                let standard = Format::Shortest.write(row.standard);
                match method {
                    Method::Access => Message::new("explain.computed.not_served"),
                    Method::AreaPerPerson => {
                        Message::new("explain.computed.lacking_area")
                            .with("standard", standard)
                            .with("people", people(1))
                            .with("area", sum(0, numbers::METERS))
                    }
                    _ => Message::new("explain.computed.lacking_units")
                        .with("standard", standard)
                        .with("people", people(0))
                        .with("units", sum(1, Format::UpTo(6))),
                }
            }
            (Row::Facility(_), _) if end == End::NextDistance => {
                let next = breakdown.sums.first().and_then(|sum| sum.terms.first());
                let next = next.map_or_else(String::new, |term| term.feature.clone());
                Message::new("explain.computed.distance").with("next", next)
            }
            (_, Method::Access) => Message::new("explain.computed.access")
                .with("served", people(0))
                .with("not_served", people(1)),
            (_, Method::AreaPerPerson) => {
                Message::new("explain.computed.area_per_person")
                    .with("area", sum(0, numbers::METERS))
                    .with("people", people(1))
            }
            (_, Method::PeoplePerUnit) => {
                Message::new("explain.computed.people_per_unit")
                    .with("people", people(0))
                    .with("units", sum(1, Format::UpTo(6)))
            }
            (_, Method::Reported) => Message::new("explain.computed.reported"),
            _ => Message::new("explain.computed.sum")
                .with("count", breakdown.sums.first().map_or(0, |sum| sum.terms.len())),
        };
        message.with("figure", figure)
    }

    /// How far a value, or an end of it, is on the wrong side of the standard.
    fn gap(&self, row: &DeficitRow, method: Method, end: End) -> Message {
        let better = match self.deficit().map(|deficit| &deficit.kind) {
            Some(DeficitKind::Reported { better, .. }) => *better,
            Some(DeficitKind::PeoplePerUnit { .. }) => Better::Lower,
            _ => Better::Higher,
        };
        let (low, high) = (row.value_low, row.value_high);
        let (key, least, most) = match better {
            Better::Higher => ("explain.computed.gap_below", high, low),
            Better::Lower => ("explain.computed.gap_above", low, high),
        };
        let value = match end {
            End::GapLow => least,
            End::GapHigh => most,
            _ => row.value,
        };
        Message::new(key)
            .with("standard", Format::Shortest.write(row.standard))
            .with("value", numbers::of_value(method).write(value))
    }

    fn rules(&self, end: End) -> Vec<(Option<u8>, Message)> {
        let rule = |number: u8, key| (Some(number), Message::new(key));
        let mut rules = Vec::new();
        match (self.row, self.method()) {
            (Row::Exposure(_), Method::Features) => rules.push(rule(5, "explain.rule.5")),
            (Row::Exposure(_), _) => rules.push(rule(4, "explain.rule.4")),
            (_, Method::Access | Method::DeficitInHazard) => {
                rules.extend([rule(7, "explain.rule.7"), rule(4, "explain.rule.4")]);
            }
            (_, Method::FacilitiesInHazard) => {
                rules.extend([rule(5, "explain.rule.5"), rule(7, "explain.rule.7")]);
                rules.push((None, Message::new("explain.rule.nearest")));
            }
            (_, Method::AreaPerPerson) => {
                rules.push((None, Message::new("explain.rule.area_per_person")));
            }
            (_, Method::PeoplePerUnit) => {
                rules.push((None, Message::new("explain.rule.people_per_unit")));
            }
            _ => rules.push((None, Message::new("explain.rule.reported"))),
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
        let terms = breakdown.sums.iter();
        let contributing: BTreeSet<(&str, &str)> = terms
            .flat_map(|sum| {
                let layer = sum.layer.as_str();
                sum.terms.iter().map(move |term| (layer, term.feature.as_str()))
            })
            .collect();
        let touches = |finding: &&Finding| {
            let (layer, feature) = (finding.layer.as_str(), finding.feature.as_str());
            let is_ours = layers.contains(&layer) || layer == deficit;
            let is_everywhere = feature.is_empty() || hazards.contains(&layer);
            is_ours
                && !layer.is_empty()
                && (is_everywhere
                    || feature == self.territory()
                    || contributing.contains(&(layer, feature)))
        };
        self.known.findings.as_slice().iter().filter(touches).cloned().collect()
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
            Some((low, high)) if !hazards.is_empty() => told.push(
                Message::new("explain.accuracy.range")
                    .with("low", low)
                    .with("high", high),
            ),
            None => told.push(Message::new("explain.accuracy.no_range")),
            Some(_) => {}
        }
        told
    }

    /// Which doubt of the range the position of a layer is.
    fn use_of(&self, id: &str, is_hazard: bool) -> Option<Doubt> {
        let doubts = match self.row {
            Row::Exposure(row) => &row.doubts,
            Row::Deficit(row) => &row.doubts,
            Row::InHazard(_) | Row::Facility(_) => return None,
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

impl Explanation {
    /// The explanation for programs. Texts are English, since data never change with the
    /// language; amounts are in full, figures as the table prints them.
    #[must_use]
    pub fn json(&self) -> Value {
        let said = |message: &Message| i18n::render(Locale::En, message);
        let entry = self.method.entry();
        let rules: Vec<Value> = self
            .rules
            .iter()
            .map(|(number, text)| json!({ "number": number, "text": said(text) }))
            .collect();
        let inputs: Vec<Value> = self
            .inputs
            .iter()
            .map(|input| {
                json!({
                    "layer": input.layer, "path": input.path, "sha256": input.sha256,
                    "date": input.date, "status": input.status,
                })
            })
            .collect();
        let findings: Vec<Value> = self
            .findings
            .iter()
            .map(|finding| {
                json!({
                    "code": finding.code.id(), "severity": finding.severity.id(),
                    "layer": finding.layer, "feature": finding.feature,
                    "message": said(&finding.message()),
                })
            })
            .collect();
        let (low, high) = self.range.clone().unzip();
        json!({
            "figure": self.figure,
            "value": self.value,
            "unit": self.unit,
            "low": low,
            "high": high,
            "method": {
                "code": entry.code, "version": entry.version, "formula": entry.formula,
                "reference": entry.reference,
            },
            "computed": said(&self.computed),
            "rules": rules,
            "inputs": inputs,
            "contributions": self.sums.iter().map(Contributions::json).collect::<Vec<_>>(),
            "findings": findings,
            "accuracy": self.accuracy.iter().map(said).collect::<Vec<_>>(),
            "doubts": self.doubts.iter().map(DoubtTold::json).collect::<Vec<_>>(),
            "undecidable": self.is_undecidable,
        })
    }
}

impl Contributions {
    fn json(&self) -> Value {
        let term = |term: &Term| {
            json!({
                "feature": term.feature, "share": term.share, "amount": term.amount,
                "nearest": term.nearest.as_ref().map(|near| json!({
                    "facility": near.facility, "distance_m": near.distance_m,
                })),
            })
        };
        json!({
            "of": self.id(),
            "layer": self.layer,
            "top": self.top.iter().map(term).collect::<Vec<_>>(),
            "rest": { "count": self.rest_count, "amount": self.rest },
            "overlap": self.overlap,
            "total": self.total,
            "printed": self.print(self.total),
        })
    }
}
