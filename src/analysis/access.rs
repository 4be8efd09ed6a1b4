//! Access: who has a facility within reach.
//!
//! # Method
//!
//! The straight line from the centroid of a feature to the nearest facility,
//! wherever that lies. It is a lower bound of the way on foot, and says nothing
//! of the facility's capacity.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use rayon::prelude::*;

use super::doubts::datum_m;
use super::facilities::people_layer;
use super::fixed::Fixed;
use super::tally::CHUNK;
use crate::config::{DeficitKind, Settings};
use crate::domain::Doubt;
use crate::geometry::{
    Dimension, ExposureLayer, GridPoint, Nearest, ServiceLayer, ShapeRef, Shapes,
    StudyArea,
};
use crate::layers::Pile;

/// Features that are answered at a time.
const BLOCK: usize = 1 << 20;

/// For each feature of a layer the nearest facility of a service and how far it is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Found {
    features: usize,
    /// Row of the facility and how far it is, m; both empty where there is no facility at all.
    rows: Pile<u32>,
    meters: Pile<f64>,
}

impl Found {
    /// Number of features.
    #[must_use]
    pub fn len(&self) -> usize {
        self.features
    }

    /// Whether there is no feature.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.features == 0
    }

    /// How far each feature has it in a straight line from its centroid, m; `None` where there is
    /// no facility at all.
    #[must_use]
    pub fn meters(&self) -> impl ExactSizeIterator<Item = Option<f64>> {
        let mut meters = self.meters.iter();
        (0..self.features).map(move |_| meters.next())
    }

    /// Row of the facility and distance, m, of each feature.
    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = Option<(usize, f64)>> {
        let mut rows = self.rows.iter();
        self.meters().map(move |meters| Some((rows.next()? as usize, meters?)))
    }

    /// Row of the facility and distance, m, of a feature.
    pub(super) fn of(&self, row: usize) -> Option<(usize, f64)> {
        let is_known = row < self.meters.len();
        is_known.then(|| (self.rows.of(row) as usize, self.meters.of(row)))
    }

    fn append(&mut self, next: &Self) {
        self.features += next.features;
        self.rows.extend_from_slice(next.rows.all());
        self.meters.extend_from_slice(next.meters.all());
    }
}

/// Which features of a layer have a facility within a distance; the distance itself still counts.
/// A feature is served whole or not at all.
#[derive(Debug, Clone)]
pub(super) struct WithinReach {
    found: Arc<Found>,
    within_m: f64,
}

impl WithinReach {
    pub(super) fn new(found: &Arc<Found>, within_m: f64) -> Self {
        Self { found: Arc::clone(found), within_m }
    }

    /// Whether a feature is.
    pub(super) fn of(&self, row: usize) -> bool {
        let found = self.found.of(row);
        found.is_some_and(|(_, meters)| meters <= self.within_m)
    }

    /// Whether each of some consecutive features is.
    pub(super) fn some(&self, rows: Range<usize>) -> Vec<bool> {
        if self.found.meters.is_empty() {
            return vec![false; rows.len()];
        }
        let meters = self.found.meters.range(rows);
        meters.iter().map(|meters| *meters <= self.within_m).collect()
    }
}

/// The nearest facility of each feature; of equally near ones the lowest id, in byte order.
pub(super) fn distances(layer: &ExposureLayer, service: &ServiceLayer) -> Found {
    search_one(layer, Wanted { service, found: true, people: false }).found
}

/// For each facility the people whose nearest one it is.
pub(super) fn people_nearest(
    layer: &ExposureLayer,
    service: &ServiceLayer,
) -> Vec<Fixed> {
    search_one(layer, Wanted { service, found: false, people: true }).people
}

/// What is asked of a service.
struct Wanted<'a> {
    service: &'a ServiceLayer,
    /// The nearest facility of each feature.
    found: bool,
    /// The people of each facility.
    people: bool,
}

/// What was found; what was not wanted is empty.
#[derive(Default)]
struct Answer {
    found: Found,
    people: Vec<Fixed>,
}

impl Answer {
    /// Adds what was found of the features that follow.
    fn append(&mut self, next: Self) {
        self.found.append(&next.found);
        for (sum, more) in self.people.iter_mut().zip(next.people) {
            *sum += more;
        }
    }
}

/// The facilities of a service, to be searched.
struct Facilities {
    nearest: Nearest,
    /// Row of each as it is searched.
    rows: Vec<usize>,
}

impl Facilities {
    fn of(service: &ServiceLayer) -> Self {
        let ids = &service.layer.ids;
        let mut rows: Vec<usize> = (0..ids.len()).collect();
        rows.sort_by_cached_key(|&row| ids.of(row));
        // The index prefers the lower row: rows in the order of their ids make that the lower id.
        let nearest = Nearest::new(service.layer.shapes.pick(&rows));
        Self { nearest, rows }
    }

    /// What is wanted, of features of a layer from a row on, of which the nearest facility as it
    /// is searched and its distance, m, are known.
    fn answer(
        &self,
        wanted: &Wanted<'_>,
        layer: &ExposureLayer,
        first: usize,
        nearest: &[Option<(usize, f64)>],
    ) -> Answer {
        let mut answer = Answer { people: none_of(wanted), ..Answer::default() };
        if wanted.found {
            answer.found.features = nearest.len();
            let known = || nearest.iter().flatten();
            answer.found.rows = known().map(|(at, _)| self.rows[*at] as u32).collect();
            answer.found.meters = known().map(|(_, meters)| *meters).collect();
        }
        if let Some(amounts) = layer.people.as_ref().filter(|_| wanted.people) {
            let amounts = amounts.some(first..first + nearest.len());
            for (row, found) in (first..).zip(nearest) {
                if let (Some((at, _)), Some(people)) = (found, amounts.of(row)) {
                    answer.people[self.rows[*at]] += Fixed::of(people);
                }
            }
        }
        answer
    }
}

/// No people for each facility, if they are wanted.
fn none_of(wanted: &Wanted<'_>) -> Vec<Fixed> {
    let count = if wanted.people { wanted.service.layer.ids.len() } else { 0 };
    vec![Fixed::ZERO; count]
}

/// Finds what is wanted of one service.
fn search_one(layer: &ExposureLayer, wanted: Wanted<'_>) -> Answer {
    search(layer, &[wanted]).pop().expect("an answer for each service")
}

/// Finds what is wanted of each service, in one pass over a layer.
fn search(layer: &ExposureLayer, wanted: &[Wanted<'_>]) -> Vec<Answer> {
    let facilities: Vec<_> =
        wanted.iter().map(|wanted| Facilities::of(wanted.service)).collect();
    let mut answers: Vec<_> = wanted
        .iter()
        .map(|wanted| Answer { people: none_of(wanted), ..Answer::default() })
        .collect();
    let shapes = &layer.layer.shapes;
    for first in (0..shapes.len()).step_by(BLOCK) {
        let places = centroids(shapes, first..(first + BLOCK).min(shapes.len()));
        for (i, facilities) in facilities.iter().enumerate() {
            let make = |at: usize, nearest: Vec<_>| {
                facilities.answer(&wanted[i], layer, first + at, &nearest)
            };
            for next in facilities.nearest.in_tasks(&places, make) {
                answers[i].append(next);
            }
        }
    }
    answers
}

/// What deficits and facilities ask of the neighbours of features: found in one pass over each layer.
#[derive(Debug, Default)]
pub(super) struct Neighbours {
    /// By layer and service.
    found: BTreeMap<(String, String), Arc<Found>>,
    /// By service, for each of its facilities.
    people: BTreeMap<String, Vec<Fixed>>,
}

impl Neighbours {
    /// What the access deficits of the settings ask, and for each service whose people are known
    /// how many have which facility nearest.
    pub(super) fn new(area: &StudyArea, settings: &Settings) -> Self {
        let peopled = |service: &ServiceLayer| {
            people_layer(area, settings, &service.layer.id).map(|layer| &layer.layer.id)
        };
        Self::look(area, settings, &peopled)
    }

    /// What the access deficits ask alone.
    pub(super) fn of_deficits(area: &StudyArea, settings: &Settings) -> Self {
        Self::look(area, settings, &|_| None)
    }

    fn look<'a>(
        area: &'a StudyArea,
        settings: &Settings,
        peopled: &dyn Fn(&ServiceLayer) -> Option<&'a String>,
    ) -> Self {
        let mut all = Self::default();
        for layer in &area.exposures {
            let id = &layer.layer.id;
            let is_asked = |service: &ServiceLayer| {
                settings.deficits.iter().any(|deficit| match &deficit.kind {
                    DeficitKind::Access { service: asked, people, .. } => {
                        *asked == service.layer.id && people == id
                    }
                    _ => false,
                })
            };
            let wanted = |service: &'a ServiceLayer| {
                let (found, people) = (is_asked(service), peopled(service) == Some(id));
                (found || people).then_some(Wanted { service, found, people })
            };
            let wanted: Vec<_> = area.services.iter().filter_map(wanted).collect();
            for (wanted, Answer { found, people }) in
                wanted.iter().zip(search(layer, &wanted))
            {
                let service = &wanted.service.layer.id;
                if wanted.found {
                    all.found.insert((id.clone(), service.clone()), Arc::new(found));
                }
                if wanted.people {
                    all.people.insert(service.clone(), people);
                }
            }
        }
        all
    }

    /// The nearest facility of each feature of a layer, which an access deficit asks for.
    pub(super) fn of(&self, layer: &str, service: &str) -> &Arc<Found> {
        let found = self.found.get(&(layer.to_owned(), service.to_owned()));
        found.expect("what deficits ask was looked for")
    }

    /// For each facility of a service the people whose nearest one it is; `None` if nobody's are known.
    pub(super) fn people(&self, service: &str) -> Option<&[Fixed]> {
        self.people.get(service).map(Vec::as_slice)
    }
}

/// The centroids of some features, in order.
fn centroids(shapes: &Shapes, rows: Range<usize>) -> Vec<GridPoint> {
    let some: Vec<usize> = rows.clone().step_by(CHUNK).collect();
    some.into_par_iter()
        .flat_map_iter(|first| {
            let window = shapes.window(first..(first + CHUNK).min(rows.end));
            window.iter().map(|(_, shape)| centroid(shape)).collect::<Vec<_>>()
        })
        .collect()
}

/// What may be off in the distance of a layer's features to a service, m: the doubts that are
/// on and known.
pub(super) fn doubts(
    area: &StudyArea,
    settings: &Settings,
    layer: &ExposureLayer,
    service: &ServiceLayer,
) -> Vec<(Doubt, f64)> {
    let off_m = |doubt| match doubt {
        Doubt::ExposedPosition => layer.layer.worst_accuracy_m(),
        Doubt::ServicePosition => service.layer.worst_accuracy_m(),
        Doubt::Datum => datum_m(area, &layer.layer.id, &service.layer.id),
        Doubt::HazardEdge | Doubt::Straddling | Doubt::PopulationDate => None,
    };
    let on = Doubt::ALL.into_iter().filter(|doubt| settings.doubts.has(*doubt));
    on.filter_map(|doubt| Some((doubt, off_m(doubt)?))).collect()
}

/// The centroid of all parts, weighted by area, length or number of points.
///
/// # Panics
///
/// If the feature has no point, which prepared shapes never are.
#[must_use]
pub fn centroid(shape: ShapeRef<'_>) -> GridPoint {
    let origin = *shape.points().first().expect("a prepared feature has points");
    let at = |p: GridPoint| ((p.x - origin.x) as f64, (p.y - origin.y) as f64);
    let mut sum = Weighted::default();
    for (_, points) in shape.parts() {
        match shape.dimension() {
            Dimension::Area => {
                let next = points.iter().skip(1).chain(points.first());
                points
                    .iter()
                    .zip(next)
                    .for_each(|(&a, &b)| sum.add_triangle(at(a), at(b)));
            }
            Dimension::Line => {
                points.windows(2).for_each(|w| sum.add_segment(at(w[0]), at(w[1])));
            }
            Dimension::Point => points.iter().for_each(|&p| sum.add(1.0, at(p))),
        }
    }
    let (x, y) = sum.mean();
    GridPoint::new(origin.x + x.round() as i64, origin.y + y.round() as i64)
}

/// A weighted sum of places.
#[derive(Default)]
struct Weighted {
    weight: f64,
    x: f64,
    y: f64,
}

impl Weighted {
    fn add(&mut self, weight: f64, (x, y): (f64, f64)) {
        self.weight += weight;
        self.x += weight * x;
        self.y += weight * y;
    }

    /// The signed triangle from the origin over an edge: its centroid is a third of the sum.
    fn add_triangle(&mut self, a: (f64, f64), b: (f64, f64)) {
        let doubled = a.0 * b.1 - b.0 * a.1;
        self.add(doubled, ((a.0 + b.0) / 3.0, (a.1 + b.1) / 3.0));
    }

    fn add_segment(&mut self, a: (f64, f64), b: (f64, f64)) {
        let length = (b.0 - a.0).hypot(b.1 - a.1);
        self.add(length, (f64::midpoint(a.0, b.0), f64::midpoint(a.1, b.1)));
    }

    fn mean(&self) -> (f64, f64) {
        (self.x / self.weight, self.y / self.weight)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::tally::{Carried, Part, SUMS};
    use crate::layers::PartRole;
    use PartRole::{Hole, Line, Point, Shell};

    fn centroid_of(
        dimension: Dimension,
        parts: &[(PartRole, &[(i64, i64)])],
    ) -> (i64, i64) {
        let mut shapes = Shapes::default();
        for (role, points) in parts {
            shapes.push_part(*role, points.iter().map(|&(x, y)| GridPoint::new(x, y)));
        }
        shapes.end_feature(dimension);
        let c = centroid(shapes.get(0));
        (c.x, c.y)
    }

    /// Points by their x, each a feature.
    fn points(all: &[i64]) -> Arc<Shapes> {
        let mut shapes = Shapes::default();
        for &x in all {
            shapes.push_part(Point, [GridPoint::new(x * 1_000_000, 0)]);
            shapes.end_feature(Dimension::Point);
        }
        Arc::new(shapes)
    }

    #[test]
    fn people_go_to_the_facility_that_is_nearest_to_them() {
        let mut area = crate::indicators::sample::area();
        let (layer, service) = (&mut area.exposures[0], &mut area.services[0]);
        layer.layer.shapes = points(&[0, 4, 12, 5]);
        layer.people = Some(vec![Some(1.0), Some(2.0), Some(4.0), None].into());
        // Not in the order of their ids: of equally near ones, as for the block at 5, "a" counts.
        service.layer.shapes = points(&[10, 0]);
        service.layer.ids = Arc::new(["b", "a"].iter().collect());
        let (layer, service) = (&area.exposures[0], &area.services[0]);
        let found = distances(layer, service);
        let expected = [(1, 0.0), (1, 4.0), (0, 2.0), (1, 5.0)].map(Some);
        assert!(found.iter().eq(expected));
        let served = WithinReach::new(&Arc::new(found), 4.0);
        assert_eq!(served.some(0..4), [true, true, true, false]);
        assert_eq!(served.some(2..4), [true, false]);
        assert!(served.of(1) && !served.of(3));
        let none = Found { features: 2, ..Found::default() };
        let near = WithinReach { within_m: 2.0, ..served };
        // From the second on: of those whose people are known only the third has it near.
        let carried = Carried::of(layer, std::slice::from_ref(&near), 1..4);
        let served_at = |row: usize| {
            let part = Part { row, dimension: Dimension::Point, amount: 1.0, whole: 1.0 };
            let mut sum = Fixed::ZERO;
            part.amounts(&carried, |column, value| {
                sum +=
                    if column == SUMS + layer.sums.len() { value } else { Fixed::ZERO };
            });
            sum
        };
        assert_eq!([1, 2, 3].map(served_at), [0, 4, 0].map(Fixed::whole));
        let nobody = WithinReach::new(&Arc::new(none), 4.0);
        assert_eq!((nobody.some(0..2), nobody.of(1)), (vec![false; 2], false));
        let people =
            |sums: &[Fixed]| sums.iter().map(|sum| sum.get()).collect::<Vec<_>>();
        assert_eq!(people(&people_nearest(layer, service)), [4.0, 3.0]);
        let settings = crate::indicators::sample::settings();
        let all = Neighbours::new(&area, &settings);
        assert_eq!(people(all.people("clinics").unwrap()), [4.0, 3.0]);
        assert!(Neighbours::of_deficits(&area, &settings).people("clinics").is_none());
    }

    #[test]
    fn many_features_keep_their_people_and_their_order() {
        // At every metre from 0 to 20,000 somebody with as many people, and a facility at each
        // end: up to 10,000, where both are as near, people go to "a".
        let mut area = crate::indicators::sample::area();
        let (layer, service) = (&mut area.exposures[0], &mut area.services[0]);
        layer.layer.shapes = points(&(0..=20_000).collect::<Vec<_>>());
        layer.people = Some((0..=20_000).map(|at| Some(f64::from(at))).collect());
        service.layer.shapes = points(&[0, 20_000]);
        service.layer.ids = Arc::new(["a", "b"].iter().collect());
        let (layer, service) = (&area.exposures[0], &area.services[0]);
        let sums = people_nearest(layer, service);
        // Gauss: 10,000 · 10,001 / 2, and the rest of 20,000 · 20,001 / 2.
        let of_a = 50_005_000.0;
        let expected = [of_a, 200_010_000.0 - of_a].map(Fixed::of);
        assert_eq!(sums, expected);
        let found = distances(layer, service);
        let meters = (0..=20_000).map(|at: i32| Some(f64::from(at.min(20_000 - at))));
        assert!(found.meters().eq(meters));
    }

    #[test]
    fn centroids_are_weighted_by_all_parts() {
        let l: &[(i64, i64)] = &[(0, 0), (60, 0), (60, 20), (20, 20), (20, 60), (0, 60)];
        let far: &[(i64, i64)] = &[(100, 0), (120, 0), (120, 20), (100, 20)];
        let near: &[(i64, i64)] = &[(0, 0), (20, 0), (20, 20), (0, 20)];
        let shell: &[(i64, i64)] = &[(0, 0), (80, 0), (80, 40), (0, 40)];
        let hole: &[(i64, i64)] = &[(40, 0), (40, 40), (80, 40), (80, 0)];
        // The L: 60×20 at (30, 10) and 20×40 at (10, 40): (44000, 44000) / 2000 = 22.
        assert_eq!(centroid_of(Dimension::Area, &[(Shell, l)]), (22, 22));
        assert_eq!(
            centroid_of(Dimension::Area, &[(Shell, near), (Shell, far)]),
            (60, 10)
        );
        assert_eq!(
            centroid_of(Dimension::Area, &[(Shell, shell), (Hole, hole)]),
            (20, 20)
        );
        // 10 m to the east, 30 m to the north: (5·10 + 10·30) / 40, (0·10 + 15·30) / 40.
        let line: &[(i64, i64)] = &[(0, 0), (1000, 0), (1000, 3000)];
        assert_eq!(centroid_of(Dimension::Line, &[(Line, line)]), (875, 1125));
        let points: &[(i64, i64)] = &[(3, 9)];
        assert_eq!(
            centroid_of(Dimension::Point, &[(Point, points), (Point, points)]),
            (3, 9)
        );
    }
}
