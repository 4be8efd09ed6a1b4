//! `inspect`: the trap in each of these files is found without being told, and right files
//! raise nothing. What is proposed for the project file is tried by a project.
//!
//! Coordinates in Ilo: -71.34, -17.63 is 251713 E, 8049213 N in EPSG:32719 (PROJ 9.5.1 through
//! pyproj 3.7). A plan in PSAD56 read as WGS 84 lies 193.5 m east and 364.7 m north of its place
//! there (the inverse of EPSG:1208, by the same program).

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::Path;

use serde_json::Value;
use support::{Ran, World, atalaya, collection, feature, point, rect};

/// Two districts of one square kilometre side by side, and two posts.
fn world() -> World {
    let world = World::empty();
    world.write(
        "project.toml",
        r#"[project]
id = "doctor"
title = "Doctor"
working_crs = "EPSG:32719"
territories = "districts"
locale = "en"
code_system = "INEI"

[layers.districts]
path = "districts.geojson"
crs = "EPSG:32719"

[layers.districts.territory]
code = "code"
name = "name"

[layers.posts]
path = "posts.geojson"
crs = "EPSG:32719"

[layers.posts.service]
kind = "health"

[outputs]
directory = "out"
"#,
    );
    world.layer("districts", &districts(0.0, 0.0));
    world.layer("posts", &[feature("a", "", &point(500.0, 500.0))]);
    world
}

/// The districts, moved by so many metres.
fn districts(east: f64, north: f64) -> [String; 2] {
    let square = |x: f64| rect(x + east, north, x + east + 1000.0, north + 1000.0);
    [
        feature("1", r#""code":"180301","name":"One""#, &square(0.0)),
        feature("2", r#""code":"180302","name":"Two""#, &square(1000.0)),
    ]
}

fn inspect(world: &World, arguments: &[&str]) -> Ran {
    atalaya(world.folder(), &[&["inspect"], arguments].concat())
}

/// The report on one file, as JSON.
fn seen(world: &World, arguments: &[&str]) -> Value {
    let ran = inspect(world, &[arguments, &["--json"]].concat());
    assert_eq!(ran.code, 0, "{arguments:?}: {}", ran.stderr);
    let report: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    report["files"][0]["layers"][0].clone()
}

/// Kinds of suspicion in a report, in order.
fn kinds(sheet: &Value) -> Vec<&str> {
    let all = sheet["suspicions"].as_array().expect("suspicions");
    all.iter().map(|known| known["kind"].as_str().expect("a kind")).collect()
}

fn suspicion<'s>(sheet: &'s Value, kind: &str) -> &'s Value {
    let all = sheet["suspicions"].as_array().expect("suspicions");
    all.iter().find(|known| known["kind"] == kind).unwrap_or_else(|| {
        panic!("no {kind} among {:?}", kinds(sheet));
    })
}

fn points(places: &[[f64; 2]], properties: &str) -> String {
    let features: Vec<String> = places
        .iter()
        .enumerate()
        .map(|(row, [x, y])| {
            let geometry = format!(r#"{{"type":"Point","coordinates":[{x},{y}]}}"#);
            let properties = properties.replace('#', &row.to_string());
            feature(&format!("p{row}"), &properties, &geometry)
        })
        .collect();
    collection(&features)
}

const ILO: [f64; 2] = [-71.34, -17.63];

fn around(count: usize) -> Vec<[f64; 2]> {
    (0..count)
        .map(|i| {
            #[expect(clippy::cast_precision_loss, reason = "a few")]
            let step = i as f64 * 0.001;
            [ILO[0] + step, ILO[1] + step]
        })
        .collect()
}

// ------------------------------------------------------------------ the traps

#[test]
fn meters_declared_as_degrees() {
    let world = World::empty();
    world.write("a.geojson", &points(&[[251_713.0, 8_049_213.0]; 3], ""));
    let sheet = seen(&world, &["a.geojson"]);
    assert_eq!(kinds(&sheet), ["meters_as_degrees"]);
    assert_eq!(sheet["project_keys"]["crs"], "EPSG:32719");
    let west = sheet["extent"]["degrees"][0].as_f64().expect("a longitude");
    assert!((west - ILO[0]).abs() < 1e-5, "{west}");
}

#[test]
fn swapped_axes() {
    let world = World::empty();
    let turned: Vec<[f64; 2]> = around(3).iter().map(|[x, y]| [*y, *x]).collect();
    world.write("a.geojson", &points(&turned, ""));
    let sheet = seen(&world, &["a.geojson"]);
    assert_eq!(kinds(&sheet), ["swapped_axes"]);
    assert_eq!(sheet["extent"]["degrees"][0], -71.34);
}

#[test]
fn a_plan_in_psad56() {
    let world = world();
    let member = r#""crs":{"type":"name","properties":{"name":"EPSG:32719"}},"features""#;
    let moved = collection(&districts(193.5, 364.7)).replacen("\"features\"", member, 1);
    world.write("plan.geojson", &moved);
    let sheet = seen(&world, &["plan.geojson", "--project", "project.toml"]);
    let found = suspicion(&sheet, "other_datum");
    let values = &found["values"];
    let told = ["east", "east_side", "north", "north_side", "datum", "system", "after"];
    let told = told.map(|name| values[name].as_str().expect("a text"));
    assert_eq!(told, ["194", "e", "365", "n", "PSAD56", "EPSG:24879", "0"]);
    // The districts themselves, and a plan that is 300 m off the other way, are not.
    let right = seen(&world, &["districts.geojson", "--project", "project.toml"]);
    assert!(!kinds(&right).contains(&"other_datum"), "{:?}", kinds(&right));
    let moved = collection(&districts(-193.5, 250.0)).replacen("\"features\"", member, 1);
    world.write("other.geojson", &moved);
    let other = seen(&world, &["other.geojson", "--project", "project.toml"]);
    assert!(!kinds(&other).contains(&"other_datum"), "{:?}", kinds(&other));
}

#[test]
fn a_zone_too_far_west() {
    let world = world();
    let text = points(&[[250_500.0, 8_050_500.0]; 2], "");
    let member = r#""crs":{"type":"name","properties":{"name":"EPSG:32718"}},"features""#;
    world.write("a.geojson", &text.replacen("\"features\"", member, 1));
    let sheet = seen(&world, &["a.geojson", "--project", "project.toml"]);
    assert_eq!(kinds(&sheet), ["wrong_zone"]);
    assert_eq!(suspicion(&sheet, "wrong_zone")["values"]["other"], "EPSG:32719");
}

#[test]
fn codes_as_numbers_and_without_their_zero() {
    let world = World::empty();
    world.write("a.geojson", &points(&around(3), r#""Ubigeo":180301.0"#));
    let sheet = seen(&world, &["a.geojson"]);
    assert_eq!(kinds(&sheet), ["code_is_number"]);
    let arequipa = [[-71.54, -16.40], [-71.53, -16.41]];
    world.write("b.geojson", &points(&arequipa, r#""UBIGEO":40101"#));
    let sheet = seen(&world, &["b.geojson"]);
    assert_eq!(kinds(&sheet), ["zeros_lost"]);
    assert_eq!(suspicion(&sheet, "zeros_lost")["values"]["restored"], "040101");
}

#[test]
fn a_row_for_each_service_of_a_facility() {
    let world = World::empty();
    let rows =
        [(1, "a"), (2, "a"), (3, "a"), (3, "b"), (3, "c"), (4, "a"), (5, "a"), (6, "a")]
            .map(|(code, service)| format!("{code},{service},-71.3{code},-17.63"));
    world.write("a.csv", &format!("cod_unico,service,lon,lat\n{}\n", rows.join("\n")));
    let sheet = seen(&world, &["a.csv"]);
    assert_eq!(kinds(&sheet), ["repeated_code", "coordinate_columns"]);
    let values = &suspicion(&sheet, "repeated_code")["values"];
    let told = ["count", "rows", "codes", "same", "example"];
    let told = told.map(|name| values[name].as_str().expect("a text"));
    assert_eq!(told, ["2", "8", "6", "2", "3"]);
}

#[test]
fn codes_of_the_civil_registry() {
    let world = World::empty();
    world.write("a.geojson", &points(&around(3), r#""ubigeo":"170301""#));
    assert_eq!(kinds(&seen(&world, &["a.geojson"])), ["reniec_codes"]);
    world.write("b.geojson", &points(&around(3), r#""ubigeo":"180301""#));
    assert_eq!(kinds(&seen(&world, &["b.geojson"])), [""; 0]);
}

/// A table as Excel in Spanish writes it.
const SPANISH: &[u8] =
    b"nombre;este;norte;area\r\nPe\xF1\xF3n;250500,5;8050500,2;1380,6\r\n\
    Pampa;250600,5;8050600,2;12\r\n";

#[test]
fn a_table_as_excel_writes_it() {
    let world = world();
    fs::write(world.file("a.csv"), SPANISH).expect("a file");
    let sheet = seen(&world, &["a.csv"]);
    let expected = ["encoding", "delimiter", "decimal_comma", "coordinate_columns"];
    assert_eq!(kinds(&sheet), expected);
    let keys = &sheet["project_keys"];
    let told = ["crs", "x", "y", "delimiter", "decimal", "encoding"]
        .map(|key| keys[key].as_str().unwrap_or_default());
    assert_eq!(told, ["EPSG:32719", "este", "norte", ";", ",", "windows-1252"]);
    assert_eq!(sheet["text"]["encoding"], "Windows-1252 (Latin-1)");
}

#[test]
fn what_is_proposed_can_be_pasted_into_the_project() {
    let world = world();
    fs::write(world.file("a.csv"), SPANISH).expect("a file");
    let ran = inspect(&world, &["a.csv", "--lang", "en"]);
    let lines: Vec<&str> = ran
        .stdout
        .lines()
        .skip_while(|line| !line.contains("[layers.a]"))
        .take_while(|line| line.starts_with("    "))
        .map(str::trim)
        .collect();
    assert_eq!(lines.len(), 8, "{}", ran.stdout);
    world.add(&format!("{}\n[layers.a.exposure]\n", lines.join("\n")));
    let ran = atalaya(world.folder(), &["check", "project.toml"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
}

#[test]
fn degrees_in_columns_for_metres_and_the_wrong_way_round() {
    let world = World::empty();
    world.write("a.csv", "id,NORTE,ESTE\n1,-71.34,-17.63\n2,-71.33,-17.62\n");
    let sheet = seen(&world, &["a.csv"]);
    assert_eq!(kinds(&sheet), ["swapped_columns", "coordinate_columns"]);
    let keys = &sheet["project_keys"];
    assert_eq!((&keys["x"], &keys["y"]), (&"NORTE".into(), &"ESTE".into()));
    assert_eq!(keys["crs"], "EPSG:4326");
    assert_eq!(sheet["extent"]["degrees"][0], -71.34);
}

/// A `.shp` with one point and nothing beside it.
fn lone_shapes(x: f64, y: f64) -> Vec<u8> {
    let mut bytes = vec![0; 100];
    bytes[..4].copy_from_slice(&9994i32.to_be_bytes());
    bytes[24..28].copy_from_slice(&64i32.to_be_bytes());
    bytes[28..32].copy_from_slice(&1000i32.to_le_bytes());
    bytes[32..36].copy_from_slice(&1i32.to_le_bytes());
    bytes.extend(1i32.to_be_bytes());
    bytes.extend(10i32.to_be_bytes());
    bytes.extend(1i32.to_le_bytes());
    bytes.extend(x.to_le_bytes());
    bytes.extend(y.to_le_bytes());
    bytes
}

#[test]
fn shapes_without_their_other_files() {
    let world = world();
    fs::write(world.file("a.shp"), lone_shapes(250_500.0, 8_050_500.0)).expect("a file");
    let sheet = seen(&world, &["a.shp", "--project", "project.toml"]);
    assert_eq!(kinds(&sheet), ["no_crs", "missing_companion"]);
    let files = &suspicion(&sheet, "missing_companion")["values"]["files"];
    assert_eq!(files, ".prj, .dbf, .shx");
    assert_eq!(sheet["project_keys"]["crs"], "EPSG:32719");
    assert_eq!(sheet["place"]["inside"], 1);
}

#[test]
fn all_layers_of_a_container_are_told() {
    let world = World::empty();
    let mut zip =
        zip::ZipWriter::new(fs::File::create(world.file("a.zip")).expect("a file"));
    let plain = zip::write::SimpleFileOptions::default();
    for (name, x) in [("lotes/b.shp", 252_000.0), ("a.shp", 251_000.0)] {
        zip.start_file(name, plain).expect("a file in the archive");
        zip.write_all(&lone_shapes(x, 8_050_000.0)).expect("bytes");
    }
    zip.finish().expect("an archive");
    let ran = inspect(&world, &["a.zip", "--json"]);
    let report: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    let file = &report["files"][0];
    assert_eq!((&file["format"], &file["layer_count"]), (&"Shapefile".into(), &2.into()));
    let layers = file["layers"].as_array().expect("layers");
    let told: Vec<_> = layers
        .iter()
        .map(|layer| (&layer["name"], &layer["project_keys"]["layer"], kinds(layer)))
        .collect();
    let expected = ["no_crs", "missing_companion", "several_layers"].to_vec();
    let [a, b] = ["a", "lotes/b"].map(Value::from);
    assert_eq!(told, [(&a, &a, expected.clone()), (&b, &b, expected)]);
}

#[test]
fn letters_that_were_lost_or_encoded_twice() {
    let world = World::empty();
    world.write("a.geojson", &points(&around(2), "\"name\":\"Macahar\u{FFFD}\""));
    assert_eq!(kinds(&seen(&world, &["a.geojson"])), ["lost_letters"]);
    world.write("b.geojson", &points(&around(2), r#""name":"PeÃ±Ã³n""#));
    assert_eq!(kinds(&seen(&world, &["b.geojson"])), ["double_encoding"]);
}

#[test]
fn places_at_zero() {
    let world = World::empty();
    let places = [around(3), vec![[0.0, 0.0]]].concat();
    world.write("a.geojson", &points(&places, ""));
    let sheet = seen(&world, &["a.geojson"]);
    assert_eq!(kinds(&sheet), ["zero_coordinates"]);
    // They do not make the layer as large as the ocean.
    assert_eq!(sheet["extent"]["degrees"][2], -71.338);
}

#[test]
fn numbers_written_in_two_ways() {
    let world = World::empty();
    let text = "id;area\n1;1.380,6\n2;1,523.44\n3;12\n";
    world.write("a.csv", text);
    let sheet = seen(&world, &["a.csv"]);
    assert!(kinds(&sheet).contains(&"mixed_numbers"), "{:?}", kinds(&sheet));
}

#[test]
fn points_outside_all_territories() {
    let world = world();
    let inside = |x: f64| feature(&format!("in{x}"), "", &point(x, 500.0));
    let all = [inside(100.0), inside(900.0), inside(1500.0)];
    let stray = feature("stray", "", &point(2500.0, 500.0));
    let text = collection(&[&all[..], &[stray]].concat());
    let member = r#""crs":{"type":"name","properties":{"name":"EPSG:32719"}},"features""#;
    world.write("a.geojson", &text.replacen("\"features\"", member, 1));
    let sheet = seen(&world, &["a.geojson", "--project", "project.toml"]);
    assert_eq!(kinds(&sheet), ["outside_territories"]);
    let values = &suspicion(&sheet, "outside_territories")["values"];
    // 2500 m is 500 m east of the edge at 2000 m.
    assert_eq!((&values["ids"], &values["farthest"]), (&"stray".into(), &"500".into()));
    assert_eq!(sheet["place"]["inside"], 3);
}

#[test]
fn rows_of_another_width() {
    let world = World::empty();
    world.write("a.csv", "id,lon,lat\n1,-71.3,-17.6\n2,-71.3\n");
    let ran = inspect(&world, &["a.csv", "--json"]);
    let report: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    assert_eq!(ran.code, 2);
    let sheet = &report["files"][0]["layers"][0];
    assert_eq!(suspicion(sheet, "ragged_rows")["values"]["line"], "3");
}

// ------------------------------------------------------------- right files

#[test]
fn a_right_file_raises_nothing_and_stays_as_it_is() {
    let world = world();
    let text = points(&around(4), r#""code":"A-#","name":"Peñón","beds":3"#);
    world.write("a.geojson", &text);
    let sheet = seen(&world, &["a.geojson"]);
    assert_eq!(kinds(&sheet), [""; 0]);
    assert_eq!(sheet["counts"]["points"], 4);
    assert_eq!(sheet["crs"]["evidence"], "rfc7946");
    let fields = sheet["fields"].as_array().expect("fields");
    let told: Vec<_> = fields.iter().map(|f| (&f["name"], &f["type"])).collect();
    let expected =
        [("beds", "integer"), ("code", "text"), ("name", "text")].map(|(n, t)| (n, t));
    let expected: Vec<(Value, Value)> =
        expected.iter().map(|(n, t)| (Value::from(*n), Value::from(*t))).collect();
    assert_eq!(told, expected.iter().map(|(n, t)| (n, t)).collect::<Vec<_>>());
    assert_eq!(fs::read_to_string(world.file("a.geojson")).expect("a file"), text);
    let names: Vec<_> = fs::read_dir(world.folder())
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    assert_eq!(names.len(), 4, "{names:?}");
}

#[test]
fn data_of_elsewhere_raise_nothing() {
    let world = World::empty();
    world.write("a.geojson", &points(&[[-100.0, 40.7], [2.35, 48.85]], ""));
    assert_eq!(kinds(&seen(&world, &["a.geojson"])), [""; 0]);
}

#[test]
fn the_report_speaks_both_languages() {
    let world = World::empty();
    world.write("a.geojson", &points(&around(3), r#""ubigeo":"170301""#));
    let spanish = inspect(&world, &["a.geojson", "--lang", "es"]);
    let english = inspect(&world, &["a.geojson", "--lang", "en"]);
    assert!(spanish.stdout.contains("RENIEC, no de INEI"), "{}", spanish.stdout);
    assert!(english.stdout.contains("RENIEC, not of INEI"), "{}", english.stdout);
    assert_eq!((spanish.stderr.as_str(), english.stderr.as_str()), ("", ""));
    let alias = atalaya(world.folder(), &["inspeccionar", "a.geojson", "--lang", "es"]);
    assert_eq!(alias.stdout, spanish.stdout);
    let marks: Vec<char> =
        spanish.stdout.chars().filter(|c| "{}@".contains(*c)).collect();
    assert!(marks.is_empty(), "{}", spanish.stdout);
}

// ---------------------------------------------------------------- bad input

#[test]
fn what_is_no_file_is_an_error_and_the_others_are_told() {
    let world = World::empty();
    world.write("good.geojson", &points(&around(2), ""));
    world.write("empty.geojson", "");
    world.write("deep.geojson", &"[".repeat(10_000));
    fs::create_dir(world.file("folder.shp")).expect("a folder");
    for bad in ["none.csv", "folder.shp", "empty.geojson", "deep.geojson"] {
        let ran = inspect(&world, &[bad, "good.geojson"]);
        assert_eq!(ran.code, 2, "{bad}");
        assert!(ran.stderr.contains(bad), "{bad}: {}", ran.stderr);
        assert!(ran.stdout.starts_with("good.geojson"), "{bad}: {}", ran.stdout);
        let ran = inspect(&world, &[bad, "good.geojson", "--json"]);
        let report: Value = serde_json::from_str(&ran.stdout).expect("JSON");
        assert!(report["files"][0]["error"].is_string(), "{bad}");
        assert!(report["files"][1]["error"].is_null(), "{bad}");
    }
}

#[cfg(unix)]
#[test]
fn pipes_and_loops_of_links_do_not_hang() {
    let world = World::empty();
    let pipe = world.file("pipe.geojson");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.is_ok_and(|status| status.success()), "mkfifo");
    std::os::unix::fs::symlink("loop.csv", world.file("loop.csv")).expect("a link");
    for bad in ["pipe.geojson", "loop.csv"] {
        let ran = inspect(&world, &[bad]);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{bad}");
    }
}

// ------------------------------------------------------- the same in a run

/// Codes of the findings that `check` lists, with how many there are.
fn checked(world: &World) -> BTreeMap<String, String> {
    let ran = atalaya(world.folder(), &["check", "project.toml"]);
    assert_ne!(ran.code, 2, "{}", ran.stderr);
    let is_code = |word: &str| {
        word.len() == 4 && word[1..].bytes().all(|byte| byte.is_ascii_digit())
    };
    ran.stderr
        .lines()
        .filter_map(|line| line.split_once(' '))
        .filter(|(word, _)| is_code(word))
        .map(|(word, rest)| (word.to_owned(), rest.to_owned()))
        .collect()
}

#[test]
fn check_suspects_what_the_doctor_does() {
    let world = world();
    assert_eq!(checked(&world), BTreeMap::new());
    world.layer("plan", &districts(193.5, 364.7));
    world.add("[layers.plan]\npath = \"plan.geojson\"\ncrs = \"EPSG:32719\"\n\n[layers.plan.context]\nkind = \"sector\"\nname = \"name\"\n");
    assert_eq!(checked(&world).into_keys().collect::<Vec<_>>(), ["R008"]);
}

#[test]
fn check_suspects_codes_letters_and_facilities() {
    let world = world();
    let text = fs::read_to_string(world.file("districts.geojson")).expect("a file");
    let text = text.replace("18030", "17030").replace("Two", "T\u{FFFD}");
    world.write("districts.geojson", &text);
    let post = |id: &str| feature(id, "", &point(500.0, 500.0));
    world.layer("posts", &[post("a"), post("b")]);
    let found: Vec<String> = checked(&world).into_keys().collect();
    assert_eq!(found, ["L026", "L027"]);
    // Only where facilities are counted does it matter that they stand in one place.
    world.layer("blocks", &[feature("b", r#""people":9"#, &rect(0.0, 0.0, 9.0, 9.0))]);
    world.add(
        "[layers.blocks]\npath = \"blocks.geojson\"\ncrs = \"EPSG:32719\"\n\n\
         [layers.blocks.exposure]\npeople = \"people\"\n\n[deficits.posts]\n\
         kind = \"people_per_unit\"\nservice = \"posts\"\npeople = \"blocks\"\nstandard = 10.0\n",
    );
    let found: Vec<String> = checked(&world).into_keys().collect();
    assert_eq!(found, ["L026", "L027", "L028"]);
}

#[test]
fn the_documents_name_every_kind() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/inspect.md");
    let text = fs::read_to_string(path).expect("the document");
    for kind in atalaya::doctor::Kind::ALL {
        let row = format!("| `{}` | {} |", kind.id(), kind.severity().id());
        assert!(text.contains(&row), "docs/inspect.md lacks {row}");
        for locale in [atalaya::i18n::Locale::Es, atalaya::i18n::Locale::En] {
            let catalogue = atalaya::i18n::catalogue(locale);
            assert!(
                catalogue.contains_key(kind.key()),
                "{locale:?} lacks {}",
                kind.key()
            );
        }
    }
}
