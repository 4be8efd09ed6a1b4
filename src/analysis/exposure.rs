//! Exposure: what lies in each territory at each level of each hazard.
//!
//! An overlay is exposure, never risk: it says who and what stands in the way.
//!
//! # Method
//!
//! Areal weighting: residents are taken to be spread evenly over their feature.
//! Goodchild & Lam (1980), "Areal interpolation: a variant of the traditional
//! spatial problem", *Geo-Processing* 1, 297–312.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::doubts::{Cell, LayerDoubts};
use super::fixed::Fixed;
use super::measurements::{BalanceRow, ExposureRow};
use super::planes::{Class, Planes};
use super::tally::{AREA, KNOWN, LENGTH, PEOPLE, SUMS, Tally, UNKNOWN};
use crate::domain::{Doubt, DoubtRange, Level, Measure, OUTSIDE, Quantity, TOTAL};
use crate::geometry::{
    Amounts, Dimension, ExposureLayer, ShapeRef, Shapes, StudyArea, Window,
};

/// Number of levels.
const LEVELS: usize = 6;
/// Name of the worst of all hazards.
pub(super) const ANY: &str = "any";

/// Sums of one exposure layer by territory, hazard, case of edges, level and column.
///
/// Territories in order, then `_X`; hazards in order, then `any`; columns as in
/// [`super::tally`], then the number of features.
#[derive(Debug)]
pub(super) struct Table {
    territories: usize,
    hazards: usize,
    columns: usize,
    cells: Vec<Fixed>,
}

impl Table {
    /// Spreads a tally over territories, hazards and levels.
    pub(super) fn new(
        planes: &Planes,
        layer: &ExposureLayer,
        tally: &Tally,
        questions: usize,
    ) -> Self {
        let mut table = Self::empty(planes, layer, questions);
        for (membership, sums) in &tally.sums {
            let class = planes.classify(membership);
            for (column, amount) in sums.iter().enumerate() {
                table.add(&class, column, *amount);
            }
        }
        for (class, count) in &tally.features {
            table.add(class, table.features(), Fixed::whole(*count));
        }
        table.add_lost(layer);
        table
    }

    /// Spreads sums by class, the number of features in the last column.
    pub(super) fn of_classes(
        planes: &Planes,
        layer: &ExposureLayer,
        sums: &BTreeMap<Class, Vec<Fixed>>,
        questions: usize,
    ) -> Self {
        let mut table = Self::empty(planes, layer, questions);
        for (class, amounts) in sums {
            for (column, amount) in amounts.iter().enumerate() {
                table.add(class, column, *amount);
            }
        }
        table.add_lost(layer);
        table
    }

    fn empty(planes: &Planes, layer: &ExposureLayer, questions: usize) -> Self {
        let (territories, hazards) = (planes.territories + 1, planes.hazards.len() + 1);
        let columns = SUMS + layer.sums.len() + questions + 1;
        let cells = vec![Fixed::ZERO; territories * hazards * 3 * LEVELS * columns];
        Self { territories, hazards, columns, cells }
    }

    /// Column of the number of features.
    pub(super) fn features(&self) -> usize {
        self.columns - 1
    }

    fn add(&mut self, class: &Class, column: usize, amount: Fixed) {
        for (hazard, cases) in class.levels.iter().enumerate() {
            for (case, level) in cases.iter().enumerate() {
                let at = self.at(class.territory, hazard, case, *level, column);
                self.cells[at] += amount;
            }
        }
    }

    /// People and sums of features without a place: outside all territories, not studied.
    fn add_lost(&mut self, layer: &ExposureLayer) {
        let outside = self.territories - 1;
        for lost in &layer.lost {
            let sums = lost.sums.iter().enumerate().map(|(i, value)| (SUMS + i, *value));
            for (column, value) in sums.chain([(PEOPLE, lost.people)]) {
                let Some(value) = value else { continue };
                for hazard in 0..self.hazards {
                    for case in 0..3 {
                        let at =
                            self.at(outside, hazard, case, Level::NotStudied, column);
                        self.cells[at] += Fixed::of(value);
                    }
                }
            }
        }
    }

    fn at(
        &self,
        territory: usize,
        hazard: usize,
        case: usize,
        level: Level,
        column: usize,
    ) -> usize {
        let row =
            ((territory * self.hazards + hazard) * 3 + case) * LEVELS + level.index();
        row * self.columns + column
    }

    /// The sum at one level, over one territory or several.
    pub(super) fn sum(
        &self,
        territories: std::ops::Range<usize>,
        hazard: usize,
        case: usize,
        level: Level,
        column: usize,
    ) -> Fixed {
        territories.map(|t| self.cells[self.at(t, hazard, case, level, column)]).sum()
    }

    /// The whole of a column in one territory or several.
    pub(super) fn total(
        &self,
        territories: &std::ops::Range<usize>,
        column: usize,
    ) -> Fixed {
        // Every hazard sees the same whole; the last, `any`, is always there.
        let any = self.hazards - 1;
        Level::ALL
            .into_iter()
            .map(|level| self.sum(territories.clone(), any, 0, level, column))
            .sum()
    }

    /// The people of a place; `None` where there are features and those of none is known.
    pub(super) fn people(&self, territories: &std::ops::Range<usize>) -> Option<Fixed> {
        let is_unknown = self.total(territories, KNOWN).is_zero()
            && !self.total(territories, UNKNOWN).is_zero();
        (!is_unknown).then(|| self.total(territories, PEOPLE))
    }

    /// Value and range at a level (contract §4, rule 8).
    ///
    /// With E(≥L) what lies at level L or worse, and E⁻, E⁺ the same with the edge
    /// of that cumulative zone moved in and out by the accuracy:
    /// `low = max(0, E⁻(≥L) − E⁺(>L))`, `high = E⁺(≥L) − E⁻(>L)`, widened to hold
    /// the value. Levels go in the order of `any` (`not_studied` before `none`) for `any`,
    /// unless everything is studied. For one hazard `not_studied` comes last: the study
    /// area stays where it is, so nothing becomes studied or not by moving the edge of a
    /// zone inside it.
    pub(super) fn quantity(
        &self,
        territories: &std::ops::Range<usize>,
        hazard: usize,
        level: Level,
        column: usize,
        has_range: bool,
    ) -> Quantity {
        let value = self.sum(territories.clone(), hazard, 0, level, column);
        let is_any = hazard + 1 == self.hazards;
        let unstudied =
            |case| self.sum(territories.clone(), hazard, case, Level::NotStudied, column);
        let order = if is_any && (0..3).any(|case| !unstudied(case).is_zero()) {
            Level::WORST_OF_ANY
        } else {
            Level::ALL
        };
        let up_to = |case: usize, ranks: usize| -> Fixed {
            let levels = &order[..ranks];
            levels
                .iter()
                .map(|&l| self.sum(territories.clone(), hazard, case, l, column))
                .sum()
        };
        let range = has_range.then(|| {
            let at = order.iter().position(|l| *l == level).expect("all six are listed");
            let low = up_to(1, at + 1) - up_to(2, at);
            let high = up_to(2, at + 1) - up_to(1, at);
            (low.max(Fixed::ZERO).min(value).get(), high.max(value).get())
        });
        Quantity { value: value.get(), range }
    }
}

/// The measures that a layer carries, with their columns.
pub(super) fn measures(layer: &ExposureLayer, table: &Table) -> Vec<(Measure, usize)> {
    let mut all = vec![(Measure::Features, table.features())];
    all.extend(measures_of_parts(layer));
    all
}

/// The measures that parts of a layer's features add to, with their columns: all but the
/// number of features.
pub(super) fn measures_of_parts(layer: &ExposureLayer) -> Vec<(Measure, usize)> {
    let shapes = &layer.layer.shapes;
    let mut all = Vec::new();
    if shapes.has(Dimension::Area) {
        all.push((Measure::Area, AREA));
    }
    if shapes.has(Dimension::Line) {
        all.push((Measure::Length, LENGTH));
    }
    if layer.people.is_some() {
        all.push((Measure::People, PEOPLE));
    }
    let sums = layer.sums.iter().enumerate();
    all.extend(sums.map(|(i, (name, _))| (Measure::Sum(name.clone()), SUMS + i)));
    all
}

/// Whether a measure counts things, so that a rule must say where a feature counts that
/// straddles an edge; area and length are where they are.
pub(super) fn is_counted(measure: &Measure) -> bool {
    !matches!(measure, Measure::Area | Measure::Length)
}

/// Ids of the hazards and `any`, each with whether a range can be given.
pub(super) fn hazards(area: &StudyArea, planes: &Planes) -> Vec<(String, bool)> {
    let each = area.hazards.iter().zip(&planes.hazards);
    let mut all: Vec<_> = each
        .map(|(hazard, planes)| (hazard.layer.id.clone(), planes.has_range()))
        .collect();
    if !all.is_empty() {
        all.push((ANY.to_owned(), planes.any_has_range()));
    }
    all
}

/// The rows of territories: code and range of rows in a [`Table`].
pub(super) fn places(area: &StudyArea) -> Vec<(String, std::ops::Range<usize>)> {
    let count = area.territories.len();
    let each = area.territories.iter().enumerate();
    let mut all: Vec<_> =
        each.map(|(i, t)| (t.code.as_str().to_owned(), i..i + 1)).collect();
    all.push((TOTAL.to_owned(), 0..count));
    all.push((OUTSIDE.to_owned(), count..count + 1));
    all
}

/// Makes the rows of one layer; levels get a row where the total is not 0.
///
/// While the edges of hazards are a doubt, a figure whose edge is not known gets no range at
/// all: one made of lesser doubts would claim too much.
pub(super) fn rows(
    area: &StudyArea,
    planes: &Planes,
    layer: &ExposureLayer,
    table: &Table,
    (edges, doubts): (bool, &LayerDoubts),
) -> Vec<ExposureRow> {
    let mut rows = Vec::new();
    let measures = measures(layer, table);
    for (territory, range) in places(area) {
        for (measure, column) in &measures {
            let total = table.total(&range, *column);
            if total.is_zero() {
                continue;
            }
            let most_growth = doubts.most_growth(measure);
            for (hazard, (id, has_range)) in hazards(area, planes).iter().enumerate() {
                rows.extend(Level::ALL.map(|level| {
                    let (territories, column) = (range.clone(), *column);
                    let cell = Cell { territories, hazard, level, measure, column };
                    let drawn = table.quantity(&range, hazard, level, column, edges);
                    let doubts = match (edges, has_range) {
                        (true, false) => Vec::new(),
                        _ => own_and(drawn, doubts.of(&cell, drawn.value)),
                    };
                    let most = total.get() * most_growth;
                    let range = DoubtRange::combine(drawn.value, &doubts, most)
                        .map(|ends| whole_things(measure, ends));
                    ExposureRow {
                        territory: territory.clone(),
                        hazard: id.clone(),
                        level,
                        has_level: has_level(area, hazard, level),
                        layer: layer.layer.id.clone(),
                        measure: measure.clone(),
                        quantity: Some(Quantity { value: drawn.value, range }),
                        doubts,
                        total: Some(total.get()),
                    }
                }));
            }
        }
    }
    rows
}

/// Whether a hazard, by its place in order, or a hazard in `any`, which comes last, has zones of
/// a level.
pub(super) fn has_level(area: &StudyArea, hazard: usize, level: Level) -> bool {
    match area.hazards.get(hazard) {
        Some(one) => one.has_level(level),
        None => area.hazards.iter().any(|one| one.in_any && one.has_level(level)),
    }
}

/// The ends of a count are whole numbers, outwards.
fn whole_things(measure: &Measure, (low, high): (f64, f64)) -> (f64, f64) {
    match measure {
        Measure::Features => ((low + 1e-9).floor(), (high - 1e-9).ceil() + 0.0),
        _ => (low, high),
    }
}

/// The doubt of the hazard's own edge, and others.
fn own_and(drawn: Quantity, others: Vec<DoubtRange>) -> Vec<DoubtRange> {
    let Some((low, high)) = drawn.range else { return others };
    let own = DoubtRange { doubt: Doubt::HazardEdge, low, high };
    std::iter::once(own).chain(others).collect()
}

/// Compares what went in with what came out, for every hazard and measure of a layer.
pub(super) fn balance(
    area: &StudyArea,
    planes: &Planes,
    layer: &ExposureLayer,
    table: &Table,
) -> Vec<BalanceRow> {
    let everywhere = 0..area.territories.len() + 1;
    let mut rows = Vec::new();
    for (measure, column) in measures(layer, table) {
        let whole = whole(layer, &measure).get();
        let tolerance =
            if measure == Measure::Features { 0.0 } else { whole.abs() * 1e-9 };
        for (hazard, (id, _)) in hazards(area, planes).iter().enumerate() {
            let part = |level| table.sum(everywhere.clone(), hazard, 0, level, column);
            let parts: Fixed = Level::ALL.into_iter().map(part).sum();
            let key = (id.as_str(), layer.layer.id.as_str(), measure.clone());
            rows.push(BalanceRow::new(key, (whole, parts.get()), tolerance));
        }
    }
    rows
}

/// The whole of a measure, straight from the layer and not from its parts.
pub(super) fn whole(layer: &ExposureLayer, measure: &Measure) -> Fixed {
    let shapes = &layer.layer.shapes;
    let known = |values: &Amounts| values.iter().flatten().map(Fixed::of).sum();
    match measure {
        Measure::Features => Fixed::whole(shapes.len() as u64),
        Measure::Area => over_all(shapes, |s| Fixed::of_double_area(s.double_area())),
        Measure::Length => over_all(shapes, |s| Fixed::of(s.length_m())),
        Measure::People => {
            let placed: Fixed = layer.people.as_ref().map_or(Fixed::ZERO, known);
            placed + layer.lost.iter().filter_map(|l| l.people).map(Fixed::of).sum()
        }
        Measure::Sum(name) => {
            let at = layer.sums.iter().position(|(known, _)| known == name);
            let at = at.expect("measures list the sums of this layer");
            let placed: Fixed = known(&layer.sums[at].1);
            placed + layer.lost.iter().filter_map(|l| l.sums[at]).map(Fixed::of).sum()
        }
    }
}

/// The sum of something over all features.
fn over_all(shapes: &Shapes, of: impl Fn(ShapeRef<'_>) -> Fixed + Sync) -> Fixed {
    let sum =
        |window: Window<'_>| window.iter().map(|(_, shape)| of(shape)).sum::<Fixed>();
    shapes.par_windows().map(sum).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::GridPoint;
    use crate::layers::PartRole;

    #[test]
    fn the_whole_of_a_large_layer_is_that_of_all_its_features() {
        // Ten thousand lines of a metre.
        let mut shapes = Shapes::default();
        for y in 0..10_000 {
            let line = [0, 1_000_000].map(|x| GridPoint::new(x, y));
            shapes.push_part(PartRole::Line, line);
            shapes.end_feature(Dimension::Line);
        }
        let mut area = crate::indicators::sample::area();
        area.exposures[0].layer.shapes = std::sync::Arc::new(shapes);
        for measure in [Measure::Length, Measure::Features] {
            let found = whole(&area.exposures[0], &measure);
            assert_eq!(found, Fixed::whole(10_000), "{measure:?}");
        }
    }
}
