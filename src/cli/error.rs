//! What can be wrong with the arguments, and with writing a new project.

use crate::domain::{Explain, Message};

/// Trouble of the command line itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum CliError {
    /// An option that does not exist.
    UnknownArgument { found: String, nearest: Option<String> },
    /// A word more than the command takes.
    ExtraArgument { found: String },
    /// A command that does not exist.
    UnknownCommand { found: String, nearest: Option<String> },
    /// No command at all.
    NoCommand,
    /// What a command cannot do without.
    MissingArgument { names: String },
    /// Two options that exclude one another.
    Conflict { first: String, second: String },
    /// An option without its value.
    MissingValue { argument: String },
    /// An argument more than the command takes.
    Repeated { argument: String },
    /// What clap says otherwise.
    Other { detail: String },
    /// A language that is neither.
    Lang { found: String },
    /// A place that is no pair of coordinates.
    Coordinates { found: String },
    /// A number of threads that is none.
    ThreadCount { found: String },
    /// A product that does not exist.
    UnknownProduct { found: String, nearest: Option<String> },
    /// An override without `=`.
    Override { found: String },
    /// A format of pictures that does not exist.
    PictureFormat { found: String },
    /// An accuracy that is none.
    Accuracy { found: String },
    /// A resolution that is none.
    Resolution { found: String },
    /// A date that is none.
    Date { found: String },
    /// The pool of threads could not be made.
    Threads { reason: String },
    /// What was put aside beside memory could not be read again.
    Aside { reason: String },
    /// A folder for a new project that is not empty.
    NotEmpty { dir: String },
    /// A file where a folder is needed.
    NotAFolder { dir: String },
    /// A file that could not be read.
    Read { path: String, reason: String },
    /// A file of a new project that could not be written.
    Write { path: String, reason: String },
}

impl Explain for CliError {
    fn message(&self) -> Message {
        let found = |key, found: &String| Message::new(key).with("found", found);
        match self {
            Self::UnknownArgument { found: text, .. } => {
                found("error.cli.unknown_argument", text)
            }
            Self::ExtraArgument { found: text } => {
                found("error.cli.extra_argument", text)
            }
            Self::UnknownCommand { found: text, .. } => {
                found("error.cli.unknown_command", text)
            }
            Self::NoCommand => Message::new("error.cli.no_command"),
            Self::MissingArgument { names } => {
                Message::new("error.cli.missing_argument").with("names", names)
            }
            Self::Conflict { first, second } => Message::new("error.cli.conflict")
                .with("first", first)
                .with("second", second),
            Self::MissingValue { argument } => {
                Message::new("error.cli.missing_value").with("argument", argument)
            }
            Self::Repeated { argument } => {
                Message::new("error.cli.repeated").with("argument", argument)
            }
            Self::Other { detail } => {
                Message::new("error.cli.other").with("detail", detail)
            }
            Self::Lang { found: text } => found("error.cli.lang", text),
            Self::Coordinates { found: text } => found("error.cli.coordinates", text),
            Self::ThreadCount { found: text } => found("error.cli.thread_count", text),
            Self::UnknownProduct { found: text, .. } => {
                found("error.cli.unknown_product", text)
            }
            Self::Override { found: text } => found("error.cli.override", text),
            Self::Date { found: text } => found("error.cli.date", text),
            Self::PictureFormat { found: text } => {
                found("error.cli.picture_format", text)
            }
            Self::Resolution { found: text } => found("error.cli.resolution", text),
            Self::Accuracy { found: text } => found("error.cli.accuracy", text),
            Self::Threads { reason } => {
                Message::new("error.cli.threads").with("reason", reason)
            }
            Self::Aside { reason } => {
                Message::new("error.cli.aside").with("reason", reason)
            }
            Self::NotEmpty { dir } => {
                Message::new("error.cli.not_empty").with("dir", dir)
            }
            Self::NotAFolder { dir } => {
                Message::new("error.cli.not_a_folder").with("dir", dir)
            }
            Self::Read { path, reason } => {
                Message::new("error.cli.read").with("path", path).with("reason", reason)
            }
            Self::Write { path, reason } => {
                Message::new("error.cli.write").with("path", path).with("reason", reason)
            }
        }
    }

    fn hint(&self) -> Option<Message> {
        match self {
            Self::UnknownArgument { nearest: Some(name), .. }
            | Self::UnknownCommand { nearest: Some(name), .. }
            | Self::UnknownProduct { nearest: Some(name), .. } => {
                Some(Message::new("hint.cli.nearest").with("nearest", name))
            }
            Self::UnknownProduct { .. } => Some(Message::new("hint.cli.products")),
            Self::Override { .. } => Some(Message::new("hint.cli.override")),
            Self::Date { .. } => Some(Message::new("hint.cli.date")),
            Self::Coordinates { .. } => Some(Message::new("hint.cli.coordinates")),
            Self::PictureFormat { .. } => Some(Message::new("hint.cli.picture_format")),
            Self::Resolution { .. } => Some(Message::new("hint.cli.resolution")),
            Self::Accuracy { .. } => Some(Message::new("hint.cli.accuracy")),
            Self::Lang { .. } => Some(Message::new("hint.cli.lang")),
            Self::Aside { .. } => Some(Message::new("hint.cli.aside")),
            Self::NotEmpty { .. } | Self::NotAFolder { .. } => {
                Some(Message::new("hint.cli.other_folder"))
            }
            Self::ThreadCount { .. }
            | Self::Threads { .. }
            | Self::Read { .. }
            | Self::Write { .. } => None,
            _ => Some(Message::new("hint.cli.help")),
        }
    }
}
