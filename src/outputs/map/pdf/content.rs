//! One scene as the content of a page.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::LazyLock;

use crate::domain::Digest;
use crate::outputs::map::canvas::Canvas;
use crate::outputs::map::font::{self, Pen};
use crate::outputs::map::hatch::{self, Marks};
use crate::outputs::map::packing::{self, Kind};
use crate::outputs::map::page_numbers::{decimals, write_hundredths};
use crate::outputs::map::scene::{
    Cap, Colour, Fill, Hatch, HatchKind, Image, Point, Rect, Rule, Scene, Stroke, Text,
    Weight,
};
use crate::outputs::map::steps::hundredths;

/// PDF points in a millimetre.
pub(super) const POINTS_PER_MM: f32 = 72.0 / 25.4;

/// A rendered page, ready for any document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Title, for the document and its outline.
    pub title: String,
    /// One sentence on what it shows.
    pub description: String,
    /// Width and height, hundredths of a point.
    pub(super) size: [u32; 2],
    /// Compressed operators.
    pub(super) content: Vec<u8>,
    /// Glyphs used in each face, with the letter that each stands for.
    pub(super) glyphs: [BTreeMap<u16, char>; 3],
    /// Opacities used, of 255.
    pub(super) alphas: BTreeSet<u8>,
    /// Pictures used, by name.
    pub(super) pictures: BTreeMap<String, Picture>,
}

/// A picture as PDF has them: colours and opacity apart, both compressed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Picture {
    pub(super) size: [u32; 2],
    pub(super) colours: Vec<u8>,
    pub(super) opacity: Vec<u8>,
}

thread_local! {
    /// Memory of the last page, which the next one on the same thread takes.
    static BODY: Cell<String> = const { Cell::new(String::new()) };
}

/// Renders a scene as a page.
#[must_use]
pub fn page(scene: &Scene) -> Page {
    let mut canvas = PdfCanvas { body: BODY.take(), ..PdfCanvas::default() };
    canvas.body.clear();
    let points = |mm: f32| (mm * POINTS_PER_MM * 100.0).round() as u32;
    let size = [points(scene.width_mm), points(scene.height_mm)];
    let height = f64::from(size[1]) / 100.0;
    // Millimetres from the upper left corner, y down, from here on.
    let _ = writeln!(
        canvas.body,
        "{POINTS_PER_MM:.7} 0 0 -{POINTS_PER_MM:.7} 0 {height:.2} cm 4 M"
    );
    scene.paint(&mut canvas);
    let content = packed(canvas.body.as_bytes());
    BODY.set(canvas.body);
    Page {
        title: scene.title.clone(),
        description: scene.description.clone(),
        size,
        content,
        glyphs: canvas.glyphs,
        alphas: canvas.alphas,
        pictures: canvas.pictures,
    }
}

/// The place of a face in a page's fonts.
pub(super) fn slot(weight: Weight) -> usize {
    match weight {
        Weight::Regular => 0,
        Weight::Bold => 1,
        Weight::Italic => 2,
    }
}

#[derive(Default)]
struct PdfCanvas {
    body: String,
    glyphs: [BTreeMap<u16, char>; 3],
    alphas: BTreeSet<u8>,
    pictures: BTreeMap<String, Picture>,
}

/// Shares of 255 as they are written: thousandths tell all of them apart.
static SHARES: LazyLock<[String; 256]> = LazyLock::new(|| {
    std::array::from_fn(|value| {
        let text = format!("{:.3}", value as f32 / 255.0);
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    })
});

/// Bytes as streams hold them.
pub(super) fn packed(bytes: &[u8]) -> Vec<u8> {
    packing::packed(bytes, Kind::Stream, <[u8]>::to_vec)
}

/// The pixels of a PNG; `None` if it is none.
fn picture(png: &[u8]) -> Option<Picture> {
    let pixels = tiny_skia::Pixmap::decode_png(png).ok()?;
    let colours = pixels.pixels().iter().map(tiny_skia::PremultipliedColorU8::demultiply);
    let rgb: Vec<u8> =
        colours.clone().flat_map(|c| [c.red(), c.green(), c.blue()]).collect();
    let alpha: Vec<u8> = colours.map(tiny_skia::ColorU8::alpha).collect();
    let size = [pixels.width(), pixels.height()];
    Some(Picture { size, colours: packed(&rgb), opacity: packed(&alpha) })
}

impl PdfCanvas {
    /// Sets colour and opacity for filling (`rg`) or stroking (`RG`).
    fn ink(&mut self, colour: Colour, operator: &str) {
        let alpha = (colour.alpha.clamp(0.0, 1.0) * 255.0).round() as u8;
        self.alphas.insert(alpha);
        let _ = write!(self.body, "/A{alpha} gs ");
        for value in colour.rgb {
            self.body.push_str(&SHARES[usize::from(value)]);
            self.body.push(' ');
        }
        self.body.push_str(operator);
        self.body.push('\n');
    }

    fn rings(&mut self, rings: &[Vec<Point>]) -> bool {
        let before = self.body.len();
        for ring in rings {
            add_path(&mut self.body, ring, true);
        }
        self.body.len() > before
    }

    /// Draws a hatch within rings. Lines are drawn one by one and not as a tiling pattern,
    /// which viewers and printers show with seams.
    fn hatch(&mut self, fill: &Fill, hatch: &Hatch) {
        let Some(marks) = bounds(&fill.rings).and_then(|b| hatch::marks(hatch, b)) else {
            return;
        };
        self.body.push_str("q\n");
        self.rings(&fill.rings);
        self.body.push_str(match fill.rule {
            Rule::EvenOdd => "W* n\n",
            Rule::NonZero => "W n\n",
        });
        self.ink(hatch.colour, "RG");
        let (cap, dash) = match hatch.kind {
            // Round ends of dashes without length are dots.
            HatchKind::Dots { .. } => (1, format!("0 {}", decimals(hatch.spacing_mm))),
            _ => (0, String::new()),
        };
        let width = decimals(hatch.width_mm);
        let _ = writeln!(self.body, "{width} w {cap} J [{dash}] 0 d");
        let ends: Vec<[Point; 2]> = match marks {
            Marks::Lines(lines) => lines,
            // A little beyond the last dot, lest rounding loses it.
            Marks::Dots(rows) => {
                rows.into_iter().map(|([a, b], _)| beyond(a, b)).collect()
            }
        };
        for [a, b] in ends {
            add_path(&mut self.body, &[a, b], false);
        }
        self.body.push_str("S\nQ\n");
    }

    /// Draws the outlines of letters: as text they would be found and copied twice.
    fn halo(&mut self, text: &Text, place: Place, colour: Colour, width: f32) {
        self.ink(colour, "RG");
        let _ = writeln!(self.body, "{} w 1 J 1 j [] 0 d", decimals(width * 2.0));
        let mut pen = HaloPen { body: &mut self.body, place, last: [0.0; 2] };
        font::outline(&text.text, text.weight, text.size_mm, text.spacing_mm, &mut pen);
        self.body.push_str("S\n");
    }
}

impl Canvas for PdfCanvas {
    fn fill(&mut self, fill: &Fill) {
        if let Some(solid) = fill.paint.solid {
            self.ink(solid, "rg");
            if self.rings(&fill.rings) {
                self.body.push_str(match fill.rule {
                    Rule::EvenOdd => "f*\n",
                    Rule::NonZero => "f\n",
                });
            }
        }
        if let Some(hatch) = &fill.paint.hatch {
            self.hatch(fill, hatch);
        }
    }

    fn stroke(&mut self, stroke: &Stroke) {
        self.ink(stroke.colour, "RG");
        let end = match stroke.cap {
            Cap::Butt => 0,
            Cap::Round => 1,
        };
        let dash: Vec<String> = stroke.dash.iter().map(|mm| decimals(*mm)).collect();
        let (width, dash) = (decimals(stroke.width_mm), dash.join(" "));
        let _ = writeln!(self.body, "{width} w {end} J {end} j [{dash}] 0 d");
        let before = self.body.len();
        for path in &stroke.paths {
            add_path(&mut self.body, &path.points, path.is_closed);
        }
        if self.body.len() > before {
            self.body.push_str("S\n");
        }
    }

    fn text(&mut self, text: &Text) {
        let place = Place::of(text);
        if let Some((colour, width)) = text.halo {
            self.halo(text, place, colour, width);
        }
        self.ink(text.colour, "rg");
        let slot = slot(text.weight);
        let (size, spacing) = (text.size_mm, text.spacing_mm);
        let [x, y] = place.at(0.0, 0.0).map(|v| (f64::from(v) * 1000.0).round() / 1000.0);
        let Place { sin, cos, .. } = place;
        let _ = write!(
            self.body,
            "BT /F{slot} {size} Tf {spacing} Tc {cos:.5} {sin:.5} {sin:.5} {:.5} {x} {y} Tm [<",
            -cos
        );
        let mut due = 0.0;
        for glyph in font::glyphs(&text.text, text.weight) {
            let thousandths = ((due - glyph.x_em) * 1000.0).round();
            if thousandths != 0.0 {
                let _ = write!(self.body, ">{thousandths}<");
            }
            push_hex(&mut self.body, glyph.id);
            due = glyph.x_em + glyph.advance_em;
            self.glyphs[slot].entry(glyph.id).or_insert(glyph.letter);
        }
        self.body.push_str(">] TJ ET\n");
    }

    fn image(&mut self, image: &Image) {
        let name = format!("I{}", &Digest::of(&image.png).as_str()[..12]);
        if !self.pictures.contains_key(&name) {
            let Some(picture) = picture(&image.png) else { return };
            self.pictures.insert(name.clone(), picture);
        }
        let Rect { x, y, w, h } = image.rect;
        let bottom = decimals(y + h);
        let [x, w, h] = [x, w, h].map(decimals);
        // Pictures stand upright where y grows upwards.
        let _ =
            writeln!(self.body, "q /A255 gs {w} 0 0 -{h} {x} {bottom} cm /{name} Do Q");
        self.alphas.insert(255);
    }

    fn push_clip(&mut self, rings: &[Vec<Point>]) {
        self.body.push_str("q\n");
        if !self.rings(rings) {
            // Nothing is inside.
            self.body.push_str("0 0 m h ");
        }
        self.body.push_str("W* n\n");
    }

    fn pop_clip(&mut self) {
        self.body.push_str("Q\n");
    }
}

/// Appends a number in four digits of 16.
fn push_hex(out: &mut String, number: u16) {
    let digit = |by: u16| char::from_digit(u32::from(number >> by & 15), 16);
    out.extend([12, 8, 4, 0].into_iter().filter_map(digit));
}

/// A segment grown at its end by a hundredth of a millimetre.
fn beyond(a: Point, b: Point) -> [Point; 2] {
    let length = (b[0] - a[0]).hypot(b[1] - a[1]).max(0.01);
    let grown = |i: usize| b[i] + (b[i] - a[i]) / length * 0.01;
    [a, [grown(0), grown(1)]]
}

/// The box of rings: left, upper, right and lower edge.
fn bounds(rings: &[Vec<Point>]) -> Option<[f32; 4]> {
    let points = rings.iter().flatten();
    points.fold(None, |found, [x, y]| {
        let [l, t, r, b] = found.unwrap_or([*x, *y, *x, *y]);
        Some([l.min(*x), t.min(*y), r.max(*x), b.max(*y)])
    })
}

/// Appends a path in hundredths of a millimetre; points that fall together are one.
fn add_path(out: &mut String, points: &[Point], is_closed: bool) {
    let mut last = None;
    for point in points {
        let at = point.map(hundredths);
        if last == Some(at) {
            continue;
        }
        write_hundredths(out, at[0]);
        out.push(' ');
        write_hundredths(out, at[1]);
        out.push_str(if last.is_some() { " l\n" } else { " m\n" });
        last = Some(at);
    }
    if is_closed && last.is_some() {
        out.push_str("h\n");
    }
}

/// Where a text starts and which way it runs.
#[derive(Clone, Copy)]
struct Place {
    origin: Point,
    sin: f32,
    cos: f32,
}

impl Place {
    fn of(text: &Text) -> Self {
        let (begin, (sin, cos)) = (text.begin(), text.rotation.to_radians().sin_cos());
        let [x, y] = text.pos;
        Self { origin: [x + begin * cos, y + begin * sin], sin, cos }
    }

    /// The place on the page of a point along and below the line.
    fn at(self, x: f32, y: f32) -> Point {
        let Self { origin: [ox, oy], sin, cos } = self;
        [ox + x * cos - y * sin, oy + x * sin + y * cos]
    }
}

/// Writes the outlines of letters as a path.
struct HaloPen<'a> {
    body: &'a mut String,
    place: Place,
    last: Point,
}

impl HaloPen<'_> {
    fn write(&mut self, points: &[Point], operator: &str) {
        for point in points {
            for value in self.place.at(point[0], point[1]) {
                write_hundredths(self.body, hundredths(value));
                self.body.push(' ');
            }
        }
        self.body.push_str(operator);
        self.body.push('\n');
        self.last = points[points.len() - 1];
    }
}

impl Pen for HaloPen<'_> {
    fn move_to(&mut self, x: f32, y: f32) {
        self.write(&[[x, y]], "m");
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.write(&[[x, y]], "l");
    }

    fn quad_to(&mut self, cx: f32, cy: f32, x: f32, y: f32) {
        // The same curve as a cubic one: two thirds of the way to the control point.
        let toward =
            |[px, py]: Point| [px + (cx - px) * 2.0 / 3.0, py + (cy - py) * 2.0 / 3.0];
        let (a, b) = (toward(self.last), toward([x, y]));
        self.write(&[a, b, [x, y]], "c");
    }

    fn cubic_to(&mut self, ax: f32, ay: f32, bx: f32, by: f32, x: f32, y: f32) {
        self.write(&[[ax, ay], [bx, by], [x, y]], "c");
    }

    fn close(&mut self) {
        self.body.push_str("h\n");
    }
}
