//! The stage itself: every layer placed and mended, then given its roles.
//!
//! In: raw layers and settings. Out: a [`StudyArea`], or everything that makes it impossible.

use std::sync::Arc;

use rayon::prelude::*;

use super::crs::{Applied, Crs, CrsTrouble, Transform, Ways, accuracy_of, scale_ppm};
use super::edges::{GridBox, joined};
use super::error::{GeometryError, GeometryErrors};
use super::hazards::{self, Edges, rows_of_areas};
use super::layer::{self, PlacedLayer};
use super::measured;
use super::overlaps::{self, Overlap};
use super::reach::Reach;
use super::records;
use super::relate::bounds;
use super::shapes::Shapes;
use super::study_area::{
    ContextLayer, HazardLayer, InputRecord, Prepared, StudyArea, Territory,
};
use super::territories::{self, Ground};
use super::values::{Amounts, number_of, text_of, value_at};
use crate::config::{
    AccuracySetting, ExposureRole, LayerSettings, Localized, Settings, TerritoryRole,
};
use crate::domain::{
    Code, Finding, Findings, Place, Source, Stage, Stages, Status, TerritoryCode,
};
use crate::layers::{Column, CrsEvidence, Pile, RawLayer, RawLayers, Texts, Value};

/// A layer on the grid with all that is known of it.
pub(super) struct Layer<'a> {
    pub(super) raw: RawLayer,
    pub(super) settings: &'a LayerSettings,
    pub(super) placed: PlacedLayer,
    /// Id of each feature of the file.
    pub(super) ids: Arc<Texts>,
    /// Accuracy of the datum operations on its way, m.
    shift_accuracy_m: Option<f64>,
}

/// Brings all layers to one CRS and grid, mends them, and gives each its roles. `stages` hears of
/// [`Stage::Project`] and [`Stage::Prepare`].
///
/// # Errors
///
/// [`GeometryErrors`] with everything that makes the study area impossible: unknown CRS,
/// coordinates far outside the working CRS, no territory, a hazard without zones.
pub fn prepare(
    raw: RawLayers,
    settings: &Settings,
    findings: &mut Findings,
    stages: &mut dyn Stages,
) -> Result<StudyArea, GeometryErrors> {
    prepare_with(raw, settings, Edges::Moved, findings, stages)
}

/// The same with the edges of hazards as drawn alone: without what ranges are made of, which
/// costs more than all the rest.
///
/// # Errors
///
/// Those of [`prepare`].
pub fn prepare_as_drawn(
    raw: RawLayers,
    settings: &Settings,
    findings: &mut Findings,
    stages: &mut dyn Stages,
) -> Result<StudyArea, GeometryErrors> {
    prepare_with(raw, settings, Edges::Drawn, findings, stages)
}

fn prepare_with(
    raw: RawLayers,
    settings: &Settings,
    edges: Edges,
    findings: &mut Findings,
    stages: &mut dyn Stages,
) -> Result<StudyArea, GeometryErrors> {
    let working = working_crs(settings).map_err(|error| GeometryErrors(vec![error]))?;
    let mut errors = Vec::new();
    let mut inputs = Vec::new();
    let mut layers = Vec::new();
    let mut ways = Ways::to(&working);
    stages.begin(Stage::Project);
    for raw in raw.layers {
        let Some(of_layer) = settings.layer(&raw.id) else { continue };
        let companions = records::of_companions(&raw);
        match place(raw, of_layer, &mut ways, settings, findings) {
            Ok((layer, input)) => {
                layers.push(layer);
                inputs.push(input);
                inputs.extend(companions);
            }
            Err(more) => errors.extend(more),
        }
    }
    stages.begin(Stage::Prepare);
    let folder = settings.file.parent();
    inputs.extend(raw.tables.iter().map(|table| records::of_table(table, folder)));
    inputs.extend(raw.joins.iter().map(records::of_join));
    let cited = [&settings.standards, &settings.contradictions];
    inputs.extend(cited.into_iter().flatten().map(records::of_cited));
    inputs.extend(settings.maps.logo.as_ref().map(records::of_logo));
    let mut area = StudyArea {
        epsg: settings.working_epsg,
        territories: Vec::new(),
        territory_layer: nothing(),
        territory_partition: Arc::default(),
        territory_union: Shapes::default(),
        hazards: Vec::new(),
        exposures: Vec::new(),
        services: Vec::new(),
        contexts: Vec::new(),
        tables: raw.tables,
        inputs,
        grid_scale_ppm: (0.0, 0.0),
    };
    // To put the territories together is for the most part a matter of one thread.
    let ((), overlaps) = rayon::join(
        || match layers.iter().find(|layer| layer.id() == settings.territories) {
            Some(layer) => match add_territories(&mut area, layer, settings, findings) {
                Ok(()) => {
                    area.grid_scale_ppm = scale_over(&working, &area.territory_layer);
                }
                Err(error) => errors.push(error),
            },
            // A territory layer that could not be placed has said so already.
            None if errors.is_empty() => {
                errors.push(no_territories(&settings.territories, settings));
            }
            None => {}
        },
        || layers.par_iter().map(overlaps_of).collect::<Vec<_>>(),
    );
    let ground = area.territory_layer.shapes.clone();
    let reach = (!ground.is_empty()).then(|| Reach::new(&ground));
    let around = (&layers[..], reach.as_ref());
    // What costs time needs nothing of another layer's roles.
    let drawn: Vec<Drawn> = layers
        .par_iter()
        .map(|layer| Drawn::of(layer, around, settings, edges))
        .collect();
    for ((layer, drawn), overlaps) in layers.iter().zip(drawn).zip(overlaps) {
        if layer.is_measured() {
            add_measured(&mut area, layer, reach.as_ref(), &overlaps, findings);
        }
        let given = add_roles(&mut area, layer, drawn, findings);
        errors.extend(given.err().unwrap_or_default());
    }
    if errors.is_empty() { Ok(area) } else { Err(GeometryErrors(errors)) }
}

/// Stands for the territories until they are known; without them there is no study area.
fn nothing() -> Prepared {
    Prepared {
        id: String::new(),
        title: Localized { es: String::new(), en: String::new() },
        shapes: Arc::default(),
        ids: Arc::default(),
        accuracy_m: None,
        status: Status::Undeclared,
        source: Source::default(),
    }
}

fn working_crs(settings: &Settings) -> Result<Crs, GeometryError> {
    let epsg = settings.working_epsg;
    let place = || settings.place("project.working_crs").cloned().map(Box::new);
    let crs = Crs::from_epsg(epsg).map_err(|trouble| {
        crs_error(trouble, String::new(), format!("EPSG:{epsg}"), place())
    })?;
    if !crs.is_planar_in_meters() {
        return Err(GeometryError::NotPlanar { epsg, place: place() });
    }
    Ok(crs)
}

fn crs_error(
    trouble: CrsTrouble,
    layer: String,
    crs: String,
    place: Option<Box<Place>>,
) -> GeometryError {
    match trouble {
        CrsTrouble::Unknown => GeometryError::UnknownCrs { layer, crs, place },
        CrsTrouble::UnknownDatum { datum } => {
            GeometryError::UnknownDatum { layer, crs, datum, place }
        }
    }
}

/// Where a layer says its CRS, or else where it stands at all.
fn place_of<'a>(settings: &'a Settings, layer: &str, key: &str) -> Option<&'a Place> {
    [key, "path"].iter().find_map(|key| settings.place(&format!("layers.{layer}.{key}")))
}

fn place<'a>(
    mut raw: RawLayer,
    of_layer: &'a LayerSettings,
    ways: &mut Ways<'_>,
    settings: &Settings,
    findings: &mut Findings,
) -> Result<(Layer<'a>, InputRecord), Vec<GeometryError>> {
    let declared_at = place_of(settings, &raw.id, "crs");
    let shift = of_layer.towgs84;
    let transform = ways.from(&raw.crs, shift).map_err(|trouble| {
        let place = declared_at.cloned().map(Box::new);
        vec![crs_error(trouble, raw.id.clone(), raw.crs.to_string(), place)]
    })?;
    let placed = layer::place(
        &raw,
        &transform,
        settings.working_epsg,
        &|row| carries_people(&raw, of_layer.exposure.as_ref(), row),
        declared_at,
        findings,
    )?;
    let steps = transform.steps();
    report_shift(&raw, &steps, extent(&transform, &placed.shapes), findings);
    let shift_accuracy_m = accuracy_of(&steps);
    let input = InputRecord {
        layer: raw.id.clone(),
        path: of_layer.declared_path.clone(),
        format: raw.format.to_owned(),
        digest: raw.digest.clone(),
        bytes: raw.bytes,
        modified: raw.modified,
        crs: Some(raw.crs.to_string()),
        crs_evidence: match raw.crs_evidence {
            CrsEvidence::Rfc7946 => "rfc7946",
            CrsEvidence::LegacyMember => "legacy_member",
            CrsEvidence::FileCode => "file_code",
            CrsEvidence::FileWkt => "file_wkt",
            CrsEvidence::Project => "project",
        },
        operation: transform.operation(),
        datum_operations: steps,
        features_read: raw.data.features.len(),
        features_kept: placed.shapes.len(),
        vertices: placed.shapes.vertex_count(),
    };
    // The placed shapes stand for them.
    (raw.data.coords, raw.data.parts, raw.data.features) = Default::default();
    let ids = Arc::new(std::mem::take(&mut raw.data.ids));
    Ok((Layer { raw, settings: of_layer, placed, ids, shift_accuracy_m }, input))
}

/// The box of all shapes; `None` if there are none.
fn box_of(shapes: &Shapes) -> Option<GridBox> {
    let boxes = shapes.par_windows().filter_map(|some| {
        let whole = some.iter().filter_map(|(_, shape)| bounds(shape));
        whole.reduce(|a, b| joined(&a, &b))
    });
    boxes.reduce_with(|a, b| joined(&a, &b))
}

/// Where placed shapes lie, degrees of WGS 84: west, south, east, north; from the corners
/// and the middles of the sides of their box. `None` if there are none.
fn extent(transform: &Transform<'_>, shapes: &Shapes) -> Option<[f64; 4]> {
    let [x0, y0, x1, y1] = box_of(shapes)?;
    let between = |a: i64, b: i64| [a, a.midpoint(b), b];
    let mut all: Option<[f64; 4]> = None;
    for x in between(x0, x1) {
        for y in between(y0, y1) {
            let at = super::GridPoint::new(x, y).meters();
            let [lon, lat] = transform.degrees_of(at)?;
            let [west, south, east, north] = all.unwrap_or([lon, lat, lon, lat]);
            let (west, east) = (west.min(lon), east.max(lon));
            all = Some([west, south.min(lat), east, north.max(lat)]);
        }
    }
    all
}

/// Tells of every datum operation on the way of a layer, and of one used where it should not.
fn report_shift(
    raw: &RawLayer,
    steps: &[Applied],
    extent: Option<[f64; 4]>,
    findings: &mut Findings,
) {
    for step in steps {
        let Some(operation) = step.operation else {
            let finding = Finding::about(Code::ShiftByHand, &raw.id);
            findings.push(finding.with("crs", &raw.crs).with("shift", step.shift));
            continue;
        };
        let code = format!("EPSG:{}", operation.code);
        let finding = Finding::about(Code::DatumShift, &raw.id)
            .with("crs", &raw.crs)
            .with("operation", &code)
            .with("name", operation.name)
            .with("shift", operation.shift)
            .with("accuracy", operation.accuracy_m);
        findings.push(finding);
        let Some(extent) = extent.filter(|extent| !step.covers(*extent)) else {
            continue;
        };
        let text =
            |area: [f64; 4]| area.map(|degrees| format!("{degrees:.2}")).join(", ");
        let finding = Finding::about(Code::ShiftOutsideArea, &raw.id)
            .with("operation", &code)
            .with("name", operation.name)
            .with("area", text(operation.area))
            .with("extent", text(extent));
        findings.push(finding);
    }
}

/// Whether a row carries people or another sum that must not be lost; not if the layer is not
/// exposed.
fn carries_people(raw: &RawLayer, role: Option<&ExposureRole>, row: usize) -> bool {
    let fields =
        role.into_iter().flat_map(|role| role.people.iter().chain(role.sums.values()));
    let number = |field: &String| number_of(&value_at(&raw.data, field, row));
    fields.filter_map(number).any(|value| value > 0.0)
}

impl Layer<'_> {
    pub(super) fn id(&self) -> &str {
        &self.raw.id
    }

    /// Where a key of this layer stands in the project file.
    pub(super) fn place(&self, settings: &Settings, key: &str) -> Option<Box<Place>> {
        place_of(settings, self.id(), key).cloned().map(Box::new)
    }

    /// Whether it is exposed or serves somebody.
    fn is_measured(&self) -> bool {
        self.settings.exposure.is_some() || self.settings.service.is_some()
    }

    /// The whole layer.
    pub(super) fn prepared(&self) -> Prepared {
        let accuracy_m = self.accuracy(|column| self.kept(column.iter()).collect());
        self.with_shapes(Arc::clone(&self.placed.shapes), self.kept_ids(), accuracy_m)
    }

    /// Some rows of the placed layer, in the order given.
    pub(super) fn prepared_rows(&self, rows: &[usize]) -> Prepared {
        if rows.iter().copied().eq(0..self.placed.shapes.len()) {
            return self.prepared();
        }
        let file_rows: Pile<u32> =
            rows.iter().map(|&row| self.placed.rows.of(row)).collect();
        let file_rows = || file_rows.iter().map(|row| row as usize);
        let ids = file_rows().map(|row| self.ids.of(row)).collect();
        let accuracy_m =
            self.accuracy(|column| file_rows().map(|row| column.of(row)).collect());
        let shapes = self.placed.shapes.pick(rows);
        self.with_shapes(Arc::new(shapes), Arc::new(ids), accuracy_m)
    }

    fn with_shapes(
        &self,
        shapes: Arc<Shapes>,
        ids: Arc<Texts>,
        accuracy_m: Option<Pile<f64>>,
    ) -> Prepared {
        Prepared {
            id: self.raw.id.clone(),
            title: self.settings.title.clone(),
            shapes,
            ids,
            accuracy_m,
            status: self.settings.status,
            source: self.settings.source.clone(),
        }
    }

    /// Ids of the kept features; shared where they are all of them.
    fn kept_ids(&self) -> Arc<Texts> {
        if self.placed.dropped.is_empty() {
            return Arc::clone(&self.ids);
        }
        Arc::new(self.kept(self.ids.iter()).collect())
    }

    /// Of something that all rows of the file have that of the kept features.
    pub(super) fn kept<T>(
        &self,
        of_file: impl Iterator<Item = T>,
    ) -> impl Iterator<Item = T> {
        let mut rows = self.placed.rows.iter().peekable();
        let kept = (0u32..).zip(of_file);
        kept.filter_map(move |(row, one)| rows.next_if_eq(&row).map(|_| one))
    }

    /// Accuracies of some features, whose values are picked from a column. Those of a hazard take in
    /// the accuracy of the datum operations on its way: the edge of a zone can be no better than
    /// where it was put.
    fn accuracy(&self, pick: impl FnOnce(&Column) -> Column) -> Option<Pile<f64>> {
        let stated = self.stated_accuracy(pick);
        let Some(shift) =
            self.shift_accuracy_m.filter(|_| self.settings.hazard.is_some())
        else {
            return stated;
        };
        Some(match stated {
            Some(all) => all.iter().map(|meters| meters.hypot(shift)).collect(),
            None => vec![shift].into(),
        })
    }

    /// Accuracies that the layer states. Where a field leaves some unknown, they get the worst
    /// that it states.
    fn stated_accuracy(&self, pick: impl FnOnce(&Column) -> Column) -> Option<Pile<f64>> {
        match self.settings.accuracy.as_ref()? {
            AccuracySetting::Meters(meters) => Some(vec![*meters].into()),
            AccuracySetting::Field(field) => {
                let values = pick(self.raw.data.columns.get(field)?);
                let known =
                    |value: Value| number_of(&value).filter(|meters| *meters >= 0.0);
                let worst = values.iter().filter_map(known).reduce(f64::max)?;
                Some(values.iter().map(|value| known(value).unwrap_or(worst)).collect())
            }
        }
    }

    /// The rows that are areas; a finding tells of the others, which the role cannot use.
    pub(super) fn areas_only(
        &self,
        role: &'static str,
        findings: &mut Findings,
    ) -> Vec<usize> {
        let rows = rows_of_areas(&self.placed.shapes);
        let others = self.placed.shapes.len() - rows.len();
        if others > 0 {
            let first = (0..).zip(&rows).find(|(i, row)| i != *row);
            let first = first.map_or(rows.len(), |(i, _)| i);
            let id = self.ids.of(self.placed.rows.of(first) as usize);
            let finding = Finding::about(Code::UnsuitableGeometry, self.id())
                .feature(id)
                .with("count", others)
                .with("role", role);
            findings.push(finding);
        }
        rows
    }

    /// Of the amounts of all rows of the file those of the kept features.
    pub(super) fn kept_amounts(&self, of_file: Amounts) -> Amounts {
        if self.placed.dropped.is_empty() {
            return of_file;
        }
        self.kept(of_file.iter()).collect()
    }
}

fn no_territories(layer: &str, settings: &Settings) -> GeometryError {
    let place = place_of(settings, layer, "path").cloned().map(Box::new);
    GeometryError::NoTerritories { layer: layer.to_owned(), place }
}

fn add_territories(
    area: &mut StudyArea,
    layer: &Layer<'_>,
    settings: &Settings,
    findings: &mut Findings,
) -> Result<(), GeometryError> {
    let none = || no_territories(layer.id(), settings);
    let role = layer.settings.territory.as_ref().ok_or_else(none)?;
    let mut rows: Vec<(usize, Territory)> = layer
        .areas_only("@finding_part.territory", findings)
        .into_iter()
        .filter_map(|row| Some((row, territory(layer, role, row)?)))
        .collect();
    if rows.is_empty() {
        return Err(none());
    }
    // The sort is stable: equal codes, which reading refuses, would stay in the file's order.
    rows.sort_by(|(_, a), (_, b)| a.code.cmp(&b.code));
    let (rows, territories): (Vec<usize>, Vec<Territory>) = rows.into_iter().unzip();
    let prepared = layer.prepared_rows(&rows);
    let codes: Vec<String> = territories.iter().map(|t| t.code.to_string()).collect();
    let accuracy_of = |row: usize| prepared.accuracy_of(row);
    let Ground { partition, union } = territories::examine(
        layer.id(),
        &prepared.shapes,
        &codes,
        &accuracy_of,
        findings,
    );
    area.territories = territories;
    area.territory_layer = prepared;
    area.territory_partition = partition;
    area.territory_union = union;
    Ok(())
}

fn territory(layer: &Layer<'_>, role: &TerritoryRole, row: usize) -> Option<Territory> {
    let (data, row) = (&layer.raw.data, layer.placed.rows.of(row) as usize);
    let code = TerritoryCode::new(&text_of(&value_at(data, &role.code, row))?)?;
    let name = role.name.as_ref().and_then(|field| text_of(&value_at(data, field, row)));
    let people = role.people.as_ref();
    let people = people.and_then(|field| number_of(&value_at(data, field, row)));
    Some(Territory {
        name: name.unwrap_or_else(|| code.to_string()),
        code,
        people: people.filter(|people| *people >= 0.0),
    })
}

fn scale_over(working: &Crs, territories: &Prepared) -> (f64, f64) {
    let Some([x0, y0, x1, y1]) = box_of(&territories.shapes) else { return (0.0, 0.0) };
    let low = super::GridPoint::new(x0, y0).meters();
    let high = super::GridPoint::new(x1, y1).meters();
    scale_ppm(working, low, high).unwrap_or((0.0, 0.0))
}

/// The overlaps of a layer that is measured; of others nobody asks.
fn overlaps_of(layer: &Layer<'_>) -> Vec<Overlap> {
    if layer.is_measured() { overlaps::find(&layer.placed.shapes) } else { Vec::new() }
}

/// What costs time of the roles of a layer.
struct Drawn {
    hazard: Option<Result<HazardLayer, Vec<GeometryError>>>,
    /// What was found about the hazard.
    findings: Findings,
}

impl Drawn {
    fn of(
        layer: &Layer<'_>,
        (layers, territories): (&[Layer<'_>], Option<&Reach<'_>>),
        settings: &Settings,
        edges: Edges,
    ) -> Self {
        let mut findings = Findings::default();
        let hazard = layer.settings.hazard.as_ref().map(|role| {
            let study_area = study_area(role.study_area.as_deref(), layers);
            // Where the study area could not be placed there is an error of its own.
            let around = (study_area, territories);
            hazards::prepare(layer, role, around, settings, edges, &mut findings)
        });
        Self { hazard, findings }
    }
}

fn add_roles(
    area: &mut StudyArea,
    layer: &Layer<'_>,
    drawn: Drawn,
    findings: &mut Findings,
) -> Result<(), Vec<GeometryError>> {
    if let Some(role) = &layer.settings.context {
        let field = role.name.as_ref();
        let names = field.and_then(|field| layer.raw.data.columns.get(field));
        let name = |value: Value| text_of(&value).unwrap_or_default();
        let names = names.map(|names| layer.kept(names.iter()).map(name).collect());
        area.contexts.push(ContextLayer {
            layer: layer.prepared(),
            kind: role.kind.clone(),
            names: names.unwrap_or_else(|| vec![String::new(); layer.placed.rows.len()]),
        });
    }
    findings.extend(drawn.findings);
    if let Some(hazard) = drawn.hazard {
        area.hazards.push(hazard?);
    }
    Ok(())
}

fn study_area<'a>(
    id: Option<&'a str>,
    layers: &'a [Layer<'_>],
) -> Option<(&'a str, &'a Shapes)> {
    let id = id?;
    let layer = layers.iter().find(|layer| layer.id() == id)?;
    Some((id, &layer.placed.shapes))
}

fn add_measured(
    area: &mut StudyArea,
    layer: &Layer<'_>,
    territories: Option<&Reach<'_>>,
    found: &[Overlap],
    findings: &mut Findings,
) {
    if !layer.placed.shapes.is_empty()
        && territories.is_some_and(|all| !all.touches_any(&layer.placed.shapes))
    {
        findings.push(Finding::about(Code::LayerOutside, layer.id()));
    }
    let ids = layer.kept_ids();
    if let Some(role) = &layer.settings.exposure {
        overlaps::report(Code::ExposureOverlap, layer.id(), &ids, found, findings);
        area.exposures.push(measured::exposure(layer, role));
        measured::report_growth(layer.id(), role, findings);
    }
    if let Some(role) = &layer.settings.service {
        overlaps::report(Code::ServiceOverlap, layer.id(), &ids, found, findings);
        area.services.push(measured::service(layer, role, found));
    }
}
