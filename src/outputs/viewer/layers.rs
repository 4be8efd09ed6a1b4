//! The layers of a run as the page reads them: shapes, names, sources, contributions.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::pack::Sections;
use super::shapes::Lattice;
use super::{ViewerJob, marks};
use crate::analysis::{LayerContributions, PlaceClass};
use crate::config::Localized;
use crate::domain::{Level, Measure, Source};
use crate::geometry::{ExposureLayer, HazardLayer, Prepared};
use crate::i18n::Locale;
use crate::outputs::map::figures::measure_name;
use crate::outputs::map::words::Words;
use crate::outputs::numbers;

/// Stands for a feature that counts nowhere.
const NO_CLASS: u32 = u32::MAX;

/// What shapes and numbers are written with.
pub(super) struct Writer<'a> {
    pub(super) job: &'a ViewerJob<'a>,
    pub(super) lattice: Lattice,
    pub(super) sections: Sections,
}

pub(super) fn localized(text: &Localized) -> Value {
    json!({"es": text.es, "en": text.en})
}

impl Writer<'_> {
    /// What every layer says about itself.
    fn about(&self, layer: &Prepared) -> Map<String, Value> {
        let notes = self.job.settings.layer(&layer.id).and_then(|l| l.notes.as_ref());
        let known = layer.accuracy_m.iter().flatten();
        let ends = known.fold(None, |ends: Option<(f64, f64)>, a| {
            Some(ends.map_or((a, a), |(low, high)| (low.min(a), high.max(a))))
        });
        let about = json!({
            "id": layer.id,
            "title": localized(&layer.title),
            "status": layer.status.id(),
            "source": source(&layer.source),
            "accuracy_m": ends.map(|(low, high)| [low, high]),
            "notes": notes.map(localized),
        });
        match about {
            Value::Object(about) => about,
            _ => unreachable!("it is written as an object above"),
        }
    }

    /// Every hazard: its zones by level, the worst first, and where it was studied.
    pub(super) fn hazards(&mut self) -> Value {
        let area = self.job.area;
        Value::Array(area.hazards.iter().map(|hazard| self.hazard(hazard)).collect())
    }

    fn hazard(&mut self, hazard: &HazardLayer) -> Value {
        let mut about = self.about(&hazard.layer);
        let zones = hazard.zones.iter().map(|zone| {
            let shapes = self.lattice.encode(&zone.shapes);
            json!([zone.level.index(), self.sections.bytes(&shapes)])
        });
        about.insert("zones".to_owned(), Value::Array(zones.collect()));
        let study = hazard.study_area.as_ref().map(|s| self.lattice.encode(s));
        let study = study.map(|shapes| self.sections.bytes(&shapes));
        about.insert("study".to_owned(), study.into());
        let unresolved = hazard.unresolved().into_iter().map(Level::index);
        about.insert("unresolved".to_owned(), unresolved.collect());
        about.insert("in_any".to_owned(), hazard.in_any.into());
        about.insert("in_force".to_owned(), hazard.in_force.into());
        if !hazard.bands.is_empty() {
            let trace = self.lattice.encode(&hazard.layer.shapes);
            about.insert("trace".to_owned(), self.sections.bytes(&trace));
        }
        Value::Object(about)
    }

    /// Every other layer, once, with all its roles: by id.
    pub(super) fn others(&mut self) -> Value {
        let area = self.job.area;
        let mut all: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
        let ground = &area.territory_layer;
        self.add(&mut all, ground, "territory", "");
        let names = area.territories.iter().map(|t| t.name.as_str());
        all.entry(&ground.id).or_default().insert("names".to_owned(), names.collect());
        for context in &area.contexts {
            self.add(&mut all, &context.layer, "context", &context.kind);
            let entry = all.entry(&context.layer.id).or_default();
            entry.insert("names".to_owned(), context.names.iter().cloned().collect());
        }
        for service in &area.services {
            self.add(&mut all, &service.layer, "service", &service.kind);
        }
        for exposure in &area.exposures {
            self.add(&mut all, &exposure.layer, "exposure", "");
            let parts = self.job.contributions.iter();
            if let Some(parts) = { parts }.find(|c| c.layer == exposure.layer.id) {
                let exposed = self.exposed(exposure, parts);
                let entry = all.entry(&exposure.layer.id).or_default();
                entry.insert("exposed".to_owned(), exposed);
            }
        }
        Value::Array(all.into_values().map(Value::Object).collect())
    }

    fn add<'k>(
        &mut self,
        all: &mut BTreeMap<&'k str, Map<String, Value>>,
        layer: &'k Prepared,
        role: &str,
        kind: &str,
    ) {
        if !all.contains_key(layer.id.as_str()) {
            let mut about = self.about(layer);
            let shapes = self.lattice.encode(&layer.shapes);
            about.insert("shapes".to_owned(), self.sections.bytes(&shapes));
            about.insert("ids".to_owned(), layer.ids.iter().collect());
            about.insert("roles".to_owned(), json!({}));
            about.insert("look".to_owned(), marks::of_layer(self.job.area, &layer.id));
            all.insert(&layer.id, about);
        }
        let roles = all.get_mut(layer.id.as_str()).and_then(|one| one.get_mut("roles"));
        if let Some(Value::Object(roles)) = roles {
            roles.insert(role.to_owned(), kind.into());
        }
    }

    /// What the features of an exposure layer add, and where: flat arrays, a part each.
    fn exposed(&mut self, layer: &ExposureLayer, all: &LayerContributions) -> Value {
        let rule = self.job.settings.suppression.as_ref();
        let is_protected = |m: &Measure| rule.is_some_and(|rule| rule.protects(m));
        let sections = &mut self.sections;
        let amounts: Vec<Value> = (0..all.measures.len())
            .filter(|at| !is_protected(&all.measures[*at]))
            .map(|at| {
                // One amount is a float without loss: see `Fixed::steps`.
                let of = |part: &crate::analysis::Contribution| {
                    part.amounts[at].map_or(f64::NAN, |amount| amount.steps() as f64)
                };
                sections.f64s(all.parts.iter().map(of))
            })
            .collect();
        let features = std::iter::once(Measure::Features);
        let (kept_back, told): (Vec<Measure>, Vec<Measure>) =
            all.measures.iter().cloned().partition(is_protected);
        let measures = features.chain(told).map(|m| about_measure(&m));
        // What the rule protects has no amounts here: the page has it from the tables.
        let of_tables = kept_back.iter().map(|measure| {
            let mut about = about_measure(measure);
            about["table"] = true.into();
            about
        });
        let measures: Value = measures.chain(of_tables).collect();
        let counts = all.counts.iter().map(|at| at.map_or(NO_CLASS, |at| at as u32));
        json!({
            "measures": measures,
            "lost": layer.lost.iter().map(|lost| &*lost.id).collect::<Value>(),
            "growth": layer.growth.is_some(),
            "levels": all.classes.first().map_or(0, |class| class.levels.len()),
            "classes": sections.bytes(&class_bytes(&all.classes)),
            "territories": sections.u32s(all.classes.iter().map(|c| c.territory as u32)),
            "counts": sections.u32s(counts),
            "rows": sections.u32s(all.parts.iter().map(|part| part.row as u32)),
            "parts": sections.u32s(all.parts.iter().map(|part| part.class as u32)),
            "shares": sections.f32s(all.parts.iter().map(|part| part.share as f32)),
            "amounts": amounts,
        })
    }

    /// Access: how far each feature of a layer has it to a service.
    pub(super) fn access(&mut self) -> Value {
        let found = self.job.measurements.distances.iter().filter_map(|distances| {
            let deficit =
                self.job.settings.deficits.iter().find(|d| d.id == distances.deficit)?;
            let crate::config::DeficitKind::Access { people, within_m, service } =
                &deficit.kind
            else {
                return None;
            };
            let meters = distances.found.meters().map(|m| m.unwrap_or(f64::NAN));
            Some(json!({
                "deficit": deficit.id,
                "layer": people,
                "service": service,
                "within_m": within_m,
                "distances": self.sections.f64s(meters),
            }))
        });
        Value::Array(found.collect())
    }
}

/// Levels of classes: a byte for each hazard and case of edges.
fn class_bytes(classes: &[PlaceClass]) -> Vec<u8> {
    let levels = classes.iter().flat_map(|class| class.levels.iter().flatten());
    levels.map(|level| level.index() as u8).collect()
}

fn about_measure(measure: &Measure) -> Value {
    let decimals = match numbers::of_measure(measure) {
        numbers::Format::Fixed(decimals) => decimals,
        numbers::Format::UpTo(_) | numbers::Format::Shortest => {
            unreachable!("measures of exposure have a fixed number of decimals")
        }
    };
    let name = |locale| match measure {
        Measure::Sum(_) => Some(measure_name(Words { locale }, measure)),
        _ => None,
    };
    json!({
        "id": measure.id(),
        "unit": measure.unit(),
        "decimals": decimals,
        "names": name(Locale::Es).zip(name(Locale::En)).map(|(es, en)| json!({"es": es, "en": en})),
    })
}

fn source(source: &Source) -> Value {
    json!({
        "title": source.title,
        "publisher": source.publisher,
        "date": source.date,
        "url": source.url,
        "licence": source.licence,
    })
}
