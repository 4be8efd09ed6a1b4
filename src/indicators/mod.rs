//! From measurements to the observatory's table: every figure in SDMX's words.
//!
//! In: a study area, its measurements, the settings. Out: [`IndicatorRow`]s, sorted by key,
//! at full precision. Nothing is measured, rounded or written here.

pub mod catalog;
mod provenance;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use catalog::{Direction, Entry, Method};
use rayon::prelude::*;

use self::provenance::{Layers, Provenance};
use crate::analysis::{DeficitRow, ExposureRow, Measurements};
use crate::config::{Citation, DeficitKind, Settings, Units};
use crate::domain::{Level, Measure, Status};
use crate::geometry::StudyArea;

/// What kind of value an observation has: SDMX's code list `CL_OBS_STATUS`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ObsStatus {
    /// `A`: a normal value.
    Normal,
    /// `E`: estimated: a layer that it rests on is synthetic or only a reference, or the
    /// table says `~`.
    Estimated,
    /// `L`: missing; it could exist, but nobody reported it.
    NotReported,
    /// `M`: missing; it cannot exist, for example a ratio to no people.
    Missing,
    /// `U`: only a bound is known (`<` or `>`).
    Bound,
    /// `U`: of low reliability: a band that is not wider than the accuracy of its line.
    Unresolved,
    /// `U`: of low reliability: the range goes from nothing to something.
    Undecidable,
    /// `Q`: suppressed by the project's rule on small numbers.
    Suppressed,
}

impl ObsStatus {
    /// The letter in the tables.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Normal => "A",
            Self::Estimated => "E",
            Self::NotReported => "L",
            Self::Missing => "M",
            Self::Bound | Self::Unresolved | Self::Undecidable => "U",
            Self::Suppressed => "Q",
        }
    }
}

/// One observation of one indicator. Unknown is `None`; texts are the same in any language.
#[derive(Debug, Clone, PartialEq)]
pub struct IndicatorRow {
    /// Territory code, `_T` or `_X`.
    pub ref_area: String,
    /// System of the territory codes, for example `INEI`; empty if not stated.
    pub ref_area_system: Arc<str>,
    /// `exposure.<hazard>.<level>.<layer>.<measure>` or `deficit.<id>`.
    pub indicator: String,
    /// Year of the exposed layer, or the period of a deficit.
    pub time_period: Arc<str>,
    /// The value, in `unit`.
    pub value: Option<f64>,
    /// Its lower end.
    pub low: Option<f64>,
    /// Its upper end.
    pub high: Option<f64>,
    /// Empty, `<`, `>` or `~`.
    pub qualifier: String,
    /// Unit of value, target and gap.
    pub unit: String,
    /// What kind of value it is.
    pub status: ObsStatus,
    /// The standard of a deficit.
    pub target: Option<f64>,
    /// Who sets it, and with what force.
    pub citation: Citation,
    /// How far the value is on the wrong side of it.
    pub gap: Option<f64>,
    /// What the value is a part of, or divided by.
    pub denominator: Option<f64>,
    /// Where that comes from.
    pub denominator_source: Arc<str>,
    /// How it was arrived at; rounding follows from it.
    pub method: Method,
    /// Title and date of the layer that draws the territories; empty for reported figures,
    /// which rest on no boundary of ours.
    pub boundary_source: Arc<str>,
    /// Citation of the data.
    pub source: Arc<str>,
    /// Status of the layers that it rests on, and what of it cannot be resolved.
    pub comment: Arc<str>,
}

impl IndicatorRow {
    /// The key by which the table is sorted, in byte order.
    #[must_use]
    pub fn key(&self) -> (&str, &str, &str, &str) {
        (&self.indicator, &self.ref_area, &self.time_period, &self.source)
    }
}

/// Makes one row of every exposure figure and every deficit, sorted by key.
#[must_use]
pub fn compute(
    area: &StudyArea,
    measurements: &Measurements,
    settings: &Settings,
) -> Vec<IndicatorRow> {
    let layers = Layers::of(area);
    let frame = Frame {
        system: settings.code_system.as_deref().unwrap_or_default().into(),
        boundaries: layers.boundaries(),
        nothing: "".into(),
    };
    let mut rows = exposure_rows(&frame, &layers, measurements, settings);
    let of_deficit = |row| {
        let kind = kind_of(settings, row);
        let mut made = deficit_row(&frame, &layers, row, kind);
        if kind.is_some_and(|kind| rests_on_growth(settings, kind))
            && made.status == ObsStatus::Normal
        {
            made.status = ObsStatus::Estimated;
        }
        made
    };
    rows.extend(measurements.deficits.iter().map(of_deficit));
    rows.extend(
        measurements
            .disputed
            .iter()
            .map(|row| IndicatorRow { comment: NOT_PREFERRED.into(), ..of_deficit(row) }),
    );
    rows.par_sort_by(|a, b| a.key().cmp(&b.key()));
    rows
}

/// Whether the people that a deficit divides by were grown to another year.
fn rests_on_growth(settings: &Settings, kind: &DeficitKind) -> bool {
    let is_grown = |id| provenance::growth(settings, id, &Measure::People).is_some();
    kind.people_layer().is_some_and(is_grown)
}

/// Comment of a figure whose source is not the one that is used.
const NOT_PREFERRED: &str = "preferred=false";

fn kind_of<'s>(settings: &'s Settings, row: &DeficitRow) -> Option<&'s DeficitKind> {
    let deficit = settings.deficits.iter().find(|deficit| deficit.id == row.deficit);
    deficit.map(|deficit| &deficit.kind)
}

/// Texts that all rows share.
struct Frame {
    system: Arc<str>,
    boundaries: Arc<str>,
    nothing: Arc<str>,
}

/// What all figures of one layer, hazard and measure share.
struct Shared<'a> {
    provenance: Provenance,
    year: Arc<str>,
    denominator_source: Arc<str>,
    /// Whether people were grown to another year.
    is_grown: bool,
    /// By the number of a level: the hazards whose band of it proves nothing.
    unresolved: [Vec<&'a str>; 6],
}

fn exposure_rows(
    frame: &Frame,
    layers: &Layers<'_>,
    measurements: &Measurements,
    settings: &Settings,
) -> Vec<IndicatorRow> {
    // Few rows differ in what they share: it is made once, and told by a number.
    let (mut numbers, mut firsts) = (BTreeMap::new(), Vec::new());
    let mut owns = Vec::with_capacity(measurements.exposure.len());
    for row in &measurements.exposure {
        let own =
            numbers.entry((&row.hazard, &row.layer, &row.measure)).or_insert_with(|| {
                firsts.push(row);
                firsts.len() - 1
            });
        owns.push(*own);
    }
    let shared: Vec<Shared<'_>> =
        firsts.into_par_iter().map(|row| Shared::of(layers, settings, row)).collect();
    let rows = measurements.exposure.par_iter().zip(owns);
    rows.map(|(row, own)| exposure_row(frame, &shared[own], row)).collect()
}

impl<'a> Shared<'a> {
    fn of(layers: &Layers<'a>, settings: &Settings, row: &ExposureRow) -> Self {
        let ExposureRow { layer, hazard, measure, .. } = row;
        let growth = provenance::growth(settings, layer, measure);
        Self {
            is_grown: growth.is_some(),
            unresolved: Level::ALL.map(|level| layers.unresolved(hazard, level)),
            year: growth.map_or_else(
                || layers.year(layer),
                |growth| growth.to_year.to_string().into(),
            ),
            provenance: layers.of_exposure(settings, layer, hazard),
            denominator_source: provenance::denominator(settings, layer, measure).into(),
        }
    }
}

/// Says in a comment that nobody can tell whether a figure is nothing.
const UNDECIDABLE: &str = "; undecidable";
/// Says in a comment that a hazard has no such level: a 0 that is certain, whatever its range.
const NO_LEVEL: &str = "; no_such_level";

/// The figure of a hazard whose band of this level proves nothing is of low reliability; that of
/// `any` is so in part, and its comment says where.
fn exposure_row(frame: &Frame, shared: &Shared<'_>, row: &ExposureRow) -> IndicatorRow {
    let ExposureRow { territory, hazard, level, layer, measure, quantity, .. } = row;
    let Provenance { source, comment, status } = &shared.provenance;
    let measured = measure.id();
    let usual = if shared.is_grown { ObsStatus::Estimated } else { known(*status) };
    let (usual, open) = if row.is_undecidable() {
        (ObsStatus::Undecidable, UNDECIDABLE)
    } else if row.has_level {
        (usual, "")
    } else {
        (usual, NO_LEVEL)
    };
    let unresolved = &shared.unresolved[level.index()][..];
    let (status, comment) = match (unresolved, hazard.as_str()) {
        _ if quantity.is_none() => (ObsStatus::Suppressed, comment.clone()),
        ([], _) if open.is_empty() => (usual, comment.clone()),
        ([], _) => (usual, format!("{comment}{open}").into()),
        (ids, provenance::ANY) => {
            let ids = ids.join(",");
            (usual, format!("{comment}; partly_not_resolvable={ids}{open}").into())
        }
        _ => (ObsStatus::Unresolved, format!("{comment}; not_resolvable{open}").into()),
    };
    IndicatorRow {
        ref_area: territory.clone(),
        ref_area_system: frame.system.clone(),
        indicator: format!("exposure.{hazard}.{}.{layer}.{measured}", level.id()),
        time_period: shared.year.clone(),
        value: row.value(),
        low: row.range().map(|(low, _)| low),
        high: row.range().map(|(_, high)| high),
        qualifier: String::new(),
        unit: measure.unit().to_owned(),
        status,
        target: None,
        citation: Citation::default(),
        gap: None,
        denominator: row.total,
        denominator_source: shared.denominator_source.clone(),
        method: Method::of_measure(measure),
        boundary_source: frame.boundaries.clone(),
        source: source.clone(),
        comment,
    }
}

fn deficit_row<'a>(
    frame: &Frame,
    layers: &Layers<'a>,
    row: &DeficitRow,
    kind: Option<&'a DeficitKind>,
) -> IndicatorRow {
    let provenance = match kind {
        Some(kind) => layers.of_deficit(kind, &row.source),
        None => Provenance {
            source: row.source.as_str().into(),
            comment: frame.nothing.clone(),
            status: None,
        },
    };
    let method = Method::of_deficit(row.kind);
    let drawn = method != Method::Reported;
    let (status, comment) = if row.is_undecidable() {
        let comment = format!("{}{UNDECIDABLE}", provenance.comment);
        (ObsStatus::Undecidable, comment.trim_start_matches("; ").into())
    } else {
        (deficit_status(row, kind, provenance.status), provenance.comment)
    };
    IndicatorRow {
        ref_area: row.territory.clone(),
        ref_area_system: frame.system.clone(),
        indicator: format!("deficit.{}", row.deficit),
        time_period: row.period.as_str().into(),
        value: row.value,
        low: row.value_low,
        high: row.value_high,
        qualifier: row.qualifier.clone(),
        unit: row.unit.clone(),
        status,
        target: row.standard,
        citation: row.citation.clone(),
        gap: row.gap,
        denominator: row.people,
        denominator_source: row.denominator_source.as_str().into(),
        method,
        boundary_source: if drawn { &frame.boundaries } else { &frame.nothing }.clone(),
        source: provenance.source,
        comment,
    }
}

/// The status of a known value, by the worst layer that it rests on.
fn known(worst: Option<Status>) -> ObsStatus {
    match worst {
        Some(Status::Synthetic | Status::Reference) => ObsStatus::Estimated,
        Some(Status::Official | Status::Undeclared) | None => ObsStatus::Normal,
    }
}

fn deficit_status(
    row: &DeficitRow,
    kind: Option<&DeficitKind>,
    worst: Option<Status>,
) -> ObsStatus {
    if row.is_hidden {
        return ObsStatus::Suppressed;
    }
    if row.value.is_some() {
        return if row.qualifier == "~" { ObsStatus::Estimated } else { known(worst) };
    }
    if row.value_low.is_some() || row.value_high.is_some() {
        return ObsStatus::Bound;
    }
    match kind {
        Some(DeficitKind::Reported { .. }) => ObsStatus::NotReported,
        // With people known, a shortfall is missing only where the units are.
        Some(DeficitKind::PeoplePerUnit { units: Units::Reported { .. }, .. })
            if row.people.is_some() && row.shortfall.is_none() =>
        {
            ObsStatus::NotReported
        }
        _ => ObsStatus::Missing,
    }
}

#[cfg(test)]
pub(crate) mod sample;
#[cfg(test)]
mod tests;
