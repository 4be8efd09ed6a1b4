//! Whether what came out is what went in.

use super::Block;
use super::context::Context;
use super::grid::{Cell, Grid, Row};
use crate::analysis::BalanceRow;
use crate::domain::{Measure, Message};
use crate::outputs::map::words::Words;

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
    let tiny = |amount: Option<f64>| amount.map_or_else(hidden, |a| power(words, a));
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

/// The size of a tiny amount: two digits and a power of ten.
fn power(words: Words, amount: f64) -> String {
    const HIGH: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let text = format!("{amount:.1e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let digits = words.number(digits.parse().unwrap_or(amount), 1);
    if amount == 0.0 {
        return words.number(0.0, 0);
    }
    let raised = exponent.chars().map(|c| match c.to_digit(10) {
        Some(digit) => HIGH[digit as usize],
        None => '⁻',
    });
    format!("{digits}\u{a0}×\u{a0}10{}", raised.collect::<String>())
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
    fn tiny_amounts_are_written_for_people() {
        let words = Words { locale: crate::i18n::Locale::Es };
        for (amount, expected) in [
            (0.0, "0"),
            (-1.24e-5, "\u{2212}1,2\u{a0}×\u{a0}10⁻⁵"),
            (9.3e-13, "9,3\u{a0}×\u{a0}10⁻¹³"),
            (25.0, "2,5\u{a0}×\u{a0}10¹"),
        ] {
            assert_eq!(power(words, amount), expected);
        }
    }

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
