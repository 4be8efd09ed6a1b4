//! The whole job, stage after stage: the only place that sees them all.
//!
//! In: a project file and how to run it. Out: an [`Outcome`], or an [`Error`] with all that
//! stood in the way. It knows no words for people and no formula.

use std::path::Path;
use std::time::Instant;

use crate::analysis::{self, Measurements};
use crate::config::{self, ConfigErrors, FailOn, Settings};
use crate::doctor::{self, Ground};
use crate::domain::{Explain, Findings, Severity};
use crate::geometry::{self, GeometryErrors, StudyArea};
use crate::i18n::Locale;
use crate::indicators;
use crate::layers::{self, LayerErrors};
use crate::outputs::map::{self, MapError, MapOptions};
use crate::outputs::{self, OutputError, Products, WriteJob, Written};

/// A stage of the job, for whoever waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Layers are read.
    Read,
    /// The study area is prepared.
    Prepare,
    /// Exposure and deficits are measured.
    Measure,
    /// Maps are drawn.
    Draw,
    /// Results are written.
    Write,
}

impl Stage {
    /// The name in the manifest and the catalogues.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Prepare => "prepare",
            Self::Measure => "measure",
            Self::Draw => "draw",
            Self::Write => "write",
        }
    }
}

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
    /// Layers cannot be read.
    #[error("{0}")]
    Layers(LayerErrors),
    /// The layers make no study area.
    #[error("{0}")]
    Geometry(GeometryErrors),
    /// A map cannot be drawn.
    #[error(transparent)]
    Map(#[from] MapError),
    /// The results cannot be written.
    #[error(transparent)]
    Output(#[from] OutputError),
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
            Self::Layers(errors) => errors.0.iter().map(|e| e as &dyn Explain).collect(),
            Self::Geometry(errors) => {
                errors.0.iter().map(|e| e as &dyn Explain).collect()
            }
            Self::Map(error) => vec![error],
            Self::Output(error) => vec![error],
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
        let closes = |results: &Results| {
            results.measurements.balance.iter().all(analysis::BalanceRow::closes)
        };
        if !self.results.as_ref().is_none_or(closes) {
            return Some(Blemish::Balance);
        }
        fails(self.findings.worst(), self.fail_on).then_some(Blemish::Findings)
    }

    /// 0 if nothing speaks against the results, else 1.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        u8::from(self.blemish().is_some())
    }
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
    let mut findings = Findings::default();
    let mut clock = Clock::new(watch);
    prepare(settings, &mut findings, &mut clock)?;
    Ok(Outcome { findings, fail_on: settings.fail_on, results: None })
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
    clock.begin(Stage::Measure);
    let measurements = analysis::measure(&area, settings, &mut findings);
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
    let mut findings = Findings::default();
    let mut clock = Clock::new(watch);
    let area = prepare(settings, &mut findings, &mut clock)?;
    clock.begin(Stage::Measure);
    let measurements = analysis::measure(&area, settings, &mut findings);
    let indicators = indicators::compute(&area, &measurements, settings);
    let needs_features = exports && outputs::exports::need_features(settings);
    let features = if needs_features { analysis::features(&area) } else { Vec::new() };
    let maps = draw(&area, &measurements, settings, options, &mut clock)?;
    clock.begin(Stage::Write);
    let written = outputs::write(&WriteJob {
        settings,
        area: &area,
        measurements: &measurements,
        indicators: &indicators,
        findings: &findings,
        features: &features,
        locale: options.locale,
        maps: &maps,
        directory: &settings.output_directory,
        only: options.only,
        options: &shaping(settings, options),
        created: None,
        stage_seconds: &clock.seconds(),
    })?;
    let results = Some(Results { area, measurements, written });
    Ok(Outcome { findings, fail_on: settings.fail_on, results })
}

/// Whether anything is to be exported; refuses what cannot be before any work is done.
fn wanted_exports(settings: &Settings, only: Products) -> Result<bool, OutputError> {
    if only.exports && settings.exports.is_empty() && !(only.tables || only.maps) {
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
    clock.begin(Stage::Read);
    let raw = layers::read(settings, findings).map_err(Error::Layers)?;
    clock.begin(Stage::Prepare);
    doctor::findings::of_raw(&raw, settings, findings);
    let systems = doctor::findings::systems(&raw);
    let area = geometry::prepare(raw, settings, findings).map_err(Error::Geometry)?;
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
    let raw = layers::read(&alone, &mut findings).map_err(Error::Layers)?;
    let area = geometry::prepare(raw, &alone, &mut findings).map_err(Error::Geometry)?;
    Ok(Ground::of(&area, settings))
}

/// Draws the maps, if any are wanted, as files by name.
fn draw(
    area: &StudyArea,
    measurements: &Measurements,
    settings: &Settings,
    options: &Options,
    clock: &mut Clock<'_>,
) -> Result<Vec<(String, Vec<u8>)>, Error> {
    if !options.only.maps {
        return Ok(Vec::new());
    }
    clock.begin(Stage::Draw);
    let wanted = MapOptions { locale: options.locale, date: options.date.clone() };
    Ok(map::draw_all(area, measurements, settings, &wanted)?.into_files())
}

/// What of the options shapes the bytes of the products.
fn shaping(settings: &Settings, options: &Options) -> Vec<(&'static str, String)> {
    let mut only = Vec::new();
    only.extend(options.only.tables.then_some("tables"));
    only.extend(options.only.maps.then_some("maps"));
    let exports = options.only.exports && !settings.exports.is_empty();
    only.extend(exports.then_some("exports"));
    let mut all =
        vec![("lang", options.locale.id().to_owned()), ("only", only.join(","))];
    if exports {
        let formats = settings.exports.iter().map(|format| format.id());
        all.push(("exports", formats.collect::<Vec<_>>().join(",")));
    }
    all.extend(options.date.clone().map(|date| ("date", date)));
    all
}

/// Tells the watcher of stages and keeps how long each took.
struct Clock<'w> {
    watch: &'w dyn Watch,
    begun: Option<(Stage, Instant)>,
    done: Vec<(&'static str, f64)>,
}

impl<'w> Clock<'w> {
    fn new(watch: &'w dyn Watch) -> Self {
        Self { watch, begun: None, done: Vec::new() }
    }

    fn begin(&mut self, stage: Stage) {
        self.end();
        self.watch.stage(stage);
        self.begun = Some((stage, Instant::now()));
    }

    fn end(&mut self) {
        if let Some((stage, begun)) = self.begun.take() {
            self.done.push((stage.id(), begun.elapsed().as_secs_f64()));
        }
    }

    /// Seconds by stage, of the stages that are over.
    fn seconds(&self) -> Vec<(&'static str, f64)> {
        self.done.clone()
    }
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
        let outcome = Outcome { findings, fail_on: FailOn::Error, results: None };
        assert_eq!(
            (outcome.blemish(), outcome.exit_code()),
            (Some(Blemish::Findings), 1)
        );
        let outcome = Outcome { fail_on: FailOn::Never, ..outcome };
        assert_eq!((outcome.blemish(), outcome.exit_code()), (None, 0));
    }
}
