//! Checks that every zone of a hazard has a level that can be read.

use std::collections::BTreeMap;

use super::error::LayerTrouble;
use super::fields::{level_of, text_of};
use super::raw::{Column, Texts, Value};
use super::wanted::nearest;
use crate::domain::Level;

/// Words that need no map, as the sentence for people lists them.
const BUILT_IN: [&str; 10] = [
    "very_high",
    "high",
    "medium",
    "low",
    "none",
    "muy_alto",
    "alto",
    "medio",
    "bajo",
    "ninguno",
];

/// One trouble for the features without a level, and one for each unknown word.
pub(super) fn check_levels(
    field: &str,
    names: &BTreeMap<String, Level>,
    ids: &Texts,
    column: &Column,
) -> Vec<LayerTrouble> {
    let mut without = Vec::new();
    let mut unknown: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (row, value) in column.iter().enumerate() {
        if level_of(&value, names).is_some() {
            continue;
        }
        let text = match text_of(&value) {
            Some((text, _)) => text.trim().to_owned(),
            None if value == Value::Null => String::new(),
            None => "[…]".to_owned(),
        };
        if text.is_empty() {
            without.push(ids.of(row).into_owned());
        } else {
            unknown.entry(text).or_default().push(ids.of(row).into_owned());
        }
    }
    let mut troubles = Vec::new();
    let field = field.to_owned();
    if !without.is_empty() {
        troubles.push(LayerTrouble::NoLevel { field: field.clone(), features: without });
    }
    let own = names.keys().map(String::as_str);
    let known: Vec<&str> = own.chain(BUILT_IN).collect();
    for (value, features) in unknown {
        troubles.push(LayerTrouble::UnknownLevel {
            field: field.clone(),
            nearest: nearest(&value, known.iter().copied()),
            known: known.iter().map(|&word| word.to_owned()).collect(),
            value,
            features,
        });
    }
    troubles
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_that_cannot_be_read_are_told_by_word() {
        let names = BTreeMap::from([("MA".to_owned(), Level::VeryHigh)]);
        let column: Column = ["MA", "alto", "moderado", "", "moderado", "mui alto"]
            .map(|word| Value::Text(word.into()))
            .into_iter()
            .chain([Value::Null, Value::Number(4.0)])
            .collect();
        let ids: Texts = (1..=column.len()).map(|row| format!("#{row}")).collect();
        let told: Vec<(String, usize, Option<String>)> =
            check_levels("nivel", &names, &ids, &column)
                .into_iter()
                .map(|trouble| match trouble {
                    LayerTrouble::NoLevel { features, .. } => {
                        (String::new(), features.len(), None)
                    }
                    LayerTrouble::UnknownLevel { value, features, nearest, .. } => {
                        (value, features.len(), nearest)
                    }
                    other => panic!("{other:?}"),
                })
                .collect();
        let expected = [
            ("", 2, None),
            ("4", 1, None),
            ("moderado", 2, None),
            ("mui alto", 1, Some("muy_alto")),
        ]
        .map(|(word, count, near)| (word.to_owned(), count, near.map(str::to_owned)));
        assert_eq!(told, expected);
    }

    #[test]
    fn the_built_in_words_are_read() {
        for word in BUILT_IN {
            assert!(Level::parse(word).is_some(), "{word}");
        }
    }
}
