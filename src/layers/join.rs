//! Adds the columns of a table of attributes to the fields of a layer, by code.
//!
//! In: a layer as parsed, and the table that the project names. Out: the same layer with
//! more fields, and what of the table was used. Codes join as trimmed text. A code that
//! stands twice in the table is an error, because nobody could say which row is meant; what
//! has no counterpart, on either side, is a finding.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io::Read as _;

use super::codes::LISTED;
use super::error::{LayerTrouble, TableTrouble, listed};
use super::fields::{ReadFromNumber, plain_number, text_of};
use super::file::{DigestFile, FileTrouble};
use super::raw::{Column, JoinedTable, Pile, Texts, Value};
use super::wanted::{Purpose, WantedField, nearest};
use crate::config::{JoinSettings, LayerSettings};
use crate::domain::{Code, Digest, Finding, Findings};
use crate::formats::table::{self, Dialect, Rows};
use crate::formats::{Parsed, Wanted};

/// How many repeated codes are listed before the rest is counted.
const REPEATED_LISTED: usize = 20;

/// Why a table cannot be joined.
#[derive(Debug)]
#[non_exhaustive]
pub enum JoinTrouble {
    /// A column is not there.
    MissingColumn {
        /// Its name in the project.
        column: String,
        /// The columns there are.
        found: Vec<String>,
        /// The one most like it.
        nearest: Option<String>,
    },
    /// Two rows with one code.
    RepeatedKey {
        /// The code.
        code: String,
        /// Line of the first.
        first: u64,
        /// Line of the second.
        line: u64,
    },
    /// The layer has a field of that name itself.
    TakenField {
        /// The field.
        field: String,
    },
    /// No code of the table is one of the layer.
    NoMatch {
        /// The field of the layer.
        field: String,
        /// A code of the table.
        in_table: String,
        /// A code of the layer.
        in_layer: String,
    },
    /// The table has no rows.
    Empty,
}

impl JoinTrouble {
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::MissingColumn { nearest: None, .. } => "join_missing_column",
            Self::MissingColumn { .. } => "join_missing_column_near",
            Self::RepeatedKey { .. } => "join_repeated_key",
            Self::TakenField { .. } => "join_taken_field",
            Self::NoMatch { .. } => "join_no_match",
            Self::Empty => "join_empty",
        }
    }

    pub(super) fn values(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::MissingColumn { column, found, nearest } => vec![
                ("column", column.clone()),
                ("found", listed(found)),
                ("nearest", nearest.clone().unwrap_or_default()),
            ],
            Self::RepeatedKey { code, first, line } => vec![
                ("code", code.clone()),
                ("first", first.to_string()),
                ("line", line.to_string()),
            ],
            Self::TakenField { field } => vec![("field", field.clone())],
            Self::NoMatch { field, in_table, in_layer } => vec![
                ("field", field.clone()),
                ("in_table", in_table.clone()),
                ("in_layer", in_layer.clone()),
            ],
            Self::Empty => vec![],
        }
    }
}

/// Stands for no row of the table.
const NO_ROW: usize = usize::MAX;

/// The row that a feature uses.
fn known(row: usize) -> Option<usize> {
    (row != NO_ROW).then_some(row)
}

/// Troubles, each with the key of the join that it is about.
type Troubles = Vec<(&'static str, LayerTrouble)>;

/// Adds the columns of a table to a layer of which `to` was read and the new fields were
/// asked for, so that it is known whether the layer has them itself.
///
/// # Errors
///
/// If the table cannot be read, lacks columns or repeats codes, if a new field is there
/// already, or if nothing matches.
pub(super) fn add_fields(
    layer: &LayerSettings,
    join: &JoinSettings,
    fields: &[WantedField],
    parsed: &mut Parsed,
    findings: &mut Findings,
) -> Result<JoinedTable, Troubles> {
    let mut troubles: Troubles = taken(join, parsed);
    let (rows, digest, bytes) = match read(join) {
        Ok(read) => read,
        Err(trouble) => {
            troubles.push(("path", trouble));
            return Err(troubles);
        }
    };
    troubles.extend(missing(join, &rows));
    if !troubles.is_empty() {
        return Err(troubles);
    }
    let wanted = wanted(join);
    let column = |name: &str| {
        let at = wanted.column_of(name).expect("it was asked for");
        rows.columns[at].as_ref().expect("missing columns were looked for")
    };
    let keys: Vec<Option<String>> = column(&join.key).iter().map(code_of).collect();
    let index = index(&keys, &rows.lines)?;
    let codes = &parsed.data.columns[&join.to];
    let row_of = |value: Value| index.get(code_of(&value)?.as_str()).copied();
    let found: Pile<usize> =
        codes.iter().map(|value| row_of(value).unwrap_or(NO_ROW)).collect();
    if !codes.is_empty() && found.iter().all(|row| row == NO_ROW) {
        return Err(vec![("to", LayerTrouble::Join(no_match(join, &keys, codes)))]);
    }
    tell_numbers(layer, join, codes, findings);
    let mut uses = vec![0usize; keys.len()];
    found.iter().filter_map(known).for_each(|row| uses[row] += 1);
    tell_rows(&layer.id, &keys, &rows.lines, &uses, findings);
    tell_features(&layer.id, &parsed.data.ids, codes, &found, findings);
    for (name, from) in &join.fields {
        let values = column(from);
        let is_amount = is_amount(name, fields);
        let take = |row: usize| match known(row).map(|row| values[row].clone()) {
            Some(value) if is_amount => number_from_text(value),
            Some(value) => value,
            None => Value::Null,
        };
        let joined = found.iter().map(take).collect();
        parsed.data.columns.insert(name.clone(), joined);
    }
    parsed.missing.retain(|name| !join.fields.contains_key(name));
    Ok(JoinedTable {
        layer: layer.id.clone(),
        path: join.declared_path.clone(),
        digest,
        bytes,
        rows: keys.len(),
        rows_matched: uses.iter().filter(|uses| **uses > 0).count(),
    })
}

/// The fields that the layer has already.
fn taken(join: &JoinSettings, parsed: &Parsed) -> Troubles {
    // Of a layer without features it is not known which fields it has.
    let names = join.fields.keys().filter(|_| !parsed.data.features.is_empty());
    names
        .filter(|name| !parsed.missing.contains(name))
        .map(|name| JoinTrouble::TakenField { field: name.clone() })
        .map(|trouble| ("fields", LayerTrouble::Join(trouble)))
        .collect()
}

fn wanted(join: &JoinSettings) -> Wanted {
    Wanted::new(std::iter::once(&join.key).chain(join.fields.values()).cloned())
}

fn read(join: &JoinSettings) -> Result<(Rows, Digest, u64), LayerTrouble> {
    let mut file = DigestFile::open(&join.path)?;
    let dialect = Dialect {
        delimiter: join.delimiter.as_deref(),
        decimal: join.decimal.as_deref(),
        encoding: join.encoding.as_deref(),
    };
    let rows = table::rows(file.by_ref(), dialect, &wanted(join));
    match (rows, file.finish()) {
        (_, Err(FileTrouble::Changed)) => Err(LayerTrouble::Changed),
        (Err(error), _) => Err(error.into()),
        (Ok(_), Err(trouble)) => Err(trouble.into()),
        (Ok(rows), Ok((digest, bytes))) => Ok((rows, digest, bytes)),
    }
}

/// Errors about columns that are not there, or if there are no rows.
fn missing(join: &JoinSettings, rows: &Rows) -> Troubles {
    let columns = join.fields.values().map(|column| ("fields", column));
    let mut troubles: Troubles = std::iter::once(("key", &join.key))
        .chain(columns)
        .filter(|(_, column)| !rows.names.contains(column))
        .map(|(key, column)| {
            let trouble = JoinTrouble::MissingColumn {
                column: column.clone(),
                found: rows.names.clone(),
                nearest: nearest(column, rows.names.iter().map(String::as_str)),
            };
            (key, LayerTrouble::Join(trouble))
        })
        .collect();
    if rows.lines.is_empty() {
        troubles.push(("path", LayerTrouble::Join(JoinTrouble::Empty)));
    }
    troubles
}

/// A code as it joins: trimmed text, or none.
fn code_of(value: &Value) -> Option<String> {
    let (text, _) = text_of(value)?;
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// The row of each code.
fn index<'k>(
    keys: &'k [Option<String>],
    lines: &[u64],
) -> Result<HashMap<&'k str, usize>, Troubles> {
    let mut index = HashMap::with_capacity(keys.len());
    let mut troubles = Troubles::new();
    let mut repeated = 0;
    for (row, key) in keys.iter().enumerate() {
        let Some(key) = key else { continue };
        match index.entry(key.as_str()) {
            Entry::Vacant(place) => {
                place.insert(row);
            }
            Entry::Occupied(first) => {
                repeated += 1;
                if repeated <= REPEATED_LISTED {
                    let (first, line) = (lines[*first.get()], lines[row]);
                    let trouble =
                        JoinTrouble::RepeatedKey { code: key.clone(), first, line };
                    troubles.push(("key", LayerTrouble::Join(trouble)));
                }
            }
        }
    }
    if repeated > REPEATED_LISTED {
        let more = TableTrouble::More { count: repeated - REPEATED_LISTED };
        troubles.push(("key", LayerTrouble::Table(more)));
    }
    if troubles.is_empty() { Ok(index) } else { Err(troubles) }
}

fn no_match(join: &JoinSettings, keys: &[Option<String>], codes: &Column) -> JoinTrouble {
    let shown = |code: Option<String>| {
        code.map_or_else(|| "–".to_owned(), |code| code.chars().take(40).collect())
    };
    let in_table = shown(keys.iter().flatten().next().cloned());
    let in_layer = shown(codes.iter().find_map(|value| code_of(&value)));
    JoinTrouble::NoMatch { field: join.to.clone(), in_table, in_layer }
}

/// A finding if codes of the layer are numbers, unless another check tells it.
fn tell_numbers(
    layer: &LayerSettings,
    join: &JoinSettings,
    codes: &Column,
    findings: &mut Findings,
) {
    if layer.territory.as_ref().is_some_and(|role| role.code == join.to) {
        return;
    }
    let mut numbers = codes
        .iter()
        .filter_map(|value| text_of(&value))
        .filter_map(|(text, from)| (from == ReadFromNumber::Yes).then_some(text));
    if let Some(first) = numbers.next() {
        let finding = Finding::about(Code::CodeReadFromNumber, &layer.id);
        let finding = finding.with("count", 1 + numbers.count());
        findings.push(finding.with("example", first));
    }
}

/// Findings about rows that no feature uses, or several.
fn tell_rows(
    layer: &str,
    keys: &[Option<String>],
    lines: &[u64],
    uses: &[usize],
    findings: &mut Findings,
) {
    let (mut unused, mut shared) = (0, 0usize);
    let mut example = None;
    for ((key, line), uses) in keys.iter().zip(lines).zip(uses) {
        if *uses > 1 {
            shared += 1;
            example = example.or(key.as_deref());
        }
        if *uses > 0 {
            continue;
        }
        unused += 1;
        if unused <= LISTED {
            let finding = Finding::about(Code::RowWithoutFeature, layer);
            let code = key.as_deref().unwrap_or("–");
            let finding = finding.with("code", code).with("line", line).with("count", 1);
            findings.push(finding.with("what", "@finding.join.row"));
        }
    }
    if unused > LISTED {
        let finding = Finding::about(Code::RowWithoutFeature, layer);
        let finding = finding.with("code", "…").with("line", "…");
        let finding = finding.with("count", unused - LISTED);
        findings.push(finding.with("what", "@finding.join.more_rows"));
    }
    if let Some(example) = example {
        let finding = Finding::about(Code::RowOfSeveralFeatures, layer);
        findings.push(finding.with("count", shared).with("example", example));
    }
}

/// Findings about features that no row is for.
fn tell_features(
    layer: &str,
    ids: &Texts,
    codes: &Column,
    found: &Pile<usize>,
    findings: &mut Findings,
) {
    let mut without = 0;
    for (feature, _) in found.iter().enumerate().filter(|(_, row)| *row == NO_ROW) {
        without += 1;
        if without <= LISTED {
            let id = ids.of(feature);
            let finding = Finding::about(Code::FeatureWithoutRow, layer).feature(id);
            let code = code_of(&codes.of(feature));
            let code = code.as_deref().unwrap_or("–");
            let finding = finding.with("code", code).with("count", 1);
            findings.push(finding.with("what", "@finding.part.feature"));
        }
    }
    if without > LISTED {
        let finding = Finding::about(Code::FeatureWithoutRow, layer).with("code", "…");
        let finding = finding.with("count", without - LISTED);
        findings.push(finding.with("what", "@finding.part.more_features"));
    }
}

/// Whether a field is used for amounts only.
fn is_amount(name: &str, fields: &[WantedField]) -> bool {
    let mut uses = fields.iter().filter(|field| field.field == name);
    let may_be =
        |field: &WantedField| matches!(field.purpose, Purpose::Amount | Purpose::Any);
    let is_asked = uses.clone().any(|field| field.purpose == Purpose::Amount);
    is_asked && uses.all(may_be)
}

/// A table of text has no other way to write a number: there is nothing to be told.
fn number_from_text(value: Value) -> Value {
    match &value {
        Value::Text(text) => plain_number(text.trim()).map_or(value, Value::Number),
        _ => value,
    }
}

#[cfg(test)]
mod tests;
