//! What two manifests alone say: whether the runs may be compared, and what changed.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::error::CompareError;
use super::{CauseKind, Effect, Entry, told};
use crate::layers::counterfactual::{Change, ChangeKind};
use crate::outputs::past_run::{PastRun, Recorded};
use crate::outputs::verify::{self, Mismatch};

/// Refuses two runs that cannot be subtracted from each other.
///
/// Files that somebody added to a folder do no harm.
///
/// # Errors
///
/// [`CompareError`], saying why.
pub fn ensure_comparable(a: &PastRun, b: &PastRun) -> Result<(), CompareError> {
    for run in [a, b] {
        let mut found = verify::outputs(run)?;
        found.retain(|found| !matches!(found, Mismatch::OutputExtra(_)));
        if !found.is_empty() {
            return Err(CompareError::NotVerified { path: run.directory.clone(), found });
        }
    }
    let (one, other) = (&a.recorded, &b.recorded);
    if one.working_crs != other.working_crs {
        let [a, b] = [one, other].map(|run| run.working_crs.code.clone());
        return Err(CompareError::OtherCrs { a, b });
    }
    if one.code_system != other.code_system {
        let [a, b] = [one, other].map(|run| run.code_system.clone().unwrap_or_default());
        return Err(CompareError::OtherCodeSystem { a, b });
    }
    let codes = |run: &Recorded| -> BTreeSet<String> {
        run.territories.iter().map(|territory| territory.code.clone()).collect()
    };
    let (one, other) = (codes(one), codes(other));
    if !one.is_empty() && !other.is_empty() && one.is_disjoint(&other) {
        return Err(CompareError::NoCommonTerritory);
    }
    Ok(())
}

/// Something that changed, as far as manifests tell.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Item {
    /// The files of a layer, or a table of figures: what in them is not known.
    Data(String),
    /// One thing of which the kind is known.
    Known(ChangeKind, String),
}

impl Item {
    fn told(&self) -> String {
        match self {
            Self::Data(subject) => format!("data:{subject}"),
            Self::Known(kind, subject) => told(*kind, subject),
        }
    }

    /// Whether it can change a figure.
    fn touches(&self, entry: &Entry) -> bool {
        match self {
            Self::Known(ChangeKind::Standard, deficit) => {
                entry.table == "deficits"
                    && entry.cells.get("deficit").is_some_and(|of_row| of_row == deficit)
            }
            _ => true,
        }
    }
}

/// Gives each difference to the only thing that can have made it; where there are several,
/// or a file changed of which nobody knows what, it says that they cannot be told apart.
/// Returns what changed.
pub(super) fn blame(entries: &mut [Entry], runs: [&PastRun; 2]) -> Vec<Change> {
    let items = items(&runs[0].recorded, &runs[1].recorded);
    for entry in entries {
        let Some(amount) = entry.difference else { continue };
        let able: Vec<&Item> = items.iter().filter(|item| item.touches(entry)).collect();
        let effect = if let [Item::Known(kind, subject)] = able[..] {
            let (kind, subject) = (CauseKind::Change(*kind), subject.clone());
            Effect { kind, subject, amount }
        } else {
            let told: Vec<String> = able.iter().map(|item| item.told()).collect();
            let (kind, subject) = (CauseKind::NotSeparable, told.join(" + "));
            Effect { kind, subject, amount }
        };
        entry.effects = vec![effect];
    }
    let known = items.into_iter().filter_map(|item| match item {
        Item::Data(_) => None,
        Item::Known(kind, subject) => Some(Change { kind, subject, changed: 1, lost: 0 }),
    });
    known.collect()
}

fn items(a: &Recorded, b: &Recorded) -> Vec<Item> {
    let mut items: Vec<Item> =
        data(a, b).into_iter().map(|subject| Item::Data(subject.to_owned())).collect();
    let parts = |run: &Recorded, name: &str| -> BTreeMap<String, Value> {
        let list = run.settings[name].as_array().cloned().unwrap_or_default();
        let id = |part: &Value| part["id"].as_str().unwrap_or_default().to_owned();
        list.into_iter().map(|part| (id(&part), part)).collect()
    };
    let mut has_other_rest = a.settings["project"]["territories"]
        != b.settings["project"]["territories"]
        || a.settings.is_null() != b.settings.is_null();
    let mut compare = |name: &str, pointer: &str, kind| {
        let (of_a, of_b) = (parts(a, name), parts(b, name));
        let ids: BTreeSet<&String> = of_a.keys().chain(of_b.keys()).collect();
        for id in ids {
            let (Some(x), Some(y)) = (of_a.get(id), of_b.get(id)) else {
                has_other_rest = true;
                continue;
            };
            if x.pointer(pointer) != y.pointer(pointer) {
                items.push(Item::Known(kind, id.clone()));
            }
            has_other_rest |= rest(x, pointer) != rest(y, pointer);
        }
    };
    compare("layers", "/hazard/levels", ChangeKind::Levels);
    compare("deficits", "/standard", ChangeKind::Standard);
    if has_other_rest {
        items.push(Item::Known(ChangeKind::Settings, String::new()));
    }
    items
}

/// A part of the settings without what has a kind of its own or changes no figure.
fn rest(part: &Value, pointer: &str) -> Value {
    let mut part = part.clone();
    if let Some(found) = part.pointer_mut(pointer) {
        *found = Value::Null;
    }
    if let Some(part) = part.as_object_mut() {
        for name in
            ["title", "notes", "source", "status", "path", "standard_source", "citation"]
        {
            part.remove(name);
        }
    }
    part
}

/// The layers of which a file changed; a table of figures by its path.
fn data<'a>(a: &'a Recorded, b: &'a Recorded) -> BTreeSet<&'a str> {
    let files = |run: &'a Recorded| -> BTreeSet<(&'a str, &'a str)> {
        let subject = |layer: &'a str, path: &'a str| match layer {
            "" => path,
            layer => layer,
        };
        let inputs = run.inputs.iter();
        inputs.map(|one| (subject(&one.layer, &one.path), one.sha256.as_str())).collect()
    };
    files(a).symmetric_difference(&files(b)).map(|(subject, _)| *subject).collect()
}
