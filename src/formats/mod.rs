//! Bytes to features, one pure module a format.

pub mod geojson;
