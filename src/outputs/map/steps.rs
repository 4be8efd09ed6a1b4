//! Points of stored sheets: hundredths of a millimetre, each as its step from the one before.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::scene::Point;

/// The nearest hundredth.
pub(super) fn hundredths(mm: f32) -> i64 {
    (f64::from(mm) * 100.0).round() as i64
}

/// A number of hundredths, mm; [`hundredths`] gives it back for anything on a page.
pub(super) fn mm(hundredths: i64) -> f32 {
    (hundredths as f64 / 100.0) as f32
}

fn to_steps(points: &[Point]) -> Vec<i64> {
    let mut last = [0; 2];
    let mut steps = Vec::with_capacity(points.len() * 2);
    for point in points {
        let at = point.map(hundredths);
        steps.extend([0, 1].map(|axis| at[axis] - last[axis]));
        last = at;
    }
    steps
}

/// The points; `None` if half a point is left, or one lies beyond any page.
fn from_steps(steps: &[i64]) -> Option<Vec<Point>> {
    const FARTHEST: i64 = 1 << 40;
    let mut at = [0i64; 2];
    let (pairs, rest) = steps.as_chunks::<2>();
    let points = pairs.iter().map(|step| {
        at = [at[0].checked_add(step[0])?, at[1].checked_add(step[1])?];
        at.iter().all(|v| v.abs() < FARTHEST).then(|| at.map(mm))
    });
    points.collect::<Option<Vec<Point>>>().filter(|_| rest.is_empty())
}

/// One line or ring.
pub(super) mod points {
    use serde::de::Error as _;

    use super::{Deserialize, Deserializer, Point, Serialize, Serializer};

    pub(in super::super) fn serialize<S: Serializer>(
        points: &[Point],
        to: S,
    ) -> Result<S::Ok, S::Error> {
        super::to_steps(points).serialize(to)
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Vec<Point>, D::Error> {
        let steps = Vec::<i64>::deserialize(from)?;
        super::from_steps(&steps).ok_or_else(|| D::Error::custom("points"))
    }
}

/// Several rings.
pub(super) mod rings {
    use serde::de::Error as _;

    use super::{Deserialize, Deserializer, Point, Serialize, Serializer};

    pub(in super::super) fn serialize<S: Serializer>(
        rings: &[Vec<Point>],
        to: S,
    ) -> Result<S::Ok, S::Error> {
        let steps: Vec<Vec<i64>> = rings.iter().map(|r| super::to_steps(r)).collect();
        steps.serialize(to)
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Vec<Vec<Point>>, D::Error> {
        let rings = Vec::<Vec<i64>>::deserialize(from)?;
        let rings = rings.iter().map(|steps| super::from_steps(steps)).collect();
        Option::ok_or_else(rings, || D::Error::custom("points"))
    }
}
