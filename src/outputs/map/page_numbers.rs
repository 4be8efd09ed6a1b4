//! Lengths of the page as text: hundredths of a millimetre, written short.

use super::steps::hundredths;

/// Appends a number of hundredths.
pub(super) fn write_hundredths(out: &mut String, value: i64) {
    if value < 0 {
        out.push('-');
    }
    let value = value.unsigned_abs();
    let (whole, rest) = (value / 100, value % 100);
    if whole != 0 || rest == 0 {
        write_digits(out, whole);
    }
    if rest != 0 {
        out.push('.');
        out.push(digit(rest / 10));
        if !rest.is_multiple_of(10) {
            out.push(digit(rest));
        }
    }
}

/// Appends a whole number: the formatter of the standard library takes several times as long,
/// and a page has millions of them.
fn write_digits(out: &mut String, value: u64) {
    if value >= 10 {
        write_digits(out, value / 10);
    }
    out.push(digit(value));
}

/// The last digit of a number.
fn digit(value: u64) -> char {
    char::from(b'0' + (value % 10) as u8)
}

/// A length rounded to hundredths.
pub(super) fn decimals(value: f32) -> String {
    let mut out = String::new();
    write_hundredths(&mut out, hundredths(value));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hundredths_are_written_short() {
        let cases = [
            (0, "0"),
            (5, ".05"),
            (-50, "-.5"),
            (100, "1"),
            (-1234, "-12.34"),
            (1230, "12.3"),
        ];
        for (value, expected) in cases {
            let mut out = String::new();
            write_hundredths(&mut out, value);
            assert_eq!(out, expected);
        }
    }
}
