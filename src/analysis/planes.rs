//! What the planes of the overlay stand for: territories, zones, study areas.

use smallvec::SmallVec;

use super::distance::BandDistances;
use crate::domain::Level;
use crate::geometry::mosaic::{Membership, Mosaic, MosaicBuilder, PlaneId};
use crate::geometry::{GridPoint, HazardLayer, Shapes, StudyArea};

/// How the edge of a hazard is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EdgeCase {
    /// As drawn.
    Drawn,
    /// Moved in by the accuracy.
    Inner,
    /// Moved out by the accuracy.
    Outer,
}

impl EdgeCase {
    pub(super) const ALL: [Self; 3] = [Self::Drawn, Self::Inner, Self::Outer];
}

/// Levels of one hazard with its edge as drawn, moved in and moved out.
pub(super) type LevelCases = [Level; 3];

/// What a place is, to every hazard at once.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Class {
    /// Row of the territory; the number of territories for `_X`.
    pub(super) territory: usize,
    /// For each hazard in order, and last for `any`.
    pub(super) levels: SmallVec<[LevelCases; 6]>,
}

/// Planes of one hazard.
#[derive(Debug)]
pub(super) struct HazardPlanes {
    zones: Vec<(Level, PlaneId)>,
    study: Option<PlaneId>,
    moved: Option<[[PlaneId; 4]; 2]>,
    pub(super) in_any: bool,
    distances: Option<BandDistances>,
    /// First plane and one past the last of the zones, moved ones included.
    own: (PlaneId, PlaneId),
}

impl HazardPlanes {
    fn add(
        hazard: &HazardLayer,
        margins: Option<[&[Shapes; 4]; 2]>,
        by_m: Option<f64>,
        builder: &mut MosaicBuilder,
    ) -> Self {
        let study = hazard.study_area.as_ref().map(|shapes| builder.add(shapes));
        let first = study.map_or_else(|| builder.next_plane(), |plane| plane + 1);
        let zones =
            hazard.zones.iter().map(|z| (z.level, builder.add(&z.shapes))).collect();
        let moved = margins.map(|both| {
            both.map(|zones| [0, 1, 2, 3].map(|level: usize| builder.add(&zones[level])))
        });
        let distances =
            (!hazard.bands.is_empty()).then(|| BandDistances::new(hazard, by_m));
        let own = (first, builder.next_plane());
        Self { zones, study, moved, in_any: hazard.in_any, distances, own }
    }

    /// Whether a range can be given.
    pub(super) fn has_range(&self) -> bool {
        self.moved.is_some()
    }

    /// The level where `planes` hold the place.
    fn level(&self, planes: &[PlaneId], case: EdgeCase) -> Level {
        let holds = |plane: &PlaneId| planes.binary_search(plane).is_ok();
        let zone = match (case, &self.moved) {
            (EdgeCase::Drawn, _) | (_, None) => {
                let found = self.zones.iter().filter(|(_, plane)| holds(plane));
                found.map(|(level, _)| *level).min()
            }
            (EdgeCase::Inner, Some([inner, _])) => worst(inner, holds),
            (EdgeCase::Outer, Some([_, outer])) => worst(outer, holds),
        };
        match (zone, &self.study) {
            (Some(level), _) => level,
            (None, Some(study)) if !holds(study) => Level::NotStudied,
            (None, _) => Level::None,
        }
    }

    /// Sets the planes of bands by the exact distance of a point.
    fn place(&self, point: GridPoint, planes: &mut Membership) {
        let Some(distances) = &self.distances else { return };
        planes.retain(|plane| *plane < self.own.0 || *plane >= self.own.1);
        let near = distances.of(point);
        let zones = self.zones.iter().filter(|(level, _)| near.reaches(*level));
        planes.extend(zones.map(|(_, plane)| *plane));
        if let Some([inner, outer]) = &self.moved {
            for (at, level) in Level::ZONES.into_iter().enumerate() {
                planes.extend(near.reaches_inner(level).then_some(inner[at]));
                planes.extend(near.reaches_outer(level).then_some(outer[at]));
            }
        }
        planes.sort_unstable();
    }
}

/// The worst level whose cumulative zone holds the place.
fn worst(zones: &[PlaneId; 4], holds: impl Fn(&PlaneId) -> bool) -> Option<Level> {
    zones.iter().zip(Level::ZONES).find(|(plane, _)| holds(plane)).map(|(_, level)| level)
}

/// The overlay of a study area and the meaning of its planes.
#[derive(Debug)]
pub(super) struct Planes {
    pub(super) mosaic: Mosaic,
    pub(super) territories: usize,
    pub(super) hazards: Vec<HazardPlanes>,
}

impl Planes {
    /// Builds the overlay. The first planes are the territories, in order.
    pub(super) fn new(area: &StudyArea) -> Self {
        Self::build(area, |hazard, builder| {
            let margins = hazard.inner.as_ref().zip(hazard.outer.as_ref());
            let margins = margins.map(|(inner, outer)| [inner, outer]);
            HazardPlanes::add(hazard, margins, None, builder)
        })
    }

    /// The same with the edges of each hazard moved by a distance of its own, m, whatever its
    /// accuracy; not at all where that is 0.
    pub(super) fn moved(area: &StudyArea, by_m: &[f64]) -> Self {
        let mut distances = by_m.iter();
        Self::build(area, |hazard, builder| {
            let by_m = *distances.next().expect("one distance a hazard");
            let margins = (by_m > 0.0).then(|| hazard.moved(by_m));
            let margins = margins.as_ref().map(|(inner, outer)| [inner, outer]);
            HazardPlanes::add(hazard, margins, Some(by_m), builder)
        })
    }

    /// The territories alone: of hazards, only whether a range can be given is known.
    pub(super) fn of_territories(
        area: &StudyArea,
        has_range: &dyn Fn(&str) -> bool,
    ) -> Self {
        Self::build(area, |hazard, _| HazardPlanes {
            zones: Vec::new(),
            study: None,
            moved: has_range(&hazard.layer.id).then_some([[PlaneId::MAX; 4]; 2]),
            in_any: hazard.in_any,
            distances: None,
            own: (PlaneId::MAX, PlaneId::MAX),
        })
    }

    fn build(
        area: &StudyArea,
        mut add: impl FnMut(&HazardLayer, &mut MosaicBuilder) -> HazardPlanes,
    ) -> Self {
        let mut builder = MosaicBuilder::default();
        let hazards = area.hazards.iter().flat_map(|hazard| {
            let moved = hazard.inner.iter().chain(&hazard.outer).flatten();
            let zones = hazard.zones.iter().map(|zone| &zone.shapes);
            zones.chain(&hazard.study_area).chain(moved)
        });
        builder.reserve(hazards.chain([&*area.territory_layer.shapes]));
        for territory in area.territory_layer.shapes.iter() {
            builder.add_one(territory);
        }
        let hazards =
            area.hazards.iter().map(|hazard| add(hazard, &mut builder)).collect();
        Self { mosaic: builder.build(), territories: area.territories.len(), hazards }
    }

    /// Row of the territory that keeps the place: the lowest code; `None` for `_X`.
    pub(super) fn territory(&self, planes: &[PlaneId]) -> Option<usize> {
        planes
            .first()
            .map(|&plane| plane as usize)
            .filter(|&plane| plane < self.territories)
    }

    /// What the place is to every hazard.
    pub(super) fn classify(&self, planes: &[PlaneId]) -> Class {
        let mut levels: SmallVec<[LevelCases; 6]> = self
            .hazards
            .iter()
            .map(|hazard| EdgeCase::ALL.map(|case| hazard.level(planes, case)))
            .collect();
        levels.push(self.any(&levels));
        Class { territory: self.territory(planes).unwrap_or(self.territories), levels }
    }

    /// What a feature without a place counts as: outside all territories, not studied.
    pub(super) fn nowhere(&self) -> Class {
        let levels: LevelCases = [Level::NotStudied; 3];
        let levels = (0..=self.hazards.len()).map(|_| levels).collect();
        Class { territory: self.territories, levels }
    }

    /// The worst of the hazards that take part in `any`, for each case of edges.
    fn any(&self, levels: &[LevelCases]) -> LevelCases {
        let mut any = [Level::None; 3];
        for (_, cases) in self.hazards.iter().zip(levels).filter(|(h, _)| h.in_any) {
            for (worst, level) in any.iter_mut().zip(cases) {
                *worst = worse(*worst, *level);
            }
        }
        any
    }

    /// Whether a range can be given for `any`: every hazard in it has one.
    pub(super) fn any_has_range(&self) -> bool {
        let mut in_any = self.hazards.iter().filter(|hazard| hazard.in_any).peekable();
        in_any.peek().is_some() && in_any.all(HazardPlanes::has_range)
    }

    /// The planes of a point; distance bands by exact distance.
    pub(super) fn locate(
        &self,
        point: GridPoint,
        scratch: &mut crate::geometry::mosaic::Scratch,
    ) -> Membership {
        let mut planes = self.mosaic.locate(point, scratch);
        for hazard in &self.hazards {
            hazard.place(point, &mut planes);
        }
        planes
    }
}

/// Rank in [`Level::WORST_OF_ANY`].
fn rank(level: Level) -> usize {
    Level::WORST_OF_ANY.iter().position(|l| *l == level).expect("all six are listed")
}

/// The worse of two levels in the order of `any`.
pub(super) fn worse(a: Level, b: Level) -> Level {
    if rank(b) < rank(a) { b } else { a }
}
