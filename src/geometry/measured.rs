//! The roles of layers that are measured: who is exposed, and what serves them.
//!
//! In: a placed layer and its role. Out: [`ExposureLayer`] and [`ServiceLayer`], with the amounts of the
//! features that were kept.

use std::collections::BTreeMap;

use super::overlaps::{self, Overlap};
use super::prepare::Layer;
use super::study_area::{ExposureLayer, LostFeature, ServiceLayer};
use super::values::{Amounts, additive_values};
use crate::config::{ExposureRole, Growth, ServiceRole};
use crate::domain::{Code, Finding, Findings};
use crate::layers::Column;

pub(super) fn exposure(layer: &Layer<'_>, role: &ExposureRole) -> ExposureLayer {
    let (data, rows) = (&layer.raw.data, layer.ids.len());
    let factor = role.growth.as_ref().map_or(1.0, Growth::factor);
    let people = role.people.as_ref().map(|field| -> Amounts {
        let values = additive_values(data, rows, field);
        values.iter().map(|people| people.map(|people| people * factor)).collect()
    });
    let sums: Vec<(String, Amounts)> = role
        .sums
        .iter()
        .map(|(name, field)| (name.clone(), additive_values(data, rows, field)))
        .collect();
    let lost = layer.placed.dropped.iter().map(|&row| {
        let row = row as usize;
        LostFeature {
            id: layer.ids.of(row).into(),
            people: people.as_ref().and_then(|all| all.of(row)),
            sums: sums.iter().map(|(_, all)| all.of(row)).collect(),
        }
    });
    ExposureLayer {
        layer: layer.prepared(),
        lost: lost.collect(),
        people: people.map(|all| layer.kept_amounts(all)),
        sums: sums
            .into_iter()
            .map(|(name, all)| (name, layer.kept_amounts(all)))
            .collect(),
        growth: role.growth.clone(),
        attributes: attributes(layer, role),
    }
}

/// By so many years a rate may carry people without a warning.
const GROWN_YEARS: i32 = 10;

/// Says that people are an estimate, and warns of a long span.
pub(super) fn report_growth(id: &str, role: &ExposureRole, findings: &mut Findings) {
    let Some(growth) = &role.growth else { return };
    let finding = |code| {
        Finding::about(code, id)
            .with("from", growth.from_year)
            .with("to", growth.to_year)
            .with("rate", format!("{:.6}", growth.rate))
            .with("factor", format!("{:.6}", growth.factor()))
            .with("years", growth.years())
    };
    findings.push(finding(Code::PeopleEstimated));
    if growth.years().abs() > GROWN_YEARS {
        findings.push(finding(Code::LongGrowth));
    }
}

/// The fields that features are judged by; a missing one was an error of the reader.
fn attributes(layer: &Layer<'_>, role: &ExposureRole) -> BTreeMap<String, Column> {
    let column = |field: &String| {
        let values = layer.raw.data.columns.get(field)?;
        Some((field.clone(), layer.kept(values.iter()).collect()))
    };
    role.attributes.keys().filter_map(column).collect()
}

pub(super) fn service(
    layer: &Layer<'_>,
    role: &ServiceRole,
    found: &[Overlap],
) -> ServiceLayer {
    let capacity = role
        .capacity
        .as_ref()
        .map(|field| additive_values(&layer.raw.data, layer.ids.len(), field));
    ServiceLayer {
        layer: layer.prepared(),
        kind: role.kind.clone(),
        dissolved: overlaps::dissolve(&layer.placed.shapes, found),
        capacity: capacity.map(|all| layer.kept_amounts(all)),
    }
}
