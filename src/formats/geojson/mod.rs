//! GeoJSON (RFC 7946, and the `crs` member of the 2008 specification), as a stream.
//!
//! In: bytes. Out: [`Parsed`]. A collection, a single feature, a bare geometry, or objects
//! one after another (newline-delimited, with or without the separators of RFC 8142).
//!
//! `split` finds the features and cuts the file into batches of their bytes, `feature`
//! reads one feature with a `cursor`, and this file runs the two side by side: while
//! batch n is parsed on all threads, batch n + 1 is read, and batch n - 1 is put aside if
//! the layer is too large for memory. Cuts depend on the bytes only, so the result is the
//! same on any number of threads. Memory holds three batches, the largest single feature,
//! and what is kept.
//!
//! The JSON reader is our own because of three needs at once: coordinates go straight
//! into flat arrays, trouble of one feature must be told from broken JSON without a
//! second pass, and both must say where they are. It is tested against `serde_json`.

use std::collections::BTreeSet;
use std::io::Read;
use std::ops::Range;

use rayon::prelude::*;

mod assembly;
mod coordinates;
mod cursor;
mod feature;
mod find;
mod members;
mod number;
mod scan;
mod split;

use assembly::Assembly;
use cursor::{Broken, Cursor};
use feature::{Chunk, FeatureReader};
use split::{Batch, Sizes, Splitter};

use super::{FormatError, LegacyCrs, Parsed, Wanted};

/// Bytes of features that one task parses.
const GROUP: usize = 128 * 1024;

/// Reads a GeoJSON stream on the threads of the current rayon pool.
///
/// # Errors
///
/// [`FormatError`] if the stream fails, is not JSON (with line, column and byte), or is
/// JSON but not GeoJSON. A single feature that is sound JSON but no feature is a
/// [`Trouble`](super::Trouble) in the result.
pub fn read(reader: impl Read + Send, wanted: &Wanted) -> Result<Parsed, FormatError> {
    read_of(reader, wanted, 0)
}

/// The same, told about how many bytes will come, which only saves time.
///
/// # Errors
///
/// Those of [`read`].
pub fn read_of(
    reader: impl Read + Send,
    wanted: &Wanted,
    bytes: u64,
) -> Result<Parsed, FormatError> {
    read_in_pieces(reader, wanted, Sizes::of_file(bytes), bytes)
}

fn read_in_pieces(
    reader: impl Read + Send,
    wanted: &Wanted,
    sizes: Sizes,
    bytes: u64,
) -> Result<Parsed, FormatError> {
    let mut splitter = Splitter::new(reader, sizes);
    let mut assembly = Assembly::new(wanted, bytes);
    let mut current = splitter.next_batch()?;
    let mut waiting = None;
    while let Some(batch) = current {
        let before = waiting.take();
        let (appended, (chunks, next)) = rayon::join(
            || assembly.append_all(before),
            || rayon::join(|| parse_batch(&batch, wanted), || splitter.next_batch()),
        );
        // In the order of the file, so that its first error is the one reported.
        let mut done = appended?;
        waiting = Some((chunks?, batch));
        if assembly.is_in_memory() {
            // At once, while it is at hand: only to write into a file is worth a thread.
            done = assembly.append_all(waiting.take())?;
        }
        if let Some(bytes) = done {
            splitter.recycle(bytes);
        }
        current = next?;
    }
    assembly.append_all(waiting)?;
    let stated: BTreeSet<LegacyCrs> = splitter.crs().into_iter().collect();
    Ok(assembly.finish(stated))
}

fn parse_batch(batch: &Batch, wanted: &Wanted) -> Result<Vec<Chunk>, FormatError> {
    let mut groups = Vec::new();
    let (mut first, mut size) = (0, 0);
    for (i, slice) in batch.slices.iter().enumerate() {
        size += slice.len();
        if size >= GROUP || i + 1 == batch.slices.len() {
            groups.push(first..=i);
            (first, size) = (i + 1, 0);
        }
    }
    let parsed: Vec<Result<Chunk, Broken>> = groups
        .into_par_iter()
        .map(|group| {
            let mut reader = FeatureReader::new(wanted, batch.allowed);
            let slices = &batch.slices[group];
            reader.make_room(slices);
            let text = text_of(batch, slices);
            for slice in slices {
                let text = text.and_then(|(text, start)| {
                    text.get(slice.start - start..slice.end - start)
                });
                let cursor = match text {
                    Some(text) => Cursor::of_text(text),
                    None => Cursor::new(&batch.bytes[slice.clone()]),
                };
                reader.read(cursor, slice.start)?;
            }
            Ok(reader.finish())
        })
        .collect();
    // In file order, so that the first error of the file is the one reported.
    parsed.into_iter().map(|chunk| chunk.map_err(|broken| batch.error(broken))).collect()
}

/// The bytes of consecutive features and where they start, if all are UTF-8: to find that out
/// once is quicker than text by text. What is none may still be no fault, where nobody reads it.
fn text_of<'b>(batch: &'b Batch, slices: &[Range<usize>]) -> Option<(&'b str, usize)> {
    let (start, end) = (slices.first()?.start, slices.last()?.end);
    Some((std::str::from_utf8(&batch.bytes[start..end]).ok()?, start))
}

#[cfg(test)]
mod tests;
