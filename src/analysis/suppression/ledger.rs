//! What can be computed from what is published: every sum of which one term is unknown gives it.
//!
//! In: which amounts are published, and which of them add up to nothing together. Out: which are
//! known in the end. Knows no amount: that a sum holds is enough.

/// Sums of amounts that are published or not.
#[derive(Debug, Clone, Default)]
pub(super) struct Ledger {
    is_known: Vec<bool>,
    /// Terms of each sum.
    sums: Vec<Vec<usize>>,
}

impl Ledger {
    /// A ledger of so many amounts of which none is known.
    pub(super) fn new(count: usize) -> Self {
        Self { is_known: vec![false; count], sums: Vec::new() }
    }

    /// Tells that an amount is published.
    pub(super) fn publish(&mut self, amount: usize) {
        self.is_known[amount] = true;
    }

    /// Tells that all terms but one give the last.
    pub(super) fn add(&mut self, terms: Vec<usize>) {
        self.sums.push(terms);
    }

    /// Which amounts are known once every sum with one unknown has given it.
    pub(super) fn solve(mut self) -> Vec<bool> {
        let mut sums_of: Vec<Vec<usize>> = vec![Vec::new(); self.is_known.len()];
        let mut missing = vec![0_usize; self.sums.len()];
        for (at, terms) in self.sums.iter().enumerate() {
            for term in terms.iter().filter(|term| !self.is_known[**term]) {
                sums_of[*term].push(at);
                missing[at] += 1;
            }
        }
        let mut open: Vec<usize> =
            (0..missing.len()).filter(|at| missing[*at] == 1).collect();
        while let Some(at) = open.pop() {
            let mut terms = self.sums[at].iter();
            let Some(found) = terms.find(|term| !self.is_known[**term]).copied() else {
                continue;
            };
            self.is_known[found] = true;
            for sum in &sums_of[found] {
                missing[*sum] -= 1;
                if missing[*sum] == 1 {
                    open.push(*sum);
                }
            }
        }
        self.is_known
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_sum_gives_opens_the_next() {
        // 0 + 1 = 2 and 1 + 3 = 4: with 0, 2 and 4 published all are known.
        let mut ledger = Ledger::new(6);
        for amount in [0, 2, 4] {
            ledger.publish(amount);
        }
        ledger.add(vec![0, 1, 2]);
        ledger.add(vec![1, 3, 4]);
        assert_eq!(ledger.clone().solve(), [true, true, true, true, true, false]);
        // Without 0 nothing follows.
        ledger.is_known[0] = false;
        assert_eq!(ledger.solve(), [false, false, true, false, true, false]);
    }
}
