//! The small print of a sheet: sources, method and doubt, technical data, locator.

use crate::domain::{Message, Status};
use crate::geometry::Prepared;

use super::font::{CAP_HEIGHT, Measured};
use super::projection::{Extent, View};
use super::scene::{Colour, Paint, Path, Rect, Rule, Scene, Text, Weight};
use super::sheet::{Job, Plan};
use super::sketch::territory_shapes;
use super::style;
use super::words::Words;

/// Size of the small print, mm.
const SIZE: f32 = 1.85;
/// Distance of its lines, mm.
const LINE: f32 = 2.45;
/// Height of the lines, at most, mm.
const MAX_HEIGHT: f32 = 64.0;
/// Space around the columns, mm.
const PAD: f32 = 2.4;
/// Space between the parts of the sources, mm.
const GAP: f32 = 4.0;
/// Most lines of one entry: names may be endless.
const MOST: usize = 12;

/// Shares of the three columns that are tried: sources, method, technical data.
const SHARES: [[f32; 3]; 6] = [
    [0.42, 0.31, 0.27],
    [0.48, 0.28, 0.24],
    [0.54, 0.25, 0.21],
    [0.36, 0.37, 0.27],
    [0.62, 0.21, 0.17],
    [0.68, 0.18, 0.14],
];

/// Sizes that are tried, of [`SIZE`]: smaller ones only where the strip would be too high.
const SCALES: [f32; 2] = [1.0, 0.97];

/// How the strip at the foot of a sheet is divided.
#[derive(Debug, Clone, Copy)]
pub struct Strip {
    /// Widths of the columns for sources, method and technical data, mm.
    widths: [f32; 3],
    /// In how many parts the sources stand side by side.
    parts: usize,
    /// Of the usual size.
    scale: f32,
    lines: usize,
}

impl Strip {
    /// The strip of some width that is lowest, for layers that may be drawn.
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "the first try is always taken")]
    pub fn of(job: Job<'_>, plan: &Plan<'_>, layers: &[&Prepared], width: f32) -> Self {
        let room = width - 6.0 * PAD;
        let print = Print::of(job, plan, layers, None);
        let print = print.measured();
        let mut best: Option<Self> = None;
        for scale in SCALES {
            // Sources side by side need a wide column.
            let parts = |shares: &[f32; 3]| 1..=1 + usize::from(shares[0] > 0.5);
            let tries = SHARES.iter().flat_map(|s| parts(s).map(move |parts| (s, parts)));
            for (shares, parts) in tries {
                let widths = shares.map(|share| room * share);
                let mut next = Self { widths, parts, scale, lines: 0 };
                let sources = next.sources(&print.sources);
                let longest = sources.iter().map(Vec::len).max().unwrap_or(0);
                let others = next.small_print(&print).map(|lines| lines.len());
                next.lines = others.into_iter().fold(longest, usize::max);
                if best.is_none_or(|best| next.height() < best.height() - 0.1) {
                    best = Some(next);
                }
            }
            if best.is_some_and(|best| best.body() <= MAX_HEIGHT) {
                break;
            }
        }
        best.expect("there is a share to try")
    }

    /// Height of the lines, mm.
    fn body(self) -> f32 {
        self.lines as f32 * LINE * self.scale
    }

    /// Height, mm.
    #[must_use]
    pub fn height(self) -> f32 {
        PAD + 3.4 + self.body().min(MAX_HEIGHT) + 1.2
    }

    /// The lines of the sources, part by part: no entry is torn.
    fn sources(self, entries: &[Measured<'_>]) -> Vec<Vec<String>> {
        let parts = self.parts as f32;
        let width = (self.widths[0] - GAP * (parts - 1.0)) / parts;
        let wrapped = |entry: &Measured<'_>| entry.wrap(SIZE * self.scale, width, MOST);
        let entries: Vec<Vec<String>> = entries.iter().map(wrapped).collect();
        if self.parts == 1 {
            return vec![entries.concat()];
        }
        // The split at which the longer part is shortest: never longer with fewer entries.
        let lines = |part: &[Vec<String>]| part.iter().map(Vec::len).sum::<usize>();
        let longer = |at: &usize| lines(&entries[..*at]).max(lines(&entries[*at..]));
        let split = (0..=entries.len()).min_by_key(longer).unwrap_or(0);
        vec![entries[..split].concat(), entries[split..].concat()]
    }

    /// The lines of method and of technical data.
    fn small_print(self, print: &Print<Measured<'_>>) -> [Vec<String>; 2] {
        let [_, notes, technical] = self.widths;
        let lines = |entries: &[Measured<'_>], width: f32, most: usize| {
            let wrapped =
                |entry: &Measured<'_>| entry.wrap(SIZE * self.scale, width, most);
            entries.iter().flat_map(wrapped).collect()
        };
        [lines(&print.notes, notes, MOST), lines(&print.technical, technical, 4)]
    }
}

/// What the strip says: the entries of each column.
struct Print<T> {
    sources: Vec<T>,
    notes: Vec<T>,
    technical: Vec<T>,
}

impl Print<String> {
    /// Without a view, as many lines as with one.
    fn of(
        job: Job<'_>,
        plan: &Plan<'_>,
        layers: &[&Prepared],
        view: Option<View>,
    ) -> Self {
        Self {
            sources: source_entries(job, layers),
            notes: notes(job, plan, layers),
            technical: technical(job, plan, layers, view),
        }
    }

    fn measured(&self) -> Print<Measured<'_>> {
        Print {
            sources: measured(&self.sources),
            notes: measured(&self.notes),
            technical: measured(&self.technical),
        }
    }
}

fn measured(entries: &[String]) -> Vec<Measured<'_>> {
    entries.iter().map(|entry| Measured::of(entry, Weight::Regular)).collect()
}

/// The layers that a sheet may draw, before it is known which it does.
#[must_use]
pub fn possible<'a>(job: Job<'a>, plan: &Plan<'_>) -> Vec<&'a Prepared> {
    let mut all = all_layers(job);
    let is_named = |id: &str| {
        let named = plan.only.as_ref().is_none_or(|only| only.iter().any(|o| o == id));
        named || id == job.area.territory_layer.id
    };
    all.retain(|layer| is_named(&layer.id) && (plan.may_draw)(&layer.id));
    all
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
    (area, strip): (Rect, Strip),
    view: View,
) {
    let words = job.words;
    let print = Print::of(job, plan, sources, Some(view));
    let print = print.measured();
    let [notes, technical] = strip.small_print(&print);
    let parts = [
        ("map.margin.sources", strip.sources(&print.sources)),
        ("map.margin.method", vec![notes]),
        ("map.margin.technical", vec![technical]),
    ];
    let mut x = area.x;
    for ((key, parts), width) in parts.into_iter().zip(strip.widths) {
        if x > area.x {
            scene.line([x, area.y], [x, area.bottom()], 0.15, style::RULE);
        }
        let base = area.y + PAD + CAP_HEIGHT * 2.0;
        let heading = Text::new(words.of(key), [x + PAD, base], 2.0).weight(Weight::Bold);
        scene.text(heading);
        let step = (width + GAP) / parts.len() as f32;
        for (i, lines) in parts.into_iter().enumerate() {
            let at = [x + PAD + step * i as f32, base + 3.1];
            column(scene, words, strip, lines, at, area.bottom());
        }
        x += width + 2.0 * PAD;
    }
}

/// Draws lines down to a height, and how many found no room.
fn column(
    scene: &mut Scene,
    words: Words,
    strip: Strip,
    mut lines: Vec<String>,
    [x, y]: [f32; 2],
    bottom: f32,
) {
    let (size, line) = (SIZE * strip.scale, LINE * strip.scale);
    let fits = (((bottom - 0.8 - y) / line + 1e-3).floor().max(0.0)) as usize + 1;
    if lines.len() > fits {
        let hidden = lines.len() - fits + 1;
        lines.truncate(fits.saturating_sub(1));
        lines.push(words.with("map.margin.more", "count", &hidden.to_string()));
    }
    let mut base = y;
    for text in lines {
        scene.text(Text::new(text, [x, base], size).colour(style::INK_SOFT));
        base += line;
    }
}

/// One entry a source: titles of its layers, publisher and date, licence, accuracy, status.
fn source_entries(job: Job<'_>, layers: &[&Prepared]) -> Vec<String> {
    let words = job.words;
    let mut entries: Vec<(String, Vec<&str>)> = Vec::new();
    for layer in layers {
        let title = layer.title.get(words.locale);
        let source = &layer.source;
        let mut parts = published(layer);
        if let Some(accuracy) = layer.worst_accuracy_m() {
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
    let entry =
        |(said, titles): &(String, Vec<&str>)| format!("{}: {said}.", titles.join("; "));
    entries.iter().map(entry).collect()
}

/// Who published a layer, and when, as far as it is known.
fn published(layer: &Prepared) -> Vec<String> {
    let source = &layer.source;
    let by = source.publisher.as_ref().or(source.title.as_ref());
    [by, source.date.as_ref()].into_iter().flatten().cloned().collect()
}

/// A layer in a few words, for where a figure of it stands: title, publisher, date, status.
#[must_use]
pub fn citation(words: Words, layer: &Prepared) -> String {
    let mut parts = vec![layer.title.get(words.locale).to_owned()];
    parts.extend(published(layer));
    parts.push(words.status(layer.status));
    parts.join(", ")
}

fn notes(job: Job<'_>, plan: &Plan<'_>, layers: &[&Prepared]) -> Vec<String> {
    let worst = layers.iter().map(|layer| layer.status).max();
    let status = worst.and_then(|status| status_note(job, status));
    plan.notes.iter().cloned().chain(status).collect()
}

/// Without a view, as many lines as with one.
fn technical(
    job: Job<'_>,
    plan: &Plan<'_>,
    layers: &[&Prepared],
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
    let dates = dates.chain(plan.periods.iter().copied());
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
    rect: Rect,
    view: View,
    paints: &[Paint],
) {
    let shapes = territory_shapes(job.area);
    let Some(whole) = Extent::of(shapes) else { return };
    let margin = whole.side().max(1.0) * 0.03;
    // The frame of the map lies inside as a whole.
    let inset = View::filled(whole.union(view.extent()).padded(margin), rect);
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
    let meters = layer.worst_accuracy_m()?;
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
