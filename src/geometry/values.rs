//! Values of fields as numbers and words.
//!
//! In: values as read. Out: what they mean, or nothing. The stage that reads layers has said
//! already what was wrong with them.

use crate::layers::fields::{self, NumberField};
use crate::layers::{RawFeatures, Value};

/// A number, also where it is written as text; `None` if it is none or not finite.
#[must_use]
pub fn number_of(value: &Value) -> Option<f64> {
    match fields::number_of(value) {
        NumberField::Known(number) | NumberField::FromText(number) => Some(number),
        NumberField::Null | NumberField::NotANumber => None,
    }
}

/// Trimmed text; a whole number is written without decimals.
#[must_use]
pub fn text_of(value: &Value) -> Option<String> {
    let (text, _) = fields::text_of(value)?;
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// One value of a field; null if the layer lacks the field.
#[must_use]
pub fn value_at<'a>(data: &'a RawFeatures, field: &str, row: usize) -> &'a Value {
    data.columns.get(field).and_then(|column| column.get(row)).unwrap_or(&Value::Null)
}

/// Additive values of a field in so many rows: what is null, negative or no number is unknown.
#[must_use]
pub fn additive_values(data: &RawFeatures, rows: usize, field: &str) -> Vec<Option<f64>> {
    match data.columns.get(field) {
        Some(column) => fields::additive_values(column),
        None => vec![None; rows],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_mean_numbers_and_words() {
        let cases = [
            (Value::Number(180_301.0), Some(180_301.0), Some("180301")),
            (Value::Text(" 012 ".into()), Some(12.0), Some("012")),
            (Value::Text("Ilo".into()), None, Some("Ilo")),
            (Value::Text("  ".into()), None, None),
            (Value::Text("nan".into()), None, Some("nan")),
            (Value::Null, None, None),
        ];
        for (value, number, text) in cases {
            assert_eq!(number_of(&value), number, "{value:?}");
            assert_eq!(text_of(&value).as_deref(), text, "{value:?}");
        }
    }
}
