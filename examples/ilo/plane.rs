//! Degrees and metres: the projection of the working CRS and plane geometry.

use proj4rs::proj::Proj;
use proj4rs::transform::transform;

/// Longitude and latitude, degrees, WGS 84.
pub(super) type LonLat = [f64; 2];
/// Easting and northing, metres, WGS 84 / UTM 19S (EPSG:32719).
pub(super) type Xy = [f64; 2];
/// A ring whose first point is not repeated.
pub(super) type Ring = Vec<Xy>;

/// Steps of a degree on the files' grid: 7 decimals, about 1 cm.
pub(super) const STEPS_PER_DEGREE: f64 = 1e7;

/// WGS 84 and UTM 19S.
pub(super) struct Utm {
    degrees: Proj,
    meters: Proj,
}

impl Utm {
    pub(super) fn new() -> Self {
        let proj =
            |text| Proj::from_proj_string(text).expect("a fixed, valid definition");
        Self {
            degrees: proj("+proj=longlat +datum=WGS84 +no_defs"),
            meters: proj("+proj=utm +zone=19 +south +datum=WGS84 +units=m +no_defs"),
        }
    }

    pub(super) fn meters(&self, at: LonLat) -> Xy {
        let mut p = (at[0].to_radians(), at[1].to_radians(), 0.0);
        transform(&self.degrees, &self.meters, &mut p)
            .expect("the point lies in the zone");
        [p.0, p.1]
    }

    pub(super) fn line(&self, points: &[LonLat]) -> Vec<Xy> {
        points.iter().map(|&p| self.meters(p)).collect()
    }

    /// Back to degrees, in whole steps of the files' grid.
    pub(super) fn steps(&self, at: Xy) -> [i64; 2] {
        let mut p = (at[0], at[1], 0.0);
        transform(&self.meters, &self.degrees, &mut p)
            .expect("the point lies in the zone");
        [p.0, p.1].map(|v| (v.to_degrees() * STEPS_PER_DEGREE).round() as i64)
    }

    /// Back to degrees with 7 decimals.
    pub(super) fn degrees(&self, at: Xy) -> LonLat {
        self.steps(at).map(|v| v as f64 / STEPS_PER_DEGREE)
    }
}

pub(super) fn add(a: Xy, b: Xy) -> Xy {
    [a[0] + b[0], a[1] + b[1]]
}

pub(super) fn sub(a: Xy, b: Xy) -> Xy {
    [a[0] - b[0], a[1] - b[1]]
}

pub(super) fn scale(a: Xy, by: f64) -> Xy {
    [a[0] * by, a[1] * by]
}

pub(super) fn length(a: Xy) -> f64 {
    a[0].hypot(a[1])
}

/// The direction from `a` to `b`, of length 1.
pub(super) fn direction(a: Xy, b: Xy) -> Xy {
    let d = sub(b, a);
    scale(d, 1.0 / length(d))
}

/// A quarter turn to the left.
pub(super) fn left(a: Xy) -> Xy {
    [-a[1], a[0]]
}

/// Signed area of a ring, m²; positive if counter-clockwise.
pub(super) fn area(ring: &[Xy]) -> f64 {
    let Some(&o) = ring.first() else { return 0.0 };
    (0..ring.len())
        .map(|i| {
            let (a, b) = (sub(ring[i], o), sub(ring[(i + 1) % ring.len()], o));
            (a[0] * b[1] - b[0] * a[1]) / 2.0
        })
        .sum()
}

pub(super) fn perimeter(ring: &[Xy]) -> f64 {
    (0..ring.len()).map(|i| length(sub(ring[(i + 1) % ring.len()], ring[i]))).sum()
}

/// Centre of mass of a ring.
pub(super) fn centroid(ring: &[Xy]) -> Xy {
    let o = ring[0];
    let (mut sum, mut twice) = ([0.0, 0.0], 0.0);
    for i in 0..ring.len() {
        let (a, b) = (sub(ring[i], o), sub(ring[(i + 1) % ring.len()], o));
        let cross = a[0] * b[1] - b[0] * a[1];
        sum = add(sum, scale(add(a, b), cross));
        twice += cross;
    }
    add(o, scale(sum, 1.0 / (3.0 * twice)))
}

/// Whether a point lies inside a ring (even-odd rule).
pub(super) fn contains(ring: &[Xy], p: Xy) -> bool {
    let mut inside = false;
    for i in 0..ring.len() {
        let (a, b) = (ring[i], ring[(i + 1) % ring.len()]);
        let crosses = (a[1] > p[1]) != (b[1] > p[1]);
        if crosses && p[0] < a[0] + (p[1] - a[1]) * (b[0] - a[0]) / (b[1] - a[1]) {
            inside = !inside;
        }
    }
    inside
}

/// Distance from a point to a segment.
pub(super) fn distance_to_segment(p: Xy, a: Xy, b: Xy) -> f64 {
    let (ab, ap) = (sub(b, a), sub(p, a));
    let along = (ap[0] * ab[0] + ap[1] * ab[1]) / (ab[0] * ab[0] + ab[1] * ab[1]);
    length(sub(ap, scale(ab, along.clamp(0.0, 1.0))))
}

/// Distance from a point to a line.
pub(super) fn distance_to_line(p: Xy, line: &[Xy]) -> f64 {
    line.windows(2)
        .map(|w| distance_to_segment(p, w[0], w[1]))
        .fold(f64::INFINITY, f64::min)
}

/// A rectangle from a corner, two directions at right angles and two sides.
pub(super) fn rectangle(corner: Xy, along: Xy, up: Xy, width: f64, depth: f64) -> Ring {
    let (w, d) = (scale(along, width), scale(up, depth));
    vec![corner, add(corner, w), add(add(corner, w), d), add(corner, d)]
}
