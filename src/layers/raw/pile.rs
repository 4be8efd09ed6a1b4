//! Coordinates in memory, or beside it where they are too many.
//!
//! In: records one after another. Out: those of a range. Up to [`held_at_most`] records lie in
//! memory. With more of them all but the last lie in a file that has no name, which the system takes
//! away when the program ends, however it ends. Where such a file cannot be written memory holds
//! them after all.

use std::borrow::Cow;
use std::fmt::Debug;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

/// Bytes of a record.
const BYTES: usize = 16;
/// Records that are written to a file at a time.
const WRITTEN: usize = 1 << 18;

/// Records that a pile holds in memory, unless it was told otherwise: 256 MiB of them.
static MOST_HELD: AtomicUsize = AtomicUsize::new(1 << 24);
static FOLDER: OnceLock<PathBuf> = OnceLock::new();

/// Has piles hold so many records in memory from now on, and the rest of larger ones in a file. It
/// changes no result.
pub fn held_at_most(records: usize) {
    MOST_HELD.store(records, Ordering::Relaxed);
}

/// Has the files of large piles lie in a folder from now on and not in that of the system for
/// temporary files, which on some systems lies in memory itself. Says whether that is so: only the
/// first folder counts.
pub fn lie_in(folder: PathBuf) -> bool {
    FOLDER.set(folder).is_ok()
}

/// What was written beside memory could not be read again. It is thrown past all stages, none of
/// which could go on, and whoever runs them [catches](caught) it.
#[derive(Debug)]
pub struct PileLost(io::Error);

/// Does something with piles, and says if one of them was lost meanwhile.
///
/// # Errors
///
/// Why the system could not read what it had written.
pub fn caught<T>(work: impl FnOnce() -> T) -> Result<T, io::Error> {
    let work = std::panic::AssertUnwindSafe(work);
    std::panic::catch_unwind(work).map_err(|thrown| match thrown.downcast::<PileLost>() {
        Ok(lost) => lost.0,
        Err(other) => std::panic::resume_unwind(other),
    })
}

/// Something of sixteen bytes.
pub trait Record: Copy + Debug {
    /// Its bytes.
    fn to_bytes(self) -> [u8; BYTES];
    /// What the bytes are of.
    fn of_bytes(bytes: [u8; BYTES]) -> Self;
}

impl Record for [f64; 2] {
    fn to_bytes(self) -> [u8; BYTES] {
        let [x, y] = self.map(f64::to_bits);
        (u128::from(y) << 64 | u128::from(x)).to_le_bytes()
    }

    fn of_bytes(bytes: [u8; BYTES]) -> Self {
        let both = u128::from_le_bytes(bytes);
        #[expect(clippy::cast_possible_truncation, reason = "each half in turn")]
        [both as u64, (both >> 64) as u64].map(f64::from_bits)
    }
}

/// Records one after another.
#[derive(Debug)]
pub struct Pile<R> {
    /// The first ones, if they lie in a file.
    file: Option<Filed>,
    /// The others.
    held: Vec<R>,
    /// All of them, once somebody needed them at once although they lie in a file.
    all: OnceLock<Vec<R>>,
    /// More than so many do not all lie in memory, unless a file could not be written.
    most: usize,
}

/// Records in a file.
#[derive(Debug)]
struct Filed {
    file: Mutex<File>,
    records: usize,
}

impl<R> Default for Pile<R> {
    fn default() -> Self {
        let most = MOST_HELD.load(Ordering::Relaxed);
        Self { file: None, held: Vec::new(), all: OnceLock::new(), most }
    }
}

impl<R: Record> Clone for Pile<R> {
    fn clone(&self) -> Self {
        Self::from(self.all().to_vec())
    }
}

impl<R> From<Vec<R>> for Pile<R> {
    fn from(held: Vec<R>) -> Self {
        Self { held, ..Self::default() }
    }
}

impl<R: Record> Pile<R> {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.filed() + self.held.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn filed(&self) -> usize {
        self.file.as_ref().map_or(0, |file| file.records)
    }

    /// Makes room for so many more, as far as memory will hold them.
    pub fn reserve(&mut self, more: usize) {
        if self.len().saturating_add(more) <= self.most {
            self.held.reserve(more);
        }
    }

    /// Adds several.
    #[inline]
    pub fn extend(&mut self, records: impl IntoIterator<Item = R>) {
        self.held.extend(records);
        self.settle();
    }

    /// Adds copies of several.
    #[inline]
    pub fn extend_from_slice(&mut self, records: &[R]) {
        self.held.extend_from_slice(records);
        self.settle();
    }

    /// Puts what is too much for memory into the file.
    #[inline]
    fn settle(&mut self) {
        if self.file.is_some() {
            self.all.take();
        }
        let step = self.most.clamp(1, WRITTEN);
        let is_begun = self.file.is_some() && self.most < usize::MAX;
        let most = if is_begun { step } else { self.most };
        if self.held.len() > most {
            self.put_aside(step);
        }
    }

    /// Writes all but the last few into the file, so many records at a time.
    #[cold]
    fn put_aside(&mut self, step: usize) {
        let mut written = 0;
        for records in self.held.chunks_exact(step) {
            if write(&mut self.file, records).is_err() {
                self.most = usize::MAX;
                break;
            }
            written += step;
        }
        self.held.drain(..written);
        self.held.shrink_to(WRITTEN);
    }

    /// Those of a range.
    ///
    /// # Panics
    ///
    /// If it reaches beyond the last one.
    #[must_use]
    pub fn range(&self, range: Range<usize>) -> Cow<'_, [R]> {
        let filed = self.filed();
        match &self.file {
            Some(file) if range.start < filed && self.all.get().is_none() => {
                let mut records = file.read(range.start..range.end.min(filed));
                let held = range.end.saturating_sub(filed);
                records.extend_from_slice(&self.held[..held]);
                Cow::Owned(records)
            }
            Some(_) if range.start >= filed => {
                Cow::Borrowed(&self.held[range.start - filed..range.end - filed])
            }
            _ => Cow::Borrowed(&self.all()[range]),
        }
    }

    /// Whether all of them lie in memory, so that to ask for all costs nothing.
    #[must_use]
    pub fn is_in_memory(&self) -> bool {
        self.filed() == 0 || self.all.get().is_some()
    }

    /// All of them, in memory whatever they take there.
    #[must_use]
    #[inline]
    pub fn all(&self) -> &[R] {
        match &self.file {
            None => &self.held,
            // It was made and nothing could be written into it.
            Some(file) if file.records == 0 => &self.held,
            Some(file) => self.all.get_or_init(|| {
                let mut all = file.read(0..file.records);
                all.extend_from_slice(&self.held);
                all
            }),
        }
    }
}

fn made_in(folder: &Path) -> io::Result<File> {
    fs::create_dir_all(folder)?;
    tempfile::tempfile_in(folder)
}

/// Adds records to a file, which is made if there is none yet.
fn write<R: Record>(file: &mut Option<Filed>, records: &[R]) -> io::Result<()> {
    let filed = if let Some(filed) = file {
        filed
    } else {
        let made = FOLDER.get().map(|folder| made_in(folder));
        let made = made.and_then(Result::ok).map_or_else(tempfile::tempfile, Ok);
        file.insert(Filed { file: Mutex::new(made?), records: 0 })
    };
    let mut bytes = vec![[0; BYTES]; records.len()];
    for (to, record) in bytes.iter_mut().zip(records) {
        *to = record.to_bytes();
    }
    let at = (filed.records * BYTES) as u64;
    let file = filed.file.get_mut().unwrap_or_else(PoisonError::into_inner);
    file.seek(SeekFrom::Start(at))?;
    file.write_all(bytes.as_flattened())?;
    filed.records += records.len();
    Ok(())
}

impl Filed {
    fn read<R: Record>(&self, range: Range<usize>) -> Vec<R> {
        let mut bytes = vec![0; range.len() * BYTES];
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let read = file
            .seek(SeekFrom::Start((range.start * BYTES) as u64))
            .and_then(|_| file.read_exact(&mut bytes));
        drop(file);
        if let Err(error) = read {
            std::panic::resume_unwind(Box::new(PileLost(error)));
        }
        bytes.as_chunks().0.iter().map(|bytes| R::of_bytes(*bytes)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(range: Range<usize>) -> Vec<[f64; 2]> {
        let number = |at| f64::from(u32::try_from(at).unwrap());
        range.map(number).map(|number| [number, -0.5 * number]).collect()
    }

    fn pile(most: usize, count: usize) -> Pile<[f64; 2]> {
        let mut pile = Pile { most, ..Pile::default() };
        // By hand in uneven steps, so that they end within, at and behind what is written at a time.
        let mut next = 0;
        for step in [1, 2, 3].into_iter().cycle() {
            if next == count {
                break;
            }
            let end = (next + step).min(count);
            pile.extend_from_slice(&numbers(next..end));
            next = end;
        }
        pile
    }

    #[test]
    fn what_lies_aside_is_what_was_put_there() {
        for most in [0, 1, 4, 5, 100] {
            let pile = pile(most, 23);
            assert_eq!((pile.len(), pile.is_empty()), (23, false));
            assert_eq!(pile.file.is_some(), most < 23, "{most}");
            assert!(pile.held.len() <= most.max(1).max(23 * usize::from(most == 100)));
            for start in 0..=23 {
                for end in start..=23 {
                    assert_eq!(*pile.range(start..end), numbers(start..end), "{most}");
                }
            }
            assert!(pile.all.get().is_none(), "nobody asked for all at once");
            assert_eq!(pile.clone().all(), numbers(0..23));
            assert_eq!(pile.all(), numbers(0..23));
            assert_eq!(*pile.range(3..22), numbers(3..22));
        }
        assert!(pile(4, 0).is_empty() && pile(4, 0).range(0..0).is_empty());
    }

    #[test]
    fn what_was_asked_for_at_once_does_not_hide_what_comes_later() {
        let mut pile = pile(4, 9);
        assert_eq!(pile.all().len(), 9);
        pile.extend(numbers(9..12));
        assert_eq!(pile.all(), numbers(0..12));
    }

    #[test]
    fn memory_holds_what_no_file_takes() {
        let named = tempfile::NamedTempFile::new().unwrap();
        let file = Mutex::new(File::open(named.path()).unwrap());
        let file = Some(Filed { file, records: 0 });
        let mut pile = Pile { file, most: 4, ..Pile::default() };
        pile.extend(numbers(0..9));
        pile.extend(numbers(9..23));
        assert_eq!((pile.filed(), pile.len()), (0, 23));
        assert_eq!(
            (pile.all(), &*pile.range(3..20)),
            (&*numbers(0..23), &*numbers(3..20))
        );
        assert!(pile.all.get().is_none(), "there is no second copy");
    }

    #[test]
    fn any_bits_of_a_number_survive() {
        let odd = [f64::from_bits(0x7ff8_0000_0000_1234), -0.0];
        let back = <[f64; 2]>::of_bytes(odd.to_bytes());
        assert_eq!(back.map(f64::to_bits), odd.map(f64::to_bits));
    }

    #[test]
    fn what_can_no_longer_be_read_is_an_error_and_no_panic() {
        let mut pile = pile(4, 23);
        if let Some(filed) = &mut pile.file {
            filed.file = Mutex::new(tempfile::tempfile().unwrap());
        }
        let lost = caught(|| pile.range(0..5).len()).unwrap_err();
        assert_eq!(lost.kind(), io::ErrorKind::UnexpectedEof);
        assert_eq!(caught(|| pile.range(22..23).len()).unwrap(), 1);
    }
}
