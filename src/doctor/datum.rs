//! Whether a layer would fit the edges of the territories on another datum.
//!
//! In: vertices of lines and areas in the system that is stated. Out: the datum, and by how
//! much the layer is off. Only layers that follow the edges of territories can tell.

use super::ground::Ground;
use crate::domain::ReferenceSystem;
use crate::domain::crs::{Datum, Frame, Projection, system};
use crate::geometry::crs::Transform;

/// Datums that are taken for one another.
const RIVALS: [Datum; 3] = [Datum::Wgs84, Datum::Psad56, Datum::Sad69];
/// Vertices that are looked at, at most.
pub(super) const MOST: usize = 500;
/// Vertices for a first look: a layer that is far off what is asked for is passed over by it.
const FIRST_LOOK: usize = 64;
/// Vertices that are needed.
const FEWEST: usize = 4;
/// Nearer to the edges than this, m, nothing is suspicious.
const LEAST_M: f64 = 50.0;
/// Farther from them, m, no shift of a datum explains it.
const LARGEST_M: f64 = 1500.0;
/// The other datum must bring the layer so much nearer.
const NEARER: f64 = 0.34;

/// A datum on which a layer would fit, and how far off it is now.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Offset {
    pub(super) datum: Datum,
    /// Where the layer stands now as seen from where it would, m east and north.
    pub(super) east_m: f64,
    pub(super) north_m: f64,
    /// Median distance from the edges, now and then, m.
    pub(super) before_m: f64,
    pub(super) after_m: f64,
    /// The system that it would be in.
    pub(super) epsg: Option<u32>,
}

/// Looks for a datum on which the vertices would lie on edges of territories.
pub(super) fn offset(
    vertices: &[[f64; 2]],
    stated: &ReferenceSystem,
    ground: &Ground,
) -> Option<Offset> {
    if vertices.len() < FEWEST {
        return None;
    }
    let few = sample_of(vertices, FIRST_LOOK);
    let first = placed(&few, stated, ground)?;
    let first_look = median_distance(&first, LARGEST_M * 2.0, ground)?;
    if !(LEAST_M / 2.0..=LARGEST_M * 2.0).contains(&first_look) {
        return None;
    }
    let sample = sample_of(vertices, MOST);
    let here = placed(&sample, stated, ground)?;
    let before_m = median_distance(&here, LARGEST_M, ground)?;
    if !(LEAST_M..=LARGEST_M).contains(&before_m) {
        return None;
    }
    let (projection, datum) = parts(stated)?;
    let rivals = RIVALS.into_iter().filter(|rival| !is_alike(*rival, datum));
    let mut best: Option<Offset> = None;
    for rival in rivals {
        let system = ReferenceSystem::of(projection.clone(), rival);
        let most_m = before_m * NEARER;
        if !may_be_within(most_m, &few, &system, ground) {
            continue;
        }
        let Some(there) = placed(&sample, &system, ground) else { continue };
        let Some(after_m) = median_distance(&there, most_m, ground) else { continue };
        if after_m > most_m || best.is_some_and(|best| best.after_m <= after_m) {
            continue;
        }
        let [east_m, north_m] = mean_difference(&here, &there);
        let epsg = system.epsg();
        best = Some(Offset { datum: rival, east_m, north_m, before_m, after_m, epsg });
    }
    best
}

/// Whether a first look leaves it open that vertices lie within a distance, m, of the edges.
fn may_be_within(
    most_m: f64,
    few: &[[f64; 2]],
    system: &ReferenceSystem,
    ground: &Ground,
) -> bool {
    let roughly_m = placed(few, system, ground)
        .and_then(|few| median_distance(&few, most_m * 2.0, ground));
    roughly_m.is_some_and(|roughly_m| roughly_m <= most_m * 2.0)
}

/// So many vertices at most, evenly over all.
fn sample_of(vertices: &[[f64; 2]], most: usize) -> Vec<[f64; 2]> {
    vertices.iter().step_by(vertices.len().div_ceil(most)).copied().collect()
}

/// Datums within centimetres to decimetres of one another.
fn is_alike(a: Datum, b: Datum) -> bool {
    let is_old = |datum| matches!(datum, Datum::Psad56 | Datum::Sad69);
    a == b || !is_old(a) && !is_old(b)
}

fn parts(stated: &ReferenceSystem) -> Option<(Projection, Datum)> {
    match stated {
        ReferenceSystem::Epsg(epsg) => {
            system(*epsg).map(|known| (known.projection, known.datum))
        }
        ReferenceSystem::Custom(custom) => match custom.frame {
            Frame::Known(datum) => Some((custom.projection.clone(), datum)),
            Frame::Shifted(_) => None,
        },
    }
}

fn placed(
    vertices: &[[f64; 2]],
    system: &ReferenceSystem,
    ground: &Ground,
) -> Option<Vec<[f64; 2]>> {
    let way = Transform::new(system.clone(), &ground.working).ok()?;
    vertices.iter().map(|vertex| way.project(*vertex)).collect()
}

/// The median distance of places from the edges, m; infinite if it is more than `most_m`.
fn median_distance(places: &[[f64; 2]], most_m: f64, ground: &Ground) -> Option<f64> {
    let mut distances = ground.edge_distances_m(places, most_m)?;
    let middle = distances.len() / 2;
    let (_, median, _) = distances.select_nth_unstable_by(middle, f64::total_cmp);
    Some(*median)
}

#[expect(clippy::cast_precision_loss, reason = "at most some thousands")]
fn mean_difference(from: &[[f64; 2]], to: &[[f64; 2]]) -> [f64; 2] {
    let count = from.len().max(1) as f64;
    let sum = from
        .iter()
        .zip(to)
        .fold([0.0, 0.0], |sum, (a, b)| [sum[0] + a[0] - b[0], sum[1] + a[1] - b[1]]);
    sum.map(|sum| sum / count)
}

/// An offset as a suspicion: so many metres east and north (negative: west, south).
pub(super) fn told(
    offset: &Offset,
    stated: &ReferenceSystem,
    suspicion: super::suspicion::Suspicion,
) -> super::suspicion::Suspicion {
    let values = values(offset, stated);
    values
        .into_iter()
        .fold(suspicion, |suspicion, (name, value)| suspicion.with(name, value))
}

/// What an offset is, for a sentence.
pub(super) fn values(
    offset: &Offset,
    stated: &ReferenceSystem,
) -> [(&'static str, String); 8] {
    let side = |value: f64, positive: &str, negative: &str| {
        format!("@inspect.compass.{}", if value < 0.0 { negative } else { positive })
    };
    let system = match offset.epsg {
        Some(epsg) => format!("EPSG:{epsg}"),
        None => offset.datum.name().to_owned(),
    };
    [
        ("east", format!("{:.0}", offset.east_m.abs())),
        ("east_side", side(offset.east_m, "e", "w")),
        ("north", format!("{:.0}", offset.north_m.abs())),
        ("north_side", side(offset.north_m, "n", "s")),
        ("datum", offset.datum.name().to_owned()),
        ("system", system),
        ("stated", stated.to_string()),
        ("after", format!("{:.0}", offset.after_m)),
    ]
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::geometry::crs::Crs;
    use crate::geometry::{Dimension, GridPoint, Shapes, StudyArea};
    use crate::indicators::sample;
    use crate::layers::PartRole;

    const WGS84_19S: u32 = 32_719;
    const PSAD56_19S: u32 = 24_879;

    /// A square of ten kilometres near Ilo.
    fn ground() -> Ground {
        let mut shapes = Shapes::default();
        let corners = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)];
        let at = |(east, north): (f64, f64)| {
            let (x, y) = (250_000.0 + east * 1000.0, 8_040_000.0 + north * 1000.0);
            GridPoint::snap(x, y).unwrap()
        };
        shapes.push_part(PartRole::Shell, corners.map(at));
        shapes.end_feature(Dimension::Area);
        let mut area = StudyArea { epsg: WGS84_19S, ..sample::area() };
        area.territory_layer.shapes = Arc::new(shapes);
        Ground::of(&area, &sample::settings()).unwrap()
    }

    /// Vertices in PSAD56 that lie so far, m, inside the west and the south of the square.
    fn vertices(inside_m: f64) -> Vec<[f64; 2]> {
        let working = Crs::from_epsg(WGS84_19S).unwrap();
        let way = Transform::new(ReferenceSystem::Epsg(PSAD56_19S), &working).unwrap();
        let back = |to: [f64; 2]| {
            let mut from = to;
            for _ in 0..5 {
                let [x, y] = way.project(from).unwrap();
                from = [from[0] + to[0] - x, from[1] + to[1] - y];
            }
            from
        };
        let along = (10..90).map(|step| f64::from(step) * 100.0);
        let places = along.flat_map(|along| {
            let west = [250_000.0 + inside_m, 8_040_000.0 + along];
            [west, [250_000.0 + along, 8_040_000.0 + inside_m]]
        });
        places.map(back).collect()
    }

    #[test]
    fn vertices_that_fit_roughly_on_another_datum_are_suspicious() {
        let (ground, stated) = (ground(), ReferenceSystem::Epsg(WGS84_19S));
        for inside_m in [0.0, 20.0] {
            let found = offset(&vertices(inside_m), &stated, &ground).unwrap();
            assert_eq!(found.datum, Datum::Psad56);
            assert!((found.after_m - inside_m).abs() < 0.01, "{found:?}");
            assert!(found.before_m > 150.0 && found.before_m < 500.0, "{found:?}");
        }
        // Not a third as far off as they are: no datum explains them.
        assert_eq!(offset(&vertices(200.0), &stated, &ground), None);
        assert_eq!(offset(&vertices(2000.0), &stated, &ground), None);
    }

    #[test]
    fn a_first_look_leaves_open_what_is_up_to_twice_as_far() {
        let ground = ground();
        let (few, system) = (vertices(20.0), ReferenceSystem::Epsg(PSAD56_19S));
        assert!(may_be_within(10.1, &few, &system, &ground));
        assert!(!may_be_within(9.9, &few, &system, &ground));
    }
}
