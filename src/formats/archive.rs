//! ZIP archives: which files are in them, and their bytes within limits.
//!
//! In: bytes that can be sought in. Out: names, and streams that stop a file which inflates
//! beyond measure. Nothing is unpacked to disk, so names need not be safe.

use std::io::{self, Read, Seek};

use zip::ZipArchive;
use zip::result::ZipError;

use super::{FormatError, Problem};

/// Files in an archive that are still looked at.
const MAX_FILES: usize = 100_000;
/// Bytes that one file may inflate to.
const MAX_INFLATED: u64 = 4 << 30;
/// Bytes below which no ratio is suspicious.
const ALWAYS_FINE: u64 = 32 << 20;
/// How many bytes may come out for one that goes in. Tables of blanks reach some 100.
const MAX_RATIO: u64 = 250;

/// An archive whose list of files was read.
pub struct Archive<R> {
    zip: ZipArchive<R>,
    names: Vec<(usize, String)>,
}

impl<R: Read + Seek> Archive<R> {
    /// Reads the list of files.
    ///
    /// # Errors
    ///
    /// It is no ZIP archive, a broken one, or holds too many files.
    pub fn open(reader: R) -> Result<Self, FormatError> {
        let zip = ZipArchive::new(reader).map_err(broken)?;
        if zip.len() > MAX_FILES {
            return Err(FormatError::whole(Problem::ArchiveTooBig));
        }
        let mut names: Vec<(usize, String)> = zip
            .file_names_raw()
            .map(|raw| String::from_utf8_lossy(raw).replace('\\', "/"))
            .enumerate()
            .filter(|(_, name)| !is_junk(name))
            .collect();
        names.sort_by(|a, b| a.1.cmp(&b.1));
        Ok(Self { zip, names })
    }

    /// The files in it, sorted, without folders and what systems add on their own.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(|(_, name)| name.as_str())
    }

    /// The bytes of a file; `None` if there is none of that name.
    ///
    /// # Errors
    ///
    /// It is encrypted, compressed in an unknown way, or broken.
    pub fn read<'a>(
        &'a mut self,
        name: &str,
    ) -> Result<Option<impl Read + use<'a, R>>, FormatError> {
        let Some(&(index, _)) = self.names.iter().find(|(_, known)| known == name) else {
            return Ok(None);
        };
        let is_encrypted = self.zip.by_index_raw(index).map_err(broken)?.encrypted();
        if is_encrypted {
            return Err(FormatError::whole(Problem::EncryptedArchive));
        }
        let file = self.zip.by_index(index).map_err(broken)?;
        let packed = file.compressed_size();
        Ok(Some(Bounded { file, packed, inflated: 0 }))
    }
}

/// Folders, hidden files, and the copies of metadata that macOS adds.
fn is_junk(name: &str) -> bool {
    let is_hidden = |part: &str| part.starts_with('.') || part == "__MACOSX";
    name.ends_with('/') || name.split('/').any(is_hidden)
}

fn broken(error: ZipError) -> FormatError {
    match error {
        ZipError::Io(error) if error.kind() != io::ErrorKind::UnexpectedEof => {
            error.into()
        }
        ZipError::UnsupportedArchive(said) if said == ZipError::PASSWORD_REQUIRED => {
            FormatError::whole(Problem::EncryptedArchive)
        }
        other => FormatError::whole(Problem::BrokenArchive).found(other.to_string()),
    }
}

/// The error of a file that inflates beyond measure, inside an [`io::Error`].
#[derive(Debug)]
pub(super) struct TooInflated;

impl std::fmt::Display for TooInflated {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(Problem::ArchiveTooBig.key())
    }
}

impl std::error::Error for TooInflated {}

/// A file in an archive, up to the limits.
struct Bounded<F> {
    file: F,
    packed: u64,
    inflated: u64,
}

impl<F: Read> Read for Bounded<F> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(out)?;
        self.inflated += count as u64;
        let most =
            (self.packed.saturating_mul(MAX_RATIO)).clamp(ALWAYS_FINE, MAX_INFLATED);
        if self.inflated > most {
            return Err(io::Error::new(io::ErrorKind::InvalidData, TooInflated));
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Cursor, Write as _};
    use zip::write::{SimpleFileOptions, ZipWriter};

    fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in files {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            writer.write_all(bytes).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn files_are_listed_without_junk() {
        let files: [(&str, &[u8]); 5] = [
            ("b/zones.shp", b"1"),
            ("__MACOSX/b/._zones.shp", b"2"),
            ("a.txt", b"3"),
            ("b/.DS_Store", b"4"),
            ("b\\c.txt", b"5"),
        ];
        let mut archive = Archive::open(Cursor::new(archive(&files))).unwrap();
        let names: Vec<&str> = archive.names().collect();
        assert_eq!(names, ["a.txt", "b/c.txt", "b/zones.shp"]);
        let mut text = String::new();
        let mut file = archive.read("b/zones.shp").unwrap().unwrap();
        file.read_to_string(&mut text).unwrap();
        drop(file);
        assert_eq!(text, "1");
        assert!(archive.read("c").unwrap().is_none());
    }

    #[test]
    fn a_bomb_is_stopped() {
        let zeros = vec![0; 40 << 20];
        let bytes = archive(&[("zeros", &zeros)]);
        assert!(bytes.len() < 100_000);
        let mut archive = Archive::open(Cursor::new(bytes)).unwrap();
        let mut file = archive.read("zeros").unwrap().unwrap();
        let error: FormatError = io::copy(&mut file, &mut io::sink()).unwrap_err().into();
        assert_eq!(error.problem, Problem::ArchiveTooBig);
    }

    #[test]
    fn a_broken_archive_is_an_error() {
        let whole = archive(&[("a", b"abc")]);
        for end in 0..whole.len() {
            let opened = Archive::open(Cursor::new(&whole[..end]));
            assert!(opened.is_err(), "{end}");
        }
    }

    #[test]
    fn an_encrypted_file_is_refused() {
        let mut bytes = archive(&[("a", b"abc")]);
        // The first flag bit, in the local header and in the central directory.
        let central = bytes.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
        bytes[6] |= 1;
        bytes[central + 8] |= 1;
        let mut archive = Archive::open(Cursor::new(bytes)).unwrap();
        let error = archive.read("a").err().unwrap();
        assert_eq!(error.problem, Problem::EncryptedArchive);
    }
}
