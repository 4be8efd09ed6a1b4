//! Deficits against their standards, and people not served who are in a hazard zone.

use super::appendix::Appendix;
use super::context::{ANY, Context, slug};
use super::grid::{Cell, Grid, Group, Link, Row};
use super::{Block, charts};
use crate::analysis::explain::End;
use crate::analysis::{DeficitRow, InHazardRow};
use crate::config::{DeficitKind, DeficitSettings};
use crate::domain::{Level, Measure, TOTAL};
use crate::outputs::figure;
use crate::outputs::map::figures;
use crate::outputs::map::words::Words;

impl Context<'_> {
    /// The title of a deficit; its id if the project does not have it.
    pub(super) fn deficit_title(&self, id: &str) -> String {
        let found = self.job.settings.deficits.iter().find(|deficit| deficit.id == id);
        found.map_or_else(|| id.to_owned(), |d| d.title.get(self.words.locale).to_owned())
    }
}

/// How values of a deficit are shown without their unit.
pub(super) fn show(words: Words, kind: &DeficitKind, value: f64) -> String {
    match kind {
        DeficitKind::Access { .. } => words.percent(value),
        _ => words.figure(value),
    }
}

pub(super) fn blocks<'a>(
    context: &Context<'a>,
    appendix: &mut Appendix<'a>,
) -> Vec<Block> {
    if context.measurements().deficits.is_empty() {
        return Vec::new();
    }
    let words = context.words;
    let columns = ["value", "standard", "gap", "shortfall", "meets"];
    let numbers = columns.map(|column| words.of(&format!("report.column.{column}")));
    let mut grid = Grid::new(
        "table-deficits",
        words.of("report.table.deficits"),
        ["territory", "period"].map(|c| words.of(&format!("report.column.{c}"))).into(),
        numbers.into(),
    );
    for deficit in &context.job.settings.deficits {
        grid.groups.push(group(context, appendix, deficit));
    }
    grid.notes.push(words.of("report.meets_note"));
    let mut blocks: Vec<Block> = charts::access(context).into_iter().collect();
    blocks.push(Block::Table(grid));
    blocks
}

fn group<'a>(
    context: &Context<'a>,
    appendix: &mut Appendix<'a>,
    deficit: &'a DeficitSettings,
) -> Group {
    let words = context.words;
    let all =
        context.measurements().deficits.iter().filter(|row| row.deficit == deficit.id);
    let mut rows: Vec<&DeficitRow> = all.collect();
    rows.sort_by_key(|row| (row.territory == TOTAL, &row.territory));
    let mut about = Vec::new();
    if let Some(source) = &deficit.standard_source {
        about.push(Link::plain(figures::standard_source(
            words,
            source,
            &deficit.citation,
        )));
    }
    let source =
        rows.iter().map(|row| row.source.as_str()).find(|source| !source.is_empty());
    if let Some(source) = source {
        let named = context.title(source);
        about.push(Link::plain(words.with("report.source", "source", &named)));
    }
    about.extend(context.map_links(&format!("deficit_{}", deficit.id)));
    Group {
        id: format!("deficit-{}", slug(&deficit.id)),
        heading: deficit.title.get(words.locale).to_owned(),
        about,
        rows: rows.into_iter().map(|row| line(context, appendix, deficit, row)).collect(),
    }
}

fn line<'a>(
    context: &Context<'a>,
    appendix: &mut Appendix<'a>,
    deficit: &DeficitSettings,
    row: &'a DeficitRow,
) -> Row {
    let (words, kind) = (context.words, &deficit.kind);
    let unknown = || words.of("map.unknown");
    let plain = |value: f64| show(words, kind, value);
    let named = figure::Row::Deficit(row);
    let mut value = figures::deficit_value(words, kind, row);
    if let (Some(_), Some(low), Some(high)) = (row.value, row.value_low, row.value_high)
        && !row.is_undecidable()
    {
        value = format!("{value} ({}\u{2013}{})", plain(low), plain(high));
    }
    let gap = figures::gap_text(words, row, plain);
    let gap = match gap {
        Some(gap) if row.gap.is_some() => {
            Cell::linked(gap, appendix.link(named, End::Gap))
        }
        Some(gap) => Cell::text(gap),
        None if row.is_hidden => Cell::text(words.of("map.hidden")),
        None => Cell::text(unknown()),
    };
    let shortfall = row.shortfall.map_or_else(Cell::default, |shortfall| {
        let href = appendix.link(named, End::Shortfall);
        Cell::linked(lacking_range(context, row, shortfall), href)
    });
    let meets = match row.meets {
        Some(true) => words.of("report.meets.yes"),
        Some(false) => words.of("report.meets.no"),
        None if row.is_hidden => words.of("map.hidden"),
        None => words.of("report.meets.unknown"),
    };
    Row::of(vec![
        Cell::text(context.territory(&row.territory)),
        Cell::text(&row.period),
        Cell::linked(value, appendix.link(named, End::Value)),
        Cell::text(row.standard.map_or_else(String::new, plain)),
        gap,
        shortfall,
        Cell::text(meets),
    ])
}

/// What is lacking, with its unit and its range.
pub(super) fn lacking_range(
    context: &Context<'_>,
    row: &DeficitRow,
    amount: f64,
) -> String {
    let show = |amount| lacking(context, row, amount);
    let text = figures::shortfall_text(context.words, row, show).unwrap_or_default();
    match row.shortfall_ends() {
        Some((low, high)) if low > 0.0 && high > low => {
            format!("{text} ({}\u{2013}{})", show(low), show(high))
        }
        _ if text.is_empty() => show(amount),
        _ => text,
    }
}

/// What is lacking, with its unit.
fn lacking(context: &Context<'_>, row: &DeficitRow, amount: f64) -> String {
    let words = context.words;
    match row.shortfall_unit.as_str() {
        "m2" => {
            let unit = words.of("report.hectares");
            format!("{} {unit}", figures::amount(words, &Measure::Area, amount))
        }
        "people" => words.with("report.people", "count", &words.number(amount, 0)),
        "unit" => words.with("report.units", "count", &words.number(amount, 0)),
        unit => format!("{} {unit}", words.number(amount, 0)).trim_end().to_owned(),
    }
}

/// People not served and at a level of a hazard: by hazard for the whole, by territory for the
/// worst of all.
pub(super) fn in_hazard<'a>(
    context: &Context<'a>,
    appendix: &mut Appendix<'a>,
) -> Vec<Block> {
    let words = context.words;
    let all = &context.measurements().in_hazard;
    let mut blocks = Vec::new();
    for deficit in &context.job.settings.deficits {
        let own: Vec<&InHazardRow> =
            all.iter().filter(|row| row.deficit == deficit.id).collect();
        if own.is_empty() {
            continue;
        }
        let title = deficit.title.get(words.locale);
        let mut grid = Grid::new(
            &format!("table-in-hazard-{}", slug(&deficit.id)),
            words.with("report.table.in_hazard", "deficit", title),
            vec![words.of("report.column.hazard")],
            context.levels(),
        );
        let hazards = context.hazards().into_iter().map(|hazard| {
            let rows = own.iter().filter(|r| r.territory == TOTAL && r.hazard == hazard);
            (context.title(hazard), rows.copied().collect::<Vec<_>>())
        });
        let nobody_at_all = nobody(context, &deficit.id, TOTAL);
        let rows: Vec<Row> = hazards
            .filter(|(_, rows)| rows.iter().any(|row| Level::ZONES.contains(&row.level)))
            .map(|(label, rows)| {
                level_line(context, appendix, (label, &nobody_at_all), &rows, own[0])
            })
            .collect();
        grid.groups.push(Group {
            heading: context.territory(TOTAL),
            rows,
            ..Group::default()
        });
        let territories = context.area().territories.iter().map(|one| one.code.as_str());
        let rows = territories.map(|code| {
            let rows = own.iter().filter(|r| r.territory == code && r.hazard == ANY);
            let named = (context.territory(code), &*nobody(context, &deficit.id, code));
            let any = own.iter().find(|row| row.hazard == ANY).unwrap_or(&own[0]);
            let rows = rows.copied().collect::<Vec<_>>();
            level_line(context, appendix, named, &rows, any)
        });
        let rows = rows.collect();
        grid.groups.push(Group {
            heading: words.of("report.any"),
            rows,
            ..Group::default()
        });
        blocks.push(Block::Table(grid));
    }
    if !blocks.is_empty() {
        blocks.insert(0, Block::Text(words.of("report.in_hazard_is")));
    }
    blocks
}

/// What stands where a deficit has no row for a level: nobody, if it is known who lacks.
fn nobody(context: &Context<'_>, deficit: &str, territory: &str) -> String {
    let words = context.words;
    let mut rows = context.measurements().deficits.iter();
    match rows.find(|row| row.deficit == deficit && row.territory == territory) {
        Some(row) if row.shortfall.is_some() => words.number(0.0, 0),
        Some(row) if row.is_hidden => words.of("map.hidden"),
        _ => words.of("map.unknown"),
    }
}

/// A row: a label, and the people at each level; those of a level without a row are `nobody`,
/// which rests on what all rows of the hazard rest on, as `any` does if it has none.
fn level_line<'a>(
    context: &Context<'a>,
    appendix: &mut Appendix<'a>,
    (label, nobody): (String, &str),
    rows: &[&'a InHazardRow],
    any: &'a InHazardRow,
) -> Row {
    let (words, measure) = (context.words, &Measure::People);
    let base = figure::Row::InHazard(rows.first().copied().unwrap_or(any));
    let mut cells = vec![Cell::text(label)];
    for level in Level::ALL {
        let row = rows.iter().find(|row| row.level == level);
        cells.push(match row {
            None => Cell::linked(nobody, appendix.base(base)),
            Some(row) => {
                let people = figures::amount_or_hidden(words, measure, row.people);
                let href = appendix.link(figure::Row::InHazard(row), End::Value);
                Cell::linked(people, href)
            }
        });
    }
    Row::of(cells)
}
