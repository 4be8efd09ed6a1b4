//! An exposure layer as tallied: who is served, and what may be off.

use std::ops::Range;

use super::Lacking;
use super::row::around;
use crate::analysis::doubts::LayerDoubts;
use crate::analysis::exposure::Table;
use crate::analysis::fixed::Fixed;
use crate::domain::{Doubt, DoubtRange};
use crate::geometry::ExposureLayer;

/// An exposure layer as tallied, and its column of people served for each access deficit.
pub(in crate::analysis) struct Tallied<'a> {
    pub(in crate::analysis) layer: &'a ExposureLayer,
    pub(in crate::analysis) table: Table,
    /// Deficit id and column.
    pub(in crate::analysis) served: Vec<(String, usize)>,
    /// The same with distances that may be off.
    pub(in crate::analysis) reaches: Vec<Reach>,
    /// What else may be off.
    pub(in crate::analysis) doubts: LayerDoubts,
}

/// People served within a distance that may be off.
pub(in crate::analysis) struct Reach {
    /// Deficit id.
    pub(in crate::analysis) deficit: String,
    /// Why.
    pub(in crate::analysis) doubt: Doubt,
    /// Column of those that are served if everything lies further off.
    pub(in crate::analysis) less: usize,
    /// Column of those that are served if everything lies nearer.
    pub(in crate::analysis) more: usize,
}

impl Tallied<'_> {
    /// Column of the people served for an access deficit.
    pub(in crate::analysis) fn column_of(&self, deficit: &str) -> usize {
        let found = self.served.iter().find(|(id, _)| id == deficit);
        found.expect("every access deficit was tallied with its layer").1
    }

    /// What each doubt makes of the share that is served.
    pub(super) fn doubts_of(
        &self,
        deficit: &str,
        value: f64,
        range: &Range<usize>,
    ) -> Vec<DoubtRange> {
        let share = |table: &Table, column: usize| {
            let people = table.people(range).filter(|people| !people.is_zero())?;
            Some(table.total(range, column).get() / people.get())
        };
        let reaches = self.reaches.iter().filter(|reach| reach.deficit == deficit);
        let mut all: Vec<DoubtRange> = reaches
            .filter_map(|reach| {
                let less = share(&self.table, reach.less)?;
                let more = share(&self.table, reach.more)?;
                Some(around(reach.doubt, value, [less, more]))
            })
            .collect();
        let majority = self.doubts.rules.as_ref().map(|rules| &rules.majority);
        let other = majority.and_then(|table| share(table, self.column_of(deficit)));
        all.extend(other.map(|other| around(Doubt::Straddling, value, [other, other])));
        all
    }

    /// What each doubt makes of the number of people who are not served.
    pub(super) fn lacking(
        &self,
        deficit: &str,
        [people, served]: [Fixed; 2],
        range: &Range<usize>,
        growth: Option<(f64, f64)>,
    ) -> Option<Lacking> {
        let mut lacking = Lacking::new(people.get(), served.get());
        for reach in self.reaches.iter().filter(|reach| reach.deficit == deficit) {
            let ends = [reach.less, reach.more];
            let ends = ends.map(|column| self.table.total(range, column).get());
            lacking.provided(reach.doubt, ends);
        }
        if let Some(rules) = &self.doubts.rules {
            let table = &rules.majority;
            let all = table.people(range).unwrap_or(Fixed::ZERO);
            let other = (all - table.total(range, self.column_of(deficit))).get();
            lacking.differs(Doubt::Straddling, [other, other]);
        }
        if let Some((least, most)) = growth {
            let not_served = lacking.amount();
            let ends = [least, most].map(|factor| not_served * factor);
            lacking.differs(Doubt::PopulationDate, ends);
        }
        lacking.most = people.get() * growth.map_or(1.0, |(_, most)| most);
        lacking.known()
    }
}
