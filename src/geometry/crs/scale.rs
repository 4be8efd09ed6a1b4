//! By how much the working CRS stretches lengths.

use geo::{Distance, Geodesic, Point};

use super::{Crs, convert, wgs84};

/// By how much lengths of the CRS differ from lengths on the ellipsoid in a box, parts per
/// million: smallest and largest over a lattice of 9 × 9 places and two directions.
///
/// # Units
///
/// `low`, `high`: metres of the CRS. Positive: the plane is larger than the ellipsoid.
///
/// # Method
///
/// Planar length of a step of 1 km over its geodesic length on WGS 84 (C. F. F. Karney,
/// "Algorithms for geodesics", *Journal of Geodesy* 87, 2013, 43–55).
#[must_use]
pub fn scale_ppm(crs: &Crs, low: [f64; 2], high: [f64; 2]) -> Option<(f64, f64)> {
    const STEPS: u32 = 8;
    const STEP_M: f64 = 1000.0;
    let wgs84 = wgs84().ok()?;
    let place = |x: f64, y: f64| {
        convert(&crs.proj, &wgs84, [x, y]).map(|[lon, lat]| Point::new(lon, lat))
    };
    let mut range: Option<(f64, f64)> = None;
    for i in 0..=STEPS {
        for j in 0..=STEPS {
            let part =
                |k: u32, a: f64, b: f64| a + (b - a) * f64::from(k) / f64::from(STEPS);
            let (x, y) = (part(i, low[0], high[0]), part(j, low[1], high[1]));
            for (dx, dy) in [(STEP_M / 2.0, 0.0), (0.0, STEP_M / 2.0)] {
                let (from, to) = (place(x - dx, y - dy)?, place(x + dx, y + dy)?);
                let ppm = (STEP_M / Geodesic.distance(from, to) - 1.0) * 1e6;
                let (least, most) = range.unwrap_or((ppm, ppm));
                range = Some((least.min(ppm), most.max(ppm)));
            }
        }
    }
    range
}
