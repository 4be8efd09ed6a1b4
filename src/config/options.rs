//! The project file as written: its tables and keys, and nothing about their meaning.
//!
//! In: a tree. Out: options with places. Each struct is a table and each field a
//! key; their doc comments are the descriptions in the JSON Schema.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator};

use crate::domain::{ElementType, Level, Status};
use crate::i18n::Locale;

use super::error::{ConfigError, Trouble};
use super::read::{At, Choice, Optional, Read, Required, Words, table, wrong_type};
use super::risk_options::RiskTable;
use super::settings::{AtlasPages, Better, Breaks, ExportFormat, FailOn, Paper};
use super::tree::{Node, Value};

table! {
    /// Project file of Atalaya. Paths are relative to the file; numeric keys end in their unit.
    pub struct ProjectFile {
        /// What the project is about and how it is run.
        pub project: Required<ProjectTable>,
        /// The layers, by id.
        pub layers: Required<BTreeMap<String, At<LayerTable>>>,
        /// Service deficits, by id.
        pub deficits: Optional<BTreeMap<String, At<DeficitTable>>>,
        /// Vulnerability and risk, for the layers that allow it.
        pub risk: Optional<RiskTable>,
        /// Where results go.
        pub outputs: Optional<OutputsTable>,
        /// Variants of the project, by id; `run --scenarios` runs them beside it.
        pub scenarios: Optional<BTreeMap<String, At<ScenarioTable>>>,
        /// How maps are drawn.
        pub maps: Optional<MapsTable>,
        /// Which doubts go into the ranges of figures.
        pub doubts: Optional<DoubtsTable>,
        /// Which small numbers of people are not published. Default: all are.
        pub suppression: Optional<SuppressionTable>,
    }

    /// Small numbers of people are hidden in everything that a run writes, and others with them from which they could be computed.
    pub struct SuppressionTable {
        /// A count of people above 0 and below this is hidden. Default: 5.
        pub min_count: Optional<f64>,
        /// Where there are fewer people than this, no figure about them is given. Default: 20.
        pub min_denominator: Optional<f64>,
        /// Names of further `sums` that count persons or households and are protected like people. Default: none.
        pub sums: Optional<Vec<At<String>>>,
    }

    /// Which doubts go into `low` and `high`; those that are on combine as the root of the sum of their squares.
    pub struct DoubtsTable {
        /// The edge of a hazard lies somewhere within its accuracy. Default: `true`.
        pub hazard_edge: Optional<bool>,
        /// The exposed elements lie somewhere within the accuracy of their layer. Default: `false`.
        pub exposed_position: Optional<bool>,
        /// The places of a service lie somewhere within the accuracy of their layer. Default: `false`.
        pub service_position: Optional<bool>,
        /// The operations that brought two layers from different datums together have an accuracy. Default: `false`.
        pub datum: Optional<bool>,
        /// An element on both sides of an edge counts by one of three rules: the worst level, that of most of it, or in parts. Default: `false`.
        pub straddling: Optional<bool>,
        /// People are of one date and the results of another. Default: `false`.
        pub population_date: Optional<bool>,
        /// Yearly rate at which people may have grown or shrunk since, where their layer does not say, for example `0.0125`.
        pub growth_rate: Optional<f64>,
        /// Who states that rate.
        pub growth_source: Optional<String>,
    }

    /// What the project is about and how it is run.
    pub struct ProjectTable {
        /// Short id, safe as a file name: ASCII letters, digits, `_` and `-`.
        pub id: Required<String>,
        /// Title for people. Default: the id.
        pub title: Optional<Text>,
        /// Reference system that everything is measured in: planar and in metres, for example `EPSG:32719`.
        pub working_crs: Required<String>,
        /// Id of the layer whose features results are given for; it needs the role `territory`.
        pub territories: Required<String>,
        /// Language of what people read. Default: that of the environment, else `es`.
        pub locale: Optional<Choice<Locale>>,
        /// From which severity of findings on a run ends with exit code 1. Default: `error`.
        pub fail_on: Optional<Choice<FailOn>>,
        /// System of the territory codes, for example `INEI`; printed with every table.
        pub code_system: Optional<String>,
        /// Who makes the maps; printed in their margin.
        pub author: Optional<Text>,
        /// Date that the results are about: hazards that are not in force then stay out of `any`.
        pub reference_date: Optional<DateText>,
        /// CSV with standards, each with its source, that deficits take by their id.
        pub standards: Optional<String>,
        /// CSV with the register of contradictions between sources.
        pub contradictions: Optional<String>,
    }

    /// A layer: where it is, how good it is, what it is used for.
    pub struct LayerTable {
        /// File, relative to the project file.
        pub path: Required<String>,
        /// Title for people. Default: the id.
        pub title: Optional<Text>,
        /// Remarks for people.
        pub notes: Optional<Text>,
        /// Reference system, only where the file does not say; a contradiction is an error.
        pub crs: Optional<String>,
        /// Shift from the layer's datum to WGS 84, position vector convention: three metres, or those, three arc-seconds and parts per million.
        pub towgs84: Optional<Vec<At<f64>>>,
        /// Name of the layer in a container with several.
        pub layer: Optional<String>,
        /// Field with feature ids. Default: the file's own ids, else `#` and the 1-based row.
        pub id: Optional<String>,
        /// CSV: column of the easting or longitude.
        pub x: Optional<String>,
        /// CSV: column of the northing or latitude.
        pub y: Optional<String>,
        /// CSV: column of the geometry as WKT.
        pub wkt: Optional<String>,
        /// CSV: character between columns.
        pub delimiter: Optional<String>,
        /// CSV: decimal mark.
        pub decimal: Optional<String>,
        /// Character encoding of the text.
        pub encoding: Optional<String>,
        /// Who published the data, when, under which licence.
        pub source: Optional<SourceTable>,
        /// Positional accuracy in metres: half-width at 95 % confidence.
        pub accuracy_m: Optional<f64>,
        /// Field that holds each feature's positional accuracy in metres.
        pub accuracy_field: Optional<String>,
        /// How far the data may be trusted; printed on every product made from them.
        pub status: Optional<Choice<Status>>,
        /// The features are territories.
        pub territory: Optional<TerritoryTable>,
        /// The features are zones, or sources, of a hazard.
        pub hazard: Optional<HazardTable>,
        /// The features are exposed elements.
        pub exposure: Optional<ExposureTable>,
        /// The features serve people.
        pub service: Optional<ServiceTable>,
        /// The features are drawn and labelled, never measured.
        pub context: Optional<ContextTable>,
        /// A table of attributes whose columns are added to the fields of the layer.
        pub join: Optional<JoinTable>,
    }

    /// A table of attributes (CSV) that is joined to the layer by code.
    pub struct JoinTable {
        /// CSV file, relative to the project file.
        pub path: Required<String>,
        /// Column of the code in the table; each code once.
        pub key: Required<String>,
        /// Field of the layer with the same codes.
        pub to: Required<String>,
        /// Columns to add: a list of names, or `{ new_field = "column" }`.
        pub fields: Required<JoinFields>,
        /// Character between columns, or `tab`. Default: a comma.
        pub delimiter: Optional<String>,
        /// Decimal mark, `.` or `,`. Default: a point.
        pub decimal: Optional<String>,
        /// Character encoding of the text. Default: UTF-8.
        pub encoding: Optional<String>,
    }

    /// Who published the data, when, under which licence.
    pub struct SourceTable {
        /// Title of the data set.
        pub title: Optional<String>,
        /// Who publishes it.
        pub publisher: Optional<String>,
        /// Reference date of the data: `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
        pub date: Optional<DateText>,
        /// Where it can be found.
        pub url: Optional<String>,
        /// Licence under which it may be used.
        pub licence: Optional<String>,
    }

    /// Fields that make the features territories.
    pub struct TerritoryTable {
        /// Field of the code, always read as text.
        pub code: Required<String>,
        /// Field of the name. Default: the code.
        pub name: Optional<String>,
        /// Field of the official number of people; compared with what the exposure layers add up to.
        pub people: Optional<String>,
    }

    /// What makes the layer a hazard: exactly one of `level`, `constant` and `bands`.
    pub struct HazardTable {
        /// Kind of process, for example `tsunami` or `active_fault`.
        pub kind: Required<String>,
        /// Field that holds the level.
        pub level: Optional<String>,
        /// How to read the values of that field beyond the built-in names.
        pub levels: Optional<BTreeMap<String, At<Choice<AnyLevel>>>>,
        /// One level for the whole layer.
        pub constant: Optional<Choice<ZoneLevel>>,
        /// Distance bands around the features, nearest first; levels never get worse outwards.
        pub bands: Optional<Vec<At<BandTable>>>,
        /// Id of the layer outside which nobody studied this hazard.
        pub study_area: Optional<String>,
        /// Whether the hazard takes part in `any`, the worst of all. Default: `true`.
        pub in_any: Optional<bool>,
        /// First date on which the hazard exists.
        pub valid_from: Optional<DateText>,
        /// Last date on which the hazard exists.
        pub valid_to: Optional<DateText>,
    }

    /// A distance band.
    pub struct BandTable {
        /// Planar distance to which the band reaches, metres.
        pub within_m: Required<f64>,
        /// Its level.
        pub level: Required<Choice<ZoneLevel>>,
    }

    /// Fields that the exposed elements carry. Their number, area and length are always measured.
    pub struct ExposureTable {
        /// Field of residents.
        pub people: Optional<String>,
        /// Further additive fields: name in the tables = field in the file.
        pub sums: Optional<BTreeMap<String, At<String>>>,
        /// What kind of element it is, in CENEPRED's groups: a word or a code of SIGRID.
        pub element_type: Optional<Choice<ElementType>>,
        /// People of another year, as an estimate: the field's, grown at a yearly rate.
        pub growth: Optional<GrowthTable>,
    }

    /// Growth of people at a geometric rate: exactly one of `rate` and `totals`.
    pub struct GrowthTable {
        /// Year of the field.
        pub from_year: Required<f64>,
        /// Year that people are estimated for.
        pub to_year: Required<f64>,
        /// Yearly rate, for example 0.015.
        pub rate: Optional<f64>,
        /// People of two years, from which the rate follows: year = people.
        pub totals: Optional<BTreeMap<String, At<f64>>>,
        /// Who states the rate or the totals.
        pub source: Required<Text>,
    }

    /// What the layer offers.
    pub struct ServiceTable {
        /// Kind of service, for example `green_area` or `health`.
        pub kind: Required<String>,
        /// Field of the additive capacity, for example beds.
        pub capacity: Optional<String>,
    }

    /// How the layer is drawn.
    pub struct ContextTable {
        /// What it is, for example `coastline`, `river`, `road` or `place`.
        pub kind: Required<String>,
        /// Field with the name to label.
        pub name: Optional<String>,
    }

    /// A service deficit: a demand and a provision against a stated standard.
    pub struct DeficitTable {
        /// How it is computed.
        pub kind: Required<Choice<DeficitWord>>,
        /// Title for people. Default: the id.
        pub title: Optional<Text>,
        /// Id of the layer that serves; it needs the role `service`.
        pub service: Optional<String>,
        /// Id of the exposure layer that gives the people. Default: the territories' own people.
        pub people: Optional<String>,
        /// `access`: planar distance that still counts as served, metres.
        pub within_m: Optional<f64>,
        /// CSV with reported figures, relative to the project file.
        pub table: Optional<String>,
        /// Indicator in the table's column of that name.
        pub indicator: Optional<String>,
        /// The standard: m² per person, share of people (0 to 1), people per unit at most, or the unit of the table; or its id in the table of standards; or `none`.
        pub standard: Required<StandardValue>,
        /// Who sets the standard.
        pub standard_source: Optional<Text>,
        /// Reference period, for example `2017`.
        pub period: Optional<Period>,
        /// `reported`: which direction is good.
        pub better: Optional<Choice<Better>>,
    }

    /// Where results go.
    pub struct OutputsTable {
        /// Folder, relative to the project file; each run takes the place of the one before. Default: `outputs/` and the id.
        pub directory: Optional<String>,
        /// Formats in which result layers and tables are exported. Default: none.
        pub exports: Optional<Vec<At<Choice<ExportFormat>>>>,
        /// Whether `inputs.zip`, a copy of the project and its inputs, is kept with the results, so that they can be compared and computed again anywhere. Default: if the inputs have 16 MiB or less.
        pub keep_inputs: Optional<bool>,
    }

    /// A variant of the project.
    pub struct ScenarioTable {
        /// Title for people. Default: the id.
        pub title: Optional<Text>,
        /// Keys to change and their new values, as with `--set`: `{ "layers.zones.path" = "other.geojson" }`.
        pub set: Required<Overrides>,
    }

    /// How maps are drawn.
    pub struct MapsTable {
        /// Paper of the sheets. Default: `A4`.
        pub paper: Optional<Choice<Paper>>,
        /// What the atlas holds: every map once, or the hazards of each territory as well. Default: `maps`.
        pub atlas: Optional<Choice<AtlasPages>>,
        /// Where the classes of deficit maps end: at the standard and shares of it, or by the values themselves. Default: `standard`.
        pub breaks: Optional<Choice<Breaks>>,
        /// Number of classes that `quantile`, `jenks` and `pretty` make, from 2 to 7. Default: 5.
        pub classes: Optional<f64>,
        /// PNG for the title, beside the project file. Default: the slot stays empty.
        pub logo: Optional<String>,
        /// What is set for single maps, by the name of the map's files, for example `hazard_tsunami`; `[maps.hazard_tsunami]` means the same.
        pub sheets: Optional<BTreeMap<String, At<SheetTable>>>,
    }

    /// Frame, scale, classes and layers of a map.
    pub struct SheetTable {
        /// What the map must show: west, south, east and north in the working CRS, metres. Default: where people and zones meet.
        pub frame: Optional<Vec<At<f64>>>,
        /// The number under 1 in the scale, for example `25000`. Default: the largest round scale at which the frame fits the paper.
        pub scale: Optional<f64>,
        /// Where its classes end, if otherwise than in `maps.breaks`.
        pub breaks: Optional<Choice<Breaks>>,
        /// Number of its classes, if otherwise than in `maps.classes`.
        pub classes: Optional<f64>,
        /// Ids of the layers that it shows beside its subject and the territories. Default: all that belong to it.
        pub layers: Optional<Vec<At<String>>>,
    }

    /// A text in both languages.
    pub struct BothTable {
        /// In Spanish.
        pub es: Required<String>,
        /// In English.
        pub en: Required<String>,
    }
}

/// A text: one for both languages, or `{ es = "…", en = "…" }`.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(untagged)]
pub enum Text {
    /// The same in both languages.
    Same(String),
    /// One a language.
    Both(Box<BothTable>),
}

impl Read for Text {
    fn read(node: &Node, key: &str, errors: &mut Vec<ConfigError>) -> Option<Self> {
        match node.value {
            Value::Text(_) => String::read(node, key, errors).map(Self::Same),
            Value::Table(_) => {
                BothTable::read(node, key, errors).map(|both| Self::Both(Box::new(both)))
            }
            _ => {
                wrong_type(node, key, "@config.type.text_or_both", errors);
                None
            }
        }
    }
}

/// Dotted keys and the TOML text of their new values.
#[derive(Debug, Clone)]
pub struct Overrides(pub Vec<(String, String)>);

impl Read for Overrides {
    fn read(node: &Node, key: &str, errors: &mut Vec<ConfigError>) -> Option<Self> {
        let Value::Table(entries) = &node.value else {
            wrong_type(node, key, "@config.type.table", errors);
            return None;
        };
        let mut all = Vec::new();
        for entry in entries {
            entry.node.overrides(&entry.key, &mut all);
        }
        Some(Self(all))
    }
}

impl JsonSchema for Overrides {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Overrides".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({ "type": "object", "additionalProperties": true })
    }
}

/// The columns of a joined table: a list of names, or `{ new_field = "column" }`.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(untagged)]
pub enum JoinFields {
    /// Columns that keep their names.
    Listed(Vec<At<String>>),
    /// New names, each with its column.
    Named(BTreeMap<String, At<String>>),
}

impl Read for JoinFields {
    fn read(node: &Node, key: &str, errors: &mut Vec<ConfigError>) -> Option<Self> {
        match node.value {
            Value::List(_) => Vec::read(node, key, errors).map(Self::Listed),
            _ => BTreeMap::read(node, key, errors).map(Self::Named),
        }
    }
}

/// A standard: its value, its id in the table of standards, or `none`.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(untagged)]
pub enum StandardValue {
    /// The value.
    Number(f64),
    /// An id in the table of standards, or `none`.
    Id(String),
}

impl Read for StandardValue {
    fn read(node: &Node, key: &str, errors: &mut Vec<ConfigError>) -> Option<Self> {
        match node.value {
            Value::Text(_) => String::read(node, key, errors).map(Self::Id),
            Value::Float(_) | Value::Integer(_) => {
                f64::read(node, key, errors).map(Self::Number)
            }
            _ => {
                wrong_type(node, key, "@config.type.number_or_id", errors);
                None
            }
        }
    }
}

/// A date of data, as `YYYY`, `YYYY-MM` or `YYYY-MM-DD`, in quotes or not.
#[derive(Debug, Clone)]
pub struct DateText(pub String);

impl Read for DateText {
    fn read(node: &Node, key: &str, errors: &mut Vec<ConfigError>) -> Option<Self> {
        let text = match &node.value {
            Value::Text(text) | Value::Date(text) => text.trim().to_owned(),
            Value::Integer(year) => year.to_string(),
            _ => {
                wrong_type(node, key, "@config.type.date", errors);
                return None;
            }
        };
        if is_date(&text) {
            return Some(Self(text));
        }
        let trouble = Trouble::BadDate { found: text };
        errors.push(ConfigError::new(key, node.place.clone(), trouble));
        None
    }
}

impl JsonSchema for DateText {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Date".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({
            "anyOf": [
                { "type": "string", "pattern": "^\\d{4}(-\\d{2}(-\\d{2})?)?$" },
                { "type": "integer", "minimum": 1000, "maximum": 9999 }
            ]
        })
    }
}

/// Whether a text is a date of the Gregorian calendar: `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
#[must_use]
pub fn is_date(text: &str) -> bool {
    let digits = |part: &str, length: usize| {
        (part.len() == length && part.bytes().all(|b| b.is_ascii_digit()))
            .then(|| part.parse::<u32>().ok())
            .flatten()
    };
    let parts: Vec<&str> = text.split('-').collect();
    let Some(year) = digits(parts[0], 4).filter(|year| *year > 0) else { return false };
    let month = parts.get(1).map(|part| digits(part, 2));
    let day = parts.get(2).map(|part| digits(part, 2));
    match (month, day, parts.len()) {
        (None, None, 1) => true,
        (Some(Some(month)), None, 2) => (1..=12).contains(&month),
        (Some(Some(month)), Some(Some(day)), 3) => {
            (1..=12).contains(&month) && (1..=days_of(year, month)).contains(&day)
        }
        _ => false,
    }
}

fn days_of(year: u32, month: u32) -> u32 {
    let is_leap =
        year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 => 28 + u32::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// A reference period: a year, or text such as `2014-2016`.
#[derive(Debug, Clone)]
pub struct Period(pub String);

impl Read for Period {
    fn read(node: &Node, key: &str, errors: &mut Vec<ConfigError>) -> Option<Self> {
        match &node.value {
            Value::Integer(year) => Some(Self(year.to_string())),
            Value::Date(date) => Some(Self(date.clone())),
            Value::Text(_) => {
                String::read(node, key, errors).map(|text| Self(text.trim().to_owned()))
            }
            _ => {
                wrong_type(node, key, "@config.type.period", errors);
                None
            }
        }
    }
}

impl JsonSchema for Period {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Period".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({ "type": ["string", "integer"] })
    }
}

/// A level that a zone or band can have.
#[derive(Debug, Clone, Copy)]
pub struct ZoneLevel(pub Level);

/// A level that a value of a field can mean: also that there is no hazard.
#[derive(Debug, Clone, Copy)]
pub struct AnyLevel(pub Level);

impl Words for ZoneLevel {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("very_high", Self(Level::VeryHigh)),
        ("high", Self(Level::High)),
        ("medium", Self(Level::Medium)),
        ("low", Self(Level::Low)),
        ("muy_alto", Self(Level::VeryHigh)),
        ("alto", Self(Level::High)),
        ("medio", Self(Level::Medium)),
        ("bajo", Self(Level::Low)),
    ];

    fn parse(text: &str) -> Option<Self> {
        Level::parse(text).filter(|level| *level != Level::None).map(Self)
    }
}

impl Words for AnyLevel {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("very_high", Self(Level::VeryHigh)),
        ("high", Self(Level::High)),
        ("medium", Self(Level::Medium)),
        ("low", Self(Level::Low)),
        ("none", Self(Level::None)),
        ("muy_alto", Self(Level::VeryHigh)),
        ("alto", Self(Level::High)),
        ("medio", Self(Level::Medium)),
        ("bajo", Self(Level::Low)),
        ("ninguno", Self(Level::None)),
    ];

    fn parse(text: &str) -> Option<Self> {
        Level::parse(text).map(Self)
    }
}

/// The word that chooses how a deficit is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeficitWord {
    /// m² of a service per person.
    AreaPerPerson,
    /// Share of people within a distance of a facility.
    Access,
    /// People per unit of a service.
    PeoplePerUnit,
    /// A figure that somebody reported.
    Reported,
}

impl Words for DeficitWord {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("area_per_person", Self::AreaPerPerson),
        ("access", Self::Access),
        ("people_per_unit", Self::PeoplePerUnit),
        ("reported", Self::Reported),
    ];
}

impl Words for Locale {
    const WORDS: &'static [(&'static str, Self)] = &[("es", Self::Es), ("en", Self::En)];
}

impl Words for Paper {
    const WORDS: &'static [(&'static str, Self)] = &[("A4", Self::A4), ("A3", Self::A3)];
}

impl Words for AtlasPages {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("maps", Self::Maps),
        ("districts", Self::Territories),
        ("mapas", Self::Maps),
        ("distritos", Self::Territories),
    ];
}

impl Words for Breaks {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("standard", Self::Standard),
        ("quantile", Self::Quantile),
        ("jenks", Self::Jenks),
        ("pretty", Self::Pretty),
        ("estandar", Self::Standard),
        ("cuantiles", Self::Quantile),
    ];
}

impl Words for FailOn {
    const WORDS: &'static [(&'static str, Self)] =
        &[("never", Self::Never), ("warning", Self::Warning), ("error", Self::Error)];
}

impl Words for Status {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("official", Self::Official),
        ("reference", Self::Reference),
        ("synthetic", Self::Synthetic),
    ];
}

impl Words for ElementType {
    const WORDS: &'static [(&'static str, Self)] = Self::NAMES;
}

impl Words for ExportFormat {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("csv", Self::Csv),
        ("datapackage", Self::DataPackage),
        ("fgb", Self::FlatGeobuf),
        ("geojson", Self::GeoJson),
        ("gpkg", Self::GeoPackage),
        ("parquet", Self::Parquet),
        ("shp", Self::Shapefile),
        ("xlsx", Self::Xlsx),
    ];
}

impl Words for Better {
    const WORDS: &'static [(&'static str, Self)] =
        &[("higher", Self::Higher), ("lower", Self::Lower)];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        let cases = [
            ("2023", true),
            ("2023-01", true),
            ("2023-01-31", true),
            ("2024-02-29", true),
            ("2000-02-29", true),
            ("1900-02-29", false),
            ("2023-02-29", false),
            ("2023-13", false),
            ("2023-00-10", false),
            ("2023-04-31", false),
            ("2023-1-1", false),
            ("23", false),
            ("2023-01-01-01", false),
            ("0000", false),
            ("enero de 2023", false),
            ("", false),
        ];
        for (text, expected) in cases {
            assert_eq!(is_date(text), expected, "{text}");
        }
    }
}
