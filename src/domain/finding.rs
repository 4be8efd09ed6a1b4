//! Findings: what is wrong or worth knowing about single features and layers.

use super::message::Message;

/// How bad a finding is. The order is that of gravity, mildest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; changes no figure in a way that matters.
    Note,
    /// May change a figure; somebody should look.
    Warning,
    /// A figure is wrong or incomplete because of it.
    Error,
}

impl Severity {
    /// The name in tables and catalogues.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal $severity:ident;)*) => {
        /// The stable code of a kind of finding; `docs/findings.md` explains each.
        ///
        /// Letters: `L` reading layers and fields, `G` geometry, `A` analysis,
        /// `R` reference systems, `D` disputed facts.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $($(#[$doc])* $name,)* }

        impl Code {
            /// Every code, for tests and documentation.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The code as printed, for example `G003`.
            #[must_use]
            pub fn id(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// How bad findings of this code are.
            #[must_use]
            pub fn severity(self) -> Severity {
                match self { $(Self::$name => Severity::$severity,)* }
            }

            /// Key of the sentence in the catalogues.
            #[must_use]
            pub fn key(self) -> &'static str {
                match self { $(Self::$name => concat!("finding.", $code),)* }
            }
        }
    };
}

codes! {
    /// A code stored as a number was read as text.
    CodeReadFromNumber = "L001" Note;
    /// A feature has no geometry and was left out.
    NullGeometry = "L002" Warning;
    /// A feature's geometry is empty and was left out.
    EmptyGeometry = "L003" Warning;
    /// A feature could not be read and was left out.
    UnreadableFeature = "L004" Error;
    /// An id occurs more than once in a layer.
    RepeatedId = "L005" Warning;
    /// People or a sum is null: unknown, left out.
    UnknownValue = "L006" Warning;
    /// People or a sum is negative: unknown, left out.
    NegativeValue = "L007" Error;
    /// People or a sum is not a number: unknown, left out.
    NotANumber = "L008" Error;
    /// The layer has no features.
    EmptyLayer = "L009" Warning;
    /// A third coordinate (height) was dropped.
    HeightDropped = "L010" Note;
    /// A number was written as text and read as a number.
    NumberReadFromText = "L011" Note;
    /// The layer states its CRS in a legacy `crs` member, which was obeyed.
    LegacyCrs = "R001" Note;
    /// A coordinate is not finite or outside the possible range; the feature was left out.
    CoordinateOutOfRange = "R002" Error;
    /// A feature lies outside the area of use of the working CRS, still near it.
    EdgeOfCrs = "R003" Warning;
    /// A ring was not closed and was closed.
    RingClosed = "G001" Warning;
    /// A ring has fewer than three distinct points and was left out.
    RingTooShort = "G002" Warning;
    /// A polygon crossed or touched itself along a line and was mended.
    SelfIntersection = "G003" Warning;
    /// Parts of one feature overlapped and were merged.
    OverlappingParts = "G004" Warning;
    /// A hole lay outside its shell and was mended.
    HoleOutside = "G005" Warning;
    /// A feature vanished on the grid or in mending, and was left out.
    Vanished = "G006" Warning;
    /// A polygon with people has no area and counts as a point.
    ZeroAreaWithPeople = "G007" Warning;
    /// A feature mixes dimensions; its lower ones were dropped.
    MixedGeometry = "G008" Warning;
    /// Two territories overlap by a sliver; the lower code keeps the land.
    TerritorySliver = "G009" Warning;
    /// Two territories overlap by more than a sliver; the lower code keeps the land.
    TerritoryOverlap = "G010" Error;
    /// There is a gap between territories.
    TerritoryGap = "G011" Note;
    /// Two features of an exposure layer overlap.
    ExposureOverlap = "G012" Warning;
    /// A role cannot use this geometry (points or lines where areas are needed).
    UnsuitableGeometry = "G013" Warning;
    /// A line has no length and was left out.
    ZeroLengthLine = "G014" Warning;
    /// Features of a service layer overlap; their union counts.
    ServiceOverlap = "G015" Note;
    /// A hazard touches no territory.
    HazardFarAway = "A001" Warning;
    /// A zone reaches outside the hazard's study area and keeps its level.
    ZoneOutsideStudy = "A002" Warning;
    /// No usable facility: access is 0.
    NoFacility = "A003" Warning;
    /// The official total of a territory differs from what the layer adds up to.
    TotalDiffers = "A004" Note;
    /// A reported indicator has no row for a territory.
    NotReported = "A005" Note;
    /// A figure rests on data that are years apart.
    DatesApart = "A006" Warning;
    /// A band is narrower than the accuracy of what it is drawn around.
    BandBelowAccuracy = "A007" Warning;
    /// A reported row names an unknown territory.
    UnknownTerritory = "A008" Warning;
    /// A service has no units: no ratio can be given.
    NoUnits = "A009" Warning;
    /// Points or lines of an area service add nothing.
    NoArea = "A010" Warning;
    /// A territory has no people: a ratio per person cannot be given.
    NoPeople = "A011" Note;
    /// A layer does not overlap any territory.
    LayerOutside = "A012" Warning;
    /// A hazard is not in force at the reference date and stays out of `any`.
    NotInForce = "A020" Note;
    /// A value that features are judged by is in none of the classes.
    ValueInNoClass = "A021" Warning;
    /// A value that features are judged by is not known.
    FactorUnknown = "A022" Warning;
    /// People are an estimate for another year than that of the field.
    PeopleEstimated = "A023" Note;
    /// People are an estimate over more years than a rate can bear.
    LongGrowth = "A024" Warning;
    /// Figures are hidden by the project's rule on small numbers.
    SmallNumbersHidden = "A025" Note;
    /// Names on maps have letters that the embedded face lacks.
    LettersMissing = "M001" Warning;
    /// Which encoding the text of a table was read in, and why.
    TextEncoding = "L012" Note;
    /// Text has bytes that mean nothing in its encoding.
    DamagedText = "L013" Warning;
    /// M values were dropped.
    MeasuresDropped = "L014" Note;
    /// Rows are marked as deleted and were left out.
    DeletedRows = "L015" Note;
    /// Rings run the other way round than the format asks for.
    RingsTurned = "L016" Note;
    /// A shapefile has no table.
    NoTable = "L017" Warning;
    /// Numbers were too long for their field and are lost.
    NumberOverflow = "L018" Warning;
    /// A shapefile has no index.
    NoIndex = "L019" Note;
    /// Geometries name another reference system than their layer.
    GeometrySystemDiffers = "L020" Warning;
    /// The file describes its reference system without an EPSG code.
    CrsWithoutCode = "L021" Note;
    /// Links to other files were not followed.
    LinksIgnored = "L025" Warning;
    /// Coordinates were shifted from one datum to another, with the operation's accuracy.
    DatumShift = "R004" Note;
    /// The operation between datums is not meant for where the layer lies.
    ShiftOutsideArea = "R005" Warning;
    /// Coordinates were shifted by parameters of unknown accuracy.
    ShiftByHand = "R006" Note;
    /// The file gives a shift of its own, which was not used.
    FileShiftIgnored = "R007" Note;
    /// Two sources contradict each other; nothing to compute.
    Contradiction = "D001" Note;
    /// Two sources contradict each other, and the numbers confirm it.
    ContradictionConfirmed = "D002" Note;
    /// The register tells of a contradiction that the numbers do not confirm.
    ContradictionResolved = "D003" Warning;
    /// A figure that is used is given otherwise by another source.
    DisputedFigure = "D004" Note;
    /// A row of a joined table is for no feature.
    RowWithoutFeature = "L022" Warning;
    /// A feature has no row in the joined table: what comes from there is unknown.
    FeatureWithoutRow = "L023" Warning;
    /// Several features take their values from one row of a joined table.
    RowOfSeveralFeatures = "L024" Warning;
    /// Names have lost letters before the file was made.
    LostLetters = "L026" Warning;
    /// Codes of districts seem to be those of another registry.
    OtherNumbering = "L027" Warning;
    /// Facilities that are counted stand in exactly one place.
    FacilitiesInOnePlace = "L028" Warning;
    /// The layer would follow the edges of the territories on another datum.
    OtherDatum = "R008" Warning;
}

/// One finding, about a layer and usually one of its features.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// What kind.
    pub code: Code,
    /// Gravity; that of the code unless a rule says otherwise.
    pub severity: Severity,
    /// Id of the layer (or of the deficit, for tables); empty if of none.
    pub layer: String,
    /// Id of the feature; empty if about the whole layer.
    pub feature: String,
    /// Values for the catalogue text of the code.
    pub values: Vec<(&'static str, String)>,
    /// Area before and after mending, m², where something was mended or dropped.
    pub area_m2: Option<(f64, f64)>,
}

impl Finding {
    /// Builds a finding about a whole layer.
    #[must_use]
    pub fn about(code: Code, layer: &str) -> Self {
        Self {
            code,
            severity: code.severity(),
            layer: layer.to_owned(),
            feature: String::new(),
            values: Vec::new(),
            area_m2: None,
        }
    }

    /// Names the feature.
    #[must_use]
    pub fn feature(mut self, id: impl Into<String>) -> Self {
        self.feature = id.into();
        self
    }

    /// Adds a value for the text.
    #[must_use]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "so that callers may pass texts and numbers alike"
    )]
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.values.push((name, value.to_string()));
        self
    }

    /// States the area before and after, in m².
    #[must_use]
    pub fn areas(mut self, before_m2: f64, after_m2: f64) -> Self {
        self.area_m2 = Some((before_m2, after_m2));
        self
    }

    /// The sentence for people, before it has a language.
    #[must_use]
    pub fn message(&self) -> Message {
        Message { key: self.code.key(), values: self.values.clone() }
    }
}

/// All findings of a run.
#[derive(Debug, Clone, Default)]
pub struct Findings(Vec<Finding>);

impl IntoIterator for Findings {
    type Item = Finding;
    type IntoIter = std::vec::IntoIter<Finding>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl Findings {
    /// Adds one.
    pub fn push(&mut self, finding: Finding) {
        self.0.push(finding);
    }

    /// Adds many.
    pub fn extend(&mut self, findings: impl IntoIterator<Item = Finding>) {
        self.0.extend(findings);
    }

    /// Drops those that are not to be kept.
    pub fn retain(&mut self, keep: impl FnMut(&Finding) -> bool) {
        self.0.retain(keep);
    }

    /// The findings in the order they were made.
    #[must_use]
    pub fn as_slice(&self) -> &[Finding] {
        &self.0
    }

    /// The worst severity, if there is any finding.
    #[must_use]
    pub fn worst(&self) -> Option<Severity> {
        self.0.iter().map(|f| f.severity).max()
    }

    /// Number of findings of a severity.
    #[must_use]
    pub fn count(&self, severity: Severity) -> usize {
        self.0.iter().filter(|f| f.severity == severity).count()
    }
}
