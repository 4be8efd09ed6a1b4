//! One deficit: territories by how far they are from the standard, or by their values; and
//! where people have it far to a service, each block by its distance.

use crate::analysis::{DeficitRow, Distances, Measurements};
use crate::config::{Breaks, DeficitKind, DeficitSettings, Units};
use crate::domain::{Message, TOTAL};
use crate::geometry::{Amounts, ExposureLayer, Prepared, ServiceLayer, StudyArea};

use super::choropleth::{self, Classes, FeatureClass, Method};
use super::deficit_colouring::{Class, Colouring};
use super::deficit_legend::{class_figures, class_group};
use super::figures::{self, Residents};
use super::focus;
use super::hazard_map;
use super::legend::{Group, Sign, Table};
use super::projection::Extent;
use super::scene::Paint;
use super::sheet::{Drawn, Job, Plan};
use super::signs;
use super::sketch::Sketch;
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
    let mut bases: Vec<&Prepared> = Vec::new();
    bases.extend(people.map(|layer| &layer.layer));
    let name = format!("deficit_{}", deficit.id);
    let method = Method::of(job.settings, &name);
    let (colouring, method) = Colouring::of(method, deficit, &rows);
    let paint = |row: &DeficitRow| colouring.paint(colouring.class(Some(row)));
    let chart = figures::deficit_chart(job.area, &rows, &deficit.kind, words, paint);
    let theme = Theme {
        deficit,
        colouring,
        rows: rows.clone(),
        service,
        people,
        reach: measurements.distances.iter().find(|one| one.deficit == deficit.id),
        residents: Residents::of(job.area, measurements),
        is_kept_back: job.settings.suppression.is_some(),
        method,
    };
    let subject = service.map(|layer| &layer.layer);
    let subject = subject.into_iter().chain(people.map(|layer| &layer.layer));
    Plan {
        name,
        title: words.with("map.deficit.title", "deficit", title),
        subtitle: subtitle(words, deficit, &rows),
        focus: frame(job, people, service),
        scale: None,
        only: None,
        subject: subject.map(|layer| layer.id.clone()).collect(),
        is_atlas_only: false,
        table: Some(table(job, deficit, &rows)),
        chart,
        notes: {
            let mut all = notes(words, deficit, &rows);
            all.extend(hazard_map::growth_notes(job));
            all
        },
        bases,
        periods: periods(&rows),
        detail: None,
        may_draw: Box::new(move |id| {
            let area = job.area;
            id == area.territory_layer.id
                || area.contexts.iter().any(|layer| layer.layer.id == id)
                || service.is_some_and(|layer| layer.layer.id == id)
                || people.is_some_and(|layer| layer.layer.id == id)
        }),
        body: Box::new(move |sketch| body(sketch, &theme)),
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
    job: Job<'_>,
    people: Option<&ExposureLayer>,
    service: Option<&ServiceLayer>,
) -> Extent {
    let whole = focus::whole(job.area);
    let Some(service) = service else { return whole };
    let near = focus::of_service(job, people, &service.layer);
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
    if let [period] = periods(rows)[..] {
        text.push_str(&words.with("map.deficit.period", "period", period));
    }
    text
}

/// The periods that the figures are of, each once.
fn periods<'a>(rows: &[&'a DeficitRow]) -> Vec<&'a str> {
    let mut periods: Vec<&str> = rows.iter().map(|row| row.period.as_str()).collect();
    periods.retain(|period| !period.is_empty());
    periods.sort_unstable();
    periods.dedup();
    periods
}

fn notes(words: Words, deficit: &DeficitSettings, rows: &[&DeficitRow]) -> Vec<String> {
    let mut notes = vec![words.of(match deficit.kind {
        DeficitKind::AreaPerPerson { .. } => "map.note.area_per_person",
        DeficitKind::Access { .. } => "map.note.access",
        DeficitKind::PeoplePerUnit { .. } => "map.note.people_per_unit",
        DeficitKind::Reported { .. } if deficit.standard.is_none() => {
            "map.note.reported_alone"
        }
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

/// What a map of a deficit is drawn from.
pub(super) struct Theme<'a> {
    pub(super) deficit: &'a DeficitSettings,
    pub(super) rows: Vec<&'a DeficitRow>,
    pub(super) service: Option<&'a ServiceLayer>,
    pub(super) people: Option<&'a ExposureLayer>,
    pub(super) reach: Option<&'a Distances>,
    /// The people of the territories, for a deficit that is not counted in people.
    pub(super) residents: Option<Residents<'a>>,
    /// Whether people are not told by classes of features.
    pub(super) is_kept_back: bool,
    pub(super) method: Method,
    pub(super) colouring: Colouring,
}

fn body<'a>(sketch: &mut Sketch<'a>, theme: &Theme<'a>) -> Drawn {
    let area = sketch.area;
    let words = sketch.words;
    let (service, people) = (theme.service, theme.people);
    let find = |code: &str| theme.rows.iter().find(|row| row.territory == code).copied();
    let total = find(TOTAL);
    // A figure for the whole only: every territory wears its class, and one label says it.
    let is_whole = is_for_the_whole(&theme.rows);
    let row_of = |row: usize| {
        let own = area.territories.get(row).and_then(|t| find(t.code.as_str()));
        if is_whole { total } else { own }
    };
    let class_of = |row: usize| theme.colouring.class(row_of(row));
    let blocks = blocks(sketch, theme, total);
    if blocks.is_some() {
        // The blocks are the theme; territories wear their class in the locator.
        sketch.land(|_| Paint::solid(super::style::LAND));
    } else {
        sketch.is_choropleth = true;
        sketch.land(|row| theme.colouring.paint(class_of(row)));
    }
    let mut groups = Vec::new();
    match (people, blocks) {
        (Some(layer), Some((class_of, classes))) => {
            sketch.classed(layer, &class_of, &classes);
            groups.push(blocks_group(words, theme, classes));
        }
        // On a frame of the whole, blocks would be a dark stain.
        (Some(layer), None) if service.is_some() => sketch.exposed(layer),
        _ => {}
    }
    if let Some(layer) = service {
        sketch.service_areas(layer);
    }
    sketch.context_lines();
    sketch.limits();
    sketch.exposed_points();
    sketch.grid();
    if let (Some(layer), DeficitKind::Access { within_m, .. }) =
        (service, &theme.deficit.kind)
    {
        reach(sketch, layer, *within_m);
    }
    if let Some(layer) = service {
        sketch.facilities_of(layer);
    }
    sketch.stamp();
    if is_whole {
        let value =
            total.map(|row| figures::deficit_value(words, &theme.deficit.kind, row));
        sketch.name_whole(value);
        sketch.name_territories(|_| None);
    } else {
        sketch.name_territories(|row| {
            let unknown = || words.of("map.unknown");
            Some(row_of(row).map_or_else(unknown, |r| {
                if has_no_unit(&theme.deficit.kind, r) {
                    words.of("map.no_unit")
                } else {
                    figures::deficit_value(words, &theme.deficit.kind, r)
                }
            }))
        });
    }
    sketch.name_lines();
    sketch.places();
    if let Some(layer) = service {
        sketch.name_facilities_of(layer);
    }
    let classes: Vec<Class> = (0..area.territories.len()).map(class_of).collect();
    let locator = classes.iter().map(|class| theme.colouring.paint(*class)).collect();
    let figures = class_figures(words, theme, area, &classes, is_whole);
    groups.push(class_group(words, theme, &classes, figures));
    Drawn { classes: groups, locator }
}

/// Whether people share no unit at all: then nobody can say how many share one, and that is
/// known, not unknown.
fn has_no_unit(kind: &DeficitKind, row: &DeficitRow) -> bool {
    matches!(kind, DeficitKind::PeoplePerUnit { .. })
        && row.value.or(row.value_low).or(row.value_high).is_none()
        && row.meets == Some(false)
}

/// The blocks of an access deficit by their distance to the nearest facility, where the sheet
/// is near enough to see them: the class of each feature, and the classes.
fn blocks(
    sketch: &Sketch<'_>,
    theme: &Theme<'_>,
    total: Option<&DeficitRow>,
) -> Option<(Vec<usize>, Vec<FeatureClass>)> {
    let DeficitKind::Access { within_m, .. } = &theme.deficit.kind else { return None };
    let (layer, reach, total) = (theme.people?, theme.reach?, total?);
    let distances = &reach.found;
    let whole = focus::whole(sketch.area);
    let is_near = sketch.view.extent().side() < 0.6 * whole.side();
    if !is_near || distances.len() != layer.layer.shapes.len() {
        return None;
    }
    let words = sketch.words;
    let length = |meters: f64| super::furniture::length(words.locale, meters.round());
    let known: Vec<f64> = distances.meters().flatten().collect();
    let ends = match Classes::of(theme.method, &known, true) {
        Some(classes) => classes,
        None => Classes { ends: vec![*within_m], low: 0.0, high_is_worse: true },
    };
    let is_standard = theme.method.breaks == Breaks::Standard;
    let beyond = ends.ends.len();
    let class_of: Vec<usize> = distances
        .meters()
        .map(|distance| distance.and_then(|d| ends.class_of(d)).unwrap_or(beyond))
        .collect();
    let people_of = |class: usize| {
        if theme.is_kept_back {
            return words.of("map.hidden");
        }
        people_of_class(words, layer, &class_of, class)
    };
    let mut classes: Vec<FeatureClass> = (0..beyond)
        .map(|class| FeatureClass {
            paint: ends.paint(class),
            label: ends.label(words, class, length),
            figures: vec![people_of(class)],
        })
        .collect();
    if is_standard {
        // What is within reach and what is not: figures of the table.
        let served = total.people.zip(total.shortfall).map(|(people, not)| people - not);
        let said = |amount: Option<f64>| {
            vec![amount.map_or_else(|| "\u{2013}".to_owned(), |v| words.number(v, 0))]
        };
        let limit = length(*within_m);
        classes = vec![
            FeatureClass {
                paint: Paint::solid(super::style::SERVED),
                label: words.with("map.class.served", "length", &limit),
                figures: said(served),
            },
            FeatureClass {
                paint: super::style::ramp(4, 5),
                label: words.with("map.class.not_served", "length", &limit),
                figures: vec![
                    figures::shortfall_text(words, total, |v| words.number(v, 0))
                        .unwrap_or_else(|| "\u{2013}".to_owned()),
                ],
            },
        ];
    } else if class_of.contains(&beyond) {
        classes.push(FeatureClass {
            paint: super::style::not_known(),
            label: words.of("map.class.no_facility"),
            figures: vec![people_of(beyond)],
        });
    }
    Some((class_of, classes))
}

/// The people of the features of a class, as the layer has them.
fn people_of_class(
    words: Words,
    layer: &ExposureLayer,
    class_of: &[usize],
    class: usize,
) -> String {
    let people = layer.people.iter().flat_map(Amounts::iter).zip(class_of);
    let own = people.filter(|(_, of)| **of == class).filter_map(|(people, _)| people);
    words.number(own.sum(), 0)
}

fn blocks_group(words: Words, theme: &Theme<'_>, classes: Vec<FeatureClass>) -> Group {
    let layer = theme.people.map_or("", |layer| layer.layer.title.get(words.locale));
    let key = match theme.method.breaks {
        Breaks::Standard => "map.legend.blocks_served",
        _ => "map.legend.blocks_distance",
    };
    let message = Message::new(key)
        .with("layer", layer)
        .with("method", words.of(theme.method.key()));
    let columns = vec![words.of("map.measure.people")];
    choropleth::group(words.say(&message), columns, classes)
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
    signs::reach(&mut sketch.scene, &centers, radius);
    let length = super::furniture::length(sketch.words.locale, within_m);
    let label = sketch.words.with("map.sign.reach", "length", &length);
    sketch.note_sign(Sign::Reach, label);
}

/// Value, gap and shortfall by territory.
fn table(job: Job<'_>, deficit: &DeficitSettings, rows: &[&DeficitRow]) -> Table {
    let words = job.words;
    let is_share = matches!(deficit.kind, DeficitKind::Access { .. });
    let shortfall = |row: &DeficitRow| {
        let show = |value: f64| match row.shortfall_unit.as_str() {
            // Square metres to add: hectares read better, as the planners' norms have them.
            "m2" => words.number(value / 10_000.0, 2),
            _ => words.number(value, 0),
        };
        match (row.shortfall, row.shortfall_ends()) {
            (Some(_), Some((low, high))) if figures::is_open(Some((low, high))) => {
                format!("{}\u{2013}{}", show(low), show(high))
            }
            (Some(value), _) => show(value),
            (None, _) => "\u{2013}".to_owned(),
        }
    };
    let is_open = rows
        .iter()
        .any(|row| row.is_undecidable() || figures::is_open(row.shortfall_ends()));
    let measured_unit = rows.first().map_or("", |row| row.unit.as_str());
    let has_shortfall = rows.iter().any(|row| row.shortfall.is_some());
    // Of what has no standard there is no gap.
    let has_gap = rows.iter().any(|row| row.standard.is_some());
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
            let open = row.value_low.zip(row.value_high).filter(|_| row.is_undecidable());
            let open =
                open.map(|(low, high)| format!("{}\u{2013}{}", plain(low), plain(high)));
            let value = or_dash(open.or_else(|| figures::known(row, plain)));
            let mut cells = vec![value];
            if has_gap {
                cells.push(or_dash(figures::gap_text(words, row, plain)));
            }
            if has_shortfall {
                cells.push(shortfall(row));
            }
            Some((name, cells))
        })
        .collect();
    let mut columns = vec![(None, words.of("map.table.value"))];
    columns.extend(has_gap.then(|| (None, words.of("map.table.gap"))));
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
    let note = if is_open { words.of("map.table.undecidable") } else { String::new() };
    Table { heading, columns, rows, note, ..Table::default() }
}
