//! What one run computed, kept for the next: files that can be deleted at any time.
//!
//! In: a folder. Out: a [`Store`] over it. A file is called by the digest of what its result depends
//! on and of the program that computed it, and begins with the digest of its name and the result, so that
//! another program's, a damaged or a half written one is as good as none. Nothing that fails
//! here is worth a word: it only means that something is computed again.

use std::ffi::OsString;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::domain::Digest;
use crate::geometry::memo::{self, Store};

/// Word for none.
const OFF: &str = "off";
/// More bytes than this are not kept from one run to the next; the oldest go first.
const MOST_BYTES: u64 = 256 << 20;
/// How files begin that are not whole: those of a run that was killed stay until they are old.
const HALF: &str = "half-";
/// Bytes of the digest before a result.
const DIGEST: usize = 32;

/// Whether something new has been kept.
static HAS_KEPT: AtomicBool = AtomicBool::new(false);

/// Where results are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// Nowhere.
    Off,
    /// In a folder, which need not exist.
    Folder(PathBuf),
}

impl Place {
    /// What was asked for; without a word, the folder that the system has for such things.
    pub(super) fn of(asked: Option<OsString>) -> Self {
        match asked {
            Some(word) if word == OFF => Self::Off,
            Some(folder) => Self::Folder(folder.into()),
            None => {
                of_system(|name| std::env::var_os(name)).map_or(Self::Off, Self::Folder)
            }
        }
    }
}

/// The folder for caches of whoever runs the program, as the systems lay it down (XDG Base
/// Directory Specification; `%LOCALAPPDATA%` on Windows); `None` if there is none.
fn of_system(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let folder =
        |name| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = folder("XDG_CACHE_HOME")
        .or_else(|| folder("LOCALAPPDATA"))
        .or_else(|| folder("HOME").map(|home| home.join(".cache")))?;
    Some(base.join("atalaya"))
}

/// Has results kept there from now on, and what is too much for memory put aside.
pub(super) fn open(place: &Place) {
    let Place::Folder(folder) = place else { return };
    crate::layers::raw::lie_in(folder.clone());
    let Some(program) = program() else { return };
    memo::keep_in(Box::new(Folder { path: folder.clone(), program }));
}

/// Removes the oldest results where they have become too many.
pub(super) fn close(place: &Place) {
    if let Place::Folder(folder) = place
        && HAS_KEPT.load(Ordering::Relaxed)
    {
        let _ = shrink(folder, MOST_BYTES);
    }
}

/// What tells this program from any other that was ever built.
fn program() -> Option<String> {
    let file = fs::metadata(std::env::current_exe().ok()?).ok()?;
    let built = file.modified().ok()?.duration_since(UNIX_EPOCH).ok()?.as_nanos();
    Some(format!("{} {} {built}", env!("CARGO_PKG_VERSION"), file.len()))
}

/// Results in the files of a folder.
#[derive(Debug)]
struct Folder {
    path: PathBuf,
    program: String,
}

impl Folder {
    fn file(&self, key: &Digest) -> PathBuf {
        let name = Digest::of(format!("{} {}", self.program, key.as_str()).as_bytes());
        self.path.join(name.as_str())
    }
}

/// The digest of a result under the name of its file, so that a file of another name is none.
fn seal(file: &Path, result: &[u8]) -> Vec<u8> {
    let mut all = file.file_name().unwrap_or_default().as_encoded_bytes().to_vec();
    all.extend_from_slice(result);
    Digest::raw(&all)
}

impl Store for Folder {
    fn recall(&self, key: &Digest) -> Option<Vec<u8>> {
        let file = self.file(key);
        let bytes = fs::read(&file).ok()?;
        let (digest, result) = bytes.split_at_checked(DIGEST)?;
        (digest == seal(&file, result)).then(|| result.to_vec())
    }

    fn keep(&self, key: &Digest, result: &[u8]) {
        if put(&self.file(key), result).is_ok() {
            HAS_KEPT.store(true, Ordering::Relaxed);
        }
    }
}

/// Writes a result beside its place and then moves it there, so that nobody reads half of it.
fn put(file: &Path, result: &[u8]) -> io::Result<()> {
    let folder = file.parent().ok_or(io::ErrorKind::NotFound)?;
    fs::create_dir_all(folder)?;
    let mut new = tempfile::Builder::new().prefix(HALF).tempfile_in(folder)?;
    new.write_all(&seal(file, result))?;
    new.write_all(result)?;
    new.persist(file)?;
    Ok(())
}

/// Removes the oldest files of a folder until the others have no more than so many bytes.
fn shrink(folder: &Path, most: u64) -> io::Result<()> {
    let mut files: Vec<(SystemTime, PathBuf, u64)> = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let about = entry.metadata()?;
        if about.is_file() && is_ours(&entry.file_name()) {
            files.push((about.modified()?, entry.path(), about.len()));
        }
    }
    files.sort();
    let mut bytes: u64 = files.iter().map(|(_, _, bytes)| bytes).sum();
    for (_, path, size) in files {
        if bytes <= most {
            break;
        }
        fs::remove_file(path)?;
        bytes -= size;
    }
    Ok(())
}

/// Whether a file is called as results are: somebody may have named a folder with more in it.
fn is_ours(name: &std::ffi::OsStr) -> bool {
    let is_digit = |digit: &u8| digit.is_ascii_hexdigit();
    let name = name.as_encoded_bytes();
    let is_whole = name.len() == 2 * DIGEST && name.iter().all(is_digit);
    is_whole || name.starts_with(HALF.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> (tempfile::TempDir, Folder) {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("made").join("here");
        (place, Folder { path, program: "0.1.0 1 2".to_owned() })
    }

    #[test]
    fn what_is_kept_is_recalled_and_what_is_damaged_is_not() {
        let (_place, folder) = folder();
        let (one, two) = (Digest::of(b"one"), Digest::of(b"two"));
        assert_eq!(folder.recall(&one), None);
        folder.keep(&one, b"result");
        folder.keep(&two, b"");
        assert_eq!(folder.recall(&one).as_deref(), Some(&b"result"[..]));
        assert_eq!(folder.recall(&two).as_deref(), Some(&b""[..]));
        let other = Folder { path: folder.path.clone(), program: "0.1.0 1 3".to_owned() };
        assert_eq!(other.recall(&one), None, "another program's");
        let file = folder.file(&one);
        let whole = fs::read(&file).unwrap();
        for cut in 0..whole.len() {
            fs::write(&file, &whole[..cut]).unwrap();
            assert_eq!(folder.recall(&one), None, "{cut}");
            let mut spoilt = whole.clone();
            spoilt[cut] ^= 1;
            fs::write(&file, spoilt).unwrap();
            assert_eq!(folder.recall(&one), None, "{cut}");
        }
        fs::copy(folder.file(&two), &file).unwrap();
        assert_eq!(folder.recall(&one), None, "the file of something else");
        folder.keep(&one, b"result");
        assert_eq!(folder.recall(&one).as_deref(), Some(&b"result"[..]));
    }

    #[test]
    fn the_oldest_results_go_and_nothing_else() {
        let (_place, folder) = folder();
        let keys = [1, 2, 3].map(|n: u8| Digest::of(&[n]));
        for (age, key) in [30, 20, 10].into_iter().zip(&keys) {
            folder.keep(key, &[0; 68]);
            let then = SystemTime::now() - std::time::Duration::from_secs(age);
            let file = fs::File::options().write(true).open(folder.file(key)).unwrap();
            file.set_modified(then).unwrap();
        }
        let stranger = folder.path.join("plan.geojson");
        fs::write(&stranger, [0; 500]).unwrap();
        let known = || keys.each_ref().map(|key| folder.recall(key).is_some());
        shrink(&folder.path, 300).unwrap();
        assert_eq!(known(), [true; 3]);
        shrink(&folder.path, 299).unwrap();
        assert_eq!(known(), [false, true, true]);
        let half = folder.path.join("half-abc");
        fs::write(&half, [0; 68]).unwrap();
        shrink(&folder.path, 0).unwrap();
        assert_eq!(known(), [false; 3]);
        assert!(!half.exists());
        assert!(stranger.exists());
    }

    #[test]
    fn without_a_word_the_system_says_where() {
        let of = |known: &[(&str, &str)]| {
            of_system(|name| {
                let found = known.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| OsString::from(value))
            })
        };
        let home = ("HOME", "/home/rosa");
        assert_eq!(of(&[home]), Some("/home/rosa/.cache/atalaya".into()));
        let both = [home, ("XDG_CACHE_HOME", "/fast")];
        assert_eq!(of(&both), Some("/fast/atalaya".into()));
        assert_eq!(of(&[("HOME", "")]), None);
        assert_eq!(of(&[]), None);
        assert_eq!(Place::of(Some("off".into())), Place::Off);
        assert_eq!(Place::of(Some("here".into())), Place::Folder("here".into()));
    }
}
