//! `verify`: digests of a run, and a fresh run beside it that is compared byte for byte.

use super::arguments::products;
use super::error::CliError;
use super::jobs::{Given, VerifyJob};
use super::progress::Progress;
use super::{Failure, is_quiet, language, screen, size_pool};
use crate::config::Settings;
use crate::domain::Message;
use crate::i18n::{self, Locale};
use crate::outputs::inputs::{self, Unpacked};
use crate::outputs::verify::{self, Mismatch};
use crate::outputs::{PastRun, Products, Temporary};
use crate::pipeline::{self, Options};

pub(super) fn verify(job: &VerifyJob, given: &Given) -> Result<u8, Failure> {
    size_pool(given.threads)?;
    let run = PastRun::open(&job.run)?;
    let locale = language::choose(given.lang, recorded_locale(&run));
    let mut teller = Teller { locale, is_quiet: is_quiet(given.voice), failures: 0 };
    teller.all(&verify::versions(&run));
    let outputs = verify::outputs(&run)?;
    let count = run.recorded.outputs.len();
    teller.part(&outputs, &Message::new("verify.outputs_good").with("count", count));
    let unpacked = kept_inputs(job, &run, &outputs)?;
    let project = job.project.clone().or(unpacked.as_ref().map(Unpacked::project));
    let Some(project) = project else {
        teller.good(&Message::new("verify.no_project"));
        return Ok(teller.end("verify.good_outputs"));
    };
    let overrides = overrides(job, &run);
    if !project.is_file() {
        // It says why.
        pipeline::open(&project, &overrides)?;
    }
    let found = verify::inputs(&run, &project)?;
    let count = run.recorded.inputs.len();
    teller.part(&found, &Message::new("verify.inputs_good").with("count", count));
    if found.iter().any(|found| matches!(found, Mismatch::InputMissing(_))) {
        teller.good(&Message::new("verify.no_rerun"));
        return Ok(teller.end("verify.good"));
    }
    let settings = pipeline::open(&project, &overrides)?;
    let is_whole = !outputs.iter().any(|one| matches!(one, Mismatch::OutputMissing(_)));
    again(&run, settings, is_whole, given, &mut teller)?;
    Ok(teller.end("verify.good"))
}

/// The inputs that the run kept, where no project is given; none if they are not as they
/// were written, or if they cannot lie as the project had them.
fn kept_inputs(
    job: &VerifyJob,
    run: &PastRun,
    found: &[Mismatch],
) -> Result<Option<Unpacked>, Failure> {
    let is_changed = found.contains(&Mismatch::OutputChanged(inputs::FILE.to_owned()));
    if job.project.is_some() || is_changed {
        return Ok(None);
    }
    Ok(inputs::unpack(run)?.filter(|unpacked| unpacked.moved().is_empty()))
}

/// The keys that were changed: those given here, else those that the manifest recorded.
fn overrides(job: &VerifyJob, run: &PastRun) -> Vec<(String, String)> {
    match &run.recorded.overrides {
        Some(recorded) if job.overrides.is_empty() => recorded.clone(),
        _ => job.overrides.clone(),
    }
}

/// Runs the project again, into a folder of its own, and compares. Of a run that is not whole,
/// what is there.
fn again(
    run: &PastRun,
    mut settings: Settings,
    is_whole: bool,
    given: &Given,
    teller: &mut Teller,
) -> Result<(), Failure> {
    if settings.digest.as_str() != run.recorded.settings_sha256 {
        teller.all(&[Mismatch::Settings]);
    }
    let temporary = Temporary::new().map_err(|error| CliError::Write {
        path: std::env::temp_dir().display().to_string(),
        reason: error.to_string(),
    })?;
    settings.output_directory = temporary.path().join("run");
    let progress = Progress::new(teller.locale, given.voice);
    pipeline::run(&settings, &options(run)?, &progress)?;
    drop(progress);
    let fresh = PastRun::open(&settings.output_directory)?;
    let good = if is_whole { "verify.fresh_good" } else { "verify.fresh_good_rest" };
    teller.part(&verify::fresh(run, &fresh)?, &Message::new(good));
    Ok(())
}

/// The options that the run was given, as its manifest recorded them.
fn options(run: &PastRun) -> Result<Options, CliError> {
    let recorded = &run.recorded.options;
    let only = match recorded.get("only").map(String::as_str) {
        // Runs of before products were recorded had neither of these pages.
        None => Products { report: false, viewer: false, ..Products::ALL },
        Some(words) => {
            let words: Vec<String> = words.split(',').map(str::to_owned).collect();
            products(&words)?
        }
    };
    let locale = language::choose(recorded_locale(run), None);
    let date = recorded.get("date").cloned();
    let scenarios = recorded.contains_key("scenarios");
    Ok(Options { locale, only, date, scenarios })
}

pub(super) fn recorded_locale(run: &PastRun) -> Option<Locale> {
    run.recorded.options.get("lang").and_then(|tag| Locale::parse(tag))
}

/// Says what is found and keeps count of what speaks against the run.
struct Teller {
    locale: Locale,
    is_quiet: bool,
    failures: usize,
}

impl Teller {
    /// What is wrong is told even where silence was asked for.
    fn all(&mut self, found: &[Mismatch]) {
        for mismatch in found {
            if mismatch.is_failure() || !self.is_quiet {
                screen::say(&i18n::render(self.locale, &mismatch.message()));
            }
        }
        self.failures += found.iter().filter(|found| found.is_failure()).count();
    }

    fn part(&mut self, found: &[Mismatch], good: &Message) {
        self.all(found);
        if found.is_empty() {
            self.good(good);
        }
    }

    fn good(&self, message: &Message) {
        if !self.is_quiet {
            screen::say(&i18n::render(self.locale, message));
        }
    }

    /// The exit code, told in a sentence.
    fn end(&self, good: &'static str) -> u8 {
        if self.failures == 0 {
            self.good(&Message::new(good));
            return 0;
        }
        self.good(&Message::new("verify.bad").with("count", self.failures));
        1
    }
}
