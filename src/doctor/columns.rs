//! Fields: their types, nulls and samples, and what is wrong with their values as such.

use std::collections::BTreeSet;

use super::names;
use super::numbers::{self, Style};
use super::report::{Field, FieldKind};
use super::suspicion::{Kind, Suspicion};
use crate::layers::Value;
use crate::layers::fields::text_of;

/// Samples of a field.
const SAMPLES: usize = 3;
/// Letters of a sample.
const SAMPLE_LETTERS: usize = 40;
/// Of the values of a column, so many must be numbers for it to be a column of numbers.
const MOSTLY: f64 = 0.8;

/// What the values of a column are, one after another.
#[derive(Debug, Default)]
struct Tally {
    nulls: usize,
    numbers: usize,
    wholes: usize,
    texts: usize,
    claims: usize,
    others: usize,
    styles: [usize; 5],
    first_of_style: [Option<String>; 5],
    range: Option<[f64; 2]>,
    lost: usize,
    lost_example: Option<String>,
    doubled: usize,
    doubled_example: Option<String>,
}

/// Describes a field, and adds what is suspicious about its values.
pub(super) fn describe(
    name: &str,
    column: &[Value],
    suspicions: &mut Vec<Suspicion>,
) -> Field {
    let mut tally = Tally::default();
    let (mut distinct, mut samples) = (BTreeSet::new(), Vec::new());
    for value in column {
        tally.add(value);
        if distinct.len() < Field::MOST_DISTINCT
            && let Some((text, _)) = text_of(value)
            && !text.trim().is_empty()
            && distinct.insert(shortened(text.trim()))
            && samples.len() < SAMPLES
        {
            samples.push(shortened(text.trim()));
        }
    }
    tally.suspect(name, suspicions);
    Field {
        name: name.to_owned(),
        kind: tally.kind(),
        nulls: tally.nulls,
        distinct: distinct.len(),
        range: tally.range,
        samples,
    }
}

fn shortened(text: &str) -> String {
    let clean = |letter: char| if letter.is_control() { ' ' } else { letter };
    let mut short: String = text.chars().take(SAMPLE_LETTERS).map(clean).collect();
    if text.chars().nth(SAMPLE_LETTERS).is_some() {
        short.push('…');
    }
    short
}

impl Tally {
    fn add(&mut self, value: &Value) {
        match value {
            Value::Null => self.nulls += 1,
            Value::Bool(_) => self.claims += 1,
            Value::Other => self.others += 1,
            Value::Number(number) => {
                self.numbers += 1;
                self.wholes += usize::from(number.fract() == 0.0);
                self.widen(*number);
            }
            Value::Text(text) if text.trim().is_empty() => self.nulls += 1,
            Value::Text(text) => self.text(text),
        }
    }

    fn text(&mut self, text: &str) {
        self.texts += 1;
        if let Some(style) = numbers::style_of(text) {
            self.styles[style as usize] += 1;
            self.first_of_style[style as usize].get_or_insert_with(|| text.trim().into());
            if let Some(number) = numbers::number(text, false) {
                self.widen(number);
            }
        }
        if text.contains('\u{FFFD}') {
            self.lost += 1;
            self.lost_example.get_or_insert_with(|| shortened(text));
        }
        if is_double_encoded(text) {
            self.doubled += 1;
            self.doubled_example.get_or_insert_with(|| shortened(text));
        }
    }

    fn widen(&mut self, number: f64) {
        if number.is_finite() {
            let [low, high] = self.range.unwrap_or([number, number]);
            self.range = Some([low.min(number), high.max(number)]);
        }
    }

    /// Texts that are numbers in some way.
    fn number_texts(&self) -> usize {
        self.styles.iter().sum()
    }

    fn kind(&self) -> FieldKind {
        let known = self.numbers + self.texts + self.claims + self.others;
        match known {
            0 => FieldKind::Empty,
            _ if self.numbers == known && self.wholes == known => FieldKind::Integer,
            _ if self.numbers == known => FieldKind::Number,
            _ if self.claims == known => FieldKind::Boolean,
            _ if self.others == known => FieldKind::Other,
            _ if self.texts == known && self.number_texts() == known => {
                FieldKind::NumberText
            }
            _ if self.texts == known => FieldKind::Text,
            _ => FieldKind::Mixed,
        }
    }

    fn suspect(&self, name: &str, suspicions: &mut Vec<Suspicion>) {
        let letters = [
            (Kind::LostLetters, self.lost, &self.lost_example),
            (Kind::DoubleEncoding, self.doubled, &self.doubled_example),
        ];
        for (kind, count, example) in letters {
            if let Some(example) = example {
                let suspicion = Suspicion::of(kind).with("field", name);
                suspicions.push(suspicion.with("count", count).with("example", example));
            }
        }
        #[expect(clippy::cast_precision_loss, reason = "counts of rows")]
        let is_mostly_numbers =
            self.number_texts() as f64 >= MOSTLY * self.texts as f64 && self.texts > 0;
        let example = |style: Style| self.first_of_style[style as usize].clone();
        if is_mostly_numbers
            && !names::is_code(name)
            && let (Some(comma), Some(point)) =
                (example(Style::Comma), example(Style::Point))
        {
            let suspicion = Suspicion::of(Kind::MixedNumbers).with("field", name);
            suspicions.push(
                suspicion
                    .with("comma", comma)
                    .with("commas", self.styles[Style::Comma as usize])
                    .with("point", point)
                    .with("points", self.styles[Style::Point as usize]),
            );
        }
    }
}

/// Whether a text holds what becomes of `ñ` and vowels with accents where UTF-8 is read as
/// Latin-1: `Ã` and a letter that no word of Spanish has there.
fn is_double_encoded(text: &str) -> bool {
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let follows =
            |c: &char| ('\u{80}'..='\u{BF}').contains(c) || *c == '‘' || *c == '“';
        if matches!(letter, 'Ã' | 'Â') && letters.peek().is_some_and(follows) {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Value {
        Value::Text(text.into())
    }

    fn seen(name: &str, values: &[Value]) -> (Field, Vec<Kind>) {
        let mut suspicions = Vec::new();
        let field = describe(name, values, &mut suspicions);
        (field, suspicions.iter().map(|suspicion| suspicion.kind).collect())
    }

    #[test]
    fn fields_have_a_type_by_all_their_values() {
        let cases = [
            (vec![Value::Null, text(" ")], FieldKind::Empty),
            (vec![Value::Number(3.0), Value::Null], FieldKind::Integer),
            (vec![Value::Number(3.5), Value::Number(3.0)], FieldKind::Number),
            (vec![text("3"), text("4.5")], FieldKind::NumberText),
            (vec![text("3"), text("x")], FieldKind::Text),
            (vec![Value::Number(3.0), text("x")], FieldKind::Mixed),
            (vec![Value::Bool(true)], FieldKind::Boolean),
            (vec![Value::Other], FieldKind::Other),
        ];
        for (values, expected) in cases {
            assert_eq!(seen("f", &values).0.kind, expected, "{values:?}");
        }
        let (field, _) =
            seen("f", &[Value::Number(3.0), Value::Null, Value::Number(-1.0)]);
        assert_eq!((field.nulls, field.distinct, field.range), (1, 2, Some([-1.0, 3.0])));
        assert_eq!(field.samples, ["3", "-1"]);
    }

    #[test]
    fn letters_that_were_lost_are_seen() {
        assert_eq!(seen("n", &[text("Macahar\u{FFFD}")]).1, [Kind::LostLetters]);
        assert_eq!(seen("n", &[text("PeÃ±Ã³n")]).1, [Kind::DoubleEncoding]);
        assert_eq!(seen("n", &[text("São Ângelo, Peñón")]).1, []);
    }

    #[test]
    fn contradicting_numbers_are_seen_and_ambiguous_ones_are_not() {
        let mixed = [text("1.380,6"), text("1,523.44"), text("12")];
        assert_eq!(seen("area", &mixed).1, [Kind::MixedNumbers]);
        let one_way = [text("1.380,6"), text("1.380"), text("12")];
        assert_eq!(seen("area", &one_way).1, []);
        let words = [text("1.380,6"), text("1,523.44"), text("a"), text("b"), text("c")];
        assert_eq!(seen("area", &words).1, []);
    }
}
