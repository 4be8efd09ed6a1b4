//! Segments of rings and lines in a box tree that keeps their order.
//!
//! In: rings or lines on the grid. Out: pairs of segments whose boxes meet. Consecutive
//! segments lie close together, so a tree over their sequence needs no sorting. Knows
//! nothing of what the segments mean.

use std::ops::ControlFlow;

use super::grid::GridPoint;

/// Segments in one leaf.
const LEAF: usize = 8;
/// Up to so many segments a plain double loop is faster than a tree.
const FEW: usize = 16;

/// A closed box: least x, least y, greatest x, greatest y.
pub type GridBox = [i64; 4];

/// The box of two points.
#[inline]
#[must_use]
pub fn box_of(a: GridPoint, b: GridPoint) -> GridBox {
    [a.x.min(b.x), a.y.min(b.y), a.x.max(b.x), a.y.max(b.y)]
}

/// Whether two closed boxes have a point in common.
#[inline]
#[must_use]
#[expect(
    clippy::needless_bitwise_bool,
    reason = "which comparison fails first cannot be foretold: a wrong guess costs more than all"
)]
pub fn boxes_meet(a: &GridBox, b: &GridBox) -> bool {
    (a[0] <= b[2]) & (b[0] <= a[2]) & (a[1] <= b[3]) & (b[1] <= a[3])
}

/// The smallest box around two.
#[inline]
#[must_use]
pub fn joined(a: &GridBox, b: &GridBox) -> GridBox {
    [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])]
}

/// A segment and the ring or line that it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    /// Start.
    pub a: GridPoint,
    /// End.
    pub b: GridPoint,
    /// Number of its ring or line, in the order they were added.
    pub ring: u32,
}

impl Edge {
    /// Its box.
    #[inline]
    #[must_use]
    pub fn bounds(&self) -> GridBox {
        box_of(self.a, self.b)
    }
}

/// Segments with a hierarchy of boxes over their sequence.
#[derive(Debug, Clone, Default)]
pub struct EdgeTree {
    edges: Vec<Edge>,
    boxes: Vec<GridBox>,
    /// Boxes of [`LEAF`] segments, then of two of those, and so on up to one.
    levels: Vec<Vec<GridBox>>,
}

impl EdgeTree {
    /// Builds the tree over the edges of open rings.
    pub fn of_rings<'a>(rings: impl IntoIterator<Item = &'a [GridPoint]>) -> Self {
        let mut tree = Self::default();
        tree.refill(rings);
        tree
    }

    /// Replaces the content, keeping the memory.
    pub fn refill<'a>(&mut self, rings: impl IntoIterator<Item = &'a [GridPoint]>) {
        self.edges.clear();
        for (ring, points) in (0u32..).zip(rings) {
            for (i, &a) in points.iter().enumerate() {
                let b = points[if i + 1 == points.len() { 0 } else { i + 1 }];
                self.edges.push(Edge { a, b, ring });
            }
        }
        self.index();
    }

    /// Builds the tree over single segments.
    #[must_use]
    pub fn of_edges(edges: Vec<Edge>) -> Self {
        let mut tree = Self { edges, ..Self::default() };
        tree.index();
        tree
    }

    fn index(&mut self) {
        self.boxes.clear();
        self.boxes.extend(self.edges.iter().map(Edge::bounds));
        self.levels.clear();
        if self.edges.len() <= FEW {
            return;
        }
        let fold = |some: &[GridBox]| {
            some[1..].iter().fold(some[0], |all, one| joined(&all, one))
        };
        let mut level: Vec<GridBox> = self.boxes.chunks(LEAF).map(fold).collect();
        while level.len() > 1 {
            let next = level.chunks(2).map(fold).collect();
            self.levels.push(std::mem::replace(&mut level, next));
        }
        self.levels.push(level);
    }

    /// The segments in order.
    #[must_use]
    pub fn edges(&self) -> &[Edge] {
        &self.edges
    }

    /// Visits every pair of segments of this tree whose boxes meet, the lower index first.
    pub fn pairs(
        &self,
        visit: &mut impl FnMut(usize, usize) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        match self.levels.len() {
            0 => self.all_pairs(self, visit),
            top => self.node_pairs(self, (top - 1, 0), (top - 1, 0), visit),
        }
    }

    /// Visits every pair of a segment of this tree and one of another whose boxes meet.
    pub fn pairs_with(
        &self,
        other: &Self,
        visit: &mut impl FnMut(usize, usize) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        match (self.levels.len(), other.levels.len()) {
            (0, 0) => self.all_pairs(other, visit),
            (0, top) => {
                // A small set against a tree: edge by edge.
                for i in 0..self.edges.len() {
                    let mut one = |j: usize| visit(i, j);
                    other.node_hits((top - 1, 0), &self.boxes[i], &mut one)?;
                }
                ControlFlow::Continue(())
            }
            (top, 0) => {
                for j in 0..other.edges.len() {
                    let mut one = |i: usize| visit(i, j);
                    self.node_hits((top - 1, 0), &other.boxes[j], &mut one)?;
                }
                ControlFlow::Continue(())
            }
            (top, other_top) => {
                self.node_pairs(other, (top - 1, 0), (other_top - 1, 0), visit)
            }
        }
    }

    /// Visits every segment whose box meets a box.
    pub fn hits(
        &self,
        window: &GridBox,
        visit: &mut impl FnMut(usize) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        match self.levels.len() {
            0 => self.leaf_hits(0..self.edges.len(), window, visit),
            top => self.node_hits((top - 1, 0), window, visit),
        }
    }

    /// Visits segments whose box is no farther from a place than a limit, squared, the nearer
    /// branches first. Each visit says what the limit is from then on.
    pub fn near(
        &self,
        place: GridPoint,
        limit: f64,
        visit: &mut impl FnMut(&Edge) -> f64,
    ) {
        let mut search = Search { place, limit, visit };
        match self.levels.len() {
            0 => search.leaf(self, 0..self.edges.len()),
            top => search.node(self, top - 1, 0),
        }
    }

    fn leaf_hits(
        &self,
        range: std::ops::Range<usize>,
        window: &GridBox,
        visit: &mut impl FnMut(usize) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        for i in range {
            if boxes_meet(&self.boxes[i], window) {
                visit(i)?;
            }
        }
        ControlFlow::Continue(())
    }

    fn node_hits(
        &self,
        (level, i): (usize, usize),
        window: &GridBox,
        visit: &mut impl FnMut(usize) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        if !boxes_meet(&self.levels[level][i], window) {
            return ControlFlow::Continue(());
        }
        if level == 0 {
            return self.leaf_hits(self.leaf(i), window, visit);
        }
        for child in self.children(level, i) {
            self.node_hits((level - 1, child), window, visit)?;
        }
        ControlFlow::Continue(())
    }

    fn leaf(&self, i: usize) -> std::ops::Range<usize> {
        i * LEAF..((i + 1) * LEAF).min(self.edges.len())
    }

    fn children(&self, level: usize, i: usize) -> std::ops::Range<usize> {
        2 * i..(2 * i + 2).min(self.levels[level - 1].len())
    }

    fn all_pairs(
        &self,
        other: &Self,
        visit: &mut impl FnMut(usize, usize) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        for i in 0..self.edges.len() {
            self.pairs_of(i, other, 0..other.edges.len(), visit)?;
        }
        ControlFlow::Continue(())
    }

    fn leaf_pairs(
        &self,
        other: &Self,
        (mine, theirs): (usize, usize),
        visit: &mut impl FnMut(usize, usize) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let around = &other.levels[0][theirs];
        for i in self.leaf(mine) {
            if boxes_meet(&self.boxes[i], around) {
                self.pairs_of(i, other, other.leaf(theirs), visit)?;
            }
        }
        ControlFlow::Continue(())
    }

    /// Visits the pairs of one segment with a range of others, of the same tree those after it.
    fn pairs_of(
        &self,
        i: usize,
        other: &Self,
        theirs: std::ops::Range<usize>,
        visit: &mut impl FnMut(usize, usize) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let is_self = std::ptr::eq(self, other);
        let from = if is_self { theirs.start.max(i + 1) } else { theirs.start };
        let own = self.boxes[i];
        for (j, their) in (from..).zip(&other.boxes[from..theirs.end]) {
            if boxes_meet(&own, their) {
                visit(i, j)?;
            }
        }
        ControlFlow::Continue(())
    }

    fn node_pairs(
        &self,
        other: &Self,
        (level, i): (usize, usize),
        (other_level, j): (usize, usize),
        visit: &mut impl FnMut(usize, usize) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let is_self = std::ptr::eq(self, other);
        if !boxes_meet(&self.levels[level][i], &other.levels[other_level][j]) {
            return ControlFlow::Continue(());
        }
        if level == 0 && other_level == 0 {
            return self.leaf_pairs(other, (i, j), visit);
        }
        if is_self && level == other_level {
            // Both descend, so that equal nodes stay equal and no pair comes twice.
            for left in self.children(level, i) {
                for right in self.children(level, j) {
                    if left <= right {
                        let (l, r) = ((level - 1, left), (level - 1, right));
                        self.node_pairs(other, l, r, visit)?;
                    }
                }
            }
        } else if level >= other_level {
            for child in self.children(level, i) {
                let node = (level - 1, child);
                self.node_pairs(other, node, (other_level, j), visit)?;
            }
        } else {
            for child in other.children(other_level, j) {
                let node = (other_level - 1, child);
                self.node_pairs(other, (level, i), node, visit)?;
            }
        }
        ControlFlow::Continue(())
    }
}

/// A search around a place.
struct Search<'v, V> {
    place: GridPoint,
    limit: f64,
    visit: &'v mut V,
}

impl<V: FnMut(&Edge) -> f64> Search<'_, V> {
    fn node(&mut self, tree: &EdgeTree, level: usize, i: usize) {
        if level == 0 {
            return self.leaf(tree, tree.leaf(i));
        }
        // Two levels at a time: what is far off is mostly told by the lower one.
        let down = level.min(2);
        let boxes = &tree.levels[level - down];
        let mut near = [(0.0, 0); 4];
        let mut count = 0;
        for (child, around) in boxes.iter().enumerate().skip(i << down).take(1 << down) {
            let squared = squared_distance(around, self.place);
            if squared <= self.limit {
                near[count] = (squared, child);
                count += 1;
            }
        }
        let near = &mut near[..count];
        near.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        for &(squared, child) in near.iter() {
            if squared <= self.limit {
                self.node(tree, level - down, child);
            }
        }
    }

    fn leaf(&mut self, tree: &EdgeTree, range: std::ops::Range<usize>) {
        for i in range {
            if squared_distance(&tree.boxes[i], self.place) <= self.limit {
                self.limit = (self.visit)(&tree.edges[i]);
            }
        }
    }
}

/// Squared distance of a place from a box; 0 inside.
fn squared_distance(around: &GridBox, place: GridPoint) -> f64 {
    let off = |low: i64, high: i64, at: i64| (low - at).max(at - high).max(0) as f64;
    let (dx, dy) =
        (off(around[0], around[2], place.x), off(around[1], around[3], place.y));
    dx * dx + dy * dy
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all_pairs(tree: &EdgeTree, other: Option<&EdgeTree>) -> Vec<(usize, usize)> {
        let mut found = Vec::new();
        let mut visit = |i, j| {
            found.push((i, j));
            ControlFlow::Continue(())
        };
        let _ = match other {
            None => tree.pairs(&mut visit),
            Some(other) => tree.pairs_with(other, &mut visit),
        };
        found.sort_unstable();
        found
    }

    fn ring() -> impl Strategy<Value = Vec<GridPoint>> {
        prop::collection::vec((0i64..100, 0i64..100), 1..90)
            .prop_map(|all| all.into_iter().map(|(x, y)| GridPoint::new(x, y)).collect())
    }

    #[test]
    fn boxes_meet_if_only_in_a_corner() {
        let middle: GridBox = [10, 10, 20, 20];
        let cases = [
            ("itself", [10, 10, 20, 20], true),
            ("within it", [12, 12, 14, 14], true),
            ("a corner", [20, 20, 30, 30], true),
            ("a side", [0, 12, 10, 14], true),
            ("to the east", [21, 12, 30, 14], false),
            ("to the west", [0, 12, 9, 14], false),
            ("to the north", [12, 21, 14, 30], false),
            ("to the south", [12, 0, 14, 9], false),
        ];
        for (case, other, expected) in cases {
            assert_eq!(boxes_meet(&middle, &other), expected, "{case}");
            assert_eq!(boxes_meet(&other, &middle), expected, "{case}, swapped");
        }
    }

    proptest! {
        #[test]
        fn the_tree_finds_each_pair_once(one in ring(), two in ring()) {
            let (a, b) = (EdgeTree::of_rings([&one[..]]), EdgeTree::of_rings([&two[..]]));
            let mut expected = Vec::new();
            for i in 0..one.len() {
                for j in i + 1..one.len() {
                    if boxes_meet(&a.edges()[i].bounds(), &a.edges()[j].bounds()) {
                        expected.push((i, j));
                    }
                }
            }
            prop_assert_eq!(all_pairs(&a, None), expected);
            let mut expected = Vec::new();
            for i in 0..one.len() {
                for j in 0..two.len() {
                    if boxes_meet(&a.edges()[i].bounds(), &b.edges()[j].bounds()) {
                        expected.push((i, j));
                    }
                }
            }
            prop_assert_eq!(all_pairs(&a, Some(&b)), expected);
        }

        #[test]
        fn all_boxes_within_a_distance_are_visited(one in ring(), x in -20i64..120, y in 0i64..99) {
            let (tree, place) = (EdgeTree::of_rings([&one[..]]), GridPoint::new(x, y));
            let is_near = |edge: &&Edge| squared_distance(&edge.bounds(), place) <= 400.0;
            let mut found = Vec::new();
            tree.near(place, 400.0, &mut |edge| {
                found.push(*edge);
                400.0
            });
            let sorted = |mut all: Vec<Edge>| {
                all.sort_by_key(|edge| (edge.a.x, edge.a.y, edge.b.x, edge.b.y));
                all
            };
            let expected = tree.edges().iter().filter(is_near).copied().collect();
            prop_assert_eq!(sorted(found), sorted(expected));
        }
    }
}
