//! Which doubts go into ranges.

use crate::domain::Doubt;

use super::super::doubts::DoubtSettings;
use super::super::error::Trouble;
use super::super::options::DoubtsTable;
use super::roles::MOST_GROWTH;
use super::{Resolver, plain};

impl Resolver<'_> {
    /// The doubts that are on: the default, changed by what the table says.
    pub(super) fn doubts(&mut self, table: &DoubtsTable) -> DoubtSettings {
        let mut doubts = DoubtSettings::default();
        for doubt in Doubt::ALL {
            let key = match doubt {
                Doubt::HazardEdge => &table.hazard_edge,
                Doubt::ExposedPosition => &table.exposed_position,
                Doubt::ServicePosition => &table.service_position,
                Doubt::Datum => &table.datum,
                Doubt::Straddling => &table.straddling,
                Doubt::PopulationDate => &table.population_date,
            };
            match key.as_ref().map(|claim| claim.value) {
                Some(true) => doubts.on.insert(doubt),
                Some(false) => doubts.on.remove(&doubt),
                None => continue,
            };
        }
        if let Some(rate) = &table.growth_rate {
            if rate.value.abs() <= MOST_GROWTH {
                doubts.growth_rate = Some(rate.value);
            } else {
                let found = rate.value.to_string();
                let rule = "@config.rule.growth_rate";
                self.fail(rate, Trouble::OutOfRange { found, rule });
            }
        }
        doubts.growth_source = plain(table.growth_source.as_ref());
        doubts
    }
}
