//! Ranges hold what may be the case, and are no wider than they must be: the same check as
//! `cargo run --example range_draws`, with fewer worlds.

#[path = "../examples/range_draws/draws.rs"]
mod draws;

use atalaya::analysis::Measurements;
use atalaya::domain::{Level, Measure};
use atalaya::pipeline::{self, Stage, Watch};
use draws::{Kind, Outcome};

#[test]
fn ranges_hold_the_draws_and_are_not_much_wider() {
    let outcomes = draws::run(11, 4, 2000);
    for kind in Kind::ALL {
        let name = kind.name();
        let own = || outcomes.iter().filter(|one| one.kind == kind);
        assert!(own().count() >= 60, "{name}: too few figures");
        // Where two doubts meet a town that begins beyond each of them alone, the root of the
        // sum of squares falls short by a little.
        let least = if kind == Kind::EdgeAndHouses { 0.90 } else { 0.93 };
        for one in own() {
            let held = one.held;
            assert!(held >= least, "{name} {}: holds {held}", one.figure);
        }
        let count = f64::from(u32::try_from(own().count()).expect("a few"));
        let mean = own().map(|one| one.held).sum::<f64>() / count;
        assert!(mean >= 0.95, "{name}: holds {mean} on average");
        let ratios: Vec<f64> = own().filter_map(Outcome::ratio).collect();
        let is_single = matches!(kind, Kind::OneEdge | Kind::Strip | Kind::Band);
        assert_eq!(!ratios.is_empty(), is_single, "{name}");
        for ratio in ratios {
            assert!(ratio <= 1.5, "{name}: {ratio} times as wide as the draws");
        }
    }
}

/// A rectangle in UTM 19 South, metres from (250000, 8050000), as a GeoJSON feature.
fn rectangle([x0, y0, x1, y1]: [f64; 4], fields: &str) -> String {
    let at = |x: f64, y: f64| format!("[{},{}]", 250_000.0 + x, 8_050_000.0 + y);
    let ring = [at(x0, y0), at(x1, y0), at(x1, y1), at(x0, y1), at(x0, y0)];
    format!(
        "{{\"type\":\"Feature\",\"properties\":{{{fields}}},\"geometry\":\
         {{\"type\":\"Polygon\",\"coordinates\":[[{}]]}}}}",
        ring.join(",")
    )
}

/// Measures a project whose layers are one rectangle each.
fn measured(layers: &[(&str, String)], project: &str) -> Measurements {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, feature) in layers {
        let text = format!("{{\"type\":\"FeatureCollection\",\"features\":[{feature}]}}");
        let path = folder.path().join(format!("{name}.geojson"));
        std::fs::write(path, text).expect("a file");
    }
    let head = "[project]\nid = \"p\"\nworking_crs = \"EPSG:32719\"\n\
                territories = \"land\"\nfail_on = \"never\"\n\
                [layers.land]\npath = \"land.geojson\"\ncrs = \"EPSG:32719\"\n\
                [layers.land.territory]\ncode = \"code\"\n";
    let path = folder.path().join("p.toml");
    std::fs::write(&path, format!("{head}{project}")).expect("a file");
    let settings = atalaya::config::load(&path, &[]).expect("a good project");
    let measured = pipeline::measure(&settings, &Nobody).expect("good layers");
    measured.measurements
}

struct Nobody;

impl Watch for Nobody {
    fn stage(&self, _: Stage) {}
}

#[test]
fn a_datum_that_only_one_layer_left_is_a_doubt_of_its_accuracy() {
    // Blocks in PSAD56, one person a metre along x; EPSG:1208 is good to 16 m.
    let layers = [
        ("land", rectangle([-5000.0, -5000.0, 5000.0, 5000.0], "\"code\":\"01\"")),
        ("flood", rectangle([-9000.0, -9000.0, 300.0, 9000.0], "")),
        ("blocks", rectangle([0.0, 0.0, 1000.0, 100.0], "\"pop\":1000")),
    ];
    let flood = "[layers.flood]\npath = \"flood.geojson\"\ncrs = \"EPSG:32719\"\n\
                 [layers.flood.hazard]\nkind = \"flood\"\nconstant = \"high\"\n";
    let blocks = |crs: &str| {
        format!(
            "[layers.blocks]\npath = \"blocks.geojson\"\ncrs = \"{crs}\"\n\
             [layers.blocks.exposure]\npeople = \"pop\"\n\
             [doubts]\nhazard_edge = false\ndatum = true\n"
        )
    };
    let range = |crs: &str| {
        let found = measured(&layers, &format!("{flood}{}", blocks(crs)));
        let row = found.exposure.into_iter().find(|row| {
            (&*row.territory, &*row.hazard, row.level) == ("_T", "flood", Level::High)
                && row.measure == Measure::People
        });
        let row = row.expect("people in the flood");
        (row.value().expect("a figure"), row.range().expect("a range"))
    };
    let (value, (low, high)) = range("EPSG:24879");
    assert!((450.0..530.0).contains(&value), "{value}");
    for off in [value - low, high - value] {
        assert!((off - 16.0).abs() < 0.02, "{off} m instead of 16");
    }
    assert_eq!(range("EPSG:32719"), (300.0, (300.0, 300.0)));
}

#[test]
fn the_edge_of_a_park_is_a_doubt_of_its_area() {
    // 100 m by 60 m, ± 5 m, for 240 people: 90 · 50 and 6000 + 5 · 320 + 25π m².
    let layers = [
        ("land", rectangle([0.0, 0.0, 1000.0, 1000.0], "\"code\":\"01\",\"pop\":240")),
        ("parks", rectangle([100.0, 100.0, 200.0, 160.0], "")),
    ];
    let project = |on: &str| {
        format!(
            "people = \"pop\"\n[layers.parks]\npath = \"parks.geojson\"\n\
             crs = \"EPSG:32719\"\naccuracy_m = 5.0\n\
             [layers.parks.service]\nkind = \"green_area\"\n\
             [deficits.parks]\nkind = \"area_per_person\"\nservice = \"parks\"\n\
             standard = 24.0\n[doubts]\n{on}\n"
        )
    };
    let found = measured(&layers, &project("service_position = true"));
    let row = &found.deficits[0];
    assert_eq!((row.value, row.gap, row.gap_low), (Some(25.0), Some(0.0), Some(0.0)));
    assert_eq!((row.value_low, row.gap_high), (Some(18.75), Some(5.25)));
    let most = (6000.0 + 1600.0 + 25.0 * std::f64::consts::PI) / 240.0;
    let high = row.value_high.expect("an upper end");
    assert!(high <= most && high > most * (1.0 - 1e-4), "{high} is not {most}");
    // The standard lies within the range: whether it is met nobody knows.
    assert_eq!(row.meets, None);
    // 24 · 240 = 5760 m² are asked for: 6000 are enough, 90 · 50 = 4500 are 1260 too few.
    assert_eq!((row.shortfall, row.shortfall_ends()), (Some(0.0), Some((0.0, 1260.0))));
    let found = measured(&layers, &project(""));
    let row = &found.deficits[0];
    assert_eq!((row.value, row.value_low, row.meets), (Some(25.0), None, Some(true)));
    assert_eq!((row.shortfall, row.shortfall_ends()), (Some(0.0), None));
}
