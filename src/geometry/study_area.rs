//! The study area: layers by role, ready to be measured.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::SystemTime;

use crate::config::{Growth, Localized};
use crate::domain::{Digest, Level, Source, Status, TerritoryCode, Validity};
use crate::layers::{Column, Pile, Texts};

use super::crs::Applied;
use super::margin::{self, Margins};
use super::shapes::Shapes;
use super::values::Amounts;

/// What every prepared layer carries.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// Its id in the project.
    pub id: String,
    /// Title for people.
    pub title: Localized,
    /// Kept features.
    pub shapes: Arc<Shapes>,
    /// Id of each kept feature.
    pub ids: Arc<Texts>,
    /// Positional accuracy of each kept feature, m; `None` where the layer states none.
    /// One entry if the same for all.
    pub accuracy_m: Option<Pile<f64>>,
    /// What it may be used for.
    pub status: Status,
    /// Who published it.
    pub source: Source,
}

impl Prepared {
    /// The coarsest accuracy of its features, m; `None` where it states none.
    #[must_use]
    pub fn worst_accuracy_m(&self) -> Option<f64> {
        self.accuracy_m.iter().flatten().reduce(f64::max)
    }

    /// Accuracy of one feature, m.
    #[must_use]
    pub fn accuracy_of(&self, row: usize) -> Option<f64> {
        let all = self.accuracy_m.as_ref()?;
        (row < all.len()).then(|| all.of(row)).or_else(|| all.iter().next())
    }
}

/// A territory: code, name and the official number of people if one is stated.
#[derive(Debug, Clone)]
pub struct Territory {
    /// Its code.
    pub code: TerritoryCode,
    /// Its name.
    pub name: String,
    /// Official people, where the project names a field for it.
    pub people: Option<f64>,
}

/// One zone of a hazard: rows of the layer at one level.
#[derive(Debug, Clone)]
pub struct Zone {
    /// Its level; `Level::None` never occurs here.
    pub level: Level,
    /// Polygons, valid each, which may overlap one another; their union is the zone.
    pub shapes: Shapes,
}

/// A hazard, ready for overlay.
#[derive(Debug, Clone)]
pub struct HazardLayer {
    /// The layer as prepared (sources of bands, or zones as drawn).
    pub layer: Prepared,
    /// Kind of process.
    pub kind: String,
    /// Whether it takes part in `any`: the project does not keep it out and it is in force.
    pub in_any: bool,
    /// From when to when it exists.
    pub validity: Validity,
    /// Whether it exists at the reference date; `None` if the project states none, or no
    /// validity.
    pub in_force: Option<bool>,
    /// Level of each feature of `layer`; empty for bands.
    pub levels: Vec<Level>,
    /// Bands, nearest first: metres and level; empty unless the hazard is by distance.
    pub bands: Vec<(f64, Level)>,
    /// Polygons of the study area, if one is named.
    pub study_area: Option<Shapes>,
    /// Zones by level, worst first, each level at most once, not yet cut by worse ones.
    pub zones: Vec<Zone>,
    /// The cumulative zone "this level or worse" with its edge moved in by the accuracy, for
    /// each of [`Level::ZONES`]; `None` without accuracy.
    pub inner: Option<[Shapes; 4]>,
    /// The same with its edge moved out.
    pub outer: Option<[Shapes; 4]>,
}

impl HazardLayer {
    /// The coarsest accuracy that its layer states, m.
    #[must_use]
    pub fn worst_accuracy_m(&self) -> Option<f64> {
        self.layer.worst_accuracy_m()
    }

    /// The cumulative zones with their edges moved in and out by one distance, m, whatever
    /// the accuracy of the layer.
    #[must_use]
    pub fn moved(&self, by_m: f64) -> Margins {
        if self.bands.is_empty() {
            margin::of_polygons(&self.layer.shapes, &self.levels, &|_| by_m)
        } else {
            margin::of_bands(&self.layer.shapes, &self.bands, &|_| by_m)
        }
    }

    /// Whether something of it is at a level; of none and not studied there always may be.
    #[must_use]
    pub fn has_level(&self, level: Level) -> bool {
        let mut zones = self.zones.iter();
        !Level::ZONES.contains(&level)
            || zones.any(|zone| zone.level == level && !zone.shapes.is_empty())
    }

    /// The distance to which its bands of a level reach, m; `None` if it has none.
    #[must_use]
    pub fn reach_m(&self, level: Level) -> Option<f64> {
        let own = self.bands.iter().filter(|(_, of)| *of == level);
        own.map(|(within_m, _)| *within_m).reduce(f64::max)
    }

    /// Whether what lies in its bands of a level can be told from what does not; `None` for
    /// zones that are drawn, and where no accuracy is stated.
    ///
    /// A band that reaches no further than the accuracy of the line it is drawn around
    /// vanishes when its edge is moved in by that accuracy: nobody is in it for certain.
    #[must_use]
    pub fn resolves(&self, level: Level) -> Option<bool> {
        Some(self.reach_m(level)? > self.worst_accuracy_m()?)
    }

    /// The levels of its bands that cannot be resolved, worst first.
    #[must_use]
    pub fn unresolved(&self) -> Vec<Level> {
        let is_unresolved = |level: &Level| self.resolves(*level) == Some(false);
        Level::ZONES.into_iter().filter(is_unresolved).collect()
    }
}

/// A feature that could not be placed.
#[derive(Debug, Clone)]
pub struct LostFeature {
    /// Its id.
    pub id: Box<str>,
    /// Its people, if known.
    pub people: Option<f64>,
    /// Its sums, in the order of [`ExposureLayer::sums`], if known.
    pub sums: Vec<Option<f64>>,
}

/// Elements in the way of hazards.
#[derive(Debug, Clone)]
pub struct ExposureLayer {
    /// The layer as prepared.
    pub layer: Prepared,
    /// People of each feature; `None` if the layer carries none. Inner `None`: unknown.
    pub people: Option<Amounts>,
    /// Further sums: name and value of each feature.
    pub sums: Vec<(String, Amounts)>,
    /// How people were grown to another year; `people` are the estimate.
    pub growth: Option<Growth>,
    /// Fields that features are judged by: name and value of each feature, as read.
    pub attributes: BTreeMap<String, Column>,
    /// Features without a place.
    pub lost: Vec<LostFeature>,
}

/// Facilities or areas that serve people.
#[derive(Debug, Clone)]
pub struct ServiceLayer {
    /// The layer as prepared.
    pub layer: Prepared,
    /// Kind of service.
    pub kind: String,
    /// The areas of the layer with overlapping ones made one, so that areas may be added up;
    /// empty for points and lines.
    pub dissolved: Shapes,
    /// Capacity of each feature; `None` if the layer states none. Inner `None`: unknown.
    pub capacity: Option<Amounts>,
}

impl ServiceLayer {
    /// Its areas with their outer edge moved in and out by the accuracy of each; `None` where
    /// it states none.
    #[must_use]
    pub fn moved(&self) -> Option<[Shapes; 2]> {
        self.layer.accuracy_m.as_ref()?;
        let levels = vec![Level::VeryHigh; self.layer.shapes.len()];
        let accuracy_of = |row: usize| self.layer.accuracy_of(row).unwrap_or(0.0);
        let (inner, outer) =
            margin::of_polygons(&self.layer.shapes, &levels, &accuracy_of);
        Some([inner, outer].map(|[whole, ..]| whole))
    }
}

/// What is drawn and labelled, never measured.
#[derive(Debug, Clone)]
pub struct ContextLayer {
    /// The layer as prepared.
    pub layer: Prepared,
    /// Kind, for the style.
    pub kind: String,
    /// Name of each feature to label; empty text where there is none.
    pub names: Vec<String>,
}

/// What went in, for the manifest.
#[derive(Debug, Clone)]
pub struct InputRecord {
    /// Layer id, also of a table that is joined to it; empty for a table of figures.
    pub layer: String,
    /// Path as declared in the project.
    pub path: String,
    /// Format name.
    pub format: String,
    /// SHA-256.
    pub digest: Digest,
    /// Size of the file.
    pub bytes: u64,
    /// When the file was last changed before it was read; `None` if that is not known.
    pub modified: Option<SystemTime>,
    /// Reference system of the coordinates as read: `EPSG:24879`, or a proj string.
    pub crs: Option<String>,
    /// How it is known: `rfc7946`, `legacy_member`, `file_code`, `file_wkt`, `project`.
    pub crs_evidence: &'static str,
    /// What brought it to the working CRS: `identity`, or the datum operations and the two
    /// proj strings.
    pub operation: String,
    /// The datum operations among it, in their order.
    pub datum_operations: Vec<Applied>,
    /// Features read.
    pub features_read: usize,
    /// Features kept.
    pub features_kept: usize,
    /// Points kept.
    pub vertices: usize,
}

impl InputRecord {
    /// The record of a file as it is, with nothing yet of what was made of it.
    #[must_use]
    pub fn of_file(path: String, format: &str, digest: Digest, bytes: u64) -> Self {
        Self {
            layer: String::new(),
            path,
            format: format.to_owned(),
            digest,
            bytes,
            modified: None,
            crs: None,
            crs_evidence: "",
            operation: String::new(),
            datum_operations: Vec::new(),
            features_read: 0,
            features_kept: 0,
            vertices: 0,
        }
    }

    /// The same, of a layer or joined to one.
    #[must_use]
    pub fn of_layer(self, layer: &str) -> Self {
        Self { layer: layer.to_owned(), ..self }
    }

    /// The same, with so many rows read and kept.
    #[must_use]
    pub fn with_rows(self, read: usize, kept: usize) -> Self {
        Self { features_read: read, features_kept: kept, ..self }
    }
}

/// Everything that can be measured, in one CRS, on the grid, valid.
#[derive(Debug, Clone)]
pub struct StudyArea {
    /// EPSG code of the working CRS.
    pub epsg: u32,
    /// Territories in byte order of their codes.
    pub territories: Vec<Territory>,
    /// Their layer; row = position in `territories`.
    pub territory_layer: Prepared,
    /// The land of each territory after overlaps went to the lower code; row = position in
    /// `territories`. A feature may have no part.
    pub territory_partition: Arc<Shapes>,
    /// The union of all territories, one feature a polygon.
    pub territory_union: Shapes,
    /// Hazards, by id.
    pub hazards: Vec<HazardLayer>,
    /// Exposure layers, by id.
    pub exposures: Vec<ExposureLayer>,
    /// Services, by id.
    pub services: Vec<ServiceLayer>,
    /// Context, by id.
    pub contexts: Vec<ContextLayer>,
    /// Reported tables.
    pub tables: Vec<crate::layers::ReportedTable>,
    /// What went in.
    pub inputs: Vec<InputRecord>,
    /// Scale distortion of the working CRS over the territories, parts per million of length:
    /// smallest and largest.
    pub grid_scale_ppm: (f64, f64),
}
