//! Rows one after another, in memory or beside it where they are too many.
//!
//! In: records one after another. Out: those of a range, or all in turn. All piles together hold
//! about [`held_at_most`] bytes in memory. One that would hold more is put into a file that has
//! no name, which the system takes away when the program ends, however it ends; of what follows only
//! the last few, some megabytes, lie in memory. Where such a file cannot be written memory holds them
//! after all, and also where somebody needs [all](Pile::all) at once.

mod room;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fmt::Debug;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

use room::Room;

/// Bytes that are written to a file at a time.
const WRITTEN: usize = 1 << 22;
/// Bytes by which a pile grows before it asks again whether there is room for it.
const STEP: usize = 1 << 20;
/// Records that are read at a time by whoever goes through all of them.
const AT_ONCE: usize = 1 << 16;

/// What all piles may hold, unless the program was told otherwise: 512 MiB.
static ROOM: Room = Room::of(1 << 29);
static FOLDER: OnceLock<PathBuf> = OnceLock::new();

/// Has piles hold so many bytes in memory from now on, and the rest in files. It changes no result.
pub fn held_at_most(bytes: usize) {
    ROOM.set_most(bytes);
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

/// Something that always takes as many bytes in a file.
pub trait Record: Copy + Debug {
    /// Its bytes: an array.
    type Bytes: AsRef<[u8]> + AsMut<[u8]> + Default;
    /// Its bytes in a file.
    fn to_bytes(self) -> Self::Bytes;
    /// What the bytes are of.
    fn of_bytes(bytes: Self::Bytes) -> Self;
}

macro_rules! numbers {
    ($($number:ty),*) => {
        $(impl Record for $number {
            type Bytes = [u8; size_of::<$number>()];

            fn to_bytes(self) -> Self::Bytes {
                self.to_le_bytes()
            }

            fn of_bytes(bytes: Self::Bytes) -> Self {
                Self::from_le_bytes(bytes)
            }
        })*
    };
}

numbers!(u8, u32, u64, usize, f64);

impl Record for [f64; 2] {
    type Bytes = [u8; 16];

    fn to_bytes(self) -> Self::Bytes {
        let [x, y] = self.map(f64::to_bits);
        (u128::from(y) << 64 | u128::from(x)).to_le_bytes()
    }

    fn of_bytes(bytes: Self::Bytes) -> Self {
        let both = u128::from_le_bytes(bytes);
        #[expect(clippy::cast_possible_truncation, reason = "each half in turn")]
        [both as u64, (both >> 64) as u64].map(f64::from_bits)
    }
}

/// Records one after another.
#[derive(Debug)]
pub struct Pile<R: Record> {
    /// The first ones, if they lie in a file.
    file: Option<Filed>,
    /// The others.
    held: Vec<R>,
    /// All of them, once somebody needed them at once although they lie in a file.
    all: OnceLock<Vec<R>>,
    /// Where it takes its memory from, and how much it has taken.
    room: &'static Room,
    taken: usize,
    /// Whether memory holds it whatever it takes: no file does, or none shall.
    stays: bool,
}

/// Records in a file.
#[derive(Debug)]
struct Filed {
    file: Mutex<File>,
    records: usize,
}

impl<R: Record> Default for Pile<R> {
    fn default() -> Self {
        Self::within(&ROOM)
    }
}

impl<R: Record> Drop for Pile<R> {
    fn drop(&mut self) {
        self.room.give_back(self.taken);
    }
}

impl<R: Record> Clone for Pile<R> {
    fn clone(&self) -> Self {
        self.iter().collect()
    }
}

impl<R: Record + PartialEq> PartialEq for Pile<R> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl<R: Record + PartialEq, T: AsRef<[R]>> PartialEq<T> for Pile<R> {
    fn eq(&self, other: &T) -> bool {
        self.iter().eq(other.as_ref().iter().copied())
    }
}

impl<R: Record> From<Vec<R>> for Pile<R> {
    fn from(held: Vec<R>) -> Self {
        let mut pile = Self::default();
        pile.held = held;
        pile.settle();
        pile
    }
}

impl<R: Record> FromIterator<R> for Pile<R> {
    fn from_iter<I: IntoIterator<Item = R>>(records: I) -> Self {
        let mut pile = Self::default();
        pile.extend(records);
        pile
    }
}

impl<R: Record> Extend<R> for Pile<R> {
    fn extend<I: IntoIterator<Item = R>>(&mut self, records: I) {
        let mut records = records.into_iter().fuse();
        loop {
            let before = self.len();
            self.held.extend(records.by_ref().take(AT_ONCE));
            if self.len() == before {
                break;
            }
            self.settle();
        }
    }
}

impl<R: Record> Pile<R> {
    fn within(room: &'static Room) -> Self {
        let (file, held, all) = (None, Vec::new(), OnceLock::new());
        Self { file, held, all, room, taken: 0, stays: false }
    }

    /// One that memory holds whatever it takes: for what is made of a part of a layer, to be asked
    /// for by its place.
    #[must_use]
    pub fn in_memory() -> Self {
        let mut pile = Self::default();
        pile.stays = true;
        pile
    }

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
        if self.filed() == 0 && self.room.has(more.saturating_mul(size_of::<R>())) {
            self.held.reserve(more);
        }
    }

    /// Adds one.
    #[inline]
    pub fn push(&mut self, record: R) {
        self.held.push(record);
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
        let bytes = size_of_val(&self.held[..]);
        if bytes >= self.taken + STEP.min(self.room.most()).max(1) {
            self.weigh(bytes);
        }
    }

    #[cold]
    fn weigh(&mut self, bytes: usize) {
        let has_room = self.room.take(bytes - self.taken);
        self.taken = bytes;
        if !self.stays && (!has_room || self.file.is_some()) {
            self.put_aside();
        }
    }

    /// Writes all but the last few into the file, so many records at a time.
    fn put_aside(&mut self) {
        let step = (WRITTEN.min(self.room.most()) / size_of::<R>()).max(1);
        let mut written = 0;
        for records in self.held.chunks_exact(step) {
            if write(&mut self.file, records).is_err() {
                self.stays = true;
                break;
            }
            written += step;
        }
        self.held.drain(..written);
        self.held.shrink_to(step);
        let left = size_of_val(&self.held[..]);
        self.room.give_back(self.taken - left);
        self.taken = left;
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

    /// Those of a range with the one before, if there is one, where each says what it ends at: the
    /// place of the first of them, they, and the range from where the first of the range begins
    /// to where the last ends.
    ///
    /// # Panics
    ///
    /// If it reaches beyond the last one.
    #[must_use]
    pub fn with_ends(
        &self,
        range: Range<usize>,
        end_of: impl Fn(R) -> u32,
    ) -> (usize, Cow<'_, [R]>, Range<usize>) {
        let first = range.start.saturating_sub(1);
        let some = self.range(first..range.end);
        let ended = |at: usize| if at == 0 { 0 } else { end_of(some[at - 1]) as usize };
        let own = ended(range.start - first)..ended(some.len());
        (first, some, own)
    }

    /// One of them. Where it lies in a file that is a look into the file: who needs many takes a
    /// [range](Self::range).
    ///
    /// # Panics
    ///
    /// If there is no such one.
    #[must_use]
    #[inline]
    pub fn of(&self, at: usize) -> R {
        if self.file.is_none() { self.held[at] } else { self.range(at..at + 1)[0] }
    }

    /// All of them in turn.
    #[must_use]
    pub fn iter(&self) -> Records<'_, R> {
        Records { pile: self, some: Cow::Borrowed(&[]), at: 0, next: 0 }
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

impl<'p, R: Record> IntoIterator for &'p Pile<R> {
    type Item = R;
    type IntoIter = Records<'p, R>;

    fn into_iter(self) -> Records<'p, R> {
        self.iter()
    }
}

/// The records of a pile in turn, of which a file gives some at a time.
#[derive(Debug)]
pub struct Records<'p, R: Record> {
    pile: &'p Pile<R>,
    some: Cow<'p, [R]>,
    /// The next one among these.
    at: usize,
    /// The first one after these.
    next: usize,
}

impl<R: Record> Records<'_, R> {
    #[cold]
    fn read_on(&mut self) -> Option<R> {
        let all = self.pile.len();
        let end =
            if self.pile.is_in_memory() { all } else { all.min(self.next + AT_ONCE) };
        self.some = self.pile.range(self.next..end);
        (self.at, self.next) = (1, end);
        self.some.first().copied()
    }
}

impl<R: Record> Iterator for Records<'_, R> {
    type Item = R;

    #[inline]
    fn next(&mut self) -> Option<R> {
        match self.some.get(self.at) {
            Some(record) => {
                self.at += 1;
                Some(*record)
            }
            None if self.next < self.pile.len() => self.read_on(),
            None => None,
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.pile.len() - self.next + (self.some.len() - self.at);
        (left, Some(left))
    }
}

impl<R: Record> ExactSizeIterator for Records<'_, R> {}

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
    let each = size_of::<R::Bytes>();
    let mut bytes = Vec::with_capacity(records.len() * each);
    for record in records {
        bytes.extend_from_slice(record.to_bytes().as_ref());
    }
    let at = (filed.records * each) as u64;
    let file = filed.file.get_mut().unwrap_or_else(PoisonError::into_inner);
    file.seek(SeekFrom::Start(at))?;
    file.write_all(&bytes)?;
    filed.records += records.len();
    Ok(())
}

impl Filed {
    fn read<R: Record>(&self, range: Range<usize>) -> Vec<R> {
        let each = size_of::<R::Bytes>();
        let mut bytes = vec![0; range.len() * each];
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let read = file
            .seek(SeekFrom::Start((range.start * each) as u64))
            .and_then(|_| file.read_exact(&mut bytes));
        drop(file);
        if let Err(error) = read {
            std::panic::resume_unwind(Box::new(PileLost(error)));
        }
        let record = |bytes: &[u8]| {
            let mut own = R::Bytes::default();
            own.as_mut().copy_from_slice(bytes);
            R::of_bytes(own)
        };
        bytes.chunks_exact(each).map(record).collect()
    }
}

#[cfg(test)]
fn room_of(bytes: usize) -> &'static Room {
    Box::leak(Box::new(Room::of(bytes)))
}

/// One of which nearly all lies in a file, for tests of what piles are made into.
#[cfg(test)]
pub(super) fn narrow<R: Record>() -> Pile<R> {
    Pile::within(room_of(16))
}
