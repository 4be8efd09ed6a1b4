//! Exposure, hazard by hazard: people by territory, other elements of the whole.

use std::collections::BTreeSet;

use super::appendix::Appendix;
use super::context::{ANY, Context, UNDECIDABLE, slug};
use super::grid::{Cell, Grid, Group, Link, Row};
use super::{Block, charts, data};
use crate::analysis::ExposureRow;
use crate::analysis::explain::End;
use crate::domain::{Level, Measure, TOTAL};
use crate::geometry::HazardLayer;
use crate::outputs::figure;

/// Stands where a hazard has no such level.
const NO_LEVEL: &str = "\u{2014}";

pub(super) fn blocks<'a>(
    context: &Context<'a>,
    appendix: &mut Appendix<'a>,
) -> Vec<Block> {
    let words = context.words;
    let mut blocks = vec![Block::Text(words.of("report.exposure_is"))];
    blocks.extend(charts::hazards(context));
    for hazard in context.hazards() {
        // Of one hazard alone the worst of all says the same again.
        if hazard == ANY && context.area().hazards.len() < 2 {
            continue;
        }
        let id = format!("exposure-{}", slug(hazard));
        blocks.push(Block::PartStart);
        blocks.push(Block::Heading { id, text: context.title(hazard) });
        blocks.push(Block::Links(about(context, hazard)));
        blocks.push(Block::Table(people(context, appendix, hazard)));
        blocks.push(Block::Table(elements(context, appendix, hazard)));
        blocks.push(Block::PartEnd);
    }
    blocks
}

/// What is known of a hazard, and its sheets.
fn about(context: &Context<'_>, hazard: &str) -> Vec<Link> {
    let words = context.words;
    let mut links = context.map_links(&format!("hazard_{hazard}"));
    if hazard == ANY {
        links.push(Link::plain(words.of("report.any_is")));
        return links;
    }
    let mut all = context.area().hazards.iter();
    let Some(layer) = all.find(|one| one.layer.id == hazard) else { return links };
    links.push(data::link(context, hazard));
    links.push(Link::plain(words.status(layer.layer.status)));
    links.extend(accuracy(context, layer));
    if !layer.in_any {
        links.push(Link::plain(words.of("report.not_in_any")));
    }
    let unresolved = layer.unresolved();
    if !unresolved.is_empty() {
        let levels = unresolved.iter().map(|level| words.level(*level));
        let levels = levels.collect::<Vec<_>>().join(", ");
        links.push(Link::plain(words.with("report.unresolved", "levels", &levels)));
    }
    links
}

fn accuracy(context: &Context<'_>, layer: &HazardLayer) -> Option<Link> {
    let m = context.words.figure(layer.worst_accuracy_m()?);
    Some(Link::plain(format!("±{m}\u{a0}m")))
}

/// People of every layer that has them: one row a territory.
fn people<'a>(context: &Context<'a>, appendix: &mut Appendix<'a>, hazard: &str) -> Grid {
    let words = context.words;
    let mut grid = Grid::new(
        &format!("table-people-{}", slug(hazard)),
        words.with("report.table.people", "hazard", &context.title(hazard)),
        vec![words.of("report.column.territory")],
        levels(context),
    );
    let keys = context.exposure.keys();
    let of_people =
        keys.filter(|(of, _, measure)| *of == hazard && **measure == Measure::People);
    for key in of_people {
        let rows = context.rows(*key);
        let codes: BTreeSet<&str> =
            rows.iter().map(|row| row.territory.as_str()).collect();
        // Territories by code, then the whole, then what lies outside.
        let mut codes: Vec<&str> = codes.into_iter().collect();
        codes.sort_by_key(|code| (code.starts_with('_'), *code));
        let made = codes.into_iter().map(|code| {
            let own = rows.iter().copied().filter(|row| row.territory == code);
            line(context, appendix, context.territory(code), &own.collect::<Vec<_>>())
        });
        let rows: Vec<Row> = made.collect();
        grid.groups.push(Group {
            heading: context.title(key.1),
            rows,
            ..Group::default()
        });
    }
    note_marks(context, &mut grid);
    grid
}

/// Elements other than people in the whole: one row a layer, by its main measure.
fn elements<'a>(
    context: &Context<'a>,
    appendix: &mut Appendix<'a>,
    hazard: &str,
) -> Grid {
    let words = context.words;
    let mut rows = Vec::new();
    for layer in &context.area().exposures {
        let id = layer.layer.id.as_str();
        let measure = main_measure(context, hazard, id);
        let all = context.rows((hazard, id, &measure));
        let whole: Vec<_> =
            all.iter().copied().filter(|row| row.territory == TOTAL).collect();
        if whole.is_empty() {
            continue;
        }
        let label = format!("{} · {}", context.title(id), context.measure(&measure));
        rows.push(line(context, appendix, label, &whole));
    }
    let mut grid = Grid::new(
        &format!("table-elements-{}", slug(hazard)),
        words.with("report.table.elements", "hazard", &context.title(hazard)),
        vec![words.of("report.column.element")],
        levels(context),
    )
    .with_rows(rows);
    note_marks(context, &mut grid);
    grid
}

/// Area of areas, length of lines, else how many there are.
fn main_measure(context: &Context<'_>, hazard: &str, layer: &str) -> Measure {
    let has = |measure: &Measure| !context.rows((hazard, layer, measure)).is_empty();
    let all = [Measure::Area, Measure::Length];
    all.into_iter().find(has).unwrap_or(Measure::Features)
}

fn levels(context: &Context<'_>) -> Vec<String> {
    let total = context.words.of("report.column.total");
    context.levels().into_iter().chain([total]).collect()
}

/// A row: a label, the six levels, and the whole.
fn line<'a>(
    context: &Context<'a>,
    appendix: &mut Appendix<'a>,
    label: String,
    rows: &[&'a ExposureRow],
) -> Row {
    let mut cells = vec![Cell::text(label)];
    for level in Level::ALL {
        let row = rows.iter().find(|row| row.level == level);
        cells.push(
            row.map_or_else(Cell::default, |row| figure_cell(context, appendix, row)),
        );
    }
    let total = rows.first().map(|row| {
        let (words, measure) = (context.words, &row.measure);
        crate::outputs::map::figures::amount_or_hidden(words, measure, row.total)
    });
    // The whole is that of the layer: it leads to where the layer is described.
    let layer = rows.first().map(|row| data::link(context, &row.layer).href);
    cells.push(Cell::linked(total.unwrap_or_default(), layer.unwrap_or_default()));
    Row::of(cells)
}

/// A figure with a link to its explanation, or the sign of a level that the hazard has not; a
/// nothing without a range leads to what it rests on.
pub(super) fn figure_cell<'a>(
    context: &Context<'a>,
    appendix: &mut Appendix<'a>,
    row: &'a ExposureRow,
) -> Cell {
    if !row.has_level {
        return Cell::text(NO_LEVEL.to_owned());
    }
    let text = match row.quantity {
        Some(quantity) => context.cell(&row.measure, quantity),
        None => context.words.of("map.hidden"),
    };
    let is_plain = row.value() == Some(0.0)
        && row.range().is_none_or(|(low, high)| low <= 0.0 && high <= 0.0);
    let row = figure::Row::Exposure(row);
    let href = if is_plain { appendix.base(row) } else { appendix.link(row, End::Value) };
    Cell::linked(text, href)
}

/// Says what the marks in cells mean, where a table has them.
fn note_marks(context: &Context<'_>, grid: &mut Grid) {
    let cells = || grid.groups.iter().flat_map(|g| &g.rows).flat_map(|row| &row.cells);
    let marks =
        [(UNDECIDABLE, "report.undecidable_note"), (NO_LEVEL, "report.no_level_note")];
    let has = |mark: &str| cells().any(|cell| cell.text.contains(mark));
    let told = marks.into_iter().filter(|(mark, _)| has(mark));
    let notes: Vec<String> = told.map(|(_, key)| context.words.of(key)).collect();
    grid.notes.extend(notes);
}
