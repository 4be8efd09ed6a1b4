//! `GeoParquet` (1.0 and 1.1): the primary geometry column and the wanted fields.
//!
//! In: a file, because Parquet is read from its end. Out: `Parsed`. Row groups are read
//! one after another and each in small batches; columns that nobody wants are not looked
//! at. Geometries must be in well-known binary. Features have no ids of their own.

#[cfg(feature = "geoparquet")]
mod column;
#[cfg(feature = "geoparquet")]
mod headers;
#[cfg(feature = "geoparquet")]
mod metadata;
#[cfg(feature = "geoparquet")]
mod pages;
#[cfg(feature = "geoparquet")]
mod reader;
#[cfg(feature = "geoparquet")]
mod shared;
#[cfg(feature = "geoparquet")]
mod values;

/// Reads a `GeoParquet` file.
///
/// # Errors
///
/// [`FormatError`](super::FormatError) if the file cannot be read, is broken, or says not
/// where its geometries are; or if this build was made without it.
#[cfg(feature = "geoparquet")]
pub fn read<R: parquet::file::reader::ChunkReader + 'static>(
    file: R,
    wanted: &super::Wanted,
) -> Result<super::Parsed, super::FormatError> {
    reader::read(file, wanted)
}

/// Says that this build was made without it.
///
/// # Errors
///
/// Always.
#[cfg(not(feature = "geoparquet"))]
pub fn read<R>(
    _file: R,
    _wanted: &super::Wanted,
) -> Result<super::Parsed, super::FormatError> {
    Err(super::FormatError::whole(super::Problem::NoGeoparquet))
}
