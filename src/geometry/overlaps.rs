//! Overlaps among the features of one layer.
//!
//! In: prepared features. Out: pairs whose areas overlap, in order, and the layer with its overlaps
//! dissolved. Most pairs of boxes that meet belong to neighbours which do not overlap;
//! the overlay engine sees only what no cheaper exact test can settle.

use rayon::prelude::*;

use super::edges::GridBox;
use super::index::meeting_pairs;
use super::memo::{Kept, Key, recalled};
use super::overlay::{
    Rule, area_m2, intersection, push_feature, rings_of_shape, total_double_area, union,
};
use super::relate::{Interiors, Outlines, bounds};
use super::shapes::{Dimension, Shapes, take};
use super::strips::Strips;
use crate::domain::{Code, Finding, Findings};
use crate::layers::Texts;

/// Below this area, m², an overlap is noise of the grid.
const NOISE_AREA_M2: f64 = 1e-6;
/// Below this mean width, m, an overlap is noise of the grid and of projection.
const NOISE_WIDTH_M: f64 = 1e-3;
/// Among fewer points overlaps are found as quickly as they are recalled.
const WORTH_KEEPING: usize = 4096;
/// So many overlaps get a finding of their own.
const LISTED: usize = 100;

/// Two features whose areas overlap.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Overlap {
    /// Their rows, the lower first.
    pub rows: (usize, usize),
    /// Common area, m².
    pub area_m2: f64,
    /// Mean width of the widest piece of the common area, m.
    pub width_m: f64,
}

impl Overlap {
    /// Whether it is so small that snapping and projection explain it.
    #[must_use]
    pub fn is_noise(&self) -> bool {
        self.area_m2 <= NOISE_AREA_M2 || self.width_m < NOISE_WIDTH_M
    }
}

/// Features of a layer that are looked through at a time, on all threads together: what is built
/// to find neighbours need not hold all of a large layer.
const AT_ONCE: usize = 1 << 17;

impl Kept for Overlap {
    fn write(&self, to: &mut Vec<u8>) {
        for row in [self.rows.0, self.rows.1] {
            to.extend_from_slice(&(row as u64).to_le_bytes());
        }
        for amount in [self.area_m2, self.width_m] {
            to.extend_from_slice(&amount.to_bits().to_le_bytes());
        }
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        let [a, b, area, width] =
            [take(from)?, take(from)?, take(from)?, take(from)?].map(u64::from_le_bytes);
        let [area_m2, width_m] = [area, width].map(f64::from_bits);
        Some(Self { rows: (a as usize, b as usize), area_m2, width_m })
    }
}

/// All pairs of areas that overlap, noise included, in order of their rows.
#[must_use]
pub fn find(shapes: &Shapes) -> Vec<Overlap> {
    if shapes.vertex_count() < WORTH_KEEPING {
        return look_for(shapes);
    }
    let key = || Key::new("overlaps").features(shapes);
    recalled(key, || look_for(shapes))
}

fn look_for(shapes: &Shapes) -> Vec<Overlap> {
    // All threads together have so many at a time.
    let at_once = AT_ONCE.div_ceil(rayon::current_num_threads());
    if shapes.len() <= at_once {
        return overlapping_of(shapes, meeting_pairs(&boxes(shapes, 0..shapes.len())));
    }
    find_by_strips(shapes, at_once, !shapes.is_in_memory())
}

/// The same strip by strip, each on a thread; the features of a strip are gathered where not all of
/// the layer lie in memory.
fn find_by_strips(shapes: &Shapes, at_once: usize, gathers: bool) -> Vec<Overlap> {
    let strips = Strips::over(shapes, at_once);
    // Made before any strip: no thread may wait here for what another has begun.
    let all = (!gathers).then(|| Outlines::new(shapes));
    let of_strip = |strip: usize| match &all {
        Some(outlines) => {
            let pairs = pairs_of(shapes, strips.rows(strip), &strips, strip);
            overlapping(outlines, pairs)
        }
        None => among_gathered(shapes, &strips, strip),
    };
    let each = (0..strips.count()).into_par_iter().with_max_len(1);
    let mut found: Vec<Overlap> = each.flat_map_iter(of_strip).collect();
    found.sort_unstable_by_key(|overlap| overlap.rows);
    found
}

/// The overlaps of a strip whose features are gathered.
fn among_gathered(shapes: &Shapes, strips: &Strips, strip: usize) -> Vec<Overlap> {
    let rows = strips.rows(strip);
    let gathered = shapes.gather(&rows);
    let pairs = pairs_of(&gathered, 0..rows.len(), strips, strip);
    let mut found = overlapping_of(&gathered, pairs);
    for overlap in &mut found {
        let (a, b) = overlap.rows;
        overlap.rows = (rows[a], rows[b]);
    }
    found
}

/// The pairs of some rows that belong to a strip.
fn pairs_of(
    shapes: &Shapes,
    rows: impl IntoIterator<Item = usize>,
    strips: &Strips,
    strip: usize,
) -> Vec<(u32, u32)> {
    let boxes = boxes(shapes, rows);
    let numbered: Vec<_> = boxes.iter().map(|(_, own)| *own).enumerate().collect();
    let pairs = meeting_pairs(&numbered).into_iter();
    let pairs = pairs.map(|(a, b)| (&boxes[a as usize], &boxes[b as usize]));
    let own = pairs.filter(|(a, b)| strips.belongs(&a.1, &b.1, strip));
    own.map(|(a, b)| (a.0 as u32, b.0 as u32)).collect()
}

/// The boxes of those of some rows that are areas.
fn boxes(
    shapes: &Shapes,
    rows: impl IntoIterator<Item = usize>,
) -> Vec<(usize, GridBox)> {
    let rows = rows.into_iter();
    let areas = rows.filter(|&row| shapes.dimension(row) == Dimension::Area);
    areas.filter_map(|row| Some((row, bounds(shapes.get(row))?))).collect()
}

/// The overlaps among pairs whose boxes meet; where there are none no outline is looked at.
fn overlapping_of(shapes: &Shapes, pairs: Vec<(u32, u32)>) -> Vec<Overlap> {
    if pairs.is_empty() { Vec::new() } else { overlapping(&Outlines::new(shapes), pairs) }
}

/// The same with the outlines at hand.
fn overlapping(outlines: &Outlines<'_>, pairs: Vec<(u32, u32)>) -> Vec<Overlap> {
    let shapes = outlines.shapes();
    pairs
        .into_par_iter()
        .filter_map(|(a, b)| {
            let (a, b) = (a as usize, b as usize);
            if outlines.interiors(a, b) == Interiors::Apart {
                return None;
            }
            let common = intersection(
                rings_of_shape(shapes.get(a)),
                rings_of_shape(shapes.get(b)),
            );
            let area_m2 = area_m2(total_double_area(&common));
            let widths = common.iter().map(super::overlay::Polygon::mean_width_m);
            let width_m = widths.fold(0.0, f64::max);
            (area_m2 > 0.0).then_some(Overlap { rows: (a, b), area_m2, width_m })
        })
        .collect()
}

/// Reports overlaps that are more than noise: the first hundred one by one, the rest in a sum.
pub fn report(
    code: Code,
    layer: &str,
    ids: &Texts,
    overlaps: &[Overlap],
    findings: &mut Findings,
) {
    // In the order of ids, so that the order of features in the file changes nothing.
    let named = |overlap: &Overlap| {
        let (a, b) = (ids.of(overlap.rows.0), ids.of(overlap.rows.1));
        if b < a { (b, a) } else { (a, b) }
    };
    let real = overlaps.iter().filter(|overlap| !overlap.is_noise());
    let mut real: Vec<_> =
        real.map(|overlap| (named(overlap), overlap.area_m2)).collect();
    real.sort_by(|(x, of_x), (y, of_y)| x.cmp(y).then(of_x.total_cmp(of_y)));
    for ((a, b), area_m2) in real.iter().take(LISTED) {
        let finding = Finding::about(code, layer)
            .feature(&**a)
            .with("features", format!("{a}, {b}"))
            .with("pairs", 1)
            .with("area", format!("{area_m2:.2}"));
        findings.push(finding);
    }
    if let Some(rest) = real.get(LISTED..).filter(|rest| !rest.is_empty()) {
        let area: f64 = rest.iter().map(|(_, area_m2)| area_m2).sum();
        let finding = Finding::about(code, layer)
            .with("features", "@finding_part.not_listed")
            .with("pairs", rest.len())
            .with("area", format!("{area:.2}"));
        findings.push(finding);
    }
}

/// The areas of a layer with those that overlap made one; each other feature stays as it is.
///
/// A group of overlapping features stands where its first one stood. Points and lines are
/// left out.
#[must_use]
pub fn dissolve(shapes: &Shapes, overlaps: &[Overlap]) -> Shapes {
    let mut first: Vec<usize> = (0..shapes.len()).collect();
    let find = |first: &mut Vec<usize>, mut row: usize| {
        while first[row] != row {
            first[row] = first[first[row]];
            row = first[row];
        }
        row
    };
    for overlap in overlaps {
        let (a, b) = overlap.rows;
        let (a, b) = (find(&mut first, a), find(&mut first, b));
        first[a.max(b)] = a.min(b);
    }
    let mut groups: Vec<Vec<usize>> = vec![Vec::new(); shapes.len()];
    for row in 0..shapes.len() {
        if shapes.get(row).dimension() == Dimension::Area {
            groups[find(&mut first, row)].push(row);
        }
    }
    let mut dissolved = Shapes::in_memory();
    for group in groups {
        match group.as_slice() {
            [] => {}
            [row] => dissolved.push(shapes.get(*row)),
            rows => {
                let rings = rows.iter().flat_map(|&row| rings_of_shape(shapes.get(row)));
                push_feature(&mut dissolved, &union(rings, Rule::NonZero));
            }
        }
    }
    dissolved
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Severity;
    use crate::geometry::{GridPoint, ShapeRef};
    use crate::layers::PartRole;

    const M: i64 = 1_000_000;

    /// Squares by lower left corner and size, µm.
    fn squares(all: &[(i64, i64, i64)]) -> Shapes {
        let mut shapes = Shapes::default();
        for &(x, y, size) in all {
            let p = GridPoint::new;
            let ring = [p(x, y), p(x + size, y), p(x + size, y + size), p(x, y + size)];
            shapes.push_part(PartRole::Shell, ring);
            shapes.end_feature(Dimension::Area);
        }
        shapes
    }

    #[test]
    fn overlaps_have_areas_and_neighbours_none() {
        let shapes = squares(&[
            (0, 0, 10 * M),
            (10 * M, 0, 10 * M),
            (5 * M, 5 * M, 10 * M),
            (100 * M, 0, 10 * M),
            (100 * M + 10 * M - 1, 0, 10 * M),
        ]);
        let found = find(&shapes);
        let rows: Vec<_> = found.iter().map(|overlap| overlap.rows).collect();
        assert_eq!(rows, [(0, 2), (1, 2), (3, 4)]);
        assert!((found[0].area_m2 - 25.0).abs() < 1e-12);
        assert!((found[0].width_m - 2.5).abs() < 1e-12);
        let noise: Vec<_> = found.iter().map(Overlap::is_noise).collect();
        assert_eq!(noise, [false, false, true]);
    }

    #[test]
    fn strip_by_strip_the_same_overlaps_are_found() {
        // A staircase of squares that overlap the next two, and one under all of them.
        let mut all: Vec<_> =
            (0..40).map(|i| (i * 7 % 40 * 4 * M, i * M, 10 * M)).collect();
        all.push((-M, -M, 170 * M));
        let mut shapes = squares(&all);
        shapes.push_part(PartRole::Line, [GridPoint::new(0, 0), GridPoint::new(M, M)]);
        shapes.end_feature(Dimension::Line);
        let whole = find(&shapes);
        assert!(whole.len() > 60, "{}", whole.len());
        for at_once in [1, 2, 7, 41] {
            for gathers in [false, true] {
                let found = find_by_strips(&shapes, at_once, gathers);
                assert_eq!(found, whole, "{at_once} {gathers}");
            }
        }
    }

    #[test]
    fn overlaps_are_kept_to_the_last_bit() {
        let all = vec![
            Overlap { rows: (0, 70_000), area_m2: 0.1 + 0.2, width_m: f64::MIN_POSITIVE },
            Overlap { rows: (3, 4), area_m2: 1e300, width_m: 0.0 },
        ];
        let mut bytes = Vec::new();
        all.write(&mut bytes);
        assert_eq!(Vec::<Overlap>::read(&mut &bytes[..]), Some(all));
        assert_eq!(Vec::<Overlap>::read(&mut &bytes[..bytes.len() - 1]), None);
    }

    #[test]
    fn dissolving_counts_common_ground_once() {
        let shapes = squares(&[
            (0, 0, 10 * M),
            (100 * M, 0, 10 * M),
            (5 * M, 5 * M, 10 * M),
            (12 * M, 12 * M, 10 * M),
        ]);
        let dissolved = dissolve(&shapes, &find(&shapes));
        let areas: Vec<f64> = dissolved.iter().map(ShapeRef::area_m2).collect();
        assert_eq!(areas.len(), 2);
        // 3 · 100 − 25 − 9, then the one apart.
        assert!((areas[0] - 266.0).abs() < 1e-9 && (areas[1] - 100.0).abs() < 1e-9);
    }

    #[test]
    fn pairs_are_named_in_the_order_of_their_ids() {
        let ids = ["c", "a", "b"].iter().collect();
        let overlap = |rows| Overlap { rows, area_m2: 2.0, width_m: 1.0 };
        let pairs = [overlap((0, 1)), overlap((0, 2)), overlap((1, 2))];
        let mut findings = Findings::default();
        report(Code::ExposureOverlap, "blocks", &ids, &pairs, &mut findings);
        let told = findings.as_slice().iter().map(|f| (&*f.feature, &*f.values[0].1));
        assert_eq!(
            told.collect::<Vec<_>>(),
            [("a", "a, b"), ("a", "a, c"), ("b", "b, c")]
        );
    }

    #[test]
    fn beyond_a_hundred_pairs_only_their_sum_is_told() {
        let overlap = Overlap { rows: (0, 1), area_m2: 2.0, width_m: 1.0 };
        let ids = ["a", "b"].iter().collect();
        let mut findings = Findings::default();
        report(Code::ExposureOverlap, "blocks", &ids, &[overlap; 130], &mut findings);
        assert_eq!(findings.count(Severity::Warning), 101);
        let last = findings.as_slice().last().unwrap();
        assert!(last.values.contains(&("pairs", "30".to_owned())));
        assert!(last.values.contains(&("area", "60.00".to_owned())));
    }
}
