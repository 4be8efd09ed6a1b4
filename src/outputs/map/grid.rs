//! The frame of a map: the coordinate grid, the neat line, the ticks and coordinates around it.
//!
//! Lines and ticks are a mesh and four axes of plotters, on the sheet itself, where the grid
//! of a chart is drawn too. plotters writes no words up a side and keeps no corners free, so
//! the coordinates are written here, at the places where it draws.

use std::ops::Range;

use plotters::coord::ranged1d::{
    KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter,
};
use plotters::prelude::{ChartBuilder, IntoDrawingArea};

use crate::i18n;

use super::degrees::{self, Degrees};
use super::font::{self, CAP_HEIGHT};
use super::furniture::round_down;
use super::plotters_backend::{PageBackend, pen, units};
use super::projection::{Extent, View};
use super::scene::{Anchor, Point, Scene, Text, Weight};
use super::style;
use super::words::Words;

/// Width of the band around the frame that holds the coordinates, mm.
pub const BAND_MM: f32 = 4.6;
/// Length of a tick, mm.
const TICK_MM: f32 = 0.9;

/// Distance of the grid's lines, m: round, 20 to 50 mm on the page.
#[must_use]
pub fn grid_spacing(view: View) -> f64 {
    round_down(50.0 / view.mm_per_m())
}

/// The grid's lines across an axis: coordinate in metres and place on the page.
fn lines(view: View, axis: usize) -> Vec<(f64, f32)> {
    let on_page = |value: f64| {
        let mut at = view.center;
        at[axis] = value;
        (value, view.to_page(at)[axis])
    };
    coordinates(view, axis).into_iter().map(on_page).collect()
}

/// The coordinates of the grid's lines across an axis, m.
fn coordinates(view: View, axis: usize) -> Vec<f64> {
    let (extent, spacing) = (view.extent(), grid_spacing(view));
    let first = (extent.min[axis] / spacing).ceil();
    // A frame holds no more than a few dozen lines.
    let all = (0..64).map(|i| (first + f64::from(i)) * spacing);
    all.take_while(|value| *value <= extent.max[axis]).collect()
}

/// An axis of the ground, m, whose key points are the grid's lines.
struct Axis {
    ends: [f64; 2],
    lines: Vec<f64>,
}

impl Axis {
    fn of(view: View, axis: usize) -> Self {
        let Extent { min, max } = view.extent();
        Self { ends: [min[axis], max[axis]], lines: coordinates(view, axis) }
    }
}

impl Ranged for Axis {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    /// To the nearest step: the usual axes of plotters round down.
    fn map(&self, value: &f64, (from, to): (i32, i32)) -> i32 {
        let [low, high] = self.ends;
        let share = (value - low) / (high - low);
        from + (f64::from(to - from) * share).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        let is_light = hint.weight().allow_light_points();
        if is_light { Vec::new() } else { self.lines.clone() }
    }

    fn range(&self) -> Range<f64> {
        self.ends[0]..self.ends[1]
    }
}

/// No words: see the head of this file.
impl ValueFormatter<f64> for Axis {
    fn format(_: &f64) -> String {
        String::new()
    }
}

/// Why plotters cannot fail here: the canvas takes all, and the frame has room for its band.
const NO_FAILURE: &str = "the canvas has no errors, and nothing is laid out";

/// Draws the coordinate grid inside the frame, to go under the labels.
#[expect(clippy::missing_panics_doc, reason = "the canvas has no errors")]
pub fn grid(scene: &mut Scene, view: View) {
    let root = PageBackend::new(scene, view.frame).into_drawing_area();
    let mut chart = ChartBuilder::on(&root)
        .build_cartesian_2d(Axis::of(view, 0), Axis::of(view, 1))
        .expect(NO_FAILURE);
    let mut mesh = chart.configure_mesh();
    mesh.disable_axes();
    mesh.bold_line_style(pen(style::GRID.with_alpha(0.38), 0.1));
    mesh.draw().expect(NO_FAILURE);
}

/// Draws the ticks of the grid's lines, outward on all four sides of the frame.
fn ticks(scene: &mut Scene, view: View) {
    let around = view.frame.inset(-BAND_MM);
    let root = PageBackend::new(scene, around).into_drawing_area();
    let mut chart = ChartBuilder::on(&root)
        .set_all_label_area_size(units(BAND_MM))
        .build_cartesian_2d(Axis::of(view, 0), Axis::of(view, 1))
        .expect(NO_FAILURE);
    let mut mesh = chart.configure_mesh();
    mesh.disable_mesh().axis_style(pen(style::INK, 0.18));
    mesh.set_all_tick_mark_size(units(TICK_MM));
    mesh.draw().expect(NO_FAILURE);
}

/// Width that the corners of the band keep for geographic coordinates, mm.
const CORNER_MM: f32 = 17.5;

/// Writes longitude and latitude of the frame's corners into the corners of the band.
fn corners(scene: &mut Scene, view: View, words: Words, degrees: Degrees) {
    let (frame, Extent { min, max }) = (view.frame, view.extent());
    let size = 1.8;
    let rise = CAP_HEIGHT * size / 2.0;
    let middle = BAND_MM / 2.0;
    let ends = [
        ([min[0], max[1]], frame.x, frame.y, Anchor::Start, -1.0),
        ([max[0], max[1]], frame.right(), frame.y, Anchor::End, -1.0),
        ([min[0], min[1]], frame.x, frame.bottom(), Anchor::Start, 1.0),
        ([max[0], min[1]], frame.right(), frame.bottom(), Anchor::End, 1.0),
    ];
    for (place, x, y, anchor, down) in ends {
        let Some([lon, lat]) = degrees.at(place) else { continue };
        let text = |words: String, pos: Point| Text::new(words, pos, size).anchor(anchor);
        let lon = degrees::longitude(words, lon);
        scene.text(text(lon, [x, y + down * middle + rise]));
        // Up the side: a text at the left of the frame reads from below.
        let out = if anchor == Anchor::Start { -middle } else { middle };
        let end = if down > 0.0 { Anchor::Start } else { Anchor::End };
        let lat = degrees::latitude(words, lat);
        scene.text(text(lat, [x + out + rise, y]).anchor(end).rotated(-90.0));
    }
}

/// Draws the neat line, the band around it, ticks and coordinates.
pub fn neat_line(scene: &mut Scene, view: View, words: Words, degrees: Option<Degrees>) {
    let locale = words.locale;
    if let Some(degrees) = degrees {
        corners(scene, view, words, degrees);
    }
    let kept = if degrees.is_some() { CORNER_MM } else { 1.0 - BAND_MM };
    let frame = view.frame;
    let outer = frame.inset(-BAND_MM);
    scene.stroke_rect(frame, 0.35, style::INK);
    scene.stroke_rect(outer, 0.18, style::INK);
    let decimals = (-grid_spacing(view).log10().floor()).clamp(0.0, 6.0) as usize;
    let label = |value: f64, unit: &str| {
        format!("{}\u{a0}{unit}", i18n::number(locale, value, decimals))
    };
    let size = 1.95;
    let text = |words: String, pos: Point, turn: f32| {
        Text::new(words, pos, size)
            .anchor(Anchor::Middle)
            .rotated(turn)
            .colour(style::INK_SOFT)
    };
    ticks(scene, view);
    let middle = f32::midpoint(TICK_MM, BAND_MM);
    let rise = CAP_HEIGHT * size / 2.0;
    for (value, x) in lines(view, 0) {
        let words = label(value, "E");
        let half = font::width(&words, Weight::Regular, size) / 2.0;
        for (edge, away) in [(frame.y, -1.0), (frame.bottom(), 1.0)] {
            if x - half > frame.x + kept && x + half < frame.right() - kept {
                scene.text(text(words.clone(), [x, edge + away * middle + rise], 0.0));
            }
        }
    }
    for (value, y) in lines(view, 1) {
        let words = label(value, "N");
        let half = font::width(&words, Weight::Regular, size) / 2.0;
        for (edge, away) in [(frame.x, -1.0), (frame.right(), 1.0)] {
            if y - half > frame.y + kept && y + half < frame.bottom() - kept {
                scene.text(text(words.clone(), [edge + away * middle + rise, y], -90.0));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outputs::map::scene::{Item, Rect, Stroke};

    fn view(meters: f64) -> View {
        let extent = Extent { min: [0.0; 2], max: [meters, meters * 0.7] };
        View::around(extent, Rect::new(20.0, 20.0, 190.0, 140.0))
    }

    #[test]
    fn grids_have_a_few_round_lines_at_any_size() {
        for meters in [1.0, 15_000.0, 63_000.0, 2_000_000.0] {
            let view = view(meters);
            let lines = lines(view, 0);
            assert!((3..=10).contains(&lines.len()), "{meters}: {lines:?}");
            let mm = grid_spacing(view) * view.mm_per_m();
            assert!((19.9..=50.1).contains(&mm), "{meters}: {mm}");
        }
    }

    /// The strokes of a drawing, each one line.
    fn strokes(draw: impl Fn(&mut Scene)) -> Vec<Stroke> {
        let mut scene = Scene::new(297.0, 210.0);
        draw(&mut scene);
        let stroke = |item: Item| match item {
            Item::Stroke(stroke) => stroke,
            other => panic!("no line: {other:?}"),
        };
        scene.items.into_iter().map(stroke).collect()
    }

    /// plotters counts in whole steps: a hundredth of a millimetre is not lost.
    #[test]
    fn plotters_draws_lines_and_ticks_where_the_coordinates_are() {
        for meters in [1.0, 15_000.0, 63_000.0, 2_000_000.0] {
            let view = view(meters);
            let frame = view.frame;
            let is_near = |a: f32, b: f32| (a - b).abs() < 0.005;
            let mesh = strokes(|scene| grid(scene, view));
            let around = strokes(|scene| ticks(scene, view));
            let count = lines(view, 0).len() + lines(view, 1).len();
            assert_eq!(mesh.len(), count, "{meters}");
            // Two ticks a line, and four axes.
            assert_eq!(around.len(), 2 * count + 4, "{meters}");
            for stroke in &mesh {
                assert!(is_near(stroke.width_mm, 0.1) && stroke.paths.len() == 1);
            }
            let ends = |stroke: &Stroke| {
                let points = &stroke.paths[0].points;
                (points[0], points[points.len() - 1])
            };
            for (i, low, high) in
                [(0, frame.y, frame.bottom()), (1, frame.x, frame.right())]
            {
                for (value, at) in lines(view, i) {
                    let is_line = |stroke: &&Stroke| {
                        let (a, b) = ends(stroke);
                        let (from, to) = (a[1 - i].min(b[1 - i]), a[1 - i].max(b[1 - i]));
                        is_near(a[i], at)
                            && is_near(b[i], at)
                            && is_near(from, low)
                            && is_near(to, high)
                    };
                    assert_eq!(mesh.iter().filter(is_line).count(), 1, "{value}");
                    let is_tick = |stroke: &&Stroke| {
                        let (a, b) = ends(stroke);
                        let (from, to) = (a[1 - i].min(b[1 - i]), a[1 - i].max(b[1 - i]));
                        let is_out = is_near(to, low) || is_near(from, high);
                        is_near(a[i], at) && is_out && is_near(to - from, TICK_MM)
                    };
                    assert_eq!(around.iter().filter(is_tick).count(), 2, "{value}");
                }
            }
        }
    }
}
