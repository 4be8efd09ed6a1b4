//! Which number is asked for, and the sums of terms that it is made of.

use crate::analysis::fixed::Fixed;
use crate::config::risk::PairwiseMatrix;

/// Which number of a figure's row: the figure, an end of its range, or what follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// The figure itself.
    Value,
    /// The lower end.
    Low,
    /// The upper end.
    High,
    /// Of a deficit: how far it is from its standard.
    Gap,
    /// The least such distance.
    GapLow,
    /// The greatest.
    GapHigh,
    /// Of a deficit: what is lacking.
    Shortfall,
    /// The least that may be lacking.
    ShortfallLow,
    /// The most.
    ShortfallHigh,
    /// Of a facility: how far the next one is.
    NextDistance,
    /// Of features at a level of risk: their people.
    People,
}

impl End {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Value,
        Self::Low,
        Self::High,
        Self::Gap,
        Self::GapLow,
        Self::GapHigh,
        Self::Shortfall,
        Self::ShortfallLow,
        Self::ShortfallHigh,
        Self::NextDistance,
        Self::People,
    ];

    /// Whether it is what is lacking, or an end of that.
    #[must_use]
    pub fn is_of_shortfall(self) -> bool {
        matches!(self, Self::Shortfall | Self::ShortfallLow | Self::ShortfallHigh)
    }

    /// The last word of a figure's name; empty for the figure itself.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Value => "",
            Self::Low => "low",
            Self::High => "high",
            Self::Gap => "gap",
            Self::GapLow => "gap_low",
            Self::GapHigh => "gap_high",
            Self::Shortfall => "shortfall",
            Self::ShortfallLow => "shortfall_low",
            Self::ShortfallHigh => "shortfall_high",
            Self::NextDistance => "next_distance_m",
            Self::People => "people",
        }
    }
}

/// What one feature, or one line of a table, adds to a sum.
#[derive(Debug, Clone, PartialEq)]
pub struct Term {
    /// Id of the feature; the number of the line for a table; empty for a correction.
    pub feature: String,
    /// How much of the feature it is, where it is a part of one.
    pub share: Option<f64>,
    /// What it adds, in the unit of the sum.
    pub amount: f64,
    /// The facility nearest to it, where that decides.
    pub nearest: Option<NearestFacility>,
}

/// A facility and how far it is.
#[derive(Debug, Clone, PartialEq)]
pub struct NearestFacility {
    /// Its id.
    pub facility: String,
    /// Planar distance from the centroid, m.
    pub distance_m: f64,
}

/// What a [`Sum`] adds up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SumOf {
    /// The figure of exposure itself.
    Exposed,
    /// People who are served.
    Served,
    /// People who are not.
    NotServed,
    /// People.
    People,
    /// Area of a service, m².
    Area,
    /// Units of a service.
    Units,
    /// The figure that a table reports.
    Reported,
    /// People whose nearest facility it is.
    Nearest,
    /// Distance to the next facility, m.
    Distance,
    /// What lies in each territory at each level.
    Parts,
    /// What the features of a layer come to, as read.
    Whole,
    /// What a hazard is drawn from at a level: area, m².
    ZoneArea,
    /// The same where it is lines: length, m.
    ZoneLength,
    /// The same where it is places: how many.
    ZonePlaces,
    /// Parts of a hazard value: the level and further factors.
    Hazard,
    /// Parts of a vulnerability value: factors.
    Vulnerability,
    /// Features, each once.
    Features,
    /// A weight: what each comparison adds to it.
    Weight,
    /// What mending changed, m².
    Mended,
}

/// A sum over features.
#[derive(Debug, Clone, PartialEq)]
pub struct Sum {
    /// What it adds up.
    pub of: SumOf,
    /// Layer that the features are of; the file for a table.
    pub layer: String,
    /// All terms that are not 0, largest first.
    pub terms: Vec<Term>,
    /// Taken off because features of a service overlap, not above 0.
    pub overlap: f64,
    /// What it comes to.
    pub total: f64,
}

/// What a figure is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct Breakdown {
    /// The figure, not rounded; `None` if it is unknown.
    pub figure: Option<f64>,
    /// The sums that it is computed from.
    pub sums: Vec<Sum>,
    /// For an end of a range: what lies at the level or worse, and what lies at worse
    /// levels, with the edges moved as the rule says.
    pub moved: Option<(f64, f64)>,
}

/// A term before it is written.
pub(super) struct RawTerm {
    pub(super) feature: String,
    /// Row of the feature in its layer, if it has a place.
    pub(super) row: Option<usize>,
    pub(super) share: Option<f64>,
    pub(super) amount: Fixed,
}

fn sum_of(terms: &[RawTerm]) -> f64 {
    terms.iter().map(|term| term.amount).sum::<Fixed>().get()
}

impl Sum {
    pub(super) fn new(of: SumOf, layer: &str, terms: Vec<RawTerm>) -> Self {
        Self::with_nearest(of, layer, terms, &|_| None)
    }

    pub(super) fn with_nearest(
        of: SumOf,
        layer: &str,
        mut terms: Vec<RawTerm>,
        nearest: &dyn Fn(usize) -> Option<NearestFacility>,
    ) -> Self {
        let total = sum_of(&terms);
        terms.retain(|term| !term.amount.is_zero());
        // Sorting is stable: equal ones stay in the order of the layer.
        terms.sort_by_key(|term| std::cmp::Reverse(term.amount.size()));
        let terms = terms.into_iter().map(|term| Term {
            feature: term.feature,
            share: term.share,
            amount: term.amount.get(),
            nearest: term.row.and_then(nearest),
        });
        let (layer, terms) = (layer.to_owned(), terms.collect());
        Self { of, layer, terms, overlap: 0.0, total }
    }
}

/// What makes up the weight of an item: what each comparison adds to it, which is its share of
/// its column, over the number of items.
#[must_use]
pub fn weight(matrix: &PairwiseMatrix, item: usize) -> Breakdown {
    let shares = matrix.shares[item].iter().zip(&matrix.items);
    let raw = shares.map(|(share, other)| RawTerm {
        feature: format!("{}/{other}", matrix.items[item]),
        row: None,
        share: None,
        amount: Fixed::of(*share),
    });
    let sum = Sum::new(SumOf::Weight, &matrix.id, raw.collect());
    Breakdown { figure: Some(matrix.weights[item]), sums: vec![sum], moved: None }
}

/// Features of a list, each with what it adds: 1, or its people.
#[must_use]
pub fn listed(of: SumOf, layer: &str, features: Vec<(String, f64)>) -> Sum {
    let raw = features.into_iter().map(|(feature, amount)| RawTerm {
        feature,
        row: None,
        share: None,
        amount: Fixed::of(amount),
    });
    Sum::new(of, layer, raw.collect())
}
