//! What may be asked for: a command and what it was given, checked as far as it goes without a file.

use std::path::PathBuf;

use super::cache;
use crate::i18n::Locale;
use crate::outputs::Products;
use crate::outputs::map::stored::Format;
use crate::pipeline::site::Request;

/// What was asked for.
#[derive(Debug, Clone)]
pub(super) struct Given {
    pub(super) command: Command,
    pub(super) lang: Option<Locale>,
    pub(super) voice: Voice,
    pub(super) threads: Option<usize>,
    pub(super) cache: cache::Place,
}

/// How much to tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Voice {
    /// Errors only.
    Quiet,
    /// The summary.
    Normal,
    /// Stages and findings as well.
    Verbose,
}

/// A command with its own arguments.
#[derive(Debug, Clone)]
pub(super) enum Command {
    Run(Job),
    Check(Job),
    Schema,
    New(PathBuf),
    Verify(VerifyJob),
    Explain(ExplainJob),
    Compare(CompareJob),
    Selftest,
    Inspect(InspectJob),
    Site(SiteJob),
    Render(RenderJob),
    Series(SeriesJob),
    Review(ReviewJob),
}

/// Runs to stack.
#[derive(Debug, Clone)]
pub(super) struct SeriesJob {
    pub(super) runs: Vec<PathBuf>,
    /// Where to write; to stdout if not given.
    pub(super) out: Option<PathBuf>,
}

/// Notes on a run to merge.
#[derive(Debug, Clone)]
pub(super) struct ReviewJob {
    pub(super) run: PathBuf,
    /// Files of notes.
    pub(super) files: Vec<PathBuf>,
    /// The project that the run was made from, where it kept no inputs.
    pub(super) project: Option<PathBuf>,
    /// Where to write; beside the run if not given.
    pub(super) out: Option<PathBuf>,
}

/// A map of a run to draw again.
#[derive(Debug, Clone)]
pub(super) struct RenderJob {
    pub(super) run: PathBuf,
    /// Its name, as its files are called.
    pub(super) map: String,
    pub(super) format: Format,
    /// Resolution of pixels.
    pub(super) dpi: Option<f32>,
    /// Where to write it; beside whoever asks if not given.
    pub(super) out: Option<PathBuf>,
}

/// Two runs to compare.
#[derive(Debug, Clone)]
pub(super) struct CompareJob {
    pub(super) a: PathBuf,
    pub(super) b: PathBuf,
    /// The projects that they were made from, where given.
    pub(super) projects: [Option<PathBuf>; 2],
    /// The figure to draw.
    pub(super) figure: Option<String>,
    pub(super) json: bool,
    pub(super) out: Option<PathBuf>,
}

/// A place to look at, and what to give of it.
#[derive(Debug, Clone)]
pub(super) struct SiteJob {
    pub(super) project: PathBuf,
    /// The place as typed, and what it means.
    pub(super) given: String,
    pub(super) request: Request,
    pub(super) json: bool,
    pub(super) out: Option<PathBuf>,
    /// Dotted keys and values.
    pub(super) overrides: Vec<(String, String)>,
}

/// Files to look at, and the project whose territories they should lie in.
#[derive(Debug, Clone)]
pub(super) struct InspectJob {
    pub(super) files: Vec<PathBuf>,
    pub(super) project: Option<PathBuf>,
    pub(super) json: bool,
}

/// A figure to explain.
#[derive(Debug, Clone)]
pub(super) struct ExplainJob {
    pub(super) project: PathBuf,
    /// Its name: table and key, joined by `/`.
    pub(super) figure: String,
    pub(super) json: bool,
    /// Dotted keys and values.
    pub(super) overrides: Vec<(String, String)>,
}

/// A run to verify, and the project that it was made from.
#[derive(Debug, Clone)]
pub(super) struct VerifyJob {
    pub(super) run: PathBuf,
    pub(super) project: Option<PathBuf>,
    /// Dotted keys and values that the run was given.
    pub(super) overrides: Vec<(String, String)>,
}

/// A project and how to run it.
#[derive(Debug, Clone)]
pub(super) struct Job {
    pub(super) project: PathBuf,
    /// Dotted keys and values.
    pub(super) overrides: Vec<(String, String)>,
    pub(super) only: Products,
    pub(super) date: Option<String>,
    pub(super) scenarios: bool,
}
