//! Why a file could not be read as its format: what is wrong, and where.

use std::fmt;

use super::archive::TooInflated;
use crate::domain::Message;
use crate::i18n::{Locale, render, text};

/// A place in a file. In a file without lines, line and column are 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Position {
    /// 1-based line.
    pub line: u64,
    /// 1-based column, in bytes.
    pub column: u64,
    /// Bytes before it.
    pub byte: u64,
}

impl Position {
    /// A place in a file without lines.
    #[must_use]
    pub fn of_byte(byte: u64) -> Self {
        Self { byte, ..Self::default() }
    }

    /// Whether only the byte is known.
    #[must_use]
    pub fn is_binary(self) -> bool {
        self.line == 0
    }
}

macro_rules! problems {
    ($($(#[$doc:meta])* $name:ident = $key:literal;)*) => {
        /// What is wrong with a file as a whole.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Problem { $($(#[$doc])* $name,)* }

        impl Problem {
            /// Every problem, for tests.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Catalogue key of the phrase that names it.
            #[must_use]
            pub fn key(self) -> &'static str {
                match self { $(Self::$name => concat!("format.", $key),)* }
            }

            /// Catalogue key of the advice.
            #[must_use]
            pub fn hint_key(self) -> &'static str {
                match self { $(Self::$name => concat!("hint.format.", $key),)* }
            }
        }
    };
}

problems! {
    /// The bytes could not be had.
    Io = "io";
    /// There is nothing but white space.
    Empty = "empty";
    /// UTF-16.
    Utf16 = "utf16";
    /// Some bytes are not UTF-8.
    NotUtf8 = "not_utf8";
    /// A ZIP archive.
    LooksLikeZip = "looks_like_zip";
    /// gzip.
    LooksLikeGzip = "looks_like_gzip";
    /// `SQLite`, as a `GeoPackage` is.
    LooksLikeSqlite = "looks_like_sqlite";
    /// `FlatGeobuf`.
    LooksLikeFlatGeobuf = "looks_like_flatgeobuf";
    /// A shapefile.
    LooksLikeShapefile = "looks_like_shapefile";
    /// Parquet.
    LooksLikeParquet = "looks_like_parquet";
    /// XML: KML, GML or a web page.
    LooksLikeXml = "looks_like_xml";
    /// The text does not begin as an object.
    NotAnObject = "not_an_object";
    /// It ends in the middle.
    UnexpectedEnd = "unexpected_end";
    /// A character that JSON does not allow there.
    UnexpectedByte = "unexpected_byte";
    /// A number that is not written as JSON wants it.
    BadNumber = "bad_number";
    /// A text with a bad escape or a raw control character.
    BadString = "bad_string";
    /// Something follows the end.
    Trailing = "trailing";
    /// The outermost object has no `type`.
    NoType = "no_type";
    /// Its `type` is none of GeoJSON's.
    WrongType = "wrong_type";
    /// A collection without `features`.
    NoFeatures = "no_features";
    /// `features` is not an array.
    FeaturesNotAnArray = "features_not_an_array";
    /// Two `features` members, or one in an object that is no collection.
    StrayFeatures = "stray_features";
    /// One feature or member is larger than the limit.
    TooBig = "too_big";
    /// More positions than can be numbered.
    TooMany = "too_many";
    /// This build has no `GeoPackage`.
    NoGeopackage = "no_geopackage";
    /// This build has no `GeoParquet`.
    NoGeoparquet = "no_geoparquet";
    /// A database that is broken or none.
    BrokenDatabase = "broken_database";
    /// A database with changes that were not written into it yet.
    OpenDatabase = "open_database";
    /// A database that is no `GeoPackage`.
    NotGeopackage = "not_geopackage";
    /// A layer of a `GeoPackage` that is a view and no table.
    GeopackageView = "geopackage_view";
    /// No layer with geometries.
    NoFeatureLayer = "no_feature_layer";
    /// Several layers, and none was named.
    SeveralLayers = "several_layers";
    /// The layer that was named is not there.
    UnknownLayer = "unknown_layer";
    /// Not `FlatGeobuf`, or of a version that is not known.
    NotFlatgeobuf = "not_flatgeobuf";
    /// `FlatGeobuf` that is broken.
    BrokenFlatgeobuf = "broken_flatgeobuf";
    /// Parquet that is broken or none.
    BrokenParquet = "broken_parquet";
    /// Parquet that unpacks beyond measure.
    ParquetTooBig = "parquet_too_big";
    /// Parquet without geometries.
    NotGeoparquet = "not_geoparquet";
    /// `GeoParquet` with geometries that are not in well-known binary.
    GeoparquetEncoding = "geoparquet_encoding";
    /// An encoding that does not exist.
    UnknownEncoding = "unknown_encoding";
    /// Bytes that are none of the declared encoding.
    NotInEncoding = "not_in_encoding";
    /// The first bytes say another encoding than the project.
    OtherEncoding = "other_encoding";
    /// A delimiter that cannot be one.
    BadDelimiter = "bad_delimiter";
    /// A decimal mark that is neither point nor comma.
    BadDecimal = "bad_decimal";
    /// Columns between commas, but another delimiter was declared.
    CommaDelimited = "comma_delimited";
    /// Columns between semicolons, but another delimiter is expected.
    SemicolonDelimited = "semicolon_delimited";
    /// Columns between tabulators, but another delimiter is expected.
    TabDelimited = "tab_delimited";
    /// Columns between vertical bars, but another delimiter is expected.
    BarDelimited = "bar_delimited";
    /// A decimal comma where a point is expected.
    DecimalComma = "decimal_comma";
    /// A decimal point where a comma is expected.
    DecimalPoint = "decimal_point";
    /// Two columns with one name.
    RepeatedColumn = "repeated_column";
    /// A column is not there.
    MissingColumn = "missing_column";
    /// Nobody said in which columns the place stands.
    NoPlace = "no_place";
    /// The place is said twice: as columns of numbers and as text.
    TwoPlaces = "two_places";
    /// A row with more or fewer fields than the header.
    RaggedRow = "ragged_row";
    /// A quotation mark that nothing closes.
    OpenQuote = "open_quote";
    /// Something follows a quotation mark that closes.
    AfterQuote = "after_quote";
    /// A single row is larger than the limit.
    RowTooBig = "row_too_big";
    /// A ZIP archive that is broken or compressed in an unknown way.
    BrokenArchive = "broken_archive";
    /// A ZIP archive that asks for a password.
    EncryptedArchive = "encrypted_archive";
    /// A ZIP archive that inflates beyond measure.
    ArchiveTooBig = "archive_too_big";
    /// A ZIP archive without a layer.
    NothingInArchive = "nothing_in_archive";
    /// The first bytes are not those of a shapefile.
    NotShapefile = "not_shapefile";
    /// A shapefile of surfaces in space.
    MultiPatch = "multi_patch";
    /// The `.shx` does not fit.
    BrokenIndex = "broken_index";
    /// The `.dbf` is none, or its header cannot be.
    BrokenTable = "broken_table";
    /// As many shapes as rows there must be, and there are not.
    CountsDiffer = "counts_differ";
    /// XML that is not KML.
    NotKml = "not_kml";
    /// XML that is broken.
    BrokenXml = "broken_xml";
    /// Elements within elements, too many levels of them.
    DeepXml = "deep_xml";
    /// KML without a place, only with links to other files.
    OnlyLinks = "only_links";
}

/// Why a file could not be read. Trouble with single features is not here.
#[derive(Debug)]
pub struct FormatError {
    /// What is wrong.
    pub problem: Problem,
    /// Where, if it is about one place.
    pub position: Option<Position>,
    /// What was found there instead.
    pub found: Option<String>,
    /// What the system said, if it did.
    pub source: Option<std::io::Error>,
}

impl FormatError {
    /// A problem of the whole file.
    #[must_use]
    pub fn whole(problem: Problem) -> Self {
        Self { problem, position: None, found: None, source: None }
    }

    /// A problem at a place.
    #[must_use]
    pub fn at(problem: Problem, position: Position) -> Self {
        Self { problem, position: Some(position), found: None, source: None }
    }

    /// Says what stands there.
    #[must_use]
    pub fn found(mut self, found: impl Into<String>) -> Self {
        self.found = Some(found.into());
        self
    }

    /// The sentence, with what the caller knows of the layer and the file.
    #[must_use]
    pub fn message(&self, layer: &str, path: &str) -> Message {
        let is_binary = self.position.is_some_and(Position::is_binary);
        let key = match (&self.source, self.position, &self.found) {
            (Some(_), _, _) => "error.layers.format_io",
            (None, None, None) => "error.layers.format",
            (None, None, Some(_)) => "error.layers.format_told",
            (None, Some(_), None) if is_binary => "error.layers.format_byte",
            (None, Some(_), Some(_)) if is_binary => "error.layers.format_byte_found",
            (None, Some(_), None) => "error.layers.format_at",
            (None, Some(_), Some(_)) => "error.layers.format_found",
        };
        let mut message = Message::new(key).with("layer", layer).with("path", path);
        message = message.with("problem", format!("@{}", self.problem.key()));
        if let Some(source) = &self.source {
            message = message.with("system", source);
        }
        if let Some(at) = self.position {
            message = message
                .with("line", at.line)
                .with("column", at.column)
                .with("byte", at.byte);
        }
        match &self.found {
            Some(found) => message.with("found", found),
            None => message,
        }
    }
}

impl From<std::io::Error> for FormatError {
    fn from(error: std::io::Error) -> Self {
        let is_bomb = matches!(error.get_ref(), Some(inner) if inner.is::<TooInflated>());
        if is_bomb {
            return Self::whole(Problem::ArchiveTooBig);
        }
        if error.kind() == std::io::ErrorKind::UnexpectedEof {
            return Self::whole(Problem::UnexpectedEnd);
        }
        Self { source: Some(error), ..Self::whole(Problem::Io) }
    }
}

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(text(Locale::En, self.problem.key()))?;
        if let Some(at) = self.position {
            let key = if at.is_binary() { "format.place_byte" } else { "format.place" };
            let place = Message::new(key)
                .with("line", at.line)
                .with("column", at.column)
                .with("byte", at.byte);
            write!(f, " ({})", render(Locale::En, &place))?;
        }
        match &self.found {
            Some(found) => write!(f, ": {found}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for FormatError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|e| e as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::catalogue;

    #[test]
    fn every_problem_has_a_phrase_and_a_hint() {
        let known = catalogue(Locale::En);
        for problem in Problem::ALL {
            assert!(known.contains_key(problem.key()), "{problem:?}");
            assert!(known.contains_key(problem.hint_key()), "{problem:?}");
        }
    }

    #[test]
    fn an_error_names_place_and_thing_found() {
        let at = Position { line: 3, column: 7, byte: 120 };
        let error = FormatError::at(Problem::UnexpectedByte, at).found("N");
        let text = error.to_string();
        for part in ["line 3", "column 7", "byte 120", ": N"] {
            assert!(text.contains(part), "{text}");
        }
        assert_eq!(error.message("a", "b").key, "error.layers.format_found");
    }
}
