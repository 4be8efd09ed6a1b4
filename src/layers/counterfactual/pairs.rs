//! Which feature of one layer is which of another.

use std::borrow::Cow;
use std::collections::HashMap;

use super::plain::CODE;
use crate::layers::fields::{self, NumberField};
use crate::layers::raw::{PartRole, RawLayer, Value};

/// The features of two layers, matched.
#[derive(Debug, Default)]
pub(super) struct Pairs {
    /// Rows of the same feature in both, in the order of the first.
    pub(super) common: Vec<(usize, usize)>,
    /// Rows that only the first layer has.
    pub(super) lost: Vec<usize>,
    /// Rows that only the second has.
    pub(super) new: Vec<usize>,
    /// Whether coordinates of both may be mixed.
    pub(super) same_frame: bool,
}

impl Pairs {
    /// Matches two layers: territories by code, other features by id. Where a file states no
    /// ids, features of the same form are the same, and the others go by their row.
    pub(super) fn of(a: &RawLayer, b: &RawLayer, same_frame: bool) -> Self {
        let mut pairs = Self { same_frame, ..Self::default() };
        let mut matched = vec![None; a.data.features.len()];
        let mut taken = vec![false; b.data.features.len()];
        if same_frame && (is_numbered(a) || is_numbered(b)) {
            join(&forms(a), &forms(b), &mut matched, &mut taken);
        }
        join(&names(a), &names(b), &mut matched, &mut taken);
        for (row, found) in matched.into_iter().enumerate() {
            match found {
                Some(other) => pairs.common.push((row, other)),
                None => pairs.lost.push(row),
            }
        }
        let free = taken.iter().enumerate().filter(|(_, taken)| !**taken);
        pairs.new = free.map(|(row, _)| row).collect();
        pairs
    }

    /// How many of the common features lie otherwise or have another form or accuracy; all
    /// that there are where the reference system is another.
    pub(super) fn moved(&self, a: &RawLayer, b: &RawLayer) -> usize {
        if !self.same_frame {
            return (self.common.len() + self.new.len() + self.lost.len()).max(1);
        }
        let forms = self.common.iter().filter(|(x, y)| form(a, *x) != form(b, *y));
        forms.count().max(self.differing(a, b, super::mix::is_of_geometry))
    }

    /// How many of the common features differ in a column of a kind that both layers have.
    pub(super) fn differing(
        &self,
        a: &RawLayer,
        b: &RawLayer,
        is_of_kind: fn(&str) -> bool,
    ) -> usize {
        let columns = a.data.columns.iter().filter(|(name, _)| is_of_kind(name));
        let columns: Vec<_> = columns
            .filter_map(|(name, of_a)| Some((of_a, b.data.columns.get(name)?)))
            .collect();
        let differs = |&&(x, y): &&(usize, usize)| {
            columns.iter().any(|(of_a, of_b)| !means_same(&of_a.of(x), &of_b.of(y)))
        };
        self.common.iter().filter(differs).count()
    }
}

/// Whether two values are the same to whoever measures: `100` and `"100"` are.
fn means_same(a: &Value, b: &Value) -> bool {
    let number = |value| match fields::number_of(value) {
        NumberField::Known(number) | NumberField::FromText(number) => Some(number),
        NumberField::Null | NumberField::NotANumber => None,
    };
    match (number(a), number(b)) {
        (Some(a), Some(b)) => a.to_bits() == b.to_bits(),
        _ => a == b,
    }
}

/// Matches free rows of equal keys, the first with the first.
fn join<K: std::hash::Hash + Eq>(
    a: &[K],
    b: &[K],
    matched: &mut [Option<usize>],
    taken: &mut [bool],
) {
    let mut free: HashMap<&K, Vec<usize>> = HashMap::new();
    for (row, key) in b.iter().enumerate().rev().filter(|(row, _)| !taken[*row]) {
        free.entry(key).or_default().push(row);
    }
    for (row, key) in a.iter().enumerate() {
        if matched[row].is_none()
            && let Some(other) = free.get_mut(key).and_then(Vec::pop)
        {
            (matched[row], taken[other]) = (Some(other), true);
        }
    }
}

/// Whether features are known by their row alone.
fn is_numbered(layer: &RawLayer) -> bool {
    !layer.data.columns.contains_key(CODE)
        && layer.data.ids.iter().all(|id| id.starts_with('#'))
}

fn names(layer: &RawLayer) -> Vec<String> {
    match layer.data.columns.get(CODE) {
        Some(codes) => {
            let code =
                |value: Value| fields::text_of(&value).map_or(String::new(), |(t, _)| t);
            codes.iter().map(|value| code(value).trim().to_owned()).collect()
        }
        None => layer.data.ids.iter().map(Cow::into_owned).collect(),
    }
}

/// What part of a geometry it is, and the bits of its coordinates.
type Form = Vec<(u8, Vec<[u64; 2]>)>;

fn forms(layer: &RawLayer) -> Vec<Form> {
    (0..layer.data.features.len()).map(|row| form(layer, row)).collect()
}

fn form(layer: &RawLayer, row: usize) -> Form {
    let bits = |point: &[f64; 2]| point.map(|number| (number + 0.0).to_bits());
    parts(layer, row)
        .map(|(role, points)| (role as u8, points.iter().map(bits).collect()))
        .collect()
}

/// The parts of a feature with their coordinates.
pub(super) fn parts(
    layer: &RawLayer,
    row: usize,
) -> impl Iterator<Item = (PartRole, &[[f64; 2]])> {
    let data = &layer.data;
    let (features, parts) = (data.features.all(), data.parts.all());
    let first = row.checked_sub(1).map_or(0, |before| features[before].parts_end);
    (first as usize..features[row].parts_end as usize).map(move |part| {
        let start = part.checked_sub(1).map_or(0, |before| parts[before].0);
        let (end, role) = parts[part];
        (role, &data.coords.all()[start as usize..end as usize])
    })
}
