//! What must hold of any world: each property runs the program on random ones.
//!
//! Worlds: three districts of 400 m x 1,000 m side by side; blocks and zones are squares
//! turned by any angle, some of them across borders or outside; vertices stand on whole
//! millimetres, so that a world can be moved without changing its shape.

mod support;

use std::collections::BTreeMap;
use std::fs;

use proptest::prelude::*;
use support::{
    LEVELS, Table, World, broken_promises, feature, point, polygon, rect, tables_of,
};

/// A square: centre, half of its side, angle, and what it carries.
#[derive(Debug, Clone)]
struct Square {
    x: f64,
    y: f64,
    half: f64,
    degrees: f64,
    value: u32,
}

impl Square {
    fn corners(&self, scale: f64) -> Vec<(f64, f64)> {
        let (sin, cos) = self.degrees.to_radians().sin_cos();
        let reach = self.half * scale;
        let millimetres = |v: f64| (v * 1000.0).round() / 1000.0;
        [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)]
            .map(|(a, b)| (a * reach, b * reach))
            .map(|(a, b)| (self.x + a * cos - b * sin, self.y + a * sin + b * cos))
            .map(|(x, y)| (millimetres(x), millimetres(y)))
            .to_vec()
    }

    fn level(&self) -> &'static str {
        LEVELS[self.value as usize % 4]
    }
}

fn square(half: std::ops::Range<f64>) -> impl Strategy<Value = Square> {
    (-150.0..1350.0, -150.0..1150.0, half, 0.0..90.0, 0u32..1000)
        .prop_map(|(x, y, half, degrees, value)| Square { x, y, half, degrees, value })
}

#[derive(Debug, Clone)]
struct Scene {
    blocks: Vec<Square>,
    flood: Vec<Square>,
    slide: Vec<Square>,
    posts: Vec<(f64, f64)>,
    /// How the world is moved as a whole, metres.
    moved: (i32, i32),
    /// Order of the features of each layer; positions beyond its length are skipped.
    order: Vec<usize>,
    /// How much the zones of `flood` grow.
    growth: f64,
    one_territory: bool,
    accuracy: bool,
}

fn scene() -> impl Strategy<Value = Scene> {
    (
        prop::collection::vec(square(10.0..90.0), 8..30),
        prop::collection::vec(square(40.0..400.0), 1..6),
        prop::collection::vec(square(40.0..400.0), 1..4),
        prop::collection::vec((0.0..1200.0, 0.0..1000.0), 1..4),
    )
        .prop_map(|(blocks, flood, slide, posts)| Scene {
            blocks,
            flood,
            slide,
            posts,
            moved: (0, 0),
            order: (0..30).collect(),
            growth: 1.0,
            one_territory: false,
            accuracy: false,
        })
}

const LAYERS: &str = r#"
[layers.districts]
path = "districts.geojson"
crs = "EPSG:32719"
[layers.districts.territory]
code = "code"

[layers.blocks]
path = "blocks.geojson"
crs = "EPSG:32719"
[layers.blocks.exposure]
people = "people"
sums = { dwellings = "dwellings" }

[layers.streets]
path = "streets.geojson"
crs = "EPSG:32719"
[layers.streets.exposure]

[layers.posts]
path = "posts.geojson"
crs = "EPSG:32719"
[layers.posts.service]
kind = "health"

[layers.slide]
path = "slide.geojson"
crs = "EPSG:32719"
[layers.slide.hazard]
kind = "slide"
level = "level"

[deficits.health]
kind = "access"
service = "posts"
people = "blocks"
within_m = 250.0
standard = 1.0

[layers.flood]
path = "flood.geojson"
crs = "EPSG:32719"
"#;

const FLOOD: &str = "\n[layers.flood.hazard]\nkind = \"flood\"\nlevel = \"level\"\n";

impl Scene {
    fn moved_by(&self, points: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
        let (dx, dy) = (f64::from(self.moved.0), f64::from(self.moved.1));
        points.into_iter().map(|(x, y)| (x + dx, y + dy)).collect()
    }

    fn ordered(&self, features: &[String]) -> Vec<String> {
        self.order.iter().filter_map(|&i| features.get(i).cloned()).collect()
    }

    fn world(&self) -> World {
        let world = World::empty();
        let accuracy = if self.accuracy { "accuracy_m = 15.0\n" } else { "" };
        world.write(
            "project.toml",
            &format!(
                "[project]\nid = \"random\"\ntitle = \"Random\"\nlocale = \"en\"\n\
                 working_crs = \"EPSG:32719\"\nterritories = \"districts\"\n\
                 fail_on = \"never\"\n{LAYERS}{accuracy}{FLOOD}"
            ),
        );
        let box_of = |x0: f64, x1: f64| {
            polygon(&self.moved_by(vec![
                (x0, 0.0),
                (x1, 0.0),
                (x1, 1000.0),
                (x0, 1000.0),
            ]))
        };
        let districts: Vec<String> = if self.one_territory {
            vec![feature("d", r#""code":"01""#, &box_of(0.0, 1200.0))]
        } else {
            (0..3)
                .map(|i| {
                    let x = f64::from(i) * 400.0;
                    let code = format!(r#""code":"0{}""#, i + 1);
                    feature(&format!("d{i}"), &code, &box_of(x, x + 400.0))
                })
                .collect()
        };
        world.layer("districts", &self.ordered(&districts));
        let blocks = self.blocks.iter().enumerate().map(|(i, b)| {
            let people = format!(r#""people":{},"dwellings":{}"#, b.value, b.value / 3);
            feature(&format!("b{i}"), &people, &polygon(&self.moved_by(b.corners(1.0))))
        });
        world.layer("blocks", &self.ordered(&blocks.collect::<Vec<_>>()));
        let streets = self.blocks.iter().enumerate().map(|(i, b)| {
            let path: Vec<String> = self
                .moved_by(b.corners(1.5))
                .iter()
                .map(|&(x, y)| support::position(x, y))
                .collect();
            let line =
                format!(r#"{{"type":"LineString","coordinates":[{}]}}"#, path.join(","));
            feature(&format!("s{i}"), "", &line)
        });
        world.layer("streets", &self.ordered(&streets.collect::<Vec<_>>()));
        let zones = |squares: &[Square], scale: f64| -> Vec<String> {
            let zone = |(i, z): (usize, &Square)| {
                let level = format!(r#""level":"{}""#, z.level());
                let shape = polygon(&self.moved_by(z.corners(scale)));
                feature(&format!("z{i}"), &level, &shape)
            };
            self.ordered(&squares.iter().enumerate().map(zone).collect::<Vec<_>>())
        };
        world.layer("flood", &zones(&self.flood, self.growth));
        world.layer("slide", &zones(&self.slide, 1.0));
        let posts = self.posts.iter().enumerate().map(|(i, &(x, y))| {
            let place = self.moved_by(vec![(x.round(), y.round())])[0];
            feature(&format!("p{i}"), "", &point(place.0, place.1))
        });
        world.layer("posts", &self.ordered(&posts.collect::<Vec<_>>()));
        world
    }

    /// Runs it; every promise of the contract must hold of what it wrote.
    fn run(&self, more: &[&str]) -> World {
        let world = self.world();
        run_well(&world, more);
        world
    }
}

fn run_well(world: &World, more: &[&str]) {
    let ran = world.run(more);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let broken = broken_promises(&world.out());
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// Key of a row of exposure to its value.
type Figures = BTreeMap<[String; 5], f64>;

fn exposure(world: &World) -> Figures {
    Table::of(&world.out(), "exposure")
        .rows
        .into_iter()
        .map(|row| {
            let value = row["value"].parse().expect("a number");
            let key = ["territory", "hazard", "level", "layer", "measure"];
            (key.map(|column| row[column].clone()), value)
        })
        .collect()
}

/// Sum of a measure over the levels down to the `worst`-th.
fn cumulative(figures: &Figures, key: [&str; 4], worst: usize) -> f64 {
    LEVELS[..=worst]
        .iter()
        .filter_map(|level| {
            let [territory, hazard, layer, measure] = key;
            let key = [territory, hazard, level, layer, measure].map(str::to_owned);
            figures.get(&key)
        })
        .sum()
}

/// Largest difference that the 1 µm grid and the printed decimals explain.
fn slack(measure: &str) -> f64 {
    match measure {
        "features" => 0.0,
        "area" => 0.03,
        "length" => 0.011,
        _ => 0.0025,
    }
}

/// Whether two runs give the same figures, up to the grid and rounding.
fn assert_close(one: &Figures, other: &Figures) {
    let keys: std::collections::BTreeSet<_> = one.keys().chain(other.keys()).collect();
    for key in keys {
        let value = |figures: &Figures| figures.get(key).copied().unwrap_or(0.0);
        let (a, b) = (value(one), value(other));
        assert!((a - b).abs() <= slack(&key[4]), "{key:?}: {a} and {b}");
    }
}

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 12,
        max_shrink_iters: 60,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    /// Parts are measured each on their own and must add up to the wholes; `run` holds the
    /// output to the balance, the six levels, `_T` and `_X`. Here: against the input.
    #[test]
    fn parts_add_up_to_what_went_in(mut scene in scene(), accuracy in any::<bool>()) {
        scene.accuracy = accuracy;
        let world = scene.run(&[]);
        let figures = exposure(&world);
        let whole = |measure: &str| -> f64 {
            ["_T", "_X"]
                .iter()
                .map(|t| cumulative(&figures, [t, "any", "blocks", measure], 5))
                .sum()
        };
        let people: u32 = scene.blocks.iter().map(|block| block.value).sum();
        let dwellings: u32 = scene.blocks.iter().map(|block| block.value / 3).sum();
        let area: f64 = scene.blocks.iter().map(|b| 4.0 * b.half * b.half).sum();
        prop_assert!((whole("people") - f64::from(people)).abs() < 0.001);
        prop_assert!((whole("dwellings") - f64::from(dwellings)).abs() < 0.001);
        // Corners stand on whole millimetres.
        prop_assert!((whole("area") - area).abs() < 1e-4 * area);
        #[expect(clippy::cast_precision_loss, reason = "a few blocks")]
        let features = scene.blocks.len() as f64;
        prop_assert!((whole("features") - features).abs() < 0.5);
    }

    #[test]
    fn a_larger_zone_never_exposes_fewer(scene in scene(), growth in 1.05..2.0) {
        let small = exposure(&scene.run(&[]));
        let large = exposure(&Scene { growth, ..scene }.run(&[]));
        let keys: Vec<_> = small.keys().cloned().collect();
        for [territory, hazard, _, layer, measure] in keys {
            for (worst, what) in LEVELS.iter().enumerate().take(4) {
                let key = [&*territory, &*hazard, &*layer, &*measure];
                let (before, after) =
                    (cumulative(&small, key, worst), cumulative(&large, key, worst));
                prop_assert!(
                    after >= before - slack(&measure),
                    "{key:?} at {what} or worse fell from {before} to {after}"
                );
            }
        }
    }

    #[test]
    fn a_larger_accuracy_never_narrows_the_range(mut scene in scene()) {
        scene.accuracy = true;
        let world = scene.run(&[]);
        let narrow = Table::of(&world.out(), "exposure");
        world.edit("accuracy_m = 15.0", "accuracy_m = 30.0");
        run_well(&world, &[]);
        let wide = Table::of(&world.out(), "exposure");
        for (a, b) in narrow.rows.iter().zip(&wide.rows) {
            prop_assert_eq!(&a["value"], &b["value"]);
            let number = |text: &String| text.parse::<f64>();
            if let (Ok(low_a), Ok(low_b)) = (number(&a["low"]), number(&b["low"])) {
                let (high_a, high_b) = (number(&a["high"]), number(&b["high"]));
                let slack = slack(&a["measure"]);
                prop_assert!(low_b <= low_a + slack, "{:?} {:?}", a, b);
                prop_assert!(
                    high_b.expect("beside low") >= high_a.expect("beside low") - slack,
                    "{:?} {:?}", a, b
                );
            }
        }
    }

    #[test]
    fn the_order_of_features_changes_no_byte(
        scene in scene(),
        order in Just((0..30).collect::<Vec<usize>>()).prop_shuffle(),
    ) {
        let first = tables_of(&scene.run(&[]).out());
        let second = tables_of(&Scene { order, ..scene }.run(&[]).out());
        for (name, bytes) in &first {
            prop_assert_eq!(text(bytes), text(&second[name]), "{}", name);
        }
    }

    #[test]
    fn the_number_of_threads_changes_no_byte(mut scene in scene(), accuracy in any::<bool>()) {
        scene.accuracy = accuracy;
        let world = scene.run(&["--threads", "1"]);
        let (one, manifest) = (tables_of(&world.out()), manifest_of(&world));
        run_well(&world, &["--threads", "2"]);
        for (name, bytes) in &one {
            prop_assert_eq!(text(bytes), text(&tables_of(&world.out())[name]), "{}", name);
        }
        prop_assert_eq!(manifest, manifest_of(&world));
    }

    #[test]
    fn moving_the_world_changes_no_figure(scene in scene(), x in -9000i32..9000, y in -9000i32..9000) {
        let here = tables_of(&scene.run(&[]).out());
        let there = tables_of(&Scene { moved: (x, y), ..scene }.run(&[]).out());
        for (name, bytes) in here.iter().filter(|(name, _)| *name != "findings.csv") {
            prop_assert_eq!(text(bytes), text(&there[name]), "{}", name);
        }
    }

    #[test]
    fn a_zone_in_two_pieces_is_the_same_zone(
        scene in scene(), x0 in 0.0..600.0, width in 50.0..600.0, cut in 0.1..0.9,
    ) {
        let world = scene.world();
        let (x0, x1) = (f64::round(x0), f64::round(x0 + width));
        let middle = f64::round(x0 + width * cut);
        let zone = |id: &str, a: f64, b: f64| {
            feature(id, r#""level":"high""#, &rect(a, 100.0, b, 900.0))
        };
        world.layer("flood", &[zone("z", x0, x1)]);
        run_well(&world, &[]);
        let whole = exposure(&world);
        world.layer("flood", &[zone("z1", x0, middle), zone("z2", middle, x1)]);
        run_well(&world, &[]);
        assert_close(&whole, &exposure(&world));
    }

    #[test]
    fn districts_made_one_give_the_same_whole(scene in scene()) {
        let of_whole = |figures: Figures| -> Figures {
            figures.into_iter().filter(|(key, _)| key[0].starts_with('_')).collect()
        };
        let three = of_whole(exposure(&scene.run(&[])));
        let one = of_whole(exposure(&Scene { one_territory: true, ..scene }.run(&[])));
        assert_close(&three, &one);
    }

    #[test]
    fn everybody_has_one_nearest_facility(scene in scene()) {
        let world = scene.world();
        let everywhere = rect(-5000.0, -5000.0, 5000.0, 5000.0);
        world.layer("flood", &[feature("z", r#""level":"low""#, &everywhere)]);
        run_well(&world, &[]);
        let rows = Table::of(&world.out(), "facilities_in_hazard").rows;
        let in_flood = rows.iter().filter(|row| row["hazard"] == "flood");
        let of_posts: f64 =
            in_flood.map(|row| row["people_nearest"].parse::<f64>().expect("a number")).sum();
        let everybody: u32 = scene.blocks.iter().map(|block| block.value).sum();
        prop_assert!((of_posts - f64::from(everybody)).abs() < 1e-3, "{of_posts} {everybody}");
    }

    #[test]
    fn any_of_one_hazard_is_that_hazard(scene in scene()) {
        let world = scene.world();
        world.edit("kind = \"slide\"", "kind = \"slide\"\nin_any = false");
        run_well(&world, &[]);
        let figures = exposure(&world);
        for (key, value) in figures.iter().filter(|(key, _)| key[1] == "any") {
            let mut flood = key.clone();
            "flood".clone_into(&mut flood[1]);
            prop_assert_eq!(Some(value), figures.get(&flood), "{:?}", key);
        }
    }
}

/// The second block of the little world, 60 m wide with 40 people, is far from the post. A strip of
/// 0.05 mm of it in the flood would hold 0.000033 people, which the table prints as 0.0000; one of
/// 0.1 mm holds 0.000067.
#[test]
fn a_strip_no_wider_than_noise_holds_nobody() {
    for (reach, people) in [(120.000_05, None), (120.000_1, Some("0.0001"))] {
        let world = World::tiny();
        let zone = rect(110.0, 20.0, reach, 80.0);
        world.layer("flood", &[feature("z1", r#""nivel":"high""#, &zone)]);
        run_well(&world, &[]);
        let table = Table::of(&world.out(), "deficit_in_hazard");
        let rows =
            table.find(&[("territory", "02"), ("hazard", "flood"), ("level", "high")]);
        let found: Vec<&str> = rows.iter().map(|row| row["people"].as_str()).collect();
        assert_eq!(found, Vec::from_iter(people), "{reach}");
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("tables are UTF-8")
}

/// The manifest of a run without its clock, which alone may differ.
fn manifest_of(world: &World) -> String {
    let text = fs::read_to_string(world.out().join("manifest.json")).expect("a manifest");
    let mut manifest: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let clock = manifest.as_object_mut().and_then(|members| members.remove("clock"));
    assert!(clock.is_some(), "the manifest has a clock");
    format!("{manifest:#}")
}
