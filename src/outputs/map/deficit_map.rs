//! One deficit: territories by how far they are from the standard.

use crate::analysis::{DeficitRow, Measurements};
use crate::config::{DeficitKind, DeficitSettings, Units};
use crate::domain::{Message, TOTAL};
use crate::geometry::{ExposureLayer, Prepared, ServiceLayer, StudyArea};

use super::figures;
use super::focus;
use super::hazard_map;
use super::legend::{self, Entry, Group, Sign, Table};
use super::projection::Extent;
use super::sheet::{Drawn, Job, Plan};
use super::sketch::Sketch;
use super::style::{GAP_LIMITS, GapClass};
use super::words::Words;

/// The plan of a deficit's map.
#[must_use]
pub fn plan<'a>(
    job: Job<'a>,
    deficit: &'a DeficitSettings,
    measurements: &'a Measurements,
) -> Plan<'a> {
    let words = job.words;
    let rows: Vec<&DeficitRow> =
        measurements.deficits.iter().filter(|row| row.deficit == deficit.id).collect();
    let title = deficit.title.get(words.locale);
    let service = service_of(job.area, &deficit.kind);
    let people = people_of(job.area, &deficit.kind);
    let chart = figures::deficit_chart(job.area, &rows, &deficit.kind, words);
    let mut bases: Vec<&Prepared> = Vec::new();
    bases.extend(people.map(|layer| &layer.layer));
    Plan {
        name: format!("deficit_{}", deficit.id),
        title: words.with("map.deficit.title", "deficit", title),
        subtitle: subtitle(words, deficit, &rows),
        focus: frame(job.area, people, service),
        scale: None,
        is_atlas_only: false,
        table: Some(table(job, deficit, &rows)),
        chart,
        notes: {
            let mut all = notes(words, deficit, &rows);
            all.extend(hazard_map::growth_notes(job));
            all
        },
        bases,
        detail: None,
        may_draw: Box::new(move |id| {
            let area = job.area;
            id == area.territory_layer.id
                || area.contexts.iter().any(|layer| layer.layer.id == id)
                || service.is_some_and(|layer| layer.layer.id == id)
                || people.is_some_and(|layer| layer.layer.id == id)
        }),
        body: Box::new(move |sketch| body(sketch, deficit, &rows, service, people)),
    }
}

fn service_of<'a>(area: &'a StudyArea, kind: &DeficitKind) -> Option<&'a ServiceLayer> {
    let id = match kind {
        DeficitKind::AreaPerPerson { service, .. }
        | DeficitKind::Access { service, .. }
        | DeficitKind::PeoplePerUnit { units: Units::Service(service), .. } => {
            Some(service)
        }
        _ => None,
    }?;
    area.services.iter().find(|layer| layer.layer.id == *id)
}

fn people_of<'a>(area: &'a StudyArea, kind: &DeficitKind) -> Option<&'a ExposureLayer> {
    let id = match kind {
        DeficitKind::Access { people, .. } => Some(people),
        DeficitKind::AreaPerPerson { people, .. }
        | DeficitKind::PeoplePerUnit { people, .. } => people.as_ref(),
        DeficitKind::Reported { .. } => None,
    }?;
    area.exposures.iter().find(|layer| layer.layer.id == *id)
}

/// Where people and service are, if that is much smaller than the territory.
fn frame(
    area: &StudyArea,
    people: Option<&ExposureLayer>,
    service: Option<&ServiceLayer>,
) -> Extent {
    let whole = focus::whole(area);
    let Some(service) = service else { return whole };
    let near = focus::of_service(area, people, &service.layer);
    if near.side() < 0.6 * whole.side() { near } else { whole }
}

fn subtitle(words: Words, deficit: &DeficitSettings, rows: &[&DeficitRow]) -> String {
    let unit = rows.first().map_or("", |row| row.unit.as_str());
    let unit = figures::deficit_unit(words, &deficit.kind, unit);
    let standard = deficit.standard.map(|standard| match deficit.kind {
        DeficitKind::Access { .. } => words.percent(standard),
        _ => format!("{}\u{a0}{unit}", words.figure(standard)).trim().to_owned(),
    });
    let mut text = standard.map_or_else(
        || words.of("map.deficit.no_standard"),
        |standard| words.with("map.deficit.subtitle", "standard", &standard),
    );
    let mut periods: Vec<&str> = rows.iter().map(|row| row.period.as_str()).collect();
    periods.retain(|period| !period.is_empty());
    periods.sort_unstable();
    periods.dedup();
    if let Some(period) = periods.first().filter(|_| periods.len() == 1) {
        text.push_str(&words.with("map.deficit.period", "period", period));
    }
    text
}

fn notes(words: Words, deficit: &DeficitSettings, rows: &[&DeficitRow]) -> Vec<String> {
    let mut notes = vec![words.of(match deficit.kind {
        DeficitKind::AreaPerPerson { .. } => "map.note.area_per_person",
        DeficitKind::Access { .. } => "map.note.access",
        DeficitKind::PeoplePerUnit { .. } => "map.note.people_per_unit",
        DeficitKind::Reported { .. } => "map.note.reported",
    })];
    if let Some(source) = &deficit.standard_source {
        let source = figures::standard_source(words, source, &deficit.citation);
        notes.push(words.with("map.note.standard_source", "source", &source));
    }
    if matches!(deficit.kind, DeficitKind::Reported { .. }) {
        let mut sources: Vec<&str> = rows.iter().map(|row| row.source.as_str()).collect();
        sources.retain(|source| !source.is_empty());
        sources.sort_unstable();
        sources.dedup();
        for source in sources.into_iter().take(3) {
            notes.push(words.with("map.note.figure_source", "source", source));
        }
    }
    notes
}

fn body<'a>(
    sketch: &mut Sketch<'a>,
    deficit: &DeficitSettings,
    rows: &[&DeficitRow],
    service: Option<&'a ServiceLayer>,
    people: Option<&'a ExposureLayer>,
) -> Drawn {
    let area = sketch.area;
    let words = sketch.words;
    let find = |code: &str| rows.iter().find(|row| row.territory == code).copied();
    let total = find(TOTAL);
    // A figure for the whole only: every territory wears its class, and one label says it.
    let is_whole = is_for_the_whole(rows);
    let row_of = |row: usize| {
        let own = area.territories.get(row).and_then(|t| find(t.code.as_str()));
        if is_whole { total } else { own }
    };
    let class_of = |row: usize| row_of(row).map_or(GapClass::Unknown, figures::gap_class);
    sketch.land(|row| class_of(row).paint());
    // On a frame of the whole, blocks would be a dark stain.
    if let Some(layer) = people.filter(|_| service.is_some()) {
        sketch.exposed(layer);
    }
    if let Some(layer) = service {
        sketch.service_areas(layer);
    }
    sketch.context_lines();
    sketch.limits();
    sketch.grid();
    if let (Some(layer), DeficitKind::Access { within_m, .. }) = (service, &deficit.kind)
    {
        reach(sketch, layer, *within_m);
    }
    if let Some(layer) = service {
        sketch.facilities_of(layer, None);
    }
    sketch.stamp();
    if is_whole {
        let value = total.map(|row| figures::deficit_value(words, &deficit.kind, row));
        sketch.name_whole(value);
        sketch.name_territories(|_| None);
    } else {
        sketch.name_territories(|row| {
            let unknown = || words.of("map.unknown");
            Some(row_of(row).map_or_else(unknown, |r| {
                figures::deficit_value(words, &deficit.kind, r)
            }))
        });
    }
    sketch.name_lines();
    sketch.places();
    if let Some(layer) = service {
        sketch.name_facilities_of(layer);
    }
    let classes: Vec<GapClass> = (0..area.territories.len()).map(class_of).collect();
    let locator = classes.iter().map(|class| class.paint()).collect();
    Drawn { classes: vec![class_group(words, &classes, is_whole)], locator }
}

/// Whether only the territory as a whole has a figure.
fn is_for_the_whole(rows: &[&DeficitRow]) -> bool {
    let is_known = |row: &&&DeficitRow| {
        row.value.is_some() || row.value_low.is_some() || row.value_high.is_some()
    };
    let mut known = rows.iter().filter(is_known).peekable();
    known.peek().is_some() && known.all(|row| row.territory == TOTAL)
}

/// Draws how far each facility reaches.
fn reach(sketch: &mut Sketch<'_>, layer: &ServiceLayer, within_m: f64) {
    let view = sketch.view;
    let radius = (within_m * view.mm_per_m()) as f32;
    let mut wide = view;
    wide.frame = view.frame.inset(-radius.min(400.0));
    let centers: Vec<_> = wide
        .points(&layer.layer.shapes, |_| true)
        .into_iter()
        .map(|(_, at)| at)
        .collect();
    if centers.is_empty() || radius < 0.4 {
        return;
    }
    legend::reach(&mut sketch.scene, &centers, radius);
    let length = super::furniture::length(sketch.words.locale, within_m);
    let label = sketch.words.with("map.sign.reach", "length", &length);
    sketch.note_sign(Sign::Reach, label);
}

/// The classes on the map with the number of territories in each.
fn class_group(words: Words, classes: &[GapClass], is_whole: bool) -> Group {
    let mut found = classes.to_vec();
    found.sort_unstable();
    found.dedup();
    let entries = found
        .into_iter()
        .map(|class| {
            let count = classes.iter().filter(|c| **c == class).count();
            Entry {
                sign: Sign::Area(class.paint(), None),
                label: class_label(words, class),
                figures: if is_whole { Vec::new() } else { vec![count.to_string()] },
            }
        })
        .collect();
    let columns =
        if is_whole { Vec::new() } else { vec![words.of("map.legend.territories")] };
    Group { heading: words.of("map.legend.gap"), columns, entries, more: None }
}

fn class_label(words: Words, class: GapClass) -> String {
    let percent = |i: usize| words.number(GAP_LIMITS[i] * 100.0, 0);
    match class {
        GapClass::Meets => words.of("map.class.meets"),
        GapClass::Unquantified => words.of("map.class.unquantified"),
        GapClass::Undecided => words.of("map.class.undecided"),
        GapClass::Unknown => words.of("map.class.unknown"),
        GapClass::Gap(0) => words.with("map.class.gap_first", "to", &percent(0)),
        GapClass::Gap(i) if i < GAP_LIMITS.len() => words.say(
            &Message::new("map.class.gap")
                .with("from", percent(i - 1))
                .with("to", percent(i)),
        ),
        GapClass::Gap(_) => {
            words.with("map.class.gap_last", "from", &percent(GAP_LIMITS.len() - 1))
        }
    }
}

/// Value, gap and shortfall by territory.
fn table(job: Job<'_>, deficit: &DeficitSettings, rows: &[&DeficitRow]) -> Table {
    let words = job.words;
    let is_share = matches!(deficit.kind, DeficitKind::Access { .. });
    let shortfall = |row: &DeficitRow| match row.shortfall {
        // Square metres to add: hectares read better, as the planners' norms have them.
        Some(value) if row.shortfall_unit == "m2" => words.number(value / 10_000.0, 2),
        Some(value) => words.number(value, 0),
        None => "\u{2013}".to_owned(),
    };
    let measured_unit = rows.first().map_or("", |row| row.unit.as_str());
    let has_shortfall = rows.iter().any(|row| row.shortfall.is_some());
    let unit = rows.iter().find_map(|row| row.shortfall.map(|_| &row.shortfall_unit));
    let names = job.area.territories.iter().map(|t| (t.code.as_str(), t.name.clone()));
    let rows = names
        .chain([(TOTAL, words.of("map.total"))])
        .filter_map(|(code, name)| {
            let row = rows.iter().find(|row| row.territory == code)?;
            let plain =
                |value| if is_share { words.percent(value) } else { words.figure(value) };
            let or_dash =
                |text: Option<String>| text.unwrap_or_else(|| "\u{2013}".to_owned());
            let value = or_dash(figures::known(row, plain));
            let mut cells = vec![value, or_dash(figures::gap_text(words, row, plain))];
            if has_shortfall {
                cells.push(shortfall(row));
            }
            Some((name, cells))
        })
        .collect();
    let mut columns =
        vec![(None, words.of("map.table.value")), (None, words.of("map.table.gap"))];
    if has_shortfall {
        let key = match unit.map(String::as_str) {
            Some("m2") => "map.table.shortfall_ha",
            Some("people") => "map.table.shortfall_people",
            _ => "map.table.shortfall",
        };
        columns.push((None, words.of(key)));
    }
    let unit = figures::deficit_unit(words, &deficit.kind, measured_unit);
    let heading = words.with("map.table.deficit", "unit", &unit);
    Table { heading, columns, rows, ..Table::default() }
}
