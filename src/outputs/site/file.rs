//! The page on disk: whole or not at all, and nobody's other file is replaced.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use super::page::MARK;
use crate::outputs::{OutputError, staging};

/// How every page begins that has no place yet.
const PREFIX: &str = ".atalaya-page-";

/// Removes what was left by somebody who was killed: what nobody has locked.
fn clear_dead(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.filter_map(Result::ok) {
        let name = entry.file_name();
        let rest = name.to_str().and_then(|name| name.strip_prefix(PREFIX));
        let is_ours = rest.is_some_and(|rest| {
            rest.len() == 6 && rest.bytes().all(|byte| byte.is_ascii_alphanumeric())
        });
        let is_dead = || fs::File::open(entry.path()).is_ok_and(|f| f.try_lock().is_ok());
        if is_ours && is_dead() {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Tells whether a page could be written to `path`, without writing anything.
///
/// # Errors
///
/// [`OutputError::NotAPage`] if its name does not end as that of a page,
/// [`OutputError::FileOfOthers`] if there is a file that is no page of ours.
pub fn ensure_writable(path: &Path) -> Result<(), OutputError> {
    let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    let path_of = || path.to_owned();
    if !matches!(ending.as_str(), "html" | "htm") {
        return Err(OutputError::NotAPage { path: path_of() });
    }
    match fs::read(path) {
        Ok(bytes) => {
            let mark = MARK.as_bytes();
            let is_ours = bytes.windows(mark.len()).take(4096).any(|part| part == mark);
            let is_free = is_ours || bytes.is_empty();
            if is_free {
                Ok(())
            } else {
                Err(OutputError::FileOfOthers { path: path_of() })
            }
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(source) => Err(OutputError::Inspect { path: path_of(), source }),
    }
}

/// Writes a page: first beside its place, then into it.
///
/// # Errors
///
/// As [`ensure_writable`]; [`OutputError::Write`] if the system refuses. Then the file is as
/// it was.
pub fn write(path: &Path, page: &str) -> Result<(), OutputError> {
    ensure_writable(path)?;
    let failed = |source| OutputError::Write { path: path.to_owned(), source };
    let parent = match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    clear_dead(parent);
    let mut staged =
        tempfile::Builder::new().prefix(PREFIX).tempfile_in(parent).map_err(failed)?;
    // Held to the end: by this others know that somebody still writes it.
    let _ = staged.as_file().try_lock();
    let noted = staging::note(staged.path()).map_err(failed)?;
    staged.write_all(page.as_bytes()).map_err(failed)?;
    staged.as_file().sync_all().map_err(failed)?;
    let staged = staged.into_temp_path();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // A temporary file is its owner's alone; a page is meant to be read.
        let _ = fs::set_permissions(&staged, fs::Permissions::from_mode(0o644));
    }
    let mut open = staging::hold().map_err(failed)?;
    staged.persist(path).map_err(|error| failed(error.error))?;
    open.placed();
    drop(open);
    drop(noted);
    Ok(())
}
