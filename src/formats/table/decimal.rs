//! The decimal mark of a table: which cells are numbers under it.

use std::borrow::Cow;

use crate::formats::collector::told;
use crate::formats::{FormatError, Problem};

/// A decimal mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decimal {
    /// `1523.44`.
    Point,
    /// `1523,44`.
    Comma,
}

impl Decimal {
    pub(super) fn parse(declared: Option<&str>) -> Result<Self, FormatError> {
        match declared {
            None | Some(".") => Ok(Self::Point),
            Some(",") => Ok(Self::Comma),
            Some(other) => Err(told(Problem::BadDecimal, other)),
        }
    }

    pub(super) fn other(self) -> Self {
        match self {
            Self::Point => Self::Comma,
            Self::Comma => Self::Point,
        }
    }

    /// What a number with the other mark is.
    pub(super) fn refusal(self) -> Problem {
        match self {
            Self::Point => Problem::DecimalComma,
            Self::Comma => Problem::DecimalPoint,
        }
    }

    /// Reads a number, without separators of thousands and without blanks.
    pub(super) fn number(self, text: &str) -> Option<f64> {
        match self {
            Self::Point => plain(text),
            Self::Comma if text.contains('.') => None,
            Self::Comma => plain(&text.replace(',', ".")),
        }
    }

    /// The text of a cell, numbers with a point for a decimal mark.
    ///
    /// # Errors
    ///
    /// If it has a point where the mark is a comma, and would be taken for a number.
    pub(super) fn cell(self, cell: &str) -> Result<Cow<'_, str>, Problem> {
        if self == Self::Point {
            return Ok(cell.into());
        }
        let text = cell.trim();
        if text.contains(',') && self.number(text).is_some() {
            return Ok(text.replace(',', ".").into());
        }
        if text.contains('.') && plain(text).is_some() {
            return Err(Problem::DecimalPoint);
        }
        Ok(cell.into())
    }
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
            ("1.380,6", None, None),
            ("1,523.44", None, None),
            ("1,523,440", None, None),
            ("1 380", None, None),
            ("1\u{a0}380", None, None),
            ("nan", None, None),
            ("1e999", None, None),
            ("", None, None),
            ("12°", None, None),
        ];
        for (text, point, comma) in cases {
            assert_eq!(Decimal::Point.number(text), point, "{text}");
            assert_eq!(Decimal::Comma.number(text), comma, "{text}");
        }
    }

    #[test]
    fn cells_stay_text_except_for_the_mark() {
        let cases = [
            ("080301", Ok("080301")),
            (" 1380,6 ", Ok("1380.6")),
            ("Calle 1, 2", Ok("Calle 1, 2")),
            ("1.380,6", Ok("1.380,6")),
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
        }
    }
}
