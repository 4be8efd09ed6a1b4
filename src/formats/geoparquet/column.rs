//! One column of a row group, in batches of values.

use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::DataType;

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
/// If the file is broken, or ends before `count` values.
fn read_typed<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    is_required: bool,
    count: usize,
    mut each: impl FnMut(Option<&T::T>),
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
        values.for_each(|value| each(Some(value)));
    } else {
        for level in levels {
            each(if level > 0 { values.next() } else { None });
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
) -> Result<(), FormatError> {
    use ColumnReader as R;
    out.clear();
    match reader {
        R::BoolColumnReader(reader) => read_typed(reader, is_required, count, |value| {
            out.push(value.map_or(Value::Null, |value| Value::Bool(*value)));
        }),
        R::Int32ColumnReader(reader) => read_typed(reader, is_required, count, |value| {
            out.push(value.map_or(Value::Null, |value| meaning.of_i32(*value)));
        }),
        R::Int64ColumnReader(reader) => read_typed(reader, is_required, count, |value| {
            out.push(value.map_or(Value::Null, |value| meaning.of_i64(*value)));
        }),
        R::Int96ColumnReader(reader) => read_typed(reader, is_required, count, |value| {
            out.push(value.map_or(Value::Null, |_| Value::Other));
        }),
        R::FloatColumnReader(reader) => read_typed(reader, is_required, count, |value| {
            out.push(value.map_or(Value::Null, |value| meaning.of_f64((*value).into())));
        }),
        R::DoubleColumnReader(reader) => {
            read_typed(reader, is_required, count, |value| {
                out.push(value.map_or(Value::Null, |value| meaning.of_f64(*value)));
            })
        }
        R::ByteArrayColumnReader(reader) => {
            read_typed(reader, is_required, count, |value| {
                out.push(
                    value.map_or(Value::Null, |value| meaning.of_bytes(value.data())),
                );
            })
        }
        R::FixedLenByteArrayColumnReader(reader) => {
            read_typed(reader, is_required, count, |value| {
                out.push(
                    value.map_or(Value::Null, |value| meaning.of_bytes(value.data())),
                );
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
    let mut outcome = Ok(());
    read_typed(reader, is_required, count, |value| {
        if outcome.is_ok() {
            outcome = each(value.map(parquet::data_type::ByteArray::data));
        }
    })?;
    outcome
}
