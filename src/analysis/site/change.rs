//! What building at a place would change.
//!
//! In: a study area, what was measured on it, and a place with people or a facility to add.
//! Out: the people that it would put in the way of each hazard, and every deficit before and
//! after. After is measured on the study area with the place in it, by the same stages as a
//! run: so it is what a run would give with the place in the layer.

use std::sync::Arc;

use super::super::access::people_nearest;
use super::super::deficit;
use super::super::exposure::{Table, has_level, hazards, places};
use super::super::facilities::people_layer;
use super::super::measurements::{DeficitRow, Measurements};
use super::super::planes::Planes;
use super::super::suppression::hide_deficit;
use super::super::{measure, tally};
use crate::config::{DeficitKind, Settings};
use crate::domain::{Findings, Level, OUTSIDE, Quantity, TOTAL};
use crate::geometry::{ExposureLayer, Prepared, ServiceLayer, StudyArea, overlaps};
use crate::layers::Value;

/// What is added at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Added {
    /// Residents, to an exposure layer with people.
    Residents {
        /// The layer.
        layer: String,
    },
    /// A facility, to a service layer; its amount is its capacity and the people who use it.
    Facility {
        /// The layer.
        service: String,
    },
}

/// People that an addition puts at a level of a hazard.
#[derive(Debug, Clone, PartialEq)]
pub struct ExposedHere {
    /// `_T`, or `_X` for what lies in no territory.
    pub territory: String,
    /// Hazard layer id or `any`.
    pub hazard: String,
    /// Level.
    pub level: Level,
    /// How many, and between which by the hazard's edge.
    pub people: Quantity,
}

/// What building there would change.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// What is added.
    pub added: Added,
    /// People or capacity.
    pub amount: f64,
    /// The people that are added, by hazard and level, where they are not none for certain.
    pub exposed: Vec<ExposedHere>,
    /// For a facility: people whose nearest of its service it would be; `None` if no layer
    /// tells, for residents, or if it is hidden.
    pub people_nearest: Option<f64>,
    /// Whether the project has a rule on small numbers: then nothing is told that a facility
    /// moves people by, because one put beside a single house would tell who lives there.
    pub is_hidden: bool,
    /// Deficits that would change: before and after.
    pub deficits: Vec<(DeficitRow, DeficitRow)>,
}

/// Measures a change. `place` has one feature.
///
/// # Panics
///
/// If `added` names a layer that the study area does not have.
#[must_use]
pub fn change(
    area: &StudyArea,
    settings: &Settings,
    before: &Measurements,
    place: &Prepared,
    added: Added,
    amount: f64,
) -> Change {
    let mut after = area.clone();
    let people_nearest = match &added {
        Added::Residents { layer } => {
            let layer = after.exposures.iter_mut().find(|l| l.layer.id == *layer);
            add_residents(layer.expect("the caller names a layer"), place, amount);
            None
        }
        Added::Facility { service } => {
            let found = after.services.iter_mut().find(|s| s.layer.id == *service);
            let found = found.expect("the caller names a service");
            add_facility(found, place, amount);
            let people = people_layer(area, settings, service);
            people.and_then(|layer| Some(people_nearest(layer, found).last()?.get()))
        }
    };
    let is_hidden = settings.suppression.is_some();
    let people_nearest: Option<f64> = people_nearest.filter(|_| !is_hidden);
    // Risk is not asked for, and the place has no attributes to be judged by.
    let mut settings = settings.clone();
    settings.risk = None;
    let measured = measure(&after, &settings, &mut Findings::default(), &mut ());
    let is_facility = matches!(added, Added::Facility { .. });
    let pairs = before.deficits.iter().zip(measured.deficits).map(|(row, mut after)| {
        // What was hidden stays so: the addition is known, and would be subtracted.
        let is_told_by_place = is_hidden && is_facility && of_access(&settings, row);
        if row.is_hidden || is_told_by_place {
            hide_deficit(&mut after);
            after.people = after.people.filter(|_| row.people.is_some());
        }
        (row, after)
    });
    let figures = |row: &DeficitRow| (row.people, row.value, row.gap, row.shortfall);
    let differs = |(a, b): &(&DeficitRow, DeficitRow)| figures(a) != figures(b);
    let deficits = pairs.filter(differs).map(|(a, b)| (a.clone(), b)).collect();
    let exposed = exposed(area, place, amount);
    Change { added, amount, exposed, people_nearest, is_hidden, deficits }
}

/// Whether a deficit counts the people within reach of a service.
fn of_access(settings: &Settings, row: &DeficitRow) -> bool {
    let mut all = settings.deficits.iter();
    let found = all.find(|deficit| deficit.id == row.deficit);
    found.is_some_and(|deficit| matches!(deficit.kind, DeficitKind::Access { .. }))
}

fn push(layer: &mut Prepared, place: &Prepared) {
    Arc::make_mut(&mut layer.shapes).append(&place.shapes);
    layer.ids = Arc::new(layer.ids.iter().chain(place.ids.iter()).collect());
}

fn add_residents(layer: &mut ExposureLayer, place: &Prepared, amount: f64) {
    push(&mut layer.layer, place);
    if let Some(people) = &mut layer.people {
        people.push(Some(amount));
    }
    layer.sums.iter_mut().for_each(|(_, values)| values.push(None));
    layer.attributes.values_mut().for_each(|values| values.push(Value::Null));
}

fn add_facility(service: &mut ServiceLayer, place: &Prepared, amount: f64) {
    push(&mut service.layer, place);
    let found = overlaps::find(&service.layer.shapes);
    service.dissolved = overlaps::dissolve(&service.layer.shapes, &found);
    if let Some(capacity) = &mut service.capacity {
        capacity.push(Some(amount));
    }
}

/// The people that are added, as a layer of one feature would have them exposed; the range is
/// that of the hazard's edge alone, since the place is taken as exact.
fn exposed(area: &StudyArea, place: &Prepared, amount: f64) -> Vec<ExposedHere> {
    let layer = ExposureLayer {
        layer: place.clone(),
        people: Some(vec![Some(amount)].into()),
        sums: Vec::new(),
        growth: None,
        attributes: std::collections::BTreeMap::new(),
        lost: Vec::new(),
    };
    let planes = Planes::new(area);
    let tally = tally::tally(&planes, &layer, &[]);
    let table = Table::new(&planes, &layer, &tally, 0);
    let mut rows = Vec::new();
    let whole =
        places(area).into_iter().filter(|(code, _)| code == TOTAL || code == OUTSIDE);
    for (territory, range) in whole {
        for (at, (hazard, has_range)) in hazards(area, &planes).iter().enumerate() {
            for level in
                Level::ALL.into_iter().filter(|&level| has_level(area, at, level))
            {
                let people = table.quantity(&range, at, level, tally::PEOPLE, *has_range);
                let may_be = people.range.map_or(people.value, |(_, high)| high);
                if may_be > deficit::DUST {
                    let (territory, hazard) = (territory.clone(), hazard.clone());
                    rows.push(ExposedHere { territory, hazard, level, people });
                }
            }
        }
    }
    rows
}
