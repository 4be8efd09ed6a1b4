//! Bytes to features, one pure module a format.
//!
//! In: a stream of bytes, the names of the [`Wanted`] fields and [`ReadOptions`]. Out:
//! [`Parsed`]: flat coordinates as written, wanted fields only, what the file says of its
//! reference system, and the trouble of single features. A format knows nothing of paths,
//! projects or roles. [`sniff`] tells the formats apart.

use std::collections::BTreeSet;

use crate::layers::RawFeatures;

pub mod archive;
mod collector;
pub mod encoding;
mod error;
pub mod flatgeobuf;
pub mod geojson;
pub mod geopackage;
pub mod geoparquet;
pub mod kml;
pub mod shapefile;
pub mod sniff;
pub mod table;
pub mod wkb;

pub use error::{FormatError, Position, Problem};

/// How many different field names of a file are kept to be shown.
pub const MAX_FIELDS_SHOWN: usize = 200;

/// A format of layers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// RFC 7946, and what came before it.
    GeoJson,
    /// `.shp` with its tables beside it, loose or in a ZIP archive.
    Shapefile,
    /// `SQLite` with tables of the OGC.
    GeoPackage,
    /// `.fgb`.
    FlatGeobuf,
    /// Parquet with `geo` metadata.
    GeoParquet,
    /// Text in columns, with coordinates or WKT.
    Csv,
    /// KML, or KMZ: the same in a ZIP archive.
    Kml,
}

impl Format {
    /// Its name for people and for the manifest.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::GeoJson => "GeoJSON",
            Self::Shapefile => "Shapefile",
            Self::GeoPackage => "GeoPackage",
            Self::FlatGeobuf => "FlatGeobuf",
            Self::GeoParquet => "GeoParquet",
            Self::Csv => "CSV",
            Self::Kml => "KML",
        }
    }
}

/// What the project says of a file beyond its path; each format uses some of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReadOptions {
    /// Which layer, in a file with several.
    pub layer: Option<String>,
    /// CSV: column of the easting or longitude.
    pub x: Option<String>,
    /// CSV: column of the northing or latitude.
    pub y: Option<String>,
    /// CSV: column of the geometry as WKT.
    pub wkt: Option<String>,
    /// CSV: the character between columns, as the project writes it.
    pub delimiter: Option<String>,
    /// CSV: the decimal mark, as the project writes it.
    pub decimal: Option<String>,
    /// Encoding of the text, as the project writes it.
    pub encoding: Option<String>,
}

/// The fields that somebody will ask for; all others are skipped unread.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    fields: Vec<String>,
}

impl Wanted {
    /// Collects names; repeated ones count once.
    #[must_use]
    pub fn new(fields: impl IntoIterator<Item = String>) -> Self {
        let sorted: BTreeSet<String> = fields.into_iter().collect();
        Self { fields: sorted.into_iter().collect() }
    }

    /// The names, sorted.
    #[must_use]
    pub fn fields(&self) -> &[String] {
        &self.fields
    }

    /// The column of a name.
    #[must_use]
    pub fn column_of(&self, name: &str) -> Option<usize> {
        self.fields.binary_search_by(|field| field.as_str().cmp(name)).ok()
    }
}

/// What the old `crs` member of a GeoJSON file says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum LegacyCrs {
    /// A name, such as `urn:ogc:def:crs:OGC:1.3:CRS84` or `EPSG:32719`.
    Named(String),
    /// `null`: no reference system may be assumed.
    Unknown,
    /// A link to a definition somewhere else.
    Linked,
    /// Anything else.
    Unreadable,
}

/// What a file other than GeoJSON says of its reference system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CrsStatement {
    /// An EPSG code.
    Epsg(u32),
    /// Well-known text: a `.prj` file, or the definition in a container.
    Wkt(String),
    /// The file has a place for it, and that says "unknown".
    Undefined,
}

/// Something worth knowing about a file as a whole, for a finding or the doctor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// The finding that tells it.
    pub code: crate::domain::Code,
    /// Values for its text.
    pub values: Vec<(&'static str, String)>,
}

/// Why a feature could not be read, though the file is sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// It is not an object.
    NotAnObject,
    /// It has no `type`, or one that is not text.
    NoType,
    /// Its `type` is not one that may stand there.
    WrongType,
    /// It has no `geometry` member.
    NoGeometry,
    /// Its geometry is neither an object nor null.
    GeometryNotAnObject,
    /// Its geometry has no `type`, or one that is not text.
    NoGeometryType,
    /// Its geometry has an unknown `type`.
    WrongGeometryType,
    /// Its geometry has no `coordinates` (or no `geometries`).
    NoCoordinates,
    /// A coordinate is not a number.
    CoordinateNotANumber,
    /// A position has fewer than two numbers.
    ShortPosition,
    /// Brackets nest otherwise than the geometry's type asks for.
    WrongNesting,
    /// A polygon has holes, but its outer ring is empty.
    EmptyShell,
    /// Collections in collections, too many levels of them.
    TooDeep,
    /// Its `properties` are neither an object nor null.
    PropertiesNotAnObject,
    /// Its geometry has circular arcs.
    CurvedGeometry,
    /// Its geometry ends too early, or is not in the form it must have.
    BrokenGeometry,
    /// The text of its geometry is no well-known text.
    BadWkt,
    /// Its rings lie in one another in too many ways to tell shells from holes.
    TooManyRings,
    /// It is a track, a model or an overlay: no shape on the map.
    NotAShape,
}

impl Reason {
    /// All reasons, for tests.
    pub const ALL: [Self; 19] = [
        Self::NotAnObject,
        Self::NoType,
        Self::WrongType,
        Self::NoGeometry,
        Self::GeometryNotAnObject,
        Self::NoGeometryType,
        Self::WrongGeometryType,
        Self::NoCoordinates,
        Self::CoordinateNotANumber,
        Self::ShortPosition,
        Self::WrongNesting,
        Self::EmptyShell,
        Self::TooDeep,
        Self::PropertiesNotAnObject,
        Self::CurvedGeometry,
        Self::BrokenGeometry,
        Self::BadWkt,
        Self::TooManyRings,
        Self::NotAShape,
    ];

    /// Catalogue key of the phrase that names it.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::NotAnObject => "feature.not_an_object",
            Self::NoType => "feature.no_type",
            Self::WrongType => "feature.wrong_type",
            Self::NoGeometry => "feature.no_geometry",
            Self::GeometryNotAnObject => "feature.geometry_not_an_object",
            Self::NoGeometryType => "feature.no_geometry_type",
            Self::WrongGeometryType => "feature.wrong_geometry_type",
            Self::NoCoordinates => "feature.no_coordinates",
            Self::CoordinateNotANumber => "feature.coordinate_not_a_number",
            Self::ShortPosition => "feature.short_position",
            Self::WrongNesting => "feature.wrong_nesting",
            Self::EmptyShell => "feature.empty_shell",
            Self::TooDeep => "feature.too_deep",
            Self::PropertiesNotAnObject => "feature.properties_not_an_object",
            Self::CurvedGeometry => "feature.curved_geometry",
            Self::BrokenGeometry => "feature.broken_geometry",
            Self::BadWkt => "feature.bad_wkt",
            Self::TooManyRings => "feature.too_many_rings",
            Self::NotAShape => "feature.not_a_shape",
        }
    }
}

/// A feature that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// Why.
    pub reason: Reason,
    /// 1-based position among the file's features, usable or not.
    pub row: u64,
    /// Its place in [`RawFeatures::features`], with null geometry, where at least its
    /// properties could be read; `None` where nothing of it is kept.
    pub kept: Option<usize>,
    /// Where in the file the trouble is.
    pub position: Position,
}

/// What a file held.
#[derive(Debug, Clone, Default)]
pub struct Parsed {
    /// Features; ids are the file's own, else `#` and the 1-based row. Every wanted field
    /// has its column, whether it occurs or not.
    pub data: RawFeatures,
    /// Features in the file, usable or not.
    pub rows: u64,
    /// Every different `crs` statement in the file, sorted.
    pub legacy_crs: Vec<LegacyCrs>,
    /// What a format other than GeoJSON says of its reference system, if anything.
    pub crs: Option<CrsStatement>,
    /// What is worth knowing about the file: encoding, dropped M values, deleted records.
    pub remarks: Vec<Remark>,
    /// Names of the fields that occur, sorted; the first [`MAX_FIELDS_SHOWN`] met.
    pub fields_seen: Vec<String>,
    /// The wanted fields that occur in no feature, sorted.
    pub missing: Vec<String>,
    /// Features that could not be read, in file order.
    pub troubles: Vec<Trouble>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::{Locale, catalogue};

    #[test]
    fn every_reason_has_a_phrase() {
        for reason in Reason::ALL {
            assert!(catalogue(Locale::En).contains_key(reason.key()), "{reason:?}");
        }
    }

    #[test]
    fn wanted_fields_are_found_by_name() {
        let wanted = Wanted::new(["b", "a", "b"].map(str::to_owned));
        assert_eq!(wanted.fields(), ["a", "b"]);
        assert_eq!(wanted.column_of("b"), Some(1));
        assert_eq!(wanted.column_of("c"), None);
    }
}
