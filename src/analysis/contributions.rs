//! What every feature adds to the sums of its layer, part by part.
//!
//! In: a [`StudyArea`]. Out: one [`LayerContributions`] an exposure layer. The parts are those
//! of the tables: the same overlay, the same rules, each amount as it is added, so whoever adds
//! them up as whole numbers has the figures of the tables to the last digit. Knows no file and
//! no rounding.

use std::collections::BTreeMap;

use super::exposure;
use super::fixed::Fixed;
use super::planes::{Class, Planes};
use super::tally::{Carried, PEOPLE, Part, SUMS, in_chunks, take_apart};
use crate::domain::{Level, Measure};
use crate::geometry::mosaic::Scratch;
use crate::geometry::{ExposureLayer, StudyArea};

/// What a place is: its territory, and its level to every hazard.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PlaceClass {
    /// Position of its territory; the number of territories for `_X`.
    pub territory: usize,
    /// By hazard in order, then `any`: the level with the edge of the hazard as drawn, moved in
    /// and moved out by its accuracy.
    pub levels: Vec<[Level; 3]>,
}

impl PlaceClass {
    pub(super) fn of(class: &Class) -> Self {
        Self { territory: class.territory, levels: class.levels.to_vec() }
    }
}

/// A part of a feature.
#[derive(Debug, Clone, PartialEq)]
pub struct Contribution {
    /// Row of the feature; features without a place come after those with one.
    pub row: usize,
    /// Position in [`LayerContributions::classes`].
    pub class: usize,
    /// How much of the feature it is.
    pub share: f64,
    /// Its area, m², its length, m, or how many points it has; 0 without a place.
    pub amount: f64,
    /// What it adds, by [`LayerContributions::measures`]; `None` where nobody knows.
    pub amounts: Vec<Option<Fixed>>,
}

/// All features of one exposure layer.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerContributions {
    /// Id of the layer.
    pub layer: String,
    /// What its parts add to: all its measures but the number of features.
    pub measures: Vec<Measure>,
    /// The kinds of places that its parts and features lie in, each once, in order.
    pub classes: Vec<PlaceClass>,
    /// Its parts, by row; those of features without a place come last.
    pub parts: Vec<Contribution>,
    /// What each feature with a place counts as: position in `classes`; `None` if it has no
    /// part anywhere.
    pub counts: Vec<Option<usize>>,
}

/// Takes every exposure layer apart.
///
/// Assumes the study area that the measurements were made on.
///
/// # Units
///
/// m², m and people; of further sums that of their field.
#[must_use]
pub fn contributions(area: &StudyArea) -> Vec<LayerContributions> {
    let planes = Planes::new(area);
    area.exposures.iter().map(|layer| of_layer(&planes, layer)).collect()
}

/// Parts and what features count as, before classes have numbers.
type Pieces = (Vec<(Part, Class, Vec<Option<Fixed>>)>, Vec<Option<Class>>);

fn of_layer(planes: &Planes, layer: &ExposureLayer) -> LayerContributions {
    let measures = exposure::measures_of_parts(layer);
    let columns: Vec<usize> = measures.iter().map(|(_, column)| *column).collect();
    let mut chunks: Vec<Pieces> = Vec::new();
    let of_chunk = |rows| pieces(planes, layer, &columns, rows);
    in_chunks(layer.layer.shapes.len(), of_chunk, |chunk| chunks.push(chunk));
    let nowhere = planes.nowhere();
    let mut numbers: BTreeMap<&Class, usize> = BTreeMap::new();
    for (parts, counts) in &chunks {
        let parts = parts.iter().map(|(_, class, _)| class);
        for class in parts.chain(counts.iter().flatten()) {
            numbers.insert(class, 0);
        }
    }
    if !layer.lost.is_empty() {
        numbers.insert(&nowhere, 0);
    }
    for (at, number) in numbers.values_mut().enumerate() {
        *number = at;
    }
    let named = |(part, class, amounts): &(Part, Class, Vec<Option<Fixed>>)| {
        let (row, class, share) = (part.row, numbers[class], part.share());
        Contribution { row, class, share, amount: part.amount, amounts: amounts.clone() }
    };
    let mut parts: Vec<Contribution> =
        chunks.iter().flat_map(|(parts, _)| parts.iter().map(named)).collect();
    parts.extend(lost(layer, &columns, numbers.get(&nowhere).copied()));
    let counts = chunks.iter().flat_map(|(_, counts)| counts);
    let counts = counts.map(|class| class.as_ref().map(|class| numbers[class])).collect();
    let classes = numbers.keys().copied().map(PlaceClass::of);
    LayerContributions {
        layer: layer.layer.id.clone(),
        classes: classes.collect(),
        measures: measures.into_iter().map(|(measure, _)| measure).collect(),
        parts,
        counts,
    }
}

/// Takes some features apart.
fn pieces(
    planes: &Planes,
    layer: &ExposureLayer,
    columns: &[usize],
    rows: std::ops::Range<usize>,
) -> Pieces {
    let mut scratch = Scratch::default();
    let (mut all, mut counted) = (Vec::new(), Vec::new());
    let carried = Carried::of(layer, &[], rows.clone());
    for row in rows {
        let class = take_apart(planes, layer, row, &mut scratch, |part, class| {
            let mut amounts = vec![None; columns.len()];
            part.amounts(&carried, |column, value| {
                if let Some(at) = columns.iter().position(|known| *known == column) {
                    amounts[at] = Some(value);
                }
            });
            all.push((part, class, amounts));
        });
        counted.push(class);
    }
    (all, counted)
}

/// What features without a place add, as one part each.
fn lost(
    layer: &ExposureLayer,
    columns: &[usize],
    class: Option<usize>,
) -> Vec<Contribution> {
    let Some(class) = class else { return Vec::new() };
    let first = layer.layer.shapes.len();
    let one = |(at, lost): (usize, &crate::geometry::LostFeature)| {
        let amount = |column: &usize| match *column {
            PEOPLE => lost.people.map(Fixed::of),
            column => lost.sums.get(column.checked_sub(SUMS)?).copied()?.map(Fixed::of),
        };
        let amounts = columns.iter().map(amount).collect();
        Contribution { row: first + at, class, share: 1.0, amount: 0.0, amounts }
    };
    layer.lost.iter().enumerate().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::{LostFeature, Zone};
    use crate::indicators::sample::{self, rectangles};

    /// A territory of 100 m × 100 m, of which the lowest 20 m are flooded; a block of 10 m ×
    /// 40 m that stands 20 m deep in it, with 8 people; people without a place: 3.
    fn world() -> StudyArea {
        let mut area = sample::area();
        area.territories.truncate(1);
        area.territory_layer.shapes = rectangles(&[[0, 0, 100, 100]]).into();
        area.hazards.truncate(1);
        area.hazards[0].zones =
            vec![Zone { level: Level::High, shapes: rectangles(&[[0, 0, 100, 20]]) }];
        area.hazards[0].in_any = true;
        area.hazards[0].study_area = None;
        area.exposures.truncate(1);
        let blocks = &mut area.exposures[0];
        blocks.layer.shapes = rectangles(&[[10, 0, 10, 40]]).into();
        blocks.layer.ids = std::sync::Arc::new(["b1"].iter().collect());
        blocks.people = Some(vec![Some(8.0)].into());
        blocks.sums = vec![("dwellings".to_owned(), vec![None].into())];
        let id = "gone".into();
        blocks.lost = vec![LostFeature { id, people: Some(3.0), sums: vec![Some(1.0)] }];
        area
    }

    #[test]
    fn parts_carry_what_they_add_and_where() {
        let found = contributions(&world());
        let [layer] = &found[..] else { panic!("{found:?}") };
        let names: Vec<&str> = layer.measures.iter().map(Measure::id).collect();
        assert_eq!(names, ["area", "people", "dwellings"]);
        let of = |level: Level| {
            let mut sums = [Fixed::ZERO; 3];
            for part in &layer.parts {
                let class = &layer.classes[part.class];
                // Two columns of levels: the hazard and `any`.
                assert_eq!(class.levels.len(), 2);
                if class.levels.iter().all(|[drawn, ..]| *drawn == level) {
                    for (sum, amount) in sums.iter_mut().zip(&part.amounts) {
                        *sum += amount.unwrap_or_default();
                    }
                }
            }
            sums
        };
        let whole = |all: [u64; 3]| all.map(Fixed::whole);
        assert_eq!(of(Level::High), whole([200, 4, 0]));
        assert_eq!(of(Level::None), whole([200, 4, 0]));
        assert_eq!(of(Level::NotStudied), whole([0, 3, 1]));
        // The dwellings of the block are unknown, not 0; the lost feature comes after it.
        assert!(layer.parts[..2].iter().all(|p| p.row == 0 && p.amounts[2].is_none()));
        assert_eq!((layer.parts[2].row, layer.parts[2].amounts[0]), (1, None));
        // It counts once, at the worst level that it meets.
        let class = layer.counts[0].map(|at| &layer.classes[at]).unwrap();
        assert_eq!((class.territory, class.levels[0][0]), (0, Level::High));
    }
}
