//! What sources say against each other, which doubts go into ranges, and what nobody can tell.

use super::Block;
use super::context::{ANY, Context};
use super::grid::{Cell, Grid, Row};
use crate::config::contradictions::Contradiction;
use crate::domain::{Code, Doubt, Measure, TOTAL};

pub(super) fn blocks(context: &Context<'_>) -> Vec<Block> {
    let words = context.words;
    let mut blocks =
        vec![Block::Table(register(context)), Block::Table(disputed(context))];
    let heading =
        |id: &str, key: &str| Block::Heading { id: id.to_owned(), text: words.of(key) };
    blocks.retain(|block| !matches!(block, Block::Table(grid) if grid.is_empty()));
    if blocks.is_empty() {
        blocks.push(Block::Text(words.of("report.no_contradictions")));
    }
    blocks.push(heading("doubts-counted", "report.doubts_counted"));
    blocks.push(Block::Table(doubts(context)));
    blocks.push(heading("doubts-undecidable", "report.undecidable"));
    blocks.push(Block::Text(undecidable(context)));
    blocks
}

/// The register of contradictions.
fn register(context: &Context<'_>) -> Grid {
    let words = context.words;
    let columns = ["contradiction", "claim_a", "claim_b", "verdict", "preferred"];
    let head = columns.map(|column| words.of(&format!("report.column.{column}")));
    let rows =
        context.job.settings.disputed.iter().map(|one| entry(context, one)).collect();
    Grid::new(
        "table-contradictions",
        words.of("report.table.contradictions"),
        head.into(),
        Vec::new(),
    )
    .with_rows(rows)
}

fn entry(context: &Context<'_>, one: &Contradiction) -> Row {
    let words = context.words;
    let claim = |(claim, source): &(String, String)| match source.as_str() {
        "" => claim.clone(),
        source => format!("{claim} [{source}]"),
    };
    let preferred = words.of(&format!("report.preferred.{}", one.preferred.id()));
    Row::of_texts([
        format!("{} · {}", one.id, one.subject),
        claim(&one.claims[0]),
        claim(&one.claims[1]),
        one.verdict.clone(),
        format!("{preferred}. {}", one.reason),
    ])
}

/// Figures of sources that are not preferred.
fn disputed(context: &Context<'_>) -> Grid {
    let words = context.words;
    let columns = ["deficit", "territory", "period", "source"];
    let head = columns.map(|column| words.of(&format!("report.column.{column}")));
    let rows = context.measurements().disputed.iter().map(|row| {
        let settings = context.job.settings.deficits.iter();
        let kind = settings.clone().find(|deficit| deficit.id == row.deficit);
        let value = kind.map_or_else(String::new, |deficit| {
            crate::outputs::map::figures::deficit_value(words, &deficit.kind, row)
        });
        Row::of_texts([
            context.deficit_title(&row.deficit),
            context.territory(&row.territory),
            row.period.clone(),
            row.source.clone(),
            value,
        ])
    });
    let rows = rows.collect();
    let numbers = vec![words.of("report.column.value")];
    Grid::new("table-disputed", words.of("report.table.disputed"), head.into(), numbers)
        .with_rows(rows)
}

/// Every source of doubt, and whether ranges count it.
fn doubts(context: &Context<'_>) -> Grid {
    let words = context.words;
    let rows = Doubt::ALL.into_iter().map(|doubt| {
        let is_on = context.job.settings.doubts.has(doubt);
        let state = if is_on { "report.doubt.on" } else { "report.doubt.off" };
        Row::of(vec![
            Cell::text(words.of(&format!("explain.doubt_name.{}", doubt.id()))),
            Cell::text(words.of(state)),
        ])
    });
    let rows = rows.collect();
    let head =
        ["doubt", "state"].map(|column| words.of(&format!("report.column.{column}")));
    Grid::new("table-doubts", words.of("report.table.doubts"), head.into(), Vec::new())
        .with_rows(rows)
}

/// How many figures of people nobody can decide, and how many contradictions still stand.
fn undecidable(context: &Context<'_>) -> String {
    let words = context.words;
    let of_people = context.measurements().exposure.iter().filter(|row| {
        row.territory == TOTAL && row.measure == Measure::People && row.hazard != ANY
    });
    let (mut open, mut all) = (0, 0);
    for row in of_people {
        all += 1;
        open += usize::from(row.is_undecidable());
    }
    let standing = context.job.findings.as_slice().iter();
    let stands =
        |code| matches!(code, Code::Contradiction | Code::ContradictionConfirmed);
    let standing = standing.filter(|finding| stands(finding.code)).count();
    words.say(
        &crate::domain::Message::new("report.undecidable_count")
            .with("open", open)
            .with("all", all)
            .with("standing", standing),
    )
}
