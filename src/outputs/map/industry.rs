//! The industrial park at a large scale: what works there, on the worst level of any hazard.
//!
//! In: the exposure layers that say they are industry. Out: one plan, or none where no layer
//! with an area says so. The figures are those of the tables.

use crate::analysis::Measurements;
use crate::config::Settings;
use crate::domain::{ElementType, Level, Measure, TOTAL};
use crate::geometry::{Dimension, ExposureLayer, StudyArea};

use super::figures::{self, Exposure};
use super::focus;
use super::hazard_map;
use super::several;
use super::sheet::{Drawn, Job, Plan};

/// The layers of industry that have areas, that of the most features first.
fn layers<'a>(area: &'a StudyArea, settings: &Settings) -> Vec<&'a ExposureLayer> {
    let is_industry = |id: &str| {
        let role = settings.layer(id).and_then(|layer| layer.exposure.as_ref());
        role.is_some_and(|role| role.element_type == Some(ElementType::Industry))
    };
    let has_area = |layer: &&ExposureLayer| {
        layer.layer.shapes.iter().any(|shape| shape.dimension() == Dimension::Area)
    };
    let own = area.exposures.iter().filter(|layer| is_industry(&layer.layer.id));
    let mut own: Vec<&ExposureLayer> = own.filter(has_area).collect();
    own.sort_by_key(|layer| std::cmp::Reverse(layer.layer.shapes.len()));
    own
}

/// The plan, if there is industry to be shown.
#[must_use]
pub fn plan<'a>(job: Job<'a>, measurements: &'a Measurements) -> Option<Plan<'a>> {
    let words = job.words;
    let area = job.area;
    let layers = layers(area, job.settings);
    let first = *layers.first()?;
    let focus = focus::of_layer(job, first)?;
    // The worst of all hazards; with a single hazard, that one.
    let in_any: Vec<&str> = area
        .hazards
        .iter()
        .filter(|hazard| hazard.in_any)
        .map(|hazard| hazard.layer.id.as_str())
        .collect();
    let of_any: Vec<_> = area.hazards.iter().filter(|hazard| hazard.in_any).collect();
    let exposure = Exposure::of(measurements, "any");
    let ids: Vec<String> = layers.iter().map(|layer| layer.layer.id.clone()).collect();
    let mut notes = vec![words.of("map.note.any"), words.of("map.note.indicative")];
    let accuracy = first.layer.worst_accuracy_m();
    notes.extend(
        accuracy.map(|meters| {
            words.with("map.note.industry", "meters", &words.figure(meters))
        }),
    );
    let shown = ids.clone();
    let subject = in_any.iter().map(|id| (*id).to_owned()).chain(ids.clone());
    Some(Plan {
        name: "industry".to_owned(),
        title: words.with(
            "map.industry.title",
            "layer",
            first.layer.title.get(words.locale),
        ),
        subtitle: words.of("map.industry.subtitle"),
        focus,
        scale: None,
        only: None,
        subject: subject.collect(),
        is_atlas_only: false,
        table: Some(figures::exposure_table(
            area,
            &exposure,
            words,
            figures::Of {
                code: TOTAL,
                name: None,
                layers: Some(&ids),
                main: Some((first.layer.id.as_str(), Measure::Area)),
                levels: hazard_map::levels_of(&of_any),
            },
        )),
        chart: None,
        notes,
        bases: Vec::new(),
        periods: Vec::new(),
        detail: None,
        may_draw: Box::new(move |id| {
            let is_hazard = area.hazards.iter().any(|hazard| hazard.layer.id == id);
            let is_exposed = area.exposures.iter().any(|layer| layer.layer.id == id);
            if is_hazard {
                in_any.contains(&id)
            } else {
                !is_exposed || shown.iter().any(|own| own == id)
            }
        }),
        body: Box::new(move |sketch| {
            several::worst_zones(sketch);
            // The park below its lots.
            for layer in layers.iter().rev() {
                sketch.exposed(layer);
            }
            sketch.context_lines();
            sketch.limits();
            sketch.exposed_points();
            sketch.grid();
            let of_any: Vec<_> =
                sketch.area.hazards.iter().filter(|hazard| hazard.in_any).collect();
            sketch.facilities(&of_any);
            sketch.stamp();
            sketch.name_territories(|_| None);
            sketch.name_lines();
            sketch.places();
            sketch.name_facilities();
            let main = (first.layer.id.as_str(), Measure::Area);
            let seen = |level: Level| several::is_seen(sketch, level);
            let levels = hazard_map::level_group(
                sketch.words,
                &[],
                &exposure,
                Some(&main),
                TOTAL,
                seen,
            );
            Drawn { classes: vec![levels], locator: Vec::new() }
        }),
    })
}
