//! One layer: its features placed on the grid and mended, all in parallel.
//!
//! In: a raw layer and the way to the working CRS. Out: [`PlacedLayer`], with findings in the order of
//! the file whatever the number of threads. Knows nothing of roles.

use std::ops::Range;
use std::sync::Arc;

use rayon::prelude::*;

use super::crs::{Placed, Placer, Transform};
use super::error::{GeometryError, Suspicion, coordinate};
use super::grid::GridPoint;
use super::repair::{Change, Fate, Mender};
use super::shapes::Shapes;
use crate::domain::{Code, Finding, Findings, Place};
use crate::layers::{Pile, RawFeatures, RawLayer};

/// Features that one task takes at most.
const ROWS: usize = 2048;
/// Vertices from which on a task takes no further feature.
const VERTICES: usize = 32_768;
/// Tasks that are done together while the outcome of as many is put together: what bounds the
/// memory.
const TOGETHER: usize = 32;

/// A layer on the grid.
#[derive(Debug, Clone, Default)]
pub struct PlacedLayer {
    /// Features that were kept, shared by whatever roles the layer has.
    pub shapes: Arc<Shapes>,
    /// Row in the file of each kept feature.
    pub rows: Pile<u32>,
    /// Rows in the file of features that were left out.
    pub dropped: Vec<u32>,
}

/// Coordinates that do not fit, of the first such feature, and how many features have any.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Misfits {
    row: u32,
    at: [f64; 2],
    count: usize,
}

impl Misfits {
    fn add(to: &mut Option<Self>, more: Self) {
        match to {
            Some(known) => known.count += more.count,
            None => *to = Some(more),
        }
    }
}

/// What one task made of its features.
#[derive(Debug, Default)]
struct Chunk {
    shapes: Shapes,
    rows: Pile<u32>,
    dropped: Vec<u32>,
    findings: Vec<Finding>,
    /// Coordinates far outside the working CRS: the rest, and those that look swapped.
    far: Option<Misfits>,
    swapped: Option<Misfits>,
    /// Coordinates that are declared as degrees and look like metres.
    meters: Option<Misfits>,
    /// Coordinates at the edge of the working CRS.
    edge: Option<Misfits>,
}

/// Places and mends the features of a layer.
///
/// `counts_as_point` tells of a row whether it carries people, so that an area of nothing still
/// counts as a point.
///
/// # Errors
///
/// [`GeometryError`] if coordinates lie far outside the working CRS, or most of them are no degrees
/// though the layer says so.
pub fn place(
    raw: &RawLayer,
    transform: &Transform<'_>,
    working_epsg: u32,
    counts_as_point: &(dyn Fn(usize) -> bool + Sync),
    declared_at: Option<&Place>,
    findings: &mut Findings,
) -> Result<PlacedLayer, Vec<GeometryError>> {
    let mut all = Chunk::default();
    make_room(&mut all.shapes, &raw.data, &(0..raw.data.features.len()));
    let tasks = tasks(&raw.data);
    let mut before: Vec<Chunk> = Vec::new();
    for some in tasks.chunks(TOGETHER) {
        let bench = || Bench::new(transform);
        let place = |bench: &mut Bench<'_>, rows: &Range<usize>| {
            place_rows(raw, bench, rows.clone(), counts_as_point)
        };
        let ((), placed) = rayon::join(
            || before.drain(..).for_each(|chunk| all.append(chunk)),
            || some.par_iter().map_init(bench, place).collect(),
        );
        before = placed;
    }
    for chunk in before {
        all.append(chunk);
    }
    let errors = all.errors(raw, transform, working_epsg, declared_at);
    if let Some(edge) = all.edge {
        let finding = Finding::about(Code::EdgeOfCrs, &raw.id)
            .feature(raw.data.ids.of(edge.row as usize))
            .with("epsg", working_epsg)
            .with("count", edge.count);
        findings.push(finding);
    }
    findings.extend(std::mem::take(&mut all.findings));
    if !errors.is_empty() {
        return Err(errors);
    }
    let Chunk { shapes, rows, dropped, .. } = all;
    Ok(PlacedLayer { shapes: Arc::new(shapes), rows, dropped })
}

/// The rows of each task: so many features or vertices, whatever the number of threads.
fn tasks(data: &RawFeatures) -> Vec<Range<usize>> {
    let mut all = Vec::new();
    let (mut first, mut first_vertex) = (0, 0);
    let mut parts = data.parts.iter();
    let (mut part, mut vertex) = (0, 0);
    for (row, feature) in data.features.iter().enumerate() {
        let end = row + 1;
        while part < feature.parts_end {
            vertex = parts.next().map_or(vertex, |(end, _)| end as usize);
            part += 1;
        }
        let is_full = end - first >= ROWS || vertex - first_vertex >= VERTICES;
        if is_full || end == data.features.len() {
            all.push(first..end);
            (first, first_vertex) = (end, vertex);
        }
    }
    all
}

impl Chunk {
    fn append(&mut self, next: Self) {
        self.shapes.append(&next.shapes);
        self.rows.extend_from_slice(next.rows.all());
        self.dropped.extend(next.dropped);
        self.findings.extend(next.findings);
        let pairs = [
            (&mut self.far, next.far),
            (&mut self.swapped, next.swapped),
            (&mut self.meters, next.meters),
            (&mut self.edge, next.edge),
        ];
        for (mine, theirs) in pairs {
            if let Some(theirs) = theirs {
                Misfits::add(mine, theirs);
            }
        }
    }

    fn errors(
        &mut self,
        raw: &RawLayer,
        transform: &Transform<'_>,
        working_epsg: u32,
        declared_at: Option<&Place>,
    ) -> Vec<GeometryError> {
        let mut errors = Vec::new();
        let feature = |row: u32| raw.data.ids.of(row as usize).into_owned();
        let place = declared_at.cloned().map(Box::new);
        if let Some(meters) = self.meters
            && meters.count * 2 > raw.data.features.len()
        {
            // One error says what a finding for every feature would.
            self.findings.retain(|finding| finding.code != Code::CoordinateOutOfRange);
            errors.push(GeometryError::NotDegrees {
                layer: raw.id.clone(),
                crs: raw.crs.to_string(),
                feature: feature(meters.row),
                at: meters.at,
                count: meters.count,
                place: place.clone(),
            });
        }
        for (misfits, is_swapped) in [(self.swapped, true), (self.far, false)] {
            let Some(misfits) = misfits else { continue };
            let suspicion = if is_swapped {
                Suspicion::SwappedAxes
            } else if transform.looks_like_degrees(misfits.at) {
                Suspicion::Degrees
            } else if transform.is_outside_source(misfits.at) {
                Suspicion::OwnSystem
            } else {
                Suspicion::Unexplained
            };
            errors.push(GeometryError::OutsideCrs {
                layer: raw.id.clone(),
                crs: raw.crs.to_string(),
                working_epsg,
                feature: feature(misfits.row),
                at: misfits.at,
                count: misfits.count,
                suspicion,
                place: place.clone(),
            });
        }
        errors
    }

    fn misfit(&mut self, layer: &RawLayer, row: usize, misfit: Misfit) {
        let (kind, at) = match misfit {
            Misfit::Far(at) => (&mut self.far, at),
            Misfit::Swapped(at) => (&mut self.swapped, at),
            Misfit::Meters(at) | Misfit::Nowhere(at) => {
                let finding = Finding::about(Code::CoordinateOutOfRange, &layer.id)
                    .feature(layer.data.ids.of(row))
                    .with("x", coordinate(at[0]))
                    .with("y", coordinate(at[1]));
                self.findings.push(finding);
                if matches!(misfit, Misfit::Nowhere(_)) {
                    return;
                }
                (&mut self.meters, at)
            }
        };
        Misfits::add(kind, Misfits { row: row as u32, at, count: 1 });
    }
}

/// Why a feature has no place.
#[derive(Debug, Clone, Copy)]
enum Misfit {
    Far([f64; 2]),
    Swapped([f64; 2]),
    Meters([f64; 2]),
    Nowhere([f64; 2]),
}

/// What tasks work with, one after another.
struct Bench<'t> {
    placer: Placer<'t>,
    mender: Mender,
    points: Vec<GridPoint>,
    changes: Vec<Change>,
}

impl<'t> Bench<'t> {
    fn new(transform: &'t Transform<'_>) -> Self {
        let (points, changes) = (Vec::new(), Vec::new());
        Self { placer: transform.placer(), mender: Mender::default(), points, changes }
    }
}

fn place_rows(
    raw: &RawLayer,
    bench: &mut Bench<'_>,
    rows: Range<usize>,
    counts_as_point: &(dyn Fn(usize) -> bool + Sync),
) -> Chunk {
    let mut chunk = Chunk { shapes: Shapes::in_memory(), ..Chunk::default() };
    let Bench { placer, mender, points, changes } = bench;
    make_room(&mut chunk.shapes, &raw.data, &rows);
    let window = raw.data.window(rows.clone());
    for row in rows {
        points.clear();
        changes.clear();
        let fate = match place_points(window.coords(row), placer, points) {
            Err(misfit) => {
                chunk.misfit(raw, row, misfit);
                Fate::Dropped
            }
            Ok(edge) => {
                if let Some(at) = edge {
                    let misfits = Misfits { row: row as u32, at, count: 1 };
                    Misfits::add(&mut chunk.edge, misfits);
                }
                let parts = window.parts(row).map(|(role, own)| (role, &points[own]));
                let shapes = &mut chunk.shapes;
                mender.add(parts, &|| counts_as_point(row), shapes, changes)
            }
        };
        match fate {
            Fate::Kept => chunk.rows.push(row as u32),
            Fate::Dropped => chunk.dropped.push(row as u32),
        }
        if !changes.is_empty() {
            let id = raw.data.ids.of(row);
            let told = changes.iter().map(|change| told(change, &raw.id, &id));
            chunk.findings.extend(told);
        }
    }
    chunk
}

/// Makes room for what rows of the file are before they are mended.
fn make_room(shapes: &mut Shapes, data: &RawFeatures, rows: &Range<usize>) {
    let (parts, points) = data.sizes(rows);
    shapes.reserve(rows.len(), parts, points);
}

/// Places all points of a feature; a pair at the edge of the CRS, if there is any.
fn place_points(
    coords: &[[f64; 2]],
    placer: &mut Placer<'_>,
    points: &mut Vec<GridPoint>,
) -> Result<Option<[f64; 2]>, Misfit> {
    let mut edge = None;
    let transform = placer.transform();
    for &at in coords {
        match placer.place(at) {
            Placed::Inside(point) => points.push(point),
            Placed::AtEdge(point) => {
                points.push(point);
                edge = edge.or(Some(at));
            }
            Placed::Far | Placed::Nowhere if transform.is_swapped(at) => {
                return Err(Misfit::Swapped(at));
            }
            Placed::Far => return Err(Misfit::Far(at)),
            Placed::Nowhere if transform.looks_like_meters(at) => {
                return Err(Misfit::Meters(at));
            }
            Placed::Nowhere => return Err(Misfit::Nowhere(at)),
        }
    }
    Ok(edge)
}

fn told(change: &Change, layer: &str, feature: &str) -> Finding {
    let finding = Finding::about(change.code, layer).feature(feature);
    match change.area_m2 {
        Some((before, after)) => finding
            .with("before", format!("{before:.2}"))
            .with("after", format!("{after:.2}"))
            .areas(before, after),
        None => finding.with("count", change.count),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Digest, ReferenceSystem};
    use crate::geometry::Dimension;
    use crate::geometry::crs::{Crs, Ways};
    use crate::layers::{CrsEvidence, PartRole, RawFeature};

    /// A layer of lines with so many vertices each.
    fn lines(vertices: &[usize]) -> RawFeatures {
        let mut data = RawFeatures::default();
        for &count in vertices {
            data.coords.extend_from_slice(&vec![[0.0, 0.0]; count]);
            data.parts.push((data.coords.len() as u32, PartRole::Line));
            let parts_end = data.parts.len() as u32;
            data.features.push(RawFeature {
                parts_end,
                is_null: false,
                has_height: false,
            });
        }
        data
    }

    /// A layer of points, a millimetre from one to the next.
    fn points(count: usize) -> RawLayer {
        let mut data = RawFeatures::default();
        for at in 0..count {
            data.coords.extend([[500_000.0 + at as f64 / 1000.0, 8_000_000.0]]);
            data.parts.push((at as u32 + 1, PartRole::Point));
            let parts_end = at as u32 + 1;
            let (is_null, has_height) = (false, false);
            data.features.push(RawFeature { parts_end, is_null, has_height });
            data.ids.push(&at.to_string());
        }
        RawLayer {
            id: "points".to_owned(),
            format: "GeoJSON",
            crs: ReferenceSystem::Epsg(32_719),
            crs_evidence: CrsEvidence::Project,
            digest: Digest::of(b""),
            bytes: 0,
            modified: None,
            companions: Vec::new(),
            data,
        }
    }

    #[test]
    fn rows_stay_in_order_however_many_are_placed_together() {
        // Two rounds of tasks and one task more.
        let count = (2 * TOGETHER + 1) * ROWS;
        let raw = points(count);
        let crs = Crs::from_epsg(32_719).unwrap();
        let mut ways = Ways::to(&crs);
        let way = ways.from(&raw.crs, None).unwrap();
        let mut findings = Findings::default();
        let placed = place(&raw, &way, 32_719, &|_| false, None, &mut findings).unwrap();
        assert!(placed.rows.iter().eq(0..count as u32));
        assert!(placed.dropped.is_empty() && findings.as_slice().is_empty());
        let has = |dimension| placed.shapes.has(dimension);
        assert!(has(Dimension::Point) && !has(Dimension::Area));
        let xs = placed.shapes.iter().map(|shape| shape.points()[0].x);
        assert!(xs.eq((0..count as i64).map(|at| 500_000_000_000 + at * 1000)));
    }

    #[test]
    fn tasks_take_every_row_once_and_end_where_they_are_full() {
        assert_eq!(tasks(&lines(&[])), Vec::<Range<usize>>::new());
        assert_eq!(tasks(&lines(&vec![2; ROWS + 1])), [0..ROWS, ROWS..ROWS + 1]);
        let large = [2, VERTICES - 2, 3, VERTICES, 2];
        assert_eq!(tasks(&lines(&large)), [0..2, 2..4, 4..5]);
    }
}
