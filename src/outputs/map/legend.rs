//! Legends and small tables: signs, words and figures in rows.
//!
//! In: entries with their figures as text. Out: items in a scene and the height
//! that they took. The same function measures (on a scratch scene) and draws.

use super::font::{self, CAP_HEIGHT};
use super::motif::Motif;
use super::scene::{
    Anchor, Colour, Paint, Path, Point, Rect, Rule, Scene, Text, Weight, disc,
};
use super::signs;
use super::style::{self, Marker, Spot};

/// A sign as it looks on the map.
#[derive(Debug, Clone, PartialEq)]
pub enum Sign {
    /// A filled area.
    Area(Paint, Option<(Colour, f32)>),
    /// A filled area with an edge, strewn with small signs in the colour of the edge.
    Strewn(Paint, Colour, Motif),
    /// A line: colour, width and dashes, mm.
    Line(Colour, f32, Vec<f32>),
    /// A point.
    Marker(Marker),
    /// The ring around points inside a zone.
    Ring,
    /// A see-through colour, so many times one above the other.
    Stacked(Colour, usize),
    /// No sign: words alone.
    Blank,
    /// A dot of a radius, mm.
    Dot(Colour, f32),
    /// A dot of a radius, mm, of whatever colour, within a ring of this one.
    Rimmed(Colour, f32),
    /// A point of an exposed layer: its look, colour and radius, mm.
    Spot(Spot, Colour, f32),
    /// The dashed circle of a distance.
    Reach,
}

/// One row of a legend.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its sign.
    pub sign: Sign,
    /// What it stands for.
    pub label: String,
    /// Its figures, one for each column of the group.
    pub figures: Vec<String>,
}

/// A group of rows with a heading and, over the figures, their units.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Group {
    /// Heading.
    pub heading: String,
    /// What the figures are.
    pub columns: Vec<String>,
    /// Rows.
    pub entries: Vec<Entry>,
    /// What is said of the rows that found no room.
    pub more: Option<String>,
    /// A sentence below the rows; blank if there is nothing to say.
    pub note: String,
}

/// A table of figures.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    /// Heading.
    pub heading: String,
    /// Heads of the columns of figures, with the sign of a class where it stands for one.
    pub columns: Vec<(Option<Paint>, String)>,
    /// Rows: words and figures; a row without figures heads those after it.
    pub rows: Vec<(String, Vec<String>)>,
    /// A sentence below the rows; blank if there is nothing to say.
    pub note: String,
    /// The same in fewer rows, for where there is no room for all; blank if there is no such.
    pub short: Vec<(String, Vec<String>)>,
}

/// Entries of which each sign stands once: point services of one look share an entry.
#[must_use]
pub fn merged(entries: Vec<Entry>) -> Vec<Entry> {
    let mut all: Vec<Entry> = Vec::new();
    for entry in entries {
        let is_shared = |known: &&mut Entry| {
            matches!(entry.sign, Sign::Marker(_)) && known.sign == entry.sign
        };
        match all.iter_mut().find(is_shared) {
            Some(known) => {
                known.label.push_str("; ");
                known.label.push_str(&entry.label);
            }
            None => all.push(entry),
        }
    }
    all
}

/// Whether two entries have signs that only their colour, or nothing, tells apart.
#[must_use]
pub fn has_likes(entries: &[Entry]) -> bool {
    let is_like = |a: &Sign, b: &Sign| match (a, b) {
        (Sign::Strewn(_, _, a), Sign::Strewn(_, _, b)) => a == b,
        (Sign::Line(_, width, dash), Sign::Line(_, other, dashes)) => {
            (width - other).abs() < 0.01 && dash == dashes
        }
        (Sign::Spot(kind, _, radius), Sign::Spot(other, _, size)) => {
            // Sites of hazards are twice as large as what is exposed.
            kind == other && (radius / size).max(size / radius) < 1.5
        }
        _ => false,
    };
    let rest = |i: usize| entries[i + 1..].iter();
    let has_like =
        |(i, one): (usize, &Entry)| rest(i).any(|other| is_like(&one.sign, &other.sign));
    entries.iter().enumerate().any(has_like)
}

/// Most lines of a label.
const LABEL_LINES: usize = 4;

/// Size of headings, mm.
pub const HEADING_MM: f32 = 2.55;
/// Size of rows, mm.
const ROW_MM: f32 = 2.25;
/// Width and height of a sign's box, mm.
pub const SIGN: (f32, f32) = (6.6, 3.3);
/// Size of small words, mm.
const SMALL_MM: f32 = 2.1;

/// Draws a heading with a rule below; returns the height taken.
pub fn heading(scene: &mut Scene, [x, y]: Point, width: f32, words: &str) -> f32 {
    let mut at = y;
    for line in font::wrap(words, Weight::Bold, HEADING_MM, width, 2) {
        at += HEADING_MM * 0.98;
        scene.text(Text::new(line, [x, at], HEADING_MM).weight(Weight::Bold));
    }
    at += 0.95;
    scene.line([x, at], [x + width, at], 0.15, style::RULE);
    at + 0.9 - y
}

/// Draws a sign in a box.
pub fn sign(scene: &mut Scene, sign: &Sign, rect: Rect) {
    let center = rect.center();
    match sign {
        Sign::Area(paint, edge) => {
            scene.fill_rect(rect, *paint);
            let (colour, width) = edge.unwrap_or((style::RULE, 0.12));
            scene.stroke_rect(rect, width, colour);
        }
        Sign::Strewn(paint, edge, motif) => {
            scene.fill_rect(rect, *paint);
            scene.stroke_rect(rect, 0.12, *edge);
            let at = |share: f32| [rect.x + rect.w * share, center[1]];
            motif.draw(scene, &[at(0.28), at(0.72)], *edge);
        }
        Sign::Line(colour, width, dash) => {
            let points = vec![[rect.x, center[1]], [rect.right(), center[1]]];
            let paths = vec![Path { points, is_closed: false }];
            scene.stroke(paths, *width, *colour, dash);
        }
        Sign::Marker(kind) => signs::marker(scene, *kind, center, 1.0),
        Sign::Ring => {
            signs::ring(scene, Marker::Cross, center, 0.8);
            scene.fill(vec![disc(center, 0.5)], Rule::NonZero, Paint::solid(style::RULE));
        }
        Sign::Stacked(colour, count) => {
            scene.fill_rect(rect, Paint::solid(style::LAND));
            for _ in 0..*count {
                scene.fill_rect(rect, Paint::solid(*colour));
            }
            scene.stroke_rect(rect, 0.12, style::RULE);
        }
        Sign::Blank => {}
        Sign::Dot(colour, radius) => {
            scene.fill(vec![disc(center, *radius)], Rule::NonZero, Paint::solid(*colour));
        }
        Sign::Rimmed(colour, radius) => {
            let rim = Paint::solid(*colour);
            scene.fill(vec![disc(center, radius * 1.3)], Rule::NonZero, rim);
            let inner = Paint::solid(style::PAPER);
            scene.fill(vec![disc(center, *radius)], Rule::NonZero, inner);
        }
        Sign::Spot(kind, colour, radius) => {
            signs::spots(scene, *kind, *colour, &[center], *radius);
        }
        Sign::Reach => signs::reach(scene, &[center], rect.h * 0.5),
    }
}

/// Widths of columns: each as wide as its widest member.
fn column_widths<'a>(
    heads: impl Iterator<Item = &'a String>,
    rows: &[&Vec<String>],
) -> Vec<f32> {
    heads
        .enumerate()
        .map(|(i, head)| {
            let cells = rows.iter().filter_map(|row| row.get(i));
            cells.fold(font::width(head, Weight::Regular, SMALL_MM), |wide, cell| {
                wide.max(font::width(cell, Weight::Regular, ROW_MM))
            }) + 1.8
        })
        .collect()
}

/// Draws a group; returns the height taken.
pub fn group(scene: &mut Scene, [x, y]: Point, width: f32, group: &Group) -> f32 {
    let figures: Vec<&Vec<String>> = group.entries.iter().map(|e| &e.figures).collect();
    let columns = column_widths(group.columns.iter(), &figures);
    let mut at = y + heading(scene, [x, y], width, &group.heading);
    if !group.columns.is_empty() {
        at += SMALL_MM * 0.85;
        let mut right = x + width;
        for (head, wide) in group.columns.iter().zip(&columns).rev() {
            scene.text(
                Text::new(head, [right, at], SMALL_MM)
                    .anchor(Anchor::End)
                    .colour(style::INK_SOFT),
            );
            right -= wide;
        }
        at += 0.9;
    }
    if group.columns.is_empty() && group.entries.len() > 3 {
        let half = (width - 3.0) / 2.0;
        let room = half - SIGN.0 - 1.6;
        let lines =
            |e: &Entry| font::wrap(&e.label, Weight::Regular, ROW_MM, room, 5).len();
        // Those with long labels stand below the two columns, in the whole width.
        let (short, long): (Vec<Entry>, Vec<Entry>) =
            group.entries.iter().cloned().partition(|entry| lines(entry) <= 3);
        if short.len() > 3 {
            let split = short.len().div_ceil(2);
            let mut bottom = at;
            for (entries, x) in [(&short[..split], x), (&short[split..], x + half + 3.0)]
            {
                let part = Group { entries: entries.to_vec(), ..Group::default() };
                bottom = bottom.max(rows(scene, [x, at], half, &part, &[]));
            }
            let long = Group { entries: long, ..Group::default() };
            let bottom = rows(scene, [x, bottom], width, &long, &[]);
            return below(scene, [x, bottom], width, group) + 1.2 - y;
        }
    }
    let bottom = rows(scene, [x, at], width, group, &columns);
    below(scene, [x, bottom], width, group) + 1.2 - y
}

/// Says how many rows found no room, and what there is to say of the others; returns where
/// that ends.
fn below(scene: &mut Scene, [x, y]: Point, width: f32, group: &Group) -> f32 {
    let note = font::wrap(&group.note, Weight::Italic, SMALL_MM, width, 3);
    let mut at = if note.is_empty() { y } else { y + 0.5 };
    for line in group.more.iter().chain(&note) {
        at += 0.4 + CAP_HEIGHT * SMALL_MM;
        let said = Text::new(line, [x, at], SMALL_MM).weight(Weight::Italic);
        scene.text(said.colour(style::INK_SOFT));
        at += 0.8;
    }
    at
}

/// As many rows of a group as fit into a height, and a word on the others.
#[must_use]
pub fn shortened(
    group: &Group,
    (width, height): (f32, f32),
    more: impl Fn(usize) -> String,
) -> Group {
    let mut short = group.clone();
    while !short.entries.is_empty() {
        short.entries.pop();
        short.more = Some(more(group.entries.len() - short.entries.len()));
        let mut scratch = Scene::new(width, 1.0);
        if self::group(&mut scratch, [0.0; 2], width, &short) <= height {
            break;
        }
    }
    short
}

/// Draws the rows of a group; returns where they end.
fn rows(
    scene: &mut Scene,
    [x, y]: Point,
    width: f32,
    group: &Group,
    columns: &[f32],
) -> f32 {
    let figures_width: f32 = columns.iter().sum();
    let mut at = y;
    for entry in &group.entries {
        let room = width - SIGN.0 - 1.6 - figures_width;
        let lines = font::wrap(&entry.label, Weight::Regular, ROW_MM, room, LABEL_LINES);
        let height = (lines.len() as f32 * ROW_MM * 1.18).max(SIGN.1) + 0.55;
        let middle = at + height / 2.0;
        sign(scene, &entry.sign, Rect::new(x, middle - SIGN.1 / 2.0, SIGN.0, SIGN.1));
        let mut base = middle - (lines.len() as f32 - 1.0) * ROW_MM * 0.59
            + CAP_HEIGHT * ROW_MM / 2.0;
        let figure_base = middle + CAP_HEIGHT * ROW_MM / 2.0;
        for line in lines {
            scene.text(Text::new(line, [x + SIGN.0 + 1.6, base], ROW_MM));
            base += ROW_MM * 1.18;
        }
        let mut right = x + width;
        for (figure, wide) in entry.figures.iter().zip(columns).rev() {
            scene.text(
                Text::new(figure, [right, figure_base], ROW_MM).anchor(Anchor::End),
            );
            right -= wide;
        }
        at += height;
    }
    at
}

/// Headings of parts stand out from their rows.
fn part_weight(is_part: bool) -> Weight {
    if is_part { Weight::Bold } else { Weight::Regular }
}

/// Height of a row of a table, mm.
const ROW: f32 = 3.25;

/// A row of a table with its label broken to its room.
struct TableRow<'a> {
    lines: Vec<String>,
    cells: &'a [String],
    indent: f32,
}

impl<'a> TableRow<'a> {
    fn of(
        words: &str,
        cells: &'a [String],
        (width, room): (f32, f32),
        has_parts: bool,
    ) -> Self {
        let is_part = cells.is_empty();
        let indent = if has_parts && !is_part { 1.6 } else { 0.0 };
        let limit = if is_part { width } else { room - indent };
        let lines =
            font::wrap(words, part_weight(is_part), ROW_MM, limit.max(1.0), LABEL_LINES);
        Self { lines, cells, indent }
    }

    fn is_part(&self) -> bool {
        self.cells.is_empty()
    }

    fn height(&self) -> f32 {
        ROW + self.lines.len().saturating_sub(1) as f32 * ROW_MM * 1.1
    }

    fn draw(&self, scene: &mut Scene, [x, y]: Point, width: f32, columns: &[f32]) {
        let first = y + ROW / 2.0 + CAP_HEIGHT * ROW_MM / 2.0;
        let weight = part_weight(self.is_part());
        let mut base = first;
        for line in &self.lines {
            scene.text(Text::new(line, [x + self.indent, base], ROW_MM).weight(weight));
            base += ROW_MM * 1.1;
        }
        let base = y + self.height() / 2.0 + CAP_HEIGHT * ROW_MM / 2.0;
        let mut right = x + width;
        for (cell, wide) in self.cells.iter().zip(columns).rev() {
            scene.text(Text::new(cell, [right, base], ROW_MM).anchor(Anchor::End));
            right -= wide;
        }
    }
}

/// How many rows fit into a height: all, or so many that a word on the others fits too.
fn rows_that_fit(rows: &[TableRow<'_>], height: f32) -> usize {
    let fitting = |limit: f32| {
        let mut used = 0.0;
        let is_in = |row: &&TableRow<'_>| {
            used += row.height();
            used <= limit + 1e-3
        };
        rows.iter().take_while(is_in).count()
    };
    if fitting(height) == rows.len() { rows.len() } else { fitting(height - ROW) }
}

/// Draws a table in at most `max_height`; returns the height taken. `more` says how many rows
/// found no room.
pub fn table(
    scene: &mut Scene,
    [x, y]: Point,
    (width, max_height): (f32, f32),
    table: &Table,
    more: impl Fn(usize) -> String,
) -> f32 {
    let cells: Vec<&Vec<String>> = table.rows.iter().map(|(_, cells)| cells).collect();
    let mut columns = column_widths(table.columns.iter().map(|(_, head)| head), &cells);
    // Columns of classes are alike, so that none seems to weigh more.
    let is_class = |(paint, _): &(Option<Paint>, String)| paint.is_some();
    let classes = || columns.iter().zip(&table.columns).filter(|(_, of)| is_class(of));
    let widest = classes().map(|(wide, _)| *wide).fold(0.0, f32::max);
    if widest * classes().count() as f32 <= width * 0.6 {
        for (wide, of) in columns.iter_mut().zip(&table.columns) {
            *wide = if is_class(of) { widest } else { *wide };
        }
    }
    let room = width - columns.iter().sum::<f32>();
    let mut at = y + heading(scene, [x, y], width, &table.heading);
    let has_signs = table.columns.iter().any(|(paint, _)| paint.is_some());
    let mut right = x + width;
    let base = at + SMALL_MM * 0.85;
    for ((paint, head), wide) in table.columns.iter().zip(&columns).rev() {
        if let Some(paint) = paint {
            let swatch = Rect::new(right - wide + 1.2, base + 0.7, wide - 1.2, 1.7);
            sign(scene, &Sign::Area(*paint, None), swatch);
        }
        scene.text(
            Text::new(head, [right, base], SMALL_MM)
                .anchor(Anchor::End)
                .colour(style::INK_SOFT),
        );
        right -= wide;
    }
    at = base + if has_signs { 3.2 } else { 1.1 };
    let has_parts = table.rows.iter().any(|(_, cells)| cells.is_empty());
    let rows: Vec<TableRow<'_>> = table
        .rows
        .iter()
        .map(|(words, cells)| TableRow::of(words, cells, (width, room - 1.0), has_parts))
        .collect();
    let left = max_height - (at - y) - 1.0;
    let shown = rows_that_fit(&rows, left);
    for (i, row) in rows[..shown].iter().enumerate() {
        row.draw(scene, [x, at], width, &columns);
        at += row.height();
        if i + 1 < shown && !row.is_part() {
            scene.line([x, at], [x + width, at], 0.07, style::RULE.with_alpha(0.6));
        }
    }
    if shown < table.rows.len() {
        let base = at + ROW / 2.0 + CAP_HEIGHT * SMALL_MM / 2.0;
        scene.text(
            Text::new(more(table.rows.len() - shown), [x, base], SMALL_MM)
                .weight(Weight::Italic)
                .colour(style::INK_SOFT),
        );
        at += ROW;
    }
    let (room, from) = (max_height - (at - y), at);
    for line in font::wrap(&table.note, Weight::Italic, SMALL_MM, width, 8) {
        if room - (at - from) > SMALL_MM * 1.25 {
            at += SMALL_MM * 1.25;
            scene.text(
                Text::new(line, [x, at], SMALL_MM)
                    .weight(Weight::Italic)
                    .colour(style::INK_SOFT),
            );
        }
    }
    at + 1.4 - y
}
