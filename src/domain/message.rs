//! A sentence for people, before it has a language.

/// A sentence as a catalogue key and the values that go into it.
///
/// The words stand in the catalogues of [`crate::i18n`]; code never holds them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Key in the catalogues, for example `error.layer.missing_field`.
    pub key: &'static str,
    /// Values by the name that the catalogue text gives them in `{braces}`.
    pub values: Vec<(&'static str, String)>,
}

impl Message {
    /// Builds a message without values.
    #[must_use]
    pub fn new(key: &'static str) -> Self {
        Self { key, values: Vec::new() }
    }

    /// Adds a value.
    #[must_use]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "so that callers may pass texts and numbers alike"
    )]
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.values.push((name, value.to_string()));
        self
    }
}

/// A line of the project file that something is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file, as given on the command line.
    pub file: String,
    /// 1-based line.
    pub line: usize,
    /// 1-based column, in characters, of the key or value meant.
    pub column: usize,
    /// Its length in characters, for underlining.
    pub width: usize,
    /// The line as written.
    pub text: String,
}

/// What every error of the library can say to people.
pub trait Explain {
    /// What went wrong.
    fn message(&self) -> Message;
    /// What to do about it.
    fn hint(&self) -> Option<Message> {
        None
    }
    /// Where in the project file, if it is about one.
    fn place(&self) -> Option<&Place> {
        None
    }
}
