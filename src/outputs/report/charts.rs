//! Charts of the report, drawn by the same code as those of the maps.

use super::Block;
use super::context::{ANY, Context};
use crate::config::DeficitKind;
use crate::domain::{Level, Measure, TOTAL};
use crate::outputs::map::chart::{Bar, Chart};
use crate::outputs::map::scene::{Paint, Scene};
use crate::outputs::map::{style, svg};

/// Width of a chart, mm: its words stay legible where it fills a phone.
const WIDTH_MM: f32 = 112.0;
/// Space around it, mm.
const MARGIN_MM: f32 = 1.5;
/// Most bars of a chart.
const MOST: usize = 24;

/// People by hazard and level, as shares of all.
pub(super) fn hazards(context: &Context<'_>) -> Option<Block> {
    let layer = context.people_layer()?;
    let bars: Vec<Bar> = context
        .hazards()
        .into_iter()
        .filter_map(|hazard| {
            let rows = context.rows((hazard, layer, &Measure::People));
            let rows =
                rows.iter().filter(|row| row.territory == TOTAL && row.total > 0.0);
            let of = |level: Level| {
                let row = rows.clone().find(|row| row.level == level)?;
                Some((row.quantity.value / row.total, style::level(level)))
            };
            let pieces: Vec<(f64, Paint)> =
                Level::ZONES.into_iter().filter_map(of).collect();
            let is_touched = pieces.iter().any(|(share, _)| *share > 0.0);
            (is_touched && (hazard == ANY || pieces.len() == 4)).then(|| Bar {
                label: context.title(hazard),
                note: String::new(),
                pieces,
                ranges: Vec::new(),
            })
        })
        .take(MOST)
        .collect();
    let words = context.words;
    let heading = words.with("report.chart.hazards", "layer", &context.title(layer));
    let caption = words.of("report.chart.hazards_caption");
    let chart = Chart { heading, bars, max: 1.0, is_share: true, mark: None };
    drawing(context, "chart-hazards", &chart, caption)
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
    if chart.bars.is_empty() {
        return None;
    }
    let inner = WIDTH_MM - 2.0 * MARGIN_MM;
    let mut scene = Scene::new(WIDTH_MM, chart.height(inner) + 2.0 * MARGIN_MM);
    scene.title.clone_from(&chart.heading);
    scene.description = described(context, chart);
    // A chart that cannot be drawn takes no figure away: the tables have them all.
    chart.draw(&mut scene, [MARGIN_MM; 2], inner, context.words.locale).ok()?;
    let svg = svg::within_page(&svg::render(&scene), id);
    Some(Block::Drawing { class: "chart", svg, caption })
}

/// The chart in words, for those who do not see it.
fn described(context: &Context<'_>, chart: &Chart) -> String {
    let bar = |bar: &Bar| {
        let sum: f64 = bar.pieces.iter().map(|(length, _)| length).sum();
        format!("{}: {}", bar.label, context.words.percent(sum))
    };
    chart.bars.iter().map(bar).collect::<Vec<_>>().join("; ")
}
