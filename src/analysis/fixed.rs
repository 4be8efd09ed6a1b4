//! Sums that do not depend on the order of their terms.

use crate::geometry::grid::nearest;

/// Steps in a unit: a millionth of a millionth (an area in m² is kept to 1 µm²).
const STEPS: f64 = 1e12;

/// An amount as a whole number of 1e-12 units.
///
/// Adding is exact and commutative, so neither the number of threads nor the
/// order of features can change a sum. Up to 1e26 units fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Fixed(i128);

impl Fixed {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// The nearest fixed amount to `value`, which must be finite.
    #[must_use]
    pub fn of(value: f64) -> Self {
        /// Below this a float has room for the half.
        const SMALL: f64 = (1u64 << 52) as f64;
        let steps = value * STEPS;
        if steps.abs() < SMALL {
            return Self(i128::from(nearest(steps)));
        }
        // Whole numbers all.
        Self(steps as i128)
    }

    /// A whole number.
    #[must_use]
    pub fn whole(count: u64) -> Self {
        Self(i128::from(count) * STEPS as i128)
    }

    /// Half of twice an area in µm², exactly but for half a µm².
    #[must_use]
    pub fn of_double_area(double_area: i128) -> Self {
        Self(double_area / 2)
    }

    /// Back to a float.
    #[must_use]
    pub fn get(self) -> f64 {
        self.0 as f64 / STEPS
    }

    /// The whole number of 1e-12 units. That of one amount, made by [`Fixed::of`], is a
    /// float without loss; that of a sum may not be.
    #[must_use]
    pub fn steps(self) -> i128 {
        self.0
    }

    /// So many times as much.
    #[must_use]
    pub fn times(self, count: i128) -> Self {
        Self(self.0 * count)
    }

    /// Its size without its sign, as a rank.
    #[must_use]
    pub fn size(self) -> u128 {
        self.0.unsigned_abs()
    }

    /// Whether it is nothing.
    #[must_use]
    pub fn is_zero(self) -> bool {
        self.0 == 0
    }
}

impl std::ops::Add for Fixed {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl std::ops::Sub for Fixed {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl std::ops::AddAssign for Fixed {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}

impl std::iter::Sum for Fixed {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::ZERO, |sum, term| sum + term)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_rounded_to_the_nearest_step_and_halves_away_from_nothing() {
        let half = 0.5 / STEPS;
        let cases: [(f64, i128); 12] = [
            (0.0, 0),
            (half, 1),
            (-half, -1),
            (half.next_down(), 0),
            ((-half).next_up(), 0),
            (2.5 / STEPS, 3),
            (-2.5 / STEPS, -3),
            (1234.567, 1_234_567_000_000_000),
            (4_503.599_627_370_496, 4_503_599_627_370_496),
            (-4_503.599_627_370_496, -4_503_599_627_370_496),
            (9e15, 9_000_000_000_000_000_000_000_000_000),
            (-1e20, -100_000_000_000_000_000_000_000_000_000_000),
        ];
        for (value, steps) in cases {
            assert_eq!(
                Fixed::of(value).steps(),
                (value * STEPS).round() as i128,
                "{value}"
            );
            let off = (Fixed::of(value).steps() - steps).unsigned_abs() as f64;
            assert!(off <= (value * STEPS).abs() * f64::EPSILON, "{value}");
        }
    }

    #[test]
    fn order_does_not_matter() {
        let terms = [0.1, 1e9, -0.3, 7.25, 1e-9];
        let forward: Fixed = terms.iter().map(|&t| Fixed::of(t)).sum();
        let backward: Fixed = terms.iter().rev().map(|&t| Fixed::of(t)).sum();
        assert_eq!(forward, backward);
        assert!((forward.get() - 1_000_000_007.05).abs() < 1e-6);
    }

    #[test]
    fn whole_numbers_and_areas_are_exact() {
        assert_eq!(Fixed::whole(3).get().to_bits(), 3.0f64.to_bits());
        // A square of 2 m: twice its area is 8 m² = 8e12 µm².
        assert_eq!(Fixed::of_double_area(8_000_000_000_000), Fixed::of(4.0));
    }
}
