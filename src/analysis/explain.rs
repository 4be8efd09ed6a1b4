//! What a figure is made of, feature by feature.
//!
//! In: a study area, its settings and the measurements made of it. Out: [`Breakdown`]s:
//! what each feature adds to a figure, from the same overlay and the same sums, so that
//! they add up to it exactly. It must not know how a figure is written or asked for.

use std::ops::Range;

use smallvec::SmallVec;

use super::access;
use super::deficit::{Basis, pick};
use super::exposure::{hazards, places};
use super::fixed::Fixed;
use super::measurements::{DeficitRow, ExposureRow, InHazardRow};
use super::planes::{Class, LevelCases, Planes};
use super::tally::{self, AREA, CountsAs, LENGTH, PEOPLE, Part, SUMS};
use crate::config::{DeficitKind, DeficitSettings, Settings, Units};
use crate::domain::{Level, Measure, TOTAL};
use crate::geometry::mosaic::Scratch;
use crate::geometry::{ExposureLayer, StudyArea};

/// Which end of a figure's range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// The figure itself.
    Value,
    /// The lower end.
    Low,
    /// The upper end.
    High,
}

/// What one feature, or one line of a table, adds to a sum.
#[derive(Debug, Clone, PartialEq)]
pub struct Term {
    /// Id of the feature; the number of the line for a table; empty for a correction.
    pub feature: String,
    /// How much of the feature it is, where it is a part of one.
    pub share: Option<f64>,
    /// What it adds, in the unit of the sum.
    pub amount: f64,
}

/// What a [`Sum`] adds up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SumOf {
    /// The figure of exposure itself.
    Exposed,
    /// People who are served.
    Served,
    /// People who are not.
    NotServed,
    /// People.
    People,
    /// Area of a service, m².
    Area,
    /// Units of a service.
    Units,
    /// The figure that a table reports.
    Reported,
}

/// A sum over features.
#[derive(Debug, Clone, PartialEq)]
pub struct Sum {
    /// What it adds up.
    pub of: SumOf,
    /// Layer that the features are of; the file for a table.
    pub layer: String,
    /// All terms that are not 0, largest first.
    pub terms: Vec<Term>,
    /// Taken off because features of a service overlap, not above 0.
    pub overlap: f64,
    /// What it comes to.
    pub total: f64,
}

/// What a figure is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct Breakdown {
    /// The figure, not rounded; `None` if it is unknown.
    pub figure: Option<f64>,
    /// The sums that it is computed from.
    pub sums: Vec<Sum>,
    /// For an end of a range: what lies at the level or worse, and what lies at worse
    /// levels, with the edges moved as the rule says.
    pub moved: Option<(f64, f64)>,
}

/// What a part adds to the columns of a tally.
type Amounts = SmallVec<[(usize, Fixed); 6]>;

/// An exposure layer taken apart.
struct Opened<'a> {
    layer: &'a ExposureLayer,
    parts: Vec<(Part, Class, Amounts)>,
    /// What each feature counts as.
    counts: Vec<Option<Class>>,
    /// What a feature without a place counts as: outside, not studied.
    nowhere: Class,
    /// For each question of access, which features are served.
    flags: Vec<Vec<bool>>,
    /// Deficit id and column of the people that it serves.
    served: Vec<(String, usize)>,
}

/// Takes figures apart. Made once, it explains any number of them.
pub struct Explainer<'a> {
    area: &'a StudyArea,
    settings: &'a Settings,
    planes: Planes,
    layers: Vec<Opened<'a>>,
}

impl<'a> Explainer<'a> {
    /// Takes all exposure layers apart.
    ///
    /// Assumes that the settings are those that the study area was prepared with.
    #[must_use]
    pub fn new(area: &'a StudyArea, settings: &'a Settings) -> Self {
        let planes = Planes::new(area);
        let open = |layer| Opened::new(area, settings, &planes, layer);
        let layers = area.exposures.iter().map(open).collect();
        Self { area, settings, planes, layers }
    }

    /// What makes up a figure of exposure; `None` if the study area does not have it, or
    /// if the figure has no such end.
    #[must_use]
    pub fn exposure(&self, row: &ExposureRow, end: End) -> Option<Breakdown> {
        let opened = self.opened(&row.layer)?;
        let column = opened.column(&row.measure)?;
        let range = self.range(&row.territory)?;
        let hazard = self.hazard(&row.hazard)?;
        let order = self.order(opened, &range, hazard, column);
        let rank = |level| order.iter().position(|l| *l == level).unwrap_or(order.len());
        let ranks = rank(row.level);
        let figure = match end {
            End::Value => row.quantity.value,
            End::Low => row.quantity.range?.0,
            End::High => row.quantity.range?.1,
        };
        // The drawn edge, or the two moved ones whose difference is the end.
        let (at_or_worse, worse) = match end {
            End::Value => (0, 0),
            End::Low => (1, 2),
            End::High => (2, 1),
        };
        let up_to = |class: &Class, case: usize, ranks: usize| {
            i128::from(rank(class.levels[hazard][case]) < ranks)
        };
        let inside = |class: &Class| i128::from(range.contains(&class.territory));
        let weigh = |class: &Class| {
            inside(class)
                * (up_to(class, at_or_worse, ranks + 1) - up_to(class, worse, ranks))
        };
        let terms = opened.terms(column, &weigh);
        let sum = Sum::new(SumOf::Exposed, &row.layer, terms);
        let moved = (end != End::Value).then(|| {
            let total = |case, ranks| {
                let weigh = |class: &Class| inside(class) * up_to(class, case, ranks);
                sum_of(&opened.terms(column, &weigh))
            };
            (total(at_or_worse, ranks + 1), total(worse, ranks))
        });
        Some(Breakdown { figure: Some(figure), sums: vec![sum], moved })
    }

    /// The order of levels that ends of ranges go by: for `any`, where something is not
    /// studied, that comes before `none`.
    fn order(
        &self,
        opened: &Opened<'_>,
        range: &Range<usize>,
        hazard: usize,
        column: usize,
    ) -> [Level; 6] {
        let is_unstudied = |case: usize| {
            let weigh = |class: &Class| {
                let is_meant = class.levels[hazard][case] == Level::NotStudied;
                i128::from(is_meant && range.contains(&class.territory))
            };
            sum_of(&opened.terms(column, &weigh)) > 0.0
        };
        if hazard == self.planes.hazards.len() && (0..3).any(is_unstudied) {
            Level::WORST_OF_ANY
        } else {
            Level::ALL
        }
    }

    /// What makes up the people who are not served and at a level of a hazard.
    #[must_use]
    pub fn in_hazard(&self, row: &InHazardRow) -> Option<Breakdown> {
        let (opened, column) = self.asked(&row.deficit)?;
        let range = self.range(&row.territory)?;
        let hazard = self.hazard(&row.hazard)?;
        let weigh = |class: &Class| {
            let is_there =
                range.contains(&class.territory) && class.levels[hazard][0] == row.level;
            i128::from(is_there)
        };
        let sum = opened.not_served(column, &weigh);
        Some(Breakdown { figure: Some(row.people), sums: vec![sum], moved: None })
    }

    /// What makes up a deficit; `None` if the study area does not have it, or if the
    /// figure has no such end.
    #[must_use]
    pub fn deficit(&self, row: &DeficitRow, end: End) -> Option<Breakdown> {
        let deficit = self.settings.deficits.iter().find(|d| d.id == row.deficit)?;
        let figure = match end {
            End::Value => row.value,
            End::Low => Some(row.value_low?),
            End::High => Some(row.value_high?),
        };
        let range = self.range(&row.territory)?;
        let sums = match &deficit.kind {
            DeficitKind::Access { .. } => self.access(deficit, &range)?,
            DeficitKind::AreaPerPerson { service, people } => {
                vec![self.areas(service, &range), self.people(people.as_deref(), &range)?]
            }
            DeficitKind::PeoplePerUnit { units, people } => {
                let units = self.units(deficit, units, &row.territory, &range);
                vec![self.people(people.as_deref(), &range)?, units]
            }
            DeficitKind::Reported { table, indicator, .. } => {
                let mut sum = self.reported(deficit, table, indicator, &row.territory);
                if let Some(figure) = figure {
                    // The end of a range stands in a column of its own, on the same line.
                    let basis = self.basis();
                    let period = deficit.period.as_deref();
                    let line =
                        pick(basis.table(table), indicator, &row.territory, period);
                    sum.terms = line
                        .map(|line| Term {
                            feature: line.line.to_string(),
                            share: None,
                            amount: figure,
                        })
                        .into_iter()
                        .collect();
                    sum.total = figure;
                }
                sum.of = SumOf::Reported;
                vec![sum]
            }
        };
        Some(Breakdown { figure, sums, moved: None })
    }

    fn opened(&self, layer: &str) -> Option<&Opened<'a>> {
        self.layers.iter().find(|opened| opened.layer.layer.id == layer)
    }

    /// The layer whose people an access deficit asks for, and its column of served ones.
    fn asked(&self, deficit: &str) -> Option<(&Opened<'a>, usize)> {
        self.layers.iter().find_map(|opened| {
            let found = opened.served.iter().find(|(id, _)| id == deficit)?;
            Some((opened, found.1))
        })
    }

    fn range(&self, territory: &str) -> Option<Range<usize>> {
        let found = places(self.area).into_iter().find(|(code, _)| code == territory)?;
        Some(found.1)
    }

    fn hazard(&self, id: &str) -> Option<usize> {
        hazards(self.area, &self.planes).iter().position(|(known, _)| known == id)
    }

    fn basis(&self) -> Basis<'_> {
        let (area, settings) = (self.area, self.settings);
        Basis { area, settings, planes: &self.planes, tallied: &[] }
    }

    fn access(
        &self,
        deficit: &DeficitSettings,
        range: &Range<usize>,
    ) -> Option<Vec<Sum>> {
        let (opened, column) = self.asked(&deficit.id)?;
        let weigh = |class: &Class| i128::from(range.contains(&class.territory));
        let layer = &opened.layer.layer.id;
        let served = Sum::new(SumOf::Served, layer, opened.terms(column, &weigh));
        Some(vec![served, opened.not_served(column, &weigh)])
    }

    fn people(&self, layer: Option<&str>, range: &Range<usize>) -> Option<Sum> {
        if let Some(layer) = layer {
            let opened = self.opened(layer)?;
            let weigh = |class: &Class| i128::from(range.contains(&class.territory));
            return Some(Sum::new(SumOf::People, layer, opened.terms(PEOPLE, &weigh)));
        }
        let territories = &self.area.territories[range.clone()];
        let terms = territories.iter().filter_map(|territory| {
            let amount = Fixed::of(territory.people?);
            Some((territory.code.as_str().to_owned(), None, amount))
        });
        Some(Sum::new(SumOf::People, &self.settings.territories, terms.collect()))
    }

    /// Area of the features of a service, and what their overlaps take off.
    fn areas(&self, service: &str, range: &Range<usize>) -> Sum {
        let basis = self.basis();
        let service = basis.service(service);
        let mut scratch = Scratch::default();
        let mut terms = Vec::new();
        for (row, shape) in service.layer.shapes.iter().enumerate() {
            if shape.dimension() != crate::geometry::Dimension::Area {
                continue;
            }
            let parts = self.planes.mosaic.split_area(shape, &mut scratch);
            let inside = parts.into_iter().filter(|(planes, _)| {
                self.planes.territory(planes).is_some_and(|t| range.contains(&t))
            });
            let area: Fixed = inside.map(|(_, area_m2)| Fixed::of(area_m2)).sum();
            let share = area.get() / shape.area_m2();
            terms.push((service.layer.ids[row].to_string(), Some(share), area));
        }
        let mut sum = Sum::new(SumOf::Area, &service.layer.id, terms);
        let areas = basis.areas(service);
        let union = areas[range.clone()].iter().copied().sum::<Fixed>().get();
        sum.overlap = (union - sum.total).min(0.0);
        sum.total = union;
        sum
    }

    fn units(
        &self,
        deficit: &DeficitSettings,
        units: &Units,
        territory: &str,
        range: &Range<usize>,
    ) -> Sum {
        match units {
            Units::Service(id) => self.units_of_service(id, range),
            Units::Reported { table, indicator } => {
                self.reported(deficit, table, indicator, territory)
            }
        }
    }

    fn units_of_service(&self, id: &str, range: &Range<usize>) -> Sum {
        let basis = self.basis();
        let service = basis.service(id);
        let mut scratch = Scratch::default();
        let mut terms = Vec::new();
        for (row, shape) in service.layer.shapes.iter().enumerate() {
            let capacity = service.capacity.as_ref();
            let Some(amount) = capacity.map_or(Some(1.0), |all| all[row]) else {
                continue;
            };
            let shares = basis.shares(shape, capacity.is_some(), &mut scratch);
            let inside = shares.into_iter().filter(|(t, _)| range.contains(t));
            let (mut share, mut sum) = (0.0, Fixed::ZERO);
            for (_, part) in inside {
                share += part;
                sum += Fixed::of(amount * part);
            }
            terms.push((service.layer.ids[row].to_string(), Some(share), sum));
        }
        Sum::new(SumOf::Units, id, terms)
    }

    /// The line of a table for a territory; for the union without a line of its own, those
    /// of its territories.
    fn reported(
        &self,
        deficit: &DeficitSettings,
        table: &std::path::Path,
        indicator: &str,
        territory: &str,
    ) -> Sum {
        let basis = self.basis();
        let table = basis.table(table);
        let of = |code: &str| pick(table, indicator, code, deficit.period.as_deref());
        let is_sum = !matches!(deficit.kind, DeficitKind::Reported { .. });
        let rows = match of(territory) {
            Some(row) => vec![row],
            None if territory == TOTAL && is_sum => {
                let codes = self.area.territories.iter().map(|t| t.code.as_str());
                codes.filter_map(of).collect()
            }
            None => Vec::new(),
        };
        let terms = rows.into_iter().filter_map(|row| {
            let value = row.value.or(row.low).or(row.high)?;
            Some((row.line.to_string(), None, Fixed::of(value)))
        });
        let name = table.path.file_name().unwrap_or_default().to_string_lossy();
        Sum::new(SumOf::Units, &name, terms.collect())
    }
}

/// Feature, share of it and amount.
type RawTerm = (String, Option<f64>, Fixed);

fn sum_of(terms: &[RawTerm]) -> f64 {
    terms.iter().map(|(_, _, amount)| *amount).sum::<Fixed>().get()
}

impl Sum {
    fn new(of: SumOf, layer: &str, mut terms: Vec<RawTerm>) -> Self {
        let total = sum_of(&terms);
        terms.retain(|(_, _, amount)| !amount.is_zero());
        // Sorting is stable: equal ones stay in the order of the layer.
        terms.sort_by_key(|(_, _, amount)| std::cmp::Reverse(amount.size()));
        let terms = terms.into_iter().map(|(feature, share, amount)| Term {
            feature,
            share,
            amount: amount.get(),
        });
        let (layer, terms) = (layer.to_owned(), terms.collect());
        Self { of, layer, terms, overlap: 0.0, total }
    }
}

impl<'a> Opened<'a> {
    fn new(
        area: &StudyArea,
        settings: &Settings,
        planes: &Planes,
        layer: &'a ExposureLayer,
    ) -> Self {
        let (mut served, mut flags) = (Vec::new(), Vec::new());
        for deficit in &settings.deficits {
            let DeficitKind::Access { service, people, within_m } = &deficit.kind else {
                continue;
            };
            let service = area.services.iter().find(|s| s.layer.id == *service);
            let Some(service) = service.filter(|_| *people == layer.layer.id) else {
                continue;
            };
            served.push((deficit.id.clone(), SUMS + layer.sums.len() + flags.len()));
            flags.push(access::served(layer, service, *within_m));
        }
        let nowhere: LevelCases = [Level::NotStudied; 3];
        let levels = (0..=planes.hazards.len()).map(|_| nowhere).collect();
        let nowhere = Class { territory: planes.territories, levels };
        let (parts, counts) = (Vec::new(), Vec::new());
        let mut opened = Self { layer, parts, counts, nowhere, flags, served };
        let mut scratch = Scratch::default();
        for (row, shape) in layer.layer.shapes.iter().enumerate() {
            let (parts, whole) = tally::split(planes, shape, &mut scratch);
            let mut counts = CountsAs::default();
            for (membership, amount) in parts {
                let class = planes.classify(&membership);
                counts.add(&class, amount);
                let part = Part { row, dimension: shape.dimension(), amount, whole };
                let mut columns = SmallVec::new();
                part.amounts(layer, &opened.flags, |column, value| {
                    columns.push((column, value));
                });
                opened.parts.push((part, class, columns));
            }
            opened.counts.push(counts.finish(planes, shape));
        }
        opened
    }

    /// The column of a measure.
    fn column(&self, measure: &Measure) -> Option<usize> {
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

    /// What each feature adds to a column, weighted by class.
    fn terms(&self, column: usize, weigh: &dyn Fn(&Class) -> i128) -> Vec<RawTerm> {
        if column == FEATURES {
            return self.counted(weigh);
        }
        let mut terms = self.named(self.placed(column, weigh));
        terms.extend(self.lost(column, weigh));
        terms
    }

    /// Row, share and amount of each feature with a place that has a part there.
    fn placed(
        &self,
        column: usize,
        weigh: &dyn Fn(&Class) -> i128,
    ) -> Vec<(usize, f64, Fixed)> {
        let mut terms: Vec<(usize, f64, Fixed)> = Vec::new();
        for (part, class, columns) in &self.parts {
            let weight = weigh(class);
            let amount = columns.iter().find(|(known, _)| *known == column);
            let Some((_, amount)) = amount.filter(|_| weight != 0) else { continue };
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
            (ids[row].to_string(), Some(share), amount)
        };
        terms.into_iter().map(named).collect()
    }

    fn counted(&self, weigh: &dyn Fn(&Class) -> i128) -> Vec<RawTerm> {
        let each = self.counts.iter().enumerate();
        each.filter_map(|(row, class)| {
            let weight = weigh(class.as_ref()?);
            let amount = Fixed::whole(1).times(weight);
            Some((self.layer.layer.ids[row].to_string(), None, amount))
        })
        .collect()
    }

    /// Features without a place: outside all territories, not studied.
    fn lost(&self, column: usize, weigh: &dyn Fn(&Class) -> i128) -> Vec<RawTerm> {
        let weight = weigh(&self.nowhere);
        let each = self.layer.lost.iter().filter_map(|lost| {
            let value = if column == PEOPLE {
                lost.people
            } else {
                lost.sums.get(column.checked_sub(SUMS)?).copied().flatten()
            };
            Some((lost.id.to_string(), None, Fixed::of(value?).times(weight)))
        });
        each.collect()
    }

    /// People less those served; a feature is served whole or not at all.
    fn not_served(&self, column: usize, weigh: &dyn Fn(&Class) -> i128) -> Sum {
        let flags = &self.flags[column - SUMS - self.layer.sums.len()];
        let mut people = self.placed(PEOPLE, weigh);
        people.retain(|(row, _, _)| !flags[*row]);
        let mut terms = self.named(people);
        terms.extend(self.lost(PEOPLE, weigh));
        Sum::new(SumOf::NotServed, &self.layer.layer.id, terms)
    }
}

/// Stands for the number of features, which is no column of parts.
const FEATURES: usize = usize::MAX;
