//! Row groups to features.

use parquet::basic::Type;
use parquet::column::reader::{ColumnReader, get_column_reader};
use parquet::file::reader::{
    ChunkReader, FileReader, RowGroupReader, SerializedFileReader,
};
use parquet::schema::types::SchemaDescriptor;

use super::column::{broken, read_geometries, read_values};
use super::pages::CheckedPages;
use super::shared::{Budget, Shared};
use super::values::Meaning;
use super::{headers, metadata};
use crate::domain::Code;
use crate::formats::collector::{Collector, Geometry, told};
use crate::formats::{FormatError, Parsed, Position, Problem, Remark, Wanted, wkb};
use crate::layers::Value;

/// Rows that are read at a time.
const BATCH: usize = 1024;
/// Rows that a file may have, whatever its size, and more for each of its bytes: without
/// a limit a few bytes could stand for thousands of millions of nulls.
const ROWS: u64 = 1_000_000;
const ROWS_A_BYTE: u64 = 8;

/// A field that is wanted: its leaf in the schema, unless it is nested.
struct Field {
    column: usize,
    leaf: Option<Leaf>,
}

#[derive(Clone, Copy)]
struct Leaf {
    index: usize,
    is_required: bool,
    meaning: Meaning,
}

pub(super) fn read<R: ChunkReader + 'static>(
    file: R,
    wanted: &Wanted,
) -> Result<Parsed, FormatError> {
    let most = file.len().saturating_mul(ROWS_A_BYTE).saturating_add(ROWS);
    let mut budget = Budget::of(&file);
    let file = Shared::new(file);
    let reader = SerializedFileReader::new(file.clone()).map_err(broken)?;
    let metadata = reader.metadata().file_metadata();
    let geo = metadata
        .key_value_metadata()
        .into_iter()
        .flatten()
        .find(|pair| pair.key == "geo")
        .and_then(|pair| pair.value.as_deref())
        .ok_or_else(|| FormatError::whole(Problem::NotGeoparquet))?;
    let geo = metadata::parse(geo)?;
    let schema = metadata.schema_descr();
    let geometry = leaf(schema, &geo.column)
        .filter(|leaf| schema.column(leaf.index).physical_type() == Type::BYTE_ARRAY)
        .ok_or_else(|| told(Problem::GeoparquetEncoding, &geo.column))?;
    let mut collector = Collector::new(wanted);
    let fields = fields_of(schema, &geo.column, &mut collector);
    for group in 0..reader.num_row_groups() {
        let group = reader.get_row_group(group).map_err(broken)?;
        let rows = u64::try_from(group.metadata().num_rows())
            .map_err(|error| told(Problem::BrokenParquet, error))?;
        if collector.row().saturating_add(rows) > most {
            return Err(FormatError::whole(Problem::TooMany));
        }
        let wanted = fields.iter().filter_map(|field| field.leaf);
        for leaf in std::iter::once(geometry).chain(wanted) {
            headers::check(&file, group.metadata().column(leaf.index))?;
        }
        read_group(&*group, rows, geometry, &fields, &mut collector, &mut budget)?;
    }
    let mut parsed = collector.finish();
    parsed.crs = Some(geo.crs);
    if let Some(name) = geo.described {
        let values = vec![("name", name)];
        parsed.remarks.push(Remark { code: Code::CrsWithoutCode, values });
    }
    Ok(parsed)
}

/// The leaf of a root field that is neither nested nor repeated.
fn leaf(schema: &SchemaDescriptor, name: &str) -> Option<Leaf> {
    let index = schema.columns().iter().position(|column| {
        matches!(column.path().parts(), [only] if only == name)
            && column.max_rep_level() == 0
    })?;
    let column = schema.column(index);
    let is_required = column.max_def_level() == 0;
    Some(Leaf { index, is_required, meaning: Meaning::of(&column) })
}

fn fields_of(
    schema: &SchemaDescriptor,
    geometry: &str,
    collector: &mut Collector<'_>,
) -> Vec<Field> {
    let roots = schema.root_schema().get_fields().iter().map(|field| field.name());
    roots
        .filter(|name| *name != geometry)
        .filter_map(|name| {
            let column = collector.field(name)?;
            Some(Field { column, leaf: leaf(schema, name) })
        })
        .collect()
}

fn read_group(
    group: &dyn RowGroupReader,
    rows: u64,
    geometry: Leaf,
    fields: &[Field],
    collector: &mut Collector<'_>,
    budget: &mut Budget,
) -> Result<(), FormatError> {
    let open = |leaf: Leaf| {
        let column = group.metadata().schema_descr().column(leaf.index);
        let pages = group.get_column_page_reader(leaf.index).map_err(broken)?;
        let pages = Box::new(CheckedPages::new(pages, !leaf.is_required, rows));
        Ok::<_, FormatError>(get_column_reader(column, pages))
    };
    let mut geometries = open(geometry)?;
    let mut readers: Vec<Option<ColumnReader>> = fields
        .iter()
        .map(|field| field.leaf.map(open).transpose())
        .collect::<Result<_, _>>()?;
    let mut batches: Vec<Vec<Value>> = vec![Vec::new(); fields.len()];
    let mut left =
        usize::try_from(rows).map_err(|error| told(Problem::BrokenParquet, error))?;
    while left > 0 {
        let count = left.min(BATCH);
        left -= count;
        for ((field, reader), batch) in fields.iter().zip(&mut readers).zip(&mut batches)
        {
            match (field.leaf, reader) {
                (Some(leaf), Some(reader)) => {
                    let required = leaf.is_required;
                    read_values(reader, leaf.meaning, required, count, batch, budget)?;
                }
                _ => *batch = vec![Value::Other; count],
            }
        }
        let mut row = 0;
        read_geometries(&mut geometries, geometry.is_required, count, |bytes| {
            collector.begin();
            let geometry = match bytes {
                None => Geometry::Null,
                Some(bytes) => {
                    budget.spend(bytes.len())?;
                    wkb::read(bytes, &mut collector.shapes).into()
                }
            };
            for (field, batch) in fields.iter().zip(&mut batches) {
                let value =
                    batch.get_mut(row).map(|value| std::mem::replace(value, Value::Null));
                collector.set(field.column, value.unwrap_or(Value::Null));
            }
            row += 1;
            collector.end(None, geometry, Position::default())
        })?;
    }
    Ok(())
}
