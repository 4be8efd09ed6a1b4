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
