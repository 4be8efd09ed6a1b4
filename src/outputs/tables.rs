//! The tables of a run as bytes: RFC 4180, UTF-8 without BOM, `\n`, sorted by key.
//!
//! In: what was measured. Out: [`Table`]s, one a file. Columns and keys are those of the
//! contract; rows are sorted by the bytes of their key fields. Measures nothing.

mod risk;

use std::collections::BTreeMap;

use rayon::prelude::*;
pub use risk::{RISK, RISK_SUMMARY, RISK_WEIGHTS, STANDING};

use super::numbers::{self, Format};
use crate::analysis::{
    BalanceRow, DeficitRow, ExposureRow, FacilityRow, InHazardRow, Measurements,
};
use crate::domain::{Finding, Findings, Level};
use crate::geometry::{HazardLayer, StudyArea};
use crate::i18n::{self, Locale};
use crate::indicators::{IndicatorRow, Method};

/// A finished table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// File name, for example `exposure.csv`.
    pub name: &'static str,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Columns of `exposure.csv`.
pub const EXPOSURE: [&str; 11] = [
    "territory",
    "territory_name",
    "hazard",
    "level",
    "layer",
    "measure",
    "unit",
    "value",
    "low",
    "high",
    "total",
];
/// Columns of `deficits.csv`.
pub const DEFICITS: [&str; 27] = [
    "territory",
    "territory_name",
    "deficit",
    "kind",
    "period",
    "people",
    "value",
    "value_low",
    "value_high",
    "qualifier",
    "unit",
    "standard",
    "gap",
    "shortfall",
    "shortfall_unit",
    "meets",
    "source",
    "denominator_source",
    "gap_low",
    "gap_high",
    "standard_id",
    "standard_source",
    "standard_legal_status",
    "standard_edition",
    "standard_date",
    "shortfall_low",
    "shortfall_high",
];
/// Columns of `deficit_in_hazard.csv`.
pub const DEFICIT_IN_HAZARD: [&str; 5] =
    ["territory", "deficit", "hazard", "level", "people"];
/// Columns of `facilities_in_hazard.csv`.
pub const FACILITIES_IN_HAZARD: [&str; 7] = [
    "service",
    "facility",
    "territory",
    "hazard",
    "level",
    "people_nearest",
    "next_distance_m",
];
/// Columns of `balance.csv`.
pub const BALANCE: [&str; 8] =
    ["hazard", "layer", "measure", "whole", "parts", "difference", "tolerance", "closes"];
/// Columns of `findings.csv`.
pub const FINDINGS: [&str; 7] = [
    "code",
    "severity",
    "layer",
    "feature",
    "message",
    "area_before_m2",
    "area_after_m2",
];
/// Columns of `hazards.csv`.
pub const HAZARDS: [&str; 12] = [
    "hazard",
    "level",
    "hazard_kind",
    "within_m",
    "accuracy_m",
    "resolvable",
    "in_any",
    "valid_from",
    "valid_to",
    "in_force",
    "status",
    "source",
];
/// Columns of `indicators.csv`.
pub const INDICATORS: [&str; 23] = [
    "ref_area",
    "ref_area_system",
    "indicator",
    "time_period",
    "obs_value",
    "value_low",
    "value_high",
    "qualifier",
    "unit_measure",
    "obs_status",
    "target",
    "gap",
    "denominator_value",
    "denominator_source",
    "method",
    "method_version",
    "boundary_source",
    "source",
    "comment",
    "target_id",
    "target_source",
    "target_legal_status",
    "target_edition",
];

/// The key columns of a table by its file name; `None` if it is no table of ours.
///
/// A finding has no key of its own: all but its areas tell it from others.
#[must_use]
pub fn key_of(name: &str) -> Option<&'static [&'static str]> {
    Some(match name {
        "balance.csv" => &["hazard", "layer", "measure"],
        "deficit_in_hazard.csv" => &["territory", "deficit", "hazard", "level"],
        "deficits.csv" => &["territory", "deficit"],
        "facilities_in_hazard.csv" => &["service", "facility", "hazard"],
        "exposure.csv" => &["territory", "hazard", "level", "layer", "measure"],
        "findings.csv" => &["code", "layer", "feature", "message"],
        "hazards.csv" => &["hazard", "level"],
        "indicators.csv" => &["indicator", "ref_area", "time_period", "source"],
        "risk.csv" => &["feature", "hazard"],
        "risk_summary.csv" => &["territory", "hazard", "risk_class", "why"],
        "risk_weights.csv" => &["matrix", "item"],
        _ => return None,
    })
}

/// A row of a table as written, by column.
pub(super) type Cells = BTreeMap<String, String>;

/// Reads a table back: its rows by their key, joined by `/`; `None` if it is none.
pub(super) fn parse(bytes: &[u8], key: &[&str]) -> Option<BTreeMap<String, Cells>> {
    let mut reader = csv::Reader::from_reader(bytes);
    let header = reader.headers().ok()?.clone();
    let mut rows = BTreeMap::new();
    for record in reader.records() {
        let record = record.ok()?;
        let cells = header.iter().zip(&record);
        let cells: Cells =
            cells.map(|(name, cell)| (name.to_owned(), cell.to_owned())).collect();
        let key: Option<Vec<&str>> =
            key.iter().map(|column| cells.get(*column).map(String::as_str)).collect();
        rows.insert(key?.join("/"), cells);
    }
    Some(rows)
}

/// Makes all tables of a run.
#[must_use]
pub fn make_all(
    area: &StudyArea,
    measurements: &Measurements,
    indicators: &[IndicatorRow],
    findings: &Findings,
) -> Vec<Table> {
    let names = Names::of(area);
    let each: [(&'static str, &(dyn Fn() -> Vec<u8> + Sync)); 8] = [
        ("balance.csv", &|| balance(&measurements.balance)),
        ("deficit_in_hazard.csv", &|| deficit_in_hazard(&measurements.in_hazard)),
        ("deficits.csv", &|| deficits(&names, &measurements.deficits)),
        ("exposure.csv", &|| exposure(&names, &measurements.exposure)),
        ("facilities_in_hazard.csv", &|| facilities_in_hazard(&measurements.facilities)),
        ("findings.csv", &|| findings_table(findings.as_slice())),
        ("hazards.csv", &|| hazards(&area.hazards)),
        ("indicators.csv", &|| indicators_table(indicators)),
    ];
    let made = each.into_par_iter().map(|(name, make)| Table { name, bytes: make() });
    let mut all: Vec<Table> = made.collect();
    all.extend(measurements.risk.iter().flat_map(|risk| risk::make_all(area, risk)));
    all
}

/// Names of territories by code. `_T` and `_X` have none but themselves: a name in a
/// language would make the data change with it.
struct Names<'a>(BTreeMap<&'a str, &'a str>);

impl<'a> Names<'a> {
    fn of(area: &'a StudyArea) -> Self {
        let named = area.territories.iter();
        Self(named.map(|t| (t.code.as_str(), t.name.as_str())).collect())
    }

    fn get<'b>(&self, code: &'b str) -> &'b str
    where
        'a: 'b,
    {
        self.0.get(code).copied().unwrap_or(code)
    }
}

/// Writes CSV records into memory.
struct Writer(csv::Writer<Vec<u8>>);

const IN_MEMORY: &str = "records of equal length always fit into memory";

impl Writer {
    fn without_columns() -> Self {
        let mut options = csv::WriterBuilder::new();
        options.terminator(csv::Terminator::Any(b'\n'));
        Self(options.from_writer(Vec::new()))
    }

    fn with_columns<const N: usize>(columns: [&str; N]) -> Self {
        let mut writer = Self::without_columns();
        writer.row(columns);
        writer
    }

    fn row<const N: usize>(&mut self, fields: [&str; N]) {
        self.0.write_record(fields).expect(IN_MEMORY);
    }

    fn finish(self) -> Vec<u8> {
        self.0.into_inner().expect(IN_MEMORY)
    }
}

/// Rows that one task writes.
const ROWS: usize = 1024;

/// Writes a table of many rows, some at a time on all threads; `row` adds one of them.
fn in_parts<T: Sync, const N: usize>(
    columns: [&str; N],
    rows: &[&T],
    row: impl Fn(&mut Writer, &T) + Sync,
) -> Vec<u8> {
    let some = |rows: &[&T]| {
        let mut part = Writer::without_columns();
        for one in rows {
            row(&mut part, one);
        }
        part.finish()
    };
    let parts: Vec<Vec<u8>> = rows.par_chunks(ROWS).map(some).collect();
    let mut whole = Writer::with_columns(columns).finish();
    whole.reserve_exact(parts.iter().map(Vec::len).sum());
    for part in parts {
        whole.extend_from_slice(&part);
    }
    whole
}

/// The rows in the byte order of their keys.
fn sorted<'a, T, K: Ord>(rows: &'a [T], key: impl Fn(&'a T) -> K) -> Vec<&'a T> {
    let mut rows: Vec<&T> = rows.iter().collect();
    rows.sort_by_key(|row| key(row));
    rows
}

fn exposure(names: &Names<'_>, rows: &[ExposureRow]) -> Vec<u8> {
    let rows = sorted(rows, |r| {
        (&r.territory, &r.hazard, r.level.id(), &r.layer, r.measure.id())
    });
    in_parts(EXPOSURE, &rows, |table, row| {
        let format = numbers::of_measure(&row.measure);
        let (low, high) = row.range().unzip();
        table.row([
            &row.territory,
            names.get(&row.territory),
            &row.hazard,
            row.level.id(),
            &row.layer,
            row.measure.id(),
            row.measure.unit(),
            &format.write(row.value()),
            &format.write(low),
            &format.write(high),
            &format.write(row.total),
        ]);
    })
}

fn deficits(names: &Names<'_>, rows: &[DeficitRow]) -> Vec<u8> {
    let mut table = Writer::with_columns(DEFICITS);
    for row in sorted(rows, |r| (&r.territory, &r.deficit)) {
        let method = Method::of_deficit(row.kind);
        let value = numbers::of_value(method);
        let (lacking, ends) = (numbers::of_shortfall(method), row.shortfall_ends());
        table.row([
            &row.territory,
            names.get(&row.territory),
            &row.deficit,
            row.kind,
            &row.period,
            &numbers::PEOPLE.write(row.people),
            &value.write(row.value),
            &value.write(row.value_low),
            &value.write(row.value_high),
            &row.qualifier,
            &row.unit,
            &Format::Shortest.write(row.standard),
            &numbers::of_gap(method).write(row.gap),
            &lacking.write(row.shortfall),
            &row.shortfall_unit,
            row.meets.map_or("", boolean),
            &row.source,
            &row.denominator_source,
            &numbers::of_gap(method).write(row.gap_low),
            &numbers::of_gap(method).write(row.gap_high),
            &row.citation.id,
            &row.citation.source,
            &row.citation.legal_status,
            &row.citation.edition,
            &row.citation.date,
            &lacking.write(ends.map(|(low, _)| low)),
            &lacking.write(ends.map(|(_, high)| high)),
        ]);
    }
    table.finish()
}

fn deficit_in_hazard(rows: &[InHazardRow]) -> Vec<u8> {
    let mut table = Writer::with_columns(DEFICIT_IN_HAZARD);
    let rows = sorted(rows, |r| (&r.territory, &r.deficit, &r.hazard, r.level.id()));
    for row in rows {
        table.row([
            &row.territory,
            &row.deficit,
            &row.hazard,
            row.level.id(),
            &numbers::of_value(Method::DeficitInHazard).write(row.people),
        ]);
    }
    table.finish()
}

fn facilities_in_hazard(rows: &[FacilityRow]) -> Vec<u8> {
    let mut table = Writer::with_columns(FACILITIES_IN_HAZARD);
    for row in sorted(rows, |r| (&r.service, &r.facility, &r.hazard)) {
        table.row([
            &row.service,
            &row.facility,
            &row.territory,
            &row.hazard,
            row.level.id(),
            &numbers::PEOPLE.write(row.people_nearest),
            &numbers::METERS.write(row.next_distance_m),
        ]);
    }
    table.finish()
}

/// What each hazard is at each of its levels: how far it reaches, how well it is known, when it
/// is in force.
fn hazards(hazards: &[HazardLayer]) -> Vec<u8> {
    let mut table = Writer::with_columns(HAZARDS);
    for hazard in sorted(hazards, |hazard| &hazard.layer.id) {
        let mut levels: Vec<Level> = hazard.zones.iter().map(|zone| zone.level).collect();
        levels.sort_by_key(|level| level.id());
        let claim = |claim: Option<bool>| claim.map_or("", boolean);
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        for level in levels {
            table.row([
                &hazard.layer.id,
                level.id(),
                &hazard.kind,
                &Format::Shortest.write(hazard.reach_m(level)),
                &Format::Shortest.write(hazard.worst_accuracy_m()),
                claim(hazard.resolves(level)),
                boolean(hazard.in_any),
                &text(&hazard.validity.from),
                &text(&hazard.validity.to),
                claim(hazard.in_force),
                hazard.layer.status.id(),
                &text(&hazard.layer.source.title),
            ]);
        }
    }
    table.finish()
}

/// The balance is a check and no figure: it is written in full, or it would hide what it
/// is there to show.
fn balance(rows: &[BalanceRow]) -> Vec<u8> {
    let mut table = Writer::with_columns(BALANCE);
    for row in sorted(rows, |r| (&r.hazard, &r.layer, r.measure.id())) {
        table.row([
            &row.hazard,
            &row.layer,
            row.measure.id(),
            &Format::Shortest.write(row.whole),
            &Format::Shortest.write(row.parts),
            &Format::Shortest.write(row.difference()),
            &Format::Shortest.write(row.tolerance),
            boolean(row.closes()),
        ]);
    }
    table.finish()
}

fn findings_table(findings: &[Finding]) -> Vec<u8> {
    let mut table = Writer::with_columns(FINDINGS);
    let mut rows: Vec<(&Finding, String)> = findings
        .iter()
        .map(|finding| (finding, i18n::render(Locale::En, &finding.message())))
        .collect();
    rows.sort_by(|(a, said_a), (b, said_b)| {
        let a = (a.code.id(), &a.layer, &a.feature, said_a);
        a.cmp(&(b.code.id(), &b.layer, &b.feature, said_b))
    });
    for (finding, message) in rows {
        let (before, after) = finding.area_m2.unzip();
        table.row([
            finding.code.id(),
            finding.severity.id(),
            &finding.layer,
            &finding.feature,
            &message,
            &numbers::METERS.write(before),
            &numbers::METERS.write(after),
        ]);
    }
    table.finish()
}

fn indicators_table(rows: &[IndicatorRow]) -> Vec<u8> {
    in_parts(INDICATORS, &sorted(rows, IndicatorRow::key), |table, row| {
        let (method, value) = (row.method.entry(), numbers::of_value(row.method));
        table.row([
            &row.ref_area,
            &row.ref_area_system,
            &row.indicator,
            &row.time_period,
            &value.write(row.value),
            &value.write(row.low),
            &value.write(row.high),
            &row.qualifier,
            &row.unit,
            row.status.id(),
            &Format::Shortest.write(row.target),
            &numbers::of_gap(row.method).write(row.gap),
            &numbers::of_denominator(row.method).write(row.denominator),
            &row.denominator_source,
            method.code,
            method.version,
            &row.boundary_source,
            &row.source,
            &row.comment,
            &row.citation.id,
            &row.citation.source,
            &row.citation.legal_status,
            &row.citation.edition,
        ]);
    })
}

fn boolean(value: bool) -> &'static str {
    if value { "true" } else { "false" }
}

#[cfg(test)]
mod tests;
