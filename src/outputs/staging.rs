//! What is being written and has no place yet, so that whoever stops the program can clear it.
//!
//! In: temporary folders and files, as long as they last. [`abandon`] removes them all and lets
//! nothing new begin: afterwards every write fails, and no folder changes its name any more.
//! It waits for two renames that have begun, so that a folder is put in place whole or not at
//! all.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tempfile::TempDir;

/// How often a folder that somebody still writes into is tried again, and how long between.
const TRIES: (u32, Duration) = (100, Duration::from_millis(10));

static OPEN: Mutex<Open> =
    Mutex::new(Open { paths: BTreeSet::new(), is_closed: false, has_placed: false });

/// What is open.
pub(super) struct Open {
    paths: BTreeSet<PathBuf>,
    is_closed: bool,
    has_placed: bool,
}

impl Open {
    /// Notes that results are in their place.
    pub(super) fn placed(&mut self) {
        self.has_placed = true;
    }
}

fn open() -> MutexGuard<'static, Open> {
    // Nothing is half done in it when a thread panics.
    OPEN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Keeps [`abandon`] waiting for as long as what is returned lasts.
///
/// # Errors
///
/// `Interrupted` after [`abandon`].
pub(super) fn hold() -> io::Result<MutexGuard<'static, Open>> {
    let open = open();
    if open.is_closed {
        return Err(io::ErrorKind::Interrupted.into());
    }
    Ok(open)
}

/// A path that is removed if the program is stopped before this is dropped.
#[derive(Debug)]
pub(super) struct Noted(PathBuf);

/// Notes a path.
///
/// # Errors
///
/// `Interrupted` after [`abandon`].
pub(super) fn note(path: &Path) -> io::Result<Noted> {
    hold()?.paths.insert(path.to_owned());
    Ok(Noted(path.to_owned()))
}

impl Drop for Noted {
    fn drop(&mut self) {
        open().paths.remove(&self.0);
    }
}

/// A folder that lasts as long as this, and no longer than the program.
#[derive(Debug)]
pub struct Temporary {
    folder: TempDir,
    _noted: Noted,
}

impl Temporary {
    /// Makes a folder where the system keeps such folders.
    ///
    /// # Errors
    ///
    /// What the system says; `Interrupted` after [`abandon`].
    pub fn new() -> io::Result<Self> {
        Self::of(tempfile::Builder::new().prefix("atalaya-").tempdir()?)
    }

    pub(super) fn of(folder: TempDir) -> io::Result<Self> {
        let noted = note(folder.path())?;
        Ok(Self { folder, _noted: noted })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Lets go of it without removing it.
    pub(super) fn keep(self) {
        let _ = self.folder.keep();
    }
}

/// Removes all that is being written; nothing can be written or put in place afterwards.
///
/// Meant for the moment in which the program is asked to stop. Returns whether results had
/// been put in their place before.
#[must_use]
pub fn abandon() -> bool {
    let mut open = open();
    open.is_closed = true;
    for path in &open.paths {
        remove(path);
    }
    open.has_placed
}

/// Whether [`abandon`] was called.
#[must_use]
pub fn is_abandoned() -> bool {
    open().is_closed
}

/// A file that is just being written into a folder may come after it was emptied: try again.
fn remove(path: &Path) {
    let (tries, pause) = TRIES;
    for _ in 0..tries {
        let removed =
            if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
        match removed {
            Ok(()) => return,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return,
            Err(_) => std::thread::sleep(pause),
        }
    }
}
