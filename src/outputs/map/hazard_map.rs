//! One hazard: its zones by level, what lies in them, and how many people.

use crate::analysis::Measurements;
use crate::domain::{Level, Measure, Message, TOTAL};
use crate::geometry::{ExposureLayer, HazardLayer};

use super::figures::{self, Exposure};
use super::focus;
use super::legend::{Entry, Group, Sign};
use super::margin;
use super::scene::{Paint, Rule};
use super::sheet::{Drawn, Job, Plan};
use super::sketch::{Sketch, territory_shapes};
use super::style;
use super::words::Words;

/// The plan of a hazard's map, or of its part in one territory, with that territory's figures.
#[must_use]
pub fn plan<'a>(
    job: Job<'a>,
    hazard: &'a HazardLayer,
    measurements: &'a Measurements,
    territory: Option<usize>,
) -> Plan<'a> {
    let words = job.words;
    let part = territory.and_then(|row| job.area.territories.get(row));
    let code = part.map_or(TOTAL, |territory| territory.code.as_str());
    let title = hazard.layer.title.get(words.locale);
    let title = words.with("map.hazard.title", "hazard", title);
    let exposure = Exposure::of(measurements, &hazard.layer.id);
    let levels = levels_of(&[hazard]);
    let mut notes = vec![words.of("map.note.indicative")];
    notes.extend(margin::accuracy_note(job, &hazard.layer));
    if hazard.study_area.is_some() {
        notes.push(words.of("map.note.study_area"));
    }
    let focus = focus::of_hazard(job, hazard, territory);
    if part.is_none() && focus != focus::whole(job.area) {
        notes.push(words.of("map.note.frame"));
    }
    if !hazard.unresolved().is_empty() {
        notes.push(words.of("map.note.unresolved"));
    }
    notes.extend(validity_note(job, hazard));
    notes.extend(growth_notes(job));
    let figures_of = figures::Of {
        code,
        name: part.map(|territory| territory.name.as_str()),
        layers: None,
        main: exposure.main_measure(),
        levels: levels.clone(),
    };
    let table = figures::exposure_table(job.area, &exposure, words, figures_of);
    let chart = figures::exposure_chart(job.area, &exposure, words, &levels);
    Plan {
        name: match part {
            None => format!("hazard_{}", hazard.layer.id),
            Some(_) => format!("hazard_{}_{code}", hazard.layer.id),
        },
        title: match part {
            None => title,
            Some(territory) => format!("{title} \u{b7}\u{a0}{}", territory.name),
        },
        subtitle: words.of("map.hazard.subtitle"),
        focus,
        scale: None,
        only: None,
        subject: vec![hazard.layer.id.clone()],
        is_atlas_only: false,
        body: Box::new(move |sketch| body(sketch, hazard, &exposure, territory, code)),
        table: Some(table),
        chart,
        notes,
        bases: Vec::new(),
        periods: Vec::new(),
        detail: None,
        may_draw: Box::new(move |id| {
            let is_other = |h: &HazardLayer| h.layer.id != hazard.layer.id;
            !job.area.hazards.iter().filter(|h| is_other(h)).any(|h| h.layer.id == id)
        }),
    }
}

/// The levels of the zones of hazards, the worst first.
pub(super) fn levels_of(hazards: &[&HazardLayer]) -> Vec<Level> {
    let has = |level: &Level| hazards.iter().any(|hazard| hazard.has_level(*level));
    let own: Vec<Level> = Level::ZONES.into_iter().filter(has).collect();
    if own.is_empty() { Level::ZONES.to_vec() } else { own }
}

/// That people are an estimate for another year, layer by layer.
pub(super) fn growth_notes(job: Job<'_>) -> Vec<String> {
    let words = job.words;
    let note = |layer: &ExposureLayer| {
        let growth = layer.growth.as_ref()?;
        let message = Message::new("map.note.growth")
            .with("layer", layer.layer.title.get(words.locale))
            .with("from", growth.from_year)
            .with("to", growth.to_year)
            .with("rate", words.number(growth.rate * 100.0, 2))
            .with("source", growth.source.get(words.locale));
        Some(words.say(&message))
    };
    job.area.exposures.iter().filter_map(note).collect()
}

/// From when to when the hazard exists, and whether it does at the reference date.
fn validity_note(job: Job<'_>, hazard: &HazardLayer) -> Option<String> {
    let (from, to) = (&hazard.validity.from, &hazard.validity.to);
    let key = match (from, to) {
        (None, None) => return None,
        (Some(_), Some(_)) => "map.note.validity",
        (Some(_), None) => "map.note.validity_from",
        (None, Some(_)) => "map.note.validity_to",
    };
    let end = |end: &Option<String>| end.clone().unwrap_or_default();
    let message = Message::new(key).with("from", end(from)).with("to", end(to));
    let mut note = job.words.say(&message);
    if hazard.in_force == Some(false) {
        let date = job.settings.reference_date.clone().unwrap_or_default();
        let message = Message::new("map.note.not_in_force").with("date", date);
        note = format!("{note} {}", job.words.say(&message));
    }
    Some(note)
}

fn body<'a>(
    sketch: &mut Sketch<'a>,
    hazard: &'a HazardLayer,
    exposure: &Exposure<'a>,
    territory: Option<usize>,
    code: &str,
) -> Drawn {
    let area = sketch.area;
    sketch.land(|_| Paint::solid(style::LAND));
    let is_unstudied = not_studied(sketch, hazard);
    let seen = sketch.zones(hazard);
    for layer in &area.exposures {
        sketch.exposed(layer);
    }
    sketch.context_lines();
    sketch.traces(hazard);
    if let Some(territory) = territory {
        sketch.veil(territory);
    }
    sketch.limits();
    sketch.exposed_points();
    sketch.grid();
    sketch.facilities(&[hazard]);
    sketch.stamp();
    sketch.name_territories(|_| None);
    sketch.name_lines();
    sketch.places();
    sketch.name_facilities();
    let is_drawn = |level: Level| match level {
        Level::None => true,
        Level::NotStudied => is_unstudied,
        level => seen.contains(&level),
    };
    let main = exposure.main_measure();
    let classes = vec![level_group(
        sketch.words,
        &[hazard],
        exposure,
        main.as_ref(),
        code,
        is_drawn,
    )];
    Drawn { classes, locator: Vec::new() }
}

/// Hatches the land outside the study area; returns whether there is any to be seen.
fn not_studied(sketch: &mut Sketch<'_>, hazard: &HazardLayer) -> bool {
    let Some(study) = &hazard.study_area else { return false };
    let view = sketch.view;
    let land = view.areas(territory_shapes(sketch.area), |_| true);
    let studied = view.areas(study, |_| true);
    let name = sketch.words.level(Level::NotStudied);
    let edge = view.lines(study, |_| true);
    sketch.scene.group(&name, |scene| {
        scene.fill(land.clone(), Rule::NonZero, style::not_known());
        scene.clipped_to(land, |scene| {
            scene.fill(studied, Rule::NonZero, Paint::solid(style::LAND));
            scene.stroke(edge, 0.3, style::INK_SOFT, &[1.6, 0.8]);
        });
    });
    true
}

/// Marks a range of which nobody can say whether it is nothing: what is drawn is told too.
const DOUBT: &str = "\u{202f}\u{2020}";

/// The levels with their figures, as measured in a territory: of one hazard, whose bands are
/// named with their reach, or of several.
pub(super) fn level_group(
    words: Words,
    hazards: &[&HazardLayer],
    exposure: &Exposure<'_>,
    main: Option<&(&str, Measure)>,
    code: &str,
    is_drawn: impl Fn(Level) -> bool,
) -> Group {
    let row = |level: Level| {
        let (layer, measure) = main?;
        exposure.row(code, level, layer, measure)
    };
    let has_range = Level::ZONES
        .iter()
        .any(|level| row(*level).is_some_and(|row| row.range().is_some()));
    let mut columns = Vec::new();
    if let Some((_, measure)) = main {
        columns.push(figures::measure_name(words, measure));
        columns.push("%".to_owned());
        if has_range {
            columns.push(words.of("map.legend.range"));
        }
    }
    let measure = main.map_or(Measure::Features, |(_, measure)| measure.clone());
    let figures_of = |level: Level| -> Vec<String> {
        let Some(row) = row(level) else {
            return columns.iter().map(|_| "\u{2013}".to_owned()).collect();
        };
        let share = row
            .share()
            .map_or_else(|| "\u{2013}".to_owned(), |share| words.percent(share));
        // Where nobody can say whether it is nothing, a 0 would be read as nobody.
        let is_blank = row.is_undecidable() && row.value() <= Some(0.0);
        let mut cells = if is_blank {
            vec![DOUBT.trim().to_owned(), DOUBT.trim().to_owned()]
        } else {
            let value = figures::amount_or_hidden(words, &measure, row.value());
            vec![value, share.replace("\u{202f}%", "")]
        };
        if has_range {
            let mark = if row.is_undecidable() { DOUBT } else { "" };
            cells.push(row.range().map_or_else(
                || "\u{2013}".to_owned(),
                |ends| figures::range(words, &measure, ends) + mark,
            ));
        }
        cells
    };
    let mut entries = Vec::new();
    for level in Level::ALL {
        let is_counted = row(level).is_some_and(|row| row.value() != Some(0.0));
        if is_drawn(level) || is_counted {
            let edge = (style::RULE, 0.12);
            entries.push(Entry {
                sign: Sign::Area(style::level(level), Some(edge)),
                label: match hazards {
                    [hazard] => level_label(words, hazard, level),
                    _ => words.level(level),
                },
                figures: figures_of(level),
            });
        }
    }
    let is_doubtful = entries.iter().any(|entry: &Entry| {
        entry.figures.last().is_some_and(|range| range.ends_with(DOUBT))
    });
    let note =
        if is_doubtful { words.of("map.legend.undecidable") } else { String::new() };
    let heading = words.of("map.legend.levels");
    Group { heading, columns, entries, note, ..Group::default() }
}

/// A level with the distance up to which a band reaches.
fn level_label(words: Words, hazard: &HazardLayer, level: Level) -> String {
    let name = words.level(level);
    let Some(meters) = hazard.reach_m(level) else { return name };
    let length = super::furniture::length(words.locale, meters);
    let label = format!("{name} (\u{2264}\u{202f}{length})");
    if hazard.resolves(level) == Some(false) {
        words.with("map.legend.unresolved", "label", &label)
    } else {
        label
    }
}
