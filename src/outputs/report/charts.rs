//! Charts of the report, drawn by the same code as those of the maps.

use super::Block;
use super::context::Context;
use crate::config::DeficitKind;
use crate::domain::TOTAL;
use crate::outputs::map::chart::{Bar, Chart};
use crate::outputs::map::overall::{self, MOST};
use crate::outputs::map::scene::Paint;
use crate::outputs::map::style;

/// People by hazard and level, as shares of all.
pub(super) fn hazards(context: &Context<'_>) -> Option<Block> {
    let words = context.words;
    let chart = overall::hazards(context.area(), context.measurements(), words)?;
    drawing(context, "chart-hazards", &chart, words.of("report.chart.hazards_caption"))
}

/// Share of people served, with its range, by deficit of access.
pub(super) fn access(context: &Context<'_>) -> Option<Block> {
    let words = context.words;
    let deficits = context.job.settings.deficits.iter();
    let bars: Vec<Bar> = deficits
        .filter(|deficit| matches!(deficit.kind, DeficitKind::Access { .. }))
        .filter_map(|deficit| {
            let mut rows = context.measurements().deficits.iter();
            let row = rows.find(|r| r.deficit == deficit.id && r.territory == TOTAL)?;
            let value = row.value?;
            let ranges = row.value_low.zip(row.value_high).into_iter().collect();
            Some(Bar {
                label: deficit.title.get(words.locale).to_owned(),
                note: words.percent(value),
                pieces: vec![(value, Paint::solid(style::SERVICE_AREA))],
                ranges,
            })
        })
        .take(MOST)
        .collect();
    let heading = words.of("report.chart.access");
    let caption = words.of("report.chart.access_caption");
    let chart = Chart { heading, bars, max: 1.0, is_share: true, mark: None };
    drawing(context, "chart-access", &chart, caption)
}

/// The chart as a drawing of the page; `None` if there is nothing to draw.
fn drawing(
    context: &Context<'_>,
    id: &str,
    chart: &Chart,
    caption: String,
) -> Option<Block> {
    let svg = overall::drawing(chart, context.words, id)?;
    Some(Block::Drawing { class: "chart", svg, caption })
}
