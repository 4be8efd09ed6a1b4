//! How two prepared features lie to each other: exact, and cheap where they are far apart.
//!
//! In: prepared features. Out: whether they touch, and whether the interiors of two areas overlap.
//! Knows nothing of layers.

use std::cmp::Ordering;
use std::ops::ControlFlow;

use rayon::prelude::*;

use super::edges::{Edge, EdgeTree, GridBox, boxes_meet};
use super::grid::GridPoint;
use super::overlay::rings_of_shape;
use super::predicates::{Meeting, Position, meet, on_segment, position, side};
use super::shapes::{self, Dimension, ShapeRef, Shapes};
use crate::layers::PartRole;

/// Points up to which a separating line is looked for, and above which edge trees are kept.
const SMALL: usize = 64;

/// Whether the interiors of two areas overlap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interiors {
    /// They do not.
    Apart,
    /// They do.
    Overlapping,
    /// Their borders meet without crossing properly; only the overlay can tell.
    Unclear,
}

/// Features with the edge trees of the large ones.
#[derive(Debug)]
pub struct Outlines<'a> {
    shapes: &'a Shapes,
    trees: Vec<Option<Box<EdgeTree>>>,
}

impl<'a> Outlines<'a> {
    /// Builds the trees of all large features.
    #[must_use]
    pub fn new(shapes: &'a Shapes) -> Self {
        let trees = (0..shapes.len())
            .into_par_iter()
            .map(|row| {
                let shape = shapes.get(row);
                (shape.points().len() > SMALL).then(|| Box::new(tree_of(shape)))
            })
            .collect();
        Self { shapes, trees }
    }

    /// The features.
    #[must_use]
    pub fn shapes(&self) -> &'a Shapes {
        self.shapes
    }

    /// Calls `act` with the edge tree of a feature.
    fn with_tree<T>(&self, row: usize, act: impl FnOnce(&EdgeTree) -> T) -> T {
        match &self.trees[row] {
            Some(tree) => act(tree),
            None => act(&tree_of(self.shapes.get(row))),
        }
    }

    /// Whether the interiors of two areas overlap.
    #[must_use]
    pub fn interiors(&self, a: usize, b: usize) -> Interiors {
        let (first, second) = (self.shapes.get(a), self.shapes.get(b));
        if first.points().len() <= SMALL && second.points().len() <= SMALL {
            let (p, q) = (first.points(), second.points());
            if is_parted(p, q) || is_separated(first, p, q) || is_separated(second, q, p)
            {
                return Interiors::Apart;
            }
        }
        let borders = self.with_tree(a, |x| self.with_tree(b, |y| meet_trees(x, y)));
        match borders {
            Meeting::Cross => Interiors::Overlapping,
            Meeting::Touch | Meeting::Overlap => Interiors::Unclear,
            Meeting::Apart if is_within(first, second) || is_within(second, first) => {
                Interiors::Overlapping
            }
            Meeting::Apart => Interiors::Apart,
        }
    }

    /// Whether a feature of this collection and one of another have a point in common.
    #[must_use]
    pub fn touches(&self, row: usize, other: &Outlines<'_>, other_row: usize) -> bool {
        let (a, b) = (self.shapes.get(row), other.shapes.get(other_row));
        let (Some(a_box), Some(b_box)) = (bounds(a), bounds(b)) else { return false };
        if !boxes_meet(&a_box, &b_box) {
            return false;
        }
        if holds_point_of(a, b) || holds_point_of(b, a) {
            return true;
        }
        self.with_tree(row, |x| {
            other.with_tree(other_row, |y| meet_trees(x, y) != Meeting::Apart)
        })
    }
}

/// The box of a feature; `None` if it has no points.
#[must_use]
pub fn bounds(shape: ShapeRef<'_>) -> Option<GridBox> {
    shape.bounds().map(|(low, high)| [low.x, low.y, high.x, high.y])
}

fn tree_of(shape: ShapeRef<'_>) -> EdgeTree {
    match shape.dimension() {
        Dimension::Area => EdgeTree::of_rings(rings_of_shape(shape)),
        Dimension::Point => EdgeTree::default(),
        Dimension::Line => {
            let mut edges = Vec::new();
            for (ring, (_, line)) in (0u32..).zip(shape.parts()) {
                edges.extend(line.windows(2).map(|w| Edge { a: w[0], b: w[1], ring }));
            }
            EdgeTree::of_edges(edges)
        }
    }
}

/// The strongest way in which edges of two trees meet; stops at a proper crossing.
fn meet_trees(a: &EdgeTree, b: &EdgeTree) -> Meeting {
    let mut strongest = Meeting::Apart;
    let _ = a.pairs_with(b, &mut |i, j| {
        let (e, f) = (a.edges()[i], b.edges()[j]);
        let found = meet(e.a, e.b, f.a, f.b);
        if found == Meeting::Cross {
            strongest = Meeting::Cross;
            return ControlFlow::Break(());
        }
        if strongest == Meeting::Apart {
            strongest = found;
        }
        ControlFlow::Continue(())
    });
    strongest
}

/// Whether a line square to the way between their middles has all points of `a` on one side or
/// on it, and all of `b` on the other: the quickest line to try, and mostly the right one.
fn is_parted(a: &[GridPoint], b: &[GridPoint]) -> bool {
    // Up to this side no product below leaves 64 bits.
    const WIDEST: i64 = 1 << 30;
    let Some(((a_low, a_high), (b_low, b_high))) =
        shapes::bounds(a).zip(shapes::bounds(b))
    else {
        return false;
    };
    let low = GridPoint::new(a_low.x.min(b_low.x), a_low.y.min(b_low.y));
    let high = GridPoint::new(a_high.x.max(b_high.x), a_high.y.max(b_high.y));
    if high.x - low.x > WIDEST || high.y - low.y > WIDEST {
        return false;
    }
    let (dx, dy) = (
        b_low.x + b_high.x - a_low.x - a_high.x,
        b_low.y + b_high.y - a_low.y - a_high.y,
    );
    let along = |p: &GridPoint| dx * (p.x - low.x) + dy * (p.y - low.y);
    (dx, dy) != (0, 0) && a.iter().map(along).max() <= b.iter().map(along).min()
}

/// Whether the line through an edge of `shape` has all of `own` points on its left or on it,
/// and all `others` on its right or on it: then the two have no interior in common.
fn is_separated(shape: ShapeRef<'_>, own: &[GridPoint], others: &[GridPoint]) -> bool {
    shape.parts().filter(|(role, _)| *role == PartRole::Shell).any(|(_, ring)| {
        let mut a = ring[ring.len() - 1];
        ring.iter().any(|&b| {
            let edge = (a, b);
            a = b;
            others.iter().all(|&p| side(edge.0, edge.1, p) != Ordering::Greater)
                && own.iter().all(|&p| side(edge.0, edge.1, p) != Ordering::Less)
        })
    })
}

/// Whether a shell of `a` lies inside `b`; their borders must not meet.
fn is_within(a: ShapeRef<'_>, b: ShapeRef<'_>) -> bool {
    let outer = rings_of_shape(b);
    let outer: Vec<&[GridPoint]> = outer.collect();
    a.parts().any(|(role, ring)| {
        role == PartRole::Shell
            && position(outer.iter().copied(), ring[0]) == Position::Inside
    })
}

/// Whether the first point of some part of `b` lies in or on `a`.
fn holds_point_of(a: ShapeRef<'_>, b: ShapeRef<'_>) -> bool {
    let mut firsts = b.parts().filter_map(|(_, points)| points.first().copied());
    match a.dimension() {
        Dimension::Area => {
            firsts.any(|p| position(rings_of_shape(a), p) != Position::Outside)
        }
        Dimension::Line => firsts.any(|p| {
            a.parts().any(|(_, line)| line.windows(2).any(|w| on_segment(w[0], w[1], p)))
        }),
        Dimension::Point => firsts.any(|p| a.points().contains(&p)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Rings<'a> = &'a [&'a [(i64, i64)]];

    fn shapes(features: &[Rings<'_>]) -> Shapes {
        let mut shapes = Shapes::default();
        for rings in features {
            for (i, ring) in rings.iter().enumerate() {
                let role = if i == 0 { PartRole::Shell } else { PartRole::Hole };
                shapes.push_part(role, ring.iter().map(|&(x, y)| GridPoint::new(x, y)));
            }
            shapes.end_feature(Dimension::Area);
        }
        shapes
    }

    #[test]
    fn interiors_overlap_or_not() {
        let square: &[&[_]] = &[&[(0, 0), (10, 0), (10, 10), (0, 10)]];
        let u: &[&[_]] =
            &[&[(0, 0), (9, 0), (9, 9), (6, 9), (6, 3), (3, 3), (3, 9), (0, 9)]];
        let frame: &[&[_]] = &[
            &[(-5, -5), (15, -5), (15, 15), (-5, 15)],
            &[(-1, -1), (-1, 11), (11, 11), (11, -1)],
        ];
        let cases: &[(&str, Rings<'_>, Rings<'_>, Interiors)] = &[
            ("neighbours", square, &[&[(10, 0), (20, 0), (10, 10)]], Interiors::Apart),
            ("corner", square, &[&[(10, 10), (20, 10), (10, 20)]], Interiors::Apart),
            ("crossing", square, &[&[(5, 5), (20, 5), (5, 20)]], Interiors::Overlapping),
            ("inside", square, &[&[(5, 5), (6, 5), (5, 6)]], Interiors::Overlapping),
            ("in the hole", square, frame, Interiors::Apart),
            ("in the bay of a U", u, &[&[(4, 5), (5, 5), (5, 6)]], Interiors::Apart),
            ("touching in the bay", u, &[&[(3, 5), (5, 5), (3, 6)]], Interiors::Unclear),
            ("the same", square, square, Interiors::Unclear),
            // No line square to the way between their middles parts them.
            (
                "far along",
                &[&[(0, 0), (30, 0), (0, 4)]],
                &[&[(9, 3), (39, -1), (39, 3)]],
                Interiors::Apart,
            ),
            (
                "long ones that cross",
                &[&[(0, 0), (30, 0), (0, 4)]],
                &[&[(9, 2), (39, -1), (39, 3)]],
                Interiors::Overlapping,
            ),
        ];
        for (case, a, b, expected) in cases {
            let all = shapes(&[a, b]);
            let outlines = Outlines::new(&all);
            assert_eq!(outlines.interiors(0, 1), *expected, "{case}");
            assert_eq!(outlines.interiors(1, 0), *expected, "{case}, swapped");
        }
    }

    #[test]
    fn points_lines_and_areas_touch() {
        let mut all = shapes(&[&[&[(0, 0), (10, 0), (10, 10), (0, 10)]]]);
        let p = GridPoint::new;
        all.push_part(PartRole::Line, [p(-5, 5), p(15, 5)]);
        all.end_feature(Dimension::Line);
        all.push_part(PartRole::Line, [p(11, 0), p(20, 20)]);
        all.end_feature(Dimension::Line);
        for at in [p(10, 10), p(3, 3), p(12, 5), p(-5, 5)] {
            all.push_part(PartRole::Point, [at]);
            all.end_feature(Dimension::Point);
        }
        let outlines = Outlines::new(&all);
        let expected = [(0, 1), (0, 3), (0, 4), (1, 2), (1, 5), (1, 6)];
        for a in 0..all.len() {
            for b in a + 1..all.len() {
                let claim = expected.contains(&(a, b));
                // (1, 2): the long line at (13.2, 5); (1, 5): the point (12, 5) on it.
                assert_eq!(outlines.touches(a, &outlines, b), claim, "{a} {b}");
                assert_eq!(outlines.touches(b, &outlines, a), claim, "{b} {a}");
            }
        }
    }
}
