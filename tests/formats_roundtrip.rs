//! The same tiny layer in every format gives the same features.
//!
//! Three features: a polygon with a hole and a second part, nothing, and a single
//! polygon; codes with leading zeros, numbers and nulls. The files are made here, by the
//! libraries of the formats or by hand.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

#[cfg(any(feature = "geopackage", feature = "geoparquet"))]
use std::path::Path;

use atalaya::formats::table::{Dialect, Place};
use atalaya::formats::{CrsStatement, Parsed, Wanted, geojson, table};
use atalaya::layers::{PartRole, Value};

type Ring = Vec<[f64; 2]>;

/// Polygons, each a shell and its holes, of each feature; `None` for null.
fn layer() -> Vec<Option<Vec<Vec<Ring>>>> {
    let square = |x: f64, y: f64, side: f64| -> Ring {
        vec![[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]
    };
    vec![
        Some(vec![
            vec![square(-71.25, -17.5, 0.5), square(-71.125, -17.375, 0.0625)],
            vec![square(-70.0, -17.0, 0.1)],
        ]),
        None,
        Some(vec![vec![square(-71.3, -17.6, 0.01)]]),
    ]
}

const CODES: [Option<&str>; 3] = [Some("080301"), Some("Peñón, \"alto\""), None];
const PEOPLE: [Option<f64>; 3] = [Some(1380.6), None, Some(12.0)];

fn wanted() -> Wanted {
    Wanted::new(["code", "people", "nothing"].map(str::to_owned))
}

fn rings_json(polygons: &[Vec<Ring>]) -> String {
    serde_json::to_string(polygons).expect("numbers can be written")
}

fn as_geojson() -> Parsed {
    let features: Vec<String> = layer()
        .iter()
        .zip(CODES.iter().zip(PEOPLE))
        .map(|(polygons, (code, people))| {
            let geometry = polygons.as_ref().map_or("null".to_owned(), |polygons| {
                let rings = rings_json(polygons);
                format!(r#"{{"type":"MultiPolygon","coordinates":{rings}}}"#)
            });
            let code = serde_json::to_string(code).expect("text can be written");
            let people = serde_json::to_string(&people).expect("numbers can be written");
            format!(
                r#"{{"type":"Feature","geometry":{geometry},
                "properties":{{"code":{code},"people":{people},"other":1}}}}"#
            )
        })
        .collect();
    let text =
        format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","));
    geojson::read(text.as_bytes(), &wanted()).expect("it is GeoJSON")
}

/// Multi-polygons in ISO well-known binary, little-endian.
#[cfg(any(feature = "geopackage", feature = "geoparquet"))]
fn wkb(polygons: &[Vec<Ring>]) -> Vec<u8> {
    let count = |count: usize| u32::try_from(count).expect("few").to_le_bytes();
    let mut out = vec![1, 6, 0, 0, 0];
    out.extend(count(polygons.len()));
    for rings in polygons {
        out.extend([1, 3, 0, 0, 0]);
        out.extend(count(rings.len()));
        for ring in rings {
            out.extend(count(ring.len()));
            out.extend(ring.iter().flatten().flat_map(|number| number.to_le_bytes()));
        }
    }
    out
}

fn wkt(polygons: &[Vec<Ring>]) -> String {
    let ring = |ring: &Ring| {
        let points: Vec<String> = ring.iter().map(|[x, y]| format!("{x} {y}")).collect();
        format!("({})", points.join(","))
    };
    let polygon = |rings: &Vec<Ring>| {
        let rings: Vec<String> = rings.iter().map(ring).collect();
        format!("({})", rings.join(","))
    };
    let polygons: Vec<String> = polygons.iter().map(polygon).collect();
    format!("MULTIPOLYGON ({})", polygons.join(","))
}

fn as_csv(delimiter: char, decimal: char) -> Parsed {
    let cell = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let mut text = ["code", "people", "other", "geom"].join(&delimiter.to_string());
    for (polygons, (code, people)) in layer().iter().zip(CODES.iter().zip(PEOPLE)) {
        let people = people.map_or(String::new(), |people| people.to_string());
        let row = [
            code.map_or(String::new(), cell),
            cell(&people.replace('.', &decimal.to_string())),
            "1".to_owned(),
            polygons.as_ref().map_or(String::new(), |polygons| cell(&wkt(polygons))),
        ];
        text = text + "\r\n" + &row.join(&delimiter.to_string());
    }
    let (bytes, ..) = encoding_rs::WINDOWS_1252.encode(&text);
    let place = Place { wkt: Some("geom"), ..Place::default() };
    let (delimiter, decimal) = (delimiter.to_string(), decimal.to_string());
    let dialect = Dialect {
        delimiter: Some(&delimiter),
        decimal: Some(&decimal),
        encoding: Some("latin-1"),
    };
    table::read(&*bytes, place, dialect, &wanted()).expect("it is CSV")
}

/// Compares everything but ids and what the file says of its reference system; numbers
/// that are text in CSV are compared as numbers.
fn assert_same(name: &str, found: &Parsed) {
    let expected = as_geojson();
    assert_eq!(found.data.coords.all(), expected.data.coords.all(), "{name}");
    assert_eq!(found.data.parts, expected.data.parts, "{name}");
    assert_eq!(found.data.features, expected.data.features, "{name}");
    assert_eq!(found.rows, 3, "{name}");
    assert!(found.troubles.is_empty(), "{name}: {:?}", found.troubles);
    assert_eq!(found.missing, ["nothing"], "{name}");
    let numbers = |value: Value| match &value {
        Value::Text(text) => text.parse().map_or(value.clone(), Value::Number),
        _ => value,
    };
    let (code, people) = (&found.data.columns["code"], &found.data.columns["people"]);
    assert_eq!(code, &expected.data.columns["code"], "{name}");
    let people: Vec<Value> = people.iter().map(numbers).collect();
    assert_eq!(expected.data.columns["people"], people, "{name}");
    assert_eq!(found.data.columns["nothing"], vec![Value::Null; 3], "{name}");
}

#[test]
fn the_layer_is_what_it_should_be() {
    let parsed = as_geojson();
    let roles: Vec<PartRole> = parsed.data.parts.iter().map(|(_, role)| role).collect();
    assert_eq!(
        roles,
        [PartRole::Shell, PartRole::Hole, PartRole::Shell, PartRole::Shell]
    );
    assert_eq!(parsed.data.columns["code"].of(0), Value::Text("080301".into()));
}

#[test]
fn csv_in_spanish_and_english_is_the_same_layer() {
    assert_same("CSV", &as_csv(',', '.'));
    assert_same("CSV with semicolons", &as_csv(';', ','));
    assert_same("CSV with commas for all", &as_csv(',', ','));
}

/// A geometry as the writer of `FlatGeobuf` takes it.
struct Written<'a>(Option<&'a [Vec<Ring>]>);

impl flatgeobuf::GeozeroGeometry for Written<'_> {
    fn process_geom<P: flatgeobuf::geozero::GeomProcessor>(
        &self,
        to: &mut P,
    ) -> flatgeobuf::geozero::error::Result<()> {
        let Some(polygons) = self.0 else { return Ok(()) };
        to.multipolygon_begin(polygons.len(), 0)?;
        for (at, rings) in polygons.iter().enumerate() {
            to.polygon_begin(false, rings.len(), at)?;
            for (at, ring) in rings.iter().enumerate() {
                to.linestring_begin(false, ring.len(), at)?;
                for (at, [x, y]) in ring.iter().enumerate() {
                    to.xy(*x, *y, at)?;
                }
                to.linestring_end(false, at)?;
            }
            to.polygon_end(false, at)?;
        }
        to.multipolygon_end(0)
    }
}

#[test]
fn flatgeobuf_is_the_same_layer() {
    use flatgeobuf::geozero::{ColumnValue, PropertyProcessor};
    use flatgeobuf::{ColumnType, FgbCrs, FgbWriter, FgbWriterOptions, GeometryType};
    for write_index in [false, true] {
        let crs = FgbCrs { code: 4326, ..FgbCrs::default() };
        let options =
            FgbWriterOptions { crs, write_index: false, ..FgbWriterOptions::default() };
        let options = FgbWriterOptions { write_index, ..options };
        let mut writer =
            FgbWriter::create_with_options("tiny", GeometryType::MultiPolygon, options)
                .unwrap();
        writer.add_column("code", ColumnType::String, |_, _| {});
        writer.add_column("people", ColumnType::Double, |_, _| {});
        writer.add_column("other", ColumnType::Int, |_, _| {});
        for (polygons, (code, people)) in layer().iter().zip(CODES.iter().zip(PEOPLE)) {
            writer
                .add_feature_geom(Written(polygons.as_deref()), |feature| {
                    if let Some(code) = code {
                        feature.property(0, "code", &ColumnValue::String(code)).unwrap();
                    }
                    if let Some(people) = people {
                        feature
                            .property(1, "people", &ColumnValue::Double(people))
                            .unwrap();
                    }
                })
                .unwrap();
        }
        let mut bytes = Vec::new();
        writer.write(&mut bytes).unwrap();
        let mut parsed = atalaya::formats::flatgeobuf::read(&*bytes, &wanted()).unwrap();
        assert_eq!(parsed.crs, Some(CrsStatement::Epsg(4326)));
        // This writer has no null geometries: it writes an empty one.
        let mut features = parsed.data.features.all().to_vec();
        assert!(!features[1].is_null);
        features[1].is_null = true;
        parsed.data.features = features.into();
        assert_same("FlatGeobuf", &parsed);
    }
}

/// Lines of one feature, for the writer of `FlatGeobuf`.
struct Lines<'a>(&'a [&'a [[f64; 2]]]);

impl flatgeobuf::GeozeroGeometry for Lines<'_> {
    fn process_geom<P: flatgeobuf::geozero::GeomProcessor>(
        &self,
        to: &mut P,
    ) -> flatgeobuf::geozero::error::Result<()> {
        to.multilinestring_begin(self.0.len(), 0)?;
        for (at, line) in self.0.iter().enumerate() {
            to.linestring_begin(false, line.len(), at)?;
            for (at, [x, y]) in line.iter().enumerate() {
                to.xy(*x, *y, at)?;
            }
            to.linestring_end(false, at)?;
        }
        to.multilinestring_end(0)
    }
}

/// `FlatGeobuf` leaves out where parts end if there is only one.
#[test]
fn flatgeobuf_with_one_line_and_with_two() {
    use flatgeobuf::{FgbWriter, GeometryType};
    let (first, second) =
        ([[0.0, 0.0], [1.0, 2.0]], [[3.0, 3.0], [4.0, 5.0], [6.0, 6.0]]);
    let mut writer = FgbWriter::create("lines", GeometryType::MultiLineString).unwrap();
    writer.add_feature_geom(Lines(&[&first]), |_| {}).unwrap();
    writer.add_feature_geom(Lines(&[&first, &second]), |_| {}).unwrap();
    let mut bytes = Vec::new();
    writer.write(&mut bytes).unwrap();
    let data = atalaya::formats::flatgeobuf::read(&*bytes, &wanted()).unwrap().data;
    // The writer's index may turn the order of features.
    let mut ends: Vec<u32> = data.features.iter().map(|f| f.parts_end).collect();
    ends.dedup();
    assert_eq!(ends.len(), 2);
    let lengths: Vec<u32> = std::iter::once(0)
        .chain(data.parts.iter().map(|(end, _)| end))
        .collect::<Vec<_>>()
        .windows(2)
        .map(|w| w[1] - w[0])
        .collect();
    assert!(lengths == [2, 2, 3] || lengths == [2, 3, 2], "{lengths:?}");
    assert!(data.parts.iter().all(|(_, role)| role == PartRole::Line));
}

#[cfg(not(any(feature = "geopackage", feature = "geoparquet")))]
#[test]
fn a_slim_build_says_what_it_lacks() {
    use atalaya::formats::{Problem, geopackage, geoparquet};
    let path = std::path::Path::new("a.gpkg");
    let error = geopackage::read(path, None, &wanted()).unwrap_err();
    assert_eq!(error.problem, Problem::NoGeopackage);
    let error = geoparquet::read(&b""[..], &wanted()).unwrap_err();
    assert_eq!(error.problem, Problem::NoGeoparquet);
}

#[cfg(feature = "geopackage")]
mod with_geopackage {
    use super::*;
    use atalaya::formats::{FormatError, Problem, geopackage};
    use rusqlite::{Connection, params};

    const SCHEMA: &str = "
        CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT, srs_id INTEGER PRIMARY KEY,
            organization TEXT, organization_coordsys_id INTEGER, definition TEXT);
        CREATE TABLE gpkg_contents (table_name TEXT PRIMARY KEY, data_type TEXT);
        CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, srs_id INTEGER);
        INSERT INTO gpkg_spatial_ref_sys VALUES
            ('unknown', 0, 'NONE', 0, 'undefined'), ('WGS 84', 4326, 'epsg', 4326, 'GEOGCS[…]'),
            ('Local', 100001, 'ACME', 7, 'PROJCS[\"Local\"]');";

    fn blob(geometry: &[u8]) -> Vec<u8> {
        let mut blob = b"GP\0\x01".to_vec();
        blob.extend(4326i32.to_le_bytes());
        blob.extend(geometry);
        blob
    }

    fn add_layer(database: &Connection, table: &str, srs_id: i64) {
        let name = table.replace('"', "\"\"");
        let create = format!(
            "CREATE TABLE \"{name}\" (fid INTEGER PRIMARY KEY, geom BLOB, code TEXT,
                people REAL, other INTEGER, open BOOLEAN)"
        );
        database.execute(&create, []).unwrap();
        let add = |sql: &str| database.execute(sql, params![table, srs_id]).unwrap();
        add("INSERT INTO gpkg_contents SELECT ?1, 'features' WHERE ?2 IS NOT NULL");
        add("INSERT INTO gpkg_geometry_columns VALUES (?1, 'geom', ?2)");
        for (row, (polygons, (code, people))) in
            layer().iter().zip(CODES.iter().zip(PEOPLE)).enumerate()
        {
            let geometry = polygons.as_ref().map(|polygons| blob(&wkb(polygons)));
            let insert = format!("INSERT INTO \"{name}\" VALUES (?1, ?2, ?3, ?4, 1, 1)");
            let row = i64::try_from(row).unwrap() + 7;
            database.execute(&insert, params![row, geometry, code, people]).unwrap();
        }
    }

    fn read(path: &Path, layer: Option<&str>) -> Result<Parsed, FormatError> {
        geopackage::read(path, layer, &wanted())
    }

    #[test]
    fn geopackage_is_the_same_layer() {
        let folder = tempfile::tempdir().unwrap();
        // Nothing in a name may be taken for a part of an address.
        let path = folder.path().join("ño? 50%#.gpkg");
        let database = Connection::open(&path).unwrap();
        database.execute_batch(SCHEMA).unwrap();
        add_layer(&database, "la \"capa\"", 4326);
        database.close().unwrap();
        let before = std::fs::read(&path).unwrap();
        let parsed = read(&path, None).unwrap();
        assert_same("GeoPackage", &parsed);
        assert_eq!(parsed.crs, Some(CrsStatement::Epsg(4326)));
        assert!(parsed.data.ids.iter().eq(["7", "8", "9"]));
        assert_eq!(parsed.fields_seen, ["code", "fid", "open", "other", "people"]);
        assert!(parsed.remarks.is_empty());
        let wanted = Wanted::new(["open", "fid"].map(str::to_owned));
        let parsed = geopackage::read(&path, None, &wanted).unwrap();
        assert_eq!(parsed.data.columns["open"].of(0), Value::Bool(true));
        assert_eq!(parsed.data.columns["fid"].of(2), Value::Number(9.0));
        // Nothing was written, here or beside it.
        assert_eq!(std::fs::read(&path).unwrap(), before);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn one_of_several_layers_must_be_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.gpkg");
        let database = Connection::open(&path).unwrap();
        database.execute_batch(SCHEMA).unwrap();
        assert_eq!(read(&path, None).unwrap_err().problem, Problem::NoFeatureLayer);
        add_layer(&database, "b", 0);
        add_layer(&database, "a", 100_001);
        let error = read(&path, None).unwrap_err();
        assert_eq!(error.problem, Problem::SeveralLayers);
        assert_eq!(error.found.as_deref(), Some("a, b"));
        let error = read(&path, Some("c")).unwrap_err();
        assert_eq!(error.problem, Problem::UnknownLayer);
        let parsed = read(&path, Some("B")).unwrap();
        assert_eq!(parsed.crs, Some(CrsStatement::Undefined));
        // Its geometries say 4326.
        assert_eq!(parsed.remarks[0].values, [("count", "2".to_owned())]);
        let parsed = read(&path, Some("a")).unwrap();
        assert_eq!(parsed.crs, Some(CrsStatement::Wkt("PROJCS[\"Local\"]".to_owned())));
    }

    #[test]
    fn curves_and_broken_blobs_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.gpkg");
        let database = Connection::open(&path).unwrap();
        database.execute_batch(SCHEMA).unwrap();
        add_layer(&database, "a", 4326);
        let set = |row: i64, geometry: &[u8]| {
            database
                .execute("UPDATE a SET geom = ?2 WHERE fid = ?1", params![row, geometry])
                .unwrap();
        };
        set(7, &blob(&[1, 10, 0, 0, 0, 0, 0, 0, 0]));
        set(8, b"GP");
        let parsed = read(&path, None).unwrap();
        let told: Vec<_> = parsed
            .troubles
            .iter()
            .map(|trouble| (trouble.row, trouble.kept, trouble.reason.key()))
            .collect();
        assert_eq!(
            told,
            [
                (1, Some(0), "feature.curved_geometry"),
                (2, Some(1), "feature.broken_geometry")
            ]
        );
        assert_eq!(parsed.data.parts.len(), 1);
    }

    #[test]
    fn databases_that_are_no_geopackage_are_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.gpkg");
        let problem = |path: &Path| read(path, None).unwrap_err().problem;
        std::fs::write(&path, "no database at all, but long enough to be one").unwrap();
        assert_eq!(problem(&path), Problem::BrokenDatabase);
        std::fs::write(&path, "").unwrap();
        assert_eq!(problem(&path), Problem::NotGeopackage);
        std::fs::remove_file(&path).unwrap();
        assert_eq!(problem(&path), Problem::BrokenDatabase);
        let database = Connection::open(&path).unwrap();
        database.execute_batch("CREATE TABLE a (b)").unwrap();
        assert_eq!(problem(&path), Problem::NotGeopackage);
        database.execute_batch(SCHEMA).unwrap();
        add_layer(&database, "a2", 4326);
        // A view could make SQLite compute for ever.
        database
            .execute_batch(
                "CREATE VIEW v AS WITH RECURSIVE n(fid, geom) AS
                 (SELECT 1, x'00' UNION ALL SELECT fid + 1, geom FROM n) SELECT * FROM n;
                 INSERT INTO gpkg_contents VALUES ('v', 'features');
                 INSERT INTO gpkg_geometry_columns VALUES ('v', 'geom', 4326);",
            )
            .unwrap();
        assert_eq!(read(&path, Some("v")).unwrap_err().problem, Problem::GeopackageView);
        assert!(read(&path, Some("a2")).is_ok());
        database
            .execute_batch(
                "DROP TABLE gpkg_contents; CREATE VIEW gpkg_contents AS SELECT 1;",
            )
            .unwrap();
        assert_eq!(problem(&path), Problem::NotGeopackage);
    }

    #[test]
    fn changes_in_a_journal_are_not_overlooked() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.gpkg");
        let database = Connection::open(&path).unwrap();
        database.pragma_update(None, "journal_mode", "WAL").unwrap();
        database.execute_batch(SCHEMA).unwrap();
        add_layer(&database, "a", 4326);
        assert_eq!(read(&path, None).unwrap_err().problem, Problem::OpenDatabase);
        // The last to close writes everything into the file, which still says WAL.
        database.close().unwrap();
        assert_same("GeoPackage with WAL", &read(&path, None).unwrap());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}

#[cfg(feature = "geoparquet")]
mod with_geoparquet {
    use super::*;
    use atalaya::formats::{FormatError, Problem, geoparquet};
    use parquet::basic::Compression;
    use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int32Type};
    use parquet::file::metadata::KeyValue;
    use parquet::file::properties::WriterProperties;
    use parquet::file::writer::SerializedFileWriter;
    use parquet::schema::parser::parse_message_type;
    use std::fs::File;
    use std::sync::Arc;

    const GEO: &str = r#"{"version":"1.1.0","primary_column":"geometry","columns":{
        "geometry":{"encoding":"WKB","geometry_types":[]}}}"#;

    /// Writes the layer in row groups of one feature each.
    fn write(path: &Path, geo: Option<&str>, compression: Compression) {
        let schema = "message tiny { OPTIONAL BYTE_ARRAY code (UTF8);
            OPTIONAL BYTE_ARRAY geometry; OPTIONAL DOUBLE people;
            REQUIRED INT32 day (DATE); REQUIRED group bbox { REQUIRED DOUBLE xmin; } }";
        let schema = Arc::new(parse_message_type(schema).unwrap());
        let pairs = geo.map(|geo| vec![KeyValue::new("geo".to_owned(), geo.to_owned())]);
        let properties = WriterProperties::builder()
            .set_compression(compression)
            .set_key_value_metadata(pairs)
            .build();
        let file = File::create(path).unwrap();
        let mut writer =
            SerializedFileWriter::new(file, schema, Arc::new(properties)).unwrap();
        for (polygons, (code, people)) in layer().iter().zip(CODES.iter().zip(PEOPLE)) {
            let mut group = writer.next_row_group().unwrap();
            let texts = [
                code.map(|code| code.as_bytes().to_vec()),
                polygons.as_ref().map(|polygons| wkb(polygons)),
            ];
            for bytes in texts {
                let level = i16::from(bytes.is_some());
                let values: Vec<ByteArray> =
                    bytes.into_iter().map(ByteArray::from).collect();
                let mut column = group.next_column().unwrap().unwrap();
                column
                    .typed::<ByteArrayType>()
                    .write_batch(&values, Some(&[level]), None)
                    .unwrap();
                column.close().unwrap();
            }
            let values: Vec<f64> = people.into_iter().collect();
            let level = i16::from(people.is_some());
            let mut column = group.next_column().unwrap().unwrap();
            column
                .typed::<DoubleType>()
                .write_batch(&values, Some(&[level]), None)
                .unwrap();
            column.close().unwrap();
            let mut column = group.next_column().unwrap().unwrap();
            column.typed::<Int32Type>().write_batch(&[19_723], None, None).unwrap();
            column.close().unwrap();
            let mut column = group.next_column().unwrap().unwrap();
            column.typed::<DoubleType>().write_batch(&[0.5], None, None).unwrap();
            column.close().unwrap();
            group.close().unwrap();
        }
        writer.close().unwrap();
    }

    fn read(path: &Path) -> Result<Parsed, FormatError> {
        geoparquet::read(File::open(path).unwrap(), &wanted())
    }

    #[test]
    fn geoparquet_is_the_same_layer() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.parquet");
        for compression in [
            Compression::UNCOMPRESSED,
            Compression::SNAPPY,
            Compression::LZ4_RAW,
            Compression::ZSTD(parquet::basic::ZstdLevel::default()),
            Compression::GZIP(parquet::basic::GzipLevel::default()),
            Compression::BROTLI(parquet::basic::BrotliLevel::default()),
        ] {
            write(&path, Some(GEO), compression);
            let parsed = read(&path).unwrap();
            assert_same("GeoParquet", &parsed);
            assert_eq!(parsed.crs, Some(CrsStatement::Epsg(4326)));
            assert_eq!(parsed.fields_seen, ["bbox", "code", "day", "people"]);
        }
        let wanted = Wanted::new(["day", "bbox"].map(str::to_owned));
        let parsed = geoparquet::read(File::open(&path).unwrap(), &wanted).unwrap();
        assert_eq!(parsed.data.columns["day"], vec![Value::Text("2024-01-01".into()); 3]);
        assert_eq!(parsed.data.columns["bbox"], vec![Value::Other; 3]);
    }

    #[test]
    fn what_is_no_geoparquet_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.parquet");
        let cases = [
            (None, Problem::NotGeoparquet),
            (Some(GEO.replace("WKB", "polygon")), Problem::GeoparquetEncoding),
            (Some(GEO.replace("geometry", "people")), Problem::GeoparquetEncoding),
            (Some(GEO.replace("geometry", "bbox")), Problem::GeoparquetEncoding),
        ];
        for (geo, problem) in cases {
            write(&path, geo.as_deref(), Compression::SNAPPY);
            assert_eq!(read(&path).unwrap_err().problem, problem, "{geo:?}");
        }
        std::fs::write(&path, "PAR1 and nothing more PAR1").unwrap();
        assert_eq!(read(&path).unwrap_err().problem, Problem::BrokenParquet);
    }

    #[test]
    fn a_file_that_is_cut_or_changed_does_no_harm() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.parquet");
        write(&path, Some(GEO), Compression::UNCOMPRESSED);
        let bytes = std::fs::read(&path).unwrap();
        for cut in (0..bytes.len()).step_by(7) {
            std::fs::write(&path, &bytes[..cut]).unwrap();
            assert!(read(&path).is_err(), "cut at {cut}");
        }
    }
}
