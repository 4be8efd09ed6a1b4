//! Holes, and the shells that they are cut from.
//!
//! In: polygons as the overlay engine groups their rings. Out: the same rings, each hole with the
//! smallest shell around it. The engine (`i_overlay` 9.1.0) now and then gives a hole to a
//! shell beside it, a triangle to a smaller one for instance, so that a polygon would have
//! less than no area. Which ring is around which is asked exactly.

use std::ops::ControlFlow;

use super::edges::{EdgeTree, GridBox, boxes_meet};
use super::grid::{GridPoint, double_area};
use super::overlay::{Polygon, Ring};
use super::predicates::{Position, on_segment, side};
use super::shapes::bounds;

/// Moves each hole that lies outside its shell to the smallest shell around it.
pub(super) fn regroup(polygons: &mut [Polygon]) {
    let strays = take_strays(polygons);
    if strays.is_empty() {
        return;
    }
    let shells: Vec<Shell> = polygons.iter().map(|p| Shell::new(&p.rings[0])).collect();
    for (from, hole) in strays {
        let around = shells.iter().enumerate().filter(|(_, shell)| shell.holds(&hole));
        let smallest = around.min_by_key(|(_, shell)| shell.double_area);
        polygons[smallest.map_or(from, |(at, _)| at)].rings.push(hole);
    }
}

/// Takes out the holes that lie outside their shell, with the number of their polygon.
fn take_strays(polygons: &mut [Polygon]) -> Vec<(usize, Ring)> {
    let mut strays = Vec::new();
    for (at, polygon) in polygons.iter_mut().enumerate() {
        if polygon.rings.len() < 2 {
            continue;
        }
        let shell = Shell::new(&polygon.rings[0]);
        let holes = polygon.rings.split_off(1);
        for hole in holes {
            if shell.holds(&hole) {
                polygon.rings.push(hole);
            } else {
                strays.push((at, hole));
            }
        }
    }
    strays
}

/// A shell, ready to be asked what lies in it.
struct Shell {
    edges: EdgeTree,
    bounds: GridBox,
    double_area: i128,
}

impl Shell {
    fn new(ring: &Ring) -> Self {
        Self {
            edges: EdgeTree::of_rings([ring.as_slice()]),
            bounds: box_of(ring),
            double_area: double_area(ring),
        }
    }

    /// Whether a ring that does not cross the shell lies in it: the first of its points that is
    /// not on the shell tells; where all are, that its box lies in that of the shell.
    fn holds(&self, ring: &Ring) -> bool {
        let [x0, y0, x1, y1] = box_of(ring);
        let [low_x, low_y, high_x, high_y] = self.bounds;
        if x0 < low_x || y0 < low_y || x1 > high_x || y1 > high_y {
            return false;
        }
        let mut places = ring.iter().map(|&point| self.position(point));
        let told = places.find(|place| *place != Position::Boundary);
        told.is_none_or(|place| place == Position::Inside)
    }

    /// Where a point lies: by the edges that a ray to the east meets.
    fn position(&self, p: GridPoint) -> Position {
        let ray = [p.x, p.y, self.bounds[2], p.y];
        if !boxes_meet(&ray, &self.bounds) {
            return Position::Outside;
        }
        let (mut is_inside, mut is_on) = (false, false);
        let _ = self.edges.hits(&ray, &mut |at| {
            let edge = self.edges.edges()[at];
            is_on |= on_segment(edge.a, edge.b, p);
            if (edge.a.y > p.y) != (edge.b.y > p.y) {
                let is_left = side(edge.a, edge.b, p) == std::cmp::Ordering::Greater;
                is_inside ^= is_left == (edge.b.y > edge.a.y);
            }
            ControlFlow::Continue(())
        });
        match (is_on, is_inside) {
            (true, _) => Position::Boundary,
            (false, true) => Position::Inside,
            (false, false) => Position::Outside,
        }
    }
}

/// The box of a ring; a box of nothing without points.
fn box_of(ring: &Ring) -> GridBox {
    bounds(ring).map_or([0; 4], |(low, high)| [low.x, low.y, high.x, high.y])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(points: &[(i64, i64)]) -> Ring {
        points.iter().map(|&(x, y)| GridPoint::new(x, y)).collect()
    }

    /// A square; clockwise if its size is negative.
    fn square(x: i64, y: i64, size: i64) -> Ring {
        let mut square =
            ring(&[(x, y), (x + size.abs(), y), (x + size.abs(), y + size.abs())]);
        square.push(GridPoint::new(x, y + size.abs()));
        if size < 0 {
            square.reverse();
        }
        square
    }

    #[test]
    fn a_hole_goes_to_the_smallest_shell_around_it() {
        let hole = square(42, 42, -6);
        let mut polygons = vec![
            // Beside the hole, and given it.
            Polygon { rings: vec![square(200, 0, 3), hole.clone()] },
            Polygon { rings: vec![square(0, 0, 100), square(20, 20, -60)] },
            // An island in the hole of the one before: this is where it belongs.
            Polygon { rings: vec![square(40, 40, 10)] },
        ];
        regroup(&mut polygons);
        let rings: Vec<usize> = polygons.iter().map(|p| p.rings.len()).collect();
        assert_eq!(rings, [1, 2, 2]);
        assert_eq!(polygons[2].rings[1], hole);
    }

    #[test]
    fn a_shell_holds_what_reaches_its_sides_and_nothing_beyond_one() {
        let shell = Shell::new(&square(0, 0, 10));
        let inside = ring(&[(0, 5), (5, 10), (10, 5), (5, 0)]);
        assert!(shell.holds(&inside));
        // Beyond one side at a time, with the first point on the shell.
        for (x, y) in [(-5, 5), (5, 15), (15, 5), (5, -5)] {
            let beyond = ring(&[(0, 0), (10, 0), (10, 10), (0, 10), (x, y)]);
            assert!(!shell.holds(&beyond), "({x}, {y})");
        }
    }

    #[test]
    fn a_hole_that_touches_its_shell_stays() {
        // In a corner at (0, 5), and with every point on the shell.
        let touching = ring(&[(0, 5), (2, 6), (2, 4)]);
        let spanning = ring(&[(0, 5), (5, 10), (10, 5), (5, 0)]);
        for hole in [touching, spanning] {
            let mut polygons = vec![
                Polygon { rings: vec![square(0, 0, 10), hole] },
                Polygon { rings: vec![square(-50, -50, 10)] },
            ];
            let before = polygons.clone();
            regroup(&mut polygons);
            assert_eq!(polygons, before);
        }
    }
}
