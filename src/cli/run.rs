//! `run`: the whole job, and its main figures at the end.

use super::jobs::{Given, Job, Voice};
use super::progress::Progress;
use super::{Failure, findings, is_quiet, language, screen, size_pool, summary};
use crate::domain::Message;
use crate::i18n;
use crate::pipeline::{self, Options};

pub(super) fn run(job: &Job, given: &Given) -> Result<u8, Failure> {
    size_pool(given.threads)?;
    let settings = pipeline::open(&job.project, &job.overrides)?;
    let locale = language::choose(given.lang, settings.locale);
    let date = job.date.clone();
    let options = Options { locale, only: job.only, date, scenarios: job.scenarios };
    let progress = Progress::new(locale, given.voice);
    let outcome = pipeline::run(&settings, &options, &progress)?;
    drop(progress);
    if given.voice == Voice::Verbose {
        for line in findings::listed(locale, &outcome.findings) {
            screen::say(&line);
        }
    }
    if !is_quiet(given.voice) {
        for line in summary::lines(locale, &settings, &outcome) {
            screen::say(&line);
        }
        if job.scenarios {
            let ids: Vec<&str> = settings.scenarios.iter().map(|s| &*s.id).collect();
            let line = Message::new("cli.summary.scenarios").with("ids", ids.join(", "));
            screen::say(&i18n::render(locale, &line));
        }
        if let Some(line) = summary::blemish(locale, &outcome) {
            screen::say(&line);
        }
    }
    let code = outcome.exit_code();
    // The process ends: to give back its memory piece by piece would be for nobody.
    std::mem::forget(outcome);
    Ok(code)
}
