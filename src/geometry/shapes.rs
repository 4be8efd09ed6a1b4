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
