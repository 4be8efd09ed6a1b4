//! Exact distances of points to what a hazard's bands are drawn around.

use std::collections::BTreeMap;

use crate::domain::Level;
use crate::geometry::{GridPoint, HazardLayer, Nearest, Shapes};

/// Answers how far a point is from the sources of a hazard by distance.
#[derive(Debug)]
pub(super) struct BandDistances {
    /// Sources with the same accuracy, m, and an index of them.
    groups: Vec<(f64, Nearest)>,
    /// For each of [`Level::ZONES`] the reach of that level or worse, m.
    reach: [Option<f64>; 4],
}

impl BandDistances {
    /// Each source with its own accuracy, or all with the same one, m.
    pub(super) fn new(hazard: &HazardLayer, accuracy_m: Option<f64>) -> Self {
        let mut groups: BTreeMap<u64, Shapes> = BTreeMap::new();
        for (row, shape) in hazard.layer.shapes.iter().enumerate() {
            let own = accuracy_m.or_else(|| hazard.layer.accuracy_of(row));
            let accuracy = own.unwrap_or(0.0).max(0.0);
            let shapes = groups.entry(accuracy.to_bits()).or_default();
            for (role, points) in shape.parts() {
                shapes.push_part(role, points.iter().copied());
            }
            shapes.end_feature(shape.dimension());
        }
        let index = |(bits, shapes)| (f64::from_bits(bits), Nearest::new(shapes));
        let reach = Level::ZONES.map(|level| {
            let bands = hazard.bands.iter().filter(|(_, of)| *of <= level);
            bands.map(|(within_m, _)| *within_m).max_by(f64::total_cmp)
        });
        Self { groups: groups.into_iter().map(index).collect(), reach }
    }

    /// Measures one point.
    pub(super) fn of(&self, point: GridPoint) -> Near<'_> {
        let mut near = Near {
            reach: &self.reach,
            distance: f64::INFINITY,
            groups: Vec::with_capacity(self.groups.len()),
        };
        for (accuracy, index) in &self.groups {
            if let Some((_, distance)) = index.to(point) {
                near.distance = near.distance.min(distance);
                near.groups.push((distance, *accuracy));
            }
        }
        near
    }
}

/// The distances of one point.
#[derive(Debug)]
pub(super) struct Near<'a> {
    reach: &'a [Option<f64>; 4],
    distance: f64,
    groups: Vec<(f64, f64)>,
}

impl Near<'_> {
    fn within(&self, level: Level) -> Option<f64> {
        self.reach.get(level.index()).copied().flatten()
    }

    /// Whether the bands of this level or worse hold the point.
    pub(super) fn reaches(&self, level: Level) -> bool {
        self.within(level).is_some_and(|within| self.distance <= within)
    }

    /// The same with each band narrowed by the accuracy; nothing is left of one at or below it.
    pub(super) fn reaches_inner(&self, level: Level) -> bool {
        let Some(within) = self.within(level) else { return false };
        self.groups.iter().any(|&(d, a)| within - a > 0.0 && d <= within - a)
    }

    /// The same with each band widened by the accuracy.
    pub(super) fn reaches_outer(&self, level: Level) -> bool {
        let Some(within) = self.within(level) else { return false };
        self.groups.iter().any(|&(d, a)| d <= within + a)
    }
}
