//! The project file: from what was typed to what is meant.
//!
//! In: the text of a TOML file. Out: [`Settings`], complete and valid, or every
//! trouble at once ([`ConfigErrors`]). Nothing here reads a layer.

mod ahp;
pub mod contradictions;
pub mod crs_code;
mod digest;
pub mod doubts;
pub mod error;
pub mod options;
pub mod proj_string;
pub mod read;
mod resolve;
pub mod risk;
pub mod risk_options;
pub mod schema;
pub mod settings;
pub mod sheet;
pub mod standards;
pub mod suppression;
mod tree;

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

pub use contradictions::{Check, Contradiction, Formula, Operand, Preferred};
pub use doubts::DoubtSettings;
pub use error::{ConfigError, ConfigErrors, Trouble, nearest};
pub use risk::RiskSettings;
pub use schema::schema;
pub use settings::{
    AccuracySetting, AtlasPages, Better, Breaks, Citation, ContextRole, DeficitKind,
    DeficitSettings, ExportFormat, ExposureRole, FailOn, Growth, HazardLevels,
    HazardRole, JoinSettings, LayerSettings, Localized, Logo, MapSettings, Paper,
    ReadSettings, ScenarioSettings, ServiceRole, Settings, SheetSettings, TerritoryRole,
    Units,
};
pub use sheet::CitedFile;
pub use standards::{LegalStatus, Standard};
pub use suppression::Suppression;
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
    tree::gather_sheets(&mut root);
    let mut places = BTreeMap::new();
    root.places("", &mut places);
    let Some(options) = options::ProjectFile::read(&root, "", &mut errors) else {
        return Err(ConfigErrors::new(errors, None));
    };
    let (mut settings, errors) = resolve::resolve(&options, path, places, errors);
    let shapes_figures = |(key, _): &&(String, String)| key != "outputs.directory";
    settings.overrides = overrides.iter().filter(shapes_figures).cloned().collect();
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
    let end =
        bytes[at..].iter().position(|b| *b == b'\n').map_or(bytes.len(), |i| at + i);
    Place {
        file: path.display().to_string(),
        line: before.split(|b| *b == b'\n').count(),
        column: String::from_utf8_lossy(&bytes[begin..at]).chars().count() + 1,
        width: 1,
        text: String::from_utf8_lossy(&bytes[begin..end]).trim_end().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Level, Status};

    const PROJECT: &str = "[project]\nid = 'demo'\nworking_crs = 'epsg:32719'\n\
        territories = 'd'\n[layers.d]\npath = 'd.geojson'\n[layers.d.territory]\n\
        code = 'c'\n";
    const HAZARD: &str =
        "[layers.z]\npath = 'd.geojson'\n[layers.z.hazard]\nkind = 'k'\n";

    fn settings(text: &str, set: &[(&str, &str)]) -> Settings {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("d.geojson"), "").unwrap();
        std::fs::write(dir.path().join("t.csv"), "").unwrap();
        let set: Vec<(String, String)> =
            set.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect();
        parse(&dir.path().join("p.toml"), text, &set).unwrap()
    }

    #[test]
    fn defaults_are_filled_in() {
        let settings = settings(PROJECT, &[]);
        assert_eq!(settings.title.es, "demo");
        assert_eq!(settings.working_epsg, 32719);
        assert_eq!(settings.fail_on, FailOn::Error);
        assert_eq!(settings.locale, None);
        let base = settings.file.parent().unwrap();
        assert_eq!(settings.output_directory, base.join("outputs/demo"));
        let layer = settings.layer("d").unwrap();
        assert_eq!(layer.path, base.join("d.geojson"));
        assert_eq!(layer.declared_path, "d.geojson");
        assert_eq!((layer.status, layer.crs.as_ref()), (Status::Undeclared, None));
        assert_eq!(layer.territory.as_ref().unwrap().code, "c");
        assert_eq!(settings.place("layers.d.territory.code").unwrap().line, 8);
    }

    #[test]
    fn hazards_take_their_levels_from_one_place() {
        let cases = [
            ("constant = 'muy alto'", HazardLevels::Constant(Level::VeryHigh)),
            (
                "bands = [{ within_m = 5, level = 'Alto' }, { within_m = 7.5, level = 'high' }]",
                HazardLevels::Bands(vec![(5.0, Level::High), (7.5, Level::High)]),
            ),
            (
                "level = 'n'\nlevels = { A = 'none', B = 'bajo' }",
                HazardLevels::Field {
                    field: "n".into(),
                    names: BTreeMap::from([
                        ("A".to_owned(), Level::None),
                        ("B".to_owned(), Level::Low),
                    ]),
                },
            ),
        ];
        for (lines, expected) in cases {
            let settings = settings(&format!("{PROJECT}{HAZARD}{lines}\n"), &[]);
            let role = settings.layer("z").unwrap().hazard.clone().unwrap();
            assert_eq!(role.levels, expected, "{lines}");
            assert!(role.in_any);
        }
    }

    #[test]
    fn a_deficit_of_a_table_keeps_its_words() {
        let text = format!(
            "{PROJECT}[deficits.w]\nkind = 'reported'\ntable = 't.csv'\nindicator = 'w'\n\
             standard = 24\nbetter = 'higher'\nperiod = 2017\n"
        );
        let settings = settings(&text, &[]);
        let deficit = &settings.deficits[0];
        assert_eq!(deficit.period.as_deref(), Some("2017"));
        assert!(deficit.table().unwrap().ends_with("t.csv"));
        assert!(matches!(
            &deficit.kind,
            DeficitKind::Reported { indicator, better: Better::Higher, .. } if indicator == "w"
        ));
    }

    #[test]
    fn the_digest_follows_the_meaning_and_not_the_layout() {
        let text = format!("{PROJECT}{HAZARD}constant = 'high'\n");
        let digest = settings(&text, &[]).digest;
        let same = [
            text.replace("'demo'", "\"demo\" # the id"),
            text.replace("'high'", "'alto'"),
            text.replace("epsg:32719", "EPSG:32719"),
            text.replace("kind = 'k'", "in_any = true\nkind = 'k'"),
            text.replace("territories", "locale = 'en'\nfail_on = 'never'\nterritories"),
            format!("{text}[outputs]\ndirectory = 'elsewhere'\n"),
        ];
        for other in same {
            assert_eq!(settings(&other, &[]).digest, digest, "{other}");
        }
        let different = [
            text.replace("'high'", "'low'"),
            text.replace("32719", "32718"),
            text.replace("kind = 'k'", "in_any = false\nkind = 'k'"),
            text.replace("code = 'c'", "code = 'c'\npeople = 'p'"),
            text.replace("[layers.d.t", "accuracy_m = 0\n[layers.d.t"),
        ];
        for other in different {
            assert_ne!(settings(&other, &[]).digest, digest, "{other}");
        }
        assert_ne!(settings(&text, &[("project.code_system", "INEI")]).digest, digest);
        // Each call has a folder of its own, which must not matter.
        assert_eq!(digest, settings(&text, &[]).digest);
    }

    #[test]
    fn bytes_that_are_no_text_are_told_with_their_line() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("p.toml");
        std::fs::write(&file, b"[project]\nid = 'a\xf1o'\n").unwrap();
        let errors = load(&file, &[]).unwrap_err().errors;
        let place = errors[0].place.as_ref().unwrap();
        assert_eq!((place.line, place.column), (2, 8));
        assert_eq!(errors[0].trouble, Trouble::NotUtf8);
        std::fs::write(&file, b"\xef\xbb\xbf[project]\nid = 3\n").unwrap();
        let errors = load(&file, &[]).unwrap_err().errors;
        assert!(errors.iter().all(|e| !matches!(e.trouble, Trouble::Syntax { .. })));
        let missing = load(&dir.path().join("q.toml"), &[]).unwrap_err();
        assert!(missing.to_string().contains("it does not exist"), "{missing}");
    }
}
