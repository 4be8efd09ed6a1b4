//! All hazards together: the worst level anywhere, and how many hazards meet.
//!
//! In: the hazards that count in `any`. Out: two plans, where there are two hazards or more.
//! The figures are those of `any` and of each hazard, as measured.

use crate::analysis::{ExposureRow, Measurements};
use crate::domain::{Level, Measure, TOTAL};
use crate::geometry::{HazardLayer, StudyArea};

use super::figures::{self, Exposure};
use super::focus;
use super::hazard_map::{self, growth_notes};
use super::legend::{Entry, Group, Sign, Table};
use super::projection::Extent;
use super::scene::{Hatch, HatchKind, Paint, Rule};
use super::sheet::{Drawn, Job, Plan};
use super::sketch::{Sketch, territory_shapes};
use super::style;
use super::words::Words;

/// The hazard of the tables that is the worst of all.
const ANY: &str = "any";
/// More hazards than this in one place are told as "or more".
const MOST: usize = 4;

/// The hazards that count together.
fn hazards(area: &StudyArea) -> Vec<&HazardLayer> {
    area.hazards.iter().filter(|hazard| hazard.in_any).collect()
}

/// Both plans; none where fewer than two hazards count.
#[must_use]
pub fn plans<'a>(job: Job<'a>, measurements: &'a Measurements) -> Vec<Plan<'a>> {
    if hazards(job.area).len() < 2 {
        return Vec::new();
    }
    vec![worst(job, measurements), overlaid(job, measurements)]
}

fn worst<'a>(job: Job<'a>, measurements: &'a Measurements) -> Plan<'a> {
    let words = job.words;
    let exposure = Exposure::of(measurements, ANY);
    let levels = hazard_map::levels_of(&hazards(job.area));
    let chart = figures::exposure_chart(job.area, &exposure, words, &levels);
    Plan {
        chart,
        table: Some(by_hazard(job, measurements)),
        notes: notes(job, "map.note.any"),
        body: Box::new(move |sketch| {
            worst_zones(sketch);
            dressed(sketch);
            let levels = hazard_map::level_group(
                sketch.words,
                &[],
                &exposure,
                exposure.main_measure().as_ref(),
                TOTAL,
                |level| is_seen(sketch, level),
            );
            Drawn { classes: vec![levels], locator: Vec::new() }
        }),
        ..plan(job, "hazard_any", "map.any")
    }
}

fn overlaid<'a>(job: Job<'a>, measurements: &'a Measurements) -> Plan<'a> {
    Plan {
        notes: notes(job, "map.note.overlaid"),
        body: Box::new(move |sketch| {
            let classes = overlaid_zones(sketch, measurements);
            dressed(sketch);
            Drawn { classes, locator: Vec::new() }
        }),
        ..plan(job, "hazards_overlaid", "map.overlaid")
    }
}

fn notes(job: Job<'_>, key: &str) -> Vec<String> {
    let words = job.words;
    let mut notes = vec![words.of(key), words.of("map.note.indicative")];
    if focus(job) != focus::whole(job.area) {
        notes.push(words.of("map.note.frame"));
    }
    notes.extend(growth_notes(job));
    notes
}

/// Where people are and any zone is: a frame for all hazards is the smallest that holds those
/// of each.
fn focus(job: Job<'_>) -> Extent {
    let each = hazards(job.area).into_iter();
    let each = each.map(|hazard| focus::of_hazard(job, hazard, None));
    each.reduce(Extent::union).unwrap_or_else(|| focus::whole(job.area))
}

/// What both plans have in common.
fn plan<'a>(job: Job<'a>, name: &str, key: &'static str) -> Plan<'a> {
    let words = job.words;
    let area = job.area;
    Plan {
        name: name.to_owned(),
        title: words.of(&format!("{key}.title")),
        subtitle: words.of(&format!("{key}.subtitle")),
        focus: focus(job),
        scale: None,
        only: None,
        subject: hazards(area).iter().map(|hazard| hazard.layer.id.clone()).collect(),
        is_atlas_only: false,
        body: Box::new(|_| Drawn { classes: Vec::new(), locator: Vec::new() }),
        table: None,
        chart: None,
        notes: Vec::new(),
        bases: Vec::new(),
        periods: Vec::new(),
        detail: None,
        may_draw: Box::new(move |id| {
            area.hazards.iter().all(|hazard| hazard.in_any || hazard.layer.id != id)
        }),
    }
}

/// What lies on the zones, and the names.
fn dressed(sketch: &mut Sketch<'_>) {
    let area = sketch.area;
    let all = hazards(area);
    for layer in &area.exposures {
        sketch.exposed(layer);
    }
    sketch.context_lines();
    for hazard in &all {
        sketch.traces(hazard);
    }
    sketch.limits();
    sketch.exposed_points();
    sketch.grid();
    sketch.facilities(&all);
    sketch.stamp();
    sketch.name_territories(|_| None);
    sketch.name_lines();
    sketch.places();
    sketch.name_facilities();
}

/// Paints the worst level of any hazard everywhere; what nobody looked at for some hazard, and
/// no zone covers, is hatched.
pub(super) fn worst_zones(sketch: &mut Sketch<'_>) {
    let all = hazards(sketch.area);
    let view = sketch.view;
    sketch.land(|_| Paint::solid(style::LAND));
    let land = view.areas(territory_shapes(sketch.area), |_| true);
    for study in all.iter().filter_map(|hazard| hazard.study_area.as_ref()) {
        let mut outside = view.areas(study, |_| true);
        outside.push(view.frame.inset(-3.0).ring());
        let name = sketch.words.level(Level::NotStudied);
        sketch.scene.group(&name, |scene| {
            scene.clipped_to(land.clone(), |scene| {
                scene.fill(outside, Rule::EvenOdd, style::not_known());
            });
        });
    }
    for level in Level::ZONES.into_iter().rev() {
        let zones = all.iter().flat_map(|hazard| &hazard.zones);
        let own = zones.filter(|zone| zone.level == level);
        let rings: Vec<_> =
            own.flat_map(|zone| view.areas(&zone.shapes, |_| true)).collect();
        let name = sketch.words.level(level);
        sketch.scene.group(&name, |scene| {
            scene.fill(rings, Rule::NonZero, style::level(level));
        });
    }
    sketch.sea();
    for hazard in all {
        sketch.note_source(&hazard.layer);
    }
}

/// Whether a level of any hazard is in the frame.
pub(super) fn is_seen(sketch: &Sketch<'_>, level: Level) -> bool {
    let all = hazards(sketch.area);
    match level {
        Level::None => true,
        Level::NotStudied => all.iter().any(|hazard| hazard.study_area.is_some()),
        level => all.iter().flat_map(|hazard| &hazard.zones).any(|zone| {
            zone.level == level
                && zone.shapes.iter().any(|shape| sketch.view.shows(shape))
        }),
    }
}

/// The paint of the zones of one hazard among several: grey that adds up where zones meet, and
/// lines in a direction of its own.
fn overlay_paint(index: usize, count: usize) -> Paint {
    let angle = 180.0 * index as f32 / count.max(1) as f32;
    let hatch = Hatch {
        kind: HatchKind::Lines { angle },
        spacing_mm: 2.4,
        width_mm: 0.16,
        colour: style::TRACE,
    };
    Paint { solid: Some(style::OVERLAY), hatch: Some(hatch) }
}

/// Lays the zones of all hazards over each other; returns what the legend says of them.
fn overlaid_zones(sketch: &mut Sketch<'_>, measurements: &Measurements) -> Vec<Group> {
    let all = hazards(sketch.area);
    let view = sketch.view;
    sketch.land(|_| Paint::solid(style::LAND));
    let mut seen = Vec::new();
    for (index, hazard) in all.iter().enumerate() {
        let zones = hazard.zones.iter();
        let rings: Vec<_> =
            zones.flat_map(|zone| view.areas(&zone.shapes, |_| true)).collect();
        if rings.is_empty() {
            continue;
        }
        let paint = overlay_paint(index, all.len());
        let title = sketch.title(&hazard.layer);
        sketch.scene.group(&title, |scene| scene.fill(rings, Rule::NonZero, paint));
        let sign = Sign::Area(paint, Some((style::RULE, 0.12)));
        let figures = cells(sketch.words, measurements, &hazard.layer.id);
        seen.push(Entry { sign, label: title, figures });
        sketch.note_source(&hazard.layer);
    }
    sketch.sea();
    let words = sketch.words;
    let counts = (1..=seen.len().min(MOST)).map(|count| Entry {
        sign: Sign::Stacked(style::OVERLAY, count),
        label: count_label(words, count, seen.len()),
        figures: Vec::new(),
    });
    let counts = Group {
        heading: words.of("map.legend.counts"),
        entries: counts.collect(),
        note: words.of("map.legend.counts_unmeasured"),
        ..Group::default()
    };
    let name = main_name(words, measurements);
    let heading = words.with("map.legend.hazards", "measure", &name);
    let columns = Level::ZONES.iter().map(|level| words.level(*level)).collect();
    vec![counts, Group { heading, columns, entries: seen, ..Group::default() }]
}

fn count_label(words: Words, count: usize, all: usize) -> String {
    let key = match count {
        1 => "map.class.one_hazard",
        MOST if all > MOST => "map.class.more_hazards",
        _ => "map.class.hazards",
    };
    words.with(key, "count", &count.to_string())
}

/// The name of the measure that all hazards are told by.
fn main_name(words: Words, measurements: &Measurements) -> String {
    let main = Exposure::of(measurements, ANY).main_measure();
    let measure = main.map_or(Measure::Features, |(_, measure)| measure);
    figures::measure_name(words, &measure)
}

/// The main measure of a hazard by level, in the territory as a whole.
fn cells(words: Words, measurements: &Measurements, hazard: &str) -> Vec<String> {
    let main = Exposure::of(measurements, ANY).main_measure();
    let exposure = Exposure::of(measurements, hazard);
    let cell = |level: &Level| {
        let (layer, measure) = main.as_ref()?;
        let row = exposure.row(TOTAL, *level, layer, measure)?;
        Some(match row.range() {
            Some(ends) if row.is_undecidable() => figures::range(words, measure, ends),
            _ => figures::amount_or_hidden(words, measure, row.value()),
        })
    };
    let dash = || "\u{2013}".to_owned();
    Level::ZONES.iter().map(|level| cell(level).unwrap_or_else(dash)).collect()
}

/// Whether nobody can say whether anything is at some level of a hazard.
fn is_open(measurements: &Measurements, hazard: &str) -> bool {
    let Some((layer, measure)) = Exposure::of(measurements, ANY).main_measure() else {
        return false;
    };
    let exposure = Exposure::of(measurements, hazard);
    Level::ZONES.iter().any(|level| {
        let row = exposure.row(TOTAL, *level, layer, &measure);
        row.is_some_and(ExposureRow::is_undecidable)
    })
}

/// The main measure by level, one row a hazard and one for the worst of all.
fn by_hazard(job: Job<'_>, measurements: &Measurements) -> Table {
    let words = job.words;
    let title = |hazard: &HazardLayer| hazard.layer.title.get(words.locale).to_owned();
    let each = hazards(job.area).into_iter();
    let each = each.map(|hazard| (hazard.layer.id.as_str(), title(hazard)));
    let rows = each
        .chain([(ANY, words.of("map.any.worst"))])
        .map(|(id, title)| (title, cells(words, measurements, id)))
        .collect();
    let columns = Level::ZONES
        .iter()
        .map(|level| (Some(style::level(*level)), words.level(*level)))
        .collect();
    let name = main_name(words, measurements);
    let heading = words.with("map.table.by_hazard", "measure", &name);
    let ids = hazards(job.area).into_iter().map(|hazard| hazard.layer.id.as_str());
    let is_open = ids.chain([ANY]).any(|id| is_open(measurements, id));
    let note = if is_open { words.of("map.table.undecidable") } else { String::new() };
    Table { heading, columns, rows, note, ..Table::default() }
}
