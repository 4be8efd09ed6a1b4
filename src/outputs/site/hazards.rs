//! The hazards of a place in words.

use super::SiteReport;
use super::sheet::{Grid, Section, Tone};
use super::words::Words;
use crate::analysis::site::{HazardHere, SiteFeature, Verdict};
use crate::domain::{Level, Message};
use crate::geometry::HazardLayer;

/// All hazards: those that touch the place first, then what is in doubt, then the rest.
pub(super) fn section(
    report: &SiteReport<'_>,
    here: &SiteFeature,
    words: Words,
) -> Section {
    let mut hazards: Vec<&HazardHere> = here.hazards.iter().collect();
    hazards.sort_by_key(|hazard| {
        let layer = layer(report, hazard);
        let is_aside = layer.is_some_and(|layer| layer.in_force == Some(false));
        (layer.is_some(), is_aside, rank(hazard.verdict()), hazard.level, hazard.outer)
    });
    let row = |hazard: &HazardHere| row(report, here, hazard, words);
    let head = ["hazard", "verdict", "level", "edge", "doubt"];
    let head = head.map(|id| format!("site.head.{id}"));
    let head: Vec<&str> = head.iter().map(String::as_str).collect();
    let mut notes = vec![words.text("site.hazards.exposure_not_risk")];
    if hazards.is_empty() {
        notes = vec![words.text("site.hazards.none")];
    }
    if hazards.iter().any(|hazard| hazard.verdict() == Verdict::NotStudied) {
        notes.push(words.text("site.hazards.not_studied"));
    }
    if hazards.iter().any(|hazard| hazard.verdict() == Verdict::Undecidable) {
        notes.push(words.text("site.hazards.undecidable"));
    }
    let rows = hazards.into_iter().map(row).collect();
    let heading = words.text("site.heading.hazards");
    Section { heading, grid: Grid { head: words.texts(&head), rows }, notes }
}

/// The hazards that are otherwise in a scenario.
pub(super) fn scenarios(
    report: &SiteReport<'_>,
    feature: usize,
    words: Words,
) -> Option<Section> {
    if report.scenarios.is_empty() {
        return None;
    }
    let base = &report.features[feature].hazards;
    let mut rows = Vec::new();
    for (id, hazards) in report.scenarios {
        let here = hazards.get(feature).map(Vec::as_slice).unwrap_or_default();
        let differs = |hazard: &&HazardHere| {
            let known = base.iter().find(|known| known.hazard == hazard.hazard);
            known.is_none_or(|known| {
                known.verdict() != hazard.verdict() || known.level != hazard.level
            })
        };
        let differing: Vec<&HazardHere> = here.iter().filter(differs).collect();
        let title = title_of_scenario(report, id, words);
        if differing.is_empty() {
            let same = words.text("site.scenarios.same");
            rows.push((Tone::Plain, vec![title.clone(), same]));
        }
        rows.extend(differing.into_iter().map(|hazard| {
            let cells = vec![
                title.clone(),
                name(report, hazard, words),
                verdict(hazard, words),
                level(hazard, words),
            ];
            (tone(hazard), cells)
        }));
    }
    let head = ["scenario", "hazard", "verdict", "level"];
    let head = head.map(|id| words.text(&format!("site.head.{id}"))).to_vec();
    let heading = words.text("site.heading.scenarios");
    Some(Section { heading, grid: Grid { head, rows }, notes: Vec::new() })
}

fn title_of_scenario(report: &SiteReport<'_>, id: &str, words: Words) -> String {
    let known = report.settings.scenarios.iter().find(|scenario| scenario.id == id);
    known.map_or(id, |scenario| scenario.title.get(words.locale)).to_owned()
}

fn layer<'a>(report: &SiteReport<'a>, hazard: &HazardHere) -> Option<&'a HazardLayer> {
    report.area.hazards.iter().find(|layer| layer.layer.id == hazard.hazard)
}

fn rank(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Inside => 0,
        Verdict::Undecidable => 1,
        Verdict::NotStudied => 2,
        Verdict::Outside => 3,
    }
}

fn tone(hazard: &HazardHere) -> Tone {
    match hazard.verdict() {
        Verdict::Inside => Tone::Bad,
        Verdict::Undecidable => Tone::Doubt,
        Verdict::NotStudied => Tone::Unknown,
        Verdict::Outside => Tone::Good,
    }
}

pub(super) fn name(report: &SiteReport<'_>, hazard: &HazardHere, words: Words) -> String {
    match layer(report, hazard) {
        Some(layer) => layer.layer.title.get(words.locale).to_owned(),
        None => words.text("site.hazards.any"),
    }
}

fn verdict(hazard: &HazardHere, words: Words) -> String {
    words.text(&format!("site.verdict.{}", hazard.verdict().id()))
}

fn row(
    report: &SiteReport<'_>,
    here: &SiteFeature,
    hazard: &HazardHere,
    words: Words,
) -> (Tone, Vec<String>) {
    let layer = layer(report, hazard);
    let is_aside = layer.is_some_and(|layer| layer.in_force == Some(false));
    let tone = if is_aside { Tone::Aside } else { tone(hazard) };
    let mut level = level(hazard, words);
    if here.dimension != crate::geometry::Dimension::Point {
        level = [level, shares(hazard, words)].join(" ");
    }
    let doubts: Vec<String> =
        layer.map_or_else(Vec::new, |layer| doubts(report, hazard, layer, words));
    let cells = vec![
        name(report, hazard, words),
        verdict(hazard, words),
        level.trim().to_owned(),
        edge(hazard, words),
        doubts.join("; "),
    ];
    (tone, cells)
}

/// The level, and between which it may be.
pub(super) fn level(hazard: &HazardHere, words: Words) -> String {
    let drawn = words.level(hazard.level);
    if hazard.inner == hazard.outer {
        return drawn;
    }
    let message = Message::new("site.level_between")
        .with("level", drawn)
        .with("from", words.level(hazard.inner))
        .with("to", words.level(hazard.outer));
    words.say(&message)
}

/// How much of the place lies at each level, where it lies at several.
fn shares(hazard: &HazardHere, words: Words) -> String {
    let present = Level::ALL.into_iter().filter(|l| hazard.shares[l.index()] > 1e-9);
    let present: Vec<Level> = present.collect();
    if present.len() < 2 {
        return String::new();
    }
    let told = present.into_iter().map(|level| {
        let share = words.percent(hazard.shares[level.index()].min(1.0));
        format!("{} {share}", words.level(level))
    });
    format!("[{}]", told.collect::<Vec<_>>().join(", "))
}

/// The nearest edge, and what the bands are drawn around.
fn edge(hazard: &HazardHere, words: Words) -> String {
    let nearest =
        hazard.margins.iter().min_by(|a, b| a.distance_m.total_cmp(&b.distance_m));
    let Some(nearest) = nearest else { return String::new() };
    let key = if nearest.distance_m <= 0.0 {
        "site.edge.across"
    } else if nearest.share > 0.0 {
        "site.edge.inside"
    } else {
        "site.edge.outside"
    };
    let edge = Message::new(key)
        .with("distance", words.distance(nearest.distance_m))
        .with("level", words.level(nearest.level));
    let source = hazard.source_m.map(|meters| {
        let message = Message::new("site.edge.source");
        words.say(&message.with("distance", words.distance(meters)))
    });
    [Some(words.say(&edge)), source].into_iter().flatten().collect::<Vec<_>>().join("; ")
}

/// How sure it is, and what else to know of the layer.
fn doubts(
    report: &SiteReport<'_>,
    hazard: &HazardHere,
    layer: &HazardLayer,
    words: Words,
) -> Vec<String> {
    let mut doubts = Vec::new();
    match layer.worst_accuracy_m().filter(|_| hazard.has_range) {
        Some(meters) => {
            let message = Message::new("site.doubt.accuracy");
            doubts.push(words.say(&message.with("m", words.distance(meters))));
        }
        None => doubts.push(words.text("site.doubt.no_accuracy")),
    }
    if layer.study_area.is_none() && hazard.verdict() == Verdict::Outside {
        doubts.push(words.text("site.doubt.no_study_area"));
    }
    if layer.in_force == Some(false) {
        let end = |end: &Option<String>| end.clone().unwrap_or_else(|| "…".to_owned());
        let message = Message::new("site.doubt.not_in_force")
            .with("date", report.settings.reference_date.clone().unwrap_or_default())
            .with("from", end(&layer.validity.from))
            .with("to", end(&layer.validity.to));
        doubts.push(words.say(&message));
    } else if !layer.in_any {
        doubts.push(words.text("site.doubt.not_in_any"));
    }
    doubts
}
