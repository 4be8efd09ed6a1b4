//! The layers of the example project, drawn from facts.

#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    reason = "coordinates of one province and small counts fit all types used"
)]

mod chance;
mod city;
mod context;
mod contour;
mod districts;
mod elements;
mod facts;
mod hamlets;
mod hazards;
mod overlay;
mod park;
mod people;
mod plane;
mod schools;
mod sectors;
mod supposed;
pub(crate) mod tsunami;
mod write;

/// All files: name and text, in the order in which they are drawn.
pub(crate) fn draw() -> Vec<(&'static str, String)> {
    let utm = plane::Utm::new();
    let park = park::draw(&utm);
    let city = city::draw(&utm, &park);
    let mut files = context::files();
    files.push(("industrial_park.geojson", park.outline_text(&utm)));
    files.push(("industrial_lots.geojson", park.lots_text(&utm)));
    files.push(("blocks.geojson", city.blocks_text(&utm)));
    files.push(("green_areas.geojson", city.greens_text(&utm)));
    files.extend(tsunami::files(&utm));
    files.extend(hazards::files(&utm, &park));
    files.extend(elements::files(&utm));
    files.extend(schools::files());
    files.extend(supposed::files(&utm));
    files
}
