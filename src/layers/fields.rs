//! What the value of a field means: the one place where text, number and unknown are told
//! apart.
//!
//! In: a [`Value`] as read. Out: a text, a number or "unknown". Nothing here knows roles,
//! findings or files.

use super::raw::Value;
use crate::domain::Level;
use std::collections::BTreeMap;

/// Whether a text stood in the file as a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadFromNumber {
    /// It was text (or true or false).
    No,
    /// It was a number.
    Yes,
}

/// A value read as a number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum NumberField {
    /// A finite number.
    Known(f64),
    /// Null, missing, or text with nothing in it.
    Null,
    /// Something else: a word, `1,234`, `12 345`, true, an array.
    NotANumber,
    /// A finite number that was written as text, such as `"123"`.
    FromText(f64),
}

/// Returns a value as text, not trimmed; `None` for null, arrays and objects.
///
/// Whole numbers lose their `.0` (`180301.0` is `180301`, `5e3` is `5000`); others keep
/// the shortest digits that stand for them.
#[must_use]
pub fn text_of(value: &Value) -> Option<(String, ReadFromNumber)> {
    match value {
        Value::Text(text) => Some((text.to_string(), ReadFromNumber::No)),
        Value::Bool(claim) => Some((claim.to_string(), ReadFromNumber::No)),
        // Adding 0 turns −0 into 0.
        Value::Number(number) if number.is_finite() => {
            Some(((number + 0.0).to_string(), ReadFromNumber::Yes))
        }
        Value::Number(_) | Value::Null | Value::Other => None,
    }
}

/// Reads a value as a number.
///
/// Text counts if it is a plain decimal number with a point (`"123"`, `"-1.5"`, `"2e3"`).
/// Separators of thousands and decimal commas are never guessed at.
#[must_use]
pub fn number_of(value: &Value) -> NumberField {
    match value {
        Value::Null => NumberField::Null,
        Value::Number(number) if number.is_finite() => NumberField::Known(number + 0.0),
        Value::Text(text) if text.trim().is_empty() => NumberField::Null,
        Value::Text(text) => match plain_number(text.trim()) {
            Some(number) => NumberField::FromText(number + 0.0),
            None => NumberField::NotANumber,
        },
        Value::Number(_) | Value::Bool(_) | Value::Other => NumberField::NotANumber,
    }
}

/// A plain decimal number; words that the standard library takes (`inf`, `nan`) are none.
pub(super) fn plain_number(text: &str) -> Option<f64> {
    let is_plain =
        |b: u8| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+' | b'e' | b'E');
    let number: f64 = text.bytes().all(is_plain).then(|| text.parse().ok())??;
    number.is_finite().then_some(number)
}

/// One value of an additive field (people, a sum, a capacity).
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Additive {
    /// Known and not negative; `true` if it was written as text.
    Known(f64, bool),
    /// Null or missing.
    Null,
    /// Below 0, which no amount can be.
    Negative(f64),
    /// Not a number.
    NotANumber,
}

/// No amount of people, dwellings or beds is larger; a larger one is a slip or a marker.
const LARGEST_AMOUNT: f64 = 1e12;

/// Reads one value of an additive field.
#[must_use]
pub fn additive_of(value: &Value) -> Additive {
    match number_of(value) {
        NumberField::Known(number) | NumberField::FromText(number) if number < 0.0 => {
            Additive::Negative(number)
        }
        NumberField::Known(number) | NumberField::FromText(number)
            if number > LARGEST_AMOUNT =>
        {
            Additive::NotANumber
        }
        NumberField::Known(number) => Additive::Known(number, false),
        NumberField::FromText(number) => Additive::Known(number, true),
        NumberField::Null => Additive::Null,
        NumberField::NotANumber => Additive::NotANumber,
    }
}

/// Reads a value of an additive field: what is null, negative or no number is unknown.
///
/// [`read`](super::read) has made a finding of every unknown value.
#[must_use]
pub fn additive_value(value: &Value) -> Option<f64> {
    match additive_of(value) {
        Additive::Known(number, _) => Some(number),
        Additive::Null | Additive::Negative(_) | Additive::NotANumber => None,
    }
}

/// Reads a value as a hazard level: by the project's own names (exact, then trimmed), else
/// by the built-in ones. `None` if it is null or neither.
#[must_use]
pub fn level_of(value: &Value, names: &BTreeMap<String, Level>) -> Option<Level> {
    let (text, _) = text_of(value)?;
    let trimmed = text.trim();
    let own = names.get(&text).or_else(|| names.get(trimmed));
    own.copied().or_else(|| Level::parse(trimmed))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Value {
        Value::Text(text.into())
    }

    #[test]
    fn values_are_read_as_text() {
        use ReadFromNumber::{No, Yes};
        let cases = [
            (text("180301"), Some(("180301", No))),
            (text(" 080301 "), Some((" 080301 ", No))),
            (Value::Number(180_301.0), Some(("180301", Yes))),
            (Value::Number(5e3), Some(("5000", Yes))),
            (Value::Number(-0.0), Some(("0", Yes))),
            (Value::Number(1.5), Some(("1.5", Yes))),
            (Value::Number(1e21), Some(("1000000000000000000000", Yes))),
            (Value::Number(f64::INFINITY), None),
            (Value::Bool(true), Some(("true", No))),
            (Value::Null, None),
            (Value::Other, None),
        ];
        for (value, expected) in cases {
            let expected = expected.map(|(text, from)| (text.to_owned(), from));
            assert_eq!(text_of(&value), expected, "{value:?}");
        }
    }

    #[test]
    fn values_are_read_as_numbers() {
        use NumberField::{FromText, Known, NotANumber, Null};
        let cases = [
            (Value::Number(12.5), Known(12.5)),
            (Value::Null, Null),
            (text(" "), Null),
            (text("123"), FromText(123.0)),
            (text(" -1.5 "), FromText(-1.5)),
            (text("2e3"), FromText(2000.0)),
            (text("1,234"), NotANumber),
            (text("12 345"), NotANumber),
            (text("12,5"), NotANumber),
            (text("nan"), NotANumber),
            (text("inf"), NotANumber),
            (text("1e999"), NotANumber),
            (text("s/d"), NotANumber),
            (Value::Number(f64::INFINITY), NotANumber),
            (Value::Bool(true), NotANumber),
            (Value::Other, NotANumber),
        ];
        for (value, expected) in cases {
            assert_eq!(number_of(&value), expected, "{value:?}");
        }
    }

    #[test]
    fn unknown_amounts_are_none() {
        let column = [
            Value::Number(3.0),
            Value::Number(-3.0),
            Value::Number(-0.0),
            Value::Null,
            text("4"),
            text("-4"),
            text("four"),
        ];
        let expected = [Some(3.0), None, Some(0.0), None, Some(4.0), None, None];
        let found: Vec<_> = column.iter().map(additive_value).collect();
        assert_eq!(found, expected);
        assert!(found[2].unwrap().is_sign_positive());
        assert_eq!(additive_of(&column[1]), Additive::Negative(-3.0));
        assert_eq!(additive_of(&column[4]), Additive::Known(4.0, true));
    }

    #[test]
    fn levels_go_by_the_projects_names_first() {
        let names: BTreeMap<String, Level> = [
            ("MA", Level::VeryHigh),
            ("4", Level::High),
            ("low", Level::Medium),
            ("sin zona", Level::None),
        ]
        .map(|(name, level)| (name.to_owned(), level))
        .into();
        let cases = [
            (text("MA"), Some(Level::VeryHigh)),
            (text(" MA "), Some(Level::VeryHigh)),
            (text("ma"), None),
            (text("4"), Some(Level::High)),
            (Value::Number(4.0), Some(Level::High)),
            (Value::Number(4.5), None),
            (text("low"), Some(Level::Medium)),
            (text("Muy alto"), Some(Level::VeryHigh)),
            (text("sin zona"), Some(Level::None)),
            (text("not_studied"), None),
            (text(""), None),
            (Value::Null, None),
        ];
        for (value, expected) in cases {
            assert_eq!(level_of(&value, &names), expected, "{value:?}");
        }
    }
}
