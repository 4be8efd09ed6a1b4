//! The figures of a run as its tables print them, and what a row that is not there means.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::decimal::Decimal;
use crate::analysis::Measurements;
use crate::config::Settings;
use crate::domain::{Code, Findings, OUTSIDE, TOTAL};
use crate::geometry::{Amounts, ExposureLayer, StudyArea};
use crate::indicators::Method;
use crate::outputs::past_run::{PastRun, PastRunError};
use crate::outputs::tables::{self, Cells};

/// The tables whose figures are compared, with their columns of numbers and of words. The
/// indicators say the same figures again; balance and findings are checks.
pub(super) const TABLES: [(&str, &[&str], &[&str]); 6] = [
    ("exposure", &["value", "low", "high", "total"], &[]),
    (
        "deficits",
        &[
            "people",
            "value",
            "value_low",
            "value_high",
            "standard",
            "gap",
            "gap_low",
            "gap_high",
            "shortfall",
            "shortfall_low",
            "shortfall_high",
        ],
        &["kind", "period", "qualifier", "meets"],
    ),
    ("deficit_in_hazard", &["people"], &[]),
    (
        "facilities_in_hazard",
        &["people_nearest", "next_distance_m"],
        &["territory", "level"],
    ),
    (
        "risk",
        &[
            "hazard_value",
            "social",
            "economic",
            "environmental",
            "vulnerability_value",
            "risk_value",
            "people",
        ],
        &[
            "territory",
            "level",
            "hazard_class",
            "vulnerability_class",
            "risk_class",
            "why",
        ],
    ),
    ("risk_summary", &["features", "people", "total_features", "total_people"], &[]),
];

/// Whether a run has a table only where the project asks for it.
fn is_optional(table: &str) -> bool {
    table.starts_with("risk")
}

/// What a run says of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Figure {
    /// A number.
    Number(Decimal),
    /// The figure is there and not known.
    Unknown,
    /// The run has no such figure.
    Absent,
}

impl std::fmt::Display for Figure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Unknown | Self::Absent => Ok(()),
        }
    }
}

/// The figures of a run.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    /// By table and key.
    rows: BTreeMap<&'static str, BTreeMap<String, Cells>>,
    territories: BTreeSet<String>,
    hazards: BTreeSet<String>,
    /// Layers with what they count beside features, area and length.
    exposures: BTreeMap<String, BTreeSet<String>>,
    deficits: BTreeSet<String>,
    /// Layers with a feature of which an amount is not known.
    unsure: BTreeSet<String>,
}

impl Snapshot {
    /// Reads the tables of a run.
    ///
    /// # Errors
    ///
    /// [`PastRunError`] if a table is missing or cannot be read.
    pub fn of_run(run: &PastRun) -> Result<Self, PastRunError> {
        let mut rows = BTreeMap::new();
        for (table, _, _) in TABLES {
            let name = format!("{table}.csv");
            let path = format!("tables/{name}");
            let no_tables = || PastRunError::NoTables { path: run.directory.clone() };
            let bytes = match run.read(&path)? {
                None if is_optional(table) => continue,
                bytes => bytes.ok_or_else(no_tables)?,
            };
            let key = tables::key_of(&name).unwrap_or_default();
            let read = tables::parse(&bytes, key).ok_or_else(|| {
                PastRunError::BadTable { path: run.path(&path), detail: name.clone() }
            })?;
            rows.insert(table, read);
        }
        let recorded = &run.recorded;
        let territories = recorded.territories.iter().map(|t| t.code.clone());
        let territories = territories.collect();
        let mut snapshot = Self { rows, territories, ..Self::default() };
        snapshot.learn(&recorded.settings);
        snapshot.unsure = unsure(run)?;
        Ok(snapshot)
    }

    /// The figures of what was measured just now, as the tables would print them.
    #[must_use]
    pub fn of_measured(
        area: &StudyArea,
        settings: &Settings,
        measurements: &Measurements,
    ) -> Self {
        let rows = printed(area, measurements);
        let territories = area.territories.iter().map(|t| t.code.as_str().to_owned());
        let territories = territories.collect();
        let mut snapshot = Self { rows, territories, ..Self::default() };
        snapshot.learn(&settings.canonical());
        let unsure = area.exposures.iter().filter(|layer| has_unknown(layer));
        snapshot.unsure = unsure.map(|layer| layer.layer.id.clone()).collect();
        snapshot
    }

    /// Learns from the settings what figures there can be.
    fn learn(&mut self, settings: &Value) {
        let list = |name: &str| settings[name].as_array().cloned().unwrap_or_default();
        let id = |value: &Value| value["id"].as_str().unwrap_or_default().to_owned();
        for layer in list("layers") {
            if layer["hazard"].is_object() {
                self.hazards.insert(id(&layer));
                self.hazards.insert("any".to_owned());
            }
            let Some(role) = layer["exposure"].as_object() else { continue };
            let mut measures = BTreeSet::new();
            measures.extend(role["people"].is_string().then(|| "people".to_owned()));
            let sums = role["sums"].as_object().into_iter().flatten();
            measures.extend(sums.map(|(name, _)| name.clone()));
            self.exposures.insert(id(&layer), measures);
        }
        self.deficits = list("deficits").iter().map(id).collect();
    }

    /// A cell as printed; `None` if there is no such row or column.
    #[must_use]
    pub fn cell(&self, table: &str, row: &str, column: &str) -> Option<&str> {
        self.rows(table).get(row)?.get(column).map(String::as_str)
    }

    pub(super) fn rows(&self, table: &str) -> &BTreeMap<String, Cells> {
        static NONE: BTreeMap<String, Cells> = BTreeMap::new();
        self.rows.get(table).unwrap_or(&NONE)
    }

    /// Codes of the territories.
    pub(super) fn territories(&self) -> &BTreeSet<String> {
        &self.territories
    }

    /// A figure by its row, whose key cells are those of `like`.
    pub(super) fn figure(
        &self,
        table: &str,
        row: &str,
        like: &Cells,
        column: &str,
    ) -> Figure {
        match self.rows(table).get(row) {
            Some(cells) => match cells.get(column).map(String::as_str) {
                None => Figure::Absent,
                Some(text) => {
                    Decimal::parse(text).map_or(Figure::Unknown, Figure::Number)
                }
            },
            None => self.missing(table, like, column),
        }
    }

    /// What it means that a row is not there: rows stand where there is something, so it may
    /// be nothing, or that nobody knows; or the run has no such figure.
    fn missing(&self, table: &str, like: &Cells, column: &str) -> Figure {
        let cell = |name: &str| like.get(name).map_or("", String::as_str);
        let territory = cell("territory");
        let has_place =
            [TOTAL, OUTSIDE].contains(&territory) || self.territories.contains(territory);
        if !has_place || !self.hazards.contains(cell("hazard")) {
            return Figure::Absent;
        }
        let nothing = Figure::Number(Decimal::ZERO);
        match table {
            "exposure" => {
                let (layer, measure) = (cell("layer"), cell("measure"));
                let is_land = ["features", "area", "length"].contains(&measure);
                let counted = self.exposures.get(layer);
                let is_counted = counted.map(|counted| counted.contains(measure));
                let is_range = ["low", "high"].contains(&column);
                match is_counted {
                    Some(true) if self.may_be_unknown(territory, layer) => {
                        Figure::Unknown
                    }
                    Some(counted) if is_land || counted => {
                        let has_end = !is_range || self.has_range(cell("hazard"));
                        if has_end { nothing } else { Figure::Unknown }
                    }
                    _ => Figure::Absent,
                }
            }
            "deficit_in_hazard" if self.deficits.contains(cell("deficit")) => {
                let place = if territory == OUTSIDE { TOTAL } else { territory };
                let row = format!("{place}/{}", cell("deficit"));
                match self
                    .rows("deficits")
                    .get(&row)
                    .map(|cells| cells["people"].as_str())
                {
                    Some("") => Figure::Unknown,
                    Some(_) => nothing,
                    None => Figure::Absent,
                }
            }
            // A class that nobody is in has no row, while the territory has rows of risk.
            "risk_summary" if !column.starts_with("total") => {
                let mut rows = self.rows(table).values();
                let is_judged = rows.any(|cells| {
                    cells["territory"] == territory && cells["hazard"] == cell("hazard")
                });
                if is_judged { nothing } else { Figure::Absent }
            }
            _ => Figure::Absent,
        }
    }

    /// Whether there are features in a territory of which it may be that nobody knows the
    /// amount.
    fn may_be_unknown(&self, territory: &str, layer: &str) -> bool {
        self.unsure.contains(layer)
            && self.rows("exposure").values().any(|cells| {
                let is = |column: &str, value: &str| cells[column] == value;
                is("territory", territory)
                    && is("layer", layer)
                    && is("measure", "features")
            })
    }

    fn has_range(&self, hazard: &str) -> bool {
        let mut rows = self.rows("exposure").values();
        rows.any(|cells| cells["hazard"] == hazard && !cells["low"].is_empty())
    }
}

/// The tables of what was measured, read back.
fn printed(
    area: &StudyArea,
    measurements: &Measurements,
) -> BTreeMap<&'static str, BTreeMap<String, Cells>> {
    let made = tables::make_all(area, measurements, &[], &Findings::default());
    let read = TABLES.into_iter().filter_map(|(table, _, _)| {
        let name = format!("{table}.csv");
        let key = tables::key_of(&name).unwrap_or_default();
        let made = made.iter().find(|made| made.name == name);
        if made.is_none() && is_optional(table) {
            return None;
        }
        let read = made.and_then(|made| tables::parse(&made.bytes, key));
        Some((table, read.expect("our own tables can be read back")))
    });
    read.collect()
}

/// Whether a layer has a feature of which an amount is not known.
fn has_unknown(layer: &ExposureLayer) -> bool {
    let people = layer.people.iter().flat_map(Amounts::iter);
    let sums = layer.sums.iter().flat_map(|(_, values)| values.iter());
    people.chain(sums).any(|amount| amount.is_none())
}

/// The layers of which a run found that an amount is not known.
fn unsure(run: &PastRun) -> Result<BTreeSet<String>, PastRunError> {
    let codes = [Code::UnknownValue, Code::NegativeValue, Code::NotANumber];
    let bytes = run.read("tables/findings.csv")?.unwrap_or_default();
    let key = tables::key_of("findings.csv").unwrap_or_default();
    let rows = tables::parse(&bytes, key).unwrap_or_default();
    let about = rows.into_values().filter(|cells| {
        codes.iter().any(|code| cells.get("code").is_some_and(|id| id == code.id()))
    });
    Ok(about.filter_map(|mut cells| cells.remove("layer")).collect())
}

/// The code of the method of a row; `None` for a table without one.
pub(super) fn method_of(table: &str, cells: &Cells) -> Option<&'static str> {
    let cell = |name: &str| cells.get(name).map_or("", String::as_str);
    Some(match table {
        "exposure" => match cell("measure") {
            "features" => Method::Features.entry().code,
            "area" => Method::Area.entry().code,
            "length" => Method::Length.entry().code,
            "people" => Method::People.entry().code,
            _ => Method::Sum.entry().code,
        },
        "deficits" => Method::of_deficit(cell("kind")).entry().code,
        "deficit_in_hazard" => Method::DeficitInHazard.entry().code,
        "facilities_in_hazard" => Method::FacilitiesInHazard.entry().code,
        _ => return None,
    })
}

/// The unit of a figure.
pub(super) fn unit_of(table: &str, cells: &Cells, column: &str) -> String {
    let cell = |name: &str| cells.get(name).cloned().unwrap_or_default();
    match (table, column) {
        (_, "people" | "people_nearest" | "total_people") => "people".to_owned(),
        ("risk", _) | (_, "features" | "total_features") => "1".to_owned(),
        ("deficits", "shortfall" | "shortfall_low" | "shortfall_high") => {
            cell("shortfall_unit")
        }
        ("exposure" | "deficits", _) => cell("unit"),
        (_, "next_distance_m") => "m".to_owned(),
        _ => String::new(),
    }
}
