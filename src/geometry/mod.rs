//! From raw layers to a study area: one CRS, on the exact grid, valid, indexed.
//!
//! In: [`RawLayers`](crate::layers::RawLayers) and settings. Out: [`StudyArea`], the proof that
//! preparation is done, and a ledger of findings. No file is touched here.
//!
//! The way of a layer, all its features in parallel:
//!
//! 1. [`crs`] brings coordinates to the working CRS and judges whether they fit it;
//! 2. [`grid`] snaps them to whole micrometres, after which everything is exact;
//! 3. [`validity`] checks rings and [`repair`] mends the few that fail; [`layer`] does both for a
//!    whole file;
//! 4. [`territories`] reports overlaps and gaps and makes a partition; [`overlaps`] does it for what
//!    is exposed and what serves; hazards get their zones, by [`band`] where they go by
//!    distance, and by [`margin`] with their edges moved in and out.
//!
//! Below them stand [`predicates`], [`edges`] and [`relate`] (exact questions), [`overlay`] (the only file
//! that knows the overlay engine), [`index`] and [`nearest`] (R-trees of boxes and of what is near).

#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "grid coordinates stay below 2^53 and numbers of rows and parts below 2^32"
)]

pub mod band;
pub mod crs;
pub mod edges;
pub mod error;
pub mod grid;
mod hazards;
pub mod index;
pub mod layer;
pub mod margin;
mod measured;
pub mod memo;
pub mod mosaic;
pub mod nearest;
mod nesting;
pub mod overlaps;
pub mod overlay;
pub mod predicates;
mod prepare;
pub mod reach;
mod records;
pub mod relate;
pub mod repair;
pub mod shapes;
mod strip;
mod strips;
pub mod study_area;
pub mod territories;
pub mod validity;
pub mod values;

pub use error::{GeometryError, GeometryErrors, Suspicion};
pub use grid::GridPoint;
pub use index::SpatialIndex;
pub use nearest::Nearest;
pub use prepare::{prepare, prepare_as_drawn};
pub use shapes::{Dimension, ShapeRef, Shapes, Window};
pub use study_area::{
    ContextLayer, ExposureLayer, HazardLayer, InputRecord, LostFeature, Prepared,
    ServiceLayer, StudyArea, Territory, Zone,
};
pub use values::{Amounts, SomeAmounts};
