//! Which doubts go into the ranges of figures.

use std::collections::BTreeSet;

use crate::domain::Doubt;

/// The doubts that are on, and what the project says of growth.
#[derive(Debug, Clone, PartialEq)]
pub struct DoubtSettings {
    /// Those that are on.
    pub on: BTreeSet<Doubt>,
    /// Yearly rate of people between their date and that of the results, where no layer
    /// states one.
    pub growth_rate: Option<f64>,
    /// Who states it.
    pub growth_source: Option<String>,
}

impl DoubtSettings {
    /// Whether a doubt goes into ranges.
    #[must_use]
    pub fn has(&self, doubt: Doubt) -> bool {
        self.on.contains(&doubt)
    }
}

impl Default for DoubtSettings {
    /// The edge of hazards, and nothing else: what every project's ranges are made of.
    fn default() -> Self {
        let on = BTreeSet::from([Doubt::HazardEdge]);
        Self { on, growth_rate: None, growth_source: None }
    }
}
