//! Why results could not be written. In every case but one the old folder is as it was.

use std::io;
use std::path::{Path, PathBuf};

use crate::domain::{Explain, Message};
use crate::i18n::{self, Locale};

/// Why results could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OutputError {
    /// A folder could not be made.
    Create {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file could not be written.
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Something that exists could not be read.
    Inspect {
        /// The folder or file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The target is a file, or a part of its path is.
    NotAFolder {
        /// What is no folder.
        path: PathBuf,
    },
    /// The target is marked as read-only.
    ReadOnly {
        /// The target.
        path: PathBuf,
    },
    /// The target is a place that cannot be replaced, for example `/`.
    NoName {
        /// The target.
        path: PathBuf,
    },
    /// The target holds things and no manifest of ours.
    NotOurs {
        /// The target.
        path: PathBuf,
    },
    /// An input is no longer the one that was read.
    InputChanged {
        /// The file.
        path: PathBuf,
    },
    /// The name of a file to write is no plain file name.
    UnsafeName {
        /// The name.
        name: String,
    },
    /// A page is asked for under a name that is not one of a page.
    NotAPage {
        /// The file.
        path: PathBuf,
    },
    /// Where a page shall go is a file that is no page of ours.
    FileOfOthers {
        /// The file.
        path: PathBuf,
    },
    /// Scenarios were asked for and the project names none.
    NoScenarios,
    /// Exports alone were asked for and the project names no format.
    NoExports,
    /// A format of export that this build was made without.
    ExportNotBuilt {
        /// Its word.
        format: &'static str,
    },
    /// A format must state the working CRS in full, which is not known.
    CrsNotDescribed {
        /// The format's word.
        format: &'static str,
        /// EPSG code of the working CRS.
        epsg: u32,
    },
    /// An export could not be made.
    Export {
        /// The format's word.
        format: &'static str,
        /// What the library that writes it said.
        reason: String,
    },
    /// The new folder could not take the place of the old one, which is as it was.
    Replace {
        /// The target.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The same, and the old one could not be put back: it lies in `backup`.
    Stranded {
        /// The target.
        path: PathBuf,
        /// Where the old one lies.
        backup: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl std::fmt::Display for OutputError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&i18n::render(Locale::En, &self.message()))
    }
}

impl Explain for OutputError {
    fn message(&self) -> Message {
        let about = |key, path: &Path| Message::new(key).with("path", path.display());
        let failed = |key, path: &Path, source: &io::Error| {
            about(key, path).with("reason", reason(source))
        };
        match self {
            Self::Create { path, source } => failed("error.outputs.create", path, source),
            Self::Write { path, source } => failed("error.outputs.write", path, source),
            Self::Inspect { path, source } => {
                failed("error.outputs.inspect", path, source)
            }
            Self::NotAFolder { path } => about("error.outputs.not_a_folder", path),
            Self::ReadOnly { path } => about("error.outputs.read_only", path),
            Self::NoName { path } => about("error.outputs.no_name", path),
            Self::NotOurs { path } => about("error.outputs.not_ours", path),
            Self::InputChanged { path } => about("error.outputs.input_changed", path),
            Self::UnsafeName { name } => {
                Message::new("error.outputs.unsafe_name").with("name", name)
            }
            Self::NotAPage { path } => about("error.outputs.not_a_page", path),
            Self::FileOfOthers { path } => about("error.outputs.file_of_others", path),
            Self::NoScenarios => Message::new("error.outputs.no_scenarios"),
            Self::NoExports => Message::new("error.outputs.no_exports"),
            Self::ExportNotBuilt { format } => {
                Message::new("error.outputs.export_not_built").with("format", format)
            }
            Self::CrsNotDescribed { format, epsg } => {
                Message::new("error.outputs.crs_not_described")
                    .with("format", format)
                    .with("epsg", epsg)
            }
            Self::Export { format, reason } => Message::new("error.outputs.export")
                .with("format", format)
                .with("reason", reason),
            Self::Replace { path, source } => {
                failed("error.outputs.replace", path, source)
            }
            Self::Stranded { path, backup, source } => {
                failed("error.outputs.stranded", path, source)
                    .with("backup", backup.display())
            }
        }
    }

    fn hint(&self) -> Option<Message> {
        let key = match self {
            Self::Create { .. } => "hint.outputs.create",
            Self::Write { .. } => "hint.outputs.write",
            Self::Inspect { .. } => "hint.outputs.inspect",
            Self::NotAFolder { .. } => "hint.outputs.not_a_folder",
            Self::ReadOnly { .. } => "hint.outputs.read_only",
            Self::NoName { .. } => "hint.outputs.no_name",
            Self::NotOurs { .. } => "hint.outputs.not_ours",
            Self::InputChanged { .. } => "hint.outputs.input_changed",
            Self::UnsafeName { .. } => "hint.outputs.unsafe_name",
            Self::NotAPage { .. } => "hint.outputs.not_a_page",
            Self::FileOfOthers { .. } => "hint.outputs.file_of_others",
            Self::NoScenarios => "hint.outputs.no_scenarios",
            Self::NoExports => "hint.outputs.no_exports",
            Self::ExportNotBuilt { .. } => "hint.outputs.export_not_built",
            Self::CrsNotDescribed { .. } => "hint.outputs.crs_not_described",
            Self::Export { .. } => "hint.outputs.export",
            Self::Replace { .. } => "hint.outputs.replace",
            Self::Stranded { backup, .. } => {
                let hint = Message::new("hint.outputs.stranded");
                return Some(hint.with("backup", backup.display()));
            }
        };
        Some(Message::new(key))
    }
}

/// What the system said: a catalogue key for the common cases, else its own words.
pub(super) fn reason(source: &io::Error) -> String {
    use io::ErrorKind as Kind;
    let key = match source.kind() {
        Kind::NotFound => "@outputs.reason.not_found",
        Kind::PermissionDenied => "@outputs.reason.permission_denied",
        Kind::ReadOnlyFilesystem => "@outputs.reason.read_only",
        Kind::StorageFull | Kind::QuotaExceeded => "@outputs.reason.storage_full",
        Kind::NotADirectory => "@outputs.reason.not_a_directory",
        Kind::ResourceBusy => "@outputs.reason.busy",
        Kind::InvalidFilename => "@outputs.reason.invalid_name",
        _ => return source.to_string(),
    };
    key.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Vec<OutputError> {
        let path = || PathBuf::from("salida");
        let source = || io::Error::from(io::ErrorKind::PermissionDenied);
        vec![
            OutputError::Create { path: path(), source: source() },
            OutputError::Write { path: path(), source: source() },
            OutputError::Inspect { path: path(), source: source() },
            OutputError::NotAFolder { path: path() },
            OutputError::ReadOnly { path: path() },
            OutputError::NoName { path: path() },
            OutputError::NotOurs { path: path() },
            OutputError::InputChanged { path: path() },
            OutputError::UnsafeName { name: "../x".to_owned() },
            OutputError::NotAPage { path: path() },
            OutputError::FileOfOthers { path: path() },
            OutputError::NoScenarios,
            OutputError::NoExports,
            OutputError::ExportNotBuilt { format: "gpkg" },
            OutputError::CrsNotDescribed { format: "shp", epsg: 3857 },
            OutputError::Export { format: "fgb", reason: "no space".to_owned() },
            OutputError::Replace { path: path(), source: source() },
            OutputError::Stranded {
                path: path(),
                backup: "copia".into(),
                source: source(),
            },
        ]
    }

    #[test]
    fn every_error_says_what_and_what_to_do_in_both_languages() {
        for error in all() {
            let hint = error.hint().expect("every error has a hint");
            for locale in [Locale::Es, Locale::En] {
                for message in [error.message(), hint.clone()] {
                    let text = i18n::render(locale, &message);
                    assert_ne!(text, message.key, "{locale:?} lacks {}", message.key);
                    assert!(!text.contains('{') && !text.contains('@'), "{text}");
                }
            }
        }
    }

    #[test]
    fn reasons_are_in_the_language_of_the_reader() {
        let error = &all()[0];
        let spanish = i18n::render(Locale::Es, &error.message());
        assert!(spanish.contains("sin permiso"), "{spanish}");
        assert!(error.to_string().contains("permission"), "{error}");
    }
}
