//! The project file as a tree in which every key and value knows its place.
//!
//! In: TOML text and overrides (`--set`). Out: a [`Node`] tree, or the places
//! where the text is not TOML. Nothing is known here about which keys exist.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::de::{DeTable, DeValue};

use crate::domain::Place;

use super::error::{ConfigError, Trouble};

/// Stands for the file in the places of overrides.
pub const OVERRIDE: &str = "--set";

/// A value and its place.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) value: Value,
    pub(super) place: Place,
}

/// A value of TOML.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Text(String),
    Integer(i64),
    Float(f64),
    Bool(bool),
    Date(String),
    List(Vec<Node>),
    Table(Vec<Entry>),
}

/// A key with its value.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) key_place: Place,
    pub(super) node: Node,
}

impl Value {
    /// Catalogue key of the name of the type, where it was found but not expected.
    pub(super) fn type_key(&self) -> &'static str {
        match self {
            Self::Text(_) => "@config.found.text",
            Self::Integer(_) | Self::Float(_) => "@config.found.number",
            Self::Bool(_) => "@config.found.boolean",
            Self::Date(_) => "@config.found.date",
            Self::List(_) => "@config.found.list",
            Self::Table(_) => "@config.found.table",
        }
    }

    /// The value as people wrote it, short, for messages; empty for lists and tables.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Text(text) => format!(" \"{text}\""),
            Self::Integer(number) => format!(" {number}"),
            Self::Float(number) => format!(" {number}"),
            Self::Bool(claim) => format!(" {claim}"),
            Self::Date(text) => format!(" {text}"),
            Self::List(_) | Self::Table(_) => String::new(),
        }
    }
}

impl Node {
    /// The entry of a table by its key.
    pub(super) fn entry(&self, key: &str) -> Option<&Entry> {
        match &self.value {
            Value::Table(entries) => entries.iter().find(|entry| entry.key == key),
            _ => None,
        }
    }

    fn entries_mut(&mut self) -> Option<&mut Vec<Entry>> {
        match &mut self.value {
            Value::Table(entries) => Some(entries),
            _ => None,
        }
    }

    /// Collects the place of everything below, by dotted path.
    pub(super) fn places(&self, path: &str, into: &mut BTreeMap<String, Place>) {
        match &self.value {
            Value::Table(entries) => {
                for entry in entries {
                    let path = join(path, &entry.key);
                    into.insert(path.clone(), entry.node.place.clone());
                    entry.node.places(&path, into);
                }
            }
            Value::List(nodes) => {
                for (i, node) in nodes.iter().enumerate() {
                    let path = join(path, &i.to_string());
                    into.insert(path.clone(), node.place.clone());
                    node.places(&path, into);
                }
            }
            _ => {}
        }
    }
}

impl Node {
    /// The value as TOML that reads back as the same.
    pub(super) fn toml(&self) -> String {
        let text = |text: &str| toml::Value::String(text.to_owned()).to_string();
        match &self.value {
            Value::Text(words) => text(words),
            Value::Integer(number) => number.to_string(),
            // Debug keeps the point of 3.0: an integer would be another type.
            Value::Float(number) => format!("{number:?}"),
            Value::Bool(claim) => claim.to_string(),
            Value::Date(date) => date.clone(),
            Value::List(nodes) => {
                let nodes: Vec<String> = nodes.iter().map(Self::toml).collect();
                format!("[{}]", nodes.join(", "))
            }
            Value::Table(entries) => {
                let entry = |entry: &Entry| {
                    format!("{} = {}", text(&entry.key), entry.node.toml())
                };
                let entries: Vec<String> = entries.iter().map(entry).collect();
                format!("{{ {} }}", entries.join(", "))
            }
        }
    }

    /// Adds this node to the overrides as the value of a dotted key. A table that stands
    /// above the keys of a layer or deficit is no value: its entries are.
    pub(super) fn overrides(&self, key: &str, into: &mut Vec<(String, String)>) {
        let depth = split_key(key).map_or(usize::MAX, |path| path.len());
        match &self.value {
            Value::Table(entries) if depth < 3 && !entries.is_empty() => {
                for entry in entries {
                    entry.node.overrides(&join(key, &entry.key), into);
                }
            }
            _ => into.push((key.to_owned(), self.toml())),
        }
    }
}

/// Puts what is set for single maps in short, `[maps.<id>]`, into `[maps.sheets.<id>]`. What
/// stands in both stays where it is, and is then an unknown key.
pub(super) fn gather_sheets(root: &mut Node) {
    const SHEETS: &str = "sheets";
    let entries = root.entries_mut().into_iter().flatten();
    let Some(maps) = entries.into_iter().find(|entry| entry.key == "maps") else {
        return;
    };
    let Some(entries) = maps.node.entries_mut() else { return };
    let known = entries.iter().find(|entry| entry.key == SHEETS);
    let known = known.map(|entry| entry.node.clone());
    let is_sheet = |entry: &Entry| {
        entry.key != SHEETS
            && matches!(entry.node.value, Value::Table(_))
            && known.as_ref().is_none_or(|sheets| sheets.entry(&entry.key).is_none())
    };
    let (moved, kept): (Vec<Entry>, Vec<Entry>) =
        std::mem::take(entries).into_iter().partition(is_sheet);
    *entries = kept;
    let Some(first) = moved.first() else { return };
    if known.is_none() {
        let node =
            Node { value: Value::Table(Vec::new()), place: first.node.place.clone() };
        let key_place = first.key_place.clone();
        entries.push(Entry { key: SHEETS.to_owned(), key_place, node });
    }
    let sheets = entries.iter_mut().find(|entry| entry.key == SHEETS);
    if let Some(sheets) = sheets.and_then(|entry| entry.node.entries_mut()) {
        sheets.extend(moved);
    }
}

/// Joins a dotted path and a key.
pub(super) fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

/// Parses the text of a project file.
///
/// # Errors
///
/// Every place where the text is not TOML, at most one a line. A tree is given
/// beside them where the only trouble is a repeated key.
pub(super) fn parse(file: &str, text: &str) -> (Option<Node>, Vec<ConfigError>) {
    let source = SourceText::new(file, text);
    let (table, mut faults) = DeTable::parse_recoverable(text);
    faults.sort_by_key(|fault| fault.span().map_or(0, |span| span.start));
    let mut errors: Vec<ConfigError> = Vec::new();
    let mut is_usable = true;
    for fault in &faults {
        is_usable &= fault.message() == "duplicate key";
        let span = fault.span().unwrap_or(0..0);
        let place = source.place(&span);
        // Nothing after `=` is told as text without quotes.
        let detail = if span.is_empty() && fault.message().contains("must be quoted") {
            "missing value".to_owned()
        } else {
            fault.message().to_owned()
        };
        let trouble = Trouble::Syntax { detail };
        if errors.last().and_then(|e| e.place.as_ref()).map(|p| p.line)
            != Some(place.line)
        {
            errors.push(ConfigError::new("", place, trouble));
        }
    }
    let root = is_usable.then(|| Node {
        value: convert_table(&source, table.get_ref()),
        place: source.place(&(0..0)),
    });
    (root, errors)
}

/// Applies overrides, last one wins: a value that is not TOML is taken as text.
///
/// # Errors
///
/// Keys that are no dotted path, or that lead through something that is no table.
pub(super) fn apply(root: &mut Node, overrides: &[(String, String)]) -> Vec<ConfigError> {
    let mut errors = Vec::new();
    for (key, value) in overrides {
        let shown = format!("{key}={value}");
        let source = SourceText::new(OVERRIDE, &shown);
        let key_place = source.place(&(0..key.len()));
        let Some(path) = split_key(key) else {
            errors.push(ConfigError::new(key, key_place, Trouble::OverrideKey));
            continue;
        };
        // Spans of the parsed value count from its own start: shift them behind the `=`.
        let value_source = SourceText { shift: key.len() + 1, ..source };
        let node = match DeValue::parse(value) {
            Ok(parsed) => convert(&value_source, parsed.get_ref(), &parsed.span()),
            Err(_) => Node {
                value: Value::Text(value.clone()),
                place: value_source.place(&(0..value.len())),
            },
        };
        if !insert(root, &path, node, &key_place) {
            errors.push(ConfigError::new(key, key_place, Trouble::OverrideKey));
        }
    }
    errors
}

/// Splits a dotted key by TOML's own rules, so that quoted parts work.
fn split_key(key: &str) -> Option<Vec<String>> {
    let line = format!("{key} = 0");
    let table = DeTable::parse(&line).ok()?;
    let mut path = Vec::new();
    let mut at = table.get_ref();
    loop {
        let mut entries = at.iter();
        let (name, value) = entries.next()?;
        if entries.next().is_some() {
            return None;
        }
        path.push(name.get_ref().to_string());
        match value.get_ref() {
            DeValue::Table(inner) => at = inner,
            _ => return Some(path),
        }
    }
}

/// Puts a node at a path, making tables on the way; false if something is in the way.
fn insert(root: &mut Node, path: &[String], node: Node, place: &Place) -> bool {
    let Some((key, rest)) = path.split_first() else { return false };
    let Value::Table(entries) = &mut root.value else { return false };
    let position = entries.iter().position(|entry| entry.key == *key);
    if rest.is_empty() {
        let entry = Entry { key: key.clone(), key_place: place.clone(), node };
        match position {
            Some(i) => entries[i] = entry,
            None => entries.push(entry),
        }
        return true;
    }
    let i = position.unwrap_or_else(|| {
        let empty = Node { value: Value::Table(Vec::new()), place: place.clone() };
        let key = key.clone();
        entries.push(Entry { key, key_place: place.clone(), node: empty });
        entries.len() - 1
    });
    insert(&mut entries[i].node, rest, node, place)
}

/// Text that spans point into.
struct SourceText<'t> {
    file: &'t str,
    text: &'t str,
    /// Start of each line, bytes.
    lines: Vec<usize>,
    /// Added to every span.
    shift: usize,
}

impl<'t> SourceText<'t> {
    fn new(file: &'t str, text: &'t str) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, b)| *b == b'\n');
        let lines = std::iter::once(0).chain(breaks.map(|(i, _)| i + 1)).collect();
        Self { file, text, lines, shift: 0 }
    }

    /// The place of a span; what reaches beyond its first line is cut off.
    fn place(&self, span: &Range<usize>) -> Place {
        let floor = |at: usize| {
            let mut at = (at + self.shift).min(self.text.len());
            while !self.text.is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        let (start, end) = (floor(span.start), floor(span.end));
        let line = self.lines.partition_point(|&begin| begin <= start).max(1);
        let begin = self.lines[line - 1];
        let rest = &self.text[begin..];
        let text = rest.lines().next().unwrap_or_default();
        let line_end = begin + text.len();
        let count = |from: usize, to: usize| {
            self.text.get(from..to.max(from)).map_or(0, |part| part.chars().count())
        };
        Place {
            file: self.file.to_owned(),
            line,
            column: count(begin, start) + 1,
            width: count(start, end.min(line_end)).max(1),
            text: text.to_owned(),
        }
    }
}

fn convert_table(source: &SourceText<'_>, table: &DeTable<'_>) -> Value {
    let mut entries: Vec<(usize, Entry)> = table
        .iter()
        .map(|(key, value)| {
            let key_place = source.place(&key.span());
            let mut node = convert(source, value.get_ref(), &value.span());
            let opens_inline = source
                .text
                .as_bytes()
                .get(value.span().start + source.shift)
                .is_some_and(|&b| b == b'{');
            if matches!(node.value, Value::Table(_)) && !opens_inline {
                // A table under a header stands where its name stands.
                node.place = key_place.clone();
            }
            let key_text = key.get_ref().to_string();
            (key.span().start, Entry { key: key_text, key_place, node })
        })
        .collect();
    entries.sort_by_key(|(start, _)| *start);
    Value::Table(entries.into_iter().map(|(_, entry)| entry).collect())
}

fn convert(source: &SourceText<'_>, value: &DeValue<'_>, span: &Range<usize>) -> Node {
    let value = match value {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(number) => {
            match i64::from_str_radix(number.as_str(), number.radix()) {
                Ok(number) => Value::Integer(number),
                // Too long for 64 bits: a number all the same, which range checks refuse.
                Err(_) => Value::Float(number.as_str().parse().unwrap_or(f64::INFINITY)),
            }
        }
        DeValue::Float(number) => {
            Value::Float(number.as_str().parse().unwrap_or(f64::NAN))
        }
        DeValue::Boolean(claim) => Value::Bool(*claim),
        DeValue::Datetime(date) => Value::Date(date.to_string()),
        DeValue::Array(nodes) => Value::List(
            nodes.iter().map(|n| convert(source, n.get_ref(), &n.span())).collect(),
        ),
        DeValue::Table(table) => convert_table(source, table),
    };
    Node { value, place: source.place(span) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place_of(text: &str, path: &str) -> (usize, usize, usize) {
        let (root, errors) = parse("p.toml", text);
        assert!(errors.is_empty(), "{errors:?}");
        let mut places = BTreeMap::new();
        root.unwrap().places("", &mut places);
        let place = &places[path];
        (place.line, place.column, place.width)
    }

    #[test]
    fn every_key_knows_its_place() {
        let text = "# año\n[layers.blocks]\npath = \"ñandú.geojson\"\n\n\
                    [layers.blocks.exposure]\npeople = \"pob\"\n";
        let cases = [
            ("layers.blocks", (2, 9, 6)),
            ("layers.blocks.path", (3, 8, 15)),
            ("layers.blocks.exposure", (5, 16, 8)),
            ("layers.blocks.exposure.people", (6, 10, 5)),
        ];
        for (path, expected) in cases {
            assert_eq!(place_of(text, path), expected, "{path}");
        }
        assert_eq!(place_of("a = [\n  { b = 1 },\n  2]\n", "a.0.b"), (2, 9, 1));
        assert_eq!(place_of("a = [\n  1,\n  2]\n", "a"), (1, 5, 1));
        assert_eq!(place_of("a = 1\r\nb = 'x'\r\n", "b"), (2, 5, 3));
    }

    #[test]
    fn overrides_replace_and_add() {
        let (root, _) = parse("p.toml", "[a]\nb = 1\n[c]\nd = 'x'\n");
        let mut root = root.unwrap();
        let set = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        let all = [
            set("a.b", "2.5"),
            set("a.b", "3"),
            set("c.e.\"f.g\"", "plain words"),
            set("c.h", "{ i = true }"),
        ];
        assert!(apply(&mut root, &all).is_empty());
        let shown = |path: &[&str]| {
            let mut node = &root;
            for key in path {
                node = &node.entry(key).unwrap().node;
            }
            (node.value.shown(), node.place.column)
        };
        assert_eq!(shown(&["a", "b"]), (" 3".into(), 5));
        assert_eq!(shown(&["c", "e", "f.g"]), (" \"plain words\"".into(), 11));
        assert_eq!(shown(&["c", "h", "i"]), (" true".into(), 11));
        for bad in ["", "a.b.c", "a b", "a."] {
            assert_eq!(apply(&mut root, &[set(bad, "1")]).len(), 1, "{bad}");
        }
    }

    #[test]
    fn a_table_of_overrides_is_flattened_to_keys() {
        let text = "s = { \"layers.z.path\" = 'a \"b\".shp', 'deficits.d.standard' = 3.0, \
                    layers = { y = { levels = { A = 'low' }, in_any = false } } }";
        let (root, errors) = parse("p.toml", text);
        assert!(errors.is_empty(), "{errors:?}");
        let mut found = Vec::new();
        for entry in match &root.unwrap().entry("s").unwrap().node.value {
            Value::Table(entries) => entries,
            _ => panic!("not a table"),
        } {
            entry.node.overrides(&entry.key, &mut found);
        }
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        let expected = [
            pair("layers.z.path", "'a \"b\".shp'"),
            pair("deficits.d.standard", "3.0"),
            pair("layers.y.levels", "{ \"A\" = \"low\" }"),
            pair("layers.y.in_any", "false"),
        ];
        assert_eq!(found, expected);
        for (_, value) in &found {
            assert!(DeValue::parse(value).is_ok(), "{value}");
        }
    }

    #[test]
    fn a_repeated_key_leaves_a_tree() {
        let (root, errors) = parse("p.toml", "a = 1\na = 2\n");
        assert!(root.is_some());
        assert_eq!(errors.len(), 1);
        let (root, errors) = parse("p.toml", "a = \nb = 2\nc = [1\n");
        assert!(root.is_none());
        assert_eq!(errors[0].place.as_ref().unwrap().line, 1);
    }
}
