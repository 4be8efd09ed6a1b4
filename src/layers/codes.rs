//! Checks the codes of territories and the ids of features.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::hash::BuildHasher;

use rayon::prelude::*;
use rustc_hash::FxBuildHasher;

use super::error::LayerTrouble;
use super::fields::{ReadFromNumber, text_of};
use super::raw::{Column, Pile, RawFeatures, Texts, Value};
use crate::domain::{Code, Finding, Findings, TerritoryCode};

/// How many findings of one kind are listed before the rest is counted.
pub(super) const LISTED: usize = 100;
/// Marks of ids that stand on one shelf, about.
const MARKS_AT_ONCE: usize = 1 << 20;

/// Puts the values of the id field in the place of the file's own ids; where it is empty,
/// the file's own stays.
pub(super) fn apply_id_field(data: &mut RawFeatures, field: &str) {
    let Some(column) = data.columns.get(field) else { return };
    let mut ids = Texts::default();
    for (own, value) in data.ids.iter().zip(column.iter()) {
        let text = text_of(&value).map(|(text, _)| text);
        let text = text.as_deref().map(str::trim).filter(|text| !text.is_empty());
        ids.push(text.unwrap_or(&own));
    }
    data.ids = ids;
}

/// Makes a finding of each id that occurs more than once.
pub(super) fn check_ids(layer: &str, ids: &Texts, findings: &mut Findings) {
    if are_numbered(ids) {
        return;
    }
    let alike = repeated_marks(ids, MARKS_AT_ONCE);
    if alike.is_empty() {
        return;
    }
    let mut counts: HashMap<String, usize> = HashMap::new();
    for id in ids.iter().filter(|id| alike.contains(&mark(id))) {
        *counts.entry(id.into_owned()).or_default() += 1;
    }
    let mut repeated = 0usize;
    let mut extra = 0usize;
    for id in ids.iter() {
        // Taken out, so that each is told once, at its first occurrence.
        let Some(count) = counts.remove(&*id).filter(|count| *count > 1) else {
            continue;
        };
        repeated += 1;
        if repeated > LISTED {
            extra += 1;
            continue;
        }
        let finding = Finding::about(Code::RepeatedId, layer).feature(id);
        findings.push(finding.with("count", count).with("what", "@finding.part.times"));
    }
    if extra > 0 {
        let finding = Finding::about(Code::RepeatedId, layer);
        findings
            .push(finding.with("count", extra).with("what", "@finding.part.more_ids"));
    }
}

/// A number that equal ids have, and hardly ever others.
fn mark(id: &str) -> u64 {
    FxBuildHasher.hash_one(id)
}

/// The marks that more than one id has. Equal ones stand on one shelf, and one shelf at a time is
/// looked through, so that those of a large layer need not all lie in memory.
fn repeated_marks(ids: &Texts, at_once: usize) -> HashSet<u64> {
    let shelves = ids.len() / at_once + 1;
    let mut marks: Vec<Pile<u64>> = vec![Pile::default(); shelves];
    for id in ids.iter() {
        let mark = mark(&id);
        let shelf = usize::try_from(mark % shelves as u64);
        marks[shelf.expect("it is one of them")].push(mark);
    }
    let repeated = marks.into_iter().flat_map(|marks| {
        let mut marks = marks.range(0..marks.len()).into_owned();
        marks.par_sort_unstable();
        let pairs = marks.windows(2).filter(|pair| pair[0] == pair[1]);
        pairs.map(|pair| pair[0]).collect::<Vec<_>>()
    });
    repeated.collect()
}

/// Whether ids are rising numbers, as those of a file that has none are: no two of them are
/// the same then.
fn are_numbered(ids: &Texts) -> bool {
    let number = |id: &str| id.strip_prefix('#')?.parse::<u64>().ok();
    let mut last = None;
    ids.iter().all(|id| {
        let next = number(&id);
        let is_more = next.is_some() && next > last;
        last = next;
        is_more
    })
}

/// Checks that every territory has a code of its own.
pub(super) fn check_codes(
    layer: &str,
    ids: &Texts,
    column: &Column,
    findings: &mut Findings,
) -> Vec<LayerTrouble> {
    let mut troubles = Vec::new();
    let mut without = Vec::new();
    // The first feature of a code, and where its trouble stands once there is one.
    let mut firsts: HashMap<TerritoryCode, (String, Option<usize>)> = HashMap::new();
    let mut numbers: Vec<String> = Vec::new();
    for (id, value) in ids.iter().zip(column.iter()) {
        let feature = id.into_owned();
        let (code, from) = match read_code(&value) {
            CodeField::Code(code, from) => (code, from),
            CodeField::Empty => {
                without.push(feature);
                continue;
            }
            CodeField::Bad(value) => {
                troubles.push(LayerTrouble::BadCode { feature, value });
                continue;
            }
        };
        if from == ReadFromNumber::Yes {
            numbers.push(code.to_string());
        }
        if code.is_reserved() {
            let code = code.to_string();
            troubles.push(LayerTrouble::ReservedCode { feature, code });
            continue;
        }
        match firsts.entry(code) {
            Entry::Occupied(mut known) => {
                let code = known.key().to_string();
                let (first, told) = known.get_mut();
                let before = told.and_then(|at| troubles.get_mut(at));
                if let Some(LayerTrouble::RepeatedCode { count, .. }) = before {
                    *count += 1;
                } else {
                    *told = Some(troubles.len());
                    let (first, second, count) = (first.clone(), feature, 2);
                    let trouble =
                        LayerTrouble::RepeatedCode { first, second, code, count };
                    troubles.push(trouble);
                }
            }
            Entry::Vacant(place) => {
                place.insert((feature, None));
            }
        }
    }
    if !without.is_empty() {
        troubles.push(LayerTrouble::NoCode { features: without });
    }
    if let Some(first) = numbers.first() {
        let finding = Finding::about(Code::CodeReadFromNumber, layer);
        findings.push(finding.with("count", numbers.len()).with("example", first));
    }
    troubles
}

enum CodeField {
    Code(TerritoryCode, ReadFromNumber),
    Empty,
    Bad(String),
}

fn read_code(value: &Value) -> CodeField {
    let Some((text, from)) = text_of(value) else {
        return match value {
            Value::Null => CodeField::Empty,
            Value::Number(number) => CodeField::Bad(number.to_string()),
            _ => CodeField::Bad("[…]".to_owned()),
        };
    };
    let is_code = match value {
        Value::Bool(_) => false,
        Value::Number(number) => number.fract() == 0.0,
        _ => true,
    };
    if !is_code {
        return CodeField::Bad(text);
    }
    TerritoryCode::new(&text).map_or(CodeField::Empty, |code| CodeField::Code(code, from))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Value {
        Value::Text(text.into())
    }

    fn ids(count: usize) -> Texts {
        (1..=count).map(|row| format!("#{row}")).collect()
    }

    #[test]
    fn only_rising_numbers_need_no_look_at_each_other() {
        let of = |all: &[&str]| are_numbered(&all.iter().collect());
        assert!(of(&[]) && of(&["#0"]) && of(&["#7", "#8", "#100"]));
        let others: [&[&str]; 6] = [
            &["#1", "#1"],
            &["#2", "#1"],
            &["#1", "2"],
            &["a"],
            &["#1", "#"],
            &["#1", "#x", "#2"],
        ];
        for all in others {
            assert!(!of(all), "{all:?}");
        }
    }

    #[test]
    fn codes_must_be_there_and_their_own() {
        let column = Column::from(vec![
            text("080301"),
            text(" 080301 "),
            Value::Number(180_301.0),
            text("180301"),
            Value::Null,
            text("  "),
            Value::Number(1.5),
            Value::Bool(true),
            text("_T"),
            text("_X "),
        ]);
        let mut findings = Findings::default();
        let troubles = check_codes("d", &ids(column.len()), &column, &mut findings);
        let told: Vec<String> = troubles.iter().map(|t| format!("{t:?}")).collect();
        assert_eq!(
            told,
            [
                r##"RepeatedCode { first: "#1", second: "#2", code: "080301", count: 2 }"##,
                r##"RepeatedCode { first: "#3", second: "#4", code: "180301", count: 2 }"##,
                r##"BadCode { feature: "#7", value: "1.5" }"##,
                r##"BadCode { feature: "#8", value: "true" }"##,
                r##"ReservedCode { feature: "#9", code: "_T" }"##,
                r##"ReservedCode { feature: "#10", code: "_X" }"##,
                r##"NoCode { features: ["#5", "#6"] }"##,
            ]
        );
        let [finding] = findings.as_slice() else { panic!("{findings:?}") };
        assert_eq!(finding.code, Code::CodeReadFromNumber);
        assert_eq!(finding.values[1].1, "180301");
    }

    #[test]
    fn repeated_ids_are_told_once_each_and_then_counted() {
        let mut all: Texts = ["a", "b", "a", "c", "b", "a"].iter().collect();
        let mut findings = Findings::default();
        check_ids("l", &all, &mut findings);
        let told: Vec<_> = findings
            .as_slice()
            .iter()
            .map(|f| (f.feature.as_str(), f.values[0].1.as_str()))
            .collect();
        assert_eq!(told, [("a", "3"), ("b", "2")]);

        all = ids(LISTED + 7);
        all.append(&ids(LISTED + 7));
        let mut findings = Findings::default();
        check_ids("l", &all, &mut findings);
        assert_eq!(findings.as_slice().len(), LISTED + 1);
        let last = findings.as_slice().last().unwrap();
        assert_eq!((last.feature.as_str(), last.values[0].1.as_str()), ("", "7"));
    }

    #[test]
    fn equal_ids_stand_on_one_shelf() {
        let mut all = ids(40);
        all.append(&["#7", "#39", "#7"].iter().collect());
        let expected = HashSet::from(["#7", "#39"].map(mark));
        for at_once in [1, 2, 7, 1000] {
            assert_eq!(repeated_marks(&all, at_once), expected, "{at_once}");
        }
        assert!(repeated_marks(&ids(40), 3).is_empty());
    }

    #[test]
    fn the_id_field_comes_before_the_files_own_ids() {
        let mut data = RawFeatures { ids: ids(4), ..RawFeatures::default() };
        let column = vec![text(" x "), Value::Number(7.0), Value::Null, text("")];
        data.columns.insert("k".to_owned(), column.into());
        apply_id_field(&mut data, "k");
        assert!(data.ids.iter().eq(["x", "7", "#3", "#4"]));
    }
}
