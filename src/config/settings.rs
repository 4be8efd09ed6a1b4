//! The project as meant: every default filled in, every name resolved.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::domain::crs::Shift;
use crate::domain::{
    Digest, ElementType, Level, Place, ReferenceSystem, Source, Status, Validity,
};
use crate::i18n::Locale;

use super::contradictions::Contradiction;
use super::doubts::DoubtSettings;
use super::risk::RiskSettings;
use super::sheet::CitedFile;
use super::suppression::Suppression;

/// A text that may differ by language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Localized {
    /// Spanish.
    pub es: String,
    /// English.
    pub en: String,
}

impl Localized {
    /// The text in a language.
    #[must_use]
    pub fn get(&self, locale: Locale) -> &str {
        match locale {
            Locale::Es => &self.es,
            Locale::En => &self.en,
        }
    }
}

/// From which severity on a run that could be finished still exits with 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailOn {
    /// Findings never change the exit code.
    Never,
    /// Warnings and errors do.
    Warning,
    /// Errors do.
    Error,
}

/// A format that results are exported in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ExportFormat {
    /// Attributes of the layers as CSV.
    Csv,
    /// Tables and layers as a Frictionless Data Package.
    DataPackage,
    /// Layers as FlatGeobuf.
    FlatGeobuf,
    /// Layers as GeoJSON.
    GeoJson,
    /// Layers as one GeoPackage.
    GeoPackage,
    /// Layers as GeoParquet, tables as Parquet.
    Parquet,
    /// Layers as Shapefiles.
    Shapefile,
    /// Tables as one workbook.
    Xlsx,
}

impl ExportFormat {
    /// All formats, in the order of their words.
    pub const ALL: [Self; 8] = [
        Self::Csv,
        Self::DataPackage,
        Self::FlatGeobuf,
        Self::GeoJson,
        Self::GeoPackage,
        Self::Parquet,
        Self::Shapefile,
        Self::Xlsx,
    ];

    /// The word in project files and manifests.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::DataPackage => "datapackage",
            Self::FlatGeobuf => "fgb",
            Self::GeoJson => "geojson",
            Self::GeoPackage => "gpkg",
            Self::Parquet => "parquet",
            Self::Shapefile => "shp",
            Self::Xlsx => "xlsx",
        }
    }

    /// The feature of the build without which it cannot be written, if there is one and
    /// this build lacks it.
    #[must_use]
    pub fn lacking_feature(self) -> Option<&'static str> {
        match self {
            Self::GeoPackage if !cfg!(feature = "geopackage") => Some("geopackage"),
            Self::Parquet if !cfg!(feature = "geoparquet") => Some("geoparquet"),
            _ => None,
        }
    }
}

/// How maps are drawn.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MapSettings {
    /// Paper of the sheets.
    pub paper: Paper,
    /// What the atlas holds.
    pub atlas: AtlasPages,
    /// Where the classes of choropleths end.
    pub breaks: Breaks,
    /// How many classes there are, where the method does not say; `None`: five.
    pub classes: Option<usize>,
    /// Picture of the office, for the title.
    pub logo: Option<Logo>,
    /// What is set for single maps, by the name of the map.
    pub sheets: BTreeMap<String, SheetSettings>,
}

/// Where the classes of a choropleth end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Breaks {
    /// At the standard, and at shares of it.
    #[default]
    Standard,
    /// As many values in each class.
    Quantile,
    /// Where values lie far apart: the least squared differences within classes.
    Jenks,
    /// At round values.
    Pretty,
}

/// A picture beside the project file, read with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logo {
    /// File, resolved against the project file.
    pub path: PathBuf,
    /// File as written in the project.
    pub declared_path: String,
    /// The PNG itself.
    pub bytes: Vec<u8>,
    /// Its width and height, pixels.
    pub size: [u32; 2],
    /// SHA-256 of the file.
    pub digest: Digest,
}

/// Paper of the sheets (ISO 216).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Paper {
    /// 210 by 297 mm.
    #[default]
    A4,
    /// 297 by 420 mm.
    A3,
}

/// What the atlas holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AtlasPages {
    /// Every map once.
    #[default]
    Maps,
    /// The hazards of each territory as well.
    Territories,
}

/// What is set for one map.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SheetSettings {
    /// West, south, east and north in the working CRS, metres.
    pub frame: Option<[f64; 4]>,
    /// The number under 1 in the scale.
    pub scale: Option<f64>,
    /// Where its classes end, if otherwise than elsewhere.
    pub breaks: Option<Breaks>,
    /// How many classes it has, if otherwise than elsewhere.
    pub classes: Option<usize>,
    /// The layers beside its subject that it shows; `None`: all.
    pub layers: Option<Vec<String>>,
}

/// A whole project.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Short id, safe as a file name.
    pub id: String,
    /// Title for people.
    pub title: Localized,
    /// EPSG code of the planar working CRS, for example 32719.
    pub working_epsg: u32,
    /// Id of the layer whose features results are given for.
    pub territories: String,
    /// Language for people, unless the command line says otherwise.
    pub locale: Option<Locale>,
    /// When findings change the exit code.
    pub fail_on: FailOn,
    /// Of the territory codes, for example `INEI`; printed with every table.
    pub code_system: Option<String>,
    /// Who makes the maps, for their margin.
    pub author: Option<Localized>,
    /// Date that the results are about: `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
    pub reference_date: Option<String>,
    /// Layers, sorted by id.
    pub layers: Vec<LayerSettings>,
    /// Deficits, sorted by id.
    pub deficits: Vec<DeficitSettings>,
    /// How vulnerability and risk are judged, if they are.
    pub risk: Option<RiskSettings>,
    /// Table of standards, if the project has one; its rows stand in the deficits.
    pub standards: Option<CitedFile>,
    /// Register of contradictions, if the project has one.
    pub contradictions: Option<CitedFile>,
    /// Its entries, in the order of the file.
    pub disputed: Vec<Contradiction>,
    /// Where a run writes, resolved against the project file.
    pub output_directory: PathBuf,
    /// Formats that results are exported in, each once, in the order of the enum.
    pub exports: Vec<ExportFormat>,
    /// Whether a copy of the inputs is kept with the results; `None`: if they are small.
    pub keep_inputs: Option<bool>,
    /// Variants, sorted by id.
    pub scenarios: Vec<ScenarioSettings>,
    /// Dotted keys and values that were changed for this run (`--set`, a scenario), but for
    /// the output directory, which changes no figure.
    pub overrides: Vec<(String, String)>,
    /// How maps are drawn.
    pub maps: MapSettings,
    /// Which doubts go into ranges.
    pub doubts: DoubtSettings,
    /// Which small numbers are not published; `None`: all are.
    pub suppression: Option<Suppression>,
    /// The project file itself.
    pub file: PathBuf,
    /// Digest of the settings that shape figures (not of comments or layout).
    pub digest: Digest,
    /// Where each key stands: dotted path (`layers.blocks.exposure.people`) to its line.
    pub places: BTreeMap<String, Place>,
}

impl Settings {
    /// The settings of a layer by its id.
    #[must_use]
    pub fn layer(&self, id: &str) -> Option<&LayerSettings> {
        self.layers.iter().find(|layer| layer.id == id)
    }

    /// What shapes figures and products, as the digest takes it: keys in byte order, paths
    /// relative to the project file.
    #[must_use]
    pub fn canonical(&self) -> serde_json::Value {
        super::digest::canonical(self)
    }

    /// Where a key stands in the project file, by its dotted path.
    #[must_use]
    pub fn place(&self, key: &str) -> Option<&Place> {
        self.places.get(key)
    }
}

/// A variant of the project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScenarioSettings {
    /// Id: the key under `[scenarios]`.
    pub id: String,
    /// Title for people; the id if none is given.
    pub title: Localized,
    /// Dotted keys and their new values, as for [`crate::config::load`].
    pub overrides: Vec<(String, String)>,
}

/// One layer: where it is, how good it is, what it is used for.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerSettings {
    /// Id: the key under `[layers]`.
    pub id: String,
    /// Title for people; the id if none is given.
    pub title: Localized,
    /// File, resolved against the project file.
    pub path: PathBuf,
    /// File as written in the project.
    pub declared_path: String,
    /// Its reference system, where the project states it.
    pub crs: Option<ReferenceSystem>,
    /// The shift from its datum to WGS 84, where the project gives one.
    pub towgs84: Option<Shift>,
    /// How its file is read, where the file alone does not say.
    pub read: ReadSettings,
    /// Field with feature ids.
    pub id_field: Option<String>,
    /// Who published it.
    pub source: Source,
    /// Positional accuracy, half-width at 95 % confidence.
    pub accuracy: Option<AccuracySetting>,
    /// What it may be used for.
    pub status: Status,
    /// Remarks for people.
    pub notes: Option<Localized>,
    /// Role of territory.
    pub territory: Option<TerritoryRole>,
    /// Role of hazard.
    pub hazard: Option<HazardRole>,
    /// Role of exposed element.
    pub exposure: Option<ExposureRole>,
    /// Role of service.
    pub service: Option<ServiceRole>,
    /// Kind of context (`coastline`, `river`, `road`, `place`, …): drawn, never measured.
    pub context: Option<ContextRole>,
    /// Table whose columns are added to its fields.
    pub join: Option<JoinSettings>,
}

/// A table of attributes that is joined to a layer by code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinSettings {
    /// CSV file, resolved against the project file.
    pub path: PathBuf,
    /// File as written in the project.
    pub declared_path: String,
    /// Column of the code.
    pub key: String,
    /// Field of the layer with the same codes.
    pub to: String,
    /// Name of each new field of the layer, to the column that it comes from.
    pub fields: BTreeMap<String, String>,
    /// Character between columns, as written in the project.
    pub delimiter: Option<String>,
    /// Decimal mark, as written in the project.
    pub decimal: Option<String>,
    /// Character encoding, as written in the project.
    pub encoding: Option<String>,
}

/// What the project says of a file beyond its path; each format uses some of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReadSettings {
    /// Which layer, in a file with several.
    pub layer: Option<String>,
    /// CSV: column of the easting or longitude.
    pub x: Option<String>,
    /// CSV: column of the northing or latitude.
    pub y: Option<String>,
    /// CSV: column of the geometry as WKT.
    pub wkt: Option<String>,
    /// CSV: the character between columns, as written.
    pub delimiter: Option<String>,
    /// CSV: the decimal mark, as written.
    pub decimal: Option<String>,
    /// Encoding of the text, as written.
    pub encoding: Option<String>,
}

/// Positional accuracy of a layer.
#[derive(Debug, Clone, PartialEq)]
pub enum AccuracySetting {
    /// The same for all features, metres.
    Meters(f64),
    /// A field that holds metres.
    Field(String),
}

/// Fields that make a layer's features territories.
#[derive(Debug, Clone, PartialEq)]
pub struct TerritoryRole {
    /// Field of the code.
    pub code: String,
    /// Field of the name; the code if none.
    pub name: Option<String>,
    /// Field of the official number of people.
    pub people: Option<String>,
}

/// What makes a layer a hazard.
#[derive(Debug, Clone, PartialEq)]
pub struct HazardRole {
    /// Kind of process, for example `tsunami`.
    pub kind: String,
    /// Where its levels come from.
    pub levels: HazardLevels,
    /// Layer outside which nobody studied it.
    pub study_area: Option<String>,
    /// Whether it takes part in `any`, while it is in force.
    pub in_any: bool,
    /// From when to when it exists.
    pub validity: Validity,
}

/// Where the levels of a hazard come from.
#[derive(Debug, Clone, PartialEq)]
pub enum HazardLevels {
    /// A field of the features, and how to read its values beyond the built-in names.
    Field {
        /// Name of the field.
        field: String,
        /// Value to level; `Level::None` says "no hazard here".
        names: BTreeMap<String, Level>,
    },
    /// One level for the whole layer.
    Constant(Level),
    /// Distance bands, nearest first, levels not getting worse outwards.
    Bands(Vec<(f64, Level)>),
}

/// Growth of people at a geometric rate: `P(t) = P(t₀) · (1 + r)^(t − t₀)`.
#[derive(Debug, Clone, PartialEq)]
pub struct Growth {
    /// Year of the field, t₀.
    pub from_year: i32,
    /// Year of the estimate, t.
    pub to_year: i32,
    /// Yearly rate, r.
    pub rate: f64,
    /// Who states it.
    pub source: Localized,
}

impl Growth {
    /// Years from the field to the estimate; negative if it looks back.
    #[must_use]
    pub fn years(&self) -> i32 {
        self.to_year - self.from_year
    }

    /// What people are multiplied by.
    #[must_use]
    pub fn factor(&self) -> f64 {
        (1.0 + self.rate).powi(self.years())
    }

    /// The estimate as an expression of what it grows from, the same in every language.
    #[must_use]
    pub fn of(&self, field: &str) -> String {
        let Self { rate, to_year, .. } = self;
        format!("{field} × (1 + {rate:.6})^{} [{to_year}]", self.years())
    }
}

/// What an exposure layer carries.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ExposureRole {
    /// Field of residents.
    pub people: Option<String>,
    /// Further additive fields: name in tables to field in the file.
    pub sums: BTreeMap<String, String>,
    /// People of another year, as an estimate.
    pub growth: Option<Growth>,
    /// Fields that features are judged by, each with the key of the project that names it.
    pub attributes: BTreeMap<String, String>,
    /// What kind of element it is, in CENEPRED's groups.
    pub element_type: Option<ElementType>,
}

/// What a service layer offers.
#[derive(Debug, Clone, PartialEq)]
pub struct ServiceRole {
    /// Kind of service, for example `green_area`.
    pub kind: String,
    /// Field of the additive capacity.
    pub capacity: Option<String>,
}

/// A layer that is drawn and labelled, never measured.
#[derive(Debug, Clone, PartialEq)]
pub struct ContextRole {
    /// `coastline`, `river`, `road`, `place`, `study_area` or another word.
    pub kind: String,
    /// Field with the name to label.
    pub name: Option<String>,
}

/// A standard as cited: texts that do not change with the language; empty where unknown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Citation {
    /// Id in the table of standards.
    pub id: String,
    /// Unit that the table gives it.
    pub unit: String,
    /// Who sets it.
    pub source: String,
    /// With what force: a word of [`super::LegalStatus`].
    pub legal_status: String,
    /// Edition of the source.
    pub edition: String,
    /// Date of the source.
    pub date: String,
}

/// One deficit: a demand, a provision and a standard.
#[derive(Debug, Clone, PartialEq)]
pub struct DeficitSettings {
    /// Id: the key under `[deficits]`.
    pub id: String,
    /// Title for people; the id if none is given.
    pub title: Localized,
    /// How it is computed.
    pub kind: DeficitKind,
    /// The standard, in the unit of the kind; `None` where nobody sets one.
    pub standard: Option<f64>,
    /// Who sets it.
    pub standard_source: Option<Localized>,
    /// The same as data, with what the table of standards says.
    pub citation: Citation,
    /// Reference period, for example `2017`.
    pub period: Option<String>,
}

impl DeficitSettings {
    /// The table of reported figures that it rests on, if any.
    #[must_use]
    pub fn table(&self) -> Option<&Path> {
        match &self.kind {
            DeficitKind::Reported { table, .. }
            | DeficitKind::PeoplePerUnit {
                units: Units::Reported { table, .. }, ..
            } => Some(table),
            _ => None,
        }
    }
}

/// The four kinds of deficit of the contract.
#[derive(Debug, Clone, PartialEq)]
pub enum DeficitKind {
    /// m² of a service per person.
    AreaPerPerson {
        /// Service layer.
        service: String,
        /// Exposure layer that gives the people; else the territories' own.
        people: Option<String>,
    },
    /// Share of people within a distance of a facility.
    Access {
        /// Service layer.
        service: String,
        /// Exposure layer that gives the people.
        people: String,
        /// Planar distance that still counts, metres.
        within_m: f64,
    },
    /// People per unit of a service.
    PeoplePerUnit {
        /// Where the units come from.
        units: Units,
        /// Exposure layer that gives the people; else the territories' own.
        people: Option<String>,
    },
    /// A figure that somebody reported.
    Reported {
        /// CSV file, resolved.
        table: PathBuf,
        /// Indicator in its column of that name.
        indicator: String,
        /// Which direction is good.
        better: Better,
    },
}

impl DeficitKind {
    /// The layer whose people it divides by or serves; none where no layer gives them.
    #[must_use]
    pub fn people_layer(&self) -> Option<&str> {
        match self {
            Self::AreaPerPerson { people, .. } | Self::PeoplePerUnit { people, .. } => {
                people.as_deref()
            }
            Self::Access { people, .. } => Some(people),
            Self::Reported { .. } => None,
        }
    }
}

/// Where the units of `people_per_unit` come from.
#[derive(Debug, Clone, PartialEq)]
pub enum Units {
    /// A reported table.
    Reported {
        /// CSV file, resolved.
        table: PathBuf,
        /// Indicator in its column of that name.
        indicator: String,
    },
    /// A service layer: the sum of its capacity, or its count.
    Service(String),
}

/// Which direction of a reported figure is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Better {
    /// More is better: water hours.
    Higher,
    /// Less is better: tuberculosis.
    Lower,
}
