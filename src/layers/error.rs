//! Why layers could not be read.

use std::fmt;
use std::io;

use super::crs::WktTrouble;
use crate::domain::{Explain, Message, Place};
use crate::formats::FormatError;
use crate::i18n::{Locale, render};

use super::join::JoinTrouble;

/// How many features an error names.
const NAMED: usize = 5;
/// How many field names an error lists.
const LISTED: usize = 40;

/// What makes a layer or a table unusable. Trouble with single features is not here: it
/// is a finding, and the run goes on.
#[derive(Debug)]
#[non_exhaustive]
pub enum LayerTrouble {
    /// There is no such file.
    Missing,
    /// The path leads to a directory.
    Directory,
    /// The path leads to a pipe, a device or the like.
    Special,
    /// The system refuses to read it.
    Refused(io::Error),
    /// Its size changed while it was read.
    Changed,
    /// It is not what its format asks for.
    Format(FormatError),
    /// A field that a role needs occurs in no feature.
    MissingField {
        /// The field.
        field: String,
        /// The fields that do occur.
        found: Vec<String>,
        /// The one most like it.
        nearest: Option<String>,
    },
    /// A territory layer without features.
    NoTerritories,
    /// Features, none of them with a usable geometry.
    NoGeometry {
        /// How many.
        features: u64,
    },
    /// The project states another CRS than the file.
    CrsContradiction {
        /// What the project says.
        declared: String,
        /// Name in the file.
        name: String,
    },
    /// The file names a CRS that is not known.
    CrsUnknown {
        /// Name in the file.
        name: String,
    },
    /// Neither the file nor the project says the CRS.
    CrsMissing,
    /// The file's well-known text does not say the CRS in a way that can be used.
    CrsNotUnderstood(WktTrouble),
    /// The project gives a shift for a layer that is on WGS 84.
    CrsNeedsNoShift {
        /// The system of the layer.
        system: String,
    },
    /// The project gives a key that the format of the file has no use for.
    NotForFormat {
        /// The key.
        key: &'static str,
        /// Name of the format.
        format: &'static str,
    },
    /// The file says that its CRS is unknown, and the project does not say it.
    CrsDenied,
    /// The file only links to a definition.
    CrsLinked,
    /// The `crs` member cannot be understood.
    CrsUnreadable,
    /// The file states several CRSs.
    CrsSeveral,
    /// Territories without a code.
    NoCode {
        /// Their ids.
        features: Vec<String>,
    },
    /// A code that is no text and no whole number.
    BadCode {
        /// Id of the feature.
        feature: String,
        /// The value as far as it can be shown.
        value: String,
    },
    /// A code that the tables keep for themselves.
    ReservedCode {
        /// Id of the feature.
        feature: String,
        /// The code.
        code: String,
    },
    /// Two territories with one code.
    RepeatedCode {
        /// Id of the first feature.
        first: String,
        /// Id of the second.
        second: String,
        /// The code.
        code: String,
        /// How many territories have it.
        count: usize,
    },
    /// Zones without a level.
    NoLevel {
        /// The field.
        field: String,
        /// Ids of the features.
        features: Vec<String>,
    },
    /// Zones with a level that nobody explained.
    UnknownLevel {
        /// The field.
        field: String,
        /// The value.
        value: String,
        /// Ids of the features.
        features: Vec<String>,
        /// The words that are known.
        known: Vec<String>,
        /// The one most like it.
        nearest: Option<String>,
    },
    /// A reported table that cannot be used.
    Table(TableTrouble),
    /// A table that cannot be joined.
    Join(JoinTrouble),
}

/// What is wrong with a reported table.
#[derive(Debug)]
#[non_exhaustive]
pub enum TableTrouble {
    /// There is not even a header.
    Empty,
    /// A row is not UTF-8.
    NotUtf8 {
        /// Its line.
        line: u64,
    },
    /// A column is missing.
    MissingColumn {
        /// Its name.
        column: &'static str,
        /// The columns there are.
        found: Vec<String>,
    },
    /// A column occurs twice.
    RepeatedColumn {
        /// Its name.
        column: &'static str,
    },
    /// A row has more or fewer fields than the header.
    Width {
        /// Its line.
        line: u64,
        /// Fields of the header.
        expected: u64,
        /// Fields of the row.
        found: u64,
    },
    /// A number that is none.
    BadNumber {
        /// Its line.
        line: u64,
        /// Its column.
        column: &'static str,
        /// What is written.
        value: String,
    },
    /// A qualifier that is none.
    BadQualifier {
        /// Its line.
        line: u64,
        /// What is written.
        value: String,
    },
    /// A key column is empty.
    EmptyKey {
        /// Its line.
        line: u64,
        /// The column.
        column: &'static str,
    },
    /// Low, value and high are out of order.
    BadRange {
        /// Its line.
        line: u64,
    },
    /// Two rows for one territory, indicator and period.
    RepeatedKey {
        /// Line of the second.
        line: u64,
        /// Line of the first.
        first: u64,
        /// The key, joined by `/`.
        row: String,
    },
    /// Several sources give one figure, and not exactly one of them is marked as preferred.
    Ambiguous {
        /// Line of the second.
        line: u64,
        /// Line of the first.
        first: u64,
        /// The key, joined by `/`.
        row: String,
        /// How many are marked.
        preferred: usize,
    },
    /// A mark of preference that is none.
    BadMark {
        /// Its line.
        line: u64,
        /// What is written.
        value: String,
    },
    /// A figure in another unit than the standard that it is held against.
    UnitDiffers {
        /// Its line.
        line: u64,
        /// Its unit.
        found: String,
        /// The standard.
        standard: String,
        /// The unit of the standard.
        expected: String,
    },
    /// The register of contradictions names a figure that is in no table.
    UnknownFigure {
        /// Entry of the register.
        entry: String,
        /// Its line.
        line: u64,
        /// The figure: `territory/indicator/period`.
        figure: String,
        /// The one most like it, or `—`.
        nearest: String,
    },
    /// More troubles than are listed.
    More {
        /// How many.
        count: usize,
    },
    /// An indicator that a deficit names is in no row.
    UnknownIndicator {
        /// The indicator.
        indicator: String,
        /// Those there are.
        known: Vec<String>,
        /// The one most like it.
        nearest: Option<String>,
    },
}

/// Why one layer or table could not be read.
#[derive(Debug)]
pub struct LayerError {
    /// Id of the layer, or of the deficit that names the table.
    pub owner: String,
    /// File as written in the project.
    pub path: String,
    /// What is wrong.
    pub trouble: LayerTrouble,
    /// The line of the project file that it is about.
    pub place: Option<Place>,
}

/// Everything that is wrong with the layers of a project.
#[derive(Debug)]
pub struct LayerErrors(pub Vec<LayerError>);

impl LayerTrouble {
    /// The name in the catalogues.
    fn name(&self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Directory => "directory",
            Self::Special => "special",
            Self::Refused(_) => "refused",
            Self::Changed => "changed",
            Self::Format(_) => "format",
            Self::MissingField { nearest: None, .. } => "missing_field",
            Self::MissingField { .. } => "missing_field_near",
            Self::NoTerritories => "no_territories",
            Self::NoGeometry { .. } => "no_geometry",
            Self::CrsContradiction { .. } => "crs_contradiction",
            Self::CrsUnknown { .. } => "crs_unknown",
            Self::CrsMissing => "crs_missing",
            Self::CrsNotUnderstood(WktTrouble::Unreadable) => "crs_wkt_unreadable",
            Self::CrsNotUnderstood(WktTrouble::Unsupported(_)) => "crs_wkt_unsupported",
            Self::CrsNotUnderstood(WktTrouble::Datum { .. }) => "crs_wkt_datum",
            Self::CrsNotUnderstood(WktTrouble::Inconsistent { .. }) => {
                "crs_wkt_inconsistent"
            }
            Self::CrsNeedsNoShift { .. } => "crs_needs_no_shift",
            Self::NotForFormat { .. } => "not_for_format",
            Self::CrsDenied => "crs_denied",
            Self::CrsLinked => "crs_linked",
            Self::CrsUnreadable => "crs_unreadable",
            Self::CrsSeveral => "crs_several",
            Self::NoCode { .. } => "no_code",
            Self::BadCode { .. } => "bad_code",
            Self::ReservedCode { .. } => "reserved_code",
            Self::RepeatedCode { count: 2, .. } => "repeated_code",
            Self::RepeatedCode { .. } => "repeated_code_often",
            Self::NoLevel { .. } => "no_level",
            Self::UnknownLevel { nearest: None, .. } => "unknown_level",
            Self::UnknownLevel { .. } => "unknown_level_near",
            Self::Table(trouble) => trouble.name(),
            Self::Join(trouble) => trouble.name(),
        }
    }

    /// Values for the sentence, besides owner and path.
    fn values(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Missing
            | Self::Directory
            | Self::Special
            | Self::Changed
            | Self::NoTerritories
            | Self::CrsMissing
            | Self::CrsDenied
            | Self::CrsNotUnderstood(WktTrouble::Unreadable)
            | Self::CrsLinked
            | Self::CrsUnreadable
            | Self::CrsSeveral
            | Self::Format(_) => vec![],
            Self::Refused(error) => vec![("system", error.to_string())],
            Self::MissingField { field, found, nearest } => vec![
                ("field", field.clone()),
                ("found", listed(found)),
                ("nearest", nearest.clone().unwrap_or_default()),
            ],
            Self::NoGeometry { features } => vec![("count", features.to_string())],
            Self::CrsContradiction { declared, name } => {
                vec![("declared", declared.clone()), ("name", name.clone())]
            }
            Self::CrsNotUnderstood(WktTrouble::Unsupported(what)) => {
                vec![("what", what.clone())]
            }
            Self::CrsNotUnderstood(WktTrouble::Datum { system, datum }) => {
                vec![("system", system.clone()), ("datum", datum.clone())]
            }
            Self::CrsNotUnderstood(WktTrouble::Inconsistent { epsg, found }) => {
                vec![("epsg", epsg.to_string()), ("found", found.clone())]
            }
            Self::CrsNeedsNoShift { system } => vec![("system", system.clone())],
            Self::NotForFormat { key, format } => {
                vec![("key", (*key).to_owned()), ("format", (*format).to_owned())]
            }
            Self::CrsUnknown { name } => vec![("name", name.clone())],
            Self::NoCode { features } => named(features),
            Self::BadCode { feature, value } => {
                vec![("feature", feature.clone()), ("value", value.clone())]
            }
            Self::ReservedCode { feature, code } => {
                vec![("feature", feature.clone()), ("code", code.clone())]
            }
            Self::RepeatedCode { first, second, code, count } => vec![
                ("count", count.to_string()),
                ("first", first.clone()),
                ("second", second.clone()),
                ("code", code.clone()),
            ],
            Self::NoLevel { field, features } => {
                [vec![("field", field.clone())], named(features)].concat()
            }
            Self::UnknownLevel { field, value, features, known, nearest } => {
                let own = vec![
                    ("field", field.clone()),
                    ("value", value.clone()),
                    ("known", listed(known)),
                    ("nearest", nearest.clone().unwrap_or_default()),
                ];
                [own, named(features)].concat()
            }
            Self::Table(trouble) => trouble.values(),
            Self::Join(trouble) => trouble.values(),
        }
    }
}

impl TableTrouble {
    fn name(&self) -> &'static str {
        match self {
            Self::Empty => "table_empty",
            Self::NotUtf8 { .. } => "table_not_utf8",
            Self::MissingColumn { .. } => "table_missing_column",
            Self::RepeatedColumn { .. } => "table_repeated_column",
            Self::Width { .. } => "table_width",
            Self::BadNumber { .. } => "table_bad_number",
            Self::BadQualifier { .. } => "table_bad_qualifier",
            Self::EmptyKey { .. } => "table_empty_key",
            Self::BadRange { .. } => "table_bad_range",
            Self::RepeatedKey { .. } => "table_repeated_key",
            Self::Ambiguous { .. } => "table_ambiguous",
            Self::BadMark { .. } => "table_bad_mark",
            Self::UnitDiffers { .. } => "table_unit_differs",
            Self::UnknownFigure { .. } => "table_unknown_figure",
            Self::More { .. } => "table_more",
            Self::UnknownIndicator { nearest: None, .. } => "unknown_indicator",
            Self::UnknownIndicator { .. } => "unknown_indicator_near",
        }
    }

    fn values(&self) -> Vec<(&'static str, String)> {
        let line = |line: &u64| ("line", line.to_string());
        match self {
            Self::Empty => vec![],
            Self::NotUtf8 { line: at } | Self::BadRange { line: at } => vec![line(at)],
            Self::MissingColumn { column, found } => {
                vec![("column", (*column).to_owned()), ("found", listed(found))]
            }
            Self::RepeatedColumn { column } => vec![("column", (*column).to_owned())],
            Self::Width { line: at, expected, found } => vec![
                line(at),
                ("expected", expected.to_string()),
                ("found", found.to_string()),
            ],
            Self::BadNumber { line: at, column, value } => {
                vec![line(at), ("column", (*column).to_owned()), ("value", value.clone())]
            }
            Self::BadQualifier { line: at, value }
            | Self::BadMark { line: at, value } => {
                vec![line(at), ("value", value.clone())]
            }
            Self::EmptyKey { line: at, column } => {
                vec![line(at), ("column", (*column).to_owned())]
            }
            Self::RepeatedKey { line: at, first, row } => {
                vec![line(at), ("first", first.to_string()), ("row", row.clone())]
            }
            Self::Ambiguous { line: at, first, row, preferred } => vec![
                line(at),
                ("first", first.to_string()),
                ("row", row.clone()),
                ("preferred", preferred.to_string()),
            ],
            Self::UnitDiffers { line: at, found, standard, expected } => vec![
                line(at),
                ("found", found.clone()),
                ("standard", standard.clone()),
                ("expected", expected.clone()),
            ],
            Self::UnknownFigure { entry, line: at, figure, nearest } => vec![
                line(at),
                ("entry", entry.clone()),
                ("figure", figure.clone()),
                ("nearest", nearest.clone()),
            ],
            Self::More { count } => vec![("count", count.to_string())],
            Self::UnknownIndicator { indicator, known, nearest } => vec![
                ("indicator", indicator.clone()),
                ("known", listed(known)),
                ("nearest", nearest.clone().unwrap_or_default()),
            ],
        }
    }
}

/// Names in one line, not too many of them.
pub(super) fn listed(names: &[String]) -> String {
    if names.is_empty() {
        return "—".to_owned();
    }
    let mut text = names[..names.len().min(LISTED)].join(", ");
    if names.len() > LISTED {
        text.push_str(", …");
    }
    text
}

/// The first features and how many there are.
fn named(features: &[String]) -> Vec<(&'static str, String)> {
    let mut text = features[..features.len().min(NAMED)].join(", ");
    if features.len() > NAMED {
        text.push_str(", …");
    }
    vec![("features", text), ("count", features.len().to_string())]
}

macro_rules! keys {
    ($($name:literal),* $(,)?) => {
        /// Catalogue keys of the sentence and of the advice of a trouble.
        fn keys(name: &str) -> (&'static str, &'static str) {
            match name {
                $($name => (concat!("error.layers.", $name), concat!("hint.layers.", $name)),)*
                _ => ("error.layers.format", "hint.layers.format"),
            }
        }

        #[cfg(test)]
        const NAMES: &[&str] = &[$($name),*];
    };
}

keys!(
    "missing",
    "directory",
    "special",
    "refused",
    "changed",
    "missing_field",
    "missing_field_near",
    "no_territories",
    "no_geometry",
    "crs_contradiction",
    "crs_missing",
    "crs_wkt_unreadable",
    "crs_wkt_unsupported",
    "crs_wkt_datum",
    "crs_wkt_inconsistent",
    "crs_needs_no_shift",
    "not_for_format",
    "crs_unknown",
    "crs_denied",
    "crs_linked",
    "crs_unreadable",
    "crs_several",
    "no_code",
    "bad_code",
    "reserved_code",
    "repeated_code",
    "repeated_code_often",
    "no_level",
    "unknown_level",
    "unknown_level_near",
    "table_empty",
    "table_not_utf8",
    "table_missing_column",
    "table_repeated_column",
    "table_width",
    "table_bad_number",
    "table_bad_qualifier",
    "table_empty_key",
    "table_bad_range",
    "table_repeated_key",
    "table_ambiguous",
    "table_bad_mark",
    "table_unit_differs",
    "table_unknown_figure",
    "table_more",
    "unknown_indicator",
    "unknown_indicator_near",
    "join_missing_column",
    "join_missing_column_near",
    "join_repeated_key",
    "join_taken_field",
    "join_no_match",
    "join_empty",
);

impl Explain for LayerError {
    fn message(&self) -> Message {
        if let LayerTrouble::Format(error) = &self.trouble {
            return error.message(&self.owner, &self.path);
        }
        let (key, _) = keys(self.trouble.name());
        let mut values = self.trouble.values();
        values.push(("layer", self.owner.clone()));
        values.push(("path", self.path.clone()));
        Message { key, values }
    }

    fn hint(&self) -> Option<Message> {
        if let LayerTrouble::Format(error) = &self.trouble {
            return Some(Message::new(error.problem.hint_key()));
        }
        let (_, key) = keys(self.trouble.name());
        Some(Message { key, ..self.message() })
    }

    fn place(&self) -> Option<&Place> {
        self.place.as_ref()
    }
}

impl fmt::Display for LayerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&render(Locale::En, &self.message()))
    }
}

impl std::error::Error for LayerError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.trouble {
            LayerTrouble::Refused(error) => Some(error),
            LayerTrouble::Format(error) => Some(error),
            _ => None,
        }
    }
}

impl fmt::Display for LayerErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, error) in self.0.iter().enumerate() {
            let separator = if i == 0 { "" } else { "\n" };
            write!(f, "{separator}{error}")?;
        }
        Ok(())
    }
}

impl std::error::Error for LayerErrors {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::catalogue;

    #[test]
    fn every_trouble_has_a_sentence_and_a_hint() {
        for name in NAMES {
            let (error, hint) = keys(name);
            assert!(catalogue(Locale::Es).contains_key(error), "{error}");
            assert!(catalogue(Locale::Es).contains_key(hint), "{hint}");
        }
    }

    #[test]
    #[expect(clippy::too_many_lines, reason = "one line a kind of trouble")]
    fn every_trouble_fills_its_sentence() {
        use LayerTrouble as L;
        use TableTrouble as T;
        let text = || "x".to_owned();
        let texts = || vec![text()];
        let near = [None, Some(text())];
        let tables = [
            T::Empty,
            T::NotUtf8 { line: 1 },
            T::MissingColumn { column: "value", found: texts() },
            T::RepeatedColumn { column: "value" },
            T::Width { line: 1, expected: 2, found: 3 },
            T::BadNumber { line: 1, column: "value", value: text() },
            T::BadQualifier { line: 1, value: text() },
            T::EmptyKey { line: 1, column: "territory" },
            T::BadRange { line: 1 },
            T::RepeatedKey { line: 2, first: 1, row: text() },
            T::Ambiguous { line: 2, first: 1, row: text(), preferred: 0 },
            T::BadMark { line: 1, value: text() },
            T::UnitDiffers { line: 1, found: text(), standard: text(), expected: text() },
            T::UnknownFigure { entry: text(), line: 1, figure: text(), nearest: text() },
            T::More { count: 1 },
        ];
        let mut troubles: Vec<L> = tables.into_iter().map(L::Table).collect();
        for nearest in near {
            let (known, features) = (texts(), texts());
            let indicator = T::UnknownIndicator {
                indicator: text(),
                known: texts(),
                nearest: nearest.clone(),
            };
            troubles.extend([
                L::MissingField {
                    field: text(),
                    found: vec![],
                    nearest: nearest.clone(),
                },
                L::UnknownLevel {
                    field: text(),
                    value: text(),
                    features,
                    known,
                    nearest,
                },
                L::Table(indicator),
            ]);
        }
        troubles.extend([
            L::Missing,
            L::Directory,
            L::Special,
            L::Refused(io::ErrorKind::PermissionDenied.into()),
            L::Changed,
            L::NoTerritories,
            L::NoGeometry { features: 1 },
            L::CrsContradiction { declared: text(), name: text() },
            L::CrsMissing,
            L::CrsNotUnderstood(WktTrouble::Unreadable),
            L::CrsNotUnderstood(WktTrouble::Unsupported(text())),
            L::CrsNotUnderstood(WktTrouble::Datum { system: text(), datum: text() }),
            L::CrsNotUnderstood(WktTrouble::Inconsistent { epsg: 1, found: text() }),
            L::CrsNeedsNoShift { system: text() },
            L::CrsUnknown { name: text() },
            L::CrsMissing,
            L::NotForFormat { key: "layer", format: "GeoJSON" },
            L::CrsDenied,
            L::CrsLinked,
            L::CrsUnreadable,
            L::CrsSeveral,
            L::NoCode { features: texts() },
            L::BadCode { feature: text(), value: text() },
            L::ReservedCode { feature: text(), code: text() },
            L::RepeatedCode { first: text(), second: text(), code: text(), count: 2 },
            L::RepeatedCode { first: text(), second: text(), code: text(), count: 3 },
            L::NoLevel { field: text(), features: texts() },
        ]);
        for problem in crate::formats::Problem::ALL {
            troubles.push(L::Format(FormatError::whole(*problem)));
        }
        assert!(troubles.len() > NAMES.len());
        for trouble in troubles {
            let (owner, path) = ("layer".to_owned(), "path".to_owned());
            let error = LayerError { owner, path, trouble, place: None };
            for locale in [Locale::Es, Locale::En] {
                for message in [Some(error.message()), error.hint()].into_iter().flatten()
                {
                    let filled = render(locale, &message);
                    assert_ne!(filled, message.key);
                    let is_left = |(name, _): &(&str, String)| {
                        filled.contains(&format!("{{{name}}}"))
                    };
                    assert!(!message.values.iter().any(is_left), "{filled}");
                    let template = crate::i18n::text(locale, message.key);
                    let opened = template.split('{').skip(1);
                    for name in opened.filter_map(|rest| rest.split_once('}')) {
                        let is_name = name.0.bytes().all(|b| b.is_ascii_lowercase());
                        let is_known = message.values.iter().any(|(n, _)| *n == name.0);
                        assert!(is_known || !is_name, "{template}");
                    }
                }
            }
        }
    }

    #[test]
    fn long_lists_are_cut() {
        let features: Vec<String> = (1..=7).map(|i| format!("f{i}")).collect();
        let values = named(&features);
        assert_eq!(values[0].1, "f1, f2, f3, f4, f5, …");
        assert_eq!(values[1].1, "7");
        assert_eq!(listed(&features[..2]), "f1, f2");
    }
}
