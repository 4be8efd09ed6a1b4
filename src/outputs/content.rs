//! What is in a file of the results, wherever it is.

use std::borrow::Cow;
use std::io;

use sha2::{Digest as _, Sha256};

use crate::domain::Digest;

/// Bytes that are copied at a time.
const PIECE: usize = 1 << 16;

/// What is in a file of the results.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Content<'a> {
    /// Its bytes, still to be written.
    Made(Cow<'a, [u8]>),
    /// It lies in the folder in the making already.
    Laid(Laid),
}

/// A file that lies in the folder in the making.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Laid {
    /// Its size.
    pub(super) bytes: u64,
    /// Its digest.
    pub(super) sha256: Digest,
}

impl<'a> Content<'a> {
    /// Bytes that somebody else holds.
    pub(super) fn lent(bytes: &'a [u8]) -> Self {
        Self::Made(Cow::Borrowed(bytes))
    }

    /// Size of the file, bytes.
    pub(super) fn bytes(&self) -> u64 {
        match self {
            Self::Made(bytes) => bytes.len() as u64,
            Self::Laid(laid) => laid.bytes,
        }
    }

    /// Digest of the file, computed if need be.
    pub(super) fn sha256(&self) -> Digest {
        match self {
            Self::Made(bytes) => Digest::of(bytes),
            Self::Laid(laid) => laid.sha256.clone(),
        }
    }
}

impl From<Vec<u8>> for Content<'_> {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Made(Cow::Owned(bytes))
    }
}

/// Why something could not be copied.
#[derive(Debug)]
pub(super) enum CopyError {
    /// It could not be read.
    Read(io::Error),
    /// It could not be written.
    Write(io::Error),
}

/// Copies all that is left of a file, and shows every piece of it to `look`.
pub(super) fn copy(
    from: &mut impl io::Read,
    to: &mut impl io::Write,
    mut look: impl FnMut(&[u8]),
) -> Result<(), CopyError> {
    let mut piece = vec![0; PIECE];
    loop {
        let count = match from.read(&mut piece) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            read => read.map_err(CopyError::Read)?,
        };
        if count == 0 {
            return Ok(());
        }
        look(&piece[..count]);
        to.write_all(&piece[..count]).map_err(CopyError::Write)?;
    }
}

/// Passes on what is written, and takes its size and digest on the way.
#[derive(Debug)]
pub(super) struct Watched<W> {
    to: W,
    hasher: Sha256,
    bytes: u64,
}

impl<W> Watched<W> {
    pub(super) fn new(to: W) -> Self {
        Self { to, hasher: Sha256::new(), bytes: 0 }
    }

    /// What was written.
    pub(super) fn finish(self) -> Laid {
        let sha256 = Digest::from_raw(self.hasher.finalize().as_ref());
        Laid { bytes: self.bytes, sha256 }
    }
}

impl<W: io::Write> io::Write for Watched<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.to.write(bytes)?;
        self.hasher.update(&bytes[..count]);
        self.bytes += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    /// Takes three bytes at a time.
    #[derive(Debug, Default)]
    struct Slow(Vec<u8>);

    impl io::Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let taken = &bytes[..bytes.len().min(3)];
            self.0.extend_from_slice(taken);
            Ok(taken.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn what_is_watched_is_what_was_written() {
        let mut watched = Watched::new(Slow::default());
        watched.write_all(b"a text of some length").unwrap();
        assert_eq!(watched.to.0, b"a text of some length");
        let expected = Laid { bytes: 21, sha256: Digest::of(b"a text of some length") };
        assert_eq!(watched.finish(), expected);
    }

    #[test]
    fn every_piece_of_a_copy_is_shown_and_trouble_has_a_side() {
        let (mut to, mut seen) = (Vec::new(), Vec::new());
        let text = vec![7; PIECE * 2 + 1];
        copy(&mut &text[..], &mut to, |piece| seen.extend_from_slice(piece)).unwrap();
        assert_eq!((to.len(), seen.len()), (text.len(), text.len()));
        let full = copy(&mut &text[..], &mut &mut [0; 5][..], |_| {}).unwrap_err();
        assert!(matches!(full, CopyError::Write(_)), "{full:?}");
    }
}
