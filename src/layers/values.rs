//! Findings about the values of additive fields: people, sums, capacities, accuracies.

use super::codes::LISTED;
use super::fields::{Additive, additive_of};
use super::raw::{Column, Texts, Value};
use crate::domain::{Code, Finding, Findings};

/// Makes a finding of every value that is unknown, and one of all that were text.
pub(super) fn check_amounts(
    layer: &str,
    field: &str,
    ids: &Texts,
    column: &Column,
    findings: &mut Findings,
) {
    let mut counts = [0usize; 3];
    let mut texts = 0usize;
    for (row, value) in column.iter().enumerate() {
        let (kind, code) = match additive_of(&value) {
            Additive::Known(_, was_text) => {
                texts += usize::from(was_text);
                continue;
            }
            Additive::Null => (0, Code::UnknownValue),
            Additive::Negative(_) => (1, Code::NegativeValue),
            Additive::NotANumber => (2, Code::NotANumber),
        };
        counts[kind] += 1;
        if counts[kind] <= LISTED {
            let finding = Finding::about(code, layer).feature(ids.of(row));
            let finding = finding.with("field", field);
            let finding = finding.with("value", shown(&value)).with("count", 1);
            findings.push(finding.with("what", "@finding.part.feature"));
        }
    }
    let codes = [Code::UnknownValue, Code::NegativeValue, Code::NotANumber];
    for (code, count) in codes.into_iter().zip(counts) {
        if count > LISTED {
            let finding = Finding::about(code, layer).with("field", field);
            let finding = finding.with("value", "…").with("count", count - LISTED);
            findings.push(finding.with("what", "@finding.part.more_features"));
        }
    }
    if texts > 0 {
        let finding = Finding::about(Code::NumberReadFromText, layer);
        findings.push(finding.with("field", field).with("count", texts));
    }
}

/// A value as a finding shows it.
fn shown(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Text(text) => text.chars().take(40).collect(),
        Value::Bool(claim) => claim.to_string(),
        Value::Other => "[…]".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_amounts_are_findings() {
        let text = |text: &str| Value::Text(text.into());
        let column = Column::from(vec![
            Value::Number(5.0),
            Value::Null,
            Value::Number(-2.0),
            text("1,234"),
            text("7"),
            text("-7"),
        ]);
        let ids: Texts = ["a", "b", "c", "d", "e", "f"].iter().collect();
        let mut findings = Findings::default();
        check_amounts("l", "people", &ids, &column, &mut findings);
        let told: Vec<_> =
            findings.as_slice().iter().map(|f| (f.code, f.feature.as_str())).collect();
        assert_eq!(
            told,
            [
                (Code::UnknownValue, "b"),
                (Code::NegativeValue, "c"),
                (Code::NotANumber, "d"),
                (Code::NegativeValue, "f"),
                (Code::NumberReadFromText, ""),
            ]
        );
    }

    #[test]
    fn many_findings_end_in_a_count() {
        let column = Column::from(vec![Value::Null; LISTED + 3]);
        let ids: Texts = (0..column.len()).map(|i| i.to_string()).collect();
        let mut findings = Findings::default();
        check_amounts("l", "people", &ids, &column, &mut findings);
        assert_eq!(findings.as_slice().len(), LISTED + 1);
        let last = findings.as_slice().last().unwrap();
        assert_eq!(last.feature, "");
        assert!(last.values.contains(&("count", "3".to_owned())));
    }
}
