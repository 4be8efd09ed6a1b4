//! From options to settings: names resolved, rules checked, defaults filled in.
//!
//! In: [`ProjectFile`] and the folder of the project. Out: [`Settings`] as far as
//! they could be understood, and all errors. Only the existence of files is asked of
//! the disk.

mod deficits;
mod doubts;
mod files;
mod layers;
mod maps;
mod risk;
mod roles;
mod standards;
mod suppression;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::domain::{OUTSIDE, Place, TOTAL};
use crate::i18n::Locale;

use super::crs_code::{self, CrsUse};
use super::error::{ConfigError, Trouble, nearest};
use super::options::{LayerTable, ProjectFile, ProjectTable, Text};
use super::read::{At, Required, is_misspelt};
use super::settings::{FailOn, LayerSettings, Localized, ScenarioSettings, Settings};

pub(super) use files::nearest_file;
use standards::Standards;

/// What all parts of the resolver share.
struct Resolver<'o> {
    /// Folder of the project file.
    base: &'o Path,
    /// Layers as written, by id.
    layers: BTreeMap<&'o str, &'o LayerTable>,
    standards: Standards,
    errors: Vec<ConfigError>,
}

/// Resolves a whole project file; takes over the errors found in reading it.
pub(super) fn resolve(
    options: &ProjectFile,
    file: &Path,
    places: BTreeMap<String, Place>,
    errors: Vec<ConfigError>,
) -> (Settings, Vec<ConfigError>) {
    let base = file.parent().unwrap_or(Path::new(""));
    let tables = options.layers.0.iter().flat_map(|layers| &layers.value);
    let layers = tables.map(|(id, table)| (id.as_str(), &table.value)).collect();
    let standards = Standards::Absent;
    let mut resolver = Resolver { base, layers, standards, errors };
    let mut settings = empty(file, places);
    if let Some(project) = &options.project.0 {
        resolver.project(&project.value, &mut settings);
        resolver.cited_tables(&project.value, &mut settings);
    }
    resolver.all_layers(options, &mut settings);
    resolver.all_deficits(options, &mut settings);
    resolver.risk(options, &mut settings);
    resolver.output_directory(options, &mut settings);
    resolver.exports(options, &mut settings);
    let outputs = options.outputs.as_ref();
    let keep_inputs = outputs.and_then(|outputs| outputs.value.keep_inputs.as_ref());
    settings.keep_inputs = keep_inputs.map(|claim| claim.value);
    resolver.all_scenarios(options, &mut settings);
    if let Some(table) = &options.maps {
        settings.maps = resolver.maps(&table.value, &settings);
    }
    if let Some(table) = &options.doubts {
        settings.doubts = resolver.doubts(&table.value);
    }
    settings.suppression = resolver.suppression(options, &settings);
    settings.digest = super::digest::digest_of(&settings);
    (settings, resolver.errors)
}

/// Settings in which nothing is known yet. EPSG 0 is no code.
fn empty(file: &Path, places: BTreeMap<String, Place>) -> Settings {
    Settings {
        id: String::new(),
        title: same(""),
        working_epsg: 0,
        territories: String::new(),
        locale: None,
        fail_on: FailOn::Error,
        code_system: None,
        author: None,
        reference_date: None,
        layers: Vec::new(),
        deficits: Vec::new(),
        risk: None,
        standards: None,
        contradictions: None,
        disputed: Vec::new(),
        output_directory: PathBuf::new(),
        exports: Vec::new(),
        keep_inputs: None,
        scenarios: Vec::new(),
        overrides: Vec::new(),
        maps: super::settings::MapSettings::default(),
        doubts: super::doubts::DoubtSettings::default(),
        suppression: None,
        file: file.to_owned(),
        digest: crate::domain::Digest::of(&[]),
        places,
    }
}

impl Resolver<'_> {
    fn fail<T>(&mut self, at: &At<T>, trouble: Trouble) {
        self.errors.push(at.error(trouble));
    }

    /// Whether one of these keys of a table, or something in it, was found wrong already.
    fn is_reported_at<T>(&self, at: &At<T>, names: &[&str]) -> bool {
        let below = |key: &str, name: &str| {
            let rest =
                key.strip_prefix(&at.key)?.strip_prefix('.')?.strip_prefix(name)?;
            Some(rest.is_empty() || rest.starts_with('.'))
        };
        let errors = &self.errors;
        names.iter().any(|name| {
            errors.iter().any(|error| below(&error.key, name) == Some(true))
                || is_misspelt(&at.key, name, errors)
        })
    }

    fn project(&mut self, project: &ProjectTable, settings: &mut Settings) {
        if let Some(id) = &project.id.0 {
            self.check_id(id, &id.value);
            settings.id.clone_from(&id.value);
        }
        settings.title = title(project.title.as_ref(), &settings.id);
        if let Some(crs) = &project.working_crs.0 {
            settings.working_epsg = self.working_crs(crs).unwrap_or(0);
        }
        if let Some(layer) = &project.territories.0 {
            self.refer(layer, Role::Territory);
            settings.territories.clone_from(&layer.value);
        }
        settings.locale = project.locale.as_ref().map(|word| word.value.0);
        settings.fail_on = project.fail_on.as_ref().map_or(FailOn::Error, |w| w.value.0);
        settings.code_system = plain(project.code_system.as_ref());
        settings.author = project.author.as_ref().map(|text| localized(&text.value));
        settings.reference_date =
            project.reference_date.as_ref().map(|date| date.value.0.clone());
    }

    fn working_crs(&mut self, crs: &At<String>) -> Option<u32> {
        let Some(epsg) = crs_code::parse_epsg(&crs.value) else {
            self.fail(crs, Trouble::UnknownCrs { found: crs.value.clone() });
            return None;
        };
        match crs_code::use_of(epsg) {
            CrsUse::Planar => return Some(epsg),
            CrsUse::Degrees => self.fail(crs, Trouble::CrsInDegrees { epsg }),
            CrsUse::Bundled | CrsUse::Unknown => {
                self.fail(crs, Trouble::UnsupportedCrs { epsg });
            }
        }
        None
    }

    fn all_layers(&mut self, options: &ProjectFile, settings: &mut Settings) {
        let Some(layers) = &options.layers.0 else { return };
        if layers.value.is_empty() {
            self.fail(layers, Trouble::Empty { name: "layers" });
        }
        self.check_ids(&layers.value);
        for (id, table) in &layers.value {
            settings.layers.extend(self.layer(id, &table.value));
        }
    }

    fn all_deficits(&mut self, options: &ProjectFile, settings: &mut Settings) {
        let Some(deficits) = &options.deficits else { return };
        self.check_ids(&deficits.value);
        for (id, table) in &deficits.value {
            let locale = settings.locale.unwrap_or(Locale::Es);
            let deficit = self.deficit(id, table, &settings.territories, locale);
            settings.deficits.extend(deficit);
        }
    }

    fn all_scenarios(&mut self, options: &ProjectFile, settings: &mut Settings) {
        let Some(scenarios) = &options.scenarios else { return };
        self.check_ids(&scenarios.value);
        for (id, table) in &scenarios.value {
            let Some(set) = &table.value.set.0 else { continue };
            settings.scenarios.push(ScenarioSettings {
                id: id.clone(),
                title: title(table.value.title.as_ref(), id),
                overrides: set.value.0.clone(),
            });
        }
    }

    /// Each id must do as a file name, also where case is not told apart.
    fn check_ids<T>(&mut self, tables: &BTreeMap<String, At<T>>) {
        let mut seen: BTreeMap<String, &str> = BTreeMap::new();
        for (id, table) in tables {
            self.check_id(table, id);
            if let Some(other) = seen.insert(id.to_lowercase(), id) {
                let (id, other) = (id.clone(), other.to_owned());
                self.fail(table, Trouble::SameId { id, other });
            }
        }
    }

    fn check_id<T>(&mut self, at: &At<T>, id: &str) {
        if let Some(rule) = id_fault(id) {
            self.fail(at, Trouble::BadId { id: id.to_owned(), rule });
        }
    }

    /// Checks that a key names a layer with a role.
    fn refer(&mut self, at: &At<String>, role: Role) -> bool {
        let Some(table) = self.layers.get(at.value.as_str()) else {
            self.unknown_layer(at, Some(role));
            return false;
        };
        if role.is_of(table) {
            return true;
        }
        let known = self.with_role(role);
        let layer = at.value.clone();
        self.fail(at, Trouble::MissingRole { layer, role: role.id(), known });
        false
    }

    fn unknown_layer(&mut self, at: &At<String>, role: Option<Role>) {
        let known = match role {
            Some(role) if !self.with_role(role).is_empty() => self.with_role(role),
            _ => self.layers.keys().map(|&id| id.to_owned()).collect(),
        };
        let nearest = nearest(&at.value, known.iter().map(String::as_str))
            .or_else(|| nearest(&at.value, self.layers.keys().copied()));
        let found = at.value.clone();
        self.fail(at, Trouble::UnknownLayer { found, known, nearest });
    }

    fn with_role(&self, role: Role) -> Vec<String> {
        let layers = self.layers.iter().filter(|(_, table)| role.is_of(table));
        layers.map(|(id, _)| (*id).to_owned()).collect()
    }

    fn exports(&mut self, options: &ProjectFile, settings: &mut Settings) {
        let outputs = options.outputs.as_ref();
        let Some(list) = outputs.and_then(|o| o.value.exports.as_ref()) else { return };
        for word in &list.value {
            let format = word.value.0;
            match format.lacking_feature() {
                Some(feature) => {
                    let found = format.id();
                    self.fail(word, Trouble::ExportNotBuilt { found, feature });
                }
                None => settings.exports.push(format),
            }
        }
        settings.exports.sort_unstable();
        settings.exports.dedup();
    }

    fn output_directory(&mut self, options: &ProjectFile, settings: &mut Settings) {
        let directory =
            options.outputs.as_ref().and_then(|outputs| outputs.value.directory.as_ref());
        let declared = directory
            .map_or_else(|| format!("outputs/{}", settings.id), |d| d.value.clone());
        settings.output_directory = files::tidy(&self.base.join(declared));
        let Some(directory) = directory else { return };
        let tables = settings.deficits.iter().filter_map(|deficit| deficit.table());
        let inputs = settings.layers.iter().map(|layer| layer.path.as_path());
        let joins = settings.layers.iter().filter_map(|layer| layer.join.as_ref());
        let joins = joins.map(|join| join.path.as_path());
        let all = std::iter::once(settings.file.as_path());
        let cited = [&settings.standards, &settings.contradictions];
        let cited = cited.into_iter().flatten().map(|file| file.path.as_path());
        let all = all.chain(inputs).chain(joins).chain(tables).chain(cited);
        if let Some(file) = files::held_by(&settings.output_directory, all) {
            let file = files::tidy(file).display().to_string();
            self.fail(directory, Trouble::OutputHoldsInputs { file });
        }
    }
}

/// The roles that other keys refer to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Territory,
    Exposure,
    Service,
    Hazard,
}

impl Role {
    fn id(self) -> &'static str {
        match self {
            Self::Territory => "territory",
            Self::Exposure => "exposure",
            Self::Service => "service",
            Self::Hazard => "hazard",
        }
    }

    fn is_of(self, table: &LayerTable) -> bool {
        match self {
            Self::Territory => table.territory.is_some(),
            Self::Exposure => table.exposure.is_some(),
            Self::Service => table.service.is_some(),
            Self::Hazard => table.hazard.is_some(),
        }
    }
}

/// Names that Windows keeps for devices.
const DEVICES: &[&str] = &[
    "con", "prn", "aux", "nul", "com0", "com1", "com2", "com3", "com4", "com5", "com6",
    "com7", "com8", "com9", "lpt0", "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6",
    "lpt7", "lpt8", "lpt9",
];
/// Longest id, so that file names made of two of them stay possible.
const LONGEST_ID: usize = 64;

/// Why an id cannot be used: a catalogue key.
fn id_fault(id: &str) -> Option<&'static str> {
    let is_safe = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
    let lower = id.to_ascii_lowercase();
    if [TOTAL, OUTSIDE, "any"].contains(&id) || DEVICES.contains(&lower.as_str()) {
        Some("@config.rule.reserved")
    } else if id.len() > LONGEST_ID {
        Some("@config.rule.long_id")
    } else if !id.bytes().all(is_safe)
        || !id.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric())
    {
        Some("@config.rule.safe_id")
    } else {
        None
    }
}

fn same(text: &str) -> Localized {
    Localized { es: text.to_owned(), en: text.to_owned() }
}

fn localized(text: &Text) -> Localized {
    match text {
        Text::Same(text) => same(text),
        Text::Both(both) => {
            let of = |text: &Required<String>| text.0.as_ref().map(|at| at.value.clone());
            let (es, en) = (of(&both.es), of(&both.en));
            // One that is missing was reported; the other stands in for it here.
            let es_text = es.clone().or_else(|| en.clone()).unwrap_or_default();
            Localized { es: es_text, en: en.or(es).unwrap_or_default() }
        }
    }
}

fn title(text: Option<&At<Text>>, id: &str) -> Localized {
    text.map_or_else(|| same(id), |text| localized(&text.value))
}

fn plain(text: Option<&At<String>>) -> Option<String> {
    text.map(|at| at.value.clone())
}

/// The text of a required key, empty where missing, which was reported.
fn needed(text: &Required<String>) -> String {
    plain(text.0.as_ref()).unwrap_or_default()
}

impl Resolver<'_> {
    /// A number that obeys a rule.
    fn number(
        &mut self,
        number: &At<f64>,
        rule: &'static str,
        holds: impl Fn(f64) -> bool,
    ) -> Option<f64> {
        if holds(number.value) {
            return Some(number.value);
        }
        let found = number.value.to_string();
        self.fail(number, Trouble::OutOfRange { found, rule });
        None
    }

    /// Reports a second key that says what the first has said.
    fn conflict<A, B>(
        &mut self,
        first: (&'static str, Option<&At<A>>),
        second: (&'static str, Option<&At<B>>),
    ) -> bool {
        let (Some(_), Some(at)) = (first.1, second.1) else { return false };
        self.fail(at, Trouble::Conflict { first: first.0, second: second.0 });
        true
    }
}

/// What a layer without a usable path is left with: nothing.
type MaybeLayer = Option<LayerSettings>;
/// What is optional in a table, as written.
type Given<'o, T> = Option<&'o At<T>>;
