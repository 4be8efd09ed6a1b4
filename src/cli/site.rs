//! `site`: what there is at a place, and what building there would change.

use super::jobs::{Given, SiteJob};
use super::progress::Progress;
use super::{Failure, is_quiet, language, screen, size_pool};
use crate::domain::Message;
use crate::i18n;
use crate::outputs::site::{self, SiteReport};
use crate::pipeline::{self, Error};

pub(super) fn site(job: &SiteJob, given: &Given) -> Result<u8, Failure> {
    size_pool(given.threads)?;
    if let Some(path) = &job.out {
        site::ensure_writable(path).map_err(Error::from)?;
    }
    let settings = pipeline::open(&job.project, &job.overrides)?;
    let locale = language::choose(given.lang, settings.locale);
    let progress = Progress::new(locale, given.voice);
    let found = pipeline::site::site(&settings, &job.request, &progress)?;
    drop(progress);
    let report = SiteReport {
        settings: &settings,
        area: &found.measured.area,
        measurements: &found.measured.measurements,
        findings: &found.measured.findings,
        place: &found.place,
        given: &job.given,
        features: &found.features,
        change: found.change.as_ref(),
        scenarios: &found.scenarios,
    };
    if job.json {
        screen::give(&format!("{:#}\n", site::json(&report)));
    } else {
        let sheets =
            (0..found.features.len()).map(|at| site::sheet(&report, at, locale).lines());
        let sheets: Vec<String> = sheets.map(|lines| lines.join("\n")).collect();
        screen::give(&format!("{}\n", sheets.join("\n\n")));
    }
    if let Some(path) = &job.out {
        site::write(path, &site::page(&report, locale)).map_err(Error::from)?;
        if !is_quiet(given.voice) {
            let done = Message::new("site.written").with("path", path.display());
            screen::say(&i18n::render(locale, &done));
        }
    }
    Ok(0)
}
