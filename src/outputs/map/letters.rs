//! Letters that maps cannot write.
//!
//! In: the names and titles that may stand on a map. Out: a finding for each layer or deficit,
//! and one for the project, with letters that the embedded face lacks; on the sheets a box
//! stands in their place.

use std::collections::BTreeSet;

use crate::config::Settings;
use crate::domain::{Code, Finding};
use crate::geometry::StudyArea;
use crate::i18n::Locale;

use super::font;

/// Letters that are named in a finding, at most.
const NAMED: usize = 8;

/// What the texts of the project itself are told under.
const PROJECT: &str = "project";

/// One finding for each layer, deficit or project with names or titles that cannot be written
/// whole.
#[must_use]
pub fn missing(area: &StudyArea, settings: &Settings, locale: Locale) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut look = |layer: &str, names: &mut dyn Iterator<Item = &str>| {
        findings.extend(about(layer, names));
    };
    let territories = area.territories.iter().map(|territory| territory.name.as_str());
    let title = area.territory_layer.title.get(locale);
    look(&area.territory_layer.id, &mut territories.chain([title]));
    let others = area.hazards.iter().map(|l| &l.layer);
    for layer in others.chain(area.exposures.iter().map(|l| &l.layer)) {
        look(&layer.id, &mut [layer.title.get(locale)].into_iter());
    }
    for service in &area.services {
        // A facility is named by its id where no context names it.
        let ids: Vec<_> = service.layer.ids.iter().collect();
        let ids = ids.iter().map(AsRef::as_ref);
        look(&service.layer.id, &mut ids.chain([service.layer.title.get(locale)]));
    }
    for deficit in &settings.deficits {
        look(&deficit.id, &mut [deficit.title.get(locale)].into_iter());
    }
    let author = settings.author.iter().map(|author| author.get(locale));
    look(PROJECT, &mut author.chain([settings.title.get(locale)]));
    for context in &area.contexts {
        let names = context.names.iter().map(String::as_str);
        look(&context.layer.id, &mut names.chain([context.layer.title.get(locale)]));
    }
    findings
}

fn about(layer: &str, names: &mut dyn Iterator<Item = &str>) -> Option<Finding> {
    let mut letters: BTreeSet<char> = BTreeSet::new();
    let mut count = 0;
    for name in names {
        let lacking: Vec<char> = name.chars().filter(|c| font::lacks(*c)).collect();
        count += usize::from(!lacking.is_empty());
        letters.extend(lacking);
    }
    if letters.is_empty() {
        return None;
    }
    let mut codes: Vec<String> =
        letters.iter().take(NAMED).map(|c| format!("U+{:04X}", u32::from(*c))).collect();
    if letters.len() > NAMED {
        codes.push("\u{2026}".to_owned());
    }
    let finding = Finding::about(Code::LettersMissing, layer);
    Some(finding.with("count", count).with("letters", codes.join(", ")))
}
