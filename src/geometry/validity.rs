//! Whether the rings of one feature are a valid area, and what is wrong with them if not.
//!
//! In: rings on the grid, shells each followed by its holes. Out: [`Faults`]. Exact; mends
//! nothing.
//!
//! Rings that touch in single points are valid in themselves. But rings may also cross there, vertex
//! on vertex, and a pair of segments cannot tell: such faults are *doubts*, which
//! [`super::repair`] settles by area.

use std::cmp::Ordering;
use std::ops::ControlFlow;

use super::edges::{EdgeTree, GridBox, box_of, boxes_meet, joined};
use super::grid::{GridPoint, double_area};
use super::predicates::{Meeting, Position, cross, meet, position, side};
use crate::layers::PartRole;

/// Rings of one feature in flat arrays.
#[derive(Debug, Clone, Default)]
pub struct Rings {
    points: Vec<GridPoint>,
    ends: Vec<(usize, PartRole)>,
}

impl Rings {
    /// Removes all rings.
    pub fn clear(&mut self) {
        self.points.clear();
        self.ends.clear();
    }

    /// Number of rings.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is no ring.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Adds a ring.
    pub fn push(&mut self, role: PartRole, points: impl IntoIterator<Item = GridPoint>) {
        self.points.extend(points);
        self.ends.push((self.points.len(), role));
    }

    fn start(&self, ring: usize) -> usize {
        if ring == 0 { 0 } else { self.ends[ring - 1].0 }
    }

    /// A ring by its number.
    #[must_use]
    pub fn ring(&self, ring: usize) -> &[GridPoint] {
        &self.points[self.start(ring)..self.ends[ring].0]
    }

    /// Turns a ring around.
    pub fn reverse(&mut self, ring: usize) {
        let start = self.start(ring);
        self.points[start..self.ends[ring].0].reverse();
    }

    /// The role of a ring.
    #[must_use]
    pub fn role(&self, ring: usize) -> PartRole {
        self.ends[ring].1
    }

    /// All rings with their roles.
    pub fn iter(&self) -> impl Iterator<Item = (PartRole, &[GridPoint])> {
        (0..self.len()).map(|ring| (self.role(ring), self.ring(ring)))
    }

    /// The polygons: numbers of a shell and its holes.
    pub fn polygons(&self) -> impl Iterator<Item = std::ops::Range<usize>> {
        let mut next = 0;
        std::iter::from_fn(move || {
            let start = next;
            (start < self.len()).then(|| {
                next = start + 1;
                while next < self.len() && self.role(next) == PartRole::Hole {
                    next += 1;
                }
                start..next
            })
        })
    }

    /// Twice the sum of the signed areas of all rings, µm².
    #[must_use]
    pub fn double_area(&self) -> i128 {
        self.iter().map(|(_, ring)| double_area(ring)).sum()
    }
}

/// What is wrong with the rings of a feature. All false: it is valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "five independent claims, each named for what is wrong"
)]
pub struct Faults {
    /// A ring crosses itself, or runs back along itself.
    pub is_self_crossing: bool,
    /// A ring touches itself in a point: perhaps it crosses there.
    pub is_self_touching: bool,
    /// Two rings cross, or one lies where its role forbids it.
    pub is_crossing: bool,
    /// Two rings share a stretch of line.
    pub is_sharing_line: bool,
    /// Two rings touch in a point: perhaps they cross there.
    pub is_touching: bool,
}

impl Faults {
    /// Whether nothing is wrong and nothing in doubt.
    #[must_use]
    pub fn is_none(self) -> bool {
        self == Self::default()
    }
}

/// Checks the rings of a feature, all of three or more points without repeated neighbours.
#[must_use]
pub fn check(rings: &Rings, scratch: &mut EdgeTree) -> Faults {
    let mut faults = Faults::default();
    if rings.len() == 1 && is_plainly_simple(rings.ring(0)) {
        return faults;
    }
    scratch.refill(rings.iter().map(|(_, ring)| ring));
    let tree = &*scratch;
    let _ = tree.pairs(&mut |i, j| {
        meet_edges(rings, tree, (i, j), &mut faults);
        ControlFlow::Continue(())
    });
    if faults.is_none() && rings.len() > 1 {
        faults.is_crossing = is_misplaced(rings);
    }
    faults
}

/// Whether a counter-clockwise ring is two chains from its least point to its greatest, every
/// point of which is greater than the one before, and the first runs below the second all the
/// way: then it is simple. Most blocks, lots and buildings are such, and this takes one pass.
///
/// Points are compared by x, then by y, as if the ground were turned by next to nothing. The
/// chains keep apart if each point of one lies strictly on its side of the edge of the other
/// that passes it: between two such points both are straight.
fn is_plainly_simple(ring: &[GridPoint]) -> bool {
    let count = ring.len();
    let Some(start) = (0..count).min_by_key(|&i| ring[i]) else { return false };
    let at =
        |i: usize| ring[if start + i < count { start + i } else { start + i - count }];
    let Some(top) = (1..count).find(|&i| at(i) <= at(i - 1)).map(|i| i - 1) else {
        return false;
    };
    if (top + 1..count).any(|i| at(i) >= at(i - 1)) {
        return false;
    }
    let (mut below, mut above) = (1, count - 1);
    while below != top || above != top {
        let (a, b) = (at(below), at(above));
        let (is_apart, is_first) = match a.cmp(&b) {
            Ordering::Less => {
                let before = if above + 1 == count { at(0) } else { at(above + 1) };
                (side(before, b, a) == Ordering::Less, true)
            }
            Ordering::Greater => (side(at(below - 1), a, b) == Ordering::Greater, false),
            Ordering::Equal => (false, true),
        };
        if !is_apart {
            return false;
        }
        if is_first {
            below += 1;
        } else {
            above -= 1;
        }
    }
    true
}

fn meet_edges(
    rings: &Rings,
    tree: &EdgeTree,
    (i, j): (usize, usize),
    faults: &mut Faults,
) {
    let (e, f) = (tree.edges()[i], tree.edges()[j]);
    let is_same = e.ring == f.ring;
    if is_same {
        let ring = e.ring as usize;
        let is_last_and_first = i == rings.start(ring) && j + 1 == rings.ends[ring].0;
        if j == i + 1 || is_last_and_first {
            let (before, at, after) =
                if j == i + 1 { (e.a, e.b, f.b) } else { (f.a, f.b, e.b) };
            faults.is_self_crossing |= is_spike(before, at, after);
            return;
        }
    }
    match (meet(e.a, e.b, f.a, f.b), is_same) {
        (Meeting::Apart, _) => {}
        (Meeting::Touch, true) => faults.is_self_touching = true,
        (Meeting::Touch, false) => faults.is_touching = true,
        (Meeting::Cross | Meeting::Overlap, true) => faults.is_self_crossing = true,
        (Meeting::Cross, false) => faults.is_crossing = true,
        (Meeting::Overlap, false) => faults.is_sharing_line = true,
    }
}

/// Whether the way from `before` over `at` to `after` turns straight back.
fn is_spike(before: GridPoint, at: GridPoint, after: GridPoint) -> bool {
    let dot = i128::from(before.x - at.x) * i128::from(after.x - at.x)
        + i128::from(before.y - at.y) * i128::from(after.y - at.y);
    dot > 0 && cross(before, at, after) == 0
}

/// Whether a ring lies where its role forbids it; no two rings may meet.
fn is_misplaced(rings: &Rings) -> bool {
    let boxes: Vec<GridBox> = rings.iter().map(|(_, ring)| bounds(ring)).collect();
    let polygons: Vec<_> = rings.polygons().collect();
    let is_inside = |point: usize, of: std::ops::Range<usize>| {
        let p = rings.ring(point)[0];
        position(of.map(|ring| rings.ring(ring)), p) == Position::Inside
    };
    for polygon in &polygons {
        let (shell, holes) = (polygon.start, polygon.start + 1..polygon.end);
        if holes.clone().any(|hole| !is_inside(hole, shell..shell + 1)) {
            return true;
        }
        let is_nested =
            |a: usize, b: usize| is_inside(a, b..b + 1) || is_inside(b, a..a + 1);
        if any_pair(&boxes, holes.collect(), is_nested) {
            return true;
        }
    }
    let shells = polygons.iter().map(|polygon| polygon.start).collect();
    let of_shell = |shell: usize| {
        let found = polygons.partition_point(|polygon| polygon.start < shell);
        polygons[found].clone()
    };
    any_pair(&boxes, shells, |a, b| {
        is_inside(a, of_shell(b)) || is_inside(b, of_shell(a))
    })
}

/// Whether a claim holds for any two of some rings whose boxes meet.
fn any_pair(
    boxes: &[GridBox],
    mut rings: Vec<usize>,
    claim: impl Fn(usize, usize) -> bool,
) -> bool {
    rings.sort_unstable_by_key(|&ring| boxes[ring][0]);
    for (i, &a) in rings.iter().enumerate() {
        for &b in &rings[i + 1..] {
            if boxes[b][0] > boxes[a][2] {
                break;
            }
            if boxes_meet(&boxes[a], &boxes[b]) && claim(a, b) {
                return true;
            }
        }
    }
    false
}

/// The box of one or more points.
fn bounds(points: &[GridPoint]) -> GridBox {
    let first = box_of(points[0], points[0]);
    points.iter().fold(first, |all, &p| joined(&all, &box_of(p, p)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use PartRole::{Hole, Shell};
    use proptest::prelude::*;

    type Part<'a> = (PartRole, &'a [(i64, i64)]);

    fn faults(rings: &[Part<'_>]) -> Faults {
        let mut all = Rings::default();
        for (role, points) in rings {
            all.push(*role, points.iter().map(|&(x, y)| GridPoint::new(x, y)));
        }
        check(&all, &mut EdgeTree::default())
    }

    #[test]
    fn each_fault_has_its_name() {
        let square: &[_] = &[(0, 0), (10, 0), (10, 10), (0, 10)];
        let inner: &[_] = &[(2, 2), (2, 4), (4, 4), (4, 2)];
        let none = Faults::default();
        let self_crossing = Faults { is_self_crossing: true, ..none };
        let crossing = Faults { is_crossing: true, ..none };
        let running_back =
            Faults { is_self_crossing: true, is_self_touching: true, ..none };
        let touching = Faults { is_touching: true, ..none };
        let cases: &[(&str, &[Part<'_>], Faults)] = &[
            ("square", &[(Shell, square)], none),
            ("square with a hole", &[(Shell, square), (Hole, inner)], none),
            ("collinear vertex", &[(Shell, &[(0, 0), (5, 0), (10, 0), (0, 10)])], none),
            ("bow-tie", &[(Shell, &[(0, 0), (10, 10), (10, 0), (0, 10)])], self_crossing),
            (
                "spike",
                &[(Shell, &[(0, 0), (9, 0), (10, 0), (9, 0), (0, 9)])],
                running_back,
            ),
            (
                "spike at the start",
                &[(Shell, &[(0, 9), (0, 0), (10, 0), (0, 5)])],
                running_back,
            ),
            (
                "corner to corner",
                &[(
                    Shell,
                    &[(0, 0), (2, 0), (2, 2), (4, 2), (4, 4), (2, 4), (2, 2), (0, 2)],
                )],
                Faults { is_self_touching: true, ..none },
            ),
            (
                "hole outside",
                &[(Shell, square), (Hole, &[(20, 0), (20, 2), (22, 0)])],
                crossing,
            ),
            (
                "hole across",
                &[(Shell, square), (Hole, &[(8, 2), (8, 4), (12, 3)])],
                crossing,
            ),
            (
                "hole in a hole",
                &[
                    (Shell, &[(-9, -9), (30, -9), (30, 30), (-9, 30)]),
                    (Hole, square),
                    (Hole, inner),
                ],
                crossing,
            ),
            ("part in a part", &[(Shell, square), (Shell, inner)], crossing),
            (
                "part in a hole",
                &[
                    (Shell, square),
                    (Hole, &[(1, 1), (1, 9), (9, 9), (9, 1)]),
                    (Shell, inner),
                ],
                none,
            ),
            (
                "parts side by side",
                &[(Shell, square), (Shell, &[(20, 0), (22, 0), (22, 2)])],
                none,
            ),
            (
                "hole on the edge",
                &[(Shell, square), (Hole, &[(0, 5), (2, 6), (2, 5)])],
                touching,
            ),
            (
                "common edge",
                &[(Shell, square), (Shell, &[(10, 2), (15, 2), (10, 8)])],
                Faults { is_sharing_line: true, is_touching: true, ..none },
            ),
        ];
        for (case, rings, expected) in cases {
            assert_eq!(faults(rings), *expected, "{case}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]
        #[test]
        fn what_is_plainly_simple_has_no_fault(
            points in prop::collection::vec((0i64..7, 0i64..7), 3..8),
        ) {
            let mut ring: Vec<_> =
                points.iter().map(|&(x, y)| GridPoint::new(x, y)).collect();
            ring.dedup();
            if ring.len() < 3 || ring.first() == ring.last() || double_area(&ring) <= 0 {
                return Ok(());
            }
            let mut rings = Rings::default();
            rings.push(Shell, ring.iter().copied());
            // With a second ring far away the pairs are looked at.
            rings.push(Shell, [(99, 99), (100, 99), (99, 100)].map(|(x, y)| GridPoint::new(x, y)));
            let faults = check(&rings, &mut EdgeTree::default());
            prop_assert!(!is_plainly_simple(&ring) || faults.is_none(), "{:?}", ring);
        }
    }

    #[test]
    fn a_plain_ring_is_known_wherever_it_starts() {
        let p = GridPoint::new;
        let cases: [(&str, &[GridPoint], bool); 6] = [
            ("a square", &[p(0, 0), p(9, 0), p(9, 9), p(0, 9)], true),
            (
                "with a dent",
                &[p(0, 0), p(5, 2), p(9, 0), p(9, 9), p(5, 3), p(0, 9)],
                true,
            ),
            (
                "dents that touch",
                &[p(0, 0), p(5, 3), p(9, 0), p(9, 9), p(5, 3), p(0, 9)],
                false,
            ),
            (
                "dents that cross",
                &[p(0, 0), p(5, 5), p(9, 0), p(9, 9), p(5, 3), p(0, 9)],
                false,
            ),
            ("clockwise", &[p(0, 0), p(0, 9), p(9, 9), p(9, 0)], false),
            (
                "a hook",
                &[p(0, 0), p(9, 0), p(9, 9), p(5, 9), p(5, 3), p(8, 2), p(0, 2)],
                false,
            ),
        ];
        for (case, ring, expected) in cases {
            for start in 0..ring.len() {
                let turned = [&ring[start..], &ring[..start]].concat();
                assert_eq!(is_plainly_simple(&turned), expected, "{case} from {start}");
            }
        }
    }

    #[test]
    fn large_rings_are_checked_like_small_ones() {
        // A comb of 2,000 teeth, then the same with one tooth through its neighbour.
        let comb = |lean: i64| {
            let mut points = vec![(0, 0)];
            for tooth in 0..2000 {
                let shift = if tooth == 1000 { lean } else { 0 };
                points.extend([
                    (tooth * 4, 10),
                    (tooth * 4 + 2 + shift, 100),
                    (tooth * 4 + 3, 10),
                ]);
            }
            points.push((8000, 0));
            points
        };
        assert!(faults(&[(Shell, &comb(0))]).is_none());
        assert!(faults(&[(Shell, &comb(5))]).is_self_crossing);
    }
}
