//! What the doctor says of a file: plain values, without a language.

use super::suspicion::Suspicion;
use crate::domain::{Code, Digest, Message};
use crate::formats::Format;
use crate::layers::CrsEvidence;

/// A file looked at.
#[derive(Debug, Clone)]
pub struct Examination {
    /// Its path, as given.
    pub path: String,
    /// Its format, by content.
    pub format: Format,
    /// Whether it is an archive.
    pub is_archive: bool,
    /// Size.
    pub bytes: u64,
    /// SHA-256.
    pub digest: Digest,
    /// Names of the files that belong to it and are there.
    pub companions: Vec<String>,
    /// Layers in it.
    pub layer_count: usize,
    /// Those that were looked at, the first fifty; one for a file that is no container.
    pub sheets: Vec<Sheet>,
}

/// One layer of a file.
#[derive(Debug, Clone, Default)]
pub struct Sheet {
    /// Its name in a container.
    pub name: Option<String>,
    /// Why it could not be read; then nothing else is known.
    pub error: Option<Message>,
    /// What may be wrong, gravest first.
    pub suspicions: Vec<Suspicion>,
    /// Lines for the project file: key, and value as TOML writes it.
    pub keys: Vec<(&'static str, String)>,
    /// Its reference system.
    pub crs: CrsView,
    /// Where it lies; `None` without coordinates.
    pub extent: Option<Extent>,
    /// Where that is from the territories; `None` without a project.
    pub place: Option<Place>,
    /// Features and vertices by type.
    pub counts: Counts,
    /// Findings that a run would make of its geometries, with how many of each.
    pub validity: Vec<(Code, usize)>,
    /// Pairs of areas that overlap; `None` if that was not looked at.
    pub overlaps: Option<Overlaps>,
    /// How its text is written.
    pub text: Option<TextView>,
    /// Its fields.
    pub fields: Vec<Field>,
    /// Whether it has more fields than those.
    pub has_more_fields: bool,
}

/// The reference system of a layer and how it is known.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CrsView {
    /// The system, as the project file would write it; `None` if nobody says it.
    pub system: Option<String>,
    /// Its name, where the table of systems has it.
    pub name: Option<&'static str>,
    /// How it is known.
    pub evidence: Option<CrsEvidence>,
    /// Whether it is the doctor's proposal and not the file's statement.
    pub is_proposed: bool,
}

/// Where a layer lies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Extent {
    /// As in the file: least x, least y, largest x, largest y.
    pub file: [f64; 4],
    /// West, south, east, north, degrees of WGS 84.
    pub degrees: Option<[f64; 4]>,
    /// The same in metres of a planar system, and its EPSG code; `None` for a layer too
    /// wide for one zone.
    pub meters: Option<(u32, [f64; 4])>,
    /// Width and height on the ellipsoid, m.
    pub size_m: Option<[f64; 2]>,
}

/// Where a layer lies, seen from the territories of a project.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// Features of which some vertices were looked at.
    pub features: usize,
    /// Those with one of them in a territory.
    pub inside: usize,
    /// Distance of the nearest feature from the territories, m; 0 if one is inside.
    pub nearest_m: f64,
    /// Distance of the farthest, m.
    pub farthest_m: f64,
    /// Compass point of the middle of the layer, seen from the middle of the territories.
    pub direction: &'static str,
    /// Ids of the first features outside.
    pub outside: Vec<String>,
}

/// Features by type.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Features in the file.
    pub features: u64,
    /// Points and multipoints.
    pub points: usize,
    /// Lines.
    pub lines: usize,
    /// Polygons.
    pub polygons: usize,
    /// Several of them in one feature.
    pub mixed: usize,
    /// Without a geometry, or with an empty one.
    pub without: usize,
    /// Not to be read.
    pub unreadable: usize,
    /// With several parts of the same type.
    pub multipart: usize,
    /// With a third number.
    pub with_height: usize,
    /// Coordinate pairs.
    pub vertices: usize,
}

/// Areas that overlap.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Overlaps {
    /// Pairs.
    pub pairs: usize,
    /// Common area, m².
    pub area_m2: f64,
}

/// How the text of a layer is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextView {
    /// Encoding.
    pub encoding: String,
    /// Between columns, for a table.
    pub delimiter: Option<char>,
    /// Decimal mark, for a table with decimals.
    pub decimal: Option<char>,
}

/// What the values of a field are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// Nothing but nulls.
    Empty,
    /// Whole numbers.
    Integer,
    /// Numbers.
    Number,
    /// Text that is numbers.
    NumberText,
    /// Text.
    Text,
    /// True and false.
    Boolean,
    /// Numbers and text.
    Mixed,
    /// Arrays or objects.
    Other,
}

impl FieldKind {
    /// The stable name.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::NumberText => "number_as_text",
            Self::Text => "text",
            Self::Boolean => "boolean",
            Self::Mixed => "mixed",
            Self::Other => "other",
        }
    }
}

/// One field.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// What its values are.
    pub kind: FieldKind,
    /// Values that are null or blank.
    pub nulls: usize,
    /// Different values among the first ones; at most [`Field::MOST_DISTINCT`].
    pub distinct: usize,
    /// The least and largest number, for numbers.
    pub range: Option<[f64; 2]>,
    /// Some different values, in the order of the file.
    pub samples: Vec<String>,
}

impl Field {
    /// Different values beyond this are not counted.
    pub const MOST_DISTINCT: usize = 1000;
}
