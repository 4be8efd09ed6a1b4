//! Where the lower end of a range is 0 and the upper is not, nobody can say whether there is
//! anything: whoever reads a result reads that, and no 0, wherever it stands.
//!
//! One small world: two blocks of 60 m, the first with 100 people, 10 m beyond the edge of a flood
//! that is known to ±20 m. As drawn nobody is in it; with its edge 20 m further out 10 m of the
//! block are, a sixth of it: 16.6667 people.

mod support;

use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::sync::OnceLock;

use flate2::read::GzDecoder;
use support::{Table, World, atalaya, feature, rect};

const OPEN: &str = "no decidible";

/// The world, run for all its products.
fn world() -> &'static World {
    static WORLD: OnceLock<World> = OnceLock::new();
    WORLD.get_or_init(|| {
        let world = made(&rect(0.0, 0.0, 10.0, 100.0));
        let ran = atalaya(world.folder(), &["run", "project.toml", "--lang", "es"]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        world.write("summary.txt", &ran.stderr);
        world
    })
}

/// The world with a flood of its own.
fn made(flood: &str) -> World {
    let world = World::tiny();
    world.edit("[layers.flood]\n", "[layers.flood]\naccuracy_m = 20.0\n");
    world.layer("flood", &[feature("z1", r#""nivel":"high""#, flood)]);
    world
}

fn read(path: &str) -> String {
    fs::read_to_string(world().file(path)).expect("a file of the run")
}

#[test]
fn the_summary_says_it() {
    let summary = read("summary.txt");
    assert!(summary.contains(&format!("{OPEN} (0–17)")), "{summary}");
    assert!(!summary.contains("0, no decidible"), "{summary}");
}

#[test]
fn the_tables_say_it() {
    let out = world().out();
    let exposed = Table::of(&out, "exposure");
    let key = [("territory", "_T"), ("hazard", "any"), ("level", "high")];
    let key: Vec<_> = key.into_iter().chain([("measure", "people")]).collect();
    let row = exposed.find(&key)[0];
    let cells = ["value", "low", "high"].map(|column| row[column].as_str());
    assert_eq!(cells, ["0.0000", "0.0000", "16.6667"]);
    let indicators = Table::of(&out, "indicators");
    let key = [("indicator", "exposure.any.high.blocks.people"), ("ref_area", "_T")];
    let row = indicators.find(&key)[0];
    assert_eq!(row["obs_status"], "U");
    assert!(row["comment"].ends_with("; undecidable"), "{}", row["comment"]);
    // All figures whose range begins at 0 have that status, and no other has the comment.
    let of_no_level = |row: &support::Row| row["comment"].ends_with("; no_such_level");
    for row in indicators.rows.iter().filter(|row| !of_no_level(row)) {
        let end = |column: &str| row[column].parse::<f64>().ok();
        let is_open = end("value_low").is_some_and(|low| low <= 0.0)
            && end("value_high").is_some_and(|high| high > 0.0);
        let says = row["comment"].ends_with("undecidable");
        assert_eq!((says, !says || row["obs_status"] == "U"), (is_open, true), "{row:?}");
    }
}

/// The flood is drawn at one level: of the others nobody need doubt that nothing is there, though
/// the rule of ranges gives them what lies between the edge moved in and moved out.
#[test]
fn a_level_that_the_hazard_has_not_is_in_no_doubt() {
    let indicators = Table::of(&world().out(), "indicators");
    for hazard in ["flood", "any"] {
        for level in ["very_high", "medium", "low"] {
            let id = format!("exposure.{hazard}.{level}.blocks.people");
            let row = indicators.find(&[("indicator", &id), ("ref_area", "_T")])[0];
            assert_eq!(row["obs_value"], "0.0000", "{id}");
            assert_ne!(row["obs_status"], "U", "{id}");
            assert!(row["comment"].ends_with("; no_such_level"), "{}", row["comment"]);
        }
    }
    let medium = "exposure/_T/flood/medium/blocks/people";
    let told = atalaya(world().folder(), &["explain", "project.toml", medium]);
    assert!(!told.stdout.contains(OPEN), "{}", told.stdout);
    assert!(told.stdout.contains("no tiene ese nivel"), "{}", told.stdout);
    let report = read("out/report.html");
    assert!(report.contains("— el estudio de este peligro no tiene ese nivel"));
    let summary = read("summary.txt");
    assert!(summary.contains("0 habitantes en nivel muy alto"), "{summary}");
}

#[test]
fn the_report_says_it() {
    // A range stands on one line of its cell.
    let report = read("out/report.html").replace("<span class=\"range\">", "");
    assert!(report.contains("†(0–17)"), "no cell is marked");
    assert!(report.contains(&format!("{OPEN}: entre 0 y 17")), "no sentence says it");
    assert!(!report.contains("0 (no decidible"), "a 0 is read before the word");
}

/// A stored sheet as text.
fn sheet(name: &str) -> String {
    let path = world().file(&format!("out/scene/{name}.json.gz"));
    let file = fs::File::open(path).expect("a stored sheet");
    let mut text = String::new();
    GzDecoder::new(file).read_to_string(&mut text).expect("a stored sheet");
    text
}

#[test]
fn legends_and_their_tables_say_it() {
    let flood = sheet("hazard_flood");
    // Value and share are marks, and the range has one.
    assert!(flood.contains("\"†\""), "a cell of the legend is a 0");
    assert!(flood.contains("0–17\u{202f}†"), "the range is not marked");
    assert!(flood.contains("† No decidible"), "nobody says what the mark means");
}

#[test]
fn an_explanation_says_it() {
    let figure = "exposure/_T/any/high/blocks/people";
    let ran = atalaya(world().folder(), &["explain", "project.toml", figure]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains(OPEN), "{}", ran.stdout);
    assert!(ran.stdout.contains("0.0000 a 16.6667"), "{}", ran.stdout);
}

/// Another run, in which the flood reaches 40 m into the block.
fn other() -> &'static World {
    static WORLD: OnceLock<World> = OnceLock::new();
    WORLD.get_or_init(|| {
        let world = made(&rect(0.0, 0.0, 60.0, 100.0));
        assert_eq!(world.run(&[]).code, 0);
        world
    })
}

fn runs() -> [String; 2] {
    [world().out(), other().out()].map(|path| path.display().to_string())
}

#[test]
fn a_comparison_says_in_which_run() {
    let [first, second] = runs();
    let compared = |runs: [&str; 2], more: &[&str]| {
        let arguments = [&["compare"], &runs[..], more].concat();
        let ran = atalaya(Path::new("."), &arguments);
        assert_eq!(ran.code, 1, "{}", ran.stderr);
        ran.stdout
    };
    let told = compared([&first, &second], &["--lang", "es"]);
    assert!(told.contains("no decidible en la primera"), "{told}");
    let told = compared([&second, &first], &["--lang", "es"]);
    assert!(told.contains("no decidible en la segunda"), "{told}");
    let json: serde_json::Value =
        serde_json::from_str(&compared([&first, &second], &["--json"])).expect("JSON");
    let figures = json["figures"].as_array().expect("figures");
    let name = "exposure/_T/any/high/blocks/people";
    let figure = figures.iter().find(|one| one["figure"] == name).expect("it differs");
    assert_eq!(figure["undecidable"], serde_json::json!({ "a": true, "b": false }));
}

#[test]
fn the_chart_of_a_series_says_it() {
    use atalaya::outputs::PastRun;
    use atalaya::outputs::series::{Series, chart};
    let runs = [world().out(), other().out()];
    let runs = runs.map(|path| PastRun::open(&path).expect("a run"));
    let series = Series::of(&runs).expect("two runs of one kind");
    let charts = chart::all(&series, atalaya::i18n::Locale::Es);
    let of = |name: &str| charts.iter().find(|one| one.name == name);
    let open = &of("exposure.any.high.blocks.people").expect("a chart").scene;
    assert!(open.description.contains("no decidible"), "{}", open.description);
    let sure = &of("deficit.health").expect("a chart").scene;
    assert!(!sure.description.contains("no decidible"), "{}", sure.description);
}
