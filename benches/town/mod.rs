//! A made-up town of any size, the same every time: blocks in a grid, districts with crooked
//! borders, hazard zones in four levels, a coast with bands, clinics.

#![expect(clippy::cast_precision_loss, reason = "numbers of a made-up town are small")]

use std::f64::consts::TAU;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Side of a block with its street, degrees.
const STEP: f64 = 0.000_9;
const WEST: f64 = -71.4;
const SOUTH: f64 = -17.7;
/// Vertices of each border of a district, and of the coast.
const BENDS: u32 = 200;

/// The project of the town.
const PROJECT: &str = r#"
[project]
id = "town"
title = "Town"
working_crs = "EPSG:32719"
territories = "districts"
fail_on = "never"

[layers.districts]
path = "districts.geojson"
[layers.districts.territory]
code = "code"
name = "code"

[layers.zones]
path = "zones.geojson"
[layers.zones.hazard]
kind = "tsunami"
level = "level"

[layers.coast]
path = "coast.geojson"
[layers.coast.hazard]
kind = "surge"
bands = [
    { within_m = 100.0, level = "very_high" },
    { within_m = 300.0, level = "high" },
    { within_m = 900.0, level = "medium" },
]

[layers.blocks]
path = "blocks.geojson"
[layers.blocks.exposure]
people = "people"

[layers.clinics]
path = "clinics.geojson"
[layers.clinics.service]
kind = "health"

[deficits.clinic]
kind = "access"
service = "clinics"
people = "blocks"
within_m = 1000.0
standard = 1.0
"#;

/// How large the town is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Town {
    /// Blocks along each side.
    pub(crate) side: usize,
    /// Districts along each side.
    pub(crate) districts: usize,
    /// Vertices of each of the twelve hazard zones.
    pub(crate) vertices: usize,
}

impl Town {
    /// Writes layers and project into a folder: the path of the project file.
    ///
    /// # Errors
    ///
    /// The folder cannot be written to.
    pub(crate) fn write(&self, folder: &Path) -> std::io::Result<PathBuf> {
        let write = |name: &str, text: &str| std::fs::write(folder.join(name), text);
        write("blocks.geojson", &self.blocks())?;
        let districts = self.districts * self.districts;
        write(
            "districts.geojson",
            &collection((0..districts).map(|at| self.district(at))),
        )?;
        write("zones.geojson", &collection((0..12).map(|at| self.zone(at))))?;
        write("coast.geojson", &collection(std::iter::once(self.coast())))?;
        write("clinics.geojson", &collection((0..500).map(|at| self.clinic(at))))?;
        write("town.toml", PROJECT)?;
        Ok(folder.join("town.toml"))
    }

    /// The layer of the blocks.
    #[must_use]
    pub(crate) fn blocks(&self) -> String {
        collection((0..self.side * self.side).map(|at| self.block(at)))
    }

    /// Side of the town, degrees.
    fn whole(&self) -> f64 {
        STEP * self.side as f64
    }

    /// A block of eight corners, none quite straight.
    fn block(&self, at: usize) -> String {
        let (x, y) = ((at % self.side) as f64, (at / self.side) as f64);
        let (x, y) = (WEST + x * STEP, SOUTH + y * STEP);
        let (side, dent) = (STEP * 0.9, STEP * 0.01 * (at % 7) as f64);
        let ring = [
            [x, y],
            [x + side / 2.0, y + dent],
            [x + side, y],
            [x + side - dent, y + side / 2.0],
            [x + side, y + side],
            [x + side / 2.0, y + side - dent],
            [x, y + side],
            [x + dent, y + side / 2.0],
            [x, y],
        ];
        let people = at % 90;
        feature(&format!(r#""people":{people}"#), "Polygon", &format!("[{}]", line(ring)))
    }

    /// A district; borders between two districts are the same crooked line.
    fn district(&self, at: usize) -> String {
        let part = self.whole() / self.districts as f64;
        let corner =
            |i: usize, j: usize| [WEST + part * i as f64, SOUTH + part * j as f64];
        let crooked = |a: [f64; 2], b: [f64; 2]| {
            (0..BENDS).map(move |i| {
                let t = f64::from(i) / f64::from(BENDS);
                // Gentle enough that borders do not cross where they meet.
                let off = part * 0.01 * (t * TAU * 9.0).sin();
                let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
                // Walked the other way, both the sine and the side change their sign.
                let bend = off / (dx.abs() + dy.abs());
                [a[0] + dx * t - dy * bend, a[1] + dy * t + dx * bend]
            })
        };
        let (i, j) = (at % self.districts, at / self.districts);
        let corners =
            [corner(i, j), corner(i + 1, j), corner(i + 1, j + 1), corner(i, j + 1)];
        let mut ring = Vec::new();
        for k in 0..4 {
            ring.extend(crooked(corners[k], corners[(k + 1) % 4]));
        }
        ring.push(ring[0]);
        feature(&format!(r#""code":"D{at:05}""#), "Polygon", &format!("[{}]", line(ring)))
    }

    /// A star with many rays.
    fn zone(&self, at: usize) -> String {
        let whole = self.whole();
        let x = WEST + whole * (0.15 + 0.23 * (at % 4) as f64);
        let y = SOUTH + whole * (0.2 + 0.3 * (at / 4) as f64);
        let ring = (0..=self.vertices).map(|i| {
            let angle = TAU * (i % self.vertices) as f64 / self.vertices as f64;
            let radius = whole * 0.09 * (1.0 + 0.2 * (angle * 41.0).sin());
            [x + radius * angle.cos(), y + radius * angle.sin()]
        });
        let level = ["very_high", "high", "medium", "low"][at % 4];
        feature(&format!(r#""level":"{level}""#), "Polygon", &format!("[{}]", line(ring)))
    }

    fn coast(&self) -> String {
        let points = (0..1500).map(|i| {
            let t = f64::from(i) / 1499.0;
            let y = SOUTH + self.whole() * t;
            [WEST + STEP * 4.0 * (t * TAU * 12.0).sin(), y]
        });
        feature("", "LineString", &line(points))
    }

    fn clinic(&self, at: usize) -> String {
        let whole = self.whole();
        let (x, y) = ((at * 37 % 500) as f64 / 500.0, (at * 91 % 499) as f64 / 499.0);
        feature(
            "",
            "Point",
            &format!("[{:.7},{:.7}]", WEST + whole * x, SOUTH + whole * y),
        )
    }
}

fn collection(features: impl Iterator<Item = String>) -> String {
    let features: Vec<String> = features.collect();
    format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(",\n"))
}

fn feature(properties: &str, kind: &str, coordinates: &str) -> String {
    format!(
        r#"{{"type":"Feature","properties":{{{properties}}},"geometry":{{"type":"{kind}","coordinates":{coordinates}}}}}"#
    )
}

fn line(points: impl IntoIterator<Item = [f64; 2]>) -> String {
    let mut text = String::from("[");
    for [x, y] in points {
        let comma = if text.len() > 1 { "," } else { "" };
        write!(text, "{comma}[{x:.7},{y:.7}]").expect("writing to text cannot fail");
    }
    text + "]"
}
