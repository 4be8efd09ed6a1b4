//! The digest of the settings: what shapes figures and products, and nothing else.
//!
//! In: settings. Out: SHA-256 of a canonical JSON text: keys sorted, numbers in their
//! shortest form, paths relative to the project file. Left out: layout, comments, the
//! language, `fail_on` and the output directory, which change no figure.

use std::path::Path;

use serde_json::{Map, Value, json};

use crate::domain::{Digest, Doubt, ElementType};

use super::doubts::DoubtSettings;
use super::risk::RiskSettings;
use super::settings::{
    AccuracySetting, Better, Breaks, DeficitKind, DeficitSettings, HazardLevels,
    HazardRole, LayerSettings, Localized, MapSettings, ReadSettings, Settings, Units,
};

/// Computes the digest of settings.
pub(super) fn digest_of(settings: &Settings) -> Digest {
    Digest::of(canonical(settings).to_string().as_bytes())
}

/// What the digest is taken of.
pub(super) fn canonical(settings: &Settings) -> Value {
    let base = settings.file.parent().unwrap_or(Path::new(""));
    let project = json!({
        "id": settings.id,
        "title": text(&settings.title),
        "working_epsg": settings.working_epsg,
        "territories": settings.territories,
        "code_system": settings.code_system,
        "author": settings.author.as_ref().map(text),
        "reference_date": settings.reference_date,
        "contradictions": settings.contradictions.as_ref().map(|file| &file.declared_path),
    });
    let layers: Vec<Value> = settings.layers.iter().map(layer).collect();
    let deficits: Vec<Value> =
        settings.deficits.iter().map(|one| deficit(one, base)).collect();
    let mut all = json!({ "project": project, "layers": layers, "deficits": deficits });
    // Projects that say nothing of it keep the digest that they had.
    if let Some(settings) = &settings.risk {
        all["risk"] = risk(settings);
    }
    if settings.maps != MapSettings::default() {
        all["maps"] = maps(&settings.maps);
    }
    if settings.doubts != DoubtSettings::default() {
        all["doubts"] = doubts(&settings.doubts);
    }
    if let Some(rule) = &settings.suppression {
        all["suppression"] = json!({
            "min_count": rule.min_count,
            "min_denominator": rule.min_denominator,
            "sums": rule.sums,
        });
    }
    sorted(all)
}

/// Every switch, on or off, so that a reader of the manifest need not know the defaults.
fn doubts(doubts: &DoubtSettings) -> Value {
    let switches = Doubt::ALL.map(|one| (one.id().to_owned(), doubts.has(one).into()));
    let mut all: Map<String, Value> = switches.into_iter().collect();
    all.insert("growth_rate".to_owned(), doubts.growth_rate.into());
    all.insert("growth_source".to_owned(), doubts.growth_source.clone().into());
    Value::Object(all)
}

fn maps(maps: &MapSettings) -> Value {
    let sheets: Map<String, Value> = maps
        .sheets
        .iter()
        .map(|(name, sheet)| {
            let mut all = json!({ "frame": sheet.frame, "scale": sheet.scale });
            add(&mut all, "breaks", sheet.breaks.map(|breaks| format!("{breaks:?}")));
            add(&mut all, "classes", sheet.classes);
            add(&mut all, "layers", sheet.layers.as_ref());
            (name.clone(), all)
        })
        .collect();
    let mut all = json!({
        "paper": format!("{:?}", maps.paper),
        "atlas": format!("{:?}", maps.atlas),
        "sheets": sheets,
    });
    let breaks = (maps.breaks != Breaks::default()).then_some(maps.breaks);
    add(&mut all, "breaks", breaks.map(|breaks| format!("{breaks:?}")));
    add(&mut all, "classes", maps.classes);
    add(&mut all, "logo", maps.logo.as_ref().map(|logo| logo.digest.as_str()));
    all
}

/// Adds what is set: a project that does not say it keeps the digest that it had.
fn add<T: serde::Serialize>(all: &mut Value, key: &str, set: Option<T>) {
    if let Some(set) = set {
        all[key] = json!(set);
    }
}

fn text(text: &Localized) -> Value {
    json!({ "es": text.es, "en": text.en })
}

fn layer(layer: &LayerSettings) -> Value {
    let accuracy = layer.accuracy.as_ref().map(|accuracy| match accuracy {
        AccuracySetting::Meters(meters) => json!({ "m": meters }),
        AccuracySetting::Field(field) => json!({ "field": field }),
    });
    json!({
        "id": layer.id,
        "title": text(&layer.title),
        "path": layer.declared_path,
        "epsg": layer.crs.as_ref().map(ToString::to_string),
        "towgs84": layer.towgs84.map(|shift| shift.0),
        "read": read(&layer.read),
        "id_field": layer.id_field,
        "source": layer.source,
        "accuracy": accuracy,
        "status": layer.status.id(),
        "notes": layer.notes.as_ref().map(text),
        "territory": layer.territory.as_ref().map(|role| json!({
            "code": role.code, "name": role.name, "people": role.people,
        })),
        "hazard": layer.hazard.as_ref().map(hazard),
        "exposure": layer.exposure.as_ref().map(|role| json!({
            "people": role.people, "sums": role.sums,
            "growth": role.growth.as_ref().map(|growth| json!([
                growth.from_year, growth.to_year, growth.rate, text(&growth.source),
            ])),
            "element_type": role.element_type.map(ElementType::id),
        })),
        "service": layer.service.as_ref().map(|role| json!({
            "kind": role.kind, "capacity": role.capacity,
        })),
        "context": layer.context.as_ref().map(|role| json!({
            "kind": role.kind, "name": role.name,
        })),
        "join": layer.join.as_ref().map(|join| json!({
            "path": join.declared_path, "key": join.key, "to": join.to,
            "fields": join.fields, "delimiter": join.delimiter,
            "decimal": join.decimal, "encoding": join.encoding,
        })),
    })
}

fn read(read: &ReadSettings) -> Value {
    json!({
        "layer": read.layer, "x": read.x, "y": read.y, "wkt": read.wkt,
        "delimiter": read.delimiter, "decimal": read.decimal, "encoding": read.encoding,
    })
}

fn hazard(role: &HazardRole) -> Value {
    let levels = match &role.levels {
        HazardLevels::Field { field, names } => {
            let names: Map<String, Value> = names
                .iter()
                .map(|(name, level)| (name.clone(), level.id().into()))
                .collect();
            json!({ "field": field, "names": names })
        }
        HazardLevels::Constant(level) => json!({ "constant": level.id() }),
        HazardLevels::Bands(bands) => {
            let bands: Vec<Value> =
                bands.iter().map(|(meters, level)| json!([meters, level.id()])).collect();
            json!({ "bands": bands })
        }
    };
    json!({
        "kind": role.kind,
        "levels": levels,
        "study_area": role.study_area,
        "in_any": role.in_any,
        "validity": role.validity,
    })
}

fn deficit(deficit: &DeficitSettings, base: &Path) -> Value {
    let relative = |path: &Path| {
        let path = path.strip_prefix(base).unwrap_or(path);
        path.to_string_lossy().replace('\\', "/")
    };
    let kind = match &deficit.kind {
        DeficitKind::AreaPerPerson { service, people } => {
            json!({ "area_per_person": { "service": service, "people": people } })
        }
        DeficitKind::Access { service, people, within_m } => json!({
            "access": { "service": service, "people": people, "within_m": within_m },
        }),
        DeficitKind::PeoplePerUnit { units, people } => {
            let units = match units {
                Units::Reported { table, indicator } => {
                    json!({ "table": relative(table), "indicator": indicator })
                }
                Units::Service(layer) => json!({ "service": layer }),
            };
            json!({ "people_per_unit": { "units": units, "people": people } })
        }
        DeficitKind::Reported { table, indicator, better } => json!({
            "reported": {
                "table": relative(table),
                "indicator": indicator,
                "better": match better {
                    Better::Higher => "higher",
                    Better::Lower => "lower",
                },
            },
        }),
    };
    json!({
        "id": deficit.id,
        "title": text(&deficit.title),
        "kind": kind,
        "standard": deficit.standard,
        "standard_source": deficit.standard_source.as_ref().map(text),
        "citation": json!([
            deficit.citation.id,
            deficit.citation.unit,
            deficit.citation.source,
            deficit.citation.legal_status,
            deficit.citation.edition,
            deficit.citation.date,
        ]),
        "period": deficit.period,
    })
}

/// All of the section shapes figures, so its whole meaning goes in.
fn risk(risk: &RiskSettings) -> Value {
    Value::String(format!("{risk:?}"))
}

/// The same value with the keys of all objects in byte order.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<(String, Value)> = map.into_iter().collect();
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            entries.into_iter().map(|(key, value)| (key, sorted(value))).collect()
        }
        Value::Array(values) => values.into_iter().map(sorted).collect(),
        other => other,
    }
}
