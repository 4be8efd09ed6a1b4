//! The program checked on the machine that it runs on.
//!
//! In: nothing but what the binary carries. Out: [`Check`]s: numbers of other programs and
//! figures worked out by hand, against what this copy computes here.

use super::Watch;
use crate::analysis;
use crate::domain::Findings;
use crate::geometry::crs::{Crs, Transform};
use crate::geometry::{self, StudyArea};
use crate::layers;
use crate::outputs::compare::Snapshot;
use crate::outputs::inputs;

/// Places by PROJ.
const PROJECTIONS: &str = include_str!("selftest/projections.tsv");
/// Places on old datums by PROJ.
const DATUMS: &str = include_str!("selftest/datums.tsv");
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
    /// Name in the catalogues: `projections`, `datums`, `figures`.
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
    let area: StudyArea =
        geometry::prepare(raw, &settings, &mut findings).map_err(|errors| {
            super::Error::Geometry(errors, std::mem::take(&mut findings))
        })?;
    let measurements = analysis::measure(&area, &settings, &mut findings);
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
        let figures = Snapshot::default();
        let cells = ["deficits", "_T/x", "value", "1"];
        assert!(figure(&cells, &figures).is_some_and(|failure| failure.found.is_empty()));
    }
}
