//! The doctor's suspicions about the layers of a run, as findings.
//!
//! Only those that a role makes matter, and that reading and preparing do not tell already.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rayon::prelude::*;

use super::codes::suspect_numbering;
use super::datum;
use super::departments::{Numbering, department};
use super::ground::Ground;
use super::place::Degrees;
use super::shape;
use crate::config::{DeficitKind, LayerSettings, Settings, Units};
use crate::domain::{Code, Finding, Findings, ReferenceSystem};
use crate::geometry::crs::{Crs, Transform};
use crate::geometry::{Dimension, GridPoint, ShapeRef, Shapes, StudyArea, Window};
use crate::layers::fields::text_of;
use crate::layers::{PartRole, RawLayer, RawLayers, Value};

/// What has to be kept of the layers as read, for [`of_area`].
pub type Systems = BTreeMap<String, ReferenceSystem>;

/// The systems of layers, by id.
#[must_use]
pub fn systems(raw: &RawLayers) -> Systems {
    raw.layers.iter().map(|layer| (layer.id.clone(), layer.crs.clone())).collect()
}

/// Suspicions about layers as read.
pub fn of_raw(raw: &RawLayers, settings: &Settings, findings: &mut Findings) {
    let named = settings.code_system.as_deref().and_then(Numbering::parse);
    for layer in &raw.layers {
        let Some(of_layer) = settings.layer(&layer.id) else { continue };
        lost_letters(layer, of_layer, findings);
        if let Some(role) = &of_layer.territory {
            numbering(layer, &role.code, named.unwrap_or(Numbering::Inei), findings);
        }
        if is_counted(&layer.id, settings) {
            same_place(layer, findings);
        }
    }
    if let Some(named) = named {
        reported_codes(raw, settings, named, findings);
    }
}

/// Names that people read and that have lost letters.
fn lost_letters(layer: &RawLayer, of_layer: &LayerSettings, findings: &mut Findings) {
    let names = [
        of_layer.territory.as_ref().and_then(|role| role.name.as_ref()),
        of_layer.context.as_ref().and_then(|role| role.name.as_ref()),
        of_layer.id_field.as_ref(),
    ];
    let fields: BTreeSet<&String> = names.into_iter().flatten().collect();
    for field in fields {
        let Some(column) = layer.data.columns.get(field) else { continue };
        let is_lost = |value: &Value| matches!(value, Value::Text(text) if text.contains('\u{FFFD}'));
        let mut lost = column.iter().filter(is_lost);
        let Some(Value::Text(example)) = lost.next() else { continue };
        let finding = Finding::about(Code::LostLetters, &layer.id).with("field", field);
        let count = lost.count() + 1;
        findings.push(finding.with("count", count).with("example", example));
    }
}

/// Territories whose codes name other departments than those that they lie in.
fn numbering(
    layer: &RawLayer,
    field: &str,
    expected: Numbering,
    findings: &mut Findings,
) {
    let (Some(column), Some(degrees)) = (layer.data.columns.get(field), Degrees::new())
    else {
        return;
    };
    let Some(way) = degrees.way(&layer.crs) else { return };
    let places = shape::first_points(&layer.data);
    let codes =
        column.iter().map(|value| text_of(&value).map(|(text, _)| text.trim().into()));
    let places = places.into_iter().map(|at| at.and_then(|at| way.project(at)));
    let Some(suspicion) = suspect_numbering(codes.zip(places), expected) else { return };
    let finding = Finding::about(Code::OtherNumbering, &layer.id).with("field", field);
    let finding =
        finding.with("expected", expected.name()).with("other", expected.other().name());
    let values = suspicion.values;
    findings.push(
        values
            .into_iter()
            .fold(finding, |finding, (name, value)| finding.with(name, value)),
    );
}

/// Whether a deficit divides people by the number of features of a service.
fn is_counted(layer: &str, settings: &Settings) -> bool {
    let has_capacity = settings
        .layer(layer)
        .and_then(|layer| layer.service.as_ref())
        .is_some_and(|role| role.capacity.is_some());
    !has_capacity
        && settings.deficits.iter().any(|deficit| match &deficit.kind {
            DeficitKind::PeoplePerUnit { units, .. } => {
                matches!(units, Units::Service(service) if service == layer)
            }
            _ => false,
        })
}

/// Facilities that are counted and stand exactly where others of the layer stand.
fn same_place(layer: &RawLayer, findings: &mut Findings) {
    if layer.data.parts.iter().any(|(_, role)| role != PartRole::Point) {
        return;
    }
    let mut seen: HashMap<[u64; 2], usize> = HashMap::new();
    let (mut again, mut example) = (0usize, None);
    for (row, at) in shape::first_points(&layer.data).into_iter().enumerate() {
        let Some([x, y]) = at else { continue };
        let first = *seen.entry([x.to_bits(), y.to_bits()]).or_insert(row);
        if first != row {
            again += 1;
            example.get_or_insert((first, row));
        }
    }
    let Some((first, second)) = example else { return };
    let ids = &layer.data.ids;
    let finding = Finding::about(Code::FacilitiesInOnePlace, &layer.id);
    findings.push(
        finding
            .with("count", again)
            .with("first", ids.of(first))
            .with("second", ids.of(second)),
    );
}

/// Reported rows whose codes are those of territories in the other numbering.
fn reported_codes(
    raw: &RawLayers,
    settings: &Settings,
    named: Numbering,
    findings: &mut Findings,
) {
    let territories = settings.layer(&settings.territories);
    let field =
        territories.and_then(|layer| layer.territory.as_ref()).map(|role| &role.code);
    let layer = raw.layers.iter().find(|layer| layer.id == settings.territories);
    let Some((layer, field)) = layer.zip(field) else { return };
    let Some(column) = layer.data.columns.get(field) else { return };
    let own: BTreeSet<String> = column
        .iter()
        .filter_map(|value| text_of(&value).map(|(text, _)| text.trim().to_owned()))
        .collect();
    let is_turned = |code: &str| {
        let there = department(code, named.other());
        let ours = |own: &&String| {
            department(own, named) == there && own.get(2..) == code.get(2..)
        };
        there.is_some() && !own.contains(code) && own.iter().any(|own| ours(&own))
    };
    for table in &raw.tables {
        let codes: BTreeSet<&str> = table
            .rows
            .iter()
            .map(|row| row.territory.trim())
            .filter(|code| is_turned(code))
            .collect();
        let Some(example) = codes.iter().next() else { continue };
        let name = table.path.file_name().unwrap_or_default().to_string_lossy();
        let finding = Finding::about(Code::OtherNumbering, &name)
            .with("field", "territory")
            .with("expected", named.name())
            .with("other", named.other().name());
        findings.push(finding.with("count", codes.len()).with("example", example));
    }
}

/// Suspicions about layers where they lie.
pub fn of_area(
    area: &StudyArea,
    systems: &Systems,
    settings: &Settings,
    findings: &mut Findings,
) {
    let Some(ground) = Ground::of(area, settings) else { return };
    let layers = area.hazards.iter().map(|hazard| &hazard.layer);
    let layers = layers.chain(area.exposures.iter().map(|exposure| &exposure.layer));
    let layers = layers.chain(area.services.iter().map(|service| &service.layer));
    let layers = layers.chain(area.contexts.iter().map(|context| &context.layer));
    let mut done = BTreeSet::from([settings.territories.as_str()]);
    let layers: Vec<_> = layers.filter(|layer| done.insert(&layer.id)).collect();
    let found = layers.into_par_iter().map(|layer| {
        let system = systems.get(&layer.id)?;
        let vertices = stated_vertices(&layer.shapes, system, &ground)?;
        let offset = datum::offset(&vertices, system, &ground)?;
        let finding = Finding::about(Code::OtherDatum, &layer.id);
        let values = datum::values(&offset, system).into_iter();
        Some(values.fold(finding, |finding, (name, value)| finding.with(name, value)))
    });
    findings.extend(found.collect::<Vec<_>>().into_iter().flatten());
}

/// Vertices of lines and areas in the system that the layer states; a sample of them.
fn stated_vertices(
    shapes: &Shapes,
    system: &ReferenceSystem,
    ground: &Ground,
) -> Option<Vec<[f64; 2]>> {
    let stated = Crs::new(system, None).ok()?;
    let way = Transform::new(ReferenceSystem::Epsg(ground.epsg), &stated).ok()?;
    let sample = sample_of(shapes, datum::MOST).into_iter();
    sample.map(|point| way.project(point.meters())).collect()
}

/// So many vertices of lines and areas at most, evenly over all.
fn sample_of(shapes: &Shapes, most: usize) -> Vec<GridPoint> {
    let is_drawn = |shape: &ShapeRef<'_>| shape.dimension() != Dimension::Point;
    let count = if shapes.has(Dimension::Point) {
        let of_window = |some: Window<'_>| {
            let drawn = some.iter().map(|(_, shape)| shape).filter(is_drawn);
            drawn.map(|shape| shape.points().len()).sum::<usize>()
        };
        shapes.windows().map(of_window).sum()
    } else {
        shapes.vertex_count()
    };
    let step = count.div_ceil(most).max(1);
    let (mut sample, mut passed) = (Vec::with_capacity(count / step + 1), 0usize);
    for some in shapes.windows() {
        for shape in some.iter().map(|(_, shape)| shape).filter(is_drawn) {
            let ahead = passed.next_multiple_of(step) - passed;
            sample.extend(shape.points().iter().skip(ahead).step_by(step));
            passed += shape.points().len();
        }
    }
    sample
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_goes_evenly_over_all_features_that_are_drawn() {
        let mut shapes = Shapes::default();
        let mut next = 0;
        // Lines of two, three and one vertices, and points between them, which do not count.
        for length in [2, 3, 1, 2, 4] {
            let points = (next..next + length).map(|at| GridPoint::new(at, 0));
            shapes.push_part(PartRole::Line, points);
            shapes.end_feature(Dimension::Line);
            shapes.push_part(PartRole::Point, [GridPoint::new(-1, 0)]);
            shapes.end_feature(Dimension::Point);
            next += length;
        }
        let of = |most| -> Vec<i64> {
            sample_of(&shapes, most).into_iter().map(|point| point.x).collect()
        };
        assert_eq!(of(12), (0..12).collect::<Vec<_>>());
        assert_eq!(of(4), [0, 3, 6, 9]);
        assert_eq!(of(5), [0, 3, 6, 9]);
        assert_eq!(of(3), [0, 4, 8]);
    }
}
