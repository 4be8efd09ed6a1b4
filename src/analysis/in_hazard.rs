//! Deficit in hazard: people without a service who also stand in the way of a hazard.

use super::deficit::Tallied;
use super::exposure::{hazards, places};
use super::measurements::InHazardRow;
use super::planes::Planes;
use super::tally::PEOPLE;
use crate::domain::{Level, OUTSIDE};
use crate::geometry::StudyArea;

/// Fewer people than this are nobody: a corner of a block no wider than the noise of its border. The
/// table, which has rows of people only, would print them as 0.
const NOBODY: f64 = 5e-5;

/// People not served at each level of each hazard, for the territories and their union.
pub(super) fn rows(
    area: &StudyArea,
    planes: &Planes,
    tallied: &Tallied<'_>,
) -> Vec<InHazardRow> {
    let mut rows = Vec::new();
    for (deficit, column) in &tallied.served {
        for (territory, range) in places(area) {
            if territory == OUTSIDE {
                continue;
            }
            for (hazard, (id, _)) in hazards(area, planes).iter().enumerate() {
                for level in Level::ALL {
                    let sum = |column| {
                        tallied.table.sum(range.clone(), hazard, 0, level, column)
                    };
                    let people = (sum(PEOPLE) - sum(*column)).get();
                    if people >= NOBODY {
                        rows.push(InHazardRow {
                            territory: territory.clone(),
                            deficit: deficit.clone(),
                            hazard: id.clone(),
                            level,
                            people: Some(people),
                        });
                    }
                }
            }
        }
    }
    rows
}
