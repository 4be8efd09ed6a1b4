//! The map of a difference: territories coloured by how much a figure rose or fell.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "page millimetres and steps of a legend: small numbers, for the eye only"
)]

use std::collections::BTreeMap;

use super::{Comparison, Decimal, Entry, Status};
use crate::domain::Message;
use crate::geometry::StudyArea;
use crate::i18n::{self, Locale};
use crate::outputs::map::extent::Extent;
use crate::outputs::map::font;
use crate::outputs::map::projection::View;
use crate::outputs::map::scene::{
    Anchor, Colour, Paint, Rect, Rule, Scene, Text, Weight,
};
use crate::outputs::map::style;

/// Size of the page, mm.
const PAGE: [f32; 2] = [210.0, 190.0];
/// Space around everything, mm.
const MARGIN: f32 = 8.0;
/// Width of the legend, mm.
const LEGEND_MM: f32 = 52.0;
/// From the strongest fall to the strongest rise, in thirds of the largest change; blue and
/// orange, which colour-blind eyes tell apart, and the sign stands in every label.
const STEPS: [Colour; 7] = [
    Colour::hex(0x0008_4a8f),
    Colour::hex(0x0041_8ec4),
    Colour::hex(0x0097_c6e2),
    Colour::hex(0x00f4_f2ec),
    Colour::hex(0x00fb_ba70),
    Colour::hex(0x00e6_7b22),
    Colour::hex(0x00a0_4000),
];
/// Position of "no change" in the steps.
const EVEN: usize = 3;

/// Marks a change of a figure of which nobody can say in one of the runs whether it is nothing.
const DOUBT: &str = "\u{202f}\u{2020}";

/// The change in a territory.
enum Change {
    /// By so much; whether the figure of one of the runs is undecidable.
    By(Decimal, bool),
    /// It cannot be said by a number.
    NoNumber,
}

/// Draws the difference of a figure over all territories: the same figure as `asked` in each
/// of them. The land is that of the second run; the names are those of the two.
#[must_use]
pub fn draw(
    comparison: &Comparison,
    asked: &Entry,
    names: [&str; 2],
    area: &StudyArea,
    locale: Locale,
) -> Option<Scene> {
    let changes = changes(comparison, asked);
    let sizes = changes.values().filter_map(|change| match change {
        Change::By(amount, _) => Some(amount.abs()),
        Change::NoNumber => None,
    });
    let largest = sizes.max().unwrap_or(Decimal::ZERO);
    let [width, height] = PAGE;
    let mut scene = Scene::new(width, height);
    scene.fill_rect(Rect::new(0.0, 0.0, width, height), Paint::solid(style::PAPER));
    let title = i18n::text(locale, "compare.map.title").to_owned();
    scene.text(Text::new(title, [MARGIN, MARGIN + 4.0], 4.4).weight(Weight::Bold));
    let runs = Message::new("compare.map.runs").with("a", names[0]).with("b", names[1]);
    let runs = i18n::render(locale, &runs);
    let name = i18n::with_unit(locale, &family(asked), &asked.unit);
    let name = format!("{name} · {runs}");
    let name = font::fit(&name, Weight::Regular, 2.9, width - 2.0 * MARGIN);
    scene.text(Text::new(name, [MARGIN, MARGIN + 9.4], 2.9).colour(style::INK_SOFT));
    let frame = Rect::new(
        MARGIN,
        MARGIN + 13.0,
        width - 2.0 * MARGIN - LEGEND_MM,
        height - 2.0 * MARGIN - 13.0,
    );
    let view = View::filled(Extent::of(&area.territory_partition)?, frame.inset(2.0));
    land(&mut scene, frame, view, area, &changes, largest);
    labels(&mut scene, view, area, &changes, &|change| signed(change, largest, locale));
    scene.stroke_rect(frame, 0.2, style::INK_SOFT);
    legend(&mut scene, [frame.right() + 5.0, frame.y], largest, &changes, locale);
    Some(scene)
}

/// The figure without its territory.
fn family(entry: &Entry) -> String {
    let name = entry.name();
    let code = format!("{}/{}/", entry.table, entry.territory());
    name.replacen(&code, &format!("{}/*/", entry.table), 1)
}

/// The change of the same figure in each territory; those without one did not change.
fn changes<'a>(comparison: &'a Comparison, asked: &Entry) -> BTreeMap<&'a str, Change> {
    let wanted = family(asked);
    let same = comparison.entries.iter().filter(|entry| family(entry) == wanted);
    same.map(|entry| {
        let change = match (entry.status, entry.difference) {
            (Status::Differs, Some(amount)) => {
                Change::By(amount, entry.doubt().is_some())
            }
            _ => Change::NoNumber,
        };
        (entry.territory(), change)
    })
    .collect()
}

fn step(amount: Decimal, largest: Decimal) -> usize {
    if amount.is_zero() {
        return EVEN;
    }
    let third = (3.0 * amount.abs().about() / largest.about()).ceil().clamp(1.0, 3.0);
    let third = third as usize;
    if amount.is_negative() { EVEN - third } else { EVEN + third }
}

/// As many decimals as tell thirds of the largest change apart.
fn decimals(largest: Decimal) -> usize {
    let third = largest.about() / 3.0;
    (1.0 - third.max(1e-9).log10().floor()).clamp(0.0, 6.0) as usize
}

/// A change with its sign, rounded for people; what rounds to nothing is less than a step.
fn signed(amount: Decimal, largest: Decimal, locale: Locale) -> String {
    let decimals = decimals(largest);
    let sign = match (amount.is_zero(), amount.is_negative()) {
        (true, _) => "",
        (false, true) => "\u{2212}",
        (false, false) => "+",
    };
    let size = amount.abs().about();
    let step = 1.0 / (0..decimals).fold(1.0, |ten, _| ten * 10.0);
    if !amount.is_zero() && size < step / 2.0 {
        return format!("{sign}<\u{202f}{}", i18n::number(locale, step, decimals));
    }
    format!("{sign}{}", i18n::number(locale, size, decimals))
}

fn land(
    scene: &mut Scene,
    frame: Rect,
    view: View,
    area: &StudyArea,
    changes: &BTreeMap<&str, Change>,
    largest: Decimal,
) {
    scene.clipped(frame, |scene| {
        for (row, territory) in area.territories.iter().enumerate() {
            let paint = match changes.get(territory.code.as_str()) {
                Some(Change::By(amount, _)) => {
                    Paint::solid(STEPS[step(*amount, largest)])
                }
                Some(Change::NoNumber) => style::not_known(),
                None => Paint::solid(STEPS[EVEN]),
            };
            let rings = view.areas(&area.territory_partition, |at| at == row);
            for ring in &rings {
                scene.fill(vec![ring.clone()], Rule::NonZero, paint);
            }
            let paths = rings.into_iter().map(|points| {
                crate::outputs::map::scene::Path { points, is_closed: true }
            });
            scene.stroke(paths.collect(), 0.25, style::INK_SOFT, &[]);
        }
    });
}

fn labels(
    scene: &mut Scene,
    view: View,
    area: &StudyArea,
    changes: &BTreeMap<&str, Change>,
    write: &dyn Fn(Decimal) -> String,
) {
    let mut taken: Vec<Rect> = Vec::new();
    for (row, territory) in area.territories.iter().enumerate() {
        let shape = area.territory_partition.get(row);
        let Some(extent) = Extent::of_shape(shape) else { continue };
        let change = match changes.get(territory.code.as_str()) {
            Some(Change::By(amount, is_open)) => {
                write(*amount) + if *is_open { DOUBT } else { "" }
            }
            Some(Change::NoNumber) => "?".to_owned(),
            None => "0".to_owned(),
        };
        let [x, y] = view.to_page(extent.center());
        let wide = font::width(&territory.name, Weight::Regular, 2.5).max(font::width(
            &change,
            Weight::Bold,
            2.7,
        ));
        let room = Rect::new(x - wide / 2.0, y - 3.0, wide, 6.4);
        if taken.iter().any(|other| other.overlaps(room)) {
            continue;
        }
        taken.push(room);
        let text = |words: &str, down: f32, size: f32| {
            Text::new(words, [x, y + down], size)
                .anchor(Anchor::Middle)
                .halo(style::PAPER, 0.5)
        };
        scene.text(text(&territory.name, -0.4, 2.5));
        scene.text(text(&change, 2.9, 2.7).weight(Weight::Bold));
    }
}

fn legend(
    scene: &mut Scene,
    [x, y]: [f32; 2],
    largest: Decimal,
    changes: &BTreeMap<&str, Change>,
    locale: Locale,
) {
    let say = |key| i18n::text(locale, key).to_owned();
    scene.text(
        Text::new(say("compare.map.legend"), [x, y + 3.0], 2.9).weight(Weight::Bold),
    );
    let third = largest.about() / 3.0;
    let decimals = decimals(largest);
    let number = |value: f64| i18n::number(locale, value, decimals);
    let mut top = y + 6.0;
    let mut line = |paint: Paint, words: String| {
        let sign = Rect::new(x, top, 7.0, 4.2);
        scene.fill_rect(sign, paint);
        scene.stroke_rect(sign, 0.15, style::INK_SOFT);
        scene.text(Text::new(words, [x + 9.0, top + 3.1], 2.6));
        top += 5.6;
    };
    for (at, colour) in STEPS.iter().enumerate().rev() {
        let words = if at == EVEN {
            say("compare.map.even")
        } else {
            let from = (at.abs_diff(EVEN) - 1) as f64 * third;
            let key = match (at > EVEN, at.abs_diff(EVEN)) {
                (true, 1) => "compare.map.little_more",
                (true, _) => "compare.map.more",
                (false, 1) => "compare.map.little_less",
                (false, _) => "compare.map.less",
            };
            let message = Message::new(key)
                .with("from", number(from))
                .with("to", number(from + third));
            i18n::render(locale, &message)
        };
        if largest.is_zero() && at != EVEN {
            continue;
        }
        line(Paint::solid(*colour), words);
    }
    if changes.values().any(|change| matches!(change, Change::NoNumber)) {
        line(style::not_known(), say("compare.map.no_number"));
    }
    if changes.values().any(|change| matches!(change, Change::By(_, true))) {
        let words = say("compare.map.undecidable");
        let room = LEGEND_MM - 6.0;
        for (at, words) in
            font::wrap(&words, Weight::Regular, 2.4, room, 3).iter().enumerate()
        {
            let place = [x, top + 3.1 + at as f32 * 3.2];
            scene.text(Text::new(words, place, 2.4).colour(style::INK_SOFT));
        }
    }
}
