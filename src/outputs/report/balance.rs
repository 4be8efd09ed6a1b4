//! Whether what came out is what went in.

use super::Block;
use super::context::Context;
use super::grid::{Cell, Grid, Row};
use crate::analysis::BalanceRow;
use crate::domain::{Measure, Message};

pub(super) fn blocks(context: &Context<'_>) -> Vec<Block> {
    let (words, rows) = (context.words, &context.measurements().balance);
    let open: Vec<&BalanceRow> = rows.iter().filter(|row| !row.closes()).collect();
    let key =
        if open.is_empty() { "report.balance.closes" } else { "report.balance.open" };
    let message = Message::new(key).with("rows", rows.len()).with("open", open.len());
    let mut blocks = vec![Block::Text(words.say(&message))];
    if !open.is_empty() {
        blocks.push(Block::Table(table(context, "balance-open", &open)));
    }
    blocks.push(Block::Table(table(context, "balance", &worst(rows))));
    blocks
}

/// Of each layer and measure, the hazard by which parts differ most from the whole.
fn worst(rows: &[BalanceRow]) -> Vec<&BalanceRow> {
    let mut worst: Vec<&BalanceRow> = Vec::new();
    for row in rows {
        let same =
            |one: &&mut &BalanceRow| one.layer == row.layer && one.measure == row.measure;
        match worst.iter_mut().find(same) {
            Some(one) if off(row) > off(one) => *one = row,
            Some(_) => {}
            None => worst.push(row),
        }
    }
    worst
}

/// By how much parts differ from the whole, as far as that is told.
fn off(row: &BalanceRow) -> f64 {
    row.difference().map_or(0.0, f64::abs)
}

fn table(context: &Context<'_>, id: &str, rows: &[&BalanceRow]) -> Grid {
    let words = context.words;
    let hidden = || words.of("map.hidden");
    let figure = |amount: Option<f64>| amount.map_or_else(hidden, |a| words.figure(a));
    let tiny = |amount: Option<f64>| amount.map_or_else(hidden, |a| format!("{a:.1e}"));
    let rows = rows.iter().map(|row| {
        Row::of(vec![
            Cell::text(format!(
                "{} · {}",
                context.title(&row.layer),
                measure(context, row)
            )),
            Cell::text(context.title(&row.hazard)),
            Cell::text(figure(row.whole)),
            Cell::text(figure(row.parts)),
            Cell::text(tiny(row.difference())),
            Cell::text(tiny(row.tolerance)),
        ])
    });
    let rows = rows.collect();
    let of = |columns: &[&str]| -> Vec<String> {
        columns
            .iter()
            .map(|column| words.of(&format!("report.column.{column}")))
            .collect()
    };
    Grid::new(
        &format!("table-{id}"),
        words.of(&format!("report.table.{id}")),
        of(&["element", "hazard"]),
        of(&["whole", "parts", "difference", "tolerance"]),
    )
    .with_rows(rows)
}

/// What is counted; the balance is in the units of the tables.
fn measure(context: &Context<'_>, row: &BalanceRow) -> String {
    match &row.measure {
        Measure::Area => "m²".to_owned(),
        Measure::Length => "m".to_owned(),
        measure => context.measure(measure),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_each_layer_and_measure_the_largest_difference_is_told() {
        let row = |hazard: &str, layer: &str, parts: f64| {
            BalanceRow::new((hazard, layer, Measure::People), (100.0, parts), 1.0)
        };
        let rows = [
            row("flood", "blocks", 100.1),
            row("slide", "blocks", 99.7),
            row("any", "blocks", 100.2),
            row("flood", "lots", 100.0),
        ];
        let told: Vec<(&str, &str)> =
            worst(&rows).iter().map(|row| (&*row.layer, &*row.hazard)).collect();
        assert_eq!(told, [("blocks", "slide"), ("lots", "flood")]);
    }
}
