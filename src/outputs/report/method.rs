//! By which methods figures were arrived at: formulas, rules, citations.

use super::Block;
use super::context::Context;
use super::grid::{Cell, Grid, Row};
use crate::domain::{Level, Message};
use crate::indicators::Method;

/// The rules of measure that explanations name by number.
const RULES: [u8; 8] = [3, 4, 5, 6, 7, 8, 9, 11];

pub(super) fn blocks(context: &Context<'_>) -> Vec<Block> {
    let words = context.words;
    vec![
        Block::Text(words.of("report.method_is")),
        Block::Table(methods(context)),
        Block::Text(words.of("report.formula_letters")),
        Block::Table(rules(context)),
        Block::Text(crs(context)),
    ]
}

fn methods(context: &Context<'_>) -> Grid {
    let words = context.words;
    let columns = ["method", "formula", "unit", "reference"];
    let head = columns.map(|column| words.of(&format!("report.column.{column}")));
    let rows = Method::ALL.iter().map(|method| {
        let entry = method.entry();
        Row::of_texts([
            format!("{} {}", entry.code, entry.version),
            entry.formula.to_owned(),
            entry.unit.to_owned(),
            entry.reference.to_owned(),
        ])
    });
    let rows = rows.collect();
    Grid::new("table-methods", words.of("report.table.methods"), head.into(), Vec::new())
        .with_rows(rows)
}

fn rules(context: &Context<'_>) -> Grid {
    let words = context.words;
    let rows = RULES.map(|number| Row {
        id: format!("rule-{number}"),
        cells: vec![
            Cell::text(number.to_string()),
            Cell::text(words.of(&format!("explain.rule.{number}"))),
        ],
    });
    let mut rows = Vec::from(rows);
    let levels =
        Level::ALL.map(|level| format!("{} = {}", words.level(level), level.id()));
    rows.push(Row::of_texts([words.of("report.levels"), levels.join("; ")]));
    let head =
        ["rule", "text"].map(|column| words.of(&format!("report.column.{column}")));
    Grid::new("table-rules", words.of("report.table.rules"), head.into(), Vec::new())
        .with_rows(rows)
}

/// The working CRS, and by how much its grid stretches here.
fn crs(context: &Context<'_>) -> String {
    let (area, words) = (context.area(), context.words);
    let (low, high) = area.grid_scale_ppm;
    words.say(
        &Message::new("report.crs")
            .with("crs", format!("EPSG:{}", area.epsg))
            .with("low", words.number(low, 0))
            .with("high", words.number(high, 0)),
    )
}
