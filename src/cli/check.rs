//! `check`: reads and validates everything, computes nothing, lists findings.

use super::jobs::{Given, Job};
use super::progress::Progress;
use super::{Failure, findings, is_quiet, language, screen, size_pool, summary};
use crate::pipeline;

pub(super) fn check(job: &Job, given: &Given) -> Result<u8, Failure> {
    size_pool(given.threads)?;
    let settings = pipeline::open(&job.project, &job.overrides)?;
    let locale = language::choose(given.lang, settings.locale);
    let progress = Progress::new(locale, given.voice);
    let outcome = pipeline::check(&settings, &progress)?;
    drop(progress);
    if !is_quiet(given.voice) {
        for line in findings::listed(locale, &outcome.findings) {
            screen::say(&line);
        }
        screen::say(&summary::counted(locale, &outcome.findings));
        if let Some(line) = summary::blemish(locale, &outcome) {
            screen::say(&line);
        }
    }
    Ok(outcome.exit_code())
}
