//! A file as bytes: that it is one, its digest, and that it stays the same while read.

use std::fs::File;
use std::io::{self, Read, Seek as _};
use std::path::Path;
use std::time::SystemTime;

use sha2::{Digest as _, Sha256};

use crate::domain::Digest;

/// Why a file cannot be read.
#[derive(Debug)]
pub(super) enum FileTrouble {
    /// There is none.
    Missing,
    /// It is a directory.
    Directory,
    /// It is a pipe, a device or the like.
    Special,
    /// The system refuses.
    Refused(io::Error),
    /// Its size changed while it was read.
    Changed,
}

impl From<io::Error> for FileTrouble {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::Missing,
            _ => Self::Refused(error),
        }
    }
}

/// An open file that takes the digest of all that is read from it.
pub(super) struct DigestFile {
    file: File,
    hasher: Sha256,
    declared: u64,
    modified: Option<SystemTime>,
    read: u64,
}

impl DigestFile {
    /// Opens a regular file.
    pub(super) fn open(path: &Path) -> Result<Self, FileTrouble> {
        // Before opening: to open a pipe would wait for somebody to write into it.
        let kind = std::fs::metadata(path)?;
        if kind.is_dir() {
            return Err(FileTrouble::Directory);
        }
        if !kind.is_file() {
            return Err(FileTrouble::Special);
        }
        let file = File::open(path)?;
        let about = file.metadata()?;
        let (declared, modified) = (about.len(), about.modified().ok());
        Ok(Self { file, hasher: Sha256::new(), declared, modified, read: 0 })
    }

    /// The digest and size of the whole file, once it has been read to its end.
    pub(super) fn finish(mut self) -> Result<(Digest, u64), FileTrouble> {
        // Whatever a reader left over counts too, and there should be nothing.
        io::copy(&mut self, &mut io::sink())?;
        let now = self.file.metadata()?.len();
        if self.read != self.declared || now != self.declared {
            return Err(FileTrouble::Changed);
        }
        Ok((Digest::from_raw(self.hasher.finalize().as_ref()), self.read))
    }
}

impl DigestFile {
    /// When it was last changed before it was opened; `None` if the system does not say.
    pub(super) fn modified(&self) -> Option<SystemTime> {
        self.modified
    }

    /// Its size when it was opened.
    pub(super) fn declared(&self) -> u64 {
        self.declared
    }

    /// Up to so many first bytes.
    pub(super) fn head(&mut self, most: u64) -> io::Result<Vec<u8>> {
        let mut head = Vec::new();
        self.by_ref().take(most).read_to_end(&mut head)?;
        Ok(head)
    }

    /// Reads to the end for the digest, and goes back to the start: for formats that are
    /// not read from front to back.
    pub(super) fn whole(mut self) -> Result<WholeFile, FileTrouble> {
        let modified = self.modified;
        let mut file = self.file.try_clone()?;
        io::copy(&mut self, &mut io::sink())?;
        let (digest, bytes) = self.finish()?;
        file.rewind()?;
        Ok(WholeFile { file, digest, bytes, modified })
    }
}

/// An open file of which the digest is known before it is read.
pub(super) struct WholeFile {
    /// The file, at its start.
    pub(super) file: File,
    digest: Digest,
    bytes: u64,
    modified: Option<SystemTime>,
}

impl WholeFile {
    /// The digest and size, once it has been read: it must be as it was.
    pub(super) fn finish(self) -> Result<(Digest, u64), FileTrouble> {
        let now = self.file.metadata()?;
        if now.len() != self.bytes || now.modified().ok() != self.modified {
            return Err(FileTrouble::Changed);
        }
        Ok((self.digest, self.bytes))
    }
}

impl Read for DigestFile {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(out)?;
        self.hasher.update(&out[..count]);
        self.read += count as u64;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_of_the_bytes_read() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a");
        std::fs::write(&path, "abc").unwrap();
        let mut file = DigestFile::open(&path).unwrap();
        file.read_exact(&mut [0]).unwrap();
        // FIPS 180-2, appendix B.1.
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let (digest, bytes) = file.finish().unwrap();
        assert_eq!((digest.as_str(), bytes), (expected, 3));
    }

    #[test]
    fn a_file_that_grows_is_noticed() {
        use std::io::Write as _;
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a");
        std::fs::write(&path, "abc").unwrap();
        let file = DigestFile::open(&path).unwrap();
        std::fs::OpenOptions::new()
            .append(true)
            .open(&path)
            .unwrap()
            .write_all(b"d")
            .unwrap();
        assert!(matches!(file.finish(), Err(FileTrouble::Changed)));
    }

    #[test]
    fn a_whole_file_is_read_twice_and_must_not_change() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a");
        std::fs::write(&path, "abc").unwrap();
        let open = || {
            let mut file = DigestFile::open(&path).unwrap();
            assert_eq!(file.head(2).unwrap(), b"ab");
            file.whole().unwrap()
        };
        let mut whole = open();
        let mut text = String::new();
        whole.file.read_to_string(&mut text).unwrap();
        assert_eq!(text, "abc");
        let (digest, bytes) = whole.finish().unwrap();
        assert_eq!((digest, bytes), (Digest::of(b"abc"), 3));
        let whole = open();
        std::fs::write(&path, "abcd").unwrap();
        assert!(matches!(whole.finish(), Err(FileTrouble::Changed)));
    }

    #[test]
    fn only_regular_files_are_opened() {
        let directory = tempfile::tempdir().unwrap();
        let open = |path: &Path| DigestFile::open(path).err().unwrap();
        assert!(matches!(open(directory.path()), FileTrouble::Directory));
        assert!(matches!(open(&directory.path().join("no")), FileTrouble::Missing));
        #[cfg(unix)]
        assert!(matches!(open(Path::new("/dev/null")), FileTrouble::Special));
    }
}
