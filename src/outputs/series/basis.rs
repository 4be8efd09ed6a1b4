//! What an observation rests on: if any of it changes, a line must not go on.
//!
//! In: a row of `indicators.csv` and what the manifest of its run recorded. Out: a [`Basis`].
//! Dates of a source do not count, else every new edition of a census would break its line;
//! title and publisher do.

use serde_json::Value;

use super::Break;
use crate::outputs::past_run::Recorded;
use crate::outputs::tables::Cells;

/// What can change between two observations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// The method or its version.
    Method,
    /// The territories.
    Boundary,
    /// Where the people come from.
    Population,
    /// The standard that it is held against.
    Standard,
    /// Other data: the hazard, the exposed layer, the service, the reported source.
    Data,
    /// The unit.
    Unit,
}

impl Reason {
    /// All of them, in the order in which they are told.
    pub const ALL: [Self; 6] = [
        Self::Method,
        Self::Boundary,
        Self::Population,
        Self::Standard,
        Self::Data,
        Self::Unit,
    ];

    /// The word in tables and catalogues.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Method => "method",
            Self::Boundary => "boundary",
            Self::Population => "population",
            Self::Standard => "standard",
            Self::Data => "data",
            Self::Unit => "unit",
        }
    }
}

/// What an observation rests on, one text for each [`Reason`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Basis([String; 6]);

impl Basis {
    pub(super) fn of(cells: &Cells, recorded: &Recorded) -> Self {
        let cell = |column: &str| cells.get(column).map_or("", String::as_str);
        let settings = &recorded.settings;
        let method = format!("{} {}", cell("method"), cell("method_version"));
        let about = About::of(cell("indicator"), settings);
        let boundary = match cell("boundary_source") {
            "" => String::new(),
            cited => format!("{cited} [{}]", boundary_digest(recorded)),
        };
        let standard = standard(cells, &about);
        let unit = cell("unit_measure").to_owned();
        let population = about.population(settings, cell("denominator_source"));
        let data = about.data(settings, cell("source"));
        Self([method, boundary, population, standard, data, unit])
    }

    /// What changed until another observation.
    pub(super) fn breaks(&self, after: &Self) -> Vec<Break> {
        let pairs = Reason::ALL.into_iter().zip(self.0.iter().zip(&after.0));
        let changed = pairs.filter(|(_, (before, after))| before != after);
        changed
            .map(|(reason, (before, after))| Break {
                reason,
                before: before.clone(),
                after: after.clone(),
            })
            .collect()
    }
}

/// The first digits of the digest of the file that draws the territories: the same citation
/// does not make the same lines.
fn boundary_digest(recorded: &Recorded) -> &str {
    let layer = recorded.settings["project"]["territories"].as_str().unwrap_or_default();
    let found = recorded.inputs.iter().find(|input| input.layer == layer);
    found.map_or("", |input| input.sha256.get(..12).unwrap_or(&input.sha256))
}

fn standard(cells: &Cells, about: &About<'_>) -> String {
    let columns = ["target", "target_id", "target_edition"];
    let cited = columns.map(|column| cells.get(column).map_or("", String::as_str));
    let within = about.kind("access").and_then(|kind| kind["within_m"].as_f64());
    let within = within.map(|m| format!("{m} m")).unwrap_or_default();
    let parts = cited.into_iter().chain([within.as_str()]);
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}

/// What an indicator is about, by its code.
enum About<'s> {
    Exposure { hazard: &'s str, layer: &'s str, measure: &'s str },
    Deficit(&'s Value),
    Other,
}

impl<'s> About<'s> {
    fn of(indicator: &'s str, settings: &'s Value) -> Self {
        let parts: Vec<&str> = indicator.splitn(5, '.').collect();
        match parts[..] {
            ["exposure", hazard, _, layer, measure] => {
                Self::Exposure { hazard, layer, measure }
            }
            ["deficit", ..] => {
                let id = indicator.trim_start_matches("deficit.");
                part(&settings["deficits"], id).map_or(Self::Other, Self::Deficit)
            }
            _ => Self::Other,
        }
    }

    /// The settings of a kind of deficit, if it is of that kind.
    fn kind(&self, name: &str) -> Option<&'s Value> {
        let Self::Deficit(deficit) = self else { return None };
        deficit["kind"].get(name)
    }

    /// Who says how many people there are; empty where no people go into it.
    fn population(&self, settings: &Value, stated: &str) -> String {
        match self {
            Self::Exposure { layer, measure: "people", .. } => people(settings, layer),
            Self::Deficit(deficit) if self.kind("reported").is_none() => {
                let kinds = deficit["kind"].as_object();
                let kind = kinds.and_then(|kinds| kinds.values().next());
                let layer = kind.and_then(|kind| kind["people"].as_str());
                let territories = settings["project"]["territories"].as_str();
                people(settings, layer.or(territories).unwrap_or_default())
            }
            Self::Exposure { .. } => String::new(),
            Self::Deficit(_) | Self::Other => stated.to_owned(),
        }
    }

    /// Who says the rest: hazard, exposed layer, service, or the source that reports.
    fn data(&self, settings: &Value, stated: &str) -> String {
        match self {
            Self::Exposure { hazard, layer, measure } => {
                let mut parts = hazards(settings, hazard);
                if *measure != "people" {
                    parts.push(cited(settings, layer));
                }
                parts.join("; ")
            }
            Self::Deficit(deficit) if self.kind("reported").is_none() => {
                let kinds = deficit["kind"].as_object();
                let kind = kinds.and_then(|kinds| kinds.values().next());
                let service = kind.and_then(|kind| {
                    kind["service"].as_str().or(kind["units"]["service"].as_str())
                });
                match service {
                    Some(service) => cited(settings, service),
                    None => stated.to_owned(),
                }
            }
            Self::Deficit(_) | Self::Other => stated.to_owned(),
        }
    }
}

/// A layer or deficit of the settings by its id.
fn part<'s>(list: &'s Value, id: &str) -> Option<&'s Value> {
    list.as_array()?.iter().find(|one| one["id"] == *id)
}

/// Title and publisher of a layer; its id where it states neither.
fn cited(settings: &Value, id: &str) -> String {
    let source = part(&settings["layers"], id).map(|layer| &layer["source"]);
    let text = |name: &str| source.and_then(|source| source[name].as_str());
    let parts: Vec<&str> =
        [text("title"), text("publisher")].into_iter().flatten().collect();
    if parts.is_empty() { id.to_owned() } else { parts.join(", ") }
}

/// Who says how many people a layer has, and whether they were grown to another year.
fn people(settings: &Value, layer: &str) -> String {
    let role = part(&settings["layers"], layer).map(|layer| &layer["exposure"]);
    let growth = role.map(|role| &role["growth"]).filter(|growth| !growth.is_null());
    let cited = cited(settings, layer);
    growth.map_or(cited.clone(), |growth| format!("{cited} × (1 + {})", growth["rate"]))
}

/// The hazards behind a figure, each with its source and how its levels are read.
fn hazards(settings: &Value, hazard: &str) -> Vec<String> {
    let layers = settings["layers"].as_array().map_or(&[][..], Vec::as_slice);
    let is_meant = |layer: &&Value| {
        let role = &layer["hazard"];
        match hazard {
            "any" => role["in_any"] == true,
            id => !role.is_null() && layer["id"] == *id,
        }
    };
    let told = layers.iter().filter(is_meant).map(|layer| {
        let id = layer["id"].as_str().unwrap_or_default();
        format!("{id}: {}, {}", cited(settings, id), layer["hazard"]["levels"])
    });
    told.collect()
}
