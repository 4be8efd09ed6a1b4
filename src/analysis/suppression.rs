//! Small numbers of people that are not published, and what they could be computed from.
//!
//! In: everything that was measured and the rule of the project. Out: the same with hidden
//! figures taken out, so that whatever is made of it afterwards cannot tell them.
//!
//! People by territory and level make one table a hazard, and one more for the worst of all
//! hazards and for each question of access. Tables that share people are protected together:
//! what is hidden in one is hidden in those that are made of it, and what had to be hidden in
//! one of those is hidden where it comes from.

mod audit;
mod grid;
mod ledger;
mod rows;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use self::grid::{Cell, Grid, open_rows};
pub(super) use self::rows::hide_deficit;
use self::rows::hide_risk;
use super::exposure::ANY;
use super::facilities::people_layer;
use super::measurements::{DeficitRow, Measurements};
use crate::config::{DeficitKind, Settings, Suppression};
use crate::domain::{Code, Finding, Findings, Level, Measure, OUTSIDE, TOTAL};
use crate::geometry::StudyArea;

/// Takes what the project's rule hides out of what was measured; does nothing without a rule.
pub(super) fn apply(
    area: &StudyArea,
    settings: &Settings,
    found: &mut Measurements,
    findings: &mut Findings,
) {
    let Some(rule) = &settings.suppression else { return };
    let work = Work { area, settings, rule };
    let families = work.families(found);
    let mut hidden: BTreeMap<String, usize> = BTreeMap::new();
    for family in &families {
        let count = family.hide_exposure(found) + family.hide_in_hazard(found);
        *hidden.entry(family.layer.clone()).or_default() += count;
        family.hide_balance(found);
    }
    let of_deficits = work.hide_deficits(&families, found);
    let of_facilities = work.hide_facilities(&families, found);
    for (layer, count) in of_deficits.into_iter().chain(of_facilities) {
        *hidden.entry(layer).or_default() += count;
    }
    hide_risk(found);
    findings.retain(|finding| {
        finding.code != Code::TotalDiffers
            || !families.iter().any(|family| family.keeps_total_of(finding))
    });
    for (layer, count) in hidden.into_iter().filter(|(_, count)| *count > 0) {
        let finding = Finding::about(Code::SmallNumbersHidden, &layer);
        findings.push(
            finding
                .with("count", count)
                .with("min_count", rule.min_count)
                .with("min_denominator", rule.min_denominator),
        );
    }
}

/// What is read as nobody: the last digits of a difference.
const DUST: f64 = 1e-6;

/// What the rule is applied to.
struct Work<'a> {
    area: &'a StudyArea,
    settings: &'a Settings,
    rule: &'a Suppression,
}

/// The tables of one measure of one layer.
struct Family {
    layer: String,
    measure: Measure,
    /// Codes of the territories, their union, what lies outside: the rows of every table.
    places: Vec<String>,
    /// Places whose whole is hidden.
    open: Vec<bool>,
    /// Whole of each place.
    totals: Vec<f64>,
    tables: Vec<Table>,
    /// What is known by access deficit.
    access: BTreeMap<String, Access>,
}

/// Who a service reaches and who it does not, by place.
struct Access {
    /// Places that the deficit has no figures for.
    open: Vec<bool>,
    /// People who are reached, and who are not.
    halves: Vec<(f64, f64)>,
}

/// People by place and level of one hazard, or those of them whom a service does not reach.
struct Table {
    deficit: Option<String>,
    hazard: String,
    grid: Grid,
    /// Tables that its people are taken from.
    parents: Vec<usize>,
    /// Places whose whole is hidden.
    open: Vec<bool>,
}

impl Work<'_> {
    /// Every protected measure of every layer, with what must be hidden of it.
    fn families(&self, found: &Measurements) -> Vec<Family> {
        let mut all = Vec::new();
        for layer in &self.area.exposures {
            let people = layer.people.as_ref().map(|_| Measure::People);
            let sums = layer.sums.iter().map(|(name, _)| Measure::Sum(name.clone()));
            for measure in people.into_iter().chain(sums) {
                if self.rule.protects(&measure) {
                    let mut family = self.family(found, &layer.layer.id, &measure);
                    let rule = (self.rule.min_count, self.rule.min_denominator);
                    family.settle(rule);
                    family.audit(rule);
                    all.push(family);
                }
            }
        }
        all
    }

    fn family(&self, found: &Measurements, layer: &str, measure: &Measure) -> Family {
        let territories = self.area.territories.iter();
        let mut places: Vec<String> =
            territories.map(|t| t.code.as_str().to_owned()).collect();
        let count = places.len();
        places.extend([TOTAL.to_owned(), OUTSIDE.to_owned()]);
        let mut family = Family {
            layer: layer.to_owned(),
            measure: measure.clone(),
            totals: vec![0.0; places.len()],
            open: vec![false; places.len()],
            places,
            tables: Vec::new(),
            access: BTreeMap::new(),
        };
        self.add_exposure(&mut family, found);
        self.add_totals(&mut family, found);
        let least = self.rule.min_denominator;
        family.open[..count].clone_from_slice(&open_rows(&family.totals[..count], least));
        for place in [count, count + 1] {
            let total = family.totals[place];
            family.open[place] = total > 0.0 && total < least;
        }
        for table in &mut family.tables {
            table.open.clone_from(&family.open);
        }
        if *measure == Measure::People {
            self.add_access(&mut family, found);
        }
        family
    }

    /// A table for every hazard, and one for the worst of them, which comes from those.
    fn add_exposure(&self, family: &mut Family, found: &Measurements) {
        let count = family.places.len() - 2;
        let new = |hazard: &str, parents| Table {
            deficit: None,
            hazard: hazard.to_owned(),
            grid: Grid::new(count),
            parents,
            open: Vec::new(),
        };
        for hazard in &self.area.hazards {
            family.tables.push(new(&hazard.layer.id, Vec::new()));
        }
        let hazards = self.area.hazards.iter().enumerate();
        let parents = hazards.filter(|(_, hazard)| hazard.in_any).map(|(at, _)| at);
        family.tables.push(new(ANY, parents.collect()));
        for row in &found.exposure {
            if row.layer != family.layer || row.measure != family.measure {
                continue;
            }
            let Some(place) = family.place(&row.territory) else { continue };
            family.totals[place] = row.total.unwrap_or_default();
            let table = family.tables.iter_mut().find(|table| table.hazard == row.hazard);
            if let (Some(table), Some(quantity)) = (table, row.quantity) {
                table.grid.set((place, row.level.index()), quantity.value);
            }
        }
    }

    /// The people of places as deficits have them: without a hazard there is no exposure.
    fn add_totals(&self, family: &mut Family, found: &Measurements) {
        if family.measure != Measure::People {
            return;
        }
        for row in &found.deficits {
            let kind = self.settings.deficits.iter().find(|one| one.id == row.deficit);
            let layer = kind.and_then(|one| one.kind.people_layer());
            if layer != Some(family.layer.as_str()) {
                continue;
            }
            if let (Some(place), Some(people)) =
                (family.place(&row.territory), row.people)
            {
                family.totals[place] = people;
            }
        }
    }

    /// For every question of access to which this layer gives the people, a table for every
    /// hazard of those whom it does not reach.
    fn add_access(&self, family: &mut Family, found: &Measurements) {
        let of_exposure = family.tables.len();
        for deficit in &self.settings.deficits {
            let DeficitKind::Access { people, .. } = &deficit.kind else { continue };
            if *people != family.layer {
                continue;
            }
            let rows = found.deficits.iter().filter(|row| row.deficit == deficit.id);
            let access = self.access_of(family, &rows.collect::<Vec<_>>());
            let first = family.tables.len();
            for at in 0..of_exposure {
                let exposure = &family.tables[at];
                let mut parents: Vec<usize> =
                    exposure.parents.iter().map(|parent| first + parent).collect();
                parents.push(at);
                family.tables.push(Table {
                    deficit: Some(deficit.id.clone()),
                    hazard: exposure.hazard.clone(),
                    grid: Grid::new(family.places.len() - 2),
                    parents,
                    open: access.open.clone(),
                });
            }
            for row in found.in_hazard.iter().filter(|row| row.deficit == deficit.id) {
                let Some(place) = family.place(&row.territory) else { continue };
                let mut tables = family.tables[first..].iter_mut();
                let table = tables.find(|table| table.hazard == row.hazard);
                if let (Some(table), Some(people)) = (table, row.people) {
                    table.grid.set((place, row.level.index()), people);
                }
            }
            for at in 0..of_exposure {
                self.mark_served(&mut family.tables, at, first + at);
            }
            family.access.insert(deficit.id.clone(), access);
        }
    }

    /// Few who are reached are few as well: everybody can subtract.
    fn mark_served(&self, tables: &mut [Table], exposed: usize, unserved: usize) {
        for cell in tables[exposed].grid.cells() {
            let without = tables[unserved].grid.value(cell);
            let served = tables[exposed].grid.value(cell) - without;
            if without > 0.0 && self.is_few(served) {
                tables[unserved].grid.mark(cell);
            }
        }
    }

    /// Whether a count is small, whatever the last digits of a difference say.
    fn is_few(&self, count: f64) -> bool {
        count > DUST && count < self.rule.min_count
    }

    /// The places of which an access deficit says nothing: where few are reached or few are
    /// not, and another with each lonely one.
    fn access_of(&self, family: &Family, rows: &[&DeficitRow]) -> Access {
        let count = family.places.len() - 2;
        let mut halves = vec![(0.0, 0.0); family.places.len()];
        for row in rows {
            let place = family.place(&row.territory);
            if let (Some(place), Some(people), Some(lacking)) =
                (place, row.people, row.shortfall)
            {
                halves[place] = (people - lacking, lacking);
            }
        }
        let mut open = family.open.clone();
        for (is_open, (served, lacking)) in open.iter_mut().zip(&halves) {
            *is_open |= self.is_few(*served) || self.is_few(*lacking);
        }
        let has_room = |place: usize| {
            let (served, lacking) = halves[place];
            served >= self.rule.min_count && lacking >= self.rule.min_count
        };
        while !open[count] {
            // Where nobody is without, no row says so: everybody knows.
            let own =
                || (0..count).filter(|&place| open[place] && halves[place].1 > DUST);
            let served: f64 = own().map(|place| halves[place].0).sum();
            let lacking: f64 = own().map(|place| halves[place].1).sum();
            let is_lonely = own().count() == 1;
            let is_told = is_lonely || self.is_few(served) || self.is_few(lacking);
            if own().count() == 0 || !is_told {
                break;
            }
            let others = (0..count).filter(|&place| !open[place] && has_room(place));
            let people = |place: usize| halves[place].0 + halves[place].1;
            let next = others.min_by(|&a, &b| people(a).total_cmp(&people(b)));
            open[next.unwrap_or(count)] = true;
        }
        Access { open, halves }
    }

    /// Hides deficits; gives how many by layer of the people.
    fn hide_deficits(
        &self,
        families: &[Family],
        found: &mut Measurements,
    ) -> Vec<(String, usize)> {
        let mut all = Vec::new();
        for row in found.deficits.iter_mut().chain(&mut found.disputed) {
            let kind = self.settings.deficits.iter().find(|one| one.id == row.deficit);
            let Some(kind) = kind.map(|one| &one.kind) else { continue };
            let layer = kind.people_layer();
            let family = families.iter().find(|family| {
                family.measure == Measure::People && Some(family.layer.as_str()) == layer
            });
            let is_open = family.is_some_and(|family| family.is_without(row));
            let few = self.rule.min_denominator;
            let is_ratio_of_few = row.people.is_some_and(|p| p > 0.0 && p < few);
            if is_open || is_ratio_of_few {
                hide_deficit(row);
                // The people of the territories themselves were published by others.
                if family.is_some_and(|family| family.is_total_hidden(&row.territory)) {
                    row.people = None;
                }
                let layer = layer.unwrap_or(&self.settings.territories);
                all.push((layer.to_owned(), 1));
            }
        }
        all
    }

    /// Hides for how many a facility is the nearest, where they are few, and so many others of
    /// the same service that they are not few together: all of them may be everybody. Where
    /// the whole of the layer is hidden all are, since they may add up to it.
    fn hide_facilities(
        &self,
        families: &[Family],
        found: &mut Measurements,
    ) -> Vec<(String, usize)> {
        let mut all = Vec::new();
        for service in &self.area.services {
            let id = &service.layer.id;
            let Some(layer) = people_layer(self.area, self.settings, id) else {
                continue;
            };
            let mut own = families.iter().filter(|one| one.layer == layer.layer.id);
            let is_whole_hidden =
                own.any(|one| one.measure == Measure::People && one.hides_layer());
            let own = found.facilities.iter().filter(|row| row.service == *id);
            let mut people: Vec<(f64, String)> = own
                .filter_map(|row| Some((row.people_nearest?, row.facility.clone())))
                .collect();
            people.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.cmp(&b.1)));
            people.dedup();
            let counts: Vec<f64> = people.iter().map(|(count, _)| *count).collect();
            let mut open = open_rows(&counts, self.rule.min_count);
            if is_whole_hidden {
                open.fill(true);
            }
            let hidden: BTreeSet<&str> = people
                .iter()
                .zip(open)
                .filter_map(|((_, facility), is_open)| is_open.then_some(&**facility))
                .collect();
            for row in found.facilities.iter_mut().filter(|row| row.service == *id) {
                if hidden.contains(&*row.facility) {
                    row.people_nearest = None;
                    row.is_hidden = true;
                    all.push((layer.layer.id.clone(), 1));
                }
            }
        }
        all
    }
}

impl Family {
    fn place(&self, code: &str) -> Option<usize> {
        self.places.iter().position(|place| place == code)
    }

    /// Hides until every table is protected with all that it shares people with.
    fn settle(&mut self, (least, few): (f64, f64)) {
        loop {
            let mut has_changed = false;
            for at in 0..self.tables.len() {
                has_changed |= self.take_over(at);
                let open = self.tables[at].open.clone();
                let sensitive = self.tables[at].grid.hide_sensitive((least, few), &open);
                for cell in sensitive {
                    has_changed |= self.protect(at, cell, least);
                }
            }
            if !has_changed {
                return;
            }
        }
    }

    /// Hides what a cell of a table could be computed from.
    ///
    /// Of a cell that is small in no table that this one comes from, nothing may protect it that
    /// one of those tells; if so, all of it is hidden there as well.
    fn protect(&mut self, at: usize, cell: Cell, least: f64) -> bool {
        let ancestors = self.ancestors(at);
        let Table { grid, open, .. } = &self.tables[at];
        let above = || ancestors.iter().map(|one| &self.tables[*one]);
        let is_own =
            !above().any(|table| table.grid.is_small(cell, least) || table.open[cell.0]);
        let is_hidden = |cell: Cell| {
            grid.is_hidden(cell) && !(is_own && self.is_told_above(at, cell))
        };
        if grid.is_protected(cell, open, &is_hidden) {
            return false;
        }
        let mut all = grid.companions(cell, least, open);
        all.push(cell);
        let mut has_changed = false;
        for table in ancestors.into_iter().chain([at]) {
            for cell in &all {
                has_changed |= self.tables[table].grid.hide(*cell);
            }
        }
        has_changed
    }

    /// Whether a table that one is made of publishes the same people as one of its cells has, or
    /// several of them do together.
    fn is_told_above(&self, at: usize, cell: Cell) -> bool {
        let Table { grid, parents, deficit, .. } = &self.tables[at];
        let value = grid.value(cell);
        let is_it = |sum: f64| (sum - value).abs() <= 1e-6;
        let ancestors = self.ancestors(at);
        let mut above = ancestors.iter().map(|one| &self.tables[*one].grid);
        if above.any(|one| !one.is_hidden(cell) && is_it(one.value(cell))) {
            return true;
        }
        // Where hazards do not overlap, their people add up to those of the worst of all.
        let alike = parents.iter().map(|one| &self.tables[*one]);
        let alike = alike.filter(|table| table.deficit == *deficit);
        let there = alike.filter(|table| table.grid.value(cell) > 0.0);
        let shown: Vec<&Grid> = there.map(|table| &table.grid).collect();
        !shown.is_empty()
            && shown.iter().all(|one| !one.is_hidden(cell))
            && is_it(shown.iter().map(|one| one.value(cell)).sum())
    }

    /// Hides what the tables hide that a table comes from.
    fn take_over(&mut self, at: usize) -> bool {
        let mut has_changed = false;
        for parent in self.tables[at].parents.clone() {
            let grid = &self.tables[parent].grid;
            let hidden: Vec<Cell> = grid.cells().filter(|c| grid.is_hidden(*c)).collect();
            for cell in hidden {
                has_changed |= self.tables[at].grid.hide(cell);
            }
        }
        has_changed
    }

    fn ancestors(&self, at: usize) -> BTreeSet<usize> {
        let mut all = BTreeSet::new();
        let mut open = self.tables[at].parents.clone();
        while let Some(next) = open.pop() {
            if all.insert(next) {
                open.extend(&self.tables[next].parents);
            }
        }
        all
    }

    fn table(&self, deficit: Option<&str>, hazard: &str) -> Option<&Table> {
        let mut all = self.tables.iter();
        all.find(|table| table.deficit.as_deref() == deficit && table.hazard == hazard)
    }

    /// Whether the whole of the layer is hidden: that of all territories, or what lies outside.
    fn hides_layer(&self) -> bool {
        self.open[self.places.len() - 2..].contains(&true)
    }

    fn is_total_hidden(&self, code: &str) -> bool {
        self.place(code).is_some_and(|place| self.open[place])
    }

    /// Whether a finding tells a whole that is hidden.
    fn keeps_total_of(&self, finding: &Finding) -> bool {
        let is_of_people = self.measure == Measure::People;
        is_of_people
            && finding.layer == self.layer
            && self.is_total_hidden(&finding.feature)
    }

    /// Whether nothing is said of a deficit in its territory.
    fn is_without(&self, row: &DeficitRow) -> bool {
        let access = self.access.get(&row.deficit);
        let open = access.map_or(&self.open, |access| &access.open);
        self.place(&row.territory).is_some_and(|place| open[place])
    }

    fn hides(
        &self,
        deficit: Option<&str>,
        place: &str,
        hazard: &str,
        level: Level,
    ) -> bool {
        let table = self.table(deficit, hazard);
        table.zip(self.place(place)).is_some_and(|(table, place)| {
            table.open[place] || table.grid.is_hidden((place, level.index()))
        })
    }

    /// Whether a level of a place is hidden.
    fn hides_beside(&self, place: &str, hazard: &str) -> bool {
        Level::ALL.iter().any(|level| self.hides(None, place, hazard, *level))
    }

    fn hide_exposure(&self, found: &mut Measurements) -> usize {
        let mut count = 0;
        for row in &mut found.exposure {
            if row.layer != self.layer || row.measure != self.measure {
                continue;
            }
            if self.hides(None, &row.territory, &row.hazard, row.level) {
                row.quantity = None;
                row.doubts.clear();
                count += 1;
            } else if self.hides_beside(&row.territory, &row.hazard) {
                // Its ends are made of those of the levels around it.
                if let Some(quantity) = &mut row.quantity {
                    quantity.range = None;
                }
                row.doubts.clear();
            }
            if self.is_total_hidden(&row.territory) {
                row.total = None;
            }
        }
        count
    }

    fn hide_in_hazard(&self, found: &mut Measurements) -> usize {
        let mut count = 0;
        for row in &mut found.in_hazard {
            if self.access.contains_key(&row.deficit)
                && self.hides(Some(&row.deficit), &row.territory, &row.hazard, row.level)
            {
                row.people = None;
                count += 1;
            }
        }
        count
    }

    /// The whole of a layer is that of its territories and of what lies outside: with one of
    /// them hidden, it is hidden too.
    fn hide_balance(&self, found: &mut Measurements) {
        if !self.hides_layer() {
            return;
        }
        for row in &mut found.balance {
            if row.layer == self.layer && row.measure == self.measure {
                row.hide();
            }
        }
    }
}
