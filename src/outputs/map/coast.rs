//! Which part of a frame is sea, found from the coast line and the territories.
//!
//! In: the coast as lines cut to the frame. Out: rings of sea, or none where the
//! lines do not cut the frame in two, because guessing would draw a false shore.
//! A coast line says where the sea ends, not on which side it lies: the sea is
//! the side on which the territories are not.

use crate::geometry::Shapes;

use super::projection::{Seen, View};
use super::scene::{Path, Point, Rect};

/// Ends of lines nearer than this are joined, mm.
const JOIN_MM: f32 = 0.06;
/// A face with less territory than this is sea.
const LAND_SHARE: f64 = 0.12;
/// Sample points along each side of the frame.
const SAMPLES: usize = 40;

/// Rings of sea within the frame and its overhang.
#[must_use]
pub fn sea_rings(paths: &[Path], view: View, territories: &Shapes) -> Vec<Vec<Point>> {
    let window = view.frame.inset(-3.0);
    let mut chains: Vec<Vec<Point>> = join(paths);
    chains.retain(|chain| chain.len() >= 2);
    let reaches = |p: &Point| border_position(window, *p).is_some();
    let is_whole = |chain: &Vec<Point>| {
        chain.first().is_some_and(reaches) && chain.last().is_some_and(reaches)
    };
    // A loose end: the coast is not known all the way.
    if chains.is_empty() || !chains.iter().all(is_whole) {
        return Vec::new();
    }
    let faces = faces(&chains, window);
    let samples: Vec<(Point, bool)> = samples(view, territories);
    if !samples.iter().any(|(_, is_land)| *is_land) {
        return Vec::new();
    }
    faces
        .into_iter()
        .filter(|face| {
            let inside: Vec<bool> = samples
                .iter()
                .filter(|(at, _)| ring_contains(face, *at))
                .map(|(_, is_land)| *is_land)
                .collect();
            let land = inside.iter().filter(|is_land| **is_land).count();
            !inside.is_empty() && (land as f64) < LAND_SHARE * inside.len() as f64
        })
        .collect()
}

/// Joins open lines at their ends; closed ones (islands) are left out.
fn join(paths: &[Path]) -> Vec<Vec<Point>> {
    let mut open: Vec<Vec<Point>> =
        paths.iter().filter(|p| !p.is_closed).map(|p| p.points.clone()).collect();
    let near = |a: Point, b: Point| (a[0] - b[0]).hypot(a[1] - b[1]) <= JOIN_MM;
    let mut chains: Vec<Vec<Point>> = Vec::new();
    while let Some(mut chain) = open.pop() {
        // Few lines: a coast is a handful of parts within a frame.
        while let (Some(&first), Some(&last)) = (chain.first(), chain.last()) {
            let found = open.iter().position(|other| {
                other.first().is_some_and(|p| near(*p, last) || near(*p, first))
                    || other.last().is_some_and(|p| near(*p, last) || near(*p, first))
            });
            let Some(found) = found else { break };
            let mut other = open.swap_remove(found);
            if other.first().is_some_and(|p| near(*p, last)) {
                chain.extend(other.into_iter().skip(1));
            } else if other.last().is_some_and(|p| near(*p, last)) {
                other.reverse();
                chain.extend(other.into_iter().skip(1));
            } else {
                if other.first().is_some_and(|p| near(*p, first)) {
                    other.reverse();
                }
                other.extend(chain.into_iter().skip(1));
                chain = other;
            }
        }
        if !near(chain[0], chain[chain.len() - 1]) {
            chains.push(chain);
        }
    }
    chains
}

/// How far along the border (clockwise from the upper left corner) a point lies.
fn border_position(window: Rect, [x, y]: Point) -> Option<f32> {
    const NEAR: f32 = 0.03;
    let (w, h) = (window.w, window.h);
    if (y - window.y).abs() < NEAR {
        Some(x - window.x)
    } else if (x - window.right()).abs() < NEAR {
        Some(w + y - window.y)
    } else if (y - window.bottom()).abs() < NEAR {
        Some(w + h + window.right() - x)
    } else if (x - window.x).abs() < NEAR {
        Some(2.0 * w + h + window.bottom() - y)
    } else {
        None
    }
}

/// The faces into which chains from border to border cut a window.
fn faces(chains: &[Vec<Point>], window: Rect) -> Vec<Vec<Point>> {
    let corners: Vec<(f32, Point)> = window
        .ring()
        .into_iter()
        .zip([0.0, window.w, window.w + window.h, 2.0 * window.w + window.h])
        .map(|(p, t)| (t, p))
        .collect();
    let around = 2.0 * (window.w + window.h);
    // Border position, chain, whether the chain starts here.
    let mut ends: Vec<(f32, usize, bool)> = Vec::new();
    for (i, chain) in chains.iter().enumerate() {
        for (p, is_start) in [(chain[0], true), (chain[chain.len() - 1], false)] {
            ends.extend(border_position(window, p).map(|t| (t, i, is_start)));
        }
    }
    ends.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut used = vec![[false; 2]; chains.len()];
    let mut faces = Vec::new();
    for first in 0..chains.len() * 2 {
        let (mut chain, mut forward) = (first / 2, first % 2 == 0);
        let mut face: Vec<Point> = Vec::new();
        while !std::mem::replace(&mut used[chain][usize::from(forward)], true) {
            if forward {
                face.extend(&chains[chain]);
            } else {
                face.extend(chains[chain].iter().rev());
            }
            // On along the border, clockwise, to the next chain's end.
            let here = ends
                .iter()
                .position(|(_, c, is_start)| *c == chain && *is_start != forward);
            let Some(here) = here else { return Vec::new() };
            let next = ends[(here + 1) % ends.len()];
            let from = ends[here].0;
            let span = (next.0 - from).rem_euclid(around);
            let mut passed: Vec<(f32, Point)> = corners
                .iter()
                .map(|(t, p)| ((t - from).rem_euclid(around), *p))
                .filter(|(t, _)| *t > 0.0 && *t < span)
                .collect();
            passed.sort_by(|a, b| a.0.total_cmp(&b.0));
            face.extend(passed.into_iter().map(|(_, p)| p));
            (chain, forward) = (next.1, next.2);
        }
        if face.len() >= 3 {
            faces.push(face);
        }
    }
    faces
}

/// Points over the frame and whether a territory covers them.
fn samples(view: View, territories: &Shapes) -> Vec<(Point, bool)> {
    let frame = view.frame;
    let each: Vec<Seen> =
        (0..territories.len()).map(|row| Seen::of(view, territories, row)).collect();
    let at = |n: usize| (n as f32 + 0.5) / SAMPLES as f32;
    (0..SAMPLES * SAMPLES)
        .map(|i| {
            let x = frame.x + frame.w * at(i % SAMPLES);
            let y = frame.y + frame.h * at(i / SAMPLES);
            ([x, y], each.iter().any(|territory| territory.contains([x, y])))
        })
        .collect()
}

fn ring_contains(ring: &[Point], [x, y]: Point) -> bool {
    let mut inside = false;
    let mut last = ring[ring.len() - 1];
    for &p in ring {
        if (p[1] > y) != (last[1] > y) {
            inside ^= x < p[0] + (y - p[1]) / (last[1] - p[1]) * (last[0] - p[0]);
        }
        last = p;
    }
    inside
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::{Dimension, GridPoint};
    use crate::layers::PartRole;

    fn scene() -> (View, Shapes) {
        let frame = Rect::new(0.0, 0.0, 100.0, 100.0);
        let view = View { frame, center: [50.0, 50.0], scale: 1000.0 };
        let mut land = Shapes::default();
        let m = 1_000_000;
        let corners = [(50, -10), (150, -10), (150, 110), (50, 110)];
        land.push_part(
            PartRole::Shell,
            corners.map(|(x, y)| GridPoint::new(x * m, y * m)),
        );
        land.end_feature(Dimension::Area);
        (view, land)
    }

    fn open(points: &[Point]) -> Path {
        Path { points: points.to_vec(), is_closed: false }
    }

    #[test]
    fn the_sea_lies_where_no_territory_is() {
        let (view, land) = scene();
        // In two parts, the second drawn the other way.
        let coast =
            [open(&[[50.0, -3.0], [50.0, 40.0]]), open(&[[50.0, 103.0], [50.0, 40.0]])];
        let sea = sea_rings(&coast, view, &land);
        assert_eq!(sea.len(), 1);
        assert!(ring_contains(&sea[0], [20.0, 50.0]));
        assert!(!ring_contains(&sea[0], [80.0, 50.0]));
        assert!(
            ring_contains(&sea[0], [1.0, 1.0]) && ring_contains(&sea[0], [1.0, 99.0])
        );
    }

    #[test]
    fn bays_cut_by_the_frame_are_sea_too() {
        let (view, land) = scene();
        let coast = [
            open(&[[50.0, -3.0], [50.0, 103.0]]),
            open(&[[103.0, 10.0], [90.0, 10.0], [90.0, 8.0], [103.0, 8.0]]),
        ];
        let sea = sea_rings(&coast, view, &land);
        assert_eq!(sea.len(), 1, "a face full of territory is land: {sea:?}");
    }

    #[test]
    fn a_coast_with_a_loose_end_gives_no_sea() {
        let (view, land) = scene();
        let coast = [open(&[[50.0, -3.0], [50.0, 60.0]])];
        assert!(sea_rings(&coast, view, &land).is_empty());
    }
}
