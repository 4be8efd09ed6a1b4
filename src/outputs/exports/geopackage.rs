//! All result layers in one GeoPackage 1.3 (OGC 12-128r17), styled for QGIS.
//!
//! In: layers. Out: `exports/<id>.gpkg`. No spatial index: QGIS and GDAL make one where they
//! want it, and one without all its triggers would go stale. The same inputs and the same
//! SQLite give the same bytes: rows stand in order and all moments are the date of the data.

use rusqlite::types::{ToSqlOutput, Value as Sql};
use rusqlite::{Connection, Result, ToSql, params};

use super::grid::{Field, Kind, Layer, Value};
use super::reference::{self, Reference};
use super::{Context, File, OutputError, failed, style, wkb};
use crate::config::ExportFormat;
use crate::geometry::{Dimension, ShapeRef};

/// `GPKG` as a number, and the version 1.3.0.
const APPLICATION: i32 = 0x4750_4b47;
const VERSION: i32 = 10_300;
/// Name of the geometry column.
const GEOMETRY: &str = "geom";
/// A little-endian header with and without an envelope, and without a geometry.
const WITH_ENVELOPE: u8 = 0b0000_0011;
const WITHOUT_ENVELOPE: u8 = 0b0000_0001;

/// The tables of the standard, and the one in which QGIS keeps styles.
const SCHEMA: &str = r"
CREATE TABLE gpkg_spatial_ref_sys (
  srs_name TEXT NOT NULL,
  srs_id INTEGER NOT NULL PRIMARY KEY,
  organization TEXT NOT NULL,
  organization_coordsys_id INTEGER NOT NULL,
  definition TEXT NOT NULL,
  description TEXT
);
CREATE TABLE gpkg_contents (
  table_name TEXT NOT NULL PRIMARY KEY,
  data_type TEXT NOT NULL,
  identifier TEXT UNIQUE,
  description TEXT DEFAULT '',
  last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
  min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE,
  srs_id INTEGER,
  CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id)
);
CREATE TABLE gpkg_geometry_columns (
  table_name TEXT NOT NULL,
  column_name TEXT NOT NULL,
  geometry_type_name TEXT NOT NULL,
  srs_id INTEGER NOT NULL,
  z TINYINT NOT NULL,
  m TINYINT NOT NULL,
  CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),
  CONSTRAINT uk_gc_table_name UNIQUE (table_name),
  CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
  CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id)
);
CREATE TABLE layer_styles (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  f_table_catalog TEXT(256),
  f_table_schema TEXT(256),
  f_table_name TEXT(256),
  f_geometry_column TEXT(256),
  styleName TEXT(30),
  styleQML TEXT,
  styleSLD TEXT,
  useAsDefault BOOLEAN,
  description TEXT,
  owner TEXT(30),
  ui TEXT(30),
  update_time DATETIME
);
";

pub(super) fn make(context: &Context<'_>) -> std::result::Result<Vec<File>, OutputError> {
    let error = failed(ExportFormat::GeoPackage);
    let reference = super::reference(context, ExportFormat::GeoPackage)?;
    let folder = crate::outputs::Temporary::new().map_err(|e| error(&e))?;
    let path = folder.path().join("layers.gpkg");
    let mut connection = Connection::open(&path).map_err(|e| error(&e))?;
    fill(&mut connection, context, &reference).map_err(|e| error(&e))?;
    connection.close().map_err(|(_, e)| error(&e))?;
    let bytes = std::fs::read(&path).map_err(|e| error(&e))?;
    Ok(vec![(format!("exports/{}.gpkg", context.job.settings.id), bytes)])
}

fn fill(
    connection: &mut Connection,
    context: &Context<'_>,
    reference: &Reference,
) -> Result<()> {
    // Nothing of it outlives a failure, so no journal is needed.
    connection.execute_batch(&format!(
        "PRAGMA page_size = 4096; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;\
         PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {VERSION};"
    ))?;
    let work = connection.transaction()?;
    work.execute_batch(SCHEMA)?;
    add_systems(&work, reference)?;
    let moment = format!("{}T00:00:00.000Z", context.date.text());
    work.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, last_change) \
         VALUES ('layer_styles', 'attributes', 'layer_styles', ?1)",
        params![moment],
    )?;
    for layer in &context.layers {
        add_layer(&work, context, layer, reference.epsg, &moment)?;
    }
    work.commit()
}

fn add_systems(connection: &Connection, reference: &Reference) -> Result<()> {
    let mut insert = connection
        .prepare("INSERT INTO gpkg_spatial_ref_sys VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?;
    let none = "undefined".to_owned();
    let systems = [
        ("Undefined Cartesian SRS", -1, "NONE", -1, none.clone()),
        ("Undefined geographic SRS", 0, "NONE", 0, none),
        ("WGS 84 geodetic", 4326, "EPSG", 4326, reference::wgs_84()),
    ];
    for (name, id, organization, code, definition) in systems {
        insert.execute(params![
            name,
            id,
            organization,
            code,
            definition,
            Option::<&str>::None
        ])?;
    }
    let (epsg, wkt) = (reference.epsg, reference.wkt());
    insert.execute(params![
        reference.name,
        epsg,
        "EPSG",
        epsg,
        wkt,
        Option::<&str>::None
    ])?;
    Ok(())
}

fn add_layer(
    connection: &Connection,
    context: &Context<'_>,
    layer: &Layer<'_>,
    epsg: u32,
    moment: &str,
) -> Result<()> {
    let extent = layer.extent();
    let at = |i: usize| extent.map(|extent| extent[i]);
    let about = context.about(layer);
    let name = layer.name.as_str();
    connection.execute(
        "INSERT INTO gpkg_contents VALUES (?1, 'features', ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![name, about, moment, at(0), at(1), at(2), at(3), epsg],
    )?;
    let geometry = wkb::type_name(layer).to_uppercase();
    connection.execute(&create(layer, &geometry), [])?;
    connection.execute(
        "INSERT INTO gpkg_geometry_columns VALUES (?1, ?2, ?3, ?4, 0, 0)",
        params![name, GEOMETRY, geometry, epsg],
    )?;
    connection.execute(
        "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, \
         f_geometry_column, styleName, styleQML, styleSLD, useAsDefault, description, owner, \
         update_time) VALUES ('', '', ?1, ?2, ?1, ?3, '', 1, ?4, '', ?5)",
        params![name, GEOMETRY, style::render(context, layer), about, moment],
    )?;
    add_features(connection, layer, epsg)
}

/// The statement that makes the table of a layer.
fn create(layer: &Layer<'_>, geometry: &str) -> String {
    let column = |field: &Field| {
        let kind = match field.kind {
            Kind::Text => "TEXT",
            Kind::Whole => "INTEGER",
            Kind::Number(_) => "DOUBLE",
            Kind::Claim => "BOOLEAN",
        };
        format!(", {} {kind}", quoted(&field.name))
    };
    let columns: String = layer.grid.fields.iter().map(column).collect();
    format!(
        "CREATE TABLE {} (fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, {GEOMETRY} \
         {geometry}{columns})",
        quoted(&layer.name)
    )
}

fn add_features(connection: &Connection, layer: &Layer<'_>, epsg: u32) -> Result<()> {
    let holders = ", ?".repeat(layer.grid.fields.len());
    let mut insert = connection.prepare(&format!(
        "INSERT INTO {} VALUES (?, ?{holders})",
        quoted(&layer.name)
    ))?;
    let is_multi = layer.dimension != Dimension::Point || layer.has_many_points();
    for (fid, (shape, row)) in (1i64..).zip(layer.shapes.iter().zip(&layer.grid.rows)) {
        let geometry = blob(shape, is_multi, epsg);
        let first: [&dyn ToSql; 2] = [&fid, &geometry];
        let values = row.iter().map(|value| value as &dyn ToSql);
        let all: Vec<&dyn ToSql> = first.into_iter().chain(values).collect();
        insert.execute(all.as_slice())?;
    }
    Ok(())
}

/// A geometry with the header of the standard: the CRS and, but for points, the envelope.
fn blob(shape: ShapeRef<'_>, is_multi: bool, epsg: u32) -> Option<Vec<u8>> {
    let body = wkb::render(shape, is_multi)?;
    let has_envelope = shape.dimension() != Dimension::Point;
    let mut out = Vec::with_capacity(40 + body.len());
    out.extend(b"GP\0");
    out.push(if has_envelope { WITH_ENVELOPE } else { WITHOUT_ENVELOPE });
    out.extend(epsg.to_le_bytes());
    if let (true, Some((low, high))) = (has_envelope, shape.bounds()) {
        let ([x0, y0], [x1, y1]) = (low.meters(), high.meters());
        for side in [x0, x1, y0, y1] {
            out.extend(side.to_le_bytes());
        }
    }
    out.extend(body);
    Some(out)
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        Ok(match self {
            Value::Unknown => ToSqlOutput::Owned(Sql::Null),
            Value::Text(text) => ToSqlOutput::from(text.as_ref()),
            Value::Whole(number) => ToSqlOutput::Owned(Sql::Integer(*number)),
            Value::Number(number) => ToSqlOutput::Owned(Sql::Real(*number)),
            Value::Claim(claim) => ToSqlOutput::Owned(Sql::Integer(i64::from(*claim))),
        })
    }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
