//! The territories of a project, for asking how a layer lies to them.

use std::sync::{Arc, OnceLock};

use geo::{Distance, Geodesic, Point};

use super::departments::Numbering;
use crate::config::Settings;
use crate::domain::ReferenceSystem;
use crate::geometry::crs::{Crs, Transform};
use crate::geometry::{Dimension, GridPoint, Nearest, ShapeRef, Shapes, StudyArea};
use crate::layers::PartRole;

/// So far around the box of the territories a layer may lie and be meant for them, degrees.
const AROUND_DEG: f64 = 0.5;

/// The territories of a project.
#[derive(Debug)]
pub struct Ground {
    pub(super) working: Crs,
    pub(super) epsg: u32,
    pub(super) numbering: Numbering,
    shapes: Arc<Shapes>,
    /// Built when first asked: most runs ask for one of them at most.
    land: OnceLock<Nearest>,
    edges: OnceLock<Nearest>,
    degrees: [f64; 4],
}

impl Ground {
    /// The territories of a study area; `None` if they have no place in degrees.
    #[must_use]
    pub fn of(area: &StudyArea, settings: &Settings) -> Option<Self> {
        let working = Crs::from_epsg(area.epsg).ok()?;
        let shapes = &area.territory_layer.shapes;
        let degrees = {
            let way = Transform::new(ReferenceSystem::Epsg(area.epsg), &working).ok()?;
            let places = frame_of(shapes).into_iter().flatten();
            box_of(places.filter_map(|meters| way.degrees_of(meters)))?
        };
        let named = settings.code_system.as_deref().and_then(Numbering::parse);
        Some(Self {
            working,
            epsg: area.epsg,
            numbering: named.unwrap_or(Numbering::Inei),
            shapes: Arc::clone(shapes),
            land: OnceLock::new(),
            edges: OnceLock::new(),
            degrees,
        })
    }

    /// Whether a place in degrees is in the territories or around them.
    pub(super) fn may_hold(&self, [lon, lat]: [f64; 2]) -> bool {
        let [west, south, east, north] = self.degrees;
        (west - AROUND_DEG..=east + AROUND_DEG).contains(&lon)
            && (south - AROUND_DEG..=north + AROUND_DEG).contains(&lat)
    }

    /// Distance of a place in degrees from the nearest territory, m; 0 inside.
    pub(super) fn distance_m(&self, place: [f64; 2]) -> Option<f64> {
        if !self.may_hold(place) {
            return self.straight_m(place);
        }
        let way = Transform::new(ReferenceSystem::Epsg(4326), &self.working).ok()?;
        self.distance_by(&way, place)
    }

    /// The same, with the way there at hand.
    pub(super) fn distance_by(
        &self,
        way: &Transform<'_>,
        place: [f64; 2],
    ) -> Option<f64> {
        if !self.may_hold(place) {
            return self.straight_m(place);
        }
        let [x, y] = way.project(place)?;
        let land = self.land.get_or_init(|| Nearest::new(Arc::clone(&self.shapes)));
        land.to(GridPoint::snap(x, y)?).map(|(_, distance)| distance)
    }

    /// The way from degrees to the working CRS.
    pub(super) fn way(&self) -> Option<Transform<'_>> {
        Transform::new(ReferenceSystem::Epsg(4326), &self.working).ok()
    }

    /// Distance from the box of the territories along the ellipsoid, m.
    fn straight_m(&self, [lon, lat]: [f64; 2]) -> Option<f64> {
        if !(lon.abs() <= 180.0 && lat.abs() <= 90.0) {
            return None;
        }
        let [west, south, east, north] = self.degrees;
        let near = Point::new(lon.clamp(west, east), lat.clamp(south, north));
        Some(Geodesic.distance(Point::new(lon, lat), near))
    }

    /// Distances of places of the working CRS from the nearest edge of a territory, m; infinite
    /// where it is more than `most_m`.
    pub(super) fn edge_distances_m(
        &self,
        places: &[[f64; 2]],
        most_m: f64,
    ) -> Option<Vec<f64>> {
        let edges = self.edges.get_or_init(|| Nearest::new(edges_of(&self.shapes)));
        let mut walk = edges.walk();
        let mut distance = |&[x, y]: &[f64; 2]| {
            let found = walk.to_within(GridPoint::snap(x, y)?, most_m);
            Some(found.map_or(f64::INFINITY, |(_, distance)| distance))
        };
        places.iter().map(&mut distance).collect()
    }

    /// The middle of the box of the territories, degrees.
    pub(super) fn middle(&self) -> [f64; 2] {
        let [west, south, east, north] = self.degrees;
        [f64::midpoint(west, east), f64::midpoint(south, north)]
    }
}

/// The corners and the middles of the sides of the box around shapes, m; none without shapes.
fn frame_of(shapes: &Shapes) -> Option<[[f64; 2]; 8]> {
    let corners = shapes.iter().filter_map(ShapeRef::bounds);
    let corners = corners.flat_map(|(low, high)| [low.meters(), high.meters()]);
    let [x0, y0, x1, y1] = box_of(corners)?;
    let (x, y) = (f64::midpoint(x0, x1), f64::midpoint(y0, y1));
    Some([[x0, y0], [x, y0], [x1, y0], [x1, y], [x1, y1], [x, y1], [x0, y1], [x0, y]])
}

/// The rings of areas as closed lines.
fn edges_of(shapes: &Shapes) -> Shapes {
    let mut edges = Shapes::default();
    for shape in shapes.iter().filter(|shape| shape.dimension() == Dimension::Area) {
        for (_, ring) in shape.parts() {
            let closed = ring.iter().chain(ring.first()).copied();
            edges.push_part(PartRole::Line, closed);
        }
        edges.end_feature(Dimension::Line);
    }
    edges
}

/// Least x, least y, largest x, largest y; `None` if there are no places.
pub(super) fn box_of(places: impl IntoIterator<Item = [f64; 2]>) -> Option<[f64; 4]> {
    places.into_iter().fold(None, |found: Option<[f64; 4]>, [x, y]| {
        let [x0, y0, x1, y1] = found.unwrap_or([x, y, x, y]);
        Some([x0.min(x), y0.min(y), x1.max(x), y1.max(y)])
    })
}
