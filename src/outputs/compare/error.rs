//! Why two runs cannot be compared.

use std::path::{Path, PathBuf};

use crate::domain::{Explain, Message};
use crate::i18n::{self, Locale};
use crate::outputs::past_run::PastRunError;
use crate::outputs::verify::Mismatch;

/// Why two runs cannot be compared.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CompareError {
    /// A folder cannot be read as a run.
    PastRun(#[from] PastRunError),
    /// Files of a run are not those that it wrote.
    NotVerified {
        /// The folder.
        path: PathBuf,
        /// What is wrong with it; at least one.
        found: Vec<Mismatch>,
    },
    /// The runs were measured in other reference systems.
    OtherCrs {
        /// That of the first run.
        a: String,
        /// That of the second.
        b: String,
    },
    /// The codes of the territories are of other systems.
    OtherCodeSystem {
        /// That of the first run; empty if none is stated.
        a: String,
        /// That of the second.
        b: String,
    },
    /// The runs have no territory in common.
    NoCommonTerritory,
    /// A series needs two runs.
    TooFewRuns {
        /// How many were given.
        count: usize,
    },
    /// No indicator of a territory is in two runs.
    NoCommonIndicator,
    /// The project that was given for a run is not the one that it was made from.
    OtherInputs {
        /// The project file.
        path: PathBuf,
        /// An input that is missing or other.
        found: Box<Mismatch>,
    },
    /// No figure of that name differs.
    NoSuchFigure {
        /// What was asked for.
        found: String,
    },
}

impl std::fmt::Display for CompareError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&i18n::render(Locale::En, &self.message()))
    }
}

impl Explain for CompareError {
    fn message(&self) -> Message {
        let about = |key, path: &Path| Message::new(key).with("path", path.display());
        // A value that starts with `@` is a key of the catalogue.
        let shown = |text: &str| match text {
            "" => "@compare.none".to_owned(),
            text => text.to_owned(),
        };
        let pair = |key, a: &str, b: &str| {
            Message::new(key).with("a", shown(a)).with("b", shown(b))
        };
        match self {
            Self::PastRun(error) => error.message(),
            Self::NotVerified { path, found } => {
                let first = found.first().map(Mismatch::message);
                let first = first.map_or_else(String::new, |message| {
                    let path = message.values.iter().find(|(name, _)| *name == "path");
                    path.map_or_else(String::new, |(_, path)| path.clone())
                });
                about("error.compare.not_verified", path)
                    .with("count", found.len())
                    .with("file", first)
            }
            Self::OtherCrs { a, b } => pair("error.compare.crs", a, b),
            Self::OtherCodeSystem { a, b } => pair("error.compare.code_system", a, b),
            Self::NoCommonTerritory => Message::new("error.compare.no_common_territory"),
            Self::TooFewRuns { count } => {
                Message::new("error.series.too_few_runs").with("count", count)
            }
            Self::NoCommonIndicator => Message::new("error.series.no_common_indicator"),
            Self::OtherInputs { path, found } => {
                let message = found.message();
                let input = message.values.iter().find(|(name, _)| *name == "path");
                let input =
                    input.map_or("@compare.its_settings", |(_, path)| path.as_str());
                about("error.compare.other_inputs", path).with("input", input)
            }
            Self::NoSuchFigure { found } => {
                Message::new("error.compare.no_such_figure").with("found", found)
            }
        }
    }

    fn hint(&self) -> Option<Message> {
        Some(Message::new(match self {
            Self::PastRun(error) => return error.hint(),
            Self::NotVerified { .. } => "hint.compare.not_verified",
            Self::OtherCrs { .. } => "hint.compare.crs",
            Self::OtherCodeSystem { .. } => "hint.compare.code_system",
            Self::NoCommonTerritory => "hint.compare.no_common_territory",
            Self::TooFewRuns { .. } => "hint.series.too_few_runs",
            Self::NoCommonIndicator => "hint.series.no_common_indicator",
            Self::OtherInputs { .. } => "hint.compare.other_inputs",
            Self::NoSuchFigure { .. } => "hint.compare.no_such_figure",
        }))
    }
}
