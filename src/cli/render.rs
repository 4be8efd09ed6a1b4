//! `render`: one map of a finished run drawn again, without computing.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::error::CliError;
use super::jobs::{Given, RenderJob};
use super::{Failure, is_quiet, language, screen, size_pool};
use crate::domain::Message;
use crate::i18n;
use crate::outputs::map::png::DEFAULT_DPI;
use crate::outputs::{PastRun, redraw};
use crate::pipeline::Error;

pub(super) fn render(job: &RenderJob, given: &Given) -> Result<u8, Failure> {
    size_pool(given.threads)?;
    let run = PastRun::open(&job.run)?;
    let locale = language::choose(given.lang, super::verify::recorded_locale(&run));
    let sheet = redraw::sheet(&run, &job.map)?;
    let dpi = job.dpi.unwrap_or(DEFAULT_DPI);
    let bytes = sheet.render(job.format, dpi).map_err(Error::from)?;
    let file = format!("{}.{}", job.map, job.format.id());
    let out = job.out.clone().unwrap_or_else(|| PathBuf::from(file));
    write(&out, &bytes)?;
    if !is_quiet(given.voice) {
        let said = Message::new("cli.render.done").with("path", out.display());
        screen::say(&i18n::render(locale, &said));
    }
    Ok(0)
}

/// Writes beside the file and renames, so that nobody finds half a map.
fn write(path: &Path, bytes: &[u8]) -> Result<(), CliError> {
    let failed = |error: &io::Error| CliError::Write {
        path: path.display().to_string(),
        reason: error.to_string(),
    };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let half = tempfile::NamedTempFile::new_in(folder).map_err(|error| failed(&error))?;
    fs::write(half.path(), bytes).map_err(|error| failed(&error))?;
    let done = half.persist(path);
    done.map(drop).map_err(|error| failed(&error.error))
}
