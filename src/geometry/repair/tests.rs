use super::*;
use PartRole::{Hole, Line, Point, Shell};
use proptest::prelude::*;

const M: i64 = 1_000_000;

type Part<'a> = (PartRole, &'a [(i64, i64)]);

fn mended(parts: &[Part<'_>], counts_as_point: bool) -> (Shapes, Vec<Change>) {
    let parts: Vec<(PartRole, Vec<GridPoint>)> = parts
        .iter()
        .map(|(role, points)| {
            let grid = points.iter().map(|&(x, y)| GridPoint::new(x * M, y * M));
            (*role, grid.collect())
        })
        .collect();
    run(&parts, counts_as_point)
}

fn run(
    parts: &[(PartRole, Vec<GridPoint>)],
    counts_as_point: bool,
) -> (Shapes, Vec<Change>) {
    let (mut shapes, mut changes) = (Shapes::default(), Vec::new());
    let parts = parts.iter().map(|(role, points)| (*role, points.as_slice()));
    let fate =
        Mender::default().add(parts, &|| counts_as_point, &mut shapes, &mut changes);
    assert_eq!(fate == Fate::Kept, shapes.len() == 1);
    (shapes, changes)
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn areas_after_mending_are_those_drawn_on_paper() {
    let square: &[_] = &[(0, 0), (10, 0), (10, 10), (0, 10), (0, 0)];
    let cases: &[(&str, &[Part<'_>], f64, &[&str])] = &[
        ("square", &[(Shell, square)], 100.0, &[]),
        (
            "clockwise",
            &[(Shell, &[(0, 0), (0, 10), (10, 10), (10, 0), (0, 0)])],
            100.0,
            &[],
        ),
        (
            "not closed",
            &[(Shell, &[(0, 0), (10, 0), (10, 10), (0, 10)])],
            100.0,
            &["G001"],
        ),
        (
            "repeated points",
            &[(
                Shell,
                &[(0, 0), (0, 0), (10, 0), (10, 10), (10, 10), (0, 10), (0, 0), (0, 0)],
            )],
            100.0,
            &[],
        ),
        // Two triangles of base 10 and height 5.
        (
            "bow-tie",
            &[(Shell, &[(0, 0), (10, 10), (10, 0), (0, 10), (0, 0)])],
            50.0,
            &["G003"],
        ),
        (
            "bow-tie with its knot as a vertex",
            &[(Shell, &[(0, 0), (5, 5), (10, 10), (10, 0), (5, 5), (0, 10), (0, 0)])],
            50.0,
            &["G003"],
        ),
        (
            "spike",
            &[(Shell, &[(0, 0), (10, 0), (20, 0), (10, 0), (10, 10), (0, 10), (0, 0)])],
            100.0,
            &["G003"],
        ),
        (
            "corner to corner",
            &[(
                Shell,
                &[(0, 0), (2, 0), (2, 2), (4, 2), (4, 4), (2, 4), (2, 2), (0, 2), (0, 0)],
            )],
            8.0,
            &[],
        ),
        (
            "hole",
            &[(Shell, square), (Hole, &[(2, 2), (4, 2), (4, 4), (2, 4), (2, 2)])],
            96.0,
            &[],
        ),
        (
            "hole outside",
            &[(Shell, square), (Hole, &[(12, 2), (14, 2), (14, 4), (12, 4), (12, 2)])],
            100.0,
            &["G005"],
        ),
        (
            "hole half outside",
            &[(Shell, square), (Hole, &[(8, 2), (12, 2), (12, 4), (8, 4), (8, 2)])],
            96.0,
            &["G005"],
        ),
        (
            "hole that touches the shell",
            &[(Shell, square), (Hole, &[(0, 5), (2, 6), (2, 4), (0, 5)])],
            98.0,
            &[],
        ),
        (
            "overlapping parts: 150, not 100",
            &[(Shell, square), (Shell, &[(5, 0), (15, 0), (15, 10), (5, 10), (5, 0)])],
            150.0,
            &["G004"],
        ),
        (
            "overlapping corners",
            &[(Shell, square), (Shell, &[(5, 5), (15, 5), (15, 15), (5, 15), (5, 5)])],
            175.0,
            &["G004"],
        ),
        (
            "part in a part",
            &[(Shell, square), (Shell, &[(2, 2), (4, 2), (4, 4), (2, 4), (2, 2)])],
            100.0,
            &["G004"],
        ),
        (
            "parts with a common edge",
            &[(Shell, square), (Shell, &[(10, 0), (15, 0), (15, 10), (10, 10), (10, 0)])],
            150.0,
            &["G003"],
        ),
        (
            "parts that touch in a corner",
            &[(Shell, square), (Shell, &[(10, 10), (15, 10), (15, 15), (10, 10)])],
            112.5,
            &[],
        ),
        (
            "short hole",
            &[(Shell, square), (Hole, &[(2, 2), (4, 2), (2, 2)])],
            100.0,
            &["G002"],
        ),
        (
            "short shell takes its hole along",
            &[
                (Shell, square),
                (Shell, &[(20, 0), (20, 0), (20, 0)]),
                (Hole, &[(2, 2), (4, 2), (4, 4)]),
            ],
            100.0,
            &["G002"],
        ),
        (
            "mixed",
            &[(Point, &[(0, 0)]), (Line, &[(0, 0), (1, 1)]), (Shell, square)],
            100.0,
            &["G008"],
        ),
    ];
    for (case, parts, area, codes) in cases {
        let (shapes, changes) = mended(parts, false);
        let found: Vec<&str> = changes.iter().map(|change| change.code.id()).collect();
        assert_eq!(found, *codes, "{case}");
        assert!((shapes.get(0).area_m2() - area).abs() < 1e-9, "{case}");
        for change in changes {
            let after = change.area_m2.map_or(*area, |(_, after)| after);
            assert!((after - area).abs() < 1e-9, "{case}");
        }
    }
}

#[test]
fn the_area_before_counts_every_ring_once() {
    let parts: &[Part<'_>] = &[
        (Shell, &[(0, 0), (10, 0), (10, 10), (0, 10), (0, 0)]),
        (Shell, &[(5, 5), (15, 5), (15, 15), (5, 15), (5, 5)]),
    ];
    assert_eq!(mended(parts, false).1[0].area_m2, Some((200.0, 175.0)));
}

#[test]
fn nothing_left_is_dropped_or_becomes_a_point() {
    let cases: &[(&str, &[Part<'_>], &str)] = &[
        ("three equal points", &[(Shell, &[(4, 4), (4, 4), (4, 4)])], "G002"),
        ("a line", &[(Shell, &[(0, 0), (4, 8), (8, 16), (0, 0)])], "G002"),
    ];
    for (case, parts, code) in cases {
        let (shapes, changes) = mended(parts, false);
        assert!(shapes.is_empty(), "{case}");
        assert_eq!(changes[0].code.id(), *code, "{case}");
        let (shapes, changes) = mended(parts, true);
        assert_eq!(changes.len(), 1, "{case}");
        assert_eq!(changes[0].code, Code::ZeroAreaWithPeople, "{case}");
        let low = parts[0].1.iter().min().unwrap();
        let high = parts[0].1.iter().max().unwrap();
        let middle = GridPoint::new((low.0 + high.0) * M / 2, (low.1 + high.1) * M / 2);
        assert_eq!(shapes.get(0).points(), [middle], "{case}");
    }
}

#[test]
fn a_polygon_that_its_hole_covers_vanishes() {
    let square: &[_] = &[(0, 0), (10, 0), (10, 10), (0, 10), (0, 0)];
    let (shapes, changes) = mended(&[(Shell, square), (Hole, square)], false);
    assert!(shapes.is_empty());
    assert_eq!(changes[0].code, Code::Vanished);
}

#[test]
fn lines_lose_repeated_points() {
    let (shapes, changes) = mended(
        &[(Line, &[(0, 0), (0, 0), (3, 4), (3, 4)]), (Line, &[(1, 1), (1, 1)])],
        false,
    );
    assert!((shapes.get(0).length_m() - 5.0).abs() < 1e-12);
    assert_eq!(shapes.vertex_count(), 2);
    assert_eq!(changes[0].code, Code::ZeroLengthLine);
    assert!(mended(&[(Line, &[(1, 1), (1, 1)])], false).0.is_empty());
}

fn any_feature() -> impl Strategy<Value = Vec<(PartRole, Vec<GridPoint>)>> {
    // A coarse grid, so that vertices fall on edges and on each other.
    let ring = prop::collection::vec((0i64..12, 0i64..12), 3..9);
    prop::collection::vec((any::<bool>(), ring), 1..5).prop_map(|rings| {
        let part = |(i, (is_hole, points)): (usize, (bool, Vec<(i64, i64)>))| {
            let role = if is_hole && i > 0 { Hole } else { Shell };
            let scaled = points.into_iter();
            let scaled = scaled.map(|(x, y)| GridPoint::new(x * 1_000_003, y * 999_983));
            (role, scaled.collect())
        };
        rings.into_iter().enumerate().map(part).collect()
    })
}

proptest! {
    #[test]
    fn mending_twice_is_mending_once(parts in any_feature()) {
        let (once, _) = run(&parts, false);
        if once.is_empty() {
            return Ok(());
        }
        let again: Vec<_> =
            once.get(0).parts().map(|(role, ring)| (role, ring.to_vec())).collect();
        let (twice, changes) = run(&again, false);
        // Rings are open by now, which is no fault of theirs.
        let rest: Vec<_> = changes.iter().filter(|c| c.code != Code::RingClosed).collect();
        prop_assert!(rest.is_empty(), "{:?}", rest);
        prop_assert_eq!(twice.get(0).double_area(), once.get(0).double_area());
        let rings = |shapes: &Shapes| {
            shapes.get(0).parts().map(|(_, ring)| ring.to_vec()).collect::<Vec<_>>()
        };
        prop_assert_eq!(rings(&twice), rings(&once));
    }
}
