//! How a layer is drawn, whatever draws it: sheets, their legends and the page to look into a run.
//!
//! In: a study area and one of its layers. Out: paint, lines and signs. A layer wears the same on
//! every map: what it wears follows from its place among the layers of the project.

use super::legend::Sign;
use super::motif::Motif;
use super::scene::{Colour, Paint};
use super::sketch::is_coast;
use super::style::{self, Marker, Spot};
use crate::geometry::{
    ContextLayer, Dimension, ExposureLayer, Prepared, ServiceLayer, ShapeRef, Shapes,
    StudyArea,
};

/// A line: colour, width and dashes, mm.
pub type Line = (Colour, f32, &'static [f32]);

/// More points than this are drawn small.
const MANY_POINTS: usize = 500;

/// Paint, edge and sign of the areas of an exposure layer.
#[must_use]
pub fn exposed_area(
    area: &StudyArea,
    layer: &ExposureLayer,
) -> (Paint, Colour, Option<Motif>) {
    let id = &layer.layer.id;
    if is_service(area, id) {
        let (paint, edge) = style::exposed_service();
        return (paint, edge, Some(Motif::of_service(place_of_service(area, id))));
    }
    let (paint, edge) = style::exposed(tone_of(area, layer));
    (paint, edge, Motif::of_exposed(place_among(area, layer, Dimension::Area)))
}

/// The lines of an exposure layer.
#[must_use]
pub fn exposed_line(area: &StudyArea, layer: &ExposureLayer) -> Line {
    let (_, edge, _) = exposed_area(area, layer);
    let (width, dash) = style::exposed_line(place_among(area, layer, Dimension::Line));
    (edge, width, dash)
}

/// The points of an exposure layer that serves nobody, `count` of them: look, colour and
/// radius, mm.
#[must_use]
pub fn exposed_point(
    area: &StudyArea,
    layer: &ExposureLayer,
    count: usize,
) -> (Spot, Colour, f32) {
    let (_, edge) = style::exposed(tone_of(area, layer));
    let kind = Spot::of(place_among(area, layer, Dimension::Point));
    (kind, edge.with_alpha(1.0), kind.radius_mm(count > MANY_POINTS))
}

/// Paint, edge and sign of the areas of a service.
#[must_use]
pub fn service_area(area: &StudyArea, layer: &ServiceLayer) -> (Paint, Colour, Motif) {
    let motif = Motif::of_service(place_of_service(area, &layer.layer.id));
    (Paint::solid(style::SERVICE_AREA), style::SERVICE_EDGE, motif)
}

/// The sign of a layer that is neither a hazard nor the territories, as a legend shows it:
/// by what it exposes first, then whom it serves, then what it helps to find.
#[must_use]
pub fn sign(area: &StudyArea, id: &str) -> Option<Sign> {
    let service = area.services.iter().find(|service| service.layer.id == id);
    if let Some(exposed) = area.exposures.iter().find(|one| one.layer.id == id) {
        return Some(sign_of_exposed(area, exposed, service));
    }
    let context = area.contexts.iter().find(|context| context.layer.id == id);
    service
        .map(|service| sign_of_service(area, service))
        .or_else(|| context.map(sign_of_context))
}

fn sign_of_exposed(
    area: &StudyArea,
    layer: &ExposureLayer,
    service: Option<&ServiceLayer>,
) -> Sign {
    match (dimension(&layer.layer), service) {
        (Dimension::Area, _) => {
            let (paint, edge, motif) = exposed_area(area, layer);
            match motif {
                Some(motif) => Sign::Strewn(paint, edge, motif),
                None => Sign::Area(paint, Some((edge, 0.12))),
            }
        }
        (Dimension::Line, _) => {
            let (colour, width, dash) = exposed_line(area, layer);
            Sign::Line(colour, width, dash.to_vec())
        }
        (Dimension::Point, Some(service)) => Sign::Marker(Marker::of_kind(&service.kind)),
        (Dimension::Point, None) => {
            let count = layer.layer.shapes.len();
            let (spot, colour, radius) = exposed_point(area, layer, count);
            Sign::Spot(spot, colour, radius)
        }
    }
}

fn sign_of_service(area: &StudyArea, layer: &ServiceLayer) -> Sign {
    if dimension(&layer.layer) == Dimension::Area {
        let (paint, edge, motif) = service_area(area, layer);
        return Sign::Strewn(paint, edge, motif);
    }
    Sign::Marker(Marker::of_kind(&layer.kind))
}

fn sign_of_context(layer: &ContextLayer) -> Sign {
    let is_water = matches!(&*layer.kind, "sea" | "water" | "lake");
    match dimension(&layer.layer) {
        Dimension::Point => Sign::Marker(Marker::Place),
        Dimension::Area if is_water => Sign::Area(Paint::solid(style::SEA), None),
        Dimension::Area if !is_coast(&layer.kind) => {
            Sign::Area(Paint::default(), Some((style::INK_SOFT, 0.3)))
        }
        Dimension::Area | Dimension::Line => {
            let (colour, width, dash) = style::context_line(&layer.kind);
            Sign::Line(colour, width, dash.to_vec())
        }
    }
}

/// What a layer is made of, by its first feature; points where it has none.
fn dimension(layer: &Prepared) -> Dimension {
    first_dimension(&layer.shapes).unwrap_or(Dimension::Point)
}

fn first_dimension(shapes: &Shapes) -> Option<Dimension> {
    shapes.iter().next().map(ShapeRef::dimension)
}

fn is_service(area: &StudyArea, id: &str) -> bool {
    area.services.iter().any(|service| service.layer.id == id)
}

/// The tone of an exposure layer: by its place in the project.
fn tone_of(area: &StudyArea, layer: &ExposureLayer) -> usize {
    let own = area.exposures.iter().filter(|l| !is_service(area, &l.layer.id));
    own.take_while(|l| l.layer.id != layer.layer.id).count()
}

/// How many exposure layers of a dimension the project names before one.
fn place_among(area: &StudyArea, layer: &ExposureLayer, dimension: Dimension) -> usize {
    let is_like = |l: &&ExposureLayer| {
        first_dimension(&l.layer.shapes) == Some(dimension)
            && !is_service(area, &l.layer.id)
    };
    let before = area.exposures.iter().take_while(|l| l.layer.id != layer.layer.id);
    before.filter(is_like).count()
}

/// How many services of areas the project names before one.
fn place_of_service(area: &StudyArea, id: &str) -> usize {
    let before = area.services.iter().take_while(|l| l.layer.id != id);
    let is_area =
        |l: &&ServiceLayer| first_dimension(&l.layer.shapes) == Some(Dimension::Area);
    before.filter(is_area).count()
}
