//! Weights from pairwise comparisons: Saaty's analytic hierarchy process, as CENEPRED does it.
//!
//! In: a matrix of comparisons. Out: one weight an item and how consistent the comparisons
//! are. Knows no project.
//!
//! # Method
//!
//! Saaty (1980), *The Analytic Hierarchy Process*; CENEPRED (2014), *Manual para la evaluación
//! de riesgos originados por fenómenos naturales*, 2.ª versión: each column is divided by its
//! sum and each row averaged, which is not the principal eigenvector but near it. Random
//! indices: Aguarón & Moreno-Jiménez (2003), *European Journal of Operational Research* 147.

/// Random indices for 3 to 10 items.
const RANDOM_INDEX: [f64; 8] = [0.525, 0.882, 1.115, 1.252, 1.341, 1.404, 1.452, 1.484];
/// Most items that a random index is known for.
pub(super) const MOST_ITEMS: usize = 10;
/// How far a pair of comparisons may be from reciprocal: `0.33` may stand for a third.
const RECIPROCITY: f64 = 0.02;

/// The weights of a matrix.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Weighed {
    /// One weight an item; they add up to 1.
    pub(super) weights: Vec<f64>,
    /// For each item, what each of its comparisons adds to its weight.
    pub(super) shares: Vec<Vec<f64>>,
    /// The consistency ratio; 0 for two items, which cannot contradict one another.
    pub(super) ratio: f64,
}

/// The ratio that comparisons of so many items must stay below.
pub(super) fn threshold(items: usize) -> f64 {
    match items {
        ..=3 => 0.04,
        4 => 0.08,
        _ => 0.10,
    }
}

/// Fills a square matrix from all of its cells or from its upper triangle with the diagonal;
/// `None` if the rows have neither shape.
pub(super) fn square(rows: &[Vec<f64>]) -> Option<Vec<Vec<f64>>> {
    let n = rows.len();
    if rows.iter().all(|row| row.len() == n) {
        return Some(rows.to_vec());
    }
    let is_upper = rows.iter().enumerate().all(|(i, row)| row.len() == n - i);
    is_upper.then(|| {
        let cell = |i: usize, j: usize| {
            if j >= i { rows[i][j - i] } else { 1.0 / rows[j][i - j] }
        };
        (0..n).map(|i| (0..n).map(|j| cell(i, j)).collect()).collect()
    })
}

/// The first pair of cells, `i` before `j`, of which one is not the other's reciprocal.
pub(super) fn first_contradiction(square: &[Vec<f64>]) -> Option<(usize, usize)> {
    let n = square.len();
    let pairs = (0..n).flat_map(|i| (i..n).map(move |j| (i, j)));
    let is_wrong = |&(i, j): &(usize, usize)| {
        (square[i][j] * square[j][i] - 1.0).abs() > RECIPROCITY
    };
    pairs.into_iter().find(is_wrong)
}

/// The weights of a square, positive, reciprocal matrix of 2 to [`MOST_ITEMS`] items.
#[expect(clippy::cast_precision_loss, reason = "ten items at most")]
pub(super) fn weigh(square: &[Vec<f64>]) -> Weighed {
    let n = square.len();
    let sums: Vec<f64> = (0..n).map(|j| square.iter().map(|row| row[j]).sum()).collect();
    let mean = |row: &Vec<f64>| {
        row.iter().zip(&sums).map(|(cell, sum)| cell / sum).sum::<f64>() / n as f64
    };
    let weights: Vec<f64> = square.iter().map(mean).collect();
    let part = |row: &Vec<f64>| -> Vec<f64> {
        row.iter().zip(&sums).map(|(cell, sum)| cell / sum / n as f64).collect()
    };
    let shares = square.iter().map(part).collect();
    let Some(random) = n.checked_sub(3).and_then(|at| RANDOM_INDEX.get(at)) else {
        return Weighed { weights, shares, ratio: 0.0 };
    };
    let row_times = |row: &Vec<f64>| -> f64 {
        row.iter().zip(&weights).map(|(cell, weight)| cell * weight).sum()
    };
    let lambda =
        square.iter().zip(&weights).map(|(row, own)| row_times(row) / own).sum::<f64>()
            / n as f64;
    let index = (lambda - n as f64) / (n as f64 - 1.0);
    // Perfectly consistent comparisons leave the dust of their own sums.
    Weighed { weights, shares, ratio: (index / random).max(0.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// CENEPRED's five descriptors: each row compares one with those after it.
    fn descriptors() -> Vec<Vec<f64>> {
        let row = [1.0, 3.0, 5.0, 7.0, 9.0];
        (0..5).map(|i| row[..5 - i].to_vec()).collect()
    }

    #[test]
    fn the_published_descriptor_weights_come_out() {
        let weighed = weigh(&square(&descriptors()).unwrap());
        let expected = [0.503, 0.260, 0.134, 0.068, 0.035];
        for (weight, printed) in weighed.weights.iter().zip(expected) {
            assert!((weight - printed).abs() < 5e-4, "{weight} {printed}");
        }
        // The eigenvector would give 0.513, 0.261, 0.129, 0.063, 0.033.
        assert!((weighed.ratio - 0.0544).abs() < 5e-5, "{}", weighed.ratio);
        let sum: f64 = weighed.weights.iter().sum();
        assert!((sum - 1.0).abs() < 1e-12);
    }

    #[test]
    fn a_triangle_and_its_full_matrix_are_the_same() {
        let full = square(&descriptors()).unwrap();
        assert_eq!(full[4], [1.0 / 9.0, 1.0 / 7.0, 1.0 / 5.0, 1.0 / 3.0, 1.0]);
        assert_eq!(square(&full), Some(full.clone()));
        assert_eq!(first_contradiction(&full), None);
        assert_eq!(square(&[vec![1.0, 2.0], vec![1.0, 2.0, 3.0]]), None);
    }

    #[test]
    fn weights_of_a_consistent_matrix_are_its_proportions() {
        // 6 : 3 : 2, compared without error; by hand 6/11, 3/11, 2/11.
        let upper = [vec![1.0, 2.0, 3.0], vec![1.0, 1.5], vec![1.0]];
        let weighed = weigh(&square(&upper).unwrap());
        for (weight, part) in weighed.weights.iter().zip([6.0, 3.0, 2.0]) {
            assert!((weight - part / 11.0).abs() < 1e-12);
        }
        assert!(weighed.ratio < 1e-12);
        let two = weigh(&square(&[vec![1.0, 4.0], vec![1.0]]).unwrap());
        assert!((two.weights[0] - 0.8).abs() < 1e-12 && two.ratio == 0.0);
    }

    #[test]
    fn judgements_in_a_circle_are_inconsistent() {
        // a over b, b over c, c over a, each by 3: the column means are even, lambda is
        // 1 + 3 + 1/3 = 4.3333, CI 0.6667, CR 0.6667 / 0.525.
        let third = 1.0 / 3.0;
        let circle =
            [vec![1.0, 3.0, third], vec![third, 1.0, 3.0], vec![3.0, third, 1.0]];
        let weighed = weigh(&circle);
        assert!((weighed.ratio - (2.0 * third) / 0.525).abs() < 1e-12);
        assert!(weighed.ratio > threshold(3));
        for (items, below) in [(3, 0.04), (4, 0.08), (5, 0.10), (10, 0.10)] {
            assert!((threshold(items) - below).abs() < 1e-12);
        }
    }

    #[test]
    fn cells_that_contradict_one_another_are_found() {
        let mut full = square(&descriptors()).unwrap();
        full[3][1] = 0.2;
        assert_eq!(first_contradiction(&full), None, "a fifth, as 5 has it");
        full[3][1] = 0.33;
        assert_eq!(first_contradiction(&full), Some((1, 3)));
        full[3][1] = 0.2;
        full[2][2] = 2.0;
        assert_eq!(first_contradiction(&full), Some((2, 2)));
        assert_eq!(first_contradiction(&[vec![1.0, 3.0], vec![0.33, 1.0]]), None);
    }
}
