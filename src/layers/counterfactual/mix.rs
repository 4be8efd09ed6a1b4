//! One layer made of two: features and forms of one, values of the other.

use std::collections::{BTreeMap, BTreeSet};

use super::pairs::{Pairs, parts};
use super::plain::{ACCURACY, CAPACITY, LEVEL, OFFICIAL, PEOPLE, SUM};
use crate::layers::raw::{Column, RawFeature, RawFeatures, RawLayer, Value};

/// What is taken from the second layer.
#[derive(Debug, Clone, Copy)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is taken or not, alone or together"
)]
pub(super) struct Take {
    pub(super) features: bool,
    pub(super) geometry: bool,
    pub(super) population: bool,
    pub(super) levels: bool,
    pub(super) provision: bool,
}

/// Whether a column counts people or further sums.
pub(super) fn is_population(column: &str) -> bool {
    [PEOPLE, OFFICIAL].contains(&column) || column.starts_with(SUM)
}

/// Whether a column holds levels.
pub(super) fn is_level(column: &str) -> bool {
    column == LEVEL
}

/// Whether a column holds capacities.
pub(super) fn is_provision(column: &str) -> bool {
    column == CAPACITY
}

/// Whether a column goes with the geometry.
pub(super) fn is_of_geometry(column: &str) -> bool {
    column == ACCURACY
}

impl Take {
    /// Whether the values of a column of common features come from the second layer.
    fn takes(self, column: &str) -> bool {
        (self.population && is_population(column))
            || (self.levels && is_level(column))
            || (self.provision && is_provision(column))
            || (self.geometry && is_of_geometry(column))
    }
}

/// A feature of the mixed layer: its rows in the two layers.
#[derive(Clone, Copy)]
enum Origin {
    Common(usize, usize),
    First(usize),
    Second(usize),
}

/// The first layer with some things taken from the second.
pub(super) fn mix(a: &RawLayer, b: &RawLayer, pairs: &Pairs, take: Take) -> RawLayer {
    // Where coordinates cannot be mixed, features come and go with the geometry.
    let features = if pairs.same_frame { take.features } else { take.geometry };
    let mut rows: Vec<(usize, Origin)> =
        pairs.common.iter().map(|&(x, y)| (x, Origin::Common(x, y))).collect();
    let mut added = Vec::new();
    if features {
        added = pairs.new.iter().map(|&row| Origin::Second(row)).collect();
    } else {
        rows.extend(pairs.lost.iter().map(|&row| (row, Origin::First(row))));
    }
    rows.sort_by_key(|(row, _)| *row);
    let rows: Vec<Origin> = rows.into_iter().map(|(_, row)| row).chain(added).collect();
    let mut data = RawFeatures::default();
    for &origin in &rows {
        let (from, row) = match origin {
            Origin::Common(_, row) if take.geometry => (b, row),
            Origin::Common(row, _) | Origin::First(row) => (a, row),
            Origin::Second(row) => (b, row),
        };
        add_geometry(&mut data, from, row);
        data.ids.push(&match origin {
            Origin::Common(row, _) | Origin::First(row) => a.data.ids.of(row),
            Origin::Second(row) => b.data.ids.of(row),
        });
    }
    data.columns = columns(a, b, &rows, take);
    let framed = if take.geometry { b } else { a };
    RawLayer { data, crs: framed.crs.clone(), companions: Vec::new(), ..bare(a) }
}

/// A layer without its data.
fn bare(layer: &RawLayer) -> RawLayer {
    RawLayer {
        id: layer.id.clone(),
        format: layer.format,
        crs: layer.crs.clone(),
        crs_evidence: layer.crs_evidence,
        digest: layer.digest.clone(),
        bytes: layer.bytes,
        modified: layer.modified,
        companions: Vec::new(),
        data: RawFeatures::default(),
    }
}

fn add_geometry(data: &mut RawFeatures, from: &RawLayer, row: usize) {
    for (role, points) in parts(from, row) {
        data.coords.extend_from_slice(points);
        data.parts.push((end(data.coords.len()), role));
    }
    let parts_end = end(data.parts.len());
    data.features.push(RawFeature { parts_end, ..from.data.features.of(row) });
}

fn end(count: usize) -> u32 {
    u32::try_from(count).expect("a mix of two layers that were read is no larger")
}

/// The columns of both layers. Where the side that should give a value lacks the column,
/// the other gives it.
fn columns(
    a: &RawLayer,
    b: &RawLayer,
    rows: &[Origin],
    take: Take,
) -> BTreeMap<String, Column> {
    let names: BTreeSet<&String> =
        a.data.columns.keys().chain(b.data.columns.keys()).collect();
    let column = |name: &String| {
        let (of_a, of_b) = (a.data.columns.get(name), b.data.columns.get(name));
        let at = |column: Option<&Column>, row: usize| column?.get(row);
        let value = |origin: &Origin| match *origin {
            Origin::Common(_, y) if take.takes(name) && of_b.is_some() => at(of_b, y),
            Origin::Common(x, _) if of_a.is_some() => at(of_a, x),
            Origin::Common(_, y) | Origin::Second(y) => at(of_b, y),
            Origin::First(x) => at(of_a, x),
        };
        rows.iter().map(|origin| value(origin).unwrap_or(Value::Null)).collect()
    };
    names.into_iter().map(|name| (name.clone(), column(name))).collect()
}
