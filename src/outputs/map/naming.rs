//! The names on a map: territories, places, facilities, rivers and roads.
//!
//! In: a sketch whose ground is drawn. Out: labels where there is room for them,
//! the most important first. What finds no room is left out, never squeezed in.

use crate::geometry::{Dimension, ServiceLayer, StudyArea};

use super::font;
use super::legend::Sign;
use super::projection::Seen;
use super::scene::{Anchor, Colour, Paint, Path, Rect, Text, Weight};
use super::signs;
use super::sketch::{Sketch, is_coast, reach_of, territory_shapes};
use super::style::{self, Marker};

/// Most labels of places and facilities that are tried.
const MAX_LABELS: usize = 400;
/// Facilities are named while there are at most this many in the frame.
const NAMED_FACILITIES: usize = 24;
/// Facilities of one name that are nearer than this are one, mm.
const SAME_MM: f32 = 1.0;

impl<'a> Sketch<'a> {
    /// Names the facilities of all services.
    pub fn name_facilities(&mut self) {
        let area: &'a StudyArea = self.area;
        for layer in &area.services {
            self.name_facilities_of(layer);
        }
    }

    /// Names the facilities of a service if they are few.
    pub fn name_facilities_of(&mut self, layer: &ServiceLayer) {
        let points = self.view.points(&layer.layer.shapes, |_| true);
        if points.len() > NAMED_FACILITIES || !self.shows(&layer.layer.id) {
            return;
        }
        let scales = self.marker_scales.iter().filter(|(id, _)| *id == layer.layer.id);
        let scale = scales.map(|(_, scale)| *scale).next_back().unwrap_or(1.0);
        let radius = Marker::of_kind(&layer.kind).radius_mm() * scale;
        // A layer may be a service and a context: then the context says how to name it.
        let named = self.area.contexts.iter().find(|c| c.layer.id == layer.layer.id);
        for (row, at) in points {
            let id = layer.layer.ids.get(row).unwrap_or_default();
            let name = named.and_then(|c| c.names.get(row)).map_or(&*id, String::as_str);
            // Bare row numbers and codes are no names; and a facility that two layers have is
            // named once.
            let is_named = self.named.iter().any(|(known, place)| {
                known == name && (place[0] - at[0]).hypot(place[1] - at[1]) < SAME_MM
            });
            if name.chars().filter(|c| c.is_alphabetic()).count() < 3
                || is_named
                || self.is_hidden(at)
            {
                continue;
            }
            self.named.push((name.to_owned(), at));
            let words = font::fit(name, Weight::Regular, 1.9, 62.0);
            let text = Text::new(words, at, 1.9)
                .colour(style::FACILITY)
                .halo(style::HALO.with_alpha(0.9), 0.5);
            let key = (layer.layer.id.clone(), row);
            let radius = radius * reach_of(self.ringed.contains(&key));
            if let Some(text) = self.labels.beside(&text, at, radius + 0.05) {
                self.scene.text(text);
            } else if let Some((text, line)) = self.labels.led(&text, at, radius + 0.05) {
                self.leader(line, style::FACILITY);
                self.scene.text(text);
            }
        }
    }

    /// Draws the line from a symbol to its name.
    fn leader(&mut self, [from, to]: [[f32; 2]; 2], colour: Colour) {
        self.scene.line(from, to, 0.5, style::HALO.with_alpha(0.7));
        self.scene.line(from, to, 0.15, colour);
    }

    /// Names places and draws their dots.
    pub fn places(&mut self) {
        for layer in self.contexts(|kind| !is_coast(kind)) {
            if self.area.services.iter().any(|s| s.layer.id == layer.layer.id) {
                continue;
            }
            let points = self.view.points(&layer.layer.shapes, |_| true);
            let (mut is_drawn, mut is_named) = (false, false);
            for (row, at) in points.into_iter().take(MAX_LABELS) {
                let name = layer.names.get(row).map_or("", String::as_str);
                if name.trim().is_empty() || self.is_hidden(at) {
                    continue;
                }
                // What stands there already, such as the plant that a place is named for, has
                // the name to its own sign.
                let sign = self.sign_at(at);
                let radius = sign.map_or(Marker::Place.radius_mm(), |r| r * 1.3);
                let dot = Rect::new(at[0] - 0.6, at[1] - 0.6, 1.2, 1.2);
                if !self.labels.is_free(dot.inset(-0.6)) {
                    continue;
                }
                let words = font::fit(name, Weight::Regular, 2.15, 72.0);
                let text =
                    Text::new(words, at, 2.15).halo(style::HALO.with_alpha(0.85), 0.4);
                let beside = self.labels.beside(&text, at, radius);
                let led = match beside {
                    Some(text) => Some((text, None)),
                    None => self.labels.led(&text, at, radius).map(|(t, l)| (t, Some(l))),
                };
                if let Some((text, line)) = led {
                    if let Some(line) = line {
                        self.leader(line, style::INK);
                    }
                    if sign.is_none() {
                        signs::marker(&mut self.scene, Marker::Place, at, 1.0);
                        is_drawn = true;
                    }
                    self.labels.block(dot);
                    self.scene.text(text);
                    is_named = true;
                }
            }
            if is_drawn {
                let title = self.title(&layer.layer);
                self.note_sign(Sign::Marker(Marker::Place), title);
            }
            if is_named {
                self.note_source(&layer.layer);
            }
        }
    }

    /// The largest radius of the signs that a place's own would cover, mm.
    fn sign_at(&self, at: [f32; 2]) -> Option<f32> {
        let away = |p: &[f32; 2]| (p[0] - at[0]).hypot(p[1] - at[1]);
        let near = self.spotted.iter().filter(|(p, _)| away(p) < SAME_MM);
        near.map(|(_, radius)| *radius).reduce(f32::max)
    }

    /// Names rivers and roads along their lines.
    pub fn name_lines(&mut self) {
        for layer in self.contexts(|kind| kind != "study_area" && !is_coast(kind)) {
            let (colour, weight) = match layer.kind.as_str() {
                "river" | "water" | "lake" | "sea" => (style::WATER, Weight::Italic),
                _ => (style::ROAD, Weight::Regular),
            };
            let mut named: Vec<&str> = Vec::new();
            for (row, shape) in layer.layer.shapes.iter().enumerate() {
                let name = layer.names.get(row).map_or("", String::as_str);
                if shape.dimension() == Dimension::Point
                    || name.trim().is_empty()
                    || named.contains(&name)
                    || named.len() > MAX_LABELS
                {
                    continue;
                }
                let paths: Vec<Path> = self.view.line(&layer.layer.shapes, row);
                let words = font::fit(name, weight, 2.2, 60.0);
                let text = Text::new(words, [0.0; 2], 2.2)
                    .weight(weight)
                    .colour(colour)
                    .halo(style::HALO.with_alpha(0.85), 0.4)
                    .spaced(0.15);
                if let Some(text) = self.labels.along(&text, &paths) {
                    self.scene.text(text);
                    named.push(name);
                }
            }
        }
    }

    /// Names territories, each with a further line if `value` gives one.
    pub fn name_territories(&mut self, value: impl Fn(usize) -> Option<String>) {
        for (row, territory) in self.area.territories.iter().enumerate() {
            if row >= territory_shapes(self.area).len() {
                break;
            }
            let spots = self.inner_spots(row);
            let value = value(row);
            let name = font::fit(
                &territory.name.to_uppercase(),
                Weight::Bold,
                2.5,
                self.view.frame.w * 0.4,
            );
            let least = font::width_spaced(&name, Weight::Bold, 2.5, 0.35);
            let candidates = spots.into_iter().map(|(room, [x, y])| {
                let halo = style::HALO.with_alpha(0.8);
                let line = |words: &str, y: f32| {
                    Text::new(words, [x, y], 2.5)
                        .weight(Weight::Bold)
                        .anchor(Anchor::Middle)
                        .colour(style::LIMIT)
                        .halo(halo, 0.5)
                };
                let Some(value) = &value else {
                    return vec![line(&name, y + 0.9).spaced(0.35)];
                };
                // A figure wider than its territory would be read as another's.
                let below = broken(value, (2.0 * room).max(least));
                let top = y - 0.4 - (below.len() - 1) as f32 * VALUE_MM / 2.0;
                let mut texts = vec![line(&name, top).spaced(0.35)];
                texts.extend(
                    below
                        .iter()
                        .enumerate()
                        .map(|(i, words)| line(words, top + 3.3 + i as f32 * VALUE_MM)),
                );
                texts
            });
            if let Some(texts) = self.labels.place(candidates) {
                for text in texts {
                    // Names of places keep off: it is the largest name on the map.
                    self.labels.block(super::labels::text_box(&text).inset(-0.5));
                    self.scene.text(text);
                }
            }
        }
    }

    /// Writes a figure for the territory as a whole into the corner of the frame with the least
    /// land, where it covers no name.
    pub fn name_whole(&mut self, value: Option<String>) {
        const SIZES: [f32; 2] = [2.5, 4.2];
        let Some(value) = value else { return };
        let whole = self.words.of("map.total");
        let wide = font::width(&whole, Weight::Bold, SIZES[0]).max(font::width(
            &value,
            Weight::Bold,
            SIZES[1],
        ));
        let frame = self.view.frame.inset(1.8);
        let (w, h) = ((wide + 5.0).min(frame.w), 11.5);
        let (left, top) = (frame.x, frame.y);
        let (right, bottom) = (frame.right() - w, frame.bottom() - h);
        let corners = [[right, top], [left, bottom], [right, bottom], [left, top]];
        let land = territory_shapes(self.area);
        let seen: Vec<Seen> =
            (0..land.len()).map(|row| Seen::of(self.view, land, row)).collect();
        let covered = |rect: Rect| {
            let at = |i: usize, n: usize| (i as f32 + 0.5) / n as f32;
            let points =
                (0..24).map(|i| [rect.x + w * at(i % 8, 8), rect.y + h * at(i / 8, 3)]);
            points.filter(|p| seen.iter().any(|land| land.contains(*p))).count()
        };
        let boxes = corners.map(|[x, y]| Rect::new(x, y, w, h));
        let best = boxes.into_iter().min_by_key(|rect| covered(*rect));
        let Some(rect) = best else { return };
        self.labels.block(rect);
        self.scene.fill_rect(rect, Paint::solid(style::PAPER.with_alpha(0.9)));
        self.scene.stroke_rect(rect, 0.2, style::INK);
        for (words, base, size) in
            [(&whole, rect.y + 3.7, SIZES[0]), (&value, rect.y + 9.2, SIZES[1])]
        {
            let words = font::fit(words, Weight::Bold, size, w - 2.0);
            let text = Text::new(words, [rect.center()[0], base], size);
            self.scene.text(text.weight(Weight::Bold).anchor(Anchor::Middle));
        }
    }

    /// Points inside a territory and the frame with the room around them, most room first.
    fn inner_spots(&self, row: usize) -> Vec<(f32, [f32; 2])> {
        const STEPS: usize = 26;
        let (view, frame) = (self.view, self.view.frame);
        let seen = Seen::of(view, territory_shapes(self.area), row);
        let outlines: Vec<[f32; 2]> = view
            .line(territory_shapes(self.area), row)
            .into_iter()
            .flat_map(|path| along(&path))
            .collect();
        let mut spots = Vec::new();
        for i in 0..STEPS * STEPS {
            let at = |n: usize| (n as f32 + 0.5) / STEPS as f32;
            let x = frame.x + frame.w * at(i % STEPS);
            let y = frame.y + frame.h * at(i / STEPS);
            if !seen.contains([x, y]) {
                continue;
            }
            let to_frame = (x - frame.x)
                .min(frame.right() - x)
                .min(2.0 * (y - frame.y))
                .min(2.0 * (frame.bottom() - y));
            let room = outlines.iter().fold(to_frame, |room, p| {
                let [across, down] = [p[0] - x, (p[1] - y) * 1.6];
                // Most are clearly farther than the nearest so far, which costs less to tell.
                let is_farther = across * across + down * down > room * room * 1.001;
                if is_farther { room } else { room.min(across.hypot(down)) }
            });
            spots.push((room, [x, y]));
        }
        spots.sort_by(|a, b| b.0.total_cmp(&a.0));
        spots
    }
}

/// Distance of the lines of a territory's figure, mm.
const VALUE_MM: f32 = 2.9;

/// A figure in up to three lines of a width; in one if that cuts it.
fn broken(value: &str, width: f32) -> Vec<String> {
    let lines = font::wrap(value, Weight::Bold, 2.5, width, 3);
    let is_cut = lines.iter().any(|line| line.ends_with('\u{2026}'));
    if is_cut || lines.is_empty() { vec![value.to_owned()] } else { lines }
}

/// Points along a path, at most 2 mm apart.
fn along(path: &Path) -> Vec<[f32; 2]> {
    let mut points = Vec::new();
    let closing = path.is_closed.then(|| path.points.first()).flatten();
    let ends = path.points.iter().skip(1).chain(closing);
    for (a, b) in path.points.iter().zip(ends) {
        let steps = ((b[0] - a[0]).hypot(b[1] - a[1]) / 2.0).ceil().clamp(1.0, 500.0);
        for i in 0..steps as usize {
            let t = i as f32 / steps;
            points.push([a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t]);
        }
    }
    points
}
