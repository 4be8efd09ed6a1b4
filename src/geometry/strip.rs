//! The outline of what lies within a distance of a line, as rings that may cross themselves.
//!
//! In: corners on the grid and a distance for each segment, in grid steps. Out: rings whose
//! non-zero interior is what lies within the distance. Arcs are chords whose ends lie on the arc.
//!
//! A stretch of segments has one ring: along its right side, around its end, back along its
//! left side. At a bend the outer side takes the arc and the inner side goes through the corner
//! itself, so that the ring winds around each place once for every segment and every
//! sector of a bend that covers it: never less than none, and it can be united with others.

use std::f64::consts::{PI, TAU};

use super::grid::GridPoint;
use super::overlay::Ring;

/// Chords in a full circle. Their middle lies inside the arc by 1 − cos(π / 224) = 0.0098 %.
const CHORDS: f64 = 224.0;
/// Segments in a group.
const GROUP: usize = 16;

type Vector = (f64, f64);

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
pub(super) fn circle(center: GridPoint, radius: f64) -> Ring {
    let count = CHORDS as usize;
    (0..count)
        .map(|i| {
            let (sin, cos) = (TAU * i as f64 / CHORDS).sin_cos();
            offset(center, (cos, sin), radius)
        })
        .collect()
}

/// What lies between the ends of an arc that runs counter-clockwise by `sweep` from a unit
/// vector.
fn arc(
    center: GridPoint,
    from: Vector,
    sweep: f64,
    radius: f64,
) -> impl DoubleEndedIterator<Item = GridPoint> {
    let steps = (sweep * CHORDS / TAU).ceil().max(1.0);
    let start = from.1.atan2(from.0);
    (1..steps as usize).map(move |i| {
        let (sin, cos) = (start + sweep * i as f64 / steps).sin_cos();
        offset(center, (cos, sin), radius)
    })
}

/// The outline of a stretch of segments that have one distance.
#[derive(Default)]
struct Stretch {
    /// Around its start, from left to right.
    start: Ring,
    right: Ring,
    /// Along its left side, from its start to its end.
    left: Ring,
    /// Around its end, from right to left.
    end: Ring,
}

impl Stretch {
    /// The sides of a segment, or where it meets the next one.
    fn beside(&mut self, at: GridPoint, normal: Vector, radius: f64) {
        self.right.push(offset(at, negated(normal), radius));
        self.left.push(offset(at, normal, radius));
    }

    /// The bend to the next segment: an arc on its outer side, its corner on the inner one.
    fn bend(&mut self, at: GridPoint, before: Vector, after: Vector, radius: f64) {
        let cross = before.0 * after.1 - before.1 * after.0;
        let dot = before.0 * after.0 + before.1 * after.1;
        let sweep = cross.abs().atan2(dot);
        if cross > 0.0 {
            self.right.extend(arc(at, negated(before), sweep, radius));
            self.left.push(at);
        } else if cross < 0.0 {
            self.left.extend(arc(at, after, sweep, radius).rev());
            self.right.push(at);
        } else if dot < 0.0 {
            // Straight back: half a circle.
            self.right.extend(arc(at, negated(before), PI, radius));
            self.left.push(at);
        }
        self.beside(at, after, radius);
    }

    fn into_ring(self) -> Ring {
        let Self { start, right, left, end } = self;
        let way = { right }.into_iter().chain(end);
        let mut ring: Ring = way.chain({ left }.into_iter().rev()).chain(start).collect();
        ring.dedup();
        ring
    }
}

/// Rings that together cover all within a distance of a line or ring, in groups of neighbours.
///
/// `radii` gives the distance of each segment, µm; where it changes at a bend the larger
/// counts there.
pub(super) fn pieces(
    points: &[GridPoint],
    is_closed: bool,
    radii: &[f64],
) -> Vec<Vec<Ring>> {
    let count = if is_closed { points.len() } else { points.len() - 1 };
    let segments: Vec<usize> = (0..count).collect();
    let line = Line { points, is_closed, radii, normals: normals(points, count) };
    segments.chunks(GROUP).map(|some| line.group(some)).collect()
}

/// To the left of each segment.
fn normals(points: &[GridPoint], count: usize) -> Vec<Vector> {
    (0..count).map(|i| left(points[i], points[(i + 1) % points.len()])).collect()
}

struct Line<'a> {
    points: &'a [GridPoint],
    is_closed: bool,
    radii: &'a [f64],
    normals: Vec<Vector>,
}

impl Line<'_> {
    fn ends(&self, segment: usize) -> (GridPoint, GridPoint) {
        (self.points[segment], self.points[(segment + 1) % self.points.len()])
    }

    /// The rings of consecutive segments, with the bend after the last.
    fn group(&self, segments: &[usize]) -> Vec<Ring> {
        let mut rings = Vec::new();
        let mut open: Option<Stretch> = None;
        for &i in segments {
            let ((a, b), radius, normal) = (self.ends(i), self.radii[i], self.normals[i]);
            let is_wide = radius > 0.0;
            let is_first = !self.is_closed && i == 0;
            let is_last = !self.is_closed && i + 1 == self.normals.len();
            let mut stretch = open.take().unwrap_or_else(|| {
                let mut stretch = Stretch::default();
                if is_first {
                    stretch.start.extend(arc(a, normal, PI, radius));
                } else {
                    stretch.start.push(a);
                }
                stretch.beside(a, normal, radius);
                stretch
            });
            stretch.beside(b, normal, radius);
            let next = (i + 1) % self.normals.len();
            let goes_on = !is_last && radius.to_bits() == self.radii[next].to_bits();
            if goes_on {
                stretch.bend(b, normal, self.normals[next], radius);
            }
            if goes_on && segments.last() != Some(&i) {
                open = Some(stretch);
                continue;
            }
            if is_last {
                stretch.end.extend(arc(b, negated(normal), PI, radius));
            } else {
                stretch.end.push(b);
            }
            if is_wide {
                rings.push(stretch.into_ring());
            }
            if !is_last && !goes_on {
                rings.push(circle(b, radius.max(self.radii[next])));
            }
        }
        rings
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::overlay::{
        Rule, area_m2, difference, rings_of, total_double_area, union,
    };
    use proptest::prelude::*;

    /// Within 10 m of a line or ring by another way: a quad each segment, a circle each corner.
    fn by_circles(points: &[GridPoint], is_closed: bool, radius: f64) -> Vec<Ring> {
        let count = if is_closed { points.len() } else { points.len() - 1 };
        let quads = (0..count).map(|i| {
            let (a, b) = (points[i], points[(i + 1) % points.len()]);
            let normal = left(a, b);
            let right = negated(normal);
            let corners = [(a, right), (b, right), (b, normal), (a, normal)];
            corners.map(|(at, way)| offset(at, way, radius)).to_vec()
        });
        quads.chain(points.iter().map(|&at| circle(at, radius))).collect()
    }

    fn area(rings: &[Ring]) -> f64 {
        let whole = union(rings.iter().map(Vec::as_slice), Rule::NonZero);
        area_m2(total_double_area(&whole))
    }

    fn agree(corners: &[(i64, i64)], is_closed: bool) {
        let points: Vec<GridPoint> = corners
            .iter()
            .map(|&(x, y)| GridPoint::new(x * 1_000_000, y * 1_000_000))
            .collect();
        let radius = 10e6;
        let groups = pieces(&points, is_closed, &vec![radius; points.len()]);
        let rings: Vec<Ring> = groups.into_iter().flatten().collect();
        let other = by_circles(&points, is_closed, radius);
        let (ours, theirs) = (area(&rings), area(&other));
        // Chords of different arcs: by 0.02 % of a disc at every corner, and of the whole.
        let arcs = 2e-4 * theirs.min(PI * 100.0 * corners.len() as f64);
        assert!((ours - theirs).abs() < arcs, "{ours} and {theirs} of {corners:?}");
        let [ours, theirs] = [rings, other]
            .map(|rings| union(rings.iter().map(Vec::as_slice), Rule::NonZero));
        let missing = difference(rings_of(&theirs), rings_of(&ours));
        assert!(area_m2(total_double_area(&missing)) < arcs, "a hole in {corners:?}");
    }

    #[test]
    fn bends_of_all_kinds_cover_what_circles_cover() {
        agree(&[(0, 0), (50, 0), (100, 0)], false);
        agree(&[(0, 0), (50, 0), (20, 0), (20, 40)], false);
        agree(&[(0, 0), (50, 0), (50, 3), (0, 3)], true);
        agree(&[(0, 0), (100, 0), (0, 1)], true);
    }

    /// Corners within so many metres: segments longer than the distance, or shorter.
    fn lines(reach: i64) -> impl Strategy<Value = Vec<(i64, i64)>> {
        prop::collection::vec((-reach..reach, -reach..reach), 3..24)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn any_line_covers_what_circles_cover(
            corners in prop_oneof![lines(60), lines(6)],
            is_closed: bool,
        ) {
            let mut corners = corners;
            corners.dedup();
            while corners.len() > 1 && corners.first() == corners.last() {
                corners.pop();
            }
            prop_assume!(corners.len() > 2);
            agree(&corners, is_closed);
        }
    }
}
