//! Whether a run is what it says it is: digests, and a fresh run byte for byte.
//!
//! In: a [`PastRun`] and, where there is one, the project it was made from and a fresh run
//! of it. Out: [`Mismatch`]es, each a sentence for people. It runs nothing and writes
//! nothing.

use std::collections::BTreeMap;
use std::path::Path;

use super::past_run::{self, PastRun, PastRunError};
use super::{differences, manifest};
use crate::domain::{Digest, Message};
use crate::indicators::Method;

/// Something that is not as the manifest says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mismatch {
    /// A file of the run is not there.
    OutputMissing(String),
    /// A file of the run has other bytes.
    OutputChanged(String),
    /// A file of the run was saved again by another program, which changed the ends of its lines
    /// or put a mark before them, and nothing else.
    OutputLineEnds(String),
    /// A file lies there that the run did not write.
    OutputExtra(String),
    /// An input is not where the project says.
    InputMissing(String),
    /// An input has other bytes.
    InputChanged(String),
    /// The settings of the project are others.
    Settings,
    /// Another version of the program wrote the run.
    ProgramVersion {
        /// Of the run.
        recorded: String,
    },
    /// A method had another version, or none.
    MethodVersion {
        /// Code of the method.
        method: String,
        /// Of the run; empty if it had none.
        recorded: String,
        /// Of this program; empty if it has none.
        here: String,
    },
    /// A file came out otherwise.
    Differs {
        /// Path inside the run.
        path: String,
        /// Where it differs first, if that can be said.
        place: Option<differences::Place>,
    },
    /// A fresh run writes a file that the run does not list.
    OnlyFresh(String),
    /// The run lists a file that a fresh run does not write.
    OnlyRecorded(String),
}

impl Mismatch {
    /// Whether it speaks against the run. Versions explain a difference; they are none.
    #[must_use]
    pub fn is_failure(&self) -> bool {
        !matches!(self, Self::ProgramVersion { .. } | Self::MethodVersion { .. })
    }

    /// The sentence for people.
    #[must_use]
    pub fn message(&self) -> Message {
        let about = |key, path: &str| Message::new(key).with("path", path);
        match self {
            Self::OutputMissing(path) => about("verify.output_missing", path),
            Self::OutputChanged(path) => about("verify.output_changed", path),
            Self::OutputLineEnds(path) => about("verify.output_line_ends", path),
            Self::OutputExtra(path) => about("verify.output_extra", path),
            Self::InputMissing(path) => about("verify.input_missing", path),
            Self::InputChanged(path) => about("verify.input_changed", path),
            Self::Settings => Message::new("verify.settings"),
            Self::ProgramVersion { recorded } => Message::new("verify.program")
                .with("recorded", recorded)
                .with("here", env!("CARGO_PKG_VERSION")),
            Self::MethodVersion { method, recorded, here } => {
                let shown = |version: &str| match version {
                    "" => "@verify.none".to_owned(),
                    version => version.to_owned(),
                };
                about("verify.method", method)
                    .with("recorded", shown(recorded))
                    .with("here", shown(here))
            }
            Self::Differs { path, place } => match place {
                None => about("verify.differs", path),
                Some(place) => place.message(path),
            },
            Self::OnlyFresh(path) => about("verify.only_fresh", path),
            Self::OnlyRecorded(path) => about("verify.only_recorded", path),
        }
    }
}

/// Compares the files of a run with the digests that its manifest gives.
///
/// # Errors
///
/// [`PastRunError::Unreadable`].
pub fn outputs(run: &PastRun) -> Result<Vec<Mismatch>, PastRunError> {
    let mut found = Vec::new();
    let mut extra = run.files()?;
    extra.remove(manifest::FILE);
    for output in &run.recorded.outputs {
        extra.remove(&output.path);
        match run.read(&output.path)? {
            None => found.push(Mismatch::OutputMissing(output.path.clone())),
            Some(bytes) if Digest::of(&bytes).as_str() == output.sha256 => {}
            Some(bytes) => {
                let plain = Digest::of(&with_plain_ends(&bytes));
                let path = output.path.clone();
                found.push(if plain.as_str() == output.sha256 {
                    Mismatch::OutputLineEnds(path)
                } else {
                    Mismatch::OutputChanged(path)
                });
            }
        }
    }
    found.extend(extra.into_iter().map(Mismatch::OutputExtra));
    Ok(found)
}

/// A text without the marks that editors and mail put into it: a byte order mark, and carriage
/// returns before the ends of lines.
fn with_plain_ends(bytes: &[u8]) -> Vec<u8> {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let next = text.iter().copied().skip(1).map(Some).chain([None]);
    let pairs = text.iter().copied().zip(next);
    pairs.filter(|pair| *pair != (b'\r', Some(b'\n'))).map(|(byte, _)| byte).collect()
}

/// Compares the inputs, where the project's folder has them, with the digests.
///
/// # Errors
///
/// [`PastRunError::Unreadable`].
pub fn inputs(run: &PastRun, project: &Path) -> Result<Vec<Mismatch>, PastRunError> {
    let folder = project.parent().unwrap_or(Path::new(""));
    let mut found = Vec::new();
    for input in &run.recorded.inputs {
        match past_run::read(&folder.join(&input.path))? {
            None => found.push(Mismatch::InputMissing(input.path.clone())),
            Some(bytes) if Digest::of(&bytes).as_str() != input.sha256 => {
                found.push(Mismatch::InputChanged(input.path.clone()));
            }
            Some(_) => {}
        }
    }
    // One file may serve several layers.
    found.dedup();
    Ok(found)
}

/// Versions of program and methods that are not those of this program.
#[must_use]
pub fn versions(run: &PastRun) -> Vec<Mismatch> {
    let mut found = Vec::new();
    let recorded = &run.recorded.program.version;
    if recorded != env!("CARGO_PKG_VERSION") {
        found.push(Mismatch::ProgramVersion { recorded: recorded.clone() });
    }
    let here = Method::ALL.iter().map(|method| method.entry());
    let here: BTreeMap<&str, &str> =
        here.map(|entry| (entry.code, entry.version)).collect();
    let codes =
        here.keys().copied().chain(run.recorded.methods.keys().map(String::as_str));
    let mut codes: Vec<&str> = codes.collect();
    codes.sort_unstable();
    codes.dedup();
    for method in codes {
        let recorded = run.recorded.methods.get(method).map_or("", String::as_str);
        let here = here.get(method).copied().unwrap_or_default();
        if recorded != here {
            let [method, recorded, here] = [method, recorded, here].map(str::to_owned);
            found.push(Mismatch::MethodVersion { method, recorded, here });
        }
    }
    found
}

/// Compares a run byte for byte with a fresh one; of the manifests all but the clock.
///
/// # Errors
///
/// [`PastRunError::Unreadable`].
pub fn fresh(run: &PastRun, fresh: &PastRun) -> Result<Vec<Mismatch>, PastRunError> {
    let mut found = Vec::new();
    let list = |run: &PastRun| -> Vec<String> {
        run.recorded.outputs.iter().map(|output| output.path.clone()).collect()
    };
    let (before, now) = (list(run), list(fresh));
    for path in &before {
        if !now.contains(path) {
            found.push(Mismatch::OnlyRecorded(path.clone()));
        }
    }
    for path in now.iter().map(String::as_str).chain([manifest::FILE]) {
        if path != manifest::FILE && !before.iter().any(|known| known == path) {
            found.push(Mismatch::OnlyFresh(path.to_owned()));
            continue;
        }
        // A file that is missing has been told of with the digests.
        let (Some(old), Some(new)) = (run.read(path)?, fresh.read(path)?) else {
            continue;
        };
        if old != new && with_plain_ends(&old) == new {
            // Told of with the digests too.
            continue;
        }
        let places = differences::between(path, &old, &new);
        let told = |place| Mismatch::Differs { path: path.to_owned(), place };
        found.extend(places.into_iter().map(told));
    }
    Ok(found)
}
