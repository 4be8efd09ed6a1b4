//! Facilities near a place, and what stands at it, in words.

use super::SiteReport;
use super::sheet::{Grid, Section, Tone};
use super::words::Words;
use crate::analysis::site::{
    AccessHere, ElementsHere, Facility, ServiceHere, SiteFeature,
};
use crate::domain::Message;

/// Elements that are named on a sheet; JSON names more.
const NAMED: usize = 3;

/// The nearest facilities of every service, and whether the standards of access are met.
pub(super) fn section(
    report: &SiteReport<'_>,
    here: &SiteFeature,
    words: Words,
) -> Section {
    let mut rows = Vec::new();
    for service in &here.services {
        rows.extend(of_service(report, service, words));
    }
    let head = ["service", "facility", "distance", "access", "facility_hazards"];
    let head = head.map(|id| words.text(&format!("site.head.{id}"))).to_vec();
    let notes = if rows.is_empty() {
        vec![words.text("site.services.none")]
    } else {
        vec![words.text("site.services.straight")]
    };
    let heading = words.text("site.heading.services");
    Section { heading, grid: Grid { head, rows }, notes }
}

fn of_service(
    report: &SiteReport<'_>,
    service: &ServiceHere,
    words: Words,
) -> Vec<(Tone, Vec<String>)> {
    let title = title(report, &service.service, words);
    let access: Vec<String> =
        service.access.iter().map(|access| told(access, words)).collect();
    let tone = match service.access.iter().map(|access| access.is_served).min() {
        Some(false) => Tone::Bad,
        Some(true) => Tone::Good,
        None => Tone::Plain,
    };
    if service.nearest.is_empty() {
        let nothing = words.text("site.services.no_facility");
        return vec![(tone, vec![title, nothing, String::new(), access.join("; ")])];
    }
    let first = &service.nearest[0];
    // The next one counts where the nearest may be lost to a hazard.
    let shown = if first.hazards.is_empty() { 1 } else { service.nearest.len() };
    let rows = service.nearest.iter().take(shown).enumerate();
    rows.map(|(at, facility)| {
        let name = facility_name(report, &service.service, facility);
        let distance = words.distance(facility.distance_m);
        let hazards = zones(report, facility, words);
        if at == 0 {
            return (
                tone,
                vec![title.clone(), name, distance, access.join("; "), hazards],
            );
        }
        let next = words.text("site.services.next");
        (Tone::Plain, vec![next, name, distance, String::new(), hazards])
    })
    .collect()
}

fn told(access: &AccessHere, words: Words) -> String {
    let key = if access.is_served { "site.access.met" } else { "site.access.not_met" };
    words.say(&Message::new(key).with("within", words.distance(access.within_m)))
}

fn facility_name(report: &SiteReport<'_>, service: &str, facility: &Facility) -> String {
    match report.name(service, &facility.id) {
        Some(name) if name != facility.id => format!("{name} ({})", facility.id),
        _ => facility.id.clone(),
    }
}

/// The zones that a facility lies in: only hazards that are in force and count.
fn zones(report: &SiteReport<'_>, facility: &Facility, words: Words) -> String {
    let told = facility.hazards.iter().filter_map(|(id, level)| {
        let layer = report.area.hazards.iter().find(|layer| layer.layer.id == *id)?;
        layer.in_any.then(|| {
            let title = layer.layer.title.get(words.locale);
            format!("{title}: {}", words.level(*level))
        })
    });
    told.collect::<Vec<_>>().join("; ")
}

pub(super) fn title(report: &SiteReport<'_>, layer: &str, words: Words) -> String {
    let known = report.settings.layer(layer);
    known.map_or(layer, |layer| layer.title.get(words.locale)).to_owned()
}

/// What stands there; `None` if nothing does.
pub(super) fn elements(
    report: &SiteReport<'_>,
    here: &SiteFeature,
    words: Words,
) -> Option<Section> {
    if here.elements.is_empty() {
        return None;
    }
    let mut rows = Vec::new();
    for layer in &here.elements {
        rows.push((Tone::Plain, of_layer(report, layer, words)));
        rows.extend(access_of(report, layer, words));
    }
    let head = ["layer", "elements", "people", "named"];
    let head = head.map(|id| words.text(&format!("site.head.{id}"))).to_vec();
    let heading = words.text("site.heading.elements");
    Some(Section { heading, grid: Grid { head, rows }, notes: Vec::new() })
}

fn of_layer(report: &SiteReport<'_>, layer: &ElementsHere, words: Words) -> Vec<String> {
    let named = layer.named.iter().take(NAMED).map(|element| {
        let share = element.share.filter(|share| *share < 1.0 - 1e-9);
        let share = share.map(|share| words.percent(share));
        let people = told_people("site.elements.people", element.people, words);
        let more: Vec<String> = share.into_iter().chain(people).collect();
        if more.is_empty() {
            return element.id.clone();
        }
        format!("{} ({})", element.id, more.join(", "))
    });
    let mut named: Vec<String> = named.collect();
    if layer.count > NAMED {
        named.push("…".to_owned());
    }
    let within = told_people("site.elements.people_within", layer.people, words);
    let people = if layer.is_hidden { Some(words.hidden()) } else { within };
    let count = Message::new("site.elements.count").with("count", layer.count);
    vec![
        title(report, &layer.layer, words),
        words.say(&count),
        people.unwrap_or_default(),
        named.join(", "),
    ]
}

fn told_people(key: &'static str, people: Option<f64>, words: Words) -> Option<String> {
    let people = words.people(people?);
    Some(words.say(&Message::new(key).with("people", people)))
}

/// Whether the people of the element that lies most within the place are served.
fn access_of(
    report: &SiteReport<'_>,
    layer: &ElementsHere,
    words: Words,
) -> Vec<(Tone, Vec<String>)> {
    let Some(element) = layer.named.first() else { return Vec::new() };
    let row = |access: &crate::analysis::site::ElementAccess| {
        let deficit = report.settings.deficits.iter().find(|d| d.id == access.deficit);
        let title = deficit.map_or(&*access.deficit, |d| d.title.get(words.locale));
        let distance = access.distance_m.map(|meters| words.distance(meters));
        let tone = if access.is_served { Tone::Good } else { Tone::Bad };
        let message = Message::new("site.elements.access").with("id", &element.id);
        let cells = vec![
            words.say(&message),
            title.to_owned(),
            distance.unwrap_or_else(|| words.text("site.services.no_facility")),
            words.meets(Some(access.is_served)),
        ];
        (tone, cells)
    };
    element.access.iter().map(row).collect()
}
