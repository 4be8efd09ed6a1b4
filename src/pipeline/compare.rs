//! Two runs compared, with the inputs of both where they are at hand.
//!
//! In: the folders of two runs and, for those that kept no inputs, their projects. Out: the
//! comparison, and the land of the second run to draw it on. What each cause adds is found by
//! measuring the first run again with one thing as in the second.

use std::path::Path;

use super::{Error, Stage, Watch, open};
use crate::analysis;
use crate::domain::{Findings, Message};
use crate::geometry::{self, StudyArea};
use crate::layers;
use crate::layers::counterfactual::{self, Plain};
use crate::outputs::compare::{
    self, CompareError, Comparison, Measured, Snapshot, ensure_comparable,
};
use crate::outputs::verify::{self, Mismatch};
use crate::outputs::{PastRun, inputs};

/// Two runs, compared.
#[derive(Debug)]
pub struct Compared {
    /// What differs and why.
    pub comparison: Comparison,
    /// The study area of the second run; `None` if the inputs of one run are not at hand.
    pub area: Option<StudyArea>,
}

/// Compares two runs. `projects` are those that they were made from, where given; else the
/// inputs that the runs kept are taken.
///
/// # Errors
///
/// [`Error::Compare`] if the runs cannot be compared or a project is not the one that its
/// run was made from.
pub fn compare(
    runs: [&PastRun; 2],
    projects: [Option<&Path>; 2],
    watch: &dyn Watch,
) -> Result<Compared, Error> {
    ensure_comparable(runs[0], runs[1])?;
    let a = Snapshot::of_run(runs[0]).map_err(CompareError::from)?;
    let b = Snapshot::of_run(runs[1]).map_err(CompareError::from)?;
    let told = compare::compare(runs, [&a, &b], None);
    if told.entries.is_empty() {
        return Ok(Compared { comparison: told, area: None });
    }
    watch.stage(Stage::Read);
    let mut missing = Vec::new();
    let mut sides = Vec::new();
    for (run, project) in runs.into_iter().zip(projects) {
        match inputs_of(run, project)? {
            Ok(plain) => sides.push(plain),
            Err(reason) => missing.push(reason),
        }
    }
    watch.stage(Stage::Measure);
    let measured = match &sides[..] {
        [first, second] => {
            let measured = measure(first, second);
            if measured.is_none() {
                missing.push(Message::new("compare.missing.not_measured"));
            }
            measured
        }
        _ => None,
    };
    let (measured, area) = measured.unzip();
    let mut comparison = compare::compare(runs, [&a, &b], measured.as_ref());
    comparison.missing_inputs = missing;
    Ok(Compared { comparison, area })
}

/// The inputs of a run as read, or why they are not at hand.
pub(super) fn inputs_of(
    run: &PastRun,
    project: Option<&Path>,
) -> Result<Result<Plain, Message>, Error> {
    let overrides = run.recorded.overrides.clone().unwrap_or_default();
    if let Some(project) = project {
        let settings = open(project, &overrides)?;
        let found = verify::inputs(run, project).map_err(CompareError::from)?;
        let is_other = settings.digest.as_str() != run.recorded.settings_sha256;
        let settings_differ = is_other.then_some(Mismatch::Settings);
        if let Some(found) = found.into_iter().chain(settings_differ).next() {
            let found = Box::new(found);
            let path = project.to_owned();
            return Err(CompareError::OtherInputs { path, found }.into());
        }
        let mut found = Findings::default();
        let raw = layers::read(&settings, &mut found)
            .map_err(|errors| Error::Layers(errors, found))?;
        return Ok(Ok(Plain::new(settings, raw)));
    }
    let missing = |key| Ok(Err(Message::new(key).with("path", run.directory.display())));
    let Some(unpacked) = inputs::unpack(run).map_err(CompareError::from)? else {
        return missing("compare.missing.none_kept");
    };
    let overrides: Vec<_> =
        overrides.into_iter().chain(unpacked.moved().iter().cloned()).collect();
    // What another version kept may mean nothing to this one.
    let Ok(settings) = open(&unpacked.project(), &overrides) else {
        return missing("compare.missing.unreadable");
    };
    match layers::read(&settings, &mut Findings::default()) {
        Ok(raw) => Ok(Ok(Plain::new(settings, raw))),
        Err(_) => missing("compare.missing.unreadable"),
    }
}

/// Measures both, and the first with each change alone and with all of them.
fn measure(a: &Plain, b: &Plain) -> Option<(Measured, StudyArea)> {
    let changes = counterfactual::changes(a, b);
    let (of_a, _) = snapshot(a.clone())?;
    let (of_b, area) = snapshot(b.clone())?;
    let all: Vec<_> = changes.iter().collect();
    let alone: Vec<_> = changes
        .iter()
        .map(|change| {
            let run = snapshot(counterfactual::with(a, b, &[change]));
            (change.clone(), run.map(|(figures, _)| figures))
        })
        .collect();
    let together = match &alone[..] {
        [] => Some(of_a.clone()),
        [(_, only)] => only.clone(),
        _ => snapshot(counterfactual::with(a, b, &all)).map(|(figures, _)| figures),
    };
    Some((Measured { a: of_a, b: of_b, alone, together }, area))
}

/// The figures of a project; `None` if its layers make no study area.
fn snapshot(plain: Plain) -> Option<(Snapshot, StudyArea)> {
    let mut findings = Findings::default();
    let area =
        geometry::prepare(plain.raw, &plain.settings, &mut findings, &mut ()).ok()?;
    let measurements = analysis::measure(&area, &plain.settings, &mut findings, &mut ());
    Some((Snapshot::of_measured(&area, &plain.settings, &measurements), area))
}
