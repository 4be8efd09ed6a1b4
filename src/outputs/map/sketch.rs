//! One map body in the making: layers drawn in order, signs and sources noted.
//!
//! In: a study area and a view. Out: items for the frame, and what the legend and
//! the list of sources must name, because only what was drawn belongs there.

use crate::domain::{Level, Status};
use crate::geometry::{
    ContextLayer, Dimension, ExposureLayer, HazardLayer, Prepared, ServiceLayer, Shapes,
    StudyArea,
};

use super::furniture;
use super::grid;
use super::labels::Labels;
use super::legend::{Entry, Sign};
use super::look;
use super::projection::{Extent, View};
use super::scene::{Paint, Path, Rect, Rule, Scene};
use super::style;
use super::traces::Traces;
use super::words::Words;

/// The polygons of the territories; the one place that says which are drawn.
///
/// The partition, where each place has one territory; the layer itself if there is none.
#[must_use]
pub fn territory_shapes(area: &StudyArea) -> &Shapes {
    if area.territory_partition.is_empty() {
        &area.territory_layer.shapes
    } else {
        &area.territory_partition
    }
}

/// A map body.
pub struct Sketch<'a> {
    /// What is drawn so far.
    pub scene: Scene,
    /// Where.
    pub view: View,
    /// Of what.
    pub area: &'a StudyArea,
    /// In which language.
    pub words: Words,
    /// Room for labels.
    pub labels: Labels,
    /// Signs drawn so far.
    pub signs: Vec<Entry>,
    /// Layers drawn so far.
    pub sources: Vec<&'a Prepared>,
    /// What a detail beside the map shows larger.
    pub detail: Option<Extent>,
    /// The layers that may be drawn; all if `None`.
    pub only: Option<Vec<String>>,
    /// Whether the territories wear classes: what lies on them is drawn opaque, for it need not
    /// let a zone below be read.
    pub(super) is_choropleth: bool,
    /// Hazards by distance whose traces are drawn.
    traced: usize,
    /// Hazards by distance whose sites are drawn.
    sited: usize,
    /// Layers whose points are still to be drawn.
    waiting: Vec<&'a ExposureLayer>,
    coast: Vec<Path>,
    pub(super) ringed: Vec<(String, usize)>,
    /// Points of exposed layers and sites of hazards that are drawn, with their radius, mm.
    pub(super) spotted: Vec<(super::scene::Point, f32)>,
    /// Facilities that have their name, and where they are.
    pub(super) named: Vec<(String, super::scene::Point)>,
    /// How much smaller the signs of a service are than in the legend.
    pub(super) marker_scales: Vec<(String, f32)>,
    /// Items from here on are signs of facilities, and labels.
    pub(super) signs_from: Option<usize>,
    /// Items from here on are labels.
    labels_from: Option<usize>,
    sea: Vec<Vec<super::scene::Point>>,
}

impl<'a> Sketch<'a> {
    /// An empty body.
    #[must_use]
    pub fn new(area: &'a StudyArea, view: View, words: Words) -> Self {
        Self {
            scene: Scene::new(view.frame.right(), view.frame.bottom()),
            view,
            area,
            words,
            labels: Labels::new(view.frame),
            signs: Vec::new(),
            sources: Vec::new(),
            detail: None,
            only: None,
            is_choropleth: false,
            traced: 0,
            sited: 0,
            waiting: Vec::new(),
            coast: Vec::new(),
            ringed: Vec::new(),
            spotted: Vec::new(),
            named: Vec::new(),
            marker_scales: Vec::new(),
            signs_from: None,
            labels_from: None,
            sea: Vec::new(),
        }
    }

    /// Whether a layer may be drawn.
    pub(super) fn shows(&self, layer: &str) -> bool {
        self.only.as_ref().is_none_or(|only| only.iter().any(|id| id == layer))
    }

    /// Whether signs and names at a place are left to the detail beside the map.
    pub(super) fn is_hidden(&self, [x, y]: super::scene::Point) -> bool {
        let Some(detail) = self.detail else { return false };
        let [x0, y1] = self.view.to_page(detail.min);
        let [x1, y0] = self.view.to_page(detail.max);
        Rect::new(x0, y0, x1 - x0, y1 - y0).contains([x, y])
    }

    /// Leaves signs and names of a part to a detail beside the map, and keeps the others off
    /// the frame that marks it.
    pub(super) fn leave_to_detail(&mut self, detail: Extent) {
        let [x0, y1] = self.view.to_page(detail.min);
        let [x1, y0] = self.view.to_page(detail.max);
        let (w, h) = (x1 - x0, y1 - y0);
        let line = 0.8;
        for edge in [
            Rect::new(x0 - line / 2.0, y0, line, h),
            Rect::new(x1 - line / 2.0, y0, line, h),
            Rect::new(x0, y0 - line / 2.0, w, line),
            Rect::new(x0, y1 - line / 2.0, w, line),
        ] {
            self.labels.block(edge);
        }
        self.detail = Some(detail);
    }

    /// Adds a legend entry without figures, once.
    pub fn note_sign(&mut self, sign: Sign, label: impl Into<String>) {
        let entry = Entry { sign, label: label.into(), figures: Vec::new() };
        if !self.signs.contains(&entry) {
            self.signs.push(entry);
        }
    }

    /// Notes that a layer was drawn, once.
    pub fn note_source(&mut self, layer: &'a Prepared) {
        if !self.sources.iter().any(|known| known.id == layer.id) {
            self.sources.push(layer);
        }
    }

    /// The worst status of the layers drawn.
    #[must_use]
    pub fn status(&self) -> Status {
        self.sources.iter().map(|layer| layer.status).max().unwrap_or(Status::Official)
    }

    pub(super) fn title(&self, layer: &Prepared) -> String {
        layer.title.get(self.words.locale).to_owned()
    }

    pub(super) fn contexts(
        &self,
        is_kind: impl Fn(&str) -> bool,
    ) -> Vec<&'a ContextLayer> {
        let area: &'a StudyArea = self.area;
        let is_shown = |l: &&ContextLayer| is_kind(&l.kind) && self.shows(&l.layer.id);
        area.contexts.iter().filter(is_shown).collect()
    }

    /// Draws paper, sea and the land of the territories, each in its paint.
    pub fn land(&mut self, paint: impl Fn(usize) -> Paint) {
        let view = self.view;
        self.scene.fill_rect(view.frame, Paint::solid(style::PAPER));
        self.waters();
        let shapes = territory_shapes(self.area);
        let title = self.title(&self.area.territory_layer);
        self.scene.items.push(super::scene::Item::BeginGroup(title));
        for row in 0..shapes.len() {
            let rings = view.area(shapes, row);
            self.scene.fill(rings, Rule::NonZero, paint(row));
        }
        self.scene.items.push(super::scene::Item::EndGroup);
        self.sea();
        let area: &'a StudyArea = self.area;
        self.note_source(&area.territory_layer);
    }

    /// Draws waters that are polygons, and finds the sea: bands along a coast that does not cut
    /// the frame in two, to go below the land.
    fn waters(&mut self) {
        let view = self.view;
        for layer in self.contexts(|kind| matches!(kind, "sea" | "water" | "lake")) {
            let rings = view.areas(&layer.layer.shapes, |_| true);
            if !rings.is_empty() {
                self.scene.fill(rings, Rule::NonZero, Paint::solid(style::SEA));
                let sign = Sign::Area(Paint::solid(style::SEA), None);
                let title = self.title(&layer.layer);
                self.note_sign(sign, title);
                self.note_source(&layer.layer);
            }
        }
        for layer in self.contexts(is_coast) {
            self.coast.extend(view.lines(&layer.layer.shapes, |_| true));
        }
        self.sea =
            super::coast::sea_rings(&self.coast, view, territory_shapes(self.area));
        if self.sea.is_empty() {
            for (width, alpha) in [(13.0, 0.35), (8.5, 0.45), (4.5, 0.6)] {
                let tint = style::SEA.with_alpha(alpha);
                self.scene.stroke(self.coast.clone(), width, tint, &[]);
            }
        }
    }

    /// Draws the sea where its extent is known, above what reaches into it.
    pub(super) fn sea(&mut self) {
        if self.sea.is_empty() {
            return;
        }
        let (sea, coast) = (&self.sea, &self.coast);
        self.scene.fill(sea.clone(), Rule::EvenOdd, Paint::solid(style::SEA));
        self.scene.clipped_to(sea.clone(), |scene| {
            for (width, alpha) in [(5.0, 0.10), (2.6, 0.14), (1.2, 0.2)] {
                let tint = style::WATER.with_alpha(alpha);
                scene.stroke(coast.clone(), width, tint, &[]);
            }
        });
    }

    /// Draws an exposure layer's polygons and lines in a quiet tone; its points wait for
    /// [`Self::exposed_points`].
    pub fn exposed(&mut self, layer: &'a ExposureLayer) {
        if !self.shows(&layer.layer.id) {
            return;
        }
        let view = self.view;
        let shapes = &layer.layer.shapes;
        let (paint, edge, motif) = look::exposed_area(self.area, layer);
        let rings = view.areas(shapes, |_| true);
        let lines = view.lines(shapes, |_| true);
        let has_areas = !rings.is_empty();
        if !has_areas && lines.is_empty() {
            self.waiting.push(layer);
            return;
        }
        // Outlines of many small polygons would turn into a black mass.
        let width = (typical_side(&rings) * 0.035).clamp(0.03, 0.1);
        let title = self.title(&layer.layer);
        let sign = if has_areas {
            let below = Paint { solid: Some(mixed(paint)), hatch: None };
            let paint = if self.is_choropleth { below } else { paint };
            let places = motif.map(|motif| motif.places(view, shapes));
            self.scene.group(&title, |scene| {
                scene.fill(rings, Rule::NonZero, paint);
                scene.stroke(lines, width, edge, &[]);
                if let Some((motif, places)) = motif.zip(places) {
                    motif.draw(scene, &places, edge);
                }
            });
            match motif {
                Some(motif) => Sign::Strewn(below, edge, motif),
                None => Sign::Area(below, Some((edge, 0.12))),
            }
        } else {
            let (edge, width, dash) = look::exposed_line(self.area, layer);
            // A light casing, so that it is seen on a zone of any colour.
            let casing = style::PAPER.with_alpha(0.6);
            self.scene.group(&title, |scene| {
                scene.stroke(lines.clone(), width + 0.4, casing, &[]);
                scene.stroke(lines, width, edge, dash);
            });
            Sign::Line(edge, width, dash.to_vec())
        };
        self.note_sign(sign, title);
        self.note_source(&layer.layer);
    }

    /// Draws the points of the exposure layers that [`Self::exposed`] was given: above the
    /// lines, and above what a hazard is measured from, so that a plant is seen on its own site.
    pub fn exposed_points(&mut self) {
        for layer in std::mem::take(&mut self.waiting) {
            self.points_of(layer);
        }
    }

    /// Draws the points of an exposure layer that no service draws.
    fn points_of(&mut self, layer: &'a ExposureLayer) {
        let points = self.view.points(&layer.layer.shapes, |_| true);
        let is_service = self.area.services.iter().any(|s| s.layer.id == layer.layer.id);
        if points.is_empty() || is_service {
            return;
        }
        let (kind, edge, radius) = look::exposed_point(self.area, layer, points.len());
        let places: Vec<_> = points.into_iter().map(|(_, at)| at).collect();
        let title = self.title(&layer.layer);
        self.spotted.extend(places.iter().map(|at| (*at, radius)));
        self.scene.group(&title, |scene| {
            super::signs::spots(scene, kind, edge, &places, radius);
        });
        self.note_sign(Sign::Spot(kind, edge, radius), title);
        self.note_source(&layer.layer);
    }

    /// Draws a service layer's polygons.
    pub fn service_areas(&mut self, layer: &'a ServiceLayer) {
        let view = self.view;
        let rings = view.areas(&layer.layer.shapes, |_| true);
        if rings.is_empty() || !self.shows(&layer.layer.id) {
            return;
        }
        let lines = view.lines(&layer.layer.shapes, |_| true);
        let (paint, edge, motif) = look::service_area(self.area, layer);
        let places = motif.places(view, &layer.layer.shapes);
        let title = self.title(&layer.layer);
        self.scene.group(&title, |scene| {
            scene.fill(rings, Rule::NonZero, paint);
            scene.stroke(lines, 0.12, style::SERVICE_AREA, &[]);
            motif.draw(scene, &places, edge);
        });
        self.note_sign(Sign::Strewn(paint, edge, motif), title);
        self.note_source(&layer.layer);
    }

    /// Draws rivers, roads, coast and other lines.
    pub fn context_lines(&mut self) {
        let view = self.view;
        for layer in self.contexts(|kind| kind != "study_area") {
            let paths = view.lines(&layer.layer.shapes, |row| {
                layer.layer.shapes.get(row).dimension() == Dimension::Line
                    || is_coast(&layer.kind)
            });
            if paths.is_empty() {
                continue;
            }
            let (colour, width, dash) = style::context_line(&layer.kind);
            let title = self.title(&layer.layer);
            let casing = style::PAPER.with_alpha(0.55);
            self.scene.group(&title, |scene| {
                if !is_coast(&layer.kind) {
                    scene.stroke(paths.clone(), width + 0.4, casing, &[]);
                }
                scene.stroke(paths, width, colour, dash);
            });
            self.note_sign(Sign::Line(colour, width, dash.to_vec()), title);
            self.note_source(&layer.layer);
        }
    }

    /// Veils all territories but one, whose figures a sheet has.
    pub(super) fn veil(&mut self, territory: usize) {
        let rings = self.view.areas(territory_shapes(self.area), |row| row != territory);
        let Some(own) = self.area.territories.get(territory) else { return };
        if rings.is_empty() {
            return;
        }
        let veil = Paint::solid(style::VEIL);
        let label = self.words.with("map.sign.outside", "territory", &own.name);
        self.scene.group(&label, |scene| scene.fill(rings, Rule::NonZero, veil));
        let sign = Paint::solid(mixed(veil));
        self.note_sign(Sign::Area(sign, Some((style::RULE, 0.12))), label);
    }

    /// Draws the limits between territories: each shared edge once, none along the coast.
    pub fn limits(&mut self) {
        let dash = [2.6, 0.9, 0.45, 0.9];
        let shapes = territory_shapes(self.area);
        let mut drawn = Traces::new(self.view.frame);
        drawn.mark(&self.coast, self.shore_mm());
        let mut paths = Vec::new();
        for row in 0..shapes.len() {
            let own = self.view.line(shapes, row);
            let new: Vec<Path> =
                own.iter().flat_map(|path| drawn.unmarked(path)).collect();
            drawn.mark(&new, 0.25);
            paths.extend(new);
        }
        if paths.is_empty() {
            return;
        }
        let title = self.title(&self.area.territory_layer);
        let pale = style::PAPER.with_alpha(0.6);
        self.scene.stroke(paths.clone(), 0.75, pale, &[]);
        self.scene.stroke(paths, 0.3, style::LIMIT, &dash);
        let sign = Sign::Line(style::LIMIT, 0.3, dash.to_vec());
        let label = self.words.with("map.sign.limit", "layer", &title);
        self.note_sign(sign, label);
    }

    /// How far the limits may lie from the coast line and still mean the coast, mm.
    fn shore_mm(&self) -> f32 {
        let coast = self.contexts(is_coast);
        let meters = coast
            .iter()
            .filter_map(|layer| layer.layer.worst_accuracy_m())
            .chain(self.area.territory_layer.worst_accuracy_m())
            .sum::<f64>();
        ((meters * self.view.mm_per_m()) as f32).clamp(0.5, 2.5)
    }

    /// Draws a hazard's zones, worse ones above milder ones; returns the levels seen.
    pub fn zones(&mut self, hazard: &'a HazardLayer) -> Vec<Level> {
        let view = self.view;
        let mut seen = Vec::new();
        for zone in hazard.zones.iter().rev() {
            let rings = view.areas(&zone.shapes, |_| true);
            if rings.is_empty() {
                continue;
            }
            let name = self.words.level(zone.level);
            self.scene.group(&name, |scene| {
                scene.fill(rings, Rule::NonZero, style::level(zone.level));
            });
            seen.push(zone.level);
        }
        // Zones may reach into the sea, where nobody lives: the shore stays legible.
        self.sea();
        seen.reverse();
        self.note_source(&hazard.layer);
        seen
    }

    /// Draws what a hazard by distance is measured from.
    pub fn traces(&mut self, hazard: &'a HazardLayer) {
        if hazard.bands.is_empty() || !self.shows(&hazard.layer.id) {
            return;
        }
        let view = self.view;
        let paths = view.lines(&hazard.layer.shapes, |_| true);
        let points = view.points(&hazard.layer.shapes, |_| true);
        let title = self.title(&hazard.layer);
        // A trace that is not official is a doubtful one: dashed, as geologists do.
        let dash = style::trace_dash(self.traced, hazard.layer.status);
        self.traced += 1;
        if !paths.is_empty() {
            self.scene.stroke(paths.clone(), 1.1, style::PAPER.with_alpha(0.75), &[]);
            self.scene.stroke(paths, 0.5, style::TRACE, dash);
            self.note_sign(Sign::Line(style::TRACE, 0.5, dash.to_vec()), title.clone());
        }
        if !points.is_empty() {
            // Sites of several hazards differ in their form.
            let kind = style::Spot::of(self.sited);
            self.sited += 1;
            let places: Vec<_> = points.into_iter().map(|(_, at)| at).collect();
            self.spotted.extend(places.iter().map(|at| (*at, SITE_MM)));
            super::signs::spots(&mut self.scene, kind, style::TRACE, &places, SITE_MM);
            self.note_sign(Sign::Spot(kind, style::TRACE, SITE_MM), title);
        }
    }

    /// The items of the body: what is drawn on the ground, and the labels above. Below the signs
    /// of facilities go the light words that say a map is not official: by now all layers that
    /// it shows are known.
    pub fn take_items(&mut self) -> (Vec<super::scene::Item>, Vec<super::scene::Item>) {
        let mut ground = std::mem::take(&mut self.scene.items);
        let Some(from) = self.labels_from else { return (ground, Vec::new()) };
        let labels = ground.split_off(from.min(ground.len()));
        if let Some(words) = self.words.stamp(self.status()) {
            let mut stamp = Scene::new(self.scene.width_mm, self.scene.height_mm);
            furniture::stamp(&mut stamp, self.view.frame, &words);
            let at = self.signs_from.unwrap_or(ground.len());
            ground.splice(at..at, stamp.items);
        }
        (ground, labels)
    }

    /// Ends what is drawn on the ground, which is stamped where it is not official; labels come
    /// after it.
    pub fn stamp(&mut self) {
        self.labels_from = Some(self.scene.items.len());
    }

    /// Draws the coordinate grid.
    pub fn grid(&mut self) {
        grid::grid(&mut self.scene, self.view);
    }
}

/// Half the size of a site that a hazard is measured from, mm: what stands on it leaves a rim.
const SITE_MM: f32 = 1.25;

/// Mean longer side of rings, mm.
fn typical_side(rings: &[Vec<super::scene::Point>]) -> f32 {
    let side = |ring: &Vec<super::scene::Point>| {
        let range = |i: usize| {
            ring.iter().fold((f32::MAX, f32::MIN), |(a, b), p| (a.min(p[i]), b.max(p[i])))
        };
        let ((x0, x1), (y0, y1)) = (range(0), range(1));
        (x1 - x0).max(y1 - y0)
    };
    rings.iter().map(side).sum::<f32>() / rings.len().max(1) as f32
}

/// How far a sign reaches, as a multiple of its radius: with its white edge or its ring.
pub(super) fn reach_of(is_ringed: bool) -> f32 {
    if is_ringed { 1.9 } else { 1.25 }
}

pub(super) fn is_coast(kind: &str) -> bool {
    matches!(kind, "coastline" | "coast")
}

/// How a see-through paint looks on the land.
fn mixed(paint: Paint) -> super::scene::Colour {
    let top = paint.solid.unwrap_or(style::LAND);
    let mut out = style::LAND;
    for i in 0..3 {
        let (a, b) = (f32::from(style::LAND.rgb[i]), f32::from(top.rgb[i]));
        out.rgb[i] = (a + (b - a) * top.alpha).round() as u8;
    }
    out
}
