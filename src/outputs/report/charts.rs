//! Charts of the report, drawn by the same code as those of the maps.

use super::Block;
use super::context::Context;
use crate::config::DeficitKind;
use crate::domain::{Level, TOTAL};
use crate::outputs::map::chart::{Bar, Chart};
use crate::outputs::map::overall::{self, MOST};
use crate::outputs::map::scene::{Paint, Rect, Scene, Text, Weight};
use crate::outputs::map::words::Words;
use crate::outputs::map::{font, style, svg};

/// People by hazard and level, as shares of all.
pub(super) fn hazards(context: &Context<'_>) -> Option<Block> {
    let words = context.words;
    let chart = overall::hazards(context.area(), context.measurements(), words)?;
    let caption = words.of("report.chart.hazards_caption");
    let mut block = drawing(context, "chart-hazards", &chart, caption);
    if let Some(Block::Drawing { svg, .. }) = &mut block {
        svg.push_str(&svg::within_page(&svg::render(&levels(words)), "chart-levels"));
    }
    block
}

/// What the colours of levels stand for, on one line.
fn levels(words: Words) -> Scene {
    const SIGN: f32 = 4.0;
    const WORDS: f32 = 2.1;
    let mut scene = Scene::new(92.0, 4.6);
    scene.title = words.of("report.chart.legend");
    let named = Level::ZONES.map(|level| (level, words.level(level)));
    scene.description = named.each_ref().map(|(_, name)| name.as_str()).join(", ");
    let mut x = 1.5;
    for (level, name) in named {
        let sign = Rect::new(x, 0.8, SIGN, 2.6);
        scene.fill_rect(sign, style::level(level));
        scene.stroke_rect(sign, 0.15, style::INK);
        let width = font::width(&name, Weight::Regular, WORDS);
        scene.text(Text::new(name, [x + SIGN + 1.0, 2.9], WORDS));
        x += SIGN + width + 4.5;
    }
    scene
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
                label: label(context, &deficit.kind),
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

/// How far, and to what: first what tells apart, since a chart has little room for names.
fn label(context: &Context<'_>, kind: &DeficitKind) -> String {
    let DeficitKind::Access { service, within_m, .. } = kind else {
        return String::new();
    };
    let words = context.words;
    let far = if *within_m < 1000.0 {
        format!("{}\u{a0}m", words.figure(*within_m))
    } else {
        format!("{}\u{a0}km", words.figure(*within_m / 1000.0))
    };
    format!("{far}: {}", context.title(service))
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
