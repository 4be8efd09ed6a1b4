//! A folder made of finished runs: a comparison, a series, a review.
//!
//! In: its files, and what its manifest says of its own. Out: the folder, whole or not at all,
//! with a manifest that `verify` can check.

use std::path::Path;

use serde_json::{Map, Value, json};

use super::{OutputError, Written, folder, manifest};
use crate::domain::Digest;

/// Writes `files` in the order of their paths; `own` are the members that come between the
/// program and the list of files.
///
/// # Errors
///
/// See [`OutputError`].
pub(super) fn write(
    directory: &Path,
    own: Map<String, Value>,
    mut files: Vec<(String, Vec<u8>)>,
) -> Result<Written, OutputError> {
    files.sort_by(|a, b| a.0.cmp(&b.0));
    let program =
        json!({ "name": manifest::PROGRAM, "version": env!("CARGO_PKG_VERSION") });
    let mut members = Map::from_iter([("program".to_owned(), program)]);
    members.extend(own);
    members.insert("outputs".to_owned(), files.iter().map(listed).collect());
    let text = format!("{:#}\n", Value::Object(members));
    files.push((manifest::FILE.to_owned(), text.into_bytes()));
    let kept = folder::replace(directory, &files)?;
    let sizes = files.iter().map(|(path, bytes)| (path.clone(), bytes.len() as u64));
    Ok(Written::of(directory, sizes.collect(), kept))
}

/// A file as a manifest lists it: path, size and SHA-256.
fn listed((path, bytes): &(String, Vec<u8>)) -> Value {
    let sha256 = Digest::of(bytes);
    json!({ "path": path, "bytes": bytes.len(), "sha256": sha256.as_str() })
}
