//! Union, intersection and difference of polygons, exact on the grid.
//!
//! In: rings on the grid. Out: [`Polygon`]s that keep the invariants of
//! [`Shapes`]. This is the only file that knows the overlay engine,
//! `i_overlay` with its 64-bit integers. Its coordinates may reach 2^62; the grid ends at
//! 2.1e13, so no sum or product of it overflows. A crossing that falls between grid points is
//! rounded to the nearest one; areas of the results then add up to the last bit.

use i_overlay::core::fill_rule::FillRule;
use i_overlay::core::overlay::{IntOverlayOptions, Overlay, ShapeType};
use i_overlay::core::overlay_rule::OverlayRule;
use i_overlay::i_float::int::point::IntPoint;
use i_overlay::i_shape::int::shape::{IntShape, IntShapes};

use super::grid::{AREA_STEPS_PER_M2, GridPoint, STEPS_PER_METER, double_area};
use super::nesting;
use super::shapes::{Dimension, ShapeRef, Shapes};
use crate::layers::PartRole;

/// An open ring.
pub type Ring = Vec<GridPoint>;

/// What a set of rings encloses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Points that an odd number of rings go around: crossings cut, loops stay out.
    EvenOdd,
    /// Points that rings go around more often one way than the other: overlaps count once.
    NonZero,
}

/// One polygon: its shell counter-clockwise, then its holes clockwise; rings open and simple.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Polygon {
    /// The shell, then the holes.
    pub rings: Vec<Ring>,
}

impl Polygon {
    /// Twice its area, µm².
    #[must_use]
    pub fn double_area(&self) -> i128 {
        self.rings.iter().map(|ring| double_area(ring)).sum()
    }

    /// Its area, m².
    #[must_use]
    pub fn area_m2(&self) -> f64 {
        area_m2(self.double_area())
    }

    /// The length of all its rings, m.
    #[must_use]
    pub fn perimeter_m(&self) -> f64 {
        self.rings.iter().map(|ring| ring_length_m(ring)).sum()
    }

    /// Its width if it were a long strip, m: twice its area by its perimeter.
    #[must_use]
    pub fn mean_width_m(&self) -> f64 {
        2.0 * self.area_m2() / self.perimeter_m()
    }
}

/// Square metres from twice an area in µm².
#[must_use]
pub fn area_m2(double_area: i128) -> f64 {
    double_area as f64 / 2.0 / AREA_STEPS_PER_M2
}

fn ring_length_m(ring: &[GridPoint]) -> f64 {
    let mut sum = 0.0;
    for (i, a) in ring.iter().enumerate() {
        let b = ring[(i + 1) % ring.len()];
        sum += ((b.x - a.x) as f64).hypot((b.y - a.y) as f64);
    }
    sum / STEPS_PER_METER
}

/// Twice the area of polygons that do not overlap, µm².
#[must_use]
pub fn total_double_area(polygons: &[Polygon]) -> i128 {
    polygons.iter().map(Polygon::double_area).sum()
}

/// The rings of polygons.
pub fn rings_of(polygons: &[Polygon]) -> impl Iterator<Item = &[GridPoint]> {
    polygons.iter().flat_map(|polygon| polygon.rings.iter().map(Vec::as_slice))
}

/// The rings of a prepared feature.
pub fn rings_of_shape(shape: ShapeRef<'_>) -> impl Iterator<Item = &[GridPoint]> {
    shape.parts().map(|(_, ring)| ring)
}

/// The rings of all areas among prepared features.
pub fn rings_of_shapes(shapes: &Shapes) -> impl Iterator<Item = &[GridPoint]> {
    shapes
        .iter()
        .filter(|shape| shape.dimension() == Dimension::Area)
        .flat_map(|shape| rings_of_shape(shape))
}

/// Adds polygons as the parts of one feature, which may be none.
pub fn push_feature(shapes: &mut Shapes, polygons: &[Polygon]) {
    for polygon in polygons {
        for (i, ring) in polygon.rings.iter().enumerate() {
            let role = if i == 0 { PartRole::Shell } else { PartRole::Hole };
            shapes.push_part(role, ring.iter().copied());
        }
    }
    shapes.end_feature(Dimension::Area);
}

/// Makes one feature of each polygon.
#[must_use]
pub fn to_shapes(polygons: &[Polygon]) -> Shapes {
    let mut shapes = Shapes::default();
    for polygon in polygons {
        push_feature(&mut shapes, std::slice::from_ref(polygon));
    }
    shapes
}

/// What rings enclose by a rule, as polygons that do not overlap.
///
/// With [`Rule::NonZero`] and rings turned by role (shells counter-clockwise, holes clockwise)
/// this is the union of polygons.
pub fn union<'a>(
    rings: impl IntoIterator<Item = &'a [GridPoint]>,
    rule: Rule,
) -> Vec<Polygon> {
    let mut overlay = engine(false);
    add(&mut overlay, rings, ShapeType::Subject);
    polygons(overlay.overlay(OverlayRule::Subject, fill(rule)))
}

/// [`union`], keeping a vertex wherever edges of two rings meet, even on a straight line.
pub fn union_with_all_vertices<'a>(
    rings: impl IntoIterator<Item = &'a [GridPoint]>,
) -> Vec<Polygon> {
    let mut overlay = engine(true);
    add(&mut overlay, rings, ShapeType::Subject);
    polygons(overlay.overlay(OverlayRule::Subject, FillRule::NonZero))
}

/// What lies in both sets of polygons.
pub fn intersection<'a>(
    a: impl IntoIterator<Item = &'a [GridPoint]>,
    b: impl IntoIterator<Item = &'a [GridPoint]>,
) -> Vec<Polygon> {
    binary(a, b, OverlayRule::Intersect)
}

/// What lies in the first set of polygons and not in the second.
pub fn difference<'a>(
    a: impl IntoIterator<Item = &'a [GridPoint]>,
    b: impl IntoIterator<Item = &'a [GridPoint]>,
) -> Vec<Polygon> {
    binary(a, b, OverlayRule::Difference)
}

fn binary<'a>(
    a: impl IntoIterator<Item = &'a [GridPoint]>,
    b: impl IntoIterator<Item = &'a [GridPoint]>,
    rule: OverlayRule,
) -> Vec<Polygon> {
    let mut overlay = engine(false);
    add(&mut overlay, a, ShapeType::Subject);
    add(&mut overlay, b, ShapeType::Clip);
    polygons(overlay.overlay(rule, FillRule::NonZero))
}

fn engine(keeps_vertices: bool) -> Overlay<i64> {
    let mut overlay = Overlay::new(64);
    overlay.options = IntOverlayOptions {
        preserve_input_collinear: keeps_vertices,
        preserve_output_collinear: keeps_vertices,
        ..IntOverlayOptions::ogc()
    };
    overlay
}

fn fill(rule: Rule) -> FillRule {
    match rule {
        Rule::EvenOdd => FillRule::EvenOdd,
        Rule::NonZero => FillRule::NonZero,
    }
}

fn add<'a>(
    overlay: &mut Overlay<i64>,
    rings: impl IntoIterator<Item = &'a [GridPoint]>,
    kind: ShapeType,
) {
    for ring in rings {
        overlay.add_path_iter(ring.iter().map(|p| IntPoint::new(p.x, p.y)), kind);
    }
}

fn polygons(shapes: IntShapes<i64>) -> Vec<Polygon> {
    let ring = |path: Vec<IntPoint<i64>>| {
        path.into_iter().map(|p| GridPoint::new(p.x, p.y)).collect::<Ring>()
    };
    let polygon =
        |shape: IntShape<i64>| Polygon { rings: shape.into_iter().map(ring).collect() };
    let mut polygons: Vec<Polygon> = shapes.into_iter().map(polygon).collect();
    polygons.retain(|polygon| !polygon.rings.is_empty());
    nesting::regroup(&mut polygons);
    polygons.retain(|polygon| polygon.double_area() > 0);
    polygons
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::predicates::{Position, position};
    use proptest::prelude::*;

    fn ring(points: &[(i64, i64)]) -> Ring {
        points.iter().map(|&(x, y)| GridPoint::new(x, y)).collect()
    }

    fn square(x: i64, y: i64, size: i64) -> Ring {
        ring(&[(x, y), (x + size, y), (x + size, y + size), (x, y + size)])
    }

    fn area(polygons: &[Polygon]) -> i128 {
        total_double_area(polygons) / 2
    }

    #[test]
    fn operations_have_the_areas_drawn_on_paper() {
        let (a, b) = (square(0, 0, 10), square(5, 5, 10));
        let (one, two) = (|| [a.as_slice()], || [b.as_slice()]);
        let both = || [a.as_slice(), b.as_slice()];
        assert_eq!(area(&union(both(), Rule::NonZero)), 175);
        assert_eq!(area(&union(both(), Rule::EvenOdd)), 150);
        assert_eq!(area(&intersection(one(), two())), 25);
        assert_eq!(area(&difference(one(), two())), 75);
        assert_eq!(union(std::iter::empty(), Rule::NonZero), []);
        assert_eq!(difference(one(), one()), []);
    }

    #[test]
    fn shells_turn_left_and_holes_right() {
        let (outer, mut inner) = (square(0, 0, 10), square(2, 2, 3));
        inner.reverse();
        let result = union([outer.as_slice(), inner.as_slice()], Rule::NonZero);
        assert_eq!(result.len(), 1);
        assert_eq!(double_area(&result[0].rings[0]), 200);
        assert_eq!(double_area(&result[0].rings[1]), -18);
    }

    #[test]
    fn the_far_corner_of_the_grid_is_as_exact_as_its_middle() {
        let far = crate::geometry::grid::LIMIT;
        let a = ring(&[(-far, -far), (far, -far), (far, far), (-far, far)]);
        let b = square(far - 3, far - 3, 3);
        let rest = difference([a.as_slice()], [b.as_slice()]);
        assert_eq!(total_double_area(&rest), 2 * (4 * i128::from(far).pow(2) - 9));
    }

    #[test]
    fn polygons_that_touch_in_a_corner_stay_two() {
        let (a, b) = (square(0, 0, 10), square(10, 10, 10));
        let result = union([a.as_slice(), b.as_slice()], Rule::NonZero);
        assert_eq!(result.len(), 2);
    }

    /// The engine gives a hole of 5061 m² to a triangle of 1489 m² beside it. Area worked out
    /// with GEOS 3.14.1 (shapely 2.2.0): union 274041.609 m².
    #[test]
    fn a_hole_beside_its_shell_is_brought_home() {
        let scaled = |points: &[(i64, i64)]| -> Ring {
            points
                .iter()
                .map(|&(x, y)| GridPoint::new(x * 1_000_003, y * 1_000_003))
                .collect()
        };
        let one = scaled(&[
            (639, -356),
            (305, 204),
            (305, -206),
            (-447, -161),
            (406, 254),
            (403, -566),
            (513, -218),
            (-462, 694),
        ]);
        let two = scaled(&[(0, 0), (534, 86), (-801, 0), (837, -274)]);
        let a = union([one.as_slice()], Rule::EvenOdd);
        let b = union([two.as_slice()], Rule::EvenOdd);
        let both = union(rings_of(&a).chain(rings_of(&b)), Rule::NonZero);
        assert!((area_m2(total_double_area(&both)) - 274_041.609).abs() < 1e-3);
        let is_sound = |polygon: &Polygon| {
            let holes = polygon.rings[1..].iter().flatten();
            let shell = || [polygon.rings[0].as_slice()];
            holes.copied().all(|p| position(shell(), p) != Position::Outside)
        };
        assert!(both.iter().all(is_sound));
    }

    #[test]
    fn the_width_of_a_strip() {
        // 1,000 m by 2 m: 2 · 2,000 / 2,004.
        let (l, w) = (1_000_000_000, 2_000_000);
        let strip = Polygon { rings: vec![ring(&[(0, 0), (l, 0), (l, w), (0, w)])] };
        assert!((strip.mean_width_m() - 4000.0 / 2004.0).abs() < 1e-12);
    }

    fn any_ring() -> impl Strategy<Value = Ring> {
        prop::collection::vec((-1000i64..1000, -1000i64..1000), 3..12)
            .prop_map(|points| ring(&points))
    }

    /// How much twice the area may change, in squared grid steps, when every corner moves by a
    /// step: at most a step times the two edges at the corner, so twice the edges in all.
    fn a_step_at_every_corner(polygons: &[&[Polygon]]) -> i128 {
        let edges = polygons.iter().flat_map(|some| rings_of(some)).flat_map(|ring| {
            let next = ring.iter().cycle().skip(1);
            ring.iter().zip(next).map(|(a, b)| {
                i128::from((b.x - a.x).abs()) + i128::from((b.y - a.y).abs())
            })
        });
        2 * edges.sum::<i128>()
    }

    proptest! {
        #[test]
        fn areas_add_up_but_for_the_rounding_of_crossings(
            one in any_ring(),
            two in any_ring(),
        ) {
            // Valid polygons first, then the identity |A∪B| = |A∖B| + |B∖A| + |A∩B|. Each
            // operation rounds the crossings of edges to the grid by itself; where three edges
            // meet within a step they need not round alike.
            let scale = |r: &Ring| -> Ring {
                r.iter().map(|p| GridPoint::new(p.x * 1_000_003, p.y * 1_000_003)).collect()
            };
            let a = union([scale(&one).as_slice()], Rule::EvenOdd);
            let b = union([scale(&two).as_slice()], Rule::EvenOdd);
            let both = union(rings_of(&a).chain(rings_of(&b)), Rule::NonZero);
            let parts = [
                difference(rings_of(&a), rings_of(&b)),
                difference(rings_of(&b), rings_of(&a)),
                intersection(rings_of(&a), rings_of(&b)),
            ];
            let sum: i128 = parts.iter().map(|part| total_double_area(part)).sum();
            let allowed = a_step_at_every_corner(&[&both, &parts[0], &parts[1], &parts[2]]);
            let difference = (total_double_area(&both) - sum).abs();
            prop_assert!(difference <= allowed, "{} of {}", difference, allowed);
            // Running again changes no more than that.
            let again = union(rings_of(&both), Rule::NonZero);
            let difference = (total_double_area(&again) - total_double_area(&both)).abs();
            prop_assert!(difference <= a_step_at_every_corner(&[&both]), "again: {}", difference);
        }
    }
}
