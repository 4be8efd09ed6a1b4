//! Tables that share people, put together by hand.

use std::collections::BTreeMap;

use super::grid::{Grid, LEVELS};
use super::{ANY, Family, Table};
use crate::domain::{Measure, OUTSIDE, TOTAL};

/// The people of three territories by level, with their sum.
fn table(hazard: &str, parents: Vec<usize>, rows: [[f64; LEVELS]; 3]) -> Table {
    let mut grid = Grid::new(rows.len());
    for (row, values) in rows.iter().enumerate() {
        for (level, value) in values.iter().enumerate() {
            grid.set((row, level), *value);
            let union = (rows.len(), level);
            grid.set(union, grid.value(union) + value);
        }
    }
    let open = vec![false; rows.len() + 2];
    Table { deficit: None, hazard: hazard.to_owned(), grid, parents, open }
}

#[test]
fn what_another_table_tells_protects_nothing() {
    // Of the first, 47 of the 50 in the low zone of the flood are high in the slide, which
    // leaves 3. In the third the flood has 4, all of them among the 20 of the slide.
    let flood = [
        [0.0, 0.0, 0.0, 50.0, 100.0, 0.0],
        [0.0, 0.0, 0.0, 0.0, 200.0, 0.0],
        [0.0, 0.0, 0.0, 4.0, 96.0, 0.0],
    ];
    let slide = [
        [0.0, 47.0, 0.0, 0.0, 103.0, 0.0],
        [0.0, 0.0, 0.0, 0.0, 200.0, 0.0],
        [0.0, 0.0, 0.0, 20.0, 80.0, 0.0],
    ];
    let any = [
        [0.0, 47.0, 0.0, 3.0, 100.0, 0.0],
        [0.0, 0.0, 0.0, 0.0, 200.0, 0.0],
        [0.0, 0.0, 0.0, 20.0, 80.0, 0.0],
    ];
    let tables = vec![
        table("flood", Vec::new(), flood),
        table("slide", Vec::new(), slide),
        table(ANY, vec![0, 1], any),
    ];
    let mut family = Family {
        layer: "blocks".to_owned(),
        measure: Measure::People,
        places: ["1", "2", "3", TOTAL, OUTSIDE].map(str::to_owned).into(),
        open: vec![false; 5],
        totals: vec![150.0, 200.0, 100.0, 450.0, 0.0],
        tables,
        access: BTreeMap::new(),
    };
    family.settle((5.0, 20.0));
    // What protects the 4 of the flood stands around the 3 as well. But in the third the slide
    // would tell 20 and 80, the same people as those of the worst of both.
    for cell in [(0, 3), (0, 4), (2, 3), (2, 4)] {
        for table in [0, 2] {
            assert!(family.tables[table].grid.is_hidden(cell), "{cell:?} of {table}");
        }
    }
    assert!([(2, 3), (2, 4)].iter().all(|cell| family.tables[1].grid.is_hidden(*cell)));
}
