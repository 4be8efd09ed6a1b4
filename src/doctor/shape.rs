//! Geometries: how many of which type, where they lie, and what is wrong with them.

use std::collections::BTreeMap;

use geo::{Distance, Geodesic, Point};

use super::datum;
use super::ground::{Ground, box_of};
use super::place::{Degrees, Verdict, compass};
use super::report::{Counts, Extent, Overlaps, Place};
use super::suspicion::{Kind, Suspicion};
use crate::domain::{Code, Digest, Findings, ReferenceSystem};
use crate::formats::Parsed;
use crate::geometry::crs::{Crs, Transform};
use crate::geometry::layer::{PlacedLayer, place};
use crate::geometry::overlaps;
use crate::layers::raw::RawWindow;
use crate::layers::{CrsEvidence, PartRole, RawFeatures, RawLayer};

/// Web Mercator: for layers that are too wide for one zone.
const WIDE: u32 = 3857;
/// A layer wider than this, degrees, fits no zone.
const ZONE_DEG: f64 = 9.0;
/// Areas and vertices up to which overlaps are looked for.
const FEW_AREAS: usize = 30_000;
const FEW_VERTICES: usize = 150_000;
/// Overlaps below this are the noise of drawing, m².
const NOISE_M2: f64 = 1.0;
/// Vertices of a feature of which the place is looked at.
const LOOKED_AT: usize = 32;
/// Ids that are named.
const NAMED: usize = 5;
/// So far from the territories a stray feature is still meant for them, m.
const STRAY_M: f64 = 50_000.0;

/// Features by type.
pub(super) fn counts(parsed: &Parsed) -> Counts {
    let data = &parsed.data;
    let unreadable = parsed.troubles.len();
    let mut counts = Counts {
        features: parsed.rows,
        unreadable,
        vertices: data.coords.len(),
        ..Counts::default()
    };
    let (mut start, mut all) = (0, data.parts.iter());
    for feature in &data.features {
        let end = feature.parts_end as usize;
        let (mut points, mut lines, mut shells) = (0usize, 0usize, 0usize);
        for (_, role) in all.by_ref().take(end - start) {
            match role {
                PartRole::Point => points += 1,
                PartRole::Line => lines += 1,
                PartRole::Shell => shells += 1,
                PartRole::Hole => {}
            }
        }
        start = end;
        counts.with_height += usize::from(feature.has_height);
        counts.multipart += usize::from(points.max(lines).max(shells) > 1);
        match (points > 0, lines > 0, shells > 0) {
            (false, false, false) => counts.without += 1,
            (true, false, false) => counts.points += 1,
            (false, true, false) => counts.lines += 1,
            (false, false, true) => counts.polygons += 1,
            _ => counts.mixed += 1,
        }
    }
    // Those that could not be read were kept without a geometry.
    let kept = parsed.troubles.iter().filter(|trouble| trouble.kept.is_some()).count();
    counts.without = counts.without.saturating_sub(kept);
    counts
}

/// The first position of each feature.
pub(super) fn first_points(data: &RawFeatures) -> Vec<Option<[f64; 2]>> {
    let of_window = |window: RawWindow<'_>| -> Vec<_> {
        window.rows().map(|row| window.coords(row).first().copied()).collect()
    };
    data.windows().flat_map(of_window).collect()
}

/// Exchanges the two numbers of each pair.
pub(super) fn swap(data: &mut RawFeatures) {
    let swapped: Vec<_> = data.coords.all().iter().map(|&[x, y]| [y, x]).collect();
    data.coords = swapped.into();
}

/// Where a layer lies; `None` without usable coordinates. Pairs of 0, 0 do not count.
pub(super) fn extent(
    data: &RawFeatures,
    system: Option<&ReferenceSystem>,
    degrees: &Degrees,
    ground: Option<&Ground>,
) -> Option<Extent> {
    let usable = data.coords.all().iter().copied().filter(|at| is_usable(*at));
    let file = box_of(usable.clone())?;
    let way = system.and_then(|system| degrees.way(system));
    let places = way.as_ref().and_then(|way| {
        let possible = usable.filter(|at| way.is_possible(*at));
        box_of(possible.filter_map(|at| way.project(at)))
    });
    let meters = places.zip(system).and_then(|(places, system)| {
        let epsg = zone_of(places, ground)?;
        let plane = Crs::from_epsg(epsg).ok()?;
        let way = Transform::new(system.clone(), &plane).ok()?;
        let possible = data.coords.all().iter().copied().filter(|at| is_usable(*at));
        Some((epsg, box_of(possible.filter_map(|at| way.project(at)))?))
    });
    Some(Extent { file, degrees: places, meters, size_m: places.map(size_of) })
}

fn is_usable(at: [f64; 2]) -> bool {
    at.iter().all(|value| value.is_finite()) && !is_zero(at)
}

pub(super) fn is_zero([x, y]: [f64; 2]) -> bool {
    x.abs() < f64::EPSILON && y.abs() < f64::EPSILON
}

/// Width along the middle parallel and height, m.
fn size_of([west, south, east, north]: [f64; 4]) -> [f64; 2] {
    let middle = f64::midpoint(south, north);
    let width = Geodesic.distance(Point::new(west, middle), Point::new(east, middle));
    let height = Geodesic.distance(Point::new(west, south), Point::new(west, north));
    [width, height]
}

/// The plane to measure a box of degrees in: that of the project if it fits, else the UTM
/// zone of its middle; `None` if it is too wide or too near to a pole.
fn zone_of([west, south, east, north]: [f64; 4], ground: Option<&Ground>) -> Option<u32> {
    let middle = f64::midpoint(south, north);
    if east - west > ZONE_DEG || north - south > 2.0 * ZONE_DEG || middle.abs() > 80.0 {
        return None;
    }
    if let Some(ground) = ground
        && ground.may_hold([f64::midpoint(west, east), middle])
    {
        return Some(ground.epsg);
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 1 and 60"
    )]
    let zone =
        ((f64::midpoint(west, east) + 180.0) / 6.0).floor().clamp(0.0, 59.0) as u32;
    Some(if middle < 0.0 { 32_701 } else { 32_601 } + zone)
}

/// What a run would find wrong with the geometries.
pub(super) struct Health {
    pub(super) validity: Vec<(Code, usize)>,
    pub(super) overlaps: Option<Overlaps>,
}

/// Places and mends a layer as a run does, and counts what it finds.
pub(super) fn health(
    data: RawFeatures,
    system: &ReferenceSystem,
    extent: &Extent,
    counts: &Counts,
) -> Health {
    let raw = RawLayer {
        id: String::new(),
        format: "",
        crs: system.clone(),
        crs_evidence: CrsEvidence::Project,
        digest: Digest::from_raw(&[]),
        bytes: 0,
        modified: None,
        companions: Vec::new(),
        data,
    };
    let epsg = extent.meters.map_or(WIDE, |(epsg, _)| epsg);
    let mut findings = Findings::default();
    let placed = Crs::from_epsg(epsg).ok().and_then(|plane| {
        let way = Transform::new(system.clone(), &plane).ok()?;
        place(&raw, &way, epsg, &|_| false, None, &mut findings).ok()
    });
    let overlaps = placed
        .filter(|_| counts.polygons > 1 && counts.polygons <= FEW_AREAS)
        .filter(|_| counts.vertices <= FEW_VERTICES && extent.meters.is_some())
        .map(|placed| overlaps_of(&placed));
    Health { validity: counted(&findings), overlaps }
}

fn overlaps_of(placed: &PlacedLayer) -> Overlaps {
    let all = overlaps::find(&placed.shapes);
    let real = all.iter().filter(|o| !o.is_noise() && o.area_m2 >= NOISE_M2);
    real.fold(Overlaps { pairs: 0, area_m2: 0.0 }, |sum, overlap| Overlaps {
        pairs: sum.pairs + 1,
        area_m2: sum.area_m2 + overlap.area_m2,
    })
}

/// Findings about geometries by code, those that say nothing of their quality left out.
fn counted(findings: &Findings) -> Vec<(Code, usize)> {
    let mut counts: BTreeMap<Code, usize> = BTreeMap::new();
    for finding in findings.as_slice() {
        let says_nothing = matches!(finding.code, Code::EdgeOfCrs | Code::HeightDropped);
        if !says_nothing {
            *counts.entry(finding.code).or_default() += 1;
        }
    }
    counts.into_iter().collect()
}

/// How a layer lies to the territories, and whether single points lie outside.
pub(super) fn place_of(
    data: &RawFeatures,
    verdict: &Verdict,
    degrees: &Degrees,
    ground: &Ground,
    suspicions: &mut Vec<Suspicion>,
) -> Option<Place> {
    let way = degrees.way(verdict.system.as_ref()?)?;
    let to_ground = ground.way()?;
    let mut found = Place {
        features: 0,
        inside: 0,
        nearest_m: f64::INFINITY,
        farthest_m: 0.0,
        direction: "",
        outside: Vec::new(),
    };
    let mut whole: Option<[f64; 4]> = None;
    for window in data.windows() {
        for row in window.rows() {
            let vertices = window.coords(row);
            let step = vertices.len().div_ceil(LOOKED_AT).max(1);
            let some = vertices.iter().step_by(step).filter(|at| !is_zero(**at));
            let places: Vec<[f64; 2]> = some.filter_map(|at| way.project(*at)).collect();
            let distances = places.iter();
            let distances =
                distances.filter_map(|place| ground.distance_by(&to_ground, *place));
            let Some(distance) = distances.min_by(f64::total_cmp) else { continue };
            whole = box_of(places.iter().copied().chain(whole.iter().flat_map(corners)));
            found.add(distance, || data.ids.of(row).into_owned());
        }
    }
    let [west, south, east, north] = whole?;
    let middle = [f64::midpoint(west, east), f64::midpoint(south, north)];
    found.direction = compass(ground.middle(), middle);
    if data.parts.iter().all(|(_, role)| role == PartRole::Point) {
        suspicions.extend(strays(&found));
    }
    Some(found)
}

fn corners(bounds: &[f64; 4]) -> [[f64; 2]; 2] {
    [[bounds[0], bounds[1]], [bounds[2], bounds[3]]]
}

impl Place {
    fn add(&mut self, distance_m: f64, id: impl FnOnce() -> String) {
        self.features += 1;
        self.nearest_m = self.nearest_m.min(distance_m);
        self.farthest_m = self.farthest_m.max(distance_m);
        if distance_m <= 0.0 {
            self.inside += 1;
        } else if self.outside.len() < NAMED {
            self.outside.push(id());
        }
    }
}

/// Points outside, where most are inside and none is from somewhere else.
fn strays(place: &Place) -> Option<Suspicion> {
    let outside = place.features - place.inside;
    let is_stray = outside > 0 && place.inside >= outside && place.farthest_m <= STRAY_M;
    is_stray.then(|| {
        Suspicion::of(Kind::OutsideTerritories)
            .with("count", outside)
            .with("features", place.features)
            .with("ids", place.outside.join(", "))
            .with("farthest", format!("{:.0}", place.farthest_m))
    })
}

/// Whether lines or areas would fit the territories on another datum.
pub(super) fn other_datum(
    data: &RawFeatures,
    verdict: &Verdict,
    ground: &Ground,
) -> Option<Suspicion> {
    let system = verdict.system.as_ref()?;
    if data.parts.iter().all(|(_, role)| role == PartRole::Point) {
        return None;
    }
    let vertices: Vec<[f64; 2]> =
        data.coords.all().iter().copied().filter(|at| is_usable(*at)).collect();
    datum::offset(&vertices, system, ground)
        .map(|offset| datum::told(&offset, system, Suspicion::of(Kind::OtherDatum)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layers::RawFeature;

    #[test]
    fn the_first_position_of_each_feature_is_taken() {
        let mut data = RawFeatures::default();
        data.coords.extend([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]);
        data.parts.extend([(2, PartRole::Line), (3, PartRole::Point)]);
        for parts_end in [1, 1, 2] {
            let (is_null, has_height) = (false, false);
            data.features.push(RawFeature { parts_end, is_null, has_height });
        }
        let expected = [Some([1.0, 2.0]), None, Some([5.0, 6.0])];
        assert!(first_points(&data).into_iter().eq(expected));
        // More than are looked at together.
        let mut many = RawFeatures::default();
        for at in 1..=10_000 {
            many.coords.push([f64::from(at), 0.0]);
            many.parts.push((at, PartRole::Point));
            let (parts_end, is_null, has_height) = (at, false, false);
            many.features.push(RawFeature { parts_end, is_null, has_height });
        }
        let expected = (1..=10_000).map(|at| Some([f64::from(at), 0.0]));
        assert!(first_points(&many).into_iter().eq(expected));
    }
}
