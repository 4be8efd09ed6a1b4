//! Finds the layer in the tables of a `GeoPackage` and reads its rows.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::Path;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags, OptionalExtension as _};

use super::header;
use crate::domain::Code;
use crate::formats::collector::{Collector, Geometry, float, told, whole_number};
use crate::formats::{CrsStatement, FormatError, Parsed, Position, Problem, Remark};
use crate::formats::{Reason, Wanted, wkb};
use crate::layers::Value;

/// Columns that a layer may have; `SQLite` itself has a limit of this order.
const MAX_COLUMNS: usize = 32_767;

pub(super) fn read(
    path: &Path,
    layer: Option<&str>,
    wanted: &Wanted,
) -> Result<Parsed, FormatError> {
    let database = open(path)?;
    Package { database: &database }.read(layer, wanted)
}

/// Names of the layers with geometries.
pub(super) fn layer_names(path: &Path) -> Result<Vec<String>, FormatError> {
    let database = open(path)?;
    let package = Package { database: &database };
    package.ensure_tables()?;
    Ok(package.layers()?.into_iter().map(|layer| layer.table).collect())
}

/// Opens a database of which nobody changes anything meanwhile.
fn open(path: &Path) -> Result<Connection, FormatError> {
    if has_journal(path) {
        return Err(FormatError::whole(Problem::OpenDatabase));
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_URI
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let database = Connection::open_with_flags(address(path), flags).map_err(broken)?;
    database
        .execute_batch("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;")
        .map_err(broken)?;
    Ok(database)
}

/// What `SQLite` says.
fn broken(error: rusqlite::Error) -> FormatError {
    told(Problem::BrokenDatabase, error)
}

/// Whether changes that belong to the database still stand beside it.
fn has_journal(path: &Path) -> bool {
    let beside = |ending: &str| {
        let mut name = OsString::from(path);
        name.push(ending);
        name
    };
    let holds = |name: OsString| {
        Path::new(&name).metadata().is_ok_and(|kind| kind.is_file() && kind.len() > 0)
    };
    holds(beside("-wal")) || holds(beside("-journal"))
}

/// The path as an address that says that nobody changes the file.
fn address(path: &Path) -> String {
    let mut address = "file:".to_owned();
    let bytes = path.as_os_str().as_encoded_bytes();
    if path.is_absolute() {
        // An empty authority; a drive letter needs a slash in front of it.
        address.push_str(if bytes.starts_with(b"/") { "//" } else { "///" });
    }
    for &byte in bytes {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' => {
                address.push(char::from(byte));
            }
            b':' if cfg!(windows) => address.push(':'),
            b'\\' if cfg!(windows) => address.push('/'),
            _ => write!(address, "%{byte:02X}").expect("a text takes any text"),
        }
    }
    address + "?immutable=1"
}

/// A name as SQL wants it.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

struct Package<'c> {
    database: &'c Connection,
}

/// A layer with geometries.
struct Layer {
    table: String,
    geometry: String,
    srs_id: i64,
}

/// What is read of a row besides its geometry.
struct Plan {
    table: String,
    geometry: String,
    srs_id: i64,
    key: Option<String>,
    /// Name in the table, column of the values, whether it holds true and false.
    fields: Vec<(String, usize, bool)>,
}

impl Package<'_> {
    /// Makes sure that the tables are there which every `GeoPackage` has.
    fn ensure_tables(&self) -> Result<(), FormatError> {
        for table in ["gpkg_contents", "gpkg_geometry_columns", "gpkg_spatial_ref_sys"] {
            if !self.is_table(table)? {
                return Err(FormatError::whole(Problem::NotGeopackage));
            }
        }
        Ok(())
    }

    fn read(&self, layer: Option<&str>, wanted: &Wanted) -> Result<Parsed, FormatError> {
        self.ensure_tables()?;
        let layer = self.choose(layer)?;
        if !self.is_table(&layer.table)? {
            return Err(told(Problem::GeopackageView, &layer.table));
        }
        let crs = self.crs(layer.srs_id)?;
        let mut collector = Collector::new(wanted);
        let plan = self.plan(layer, &mut collector)?;
        let strangers = self.rows(&plan, &mut collector)?;
        let mut parsed = collector.finish();
        parsed.crs = Some(crs);
        if strangers > 0 {
            let values = vec![("count", strangers.to_string())];
            parsed.remarks.push(Remark { code: Code::GeometrySystemDiffers, values });
        }
        Ok(parsed)
    }

    /// Whether there is a table of that name that is neither a view nor virtual.
    fn is_table(&self, name: &str) -> Result<bool, FormatError> {
        let found: Option<(String, i64, Option<String>)> = self
            .database
            .query_row(
                "SELECT type, rootpage, sql FROM sqlite_schema \
                 WHERE name = ?1 COLLATE NOCASE AND type IN ('table', 'view')",
                [name],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
            )
            .optional()
            .map_err(broken)?;
        Ok(found.is_some_and(|(kind, root, _)| kind == "table" && root > 0))
    }

    /// Takes the layer that was named, or the only one.
    fn choose(&self, name: Option<&str>) -> Result<Layer, FormatError> {
        let mut layers = self.layers()?;
        let names = |layers: &[Layer]| {
            let names: Vec<&str> =
                layers.iter().map(|layer| layer.table.as_str()).collect();
            names.join(", ")
        };
        match name {
            Some(name) => {
                let is_meant = |layer: &Layer| layer.table.eq_ignore_ascii_case(name);
                let found = layers.iter().position(is_meant);
                found
                    .map(|at| layers.swap_remove(at))
                    .ok_or_else(|| told(Problem::UnknownLayer, names(&layers)))
            }
            None if layers.len() > 1 => Err(told(Problem::SeveralLayers, names(&layers))),
            None => {
                layers.pop().ok_or_else(|| FormatError::whole(Problem::NoFeatureLayer))
            }
        }
    }

    fn layers(&self) -> Result<Vec<Layer>, FormatError> {
        let query = "SELECT g.table_name, g.column_name, g.srs_id \
             FROM gpkg_geometry_columns AS g JOIN gpkg_contents AS c \
             ON lower(g.table_name) = lower(c.table_name) \
             WHERE lower(c.data_type) = 'features' ORDER BY g.table_name";
        let mut statement = self.database.prepare(query).map_err(broken)?;
        let layers = statement.query_map([], |row| {
            Ok(Layer { table: row.get(0)?, geometry: row.get(1)?, srs_id: row.get(2)? })
        });
        layers.and_then(Iterator::collect).map_err(broken)
    }

    fn crs(&self, srs_id: i64) -> Result<CrsStatement, FormatError> {
        let query = "SELECT organization, organization_coordsys_id, definition \
             FROM gpkg_spatial_ref_sys WHERE srs_id = ?1";
        let found: Option<(Option<String>, Option<i64>, Option<String>)> = self
            .database
            .query_row(query, [srs_id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .optional()
            .map_err(broken)?;
        // −1 is "unknown and planar", 0 "unknown and geographic".
        let Some((organization, code, definition)) = found.filter(|_| srs_id > 0) else {
            return Ok(CrsStatement::Undefined);
        };
        let is_epsg =
            organization.is_some_and(|name| name.trim().eq_ignore_ascii_case("EPSG"));
        let code =
            code.and_then(|code| u32::try_from(code).ok()).filter(|code| *code > 0);
        let definition = definition.filter(|text| {
            let text = text.trim();
            !text.is_empty() && !text.eq_ignore_ascii_case("undefined")
        });
        Ok(match (code, definition) {
            (Some(code), _) if is_epsg => CrsStatement::Epsg(code),
            (_, Some(definition)) => CrsStatement::Wkt(definition),
            _ => CrsStatement::Undefined,
        })
    }

    /// Which columns to read. Those that `SQLite` would compute are not among them.
    fn plan(
        &self,
        layer: Layer,
        collector: &mut Collector<'_>,
    ) -> Result<Plan, FormatError> {
        let query = "SELECT name, type, pk FROM pragma_table_info(?1)";
        let mut statement = self.database.prepare(query).map_err(broken)?;
        let columns = statement.query_map([&layer.table], |row| {
            let kind: Option<String> = row.get(1)?;
            Ok((
                row.get::<_, String>(0)?,
                kind.unwrap_or_default(),
                row.get::<_, i64>(2)?,
            ))
        });
        let columns: Vec<(String, String, i64)> = columns
            .and_then(|columns| columns.take(MAX_COLUMNS).collect())
            .map_err(broken)?;
        let is_geometry = |name: &str| name.eq_ignore_ascii_case(&layer.geometry);
        let Some((geometry, ..)) = columns.iter().find(|(name, ..)| is_geometry(name))
        else {
            return Err(told(Problem::NotGeopackage, &layer.geometry));
        };
        let keys: Vec<_> = columns.iter().filter(|(.., place)| *place > 0).collect();
        let key = match keys.as_slice() {
            [(name, kind, _)] if kind.eq_ignore_ascii_case("INTEGER") => {
                Some(name.clone())
            }
            _ => None,
        };
        let mut fields = Vec::new();
        for (name, kind, _) in columns.iter().filter(|(name, ..)| !is_geometry(name)) {
            let Some(column) = collector.field(name) else { continue };
            let is_bool = kind.trim().eq_ignore_ascii_case("BOOLEAN");
            fields.push((name.clone(), column, is_bool));
        }
        let geometry = geometry.clone();
        Ok(Plan { table: layer.table, geometry, srs_id: layer.srs_id, key, fields })
    }

    /// Reads all rows; how many geometries say that they are in another system.
    fn rows(
        &self,
        plan: &Plan,
        collector: &mut Collector<'_>,
    ) -> Result<u64, FormatError> {
        let mut strangers = 0;
        let key = plan.key.as_deref().map_or_else(|| "NULL".to_owned(), quoted);
        let names: Vec<String> =
            plan.fields.iter().map(|(name, ..)| quoted(name)).collect();
        let names =
            [vec![quoted(&plan.geometry), key.clone()], names].concat().join(", ");
        let table = quoted(&plan.table);
        let order =
            plan.key.as_ref().map_or(String::new(), |_| format!(" ORDER BY {key}"));
        let query = format!("SELECT {names} FROM {table}{order}");
        let mut statement = self.database.prepare(&query).map_err(broken)?;
        let mut rows = statement.query([]).map_err(broken)?;
        while let Some(row) = rows.next().map_err(broken)? {
            collector.begin();
            let geometry = match row.get_ref(0).map_err(broken)? {
                ValueRef::Null => Geometry::Null,
                ValueRef::Blob(bytes) => header::split(bytes)
                    .and_then(|blob| {
                        strangers += u64::from(i64::from(blob.srs_id) != plan.srs_id);
                        if blob.is_empty {
                            return Ok(());
                        }
                        wkb::read(blob.wkb, &mut collector.shapes)
                    })
                    .into(),
                _ => Geometry::Bad(Reason::BrokenGeometry),
            };
            let id = match row.get_ref(1).map_err(broken)? {
                ValueRef::Integer(key) => Some(key.to_string()),
                _ => None,
            };
            for (place, (_, column, is_bool)) in plan.fields.iter().enumerate() {
                let stored = row.get_ref(2 + place).map_err(broken)?;
                collector.set(*column, value(stored, *is_bool)?);
            }
            collector.end(id, geometry, Position::default())?;
        }
        Ok(strangers)
    }
}

fn value(stored: ValueRef<'_>, is_bool: bool) -> Result<Value, FormatError> {
    Ok(match stored {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number @ (0 | 1)) if is_bool => Value::Bool(number == 1),
        ValueRef::Integer(number) => whole_number(number.into()),
        ValueRef::Real(number) => float(number),
        ValueRef::Text(text) => {
            let not_utf8 = |_: std::str::Utf8Error| FormatError::whole(Problem::NotUtf8);
            Value::Text(std::str::from_utf8(text).map_err(not_utf8)?.into())
        }
        ValueRef::Blob(_) => Value::Other,
    })
}
