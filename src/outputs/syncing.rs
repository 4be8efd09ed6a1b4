//! Files seen onto the disk while others are still being made: what one takes is waiting.

use std::collections::BTreeSet;
use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{self, JoinHandle};

/// A thread that sees files of a folder onto the disk, one by one. It ends with this.
#[derive(Debug)]
pub(super) struct Syncing {
    names: Option<Sender<String>>,
    thread: Option<JoinHandle<BTreeSet<String>>>,
}

impl Syncing {
    /// Begins with nothing to do.
    pub(super) fn begin(folder: &Path) -> Self {
        let (names, received) = mpsc::channel();
        let folder = folder.to_owned();
        let thread = thread::Builder::new().spawn(move || work(&folder, &received));
        // Without a thread nothing is seen early.
        Self { names: Some(names), thread: thread.ok() }
    }

    /// Adds a file that is whole.
    pub(super) fn add(&self, name: &str) {
        if let Some(names) = &self.names {
            // Nobody receives it where there is no thread.
            let _ = names.send(name.to_owned());
        }
    }

    /// The files that were seen onto the disk, which are all that could be.
    pub(super) fn finish(mut self) -> BTreeSet<String> {
        self.end()
    }

    fn end(&mut self) -> BTreeSet<String> {
        self.names = None;
        let seen = self.thread.take().map(JoinHandle::join);
        seen.and_then(Result::ok).unwrap_or_default()
    }
}

impl Drop for Syncing {
    /// No file may be open when its folder is removed.
    fn drop(&mut self) {
        self.end();
    }
}

fn work(folder: &Path, names: &Receiver<String>) -> BTreeSet<String> {
    let is_seen = |name: &String| sync_file(&folder.join(name)).is_ok();
    names.iter().filter(is_seen).collect()
}

/// Sees a file onto the disk.
///
/// # Errors
///
/// What the system says.
pub(super) fn sync_file(path: &Path) -> io::Result<()> {
    // Some systems want a file open for writing.
    File::options().write(true).open(path)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_is_seen_onto_the_disk_and_what_is_not_is_left_to_others() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a", "b"] {
            std::fs::write(folder.path().join(name), name).unwrap();
        }
        let syncing = Syncing::begin(folder.path());
        for name in ["a", "missing", "b"] {
            syncing.add(name);
        }
        assert_eq!(syncing.finish(), ["a", "b"].map(str::to_owned).into());
    }
}
