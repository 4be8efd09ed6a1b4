//! What an explanation says of estimates and of bands that cannot be resolved.
//!
//! In: a figure's row and the hazards behind it. Out: sentences with their numbers.

use super::super::figure::Row;
use super::super::numbers::Format;
use super::Known;
use crate::config::{Growth, Settings};
use crate::domain::{Level, Measure, Message};
use crate::geometry::HazardLayer;

/// That people were grown to another year, and that bands cannot be resolved. `of_deficit` is
/// the layer whose people a deficit asks for; `hazards` are those behind the figure.
pub(super) fn told(
    known: Known<'_>,
    row: Row<'_>,
    of_deficit: Option<&str>,
    hazards: &[&str],
) -> Vec<Message> {
    let (people, level) = match row {
        Row::Exposure(row) => {
            let is_people = row.measure == Measure::People;
            (is_people.then_some(row.layer.as_str()), Some(row.level))
        }
        Row::InHazard(row) => (of_deficit, Some(row.level)),
        Row::Facility(row) => (None, Some(row.level)),
        Row::Deficit(_) => (of_deficit, None),
        Row::Hazard(_, level) => (None, Some(level)),
        _ => (None, None),
    };
    let grown = people.and_then(|layer| growth(known.settings, layer));
    let is_meant = |one: &&HazardLayer| hazards.contains(&one.layer.id.as_str());
    let meant = known.area.hazards.iter().filter(is_meant);
    let unresolved = level.map(|level| unresolved(meant, level)).unwrap_or_default();
    grown.into_iter().chain(unresolved).collect()
}

/// How the people of a layer were grown to another year: the formula with its numbers, and who
/// states the rate. `None` if they are the field's own.
fn growth(settings: &Settings, layer: &str) -> Option<Message> {
    let role = settings.layer(layer)?.exposure.as_ref()?;
    let (field, growth) = (role.people.as_ref()?, role.growth.as_ref()?);
    Some(said(layer, field, growth))
}

fn said(layer: &str, field: &str, growth: &Growth) -> Message {
    let source = match &growth.source {
        source if source.es == source.en => source.es.clone(),
        source => format!("{} / {}", source.es, source.en),
    };
    Message::new("explain.rule.growth")
        .with("layer", layer)
        .with("field", field)
        .with("from", growth.from_year)
        .with("to", growth.to_year)
        .with("years", growth.years())
        .with("rate", format!("{:.6}", growth.rate))
        .with("percent", Format::UpTo(4).write(growth.rate * 100.0))
        .with("factor", format!("{:.6}", growth.factor()))
        .with("source", source)
}

/// For each hazard whose bands of a level reach no further than its accuracy, why nobody can
/// tell what lies in them.
fn unresolved<'a>(
    hazards: impl Iterator<Item = &'a HazardLayer>,
    level: Level,
) -> Vec<Message> {
    let told = |hazard: &HazardLayer| {
        let (reach, accuracy) = (hazard.reach_m(level)?, hazard.worst_accuracy_m()?);
        let is_unresolved = hazard.resolves(level) == Some(false);
        let shown = |meters| Format::Shortest.write(meters);
        is_unresolved.then(|| {
            Message::new("explain.rule.unresolved")
                .with("layer", &hazard.layer.id)
                .with("within", shown(reach))
                .with("accuracy", shown(accuracy))
        })
    };
    hazards.filter_map(told).collect()
}
