//! Hazards: their zones by level, and what speaks against trusting them.
//!
//! In: a placed layer, its role, the territories. Out: a [`HazardLayer`]. Knows no exposed layer.

use std::collections::BTreeMap;

use super::error::GeometryError;
use super::grid::GridPoint;
use super::margin::{self, zone_around};
use super::overlay::{
    area_m2, difference, rings_of_shape, rings_of_shapes, total_double_area,
};
use super::prepare::Layer;
use super::reach::Reach;
use super::shapes::{Dimension, Shapes};
use super::study_area::{HazardLayer, Prepared, Zone};
use super::values::{text_of, value_at};
use crate::config::{HazardLevels, HazardRole, Settings};
use crate::domain::{Code, Finding, Findings, Level};

/// By so much, m², a zone may reach outside its study area without a word.
const OUTSIDE_M2: f64 = 1.0;

/// Which edges of a hazard are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Edges {
    /// Those that were drawn.
    Drawn,
    /// These, and where the accuracy is known the same moved in and out by it.
    Moved,
}

/// Prepares a hazard.
///
/// # Errors
///
/// [`GeometryError`] if a level cannot be read, no feature can be a zone, or the study area has no
/// polygon.
pub(super) fn prepare(
    layer: &Layer<'_>,
    role: &HazardRole,
    (study_area, territories): (Option<(&str, &Shapes)>, Option<&Reach>),
    settings: &Settings,
    edges: Edges,
    findings: &mut Findings,
) -> Result<HazardLayer, Vec<GeometryError>> {
    let mut errors = Vec::new();
    let study_area = match study_area {
        Some((id, shapes)) => {
            let areas = shapes.pick(&rows_of_areas(shapes));
            let others = shapes.len() - areas.len();
            if others > 0 && !areas.is_empty() {
                let finding = Finding::about(Code::UnsuitableGeometry, id)
                    .with("count", others)
                    .with("role", "@finding_part.study_area");
                findings.push(finding);
            }
            if areas.is_empty() {
                errors.push(GeometryError::EmptyStudyArea {
                    layer: layer.id().to_owned(),
                    study_area: id.to_owned(),
                    place: layer.place(settings, "hazard.study_area"),
                });
            }
            Some(areas)
        }
        None => None,
    };
    let drawn = match &role.levels {
        HazardLevels::Bands(bands) => Ok(of_bands(layer, bands, edges, findings)),
        HazardLevels::Constant(level) => {
            of_polygons(layer, (settings, edges), findings, |_| Ok(*level))
        }
        HazardLevels::Field { field, names } => {
            of_polygons(layer, (settings, edges), findings, |row| {
                level_of(layer, field, names, row, settings)
            })
        }
    };
    let drawn = match drawn {
        Ok(drawn) => drawn,
        Err(more) => {
            errors.extend(more);
            return Err(errors);
        }
    };
    if !errors.is_empty() {
        return Err(errors);
    }
    let in_force = in_force(layer.id(), role, settings, findings);
    let hazard = HazardLayer {
        layer: drawn.layer,
        kind: role.kind.clone(),
        in_any: role.in_any && in_force != Some(false),
        validity: role.validity.clone(),
        in_force,
        levels: drawn.levels,
        bands: drawn.bands,
        study_area,
        zones: drawn.zones,
        inner: drawn.margins.as_ref().map(|(inner, _)| inner.clone()),
        outer: drawn.margins.map(|(_, outer)| outer),
    };
    report(&hazard, territories, findings);
    Ok(hazard)
}

/// Whether the hazard exists at the project's reference date. That it stays out of `any`
/// because it does not is a finding, unless the project keeps it out anyway.
fn in_force(
    id: &str,
    role: &HazardRole,
    settings: &Settings,
    findings: &mut Findings,
) -> Option<bool> {
    let date = settings.reference_date.as_deref().filter(|_| !role.validity.is_open())?;
    let holds = role.validity.holds(date);
    if !holds && role.in_any {
        let end = |end: &Option<String>| end.clone().unwrap_or_else(|| "…".to_owned());
        let finding = Finding::about(Code::NotInForce, id)
            .with("date", date)
            .with("from", end(&role.validity.from))
            .with("to", end(&role.validity.to));
        findings.push(finding);
    }
    Some(holds)
}

/// What the two kinds of hazard have in common once their zones are known.
struct Drawn {
    layer: Prepared,
    levels: Vec<Level>,
    bands: Vec<(f64, Level)>,
    zones: Vec<Zone>,
    margins: Option<margin::Margins>,
}

fn of_bands(
    layer: &Layer<'_>,
    bands: &[(f64, Level)],
    edges: Edges,
    findings: &mut Findings,
) -> Drawn {
    let prepared = layer.prepared();
    let shapes = &prepared.shapes;
    let mut zones = Vec::new();
    for level in Level::ZONES {
        let own = bands.iter().filter(|(_, of)| *of == level);
        let widest = own.map(|(within_m, _)| *within_m).reduce(f64::max);
        if let Some(within_m) = widest {
            let shapes = zone_around(shapes, &|_| within_m);
            if !shapes.is_empty() {
                zones.push(Zone { level, shapes });
            }
        }
    }
    let worst_accuracy = prepared.worst_accuracy_m();
    for (within_m, level) in bands {
        let Some(accuracy) = worst_accuracy.filter(|accuracy| within_m <= accuracy)
        else {
            continue;
        };
        let finding = Finding::about(Code::BandBelowAccuracy, &prepared.id)
            .with("within", within_m)
            .with("level", format!("@finding_part.level_{}", level.id()))
            .with("accuracy", accuracy);
        findings.push(finding);
    }
    let is_wanted = edges == Edges::Moved;
    let margins = worst_accuracy.filter(|_| is_wanted).map(|_| {
        margin::of_bands(shapes, bands, &|row| prepared.accuracy_of(row).unwrap_or(0.0))
    });
    Drawn { layer: prepared, levels: Vec::new(), bands: bands.to_vec(), zones, margins }
}

fn of_polygons(
    layer: &Layer<'_>,
    (settings, edges): (&Settings, Edges),
    findings: &mut Findings,
    level_of: impl Fn(usize) -> Result<Level, GeometryError>,
) -> Result<Drawn, Vec<GeometryError>> {
    let rows = layer.areas_only("@finding_part.hazard", findings);
    if rows.is_empty() && !layer.placed.rows.is_empty() {
        let place = layer.place(settings, "hazard");
        return Err(vec![GeometryError::NoZones { layer: layer.id().to_owned(), place }]);
    }
    let prepared = layer.prepared_rows(&rows);
    let (mut levels, mut errors) = (Vec::new(), Vec::new());
    for &row in &rows {
        match level_of(layer.placed.rows.of(row) as usize) {
            Ok(level) => levels.push(level),
            Err(error) => errors.push(error),
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let mut zones = Vec::new();
    for level in Level::ZONES {
        let of_level: Vec<usize> =
            (0..levels.len()).filter(|&row| levels[row] == level).collect();
        if !of_level.is_empty() {
            zones.push(Zone { level, shapes: prepared.shapes.pick(&of_level) });
        }
    }
    let is_wanted = edges == Edges::Moved && prepared.accuracy_m.is_some();
    let margins = is_wanted.then(|| {
        let accuracy_of = |row: usize| prepared.accuracy_of(row).unwrap_or(0.0);
        margin::of_polygons(&prepared.shapes, &levels, &accuracy_of)
    });
    Ok(Drawn { layer: prepared, levels, bands: Vec::new(), zones, margins })
}

fn level_of(
    layer: &Layer<'_>,
    field: &str,
    names: &BTreeMap<String, Level>,
    row: usize,
    settings: &Settings,
) -> Result<Level, GeometryError> {
    let text = text_of(&value_at(&layer.raw.data, field, row));
    let known = text
        .as_deref()
        .and_then(|text| names.get(text).copied().or_else(|| Level::parse(text)));
    known.ok_or_else(|| GeometryError::UnknownLevel {
        layer: layer.id().to_owned(),
        feature: layer.ids.of(row).into_owned(),
        value: text.unwrap_or_default(),
        place: layer.place(settings, "hazard.level"),
    })
}

/// The rows of areas.
pub(super) fn rows_of_areas(shapes: &Shapes) -> Vec<usize> {
    let is_area = |row: &usize| shapes.get(*row).dimension() == Dimension::Area;
    (0..shapes.len()).filter(is_area).collect()
}

fn report(hazard: &HazardLayer, territories: Option<&Reach>, findings: &mut Findings) {
    let id = &hazard.layer.id;
    if let Some(territories) = territories
        && !hazard.zones.iter().any(|zone| territories.touches_any(&zone.shapes))
    {
        findings.push(Finding::about(Code::HazardFarAway, id));
    }
    let Some(study_area) = &hazard.study_area else { return };
    let is_drawn = hazard.bands.is_empty();
    for (row, shape) in hazard.layer.shapes.iter().enumerate().filter(|_| is_drawn) {
        if hazard.levels.get(row).is_some_and(|level| *level != Level::None) {
            let finding = Finding::about(Code::ZoneOutsideStudy, id);
            let finding = finding.feature(hazard.layer.ids.of(row));
            report_outside(rings_of_shape(shape), study_area, finding, findings);
        }
    }
    let zones = hazard.zones.iter().filter(|_| !is_drawn);
    for zone in zones {
        let finding = Finding::about(Code::ZoneOutsideStudy, id);
        report_outside(rings_of_shapes(&zone.shapes), study_area, finding, findings);
    }
}

/// Adds the finding, with the area outside, if the rings reach out of the study area.
fn report_outside<'a>(
    rings: impl Iterator<Item = &'a [GridPoint]>,
    study_area: &'a Shapes,
    finding: Finding,
    findings: &mut Findings,
) {
    let outside = difference(rings, rings_of_shapes(study_area));
    let area = area_m2(total_double_area(&outside));
    if area > OUTSIDE_M2 {
        findings.push(finding.with("area", format!("{area:.2}")));
    }
}
