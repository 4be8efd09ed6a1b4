//! Whether all tables together give back what each protects by itself.
//!
//! Tables are protected one by one, along rectangles. But they share people: who lacks a
//! service in a place is told once and split by every hazard; where nobody is reached, those
//! without are all. Here everything that is published is put into one ledger; a table with
//! which a hidden number could be computed is hidden as a whole.

use super::grid::{Cell, LEVELS};
use super::ledger::Ledger;
use super::{Access, DUST, Family, Table};

/// Levels that zones have; the rest is out of them, or not studied.
const ZONES: usize = 4;

/// Least count and least whole that are published.
type Rule = (f64, f64);

impl Family {
    /// Hides the tables that, with those before them, give back what must not be known.
    pub(super) fn audit(&mut self, rule: Rule) {
        let all: Vec<usize> = (0..self.tables.len()).collect();
        if !self.tells(&all, rule) {
            return;
        }
        for at in 0..self.tables.len() {
            let before = &all[..=at];
            if !self.tells(before, rule) {
                continue;
            }
            self.tables[at].grid.hide_all();
            // Where all of a place are at one level, what is told of the place tells it.
            let exposed = self.exposed_of(at);
            if exposed != at && self.tells(before, rule) {
                self.tables[exposed].grid.hide_all();
            }
        }
    }

    /// The table of all people of which a table has those without a service.
    fn exposed_of(&self, at: usize) -> usize {
        let Table { deficit, hazard, .. } = &self.tables[at];
        let mut all = self.tables.iter();
        let found =
            all.position(|table| table.deficit.is_none() && table.hazard == *hazard);
        found.filter(|_| deficit.is_some()).unwrap_or(at)
    }

    /// Whether what these tables publish gives back something that must not be known.
    fn tells(&self, tables: &[usize], rule: Rule) -> bool {
        let known = self.ledger(tables).solve();
        let tells_cell = |&at: &usize| {
            let Table { grid, open, .. } = &self.tables[at];
            let exposed = self.exposed_of(at);
            grid.cells().any(|cell| {
                let is_told = known[self.amount(at, cell)];
                let is_rest_told = is_told && known[self.amount(exposed, cell)];
                (is_told && grid.is_sensitive(cell, rule, open[cell.0]))
                    || (is_rest_told && grid.is_marked(cell))
            })
        };
        tables.iter().any(tells_cell) || self.tells_whole(&known, rule)
    }

    /// Whether the whole of a place is known that must not be, or how many of it lack a service.
    fn tells_whole(&self, known: &[bool], (least, few): Rule) -> bool {
        let is_few = |count: f64| count > DUST && count < least;
        (0..self.places.len()).any(|place| {
            let whole = self.totals[place];
            let is_of_few = whole > 0.0 && whole < few;
            let is_whole_known = known[self.whole(0, place)];
            let tells = |(at, access): (usize, &Access)| {
                let (served, lacking) = access.halves[place];
                let is_small = is_few(lacking)
                    || (is_few(served) && is_whole_known)
                    || (is_of_few && lacking > DUST);
                is_small && known[self.whole(at + 1, place)]
            };
            (is_of_few && is_whole_known) || self.access.values().enumerate().any(tells)
        })
    }

    /// All that these tables publish, and the sums that hold.
    fn ledger(&self, tables: &[usize]) -> Ledger {
        let places = self.places.len();
        let wholes = self.access.len() + 1;
        let mut ledger = Ledger::new(self.whole(wholes, 0));
        let without = self.access.values().map(|access| &access.open);
        for (of, open) in std::iter::once(&self.open).chain(without).enumerate() {
            for place in (0..places).filter(|place| !open[*place]) {
                ledger.publish(self.whole(of, place));
            }
            ledger.add((0..places - 1).map(|place| self.whole(of, place)).collect());
        }
        for &at in tables {
            self.enter(&mut ledger, at);
        }
        ledger
    }

    /// Enters a table: its cells, its rows, its columns.
    fn enter(&self, ledger: &mut Ledger, at: usize) {
        let table = &self.tables[at];
        for cell in table.grid.cells().filter(|cell| table.grid.is_published(*cell)) {
            ledger.publish(self.amount(at, cell));
        }
        let of = self.whole_of(at);
        for place in 0..self.places.len() {
            let row = (0..LEVELS).map(|level| self.amount(at, (place, level)));
            ledger.add(row.chain([self.whole(of, place)]).collect());
        }
        for level in 0..LEVELS {
            let column = (0..self.places.len() - 1).map(|place| (place, level));
            ledger.add(column.map(|cell| self.amount(at, cell)).collect());
        }
        self.enter_all_without(ledger, at);
        self.enter_where_all_add_up(ledger, at);
    }

    /// The worst of all hazards has nowhere more people down to a level than all of them
    /// together, and nowhere fewer than one: where the union is told to have just as many,
    /// every place has.
    fn enter_where_all_add_up(&self, ledger: &mut Ledger, at: usize) {
        let Table { deficit, parents, .. } = &self.tables[at];
        let alike = |one: &&usize| self.tables[**one].deficit == *deficit;
        let parents: Vec<usize> = parents.iter().filter(alike).copied().collect();
        let union = self.places.len() - 2;
        for lowest in 0..ZONES {
            let told = |of: usize| -> Option<f64> {
                let grid = &self.tables[of].grid;
                let cells = (0..=lowest).map(|level| (union, level));
                cells.map(|c| grid.is_published(c).then(|| grid.value(c))).sum()
            };
            let mut enter = |others: &[usize]| {
                let sum: Option<f64> = others.iter().map(|other| told(*other)).sum();
                let same = told(at).zip(sum).is_some_and(|(a, b)| (a - b).abs() <= DUST);
                for place in (0..union).filter(|_| same) {
                    let tables = others.iter().chain([&at]);
                    let terms = tables.flat_map(|of| {
                        (0..=lowest).map(|level| self.amount(*of, (place, level)))
                    });
                    ledger.add(terms.collect());
                }
            };
            enter(&parents);
            for one in &parents {
                enter(&[*one]);
            }
        }
    }

    /// Where it is told that a service reaches nobody, those without it are all.
    fn enter_all_without(&self, ledger: &mut Ledger, at: usize) {
        let named = self.tables[at].deficit.as_ref();
        let Some(access) = named.and_then(|deficit| self.access.get(deficit)) else {
            return;
        };
        let exposed = self.exposed_of(at);
        for place in 0..self.places.len() {
            let is_told = !access.open[place] && !self.open[place];
            if is_told && access.halves[place].0 <= DUST {
                for level in 0..LEVELS {
                    let pair = [at, exposed].map(|at| self.amount(at, (place, level)));
                    ledger.add(pair.into());
                }
            }
        }
    }

    /// Which whole the rows of a table add up to: 0 for everybody, then those without.
    fn whole_of(&self, at: usize) -> usize {
        let named = self.tables[at].deficit.as_ref();
        let found = named.and_then(|id| self.access.keys().position(|known| known == id));
        found.map_or(0, |position| position + 1)
    }

    /// Where the ledger has a cell of a table.
    fn amount(&self, at: usize, (place, level): Cell) -> usize {
        (at * self.places.len() + place) * LEVELS + level
    }

    /// Where the ledger has the whole of a place.
    fn whole(&self, of: usize, place: usize) -> usize {
        let cells = self.tables.len() * self.places.len() * LEVELS;
        cells + of * self.places.len() + place
    }
}
