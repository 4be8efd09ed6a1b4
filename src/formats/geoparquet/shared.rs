//! A file that several readers look at, and how much may come out of it.

use std::sync::Arc;

use parquet::errors::Result;
use parquet::file::reader::{ChunkReader, Length};

use crate::formats::{FormatError, Problem};

/// A file for the library and for us.
pub(super) struct Shared<R>(Arc<R>);

impl<R> Shared<R> {
    pub(super) fn new(file: R) -> Self {
        Self(Arc::new(file))
    }
}

impl<R> Clone for Shared<R> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<R: Length> Length for Shared<R> {
    fn len(&self) -> u64 {
        self.0.len()
    }
}

impl<R: ChunkReader> ChunkReader for Shared<R> {
    type T = R::T;

    fn get_read(&self, start: u64) -> Result<R::T> {
        self.0.get_read(start)
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<bytes::Bytes> {
        self.0.get_bytes(start, length)
    }
}

/// Bytes that text and geometries may come to, whatever the size of the file.
const ALWAYS_FINE: u64 = 64 << 20;
/// How many bytes may come for one of the file.
const MAX_RATIO: u64 = 250;

/// How much may still come out of a file. One value of a dictionary can be meant a million
/// times.
pub(super) struct Budget(u64);

impl Budget {
    pub(super) fn of(file: &impl Length) -> Self {
        Self(file.len().saturating_mul(MAX_RATIO).max(ALWAYS_FINE))
    }

    /// Takes so many bytes.
    ///
    /// # Errors
    ///
    /// There are not so many left.
    pub(super) fn spend(&mut self, bytes: usize) -> std::result::Result<(), FormatError> {
        let left = self.0.checked_sub(bytes as u64);
        self.0 = left.ok_or_else(|| FormatError::whole(Problem::ParquetTooBig))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_ends() {
        let mut budget = Budget::of(&bytes::Bytes::new());
        assert!(budget.spend(60 << 20).is_ok() && budget.spend(4 << 20).is_ok());
        assert_eq!(budget.spend(1).unwrap_err().problem, Problem::ParquetTooBig);
        let mut larger = Budget::of(&bytes::Bytes::from(vec![0; 1 << 20]));
        assert!(larger.spend(250 << 20).is_ok() && larger.spend(1).is_err());
    }
}
