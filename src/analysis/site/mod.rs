//! What there is at a place: the levels of every hazard with their doubt, how far their
//! edges are, the nearest facilities, and what stands there.
//!
//! In: a study area and features of a place on its grid. Out: [`SiteFeature`]s at full
//! precision, by the same overlay and the same rules as the tables: what is said of a place
//! that is a feature of a layer is what a run says of that feature. [`change`] tells what
//! building there would do. Knows no file, no language and no rounding.

pub mod change;
mod edges;
mod elements;

use std::sync::Arc;

use super::access::centroid;
use super::doubts::datum_m;
use super::exposure::hazards;
use super::features::classify;
use super::planes::Planes;
use super::tally::{self, add_to, class_of};
use crate::config::{DeficitKind, Settings};
use crate::domain::{Doubt, Level};
use crate::geometry::mosaic::Scratch;
use crate::geometry::{
    Dimension, GridPoint, HazardLayer, Nearest, Prepared, ServiceLayer, ShapeRef,
    StudyArea,
};
use edges::Edges;
pub use elements::{Element, ElementAccess, ElementsHere};

/// Facilities of a service that are named.
const FACILITIES: usize = 3;

/// What can be said of a hazard at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// In a zone, whatever the edge does within its accuracy.
    Inside,
    /// In none, whatever the edge does.
    Outside,
    /// In a zone or not: the edge is nearer than its accuracy.
    Undecidable,
    /// Nobody looked, at least at a part of it, and no zone is known.
    NotStudied,
}

impl Verdict {
    /// The word in JSON and catalogues.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Inside => "inside",
            Self::Outside => "outside",
            Self::Undecidable => "undecidable",
            Self::NotStudied => "not_studied",
        }
    }
}

/// How far the edge of "this level or worse" is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Margin {
    /// The level.
    pub level: Level,
    /// Share of the place at that level or worse: 0 outside, 1 inside.
    pub share: f64,
    /// Planar distance from the place to the edge, m; 0 where the edge crosses it.
    pub distance_m: f64,
}

/// One hazard at a place.
#[derive(Debug, Clone, PartialEq)]
pub struct HazardHere {
    /// Hazard layer id or `any`.
    pub hazard: String,
    /// The worst level that any part meets, with the edges as drawn.
    pub level: Level,
    /// The same with the edges moved in by the doubts of position; as drawn without any.
    pub inner: Level,
    /// The same with the edges moved out.
    pub outer: Level,
    /// Whether the position of the edges has a stated accuracy.
    pub has_range: bool,
    /// Share of the place at each level, in the order of [`Level::ALL`].
    pub shares: [f64; 6],
    /// The edges of each level that has a zone, worst first; none for `any`.
    pub margins: Vec<Margin>,
    /// Distance to what the bands are drawn around, m, for hazards by distance.
    pub source_m: Option<f64>,
}

impl HazardHere {
    /// What can be said of it.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let is_zone = |level: Level| Level::ZONES.contains(&level);
        if is_zone(self.inner) {
            Verdict::Inside
        } else if is_zone(self.outer) || is_zone(self.level) {
            Verdict::Undecidable
        } else if self.level == Level::NotStudied {
            Verdict::NotStudied
        } else {
            Verdict::Outside
        }
    }

    /// Share of the place that nobody studied.
    #[must_use]
    pub fn not_studied(&self) -> f64 {
        self.shares[Level::NotStudied.index()]
    }
}

/// A facility near a place.
#[derive(Debug, Clone, PartialEq)]
pub struct Facility {
    /// Its id.
    pub id: String,
    /// Planar distance from the centroid of the place, m.
    pub distance_m: f64,
    /// Hazards in whose zones it lies, with the worst level that any part of it meets.
    pub hazards: Vec<(String, Level)>,
}

/// An access standard at a place.
#[derive(Debug, Clone, PartialEq)]
pub struct AccessHere {
    /// Deficit id.
    pub deficit: String,
    /// Distance that still counts, m.
    pub within_m: f64,
    /// Whether a facility lies within it.
    pub is_served: bool,
}

/// A service as seen from a place.
#[derive(Debug, Clone, PartialEq)]
pub struct ServiceHere {
    /// Service layer id.
    pub service: String,
    /// Kind of service.
    pub kind: String,
    /// The nearest facilities, nearest first; of equally near ones the lower id.
    pub nearest: Vec<Facility>,
    /// The access deficits that ask for it.
    pub access: Vec<AccessHere>,
}

/// One feature of a place.
#[derive(Debug, Clone, PartialEq)]
pub struct SiteFeature {
    /// Its id.
    pub id: String,
    /// Point, line or area.
    pub dimension: Dimension,
    /// Its area, m², length, m, or number of points.
    pub size: f64,
    /// Its centroid.
    pub centroid: GridPoint,
    /// Row of the territory that holds most of it; `None` if it touches none.
    pub territory: Option<usize>,
    /// Share of it in each territory (`None`: in none), largest first.
    pub territories: Vec<(Option<usize>, f64)>,
    /// All hazards, and last `any`.
    pub hazards: Vec<HazardHere>,
    /// All services.
    pub services: Vec<ServiceHere>,
    /// Exposed elements that it touches, layer by layer.
    pub elements: Vec<ElementsHere>,
}

/// Looks at places. Made once, it looks at any number of them.
pub struct Surveyor<'a> {
    area: &'a StudyArea,
    settings: &'a Settings,
    planes: Planes,
    edges: Vec<Edges>,
    nearest: Vec<Nearest>,
}

impl<'a> Surveyor<'a> {
    /// Prepares the edges of all hazards and the search for facilities.
    ///
    /// Assumes that the settings are those that the study area was prepared with.
    #[must_use]
    pub fn new(area: &'a StudyArea, settings: &'a Settings) -> Self {
        Self::with(area, settings, Planes::new(area))
    }

    /// The same for a place that is not where it is for certain: the edges of each hazard are
    /// moved by all doubts of position together, the root of the sum of squares of the edge's
    /// accuracy, the place's, and that of the operations between their datums, as far as they
    /// are switched on and known.
    #[must_use]
    pub fn of_place(
        area: &'a StudyArea,
        settings: &'a Settings,
        place: &Prepared,
    ) -> Self {
        let own = place.worst_accuracy_m().unwrap_or(0.0);
        let datum = |hazard: &HazardLayer| {
            let is_on = settings.doubts.has(Doubt::Datum);
            is_on.then(|| datum_m(area, &place.id, &hazard.layer.id)).flatten()
        };
        let datums: Vec<f64> =
            area.hazards.iter().map(|hazard| datum(hazard).unwrap_or(0.0)).collect();
        if own <= 0.0 && datums.iter().all(|m| *m <= 0.0) {
            return Self::new(area, settings);
        }
        let edges = area.hazards.iter().map(|hazard| {
            let is_on = settings.doubts.has(Doubt::HazardEdge);
            hazard.worst_accuracy_m().filter(|_| is_on).unwrap_or(0.0)
        });
        let by_m: Vec<f64> =
            edges.zip(datums).map(|(edge, datum)| edge.hypot(own).hypot(datum)).collect();
        Self::with(area, settings, Planes::moved(area, &by_m))
    }

    fn with(area: &'a StudyArea, settings: &'a Settings, planes: Planes) -> Self {
        let services = area.services.iter();
        Self {
            area,
            settings,
            planes,
            edges: area.hazards.iter().map(Edges::new).collect(),
            nearest: services
                .map(|s| Nearest::new(Arc::clone(&s.layer.shapes)))
                .collect(),
        }
    }

    /// Looks at every feature of a place.
    #[must_use]
    pub fn look(&self, place: &Prepared) -> Vec<SiteFeature> {
        let shapes = place.shapes.iter().zip(place.ids.iter());
        shapes.map(|(shape, id)| self.feature(shape, &id)).collect()
    }

    fn feature(&self, shape: ShapeRef<'_>, id: &str) -> SiteFeature {
        let mut scratch = Scratch::default();
        let count = self.planes.hazards.len() + 1;
        let found = classify(&self.planes, shape, count, &mut scratch);
        SiteFeature {
            id: id.to_owned(),
            dimension: shape.dimension(),
            size: match shape.dimension() {
                Dimension::Area => shape.area_m2(),
                Dimension::Line => shape.length_m(),
                Dimension::Point => shape.points().len() as f64,
            },
            centroid: centroid(shape),
            territory: found.territory,
            territories: self.territories(shape, &mut scratch),
            hazards: self.hazards(shape, &mut scratch),
            services: self.services(shape, &mut scratch),
            elements: self.elements(shape),
        }
    }

    fn territories(
        &self,
        shape: ShapeRef<'_>,
        scratch: &mut Scratch,
    ) -> Vec<(Option<usize>, f64)> {
        let (parts, whole) = tally::split(&self.planes, shape, scratch);
        let mut shares: Vec<(usize, f64)> = Vec::new();
        for (planes, amount) in parts {
            let territory = self.planes.territory(&planes);
            let row = territory.unwrap_or(self.planes.territories);
            add_to(&mut shares, row, amount / whole);
        }
        shares.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let named = |row| (row < self.planes.territories).then_some(row);
        shares.into_iter().map(|(row, share)| (named(row), share)).collect()
    }

    fn hazards(&self, shape: ShapeRef<'_>, scratch: &mut Scratch) -> Vec<HazardHere> {
        let known = hazards(self.area, &self.planes);
        let found = classify(&self.planes, shape, known.len(), scratch).hazards;
        let class = class_of(&self.planes, shape, scratch);
        let each = known.into_iter().zip(found).enumerate();
        let is_known = |hazard: &HazardLayer| hazard.inner.is_some();
        let all_known = self.area.hazards.iter().filter(|h| h.in_any).all(is_known);
        each.map(|(at, ((hazard, has_range), levels))| {
            // That the place is doubtful says nothing of an edge of which nobody says how
            // well it is drawn.
            let is_known = self.area.hazards.get(at).map_or(all_known, is_known);
            let has_range = has_range && is_known;
            let cases = class.as_ref().map(|class| class.levels[at]);
            let [level, inner, outer] = cases.unwrap_or([levels.worst; 3]);
            let (margins, source_m) = match self.edges.get(at) {
                Some(edges) => margins(edges, shape, &levels.shares),
                None => (Vec::new(), None),
            };
            let shares = levels.shares;
            HazardHere {
                hazard,
                level,
                inner,
                outer,
                has_range,
                shares,
                margins,
                source_m,
            }
        })
        .collect()
    }

    fn services(&self, shape: ShapeRef<'_>, scratch: &mut Scratch) -> Vec<ServiceHere> {
        let from = centroid(shape);
        let each = self.area.services.iter().zip(&self.nearest);
        each.map(|(service, nearest)| {
            let distance = nearest.to(from).map(|(_, distance)| distance);
            let ask = |deficit: &crate::config::DeficitSettings| match &deficit.kind {
                DeficitKind::Access { service: id, within_m, .. }
                    if *id == service.layer.id =>
                {
                    let is_served = distance.is_some_and(|m| m <= *within_m);
                    let deficit = deficit.id.clone();
                    Some(AccessHere { deficit, within_m: *within_m, is_served })
                }
                _ => None,
            };
            ServiceHere {
                service: service.layer.id.clone(),
                kind: service.kind.clone(),
                nearest: self.facilities(service, from, scratch),
                access: self.settings.deficits.iter().filter_map(ask).collect(),
            }
        })
        .collect()
    }

    fn facilities(
        &self,
        service: &ServiceLayer,
        from: GridPoint,
        scratch: &mut Scratch,
    ) -> Vec<Facility> {
        let (shapes, ids) = (&service.layer.shapes, &service.layer.ids);
        let mut rows: Vec<usize> = (0..shapes.len()).collect();
        rows.sort_by_cached_key(|&row| ids.of(row));
        let mut found = Vec::new();
        while found.len() < FACILITIES {
            let Some((at, distance_m)) = Nearest::new(shapes.pick(&rows)).to(from) else {
                break;
            };
            let row = rows.remove(at);
            let hazards = self.zones_at(shapes.get(row), scratch);
            found.push(Facility { id: ids.of(row).into_owned(), distance_m, hazards });
        }
        found
    }

    /// The hazards in whose zones a feature lies.
    fn zones_at(
        &self,
        shape: ShapeRef<'_>,
        scratch: &mut Scratch,
    ) -> Vec<(String, Level)> {
        let Some(class) = class_of(&self.planes, shape, scratch) else {
            return Vec::new();
        };
        let each = self.area.hazards.iter().zip(&class.levels);
        let in_zone = each.filter(|(_, cases)| Level::ZONES.contains(&cases[0]));
        in_zone.map(|(hazard, cases)| (hazard.layer.id.clone(), cases[0])).collect()
    }
}

/// The edges of a hazard, and the distance to its source. A point is measured from the
/// source of bands exactly, all else from the edges as drawn.
fn margins(
    edges: &Edges,
    shape: ShapeRef<'_>,
    shares: &[f64; 6],
) -> (Vec<Margin>, Option<f64>) {
    let source_m = edges.to_source(shape);
    let from_point = source_m
        .filter(|_| shape.dimension() == Dimension::Point && shape.points().len() == 1);
    let margin = |(level, mut distance_m): (Level, f64)| {
        let reach = edges.reach(level);
        if let Some((source_m, reach)) = from_point.zip(reach) {
            distance_m = (reach - source_m).abs();
        }
        let up_to = &shares[..=level.index()];
        let within = up_to.iter().sum::<f64>().clamp(0.0, 1.0);
        Margin { level, share: snapped(within), distance_m }
    };
    (edges.to(shape).into_iter().map(margin).collect(), source_m)
}

/// A share without the dust of adding up.
fn snapped(share: f64) -> f64 {
    match share {
        dust if dust < 1e-9 => 0.0,
        whole if whole > 1.0 - 1e-9 => 1.0,
        other => other,
    }
}
