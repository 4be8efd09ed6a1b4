//! The data structures of raw layers: flat, so that a million features stay cheap, and in files where
//! they are too many for memory.

mod column;
mod pile;
mod texts;
mod window;

use std::collections::BTreeMap;
use std::time::SystemTime;

pub use column::{Column, Value};
pub use pile::{Pile, PileLost, Record, Records, caught, held_at_most, lie_in};
pub use texts::Texts;
pub use window::RawWindow;

use crate::domain::{Digest, ReferenceSystem};

/// What a run of coordinates is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartRole {
    /// One point.
    Point,
    /// A line of two or more points.
    Line,
    /// The outer ring of a polygon; starts a new polygon of the feature.
    Shell,
    /// A hole of the polygon that the last shell began.
    Hole,
}

impl Record for (u32, PartRole) {
    type Bytes = [u8; 5];

    fn to_bytes(self) -> [u8; 5] {
        with_kind(self.0, self.1 as u8)
    }

    fn of_bytes([end @ .., role]: [u8; 5]) -> Self {
        let role = match role {
            0 => PartRole::Point,
            1 => PartRole::Line,
            2 => PartRole::Shell,
            _ => PartRole::Hole,
        };
        (u32::from_le_bytes(end), role)
    }
}

/// The bytes of a number and of what it is of.
#[must_use]
pub fn with_kind(number: u32, kind: u8) -> [u8; 5] {
    let [a, b, c, d] = number.to_le_bytes();
    [a, b, c, d, kind]
}

/// A feature: the end of its parts in [`RawFeatures::parts`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RawFeature {
    /// One past its last part; its first is where the feature before ended.
    pub parts_end: u32,
    /// Whether the geometry member was null (as against empty).
    pub is_null: bool,
    /// Whether any position carried a third number.
    pub has_height: bool,
}

impl Record for RawFeature {
    type Bytes = [u8; 5];

    fn to_bytes(self) -> [u8; 5] {
        with_kind(self.parts_end, u8::from(self.is_null) | u8::from(self.has_height) << 1)
    }

    fn of_bytes([end @ .., flags]: [u8; 5]) -> Self {
        let parts_end = u32::from_le_bytes(end);
        Self { parts_end, is_null: flags & 1 != 0, has_height: flags & 2 != 0 }
    }
}

/// Features in flat arrays. Rings are as in the file: closed or not, any orientation.
#[derive(Debug, Clone, Default)]
pub struct RawFeatures {
    /// Positions, first number first (longitude or easting).
    pub coords: Pile<[f64; 2]>,
    /// End of each part in `coords`, and what it is.
    pub parts: Pile<(u32, PartRole)>,
    /// Features in file order.
    pub features: Pile<RawFeature>,
    /// Feature ids: by the id field, else the file's own, else `#` and the 1-based row.
    pub ids: Texts,
    /// The wanted fields, by name.
    pub columns: BTreeMap<String, Column>,
}

/// Where a CRS statement comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CrsEvidence {
    /// GeoJSON without a `crs` member: RFC 7946, WGS 84.
    Rfc7946,
    /// The `crs` member of old GeoJSON.
    LegacyMember,
    /// An EPSG code in the file.
    FileCode,
    /// Well-known text: a `.prj`, or the definition in a container.
    FileWkt,
    /// The project file.
    Project,
}

/// A file that belongs to that of a layer, such as the table of a shapefile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Companion {
    /// Path as the project would declare it.
    pub path: String,
    /// SHA-256 of the file.
    pub digest: Digest,
    /// Size of the file.
    pub bytes: u64,
}

/// A layer as read.
#[derive(Debug, Clone)]
pub struct RawLayer {
    /// Its id in the project.
    pub id: String,
    /// Name of the format, for example `GeoJSON`.
    pub format: &'static str,
    /// Reference system of the coordinates; longitude or easting first.
    pub crs: ReferenceSystem,
    /// How that is known.
    pub crs_evidence: CrsEvidence,
    /// SHA-256 of the file.
    pub digest: Digest,
    /// Size of the file.
    pub bytes: u64,
    /// When the file was last changed before it was read; `None` if that is not known.
    pub modified: Option<SystemTime>,
    /// Files that belong to it and were read with it, in a fixed order.
    pub companions: Vec<Companion>,
    /// What it holds.
    pub data: RawFeatures,
}

/// One row of a table of reported figures.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportedRow {
    /// Territory code or `_T`.
    pub territory: String,
    /// Indicator id.
    pub indicator: String,
    /// Period as written.
    pub period: String,
    /// Value, if known.
    pub value: Option<f64>,
    /// Lower end.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// Empty, `<`, `>` or `~`.
    pub qualifier: String,
    /// Unit as written.
    pub unit: String,
    /// Source as written.
    pub source: String,
    /// Whether it is the one to use: the only one of its key, or the one marked among several.
    pub is_preferred: bool,
    /// Why it is preferred; empty unless several sources differ.
    pub reason: String,
    /// What a rate divides by, as written; empty if not told.
    pub denominator: String,
    /// 1-based line in the file.
    pub line: u64,
}

/// A table of reported figures.
#[derive(Debug, Clone)]
pub struct ReportedTable {
    /// File as resolved by the settings.
    pub path: std::path::PathBuf,
    /// SHA-256 of the file.
    pub digest: Digest,
    /// Size of the file.
    pub bytes: u64,
    /// Rows in file order.
    pub rows: Vec<ReportedRow>,
}

/// A table that was joined to a layer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinedTable {
    /// Id of the layer.
    pub layer: String,
    /// File as written in the project.
    pub path: String,
    /// SHA-256 of the file.
    pub digest: Digest,
    /// Size of the file.
    pub bytes: u64,
    /// Its rows.
    pub rows: usize,
    /// Rows whose code some feature has.
    pub rows_matched: usize,
}

/// Everything that was read.
#[derive(Debug, Clone, Default)]
pub struct RawLayers {
    /// Layers in the order of the settings (by id).
    pub layers: Vec<RawLayer>,
    /// Reported tables, by path, each once.
    pub tables: Vec<ReportedTable>,
    /// Tables that were joined to layers, in the order of the layers.
    pub joins: Vec<JoinedTable>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_and_features_survive_a_file() {
        for role in [PartRole::Point, PartRole::Line, PartRole::Shell, PartRole::Hole] {
            let part = (u32::MAX - 1, role);
            assert_eq!(<(u32, PartRole)>::of_bytes(part.to_bytes()), part);
        }
        for (is_null, has_height) in
            [(false, false), (false, true), (true, false), (true, true)]
        {
            let feature = RawFeature { parts_end: 70_000, is_null, has_height };
            assert_eq!(RawFeature::of_bytes(feature.to_bytes()), feature);
        }
    }
}
