//! Territories: in the order of their codes, with their overlaps and gaps reported.
//!
//! In: the layer of territories, placed. Out: [`Ground`]. The features stay as drawn; the partition
//! beside them gives each overlap to the lower code.

use std::sync::Arc;

use super::grid::{GridPoint, double_area};
use super::memo::{Key, recalled};
use super::overlaps::{Overlap, find};
use super::overlay::{
    Polygon, Rule, difference, push_feature, rings_of_shape, rings_of_shapes, to_shapes,
    union,
};
use super::shapes::{Dimension, ShapeRef, Shapes, bounds};
use crate::domain::{Code, Finding, Findings};

/// Below this mean width, m, an overlap is a sliver where no accuracy is stated.
const SLIVER_M: f64 = 1.0;
/// Below this mean width, m, a gap is noise of the grid and of projection.
const NOISE_WIDTH_M: f64 = 1e-3;
/// So many gaps, and so many overlaps, get a finding of their own.
const LISTED: usize = 100;

/// What the territories look like together.
#[derive(Debug, Clone, Default)]
pub struct Ground {
    /// One feature a territory: its land after overlaps went to the lower code; may have no part.
    pub partition: Arc<Shapes>,
    /// The union of all, one feature a polygon.
    pub union: Shapes,
}

/// Examines territories, which must come in the order of their codes.
///
/// `accuracy_of` gives the positional accuracy of a row in metres, if known.
pub fn examine(
    layer: &str,
    shapes: &Arc<Shapes>,
    codes: &[String],
    accuracy_of: &dyn Fn(usize) -> Option<f64>,
    findings: &mut Findings,
) -> Ground {
    let key = || Key::new("territories").features(shapes);
    let (union, (overlaps, parted)) = recalled(key, || together(shapes));
    report_overlaps(layer, codes, &overlaps, accuracy_of, findings);
    report_gaps(layer, shapes, &union, findings);
    let partition =
        if overlaps.is_empty() { Arc::clone(shapes) } else { Arc::new(parted) };
    Ground { partition, union }
}

/// Their union, their overlaps, and if there are any what each keeps.
fn together(shapes: &Shapes) -> (Shapes, (Vec<Overlap>, Shapes)) {
    let union = to_shapes(&union(rings_of_shapes(shapes), Rule::NonZero));
    let area = |shapes: &Shapes| shapes.iter().map(ShapeRef::double_area).sum::<i128>();
    // Areas are exact: if they add up to the union, nothing overlaps.
    if area(shapes) == area(&union) {
        return (union, (Vec::new(), Shapes::default()));
    }
    let overlaps = find(shapes);
    let parted = partition(shapes, &overlaps);
    (union, (overlaps, parted))
}

/// Reports overlaps that are more than noise: the first hundred of each gravity one by one, the
/// rest in a sum.
fn report_overlaps(
    layer: &str,
    codes: &[String],
    overlaps: &[Overlap],
    accuracy_of: &dyn Fn(usize) -> Option<f64>,
    findings: &mut Findings,
) {
    for code in [Code::TerritoryOverlap, Code::TerritorySliver] {
        let real = overlaps.iter().filter(|overlap| !overlap.is_noise());
        let of_code: Vec<&Overlap> =
            real.filter(|overlap| gravity(overlap, accuracy_of) == code).collect();
        let (listed, rest) = of_code.split_at(of_code.len().min(LISTED));
        findings.extend(listed.iter().map(|one| told(code, layer, codes, &[*one])));
        if !rest.is_empty() {
            findings.push(told(code, layer, codes, rest));
        }
    }
}

/// Whether an overlap is a sliver, which the accuracy of the limits explains, or more.
fn gravity(overlap: &Overlap, accuracy_of: &dyn Fn(usize) -> Option<f64>) -> Code {
    let (keeps, loses) = overlap.rows;
    let accuracy = [accuracy_of(keeps), accuracy_of(loses)];
    let limit = accuracy
        .into_iter()
        .flatten()
        .reduce(f64::max)
        .map_or(SLIVER_M, |accuracy| 2.0 * accuracy);
    if overlap.width_m < limit { Code::TerritorySliver } else { Code::TerritoryOverlap }
}

/// The finding about overlaps of one gravity: a single pair by name, or several in a sum.
fn told(code: Code, layer: &str, codes: &[String], overlaps: &[&Overlap]) -> Finding {
    let area: f64 = overlaps.iter().map(|overlap| overlap.area_m2).sum();
    let width = overlaps.iter().map(|overlap| overlap.width_m).fold(0.0, f64::max);
    let (finding, territories) = match overlaps {
        [Overlap { rows: (keeps, loses), .. }] => {
            let named = format!("{}, {}", codes[*keeps], codes[*loses]);
            (Finding::about(code, layer).feature(&*codes[*loses]), named)
        }
        _ => (Finding::about(code, layer), "@finding_part.not_listed".to_owned()),
    };
    finding
        .with("territories", territories)
        .with("pairs", overlaps.len())
        .with("area", format!("{area:.2}"))
        .with("width", format!("{width:.2}"))
}

/// What each territory keeps.
fn partition(shapes: &Shapes, overlaps: &[Overlap]) -> Shapes {
    let mut partition = Shapes::default();
    for row in 0..shapes.len() {
        let lower = overlaps.iter().filter(|overlap| overlap.rows.1 == row);
        let lower: Vec<usize> = lower.map(|overlap| overlap.rows.0).collect();
        if lower.is_empty() {
            partition.push(shapes.get(row));
            continue;
        }
        let taken = lower.iter().flat_map(|&other| rings_of_shape(shapes.get(other)));
        push_feature(&mut partition, &difference(rings_of_shape(shapes.get(row)), taken));
    }
    partition
}

/// Reports the holes of the union that are no holes of a single territory.
fn report_gaps(layer: &str, shapes: &Shapes, union: &Shapes, findings: &mut Findings) {
    let key = |ring: &[GridPoint]| (bounds(ring), double_area(ring).abs());
    let own: Vec<_> = shapes
        .iter()
        .filter(|shape| shape.dimension() == Dimension::Area)
        .flat_map(|shape| rings_of_shape(shape).map(key).collect::<Vec<_>>())
        .collect();
    let holes = union.iter().flat_map(|polygon| rings_of_shape(polygon).skip(1));
    let gaps: Vec<(f64, [f64; 2])> = holes
        .filter(|hole| !own.contains(&key(hole)))
        .filter_map(|hole| {
            let gap = Polygon { rings: vec![hole.iter().rev().copied().collect()] };
            let is_noise = gap.mean_width_m() < NOISE_WIDTH_M;
            (!is_noise).then(|| (gap.area_m2(), hole[0].meters()))
        })
        .collect();
    for (area, [x, y]) in gaps.iter().take(LISTED) {
        let finding = Finding::about(Code::TerritoryGap, layer)
            .with("gaps", 1)
            .with("where", format!("{x:.2}, {y:.2}"))
            .with("area", format!("{area:.2}"));
        findings.push(finding);
    }
    if let Some(rest) = gaps.get(LISTED..).filter(|rest| !rest.is_empty()) {
        let area: f64 = rest.iter().map(|(area, _)| area).sum();
        let finding = Finding::about(Code::TerritoryGap, layer)
            .with("gaps", rest.len())
            .with("where", "@finding_part.not_listed")
            .with("area", format!("{area:.2}"));
        findings.push(finding);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layers::PartRole;

    const M: i64 = 1_000_000;

    /// Rectangles in millimetres: x, y, width, height.
    fn rectangles(all: &[(i64, i64, i64, i64)]) -> Shapes {
        let mut shapes = Shapes::default();
        for &(x, y, w, h) in all {
            let p = |x: i64, y: i64| GridPoint::new(x * M / 1000, y * M / 1000);
            let ring = [p(x, y), p(x + w, y), p(x + w, y + h), p(x, y + h)];
            shapes.push_part(PartRole::Shell, ring);
            shapes.end_feature(Dimension::Area);
        }
        shapes
    }

    fn run(
        all: &[(i64, i64, i64, i64)],
        accuracy: Option<f64>,
    ) -> (Ground, Vec<(Code, String)>) {
        let shapes = Arc::new(rectangles(all));
        let codes: Vec<String> = (0..shapes.len()).map(|i| format!("T{i}")).collect();
        let mut findings = Findings::default();
        let ground = examine("t", &shapes, &codes, &|_| accuracy, &mut findings);
        let area = |finding: &Finding| {
            let found = finding.values.iter().find(|(name, _)| *name == "area");
            found.unwrap().1.clone()
        };
        let told = findings.as_slice().iter().map(|f| (f.code, area(f))).collect();
        (ground, told)
    }

    fn areas(shapes: &Shapes) -> Vec<f64> {
        shapes.iter().map(ShapeRef::area_m2).collect()
    }

    #[test]
    fn slivers_and_overlaps_are_told_apart() {
        // Two fields of 100 m by 100 m; the second reaches into the first by a strip.
        let strip =
            |mm: i64| [(0, 0, 100_000, 100_000), (100_000 - mm, 0, 100_000, 100_000)];
        let cases = [
            ("no overlap", 0, None, None),
            ("0.9 m without accuracy", 900, None, Some((Code::TerritorySliver, "90.00"))),
            (
                "1.1 m without accuracy",
                1100,
                None,
                Some((Code::TerritoryOverlap, "110.00")),
            ),
            (
                "5 m with 3 m of accuracy",
                5000,
                Some(3.0),
                Some((Code::TerritorySliver, "500.00")),
            ),
            (
                "7 m with 3 m of accuracy",
                7000,
                Some(3.0),
                Some((Code::TerritoryOverlap, "700.00")),
            ),
        ];
        for (case, mm, accuracy, expected) in cases {
            let (ground, told) = run(&strip(mm), accuracy);
            let expected: Vec<_> =
                expected.iter().map(|(code, area)| (*code, (*area).to_owned())).collect();
            assert_eq!(told, expected, "{case}");
            let lost = mm as f64 / 1000.0 * 100.0;
            let land = areas(&ground.partition);
            assert!((land[0] - 10_000.0).abs() < 1e-9, "{case}");
            assert!((land[1] - (10_000.0 - lost)).abs() < 1e-9, "{case}");
            let whole: f64 = areas(&ground.union).iter().sum();
            assert!((whole - (20_000.0 - lost)).abs() < 1e-9, "{case}");
        }
    }

    #[test]
    fn a_territory_under_another_has_no_land_left() {
        let (ground, told) = run(&[(0, 0, 9000, 9000), (1000, 1000, 2000, 2000)], None);
        assert_eq!(told[0].0, Code::TerritoryOverlap);
        assert_eq!(ground.partition.len(), 2);
        assert_eq!(ground.partition.get(1).parts().len(), 0);
    }

    #[test]
    fn beyond_a_hundred_overlaps_only_their_sum_is_told() {
        // Sixteen times the same field of 10,000 m²: 120 pairs.
        let (_, told) = run(&[(0, 0, 100_000, 100_000); 16], None);
        assert_eq!(told.len(), 101);
        assert_eq!(told[99], (Code::TerritoryOverlap, "10000.00".to_owned()));
        assert_eq!(told[100], (Code::TerritoryOverlap, "200000.00".to_owned()));
    }

    #[test]
    fn gaps_are_holes_that_nobody_drew() {
        // Four rectangles around a hole of 2 m by 1 m.
        let around = [
            (0, 0, 10_000, 4000),
            (0, 5000, 10_000, 4000),
            (0, 4000, 4000, 1000),
            (6000, 4000, 4000, 1000),
        ];
        let (_, told) = run(&around, None);
        assert_eq!(told, [(Code::TerritoryGap, "2.00".to_owned())]);
        // 2 mm by 2 mm is 1 mm wide on average, and told; 2 mm by 1 mm is noise.
        for (width, expected) in [(2, 1), (1, 0)] {
            let around = [
                (0, 0, 10_000, 4000),
                (0, 4002, 10_000, 4000),
                (0, 4000, 4000, 2),
                (4000 + width, 4000, 6000 - width, 2),
            ];
            assert_eq!(run(&around, None).1.len(), expected, "{width} mm");
        }
        // A hole that one territory has itself is no gap.
        let mut shapes = rectangles(&[(0, 0, 9000, 9000)]);
        let mut hole = Shapes::default();
        let p = |x: i64, y: i64| GridPoint::new(x * M, y * M);
        hole.push_part(PartRole::Shell, [p(20, 0), p(29, 0), p(29, 9), p(20, 9)]);
        hole.push_part(PartRole::Hole, [p(22, 2), p(22, 4), p(24, 4), p(24, 2)]);
        hole.end_feature(Dimension::Area);
        shapes.append(&hole);
        let mut findings = Findings::default();
        let codes = ["a".to_owned(), "b".to_owned()];
        examine("t", &Arc::new(shapes), &codes, &|_| None, &mut findings);
        assert_eq!(findings.as_slice(), []);
    }
}
