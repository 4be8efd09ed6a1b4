//! Exposure feature by feature: where each exposed element lies and at which levels.
//!
//! In: a [`StudyArea`]. Out: one [`LayerFeatures`] an exposure layer, its rows in the order
//! of the layer, at full precision. The same overlay and the same rules as the tables: the
//! rows of a layer, weighted by their amounts, add up to the exposure of the layer. Knows no
//! file and no rounding.

use std::ops::Range;

use super::exposure::ANY;
use super::planes::{Planes, worse};
use super::tally::{add_to, in_chunks, main_territory, split};
use crate::domain::Level;
use crate::geometry::mosaic::Scratch;
use crate::geometry::{ExposureLayer, ShapeRef, StudyArea};

/// All features of one exposure layer against all hazards.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerFeatures {
    /// Id of the exposure layer.
    pub layer: String,
    /// Ids of the hazards in order, then `any`; empty if the project has no hazard.
    pub hazards: Vec<String>,
    /// One row a feature of the layer, in its order.
    pub rows: Vec<FeatureRow>,
}

/// Where one feature lies.
#[derive(Debug, Clone, PartialEq)]
pub struct FeatureRow {
    /// Position of the territory that holds most of it; `None` for `_X`.
    pub territory: Option<usize>,
    /// By hazard, as in [`LayerFeatures::hazards`].
    pub hazards: Vec<FeatureLevels>,
}

/// The levels of one hazard that a feature lies at.
#[derive(Debug, Clone, PartialEq)]
pub struct FeatureLevels {
    /// The worst that any part of it overlaps with positive measure.
    pub worst: Level,
    /// Share of its area, length or points at each level, in the order of [`Level::ALL`];
    /// they add up to 1 but for rounding.
    pub shares: [f64; 6],
}

/// Classifies every feature of every exposure layer.
///
/// Assumes the study area that the measurements were made on.
#[must_use]
pub fn features(area: &StudyArea) -> Vec<LayerFeatures> {
    let planes = Planes::new(area);
    let mut hazards: Vec<String> =
        area.hazards.iter().map(|hazard| hazard.layer.id.clone()).collect();
    if !hazards.is_empty() {
        hazards.push(ANY.to_owned());
    }
    area.exposures
        .iter()
        .map(|layer| LayerFeatures {
            layer: layer.layer.id.clone(),
            hazards: hazards.clone(),
            rows: rows(&planes, layer, hazards.len()),
        })
        .collect()
}

/// The rows of one layer.
pub(super) fn rows(
    planes: &Planes,
    layer: &ExposureLayer,
    hazards: usize,
) -> Vec<FeatureRow> {
    let shapes = &layer.layer.shapes;
    let of_chunk = |rows: Range<usize>| -> Vec<FeatureRow> {
        let (window, mut scratch) = (shapes.window(rows), Scratch::default());
        let features = window.iter().map(|(_, shape)| shape);
        features.map(|shape| classify(planes, shape, hazards, &mut scratch)).collect()
    };
    let mut all = Vec::with_capacity(shapes.len());
    in_chunks(shapes.len(), of_chunk, |rows| all.extend(rows));
    all
}

/// One feature against all hazards. Parts come in the order of their planes, so the sums
/// have a fixed order.
pub(super) fn classify(
    planes: &Planes,
    shape: ShapeRef<'_>,
    hazards: usize,
    scratch: &mut Scratch,
) -> FeatureRow {
    let (parts, whole) = split(planes, shape, scratch);
    let mut by_territory: Vec<(usize, f64)> = Vec::new();
    let mut levels: Vec<Option<FeatureLevels>> = vec![None; hazards];
    for (membership, amount) in parts {
        let class = planes.classify(&membership);
        add_to(&mut by_territory, class.territory, amount);
        for (known, [drawn, ..]) in levels.iter_mut().zip(class.levels) {
            let known =
                known.get_or_insert(FeatureLevels { worst: drawn, shares: [0.0; 6] });
            known.worst = worse(known.worst, drawn);
            known.shares[drawn.index()] += amount / whole;
        }
    }
    let territory = main_territory(planes, &by_territory, shape);
    let nowhere = FeatureLevels { worst: Level::NotStudied, shares: [0.0; 6] };
    FeatureRow {
        territory: (territory < planes.territories).then_some(territory),
        hazards: levels.into_iter().map(|l| l.unwrap_or(nowhere.clone())).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::TerritoryCode;
    use crate::geometry::{Territory, Zone};
    use crate::indicators::sample::{self, rectangles};

    /// Territory, worst level and shares by hazard.
    type Expected = (Option<usize>, [Level; 3], [[f64; 6]; 3]);

    fn world() -> StudyArea {
        let mut area = sample::area();
        let territory = |code: &str| Territory {
            code: TerritoryCode::new(code).unwrap(),
            name: code.to_owned(),
            people: None,
        };
        area.territories = vec![territory("A"), territory("B")];
        area.territory_layer.shapes =
            rectangles(&[[0, 0, 100, 100], [100, 0, 100, 100]]).into();
        // flood: the lowest 40 m high, of them the first 20 very high; it may overlap.
        area.hazards[0].zones = vec![
            Zone { level: Level::VeryHigh, shapes: rectangles(&[[0, 0, 200, 20]]) },
            Zone { level: Level::High, shapes: rectangles(&[[0, 0, 200, 40]]) },
        ];
        area.hazards[0].in_any = true;
        // tsunami: studied west of x = 150 only, no zone.
        area.hazards[1].zones = Vec::new();
        area.hazards[1].study_area = Some(rectangles(&[[0, 0, 150, 100]]));
        area.hazards[1].in_any = true;
        area.exposures[0].layer.shapes = rectangles(&[
            [90, 10, 40, 40],   // a quarter each: 10 m very high, 20 m high, 10 m none
            [140, 60, 40, 10],  // no flood; a quarter studied for tsunami
            [300, 300, 10, 10], // nowhere near
        ])
        .into();
        area
    }

    #[test]
    fn each_feature_has_its_territory_its_worst_level_and_its_shares() {
        let found = features(&world());
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].layer, "blocks");
        assert_eq!(found[0].hazards, ["flood", "tsunami", "any"]);
        let expected: [Expected; 3] = [
            (
                Some(1),
                [Level::VeryHigh, Level::None, Level::VeryHigh],
                [
                    [0.25, 0.5, 0.0, 0.0, 0.25, 0.0],
                    [0.0, 0.0, 0.0, 0.0, 1.0, 0.0],
                    [0.25, 0.5, 0.0, 0.0, 0.25, 0.0],
                ],
            ),
            (
                Some(1),
                [Level::None, Level::NotStudied, Level::NotStudied],
                [
                    [0.0, 0.0, 0.0, 0.0, 1.0, 0.0],
                    [0.0, 0.0, 0.0, 0.0, 0.25, 0.75],
                    [0.0, 0.0, 0.0, 0.0, 0.25, 0.75],
                ],
            ),
            (
                None,
                [Level::None, Level::NotStudied, Level::NotStudied],
                [
                    [0.0, 0.0, 0.0, 0.0, 1.0, 0.0],
                    [0.0, 0.0, 0.0, 0.0, 0.0, 1.0],
                    [0.0, 0.0, 0.0, 0.0, 0.0, 1.0],
                ],
            ),
        ];
        for (row, (territory, worst, shares)) in found[0].rows.iter().zip(expected) {
            assert_eq!(row.territory, territory);
            for (hazard, levels) in row.hazards.iter().enumerate() {
                assert_eq!(levels.worst, worst[hazard], "{row:?}");
                for (share, expected) in levels.shares.iter().zip(shares[hazard]) {
                    assert!((share - expected).abs() < 1e-12, "{row:?}");
                }
            }
        }
    }

    #[test]
    fn many_features_come_in_their_order() {
        // More than one task takes: the first ones in A, the last two in B.
        let mut area = world();
        let count = super::super::tally::CHUNK + 2;
        let left = |row: usize| if row + 2 < count { 10 } else { 150 };
        let all: Vec<_> = (0..count).map(|row| [left(row), 50, 1, 1]).collect();
        area.exposures[0].layer.shapes = rectangles(&all).into();
        let found = features(&area);
        let territories = found[0].rows.iter().map(|row| row.territory);
        assert!(
            territories.eq((0..count).map(|row| Some(usize::from(row + 2 >= count))))
        );
    }

    #[test]
    fn without_hazards_there_is_no_any() {
        let mut area = world();
        area.hazards.clear();
        let found = features(&area);
        assert!(found[0].hazards.is_empty() && found[0].rows[0].hazards.is_empty());
        assert_eq!(found[0].rows.len(), 3);
    }
}
