//! A place told: as lines, as a page to print, and for programs.
//!
//! In: a [`SiteReport`], what a project measures and what was found out about a place. Out: a
//! [`Sheet`] of sentences in a language, its lines, one HTML page, or JSON. It measures
//! nothing, and every form says that it is evidence and no permit.

mod file;
mod hazards;
mod json;
mod page;
mod services;
mod sheet;
mod sketch;
mod territory;
mod words;

pub use file::{ensure_writable, write};
pub use json::json;
pub use page::page;
pub use sheet::{Grid, Section, Sheet, Tone, sheet};

use crate::analysis::Measurements;
use crate::analysis::site::change::Change;
use crate::analysis::site::{HazardHere, SiteFeature};
use crate::config::Settings;
use crate::domain::Findings;
use crate::geometry::{Prepared, StudyArea};

/// A place, and the project that it was looked at with.
#[derive(Debug, Clone, Copy)]
pub struct SiteReport<'a> {
    /// The project.
    pub settings: &'a Settings,
    /// What was measured on, without the place.
    pub area: &'a StudyArea,
    /// What was measured.
    pub measurements: &'a Measurements,
    /// What was found in the data, and in the file of the place.
    pub findings: &'a Findings,
    /// The place as prepared.
    pub place: &'a Prepared,
    /// How it was given: coordinates or a file's name.
    pub given: &'a str,
    /// What was found out about each feature of it.
    pub features: &'a [SiteFeature],
    /// What building there would change, if that was asked.
    pub change: Option<&'a Change>,
    /// The hazards at each feature in each scenario.
    pub scenarios: &'a [(String, Vec<Vec<HazardHere>>)],
}

impl SiteReport<'_> {
    /// Longitude and latitude of a place on the grid, degrees of WGS 84.
    fn degrees(&self, at: crate::geometry::GridPoint) -> Option<[f64; 2]> {
        use crate::config::crs_code::WGS84;
        use crate::geometry::crs::{Crs, Transform};
        let working = Crs::from_epsg(self.area.epsg).ok()?;
        Transform::new(WGS84, &working).ok()?.degrees_of(at.meters())
    }

    /// The name of a feature of a layer, where the project names a field for it.
    fn name(&self, layer: &str, id: &str) -> Option<&str> {
        let context = self.area.contexts.iter().find(|c| c.layer.id == layer)?;
        let row = context.layer.ids.iter().position(|known| known == id)?;
        Some(context.names.get(row)?.as_str()).filter(|name| !name.is_empty())
    }
}
