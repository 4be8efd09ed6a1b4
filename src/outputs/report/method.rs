//! By which methods figures were arrived at: formulas, rules, citations.

use super::Block;
use super::context::Context;
use super::grid::{Cell, Grid, Row};
use crate::domain::{Level, Message};
use crate::i18n;
use crate::indicators::Method;

/// The rules of measure that explanations name by number.
const RULES: [u8; 8] = [3, 4, 5, 6, 7, 8, 9, 11];

impl Context<'_> {
    /// How a method computes, in the language of the page.
    pub(super) fn formula(&self, method: Method) -> String {
        self.words.of(&format!("report.formula.{}", method.entry().code))
    }

    /// Who published a method, or who states it, in the language of the page.
    pub(super) fn reference(&self, method: Method) -> String {
        self.words.of(&format!("report.reference.{}", method.entry().code))
    }
}

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
            context.formula(*method),
            unit(context, entry.unit),
            context.reference(*method),
        ])
    });
    let rows = rows.collect();
    Grid::new("table-methods", words.of("report.table.methods"), head.into(), Vec::new())
        .with_rows(rows)
}

/// A unit of the catalogue as people read it.
fn unit(context: &Context<'_>, of_table: &str) -> String {
    match of_table {
        "1" => context.words.of("report.unit.number"),
        "declared" => context.words.of("report.unit.declared"),
        named => i18n::unit(context.words.locale, named).to_owned(),
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Locale;

    #[test]
    fn methods_are_told_in_english_as_the_catalogue_has_them() {
        for entry in Method::ALL.map(|method| *method.entry()) {
            let told = |what: &str, locale| {
                i18n::text(locale, &format!("report.{what}.{}", entry.code)).to_owned()
            };
            // Braces are where sentences take values in.
            let formula = entry.formula.replace('{', "[").replace('}', "]");
            assert_eq!(told("formula", Locale::En), formula);
            assert_eq!(told("reference", Locale::En), entry.reference);
            for what in ["formula", "reference"] {
                assert!(!told(what, Locale::Es).starts_with("report."), "{}", entry.code);
            }
        }
    }
}
