//! The sheet around a map: title, legend, figures, locator, sources, technical data.
//!
//! In: a plan (title, extent, how to draw the body, what stands beside it). Out:
//! a finished scene on A4 or A3. Every text is measured before it is placed; what does
//! not fit is shortened or, from the end, left out, and never runs over.

use crate::config::{Paper, Settings};
use crate::domain::Status;
use crate::geometry::{Prepared, StudyArea};

use super::chart::Chart;
use super::degrees::Degrees;
use super::focus::Crowds;
use super::font::{self, CAP_HEIGHT};
use super::grid::{self, BAND_MM};
use super::legend::{self, Group, Table};
use super::margin::{self, Strip};
use super::panel::{self, Beside, Room};
use super::projection::{Extent, View, fitting_scale};
use super::scene::{Anchor, Image, Item, Path, Rect, Scene, Text, Weight};
use super::sketch::Sketch;
use super::style;
use super::words::Words;
use super::{MapError, MapOptions};

/// Space between the edge of the paper and the frame of the sheet, mm.
const MARGIN: f32 = 7.0;
/// Height of the title strip, mm.
const TITLE_HEIGHT: f32 = 15.5;
/// Space between the frame and what stands in it, mm.
pub(super) const PAD: f32 = 2.4;

/// What a run of sheets has in common.
#[derive(Clone, Copy)]
pub struct Job<'a> {
    /// What is drawn.
    pub area: &'a StudyArea,
    /// The project.
    pub settings: &'a Settings,
    /// Language and date.
    pub options: &'a MapOptions,
    /// Words in that language.
    pub words: Words,
    /// The way to geographic coordinates, where there is one.
    pub degrees: Option<Degrees>,
    /// Where the features are.
    pub crowds: &'a Crowds,
}

impl<'a> Job<'a> {
    /// What a run of sheets has in common.
    #[must_use]
    pub fn new(
        area: &'a StudyArea,
        settings: &'a Settings,
        options: &'a MapOptions,
        crowds: &'a Crowds,
    ) -> Self {
        let words = Words { locale: options.locale };
        Self { area, settings, options, words, degrees: Degrees::of(area.epsg), crowds }
    }
}

/// What a body asks the sheet to print.
pub struct Drawn {
    /// Classes with their figures, the first groups of the legend.
    pub classes: Vec<Group>,
    /// Paint of each territory in the locator.
    pub locator: Vec<super::scene::Paint>,
}

type Body<'a> = Box<dyn Fn(&mut Sketch<'a>) -> Drawn + Send + Sync + 'a>;

/// One map to be made.
pub struct Plan<'a> {
    /// File name without ending.
    pub name: String,
    /// Title.
    pub title: String,
    /// One sentence on what it shows.
    pub subtitle: String,
    /// What must be in the frame.
    pub focus: Extent,
    /// The number under 1 in the scale, if the project fixes it.
    pub scale: Option<f64>,
    /// The layers that it may show beside its subject, if the project names them.
    pub only: Option<Vec<String>>,
    /// Layers that it is about, which it always shows.
    pub subject: Vec<String>,
    /// Whether it has no files of its own.
    pub is_atlas_only: bool,
    /// Draws the body.
    pub body: Body<'a>,
    /// Table of figures.
    pub table: Option<Table>,
    /// Chart.
    pub chart: Option<Chart>,
    /// Sentences on method and doubt.
    pub notes: Vec<String>,
    /// Layers that the figures rest on though the map may not show them.
    pub bases: Vec<&'a Prepared>,
    /// Periods of figures that are of no layer.
    pub periods: Vec<&'a str>,
    /// A part to be drawn larger, in the place of the locator.
    pub detail: Option<Extent>,
    /// Whether layers may appear on this map, to know how long the list of sources gets.
    pub may_draw: Box<dyn Fn(&str) -> bool + Send + Sync + 'a>,
}

/// A way to divide a sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Landscape, the panel beside the map.
    Beside,
    /// Portrait, the panel beside the map.
    Upright,
    /// Portrait, the panel below the map.
    Below,
    /// Landscape, a panel of two columns beside the map.
    Wide,
}

impl Kind {
    /// The first of equals is taken.
    const ALL: [Self; 4] = [Self::Beside, Self::Upright, Self::Below, Self::Wide];
}

/// Where things stand on a page.
struct Layout {
    kind: Kind,
    page: (f32, f32),
    /// Of the map with its coordinate band.
    map: Rect,
    /// Columns of the panel.
    columns: Vec<Rect>,
    /// The lowest strip.
    strip: Strip,
}

impl Layout {
    /// Width of the outer frame, mm.
    fn width(&self) -> f32 {
        self.page.0 - 2.0 * MARGIN
    }

    /// Where the lowest strip begins, mm.
    fn bottom(&self) -> f32 {
        self.page.1 - MARGIN - self.strip.height()
    }
}

/// Shorter and longer side of a sheet of paper, mm (ISO 216).
fn sides(paper: Paper) -> (f32, f32) {
    match paper {
        Paper::A4 => (210.0, 297.0),
        Paper::A3 => (297.0, 420.0),
    }
}

/// A way to lay out a sheet whose lowest strip is that of its width.
fn layout(paper: Paper, kind: Kind, strip: impl FnOnce(f32) -> Strip) -> Layout {
    let (short, long) = sides(paper);
    let [wide, narrow, low, two] = match paper {
        Paper::A4 => [82.0, 72.0, 84.0, 136.0],
        Paper::A3 => [96.0, 90.0, 104.0, 172.0],
    };
    let (w, h) = match kind {
        Kind::Beside | Kind::Wide => (long, short),
        Kind::Upright | Kind::Below => (short, long),
    };
    let strip = strip(w - 2.0 * MARGIN);
    let outer = Rect::new(0.0, 0.0, w, h).inset(MARGIN);
    let height = outer.h - TITLE_HEIGHT - strip.height();
    let body = Rect::new(outer.x, outer.y + TITLE_HEIGHT, outer.w, height);
    let (across, down, count) = match kind {
        Kind::Beside => (wide, 0.0, 1),
        Kind::Upright => (narrow, 0.0, 1),
        Kind::Wide => (two, 0.0, 2),
        Kind::Below => (0.0, low, 3),
    };
    let map = Rect::new(body.x, body.y, body.w - across, body.h - down);
    let panel = if kind == Kind::Below {
        Rect::new(body.x, map.bottom(), body.w, down)
    } else {
        Rect::new(map.right(), body.y, across, body.h)
    };
    let width = panel.w / count as f32;
    let column = |i: usize| {
        Rect::new(panel.x + width * i as f32, panel.y, width, panel.h).inset(PAD)
    };
    let columns = (0..count).map(column).collect();
    Layout { kind, page: (w, h), map, columns, strip }
}

/// The ways to lay out a sheet by the scale of the map in them, the largest first; the first
/// of equals comes first, but the one with most room for a part of the map that is drawn larger.
fn ranked(job: Job<'_>, plan: &Plan<'_>) -> [(Kind, f64); 4] {
    let possible = margin::possible(job, plan);
    // Sheets are of two widths, upright or not.
    let mut known: Vec<(f32, Strip)> = Vec::new();
    let mut strip = |width: f32| {
        let same = known.iter().find(|(of, _)| of.to_bits() == width.to_bits());
        if let Some((_, strip)) = same {
            return *strip;
        }
        let strip = Strip::of(job, plan, &possible, width);
        known.push((width, strip));
        strip
    };
    let scale = |kind: Kind| {
        let layout = layout(job.settings.maps.paper, kind, &mut strip);
        let frame = map_frame(layout.map);
        (kind, fitting_scale(plan.focus, frame.w, frame.h))
    };
    let mut all = Kind::ALL.map(scale);
    if plan.detail.is_some() {
        all.rotate_right(1);
    }
    // Scales are round, so equals are equal.
    all.sort_by(|a, b| a.1.total_cmp(&b.1));
    all
}

/// The map's frame within its cell.
fn map_frame(cell: Rect) -> Rect {
    cell.inset(BAND_MM + 1.6)
}

/// How much smaller a map may get so that all that is said of it has room in type that can be
/// read: more, and the map would pay too much for it.
const GIVES_WAY: f64 = 1.3;

/// Draws a whole sheet.
///
/// Of the ways to lay it out the one with the largest map is taken, unless it has no room for
/// all figures and their chart in type that can be read and one with a map nearly as large does.
///
/// # Errors
///
/// [`MapError::Chart`] if plotters refuses to draw the chart.
pub fn compose<'a>(
    job: Job<'a>,
    plan: &Plan<'a>,
    number: usize,
    count: usize,
) -> Result<Scene, MapError> {
    let [(kind, largest), others @ ..] = ranked(job, plan);
    let mut best = attempt(job, plan, kind)?;
    for (kind, scale) in others {
        let is_too_small = scale > largest * GIVES_WAY;
        if best.room == Room::All || (best.room > Room::Short && is_too_small) {
            break;
        }
        let next = attempt(job, plan, kind)?;
        if next.room > best.room {
            best = next;
        }
    }
    Ok(finished(job, plan, best, (number, count)))
}

/// A sheet in one layout, before its parts are put together.
struct Attempt<'a> {
    drawing: Drawing<'a>,
    panel: Scene,
    detail: Option<View>,
    room: Room,
}

/// Draws the map and its panel in a layout.
fn attempt<'a>(
    job: Job<'a>,
    plan: &Plan<'a>,
    kind: Kind,
) -> Result<Attempt<'a>, MapError> {
    let mut drawing = drawing(job, plan, kind, None);
    let (mut panel, mut beside) = panelled(job, plan, &mut drawing)?;
    if let Some(view) = beside.detail {
        // Once more, now that it is known what names must keep away from.
        drawing = self::drawing(job, plan, kind, Some(view.extent()));
        (panel, beside) = panelled(job, plan, &mut drawing)?;
    }
    Ok(Attempt { drawing, panel, detail: beside.detail, room: beside.room })
}

/// The panel of a drawing.
fn panelled<'a>(
    job: Job<'a>,
    plan: &Plan<'a>,
    drawing: &mut Drawing<'a>,
) -> Result<(Scene, Beside), MapError> {
    let Drawing { layout, view, sketch, drawn, .. } = drawing;
    let mut groups = std::mem::take(&mut drawn.classes);
    if !sketch.signs.is_empty() {
        let heading = job.words.of("map.legend.signs");
        let entries = legend::merged(std::mem::take(&mut sketch.signs));
        let note = if legend::has_likes(&entries) {
            job.words.of("map.legend.likes")
        } else {
            String::new()
        };
        groups.push(Group { heading, entries, note, ..Group::default() });
    }
    let (w, h) = layout.page;
    let mut scene = Scene::new(w, h);
    let columns = &layout.columns;
    let beside =
        panel::draw(&mut scene, job, plan, columns, *view, &groups, &drawn.locator)?;
    Ok((scene, beside))
}

/// Puts the parts of a sheet together.
fn finished<'a>(
    job: Job<'a>,
    plan: &Plan<'a>,
    attempt: Attempt<'a>,
    number: (usize, usize),
) -> Scene {
    let Attempt { drawing, mut panel, detail, .. } = attempt;
    let Drawing { layout, strip, view, mut sketch, .. } = drawing;
    let (w, h) = layout.page;
    let outer = Rect::new(0.0, 0.0, w, h).inset(MARGIN);
    let status = sketch.status();
    let mut scene = Scene::new(w, h);
    scene.title.clone_from(&plan.title);
    scene.description.clone_from(&plan.subtitle);
    let (ground, labels) = sketch.take_items();
    scene.group(&plan.title, |scene| {
        scene.clipped(view.frame, |scene| {
            scene.items.extend(ground);
            if let Some(detail) = detail {
                margin::mark_frame(scene, view, detail);
            }
            scene.items.extend(labels);
        });
    });
    grid::neat_line(&mut scene, view, job.words, job.degrees);
    title(&mut scene, job, plan, outer, status, number);
    scene.items.append(&mut panel.items);
    rules(&mut scene, &layout, outer);
    let top = layout.bottom();
    let area = Rect::new(outer.x, top, outer.w, outer.bottom() - top);
    margin::draw(&mut scene, job, plan, &sketch.sources, (area, strip), view);
    scene
}

/// The body of a sheet and where all stands.
struct Drawing<'a> {
    layout: Layout,
    /// The division of the lowest strip: of what is drawn, which may need less than there is.
    strip: Strip,
    view: View,
    sketch: Sketch<'a>,
    drawn: Drawn,
}

/// Draws the body, and again if it shows so few of the layers that it might that the strip
/// with their sources gets lower: the paper goes to the map. `shown` is what a part beside the
/// map shows larger, where that is known.
fn drawing<'a>(
    job: Job<'a>,
    plan: &Plan<'a>,
    kind: Kind,
    shown: Option<Extent>,
) -> Drawing<'a> {
    let possible = margin::possible(job, plan);
    // In the order in which they are measured: a part of a list has no more lines than all.
    let in_order = |mut drawing: Drawing<'a>| {
        let place = |id: &str| possible.iter().position(|known| known.id == id);
        let last = possible.len();
        drawing.sketch.sources.sort_by_key(|layer| place(&layer.id).unwrap_or(last));
        drawing
    };
    let draw = |layers: &[&Prepared]| {
        let mut drawing = in_order(body(job, plan, kind, shown, layers));
        let Drawing { layout, sketch, strip, .. } = &mut drawing;
        *strip = Strip::of(job, plan, &sketch.sources, layout.width());
        drawing
    };
    let mut best = draw(&possible);
    let lower = best.layout.strip.height() - 1.0;
    if best.strip.height() < lower {
        let fits = |drawing: &Drawing<'a>| {
            drawing.strip.height() <= drawing.layout.strip.height() + 0.1
        };
        let mut again = draw(&best.sketch.sources);
        if !fits(&again) {
            // What only the larger frame shows takes room below it.
            let mut both = best.sketch.sources.clone();
            for layer in &again.sketch.sources {
                if !both.iter().any(|known| known.id == layer.id) {
                    both.push(layer);
                }
            }
            again = draw(&both);
        }
        if fits(&again) && again.layout.strip.height() < lower {
            best = again;
        }
    }
    best
}

/// Draws the body with a strip for the sources of some layers.
fn body<'a>(
    job: Job<'a>,
    plan: &Plan<'a>,
    kind: Kind,
    shown: Option<Extent>,
    layers: &[&Prepared],
) -> Drawing<'a> {
    let paper = job.settings.maps.paper;
    let layout = layout(paper, kind, |width| Strip::of(job, plan, layers, width));
    let mut view = View::around(plan.focus, map_frame(layout.map));
    view.scale = plan.scale.unwrap_or(view.scale);
    let mut sketch = Sketch::new(job.area, view, job.words);
    sketch.only.clone_from(&plan.only);
    if let Some(detail) = shown.or(plan.detail) {
        sketch.leave_to_detail(detail);
    }
    let drawn = (plan.body)(&mut sketch);
    for base in &plan.bases {
        sketch.note_source(base);
    }
    if let Some(detail) = plan.detail {
        // What only the detail shows belongs in the legend and the sources too.
        let view = View::around(detail, Rect::new(0.0, 0.0, 60.0, 60.0));
        let mut part = Sketch::new(job.area, view, job.words);
        part.only.clone_from(&plan.only);
        super::overview::draw_detail(&mut part);
        for entry in part.signs {
            sketch.note_sign(entry.sign, entry.label);
        }
        for layer in part.sources {
            sketch.note_source(layer);
        }
    }
    let strip = layout.strip;
    Drawing { layout, strip, view, sketch, drawn }
}

/// Lines between the parts of the sheet and its outer frame.
fn rules(scene: &mut Scene, layout: &Layout, outer: Rect) {
    let top = outer.y + TITLE_HEIGHT;
    let bottom = layout.columns.iter().map(|c| c.bottom()).fold(0.0, f32::max) + PAD;
    scene.stroke_rect(outer, 0.5, style::INK);
    scene.line([outer.x, top], [outer.right(), top], 0.25, style::INK);
    scene.line([outer.x, bottom], [outer.right(), bottom], 0.25, style::INK);
    let first = layout.columns[0].inset(-PAD);
    if layout.kind == Kind::Below {
        scene.line([outer.x, first.y], [outer.right(), first.y], 0.25, style::INK);
    } else {
        scene.line([first.x, top], [first.x, bottom], 0.25, style::INK);
    }
    for column in &layout.columns[1..] {
        let x = column.x - PAD;
        scene.line([x, first.y], [x, bottom], 0.15, style::RULE);
    }
}

/// The slot of the office's picture at the left of the title, empty where there is none;
/// returns the width that it takes.
fn logo(scene: &mut Scene, job: Job<'_>, outer: Rect) -> f32 {
    const SIDE: f32 = 11.5;
    const WIDEST: f32 = 28.0;
    let top = outer.y + (TITLE_HEIGHT - SIDE) / 2.0;
    let left = outer.x + PAD;
    let Some(logo) = &job.settings.maps.logo else {
        let slot = Rect::new(left, top, SIDE, SIDE);
        let paths = vec![Path { points: slot.ring(), is_closed: true }];
        scene.stroke(paths, 0.12, style::RULE.with_alpha(0.7), &[0.8, 0.8]);
        return SIDE + PAD;
    };
    let [across, down] = logo.size.map(|side| side as f32);
    let scale = (SIDE / down).min(WIDEST / across);
    let (w, h) = (across * scale, down * scale);
    let rect = Rect::new(left, top + (SIDE - h) / 2.0, w, h);
    scene.items.push(Item::Image(Image { rect, png: logo.bytes.clone() }));
    w + PAD
}

/// The strip on top: project and title at the left, status and number at the right.
fn title(
    scene: &mut Scene,
    job: Job<'_>,
    plan: &Plan<'_>,
    outer: Rect,
    status: Status,
    (number, count): (usize, usize),
) {
    let words = job.words;
    let right = outer.right() - PAD;
    let mut room = outer.w - 2.0 * PAD;
    let of = words.say(
        &crate::domain::Message::new("map.sheet.number")
            .with("number", number)
            .with("count", count),
    );
    let stamp = words.stamp(status).map(|stamp| words.of("map.sheet.data") + &stamp);
    let stamp_size = 2.7;
    let stamp_width = stamp
        .as_ref()
        .map_or(0.0, |s| font::width_spaced(s, Weight::Bold, stamp_size, 0.1) + 5.0);
    if let Some(stamp) = &stamp {
        let rect = Rect::new(right - stamp_width, outer.y + 2.4, stamp_width, 5.2);
        scene.stroke_rect(rect, 0.35, style::STAMP);
        let base = rect.center()[1] + CAP_HEIGHT * stamp_size / 2.0;
        scene.text(
            Text::new(stamp, [rect.center()[0], base], stamp_size)
                .weight(Weight::Bold)
                .anchor(Anchor::Middle)
                .colour(style::STAMP)
                .spaced(0.1),
        );
    }
    scene.text(
        Text::new(&of, [right, outer.y + 12.4], 2.4)
            .anchor(Anchor::End)
            .colour(style::INK_SOFT),
    );
    room -= stamp_width.max(font::width(&of, Weight::Regular, 2.4)) + 4.0;
    let slot = logo(scene, job, outer);
    room -= slot;
    let left = outer.x + PAD + slot;
    let project = job.settings.title.get(words.locale);
    let (mut size, mut lines) = (4.9, 1);
    if font::width(&font::fit(&plan.title, Weight::Bold, size, 1e4), Weight::Bold, size)
        > room
    {
        (size, lines) = (3.6, 2);
    }
    let heading = font::wrap(&plan.title, Weight::Bold, size, room, lines);
    let mut base = outer.y + if heading.len() > 1 { 4.6 } else { 6.4 };
    for line in &heading {
        scene.text(Text::new(line, [left, base], size).weight(Weight::Bold));
        base += size * 1.12;
    }
    let below = outer.y + 12.4;
    let project_size = 2.9;
    let name = font::fit(project, Weight::Bold, project_size, room * 0.45);
    let used = font::width(&name, Weight::Bold, project_size);
    scene.text(Text::new(name, [left, below], project_size).weight(Weight::Bold));
    let gap = 2.2;
    let rest = font::fit(&plan.subtitle, Weight::Regular, 2.5, room - used - 2.0 * gap);
    scene.line(
        [left + used + gap, below + 0.5],
        [left + used + gap, below - 2.4],
        0.2,
        style::RULE,
    );
    scene.text(
        Text::new(rest, [left + used + 2.0 * gap, below], 2.5).colour(style::INK_SOFT),
    );
}
