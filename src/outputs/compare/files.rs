//! A comparison as a table, as JSON and as a folder.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Map, Value, json};

use super::snapshot::{Figure, TABLES, unit_of};
use super::{Comparison, Effect, Entry, Snapshot, status};
use crate::outputs::error::OutputError;
use crate::outputs::past_run::PastRun;
use crate::outputs::{Written, derived};

/// Columns of `compare.csv`.
pub const COLUMNS: [&str; 11] = [
    "table",
    "row",
    "column",
    "unit",
    "a",
    "b",
    "difference",
    "status",
    "cause",
    "subject",
    "effect",
];

/// Writes CSV into memory.
struct Writer(csv::Writer<Vec<u8>>);

impl Writer {
    fn new() -> Self {
        let mut options = csv::WriterBuilder::new();
        options.terminator(csv::Terminator::Any(b'\n'));
        Self(options.from_writer(Vec::new()))
    }

    fn row<const N: usize>(&mut self, cells: [&str; N]) {
        self.0.write_record(cells).expect("rows of equal length always fit into memory");
    }

    fn finish(self) -> Vec<u8> {
        self.0.into_inner().expect("memory takes all that is written")
    }
}

/// The table `compare.csv`: a row for each figure that differs and each cause.
#[must_use]
pub fn table(comparison: &Comparison) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.row(COLUMNS);
    for entry in &comparison.entries {
        if entry.effects.is_empty() {
            writer.row(cells(entry, ["", "", ""], &difference(entry)));
        }
        for effect in &entry.effects {
            let amount = effect.amount.to_string();
            let of_effect = [effect.kind.id(), effect.subject.as_str(), amount.as_str()];
            writer.row(cells(entry, of_effect, &difference(entry)));
        }
    }
    writer.finish()
}

/// Columns of `scenarios.csv`.
pub const SCENARIOS: [&str; 9] = [
    "scenario",
    "table",
    "row",
    "column",
    "unit",
    "base",
    "value",
    "difference",
    "status",
];

/// The table `scenarios.csv`: every figure of every scenario beside that of the base.
#[must_use]
pub fn against_base(base: &Snapshot, scenarios: &[(String, Snapshot)]) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.row(SCENARIOS);
    for (id, scenario) in scenarios {
        for (table, columns, _) in TABLES {
            let (of_base, of_scenario) = (base.rows(table), scenario.rows(table));
            let rows: BTreeSet<&String> =
                of_base.keys().chain(of_scenario.keys()).collect();
            for row in rows {
                let cells = of_scenario.get(row).or_else(|| of_base.get(row));
                let Some(cells) = cells else { continue };
                for column in columns {
                    let a = base.figure(table, row, cells, column);
                    let b = scenario.figure(table, row, cells, column);
                    let status = status(a, b).map_or("same", super::Status::id);
                    let unit = unit_of(table, cells, column);
                    let difference = match (a, b) {
                        (Figure::Number(a), Figure::Number(b)) => (b - a).to_string(),
                        _ => String::new(),
                    };
                    let (a, b) = (a.to_string(), b.to_string());
                    writer.row([
                        id,
                        table,
                        row,
                        column,
                        &unit,
                        &a,
                        &b,
                        &difference,
                        status,
                    ]);
                }
            }
        }
    }
    writer.finish()
}

fn difference(entry: &Entry) -> String {
    entry.difference.map_or_else(String::new, |difference| difference.to_string())
}

fn cells<'a>(
    entry: &'a Entry,
    effect: [&'a str; 3],
    difference: &'a str,
) -> [&'a str; 11] {
    let [cause, subject, amount] = effect;
    let (table, row, status) = (entry.table, entry.row.as_str(), entry.status.id());
    let (unit, a, b) = (entry.unit.as_str(), entry.a.as_str(), entry.b.as_str());
    [table, row, entry.column, unit, a, b, difference, status, cause, subject, amount]
}

/// Everything as JSON, for programs. Numbers are the texts of the tables.
#[must_use]
pub fn json(comparison: &Comparison) -> Value {
    let effect = |effect: &Effect| {
        json!({
            "cause": effect.kind.id(),
            "subject": effect.subject,
            "effect": effect.amount.to_string(),
        })
    };
    let entry = |entry: &Entry| {
        json!({
            "figure": entry.name(),
            "table": entry.table,
            "row": entry.row,
            "column": entry.column,
            "unit": entry.unit,
            "a": entry.a,
            "b": entry.b,
            "status": entry.status.id(),
            "difference": entry.difference.map(|difference| difference.to_string()),
            "undecidable": { "a": entry.undecidable[0], "b": entry.undecidable[1] },
            "causes": entry.effects.iter().map(effect).collect::<Vec<_>>(),
        })
    };
    let change = |change: &crate::layers::counterfactual::Change| {
        json!({
            "kind": change.kind.id(),
            "subject": change.subject,
            "changed": change.changed,
            "lost": change.lost,
        })
    };
    json!({
        "compared": comparison.compared,
        "differing": comparison.entries.len(),
        "changes": comparison.changes.iter().map(change).collect::<Vec<_>>(),
        "is_split": comparison.missing_inputs.is_empty(),
        "territories_lost": comparison.territories_lost,
        "territories_new": comparison.territories_new,
        "figures": comparison.entries.iter().map(entry).collect::<Vec<_>>(),
    })
}

/// Writes a comparison and its drawings into a folder that takes the place of the one
/// before, with a manifest, so that `verify` can check it.
///
/// Returns the paths inside the folder.
///
/// # Errors
///
/// See [`OutputError`].
pub fn write(
    directory: &Path,
    runs: [&PastRun; 2],
    files: Vec<(String, Vec<u8>)>,
) -> Result<Written, OutputError> {
    let of_run = |run: &PastRun| {
        json!({
            "program_version": run.recorded.program.version,
            "settings_sha256": run.recorded.settings_sha256,
        })
    };
    let own =
        Map::from_iter([("compared".to_owned(), runs.map(of_run).into_iter().collect())]);
    derived::write(directory, own, files)
}
