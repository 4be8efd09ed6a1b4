//! The integer grid of one micrometre on which every overlay is exact.

/// Grid steps in a metre.
pub const STEPS_PER_METER: f64 = 1e6;
/// Grid steps squared in a square metre.
pub const AREA_STEPS_PER_M2: f64 = 1e12;
/// Largest coordinate on the grid: 21,000 km, half the equator and more, so that every planar
/// CRS fits, EPSG:3857 too.
pub const LIMIT: i64 = 21_000_000_000_000;

/// A position in the working CRS, in whole micrometres.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct GridPoint {
    /// Easting, µm.
    pub x: i64,
    /// Northing, µm.
    pub y: i64,
}

impl GridPoint {
    /// A point from grid coordinates.
    #[must_use]
    pub const fn new(x: i64, y: i64) -> Self {
        Self { x, y }
    }

    /// Snaps metres to the grid, half away from zero; `None` if not finite or beyond [`LIMIT`].
    #[must_use]
    pub fn snap(x_m: f64, y_m: f64) -> Option<Self> {
        let (x, y) = (x_m * STEPS_PER_METER, y_m * STEPS_PER_METER);
        let limit = LIMIT as f64;
        // NaN fails both comparisons.
        (x.abs() <= limit && y.abs() <= limit)
            .then(|| Self { x: nearest(x), y: nearest(y) })
    }

    /// Back to metres.
    #[must_use]
    pub fn meters(self) -> [f64; 2] {
        [self.x as f64 / STEPS_PER_METER, self.y as f64 / STEPS_PER_METER]
    }
}

/// The nearest whole number, half away from zero; what is left after cutting off is exact.
/// Quicker than `round`, for what fits.
pub(crate) fn nearest(x: f64) -> i64 {
    let whole = x as i64;
    let rest = x - whole as f64;
    whole + i64::from(rest >= 0.5) - i64::from(rest <= -0.5)
}

/// Twice the signed area of a ring (closed or not), µm²; positive if counter-clockwise.
#[must_use]
pub fn double_area(ring: &[GridPoint]) -> i128 {
    let (Some(&origin), Some(&last)) = (ring.first(), ring.last()) else { return 0 };
    let at = |p: GridPoint| (i128::from(p.x - origin.x), i128::from(p.y - origin.y));
    let mut sum = 0i128;
    let mut before = at(last);
    for &point in ring {
        let here = at(point);
        sum += before.0 * here.1 - here.0 * before.1;
        before = here;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn snapping_rounds_half_away_from_zero() {
        let values =
            [0.0, 0.4, 0.5, 0.499_999_999_999_999_94, 1.5, 2.5, 7e12 + 0.5, 3.49];
        for value in values.into_iter().flat_map(|x| [x, -x]) {
            assert_eq!(nearest(value), value.round() as i64, "{value}");
        }
        // 21,000 km lie on the grid, and no step more.
        assert!(GridPoint::snap(21e6, -21e6).is_some());
        assert_eq!(GridPoint::snap(21e6 + 1e-6, 0.0), None);
        assert_eq!(GridPoint::snap(0.0, f64::NAN), None);
    }
}
