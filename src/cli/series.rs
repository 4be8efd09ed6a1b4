//! `series`: several runs as one long table, with the places where its lines break.

use super::jobs::{Given, SeriesJob};
use super::{Failure, is_quiet, language, screen, size_pool};
use crate::domain::Message;
use crate::i18n::{self, Locale};
use crate::outputs::PastRun;
use crate::outputs::series::{self, Series};
use crate::pipeline::Error;

pub(super) fn series(job: &SeriesJob, given: &Given) -> Result<u8, Failure> {
    size_pool(given.threads)?;
    let runs = job.runs.iter().map(|path| PastRun::open(path));
    let runs = runs.collect::<Result<Vec<PastRun>, _>>()?;
    let recorded = runs.last().and_then(super::verify::recorded_locale);
    let locale = language::choose(given.lang, recorded);
    let stacked = Series::of(&runs).map_err(Error::from)?;
    if !is_quiet(given.voice) {
        for line in lines(locale, &stacked) {
            screen::say(&line);
        }
    }
    let Some(directory) = &job.out else {
        screen::give(&String::from_utf8_lossy(&series::table(&stacked)));
        return Ok(0);
    };
    let written = series::write(directory, &stacked, locale).map_err(Error::from)?;
    if !is_quiet(given.voice) {
        screen::say_place(locale, &written);
    }
    Ok(0)
}

/// What the series holds, and why its lines break.
fn lines(locale: Locale, stacked: &Series) -> Vec<String> {
    let (broken, reasons) = stacked.broken();
    let message = Message::new("series.told")
        .with("runs", stacked.members.len())
        .with("lines", stacked.lines.len())
        .with("broken", broken);
    let mut lines = vec![i18n::render(locale, &message)];
    for (reason, count) in reasons {
        let name = format!("series.reason.{}", reason.id());
        let name = i18n::text(locale, &name);
        lines.push(format!("  {name}: {count}"));
    }
    lines
}
