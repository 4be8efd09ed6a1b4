//! A project in words of its own: whatever its files call a field, the columns of two plain
//! projects have the same names, so that one can lend the other its values.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::config::{
    AccuracySetting, Citation, DeficitKind, DeficitSettings, HazardLevels, LayerSettings,
    Localized, Settings, Units,
};
use crate::domain::{Digest, Level, Source, Status};
use crate::layers::fields;
use crate::layers::raw::{
    Column, RawLayer, RawLayers, ReportedRow, ReportedTable, Value,
};

/// Column of territory codes.
pub(super) const CODE: &str = "@code";
/// Column of names.
const NAME: &str = "@name";
/// Column of the territories' own people.
pub(super) const OFFICIAL: &str = "@official";
/// Column of levels, as their names in tables.
pub(super) const LEVEL: &str = "@level";
/// Column of residents.
pub(super) const PEOPLE: &str = "@people";
/// How columns of further sums begin.
pub(super) const SUM: &str = "@sum.";
/// Column of capacities.
pub(super) const CAPACITY: &str = "@capacity";
/// Column of accuracies.
pub(super) const ACCURACY: &str = "@accuracy";

/// A project as read, with columns named by what they are for.
#[derive(Debug, Clone)]
pub struct Plain {
    /// The settings; they name the columns of `raw`.
    pub settings: Settings,
    /// What was read.
    pub raw: RawLayers,
}

impl Plain {
    /// Renames the columns of a project. Levels that a field, a table of names or a
    /// constant gives become a column of levels.
    ///
    /// Assumes that the layers were read with these settings.
    #[must_use]
    pub fn new(mut settings: Settings, mut raw: RawLayers) -> Self {
        for layer in &mut settings.layers {
            if let Some(of_layer) = raw.layers.iter_mut().find(|raw| raw.id == layer.id) {
                rename(layer, of_layer);
            }
        }
        raw.tables = own_tables(&mut settings.deficits, &raw.tables);
        raw.joins.clear();
        Self { settings, raw }
    }

    /// Whether a layer has the same reference system and shift in both projects, so that
    /// its coordinates may be mixed.
    pub(super) fn is_framed_as(&self, other: &Self, layer: &str) -> bool {
        let frame = |plain: &Self| {
            let raw = plain.raw.layers.iter().find(|raw| raw.id == layer);
            let shift = plain.settings.layer(layer).and_then(|layer| layer.towgs84);
            (raw.map(|raw| raw.crs.to_string()), shift)
        };
        frame(self) == frame(other)
    }

    /// The settings without what has a kind of change of its own and without what changes
    /// no figure.
    pub(super) fn rest(&self) -> Settings {
        let nothing = || Localized { es: String::new(), en: String::new() };
        let mut rest = self.settings.clone();
        (rest.id, rest.title, rest.author) = (String::new(), nothing(), None);
        (rest.locale, rest.code_system) = (None, None);
        rest.fail_on = crate::config::FailOn::Never;
        (rest.output_directory, rest.file) = (PathBuf::new(), PathBuf::new());
        (rest.exports, rest.keep_inputs) = (Vec::new(), None);
        rest.maps = crate::config::MapSettings::default();
        (rest.scenarios, rest.overrides) = (Vec::new(), Vec::new());
        (rest.standards, rest.contradictions) = (None, None);
        rest.disputed = Vec::new();
        (rest.digest, rest.places) = (Digest::of(&[]), BTreeMap::new());
        rest.layers.retain(|layer| layer.context.is_none() || has_role(layer));
        for layer in &mut rest.layers {
            (layer.title, layer.notes) = (nothing(), None);
            (layer.path, layer.declared_path) = (PathBuf::new(), String::new());
            (layer.crs, layer.towgs84, layer.id_field) = (None, None, None);
            (layer.read, layer.join) = (crate::config::ReadSettings::default(), None);
            (layer.source, layer.status) = (Source::default(), Status::Undeclared);
            layer.context = None;
            if let Some(role) = &mut layer.hazard {
                (role.levels, role.kind) =
                    (HazardLevels::Constant(Level::Low), String::new());
            }
            if let Some(role) = &mut layer.exposure {
                role.element_type = None;
            }
            if let Some(role) = &mut layer.service {
                role.kind = String::new();
            }
        }
        for deficit in &mut rest.deficits {
            (deficit.title, deficit.standard_source) = (nothing(), None);
            (deficit.standard, deficit.citation) = (None, Citation::default());
        }
        rest
    }
}

/// Whether a layer can change a figure by a role of its own.
fn has_role(layer: &LayerSettings) -> bool {
    layer.territory.is_some()
        || layer.hazard.is_some()
        || layer.exposure.is_some()
        || layer.service.is_some()
}

fn rename(layer: &mut LayerSettings, raw: &mut RawLayer) {
    let old = std::mem::take(&mut raw.data.columns);
    let mut new = BTreeMap::new();
    let mut take = |field: &mut String, name: &str| {
        if let Some(column) = old.get(field) {
            new.insert(name.to_owned(), column.clone());
        }
        name.clone_into(field);
    };
    if let Some(AccuracySetting::Field(field)) = &mut layer.accuracy {
        take(field, ACCURACY);
    }
    if let Some(role) = &mut layer.territory {
        take(&mut role.code, CODE);
        role.name.iter_mut().for_each(|field| take(field, NAME));
        role.people.iter_mut().for_each(|field| take(field, OFFICIAL));
    }
    if let Some(role) = &mut layer.exposure {
        role.people.iter_mut().for_each(|field| take(field, PEOPLE));
        for (name, field) in &mut role.sums {
            take(field, &format!("{SUM}{name}"));
        }
    }
    if let Some(role) = &mut layer.service {
        role.capacity.iter_mut().for_each(|field| take(field, CAPACITY));
    }
    if let Some(role) = &mut layer.hazard {
        let rows = raw.data.features.len();
        if let Some(levels) = levels(&role.levels, &old, rows) {
            new.insert(LEVEL.to_owned(), levels);
            let field = LEVEL.to_owned();
            role.levels = HazardLevels::Field { field, names: BTreeMap::new() };
        }
    }
    // Names of what is drawn change no figure.
    if let Some(role) = &mut layer.context {
        role.name = None;
    }
    raw.data.columns = new;
}

/// The level of each feature as text; `None` for bands.
fn levels(
    levels: &HazardLevels,
    columns: &BTreeMap<String, Column>,
    rows: usize,
) -> Option<Column> {
    let text = |level: Level| Value::Text(level.id().into());
    match levels {
        HazardLevels::Bands(_) => None,
        HazardLevels::Constant(level) => Some(vec![text(*level); rows].into()),
        HazardLevels::Field { field, names } => {
            let read =
                |value: Value| fields::level_of(&value, names).map_or(Value::Null, text);
            let none = || vec![Value::Null; rows].into();
            Some(columns.get(field).map_or_else(none, |c| c.iter().map(read).collect()))
        }
    }
}

/// Gives each deficit a table of its own, so that the figures of one can be changed alone.
fn own_tables(
    deficits: &mut [DeficitSettings],
    tables: &[ReportedTable],
) -> Vec<ReportedTable> {
    let mut own = Vec::new();
    for deficit in deficits {
        let id = deficit.id.clone();
        let (DeficitKind::Reported { table, .. }
        | DeficitKind::PeoplePerUnit { units: Units::Reported { table, .. }, .. }) =
            &mut deficit.kind
        else {
            continue;
        };
        let found = tables.iter().find(|known| known.path == *table);
        *table = PathBuf::from(format!("@table/{id}"));
        own.extend(
            found.map(|found| ReportedTable { path: table.clone(), ..found.clone() }),
        );
    }
    own
}

/// The rows of a table that a deficit can use, without what only tells where they are from.
pub(super) fn told_rows(
    table: &ReportedTable,
    deficit: &DeficitSettings,
) -> Vec<ReportedRow> {
    let (DeficitKind::Reported { indicator, .. }
    | DeficitKind::PeoplePerUnit { units: Units::Reported { indicator, .. }, .. }) =
        &deficit.kind
    else {
        return Vec::new();
    };
    let is_used = |row: &&ReportedRow| row.is_preferred && row.indicator == *indicator;
    let rows = table.rows.iter().filter(is_used);
    let bare = |row: &ReportedRow| ReportedRow {
        line: 0,
        source: String::new(),
        reason: String::new(),
        denominator: String::new(),
        ..row.clone()
    };
    rows.map(bare).collect()
}
