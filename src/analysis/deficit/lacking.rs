//! How sure it is what is lacking for a standard.
//!
//! In: what is asked for, what there is, and what each doubt makes of one or the other. Out: a
//! [`Lacking`], which gives the ends of the shortfall. It writes and rounds nothing.
//!
//! Doubts are combined before anything is cut off at 0 or made whole: two doubts, neither of
//! which alone makes anything lacking, may do so together.

use super::{DUST, around, reaches};
use crate::domain::{Doubt, DoubtRange};

/// What is asked for less what there is, and how far that may be off.
#[derive(Debug, Clone, PartialEq)]
pub struct Lacking {
    /// What the standard asks for: m², people, or units that need not be whole.
    pub demand: f64,
    /// What there is of it.
    pub provision: f64,
    /// Whether what is lacking comes in whole units.
    pub is_whole: bool,
    /// The most that can be lacking.
    pub most: f64,
    /// What each doubt alone makes of demand less provision; below 0, more than enough.
    pub doubts: Vec<DoubtRange>,
}

impl Lacking {
    /// Nothing doubtful yet.
    pub(super) fn new(demand: f64, provision: f64) -> Self {
        let most = f64::INFINITY;
        Self { demand, provision, is_whole: false, most, doubts: Vec::new() }
    }

    /// The same of things that are whole.
    pub(super) fn whole(demand: f64, provision: f64) -> Self {
        Self { is_whole: true, ..Self::new(demand, provision) }
    }

    /// A doubt about what there is.
    pub(super) fn provided(&mut self, doubt: Doubt, ends: [f64; 2]) {
        self.differs(doubt, ends.map(|provision| self.demand - provision));
    }

    /// A doubt about what is asked for.
    pub(super) fn asked(&mut self, doubt: Doubt, ends: [f64; 2]) {
        self.differs(doubt, ends.map(|demand| demand - self.provision));
    }

    /// A doubt about both.
    pub(super) fn differs(&mut self, doubt: Doubt, ends: [f64; 2]) {
        self.doubts.push(around(doubt, self.amount(), ends));
    }

    /// `None` where nothing is in doubt.
    pub(super) fn known(self) -> Option<Self> {
        (!self.doubts.is_empty()).then_some(self)
    }

    /// What is asked for less what there is.
    #[must_use]
    pub fn amount(&self) -> f64 {
        self.demand - self.provision
    }

    /// What is lacking if what is asked for exceeds what there is by that: never below 0 nor
    /// above the most, and whole where it must be.
    #[must_use]
    pub fn shortfall(&self, amount: f64) -> f64 {
        if self.is_whole {
            let whole = whole(amount + self.provision) - self.provision;
            return whole.max(0.0);
        }
        if amount <= DUST * self.demand.abs() { 0.0 } else { amount.min(self.most) }
    }

    /// Lower and upper end of a shortfall, by all doubts together.
    #[must_use]
    pub fn ends(&self, shortfall: f64) -> Option<(f64, f64)> {
        let (low, high) = DoubtRange::spread(self.amount(), &self.doubts)?;
        let (low, high) = (self.shortfall(low), self.shortfall(high));
        Some((low.min(shortfall), high.max(shortfall)))
    }
}

/// The whole number of units that are needed; the dust of a sum needs none.
pub(super) fn whole(needed: f64) -> f64 {
    if reaches(needed.floor(), needed) { needed.floor() } else { needed.ceil() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubts_add_up_before_anything_is_cut_off() {
        // 100 asked for and 110 there: 10 too many. Off by 6 and by 8, so by 10 together: from
        // 20 too many to just enough. Off by 9 and by 12, so by 15: 5 may be lacking.
        let of = |first: f64, second: f64| {
            let mut lacking = Lacking::new(100.0, 110.0);
            lacking.provided(Doubt::ServicePosition, [110.0 - first, 110.0 + first]);
            lacking.asked(Doubt::PopulationDate, [100.0 - second, 100.0 + second]);
            lacking.ends(0.0)
        };
        assert_eq!(of(6.0, 8.0), Some((0.0, 0.0)));
        assert_eq!(of(9.0, 12.0), Some((0.0, 5.0)));
        assert_eq!(Lacking::new(100.0, 110.0).ends(0.0), None);
        assert_eq!(Lacking::new(100.0, 110.0).known(), None);
    }

    #[test]
    fn units_are_whole_at_both_ends() {
        // 2.4 needed and 1 there: 3 − 1. From 1.9 to 3.1: 2 − 1 to 4 − 1.
        let mut lacking = Lacking::whole(2.4, 1.0);
        lacking.asked(Doubt::PopulationDate, [1.9, 3.1]);
        assert_eq!(lacking.ends(2.0), Some((1.0, 3.0)));
        // The dust of a sum is no unit, and more than enough is not less than nothing.
        let of = |amount| Some(lacking.shortfall(amount));
        assert_eq!((of(1.000_000_000_01), of(-1.5)), (Some(1.0), Some(0.0)));
    }

    #[test]
    fn no_more_is_lacking_than_there_can_be() {
        let mut lacking = Lacking { most: 50.0, ..Lacking::new(50.0, 10.0) };
        lacking.differs(Doubt::Straddling, [30.0, 60.0]);
        assert_eq!(lacking.ends(40.0), Some((30.0, 50.0)));
    }
}
