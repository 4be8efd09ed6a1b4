//! Where two files of a run differ, in words that a person can follow up.
//!
//! In: the bytes of a file before and now. Out: [`Place`]s: the row and column of a table,
//! the member of a manifest, the line of a text. It reads no file.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{manifest, tables};
use crate::domain::Message;

/// Most places told of one file.
const MOST: usize = 5;

/// Where a file differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A cell of a table.
    Cell {
        /// The row's key.
        row: String,
        /// The column.
        column: String,
        /// What the run says.
        recorded: String,
        /// What a fresh run says.
        fresh: String,
    },
    /// A row that only the run has.
    RowGone(String),
    /// A row that only a fresh run has.
    RowNew(String),
    /// A member of the manifest.
    Member(String),
    /// A line, counted from 1.
    Line(usize),
    /// A byte, counted from 1.
    Byte(usize),
    /// More places of the same file.
    More(usize),
}

impl Place {
    /// The sentence for people about a file.
    #[must_use]
    pub fn message(&self, path: &str) -> Message {
        let about = |key| Message::new(key).with("path", path);
        match self {
            Self::Cell { row, column, recorded, fresh } => about("verify.cell")
                .with("row", row)
                .with("column", column)
                .with("recorded", recorded)
                .with("fresh", fresh),
            Self::RowGone(row) => about("verify.row_gone").with("row", row),
            Self::RowNew(row) => about("verify.row_new").with("row", row),
            Self::Member(member) => about("verify.member").with("member", member),
            Self::Line(line) => about("verify.line").with("line", line),
            Self::Byte(byte) => about("verify.byte").with("byte", byte),
            Self::More(count) => about("verify.more").with("count", count),
        }
    }
}

/// The places where two files differ, the first few of them; `None` is "somewhere".
pub(super) fn between(path: &str, old: &[u8], new: &[u8]) -> Vec<Option<Place>> {
    if old == new {
        return Vec::new();
    }
    let mut places = if path == manifest::FILE {
        match members(old, new) {
            // Only the clock or the version.
            Some(places) if places.is_empty() => return Vec::new(),
            Some(places) => places,
            None => vec![line(old, new)],
        }
    } else if let Some(places) = cells(path, old, new).filter(|found| !found.is_empty()) {
        places
    } else if std::str::from_utf8(old).is_ok() && std::str::from_utf8(new).is_ok() {
        vec![line(old, new)]
    } else {
        let common = old.iter().zip(new).take_while(|(a, b)| a == b).count();
        vec![Place::Byte(common + 1)]
    };
    let more = places.len().saturating_sub(MOST);
    places.truncate(MOST);
    places.extend((more > 0).then_some(Place::More(more)));
    places.into_iter().map(Some).collect()
}

/// The first line that differs.
fn line(old: &[u8], new: &[u8]) -> Place {
    let common = old.iter().zip(new).take_while(|(a, b)| a == b);
    Place::Line(common.filter(|(byte, _)| **byte == b'\n').count() + 1)
}

/// The members of two manifests that differ, but for the clock and for the version of the program,
/// which is told by itself.
fn members(old: &[u8], new: &[u8]) -> Option<Vec<Place>> {
    let read = |bytes| serde_json::from_slice::<Value>(bytes).ok();
    let (mut old, mut new) = (read(old)?, read(new)?);
    let mut found = Vec::new();
    for manifest in [&mut old, &mut new] {
        manifest.as_object_mut()?.remove("clock");
        // Files have been compared themselves.
        manifest.as_object_mut()?.remove("outputs");
        if let Some(program) = manifest.get_mut("program").and_then(Value::as_object_mut)
        {
            program.remove("version");
        }
    }
    differing("", &old, &new, &mut found);
    Some(found.into_iter().map(Place::Member).collect())
}

fn differing(path: &str, old: &Value, new: &Value, found: &mut Vec<String>) {
    let inside = |name: &str| {
        if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
    };
    match (old, new) {
        (Value::Object(a), Value::Object(b)) => {
            let added = b.keys().filter(|name| !a.contains_key(*name));
            for name in a.keys().chain(added) {
                let value = |map: &serde_json::Map<String, Value>| {
                    map.get(name).cloned().unwrap_or(Value::Null)
                };
                differing(&inside(name), &value(a), &value(b), found);
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (at, (a, b)) in a.iter().zip(b).enumerate() {
                differing(&inside(&at.to_string()), a, b, found);
            }
        }
        _ if old != new => found.push(path.to_owned()),
        _ => {}
    }
}

/// The cells of a table of ours that differ; `None` if it is none.
fn cells(path: &str, old: &[u8], new: &[u8]) -> Option<Vec<Place>> {
    let name = path.strip_prefix("tables/")?;
    let key = tables::key_of(name)?;
    let (old, new) = (tables::parse(old, key)?, tables::parse(new, key)?);
    let mut found = Vec::new();
    let keys: std::collections::BTreeSet<&String> =
        old.keys().chain(new.keys()).collect();
    for row in keys {
        match (old.get(row), new.get(row)) {
            (Some(a), Some(b)) => found.extend(in_row(row, a, b)),
            (Some(_), None) => found.push(Place::RowGone(row.clone())),
            _ => found.push(Place::RowNew(row.clone())),
        }
    }
    Some(found)
}

fn in_row(
    row: &str,
    old: &BTreeMap<String, String>,
    new: &BTreeMap<String, String>,
) -> Vec<Place> {
    let columns = new.keys().filter(|column| !old.contains_key(*column));
    let value = |row: &BTreeMap<String, String>, column| {
        row.get(column).cloned().unwrap_or_default()
    };
    old.keys()
        .chain(columns)
        .filter(|column| value(old, *column) != value(new, *column))
        .map(|column| Place::Cell {
            row: row.to_owned(),
            column: column.clone(),
            recorded: value(old, column),
            fresh: value(new, column),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(path: &str, old: &str, new: &str) -> Vec<Place> {
        between(path, old.as_bytes(), new.as_bytes()).into_iter().flatten().collect()
    }

    #[test]
    fn a_table_differs_in_a_cell_or_a_row() {
        let table = |rows: &str| format!("territory,deficit,value,unit\n{rows}");
        let old = table("01,water,3.5,h\n02,water,4,h\n");
        let new = table("01,water,3.6,h\n03,water,4,h\n");
        assert_eq!(
            places("tables/deficits.csv", &old, &new),
            [
                Place::Cell {
                    row: "01/water".into(),
                    column: "value".into(),
                    recorded: "3.5".into(),
                    fresh: "3.6".into(),
                },
                Place::RowGone("02/water".into()),
                Place::RowNew("03/water".into()),
            ]
        );
    }

    #[test]
    fn many_places_are_cut_short() {
        let rows = |value: &str| {
            let rows = (0..9).map(|i| format!("0{i},water,{value}\n"));
            format!("territory,deficit,value\n{}", rows.collect::<String>())
        };
        let found = places("tables/deficits.csv", &rows("1"), &rows("2"));
        assert_eq!((found.len(), &found[5]), (6, &Place::More(4)));
    }

    #[test]
    fn rows_in_another_order_are_another_file() {
        let (a, b) = (
            "territory,deficit,value\n1,w,1\n2,w,1\n",
            "territory,deficit,value\n2,w,1\n1,w,1\n",
        );
        assert_eq!(places("tables/deficits.csv", a, b), [Place::Line(2)]);
    }

    #[test]
    fn of_a_manifest_clock_and_version_do_not_count() {
        let manifest = |version: &str, clock: &str| {
            format!(
                r#"{{"program": {{"name": "p", "version": "{version}"}}, "clock": "{clock}"}}"#
            )
        };
        let (old, new) = (manifest("1", "a"), manifest("2", "b"));
        assert!(places("manifest.json", &old, &new).is_empty());
        let other = new.replace(r#""p""#, r#""q""#);
        assert_eq!(
            places("manifest.json", &old, &other),
            [Place::Member("program.name".into())]
        );
    }

    #[test]
    fn other_files_differ_at_a_line_or_a_byte() {
        assert_eq!(places("maps/a.svg", "<a>\n<b>\n", "<a>\n<c>\n"), [Place::Line(2)]);
        assert_eq!(places("maps/a.svg", "<a>\n", "<a>\n<c>\n"), [Place::Line(2)]);
        let found = between("maps/a.png", &[0xff, 1, 2], &[0xff, 1, 3]);
        assert_eq!(found, [Some(Place::Byte(3))]);
    }
}
