//! The embedded face: how wide a text is, and the outlines of its letters.
//!
//! Noto Sans (Google, SIL Open Font License 1.1). Layout and renderers measure
//! with the same numbers, so what fits on paper is known before it is drawn.

use std::cell::{OnceCell, RefCell};
use std::sync::OnceLock;

use ab_glyph::{Font as _, FontRef, GlyphId, OutlineCurve};
use rustc_hash::FxHashMap;

use super::kerning::Kerning;
use super::scene::Weight;

/// Height of capitals over the em (Noto Sans: 714 of 1000).
pub const CAP_HEIGHT: f32 = 0.714;
/// Height of small letters over the em (Noto Sans: 536 of 1000).
pub const X_HEIGHT: f32 = 0.536;

/// Letters below this are looked up in a list: Latin with all its accents.
const LISTED: u32 = 0x250;

struct Face {
    font: FontRef<'static>,
    em: f32,
    kerning: Kerning,
    /// The glyph of each letter below [`LISTED`].
    letters: Vec<GlyphId>,
    /// How wide each glyph is, em.
    advances: Vec<f32>,
    /// The outline of each glyph, once it was asked for.
    outlines: Vec<OnceLock<Vec<OutlineCurve>>>,
}

impl Face {
    fn read(bytes: &'static [u8]) -> Self {
        let font = FontRef::try_from_slice(bytes)
            .expect("the embedded font is valid: a test loads each face");
        let em = font.units_per_em().unwrap_or(1000.0);
        let glyph = |code| char::from_u32(code).map_or(GlyphId(0), |c| font.glyph_id(c));
        let letters = (0..LISTED).map(glyph).collect();
        let count = u16::try_from(font.glyph_count()).unwrap_or(u16::MAX);
        let width = |glyph| font.h_advance_unscaled(GlyphId(glyph)) / em;
        let advances = (0..count).map(width).collect();
        let kerning = Kerning::read(bytes);
        let outlines = (0..count).map(|_| OnceLock::new()).collect();
        Self { font, em, kerning, letters, advances, outlines }
    }

    fn glyph(&self, c: char) -> GlyphId {
        let listed = self.letters.get(c as usize).copied();
        listed.unwrap_or_else(|| self.font.glyph_id(c))
    }

    /// The curves around a glyph; none around a space.
    fn outline(&self, glyph: GlyphId) -> &[OutlineCurve] {
        let read =
            || self.font.outline(glyph).map_or_else(Vec::new, |found| found.curves);
        self.outlines.get(usize::from(glyph.0)).map_or(&[], |slot| slot.get_or_init(read))
    }

    fn advance(&self, glyph: GlyphId) -> f32 {
        self.advances.get(usize::from(glyph.0)).copied().unwrap_or(0.0)
    }
}

/// The bytes of a face's font file (TrueType).
#[must_use]
pub fn bytes(weight: Weight) -> &'static [u8] {
    match weight {
        Weight::Regular => notosans::REGULAR_TTF,
        Weight::Bold => notosans::BOLD_TTF,
        Weight::Italic => notosans::ITALIC_TTF,
    }
}

fn face(weight: Weight) -> &'static Face {
    static FACES: [OnceLock<Face>; 3] = [const { OnceLock::new() }; 3];
    let slot = match weight {
        Weight::Regular => &FACES[0],
        Weight::Bold => &FACES[1],
        Weight::Italic => &FACES[2],
    };
    let bytes = bytes(weight);
    slot.get_or_init(|| Face::read(bytes))
}

/// One letter in its place along a line.
struct Placed {
    glyph: GlyphId,
    x_em: f32,
    letter: char,
}

/// Places the glyphs of a text; returns the whole advance, in em.
fn place(
    text: impl Iterator<Item = char>,
    face: &Face,
    mut to: impl FnMut(Placed),
) -> f32 {
    let mut x = 0.0;
    let mut last: Option<GlyphId> = None;
    for c in text {
        let glyph = face.glyph(c);
        if let Some(last) = last {
            x += f32::from(face.kerning.of(last.0, glyph.0)) / face.em;
        }
        let is_space = c.is_whitespace() && glyph.0 == 0;
        // Thin spaces that the face lacks: a fifth of an em, and a space to who reads.
        let (glyph, advance_em, letter) = if is_space {
            (face.glyph(' '), 0.2, ' ')
        } else {
            (glyph, face.advance(glyph), c)
        };
        to(Placed { glyph, x_em: x, letter });
        x += advance_em;
        last = (!is_space).then_some(glyph);
    }
    x
}

/// A glyph of a text: its number in the face, where it stands and how wide it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Glyph {
    /// Number in the face; 0 where the face has none for the letter.
    pub(super) id: u16,
    /// Start from that of the text, em.
    pub(super) x_em: f32,
    /// Width by the face's own table, em.
    pub(super) advance_em: f32,
    /// The letter that it stands for.
    pub(super) letter: char,
}

/// The glyphs of a text, kerned.
pub(super) fn glyphs(text: &str, weight: Weight) -> Vec<Glyph> {
    let face = face(weight);
    let mut glyphs = Vec::with_capacity(text.len());
    place(text.chars(), face, |p| {
        let advance_em = face.advance(p.glyph);
        glyphs.push(Glyph { id: p.glyph.0, x_em: p.x_em, advance_em, letter: p.letter });
    });
    glyphs
}

/// Whether the face has no letter for a character that ought to be seen.
#[must_use]
pub(super) fn lacks(c: char) -> bool {
    !c.is_whitespace() && !c.is_control() && face(Weight::Regular).glyph(c).0 == 0
}

/// The width of a glyph by the face's table, em.
pub(super) fn advance(glyph: u16, weight: Weight) -> f32 {
    face(weight).advance(GlyphId(glyph))
}

/// Texts of a face whose width is kept, at most.
const KEPT: usize = 1 << 13;

thread_local! {
    /// Widths of texts by face, em: sheets say much the same.
    static WIDTHS: RefCell<[FxHashMap<Box<str>, f32>; 3]> = RefCell::default();
}

/// Width of a text, em.
fn width_em(text: &str, weight: Weight) -> f32 {
    WIDTHS.with_borrow_mut(|widths| {
        let known = &mut widths[weight as usize];
        if let Some(width) = known.get(text) {
            return *width;
        }
        if known.len() == KEPT {
            known.clear();
        }
        let width = place(text.chars(), face(weight), |_| {});
        known.insert(text.into(), width);
        width
    })
}

/// Width of a text, mm, from its start to the advance of its last letter.
#[must_use]
pub fn width(text: &str, weight: Weight, size_mm: f32) -> f32 {
    width_em(text, weight) * size_mm
}

/// Width of a text with space added between letters, mm.
#[must_use]
pub fn width_spaced(text: &str, weight: Weight, size_mm: f32, spacing_mm: f32) -> f32 {
    let gaps = text.chars().count().saturating_sub(1) as f32;
    width(text, weight, size_mm) + gaps * spacing_mm
}

/// Receives outlines, in mm from the start of the base line, y down.
pub trait Pen {
    /// Begins a contour.
    fn move_to(&mut self, x: f32, y: f32);
    /// A straight edge.
    fn line_to(&mut self, x: f32, y: f32);
    /// A quadratic curve.
    fn quad_to(&mut self, cx: f32, cy: f32, x: f32, y: f32);
    /// A cubic curve.
    fn cubic_to(&mut self, ax: f32, ay: f32, bx: f32, by: f32, x: f32, y: f32);
    /// Closes the contour.
    fn close(&mut self);
}

/// Draws the outlines of a text with a pen, letters at fractional positions.
pub fn outline(
    text: &str,
    weight: Weight,
    size_mm: f32,
    spacing_mm: f32,
    pen: &mut impl Pen,
) {
    let face = face(weight);
    let k = size_mm / face.em;
    let mut count = 0;
    place(text.chars(), face, |letter| {
        let x0 = letter.x_em * size_mm + count as f32 * spacing_mm;
        count += 1;
        let at = |p: ab_glyph::Point| (x0 + p.x * k, -p.y * k);
        let mut end: Option<ab_glyph::Point> = None;
        for curve in face.outline(letter.glyph) {
            let (start, stop) = match curve {
                OutlineCurve::Line(from, to)
                | OutlineCurve::Quad(from, _, to)
                | OutlineCurve::Cubic(from, _, _, to) => (*from, *to),
            };
            if end != Some(start) {
                if end.is_some() {
                    pen.close();
                }
                let (x, y) = at(start);
                pen.move_to(x, y);
            }
            let (x, y) = at(stop);
            match curve {
                OutlineCurve::Line(..) => pen.line_to(x, y),
                OutlineCurve::Quad(_, c, _) => {
                    let (cx, cy) = at(*c);
                    pen.quad_to(cx, cy, x, y);
                }
                OutlineCurve::Cubic(_, first, second, _) => {
                    let ((ax, ay), (bx, by)) = (at(*first), at(*second));
                    pen.cubic_to(ax, ay, bx, by, x, y);
                }
            }
            end = Some(stop);
        }
        if end.is_some() {
            pen.close();
        }
    });
}

/// Breaks a text into lines no wider than `max_mm`, at most `max_lines`.
///
/// Words wider than a line are broken between letters; what does not fit ends
/// in an ellipsis.
#[must_use]
pub fn wrap(
    text: &str,
    weight: Weight,
    size_mm: f32,
    max_mm: f32,
    max_lines: usize,
) -> Vec<String> {
    Measured::of(text, weight).wrap(size_mm, max_mm, max_lines)
}

/// A text that is broken into lines of several widths: each of its words is measured once.
pub(super) struct Measured<'a> {
    weight: Weight,
    words: Vec<Word<'a>>,
}

/// A word of a text.
struct Word<'a> {
    text: &'a str,
    /// The letter before it, which a space parts from it.
    before: Option<char>,
    /// Its width at the start of a line, em.
    alone: OnceCell<f32>,
    /// That of the letter before it, and of all from that letter on, em.
    joined: OnceCell<[f32; 2]>,
}

impl<'a> Measured<'a> {
    /// The words of a text.
    pub(super) fn of(text: &'a str, weight: Weight) -> Self {
        let words = text.split([' ', '\n', '\t']).filter(|word| !word.is_empty());
        let words = words.scan(None, |before, text| {
            let before = std::mem::replace(before, text.chars().next_back());
            let (alone, joined) = (OnceCell::new(), OnceCell::new());
            Some(Word { text, before, alone, joined })
        });
        Self { weight, words: words.collect() }
    }

    /// What a word adds to a line, mm, kerned with the last letter of the line if there is one.
    fn added(
        &self,
        word: &Word<'_>,
        text: &str,
        last: Option<char>,
        size_mm: f32,
    ) -> f32 {
        let em = |text: &str| width_em(text, self.weight);
        let face = face(self.weight);
        let joined = |last: char| {
            let both = [last, ' '].into_iter().chain(text.chars());
            let alone = std::iter::once(last);
            [place(alone, face, |_| {}), place(both, face, |_| {})]
        };
        let is_whole = text.len() == word.text.len();
        match last {
            None if is_whole => word.alone.get_or_init(|| em(text)) * size_mm,
            None => em(text) * size_mm,
            Some(last) => {
                let [letter, both] = if is_whole && word.before == Some(last) {
                    *word.joined.get_or_init(|| joined(last))
                } else {
                    joined(last)
                };
                both * size_mm - letter * size_mm
            }
        }
    }

    /// As [`wrap`] does.
    pub(super) fn wrap(
        &self,
        size_mm: f32,
        max_mm: f32,
        max_lines: usize,
    ) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        let mut line = String::new();
        let mut used = 0.0;
        // No line holds more letters than this, so endless words cost nothing.
        let limit = (max_mm / (size_mm * 0.12)).max(1.0) as usize;
        for word in &self.words {
            let mut rest = start(word.text, limit * (max_lines + 1));
            loop {
                let last = line.chars().next_back();
                let added = self.added(word, rest, last, size_mm);
                if used + added <= max_mm {
                    if last.is_some() {
                        line.push(' ');
                    }
                    line.push_str(rest);
                    used += added;
                    break;
                }
                if line.is_empty() {
                    let head = fitting(rest, self.weight, size_mm, max_mm).max(1);
                    let head = start(rest, head);
                    lines.push(head.to_owned());
                    rest = &rest[head.len()..];
                    if rest.is_empty() {
                        break;
                    }
                } else {
                    lines.push(std::mem::take(&mut line));
                    used = 0.0;
                }
                if lines.len() > max_lines {
                    break;
                }
            }
            if lines.len() > max_lines {
                break;
            }
        }
        if !line.is_empty() {
            lines.push(line);
        }
        if lines.len() > max_lines {
            lines.truncate(max_lines);
            if let Some(last) = lines.last_mut() {
                let cut = format!("{last}\u{2026}");
                *last = ellipsis(&cut, self.weight, size_mm, max_mm, true);
            }
        }
        lines
    }
}

/// The first letters of a text.
fn start(text: &str, letters: usize) -> &str {
    text.char_indices().nth(letters).map_or(text, |(at, _)| &text[..at])
}

/// Number of letters from the start that fit into a width.
fn fitting(text: &str, weight: Weight, size_mm: f32, max_mm: f32) -> usize {
    let face = face(weight);
    let mut x = 0.0;
    for (i, c) in text.chars().enumerate() {
        x += face.advance(face.glyph(c)) * size_mm;
        if x > max_mm {
            return i;
        }
    }
    text.chars().count()
}

fn ellipsis(text: &str, weight: Weight, size_mm: f32, max_mm: f32, cut: bool) -> String {
    if width(text, weight, size_mm) <= max_mm {
        return text.to_owned();
    }
    let mark = if cut { "\u{2026}" } else { "" };
    let room = max_mm - width("\u{2026}", weight, size_mm);
    let keep = fitting(text.trim_end_matches('\u{2026}'), weight, size_mm, room.max(0.0));
    let head: String = text.chars().take(keep).collect();
    format!("{}{mark}", head.trim_end())
}

/// The text, or as much of it as fits with an ellipsis.
#[must_use]
pub fn fit(text: &str, weight: Weight, size_mm: f32, max_mm: f32) -> String {
    let head: String = text.chars().filter(|c| !c.is_control()).take(400).collect();
    ellipsis(&head, weight, size_mm, max_mm, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_the_advances_of_the_font() {
        // hmtx of Noto Sans Regular: H 741, e 564, l 258, o 605 of 1000.
        let hello = 0.741 + 0.564 + 2.0 * 0.258 + 0.605;
        assert!((width("Hello", Weight::Regular, 10.0) - hello * 10.0).abs() < 0.01);
        assert!(
            width("Hello", Weight::Bold, 10.0) > width("Hello", Weight::Regular, 10.0)
        );
    }

    #[test]
    fn each_face_has_its_own_widths_however_many_are_kept() {
        let all = || {
            let texts = (0..=KEPT).map(|i| format!("{i} m"));
            texts
                .map(|text| [Weight::Regular, Weight::Bold].map(|w| width(&text, w, 1.0)))
        };
        let first: Vec<[f32; 2]> = all().collect();
        assert!(all().eq(first.iter().copied()));
        assert!(first.iter().all(|[regular, bold]| bold > regular));
        assert!(first[10][0] > first[9][0] + 0.5);
    }

    #[test]
    fn pairs_are_kerned() {
        let apart =
            |a, b| width(a, Weight::Regular, 1.0) + width(b, Weight::Regular, 1.0);
        for (a, b) in [("T", "o"), ("A", "V")] {
            let together = width(&format!("{a}{b}"), Weight::Regular, 1.0);
            assert!(together < apart(a, b) - 0.01, "{a}{b}");
        }
        assert!((width("nn", Weight::Regular, 1.0) - apart("n", "n")).abs() < 1e-6);
    }

    #[test]
    fn text_wraps_and_ends_in_an_ellipsis() {
        let lines = wrap("uno dos tres cuatro", Weight::Regular, 3.0, 14.0, 9);
        assert_eq!(lines, ["uno dos", "tres", "cuatro"]);
        let long = "palabra ".repeat(700);
        let lines = wrap(&long, Weight::Bold, 5.0, 100.0, 2);
        assert_eq!(lines.len(), 2);
        assert!(lines[1].ends_with('\u{2026}'));
        for line in wrap(&"x".repeat(5000), Weight::Bold, 5.0, 100.0, 3) {
            assert!(width(&line, Weight::Bold, 5.0) <= 100.0, "{line}");
        }
    }
}
