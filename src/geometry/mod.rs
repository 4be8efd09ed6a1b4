//! From raw layers to a study area: one CRS, on the exact grid, valid, indexed.
//!
//! In: [`RawLayers`](crate::layers::RawLayers) and settings. Out: [`StudyArea`], the proof that
//! preparation is done, and a ledger of findings. No file is touched here.

pub mod grid;
pub mod index;
pub mod mosaic;
pub mod shapes;
pub mod study_area;

pub use grid::GridPoint;
pub use index::Nearest;
pub use shapes::{Dimension, ShapeRef, Shapes};
pub use study_area::{
    ContextLayer, ExposureLayer, HazardLayer, InputRecord, LostFeature, Prepared,
    ServiceLayer, StudyArea, Territory, Zone,
};
