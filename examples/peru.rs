//! A whole country whose land lies in several UTM zones: one run a zone, stacked into one table.
//! `cargo run --example peru -- target/release/atalaya DISTRICTS.geojson CENTRES.csv FAULTS.geojson FOLDER`.
//!
//! Districts go to the zone that holds the middle of their box, populated centres to the zone of
//! the district that they name, faults to every zone whose districts they come near. Districts have
//! a field `COD_DISTRITO`, centres the columns `inei_ccpp`, `inei_distrito`, `longitude` and
//! `latitude`. Each zone gets a folder with its layers, a project and the results of the program
//! given; `exposure.csv` has the rows of all of them, and sums as `_T` and `_X`. The ends of ranges
//! are summed too: they are no nearer to each other than they should be.

#![expect(clippy::print_stdout, reason = "an example tells what it does")]

use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// So near, degrees, a fault is to the districts of a zone to be of interest there.
const NEAR: f64 = 0.1;
/// What is summed in the rows of the whole.
const AMOUNTS: [&str; 4] = ["value", "low", "high", "total"];

/// Longitude and latitude, least and most.
#[derive(Clone, Copy)]
struct Box2([f64; 4]);

/// The layers of a zone.
#[derive(Default)]
struct Zone {
    districts: Vec<Value>,
    centres: Vec<csv::StringRecord>,
    faults: Vec<Value>,
}

fn main() -> Outcome<()> {
    let paths: Vec<PathBuf> = std::env::args().skip(1).map(PathBuf::from).collect();
    let [program, districts, centres, faults, folder] = &paths[..] else {
        return Err("program, districts, centres, faults and folder, please".into());
    };
    let (heads, zones) = split(districts, centres, faults)?;
    let mut stacked = Stack::default();
    for (number, zone) in &zones {
        let folder = folder.join(format!("zone{number}s"));
        zone.write(&folder, *number, &heads)?;
        let out = folder.join("out");
        run(program, &folder.join("project.toml"), &out)?;
        println!("{number}S: {}, {}", zone.told(), cost(&out)?);
        stacked.add(&out.join("tables/exposure.csv"))?;
    }
    stacked.write(&folder.join("exposure.csv"))?;
    for (key, sums) in &stacked.sums {
        println!("{}: {sums:?}", key.join(" "));
    }
    Ok(())
}

impl Box2 {
    fn of(geometry: &Value) -> Self {
        let mut found =
            Self([f64::INFINITY, f64::INFINITY, -f64::INFINITY, -f64::INFINITY]);
        found.hold(&geometry["coordinates"]);
        found
    }

    fn hold(&mut self, coordinates: &Value) {
        let Some(items) = coordinates.as_array() else { return };
        match items.iter().map(Value::as_f64).collect::<Option<Vec<f64>>>() {
            Some(position) if position.len() > 1 => self.add([position[0], position[1]]),
            _ => items.iter().for_each(|inner| self.hold(inner)),
        }
    }

    fn add(&mut self, [x, y]: [f64; 2]) {
        let [left, bottom, right, top] = self.0;
        self.0 = [left.min(x), bottom.min(y), right.max(x), top.max(y)];
    }

    fn join(self, other: Self) -> Self {
        let mut all = self;
        all.add([other.0[0], other.0[1]]);
        all.add([other.0[2], other.0[3]]);
        all
    }

    fn is_near(self, other: Self) -> bool {
        let [left, bottom, right, top] = self.0;
        let [l, b, r, t] = other.0;
        l <= right + NEAR && r >= left - NEAR && b <= top + NEAR && t >= bottom - NEAR
    }

    /// UTM zone of its middle.
    fn zone(self) -> u8 {
        let middle = f64::midpoint(self.0[0], self.0[2]);
        let zones =
            (1..=60u8).take_while(|zone| f64::from(*zone) * 6.0 - 186.0 <= middle);
        zones.last().unwrap_or(1)
    }
}

fn features(path: &Path) -> Outcome<Vec<Value>> {
    let mut read: Value = serde_json::from_slice(&std::fs::read(path)?)?;
    let features = read["features"].as_array_mut().ok_or("no feature collection")?;
    Ok(std::mem::take(features))
}

/// The columns of the centres, and the layers of each zone.
fn split(
    districts: &Path,
    centres: &Path,
    faults: &Path,
) -> Outcome<(csv::StringRecord, BTreeMap<u8, Zone>)> {
    let mut zones: BTreeMap<u8, Zone> = BTreeMap::new();
    let mut boxes: BTreeMap<u8, Box2> = BTreeMap::new();
    let mut homes: BTreeMap<String, u8> = BTreeMap::new();
    for district in features(districts)? {
        let own = Box2::of(&district["geometry"]);
        let number = own.zone();
        let code = district["properties"]["COD_DISTRITO"].as_str().ok_or("no code")?;
        homes.insert(code.to_owned(), number);
        boxes.entry(number).and_modify(|all| *all = all.join(own)).or_insert(own);
        zones.entry(number).or_default().districts.push(district);
    }
    let mut read = csv::Reader::from_path(centres)?;
    let heads = read.headers()?.clone();
    let home = heads.iter().position(|head| head == "inei_distrito");
    let home = home.ok_or("the centres name no district")?;
    for centre in read.records() {
        let centre = centre?;
        let number = homes.get(&centre[home]).ok_or("a centre of an unknown district")?;
        zones.entry(*number).or_default().centres.push(centre);
    }
    for fault in features(faults)? {
        let own = Box2::of(&fault["geometry"]);
        for (number, zone) in &mut zones {
            if boxes[number].is_near(own) {
                zone.faults.push(fault.clone());
            }
        }
    }
    Ok((heads, zones))
}

impl Zone {
    fn told(&self) -> String {
        let [districts, faults] = [&self.districts, &self.faults].map(Vec::len);
        format!("{districts} districts, {} centres, {faults} faults", self.centres.len())
    }

    fn write(&self, folder: &Path, number: u8, heads: &csv::StringRecord) -> Outcome<()> {
        std::fs::create_dir_all(folder)?;
        for (name, features) in [("districts", &self.districts), ("faults", &self.faults)]
        {
            let layer = json!({ "type": "FeatureCollection", "features": features });
            std::fs::write(folder.join(format!("{name}.geojson")), layer.to_string())?;
        }
        let mut centres = csv::Writer::from_path(folder.join("centres.csv"))?;
        centres.write_record(heads)?;
        for centre in &self.centres {
            centres.write_record(centre)?;
        }
        centres.flush()?;
        std::fs::write(folder.join("project.toml"), project(number))?;
        Ok(())
    }
}

/// Overlaps of districts that were simplified one by one are errors; they go to the lower code.
fn project(number: u8) -> String {
    format!(
        r#"[project]
id = "peru_{number}s"
title = "Perú, zona {number}S"
working_crs = "EPSG:327{number:02}"
territories = "districts"
fail_on = "never"

[layers.districts]
path = "districts.geojson"
id = "COD_DISTRITO"
[layers.districts.territory]
code = "COD_DISTRITO"

[layers.centres]
path = "centres.csv"
crs = "EPSG:4326"
x = "longitude"
y = "latitude"
id = "inei_ccpp"
[layers.centres.exposure]

[layers.faults]
path = "faults.geojson"
accuracy_m = 1000.0
[layers.faults.hazard]
kind = "fault"
bands = [{{ within_m = 1000.0, level = "high" }}, {{ within_m = 5000.0, level = "medium" }}]
"#
    )
}

fn run(program: &Path, project: &Path, out: &Path) -> Outcome<()> {
    let mut run = Command::new(program);
    run.arg("run").arg(project).args(["--only", "tables", "--quiet", "--out"]).arg(out);
    let status = run.status()?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("{}: {status}", project.display()).into())
    }
}

/// Seconds and memory that the manifest tells.
fn cost(out: &Path) -> Outcome<String> {
    let manifest = std::fs::read(out.join("manifest.json"))?;
    let manifest: Value = serde_json::from_slice(&manifest)?;
    let clock = &manifest["clock"];
    let stages = clock["stage_seconds"].as_object().ok_or("a clock without stages")?;
    let seconds: f64 = stages.values().filter_map(Value::as_f64).sum();
    let bytes = clock["peak_memory_bytes"].as_f64().unwrap_or(f64::NAN);
    Ok(format!("{seconds:.2} s, {:.0} MB", bytes / 1e6))
}

/// The rows of all zones.
#[derive(Default)]
struct Stack {
    heads: Vec<String>,
    rows: Vec<Vec<String>>,
    /// By the cells of a row of the whole that are no amounts.
    sums: BTreeMap<Vec<String>, [f64; 4]>,
}

impl Stack {
    fn add(&mut self, path: &Path) -> Outcome<()> {
        let mut table = csv::Reader::from_path(path)?;
        self.heads = table.headers()?.iter().map(str::to_owned).collect();
        for row in table.records() {
            let row: Vec<String> = row?.iter().map(str::to_owned).collect();
            if row[0].starts_with('_') { self.sum(row) } else { self.rows.push(row) }
        }
        Ok(())
    }

    fn sum(&mut self, row: Vec<String>) {
        let amounts = AMOUNTS.map(|name| {
            let at = self.heads.iter().position(|head| head == name);
            at.and_then(|at| row[at].parse().ok()).unwrap_or(f64::NAN)
        });
        let named = row.into_iter().zip(&self.heads);
        let key = named.filter(|(_, head)| !AMOUNTS.contains(&head.as_str()));
        let sums = self.sums.entry(key.map(|(cell, _)| cell).collect()).or_default();
        sums.iter_mut().zip(amounts).for_each(|(sum, amount)| *sum += amount);
    }

    fn write(&self, path: &Path) -> Outcome<()> {
        let mut table = csv::Writer::from_path(path)?;
        table.write_record(&self.heads)?;
        for row in &self.rows {
            table.write_record(row)?;
        }
        // The amounts are the last columns.
        for (key, sums) in &self.sums {
            let sums = sums.map(|sum| sum.to_string());
            table.write_record(key.iter().chain(&sums))?;
        }
        table.flush()?;
        Ok(())
    }
}
