//! What a figure is made of, feature by feature.
//!
//! In: a study area, its settings and the measurements made of it. Out: [`Breakdown`]s:
//! what each feature adds to a figure, from the same overlay and the same sums, so that
//! they add up to it exactly. It must not know how a figure is written or asked for.

use std::ops::Range;
use std::sync::OnceLock;

use smallvec::SmallVec;

use super::access;
use super::deficit::{Basis, pick};
use super::exposure::{hazards, places};
use super::facilities::{next_facility, people_layer};
use super::fixed::Fixed;
use super::measurements::{DeficitRow, ExposureRow, FacilityRow, InHazardRow};
use super::planes::{Class, LevelCases, Planes};
use super::tally::{self, AREA, CountsAs, LENGTH, PEOPLE, Part, SUMS};
use crate::config::{Better, DeficitKind, DeficitSettings, Settings, Units};
use crate::domain::{Doubt, DoubtRange, Level, Measure, TOTAL};
use crate::geometry::mosaic::Scratch;
use crate::geometry::{ExposureLayer, ServiceLayer, StudyArea};

/// Which number of a figure's row: the figure, an end of its range, or what follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// The figure itself.
    Value,
    /// The lower end.
    Low,
    /// The upper end.
    High,
    /// Of a deficit: how far it is from its standard.
    Gap,
    /// The least such distance.
    GapLow,
    /// The greatest.
    GapHigh,
    /// Of a deficit: what is lacking.
    Shortfall,
    /// Of a facility: how far the next one is.
    NextDistance,
}

impl End {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Value,
        Self::Low,
        Self::High,
        Self::Gap,
        Self::GapLow,
        Self::GapHigh,
        Self::Shortfall,
        Self::NextDistance,
    ];

    /// The last word of a figure's name; empty for the figure itself.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Value => "",
            Self::Low => "low",
            Self::High => "high",
            Self::Gap => "gap",
            Self::GapLow => "gap_low",
            Self::GapHigh => "gap_high",
            Self::Shortfall => "shortfall",
            Self::NextDistance => "next_distance_m",
        }
    }
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
    /// The facility nearest to it, where that decides.
    pub nearest: Option<NearestFacility>,
}

/// A facility and how far it is.
#[derive(Debug, Clone, PartialEq)]
pub struct NearestFacility {
    /// Its id.
    pub facility: String,
    /// Planar distance from the centroid, m.
    pub distance_m: f64,
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
    /// People whose nearest facility it is.
    Nearest,
    /// Distance to the next facility, m.
    Distance,
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
    /// The questions of access, in the order of their columns.
    questions: Vec<Question<'a>>,
}

/// A question of access: who of a layer is served.
struct Question<'a> {
    deficit: String,
    /// Column of the people served.
    column: usize,
    service: &'a ServiceLayer,
    /// The nearest facility of each feature.
    distances: Vec<Option<(usize, f64)>>,
}

impl Question<'_> {
    fn nearest(&self, row: usize) -> Option<NearestFacility> {
        nearest(self.service, self.distances[row])
    }
}

fn nearest(
    service: &ServiceLayer,
    found: Option<(usize, f64)>,
) -> Option<NearestFacility> {
    let (at, distance_m) = found?;
    Some(NearestFacility { facility: service.layer.ids[at].to_string(), distance_m })
}

/// Takes figures apart. Made once, it explains any number of them; a layer is opened when it
/// is first asked for.
pub struct Explainer<'a> {
    area: &'a StudyArea,
    settings: &'a Settings,
    planes: Planes,
    layers: Vec<(&'a ExposureLayer, OnceLock<Opened<'a>>)>,
}

impl<'a> Explainer<'a> {
    /// An explainer that has opened no layer yet.
    ///
    /// Assumes that the settings are those that the study area was prepared with.
    #[must_use]
    pub fn new(area: &'a StudyArea, settings: &'a Settings) -> Self {
        let planes = Planes::new(area);
        let layers = area.exposures.iter().map(|layer| (layer, OnceLock::new()));
        Self { area, settings, planes, layers: layers.collect() }
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
            _ => return None,
        };
        // With several doubts an end is the value less or plus what they add together.
        let is_edge_alone =
            matches!(row.doubts[..], [DoubtRange { doubt: Doubt::HazardEdge, .. }]);
        let is_moved = end != End::Value && is_edge_alone;
        // The drawn edge, or the two moved ones whose difference is the end.
        let (at_or_worse, worse) = match end {
            End::Low if is_moved => (1, 2),
            End::High if is_moved => (2, 1),
            _ => (0, 0),
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
        let moved = is_moved.then(|| {
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
        let (opened, question) = self.asked(&row.deficit)?;
        let range = self.range(&row.territory)?;
        let hazard = self.hazard(&row.hazard)?;
        let weigh = |class: &Class| {
            let is_there =
                range.contains(&class.territory) && class.levels[hazard][0] == row.level;
            i128::from(is_there)
        };
        let sum = opened.not_served(question, &weigh);
        Some(Breakdown { figure: Some(row.people), sums: vec![sum], moved: None })
    }

    /// What makes up the people whose nearest facility one is, or the distance to the next.
    #[must_use]
    pub fn facility(&self, row: &FacilityRow, end: End) -> Option<Breakdown> {
        let basis = self.basis();
        let service = basis.service(&row.service);
        let at = service.layer.ids.iter().position(|id| **id == *row.facility)?;
        let (figure, sum) = match end {
            End::Value => (row.people_nearest, self.nearest_people(service, at)),
            End::NextDistance => {
                let hazard = self.hazard(&row.hazard)?;
                let next = next_facility(&self.planes, service, hazard, at);
                let terms = next.map(|(next, m)| {
                    let feature = service.layer.ids[next].to_string();
                    RawTerm { feature, row: None, share: None, amount: Fixed::of(m) }
                });
                let terms = terms.into_iter().collect();
                let sum = Sum::new(SumOf::Distance, &service.layer.id, terms);
                (Some(row.next_distance_m?), Some(sum))
            }
            _ => return None,
        };
        Some(Breakdown { figure, sums: sum.into_iter().collect(), moved: None })
    }

    fn nearest_people(&self, service: &ServiceLayer, at: usize) -> Option<Sum> {
        let layer = people_layer(self.area, self.settings, &service.layer.id)?;
        let found = access::distances(layer, service);
        let people = layer.people.as_deref().unwrap_or_default();
        let mut terms = Vec::new();
        for (row, (near, people)) in found.iter().zip(people).enumerate() {
            if let (Some((_, _)), Some(people)) = (near.filter(|(f, _)| *f == at), people)
            {
                let feature = layer.layer.ids[row].to_string();
                let amount = Fixed::of(*people);
                terms.push(RawTerm { feature, row: Some(row), share: None, amount });
            }
        }
        let away = |row: usize| nearest(service, found[row]);
        Some(Sum::with_nearest(SumOf::Nearest, &layer.layer.id, terms, &away))
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
            End::Gap => Some(row.gap?),
            End::GapLow => Some(row.gap_low?),
            End::GapHigh => Some(row.gap_high?),
            End::Shortfall => Some(row.shortfall?),
            End::NextDistance => return None,
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
            DeficitKind::Reported { table, indicator, better } => {
                let mut sum = self.reported(deficit, table, indicator, &row.territory);
                // The least gap is that of the better end.
                let (best, worst) = match better {
                    Better::Higher => (row.value_high, row.value_low),
                    Better::Lower => (row.value_low, row.value_high),
                };
                let stated = match end {
                    End::Low => row.value_low,
                    End::High => row.value_high,
                    End::GapLow => best,
                    End::GapHigh => worst,
                    _ => row.value,
                };
                if let Some(figure) = stated {
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
                            nearest: None,
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
        let (found, cell) = self.layers.iter().find(|(one, _)| one.layer.id == layer)?;
        let (area, settings, planes) = (self.area, self.settings, &self.planes);
        Some(cell.get_or_init(|| Opened::new(area, settings, planes, found)))
    }

    /// The layer whose people an access deficit asks for, and the question.
    fn asked(&self, deficit: &str) -> Option<(&Opened<'a>, &Question<'a>)> {
        let found = self.settings.deficits.iter().find(|one| one.id == deficit)?;
        let DeficitKind::Access { people, .. } = &found.kind else { return None };
        let opened = self.opened(people)?;
        let question = opened.questions.iter().find(|one| one.deficit == deficit)?;
        Some((opened, question))
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
        let (opened, question) = self.asked(&deficit.id)?;
        let weigh = |class: &Class| i128::from(range.contains(&class.territory));
        let layer = &opened.layer.layer.id;
        let terms = opened.terms(question.column, &weigh);
        let away = |row| question.nearest(row);
        let served = Sum::with_nearest(SumOf::Served, layer, terms, &away);
        Some(vec![served, opened.not_served(question, &weigh)])
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
            let feature = territory.code.as_str().to_owned();
            Some(RawTerm { feature, row: None, share: None, amount })
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
            let feature = service.layer.ids[row].to_string();
            terms.push(RawTerm { feature, row: None, share: Some(share), amount: area });
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
            let feature = service.layer.ids[row].to_string();
            terms.push(RawTerm { feature, row: None, share: Some(share), amount: sum });
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
            let (feature, amount) = (row.line.to_string(), Fixed::of(value));
            Some(RawTerm { feature, row: None, share: None, amount })
        });
        let name = table.path.file_name().unwrap_or_default().to_string_lossy();
        Sum::new(SumOf::Units, &name, terms.collect())
    }
}

/// A term before it is written.
struct RawTerm {
    feature: String,
    /// Row of the feature in its layer, if it has a place.
    row: Option<usize>,
    share: Option<f64>,
    amount: Fixed,
}

fn sum_of(terms: &[RawTerm]) -> f64 {
    terms.iter().map(|term| term.amount).sum::<Fixed>().get()
}

impl Sum {
    fn new(of: SumOf, layer: &str, terms: Vec<RawTerm>) -> Self {
        Self::with_nearest(of, layer, terms, &|_| None)
    }

    fn with_nearest(
        of: SumOf,
        layer: &str,
        mut terms: Vec<RawTerm>,
        nearest: &dyn Fn(usize) -> Option<NearestFacility>,
    ) -> Self {
        let total = sum_of(&terms);
        terms.retain(|term| !term.amount.is_zero());
        // Sorting is stable: equal ones stay in the order of the layer.
        terms.sort_by_key(|term| std::cmp::Reverse(term.amount.size()));
        let terms = terms.into_iter().map(|term| Term {
            feature: term.feature,
            share: term.share,
            amount: term.amount.get(),
            nearest: term.row.and_then(nearest),
        });
        let (layer, terms) = (layer.to_owned(), terms.collect());
        Self { of, layer, terms, overlap: 0.0, total }
    }
}

impl<'a> Opened<'a> {
    fn new(
        area: &'a StudyArea,
        settings: &Settings,
        planes: &Planes,
        layer: &'a ExposureLayer,
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
            let distances = access::distances(layer, service);
            let column = SUMS + layer.sums.len() + flags.len();
            flags.push(access::served(&distances, *within_m));
            let deficit = deficit.id.clone();
            questions.push(Question { deficit, column, service, distances });
        }
        let nowhere: LevelCases = [Level::NotStudied; 3];
        let levels = (0..=planes.hazards.len()).map(|_| nowhere).collect();
        let nowhere = Class { territory: planes.territories, levels };
        let (parts, counts) = (Vec::new(), Vec::new());
        let mut opened = Self { layer, parts, counts, nowhere, flags, questions };
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
            let feature = ids[row].to_string();
            RawTerm { feature, row: Some(row), share: Some(share), amount }
        };
        terms.into_iter().map(named).collect()
    }

    fn counted(&self, weigh: &dyn Fn(&Class) -> i128) -> Vec<RawTerm> {
        let each = self.counts.iter().enumerate();
        each.filter_map(|(row, class)| {
            let weight = weigh(class.as_ref()?);
            let amount = Fixed::whole(1).times(weight);
            let feature = self.layer.layer.ids[row].to_string();
            Some(RawTerm { feature, row: Some(row), share: None, amount })
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
            let amount = Fixed::of(value?).times(weight);
            Some(RawTerm { feature: lost.id.to_string(), row: None, share: None, amount })
        });
        each.collect()
    }

    /// People less those served; a feature is served whole or not at all.
    fn not_served(&self, question: &Question<'_>, weigh: &dyn Fn(&Class) -> i128) -> Sum {
        let flags = &self.flags[question.column - SUMS - self.layer.sums.len()];
        let mut people = self.placed(PEOPLE, weigh);
        people.retain(|(row, _, _)| !flags[*row]);
        let mut terms = self.named(people);
        terms.extend(self.lost(PEOPLE, weigh));
        let away = |row| question.nearest(row);
        Sum::with_nearest(SumOf::NotServed, &self.layer.layer.id, terms, &away)
    }
}

/// Stands for the number of features, which is no column of parts.
const FEATURES: usize = usize::MAX;
