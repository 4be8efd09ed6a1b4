//! What people call an indicator, a territory and a run of a series.
//!
//! In: the settings that the manifests of the runs recorded. Out: titles in a language. What
//! no run has a title for keeps its code.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Observation, Series};
use crate::domain::{Message, TOTAL};
use crate::i18n::{self, Locale};
use crate::outputs::map::words::Words;

/// The method of figures that are shares of people.
const SHARES: &str = "deficit.access";

/// The title of an indicator, as people read it.
pub(super) fn indicator(series: &Series, code: &str, locale: Locale) -> String {
    let parts: Vec<&str> = code.splitn(5, '.').collect();
    match parts[..] {
        ["exposure", hazard, level, layer, measure] => {
            exposure(series, [hazard, level, layer, measure], locale)
        }
        ["deficit", ..] => {
            let id = code.trim_start_matches("deficit.");
            title(series, "deficits", id, locale).unwrap_or_else(|| id.to_owned())
        }
        _ => code.to_owned(),
    }
}

fn exposure(
    series: &Series,
    [hazard, level, layer, measure]: [&str; 4],
    locale: Locale,
) -> String {
    let of_layer =
        |id: &str| title(series, "layers", id, locale).unwrap_or_else(|| id.to_owned());
    let hazard = match hazard {
        "any" => i18n::text(locale, "report.any").to_owned(),
        id => of_layer(id),
    };
    let level = i18n::text(locale, &format!("map.level.{level}")).to_lowercase();
    let keys = [format!("map.measure.{measure}"), format!("map.sum.{measure}")];
    let known = keys.iter().map(|key| (key, i18n::text(locale, key)));
    let word = known.filter(|(key, word)| *word != key.as_str()).map(|(_, word)| word);
    let measure = word.into_iter().next().unwrap_or(measure);
    let message = Message::new("series.name.exposure")
        .with("hazard", hazard)
        .with("level", level)
        .with("measure", measure);
    let name = i18n::render(locale, &message);
    if has_several(series) { format!("{name} \u{b7} {}", of_layer(layer)) } else { name }
}

/// Whether more than one layer has people, so that a title must say which.
fn has_several(series: &Series) -> bool {
    let of_people = series.lines.iter().filter_map(|line| {
        let parts: Vec<&str> = line.indicator.splitn(5, '.').collect();
        match parts[..] {
            ["exposure", _, _, layer, "people"] => Some(layer),
            _ => None,
        }
    });
    of_people.collect::<BTreeSet<_>>().len() > 1
}

/// The title of a layer or deficit, of the newest run that has it.
fn title(series: &Series, list: &str, id: &str, locale: Locale) -> Option<String> {
    series.members.iter().rev().find_map(|member| {
        let mut all = member.settings[list].as_array()?.iter();
        text(&all.find(|one| one["id"] == *id)?["title"], locale)
    })
}

/// A text of the settings in a language; blank ones are none.
fn text(value: &Value, locale: Locale) -> Option<String> {
    let text = value[locale.id()].as_str()?;
    (!text.is_empty()).then(|| text.to_owned())
}

/// The name of a territory or of the whole.
pub(super) fn territory(series: &Series, code: &str, locale: Locale) -> String {
    match code {
        TOTAL => i18n::text(locale, "map.total").to_owned(),
        code => series.territory(code).to_owned(),
    }
}

/// The short name of a run: its number.
pub(super) fn run(number: usize, locale: Locale) -> String {
    i18n::render(locale, &Message::new("series.name.run").with("number", number))
}

/// The title of a run's project.
pub(super) fn project(series: &Series, number: usize, locale: Locale) -> Option<String> {
    text(&series.members[number - 1].settings["project"]["title"], locale)
}

/// What a run is: title and id of its project and the first digits of its settings' digest.
pub(super) fn run_told(series: &Series, number: usize, locale: Locale) -> String {
    let member = &series.members[number - 1];
    let title = project(series, number, locale);
    let digest = member.settings_sha256.get(..12).unwrap_or(&member.settings_sha256);
    let key = match (&title, member.project.as_str()) {
        (None, "") => "series.name.run_plain",
        _ => "series.name.run_told",
    };
    let message = Message::new(key)
        .with("run", run(number, locale))
        .with("title", title.as_deref().unwrap_or(&member.project))
        .with("project", &member.project)
        .with("digest", digest);
    i18n::render(locale, &message)
}

/// Whether a figure is a share, which people read in percent.
pub(super) fn is_share(one: &Observation) -> bool {
    one.cell("method") == SHARES && one.cell("unit_measure") == "1"
}

/// The unit as people read it.
pub(super) fn unit(one: &Observation, locale: Locale) -> String {
    if is_share(one) {
        return i18n::text(locale, "series.chart.share").to_owned();
    }
    i18n::unit(locale, one.cell("unit_measure")).to_owned()
}

/// A number of an observation: a share in percent.
pub(super) fn number(value: f64, is_share: bool, locale: Locale) -> String {
    let words = Words { locale };
    if is_share { words.percent(value) } else { words.figure(value) }
}

#[cfg(test)]
mod tests {
    use super::super::Member;
    use super::*;

    fn series() -> Series {
        let settings = serde_json::json!({
            "project": { "title": { "es": "Plan", "en": "Plan in English" } },
            "layers": [
                { "id": "flood", "title": { "es": "Inundación", "en": "Flood" } },
                { "id": "blocks", "title": { "es": "Manzanas", "en": "Blocks" } },
            ],
            "deficits": [{ "id": "a.b", "title": { "es": "Agua", "en": "Water" } }],
        });
        let member = Member {
            project: "p".to_owned(),
            settings_sha256: "0123456789abcdef".to_owned(),
            territories: [("01".to_owned(), "One".to_owned())].into(),
            settings,
        };
        Series { members: vec![member], lines: Vec::new() }
    }

    #[test]
    fn titles_are_those_of_the_settings() {
        let names =
            |code| [Locale::Es, Locale::En].map(|l| indicator(&series(), code, l));
        assert_eq!(
            names("exposure.flood.very_high.blocks.people"),
            ["Inundación, nivel muy alto: habitantes", "Flood, very high level: people",]
        );
        assert_eq!(names("deficit.a.b"), ["Agua", "Water"]);
        // What no run has a title for keeps its id.
        assert_eq!(names("deficit.gone"), ["gone", "gone"]);
        // Where two layers have people the title says which.
        let line = |layer: &str| crate::outputs::series::Line {
            indicator: format!("exposure.flood.low.{layer}.people"),
            ref_area: TOTAL.to_owned(),
            observations: Vec::new(),
        };
        let series = Series { lines: vec![line("blocks"), line("lots")], ..series() };
        let name = indicator(&series, "exposure.flood.low.blocks.people", Locale::Es);
        assert_eq!(name, "Inundación, nivel bajo: habitantes \u{b7} Manzanas");
    }

    #[test]
    fn runs_are_told_by_number_title_and_digest() {
        let told = run_told(&series(), 1, Locale::Es);
        assert_eq!(told, "C1: Plan (p, configuración 0123456789ab)");
    }
}
