//! Facilities in hazard: which places of a service lie in a zone, whose nearest one that
//! leaves, and how far the next one is.
//!
//! In: a study area with its services. Out: rows at full precision. It says what would be
//! lost, not how likely that is.
//!
//! # Method
//!
//! A facility counts as an exposed element does: at the worst level that any part of it
//! overlaps with positive measure. People are those of access: a feature whole, from its
//! centroid, to the nearest facility in a straight line.

use rayon::prelude::*;

use super::access::{Neighbours, centroid};
use super::exposure::hazards;
use super::fixed::Fixed;
use super::measurements::FacilityRow;
use super::planes::{Class, Planes};
use super::tally::{TOGETHER, class_of};
use crate::config::{DeficitKind, Settings};
use crate::domain::{Level, OUTSIDE};
use crate::geometry::mosaic::Scratch;
use crate::geometry::{
    ExposureLayer, GridPoint, Nearest, ServiceLayer, Shapes, StudyArea,
};

/// The facilities of all services at the levels of all hazards and of the worst of them.
pub(super) fn rows(
    area: &StudyArea,
    planes: &Planes,
    neighbours: &Neighbours,
) -> Vec<FacilityRow> {
    let hazards: Vec<String> =
        hazards(area, planes).into_iter().map(|(id, _)| id).collect();
    let each = area.services.par_iter().map(|service| {
        let people = neighbours.people(&service.layer.id);
        of_service(area, planes, &hazards, service, people)
    });
    each.collect::<Vec<_>>().into_iter().flatten().collect()
}

fn of_service(
    area: &StudyArea,
    planes: &Planes,
    hazards: &[String],
    service: &ServiceLayer,
    people: Option<&[Fixed]>,
) -> Vec<FacilityRow> {
    let shapes = &service.layer.shapes;
    let classes = classes(planes, service);
    let centroids: Vec<GridPoint> = shapes.iter().map(centroid).collect();
    let mut rows = Vec::new();
    let mut known: Option<(Vec<Option<Level>>, Vec<Lost>)> = None;
    for (at, hazard) in hazards.iter().enumerate() {
        let level = |class: &Option<Class>| class.as_ref().map(|c| c.levels[at][0]);
        let levels: Vec<Option<Level>> = classes.iter().map(level).collect();
        // The worst of all hazards is mostly one of them.
        let lost = match known.take() {
            Some((same, lost)) if same == levels => lost,
            _ => lost(shapes, &centroids, &levels),
        };
        rows.extend(lost.iter().map(|lost| FacilityRow {
            service: service.layer.id.clone(),
            facility: service.layer.ids.of(lost.row).into_owned(),
            territory: territory(area, classes[lost.row].as_ref()),
            hazard: hazard.clone(),
            level: lost.level,
            people_nearest: people.map(|people| people[lost.row].get()),
            is_hidden: false,
            next_distance_m: lost.next_distance_m,
        }));
        known = Some((levels, lost));
    }
    rows
}

/// A facility that lies in a zone.
struct Lost {
    row: usize,
    level: Level,
    /// How far the nearest one at a better level is, m.
    next_distance_m: Option<f64>,
}

fn lost(shapes: &Shapes, centroids: &[GridPoint], levels: &[Option<Level>]) -> Vec<Lost> {
    let mut all = Vec::new();
    for zone in Level::ZONES {
        let lost: Vec<usize> = positions(levels, |level| level == zone);
        if lost.is_empty() {
            continue;
        }
        let next = Nearest::new(shapes.pick(&positions(levels, |l| l > zone)));
        let places: Vec<GridPoint> = lost.iter().map(|&row| centroids[row]).collect();
        let found = next.to_all(&places).into_iter();
        let distances = found.map(|found| found.map(|(_, distance_m)| distance_m));
        all.extend(lost.into_iter().zip(distances).map(|(row, next_distance_m)| Lost {
            row,
            level: zone,
            next_distance_m,
        }));
    }
    all
}

/// What each facility counts as.
pub(super) fn classes(planes: &Planes, service: &ServiceLayer) -> Vec<Option<Class>> {
    let shapes = &service.layer.shapes;
    let class = |scratch: &mut Scratch, row| class_of(planes, shapes.get(row), scratch);
    let rows = (0..shapes.len()).into_par_iter().with_min_len(TOGETHER);
    rows.map_init(Scratch::default, class).collect()
}

/// Rows at a level that is asked for.
fn positions(levels: &[Option<Level>], is_it: impl Fn(Level) -> bool) -> Vec<usize> {
    let rows = levels.iter().enumerate();
    rows.filter(|(_, level)| level.is_some_and(&is_it)).map(|(row, _)| row).collect()
}

fn territory(area: &StudyArea, class: Option<&Class>) -> String {
    let found = class.and_then(|class| area.territories.get(class.territory));
    found.map_or_else(|| OUTSIDE.to_owned(), |t| t.code.as_str().to_owned())
}

/// The layer whose people are meant: that of the first access deficit on the service, else
/// the only one that has people.
#[must_use]
pub fn people_layer<'a>(
    area: &'a StudyArea,
    settings: &Settings,
    service_id: &str,
) -> Option<&'a ExposureLayer> {
    let named = settings.deficits.iter().find_map(|deficit| match &deficit.kind {
        DeficitKind::Access { service, people, .. } if service == service_id => {
            Some(people)
        }
        _ => None,
    });
    let mut with_people = area.exposures.iter().filter(|layer| layer.people.is_some());
    if let Some(id) = named {
        return with_people.find(|layer| layer.layer.id == *id);
    }
    let only = with_people.next()?;
    with_people.next().is_none().then_some(only)
}

/// The nearest facility to one that lies in a zone, among those at a better level of the same
/// hazard, and how far it is, m. `levels` are those of all facilities.
pub(super) fn next_facility(
    service: &ServiceLayer,
    levels: &[Option<Level>],
    facility: usize,
) -> Option<(usize, f64)> {
    let shapes = &service.layer.shapes;
    let better = positions(levels, |level| Some(level) > levels[facility]);
    let next = Nearest::new(shapes.pick(&better));
    let found = next.to(centroid(shapes.get(facility)));
    found.map(|(at, distance_m)| (better[at], distance_m))
}
