//! `review`: the notes of several people on one table and one map.

use std::fs;
use std::path::{Path, PathBuf};

use super::error::CliError;
use super::jobs::{Given, ReviewJob};
use super::progress::Progress;
use super::{Failure, is_quiet, language, screen, size_pool};
use crate::domain::Message;
use crate::i18n::{self, Locale};
use crate::outputs::map::stored::Format;
use crate::outputs::map::{MapOptions, png};
use crate::outputs::review::{self, Review};
use crate::outputs::{self, PastRun};
use crate::pipeline::{self, Error, review::Reviewed};

pub(super) fn review(job: &ReviewJob, given: &Given) -> Result<u8, Failure> {
    size_pool(given.threads)?;
    let run = PastRun::open(&job.run)?;
    let out = job.out.clone().unwrap_or_else(|| beside(&job.run));
    outputs::ensure_replaceable(&out).map_err(Error::from)?;
    let locale = language::choose(given.lang, super::verify::recorded_locale(&run));
    let files = job.files.iter().map(|path| read(path)).collect::<Result<Vec<_>, _>>()?;
    let progress = Progress::new(locale, given.voice);
    let reviewed =
        pipeline::review::review(&run, &files, job.project.as_deref(), &progress)?;
    drop(progress);
    let made = make(&reviewed, locale)?;
    let written = review::write(&out, &run, made).map_err(Error::from)?;
    if !is_quiet(given.voice) {
        for line in summary(&reviewed, locale) {
            screen::say(&line);
        }
        screen::say_place(locale, &written);
    }
    let Review { refused, .. } = &reviewed.review;
    Ok(u8::from(!refused.is_empty() || !reviewed.review.conflicts().is_empty()))
}

/// Where a review goes if nobody says: beside its run.
fn beside(run: &Path) -> PathBuf {
    let run = fs::canonicalize(run).unwrap_or_else(|_| run.to_owned());
    let mut name = run.file_name().unwrap_or_default().to_os_string();
    name.push("-review");
    run.with_file_name(name)
}

/// The name and the text of a file of notes.
fn read(path: &Path) -> Result<(String, String), CliError> {
    let failed =
        |reason: String| CliError::Read { path: path.display().to_string(), reason };
    let bytes = fs::read(path).map_err(|error| failed(error.to_string()))?;
    let text = String::from_utf8(bytes).map_err(|error| failed(error.to_string()))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok((name, text))
}

/// The files of a review: path inside its folder and bytes.
fn make(reviewed: &Reviewed, locale: Locale) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    let review = &reviewed.review;
    let mut files = vec![
        ("notes.csv".to_owned(), review::table(review)),
        ("refused.csv".to_owned(), review::refused(review)),
    ];
    if let Ok((area, settings)) = &reviewed.ground {
        let options = MapOptions { locale, date: None };
        let sheet =
            review::draw(review, area, settings, &options).map_err(Error::from)?;
        for format in Format::ALL {
            let bytes = sheet.render(format, png::DEFAULT_DPI).map_err(Error::from)?;
            files.push((format!("notes.{}", format.id()), bytes));
        }
    }
    Ok(files)
}

fn summary(reviewed: &Reviewed, locale: Locale) -> Vec<String> {
    let review = &reviewed.review;
    let say = |message: &Message| i18n::render(locale, message);
    let mut lines = vec![say(&Message::new("review.counted")
        .with("notes", review.notes.len())
        .with("conflicts", review.conflicts().len())
        .with("refused", review.refused.len()))];
    for id in review.conflicts() {
        let versions = review.notes.iter().filter(|one| one.note.id == id);
        let fields = versions.clone().next().map(|one| one.conflict.join(", "));
        let files: Vec<String> = versions.map(|one| one.files.join("+")).collect();
        lines.push(say(&Message::new("review.conflict")
            .with("id", id)
            .with("fields", fields.unwrap_or_default())
            .with("files", files.join(" / "))));
    }
    for (file, refused) in &review.refused {
        let why = refused.why.iter().map(|why| {
            i18n::text(locale, &format!("viewer.notes.why.{}", why.id())).to_owned()
        });
        lines.push(say(&Message::new("review.refused")
            .with("file", file)
            .with("feature", refused.feature.unwrap_or_default())
            .with("why", why.collect::<Vec<_>>().join("; "))));
    }
    lines.extend(reviewed.ground.as_ref().err().map(say));
    lines
}
