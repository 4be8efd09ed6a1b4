//! Small worlds in a temporary folder, and GeoJSON to make them of.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::{Ran, run_tables};

/// East of the origin of the tests' small worlds, EPSG:32719.
pub(crate) const EAST: i64 = 250_000;
/// North of it.
pub(crate) const NORTH: i64 = 8_050_000;
/// A project in a temporary folder of its own.
pub(crate) struct World {
    folder: TempDir,
}

impl World {
    /// An empty folder.
    pub(crate) fn empty() -> Self {
        Self { folder: TempDir::new().expect("a temporary folder") }
    }

    /// The smallest world in which everything is right: two districts of 100 m x 100 m
    /// side by side, one zone over half of the first, one block in each, one post, one
    /// deficit.
    pub(crate) fn tiny() -> Self {
        let world = Self::empty();
        world.write("project.toml", TINY_PROJECT);
        let square = |x: f64| rect(x, 0.0, x + 100.0, 100.0);
        world.layer(
            "districts",
            &[
                feature("t1", r#""code":"01","name":"One""#, &square(0.0)),
                feature("t2", r#""code":"02","name":"Two""#, &square(100.0)),
            ],
        );
        world.layer(
            "flood",
            &[feature("z1", r#""nivel":"high""#, &rect(0.0, 0.0, 50.0, 100.0))],
        );
        world.layer(
            "blocks",
            &[
                feature("b1", r#""population":100"#, &rect(20.0, 20.0, 80.0, 80.0)),
                feature("b2", r#""population":40"#, &rect(120.0, 20.0, 180.0, 80.0)),
            ],
        );
        world.layer("posts", &[feature("f1", "", &point(50.0, 50.0))]);
        world
    }

    /// Writes a file.
    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.file(name), text).expect("the temporary folder can be written");
    }

    /// Writes a layer `<id>.geojson`.
    pub(crate) fn layer(&self, id: &str, features: &[String]) {
        self.write(&format!("{id}.geojson"), &collection(features));
    }

    /// Replaces a piece of the project file, which must be there.
    pub(crate) fn edit(&self, from: &str, to: &str) {
        let text = fs::read_to_string(self.project()).expect("a project file");
        assert!(text.contains(from), "`{from}` is not in the project file");
        self.write("project.toml", &text.replacen(from, to, 1));
    }

    /// Adds to the end of the project file.
    pub(crate) fn add(&self, more: &str) {
        let text = fs::read_to_string(self.project()).expect("a project file");
        self.write("project.toml", &format!("{text}\n{more}"));
    }

    /// A file of this world.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Its project file.
    pub(crate) fn project(&self) -> PathBuf {
        self.file("project.toml")
    }

    /// Where it writes.
    pub(crate) fn out(&self) -> PathBuf {
        self.file("out")
    }

    /// Its folder.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The line of the project file (1-based) that holds this text first.
    pub(crate) fn line_of(&self, text: &str) -> usize {
        let project = fs::read_to_string(self.project()).expect("a project file");
        1 + project
            .lines()
            .position(|line| line.contains(text))
            .unwrap_or_else(|| panic!("no line with `{text}`"))
    }

    /// Runs it for its tables.
    pub(crate) fn run(&self, more: &[&str]) -> Ran {
        run_tables(&self.project(), &self.out(), more)
    }
}

const TINY_PROJECT: &str = r#"[project]
id = "tiny"
title = "Tiny"
working_crs = "EPSG:32719"
territories = "districts"
locale = "es"
fail_on = "error"

[layers.districts]
path = "districts.geojson"
crs = "EPSG:32719"

[layers.districts.territory]
code = "code"
name = "name"

[layers.flood]
path = "flood.geojson"
crs = "EPSG:32719"

[layers.flood.hazard]
kind = "flood"
level = "nivel"

[layers.blocks]
path = "blocks.geojson"
crs = "EPSG:32719"

[layers.blocks.exposure]
people = "population"

[layers.posts]
path = "posts.geojson"
crs = "EPSG:32719"

[layers.posts.service]
kind = "health"

[deficits.health]
kind = "access"
service = "posts"
people = "blocks"
within_m = 60.0
standard = 1.0

[outputs]
directory = "out"
"#;

/// A position, metres from the origin, as GeoJSON to the micrometre.
pub(crate) fn position(x: f64, y: f64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "the origin is a small integer")]
    let (east, north) = (EAST as f64 + x, NORTH as f64 + y);
    format!("[{east:.6},{north:.6}]")
}

/// A closed ring as GeoJSON.
pub(crate) fn ring(points: &[(f64, f64)]) -> String {
    let closed = points.iter().chain(points.first());
    let all: Vec<String> = closed.map(|&(x, y)| position(x, y)).collect();
    format!("[{}]", all.join(","))
}

/// A polygon without holes.
pub(crate) fn polygon(points: &[(f64, f64)]) -> String {
    format!(r#"{{"type":"Polygon","coordinates":[{}]}}"#, ring(points))
}

/// A rectangle from its lower left to its upper right corner.
pub(crate) fn rect(x0: f64, y0: f64, x1: f64, y1: f64) -> String {
    polygon(&[(x0, y0), (x1, y0), (x1, y1), (x0, y1)])
}

/// A point.
pub(crate) fn point(x: f64, y: f64) -> String {
    format!(r#"{{"type":"Point","coordinates":{}}}"#, position(x, y))
}

/// A feature with an id, the inside of its properties object and its geometry.
pub(crate) fn feature(id: &str, properties: &str, geometry: &str) -> String {
    format!(
        r#"{{"type":"Feature","id":"{id}","properties":{{{properties}}},"geometry":{geometry}}}"#
    )
}

/// A feature collection, one feature a line.
pub(crate) fn collection(features: &[String]) -> String {
    let all = features.join(",\n");
    format!("{{\"type\":\"FeatureCollection\",\"features\":[\n{all}\n]}}\n")
}
