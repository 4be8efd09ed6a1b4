//! Which cells of one table must be hidden so that none of the small ones can be computed back.
//!
//! In: people by territory and level, whose sums over both are published. Out: the cells to
//! hide. Knows nothing of layers and hazards.
//!
//! # Method
//!
//! The hypercube method of cell suppression: with each sensitive cell the other three corners of
//! a rectangle of the table are hidden. Along a rectangle amounts can be moved without changing
//! any sum, so no sum gives the cell. Of all rectangles the one is taken that leaves the most
//! room, and of those the one that hides least. Repsilber, R. D. (1994), "Preservation of
//! confidentiality in aggregated data", Second International Seminar on Statistical
//! Confidentiality; Giessing, S. & Repsilber, D. (2002), "Tools and strategies to protect
//! multiple tables with the GHQUAR cell suppression engine", LNCS 2316.

/// Number of levels.
pub(super) const LEVELS: usize = 6;

/// Row and level.
pub(super) type Cell = (usize, usize);

/// People by row and level. Rows are the territories in order, their union, what lies outside.
#[derive(Debug, Clone)]
pub(super) struct Grid {
    values: Vec<[f64; LEVELS]>,
    hidden: Vec<[bool; LEVELS]>,
    /// Cells that must not be known for another reason than their own size.
    marked: Vec<[bool; LEVELS]>,
}

impl Grid {
    pub(super) fn new(territories: usize) -> Self {
        let rows = territories + 2;
        Self {
            values: vec![[0.0; LEVELS]; rows],
            hidden: vec![[false; LEVELS]; rows],
            marked: vec![[false; LEVELS]; rows],
        }
    }

    pub(super) fn set(&mut self, (row, level): Cell, value: f64) {
        self.values[row][level] = value;
    }

    pub(super) fn value(&self, (row, level): Cell) -> f64 {
        self.values[row][level]
    }

    pub(super) fn is_hidden(&self, (row, level): Cell) -> bool {
        self.hidden[row][level]
    }

    /// Hides a cell; tells whether it was not hidden before.
    pub(super) fn hide(&mut self, (row, level): Cell) -> bool {
        !std::mem::replace(&mut self.hidden[row][level], true)
    }

    /// Hides all of it.
    pub(super) fn hide_all(&mut self) {
        self.hidden.iter_mut().for_each(|row| row.fill(true));
    }

    /// Whether a cell is known: it is not hidden, or it is empty. Areas and numbers of elements
    /// are published, levels that a hazard has not are named, and where nobody is without a
    /// service there is no row: each of them tells that nobody is there.
    pub(super) fn is_published(&self, cell: Cell) -> bool {
        !self.is_hidden(cell) || self.value(cell) <= 0.0
    }

    /// Whether a cell must not be known for its own sake. `open` says whether nobody knows the
    /// sum of its row, which must not be known where it is less than `few`.
    pub(super) fn is_sensitive(
        &self,
        cell: Cell,
        (least, few): (f64, f64),
        open: bool,
    ) -> bool {
        let sum: f64 = self.values[cell.0].iter().sum();
        self.is_small(cell, least) || (open && self.value(cell) > 0.0 && sum < few)
    }

    pub(super) fn is_marked(&self, (row, level): Cell) -> bool {
        self.marked[row][level]
    }

    /// Asks for a cell to be protected whatever its own size.
    pub(super) fn mark(&mut self, (row, level): Cell) {
        self.marked[row][level] = true;
    }

    pub(super) fn cells(&self) -> impl Iterator<Item = Cell> + use<> {
        let rows = self.values.len();
        (0..rows).flat_map(|row| (0..LEVELS).map(move |level| (row, level)))
    }

    /// The last row, which no column adds up.
    fn outside(&self) -> usize {
        self.values.len() - 1
    }

    /// Hides what must not be known for its own sake, and gives those cells that have people.
    /// `open` says of which rows nobody knows the sum: all of such a row is hidden, and must not
    /// be known where the sum is less than `few`.
    pub(super) fn hide_sensitive(
        &mut self,
        (least, few): (f64, f64),
        open: &[bool],
    ) -> Vec<Cell> {
        let mut found = Vec::new();
        for cell in self.cells() {
            let is_open = open[cell.0];
            let is_sensitive =
                self.is_marked(cell) || self.is_sensitive(cell, (least, few), is_open);
            if is_sensitive || is_open {
                self.hide(cell);
            }
            found.extend((is_sensitive && self.value(cell) > 0.0).then_some(cell));
        }
        found
    }

    /// Whether few people are in a cell.
    pub(super) fn is_small(&self, cell: Cell, least: f64) -> bool {
        self.value(cell) > 0.0 && self.value(cell) < least
    }

    /// Whether no sum gives a cell while those that `is_hidden` says are hidden.
    pub(super) fn is_protected(
        &self,
        (row, level): Cell,
        open: &[bool],
        is_hidden: &dyn Fn(Cell) -> bool,
    ) -> bool {
        let is_filled_and_hidden = |cell: Cell| self.value(cell) > 0.0 && is_hidden(cell);
        if !is_hidden((row, level)) {
            return false;
        }
        if row == self.outside() {
            let mut rest = (0..LEVELS).filter(|other| *other != level);
            return open[row] || rest.any(|other| is_filled_and_hidden((row, other)));
        }
        let is_partner = |other: usize| {
            other != row && open[other] && is_filled_and_hidden((other, level))
        };
        if open[row] && (0..self.outside()).any(is_partner) {
            return true;
        }
        let mut all = self.rectangles((row, level), open);
        all.any(|corners| corners.iter().all(|corner| is_hidden(*corner)))
    }

    /// The other three corners of every rectangle along which people can be moved. Between two
    /// rows whose sums nobody knows they can be moved as well: then one corner is of the other.
    fn rectangles<'s>(
        &'s self,
        (row, level): Cell,
        open: &'s [bool],
    ) -> impl Iterator<Item = [Cell; 3]> + 's {
        let ends = (0..self.outside())
            .filter(move |end| *end == row || (open[row] && open[*end]));
        let all = ends.flat_map(move |end| {
            let others =
                (0..self.outside()).filter(move |other| *other != row && *other != end);
            others.flat_map(move |other| {
                let levels = (0..LEVELS).filter(move |across| *across != level);
                levels.map(move |across| [(end, across), (other, level), (other, across)])
            })
        });
        all.filter(|corners| corners.iter().all(|corner| self.value(*corner) > 0.0))
    }

    /// What to hide together with a cell.
    pub(super) fn companions(&self, cell: Cell, least: f64, open: &[bool]) -> Vec<Cell> {
        if cell.0 == self.outside() {
            return self.beside(cell, least).into_iter().collect();
        }
        let price = |corners: &[Cell; 3]| {
            let narrow = corners.iter().filter(|c| self.value(**c) < least).count();
            let shown = corners.iter().filter(|c| !self.is_hidden(**c));
            (narrow, shown.map(|c| self.value(*c)).sum::<f64>())
        };
        let best = self.rectangles(cell, open).map(|corners| (price(&corners), corners));
        let best =
            best.min_by(|(a, _), (b, _)| a.0.cmp(&b.0).then_with(|| a.1.total_cmp(&b.1)));
        match best {
            Some((_, corners)) => corners.to_vec(),
            // Nothing can be moved: then only the sums of the territories are left.
            None => self.cells().filter(|(row, _)| *row != self.outside()).collect(),
        }
    }

    /// The cell of the same row that leaves room, and else the largest.
    fn beside(&self, (row, level): Cell, least: f64) -> Option<Cell> {
        let others =
            (0..LEVELS).filter(|other| *other != level).map(|other| (row, other));
        let mut others: Vec<Cell> = others.filter(|c| self.value(*c) > 0.0).collect();
        others.sort_by(|a, b| self.value(*a).total_cmp(&self.value(*b)));
        let roomy = others.iter().find(|c| self.value(**c) >= least);
        roomy.or(others.last()).copied()
    }
}

/// The rows whose sums must be hidden: those of fewer people than `least`, and so many of the
/// others that neither one of them nor a small number is what is left of the whole.
pub(super) fn open_rows(totals: &[f64], least: f64) -> Vec<bool> {
    let mut open: Vec<bool> = totals.iter().map(|&t| t > 0.0 && t < least).collect();
    loop {
        let hidden = || totals.iter().zip(&open).filter(|(_, is_open)| **is_open);
        let (count, sum) = (hidden().count(), hidden().map(|(t, _)| t).sum::<f64>());
        if count == 0 || (count >= 2 && sum >= least) {
            return open;
        }
        let shown = (0..totals.len()).filter(|&at| !open[at] && totals[at] > 0.0);
        let Some(next) = shown.min_by(|&a, &b| totals[a].total_cmp(&totals[b])) else {
            return open;
        };
        open[next] = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(rows: &[[f64; LEVELS]]) -> Grid {
        let mut grid = Grid::new(rows.len());
        for (row, values) in rows.iter().enumerate() {
            for (level, value) in values.iter().enumerate() {
                grid.set((row, level), *value);
                let union = (rows.len(), level);
                grid.set(union, grid.value(union) + value);
            }
        }
        grid
    }

    fn protect(grid: &mut Grid, open: &[bool]) {
        for cell in grid.hide_sensitive((5.0, 20.0), open) {
            if !grid.is_protected(cell, open, &|cell| grid.is_hidden(cell)) {
                for other in grid.companions(cell, 5.0, open) {
                    grid.hide(other);
                }
            }
        }
    }

    fn hidden(grid: &Grid) -> Vec<Cell> {
        grid.cells().filter(|cell| grid.is_hidden(*cell)).collect()
    }

    fn closed(grid: &Grid) -> Vec<bool> {
        vec![false; grid.values.len()]
    }

    #[test]
    fn a_small_cell_takes_the_cheapest_rectangle_with_it() {
        // 3 of 103: with 40 beside it, the cheapest other row is the second.
        let mut grid = grid(&[
            [3.0, 40.0, 0.0, 0.0, 60.0, 0.0],
            [10.0, 20.0, 0.0, 0.0, 70.0, 0.0],
            [50.0, 90.0, 0.0, 0.0, 100.0, 0.0],
        ]);
        let open = closed(&grid);
        protect(&mut grid, &open);
        // 40 + 10 + 20 = 70 is less than any other: 60 + 10 + 70, 40 + 50 + 90, …
        assert_eq!(hidden(&grid), [(0, 0), (0, 1), (1, 0), (1, 1)]);
    }

    #[test]
    fn with_one_territory_the_union_is_hidden_with_it() {
        let mut grid = grid(&[[3.0, 0.0, 0.0, 0.0, 97.0, 0.0]]);
        let open = closed(&grid);
        protect(&mut grid, &open);
        assert_eq!(hidden(&grid), [(0, 0), (0, 4), (1, 0), (1, 4)]);
    }

    #[test]
    fn nothing_small_hides_nothing() {
        let mut grid = grid(&[[5.0, 0.0, 0.0, 0.0, 95.0, 0.0]]);
        let open = closed(&grid);
        protect(&mut grid, &open);
        assert!(hidden(&grid).is_empty());
    }

    #[test]
    fn a_rectangle_with_room_goes_before_a_cheaper_one() {
        // Beside 3 stand 4 and 30: 4 is small itself, and both are known to be below 5.
        let mut grid =
            grid(&[[3.0, 4.0, 30.0, 0.0, 0.0, 63.0], [10.0, 20.0, 25.0, 0.0, 0.0, 80.0]]);
        let open = closed(&grid);
        protect(&mut grid, &open);
        let all = hidden(&grid);
        assert!(all.contains(&(0, 2)) && all.contains(&(1, 2)), "{all:?}");
    }

    #[test]
    fn an_empty_cell_protects_nothing() {
        // The second would be cheaper, but nobody of it is at the level.
        let mut grid = grid(&[
            [3.0, 0.0, 0.0, 0.0, 97.0, 0.0],
            [0.0, 0.0, 0.0, 0.0, 50.0, 0.0],
            [10.0, 0.0, 0.0, 0.0, 70.0, 0.0],
        ]);
        let open = closed(&grid);
        protect(&mut grid, &open);
        assert_eq!(hidden(&grid), [(0, 0), (0, 4), (2, 0), (2, 4)]);
    }

    #[test]
    fn a_row_of_unknown_sum_is_protected_by_another_at_another_level() {
        // All 7 of the first are out of the zones, all 50 of the second in them. Of the third,
        // 80 and 30 can make room for both; with 80 and 5 the column of 5 would tell all.
        let mut grid = grid(&[
            [0.0, 0.0, 0.0, 0.0, 7.0, 0.0],
            [50.0, 0.0, 0.0, 0.0, 0.0, 0.0],
            [30.0, 5.0, 0.0, 0.0, 80.0, 0.0],
        ]);
        protect(&mut grid, &[true, true, false, false, false]);
        assert!(grid.is_hidden((2, 4)) && grid.is_hidden((2, 0)));
        assert!(!grid.is_hidden((2, 1)));
    }

    #[test]
    fn what_lies_outside_is_in_no_column() {
        let mut grid = grid(&[[10.0, 0.0, 0.0, 0.0, 90.0, 0.0]]);
        grid.set((2, 0), 2.0);
        grid.set((2, 4), 8.0);
        grid.set((2, 5), 30.0);
        let open = closed(&grid);
        protect(&mut grid, &open);
        assert_eq!(hidden(&grid), [(2, 0), (2, 4)]);
    }

    #[test]
    fn a_row_nobody_knows_the_sum_of_is_hidden_with_its_partner() {
        let rows = [[0.0, 0.0, 0.0, 0.0, 7.0, 0.0], [0.0, 0.0, 0.0, 0.0, 50.0, 0.0]];
        let mut grid = grid(&rows);
        let open = open_rows(&[7.0, 50.0], 20.0);
        assert_eq!(open, [true, true]);
        let mut all = open.clone();
        all.extend([false, false]);
        protect(&mut grid, &all);
        let own: Vec<Cell> = (0..2).flat_map(|r| (0..6).map(move |l| (r, l))).collect();
        assert_eq!(hidden(&grid), own);
    }

    #[test]
    fn sums_of_few_are_hidden_with_the_next_smallest() {
        let cases: [(&[f64], &[bool]); 6] = [
            (&[30.0, 40.0], &[false, false]),
            (&[3.0, 400.0, 90.0], &[true, false, true]),
            // 3 + 4 are still fewer than 20.
            (&[3.0, 4.0, 90.0, 50.0], &[true, true, false, true]),
            (&[12.0, 13.0, 90.0], &[true, true, false]),
            (&[3.0], &[true]),
            (&[0.0, 400.0], &[false, false]),
        ];
        for (totals, expected) in cases {
            assert_eq!(open_rows(totals, 20.0), expected, "{totals:?}");
        }
    }

    /// Every sensitive cell of any small table lies on a cycle of hidden cells, so that no sum
    /// of the published ones gives it: the graph of rows and columns, with hidden cells for
    /// edges, stays connected between the two ends of the cell when it is taken away.
    #[test]
    fn no_sum_gives_a_small_cell_back() {
        let mut state = 7_u64;
        let mut random = move |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 33) % below
        };
        for _ in 0..2000 {
            let count = 1 + random(4);
            let rows: Vec<[f64; LEVELS]> = (0..count)
                .map(|_| {
                    [(); LEVELS].map(|()| match random(3) {
                        0 => 0.0,
                        1 => f64::from(u32::try_from(random(8)).unwrap()),
                        _ => f64::from(u32::try_from(random(300)).unwrap()),
                    })
                })
                .collect();
            // Few people in all are another rule's.
            if rows.iter().any(|row| row.iter().sum::<f64>() < 20.0) {
                continue;
            }
            let mut grid = grid(&rows);
            let open = closed(&grid);
            protect(&mut grid, &open);
            for cell in grid.cells().filter(|c| (0.5..5.0).contains(&grid.value(*c))) {
                assert!(grid.is_hidden(cell), "{rows:?} {cell:?}");
                assert!(is_on_a_cycle(&grid, cell), "{rows:?} {cell:?}");
            }
        }
    }

    fn is_on_a_cycle(grid: &Grid, (row, level): Cell) -> bool {
        let rows = grid.outside();
        let mut seen = vec![false; rows + LEVELS];
        let mut todo = vec![row];
        while let Some(at) = todo.pop() {
            if std::mem::replace(&mut seen[at], true) {
                continue;
            }
            let edges = (0..rows).flat_map(|r| (0..LEVELS).map(move |l| (r, l)));
            for (r, l) in edges.filter(|c| grid.is_hidden(*c) && *c != (row, level)) {
                if at == r {
                    todo.push(rows + l);
                } else if at == rows + l {
                    todo.push(r);
                }
            }
        }
        seen[rows + level]
    }
}
