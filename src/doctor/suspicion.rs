//! What the doctor suspects of a file: kinds with stable names, evidence, and the keys of the
//! project file that would set it right.

use crate::domain::{Message, Severity};

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $id:literal $severity:ident;)*) => {
        /// What may be wrong with a file; `docs/inspect.md` explains each.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind { $($(#[$doc])* $name,)* }

        impl Kind {
            /// Every kind, for tests and documentation.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The stable name, for example `swapped_axes`.
            #[must_use]
            pub fn id(self) -> &'static str {
                match self { $(Self::$name => $id,)* }
            }

            /// How much is at stake if it is true.
            #[must_use]
            pub fn severity(self) -> Severity {
                match self { $(Self::$name => Severity::$severity,)* }
            }

            /// Key of its sentence in the catalogues.
            #[must_use]
            pub fn key(self) -> &'static str {
                match self { $(Self::$name => concat!("inspect.suspicion.", $id),)* }
            }
        }
    };
}

kinds! {
    /// Coordinates are metres, and the file says or implies degrees.
    MetersAsDegrees = "meters_as_degrees" Error;
    /// Coordinates are degrees, and the file says metres.
    DegreesAsMeters = "degrees_as_meters" Error;
    /// The first number is the latitude or northing.
    SwappedAxes = "swapped_axes" Error;
    /// In another zone the layer would lie where it belongs.
    WrongZone = "wrong_zone" Error;
    /// The layer would fit the territories on another datum.
    OtherDatum = "other_datum" Warning;
    /// Nobody says the reference system.
    NoCrs = "no_crs" Error;
    /// The file states a reference system that cannot be used.
    UnusableCrs = "unusable_crs" Error;
    /// The layer is far from the territories of the project.
    FarAway = "far_away" Error;
    /// Some features lie in no territory.
    OutsideTerritories = "outside_territories" Note;
    /// Features lie exactly at 0, 0.
    ZeroCoordinates = "zero_coordinates" Error;
    /// Columns named for metres hold degrees.
    DegreesInMetricColumns = "degrees_in_metric_columns" Warning;
    /// The column named for the north holds longitudes, and that for the east latitudes.
    SwappedColumns = "swapped_columns" Error;
    /// A code is stored as a number.
    CodeIsNumber = "code_is_number" Warning;
    /// Codes have lost the zero in front.
    ZerosLost = "zeros_lost" Error;
    /// Rows repeat the code of the facility.
    RepeatedCode = "repeated_code" Warning;
    /// Codes of districts are RENIEC's, and INEI's are expected.
    ReniecCodes = "reniec_codes" Error;
    /// Codes of districts are INEI's, and the project works with RENIEC's.
    IneiCodes = "inei_codes" Error;
    /// Letters were lost: the text has U+FFFD.
    LostLetters = "lost_letters" Warning;
    /// Text in UTF-8 was read as Latin-1 once.
    DoubleEncoding = "double_encoding" Warning;
    /// The text of a table is not in UTF-8.
    Encoding = "encoding" Warning;
    /// Columns are separated by something else than commas.
    Delimiter = "delimiter" Note;
    /// Numbers have a decimal comma.
    DecimalComma = "decimal_comma" Note;
    /// Numbers of one column are written in two ways that contradict one another.
    MixedNumbers = "mixed_numbers" Error;
    /// Rows have more or fewer fields than the header.
    RaggedRows = "ragged_rows" Error;
    /// Coordinates stand in columns that the project has to name.
    CoordinateColumns = "coordinate_columns" Note;
    /// A shapefile has no `.prj`, `.dbf` or `.shx`.
    MissingCompanion = "missing_companion" Warning;
    /// The file holds several layers.
    SeveralLayers = "several_layers" Note;
    /// The file has no features.
    Empty = "empty" Warning;
    /// Features could not be read.
    UnreadableFeatures = "unreadable_features" Error;
    /// Features have no geometry.
    NoGeometry = "no_geometry" Warning;
    /// Rings or lines are invalid; a run would mend or drop them.
    InvalidGeometry = "invalid_geometry" Warning;
    /// Areas of the layer overlap.
    Overlaps = "overlaps" Note;
}

/// One suspicion, with its evidence.
#[derive(Debug, Clone, PartialEq)]
pub struct Suspicion {
    /// What is suspected.
    pub kind: Kind,
    /// Values for its sentence.
    pub values: Vec<(&'static str, String)>,
    /// Keys of the layer in the project file that would set it right: name, and value as
    /// TOML writes it.
    pub keys: Vec<(&'static str, String)>,
}

impl Suspicion {
    /// A suspicion without evidence yet.
    #[must_use]
    pub fn of(kind: Kind) -> Self {
        Self { kind, values: Vec::new(), keys: Vec::new() }
    }

    /// Adds a value for the sentence.
    #[must_use]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "so that callers may pass texts and numbers alike"
    )]
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.values.push((name, value.to_string()));
        self
    }

    /// Adds a key of the project file with a text for its value.
    #[must_use]
    pub fn key(mut self, name: &'static str, value: &str) -> Self {
        self.keys.push((name, toml::Value::String(value.to_owned()).to_string()));
        self
    }

    /// The sentence for people, before it has a language.
    #[must_use]
    pub fn message(&self) -> Message {
        Message { key: self.kind.key(), values: self.values.clone() }
    }
}
