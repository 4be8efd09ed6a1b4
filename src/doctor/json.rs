//! Examinations for programs: JSON with stable keys, which `docs/inspect.md` documents.
//! Messages are in English.

use serde_json::{Value, json};

use super::report::{CrsView, Examination, Extent, Field, Place, Sheet};
use super::suspicion::Suspicion;
use crate::domain::Message;
use crate::i18n::{self, Locale};
use crate::layers::CrsEvidence;

/// The version of the form; it changes when a key changes its meaning or goes.
const VERSION: u32 = 1;

/// All files as one document; of those that could not be read, path and reason.
#[must_use]
pub fn document(files: &[Result<Examination, (String, Message)>]) -> Value {
    let files: Vec<Value> = files
        .iter()
        .map(|file| match file {
            Ok(examination) => of_file(examination),
            Err((path, error)) => json!({ "path": path, "error": said(error) }),
        })
        .collect();
    json!({ "version": VERSION, "files": files })
}

fn said(message: &Message) -> String {
    i18n::render(Locale::En, message)
}

fn of_file(file: &Examination) -> Value {
    json!({
        "path": file.path,
        "error": null,
        "format": file.format.name(),
        "is_archive": file.is_archive,
        "bytes": file.bytes,
        "sha256": file.digest.as_str(),
        "companions": file.companions,
        "layer_count": file.layer_count,
        "layers": file.sheets.iter().map(of_sheet).collect::<Vec<_>>(),
    })
}

fn of_sheet(sheet: &Sheet) -> Value {
    let counts = &sheet.counts;
    let validity: Vec<Value> = sheet
        .validity
        .iter()
        .map(|(code, count)| json!({ "code": code.id(), "count": count }))
        .collect();
    let text = sheet.text.as_ref().map(|text| {
        json!({
            "encoding": text.encoding, "delimiter": text.delimiter,
            "decimal": text.decimal,
        })
    });
    let keys: serde_json::Map<String, Value> = sheet
        .keys
        .iter()
        .map(|(name, value)| ((*name).to_owned(), plain(value)))
        .collect();
    json!({
        "name": sheet.name,
        "error": sheet.error.as_ref().map(said),
        "suspicions": sheet.suspicions.iter().map(of_suspicion).collect::<Vec<_>>(),
        "project_keys": keys,
        "crs": of_crs(&sheet.crs),
        "extent": sheet.extent.as_ref().map(of_extent),
        "place": sheet.place.as_ref().map(of_place),
        "counts": {
            "features": counts.features, "points": counts.points, "lines": counts.lines,
            "polygons": counts.polygons, "mixed": counts.mixed,
            "without_geometry": counts.without, "unreadable": counts.unreadable,
            "multipart": counts.multipart, "with_height": counts.with_height,
            "vertices": counts.vertices,
        },
        "validity": validity,
        "overlaps": sheet.overlaps.map(|overlaps| {
            json!({ "pairs": overlaps.pairs, "area_m2": rounded(overlaps.area_m2, 2) })
        }),
        "text": text,
        "fields": sheet.fields.iter().map(of_field).collect::<Vec<_>>(),
        "has_more_fields": sheet.has_more_fields,
    })
}

/// A value of TOML, which is always a text, as a value of JSON.
fn plain(value: &str) -> Value {
    let document = format!("v = {value}");
    let table: Option<toml::Table> = toml::from_str(&document).ok();
    match table.and_then(|mut table| table.remove("v")) {
        Some(toml::Value::String(text)) => Value::String(text),
        _ => Value::String(value.to_owned()),
    }
}

fn of_suspicion(suspicion: &Suspicion) -> Value {
    let values: serde_json::Map<String, Value> = suspicion
        .values
        .iter()
        .map(|(name, value)| {
            // A word of the catalogues is told by the last part of its key.
            let word = value.strip_prefix('@').and_then(|key| key.rsplit('.').next());
            ((*name).to_owned(), Value::from(word.unwrap_or(value)))
        })
        .collect();
    let keys: serde_json::Map<String, Value> = suspicion
        .keys
        .iter()
        .map(|(name, value)| ((*name).to_owned(), plain(value)))
        .collect();
    json!({
        "kind": suspicion.kind.id(),
        "severity": suspicion.kind.severity().id(),
        "message": said(&suspicion.message()),
        "values": values,
        "project_keys": keys,
    })
}

fn of_crs(crs: &CrsView) -> Value {
    let evidence = crs.evidence.map(|evidence| match evidence {
        CrsEvidence::Rfc7946 => "rfc7946",
        CrsEvidence::LegacyMember => "legacy_member",
        CrsEvidence::FileCode => "file_code",
        CrsEvidence::FileWkt => "file_wkt",
        CrsEvidence::Project => "project",
    });
    json!({
        "system": crs.system, "name": crs.name, "evidence": evidence,
        "is_proposed": crs.is_proposed,
    })
}

fn of_extent(extent: &Extent) -> Value {
    let boxed = |bounds: [f64; 4], digits| bounds.map(|value| rounded(value, digits));
    json!({
        "file": boxed(extent.file, 9),
        "degrees": extent.degrees.map(|bounds| boxed(bounds, 7)),
        "meters": extent.meters.map(|(epsg, bounds)| {
            json!({ "crs": format!("EPSG:{epsg}"), "bounds": boxed(bounds, 2) })
        }),
        "width_m": extent.size_m.map(|[width, _]| rounded(width, 1)),
        "height_m": extent.size_m.map(|[_, height]| rounded(height, 1)),
    })
}

fn of_place(place: &Place) -> Value {
    json!({
        "features": place.features,
        "inside": place.inside,
        "nearest_m": rounded(place.nearest_m, 1),
        "farthest_m": rounded(place.farthest_m, 1),
        "direction": place.direction.rsplit('.').next(),
        "outside": place.outside,
    })
}

fn of_field(field: &Field) -> Value {
    json!({
        "name": field.name,
        "type": field.kind.id(),
        "nulls": field.nulls,
        "distinct": field.distinct,
        "distinct_is_least": field.distinct >= Field::MOST_DISTINCT,
        "min": field.range.map(|[low, _]| low),
        "max": field.range.map(|[_, high]| high),
        "samples": field.samples,
    })
}

fn rounded(value: f64, digits: i32) -> f64 {
    let scale = 10f64.powi(digits);
    (value * scale).round() / scale
}
