//! Measuring for one figure: only what it rests on is read.
//!
//! In: a project and the name of a figure. Out: what was measured, and the settings it was
//! measured by. A figure does not depend on layers that it does not name, so the number is that
//! of the whole run; what a name does not tell is measured whole. Where the folder of results
//! holds a run on the same inputs that kept its parts, nothing is laid over anything again.

use std::collections::BTreeSet;

use super::{Clock, Error, Measured, Stage, Watch, measure, open, prepare_with};
use crate::analysis::explain::Explainer;
use crate::analysis::{self, KeptParts};
use crate::config::{DeficitKind, DeficitSettings, LayerSettings, Settings, Units};
use crate::domain::{Doubt, Findings, Stages as _};
use crate::geometry;
use crate::outputs::figure::{self, Known};
use crate::outputs::{PastRun, parts};

/// Stands for all hazards.
const ANY: &str = "any";
/// The prefix of a figure of a scenario.
const SCENARIOS: &str = "scenarios/";

/// The settings that a figure was computed by, and its name among theirs: a row of
/// `scenarios.csv` is a figure of that scenario.
///
/// # Errors
///
/// [`Error::Project`] if the scenario's settings are wrong.
pub fn of_scenario(base: Settings, name: &str) -> Result<(Settings, String), Error> {
    let named = name.trim().strip_prefix(SCENARIOS);
    let parts = named.and_then(|rest| rest.split_once('/'));
    let found = parts.and_then(|(id, figure)| {
        let scenario = base.scenarios.iter().find(|one| one.id == id)?;
        Some((scenario, figure))
    });
    let Some((scenario, figure)) = found else { return Ok((base, name.to_owned())) };
    let all = base.overrides.iter().chain(&scenario.overrides);
    let all: Vec<(String, String)> = all.cloned().collect();
    let mut settings = open(&base.file, &all)?;
    // A scenario is a run of its own inside the results.
    settings.output_directory =
        settings.output_directory.join("scenarios").join(&scenario.id);
    Ok((settings, figure.to_owned()))
}

/// What a figure rests on, measured.
#[derive(Debug)]
pub struct Basis {
    /// The settings that it was measured by.
    pub settings: Settings,
    /// What was measured.
    pub measured: Measured,
    /// The parts that it was measured by, if a run kept them.
    pub kept: Option<KeptParts>,
}

impl Basis {
    /// What is known of it.
    #[must_use]
    pub fn known(&self) -> Known<'_> {
        let Measured { area, measurements, findings } = &self.measured;
        Known { settings: &self.settings, area, measurements, findings }
    }

    /// What takes its figures apart.
    #[must_use]
    pub fn explainer(&self) -> Explainer<'_> {
        let (area, settings) = (&self.measured.area, &self.settings);
        match &self.kept {
            Some(kept) => Explainer::of_kept(area, settings, kept),
            None => Explainer::new(area, settings),
        }
    }

    /// Itself, if the figure is there.
    fn with(self, name: &str) -> Option<Self> {
        let is_there = figure::find(name, self.known()).is_ok();
        is_there.then_some(self)
    }
}

/// Measures what a figure needs; everything, if its name does not tell what that is or is no
/// name of a figure.
///
/// # Errors
///
/// [`Error::Layers`] or [`Error::Geometry`].
pub fn measure_for(
    settings: Settings,
    name: &str,
    watch: &dyn Watch,
) -> Result<Basis, Error> {
    if let Some(narrow) = narrowed(&settings, name) {
        if let Some(found) = of_kept(&narrow, name, watch)? {
            return Ok(found);
        }
        let measured = if is_of_parts(name) {
            measure(&narrow, watch)?
        } else {
            measure_as_drawn(&narrow, watch)?
        };
        let found = Basis { settings: narrow, measured, kept: None };
        if let Some(found) = found.with(name) {
            return Ok(found);
        }
    } else if let Some(found) = of_kept(&settings, name, watch)? {
        return Ok(found);
    }
    let measured = measure(&settings, watch)?;
    Ok(Basis { settings, measured, kept: None })
}

/// Whether a figure is told by the parts of exposure layers: it has a range by the edges of hazards,
/// or is the dust of sums over parts that these edges cut. Findings rest on every layer, and on no more
/// of their overlay than the parts tell.
fn is_of_parts(name: &str) -> bool {
    let of = |prefix: &str| name.trim().starts_with(prefix);
    ["exposure/", "balance/", "deficit_in_hazard/", "findings/", "indicators/exposure."]
        .into_iter()
        .any(of)
}

/// Measures by the parts that the run in the folder of results kept; `None` if there is no
/// such run on the same inputs.
fn of_kept(
    settings: &Settings,
    name: &str,
    watch: &dyn Watch,
) -> Result<Option<Basis>, Error> {
    let is_edge_alone = settings.doubts.on.iter().all(|one| *one == Doubt::HazardEdge);
    if !is_of_parts(name) || !is_edge_alone {
        return Ok(None);
    }
    let Ok(run) = PastRun::open(&settings.output_directory) else { return Ok(None) };
    let exposed = |id: &str| settings.layer(id).is_some_and(|one| one.exposure.is_some());
    let Some(kept) = parts::read(&run, settings, &exposed) else { return Ok(None) };
    let mut findings = Findings::default();
    let mut clock = Clock::new(watch);
    let prepare = geometry::prepare_as_drawn;
    let area = prepare_with(settings, prepare, &mut findings, &mut clock)?;
    if !parts::is_of(&run, &area.inputs) || !kept.fit(&area) {
        return Ok(None);
    }
    clock.begin(Stage::Measure);
    let measurements = analysis::measure_kept(&area, settings, &kept, &mut findings);
    let measured = Measured { area, measurements, findings };
    let found = Basis { settings: settings.clone(), measured, kept: Some(kept) };
    Ok(found.with(name))
}

fn measure_as_drawn(settings: &Settings, watch: &dyn Watch) -> Result<Measured, Error> {
    let mut findings = Findings::default();
    let mut clock = Clock::new(watch);
    let prepare = geometry::prepare_as_drawn;
    let area = prepare_with(settings, prepare, &mut findings, &mut clock)?;
    let measurements = analysis::measure(&area, settings, &mut findings, &mut clock);
    Ok(Measured { area, measurements, findings })
}

/// What a figure names.
#[derive(Default)]
struct Subjects<'a> {
    hazard: Option<&'a str>,
    layer: Option<&'a str>,
    facilities: Option<&'a str>,
    deficit: Option<&'a str>,
}

impl<'a> Subjects<'a> {
    /// `None` for figures that rest on everything.
    fn of(name: &'a str) -> Option<Self> {
        let parts: Vec<&str> = name.trim().split('/').collect();
        let none = Self::default();
        Some(match parts[..] {
            // The difference is the dust of sums over parts that the edges of all hazards cut.
            ["balance", _, layer, ..] => {
                Self { hazard: Some(ANY), layer: Some(layer), ..none }
            }
            ["exposure", _, hazard, _, layer, ..] => {
                Self { hazard: Some(hazard), layer: Some(layer), ..none }
            }
            ["facilities_in_hazard", service, _, hazard, ..] => {
                Self { hazard: Some(hazard), facilities: Some(service), ..none }
            }
            ["deficits", _, deficit, ..] => Self { deficit: Some(deficit), ..none },
            ["deficit_in_hazard", _, deficit, hazard, ..] => {
                Self { deficit: Some(deficit), hazard: Some(hazard), ..none }
            }
            ["hazards", hazard, ..] => Self { hazard: Some(hazard), ..none },
            ["indicators", indicator, ..] => {
                let words: Vec<&str> = indicator.split('.').collect();
                match words[..] {
                    ["exposure", hazard, _, layer, ..] => {
                        Self { hazard: Some(hazard), layer: Some(layer), ..none }
                    }
                    ["deficit", deficit] => Self { deficit: Some(deficit), ..none },
                    _ => return None,
                }
            }
            _ => return None,
        })
    }
}

/// The settings with only the layers that a figure rests on; `None` if its name does not tell.
fn narrowed(settings: &Settings, name: &str) -> Option<Settings> {
    let subjects = Subjects::of(name)?;
    let mut ids: BTreeSet<&str> = BTreeSet::from([settings.territories.as_str()]);
    if let Some(id) = subjects.layer {
        settings.layer(id)?;
        ids.insert(id);
    }
    if let Some(id) = subjects.facilities {
        settings.layer(id)?;
        ids.insert(id);
        // Whose people a facility serves depends on the deficits that name it, and without any
        // on which layers have people.
        let named = settings.deficits.iter().map(rests_on);
        ids.extend(named.filter(|all| all.contains(&id)).flatten());
        let has_people = |one: &&LayerSettings| {
            one.exposure.as_ref().is_some_and(|role| role.people.is_some())
        };
        let peopled = settings.layers.iter().filter(has_people);
        ids.extend(peopled.map(|one| one.id.as_str()));
    }
    if let Some(id) = subjects.deficit {
        ids.extend(rests_on(settings.deficits.iter().find(|one| one.id == id)?));
    }
    if let Some(id) = subjects.hazard {
        let hazards = settings.layers.iter().filter(|one| one.hazard.is_some());
        let meant = hazards.filter(|one| one.id == id || id == ANY);
        let before = ids.len();
        for layer in meant {
            ids.insert(&layer.id);
            let role = layer.hazard.as_ref();
            ids.extend(role.and_then(|role| role.study_area.as_deref()));
        }
        if ids.len() == before
            && settings.layer(id).is_none_or(|one| one.hazard.is_none())
        {
            return None;
        }
    }
    let mut narrow = settings.clone();
    let is_kept = |id: &str| ids.contains(id);
    narrow.layers.retain(|layer| is_kept(&layer.id));
    // A hazard by a second role of a kept layer would be measured for nothing, and does no harm.
    narrow.deficits.retain(|deficit| rests_on(deficit).into_iter().all(is_kept));
    // What `[risk]` finds about its layer touches the figures of that layer.
    narrow.risk = narrow.risk.filter(|risk| is_kept(&risk.layer));
    if let Some(risk) = &mut narrow.risk {
        risk.hazards.retain(|assessed| is_kept(&assessed.hazard));
    }
    (narrow.contradictions, narrow.disputed) = (None, Vec::new());
    Some(narrow)
}

/// Ids of the layers that a deficit rests on.
fn rests_on(deficit: &DeficitSettings) -> Vec<&str> {
    let mut all: Vec<&str> = deficit.kind.people_layer().into_iter().collect();
    match &deficit.kind {
        DeficitKind::Access { service, .. }
        | DeficitKind::AreaPerPerson { service, .. }
        | DeficitKind::PeoplePerUnit { units: Units::Service(service), .. } => {
            all.push(service);
        }
        DeficitKind::PeoplePerUnit { .. } | DeficitKind::Reported { .. } => {}
    }
    all
}
