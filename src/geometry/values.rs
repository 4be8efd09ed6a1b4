//! Values of fields as numbers and words.
//!
//! In: values as read. Out: what they mean, or nothing. The stage that reads layers has said
//! already what was wrong with them.

use crate::layers::fields::{self, NumberField};
use std::borrow::Cow;
use std::ops::Range;

use crate::layers::{Pile, RawFeatures, Value};

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
pub fn value_at(data: &RawFeatures, field: &str, row: usize) -> Value {
    let column = data.columns.get(field);
    column.and_then(|column| column.get(row)).unwrap_or(Value::Null)
}

/// Additive values of a field in so many rows: what is null, negative or no number is unknown.
#[must_use]
pub fn additive_values(data: &RawFeatures, rows: usize, field: &str) -> Amounts {
    match data.columns.get(field) {
        Some(column) => {
            column.iter().map(|value| fields::additive_value(&value)).collect()
        }
        None => std::iter::repeat_n(None, rows).collect(),
    }
}

/// An amount by row, of which some are not known: eight bytes each, in a file where they are too many
/// for memory ([`Pile`]).
#[derive(Debug, Clone, Default)]
pub struct Amounts {
    /// No amount is NaN: it stands for an unknown one, and is never handed on.
    all: Pile<f64>,
}

/// The amounts of consecutive rows, in memory.
#[derive(Debug)]
pub struct SomeAmounts<'a> {
    first: usize,
    some: Cow<'a, [f64]>,
}

impl SomeAmounts<'_> {
    /// The amount of a row; `None` if it is not known.
    ///
    /// # Panics
    ///
    /// If it is none of the rows.
    #[must_use]
    #[inline]
    pub fn of(&self, row: usize) -> Option<f64> {
        known(self.some[row - self.first])
    }
}

impl Amounts {
    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// The amount of a row; `None` if it is not known. Where it lies in a file that is a look into
    /// the file: who needs many takes [some](Self::some) rows.
    ///
    /// # Panics
    ///
    /// If there is no such row.
    #[must_use]
    #[inline]
    pub fn of(&self, row: usize) -> Option<f64> {
        known(self.all.of(row))
    }

    /// The amounts of consecutive rows.
    ///
    /// # Panics
    ///
    /// If they reach beyond the last.
    #[must_use]
    pub fn some(&self, rows: Range<usize>) -> SomeAmounts<'_> {
        SomeAmounts { first: rows.start, some: self.all.range(rows) }
    }

    /// The amounts in order.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Option<f64>> {
        self.all.iter().map(known)
    }

    /// Adds a row.
    pub fn push(&mut self, amount: Option<f64>) {
        self.all.push(amount.unwrap_or(f64::NAN));
    }
}

fn known(amount: f64) -> Option<f64> {
    (!amount.is_nan()).then_some(amount)
}

impl From<Vec<Option<f64>>> for Amounts {
    fn from(amounts: Vec<Option<f64>>) -> Self {
        amounts.into_iter().collect()
    }
}

impl FromIterator<Option<f64>> for Amounts {
    fn from_iter<I: IntoIterator<Item = Option<f64>>>(amounts: I) -> Self {
        let all = amounts.into_iter().map(|amount| amount.unwrap_or(f64::NAN));
        Self { all: all.collect() }
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
