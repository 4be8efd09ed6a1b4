//! Adding up what lies where, feature by feature, for one exposure layer.

use std::collections::BTreeMap;
use std::ops::Range;

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::access::WithinReach;
use super::fixed::Fixed;
use super::planes::{Class, LevelCases, Planes, worse};
use crate::domain::Level;
use crate::geometry::mosaic::{Membership, Parts, Scratch};
use crate::geometry::{Dimension, ExposureLayer, ShapeRef, SomeAmounts};

/// Features that one task works through; fixed, so that results do not depend on threads.
pub(super) const CHUNK: usize = 4096;
/// Features whose chunks are worked through before what they gave is taken.
const AT_ONCE: usize = 256 * CHUNK;
/// Features that one task takes at least where each is a task of its own.
pub(super) const TOGETHER: usize = 64;

/// Columns that come before the sums of a layer.
pub(super) const AREA: usize = 0;
/// Length, m.
pub(super) const LENGTH: usize = 1;
/// Residents.
pub(super) const PEOPLE: usize = 2;
/// Shares of features whose people are known.
pub(super) const KNOWN: usize = 3;
/// Shares of features whose people are not.
pub(super) const UNKNOWN: usize = 4;
/// First of the further sums; after them the people served, one column a question.
pub(super) const SUMS: usize = 5;

/// What lies where: sums by combination of planes, and features by what they count as.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Sums of all columns.
    pub(super) sums: BTreeMap<Membership, Vec<Fixed>>,
    /// Number of features.
    pub(super) features: BTreeMap<Class, u64>,
}

impl Tally {
    fn merge(&mut self, other: Self) {
        for (planes, sums) in other.sums {
            match self.sums.get_mut(&planes) {
                Some(known) => known.iter_mut().zip(sums).for_each(|(a, b)| *a += b),
                None => {
                    self.sums.insert(planes, sums);
                }
            }
        }
        for (class, count) in other.features {
            *self.features.entry(class).or_default() += count;
        }
    }
}

/// What some features came apart into, in their order.
#[derive(Debug, Default)]
pub(super) struct Apart {
    /// What places are, some perhaps more than once.
    pub(super) classes: Vec<Class>,
    /// Row, position in `classes` and amount of each part.
    pub(super) parts: Vec<(usize, usize, f64)>,
    /// What features count as, each once.
    pub(super) counted: Vec<Class>,
    /// Of each feature the position in `counted`; `None` if it has no part anywhere.
    pub(super) counts: Vec<Option<usize>>,
}

/// Adds up one exposure layer. `served` says for each question which features are served.
pub(super) fn tally(
    planes: &Planes,
    layer: &ExposureLayer,
    served: &[WithinReach],
) -> Tally {
    tally_and_keep(planes, layer, served, false).0
}

/// The same, and what the features came apart into, task by task, if it is to be kept.
pub(super) fn tally_and_keep(
    planes: &Planes,
    layer: &ExposureLayer,
    served: &[WithinReach],
    keeps: bool,
) -> (Tally, Vec<Apart>) {
    let tally = |rows: Range<usize>| {
        let mut work = Chunk::new(planes, layer, served, rows.clone());
        work.apart = keeps.then(Apart::default);
        for (row, shape) in layer.layer.shapes.window(rows).iter() {
            work.add(row, shape);
        }
        work.finish()
    };
    let (mut all, mut kept) = (Tally::default(), Vec::new());
    in_chunks(layer.layer.shapes.len(), tally, |(chunk, apart)| {
        all.merge(chunk);
        kept.extend(apart);
    });
    (all, kept)
}

/// Works through rows chunk by chunk on all threads, and takes what each gave in their order, some
/// of them at a time: what all of a large layer gave would not be small.
pub(super) fn in_chunks<T: Send>(
    rows: usize,
    work: impl Fn(Range<usize>) -> T + Sync,
    mut take: impl FnMut(T),
) {
    for first in (0..rows).step_by(AT_ONCE) {
        let end = (first + AT_ONCE).min(rows);
        let chunks = (first..end).into_par_iter().step_by(CHUNK);
        let given: Vec<T> =
            chunks.map(|first| work(first..(first + CHUNK).min(end))).collect();
        given.into_iter().for_each(&mut take);
    }
}

/// One task's share of the work.
struct Chunk<'a> {
    planes: &'a Planes,
    carried: Carried<'a>,
    columns: usize,
    scratch: Scratch,
    numbers: FxHashMap<Membership, usize>,
    /// The planes numbered last: neighbours mostly lie in the same.
    last: Option<(Membership, usize)>,
    rows: Vec<Vec<Fixed>>,
    classes: Vec<Class>,
    /// Where in `counted` a class stands.
    features: FxHashMap<Class, usize>,
    /// The same of a feature that is all in one class, by the position of that.
    undivided: Vec<Option<usize>>,
    counted: Vec<u64>,
    apart: Option<Apart>,
}

impl<'a> Chunk<'a> {
    fn new(
        planes: &'a Planes,
        layer: &'a ExposureLayer,
        served: &[WithinReach],
        rows: Range<usize>,
    ) -> Self {
        Self {
            planes,
            carried: Carried::of(layer, served, rows),
            columns: SUMS + layer.sums.len() + served.len(),
            scratch: Scratch::default(),
            numbers: FxHashMap::default(),
            last: None,
            rows: Vec::new(),
            classes: Vec::new(),
            features: FxHashMap::default(),
            undivided: Vec::new(),
            counted: Vec::new(),
            apart: None,
        }
    }

    fn finish(self) -> (Tally, Option<Apart>) {
        let (rows, counted) = (self.rows, self.counted);
        let sums =
            self.numbers.into_iter().map(|(planes, at)| (planes, rows[at].clone()));
        let apart = self.apart.map(|mut apart| {
            let mut classes: Vec<_> = self.features.iter().collect();
            classes.sort_unstable_by_key(|(_, at)| **at);
            apart.counted = classes.into_iter().map(|(class, _)| class.clone()).collect();
            apart.classes = self.classes;
            apart
        });
        let features = self.features.into_iter().map(|(class, at)| (class, counted[at]));
        // Both collections are sorted on the way in, so the hash maps' order is lost here.
        (Tally { sums: sums.collect(), features: features.collect() }, apart)
    }

    /// Splits a feature and adds its parts.
    fn add(&mut self, row: usize, shape: ShapeRef<'_>) {
        let (parts, whole) = split(self.planes, shape, &mut self.scratch);
        let parts: SmallVec<[(usize, f64); 4]> = parts
            .into_iter()
            .map(|(planes, amount)| (self.number(planes), amount))
            .collect();
        for &(at, amount) in &parts {
            let part = Part { row, dimension: shape.dimension(), amount, whole };
            let sums = &mut self.rows[at];
            part.amounts(&self.carried, |column, value| sums[column] += value);
        }
        let counted = self.counts_as(&parts, shape);
        if let Some(at) = counted {
            self.counted[at] += 1;
        }
        if let Some(apart) = &mut self.apart {
            apart.parts.extend(parts.iter().map(|&(at, amount)| (row, at, amount)));
            apart.counts.push(counted);
        }
    }

    /// Where in `counted` stands what a feature counts as; `None` if it has no part.
    fn counts_as(
        &mut self,
        parts: &[(usize, f64)],
        shape: ShapeRef<'_>,
    ) -> Option<usize> {
        // Outside all territories it may still touch one.
        let is_inside = |at: usize| self.classes[at].territory < self.planes.territories;
        match *parts {
            [(at, _)] if is_inside(at) => {
                let known = self.undivided[at];
                let known =
                    known.unwrap_or_else(|| self.feature(self.classes[at].clone()));
                self.undivided[at] = Some(known);
                Some(known)
            }
            _ => {
                let mut counts = CountsAs::default();
                for &(at, amount) in parts {
                    counts.add(&self.classes[at], amount);
                }
                counts.finish(self.planes, shape).map(|class| self.feature(class))
            }
        }
    }

    fn feature(&mut self, class: Class) -> usize {
        let next = self.features.len();
        let at = *self.features.entry(class).or_insert(next);
        if at == next {
            self.counted.push(0);
        }
        at
    }

    fn number(&mut self, planes: Membership) -> usize {
        if let Some((_, at)) = self.last.as_ref().filter(|(last, _)| *last == planes) {
            return *at;
        }
        let next = self.rows.len();
        let at = *self.numbers.entry(planes.clone()).or_insert(next);
        if at == next {
            self.classes.push(self.planes.classify(&planes));
            self.undivided.push(None);
            self.rows.push(vec![Fixed::ZERO; self.columns]);
        }
        self.last = Some((planes, at));
        at
    }
}

/// Takes a feature apart: hands on each part with what its place is, and says what the whole
/// counts as; `None` if it has no part.
pub(super) fn take_apart(
    planes: &Planes,
    layer: &ExposureLayer,
    row: usize,
    scratch: &mut Scratch,
    mut visit: impl FnMut(Part, Class),
) -> Option<Class> {
    let shape = layer.layer.shapes.get(row);
    let (parts, whole) = split(planes, shape, scratch);
    let mut counts = CountsAs::default();
    for (membership, amount) in parts {
        let class = planes.classify(&membership);
        counts.add(&class, amount);
        visit(Part { row, dimension: shape.dimension(), amount, whole }, class);
    }
    counts.finish(planes, shape)
}

/// The parts of a feature and the sum that their shares refer to.
pub(super) fn split(
    planes: &Planes,
    shape: ShapeRef<'_>,
    scratch: &mut Scratch,
) -> (Parts, f64) {
    match shape.dimension() {
        Dimension::Area => (planes.mosaic.split_area(shape, scratch), shape.area_m2()),
        Dimension::Line => (planes.mosaic.split_length(shape, scratch), shape.length_m()),
        Dimension::Point => {
            let points = shape.points();
            let located = points.iter().map(|&p| (planes.locate(p, scratch), 1.0));
            (located.collect(), points.len() as f64)
        }
    }
}

/// What consecutive features of a layer carry, in memory.
pub(super) struct Carried<'a> {
    /// Row of the first of them.
    first: usize,
    people: Option<SomeAmounts<'a>>,
    sums: Vec<SomeAmounts<'a>>,
    /// For each question of access whether each of them is served.
    served: Vec<Vec<bool>>,
}

impl<'a> Carried<'a> {
    pub(super) fn of(
        layer: &'a ExposureLayer,
        served: &[WithinReach],
        rows: Range<usize>,
    ) -> Self {
        Self {
            first: rows.start,
            people: layer.people.as_ref().map(|all| all.some(rows.clone())),
            sums: layer.sums.iter().map(|(_, all)| all.some(rows.clone())).collect(),
            served: served.iter().map(|served| served.some(rows.clone())).collect(),
        }
    }
}

/// A part of a feature.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    /// Row of the feature.
    pub(super) row: usize,
    pub(super) dimension: Dimension,
    /// Area, length or number of points of the part.
    pub(super) amount: f64,
    /// The same of the feature.
    pub(super) whole: f64,
}

impl Part {
    /// How much of the feature it is.
    pub(super) fn share(&self) -> f64 {
        self.amount / self.whole
    }

    /// Hands on what it adds to each column.
    pub(super) fn amounts(
        &self,
        carried: &Carried<'_>,
        mut add: impl FnMut(usize, Fixed),
    ) {
        match self.dimension {
            Dimension::Area => add(AREA, Fixed::of(self.amount)),
            Dimension::Line => add(LENGTH, Fixed::of(self.amount)),
            Dimension::Point => {}
        }
        for (column, values) in carried.sums.iter().enumerate() {
            if let Some(value) = values.of(self.row) {
                add(SUMS + column, Fixed::of(value * self.share()));
            }
        }
        let people = carried.people.as_ref().and_then(|all| all.of(self.row));
        add(if people.is_some() { KNOWN } else { UNKNOWN }, Fixed::of(self.share()));
        let Some(people) = people else { return };
        let people = Fixed::of(people * self.share());
        add(PEOPLE, people);
        for (column, served) in carried.served.iter().enumerate() {
            if served[self.row - carried.first] {
                add(SUMS + carried.sums.len() + column, people);
            }
        }
    }
}

/// What a whole feature counts as: gathered part by part.
#[derive(Debug, Default)]
pub(super) struct CountsAs {
    class: Option<Class>,
    by_territory: Vec<(usize, f64)>,
}

impl CountsAs {
    /// Takes a part into account.
    pub(super) fn add(&mut self, part: &Class, amount: f64) {
        add_to(&mut self.by_territory, part.territory, amount);
        self.class = Some(match self.class.take() {
            None => part.clone(),
            Some(known) => worst_of(known, part),
        });
    }

    /// The class of the feature; `None` if it has no part.
    pub(super) fn finish(self, planes: &Planes, shape: ShapeRef<'_>) -> Option<Class> {
        let mut class = self.class?;
        class.territory = main_territory(planes, &self.by_territory, shape);
        Some(class)
    }
}

/// What a feature counts as: its territory, and the worst level that any part of it meets.
pub(super) fn class_of(
    planes: &Planes,
    shape: ShapeRef<'_>,
    scratch: &mut Scratch,
) -> Option<Class> {
    let mut counts = CountsAs::default();
    for (membership, amount) in split(planes, shape, scratch).0 {
        counts.add(&planes.classify(&membership), amount);
    }
    counts.finish(planes, shape)
}

/// The territory that holds most of a feature; `_X` only if it touches none.
pub(super) fn main_territory(
    planes: &Planes,
    by_territory: &[(usize, f64)],
    shape: ShapeRef<'_>,
) -> usize {
    let outside = planes.territories;
    let mut inside: Vec<_> = by_territory.iter().filter(|(t, _)| *t != outside).collect();
    inside.sort_by_key(|(territory, _)| *territory);
    let most = inside.iter().fold(None, |best: Option<(usize, f64)>, &&(t, amount)| {
        match best {
            // A tie within rounding goes to the lower code.
            Some((_, known)) if amount <= known * (1.0 + 1e-12) => best,
            _ => Some((t, amount)),
        }
    });
    if let Some((territory, _)) = most {
        return territory;
    }
    let touched = planes.mosaic.touched(shape, planes.territories as u32);
    touched.first().map_or(outside, |&plane| plane as usize)
}

pub(super) fn add_to(sums: &mut Vec<(usize, f64)>, key: usize, amount: f64) {
    match sums.iter_mut().find(|(known, _)| *known == key) {
        Some((_, sum)) => *sum += amount,
        None => sums.push((key, amount)),
    }
}

/// The worst of both for every hazard and case of edges.
fn worst_of(mut class: Class, other: &Class) -> Class {
    let pairs = class.levels.iter_mut().zip(&other.levels);
    pairs.for_each(|(a, b)| *a = worst_cases(*a, *b));
    class
}

fn worst_cases(a: LevelCases, b: LevelCases) -> LevelCases {
    [0, 1, 2].map(|case: usize| -> Level { worse(a[case], b[case]) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_in_one_chunk_and_chunks_come_in_order() {
        for rows in [0, 1, CHUNK, CHUNK + 1, 2 * AT_ONCE + 5] {
            let mut next = 0;
            in_chunks(
                rows,
                |rows| rows,
                |chunk| {
                    assert!(
                        chunk.start == next && !chunk.is_empty() && chunk.len() <= CHUNK
                    );
                    next = chunk.end;
                },
            );
            assert_eq!(next, rows);
        }
    }
}
