//! The maps of a run, and the page to look into them.
//!
//! In: what was measured. Out: the files, of which the maps may lie in the folder of the run
//! already: to write one takes a part of the time that the next one is drawn in.

use std::path::Path;

use super::{Clock, Error, Options};
use crate::analysis::{self, LayerContributions, Measurements};
use crate::config::Settings;
use crate::domain::{Stage, Stages as _};
use crate::geometry::StudyArea;
use crate::outputs::map::{self, MapOptions, MapSet};
use crate::outputs::viewer::{self, ViewerJob};
use crate::outputs::{Products, Staged};

/// What was drawn.
#[derive(Debug, Default)]
pub(super) struct Drawn {
    /// Maps and their stored sheets: path inside the folder and bytes.
    pub(super) maps: Vec<(String, Vec<u8>)>,
    /// The folder in the making in which they lie.
    pub(super) folder: Option<Staged>,
    /// The page: path inside the folder and bytes.
    pub(super) viewer: Option<(String, Vec<u8>)>,
}

/// Draws what is wanted; with a `target`, maps are laid into a folder that may take its place.
///
/// # Errors
///
/// [`Error::Map`] or [`Error::Output`].
pub(super) fn draw(
    area: &StudyArea,
    measurements: &Measurements,
    settings: &Settings,
    options: &Options,
    target: Option<&Path>,
    clock: &mut Clock<'_>,
) -> Result<Drawn, Error> {
    let mut drawn = Drawn::default();
    let mut set = None;
    if options.only.maps {
        clock.begin(Stage::Draw);
        drawn.folder = target.map(Staged::begin).transpose()?;
        let wanted = MapOptions { locale: options.locale, date: options.date.clone() };
        let lay = |path: &str, bytes: &[u8]| {
            if let Some(folder) = &drawn.folder {
                // What cannot be laid now is written with the rest, or is an error there.
                let _ = folder.lay(path, bytes);
            }
        };
        set = Some(map::draw_all_with(area, measurements, settings, &wanted, lay)?);
    }
    let contributions = contributions(area, options.only, clock);
    let sheets = set.as_ref().map_or(&[][..], |set: &MapSet| &set.maps);
    drawn.viewer = viewer_job(area, measurements, &contributions, settings, options)
        .map(|job| make_viewer(&ViewerJob { sheets, ..job }, clock));
    drawn.maps = set.map(MapSet::into_files).unwrap_or_default();
    Ok(drawn)
}

/// What every feature adds, if the page needs it.
fn contributions(
    area: &StudyArea,
    only: Products,
    clock: &mut Clock<'_>,
) -> Vec<LayerContributions> {
    if !only.viewer {
        return Vec::new();
    }
    clock.begin(Stage::View);
    analysis::contributions(area)
}

/// What the page to look into the results is made of, if it is wanted; without sheets.
fn viewer_job<'a>(
    area: &'a StudyArea,
    measurements: &'a Measurements,
    contributions: &'a [LayerContributions],
    settings: &'a Settings,
    options: &'a Options,
) -> Option<ViewerJob<'a>> {
    let (locale, date) = (options.locale, options.date.as_deref());
    let job = ViewerJob {
        settings,
        area,
        measurements,
        contributions,
        sheets: &[],
        locale,
        date,
    };
    options.only.viewer.then_some(job)
}

/// Makes the page: its name and bytes.
fn make_viewer(job: &ViewerJob<'_>, clock: &mut Clock<'_>) -> (String, Vec<u8>) {
    clock.begin(Stage::View);
    (viewer::FILE.to_owned(), viewer::make(job))
}
