//! What is measured of an exposed layer, a value with its range, and what makes it doubtful.

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

impl Quantity {
    /// Whether the range goes from nothing to something, so that nobody can say whether it is
    /// nothing; people then read that, and no number.
    #[must_use]
    pub fn is_undecidable(&self) -> bool {
        self.range.is_some_and(|(low, high)| low <= 0.0 && high > 0.0)
    }
}

/// A source of doubt about a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Doubt {
    /// Where the edge of a hazard lies.
    HazardEdge,
    /// Where the exposed elements lie.
    ExposedPosition,
    /// Where the places of a service lie.
    ServicePosition,
    /// How well two datums were brought together.
    Datum,
    /// By which rule an element on both sides of an edge counts.
    Straddling,
    /// How many people there are by now.
    PopulationDate,
}

impl Doubt {
    /// All of them, in the order in which they are told.
    pub const ALL: [Self; 6] = [
        Self::HazardEdge,
        Self::ExposedPosition,
        Self::ServicePosition,
        Self::Datum,
        Self::Straddling,
        Self::PopulationDate,
    ];

    /// The key under `[doubts]`.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::HazardEdge => "hazard_edge",
            Self::ExposedPosition => "exposed_position",
            Self::ServicePosition => "service_position",
            Self::Datum => "datum",
            Self::Straddling => "straddling",
            Self::PopulationDate => "population_date",
        }
    }
}

/// The range that one doubt alone gives a figure. It holds the value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DoubtRange {
    /// Which doubt.
    pub doubt: Doubt,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl DoubtRange {
    /// The range of several doubts at once; `None` if there is none.
    ///
    /// Doubts are taken as independent: on each side of the value, what they add combines as
    /// the root of the sum of squares. Nothing lies below 0, nor above `most`. One doubt
    /// alone gives its own range, to the last bit.
    ///
    /// Source: JCGM 100:2008 (GUM), 5.1.2, with sensitivity coefficients replaced by the
    /// changes of the figure themselves (5.1.3, note 2), each side by itself.
    #[must_use]
    pub fn combine(value: f64, doubts: &[Self], most: f64) -> Option<(f64, f64)> {
        let (low, high) = Self::spread(value, doubts)?;
        Some(match doubts {
            [_] => (low, high),
            _ => (low.max(0.0).min(value), high.min(most).max(value)),
        })
    }

    /// The same of a figure that may lie below 0, with nothing cut off.
    #[must_use]
    pub fn spread(value: f64, doubts: &[Self]) -> Option<(f64, f64)> {
        match doubts {
            [] => None,
            [only] => Some((only.low, only.high)),
            all => {
                let below = all.iter().map(|one| (value - one.low).powi(2)).sum::<f64>();
                let above = all.iter().map(|one| (one.high - value).powi(2)).sum::<f64>();
                Some((value - below.sqrt(), value + above.sqrt()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(doubt: Doubt, low: f64, high: f64) -> DoubtRange {
        DoubtRange { doubt, low, high }
    }

    #[test]
    fn from_nothing_to_something_is_undecidable() {
        let cases = [
            (0.0, Some((0.0, 3.0)), true),
            (2.0, Some((0.0, 3.0)), true),
            (0.0, Some((0.0, 0.0)), false),
            (2.0, Some((0.5, 3.0)), false),
            (0.0, None, false),
        ];
        for (value, range, expected) in cases {
            assert_eq!(Quantity { value, range }.is_undecidable(), expected, "{range:?}");
        }
    }

    /// Doubts, the most there can be, and the range.
    type Case<'a> = (&'a [DoubtRange], f64, Option<(f64, f64)>);

    #[test]
    fn doubts_combine_side_by_side() {
        let edge = range(Doubt::HazardEdge, 97.0, 104.0);
        let rule = range(Doubt::Straddling, 96.0, 103.0);
        let cases: [Case<'_>; 5] = [
            (&[], 200.0, None),
            (&[edge], 101.0, Some((97.0, 104.0))),
            // 3-4-5 below, 4-3-5 above.
            (&[edge, rule], 200.0, Some((95.0, 105.0))),
            (&[edge, rule], 104.5, Some((95.0, 104.5))),
            (&[edge, rule], 99.0, Some((95.0, 100.0))),
        ];
        for (doubts, most, expected) in cases {
            assert_eq!(DoubtRange::combine(100.0, doubts, most), expected, "{most}");
        }
        let none = [range(Doubt::HazardEdge, 0.0, 3.0), range(Doubt::Datum, 0.0, 4.0)];
        assert_eq!(
            DoubtRange::combine(1.0, &none, 9.0),
            Some((0.0, 1.0 + 13_f64.sqrt()))
        );
    }
}
