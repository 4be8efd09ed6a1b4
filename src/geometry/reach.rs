//! Whether layers touch the territories at all.
//!
//! In: prepared features. Out: a yes or no for each layer, exact, found at the first feature
//! that touches.

use super::index::SpatialIndex;
use super::relate::{Outlines, bounds};
use super::shapes::{ShapeRef, Shapes};

/// The territories, indexed for this one question.
#[derive(Debug)]
pub struct Reach<'a> {
    outlines: Outlines<'a>,
    index: SpatialIndex,
}

impl<'a> Reach<'a> {
    /// Indexes the territories.
    #[must_use]
    pub fn new(territories: &'a Shapes) -> Self {
        Self {
            outlines: Outlines::new(territories),
            index: SpatialIndex::of_shapes(territories),
        }
    }

    /// Whether any feature has a point in common with a territory.
    #[must_use]
    pub fn touches_any(&self, shapes: &Shapes) -> bool {
        shapes.windows().any(|some| some.iter().any(|(_, shape)| self.touches(shape)))
    }

    fn touches(&self, shape: ShapeRef<'_>) -> bool {
        let Some(window) = bounds(shape) else { return false };
        let near = self.index.query(&window);
        if near.is_empty() {
            return false;
        }
        // One feature at a time: nearly always the first one settles it.
        let mut one = Shapes::default();
        one.push(shape);
        let one = Outlines::new(&one);
        near.into_iter().any(|territory| self.outlines.touches(territory, &one, 0))
    }
}
