//! Prepared geometry in flat arrays: one entry a feature, all on the grid.

use std::borrow::Cow;
use std::ops::Range;

use rayon::prelude::*;

use super::grid::{AREA_STEPS_PER_M2, GridPoint, STEPS_PER_METER, double_area};
use crate::layers::raw::with_kind;
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
/// Where there are so many features that they do not all lie in memory ([`Pile`]), a feature at a
/// time by its row brings them all there; who goes through a large layer takes [windows](Self::window).
#[derive(Debug, Clone, Default)]
pub struct Shapes {
    coords: Pile<GridPoint>,
    parts: Pile<(u32, PartRole)>,
    features: Pile<(u32, Dimension)>,
    /// Whether there is a feature of each dimension.
    has: [bool; 3],
}

impl Shapes {
    /// Some that memory holds whatever they take ([`Pile::in_memory`]).
    #[must_use]
    pub fn in_memory() -> Self {
        let (coords, parts) = (Pile::in_memory(), Pile::in_memory());
        Self { coords, parts, features: Pile::in_memory(), has: [false; 3] }
    }

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

    /// Whether all lies in memory, so that a feature can be asked for by its row.
    #[must_use]
    pub fn is_in_memory(&self) -> bool {
        self.coords.is_in_memory()
            && self.parts.is_in_memory()
            && self.features.is_in_memory()
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
        self.has[dimension as usize] = true;
    }

    /// Appends all features of another collection.
    pub fn append(&mut self, other: &Self) {
        let (coords, parts) = (self.coords.len() as u32, self.parts.len() as u32);
        self.coords.extend_from_slice(other.coords.all());
        self.parts.extend(other.parts.iter().map(|(end, role)| (end + coords, role)));
        self.features.extend(other.features.iter().map(|(end, dim)| (end + parts, dim)));
        self.has.iter_mut().zip(other.has).for_each(|(own, more)| *own |= more);
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
        let mut picked = Self::in_memory();
        let parts = rows.iter().map(|&row| self.get(row).parts().len()).sum();
        let points = rows.iter().map(|&row| self.get(row).points().len()).sum();
        picked.reserve(rows.len(), parts, points);
        for &row in rows {
            picked.push(self.get(row));
        }
        picked
    }

    /// The same for rows that rise, also where not all features lie in memory.
    ///
    /// # Panics
    ///
    /// If a row is not below [`Shapes::len`].
    #[must_use]
    pub fn gather(&self, rows: &[usize]) -> Self {
        let mut gathered = Self::in_memory();
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
        let all = Rows {
            features: self.features.all(),
            parts: self.parts.all(),
            points: self.coords.all(),
            first: First::default(),
        };
        all.get(row)
    }

    /// Consecutive features, in memory.
    ///
    /// # Panics
    ///
    /// If the rows reach beyond [`Shapes::len`].
    #[must_use]
    pub fn window(&self, rows: Range<usize>) -> Window<'_> {
        let (row, features, own) = self.features.with_ends(rows.clone(), |(end, _)| end);
        let (part, parts, own) = self.parts.with_ends(own, |(end, _)| end);
        let first = First { row, part, point: own.start as u32 };
        Window { rows, features, parts, points: self.coords.range(own), first }
    }

    /// Windows over all features, one after another.
    pub fn windows(&self) -> impl ExactSizeIterator<Item = Window<'_>> {
        (0..self.window_count()).map(|at| self.window_at(at))
    }

    /// The same on all threads.
    #[must_use]
    pub fn par_windows(&self) -> impl IndexedParallelIterator<Item = Window<'_>> {
        (0..self.window_count()).into_par_iter().map(|at| self.window_at(at))
    }

    /// How many [windows](Self::windows) there are over all features.
    #[must_use]
    pub fn window_count(&self) -> usize {
        self.len().div_ceil(WINDOW)
    }

    /// One of the windows over all features.
    ///
    /// # Panics
    ///
    /// If there is no such one.
    #[must_use]
    pub fn window_at(&self, at: usize) -> Window<'_> {
        self.window(at * WINDOW..((at + 1) * WINDOW).min(self.len()))
    }

    /// The dimension of a feature.
    ///
    /// # Panics
    ///
    /// If `row` is not below [`Shapes::len`].
    #[must_use]
    pub fn dimension(&self, row: usize) -> Dimension {
        self.features.of(row).1
    }

    /// Whether there is a feature of a dimension.
    #[must_use]
    pub fn has(&self, dimension: Dimension) -> bool {
        self.has[dimension as usize]
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
        for (end, role) in &self.parts {
            to.extend_from_slice(&end.to_le_bytes());
            to.push(role as u8);
        }
        for (end, dimension) in &self.features {
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
            read.coords.push(GridPoint::new(x, y));
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
            read.has[dimension as usize] = true;
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

/// Numbers of the first row, part and point of slices of features. Rows and parts begin with the one
/// before those that are meant, if there is one.
#[derive(Debug, Clone, Copy, Default)]
struct First {
    row: usize,
    part: usize,
    point: u32,
}

/// Consecutive features of a layer, in memory.
#[derive(Debug)]
pub struct Window<'s> {
    rows: Range<usize>,
    features: Cow<'s, [(u32, Dimension)]>,
    parts: Cow<'s, [(u32, PartRole)]>,
    points: Cow<'s, [GridPoint]>,
    first: First,
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
        self.all().get(row)
    }

    /// All of them: row in the layer and feature.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (usize, ShapeRef<'_>)> {
        let all = self.all();
        self.rows.clone().map(move |row| (row, all.get(row)))
    }

    fn all(&self) -> Rows<'_> {
        let Self { features, parts, points, first, .. } = self;
        Rows { features, parts, points, first: *first }
    }
}

/// Features in slices.
#[derive(Debug, Clone, Copy)]
struct Rows<'a> {
    features: &'a [(u32, Dimension)],
    parts: &'a [(u32, PartRole)],
    points: &'a [GridPoint],
    first: First,
}

impl<'a> Rows<'a> {
    #[inline]
    fn get(self, row: usize) -> ShapeRef<'a> {
        let Self { features, parts, points, first } = self;
        let at = row - first.row;
        let start = if at == 0 { 0 } else { features[at - 1].0 as usize - first.part };
        let (end, dimension) = features[at];
        let parts_end = end as usize - first.part;
        let point_at = |part: usize| if part == 0 { 0 } else { parts[part - 1].0 };
        let (from, to) = (point_at(start), point_at(parts_end));
        let points = &points[(from - first.point) as usize..(to - first.point) as usize];
        ShapeRef { parts: &parts[start..parts_end], from, points, dimension }
    }
}

impl Record for (u32, Dimension) {
    type Bytes = [u8; 5];

    fn to_bytes(self) -> [u8; 5] {
        with_kind(self.0, self.1 as u8)
    }

    fn of_bytes([end @ .., dimension]: [u8; 5]) -> Self {
        let dimension = match dimension {
            0 => Dimension::Point,
            1 => Dimension::Line,
            _ => Dimension::Area,
        };
        (u32::from_le_bytes(end), dimension)
    }
}

impl Record for GridPoint {
    type Bytes = [u8; 16];

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
