//! A CSV table: first how it is written, then what it holds.

use std::path::Path;

use super::delimited::{self, Manner};
use super::examine::{Fields, Places, finish, of_seen};
use super::ground::Ground;
use super::report::{Examination, Sheet, TextView};
use super::suspicion::{Kind, Suspicion};
use crate::domain::Explain as _;
use crate::formats::table::Dialect;
use crate::formats::{Format, MAX_FIELDS_SHOWN, Problem, Wanted};
use crate::layers::look::{self, TextEvidence};
use crate::layers::{LayerError, LayerTrouble};

/// Looks at a table.
pub(super) fn examine(
    path: &Path,
    ground: Option<&Ground>,
) -> Result<Examination, LayerTrouble> {
    let evidence = look::text_evidence(path)?;
    let manner = delimited::manner(&evidence)?;
    let sheet = sheet(path, &manner, ground)?;
    let TextEvidence { digest, bytes, .. } = evidence;
    Ok(Examination {
        path: path.to_string_lossy().into_owned(),
        format: Format::Csv,
        is_archive: false,
        bytes,
        digest,
        companions: Vec::new(),
        layer_count: 1,
        sheets: vec![sheet],
    })
}

fn sheet(
    path: &Path,
    manner: &Manner,
    ground: Option<&Ground>,
) -> Result<Sheet, LayerTrouble> {
    let dialect = Dialect {
        delimiter: manner.settings.delimiter.as_deref(),
        decimal: None,
        encoding: manner.settings.encoding.as_deref(),
    };
    let count = match look::rows(path, dialect, &Wanted::default()) {
        Ok(rows) => rows.lines.len(),
        Err(trouble) => return ragged(path, manner, trouble),
    };
    let (mut sheet, places) = with_place(path, manner, ground)?;
    sheet.counts.features = count as u64;
    sheet.suspicions.extend(manner.suspicions.iter().cloned());
    if count == 0 && sheet.suspicions.iter().all(|known| known.kind != Kind::Empty) {
        sheet.suspicions.push(Suspicion::of(Kind::Empty));
    }
    state_crs_with_columns(&mut sheet);
    sheet.text = Some(TextView {
        encoding: manner.encoding.clone(),
        delimiter: Some(manner.delimiter),
        decimal: manner.decimal,
    });
    let named = manner.names.iter().filter(|name| !name.is_empty());
    let mut named: Vec<String> = named.cloned().collect();
    sheet.has_more_fields = named.len() > MAX_FIELDS_SHOWN;
    named.truncate(MAX_FIELDS_SHOWN);
    let read = |wanted: &Wanted| {
        look::rows(path, dialect, wanted).map(|rows| {
            let mut columns = rows.columns;
            let wanted = wanted.clone();
            move |name: &str| columns.get_mut(wanted.column_of(name)?)?.take()
        })
    };
    let asked = Fields { names: &named, places: &places, ground, sheet: &mut sheet };
    asked.describe(read)?;
    finish(&mut sheet);
    Ok(sheet)
}

/// The places of the rows, read as the proposals say; nothing for a table without.
fn with_place(
    path: &Path,
    manner: &Manner,
    ground: Option<&Ground>,
) -> Result<(Sheet, Places), LayerTrouble> {
    if manner.settings.x.is_none() && manner.settings.wkt.is_none() {
        return Ok((Sheet::default(), Places::new()));
    }
    let seen = look::read(path, &manner.settings, &Wanted::default())?;
    Ok(of_seen(seen, ground))
}

/// A table never says its system: where it is plain from the coordinates, that belongs to
/// the columns and is no fault.
fn state_crs_with_columns(sheet: &mut Sheet) {
    let no_crs = sheet.suspicions.iter().position(|known| known.kind == Kind::NoCrs);
    let columns = |known: &Suspicion| known.kind == Kind::CoordinateColumns;
    let Some(at) = no_crs.filter(|at| !sheet.suspicions[*at].keys.is_empty()) else {
        return;
    };
    let keys = sheet.suspicions.remove(at).keys;
    if let Some(of_columns) = sheet.suspicions.iter_mut().find(|known| columns(known)) {
        of_columns.keys.extend(keys);
    }
}

/// Rows that are not as wide as the header are the table's fault, which is told with the
/// rest; anything else ends here.
fn ragged(
    path: &Path,
    manner: &Manner,
    trouble: LayerTrouble,
) -> Result<Sheet, LayerTrouble> {
    let LayerTrouble::Format(error) = &trouble else { return Err(trouble) };
    if error.problem != Problem::RaggedRow {
        return Err(trouble);
    }
    let line = error.position.map_or(0, |position| position.line);
    let found = error.found.clone().unwrap_or_default();
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let path = path.to_string_lossy().into_owned();
    let message = LayerError { owner: stem, path, trouble, place: None }.message();
    let mut suspicions = manner.suspicions.clone();
    let ragged = Suspicion::of(Kind::RaggedRows).with("line", line);
    suspicions.push(ragged.with("found", found));
    let mut sheet = Sheet { error: Some(message), suspicions, ..Sheet::default() };
    finish(&mut sheet);
    Ok(sheet)
}
