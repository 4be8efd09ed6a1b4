//! Which part of the territory a map shows.
//!
//! In: a study area. Out: an extent. A frame around the whole province would
//! hide a town on its coast, so hazard maps look where people and zones meet, and
//! maps of a service where people and facilities are.

use rayon::prelude::*;

use crate::geometry::{ExposureLayer, HazardLayer, Prepared, Shapes, StudyArea};

use super::projection::{Extent, Seen, View};
use super::scene::Rect;
use super::sheet::Job;
use super::sketch::territory_shapes;

/// Cells along each side of the territory that stand for the features in them.
const CELLS: usize = 220;
/// Share of the people that the frame may leave out on each side when that makes it
/// smaller by a quarter.
const TAIL: f64 = 0.015;
/// The same for a part that is drawn larger than the map beside it.
const CORE_TAIL: f64 = 0.04;
/// Below this share of the zones' side, what lies in them is a speck on the map.
const SPECK: f64 = 0.02;
/// Smallest side of a frame, m.
const SMALLEST_M: f64 = 1.0;

/// The whole territory; all layers if there is none.
#[must_use]
pub fn whole(area: &StudyArea) -> Extent {
    let layers = area.exposures.iter().map(|l| &*l.layer.shapes);
    let layers = layers.chain(area.hazards.iter().map(|l| &*l.layer.shapes));
    let extent = Extent::of(territory_shapes(area))
        .or_else(|| layers.filter_map(Extent::of).reduce(Extent::union))
        .unwrap_or(Extent { min: [0.0; 2], max: [1000.0; 2] });
    roomy(extent, 0.02)
}

/// The features of every exposure layer, gathered once for all sheets.
pub struct Crowds {
    /// By layer, in the order of the study area.
    layers: Vec<Vec<Spot>>,
}

impl Crowds {
    /// Gathers the features of a study area.
    #[must_use]
    pub fn of(area: &StudyArea) -> Self {
        let whole = whole(area);
        let layers = area.exposures.par_iter().map(|layer| spots(layer, whole));
        Self { layers: layers.collect() }
    }

    fn of_layer(&self, area: &StudyArea, layer: &ExposureLayer) -> &[Spot] {
        let row = area.exposures.iter().position(|l| l.layer.id == layer.layer.id);
        row.and_then(|row| self.layers.get(row)).map_or(&[], Vec::as_slice)
    }
}

/// Side of the page on which zones are looked at, mm: a cell of the crowds is larger than what
/// gets lost on it.
const LOOK_MM: f32 = 400.0;

/// Where exposed people and the zones of a hazard meet, in all territories or in one.
#[must_use]
pub fn of_hazard(job: Job<'_>, hazard: &HazardLayer, territory: Option<usize>) -> Extent {
    let area = job.area;
    let shapes = territory_shapes(area);
    let own = territory.filter(|row| *row < shapes.len()).map(|row| shapes.get(row));
    let own_extent = own.and_then(Extent::of_shape).map(|extent| roomy(extent, 0.02));
    let whole = own_extent.unwrap_or_else(|| whole(area));
    let look = View::filled(whole, Rect::new(0.0, 0.0, LOOK_MM, LOOK_MM));
    let own = territory.filter(|row| *row < shapes.len());
    let own = own.map(|row| Seen::of(look, shapes, row));
    let zones: Vec<&Shapes> = hazard.zones.iter().map(|zone| &zone.shapes).collect();
    let seen: Vec<Seen> = zones
        .iter()
        .flat_map(|zone| (0..zone.len()).map(|row| Seen::of(look, zone, row)))
        .filter(|seen| !seen.is_empty())
        .collect();
    let spots: Vec<Spot> = job
        .crowds
        .layers
        .iter()
        .flatten()
        .filter(|spot| {
            let center = spot.extent.center();
            let at = look.to_page(center);
            whole.contains(center)
                && own.as_ref().is_none_or(|own| own.contains(at))
                && seen.iter().any(|zone| zone.contains(at))
        })
        .copied()
        .collect();
    let near = zones.iter().filter_map(|shapes| Extent::of(shapes)).reduce(Extent::union);
    // A zone in the box of a territory need not lie in the territory.
    let is_near = own.as_ref().is_none_or(|own| seen.iter().any(|zone| zone.meets(own)));
    let near = near.filter(|zones| is_near && zones.meets(whole));
    let near = near.map(|zones| zones.within(whole));
    match (dense(&spots), near) {
        // A single plant has no size: the zones around it are what there is to see.
        (Some(extent), Some(zones)) if extent.side() < SPECK * zones.side() => {
            roomy(zones, 0.08)
        }
        (Some(extent), _) => roomy(extent, 0.12).within(whole),
        (None, Some(zones)) => roomy(zones, 0.08),
        (None, None) => whole,
    }
}

/// Where the people of an exposure layer and the features of a service are.
#[must_use]
pub fn of_service(
    job: Job<'_>,
    people: Option<&ExposureLayer>,
    service: &Prepared,
) -> Extent {
    let area = job.area;
    let whole = whole(area);
    let crowd = people.map(|layer| job.crowds.of_layer(area, layer));
    let mut spots: Vec<Spot> = crowd.unwrap_or_default().to_vec();
    if spots.is_empty() {
        let extents = service.shapes.iter().filter_map(Extent::of_shape);
        spots = extents.map(|extent| Spot { extent, weight: 1.0 }).collect();
    }
    let Some(extent) = dense(&spots) else { return whole };
    let padded = roomy(extent, 0.08);
    let near = service
        .shapes
        .iter()
        .filter_map(Extent::of_shape)
        .filter(|e| e.meets(padded))
        .fold(extent, Extent::union);
    roomy(near, 0.06).within(whole)
}

/// Where the features of a layer are, without thin tails.
#[must_use]
pub fn of_layer(job: Job<'_>, layer: &ExposureLayer) -> Option<Extent> {
    let whole = whole(job.area);
    dense(job.crowds.of_layer(job.area, layer))
        .map(|extent| roomy(extent, 0.06).within(whole))
}

/// Where most of a layer is: the town, without the hamlets up the valley.
#[must_use]
pub fn core_of_layer(job: Job<'_>, layer: &ExposureLayer) -> Option<Extent> {
    let whole = whole(job.area);
    without_tails(job.crowds.of_layer(job.area, layer), CORE_TAIL)
        .map(|extent| roomy(extent, 0.06).within(whole))
}

/// An extent with a margin, and never without a size.
fn roomy(extent: Extent, share: f64) -> Extent {
    extent.padded((extent.side() * share).max(SMALLEST_M / 2.0))
}

/// Some features close together.
#[derive(Debug, Clone, Copy)]
struct Spot {
    extent: Extent,
    weight: f64,
}

/// The features of a layer, gathered in cells so that a million of them stay cheap.
fn spots(layer: &ExposureLayer, whole: Extent) -> Vec<Spot> {
    let cell = |v: f64, axis: usize| {
        let size = (whole.max[axis] - whole.min[axis]).max(f64::MIN_POSITIVE);
        let share = (v - whole.min[axis]) / size;
        ((share * CELLS as f64) as usize).min(CELLS - 1)
    };
    let mut cells: Vec<Option<Spot>> = Vec::new();
    cells.resize_with(CELLS * CELLS, || None);
    let shapes = &layer.layer.shapes;
    let people = layer.people.as_ref().map(|all| all.some(0..shapes.len()));
    for (row, shape) in shapes.iter().enumerate() {
        let Some(extent) = Extent::of_shape(shape) else { continue };
        let center = extent.center();
        if !whole.contains(center) {
            continue;
        }
        let weight = match &people {
            Some(people) => people.of(row).unwrap_or(0.0),
            None => 1.0,
        };
        if weight <= 0.0 {
            continue;
        }
        let place = &mut cells[cell(center[1], 1) * CELLS + cell(center[0], 0)];
        match place {
            Some(spot) => {
                spot.extent = spot.extent.union(extent);
                spot.weight += weight;
            }
            None => *place = Some(Spot { extent, weight }),
        }
    }
    cells.into_iter().flatten().collect()
}

/// The box of all spots, or of all but thin tails where that is much smaller.
fn dense(spots: &[Spot]) -> Option<Extent> {
    without_tails(spots, TAIL)
}

fn without_tails(spots: &[Spot], tail: f64) -> Option<Extent> {
    let all = spots.iter().map(|spot| spot.extent).reduce(Extent::union)?;
    let mut core = all;
    for axis in 0..2 {
        core.min[axis] = quantile(spots, tail, |e| e.min[axis]);
        core.max[axis] = quantile(spots, 1.0 - tail, |e| e.max[axis]);
    }
    Some(if core.side() < all.side() * 0.75 { core } else { all })
}

fn quantile(spots: &[Spot], share: f64, edge: impl Fn(Extent) -> f64) -> f64 {
    let mut edges: Vec<(f64, f64)> =
        spots.iter().map(|spot| (edge(spot.extent), spot.weight)).collect();
    edges.sort_by(|a, b| a.0.total_cmp(&b.0));
    let total: f64 = edges.iter().map(|(_, weight)| weight).sum();
    let mut sum = 0.0;
    for (value, weight) in &edges {
        sum += weight;
        if sum >= share * total {
            return *value;
        }
    }
    edges.last().map_or(0.0, |(value, _)| *value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spot(x: f64, weight: f64) -> Spot {
        let extent = Extent { min: [x, 0.0], max: [x + 10.0, 10.0] };
        Spot { extent, weight }
    }

    #[test]
    fn a_hamlet_far_away_does_not_shrink_the_town() {
        let mut spots: Vec<Spot> =
            (0..100).map(|i| spot(f64::from(i) * 10.0, 50.0)).collect();
        spots.push(spot(30_000.0, 20.0));
        let extent = dense(&spots).unwrap();
        assert!(extent.max[0] <= 1000.0 && extent.min[0] <= 20.0, "{extent:?}");
        spots.push(spot(30_000.0, 900.0));
        assert!(dense(&spots).unwrap().max[0] > 30_000.0, "a town far away does");
    }

    #[test]
    fn nothing_has_no_extent_and_a_point_gets_room() {
        assert!(dense(&[]).is_none());
        assert!(roomy(Extent::at([5.0, 5.0]), 0.1).side() >= SMALLEST_M);
    }
}
