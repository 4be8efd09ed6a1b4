//! Everything within a distance of points, lines and rings, as polygons.
//!
//! In: features or rings on the grid and distances in metres. Out: polygons on the grid. Arcs become
//! chords whose ends lie on the arc, so that they stay inside it by at most 0.01 % of
//! the distance. Knows nothing of levels.

use rayon::prelude::*;

use super::grid::{GridPoint, LIMIT, STEPS_PER_METER};
use super::overlay::{Polygon, Ring, Rule, rings_of, rings_of_shape, union};
use super::shapes::{Dimension, ShapeRef};
use super::strip::{circle, pieces};

/// So many neighbouring unions are then united, and so on up to one.
const FAN: usize = 8;

/// A distance in grid steps: 0 if negative or not a number, at most the whole grid.
fn steps(meters: f64) -> f64 {
    // `max` takes the other number where one is none.
    (meters * STEPS_PER_METER).max(0.0).min(LIMIT as f64)
}

/// Unites groups of rings: each for itself, then neighbours step by step.
///
/// Neighbouring pieces of a long line overlap one another many times over; uniting them in the
/// order of the line keeps the number of crossings small at every step.
#[must_use]
pub fn unite(groups: &[Vec<Ring>]) -> Vec<Polygon> {
    let mut level: Vec<Vec<Polygon>> = groups
        .par_iter()
        .map(|rings| union(rings.iter().map(Vec::as_slice), Rule::NonZero))
        .collect();
    while level.len() > 1 {
        level = level
            .par_chunks(FAN)
            .map(|some| match some {
                [one] => one.clone(),
                _ => union(some.iter().flat_map(|one| rings_of(one)), Rule::NonZero),
            })
            .collect();
    }
    level.pop().unwrap_or_default()
}

/// Everything within `radii` metres of a closed ring, edge by edge: the strip along it.
#[must_use]
pub fn strip_groups(ring: &[GridPoint], radii: &[f64]) -> Vec<Vec<Ring>> {
    let radii: Vec<f64> = radii.iter().map(|radius| steps(*radius)).collect();
    pieces(ring, true, &radii)
}

/// Everything within `within_m` metres of a feature; nothing if that is not positive.
///
/// # Examples
///
/// ```
/// use atalaya::geometry::{Dimension, GridPoint, Shapes, band};
/// use atalaya::layers::PartRole;
///
/// let mut shapes = Shapes::default();
/// shapes.push_part(PartRole::Point, [GridPoint::new(0, 0)]);
/// shapes.end_feature(Dimension::Point);
/// let around = band::around(shapes.get(0), 100.0);
/// // π · 100², less the 0.013 % between the arcs and their chords.
/// assert!((around[0].area_m2() / 31_415.93 - 0.99987).abs() < 1e-5);
/// ```
#[must_use]
pub fn around(shape: ShapeRef<'_>, within_m: f64) -> Vec<Polygon> {
    let radius = steps(within_m);
    if radius <= 0.0 {
        return Vec::new();
    }
    let strips = |is_closed: bool| {
        shape.parts().flat_map(move |(_, points)| {
            pieces(points, is_closed, &vec![radius; points.len()])
        })
    };
    let groups: Vec<Vec<Ring>> = match shape.dimension() {
        Dimension::Point => {
            shape.points().iter().map(|&p| vec![circle(p, radius)]).collect()
        }
        Dimension::Line => strips(false).collect(),
        Dimension::Area => {
            let own: Vec<Ring> = rings_of_shape(shape).map(<[_]>::to_vec).collect();
            std::iter::once(own).chain(strips(true)).collect()
        }
    };
    unite(&groups)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Shapes;
    use crate::geometry::predicates::{Position, position};
    use crate::layers::PartRole;
    use std::f64::consts::PI;

    const M: i64 = 1_000_000;

    fn shape(dimension: Dimension, parts: &[(PartRole, &[(i64, i64)])]) -> Shapes {
        let mut shapes = Shapes::default();
        for (role, points) in parts {
            let grid = points.iter().map(|&(x, y)| GridPoint::new(x * M, y * M));
            shapes.push_part(*role, grid);
        }
        shapes.end_feature(dimension);
        shapes
    }

    fn area(shapes: &Shapes, within_m: f64) -> f64 {
        around(shapes.get(0), within_m).iter().map(Polygon::area_m2).sum()
    }

    #[test]
    fn areas_are_those_of_the_formulas() {
        use PartRole::{Hole, Line, Point, Shell};
        let r = 50.0;
        let disc = PI * r * r;
        let point = shape(Dimension::Point, &[(Point, &[(0, 0)])]);
        let line = shape(Dimension::Line, &[(Line, &[(0, 0), (300, 400)])]);
        let straight = shape(Dimension::Line, &[(Line, &[(0, 0), (30, 40), (300, 400)])]);
        let bend = shape(Dimension::Line, &[(Line, &[(0, 0), (500, 0), (500, 500)])]);
        let back = shape(Dimension::Line, &[(Line, &[(0, 0), (500, 0), (200, 0)])]);
        let square =
            shape(Dimension::Area, &[(Shell, &[(0, 0), (200, 0), (200, 200), (0, 200)])]);
        let frame = shape(
            Dimension::Area,
            &[
                (Shell, &[(0, 0), (400, 0), (400, 400), (0, 400)]),
                (Hole, &[(100, 100), (100, 300), (300, 300), (300, 100)]),
            ],
        );
        let cases = [
            ("point", &point, disc),
            ("segment", &line, disc + 2.0 * r * 500.0),
            ("the same with a vertex", &straight, disc + 2.0 * r * 500.0),
            // Two strips share a square of r on the inner side; a quarter disc fills the outer.
            ("right angle", &bend, disc + 4.0 * r * 500.0 - r * r + PI * r * r / 4.0),
            ("back on itself", &back, disc + 2.0 * r * 500.0),
            ("square", &square, 200.0 * 200.0 + 4.0 * 200.0 * r + disc),
            // The hole shrinks to a square of 100 m.
            ("frame", &frame, 400.0 * 400.0 + 4.0 * 400.0 * r + disc - 100.0 * 100.0),
        ];
        for (case, shapes, expected) in cases {
            let found = area(shapes, r);
            assert!((found / expected - 1.0).abs() < 2e-4, "{case}: {found} {expected}");
            assert!(found < expected, "{case}: arcs must stay inside");
        }
    }

    #[test]
    fn arcs_stay_within_a_hundredth_of_a_percent() {
        let point = shape(Dimension::Point, &[(PartRole::Point, &[(7, 9)])]);
        let polygon = &around(point.get(0), 1000.0)[0].rings[0];
        let center = GridPoint::new(7 * M, 9 * M);
        for (i, a) in polygon.iter().enumerate() {
            let b = polygon[(i + 1) % polygon.len()];
            let far = |x: f64, y: f64| x.hypot(y) / (1000.0 * 1e6);
            let (ax, ay) = ((a.x - center.x) as f64, (a.y - center.y) as f64);
            let (bx, by) = ((b.x - center.x) as f64, (b.y - center.y) as f64);
            assert!((far(ax, ay) - 1.0).abs() < 2e-9);
            assert!(far(ax.midpoint(bx), ay.midpoint(by)) >= 0.9999);
        }
    }

    #[test]
    fn a_long_winding_line_has_one_band_without_cracks() {
        // A wave of 2,000 points whose bends are tighter than the distance.
        let points: Vec<(i64, i64)> =
            (0..2000).map(|i| (i * 5, ((i as f64 * 0.4).sin() * 60.0) as i64)).collect();
        let line = shape(Dimension::Line, &[(PartRole::Line, &points)]);
        let band = around(line.get(0), 100.0);
        assert_eq!(band.len(), 1);
        assert_eq!(band[0].rings.len(), 1, "no holes");
        for &(x, y) in &points {
            for (dx, dy) in [(0, 0), (70, 70), (-70, 70), (99, 0), (0, -99)] {
                let p = GridPoint::new((x + dx) * M, (y + dy) * M);
                assert_eq!(position(rings_of(&band), p), Position::Inside);
            }
        }
    }

    #[test]
    fn no_distance_no_band() {
        let point = shape(Dimension::Point, &[(PartRole::Point, &[(0, 0)])]);
        for within_m in [0.0, -5.0, f64::NAN] {
            assert_eq!(around(point.get(0), within_m), []);
        }
        // And one beyond all reason covers the grid, without overflow.
        assert_eq!(around(point.get(0), f64::INFINITY).len(), 1);
    }
}
