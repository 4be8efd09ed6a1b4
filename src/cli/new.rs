//! `new`: a ready-to-edit project, with tiny example layers so that it runs at once.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::error::CliError;
use super::jobs::Voice;
use super::{Failure, is_quiet, screen};
use crate::domain::Message;
use crate::i18n::{self, Locale};

const PROJECT: &str = "proyecto.toml";

/// File name and content of everything but the project file.
const FILES: &[(&str, &str)] = &[
    ("distritos.geojson", include_str!("templates/distritos.geojson")),
    ("inundacion.geojson", include_str!("templates/inundacion.geojson")),
    ("manzanas.geojson", include_str!("templates/manzanas.geojson")),
    ("areas_verdes.geojson", include_str!("templates/areas_verdes.geojson")),
    ("salud.geojson", include_str!("templates/salud.geojson")),
    ("reportado.csv", include_str!("templates/reportado.csv")),
];

pub(super) fn write(dir: &Path, locale: Locale, voice: Voice) -> Result<u8, Failure> {
    ensure_empty(dir)?;
    let project = match locale {
        Locale::Es => include_str!("templates/proyecto.es.toml"),
        Locale::En => include_str!("templates/proyecto.en.toml"),
    };
    let files: Vec<(PathBuf, &str)> = std::iter::once(&(PROJECT, project))
        .chain(FILES)
        .map(|(name, text)| (dir.join(name), *text))
        .collect();
    if let Err(error) = write_all(dir, &files) {
        // Only what was made here: the folder was empty.
        for (path, _) in &files {
            let _ = fs::remove_file(path);
        }
        return Err(error.into());
    }
    if !is_quiet(voice) {
        let project = dir.join(PROJECT);
        let message = Message::new("cli.new.done").with("project", project.display());
        screen::say(&i18n::render(locale, &message));
    }
    Ok(0)
}

fn ensure_empty(dir: &Path) -> Result<(), CliError> {
    let shown = || dir.display().to_string();
    match fs::read_dir(dir).map(|mut entries| entries.next().is_none()) {
        Ok(true) => Ok(()),
        Ok(false) => Err(CliError::NotEmpty { dir: shown() }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(_) if dir.is_file() => Err(CliError::NotAFolder { dir: shown() }),
        Err(error) => Err(CliError::Write { path: shown(), reason: error.to_string() }),
    }
}

fn write_all(dir: &Path, files: &[(PathBuf, &str)]) -> Result<(), CliError> {
    let failed = |path: &Path, error: &io::Error| CliError::Write {
        path: path.display().to_string(),
        reason: error.to_string(),
    };
    fs::create_dir_all(dir).map_err(|error| failed(dir, &error))?;
    for (path, text) in files {
        fs::write(path, text).map_err(|error| failed(path, &error))?;
    }
    Ok(())
}
