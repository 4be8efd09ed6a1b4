//! Exports through the program: what is asked for is there, in the manifest, the same bytes
//! on any number of threads, and says the same as the tables.

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use atalaya::domain::Digest;
use support::{Ran, Table, World, atalaya, files_under};

/// Every format that this build can write.
fn formats() -> String {
    let all = atalaya::config::ExportFormat::ALL;
    let can: Vec<String> = all
        .iter()
        .filter(|format| format.lacking_feature().is_none())
        .map(|format| format!("\"{}\"", format.id()))
        .collect();
    format!("[{}]", can.join(", "))
}

fn world(exports: &str) -> World {
    let world = World::tiny();
    // The project ends in its table `[outputs]`.
    world.add(&format!("exports = {exports}\n"));
    world
}

fn run(world: &World, out: &Path, more: &[&str]) -> Ran {
    let (project, out) = (world.project(), out.display().to_string());
    let project = project.display().to_string();
    let mut arguments = vec!["run", &project, "--out", &out];
    arguments.extend(more);
    atalaya(world.folder(), &arguments)
}

fn manifest(out: &Path) -> serde_json::Value {
    let bytes = fs::read(out.join("manifest.json")).expect("a run writes it");
    serde_json::from_slice(&bytes).expect("it is JSON")
}

#[test]
fn every_export_is_in_the_manifest_and_the_same_on_any_number_of_threads() {
    let world = world(&formats());
    let mut runs: Vec<BTreeMap<String, Vec<u8>>> = Vec::new();
    for threads in ["1", "2"] {
        let out = world.file(threads);
        let ran = run(&world, &out, &["--only", "tables,exports", "--threads", threads]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let manifest = manifest(&out);
        assert_eq!(manifest["options"]["only"], "tables,exports");
        let mut files = files_under(&out);
        files.remove("manifest.json");
        let listed = manifest["outputs"].as_array().expect("a list");
        assert_eq!(listed.len(), files.len());
        for output in listed {
            let bytes = &files[output["path"].as_str().expect("a path")];
            assert_eq!(output["sha256"], Digest::of(bytes).as_str());
        }
        runs.push(files);
    }
    for (path, bytes) in &runs[0] {
        assert!(runs[1][path] == *bytes, "{path} depends on the number of threads");
    }
    for expected in [
        "datapackage.json",
        "dcat.jsonld",
        "exports/csv/exposed_blocks.csv",
        "exports/fgb/zones_flood.fgb",
        "exports/geojson/territories.geojson",
        "exports/shp/exposed_blocks.prj",
        "exports/tiny.xlsx",
        "tables/dictionary.csv",
        "tables/territories.csv",
    ] {
        assert!(runs[0].contains_key(expected), "{expected} is missing");
    }
}

#[test]
fn features_add_up_to_the_tables() {
    let world = world("[\"csv\"]");
    let out = world.out();
    assert_eq!(run(&world, &out, &["--only", "tables,exports"]).code, 0);
    let exposed = Table::read(&out.join("exports/csv/exposed_blocks.csv"));
    let number = |id: &str, column: &str| exposed.number(&[("id", id)], column);
    // Block 1 reaches from 20 to 80 m, the zone to 50 m: a half of it.
    assert!((number("b1", "flood_high") - 0.5).abs() < 1e-12);
    assert!((number("b1", "any_none") - 0.5).abs() < 1e-12);
    assert!((number("b2", "flood_none") - 1.0).abs() < 1e-12);
    let people: f64 = ["b1", "b2"]
        .iter()
        .map(|id| number(id, "people") * number(id, "flood_high"))
        .sum();
    let table = Table::of(&out, "exposure");
    let key = [
        ("territory", "_T"),
        ("hazard", "flood"),
        ("level", "high"),
        ("layer", "blocks"),
        ("measure", "people"),
    ];
    assert!((table.number(&key, "value") - people).abs() < 1e-9);
    let territories = Table::read(&out.join("exports/csv/territories.csv"));
    let first = [("code", "01")];
    assert!((territories.number(&first, "blocks_people_flood_high") - 50.0).abs() < 1e-9);
    assert!((territories.number(&first, "blocks_people_total") - 100.0).abs() < 1e-9);
    let zones = Table::read(&out.join("exports/csv/zones_flood.csv"));
    assert!((zones.number(&[("level", "high")], "area_m2") - 5000.0).abs() < 1e-9);
}

#[test]
fn geometry_leaves_in_the_working_crs_and_as_degrees() {
    let world = world("[\"shp\", \"geojson\"]");
    let out = world.out();
    assert_eq!(run(&world, &out, &["--only", "exports"]).code, 0);
    assert!(!out.join("tables").exists(), "only exports were asked for");
    let prj = fs::read_to_string(out.join("exports/shp/territories.prj")).unwrap();
    assert!(prj.starts_with("PROJCS[\"WGS_1984_UTM_Zone_19S\""), "{prj}");
    assert_eq!(fs::read(out.join("exports/shp/territories.cpg")).unwrap(), b"UTF-8");
    let shapes = shapefile::read_shapes(out.join("exports/shp/territories.shp")).unwrap();
    let shapefile::Shape::Polygon(first) = &shapes[0] else { panic!("no polygon") };
    assert!((first.bbox().min.x - 250_000.0).abs() < 1e-5);
    let text =
        fs::read_to_string(out.join("exports/geojson/territories.geojson")).unwrap();
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let corner = &json["features"][0]["geometry"]["coordinates"][0][0][0];
    let (lon, lat) = (corner[0].as_f64().unwrap(), corner[1].as_f64().unwrap());
    assert!((-71.5..-71.2).contains(&lon) && (-17.7..-17.5).contains(&lat), "{corner}");
}

#[test]
fn a_data_package_brings_the_tables_that_it_describes() {
    let world = world("[\"datapackage\"]");
    let out = world.out();
    assert_eq!(run(&world, &out, &["--only", "exports"]).code, 0);
    let bytes = fs::read(out.join("datapackage.json")).unwrap();
    let package: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    let resources = package["resources"].as_array().unwrap();
    assert_eq!(resources.len(), 10);
    for resource in resources {
        let path = resource["path"].as_str().unwrap();
        let bytes = fs::read(out.join(path)).expect("it is there");
        let digest = Digest::of(&bytes);
        assert_eq!(resource["hash"], format!("sha256:{}", digest.as_str()));
        // Every column of the file is described, in order.
        let text = String::from_utf8(bytes).unwrap();
        let header = text.lines().next().unwrap();
        let fields = resource["schema"]["fields"].as_array().unwrap();
        let names: Vec<&str> =
            fields.iter().map(|f| f["name"].as_str().unwrap()).collect();
        assert_eq!(names.join(","), header, "{path}");
    }
}

#[test]
fn the_record_of_a_portal_names_files_that_are_there_and_the_dictionary_every_column() {
    let world = world("[\"csv\", \"datapackage\"]");
    let out = world.out();
    assert_eq!(run(&world, &out, &["--only", "tables,exports"]).code, 0);
    let record = fs::read(out.join("dcat.jsonld")).unwrap();
    let record: serde_json::Value = serde_json::from_slice(&record).unwrap();
    assert_eq!(record["@type"], "dcat:Dataset");
    assert_eq!(record["dct:title"][0]["@value"], "Tiny");
    let files = record["dcat:distribution"].as_array().unwrap();
    assert!(files.len() > 8, "{}", files.len());
    for file in files {
        let path = file["dcat:downloadURL"]["@id"].as_str().unwrap();
        let bytes = fs::read(out.join(path)).expect("it is there");
        assert_eq!(file["dcat:byteSize"], bytes.len(), "{path}");
        let digest = Digest::of(&bytes);
        assert_eq!(
            file["spdx:checksum"]["spdx:checksumValue"],
            digest.as_str(),
            "{path}"
        );
    }
    let dictionary = Table::of(&out, "dictionary");
    for table in ["exposure", "indicators", "territories"] {
        let told = dictionary.find(&[("table", &format!("{table}.csv"))]);
        let told: Vec<&str> = told.iter().map(|row| row["column"].as_str()).collect();
        assert_eq!(told, Table::of(&out, table).header, "{table}");
    }
    for row in &dictionary.rows {
        assert!(!row["description_es"].is_empty() && !row["description_en"].is_empty());
    }
}

#[test]
fn what_cannot_be_exported_is_told_before_any_work() {
    let unknown = world("[\"gpk\"]");
    let ran = run(&unknown, &unknown.out(), &[]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("gpkg"), "{}", ran.stderr);
    let none = World::tiny();
    let ran = run(&none, &none.out(), &["--only", "exports", "--lang", "en"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("exports = [\"gpkg\", \"xlsx\"]"), "{}", ran.stderr);
    assert!(!none.out().exists());
    let absent = run(&none, &none.out(), &["--only", "tables"]);
    assert_eq!(absent.code, 0, "{}", absent.stderr);
    assert!(!none.out().join("exports").exists());
}

#[cfg(feature = "geopackage")]
#[test]
fn a_geopackage_holds_every_layer_with_its_style() {
    use rusqlite::Connection;
    let world = world("[\"gpkg\"]");
    let out = world.out();
    assert_eq!(run(&world, &out, &["--only", "exports"]).code, 0);
    let file = Connection::open(out.join("exports/tiny.gpkg")).unwrap();
    let one = |sql: &str| -> String {
        use rusqlite::types::Value;
        match file.query_row(sql, [], |row| row.get::<_, Value>(0)) {
            Ok(Value::Text(text)) => text,
            Ok(Value::Integer(number)) => number.to_string(),
            Ok(other) => format!("{other:?}"),
            Err(error) => panic!("{sql}: {error}"),
        }
    };
    let cases = [
        ("PRAGMA application_id", "1196444487"),
        ("PRAGMA user_version", "10300"),
        ("PRAGMA integrity_check", "ok"),
        ("SELECT group_concat(srs_id) FROM gpkg_spatial_ref_sys", "-1,0,4326,32719"),
        (
            "SELECT group_concat(table_name) FROM (SELECT table_name FROM gpkg_contents \
             WHERE data_type = 'features' ORDER BY table_name)",
            "exposed_blocks,territories,zones_flood",
        ),
        (
            "SELECT geometry_type_name FROM gpkg_geometry_columns \
             WHERE table_name = 'zones_flood'",
            "MULTIPOLYGON",
        ),
        ("SELECT count(*) FROM exposed_blocks", "2"),
        ("SELECT any_level FROM exposed_blocks WHERE id = 'b1'", "high"),
        ("SELECT hex(substr(geom, 1, 4)) FROM zones_flood", "47500003"),
        (
            "SELECT count(*) FROM layer_styles WHERE useAsDefault = 1 AND \
             styleQML LIKE '%255,192,0,255%'",
            "2",
        ),
        ("SELECT last_change FROM gpkg_contents LIMIT 1", "1970-01-01T00:00:00.000Z"),
    ];
    for (sql, expected) in cases {
        assert_eq!(one(sql), expected, "{sql}");
    }
}
