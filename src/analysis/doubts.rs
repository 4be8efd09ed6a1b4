//! Doubts: what one thing that is not known for certain does to the figures of a layer.
//!
//! In: a study area, its settings and an exposure layer. Out: [`LayerDoubts`], which give the
//! range that each doubt alone leaves a figure. It combines nothing and writes nothing.
//!
//! # Method
//!
//! Epsilon band: Perkal (1966), "On the length of empirical curves", *Michigan
//! Inter-University Community of Mathematical Geographers*, paper 10; Chrisman (1982), "A
//! theory of cartographic error", *Auto-Carto 5*, 159–168. An element that lies `a` metres
//! off and an edge that lies `a` metres off are the same doubt about what lies in the zone:
//! for the position of elements, and for the operation that brought two datums together, the
//! edges of zones are moved by that distance.

use std::collections::BTreeMap;
use std::ops::Range;

use super::access::WithinReach;
use super::exposure::{Table, is_counted};
use super::fixed::Fixed;
use super::planes::{Class, Planes};
use super::tally::{Carried, CountsAs, Part, SUMS, in_chunks, split};
use crate::config::Settings;
use crate::domain::{Doubt, DoubtRange, Level, Measure};
use crate::geometry::crs::Applied;
use crate::geometry::mosaic::Scratch;
use crate::geometry::{ExposureLayer, ShapeRef, StudyArea};

/// Finds the doubts of layers; overlays with moved edges are shared by layers that are off by
/// as much.
pub(super) struct Doubter<'a> {
    area: &'a StudyArea,
    settings: &'a Settings,
    moved: BTreeMap<Vec<u64>, Planes>,
}

/// The doubts of one exposure layer that are on and known, but for the edges of hazards.
#[derive(Debug, Default)]
pub(super) struct LayerDoubts {
    /// Doubts of position.
    moved: Vec<Moved>,
    /// Figures by the other rules of counting.
    pub(super) rules: Option<Rules>,
    /// What people may have to be multiplied by: least and most.
    growth: Option<(f64, f64)>,
}

#[derive(Debug)]
struct Moved {
    doubt: Doubt,
    /// Sums with the edges moved; `None` if they stay where they are.
    table: Option<Table>,
    /// For each hazard, `any` last, whether the distance is known.
    is_known: Vec<bool>,
}

/// Sums by the rules that are not used for a figure.
#[derive(Debug)]
pub(super) struct Rules {
    /// Each feature whole, at the worst level that it meets.
    first: Table,
    /// Each feature whole, at the level of most of it.
    pub(super) majority: Table,
    /// Each feature in parts.
    split: Table,
}

/// The place of a figure in tables of sums.
#[derive(Debug, Clone)]
pub(super) struct Cell<'m> {
    pub(super) territories: Range<usize>,
    pub(super) hazard: usize,
    pub(super) level: Level,
    pub(super) measure: &'m Measure,
    pub(super) column: usize,
}

impl<'a> Doubter<'a> {
    pub(super) fn new(area: &'a StudyArea, settings: &'a Settings) -> Self {
        Self { area, settings, moved: BTreeMap::new() }
    }

    /// The doubts of a layer, tallied with the same questions of access as its figures.
    pub(super) fn of_layer(
        &mut self,
        planes: &Planes,
        layer: &ExposureLayer,
        served: &[WithinReach],
    ) -> LayerDoubts {
        let mut found = LayerDoubts::default();
        if self.settings.doubts.has(Doubt::ExposedPosition)
            && let Some(off_m) = layer.layer.worst_accuracy_m()
        {
            let by_m = vec![Some(off_m); self.area.hazards.len()];
            found.moved.push(self.moved(Doubt::ExposedPosition, layer, served, &by_m));
        }
        if self.settings.doubts.has(Doubt::Datum) {
            let id = &layer.layer.id;
            let hazards = self.area.hazards.iter();
            let by_m: Vec<_> =
                hazards.map(|hazard| datum_m(self.area, id, &hazard.layer.id)).collect();
            found.moved.push(self.moved(Doubt::Datum, layer, served, &by_m));
        }
        if self.settings.doubts.has(Doubt::Straddling) {
            found.rules = Some(Rules::new(planes, layer, served));
        }
        if self.settings.doubts.has(Doubt::PopulationDate) && layer.people.is_some() {
            let target = self.settings.reference_date.as_deref();
            found.growth = growth(self.settings, &layer.layer.id, target);
        }
        found
    }

    fn moved(
        &mut self,
        doubt: Doubt,
        layer: &ExposureLayer,
        served: &[WithinReach],
        by_m: &[Option<f64>],
    ) -> Moved {
        let mut is_known: Vec<bool> = by_m.iter().map(Option::is_some).collect();
        let mut in_any = self.area.hazards.iter().zip(by_m).filter(|(h, _)| h.in_any);
        is_known.push(in_any.all(|(_, by_m)| by_m.is_some()));
        let by_m: Vec<f64> = by_m.iter().map(|by_m| by_m.unwrap_or(0.0)).collect();
        let moves = by_m.iter().any(|by_m| *by_m > 0.0);
        let table = moves.then(|| {
            let key = by_m.iter().map(|by_m| by_m.to_bits()).collect();
            let area = self.area;
            let planes =
                self.moved.entry(key).or_insert_with(|| Planes::moved(area, &by_m));
            let tally = super::tally::tally(planes, layer, served);
            Table::new(planes, layer, &tally, served.len())
        });
        Moved { doubt, table, is_known }
    }
}

impl LayerDoubts {
    /// What each doubt alone makes of a figure.
    pub(super) fn of(&self, cell: &Cell<'_>, value: f64) -> Vec<DoubtRange> {
        let moved = self.moved.iter().filter(|moved| moved.is_known[cell.hazard]);
        let moved = moved.map(|moved| (moved.doubt, moved.ends(cell, value)));
        let rules = self.rules.as_ref().filter(|_| is_counted(cell.measure));
        let rules = rules.map(|rules| (Doubt::Straddling, rules.ends(cell, value)));
        let growth = self.growth.filter(|_| *cell.measure == Measure::People);
        let growth = growth
            .map(|(least, most)| (Doubt::PopulationDate, (value * least, value * most)));
        let all = moved.chain(rules).chain(growth);
        all.map(|(doubt, (low, high))| DoubtRange { doubt, low, high }).collect()
    }

    /// The most that people may have to be multiplied by.
    pub(super) fn most_growth(&self, measure: &Measure) -> f64 {
        let growth = self.growth.filter(|_| *measure == Measure::People);
        growth.map_or(1.0, |(_, most)| most)
    }
}

impl Moved {
    fn ends(&self, cell: &Cell<'_>, value: f64) -> (f64, f64) {
        let Some(table) = &self.table else { return (value, value) };
        let Cell { territories, hazard, level, column, .. } = cell;
        let moved = table.quantity(territories, *hazard, *level, *column, true);
        let (low, high) = moved.range.unwrap_or((moved.value, moved.value));
        // The drawn edges are measured again among moved ones: differences leave the dust out.
        ((value - (moved.value - low)).max(0.0), value + (high - moved.value))
    }
}

impl Rules {
    /// Counts a layer by the three rules.
    fn new(planes: &Planes, layer: &ExposureLayer, served: &[WithinReach]) -> Self {
        let columns = SUMS + layer.sums.len() + served.len();
        let count = |rows: Range<usize>| {
            let (mut sums, mut scratch) = (ByRule::new(columns), Scratch::default());
            let carried = Carried::of(layer, served, rows.clone());
            for feature in layer.layer.shapes.window(rows).iter() {
                sums.add(planes, &carried, feature, &mut scratch);
            }
            sums
        };
        let mut all = ByRule::new(columns);
        in_chunks(layer.layer.shapes.len(), count, |chunk| all.merge(chunk));
        let table = |sums| Table::of_classes(planes, layer, sums, served.len());
        let [first, majority, split] = &all.sums;
        Self { first: table(first), majority: table(majority), split: table(split) }
    }

    fn ends(&self, cell: &Cell<'_>, value: f64) -> (f64, f64) {
        let Cell { territories, hazard, level, column, .. } = cell;
        let by = |table: &Table| {
            table.sum(territories.clone(), *hazard, 0, *level, *column).get()
        };
        let others = match cell.measure {
            Measure::Features => [by(&self.majority), by(&self.split)],
            _ => [by(&self.first), by(&self.majority)],
        };
        others
            .into_iter()
            .fold((value, value), |(low, high), other| (low.min(other), high.max(other)))
    }
}

/// Sums by class under each rule: first, majority, split; the last column counts features.
struct ByRule {
    columns: usize,
    sums: [BTreeMap<Class, Vec<Fixed>>; 3],
}

impl ByRule {
    fn new(columns: usize) -> Self {
        Self { columns, sums: Default::default() }
    }

    fn add(
        &mut self,
        planes: &Planes,
        carried: &Carried<'_>,
        (row, shape): (usize, ShapeRef<'_>),
        scratch: &mut Scratch,
    ) {
        let (parts, whole) = split(planes, shape, scratch);
        let mut counts = CountsAs::default();
        let mut sums = vec![Fixed::ZERO; self.columns + 1];
        let mut classes = Vec::new();
        for (membership, amount) in parts {
            let class = planes.classify(&membership);
            let part = Part { row, dimension: shape.dimension(), amount, whole };
            part.amounts(carried, |column, value| sums[column] += value);
            counts.add(&class, amount);
            let features = self.columns;
            self.row(2, class.clone())[features] += Fixed::of(part.share());
            classes.push((class, amount));
        }
        let Some(first) = counts.finish(planes, shape) else { return };
        sums[self.columns] = Fixed::whole(1);
        let majority = majority(&classes, first.territory);
        for (rule, class) in [(0, first), (1, majority)] {
            let known = self.row(rule, class);
            known.iter_mut().zip(&sums).for_each(|(a, b)| *a += *b);
        }
    }

    fn row(&mut self, rule: usize, class: Class) -> &mut Vec<Fixed> {
        let columns = self.columns + 1;
        self.sums[rule].entry(class).or_insert_with(|| vec![Fixed::ZERO; columns])
    }

    fn merge(&mut self, other: Self) {
        for (rule, sums) in other.sums.into_iter().enumerate() {
            for (class, amounts) in sums {
                let known = self.row(rule, class);
                known.iter_mut().zip(&amounts).for_each(|(a, b)| *a += *b);
            }
        }
    }
}

/// The level that holds most of a feature, hazard by hazard; of equal ones the worse.
fn majority(parts: &[(Class, f64)], territory: usize) -> Class {
    let mut class = parts[0].0.clone();
    class.territory = territory;
    for (hazard, cases) in class.levels.iter_mut().enumerate() {
        let mut amounts = [0.0; 6];
        for (part, amount) in parts {
            amounts[part.levels[hazard][0].index()] += amount;
        }
        let most = Level::WORST_OF_ANY.into_iter().reduce(|best, next| {
            let is_more = amounts[next.index()] > amounts[best.index()] * (1.0 + 1e-12);
            if is_more { next } else { best }
        });
        *cases = [most.expect("there are six levels"); 3];
    }
    class
}

/// How far two layers may lie apart because of the operations on their datums, m: the root of
/// the sum of squares of those that only one of them went through. `None` if the accuracy of
/// one of these is not known.
pub(super) fn datum_m(area: &StudyArea, one: &str, other: &str) -> Option<f64> {
    let of = |id: &str| -> &[Applied] {
        let mut records = area.inputs.iter();
        let found = records.find(|r| r.layer == id && r.crs.is_some());
        found.map_or(&[], |record| &record.datum_operations)
    };
    let (one, other) = (of(one), of(other));
    let own = one.iter().filter(|step| !other.contains(step));
    let differing = own.chain(other.iter().filter(|step| !one.contains(step)));
    let squares = differing.map(|step| step.accuracy_m().map(|m| m * m));
    squares.sum::<Option<f64>>().map(f64::sqrt)
}

/// What people of a layer may have to be multiplied by to be those of a date: least and most.
///
/// The truth is taken to lie between no growth at all and growth at the stated rate: that of
/// the layer's own estimate, else that of the project. `None` if no rate or no year is known.
pub(super) fn growth(
    settings: &Settings,
    layer: &str,
    target: Option<&str>,
) -> Option<(f64, f64)> {
    let layer = settings.layer(layer)?;
    let own = layer.exposure.as_ref().and_then(|role| role.growth.as_ref());
    let target = target.and_then(year);
    let factors: Vec<f64> = if let Some(own) = own {
        let on = target.map(|to| (1.0 + own.rate).powi(to - own.to_year));
        [1.0 / own.factor()].into_iter().chain(on).collect()
    } else {
        let from = year(layer.source.date.as_deref()?)?;
        vec![(1.0 + settings.doubts.growth_rate?).powi(target? - from)]
    };
    let least = factors.iter().copied().fold(1.0, f64::min);
    Some((least, factors.into_iter().fold(1.0, f64::max)))
}

/// The year of a date or period; `None` if it does not begin with one.
fn year(date: &str) -> Option<i32> {
    let digits = date.get(..4)?;
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Growth, Localized};
    use crate::domain::crs::{Operation, Shift};
    use crate::indicators::sample;

    #[test]
    fn datums_that_both_layers_left_alike_are_no_doubt() {
        let of = |code| {
            let operation = Operation::of_code(code).expect("in the table");
            let shift = operation.shift;
            Applied { operation: Some(operation), shift, is_inverse: false }
        };
        let shift = Shift::translation(1.0, 2.0, 3.0);
        let by_hand = Applied { operation: None, shift, is_inverse: false };
        // PSAD56 in Peru: 16 m; Peru96: 1 m.
        let cases = [
            (vec![], vec![], Some(0.0)),
            (vec![of(1208)], vec![of(1208)], Some(0.0)),
            (vec![of(1208)], vec![], Some(16.0)),
            (vec![], vec![of(1208)], Some(16.0)),
            (vec![of(1208)], vec![of(5378)], Some(257_f64.sqrt())),
            (vec![by_hand.clone()], vec![by_hand.clone()], Some(0.0)),
            (vec![of(1208)], vec![by_hand], None),
        ];
        for (one, other, expected) in cases {
            let mut area = sample::area();
            let mut second = area.inputs[0].clone();
            second.layer = "flood".to_owned();
            area.inputs[0].datum_operations = one;
            second.datum_operations = other;
            area.inputs.push(second);
            assert_eq!(datum_m(&area, "blocks", "flood"), expected);
        }
    }

    #[test]
    fn people_lie_between_no_growth_and_the_stated_rate() {
        let own = |rate, to_year| Growth {
            from_year: 2017,
            to_year,
            rate,
            source: Localized { es: String::new(), en: String::new() },
        };
        let near = |found: Option<(f64, f64)>, expected: Option<(f64, f64)>| {
            let (Some(a), Some(b)) = (found, expected) else { return found == expected };
            (a.0 - b.0).abs() < 1e-12 && (a.1 - b.1).abs() < 1e-12
        };
        // Date of the layer, its own estimate, the project's rate, the date asked for.
        let cases = [
            (Some("2017-10-22"), None, Some(0.1), Some("2019"), Some((1.0, 1.21))),
            (Some("2017"), None, Some(-0.5), Some("2019-05"), Some((0.25, 1.0))),
            (Some("2019"), None, Some(0.1), Some("2017"), Some((1.0 / 1.21, 1.0))),
            (Some("2017"), None, Some(0.1), Some("2017"), Some((1.0, 1.0))),
            (Some("2017"), None, None, Some("2019"), None),
            (Some("2017"), None, Some(0.1), None, None),
            (None, None, Some(0.1), Some("2019"), None),
            (Some("2017"), None, Some(0.1), Some("plan"), None),
            // Grown to 2019 already: perhaps it did not grow, perhaps it went on to 2020.
            (None, Some(own(0.1, 2019)), None, Some("2020"), Some((1.0 / 1.21, 1.1))),
            (None, Some(own(0.1, 2019)), Some(0.9), None, Some((1.0 / 1.21, 1.0))),
        ];
        for (date, growth_of, rate, target, expected) in cases {
            let mut settings = sample::settings();
            settings.layers[0].source.date = date.map(str::to_owned);
            let role = settings.layers[0].exposure.as_mut().expect("an exposure layer");
            role.growth = growth_of;
            settings.doubts.growth_rate = rate;
            let found = growth(&settings, "blocks", target);
            assert!(near(found, expected), "{found:?} is not {expected:?}");
        }
        assert_eq!(growth(&sample::settings(), "nothing", Some("2019")), None);
    }

    #[test]
    fn most_of_a_feature_decides_and_of_equal_parts_the_worse() {
        let class = |level: Level| Class {
            territory: 0,
            levels: [[level; 3]].into_iter().collect(),
        };
        let cases = [
            ([(Level::High, 30.0), (Level::None, 70.0)], Level::None),
            ([(Level::None, 30.0), (Level::Low, 70.0)], Level::Low),
            ([(Level::None, 50.0), (Level::Low, 50.0)], Level::Low),
            ([(Level::None, 50.0), (Level::NotStudied, 50.0)], Level::NotStudied),
        ];
        for (parts, expected) in cases {
            let parts = parts.map(|(level, amount)| (class(level), amount));
            let found = majority(&parts, 3);
            assert_eq!((found.territory, found.levels[0][0]), (3, expected));
        }
    }
}
