//! The first sheets of an atlas: which map stands on which sheet.

use super::font;
use super::furniture;
use super::projection::{Extent, View};
use super::scene::{Anchor, Paint, Rect, Rule, Scene, Text, Weight};
use super::sheet::{Job, Plan};
use super::sketch::territory_shapes;
use super::style;

/// A4, mm.
const PAGE: (f32, f32) = (210.0, 297.0);
/// Between the edge of the paper and what stands on it, mm.
const MARGIN: f32 = 14.0;
/// Distance of the lines of the list, mm.
const LINE: f32 = 4.4;
/// Height of the map of the territories on the first sheet, mm.
const MAP_MM: f32 = 78.0;
/// Size of the list, mm.
const SIZE: f32 = 2.6;

/// The index: one sheet, or as many as the list needs.
#[must_use]
pub(super) fn sheets(job: Job<'_>, plans: &[Plan<'_>]) -> Vec<Scene> {
    let mut sheets = Vec::new();
    let mut from = 0;
    while from < plans.len() {
        let is_first = sheets.is_empty();
        let mut scene = Scene::new(PAGE.0, PAGE.1);
        scene.title = job.words.of("map.index.title");
        scene.description = job.words.of("map.atlas.subject");
        let mut top = heading(&mut scene, job, plans.len());
        if is_first {
            territories(
                &mut scene,
                job,
                Rect::new(MARGIN, top, PAGE.0 - 2.0 * MARGIN, MAP_MM),
            );
            top += MAP_MM + 9.0;
        }
        let room = ((PAGE.1 - MARGIN - top) / LINE).floor().max(1.0) as usize;
        let until = plans.len().min(from + room);
        for (line, plan) in plans[from..until].iter().enumerate() {
            let base = top + (line as f32 + 0.7) * LINE;
            entry(&mut scene, plan, from + line + 1, base);
        }
        from = until;
        sheets.push(scene);
    }
    sheets
}

/// Project, title and number of sheets; returns where the rest begins.
fn heading(scene: &mut Scene, job: Job<'_>, count: usize) -> f32 {
    let words = job.words;
    let width = PAGE.0 - 2.0 * MARGIN;
    let project = job.settings.title.get(words.locale);
    let project = font::fit(project, Weight::Bold, 6.0, width);
    scene.text(Text::new(project, [MARGIN, 22.0], 6.0).weight(Weight::Bold));
    let count = words.with("map.index.count", "count", &count.to_string());
    let below = Text::new(words.of("map.index.title"), [MARGIN, 29.0], 3.6);
    scene.text(below.colour(style::INK_SOFT));
    scene.text(
        Text::new(count, [PAGE.0 - MARGIN, 29.0], 3.0)
            .anchor(Anchor::End)
            .colour(style::INK_SOFT),
    );
    scene.line([MARGIN, 32.0], [PAGE.0 - MARGIN, 32.0], 0.3, style::INK);
    36.0
}

/// Number, title with a dotted line, and number again at the edge where eyes look for it.
fn entry(scene: &mut Scene, plan: &Plan<'_>, number: usize, base: f32) {
    let right = PAGE.0 - MARGIN;
    let title = font::fit(&plan.title, Weight::Regular, SIZE, right - MARGIN - 14.0);
    let end = MARGIN + font::width(&title, Weight::Regular, SIZE);
    scene.text(Text::new(title, [MARGIN, base], SIZE));
    if end + 2.0 < right - 9.0 {
        let points = vec![[end + 2.0, base - 0.3], [right - 8.0, base - 0.3]];
        let paths = vec![super::scene::Path { points, is_closed: false }];
        scene.stroke(paths, 0.2, style::RULE, &[0.2, 1.2]);
    }
    scene.text(Text::new(number.to_string(), [right, base], SIZE).anchor(Anchor::End));
}

/// The territories with their names and a scale.
fn territories(scene: &mut Scene, job: Job<'_>, rect: Rect) {
    let shapes = territory_shapes(job.area);
    let Some(whole) = Extent::of(shapes) else { return };
    let margin = (whole.side() * 0.04).max(0.5);
    let view = View::around(whole.padded(margin), rect);
    let mut sketch = super::sketch::Sketch::new(job.area, view, job.words);
    sketch.land(|_| Paint::solid(style::LAND));
    sketch.limits();
    sketch.name_territories(|_| None);
    let items = std::mem::take(&mut sketch.scene.items);
    scene.clipped(rect, |scene| scene.items.extend(items));
    scene.stroke_rect(rect, 0.25, style::INK);
    let words = job.words;
    let scale = words.with("map.scale.number", "scale", &words.number(view.scale, 0));
    let corner = Rect::new(rect.x + 2.0, rect.bottom() - 11.5, 52.0, 9.5);
    let ground = Paint::solid(style::PAPER.with_alpha(0.85));
    scene.fill(vec![corner.ring()], Rule::EvenOdd, ground);
    scene.text(Text::new(scale, [corner.x + 1.5, corner.y + 3.2], 2.2));
    let bar = [corner.x + 2.5, corner.y + 4.4];
    furniture::scale_bar(scene, view, bar, 40.0, words.locale);
}
