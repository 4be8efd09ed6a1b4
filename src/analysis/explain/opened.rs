//! An exposure layer taken apart: which parts its features have, and what each adds.
//!
//! In: a layer and the planes of the study area. Out: the terms of a figure, and what they come
//! to without a look at any feature. Parts that are the same to all hazards stand together, so a
//! figure costs what its own parts cost, not what the layer does.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use smallvec::SmallVec;

use super::{NearestFacility, RawTerm, Sum, SumOf, nearest};
use crate::analysis::access::{self, WithinReach};
use crate::analysis::fixed::Fixed;
use crate::analysis::kept::{KeptParts, TakenApart};
use crate::analysis::planes::{Class, Planes};
use crate::analysis::tally::{AREA, Carried, LENGTH, PEOPLE, Part, SUMS, take_apart};
use crate::config::{DeficitKind, Settings};
use crate::domain::Measure;
use crate::geometry::mosaic::Scratch;
use crate::geometry::{ExposureLayer, ServiceLayer, StudyArea};

/// Stands for the number of features, which is no column of parts.
pub(super) const FEATURES: usize = usize::MAX;

/// What a part adds to the columns of a tally.
type Amounts = SmallVec<[(usize, Fixed); 6]>;

/// An exposure layer taken apart.
pub(super) struct Opened<'a> {
    pub(super) layer: &'a ExposureLayer,
    /// In the order of the layer.
    parts: Vec<(Part, Amounts)>,
    /// By class, in its order: by territory first.
    groups: Vec<(Class, Group)>,
    /// What a feature without a place counts as: outside, not studied.
    nowhere: Class,
    /// For each question of access, which features are served.
    flags: Vec<WithinReach>,
    /// The questions of access, in the order of their columns.
    pub(super) questions: Vec<Question<'a>>,
}

/// What is of one class.
#[derive(Default)]
struct Group {
    /// Positions of its parts.
    parts: Vec<usize>,
    /// Rows of the features that count as it.
    features: Vec<usize>,
    /// What its parts add up to, by column.
    sums: Vec<Fixed>,
}

/// A question of access: who of a layer is served.
pub(super) struct Question<'a> {
    pub(super) deficit: String,
    /// Column of the people served.
    pub(super) column: usize,
    service: &'a ServiceLayer,
    /// The nearest facility of each feature.
    found: Arc<access::Found>,
}

impl Question<'_> {
    pub(super) fn nearest(&self, row: usize) -> Option<NearestFacility> {
        nearest(self.service, self.found.of(row))
    }
}

impl<'a> Opened<'a> {
    pub(super) fn new(
        area: &'a StudyArea,
        settings: &Settings,
        planes: &Planes,
        layer: &'a ExposureLayer,
        kept: Option<&KeptParts>,
    ) -> Self {
        let (mut questions, mut flags) = (Vec::new(), Vec::new());
        for deficit in &settings.deficits {
            let DeficitKind::Access { service, people, within_m } = &deficit.kind else {
                continue;
            };
            let service = area.services.iter().find(|s| s.layer.id == *service);
            let Some(service) = service.filter(|_| *people == layer.layer.id) else {
                continue;
            };
            let found = Arc::new(access::distances(layer, service));
            let column = SUMS + layer.sums.len() + flags.len();
            flags.push(WithinReach::new(&found, *within_m));
            let deficit = deficit.id.clone();
            questions.push(Question { deficit, column, service, found });
        }
        let nowhere = planes.nowhere();
        let (parts, groups) = (Vec::new(), Vec::new());
        let mut opened = Self { layer, parts, groups, nowhere, flags, questions };
        match kept.and_then(|kept| kept.taken_apart(area, layer)) {
            Some(apart) => opened.take(&apart),
            None => opened.split(planes),
        }
        opened
    }

    /// Splits every feature.
    fn split(&mut self, planes: &Planes) {
        let columns = SUMS + self.layer.sums.len() + self.flags.len();
        let mut groups: BTreeMap<Class, Group> = BTreeMap::new();
        let mut scratch = Scratch::default();
        let rows = 0..self.layer.layer.shapes.len();
        let carried = Carried::of(self.layer, &self.flags, rows.clone());
        for row in rows {
            let (layer, all) = (self.layer, &mut self.parts);
            let class = take_apart(planes, layer, row, &mut scratch, |part, class| {
                let mut amounts = Amounts::new();
                part.amounts(&carried, |column, value| amounts.push((column, value)));
                let group = groups.entry(class).or_default();
                group.sums.resize(columns, Fixed::ZERO);
                amounts.iter().for_each(|(column, value)| group.sums[*column] += *value);
                group.parts.push(all.len());
                all.push((part, amounts));
            });
            if let Some(class) = class {
                groups.entry(class).or_default().features.push(row);
            }
        }
        self.groups = groups.into_iter().collect();
    }

    /// Takes the parts that a run kept.
    fn take(&mut self, apart: &TakenApart<'_>) {
        let columns = SUMS + self.layer.sums.len() + self.flags.len();
        let mut groups: BTreeMap<Class, Group> = BTreeMap::new();
        let rows = 0..self.layer.layer.shapes.len();
        let carried = Carried::of(self.layer, &self.flags, rows);
        for (part, class) in apart.parts() {
            let mut amounts = Amounts::new();
            part.amounts(&carried, |column, value| amounts.push((column, value)));
            let group = groups.entry(class.clone()).or_default();
            group.sums.resize(columns, Fixed::ZERO);
            amounts.iter().for_each(|(column, value)| group.sums[*column] += *value);
            group.parts.push(self.parts.len());
            self.parts.push((part, amounts));
        }
        for (row, class) in apart.counts().enumerate() {
            if let Some(class) = class {
                groups.entry(class.clone()).or_default().features.push(row);
            }
        }
        self.groups = groups.into_iter().collect();
    }

    /// The column of a measure.
    pub(super) fn column(&self, measure: &Measure) -> Option<usize> {
        Some(match measure {
            Measure::Features => FEATURES,
            Measure::Area => AREA,
            Measure::Length => LENGTH,
            Measure::People => PEOPLE,
            Measure::Sum(name) => {
                SUMS + self.layer.sums.iter().position(|(known, _)| known == name)?
            }
        })
    }

    /// What lies in some territories, by class.
    fn within(&self, territories: &Range<usize>) -> &[(Class, Group)] {
        let before = |end: usize| {
            self.groups.partition_point(move |(class, _)| class.territory < end)
        };
        &self.groups[before(territories.start)..before(territories.end)]
    }

    /// What the features in some territories come to in a column, weighted by class.
    pub(super) fn total(
        &self,
        territories: &Range<usize>,
        column: usize,
        weigh: &dyn Fn(&Class) -> i128,
    ) -> Fixed {
        let of_group = |(class, group): &(Class, Group)| {
            let amount = match column {
                FEATURES => Fixed::whole(group.features.len() as u64),
                _ => group.sums.get(column).copied().unwrap_or(Fixed::ZERO),
            };
            amount.times(weigh(class))
        };
        let placed: Fixed = self.within(territories).iter().map(of_group).sum();
        let lost = self.lost(territories, column, weigh).into_iter();
        placed + lost.map(|term| term.amount).sum()
    }

    /// What each feature adds to a column, weighted by class.
    pub(super) fn terms(
        &self,
        territories: &Range<usize>,
        column: usize,
        weigh: &dyn Fn(&Class) -> i128,
    ) -> Vec<RawTerm> {
        if column == FEATURES {
            return self.counted(territories, weigh);
        }
        let mut terms = self.named(self.placed(territories, column, weigh));
        terms.extend(self.lost(territories, column, weigh));
        terms
    }

    /// Row, share and amount of each feature with a place that has a part there.
    fn placed(
        &self,
        territories: &Range<usize>,
        column: usize,
        weigh: &dyn Fn(&Class) -> i128,
    ) -> Vec<(usize, f64, Fixed)> {
        let mut parts: Vec<(usize, i128)> = Vec::new();
        for (class, group) in self.within(territories) {
            let weight = weigh(class);
            if weight != 0 {
                parts.extend(group.parts.iter().map(|&at| (at, weight)));
            }
        }
        parts.sort_unstable();
        let mut terms: Vec<(usize, f64, Fixed)> = Vec::new();
        for (at, weight) in parts {
            let (part, amounts) = &self.parts[at];
            let amount = amounts.iter().find(|(known, _)| *known == column);
            let Some((_, amount)) = amount else { continue };
            let (share, amount) = (part.share() * weight as f64, amount.times(weight));
            match terms.last_mut().filter(|(row, _, _)| *row == part.row) {
                Some((_, shares, sum)) => {
                    *shares += share;
                    *sum += amount;
                }
                None => terms.push((part.row, share, amount)),
            }
        }
        terms
    }

    fn named(&self, terms: Vec<(usize, f64, Fixed)>) -> Vec<RawTerm> {
        let ids = &self.layer.layer.ids;
        let named = |(row, share, amount): (usize, f64, Fixed)| {
            let feature = ids.of(row).into_owned();
            RawTerm { feature, row: Some(row), share: Some(share), amount }
        };
        terms.into_iter().map(named).collect()
    }

    fn counted(
        &self,
        territories: &Range<usize>,
        weigh: &dyn Fn(&Class) -> i128,
    ) -> Vec<RawTerm> {
        let mut rows: Vec<(usize, i128)> = Vec::new();
        for (class, group) in self.within(territories) {
            let weight = weigh(class);
            if weight != 0 {
                rows.extend(group.features.iter().map(|&row| (row, weight)));
            }
        }
        rows.sort_unstable();
        let named = |(row, weight): (usize, i128)| {
            let amount = Fixed::whole(1).times(weight);
            let feature = self.layer.layer.ids.of(row).into_owned();
            RawTerm { feature, row: Some(row), share: None, amount }
        };
        rows.into_iter().map(named).collect()
    }

    /// Features without a place: outside all territories, not studied.
    fn lost(
        &self,
        territories: &Range<usize>,
        column: usize,
        weigh: &dyn Fn(&Class) -> i128,
    ) -> Vec<RawTerm> {
        let is_there = territories.contains(&self.nowhere.territory);
        let weight = if is_there { weigh(&self.nowhere) } else { 0 };
        if weight == 0 {
            return Vec::new();
        }
        let each = self.layer.lost.iter().filter_map(|lost| {
            let value = if column == PEOPLE {
                lost.people
            } else {
                lost.sums.get(column.checked_sub(SUMS)?).copied().flatten()
            };
            let amount = Fixed::of(value?).times(weight);
            Some(RawTerm { feature: lost.id.to_string(), row: None, share: None, amount })
        });
        each.collect()
    }

    /// People less those served; a feature is served whole or not at all.
    pub(super) fn not_served(
        &self,
        question: &Question<'_>,
        territories: &Range<usize>,
        weigh: &dyn Fn(&Class) -> i128,
    ) -> Sum {
        let flags = &self.flags[question.column - SUMS - self.layer.sums.len()];
        let mut people = self.placed(territories, PEOPLE, weigh);
        people.retain(|(row, _, _)| !flags.of(*row));
        let mut terms = self.named(people);
        terms.extend(self.lost(territories, PEOPLE, weigh));
        let away = |row| question.nearest(row);
        Sum::with_nearest(SumOf::NotServed, &self.layer.layer.id, terms, &away)
    }

    /// What each feature of the layer comes to, as read and not from its parts.
    pub(super) fn whole(&self, measure: &Measure) -> Vec<RawTerm> {
        let layer = self.layer;
        let at = |name: &str| layer.sums.iter().position(|(known, _)| known == name);
        let of_row = |row: usize| -> Option<Fixed> {
            let shape = layer.layer.shapes.get(row);
            Some(match measure {
                Measure::Features => Fixed::whole(1),
                Measure::Area => Fixed::of_double_area(shape.double_area()),
                Measure::Length => Fixed::of(shape.length_m()),
                Measure::People => Fixed::of(layer.people.as_ref()?.of(row)?),
                Measure::Sum(name) => Fixed::of(layer.sums[at(name)?].1.of(row)?),
            })
        };
        let placed = (0..layer.layer.shapes.len()).filter_map(|row| {
            let (feature, amount) = (layer.layer.ids.of(row).into_owned(), of_row(row)?);
            Some(RawTerm { feature, row: None, share: None, amount })
        });
        let lost = layer.lost.iter().filter_map(|lost| {
            let value = match measure {
                Measure::People => lost.people?,
                Measure::Sum(name) => lost.sums[at(name)?]?,
                _ => return None,
            };
            let (feature, amount) = (lost.id.to_string(), Fixed::of(value));
            Some(RawTerm { feature, row: None, share: None, amount })
        });
        placed.chain(lost).collect()
    }
}
