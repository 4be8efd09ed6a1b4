//! The layer in every format that is read, each by the library of its format or by hand.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

use crate::Outcome;
use crate::layer::{Block, Ring};

/// One way to write the layer.
pub(crate) struct Format {
    pub(crate) file: &'static str,
    /// What the project has to say about the file.
    pub(crate) keys: &'static str,
    pub(crate) write: fn(&Path, &[Block]) -> Outcome<()>,
}

/// All of them; the first is what the others are compared with.
pub(crate) const FORMATS: [Format; 10] = [
    Format { file: "blocks.geojson", keys: "", write: geojson },
    Format { file: "blocks.geojsonl", keys: "", write: geojson_lines },
    Format { file: "blocks.shp", keys: "", write: shapefile },
    Format { file: "blocks_shp.zip", keys: "", write: zipped_shapefile },
    Format { file: "blocks.gpkg", keys: "", write: geopackage },
    Format { file: "blocks.fgb", keys: "", write: flatgeobuf },
    Format { file: "blocks.parquet", keys: "", write: geoparquet },
    Format {
        file: "blocks.csv",
        keys: "crs = \"EPSG:4326\"\nwkt = \"geom\"\ndelimiter = \";\"",
        write: csv,
    },
    Format { file: "blocks.kml", keys: "", write: kml },
    Format { file: "blocks.kmz", keys: "", write: kmz },
];

/// What a shapefile says of WGS 84.
const PRJ: &str = r#"GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]"#;

fn feature(block: &Block) -> String {
    let people = block.people.map_or("null".to_owned(), |people| people.to_string());
    format!(
        r#"{{"type":"Feature","properties":{{"code":"{}","people":{people}}},"geometry":{{"type":"MultiPolygon","coordinates":{:?}}}}}"#,
        block.code, block.polygons
    )
}

fn geojson(path: &Path, blocks: &[Block]) -> Outcome<()> {
    let mut out = BufWriter::new(File::create(path)?);
    write!(out, r#"{{"type":"FeatureCollection","features":["#)?;
    for (at, block) in blocks.iter().enumerate() {
        let comma = if at == 0 { "" } else { "," };
        write!(out, "{comma}\n{}", feature(block))?;
    }
    writeln!(out, "\n]}}")?;
    Ok(out.flush()?)
}

fn geojson_lines(path: &Path, blocks: &[Block]) -> Outcome<()> {
    let mut out = BufWriter::new(File::create(path)?);
    for block in blocks {
        writeln!(out, "{}", feature(block))?;
    }
    Ok(out.flush()?)
}

fn shapefile(path: &Path, blocks: &[Block]) -> Outcome<()> {
    use shapefile::dbase::{FieldValue, Record, TableWriterBuilder};
    use shapefile::{Point, Polygon, PolygonRing, Writer};
    let table = TableWriterBuilder::new()
        .add_character_field("code".try_into()?, 8)
        .add_numeric_field("people".try_into()?, 10, 0);
    let mut writer = Writer::from_path(path, table)?;
    let points = |ring: &Ring| ring.iter().map(|[x, y]| Point::new(*x, *y)).collect();
    for block in blocks {
        let rings = block.polygons.iter().flat_map(|rings| {
            rings.iter().enumerate().map(|(at, ring)| match at {
                0 => PolygonRing::Outer(points(ring)),
                _ => PolygonRing::Inner(points(ring)),
            })
        });
        let mut record = Record::default();
        record.insert("code".to_owned(), FieldValue::Character(Some(block.code.clone())));
        let people = FieldValue::Numeric(block.people.map(f64::from));
        record.insert("people".to_owned(), people);
        writer.write_shape_and_record(&Polygon::with_rings(rings.collect()), &record)?;
    }
    drop(writer);
    Ok(fs::write(path.with_extension("prj"), PRJ)?)
}

/// Packs files into an archive under the names they have.
fn zip(path: &Path, files: &[&Path]) -> Outcome<()> {
    let mut archive = zip::ZipWriter::new(BufWriter::new(File::create(path)?));
    for file in files {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        archive.start_file(name, zip::write::SimpleFileOptions::default())?;
        std::io::copy(&mut File::open(file)?, &mut archive)?;
    }
    archive.finish()?.flush()?;
    Ok(())
}

fn zipped_shapefile(path: &Path, _blocks: &[Block]) -> Outcome<()> {
    let shapes = path.with_file_name("blocks.shp");
    let members = ["shp", "shx", "dbf", "prj"].map(|end| shapes.with_extension(end));
    zip(path, &members.each_ref().map(AsRef::as_ref))
}

/// ISO well-known binary, little-endian.
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

fn geopackage(path: &Path, blocks: &[Block]) -> Outcome<()> {
    let _ = fs::remove_file(path);
    let mut database = rusqlite::Connection::open(path)?;
    database.execute_batch(
        "CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT, srs_id INTEGER PRIMARY KEY,
            organization TEXT, organization_coordsys_id INTEGER, definition TEXT);
        CREATE TABLE gpkg_contents (table_name TEXT PRIMARY KEY, data_type TEXT);
        CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, srs_id INTEGER);
        INSERT INTO gpkg_spatial_ref_sys VALUES ('WGS 84', 4326, 'EPSG', 4326, '');
        INSERT INTO gpkg_contents VALUES ('blocks', 'features');
        INSERT INTO gpkg_geometry_columns VALUES ('blocks', 'geom', 4326);
        CREATE TABLE blocks (fid INTEGER PRIMARY KEY, geom BLOB, code TEXT, people INTEGER);",
    )?;
    let changes = database.transaction()?;
    {
        let mut add = changes.prepare("INSERT INTO blocks VALUES (NULL, ?1, ?2, ?3)")?;
        for block in blocks {
            let mut blob = b"GP\0\x01".to_vec();
            blob.extend(4326i32.to_le_bytes());
            blob.extend(wkb(&block.polygons));
            add.execute((blob, &block.code, block.people))?;
        }
    }
    Ok(changes.commit()?)
}

/// A geometry as the writer of `FlatGeobuf` takes it.
struct Written<'a>(&'a [Vec<Ring>]);

impl flatgeobuf::GeozeroGeometry for Written<'_> {
    fn process_geom<P: flatgeobuf::geozero::GeomProcessor>(
        &self,
        to: &mut P,
    ) -> flatgeobuf::geozero::error::Result<()> {
        to.multipolygon_begin(self.0.len(), 0)?;
        for (at, rings) in self.0.iter().enumerate() {
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

fn flatgeobuf(path: &Path, blocks: &[Block]) -> Outcome<()> {
    use flatgeobuf::geozero::{ColumnValue, PropertyProcessor};
    use flatgeobuf::{ColumnType, FgbCrs, FgbWriter, FgbWriterOptions, GeometryType};
    let crs = FgbCrs { code: 4326, ..FgbCrs::default() };
    let options = FgbWriterOptions { crs, ..FgbWriterOptions::default() };
    let kind = GeometryType::MultiPolygon;
    let mut writer = FgbWriter::create_with_options("blocks", kind, options)?;
    writer.add_column("code", ColumnType::String, |_, _| {});
    writer.add_column("people", ColumnType::UInt, |_, _| {});
    for block in blocks {
        let mut told = Ok(());
        writer.add_feature_geom(Written(&block.polygons), |feature| {
            let code = ColumnValue::String(&block.code);
            told = feature.property(0, "code", &code).map(|_| ());
            if let (Ok(()), Some(people)) = (&told, block.people) {
                let people = ColumnValue::UInt(people);
                told = feature.property(1, "people", &people).map(|_| ());
            }
        })?;
        told?;
    }
    let mut out = BufWriter::new(File::create(path)?);
    writer.write(&mut out)?;
    Ok(out.flush()?)
}

fn geoparquet(path: &Path, blocks: &[Block]) -> Outcome<()> {
    use parquet::data_type::{ByteArray, ByteArrayType, Int32Type};
    use parquet::file::metadata::KeyValue;
    use parquet::file::properties::WriterProperties;
    use parquet::file::writer::SerializedFileWriter;
    use parquet::schema::parser::parse_message_type;
    const GEO: &str = r#"{"version":"1.1.0","primary_column":"geometry",
        "columns":{"geometry":{"encoding":"WKB","geometry_types":[]}}}"#;
    const SCHEMA: &str = "message blocks { REQUIRED BYTE_ARRAY code (UTF8);
        OPTIONAL INT32 people; REQUIRED BYTE_ARRAY geometry; }";
    let pairs = vec![KeyValue::new("geo".to_owned(), GEO.to_owned())];
    let properties = WriterProperties::builder()
        .set_compression(parquet::basic::Compression::SNAPPY)
        .set_key_value_metadata(Some(pairs))
        .build();
    let schema = parse_message_type(SCHEMA)?.into();
    let mut writer =
        SerializedFileWriter::new(File::create(path)?, schema, properties.into())?;
    for some in blocks.chunks(50_000) {
        let mut group = writer.next_row_group()?;
        let next = "the schema has three columns";
        let codes: Vec<ByteArray> =
            some.iter().map(|block| block.code.as_str().into()).collect();
        let mut column = group.next_column()?.expect(next);
        column.typed::<ByteArrayType>().write_batch(&codes, None, None)?;
        column.close()?;
        let people: Vec<i32> =
            some.iter().filter_map(|block| block.people?.try_into().ok()).collect();
        let levels: Vec<i16> =
            some.iter().map(|block| i16::from(block.people.is_some())).collect();
        let mut column = group.next_column()?.expect(next);
        column.typed::<Int32Type>().write_batch(&people, Some(&levels), None)?;
        column.close()?;
        let shapes: Vec<ByteArray> =
            some.iter().map(|block| wkb(&block.polygons).into()).collect();
        let mut column = group.next_column()?.expect(next);
        column.typed::<ByteArrayType>().write_batch(&shapes, None, None)?;
        column.close()?;
        group.close()?;
    }
    writer.close()?;
    Ok(())
}

/// Rings as texts of positions, each with a mark between its numbers and one after.
fn texts(rings: &[Ring], between: char, after: char) -> Vec<String> {
    let text = |ring: &Ring| {
        let positions: Vec<String> =
            ring.iter().map(|[x, y]| format!("{x}{between}{y}")).collect();
        positions.join(&after.to_string())
    };
    rings.iter().map(text).collect()
}

fn csv(path: &Path, blocks: &[Block]) -> Outcome<()> {
    let mut out = BufWriter::new(File::create(path)?);
    writeln!(out, "code;people;geom")?;
    for block in blocks {
        let people = block.people.map_or(String::new(), |people| people.to_string());
        let polygons: Vec<String> = block
            .polygons
            .iter()
            .map(|rings| format!("(({}))", texts(rings, ' ', ',').join("),(")))
            .collect();
        let polygons = polygons.join(",");
        writeln!(out, "{};{people};MULTIPOLYGON ({polygons})", block.code)?;
    }
    Ok(out.flush()?)
}

fn kml(path: &Path, blocks: &[Block]) -> Outcome<()> {
    let mut out = BufWriter::new(File::create(path)?);
    writeln!(out, r#"<kml xmlns="http://www.opengis.net/kml/2.2"><Document>"#)?;
    for block in blocks {
        let field = |name: &str, value: &str| {
            format!(r#"<Data name="{name}"><value>{value}</value></Data>"#)
        };
        let people = block
            .people
            .map_or(String::new(), |people| field("people", &people.to_string()));
        let code = field("code", &block.code);
        let boundary = |(at, ring): (usize, String)| {
            let side = if at == 0 { "outer" } else { "inner" };
            format!(
                "<{side}BoundaryIs><LinearRing><coordinates>{ring}</coordinates></LinearRing></{side}BoundaryIs>"
            )
        };
        let polygon = |rings: &Vec<Ring>| -> String {
            let rings = texts(rings, ',', ' ').into_iter().enumerate().map(boundary);
            format!("<Polygon>{}</Polygon>", rings.collect::<String>())
        };
        let polygons: String = block.polygons.iter().map(polygon).collect();
        writeln!(
            out,
            "<Placemark><ExtendedData>{code}{people}</ExtendedData><MultiGeometry>{polygons}</MultiGeometry></Placemark>"
        )?;
    }
    writeln!(out, "</Document></kml>")?;
    Ok(out.flush()?)
}

fn kmz(path: &Path, _blocks: &[Block]) -> Outcome<()> {
    zip(path, &[&path.with_file_name("blocks.kml")])
}
