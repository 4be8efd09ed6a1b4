//! The small print of a sheet: sources, method and doubt, technical data, locator.

use crate::domain::{Message, Status};
use crate::geometry::Prepared;

use super::font::{self, CAP_HEIGHT};
use super::projection::{Extent, View};
use super::scene::{Colour, Paint, Path, Rect, Rule, Scene, Text, Weight};
use super::sheet::{Job, Plan};
use super::sketch::territory_shapes;
use super::style;

/// Size of the small print, mm.
const SIZE: f32 = 1.85;
/// Distance of its lines, mm.
const LINE: f32 = 2.45;
/// Most lines of a column.
const MAX_LINES: usize = 22;
/// Space around the columns, mm.
const PAD: f32 = 2.4;

/// Shares of the three columns that are tried: sources, method, technical data.
const SHARES: [[f32; 3]; 4] =
    [[0.42, 0.31, 0.27], [0.48, 0.28, 0.24], [0.54, 0.25, 0.21], [0.36, 0.37, 0.27]];

/// Widths of the three columns, so that the strip is low, and how many lines it has then.
fn columns(job: Job<'_>, plan: &Plan<'_>, width: f32) -> ([f32; 3], usize) {
    let mut all: Vec<&Prepared> = all_layers(job);
    let is_named = |id: &str| {
        let named = plan.only.as_ref().is_none_or(|only| only.iter().any(|o| o == id));
        named || id == job.area.territory_layer.id
    };
    all.retain(|layer| is_named(&layer.id) && (plan.may_draw)(&layer.id));
    let room = width - 6.0 * PAD;
    let tries = SHARES.map(|shares| {
        let widths = shares.map(|share| room * share);
        let lines = source_lines(job, &all, widths[0])
            .len()
            .max(note_lines(job, plan, &all, widths[1]).len())
            .max(technical_lines(job, &all, widths[2], None).len());
        (widths, lines)
    });
    let [first, rest @ ..] = tries;
    rest.into_iter().fold(first, |best, next| if next.1 < best.1 { next } else { best })
}

/// Height of the strip at a width, before it is known which layers get drawn.
#[must_use]
pub fn height(job: Job<'_>, plan: &Plan<'_>, width: f32) -> f32 {
    let (_, lines) = columns(job, plan, width);
    PAD + 3.4 + lines.min(MAX_LINES) as f32 * LINE + 1.2
}

fn all_layers(job: Job<'_>) -> Vec<&Prepared> {
    let area = job.area;
    std::iter::once(&area.territory_layer)
        .chain(area.hazards.iter().map(|l| &l.layer))
        .chain(area.exposures.iter().map(|l| &l.layer))
        .chain(area.services.iter().map(|l| &l.layer))
        .chain(area.contexts.iter().map(|l| &l.layer))
        .fold(Vec::new(), |mut all, layer| {
            if !all.iter().any(|known: &&Prepared| known.id == layer.id) {
                all.push(layer);
            }
            all
        })
}

/// Draws the strip.
pub fn draw(
    scene: &mut Scene,
    job: Job<'_>,
    plan: &Plan<'_>,
    sources: &[&Prepared],
    area: Rect,
    view: View,
) {
    let (widths, _) = columns(job, plan, area.w);
    let words = job.words;
    let parts = [
        ("map.margin.sources", source_lines(job, sources, widths[0])),
        ("map.margin.method", note_lines(job, plan, sources, widths[1])),
        ("map.margin.technical", technical_lines(job, sources, widths[2], Some(view))),
    ];
    let mut x = area.x;
    for ((key, mut lines), width) in parts.into_iter().zip(widths) {
        if x > area.x {
            scene.line([x, area.y], [x, area.bottom()], 0.15, style::RULE);
        }
        let left = x + PAD;
        let mut base = area.y + PAD + CAP_HEIGHT * 2.0;
        let heading = Text::new(words.of(key), [left, base], 2.0).weight(Weight::Bold);
        scene.text(heading);
        base += 3.1;
        let fits = (((area.bottom() - 0.8 - base) / LINE).floor().max(0.0)) as usize + 1;
        if lines.len() > fits {
            let hidden = lines.len() - fits + 1;
            lines.truncate(fits.saturating_sub(1));
            lines.push(words.with("map.margin.more", "count", &hidden.to_string()));
        }
        for line in lines {
            scene.text(Text::new(line, [left, base], SIZE).colour(style::INK_SOFT));
            base += LINE;
        }
        x += width + 2.0 * PAD;
    }
}

/// One entry a source: titles of its layers, publisher and date, licence, accuracy, status.
fn source_lines(job: Job<'_>, layers: &[&Prepared], width: f32) -> Vec<String> {
    let words = job.words;
    let mut entries: Vec<(String, Vec<&str>)> = Vec::new();
    for layer in layers {
        let title = layer.title.get(words.locale);
        let source = &layer.source;
        let named =
            [source.publisher.as_ref().or(source.title.as_ref()), source.date.as_ref()];
        let mut parts: Vec<String> = named.into_iter().flatten().cloned().collect();
        if let Some(accuracy) = accuracy(layer) {
            parts.push(words.with(
                "map.margin.accuracy",
                "meters",
                &words.figure(accuracy),
            ));
        }
        parts.extend(source.licence.clone());
        parts.push(words.status(layer.status));
        let said = parts.join(", ");
        match entries.iter_mut().find(|(known, _)| *known == said) {
            Some((_, titles)) => titles.push(title),
            None => entries.push((said, vec![title])),
        }
    }
    let line = |(said, titles): &(String, Vec<&str>)| {
        let entry = format!("{}: {said}.", titles.join("; "));
        let most = 1 + titles.len().min(5);
        font::wrap(&entry, Weight::Regular, SIZE, width, most)
    };
    entries.iter().flat_map(line).collect()
}

/// The coarsest accuracy that a layer states, m.
#[must_use]
pub fn accuracy(layer: &Prepared) -> Option<f64> {
    layer.accuracy_m.as_ref()?.iter().copied().reduce(f64::max)
}

fn note_lines(
    job: Job<'_>,
    plan: &Plan<'_>,
    layers: &[&Prepared],
    width: f32,
) -> Vec<String> {
    let worst = layers.iter().map(|layer| layer.status).max();
    let status = worst.and_then(|status| status_note(job, status));
    plan.notes
        .iter()
        .chain(&status)
        .flat_map(|note| font::wrap(note, Weight::Regular, SIZE, width, 6))
        .collect()
}

/// Without a view, as many lines as with one.
fn technical_lines(
    job: Job<'_>,
    layers: &[&Prepared],
    width: f32,
    view: Option<View>,
) -> Vec<String> {
    let words = job.words;
    let mut lines = vec![crs_name(job)];
    // A sheet whose corners cannot be told has these lines left.
    let corners = view.map_or([[0.0; 2]; 2], |view| {
        let Extent { min, max } = view.extent();
        [[min[0], max[1]], [max[0], min[1]]]
    });
    for (key, corner) in
        ["map.margin.north_west", "map.margin.south_east"].into_iter().zip(corners)
    {
        let said = match view {
            Some(_) => job.degrees.and_then(|degrees| degrees.said(words, corner)),
            None => Some("00°00′00″ S 00°00′00″ O".to_owned()),
        };
        lines.extend(said.map(|said| words.with(key, "place", &said)));
    }
    let dates = layers.iter().filter_map(|layer| layer.source.date.as_deref());
    let years: Vec<&str> = dates.map(|date| date.get(..4).unwrap_or(date)).collect();
    if let (Some(first), Some(last)) = (years.iter().min(), years.iter().max()) {
        let years = if first == last {
            (*first).to_owned()
        } else {
            format!("{first}\u{2013}{last}")
        };
        lines.push(words.with("map.margin.data_date", "date", &years));
    }
    let digest = job.settings.digest.as_str();
    let short = digest.get(..12).unwrap_or(digest);
    lines.push(words.with("map.margin.digest", "digest", short));
    if let Some(author) = &job.settings.author {
        lines.push(words.with("map.margin.author", "author", author.get(words.locale)));
    }
    if let Some(date) = &job.options.date {
        lines.push(words.with("map.margin.date", "date", date));
    }
    let program = format!("Atalaya {}", env!("CARGO_PKG_VERSION"));
    lines.push(words.with("map.margin.program", "program", &program));
    lines
        .iter()
        .flat_map(|line| font::wrap(line, Weight::Regular, SIZE, width, 2))
        .collect()
}

/// Datum and projection of the working CRS, by its EPSG code.
fn crs_name(job: Job<'_>) -> String {
    let epsg = job.area.epsg;
    let zone = |datum: &str, zone: u32, half: &str| {
        job.words.say(
            &Message::new("map.margin.utm")
                .with("datum", datum)
                .with("zone", format!("{zone}{half}"))
                .with("epsg", epsg),
        )
    };
    match epsg {
        32601..=32660 => zone("WGS 84", epsg - 32600, "N"),
        32701..=32760 => zone("WGS 84", epsg - 32700, "S"),
        5387 => zone("Peru96", 18, "S"),
        5388 => zone("Peru96", 17, "S"),
        5389 => zone("Peru96", 19, "S"),
        24877..=24882 => zone("PSAD56", epsg - 24860, "S"),
        _ => job.words.with("map.margin.crs", "epsg", &epsg.to_string()),
    }
}

/// Draws the territories as a whole with the frame of the map on them.
pub fn locator(
    scene: &mut Scene,
    job: Job<'_>,
    plan: &Plan<'_>,
    rect: Rect,
    view: View,
    paints: &[Paint],
) {
    let shapes = territory_shapes(job.area);
    let Some(whole) = Extent::of(shapes) else { return };
    let margin = whole.side().max(1.0) * 0.03;
    let inset = View::filled(whole.union(plan.focus).padded(margin), rect);
    scene.clipped(rect, |scene| {
        for layer in &job.area.contexts {
            if matches!(layer.kind.as_str(), "coastline" | "coast") {
                let paths = inset.lines(&layer.layer.shapes, |_| true);
                for (width, alpha) in [(4.0, 0.5), (2.0, 0.7)] {
                    scene.stroke(paths.clone(), width, style::SEA.with_alpha(alpha), &[]);
                }
            }
        }
        for row in 0..shapes.len() {
            let rings = inset.area(shapes, row);
            let paint = paints.get(row).copied().unwrap_or(Paint::solid(LOCATOR));
            scene.fill(rings, Rule::NonZero, paint);
        }
        let lines = inset.lines(shapes, |_| true);
        scene.stroke(lines, 0.15, style::INK_SOFT, &[]);
        mark_frame(scene, inset, view);
    });
    scene.stroke_rect(rect, 0.15, style::RULE);
}

/// Draws a part of the map larger; returns what it shows.
pub fn detail(
    scene: &mut Scene,
    job: Job<'_>,
    plan: &Plan<'_>,
    extent: Extent,
    rect: Rect,
) -> View {
    let words = job.words;
    let caption = 3.0;
    let frame = Rect::new(rect.x, rect.y, rect.w, rect.h - caption);
    let view = View::around(extent, frame);
    let mut sketch = super::sketch::Sketch::new(job.area, view, words);
    sketch.only.clone_from(&plan.only);
    super::overview::draw_detail(&mut sketch);
    let items = std::mem::take(&mut sketch.scene.items);
    let text = words.with("map.scale.detail", "scale", &words.number(view.scale, 0));
    scene.group(&text, |scene| {
        scene.clipped(frame, |scene| scene.items.extend(items));
    });
    scene.stroke_rect(frame, 0.4, style::STAMP);
    scene.text(Text::new(&text, [rect.x, rect.bottom()], SIZE).colour(style::INK_SOFT));
    view
}

/// Draws the frame of one view on another.
pub fn mark_frame(scene: &mut Scene, on: View, of: View) {
    let shown = of.extent();
    let [x0, y0] = on.to_page([shown.min[0], shown.max[1]]);
    let [x1, y1] = on.to_page([shown.max[0], shown.min[1]]);
    let mut frame = Rect::new(x0, y0, x1 - x0, y1 - y0);
    if frame.w < 1.6 || frame.h < 1.6 {
        let [cx, cy] = frame.center();
        frame = Rect::new(cx - 0.8, cy - 0.8, 1.6, 1.6);
    }
    let paths = vec![Path { points: frame.ring(), is_closed: true }];
    scene.stroke(paths.clone(), 0.9, style::PAPER.with_alpha(0.8), &[]);
    scene.stroke(paths, 0.4, style::STAMP, &[]);
}

/// Land in the locator.
const LOCATOR: Colour = Colour::hex(0x00e6_dfd0);

/// The sentence on accuracy of a layer, if it states any.
#[must_use]
pub fn accuracy_note(job: Job<'_>, layer: &Prepared) -> Option<String> {
    let meters = accuracy(layer)?;
    Some(job.words.with("map.note.accuracy", "meters", &job.words.figure(meters)))
}

/// The sentence on a status that is not official.
#[must_use]
pub fn status_note(job: Job<'_>, status: Status) -> Option<String> {
    let key = match status {
        Status::Official => return None,
        Status::Reference => "map.note.reference",
        Status::Synthetic => "map.note.synthetic",
        Status::Undeclared => "map.note.undeclared",
    };
    Some(job.words.of(key))
}
