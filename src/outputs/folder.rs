//! A folder that is written whole or not at all.
//!
//! In: a target and the files that shall be in it, all at once or some as soon as they are
//! made. Out: the target with exactly those, or an error and the target as it was. Files go to
//! a hidden folder beside the target, which then takes its place by two renames; a run that
//! died in between is put right by the next. A folder without a manifest of ours is never touched; one of ours to which
//! somebody added files is not deleted but kept beside the new one.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, SystemTime};

use super::content::{Content, Laid, Watched};
use super::error::OutputError;
use super::staging::{self, Temporary};
use super::syncing::{self, Syncing};
use super::{manifest, portable};
use crate::domain::Digest;

/// How every hidden folder of ours begins; the target's name follows.
const PREFIX: &str = ".atalaya-";
/// Longest part of a hidden name that is the target's, bytes.
const LONGEST_NAME: usize = 200;
/// How the name of an old folder that made room ends.
const BACKUP_SUFFIX: &str = ".old";
/// How many files are written at a time.
const AT_ONCE: usize = 4;
/// Where folders cannot be locked, one untouched for so long belongs to a run that died.
const STALE: Duration = Duration::from_hours(1);
/// Files that systems and viewers drop into folders by themselves.
const DROPPINGS: [&str; 4] = [".ds_store", ".directory", "desktop.ini", "thumbs.db"];
/// Beginnings of such files: of macOS, of an open spreadsheet.
const DROPPING_STARTS: [&str; 3] = ["._", ".~lock.", "~$"];
/// Endings of such files: of a picture that was looked at in a GIS.
const DROPPING_ENDINGS: [&str; 1] = [".aux.xml"];

/// Writes `files` (path inside the folder with `/`, bytes) and puts them in place of
/// `target`. They are begun in the order given.
///
/// Returns where the old folder went, if it held files that Atalaya did not write.
///
/// # Errors
///
/// See [`OutputError`]; after any but `Stranded` the target is as it was.
pub(super) fn replace(
    target: &Path,
    files: &[(String, Vec<u8>)],
) -> Result<Option<PathBuf>, OutputError> {
    let files: Vec<(String, Content<'_>)> =
        files.iter().map(|(name, bytes)| (name.clone(), Content::lent(bytes))).collect();
    // Before anything is made.
    portable::ensure_all(files.iter().map(|(name, _)| name.as_str()))?;
    Staged::begin(target)?.finish(&files)
}

/// A folder in the making: hidden, beside the one whose place it will take. What is dropped
/// before it is finished is removed.
#[derive(Debug)]
pub struct Staged {
    /// The target as it was named.
    asked: PathBuf,
    place: Place,
    /// Ends before the folder does.
    syncing: Syncing,
    folder: Temporary,
    /// What lies in it whole.
    laid: Mutex<BTreeMap<String, Laid>>,
    /// Held to the end: by this others know that somebody still writes into it.
    _alive: Option<File>,
}

impl Staged {
    /// Begins a folder that is to take the place of `target`.
    ///
    /// # Errors
    ///
    /// [`OutputError`] if the place cannot be written to, or holds files and no manifest of
    /// ours.
    pub fn begin(target: &Path) -> Result<Self, OutputError> {
        let place = Place::of(target)?;
        fs::create_dir_all(&place.parent)
            .map_err(|source| trouble(&place.parent, source, create_failed))?;
        let turn = place.turn();
        place.recover()?;
        place.holding()?;
        place.clear_dead(turn.is_some());
        let folder = tempfile::Builder::new()
            .prefix(&place.prefix)
            .tempdir_in(&place.parent)
            .and_then(Temporary::of)
            .map_err(|source| create_failed(&place.parent, source))?;
        let alive = lock(folder.path());
        drop(turn);
        let syncing = Syncing::begin(folder.path());
        let (asked, laid) = (target.to_owned(), Mutex::default());
        Ok(Self { asked, place, syncing, folder, laid, _alive: alive })
    }

    /// The folder whose place it will take.
    #[must_use]
    pub fn target(&self) -> &Path {
        &self.asked
    }

    /// Lays a file that is made: by the time the folder is finished it is seen onto the disk. One
    /// that cannot be laid is removed, so that it may be written with the rest.
    ///
    /// # Errors
    ///
    /// [`OutputError`] if the name is not portable, is taken, or the file cannot be written.
    pub fn lay(&self, name: &str, bytes: &[u8]) -> Result<(), OutputError> {
        self.lay_in_pieces(name, |file| {
            file.write_all(bytes).map_err(|source| self.write_failed(name, source))
        })
    }

    /// Lays a file piece by piece.
    ///
    /// # Errors
    ///
    /// Those of [`Self::lay`], and those of `write`.
    pub(super) fn lay_in_pieces(
        &self,
        name: &str,
        write: impl FnOnce(&mut dyn io::Write) -> Result<(), OutputError>,
    ) -> Result<(), OutputError> {
        let mut file = Watched::new(self.create(name)?);
        if let Err(error) = write(&mut file) {
            let _ = fs::remove_file(self.folder.path().join(name));
            return Err(error);
        }
        // Closed.
        let laid = file.finish();
        self.syncing.add(name);
        self.laid
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(name.to_owned(), laid);
        Ok(())
    }

    /// A file that lies in it whole, if it does.
    pub(super) fn laid(&self, name: &str) -> Option<Laid> {
        let laid = self.laid.lock().unwrap_or_else(PoisonError::into_inner);
        laid.get(name).cloned()
    }

    fn create(&self, name: &str) -> Result<File, OutputError> {
        portable::ensure_all(std::iter::once(name))?;
        let path = self.folder.path().join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(|source| create_failed(parent, source))?;
        }
        let created = staging::hold().map(drop).and_then(|()| File::create_new(&path));
        created.map_err(|source| self.write_failed(name, source))
    }

    /// That a file of the folder could not be written.
    pub(super) fn write_failed(&self, name: &str, source: io::Error) -> OutputError {
        OutputError::Write { path: self.folder.path().join(name), source }
    }

    /// Writes the files that do not lie there yet and puts the folder in place of its target.
    /// Returns where the old one went, if it held files that Atalaya did not write.
    ///
    /// # Errors
    ///
    /// See [`OutputError`]; after any but `Stranded` the target is as it was.
    pub(super) fn finish(
        self,
        files: &[(String, Content<'_>)],
    ) -> Result<Option<PathBuf>, OutputError> {
        portable::ensure_all(files.iter().map(|(name, _)| name.as_str()))?;
        let seen = self.syncing.finish();
        fill(self.folder.path(), files, &seen)?;
        let turn = self.place.turn();
        let kept = self.place.swap(self.folder.path())?;
        drop(turn);
        // It has moved to the target: nothing is left to delete.
        self.folder.keep();
        Ok(kept)
    }
}

/// Locks a folder until what is returned is dropped, or its process dies; `None` where the
/// system has no such lock, or somebody else has it.
fn lock(folder: &Path) -> Option<File> {
    let open = File::open(folder).ok()?;
    open.try_lock().ok()?;
    Some(open)
}

/// Tells whether a run could put its results in `target`, without writing anything.
///
/// Meant for the start of a run, so that nobody waits for results that cannot be kept.
///
/// # Errors
///
/// [`OutputError`] if `target` is a file, lies under one, cannot be read, is marked as
/// read-only, or holds files and no manifest of ours.
pub fn ensure_replaceable(target: &Path) -> Result<(), OutputError> {
    let place = Place::of(target)?;
    let _turn = place.turn();
    place.holding().map(drop)
}

/// What a target holds that may be replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holding {
    /// It does not exist, or nothing that a person could miss is in it.
    Nothing,
    /// Results of ours and nothing else.
    Results,
    /// Results of ours and files that somebody added.
    ResultsAndOthers,
}

/// A target and the place beside it where the new folder is made.
#[derive(Debug)]
struct Place {
    /// The folder to replace: behind a link, the folder that it points to.
    target: PathBuf,
    /// Its parent, which may not exist yet.
    parent: PathBuf,
    /// How the names of our hidden folders for this target begin.
    prefix: String,
}

impl Place {
    fn of(target: &Path) -> Result<Self, OutputError> {
        let target = match fs::canonicalize(target) {
            Ok(real) => real,
            Err(error) if error.kind() == io::ErrorKind::NotFound => target.to_owned(),
            Err(source) => return Err(trouble(target, source, inspect_failed)),
        };
        let Some(name) = target.file_name() else {
            return Err(OutputError::NoName { path: target });
        };
        let prefix = format!("{PREFIX}{}-", shortened(&name.to_string_lossy()));
        let parent = match target.parent() {
            Some(parent) if parent != Path::new("") => parent.to_owned(),
            _ => PathBuf::from("."),
        };
        Ok(Self { target, parent, prefix })
    }

    /// What the target holds; refuses one that must not be replaced.
    fn holding(&self) -> Result<Holding, OutputError> {
        let path = || self.target.clone();
        match fs::metadata(&self.target) {
            Ok(found) if !found.is_dir() => {
                return Err(OutputError::NotAFolder { path: path() });
            }
            // Renaming would get around it; who protects a folder means to keep it.
            Ok(found) if found.permissions().readonly() => {
                return Err(OutputError::ReadOnly { path: path() });
            }
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Holding::Nothing);
            }
            Err(source) => return Err(trouble(&self.target, source, inspect_failed)),
        }
        let found = list(&self.target).map_err(|e| inspect_failed(&self.target, e))?;
        if found.is_empty() {
            return Ok(Holding::Nothing);
        }
        let manifest = self.target.join(manifest::FILE);
        let own = fs::read(manifest).ok().and_then(|bytes| own_files(&bytes));
        let Some(own) = own else { return Err(OutputError::NotOurs { path: path() }) };
        let is_all_ours = found.iter().all(|file| own.contains(file));
        Ok(if is_all_ours { Holding::Results } else { Holding::ResultsAndOthers })
    }

    /// A name beside the target for an old folder that is kept: `ilo.old`, `ilo.old-2`, …
    fn free_name(&self) -> PathBuf {
        let mut number = 1;
        loop {
            let mut name = self.target.clone().into_os_string();
            name.push(BACKUP_SUFFIX);
            if number > 1 {
                name.push(format!("-{number}"));
            }
            if fs::symlink_metadata(&name).is_err() {
                return name.into();
            }
            number += 1;
        }
    }

    /// Our hidden folders for this target, sorted: those being written, then old ones.
    fn hidden(&self) -> Vec<PathBuf> {
        let Ok(entries) = fs::read_dir(&self.parent) else { return Vec::new() };
        let is_ours = |name: &OsStr| {
            let name = name.to_string_lossy();
            name.strip_prefix(&self.prefix).is_some_and(is_random)
        };
        let mut found: Vec<PathBuf> = entries
            .filter_map(Result::ok)
            .filter(|e| e.file_type().is_ok_and(|kind| kind.is_dir()))
            .filter(|entry| is_ours(&entry.file_name()))
            .map(|entry| entry.path())
            .collect();
        found.sort();
        found
    }

    /// Waits until no other run looks at or replaces folders beside the target, and keeps the
    /// others waiting until it is dropped: they would see the moment between the two renames.
    ///
    /// A file system without locks lets everybody through; then such a moment is an error.
    fn turn(&self) -> Option<File> {
        let parent = File::open(&self.parent).ok()?;
        parent.lock().ok()?;
        Some(parent)
    }

    /// Puts an old folder back whose run died between the two renames.
    fn recover(&self) -> Result<(), OutputError> {
        if self.target.exists() {
            return Ok(());
        }
        match self.hidden().into_iter().find(|path| is_backup(path)) {
            Some(backup) => fs::rename(backup, &self.target).map_err(|source| {
                OutputError::Replace { path: self.target.clone(), source }
            }),
            None => Ok(()),
        }
    }

    /// Deletes what dead runs left. That it cannot be deleted is no reason to stop.
    ///
    /// Whoever writes into a hidden folder has locked it, and old folders exist only while
    /// somebody has the turn: so with the turn, what can be locked is nobody's any more.
    /// Where there are no locks, a folder that nobody touched for long is taken for dead.
    fn clear_dead(&self, has_turn: bool) {
        for path in self.hidden() {
            let free = if has_turn { lock(&path) } else { None };
            if free.is_some() || is_stale(&path) {
                let _ = fs::remove_dir_all(path);
            }
        }
    }

    /// Puts `staged` in place of the target; puts the old one back if that fails.
    /// Returns where the old one went if it is kept.
    fn swap(&self, staged: &Path) -> Result<Option<PathBuf>, OutputError> {
        let failed = |source| OutputError::Replace { path: self.target.clone(), source };
        // From here to the end nobody stops the program.
        let mut open = staging::hold().map_err(failed)?;
        let kept = match self.holding()? {
            Holding::ResultsAndOthers => Some(self.free_name()),
            Holding::Nothing | Holding::Results => None,
        };
        let had_old = self.target.exists();
        let backup = kept.clone().unwrap_or_else(|| backup_of(staged));
        if had_old {
            let permissions = fs::metadata(&self.target).map_err(failed)?.permissions();
            fs::set_permissions(staged, permissions).map_err(failed)?;
            fs::rename(&self.target, &backup).map_err(failed)?;
        }
        if let Err(source) = fs::rename(staged, &self.target) {
            if had_old && fs::rename(&backup, &self.target).is_err() {
                let path = self.target.clone();
                return Err(OutputError::Stranded { path, backup, source });
            }
            return Err(failed(source));
        }
        open.placed();
        sync_folder(&self.parent);
        if had_old && kept.is_none() {
            // Under a name that nobody takes for a backup, lest half of it be put back one
            // day. The new folder is in place: what stays behind is cleared later.
            let _ = fs::rename(&backup, staged).and_then(|()| fs::remove_dir_all(staged));
        }
        Ok(kept)
    }
}

/// A name that leaves room for what stands before and after it: a system's names end at 255
/// bytes. Of a long one the digest tells it from others that begin alike.
fn shortened(name: &str) -> String {
    if name.len() <= LONGEST_NAME {
        return name.to_owned();
    }
    let digest = Digest::of(name.as_bytes());
    let start = name.floor_char_boundary(LONGEST_NAME - 13);
    format!("{}~{}", &name[..start], &digest.as_str()[..12])
}

/// Whether nobody has touched a folder for long.
fn is_stale(path: &Path) -> bool {
    let changed = fs::metadata(path).and_then(|found| found.modified());
    let age = changed.map(|then| SystemTime::now().duration_since(then));
    matches!(age, Ok(Ok(age)) if age > STALE)
}

/// Writes the files that do not lie in a folder yet and sees those onto the disk that were not
/// `seen` there, several at a time: most of what one takes is waiting for the disk.
fn fill(
    folder: &Path,
    files: &[(String, Content<'_>)],
    seen: &BTreeSet<String>,
) -> Result<(), OutputError> {
    let mut folders = BTreeSet::from([folder.to_owned()]);
    for (name, _) in files {
        if let Some(inner) = folder.join(name).parent()
            && folders.insert(inner.to_owned())
        {
            fs::create_dir_all(inner).map_err(|source| create_failed(inner, source))?;
        }
    }
    let next = AtomicUsize::new(0);
    let work = || -> Result<(), (usize, OutputError)> {
        while let at = next.fetch_add(1, Ordering::Relaxed)
            && let Some((name, content)) = files.get(at)
        {
            if seen.contains(name) {
                continue;
            }
            see_onto_disk(folder.join(name), content).map_err(|error| {
                // Nobody begins another.
                next.store(files.len(), Ordering::Relaxed);
                (at, error)
            })?;
        }
        Ok(())
    };
    let failed = thread::scope(|scope| {
        let spawn = || thread::Builder::new().spawn_scoped(scope, work).ok();
        let others: Vec<_> = (1..AT_ONCE).filter_map(|_| spawn()).collect();
        let own = work().err();
        let join = |other: thread::ScopedJoinHandle<'_, Result<(), _>>| {
            other.join().expect("nothing panics while a file is written").err()
        };
        let failed = own.into_iter().chain(others.into_iter().filter_map(join));
        // The first in order, whoever came upon it.
        failed.min_by_key(|(at, _)| *at)
    });
    if let Some((_, error)) = failed {
        return Err(error);
    }
    for folder in folders {
        sync_folder(&folder);
    }
    Ok(())
}

fn see_onto_disk(path: PathBuf, content: &Content<'_>) -> Result<(), OutputError> {
    staging::hold()
        .map(drop)
        .and_then(|()| match content {
            Content::Made(bytes) => write_through(&path, bytes),
            Content::Laid(_) => syncing::sync_file(&path),
        })
        .map_err(|source| OutputError::Write { path, source })
}

fn write_through(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Sees the entries of a folder onto the disk, where the system can do that.
fn sync_folder(folder: &Path) {
    if cfg!(unix)
        && let Ok(open) = File::open(folder)
    {
        // Not every file system can; the files themselves are safe.
        let _ = open.sync_all();
    }
}

/// Every file below a folder that a person could miss, as paths with `/`, sorted.
pub(super) fn list(folder: &Path) -> io::Result<Vec<String>> {
    let mut found = Vec::new();
    let mut open = vec![(folder.to_owned(), String::new())];
    while let Some((folder, inside)) = open.pop() {
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = format!("{inside}{name}");
            if entry.file_type()?.is_dir() {
                open.push((entry.path(), format!("{path}/")));
            } else if !is_dropping(&name) {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

fn is_dropping(name: &str) -> bool {
    let name = name.to_lowercase();
    DROPPINGS.contains(&name.as_str())
        || DROPPING_STARTS.iter().any(|start| name.starts_with(start))
        || DROPPING_ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// The files that a manifest says we wrote, itself included; `None` if it is not ours.
fn own_files(manifest: &[u8]) -> Option<BTreeSet<String>> {
    let manifest: serde_json::Value = serde_json::from_slice(manifest).ok()?;
    if manifest["program"]["name"].as_str()? != manifest::PROGRAM {
        return None;
    }
    let mut own = BTreeSet::from([manifest::FILE.to_owned()]);
    for output in manifest["outputs"].as_array()? {
        own.insert(output["path"].as_str()?.to_owned());
    }
    Some(own)
}

/// Where the old folder goes while `staged` takes its place.
fn backup_of(staged: &Path) -> PathBuf {
    let mut name = staged.as_os_str().to_owned();
    name.push(BACKUP_SUFFIX);
    name.into()
}

fn is_backup(path: &Path) -> bool {
    path.extension().is_some_and(|ending| BACKUP_SUFFIX[1..] == *ending)
}

/// Whether the rest of a name is what `tempfile` and we put behind the prefix: six letters
/// and digits, and the ending of an old folder. Keeps the folders of `ilo` apart from
/// those of `ilo-2`.
fn is_random(rest: &str) -> bool {
    let letters = rest.strip_suffix(BACKUP_SUFFIX).unwrap_or(rest);
    letters.len() == 6 && letters.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Tells a path that runs through a file from other trouble.
fn trouble(
    path: &Path,
    source: io::Error,
    otherwise: fn(&Path, io::Error) -> OutputError,
) -> OutputError {
    let file = path.ancestors().find(|part| part.is_file());
    match file {
        Some(file) => OutputError::NotAFolder { path: file.to_owned() },
        None => otherwise(path, source),
    }
}

fn create_failed(path: &Path, source: io::Error) -> OutputError {
    OutputError::Create { path: path.to_owned(), source }
}

fn inspect_failed(path: &Path, source: io::Error) -> OutputError {
    OutputError::Inspect { path: path.to_owned(), source }
}

#[cfg(test)]
mod tests;
