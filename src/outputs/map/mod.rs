//! Maps.
#![allow(clippy::cast_possible_truncation)]
pub mod canvas;
pub mod font;
mod kerning;
pub mod plotters_backend;
pub mod png;
pub mod scene;
pub mod svg;

/// Why a map could not be drawn.
#[derive(Debug)]
pub enum MapError {
    /// page
    Page { /// w
        width: f32, /// h
        height: f32 },
    /// enc
    Encode { /// r
        reason: String },
}
