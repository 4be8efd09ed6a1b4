//! The decimal mark of a table: which cells are numbers under it.

use std::borrow::Cow;

use crate::formats::collector::told;
use crate::formats::{FormatError, Problem};

/// A decimal mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decimal {
    /// Nobody declares one: `1523.44`, and no separator of thousands.
    Undeclared,
    /// `1523.44`, also as `1,523.44`.
    Point,
    /// `1523,44`, also as `1.523,44`.
    Comma,
}

impl Decimal {
    pub(super) fn parse(declared: Option<&str>) -> Result<Self, FormatError> {
        match declared {
            None => Ok(Self::Undeclared),
            Some(".") => Ok(Self::Point),
            Some(",") => Ok(Self::Comma),
            Some(other) => Err(told(Problem::BadDecimal, other)),
        }
    }

    pub(super) fn other(self) -> Self {
        match self {
            Self::Undeclared | Self::Point => Self::Comma,
            Self::Comma => Self::Point,
        }
    }

    /// What a number with the other mark is.
    pub(super) fn refusal(self) -> Problem {
        match self {
            Self::Undeclared | Self::Point => Problem::DecimalComma,
            Self::Comma => Problem::DecimalPoint,
        }
    }

    /// Reads a number without blanks. Where the mark is declared, thousands may be separated
    /// by the other mark, as long as that can mean nothing else.
    pub(super) fn number(self, text: &str) -> Option<f64> {
        match self {
            Self::Undeclared => plain(text),
            Self::Point => {
                plain(&ungrouped(text, ',', '.').unwrap_or_else(|| text.into()))
            }
            Self::Comma => {
                let text = ungrouped(text, '.', ',').unwrap_or_else(|| text.into());
                if text.contains('.') { None } else { plain(&text.replace(',', ".")) }
            }
        }
    }

    /// The text of a cell, numbers with a point for a decimal mark.
    ///
    /// # Errors
    ///
    /// If it has a point where the mark is a comma, and would be taken for a number.
    pub(super) fn cell(self, cell: &str) -> Result<Cow<'_, str>, Problem> {
        let text = cell.trim();
        if self == Self::Undeclared {
            return Ok(cell.into());
        }
        if self == Self::Point {
            return Ok(ungrouped(text, ',', '.').map_or(cell.into(), Cow::Owned));
        }
        if let Some(number) = ungrouped(text, '.', ',') {
            return Ok(number.replace(',', ".").into());
        }
        if text.contains(',') && self.number(text).is_some() {
            return Ok(text.replace(',', ".").into());
        }
        if text.contains('.') && plain(text).is_some() {
            return Err(Problem::DecimalPoint);
        }
        Ok(cell.into())
    }
}

/// A number without its separators of thousands: groups of three digits, of which there are
/// several, or one and a decimal part. A single group, as in `1.380`, may be a decimal part.
fn ungrouped(text: &str, separator: char, mark: char) -> Option<String> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = match unsigned.split_once(mark) {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (unsigned, None),
    };
    let is_digits =
        |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let (first, others) = whole.split_once(separator)?;
    let others: Vec<&str> = others.split(separator).collect();
    let are_groups = is_digits(first)
        && first.len() <= 3
        && others.iter().all(|group| group.len() == 3 && is_digits(group));
    let is_certain = others.len() > 1 || fraction.is_some_and(is_digits);
    let is_whole = fraction.is_none_or(is_digits);
    (are_groups && is_certain && is_whole).then(|| text.replace(separator, ""))
}

/// A number with a decimal point; words that the standard library takes (`inf`, `nan`)
/// are none.
fn plain(text: &str) -> Option<f64> {
    let is_plain =
        |b: u8| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+' | b'e' | b'E');
    let number: f64 = text.bytes().all(is_plain).then(|| text.parse().ok())??;
    number.is_finite().then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_the_declared_mark_only() {
        let cases = [
            ("1523.44", Some(1523.44), None),
            ("1380,6", None, Some(1380.6)),
            ("-71,25", None, Some(-71.25)),
            ("12", Some(12.0), Some(12.0)),
            ("2e3", Some(2000.0), Some(2000.0)),
            ("1.380,6", None, Some(1380.6)),
            ("1,523.44", Some(1523.44), None),
            ("1,523,440", Some(1_523_440.0), None),
            ("-1.523.440", None, Some(-1_523_440.0)),
            ("1,523", None, Some(1.523)),
            ("1.523", Some(1.523), None),
            ("1.23.456,7", None, None),
            ("1234.567,8", None, None),
            ("1 380", None, None),
            ("1\u{a0}380", None, None),
            ("nan", None, None),
            ("1e999", None, None),
            ("", None, None),
            ("12°", None, None),
        ];
        for (text, point, comma) in cases {
            assert_eq!(Decimal::Point.number(text), point, "{text}");
            // Undeclared, a number is plain or none.
            let is_plain = point.filter(|_| !text.contains(','));
            assert_eq!(Decimal::Undeclared.number(text), is_plain, "{text}");
            assert_eq!(Decimal::Comma.number(text), comma, "{text}");
        }
    }

    #[test]
    fn cells_stay_text_except_for_the_mark() {
        let cases = [
            ("080301", Ok("080301")),
            (" 1380,6 ", Ok("1380.6")),
            ("Calle 1, 2", Ok("Calle 1, 2")),
            ("1.380,6", Ok("1380.6")),
            ("1.380.600", Ok("1380600")),
            ("12.05.2020", Ok("12.05.2020")),
            ("1.380", Err(Problem::DecimalPoint)),
        ];
        for (cell, expected) in cases {
            assert_eq!(
                Decimal::Comma.cell(cell).as_deref(),
                expected.as_deref(),
                "{cell}"
            );
            assert_eq!(Decimal::Point.cell(cell).as_deref(), Ok(cell));
            assert_eq!(Decimal::Undeclared.cell(cell).as_deref(), Ok(cell));
        }
        assert_eq!(Decimal::Point.cell("1,523.44").as_deref(), Ok("1523.44"));
        assert_eq!(Decimal::Undeclared.cell("1,523.44").as_deref(), Ok("1,523.44"));
    }
}
