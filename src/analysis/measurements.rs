//! What was measured: full precision, keys as ids, nothing rounded.

use std::sync::Arc;

use super::access::Found;
use super::deficit::Lacking;
use super::risk::RiskMeasurements;
use crate::config::Citation;
use crate::domain::{DoubtRange, Level, Measure, Quantity};

/// One figure of exposure.
#[derive(Debug, Clone, PartialEq)]
pub struct ExposureRow {
    /// Territory code, `_T` or `_X`.
    pub territory: String,
    /// Hazard layer id or `any`.
    pub hazard: String,
    /// Level.
    pub level: Level,
    /// Whether the hazard has zones at that level, for `any` one of those in it; always for none
    /// and not studied. At a level that it has not the amount is 0, and so is the truth, though
    /// the range (contract §4, rule 8) holds what lies between the edge moved in and out.
    pub has_level: bool,
    /// Exposure layer id.
    pub layer: String,
    /// Measure.
    pub measure: Measure,
    /// The amount and its range; `None` if the project's rule hides it.
    pub quantity: Option<Quantity>,
    /// What each doubt alone makes of it; the range is all of them together.
    pub doubts: Vec<DoubtRange>,
    /// The whole of the measure in the territory; `None` if the project's rule hides it.
    pub total: Option<f64>,
}

impl ExposureRow {
    /// The amount; `None` if it is hidden.
    #[must_use]
    pub fn value(&self) -> Option<f64> {
        self.quantity.map(|quantity| quantity.value)
    }

    /// The range of the amount; `None` if there is none, or if it is hidden.
    #[must_use]
    pub fn range(&self) -> Option<(f64, f64)> {
        self.quantity.and_then(|quantity| quantity.range)
    }

    /// The amount as people read it: without the range at a level that the hazard has not.
    #[must_use]
    pub fn told(&self) -> Option<Quantity> {
        let quantity = self.quantity?;
        let range = quantity.range.filter(|_| self.has_level);
        Some(Quantity { range, ..quantity })
    }

    /// Part of the whole; `None` if either is hidden or the whole is nothing.
    #[must_use]
    pub fn share(&self) -> Option<f64> {
        let total = self.total.filter(|total| *total > 0.0)?;
        Some(self.value()? / total)
    }

    /// Whether nobody can say whether it is nothing. It is nothing at a level that the hazard has
    /// not.
    #[must_use]
    pub fn is_undecidable(&self) -> bool {
        self.has_level && self.quantity.is_some_and(|quantity| quantity.is_undecidable())
    }
}

/// One deficit of one territory. Unknown is `None`.
#[derive(Debug, Clone, PartialEq)]
pub struct DeficitRow {
    /// Territory code or `_T`.
    pub territory: String,
    /// Deficit id.
    pub deficit: String,
    /// `area_per_person`, `access`, `people_per_unit` or `reported`.
    pub kind: &'static str,
    /// Period of the figure.
    pub period: String,
    /// People that it is about.
    pub people: Option<f64>,
    /// Value, in `unit`.
    pub value: Option<f64>,
    /// Lower end.
    pub value_low: Option<f64>,
    /// Upper end.
    pub value_high: Option<f64>,
    /// What each doubt alone makes of the value; empty for a reported figure, whose ends its
    /// table states.
    pub doubts: Vec<DoubtRange>,
    /// Empty, `<`, `>` or `~`.
    pub qualifier: String,
    /// Unit of value, standard and gap.
    pub unit: String,
    /// Standard; `None` where nobody sets one.
    pub standard: Option<f64>,
    /// Who sets it, and with what force.
    pub citation: Citation,
    /// How far the value is on the wrong side of the standard, never negative.
    pub gap: Option<f64>,
    /// Least gap that the known ends of the value allow; `None` where none follows.
    pub gap_low: Option<f64>,
    /// Greatest gap that they allow.
    pub gap_high: Option<f64>,
    /// What is lacking, in `shortfall_unit`.
    pub shortfall: Option<f64>,
    /// How far that may be off; `None` where no doubt is on and known.
    pub lacking: Option<Lacking>,
    /// Unit of the shortfall; empty where there is none.
    pub shortfall_unit: String,
    /// Whether the standard is met; `None` where that is not certain.
    pub meets: Option<bool>,
    /// Where the value comes from: a layer id, or the source a table states.
    pub source: String,
    /// Where the people come from: layer id and field, or empty.
    pub denominator_source: String,
    /// Whether the project's rule hides the figure: unknown to the reader, and not to us.
    pub is_hidden: bool,
}

impl DeficitRow {
    /// Whether the range that doubts give the value goes from nothing to something, so that
    /// nobody can say whether it is nothing.
    #[must_use]
    pub fn is_undecidable(&self) -> bool {
        let ends = self.value_low.zip(self.value_high);
        !self.doubts.is_empty()
            && ends.is_some_and(|(low, high)| low <= 0.0 && high > 0.0)
    }

    /// Lower and upper end of what is lacking; `None` if there is no range.
    #[must_use]
    pub fn shortfall_ends(&self) -> Option<(f64, f64)> {
        self.lacking.as_ref()?.ends(self.shortfall?)
    }
}

/// How far each feature of an access deficit's people has it to the nearest facility.
#[derive(Debug, Clone, PartialEq)]
pub struct Distances {
    /// Deficit id.
    pub deficit: String,
    /// By feature of the layer that gives the people.
    pub found: Arc<Found>,
}

/// People not served and in a hazard zone.
#[derive(Debug, Clone, PartialEq)]
pub struct InHazardRow {
    /// Territory code, `_T` or `_X`.
    pub territory: String,
    /// Deficit id.
    pub deficit: String,
    /// Hazard layer id or `any`.
    pub hazard: String,
    /// Level.
    pub level: Level,
    /// People; `None` if the project's rule hides them.
    pub people: Option<f64>,
}

/// A facility that lies in a hazard zone, and what its loss would mean.
#[derive(Debug, Clone, PartialEq)]
pub struct FacilityRow {
    /// Service layer id.
    pub service: String,
    /// Id of the facility.
    pub facility: String,
    /// Code of the territory that holds most of it, or `_X`.
    pub territory: String,
    /// Hazard layer id or `any`.
    pub hazard: String,
    /// The worst level that any part of it meets; one of [`Level::ZONES`].
    pub level: Level,
    /// People whose nearest facility of the service it is; `None` if no layer tells, or if the
    /// project's rule hides them.
    pub people_nearest: Option<f64>,
    /// Whether the project's rule hides those people.
    pub is_hidden: bool,
    /// Distance to the nearest facility of the service at a better level, m; `None` if there
    /// is none.
    pub next_distance_m: Option<f64>,
}

/// What went in against what came out.
#[derive(Debug, Clone, PartialEq)]
pub struct BalanceRow {
    /// Hazard layer id or `any`.
    pub hazard: String,
    /// Exposure layer id.
    pub layer: String,
    /// Measure.
    pub measure: Measure,
    /// The layer's whole; `None` if the project's rule hides it.
    pub whole: Option<f64>,
    /// Sum over territories, `_X` and levels, each computed on its own; hidden with the whole.
    pub parts: Option<f64>,
    /// Allowed difference; hidden with the whole.
    pub tolerance: Option<f64>,
    /// Whether the difference is within the tolerance.
    closes: bool,
}

impl BalanceRow {
    /// A row of a hazard, layer and measure.
    #[must_use]
    pub fn new(
        (hazard, layer, measure): (&str, &str, Measure),
        (whole, parts): (f64, f64),
        tolerance: f64,
    ) -> Self {
        Self {
            hazard: hazard.to_owned(),
            layer: layer.to_owned(),
            measure,
            whole: Some(whole),
            parts: Some(parts),
            tolerance: Some(tolerance),
            closes: (parts - whole).abs() <= tolerance,
        }
    }

    /// Parts minus whole; `None` if they are hidden.
    #[must_use]
    pub fn difference(&self) -> Option<f64> {
        Some(self.parts? - self.whole?)
    }

    /// Whether the difference is within the tolerance.
    #[must_use]
    pub fn closes(&self) -> bool {
        self.closes
    }

    /// Takes the amounts out, and leaves whether they closed.
    pub(super) fn hide(&mut self) {
        (self.whole, self.parts, self.tolerance) = (None, None, None);
    }
}

/// Everything that was measured, each list sorted by its key.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Measurements {
    /// Exposure.
    pub exposure: Vec<ExposureRow>,
    /// Deficits.
    pub deficits: Vec<DeficitRow>,
    /// The same by sources that are not preferred.
    pub disputed: Vec<DeficitRow>,
    /// Distances to the nearest facility, for access deficits by id.
    pub distances: Vec<Distances>,
    /// Deficit in hazard.
    pub in_hazard: Vec<InHazardRow>,
    /// Facilities in hazard.
    pub facilities: Vec<FacilityRow>,
    /// Vulnerability and risk, if the project asks for them.
    pub risk: Option<RiskMeasurements>,
    /// The balance.
    pub balance: Vec<BalanceRow>,
}
