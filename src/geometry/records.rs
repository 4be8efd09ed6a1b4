//! What went in: one record a file, for the manifest and for whoever verifies a run.
//!
//! In: layers and tables as read. Out: [`InputRecord`]s.

use std::path::Path;

use super::study_area::InputRecord;
use crate::config::{CitedFile, Logo};
use crate::layers::{Companion, JoinedTable, RawLayer, ReportedTable};

/// The files that were read with that of a layer: each is an input of its own, so that its
/// digest can be verified.
pub(super) fn of_companions(raw: &RawLayer) -> Vec<InputRecord> {
    let record = |file: &Companion| {
        let digest = file.digest.clone();
        InputRecord::of_file(file.path.clone(), raw.format, digest, file.bytes)
            .of_layer(&raw.id)
    };
    raw.companions.iter().map(record).collect()
}

pub(super) fn of_table(table: &ReportedTable, folder: Option<&Path>) -> InputRecord {
    // As the project has it: the manifest must not depend on where the project lies.
    let path = folder.and_then(|folder| table.path.strip_prefix(folder).ok());
    let path = path.unwrap_or(&table.path).to_string_lossy().replace('\\', "/");
    InputRecord::of_file(path, "CSV", table.digest.clone(), table.bytes)
        .with_rows(table.rows.len(), table.rows.len())
}

pub(super) fn of_cited(table: &CitedFile) -> InputRecord {
    let (path, digest) = (table.declared_path.clone(), table.digest.clone());
    InputRecord::of_file(path, "CSV", digest, table.bytes)
        .with_rows(table.rows, table.rows)
}

pub(super) fn of_logo(logo: &Logo) -> InputRecord {
    let (path, digest) = (logo.declared_path.clone(), logo.digest.clone());
    InputRecord::of_file(path, "PNG", digest, logo.bytes.len() as u64)
}

pub(super) fn of_join(table: &JoinedTable) -> InputRecord {
    InputRecord::of_file(table.path.clone(), "CSV", table.digest.clone(), table.bytes)
        .of_layer(&table.layer)
        .with_rows(table.rows, table.rows_matched)
}
