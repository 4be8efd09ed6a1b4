//! The copy of the inputs that is kept with the results, so that a run can be computed again
//! and compared wherever its folder lies.
//!
//! In: the settings and the record of what was read; or the folder of a run. Out: the bytes
//! of `inputs.zip`, written piece by piece, or its files in a temporary folder. Paths inside keep the way from the
//! project to its layers and nothing of where the project lay.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufWriter, Read as _, Write as _};
use std::path::{Component, Path, PathBuf};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use zip::ZipArchive;
use zip::result::ZipError;
use zip::write::ZipWriter;

use super::content::{self, CopyError};
use super::error::OutputError;
use super::packing;
use super::past_run::{PastRun, PastRunError, is_inside};
use super::staging::Temporary;
use crate::config::Settings;
use crate::domain::Digest;
use crate::geometry::InputRecord;

/// File name of the copy.
pub const FILE: &str = "inputs.zip";
/// Up to so many bytes of inputs are kept where the project does not say.
pub const KEPT_BY_DEFAULT: u64 = 16 << 20;
/// Name of the description inside the archive.
const CONTENTS: &str = "contents.json";
/// Stands for a folder above the project of which nothing but its place is kept.
const ABOVE: &str = "_";
/// Where inputs lie whose path in the project does not start from the project.
const ABSOLUTE: &str = "absolute";
/// Bytes that one file may inflate to.
const MAX_INFLATED: u64 = 8 << 30;

/// What an archive holds besides the files.
#[derive(Debug, Serialize, Deserialize)]
struct Contents {
    /// Path of the project file inside.
    project: String,
    /// Keys that lead to inputs which lie elsewhere in the archive, and their new values.
    moved: Vec<(String, String)>,
}

impl Contents {
    fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("text and pairs of text always have a JSON form")
    }
}

/// Inputs of a run, taken out into a temporary folder that lasts as long as this does.
#[derive(Debug)]
pub struct Unpacked {
    folder: Temporary,
    contents: Contents,
}

impl Unpacked {
    /// The project file.
    #[must_use]
    pub fn project(&self) -> PathBuf {
        self.folder.path().join(&self.contents.project)
    }

    /// Keys that must be changed for the project to find all inputs.
    #[must_use]
    pub fn moved(&self) -> &[(String, String)] {
        &self.contents.moved
    }
}

/// Whether a copy is kept: not if the project wants none, or the inputs are too large for one
/// that was not asked for.
#[must_use]
pub(super) fn is_kept(settings: &Settings, records: &[InputRecord]) -> bool {
    // One file may serve several layers and scenarios.
    let sizes: BTreeMap<&str, u64> =
        records.iter().map(|record| (record.path.as_str(), record.bytes)).collect();
    let bytes: u64 = sizes.values().sum();
    // What the rule hides stands in the inputs.
    settings.keep_inputs.unwrap_or(bytes <= KEPT_BY_DEFAULT)
        && settings.suppression.is_none()
}

/// Writes the archive piece by piece; `failed` tells why where that is impossible.
///
/// # Errors
///
/// [`OutputError::Inspect`] if an input can no longer be read,
/// [`OutputError::InputChanged`] if it is no longer the one that was read, and what `failed`
/// makes of trouble with writing.
pub(super) fn keep(
    settings: &Settings,
    records: &[InputRecord],
    to: impl io::Write,
    failed: impl Fn(io::Error) -> OutputError,
) -> Result<(), OutputError> {
    let layout = Layout::of(settings, records);
    // Without a step back, so that whoever writes can take the digest on the way.
    let mut archive = ZipWriter::new_stream(BufWriter::new(to));
    let unmade = |error: ZipError| match error {
        ZipError::Io(error) => failed(error),
        other => OutputError::Export { format: FILE, reason: other.to_string() },
    };
    let contents = layout.contents.to_json();
    let options = |bytes| packing::options(bytes, settings.keep_inputs == Some(true));
    archive.start_file(CONTENTS, options(contents.len() as u64)).map_err(unmade)?;
    archive.write_all(&contents).map_err(&failed)?;
    for (name, kept) in &layout.files {
        let inspect = |source| OutputError::Inspect { path: kept.path.clone(), source };
        let mut file = File::open(&kept.path).map_err(inspect)?;
        let size = file.metadata().map_err(inspect)?.len();
        archive.start_file(name.as_str(), options(size)).map_err(unmade)?;
        let is_as_read = kept.is_as_read(&file).map_err(inspect)?;
        let expected = kept.digest.as_ref().filter(|_| !is_as_read);
        let mut hasher = expected.map(|_| Sha256::new());
        let look = |piece: &[u8]| {
            if let Some(hasher) = &mut hasher {
                hasher.update(piece);
            }
        };
        content::copy(&mut file, &mut archive, look).map_err(|error| match error {
            CopyError::Read(source) => inspect(source),
            CopyError::Write(source) => failed(source),
        })?;
        let found = hasher.map(|hasher| Digest::from_raw(hasher.finalize().as_ref()));
        if found.as_ref() != expected {
            return Err(OutputError::InputChanged { path: kept.path.clone() });
        }
    }
    archive.finish().map_err(unmade)?.into_inner().flush().map_err(failed)
}

/// Takes the inputs of a run out; `None` if it kept none.
///
/// # Errors
///
/// [`PastRunError::BadInputs`] if the archive is no archive of ours, and
/// [`PastRunError::Unreadable`] if the files cannot be written.
pub fn unpack(run: &PastRun) -> Result<Option<Unpacked>, PastRunError> {
    let path = run.path(FILE);
    let is_listed = run.recorded.outputs.iter().any(|output| output.path == FILE);
    if !is_listed || !path.is_file() {
        return Ok(None);
    }
    let bad = |detail: String| PastRunError::BadInputs { path: path.clone(), detail };
    let unreadable = |source| PastRunError::Unreadable { path: path.clone(), source };
    let file = File::open(&path).map_err(unreadable)?;
    let mut archive = ZipArchive::new(file).map_err(|error| bad(error.to_string()))?;
    let folder = Temporary::new().map_err(unreadable)?;
    let mut contents = None;
    for index in 0..archive.len() {
        let file = archive.by_index(index).map_err(|error| bad(error.to_string()))?;
        let name = file.name().map_err(|error| bad(error.to_string()))?.into_owned();
        if !is_inside(&name) {
            return Err(bad(name));
        }
        let mut file = file.take(MAX_INFLATED);
        if name == CONTENTS {
            let read: Contents =
                serde_json::from_reader(file).map_err(|error| bad(error.to_string()))?;
            contents = Some(read);
            continue;
        }
        write(&folder.path().join(&name), &mut file).map_err(unreadable)?;
    }
    let contents = contents.filter(|contents| is_inside(&contents.project));
    let contents = contents.ok_or_else(|| bad(CONTENTS.to_owned()))?;
    Ok(Some(Unpacked { folder, contents }))
}

/// Writes texts into a temporary folder that lasts as long as what is returned.
///
/// # Errors
///
/// [`OutputError::Create`] or [`OutputError::Write`].
pub fn lay_out(files: &[(&str, &str)]) -> Result<Temporary, OutputError> {
    let folder = Temporary::new()
        .map_err(|source| OutputError::Create { path: std::env::temp_dir(), source })?;
    for (name, text) in files {
        let path = folder.path().join(name);
        let failed = |source| OutputError::Write { path: path.clone(), source };
        fs::write(&path, text).map_err(failed)?;
    }
    Ok(folder)
}

fn write(path: &Path, from: &mut impl io::Read) -> io::Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    io::copy(from, &mut File::create(path)?)?;
    Ok(())
}

/// Where each file lies inside the archive.
struct Layout {
    contents: Contents,
    /// Name inside, to the file.
    files: BTreeMap<String, Kept>,
}

/// A file that is kept.
struct Kept {
    path: PathBuf,
    /// The digest that it must have.
    digest: Option<Digest>,
    /// Its size and when it was last changed, as it was read.
    read: (u64, Option<SystemTime>),
}

impl Kept {
    /// Whether the file was not touched since it was read, so that its digest is known.
    fn is_as_read(&self, file: &File) -> io::Result<bool> {
        let (now, (bytes, modified)) = (file.metadata()?, self.read);
        Ok(modified.is_some() && now.modified().ok() == modified && now.len() == bytes)
    }
}

impl Layout {
    fn of(settings: &Settings, records: &[InputRecord]) -> Self {
        let base = settings.file.parent().unwrap_or(Path::new(""));
        let relative: Vec<_> =
            records.iter().filter_map(|record| steps(&record.path)).collect();
        // The project lies as many folders down as its inputs lead up.
        let depth = relative.iter().map(|(up, _)| *up).max().unwrap_or(0);
        let above = |up: usize| format!("{ABOVE}/").repeat(depth - up);
        let name = settings.file.file_name().unwrap_or_default().to_string_lossy();
        let project = format!("{}{name}", above(0));
        let mut files = BTreeMap::from([(
            project.clone(),
            Kept { path: settings.file.clone(), digest: None, read: (0, None) },
        )]);
        for record in records {
            let inside = match steps(&record.path) {
                Some((up, down)) => format!("{}{down}", above(up)),
                None => absolute(record),
            };
            let kept = Kept {
                path: base.join(&record.path),
                digest: Some(record.digest.clone()),
                read: (record.bytes, record.modified),
            };
            files.insert(inside, kept);
        }
        let moved = moved(settings, records, depth);
        Self { contents: Contents { project, moved }, files }
    }
}

/// How many folders up a path leads, and then down; `None` if it does not start from the
/// folder of the project.
fn steps(path: &str) -> Option<(usize, String)> {
    let (mut up, mut down) = (0, Vec::new());
    for part in Path::new(path).components() {
        match part {
            Component::Normal(name) => down.push(name.to_string_lossy().into_owned()),
            Component::ParentDir if down.pop().is_none() => up += 1,
            Component::CurDir | Component::ParentDir => {}
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some((up, down.join("/")))
}

/// The place of an input with an absolute path: by the digest, since two of them may have
/// the same name. Companions lie beside their file.
fn absolute(record: &InputRecord) -> String {
    let name = Path::new(&record.path).file_name().unwrap_or_default();
    let owner = match record.layer.as_str() {
        "" => &record.digest.as_str()[..8],
        layer => layer,
    };
    format!("{ABSOLUTE}/{owner}/{}", name.to_string_lossy())
}

/// The keys of inputs with absolute paths, and where these lie from the project.
fn moved(
    settings: &Settings,
    records: &[InputRecord],
    depth: usize,
) -> Vec<(String, String)> {
    let place = |path: &str| {
        let record = records.iter().find(|record| record.path == path)?;
        steps(path).is_none().then(|| {
            let place = format!("{}{}", "../".repeat(depth), absolute(record));
            toml::Value::String(place).to_string()
        })
    };
    let mut moved = Vec::new();
    let logo = settings.maps.logo.as_ref().and_then(|logo| place(&logo.declared_path));
    moved.extend(logo.map(|place| ("maps.logo".to_owned(), place)));
    for layer in &settings.layers {
        let key = |end: &str| format!("layers.{}.{end}", layer.id);
        moved.extend(place(&layer.declared_path).map(|place| (key("path"), place)));
        let join = layer.join.as_ref().and_then(|join| place(&join.declared_path));
        moved.extend(join.map(|place| (key("join.path"), place)));
    }
    for deficit in &settings.deficits {
        let table = deficit.table().map(|path| path.to_string_lossy().replace('\\', "/"));
        let place = table.and_then(|path| place(&path));
        moved.extend(place.map(|to| (format!("deficits.{}.table", deficit.id), to)));
    }
    moved
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use tempfile::TempDir;

    use super::packing::LARGE;
    use super::*;
    use crate::outputs::manifest;

    fn record(layer: &str, path: &str, bytes: &[u8]) -> InputRecord {
        let (digest, size) = (Digest::of(bytes), bytes.len() as u64);
        InputRecord::of_file(path.to_owned(), "CSV", digest, size).of_layer(layer)
    }

    /// A project in `a/p` with one input beside it and one up and down again.
    fn project() -> (TempDir, Settings, Vec<InputRecord>) {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("a/p");
        fs::create_dir_all(&folder).unwrap();
        fs::create_dir_all(home.path().join("a/datos")).unwrap();
        fs::write(folder.join("p.toml"), "x").unwrap();
        fs::write(folder.join("d.csv"), "d").unwrap();
        fs::write(home.path().join("a/datos/e.csv"), "e").unwrap();
        let file = folder.join("p.toml");
        let settings = Settings { file, ..crate::indicators::sample::settings() };
        let records =
            vec![record("d", "d.csv", b"d"), record("e", "../datos/e.csv", b"e")];
        (home, settings, records)
    }

    /// The archive, if one is kept.
    fn kept(
        settings: &Settings,
        records: &[InputRecord],
    ) -> Result<Option<Vec<u8>>, OutputError> {
        if !is_kept(settings, records) {
            return Ok(None);
        }
        let mut archive = Vec::new();
        keep(settings, records, &mut archive, |error| panic!("{error}"))?;
        Ok(Some(archive))
    }

    fn past_run(archive: &[u8]) -> (TempDir, PastRun) {
        let home = tempfile::tempdir().unwrap();
        let text = r#"{"program": {"name": "atalaya", "version": "0"},
            "outputs": [{"path": "inputs.zip", "sha256": ""}]}"#;
        fs::write(home.path().join(manifest::FILE), text).unwrap();
        fs::write(home.path().join(FILE), archive).unwrap();
        let run = PastRun::open(home.path()).unwrap();
        (home, run)
    }

    #[test]
    fn what_is_kept_comes_out_as_it_lay() {
        let (_home, settings, records) = project();
        let archive = kept(&settings, &records).unwrap().unwrap();
        assert_eq!(kept(&settings, &records).unwrap().unwrap(), archive, "same bytes");
        let (_run_home, run) = past_run(&archive);
        let unpacked = unpack(&run).unwrap().unwrap();
        let project = unpacked.project();
        assert!(project.ends_with("_/p.toml"), "{}", project.display());
        let read = |path: &str| {
            fs::read_to_string(project.parent().unwrap().join(path)).unwrap()
        };
        assert_eq!((read("p.toml"), read("d.csv")), ("x".into(), "d".into()));
        assert_eq!(read("../datos/e.csv"), "e");
        assert!(unpacked.moved().is_empty());
    }

    #[test]
    fn large_files_are_packed_on_demand_alone() {
        let (_home, mut settings, records) = project();
        let size = |settings: &Settings| kept(settings, &records).unwrap().unwrap().len();
        let (small, large) = (size(&settings), usize::try_from(LARGE).unwrap());
        fs::write(&settings.file, "x".repeat(large)).unwrap();
        assert!((small + large - 64..small + large + 64).contains(&size(&settings)));
        let archive = kept(&settings, &records).unwrap().unwrap();
        let (_run_home, run) = past_run(&archive);
        let unpacked = unpack(&run).unwrap().unwrap();
        assert_eq!(fs::read(unpacked.project()).unwrap(), vec![b'x'; large]);
        settings.keep_inputs = Some(true);
        assert!(size(&settings) < small + large / 64);
        settings.keep_inputs = None;
        fs::write(&settings.file, "x".repeat(large - 1)).unwrap();
        assert!(size(&settings) < small + large / 64);
    }

    #[test]
    fn large_inputs_are_kept_on_demand_alone() {
        let (_home, mut settings, mut records) = project();
        records[0].bytes = KEPT_BY_DEFAULT;
        assert_eq!(kept(&settings, &records).unwrap(), None);
        settings.keep_inputs = Some(true);
        assert!(kept(&settings, &records).unwrap().is_some());
        records[0].bytes = 1;
        settings.keep_inputs = Some(false);
        assert_eq!(kept(&settings, &records).unwrap(), None);
    }

    #[test]
    fn an_input_that_changed_meanwhile_is_an_error() {
        let (_home, settings, mut records) = project();
        records[0].digest = Digest::of(b"other");
        let error = kept(&settings, &records).unwrap_err();
        assert!(matches!(error, OutputError::InputChanged { .. }), "{error}");
    }

    #[test]
    fn a_file_that_was_not_touched_is_not_read_for_its_digest() {
        let (home, settings, mut records) = project();
        let path = home.path().join("a/p/d.csv");
        let modified = fs::metadata(&path).unwrap().modified().unwrap();
        records[0].digest = Digest::of(b"other");
        records[0].modified = Some(modified);
        assert!(kept(&settings, &records).is_ok());
        // Of another time, or of another size: its digest says what it is.
        records[0].modified = Some(modified - std::time::Duration::from_nanos(100));
        assert!(kept(&settings, &records).is_err());
        (records[0].modified, records[0].bytes) = (Some(modified), 2);
        assert!(kept(&settings, &records).is_err());
    }

    #[test]
    fn an_archive_that_leads_outside_is_refused() {
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        archive.start_file("../evil", packing::options(0, false)).unwrap();
        let (_home, run) = past_run(&archive.finish().unwrap().into_inner());
        assert!(matches!(unpack(&run), Err(PastRunError::BadInputs { .. })));
        let (_home, run) = past_run(b"no archive");
        assert!(matches!(unpack(&run), Err(PastRunError::BadInputs { .. })));
    }

    #[test]
    fn paths_are_taken_apart() {
        let cases = [
            ("d.csv", Some((0, "d.csv"))),
            ("./x/../d.csv", Some((0, "d.csv"))),
            ("../../x/d.csv", Some((2, "x/d.csv"))),
            ("x/../../d.csv", Some((1, "d.csv"))),
            ("/x/d.csv", None),
        ];
        for (path, expected) in cases {
            let expected = expected.map(|(up, down)| (up, down.to_owned()));
            assert_eq!(steps(path), expected, "{path}");
        }
    }
}
