//! What makes a study area impossible. Trouble with single features is a finding instead.

use crate::domain::{Explain, Message, Place};
use crate::i18n::{Locale, render};

/// Why a pair of coordinates may lie far outside the working CRS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suspicion {
    /// Nothing comes to mind.
    Unexplained,
    /// With its two numbers swapped it would fit.
    SwappedAxes,
    /// It looks like degrees, but the layer is declared to be in metres.
    Degrees,
    /// It lies far outside the area of use of the layer's own CRS.
    OwnSystem,
}

/// Why geometry could not be prepared.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[error("{}", render(Locale::En, &self.message()))]
pub enum GeometryError {
    /// The CRS of a layer, or of the project, is unknown.
    UnknownCrs {
        /// Layer; empty for the working CRS.
        layer: String,
        /// Its code or definition.
        crs: String,
        /// Where it is declared.
        place: Option<Box<Place>>,
    },
    /// A CRS whose datum has no known shift to WGS 84.
    UnknownDatum {
        /// Layer; empty for the working CRS.
        layer: String,
        /// Its code or definition.
        crs: String,
        /// What is known of its datum: a name or an ellipsoid.
        datum: String,
        /// Where it is declared.
        place: Option<Box<Place>>,
    },
    /// The working CRS is not planar or not in metres.
    NotPlanar {
        /// Its code.
        epsg: u32,
        /// Where it is declared.
        place: Option<Box<Place>>,
    },
    /// Most coordinates of a layer declared in degrees are out of their range.
    NotDegrees {
        /// Layer.
        layer: String,
        /// Declared code or definition.
        crs: String,
        /// First such feature.
        feature: String,
        /// Its first such coordinates.
        at: [f64; 2],
        /// Number of such features.
        count: usize,
        /// Where the layer is declared.
        place: Option<Box<Place>>,
    },
    /// Features lie far outside the area of use of the working CRS.
    OutsideCrs {
        /// Layer.
        layer: String,
        /// Code or definition of the layer's CRS.
        crs: String,
        /// Code of the working CRS.
        working_epsg: u32,
        /// First such feature.
        feature: String,
        /// Its first such coordinates, as in the file.
        at: [f64; 2],
        /// Number of such features.
        count: usize,
        /// What may have happened.
        suspicion: Suspicion,
        /// Where the layer is declared.
        place: Option<Box<Place>>,
    },
    /// No feature of the territory layer can serve as a territory.
    NoTerritories {
        /// Layer.
        layer: String,
        /// Where it is declared.
        place: Option<Box<Place>>,
    },
    /// A hazard without bands whose features are all points or lines.
    NoZones {
        /// Layer.
        layer: String,
        /// Where it is declared.
        place: Option<Box<Place>>,
    },
    /// A level of a feature that cannot be read.
    UnknownLevel {
        /// Layer.
        layer: String,
        /// Feature.
        feature: String,
        /// Value as in the file; empty if null.
        value: String,
        /// Where the level field is declared.
        place: Option<Box<Place>>,
    },
    /// The study area of a hazard has no polygon.
    EmptyStudyArea {
        /// Hazard layer.
        layer: String,
        /// Layer of the study area.
        study_area: String,
        /// Where it is declared.
        place: Option<Box<Place>>,
    },
}

impl Explain for GeometryError {
    fn message(&self) -> Message {
        let at_point = |key, layer: &String, feature: &String, at: &[f64; 2], count| {
            Message::new(key)
                .with("layer", layer)
                .with("feature", feature)
                .with("x", coordinate(at[0]))
                .with("y", coordinate(at[1]))
                .with("count", count)
        };
        match self {
            Self::UnknownCrs { layer, crs, .. } => {
                of_layer_or_project("error.geometry.unknown_crs", layer, crs)
            }
            Self::UnknownDatum { layer, crs, datum, .. } => {
                of_layer_or_project("error.geometry.unknown_datum", layer, crs)
                    .with("datum", datum)
            }
            Self::NotPlanar { epsg, .. } => {
                Message::new("error.geometry.not_planar").with("epsg", epsg)
            }
            Self::NotDegrees { layer, crs, feature, at, count, .. } => {
                at_point("error.geometry.not_degrees", layer, feature, at, count)
                    .with("crs", crs)
            }
            Self::OutsideCrs {
                layer,
                crs,
                working_epsg,
                feature,
                at,
                count,
                suspicion,
                ..
            } => {
                let key = match suspicion {
                    Suspicion::Unexplained => "error.geometry.outside_crs",
                    Suspicion::SwappedAxes => "error.geometry.swapped_axes",
                    Suspicion::Degrees => "error.geometry.not_meters",
                    Suspicion::OwnSystem => "error.geometry.outside_own_crs",
                };
                at_point(key, layer, feature, at, count)
                    .with("epsg", working_epsg)
                    .with("crs", crs)
            }
            Self::NoTerritories { layer, .. } => {
                Message::new("error.geometry.no_territories").with("layer", layer)
            }
            Self::NoZones { layer, .. } => {
                Message::new("error.geometry.no_zones").with("layer", layer)
            }
            Self::UnknownLevel { layer, feature, value, .. } => {
                Message::new("error.geometry.unknown_level")
                    .with("layer", layer)
                    .with("feature", feature)
                    .with("value", value)
            }
            Self::EmptyStudyArea { layer, study_area, .. } => {
                Message::new("error.geometry.empty_study_area")
                    .with("layer", layer)
                    .with("study_area", study_area)
            }
        }
    }

    fn hint(&self) -> Option<Message> {
        let key = match self {
            Self::UnknownCrs { .. } => "hint.geometry.unknown_crs",
            Self::UnknownDatum { .. } => "hint.geometry.unknown_datum",
            Self::NotPlanar { .. } => "hint.geometry.not_planar",
            Self::NotDegrees { .. } => "hint.geometry.not_degrees",
            Self::OutsideCrs { suspicion: Suspicion::Unexplained, .. } => {
                "hint.geometry.outside_crs"
            }
            Self::OutsideCrs { suspicion: Suspicion::OwnSystem, .. } => {
                "hint.geometry.outside_own_crs"
            }
            Self::OutsideCrs { suspicion: Suspicion::SwappedAxes, .. } => {
                "hint.geometry.swapped_axes"
            }
            Self::OutsideCrs { suspicion: Suspicion::Degrees, .. } => {
                "hint.geometry.not_meters"
            }
            Self::NoTerritories { .. } => "hint.geometry.no_territories",
            Self::NoZones { .. } => "hint.geometry.no_zones",
            Self::UnknownLevel { .. } => "hint.geometry.unknown_level",
            Self::EmptyStudyArea { .. } => "hint.geometry.empty_study_area",
        };
        Some(Message::new(key))
    }

    fn place(&self) -> Option<&Place> {
        match self {
            Self::UnknownCrs { place, .. }
            | Self::UnknownDatum { place, .. }
            | Self::NotPlanar { place, .. }
            | Self::NotDegrees { place, .. }
            | Self::OutsideCrs { place, .. }
            | Self::NoTerritories { place, .. }
            | Self::NoZones { place, .. }
            | Self::UnknownLevel { place, .. }
            | Self::EmptyStudyArea { place, .. } => place.as_deref(),
        }
    }
}

fn of_layer_or_project(key: &'static str, layer: &str, crs: &str) -> Message {
    let subject = if layer.is_empty() { "working_crs" } else { layer };
    Message::new(key).with("layer", subject).with("crs", crs)
}

/// Writes a coordinate as it is, short even if absurd.
pub(super) fn coordinate(value: f64) -> String {
    if value.abs() >= 1e15 { format!("{value:e}") } else { format!("{value}") }
}

/// All that makes a study area impossible, in the order of the layers.
#[derive(Debug, Clone, PartialEq)]
pub struct GeometryErrors(pub Vec<GeometryError>);

impl std::fmt::Display for GeometryErrors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (i, error) in self.0.iter().enumerate() {
            let line_break = if i == 0 { "" } else { "\n" };
            write!(f, "{line_break}{error}")?;
        }
        Ok(())
    }
}

impl std::error::Error for GeometryErrors {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_errors_stand_on_a_line_each() {
        let none = |layer: &str| GeometryError::NoTerritories {
            layer: layer.to_owned(),
            place: None,
        };
        let (a, b) = (none("a").to_string(), none("b").to_string());
        assert_eq!(GeometryErrors(vec![none("a")]).to_string(), a);
        let both = GeometryErrors(vec![none("a"), none("b")]);
        assert_eq!(both.to_string(), format!("{a}\n{b}"));
    }
}
