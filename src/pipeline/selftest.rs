//! The program checked on the machine that it runs on.
//!
//! In: nothing but what the binary carries. Out: [`Check`]s: numbers of other programs and
//! figures worked out by hand, against what this copy computes here.

use geo::{Distance, Geodesic, GeodesicArea};

use super::Watch;
use crate::analysis;
use crate::domain::Findings;
use crate::geometry::crs::{Crs, Transform};
use crate::geometry::mosaic::{MosaicBuilder, Scratch};
use crate::geometry::{self, Dimension, GridPoint, Shapes, StudyArea};
use crate::layers::{self, PartRole};
use crate::outputs::compare::Snapshot;
use crate::outputs::inputs;

/// Places by PROJ.
const PROJECTIONS: &str = include_str!("selftest/projections.tsv");
/// Places on old datums by PROJ.
const DATUMS: &str = include_str!("selftest/datums.tsv");
/// Overlays of polygons by GEOS.
const OVERLAYS: &str = include_str!("selftest/overlays.tsv");
/// Lengths and areas on the ellipsoid by `GeographicLib`.
const GEODESICS: &str = include_str!("selftest/geodesics.tsv");
/// Figures of the world.
const EXPECTED: &str = include_str!("selftest/expected.tsv");
/// The files of the world.
const WORLD: [(&str, &str); 8] = [
    ("project.toml", include_str!("selftest/world/project.toml")),
    ("blocks.geojson", include_str!("selftest/world/blocks.geojson")),
    ("districts.geojson", include_str!("selftest/world/districts.geojson")),
    ("fault.geojson", include_str!("selftest/world/fault.geojson")),
    ("flood.geojson", include_str!("selftest/world/flood.geojson")),
    ("parks.geojson", include_str!("selftest/world/parks.geojson")),
    ("posts.geojson", include_str!("selftest/world/posts.geojson")),
    ("reported.csv", include_str!("selftest/world/reported.csv")),
];

/// What was checked, and how it went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Name in the catalogues: `projections`, `datums`, `overlays`, `geodesics`, `figures`.
    pub id: &'static str,
    /// How many numbers were compared.
    pub cases: usize,
    /// Those that are not as they should be.
    pub failures: Vec<Failure>,
}

/// A number that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What it is about.
    pub what: String,
    /// What it should be.
    pub expected: String,
    /// What it is; empty if it could not be computed.
    pub found: String,
}

impl Check {
    fn new(id: &'static str, cases: impl Iterator<Item = Option<Failure>>) -> Self {
        let cases: Vec<Option<Failure>> = cases.collect();
        let count = cases.len();
        Self { id, cases: count, failures: cases.into_iter().flatten().collect() }
    }
}

/// Runs all checks.
///
/// # Errors
///
/// [`super::Error`] if the world cannot even be written or measured.
pub fn selftest(watch: &dyn Watch) -> Result<Vec<Check>, super::Error> {
    let figures = world(watch)?;
    Ok(vec![
        Check::new("projections", lines(PROJECTIONS).map(|cells| projected(&cells))),
        Check::new("datums", lines(DATUMS).map(|cells| shifted(&cells))),
        Check::new("overlays", lines(OVERLAYS).map(|cells| overlaid(&cells))),
        Check::new("geodesics", lines(GEODESICS).map(|cells| geodesic(&cells))),
        Check::new("figures", lines(EXPECTED).map(|cells| figure(&cells, &figures))),
    ])
}

/// The cells of each line that is no remark.
fn lines(text: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split('\t').collect())
}

/// A micrometre, or as many degrees as that is on the ground.
fn projected(cells: &[&str]) -> Option<Failure> {
    let [from, to, place @ ..] = cells else { return Some(broken(cells)) };
    let tolerance = if *to == "4326" { 1e-6 / 111_320.0 } else { 1e-6 };
    place_is(from, to, place, tolerance)
}

/// A millimetre.
fn shifted(cells: &[&str]) -> Option<Failure> {
    let [from, place @ ..] = cells else { return Some(broken(cells)) };
    place_is(from, "32719", place, 1e-3)
}

fn place_is(from: &str, to: &str, place: &[&str], tolerance: f64) -> Option<Failure> {
    let numbers: Vec<f64> = place.iter().filter_map(|text| text.parse().ok()).collect();
    let (Ok(source), Ok(target), &[x, y, expected_x, expected_y]) =
        (from.parse::<u32>(), to.parse::<u32>(), &numbers[..])
    else {
        return Some(broken(place));
    };
    let target = Crs::from_epsg(target).ok();
    let transform =
        target.as_ref().and_then(|target| Transform::new(source, target).ok());
    let found = transform.and_then(|transform| transform.project([x, y]));
    let is_good = found.is_some_and(|[found_x, found_y]| {
        (found_x - expected_x).abs() <= tolerance
            && (found_y - expected_y).abs() <= tolerance
    });
    (!is_good).then(|| Failure {
        what: format!("EPSG:{from} → EPSG:{to} ({x}, {y})"),
        expected: format!("{expected_x}, {expected_y}"),
        found: found.map_or_else(String::new, |[x, y]| format!("{x}, {y}")),
    })
}

/// Places of a ring: `x y x y …`.
fn ring_of(text: &str) -> Option<Vec<[f64; 2]>> {
    let numbers =
        text.split(' ').map(str::parse).collect::<Result<Vec<f64>, _>>().ok()?;
    Some(numbers.chunks_exact(2).map(|pair| [pair[0], pair[1]]).collect())
}

/// A polygon on the grid.
fn polygon_of(text: &str) -> Option<Shapes> {
    let ring = ring_of(text)?.into_iter().map(|[x, y]| GridPoint::snap(x, y));
    let ring = ring.collect::<Option<Vec<GridPoint>>>()?;
    let mut shapes = Shapes::default();
    shapes.push_part(PartRole::Shell, ring);
    shapes.end_feature(Dimension::Area);
    Some(shapes)
}

/// Numbers that must agree to a part in 10⁹ or to a unit of their own.
fn agree(what: &str, cells: &[&str], found: &[f64], least: f64) -> Option<Failure> {
    let expected: Vec<f64> = cells.iter().filter_map(|text| text.parse().ok()).collect();
    let is_near = |(a, b): (&f64, &f64)| (a - b).abs() <= least.max(b.abs() * 1e-9);
    let is_good = expected.len() == found.len()
        && expected.len() == cells.len()
        && found.iter().zip(&expected).all(is_near);
    let write = |numbers: &[f64]| {
        numbers.iter().map(f64::to_string).collect::<Vec<_>>().join(", ")
    };
    (!is_good).then(|| Failure {
        what: what.to_owned(),
        expected: write(&expected),
        found: write(found),
    })
}

/// Area of one polygon, of what it shares with another and of both together, by the overlay
/// that measures exposure: a square millimetre.
fn overlaid(cells: &[&str]) -> Option<Failure> {
    let [a, b, areas @ ..] = cells else { return Some(broken(cells)) };
    let (Some(first), Some(second)) = (polygon_of(a), polygon_of(b)) else {
        return Some(broken(cells));
    };
    let mut builder = MosaicBuilder::default();
    builder.add(&second);
    let parts = builder.build().split_area(first.get(0), &mut Scratch::default());
    let area = |shapes: &Shapes| shapes.get(0).area_m2();
    let common: f64 =
        parts.iter().filter(|(planes, _)| !planes.is_empty()).map(|(_, m2)| m2).sum();
    let both = area(&first) + area(&second) - common;
    agree(a, areas, &[area(&first), common, both], 1e-6)
}

/// Length and area of a ring on the ellipsoid: a micrometre, a square centimetre.
fn geodesic(cells: &[&str]) -> Option<Failure> {
    let [ring, length, area] = *cells else { return Some(broken(cells)) };
    let Some(places) = ring_of(ring) else { return Some(broken(cells)) };
    let places: Vec<geo::Coord> = places.into_iter().map(geo::Coord::from).collect();
    let next = places.iter().cycle().skip(1);
    let sides = places.iter().zip(next);
    let around: f64 =
        sides.map(|(&a, &b)| Geodesic.distance(geo::Point(a), geo::Point(b))).sum();
    let polygon = geo::Polygon::new(places.into(), Vec::new());
    agree(ring, &[length], &[around], 1e-6)
        .or_else(|| agree(ring, &[area], &[polygon.geodesic_area_unsigned()], 1e-2))
}

fn figure(cells: &[&str], figures: &Snapshot) -> Option<Failure> {
    let [table, row, column, expected] = *cells else { return Some(broken(cells)) };
    let found = figures.cell(table, row, column).unwrap_or_default();
    (found != expected).then(|| Failure {
        what: format!("{table}/{row} · {column}"),
        expected: expected.to_owned(),
        found: found.to_owned(),
    })
}

/// A line that the checks cannot read is a fault of the copy, too.
fn broken(cells: &[&str]) -> Failure {
    let (expected, found) = (String::new(), String::new());
    Failure { what: cells.join(" "), expected, found }
}

/// The figures of the world, measured here.
fn world(watch: &dyn Watch) -> Result<Snapshot, super::Error> {
    let folder = inputs::lay_out(&WORLD)?;
    let settings = super::open(&folder.path().join("project.toml"), &[])?;
    watch.stage(super::Stage::Measure);
    let mut findings = Findings::default();
    let raw = layers::read(&settings, &mut findings)
        .map_err(|errors| super::Error::Layers(errors, std::mem::take(&mut findings)))?;
    let area: StudyArea = geometry::prepare(raw, &settings, &mut findings, &mut ())
        .map_err(|errors| {
            super::Error::Geometry(errors, std::mem::take(&mut findings))
        })?;
    let measurements = analysis::measure(&area, &settings, &mut findings, &mut ());
    Ok(Snapshot::of_measured(&area, &settings, &measurements))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_number_is_told() {
        let good = lines(DATUMS).next().expect("a place");
        assert_eq!(shifted(&good), None);
        let mut wrong = good.clone();
        wrong[4] = "0";
        assert!(shifted(&wrong).is_some_and(|failure| failure.expected.ends_with(", 0")));
        let good = lines(PROJECTIONS).next().expect("a place");
        assert_eq!(projected(&good), None);
        assert!(projected(&good[..3]).is_some());
        for (text, check) in [
            (OVERLAYS, overlaid as fn(&[&str]) -> Option<Failure>),
            (GEODESICS, geodesic),
        ] {
            let good = lines(text).next().expect("a case");
            assert_eq!(check(&good), None);
            let mut wrong = good.clone();
            let last = wrong.len() - 1;
            let off = (wrong[last].parse::<f64>().unwrap() + 0.1).to_string();
            wrong[last] = &off;
            assert!(check(&wrong).is_some(), "{off}");
            assert!(check(&good[..last]).is_some(), "a number is missing");
        }
        let figures = Snapshot::default();
        let cells = ["deficits", "_T/x", "value", "1"];
        assert!(figure(&cells, &figures).is_some_and(|failure| failure.found.is_empty()));
    }
}
