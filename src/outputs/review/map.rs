//! The notes of a review on a sheet, numbered as in its list.

#![allow(clippy::cast_possible_truncation, reason = "page millimetres: for the eye only")]

use super::{Merged, NoteState, Review, apart};
use crate::config::Settings;
use crate::domain::Message;
use crate::geometry::StudyArea;
use crate::outputs::map::extent::Extent;
use crate::outputs::map::legend::{Entry, Group, Sign};
use crate::outputs::map::overview;
use crate::outputs::map::scene::{
    Anchor, Colour, Paint, Point, Rule, Text, Weight, disc,
};
use crate::outputs::map::sheet::{self, Drawn, Job, Plan};
use crate::outputs::map::sketch::Sketch;
use crate::outputs::map::stored::Sheet;
use crate::outputs::map::{MapError, MapOptions, focus, style};

/// Radius of a mark, mm.
const RADIUS: f32 = 1.9;
/// Radius of a mark with its rim, mm.
const RIM: f32 = RADIUS + 0.45;
/// Width of the line from a mark to its place, mm.
const LEADER: f32 = 0.27;
/// Least side of the frame around notes, m.
const LEAST_M: f64 = 500.0;
/// Longest beginning of an observation in the list.
const LISTED: usize = 40;
/// Notes that the list names; the table has them all.
const LINES: usize = 12;

fn colour(state: NoteState) -> Colour {
    Colour::hex(match state {
        NoteState::Open => 0x0016_406b,
        NoteState::Accepted => 0x001c_5e3a,
        NoteState::Rejected => 0x0066_6666,
        NoteState::Resolved => 0x001f_1f1f,
    })
}

/// Draws the notes on the ground of the run's maps.
///
/// # Errors
///
/// [`MapError`] of the sheet.
pub fn draw(
    review: &Review,
    area: &StudyArea,
    settings: &Settings,
    options: &MapOptions,
) -> Result<Sheet, MapError> {
    let crowds = focus::Crowds::of(area);
    let job = Job::new(area, settings, options, &crowds);
    let plan = plan(job, review);
    let mut scene = sheet::compose(job, &plan, 1, 1)?;
    scene.settle();
    let author = settings.author.as_ref().map(|author| author.get(options.locale));
    Ok(Sheet { scene, author: author.map(str::to_owned), locale: options.locale })
}

fn plan<'a>(job: Job<'a>, review: &'a Review) -> Plan<'a> {
    let words = job.words;
    let counted = Message::new("review.map.subtitle")
        .with("count", review.notes.len())
        .with("conflicts", review.conflicts().len());
    Plan {
        name: "notes".to_owned(),
        title: words.of("review.map.title"),
        subtitle: words.say(&counted),
        focus: around(job, review),
        scale: None,
        only: None,
        subject: Vec::new(),
        is_atlas_only: false,
        body: Box::new(move |sketch| {
            overview::draw_detail(sketch);
            sketch.grid();
            sketch.stamp();
            sketch.name_territories(|_| None);
            marks(sketch, review);
            Drawn {
                classes: vec![states(job, review), list(job, review)],
                locator: Vec::new(),
            }
        }),
        table: None,
        chart: None,
        notes: vec![words.of("review.map.note"), words.of("map.note.indicative")],
        bases: Vec::new(),
        periods: Vec::new(),
        detail: None,
        may_draw: Box::new(|_| true),
    }
}

/// The notes with some ground around them; the whole area without any.
fn around(job: Job<'_>, review: &Review) -> Extent {
    let places = review.notes.iter().map(|one| Extent::at(one.meters));
    let Some(extent) = places.reduce(Extent::union) else {
        return focus::whole(job.area);
    };
    let grown = extent.padded((extent.side() * 0.15).max(LEAST_M));
    // Long thin ones get a frame that shows where they are.
    let lack = (grown.side() * 0.4 - grown.width().min(grown.height())).max(0.0);
    grown.padded(lack / 2.0)
}

/// The notes in the frame; those that would cover each other stand apart, each with a line to
/// its place.
fn marks(sketch: &mut Sketch<'_>, review: &Review) {
    let frame = sketch.view.frame;
    let shown: Vec<(usize, &Merged, Point)> = numbered(review)
        .map(|(number, one)| (number, one, sketch.view.to_page(one.meters)))
        .filter(|(_, _, at)| frame.contains(*at))
        .collect();
    let places: Vec<Point> = shown.iter().map(|(_, _, at)| *at).collect();
    let marks = apart::places(&places, 2.0 * RIM + 0.3, frame.inset(RIM));
    let is_moved = |a: &Point, b: &Point| (a[0] - b[0]).hypot(a[1] - b[1]) > RADIUS;
    for (place, mark) in places.iter().zip(&marks).filter(|(a, b)| is_moved(a, b)) {
        let paper = style::PAPER.with_alpha(0.85);
        sketch.scene.line(*place, *mark, LEADER * 2.6, paper);
        sketch.scene.line(*place, *mark, LEADER, style::INK);
        let dot = disc(*place, LEADER * 1.6);
        sketch.scene.fill(vec![dot], Rule::NonZero, Paint::solid(style::INK));
    }
    for ((number, one, _), at) in shown.into_iter().zip(marks) {
        mark(sketch, one, number, at);
    }
}

fn mark(sketch: &mut Sketch<'_>, one: &Merged, number: usize, at: Point) {
    let tone = colour(one.note.state);
    let rim = if one.conflict.is_empty() { style::PAPER } else { RED };
    let paint = Paint::solid(rim);
    sketch.scene.fill(vec![disc(at, RIM)], Rule::NonZero, paint);
    sketch.scene.fill(vec![disc(at, RADIUS)], Rule::NonZero, Paint::solid(tone));
    let number = number.to_string();
    let size = match number.len() {
        0..=2 => 2.1,
        3 => 1.7,
        _ => 1.3,
    };
    let text = Text::new(number, [at[0], at[1] + size * 0.357], size)
        .anchor(Anchor::Middle)
        .weight(Weight::Bold)
        .colour(style::PAPER);
    sketch.scene.text(text);
}

/// What the colours of the marks stand for, as far as there are such.
fn states(job: Job<'_>, review: &Review) -> Group {
    let words = job.words;
    let entry = |sign, label| Entry { sign, label, figures: Vec::new() };
    let size = RADIUS * 0.7;
    let has = |state: &NoteState| review.notes.iter().any(|one| one.note.state == *state);
    let named = NoteState::ALL.into_iter().filter(has).map(|state| {
        let word = words.of(&format!("viewer.notes.state.{}", state.id()));
        entry(Sign::Dot(colour(state), size), word)
    });
    let mut entries: Vec<Entry> = named.collect();
    if !review.conflicts().is_empty() {
        entries.push(entry(Sign::Rimmed(RED, size), words.of("review.map.conflict")));
    }
    Group { heading: words.of("review.map.state"), entries, ..Group::default() }
}

const RED: Colour = Colour::hex(0x00d0_1030);

/// Notes with the numbers that they have on the map and in the list.
fn numbered(review: &Review) -> impl Iterator<Item = (usize, &Merged)> {
    review.notes.iter().enumerate().map(|(at, one)| (at + 1, one))
}

/// The notes by their numbers.
fn list(job: Job<'_>, review: &Review) -> Group {
    let words = job.words;
    let mut is_cut = false;
    let entries = numbered(review).take(LINES).map(|(number, one)| {
        let begun = begun(&one.note.observation);
        is_cut |= begun.ends_with('…');
        Entry {
            sign: Sign::Blank,
            label: format!("{number}. {begun}"),
            figures: vec![one.note.date.clone()],
        }
    });
    let entries: Vec<Entry> = entries.collect();
    let more = review.notes.len() - entries.len();
    let more =
        (more > 0).then(|| words.with("review.map.more", "count", &more.to_string()));
    Group {
        heading: words.of("review.map.list"),
        columns: vec![words.of("review.map.date")],
        entries,
        more,
        note: if is_cut { words.of("review.map.cut") } else { String::new() },
    }
}

/// The beginning of an observation, on one line.
fn begun(observation: &str) -> String {
    let said: Vec<&str> = observation.split_whitespace().collect();
    let said = said.join(" ");
    let mut begun: String = said.chars().take(LISTED).collect();
    if begun.len() < said.len() {
        begun.push('…');
    }
    begun
}
