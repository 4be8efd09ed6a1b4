//! From the tree to options: types, known keys, words; all trouble is collected.
//!
//! In: a `Node`. Out: a value with its key and place, or errors pushed. The
//! keys a table may have are the fields of its struct, nothing else.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator};

use crate::domain::Place;

use super::error::{ConfigError, Trouble, nearest};
use super::tree::{Node, Value, join};

/// A value, its dotted path and its place.
#[derive(Debug, Clone)]
pub struct At<T> {
    /// The value.
    pub value: T,
    /// Dotted path of its key.
    pub key: String,
    /// Where it stands.
    pub place: Place,
}

impl<T> At<T> {
    /// An error about this value.
    pub(super) fn error(&self, trouble: Trouble) -> ConfigError {
        ConfigError::new(&self.key, self.place.clone(), trouble)
    }
}

/// A key that must be there; `None` where it is missing or wrong, which was reported.
#[derive(Debug, Clone)]
pub struct Required<T>(pub Option<At<T>>);

/// A key that may be left out.
pub type Optional<T> = Option<At<T>>;

/// A type that a node can be read as.
pub(super) trait Read: Sized {
    /// Reads it, or reports why not.
    fn read(node: &Node, key: &str, errors: &mut Vec<ConfigError>) -> Option<Self>;
}

/// A type that a field of a table can have.
pub(super) trait Field: Sized {
    /// Reads the field from its table.
    fn field(
        table: &Node,
        name: &'static str,
        key: &str,
        errors: &mut Vec<ConfigError>,
    ) -> Self;
}

impl<T: Read> Read for At<T> {
    fn read(node: &Node, key: &str, errors: &mut Vec<ConfigError>) -> Option<Self> {
        let value = T::read(node, key, errors)?;
        Some(Self { value, key: key.to_owned(), place: node.place.clone() })
    }
}

impl<T: Read> Field for Option<At<T>> {
    fn field(
        table: &Node,
        name: &'static str,
        key: &str,
        errors: &mut Vec<ConfigError>,
    ) -> Self {
        let entry = table.entry(name)?;
        At::read(&entry.node, &join(key, name), errors)
    }
}

impl<T: Read> Field for Required<T> {
    fn field(
        table: &Node,
        name: &'static str,
        key: &str,
        errors: &mut Vec<ConfigError>,
    ) -> Self {
        if table.entry(name).is_none() && !is_misspelt(key, name, errors) {
            let trouble = Trouble::MissingKey { name };
            errors.push(ConfigError::new(key, table.place.clone(), trouble));
        }
        Self(Option::<At<T>>::field(table, name, key, errors))
    }
}

/// Whether an unknown key of the same table was probably meant to be this one; then it
/// is not missing as well.
pub(super) fn is_misspelt(table: &str, name: &str, errors: &[ConfigError]) -> bool {
    errors.iter().any(|error| {
        let in_table =
            error.key.rsplit_once('.').map_or("", |(before, _)| before) == table;
        let Trouble::UnknownKey { nearest, .. } = &error.trouble else { return false };
        in_table && nearest.as_deref() == Some(name)
    })
}

/// Reports that a node has another type than expected.
pub(super) fn wrong_type(
    node: &Node,
    key: &str,
    expected: &'static str,
    errors: &mut Vec<ConfigError>,
) {
    let found = node.value.type_key();
    let trouble = Trouble::WrongType { expected, found, shown: node.value.shown() };
    errors.push(ConfigError::new(key, node.place.clone(), trouble));
}

/// Reports that a word is none of those known.
pub(super) fn unknown_word(
    node: &Node,
    key: &str,
    known: &[&str],
    errors: &mut Vec<ConfigError>,
) {
    let Value::Text(found) = &node.value else {
        return wrong_type(node, key, "@config.type.text", errors);
    };
    let trouble = Trouble::UnknownWord {
        found: found.clone(),
        known: known.iter().map(|&word| word.to_owned()).collect(),
        nearest: nearest(found, known.iter().copied()),
    };
    errors.push(ConfigError::new(key, node.place.clone(), trouble));
}

/// Reports a node that is no table, and keys that a table does not have.
pub(super) fn expect_table(
    node: &Node,
    key: &str,
    known: &[&'static str],
    errors: &mut Vec<ConfigError>,
) -> Option<()> {
    let Value::Table(entries) = &node.value else {
        wrong_type(node, key, "@config.type.table", errors);
        return None;
    };
    for entry in entries.iter().filter(|entry| !known.contains(&entry.key.as_str())) {
        let trouble = Trouble::UnknownKey {
            known: known.iter().map(|&name| name.to_owned()).collect(),
            nearest: nearest(&entry.key, known.iter().copied()),
        };
        let key = join(key, &entry.key);
        errors.push(ConfigError::new(&key, entry.key_place.clone(), trouble));
    }
    Some(())
}

impl Read for String {
    fn read(node: &Node, key: &str, errors: &mut Vec<ConfigError>) -> Option<Self> {
        match &node.value {
            Value::Text(text) if text.trim().is_empty() => {
                let place = node.place.clone();
                errors.push(ConfigError::new(key, place, Trouble::BlankText));
                None
            }
            Value::Text(text) => Some(text.clone()),
            _ => {
                wrong_type(node, key, "@config.type.text", errors);
                None
            }
        }
    }
}

impl Read for f64 {
    #[expect(clippy::cast_precision_loss, reason = "settings are small numbers")]
    fn read(node: &Node, key: &str, errors: &mut Vec<ConfigError>) -> Option<Self> {
        match &node.value {
            Value::Float(number) if number.is_finite() => Some(*number),
            Value::Integer(number) => Some(*number as Self),
            Value::Float(number) => {
                let found = number.to_string();
                let trouble = Trouble::OutOfRange { found, rule: "@config.rule.finite" };
                errors.push(ConfigError::new(key, node.place.clone(), trouble));
                None
            }
            _ => {
                wrong_type(node, key, "@config.type.number", errors);
                None
            }
        }
    }
}

impl Read for bool {
    fn read(node: &Node, key: &str, errors: &mut Vec<ConfigError>) -> Option<Self> {
        if let Value::Bool(claim) = node.value {
            return Some(claim);
        }
        wrong_type(node, key, "@config.type.boolean", errors);
        None
    }
}

impl<T: Read> Read for Vec<T> {
    fn read(node: &Node, key: &str, errors: &mut Vec<ConfigError>) -> Option<Self> {
        let Value::List(nodes) = &node.value else {
            wrong_type(node, key, "@config.type.list", errors);
            return None;
        };
        let mut all = Self::with_capacity(nodes.len());
        for (i, node) in nodes.iter().enumerate() {
            all.extend(T::read(node, &join(key, &i.to_string()), errors));
        }
        Some(all)
    }
}

impl<T: Read> Read for BTreeMap<String, At<T>> {
    fn read(node: &Node, key: &str, errors: &mut Vec<ConfigError>) -> Option<Self> {
        let Value::Table(entries) = &node.value else {
            wrong_type(node, key, "@config.type.table", errors);
            return None;
        };
        let mut all = Self::new();
        for entry in entries {
            let value = At::read(&entry.node, &join(key, &entry.key), errors);
            all.extend(value.map(|value| (entry.key.clone(), value)));
        }
        Some(all)
    }
}

/// A closed set of words, each with its meaning.
pub trait Words: Copy + 'static {
    /// The words and what they mean; the first of a meaning is the one to prefer.
    const WORDS: &'static [(&'static str, Self)];

    /// Reads a word; as written, unless the set is more lenient.
    fn parse(text: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(word, _)| *word == text).map(|(_, value)| *value)
    }
}

/// One of the words of a closed set.
#[derive(Debug, Clone, Copy)]
pub struct Choice<T>(pub T);

impl<T: Words> Read for Choice<T> {
    fn read(node: &Node, key: &str, errors: &mut Vec<ConfigError>) -> Option<Self> {
        let known: Vec<&str> = T::WORDS.iter().map(|(word, _)| *word).collect();
        let value = match &node.value {
            Value::Text(text) => T::parse(text),
            _ => None,
        };
        if value.is_none() {
            unknown_word(node, key, &known, errors);
        }
        value.map(Self)
    }
}

impl<T: Words> JsonSchema for Choice<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Choice".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let words: Vec<&str> = T::WORDS.iter().map(|(word, _)| *word).collect();
        schemars::json_schema!({ "type": "string", "enum": words })
    }
}

macro_rules! schema_of_inner {
    ($outer:ident) => {
        impl<T: JsonSchema> JsonSchema for $outer<T> {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                T::schema_name()
            }

            fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                generator.subschema_for::<T>()
            }
        }
    };
}

schema_of_inner!(At);
schema_of_inner!(Required);

/// Declares a table of the project file: its fields are its keys, for the reader and
/// the schema alike.
macro_rules! table {
    ($(
        $(#[$meta:meta])*
        pub struct $name:ident { $( $(#[$field_meta:meta])* pub $field:ident: $ty:ty, )* }
    )*) => { $(
        $(#[$meta])*
        #[derive(Debug, Clone, schemars::JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $name { $( $(#[$field_meta])* pub $field: $ty, )* }

        impl $crate::config::read::Read for $name {
            fn read(
                node: &$crate::config::tree::Node,
                key: &str,
                errors: &mut Vec<$crate::config::error::ConfigError>,
            ) -> Option<Self> {
                use $crate::config::read::Field;
                const KEYS: &[&str] = &[$(stringify!($field),)*];
                $crate::config::read::expect_table(node, key, KEYS, errors)?;
                Some(Self {
                    $($field: Field::field(node, stringify!($field), key, errors),)*
                })
            }
        }
    )* };
}

pub(super) use table;
