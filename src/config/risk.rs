//! The section `[risk]` as meant: weights computed, names resolved, rules checked.

use super::settings::Localized;
use crate::domain::Level;

/// How vulnerability and risk are judged, by CENEPRED's method.
#[derive(Debug, Clone, PartialEq)]
pub struct RiskSettings {
    /// The exposure layer whose features are judged.
    pub layer: String,
    /// Who made the study.
    pub source: Option<Localized>,
    /// Descriptor weights, worst first: those of the hazard's own levels.
    pub scale: Vec<f64>,
    /// Pairwise comparisons, by id.
    pub matrices: Vec<PairwiseMatrix>,
    /// Factors, by id.
    pub factors: Vec<RiskFactor>,
    /// Hazards to assess, by id.
    pub hazards: Vec<AssessedHazard>,
    /// Dimensions of vulnerability.
    pub dimensions: Vec<VulnerabilityDimension>,
    /// Limits of the levels.
    pub limits: RiskLimits,
}

/// Pairwise comparisons and what came of them.
#[derive(Debug, Clone, PartialEq)]
pub struct PairwiseMatrix {
    /// Its id.
    pub id: String,
    /// What is compared; `1`, `2`, … where the project gives no names.
    pub items: Vec<String>,
    /// One weight an item, not rounded.
    pub weights: Vec<f64>,
    /// For each item, what each of its comparisons adds to its weight.
    pub shares: Vec<Vec<f64>>,
    /// Consistency ratio.
    pub ratio: f64,
    /// What the ratio must stay below.
    pub threshold: f64,
}

/// What features are judged by: a field, or the quotient of two.
#[derive(Debug, Clone, PartialEq)]
pub struct RiskFactor {
    /// Its id.
    pub id: String,
    /// Title for people.
    pub title: Localized,
    /// Field of the layer.
    pub field: String,
    /// Field that it is divided by.
    pub per: Option<String>,
    /// How values become descriptors.
    pub classes: Classes,
    /// Descriptor weights, worst first.
    pub scale: Vec<f64>,
    /// Who sets the classes.
    pub source: Option<Localized>,
}

/// How the values of a factor become descriptors, worst first.
#[derive(Debug, Clone, PartialEq)]
pub enum Classes {
    /// The words of each descriptor.
    Words(Vec<Vec<String>>),
    /// From high to low: at least so much.
    AtLeast(Vec<f64>),
    /// From low to high: at most so much.
    AtMost(Vec<f64>),
}

/// A factor, by its position in [`RiskSettings::factors`], and its weight.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Term {
    /// Position of the factor.
    pub factor: usize,
    /// Its weight.
    pub weight: f64,
}

/// How the value of a hazard is made up.
#[derive(Debug, Clone, PartialEq)]
pub struct AssessedHazard {
    /// Its layer.
    pub hazard: String,
    /// Weight of its own level.
    pub level_weight: f64,
    /// Further factors.
    pub terms: Vec<Term>,
}

/// What vulnerability is looked at in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dimension {
    /// People.
    Social,
    /// Goods and activities.
    Economic,
    /// Natural resources.
    Environmental,
}

impl Dimension {
    /// All, in the order of tables.
    pub const ALL: [Self; 3] = [Self::Social, Self::Economic, Self::Environmental];

    /// The name in project files and tables.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Social => "social",
            Self::Economic => "economic",
            Self::Environmental => "environmental",
        }
    }
}

/// One dimension of vulnerability.
#[derive(Debug, Clone, PartialEq)]
pub struct VulnerabilityDimension {
    /// Which.
    pub dimension: Dimension,
    /// Its weight among the dimensions.
    pub weight: f64,
    /// Its factors; the weight of each is that in its component times that of the component.
    pub terms: Vec<Term>,
}

/// Lower limits of very high, high and medium.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RiskLimits {
    /// Of hazard values.
    pub hazard: [f64; 3],
    /// Of vulnerability values.
    pub vulnerability: [f64; 3],
    /// Of risk values.
    pub risk: [f64; 3],
}

impl Default for RiskLimits {
    /// Those that CENEPRED's manuals print.
    fn default() -> Self {
        let values = [0.260, 0.134, 0.068];
        Self { hazard: values, vulnerability: values, risk: [0.068, 0.018, 0.005] }
    }
}

/// CENEPRED's descriptor weights, as its manuals print them.
pub const DESCRIPTORS: [f64; 5] = [0.503, 0.260, 0.134, 0.068, 0.035];

/// What adding up weights may leave: a value that is on a limit but for this is on it.
const DUST: f64 = 1e-9;

/// The level of a value: the first whose lower limit it reaches, else low.
///
/// The value must not be rounded before: A × A is 0.0676, which is high, and 0.068 is not.
#[must_use]
pub fn classify(value: f64, limits: &[f64; 3]) -> Level {
    let reached = limits.iter().position(|limit| value >= limit - DUST);
    reached.map_or(Level::Low, |at| Level::ZONES[at])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Very high, high, medium and low, as the sides of the matrix have them.
    const SIDES: [f64; 4] = [0.503, 0.260, 0.134, 0.068];

    #[test]
    fn the_matrix_of_hazard_and_vulnerability_is_that_of_the_manuals() {
        use Level::{High, Low, Medium, VeryHigh};
        let expected = [
            [VeryHigh, VeryHigh, High, High],
            [VeryHigh, High, High, Medium],
            [High, High, Medium, Medium],
            [High, Medium, Medium, Low],
        ];
        let limits = RiskLimits::default().risk;
        for (hazard, row) in SIDES.iter().zip(expected) {
            for (vulnerability, level) in SIDES.iter().zip(row) {
                let product = hazard * vulnerability;
                assert_eq!(classify(product, &limits), level, "{hazard} {vulnerability}");
            }
        }
    }

    #[test]
    fn rounding_the_product_first_would_be_wrong() {
        let limits = RiskLimits::default().risk;
        let wrong = [
            (0.260 * 0.260, Level::High, Level::VeryHigh),
            (0.260 * 0.068, Level::Medium, Level::High),
            (0.134 * 0.134, Level::Medium, Level::High),
            (0.068 * 0.068, Level::Low, Level::Medium),
        ];
        for (product, right, rounded_first) in wrong {
            let rounded = (product * 1000.0_f64).round() / 1000.0;
            assert_eq!(classify(product, &limits), right, "{product}");
            assert_eq!(classify(rounded, &limits), rounded_first, "{rounded}");
        }
    }

    #[test]
    fn a_value_on_a_limit_has_the_level_above_it() {
        let limits = RiskLimits::default().vulnerability;
        // 0.7 · 0.134 + 0.3 · 0.134 is 0.134 but for the last bit.
        assert_eq!(classify(0.7 * 0.134 + 0.3 * 0.134, &limits), Level::High);
        assert_eq!(classify(0.134 - 1e-6, &limits), Level::Medium);
        assert_eq!(classify(0.260, &limits), Level::VeryHigh);
        assert_eq!(classify(0.0, &limits), Level::Low);
    }
}
