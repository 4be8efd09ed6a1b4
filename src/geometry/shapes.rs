//! Prepared geometry in flat arrays: one entry a feature, all on the grid.

use super::grid::{AREA_STEPS_PER_M2, GridPoint, STEPS_PER_METER, double_area};
use crate::layers::PartRole;

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
#[derive(Debug, Clone, Default)]
pub struct Shapes {
    coords: Vec<GridPoint>,
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

    /// Number of points over all features.
    #[must_use]
    pub fn vertex_count(&self) -> usize {
        self.coords.len()
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
        self.coords.extend_from_slice(&other.coords);
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

    /// A feature by its row.
    ///
    /// # Panics
    ///
    /// If `row` is not below [`Shapes::len`].
    #[must_use]
    pub fn get(&self, row: usize) -> ShapeRef<'_> {
        let first = if row == 0 { 0 } else { self.features[row - 1].0 };
        let (end, dimension) = self.features[row];
        ShapeRef { shapes: self, first: first as usize, end: end as usize, dimension }
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
        for point in &self.coords {
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
        }
        let fits = is_cut(read.parts.iter().map(|part| part.0), points)
            && is_cut(read.features.iter().map(|feature| feature.0), parts);
        fits.then_some(read)
    }
}

fn take<const N: usize>(from: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, rest) = from.split_first_chunk()?;
    *from = rest;
    Some(*taken)
}

/// Whether ends follow one another up to a length.
fn is_cut(mut ends: impl Iterator<Item = u32>, length: usize) -> bool {
    let last = ends.try_fold(0, |last, end| (end >= last).then_some(end));
    last.is_some_and(|last| last as usize == length)
}

/// A view of one prepared feature.
#[derive(Debug, Clone, Copy)]
pub struct ShapeRef<'a> {
    shapes: &'a Shapes,
    first: usize,
    end: usize,
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
        (self.first..self.end).map(move |part| {
            let start = if part == 0 { 0 } else { self.shapes.parts[part - 1].0 };
            let (end, role) = self.shapes.parts[part];
            (role, &self.shapes.coords[start as usize..end as usize])
        })
    }

    /// All its points.
    #[must_use]
    pub fn points(self) -> &'a [GridPoint] {
        let at = |part: usize| {
            if part == 0 { 0 } else { self.shapes.parts[part - 1].0 as usize }
        };
        &self.shapes.coords[at(self.first)..at(self.end)]
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
