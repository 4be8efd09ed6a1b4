//! A small map of a place: the zones around it, its territory's limits, the facilities near.
//!
//! It is for the eye only; what is said of the place is measured elsewhere.

use super::SiteReport;
use crate::analysis::site::SiteFeature;
use crate::domain::{Level, Message};
use crate::geometry::Dimension;
use crate::i18n::{self, Locale};
use crate::outputs::map::extent::Extent;
use crate::outputs::map::projection::View;
use crate::outputs::map::scene::{
    Anchor, Colour, Paint, Path, Rect, Rule, Scene, Text, disc,
};
use crate::outputs::map::style::{self, Marker};
use crate::outputs::map::{furniture, signs};

/// Width and height of the drawing, mm.
const PAGE: [f32; 2] = [120.0, 112.0];
/// Height of the legend below the map, mm.
const LEGEND_MM: f32 = 18.0;
/// Least and greatest distance from the place to the frame, m.
const REACH_M: (f64, f64) = (400.0, 3000.0);
/// The outline of the place.
const PLACE: Colour = Colour::hex(0x0010_1010);

/// Draws the surroundings of a feature of the place.
pub(super) fn draw(
    report: &SiteReport<'_>,
    here: &SiteFeature,
    row: usize,
    locale: Locale,
) -> Option<Scene> {
    let own = Extent::of_shape(report.place.shapes.get(row))?;
    let [width, height] = PAGE;
    let frame = Rect::new(0.5, 0.5, width - 1.0, height - LEGEND_MM - 1.0);
    let view = View::around(own.padded(reach(here)), frame);
    let mut scene = Scene::new(width, height);
    i18n::text(locale, "site.sketch.title").clone_into(&mut scene.title);
    i18n::text(locale, "site.sketch.caption").clone_into(&mut scene.description);
    scene.fill_rect(frame, Paint::solid(style::PAPER));
    let mut levels = Vec::new();
    scene.clipped(frame, |scene| {
        let land = view.areas(&report.area.territory_partition, |_| true);
        scene.fill(land, Rule::NonZero, Paint::solid(style::LAND));
        levels = zones(scene, report, view);
        blocks(scene, report, view);
        let limits = view.lines(&report.area.territory_partition, |_| true);
        scene.stroke(limits, 0.4, style::LIMIT, &[2.6, 0.9, 0.45, 0.9]);
        facilities(scene, report, view);
        place(scene, report, row, view);
    });
    scene.stroke_rect(frame, 0.3, style::INK);
    furniture::scale_bar(&mut scene, view, [3.0, frame.bottom() - 7.0], 40.0, locale);
    key(&mut scene, frame.bottom() + 4.5, &levels, locale);
    Some(scene)
}

/// How far around the place is shown: to the nearest facilities, within reason.
fn reach(here: &SiteFeature) -> f64 {
    let first = here.services.iter().filter_map(|service| service.nearest.first());
    let near = first
        .map(|facility| facility.distance_m)
        .fold(0.0, |most: f64, m| if m <= REACH_M.1 { most.max(m) } else { most });
    (near * 1.15).clamp(REACH_M.0, REACH_M.1)
}

/// Draws the zones of every hazard that counts, milder ones first; returns the levels seen.
fn zones(scene: &mut Scene, report: &SiteReport<'_>, view: View) -> Vec<Level> {
    let mut seen = Vec::new();
    for level in Level::ZONES.into_iter().rev() {
        let hazards = report.area.hazards.iter().filter(|hazard| hazard.in_any);
        let zones = hazards.flat_map(|h| h.zones.iter().filter(|z| z.level == level));
        for zone in zones {
            let rings = view.areas(&zone.shapes, |_| true);
            if !rings.is_empty() {
                seen.push(level);
                scene.fill(rings, Rule::NonZero, style::level(level));
            }
        }
    }
    seen.dedup();
    seen.reverse();
    seen
}

fn blocks(scene: &mut Scene, report: &SiteReport<'_>, view: View) {
    let with_people = report.area.exposures.iter().filter(|layer| layer.people.is_some());
    for layer in with_people {
        let lines = view.lines(&layer.layer.shapes, |_| true);
        scene.stroke(lines, 0.1, style::INK_SOFT.with_alpha(0.55), &[]);
    }
}

fn facilities(scene: &mut Scene, report: &SiteReport<'_>, view: View) {
    for service in &report.area.services {
        let areas = view.areas(&service.layer.shapes, |_| true);
        scene.fill(areas, Rule::NonZero, Paint::solid(style::SERVICE_AREA));
    }
    for service in &report.area.services {
        let kind = Marker::of_kind(&service.kind);
        for (_, at) in view.points(&service.layer.shapes, |_| true) {
            signs::marker(scene, kind, at, 1.1);
        }
    }
}

fn place(scene: &mut Scene, report: &SiteReport<'_>, row: usize, view: View) {
    let shape = report.place.shapes.get(row);
    let rings = view.areas(&report.place.shapes, |at| at == row);
    scene.fill(
        rings,
        Rule::NonZero,
        Paint::solid(Colour::hex(0x00ff_ffff).with_alpha(0.5)),
    );
    let lines = view.lines(&report.place.shapes, |at| at == row);
    scene.stroke(lines.clone(), 1.5, style::PAPER, &[]);
    scene.stroke(lines, 0.7, PLACE, &[]);
    let middle = crate::analysis::centroid(shape).meters();
    let at = view.to_page(middle);
    if shape.dimension() == Dimension::Point {
        for (radius, colour) in [(1.9, style::PAPER), (1.4, PLACE), (0.7, style::PAPER)] {
            scene.fill(vec![disc(at, radius)], Rule::NonZero, Paint::solid(colour));
        }
    }
    // A ring finds a small place on the map.
    let ring = Path { points: disc(at, 5.0), is_closed: true };
    scene.stroke(vec![ring.clone()], 1.1, style::PAPER, &[]);
    scene.stroke(vec![ring], 0.45, PLACE, &[]);
}

fn key(scene: &mut Scene, top: f32, levels: &[Level], locale: Locale) {
    let say = |key: &str| i18n::text(locale, key).to_owned();
    let mut x = 1.0;
    for level in levels {
        let sign = Rect::new(x, top, 6.0, 3.6);
        scene.fill_rect(sign, style::level(*level));
        scene.stroke_rect(sign, 0.15, style::INK_SOFT);
        let label = say(&format!("site.level.{}", level.id()));
        scene.text(Text::new(label, [x + 7.2, top + 2.9], 3.1));
        x += 29.0;
    }
    let note = Message::new("site.sketch.worst");
    let note = Text::new(i18n::render(locale, &note), [1.0, top + 9.4], 2.9);
    scene.text(note.anchor(Anchor::Start).colour(style::INK_SOFT));
}
