//! Decimal digits to the nearest double, many digits at a time.
//!
//! In: bytes. Out: doubles, as `str::parse` gives them. Takes only what it can be sure of; all
//! else is for [`super::cursor`]. Knows nothing of JSON.

/// Powers of ten up to that of eight digits.
pub(super) const INTEGER_POWERS: [u64; 9] =
    [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];
/// Digits that are put together at a time.
const EIGHT: usize = 8;
/// 2¹¹⁷ / 10¹⁶, cut off: between 2⁶³ and 2⁶⁴.
#[expect(clippy::cast_possible_truncation, reason = "below 2^64, as 10^16 is above 2^53")]
const RECIPROCAL: u64 = ((1u128 << 117) / 10_000_000_000_000_000) as u64;

/// Eight bytes with digits as their values, the first lowest, and the highest bit of each byte
/// that is no digit: right up to the first such.
#[inline]
fn digit_values(bytes: [u8; EIGHT]) -> (u64, u64) {
    const HIGH: u64 = 0x8080_8080_8080_8080;
    // A digit is its value now, all else is above nine.
    let values = u64::from_le_bytes(bytes) ^ 0x3030_3030_3030_3030;
    // Adding carries into a byte only from one that is no digit.
    let others = (values.wrapping_add(0x7676_7676_7676_7676) | values) & HIGH;
    (values, others)
}

/// The number that eight digits are, the first of them in the lowest byte.
///
/// # Method
///
/// All eight at once, as Lemire (2021), "Number parsing at a gigabyte per second", *Software:
/// Practice and Experience* 51, section 6: neighbours are put together to twos, fours and eight.
#[inline]
fn joined(digits: u64) -> u64 {
    const EVERY_FOURTH: u64 = 0x0000_00FF_0000_00FF;
    let twos = digits.wrapping_mul(10).wrapping_add(digits >> 8);
    let even = (twos & EVERY_FOURTH).wrapping_mul(0x000F_4240_0000_0064);
    let odd = (twos >> 16 & EVERY_FOURTH).wrapping_mul(0x0000_2710_0000_0001);
    even.wrapping_add(odd) >> 32
}

/// The value of the digits that come first among eight bytes, and how many they are.
#[inline]
pub(super) fn leading_digits(bytes: [u8; EIGHT]) -> (u64, usize) {
    let (values, others) = digit_values(bytes);
    let count = others.trailing_zeros() / 8;
    // What follows the digits goes out at the top, and zeros come in before them.
    (joined(values.checked_shl(64 - 8 * count).unwrap_or(0)), count as usize)
}

/// The same with what follows the digits taken for zeros: always the value of eight.
#[inline(always)]
#[expect(clippy::inline_always, reason = "else it is called, once in two numbers")]
fn decimals(bytes: [u8; EIGHT]) -> (u64, usize) {
    let (values, others) = digit_values(bytes);
    let first = others & others.wrapping_neg();
    let mask = (first >> 7).wrapping_sub(1);
    (joined(values & mask), others.trailing_zeros() as usize / 8)
}

/// The number that starts at a place of some bytes, and the place after it, if it is one as
/// coordinates are: a point with one to seven digits before and up to eight after it, or one to
/// three before and up to sixteen after; no exponent. `None` for all else, sound or not.
///
/// # Method
///
/// The digits after the point are filled up to eight, so that the divisor is always the same.
/// Fifteen digits and 10⁸ are exact as doubles, so one division rounds correctly: Clinger (1990),
/// "How to read floating point numbers accurately", PLDI '90, section 3.
#[inline(always)]
#[expect(clippy::inline_always, reason = "a call costs a third of it")]
pub(super) fn plain(bytes: &[u8], start: usize) -> Option<(f64, usize)> {
    let is_negative = *bytes.get(start)? == b'-';
    let first = start + usize::from(is_negative);
    let (mut at, mut whole) = (first, 0u64);
    let mut byte = *bytes.get(at)?;
    let is_zero = byte == b'0';
    while byte.is_ascii_digit() {
        whole = whole.wrapping_mul(10).wrapping_add(u64::from(byte - b'0'));
        at += 1;
        byte = *bytes.get(at)?;
    }
    let width = at - first;
    if byte != b'.' || !(1..EIGHT).contains(&width) || (is_zero && width > 1) {
        return None;
    }
    at += 1;
    let (decimals, count) = decimals(*bytes.get(at..)?.first_chunk()?);
    at += count;
    let digits = whole * INTEGER_POWERS[EIGHT] + decimals;
    let next = bytes.get(at).copied().unwrap_or_default();
    let size = if count == EIGHT && next.is_ascii_digit() {
        let size;
        (size, at) = longer(bytes, at, digits, width)?;
        size
    } else if count == 0 || next | 0x20 == b'e' {
        return None;
    } else {
        exact(digits) / 1e8
    };
    let sign = u64::from(is_negative) << 63;
    Some((f64::from_bits(size.to_bits() | sign), at))
}

/// What a number is whose digits go on after eight behind the point, and the place after it.
#[inline(never)]
fn longer(bytes: &[u8], start: usize, digits: u64, width: usize) -> Option<(f64, usize)> {
    let (decimals, count) = decimals(*bytes.get(start..)?.first_chunk()?);
    let at = start + count;
    let next = bytes.get(at).copied().unwrap_or_default();
    if width > 3 || next.is_ascii_digit() || next | 0x20 == b'e' {
        return None;
    }
    let size = over_ten_to_sixteen(digits * INTEGER_POWERS[EIGHT] + decimals)?;
    Some((size, at))
}

/// `digits` / 10¹⁶, rounded to the nearest double; `None` in the few cases that a product of 128
/// bits cannot decide, and for 0.
///
/// # Method
///
/// As Lemire (2021), section 5, without its second step. The digits, shifted to the top of 64
/// bits, times the reciprocal fall short of the true product by less than 2⁶⁴, so the true one,
/// in units of the upper half, lies in [upper, upper + 2). The double is its first 53 bits; what
/// is behind them decides unless half a unit of the last lies in that interval.
fn over_ten_to_sixteen(digits: u64) -> Option<f64> {
    if digits == 0 {
        return None;
    }
    let shift = digits.leading_zeros();
    let product = u128::from(digits << shift) * u128::from(RECIPROCAL);
    let upper = (product >> 64) as u64;
    // Two numbers with the highest bit set make a product with one of the two highest set.
    let cut = 11 - upper.leading_zeros();
    let half = 1u64 << (cut - 1);
    let behind = upper & (2 * half - 1);
    if behind == half || behind == half - 1 {
        return None;
    }
    let bits = (upper >> cut) + u64::from(behind > half);
    // 2⁵³ or less times a power of two.
    let power = cut.cast_signed() - 53 - shift.cast_signed();
    Some(exact(bits) * two_to(power))
}

/// An integer up to 2⁵³ as a double.
#[expect(clippy::cast_precision_loss, reason = "at most 2^53, so exact")]
fn exact(integer: u64) -> f64 {
    // Signed, which the processor can do at once.
    integer.cast_signed() as f64
}

/// 2 to a power that a normal double can have.
fn two_to(power: i32) -> f64 {
    f64::from_bits(u64::from((power + 1023).cast_unsigned()) << 52)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A fixed linear congruential generator (Knuth, MMIX), so that failures repeat.
    fn numbers() -> impl FnMut() -> u64 {
        let mut state = 42u64;
        move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            state.wrapping_mul(1_442_695_040_888_963_407) >> 11
        }
    }

    /// Whether a number is taken whatever follows; if it is, then as the standard library reads it.
    fn is_taken(text: &str) -> bool {
        let expected: f64 = text.parse().unwrap();
        ["]]]}}   ", ", -17.00", "\n        ", " , 5"].iter().all(|after| {
            let whole = format!("{text}{after}");
            let found = plain(whole.as_bytes(), 0);
            if let Some((value, length)) = found {
                assert_eq!(length, text.len(), "{whole}");
                assert_eq!(value.to_bits(), expected.to_bits(), "{whole}");
            }
            // Eight bytes must follow the point, and eight the first eight digits.
            found.is_some() || after.len() < EIGHT
        })
    }

    #[test]
    fn coordinates_are_taken_as_the_standard_library_reads_them() {
        let mut next = numbers();
        let mut undecided = 0;
        for _ in 0..4000 {
            for width in 1..=16usize {
                let whole = next() % if width > EIGHT { 1000 } else { 10_000_000 };
                let whole = whole >> (next() % 24);
                let fraction = next() % 10u64.pow(u32::try_from(width).unwrap());
                let sign = ["", "-"][(next() % 2) as usize];
                let text = format!("{sign}{whole}.{fraction:0width$}");
                let is_taken = is_taken(&text);
                assert!(is_taken || width > EIGHT, "{text}");
                undecided += usize::from(!is_taken);
            }
        }
        // Two in a thousand or two, of half of them.
        assert!((10..200).contains(&undecided), "{undecided}");
        let texts = [
            "0.0",
            "-0.0",
            "-71.3412345",
            "180.0",
            "8048126.25",
            "9999999.99999999",
            "-71.34123456789012",
            "0.9999999999999999",
            "999.9999999999999999",
        ];
        for text in texts {
            assert!(is_taken(text), "{text}");
        }
    }

    /// Half a unit of the last place decides: numbers that are as near to the middle between two
    /// doubles as sixteen digits allow.
    #[test]
    fn middles_between_doubles_are_rounded_as_they_must_be() {
        const TEN_TO_16: u128 = 10_000_000_000_000_000;
        let mut next = numbers();
        for _ in 0..20_000 {
            // From 64 to 128 there are 46 bits behind the point: the middle has a 47th.
            let middle = u128::from(1 << 53 | next() | 1);
            let digits = (middle * TEN_TO_16) >> 47;
            for digits in [digits - 1, digits, digits + 1, digits + 2] {
                let (whole, fraction) = (digits / TEN_TO_16, digits % TEN_TO_16);
                is_taken(&format!("{whole}.{fraction:016}"));
            }
        }
    }

    #[test]
    fn what_is_not_plain_is_left_alone() {
        let all = [
            "",
            "-",
            "-.5",
            ".5",
            "1.",
            "-1.]",
            "01.5",
            "-00.5",
            "1",
            "17 ",
            "1.5e3",
            "1.5E-3",
            "1.12345678e3",
            "1.123456789e3",
            "1.123456789E3",
            "12345678.5",
            "1234.123456789",
            "1.12345678901234567",
            "+1.5",
            "NaN",
            "--1.5",
            "1,5",
            "1.x",
            "0x1.5",
            "0.0000000000",
        ];
        for text in all {
            assert_eq!(
                plain(format!("{text}, 17.5, 20.5]").as_bytes(), 0),
                None,
                "{text}"
            );
            assert_eq!(plain(text.as_bytes(), 0), None, "{text}");
        }
    }

    #[test]
    fn the_digits_that_come_first_are_counted() {
        let cases: [(&[u8; 8], u64, u64, usize); 5] = [
            (b"12345678", 12_345_678, 12_345_678, 8),
            (b"1234567]", 1_234_567, 12_345_670, 7),
            (b"12.45678", 12, 12_000_000, 2),
            (b"0/:9\xFF\x80\x00\xB0", 0, 0, 1),
            (b",1234567", 0, 0, 0),
        ];
        for (bytes, value, filled, count) in cases {
            assert_eq!(leading_digits(*bytes), (value, count));
            assert_eq!(decimals(*bytes), (filled, count));
        }
    }
}
