//! `viewer.html`: the map of a run in one file, to be opened without a network.
//!
//! In: a [`ViewerJob`], what was measured and what every feature adds to it. Out: a page that
//! holds the script, its style, the shapes and the contributions themselves. The page adds up
//! whole numbers, so its totals are those of the tables; this module measures nothing. Where
//! the run drew maps, the page holds every sheet as well, as the very text of its SVG.
//!
//! `app/` holds the script as it is written and `bundle/` as it is embedded, made ahead from
//! `app/` and Leaflet by `.ci/pages/bundle.mjs`: whoever builds the program needs neither.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "shapes are put on a lattice of decimetres for the eye; figures are not"
)]

mod figures;
mod layers;
mod marks;
mod model;
mod pack;
mod page;
mod places;
mod shapes;
mod sheets;

use crate::analysis::{LayerContributions, Measurements};
use crate::config::Settings;
use crate::geometry::StudyArea;
use crate::i18n::Locale;
use crate::outputs::map::MapFile;
use crate::outputs::map::extent::Extent;

/// Name of the file in the folder of a run.
pub const FILE: &str = "viewer.html";

/// What a viewer is made of.
#[derive(Debug, Clone, Copy)]
pub struct ViewerJob<'a> {
    /// The project.
    pub settings: &'a Settings,
    /// What was measured on.
    pub area: &'a StudyArea,
    /// What was measured.
    pub measurements: &'a Measurements,
    /// What every feature adds to it.
    pub contributions: &'a [LayerContributions],
    /// The sheets of the run in their order; none if it drew no maps.
    pub sheets: &'a [MapFile],
    /// The language that the page opens in.
    pub locale: Locale,
    /// Date of the run, printed as given; none is printed without it.
    pub date: Option<&'a str>,
}

/// The ground that the page gives degrees for, and so where notes may lie: what is exposed and
/// the territories, with a margin.
#[must_use]
pub fn reach(area: &StudyArea) -> Extent {
    places::reach(model::elements(area))
}

/// Makes the page. The same job gives the same bytes.
#[must_use]
pub fn make(job: &ViewerJob<'_>) -> Vec<u8> {
    page::render(job, &model::pack(job))
}
