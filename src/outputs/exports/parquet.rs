//! Layers as GeoParquet 1.1 and tables as Parquet.
//!
//! In: layers and tables. Out: `exports/parquet/<layer>.parquet` with WKB in the column
//! `geometry`, and `exports/parquet/tables/<table>.parquet`. Snappy, which every reader has.

use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DoubleType, Int64Type};
use parquet::errors::Result;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::Type;
use serde_json::json;

use super::grid::{Field, Grid, Kind, Layer, Value};
use super::reference::Reference;
use super::{Context, File, OutputError, failed, schema, wkb};
use crate::config::ExportFormat;
use crate::geometry::Dimension;
use crate::outputs::manifest::PROGRAM;
use crate::outputs::tables::Table;

/// Name of the geometry column, as the standard proposes it.
const GEOMETRY: &str = "geometry";
/// Rows of a row group.
const GROUP: usize = 65_536;

pub(super) fn make(
    context: &Context<'_>,
    tables: &[Table],
) -> std::result::Result<Vec<File>, OutputError> {
    let error = failed(ExportFormat::Parquet);
    let reference = super::reference(context, ExportFormat::Parquet)?;
    let mut files = Vec::new();
    for layer in &context.layers {
        let is_multi = layer.dimension != Dimension::Point || layer.has_many_points();
        let shapes = layer.shapes.iter().map(|shape| wkb::render(shape, is_multi));
        let geometry: Vec<Option<Vec<u8>>> = shapes.collect();
        let geo = metadata(layer, &reference);
        let bytes = render(&layer.grid, Some(&(geometry.as_slice(), geo)))
            .map_err(|e| error(&e))?;
        files.push((format!("exports/parquet/{}.parquet", layer.name), bytes));
    }
    for table in tables {
        let bytes = render(&schema::typed(table), None).map_err(|e| error(&e))?;
        let name = table.name.trim_end_matches(".csv");
        files.push((format!("exports/parquet/tables/{name}.parquet"), bytes));
    }
    Ok(files)
}

/// What GeoParquet keeps under the key `geo`.
fn metadata(layer: &Layer<'_>, reference: &Reference) -> String {
    let mut column = json!({
        "encoding": "WKB",
        "geometry_types": [wkb::type_name(layer)],
        "crs": reference.projjson(),
        "edges": "planar",
    });
    if layer.dimension == Dimension::Area {
        column["orientation"] = "counterclockwise".into();
    }
    if let Some(extent) = layer.extent() {
        column["bbox"] = json!(extent);
    }
    json!({ "version": "1.1.0", "primary_column": GEOMETRY, "columns": { GEOMETRY: column } })
        .to_string()
}

/// Geometry by row, and the text under the key `geo`.
type Geometry<'g> = (&'g [Option<Vec<u8>>], String);

fn render(grid: &Grid<'_>, geometry: Option<&Geometry<'_>>) -> Result<Vec<u8>> {
    let mut columns = grid.fields.iter().map(column).collect::<Result<Vec<_>>>()?;
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_created_by(format!("{PROGRAM} {}", env!("CARGO_PKG_VERSION")));
    if let Some((_, geo)) = geometry {
        let builder = Type::primitive_type_builder(GEOMETRY, Physical::BYTE_ARRAY);
        columns.push(Arc::new(builder.with_repetition(Repetition::OPTIONAL).build()?));
        let entry = KeyValue::new("geo".to_owned(), geo.clone());
        properties = properties.set_key_value_metadata(Some(vec![entry]));
    }
    let schema = Type::group_type_builder("schema").with_fields(columns).build()?;
    let properties = Arc::new(properties.build());
    let mut writer = SerializedFileWriter::new(Vec::new(), Arc::new(schema), properties)?;
    let mut first = 0;
    while first < grid.rows.len() {
        let rows = first..(first + GROUP).min(grid.rows.len());
        let mut group = writer.next_row_group()?;
        for (at, field) in grid.fields.iter().enumerate() {
            let values = grid.rows[rows.clone()].iter().map(|row| &row[at]);
            write_column(&mut group, field.kind, values)?;
        }
        if let Some((all, _)) = geometry {
            let all = all[rows.clone()].iter().map(Option::as_deref);
            write_bytes(&mut group, all)?;
        }
        group.close()?;
        first = rows.end;
    }
    writer.into_inner()
}

fn column(field: &Field) -> Result<Arc<Type>> {
    let (physical, logical) = match field.kind {
        Kind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        Kind::Whole => (Physical::INT64, None),
        Kind::Number(_) => (Physical::DOUBLE, None),
        Kind::Claim => (Physical::BOOLEAN, None),
    };
    let builder = Type::primitive_type_builder(&field.name, physical);
    let builder = builder.with_repetition(Repetition::OPTIONAL);
    builder.with_logical_type(logical).build().map(Arc::new)
}

fn write_column<'v>(
    group: &mut SerializedRowGroupWriter<'_, Vec<u8>>,
    kind: Kind,
    values: impl Iterator<Item = &'v Value<'v>>,
) -> Result<()> {
    match kind {
        Kind::Text => {
            let bytes = values.map(|value| match value {
                Value::Text(text) => Some(text.as_bytes()),
                _ => None,
            });
            write_bytes(group, bytes)
        }
        Kind::Whole => write::<Int64Type>(
            group,
            values.map(|value| match value {
                Value::Whole(number) => Some(*number),
                _ => None,
            }),
        ),
        Kind::Number(_) => write::<DoubleType>(
            group,
            values.map(|value| match value {
                Value::Number(number) => Some(*number),
                _ => None,
            }),
        ),
        Kind::Claim => write::<BoolType>(
            group,
            values.map(|value| match value {
                Value::Claim(claim) => Some(*claim),
                _ => None,
            }),
        ),
    }
}

fn write_bytes<'v>(
    group: &mut SerializedRowGroupWriter<'_, Vec<u8>>,
    values: impl Iterator<Item = Option<&'v [u8]>>,
) -> Result<()> {
    let values = values.map(|value| value.map(|bytes| ByteArray::from(bytes.to_vec())));
    write::<ByteArrayType>(group, values)
}

/// Writes a whole column; what is unknown is told by its level.
fn write<T: parquet::data_type::DataType>(
    group: &mut SerializedRowGroupWriter<'_, Vec<u8>>,
    values: impl Iterator<Item = Option<T::T>>,
) -> Result<()> {
    let (mut known, mut levels) = (Vec::new(), Vec::new());
    for value in values {
        levels.push(i16::from(value.is_some()));
        known.extend(value);
    }
    if let Some(mut column) = group.next_column()? {
        column.typed::<T>().write_batch(&known, Some(&levels), None)?;
        column.close()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::grid::sample;
    use super::*;
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::RowAccessor;

    #[test]
    fn another_reader_gets_values_geometry_and_metadata_back() {
        let layer = sample::layer(Dimension::Area);
        let geo = metadata(&layer, &Reference::of(32719).unwrap());
        let geometry: Vec<_> =
            layer.shapes.iter().map(|shape| wkb::render(shape, true)).collect();
        let bytes = render(&layer.grid, Some(&(geometry.as_slice(), geo))).unwrap();
        let mut file = tempfile::tempfile().unwrap();
        std::io::Write::write_all(&mut file, &bytes).unwrap();
        let reader = SerializedFileReader::new(file).unwrap();
        let found = reader.metadata().file_metadata().key_value_metadata().unwrap();
        assert_eq!(found[0].key, "geo");
        let geo: serde_json::Value =
            serde_json::from_str(found[0].value.as_ref().unwrap()).unwrap();
        assert_eq!(geo["version"], "1.1.0");
        let column = &geo["columns"]["geometry"];
        assert_eq!(column["crs"]["id"]["code"], 32719);
        assert_eq!(column["geometry_types"][0], "MultiPolygon");
        assert_eq!(column["bbox"][2], 260_310.0);
        let rows: Vec<_> =
            reader.get_row_iter(None).unwrap().map(Result::unwrap).collect();
        assert_eq!(rows[0].get_string(0).unwrap(), "Peñón \"1\"");
        assert!((rows[0].get_double(2).unwrap() - 12_400.5).abs() < 1e-12);
        assert_eq!(rows[0].get_long(3).unwrap(), 3);
        assert!(rows[0].get_bool(4).unwrap());
        assert!(rows[1].get_double(2).is_err(), "unknown is null");
        assert_eq!(rows[0].get_bytes(5).unwrap().data(), geometry[0].as_ref().unwrap());
    }
}
