//! The data used: source, date, accuracy and status of every layer, and what was found in it.

use std::collections::BTreeMap;

use super::Block;
use super::context::Context;
use super::grid::{Cell, Grid, Link, Row};
use crate::config::{AccuracySetting, LayerSettings};
use crate::domain::Severity;

pub(super) fn blocks(context: &Context<'_>) -> Vec<Block> {
    vec![
        Block::Table(layers(context)),
        Block::Heading {
            id: "data-findings".to_owned(),
            text: context.words.of("report.findings_in_data"),
        },
        findings(context),
    ]
}

fn layers(context: &Context<'_>) -> Grid {
    let words = context.words;
    let columns = ["layer", "source", "date", "accuracy", "status", "findings"];
    let head = columns.map(|column| words.of(&format!("report.column.{column}")));
    let counts = counts(context);
    let rows = context.job.settings.layers.iter().map(|layer| {
        let found = counts.get(layer.id.as_str()).copied().unwrap_or_default();
        let mut row = Row::of(vec![
            Cell::text(layer.title.get(words.locale)),
            source(layer),
            Cell::text(layer.source.date.clone().unwrap_or_default()),
            Cell::text(accuracy(context, layer)),
            Cell::text(words.status(layer.status)),
            Cell::text(counted(context, found)),
        ]);
        row.id = layer_id(&layer.id);
        row
    });
    let rows = rows.collect();
    Grid::new("table-data", words.of("report.table.data"), head.into(), Vec::new())
        .with_rows(rows)
}

fn layer_id(layer: &str) -> String {
    format!("layer-{}", super::context::slug(layer))
}

/// Title, publisher and licence; the address is a link that only a reader follows.
fn source(layer: &LayerSettings) -> Cell {
    let source = &layer.source;
    let parts = [&source.title, &source.publisher, &source.licence];
    let parts: Vec<&str> = parts.into_iter().filter_map(|part| part.as_deref()).collect();
    let text = parts.join(", ");
    match source.url.as_deref().filter(|url| is_web(url)) {
        Some(url) if text.is_empty() => Cell::linked(url, url),
        Some(url) => Cell::linked(text, url),
        None => Cell::text(text),
    }
}

/// Whether an address is one of the web: a project file must not make a page run anything.
fn is_web(url: &str) -> bool {
    let lower = url.to_ascii_lowercase();
    (lower.starts_with("https://") || lower.starts_with("http://"))
        && !url.contains(|c: char| c.is_whitespace() || c.is_control())
}

fn accuracy(context: &Context<'_>, layer: &LayerSettings) -> String {
    let words = context.words;
    match &layer.accuracy {
        Some(AccuracySetting::Meters(m)) => format!("±{}\u{a0}m", words.figure(*m)),
        Some(AccuracySetting::Field(field)) => {
            words.with("report.accuracy_field", "field", field)
        }
        None => words.of("report.not_stated"),
    }
}

/// Findings by severity, mildest first, of each layer.
fn counts<'a>(context: &Context<'a>) -> BTreeMap<&'a str, [usize; 3]> {
    let mut counts: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    for finding in context.job.findings.as_slice() {
        counts.entry(&finding.layer).or_default()[finding.severity as usize] += 1;
    }
    counts
}

fn counted(context: &Context<'_>, [notes, warnings, errors]: [usize; 3]) -> String {
    let kinds = [
        (errors, Severity::Error),
        (warnings, Severity::Warning),
        (notes, Severity::Note),
    ];
    let told =
        kinds.into_iter().filter(|(count, _)| *count > 0).map(|(count, severity)| {
            let key = format!("report.severities.{}", severity.id());
            format!("{}: {count}", context.words.of(&key))
        });
    told.collect::<Vec<_>>().join(", ")
}

/// Findings by code and layer, with the first of each in words.
fn findings(context: &Context<'_>) -> Block {
    let words = context.words;
    let mut groups: BTreeMap<(std::cmp::Reverse<Severity>, &str, &str), (usize, String)> =
        BTreeMap::new();
    for finding in context.job.findings.as_slice() {
        let key =
            (std::cmp::Reverse(finding.severity), finding.code.id(), &*finding.layer);
        let group = groups.entry(key).or_insert_with(|| (0, first(context, finding)));
        group.0 += 1;
    }
    if groups.is_empty() {
        return Block::Text(words.of("report.no_findings"));
    }
    let columns = ["finding", "severity", "layer", "example"];
    let head = columns.map(|column| words.of(&format!("report.column.{column}")));
    let rows = groups.into_iter().map(|((severity, code, layer), (count, text))| {
        let mut row = Row::of_texts([
            code.to_owned(),
            words.of(&format!("report.severity.{}", severity.0.id())),
            subject(context, layer),
            text,
            context.count(count),
        ]);
        row.cells[2].href = context
            .job
            .settings
            .layer(layer)
            .map_or_else(String::new, |layer| format!("#{}", layer_id(&layer.id)));
        row
    });
    let rows = rows.collect();
    let numbers = vec![words.of("report.column.count")];
    let mut grid = Grid::new(
        "table-findings",
        words.of("report.table.findings"),
        head.into(),
        numbers,
    )
    .with_rows(rows);
    grid.notes.push(words.of("report.findings_note"));
    Block::Table(grid)
}

/// What a finding is about: a layer, a deficit, or a table as it is.
fn subject(context: &Context<'_>, id: &str) -> String {
    if context.job.settings.layer(id).is_some() {
        return context.title(id);
    }
    match id {
        "contradictions" => context.words.of("report.table.contradictions"),
        id => context.deficit_title(id),
    }
}

fn first(context: &Context<'_>, finding: &crate::domain::Finding) -> String {
    let text = context.words.say(&finding.message());
    if finding.feature.is_empty() { text } else { format!("{}: {text}", finding.feature) }
}

/// Where a layer is described.
pub(super) fn link(context: &Context<'_>, layer: &str) -> Link {
    Link::to(format!("#{}", layer_id(layer)), context.title(layer))
}
