//! The run as a Frictionless Data Package (v1): what each table holds, with types, units,
//! keys, licences and sources.
//!
//! In: tables and the files exported so far. Out: `datapackage.json` at the root of the run,
//! since paths in it may not point upwards, `tables/territories.csv`, which the keys of the
//! other tables refer to, and `tables/dictionary.csv`, the same as a table for those who
//! open a spreadsheet.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::grid::{Field, Kind, Layer};
use super::{Context, File, schema};
use crate::domain::{Digest, OUTSIDE, TOTAL};
use crate::i18n::{self, Locale};
use crate::outputs::tables::Table;

/// File name of the description.
const FILE: &str = "datapackage.json";
/// Name of the table of territories.
const TERRITORIES: &str = "territories.csv";
/// Name of the table of columns.
const DICTIONARY: &str = "dictionary.csv";

pub(super) fn make(context: &Context<'_>, tables: &[Table], files: &[File]) -> Vec<File> {
    let territories = Table { name: TERRITORIES, bytes: territories(context) };
    let listed: Vec<&Table> = tables.iter().chain([&territories]).collect();
    let dictionary = Table { name: DICTIONARY, bytes: dictionary(&listed) };
    let mut resources = Vec::new();
    for table in listed.into_iter().chain([&dictionary]) {
        resources.push(table_resource(context, table));
    }
    for (path, bytes) in files {
        resources.push(file_resource(context, path, bytes));
    }
    let settings = context.job.settings;
    let mut package = json!({
        "profile": "data-package",
        "name": slug(&settings.id),
        "id": format!("{}:{}", slug(&settings.id), settings.digest.as_str()),
        "title": settings.title.get(context.locale),
        "description": i18n::text(context.locale, "map.note.indicative"),
        "created": format!("{}T00:00:00Z", context.date.text()),
    });
    let (licences, sources) = (licences(context), sources(context));
    // Both must hold something where they are given.
    for (name, list) in [("licenses", licences), ("sources", sources)] {
        if !list.is_empty() {
            package[name] = list.into();
        }
    }
    package["resources"] = resources.into();
    let mut bytes = serde_json::to_vec_pretty(&package)
        .expect("values with text keys always have a JSON form");
    bytes.push(b'\n');
    let path = |name: &str| format!("tables/{name}");
    vec![
        (FILE.to_owned(), bytes),
        (path(DICTIONARY), dictionary.bytes),
        (path(TERRITORIES), territories.bytes),
    ]
}

/// Codes and names of all that the tables give figures for, in byte order.
fn territories(context: &Context<'_>) -> Vec<u8> {
    let mut rows: Vec<[&str; 3]> = context
        .job
        .area
        .territories
        .iter()
        .map(|t| [t.code.as_str(), t.name.as_str(), "territory"])
        .chain([[TOTAL, TOTAL, "total"], [OUTSIDE, OUTSIDE, "outside"]])
        .collect();
    rows.sort_unstable();
    let mut options = csv::WriterBuilder::new();
    options.terminator(csv::Terminator::Any(b'\n'));
    let mut writer = options.from_writer(Vec::new());
    let fits = "records of equal length always fit into memory";
    writer.write_record(["territory", "territory_name", "part"]).expect(fits);
    for row in rows {
        writer.write_record(row).expect(fits);
    }
    writer.into_inner().expect(fits)
}

/// Every column of every table, with its meaning in both languages: the table is the same
/// whoever asks.
fn dictionary(tables: &[&Table]) -> Vec<u8> {
    let mut options = csv::WriterBuilder::new();
    options.terminator(csv::Terminator::Any(b'\n'));
    let mut writer = options.from_writer(Vec::new());
    let fits = "records of equal length always fit into memory";
    let head =
        ["table", "column", "data_type", "unit", "description_es", "description_en"];
    writer.write_record(head).expect(fits);
    for table in tables {
        for field in schema::fields(table) {
            let said = |locale| i18n::render(locale, &field.description);
            let (es, en) = (said(Locale::Es), said(Locale::En));
            let (name, unit) = (field.name.as_str(), field.unit.as_str());
            let kind = kind_of(field.kind);
            writer.write_record([table.name, name, kind, unit, &es, &en]).expect(fits);
        }
    }
    writer.into_inner().expect(fits)
}

/// What every resource says: name, path, size and digest.
fn resource(path: &str, bytes: &[u8]) -> Map<String, Value> {
    let mut all = Map::new();
    all.insert("name".to_owned(), resource_name(path).into());
    all.insert("path".to_owned(), path.into());
    all.insert("bytes".to_owned(), bytes.len().into());
    all.insert(
        "hash".to_owned(),
        format!("sha256:{}", Digest::of(bytes).as_str()).into(),
    );
    all
}

/// Tables keep their names, other files have that of their path.
fn resource_name(path: &str) -> String {
    match path.strip_prefix("tables/") {
        Some(table) => slug(table.trim_end_matches(".csv")),
        None => slug(path.trim_start_matches("exports/")).replace(['.', '/'], "-"),
    }
}

fn table_resource(context: &Context<'_>, table: &Table) -> Value {
    let keys = schema::keys(table.name);
    let mut all = resource(&format!("tables/{}", table.name), &table.bytes);
    all.insert("title".to_owned(), i18n::text(context.locale, keys.about).into());
    let fields: Vec<Value> = schema::fields(table)
        .iter()
        .map(|field| {
            let name = field.name.as_str();
            // Where the project hides small numbers, what counts people may be empty.
            let is_hidden =
                context.job.settings.suppression.is_some() && schema::may_be_hidden(name);
            let is_required = !is_hidden
                && (keys.required.contains(&name)
                    || is_always_given(table.name, &keys, name));
            describe(field, context.locale, is_required, schema::allowed(name))
        })
        .collect();
    let mut described = json!({ "fields": fields, "missingValues": [""] });
    if !keys.primary.is_empty() {
        described["primaryKey"] = json!(keys.primary);
    }
    if let Some(column) = keys.territory {
        described["foreignKeys"] = json!([territory_key(column)]);
    }
    tabular(&mut all, described);
    all.into()
}

/// Whether a column of the key is never empty; period and source of an indicator may be, and
/// of level and reason of a risk one always is.
fn is_always_given(table: &str, keys: &schema::Keys, column: &str) -> bool {
    let may_lack = match table {
        "indicators.csv" => ["time_period", "source"].contains(&column),
        "risk_summary.csv" => ["risk_class", "why"].contains(&column),
        _ => false,
    };
    keys.primary.contains(&column) && !may_lack
}

fn territory_key(column: &str) -> Value {
    json!({
        "fields": column,
        "reference": { "resource": "territories", "fields": "territory" },
    })
}

fn file_resource(context: &Context<'_>, path: &str, bytes: &[u8]) -> Value {
    let mut all = resource(path, bytes);
    let layer = layer_of(context, path);
    if let Some(layer) = layer {
        all.insert("title".to_owned(), context.say(&layer.title).into());
        all.insert("description".to_owned(), context.about(layer).into());
    }
    if let (Some(layer), true) = (layer, path.starts_with("exports/csv/")) {
        let fields: Vec<Value> = layer
            .grid
            .fields
            .iter()
            .map(|field| describe(field, context.locale, false, None))
            .collect();
        let mut described = json!({ "fields": fields, "missingValues": [""] });
        if layer.grid.fields.iter().any(|field| field.name == "territory") {
            described["foreignKeys"] = json!([territory_key("territory")]);
        }
        tabular(&mut all, described);
        return all.into();
    }
    all.insert("profile".to_owned(), "data-resource".into());
    // Else validators try to read a table out of it.
    all.insert("type".to_owned(), "file".into());
    let ending = path.rsplit('.').next().unwrap_or_default();
    all.insert("format".to_owned(), ending.into());
    all.insert("mediatype".to_owned(), media_type(ending).into());
    all.into()
}

/// The layer that a file holds, by its name.
fn layer_of<'c, 'a>(context: &'c Context<'a>, path: &str) -> Option<&'c Layer<'a>> {
    let name = path.rsplit('/').next()?;
    let stem = name.split('.').next()?;
    let is_of_a_layer = path.matches('/').count() == 2;
    context.layers.iter().find(|layer| is_of_a_layer && layer.name == stem)
}

fn tabular(all: &mut Map<String, Value>, described: Value) {
    all.insert("profile".to_owned(), "tabular-data-resource".into());
    all.insert("format".to_owned(), "csv".into());
    all.insert("mediatype".to_owned(), "text/csv".into());
    all.insert("encoding".to_owned(), "utf-8".into());
    let dialect = json!({
        "delimiter": ",",
        "lineTerminator": "\n",
        "quoteChar": "\"",
        "doubleQuote": true,
        "header": true,
    });
    all.insert("dialect".to_owned(), dialect);
    all.insert("schema".to_owned(), described);
}

/// The name of a type as data packages have it.
fn kind_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "string",
        Kind::Whole => "integer",
        Kind::Number(_) => "number",
        Kind::Claim => "boolean",
    }
}

pub(super) fn describe(
    field: &Field,
    locale: Locale,
    is_required: bool,
    allowed: Option<Vec<&'static str>>,
) -> Value {
    let kind = kind_of(field.kind);
    let mut all = json!({
        "name": field.name,
        "type": kind,
        "description": i18n::render(locale, &field.description),
    });
    if !field.unit.is_empty() {
        all["unit"] = field.unit.as_str().into();
    }
    if field.kind == Kind::Claim {
        (all["trueValues"], all["falseValues"]) = (json!(["true"]), json!(["false"]));
    }
    let mut constraints = Map::new();
    if is_required {
        constraints.insert("required".to_owned(), true.into());
    }
    if let Some(allowed) = allowed {
        constraints.insert("enum".to_owned(), json!(allowed));
    }
    if !constraints.is_empty() {
        all["constraints"] = constraints.into();
    }
    all
}

/// The licences of all layers, each once.
pub(super) fn licences(context: &Context<'_>) -> Vec<Value> {
    let layers = super::prepared(context.job.area);
    let all: BTreeSet<&str> =
        layers.filter_map(|layer| layer.source.licence.as_deref()).collect();
    all.into_iter()
        .map(|licence| json!({ "name": licence_name(licence), "title": licence }))
        .collect()
}

/// A licence as the format names it: letters, digits, `.`, `-` and `_`.
fn licence_name(licence: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' };
    let name: String = licence.chars().map(plain).collect();
    let words: Vec<&str> = name.split('-').filter(|word| !word.is_empty()).collect();
    words.join("-")
}

/// The sources of all layers, each once.
pub(super) fn sources(context: &Context<'_>) -> Vec<Value> {
    let mut found: Vec<Value> = Vec::new();
    for layer in super::prepared(context.job.area) {
        let source = &layer.source;
        let title = source.title.as_deref().unwrap_or(&layer.id);
        let parts = [Some(title), source.publisher.as_deref(), source.date.as_deref()];
        let cited: Vec<&str> = parts.into_iter().flatten().collect();
        let mut one = json!({ "title": cited.join(", ") });
        let url = source.url.as_deref();
        if let Some(url) = url.filter(|url| url.starts_with("http")) {
            one["path"] = url.into();
        }
        if !found.contains(&one) {
            found.push(one);
        }
    }
    found
}

/// Lower-case letters, digits, `.`, `_`, `/` and `-`, as names of packages must be.
fn slug(text: &str) -> String {
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || "._/-".contains(c) { c } else { '-' }
    };
    text.to_lowercase().chars().map(plain).collect()
}

pub(super) fn media_type(ending: &str) -> &'static str {
    match ending {
        "gpkg" => "application/geopackage+sqlite3",
        "geojson" => "application/geo+json",
        "parquet" => "application/vnd.apache.parquet",
        "fgb" => "application/vnd.flatgeobuf",
        "csv" => "text/csv",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "prj" | "cpg" => "text/plain",
        _ => "application/octet-stream",
    }
}
