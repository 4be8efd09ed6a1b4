//! What an explanation says of estimates and of bands that cannot be resolved.
//!
//! In: the project and the hazards behind a figure. Out: sentences with their numbers.

use crate::config::{Growth, Settings};
use crate::domain::{Level, Message};
use crate::geometry::HazardLayer;
use crate::outputs::numbers::Format;

/// How the people of a layer were grown to another year: the formula with its numbers, and who
/// states the rate. `None` if they are the field's own.
pub(super) fn growth(settings: &Settings, layer: &str) -> Option<Message> {
    let role = settings.layer(layer)?.exposure.as_ref()?;
    let (field, growth) = (role.people.as_ref()?, role.growth.as_ref()?);
    Some(told(layer, field, growth))
}

fn told(layer: &str, field: &str, growth: &Growth) -> Message {
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
pub(super) fn unresolved<'a>(
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
