//! `compare`: pairs of tiny worlds of which the causes were worked out by hand, and the rule
//! that causes add up to the difference to the last printed digit, whatever changed.
//!
//! The world: two districts of 100 m x 100 m side by side; a flood zone over the left half of
//! the first; block b1 (100 people, 60 m wide, half in the zone) and b2 (40 people) in the
//! second; a post in b1's middle with 4 beds; a park of 100 m² in the second district.

mod support;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::Value;
use sha2::{Digest as _, Sha256};
use support::{Ran, World, atalaya, feature, point, polygon, rect, run_tables};

/// The parts of the world that pairs change.
#[derive(Clone)]
struct Spec {
    border: f64,
    zone_east: f64,
    zone_level: &'static str,
    zones: Vec<String>,
    b1: &'static str,
    b1_west: f64,
    has_b1: bool,
    blocks: Vec<String>,
    has_ids: bool,
    post: (f64, f64),
    beds: &'static str,
    posts: Vec<String>,
    park_east: f64,
    water_01: &'static str,
    territories: Vec<String>,
    band_m: f64,
    /// Pieces of the project file and what they become.
    project: Vec<(&'static str, &'static str)>,
}

impl Default for Spec {
    fn default() -> Self {
        Self {
            border: 100.0,
            zone_east: 50.0,
            zone_level: "high",
            zones: Vec::new(),
            b1: "100",
            b1_west: 20.0,
            has_b1: true,
            blocks: Vec::new(),
            has_ids: true,
            post: (50.0, 50.0),
            beds: "4",
            posts: Vec::new(),
            park_east: 110.0,
            water_01: "12",
            territories: Vec::new(),
            band_m: 10.0,
            project: Vec::new(),
        }
    }
}

const PROJECT: &str = r#"[project]
id = "pair"
working_crs = "EPSG:32719"
territories = "districts"
fail_on = "never"
[layers.districts]
path = "districts.geojson"
crs = "EPSG:32719"
[layers.districts.territory]
code = "code"
[layers.flood]
path = "flood.geojson"
crs = "EPSG:32719"
[layers.flood.hazard]
kind = "flood"
level = "nivel"
[layers.fault]
path = "fault.geojson"
crs = "EPSG:32719"
[layers.fault.hazard]
kind = "active_fault"
in_any = false
bands = [ { within_m = BAND, level = "high" } ]
[layers.blocks]
path = "blocks.geojson"
crs = "EPSG:32719"
[layers.blocks.exposure]
people = "population"
sums = { dwellings = "dw" }
[layers.posts]
path = "posts.geojson"
crs = "EPSG:32719"
[layers.posts.service]
kind = "health"
capacity = "beds"
[layers.parks]
path = "parks.geojson"
crs = "EPSG:32719"
[layers.parks.service]
kind = "green_area"
[deficits.beds]
kind = "people_per_unit"
service = "posts"
people = "blocks"
standard = 50.0
[deficits.green]
kind = "area_per_person"
service = "parks"
people = "blocks"
standard = 9.0
[deficits.health]
kind = "access"
service = "posts"
people = "blocks"
within_m = 60.0
standard = 1.0
[deficits.water]
kind = "reported"
table = "reported.csv"
indicator = "water"
standard = 24.0
better = "higher"
"#;

impl Spec {
    fn write(&self, world: &World) {
        let mut project = PROJECT.replace("BAND", &format!("{:.1}", self.band_m));
        for (from, to) in &self.project {
            assert!(project.contains(from), "{from}");
            project = project.replacen(from, to, 1);
        }
        world.write("project.toml", &project);
        let mut districts = vec![
            feature("t1", r#""code":"01""#, &rect(0.0, 0.0, self.border, 100.0)),
            feature("t2", r#""code":"02""#, &rect(self.border, 0.0, 200.0, 100.0)),
        ];
        districts.extend(self.territories.clone());
        world.layer("districts", &districts);
        let level = format!(r#""nivel":"{}""#, self.zone_level);
        let mut zones =
            vec![feature("z1", &level, &rect(0.0, 0.0, self.zone_east, 100.0))];
        zones.extend(self.zones.clone());
        world.layer("flood", &zones);
        let line =
            r#"{"type":"LineString","coordinates":[[250000,8050000],[250000,8050100]]}"#;
        world.layer("fault", &[feature("l1", "", line)]);
        let mut blocks = Vec::new();
        if self.has_b1 {
            let west = self.b1_west;
            let values = format!(r#""population":{},"pop22":110,"dw":20"#, self.b1);
            blocks.push(feature("b1", &values, &rect(west, 20.0, west + 60.0, 80.0)));
        }
        let values = r#""population":40,"pop22":40,"dw":10"#;
        blocks.push(feature("b2", values, &rect(120.0, 20.0, 180.0, 80.0)));
        blocks.extend(self.blocks.clone());
        if !self.has_ids {
            let without = |block: &String| {
                let (head, rest) = block.split_once(r#""id":""#).expect("an id");
                format!("{head}{}", rest.split_once(r#"","#).expect("its end").1)
            };
            blocks = blocks.iter().map(without).collect();
        }
        world.layer("blocks", &blocks);
        let beds = format!(r#""beds":{}"#, self.beds);
        let mut posts = vec![feature("f1", &beds, &point(self.post.0, self.post.1))];
        posts.extend(self.posts.clone());
        world.layer("posts", &posts);
        world.layer(
            "parks",
            &[feature("p1", "", &rect(100.0, 0.0, self.park_east, 10.0))],
        );
        let header = "territory,indicator,period,value,low,high,qualifier,unit,source";
        let water = self.water_01;
        world.write(
            "reported.csv",
            &format!(
                "{header}\n01,water,2020,{water},,,,h,o\n02,water,2020,20,,,,h,o\n\
                 _T,water,2020,15,,,,h,o\n"
            ),
        );
    }
}

/// Two runs of which the second was edited.
struct Runs {
    world: World,
}

impl Runs {
    fn new(base: &dyn Fn(&mut Spec), edit: &dyn Fn(&mut Spec), more: &[&str]) -> Self {
        let world = World::empty();
        let mut spec = Spec::default();
        base(&mut spec);
        for out in ["a", "b"] {
            if out == "b" {
                edit(&mut spec);
            }
            spec.write(&world);
            let ran = run_tables(&world.project(), &world.file(out), more);
            assert_eq!(ran.code, 0, "{}", ran.stderr);
        }
        Self { world }
    }

    fn compare(&self, more: &[&str]) -> Ran {
        let mut arguments = vec!["comparar", "a", "b", "--lang", "en"];
        arguments.extend(more);
        atalaya(self.world.folder(), &arguments)
    }

    fn json(&self, more: &[&str]) -> Value {
        let ran = self.compare(&[&["--json"], more].concat());
        assert!(ran.code < 2, "{}", ran.stderr);
        serde_json::from_str(&ran.stdout).expect("JSON on stdout")
    }
}

/// A decimal text as a whole number of 1e-12.
fn exact(text: &str) -> i128 {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    assert!(fraction.len() <= 12, "{text}");
    let units: i128 = format!("{whole}{fraction:0<12}").parse().expect("a decimal");
    sign * units
}

/// Figures whose causes do not add up to the difference, or whose difference is not that of
/// the printed figures.
fn unsound(comparison: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    for figure in comparison["figures"].as_array().expect("figures") {
        let Some(difference) = figure["difference"].as_str() else { continue };
        let text = |name: &str| figure[name].as_str().expect("a text").to_owned();
        let causes = figure["causes"].as_array().expect("causes");
        let sum: i128 = causes
            .iter()
            .map(|cause| exact(cause["effect"].as_str().expect("a text")))
            .sum();
        if sum != exact(difference)
            || exact(&text("b")) - exact(&text("a")) != exact(difference)
        {
            wrong.push(format!("{figure:#}"));
        }
    }
    wrong
}

/// The causes of a figure: kind, subject and effect.
fn causes(comparison: &Value, figure: &str) -> BTreeMap<String, String> {
    let figures = comparison["figures"].as_array().expect("figures");
    let found = figures.iter().find(|one| one["figure"] == figure);
    let Some(found) = found else { return BTreeMap::new() };
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let all = found["causes"].as_array().expect("causes");
    all.iter()
        .map(|cause| {
            let name = format!("{}:{}", text(&cause["cause"]), text(&cause["subject"]));
            (name.trim_end_matches(':').to_owned(), text(&cause["effect"]))
        })
        .collect()
}

type Edit = fn(&mut Spec);

/// Causes and what each does.
type Effects = &'static [(&'static str, &'static str)];
/// Name, world before, what is changed, a figure, and its causes.
type Pair = (&'static str, Edit, Edit, &'static str, Effects);

const EXPOSED: &str = "exposure/_T/flood/high/blocks/people";

/// What a pair changes, a figure, and what each cause does to it, worked out by hand. 50 of
/// b1's 100 people are in the zone: half of its width of 60 m.
const PAIRS: &[Pair] = &[
    ("people", same, |s| s.b1 = "120", EXPOSED, &[("population:blocks", "10.0000")]),
    ("zone", same, |s| s.zone_east = 60.0, EXPOSED, &[("geometry:flood", "16.6667")]),
    ("block", same, |s| s.b1_west = 10.0, EXPOSED, &[("geometry:blocks", "16.6667")]),
    ("block_new", same, add_block, EXPOSED, &[("features:blocks", "7.0000")]),
    (
        "block_lost",
        add_block,
        |s| s.blocks.clear(),
        EXPOSED,
        &[("features:blocks", "-7.0000")],
    ),
    ("zone_new", same, add_zone, EXPOSED, &[("features:flood", "40.0000")]),
    (
        "zone_lost",
        add_zone,
        |s| s.zones.clear(),
        EXPOSED,
        &[("features:flood", "-40.0000")],
    ),
    ("level_table", same, level_table, EXPOSED, &[("levels:flood", "-50.0000")]),
    (
        "level_field",
        same,
        |s| s.zone_level = "low",
        EXPOSED,
        &[("levels:flood", "-50.0000")],
    ),
    // The level table moves them to medium.
    (
        "level_to",
        same,
        level_table,
        "exposure/01/flood/medium/blocks/people",
        &[("levels:flood", "50.0000")],
    ),
    // 100 of 140 people are served: 0.714286 of the standard of 1, then of 0.8.
    (
        "standard",
        same,
        |s| s.project.push(("standard = 1.0", "standard = 0.8")),
        "deficits/_T/health · gap",
        &[("standard:health", "-0.200000")],
    ),
    // 40 of 140 people more.
    ("post_new", same, add_post, "deficits/_T/health", &[("features:posts", "0.285714")]),
    (
        "post_lost",
        add_post,
        |s| s.posts.clear(),
        "deficits/_T/health",
        &[("features:posts", "-0.285714")],
    ),
    // The post serves b2's 40 people and no longer b1's 100.
    (
        "post_moved",
        same,
        |s| s.post = (140.0, 50.0),
        "deficits/_T/health",
        &[("geometry:posts", "-0.428572")],
    ),
    // 140 people on 4 beds, then on 5.
    (
        "beds",
        same,
        |s| s.beds = "5",
        "deficits/_T/beds",
        &[("provision:posts", "-7.000000")],
    ),
    (
        "reported",
        same,
        |s| s.water_01 = "18",
        "deficits/01/water",
        &[("provision:water", "6")],
    ),
    ("reach", same, reach, "deficits/_T/health", &[("settings", "0.285714")]),
    // Half of b2 goes to the first district.
    (
        "border",
        same,
        |s| s.border = 150.0,
        "exposure/02/flood/none/blocks/people",
        &[("geometry:districts", "-20.0000")],
    ),
    // 100 m² and then 200 m² for 40 people.
    (
        "park",
        same,
        |s| s.park_east = 120.0,
        "deficits/02/green",
        &[("geometry:parks", "2.500000")],
    ),
    (
        "other_field",
        same,
        |s| s.project.push((r#"people = "population""#, r#"people = "pop22""#)),
        EXPOSED,
        &[("population:blocks", "5.0000")],
    ),
    (
        "bands",
        same,
        |s| s.band_m = 50.0,
        "exposure/01/fault/high/blocks/people",
        &[("levels:fault", "50.0000")],
    ),
    // 120 · 2/3 = 80: 10 by the people, 16.6667 by the zone, and 20 people more on a sixth
    // more of the block.
    (
        "people_and_zone",
        same,
        |s| (s.b1, s.zone_east) = ("120", 60.0),
        EXPOSED,
        &[
            ("population:blocks", "10.0000"),
            ("geometry:flood", "16.6667"),
            ("interaction", "3.3333"),
        ],
    ),
    (
        "people_and_block",
        same,
        |s| {
            s.b1 = "120";
            add_block(s);
        },
        EXPOSED,
        &[("population:blocks", "10.0000"), ("features:blocks", "7.0000")],
    ),
    // The larger zone would hold 66.6667 if it were still high, and nothing is.
    (
        "zone_and_level",
        same,
        |s| (s.zone_east, s.zone_level) = (60.0, "low"),
        EXPOSED,
        &[
            ("geometry:flood", "16.6667"),
            ("levels:flood", "-50.0000"),
            ("interaction", "-16.6667"),
        ],
    ),
    (
        "without_ids",
        no_ids_and_block,
        |s| s.has_b1 = false,
        EXPOSED,
        &[("features:blocks", "-50.0000")],
    ),
    (
        "without_ids_people",
        |s| s.has_ids = false,
        |s| s.b1 = "120",
        EXPOSED,
        &[("population:blocks", "10.0000")],
    ),
    (
        "territory_new",
        same,
        add_territory,
        "exposure/_T/flood/none/blocks/people",
        &[("features:districts", "12.0000")],
    ),
    (
        "territory_lost",
        add_territory,
        |s| s.territories.clear(),
        "exposure/_T/flood/none/blocks/people",
        &[("features:districts", "-12.0000")],
    ),
    // A fault zone 20 m wide holds none of b1 (from 20 m on) and 10 m of it when b1 moves.
    (
        "bands_and_block",
        same,
        |s| (s.band_m, s.b1_west) = (20.0, 10.0),
        "exposure/01/fault/high/blocks/people",
        &[("interaction", "16.6667")],
    ),
    (
        "standard_and_post",
        same,
        |s| {
            s.project.push(("standard = 1.0", "standard = 0.8"));
            add_post(s);
        },
        // From a gap of 0.285714 to none: either takes it away but for a part of it.
        "deficits/_T/health · gap",
        &[
            ("features:posts", "-0.285714"),
            ("standard:health", "-0.200000"),
            ("interaction", "0.200000"),
        ],
    ),
    (
        "all_together",
        same,
        |s| {
            (s.b1, s.zone_east, s.b1_west, s.zone_level) =
                ("133", 61.0, 13.0, "very_high");
            (s.beds, s.water_01, s.post) = ("7", "17", (70.0, 50.0));
            (s.border, s.park_east, s.band_m) = (140.0, 131.0, 37.0);
            add_block(s);
            add_zone(s);
            add_post(s);
            reach(s);
            s.project.push(("standard = 1.0", "standard = 0.9"));
            s.project.push(("standard = 50.0", "standard = 45.0"));
        },
        // The beds: 140/4 = 35 and 180/10 = 18. People +33: 8.25; +7: 1.75; a post with 3
        // beds more: 20 − 35; 3 beds more in the first: 20 − 35; the rest is interaction.
        "deficits/_T/beds",
        &[
            ("population:blocks", "8.250000"),
            ("features:blocks", "1.750000"),
            ("features:posts", "-15.000000"),
            ("provision:posts", "-15.000000"),
            ("interaction", "3.000000"),
        ],
    ),
];

fn same(_: &mut Spec) {}

/// 7 people and 2 dwellings in the zone's corner.
fn add_block(spec: &mut Spec) {
    let values = r#""population":7,"pop22":7,"dw":2"#;
    spec.blocks.push(feature("b3", values, &rect(0.0, 0.0, 10.0, 10.0)));
}

/// A zone over the whole second district.
fn add_zone(spec: &mut Spec) {
    let zone = rect(100.0, 0.0, 200.0, 100.0);
    spec.zones.push(feature("z2", r#""nivel":"high""#, &zone));
}

/// A post in the middle of b2 with 3 beds.
fn add_post(spec: &mut Spec) {
    spec.posts.push(feature("f2", r#""beds":3"#, &point(150.0, 50.0)));
}

fn level_table(spec: &mut Spec) {
    let from = "level = \"nivel\"";
    spec.project.push((from, "level = \"nivel\"\nlevels = { high = \"medium\" }"));
}

/// From 60 m to 120 m: b2's middle is 100 m from the post.
fn reach(spec: &mut Spec) {
    spec.project.push(("within_m = 60.0", "within_m = 120.0"));
}

fn no_ids_and_block(spec: &mut Spec) {
    spec.has_ids = false;
}

/// A third district with 12 people that were outside all districts before.
fn add_territory(spec: &mut Spec) {
    spec.territories.push(feature(
        "t3",
        r#""code":"03""#,
        &rect(200.0, 0.0, 300.0, 100.0),
    ));
}

/// 12 people in a block that lies in no district but the third.
fn outside() -> String {
    let values = r#""population":12,"pop22":12,"dw":3"#;
    feature("b4", values, &rect(220.0, 20.0, 280.0, 80.0))
}

#[test]
fn causes_add_up_and_are_those_worked_out_by_hand() {
    let (mut wrong, mut count) = (Vec::new(), 0);
    for (name, base, edit, figure, expected) in PAIRS {
        let with_outside = |spec: &mut Spec| {
            if name.starts_with("territory") {
                spec.blocks.push(outside());
            }
            base(spec);
        };
        count += 1;
        let runs = Runs::new(&with_outside, &|spec| edit(spec), &[]);
        let comparison = runs.json(&[]);
        wrong.extend(unsound(&comparison).iter().map(|one| format!("{name}: {one}")));
        let expected: BTreeMap<String, String> =
            expected.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let found = causes(&comparison, figure);
        if found != expected {
            wrong.push(format!("{name}: {figure}: {found:?}, not {expected:?}"));
        }
        let text = comparison.to_string();
        if text.contains("not_separable") {
            wrong.push(format!("{name}: something cannot be told apart"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count >= 30, "only {count} pairs");
}

#[test]
fn the_same_is_the_same() {
    let runs = Runs::new(&same, &same, &[]);
    let ran = runs.compare(&[]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("figures are the same"), "{}", ran.stdout);
}

#[test]
fn the_unknown_is_no_number() {
    let runs = Runs::new(&|spec: &mut Spec| spec.b1 = "null", &|s| s.b1 = "100", &[]);
    let comparison = runs.json(&[]);
    let figures = comparison["figures"].as_array().unwrap();
    let of = |name: &str| figures.iter().find(|one| one["figure"] == name).unwrap();
    let known = of("exposure/01/flood/high/blocks/people");
    assert_eq!(known["status"], "became_known", "{known:#}");
    assert_eq!((&known["difference"], &known["a"]), (&Value::Null, &"".into()));
    let ran = runs.compare(&[]);
    assert_eq!(ran.code, 1);
    assert!(ran.stdout.contains("that is no difference"), "{}", ran.stdout);
}

#[test]
fn without_inputs_only_what_is_certain_is_told() {
    let none = ["--set", "outputs.keep_inputs=false"];
    let standard: Edit = |s| s.project.push(("standard = 1.0", "standard = 0.8"));
    let runs = Runs::new(&same, &|spec| standard(spec), &none);
    let comparison = runs.json(&[]);
    assert!(unsound(&comparison).is_empty());
    let found = causes(&comparison, "deficits/_T/health · gap");
    assert_eq!(found, BTreeMap::from([("standard:health".into(), "-0.200000".into())]));
    // A file that changed may have changed in any way.
    let runs = Runs::new(&same, &|spec| spec.b1 = "120", &none);
    let comparison = runs.json(&[]);
    let found = causes(&comparison, EXPOSED);
    let name = "not_separable:data:blocks".to_owned();
    assert_eq!(found, BTreeMap::from([(name, "10.0000".into())]));
    let ran = runs.compare(&[]);
    assert!(ran.stdout.contains("keeps no inputs"), "{}", ran.stdout);
    // The project of the second run lies there still, that of the first does not.
    let ran = runs.compare(&["--project-a", "project.toml"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("blocks.geojson does not match"), "{}", ran.stderr);
}

#[test]
fn projects_that_are_given_are_as_good_as_kept_inputs() {
    let runs = Runs::new(&same, &same, &["--set", "outputs.keep_inputs=false"]);
    let other = World::empty();
    Spec { b1: "120", ..Spec::default() }.write(&other);
    let more = ["--set", "outputs.keep_inputs=false"];
    let ran = run_tables(&other.project(), &runs.world.file("b"), &more);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let project = other.project().display().to_string();
    let comparison = runs.json(&["--project-a", "project.toml", "--project-b", &project]);
    let found = causes(&comparison, EXPOSED);
    let name = "population:blocks".to_owned();
    assert_eq!(found, BTreeMap::from([(name, "10.0000".into())]));
}

#[test]
fn what_is_not_comparable_is_refused_with_the_reason() {
    let other_crs: Edit = |s| {
        s.project.push(("working_crs = \"EPSG:32719\"", "working_crs = \"EPSG:31979\""));
    };
    let codes: Edit = |s| {
        s.project
            .push(("fail_on = \"never\"", "fail_on = \"never\"\ncode_system = \"X\""));
    };
    let cases: [(Edit, &str); 2] =
        [(other_crs, "EPSG:32719 and EPSG:31979"), (codes, "codes of different systems")];
    for (edit, said) in cases {
        let runs = Runs::new(&same, &|spec| edit(spec), &[]);
        let ran = runs.compare(&[]);
        assert_eq!(ran.code, 2, "{}", ran.stdout);
        assert!(ran.stderr.contains(said), "no `{said}` in {}", ran.stderr);
    }
    let runs = Runs::new(&same, &same, &[]);
    let table = runs.world.file("b").join("tables/deficits.csv");
    fs::write(&table, fs::read_to_string(&table).unwrap().replace("15", "16")).unwrap();
    let ran = runs.compare(&[]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("the first tables/deficits.csv"), "{}", ran.stderr);
}

/// Makes a run look as if another version of a method had written it: another figure,
/// with its digest, and another version.
fn pretend_older_method(run: &Path) {
    let read = |path: &Path| fs::read_to_string(path).expect("a file of the run");
    let write =
        |path: &Path, text: &str| fs::write(path, text).expect("it can be written");
    let digest = |bytes: &[u8]| {
        Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
            write!(text, "{byte:02x}").expect("text grows");
            text
        })
    };
    let path = run.join("tables/exposure.csv");
    let old = read(&path);
    let row = |people: &str| format!("flood,high,blocks,people,people,{people}");
    let new = old.replacen(&row("50.0000"), &row("48.0000"), 1);
    assert_ne!(old, new);
    write(&path, &new);
    let manifest = run.join("manifest.json");
    let text = read(&manifest)
        .replace(&digest(old.as_bytes()), &digest(new.as_bytes()))
        .replace(r#""exposure.people": "1""#, r#""exposure.people": "0""#);
    write(&manifest, &text);
}

#[test]
fn another_method_is_a_cause_where_it_can_be_told_and_else_refused() {
    let edit: Edit = |s| s.b1 = "120";
    let runs = Runs::new(&same, &|spec| edit(spec), &[]);
    pretend_older_method(&runs.world.file("a"));
    let comparison = runs.json(&[]);
    assert!(unsound(&comparison).is_empty());
    let figure = "exposure/01/flood/high/blocks/people";
    let expected =
        [("method:exposure.people 0 → 1", "2.0000"), ("population:blocks", "10.0000")];
    let expected = expected.map(|(name, effect)| (name.to_owned(), effect.to_owned()));
    assert_eq!(causes(&comparison, figure), BTreeMap::from(expected));
    let none = ["--set", "outputs.keep_inputs=false"];
    let runs = Runs::new(&same, &|spec| edit(spec), &none);
    pretend_older_method(&runs.world.file("a"));
    let comparison = runs.json(&[]);
    let figures = comparison["figures"].as_array().unwrap();
    let found = figures.iter().find(|one| one["figure"] == figure).unwrap();
    assert_eq!(found["status"], "other_method");
    assert_eq!(found["difference"], Value::Null);
}

#[test]
fn a_comparison_is_written_with_its_drawings() {
    let runs = Runs::new(&same, &|s| (s.b1, s.zone_east) = ("120", 60.0), &[]);
    let ran = runs.compare(&["--out", "c", "--figure", EXPOSED]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    let folder = runs.world.file("c");
    let read = |name: &str| fs::read(folder.join(name)).expect(name);
    let table = String::from_utf8(read("compare.csv")).unwrap();
    let key = "exposure,_T/flood/high/blocks/people,value,people,50.0000,80.0000,30.0000";
    for end in [
        "differs,population,blocks,10.0000",
        "differs,geometry,flood,16.6667",
        "differs,interaction,,3.3333",
    ] {
        assert!(table.contains(&format!("{key},{end}\n")), "{end}: {table}");
    }
    assert!(read("waterfall.png").starts_with(b"\x89PNG"));
    let svg = String::from_utf8(read("waterfall.svg")).unwrap();
    assert!(
        svg.contains("population and sums: blocks") || svg.contains("<path"),
        "{svg}"
    );
    assert!(read("difference_map.png").starts_with(b"\x89PNG"));
    // It is a folder of ours: another comparison takes its place, and it can be verified.
    assert_eq!(runs.compare(&["--out", "c"]).code, 1);
    let ran = atalaya(runs.world.folder(), &["verify", "c"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let ran = runs.compare(&["--figure", "exposure/_T/flood/high/blocks/peeple"]);
    assert_eq!(ran.code, 2);
}

#[test]
fn scenarios_are_run_in_one_go_and_compared() {
    let world = World::empty();
    let spec = Spec::default();
    spec.write(&world);
    world.add(
        "[scenarios.far]\ntitle = \"Far\"\n\
         set = { \"deficits.health.within_m\" = 120.0 }\n\
         [scenarios.wide]\nset = { \"layers.flood.path\" = \"wide.geojson\" }\n",
    );
    let zone = polygon(&[(0.0, 0.0), (60.0, 0.0), (60.0, 100.0), (0.0, 100.0)]);
    world.layer("wide", &[feature("z1", r#""nivel":"high""#, &zone)]);
    let ran = run_tables(&world.project(), &world.out(), &["--scenarios"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let table = fs::read_to_string(world.out().join("tables/scenarios.csv")).unwrap();
    for line in [
        "far,deficits,_T/health,value,1,0.714286,1.000000,0.285714,differs\n",
        "far,exposure,_T/flood/high/blocks/people,value,people,50.0000,50.0000,0.0000,same\n",
        "wide,exposure,_T/flood/high/blocks/people,value,people,50.0000,66.6667,16.6667,differs\n",
    ] {
        assert!(table.contains(line), "no {line} in {table}");
    }
    // Each is a run of its own: it can be verified, and compared with the base.
    let verified = |folder: &str| {
        let ran = atalaya(world.folder(), &["verify", folder, "--lang", "en"]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        assert!(ran.stderr.contains("the same, byte for byte"), "{}", ran.stderr);
    };
    for folder in ["out", "out/scenarios/far", "out/scenarios/wide"] {
        verified(folder);
    }
    let arguments = ["compare", "out", "out/scenarios/far", "--json"];
    let ran = atalaya(world.folder(), &arguments);
    let comparison: Value = serde_json::from_str(&ran.stdout).expect(&ran.stderr);
    let found = causes(&comparison, "deficits/_T/health");
    assert_eq!(found, BTreeMap::from([("settings".into(), "0.285714".into())]));
    let manifest = fs::read_to_string(world.out().join("scenarios/far/manifest.json"));
    assert!(manifest.unwrap().contains("\"deficits.health.within_m\""));
}

#[test]
fn scenarios_that_are_wrong_or_missing_are_told() {
    let world = World::empty();
    Spec::default().write(&world);
    let ran = run_tables(&world.project(), &world.out(), &["--scenarios"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("no scenarios"), "{}", ran.stderr);
    world.add("[scenarios.x]\nset = { \"deficits.health.standrad\" = 1 }\n");
    let project = world.project().display().to_string();
    let ran = atalaya(world.folder(), &["check", &project, "--lang", "en"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("standrad"), "{}", ran.stderr);
}

#[test]
fn the_self_test_says_what_it_checked() {
    let world = World::empty();
    let ran = atalaya(world.folder(), &["autoprueba", "--lang", "en"]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    for said in
        ["56 of 56", "42 of 42", "30 of 30", "40 of 40", "28 of 28", "computes right"]
    {
        assert!(ran.stdout.contains(said), "no `{said}` in {}", ran.stdout);
    }
}
