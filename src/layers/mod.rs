//! Layers as read: what the files said, checked against what the project needs.
//!
//! In: [`Settings`](crate::config::Settings) and files. Out: [`RawLayers`]: coordinates as in
//! the file, wanted fields only, the evidence for the CRS, digests. Nothing can
//! be computed on a raw layer; [`crate::geometry`] prepares it.

pub mod raw;

pub use raw::{
    Column, CrsEvidence, PartRole, RawFeature, RawFeatures, RawLayer, RawLayers,
    ReportedRow, ReportedTable, Value,
};
