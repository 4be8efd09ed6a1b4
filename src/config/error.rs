//! What can be wrong with a project file.
//!
//! In: what the reader and the resolver found. Out: messages with places and a
//! way out. The words stand in `i18n/*/config.toml`.

use std::cmp::Ordering;

use crate::domain::{Explain, Message, Place};
use crate::i18n::{self, Locale};

use super::settings::Settings;
use super::tree::OVERRIDE;

/// All trouble of a project file, in the order of its lines.
#[derive(Debug, thiserror::Error)]
#[error("{}", first_line(.errors))]
pub struct ConfigErrors {
    /// At least one error.
    pub errors: Vec<ConfigError>,
    /// What could be understood all the same: only its layers, deficits, locale and
    /// places may be relied on. Lets the files of good layers be checked in one go.
    pub partial: Option<Box<Settings>>,
}

fn first_line(errors: &[ConfigError]) -> String {
    errors.first().map(ToString::to_string).unwrap_or_default()
}

impl ConfigErrors {
    /// Puts errors in the order of the file; those of overrides come last.
    pub(super) fn new(mut errors: Vec<ConfigError>, partial: Option<Settings>) -> Self {
        errors.sort_by(in_file_order);
        Self { errors, partial: partial.map(Box::new) }
    }

    /// An error of the whole file.
    pub(super) fn of_file(trouble: Trouble, place: Option<Place>) -> Self {
        let error = ConfigError { key: String::new(), place, trouble };
        Self { errors: vec![error], partial: None }
    }
}

fn in_file_order(a: &ConfigError, b: &ConfigError) -> Ordering {
    let rank = |error: &ConfigError| match &error.place {
        None => (0, 0, 0),
        Some(place) => {
            (usize::from(place.file == OVERRIDE) + 1, place.line, place.column)
        }
    };
    rank(a).cmp(&rank(b))
}

/// One thing that is wrong with the project file.
#[derive(Debug, thiserror::Error)]
#[error("{}", i18n::render(Locale::En, &self.message()))]
pub struct ConfigError {
    /// Dotted path of the key that it is about; empty for the whole file.
    pub key: String,
    /// Where that stands.
    pub place: Option<Place>,
    /// What is wrong.
    pub trouble: Trouble,
}

/// Kinds of trouble, each with what was expected and found.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Trouble {
    /// The file cannot be read.
    Unreadable {
        /// The file.
        path: String,
        /// Catalogue key with `@`, or the words of the operating system.
        reason: String,
        /// A file of a similar name.
        nearest: Option<String>,
    },
    /// The file is not UTF-8 text.
    NotUtf8,
    /// The text is not TOML.
    Syntax {
        /// What the parser says, in English.
        detail: String,
    },
    /// The key of an override is no dotted path, or leads through a value.
    OverrideKey,
    /// A key that does not exist.
    UnknownKey {
        /// Keys that do.
        known: Vec<String>,
        /// The one meant, perhaps.
        nearest: Option<String>,
    },
    /// A key that must be there is not.
    MissingKey {
        /// Its name.
        name: &'static str,
    },
    /// A value of another type.
    WrongType {
        /// Catalogue key of the type expected, with `@`.
        expected: &'static str,
        /// Catalogue key of the type found, with `@`.
        found: &'static str,
        /// The value found, with a blank before it, or empty.
        shown: String,
    },
    /// A word that is none of those allowed.
    UnknownWord {
        /// The word found.
        found: String,
        /// The words allowed.
        known: Vec<String>,
        /// The one meant, perhaps.
        nearest: Option<String>,
    },
    /// A value that breaks a rule.
    OutOfRange {
        /// The value found.
        found: String,
        /// Catalogue key of the rule, with `@`.
        rule: &'static str,
    },
    /// An id or name that cannot be used.
    BadId {
        /// The id.
        id: String,
        /// Catalogue key of the rule, with `@`.
        rule: &'static str,
    },
    /// Two ids that differ in case only, so that their files would be the same.
    SameId {
        /// This one.
        id: String,
        /// The other.
        other: String,
    },
    /// Text that is no name of a reference system.
    UnknownCrs {
        /// The text.
        found: String,
    },
    /// A reference system that this version cannot use.
    UnsupportedCrs {
        /// Its code.
        epsg: u32,
    },
    /// A key of a proj string that this program does not use.
    ProjKey {
        /// The key and its value.
        part: String,
    },
    /// A proj string that does not say how its datum lies to WGS 84.
    NoShift {
        /// The whole string.
        found: String,
        /// What it says of its datum or ellipsoid; may be empty.
        datum: String,
    },
    /// A shift of datum with a wrong number of numbers.
    BadShift {
        /// How many there are.
        count: usize,
    },
    /// A working CRS in degrees.
    CrsInDegrees {
        /// Its code.
        epsg: u32,
    },
    /// A layer that does not exist.
    UnknownLayer {
        /// The name found.
        found: String,
        /// Layers that exist.
        known: Vec<String>,
        /// The one meant, perhaps.
        nearest: Option<String>,
    },
    /// A layer that lacks the role it is referred to for.
    MissingRole {
        /// The layer.
        layer: String,
        /// The role, as its table is called.
        role: &'static str,
        /// Layers that have the role.
        known: Vec<String>,
    },
    /// A layer whose role states no field of people, though people are asked of it.
    NoPeopleField {
        /// The layer.
        layer: String,
        /// The role, as its table is called.
        role: &'static str,
    },
    /// A file that does not exist.
    MissingFile {
        /// The path, resolved.
        path: String,
        /// A file of a similar name in the same folder.
        nearest: Option<String>,
    },
    /// A folder where a file is needed.
    NotAFile {
        /// The path, resolved.
        path: String,
    },
    /// An extension that says nothing.
    UnknownFormat {
        /// The file name.
        found: String,
        /// Extensions that are read.
        known: &'static str,
    },
    /// A format of export that this build was made without.
    ExportNotBuilt {
        /// Its word.
        found: &'static str,
        /// The feature of the build that it needs.
        feature: &'static str,
    },
    /// A key that says nothing about the format of its layer.
    NotForFormat {
        /// The key.
        name: &'static str,
        /// Name of the format.
        format: &'static str,
        /// Catalogue key of what it is for, with `@`.
        purpose: &'static str,
    },
    /// Two keys that say the same thing twice.
    Conflict {
        /// The first.
        first: &'static str,
        /// The second, which is the one marked.
        second: &'static str,
    },
    /// None of several keys, one of which is needed.
    OneNeeded {
        /// The keys.
        names: &'static str,
    },
    /// A key that does nothing without another.
    Needs {
        /// The key.
        name: &'static str,
        /// The other.
        other: &'static str,
    },
    /// A key that another kind of deficit uses.
    NotForKind {
        /// The key.
        name: &'static str,
        /// The kind at hand.
        kind: &'static str,
        /// The kinds that use it.
        kinds: String,
    },
    /// A list or table without entries.
    Empty {
        /// The key.
        name: &'static str,
    },
    /// Text that is empty or blank.
    BlankText,
    /// A band that is not wider than the one before it.
    BandNotWider {
        /// Its distance, m.
        found: f64,
        /// That of the band before, m.
        before: f64,
    },
    /// A band that is worse than one nearer to the source.
    BandWorse {
        /// Its level.
        found: &'static str,
        /// That of the band before.
        before: &'static str,
    },
    /// Two cells of a matrix of which one is not the other's reciprocal.
    NotReciprocal {
        /// 1-based row.
        row: usize,
        /// 1-based column.
        column: usize,
    },
    /// Pairwise comparisons that contradict one another too much.
    Inconsistent {
        /// Their consistency ratio.
        ratio: f64,
        /// What it must stay below.
        threshold: f64,
        /// How many items are compared.
        items: usize,
    },
    /// A validity that ends before it begins.
    EndsBeforeBegin {
        /// Its last date.
        found: String,
        /// Its first date.
        from: String,
    },
    /// A date that is none.
    BadDate {
        /// The text.
        found: String,
    },
    /// A table beside the project that is no UTF-8 text.
    TableText {
        /// The file.
        file: String,
    },
    /// A table beside the project that lacks a column.
    TableColumn {
        /// The file.
        file: String,
        /// The column.
        column: &'static str,
        /// The columns that it must have.
        columns: String,
    },
    /// A cell of a table beside the project that cannot be understood.
    TableCell {
        /// The file.
        file: String,
        /// Its line, 1-based.
        line: u64,
        /// The column.
        column: &'static str,
        /// Catalogue key of what was expected, with `@`.
        rule: &'static str,
        /// What is there.
        found: String,
    },
    /// Two rows of a table beside the project with one id.
    TableRepeated {
        /// The file.
        file: String,
        /// Line of the second.
        line: u64,
        /// Line of the first.
        first: u64,
        /// The id.
        id: String,
    },
    /// A standard is named, and the project has no table of standards.
    NoStandards {
        /// The name.
        found: String,
    },
    /// A standard that the table does not have.
    UnknownStandard {
        /// The name found.
        found: String,
        /// Those there are.
        known: Vec<String>,
        /// The one meant, perhaps.
        nearest: Option<String>,
    },
    /// A standard of another unit or direction than the deficit.
    StandardDiffers {
        /// Its id.
        id: String,
        /// Catalogue key of what differs, with `@`.
        aspect: &'static str,
        /// What the deficit has.
        expected: String,
        /// What the standard has.
        found: String,
    },
    /// An output directory whose replacement would take input files with it.
    OutputHoldsInputs {
        /// An input file in it.
        file: String,
    },
}

impl ConfigError {
    pub(super) fn new(key: &str, place: Place, trouble: Trouble) -> Self {
        Self { key: key.to_owned(), place: Some(place), trouble }
    }

    /// The last part of the key: what the message is about.
    fn name(&self) -> &str {
        self.key.rsplit('.').next().unwrap_or_default()
    }

    /// The dotted path of the table that the key is in.
    fn table(&self) -> String {
        match self.key.rsplit_once('.') {
            Some((table, _)) => format!("[{table}]"),
            None => "@config.whole_file".to_owned(),
        }
    }
}

/// Words of the TOML parser that the catalogues translate; others are shown as they are.
const SYNTAX: &[(&str, &str)] = &[
    ("duplicate key", "@config.syntax.duplicate_key"),
    ("string values must be quoted", "@config.syntax.unquoted"),
    ("missing assignment between key-value pairs", "@config.syntax.no_assignment"),
    ("key with no value", "@config.syntax.no_assignment"),
    ("missing value for key", "@config.syntax.no_value"),
    ("missing value", "@config.syntax.no_value"),
    ("unclosed array", "@config.syntax.unclosed_list"),
    ("unclosed inline table", "@config.syntax.unclosed_table"),
    ("unclosed table", "@config.syntax.unclosed_header"),
    ("unclosed array table", "@config.syntax.unclosed_header"),
    ("invalid basic string", "@config.syntax.unclosed_text"),
    ("invalid literal string", "@config.syntax.unclosed_text"),
    ("missing comma between array elements", "@config.syntax.no_comma"),
    ("missing comma between key-value pairs", "@config.syntax.no_comma"),
    ("invalid unquoted key", "@config.syntax.key"),
    ("unexpected key or value", "@config.syntax.no_newline"),
    ("missing escaped value", "@config.syntax.escape"),
    ("unexpected leading zero", "@config.syntax.leading_zero"),
];

fn syntax_detail(detail: &str) -> String {
    let head = detail.split(", expected").next().unwrap_or(detail);
    let known = SYNTAX.iter().find(|(words, _)| *words == head);
    known.map_or_else(|| detail.to_owned(), |(_, key)| (*key).to_owned())
}

impl Explain for ConfigError {
    #[expect(clippy::too_many_lines, reason = "one arm a kind of trouble")]
    fn message(&self) -> Message {
        let name = self.name();
        match &self.trouble {
            Trouble::Unreadable { path, reason, .. } => {
                Message::new("error.config.unreadable")
                    .with("path", path)
                    .with("reason", reason)
            }
            Trouble::NotUtf8 => Message::new("error.config.not_utf8"),
            Trouble::Syntax { detail } => {
                Message::new("error.config.syntax").with("detail", syntax_detail(detail))
            }
            Trouble::OverrideKey => {
                Message::new("error.config.override_key").with("key", &self.key)
            }
            Trouble::UnknownKey { .. } => Message::new("error.config.unknown_key")
                .with("key", name)
                .with("table", self.table()),
            Trouble::MissingKey { name } => Message::new("error.config.missing_key")
                .with("key", name)
                .with("table", self.whole_table()),
            Trouble::WrongType { expected, found, shown } => {
                Message::new("error.config.wrong_type")
                    .with("key", name)
                    .with("expected", expected)
                    .with("found", found)
                    .with("shown", shown)
            }
            Trouble::UnknownWord { found, .. } => {
                Message::new("error.config.unknown_word")
                    .with("key", name)
                    .with("found", found)
            }
            Trouble::OutOfRange { found, rule } => {
                Message::new("error.config.out_of_range")
                    .with("key", name)
                    .with("found", found)
                    .with("rule", rule)
            }
            Trouble::BadId { id, rule } => {
                Message::new("error.config.bad_id").with("id", id).with("rule", rule)
            }
            Trouble::SameId { id, other } => {
                Message::new("error.config.same_id").with("id", id).with("other", other)
            }
            Trouble::UnknownCrs { found } => Message::new("error.config.unknown_crs")
                .with("key", name)
                .with("found", found),
            Trouble::UnsupportedCrs { epsg } => {
                Message::new("error.config.unsupported_crs")
                    .with("key", name)
                    .with("epsg", epsg)
            }
            Trouble::ProjKey { part } => {
                Message::new("error.config.proj_key").with("key", name).with("part", part)
            }
            Trouble::NoShift { found, datum } => Message::new("error.config.no_shift")
                .with("key", name)
                .with("found", found)
                .with("datum", datum),
            Trouble::BadShift { count } => Message::new("error.config.bad_shift")
                .with("key", name)
                .with("count", count),
            Trouble::CrsInDegrees { epsg } => Message::new("error.config.crs_in_degrees")
                .with("key", name)
                .with("epsg", epsg),
            Trouble::UnknownLayer { found, .. } => {
                Message::new("error.config.unknown_layer")
                    .with("key", name)
                    .with("found", found)
            }
            Trouble::MissingRole { layer, role, .. } => {
                Message::new("error.config.missing_role")
                    .with("key", name)
                    .with("layer", layer)
                    .with("role", role)
            }
            Trouble::NoPeopleField { layer, role } => {
                Message::new("error.config.no_people_field")
                    .with("key", name)
                    .with("layer", layer)
                    .with("role", role)
            }
            Trouble::MissingFile { path, .. } => {
                Message::new("error.config.missing_file").with("path", path)
            }
            Trouble::NotAFile { path } => {
                Message::new("error.config.not_a_file").with("path", path)
            }
            Trouble::UnknownFormat { found, .. } => {
                Message::new("error.config.unknown_format").with("found", found)
            }
            Trouble::ExportNotBuilt { found, .. } => {
                Message::new("error.config.export_not_built").with("found", found)
            }
            Trouble::NotForFormat { name, format, purpose } => {
                Message::new("error.config.not_for_format")
                    .with("key", name)
                    .with("format", format)
                    .with("purpose", purpose)
            }
            Trouble::Conflict { first, second } => Message::new("error.config.conflict")
                .with("first", first)
                .with("second", second),
            Trouble::OneNeeded { names } => Message::new("error.config.one_needed")
                .with("names", names)
                .with("table", self.whole_table()),
            Trouble::Needs { name, other } => {
                Message::new("error.config.needs").with("key", name).with("other", other)
            }
            Trouble::NotForKind { name, kind, .. } => {
                Message::new("error.config.not_for_kind")
                    .with("key", name)
                    .with("kind", kind)
            }
            Trouble::Empty { name } => {
                Message::new("error.config.empty").with("key", name)
            }
            Trouble::BlankText => {
                Message::new("error.config.blank_text").with("key", name)
            }
            Trouble::BandNotWider { found, before } => {
                Message::new("error.config.band_not_wider")
                    .with("found", found)
                    .with("before", before)
            }
            Trouble::BandWorse { found, before } => {
                Message::new("error.config.band_worse")
                    .with("found", found)
                    .with("before", before)
            }
            Trouble::NotReciprocal { row, column } => {
                Message::new("error.config.not_reciprocal")
                    .with("key", name)
                    .with("row", row)
                    .with("column", column)
            }
            Trouble::Inconsistent { ratio, threshold, items } => {
                Message::new("error.config.inconsistent")
                    .with("table", self.table())
                    .with("ratio", format!("{ratio:.4}"))
                    .with("threshold", format!("{threshold:.2}"))
                    .with("items", items)
            }
            Trouble::EndsBeforeBegin { found, from } => {
                Message::new("error.config.ends_before_begin")
                    .with("key", name)
                    .with("found", found)
                    .with("from", from)
            }
            Trouble::BadDate { found } => Message::new("error.config.bad_date")
                .with("key", name)
                .with("found", found),
            Trouble::TableText { file } => {
                Message::new("error.config.table_text").with("file", file)
            }
            Trouble::TableColumn { file, column, .. } => {
                Message::new("error.config.table_column")
                    .with("file", file)
                    .with("column", column)
            }
            Trouble::TableCell { file, line, column, rule, found } => {
                Message::new("error.config.table_cell")
                    .with("file", file)
                    .with("line", line)
                    .with("column", column)
                    .with("rule", rule)
                    .with("found", found)
            }
            Trouble::TableRepeated { file, line, first, id } => {
                Message::new("error.config.table_repeated")
                    .with("file", file)
                    .with("line", line)
                    .with("first", first)
                    .with("id", id)
            }
            Trouble::NoStandards { found } | Trouble::UnknownStandard { found, .. } => {
                Message::new("error.config.unknown_standard")
                    .with("key", name)
                    .with("found", found)
            }
            Trouble::StandardDiffers { id, aspect, expected, found } => {
                Message::new("error.config.standard_differs")
                    .with("id", id)
                    .with("aspect", aspect)
                    .with("expected", expected)
                    .with("found", found)
            }
            Trouble::OutputHoldsInputs { file } => {
                Message::new("error.config.output_holds_inputs").with("file", file)
            }
        }
    }

    fn hint(&self) -> Option<Message> {
        match &self.trouble {
            Trouble::UnknownKey { known, nearest, .. }
            | Trouble::UnknownWord { known, nearest, .. }
            | Trouble::UnknownStandard { known, nearest, .. }
            | Trouble::UnknownLayer { known, nearest, .. } => {
                Some(propose(nearest.as_deref(), known))
            }
            Trouble::MissingFile { nearest, .. } => Some(match nearest {
                Some(name) => Message::new("hint.config.nearest").with("nearest", name),
                None => Message::new("hint.config.missing_file"),
            }),
            Trouble::Unreadable { nearest: Some(name), .. } => {
                Some(Message::new("hint.config.nearest").with("nearest", name))
            }
            Trouble::NotUtf8 | Trouble::TableText { .. } => {
                Some(Message::new("hint.config.not_utf8"))
            }
            Trouble::TableColumn { columns, .. } => {
                Some(Message::new("hint.config.table_column").with("columns", columns))
            }
            Trouble::NoStandards { .. } => Some(Message::new("hint.config.no_standards")),
            Trouble::StandardDiffers { .. } => {
                Some(Message::new("hint.config.standard_differs"))
            }
            Trouble::OverrideKey => Some(Message::new("hint.config.override_key")),
            Trouble::MissingKey { name } => {
                Some(Message::new("hint.config.missing_key").with("key", name))
            }
            Trouble::UnknownCrs { .. } | Trouble::UnsupportedCrs { .. } => {
                Some(Message::new(if self.name() == "working_crs" {
                    "hint.config.planar_crs"
                } else {
                    "hint.config.known_crs"
                }))
            }
            Trouble::ProjKey { .. } => Some(Message::new("hint.config.proj_key")),
            Trouble::NoShift { .. } => Some(Message::new("hint.config.no_shift")),
            Trouble::BadShift { .. } => Some(Message::new("hint.config.bad_shift")),
            Trouble::CrsInDegrees { .. } => Some(Message::new("hint.config.utm")),
            Trouble::MissingRole { layer, role, known } => Some(if known.is_empty() {
                Message::new("hint.config.add_role")
                    .with("layer", layer)
                    .with("role", role)
            } else {
                Message::new("hint.config.missing_role")
                    .with("layer", layer)
                    .with("role", role)
                    .with("known", known.join(", "))
            }),
            Trouble::NoPeopleField { layer, role } => Some(
                Message::new("hint.config.no_people_field")
                    .with("layer", layer)
                    .with("role", role),
            ),
            Trouble::UnknownFormat { known, .. } => {
                Some(Message::new("hint.config.known").with("known", known))
            }
            Trouble::ExportNotBuilt { feature, .. } => Some(
                Message::new("hint.config.export_not_built").with("feature", feature),
            ),
            Trouble::NotForFormat { .. } => Some(Message::new("hint.config.remove")),
            Trouble::Conflict { first, second } => Some(
                Message::new("hint.config.conflict")
                    .with("first", first)
                    .with("second", second),
            ),
            Trouble::NotForKind { kinds, .. } => {
                Some(Message::new("hint.config.not_for_kind").with("kinds", kinds))
            }
            Trouble::BandNotWider { .. } => Some(Message::new("hint.config.band_order")),
            Trouble::BandWorse { .. } => Some(Message::new("hint.config.band_worse")),
            Trouble::NotReciprocal { .. } => {
                Some(Message::new("hint.config.not_reciprocal"))
            }
            Trouble::Inconsistent { .. } => {
                Some(Message::new("hint.config.inconsistent"))
            }
            Trouble::BadDate { .. } => Some(Message::new("hint.config.date")),
            Trouble::OutputHoldsInputs { .. } => {
                Some(Message::new("hint.config.output_holds_inputs"))
            }
            _ => None,
        }
    }

    fn place(&self) -> Option<&Place> {
        self.place.as_ref()
    }
}

impl ConfigError {
    /// The key itself as a table, for messages about what is missing in it.
    fn whole_table(&self) -> String {
        if self.key.is_empty() {
            "@config.whole_file".to_owned()
        } else {
            format!("[{}]", self.key)
        }
    }
}

fn propose(nearest: Option<&str>, known: &[String]) -> Message {
    let known = known.join(", ");
    match nearest {
        Some(name) => Message::new("hint.config.nearest_of")
            .with("nearest", name)
            .with("known", known),
        None if known.is_empty() => Message::new("hint.config.none_known"),
        None => Message::new("hint.config.known").with("known", known),
    }
}

/// The candidate that is nearest to a word, if one is near enough to be meant.
///
/// Distance: Damerau-Levenshtein without regard to case; at most a third of the
/// longer word. Ties go to the first candidate.
#[must_use]
pub fn nearest<'c>(
    word: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<String> {
    let word = word.to_lowercase();
    let length = word.chars().count();
    candidates
        .into_iter()
        .map(|candidate| {
            let other = candidate.to_lowercase();
            let distance = strsim::damerau_levenshtein(&word, &other);
            (distance, length.max(other.chars().count()).div_ceil(3), candidate)
        })
        .filter(|(distance, allowed, _)| distance <= allowed)
        .min_by_key(|(distance, _, _)| *distance)
        .map(|(_, _, candidate)| candidate.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_proposed_only_if_near() {
        let keys = ["path", "crs", "accuracy_m", "accuracy_field", "status"];
        let cases = [
            ("pth", Some("path")),
            ("acuracy_m", Some("accuracy_m")),
            ("accuracy", Some("accuracy_m")),
            ("Status", Some("status")),
            ("csr", Some("crs")),
            ("people", None),
            ("", None),
        ];
        for (word, expected) in cases {
            assert_eq!(nearest(word, keys).as_deref(), expected, "{word}");
        }
    }
}
