//! Boolean operations on whole millimetres (or steps of a degree), through `i_overlay`.

use i_overlay::core::fill_rule::FillRule;
use i_overlay::core::overlay::{IntOverlayOptions, Overlay, ShapeType};
use i_overlay::core::overlay_rule::OverlayRule;
use i_overlay::core::solver::Solver;
use i_overlay::i_float::int::point::IntPoint;
use i_overlay::i_shape::int::shape::IntShapes;

use super::plane::{Ring, Xy, add, area, direction, left, scale};

/// Shapes on an integer grid: shell first, then holes.
pub(super) type Shapes = IntShapes<i64>;

const STEPS_PER_METER: f64 = 1e3;

/// One operation on two sets of shapes; what overlaps within a set counts once.
pub(super) fn combine(subject: &Shapes, clip: &Shapes, rule: OverlayRule) -> Shapes {
    let mut options = IntOverlayOptions::ogc();
    options.preserve_output_collinear = true;
    let mut overlay = Overlay::new_custom(64, options, Solver::default());
    overlay.add_source(subject, ShapeType::Subject);
    overlay.add_source(clip, ShapeType::Clip);
    overlay.overlay(rule, FillRule::NonZero)
}

/// Rings in metres as shapes without holes, on whole millimetres.
pub(super) fn shapes(rings: &[Ring]) -> Shapes {
    let point = |p: &Xy| {
        let [x, y] = p.map(|v| (v * STEPS_PER_METER).round() as i64);
        IntPoint::new(x, y)
    };
    let shape = |ring: &Ring| {
        let mut ring: Vec<_> = ring.iter().map(point).collect();
        if double_area(&ring) < 0 {
            ring.reverse();
        }
        vec![ring]
    };
    rings.iter().map(shape).collect()
}

/// Twice the signed area of a ring, steps squared.
pub(super) fn double_area(ring: &[IntPoint<i64>]) -> i128 {
    let o = ring[0];
    let at = |p: IntPoint<i64>| (i128::from(p.x - o.x), i128::from(p.y - o.y));
    let cross = |i: usize| {
        let (a, b) = (at(ring[i]), at(ring[(i + 1) % ring.len()]));
        a.0 * b.1 - b.0 * a.1
    };
    (0..ring.len()).map(cross).sum()
}

/// The largest shell of shapes, back in metres; `None` if nothing is left.
pub(super) fn largest_shell(shapes: &Shapes) -> Option<Ring> {
    let back =
        |p: &IntPoint<i64>| [p.x as f64 / STEPS_PER_METER, p.y as f64 / STEPS_PER_METER];
    shapes
        .iter()
        .filter_map(|shape| shape.first())
        .map(|ring| ring.iter().map(back).collect::<Ring>())
        .max_by(|a, b| area(a).total_cmp(&area(b)))
}

/// The strip of `half_width` on both sides of a line, as overlapping rectangles.
pub(super) fn strip(line: &[Xy], half_width: f64) -> Vec<Ring> {
    let rectangle = |w: &[Xy]| {
        let along = direction(w[0], w[1]);
        let (ahead, aside) = (scale(along, half_width), scale(left(along), half_width));
        let (from, to) = (add(w[0], scale(ahead, -1.0)), add(w[1], ahead));
        let right = scale(aside, -1.0);
        vec![add(from, right), add(to, right), add(to, aside), add(from, aside)]
    };
    line.windows(2).map(rectangle).collect()
}
