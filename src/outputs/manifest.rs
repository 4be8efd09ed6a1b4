//! The manifest: what went in, by which methods, and what came out, each with its digest.
//!
//! In: settings, study area, measurements, findings and the files to be written. Out: the
//! bytes of `manifest.json`. All that differs between two runs on the same inputs stands
//! in its last member, `clock`; the number of threads is left out, since it changes nothing.

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use rayon::prelude::*;
use serde::Serialize;

use super::{Content, WriteJob, memory};
use crate::analysis::BalanceRow;
use crate::config::{Localized, RiskSettings, Settings};
use crate::domain::{Digest, Level, Message, Severity, Stage};
use crate::geometry::crs::Applied;
use crate::geometry::{HazardLayer, InputRecord};
use crate::i18n::{self, Locale};
use crate::indicators::Method;

/// File name of the manifest.
pub const FILE: &str = "manifest.json";
/// What its `program.name` says; by it a folder is known as ours.
pub const PROGRAM: &str = env!("CARGO_PKG_NAME");

#[derive(Serialize)]
struct Manifest<'a> {
    program: Program,
    methods: BTreeMap<&'static str, &'static str>,
    project: Project<'a>,
    settings_sha256: &'a str,
    settings: serde_json::Value,
    overrides: &'a [(String, String)],
    options: BTreeMap<&'static str, &'a str>,
    working_crs: WorkingCrs,
    code_system: Option<&'a str>,
    reference_date: Option<&'a str>,
    hazards: Vec<Hazard<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    risk: Option<Risk<'a>>,
    territories: Vec<Territory<'a>>,
    inputs: Vec<Input<'a>>,
    findings: FindingCounts,
    balance_closes: bool,
    outputs: Vec<Output<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    clock: Option<Clock>,
}

#[derive(Serialize)]
struct Territory<'a> {
    code: &'a str,
    name: &'a str,
}

#[derive(Serialize)]
struct Program {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Project<'a> {
    id: &'a str,
    title: Title<'a>,
}

#[derive(Serialize)]
struct Title<'a> {
    es: &'a str,
    en: &'a str,
}

#[derive(Serialize)]
struct WorkingCrs {
    code: String,
    grid_scale_ppm: Range,
    note: String,
}

#[derive(Serialize)]
struct Range {
    min: f64,
    max: f64,
}

/// What a hazard was taken for.
#[derive(Serialize)]
struct Hazard<'a> {
    layer: &'a str,
    kind: &'a str,
    in_any: bool,
    valid_from: Option<&'a str>,
    valid_to: Option<&'a str>,
    in_force: Option<bool>,
    not_resolvable: Vec<Level>,
}

/// How vulnerability and risk were judged, and that it is no EVAR.
#[derive(Serialize)]
struct Risk<'a> {
    notice: String,
    layer: &'a str,
    source: Option<Title<'a>>,
    scale: &'a [f64],
    lower_limits: BTreeMap<&'static str, [f64; 3]>,
    matrices: Vec<Matrix<'a>>,
    factors: Vec<Factor<'a>>,
}

#[derive(Serialize)]
struct Factor<'a> {
    id: &'a str,
    title: Title<'a>,
    field: &'a str,
    per: Option<&'a str>,
    source: Option<Title<'a>>,
}

#[derive(Serialize)]
struct Matrix<'a> {
    id: &'a str,
    items: &'a [String],
    consistency_ratio: f64,
    threshold: f64,
}

#[derive(Serialize)]
struct Input<'a> {
    layer: &'a str,
    path: &'a str,
    format: &'a str,
    bytes: u64,
    sha256: &'a str,
    crs: Option<&'a str>,
    crs_evidence: &'a str,
    operation: &'a str,
    datum_operations: Vec<DatumOperation>,
    features_read: usize,
    features_kept: usize,
    vertices: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    element_type: Option<ElementKind>,
}

/// The kind of an exposed element, with SIGRID's codes.
#[derive(Serialize)]
struct ElementKind {
    id: &'static str,
    sigrid: &'static [&'static str],
}

/// A shift between datums on the way of a layer.
#[derive(Serialize)]
struct DatumOperation {
    code: Option<String>,
    name: Option<&'static str>,
    accuracy_m: Option<f64>,
    is_inverse: bool,
    /// Metres, arc-seconds and parts per million; position vector convention.
    towgs84: Vec<f64>,
}

#[derive(Serialize)]
struct FindingCounts {
    note: usize,
    warning: usize,
    error: usize,
}

#[derive(Serialize)]
struct Output<'a> {
    path: &'a str,
    bytes: u64,
    sha256: Digest,
}

#[derive(Serialize)]
struct Clock {
    created: String,
    stage_seconds: BTreeMap<&'static str, f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    peak_memory_bytes: Option<u64>,
}

/// Renders the manifest of `files`, which must be sorted by path.
pub(super) fn render(job: &WriteJob<'_>, files: &[(String, Content<'_>)]) -> Vec<u8> {
    let count = |severity| job.findings.count(severity);
    let manifest = Manifest {
        program: Program { name: PROGRAM, version: env!("CARGO_PKG_VERSION") },
        methods: Method::ALL
            .iter()
            .map(|method| (method.entry().code, method.entry().version))
            .collect(),
        project: Project { id: &job.settings.id, title: title(&job.settings.title) },
        settings_sha256: job.settings.digest.as_str(),
        settings: job.settings.canonical(),
        overrides: &job.settings.overrides,
        options: job.options.iter().map(|(name, value)| (*name, &**value)).collect(),
        working_crs: working_crs(job.area.epsg, job.area.grid_scale_ppm),
        code_system: job.settings.code_system.as_deref(),
        reference_date: job.settings.reference_date.as_deref(),
        hazards: hazards(&job.area.hazards),
        risk: job.settings.risk.as_ref().map(risk),
        territories: territories(job),
        inputs: inputs(&job.area.inputs, job.settings),
        findings: FindingCounts {
            note: count(Severity::Note),
            warning: count(Severity::Warning),
            error: count(Severity::Error),
        },
        balance_closes: job.measurements.balance.iter().all(BalanceRow::closes),
        outputs: files
            .par_iter()
            .map(|(path, content)| Output {
                path,
                bytes: content.bytes(),
                sha256: content.sha256(),
            })
            .collect(),
        clock: job.created.map(|created| clock(job, created)),
    };
    let mut bytes = serde_json::to_vec_pretty(&manifest)
        .expect("structs with text keys always have a JSON form");
    bytes.push(b'\n');
    bytes
}

fn clock(job: &WriteJob<'_>, created: SystemTime) -> Clock {
    let writing = job.writing_since.map(|since| since.elapsed().as_secs_f64());
    let writing = writing.map(|seconds| (Stage::Write.id(), seconds));
    let seconds = job.stage_seconds.iter().copied().chain(writing);
    let seconds = seconds.map(|(stage, seconds)| (stage, rounded(seconds, 3)));
    Clock {
        created: rfc3339(created),
        stage_seconds: seconds.collect(),
        peak_memory_bytes: memory::peak_bytes(),
    }
}

fn territories<'a>(job: &WriteJob<'a>) -> Vec<Territory<'a>> {
    let all = job.area.territories.iter();
    all.map(|one| Territory { code: one.code.as_str(), name: &one.name }).collect()
}

fn working_crs(epsg: u32, (min, max): (f64, f64)) -> WorkingCrs {
    let (min, max) = (rounded(min, 1), rounded(max, 1));
    let code = format!("EPSG:{epsg}");
    let note = Message::new("outputs.manifest.grid_scale")
        .with("crs", &code)
        .with("low", min)
        .with("high", max);
    WorkingCrs {
        note: i18n::render(Locale::En, &note),
        code,
        grid_scale_ppm: Range { min, max },
    }
}

fn hazards(hazards: &[HazardLayer]) -> Vec<Hazard<'_>> {
    let mut all: Vec<Hazard<'_>> = hazards
        .iter()
        .map(|hazard| Hazard {
            layer: &hazard.layer.id,
            kind: &hazard.kind,
            in_any: hazard.in_any,
            valid_from: hazard.validity.from.as_deref(),
            valid_to: hazard.validity.to.as_deref(),
            in_force: hazard.in_force,
            not_resolvable: hazard.unresolved(),
        })
        .collect();
    all.sort_by_key(|hazard| hazard.layer);
    all
}

fn risk(settings: &RiskSettings) -> Risk<'_> {
    let limits = &settings.limits;
    let matrices = settings.matrices.iter().map(|matrix| Matrix {
        id: &matrix.id,
        items: &matrix.items,
        consistency_ratio: rounded(matrix.ratio, 6),
        threshold: matrix.threshold,
    });
    let factors = settings.factors.iter().map(|factor| Factor {
        id: &factor.id,
        title: title(&factor.title),
        field: &factor.field,
        per: factor.per.as_deref(),
        source: factor.source.as_ref().map(title),
    });
    Risk {
        notice: i18n::render(Locale::En, &Message::new("outputs.risk.notice")),
        layer: &settings.layer,
        source: settings.source.as_ref().map(title),
        scale: &settings.scale,
        lower_limits: BTreeMap::from([
            ("hazard", limits.hazard),
            ("vulnerability", limits.vulnerability),
            ("risk", limits.risk),
        ]),
        matrices: matrices.collect(),
        factors: factors.collect(),
    }
}

fn title(text: &Localized) -> Title<'_> {
    Title { es: &text.es, en: &text.en }
}

fn inputs<'r>(records: &'r [InputRecord], settings: &Settings) -> Vec<Input<'r>> {
    let mut inputs: Vec<Input<'_>> = records
        .iter()
        .map(|record| Input {
            layer: &record.layer,
            path: &record.path,
            format: &record.format,
            bytes: record.bytes,
            sha256: record.digest.as_str(),
            crs: record.crs.as_deref(),
            crs_evidence: record.crs_evidence,
            operation: &record.operation,
            datum_operations: record
                .datum_operations
                .iter()
                .map(datum_operation)
                .collect(),
            features_read: record.features_read,
            features_kept: record.features_kept,
            vertices: record.vertices,
            element_type: element_type(settings, &record.layer),
        })
        .collect();
    inputs.sort_by_key(|input| (input.layer, input.path));
    inputs
}

fn element_type(settings: &Settings, layer: &str) -> Option<ElementKind> {
    let kind = settings.layer(layer)?.exposure.as_ref()?.element_type?;
    Some(ElementKind { id: kind.id(), sigrid: kind.codes() })
}

fn datum_operation(applied: &Applied) -> DatumOperation {
    DatumOperation {
        code: applied.operation.map(|known| format!("EPSG:{}", known.code)),
        name: applied.operation.map(|known| known.name),
        accuracy_m: applied.accuracy_m(),
        is_inverse: applied.is_inverse,
        towgs84: applied.shift.parameters().to_vec(),
    }
}

/// Rounds to so many decimals; 0 never keeps a sign.
fn rounded(value: f64, decimals: usize) -> f64 {
    super::numbers::Format::Fixed(decimals).write(value).parse().unwrap_or(0.0)
}

/// A moment in UTC as RFC 3339 to the second; the Unix epoch for anything before it.
fn rfc3339(moment: SystemTime) -> String {
    let seconds = moment.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    let (year, month, day) = civil(days);
    let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// Year, month and day of a number of days since 1970-01-01.
///
/// # Method
///
/// Counts in eras of 400 years that begin on 1 March, so that the leap day is the last of
/// its year: H. Hinnant, *chrono-Compatible Low-Level Date Algorithms*, `civil_from_days`.
fn civil(days_since_epoch: u64) -> (u64, u64, u64) {
    const DAYS_FROM_YEAR_0: u64 = 719_468;
    const DAYS_OF_ERA: u64 = 146_097;
    let days = days_since_epoch + DAYS_FROM_YEAR_0;
    let (era, day) = (days / DAYS_OF_ERA, days % DAYS_OF_ERA);
    let year_of_era = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    (year, month, day_of_year - (153 * march_month + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn moments_are_written_in_utc() {
        let cases = [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (951_868_800, "2000-03-01T00:00:00Z"),
            (1_000_000_000, "2001-09-09T01:46:40Z"),
            (1_735_689_599, "2024-12-31T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ];
        for (seconds, expected) in cases {
            assert_eq!(rfc3339(UNIX_EPOCH + Duration::from_secs(seconds)), expected);
        }
        assert_eq!(rfc3339(UNIX_EPOCH - Duration::from_secs(5)), "1970-01-01T00:00:00Z");
    }

    #[test]
    fn the_scale_of_the_grid_is_told_in_a_sentence() {
        let crs = working_crs(32719, (-398.249, 12.5));
        assert_eq!((crs.grid_scale_ppm.min, crs.grid_scale_ppm.max), (-398.2, 12.5));
        assert!(crs.note.contains("EPSG:32719"), "{}", crs.note);
        assert!(crs.note.contains("-398.2 to 12.5"), "{}", crs.note);
    }

    #[test]
    fn rounding_leaves_no_minus_zero() {
        assert!(rounded(-0.04, 1).is_sign_positive());
    }
}
