//! Notes of several people merged on the ground of a run.
//!
//! In: the folder of a run, the texts of files of notes and, where the run kept no inputs, its
//! project. Out: a [`Reviewed`]. Nothing is measured: the study area is prepared to say in which
//! territory a note lies and to draw it.

use std::path::Path;

use super::compare::inputs_of;
use super::{Error, Stage, Watch};
use crate::config::Settings;
use crate::config::crs_code::{WGS84, parse_epsg};
use crate::domain::{Explain, Findings, Message, OUTSIDE};
use crate::geometry::crs::{Crs, Transform};
use crate::geometry::{self, StudyArea};
use crate::i18n::{self, Locale};
use crate::outputs::PastRun;
use crate::outputs::map::projection::covers;
use crate::outputs::review::{self, NotesFile, Review};
use crate::outputs::viewer;

/// Merged notes, and the ground under them.
#[derive(Debug)]
pub struct Reviewed {
    /// The notes.
    pub review: Review,
    /// The study area and settings of the run; or why they are not at hand.
    pub ground: Result<(StudyArea, Settings), Message>,
}

/// Why notes cannot be reviewed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReviewError {
    /// A file is no file of notes.
    #[error("{}", i18n::render(Locale::En, &self.message()))]
    NotNotes {
        /// The file.
        path: String,
        /// Key of what is wrong, below `viewer.notes.why`.
        why: &'static str,
    },
    /// The system of the run is not known, or has no way from degrees.
    #[error("{}", i18n::render(Locale::En, &self.message()))]
    NoSystem {
        /// Its code.
        code: String,
    },
}

impl Explain for ReviewError {
    fn message(&self) -> Message {
        match self {
            Self::NotNotes { path, why } => Message::new("error.review.not_notes")
                .with("path", path)
                .with("why", format!("@viewer.notes.why.{why}")),
            Self::NoSystem { code } => {
                Message::new("error.review.no_system").with("code", code)
            }
        }
    }

    fn hint(&self) -> Option<Message> {
        Some(Message::new(match self {
            Self::NotNotes { .. } => "hint.review.not_notes",
            Self::NoSystem { .. } => "hint.review.no_system",
        }))
    }
}

/// Merges the notes of files, each given by its name and its text.
///
/// # Errors
///
/// [`Error::Review`] if a file is no file of notes or the run's system is not known;
/// [`Error::Compare`] if the project is not that of the run.
pub fn review(
    run: &PastRun,
    files: &[(String, String)],
    project: Option<&Path>,
    watch: &dyn Watch,
) -> Result<Reviewed, Error> {
    let read = |(path, text): &(String, String)| -> Result<NotesFile, Error> {
        let wrong = |why| ReviewError::NotNotes { path: path.clone(), why };
        Ok(review::parse(path, text).map_err(wrong)?)
    };
    let files: Vec<NotesFile> = files.iter().map(read).collect::<Result<_, _>>()?;
    watch.stage(Stage::Read);
    let ground = ground(run, project)?;
    let code = &run.recorded.working_crs.code;
    let unknown = || ReviewError::NoSystem { code: code.clone() };
    let target = parse_epsg(code).and_then(|epsg| Crs::from_epsg(epsg).ok());
    let target = target.ok_or_else(unknown)?;
    let way = Transform::new(WGS84, &target).ok().ok_or_else(unknown)?;
    let area = ground.as_ref().ok().map(|(area, _)| area);
    let reach = area.map(viewer::reach);
    let place = |degrees: [f64; 2]| {
        let meters = way.project(degrees)?;
        reach.is_none_or(|reach| reach.contains(meters)).then_some(meters)
    };
    let territory = |meters: [f64; 2]| {
        area.map_or_else(String::new, |area| territory_of(area, meters))
    };
    let review = review::merge(files, &place, &territory);
    Ok(Reviewed { review, ground })
}

/// The study area of a run, from its project or from the inputs that it kept.
fn ground(
    run: &PastRun,
    project: Option<&Path>,
) -> Result<Result<(StudyArea, Settings), Message>, Error> {
    let Ok(plain) = inputs_of(run, project)? else {
        let path = run.directory.display();
        return Ok(Err(Message::new("review.no_ground").with("path", path)));
    };
    let settings = plain.settings;
    let mut findings = Findings::default();
    let area = geometry::prepare(plain.raw, &settings, &mut findings, &mut ())
        .map_err(|errors| Error::Geometry(errors, findings))?;
    Ok(Ok((area, settings)))
}

/// The code of the territory that holds a place; `_X` outside of all.
fn territory_of(area: &StudyArea, meters: [f64; 2]) -> String {
    let rows = area.territory_partition.iter().enumerate();
    let found = { rows }.find(|(_, shape)| covers(*shape, meters));
    let code = found.and_then(|(row, _)| area.territories.get(row));
    code.map_or(OUTSIDE, |territory| territory.code.as_str()).to_owned()
}
