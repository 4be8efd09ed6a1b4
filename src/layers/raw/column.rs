//! The values of one field.

use super::pile::{Pile, Record};
use super::texts::Texts;

/// One value of a field.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Null, or the field is missing in this feature.
    Null,
    /// A JSON number.
    Number(f64),
    /// Text.
    Text(Box<str>),
    /// True or false.
    Bool(bool),
    /// An array or object, which no role can use.
    Other,
}

/// One field of all features, in their order; too many values for memory lie in files ([`Pile`]).
#[derive(Debug, Clone, Default)]
pub struct Column {
    cells: Pile<Cell>,
    /// The values that are texts, in their order.
    texts: Texts,
}

/// A value of which a text lies apart.
#[derive(Debug, Clone, Copy)]
enum Cell {
    Null,
    Number(f64),
    /// Its number among the texts.
    Text(usize),
    Bool(bool),
    Other,
}

impl Record for Cell {
    type Bytes = [u8; 9];

    fn to_bytes(self) -> [u8; 9] {
        let (kind, bits) = match self {
            Self::Null => (0, 0),
            Self::Number(number) => (1, number.to_bits()),
            Self::Text(at) => (2, at as u64),
            Self::Bool(claim) => (3, u64::from(claim)),
            Self::Other => (4, 0),
        };
        let mut bytes = [kind; 9];
        bytes[1..].copy_from_slice(&bits.to_le_bytes());
        bytes
    }

    fn of_bytes([kind, bits @ ..]: [u8; 9]) -> Self {
        let bits = u64::from_le_bytes(bits);
        match kind {
            0 => Self::Null,
            1 => Self::Number(f64::from_bits(bits)),
            2 => Self::Text(usize::try_from(bits).expect("it was one")),
            3 => Self::Bool(bits != 0),
            _ => Self::Other,
        }
    }
}

impl Cell {
    /// The value, of which `text_of` gives the text of a number.
    fn value(self, text_of: impl FnOnce(usize) -> Box<str>) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Number(number) => Value::Number(number),
            Self::Text(at) => Value::Text(text_of(at)),
            Self::Bool(claim) => Value::Bool(claim),
            Self::Other => Value::Other,
        }
    }
}

impl Column {
    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// Whether all values lie in memory.
    #[must_use]
    pub fn is_in_memory(&self) -> bool {
        self.cells.is_in_memory() && self.texts.is_in_memory()
    }

    /// Adds a row.
    pub fn push(&mut self, value: Value) {
        self.cells.push(match value {
            Value::Null => Cell::Null,
            Value::Number(number) => Cell::Number(number),
            Value::Text(text) => {
                self.texts.push(&text);
                Cell::Text(self.texts.len() - 1)
            }
            Value::Bool(claim) => Cell::Bool(claim),
            Value::Other => Cell::Other,
        });
    }

    /// The value of a row. Where it lies in a file that is a look into the file: who needs many
    /// goes through [all](Self::iter).
    ///
    /// # Panics
    ///
    /// If there is no such row.
    #[must_use]
    pub fn of(&self, row: usize) -> Value {
        self.cells.of(row).value(|at| self.texts.of(at).into())
    }

    /// The value of a row; `None` beyond the last.
    #[must_use]
    pub fn get(&self, row: usize) -> Option<Value> {
        (row < self.len()).then(|| self.of(row))
    }

    /// The values in order.
    ///
    /// # Panics
    ///
    /// Never: each cell that is a text has one.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Value> {
        // Texts come in the order of their rows.
        let mut texts = self.texts.iter();
        self.cells.iter().map(move |cell| {
            cell.value(|_| texts.next().expect("each has its text").into())
        })
    }
}

impl Extend<Value> for Column {
    fn extend<I: IntoIterator<Item = Value>>(&mut self, values: I) {
        values.into_iter().for_each(|value| self.push(value));
    }
}

impl FromIterator<Value> for Column {
    fn from_iter<I: IntoIterator<Item = Value>>(values: I) -> Self {
        let mut column = Self::default();
        column.extend(values);
        column
    }
}

impl From<Vec<Value>> for Column {
    fn from(values: Vec<Value>) -> Self {
        values.into_iter().collect()
    }
}

impl<T: AsRef<[Value]>> PartialEq<T> for Column {
    fn eq(&self, other: &T) -> bool {
        self.iter().eq(other.as_ref().iter().cloned())
    }
}

impl PartialEq for Column {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

#[cfg(test)]
mod tests {
    use super::super::pile::narrow;
    use super::*;

    #[test]
    fn values_come_out_as_they_went_in() {
        let text = |text: &str| Value::Text(text.into());
        let odd = f64::from_bits(0x7ff8_0000_0000_1234);
        let values = vec![
            text("a"),
            Value::Null,
            Value::Number(-0.0),
            text(""),
            Value::Bool(true),
            Value::Bool(false),
            Value::Other,
            text("ñ"),
        ];
        let mut column = Column::from(values.clone());
        assert!(column.iter().eq(values.clone()) && column.iter().len() == 8);
        assert_eq!(column, values.iter().cloned().collect::<Column>());
        let each = (0..values.len()).map(|row| column.of(row));
        assert!(each.eq(values.clone()));
        let texts = values.iter().filter_map(|value| match value {
            Value::Text(text) => Some(&**text),
            _ => None,
        });
        let mut aside = Column { cells: narrow(), texts: texts.collect() };
        aside.cells.extend(&column.cells);
        assert!(!aside.cells.is_in_memory() && aside == column);
        assert!((0..values.len()).map(|row| aside.of(row)).eq(values.clone()));
        column.push(Value::Number(odd));
        let Some(Value::Number(number)) = column.get(8) else { panic!("{column:?}") };
        assert_eq!((number.to_bits(), column.get(9)), (odd.to_bits(), None));
        assert_ne!(column, values);
    }

    #[test]
    fn cells_survive_a_file() {
        let cells = [
            Cell::Null,
            Cell::Number(-0.0),
            Cell::Text(usize::MAX),
            Cell::Bool(true),
            Cell::Bool(false),
            Cell::Other,
        ];
        for cell in cells {
            let back = Cell::of_bytes(cell.to_bytes());
            assert_eq!(format!("{back:?}"), format!("{cell:?}"));
        }
    }
}
