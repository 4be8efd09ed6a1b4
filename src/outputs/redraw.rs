//! Stored sheets of a past run, to be drawn again.
//!
//! In: a [`PastRun`] and the name of a map. Out: its sheet, if its bytes are those that the
//! manifest lists: a map must not disagree with the tables beside it.

use super::map::stored::Sheet;
use super::map::{map_of_scene, scene_path};
use super::past_run::{PastRun, PastRunError};
use crate::config::nearest;
use crate::domain::Digest;

/// The names of the maps that a run stored, in byte order.
#[must_use]
pub fn maps(run: &PastRun) -> Vec<String> {
    let paths = run.recorded.outputs.iter();
    let names = paths.filter_map(|output| map_of_scene(&output.path));
    names.map(str::to_owned).collect()
}

/// The sheet of a map.
///
/// # Errors
///
/// [`PastRunError::NoMap`] if the run stored none of that name, and otherwise if its file is
/// gone, has other bytes than were written, or cannot be read.
pub fn sheet(run: &PastRun, map: &str) -> Result<Sheet, PastRunError> {
    let inside = scene_path(map);
    let listed = run.recorded.outputs.iter().find(|output| output.path == inside);
    let Some(listed) = listed else {
        let known = maps(run);
        let nearest = nearest(map, known.iter().map(String::as_str));
        let path = run.directory.clone();
        return Err(PastRunError::NoMap { path, map: map.to_owned(), known, nearest });
    };
    let path = run.path(&inside);
    let bad = |detail: String| PastRunError::BadScene { path: path.clone(), detail };
    let bytes = run.read(&inside)?;
    let bytes = bytes.filter(|bytes| Digest::of(bytes).as_str() == listed.sha256);
    let bytes = bytes.ok_or_else(|| PastRunError::Changed { path: path.clone() })?;
    Sheet::from_bytes(&bytes).map_err(bad)
}
