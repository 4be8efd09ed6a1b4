//! A run as it lies on disk: its manifest, and its files as far as they are still there.
//!
//! In: a folder that a run wrote, here or on another machine. Out: a [`PastRun`], what its
//! manifest recorded. It is read only: nothing is ever written into it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use serde::Deserialize;

use super::error::reason;
use super::{folder, manifest};
use crate::domain::{Explain, Message};
use crate::i18n::{self, Locale};

/// What a manifest recorded, as far as later commands need it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Recorded {
    /// The program that ran.
    pub program: Program,
    /// Version of each method, by its code.
    #[serde(default)]
    pub methods: BTreeMap<String, String>,
    /// Digest of the settings that shape figures.
    #[serde(default)]
    pub settings_sha256: String,
    /// The settings themselves; null in runs of before they were recorded.
    #[serde(default)]
    pub settings: serde_json::Value,
    /// Dotted keys and values that were changed for the run; `None` in runs of before they
    /// were recorded.
    #[serde(default)]
    pub overrides: Option<Vec<(String, String)>>,
    /// The system that everything was measured in.
    #[serde(default)]
    pub working_crs: WorkingCrs,
    /// The territories, by code.
    #[serde(default)]
    pub territories: Vec<Territory>,
    /// What else shaped the bytes: language, products, date.
    #[serde(default)]
    pub options: BTreeMap<String, String>,
    /// The system of the territory codes.
    #[serde(default)]
    pub code_system: Option<String>,
    /// Every file that went in.
    #[serde(default)]
    pub inputs: Vec<Input>,
    /// Every file that came out, but the manifest.
    pub outputs: Vec<Output>,
}

/// A planar reference system.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct WorkingCrs {
    /// Its code, for example `EPSG:32719`.
    pub code: String,
}

/// A territory that results were given for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Territory {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
}

/// Name and version of a program.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Program {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// A file that went in.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Input {
    /// Layer id; empty for a table of reported figures.
    pub layer: String,
    /// Path as the project declares it, relative to the project file.
    pub path: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
}

/// A file that came out.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Output {
    /// Path inside the folder, with `/`.
    pub path: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
}

/// A folder that a run wrote.
#[derive(Debug, Clone)]
pub struct PastRun {
    /// The folder.
    pub directory: PathBuf,
    /// What its manifest says.
    pub recorded: Recorded,
}

/// Why a folder cannot be read as a run of ours.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PastRunError {
    /// The folder or one of its files cannot be read.
    Unreadable {
        /// What cannot be read.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// There is no manifest in it.
    NoManifest {
        /// The folder.
        path: PathBuf,
    },
    /// Its manifest is not one of ours, or is damaged.
    BadManifest {
        /// The folder.
        path: PathBuf,
        /// What is wrong with it.
        detail: String,
    },
    /// The copy of the inputs is not one of ours, or is damaged.
    BadInputs {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        detail: String,
    },
    /// A table is not a table of ours.
    BadTable {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        detail: String,
    },
    /// The run stored no map of that name.
    NoMap {
        /// The folder.
        path: PathBuf,
        /// The name.
        map: String,
        /// The maps that it stored.
        known: Vec<String>,
        /// The one that was meant, perhaps.
        nearest: Option<String>,
    },
    /// A file that is needed is gone or has other bytes than were written.
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// A stored sheet is not one of ours, or is damaged.
    BadScene {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        detail: String,
    },
    /// A table that a comparison needs was not written by the run.
    NoTables {
        /// The folder.
        path: PathBuf,
    },
}

impl std::fmt::Display for PastRunError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&i18n::render(Locale::En, &self.message()))
    }
}

impl Explain for PastRunError {
    fn message(&self) -> Message {
        let about = |key, path: &Path| Message::new(key).with("path", path.display());
        match self {
            Self::Unreadable { path, source } => {
                about("error.past_run.unreadable", path).with("reason", reason(source))
            }
            Self::NoManifest { path } => about("error.past_run.no_manifest", path),
            Self::BadManifest { path, detail } => {
                about("error.past_run.bad_manifest", path).with("detail", detail)
            }
            Self::BadTable { path, detail } => {
                about("error.past_run.bad_table", path).with("detail", detail)
            }
            Self::BadInputs { path, detail } => {
                about("error.past_run.bad_inputs", path).with("detail", detail)
            }
            Self::NoTables { path } => about("error.past_run.no_tables", path),
            Self::NoMap { path, known, .. } if known.is_empty() => {
                about("error.past_run.no_maps", path)
            }
            Self::NoMap { path, map, .. } => {
                about("error.past_run.no_map", path).with("map", map)
            }
            Self::Changed { path } => about("error.past_run.changed", path),
            Self::BadScene { path, detail } => {
                about("error.past_run.bad_scene", path).with("detail", detail)
            }
        }
    }

    fn hint(&self) -> Option<Message> {
        if let Self::NoMap { known, nearest, .. } = self
            && !known.is_empty()
        {
            return Some(match nearest {
                Some(name) => Message::new("hint.cli.nearest").with("nearest", name),
                None => {
                    Message::new("hint.past_run.maps").with("known", known.join(", "))
                }
            });
        }
        Some(Message::new(match self {
            Self::NoTables { .. } => "hint.past_run.tables",
            Self::NoMap { .. } => "hint.past_run.no_maps",
            Self::Changed { .. } | Self::BadScene { .. } => "hint.past_run.again",
            _ => "hint.past_run.folder",
        }))
    }
}

impl PastRun {
    /// Reads the manifest of a folder.
    ///
    /// # Errors
    ///
    /// [`PastRunError`] if there is none, if it is not ours, or if it names files outside
    /// the folder.
    pub fn open(directory: &Path) -> Result<Self, PastRunError> {
        let unreadable =
            |source| PastRunError::Unreadable { path: directory.to_owned(), source };
        if !fs::metadata(directory).map_err(unreadable)?.is_dir() {
            return Err(unreadable(io::ErrorKind::NotADirectory.into()));
        }
        let bytes = match fs::read(directory.join(manifest::FILE)) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(PastRunError::NoManifest { path: directory.to_owned() });
            }
            Err(source) => {
                let path = directory.join(manifest::FILE);
                return Err(PastRunError::Unreadable { path, source });
            }
        };
        let bad =
            |detail| PastRunError::BadManifest { path: directory.to_owned(), detail };
        let recorded: Recorded =
            serde_json::from_slice(&bytes).map_err(|error| bad(error.to_string()))?;
        if recorded.program.name != manifest::PROGRAM {
            return Err(bad(recorded.program.name));
        }
        // A manifest from elsewhere must not make anybody read outside its folder.
        let outside = recorded.outputs.iter().find(|output| !is_inside(&output.path));
        if let Some(output) = outside {
            return Err(bad(output.path.clone()));
        }
        Ok(Self { directory: directory.to_owned(), recorded })
    }

    /// Where a file of the run lies.
    #[must_use]
    pub fn path(&self, inside: &str) -> PathBuf {
        self.directory.join(inside)
    }

    /// The bytes of a file of the run; `None` if it is not there.
    ///
    /// # Errors
    ///
    /// [`PastRunError::Unreadable`].
    pub fn read(&self, inside: &str) -> Result<Option<Vec<u8>>, PastRunError> {
        read(&self.path(inside))
    }

    /// Every file in the folder that a person could miss, sorted.
    ///
    /// # Errors
    ///
    /// [`PastRunError::Unreadable`].
    pub fn files(&self) -> Result<BTreeSet<String>, PastRunError> {
        let path = || self.directory.clone();
        let listed = folder::list(&self.directory);
        let listed =
            listed.map_err(|source| PastRunError::Unreadable { path: path(), source })?;
        Ok(listed.into_iter().collect())
    }
}

/// The bytes of a file; `None` if it is not there.
pub(super) fn read(path: &Path) -> Result<Option<Vec<u8>>, PastRunError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(PastRunError::Unreadable { path: path.to_owned(), source }),
    }
}

/// Whether a path of a manifest stays inside the folder on every system.
pub(super) fn is_inside(path: &str) -> bool {
    let all_plain =
        Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
    !path.is_empty() && !path.contains(['\\', ':', '\0']) && all_plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_inside() {
        let cases = [
            ("tables/exposure.csv", true),
            ("report.html", true),
            ("", false),
            ("../secret", false),
            ("tables/../../secret", false),
            ("/etc/hostname", false),
            ("C:\\x", false),
        ];
        for (path, expected) in cases {
            assert_eq!(is_inside(path), expected, "{path}");
        }
    }

    #[test]
    fn only_manifests_of_ours_are_taken() {
        let dir = tempfile::tempdir().unwrap();
        let open = || PastRun::open(dir.path());
        assert!(matches!(open(), Err(PastRunError::NoManifest { .. })));
        let write = |text: &str| fs::write(dir.path().join(manifest::FILE), text);
        let ours =
            r#"{"program": {"name": "atalaya", "version": "0"}, "outputs": [OUT]}"#;
        let cases = [
            ("not json".to_owned(), false),
            (ours.replace("OUT", ""), true),
            (ours.replace("OUT", "").replace("atalaya", "other"), false),
            (ours.replace("OUT", r#"{"path": "../x", "sha256": ""}"#), false),
            (ours.replace("OUT", r#"{"path": "maps/x", "sha256": ""}"#), true),
        ];
        for (text, expected) in cases {
            write(&text).unwrap();
            assert_eq!(open().is_ok(), expected, "{text}");
        }
    }
}
