//! Which small numbers are not published.

use crate::domain::Measure;

/// The rule by which small numbers of people, and of what stands for people, are kept back.
#[derive(Debug, Clone, PartialEq)]
pub struct Suppression {
    /// A count above 0 and below this is hidden.
    pub min_count: f64,
    /// Where there are fewer people than this, no figure about them is given.
    pub min_denominator: f64,
    /// Further sums that count persons or households, each once, in byte order. People always
    /// are protected.
    pub sums: Vec<String>,
}

impl Suppression {
    /// Counts below this are hidden where the project does not say.
    pub const MIN_COUNT: f64 = 5.0;
    /// Fewer people than this have no shares where the project does not say.
    pub const MIN_DENOMINATOR: f64 = 20.0;

    /// Whether a measure is one that the rule protects. Hectares, metres and numbers of
    /// features tell nothing about a person.
    #[must_use]
    pub fn protects(&self, measure: &Measure) -> bool {
        match measure {
            Measure::People => true,
            Measure::Sum(name) => name == RISK_PEOPLE || self.sums.contains(name),
            Measure::Features | Measure::Area | Measure::Length => false,
        }
    }
}

/// How the balance of the section `[risk]` calls its people.
pub const RISK_PEOPLE: &str = "risk.people";
