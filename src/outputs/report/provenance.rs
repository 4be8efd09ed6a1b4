//! What went in, with digests, and how anybody can check the report.

use super::Block;
use super::context::{Context, slug};
use super::grid::{Cell, Grid, Row};
use crate::geometry::InputRecord;

pub(super) fn blocks(context: &Context<'_>) -> Vec<Block> {
    let words = context.words;
    let version = env!("CARGO_PKG_VERSION");
    let mut blocks = vec![
        Block::Text(words.with("report.made_by", "version", version)),
        Block::Text(context.settings_digest()),
    ];
    if !context.job.settings.overrides.is_empty() {
        let changed = context.job.settings.overrides.iter();
        let changed = changed.map(|(key, value)| format!("{key}={value}"));
        let changed = changed.collect::<Vec<_>>().join("; ");
        blocks.push(Block::Text(words.with("report.overrides", "changed", &changed)));
    }
    blocks.push(Block::Text(words.of("report.verify")));
    blocks.push(Block::Table(inputs(context)));
    let signed = ["made", "reviewed", "date"];
    blocks.push(Block::Signatures(
        signed.iter().map(|label| words.of(&format!("report.sign.{label}"))).collect(),
    ));
    blocks
}

/// The id of the row of a file; several files may be of one layer.
pub(super) fn input_id(layer: &str, path: &str) -> String {
    format!("input-{}", slug(&format!("{layer}-{path}")))
}

fn inputs(context: &Context<'_>) -> Grid {
    let words = context.words;
    let of = |columns: &[&str]| -> Vec<String> {
        columns
            .iter()
            .map(|column| words.of(&format!("report.column.{column}")))
            .collect()
    };
    let mut records: Vec<&InputRecord> = context.area().inputs.iter().collect();
    records.sort_by_key(|record| (&record.layer, &record.path));
    records.dedup_by_key(|record| (&record.layer, &record.path));
    let rows = records.into_iter().map(|record| Row {
        id: input_id(&record.layer, &record.path),
        cells: vec![
            Cell::text(
                format!("{} · {}", record.layer, record.path).trim_start_matches(" · "),
            ),
            Cell::text(record.crs.clone().unwrap_or_default()),
            Cell::text(record.digest.as_str()),
            Cell::text(context.count(record.features_read)),
            Cell::text(context.count(record.features_kept)),
        ],
    });
    let rows = rows.collect();
    Grid::new(
        "table-inputs",
        words.of("report.table.inputs"),
        of(&["file", "crs", "sha256"]),
        of(&["read", "kept"]),
    )
    .with_rows(rows)
}
