//! What files do that mean harm, or were broken by accident: a clear error or a finding, in
//! bounded memory and time. The program is run under limits of the system, so what takes
//! too much of either ends without the message that is looked for. No file here is large:
//! the harm lies in what the bytes ask for.

#![cfg(target_os = "linux")]

mod support;

use std::fs;
use std::io::Write as _;
use std::process::Command;

use support::{Ran, World, feature, point};
use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

/// Address space in KiB: what the program may use at most, with its threads' stacks.
const SPACE: u32 = 900_000;
/// Seconds of processor time, for a build without optimisation.
const SECONDS: u32 = 60;

/// Checks a project under limits.
fn limited(world: &World) -> Ran {
    let script =
        format!("ulimit -v {SPACE} && ulimit -t {SECONDS} && exec \"$0\" \"$@\"");
    let output = Command::new("sh")
        .args(["-c", &script, env!("CARGO_BIN_EXE_atalaya"), "check"])
        .arg(world.project())
        .args(["--lang", "en", "--threads", "2"])
        .output()
        .expect("a shell can be started");
    Ran {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// The tiny world with another file for its blocks, and these keys about it.
fn with_blocks(name: &str, bytes: &[u8], keys: &str) -> World {
    let world = World::tiny();
    let old = "path = \"blocks.geojson\"\ncrs = \"EPSG:32719\"";
    world.edit(old, &format!("path = \"{name}\"\n{keys}"));
    fs::write(world.file(name), bytes).expect("the temporary folder can be written");
    world
}

/// The check is refused, and says this of this file.
fn assert_refused(world: &World, file: &str, said: &str) {
    let ran = limited(world);
    assert_eq!(ran.code, 2, "{file}: {}", ran.stderr);
    for piece in [file, said] {
        assert!(ran.stderr.contains(piece), "no `{piece}` in\n{}", ran.stderr);
    }
}

const METRES: &str = "crs = \"EPSG:32719\"";

/// An archive of files, each with its name.
fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options =
        SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, bytes) in files {
        writer.start_file(*name, options).expect("a file in memory");
        writer.write_all(bytes).expect("a file in memory");
    }
    writer.finish().expect("a file in memory").into_inner()
}

/// Everything below means something only if the limits let the right world pass.
#[test]
fn the_limits_are_wide_enough_for_what_is_right() {
    let ran = limited(&World::tiny());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
}

// -------------------------------------------------------------------- the file system

#[test]
fn links_that_lead_in_circles() {
    let world = with_blocks("a.geojson", b"", METRES);
    fs::remove_file(world.file("a.geojson")).expect("it was there");
    std::os::unix::fs::symlink("b.geojson", world.file("a.geojson")).expect("a link");
    std::os::unix::fs::symlink("a.geojson", world.file("b.geojson")).expect("a link");
    assert_refused(&world, "a.geojson", "blocks");
}

#[test]
fn a_pipe_that_nobody_writes_into() {
    let world = with_blocks("a.geojson", b"", METRES);
    fs::remove_file(world.file("a.geojson")).expect("it was there");
    let made = Command::new("mkfifo").arg(world.file("a.geojson")).status();
    assert!(made.expect("mkfifo can be started").success());
    assert_refused(&world, "a.geojson", "is not a regular file");
}

#[test]
fn a_pipe_or_a_folder_beside_a_shapefile() {
    let folder = |world: &World, name: &str| {
        fs::create_dir(world.file(name)).expect("a folder");
    };
    let pipe = |world: &World, name: &str| {
        let made = Command::new("mkfifo").arg(world.file(name)).status();
        assert!(made.expect("mkfifo can be started").success());
    };
    for make in [&folder as &dyn Fn(&World, &str), &pipe] {
        for companion in ["a.dbf", "a.shx", "a.prj", "a.cpg"] {
            let world = with_blocks("a.shp", &shapes(&[]), METRES);
            make(&world, companion);
            assert_refused(&world, "a.shp", "blocks");
        }
    }
}

#[test]
fn a_folder_for_a_file() {
    let world = with_blocks("a.gpkg", b"", METRES);
    fs::remove_file(world.file("a.gpkg")).expect("it was there");
    fs::create_dir(world.file("a.gpkg")).expect("a folder");
    assert_refused(&world, "a.gpkg", "is a folder");
}

// --------------------------------------------------------------------------- archives

#[test]
fn archives_that_inflate_beyond_measure() {
    let zeros = vec![0; 48 << 20];
    for name in ["doc.kml", "a.shp"] {
        let bytes = archive(&[(name, &zeros)]);
        assert!(bytes.len() < 100_000);
        let world = with_blocks("a.zip", &bytes, METRES);
        let said = if name == "a.shp" { "blocks" } else { "inflates beyond measure" };
        assert_refused(&world, "a.zip", said);
    }
    // Within a text, where a reader that trusts would gather all of it.
    let text = [&b"<kml><Placemark><name>"[..], &vec![b'a'; 48 << 20]].concat();
    let world = with_blocks("a.kmz", &archive(&[("doc.kml", &text)]), "");
    assert_refused(&world, "a.kmz", "inflates beyond measure");
    // A table of blanks that goes with shapes.
    let mut table = dbf_header(u32::MAX, 1);
    table.resize(48 << 20, b' ');
    let files = [("a.shp", &shapes(&[])[..]), ("a.dbf", &table[..])];
    let world = with_blocks("a.zip", &archive(&files), METRES);
    assert_refused(&world, "a.zip", "inflates beyond measure");
}

#[test]
fn archives_within_archives() {
    let mut bytes = archive(&[("doc.kml", &vec![b' '; 48 << 20])]);
    for _ in 0..5 {
        bytes = archive(&[("inner.zip", &bytes)]);
    }
    let world = with_blocks("a.zip", &bytes, METRES);
    assert_refused(&world, "a.zip", "holds neither a shapefile nor KML");
    // Archives of layers are not opened on the way to a layer, whatever they are called.
    let world = with_blocks("b.zip", &archive(&[("doc.kml", &bytes)]), "");
    assert_refused(&world, "b.zip", "the XML is");
}

#[test]
fn names_that_climb_out_of_an_archive() {
    let kml = b"<kml><Placemark><Point><coordinates>1,2</coordinates></Point></Placemark></kml>";
    let bytes = archive(&[("../../escaped.kml", kml)]);
    let world = with_blocks("a.kmz", &bytes, "");
    limited(&world);
    assert!(!world.folder().join("../../escaped.kml").exists());
}

// ------------------------------------------------------------------------------- text

#[test]
fn json_ten_thousand_levels_deep() {
    let deep = |open: &str, close: &str| open.repeat(10_000) + &close.repeat(10_000);
    let member = |id: &str, value: &str| {
        feature(id, &format!(r#""population":1,"x":{value}"#), &point(20.0, 20.0))
    };
    // In a property that nobody wants it is passed over.
    let world = World::tiny();
    let objects = deep("{\"a\":", "}").replace(":}", ":1}");
    world.layer("blocks", &[member("b1", &deep("[", "]")), member("b2", &objects)]);
    let ran = limited(&world);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    // As a file, and as what is wanted.
    for text in [deep("[", "]"), objects, "[".repeat(10_000)] {
        let world = World::tiny();
        world.write("blocks.geojson", &text);
        assert_refused(&world, "blocks.geojson", "blocks");
    }
    let open = r#"{"type":"GeometryCollection","geometries":["#.repeat(10_000);
    let geometry = format!("{open}{}{}", point(20.0, 20.0), "]}".repeat(10_000));
    let world = World::tiny();
    let good = feature("b2", "\"population\":1", &point(20.0, 20.0));
    world.layer("blocks", &[feature("b1", "\"population\":1", &geometry), good]);
    let ran = limited(&world);
    assert!(ran.stderr.contains("too many collections"), "{}", ran.stderr);
}

#[test]
fn entities_that_stand_for_one_another() {
    let entity = |at: u32| {
        let before = at.checked_sub(1).map(|before| format!("&a{before};").repeat(10));
        let before = before.unwrap_or_else(|| "boom".to_owned());
        format!("<!ENTITY a{at} \"{before}\">")
    };
    let entities: String = (0..12).map(entity).collect();
    let place = |name: &str| {
        format!(
            "<?xml version=\"1.0\"?><!DOCTYPE kml [{entities}<!ENTITY f SYSTEM \
             \"file:///etc/passwd\">]><kml><Placemark><ExtendedData><Data \
             name=\"population\"><value>{name}</value></Data></ExtendedData><Point>\
             <coordinates>-71.35,-17.6</coordinates></Point></Placemark></kml>"
        )
    };
    for name in ["&a11;", "&f;"] {
        let world = with_blocks("a.kml", place(name).as_bytes(), "");
        let ran = limited(&world);
        // The value is no number, and stands in the finding as it is in the file.
        assert_eq!(ran.code, 1, "{}", ran.stderr);
        assert!(!ran.stderr.contains("boomboom") && !ran.stderr.contains("root:"));
    }
}

#[test]
fn xml_ten_thousand_levels_deep() {
    let text = "<kml>".repeat(10_000);
    let world = with_blocks("a.kml", text.as_bytes(), "");
    assert_refused(&world, "a.kml", "more than 256 elements");
}

#[test]
fn a_table_of_a_million_columns() {
    let columns: Vec<String> = (0..1_000_000).map(|at| format!("c{at}")).collect();
    let header = columns.join(",");
    let row = "1,".repeat(columns.len() - 1) + "1";
    let text = format!("{header}\n{row}\n{row}\n");
    let keys = "crs = \"EPSG:32719\"\nx = \"c1\"\ny = \"c2\"";
    let world = with_blocks("a.csv", text.as_bytes(), keys);
    // It can be read; what is missing is the field that the project names.
    assert_refused(&world, "a.csv", "population");
    let world = with_blocks("b.csv", ",".repeat(1_000_000).as_bytes(), keys);
    assert_refused(&world, "b.csv", "c1");
}

// ----------------------------------------------------------------------------- binary

/// A `.shp` of polygons with these records, each a content and the length it states.
fn shapes(records: &[(&[u8], u32)]) -> Vec<u8> {
    let mut bytes = vec![0; 100];
    bytes[..4].copy_from_slice(&9994u32.to_be_bytes());
    bytes[28..36].copy_from_slice(&[0xE8, 3, 0, 0, 5, 0, 0, 0]);
    for ((content, length), number) in records.iter().zip(1u32..) {
        bytes.extend(number.to_be_bytes());
        bytes.extend(length.to_be_bytes());
        bytes.extend(*content);
    }
    let words = u32::try_from(bytes.len() / 2).expect("it is short");
    bytes[24..28].copy_from_slice(&words.to_be_bytes());
    bytes
}

/// The header of a table without fields.
fn dbf_header(rows: u32, row_length: u16) -> Vec<u8> {
    let mut header = vec![0; 33];
    header[0] = 3;
    header[4..8].copy_from_slice(&rows.to_le_bytes());
    header[8..10].copy_from_slice(&33u16.to_le_bytes());
    header[10..12].copy_from_slice(&row_length.to_le_bytes());
    header[32] = 0x0D;
    header
}

#[test]
fn shapes_that_say_they_are_huge() {
    for length in [u32::MAX, 0x7FFF_FFFF, 200 << 20] {
        let world = with_blocks("a.shp", &shapes(&[(&[5, 0, 0, 0], length)]), METRES);
        assert_refused(&world, "a.shp", "blocks");
    }
    // Counts of parts and points that the record has no room for.
    let mut record = vec![0; 60];
    record[0] = 5;
    for (parts, points) in [(i32::MAX, i32::MAX), (1, i32::MAX), (-1, -1), (i32::MAX, 1)]
    {
        record[36..40].copy_from_slice(&parts.to_le_bytes());
        record[40..44].copy_from_slice(&points.to_le_bytes());
        let world = with_blocks("a.shp", &shapes(&[(&record, 30)]), METRES);
        assert_refused(&world, "a.shp", "blocks");
    }
}

#[test]
fn an_index_and_a_table_that_count_thousands_of_millions() {
    let world = with_blocks("a.shp", &shapes(&[]), METRES);
    let mut index = shapes(&[]);
    index[24..28].copy_from_slice(&u32::MAX.to_be_bytes());
    fs::write(world.file("a.shx"), &index).expect("a file");
    assert_refused(&world, "a.shp", "the .shx file is broken");
    let null: &[u8] = &[0; 4];
    let world = with_blocks("a.shp", &shapes(&[(null, 2)]), METRES);
    fs::write(world.file("a.dbf"), dbf_header(u32::MAX, u16::MAX)).expect("a file");
    assert_refused(&world, "a.shp", "as many shapes as rows");
}

#[test]
fn flatgeobuf_that_counts_absurdly() {
    use flatgeobuf::{FgbWriter, GeometryType};
    let magic = b"fgb\x03fgb\x00";
    for size in [u32::MAX, 0x7FFF_FFFF, 9 << 20] {
        let bytes = [&magic[..], &size.to_le_bytes()].concat();
        let world = with_blocks("a.fgb", &bytes, METRES);
        assert_refused(&world, "a.fgb", "blocks");
    }
    // A whole header, of which any byte may be wrong.
    let writer = FgbWriter::create("x", GeometryType::Polygon).expect("a file in memory");
    let mut bytes = Vec::new();
    writer.write(&mut bytes).expect("a file in memory");
    for at in (8..bytes.len()).step_by(3) {
        let mut broken = bytes.clone();
        broken[at] = 0xFF;
        let world = with_blocks("a.fgb", &broken, METRES);
        let ran = limited(&world);
        assert!(matches!(ran.code, 0..=2), "{at}: {} {}", ran.code, ran.stderr);
    }
}

#[cfg(feature = "geopackage")]
#[test]
fn databases_that_would_compute_for_ever() {
    let world = with_blocks("a.gpkg", b"", "layer = \"v\"");
    fs::remove_file(world.file("a.gpkg")).expect("it was there");
    let database = rusqlite::Connection::open(world.file("a.gpkg")).expect("a database");
    database
        .execute_batch(
            "CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT, srs_id INTEGER PRIMARY KEY,
                organization TEXT, organization_coordsys_id INTEGER, definition TEXT);
            CREATE TABLE gpkg_contents (table_name TEXT PRIMARY KEY, data_type TEXT);
            CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT,
                srs_id INTEGER);
            INSERT INTO gpkg_contents VALUES ('v', 'features'), ('t', 'features');
            INSERT INTO gpkg_geometry_columns VALUES ('v', 'geom', 4326), ('t', 'geom', 4326);
            CREATE VIEW v AS WITH RECURSIVE n(fid, geom) AS (SELECT 1, x'00' UNION ALL
                SELECT fid + 1, geom FROM n) SELECT * FROM n;
            CREATE TABLE t (fid INTEGER PRIMARY KEY, geom BLOB, population INTEGER
                GENERATED ALWAYS AS (length(hex(zeroblob(400000000)))) VIRTUAL);
            CREATE TABLE log (fid INTEGER);
            CREATE TRIGGER spy AFTER INSERT ON t BEGIN INSERT INTO log VALUES (1); END;
            INSERT INTO t (geom) VALUES (x'00');",
        )
        .expect("tables");
    drop(database);
    assert_refused(&world, "a.gpkg", "view");
    let world = {
        let other = with_blocks("b.gpkg", b"", "layer = \"t\"\ncrs = \"EPSG:4326\"");
        fs::copy(world.file("a.gpkg"), other.file("b.gpkg")).expect("a copy");
        other
    };
    assert_refused(&world, "b.gpkg", "population");
}

// ---------------------------------------------------------------------------- Parquet

#[cfg(feature = "geoparquet")]
mod with_geoparquet {
    use super::*;
    use parquet::basic::{Compression, GzipLevel};
    use parquet::data_type::{ByteArray, ByteArrayType, Int32Type};
    use parquet::file::metadata::KeyValue;
    use parquet::file::properties::WriterProperties;
    use parquet::file::writer::SerializedFileWriter;

    const GEO: &str = r#"{"version":"1.1.0","primary_column":"g",
        "columns":{"g":{"encoding":"WKB","crs":{"id":{"authority":"EPSG","code":32719}}}}}"#;

    /// A file of points that all have this text, with people in a column of their own.
    fn file(rows: usize, text: &[u8], compression: Compression) -> Vec<u8> {
        let schema = "message a { REQUIRED BYTE_ARRAY g; REQUIRED INT32 population;
            REQUIRED BYTE_ARRAY id (UTF8); }";
        let schema =
            parquet::schema::parser::parse_message_type(schema).expect("a schema");
        let pairs = vec![KeyValue::new("geo".to_owned(), GEO.to_owned())];
        let properties = WriterProperties::builder()
            .set_compression(compression)
            .set_key_value_metadata(Some(pairs))
            .build();
        let writer =
            SerializedFileWriter::new(Vec::new(), schema.into(), properties.into());
        let mut writer = writer.expect("a file in memory");
        let mut point = vec![1, 1, 0, 0, 0];
        point.extend(250_020f64.to_le_bytes());
        point.extend(8_050_020f64.to_le_bytes());
        let mut group = writer.next_row_group().expect("a group");
        let texts = |text: &[u8]| vec![ByteArray::from(text.to_vec()); rows];
        let mut column = group.next_column().expect("a column").expect("the first");
        let typed = column.typed::<ByteArrayType>();
        typed.write_batch(&texts(&point), None, None).expect("values");
        column.close().expect("a column");
        let mut column = group.next_column().expect("a column").expect("the second");
        let people = vec![1; rows];
        column.typed::<Int32Type>().write_batch(&people, None, None).expect("values");
        column.close().expect("a column");
        let mut column = group.next_column().expect("a column").expect("the third");
        let typed = column.typed::<ByteArrayType>();
        typed.write_batch(&texts(text), None, None).expect("values");
        column.close().expect("a column");
        group.close().expect("a group");
        writer.into_inner().expect("a file in memory")
    }

    #[test]
    fn a_page_that_asks_for_two_gigabytes() {
        let good = file(3, b"x", Compression::SNAPPY);
        let world = with_blocks("a.parquet", &good, "");
        let ran = limited(&world);
        assert!(matches!(ran.code, 0 | 1), "{}", ran.stderr);
        // The first page header: `15 type 15 unpacked 15 packed`, zigzag and in groups of
        // seven bits. One more byte makes it hold 2^31 - 1, so it must not move the rest:
        // its own column is the only one that shifts, and it is read before the others.
        let at = 4;
        assert_eq!((good[at], good[at + 2]), (0x15, 0x15), "{:?}", &good[..16]);
        let length = good[at + 3..].iter().position(|byte| byte & 0x80 == 0);
        let end = at + 4 + length.expect("the number ends");
        let huge = [0xFE, 0xFF, 0xFF, 0xFF, 0x0F];
        let bytes = [&good[..at + 3], &huge, &good[end..]].concat();
        let world = with_blocks("a.parquet", &bytes, "");
        assert_refused(&world, "a.parquet", "unpacks beyond measure");
    }

    #[test]
    fn a_page_that_unpacks_to_more_than_it_says() {
        let text = vec![b'a'; 24 << 20];
        let compression = Compression::GZIP(GzipLevel::default());
        let bytes = file(1, &text, compression);
        drop(text);
        assert!(bytes.len() < 1 << 20);
        let world = with_blocks("a.parquet", &bytes, "id = \"id\"");
        assert_refused(&world, "a.parquet", "unpacks beyond measure");
    }

    #[test]
    fn one_long_text_that_is_meant_hundreds_of_times() {
        let text = vec![b'a'; 900_000];
        let bytes = file(300, &text, Compression::SNAPPY);
        assert!(bytes.len() < 1 << 20, "{}", bytes.len());
        let world = with_blocks("a.parquet", &bytes, "id = \"id\"");
        assert_refused(&world, "a.parquet", "unpacks beyond measure");
    }

    #[test]
    fn any_byte_of_a_file_may_be_wrong() {
        let good = file(2, b"x", Compression::UNCOMPRESSED);
        for at in (0..good.len()).step_by(17) {
            let mut broken = good.clone();
            broken[at] ^= 0xFF;
            let world = with_blocks("a.parquet", &broken, "");
            let ran = limited(&world);
            assert!(matches!(ran.code, 0..=2), "{at}: {} {}", ran.code, ran.stderr);
        }
    }
}

// ------------------------------------------------------------- the whole and the parts

#[test]
fn one_bad_row_costs_itself_and_a_bad_layer_stops_the_run() {
    let keys = "crs = \"EPSG:32719\"\nwkt = \"g\"";
    let good = "\"POINT (250020 8050020)\",1\n";
    let text = format!("g,population\n{good}POINT (1,2\n{good}");
    let world = with_blocks("a.csv", text.as_bytes(), keys);
    let ran = limited(&world);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("L004"), "{}", ran.stderr);
    let text = "g,population\nnothing,1\nof,2\nuse,3\n";
    let world = with_blocks("a.csv", text.as_bytes(), keys);
    assert_refused(&world, "a.csv", "none");
}
