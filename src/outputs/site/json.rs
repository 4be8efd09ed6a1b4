//! A place for programs: figures as the tables print them, words as ids, texts in English.

use serde_json::{Value, json};

use super::SiteReport;
use super::territory::{findings_of, layers_behind, rows_of};
use crate::analysis::DeficitRow;
use crate::analysis::site::change::{Added, Change, ExposedHere};
use crate::analysis::site::{ElementsHere, HazardHere, ServiceHere, SiteFeature};
use crate::domain::Level;
use crate::geometry::Dimension;
use crate::i18n::{self, Locale};
use crate::outputs::numbers::{METERS, PEOPLE, RATIO};

/// All that is known of a place.
#[must_use]
pub fn json(report: &SiteReport<'_>) -> Value {
    let features = report.features.iter().enumerate();
    let features: Vec<Value> =
        features.map(|(at, here)| feature(report, at, here)).collect();
    json!({
        "program": { "name": "atalaya", "version": env!("CARGO_PKG_VERSION") },
        "project": report.settings.id,
        "settings_sha256": report.settings.digest.as_str(),
        "notice": i18n::text(Locale::En, "site.notice"),
        "place": report.given,
        "working_crs": format!("EPSG:{}", report.area.epsg),
        "reference_date": report.settings.reference_date,
        "features": features,
        "change": report.change.map(change),
    })
}

fn feature(report: &SiteReport<'_>, at: usize, here: &SiteFeature) -> Value {
    let [x, y] = here.centroid.meters();
    let degrees =
        report.degrees(here.centroid).map(|d| d.map(|v| (v * 1e7).round() / 1e7));
    let code = |row: Option<usize>| {
        row.map_or("_X", |row| report.area.territories[row].code.as_str())
    };
    let (dimension, size) = match here.dimension {
        Dimension::Point => ("point", "points"),
        Dimension::Line => ("line", "length_m"),
        Dimension::Area => ("area", "area_m2"),
    };
    let shares: Vec<Value> = here
        .territories
        .iter()
        .map(|(row, share)| json!({ "territory": code(*row), "share": RATIO.round(*share) }))
        .collect();
    let in_scenario = |(id, features): &(String, Vec<Vec<HazardHere>>)| {
        let hazards = features.get(at).map(Vec::as_slice).unwrap_or_default();
        let hazards: Vec<Value> = hazards.iter().map(|h| hazard(report, h)).collect();
        json!({ "scenario": id, "hazards": hazards })
    };
    json!({
        "id": here.id,
        "geometry": dimension,
        size: METERS.round(here.size),
        "accuracy_m": report.place.worst_accuracy_m(),
        "centroid": { "x": METERS.round(x), "y": METERS.round(y), "lon_lat": degrees },
        "territory": code(here.territory),
        "territories": shares,
        "hazards": here.hazards.iter().map(|h| hazard(report, h)).collect::<Vec<_>>(),
        "scenarios": report.scenarios.iter().map(in_scenario).collect::<Vec<_>>(),
        "services": here.services.iter().map(service).collect::<Vec<_>>(),
        "elements": here.elements.iter().map(elements).collect::<Vec<_>>(),
        "deficits": rows_of(report, here).into_iter().map(deficit).collect::<Vec<_>>(),
        "findings": findings(report, here),
        "layers": layers(report, here),
    })
}

fn hazard(report: &SiteReport<'_>, hazard: &HazardHere) -> Value {
    let layer = report.area.hazards.iter().find(|h| h.layer.id == hazard.hazard);
    let shares: serde_json::Map<String, Value> = Level::ALL
        .into_iter()
        .map(|level| {
            let share = RATIO.round(hazard.shares[level.index()]);
            (level.id().to_owned(), json!(share))
        })
        .collect();
    let margins: Vec<Value> = hazard
        .margins
        .iter()
        .map(|margin| {
            json!({
                "level_or_worse": margin.level.id(),
                "share": RATIO.round(margin.share),
                "edge_distance_m": METERS.round(margin.distance_m),
            })
        })
        .collect();
    json!({
        "hazard": hazard.hazard,
        "verdict": hazard.verdict().id(),
        "level": hazard.level.id(),
        "level_edges_in": hazard.has_range.then(|| hazard.inner.id()),
        "level_edges_out": hazard.has_range.then(|| hazard.outer.id()),
        "shares": shares,
        "edges": margins,
        "source_distance_m": METERS.round(hazard.source_m),
        "accuracy_m": layer.and_then(crate::geometry::HazardLayer::worst_accuracy_m),
        "has_study_area": layer.map(|layer| layer.study_area.is_some()),
        "in_any": layer.map(|layer| layer.in_any),
        "in_force": layer.and_then(|layer| layer.in_force),
    })
}

fn service(service: &ServiceHere) -> Value {
    let nearest = service.nearest.iter().map(|facility| {
        let hazards = facility.hazards.iter();
        let hazards: Vec<Value> = hazards
            .map(|(hazard, level)| json!({ "hazard": hazard, "level": level.id() }))
            .collect();
        json!({
            "facility": facility.id,
            "distance_m": METERS.round(facility.distance_m),
            "hazards": hazards,
        })
    });
    let access = service.access.iter().map(|access| {
        json!({
            "deficit": access.deficit,
            "within_m": access.within_m,
            "served": access.is_served,
        })
    });
    json!({
        "service": service.service,
        "kind": service.kind,
        "nearest": nearest.collect::<Vec<_>>(),
        "access": access.collect::<Vec<_>>(),
    })
}

fn elements(layer: &ElementsHere) -> Value {
    let named = layer.named.iter().map(|element| {
        let access = element.access.iter().map(|access| {
            json!({
                "deficit": access.deficit,
                "distance_m": METERS.round(access.distance_m),
                "served": access.is_served,
            })
        });
        json!({
            "id": element.id,
            "share": RATIO.round(element.share),
            "people": PEOPLE.round(element.people),
            "access": access.collect::<Vec<_>>(),
        })
    });
    json!({
        "layer": layer.layer,
        "count": layer.count,
        "people_within": PEOPLE.round(layer.people),
        "people_hidden": layer.is_hidden,
        "named": named.collect::<Vec<_>>(),
    })
}

fn deficit(row: &DeficitRow) -> Value {
    json!({
        "deficit": row.deficit,
        "territory": row.territory,
        "kind": row.kind,
        "period": row.period,
        "value": RATIO.round(row.value),
        "value_low": RATIO.round(row.value_low),
        "value_high": RATIO.round(row.value_high),
        "qualifier": row.qualifier,
        "unit": row.unit,
        "standard": row.standard,
        "standard_source": row.citation.source,
        "gap": RATIO.round(row.gap),
        "shortfall": PEOPLE.round(row.shortfall),
        "shortfall_unit": row.shortfall_unit,
        "meets": row.meets,
        "hidden": row.is_hidden,
        "source": row.source,
        "denominator_source": row.denominator_source,
    })
}

fn change(change: &Change) -> Value {
    let (what, layer) = match &change.added {
        Added::Residents { layer } => ("residents", layer),
        Added::Facility { service } => ("facility", service),
    };
    let exposed = |row: &ExposedHere| {
        let (low, high) = row.people.range.unzip();
        json!({
            "territory": row.territory,
            "hazard": row.hazard,
            "level": row.level.id(),
            "people": PEOPLE.round(row.people.value),
            "low": PEOPLE.round(low),
            "high": PEOPLE.round(high),
            "undecidable": row.people.is_undecidable(),
        })
    };
    let pairs = change.deficits.iter();
    let pairs = pairs.map(
        |(before, after)| json!({ "before": deficit(before), "after": deficit(after) }),
    );
    json!({
        "added": what,
        "layer": layer,
        "amount": change.amount,
        "people_nearest": PEOPLE.round(change.people_nearest),
        "people_hidden": change.is_hidden,
        "exposed": change.exposed.iter().map(exposed).collect::<Vec<_>>(),
        "deficits": pairs.collect::<Vec<_>>(),
    })
}

fn findings(report: &SiteReport<'_>, here: &SiteFeature) -> Vec<Value> {
    let told = |finding: &crate::domain::Finding| {
        json!({
            "code": finding.code.id(),
            "severity": finding.code.severity().id(),
            "layer": finding.layer,
            "feature": finding.feature,
            "message": i18n::render(Locale::En, &finding.message()),
        })
    };
    findings_of(report, here).into_iter().map(told).collect()
}

fn layers(report: &SiteReport<'_>, here: &SiteFeature) -> Vec<Value> {
    let ids = layers_behind(report, here);
    let of = |id: &String| {
        let layer = report.settings.layer(id)?;
        let record = report.area.inputs.iter().find(|record| record.layer == *id)?;
        Some(json!({
            "layer": id,
            "path": layer.declared_path,
            "sha256": record.digest.as_str(),
            "date": layer.source.date,
            "status": layer.status.id(),
            "title": layer.source.title,
            "publisher": layer.source.publisher,
        }))
    };
    ids.iter().filter_map(of).collect()
}
