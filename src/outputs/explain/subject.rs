//! A figure's row and its run: what is told of it besides its sums.

use std::collections::BTreeSet;

use super::super::figure::Row;
use super::super::numbers::{self, Format};
use super::{Input, Known, estimates, rows};
use crate::analysis;
use crate::analysis::explain::{Breakdown, End};
use crate::config::{DeficitKind, HazardLevels, Units};
use crate::domain::{Code, Doubt, Finding, Measure, Message};
use crate::geometry::InputRecord;
use crate::indicators::Method;

/// A figure and what is known about its run.
pub(super) struct Subject<'a> {
    pub(super) known: Known<'a>,
    pub(super) row: Row<'a>,
}

impl<'a> Subject<'a> {
    /// Whether the project's rule on small numbers protects what the figure counts: then nothing
    /// is told of it feature by feature.
    pub(super) fn is_protected(&self) -> bool {
        let Some(rule) = &self.known.settings.suppression else { return false };
        match self.row {
            Row::Exposure(row) => rule.protects(&row.measure),
            Row::Balance(row) => rule.protects(&row.measure),
            _ => true,
        }
    }

    /// Why the rule on small numbers gives no range; `None` if it is not the reason.
    fn range_kept_back(&self) -> Option<&'static str> {
        if self.row.hides(End::Value) {
            return Some("explain.accuracy.hidden");
        }
        let Row::Exposure(row) = self.row else { return None };
        let mut all = self.known.measurements.exposure.iter();
        let is_beside = all.any(|other| {
            other.quantity.is_none()
                && (&other.territory, &other.hazard) == (&row.territory, &row.hazard)
                && (&other.layer, &other.measure) == (&row.layer, &row.measure)
        });
        is_beside.then_some("explain.accuracy.kept_back")
    }

    /// What is said instead of the formula where that would tell what the rule hides.
    pub(super) fn kept_back(&self, end: End) -> Option<Message> {
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

    pub(super) fn method(&self) -> Option<Method> {
        match self.row {
            Row::Exposure(row) => Some(Method::of_measure(&row.measure)),
            Row::Deficit(row) | Row::Disputed(row) => Some(Method::of_deficit(row.kind)),
            Row::InHazard(_) => Some(Method::DeficitInHazard),
            Row::Facility(_) => Some(Method::FacilitiesInHazard),
            _ => None,
        }
    }

    /// How the table writes the number.
    pub(super) fn format(&self, end: End) -> Format {
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
    pub(super) fn word(&self) -> Option<String> {
        match self.row {
            Row::Hazard(hazard, level) => {
                Some(hazard.resolves(level).map_or_else(String::new, |is| is.to_string()))
            }
            Row::Finding(finding) => Some(finding.severity.id().to_owned()),
            _ => None,
        }
    }

    pub(super) fn range(&self, end: End) -> Option<(Option<f64>, Option<f64>)> {
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

    pub(super) fn unit(&self, end: End) -> String {
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

    pub(super) fn deficit(&self) -> Option<&'a crate::config::DeficitSettings> {
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
    pub(super) fn layers(&self) -> Vec<&'a str> {
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

    pub(super) fn inputs(&self, layers: &[&str]) -> Vec<Input> {
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

    pub(super) fn rules(&self, end: End) -> Vec<(Option<u8>, Message)> {
        let rule = |number: u8, key| (Some(number), Message::new(key));
        let mut rules = Vec::new();
        if self.row.hides(end) || self.range_kept_back().is_some() {
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
    pub(super) fn findings(
        &self,
        layers: &[&str],
        breakdown: &Breakdown,
    ) -> Vec<Finding> {
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

    pub(super) fn accuracy(
        &self,
        layers: &[&str],
        range: Option<&(String, String)>,
    ) -> Vec<Message> {
        let hazards = self.hazards();
        let mut told = Vec::new();
        for id in layers {
            let Some(prepared) = self.prepared(id) else { continue };
            let least = prepared.accuracy_m.iter().flatten().reduce(f64::min);
            let most = prepared.worst_accuracy_m();
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
            None => {
                let key = self.range_kept_back().unwrap_or("explain.accuracy.no_range");
                told.push(Message::new(key));
            }
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

/// Whether a finding holds a layer of the figure against one that is none of its: that the dates
/// of those two are apart does not touch it.
fn is_of_others(finding: &Finding, layers: &[&str]) -> bool {
    let mut others = finding.values.iter().filter(|(name, _)| *name == "other");
    finding.code == Code::DatesApart
        && others.any(|(_, other)| !layers.contains(&other.as_str()))
}
