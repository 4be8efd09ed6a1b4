//! Layers as read: what the files said, checked against what the project needs.
//!
//! In: [`Settings`](crate::config::Settings) and files. Out: [`RawLayers`]: coordinates as in
//! the file, wanted fields only, the evidence for the CRS, digests. Nothing can
//! be computed on a raw layer; [`crate::geometry`] prepares it.
//!
//! Trouble with a layer as a whole is a [`LayerError`], and all of it comes at once.
//! Trouble with single features is a finding, and the run goes on. What a value of a
//! field means is decided in [`fields`] alone.

mod codes;
pub mod counterfactual;
pub mod crs;
mod disputed;
mod error;
pub mod fields;
mod file;
mod join;
mod levels;
pub mod look;
pub mod raw;
mod read;
mod reported;
mod source;
mod values;
mod wanted;

pub use error::{LayerError, LayerErrors, LayerTrouble, TableTrouble};
pub use join::JoinTrouble;
pub use raw::{
    Column, Companion, CrsEvidence, JoinedTable, PartRole, Pile, RawFeature, RawFeatures,
    RawLayer, RawLayers, Record, ReportedRow, ReportedTable, Texts, Value,
};
pub use read::read;
