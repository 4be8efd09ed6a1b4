//! The command line: arguments in, exit code out, people's text on stderr.
//!
//! In: arguments and the environment. Out: what the library gave, in the language of
//! whoever asks; stdout carries only what a pipe should get. Every word stands in the
//! catalogues, every figure comes from the library.

mod arguments;
mod cache;
mod check;
mod compare;
mod error;
mod explain;
mod findings;
mod inspect;
mod jobs;
mod language;
mod new;
mod progress;
mod render;
mod report;
mod review;
mod run;
mod schema;
mod screen;
mod selftest;
mod series;
mod site;
mod summary;
mod usage;
mod verify;

use std::ffi::OsString;
use std::process::ExitCode;

use crate::i18n::{self, Locale};
use crate::layers;
use crate::outputs::figure::FigureError;
use crate::outputs::{self, PastRunError};
use crate::pipeline;

use error::CliError;
use jobs::{Command, Given, Voice};

/// Exit code of a job that could not be done.
const FAILED: u8 = 2;
/// Exit code of a job that somebody stopped: 128 and the number of SIGINT.
pub const STOPPED: u8 = 130;

/// Runs the program with its arguments, the first of which is its own name.
///
/// Exit codes: 0 clean; 1 findings at or above `fail_on`, or a balance that does not
/// close; 2 could not run; 130 stopped by Ctrl-C.
#[must_use]
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let locale = language::before_parsing(&arguments);
    let code = match arguments::parse(&arguments, locale) {
        Ok(Some(given)) => execute(&given, locale),
        Ok(None) => 0,
        Err(error) => {
            report::one(locale, &error);
            FAILED
        }
    };
    ExitCode::from(if outputs::is_abandoned() { STOPPED } else { code })
}

/// Clears what is being written, so that the program can stop: for whoever is told of Ctrl-C.
///
/// Afterwards nothing can be written any more, and [`main`] gives 130 if it still ends. What
/// had been put in its place stays, and is whole.
pub fn stop(arguments: impl IntoIterator<Item = OsString>) {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let locale = language::before_parsing(&arguments);
    let key = if outputs::abandon() { "cli.stopped_after" } else { "cli.stopped" };
    screen::say(i18n::text(locale, key));
}

fn execute(given: &Given, locale: Locale) -> u8 {
    // Whoever checks computes everything anew.
    let checks = matches!(given.command, Command::Verify(_) | Command::Selftest);
    let cache = if checks { &cache::Place::Off } else { &given.cache };
    cache::open(cache);
    let code = carry_out(given, locale);
    cache::close(cache);
    code
}

fn carry_out(given: &Given, locale: Locale) -> u8 {
    let done = layers::raw::caught(|| match &given.command {
        Command::Run(job) => run::run(job, given),
        Command::Check(job) => check::check(job, given),
        Command::Schema => schema::print(),
        Command::Explain(job) => explain::explain(job, given),
        Command::Compare(job) => compare::compare(job, given),
        Command::Selftest => selftest::selftest(given, locale),
        Command::Inspect(job) => inspect::inspect(job, given),
        Command::Site(job) => site::site(job, given),
        Command::Verify(job) => verify::verify(job, given),
        Command::Render(job) => render::render(job, given),
        Command::Series(job) => series::series(job, given),
        Command::Review(job) => review::review(job, given),
        Command::New(dir) => new::write(dir, given.lang.unwrap_or(locale), given.voice),
    });
    let lost =
        |error: std::io::Error| Err(CliError::Aside { reason: error.to_string() }.into());
    match done.unwrap_or_else(lost) {
        Ok(code) => code,
        // What fails because it was stopped is no trouble to tell of.
        Err(_) if outputs::is_abandoned() => STOPPED,
        Err(Failure::Job(error)) => {
            let locale = language::choose(given.lang, error.locale());
            if let Some(found) = error.findings()
                && !is_quiet(given.voice)
            {
                for line in findings::listed(locale, found) {
                    screen::say(&line);
                }
            }
            report::all(locale, &error.causes());
            FAILED
        }
        Err(Failure::Here(error)) => {
            report::one(locale, &error);
            FAILED
        }
        Err(Failure::Figure(error, locale)) => {
            report::one(locale, &error);
            FAILED
        }
        Err(Failure::PastRun(error)) => {
            report::one(locale, &error);
            FAILED
        }
    }
}

/// Why a command could not be carried out.
#[derive(Debug)]
enum Failure {
    /// The library says why.
    Job(pipeline::Error),
    /// The command line itself.
    Here(CliError),
    /// A name that is no figure's, in the language of the project.
    Figure(FigureError, Locale),
    /// A folder that is no run.
    PastRun(PastRunError),
}

impl From<pipeline::Error> for Failure {
    fn from(error: pipeline::Error) -> Self {
        Self::Job(error)
    }
}

impl From<PastRunError> for Failure {
    fn from(error: PastRunError) -> Self {
        Self::PastRun(error)
    }
}

impl From<CliError> for Failure {
    fn from(error: CliError) -> Self {
        Self::Here(error)
    }
}

/// Sizes the pool of threads that all stages work on; the number changes no result.
fn size_pool(threads: Option<usize>) -> Result<(), CliError> {
    let Some(threads) = threads else { return Ok(()) };
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build_global()
        .map_err(|error| CliError::Threads { reason: error.to_string() })
}

/// How much is told, for those that do not care about more.
fn is_quiet(voice: Voice) -> bool {
    voice == Voice::Quiet
}
