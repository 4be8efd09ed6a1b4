//! Everything within a distance of points, lines and rings, as polygons.
//!
//! In: features or rings on the grid and distances in metres. Out: polygons on the grid. Arcs become
//! chords whose ends lie on the arc, so that they stay inside it by at most 0.01 % of
//! the distance. Knows nothing of levels.

use std::f64::consts::{PI, TAU};

use rayon::prelude::*;

use super::grid::{GridPoint, LIMIT, STEPS_PER_METER};
use super::overlay::{Polygon, Ring, Rule, rings_of, rings_of_shape, union};
use super::shapes::{Dimension, ShapeRef};

/// Chords in a full circle. Their middle lies inside the arc by 1 − cos(π / 224) = 0.0098 %.
const CHORDS: f64 = 224.0;
/// Segments whose pieces are united at once.
const GROUP: usize = 16;
/// So many neighbouring unions are then united, and so on up to one.
const FAN: usize = 8;

type Vector = (f64, f64);

/// A distance in grid steps: 0 if negative or not a number, at most the whole grid.
fn steps(meters: f64) -> f64 {
    // `max` takes the other number where one is none.
    (meters * STEPS_PER_METER).max(0.0).min(LIMIT as f64)
}

/// The place at `radius` µm from a point in the direction of a unit vector.
fn offset(from: GridPoint, (x, y): Vector, radius: f64) -> GridPoint {
    GridPoint::new(
        from.x + (x * radius).round() as i64,
        from.y + (y * radius).round() as i64,
    )
}

/// The unit vector to the left of the way from `a` to `b`.
fn left(a: GridPoint, b: GridPoint) -> Vector {
    let (dx, dy) = ((b.x - a.x) as f64, (b.y - a.y) as f64);
    let length = dx.hypot(dy);
    (-dy / length, dx / length)
}

fn negated((x, y): Vector) -> Vector {
    (-x, -y)
}

/// The circle around a point.
fn circle(center: GridPoint, radius: f64) -> Ring {
    let count = CHORDS as usize;
    (0..count)
        .map(|i| {
            let (sin, cos) = (TAU * i as f64 / CHORDS).sin_cos();
            offset(center, (cos, sin), radius)
        })
        .collect()
}

/// The sector of a circle that runs counter-clockwise by `sweep` from one unit vector to another.
fn sector(center: GridPoint, from: Vector, to: Vector, sweep: f64, radius: f64) -> Ring {
    let steps = (sweep * CHORDS / TAU).ceil().max(1.0);
    let start = from.1.atan2(from.0);
    // Both ends are computed as the corners of the neighbouring quads are, so that no
    // sliver of a grid step opens between them.
    let mut ring = vec![center, offset(center, from, radius)];
    for i in 1..steps as usize {
        let (sin, cos) = (start + sweep * i as f64 / steps).sin_cos();
        ring.push(offset(center, (cos, sin), radius));
    }
    ring.push(offset(center, to, radius));
    ring
}

/// What lies beside a segment, up to a distance.
fn quad(a: GridPoint, b: GridPoint, normal: Vector, radius: f64) -> Ring {
    let right = negated(normal);
    vec![
        offset(a, right, radius),
        offset(b, right, radius),
        b,
        offset(b, normal, radius),
        offset(a, normal, radius),
        a,
    ]
}

/// The sector that closes the outer side of a bend between segments of one radius.
fn joint(at: GridPoint, before: Vector, after: Vector, radius: f64) -> Option<Ring> {
    let cross = before.0 * after.1 - before.1 * after.0;
    let dot = before.0 * after.0 + before.1 * after.1;
    let sweep = cross.abs().atan2(dot);
    if cross > 0.0 {
        Some(sector(at, negated(before), negated(after), sweep, radius))
    } else if cross < 0.0 {
        Some(sector(at, after, before, sweep, radius))
    } else {
        // Straight on needs nothing; straight back needs half a circle.
        (dot < 0.0).then(|| sector(at, negated(before), before, PI, radius))
    }
}

/// Pieces that together cover all within a distance of a line or ring, in groups of neighbours.
///
/// `radii` gives the distance of each segment, µm; where it changes at a bend the larger
/// counts there.
fn pieces(points: &[GridPoint], is_closed: bool, radii: &[f64]) -> Vec<Vec<Ring>> {
    let count = if is_closed { points.len() } else { points.len() - 1 };
    let ends = |i: usize| (points[i], points[(i + 1) % points.len()]);
    let normals: Vec<Vector> = (0..count).map(|i| left(ends(i).0, ends(i).1)).collect();
    let mut groups: Vec<Vec<Ring>> = Vec::with_capacity(count.div_ceil(GROUP));
    for i in 0..count {
        if i % GROUP == 0 {
            groups.push(Vec::new());
        }
        let Some(group) = groups.last_mut() else { continue };
        let ((a, b), radius) = (ends(i), radii[i]);
        if radius > 0.0 {
            group.push(quad(a, b, normals[i], radius));
        }
        if !is_closed && i == 0 && radius > 0.0 {
            group.push(sector(a, normals[i], negated(normals[i]), PI, radius));
        }
        let next = (i + 1) % count;
        if !is_closed && i + 1 == count {
            if radius > 0.0 {
                group.push(sector(b, negated(normals[i]), normals[i], PI, radius));
            }
        } else if radius.to_bits() == radii[next].to_bits() {
            if radius > 0.0 {
                group.extend(joint(b, normals[i], normals[next], radius));
            }
        } else {
            group.push(circle(b, radius.max(radii[next])));
        }
    }
    groups
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
