//! What a figure rests on: citation, date and status of the layers behind it.
//!
//! In: the prepared layers and the settings. Out: short texts that are the same in every
//! language, for the columns `source`, `boundary_source` and `comment`. Knows no figure.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::config::{DeficitKind, Growth, Settings, Units};
use crate::domain::{Level, Measure, Source, Status};
use crate::geometry::{Prepared, StudyArea};

/// The worst of all hazards, as exposure names it.
pub(super) const ANY: &str = "any";

/// What a figure rests on, as the tables print it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Provenance {
    /// Citation of the data.
    pub source: Arc<str>,
    /// `status=` of the worst layer, then that of each; empty without layers.
    pub comment: Arc<str>,
    /// Status of the worst layer; `None` without layers.
    pub status: Option<Status>,
}

/// The layers of a study area by id.
pub(super) struct Layers<'a> {
    by_id: BTreeMap<&'a str, &'a Prepared>,
    /// Ids of the hazards that take part in `any`.
    any: Vec<&'a str>,
    /// Levels whose bands cannot be resolved, by hazard.
    unresolved: BTreeMap<&'a str, Vec<Level>>,
    territory: &'a Prepared,
}

impl<'a> Layers<'a> {
    pub(super) fn of(area: &'a StudyArea) -> Self {
        let layers = area
            .hazards
            .iter()
            .map(|hazard| &hazard.layer)
            .chain(area.exposures.iter().map(|exposure| &exposure.layer))
            .chain(area.services.iter().map(|service| &service.layer))
            .chain([&area.territory_layer]);
        let mut any: Vec<_> = area
            .hazards
            .iter()
            .filter(|hazard| hazard.in_any)
            .map(|hazard| hazard.layer.id.as_str())
            .collect();
        any.sort_unstable();
        Self {
            by_id: layers.map(|layer| (layer.id.as_str(), layer)).collect(),
            any,
            unresolved: area
                .hazards
                .iter()
                .map(|hazard| (hazard.layer.id.as_str(), hazard.unresolved()))
                .collect(),
            territory: &area.territory_layer,
        }
    }

    /// The hazards whose band of a level cannot be resolved, among those behind a figure.
    pub(super) fn unresolved(&self, hazard: &str, level: Level) -> Vec<&'a str> {
        let is_behind =
            |id: &str| id == hazard || hazard == ANY && self.any.contains(&id);
        let known = self.unresolved.iter().filter(|(id, _)| is_behind(id));
        known.filter(|(_, levels)| levels.contains(&level)).map(|(id, _)| *id).collect()
    }

    /// Title and date of the layer that draws the territories; its id if it states none.
    pub(super) fn boundaries(&self) -> Arc<str> {
        let Prepared { id, source, .. } = self.territory;
        cite([&source.title, &source.date], id).into()
    }

    /// Year of the data of a layer; empty if it states no date.
    pub(super) fn year(&self, layer: &str) -> Arc<str> {
        let date = self.by_id.get(layer).and_then(|found| found.source.date.as_deref());
        date.unwrap_or_default().split('-').next().unwrap_or_default().into()
    }

    /// What an exposure figure rests on: the exposed layer, the hazard and the territories.
    pub(super) fn of_exposure(
        &self,
        settings: &Settings,
        layer: &str,
        hazard: &str,
    ) -> Provenance {
        let hazards: Vec<&str> = match hazard {
            ANY => self.any.clone(),
            one => vec![one],
        };
        let mut cited = vec![self.citation(layer)];
        cited.extend(hazards.iter().map(|hazard| self.citation(hazard)));
        let ids = [layer, self.territory.id.as_str()].into_iter().chain(hazards);
        let mut found = self.provenance(cited.join("; "), ids.collect());
        if let Some(kind) = element_type(settings, layer) {
            found.comment = format!("{}; {kind}", found.comment).into();
        }
        found
    }

    /// What a deficit rests on. `stated` is the source as the measurement names it.
    pub(super) fn of_deficit(&self, kind: &'a DeficitKind, stated: &str) -> Provenance {
        let territories = self.territory.id.as_str();
        let people = |layer: &'a Option<String>| layer.as_deref().unwrap_or(territories);
        let ids = match kind {
            DeficitKind::AreaPerPerson { service, people: from } => {
                vec![service.as_str(), people(from), territories]
            }
            DeficitKind::Access { service, people, .. } => {
                vec![service.as_str(), people.as_str(), territories]
            }
            DeficitKind::PeoplePerUnit { units, people: from } => match units {
                Units::Service(service) => vec![service, people(from), territories],
                Units::Reported { .. } => vec![people(from), territories],
            },
            DeficitKind::Reported { .. } => Vec::new(),
        };
        self.provenance(self.citation(stated), ids)
    }

    fn provenance(&self, source: String, mut ids: Vec<&str>) -> Provenance {
        ids.sort_unstable();
        ids.dedup();
        let known: Vec<_> = ids
            .iter()
            .filter_map(|id| self.by_id.get(id).map(|layer| (*id, layer.status)))
            .collect();
        let status = known.iter().map(|&(_, status)| status).max();
        let worst = status.map(|worst| format!("status={}", worst.id()));
        let each = known.iter().map(|(id, status)| format!("{id}={}", status.id()));
        let comment = worst.into_iter().chain(each).collect::<Vec<_>>().join("; ");
        Provenance { source: source.into(), comment: comment.into(), status }
    }

    /// Title, publisher and date of a layer; the text itself if it names no layer.
    fn citation(&self, id: &str) -> String {
        let Some(layer) = self.by_id.get(id) else { return id.to_owned() };
        let Source { title, publisher, date, .. } = &layer.source;
        cite([title, publisher, date], id)
    }
}

/// The kind of an exposed element, with SIGRID's codes, as a comment.
fn element_type(settings: &Settings, layer: &str) -> Option<String> {
    let kind = settings.layer(layer)?.exposure.as_ref()?.element_type?;
    let codes = kind.codes().join("/");
    Some(if codes.is_empty() {
        format!("element_type={}", kind.id())
    } else {
        format!("element_type={} ({codes})", kind.id())
    })
}

/// Joins what is stated; `otherwise` where nothing is.
fn cite<const N: usize>(parts: [&Option<String>; N], otherwise: &str) -> String {
    let stated: Vec<&str> = parts
        .into_iter()
        .filter_map(|part| part.as_deref().map(str::trim))
        .filter(|part| !part.is_empty())
        .collect();
    if stated.is_empty() { otherwise.to_owned() } else { stated.join(", ") }
}

/// How the people of a layer were grown to another year, if the measure counts them.
pub(super) fn growth<'a>(
    settings: &'a Settings,
    layer: &str,
    measure: &Measure,
) -> Option<&'a Growth> {
    let role = settings.layer(layer).and_then(|layer| layer.exposure.as_ref())?;
    role.growth.as_ref().filter(|_| *measure == Measure::People)
}

/// Where the denominator of an exposure figure comes from: the layer and, if it is a
/// field's sum, the field as the project names it.
pub(super) fn denominator(settings: &Settings, layer: &str, measure: &Measure) -> String {
    let role = settings.layer(layer).and_then(|layer| layer.exposure.as_ref());
    let field = match measure {
        Measure::People => role.and_then(|role| role.people.as_ref()),
        Measure::Sum(name) => role.and_then(|role| role.sums.get(name)),
        Measure::Features | Measure::Area | Measure::Length => None,
    };
    let source =
        field.map_or_else(|| layer.to_owned(), |field| format!("{layer}.{field}"));
    growth(settings, layer, measure).map_or(source.clone(), |growth| growth.of(&source))
}
