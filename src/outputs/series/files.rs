//! A series as a table, as a data package and as a folder.

use std::path::Path;

use serde_json::{Map, Value, json};

use super::chart::{self, Chart};
use super::{Line, Observation, Series, page};
use crate::domain::Digest;
use crate::i18n::{self, Locale};
use crate::outputs::map::svg;
use crate::outputs::{OutputError, Written, derived, exports};

/// File name of the table.
pub const FILE: &str = "series.csv";
/// Columns of the table.
pub const COLUMNS: [&str; 25] = [
    "indicator",
    "ref_area",
    "time_period",
    "run",
    "project",
    "segment",
    "break",
    "break_detail",
    "obs_value",
    "value_low",
    "value_high",
    "qualifier",
    "unit_measure",
    "obs_status",
    "obs_status_of_run",
    "target",
    "gap",
    "denominator_value",
    "denominator_source",
    "method",
    "method_version",
    "boundary_source",
    "source",
    "comment",
    "settings_sha256",
];

/// The table `series.csv`: every observation of every run, in the order of indicator,
/// territory, time and run.
///
/// `obs_status` is `B` where a known value begins a new segment; what its run said of it
/// stands in `obs_status_of_run`.
#[must_use]
pub fn table(series: &Series) -> Vec<u8> {
    rendered(series)
}

fn rendered(series: &Series) -> Vec<u8> {
    let mut options = csv::WriterBuilder::new();
    options.terminator(csv::Terminator::Any(b'\n'));
    let mut writer = options.from_writer(Vec::new());
    let fits = "records of equal length always fit into memory";
    writer.write_record(COLUMNS).expect(fits);
    for line in &series.lines {
        for one in &line.observations {
            writer.write_record(cells(series, line, one)).expect(fits);
        }
    }
    writer.into_inner().expect(fits)
}

fn cells(series: &Series, line: &Line, one: &Observation) -> [String; 25] {
    let member = &series.members[one.run - 1];
    let codes: Vec<&str> = one.breaks.iter().map(|one| one.reason.id()).collect();
    let details: Vec<String> = one
        .breaks
        .iter()
        .map(|one| format!("{}: {} -> {}", one.reason.id(), one.before, one.after))
        .collect();
    COLUMNS.map(|column| match column {
        "indicator" => line.indicator.clone(),
        "ref_area" => line.ref_area.clone(),
        "run" => one.run.to_string(),
        "project" => member.project.clone(),
        "segment" => one.segment.map_or_else(String::new, |segment| segment.to_string()),
        "break" => codes.join(";"),
        "break_detail" => details.join(" | "),
        "obs_status" if !one.breaks.is_empty() && one.value().is_some() => "B".to_owned(),
        "obs_status_of_run" => one.cell("obs_status").to_owned(),
        "settings_sha256" => member.settings_sha256.clone(),
        column => one.cell(column).to_owned(),
    })
}

/// Writes the table, its data package, charts and their page into a folder that takes the place of the
/// one before, with a manifest, so that `verify` can check it.
///
/// Returns the paths inside the folder, and where the old folder went if others' files were
/// in it.
///
/// # Errors
///
/// See [`OutputError`].
pub fn write(
    directory: &Path,
    series: &Series,
    locale: Locale,
) -> Result<Written, OutputError> {
    let table = table(series);
    let package = format!("{:#}\n", package(series, &table, locale)).into_bytes();
    let mut files =
        vec![(FILE.to_owned(), table), ("datapackage.json".to_owned(), package)];
    let charts = chart::all(series, locale);
    for Chart { name, scene, .. } in &charts {
        files.push((format!("charts/{name}.svg"), svg::render(scene).into_bytes()));
    }
    files.push((page::FILE.to_owned(), page::make(series, &charts, locale)));
    let members = series.members.iter().map(|member| {
        json!({ "project": member.project, "settings_sha256": member.settings_sha256 })
    });
    let own = Map::from_iter([("series".to_owned(), members.collect())]);
    derived::write(directory, own, files)
}

/// The series as a Frictionless Data Package (v1): the dictionary of its table.
fn package(series: &Series, table: &[u8], locale: Locale) -> Value {
    let fields: Vec<Value> = COLUMNS.iter().map(|column| field(column, locale)).collect();
    let resource = json!({
        "name": "series",
        "path": FILE,
        "title": i18n::text(locale, "series.title"),
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": table.len(),
        "hash": format!("sha256:{}", Digest::of(table).as_str()),
        "schema": {
            "fields": fields,
            "missingValues": [""],
            "primaryKey": ["indicator", "ref_area", "time_period", "run", "source"],
        },
    });
    let sources = series.members.iter().enumerate().map(|(at, member)| {
        json!({ "title": format!("{} {}: {}", at + 1, member.project, member.settings_sha256) })
    });
    json!({
        "profile": "data-package",
        "name": "series",
        "title": i18n::text(locale, "series.title"),
        "description": i18n::text(locale, "series.about"),
        "sources": sources.collect::<Vec<_>>(),
        "resources": [resource],
    })
}

/// What a column means: that of the run's table where it comes from there.
fn field(column: &str, locale: Locale) -> Value {
    let own = format!("series.column.{column}");
    let text = i18n::text(locale, &own);
    let mut field = if text == own {
        exports::described(column, locale)
    } else {
        let kind = if matches!(column, "run" | "segment") { "integer" } else { "string" };
        json!({ "name": column, "type": kind, "description": text })
    };
    if ["indicator", "ref_area", "run", "obs_status"].contains(&column) {
        field["constraints"]["required"] = true.into();
    }
    field
}
