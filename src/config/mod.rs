//! The project file: from what was typed to what is meant.
//!
//! In: the text of a TOML file. Out: [`Settings`], complete and valid, or every
//! trouble at once ([`ConfigErrors`]). Nothing here reads a layer.

pub mod crs_code;
mod digest;
pub mod error;
pub mod options;
pub mod read;
mod resolve;
pub mod schema;
pub mod settings;
mod tree;

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

pub use error::{ConfigError, ConfigErrors, Trouble};
pub use schema::schema;
pub use settings::{
    AccuracySetting, Better, ContextRole, DeficitKind, DeficitSettings, ExposureRole,
    FailOn, HazardLevels, HazardRole, LayerSettings, Localized, ServiceRole, Settings,
    TerritoryRole, Units,
};
pub use tree::OVERRIDE;

use crate::domain::Place;
use read::Read as _;

/// Reads a project file and makes settings of it.
///
/// `overrides` are dotted keys and values (`--set`): they replace what the file says
/// before anything is checked. A value is read as TOML, else taken as text.
///
/// # Errors
///
/// Everything that is wrong with the file, in the order of its lines.
pub fn load(
    path: &Path,
    overrides: &[(String, String)],
) -> Result<Settings, ConfigErrors> {
    let bytes = std::fs::read(path).map_err(|error| unreadable(path, &error))?;
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let place = place_of_byte(path, bytes, error.valid_up_to());
        ConfigErrors::of_file(Trouble::NotUtf8, Some(place))
    })?;
    parse(path, text, overrides)
}

/// Makes settings of the text of a project file that stands, or would stand, at `path`.
///
/// # Errors
///
/// Everything that is wrong with the text, in the order of its lines.
pub fn parse(
    path: &Path,
    text: &str,
    overrides: &[(String, String)],
) -> Result<Settings, ConfigErrors> {
    let (root, mut errors) = tree::parse(&path.display().to_string(), text);
    let Some(mut root) = root else { return Err(ConfigErrors::new(errors, None)) };
    errors.extend(tree::apply(&mut root, overrides));
    let mut places = BTreeMap::new();
    root.places("", &mut places);
    let Some(options) = options::ProjectFile::read(&root, "", &mut errors) else {
        return Err(ConfigErrors::new(errors, None));
    };
    let (settings, errors) = resolve::resolve(&options, path, places, errors);
    if errors.is_empty() {
        Ok(settings)
    } else {
        Err(ConfigErrors::new(errors, Some(settings)))
    }
}

fn unreadable(path: &Path, error: &io::Error) -> ConfigErrors {
    let reason = match error.kind() {
        io::ErrorKind::NotFound => "@config.reason.not_found".to_owned(),
        io::ErrorKind::PermissionDenied => "@config.reason.denied".to_owned(),
        io::ErrorKind::IsADirectory => "@config.reason.folder".to_owned(),
        _ => error.to_string(),
    };
    let shown = path.display().to_string();
    let is_missing = error.kind() == io::ErrorKind::NotFound;
    let nearest = if is_missing { resolve::nearest_file(path, &shown) } else { None };
    ConfigErrors::of_file(Trouble::Unreadable { path: shown, reason, nearest }, None)
}

/// The place of a byte in a file that is not UTF-8.
fn place_of_byte(path: &Path, bytes: &[u8], at: usize) -> Place {
    let before = &bytes[..at];
    let begin = before.iter().rposition(|b| *b == b'\n').map_or(0, |i| i + 1);
    let end = bytes[at..].iter().position(|b| *b == b'\n').map_or(bytes.len(), |i| at + i);
    Place {
        file: path.display().to_string(),
        line: before.iter().filter(|b| **b == b'\n').count() + 1,
        column: String::from_utf8_lossy(&bytes[begin..at]).chars().count() + 1,
        width: 1,
        text: String::from_utf8_lossy(&bytes[begin..end]).trim_end().to_owned(),
    }
}
