//! The results of a run on disk: tables, maps, report and manifest, whole or not at all.
//!
//! In: a [`WriteJob`], what was measured and drawn. Out: a folder that took the place of
//! the one before in one step. Knows nothing of how figures come about; no other stage
//! writes a file.

pub mod compare;
mod content;
mod derived;
pub mod differences;
mod error;
pub mod explain;
pub mod exports;
pub mod figure;
mod folder;
pub mod inputs;
pub mod manifest;
pub mod map;
mod memory;
mod numbers;
mod packing;
pub mod parts;
pub mod past_run;
mod portable;
pub mod redraw;
pub mod report;
pub mod review;
pub mod series;
pub mod site;
mod staging;
mod syncing;
pub mod tables;
pub mod verify;
pub mod viewer;

use std::io;
use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime};

pub use error::OutputError;
pub use folder::{Staged, ensure_replaceable};
pub use past_run::{PastRun, PastRunError};
pub use staging::{Temporary, abandon, is_abandoned};

use content::Content;

use crate::analysis::{LayerFeatures, Measurements};
use crate::config::{ExportFormat, Settings};
use crate::domain::{Findings, Message};
use crate::geometry::{InputRecord, StudyArea};
use crate::i18n::Locale;
use crate::indicators::IndicatorRow;

/// What a run writes besides the manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each product is there or not")]
pub struct Products {
    /// The tables.
    pub tables: bool,
    /// The maps.
    pub maps: bool,
    /// The report.
    pub report: bool,
    /// The formats that the project asks for, if any.
    pub exports: bool,
    /// The page to look into the results.
    pub viewer: bool,
}

impl Products {
    /// Everything.
    pub const ALL: Self =
        Self { tables: true, maps: true, report: true, exports: true, viewer: true };
    /// Nothing.
    pub const NONE: Self =
        Self { tables: false, maps: false, report: false, exports: false, viewer: false };
}

impl Default for Products {
    fn default() -> Self {
        Self::ALL
    }
}

/// Everything that [`write()`] needs.
#[derive(Debug, Clone, Copy)]
pub struct WriteJob<'a> {
    /// The project.
    pub settings: &'a Settings,
    /// What was measured on.
    pub area: &'a StudyArea,
    /// What was measured.
    pub measurements: &'a Measurements,
    /// The observatory's rows.
    pub indicators: &'a [IndicatorRow],
    /// All findings of the run.
    pub findings: &'a Findings,
    /// Exposure feature by feature, where layers are exported.
    pub features: &'a [LayerFeatures],
    /// Language of what people read in the exports and in the report.
    pub locale: Locale,
    /// Maps and their stored sheets: path inside the folder and bytes.
    pub maps: &'a [(String, Vec<u8>)],
    /// What went in, of which a copy goes with the tables; empty for none.
    pub records: &'a [InputRecord],
    /// Further files: path inside the folder and bytes.
    pub more: &'a [(String, Vec<u8>)],
    /// What to write.
    pub only: Products,
    /// What shapes the bytes of the products besides the settings, by name: language, date.
    /// Whoever wants to get the same bytes again needs it.
    pub options: &'a [(&'static str, String)],
    /// When the run took place, for the manifest's clock; `None` leaves the clock out, for
    /// a run that is a part of another.
    pub created: Option<SystemTime>,
    /// Seconds of the stages before writing, for the manifest's clock.
    pub stage_seconds: &'a [(&'static str, f64)],
    /// When writing began: the clock counts it up to the manifest, which is made last.
    pub writing_since: Option<Instant>,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The folder.
    pub directory: PathBuf,
    /// Path inside the folder (with `/`) and size of each file, in byte order.
    pub files: Vec<(String, u64)>,
    /// Where the old folder went, if it held files that Atalaya did not write and so was
    /// not deleted.
    pub kept: Option<PathBuf>,
}

impl Written {
    fn of(
        directory: &Path,
        mut files: Vec<(String, u64)>,
        kept: Option<PathBuf>,
    ) -> Self {
        files.sort();
        Self { directory: directory.to_owned(), files, kept }
    }

    /// Where the files are, and how many.
    #[must_use]
    pub fn place(&self) -> Message {
        Message::new("cli.summary.place")
            .with("dir", self.directory.display())
            .with("count", self.files.len())
    }

    /// What the user must be told about the old folder, if anything.
    #[must_use]
    pub fn notice(&self) -> Option<Message> {
        let kept = self.kept.as_ref()?;
        Some(Message::new("outputs.kept_aside").with("path", kept.display()))
    }
}

/// Writes the results of a run into the folder that was begun, which takes the place of the one
/// before.
///
/// The manifest is written last and lists every other file. Whatever fails, the old folder
/// stays as it was.
///
/// # Errors
///
/// [`OutputError`] if the folder cannot be written or replaced, or if it is not ours,
/// or if an export cannot be made;
/// [`ensure_replaceable`] tells the last before any work is done.
pub fn write(job: &WriteJob<'_>, folder: Staged) -> Result<Written, OutputError> {
    let files = made(job, Some(&folder))?;
    let directory = folder.target().to_owned();
    let kept = folder.finish(&files)?;
    let sizes = files.iter().map(|(path, content)| (path.clone(), content.bytes()));
    Ok(Written::of(&directory, sizes.collect(), kept))
}

/// Makes the files of a run without writing them: path inside the folder and bytes, the
/// manifest last.
///
/// # Errors
///
/// [`OutputError`] if the name of a map is no plain file name or an export cannot be made.
pub fn render(job: &WriteJob<'_>) -> Result<Vec<(String, Vec<u8>)>, OutputError> {
    let owned = |(path, content)| match content {
        Content::Made(bytes) => (path, bytes.into_owned()),
        Content::Laid(_) => unreachable!("{path} lies in no folder: there is none"),
    };
    Ok(made(job, None)?.into_iter().map(owned).collect())
}

/// Path inside the folder and what is in it: made already, or made now.
type Lent<'a> = (String, Content<'a>);

/// The files of a run: those that it has already are lent; large ones are laid into the folder.
fn made<'a>(
    job: &WriteJob<'a>,
    folder: Option<&Staged>,
) -> Result<Vec<Lent<'a>>, OutputError> {
    let lent =
        |(path, bytes): &'a (String, Vec<u8>)| (path.clone(), Content::lent(bytes));
    let mut files: Vec<Lent<'a>> = job.more.iter().map(lent).collect();
    let has_exports = job.only.exports && !job.settings.exports.is_empty();
    let is_package =
        has_exports && job.settings.exports.contains(&ExportFormat::DataPackage);
    if job.only.tables || has_exports {
        let (kept, made) = rayon::join(
            || kept_inputs(job, folder),
            || tables::make_all(job.area, job.measurements, job.indicators, job.findings),
        );
        files.extend(kept?.map(|content| (inputs::FILE.to_owned(), content)));
        if has_exports {
            let exports = exports::make_all(job, &made)?;
            files.extend(exports.into_iter().map(|(path, bytes)| (path, bytes.into())));
        }
        // A data package without the tables that it describes would be none.
        if job.only.tables || is_package {
            let path = |name| format!("tables/{name}");
            let tables = made.into_iter();
            files.extend(tables.map(|table| (path(table.name), table.bytes.into())));
        }
    }
    if job.only.maps {
        for (path, bytes) in job.maps {
            let folders = [map::FOLDER, map::SCENE_FOLDER];
            let name =
                path.split_once('/').filter(|(folder, _)| folders.contains(folder));
            ensure_plain(name.map_or("", |(_, name)| name), path)?;
            let laid = folder.and_then(|folder| folder.laid(path));
            files.push((path.clone(), laid.map_or(Content::lent(bytes), Content::Laid)));
        }
    }
    if job.only.report {
        files.push((report::FILE.to_owned(), report::make(job, job.locale).into()));
    }
    files.sort_by(|(a, _), (b, _)| a.cmp(b));
    let manifest = manifest::render(job, &files);
    files.push((manifest::FILE.to_owned(), manifest.into()));
    Ok(files)
}

/// The copy of the inputs, if it goes with the tables.
fn kept_inputs<'a>(
    job: &WriteJob<'_>,
    folder: Option<&Staged>,
) -> Result<Option<Content<'a>>, OutputError> {
    let (settings, records) = (job.settings, job.records);
    if !job.only.tables || records.is_empty() || !inputs::is_kept(settings, records) {
        return Ok(None);
    }
    let Some(folder) = folder else {
        let mut archive = Vec::new();
        let failed = |error: io::Error| OutputError::Export {
            format: inputs::FILE,
            reason: error.to_string(),
        };
        inputs::keep(settings, records, &mut archive, failed)?;
        return Ok(Some(archive.into()));
    };
    let failed = |error| folder.write_failed(inputs::FILE, error);
    folder.lay_in_pieces(inputs::FILE, |file| {
        inputs::keep(settings, records, file, failed)
    })?;
    Ok(folder.laid(inputs::FILE).map(Content::Laid))
}

/// Refuses names that would leave the folder or that a system cannot hold.
fn ensure_plain(name: &str, path: &str) -> Result<(), OutputError> {
    let is_plain = !name.contains('/') && portable::is_portable(name);
    if is_plain { Ok(()) } else { Err(OutputError::UnsafeName { name: path.to_owned() }) }
}

#[cfg(test)]
mod tests;
