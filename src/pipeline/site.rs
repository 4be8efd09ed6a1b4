//! What there is at a place, and what building there would change.
//!
//! In: a project and a place, as two coordinates or as a file of any format. Out: a [`Site`].
//! The place goes the way of every layer: the same readers, the same projection and grid, the
//! same mending, so that what is said of it is what a run says of that feature.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Clock, Error, Measured, Stage, Watch, open_scenarios};
use crate::analysis::site::change::{self, Added, Change};
use crate::analysis::site::{HazardHere, SiteFeature, Surveyor};
use crate::analysis::{self};
use crate::config::crs_code::{CrsUse, WGS84, parse_epsg, use_of};
use crate::config::{
    AccuracySetting, ContextRole, LayerSettings, Localized, ReadSettings, Settings,
    nearest,
};
use crate::domain::{
    Digest, Explain, Findings, Message, ReferenceSystem, Source, Stages as _, Status,
};
use crate::geometry::{self, Prepared, StudyArea};
use crate::i18n::{self, Locale};
use crate::layers::{self, CrsEvidence, PartRole, RawFeature, RawFeatures, RawLayer};

/// The id that a place has among the layers; more letters if the project uses it.
const ID: &str = "site";

/// Where a place is.
#[derive(Debug, Clone, PartialEq)]
pub enum Place {
    /// Two coordinates, longitude or easting first.
    At([f64; 2]),
    /// A file, and the layer in it, if it has several.
    File(PathBuf, Option<String>),
}

/// A place to look at.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// Where it is.
    pub place: Place,
    /// Its reference system as stated; WGS 84 for coordinates without one.
    pub crs: Option<String>,
    /// The one feature of the file that is meant.
    pub feature: Option<String>,
    /// How well the place itself is known, m at 95 %; taken as exact if nobody says.
    pub accuracy_m: Option<f64>,
    /// What is added there: the word and the amount as written, `school:480`.
    pub add: Option<String>,
    /// Whether the scenarios of the project are looked at as well.
    pub scenarios: bool,
}

/// A place and all that is known of it.
#[derive(Debug)]
pub struct Site {
    /// What the project measures, without the place.
    pub measured: Measured,
    /// The place as prepared.
    pub place: Prepared,
    /// What was found out about each of its features.
    pub features: Vec<SiteFeature>,
    /// What building there would change, if that was asked.
    pub change: Option<Change>,
    /// The hazards at each feature in each scenario, by the scenario's id.
    pub scenarios: Vec<(String, Vec<Vec<HazardHere>>)>,
}

/// Why a place cannot be looked at.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SiteError {
    /// Coordinates without a system that are no degrees.
    #[error("{}", i18n::render(Locale::En, &self.message()))]
    NotDegrees {
        /// What was given.
        found: String,
        /// EPSG code of the working CRS.
        epsg: u32,
    },
    /// A system that is not known.
    #[error("{}", i18n::render(Locale::En, &self.message()))]
    UnknownCrs {
        /// What was given.
        found: String,
    },
    /// A file without a feature that has a place.
    #[error("{}", i18n::render(Locale::En, &self.message()))]
    Nothing {
        /// The file.
        path: String,
    },
    /// A feature that the file does not have.
    #[error("{}", i18n::render(Locale::En, &self.message()))]
    NoFeature {
        /// What was asked for.
        found: String,
        /// One that may have been meant.
        nearest: Option<String>,
    },
    /// Something to add at several features.
    #[error("{}", i18n::render(Locale::En, &self.message()))]
    SeveralFeatures {
        /// How many.
        count: usize,
    },
    /// An addition that is not a word, a colon and an amount.
    #[error("{}", i18n::render(Locale::En, &self.message()))]
    BadAddition {
        /// What was given.
        found: String,
    },
    /// An addition that the project has no layer for.
    #[error("{}", i18n::render(Locale::En, &self.message()))]
    UnknownAddition {
        /// The word.
        found: String,
        /// One that may have been meant.
        nearest: Option<String>,
        /// All that there are.
        known: String,
    },
    /// An addition that several layers could take.
    #[error("{}", i18n::render(Locale::En, &self.message()))]
    AmbiguousAddition {
        /// The word.
        found: String,
        /// Their ids.
        layers: String,
    },
}

impl Explain for SiteError {
    fn message(&self) -> Message {
        let found = |key, text: &String| Message::new(key).with("found", text);
        match self {
            Self::NotDegrees { found: text, .. } => found("error.site.not_degrees", text),
            Self::UnknownCrs { found: text } => found("error.site.unknown_crs", text),
            Self::Nothing { path } => {
                Message::new("error.site.nothing").with("path", path)
            }
            Self::NoFeature { found: text, .. } => found("error.site.no_feature", text),
            Self::SeveralFeatures { count } => {
                Message::new("error.site.several_features").with("count", count)
            }
            Self::BadAddition { found: text } => found("error.site.bad_addition", text),
            Self::UnknownAddition { found: text, .. } => {
                found("error.site.unknown_addition", text)
            }
            Self::AmbiguousAddition { found: text, .. } => {
                found("error.site.ambiguous_addition", text)
            }
        }
    }

    fn hint(&self) -> Option<Message> {
        Some(match self {
            Self::NotDegrees { epsg, .. } => {
                Message::new("hint.site.not_degrees").with("epsg", epsg)
            }
            Self::UnknownCrs { .. } => Message::new("hint.site.unknown_crs"),
            Self::Nothing { .. } => Message::new("hint.site.nothing"),
            Self::NoFeature { nearest: Some(name), .. }
            | Self::UnknownAddition { nearest: Some(name), .. } => {
                Message::new("hint.site.nearest").with("nearest", name)
            }
            Self::NoFeature { nearest: None, .. } => Message::new("hint.site.no_feature"),
            Self::SeveralFeatures { .. } => Message::new("hint.site.several_features"),
            Self::BadAddition { .. } => Message::new("hint.site.bad_addition"),
            Self::UnknownAddition { known, .. } => {
                Message::new("hint.site.unknown_addition").with("known", known)
            }
            Self::AmbiguousAddition { layers, .. } => {
                Message::new("hint.site.ambiguous_addition").with("layers", layers)
            }
        })
    }
}

/// Looks at a place.
///
/// # Errors
///
/// [`Error::Site`] if the request makes no sense; else as [`super::measure`], also about the
/// file of the place.
pub fn site(
    settings: &Settings,
    request: &Request,
    watch: &dyn Watch,
) -> Result<Site, Error> {
    let crs = system(settings, request)?;
    let addition = request.add.as_deref().map(amount_of).transpose()?;
    let mut clock = Clock::new(watch);
    let mut findings = Findings::default();
    let (area, place) =
        prepare(settings, request, crs.as_ref(), &mut findings, &mut clock)?;
    let measurements = analysis::measure(&area, settings, &mut findings, &mut clock);
    clock.begin(Stage::Measure);
    let features = Surveyor::of_place(&area, settings, &place).look(&place);
    let change = match addition {
        None => None,
        Some(_) if features.len() != 1 => {
            return Err(SiteError::SeveralFeatures { count: features.len() }.into());
        }
        Some((word, amount)) => {
            let added = added(&area, &word)?;
            let change =
                change::change(&area, settings, &measurements, &place, added, amount);
            Some(change)
        }
    };
    let variants = if request.scenarios { open_scenarios(settings)? } else { Vec::new() };
    let mut scenarios = Vec::new();
    for (id, variant) in variants {
        let unheard = &mut Findings::default();
        let (area, place) =
            prepare(&variant, request, crs.as_ref(), unheard, &mut clock)?;
        let features = Surveyor::of_place(&area, &variant, &place).look(&place);
        let hazards = features.into_iter().map(|feature| feature.hazards);
        scenarios.push((id, hazards.collect()));
    }
    clock.end();
    let measured = Measured { area, measurements, findings };
    Ok(Site { measured, place, features, change, scenarios })
}

/// The system of the place, as far as the request says.
fn system(
    settings: &Settings,
    request: &Request,
) -> Result<Option<ReferenceSystem>, SiteError> {
    let Some(text) = &request.crs else {
        let Place::At([x, y]) = request.place else { return Ok(None) };
        if x.abs() > 180.0 || y.abs() > 90.0 {
            let epsg = settings.working_epsg;
            return Err(SiteError::NotDegrees { found: format!("{x},{y}"), epsg });
        }
        return Ok(Some(ReferenceSystem::Epsg(WGS84)));
    };
    let known = parse_epsg(text).filter(|epsg| use_of(*epsg) != CrsUse::Unknown);
    let unknown = || SiteError::UnknownCrs { found: text.clone() };
    known.map(ReferenceSystem::Epsg).map(Some).ok_or_else(unknown)
}

/// The study area of the project, and the place on its grid.
fn prepare(
    settings: &Settings,
    request: &Request,
    crs: Option<&ReferenceSystem>,
    findings: &mut Findings,
    clock: &mut Clock<'_>,
) -> Result<(StudyArea, Prepared), Error> {
    let layer = layer_of(settings, request, crs);
    let id = layer.id.clone();
    let mut with_place = settings.clone();
    with_place.layers.push(layer);
    clock.begin(Stage::Read);
    let failed =
        |errors, findings: &mut Findings| Error::Layers(errors, std::mem::take(findings));
    let raw = match &request.place {
        Place::File(..) => layers::read(&with_place, findings),
        Place::At(at) => layers::read(settings, findings).map(|mut raw| {
            raw.layers.push(point(&id, *at, crs));
            raw
        }),
    };
    let raw = raw.map_err(|errors| failed(errors, findings))?;
    let mut area = geometry::prepare(raw, &with_place, findings, clock)
        .map_err(|errors| Error::Geometry(errors, std::mem::take(findings)))?;
    let at = area.contexts.iter().position(|context| context.layer.id == id);
    let place = at.map(|at| area.contexts.remove(at).layer);
    let place = place.expect("the place was given the role of a context");
    Ok((area, chosen(place, request)?))
}

/// The place as a layer that is drawn and never measured.
fn layer_of(
    settings: &Settings,
    request: &Request,
    crs: Option<&ReferenceSystem>,
) -> LayerSettings {
    let mut id = ID.to_owned();
    while settings.layer(&id).is_some() {
        id.push('_');
    }
    let (path, layer) = match &request.place {
        Place::At(_) => (PathBuf::new(), None),
        Place::File(path, layer) => (path.clone(), layer.clone()),
    };
    LayerSettings {
        title: Localized { es: id.clone(), en: id.clone() },
        id,
        declared_path: shown(&path),
        path,
        crs: crs.cloned(),
        towgs84: None,
        read: ReadSettings { layer, ..ReadSettings::default() },
        id_field: None,
        source: Source::default(),
        accuracy: request.accuracy_m.map(AccuracySetting::Meters),
        status: Status::Undeclared,
        notes: None,
        territory: None,
        hazard: None,
        exposure: None,
        service: None,
        context: Some(ContextRole { kind: ID.to_owned(), name: None }),
        join: None,
    }
}

fn shown(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

/// A layer of one point, as a file with it would have been read.
fn point(id: &str, at: [f64; 2], crs: Option<&ReferenceSystem>) -> RawLayer {
    let text = format!("{},{}", at[0], at[1]);
    let feature = RawFeature { parts_end: 1, is_null: false, has_height: false };
    RawLayer {
        id: id.to_owned(),
        format: "",
        crs: crs.cloned().unwrap_or(ReferenceSystem::Epsg(WGS84)),
        crs_evidence: CrsEvidence::Project,
        digest: Digest::of(text.as_bytes()),
        bytes: text.len() as u64,
        modified: None,
        companions: Vec::new(),
        data: RawFeatures {
            coords: vec![at].into(),
            parts: vec![(1, PartRole::Point)].into(),
            features: vec![feature].into(),
            ids: [text].iter().collect(),
            columns: std::collections::BTreeMap::new(),
        },
    }
}

/// The feature that is meant, or all.
fn chosen(mut place: Prepared, request: &Request) -> Result<Prepared, SiteError> {
    if let Some(wanted) = &request.feature {
        let at = place.ids.iter().position(|id| id == *wanted);
        let at = at.ok_or_else(|| {
            let ids: Vec<_> = place.ids.iter().collect();
            let nearest = nearest(wanted, ids.iter().map(AsRef::as_ref));
            SiteError::NoFeature { found: wanted.clone(), nearest }
        })?;
        place.shapes = place.shapes.pick(&[at]).into();
        place.ids = Arc::new([place.ids.of(at)].iter().collect());
    }
    if place.shapes.is_empty() {
        let path = match &request.place {
            Place::File(path, _) => shown(path),
            Place::At([x, y]) => format!("{x},{y}"),
        };
        return Err(SiteError::Nothing { path });
    }
    Ok(place)
}

/// The word and the amount of an addition.
fn amount_of(text: &str) -> Result<(String, f64), SiteError> {
    let parts = text.split_once(':').map(|(word, amount)| (word.trim(), amount.trim()));
    let read = parts.and_then(|(word, amount)| {
        let amount: f64 = amount.parse().ok()?;
        let is_good = amount.is_finite() && amount > 0.0 && amount <= 1e9;
        (is_good && !word.is_empty()).then(|| (word.to_owned(), amount))
    });
    read.ok_or_else(|| SiteError::BadAddition { found: text.to_owned() })
}

/// What a word means in a project: a layer by its id, a kind of service that one layer has, or
/// residents of the only layer with people.
fn added(area: &StudyArea, word: &str) -> Result<Added, SiteError> {
    let facility = |service: &str| Added::Facility { service: service.to_owned() };
    let residents = |layer: &str| Added::Residents { layer: layer.to_owned() };
    let with_people = area.exposures.iter().filter(|layer| layer.people.is_some());
    let peopled: Vec<&str> = with_people.map(|layer| layer.layer.id.as_str()).collect();
    if area.services.iter().any(|service| service.layer.id == word) {
        return Ok(facility(word));
    }
    if peopled.contains(&word) {
        return Ok(residents(word));
    }
    let is_people = matches!(word, "people" | "personas");
    let of_kind = area.services.iter().filter(|service| service.kind == word);
    let of_kind: Vec<&str> = of_kind.map(|service| service.layer.id.as_str()).collect();
    let candidates = if is_people { &peopled } else { &of_kind };
    match candidates.as_slice() {
        [one] if is_people => Ok(residents(one)),
        [one] => Ok(facility(one)),
        [] => {
            let kinds = area.services.iter().map(|service| service.kind.as_str());
            let ids = area.services.iter().map(|service| service.layer.id.as_str());
            let known: std::collections::BTreeSet<&str> = kinds
                .chain(ids)
                .chain(peopled.iter().copied())
                .chain(["people"])
                .collect();
            let known: Vec<&str> = known.into_iter().collect();
            Err(SiteError::UnknownAddition {
                found: word.to_owned(),
                nearest: nearest(word, known.iter().copied()),
                known: known.join(", "),
            })
        }
        several => Err(SiteError::AmbiguousAddition {
            found: word.to_owned(),
            layers: several.join(", "),
        }),
    }
}
