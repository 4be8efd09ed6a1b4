//! The whole job, stage after stage: the only place that sees them all.
//!
//! In: a project file and how to run it. Out: an [`Outcome`], or an [`Error`] with all that
//! stood in the way. It knows no words for people and no formula.

mod clock;
pub mod compare;
mod drawing;
pub mod explain;
pub mod review;
pub mod selftest;
pub mod site;

use std::path::Path;
use std::time::{Instant, SystemTime};

use crate::analysis::{self, KeptParts, LayerFeatures, Measurements};
use crate::config::{self, ConfigErrors, FailOn, ScenarioSettings, Settings};
use crate::doctor::{self, Ground};
pub use crate::domain::Stage;
use crate::domain::{Explain, Findings, Severity, Stages};
use crate::geometry::{self, GeometryErrors, InputRecord, StudyArea};
use crate::i18n::Locale;
use crate::indicators::{self, IndicatorRow};
use crate::layers::{self, LayerErrors, RawLayers};
use crate::outputs::compare::{CompareError, Snapshot};
use crate::outputs::map::{self, MapError};
use crate::outputs::{self, OutputError, Products, Staged, WriteJob, Written};
use clock::Clock;
use drawing::Drawn;

/// Whoever wants to know which stage has begun.
pub trait Watch {
    /// A stage has begun.
    fn stage(&self, stage: Stage);
}

/// Why a job could not be done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The project file is wrong, and perhaps layers that it names as well.
    #[error("{project}")]
    Project {
        /// What is wrong with the file.
        project: ConfigErrors,
        /// What is wrong with the layers that could be read all the same.
        layers: Option<LayerErrors>,
    },
    /// Layers cannot be read. With what was found in single features before that.
    #[error("{0}")]
    Layers(LayerErrors, Findings),
    /// The layers make no study area. With what was found in single features before that.
    #[error("{0}")]
    Geometry(GeometryErrors, Findings),
    /// A map cannot be drawn.
    #[error(transparent)]
    Map(#[from] MapError),
    /// The results cannot be written.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// Two runs cannot be compared.
    #[error(transparent)]
    Compare(#[from] CompareError),
    /// A place cannot be looked at.
    #[error(transparent)]
    Site(#[from] site::SiteError),
    /// Notes cannot be reviewed.
    #[error(transparent)]
    Review(#[from] review::ReviewError),
}

impl Error {
    /// Everything that stood in the way, in the order of the stages.
    #[must_use]
    pub fn causes(&self) -> Vec<&dyn Explain> {
        match self {
            Self::Project { project, layers } => {
                let layers = layers.iter().flat_map(|layers| &layers.0);
                let layers = layers.map(|error| error as &dyn Explain);
                project.errors.iter().map(|e| e as &dyn Explain).chain(layers).collect()
            }
            Self::Layers(errors, _) => {
                errors.0.iter().map(|e| e as &dyn Explain).collect()
            }
            Self::Geometry(errors, _) => {
                errors.0.iter().map(|e| e as &dyn Explain).collect()
            }
            Self::Map(error) => vec![error],
            Self::Output(error) => vec![error],
            Self::Compare(error) => vec![error],
            Self::Site(error) => vec![error],
            Self::Review(error) => vec![error],
        }
    }

    /// What was found in single features before the job had to stop: it may be why.
    #[must_use]
    pub fn findings(&self) -> Option<&Findings> {
        match self {
            Self::Layers(_, findings) | Self::Geometry(_, findings) => Some(findings),
            Self::Project { .. }
            | Self::Map(_)
            | Self::Output(_)
            | Self::Compare(_)
            | Self::Site(_)
            | Self::Review(_) => None,
        }
    }

    /// The language that the project asks for, as far as it could be read.
    #[must_use]
    pub fn locale(&self) -> Option<Locale> {
        match self {
            Self::Project { project, .. } => project.partial.as_ref()?.locale,
            _ => None,
        }
    }
}

/// How to run a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Language of the maps.
    pub locale: Locale,
    /// What to write.
    pub only: Products,
    /// Date of the run to print on maps.
    pub date: Option<String>,
    /// Whether the scenarios of the project are run as well.
    pub scenarios: bool,
}

/// What a finished job came to.
#[derive(Debug)]
pub struct Outcome {
    /// What is wrong or worth knowing.
    pub findings: Findings,
    /// From which severity on findings matter.
    pub fail_on: FailOn,
    /// What was computed; `None` after a check.
    pub results: Option<Results>,
    /// What speaks against the first scenario that something speaks against.
    pub of_scenarios: Option<Blemish>,
}

/// What a run computed and wrote.
#[derive(Debug)]
pub struct Results {
    /// What was measured on.
    pub area: StudyArea,
    /// What was measured.
    pub measurements: Measurements,
    /// Where it is.
    pub written: Written,
}

/// What makes a finished job end with exit code 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blemish {
    /// There are findings at or above `fail_on`.
    Findings,
    /// What came out is not what went in.
    Balance,
}

impl Outcome {
    /// What speaks against the results, worst first; `None` if nothing does.
    #[must_use]
    pub fn blemish(&self) -> Option<Blemish> {
        let none = Measurements::default();
        let measurements = self.results.as_ref().map_or(&none, |r| &r.measurements);
        blemish(measurements, &self.findings, self.fail_on).or(self.of_scenarios)
    }

    /// 0 if nothing speaks against the results, else 1.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        u8::from(self.blemish().is_some())
    }
}

fn blemish(
    measurements: &Measurements,
    findings: &Findings,
    fail_on: FailOn,
) -> Option<Blemish> {
    if !measurements.balance.iter().all(analysis::BalanceRow::closes) {
        return Some(Blemish::Balance);
    }
    fails(findings.worst(), fail_on).then_some(Blemish::Findings)
}

/// Whether findings of a worst severity change the exit code.
fn fails(worst: Option<Severity>, fail_on: FailOn) -> bool {
    match fail_on {
        FailOn::Never => false,
        FailOn::Warning => worst >= Some(Severity::Warning),
        FailOn::Error => worst >= Some(Severity::Error),
    }
}

/// Reads the project file. If it is wrong, the layers that it names are looked at all the
/// same, so that all trouble is told in one go.
///
/// # Errors
///
/// [`Error::Project`] with everything that is wrong.
pub fn open(path: &Path, overrides: &[(String, String)]) -> Result<Settings, Error> {
    config::load(path, overrides).map_err(|project| {
        // What is found in single features is told once the project is right.
        let read = |partial: &Settings| layers::read(partial, &mut Findings::default());
        let layers = project.partial.as_deref().and_then(|partial| read(partial).err());
        Error::Project { project, layers }
    })
}

/// Reads and validates everything, computes and writes nothing.
///
/// # Errors
///
/// [`Error::Layers`] or [`Error::Geometry`].
pub fn check(settings: &Settings, watch: &dyn Watch) -> Result<Outcome, Error> {
    open_scenarios(settings)?;
    let mut findings = Findings::default();
    let mut clock = Clock::new(watch);
    prepare(settings, &mut findings, &mut clock)?;
    let fail_on = settings.fail_on;
    Ok(Outcome { findings, fail_on, results: None, of_scenarios: None })
}

/// What was measured, and on what.
#[derive(Debug)]
pub struct Measured {
    /// What was measured on.
    pub area: StudyArea,
    /// What was measured.
    pub measurements: Measurements,
    /// What is wrong or worth knowing.
    pub findings: Findings,
}

/// Reads, prepares and measures; draws and writes nothing.
///
/// # Errors
///
/// [`Error::Layers`] or [`Error::Geometry`].
pub fn measure(settings: &Settings, watch: &dyn Watch) -> Result<Measured, Error> {
    let mut findings = Findings::default();
    let mut clock = Clock::new(watch);
    let area = prepare(settings, &mut findings, &mut clock)?;
    let measurements = analysis::measure(&area, settings, &mut findings, &mut clock);
    Ok(Measured { area, measurements, findings })
}

/// Does the whole job.
///
/// # Errors
///
/// [`Error`] of the first stage that cannot go on; then nothing was written, and older
/// results are as they were.
pub fn run(
    settings: &Settings,
    options: &Options,
    watch: &dyn Watch,
) -> Result<Outcome, Error> {
    outputs::ensure_replaceable(&settings.output_directory)?;
    let exports = wanted_exports(settings, options.only)?;
    let variants = wanted_scenarios(settings, options)?;
    let mut clock = Clock::new(watch);
    let target = &settings.output_directory;
    let mut base = compute(settings, options, exports, Some(target), &mut clock)?;
    let scenarios = if variants.is_empty() {
        Scenarios::default()
    } else {
        // What the tables say is printed and read back only where somebody compares with it.
        scenarios(&variants, &base.snapshot(settings), options, exports, &mut clock)?
    };
    let mut records = base.area.inputs.clone();
    records.extend(scenarios.inputs);
    let mut more: Vec<_> = base.drawn.viewer.iter().chain(&base.parts).cloned().collect();
    more.extend(scenarios.files);
    clock.begin(Stage::Write);
    let writing_since = Some(Instant::now());
    let begun = base.drawn.folder.take();
    let folder = begun.map_or_else(|| Staged::begin(target), Ok)?;
    let created = Some(SystemTime::now());
    let seconds = clock.seconds();
    let shaping = shaping(settings, options, &variants);
    let job = WriteJob {
        created,
        stage_seconds: &seconds,
        writing_since,
        records: &records,
        ..base.job(settings, options, &shaping, &more)
    };
    let written = outputs::write(&job, folder)?;
    let Computed { area, measurements, findings, .. } = base;
    let results = Some(Results { area, measurements, written });
    let of_scenarios = scenarios.blemish;
    Ok(Outcome { findings, fail_on: settings.fail_on, results, of_scenarios })
}

/// What a run is made of before it is written.
struct Computed {
    area: StudyArea,
    measurements: Measurements,
    indicators: Vec<IndicatorRow>,
    features: Vec<LayerFeatures>,
    drawn: Drawn,
    parts: Option<(String, Vec<u8>)>,
    findings: Findings,
}

impl Computed {
    /// What is written of it, as a part of another run: without a clock.
    fn job<'a>(
        &'a self,
        settings: &'a Settings,
        options: &'a Options,
        shaping: &'a [(&'static str, String)],
        more: &'a [(String, Vec<u8>)],
    ) -> WriteJob<'a> {
        WriteJob {
            settings,
            area: &self.area,
            measurements: &self.measurements,
            indicators: &self.indicators,
            findings: &self.findings,
            features: &self.features,
            locale: options.locale,
            maps: &self.drawn.maps,
            records: &self.area.inputs,
            more,
            only: options.only,
            options: shaping,
            created: None,
            stage_seconds: &[],
            writing_since: None,
        }
    }

    fn snapshot(&self, settings: &Settings) -> Snapshot {
        Snapshot::of_measured(&self.area, settings, &self.measurements)
    }
}

/// Everything up to writing; the maps are laid already if it is to take the place of `target`.
fn compute(
    settings: &Settings,
    options: &Options,
    exports: bool,
    target: Option<&Path>,
    clock: &mut Clock<'_>,
) -> Result<Computed, Error> {
    let mut findings = Findings::default();
    let area = prepare(settings, &mut findings, clock)?;
    // How large the parts of features are is told no more than who lives in them.
    let keeps = settings.suppression.is_none() && keeps_parts(&area, options.only);
    let (measurements, parts) = if keeps {
        analysis::measure_and_keep(&area, settings, &mut findings, clock)
    } else {
        let found = analysis::measure(&area, settings, &mut findings, clock);
        (found, KeptParts::default())
    };
    let (indicators, parts) = rayon::join(
        || indicators::compute(&area, &measurements, settings),
        || kept_parts(&parts),
    );
    let parts = parts?;
    let needs_features = exports && outputs::exports::need_features(settings);
    let features = if needs_features { analysis::features(&area) } else { Vec::new() };
    if options.only.maps {
        findings.extend(map::letters::missing(&area, settings, options.locale));
    }
    let drawn = drawing::draw(&area, &measurements, settings, options, target, clock)?;
    clock.end();
    Ok(Computed { area, measurements, indicators, features, drawn, parts, findings })
}

/// Whether the parts of layers go with the tables, so that figures are explained without
/// computing them again.
fn keeps_parts(area: &StudyArea, only: Products) -> bool {
    let features = area.exposures.iter().map(|layer| layer.layer.shapes.len());
    only.tables && features.sum::<usize>() <= outputs::parts::MOST_FEATURES
}

/// The file of the parts, if there are any.
fn kept_parts(parts: &KeptParts) -> Result<Option<(String, Vec<u8>)>, OutputError> {
    if parts.layers.is_empty() {
        return Ok(None);
    }
    Ok(Some((outputs::parts::FILE.to_owned(), outputs::parts::render(parts)?)))
}

/// What the scenarios of a run came to.
#[derive(Default)]
struct Scenarios {
    files: Vec<(String, Vec<u8>)>,
    /// What went in.
    inputs: Vec<InputRecord>,
    blemish: Option<Blemish>,
}

/// Runs every scenario: a folder for each, and one table of them all.
fn scenarios(
    variants: &[(String, Settings)],
    base: &Snapshot,
    options: &Options,
    exports: bool,
    clock: &mut Clock<'_>,
) -> Result<Scenarios, Error> {
    let mut all = Scenarios::default();
    let mut figures = Vec::new();
    for (id, settings) in variants {
        let made = compute(settings, options, exports, None, clock)?;
        let shaping = shaping(settings, options, &[]);
        let more: Vec<_> = made.drawn.viewer.iter().chain(&made.parts).cloned().collect();
        let files = outputs::render(&made.job(settings, options, &shaping, &more))?;
        let inside = |path: String| format!("scenarios/{id}/{path}");
        all.files.extend(files.into_iter().map(|(path, bytes)| (inside(path), bytes)));
        figures.push((id.clone(), made.snapshot(settings)));
        all.inputs.extend(made.area.inputs.iter().cloned());
        let blemish = blemish(&made.measurements, &made.findings, settings.fail_on);
        all.blemish = all.blemish.or(blemish);
    }
    let table = outputs::compare::against_base(base, &figures);
    all.files.push(("tables/scenarios.csv".to_owned(), table));
    Ok(all)
}

/// The settings of every scenario that is to be run, by id.
fn wanted_scenarios(
    settings: &Settings,
    options: &Options,
) -> Result<Vec<(String, Settings)>, Error> {
    if !options.scenarios {
        return Ok(Vec::new());
    }
    if settings.scenarios.is_empty() {
        return Err(OutputError::NoScenarios.into());
    }
    open_scenarios(settings)
}

/// The settings of every scenario, by id.
fn open_scenarios(settings: &Settings) -> Result<Vec<(String, Settings)>, Error> {
    let open = |scenario: &ScenarioSettings| {
        let changed = settings.overrides.iter().chain(&scenario.overrides);
        let changed: Vec<(String, String)> = changed.cloned().collect();
        Ok((scenario.id.clone(), open(&settings.file, &changed)?))
    };
    settings.scenarios.iter().map(open).collect()
}

/// Whether anything is to be exported; refuses what cannot be before any work is done.
fn wanted_exports(settings: &Settings, only: Products) -> Result<bool, OutputError> {
    if only.exports
        && settings.exports.is_empty()
        && !(only.tables || only.maps || only.report || only.viewer)
    {
        return Err(OutputError::NoExports);
    }
    if !only.exports || settings.exports.is_empty() {
        return Ok(false);
    }
    outputs::exports::ensure_possible(settings)?;
    Ok(true)
}

fn prepare(
    settings: &Settings,
    findings: &mut Findings,
    clock: &mut Clock<'_>,
) -> Result<StudyArea, Error> {
    prepare_with(settings, geometry::prepare, findings, clock)
}

/// Makes a study area of what was read.
type Prepare = fn(
    RawLayers,
    &Settings,
    &mut Findings,
    &mut dyn Stages,
) -> Result<StudyArea, GeometryErrors>;

fn prepare_with(
    settings: &Settings,
    prepare: Prepare,
    findings: &mut Findings,
    clock: &mut Clock<'_>,
) -> Result<StudyArea, Error> {
    clock.begin(Stage::Read);
    let raw = layers::read(settings, findings)
        .map_err(|errors| Error::Layers(errors, std::mem::take(findings)))?;
    clock.begin(Stage::Prepare);
    doctor::findings::of_raw(&raw, settings, findings);
    let systems = doctor::findings::systems(&raw);
    let area = prepare(raw, settings, findings, clock)
        .map_err(|errors| Error::Geometry(errors, std::mem::take(findings)))?;
    doctor::findings::of_area(&area, &systems, settings, findings);
    Ok(area)
}

/// The territories of a project and nothing else of it, for the doctor.
///
/// # Errors
///
/// [`Error::Layers`] or [`Error::Geometry`], about the layer of the territories.
pub fn ground(settings: &Settings) -> Result<Option<Ground>, Error> {
    let mut alone = settings.clone();
    alone.layers.retain(|layer| layer.id == settings.territories);
    alone.deficits.clear();
    let mut findings = Findings::default();
    let raw = layers::read(&alone, &mut findings)
        .map_err(|errors| Error::Layers(errors, std::mem::take(&mut findings)))?;
    let area = geometry::prepare(raw, &alone, &mut findings, &mut ())
        .map_err(|errors| Error::Geometry(errors, std::mem::take(&mut findings)))?;
    Ok(Ground::of(&area, settings))
}

/// What of the options shapes the bytes of the products.
fn shaping(
    settings: &Settings,
    options: &Options,
    variants: &[(String, Settings)],
) -> Vec<(&'static str, String)> {
    let mut only = Vec::new();
    only.extend(options.only.tables.then_some("tables"));
    only.extend(options.only.maps.then_some("maps"));
    only.extend(options.only.report.then_some("report"));
    let exports = options.only.exports && !settings.exports.is_empty();
    only.extend(exports.then_some("exports"));
    only.extend(options.only.viewer.then_some("viewer"));
    let mut all =
        vec![("lang", options.locale.id().to_owned()), ("only", only.join(","))];
    if exports {
        let formats = settings.exports.iter().map(|format| format.id());
        all.push(("exports", formats.collect::<Vec<_>>().join(",")));
    }
    all.extend(options.date.clone().map(|date| ("date", date)));
    let ids: Vec<&str> = variants.iter().map(|(id, _)| id.as_str()).collect();
    all.extend((!ids.is_empty()).then(|| ("scenarios", ids.join(","))));
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Code, Finding};

    #[test]
    fn findings_fail_from_the_severity_that_the_project_sets() {
        use Severity::{Error, Note, Warning};
        let cases = [
            (None, FailOn::Warning, false),
            (Some(Note), FailOn::Warning, false),
            (Some(Warning), FailOn::Warning, true),
            (Some(Error), FailOn::Warning, true),
            (Some(Warning), FailOn::Error, false),
            (Some(Error), FailOn::Error, true),
            (Some(Error), FailOn::Never, false),
        ];
        for (worst, fail_on, expected) in cases {
            assert_eq!(fails(worst, fail_on), expected, "{worst:?} {fail_on:?}");
        }
    }

    #[test]
    fn a_check_with_an_error_finding_ends_with_one() {
        let mut findings = Findings::default();
        findings.push(Finding::about(Code::NegativeValue, "blocks"));
        let fail_on = FailOn::Error;
        let outcome = Outcome { findings, fail_on, results: None, of_scenarios: None };
        assert_eq!(
            (outcome.blemish(), outcome.exit_code()),
            (Some(Blemish::Findings), 1)
        );
        let outcome = Outcome { fail_on: FailOn::Never, ..outcome };
        assert_eq!((outcome.blemish(), outcome.exit_code()), (None, 0));
    }
}
