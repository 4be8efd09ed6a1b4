//! Where layers lie, in memory or beside it, changes no byte of what a run writes.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use atalaya::i18n::Locale;
use atalaya::layers::raw;
use atalaya::outputs::Products;
use atalaya::pipeline::{self, Options, Stage, Watch};

struct Nobody;

impl Watch for Nobody {
    fn stage(&self, _: Stage) {}
}

/// What a run writes while layers may take so many bytes of memory: path and bytes, without the
/// clock.
fn written(project: &Path, held: usize) -> BTreeMap<String, Vec<u8>> {
    raw::held_at_most(held);
    let pile: raw::Pile<u64> = (0..100_000).collect();
    assert_eq!(pile.is_in_memory(), held == usize::MAX);
    drop(pile);
    let home = tempfile::tempdir().expect("a temporary folder");
    let folder = home.path().join("out");
    let mut settings = pipeline::open(project, &[]).expect("the project is right");
    settings.output_directory.clone_from(&folder);
    let only = Products { maps: false, report: false, ..Products::ALL };
    let options = Options { locale: Locale::Es, only, date: None, scenarios: false };
    pipeline::run(&settings, &options, &Nobody).expect("the project runs");
    let mut all = BTreeMap::new();
    let mut open = vec![folder.clone()];
    while let Some(inside) = open.pop() {
        for entry in fs::read_dir(inside).expect("the folder was written") {
            let path = entry.expect("it can be read").path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let name = path.strip_prefix(&folder).expect("it is inside");
            let name = name.to_string_lossy().into_owned();
            if name != "manifest.json" {
                all.insert(name, fs::read(&path).expect("it can be read"));
            }
        }
    }
    all
}

/// Ten thousand blocks, each over a part of the next ones, of which some have no place, no people, or the
/// id of another; their dwellings and walls stand in a table. Each is 11 m wide.
fn made(folder: &Path) {
    let (west, south, step) = (-71.34, -17.66, 0.000_08);
    let rectangle = |x: f64, y: f64, w: f64, h: f64| {
        let (e, n) = (x + w, y + h);
        format!(
            r#"{{"type":"Polygon","coordinates":[[[{x:.6},{y:.6}],[{e:.6},{y:.6}],[{e:.6},{n:.6}],[{x:.6},{n:.6}],[{x:.6},{y:.6}]]]}}"#
        )
    };
    let feature = |properties: &str, geometry: &str| {
        format!(
            r#"{{"type":"Feature","properties":{{{properties}}},"geometry":{geometry}}}"#
        )
    };
    let write = |name: &str, features: &[String]| {
        let all = features.join(",\n");
        let text = format!(r#"{{"type":"FeatureCollection","features":[{all}]}}"#);
        fs::write(folder.join(name), text).expect("it can be written");
    };
    let half = 50.0 * step;
    write(
        "districts.geojson",
        &[
            feature(r#""code":"02""#, &rectangle(west + half, south, half, 2.0 * half)),
            feature(r#""code":"01""#, &rectangle(west, south, half, 2.0 * half)),
        ],
    );
    let zone = rectangle(west, south, 30.5 * step, 30.5 * step);
    write("zones.geojson", &[feature(r#""level":"high""#, &zone)]);
    let (mut blocks, mut table) = (Vec::new(), String::from("code,dwellings,walls\n"));
    for at in 0..10_000u32 {
        let (column, row) = (f64::from(at % 100), f64::from(at / 100));
        let block = rectangle(west + column * step, south + row * step, 0.000_1, 0.000_1);
        let geometry = if at % 997 == 5 { "null" } else { &block };
        let people = match at % 50 {
            3 => "null".to_owned(),
            4 => format!(r#""{}""#, at % 7),
            _ => (at % 9).to_string(),
        };
        let id = if at % 1000 == 1 { at - 1 } else { at };
        let properties = format!(r#""id":"manzana {id}","code":{at},"people":{people}"#);
        blocks.push(feature(&properties, geometry));
        let walls = ["ladrillo", "adobe", "estera"][at as usize % 3];
        writeln!(table, "{at},{},{walls}", at % 4).expect("a text takes all");
    }
    write("blocks.geojson", &blocks);
    fs::write(folder.join("walls.csv"), table).expect("it can be written");
    let place = |x: f64, y: f64| {
        let (x, y) = (west + x * step, south + y * step);
        feature("", &format!(r#"{{"type":"Point","coordinates":[{x:.6},{y:.6}]}}"#))
    };
    write("clinics.geojson", &[place(20.0, 20.0), place(70.0, 80.0), place(70.0, 20.0)]);
    fs::write(folder.join("project.toml"), PROJECT).expect("it can be written");
}

const PROJECT: &str = r#"
[project]
id = "made"
title = "A made town"
working_crs = "EPSG:32719"
territories = "districts"
fail_on = "never"

[layers.districts]
path = "districts.geojson"
[layers.districts.territory]
code = "code"

[layers.zones]
path = "zones.geojson"
accuracy_m = 20.0
[layers.zones.hazard]
kind = "tsunami"
level = "level"
levels = { high = "high" }

[layers.blocks]
path = "blocks.geojson"
id = "id"
accuracy_m = 5.0
[layers.blocks.exposure]
people = "people"
sums = { dwellings = "dwellings" }
[layers.blocks.join]
path = "walls.csv"
key = "code"
to = "code"
fields = { dwellings = "dwellings" }

[layers.clinics]
path = "clinics.geojson"
[layers.clinics.service]
kind = "health"

[deficits.access]
kind = "access"
service = "clinics"
people = "blocks"
within_m = 200.0
standard = 1.0

[doubts]
exposed_position = true
straddling = true

[outputs]
directory = "out"
exports = ["csv"]
"#;

#[test]
fn layers_beside_memory_give_the_same_bytes() {
    let own =
        |name: &str| Path::new(env!("CARGO_MANIFEST_DIR")).join("layers").join(name);
    let folder = tempfile::tempdir().expect("a temporary folder");
    made(folder.path());
    let cases = [
        // Every layer of the examples takes more than this, and nearly all that is known of each
        // feature.
        (own("ilo.toml"), 300),
        (own("ilo-risk.toml"), 300),
        (folder.path().join("project.toml"), 20_000),
    ];
    for (project, held) in cases {
        let in_memory = written(&project, usize::MAX);
        assert!(in_memory.contains_key("tables/exposure.csv"));
        let exported = in_memory.keys().any(|name| name.contains("exposed_blocks"));
        assert!(exported || !project.starts_with(folder.path()));
        let aside = written(&project, held);
        assert!(in_memory.keys().eq(aside.keys()));
        for (name, bytes) in &in_memory {
            assert!(aside[name] == *bytes, "{}: {name}", project.display());
        }
    }
}
