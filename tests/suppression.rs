//! Small numbers of people: what the rule hides stands in no file of a run, and no sum of what
//! it leaves gives it back.

#![allow(
    clippy::case_sensitive_file_extension_comparisons,
    clippy::cast_possible_truncation,
    clippy::unwrap_used,
    reason = "names that the program gives, bits of base64, a test that stops where it is wrong"
)]

#[path = "support/pages.rs"]
mod pages;
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read as _;

use support::{Table, World, atalaya, feature, files_under, point, rect};

const LEVELS: [&str; 6] = ["very_high", "high", "medium", "low", "none", "not_studied"];

/// Two districts of 100 m × 100 m. The flood covers the left half of each, the slide the top
/// right quarter of the second; people stand at points, so that every figure is one of these:
///
/// | | flood | slide | people | with a post within 60 m |
/// |---|---|---|---|---|
/// | b1, first | high | | 3.7129 | no |
/// | b2, first | | | 4127.25 | yes |
/// | b3, second | high | | 2873.5 | no |
/// | b4, second | | medium | 1500.75 | no |
/// | b5, second | | | 1890.375 | no |
fn world() -> World {
    let world = World::tiny();
    world.edit(
        "[layers.posts]\n",
        "[layers.slide]\npath = \"slide.geojson\"\ncrs = \"EPSG:32719\"\n\n\
         [layers.slide.hazard]\nkind = \"landslide\"\nlevel = \"nivel\"\n\n[layers.posts]\n",
    );
    let zone = |id: &str, level: &str, x: f64, y: f64| {
        feature(id, &format!(r#""nivel":"{level}""#), &rect(x, y, x + 50.0, 100.0))
    };
    world.layer("flood", &[zone("z1", "high", 0.0, 0.0), zone("z2", "high", 100.0, 0.0)]);
    world.layer("slide", &[zone("s1", "medium", 150.0, 50.0)]);
    let people = |id: &str, people: f64, x: f64, y: f64| {
        feature(id, &format!(r#""population":{people}"#), &point(x, y))
    };
    world.layer(
        "blocks",
        &[
            people("b1", 3.7129, 10.0, 10.0),
            people("b2", 4127.25, 90.0, 90.0),
            people("b3", 2873.5, 110.0, 10.0),
            people("b4", 1500.75, 190.0, 90.0),
            people("b5", 1890.375, 190.0, 10.0),
        ],
    );
    world.layer("posts", &[feature("f1", "", &point(70.0, 90.0))]);
    world
}

/// The same with the rule.
fn protected() -> World {
    let world = world();
    world.add("[suppression]\n");
    world
}

fn run(world: &World, more: &[&str]) {
    let ran = world.run(more);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
}

/// Territory, hazard and level of the rows whose people are hidden.
fn hidden(table: &Table) -> BTreeSet<[String; 3]> {
    let rows = table.find(&[("measure", "people"), ("value", "")]);
    let key = |column: &str, row: &support::Row| row[column].clone();
    rows.iter()
        .map(|row| ["territory", "hazard", "level"].map(|column| key(column, row)))
        .collect()
}

#[test]
fn a_small_cell_is_hidden_with_a_rectangle_and_with_what_it_is_part_of() {
    let (open, protected) = (world(), protected());
    run(&open, &[]);
    run(&protected, &[]);
    let (before, after) =
        (Table::of(&open.out(), "exposure"), Table::of(&protected.out(), "exposure"));
    // 3.7129 people of the first district are in the flood. With them go those out of it, and
    // both of the second district; the worst of both hazards takes over what the flood hides.
    let expected: BTreeSet<[String; 3]> = ["any", "flood"]
        .into_iter()
        .flat_map(|hazard| ["01", "02"].map(|code| (code, hazard)))
        .flat_map(|(code, hazard)| ["high", "none"].map(|level| [code, hazard, level]))
        .map(|key| key.map(str::to_owned))
        .collect();
    assert_eq!(hidden(&after), expected);
    // All else is as it was; a hidden cell has no range either.
    for (before, after) in before.rows.iter().zip(&after.rows) {
        if after["value"].is_empty() {
            assert!(after["low"].is_empty() && after["high"].is_empty(), "{after:?}");
            let rest = |row: &support::Row| {
                let kept = row
                    .iter()
                    .filter(|(k, _)| !["value", "low", "high"].contains(&&***k));
                kept.map(|(k, v)| (k.clone(), v.clone())).collect::<Vec<_>>()
            };
            assert_eq!(rest(before), rest(after));
        } else {
            assert_eq!(before, after);
        }
    }
}

#[test]
fn the_observatory_reads_q() {
    let world = protected();
    run(&world, &[]);
    let table = Table::of(&world.out(), "indicators");
    let hidden = table.find(&[("obs_status", "Q")]);
    let count = |start: &str| {
        hidden.iter().filter(|row| row["indicator"].starts_with(start)).count()
    };
    // Two places, two hazards, two levels; and the access of one district and of the whole.
    assert_eq!((count("exposure."), count("deficit.")), (8, 2));
    for row in &hidden {
        for column in ["obs_value", "value_low", "value_high", "gap"] {
            assert!(row[column].is_empty(), "{row:?}");
        }
    }
    let known = table.find(&[("obs_status", "Q"), ("obs_value", "")]).len();
    assert_eq!(known, hidden.len());
}

#[test]
fn few_without_a_service_hide_the_share_and_what_lies_in_hazards() {
    let world = protected();
    run(&world, &[]);
    let deficits = Table::of(&world.out(), "deficits");
    // 3.7129 of the first district have no post near. Nobody of the second has one: its figure
    // protects nothing, so that of the whole is hidden.
    for (code, is_hidden) in [("01", true), ("02", false), ("_T", true)] {
        let rows = deficits.find(&[("territory", code)]);
        let [row] = rows[..] else { panic!("{rows:?}") };
        assert!(!row["people"].is_empty(), "{row:?}");
        for column in ["value", "gap", "shortfall", "meets"] {
            assert_eq!(row[column].is_empty(), is_hidden, "{column} {row:?}");
        }
    }
    let both = Table::of(&world.out(), "deficit_in_hazard");
    let shown: Vec<(&str, &str, &str)> = both
        .rows
        .iter()
        .filter(|row| !row["people"].is_empty())
        .map(|row| (&*row["territory"], &*row["hazard"], &*row["level"]))
        .collect();
    let expected =
        [("02", "any", "medium"), ("02", "slide", "medium"), ("02", "slide", "none")];
    assert_eq!(shown, expected);
}

#[test]
fn the_report_has_no_zero_where_who_lacks_is_hidden() {
    let world = protected();
    let ran = world.run(&["--only", "tables,report"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let page = fs::read_to_string(world.out().join("report.html")).unwrap();
    let (_, table) = page.split_once("<table id=\"table-in-hazard-health\">").unwrap();
    let (table, _) = table.split_once("</table>").unwrap();
    let row = table.split("<tr").find(|row| row.contains(">One<")).unwrap();
    assert_eq!(row.matches(">hidden<").count(), 6, "{row}");
}

#[test]
fn risk_tells_no_people() {
    let case = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/cases/risk_of_two_dimensions");
    let world = World::empty();
    for entry in fs::read_dir(case).unwrap().map(Result::unwrap) {
        if entry.path().is_file() {
            fs::copy(entry.path(), world.file(&entry.file_name().to_string_lossy()))
                .unwrap();
        }
    }
    let told = |world: &World| {
        let ran = world.run(&[]);
        assert!(ran.code < 2, "{}", ran.stderr);
        let people = |table: &str, column: &str| {
            let table = Table::of(&world.out(), table);
            table.rows.iter().filter(|row| !row[column].is_empty()).count()
        };
        [people("risk", "people"), people("risk_summary", "people")]
    };
    let open = told(&world);
    assert!(open.iter().all(|count| *count > 0), "{open:?}");
    world.add("[suppression]\n");
    assert_eq!(told(&world), [0, 0]);
}

/// What lies in a file, as text: pages with what they carry packed, archives with their parts.
fn texts(name: &str, bytes: &[u8]) -> Vec<String> {
    let plain = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if name.ends_with(".gz") {
        let inflated = miniz_oxide::inflate::decompress_to_vec(&bytes[10..]);
        return vec![plain(&inflated.expect("a stream"))];
    }
    if name.ends_with(".xlsx") || name.ends_with(".zip") {
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
        return (0..archive.len())
            .map(|at| {
                let mut text = Vec::new();
                archive.by_index(at).unwrap().read_to_end(&mut text).unwrap();
                plain(&text)
            })
            .collect();
    }
    vec![plain(bytes)]
}

/// Whether a number stands in a text by itself.
fn tells(text: &str, number: &str) -> bool {
    let is_part = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    text.match_indices(number).any(|(at, _)| {
        let after = &text[at + number.len()..];
        // Tables print four decimals.
        let is_decimal = number.contains(['.', ',']);
        let after = if is_decimal { after.trim_start_matches('0') } else { after };
        !is_part(text[..at].chars().next_back()) && !is_part(after.chars().next())
    })
}

#[test]
fn no_file_of_a_run_tells_what_is_hidden() {
    // As tables print them, and as pages do: none of them is a figure of anything else.
    let numbers = [
        "3.7129",
        "3,7129",
        "4127.25",
        "4127",
        "4,127",
        "2873.5",
        "2874",
        "2,874",
        "3391.125",
        "3391",
        "3,391",
        "1890.375",
        "1890",
        "1,890",
        "0.999101",
        "0.000899",
        "0.000357",
        "6268.3379",
        "6268",
        "6,268",
        "0.397019",
    ];
    for lang in ["es", "en"] {
        let world = protected();
        let project = world.project().display().to_string();
        let out = world.out().display().to_string();
        let exports = "outputs.exports=[\"csv\",\"datapackage\",\"geojson\",\"xlsx\"]";
        let ran = atalaya(
            world.folder(),
            &["run", &project, "--out", &out, "--lang", lang, "--set", exports],
        );
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let files = files_under(&world.out());
        assert!(!files.contains_key("inputs.zip"));
        assert!(files.keys().any(|name| name.ends_with(".xlsx")));
        let printed = BTreeMap::from([("terminal".to_owned(), ran.stderr.into_bytes())]);
        for (name, bytes) in files.iter().chain(&printed) {
            let is_picture = [".png", ".pdf"].iter().any(|end| name.ends_with(end));
            for text in texts(name, bytes).iter().filter(|_| !is_picture) {
                for number in numbers {
                    assert!(!tells(text, number), "{name} tells {number} ({lang})");
                }
            }
        }
        // The page's own stream, which is packed.
        let page = String::from_utf8(files["viewer.html"].clone()).unwrap();
        let model = pages::stream(&page).0.to_string();
        for number in numbers {
            assert!(!tells(&model, number), "viewer.html carries {number}");
        }
        let path = "exports/geojson/exposed_blocks.geojson";
        let text = String::from_utf8(files[path].clone()).unwrap();
        assert!(!text.contains("\"people\""), "{text}");
    }
}

#[test]
fn the_page_has_no_people_feature_by_feature() {
    let world = protected();
    let ran = world.run(&["--only", "viewer"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let page = fs::read_to_string(world.out().join("viewer.html")).unwrap();
    let (model, _) = pages::stream(&page);
    let layers = model["layers"].as_array().unwrap();
    let blocks = layers.iter().find(|layer| layer["id"] == "blocks").unwrap();
    let exposed = &blocks["exposed"];
    assert_eq!(exposed["amounts"].as_array().unwrap().len(), 0);
    let ids: Vec<&str> = exposed["measures"]
        .as_array()
        .unwrap()
        .iter()
        .map(|measure| measure["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, ["features", "people"]);
    assert_eq!(exposed["measures"][1]["table"], true);
    let cells = &model["cells"]["blocks"]["people"];
    assert_eq!(cells["01"]["flood"][1], serde_json::Value::Null);
    assert_eq!(cells["_T"]["flood"][1], "2877.2129");
    assert_eq!(cells["01"]["flood"][6], "4130.9629");
}

/// Whether what the rows of `exposure.csv` leave fixes one of the hidden cells: they are the
/// unknowns, sums over levels and over territories the equations.
fn recovered(table: &Table) -> Vec<[String; 3]> {
    let unknown: Vec<[String; 3]> = hidden(table).into_iter().collect();
    let at = |key: [&str; 3]| {
        unknown.iter().position(|k| k.each_ref().map(String::as_str) == key)
    };
    let mut places: BTreeSet<&str> = BTreeSet::new();
    let mut hazards: BTreeSet<&str> = BTreeSet::new();
    for row in table.find(&[("measure", "people")]) {
        places.insert(&row["territory"]);
        hazards.insert(&row["hazard"]);
    }
    let mut equations: Vec<Vec<f64>> = Vec::new();
    for hazard in &hazards {
        for place in &places {
            let mut equation = vec![0.0; unknown.len()];
            for level in LEVELS {
                if let Some(at) = at([place, hazard, level]) {
                    equation[at] = 1.0;
                }
            }
            equations.push(equation);
        }
        for level in LEVELS {
            let mut equation = vec![0.0; unknown.len()];
            for place in places.iter().filter(|place| **place != "_X") {
                if let Some(at) = at([place, hazard, level]) {
                    equation[at] = if *place == "_T" { -1.0 } else { 1.0 };
                }
            }
            equations.push(equation);
        }
    }
    let fixed = support::fixed_by(equations, unknown.len());
    fixed.into_iter().map(|at| unknown[at].clone()).collect()
}

#[test]
fn no_sum_gives_a_hidden_cell_back() {
    let world = protected();
    run(&world, &[]);
    let table = Table::of(&world.out(), "exposure");
    assert!(!hidden(&table).is_empty());
    assert_eq!(recovered(&table), Vec::<[String; 3]>::new());
    // The solver finds what a careless rule would leave: the small cell alone.
    let mut careless = table.clone();
    for row in &mut careless.rows {
        let is_small = row["territory"] == "01" && row["level"] == "high";
        if row["value"].is_empty() && !(is_small && row["hazard"] == "flood") {
            row.insert("value".to_owned(), "1".to_owned());
        }
    }
    assert_eq!(recovered(&careless).len(), 1);
}

#[test]
fn a_territory_of_few_tells_nothing_of_its_people() {
    let world = world();
    world.edit("name = \"name\"\n", "name = \"name\"\npeople = \"official\"\n");
    let square = |x: f64| rect(x, 0.0, x + 100.0, 100.0);
    let district = |id: &str, code: &str, x: f64, people: f64| {
        let about = format!(r#""code":"{code}","name":"D{code}","official":{people}"#);
        feature(id, &about, &square(x))
    };
    world.layer(
        "districts",
        &[
            district("t1", "01", 0.0, 9000.0),
            district("t2", "02", 100.0, 9000.0),
            district("t3", "03", 200.0, 9000.0),
        ],
    );
    let text = fs::read_to_string(world.file("blocks.geojson")).unwrap();
    let more = feature("b6", r#""population":17.03"#, &point(250.0, 50.0));
    let text = text.replacen("\n]}", &format!(",\n{more}\n]}}"), 1);
    world.write("blocks.geojson", &text);
    world.add("[suppression]\n");
    run(&world, &[]);
    let exposure = Table::of(&world.out(), "exposure");
    for row in exposure.find(&[("territory", "03"), ("measure", "people")]) {
        assert!(row["value"].is_empty() && row["total"].is_empty(), "{row:?}");
    }
    // The next smallest whole goes with it, or the whole of all would give it.
    let wholes = |code: &str| {
        let rows = exposure.find(&[("territory", code), ("measure", "people")]);
        rows.iter().all(|row| row["total"].is_empty())
    };
    assert_eq!(["01", "02", "03", "_T"].map(wholes), [true, false, true, false]);
    for name in files_under(&world.out()).keys().filter(|name| name.ends_with(".csv")) {
        let text = fs::read_to_string(world.out().join(name)).unwrap();
        assert!(!tells(&text, "17.03") && !text.contains("17.0300"), "{name}: {text}");
    }
    // The official number and its difference would tell the layer's own.
    let findings = Table::of(&world.out(), "findings");
    let told: BTreeSet<&str> =
        findings.find(&[("code", "A004")]).iter().map(|row| &*row["feature"]).collect();
    assert_eq!(told, BTreeSet::from(["02"]));
    assert_eq!(findings.find(&[("code", "A025")]).len(), 1);
}

#[test]
fn people_outside_of_all_territories_are_no_rest() {
    let world = world();
    let text = fs::read_to_string(world.file("blocks.geojson")).unwrap();
    let more = feature("b6", r#""population":6.31"#, &point(450.0, 50.0));
    let text = text.replacen("\n]}", &format!(",\n{more}\n]}}"), 1);
    world.write("blocks.geojson", &text);
    world.add("[suppression]\n");
    run(&world, &[]);
    let exposure = Table::of(&world.out(), "exposure");
    for row in exposure.find(&[("territory", "_X"), ("measure", "people")]) {
        assert!(row["value"].is_empty() && row["total"].is_empty(), "{row:?}");
    }
    // The balance would tell the whole, and with it the rest; that it closes may be known.
    let balance = Table::of(&world.out(), "balance");
    for row in balance.find(&[("measure", "people")]) {
        for column in ["whole", "parts", "difference", "tolerance"] {
            assert!(row[column].is_empty(), "{row:?}");
        }
        assert_eq!(row["closes"], "true");
    }
    assert!(
        balance.find(&[("measure", "features")]).iter().all(|r| !r["whole"].is_empty())
    );
}

#[test]
fn a_facility_of_few_is_hidden_with_the_next_and_all_where_the_whole_is() {
    // All three posts lie in the flood. The first is the nearest of b1 alone, the second of
    // b2 and b4, 5628 people, the third of b3 and b5, 4763.875 people.
    let world = protected();
    let posts = [("f1", 10.0, 20.0), ("f2", 110.0, 60.0), ("f3", 140.0, 20.0)];
    let posts = posts.map(|(id, x, y)| feature(id, "", &point(x, y)));
    world.layer("posts", &posts);
    let nearest = |world: &World| {
        run(world, &["--only", "tables"]);
        let table = Table::of(&world.out(), "facilities_in_hazard");
        let rows = table.find(&[("hazard", "flood")]);
        rows.iter().map(|row| row["people_nearest"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(nearest(&world), ["", "5628.0000", ""]);
    // With 3 people outside of all territories their sum less the whole of these would be 3.
    let path = world.file("blocks.geojson");
    let blocks = fs::read_to_string(&path).unwrap();
    let mut blocks: serde_json::Value = serde_json::from_str(&blocks).unwrap();
    let outside = feature("bx", r#""population":3"#, &point(-50.0, 90.0));
    let features = blocks["features"].as_array_mut().unwrap();
    features.push(serde_json::from_str(&outside).unwrap());
    fs::write(path, blocks.to_string()).unwrap();
    assert_eq!(nearest(&world), ["", "", ""]);
}

#[test]
fn no_range_stands_beside_a_hidden_cell() {
    let ranged = || {
        let world = world();
        let zone = "[layers.flood]\npath = \"flood.geojson\"\ncrs = \"EPSG:32719\"\n";
        world.edit(zone, &format!("{zone}accuracy_m = 5.0\n"));
        world
    };
    let (open, protected) = (ranged(), ranged());
    protected.add("[suppression]\n");
    run(&open, &["--only", "tables"]);
    run(&protected, &["--only", "tables"]);
    let (before, after) =
        (Table::of(&open.out(), "exposure"), Table::of(&protected.out(), "exposure"));
    let hidden: BTreeSet<[String; 2]> =
        hidden(&after).into_iter().map(|[place, hazard, _]| [place, hazard]).collect();
    let mut kept_back = 0;
    for (before, after) in before.rows.iter().zip(&after.rows) {
        let row = ["territory", "hazard"].map(|column| after[column].clone());
        let is_beside = after["measure"] == "people" && hidden.contains(&row);
        if is_beside {
            assert!(after["low"].is_empty() && after["high"].is_empty(), "{after:?}");
            kept_back +=
                usize::from(!after["value"].is_empty() && !before["low"].is_empty());
        } else {
            assert_eq!(before, after);
        }
    }
    assert!(kept_back > 4, "{kept_back}");
}

#[test]
fn explain_names_the_rule_that_keeps_a_range_back() {
    let world = world();
    let zone = "[layers.flood]\npath = \"flood.geojson\"\ncrs = \"EPSG:32719\"\n";
    world.edit(zone, &format!("{zone}accuracy_m = 5.0\n"));
    let project = world.project().display().to_string();
    let explain = |figure: &str| {
        let ran = atalaya(world.folder(), &["explain", &project, figure, "--lang", "en"]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        ran.stdout
    };
    let beside = "exposure/01/flood/very_high/blocks/people";
    assert!(!explain(beside).contains("small numbers"));
    world.add("[suppression]\n");
    // Of the first district 3.7 people in the zone are hidden; that nobody is in a worse one is not.
    for (figure, expected) in [
        (beside, "has no range because of the rule on small numbers"),
        ("exposure/01/flood/high/blocks/people", "hides the figure and its range"),
    ] {
        let text = explain(figure);
        assert!(text.contains(expected), "{figure}: {text}");
        assert!(!text.contains("the figure has no range\n"), "{text}");
    }
    // The number of blocks is not protected, and keeps its range.
    let text = explain("exposure/01/flood/high/blocks/features");
    assert!(!text.contains("because of the rule"), "{text}");
}

#[test]
fn further_sums_are_protected_where_the_rule_names_them() {
    let world = world();
    world.edit(
        "people = \"population\"\n",
        "people = \"population\"\nsums = { homes = \"homes\" }\n",
    );
    let text = fs::read_to_string(world.file("blocks.geojson")).unwrap();
    let text = text.replace("\"population\":3.7129", "\"population\":3.7129,\"homes\":2");
    let text =
        text.replace("\"population\":4127.25", "\"population\":4127.25,\"homes\":900");
    let text =
        text.replace("\"population\":2873.5", "\"population\":2873.5,\"homes\":700");
    let text =
        text.replace("\"population\":1500.75", "\"population\":1500.75,\"homes\":300");
    let text =
        text.replace("\"population\":1890.375", "\"population\":1890.375,\"homes\":400");
    world.write("blocks.geojson", &text);
    world.add("[suppression]\n");
    run(&world, &[]);
    let of = |world: &World| {
        let table = Table::of(&world.out(), "exposure");
        let key = [("territory", "01"), ("hazard", "flood"), ("level", "high")];
        let rows = table.find(&[&key[..], &[("measure", "homes")]].concat());
        rows[0]["value"].clone()
    };
    assert_eq!(of(&world), "2.0000");
    world.edit("[suppression]\n", "[suppression]\nsums = [\"homes\"]\n");
    run(&world, &[]);
    assert_eq!(of(&world), "");
}

#[test]
fn a_hidden_figure_is_explained_without_its_number() {
    let world = protected();
    let project = world.project().display().to_string();
    let explain = |figure: &str, more: &[&str]| {
        let ran =
            atalaya(world.folder(), &[&["explain", &project, figure], more].concat());
        assert_eq!(ran.code, 0, "{figure}: {}", ran.stderr);
        ran.stdout + &ran.stderr
    };
    let hidden = [
        "exposure/01/flood/high/blocks/people",
        "exposure/02/flood/none/blocks/people",
        "deficits/01/health",
        "deficit_in_hazard/01/health/flood/high",
        "indicators/exposure.flood.high.blocks.people/01",
    ];
    for figure in hidden {
        for more in [&[][..], &["--json"][..]] {
            let text = explain(figure, more);
            assert!(text.contains("suppression"), "{figure}: {text}");
            for number in ["3.7129", "3,7129", "4127", "2873", "3391", "0.000899"] {
                assert!(!tells(&text, number), "{figure}: {text}");
            }
        }
    }
    // One that is not hidden is explained, but not feature by feature.
    let text = explain("exposure/_T/flood/high/blocks/people", &["--json"]);
    assert!(text.contains("2877.2129"), "{text}");
    for number in ["3.7129", "2873.5"] {
        assert!(!tells(&text, number), "{text}");
    }
    let text = explain("balance/flood/blocks/people", &["--json"]);
    for number in ["3.7129", "2873.5", "4127.25"] {
        assert!(!tells(&text, number), "{text}");
    }
    let ran = atalaya(
        world.folder(),
        &["explain", &project, "exposure/01/flood/high/blocks/people/low"],
    );
    assert_eq!(ran.code, 2, "{}", ran.stdout);
}

#[test]
fn compare_series_and_verify_work_on_what_is_left() {
    let (first, second) = (protected(), protected());
    let text = fs::read_to_string(second.file("blocks.geojson")).unwrap();
    second.write("blocks.geojson", &text.replace("1500.75", "1600.75"));
    run(&first, &[]);
    run(&second, &[]);
    let [a, b] = [&first, &second].map(|world| world.out().display().to_string());
    let ran = atalaya(first.folder(), &["verify", &a]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let project = first.project().display().to_string();
    let ran = atalaya(first.folder(), &["verify", &a, "--project", &project]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let ran = atalaya(first.folder(), &["compare", &a, &b, "--json"]);
    let said = ran.stdout + &ran.stderr;
    assert_eq!(ran.code, 1, "{said}");
    assert!(tells(&said, "1600.75"), "{said}");
    for number in ["3.7129", "4127.25", "2873.5", "3391.125", "3491.125"] {
        assert!(!tells(&said, number), "{said}");
    }
    let out = first.file("series").display().to_string();
    let ran = atalaya(first.folder(), &["series", &a, &b, "--out", &out]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let files = files_under(&first.file("series"));
    let series = String::from_utf8(files["series.csv"].clone()).unwrap();
    assert!(series.contains(",Q,"), "{series}");
    for (name, bytes) in &files {
        for number in ["3.7129", "4127.25", "2873.5", "3391.125"] {
            assert!(!tells(&String::from_utf8_lossy(bytes), number), "{name} {number}");
        }
    }
}

#[test]
fn without_the_rule_nothing_is_hidden_and_the_digest_stays() {
    let world = world();
    run(&world, &[]);
    let manifest = fs::read_to_string(world.out().join("manifest.json")).unwrap();
    assert!(!manifest.contains("suppression"));
    assert!(
        Table::of(&world.out(), "indicators").find(&[("obs_status", "Q")]).is_empty()
    );
    assert!(world.out().join("inputs.zip").is_file());
}

#[test]
fn a_rule_that_cannot_be_kept_is_refused() {
    let cases = [
        ("[suppression]\nmin_count = 0.5\n", "min_count"),
        ("[suppression]\nmin_count = 10\nmin_denominator = 8\n", "min_denominator"),
        ("[suppression]\nsums = [\"homes\"]\n", "homes"),
        ("[suppression]\nfew = 3\n", "few"),
    ];
    for (section, word) in cases {
        let world = world();
        world.add(section);
        let ran = world.run(&[]);
        assert_eq!(ran.code, 2, "{section}");
        assert!(ran.stderr.contains(word), "{}", ran.stderr);
    }
    let world = protected();
    world.edit("directory = \"out\"\n", "directory = \"out\"\nkeep_inputs = true\n");
    let ran = world.run(&[]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("keep_inputs"), "{}", ran.stderr);
}
