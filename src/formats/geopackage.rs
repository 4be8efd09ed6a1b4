//! `GeoPackage` (OGC 12-128), one feature layer of it.
//!
//! In: the path of a file, because `SQLite` reads here and there. Out: [`Parsed`]. The file
//! is opened as immutable: nothing is written, no journal is left beside it and no lock
//! is taken; a file whose changes still stand in a journal is refused. Only plain tables
//! and stored columns are read, so that a hostile file cannot bring its own queries.

#[cfg(feature = "geopackage")]
mod header;
#[cfg(feature = "geopackage")]
mod reader;

use std::path::Path;

use super::{FormatError, Parsed, Wanted};

/// Reads a layer of a `GeoPackage`: the one named, or the only one there is.
///
/// Ids are the primary key, as text.
///
/// # Errors
///
/// [`FormatError`] if the file cannot be opened, is broken, is no `GeoPackage`, has
/// changes in a journal, or lacks the layer; or if this build was made without it.
#[cfg(feature = "geopackage")]
pub fn read(
    path: &Path,
    layer: Option<&str>,
    wanted: &Wanted,
) -> Result<Parsed, FormatError> {
    reader::read(path, layer, wanted)
}

/// Says that this build was made without it.
///
/// # Errors
///
/// Always.
#[cfg(not(feature = "geopackage"))]
pub fn read(
    _path: &Path,
    _layer: Option<&str>,
    _wanted: &Wanted,
) -> Result<Parsed, FormatError> {
    Err(FormatError::whole(super::Problem::NoGeopackage))
}

/// Names of the layers with geometries.
///
/// # Errors
///
/// As [`read`].
#[cfg(feature = "geopackage")]
pub fn layer_names(path: &Path) -> Result<Vec<String>, FormatError> {
    reader::layer_names(path)
}

/// Says that this build was made without it.
///
/// # Errors
///
/// Always.
#[cfg(not(feature = "geopackage"))]
pub fn layer_names(_path: &Path) -> Result<Vec<String>, FormatError> {
    Err(FormatError::whole(super::Problem::NoGeopackage))
}
