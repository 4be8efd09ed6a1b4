//! How far the edges of a hazard are from a place.

use std::sync::Arc;

use crate::domain::Level;
use crate::geometry::overlay::{Rule, rings_of_shapes, union};
use crate::geometry::{Dimension, GridPoint, HazardLayer, Nearest, ShapeRef, Shapes};
use crate::layers::PartRole;

/// The edges of one hazard: of each level or worse, and what its bands are drawn around.
pub(super) struct Edges {
    levels: Vec<(Level, Outline)>,
    source: Option<Outline>,
    bands: Vec<(f64, Level)>,
}

/// Features with an index of them.
struct Outline {
    shapes: Arc<Shapes>,
    nearest: Nearest,
}

impl Edges {
    pub(super) fn new(hazard: &HazardLayer) -> Self {
        let present = hazard.zones.iter().map(|zone| zone.level);
        let levels = present
            .map(|level| {
                let zones = hazard.zones.iter().filter(|zone| zone.level <= level);
                let rings = zones.flat_map(|zone| rings_of_shapes(&zone.shapes));
                (level, Outline::new(border(rings)))
            })
            .filter(|(_, outline)| !outline.shapes.is_empty())
            .collect();
        let source = (!hazard.bands.is_empty())
            .then(|| Outline::new((*hazard.layer.shapes).clone()));
        Self { levels, source, bands: hazard.bands.clone() }
    }

    /// The distance to which the bands of a level or worse reach, m.
    pub(super) fn reach(&self, level: Level) -> Option<f64> {
        let bands = self.bands.iter().filter(|(_, of)| *of <= level);
        bands.map(|(within_m, _)| *within_m).reduce(f64::max)
    }

    /// Distance to the edge of each level or worse, m.
    pub(super) fn to(&self, shape: ShapeRef<'_>) -> Vec<(Level, f64)> {
        let edges = self.levels.iter();
        edges.filter_map(|(level, edge)| Some((*level, edge.distance(shape)?))).collect()
    }

    /// Distance to what the bands are drawn around, m; `None` for zones that are drawn.
    pub(super) fn to_source(&self, shape: ShapeRef<'_>) -> Option<f64> {
        self.source.as_ref()?.distance(shape)
    }
}

/// The border of what rings enclose together, as closed lines.
fn border<'a>(rings: impl Iterator<Item = &'a [GridPoint]>) -> Shapes {
    let mut shapes = Shapes::default();
    for polygon in union(rings, Rule::NonZero) {
        for ring in &polygon.rings {
            let closed = ring.iter().chain(ring.first()).copied();
            shapes.push_part(PartRole::Line, closed);
            shapes.end_feature(Dimension::Line);
        }
    }
    shapes
}

impl Outline {
    fn new(shapes: Shapes) -> Self {
        let shapes = Arc::new(shapes);
        Self { nearest: Nearest::new(Arc::clone(&shapes)), shapes }
    }

    /// The least planar distance to a feature, m; `None` without an outline.
    ///
    /// Two sets of segments that do not cross are nearest at a vertex of one of them.
    fn distance(&self, shape: ShapeRef<'_>) -> Option<f64> {
        let points = shape.points().iter();
        let least = points.filter_map(|&p| self.to_point(p)).reduce(f64::min)?;
        if shape.dimension() == Dimension::Point {
            return Some(least);
        }
        let alone = alone(shape);
        if crosses(&alone, &self.shapes) {
            return Some(0.0);
        }
        let own = Nearest::new(border_of(shape));
        let vertices = self.shapes.iter().flat_map(|line| line.points().iter().copied());
        let back = vertices.filter_map(|p| own.to(p)).map(|(_, distance)| distance);
        Some(back.fold(least, f64::min))
    }

    fn to_point(&self, point: GridPoint) -> Option<f64> {
        self.nearest.to(point).map(|(_, distance)| distance)
    }
}

fn alone(shape: ShapeRef<'_>) -> Shapes {
    let mut shapes = Shapes::default();
    shapes.push(shape);
    shapes
}

/// The edges of an area as lines; a line as it is.
fn border_of(shape: ShapeRef<'_>) -> Shapes {
    if shape.dimension() != Dimension::Area {
        return alone(shape);
    }
    let mut shapes = Shapes::default();
    for (_, ring) in shape.parts() {
        shapes.push_part(PartRole::Line, ring.iter().chain(ring.first()).copied());
    }
    shapes.end_feature(Dimension::Line);
    shapes
}

/// Whether a feature has a point in common with any other.
fn crosses(one: &Shapes, others: &Shapes) -> bool {
    crate::geometry::reach::Reach::new(one).touches_any(others)
}
