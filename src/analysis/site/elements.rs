//! What stands at a place: the exposed elements that it touches.

use super::super::access::centroid;
use super::Surveyor;
use crate::config::DeficitKind;
use crate::geometry::mosaic::{Mosaic, MosaicBuilder, Parts, Scratch};
use crate::geometry::relate::{Outlines, bounds};
use crate::geometry::{Dimension, ExposureLayer, ShapeRef, Shapes, SpatialIndex};

/// Elements of a layer that are named; the others are counted.
const NAMED: usize = 12;

/// The elements of one exposure layer that a place touches.
#[derive(Debug, Clone, PartialEq)]
pub struct ElementsHere {
    /// Exposure layer id.
    pub layer: String,
    /// How many there are.
    pub count: usize,
    /// People within the place, each element's by the share of it that lies inside; `None` if
    /// the layer carries none, if those of an element are unknown, if the place is no area, or
    /// if they are hidden.
    pub people: Option<f64>,
    /// Whether the project has a rule on small numbers: places can be drawn so that one less
    /// the other is a single house, so no people of a place and of its elements are told.
    pub is_hidden: bool,
    /// Those that lie most within the place, then by id.
    pub named: Vec<Element>,
}

/// An exposed element.
#[derive(Debug, Clone, PartialEq)]
pub struct Element {
    /// Its id.
    pub id: String,
    /// How much of it lies within the place; `None` if the place is no area.
    pub share: Option<f64>,
    /// All its people, if known.
    pub people: Option<f64>,
    /// The access deficits that ask for its people.
    pub access: Vec<ElementAccess>,
}

/// Whether an element is served.
#[derive(Debug, Clone, PartialEq)]
pub struct ElementAccess {
    /// Deficit id.
    pub deficit: String,
    /// Distance from its centroid to the nearest facility, m; `None` if there is none.
    pub distance_m: Option<f64>,
    /// Whether that is within the standard's distance.
    pub is_served: bool,
}

impl Surveyor<'_> {
    /// The elements at a place, layer by layer; layers without any are left out.
    pub(super) fn elements(&self, shape: ShapeRef<'_>) -> Vec<ElementsHere> {
        let site = Site::new(shape);
        let layers = self.area.exposures.iter();
        layers.filter_map(|layer| self.of_layer(layer, &site)).collect()
    }

    fn of_layer(&self, layer: &ExposureLayer, site: &Site) -> Option<ElementsHere> {
        let mut found = site.touched(&layer.layer.shapes);
        if found.is_empty() {
            return None;
        }
        let ids = &layer.layer.ids;
        let is_hidden = self.settings.suppression.is_some() && layer.people.is_some();
        let known = layer.people.as_ref().filter(|_| !is_hidden);
        let people = |row: usize| known.and_then(|all| all.of(row));
        let inside = |&(row, share): &(usize, Option<f64>)| {
            Some(people(row)? * share.unwrap_or(0.0))
        };
        let is_area = site.plane.is_some() && layer.people.is_some();
        let within: Option<f64> = found.iter().map(inside).sum();
        let count = found.len();
        found.sort_by(|a, b| {
            let share = |entry: &(usize, Option<f64>)| entry.1.unwrap_or(0.0);
            share(b).total_cmp(&share(a)).then_with(|| ids.of(a.0).cmp(&ids.of(b.0)))
        });
        let named = found.into_iter().take(NAMED).map(|(row, share)| Element {
            id: ids.of(row).into_owned(),
            share,
            people: people(row),
            access: self.access_of(layer, row),
        });
        Some(ElementsHere {
            layer: layer.layer.id.clone(),
            count,
            people: within.filter(|_| is_area),
            is_hidden,
            named: named.collect(),
        })
    }

    fn access_of(&self, layer: &ExposureLayer, row: usize) -> Vec<ElementAccess> {
        let from = centroid(layer.layer.shapes.get(row));
        let ask = |deficit: &crate::config::DeficitSettings| {
            let DeficitKind::Access { service, people, within_m } = &deficit.kind else {
                return None;
            };
            let at = self.area.services.iter().position(|s| s.layer.id == *service)?;
            (*people == layer.layer.id).then(|| {
                let distance_m = self.nearest[at].to(from).map(|(_, distance)| distance);
                let is_served = distance_m.is_some_and(|m| m <= *within_m);
                ElementAccess { deficit: deficit.id.clone(), distance_m, is_served }
            })
        };
        self.settings.deficits.iter().filter_map(ask).collect()
    }
}

/// A place, ready to be asked what it touches.
struct Site {
    shapes: Shapes,
    /// The place as the only plane, if it is an area.
    plane: Option<Mosaic>,
}

impl Site {
    fn new(shape: ShapeRef<'_>) -> Self {
        let mut shapes = Shapes::default();
        shapes.push(shape);
        let plane = (shape.dimension() == Dimension::Area).then(|| {
            let mut builder = MosaicBuilder::default();
            builder.add_one(shape);
            builder.build()
        });
        Self { shapes, plane }
    }

    /// Rows that touch the place; for an area those that overlap it with positive measure,
    /// and their share.
    fn touched(&self, elements: &Shapes) -> Vec<(usize, Option<f64>)> {
        let Some(window) = bounds(self.shapes.get(0)) else { return Vec::new() };
        let near = SpatialIndex::of_shapes(elements).query(&window);
        if let Some(plane) = &self.plane {
            let mut scratch = Scratch::default();
            let share = |row: usize| share(plane, elements.get(row), &mut scratch);
            let shares: Vec<f64> = near.iter().copied().map(share).collect();
            let shares = near.into_iter().zip(shares).filter(|(_, share)| *share > 0.0);
            return shares.map(|(row, share)| (row, Some(share))).collect();
        }
        let picked = elements.pick(&near);
        let (site, others) = (Outlines::new(&self.shapes), Outlines::new(&picked));
        let rows = near.into_iter().enumerate();
        rows.filter(|(at, _)| site.touches(0, &others, *at))
            .map(|(_, row)| (row, None))
            .collect()
    }
}

/// How much of an element lies within the only plane.
fn share(plane: &Mosaic, element: ShapeRef<'_>, scratch: &mut Scratch) -> f64 {
    let (parts, whole): (Parts, f64) = match element.dimension() {
        Dimension::Area => (plane.split_area(element, scratch), element.area_m2()),
        Dimension::Line => (plane.split_length(element, scratch), element.length_m()),
        Dimension::Point => {
            let points = element.points();
            let at = |&point| (plane.locate(point, scratch), 1.0);
            (points.iter().map(at).collect(), points.len() as f64)
        }
    };
    let inside = parts.into_iter().filter(|(planes, _)| !planes.is_empty());
    inside.map(|(_, amount)| amount).sum::<f64>() / whole
}
