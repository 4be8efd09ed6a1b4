//! The signs of points, as they stand on a map, in its legend and on pages.
//!
//! In: what a point is, where it stands and how large. Out: items in a scene. Knows no layer.

use std::collections::BTreeSet;

use super::scene::{Colour, Paint, Path, Point, Rule, Scene, disc};
use super::style::{self, Marker, Spot};

/// Draws a point sign, smaller where `scale` is below 1.
pub fn marker(scene: &mut Scene, kind: Marker, [x, y]: Point, scale: f32) {
    let r = kind.radius_mm() * scale;
    let white = Paint::solid(style::PAPER);
    let solid = Paint::solid(style::FACILITY);
    let at = |points: &[[f32; 2]]| -> Vec<Point> {
        points.iter().map(|p| [x + p[0] * r, y + p[1] * r]).collect()
    };
    let square = [[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]];
    match kind {
        Marker::Cross => {
            scene.fill(
                vec![at(&square.map(|p| p.map(|v| v * 1.22)))],
                Rule::NonZero,
                white,
            );
            scene.fill(vec![at(&square)], Rule::NonZero, solid);
            let (a, long) = (0.24, 0.72);
            let cross = [
                [-a, -long],
                [a, -long],
                [a, -a],
                [long, -a],
                [long, a],
                [a, a],
                [a, long],
                [-a, long],
                [-a, a],
                [-long, a],
                [-long, -a],
                [-a, -a],
            ];
            scene.fill(vec![at(&cross)], Rule::NonZero, white);
        }
        Marker::School => {
            let house =
                [[0.0, -1.15], [1.0, -0.25], [1.0, 1.0], [-1.0, 1.0], [-1.0, -0.25]];
            scene.fill(
                vec![at(&house.map(|p| p.map(|v| v * 1.22)))],
                Rule::NonZero,
                white,
            );
            scene.fill(vec![at(&house)], Rule::NonZero, solid);
            let door = [[-0.3, 1.0], [-0.3, 0.25], [0.3, 0.25], [0.3, 1.0]];
            scene.fill(vec![at(&door)], Rule::NonZero, white);
        }
        Marker::Shield => {
            let shield = [
                [-0.9, -1.0],
                [0.9, -1.0],
                [0.9, 0.2],
                [0.5, 0.8],
                [0.0, 1.15],
                [-0.5, 0.8],
                [-0.9, 0.2],
            ];
            scene.fill(
                vec![at(&shield.map(|p| p.map(|v| v * 1.22)))],
                Rule::NonZero,
                white,
            );
            scene.fill(vec![at(&shield)], Rule::NonZero, solid);
        }
        Marker::Dot => {
            scene.fill(vec![disc([x, y], r + 0.25 * scale)], Rule::NonZero, white);
            scene.fill(vec![disc([x, y], r)], Rule::NonZero, solid);
        }
        Marker::Place => {
            scene.fill(vec![at(&square)], Rule::NonZero, white);
            let paths = vec![Path { points: at(&square), is_closed: true }];
            scene.stroke(paths, 0.2, style::INK, &[]);
        }
    }
}

/// Draws points of an exposed layer, each with a light edge.
pub fn spots(scene: &mut Scene, kind: Spot, colour: Colour, at: &[Point], radius: f32) {
    let rings = |radius: f32| -> Vec<Vec<Point>> {
        at.iter().map(|at| kind.outline(*at, radius)).collect()
    };
    let edge = Paint::solid(style::PAPER.with_alpha(0.8));
    scene.fill(rings(radius + 0.22), Rule::NonZero, edge);
    scene.fill(rings(radius), Rule::NonZero, Paint::solid(colour));
    // Holes are paper, whatever lies below.
    let holes: Vec<_> = at.iter().filter_map(|at| kind.hole(*at, radius)).collect();
    if !holes.is_empty() {
        scene.fill(holes, Rule::NonZero, Paint::solid(style::PAPER));
    }
}

/// Draws the ring of a facility inside a zone, to go below its sign.
pub fn ring(scene: &mut Scene, kind: Marker, at: Point, scale: f32) {
    let radius = (kind.radius_mm() * 1.22 * 1.25 + 0.35) * scale;
    scene.fill(vec![disc(at, radius)], Rule::NonZero, Paint::solid(style::PAPER));
    let paths = vec![Path { points: disc(at, radius), is_closed: true }];
    scene.stroke(paths, 0.38 * scale, style::STAMP, &[]);
}

/// Draws how far several points reach: the dashed edge of all their circles together.
pub fn reach(scene: &mut Scene, centers: &[Point], radius: f32) {
    let paths = outer_arcs(centers, radius);
    scene.stroke(paths, 0.25, style::FACILITY, &[1.3, 0.8]);
}

/// The arcs of circles that lie in no other circle.
fn outer_arcs(centers: &[Point], radius: f32) -> Vec<Path> {
    // Points nearer than a twentieth of the radius reach as far: the eye sees one circle.
    let cell = (radius / 20.0).max(0.05);
    let mut seen = BTreeSet::new();
    let mut centers = centers.to_vec();
    centers.retain(|at| seen.insert(at.map(|v| (v / cell).round() as i64)));
    let mut paths = Vec::new();
    for [x, y] in &centers {
        let is_near = |[a, b]: &&Point| {
            let away = (a - x).hypot(b - y);
            away > 0.0 && away < 2.0 * radius
        };
        let near: Vec<Point> = centers.iter().filter(is_near).copied().collect();
        let is_hidden = |p: Point| {
            near.iter().any(|c| (c[0] - p[0]).hypot(c[1] - p[1]) < radius - 0.01)
        };
        arcs(disc([*x, *y], radius), is_hidden, &mut paths);
    }
    paths
}

/// The runs of a ring's points that are not hidden.
fn arcs(mut ring: Vec<Point>, is_hidden: impl Fn(Point) -> bool, paths: &mut Vec<Path>) {
    let Some(first) = ring.iter().position(|p| is_hidden(*p)) else {
        paths.push(Path { points: ring, is_closed: true });
        return;
    };
    // From a hidden point on, no run is cut in two.
    ring.rotate_left(first);
    for points in ring.split(|p| is_hidden(*p)).filter(|run| run.len() > 1) {
        paths.push(Path { points: points.to_vec(), is_closed: false });
    }
}
