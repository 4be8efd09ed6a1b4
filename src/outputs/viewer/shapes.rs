//! Shapes as the page draws them: on a lattice, each point as the way from the one before.
//!
//! A collection is a stream of whole numbers of seven bits a byte, the lowest first, the top
//! bit set on all but the last (LEB128): how many features; for each `parts × 4 + dimension`;
//! for each part `points × 2 + 1 if it is a hole`; for each point its way from the last one in
//! x and y, lattice steps, zigzag. Figures are never taken from these shapes.

use crate::geometry::{Dimension, GridPoint, ShapeRef, Shapes};
use crate::layers::PartRole;
use crate::outputs::map::extent::Extent;

/// With more points than these, all layers together, shapes are drawn more coarsely.
const MANY_POINTS: usize = 1_500_000;

/// Where and how finely shapes are drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Lattice {
    /// Lower left corner, m.
    pub(super) origin: [f64; 2],
    /// Distance between its points, m.
    pub(super) step_m: f64,
    /// Points nearer than this to the one before are left out, lattice steps.
    least: i64,
}

impl Lattice {
    /// The lattice for a box and so many points.
    pub(super) fn of(extent: Extent, points: usize) -> Self {
        let origin = extent.min.map(f64::floor);
        let (step_m, least) = if points > MANY_POINTS { (0.5, 2) } else { (0.1, 0) };
        Self { origin, step_m, least }
    }

    fn place(self, point: GridPoint) -> [i64; 2] {
        let meters = point.meters();
        [0, 1].map(|i: usize| ((meters[i] - self.origin[i]) / self.step_m).round() as i64)
    }

    /// Writes a collection.
    pub(super) fn encode(self, shapes: &Shapes) -> Vec<u8> {
        let mut out = Vec::with_capacity(shapes.vertex_count() * 3);
        put(&mut out, shapes.len() as u64);
        let mut last = [0, 0];
        for shape in shapes.iter() {
            self.encode_one(shape, &mut last, &mut out);
        }
        out
    }

    fn encode_one(self, shape: ShapeRef<'_>, last: &mut [i64; 2], out: &mut Vec<u8>) {
        let dimension = match shape.dimension() {
            Dimension::Point => 0,
            Dimension::Line => 1,
            Dimension::Area => 2,
        };
        let parts = shape.parts();
        put(out, parts.len() as u64 * 4 + dimension);
        for (role, points) in parts {
            let placed = self.thin(points, shape.dimension());
            put(out, placed.len() as u64 * 2 + u64::from(role == PartRole::Hole));
            for point in placed {
                put(out, zigzag(point[0] - last[0]));
                put(out, zigzag(point[1] - last[1]));
                *last = point;
            }
        }
    }

    /// The points of a part on the lattice, without those that nobody would see: the first and
    /// the last always stay.
    fn thin(self, points: &[GridPoint], dimension: Dimension) -> Vec<[i64; 2]> {
        let mut kept: Vec<[i64; 2]> = Vec::with_capacity(points.len());
        for (at, &point) in points.iter().enumerate() {
            let placed = self.place(point);
            let is_near = |last: &[i64; 2]| {
                let away = [0, 1].map(|i: usize| (placed[i] - last[i]).abs());
                away == [0, 0] || away[0].max(away[1]) < self.least
            };
            let is_end = at + 1 == points.len();
            let is_dropped = dimension != Dimension::Point
                && !is_end
                && kept.last().is_some_and(is_near);
            if !is_dropped {
                kept.push(placed);
            }
        }
        kept
    }
}

fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)).cast_unsigned()
}

fn put(out: &mut Vec<u8>, mut value: u64) {
    while value >= 128 {
        out.push((value & 127) as u8 | 128);
        value >>= 7;
    }
    out.push(value as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn extent() -> Extent {
        Extent { min: [1000.25, 2000.0], max: [1100.0, 2100.0] }
    }

    fn ring(shapes: &mut Shapes, role: PartRole, points: &[(f64, f64)]) {
        shapes
            .push_part(role, points.iter().map(|&(x, y)| GridPoint::snap(x, y).unwrap()));
    }

    #[test]
    fn points_are_written_as_ways_on_the_lattice() {
        let mut shapes = Shapes::default();
        ring(&mut shapes, PartRole::Point, &[(1000.0, 2000.0), (1000.0, 1999.9)]);
        shapes.end_feature(Dimension::Point);
        // 30 cm and 20 m away: 3 and 200 steps.
        ring(&mut shapes, PartRole::Line, &[(1000.0, 2000.0), (1000.3, 2020.0)]);
        shapes.end_feature(Dimension::Line);
        let lattice = Lattice::of(extent(), 4);
        assert_eq!(lattice.origin.map(f64::to_bits), [1000.0, 2000.0].map(f64::to_bits));
        // 200 zigzag is 400 = 3·128 + 16, and from −1 up to 0 is +1, zigzag 2.
        let expected = [2, 4, 4, 0, 0, 0, 1, 5, 4, 0, 2, 6, 16 | 128, 3];
        assert_eq!(lattice.encode(&shapes), expected);
    }

    #[test]
    fn many_points_are_thinned_and_ends_stay() {
        let mut shapes = Shapes::default();
        let line: Vec<(f64, f64)> =
            (0..=10).map(|i| (1000.0 + f64::from(i) * 0.3, 2000.0)).collect();
        ring(&mut shapes, PartRole::Line, &line);
        shapes.end_feature(Dimension::Line);
        let lattice = Lattice::of(extent(), MANY_POINTS + 1);
        let kept = lattice.thin(shapes.get(0).points(), Dimension::Line);
        // 0, 0.3, … 3 m on half metres are 0 1 1 2 2 3 4 4 5 5 6: those two steps on stay.
        assert_eq!(kept, [[0, 0], [2, 0], [4, 0], [6, 0]]);
    }
}
