use geo::{Area, BooleanOps, Coord, LineString, MultiPolygon, Polygon};

use super::*;

const M: i64 = 1_000_000;

fn shape_of(dimension: Dimension, parts: &[(PartRole, &[(i64, i64)])]) -> Shapes {
    let mut shapes = Shapes::default();
    push(&mut shapes, dimension, parts);
    shapes
}

fn push(shapes: &mut Shapes, dimension: Dimension, parts: &[(PartRole, &[(i64, i64)])]) {
    for (role, points) in parts {
        shapes
            .push_part(*role, points.iter().map(|&(x, y)| GridPoint::new(x * M, y * M)));
    }
    shapes.end_feature(dimension);
}

fn rectangle(x0: i64, y0: i64, x1: i64, y1: i64) -> Vec<(i64, i64)> {
    vec![(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
}

fn area(points: &[(i64, i64)]) -> Shapes {
    shape_of(Dimension::Area, &[(PartRole::Shell, points)])
}

fn mosaic_of(planes: &[&Shapes]) -> Mosaic {
    let mut builder = MosaicBuilder::default();
    for plane in planes {
        builder.add(plane);
    }
    builder.build()
}

fn split(mosaic: &Mosaic, shapes: &Shapes) -> Vec<(Vec<PlaneId>, f64)> {
    let parts = mosaic.split_area(shapes.get(0), &mut Scratch::default());
    parts.into_iter().map(|(planes, area)| (planes.to_vec(), area)).collect()
}

#[test]
fn a_block_is_split_by_what_crosses_it() {
    // A zone from x = 0 to 5, and another from x = 4 to 20, both 0 to 10 high.
    let (a, b) = (area(&rectangle(0, 0, 5, 10)), area(&rectangle(4, 0, 20, 10)));
    let mosaic = mosaic_of(&[&a, &b]);
    let cases = [
        ("inside one", rectangle(6, 1, 8, 3), vec![(vec![1], 4.0)]),
        ("outside", rectangle(30, 1, 32, 3), vec![(vec![], 4.0)]),
        (
            "across both",
            rectangle(2, 2, 8, 4),
            vec![(vec![0], 4.0), (vec![0, 1], 2.0), (vec![1], 6.0)],
        ),
        ("beside, sharing an edge", rectangle(0, 10, 5, 12), vec![(vec![], 10.0)]),
        (
            "the zone itself",
            rectangle(0, 0, 5, 10),
            vec![(vec![0], 40.0), (vec![0, 1], 10.0)],
        ),
        (
            "over all",
            rectangle(-1, -1, 21, 11),
            vec![
                (vec![], 264.0 - 200.0),
                (vec![0], 40.0),
                (vec![0, 1], 10.0),
                (vec![1], 150.0),
            ],
        ),
    ];
    for (case, block, expected) in cases {
        assert_eq!(split(&mosaic, &area(&block)), expected, "{case}");
    }
}

#[test]
fn a_hole_is_not_part_of_a_block_nor_of_a_plane() {
    let hole: Vec<_> = rectangle(2, 2, 8, 8).into_iter().rev().collect();
    let ring = shape_of(
        Dimension::Area,
        &[(PartRole::Shell, &rectangle(0, 0, 10, 10)), (PartRole::Hole, &hole)],
    );
    let inner = area(&rectangle(3, 3, 7, 7));
    assert_eq!(split(&mosaic_of(&[&ring]), &inner), [(vec![], 16.0)]);
    let half = area(&rectangle(0, 0, 5, 10));
    // The ring has 100 − 36 = 64, half of it west of x = 5.
    assert_eq!(split(&mosaic_of(&[&half]), &ring), [(vec![], 32.0), (vec![0], 32.0)]);
}

#[test]
fn polygons_of_one_plane_may_overlap() {
    let mut zone = area(&rectangle(0, 0, 6, 10));
    push(&mut zone, Dimension::Area, &[(PartRole::Shell, &rectangle(4, 0, 10, 10))]);
    let block = area(&rectangle(-2, 4, 12, 5));
    assert_eq!(split(&mosaic_of(&[&zone]), &block), [(vec![], 4.0), (vec![0], 10.0)]);
}

#[test]
fn a_single_border_gives_what_lies_on_each_side_of_it() {
    // A triangle over a block of 10 × 10 that it cuts from (0, 5) to (10, 10).
    let zone = area(&[(-20, -5), (40, 25), (-20, 25)]);
    let block = area(&rectangle(0, 0, 10, 10));
    let everywhere = area(&rectangle(-1000, -1000, 1000, 1000));
    let mosaic = mosaic_of(&[&everywhere, &zone]);
    assert_eq!(split(&mosaic, &block), [(vec![0], 75.0), (vec![0, 1], 25.0)]);
    // The same where another polygon of the plane holds the block whole.
    let mut twice = zone.clone();
    push(&mut twice, Dimension::Area, &[(PartRole::Shell, &rectangle(-99, -99, 99, 99))]);
    assert_eq!(split(&mosaic_of(&[&twice]), &block), [(vec![0], 100.0)]);
    // A block with a hole, of which the zone takes a corner: 64 − 36, of which 12.5 − 4.5.
    let hole: Vec<_> = rectangle(1, 1, 7, 7).into_iter().rev().collect();
    let ring = shape_of(
        Dimension::Area,
        &[(PartRole::Shell, &rectangle(0, 0, 8, 8)), (PartRole::Hole, &hole)],
    );
    let corner = area(&[(-50, 53), (53, -50), (53, 53)]);
    let found = split(&mosaic_of(&[&corner]), &ring);
    // Beyond x + y = 3 the block has 64 − 4.5, the hole 36 − 0.5.
    assert_eq!(found, [(vec![], 4.5 - 0.5), (vec![0], 28.0 - 4.0)]);
}

#[test]
fn a_border_that_two_planes_share_leaves_nothing_between_them() {
    let line: Vec<(i64, i64)> = vec![(4, -20), (7, 3), (5, 6), (6, 20)];
    let west: Vec<_> =
        [(-20, -20)].iter().chain(&line).chain(&[(-20, 20)]).copied().collect();
    let east: Vec<_> =
        [(20, 20)].iter().chain(line.iter().rev()).chain(&[(20, -20)]).copied().collect();
    let (west, east) = (area(&west), area(&east));
    let block = area(&rectangle(0, 0, 10, 10));
    // West of the line, from y = 0 to 3 at a slope of 3/23, to 6 and then to 10 at 1/14.
    let (bottom, top): (f64, f64) = (7.0 - 9.0 / 23.0, 5.0 + 4.0 / 14.0);
    let inside = bottom.midpoint(7.0) * 3.0 + 6.0 * 3.0 + top.midpoint(5.0) * 4.0;
    let close = |found: Vec<(Vec<PlaneId>, f64)>, expected: &[(&[PlaneId], f64)]| {
        assert_eq!(found.len(), expected.len(), "{found:?}");
        for ((planes, area), (known, amount)) in found.iter().zip(expected) {
            assert_eq!(planes, known, "{found:?}");
            assert!((area - amount).abs() < 1e-9, "{found:?}");
        }
    };
    let mosaic = mosaic_of(&[&west, &east]);
    close(split(&mosaic, &block), &[(&[0], inside), (&[1], 100.0 - inside)]);
    // Where the first also has another polygon over all, the border only tells the second.
    let mut both = west;
    push(&mut both, Dimension::Area, &[(PartRole::Shell, &rectangle(-99, -99, 99, 99))]);
    let mosaic = mosaic_of(&[&both, &east]);
    close(split(&mosaic, &block), &[(&[0], inside), (&[0, 1], 100.0 - inside)]);
}

#[test]
fn a_sliver_in_a_wide_window_is_cut_as_finely_as_it_is() {
    // 10 km of a strip one grid step wide, slanting, across a zone's border that slants as well: what
    // either has of it adds up to the strip's own area, and no more than is there.
    let p = |x: i64, y: i64| GridPoint::new(x, y);
    for i in 0..40 {
        let end = p(10_000 * M + 7_919 * i, 3_333 * M + 104_729 * i);
        let mut strip = Shapes::default();
        let ring = [p(0, 0), end, p(end.x - 1, end.y + 1), p(-1, 1)];
        strip.push_part(PartRole::Shell, ring);
        strip.end_feature(Dimension::Area);
        // The border crosses it about where a third of it is behind.
        let at = p(end.x / 3, end.y / 3);
        let (south, north) =
            (p(at.x + 500 * M, at.y - 4000 * M), p(at.x - 500 * M, at.y + 4000 * M));
        let west = p(at.x - 9000 * M, at.y);
        let mut zone = Shapes::default();
        zone.push_part(PartRole::Shell, [west, south, north]);
        zone.end_feature(Dimension::Area);
        let found = split(&mosaic_of(&[&zone]), &strip);
        let area = strip.get(0).area_m2();
        assert_eq!(found.len(), 2, "{i}: {found:?}");
        assert!((found[1].1 / area - 1.0 / 3.0).abs() < 3e-7, "{i}: {found:?} of {area}");
    }
}

#[test]
fn a_point_on_an_edge_is_inside() {
    let mut zone = area(&rectangle(0, 0, 10, 10));
    push(
        &mut zone,
        Dimension::Area,
        &[(PartRole::Shell, &[(20, 0), (30, 10), (20, 10)])],
    );
    let other = area(&rectangle(10, 0, 15, 10));
    let mosaic = mosaic_of(&[&zone, &other]);
    let cases: [((i64, i64), &[PlaneId]); 12] = [
        ((5, 5), &[0]),
        ((0, 0), &[0]),
        ((5, 0), &[0]),
        ((5, 10), &[0]),
        ((0, 10), &[0]),
        ((10, 5), &[0, 1]),
        ((10, 10), &[0, 1]),
        ((12, 5), &[1]),
        ((25, 5), &[0]),
        ((24, 5), &[0]),
        ((26, 5), &[]),
        ((5, 11), &[]),
    ];
    for ((x, y), expected) in cases {
        let point = GridPoint::new(x * M, y * M);
        let planes = mosaic.locate(point, &mut Scratch::default());
        assert_eq!(planes.as_slice(), expected, "{x} {y}");
    }
}

#[test]
fn lines_are_split_where_they_cross_and_belong_to_edges_they_follow() {
    let zone = area(&rectangle(0, 0, 10, 10));
    let mosaic = mosaic_of(&[&zone]);
    let length = |points: &[(i64, i64)]| {
        let line = shape_of(Dimension::Line, &[(PartRole::Line, points)]);
        let parts = mosaic.split_length(line.get(0), &mut Scratch::default());
        parts.into_iter().map(|(p, l)| (p.to_vec(), l)).collect::<Vec<_>>()
    };
    assert_eq!(length(&[(-5, 5), (20, 5)]), [(vec![], 15.0), (vec![0], 10.0)]);
    assert_eq!(length(&[(-5, 10), (20, 10)]), [(vec![], 15.0), (vec![0], 10.0)]);
    assert_eq!(length(&[(2, 2), (2, 8), (4, 8)]), [(vec![0], 8.0)]);
    assert_eq!(length(&[(-3, 0), (0, 4), (0, 20)]), [(vec![], 15.0), (vec![0], 6.0)]);
}

#[test]
fn a_line_along_a_slanting_edge_belongs_to_its_plane() {
    // No point of the grid lies on the edge but its ends; the nearest to its middle is outside.
    let corners = [(0, 0), (9_000_001, 0), (9_000_001, 6_000_001)];
    let [a, b, c] = corners.map(|(x, y)| GridPoint::new(x, y));
    let mut zone = Shapes::default();
    zone.push_part(PartRole::Shell, [a, b, c]);
    zone.end_feature(Dimension::Area);
    let mut line = Shapes::default();
    line.push_part(PartRole::Line, [a, c]);
    line.end_feature(Dimension::Line);
    let mosaic = mosaic_of(&[&zone]);
    let parts = mosaic.split_length(line.get(0), &mut Scratch::default());
    assert_eq!(parts.len(), 1);
    assert_eq!(parts[0].0.as_slice(), [0]);
    assert!((parts[0].1 - 9.000_001_f64.hypot(6.000_001)).abs() < 1e-9);
}

#[test]
fn no_length_is_lost_where_a_line_ends_a_step_beyond_an_edge() {
    let mosaic = mosaic_of(&[&area(&rectangle(0, 0, 10, 10))]);
    let parts = |from: i64, to: i64| {
        let mut line = Shapes::default();
        let ends = [from, to].map(|x| GridPoint::new(x, 5_000_000));
        line.push_part(PartRole::Line, ends);
        line.end_feature(Dimension::Line);
        mosaic.split_length(line.get(0), &mut Scratch::default())
    };
    let cases = [
        ("a step beyond", (5_000_000, 10_000_001), (vec![0], 5.000_001)),
        ("a line of one step", (20_000_000, 20_000_001), (vec![], 1e-6)),
    ];
    for (case, (from, to), (planes, length)) in cases {
        let found = parts(from, to);
        assert_eq!(found.len(), 1, "{case}");
        assert_eq!(found[0].0.to_vec(), planes, "{case}");
        assert!((found[0].1 - length).abs() < 1e-12, "{case}: {}", found[0].1);
    }
}

#[test]
fn touching_is_found_even_in_a_point() {
    let mosaic = mosaic_of(&[&area(&rectangle(0, 0, 10, 10))]);
    for (block, expected) in [
        (rectangle(10, 10, 12, 12), true),
        (rectangle(10, 2, 12, 4), true),
        (rectangle(11, 2, 12, 4), false),
    ] {
        let block = area(&block);
        assert_eq!(!mosaic.touched(block.get(0), 1).is_empty(), expected);
    }
    // Of two planes that are touched, those below the limit are told.
    let (a, b) = (area(&rectangle(0, 0, 10, 10)), area(&rectangle(8, 0, 20, 10)));
    let mosaic = mosaic_of(&[&a, &b]);
    let block = area(&rectangle(7, 2, 11, 4));
    for (limit, expected) in [(0, &[][..]), (1, &[0]), (2, &[0, 1])] {
        assert_eq!(mosaic.touched(block.get(0), limit).as_slice(), expected, "{limit}");
    }
}

/// A small generator of repeatable numbers (`SplitMix64`; Steele et al. 2014).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: i64) -> i64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % limit as u64) as i64
    }

    /// A star-shaped polygon: simple by construction.
    fn star(&mut self, points: i64, span: i64, radius: i64) -> Vec<GridPoint> {
        let (cx, cy) = (self.below(span), self.below(span));
        (0..points)
            .map(|i| {
                let angle = std::f64::consts::TAU * i as f64 / points as f64;
                let r = (radius / 3 + self.below(radius)) as f64;
                GridPoint::new(
                    cx + (r * angle.cos()).round() as i64,
                    cy + (r * angle.sin()).round() as i64,
                )
            })
            .collect()
    }
}

fn to_geo(shapes: &Shapes) -> MultiPolygon<f64> {
    let mut all = MultiPolygon::new(Vec::new());
    for shape in shapes.iter() {
        for (_, ring) in shape.parts() {
            let ring: LineString<f64> = ring
                .iter()
                .map(|p| Coord { x: p.meters()[0], y: p.meters()[1] })
                .collect();
            all = all.union(&Polygon::new(ring, Vec::new()));
        }
    }
    all
}

/// The parts of random stars against the boolean operations of the `geo` crate.
#[test]
fn random_overlays_agree_with_boolean_operations() {
    let mut numbers = Numbers(7);
    for round in 0..150 {
        let span = 1000 * M;
        let mut plane = |stars: i64| {
            let mut shapes = Shapes::default();
            for _ in 0..stars {
                let points = 3 + numbers.below(40);
                shapes.push_part(PartRole::Shell, numbers.star(points, span, 300 * M));
                shapes.end_feature(Dimension::Area);
            }
            shapes
        };
        let (a, b, block) = (plane(3), plane(2), plane(1));
        let parts = split(&mosaic_of(&[&a, &b]), &block);
        let (ga, gb, gp) = (to_geo(&a), to_geo(&b), to_geo(&block));
        let sum = |wanted: &[PlaneId]| -> f64 {
            let holds = |planes: &[PlaneId]| wanted.iter().all(|p| planes.contains(p));
            parts.iter().filter(|(planes, _)| holds(planes)).map(|(_, area)| area).sum()
        };
        let expected = [
            (vec![], gp.unsigned_area()),
            (vec![0], gp.intersection(&ga).unsigned_area()),
            (vec![1], gp.intersection(&gb).unsigned_area()),
            (vec![0, 1], gp.intersection(&ga).intersection(&gb).unsigned_area()),
        ];
        for (planes, area) in expected {
            // geo snaps to its own grid of about 1e-6 m; perimeters are a few km.
            let difference = (sum(&planes) - area).abs();
            assert!(difference < 0.05, "round {round} {planes:?}: {difference} m2");
        }
        let whole = block.get(0).area_m2();
        assert!(
            (sum(&[]) - whole).abs() <= whole * 1e-12,
            "round {round}: parts make the whole"
        );
    }
}

/// A large feature is cut into strips; the result must be that of the whole window.
#[test]
fn strips_change_nothing() {
    let mut numbers = Numbers(11);
    let mut zone = Shapes::default();
    for _ in 0..400 {
        zone.push_part(PartRole::Shell, numbers.star(24, 10_000 * M, 300 * M));
        zone.end_feature(Dimension::Area);
    }
    let mosaic = mosaic_of(&[&zone]);
    let big = area(&rectangle(500, 700, 9_300, 9_100));
    let parts = split(&mosaic, &big);
    let inside = to_geo(&big).intersection(&to_geo(&zone)).unsigned_area();
    assert!((parts[1].1 - inside).abs() < 1.0, "{} {inside}", parts[1].1);
    let whole = big.get(0).area_m2();
    assert!((parts.iter().map(|p| p.1).sum::<f64>() - whole).abs() < whole * 1e-12);
}

/// Points located one by one agree with areas: random points against `geo`.
#[test]
fn random_points_agree_with_geo() {
    use geo::Contains;
    let mut numbers = Numbers(3);
    let mut zone = Shapes::default();
    for _ in 0..30 {
        zone.push_part(PartRole::Shell, numbers.star(17, 1000 * M, 200 * M));
        zone.end_feature(Dimension::Area);
    }
    let (mosaic, oracle) = (mosaic_of(&[&zone]), to_geo(&zone));
    let mut scratch = Scratch::default();
    for _ in 0..2000 {
        let p = GridPoint::new(numbers.below(1000 * M), numbers.below(1000 * M));
        let inside = oracle.contains(&geo::Point::new(p.meters()[0], p.meters()[1]));
        assert_eq!(!mosaic.locate(p, &mut scratch).is_empty(), inside, "{p:?}");
    }
}

/// In a world of few grid steps edges pass by, and through, the corners of the index's cells:
/// every point of it against the exact position, and every square of a step by its area.
#[test]
fn a_small_world_is_exact_to_the_step() {
    use crate::geometry::predicates::{Position, position};
    const SIDE: i64 = 48;
    let mut numbers = Numbers(19);
    for round in 0..12 {
        let ring: Vec<GridPoint> = numbers.star(3 + round % 6, SIDE, SIDE / 2);
        let mut zone = Shapes::default();
        zone.push_part(PartRole::Shell, ring.iter().copied());
        zone.end_feature(Dimension::Area);
        let mosaic = mosaic_of(&[&zone]);
        let mut scratch = Scratch::default();
        let mut sum = 0.0;
        for (x, y) in
            (-SIDE..2 * SIDE).flat_map(|x| (-SIDE..2 * SIDE).map(move |y| (x, y)))
        {
            let p = GridPoint::new(x, y);
            let expected = position([&ring[..]], p) != Position::Outside;
            assert_eq!(
                !mosaic.locate(p, &mut scratch).is_empty(),
                expected,
                "{ring:?} {p:?}"
            );
            let corners = [(x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1)];
            let mut square = Shapes::default();
            square.push_part(PartRole::Shell, corners.map(|(x, y)| GridPoint::new(x, y)));
            square.end_feature(Dimension::Area);
            let parts = mosaic.split_area(square.get(0), &mut scratch);
            let inside = parts.iter().filter(|(planes, _)| !planes.is_empty());
            sum += inside.map(|(_, area)| area).sum::<f64>();
        }
        let whole = zone.get(0).area_m2();
        assert!((sum - whole).abs() < whole * 1e-9, "{ring:?}: {sum} {whole}");
    }
}

/// An edge that passes a millionth of a millionth of a step east of a corner of the index, less
/// than a float can tell there: which side it is on is still exact.
#[test]
fn an_edge_a_hair_beside_a_corner_of_the_index_is_told_apart() {
    // Corners of the index lie at k · S − 0.5: the ground is 16 S − 1 wide and high.
    const S: i64 = 100_000_000_000;
    const WIDE: i64 = 16 * S - 1;
    let p = GridPoint::new;
    let (foot, far) = (p(8 * S - 1, 8 * S - 1), p(13 * S, 13 * S - 1));
    let mut zone = Shapes::default();
    let corners = [
        [p(0, 0), p(1, 0), p(0, 1)],
        [p(WIDE, WIDE), p(WIDE - 1, WIDE), p(WIDE, WIDE - 1)],
        // From the foot to the far end it rises by 5 S steps on 5 S + 1.
        [foot, p(13 * S, S), far],
    ];
    for ring in corners {
        zone.push_part(PartRole::Shell, ring);
        zone.end_feature(Dimension::Area);
    }
    let mosaic = mosaic_of(&[&zone]);
    let planes = |x, y| mosaic.locate(p(x, y), &mut Scratch::default()).len();
    assert_eq!(planes(8 * S + S / 5, 8 * S + 4 * S / 5), 0, "above the edge");
    assert_eq!(planes(8 * S + 4 * S / 5, 8 * S + S / 5), 1, "below it");
}

#[test]
fn what_lies_beyond_all_edges_needs_no_search() {
    let mosaic = mosaic_of(&[&area(&rectangle(0, 0, 10, 10))]);
    let cases = [
        ("to the west", (-9, 2), (-5, 4)),
        ("to the east", (15, 2), (19, 4)),
        ("to the south", (2, -9), (4, -5)),
        ("to the north", (2, 15), (4, 19)),
    ];
    let p = |(x, y): (i64, i64)| GridPoint::new(x * M, y * M);
    for (case, low, high) in cases {
        assert_eq!(mosaic.uncut(p(low), p(high)), Some(&[][..]), "{case}");
    }
    assert_eq!(mosaic.uncut(p((-1, 2)), p((1, 4))), None, "across an edge");
}
