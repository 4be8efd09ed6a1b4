//! Classes of a choropleth: where they end, by a method that has a name.
//!
//! In: values, in any order, and how many classes are wanted. Out: the upper ends of the
//! classes, growing; the last is the largest value. A class holds what is above the end of
//! the one before it and not above its own. There are fewer classes where there are fewer
//! different values. Values are classed as measured; ends are rounded for people only.

use crate::config::Breaks;

/// Most different values that natural breaks are sought among one by one; more are put into
/// as many groups of equal size first.
const MOST_VALUES: usize = 1000;

/// The upper ends of the classes of values.
///
/// - `Quantile`: as many values in each class, by linear interpolation between order
///   statistics (Hyndman and Fan 1996, type 7).
/// - `Jenks`: the least sum of squared differences from the means of the classes, found
///   exactly (Fisher 1958).
/// - `Pretty`: round ends 1, 2 or 5 times a power of ten apart, about as many as wanted (R's
///   `pretty`).
///
/// `Standard` has no ends of its own: whoever asks for it knows the standard.
#[must_use]
pub fn ends(method: Breaks, values: &[f64], classes: usize) -> Vec<f64> {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    let (Some(&low), Some(&high)) = (sorted.first(), sorted.last()) else {
        return Vec::new();
    };
    let classes = classes.max(1);
    let mut ends = match method {
        Breaks::Standard => Vec::new(),
        Breaks::Quantile => {
            (1..=classes).map(|i| quantile(&sorted, i as f64 / classes as f64)).collect()
        }
        Breaks::Jenks => natural(&sorted, classes),
        Breaks::Pretty => pretty(low, high, classes),
    };
    ends.dedup_by(|a, b| a.total_cmp(b).is_eq());
    // Ends below every value would end empty classes.
    ends.retain(|end| *end >= low);
    if let Some(last) = ends.iter().position(|end| *end >= high) {
        ends.truncate(last + 1);
    }
    ends
}

/// The class of a value: the first whose end is not below it.
#[must_use]
pub fn class_of(ends: &[f64], value: f64) -> Option<usize> {
    ends.iter().position(|end| value <= *end)
}

/// The value below which a share of sorted values lies.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let at = share * (sorted.len() - 1) as f64;
    let below = at.floor() as usize;
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (sorted[above] - sorted[below]) * (at - below as f64)
}

/// A value and how many times it is there; the largest of a group stands for where it ends.
struct Group {
    end: f64,
    count: f64,
    sum: f64,
    squares: f64,
}

/// Groups of equal values, or of about as many values each if there are too many.
fn groups(sorted: &[f64]) -> Vec<Group> {
    // Squares of differences keep their digits.
    let middle = sorted[sorted.len() / 2];
    let mut distinct: Vec<Group> = Vec::new();
    for &value in sorted {
        let from_middle = value - middle;
        let square = from_middle * from_middle;
        match distinct.last_mut() {
            Some(last) if last.end.total_cmp(&value).is_eq() => {
                last.count += 1.0;
                last.sum += from_middle;
                last.squares += square;
            }
            _ => distinct.push(Group {
                end: value,
                count: 1.0,
                sum: from_middle,
                squares: square,
            }),
        }
    }
    if distinct.len() <= MOST_VALUES {
        return distinct;
    }
    let size = distinct.len().div_ceil(MOST_VALUES);
    let merged = |part: &[Group]| Group {
        end: part[part.len() - 1].end,
        count: part.iter().map(|g| g.count).sum(),
        sum: part.iter().map(|g| g.sum).sum(),
        squares: part.iter().map(|g| g.squares).sum(),
    };
    distinct.chunks(size).map(merged).collect()
}

/// Natural breaks, by dynamic programming over all ways to cut the sorted groups.
fn natural(sorted: &[f64], classes: usize) -> Vec<f64> {
    let groups = groups(sorted);
    let n = groups.len();
    let classes = classes.min(n);
    let mut sums = vec![[0.0; 3]];
    for group in &groups {
        let [count, sum, squares] = sums[sums.len() - 1];
        sums.push([count + group.count, sum + group.sum, squares + group.squares]);
    }
    // Squared differences from the mean of the groups from one on to before another.
    let spread = |from: usize, to: usize| {
        let [count, sum, squares] = [0, 1, 2].map(|i| sums[to][i] - sums[from][i]);
        (squares - sum * sum / count).max(0.0)
    };
    let mut best: Vec<f64> = (0..=n).map(|to| spread(0, to.max(1))).collect();
    let mut cuts: Vec<Vec<usize>> = Vec::new();
    for class in 1..classes {
        let mut next = vec![f64::INFINITY; n + 1];
        let mut cut = vec![class; n + 1];
        for to in class + 1..=n {
            for (from, before) in best.iter().enumerate().take(to).skip(class) {
                let total = before + spread(from, to);
                if total < next[to] {
                    (next[to], cut[to]) = (total, from);
                }
            }
        }
        best = next;
        cuts.push(cut);
    }
    let mut ends = vec![groups[n - 1].end];
    let mut to = n;
    for cut in cuts.iter().rev() {
        to = cut[to];
        ends.push(groups[to - 1].end);
    }
    ends.reverse();
    ends
}

/// Round ends that cover a range, about as many as wanted (R 4's `pretty` with its defaults).
fn pretty(low: f64, high: f64, wanted: usize) -> Vec<f64> {
    const BIAS: f64 = 1.5;
    const BIAS_TO_FIVE: f64 = 0.5 + 1.5 * BIAS;
    const FUZZ: f64 = 1e-10;
    let range = high - low;
    if range <= low.abs().max(high.abs()) * 1e-12 {
        return vec![high];
    }
    let cell = range / wanted as f64;
    let base = 10f64.powi(cell.log10().floor() as i32);
    let mut unit = base;
    if 2.0 * base - cell < BIAS * (cell - unit) {
        unit = 2.0 * base;
        if 5.0 * base - cell < BIAS_TO_FIVE * (cell - unit) {
            unit = 5.0 * base;
            if 10.0 * base - cell < BIAS * (cell - unit) {
                unit = 10.0 * base;
            }
        }
    }
    let first = (low / unit + FUZZ).floor() as i64;
    let last = (high / unit - FUZZ).ceil() as i64;
    // A step below 1 is a fraction: dividing keeps 0.3 from becoming 0.30000000000000004.
    let per_unit = (1.0 / unit).round();
    let at = |i: i64| if unit < 1.0 { i as f64 / per_unit } else { i as f64 * unit };
    (first + 1..=last).map(at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use Breaks::{Jenks, Pretty, Quantile};

    /// Employment density of the 58 counties of California, the example of mapclassify.
    const COUNTIES: [f64; 58] = [
        0.13, 0.14, 0.2, 0.22, 0.33, 0.42, 0.61, 0.74, 0.92, 0.99, 1.32, 1.34, 1.65,
        1.81, 2.51, 2.74, 2.78, 3.16, 3.27, 3.38, 3.99, 4.51, 5.39, 5.9, 6.56, 6.97, 7.6,
        8.68, 8.7, 10.03, 10.33, 11.15, 12.02, 12.63, 13.09, 14.03, 16.7, 20.47, 24.32,
        28.7, 29.82, 36.67, 36.68, 40.48, 49.47, 50.65, 57.26, 66.26, 75.29, 110.74,
        181.27, 192.05, 264.93, 317.11, 329.92, 370.5, 722.85, 4111.45,
    ];
    const TEN: [f64; 10] = [4.18, 9.2, 5.5, 6.22, 7.9, 20.3, 3.3, 16.27, 12.0, 8.8];

    fn assert_ends(method: Breaks, values: &[f64], classes: usize, expected: &[f64]) {
        let found = ends(method, values, classes);
        assert_eq!(found.len(), expected.len(), "{method:?} {classes}: {found:?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-9, "{method:?}: {found} {expected}");
        }
    }

    /// `Quantiles`, `FisherJenks` and `PrettyBreaks` of mapclassify 2.10.0 on the same values.
    #[test]
    fn ends_are_those_of_mapclassify() {
        assert_ends(Quantile, &COUNTIES, 3, &[3.38, 24.32, 4111.45]);
        assert_ends(Quantile, &COUNTIES, 5, &[1.464, 5.798, 13.278, 54.616, 4111.45]);
        assert_ends(Jenks, &COUNTIES, 3, &[192.05, 722.85, 4111.45]);
        assert_ends(Jenks, &COUNTIES, 5, &[75.29, 192.05, 370.5, 722.85, 4111.45]);
        assert_ends(Pretty, &COUNTIES, 5, &[1000.0, 2000.0, 3000.0, 4000.0, 5000.0]);
        assert_ends(Quantile, &TEN, 2, &[8.35, 20.3]);
        assert_ends(Quantile, &TEN, 4, &[5.68, 8.35, 11.3, 20.3]);
        assert_ends(Jenks, &TEN, 2, &[9.2, 20.3]);
        assert_ends(Jenks, &TEN, 3, &[6.22, 12.0, 20.3]);
        assert_ends(Jenks, &TEN, 5, &[6.22, 9.2, 12.0, 16.27, 20.3]);
    }

    /// Worked by hand after the manual of R: 97 in five parts is 19.4, and 20 is round.
    #[test]
    fn pretty_ends_are_round_and_cover_the_range() {
        assert_ends(Pretty, &[0.0, 97.0], 5, &[20.0, 40.0, 60.0, 80.0, 100.0]);
        assert_ends(Pretty, &[0.12, 0.58], 5, &[0.2, 0.3, 0.4, 0.5, 0.6]);
        assert_ends(Pretty, &[-3.0, 4.0], 3, &[-2.0, 0.0, 2.0, 4.0]);
        assert!(ends(Pretty, &[0.0, 1.0], 5).contains(&0.6), "no 0.6000000000000001");
    }

    #[test]
    fn few_values_make_few_classes() {
        for method in [Quantile, Jenks, Pretty] {
            assert_eq!(ends(method, &[], 5), [0.0; 0]);
            assert_eq!(ends(method, &[f64::NAN], 5), [0.0; 0]);
            assert_eq!(ends(method, &[7.5, 7.5], 5), [7.5]);
        }
        assert_eq!(ends(Jenks, &[1.0, 2.0], 5), [1.0, 2.0]);
        assert_eq!(ends(Breaks::Standard, &TEN, 5), [0.0; 0]);
    }

    #[test]
    fn every_value_has_a_class_and_its_end_belongs_to_it() {
        for method in [Quantile, Jenks, Pretty] {
            let ends = ends(method, &COUNTIES, 5);
            assert!(COUNTIES.iter().all(|v| class_of(&ends, *v).is_some()), "{method:?}");
            assert_eq!(class_of(&ends, ends[1]), Some(1));
        }
    }

    /// Too many values to try them all: two heaps are still told apart where they part.
    #[test]
    fn many_values_are_grouped_first() {
        let values: Vec<f64> = (0..100_000u32)
            .map(|i| f64::from(i) * 1e-3 + if i < 30_000 { 0.0 } else { 5000.0 })
            .collect();
        let ends = ends(Jenks, &values, 2);
        assert!((ends[0] - 29.999).abs() < 0.11, "{ends:?}");
    }
}
