//! One feature: its rings and lines cleaned and mended, with a word on each change.
//!
//! In: the parts of a feature on the grid. Out: parts that keep the invariants of
//! [`Shapes`], and the codes of what was done. Only rings that fail the exact test of
//! [`super::validity`] are rebuilt. Knows nothing of layers.
//!
//! # Method
//!
//! A ring that crosses itself encloses what it goes around an odd number of times (the "linework" rule
//! of OGC libraries). A polygon is its shell less the union of its holes, so a hole outside its shell
//! takes nothing away and adds nothing. A feature is the union of its polygons.

use super::edges::EdgeTree;
use super::grid::{GridPoint, double_area};
use super::overlay::{
    Polygon, Rule, area_m2, difference, push_feature, rings_of, total_double_area, union,
};
use super::shapes::{Dimension, Shapes};
use super::validity::{Faults, Rings, check};
use crate::domain::Code;
use crate::layers::PartRole;

/// One change that was made to a feature.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Change {
    /// What kind.
    pub code: Code,
    /// How many rings, lines or parts it is about.
    pub count: usize,
    /// Area before and after, m², where it is about an area.
    pub area_m2: Option<(f64, f64)>,
}

/// What became of a feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It was added to the shapes.
    Kept,
    /// Nothing was left of it.
    Dropped,
}

/// Memory that is used again from feature to feature.
#[derive(Debug, Default)]
pub struct Mender {
    rings: Rings,
    ring: Vec<GridPoint>,
    tree: EdgeTree,
}

impl Mender {
    /// Adds a feature to `shapes`, mended where it needs it, and tells what was changed.
    ///
    /// `counts_as_point`, asked of an area of nothing: whether it carries people, so that it still
    /// counts, as a point in the middle of its box.
    pub fn add<'a>(
        &mut self,
        parts: impl Iterator<Item = (PartRole, &'a [GridPoint])> + Clone,
        counts_as_point: &dyn Fn() -> bool,
        shapes: &mut Shapes,
        changes: &mut Vec<Change>,
    ) -> Fate {
        let dimension_of = |role: PartRole| match role {
            PartRole::Point => Dimension::Point,
            PartRole::Line => Dimension::Line,
            PartRole::Shell | PartRole::Hole => Dimension::Area,
        };
        let Some(highest) = parts.clone().map(|(role, _)| dimension_of(role)).max()
        else {
            return Fate::Dropped;
        };
        let lower =
            parts.clone().filter(|&(role, _)| dimension_of(role) < highest).count();
        if lower > 0 {
            changes.push(Change {
                code: Code::MixedGeometry,
                count: lower,
                area_m2: None,
            });
        }
        let parts = parts.filter(|&(role, _)| dimension_of(role) == highest);
        match highest {
            Dimension::Point => add_points(parts.map(|(_, points)| points), shapes),
            Dimension::Line => {
                add_lines(parts.map(|(_, points)| points), shapes, changes)
            }
            Dimension::Area => self.add_area(parts, counts_as_point, shapes, changes),
        }
    }

    fn add_area<'a>(
        &mut self,
        parts: impl Iterator<Item = (PartRole, &'a [GridPoint])> + Clone,
        counts_as_point: &dyn Fn() -> bool,
        shapes: &mut Shapes,
        changes: &mut Vec<Change>,
    ) -> Fate {
        let first_change = changes.len();
        self.clean(parts.clone(), changes);
        let fate = if self.rings.is_empty() {
            Fate::Dropped
        } else {
            self.add_rings(shapes, changes)
        };
        if fate == Fate::Kept {
            return fate;
        }
        let before = area_m2(self.rings.double_area());
        if counts_as_point() {
            changes.truncate(first_change);
            changes.push(Change {
                code: Code::ZeroAreaWithPeople,
                count: 1,
                area_m2: Some((before, 0.0)),
            });
            let all = parts.flat_map(|(_, points)| points.iter().copied());
            return add_points(middle(all).as_slice().chunks(1), shapes);
        }
        if changes[first_change..].iter().all(|change| change.code != Code::RingTooShort)
        {
            changes.push(Change {
                code: Code::Vanished,
                count: 1,
                area_m2: Some((before, 0.0)),
            });
        }
        Fate::Dropped
    }

    /// Takes over rings of three or more points, open, without repeated neighbours, turned by role.
    fn clean<'a>(
        &mut self,
        parts: impl Iterator<Item = (PartRole, &'a [GridPoint])>,
        changes: &mut Vec<Change>,
    ) {
        self.rings.clear();
        let (mut closed, mut short) = (0, 0);
        let mut has_shell = false;
        for (role, points) in parts {
            let is_open = points.len() > 2 && points.first() != points.last();
            self.ring.clear();
            self.ring.extend_from_slice(points);
            self.ring.dedup();
            while self.ring.len() > 1 && self.ring.first() == self.ring.last() {
                self.ring.pop();
            }
            let area = double_area(&self.ring);
            let is_short = area == 0 && is_flat(&self.ring);
            if role == PartRole::Shell {
                has_shell = !is_short;
            }
            if is_short {
                short += 1;
                continue;
            }
            // A hole of a shell that was left out goes with it.
            if !has_shell {
                continue;
            }
            closed += usize::from(is_open);
            if (role == PartRole::Shell) == (area < 0) && area != 0 {
                self.ring.reverse();
            }
            self.rings.push(role, self.ring.iter().copied());
        }
        for (code, count) in [(Code::RingClosed, closed), (Code::RingTooShort, short)] {
            if count > 0 {
                changes.push(Change { code, count, area_m2: None });
            }
        }
    }

    /// Adds the cleaned rings, mended if they are not valid.
    fn add_rings(&mut self, shapes: &mut Shapes, changes: &mut Vec<Change>) -> Fate {
        let faults = check(&self.rings, &mut self.tree);
        let mended = if faults.is_none() { None } else { mend(&self.rings, faults) };
        let Some(mended) = mended else {
            for (role, ring) in self.rings.iter() {
                shapes.push_part(role, ring.iter().copied());
            }
            shapes.end_feature(Dimension::Area);
            return Fate::Kept;
        };
        if mended.polygons.is_empty() {
            return Fate::Dropped;
        }
        let before = area_m2(self.rings.double_area());
        let after = area_m2(total_double_area(&mended.polygons));
        for (code, is_found) in mended.codes {
            if is_found {
                let area_m2 = Some((before, after));
                changes.push(Change { code, count: 1, area_m2 });
            }
        }
        push_feature(shapes, &mended.polygons);
        Fate::Kept
    }
}

/// Whether all points of a ring are on one line, or there are fewer than three.
fn is_flat(ring: &[GridPoint]) -> bool {
    let [first, second, rest @ ..] = ring else { return true };
    rest.iter().all(|&p| super::predicates::cross(*first, *second, p) == 0)
}

/// The middle of the box around points; empty without points.
fn middle(points: impl Iterator<Item = GridPoint>) -> Vec<GridPoint> {
    let points: Vec<_> = points.collect();
    let Some((low, high)) = super::shapes::bounds(&points) else { return Vec::new() };
    vec![GridPoint::new(low.x.midpoint(high.x), low.y.midpoint(high.y))]
}

fn add_points<'a>(
    parts: impl Iterator<Item = &'a [GridPoint]>,
    shapes: &mut Shapes,
) -> Fate {
    let mut is_empty = true;
    for &point in parts.flatten() {
        shapes.push_part(PartRole::Point, [point]);
        is_empty = false;
    }
    if is_empty {
        return Fate::Dropped;
    }
    shapes.end_feature(Dimension::Point);
    Fate::Kept
}

fn add_lines<'a>(
    parts: impl Iterator<Item = &'a [GridPoint]>,
    shapes: &mut Shapes,
    changes: &mut Vec<Change>,
) -> Fate {
    let (mut kept, mut dropped) = (0, 0);
    let mut line = Vec::new();
    for points in parts {
        line.clear();
        line.extend_from_slice(points);
        line.dedup();
        if line.len() < 2 {
            dropped += 1;
            continue;
        }
        shapes.push_part(PartRole::Line, line.iter().copied());
        kept += 1;
    }
    if dropped > 0 {
        changes.push(Change {
            code: Code::ZeroLengthLine,
            count: dropped,
            area_m2: None,
        });
    }
    if kept == 0 {
        return Fate::Dropped;
    }
    shapes.end_feature(Dimension::Line);
    Fate::Kept
}

struct Mended {
    polygons: Vec<Polygon>,
    codes: [(Code, bool); 3],
}

/// Rebuilds the rings of a feature; `None` if they were valid after all.
fn mend(rings: &Rings, faults: Faults) -> Option<Mended> {
    let mut is_self_crossing = faults.is_self_crossing;
    let mut is_hole_outside = false;
    let mut parts: Vec<Polygon> = Vec::new();
    let mut parts_area = 0;
    for polygon in rings.polygons() {
        let simple = |ring: usize| union([rings.ring(ring)], Rule::EvenOdd);
        let shell = simple(polygon.start);
        let shell_area = total_double_area(&shell);
        is_self_crossing |= shell_area != double_area(rings.ring(polygon.start));
        let mut holes = Vec::new();
        for ring in polygon.start + 1..polygon.end {
            let hole = simple(ring);
            is_self_crossing |=
                total_double_area(&hole) != -double_area(rings.ring(ring));
            holes.extend(hole);
        }
        let each = total_double_area(&holes);
        let holes = union(rings_of(&holes), Rule::NonZero);
        let holes_area = total_double_area(&holes);
        is_self_crossing |= holes_area != each;
        let part = if holes.is_empty() {
            shell
        } else {
            difference(rings_of(&shell), rings_of(&holes))
        };
        let area = total_double_area(&part);
        is_hole_outside |= area != shell_area - holes_area;
        parts_area += area;
        parts.extend(part);
    }
    let polygons = union(rings_of(&parts), Rule::NonZero);
    let is_overlapping = total_double_area(&polygons) != parts_area;
    // A common stretch of line is a fault of its own only where nothing else explains it.
    is_self_crossing |= faults.is_sharing_line && !is_hole_outside && !is_overlapping;
    let codes = [
        (Code::SelfIntersection, is_self_crossing),
        (Code::HoleOutside, is_hole_outside),
        (Code::OverlappingParts, is_overlapping),
    ];
    // Rings that only touch each other are valid as they are; a ring that touches itself is
    // cut there into simple ones, which changes no area and no border.
    let is_changed = codes.iter().any(|(_, is_found)| *is_found);
    (is_changed || faults.is_self_touching).then_some(Mended { polygons, codes })
}

#[cfg(test)]
mod tests;
