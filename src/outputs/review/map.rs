//! The notes of a review on a sheet, numbered as in its list.

#![allow(clippy::cast_possible_truncation, reason = "page millimetres: for the eye only")]

use super::{Merged, NoteState, Review};
use crate::config::Settings;
use crate::domain::Message;
use crate::geometry::StudyArea;
use crate::outputs::map::extent::Extent;
use crate::outputs::map::legend::{Entry, Group, Sign};
use crate::outputs::map::overview;
use crate::outputs::map::scene::{Anchor, Colour, Paint, Rule, Text, Weight, disc};
use crate::outputs::map::sheet::{self, Drawn, Job, Plan};
use crate::outputs::map::sketch::Sketch;
use crate::outputs::map::stored::Sheet;
use crate::outputs::map::{MapError, MapOptions, focus};

/// Radius of a mark, mm.
const RADIUS: f32 = 1.9;
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

fn marks(sketch: &mut Sketch<'_>, review: &Review) {
    for (number, one) in numbered(review) {
        let at = sketch.view.to_page(one.meters);
        if !sketch.view.frame.contains(at) {
            continue;
        }
        let tone = colour(one.note.state);
        let rim = if one.conflict.is_empty() { Colour::hex(0x00ff_ffff) } else { RED };
        let paint = Paint::solid(rim);
        sketch.scene.fill(vec![disc(at, RADIUS + 0.45)], Rule::NonZero, paint);
        sketch.scene.fill(vec![disc(at, RADIUS)], Rule::NonZero, Paint::solid(tone));
        let text = Text::new(number.to_string(), [at[0], at[1] + 0.75], 2.1)
            .anchor(Anchor::Middle)
            .weight(Weight::Bold)
            .colour(Colour::hex(0x00ff_ffff));
        sketch.scene.text(text);
    }
}

/// What the colours of the marks stand for, as far as there are such.
fn states(job: Job<'_>, review: &Review) -> Group {
    let words = job.words;
    let entry = |colour, label| Entry {
        sign: Sign::Dot(colour, RADIUS * 0.7),
        label,
        figures: Vec::new(),
    };
    let has = |state: &NoteState| review.notes.iter().any(|one| one.note.state == *state);
    let named = NoteState::ALL.into_iter().filter(has).map(|state| {
        entry(colour(state), words.of(&format!("viewer.notes.state.{}", state.id())))
    });
    let mut entries: Vec<Entry> = named.collect();
    if !review.conflicts().is_empty() {
        entries.push(entry(RED, words.of("review.map.conflict")));
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
    let entries = numbered(review).map(|(number, one)| {
        let said: Vec<&str> = one.note.observation.split_whitespace().collect();
        let said = said.join(" ");
        let mut begun: String = said.chars().take(LISTED).collect();
        if begun.len() < said.len() {
            begun.push('…');
        }
        Entry {
            sign: Sign::Blank,
            label: format!("{number}. {begun}"),
            figures: vec![one.note.date.clone()],
        }
    });
    let more = (review.notes.len() > LINES).then(|| words.of("review.map.more"));
    Group {
        heading: words.of("review.map.list"),
        columns: vec![words.of("review.map.date")],
        entries: entries.take(LINES).collect(),
        more,
        ..Group::default()
    }
}
