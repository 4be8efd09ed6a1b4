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

use crate::config::{DeficitKind, Settings};
use crate::domain::{Doubt, Findings, Stage, Stages};
use crate::geometry::{ExposureLayer, StudyArea};
use access::Neighbours;
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
    mut kept: Option<&mut Vec<KeptLayer>>,
    findings: &mut Findings,
    stages: &mut dyn Stages,
) -> Measurements {
    stages.begin(Stage::Index);
    let planes = Planes::new(area);
    let mut doubter = Doubter::new(area, settings);
    let mut neighbours = Neighbours::default();
    let mut tabled = |layer: &ExposureLayer, served: &[Vec<bool>]| {
        let keeps = kept.is_some();
        let (tally, apart) = tally::tally_and_keep(&planes, layer, served, keeps);
        if let Some(kept) = &mut kept {
            kept.push(KeptLayer::of(&planes, layer, &apart));
        }
        let table = exposure::Table::new(&planes, layer, &tally, served.len());
        (table, doubter.of_layer(&planes, layer, served))
    };
    let job = Job { area, settings, planes: &planes };
    let mut found = job.measure(&mut neighbours, &mut tabled, findings, stages);
    found.facilities = facilities::rows(area, settings, &planes, &neighbours);
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
    let mut tabled = |layer: &ExposureLayer, served: &[Vec<bool>]| {
        (kept.table(area, &planes, layer, served), LayerDoubts::default())
    };
    let job = Job { area, settings, planes: &planes };
    let mut found =
        job.measure(&mut Neighbours::default(), &mut tabled, findings, &mut ());
    if let Some(risk) = &settings.risk {
        risk::examine(area, risk, findings);
    }
    sort(&mut found);
    suppression::apply(area, settings, &mut found, findings);
    found
}

/// Makes the sums of a layer and finds its doubts; told which of its features are served.
type Tabled<'t> =
    dyn FnMut(&ExposureLayer, &[Vec<bool>]) -> (exposure::Table, LayerDoubts) + 't;

/// What all layers are measured with.
struct Job<'a> {
    area: &'a StudyArea,
    settings: &'a Settings,
    planes: &'a Planes,
}

impl Job<'_> {
    /// Everything but facilities and risk.
    fn measure(
        &self,
        neighbours: &mut Neighbours,
        tabled: &mut Tabled<'_>,
        findings: &mut Findings,
        stages: &mut dyn Stages,
    ) -> Measurements {
        let Self { area, settings, planes } = *self;
        let edges = settings.doubts.has(Doubt::HazardEdge);
        let mut found = Measurements::default();
        let mut tallied = Vec::new();
        for layer in &area.exposures {
            let distances = (&mut *neighbours, &mut found.distances);
            let result = tally_layer(area, settings, layer, tabled, distances, stages);
            stages.begin(Stage::Measure);
            let doubts = (edges, &result.doubts);
            let rows = exposure::rows(area, planes, layer, &result.table, doubts);
            found.exposure.extend(rows);
            found.balance.extend(exposure::balance(area, planes, layer, &result.table));
            found.in_hazard.extend(in_hazard::rows(area, planes, &result));
            checks::totals(area, layer, &result.table, findings);
            checks::dates(area, layer, findings);
            tallied.push(result);
        }
        stages.begin(Stage::Measure);
        let basis = Basis { area, settings, planes, tallied: &tallied };
        found.deficits = basis.rows(findings);
        found.disputed = basis.disputed();
        found
    }
}

/// Tallies one layer with the access questions that ask for its people.
fn tally_layer<'a>(
    area: &StudyArea,
    settings: &Settings,
    layer: &'a ExposureLayer,
    tabled: &mut Tabled<'_>,
    (neighbours, found): (&mut Neighbours, &mut Vec<Distances>),
    stages: &mut dyn Stages,
) -> Tallied<'a> {
    stages.begin(Stage::Access);
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
        let distances = neighbours.of(layer, service);
        let to = Arc::clone(distances);
        found.push(Distances { deficit: deficit.id.clone(), found: to });
        served.push(access::served(distances, *within_m));
        for (doubt, off_m) in access::doubts(area, settings, layer, service) {
            let (less, more) = (first + served.len(), first + served.len() + 1);
            reaches.push(Reach { deficit: deficit.id.clone(), doubt, less, more });
            served.push(access::served(distances, within_m - off_m));
            served.push(access::served(distances, within_m + off_m));
        }
    }
    stages.begin(Stage::Overlay);
    let (table, doubts) = tabled(layer, &served);
    Tallied { layer: &layer.layer.id, table, served: columns, reaches, doubts }
}

/// Sorts each list by its key in byte order.
fn sort(found: &mut Measurements) {
    found.exposure.sort_by(|a, b| exposure_key(a).cmp(&exposure_key(b)));
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
