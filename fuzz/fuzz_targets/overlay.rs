//! Territories, zones and blocks of any shape: whatever they are, preparing and measuring
//! ends without a panic, and the parts make up the whole.
//!
//! Each byte is a turn of a pen: rings go to the layers in turn, with few values for each
//! coordinate, so that edges meet, cross and lie on one another all the time.
#![no_main]

use std::collections::BTreeMap;
use std::sync::LazyLock;

use atalaya::config::{self, Settings};
use atalaya::domain::{Digest, Findings, Measure};
use atalaya::layers::{
    Column, CrsEvidence, PartRole, RawFeature, RawFeatures, RawLayer, RawLayers, Value,
};
use atalaya::{analysis, geometry};
use atalaya_fuzz as _;

const PROJECT: &str = r#"
[project]
id = "fuzz"
title = "Fuzz"
working_crs = "EPSG:32719"
territories = "territories"

[layers.territories]
path = "territories.geojson"
[layers.territories.territory]
code = "code"

[layers.zones]
path = "zones.geojson"
accuracy_m = 3.0
[layers.zones.hazard]
kind = "flood"
level = "level"

[layers.lines]
path = "lines.geojson"
[layers.lines.hazard]
kind = "active_fault"
bands = [{ within_m = 10.0, level = "high" }, { within_m = 35.0, level = "low" }]

[layers.blocks]
path = "blocks.geojson"
[layers.blocks.exposure]
people = "people"

[outputs]
directory = "out"
"#;

static SETTINGS: LazyLock<Settings> = LazyLock::new(|| {
    // A project is right only if its files are there; what they hold is not read here.
    let folder = std::env::temp_dir().join("atalaya-fuzz-overlay");
    std::fs::create_dir_all(&folder).expect("a folder for temporary files");
    for layer in ["territories", "zones", "lines", "blocks"] {
        let file = folder.join(format!("{layer}.geojson"));
        std::fs::write(file, "").expect("a temporary file");
    }
    let file = folder.join("fuzz.toml");
    config::parse(&file, PROJECT, &[]).expect("the project is right")
});

/// Most bytes of an input: the work grows with the square of the edges.
const MOST: usize = 512;

fn position(x: u8, y: u8) -> [f64; 2] {
    // Steps of ten metres, and a few that are no round numbers.
    let along = |byte: u8| f64::from(byte & 0x1F) * 10.0 + f64::from(byte >> 5) * 1e-6;
    [250_000.0 + along(x), 8_050_000.0 + along(y)]
}

/// Rings or lines, each of a number of positions that its first byte gives.
fn parts(bytes: &mut &[u8], role: PartRole) -> Vec<(PartRole, Vec<[f64; 2]>)> {
    let mut parts = Vec::new();
    let Some((count, rest)) = bytes.split_first() else { return parts };
    *bytes = rest;
    for _ in 0..1 + count % 3 {
        let Some((size, rest)) = bytes.split_first() else { break };
        let length = (2 * (2 + usize::from(size % 10))).min(rest.len());
        let (own, rest) = rest.split_at(length);
        *bytes = rest;
        let mut points: Vec<_> =
            own.chunks_exact(2).map(|pair| position(pair[0], pair[1])).collect();
        if let (PartRole::Shell | PartRole::Hole, Some(first)) = (role, points.first()) {
            points.push(*first);
        }
        let is_hole = role == PartRole::Shell && size & 0x80 != 0 && !parts.is_empty();
        if !points.is_empty() {
            parts.push((if is_hole { PartRole::Hole } else { role }, points));
        }
    }
    parts
}

fn layer(id: &str, features: Vec<Vec<(PartRole, Vec<[f64; 2]>)>>) -> RawLayer {
    let mut data = RawFeatures::default();
    let (mut codes, mut levels, mut people) =
        (Column::default(), Column::default(), Column::default());
    for (at, parts) in features.into_iter().enumerate() {
        for (role, points) in &parts {
            data.coords.extend_from_slice(points);
            let end = u32::try_from(data.coords.len()).expect("inputs are short");
            data.parts.push((end, *role));
        }
        data.features.push(RawFeature {
            parts_end: u32::try_from(data.parts.len()).expect("inputs are short"),
            is_null: parts.is_empty(),
            has_height: false,
        });
        data.ids.push(&format!("{id}{at}"));
        codes.push(Value::Text(format!("{at:02}").into()));
        let level = ["very_high", "high", "medium", "low", "none"][at % 5];
        levels.push(Value::Text(level.into()));
        people.push(if at % 7 == 6 { Value::Null } else { Value::Number(100.0) });
    }
    data.columns = BTreeMap::from([
        ("code".to_owned(), codes),
        ("level".to_owned(), levels),
        ("people".to_owned(), people),
    ]);
    RawLayer {
        id: id.to_owned(),
        format: "GeoJSON",
        crs: 32719.into(),
        crs_evidence: CrsEvidence::Project,
        digest: Digest::of(b""),
        bytes: 0,
        modified: None,
        companions: Vec::new(),
        data,
    }
}

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let mut rest = &data[..data.len().min(MOST)];
    let mut features: [Vec<_>; 4] = Default::default();
    for at in (0..4).cycle() {
        if rest.is_empty() {
            break;
        }
        let role = match (at, rest[0] >> 6) {
            (2, _) | (3, 1) => PartRole::Line,
            (3, 2) => PartRole::Point,
            _ => PartRole::Shell,
        };
        features[at].push(parts(&mut rest, role));
    }
    let [territories, zones, lines, blocks] = features;
    let raw = RawLayers {
        layers: vec![
            layer("territories", territories),
            layer("zones", zones),
            layer("lines", lines),
            layer("blocks", blocks),
        ],
        tables: Vec::new(),
        joins: Vec::new(),
    };
    let mut findings = Findings::default();
    let Ok(area) = geometry::prepare(raw, &SETTINGS, &mut findings, &mut ()) else {
        return;
    };
    let measurements = analysis::measure(&area, &SETTINGS, &mut findings, &mut ());
    // Pieces are measured to some squared micrometres. Of a layer of slivers, of less than a
    // square metre in all, that may be more than the thousand millionth that is allowed.
    let areas = measurements.balance.iter().filter(|row| row.measure == Measure::Area);
    let is_measurable = areas.map(|row| row.whole).all(|area_m2| area_m2 >= Some(1.0));
    for row in measurements.balance.iter().filter(|_| is_measurable) {
        assert!(row.closes(), "{row:?}");
    }
    for row in &measurements.exposure {
        let Some(value) = row.value() else { continue };
        assert!(value.is_finite() && value >= 0.0, "{row:?}");
    }
});
