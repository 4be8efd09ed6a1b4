//! Which fields of a layer the project needs, and where it says so.

use crate::config::{AccuracySetting, HazardLevels, LayerSettings, Settings};
use crate::domain::Place;

/// A field that a role of a layer needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct WantedField {
    /// Its name in the file.
    pub(super) field: String,
    /// Dotted path of the project's key that names it.
    pub(super) key: String,
    /// What it is for.
    pub(super) purpose: Purpose,
}

/// What a field is for, as far as reading differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Ids, names: any text.
    Text,
    /// What features are judged by: text or numbers, both as they stand.
    Any,
    /// Codes of territories.
    Code,
    /// Levels of a hazard.
    Level,
    /// Numbers that are 0 or more; unknown ones are findings.
    Amount,
}

/// All fields of a layer, in the order of the roles.
pub(super) fn fields_of(layer: &LayerSettings) -> Vec<WantedField> {
    let mut fields = Vec::new();
    let mut add = |key: &str, field: &Option<String>, purpose| {
        let key = format!("layers.{}.{key}", layer.id);
        fields.extend(field.clone().map(|field| WantedField { field, key, purpose }));
    };
    add("id", &layer.id_field, Purpose::Text);
    if let Some(AccuracySetting::Field(field)) = &layer.accuracy {
        add("accuracy_field", &Some(field.clone()), Purpose::Amount);
    }
    if let Some(role) = &layer.territory {
        add("territory.code", &Some(role.code.clone()), Purpose::Code);
        add("territory.name", &role.name, Purpose::Text);
        add("territory.people", &role.people, Purpose::Amount);
    }
    if let Some(role) = &layer.hazard
        && let HazardLevels::Field { field, .. } = &role.levels
    {
        add("hazard.level", &Some(field.clone()), Purpose::Level);
    }
    if let Some(role) = &layer.exposure {
        add("exposure.people", &role.people, Purpose::Amount);
        for (name, field) in &role.sums {
            add(&format!("exposure.sums.{name}"), &Some(field.clone()), Purpose::Amount);
        }
    }
    if let Some(role) = &layer.service {
        add("service.capacity", &role.capacity, Purpose::Amount);
    }
    if let Some(role) = &layer.context {
        add("context.name", &role.name, Purpose::Text);
    }
    if let Some(join) = &layer.join {
        add("join.to", &Some(join.to.clone()), Purpose::Text);
    }
    let attributes = layer.exposure.iter().flat_map(|role| &role.attributes);
    fields.extend(attributes.map(|(field, key)| WantedField {
        field: field.clone(),
        key: key.clone(),
        purpose: Purpose::Any,
    }));
    fields
}

/// Where a key stands in the project file; where its parent stands if it has no line of
/// its own.
pub(super) fn place_of(settings: &Settings, key: &str) -> Option<Place> {
    let mut key = key;
    loop {
        if let Some(place) = settings.place(key) {
            return Some(place.clone());
        }
        (key, _) = key.rsplit_once('.')?;
    }
}

/// The name most like `word`, if any is near enough to be meant.
pub(super) fn nearest<'a>(
    word: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    let lower = word.to_lowercase();
    let likeness = |name: &str| strsim::jaro_winkler(&lower, &name.to_lowercase());
    let mut best: Option<(f64, &str)> = None;
    for name in known {
        let score = likeness(name);
        if score >= 0.7 && best.is_none_or(|(most, _)| score > most) {
            best = Some((score, name));
        }
    }
    best.map(|(_, name)| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_proposed() {
        let known = ["ID", "NIVEL", "NIV_PELIGRO", "population_2017"];
        let cases = [
            ("nivel", Some("NIVEL")),
            ("NIV_PELIG", Some("NIV_PELIGRO")),
            ("population", Some("population_2017")),
            ("zzz", None),
        ];
        for (word, expected) in cases {
            assert_eq!(nearest(word, known).as_deref(), expected, "{word}");
        }
    }
}
