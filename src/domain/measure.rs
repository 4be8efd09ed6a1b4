//! What is measured of an exposed layer, and a value with its range.

/// One additive measure of an exposure layer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Measure {
    /// Number of features, each counted once. Unit `1`.
    Features,
    /// Area of polygons. Unit `m2`.
    Area,
    /// Length of lines. Unit `m`.
    Length,
    /// Residents. Unit `people`.
    People,
    /// A further additive field, by the name the project gives it. Unit `1`.
    Sum(String),
}

impl Measure {
    /// The name in the tables.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Features => "features",
            Self::Area => "area",
            Self::Length => "length",
            Self::People => "people",
            Self::Sum(name) => name,
        }
    }

    /// The unit in the tables.
    #[must_use]
    pub fn unit(&self) -> &'static str {
        match self {
            Self::Features | Self::Sum(_) => "1",
            Self::Area => "m2",
            Self::Length => "m",
            Self::People => "people",
        }
    }
}

/// A value and, where the accuracy of the hazard is known, its range.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quantity {
    /// Central value.
    pub value: f64,
    /// Lower and upper end; both or none.
    pub range: Option<(f64, f64)>,
}
