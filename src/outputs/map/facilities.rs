//! Point services on a map, and which of them lie in zones that matter.
//!
//! In: a sketch and the hazards that it is about. Out: signs, and a ring around those at a
//! high level: a ring around every one of them would tell nobody anything.

use crate::domain::Level;
use crate::geometry::{Dimension, HazardLayer, ServiceLayer, ShapeRef, StudyArea};

use super::legend::Sign;
use super::projection::{Extent, rings_contain};
use super::scene::{Item, Point, Rect};
use super::signs;
use super::sketch::{Sketch, reach_of};
use super::style::Marker;

impl<'a> Sketch<'a> {
    /// Draws point services; those at a high level of one of the hazards get a ring.
    pub fn facilities(&mut self, hazards: &[&HazardLayer]) {
        let area: &'a StudyArea = self.area;
        let levels = ring_levels(hazards);
        let zones = boxed_zones(hazards, &levels);
        let mut all: Vec<(&'a ServiceLayer, Vec<bool>)> = Vec::new();
        for layer in &area.services {
            let points = self.facility_points(layer);
            let is_in = |(row, _): &(usize, Point)| is_inside(&zones, layer, *row);
            all.push((layer, points.iter().map(is_in).collect()));
        }
        let flags = || all.iter().flat_map(|(_, inside)| inside);
        let (count, inside) =
            (flags().count(), flags().filter(|inside| **inside).count());
        let names: Vec<String> = levels.iter().map(|l| self.words.level(*l)).collect();
        let names = names.join(" / ").to_lowercase();
        if inside > 0 && inside == count && count > 1 {
            // All alike: said once instead of ringed one by one.
            let label = self.words.with("map.sign.all_inside", "levels", &names);
            for (_, inside) in &mut all {
                inside.fill(false);
            }
            self.draw_facilities(&all);
            self.note_sign(Sign::Blank, label);
            return;
        }
        self.draw_facilities(&all);
        if inside > 0 {
            let label = self.words.with("map.sign.inside", "levels", &names);
            self.note_sign(Sign::Ring, label);
        }
    }

    fn draw_facilities(&mut self, all: &[(&'a ServiceLayer, Vec<bool>)]) {
        self.signs_from.get_or_insert(self.scene.items.len());
        // The most numerous go below: a school of a hundred must not hide the one hospital.
        let mut order: Vec<_> = all.iter().collect();
        order.sort_by_key(|(_, inside)| std::cmp::Reverse(inside.len()));
        for (layer, inside) in &order {
            self.draw_rings_of(layer, inside);
        }
        for (layer, inside) in order {
            self.draw_facilities_of(layer, inside);
        }
    }

    /// Draws the points of one service.
    pub fn facilities_of(&mut self, layer: &'a ServiceLayer) {
        self.signs_from.get_or_insert(self.scene.items.len());
        let inside = vec![false; self.facility_points(layer).len()];
        self.draw_facilities_of(layer, &inside);
    }

    /// The points of a service that this map shows, with their rows.
    fn facility_points(&self, layer: &ServiceLayer) -> Vec<(usize, Point)> {
        if !self.shows(&layer.layer.id) {
            return Vec::new();
        }
        let mut points = self.view.points(&layer.layer.shapes, |_| true);
        points.retain(|(_, at)| !self.is_hidden(*at));
        points
    }

    /// Draws the rings of the points of a service, to go below all signs.
    fn draw_rings_of(&mut self, layer: &ServiceLayer, inside: &[bool]) {
        let points = self.facility_points(layer);
        let kind = Marker::of_kind(&layer.kind);
        let scale = crowding_scale(&points, inside, kind.radius_mm());
        for ((_, at), inside) in points.iter().zip(inside) {
            if *inside {
                signs::ring(&mut self.scene, kind, *at, scale);
            }
        }
    }

    fn draw_facilities_of(&mut self, layer: &'a ServiceLayer, inside: &[bool]) {
        let points = self.facility_points(layer);
        if points.is_empty() {
            return;
        }
        let kind = Marker::of_kind(&layer.kind);
        let scale = crowding_scale(&points, inside, kind.radius_mm());
        self.marker_scales.push((layer.layer.id.clone(), scale));
        let title = self.title(&layer.layer);
        self.scene.items.push(Item::BeginGroup(title.clone()));
        for ((row, at), inside) in points.iter().zip(inside) {
            if *inside {
                self.ringed.push((layer.layer.id.clone(), *row));
            }
            signs::marker(&mut self.scene, kind, *at, scale);
            let r = kind.radius_mm() * reach_of(*inside) * scale;
            self.labels.block(Rect::new(at[0] - r, at[1] - r, 2.0 * r, 2.0 * r));
        }
        self.scene.items.push(Item::EndGroup);
        self.note_sign(Sign::Marker(kind), title);
        self.note_source(&layer.layer);
    }
}

/// The levels whose facilities get a ring: high and very high ones, or the worst there is.
fn ring_levels(hazards: &[&HazardLayer]) -> Vec<Level> {
    let has = |level: &Level| {
        hazards.iter().flat_map(|hazard| &hazard.zones).any(|zone| zone.level == *level)
    };
    let high = [Level::VeryHigh, Level::High].into_iter().filter(has);
    let high: Vec<Level> = high.collect();
    if high.is_empty() {
        Level::ZONES.into_iter().find(has).into_iter().collect()
    } else {
        high
    }
}

/// The zones of some levels with their boxes, which many points are compared with.
fn boxed_zones<'a>(
    hazards: &[&'a HazardLayer],
    levels: &[Level],
) -> Vec<(Extent, ShapeRef<'a>)> {
    let zones = hazards.iter().flat_map(|hazard| &hazard.zones);
    let own = zones.filter(|zone| levels.contains(&zone.level));
    let shapes = own.flat_map(|zone| zone.shapes.iter());
    let areas = shapes.filter(|shape| shape.dimension() == Dimension::Area);
    areas.filter_map(|shape| Some((Extent::of_shape(shape)?, shape))).collect()
}

/// Whether a point facility lies in one of the zones.
fn is_inside(zones: &[(Extent, ShapeRef<'_>)], layer: &ServiceLayer, row: usize) -> bool {
    let points = layer.layer.shapes.get(row).points();
    let is_in = |at: [f64; 2]| {
        let near = zones.iter().filter(|(extent, _)| extent.contains(at));
        near.into_iter().any(|(_, shape)| rings_contain(*shape, at))
    };
    points.iter().any(|point| is_in(point.meters()))
}

/// How much smaller the signs of crowded points are drawn, with their rings: 1 where none
/// touches another, 0.6 where all do.
fn crowding_scale(points: &[(usize, Point)], inside: &[bool], radius: f32) -> f32 {
    /// More points than this crowd any sheet, and comparing them all would take long.
    const CROWD: usize = 3000;
    if points.len() > CROWD {
        return 0.6;
    }
    let reach = |i: usize| {
        let is_ringed = inside.get(i).copied().unwrap_or(false);
        if is_ringed { radius * reach_of(true) } else { radius * 1.15 }
    };
    let touches = |i: usize| {
        let [x, y] = points[i].1;
        let is_near =
            |j: usize, [a, b]: Point| (a - x).hypot(b - y) < reach(i) + reach(j);
        points.iter().enumerate().any(|(j, (_, at))| j != i && is_near(j, *at))
    };
    let crowded = (0..points.len()).filter(|i| touches(*i)).count();
    1.0 - 0.4 * crowded as f32 / points.len().max(1) as f32
}
