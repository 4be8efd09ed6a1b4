//! Small open signs strewn over the areas of a layer, so that no tone alone tells layers apart.
//!
//! In: a view and polygons. Out: where the signs stand, on one lattice for the page, as on
//! topographic sheets, where orchards and vineyards are told so. They are whole, never cut, and
//! unlike the hatches of levels, which are lines, crosses of lines and full dots.

use super::extent::Extent;
use super::projection::{Seen, View};
use super::scene::{Colour, Path, Point, Rect, Scene, disc};
use super::style;
use crate::geometry::{Dimension, Shapes};

/// Half the size of a sign, mm.
const RADIUS_MM: f32 = 0.5;
/// Width of its lines, mm.
const LINE_MM: f32 = 0.16;
/// Distance of the signs in a row, and of two rows, mm.
const SPACING_MM: [f32; 2] = [4.4, 3.2];
/// Least distance of a sign off the lattice from the others.
const APART_MM: f32 = 2.2;
/// Areas smaller than this have no room for a sign, mm.
const LEAST_MM: f64 = 1.4;

/// The sign of a layer of areas.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Motif {
    /// A ring.
    Ring,
    /// Upright and level lines that cross.
    Plus,
    /// Two lines that meet below.
    Vee,
    /// Slanting lines that cross.
    Saltire,
    /// Two level lines.
    Bars,
    /// Two lines that meet above.
    Roof,
    /// A square.
    Square,
    /// A crown on a stem: parks and other areas that serve.
    Tree,
    /// A triangle.
    Triangle,
    /// Two upright lines.
    Posts,
    /// Three lines that cross.
    Asterisk,
    /// A square that stands on a corner.
    Lozenge,
    /// A level line on an upright one.
    Tee,
    /// A line up and down.
    Zigzag,
    /// Half a disc.
    Bowl,
    /// Two triangles that meet at their points.
    Hourglass,
    /// Three blades: areas that serve.
    Tuft,
    /// A pennant on a pole: areas that serve.
    Pennant,
}

impl Motif {
    /// With the layer that has none, as many as there are tones.
    const EXPOSED: [Self; style::KINDS] = [
        Self::Ring,
        Self::Plus,
        Self::Vee,
        Self::Saltire,
        Self::Bars,
        Self::Roof,
        Self::Square,
        Self::Posts,
        Self::Asterisk,
        Self::Lozenge,
        Self::Tee,
        Self::Zigzag,
        Self::Bowl,
        Self::Hourglass,
    ];

    const SERVICES: [Self; 4] = [Self::Tree, Self::Triangle, Self::Tuft, Self::Pennant];

    /// The sign of the n-th exposed layer of areas. The first, as a rule the blocks where people
    /// live, has none: the eye needs a ground to rest on.
    #[must_use]
    pub fn of_exposed(index: usize) -> Option<Self> {
        let index = index.checked_sub(1)?;
        Some(Self::EXPOSED[index % Self::EXPOSED.len()])
    }

    /// The sign of the n-th service of areas.
    #[must_use]
    pub fn of_service(index: usize) -> Self {
        Self::SERVICES[index % Self::SERVICES.len()]
    }

    /// Its lines around a place.
    fn lines(self, [x, y]: Point) -> Vec<Path> {
        let r = RADIUS_MM;
        let path = |points: &[Point], is_closed: bool| Path {
            points: points.iter().map(|[a, b]| [x + a * r, y + b * r]).collect(),
            is_closed,
        };
        let open = |points: &[Point]| path(points, false);
        match self {
            Self::Ring => vec![Path { points: disc([x, y], r * 0.9), is_closed: true }],
            Self::Plus => {
                vec![open(&[[-1.0, 0.0], [1.0, 0.0]]), open(&[[0.0, -1.0], [0.0, 1.0]])]
            }
            Self::Vee => vec![open(&[[-0.9, -0.8], [0.0, 0.9], [0.9, -0.8]])],
            Self::Saltire => {
                vec![open(&[[-0.8, -0.8], [0.8, 0.8]]), open(&[[-0.8, 0.8], [0.8, -0.8]])]
            }
            Self::Bars => {
                vec![open(&[[-1.0, -0.4], [1.0, -0.4]]), open(&[[-1.0, 0.4], [1.0, 0.4]])]
            }
            Self::Roof => vec![open(&[[-0.9, 0.8], [0.0, -0.9], [0.9, 0.8]])],
            Self::Square => {
                vec![path(&[[-0.8, -0.8], [0.8, -0.8], [0.8, 0.8], [-0.8, 0.8]], true)]
            }
            Self::Tree => vec![
                Path { points: disc([x, y - r * 0.35], r * 0.65), is_closed: true },
                open(&[[0.0, 0.3], [0.0, 1.1]]),
            ],
            Self::Triangle => {
                vec![path(&[[0.0, -0.95], [0.95, 0.75], [-0.95, 0.75]], true)]
            }
            Self::Posts => {
                vec![open(&[[-0.4, -1.0], [-0.4, 1.0]]), open(&[[0.4, -1.0], [0.4, 1.0]])]
            }
            Self::Asterisk => vec![
                open(&[[0.0, -1.0], [0.0, 1.0]]),
                open(&[[-0.87, -0.5], [0.87, 0.5]]),
                open(&[[-0.87, 0.5], [0.87, -0.5]]),
            ],
            Self::Lozenge => {
                vec![path(&[[0.0, -1.1], [0.75, 0.0], [0.0, 1.1], [-0.75, 0.0]], true)]
            }
            Self::Tee => {
                vec![open(&[[-0.9, -0.8], [0.9, -0.8]]), open(&[[0.0, -0.8], [0.0, 1.0]])]
            }
            Self::Zigzag => vec![open(&[
                [-1.1, 0.5],
                [-0.55, -0.5],
                [0.0, 0.5],
                [0.55, -0.5],
                [1.1, 0.5],
            ])],
            Self::Bowl => {
                let mut points = disc([x, y - r * 0.4], r * 0.95);
                points.retain(|at| at[1] >= y - r * 0.45);
                // The flat side lies between its two highest points.
                points.sort_by(|a, b| a[0].total_cmp(&b[0]));
                vec![Path { points, is_closed: true }]
            }
            Self::Hourglass => {
                vec![path(&[[-0.8, -0.9], [0.8, -0.9], [-0.8, 0.9], [0.8, 0.9]], true)]
            }
            Self::Tuft => vec![
                open(&[[0.0, 0.9], [-0.8, -0.5]]),
                open(&[[0.0, 0.9], [0.0, -1.0]]),
                open(&[[0.0, 0.9], [0.8, -0.5]]),
            ],
            Self::Pennant => {
                vec![open(&[[-0.4, 1.0], [-0.4, -1.0], [0.8, -0.45], [-0.4, 0.1]])]
            }
        }
    }

    /// How far the rows of its lattice are moved, so that the signs of areas that lie on each
    /// other stand side by side: twelve have places of their own, the others stand between.
    fn shift(self) -> Point {
        let place = self as u8;
        let [across, up] = SPACING_MM;
        let between = if place < 12 { 0.0 } else { 0.5 };
        [
            across * (f32::from(place % 4) + between) / 4.0,
            up * (f32::from(place % 3) + between) / 3.0,
        ]
    }

    /// Where it stands in the polygons of some layer: on its lattice, and once in the midst of
    /// a polygon that the lattice misses. Those with no room for it go without.
    #[must_use]
    pub fn places(self, view: View, shapes: &Shapes) -> Vec<Point> {
        let has_room = |extent: &Extent| {
            extent.meets(view.extent()) && extent.side() * view.mm_per_m() >= LEAST_MM
        };
        let mut places = Vec::new();
        let mut missed = Vec::new();
        for row in 0..shapes.len() {
            let shape = shapes.get(row);
            let is_area = shape.dimension() == Dimension::Area;
            if !is_area || !Extent::of_shape(shape).as_ref().is_some_and(has_room) {
                continue;
            }
            let seen = Seen::of(view, shapes, row);
            let Some(bounds) = seen.bounds().and_then(|all| all.shared(view.frame))
            else {
                continue;
            };
            let before = places.len();
            places.extend(self.lattice(bounds).filter(|at| seen.contains(*at)));
            if places.len() == before {
                missed.extend(seen.midst(bounds));
            }
        }
        for at in missed {
            let is_near = |p: &Point| (p[0] - at[0]).hypot(p[1] - at[1]) < APART_MM;
            if !places.iter().any(is_near) {
                places.push(at);
            }
        }
        places
    }

    /// The points of its lattice in a box; every other row is moved by half a step.
    fn lattice(self, bounds: Rect) -> impl Iterator<Item = Point> {
        let ([across, up], [dx, dy]) = (SPACING_MM, self.shift());
        let rows = ((bounds.y - dy) / up).ceil() as i32
            ..=((bounds.bottom() - dy) / up).floor() as i32;
        rows.flat_map(move |row| {
            let start = dx + if row % 2 == 0 { 0.0 } else { across / 2.0 };
            let columns = ((bounds.x - start) / across).ceil() as i32
                ..=((bounds.right() - start) / across).floor() as i32;
            columns
                .map(move |column| [start + column as f32 * across, dy + row as f32 * up])
        })
    }

    /// Draws it at places, with a light edge.
    pub fn draw(self, scene: &mut Scene, places: &[Point], colour: Colour) {
        let lines: Vec<Path> = places.iter().flat_map(|at| self.lines(*at)).collect();
        let edge = style::PAPER.with_alpha(0.6);
        scene.stroke(lines.clone(), LINE_MM + 0.3, edge, &[]);
        scene.stroke(lines, LINE_MM, colour.with_alpha(1.0), &[]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::GridPoint;
    use crate::layers::PartRole;

    /// A square of so many metres; a metre is a millimetre in the view.
    fn square(shapes: &mut Shapes, [x, y]: [f64; 2], side: f64) {
        let at =
            |dx: f64, dy: f64| GridPoint::snap(x + dx * side, y + dy * side).unwrap();
        let ring = [at(0.0, 0.0), at(1.0, 0.0), at(1.0, 1.0), at(0.0, 1.0)];
        shapes.push_part(PartRole::Shell, ring);
        shapes.end_feature(Dimension::Area);
    }

    fn view() -> View {
        let frame = Rect::new(0.0, 0.0, 100.0, 100.0);
        View { frame, center: [50.0, 50.0], scale: 1000.0 }
    }

    #[test]
    fn signs_stand_inside_one_at_least_where_there_is_room() {
        let mut shapes = Shapes::default();
        square(&mut shapes, [10.0, 10.0], 44.0);
        square(&mut shapes, [70.0, 70.0], 2.0);
        square(&mut shapes, [80.0, 20.0], 1.0);
        for motif in Motif::EXPOSED {
            let places = motif.places(view(), &shapes);
            let inside = |low: f32, high: f32| {
                let is_in = |v: f32, low: f32, high: f32| v >= low && v <= high;
                let all = places.iter();
                // The page counts from above.
                all.filter(|p| is_in(p[0], low, high) && is_in(100.0 - p[1], low, high))
                    .count()
            };
            // A sign has 4.4 by 3.2 mm: 44 by 44 hold 137.5 of them, give or take an edge.
            assert!((120..=150).contains(&inside(10.0, 54.0)), "{motif:?}");
            assert_eq!(inside(70.0, 72.0), 1, "{motif:?}");
            assert_eq!(
                places.len(),
                inside(10.0, 54.0) + 1,
                "{motif:?}: none in the least"
            );
        }
    }

    #[test]
    fn signs_of_areas_on_each_other_stand_apart() {
        let mut shapes = Shapes::default();
        square(&mut shapes, [10.0, 10.0], 44.0);
        let all: Vec<Vec<Point>> =
            Motif::EXPOSED.iter().map(|motif| motif.places(view(), &shapes)).collect();
        for (i, a) in all.iter().enumerate() {
            for (j, b) in all.iter().enumerate().skip(i + 1) {
                let apart = a.iter().flat_map(|p| b.iter().map(move |q| (p, q)));
                let least = apart.map(|(p, q)| (p[0] - q[0]).hypot(p[1] - q[1]));
                let least = least.fold(f32::MAX, f32::min);
                // The first twelve have room for a whole sign between them.
                let room = if i + 1 < 11 && j < 10 { 0.9 } else { 0.7 };
                assert!(least > room, "{least}");
            }
        }
    }

    /// Whether some strokes of a sign have no like in another: none within a tenth of a
    /// millimetre, nearer than which the eye sees one line.
    fn differs(a: Motif, b: Motif) -> bool {
        let points = |motif: Motif| -> Vec<Point> {
            let along = |path: Path| {
                let mut ends = path.points;
                if path.is_closed {
                    ends.extend(ends.first().copied());
                }
                let pairs: Vec<_> = ends.windows(2).map(|w| (w[0], w[1])).collect();
                pairs.into_iter().flat_map(|(from, to)| {
                    (0u8..=20).map(move |i| {
                        let share = f32::from(i) / 20.0;
                        [0, 1].map(|k| from[k] + (to[k] - from[k]) * share)
                    })
                })
            };
            motif.lines([0.0; 2]).into_iter().flat_map(along).collect()
        };
        let (a, b) = (points(a), points(b));
        let is_alone = |p: &Point, others: &[Point]| {
            others.iter().all(|q| (p[0] - q[0]).hypot(p[1] - q[1]) > 0.1)
        };
        a.iter().any(|p| is_alone(p, &b)) || b.iter().any(|p| is_alone(p, &a))
    }

    #[test]
    fn the_first_layer_is_plain_and_the_next_differ_without_their_colour() {
        assert_eq!(Motif::of_exposed(0), None);
        let exposed = (1..=style::KINDS).filter_map(Motif::of_exposed);
        let all: Vec<Motif> = exposed.chain((0..4).map(Motif::of_service)).collect();
        assert_eq!(all.len(), style::KINDS + 4);
        for (i, a) in all.iter().enumerate() {
            for b in &all[i + 1..] {
                assert!(differs(*a, *b), "{a:?} and {b:?}");
            }
        }
        // Beyond, they come back.
        assert_eq!(Motif::of_exposed(style::KINDS + 1), Motif::of_exposed(1));
    }
}
