//! From a study area to measurements: no file, no rounding, no labels.

pub mod measurements;

pub use measurements::{BalanceRow, DeficitRow, ExposureRow, InHazardRow, Measurements};
