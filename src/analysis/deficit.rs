//! Service deficits: demand minus provision, against a stated standard.
//!
//! A value is compared with its standard in the direction that is good; a gap is
//! never negative, and what is unknown stays unknown.

mod lacking;
mod reported;
mod row;
mod tallied;

use std::ops::Range;

use rayon::prelude::*;

use super::doubts::growth;
use super::exposure::places;
use super::fixed::Fixed;
use super::measurements::DeficitRow;
use super::planes::Planes;
use super::tally::TOGETHER;
use crate::config::{Better, DeficitKind, DeficitSettings, Settings, Units};
use crate::domain::{Code, Doubt, Finding, Findings, OUTSIDE, TOTAL};
use crate::geometry::mosaic::{Parts, Scratch};
use crate::geometry::{Dimension, ServiceLayer, ShapeRef, Shapes, StudyArea};
use crate::layers::ReportedTable;
pub use lacking::Lacking;
pub(super) use reported::pick;
use reported::{fill_reported, note_disputed, others};
pub(super) use row::DUST;
use row::{
    around, blank, fill_ratio, give_range, not_reported, note_no_people, note_useless,
    reaches, short_of,
};
pub(super) use tallied::{Reach, Tallied};

/// What deficits are computed from.
pub(super) struct Basis<'a> {
    pub(super) area: &'a StudyArea,
    pub(super) settings: &'a Settings,
    pub(super) planes: &'a Planes,
    pub(super) tallied: &'a [Tallied<'a>],
}

impl Basis<'_> {
    /// Computes all deficits of all territories and of their union.
    pub(super) fn rows(&self, findings: &mut Findings) -> Vec<DeficitRow> {
        let deficits = self.settings.deficits.iter();
        deficits.flat_map(|deficit| self.deficit(deficit, findings)).collect()
    }

    /// The same deficits by the sources that are not used, for the observatory alone.
    pub(super) fn disputed(&self) -> Vec<DeficitRow> {
        let mut rows = Vec::new();
        for deficit in &self.settings.deficits {
            let DeficitKind::Reported { table, indicator, better } = &deficit.kind else {
                continue;
            };
            let (table, period) = (self.table(table), deficit.period.as_deref());
            for (territory, _) in self.places() {
                let Some(used) = pick(table, indicator, &territory, period) else {
                    continue;
                };
                rows.extend(others(table, used).map(|other| {
                    let mut row = blank(deficit, "reported", territory.clone());
                    fill_reported(&mut row, other, *better);
                    row
                }));
            }
        }
        rows
    }

    fn deficit(
        &self,
        deficit: &DeficitSettings,
        findings: &mut Findings,
    ) -> Vec<DeficitRow> {
        match &deficit.kind {
            DeficitKind::AreaPerPerson { service, people } => {
                self.area_per_person(deficit, service, people.as_deref(), findings)
            }
            DeficitKind::Access { service, people, .. } => {
                self.access(deficit, service, people, findings)
            }
            DeficitKind::PeoplePerUnit { units, people } => {
                self.people_per_unit(deficit, units, people.as_deref(), findings)
            }
            DeficitKind::Reported { table, indicator, better } => {
                let table = self.table(table);
                self.reported(deficit, table, indicator, *better, findings)
            }
        }
    }

    pub(super) fn table(&self, path: &std::path::Path) -> &ReportedTable {
        let found = self.area.tables.iter().find(|table| table.path == path);
        found.expect("the layers stage read every table that the settings name")
    }

    pub(super) fn service(&self, id: &str) -> &ServiceLayer {
        let found = self.area.services.iter().find(|service| service.layer.id == id);
        found.expect("the settings name layers with the role of service only")
    }

    fn tallied(&self, id: &str) -> &Tallied<'_> {
        let found = self.tallied.iter().find(|tallied| tallied.layer.layer.id == id);
        found.expect("the settings name layers with the role of exposure only")
    }

    /// Territories and their union, without what lies outside.
    pub(super) fn places(&self) -> Vec<(String, Range<usize>)> {
        let mut all = places(self.area);
        all.retain(|(code, _)| code != OUTSIDE);
        all
    }

    /// People of a place, from a layer or from the territories' own field.
    fn people(&self, layer: Option<&str>, range: &Range<usize>) -> Option<f64> {
        match layer {
            Some(id) => self.tallied(id).table.people(range).map(Fixed::get),
            None => self.area.territories[range.clone()].iter().map(|t| t.people).sum(),
        }
    }

    /// Where the people come from: layer and field.
    fn people_source(&self, layer: Option<&str>) -> String {
        let id = layer.unwrap_or(&self.settings.territories);
        let field = self.settings.layer(id).and_then(|settings| match layer {
            Some(_) => settings.exposure.as_ref().and_then(|e| e.people.clone()),
            None => settings.territory.as_ref().and_then(|t| t.people.clone()),
        });
        let source = field.map_or_else(|| id.to_owned(), |field| format!("{id}.{field}"));
        let role =
            self.settings.layer(id).and_then(|settings| settings.exposure.as_ref());
        let growth =
            role.and_then(|role| role.growth.as_ref()).filter(|_| layer.is_some());
        growth.map_or(source.clone(), |growth| growth.of(&source))
    }

    fn area_per_person(
        &self,
        deficit: &DeficitSettings,
        service: &str,
        people_layer: Option<&str>,
        findings: &mut Findings,
    ) -> Vec<DeficitRow> {
        let service = self.service(service);
        note_useless(service, &deficit.id, findings);
        let areas = self.areas(service);
        let moved = self.doubtful_areas(service);
        let row = |(territory, range): (String, Range<usize>)| {
            let area_m2 = areas[range.clone()].iter().copied().sum::<Fixed>().get();
            let people = self.people(people_layer, &range);
            let value =
                people.filter(|people| *people > 0.0).map(|people| area_m2 / people);
            let sum =
                |areas: &[Fixed]| areas[range.clone()].iter().copied().sum::<Fixed>();
            let mut doubts = Vec::new();
            if let (Some(people), Some(value), Some(ends)) = (people, value, &moved) {
                let [less, more] = ends.each_ref().map(|ends| sum(ends).get() / people);
                doubts.push(around(Doubt::ServicePosition, value, [less, more]));
            }
            doubts.extend(value.into_iter().flat_map(|value| {
                let others = self.other_people(deficit, people_layer, &range, people);
                others.map(move |(doubt, ends)| {
                    around(doubt, value, ends.map(|p| area_m2 / p))
                })
            }));
            let needed = value.and(people.zip(deficit.standard));
            let lacking = needed.and_then(|(p, standard)| {
                let mut lacking = Lacking::new(standard * p, area_m2);
                if let Some(ends) = &moved {
                    let ends = ends.each_ref().map(|ends| sum(ends).get());
                    lacking.provided(Doubt::ServicePosition, ends);
                }
                let others = self.other_people(deficit, people_layer, &range, people);
                for (doubt, ends) in others {
                    lacking.asked(doubt, ends.map(|people| standard * people));
                }
                lacking.known()
            });
            let mut row = DeficitRow {
                people,
                value,
                doubts,
                lacking,
                unit: "m2/person".to_owned(),
                gap: value
                    .zip(deficit.standard)
                    .map(|(v, standard)| short_of(v, standard)),
                shortfall: people
                    .zip(deficit.standard)
                    .map(|(p, standard)| short_of(area_m2, standard * p)),
                shortfall_unit: "m2".to_owned(),
                meets: value
                    .zip(deficit.standard)
                    .map(|(v, standard)| reaches(v, standard)),
                source: service.layer.id.clone(),
                denominator_source: self.people_source(people_layer),
                ..blank(deficit, "area_per_person", territory)
            };
            give_range(&mut row, Better::Higher, f64::INFINITY);
            row
        };
        let rows: Vec<_> = self.places().into_iter().map(row).collect();
        note_no_people(&rows, findings);
        rows
    }

    /// Area of a service by territory; its polygons do not overlap.
    pub(super) fn areas(&self, service: &ServiceLayer) -> Vec<Fixed> {
        self.areas_of(&service.dissolved)
    }

    /// The same with its edges moved in and out, if that is a doubt and known.
    fn doubtful_areas(&self, service: &ServiceLayer) -> Option<[Vec<Fixed>; 2]> {
        let is_on = self.settings.doubts.has(Doubt::ServicePosition);
        let moved = is_on.then(|| service.moved()).flatten()?;
        Some(moved.map(|shapes| self.areas_of(&shapes)))
    }

    /// People as they may be by the other rule of counting and at the date of the deficit:
    /// least and most, neither of them 0.
    fn other_people(
        &self,
        deficit: &DeficitSettings,
        layer: Option<&str>,
        range: &Range<usize>,
        people: Option<f64>,
    ) -> impl Iterator<Item = (Doubt, [f64; 2])> + use<> {
        let rules = layer.and_then(|id| self.tallied(id).doubts.rules.as_ref());
        let other = rules.and_then(|rules| rules.majority.people(range)).map(Fixed::get);
        let other = people.zip(other).filter(|(a, b)| *a > 0.0 && *b > 0.0);
        let rules = other.map(|(a, b)| (Doubt::Straddling, [a.min(b), a.max(b)]));
        let grown =
            people.filter(|people| *people > 0.0).zip(self.growth(deficit, layer));
        let grown = grown
            .map(|(p, (least, most))| (Doubt::PopulationDate, [p * least, p * most]));
        rules.into_iter().chain(grown)
    }

    /// What people may have to be multiplied by to be those of the date of a deficit, if that is
    /// a doubt and known: least and most.
    fn growth(
        &self,
        deficit: &DeficitSettings,
        layer: Option<&str>,
    ) -> Option<(f64, f64)> {
        let is_on = self.settings.doubts.has(Doubt::PopulationDate);
        let id = layer.unwrap_or(&self.settings.territories);
        let date = deficit.period.as_deref().or(self.settings.reference_date.as_deref());
        is_on.then(|| growth(self.settings, id, date)).flatten()
    }

    fn areas_of(&self, shapes: &Shapes) -> Vec<Fixed> {
        let none = || vec![Fixed::ZERO; self.area.territories.len()];
        let add = |(mut scratch, mut sums): (Scratch, Vec<Fixed>), row: usize| {
            let shape = shapes.get(row);
            for (planes, area_m2) in self.planes.mosaic.split_area(shape, &mut scratch) {
                if let Some(territory) = self.planes.territory(&planes) {
                    sums[territory] += Fixed::of(area_m2);
                }
            }
            (scratch, sums)
        };
        (0..shapes.len())
            .into_par_iter()
            .with_min_len(TOGETHER)
            .fold(|| (Scratch::default(), none()), add)
            .map(|(_, sums)| sums)
            .reduce(none, |a, b| a.into_iter().zip(b).map(|(a, b)| a + b).collect())
    }

    fn access(
        &self,
        deficit: &DeficitSettings,
        service: &str,
        people_layer: &str,
        findings: &mut Findings,
    ) -> Vec<DeficitRow> {
        let service = self.service(service);
        if service.layer.shapes.is_empty() {
            findings.push(
                Finding::about(Code::NoFacility, &service.layer.id)
                    .with("deficit", &deficit.id),
            );
        }
        let tallied = self.tallied(people_layer);
        let column = tallied.column_of(&deficit.id);
        let row = |(territory, range): (String, Range<usize>)| {
            let people = tallied.table.people(&range);
            let served = tallied.table.total(&range, column);
            let some = people.filter(|people| !people.is_zero());
            let value = some.map(|people| served.get() / people.get());
            let doubts = value.map(|value| tallied.doubts_of(&deficit.id, value, &range));
            let growth = self.growth(deficit, Some(people_layer));
            let lacking = some.and_then(|people| {
                tallied.lacking(&deficit.id, [people, served], &range, growth)
            });
            let mut row = DeficitRow {
                people: people.map(Fixed::get),
                value,
                doubts: doubts.unwrap_or_default(),
                lacking,
                unit: "1".to_owned(),
                gap: value
                    .zip(deficit.standard)
                    .map(|(v, standard)| short_of(v, standard)),
                shortfall: people.map(|people| (people - served).get()),
                shortfall_unit: "people".to_owned(),
                meets: value
                    .zip(deficit.standard)
                    .map(|(v, standard)| reaches(v, standard)),
                source: service.layer.id.clone(),
                denominator_source: self.people_source(Some(people_layer)),
                ..blank(deficit, "access", territory)
            };
            give_range(&mut row, Better::Higher, 1.0);
            row
        };
        let rows: Vec<_> = self.places().into_iter().map(row).collect();
        note_no_people(&rows, findings);
        rows
    }

    fn people_per_unit(
        &self,
        deficit: &DeficitSettings,
        units: &Units,
        people_layer: Option<&str>,
        findings: &mut Findings,
    ) -> Vec<DeficitRow> {
        let provision = self.provision(deficit, units, findings);
        let mut rows = Vec::new();
        for ((territory, range), provided) in self.places().into_iter().zip(provision) {
            let people = self.people(people_layer, &range);
            let mut row = DeficitRow {
                people,
                unit: "people/unit".to_owned(),
                shortfall_unit: "unit".to_owned(),
                source: provided.source,
                denominator_source: self.people_source(people_layer),
                ..blank(deficit, "people_per_unit", territory)
            };
            if let Some(period) = provided.period {
                row.period = period;
            }
            if let (Some(people), Some(units)) = (people, provided.units) {
                fill_ratio(&mut row, people, units);
                let others: Vec<_> = self
                    .other_people(deficit, people_layer, &range, Some(people))
                    .collect();
                if let Some(value) = row.value {
                    let each = others.iter().map(|(doubt, ends)| {
                        around(*doubt, value, ends.map(|people| people / units))
                    });
                    row.doubts = each.collect();
                    give_range(&mut row, Better::Lower, f64::INFINITY);
                }
                row.lacking = deficit.standard.and_then(|standard| {
                    let mut lacking = Lacking::whole(people / standard, units);
                    for (doubt, ends) in others {
                        lacking.asked(doubt, ends.map(|people| people / standard));
                    }
                    lacking.known()
                });
                if units <= 0.0 {
                    findings.push(
                        Finding::about(Code::NoUnits, &deficit.id)
                            .feature(row.territory.clone()),
                    );
                }
            }
            rows.push(row);
        }
        rows
    }

    /// Units by place, in the order of [`Basis::places`].
    fn provision(
        &self,
        deficit: &DeficitSettings,
        units: &Units,
        findings: &mut Findings,
    ) -> Vec<Provision> {
        match units {
            Units::Service(id) => self.provision_of_service(id),
            Units::Reported { table, indicator } => {
                self.provision_reported(deficit, self.table(table), indicator, findings)
            }
        }
    }

    fn provision_of_service(&self, id: &str) -> Vec<Provision> {
        let service = self.service(id);
        let mut sums = vec![Fixed::ZERO; self.area.territories.len()];
        let mut scratch = Scratch::default();
        for (row, shape) in service.layer.shapes.iter().enumerate() {
            let Some(amount) =
                service.capacity.as_ref().map_or(Some(1.0), |all| all.of(row))
            else {
                continue;
            };
            let split = service.capacity.is_some();
            for (territory, share) in self.shares(shape, split, &mut scratch) {
                sums[territory] += Fixed::of(amount * share);
            }
        }
        let provision = |range: Range<usize>| Provision {
            units: Some(sums[range].iter().copied().sum::<Fixed>().get()),
            period: None,
            source: id.to_owned(),
        };
        self.places().into_iter().map(|(_, range)| provision(range)).collect()
    }

    /// Shares of a facility by territory: split by measure, or whole where most of it lies.
    pub(super) fn shares(
        &self,
        shape: ShapeRef<'_>,
        split: bool,
        scratch: &mut Scratch,
    ) -> Vec<(usize, f64)> {
        let parts: Parts = match shape.dimension() {
            Dimension::Area => self.planes.mosaic.split_area(shape, scratch),
            Dimension::Line => self.planes.mosaic.split_length(shape, scratch),
            Dimension::Point => shape
                .points()
                .iter()
                .map(|&p| (self.planes.locate(p, scratch), 1.0))
                .collect(),
        };
        let whole: f64 = parts.iter().map(|(_, amount)| amount).sum();
        let mut shares: Vec<(usize, f64)> = Vec::new();
        for (planes, amount) in parts {
            let Some(territory) = self.planes.territory(&planes) else { continue };
            match shares.iter_mut().find(|(known, _)| *known == territory) {
                Some((_, sum)) => *sum += amount / whole,
                None => shares.push((territory, amount / whole)),
            }
        }
        shares.sort_by_key(|(territory, _)| *territory);
        if split {
            return shares;
        }
        let most = shares.into_iter().reduce(|best, next| {
            if next.1 > best.1 * (1.0 + 1e-12) { next } else { best }
        });
        most.into_iter().map(|(territory, _)| (territory, 1.0)).collect()
    }

    fn provision_reported(
        &self,
        deficit: &DeficitSettings,
        table: &ReportedTable,
        indicator: &str,
        findings: &mut Findings,
    ) -> Vec<Provision> {
        let places = self.places();
        let mut provision: Vec<Provision> = places
            .iter()
            .map(|(code, _)| {
                let row = pick(table, indicator, code, deficit.period.as_deref());
                Provision {
                    units: row.and_then(|row| row.value).filter(|_| {
                        row.is_some_and(|row| {
                            !matches!(row.qualifier.as_str(), "<" | ">")
                        })
                    }),
                    period: row.map(|row| row.period.clone()),
                    source: row.map_or_else(String::new, |row| row.source.clone()),
                }
            })
            .collect();
        let (all, territories) = provision.split_last_mut().expect("_T is always there");
        if all.units.is_none() && all.period.is_none() {
            // No row of its own: the union has the units of its territories, if all are known.
            all.units = territories.iter().map(|p| p.units).sum();
            if let (Some(_), Some(first)) = (all.units, territories.first()) {
                (all.period, all.source) = (first.period.clone(), first.source.clone());
            }
        }
        for (code, _) in &places {
            if let Some(row) = pick(table, indicator, code, deficit.period.as_deref()) {
                note_disputed(deficit, table, row, findings);
            }
        }
        let missing = places.iter().zip(&provision).filter(|(_, p)| p.units.is_none());
        findings
            .extend(missing.map(|((code, _), _)| not_reported(deficit, code, indicator)));
        self.note_strangers(deficit, table, indicator, findings);
        provision
    }

    fn reported(
        &self,
        deficit: &DeficitSettings,
        table: &ReportedTable,
        indicator: &str,
        better: Better,
        findings: &mut Findings,
    ) -> Vec<DeficitRow> {
        let mut rows = Vec::new();
        for (territory, _) in self.places() {
            let mut row = blank(deficit, "reported", territory.clone());
            let period = deficit.period.as_deref();
            if let Some(reported) = pick(table, indicator, &territory, period) {
                fill_reported(&mut row, reported, better);
                note_disputed(deficit, table, reported, findings);
            } else {
                let any = table.rows.iter().find(|row| row.indicator == indicator);
                row.unit = any.map_or_else(String::new, |row| row.unit.clone());
                findings.push(not_reported(deficit, &territory, indicator));
            }
            rows.push(row);
        }
        self.note_strangers(deficit, table, indicator, findings);
        rows
    }

    /// Rows of the table about territories that the project does not have.
    fn note_strangers(
        &self,
        deficit: &DeficitSettings,
        table: &ReportedTable,
        indicator: &str,
        findings: &mut Findings,
    ) {
        let known = |code: &str| {
            code == TOTAL || self.area.territories.iter().any(|t| t.code.as_str() == code)
        };
        let strangers = table
            .rows
            .iter()
            .filter(|r| r.indicator == indicator && !known(&r.territory));
        findings.extend(strangers.map(|row| {
            Finding::about(Code::UnknownTerritory, &deficit.id)
                .feature(row.territory.clone())
                .with("indicator", indicator)
                .with("line", row.line)
        }));
    }
}

/// Units of a place.
struct Provision {
    units: Option<f64>,
    period: Option<String>,
    source: String,
}

#[cfg(test)]
mod tests;
