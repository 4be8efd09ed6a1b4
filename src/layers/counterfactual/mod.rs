//! A project as it would be if one thing about it were as in another project.
//!
//! In: two projects as read. Out: what differs between them ([`changes`]), and the first
//! with one or all of these things taken from the second ([`with`]). Whoever measures it
//! learns what that thing alone changes. Nothing is measured here.

mod mix;
mod pairs;
mod plain;

pub use plain::Plain;

use super::raw::{RawLayer, RawLayers, ReportedTable};
use crate::config::{DeficitSettings, HazardLevels, Settings};
use mix::Take;
use pairs::Pairs;

/// What kind of thing differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChangeKind {
    /// Features that only one of the two has.
    Features,
    /// Where features lie and what form they have.
    Geometry,
    /// People and further sums of features that both have.
    Population,
    /// How fields or distances are read as levels, and the levels that features state.
    Levels,
    /// Capacities of services, and figures of reported tables.
    Provision,
    /// The standard of a deficit.
    Standard,
    /// Everything else that the project file says of how things are measured.
    Settings,
}

impl ChangeKind {
    /// All kinds, in the order in which they are told.
    pub const ALL: [Self; 7] = [
        Self::Features,
        Self::Geometry,
        Self::Population,
        Self::Levels,
        Self::Provision,
        Self::Standard,
        Self::Settings,
    ];

    /// The word in tables.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Features => "features",
            Self::Geometry => "geometry",
            Self::Population => "population",
            Self::Levels => "levels",
            Self::Provision => "provision",
            Self::Standard => "standard",
            Self::Settings => "settings",
        }
    }
}

/// One thing that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What kind of thing it is.
    pub kind: ChangeKind,
    /// The layer or deficit that it is about; empty for settings.
    pub subject: String,
    /// How many features changed, or are new.
    pub changed: usize,
    /// How many are lost.
    pub lost: usize,
}

impl Change {
    fn new(kind: ChangeKind, subject: &str, changed: usize) -> Self {
        Self { kind, subject: subject.to_owned(), changed, lost: 0 }
    }
}

/// Everything that differs between two projects and may change a figure, by kind and then
/// by layer or deficit.
#[must_use]
pub fn changes(a: &Plain, b: &Plain) -> Vec<Change> {
    let mut all = Vec::new();
    for one in &a.raw.layers {
        if let Some(other) = b.raw.layers.iter().find(|other| other.id == one.id) {
            all.extend(of_layer(a, b, one, other));
        }
    }
    for one in &a.settings.deficits {
        if let Some(other) = deficit(&b.settings, &one.id) {
            all.extend(of_deficit(a, b, one, other));
        }
    }
    if a.rest() != b.rest() {
        all.push(Change::new(ChangeKind::Settings, "", 1));
    }
    all.sort_by(|x, y| (x.kind, &x.subject).cmp(&(y.kind, &y.subject)));
    all
}

fn of_layer(a: &Plain, b: &Plain, one: &RawLayer, other: &RawLayer) -> Vec<Change> {
    let pairs = Pairs::of(one, other, a.is_framed_as(b, &one.id));
    let mut all = Vec::new();
    // Features of another reference system cannot be put among those of this one.
    if pairs.same_frame && !(pairs.lost.is_empty() && pairs.new.is_empty()) {
        let new = Change::new(ChangeKind::Features, &one.id, pairs.new.len());
        all.push(Change { lost: pairs.lost.len(), ..new });
    }
    let counts = [
        (ChangeKind::Geometry, pairs.moved(one, other)),
        (ChangeKind::Population, pairs.differing(one, other, mix::is_population)),
        (ChangeKind::Provision, pairs.differing(one, other, mix::is_provision)),
    ];
    let counted = counts.into_iter().filter(|(_, count)| *count > 0);
    all.extend(counted.map(|(kind, count)| Change::new(kind, &one.id, count)));
    let levels = pairs.differing(one, other, mix::is_level);
    let bands = usize::from(bands(&a.settings, &one.id) != bands(&b.settings, &one.id));
    if levels + bands > 0 {
        all.push(Change::new(ChangeKind::Levels, &one.id, levels.max(bands)));
    }
    all
}

fn of_deficit(
    a: &Plain,
    b: &Plain,
    one: &DeficitSettings,
    other: &DeficitSettings,
) -> Vec<Change> {
    let mut all = Vec::new();
    let bits = |deficit: &DeficitSettings| deficit.standard.map(f64::to_bits);
    if bits(one) != bits(other) {
        all.push(Change::new(ChangeKind::Standard, &one.id, 1));
    }
    let rows = |plain: &Plain, deficit: &DeficitSettings| {
        table(plain, deficit).map(|table| plain::told_rows(table, deficit))
    };
    if let (Some(x), Some(y)) = (rows(a, one), rows(b, other))
        && x != y
    {
        let gone = x.iter().filter(|row| !y.contains(row)).count();
        let came = y.iter().filter(|row| !x.contains(row)).count();
        all.push(Change::new(ChangeKind::Provision, &one.id, gone.max(came)));
    }
    all
}

/// Project `a` with some changes made: these things are as in `b`, all else as in `a`.
#[must_use]
pub fn with(a: &Plain, b: &Plain, changes: &[&Change]) -> Plain {
    let has = |kind, subject: &str| {
        changes.iter().any(|change| change.kind == kind && change.subject == subject)
    };
    let settings = settings(a, b, &has);
    let layers = settings.layers.iter().filter_map(|layer| {
        let find =
            |plain: &'_ Plain| plain.raw.layers.iter().position(|raw| raw.id == layer.id);
        match (find(a), find(b)) {
            (Some(one), Some(other)) => {
                let (one, other) = (&a.raw.layers[one], &b.raw.layers[other]);
                let take = Take {
                    features: has(ChangeKind::Features, &layer.id),
                    geometry: has(ChangeKind::Geometry, &layer.id),
                    population: has(ChangeKind::Population, &layer.id),
                    levels: has(ChangeKind::Levels, &layer.id),
                    provision: has(ChangeKind::Provision, &layer.id),
                };
                let pairs = Pairs::of(one, other, a.is_framed_as(b, &layer.id));
                Some(mix::mix(one, other, &pairs, take))
            }
            (Some(one), None) => Some(a.raw.layers[one].clone()),
            (None, Some(other)) => Some(b.raw.layers[other].clone()),
            (None, None) => None,
        }
    });
    let tables = settings.deficits.iter().filter_map(|deficit| {
        let from_b = has(ChangeKind::Provision, &deficit.id);
        let (first, second) = if from_b { (b, a) } else { (a, b) };
        table(first, deficit).or_else(|| table(second, deficit)).cloned()
    });
    let raw = RawLayers {
        layers: layers.collect(),
        tables: tables.collect(),
        joins: Vec::new(),
    };
    Plain { settings, raw }
}

/// The settings of `a` with some changes made.
fn settings(a: &Plain, b: &Plain, has: &dyn Fn(ChangeKind, &str) -> bool) -> Settings {
    let all_else = if has(ChangeKind::Settings, "") { b } else { a };
    let mut settings = all_else.settings.clone();
    for layer in &mut settings.layers {
        let from = |kind| if has(kind, &layer.id) { b } else { a };
        if let Some(framed) = from(ChangeKind::Geometry).settings.layer(&layer.id) {
            (layer.crs, layer.towgs84) = (framed.crs.clone(), framed.towgs84);
        }
        let leveled = from(ChangeKind::Levels).settings.layer(&layer.id);
        let leveled = leveled.and_then(|layer| layer.hazard.as_ref());
        if let (Some(role), Some(leveled)) = (&mut layer.hazard, leveled) {
            role.levels.clone_from(&leveled.levels);
        }
    }
    for deficit_of in &mut settings.deficits {
        let from = if has(ChangeKind::Standard, &deficit_of.id) { b } else { a };
        if let Some(found) = deficit(&from.settings, &deficit_of.id) {
            deficit_of.standard = found.standard;
            deficit_of.citation.clone_from(&found.citation);
        }
    }
    settings
}

fn deficit<'a>(settings: &'a Settings, id: &str) -> Option<&'a DeficitSettings> {
    settings.deficits.iter().find(|deficit| deficit.id == id)
}

fn table<'a>(plain: &'a Plain, deficit: &DeficitSettings) -> Option<&'a ReportedTable> {
    let path = deficit.table()?;
    plain.raw.tables.iter().find(|table| table.path == path)
}

/// The levels of a hazard by distance; `None` for one of zones.
fn bands<'a>(settings: &'a Settings, layer: &str) -> Option<&'a HazardLevels> {
    let role = settings.layer(layer)?.hazard.as_ref()?;
    matches!(role.levels, HazardLevels::Bands(_)).then_some(&role.levels)
}
