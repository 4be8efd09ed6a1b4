//! Exact predicates on grid points: no tolerance, no rounding.
//!
//! In: points, segments and rings on the grid. Out: signs and positions, exact because
//! differences of grid coordinates fit in 64 bits and their products in 128. Knows
//! nothing of features or layers.

use std::cmp::Ordering;

use super::grid::GridPoint;

/// How two segments meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Meeting {
    /// They have no point in common.
    Apart,
    /// They have one point in common, which is an end of at least one of them.
    Touch,
    /// Their interiors cross in one point.
    Cross,
    /// They are collinear and share more than a point.
    Overlap,
}

/// Where a point lies with respect to a ring or polygon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Position {
    /// In the interior.
    Inside,
    /// On an edge or vertex.
    Boundary,
    /// Elsewhere.
    Outside,
}

/// Twice the signed area of the triangle `a`, `b`, `c`, µm²; positive if `c` lies to the left.
#[inline]
#[must_use]
pub fn cross(a: GridPoint, b: GridPoint, c: GridPoint) -> i128 {
    i128::from(b.x - a.x) * i128::from(c.y - a.y)
        - i128::from(b.y - a.y) * i128::from(c.x - a.x)
}

/// On which side of the line from `a` to `b` the point `c` lies: `Greater` is left.
#[inline]
#[must_use]
pub fn side(a: GridPoint, b: GridPoint, c: GridPoint) -> Ordering {
    cross(a, b, c).cmp(&0)
}

/// How the segments `a`–`b` and `c`–`d`, both of positive length, meet.
#[must_use]
pub fn meet(a: GridPoint, b: GridPoint, c: GridPoint, d: GridPoint) -> Meeting {
    let (c_side, d_side) = (side(a, b, c), side(a, b, d));
    if c_side == d_side {
        if c_side != Ordering::Equal {
            return Meeting::Apart;
        }
        return meet_collinear(a, b, c, d);
    }
    let (a_side, b_side) = (side(c, d, a), side(c, d, b));
    if a_side == b_side {
        return Meeting::Apart;
    }
    let all = [a_side, b_side, c_side, d_side];
    if all.contains(&Ordering::Equal) { Meeting::Touch } else { Meeting::Cross }
}

fn meet_collinear(a: GridPoint, b: GridPoint, c: GridPoint, d: GridPoint) -> Meeting {
    // Lexicographic order is an order along any line.
    let (low, high) = (a.min(b).max(c.min(d)), a.max(b).min(c.max(d)));
    match low.cmp(&high) {
        Ordering::Less => Meeting::Overlap,
        Ordering::Equal => Meeting::Touch,
        Ordering::Greater => Meeting::Apart,
    }
}

/// Whether `p` lies on the segment `a`–`b`, ends included.
#[must_use]
pub fn on_segment(a: GridPoint, b: GridPoint, p: GridPoint) -> bool {
    a.min(b) <= p && p <= a.max(b) && cross(a, b, p) == 0
}

/// Where `p` lies with respect to the area that the rings enclose by the even-odd rule.
///
/// For a valid polygon, or several that do not overlap, this is shells less holes.
pub fn position<'a>(
    rings: impl IntoIterator<Item = &'a [GridPoint]>,
    p: GridPoint,
) -> Position {
    let mut is_inside = false;
    for ring in rings {
        let Some(&last) = ring.last() else { continue };
        let mut a = last;
        for &b in ring {
            if (a.y > p.y) != (b.y > p.y) {
                match side(a, b, p) {
                    Ordering::Equal => return Position::Boundary,
                    left => is_inside ^= (left == Ordering::Greater) == (b.y > a.y),
                }
            } else if b == p || (a.y == p.y && b.y == p.y && on_segment(a, b, p)) {
                return Position::Boundary;
            }
            a = b;
        }
    }
    if is_inside { Position::Inside } else { Position::Outside }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn p(x: i64, y: i64) -> GridPoint {
        GridPoint::new(x, y)
    }

    #[test]
    fn segments_meet_in_one_of_four_ways() {
        let far = 9_999_999_999_999;
        let cases = [
            ("proper crossing", [0, 0, 4, 4, 0, 4, 4, 0], Meeting::Cross),
            ("end on the inside", [0, 0, 4, 0, 2, 0, 2, 5], Meeting::Touch),
            ("common end", [0, 0, 4, 0, 4, 0, 9, 9], Meeting::Touch),
            ("collinear, end to end", [0, 0, 4, 4, 4, 4, 6, 6], Meeting::Touch),
            ("collinear, overlapping", [0, 0, 4, 4, 3, 3, 6, 6], Meeting::Overlap),
            ("collinear, vertical, reversed", [0, 0, 0, 4, 0, 9, 0, 3], Meeting::Overlap),
            ("collinear, apart", [0, 0, 1, 1, 3, 3, 6, 6], Meeting::Apart),
            ("on the line, beyond the end", [0, 0, 2, 0, 3, 0, 3, 5], Meeting::Apart),
            ("parallel", [0, 0, 4, 0, 0, 1, 4, 1], Meeting::Apart),
            (
                "one step beside the diagonal of the whole grid",
                [-far, -far, far, far, 0, 0, 1, 0],
                Meeting::Touch,
            ),
            ("and off it", [-far, -far, far, far, 1, 0, 2, 1], Meeting::Apart),
        ];
        for (case, [ax, ay, bx, by, cx, cy, dx, dy], expected) in cases {
            let (a, b, c, d) = (p(ax, ay), p(bx, by), p(cx, cy), p(dx, dy));
            assert_eq!(meet(a, b, c, d), expected, "{case}");
            assert_eq!(meet(d, c, a, b), expected, "{case}, swapped");
        }
    }

    #[test]
    fn a_point_is_inside_on_or_outside() {
        let shell = [p(0, 0), p(10, 0), p(10, 10), p(5, 5), p(0, 10)];
        let hole = [p(2, 1), p(2, 3), p(4, 3), p(4, 1)];
        let cases = [
            (1, 1, Position::Inside),
            (3, 2, Position::Outside),
            (2, 2, Position::Boundary),
            (4, 3, Position::Boundary),
            (0, 0, Position::Boundary),
            (10, 10, Position::Boundary),
            (5, 5, Position::Boundary),
            (5, 6, Position::Outside),
            (5, 4, Position::Inside),
            (7, 0, Position::Boundary),
            (11, 0, Position::Outside),
            (-1, 5, Position::Outside),
            (9, 5, Position::Inside),
            // At the height of an edge and of a corner, beside them.
            (1, 3, Position::Inside),
            (3, 10, Position::Outside),
        ];
        for (x, y, expected) in cases {
            let found = position([shell.as_slice(), hole.as_slice()], p(x, y));
            assert_eq!(found, expected, "({x}, {y})");
        }
    }
}
