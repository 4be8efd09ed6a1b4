//! The overview: territories, where people live, what serves them, where it all lies.

use crate::domain::{Message, TOTAL};

use crate::geometry::HazardLayer;

use super::figures;
use super::focus;
use super::legend::Table;
use super::projection::Extent;
use super::scene::Paint;
use super::sheet::{Drawn, Job, Plan};
use super::sketch::Sketch;
use super::style;
use crate::analysis::Measurements;
use crate::domain::Measure;

/// The plan of the overview.
#[must_use]
pub fn plan<'a>(job: Job<'a>, measurements: &'a Measurements) -> Plan<'a> {
    let words = job.words;
    Plan {
        name: "overview".to_owned(),
        title: words.of("map.overview.title"),
        subtitle: words.say(
            &Message::new("map.overview.subtitle")
                .with("count", job.area.territories.len()),
        ),
        focus: focus::whole(job.area),
        scale: None,
        only: None,
        subject: Vec::new(),
        is_atlas_only: false,
        body: Box::new(body),
        table: Some(table(job, measurements)),
        chart: None,
        notes: vec![words.of("map.note.overview"), words.of("map.note.indicative")],
        bases: Vec::new(),
        periods: Vec::new(),
        detail: detail(job),
        may_draw: Box::new(|_| true),
    }
}

/// Where people live, if that is too small to be seen on the whole.
fn detail(job: Job<'_>) -> Option<Extent> {
    let people = job.area.exposures.iter().find(|layer| layer.people.is_some());
    let layer = people.or(job.area.exposures.first())?;
    let core = focus::core_of_layer(job, layer)?;
    (core.side() < 0.4 * focus::whole(job.area).side()).then_some(core)
}

/// Draws the larger part beside the map: what the overview shows, and the facilities' names.
pub fn draw_detail(sketch: &mut Sketch<'_>) {
    sketch.land(|_| Paint::solid(style::LAND));
    let area = sketch.area;
    let is_service = |id: &str| area.services.iter().any(|s| s.layer.id == id);
    for layer in area.exposures.iter().filter(|l| !is_service(&l.layer.id)) {
        sketch.exposed(layer);
    }
    for layer in &area.services {
        sketch.service_areas(layer);
    }
    sketch.context_lines();
    sketch.limits();
    sketch.exposed_points();
    sketch.facilities(&[]);
    sketch.name_lines();
    sketch.places();
    sketch.name_facilities();
}

fn body(sketch: &mut Sketch<'_>) -> Drawn {
    sketch.land(|_| Paint::solid(style::LAND));
    let area = sketch.area;
    let is_service = |id: &str| area.services.iter().any(|s| s.layer.id == id);
    for layer in area.exposures.iter().filter(|l| !is_service(&l.layer.id)) {
        sketch.exposed(layer);
    }
    for layer in &area.services {
        sketch.service_areas(layer);
    }
    sketch.context_lines();
    sketch.limits();
    // Scenarios and parts that do not count in `any` have maps of their own.
    let counts = |hazard: &&HazardLayer| hazard.in_any;
    let is_any = area.hazards.iter().any(|hazard| hazard.in_any);
    for hazard in area.hazards.iter().filter(|hazard| !is_any || counts(hazard)) {
        sketch.traces(hazard);
    }
    sketch.exposed_points();
    sketch.grid();
    sketch.facilities(&[]);
    sketch.stamp();
    sketch.name_territories(|_| None);
    sketch.name_lines();
    sketch.places();
    Drawn { classes: Vec::new(), locator: Vec::new() }
}

/// Whole amounts by territory, of the first hazard's rows: totals do not depend on the hazard.
fn table(job: Job<'_>, measurements: &Measurements) -> Table {
    let words = job.words;
    let total = |territory: &str, layer: &str, measure: &Measure| {
        measurements
            .exposure
            .iter()
            .find(|r| {
                r.territory == territory && r.layer == layer && r.measure == *measure
            })
            .map(|row| figures::amount_or_hidden(words, measure, row.total))
    };
    let people = measurements
        .exposure
        .iter()
        .find(|row| row.measure == Measure::People && row.total != Some(0.0))
        .map(|row| row.layer.as_str());
    let features = |code: &str| {
        let layer =
            people.or_else(|| job.area.exposures.first().map(|l| l.layer.id.as_str()))?;
        total(code, layer, &Measure::Features)
    };
    let cell = |text: Option<String>| text.unwrap_or_else(|| "\u{2013}".to_owned());
    let keys = job.area.territories.iter().map(|t| (t.code.as_str(), t.name.clone()));
    let rows = keys
        .chain([(TOTAL, words.of("map.total"))])
        .map(|(code, name)| {
            let count = people.and_then(|layer| total(code, layer, &Measure::People));
            let cells = vec![cell(count), cell(features(code))];
            (name, cells)
        })
        .collect();
    let columns = vec![
        (None, words.of("map.measure.people")),
        (None, words.of("map.measure.features")),
    ];
    let heading = words.of("map.table.territories");
    Table { heading, columns, rows, ..Table::default() }
}
