//! A table joined to a layer, from the project file to the manifest.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::path::Path;

use atalaya::domain::Findings;
use atalaya::layers::{RawLayers, Value};
use atalaya::{config, geometry, layers};

const PROJECT: &str = r#"
[project]
id = "tiny"
working_crs = "EPSG:32719"
territories = "districts"

[layers.districts]
path = "districts.geojson"
crs = "EPSG:32719"
[layers.districts.territory]
code = "ubigeo"
people = "people"
name = "label"
[layers.districts.join]
path = "census.csv"
key = "UBIGEO"
to = "ubigeo"
fields = { people = "POB", label = "NOMBRE" }
delimiter = ";"
decimal = ","
encoding = "windows-1252"
"#;

const DISTRICTS: &str = r#"{"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"ubigeo":"080301"},"geometry":{"type":"Polygon","coordinates":
 [[[500000,8000000],[501000,8000000],[501000,8001000],[500000,8001000],[500000,8000000]]]}}]}"#;

fn folder(project: &str, table: &[u8]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    };
    write("p.toml", project.as_bytes());
    write("districts.geojson", DISTRICTS.as_bytes());
    write("census.csv", table);
    folder
}

fn read(folder: &Path) -> (config::Settings, Result<RawLayers, Vec<String>>) {
    let settings = config::load(&folder.join("p.toml"), &[]).unwrap();
    let layers = layers::read(&settings, &mut Findings::default());
    let layers = layers.map_err(|errors| {
        errors
            .0
            .iter()
            .map(|error| {
                let line = error.place.as_ref().map_or(0, |place| place.line);
                format!("{line}: {error}")
            })
            .collect()
    });
    (settings, layers)
}

#[test]
fn joined_columns_serve_as_fields_of_the_layer() {
    let folder = folder(PROJECT, b"UBIGEO;NOMBRE;POB\n080301;Pe\xF1\xF3n;1380,5\n");
    let (settings, layers) = read(folder.path());
    let layers = layers.unwrap();
    let columns = &layers.layers[0].data.columns;
    assert_eq!(columns["people"], [Value::Number(1380.5)]);
    assert_eq!(columns["label"], [Value::Text("Peñón".into())]);
    let area =
        geometry::prepare(layers, &settings, &mut Findings::default(), &mut ()).unwrap();
    let table = area.inputs.iter().find(|input| input.path == "census.csv").unwrap();
    assert_eq!((&*table.layer, &*table.format), ("districts", "CSV"));
    assert_eq!((table.features_read, table.features_kept), (1, 1));
    assert_eq!(area.territories[0].name, "Peñón");
}

#[test]
fn what_is_wrong_stands_at_the_line_of_the_project() {
    let repeated = b"UBIGEO;NOMBRE;POB\n080301;a;1\n080301;b;2\n";
    let (_, layers) = read(folder(PROJECT, repeated).path());
    assert_eq!(
        layers.unwrap_err(),
        ["16: `districts`: census.csv, line 3: the code `080301` is already on line 2."]
    );
    // A field that the layer lacks is told once, and not for those of the table.
    let project = PROJECT.replace("to = \"ubigeo\"", "to = \"code\"");
    let (_, layers) = read(folder(&project, b"UBIGEO;NOMBRE;POB\n").path());
    let told = layers.unwrap_err();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("17: `districts`: no feature of districts.geojson has"));
}

#[test]
fn the_table_shapes_the_digest_of_the_settings() {
    let table = b"UBIGEO;NOMBRE;POB\n080301;a;1\n";
    let (one, _) = read(folder(PROJECT, table).path());
    let other = PROJECT.replace("\"POB\"", "\"NOMBRE\"");
    let (two, _) = read(folder(&other, table).path());
    assert_ne!(one.digest, two.digest);
}

#[test]
fn a_join_without_fields_or_file_is_refused() {
    let cases = [
        ("fields = { people = \"POB\", label = \"NOMBRE\" }", "fields = []"),
        ("path = \"census.csv\"", "path = \"censu.csv\""),
        ("key = \"UBIGEO\"", ""),
        ("delimiter = \";\"", "separator = \";\""),
    ];
    for (from, to) in cases {
        let folder = folder(&PROJECT.replace(from, to), b"");
        let errors = config::load(&folder.path().join("p.toml"), &[]).unwrap_err();
        assert_eq!(errors.errors.len(), 1, "{to}: {:?}", errors.errors);
    }
}
