//! The project file: from what was typed to what is meant.
//!
//! In: the text of a TOML file. Out: [`Settings`], complete and valid, or every
//! trouble at once ([`ConfigErrors`]). Nothing here reads a layer.

pub mod settings;

pub use settings::{
    AccuracySetting, Better, DeficitKind, DeficitSettings, ExposureRole, FailOn,
    HazardLevels, HazardRole, LayerSettings, Localized, ServiceRole, Settings,
    TerritoryRole, Units,
};
