//! The tables of a review: RFC 4180, UTF-8 without BOM, `\n`, in the order of the notes.

use super::{Merged, Review};

/// Columns of `notes.csv`.
pub const COLUMNS: [&str; 13] = [
    "id",
    "version",
    "state",
    "date",
    "author",
    "observation",
    "lon",
    "lat",
    "x_m",
    "y_m",
    "territory",
    "conflict",
    "files",
];
/// Columns of `refused.csv`.
pub const REFUSED: [&str; 4] = ["file", "feature", "id", "reason"];
/// What joins several values of a cell.
pub const CONFLICTS: &str = " ";

/// All notes, each content once; notes of one id are numbered.
#[must_use]
pub fn table(review: &Review) -> Vec<u8> {
    let mut version = 0;
    let mut last = "";
    let rows = review.notes.iter().map(|one| {
        version = if one.note.id == last { version + 1 } else { 1 };
        last = &one.note.id;
        cells(one, version)
    });
    csv_of(&COLUMNS, rows)
}

fn cells(one: &Merged, version: usize) -> Vec<String> {
    let Merged { note, meters, territory, conflict, files } = one;
    vec![
        note.id.clone(),
        version.to_string(),
        note.state.id().to_owned(),
        note.date.clone(),
        note.author.clone(),
        note.observation.clone(),
        format!("{:.7}", note.at[0]),
        format!("{:.7}", note.at[1]),
        format!("{:.2}", meters[0]),
        format!("{:.2}", meters[1]),
        territory.clone(),
        conflict.join(CONFLICTS),
        files.join(CONFLICTS),
    ]
}

/// What was refused and why, a row a feature.
#[must_use]
pub fn refused(review: &Review) -> Vec<u8> {
    let rows = review.refused.iter().map(|(file, refused)| {
        let why: Vec<&str> = refused.why.iter().map(|why| why.id()).collect();
        let feature = refused.feature.map_or_else(String::new, |at| at.to_string());
        vec![file.clone(), feature, refused.id.clone(), why.join(CONFLICTS)]
    });
    csv_of(&REFUSED, rows)
}

fn csv_of(columns: &[&str], rows: impl Iterator<Item = Vec<String>>) -> Vec<u8> {
    const IN_MEMORY: &str = "records of equal length always fit into memory";
    let mut options = csv::WriterBuilder::new();
    options.terminator(csv::Terminator::Any(b'\n'));
    let mut writer = options.from_writer(Vec::new());
    writer.write_record(columns).expect(IN_MEMORY);
    for row in rows {
        writer.write_record(row).expect(IN_MEMORY);
    }
    writer.into_inner().expect(IN_MEMORY)
}
