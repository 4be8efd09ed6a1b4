//! The territory of a place: its deficits, what building would change, findings and layers.

use std::collections::BTreeSet;

use super::SiteReport;
use super::services::title;
use super::sheet::{Grid, Section, Tone};
use super::words::Words;
use crate::analysis::DeficitRow;
use crate::analysis::site::change::{Added, Change, ExposedHere};
use crate::analysis::site::{SiteFeature, Verdict};
use crate::domain::{Finding, Message, OUTSIDE, TOTAL};
use crate::outputs::map::figures;

/// Findings that are told on a sheet; JSON gives all.
const FINDINGS: usize = 8;

/// In which territories the place lies.
pub(super) fn lies_in(
    report: &SiteReport<'_>,
    here: &SiteFeature,
    words: Words,
) -> Vec<String> {
    let name = |row: Option<usize>| match row {
        Some(row) => {
            let territory = &report.area.territories[row];
            format!("{} ({})", territory.name, territory.code)
        }
        None => words.text("site.territory.outside"),
    };
    let Some(main) = here.territory else {
        return vec![words.text("site.territory.none")];
    };
    let message = Message::new("site.territory.one").with("name", name(Some(main)));
    let mut lines = vec![words.say(&message)];
    if here.territories.len() > 1 {
        let parts = here.territories.iter().map(|(row, share)| {
            format!("{} {}", name(*row), words.percent(share.min(1.0)))
        });
        let parts = parts.collect::<Vec<_>>().join("; ");
        lines.push(words.say(&Message::new("site.territory.parts").with("parts", parts)));
    }
    lines
}

/// The deficits of the territory that holds most of the place; where it has no figure of its
/// own, that of all territories.
pub(super) fn rows_of<'a>(
    report: &SiteReport<'a>,
    here: &SiteFeature,
) -> Vec<&'a DeficitRow> {
    let Some(main) = here.territory else { return Vec::new() };
    let code = report.area.territories[main].code.as_str();
    let rows = &report.measurements.deficits;
    let is_known =
        |row: &&DeficitRow| row.value.or(row.value_low).or(row.value_high).is_some();
    let of = |deficit: &str, territory: &str| {
        let found =
            rows.iter().find(|r| r.deficit == deficit && r.territory == territory);
        found.filter(is_known)
    };
    let deficits = report.settings.deficits.iter();
    deficits.filter_map(|d| of(&d.id, code).or_else(|| of(&d.id, TOTAL))).collect()
}

/// Those that are not met, and in a line those that are.
pub(super) fn deficits(
    report: &SiteReport<'_>,
    here: &SiteFeature,
    words: Words,
) -> Option<Section> {
    let rows = rows_of(report, here);
    here.territory?;
    let heading = words.text("site.heading.deficits");
    let head = ["deficit", "value", "standard", "gap", "meets", "source"];
    let head = head.map(|id| words.text(&format!("site.head.{id}"))).to_vec();
    let title = |row: &DeficitRow| {
        let known = report.settings.deficits.iter().find(|d| d.id == row.deficit);
        let title = known.map_or(&*row.deficit, |d| d.title.get(words.locale));
        match row.territory.as_str() {
            TOTAL => format!("{title} [{TOTAL}]"),
            _ => title.to_owned(),
        }
    };
    let (open, met): (Vec<_>, Vec<_>) =
        rows.into_iter().partition(|r| r.standard.is_some() && r.meets != Some(true));
    let told = |row: &&DeficitRow| {
        let tone = if row.meets == Some(false) { Tone::Bad } else { Tone::Doubt };
        let written = |value: f64| in_unit(row, value, words);
        let figure = |value: Option<f64>| value.map(written);
        let with_unit = |text: String| format!("{text} {}", unit(row, words));
        let value = match (row.value, row.value_low, row.value_high) {
            (Some(value), Some(low), Some(high)) if row.is_undecidable() => {
                figures::open(words.of_maps(), (value, low, high), written)
            }
            (Some(value), ..) => format!("{}{}", row.qualifier, written(value)),
            (None, low, high) => format!(
                "{}–{}",
                figure(low).unwrap_or_else(|| "…".to_owned()),
                figure(high).unwrap_or_else(|| "…".to_owned())
            ),
        };
        let cells = vec![
            title(row),
            with_unit(value),
            figure(row.standard).map(with_unit).unwrap_or_default(),
            figures::gap_text(words.of_maps(), row, written).unwrap_or_default(),
            words.meets(row.meets),
            source(row, words),
        ];
        (tone, cells)
    };
    let mut notes = Vec::new();
    let met_titles = |keep: fn(&DeficitRow) -> bool| {
        let kept = met.iter().filter(|row| keep(row)).map(|row| title(row));
        kept.collect::<Vec<_>>().join("; ")
    };
    for (key, list) in [
        ("site.deficits.met", met_titles(|row| row.standard.is_some())),
        ("site.deficits.no_standard", met_titles(|row| row.standard.is_none())),
    ] {
        if !list.is_empty() {
            notes.push(words.say(&Message::new(key).with("list", list)));
        }
    }
    let rows = open.iter().map(told).collect();
    Some(Section { heading, grid: Grid { head, rows }, notes })
}

/// A figure of a deficit; a share as a percentage.
fn in_unit(row: &DeficitRow, value: f64, words: Words) -> String {
    if row.unit == "1" { words.percent(value) } else { words.figure(value) }
}

fn unit(row: &DeficitRow, words: Words) -> String {
    match row.unit.as_str() {
        "1" => words.text("site.unit.share"),
        "m2/person" => words.text("site.unit.m2_person"),
        "people/unit" => words.text("site.unit.people_unit"),
        other => other.to_owned(),
    }
}

/// Where the value and the standard come from.
fn source(row: &DeficitRow, words: Words) -> String {
    let period = format!("{} {}", row.source, row.period);
    let standard = match row.citation.source.as_str() {
        "" => String::new(),
        source => {
            let message =
                Message::new("site.deficits.standard_by").with("source", source);
            words.say(&message)
        }
    };
    let parts = [period.trim().to_owned(), standard];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join("; ")
}

/// What building there would change: two sections, the people that it puts in the way of
/// hazards and what it does to the deficits.
pub(super) fn change(
    report: &SiteReport<'_>,
    change: &Change,
    words: Words,
) -> Vec<Section> {
    let people = words.people(change.amount);
    let (key, layer) = match &change.added {
        Added::Residents { layer } => ("site.heading.residents", layer),
        Added::Facility { service } => ("site.heading.facility", service),
    };
    let heading = Message::new(key)
        .with("amount", &people)
        .with("layer", title(report, layer, words));
    let mut notes = Vec::new();
    if change.is_hidden {
        notes.push(words.text("site.change.hidden"));
    }
    if let Some(nearest) = change.people_nearest {
        let message = Message::new("site.change.nearest");
        notes.push(words.say(&message.with("people", words.people(nearest))));
    }
    if matches!(change.added, Added::Facility { .. }) {
        notes.push(words.text("site.change.users"));
    }
    let exposed = Section {
        heading: words.say(&heading),
        grid: exposed(report, change, words),
        notes,
    };
    let mut sections = vec![exposed];
    let grid = before_after(report, change, words);
    let notes = if grid.rows.is_empty() {
        vec![words.text("site.change.nothing")]
    } else {
        vec![words.text("site.change.as_run")]
    };
    let heading = words.text("site.heading.before_after");
    sections.push(Section { heading, grid, notes });
    sections
}

fn exposed(report: &SiteReport<'_>, change: &Change, words: Words) -> Grid {
    let is_zone = |row: &&ExposedHere| row.level.index() < 4;
    let hazard_of =
        |row: &ExposedHere| report.area.hazards.iter().find(|h| h.layer.id == row.hazard);
    let in_force =
        |row: &&ExposedHere| hazard_of(row).is_none_or(|h| h.in_force != Some(false));
    // Where nobody is as drawn, the worst level that may be says enough.
    let is_told = |row: &&ExposedHere| {
        let of_hazard = change.exposed.iter().filter(is_zone);
        let mut same = of_hazard.filter(|other| {
            other.hazard == row.hazard && other.territory == row.territory
        });
        let worst = same.clone().next();
        row.people.value > 0.0
            || (same.all(|other| other.people.value <= 0.0)
                && worst.is_some_and(|worst| worst.level == row.level))
    };
    let shown = change.exposed.iter().filter(is_zone).filter(in_force).filter(is_told);
    let rows = shown.map(|row| {
        let hazard = match hazard_of(row) {
            Some(hazard) => hazard.layer.title.get(words.locale).to_owned(),
            None => words.text("site.hazards.any"),
        };
        // A 0 would be read as nobody where nobody can say.
        let value = if row.people.is_undecidable() && row.people.value <= 0.0 {
            String::new()
        } else {
            words.people(row.people.value)
        };
        let (low, high) = row.people.range.unzip();
        let range = low.zip(high).map(|(low, high)| {
            let is_open = low <= 0.0 && high > 0.0;
            let key =
                if is_open { "site.change.undecidable" } else { "site.change.range" };
            let message = Message::new(key)
                .with("low", words.people(low))
                .with("high", words.people(high));
            (is_open, words.say(&message))
        });
        let tone = match &range {
            Some((true, _)) => Tone::Doubt,
            _ => Tone::Bad,
        };
        let range = range.map_or_else(|| words.text("site.change.no_range"), |(_, r)| r);
        let place = if row.territory == OUTSIDE {
            words.text("site.territory.outside")
        } else {
            String::new()
        };
        (tone, vec![hazard, words.level(row.level), value, range, place])
    });
    let mut rows: Vec<(Tone, Vec<String>)> = rows.collect();
    if rows.is_empty() {
        let text = words.text("site.change.in_no_zone");
        rows.push((Tone::Plain, vec![text, String::new()]));
    }
    let head = ["hazard", "level", "people", "range", "place"];
    let head = head.map(|id| words.text(&format!("site.head.{id}"))).to_vec();
    Grid { head, rows }
}

fn before_after(report: &SiteReport<'_>, change: &Change, words: Words) -> Grid {
    let told = |(before, after): &(DeficitRow, DeficitRow)| {
        let known = report.settings.deficits.iter().find(|d| d.id == before.deficit);
        let title = known.map_or(&*before.deficit, |d| d.title.get(words.locale));
        let place =
            report.area.territories.iter().find(|t| t.code.as_str() == before.territory);
        let place = place.map_or(&*before.territory, |t| t.name.as_str());
        let unknown = |row: &DeficitRow| {
            if row.is_hidden { words.hidden() } else { words.text("site.meets.unknown") }
        };
        let value = |row: &DeficitRow| {
            let written = row.value.map(|value| in_unit(row, value, words));
            written.unwrap_or_else(|| unknown(row))
        };
        let plain = |value: f64| words.figure(value);
        let lacking = |row: &DeficitRow| {
            let text = figures::shortfall_text(words.of_maps(), row, plain);
            text.unwrap_or_else(|| unknown(row))
        };
        let shortfall = format!("{} → {}", lacking(before), lacking(after));
        let cells = vec![
            title.to_owned(),
            place.to_owned(),
            format!("{} → {} {}", value(before), value(after), unit(before, words)),
            format!("{shortfall} {}", before.shortfall_unit),
            if after.is_hidden { words.hidden() } else { words.meets(after.meets) },
        ];
        let tone = match (before.gap, after.gap) {
            (Some(a), Some(b)) if b < a => Tone::Good,
            (Some(a), Some(b)) if b > a => Tone::Bad,
            _ => Tone::Plain,
        };
        (tone, cells)
    };
    let rows = change.deficits.iter().map(told).collect();
    let head =
        ["deficit", "territory", "value_change", "shortfall_change", "meets_after"];
    let head = head.map(|id| words.text(&format!("site.head.{id}"))).to_vec();
    Grid { head, rows }
}

/// Layers behind what is said of a place, each once.
pub(super) fn layers_behind(report: &SiteReport<'_>, here: &SiteFeature) -> Vec<String> {
    let settings = report.settings;
    let mut ids = vec![settings.territories.clone()];
    for hazard in &report.area.hazards {
        ids.push(hazard.layer.id.clone());
        let role = settings.layer(&hazard.layer.id).and_then(|l| l.hazard.as_ref());
        ids.extend(role.and_then(|role| role.study_area.clone()));
    }
    ids.extend(here.elements.iter().map(|layer| layer.layer.clone()));
    ids.extend(here.services.iter().map(|service| service.service.clone()));
    let with_people = report.area.exposures.iter().filter(|layer| layer.people.is_some());
    ids.extend(with_people.map(|layer| layer.layer.id.clone()));
    let mut seen = BTreeSet::new();
    ids.retain(|id| seen.insert(id.clone()));
    ids
}

/// Findings that touch what is said of a place: of the place, of layers as a whole, of hazards
/// that it may be in, of its territory, its elements and the facilities that are named.
pub(super) fn findings_of<'a>(
    report: &SiteReport<'a>,
    here: &SiteFeature,
) -> Vec<&'a Finding> {
    let layers = layers_behind(report, here);
    let may_be_in: Vec<&str> = here
        .hazards
        .iter()
        .filter(|hazard| hazard.verdict() != Verdict::Outside)
        .map(|hazard| hazard.hazard.as_str())
        .collect();
    let mut named: BTreeSet<(&str, &str)> = BTreeSet::new();
    for layer in &here.elements {
        named.extend(layer.named.iter().map(|e| (&*layer.layer, &*e.id)));
    }
    for service in &here.services {
        named.extend(service.nearest.iter().map(|f| (&*service.service, &*f.id)));
    }
    let code = here.territory.map(|row| report.area.territories[row].code.as_str());
    let deficits: Vec<&str> =
        report.settings.deficits.iter().map(|d| d.id.as_str()).collect();
    let touches = |finding: &&Finding| {
        let (layer, feature) = (finding.layer.as_str(), finding.feature.as_str());
        if layer == report.place.id {
            return feature.is_empty() || feature == here.id;
        }
        let is_behind = layers.iter().any(|id| id == layer) || deficits.contains(&layer);
        is_behind
            && (feature.is_empty()
                || may_be_in.contains(&layer)
                || Some(feature) == code
                || named.contains(&(layer, feature)))
    };
    report.findings.as_slice().iter().filter(touches).collect()
}

/// Findings, the gravest first.
pub(super) fn findings(
    report: &SiteReport<'_>,
    here: &SiteFeature,
    words: Words,
) -> Option<Section> {
    let mut found = findings_of(report, here);
    if found.is_empty() {
        return None;
    }
    found.sort_by_key(|finding| std::cmp::Reverse(finding.code.severity()));
    let rows = found.iter().take(FINDINGS).map(|finding| {
        let severity =
            words.text(&format!("cli.severity.{}", finding.code.severity().id()));
        let about = format!("{} {}", finding.layer, finding.feature);
        let code = format!("{} ({severity})", finding.code.id());
        let text = words.say(&finding.message());
        (Tone::Plain, vec![code, about.trim().to_owned(), text])
    });
    let rows: Vec<(Tone, Vec<String>)> = rows.collect();
    let more = found.len().saturating_sub(FINDINGS);
    let note = Message::new("site.findings.more").with("count", more);
    let notes = if more > 0 { vec![words.say(&note)] } else { Vec::new() };
    let heading = words.text("site.heading.findings");
    Some(Section { heading, grid: Grid { head: Vec::new(), rows }, notes })
}

/// The layers: date, status and source of each.
pub(super) fn layers(
    report: &SiteReport<'_>,
    here: &SiteFeature,
    words: Words,
) -> Section {
    let row = |id: &String| {
        let layer = report.settings.layer(id)?;
        let source = &layer.source;
        let publisher = [&source.title, &source.publisher];
        let publisher: Vec<&str> =
            publisher.into_iter().flatten().map(String::as_str).collect();
        let unknown = || words.text("site.layers.undated");
        let cells = vec![
            layer.title.get(words.locale).to_owned(),
            source.date.clone().unwrap_or_else(unknown),
            words.text(&format!("site.status.{}", layer.status.id())),
            publisher.join(", "),
        ];
        Some((Tone::Plain, cells))
    };
    let rows = layers_behind(report, here).iter().filter_map(row).collect();
    let head = ["layer", "date", "status", "source"];
    let head = head.map(|id| words.text(&format!("site.head.{id}"))).to_vec();
    let heading = words.text("site.heading.layers");
    Section { heading, grid: Grid { head, rows }, notes: Vec::new() }
}
