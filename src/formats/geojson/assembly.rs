//! Puts the chunks of a file together, in file order.

use std::collections::BTreeSet;

use super::feature::Chunk;
use super::split::Batch;
use crate::formats::{
    FormatError, LegacyCrs, MAX_FIELDS_SHOWN, Parsed, Problem, Trouble, Wanted,
};
use crate::layers::{Column, RawFeature};

pub(super) struct Assembly<'w> {
    wanted: &'w Wanted,
    parsed: Parsed,
    columns: Vec<Column>,
    present: Vec<bool>,
    names: BTreeSet<String>,
    crs: BTreeSet<LegacyCrs>,
}

impl<'w> Assembly<'w> {
    /// For a file of about so many bytes, which are not believed but in so far as room is made.
    pub(super) fn new(wanted: &'w Wanted, bytes: u64) -> Self {
        let width = wanted.fields().len();
        let mut parsed = Parsed::default();
        let vertices = usize::try_from(bytes / BYTES_OF_VERTEX).unwrap_or(usize::MAX);
        parsed.data.coords.reserve(vertices);
        Self {
            wanted,
            parsed,
            columns: vec![Column::default(); width],
            present: vec![false; width],
            names: BTreeSet::new(),
            crs: BTreeSet::new(),
        }
    }

    /// Whether all so far lies in memory.
    pub(super) fn is_in_memory(&self) -> bool {
        self.parsed.data.is_in_memory() && self.columns.iter().all(Column::is_in_memory)
    }

    /// Adds what was parsed of the next batch of the file, if there is any, and gives the
    /// memory of the batch back.
    pub(super) fn append_all(
        &mut self,
        parsed: Option<(Vec<Chunk>, Batch)>,
    ) -> Result<Option<Vec<u8>>, FormatError> {
        let Some((chunks, batch)) = parsed else { return Ok(None) };
        for chunk in chunks {
            self.append(chunk, &batch)?;
        }
        Ok(Some(batch.bytes))
    }

    /// Adds the next chunk of the file.
    fn append(&mut self, chunk: Chunk, batch: &Batch) -> Result<(), FormatError> {
        let data = &mut self.parsed.data;
        let (coords, parts) = (data.coords.len(), data.parts.len());
        let (first, rows) = (data.features.len(), self.parsed.rows);
        let number = |count: usize| {
            u32::try_from(count).map_err(|_too_large: std::num::TryFromIntError| {
                FormatError::whole(Problem::TooMany)
            })
        };
        data.coords.extend_from_slice(&chunk.sink.coords);
        for &(end, role) in &chunk.sink.parts {
            data.parts.push((number(coords + end)?, role));
        }
        for &(end, is_null, has_height) in &chunk.features {
            let parts_end = number(parts + end)?;
            data.features.push(RawFeature { parts_end, is_null, has_height });
        }
        for (id, row) in chunk.ids {
            match id {
                Some(id) => data.ids.push(&id),
                None => data.ids.push(numbered(rows + row, &mut [0; NUMBERED])),
            }
        }
        for (column, values) in self.columns.iter_mut().zip(chunk.columns) {
            column.extend(values);
        }
        for (known, seen) in self.present.iter_mut().zip(chunk.present) {
            *known |= seen;
        }
        self.parsed.troubles.extend(chunk.troubles.iter().map(|trouble| Trouble {
            reason: trouble.reason,
            row: rows + trouble.row,
            kept: trouble.kept.map(|kept| first + kept),
            position: batch.position(trouble.at),
        }));
        for name in &chunk.names.list {
            if self.names.len() < MAX_FIELDS_SHOWN && !self.names.contains(&**name) {
                self.names.insert(name.to_string());
            }
        }
        self.crs.extend(chunk.crs);
        self.parsed.rows += chunk.rows;
        Ok(())
    }

    /// The whole, with what the outermost object says of its reference system.
    pub(super) fn finish(mut self, stated: BTreeSet<LegacyCrs>) -> Parsed {
        let fields = self.wanted.fields();
        self.crs.extend(stated);
        self.parsed.legacy_crs = self.crs.into_iter().collect();
        self.parsed.fields_seen = self.names.into_iter().collect();
        self.parsed.missing = fields
            .iter()
            .zip(&self.present)
            .filter(|(_, is_present)| !**is_present)
            .map(|(field, _)| field.clone())
            .collect();
        self.parsed.data.columns = fields.iter().cloned().zip(self.columns).collect();
        self.parsed
    }
}

/// Bytes of a file for each of its vertices, with all that is around them: rather too many.
const BYTES_OF_VERTEX: u64 = 36;
/// Bytes of the longest id that is a row.
const NUMBERED: usize = 21;

/// The id of a feature that has none of its own: `#` and its row. Files mostly have none, so it
/// is written without the machinery of `format!`.
fn numbered(row: u64, text: &mut [u8; NUMBERED]) -> &str {
    let (mut start, mut left) = (NUMBERED, row);
    loop {
        start -= 1;
        text[start] = b'0' + (left % 10) as u8;
        left /= 10;
        if left == 0 {
            break;
        }
    }
    start -= 1;
    text[start] = b'#';
    std::str::from_utf8(&text[start..]).expect("digits are ASCII")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feature_without_an_id_is_known_by_its_row() {
        for row in [0, 1, 9, 10, 99_999, 4_294_967_296, u64::MAX] {
            assert_eq!(numbered(row, &mut [0; NUMBERED]), format!("#{row}"));
        }
    }
}
