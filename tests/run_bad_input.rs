//! What bad input gets: a refusal that names the culprit in both languages and leaves
//! everything as it was, or a finished run with a finding.
//!
//! Each test spoils one thing in the same tiny world (see `World::tiny`).

mod support;

use std::fs;
use std::path::Path;

use support::{
    Ran, Table, World, atalaya, broken_promises, feature, files_under, point, polygon,
    rect,
};

// ------------------------------------------------------------------ what is checked

fn run_in(world: &World, language: &str) -> Ran {
    let project = world.project().display().to_string();
    let arguments = ["run", project.as_str(), "--only", "tables", "--lang", language];
    atalaya(world.folder(), &arguments)
}

/// The run is refused: exit 2, in Spanish and in English, naming all `pieces`; nothing is
/// written, and an older output stays as it was.
fn refused(world: &World, pieces: &[&str]) -> [Ran; 2] {
    let before = files_under(world.folder());
    let [spanish, english] = ["es", "en"].map(|language| {
        let ran = run_in(world, language);
        assert_eq!(ran.code, 2, "{language}: {}", ran.stderr);
        assert_eq!(ran.stdout, "", "stdout is for pipes");
        for piece in pieces {
            let says = ran.stderr.contains(piece);
            assert!(says, "{language}: no `{piece}` in\n{}", ran.stderr);
        }
        // A catalogue key that was not found is printed as it is.
        for raw in ["error.", "hint.", "finding."] {
            let leaks = ran.stderr.split_whitespace().any(|word| word.starts_with(raw));
            assert!(!leaks, "{language}: a bare key in\n{}", ran.stderr);
        }
        assert_eq!(before, files_under(world.folder()), "a refused run wrote something");
        assert!(!world.out().exists(), "a refused run left its folder");
        ran
    });
    assert_ne!(spanish.stderr, english.stderr, "one language for both");

    fs::create_dir_all(world.out().join("tables")).expect("an old output folder");
    world.write("out/tables/exposure.csv", "what stood here before\n");
    world.write("out/manifest.json", "{}\n");
    let before = files_under(world.folder());
    assert_eq!(run_in(world, "en").code, 2);
    assert_eq!(before, files_under(world.folder()), "the old output was touched");
    [spanish, english]
}

/// Whether a number stands by itself in a text.
fn says_number(text: &str, number: usize) -> bool {
    text.split(|c: char| !c.is_ascii_digit()).any(|word| word == number.to_string())
}

fn assert_says_line(ran: &[Ran; 2], line: usize) {
    for ran in ran {
        assert!(says_number(&ran.stderr, line), "no line {line} in\n{}", ran.stderr);
    }
}

/// The run is finished with this exit code, and every promise about its output holds.
fn finished(world: &World, code: i32) {
    let ran = world.run(&[]);
    assert_eq!(ran.code, code, "{}", ran.stderr);
    let broken = broken_promises(&world.out());
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// There is a finding with these cells.
fn assert_found(world: &World, code: &str, severity: &str, layer: &str, feature: &str) {
    let cells =
        [("code", code), ("severity", severity), ("layer", layer), ("feature", feature)];
    let findings = Table::of(&world.out(), "findings");
    let found = findings.find(&cells);
    assert!(!found.is_empty(), "no {cells:?} in {:#?}", findings.rows);
    assert!(found.iter().all(|row| row["message"].len() > 10), "{found:#?}");
}

fn people(world: &World, territory: &str, level: &str, column: &str) -> f64 {
    let key = [
        ("territory", territory),
        ("hazard", "flood"),
        ("level", level),
        ("layer", "blocks"),
        ("measure", "people"),
    ];
    Table::of(&world.out(), "exposure").number(&key, column)
}

fn block(id: &str, population: &str, geometry: &str) -> String {
    feature(id, &format!(r#""population":{population}"#), geometry)
}

fn good_block() -> String {
    block("b1", "100", &rect(20.0, 20.0, 80.0, 80.0))
}

// ------------------------------------------------------------ the world when it is right

/// All the tests below mean something only if this one passes.
#[test]
fn the_tiny_world_is_right() {
    let world = World::tiny();
    finished(&world, 0);
    // b1 spans x 20..80, the zone reaches to 50: one half.
    assert!((people(&world, "01", "high", "value") - 50.0).abs() < 1e-9);
    assert!((people(&world, "02", "none", "value") - 40.0).abs() < 1e-9);
    // b1's centroid is the post; b2's is 100 m away, 60 m are allowed.
    let served = Table::of(&world.out(), "deficits");
    let share = |territory| {
        served.number(&[("territory", territory), ("deficit", "health")], "value")
    };
    assert!((share("01") - 1.0).abs() < 1e-9 && share("02").abs() < 1e-9);
    assert_eq!(Table::of(&world.out(), "findings").rows.len(), 0);
}

#[test]
fn a_run_takes_the_place_of_the_old_output_and_leaves_nothing_else() {
    let world = World::tiny();
    finished(&world, 0);
    let old = fs::read(world.file("out/tables/exposure.csv")).expect("a table");
    world.layer(
        "blocks",
        &[block("b1", "7", &polygon(&[(0.0, 0.0), (9.0, 0.0), (9.0, 9.0)]))],
    );
    finished(&world, 0);
    let new = fs::read(world.file("out/tables/exposure.csv")).expect("a table");
    assert_ne!(old, new, "the new run's table stands where the old one stood");
    let mut names: Vec<String> = fs::read_dir(world.folder())
        .expect("the world")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    let expected = [
        "blocks.geojson",
        "districts.geojson",
        "flood.geojson",
        "out",
        "posts.geojson",
        "project.toml",
    ];
    assert_eq!(names, expected, "something was left behind");
}

#[test]
fn check_computes_and_writes_nothing() {
    let world = World::tiny();
    let before = files_under(world.folder());
    let project = world.project().display().to_string();
    let ran = atalaya(world.folder(), &["check", &project]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    world.layer("blocks", &[block("b1", "-5", &rect(20.0, 20.0, 80.0, 80.0))]);
    let ran = atalaya(world.folder(), &["revisar", &project, "--lang", "en"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    fs::remove_file(world.file("blocks.geojson")).expect("it was there");
    assert_eq!(atalaya(world.folder(), &["check", &project]).code, 2);
    assert_eq!(before.len() - 1, files_under(world.folder()).len());
}

#[test]
fn without_lang_the_project_says_the_language() {
    let world = World::tiny();
    world.edit("path = \"blocks.geojson\"", "path = \"nowhere.geojson\"");
    let project = world.project().display().to_string();
    let ran = atalaya(world.folder(), &["run", &project, "--only", "tables"]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert_eq!(ran.stderr, run_in(&world, "es").stderr);
    assert_ne!(ran.stderr, run_in(&world, "en").stderr);
}

// ----------------------------------------------------------------------- files

#[test]
fn a_missing_file() {
    let world = World::tiny();
    fs::remove_file(world.file("blocks.geojson")).expect("it was there");
    refused(&world, &["blocks", "blocks.geojson"]);
}

#[test]
fn a_folder_where_a_file_should_be() {
    let world = World::tiny();
    fs::remove_file(world.file("blocks.geojson")).expect("it was there");
    fs::create_dir(world.file("blocks.geojson")).expect("a folder");
    refused(&world, &["blocks", "blocks.geojson"]);
}

#[test]
fn broken_json_with_its_position() {
    let world = World::tiny();
    let bad =
        r#"{"type":"Feature","id":"b2","properties":{"population":},"geometry":null}"#;
    world.layer("blocks", &[good_block(), bad.to_owned()]);
    let ran = refused(&world, &["blocks", "blocks.geojson"]);
    // Line 1 opens the collection, b1 is line 2, b2 line 3.
    assert_says_line(&ran, 3);
    let column = 1 + bad.find("},").expect("the missing value");
    for ran in &ran {
        let says_column = (column - 1..=column + 1).any(|n| says_number(&ran.stderr, n));
        assert!(says_column, "no column near {column} in\n{}", ran.stderr);
    }
}

#[test]
fn a_file_that_stops_in_the_middle() {
    let world = World::tiny();
    let text = fs::read_to_string(world.file("flood.geojson")).expect("a layer");
    world.write("flood.geojson", &text[..text.len() * 2 / 3]);
    refused(&world, &["flood", "flood.geojson"]);
}

#[test]
fn bytes_that_are_not_utf_8() {
    let world = World::tiny();
    let mut bytes = fs::read(world.file("districts.geojson")).expect("a layer");
    let name = bytes.windows(3).position(|w| w == b"One").expect("a name");
    bytes[name] = 0xD1; // Ñ in Latin-1
    fs::write(world.file("districts.geojson"), bytes).expect("a layer");
    refused(&world, &["districts"]);
}

#[test]
fn json_that_is_not_geojson() {
    for text in ["{\"hello\":1}\n", "[1,2,3]\n", "\"text\"\n", ""] {
        let world = World::tiny();
        world.write("blocks.geojson", text);
        refused(&world, &["blocks"]);
    }
}

#[test]
fn nan_is_not_json() {
    let world = World::tiny();
    let bad = r#"{"type":"Point","coordinates":[NaN,8050000]}"#;
    world.layer("blocks", &[good_block(), block("b2", "40", bad)]);
    let ran = refused(&world, &["blocks"]);
    assert_says_line(&ran, 3);
}

#[test]
fn a_place_that_cannot_be_written() {
    let world = World::tiny();
    world.write("occupied", "a file, not a folder\n");
    let before = files_under(world.folder());
    let ran = support::run_tables(&world.project(), &world.file("occupied/out"), &[]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(ran.stderr.contains("occupied"), "{}", ran.stderr);
    assert_eq!(before, files_under(world.folder()));
}

// ---------------------------------------------------------------- reference systems

#[test]
fn degrees_declared_as_metres() {
    let world = World::tiny();
    let degrees = r#"{"type":"Point","coordinates":[-71.35,-17.6]}"#;
    world.layer("blocks", &[block("b1", "100", degrees)]);
    refused(&world, &["blocks", "32719"]);
}

#[test]
fn metres_without_a_declaration() {
    let world = World::tiny();
    world.edit(
        "path = \"blocks.geojson\"\ncrs = \"EPSG:32719\"",
        "path = \"blocks.geojson\"",
    );
    refused(&world, &["blocks"]);
}

#[test]
fn a_contradiction_between_file_and_project() {
    let world = World::tiny();
    let member = r#"{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::32718"}}"#;
    let text = format!(
        "{{\"type\":\"FeatureCollection\",\"crs\":{member},\"features\":[{}]}}",
        good_block()
    );
    world.write("blocks.geojson", &text);
    refused(&world, &["blocks", "32718", "32719"]);
}

#[test]
fn a_system_that_nobody_knows() {
    let world = World::tiny();
    world.edit(
        "path = \"blocks.geojson\"\ncrs = \"EPSG:32719\"",
        "path = \"blocks.geojson\"\ncrs = \"EPSG:999999\"",
    );
    refused(&world, &["999999"]);
}

#[test]
fn a_working_crs_in_degrees() {
    let world = World::tiny();
    world.edit("working_crs = \"EPSG:32719\"", "working_crs = \"EPSG:4326\"");
    let ran = refused(&world, &["working_crs", "4326"]);
    assert_says_line(&ran, world.line_of("working_crs"));
}

#[test]
fn swapped_axes() {
    let world = World::tiny();
    world.edit(
        "path = \"blocks.geojson\"\ncrs = \"EPSG:32719\"",
        "path = \"blocks.geojson\"",
    );
    // Latitude first: (250060, 8050060) is about -71.357, -17.617.
    let swapped = r#"{"type":"Point","coordinates":[-17.617,-71.357]}"#;
    world.layer("blocks", &[block("b1", "100", swapped)]);
    let [spanish, english] = refused(&world, &["blocks"]);
    assert!(english.stderr.to_lowercase().contains("swap"), "{}", english.stderr);
    let words = ["invertid", "intercambiad", "cambiad", "trocad", "permutad"];
    let text = spanish.stderr.to_lowercase();
    assert!(words.iter().any(|word| text.contains(word)), "{text}");
}

#[test]
fn a_layer_on_the_other_side_of_the_world() {
    let world = World::tiny();
    world.layer(
        "flood",
        &[feature("z1", r#""nivel":"high""#, &rect(9e6, 0.0, 9.1e6, 1e5))],
    );
    refused(&world, &["flood"]);
}

// ----------------------------------------------------------------- the project file

#[test]
fn a_missing_field_and_the_nearest_name() {
    let world = World::tiny();
    world.edit("people = \"population\"", "people = \"popluation\"");
    let ran = refused(&world, &["blocks", "popluation", "population"]);
    assert_says_line(&ran, world.line_of("popluation"));
}

#[test]
fn a_missing_level_field() {
    let world = World::tiny();
    world.edit("level = \"nivel\"", "level = \"nivle\"");
    refused(&world, &["flood", "nivle", "nivel"]);
}

#[test]
fn a_missing_code_field() {
    let world = World::tiny();
    world.edit("code = \"code\"", "code = \"codes\"");
    refused(&world, &["districts", "codes", "code"]);
}

#[test]
fn a_wrong_key_with_its_line() {
    let world = World::tiny();
    world.edit("people = \"population\"", "peple = \"population\"");
    let ran = refused(&world, &["peple", "people"]);
    assert_says_line(&ran, world.line_of("peple"));
}

#[test]
fn a_wrong_section() {
    let world = World::tiny();
    world.edit("[layers.posts.service]", "[layers.posts.servise]");
    let ran = refused(&world, &["servise", "service"]);
    assert_says_line(&ran, world.line_of("servise"));
}

#[test]
fn a_wrong_type() {
    let world = World::tiny();
    world.edit("within_m = 60.0", "within_m = \"sixty\"");
    let ran = refused(&world, &["within_m"]);
    assert_says_line(&ran, world.line_of("within_m"));
}

#[test]
fn a_negative_distance() {
    let world = World::tiny();
    world.edit("within_m = 60.0", "within_m = -60.0");
    let ran = refused(&world, &["within_m", "-60"]);
    assert_says_line(&ran, world.line_of("within_m"));
}

#[test]
fn a_project_that_is_not_toml() {
    let world = World::tiny();
    world.edit("[layers.posts.service]", "[layers.posts.service");
    let ran = refused(&world, &["project.toml"]);
    assert_says_line(&ran, world.line_of("[layers.posts.service"));
}

#[test]
fn no_project_file() {
    let world = World::tiny();
    fs::remove_file(world.project()).expect("it was there");
    refused(&world, &["project.toml"]);
}

#[test]
fn a_layer_that_does_not_exist() {
    let world = World::tiny();
    world.edit("service = \"posts\"", "service = \"post\"");
    let ran = refused(&world, &["post", "posts"]);
    assert_says_line(&ran, world.line_of("service = \"post\""));
}

#[test]
fn an_unknown_kind_of_deficit() {
    let world = World::tiny();
    world.edit("kind = \"access\"", "kind = \"acces\"");
    let ran = refused(&world, &["acces", "access"]);
    assert_says_line(&ran, world.line_of("\"acces\""));
}

#[test]
fn territories_that_are_no_layer() {
    let world = World::tiny();
    world.edit("territories = \"districts\"", "territories = \"distritcs\"");
    let ran = refused(&world, &["distritcs", "districts"]);
    assert_says_line(&ran, world.line_of("distritcs"));
}

#[test]
fn a_reported_table_that_is_missing_or_lacks_a_column() {
    let reported = "[deficits.water]\nkind = \"reported\"\ntable = \"reported.csv\"\n\
                    indicator = \"water\"\nstandard = 24.0\nbetter = \"higher\"\n";
    let world = World::tiny();
    world.add(reported);
    refused(&world, &["reported.csv"]);
    let world = World::tiny();
    world.add(reported);
    world.write(
        "reported.csv",
        "territory,indicator,period,low,high,qualifier,unit,source\n01,water,2018,,,,h,plan\n",
    );
    refused(&world, &["reported.csv", "value"]);
}

#[test]
fn a_reported_value_that_is_no_number() {
    let world = World::tiny();
    world.add(
        "[deficits.water]\nkind = \"reported\"\ntable = \"reported.csv\"\n\
         indicator = \"water\"\nstandard = 24.0\nbetter = \"higher\"\n",
    );
    world.write(
        "reported.csv",
        "territory,indicator,period,value,low,high,qualifier,unit,source\n\
         01,water,2018,16,,,,h,plan\n02,water,2018,many,,,,h,plan\n",
    );
    let ran = refused(&world, &["reported.csv", "many"]);
    assert_says_line(&ran, 3);
}

#[test]
fn all_trouble_in_one_go() {
    let world = World::tiny();
    world.edit("people = \"population\"", "people = \"popluation\"");
    world.edit("kind = \"health\"", "kind = \"health\"\ncolour = \"red\"");
    world.edit("within_m = 60.0", "within_m = -60.0");
    world.edit("level = \"nivel\"", "level = \"nivle\"");
    fs::remove_file(world.file("posts.geojson")).expect("it was there");
    refused(&world, &["popluation", "colour", "within_m", "nivle", "posts.geojson"]);
}

#[test]
fn arguments_that_make_no_sense() {
    let world = World::tiny();
    let project = world.project().display().to_string();
    for arguments in [
        vec!["run"],
        vec!["run", &project, "--only", "tabels"],
        vec!["run", &project, "--lang", "qu"],
        vec!["run", &project, "--set", "project.fail_on"],
        vec!["run", &project, "--set", "project.fail_on=maybe"],
        vec!["run", &project, "--date", "yesterday"],
        vec!["runn", &project],
    ] {
        let ran = atalaya(world.folder(), &arguments);
        assert_eq!(ran.code, 2, "{arguments:?}: {}", ran.stderr);
        assert!(!world.out().exists(), "{arguments:?}");
    }
}

// ------------------------------------------------------------------------- fields

#[test]
fn a_territory_code_twice() {
    let world = World::tiny();
    world.layer(
        "districts",
        &[
            feature("t1", r#""code":"01","name":"One""#, &rect(0.0, 0.0, 100.0, 100.0)),
            feature(
                "t2",
                r#""code":" 01","name":"Two""#,
                &rect(100.0, 0.0, 200.0, 100.0),
            ),
        ],
    );
    refused(&world, &["districts", "01", "t2"]);
}

#[test]
fn territory_codes_that_the_tables_keep_for_themselves() {
    for code in ["_T", "_X"] {
        let world = World::tiny();
        let properties = format!(r#""code":"{code}","name":"One""#);
        world.layer(
            "districts",
            &[feature("t1", &properties, &rect(0.0, 0.0, 200.0, 100.0))],
        );
        refused(&world, &["districts", code, "t1"]);
    }
}

#[test]
fn a_territory_without_a_code() {
    for code in ["null", r#""  ""#] {
        let world = World::tiny();
        let properties = format!(r#""code":{code},"name":"Two""#);
        world.layer(
            "districts",
            &[
                feature(
                    "t1",
                    r#""code":"01","name":"One""#,
                    &rect(0.0, 0.0, 99.0, 100.0),
                ),
                feature("t2", &properties, &rect(99.0, 0.0, 200.0, 100.0)),
            ],
        );
        refused(&world, &["districts", "code", "t2"]);
    }
}

#[test]
fn a_level_that_is_null_or_unknown_names_the_feature() {
    for (level, piece) in [("null", "z2"), (r#""severe""#, "severe"), ("7", "7")] {
        let world = World::tiny();
        let zone = |id: &str, level: &str| {
            let level = format!(r#""nivel":{level}"#);
            feature(id, &level, &rect(0.0, 0.0, 50.0, 100.0))
        };
        world.layer("flood", &[zone("z1", r#""high""#), zone("z2", level)]);
        refused(&world, &["flood", "z2", "nivel", piece]);
    }
}

#[test]
fn negative_people_are_unknown_and_the_run_goes_on() {
    let world = World::tiny();
    world.layer(
        "blocks",
        &[good_block(), block("b2", "-40", &rect(120.0, 20.0, 180.0, 80.0))],
    );
    finished(&world, 1);
    assert_found(&world, "L007", "error", "blocks", "b2");
    assert!((people(&world, "_T", "high", "total") - 100.0).abs() < 1e-9);
    world.edit("fail_on = \"error\"", "fail_on = \"never\"");
    finished(&world, 0);
}

#[test]
fn people_that_are_no_number() {
    let world = World::tiny();
    world.layer(
        "blocks",
        &[good_block(), block("b2", r#""many""#, &rect(120.0, 20.0, 180.0, 80.0))],
    );
    finished(&world, 1);
    assert_found(&world, "L008", "error", "blocks", "b2");
    assert!((people(&world, "_T", "high", "total") - 100.0).abs() < 1e-9);
}

#[test]
fn warnings_fail_only_where_the_project_says_so() {
    let world = World::tiny();
    world.layer(
        "blocks",
        &[good_block(), block("b2", "null", &rect(120.0, 20.0, 180.0, 80.0))],
    );
    finished(&world, 0);
    assert_found(&world, "L006", "warning", "blocks", "b2");
    world.edit("fail_on = \"error\"", "fail_on = \"warning\"");
    finished(&world, 1);
}

// ----------------------------------------------------------------------- geometry

#[test]
fn an_empty_layer() {
    let world = World::tiny();
    world.layer("blocks", &[]);
    finished(&world, 0);
    assert_found(&world, "L009", "warning", "blocks", "");
    assert!(Table::of(&world.out(), "exposure").find(&[("layer", "blocks")]).is_empty());
    let deficits = Table::of(&world.out(), "deficits");
    assert_eq!(deficits.find(&[("value", ""), ("gap", ""), ("meets", "")]).len(), 3);
}

#[test]
fn an_empty_hazard() {
    let world = World::tiny();
    world.layer("flood", &[]);
    finished(&world, 0);
    assert_found(&world, "L009", "warning", "flood", "");
    assert!((people(&world, "_T", "none", "value") - 140.0).abs() < 1e-9);
}

#[test]
fn no_territory_at_all() {
    let world = World::tiny();
    world.layer("districts", &[]);
    refused(&world, &["districts"]);
}

#[test]
fn no_geometry_in_a_whole_layer() {
    let world = World::tiny();
    world.layer("blocks", &[block("b1", "100", "null"), block("b2", "40", "null")]);
    finished(&world, 0);
    assert_found(&world, "L002", "warning", "blocks", "b1");
    assert_found(&world, "L002", "warning", "blocks", "b2");
    assert!((people(&world, "_X", "not_studied", "value") - 140.0).abs() < 1e-9);
    assert!((people(&world, "_X", "not_studied", "total") - 140.0).abs() < 1e-9);
}

#[test]
fn no_geometry_in_the_territories() {
    let world = World::tiny();
    world.layer("districts", &[feature("t1", r#""code":"01","name":"One""#, "null")]);
    // What was found in the single features stands before the error.
    refused(&world, &["L002", "districts · t1", "districts"]);
}

#[test]
fn a_polygon_of_three_equal_points_with_people_is_a_point() {
    let world = World::tiny();
    world.layer(
        "blocks",
        &[good_block(), block("b2", "40", &polygon(&[(10.0, 10.0); 3]))],
    );
    finished(&world, 0);
    assert_found(&world, "G007", "warning", "blocks", "b2");
    // Half of b1 and all of b2, which lies in the zone.
    assert!((people(&world, "01", "high", "value") - 90.0).abs() < 1e-9);
}

#[test]
fn a_zone_of_three_equal_points_is_left_out() {
    let world = World::tiny();
    let zone = |id: &str, geometry: &str| feature(id, r#""nivel":"very_high""#, geometry);
    world.layer("flood", &[zone("z1", &polygon(&[(40.0, 40.0); 3]))]);
    finished(&world, 0);
    let findings = Table::of(&world.out(), "findings");
    assert!(!findings.find(&[("layer", "flood"), ("feature", "z1")]).is_empty());
    assert!(people(&world, "_T", "very_high", "value").abs() < 1e-9);
}

#[test]
fn coordinates_beyond_all_bounds() {
    let world = World::tiny();
    let huge = r#"{"type":"Polygon","coordinates":[[[1e308,0],[1e308,1e308],[0,-1e308],[1e308,0]]]}"#;
    world.layer("blocks", &[good_block(), block("b2", "40", huge)]);
    finished(&world, 1);
    assert_found(&world, "R002", "error", "blocks", "b2");
    assert!((people(&world, "01", "high", "value") - 50.0).abs() < 1e-9);
    assert!((people(&world, "_X", "not_studied", "value") - 40.0).abs() < 1e-9);
}

/// EPSG:1208 moves what lies here by 193.56 m west and 364.67 m south (PROJ 9.5.1, see
/// `conformance.rs`), so this zone lands on x 0..50, y 0..100. Its accuracy of 16 m moves the
/// east edge to 34 or 66: of the block from 20 to 80 that is 14 or 46 of 60 parts.
#[test]
fn a_zone_in_psad56_names_its_operation_and_widens_the_range() {
    let world = World::tiny();
    world.edit(
        "path = \"flood.geojson\"\ncrs = \"EPSG:32719\"",
        "path = \"flood.geojson\"\ncrs = \"EPSG:24879\"",
    );
    let zone = rect(193.56, 364.67, 243.56, 464.67);
    world.layer("flood", &[feature("z1", r#""nivel":"high""#, &zone)]);
    finished(&world, 0);
    let findings = Table::of(&world.out(), "findings");
    let told = findings.find(&[("code", "R004"), ("layer", "flood")]);
    let message = &told[0]["message"];
    assert!(message.contains("EPSG:1208") && message.contains("±16 m"), "{message}");
    let ends = [("low", 14.0), ("value", 30.0), ("high", 46.0)];
    for (column, parts) in ends {
        let found = people(&world, "01", "high", column);
        assert!((found - 100.0 * parts / 60.0).abs() < 0.1, "{column}: {found}");
    }
    let manifest = fs::read_to_string(world.out().join("manifest.json")).unwrap();
    assert!(manifest.contains("EPSG:1208"), "no operation in the manifest");
}

#[test]
fn a_number_that_no_float_holds() {
    let world = World::tiny();
    let huge = r#"{"type":"Point","coordinates":[1e400,8050000]}"#;
    world.layer("blocks", &[good_block(), block("b2", "40", huge)]);
    let ran = world.run(&[]);
    assert!([1, 2].contains(&ran.code), "{}", ran.stderr);
    assert_eq!(ran.code == 1, world.out().exists());
    assert!(ran.stderr.contains("blocks") || ran.code == 1, "{}", ran.stderr);
}

#[test]
fn a_hazard_far_away_from_every_territory() {
    let world = World::tiny();
    // 100 km to the east, still in zone 19.
    let far = rect(100_000.0, 0.0, 101_000.0, 1000.0);
    world.layer("flood", &[feature("z1", r#""nivel":"high""#, &far)]);
    finished(&world, 0);
    assert_found(&world, "A001", "warning", "flood", "*");
    assert!((people(&world, "_T", "none", "value") - 140.0).abs() < 1e-9);
}

#[test]
fn a_ring_that_is_not_closed_is_closed() {
    let world = World::tiny();
    let open = support::ring(&[(20.0, 20.0), (80.0, 20.0), (80.0, 80.0), (20.0, 80.0)]);
    let open = &open[..open.rfind(",[").expect("a closing point")];
    let shape = format!(r#"{{"type":"Polygon","coordinates":[{open}]]}}"#);
    world.layer("blocks", &[block("b1", "100", &shape)]);
    finished(&world, 0);
    assert_found(&world, "G001", "warning", "blocks", "b1");
    assert!((people(&world, "01", "high", "value") - 50.0).abs() < 1e-9);
}

#[test]
fn a_feature_that_is_no_geojson() {
    let world = World::tiny();
    let circle = r#"{"type":"Circle","coordinates":[250050,8050050],"radius":5}"#;
    world.layer("blocks", &[good_block(), block("b2", "40", circle)]);
    finished(&world, 1);
    assert_found(&world, "L004", "error", "blocks", "b2");
    assert!((people(&world, "01", "high", "value") - 50.0).abs() < 1e-9);
}

#[test]
fn points_where_areas_are_needed() {
    let world = World::tiny();
    let spot = feature("z1", r#""nivel":"high""#, &point(30.0, 30.0));
    let zone = polygon(&[(0.0, 0.0), (50.0, 0.0), (50.0, 100.0), (0.0, 100.0)]);
    world.layer("flood", &[spot.clone(), feature("z2", r#""nivel":"low""#, &zone)]);
    finished(&world, 0);
    assert_found(&world, "G013", "warning", "flood", "*");
    assert!(people(&world, "_T", "high", "value").abs() < 1e-9);
    // A hazard of points alone would silently be no hazard at all.
    let world = World::tiny();
    world.layer("flood", &[spot]);
    refused(&world, &["flood"]);
}

#[test]
fn the_project_is_found_from_any_folder() {
    let world = World::tiny();
    let ran = atalaya(
        Path::new("/"),
        &["run", &world.project().display().to_string(), "--only", "tables", "--quiet"],
    );
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(world.out().join("tables/exposure.csv").exists(), "beside the project file");
}
