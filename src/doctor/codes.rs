//! Codes: stored as numbers, without their first zero, repeated, or of another system.
//!
//! In: columns and, for each row, where it lies. Out: suspicions.

use std::collections::HashMap;

use super::departments::{Numbering, department, may_hold};
use super::names;
use super::suspicion::{Kind, Suspicion};
use crate::layers::Value;
use crate::layers::fields::text_of;

/// A code that stands in the place of a key has so many different values at least.
const MOSTLY_DIFFERENT: f64 = 0.6;
/// Rows below which a repeated code tells nothing.
const FEW_ROWS: usize = 5;

/// What is known of a column that holds codes, once it was looked at.
#[derive(Debug)]
pub(super) struct CodeColumn {
    name: String,
    rows: usize,
    known: usize,
    different: usize,
    /// Rows that have the code and the place of a row before.
    same_place: usize,
    example: Option<String>,
    example_count: usize,
}

impl CodeColumn {
    /// Looks at a column; `None` if its name says that it holds no codes of its rows.
    pub(super) fn look(
        name: &str,
        column: &[Value],
        places: &[Option<[f64; 2]>],
    ) -> Option<Self> {
        if !names::is_code(name) || names::is_row_number(name) {
            return None;
        }
        let mut seen: HashMap<String, (usize, usize)> = HashMap::new();
        let (mut known, mut same_place) = (0, 0);
        let mut example: Option<(String, usize)> = None;
        for (row, value) in column.iter().enumerate() {
            let Some(code) = code_of(value) else { continue };
            known += 1;
            let place = |row: usize| places.get(row).copied().flatten();
            let entry = seen.entry(code.clone()).or_insert((0, row));
            entry.0 += 1;
            if entry.0 > 1 {
                let here = place(row);
                same_place += usize::from(here.is_some() && here == place(entry.1));
                let count = entry.0;
                if example.as_ref().is_none_or(|(_, most)| count > *most) {
                    example = Some((code, count));
                }
            }
        }
        let (example, example_count) =
            example.map_or((None, 0), |(code, count)| (Some(code), count));
        Some(Self {
            name: name.to_owned(),
            rows: column.len(),
            known,
            different: seen.len(),
            same_place,
            example,
            example_count,
        })
    }

    /// Whether every row has a code of its own.
    fn is_key(&self) -> bool {
        self.known > 0 && self.different == self.known && self.known * 10 >= self.rows * 9
    }

    #[expect(clippy::cast_precision_loss, reason = "counts of rows")]
    fn is_broken_key(&self) -> bool {
        self.known >= FEW_ROWS
            && self.known * 10 >= self.rows * 9
            && self.different < self.known
            && self.different as f64 >= MOSTLY_DIFFERENT * self.known as f64
    }
}

/// Whether rows repeat the code that seems to be their key: of the columns that hold codes,
/// none is a key, and one nearly is.
///
/// Points are facilities; anything else is drawn twice.
pub(super) fn repeated(columns: &[CodeColumn], are_points: bool) -> Option<Suspicion> {
    if columns.iter().any(CodeColumn::is_key) {
        return None;
    }
    let nearly = columns.iter().filter(|column| column.is_broken_key());
    // The last of those with most values would win; the first is meant.
    let column = nearly.rev().max_by_key(|column| column.different)?;
    let suspicion = Suspicion::of(Kind::RepeatedCode).with("field", &column.name);
    Some(
        suspicion
            .with("count", column.known - column.different)
            .with("rows", column.known)
            .with("codes", column.different)
            .with("same", column.same_place)
            .with("example", column.example.clone().unwrap_or_default())
            .with("times", column.example_count)
            .with(
                "why",
                if are_points { "@inspect.why.services" } else { "@inspect.why.twice" },
            ),
    )
}

/// A code as text, without the `.0` of floats.
fn code_of(value: &Value) -> Option<String> {
    let (text, _) = text_of(value)?;
    let text = text.trim();
    let text = text.strip_suffix(".0").unwrap_or(text);
    (!text.is_empty()).then(|| text.to_owned())
}

/// Whether codes are stored as numbers, and whether they lost their first zero by it.
pub(super) fn as_numbers(name: &str, column: &[Value]) -> Option<Suspicion> {
    if !names::is_code(name) || names::is_row_number(name) {
        return None;
    }
    let (mut known, mut numbers, mut long, mut short) = (0usize, 0usize, 0usize, 0usize);
    let mut example = None;
    for value in column {
        let is_number = match value {
            Value::Number(number) => number.fract() == 0.0,
            Value::Text(text) => {
                let bare = text.trim().strip_suffix(".0");
                bare.is_some_and(|bare| bare.bytes().all(|b| b.is_ascii_digit()))
            }
            _ => false,
        };
        let Some(code) = code_of(value) else { continue };
        known += 1;
        numbers += usize::from(is_number);
        long += usize::from(code.len() >= 4);
        let is_short = code.len() == 5 && code.bytes().all(|b| b.is_ascii_digit());
        short += usize::from(is_short);
        if example.is_none() && (is_short || numbers == 1) {
            example = Some((shown(value), code));
        }
    }
    let (stored, code) = example?;
    let is_district = names::is_district_code(name);
    if is_district && short * 2 > known {
        let suspicion = Suspicion::of(Kind::ZerosLost).with("field", name);
        let restored = format!("0{code}");
        let suspicion = suspicion.with("count", short).with("example", code);
        return Some(suspicion.with("restored", restored));
    }
    let is_suspicious = numbers * 10 >= known * 9 && long * 2 > known;
    is_suspicious.then(|| {
        Suspicion::of(Kind::CodeIsNumber).with("field", name).with("example", stored)
    })
}

/// Makes one suspicion of several columns of codes that are numbers.
pub(super) fn merged(all: &mut Vec<Suspicion>) {
    let is_it = |known: &Suspicion| known.kind == Kind::CodeIsNumber;
    let of = |known: &Suspicion, name: &str| {
        let found = known.values.iter().find(|(known, _)| *known == name);
        found.map_or_else(String::new, |(_, value)| value.clone())
    };
    let numbers: Vec<&Suspicion> = all.iter().filter(|known| is_it(known)).collect();
    let Some(first) = numbers.first() else { return };
    let example = of(first, "example");
    let fields: Vec<String> = numbers.iter().map(|known| of(known, "field")).collect();
    let one = Suspicion::of(Kind::CodeIsNumber).with("fields", fields.join(", "));
    let one = one.with("count", fields.len()).with("example", example);
    all.retain(|known| !is_it(known));
    all.push(one);
}

/// A number as a file shows it.
fn shown(value: &Value) -> String {
    match value {
        Value::Number(number) if number.fract() == 0.0 => format!("{number:.0}"),
        Value::Number(number) => number.to_string(),
        Value::Text(text) => text.trim().to_owned(),
        _ => String::new(),
    }
}

/// Whether codes of districts name departments in which their rows do not lie, and would
/// name the right ones in the other numbering.
pub(super) fn numbering(
    name: &str,
    column: &[Value],
    places: &[Option<[f64; 2]>],
    expected: Numbering,
) -> Option<Suspicion> {
    if !names::is_district_code(name) {
        return None;
    }
    let codes = column.iter().map(code_of);
    suspect_numbering(codes.zip(places.iter().copied()), expected)
        .map(|suspicion| suspicion.with("field", name))
}

/// The same for codes with the places that they stand for.
pub(super) fn suspect_numbering(
    codes: impl Iterator<Item = (Option<String>, Option<[f64; 2]>)>,
    expected: Numbering,
) -> Option<Suspicion> {
    let (mut known, mut as_expected, mut as_other) = (0usize, 0usize, 0usize);
    let mut example = None;
    for (code, place) in codes {
        let (Some(code), Some(place)) = (code, place) else { continue };
        let (Some(here), Some(there)) =
            (department(&code, expected), department(&code, expected.other()))
        else {
            continue;
        };
        known += 1;
        as_expected += usize::from(may_hold(here, place));
        as_other += usize::from(may_hold(there, place));
        example.get_or_insert(code);
    }
    let is_other = known >= 2 && as_expected * 10 <= known && as_other * 10 >= known * 9;
    let kind = match expected {
        Numbering::Inei => Kind::ReniecCodes,
        Numbering::Reniec => Kind::IneiCodes,
    };
    let example = example.filter(|_| is_other)?;
    Some(Suspicion::of(kind).with("count", as_other).with("example", example))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(texts: &[&str]) -> Vec<Value> {
        texts.iter().map(|text| Value::Text((*text).into())).collect()
    }

    fn value_of<'s>(suspicion: &'s Suspicion, name: &str) -> &'s str {
        let found = suspicion.values.iter().find(|(known, _)| *known == name);
        found.map_or("", |(_, value)| value.as_str())
    }

    #[test]
    fn a_facility_in_several_rows_is_seen() {
        let codes = texts(&["1", "2", "3", "3", "3", "4", "5", "6", "7", "8"]);
        let places = vec![Some([1.0, 2.0]); 10];
        let column = CodeColumn::look("cod_unico", &codes, &places).unwrap();
        let suspicion = repeated(&[column], true).unwrap();
        let told = ["count", "rows", "codes", "same", "example", "times"];
        let told = told.map(|name| value_of(&suspicion, name));
        assert_eq!(told, ["2", "10", "8", "2", "3", "3"]);
    }

    #[test]
    fn a_code_above_a_key_may_repeat() {
        let places = vec![None; 6];
        let key = texts(&["1", "2", "3", "4", "5", "6"]);
        let key = CodeColumn::look("cod_mod", &key, &places).unwrap();
        let above = texts(&["a", "b", "c", "d", "e", "e"]);
        let above = CodeColumn::look("cod_local", &above, &places).unwrap();
        assert_eq!(repeated(&[key, above], true), None);
        // A few categories are no key that is broken.
        let kinds = texts(&["1", "1", "2", "2", "1", "2"]);
        let kinds = CodeColumn::look("cod_tipo", &kinds, &places).unwrap();
        assert_eq!(repeated(&[kinds], true), None);
        assert!(CodeColumn::look("nombre", &texts(&["a"]), &places).is_none());
    }

    #[test]
    fn codes_as_numbers_are_seen_and_lost_zeros_too() {
        let numbers = |values: &[f64]| -> Vec<Value> {
            values.iter().copied().map(Value::Number).collect()
        };
        let kind = |name, column: &[Value]| as_numbers(name, column).map(|s| s.kind);
        let ilo = numbers(&[180_301.0, 180_302.0]);
        assert_eq!(kind("Ubigeo", &ilo), Some(Kind::CodeIsNumber));
        assert_eq!(kind("poblacion", &ilo), None);
        let floats = texts(&["180301.0", "180302.0"]);
        assert_eq!(kind("ubigeo", &floats), Some(Kind::CodeIsNumber));
        assert_eq!(kind("ubigeo", &texts(&["180301", "040101"])), None);
        // Arequipa is 040101.
        let arequipa = numbers(&[40_101.0, 40_102.0]);
        let lost = as_numbers("UBIGEO", &arequipa).unwrap();
        assert_eq!(lost.kind, Kind::ZerosLost);
        assert_eq!(value_of(&lost, "restored"), "040101");
        assert_eq!(kind("ubigeo", &texts(&["40101", "40102"])), Some(Kind::ZerosLost));
        // Small numbers are categories.
        assert_eq!(kind("COD_TIPO", &numbers(&[1.0, 2.0, 3.0])), None);
    }

    #[test]
    fn codes_of_the_other_registry_are_seen_by_their_place() {
        let ilo = vec![Some([-71.34, -17.63]); 3];
        let kind = |codes: &[&str], expected| {
            numbering("ubigeo", &texts(codes), &ilo, expected).map(|s| s.kind)
        };
        let inei = ["180301", "180302", "180303"];
        let reniec = ["170301", "170302", "170303"];
        assert_eq!(kind(&inei, Numbering::Inei), None);
        assert_eq!(kind(&reniec, Numbering::Inei), Some(Kind::ReniecCodes));
        assert_eq!(kind(&reniec, Numbering::Reniec), None);
        assert_eq!(kind(&inei, Numbering::Reniec), Some(Kind::IneiCodes));
        // One row proves nothing, and codes of elsewhere are no other numbering.
        assert_eq!(kind(&["170301"], Numbering::Inei), None);
        assert_eq!(kind(&["010101", "010102", "010103"], Numbering::Inei), None);
    }
}
