//! Paths of the project: resolved, checked for existence and format.

use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

use crate::config::error::{Trouble, nearest};

/// Extensions of layers, and what they promise. What a file is, its content says; the name
/// only tells a layer from another file, and which keys may go with it.
const EXTENSIONS: &[(&str, NameKind)] = &[
    ("geojson", NameKind::GeoJson),
    ("json", NameKind::GeoJson),
    ("geojsonl", NameKind::GeoJson),
    ("shp", NameKind::Shapefile),
    ("zip", NameKind::Archive),
    ("gpkg", NameKind::GeoPackage),
    ("parquet", NameKind::GeoParquet),
    ("fgb", NameKind::FlatGeobuf),
    ("kml", NameKind::Kml),
    ("kmz", NameKind::Archive),
    ("csv", NameKind::Csv),
    ("tsv", NameKind::Csv),
    ("txt", NameKind::Csv),
];
/// The same, for people.
const EXTENSIONS_TEXT: &str = ".geojson, .json, .geojsonl, .shp, .zip, .gpkg, .parquet, .fgb, .kml, .kmz, .csv, .tsv, .txt";

/// What the name of a layer's file promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NameKind {
    GeoJson,
    Shapefile,
    Archive,
    GeoPackage,
    GeoParquet,
    FlatGeobuf,
    Kml,
    Csv,
    Unknown,
}

impl NameKind {
    /// Its name for people.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::GeoJson => "GeoJSON",
            Self::Shapefile => "Shapefile",
            Self::Archive => "ZIP",
            Self::GeoPackage => "GeoPackage",
            Self::GeoParquet => "GeoParquet",
            Self::FlatGeobuf => "FlatGeobuf",
            Self::Kml => "KML",
            Self::Csv => "CSV",
            Self::Unknown => "?",
        }
    }
}

/// Resolves the path of a layer against the folder of the project.
///
/// # Errors
///
/// The file does not exist or has a format that is not read.
pub(super) fn layer_file(base: &Path, declared: &str) -> Result<PathBuf, Trouble> {
    // A mistyped name is likelier than a new format.
    let path = existing(base, declared)?;
    if kind_of_name(declared) != NameKind::Unknown {
        return Ok(path);
    }
    Err(Trouble::UnknownFormat { found: declared.to_owned(), known: EXTENSIONS_TEXT })
}

/// What a file name promises, by its extension.
pub(super) fn kind_of_name(declared: &str) -> NameKind {
    let Some(extension) = extension(declared) else { return NameKind::Unknown };
    let known = EXTENSIONS.iter().find(|(known, _)| *known == extension);
    known.map_or(NameKind::Unknown, |(_, kind)| *kind)
}

/// Resolves the path of a table of reported figures.
///
/// # Errors
///
/// The file does not exist or is no CSV.
pub(super) fn table_file(base: &Path, declared: &str) -> Result<PathBuf, Trouble> {
    let path = existing(base, declared)?;
    if extension(declared).as_deref() == Some("csv") {
        return Ok(path);
    }
    Err(Trouble::UnknownFormat { found: declared.to_owned(), known: ".csv" })
}

fn extension(declared: &str) -> Option<String> {
    Path::new(declared).extension().and_then(OsStr::to_str).map(str::to_lowercase)
}

fn existing(base: &Path, declared: &str) -> Result<PathBuf, Trouble> {
    let path = base.join(declared);
    let kind = std::fs::metadata(&path);
    if kind.as_ref().is_ok_and(std::fs::Metadata::is_dir) {
        return Err(Trouble::NotAFile { path: shown(&path) });
    }
    if kind.is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound) {
        let nearest = nearest_file(&path, declared);
        return Err(Trouble::MissingFile { path: shown(&path), nearest });
    }
    // A pipe, or something that the system refuses: whoever opens it says so.
    Ok(path)
}

/// The declared path with the file name replaced by the nearest one in its folder.
pub(in crate::config) fn nearest_file(path: &Path, declared: &str) -> Option<String> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut names: Vec<String> = std::fs::read_dir(folder.unwrap_or(Path::new(".")))
        .ok()?
        .flatten()
        .filter(|entry| entry.file_type().is_ok_and(|kind| !kind.is_dir()))
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    names.sort();
    let wanted = path.file_name()?.to_str()?;
    let name = nearest(wanted, names.iter().map(String::as_str))?;
    let declared = Path::new(declared);
    Some(declared.with_file_name(name).to_string_lossy().replace('\\', "/"))
}

/// A path as people read it: without `.` and with `a/..` taken away.
pub(super) fn tidy(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        let last_is_name =
            matches!(out.components().next_back(), Some(Component::Normal(_)));
        match part {
            Component::CurDir => {}
            Component::ParentDir if last_is_name => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    if out.as_os_str().is_empty() { PathBuf::from(".") } else { out }
}

fn shown(path: &Path) -> String {
    tidy(path).display().to_string()
}

/// The first of several files that lies in a folder, so that replacing it would lose it.
pub(super) fn held_by<'f>(
    folder: &Path,
    files: impl IntoIterator<Item = &'f Path>,
) -> Option<&'f Path> {
    let folder = place_on_disk(folder);
    files.into_iter().find(|file| place_on_disk(file).starts_with(&folder))
}

/// The absolute path, with links followed as far as it exists.
fn place_on_disk(path: &Path) -> PathBuf {
    let absolute = tidy(&std::path::absolute(path).unwrap_or_else(|_| path.into()));
    let mut tail = Vec::new();
    let mut head = absolute.as_path();
    loop {
        if let Ok(real) = head.canonicalize() {
            return tail.iter().rev().fold(real, |path, part| path.join(part));
        }
        let (Some(parent), Some(name)) = (head.parent(), head.file_name()) else {
            return absolute;
        };
        tail.push(name);
        head = parent;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_tidied_without_the_disk() {
        let cases = [
            ("a/./b", "a/b"),
            ("a/../b", "b"),
            ("../b", "../b"),
            ("a/../../b", "../b"),
            ("./x", "x"),
            (".", "."),
            ("a/..", "."),
        ];
        for (path, expected) in cases {
            assert_eq!(tidy(Path::new(path)), Path::new(expected), "{path}");
        }
    }

    #[test]
    fn a_folder_holds_what_lies_in_it_by_whole_names() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        let (inside, beside) = (at("out/x.geojson"), at("out2/x.geojson"));
        let files = [beside.as_path(), inside.as_path()];
        assert_eq!(held_by(&at("out"), files), Some(inside.as_path()));
        assert_eq!(held_by(&at("out2/../ou"), files), None);
        assert_eq!(held_by(&at("a/.."), files), Some(beside.as_path()));
    }
}
