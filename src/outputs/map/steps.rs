//! Points of stored sheets: hundredths of a millimetre, each as its step from the one before.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::scene::Point;

/// The nearest hundredth, of two the farther from zero: as `round` has it, without the call into
/// the library that it is where a processor has no instruction for it that all of its kind have.
pub(super) fn hundredths(mm: f32) -> i64 {
    let half = if mm < 0.0 { -0.5 } else { 0.5 };
    (f64::from(mm) * 100.0 + half) as i64
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hundredths_are_the_nearest() {
        let cases = [
            (0.0, 0),
            (-0.0, 0),
            (0.004, 0),
            (0.006, 1),
            (-0.006, -1),
            (12.345, 1235),
            // Halves that binary numbers hold.
            (0.125, 13),
            (-0.125, -13),
            (0.375, 38),
            (1e30, i64::MAX),
        ];
        for (mm, expected) in cases {
            assert_eq!(hundredths(mm), expected, "{mm}");
        }
        for i in -5000..5000 {
            assert_eq!(hundredths(mm(i)), i);
        }
        assert_eq!(hundredths(f32::NAN), 0);
    }
}
