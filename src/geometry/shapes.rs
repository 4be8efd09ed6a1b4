//! Prepared geometry in flat arrays: one entry a feature, all on the grid.

use std::borrow::Cow;
use std::ops::Range;

use rayon::prelude::*;

use super::grid::{AREA_STEPS_PER_M2, GridPoint, STEPS_PER_METER, double_area};
use crate::layers::{PartRole, Pile, Record};

/// The dimension of a feature; a prepared feature has exactly one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dimension {
    /// Points.
    Point,
    /// Lines.
    Line,
    /// Polygons.
    Area,
}

/// Features of a layer after preparation.
///
/// Invariants: rings are open (the first point is not repeated), simple, have
/// three or more points, shells counter-clockwise and holes clockwise; parts of
/// one feature do not overlap; lines have positive length and no repeated
/// neighbours; a feature has one dimension and at least one part (only an area that
/// another took all of may have none).
///
/// Where there are so many points that they do not all lie in memory ([`Pile`]), a feature at a
/// time by its row brings them all there; who goes through a large layer takes [windows](Self::window).
#[derive(Debug, Clone, Default)]
pub struct Shapes {
    coords: Pile<GridPoint>,
    parts: Vec<(u32, PartRole)>,
    features: Vec<(u32, Dimension)>,
}

impl Shapes {
    /// Makes room for so many more features, parts and points.
    pub fn reserve(&mut self, features: usize, parts: usize, points: usize) {
        self.features.reserve(features);
        self.parts.reserve(parts);
        self.coords.reserve(points);
    }

    /// Number of features.
    #[must_use]
    pub fn len(&self) -> usize {
        self.features.len()
    }

    /// Whether there is no feature.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.features.is_empty()
    }

    /// Whether all points lie in memory, so that a feature can be asked for by its row.
    #[must_use]
    pub fn is_in_memory(&self) -> bool {
        self.coords.is_in_memory()
    }

    /// Number of points over all features.
    #[must_use]
    pub fn vertex_count(&self) -> usize {
        self.coords.len()
    }

    /// Number of parts over all features.
    #[must_use]
    pub fn part_count(&self) -> usize {
        self.parts.len()
    }

    /// Adds a part to the feature being built.
    pub fn push_part(
        &mut self,
        role: PartRole,
        points: impl IntoIterator<Item = GridPoint>,
    ) {
        self.coords.extend(points);
        self.parts.push((self.coords.len() as u32, role));
    }

    /// Closes the feature being built.
    pub fn end_feature(&mut self, dimension: Dimension) {
        self.features.push((self.parts.len() as u32, dimension));
    }

    /// Appends all features of another collection.
    pub fn append(&mut self, other: &Self) {
        let (coords, parts) = (self.coords.len() as u32, self.parts.len() as u32);
        self.coords.extend_from_slice(other.coords.all());
        self.parts.extend(other.parts.iter().map(|&(end, role)| (end + coords, role)));
        self.features.extend(other.features.iter().map(|&(end, dim)| (end + parts, dim)));
    }

    /// Adds a copy of a feature.
    pub fn push(&mut self, feature: ShapeRef<'_>) {
        for (role, points) in feature.parts() {
            self.push_part(role, points.iter().copied());
        }
        self.end_feature(feature.dimension());
    }

    /// Copies of some features, in the order of `rows`.
    ///
    /// # Panics
    ///
    /// If a row is not below [`Shapes::len`].
    #[must_use]
    pub fn pick(&self, rows: &[usize]) -> Self {
        let mut picked = Self::default();
        let parts = rows.iter().map(|&row| self.get(row).parts().len()).sum();
        let points = rows.iter().map(|&row| self.get(row).points().len()).sum();
        picked.reserve(rows.len(), parts, points);
        for &row in rows {
            picked.push(self.get(row));
        }
        picked
    }

    /// The same for rows that rise, also where points do not lie in memory.
    ///
    /// # Panics
    ///
    /// If a row is not below [`Shapes::len`].
    #[must_use]
    pub fn gather(&self, rows: &[usize]) -> Self {
        let mut gathered = Self::default();
        for run in rows.chunk_by(|a, b| b - a <= NEAR) {
            for some in run.chunks(WINDOW) {
                let window = self.window(some[0]..some[some.len() - 1] + 1);
                for &row in some {
                    gathered.push(window.get(row));
                }
            }
        }
        gathered
    }

    /// A feature by its row.
    ///
    /// # Panics
    ///
    /// If `row` is not below [`Shapes::len`].
    #[must_use]
    #[inline]
    pub fn get(&self, row: usize) -> ShapeRef<'_> {
        self.feature(row, self.coords.all(), 0)
    }

    /// A feature from the points of all or of some, which begin with one of a number.
    fn feature<'a>(
        &'a self,
        row: usize,
        points: &'a [GridPoint],
        first_point: usize,
    ) -> ShapeRef<'a> {
        let first = if row == 0 { 0 } else { self.features[row - 1].0 };
        let (end, dimension) = self.features[row];
        let (first, end) = (first as usize, end as usize);
        let (from, to) = (self.start_of(first), self.start_of(end));
        ShapeRef {
            parts: &self.parts[first..end],
            from: from as u32,
            points: &points[from - first_point..to - first_point],
            dimension,
        }
    }

    /// The number of the first point of a part.
    fn start_of(&self, part: usize) -> usize {
        if part == 0 { 0 } else { self.parts[part - 1].0 as usize }
    }

    /// The numbers of the points of a feature.
    ///
    /// # Panics
    ///
    /// If `row` is not below [`Shapes::len`].
    #[must_use]
    pub fn points_of(&self, row: usize) -> Range<usize> {
        self.points_of_rows(&(row..row + 1))
    }

    fn points_of_rows(&self, rows: &Range<usize>) -> Range<usize> {
        let first_of = |row: usize| {
            let part = if row == 0 { 0 } else { self.features[row - 1].0 };
            self.start_of(part as usize)
        };
        first_of(rows.start)..first_of(rows.end)
    }

    /// Consecutive features, with their points in memory.
    ///
    /// # Panics
    ///
    /// If the rows reach beyond [`Shapes::len`].
    #[must_use]
    pub fn window(&self, rows: Range<usize>) -> Window<'_> {
        let points = self.points_of_rows(&rows);
        let (first_point, points) = (points.start, self.coords.range(points));
        Window { shapes: self, rows, first_point, points }
    }

    /// Windows over all features, one after another.
    pub fn windows(&self) -> impl ExactSizeIterator<Item = Window<'_>> {
        (0..self.len().div_ceil(WINDOW)).map(|at| self.window_at(at))
    }

    /// The same on all threads.
    #[must_use]
    pub fn par_windows(&self) -> impl IndexedParallelIterator<Item = Window<'_>> {
        (0..self.len().div_ceil(WINDOW)).into_par_iter().map(|at| self.window_at(at))
    }

    fn window_at(&self, at: usize) -> Window<'_> {
        self.window(at * WINDOW..((at + 1) * WINDOW).min(self.len()))
    }

    /// The dimension of a feature.
    ///
    /// # Panics
    ///
    /// If `row` is not below [`Shapes::len`].
    #[must_use]
    pub fn dimension(&self, row: usize) -> Dimension {
        self.features[row].1
    }

    /// The dimensions of all features, in order.
    #[must_use]
    pub fn dimensions(&self) -> impl ExactSizeIterator<Item = Dimension> {
        self.features.iter().map(|(_, dimension)| *dimension)
    }

    /// All features in order.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = ShapeRef<'_>> {
        (0..self.len()).map(|row| self.get(row))
    }
}

/// Bytes of shapes: how many points, parts and features, and these, all little-endian.
impl Shapes {
    /// Appends its bytes.
    pub(super) fn write(&self, to: &mut Vec<u8>) {
        for count in [self.coords.len(), self.parts.len(), self.features.len()] {
            to.extend_from_slice(&(count as u64).to_le_bytes());
        }
        to.reserve(self.coords.len() * 16);
        for point in self.coords.all() {
            to.extend_from_slice(&point.x.to_le_bytes());
            to.extend_from_slice(&point.y.to_le_bytes());
        }
        for &(end, role) in &self.parts {
            to.extend_from_slice(&end.to_le_bytes());
            to.push(role as u8);
        }
        for &(end, dimension) in &self.features {
            to.extend_from_slice(&end.to_le_bytes());
            to.push(dimension as u8);
        }
    }

    /// Takes what was written off the front; `None` if it does not fit together.
    pub(super) fn read(from: &mut &[u8]) -> Option<Self> {
        const ROLES: [PartRole; 4] =
            [PartRole::Point, PartRole::Line, PartRole::Shell, PartRole::Hole];
        const DIMENSIONS: [Dimension; 3] =
            [Dimension::Point, Dimension::Line, Dimension::Area];
        let mut count = || Some(u64::from_le_bytes(take(from)?) as usize);
        let (points, parts, features) = (count()?, count()?, count()?);
        let mut read = Self::default();
        for _ in 0..points {
            let (x, y) =
                (i64::from_le_bytes(take(from)?), i64::from_le_bytes(take(from)?));
            read.coords.extend([GridPoint::new(x, y)]);
        }
        for _ in 0..parts {
            let (end, [role]) = (u32::from_le_bytes(take(from)?), take(from)?);
            let role = ROLES.into_iter().find(|known| *known as u8 == role)?;
            read.parts.push((end, role));
        }
        for _ in 0..features {
            let (end, [dimension]) = (u32::from_le_bytes(take(from)?), take(from)?);
            let dimension =
                DIMENSIONS.into_iter().find(|known| *known as u8 == dimension)?;
            read.features.push((end, dimension));
        }
        let fits = is_cut(read.parts.iter().map(|part| part.0), points)
            && is_cut(read.features.iter().map(|feature| feature.0), parts);
        fits.then_some(read)
    }
}

/// Takes so many bytes off the front; `None` if there are fewer.
pub(super) fn take<const N: usize>(from: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, rest) = from.split_first_chunk()?;
    *from = rest;
    Some(*taken)
}

/// Whether ends follow one another up to a length.
fn is_cut(mut ends: impl Iterator<Item = u32>, length: usize) -> bool {
    let last = ends.try_fold(0, |last, end| (end >= last).then_some(end));
    last.is_some_and(|last| last as usize == length)
}

/// Features that a window holds.
const WINDOW: usize = 4096;
/// Rows as near to each other as this are taken from one window.
const NEAR: usize = 16;

/// Consecutive features of a layer with their points in memory.
#[derive(Debug)]
pub struct Window<'s> {
    shapes: &'s Shapes,
    rows: Range<usize>,
    /// Number of the first point.
    first_point: usize,
    points: Cow<'s, [GridPoint]>,
}

impl Window<'_> {
    /// A feature by its row in the layer.
    ///
    /// # Panics
    ///
    /// If it is none of the window.
    #[must_use]
    #[inline]
    pub fn get(&self, row: usize) -> ShapeRef<'_> {
        self.shapes.feature(row, &self.points, self.first_point)
    }

    /// All of them: row in the layer and feature.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (usize, ShapeRef<'_>)> {
        self.rows.clone().map(|row| (row, self.get(row)))
    }
}

impl Record for GridPoint {
    fn to_bytes(self) -> [u8; 16] {
        let [x, y] = [self.x.cast_unsigned(), self.y.cast_unsigned()].map(u128::from);
        (y << 64 | x).to_le_bytes()
    }

    fn of_bytes(bytes: [u8; 16]) -> Self {
        let both = u128::from_le_bytes(bytes);
        Self::new((both as u64).cast_signed(), ((both >> 64) as u64).cast_signed())
    }
}

/// A view of one prepared feature.
#[derive(Debug, Clone, Copy)]
pub struct ShapeRef<'a> {
    parts: &'a [(u32, PartRole)],
    /// Number of its first point, from which the ends of parts count.
    from: u32,
    points: &'a [GridPoint],
    dimension: Dimension,
}

impl<'a> ShapeRef<'a> {
    /// Its dimension.
    #[must_use]
    pub fn dimension(self) -> Dimension {
        self.dimension
    }

    /// Its parts: role and points (rings open).
    #[must_use]
    pub fn parts(self) -> impl ExactSizeIterator<Item = (PartRole, &'a [GridPoint])> {
        let mut start = 0;
        self.parts.iter().map(move |&(end, role)| {
            let end = (end - self.from) as usize;
            (role, &self.points[std::mem::replace(&mut start, end)..end])
        })
    }

    /// All its points.
    #[must_use]
    pub fn points(self) -> &'a [GridPoint] {
        self.points
    }

    /// Its bounding box, lower left and upper right; `None` without points.
    #[must_use]
    pub fn bounds(self) -> Option<(GridPoint, GridPoint)> {
        bounds(self.points())
    }

    /// Twice its signed area, µm² (holes are clockwise and count negative).
    #[must_use]
    pub fn double_area(self) -> i128 {
        if self.dimension != Dimension::Area {
            return 0;
        }
        self.parts().map(|(_, ring)| double_area(ring)).sum()
    }

    /// Its area, m²; 0 for points and lines.
    #[must_use]
    pub fn area_m2(self) -> f64 {
        self.double_area() as f64 / 2.0 / AREA_STEPS_PER_M2
    }

    /// Its length, m; 0 unless a line.
    #[must_use]
    pub fn length_m(self) -> f64 {
        if self.dimension != Dimension::Line {
            return 0.0;
        }
        let length = |line: &[GridPoint]| -> f64 {
            line.windows(2)
                .map(|w| ((w[1].x - w[0].x) as f64).hypot((w[1].y - w[0].y) as f64))
                .sum()
        };
        self.parts().map(|(_, line)| length(line)).sum::<f64>() / STEPS_PER_METER
    }
}

/// Bounding box of points.
#[must_use]
pub fn bounds(points: &[GridPoint]) -> Option<(GridPoint, GridPoint)> {
    let (&first, rest) = points.split_first()?;
    Some(rest.iter().fold((first, first), |(low, high), p| {
        (
            GridPoint::new(low.x.min(p.x), low.y.min(p.y)),
            GridPoint::new(high.x.max(p.x), high.y.max(p.y)),
        )
    }))
}
