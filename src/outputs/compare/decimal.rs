//! Decimal numbers as tables print them, added and subtracted without rounding.

use std::fmt;

/// Most digits after the point that are read; whatever has more is no figure of ours.
const MOST_DECIMALS: usize = 18;

/// A whole number of 10^-`scale`.
#[derive(Debug, Clone, Copy)]
pub struct Decimal {
    units: i128,
    scale: u32,
}

impl Decimal {
    /// Nothing.
    pub const ZERO: Self = Self { units: 0, scale: 0 };

    /// Reads a number as tables print it: digits, a point, no exponent.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !plain(whole) || !plain(fraction) {
            return None;
        }
        if fraction.len() > MOST_DECIMALS || whole.len() > MOST_DECIMALS {
            return None;
        }
        let units: i128 = format!("{whole}{fraction}").parse().ok()?;
        let sign = if text.starts_with('-') { -1 } else { 1 };
        let scale = u32::try_from(fraction.len()).ok()?;
        Some(Self { units: sign * units, scale })
    }

    /// Whether it is nothing.
    #[must_use]
    pub fn is_zero(self) -> bool {
        self.units == 0
    }

    /// Whether it is below 0.
    #[must_use]
    pub fn is_negative(self) -> bool {
        self.units < 0
    }

    /// Its size without its sign.
    #[must_use]
    pub fn abs(self) -> Self {
        Self { units: self.units.abs(), ..self }
    }

    /// About the same as a float, for the eye.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "for charts and ranks only")]
    pub fn about(self) -> f64 {
        self.units as f64 / 10_f64.powi(self.scale.cast_signed())
    }

    /// With a sign also where it is above 0.
    #[must_use]
    pub fn signed(self) -> String {
        let sign = if self.units > 0 { "+" } else { "" };
        format!("{sign}{self}")
    }

    /// Units of both at the finer scale of the two.
    fn aligned(self, other: Self) -> (i128, i128, u32) {
        let scale = self.scale.max(other.scale);
        let at = |one: Self| one.units * 10_i128.pow(scale - one.scale);
        (at(self), at(other), scale)
    }
}

impl std::ops::Add for Decimal {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        let (a, b, scale) = self.aligned(other);
        Self { units: a + b, scale }
    }
}

impl std::ops::Sub for Decimal {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        let (a, b, scale) = self.aligned(other);
        Self { units: a - b, scale }
    }
}

impl std::iter::Sum for Decimal {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::ZERO, |sum, term| sum + term)
    }
}

impl PartialEq for Decimal {
    fn eq(&self, other: &Self) -> bool {
        let (a, b, _) = self.aligned(*other);
        a == b
    }
}

impl Eq for Decimal {}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let (a, b, _) = self.aligned(*other);
        a.cmp(&b)
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.units < 0 { "-" } else { "" };
        let digits = self.units.unsigned_abs().to_string();
        let scale = self.scale as usize;
        if scale == 0 {
            return write!(f, "{sign}{digits}");
        }
        let digits = format!("{digits:0>width$}", width = scale + 1);
        let (whole, fraction) = digits.split_at(digits.len() - scale);
        write!(f, "{sign}{whole}.{fraction}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_those_of_the_printed_digits() {
        let read = |text| Decimal::parse(text).unwrap();
        let cases = [
            ("0.3", "0.1", "0.2"),
            ("100.0000", "33.3333", "66.6667"),
            ("-0.05", "0.1", "-0.15"),
            ("7", "10", "-3"),
            ("999999999999999999.01", "0.02", "999999999999999998.99"),
        ];
        for (a, b, difference) in cases {
            assert_eq!((read(a) - read(b)).to_string(), difference, "{a} − {b}");
            assert_eq!(read(difference) + read(b), read(a));
        }
        assert_eq!(read("1.50"), read("1.5"));
        assert!(read("-2") < read("-1.999"));
        assert_eq!(
            (read("2.5").signed(), read("-1").signed()),
            ("+2.5".into(), "-1".into())
        );
    }

    #[test]
    fn what_tables_do_not_print_is_no_number() {
        for text in ["", "-", ".5", "1e5", "nan", "1,5", "+1", "0.1234567890123456789"] {
            assert!(Decimal::parse(text).is_none(), "{text}");
        }
    }
}
