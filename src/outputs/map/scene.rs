//! A sheet as shapes and labels in page millimetres.
//!
//! In: what the map modules decide to draw. Out: a list of items that any
//! [`Canvas`] can paint in order. Nothing here knows
//! layers, levels or languages, and nothing is left for a renderer to decide.
//!
//! The origin is the upper left corner of the page, y grows downwards.

use serde::{Deserialize, Serialize};

use super::canvas::Canvas;
use super::font;

/// A position on the page, mm.
pub type Point = [f32; 2];

/// An upright rectangle on the page, mm.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Rect {
    /// Left edge.
    pub x: f32,
    /// Upper edge.
    pub y: f32,
    /// Width.
    pub w: f32,
    /// Height.
    pub h: f32,
}

impl Rect {
    /// A rectangle from its upper left corner and its size.
    #[must_use]
    pub const fn new(x: f32, y: f32, w: f32, h: f32) -> Self {
        Self { x, y, w, h }
    }

    /// Right edge.
    #[must_use]
    pub fn right(self) -> f32 {
        self.x + self.w
    }

    /// Lower edge.
    #[must_use]
    pub fn bottom(self) -> f32 {
        self.y + self.h
    }

    /// Centre.
    #[must_use]
    pub fn center(self) -> Point {
        [self.x + self.w / 2.0, self.y + self.h / 2.0]
    }

    /// The same with all lengths multiplied, about the corner of the page.
    #[must_use]
    pub fn scaled(self, by: f32) -> Self {
        Self::new(self.x * by, self.y * by, self.w * by, self.h * by)
    }

    /// The same with all edges moved inwards (outwards if negative).
    #[must_use]
    pub fn inset(self, by: f32) -> Self {
        Self::new(self.x + by, self.y + by, self.w - 2.0 * by, self.h - 2.0 * by)
    }

    /// Its outline as a ring.
    #[must_use]
    pub fn ring(self) -> Vec<Point> {
        let (r, b) = (self.right(), self.bottom());
        vec![[self.x, self.y], [r, self.y], [r, b], [self.x, b]]
    }

    /// Whether a point lies inside or on the edge.
    #[must_use]
    pub fn contains(self, [x, y]: Point) -> bool {
        x >= self.x && x <= self.right() && y >= self.y && y <= self.bottom()
    }

    /// The least rectangle around two.
    #[must_use]
    pub fn around(self, other: Self) -> Self {
        let (x, y) = (self.x.min(other.x), self.y.min(other.y));
        let (r, b) = (self.right().max(other.right()), self.bottom().max(other.bottom()));
        Self::new(x, y, r - x, b - y)
    }

    /// What two rectangles share; `None` if that has no area.
    #[must_use]
    pub fn shared(self, other: Self) -> Option<Self> {
        let (x, y) = (self.x.max(other.x), self.y.max(other.y));
        let (r, b) = (self.right().min(other.right()), self.bottom().min(other.bottom()));
        self.overlaps(other).then(|| Self::new(x, y, r - x, b - y))
    }

    /// Whether two rectangles share an area.
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        self.x < other.right()
            && other.x < self.right()
            && self.y < other.bottom()
            && other.y < self.bottom()
    }
}

/// A colour with its opacity.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Colour {
    /// Red, green and blue, sRGB.
    pub rgb: [u8; 3],
    /// 0 clear to 1 solid.
    pub alpha: f32,
}

impl Colour {
    /// A solid colour from `0xRRGGBB`.
    #[must_use]
    pub const fn hex(value: u32) -> Self {
        let [_, r, g, b] = value.to_be_bytes();
        Self { rgb: [r, g, b], alpha: 1.0 }
    }

    /// The same with another opacity.
    #[must_use]
    pub const fn with_alpha(self, alpha: f32) -> Self {
        Self { rgb: self.rgb, alpha }
    }

    /// Relative luminance (IEC 61966-2-1, ITU-R BT.709 weights), 0 to 1, as grey print keeps it.
    #[must_use]
    pub fn luminance(self) -> f32 {
        let linear = |v: u8| {
            let v = f32::from(v) / 255.0;
            if v <= 0.04045 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
        };
        let [r, g, b] = self.rgb;
        0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
    }
}

/// The pattern of a hatch; lines run at `angle` degrees, clockwise from the x axis.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum HatchKind {
    /// Parallel lines.
    Lines {
        /// Degrees.
        angle: f32,
    },
    /// Two sets of parallel lines, at right angles.
    Cross {
        /// Degrees of the first set.
        angle: f32,
    },
    /// Round dots on a square lattice.
    Dots {
        /// Degrees by which the lattice is turned.
        angle: f32,
    },
}

/// A hatch: pattern, distance of its lines, their width (or the dots' diameter) and colour.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Hatch {
    /// Pattern.
    pub kind: HatchKind,
    /// Distance between lines or dots, mm.
    pub spacing_mm: f32,
    /// Line width or dot diameter, mm.
    pub width_mm: f32,
    /// Colour.
    pub colour: Colour,
}

/// How an area is filled.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Paint {
    /// Flat colour below the hatch.
    pub solid: Option<Colour>,
    /// Hatch above it.
    pub hatch: Option<Hatch>,
}

impl Paint {
    /// A flat colour.
    #[must_use]
    pub const fn solid(colour: Colour) -> Self {
        Self { solid: Some(colour), hatch: None }
    }
}

/// Which points of overlapping rings are inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Rule {
    /// Odd number of crossings: holes whatever their direction.
    EvenOdd,
    /// Winding not zero: overlaps of equally turned rings stay filled.
    NonZero,
}

/// A filled area.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fill {
    /// Open rings.
    #[serde(with = "super::steps::rings")]
    pub rings: Vec<Vec<Point>>,
    /// What is inside.
    pub rule: Rule,
    /// With what.
    pub paint: Paint,
}

/// The ends of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cap {
    /// Cut at the end point.
    Butt,
    /// Half a disc beyond it.
    Round,
}

/// A path to be stroked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Path {
    /// Its points.
    #[serde(with = "super::steps::points")]
    pub points: Vec<Point>,
    /// Whether the last is joined to the first.
    pub is_closed: bool,
}

/// Stroked lines.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stroke {
    /// The lines.
    pub paths: Vec<Path>,
    /// Width, mm.
    pub width_mm: f32,
    /// Colour.
    pub colour: Colour,
    /// Lengths of dashes and gaps, mm; empty for a solid line.
    pub dash: Vec<f32>,
    /// Ends; joins are round with round ends and mitred otherwise.
    pub cap: Cap,
}

/// The face of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Weight {
    /// Upright.
    Regular,
    /// Upright and heavy.
    Bold,
    /// Slanted.
    Italic,
}

/// Which part of a text stands at its position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Anchor {
    /// Its start.
    Start,
    /// Its middle.
    Middle,
    /// Its end.
    End,
}

/// One line of text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Text {
    /// What it says.
    pub text: String,
    /// Position of the anchor on the base line.
    pub pos: Point,
    /// Size of the em, mm.
    pub size_mm: f32,
    /// Face.
    pub weight: Weight,
    /// Anchor.
    pub anchor: Anchor,
    /// Degrees, clockwise, about the position.
    pub rotation: f32,
    /// Space added after each character, mm.
    pub spacing_mm: f32,
    /// Colour.
    pub colour: Colour,
    /// Colour and width of the outline around the letters, below them.
    pub halo: Option<(Colour, f32)>,
}

impl Text {
    /// Black upright text that starts at a position.
    #[must_use]
    pub fn new(text: impl Into<String>, pos: Point, size_mm: f32) -> Self {
        Self {
            text: text.into(),
            pos,
            size_mm,
            weight: Weight::Regular,
            anchor: Anchor::Start,
            rotation: 0.0,
            spacing_mm: 0.0,
            colour: Colour::hex(0x001a_1a1a),
            halo: None,
        }
    }

    /// How long its line is, mm.
    #[must_use]
    pub fn length(&self) -> f32 {
        font::width_spaced(&self.text, self.weight, self.size_mm, self.spacing_mm)
    }

    /// Where its line begins as seen from its position along it, mm: there or before it.
    #[must_use]
    pub fn begin(&self) -> f32 {
        match self.anchor {
            Anchor::Start => 0.0,
            Anchor::Middle => -self.length() / 2.0,
            Anchor::End => -self.length(),
        }
    }

    /// With another face.
    #[must_use]
    pub fn weight(mut self, weight: Weight) -> Self {
        self.weight = weight;
        self
    }

    /// With another anchor.
    #[must_use]
    pub fn anchor(mut self, anchor: Anchor) -> Self {
        self.anchor = anchor;
        self
    }

    /// With another colour.
    #[must_use]
    pub fn colour(mut self, colour: Colour) -> Self {
        self.colour = colour;
        self
    }

    /// Turned clockwise by degrees.
    #[must_use]
    pub fn rotated(mut self, degrees: f32) -> Self {
        self.rotation = degrees;
        self
    }

    /// With an outline below the letters.
    #[must_use]
    pub fn halo(mut self, colour: Colour, width_mm: f32) -> Self {
        self.halo = Some((colour, width_mm));
        self
    }

    /// With wider gaps between letters.
    #[must_use]
    pub fn spaced(mut self, spacing_mm: f32) -> Self {
        self.spacing_mm = spacing_mm;
        self
    }
}

/// A picture in a rectangle.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Image {
    /// Where; the picture fills it.
    pub rect: Rect,
    /// The bytes of a PNG.
    pub png: Vec<u8>,
}

/// One thing to paint.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Item {
    /// A filled area.
    Fill(Fill),
    /// Lines.
    Stroke(Stroke),
    /// Text.
    Text(Text),
    /// A picture.
    Image(Image),
    /// What follows is cut to these rings (even-odd), until the matching pop.
    PushClip(#[serde(with = "super::steps::rings")] Vec<Vec<Point>>),
    /// Ends the last clip.
    PopClip,
    /// What follows belongs together and has a name, until the matching end.
    BeginGroup(String),
    /// Ends the last group.
    EndGroup,
}

impl Item {
    /// Paints it on a canvas.
    pub fn paint(&self, canvas: &mut impl Canvas) {
        match self {
            Self::Fill(fill) => canvas.fill(fill),
            Self::Stroke(stroke) => canvas.stroke(stroke),
            Self::Text(text) => canvas.text(text),
            Self::Image(image) => canvas.image(image),
            Self::PushClip(rings) => canvas.push_clip(rings),
            Self::PopClip => canvas.pop_clip(),
            Self::BeginGroup(name) => canvas.begin_group(name),
            Self::EndGroup => canvas.end_group(),
        }
    }

    /// Makes it larger or smaller about the corner of the page. Hatches keep their spacing:
    /// a sign in a legend is read by the pattern on the map.
    pub fn scale(&mut self, by: f32) {
        let each = |points: &mut [Point]| {
            for point in points {
                *point = point.map(|v| v * by);
            }
        };
        match self {
            Self::Fill(Fill { rings, .. }) | Self::PushClip(rings) => {
                for ring in rings {
                    each(ring);
                }
            }
            Self::Stroke(stroke) => {
                for path in &mut stroke.paths {
                    each(&mut path.points);
                }
                stroke.width_mm *= by;
                for dash in &mut stroke.dash {
                    *dash *= by;
                }
            }
            Self::Text(text) => {
                each(std::slice::from_mut(&mut text.pos));
                text.size_mm *= by;
                text.spacing_mm *= by;
                if let Some((_, width)) = &mut text.halo {
                    *width *= by;
                }
            }
            Self::Image(image) => {
                image.rect = image.rect.scaled(by);
            }
            Self::PopClip | Self::BeginGroup(_) | Self::EndGroup => {}
        }
    }
}

/// A whole sheet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scene {
    /// Width, mm.
    pub width_mm: f32,
    /// Height, mm.
    pub height_mm: f32,
    /// Title, for readers that cannot see.
    pub title: String,
    /// One sentence on what it shows.
    pub description: String,
    /// What to paint, in order.
    pub items: Vec<Item>,
}

impl Scene {
    /// An empty sheet.
    #[must_use]
    pub fn new(width_mm: f32, height_mm: f32) -> Self {
        Self {
            width_mm,
            height_mm,
            title: String::new(),
            description: String::new(),
            items: Vec::new(),
        }
    }

    /// Adds a filled area; nothing if it has no ring.
    pub fn fill(&mut self, rings: Vec<Vec<Point>>, rule: Rule, paint: Paint) {
        if !rings.is_empty() && (paint.solid.is_some() || paint.hatch.is_some()) {
            self.items.push(Item::Fill(Fill { rings, rule, paint }));
        }
    }

    /// Adds a filled rectangle.
    pub fn fill_rect(&mut self, rect: Rect, paint: Paint) {
        self.fill(vec![rect.ring()], Rule::EvenOdd, paint);
    }

    /// Adds lines; nothing if there are none.
    pub fn stroke(
        &mut self,
        paths: Vec<Path>,
        width_mm: f32,
        colour: Colour,
        dash: &[f32],
    ) {
        if !paths.is_empty() {
            let cap = if dash.is_empty() { Cap::Round } else { Cap::Butt };
            let dash = dash.to_vec();
            self.items.push(Item::Stroke(Stroke { paths, width_mm, colour, dash, cap }));
        }
    }

    /// Adds one straight line with cut ends.
    pub fn line(&mut self, from: Point, to: Point, width_mm: f32, colour: Colour) {
        let paths = vec![Path { points: vec![from, to], is_closed: false }];
        let (dash, cap) = (Vec::new(), Cap::Butt);
        self.items.push(Item::Stroke(Stroke { paths, width_mm, colour, dash, cap }));
    }

    /// Adds the outline of a rectangle.
    pub fn stroke_rect(&mut self, rect: Rect, width_mm: f32, colour: Colour) {
        let paths = vec![Path { points: rect.ring(), is_closed: true }];
        let (dash, cap) = (Vec::new(), Cap::Butt);
        self.items.push(Item::Stroke(Stroke { paths, width_mm, colour, dash, cap }));
    }

    /// Adds text; nothing if it is blank.
    pub fn text(&mut self, mut text: Text) {
        if text.text.chars().any(char::is_control) {
            text.text = text.text.chars().filter(|c| !c.is_control()).collect();
        }
        if !text.text.trim().is_empty() {
            self.items.push(Item::Text(text));
        }
    }

    /// Adds a named group around what `draw` adds.
    pub fn group(&mut self, name: &str, draw: impl FnOnce(&mut Self)) {
        self.items.push(Item::BeginGroup(name.to_owned()));
        draw(self);
        self.items.push(Item::EndGroup);
    }

    /// Cuts what `draw` adds to a rectangle.
    pub fn clipped(&mut self, rect: Rect, draw: impl FnOnce(&mut Self)) {
        self.clipped_to(vec![rect.ring()], draw);
    }

    /// Cuts what `draw` adds to rings (even-odd).
    pub fn clipped_to(&mut self, rings: Vec<Vec<Point>>, draw: impl FnOnce(&mut Self)) {
        self.items.push(Item::PushClip(rings));
        draw(self);
        self.items.push(Item::PopClip);
    }

    /// Moves the points of rings and lines to hundredths of a millimetre, as vector formats
    /// write them: so a sheet looks the same in all formats, and when it is read again.
    pub fn settle(&mut self) {
        for item in &mut self.items {
            let points: Box<dyn Iterator<Item = &mut Point>> = match item {
                Item::Fill(fill) => Box::new(fill.rings.iter_mut().flatten()),
                Item::Stroke(stroke) => {
                    Box::new(stroke.paths.iter_mut().flat_map(|path| &mut path.points))
                }
                Item::PushClip(rings) => Box::new(rings.iter_mut().flatten()),
                Item::Text(_)
                | Item::Image(_)
                | Item::PopClip
                | Item::BeginGroup(_)
                | Item::EndGroup => continue,
            };
            for point in points {
                *point = point.map(|mm| super::steps::mm(super::steps::hundredths(mm)));
            }
        }
    }

    /// Paints all items on a canvas, in order.
    pub fn paint(&self, canvas: &mut impl Canvas) {
        for item in &self.items {
            item.paint(canvas);
        }
    }
}

/// A disc as a ring of straight edges that deviate less than 0.01 mm up to 10 mm of radius.
#[must_use]
pub fn disc([x, y]: Point, radius: f32) -> Vec<Point> {
    let steps = (16.0 + radius * 12.0).min(180.0) as usize;
    let angle = |i: usize| std::f32::consts::TAU * i as f32 / steps as f32;
    (0..steps)
        .map(|i| [x + radius * angle(i).cos(), y + radius * angle(i).sin()])
        .collect()
}
