//! What a figure is made of, feature by feature.
//!
//! In: a study area, its settings and the measurements made of it. Out: [`Breakdown`]s:
//! what each feature adds to a figure, from the same overlay and the same sums, so that
//! they add up to it exactly. It must not know how a figure is written or asked for.

mod opened;
mod services;
mod sum;

use std::ops::Range;
use std::sync::OnceLock;

use super::deficit::{Basis, pick};
use super::exposure::{hazards, places};
use super::facilities::next_facility;
use super::fixed::Fixed;
use super::kept::KeptParts;
use super::measurements::{
    BalanceRow, DeficitRow, ExposureRow, FacilityRow, InHazardRow,
};
use super::planes::{Class, Planes};
use super::risk::{self, RiskRow};
use super::tally::PEOPLE;
use crate::config::{Better, DeficitKind, DeficitSettings, Settings, Units};
use crate::domain::{Doubt, DoubtRange, Level, TOTAL};
use crate::geometry::{
    Amounts, Dimension, ExposureLayer, HazardLayer, ServiceLayer, StudyArea,
};
use opened::{Opened, Question};
use services::Served;
use sum::RawTerm;
pub use sum::{Breakdown, End, NearestFacility, Sum, SumOf, Term, listed, weight};

fn nearest(
    service: &ServiceLayer,
    found: Option<(usize, f64)>,
) -> Option<NearestFacility> {
    let (at, distance_m) = found?;
    Some(NearestFacility { facility: service.layer.ids.of(at).into_owned(), distance_m })
}

/// Takes figures apart. Made once, it explains any number of them; a layer is opened when it
/// is first asked for.
pub struct Explainer<'a> {
    area: &'a StudyArea,
    settings: &'a Settings,
    planes: Planes,
    kept: Option<&'a KeptParts>,
    layers: Vec<(&'a ExposureLayer, OnceLock<Opened<'a>>)>,
    services: Vec<Served<'a>>,
    /// Codes of places, with their territories.
    places: Vec<(String, Range<usize>)>,
    /// Ids of the hazards, then `any`.
    hazards: Vec<String>,
}

impl<'a> Explainer<'a> {
    /// An explainer that has opened no layer yet.
    ///
    /// Assumes that the settings are those that the study area was prepared with.
    #[must_use]
    pub fn new(area: &'a StudyArea, settings: &'a Settings) -> Self {
        Self::with(area, settings, Planes::new(area), None)
    }

    /// One that takes figures apart by the parts that a run on the same inputs kept; it knows
    /// nothing of facilities in hazard zones.
    ///
    /// Assumes besides that the parts [fit](KeptParts::fit).
    #[must_use]
    pub fn of_kept(
        area: &'a StudyArea,
        settings: &'a Settings,
        kept: &'a KeptParts,
    ) -> Self {
        Self::with(area, settings, kept.planes(area), Some(kept))
    }

    fn with(
        area: &'a StudyArea,
        settings: &'a Settings,
        planes: Planes,
        kept: Option<&'a KeptParts>,
    ) -> Self {
        let layers = area.exposures.iter().map(|layer| (layer, OnceLock::new()));
        let services = area.services.iter().map(Served::new);
        let hazards = hazards(area, &planes).into_iter().map(|(id, _)| id);
        Self {
            area,
            settings,
            layers: layers.collect(),
            services: services.collect(),
            places: places(area),
            hazards: hazards.collect(),
            planes,
            kept,
        }
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
            End::Value => row.value()?,
            End::Low => row.range()?.0,
            End::High => row.range()?.1,
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
        let weigh = |class: &Class| {
            up_to(class, at_or_worse, ranks + 1) - up_to(class, worse, ranks)
        };
        let terms = opened.terms(&range, column, &weigh);
        let sum = Sum::new(SumOf::Exposed, &row.layer, terms);
        let moved = is_moved.then(|| {
            let total = |case, ranks| {
                let weigh = |class: &Class| up_to(class, case, ranks);
                opened.total(&range, column, &weigh).get()
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
                i128::from(class.levels[hazard][case] == Level::NotStudied)
            };
            opened.total(range, column, &weigh).get() > 0.0
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
        let weigh = |class: &Class| i128::from(class.levels[hazard][0] == row.level);
        let sum = opened.not_served(question, &range, &weigh);
        Some(Breakdown { figure: Some(row.people?), sums: vec![sum], moved: None })
    }

    /// What makes up the people whose nearest facility one is, or the distance to the next.
    #[must_use]
    pub fn facility(&self, row: &FacilityRow, end: End) -> Option<Breakdown> {
        let served = self.served(&row.service)?;
        let service = served.service;
        let at = service.layer.ids.iter().position(|id| id == row.facility)?;
        let (figure, sum) = match end {
            End::Value => (row.people_nearest, self.nearest_people(served, at)),
            End::NextDistance => {
                let hazard = self.hazard(&row.hazard)?;
                let classes = served.classes(&self.planes).iter();
                let levels: Vec<Option<Level>> = classes
                    .map(|class| class.as_ref().map(|class| class.levels[hazard][0]))
                    .collect();
                let next = next_facility(service, &levels, at);
                let terms = next.map(|(next, m)| {
                    let feature = service.layer.ids.of(next).into_owned();
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

    fn nearest_people(&self, served: &Served<'a>, at: usize) -> Option<Sum> {
        let (layer, found) = served.nearest(self.area, self.settings)?;
        let people = layer.people.iter().flat_map(Amounts::iter);
        let rows = found.iter().zip(people).enumerate();
        let terms = rows.filter_map(|(row, (near, people))| {
            near.filter(|(facility, _)| *facility == at)?;
            let feature = layer.layer.ids.of(row).into_owned();
            let amount = Fixed::of(people?);
            Some(RawTerm { feature, row: Some(row), share: None, amount })
        });
        let away = |row: usize| nearest(served.service, found.of(row));
        let (id, terms) = (&layer.layer.id, terms.collect());
        Some(Sum::with_nearest(SumOf::Nearest, id, terms, &away))
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
            End::ShortfallLow => Some(row.shortfall_ends()?.0),
            End::ShortfallHigh => Some(row.shortfall_ends()?.1),
            End::NextDistance | End::People => return None,
        };
        let range = self.range(&row.territory)?;
        let sums = match &deficit.kind {
            DeficitKind::Access { .. } => self.access(deficit, &range)?,
            DeficitKind::AreaPerPerson { service, people } => {
                vec![
                    self.areas(service, &range)?,
                    self.people(people.as_deref(), &range)?,
                ]
            }
            DeficitKind::PeoplePerUnit { units, people } => {
                let units = self.units(deficit, units, &row.territory, &range)?;
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
                    // Sources may contradict each other: the line is that of the row's own.
                    let line = basis.table(table).rows.iter().find(|line| {
                        line.indicator == *indicator
                            && line.territory == row.territory
                            && line.period == row.period
                            && line.source == row.source
                    });
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

    /// What makes up a row of the balance: what lies in each territory at each level, and what
    /// the features come to as read. `None` for a balance of the section `[risk]`, whose parts
    /// are the rows of its summary.
    #[must_use]
    pub fn balance(&self, row: &BalanceRow) -> Option<Breakdown> {
        let opened = self.opened(&row.layer)?;
        let column = opened.column(&row.measure)?;
        let hazard = self.hazard(&row.hazard)?;
        let mut terms = Vec::new();
        for (code, range) in self.places.iter().filter(|(code, _)| code != TOTAL) {
            for level in Level::ALL {
                let weigh = |class: &Class| i128::from(class.levels[hazard][0] == level);
                let amount = opened.total(range, column, &weigh);
                let feature = format!(
                    "exposure/{code}/{}/{}/{}/{}",
                    row.hazard,
                    level.id(),
                    row.layer,
                    row.measure.id()
                );
                terms.push(RawTerm { feature, row: None, share: None, amount });
            }
        }
        let parts = Sum::new(SumOf::Parts, &row.layer, terms);
        let whole = Sum::new(SumOf::Whole, &row.layer, opened.whole(&row.measure));
        let figure = Some(row.difference()?);
        Some(Breakdown { figure, sums: vec![parts, whole], moved: None })
    }

    /// What a level of a hazard is drawn from: its features, as large as they are drawn.
    #[must_use]
    pub fn zone(&self, hazard: &HazardLayer, level: Level) -> Breakdown {
        let shapes = &hazard.layer.shapes;
        // All features of a hazard by distance reach as far as its bands do.
        let is_there = |row: &usize| hazard.levels.get(*row).is_none_or(|l| *l == level);
        let rows: Vec<usize> = (0..shapes.len()).filter(is_there).collect();
        let most = rows.iter().map(|&row| shapes.get(row).dimension()).max();
        let of = match most {
            Some(Dimension::Area) => SumOf::ZoneArea,
            Some(Dimension::Line) => SumOf::ZoneLength,
            _ => SumOf::ZonePlaces,
        };
        let term = |row: usize| {
            let shape = shapes.get(row);
            let amount = match of {
                SumOf::ZoneArea => Fixed::of_double_area(shape.double_area()),
                SumOf::ZoneLength => Fixed::of(shape.length_m()),
                _ => Fixed::whole(1),
            };
            let feature = hazard.layer.ids.of(row).into_owned();
            RawTerm { feature, row: None, share: None, amount }
        };
        let terms = rows.into_iter().map(term).collect();
        let sum = Sum::new(of, &hazard.layer.id, terms);
        Breakdown { figure: None, sums: vec![sum], moved: None }
    }

    /// What makes up a risk value: the parts of the hazard value and those of vulnerability,
    /// whose product it is.
    #[must_use]
    pub fn risk(&self, row: &RiskRow) -> Option<Breakdown> {
        let settings = self.settings.risk.as_ref()?;
        let (layer, _) =
            self.layers.iter().find(|(one, _)| one.layer.id == settings.layer)?;
        let (hazard, vulnerability) = risk::terms(layer, settings, row)?;
        let sum = |of, terms: Vec<(String, f64)>| {
            let raw = terms.into_iter().map(|(feature, amount)| {
                let amount = Fixed::of(amount);
                RawTerm { feature, row: None, share: None, amount }
            });
            Sum::new(of, &settings.layer, raw.collect())
        };
        let sums =
            vec![sum(SumOf::Hazard, hazard), sum(SumOf::Vulnerability, vulnerability)];
        Some(Breakdown { figure: row.risk.map(|(value, _)| value), sums, moved: None })
    }

    fn opened(&self, layer: &str) -> Option<&Opened<'a>> {
        let (found, cell) = self.layers.iter().find(|(one, _)| one.layer.id == layer)?;
        let (area, settings, planes) = (self.area, self.settings, &self.planes);
        Some(cell.get_or_init(|| Opened::new(area, settings, planes, found, self.kept)))
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
        let found = self.places.iter().find(|(code, _)| code == territory)?;
        Some(found.1.clone())
    }

    fn hazard(&self, id: &str) -> Option<usize> {
        self.hazards.iter().position(|known| known == id)
    }

    fn served(&self, service: &str) -> Option<&Served<'a>> {
        self.services.iter().find(|served| served.service.layer.id == service)
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
        let layer = &opened.layer.layer.id;
        let terms = opened.terms(range, question.column, &|_| 1);
        let away = |row| question.nearest(row);
        let served = Sum::with_nearest(SumOf::Served, layer, terms, &away);
        Some(vec![served, opened.not_served(question, range, &|_| 1)])
    }

    fn people(&self, layer: Option<&str>, range: &Range<usize>) -> Option<Sum> {
        if let Some(layer) = layer {
            let opened = self.opened(layer)?;
            let terms = opened.terms(range, PEOPLE, &|_| 1);
            return Some(Sum::new(SumOf::People, layer, terms));
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
    fn areas(&self, service: &str, range: &Range<usize>) -> Option<Sum> {
        let (terms, union) = self.served(service)?.areas(&self.basis(), range);
        let mut sum = Sum::new(SumOf::Area, service, terms);
        let union = union.get();
        sum.overlap = (union - sum.total).min(0.0);
        sum.total = union;
        Some(sum)
    }

    fn units(
        &self,
        deficit: &DeficitSettings,
        units: &Units,
        territory: &str,
        range: &Range<usize>,
    ) -> Option<Sum> {
        match units {
            Units::Service(id) => {
                let terms = self.served(id)?.units(&self.basis(), range);
                Some(Sum::new(SumOf::Units, id, terms))
            }
            Units::Reported { table, indicator } => {
                Some(self.reported(deficit, table, indicator, territory))
            }
        }
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
