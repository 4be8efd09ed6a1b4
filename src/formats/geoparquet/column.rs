//! One column of a row group, in batches of values.

use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::DataType;

use super::shared::Budget;
use super::values::Meaning;
use crate::formats::collector::told;
use crate::formats::{FormatError, Problem};
use crate::layers::Value;

/// What Parquet's library says.
pub(super) fn broken(error: impl std::fmt::Display) -> FormatError {
    told(Problem::BrokenParquet, error)
}

/// Reads up to `count` values of a column that is not nested, calling `each` with `None`
/// for null.
///
/// # Errors
///
/// If the file is broken, or ends before `count` values; the first error of `each`.
fn read_typed<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    is_required: bool,
    count: usize,
    mut each: impl FnMut(Option<&T::T>) -> Result<(), FormatError>,
) -> Result<(), FormatError> {
    let mut levels: Vec<i16> = Vec::new();
    let mut values: Vec<T::T> = Vec::new();
    let definition = (!is_required).then_some(&mut levels);
    let (records, _, _) =
        reader.read_records(count, definition, None, &mut values).map_err(broken)?;
    if records != count {
        return Err(FormatError::whole(Problem::UnexpectedEnd));
    }
    let mut values = values.iter();
    if is_required {
        values.try_for_each(|value| each(Some(value)))?;
    } else {
        for level in levels {
            each(if level > 0 { values.next() } else { None })?;
        }
    }
    Ok(())
}

/// Reads the next values of a wanted field.
pub(super) fn read_values(
    reader: &mut ColumnReader,
    meaning: Meaning,
    is_required: bool,
    count: usize,
    out: &mut Vec<Value>,
    budget: &mut Budget,
) -> Result<(), FormatError> {
    use ColumnReader as R;
    out.clear();
    let (of, all) = (is_required, count);
    let mut put = |value: Option<Value>| {
        out.push(value.unwrap_or(Value::Null));
        Ok(())
    };
    match reader {
        R::BoolColumnReader(reader) => {
            read_typed(reader, of, all, |value| put(value.copied().map(Value::Bool)))
        }
        R::Int32ColumnReader(reader) => {
            read_typed(reader, of, all, |value| put(value.map(|v| meaning.of_i32(*v))))
        }
        R::Int64ColumnReader(reader) => {
            read_typed(reader, of, all, |value| put(value.map(|v| meaning.of_i64(*v))))
        }
        R::Int96ColumnReader(reader) => {
            read_typed(reader, of, all, |value| put(value.map(|_| Value::Other)))
        }
        R::FloatColumnReader(reader) => read_typed(reader, of, all, |value| {
            put(value.map(|v| meaning.of_f64((*v).into())))
        }),
        R::DoubleColumnReader(reader) => {
            read_typed(reader, of, all, |value| put(value.map(|v| meaning.of_f64(*v))))
        }
        R::ByteArrayColumnReader(reader) => read_typed(reader, of, all, |value| {
            budget.spend(value.map_or(0, |v| v.data().len()))?;
            put(value.map(|v| meaning.of_bytes(v.data())))
        }),
        R::FixedLenByteArrayColumnReader(reader) => {
            read_typed(reader, of, all, |value| {
                budget.spend(value.map_or(0, |v| v.data().len()))?;
                put(value.map(|v| meaning.of_bytes(v.data())))
            })
        }
    }
}

/// Reads the next geometries; `each` gets their bytes.
pub(super) fn read_geometries(
    reader: &mut ColumnReader,
    is_required: bool,
    count: usize,
    mut each: impl FnMut(Option<&[u8]>) -> Result<(), FormatError>,
) -> Result<(), FormatError> {
    let ColumnReader::ByteArrayColumnReader(reader) = reader else {
        return Err(FormatError::whole(Problem::GeoparquetEncoding));
    };
    read_typed(reader, is_required, count, |value| {
        each(value.map(parquet::data_type::ByteArray::data))
    })
}
