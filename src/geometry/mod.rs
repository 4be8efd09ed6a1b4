//! From raw layers to a study area: one CRS, on the exact grid, valid, indexed.
//!
//! In: [`RawLayers`](crate::layers::RawLayers) and settings. Out: [`StudyArea`], the proof that
//! preparation is done, and a ledger of findings. No file is touched here.

pub mod band;
pub mod crs;
pub mod edges;
pub mod error;
pub mod grid;
pub mod index;
pub mod layer;
pub mod margin;
pub mod overlaps;
pub mod overlay;
pub mod predicates;
pub mod relate;
pub mod repair;
pub mod shapes;
pub mod study_area;
pub mod territories;
pub mod validity;
pub mod values;

pub use error::{GeometryError, GeometryErrors, Suspicion};
pub use grid::GridPoint;
pub use index::{Nearest, SpatialIndex};
pub use shapes::{Dimension, ShapeRef, Shapes};
pub use study_area::{
    ContextLayer, ExposureLayer, HazardLayer, InputRecord, LostFeature, Prepared,
    ServiceLayer, StudyArea, Territory, Zone,
};
