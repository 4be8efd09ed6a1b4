//! The nearest feature to a place, and how far it is.
//!
//! In: prepared features. Out: rows and exact planar distances. One place is asked of a
//! tree of boxes; many places are asked cell by cell.
//!
//! # Method
//!
//! No place of a cell can have a nearest piece that lies farther from the middle of the cell
//! than the piece nearest to the middle does, plus twice the cell's half diagonal (the triangle
//! inequality, used twice). A cell is small enough to leave a handful of them, so most places
//! are answered by a few distances and no search.

use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

use super::edges::{Edge, EdgeTree, GridBox};
use super::grid::{GridPoint, STEPS_PER_METER};
use super::index::{SpatialIndex, along_curve};
use super::overlay::rings_of_shape;
use super::predicates::{Position, position};
use super::shapes::{self, Dimension, ShapeRef, Shapes};

/// Below so many places no cells are made.
const FEW: usize = 64;
/// Places that one task answers.
const CHUNK: usize = 1 << 13;
/// From so many pieces on a search is as quick as trying them all.
const MOST_TRIED: usize = 160;
/// How much farther than the limit a search looks, so that rounding loses nothing.
const MARGIN: f64 = 1.0 + 1e-12;

/// Squared distance, µm², of a point from a segment, which may be a single point.
///
/// Differences of grid coordinates are exact, so that equal places are equally far.
fn squared_distance(a: GridPoint, b: GridPoint, p: GridPoint) -> f64 {
    let (px, py) = ((p.x - a.x) as f64, (p.y - a.y) as f64);
    let (dx, dy) = ((b.x - a.x) as f64, (b.y - a.y) as f64);
    let along = px * dx + py * dy;
    if along <= 0.0 {
        return px * px + py * py;
    }
    let length = dx * dx + dy * dy;
    if along >= length {
        let (qx, qy) = ((p.x - b.x) as f64, (p.y - b.y) as f64);
        return qx * qx + qy * qy;
    }
    let off = dx * py - dy * px;
    off * off / length
}

/// Answers which feature is nearest to a place, and how far it is.
#[derive(Debug)]
pub struct Nearest {
    /// Points and segments, each with the row of its feature.
    pieces: EdgeTree,
    areas: SpatialIndex,
    has_areas: bool,
    shapes: Arc<Shapes>,
}

impl Nearest {
    /// Indexes points, lines and polygons.
    #[must_use]
    pub fn new(shapes: impl Into<Arc<Shapes>>) -> Self {
        let shapes = shapes.into();
        let mut pieces = Vec::with_capacity(shapes.vertex_count());
        let start = |shape: ShapeRef<'_>| shape.points().first().copied();
        let starts: Vec<_> =
            shapes.iter().map(|s| start(s).unwrap_or_default()).collect();
        for row in along_curve(&starts) {
            let shape = shapes.get(row as usize);
            for (_, points) in shape.parts() {
                let mut add = |a, b| pieces.push(Edge { a, b, ring: row });
                match shape.dimension() {
                    Dimension::Point => points.iter().for_each(|&p| add(p, p)),
                    Dimension::Line => points.windows(2).for_each(|w| add(w[0], w[1])),
                    Dimension::Area => {
                        let next = points.iter().cycle().skip(1);
                        points.iter().zip(next).for_each(|(&a, &b)| add(a, b));
                    }
                }
            }
        }
        let areas = shapes.iter().enumerate().filter_map(|(row, shape)| {
            let (low, high) = shape.bounds()?;
            (shape.dimension() == Dimension::Area)
                .then_some((row, [low.x, low.y, high.x, high.y]))
        });
        let areas = SpatialIndex::new(areas);
        let has_areas = shapes.has(Dimension::Area);
        Self { areas, has_areas, pieces: EdgeTree::of_edges(pieces), shapes }
    }

    /// The row of the nearest feature and its planar distance, m; of equally near ones the
    /// lowest row. Inside a polygon or on its edge the distance is 0. `None` without features.
    #[must_use]
    pub fn to(&self, place: GridPoint) -> Option<(usize, f64)> {
        self.walk().to(place)
    }

    /// Asks for one place after another, which costs less where they follow one another closely.
    #[must_use]
    pub fn walk(&self) -> Walk<'_> {
        Walk { nearest: self, last: None }
    }

    /// The same for many places at once, in their order, on all threads.
    #[must_use]
    pub fn to_all(&self, places: &[GridPoint]) -> Vec<Option<(usize, f64)>> {
        self.in_tasks(places, |_, answers| answers).into_iter().flatten().collect()
    }

    /// Answers many places on all threads, and gives what `make` makes of each task: of the number
    /// of its first place and the answers for it and those that follow.
    pub fn in_tasks<T: Send>(
        &self,
        places: &[GridPoint],
        make: impl Fn(usize, Vec<Option<(usize, f64)>>) -> T + Sync,
    ) -> Vec<T> {
        let cells = Cells::over(places, self.pieces.edges().len());
        let task = |(at, some)| make(at * CHUNK, self.answers(some, cells.as_ref()));
        places.par_chunks(CHUNK).enumerate().map(task).collect()
    }

    /// The answers for some of the places that cells were made over.
    fn answers(
        &self,
        places: &[GridPoint],
        cells: Option<&Cells>,
    ) -> Vec<Option<(usize, f64)>> {
        let mut answers = vec![None; places.len()];
        let (mut left, mut far) = (Vec::new(), Vec::new());
        for (at, &place) in places.iter().enumerate() {
            if let Some(near) = cells.and_then(|cells| cells.at(place, self)) {
                let nearest = nearest_of(&near.pieces, place);
                answers[at] = self.answer(place, nearest, &near.areas);
            } else {
                left.push(at);
                far.push(place);
            }
        }
        // A search is quicker where the last place was near.
        let mut walk = self.walk();
        for at in along_curve(&far) {
            answers[left[at as usize]] = walk.to(far[at as usize]);
        }
        answers
    }

    /// The rows of polygons whose box meets a box, in order.
    fn areas_at(&self, bounds: GridBox) -> Vec<usize> {
        if self.has_areas { self.areas.query(&bounds) } else { Vec::new() }
    }

    /// Squared distance, µm², and row of the piece nearest to a place, the lower row of equally
    /// near ones, and that piece. Looks no farther than a limit, squared, if something is within.
    fn search(&self, place: GridPoint, mut limit: f64) -> Option<(f64, u32, Edge)> {
        let mut best: Option<(f64, u32, Edge)> = None;
        self.pieces.near(place, limit, &mut |piece| {
            let this = (squared_distance(piece.a, piece.b, place), piece.ring);
            if best.is_none_or(|(squared, row, _)| this < (squared, row)) {
                best = Some((this.0, this.1, *piece));
                limit = limit.min(this.0 * MARGIN);
            }
            limit
        });
        best
    }

    /// The answer for a place from its nearest piece and the polygons that may hold it.
    fn answer(
        &self,
        place: GridPoint,
        nearest: Option<(f64, u32)>,
        areas: &[usize],
    ) -> Option<(usize, f64)> {
        let around = areas.iter().copied().find(|&row| {
            let rings = rings_of_shape(self.shapes.get(row));
            position(rings, place) != Position::Outside
        });
        let nearest = nearest
            .map(|(squared, row)| (row as usize, squared.sqrt() / STEPS_PER_METER));
        match (around, nearest) {
            (Some(inside), Some((row, distance))) if distance <= 0.0 => {
                Some((inside.min(row), 0.0))
            }
            (Some(inside), _) => Some((inside, 0.0)),
            (None, nearest) => nearest,
        }
    }
}

/// Asks [`Nearest`] for one place after another. What was nearest to the last one is no farther
/// from the next than the nearest can be, so a search need not look beyond it.
#[derive(Debug)]
pub struct Walk<'n> {
    nearest: &'n Nearest,
    last: Option<Edge>,
}

impl Walk<'_> {
    /// As [`Nearest::to`].
    #[must_use]
    pub fn to(&mut self, place: GridPoint) -> Option<(usize, f64)> {
        self.to_within(place, f64::INFINITY)
    }

    /// The same of what is no farther than a limit, m; `None` if nothing is.
    #[must_use]
    pub fn to_within(&mut self, place: GridPoint, most_m: f64) -> Option<(usize, f64)> {
        let most = most_m * STEPS_PER_METER;
        let last = self.last.map_or(f64::INFINITY, |p| squared_distance(p.a, p.b, place));
        let found = self.nearest.search(place, last.min(most * most) * MARGIN);
        self.last = found.map(|(_, _, piece)| piece).or(self.last);
        let areas = self.nearest.areas_at([place.x, place.y, place.x, place.y]);
        let nearest = found.map(|(squared, row, _)| (squared, row));
        let found = self.nearest.answer(place, nearest, &areas);
        found.filter(|(_, distance)| *distance <= most_m)
    }
}

/// The nearest of some pieces: squared distance, µm², and row, the lower one of equally near.
fn nearest_of(pieces: &[Edge], place: GridPoint) -> Option<(f64, u32)> {
    let all = pieces.iter().map(|p| (squared_distance(p.a, p.b, place), p.ring));
    all.reduce(|best, next| if next < best { next } else { best })
}

/// What may be nearest to the places of one cell.
#[derive(Debug)]
struct Near {
    pieces: Vec<Edge>,
    areas: Vec<usize>,
}

/// A regular division of the ground of some places, filled where they lie.
struct Cells {
    low: GridPoint,
    side: i64,
    columns: i64,
    /// `None` where so many pieces may be nearest that a search is as good.
    near: Vec<OnceLock<Option<Near>>>,
}

impl Cells {
    /// Cells over the box of places: one for each piece, and far fewer than places, since to fill
    /// a cell costs two searches.
    fn over(places: &[GridPoint], pieces: usize) -> Option<Self> {
        let (low, high) = shapes::bounds(places)?;
        if places.len() < FEW || pieces == 0 {
            return None;
        }
        let (width, height) = ((high.x - low.x + 1) as f64, (high.y - low.y + 1) as f64);
        let count = pieces.min(places.len() / 16).max(1) as f64;
        // A long and narrow box must not make more cells than that either.
        let least = width.max(height) / count;
        let side = (width * height / count).sqrt().max(least).ceil() as i64;
        let (columns, rows) = (width as i64 / side + 1, height as i64 / side + 1);
        let near = std::iter::repeat_with(OnceLock::new);
        let near = near.take((columns * rows) as usize).collect();
        Some(Self { low, side, columns, near })
    }

    /// What may be nearest to a place, which must be one of those that the cells are for.
    fn at(&self, place: GridPoint, all: &Nearest) -> Option<&Near> {
        let column = (place.x - self.low.x) / self.side;
        let row = (place.y - self.low.y) / self.side;
        let cell = &self.near[(row * self.columns + column) as usize];
        cell.get_or_init(|| self.fill(column, row, all)).as_ref()
    }

    fn fill(&self, column: i64, row: i64, all: &Nearest) -> Option<Near> {
        let (x, y) = (self.low.x + column * self.side, self.low.y + row * self.side);
        let middle = GridPoint::new(x + self.side / 2, y + self.side / 2);
        let (squared, ..) = all.search(middle, f64::INFINITY)?;
        // The half diagonal and a step more each way: a side of an odd number of steps has no
        // exact middle, and distances are rounded by far less than what is left of it.
        let half = (self.side as f64 / 2.0 + 1.0) * std::f64::consts::SQRT_2;
        let reach = squared.sqrt() + 2.0 * half;
        let reach = reach * reach;
        let mut pieces = Vec::new();
        all.pieces.near(middle, reach, &mut |piece| {
            if squared_distance(piece.a, piece.b, middle) <= reach {
                pieces.push(*piece);
            }
            // Nothing is nearer than this: the search is over.
            if pieces.len() > MOST_TRIED { -1.0 } else { reach }
        });
        if pieces.len() > MOST_TRIED {
            return None;
        }
        let areas = all.areas_at([x, y, x + self.side, y + self.side]);
        Some(Near { pieces, areas })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layers::PartRole;

    const M: i64 = 1_000_000;

    fn grid(points: &[(i64, i64)]) -> Vec<GridPoint> {
        points.iter().map(|&(x, y)| GridPoint::new(x * M, y * M)).collect()
    }

    fn facilities() -> Shapes {
        let mut shapes = Shapes::default();
        shapes.push_part(PartRole::Point, grid(&[(0, 0)]));
        shapes.end_feature(Dimension::Point);
        shapes.push_part(PartRole::Line, grid(&[(10, -5), (10, 5)]));
        shapes.end_feature(Dimension::Line);
        shapes.push_part(PartRole::Shell, grid(&[(20, 0), (40, 0), (40, 20), (20, 20)]));
        shapes.push_part(PartRole::Hole, grid(&[(25, 5), (25, 15), (35, 15), (35, 5)]));
        shapes.end_feature(Dimension::Area);
        shapes.push_part(PartRole::Point, grid(&[(0, 0)]));
        shapes.end_feature(Dimension::Point);
        shapes
    }

    #[test]
    fn the_nearest_of_points_lines_and_polygons() {
        let nearest = Nearest::new(facilities());
        let cases = [
            ("two at the same place: the lower row", (-3, 4), (0, 5.0)),
            ("half way: the lower row", (5, 0), (0, 5.0)),
            ("beside the line", (13, 2), (1, 3.0)),
            ("beyond its end", (10, 9), (1, 4.0)),
            ("inside the polygon", (22, 10), (2, 0.0)),
            ("on its edge", (40, 7), (2, 0.0)),
            ("in its hole", (29, 10), (2, 4.0)),
            ("off its corner", (43, 24), (2, 5.0)),
        ];
        for (case, (x, y), (row, distance)) in cases {
            let found = nearest.to(GridPoint::new(x * M, y * M)).unwrap();
            assert_eq!(found.0, row, "{case}");
            assert!((found.1 - distance).abs() < 1e-12, "{case}: {}", found.1);
        }
        assert_eq!(Nearest::new(Shapes::default()).to(GridPoint::default()), None);
    }

    #[test]
    fn who_is_inside_a_polygon_is_nearest_to_it_whatever_else_is_near() {
        let mut shapes = Shapes::default();
        shapes.push_part(PartRole::Point, grid(&[(12, 10)]));
        shapes.end_feature(Dimension::Point);
        shapes.push_part(PartRole::Shell, grid(&[(0, 0), (20, 0), (20, 20), (0, 20)]));
        shapes.end_feature(Dimension::Area);
        let nearest = Nearest::new(shapes);
        // 2 m from the point, in the polygon; at the point both are at 0: the lower row.
        assert_eq!(nearest.to(GridPoint::new(10 * M, 10 * M)), Some((1, 0.0)));
        assert_eq!(nearest.to(GridPoint::new(12 * M, 10 * M)), Some((0, 0.0)));
    }

    #[test]
    fn many_places_get_what_each_gets_alone() {
        // A fixed linear congruential generator (Knuth, MMIX), so that failures repeat.
        let mut state = 7u64;
        let mut next = |below: i64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 33).cast_signed() % below
        };
        // Some alone, many in a heap, squares to be inside of, and equal ones.
        let mut shapes = Shapes::default();
        for i in 0..150 {
            let (x, y) = if i % 3 == 0 {
                (next(1000), next(400))
            } else {
                (500 + next(12), 200 + next(12))
            };
            if i % 10 == 0 {
                let ring = grid(&[(x, y), (x + 20, y), (x + 20, y + 20), (x, y + 20)]);
                shapes.push_part(PartRole::Shell, ring);
                shapes.end_feature(Dimension::Area);
            } else {
                shapes.push_part(PartRole::Point, grid(&[(x, y)]));
                shapes.end_feature(Dimension::Point);
            }
        }
        let nearest = Nearest::new(shapes);
        for count in [2 * CHUNK + 7, FEW, 5] {
            let places: Vec<GridPoint> = (0..count)
                .map(|_| GridPoint::new((next(1300) - 100) * M, (next(600) - 100) * M))
                .collect();
            let alone: Vec<_> = places.iter().map(|&place| nearest.to(place)).collect();
            assert_eq!(nearest.to_all(&places), alone, "{count} places");
        }
        // From far away nothing is within 50 m; in the heap everything is.
        let mut walk = nearest.walk();
        for place in grid(&[(-100, -100), (505, 205), (1200, 500), (506, 205), (0, 0)]) {
            let alone = nearest.to(place);
            let within = alone.filter(|(_, distance)| *distance <= 50.0);
            assert_eq!(walk.to_within(place, 50.0), within, "{place:?}");
            assert_eq!(walk.to(place), alone, "{place:?}");
        }
        let line: Vec<GridPoint> = (0..500).map(|i| GridPoint::new(i * M, 0)).collect();
        let alone: Vec<_> = line.iter().map(|&place| nearest.to(place)).collect();
        assert_eq!(nearest.to_all(&line), alone, "all on one line");
        let none = Nearest::new(Shapes::default());
        assert_eq!(none.to_all(&line), vec![None; 500]);
    }
}
