//! Numbers as the tables write them: the only place where figures are rounded.
//!
//! In: full-precision numbers and what they measure. Out: text with a decimal point, never
//! an exponent, never `-0`, empty for what is not known.

use crate::domain::Measure;
use crate::indicators::Method;

/// How a number is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// Rounded to so many decimals, all of them written.
    Fixed(usize),
    /// Rounded to so many decimals, zeros at the end left out.
    UpTo(usize),
    /// The shortest text that reads back as the same number.
    Shortest,
}

/// Areas and lengths, m² and m.
pub(super) const METERS: Format = Format::Fixed(2);
/// People, and sums, which are split in the same way.
pub(super) const PEOPLE: Format = Format::Fixed(4);
/// Shares and ratios.
pub(super) const RATIO: Format = Format::Fixed(6);
/// Whole numbers of things.
pub(super) const COUNT: Format = Format::Fixed(0);

impl Format {
    /// The text of a number; empty if it is unknown or not finite.
    ///
    /// Rounding is that of the exact binary value, so it never turns the order of two
    /// numbers round: what lies within a range still does as written.
    pub(super) fn write(self, value: impl Into<Option<f64>>) -> String {
        let Some(value) = value.into().filter(|value| value.is_finite()) else {
            return String::new();
        };
        let mut text = match self {
            Self::Fixed(decimals) | Self::UpTo(decimals) => rounded(value, decimals),
            Self::Shortest => value.to_string(),
        };
        if let (Self::UpTo(_), true) = (self, text.contains('.')) {
            let kept = text.trim_end_matches('0').trim_end_matches('.').len();
            text.truncate(kept);
        }
        let is_zero = !text.bytes().any(|byte| (b'1'..=b'9').contains(&byte));
        if is_zero && text.starts_with('-') {
            text.remove(0);
        }
        text
    }

    /// The number as written, for formats that hold numbers and not text.
    pub(super) fn round(self, value: impl Into<Option<f64>>) -> Option<f64> {
        self.write(value).parse().ok()
    }
}

/// Powers of ten up to the most decimals that figures have.
const TENS: [u64; 7] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000];

/// A number with so many decimals: the text that [`format!`] gives, by whole numbers alone for
/// figures of everyday size, which is many times quicker.
fn rounded(value: f64, decimals: usize) -> String {
    let scaled = TENS.get(decimals).and_then(|unit| scaled(value.abs(), *unit));
    match scaled {
        Some(scaled) => with_point(scaled, decimals, value.is_sign_negative()),
        None => format!("{value:.decimals$}"),
    }
}

/// The digits of a number, with a point before the last `decimals` of them.
fn with_point(scaled: u64, decimals: usize, is_negative: bool) -> String {
    // From the last digit on: of 64 bits there are twenty at most.
    let mut text = [0; 24];
    let (mut first, mut rest, mut digits) = (text.len(), scaled, 0);
    while digits <= decimals || rest > 0 {
        if digits == decimals && decimals > 0 {
            first -= 1;
            text[first] = b'.';
        }
        first -= 1;
        text[first] = b'0' + u8::try_from(rest % 10).expect("a digit is below ten");
        (rest, digits) = (rest / 10, digits + 1);
    }
    if is_negative {
        first -= 1;
        text[first] = b'-';
    }
    text[first..].iter().copied().map(char::from).collect()
}

/// A number of at least 0 times a power of ten, rounded to the nearest whole number, of two
/// equally near ones to the even one; `None` where that is no everyday figure.
fn scaled(value: f64, unit: u64) -> Option<u64> {
    const MANTISSA: u32 = f64::MANTISSA_DIGITS - 1;
    if value == 0.0 {
        return Some(0);
    }
    if !(f64::MIN_POSITIVE..1e12).contains(&value) {
        return None;
    }
    // The value is `mantissa` · 2^-`down`; below 2^40, so `down` is at least 13.
    let down = 1075 - (value.to_bits() >> MANTISSA);
    let mantissa = value.to_bits() & ((1 << MANTISSA) - 1) | 1 << MANTISSA;
    // 2^53 · 10^6 is less than half of 2^100.
    if down > 100 {
        return Some(0);
    }
    let product = u128::from(mantissa) * u128::from(unit);
    let (whole, rest) = (product >> down, product & ((1 << down) - 1));
    let half = 1 << (down - 1);
    let is_up = rest > half || rest == half && whole & 1 == 1;
    u64::try_from(whole + u128::from(is_up)).ok()
}

/// Whether a number as written is nothing.
pub(super) fn is_zero(text: &str) -> bool {
    !text.is_empty() && !text.bytes().any(|byte| (b'1'..=b'9').contains(&byte))
}

/// How an exposure figure of a measure is written.
pub(super) fn of_measure(measure: &Measure) -> Format {
    of_value(Method::of_measure(measure))
}

/// How the value of a method and its ends are written.
pub(super) fn of_value(method: Method) -> Format {
    match method {
        Method::Features => COUNT,
        Method::Area | Method::Length => METERS,
        Method::People
        | Method::Sum
        | Method::DeficitInHazard
        | Method::FacilitiesInHazard => PEOPLE,
        Method::AreaPerPerson | Method::Access | Method::PeoplePerUnit => RATIO,
        // As the table has it: a zero more would claim a precision that nobody stated.
        Method::Reported => Format::Shortest,
    }
}

/// How the gap of a deficit is written.
pub(super) fn of_gap(method: Method) -> Format {
    match method {
        // A difference of two decimal numbers: 24 − 16.27 is 7.73, not 7.730000000000002.
        Method::Reported => Format::UpTo(6),
        computed => of_value(computed),
    }
}

/// How the shortfall of a deficit is written.
pub(super) fn of_shortfall(method: Method) -> Format {
    match method {
        Method::AreaPerPerson => METERS,
        Method::Access => PEOPLE,
        _ => Format::UpTo(6),
    }
}

/// How the denominator of an indicator is written: a whole of the measure, or people.
pub(super) fn of_denominator(method: Method) -> Format {
    match method {
        Method::Features | Method::Area | Method::Length => of_value(method),
        _ => PEOPLE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_rounded_and_never_minus_zero() {
        let cases = [
            (Format::Fixed(2), 1.0, "1.00"),
            (Format::Fixed(2), 2.345_1, "2.35"),
            // The binary number below 1.005 is 1.00499…: rounding is that of the value.
            (Format::Fixed(2), 1.005, "1.00"),
            (Format::Fixed(2), -0.004, "0.00"),
            (Format::Fixed(2), -0.0, "0.00"),
            (Format::Fixed(2), -0.006, "-0.01"),
            (Format::Fixed(0), 12.0, "12"),
            (Format::Fixed(0), -0.2, "0"),
            (Format::UpTo(6), 24.0 - 16.27, "7.73"),
            (Format::UpTo(6), 120.0, "120"),
            (Format::UpTo(0), 120.0, "120"),
            (Format::UpTo(6), -1e-9, "0"),
            (Format::Shortest, 24.0, "24"),
            (Format::Shortest, 0.1, "0.1"),
            (Format::Shortest, -0.0, "0"),
            (Format::Shortest, 1e-12, "0.000000000001"),
            (Format::Shortest, 1e21, "1000000000000000000000"),
        ];
        for (format, value, expected) in cases {
            assert_eq!(format.write(value), expected, "{format:?} of {value}");
        }
    }

    #[test]
    #[expect(clippy::cast_precision_loss, reason = "any number will do")]
    fn rounding_is_that_of_the_standard_library() {
        // A fixed linear congruential generator (Knuth, MMIX), so that failures repeat.
        let mut state = 11u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            state >> 20
        };
        // Any number, sums of halves of powers of two (whole ties among them), near decimals.
        let mut values =
            vec![0.5, 1.5, 2.5, 0.125, 0.375, 999_999_999_999.5, 1e12, 1e300];
        for _ in 0..20_000 {
            values.push(f64::from_bits(next() << 20 | next() & 0xf_ffff));
            values.push(next() as f64 / f64::from(1u32 << (next() % 32)));
            values.push((next() % 1_000_000_000) as f64 / 1e5);
        }
        values.extend([f64::MIN_POSITIVE, 5e-324, 5e-7, 4.9e-7, 1e-30]);
        for value in values.into_iter().filter(|value| value.is_finite()) {
            for decimals in 0..=8 {
                for value in [value, -value] {
                    let expected = format!("{value:.decimals$}");
                    assert_eq!(
                        rounded(value, decimals),
                        expected,
                        "{value:e} {decimals}"
                    );
                }
            }
        }
    }

    #[test]
    fn the_unknown_is_empty() {
        for unknown in [None, Some(f64::NAN), Some(f64::INFINITY)] {
            for format in [METERS, PEOPLE, RATIO, COUNT, Format::Shortest] {
                assert_eq!(format.write(unknown), "");
            }
        }
    }

    #[test]
    fn rounding_keeps_the_order() {
        // Each triple is in order before rounding, some less than a step apart.
        for (low, value, high) in
            [(0.004_999, 0.005, 0.005_001), (1.004_9, 1.005, 1.005), (-0.001, 0.0, 0.001)]
        {
            let read = |x: f64| METERS.write(x).parse::<f64>().unwrap();
            assert!(read(low) <= read(value) && read(value) <= read(high));
        }
    }
}
