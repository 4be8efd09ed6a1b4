//! One hazard of the section `[risk]`: features by their level of risk. It is no EVAR, and the
//! sheet says so in its title and first of its notes.

use crate::analysis::RiskMeasurements;
use crate::config::RiskSettings;
use crate::domain::{Level, Measure, TOTAL};
use crate::geometry::{ExposureLayer, HazardLayer};

use super::figures;
use super::focus;
use super::legend::{Entry, Group, Sign};
use super::scene::{Paint, Rule};
use super::sheet::{Drawn, Job, Plan};
use super::sketch::Sketch;
use super::style;
use super::words::Words;

/// The plans of all hazards that are assessed, by id.
#[must_use]
pub fn plans<'a>(
    job: Job<'a>,
    settings: &'a RiskSettings,
    measured: &'a RiskMeasurements,
) -> Vec<Plan<'a>> {
    let layer = job.area.exposures.iter().find(|e| e.layer.id == settings.layer);
    let is_assessed =
        |h: &&HazardLayer| settings.hazards.iter().any(|a| a.hazard == h.layer.id);
    let hazards = job.area.hazards.iter().filter(is_assessed);
    layer
        .into_iter()
        .flat_map(|layer| hazards.clone().map(move |h| plan(job, layer, h, measured)))
        .collect()
}

fn plan<'a>(
    job: Job<'a>,
    layer: &'a ExposureLayer,
    hazard: &'a HazardLayer,
    measured: &'a RiskMeasurements,
) -> Plan<'a> {
    let words = job.words;
    let title = hazard.layer.title.get(words.locale);
    let mut notes = vec![words.of("outputs.risk.notice"), words.of("map.note.risk")];
    notes.extend(super::hazard_map::growth_notes(job));
    Plan {
        name: format!("risk_{}", hazard.layer.id),
        title: words.with("map.risk.title", "hazard", title),
        subtitle: words.of("map.risk.subtitle"),
        focus: focus::of_hazard(job, hazard, None),
        scale: None,
        only: None,
        subject: vec![layer.layer.id.clone(), hazard.layer.id.clone()],
        is_atlas_only: false,
        table: None,
        chart: None,
        notes,
        bases: vec![&hazard.layer],
        periods: Vec::new(),
        detail: None,
        may_draw: Box::new(move |id| {
            let area = job.area;
            [&layer.layer.id, &hazard.layer.id, &area.territory_layer.id]
                .iter()
                .any(|known| *known == id)
                || area.contexts.iter().any(|context| context.layer.id == id)
        }),
        body: Box::new(move |sketch| body(sketch, layer, hazard, measured)),
    }
}

fn body<'a>(
    sketch: &mut Sketch<'a>,
    layer: &'a ExposureLayer,
    hazard: &'a HazardLayer,
    measured: &RiskMeasurements,
) -> Drawn {
    sketch.land(|_| Paint::solid(style::LAND));
    let mut classes: Vec<Option<Level>> = vec![None; layer.layer.shapes.len()];
    for row in measured.rows.iter().filter(|row| row.hazard == hazard.layer.id) {
        classes[row.row] = row.risk.map(|(_, level)| level);
    }
    let order = Level::ZONES.into_iter().rev().map(Some);
    for class in std::iter::once(None).chain(order) {
        fill(sketch, layer, &classes, class);
    }
    sketch.note_source(&layer.layer);
    sketch.note_source(&hazard.layer);
    sketch.context_lines();
    sketch.traces(hazard);
    sketch.limits();
    sketch.grid();
    sketch.stamp();
    sketch.name_territories(|_| None);
    sketch.places();
    sketch.name_lines();
    let group = legend(sketch.words, hazard, measured);
    Drawn { classes: vec![group], locator: Vec::new() }
}

/// Paints the features of one level, points as dots; those without a value are hatched grey.
fn fill(
    sketch: &mut Sketch<'_>,
    layer: &ExposureLayer,
    classes: &[Option<Level>],
    class: Option<Level>,
) {
    let view = sketch.view;
    let shapes = &layer.layer.shapes;
    let areas = view.areas(shapes, |row| classes[row] == class);
    let points = view.points(shapes, |row| classes[row] == class);
    let lines = view.lines(shapes, |row| classes[row] == class);
    let name = class.map_or_else(
        || sketch.words.of("map.risk.unknown"),
        |level| sketch.words.level(level),
    );
    let edge = class.map_or(style::RULE, style::level_edge);
    sketch.scene.group(&name, |scene| {
        scene.fill(areas, Rule::NonZero, paint(class));
        scene.stroke(lines, 0.07, edge, &[]);
        let dots =
            points.into_iter().map(|(_, at)| super::scene::disc(at, 0.55)).collect();
        scene.fill(dots, Rule::NonZero, Paint::solid(edge));
    });
}

fn paint(class: Option<Level>) -> Paint {
    class.map_or_else(style::not_known, style::level)
}

/// Levels with their features and people, in the territory as a whole.
fn legend(words: Words, hazard: &HazardLayer, measured: &RiskMeasurements) -> Group {
    let own = measured
        .summary
        .iter()
        .filter(|row| row.territory == TOTAL && row.hazard == hazard.layer.id);
    let has_people = own.clone().any(|row| row.total_people.is_some());
    let figures = |class: Option<Level>| -> Vec<String> {
        let rows = own.clone().filter(|row| row.risk == class);
        let features: u64 = rows.clone().map(|row| row.features).sum();
        let mut cells = vec![words.number(features as f64, 0)];
        if has_people {
            // Where nobody knows how many live in one, nobody knows how many live in all.
            let people: Option<f64> = rows.map(|row| row.people).sum();
            cells.push(people.map_or_else(
                || "\u{2013}".to_owned(),
                |people| figures::amount(words, &Measure::People, people),
            ));
        }
        cells
    };
    let entry = |class: Option<Level>| Entry {
        sign: Sign::Area(paint(class), Some((style::RULE, 0.12))),
        label: class
            .map_or_else(|| words.of("map.risk.unknown"), |level| words.level(level)),
        figures: figures(class),
    };
    let classes = Level::ZONES.into_iter().map(Some).chain([None]);
    let mut columns = vec![figures::measure_name(words, &Measure::Features)];
    if has_people {
        columns.push(figures::measure_name(words, &Measure::People));
    }
    let heading = words.of("map.risk.legend");
    let entries = classes.map(entry).collect();
    Group { heading, columns, entries, ..Group::default() }
}
