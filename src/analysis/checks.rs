//! Doubts that only show when layers are put together.

use super::exposure::Table;
use super::fixed::Fixed;
use crate::domain::{Code, Finding, Findings};
use crate::geometry::{ExposureLayer, Prepared, StudyArea};

/// Official people of a territory and what a layer adds up to may differ by rounding only.
const PEOPLE_TOLERANCE: f64 = 0.5;
/// Data of two dates further apart than this many years are not of one time.
const YEARS_APART: i32 = 5;

/// Compares the official people of each territory with the layer's sum in it.
pub(super) fn totals(
    area: &StudyArea,
    layer: &ExposureLayer,
    table: &Table,
    findings: &mut Findings,
) {
    // The official total is of the year that an estimate grows from.
    if layer.people.is_none() || layer.growth.is_some() {
        return;
    }
    for (row, territory) in area.territories.iter().enumerate() {
        let Some(official) = territory.people else { continue };
        let Some(found) = table.people(&(row..row + 1)).map(Fixed::get) else { continue };
        if (found - official).abs() > PEOPLE_TOLERANCE {
            findings.push(
                Finding::about(Code::TotalDiffers, &layer.layer.id)
                    .feature(territory.code.as_str())
                    .with("official", format!("{official:.0}"))
                    .with("found", format!("{found:.4}"))
                    .with("difference", format!("{:.4}", found - official)),
            );
        }
    }
}

/// Warns where people and a hazard are years apart.
pub(super) fn dates(area: &StudyArea, layer: &ExposureLayer, findings: &mut Findings) {
    let grown = layer.growth.as_ref().map(|growth| growth.to_year);
    let here = grown.or_else(|| year(&layer.layer));
    let Some(here) = here.filter(|_| layer.people.is_some()) else {
        return;
    };
    for hazard in &area.hazards {
        let Some(there) = year(&hazard.layer) else { continue };
        if (here - there).abs() > YEARS_APART {
            findings.push(
                Finding::about(Code::DatesApart, &hazard.layer.id)
                    .with("other", &layer.layer.id)
                    .with("year", there)
                    .with("other_year", here),
            );
        }
    }
}

/// The year of a layer's source, if it states one.
fn year(layer: &Prepared) -> Option<i32> {
    layer.source.date.as_deref()?.get(..4)?.parse().ok()
}
