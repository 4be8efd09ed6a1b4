//! From a study area to measurements: no file, no rounding, no labels.
//!
//! In: a [`StudyArea`]. Out: [`Measurements`] at full precision, each list sorted
//! by its key. It must not know how figures are written or what a map shows.

#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "grid coordinates and sums fit the mantissa or are meant to be rounded"
)]

mod access;
mod checks;
pub mod contributions;
mod deficit;
mod distance;
mod doubts;
pub mod explain;
mod exposure;
mod facilities;
pub mod features;
mod fixed;
mod in_hazard;
pub mod kept;
pub mod measurements;
mod planes;
mod risk;
pub mod site;
mod suppression;
mod tally;

pub use access::{Found, centroid};
pub use contributions::{Contribution, LayerContributions, PlaceClass, contributions};
pub use deficit::Lacking;
pub use facilities::people_layer;
pub use features::{FeatureRow, LayerFeatures, features};
pub use fixed::Fixed;
pub use kept::{KeptLayer, KeptPart, KeptParts};
pub use risk::{RiskMeasurements, RiskRow, RiskSummaryRow, WhyNot};

pub use measurements::{
    BalanceRow, DeficitRow, Distances, ExposureRow, FacilityRow, InHazardRow,
    Measurements,
};

use std::sync::Arc;

use rayon::prelude::*;

use crate::config::{DeficitKind, Settings};
use crate::domain::{Doubt, Findings, Stage, Stages};
use crate::geometry::{ExposureLayer, StudyArea};
use access::{Neighbours, WithinReach};
use deficit::{Basis, Reach, Tallied};
use doubts::{Doubter, LayerDoubts};
use planes::Planes;

/// Measures exposure, deficits, deficits in hazard zones and the balance of all.
///
/// Assumes that the settings are those that the study area was prepared with. `stages` hears of
/// every stage from [`Stage::Index`] to [`Stage::Measure`].
///
/// # Units
///
/// m², m and people, not rounded.
#[must_use]
pub fn measure(
    area: &StudyArea,
    settings: &Settings,
    findings: &mut Findings,
    stages: &mut dyn Stages,
) -> Measurements {
    measure_all(area, settings, None, findings, stages)
}

/// The same, and the parts that the layers came apart into.
#[must_use]
pub fn measure_and_keep(
    area: &StudyArea,
    settings: &Settings,
    findings: &mut Findings,
    stages: &mut dyn Stages,
) -> (Measurements, KeptParts) {
    let mut layers = Vec::new();
    let found = measure_all(area, settings, Some(&mut layers), findings, stages);
    (found, KeptParts::of(area, layers))
}

/// Measures everything, and keeps the parts of layers for whoever wants them.
fn measure_all(
    area: &StudyArea,
    settings: &Settings,
    kept: Option<&mut Vec<KeptLayer>>,
    findings: &mut Findings,
    stages: &mut dyn Stages,
) -> Measurements {
    stages.begin(Stage::Index);
    let planes = Planes::new(area);
    let mut doubter = Doubter::new(area, settings);
    let keeps = kept.is_some();
    let table_of = |layer: &ExposureLayer, served: &[WithinReach]| {
        let (tally, apart) = tally::tally_and_keep(&planes, layer, served, keeps);
        let kept = keeps.then(|| KeptLayer::of(&planes, layer, &apart));
        (exposure::Table::new(&planes, layer, &tally, served.len()), kept)
    };
    let mut doubts_of = |layer: &ExposureLayer, served: &[WithinReach]| {
        doubter.of_layer(&planes, layer, served)
    };
    let job = Job { area, settings, planes: &planes };
    stages.begin(Stage::Access);
    let neighbours = Neighbours::new(area, settings);
    let (mut found, layers) =
        job.measure(&neighbours, &table_of, &mut doubts_of, findings, stages);
    if let Some(kept) = kept {
        *kept = layers;
    }
    found.facilities = facilities::rows(area, &planes, &neighbours);
    found.risk = settings.risk.as_ref().map(|risk| {
        let measured = risk::measure(area, risk, &planes, findings);
        found.balance.extend(measured.balance.iter().cloned());
        measured
    });
    sort(&mut found);
    suppression::apply(area, settings, &mut found, findings);
    found
}

/// The same from the parts that a run on the same inputs kept, but for facilities and risk.
///
/// Assumes that the parts [fit](KeptParts::fit) the study area, and that no doubt is on but that
/// of the edges of hazards.
#[must_use]
pub fn measure_kept(
    area: &StudyArea,
    settings: &Settings,
    kept: &KeptParts,
    findings: &mut Findings,
) -> Measurements {
    let planes = kept.planes(area);
    let table_of = |layer: &ExposureLayer, served: &[WithinReach]| {
        (kept.table(area, &planes, layer, served), None)
    };
    let mut doubts_of = |_: &ExposureLayer, _: &[WithinReach]| LayerDoubts::default();
    let job = Job { area, settings, planes: &planes };
    let neighbours = Neighbours::of_deficits(area, settings);
    let (mut found, _) =
        job.measure(&neighbours, &table_of, &mut doubts_of, findings, &mut ());
    if let Some(risk) = &settings.risk {
        risk::examine(area, risk, findings);
    }
    sort(&mut found);
    suppression::apply(area, settings, &mut found, findings);
    found
}

/// Makes the sums of a layer, and its parts if they are kept; told which of its features are
/// served.
type Tabled<'t> = dyn Fn(&ExposureLayer, &[WithinReach]) -> (exposure::Table, Option<KeptLayer>)
    + Sync
    + 't;
/// Finds the doubts of a layer, told the same.
type Doubted<'t> = dyn FnMut(&ExposureLayer, &[WithinReach]) -> LayerDoubts + 't;

/// What all layers are measured with.
struct Job<'a> {
    area: &'a StudyArea,
    settings: &'a Settings,
    planes: &'a Planes,
}

/// What was measured of one layer.
struct OfLayer {
    exposure: Vec<ExposureRow>,
    balance: Vec<BalanceRow>,
    in_hazard: Vec<InHazardRow>,
    findings: Findings,
}

impl Job<'_> {
    /// Everything but facilities and risk, and the parts of each layer that were kept.
    fn measure(
        &self,
        neighbours: &Neighbours,
        table_of: &Tabled<'_>,
        doubts_of: &mut Doubted<'_>,
        findings: &mut Findings,
        stages: &mut dyn Stages,
    ) -> (Measurements, Vec<KeptLayer>) {
        let Self { area, settings, planes } = *self;
        let mut found = Measurements::default();
        let layers = area.exposures.iter();
        let asked: Vec<Asked<'_>> = layers
            .map(|layer| ask(area, settings, layer, (neighbours, &mut found.distances)))
            .collect();
        stages.begin(Stage::Overlay);
        let tables: Vec<_> =
            asked.par_iter().map(|asked| table_of(asked.layer, &asked.served)).collect();
        let (mut tallied, mut kept) = (Vec::new(), Vec::new());
        for (asked, (table, parts)) in asked.into_iter().zip(tables) {
            let doubts = doubts_of(asked.layer, &asked.served);
            let Asked { layer, columns: served, reaches, .. } = asked;
            tallied.push(Tallied { layer, table, served, reaches, doubts });
            kept.extend(parts);
        }
        stages.begin(Stage::Measure);
        let each: Vec<OfLayer> =
            tallied.par_iter().map(|tallied| self.of_layer(tallied)).collect();
        for one in each {
            found.exposure.extend(one.exposure);
            found.balance.extend(one.balance);
            found.in_hazard.extend(one.in_hazard);
            findings.extend(one.findings);
        }
        let basis = Basis { area, settings, planes, tallied: &tallied };
        found.deficits = basis.rows(findings);
        found.disputed = basis.disputed();
        (found, kept)
    }

    fn of_layer(&self, tallied: &Tallied<'_>) -> OfLayer {
        let Self { area, settings, planes } = *self;
        let Tallied { layer, table, doubts, .. } = tallied;
        let mut findings = Findings::default();
        checks::totals(area, layer, table, &mut findings);
        checks::dates(area, layer, &mut findings);
        let edges = settings.doubts.has(Doubt::HazardEdge);
        OfLayer {
            exposure: exposure::rows(area, planes, layer, table, (edges, doubts)),
            balance: exposure::balance(area, planes, layer, table),
            in_hazard: in_hazard::rows(area, planes, tallied),
            findings,
        }
    }
}

/// The questions of access that ask for the people of a layer, answered feature by feature.
struct Asked<'a> {
    layer: &'a ExposureLayer,
    /// For each question which features are served.
    served: Vec<WithinReach>,
    /// Deficit id and column of the people served.
    columns: Vec<(String, usize)>,
    reaches: Vec<Reach>,
}

/// Asks who of a layer is served.
fn ask<'a>(
    area: &StudyArea,
    settings: &Settings,
    layer: &'a ExposureLayer,
    (neighbours, found): (&Neighbours, &mut Vec<Distances>),
) -> Asked<'a> {
    let mut served = Vec::new();
    let (mut columns, mut reaches) = (Vec::new(), Vec::new());
    let first = tally::SUMS + layer.sums.len();
    for deficit in &settings.deficits {
        let DeficitKind::Access { service, people, within_m } = &deficit.kind else {
            continue;
        };
        if *people != layer.layer.id {
            continue;
        }
        let service = area.services.iter().find(|s| s.layer.id == *service);
        let service =
            service.expect("the settings name layers with the role of service only");
        columns.push((deficit.id.clone(), first + served.len()));
        let distances = neighbours.of(&layer.layer.id, &service.layer.id);
        let to = Arc::clone(distances);
        found.push(Distances { deficit: deficit.id.clone(), found: to });
        served.push(WithinReach::new(distances, *within_m));
        for (doubt, off_m) in access::doubts(area, settings, layer, service) {
            let (less, more) = (first + served.len(), first + served.len() + 1);
            reaches.push(Reach { deficit: deficit.id.clone(), doubt, less, more });
            served.push(WithinReach::new(distances, within_m - off_m));
            served.push(WithinReach::new(distances, within_m + off_m));
        }
    }
    Asked { layer, served, columns, reaches }
}

/// Sorts each list by its key in byte order.
fn sort(found: &mut Measurements) {
    found.exposure.par_sort_by(|a, b| exposure_key(a).cmp(&exposure_key(b)));
    found
        .deficits
        .sort_by(|a, b| (&a.territory, &a.deficit).cmp(&(&b.territory, &b.deficit)));
    found.distances.sort_by(|a, b| a.deficit.cmp(&b.deficit));
    found.in_hazard.sort_by(|a, b| in_hazard_key(a).cmp(&in_hazard_key(b)));
    found.facilities.sort_by(|a, b| {
        (&a.service, &a.facility, &a.hazard).cmp(&(&b.service, &b.facility, &b.hazard))
    });
    found.balance.sort_by(|a, b| {
        (&a.hazard, &a.layer, a.measure.id()).cmp(&(&b.hazard, &b.layer, b.measure.id()))
    });
}

/// The key of an exposure row: the territory, the hazard, the level, the layer and the measure.
fn exposure_key(row: &ExposureRow) -> (&str, &str, &str, &str, &str) {
    let ExposureRow { territory, hazard, level, layer, measure, .. } = row;
    (territory, hazard, level.id(), layer, measure.id())
}

/// The key of a row of deficits in hazard: the territory, the deficit, the hazard, the level.
fn in_hazard_key(row: &InHazardRow) -> (&str, &str, &str, &str) {
    (&row.territory, &row.deficit, &row.hazard, row.level.id())
}
