//! Hamlets: a row of small blocks beside each point of INEI's list.

use super::chance::Chance;
use super::city::{Block, FROM_RIVER_M, Ground};
use super::plane::{
    Ring, Utm, Xy, add, area, contains, direction, distance_to_line, distance_to_segment,
    left, rectangle, scale,
};
use super::sectors::{Hamlet, SECTORS};

/// Width and depth of a block of a hamlet, and what lies between two.
const HAMLET_BLOCK_M: [f64; 2] = [44.0, 30.0];
const HAMLET_LANE_M: f64 = 8.0;

/// Puts a row of small blocks beside a hamlet's point: off the river, the coast,
/// the borders and the city, where the first such place is found.
pub(super) fn build(
    utm: &Utm,
    ground: &Ground,
    hamlet: &'static Hamlet,
    chance: &mut Chance,
) -> Vec<Block> {
    let at = utm.meters(hamlet.at);
    let Some(district) = ground.district_of(at) else { return Vec::new() };
    let along = nearest_direction(at, &ground.river);
    let up = left(along);
    let pitch = HAMLET_BLOCK_M[0] + HAMLET_LANE_M;
    let row = |offset: f64| -> Vec<Ring> {
        let start = add(
            add(at, scale(along, -pitch * hamlet.blocks as f64 / 2.0)),
            scale(up, offset - HAMLET_BLOCK_M[1] / 2.0),
        );
        (0..hamlet.blocks)
            .map(|i| {
                let corner = add(start, scale(along, i as f64 * pitch));
                rectangle(corner, along, up, HAMLET_BLOCK_M[0], HAMLET_BLOCK_M[1])
            })
            .collect()
    };
    let is_clear = |p: &Xy| {
        ground.district_of(*p) == Some(district)
            && ground.borders.iter().all(|line| distance_to_line(*p, line) > 15.0)
            && ground.coasts.iter().all(|line| distance_to_line(*p, line) > 60.0)
            && distance_to_line(*p, &ground.river) > FROM_RIVER_M
            && SECTORS.iter().all(|s| !contains(&utm.line(s.outline), *p))
    };
    let found = [0.0, 70.0, -70.0, 100.0, -100.0, 140.0, -140.0, 190.0, -190.0]
        .into_iter()
        .map(row)
        .find(|rings| rings.iter().flatten().all(is_clear));
    let block = |ring: Ring| {
        let weight = area(&ring) / 1e4 * chance.between(0.6, 1.4);
        let weights = hamlet.density.map(|d| d * weight);
        Block::new(hamlet.name, "CR", district, ring, weights)
    };
    found.into_iter().flatten().map(block).collect()
}

/// The direction of the piece of a line that is nearest to a point.
fn nearest_direction(at: Xy, line: &[Xy]) -> Xy {
    let distance = |w: &[Xy]| distance_to_segment(at, w[0], w[1]);
    line.windows(2)
        .min_by(|a, b| distance(a).total_cmp(&distance(b)))
        .map_or([1.0, 0.0], |w| direction(w[0], w[1]))
}
