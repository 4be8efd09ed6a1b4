//! The maps of a run, and the page to look into them.
//!
//! In: what was measured. Out: the files, of which the maps may lie in the folder of the run
//! already: to write one takes a part of the time that the next one is drawn in.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use super::{Clock, Error, Options};
use crate::analysis::{self, LayerContributions, Measurements};
use crate::config::Settings;
use crate::domain::{Stage, Stages as _};
use crate::geometry::StudyArea;
use crate::outputs::map::{self, MapOptions, MapSet};
use crate::outputs::viewer::{self, ViewerJob};
use crate::outputs::{Laid, OutputError, Products, Staged};

/// What was drawn.
#[derive(Debug, Default)]
pub(super) struct Drawn {
    /// Maps and their stored sheets: path inside the folder and bytes.
    pub(super) maps: Vec<(String, Vec<u8>)>,
    /// The folder in the making in which some of them lie.
    pub(super) folder: Option<Staged>,
    /// Those that lie in it.
    pub(super) laid: BTreeMap<String, Laid>,
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
        let laying = Laying::new(drawn.folder.as_ref());
        let wanted = MapOptions { locale: options.locale, date: options.date.clone() };
        let lay = |path: &str, bytes: &[u8]| laying.lay(path, bytes);
        set = Some(map::draw_all_with(area, measurements, settings, &wanted, lay)?);
        drawn.laid = laying.finish()?;
    }
    let contributions = contributions(area, options.only, clock);
    let sheets = set.as_ref().map_or(&[][..], |set: &MapSet| &set.maps);
    drawn.viewer = viewer_job(area, measurements, &contributions, settings, options)
        .map(|job| make_viewer(&ViewerJob { sheets, ..job }, clock));
    drawn.maps = set.map(MapSet::into_files).unwrap_or_default();
    Ok(drawn)
}

/// Lays files while others are made.
struct Laying<'f> {
    folder: Option<&'f Staged>,
    laid: Mutex<Result<BTreeMap<String, Laid>, OutputError>>,
}

impl<'f> Laying<'f> {
    fn new(folder: Option<&'f Staged>) -> Self {
        Self { folder, laid: Mutex::new(Ok(BTreeMap::new())) }
    }

    /// Lays one, unless another could not be laid.
    fn lay(&self, path: &str, bytes: &[u8]) {
        let Some(folder) = self.folder else { return };
        let done = folder.lay(path, bytes);
        let mut laid = self.laid.lock().unwrap_or_else(PoisonError::into_inner);
        match (&mut *laid, done) {
            (Ok(all), Ok(one)) => {
                all.insert(path.to_owned(), one);
            }
            (Ok(_), Err(error)) => *laid = Err(error),
            (Err(_), _) => {}
        }
    }

    fn finish(self) -> Result<BTreeMap<String, Laid>, OutputError> {
        self.laid.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
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
