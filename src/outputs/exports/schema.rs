//! What the columns of the run's tables are: type, meaning, constraints, keys.
//!
//! In: a table as bytes. Out: the same as a typed [`Grid`], for formats that know types, and
//! what a data package says of it. The columns themselves are those of `tables`.

use super::grid::{Field, Kind};
#[cfg(any(feature = "geoparquet", test))]
use super::grid::{Grid, Value};
use crate::domain::{Level, Message};
use crate::outputs::numbers::Format;
use crate::outputs::tables::Table;

/// What is known of the columns of one name, in whichever table.
struct Column {
    name: &'static str,
    key: &'static str,
    kind: Kind,
}

const NUMBER: Kind = Kind::Number(Format::Shortest);

macro_rules! columns {
    ($($name:ident: $kind:expr),* $(,)?) => {
        &[$(Column {
            name: stringify!($name),
            key: concat!("exports.column.", stringify!($name)),
            kind: $kind,
        },)*]
    };
}

/// All columns, in byte order of their names.
const COLUMNS: &[Column] = columns![
    accuracy_m: NUMBER,
    area_after_m2: NUMBER,
    area_before_m2: NUMBER,
    boundary_source: Kind::Text,
    closes: Kind::Claim,
    code: Kind::Text,
    column: Kind::Text,
    comment: Kind::Text,
    consistency_ratio: NUMBER,
    data_type: Kind::Text,
    deficit: Kind::Text,
    denominator_source: Kind::Text,
    denominator_value: NUMBER,
    description_en: Kind::Text,
    description_es: Kind::Text,
    difference: NUMBER,
    economic: NUMBER,
    environmental: NUMBER,
    facility: Kind::Text,
    feature: Kind::Text,
    features: NUMBER,
    gap: NUMBER,
    gap_high: NUMBER,
    gap_low: NUMBER,
    hazard: Kind::Text,
    hazard_class: Kind::Text,
    hazard_kind: Kind::Text,
    hazard_value: NUMBER,
    high: NUMBER,
    in_any: Kind::Claim,
    in_force: Kind::Claim,
    indicator: Kind::Text,
    item: Kind::Text,
    kind: Kind::Text,
    layer: Kind::Text,
    level: Kind::Text,
    low: NUMBER,
    matrix: Kind::Text,
    measure: Kind::Text,
    meets: Kind::Claim,
    message: Kind::Text,
    method: Kind::Text,
    method_version: Kind::Text,
    next_distance_m: NUMBER,
    obs_status: Kind::Text,
    obs_value: NUMBER,
    part: Kind::Text,
    parts: NUMBER,
    people: NUMBER,
    people_nearest: NUMBER,
    period: Kind::Text,
    qualifier: Kind::Text,
    ref_area: Kind::Text,
    ref_area_system: Kind::Text,
    resolvable: Kind::Claim,
    risk_class: Kind::Text,
    risk_value: NUMBER,
    service: Kind::Text,
    severity: Kind::Text,
    shortfall: NUMBER,
    shortfall_high: NUMBER,
    shortfall_low: NUMBER,
    shortfall_unit: Kind::Text,
    social: NUMBER,
    source: Kind::Text,
    standard: NUMBER,
    standard_date: Kind::Text,
    standard_edition: Kind::Text,
    standard_id: Kind::Text,
    standard_legal_status: Kind::Text,
    standard_source: Kind::Text,
    standing: Kind::Text,
    status: Kind::Text,
    table: Kind::Text,
    target: NUMBER,
    target_edition: Kind::Text,
    target_id: Kind::Text,
    target_legal_status: Kind::Text,
    target_source: Kind::Text,
    territory: Kind::Text,
    territory_name: Kind::Text,
    threshold: NUMBER,
    time_period: Kind::Text,
    tolerance: NUMBER,
    total: NUMBER,
    total_features: NUMBER,
    total_people: NUMBER,
    unit: Kind::Text,
    unit_measure: Kind::Text,
    valid_from: Kind::Text,
    valid_to: Kind::Text,
    value: NUMBER,
    value_high: NUMBER,
    value_low: NUMBER,
    vulnerability_class: Kind::Text,
    vulnerability_value: NUMBER,
    weight: NUMBER,
    whole: NUMBER,
    why: Kind::Text,
    within_m: NUMBER,
];

/// Unit of a column whose rows all have the same one; empty where they do not.
fn unit(name: &str) -> &'static str {
    match name {
        "people" | "people_nearest" | "total_people" => "people",
        "within_m" | "accuracy_m" | "next_distance_m" => "m",
        "area_before_m2" | "area_after_m2" => "m2",
        _ => "",
    }
}

/// Keys of a table: its own, and the column that names a territory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Keys {
    /// Catalogue key of what the table holds.
    pub(super) about: &'static str,
    /// Columns that tell rows apart; empty where rows may repeat.
    pub(super) primary: &'static [&'static str],
    /// Column with the code of a territory, `_T` or `_X`.
    pub(super) territory: Option<&'static str>,
    /// Further columns that are never empty.
    pub(super) required: &'static [&'static str],
}

/// Keys of a table by its file name.
pub(super) fn keys(table: &str) -> Keys {
    let keys = |about, primary, territory, required| Keys {
        about,
        primary,
        territory,
        required,
    };
    let territory = Some("territory");
    match table.trim_end_matches(".csv") {
        "exposure" => keys(
            "exports.table.exposure",
            &["territory", "hazard", "level", "layer", "measure"],
            territory,
            &["territory_name", "unit", "value", "total"],
        ),
        "deficits" => keys(
            "exports.table.deficits",
            &["territory", "deficit"],
            territory,
            &["territory_name", "kind"],
        ),
        "deficit_in_hazard" => keys(
            "exports.table.deficit_in_hazard",
            &["territory", "deficit", "hazard", "level"],
            territory,
            &["people"],
        ),
        "facilities_in_hazard" => keys(
            "exports.table.facilities_in_hazard",
            &["service", "facility", "hazard"],
            territory,
            &["level"],
        ),
        "risk" => keys(
            "exports.table.risk",
            &["feature", "hazard"],
            territory,
            &["level", "standing"],
        ),
        "risk_summary" => keys(
            "exports.table.risk_summary",
            &["territory", "hazard", "risk_class", "why"],
            territory,
            &["features", "standing"],
        ),
        "risk_weights" => keys(
            "exports.table.risk_weights",
            &["matrix", "item"],
            None,
            &["weight", "standing"],
        ),
        "hazards" => keys(
            "exports.table.hazards",
            &["hazard", "level"],
            None,
            &["hazard_kind", "in_any", "status"],
        ),
        "balance" => keys(
            "exports.table.balance",
            &["hazard", "layer", "measure"],
            None,
            &["whole", "parts", "difference", "tolerance", "closes"],
        ),
        "indicators" => keys(
            "exports.table.indicators",
            &["indicator", "ref_area", "time_period", "source"],
            Some("ref_area"),
            &["obs_status", "method", "method_version"],
        ),
        "territories" => keys(
            "exports.table.territories",
            &["territory"],
            None,
            &["territory_name", "part"],
        ),
        "dictionary" => keys(
            "exports.table.dictionary",
            &["table", "column"],
            None,
            &["data_type", "description_es", "description_en"],
        ),
        _ => keys("exports.table.findings", &[], None, &["code", "severity", "message"]),
    }
}

/// The only values that a column may have, where it has a closed list.
pub(super) fn allowed(column: &str) -> Option<Vec<&'static str>> {
    match column {
        "level" => Some(Level::ALL.map(Level::id).to_vec()),
        "severity" => Some(vec!["note", "warning", "error"]),
        "kind" => Some(vec!["area_per_person", "access", "people_per_unit", "reported"]),
        "qualifier" => Some(vec!["<", ">", "~"]),
        "obs_status" => Some(vec!["A", "E", "P", "B", "M", "L", "Q", "U"]),
        "part" => Some(vec!["territory", "total", "outside"]),
        _ => None,
    }
}

/// Whether the project's rule on small numbers may leave a column empty.
pub(super) fn may_be_hidden(column: &str) -> bool {
    ["value", "total", "people", "whole", "parts", "difference", "tolerance"]
        .contains(&column)
}

/// A column by its name; text of no stated meaning if it is not known.
pub(super) fn field(name: &str) -> Field {
    let found = COLUMNS.iter().find(|column| column.name == name);
    let (kind, key) = found.map_or((Kind::Text, ""), |column| (column.kind, column.key));
    Field {
        name: name.to_owned(),
        short: String::new(),
        kind,
        unit: unit(name).to_owned(),
        description: Message::new(key),
    }
}

/// The fields of a table, from its header.
pub(super) fn fields(table: &Table) -> Vec<Field> {
    let header = table.bytes.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let header = String::from_utf8_lossy(header);
    header.split(',').map(field).collect()
}

/// A table with its cells typed. Every cell reads back as it was written.
#[cfg(any(feature = "geoparquet", test))]
pub(super) fn typed(table: &Table) -> Grid<'static> {
    let fields = fields(table);
    let mut reader = csv::Reader::from_reader(table.bytes.as_slice());
    let records = reader.records().map_while(Result::ok);
    let rows = records
        .map(|record| {
            let cells = record.iter().zip(&fields);
            cells.map(|(cell, field)| typed_cell(cell, field.kind)).collect()
        })
        .collect();
    Grid { fields, rows }
}

#[cfg(any(feature = "geoparquet", test))]
fn typed_cell(cell: &str, kind: Kind) -> Value<'static> {
    match kind {
        _ if cell.is_empty() => Value::Unknown,
        Kind::Text => Value::Text(cell.to_owned().into()),
        Kind::Whole => cell.parse().map_or(Value::Unknown, Value::Whole),
        Kind::Number(_) => cell.parse().map_or(Value::Unknown, Value::Number),
        Kind::Claim => Value::Claim(cell == "true"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::{self, Locale};
    use crate::outputs::tables;

    /// All tables with their columns.
    fn all() -> [(&'static str, Vec<&'static str>); 13] {
        [
            ("exposure", tables::EXPOSURE.to_vec()),
            ("deficits", tables::DEFICITS.to_vec()),
            ("deficit_in_hazard", tables::DEFICIT_IN_HAZARD.to_vec()),
            ("facilities_in_hazard", tables::FACILITIES_IN_HAZARD.to_vec()),
            ("hazards", tables::HAZARDS.to_vec()),
            ("risk", tables::RISK.to_vec()),
            ("risk_summary", tables::RISK_SUMMARY.to_vec()),
            ("risk_weights", tables::RISK_WEIGHTS.to_vec()),
            ("balance", tables::BALANCE.to_vec()),
            ("findings", tables::FINDINGS.to_vec()),
            ("indicators", tables::INDICATORS.to_vec()),
            ("territories", vec!["territory", "territory_name", "part"]),
            (
                "dictionary",
                vec![
                    "table",
                    "column",
                    "data_type",
                    "unit",
                    "description_es",
                    "description_en",
                ],
            ),
        ]
    }

    #[test]
    fn every_column_of_every_table_is_described_in_both_languages() {
        let mut used = Vec::new();
        for (table, columns) in all() {
            let keys = keys(table);
            for locale in [Locale::Es, Locale::En] {
                assert_ne!(i18n::text(locale, keys.about), keys.about);
                for column in &columns {
                    let key = field(column).description.key;
                    assert!(!key.is_empty(), "{table}.{column} is not described");
                    assert_ne!(i18n::text(locale, key), key, "{locale:?} lacks {key}");
                }
            }
            let named = keys.primary.iter().chain(keys.required).chain(&keys.territory);
            for column in named {
                assert!(columns.contains(column), "{table} has no column {column}");
            }
            used.extend(columns);
        }
        for column in COLUMNS {
            assert!(used.contains(&column.name), "no table has {}", column.name);
        }
    }

    #[test]
    fn cells_get_the_type_of_their_column() {
        let bytes = b"territory,meets,value\n007,true,12.50\n\"a,b\",,\n".to_vec();
        let grid = typed(&Table { name: "deficits.csv", bytes });
        assert_eq!(
            grid.rows,
            [
                vec![Value::text("007"), Value::Claim(true), Value::Number(12.5)],
                vec![Value::text("a,b"), Value::Unknown, Value::Unknown],
            ]
        );
    }
}
