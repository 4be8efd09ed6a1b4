//! `site`: what is said of a place is what a run says of it, by figures worked out by hand and
//! by Ilo's own results.

mod support;

use std::fs;
use std::path::Path;

use atalaya::analysis::site::Surveyor;
use atalaya::config;
use atalaya::pipeline::{self, Stage, Watch};
use serde_json::Value;
use support::{EAST, NORTH, Ran, World, atalaya, feature, point, rect};

struct Nobody;

impl Watch for Nobody {
    fn stage(&self, _: Stage) {}
}

/// The tiny world with a hazard whose edge is known to 10 m: the zone is x 0 to 50, the
/// districts meet at x = 100, the post stands at (50, 50).
fn world() -> World {
    let world = World::tiny();
    let zone = "[layers.flood]\npath = \"flood.geojson\"\ncrs = \"EPSG:32719\"\n";
    world.edit(zone, &format!("{zone}accuracy_m = 10.0\n"));
    world
}

fn at(x: i64, y: i64) -> String {
    format!("{},{}", EAST + x, NORTH + y)
}

fn site(world: &World, place: &str, more: &[&str]) -> Ran {
    let project = world.project().display().to_string();
    let mut arguments = vec!["site", &project, place, "--crs", "EPSG:32719", "--quiet"];
    arguments.extend(more);
    atalaya(world.folder(), &arguments)
}

fn json(world: &World, place: &str, more: &[&str]) -> Value {
    let mut with_json = vec!["--json"];
    with_json.extend(more);
    let ran = site(world, place, &with_json);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    serde_json::from_str(&ran.stdout).expect("JSON")
}

#[test]
fn a_point_is_inside_outside_or_not_to_be_decided() {
    let world = world();
    // x, verdict, level, with the edge in and out, distance to the edge, share.
    let cases = [
        (30, "inside", "high", "high", "high", 20.0, 1.0),
        (45, "undecidable", "high", "none", "high", 5.0, 1.0),
        (55, "undecidable", "none", "none", "high", 5.0, 0.0),
        (75, "outside", "none", "none", "none", 25.0, 0.0),
    ];
    for (x, verdict, level, inner, outer, distance, share) in cases {
        let told = json(&world, &at(x, 50), &[]);
        let flood = &told["features"][0]["hazards"][0];
        assert_eq!(flood["hazard"], "flood");
        assert_eq!(flood["verdict"], verdict, "{x}");
        assert_eq!(flood["level"], level, "{x}");
        assert_eq!(flood["level_edges_in"], inner, "{x}");
        assert_eq!(flood["level_edges_out"], outer, "{x}");
        assert_eq!(flood["edges"][0]["level_or_worse"], "high");
        assert_eq!(flood["edges"][0]["edge_distance_m"], distance, "{x}");
        assert_eq!(flood["edges"][0]["share"], share, "{x}");
    }
}

#[test]
fn facilities_blocks_and_territories_are_those_of_the_place() {
    let world = world();
    let told = json(&world, &at(30, 50), &[]);
    let here = &told["features"][0];
    assert_eq!(here["territory"], "01");
    let post = &here["services"][0];
    assert_eq!(post["nearest"][0]["facility"], "f1");
    assert_eq!(post["nearest"][0]["distance_m"], 20.0);
    assert_eq!(post["access"][0]["served"], true);
    let block = &here["elements"][0]["named"][0];
    assert_eq!((&block["id"], &block["people"]), (&"b1".into(), &100.0.into()));
    // The block's centroid is the post's place.
    assert_eq!(block["access"][0]["distance_m"], 0.0);
    let told = json(&world, &at(150, 50), &[]);
    let here = &told["features"][0];
    assert_eq!(here["territory"], "02");
    assert_eq!(here["services"][0]["nearest"][0]["distance_m"], 100.0);
    assert_eq!(here["services"][0]["access"][0]["served"], false);
    let deficit = &here["deficits"][0];
    assert_eq!((&deficit["value"], &deficit["shortfall"]), (&0.0.into(), &40.0.into()));
}

#[test]
fn a_lot_has_shares_and_the_people_within() {
    let world = world();
    world.layer("lote", &[feature("L-1", "", &rect(40.0, 20.0, 60.0, 40.0))]);
    let told = json(&world, "lote.geojson", &[]);
    let here = &told["features"][0];
    assert_eq!((&here["id"], &here["area_m2"]), (&"L-1".into(), &400.0.into()));
    let flood = &here["hazards"][0];
    assert_eq!(
        (&flood["shares"]["high"], &flood["shares"]["none"]),
        (&0.5.into(), &0.5.into())
    );
    assert_eq!(flood["edges"][0]["edge_distance_m"], 0.0);
    assert_eq!(flood["edges"][0]["share"], 0.5);
    // It touches the zone as drawn; with the edge at 40 it does so in no area.
    assert_eq!(flood["verdict"], "undecidable");
    // 400 of the 3,600 m² of b1, and so a ninth of its 100 people.
    assert_eq!(here["elements"][0]["named"][0]["share"], 0.111_111);
    assert_eq!(here["elements"][0]["people_within"], 11.111_1);
    // 10 m to the east and 20 m to the north of the post's place: (50, 30).
    assert_eq!(here["services"][0]["nearest"][0]["distance_m"], 20.0);
}

#[test]
fn a_lot_across_a_border_has_a_share_in_each_territory() {
    let world = world();
    // A quarter of it is west of x = 100.
    world.layer("lote", &[feature("L-1", "", &rect(90.0, 20.0, 130.0, 40.0))]);
    let told = json(&world, "lote.geojson", &[]);
    let here = &told["features"][0];
    assert_eq!(here["territory"], "02");
    let shares = here["territories"].as_array().expect("shares").iter();
    let shares: Vec<_> = shares.map(|one| (&one["territory"], &one["share"])).collect();
    assert_eq!(shares, [(&"02".into(), &0.75.into()), (&"01".into(), &0.25.into())]);
}

#[test]
fn a_lot_beside_or_within_a_zone_is_as_far_as_its_nearest_side() {
    let world = world();
    // x and y from and to; the zone is x 0 to 50 and y 0 to 100.
    let cases = [
        ("beside", rect(60.0, 20.0, 70.0, 40.0), 10.0),
        ("within", rect(12.0, 30.0, 20.0, 40.0), 12.0),
        ("across", rect(45.0, 20.0, 70.0, 40.0), 0.0),
        ("around", rect(-10.0, -10.0, 60.0, 110.0), 0.0),
    ];
    for (case, lot, distance) in cases {
        world.layer("lote", &[feature("L-1", "", &lot)]);
        let told = json(&world, "lote.geojson", &[]);
        let edge = &told["features"][0]["hazards"][0]["edges"][0];
        assert_eq!(edge["edge_distance_m"], distance, "{case}");
    }
}

#[test]
fn a_point_is_measured_from_each_band_of_a_hazard() {
    let world = world();
    let bands = "bands = [ { within_m = 100.0, level = \"high\" }, \
                 { within_m = 300.0, level = \"medium\" } ]\n";
    world.edit("level = \"nivel\"\n", bands);
    world.layer("flood", &[feature("pipe", "", &point(0.0, 50.0))]);
    // Distance from the pipe; level or worse and how far its edge is.
    let cases = [
        (40, "high", [("high", 60.0), ("medium", 260.0)]),
        (180, "medium", [("high", 80.0), ("medium", 120.0)]),
    ];
    for (x, level, edges) in cases {
        let told = json(&world, &at(x, 50), &[]);
        let flood = &told["features"][0]["hazards"][0];
        assert_eq!(flood["level"], level, "{x}");
        let found = flood["edges"].as_array().expect("edges");
        assert_eq!(found.len(), edges.len(), "{x}");
        for (edge, (level, distance)) in found.iter().zip(edges) {
            assert_eq!(edge["level_or_worse"], level, "{x}");
            assert_eq!(edge["edge_distance_m"], distance, "{x} {level}");
        }
    }
}

#[test]
fn what_nobody_studied_is_told_apart_from_what_is_safe() {
    let world = world();
    world.edit("level = \"nivel\"\n", "level = \"nivel\"\nstudy_area = \"estudio\"\n");
    world.add("[layers.estudio]\npath = \"estudio.geojson\"\ncrs = \"EPSG:32719\"\n");
    world.layer("estudio", &[feature("e", "", &rect(0.0, 0.0, 120.0, 100.0))]);
    let verdict = |x| {
        let told = json(&world, &at(x, 50), &[]);
        told["features"][0]["hazards"][0]["verdict"].clone()
    };
    assert_eq!(verdict(90), "outside");
    assert_eq!(verdict(150), "not_studied");
    let told = site(&world, &at(150, 50), &["--lang", "es"]).stdout;
    assert!(told.contains("SIN ESTUDIO no es «sin peligro»"), "{told}");
    assert!(!told.contains("fuera de zona"), "{told}");
}

#[test]
fn outside_every_territory_it_says_so() {
    let world = world();
    let told = json(&world, &at(500, 500), &[]);
    assert_eq!(told["features"][0]["territory"], "_X");
    assert_eq!(told["features"][0]["deficits"], Value::Array(Vec::new()));
    for (lang, words) in
        [("es", "Fuera de todos los territorios"), ("en", "Outside all territories")]
    {
        let told = site(&world, &at(500, 500), &["--lang", lang]).stdout;
        assert!(told.contains(words), "{told}");
    }
}

#[test]
fn every_form_says_that_it_is_no_permit() {
    let world = world();
    for (lang, words) in [("es", "no un permiso"), ("en", "not a permit")] {
        let more = ["--lang", lang, "--out", "lugar.html"];
        let ran = site(&world, &at(30, 50), &more);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let page = fs::read_to_string(world.file("lugar.html")).expect("a page");
        for text in [&ran.stdout, &page] {
            assert!(text.contains(words), "{lang}: {text}");
        }
        assert_eq!(page.matches(words).count(), 2, "at the head and at the foot");
    }
    let told = json(&world, &at(30, 50), &[]);
    assert!(told["notice"].as_str().expect("a notice").contains("not a permit"));
}

#[test]
fn a_new_facility_changes_what_a_run_with_it_says() {
    let world = world();
    let told = json(&world, &at(150, 50), &["--add", "health:30"]);
    let change = &told["change"];
    assert_eq!(
        (&change["added"], &change["layer"]),
        (&"facility".into(), &"posts".into())
    );
    // The 40 people of b2, whose centroid it stands on.
    assert_eq!(change["people_nearest"], 40.0);
    let deficits = change["deficits"].as_array().expect("deficits");
    let value = |territory: &str, when: &str| {
        let row = deficits.iter().find(|row| row["before"]["territory"] == territory);
        row.expect("a row")[when]["value"].clone()
    };
    assert_eq!((value("02", "before"), value("02", "after")), (0.0.into(), 1.0.into()));
    // 100 of 140, then all.
    assert_eq!(
        (value("_T", "before"), value("_T", "after")),
        (0.714_286.into(), 1.0.into())
    );
    world.layer(
        "posts",
        &[feature("f1", "", &point(50.0, 50.0)), feature("f2", "", &point(150.0, 50.0))],
    );
    assert_eq!(world.run(&[]).code, 0);
    let table =
        fs::read_to_string(world.out().join("tables/deficits.csv")).expect("a table");
    for territory in ["02", "_T"] {
        let start = format!("{territory},");
        let row = table.lines().find(|line| line.starts_with(&start)).expect("a row");
        assert!(row.contains(",1.000000,"), "{row}");
    }
}

#[test]
fn new_residents_are_exposed_as_the_edge_allows_and_ask_for_services() {
    let world = world();
    let told = json(&world, &at(45, 50), &["--add", "people:50"]);
    let change = &told["change"];
    let exposed = change["exposed"].as_array().expect("rows");
    let row = |level: &str| {
        exposed.iter().find(|row| row["hazard"] == "flood" && row["level"] == level)
    };
    // It has no zones of the other levels: nobody may be in them.
    let levels = exposed.iter().filter(|row| row["hazard"] == "flood");
    let levels: Vec<_> = levels.filter_map(|row| row["level"].as_str()).collect();
    assert_eq!(levels, ["high", "none"]);
    // Drawn inside; with the edge 10 m further in it is outside.
    let high = row("high").expect("high");
    assert_eq!(
        (&high["people"], &high["low"], &high["high"]),
        (&50.0.into(), &0.0.into(), &50.0.into())
    );
    let none = row("none").expect("none may be");
    assert_eq!((&none["people"], &none["high"]), (&0.0.into(), &50.0.into()));
    let all = change["deficits"].as_array().expect("deficits");
    let all = all.iter().find(|row| row["before"]["territory"] == "_T").expect("_T");
    // 100 of 140, then 150 of 190: they live 5 m from the post.
    assert_eq!(all["before"]["value"], 0.714_286);
    assert_eq!(all["after"]["value"], 0.789_474);
    let told = site(&world, &at(45, 50), &["--add", "people:50", "--lang", "es"]).stdout;
    assert!(told.contains("no decidible: de 0 a 50"), "{told}");
}

/// Blocks with people that are no figure of anything else, and the rule.
fn protected(first: &str, second: &str) -> World {
    let world = world();
    let text = fs::read_to_string(world.file("blocks.geojson")).expect("blocks");
    let text = text.replace("\"population\":100", &format!("\"population\":{first}"));
    let text = text.replace("\"population\":40", &format!("\"population\":{second}"));
    world.write("blocks.geojson", &text);
    world.add("[suppression]\n");
    world
}

/// All forms in which a place is told.
fn forms(world: &World, place: &str, more: &[&str]) -> String {
    let page = world.file("lugar.html").display().to_string();
    let text = site(world, place, &[more, &["--out", &page]].concat());
    assert_eq!(text.code, 0, "{}", text.stderr);
    let page = fs::read_to_string(page).expect("a page");
    format!("{}\n{page}\n{}", text.stdout, json(world, place, more))
}

#[test]
fn with_a_rule_no_people_of_a_place_and_of_its_elements_are_told() {
    let world = protected("203.5", "340.25");
    // The lot holds the first block whole.
    world.layer("lote", &[feature("L-1", "", &rect(0.0, 0.0, 100.0, 100.0))]);
    let told = json(&world, "lote.geojson", &[]);
    let blocks = &told["features"][0]["elements"][0];
    assert_eq!((&blocks["count"], &blocks["people_hidden"]), (&1.into(), &true.into()));
    assert_eq!(blocks["people_within"], Value::Null);
    assert_eq!(blocks["named"][0]["people"], Value::Null);
    assert_eq!(blocks["named"][0]["share"], 1.0);
    let text = forms(&world, "lote.geojson", &["--lang", "es"]);
    assert!(text.contains("oculto"), "{text}");
    for number in ["203.5", "203,5", ">204<", " 204 "] {
        assert!(!text.contains(number), "{number}: {text}");
    }
    // Without the rule they are told, so it is the rule that hides them.
    let open = self::world();
    open.layer("lote", &[feature("L-1", "", &rect(0.0, 0.0, 100.0, 100.0))]);
    let told = json(&open, "lote.geojson", &[]);
    let blocks = &told["features"][0]["elements"][0];
    assert_eq!(
        (&blocks["people_within"], &blocks["people_hidden"]),
        (&100.0.into(), &false.into())
    );
}

#[test]
fn with_a_rule_a_facility_does_not_tell_whom_it_reaches() {
    let world = protected("203.5", "340.25");
    let told = json(&world, &at(150, 50), &["--add", "health:30"]);
    let change = &told["change"];
    assert_eq!(
        (&change["people_nearest"], &change["people_hidden"]),
        (&Value::Null, &true.into())
    );
    let rows = change["deficits"].as_array().expect("deficits");
    let row = rows.iter().find(|row| row["before"]["territory"] == "02").expect("02");
    // The tables tell how it is; what the place changes would tell the block beside it.
    assert_eq!(row["before"]["shortfall"], 340.25);
    assert_eq!(row["after"]["hidden"], true);
    for column in ["value", "gap", "shortfall", "meets"] {
        assert_eq!(row["after"][column], Value::Null, "{column}");
    }
    let text = forms(&world, &at(150, 50), &["--add", "health:30", "--lang", "en"]);
    assert!(text.contains("hidden") && text.contains("rule on small numbers"), "{text}");
    // Residents are known to whoever adds them.
    let told = json(&world, &at(150, 50), &["--add", "people:50"]);
    let rows = told["change"]["deficits"].as_array().expect("deficits");
    let row = rows.iter().find(|row| row["before"]["territory"] == "02").expect("02");
    assert_eq!(row["after"]["shortfall"], 390.25);
}

#[test]
fn with_a_rule_what_was_hidden_stays_so_whoever_is_added() {
    // The first district has fewer people than the rule gives figures of.
    let world = protected("12.5", "340.25");
    for add in ["people:480", "health:30"] {
        let text = forms(&world, &at(50, 50), &["--add", add, "--lang", "en"]);
        for number in ["492.5", "12.5", "352.75", "832.75"] {
            assert!(!text.contains(number), "{add} {number}: {text}");
        }
    }
    let told = json(&world, &at(50, 50), &["--add", "people:480"]);
    for row in told["change"]["deficits"].as_array().expect("deficits") {
        assert_eq!(row["after"]["value"], Value::Null, "{row}");
    }
}

#[test]
fn what_is_wrong_is_named_and_ends_with_two() {
    let world = world();
    let two = [feature("a", "", &point(1.0, 1.0)), feature("b", "", &point(2.0, 2.0))];
    world.layer("dos", &two);
    let project = world.project().display().to_string();
    let cases: [(&[&str], &str); 11] = [
        (&["250030,8050050"], "--crs EPSG:32719"),
        (&["-17.6,-71.3"], "EPSG:32719"),
        (&["-71.3;-17.6"], "-71.3373,-17.6538"),
        (&["no.geojson"], "no.geojson"),
        (&["-71.3,-17.6", "--crs", "EPSG:999999"], "EPSG:999999"),
        (&["-71.35,-17.6", "--add", "school:480"], "health"),
        (&["-71.35,-17.6", "--add", "health"], "school:480"),
        (&["-71.35,-17.6", "--add", "health:-3"], "health:-3"),
        (&["dos.geojson", "--crs", "EPSG:32719", "--add", "health:1"], "--feature"),
        (&["dos.geojson", "--crs", "EPSG:32719", "--feature", "c"], "`c`"),
        (&["-71.35,-17.6", "--out", "lugar.pdf"], ".html"),
    ];
    for (more, words) in cases {
        let mut arguments = vec!["site", project.as_str()];
        arguments.extend(more);
        arguments.extend(["--lang", "en"]);
        let ran = atalaya(world.folder(), &arguments);
        assert_eq!((ran.code, &*ran.stdout), (2, ""), "{more:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(words), "{more:?}: {}", ran.stderr);
        assert!(ran.stderr.contains("hint:"), "{more:?}: {}", ran.stderr);
    }
}

#[test]
fn a_file_of_others_is_not_replaced_and_a_page_of_ours_is() {
    let world = world();
    fs::write(world.file("mio.html"), "<p>mío</p>").expect("a file");
    let ran = site(&world, &at(30, 50), &["--out", "mio.html"]);
    assert_eq!(ran.code, 2);
    assert_eq!(fs::read_to_string(world.file("mio.html")).expect("a file"), "<p>mío</p>");
    for x in [30, 75] {
        assert_eq!(site(&world, &at(x, 50), &["--out", "uno.html"]).code, 0);
    }
    let page = fs::read_to_string(world.file("uno.html")).expect("a page");
    assert!(page.contains(&at(75, 50)), "{page}");
}

#[test]
fn nothing_in_a_page_comes_from_elsewhere_or_is_read_as_markup() {
    let world = world();
    let hostile = "<img src=x onerror=alert(1)>";
    world.layer("lote", &[feature(hostile, "", &rect(40.0, 20.0, 60.0, 40.0))]);
    let ran = site(&world, "lote.geojson", &["--out", "lugar.html"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let page = fs::read_to_string(world.file("lugar.html")).expect("a page");
    assert!(page.contains("&lt;img src=x onerror=alert(1)&gt;"), "{page}");
    for word in ["<img", "<script", "src=\"", "href=", "@import"] {
        assert!(!page.contains(word), "{word}");
    }
    assert_eq!(page.matches("http").count(), page.matches("xmlns=\"http").count());
}

#[test]
fn the_same_place_gives_the_same_bytes_on_any_number_of_threads() {
    let world = world();
    let once = |threads| {
        let more = ["--json", "--add", "health:30", "--threads", threads];
        site(&world, &at(45, 50), &more).stdout
    };
    assert_eq!(once("1"), once("3"));
}

#[test]
fn every_feature_of_ilo_is_what_a_run_says_of_it() {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("layers/ilo.toml");
    let settings = config::load(&project, &[]).expect("a good project");
    let measured = pipeline::measure(&settings, &Nobody).expect("good layers");
    let area = &measured.area;
    let surveyor = Surveyor::new(area, &settings);
    let run = atalaya::analysis::features(area);
    for id in ["blocks", "health_facilities"] {
        let layer = area.exposures.iter().find(|l| l.layer.id == id).expect("a layer");
        let rows = &run.iter().find(|found| found.layer == id).expect("rows").rows;
        // Every twentieth block, all facilities.
        let step = if id == "blocks" { 20 } else { 1 };
        for (row, expected) in rows.iter().enumerate().step_by(step) {
            let mut place = layer.layer.clone();
            place.shapes = place.shapes.pick(&[row]).into();
            place.ids = std::sync::Arc::new([place.ids.of(row)].iter().collect());
            let here = &surveyor.look(&place)[0];
            assert_eq!(here.territory, expected.territory, "{}", here.id);
            assert_eq!(here.hazards.len(), expected.hazards.len());
            for (hazard, levels) in here.hazards.iter().zip(&expected.hazards) {
                assert_eq!(hazard.level, levels.worst, "{} {}", here.id, hazard.hazard);
                let bits = |shares: [f64; 6]| shares.map(f64::to_bits);
                let (found, run) = (bits(hazard.shares), bits(levels.shares));
                assert_eq!(found, run, "{} {}", here.id, hazard.hazard);
            }
            // A facility is the nearest to itself, and its own block is where it stands.
            let own = here.elements.iter().find(|found| found.layer == id);
            assert!(own.is_some_and(|own| own.named.iter().any(|e| e.id == here.id)));
            if id == "health_facilities" {
                let service = here.services.iter().find(|s| s.service == id);
                let nearest = &service.expect("a service").nearest[0];
                assert!(nearest.distance_m < 1e-9, "{}", here.id);
            }
        }
    }
}

#[test]
fn the_facilities_of_ilo_lie_in_the_zones_that_its_table_says() {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("layers/ilo.toml");
    let home = tempfile::tempdir().expect("a folder");
    let out = home.path().join("ilo");
    assert_eq!(support::run_tables(&project, &out, &[]).code, 0);
    let table = fs::read_to_string(out.join("tables/facilities_in_hazard.csv"));
    let table = support::Table::parse(&table.expect("a table"));
    let layer = project.with_file_name("health_facilities.geojson");
    let text = fs::read_to_string(&layer).expect("a layer");
    let file: Value = serde_json::from_str(&text).expect("GeoJSON");
    let path = layer.display().to_string();
    let arguments = ["site", &*project.display().to_string(), &path, "--json", "--quiet"];
    let ran = atalaya(home.path(), &arguments);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let told: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    let told = told["features"].as_array().expect("features");
    let features = file["features"].as_array().expect("features");
    assert_eq!(told.len(), features.len());
    for (here, feature) in told.iter().zip(features) {
        let code = feature["properties"]["code"].as_str().expect("a code");
        let expected: Vec<(String, String)> = table
            .rows
            .iter()
            .filter(|row| {
                row["service"] == "health_facilities" && row["facility"] == code
            })
            .map(|row| (row["hazard"].clone(), row["level"].clone()))
            .collect();
        let zones = ["very_high", "high", "medium", "low"];
        let mut found: Vec<(String, String)> = here["hazards"]
            .as_array()
            .expect("hazards")
            .iter()
            .map(|hazard| {
                let text = |key: &str| hazard[key].as_str().expect("text").to_owned();
                (text("hazard"), text("level"))
            })
            .filter(|(_, level)| zones.contains(&level.as_str()))
            .collect();
        found.sort();
        assert_eq!(found, expected, "{code}");
    }
}
