//! Figures from the parts that a run kept, without laying layers over each other again.
//!
//! In: a [`StudyArea`], of which the edges of hazards may be as drawn, and the [`KeptParts`] of a
//! run on the same inputs. Out: [`Measurements`](super::Measurements) of what was kept, to the last digit those of
//! that run: each part is as large as it was, and what it adds follows from that.

use std::collections::BTreeMap;

use super::access::WithinReach;
use super::contributions::PlaceClass;
use super::exposure;
use super::fixed::Fixed;
use super::planes::{Class, Planes};
use super::tally::{Apart, Carried, Part, SUMS};
use crate::geometry::{Dimension, ExposureLayer, StudyArea};

/// The parts that the layers of a run came apart into.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct KeptParts {
    /// Ids of the hazards in the order of [`PlaceClass::levels`], `any` left out, each with
    /// whether a range can be given.
    pub hazards: Vec<(String, bool)>,
    /// The exposure layers.
    pub layers: Vec<KeptLayer>,
}

/// The parts of one exposure layer.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptLayer {
    /// Id of the layer.
    pub layer: String,
    /// The kinds of places that its parts and features lie in.
    pub classes: Vec<PlaceClass>,
    /// Its parts, by row.
    pub parts: Vec<KeptPart>,
    /// What each feature with a place counts as: position in `classes`; `None` if it has no part.
    pub counts: Vec<Option<u32>>,
}

/// A part of a feature.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KeptPart {
    /// Row of the feature.
    pub row: u32,
    /// Position in [`KeptLayer::classes`].
    pub class: u32,
    /// Its area, m², its length, m, or how many points it has.
    pub amount: f64,
}

impl KeptParts {
    /// What a run keeps: the parts of its layers.
    pub(super) fn of(area: &StudyArea, layers: Vec<KeptLayer>) -> Self {
        let hazards = area.hazards.iter().map(|hazard| {
            (hazard.layer.id.clone(), hazard.inner.is_some() && hazard.outer.is_some())
        });
        Self { hazards: hazards.collect(), layers }
    }

    /// Whether these are parts of the layers of a study area, and all hazards of that are known.
    #[must_use]
    pub fn fit(&self, area: &StudyArea) -> bool {
        let known = |id: &str| self.hazards.iter().any(|(known, _)| known == id);
        let hazards = area.hazards.iter().all(|hazard| known(&hazard.layer.id));
        let levels = self.hazards.len() + 1;
        hazards
            && area.exposures.iter().all(|layer| {
                let kept = self.layer(&layer.layer.id);
                kept.is_some_and(|kept| kept.fits(layer, area.territories.len(), levels))
            })
    }

    fn layer(&self, id: &str) -> Option<&KeptLayer> {
        self.layers.iter().find(|layer| layer.layer == id)
    }

    /// Planes of which only territories can be asked where a place lies in them.
    pub(super) fn planes(&self, area: &StudyArea) -> Planes {
        let has_range = |id: &str| {
            self.hazards.iter().any(|(known, has_range)| known == id && *has_range)
        };
        Planes::of_territories(area, &has_range)
    }

    /// The classes of a layer, with the levels of the hazards of the study area alone.
    fn classes(&self, area: &StudyArea, layer: &KeptLayer) -> Vec<Class> {
        let place = |id: &str| self.hazards.iter().position(|(known, _)| known == id);
        let own: Vec<usize> =
            area.hazards.iter().filter_map(|hazard| place(&hazard.layer.id)).collect();
        let any = self.hazards.len();
        let class = |class: &PlaceClass| Class {
            territory: class.territory,
            levels: own.iter().chain([&any]).map(|at| class.levels[*at]).collect(),
        };
        layer.classes.iter().map(class).collect()
    }

    /// Every part of a layer with its class, and what each feature counts as.
    ///
    /// Assumes that the parts [fit](Self::fit).
    pub(super) fn taken_apart<'k>(
        &'k self,
        area: &StudyArea,
        layer: &'k ExposureLayer,
    ) -> Option<TakenApart<'k>> {
        let kept = self.layer(&layer.layer.id)?;
        Some(TakenApart { layer, kept, classes: self.classes(area, kept) })
    }

    /// The sums of a layer.
    pub(super) fn table(
        &self,
        area: &StudyArea,
        planes: &Planes,
        layer: &ExposureLayer,
        served: &[WithinReach],
    ) -> exposure::Table {
        let columns = SUMS + layer.sums.len() + served.len();
        let mut sums: BTreeMap<Class, Vec<Fixed>> = BTreeMap::new();
        let none = || vec![Fixed::ZERO; columns + 1];
        if let Some(apart) = self.taken_apart(area, layer) {
            let carried = Carried::of(layer, served, 0..layer.layer.shapes.len());
            for (part, class) in apart.parts() {
                let sums = sums.entry(class.clone()).or_insert_with(none);
                part.amounts(&carried, |column, value| sums[column] += value);
            }
            for class in apart.counts().flatten() {
                let sums = sums.entry(class.clone()).or_insert_with(none);
                sums[columns] += Fixed::whole(1);
            }
        }
        exposure::Table::of_classes(planes, layer, &sums, served.len())
    }
}

impl KeptLayer {
    /// Puts together what the tasks of a layer took apart.
    pub(super) fn of(planes: &Planes, layer: &ExposureLayer, tasks: &[Apart]) -> Self {
        let nowhere = planes.nowhere();
        let mut numbers: BTreeMap<&Class, u32> = BTreeMap::new();
        for task in tasks {
            let classes = task.classes.iter().chain(&task.counted);
            numbers.extend(classes.map(|class| (class, 0)));
        }
        if !layer.lost.is_empty() {
            numbers.insert(&nowhere, 0);
        }
        for (number, at) in numbers.values_mut().zip(0..) {
            *number = at;
        }
        let mut kept = Self {
            layer: layer.layer.id.clone(),
            classes: numbers.keys().copied().map(PlaceClass::of).collect(),
            parts: Vec::new(),
            counts: Vec::new(),
        };
        for task in tasks {
            let number = |class: &Class| numbers[class];
            let classes: Vec<u32> = task.classes.iter().map(number).collect();
            let counted: Vec<u32> = task.counted.iter().map(number).collect();
            kept.parts.extend(task.parts.iter().map(|&(row, class, amount)| KeptPart {
                row: row as u32,
                class: classes[class],
                amount,
            }));
            kept.counts.extend(task.counts.iter().map(|at| at.map(|at| counted[at])));
        }
        kept
    }

    fn fits(&self, layer: &ExposureLayer, territories: usize, levels: usize) -> bool {
        let (rows, classes) = (layer.layer.shapes.len(), self.classes.len());
        let is_class = |at: u32| (at as usize) < classes;
        self.counts.len() == rows
            && self
                .classes
                .iter()
                .all(|one| one.levels.len() == levels && one.territory <= territories)
            && self.counts.iter().flatten().all(|at| is_class(*at))
            && self.parts.iter().all(|part| {
                (part.row as usize) < rows
                    && is_class(part.class)
                    && part.amount.is_finite()
            })
    }
}

/// A layer as it came apart.
pub(super) struct TakenApart<'k> {
    layer: &'k ExposureLayer,
    kept: &'k KeptLayer,
    classes: Vec<Class>,
}

impl TakenApart<'_> {
    pub(super) fn parts(&self) -> impl Iterator<Item = (Part, &Class)> {
        self.kept.parts.iter().map(|part| {
            let row = part.row as usize;
            let shape = self.layer.layer.shapes.get(row);
            let dimension = shape.dimension();
            let whole = match dimension {
                Dimension::Area => shape.area_m2(),
                Dimension::Line => shape.length_m(),
                Dimension::Point => shape.points().len() as f64,
            };
            let part_of = Part { row, dimension, amount: part.amount, whole };
            (part_of, &self.classes[part.class as usize])
        })
    }

    /// What each feature counts as, by row.
    pub(super) fn counts(&self) -> impl Iterator<Item = Option<&Class>> {
        let counts = self.kept.counts.iter();
        counts.map(|at| at.map(|at| &self.classes[at as usize]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::exposure::ANY;
    use crate::analysis::{contributions, measure, measure_and_keep, measure_kept};
    use crate::config::Settings;
    use crate::domain::{Findings, Level};
    use crate::geometry::{LostFeature, Zone};
    use crate::indicators::sample::{self, rectangles};

    /// A territory of 100 m × 100 m. Its lowest 20 m are flooded, its leftmost 20 m may slide. A
    /// block lies 20 m deep in both, one in neither, and one has no place.
    fn world() -> (StudyArea, Settings) {
        let mut area = sample::area();
        area.territories.truncate(1);
        area.territory_layer.shapes = rectangles(&[[0, 0, 100, 100]]).into();
        area.hazards.truncate(2);
        let zones = [(Level::High, [0, 0, 100, 20]), (Level::Medium, [0, 0, 20, 100])];
        for (hazard, (level, zone)) in area.hazards.iter_mut().zip(zones) {
            hazard.zones = vec![Zone { level, shapes: rectangles(&[zone]) }];
            (hazard.in_any, hazard.study_area) = (true, None);
        }
        let [x, y, w, h] = zones[0].1;
        let moved = |by: i64| [(); 4].map(|()| rectangles(&[[x, y, w, h + by]]));
        (area.hazards[0].inner, area.hazards[0].outer) =
            (Some(moved(-10)), Some(moved(10)));
        area.exposures.truncate(1);
        let blocks = &mut area.exposures[0];
        blocks.layer.shapes = rectangles(&[[10, 0, 20, 40], [50, 50, 10, 10]]).into();
        blocks.layer.ids = std::sync::Arc::new(["b1", "b2"].iter().collect());
        blocks.people = Some(vec![Some(7.0), None].into());
        blocks.sums = vec![("dwellings".to_owned(), vec![Some(3.0), Some(1.0)].into())];
        let id = "gone".into();
        blocks.lost = vec![LostFeature { id, people: Some(3.0), sums: vec![Some(1.0)] }];
        let mut settings = sample::settings();
        settings.deficits.clear();
        (area, settings)
    }

    #[test]
    fn what_was_kept_gives_the_same_figures() {
        let (area, settings) = world();
        let (mut findings, mut found) = (Findings::default(), Findings::default());
        let (all, kept) = measure_and_keep(&area, &settings, &mut findings, &mut ());
        assert!(all.exposure.iter().any(|row| row.range().is_some()));
        assert!(kept.fit(&area));
        let again = measure_kept(&area, &settings, &kept, &mut found);
        assert_eq!(again.exposure, all.exposure);
        assert_eq!(again.balance, all.balance);
        assert_eq!(found.as_slice(), findings.as_slice());
    }

    #[test]
    fn what_is_kept_is_what_features_contribute() {
        let (area, settings) = world();
        let kept = kept(&area, &settings);
        let found = contributions(&area);
        let ([kept], [found]) = (&kept.layers[..], &found[..]) else {
            panic!("{found:?}")
        };
        assert_eq!(kept.classes, found.classes);
        let counts = found.counts.iter().map(|at| at.map(|at| at as u32));
        assert!(kept.counts.iter().copied().eq(counts));
        // Those without a place come last, and are not kept.
        let parts = found.parts.iter().filter(|part| part.row < found.counts.len());
        let parts = parts.map(|p| (p.row as u32, p.class as u32, p.amount.to_bits()));
        let own = kept.parts.iter().map(|p| (p.row, p.class, p.amount.to_bits()));
        assert!(own.eq(parts));
        // Four strips between the edges of the flood, each in two by that of the slide; and one.
        assert_eq!(kept.parts.len(), 4 * 2 + 1);
    }

    fn kept(area: &StudyArea, settings: &Settings) -> KeptParts {
        measure_and_keep(area, settings, &mut Findings::default(), &mut ()).1
    }

    #[test]
    fn one_hazard_of_several_is_enough_and_a_strange_one_is_not() {
        let (mut area, settings) = world();
        let all = measure(&area, &settings, &mut Findings::default(), &mut ());
        let kept = kept(&area, &settings);
        area.hazards.remove(0);
        let id = area.hazards[0].layer.id.clone();
        let few = measure_kept(&area, &settings, &kept, &mut Findings::default());
        let own = |rows: &[crate::analysis::ExposureRow]| -> Vec<_> {
            rows.iter().filter(|row| row.hazard == id).cloned().collect()
        };
        assert_eq!(own(&few.exposure), own(&all.exposure));
        assert!(few.exposure.iter().any(|row| row.hazard == ANY));
        area.hazards[0].layer.id = "another".to_owned();
        assert!(!kept.fit(&area));
    }

    #[test]
    fn parts_of_other_features_do_not_fit() {
        let (area, settings) = world();
        let kept = kept(&area, &settings);
        let broken: [fn(&mut KeptLayer); 5] = [
            |layer| layer.counts.push(None),
            |layer| layer.parts[0].row = u32::MAX,
            |layer| layer.parts[0].class = u32::MAX,
            |layer| layer.classes[0].levels.clear(),
            |layer| layer.classes[0].territory = 9,
        ];
        for spoil in broken {
            let mut kept = kept.clone();
            spoil(&mut kept.layers[0]);
            assert!(!kept.fit(&area));
        }
    }
}
