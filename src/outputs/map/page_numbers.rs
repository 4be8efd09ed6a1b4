//! Lengths of the page as text: hundredths of a millimetre, written short.

use std::fmt::Write as _;

/// Appends a number of hundredths.
pub(super) fn write_hundredths(out: &mut String, value: i64) {
    if value < 0 {
        out.push('-');
    }
    let (whole, rest) = (value.abs() / 100, value.abs() % 100);
    if whole != 0 || rest == 0 {
        let _ = write!(out, "{whole}");
    }
    if rest != 0 {
        if rest % 10 == 0 {
            let _ = write!(out, ".{}", rest / 10);
        } else {
            let _ = write!(out, ".{rest:02}");
        }
    }
}

/// A length rounded to hundredths.
pub(super) fn decimals(value: f32) -> String {
    let mut out = String::new();
    write_hundredths(&mut out, (f64::from(value) * 100.0).round() as i64);
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
