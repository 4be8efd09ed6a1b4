//! Boxes in the working CRS.

use crate::geometry::{ShapeRef, Shapes};

/// A box in the working CRS, metres.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Extent {
    /// Lower left corner.
    pub min: [f64; 2],
    /// Upper right corner.
    pub max: [f64; 2],
}

impl Extent {
    /// The box of a point.
    #[must_use]
    pub fn at(point: [f64; 2]) -> Self {
        Self { min: point, max: point }
    }

    /// The box of all features; `None` if there are none.
    #[must_use]
    pub fn of(shapes: &Shapes) -> Option<Self> {
        shapes.iter().filter_map(Self::of_shape).reduce(Self::union)
    }

    /// The box of one feature.
    #[must_use]
    pub fn of_shape(shape: ShapeRef<'_>) -> Option<Self> {
        let (min, max) = shape.bounds()?;
        Some(Self { min: min.meters(), max: max.meters() })
    }

    /// The box of both.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        let pick = |f: fn(f64, f64) -> f64, a: [f64; 2], b: [f64; 2]| {
            [f(a[0], b[0]), f(a[1], b[1])]
        };
        Self {
            min: pick(f64::min, self.min, other.min),
            max: pick(f64::max, self.max, other.max),
        }
    }

    /// What both share; the other where they share nothing.
    #[must_use]
    pub fn within(self, other: Self) -> Self {
        let clamp = |p: [f64; 2]| [0, 1].map(|i| p[i].clamp(other.min[i], other.max[i]));
        let cut = Self { min: clamp(self.min), max: clamp(self.max) };
        if cut.width() > 0.0 || cut.height() > 0.0 { cut } else { other }
    }

    /// Width, m.
    #[must_use]
    pub fn width(self) -> f64 {
        self.max[0] - self.min[0]
    }

    /// Height, m.
    #[must_use]
    pub fn height(self) -> f64 {
        self.max[1] - self.min[1]
    }

    /// Its longer side, m.
    #[must_use]
    pub fn side(self) -> f64 {
        self.width().max(self.height())
    }

    /// Centre.
    #[must_use]
    pub fn center(self) -> [f64; 2] {
        [0, 1].map(|i| f64::midpoint(self.min[i], self.max[i]))
    }

    /// Grown on all sides by metres.
    #[must_use]
    pub fn padded(self, by: f64) -> Self {
        Self { min: self.min.map(|v| v - by), max: self.max.map(|v| v + by) }
    }

    /// Whether the boxes touch.
    #[must_use]
    pub fn meets(self, other: Self) -> bool {
        (0..2).all(|i| self.min[i] <= other.max[i] && other.min[i] <= self.max[i])
    }

    /// Whether a point lies inside or on the edge.
    #[must_use]
    pub fn contains(self, p: [f64; 2]) -> bool {
        self.meets(Self::at(p))
    }
}
