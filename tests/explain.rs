//! `explain`: every row of every table of the example project is what its features add up to.

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use atalaya::analysis::DeficitRow;
use atalaya::analysis::explain::{Breakdown, End, Explainer, Sum};
use atalaya::config::{Better, DeficitKind};
use atalaya::domain::{DoubtRange, Measure};
use atalaya::i18n::Locale;
use atalaya::outputs::explain::{Explanation, Known, breakdown, explain, told};
use atalaya::outputs::figure::{self, Row};
use atalaya::outputs::tables;
use atalaya::pipeline::{self, Measured, Stage, Watch};
use atalaya::{config, indicators};
use rayon::prelude::*;
use support::atalaya;

struct Nobody;

impl Watch for Nobody {
    fn stage(&self, _: Stage) {}
}

/// A project measured.
fn measured(project: &str) -> (config::Settings, Measured) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(project);
    let settings = config::load(&path, &[]).expect("a good project");
    let measured = pipeline::measure(&settings, &Nobody).expect("good layers");
    (settings, measured)
}

fn known<'a>(settings: &'a config::Settings, measured: &'a Measured) -> Known<'a> {
    let Measured { area, measurements, findings } = measured;
    Known { settings, area, measurements, findings }
}

/// What the terms of a sum come to; they must be its total.
fn added(sum: &Sum) -> f64 {
    let terms: f64 = sum.terms.iter().map(|term| term.amount).sum();
    let added = terms + sum.overlap;
    let allowed = 1e-9 * sum.total.abs().max(1.0);
    assert!((added - sum.total).abs() <= allowed, "{added} is not {}", sum.total);
    sum.total
}

/// An end of a range from the value and what each doubt makes of it.
fn combined(value: f64, end: End, doubts: &[DoubtRange]) -> f64 {
    let squares = doubts.iter().map(|one| match end {
        End::Low => (value - one.low).powi(2),
        _ => (one.high - value).powi(2),
    });
    let off = squares.sum::<f64>().sqrt();
    if end == End::Low { (value - off).max(0.0) } else { value + off }
}

/// The number from what its features add up to.
fn rebuilt(
    settings: &config::Settings,
    row: Row<'_>,
    end: End,
    breakdown: &Breakdown,
) -> Option<f64> {
    let sums: Vec<f64> = breakdown.sums.iter().map(added).collect();
    match (row, end) {
        (Row::Exposure(row), End::Low) if breakdown.moved.is_some() => {
            Some(sums[0].max(0.0).min(row.value()?))
        }
        (Row::Exposure(row), End::High) if breakdown.moved.is_some() => {
            Some(sums[0].max(row.value()?))
        }
        (Row::Exposure(row), End::Low | End::High) => {
            let found = combined(sums[0], end, &row.doubts);
            let known = breakdown.figure?;
            // Nothing lies above the whole, and the ends of counts are whole numbers.
            match (&row.measure, end) {
                (Measure::Features, End::Low) => Some((found + 1e-9).floor()),
                (Measure::Features, _) => Some((found - 1e-9).ceil().min(row.total?)),
                (_, End::High) if found > row.total? => Some(known),
                _ => Some(found),
            }
        }
        (Row::Balance(_), _) => Some(sums[0] - sums[1]),
        (Row::Risk(_), _) => {
            // Sums are exact to 1e-12, and a product may lie between two printed ones.
            let (product, figure) = (sums[0] * sums[1], breakdown.figure?);
            assert!((product - figure).abs() < 1e-11, "{product} is not {figure}");
            Some(figure)
        }
        (Row::Hazard(..) | Row::Finding(_), _) => None,
        (
            Row::Exposure(_)
            | Row::InHazard(_)
            | Row::RiskSummary(_)
            | Row::RiskWeight(..),
            _,
        ) => Some(sums[0]),
        (Row::Facility(_), _) => breakdown.figure.and(sums.first().copied()),
        (Row::Deficit(row) | Row::Disputed(row), _) => {
            let (value, people) = match row.kind {
                "access" => (sums[0] / (sums[0] + sums[1]), sums[0] + sums[1]),
                "area_per_person" => (sums[0] / sums[1], sums[1]),
                "people_per_unit" => (sums[0] / sums[1], sums[0]),
                _ if breakdown.figure.is_none() => return None,
                _ => (sums.first().copied()?, 0.0),
            };
            if row.kind != "reported" {
                let known = row.people.expect("computed deficits know their people");
                assert!((people - known).abs() < 5e-5, "{people} people are not {known}");
            }
            of_deficit((row, is_less_better(settings, row)), end, value, &sums)
                .filter(|number| number.is_finite())
        }
    }
}

/// Whether less of a deficit's value is better.
fn is_less_better(settings: &config::Settings, row: &DeficitRow) -> bool {
    let mut deficits = settings.deficits.iter();
    let deficit = deficits.find(|one| one.id == row.deficit).expect("a deficit");
    match &deficit.kind {
        DeficitKind::PeoplePerUnit { .. } => true,
        DeficitKind::Reported { better, .. } => *better == Better::Lower,
        _ => false,
    }
}

/// A number of a deficit from its value and its sums.
fn of_deficit(
    (row, is_less_better): (&DeficitRow, bool),
    end: End,
    value: f64,
    sums: &[f64],
) -> Option<f64> {
    let most = if row.kind == "access" { 1.0 } else { f64::INFINITY };
    let at = |end: End| match end {
        End::Low | End::High if row.kind != "reported" => {
            combined(value, end, &row.doubts).min(most)
        }
        End::Low => row.value_low.unwrap_or(value),
        End::High => row.value_high.unwrap_or(value),
        _ => value,
    };
    let gap = |value: f64| {
        let standard = row.standard?;
        let off = if is_less_better { value - standard } else { standard - value };
        Some(off.max(0.0))
    };
    match (end, row.kind) {
        (End::Value | End::Low | End::High, "reported") => Some(value),
        (End::Gap, _) | (End::GapLow | End::GapHigh, "reported") => gap(value),
        (End::Value | End::Low | End::High, _) => Some(at(end)),
        (End::GapLow, _) => gap(at(if is_less_better { End::Low } else { End::High })),
        (End::GapHigh, _) => gap(at(if is_less_better { End::High } else { End::Low })),
        (End::ShortfallLow | End::ShortfallHigh, _) => of_lacking(row, end, sums),
        (End::Shortfall, "access") => Some(sums[1]),
        (End::Shortfall, "area_per_person") => {
            Some((row.standard? * sums[1] - sums[0]).max(0.0))
        }
        (End::Shortfall, _) => {
            Some(((sums[0] / row.standard?).ceil() - sums[1]).max(0.0))
        }
        (End::NextDistance | End::People, _) => None,
    }
}

/// An end of what is lacking from what it adds up to and what each doubt makes of that.
fn of_lacking(row: &DeficitRow, end: End, sums: &[f64]) -> Option<f64> {
    let lacking = row.lacking.as_ref()?;
    let (demand, provision) = match row.kind {
        "access" => (sums[0] + sums[1], sums[0]),
        "area_per_person" => (row.standard? * sums[1], sums[0]),
        _ => (sums[0] / row.standard?, sums[1]),
    };
    let squares = lacking.doubts.iter().map(|one| match end {
        End::ShortfallLow => (demand - provision - one.low).powi(2),
        _ => (one.high - (demand - provision)).powi(2),
    });
    let off = squares.sum::<f64>().sqrt();
    let sign = if end == End::ShortfallLow { -1.0 } else { 1.0 };
    let amount = demand - provision + sign * off;
    Some(match row.kind {
        "people_per_unit" => ((amount + provision - 1e-9).ceil() - provision).max(0.0),
        // By growth there may be more people than there are.
        "access" => amount.clamp(0.0, lacking.most),
        _ => amount.max(0.0),
    })
}

/// The rows of all tables by the names of their figures.
fn printed(made: &[tables::Table]) -> BTreeMap<String, BTreeMap<String, String>> {
    let rows = made.iter().flat_map(|table| {
        let text = std::str::from_utf8(&table.bytes).expect("tables are UTF-8");
        let key = tables::key_of(table.name).expect("a table of ours");
        let stem = table.name.trim_end_matches(".csv");
        support::Table::parse(text).rows.into_iter().map(move |row| {
            let key: Vec<&str> = key.iter().map(|column| row[*column].as_str()).collect();
            (format!("{stem}/{}", key.join("/")), row)
        })
    });
    rows.collect()
}

/// The column of a number in its table.
fn column_of(row: Row<'_>, end: End) -> Option<&'static str> {
    Some(match (row, end) {
        (Row::Exposure(_) | Row::Deficit(_), End::Value) => "value",
        (Row::Exposure(_), End::Low) => "low",
        (Row::Exposure(_), End::High) => "high",
        (Row::Disputed(_), End::Value) => "obs_value",
        (Row::Deficit(_) | Row::Disputed(_), End::Low) => "value_low",
        (Row::Deficit(_) | Row::Disputed(_), End::High) => "value_high",
        (Row::Deficit(_), End::Gap | End::GapLow | End::GapHigh) => end.id(),
        (Row::Deficit(_), end) if end.is_of_shortfall() => end.id(),
        (Row::InHazard(_), End::Value) | (Row::RiskSummary(_), End::People) => "people",
        (Row::Facility(_), End::Value) => "people_nearest",
        (Row::Facility(_), End::NextDistance) => "next_distance_m",
        (Row::Balance(_), End::Value) => "difference",
        (Row::Hazard(..), End::Value) => "resolvable",
        (Row::Finding(_), End::Value) => "severity",
        (Row::Risk(_), End::Value) => "risk_value",
        (Row::RiskSummary(_), End::Value) => "features",
        (Row::RiskWeight(..), End::Value) => "weight",
        _ => return None,
    })
}

/// Explains all numbers of a project, or some of them, and holds each to its cell.
fn walk(
    settings: &config::Settings,
    measured: &Measured,
    is_asked: &(dyn Fn(usize) -> bool + Sync),
) -> usize {
    let known = known(settings, measured);
    let Measured { area, measurements, findings } = measured;
    let rows = indicators::compute(area, measurements, settings);
    let cells = printed(&tables::make_all(area, measurements, &rows, findings));
    ensure_all_are_named(known, &cells);
    let explainer = Explainer::new(area, settings);
    let numbers = figure::all(known).flat_map(|row| End::ALL.map(|end| (row, end)));
    let numbers = numbers.enumerate().filter(|(at, _)| is_asked(*at));
    let numbers: Vec<(Row<'_>, End, &str)> = numbers
        .filter_map(|(_, (row, end))| Some((row, end, column_of(row, end)?)))
        .collect();
    let seen = numbers.par_iter().enumerate().map(|(at, &(row, end, column))| {
        let cell = &cells[&row.name()][column];
        let Some(breakdown) = breakdown(known, &explainer, row, end) else {
            let name = row.name_of(end);
            assert_eq!(cell, "", "{name} is printed and not explained");
            return 0;
        };
        hold_to_its_cell(known, (row, end), breakdown, cell);
        if at % 1999 == 0 {
            let name = row.name_of(end);
            let (found, of) = figure::find(&name, known).expect("the name of a figure");
            assert_eq!((found.name(), of), (row.name(), end));
        }
        1
    });
    seen.sum()
}

/// Every row of every table has a figure of its name.
fn ensure_all_are_named(
    known: Known<'_>,
    cells: &BTreeMap<String, BTreeMap<String, String>>,
) {
    let names: BTreeSet<String> = figure::all(known).map(|row| row.name()).collect();
    for (name, row) in cells {
        let by_own_key = match name.strip_prefix("indicators/") {
            Some(_) if row["comment"] != "preferred=false" => {
                let words: Vec<&str> = row["indicator"].split('.').collect();
                match words[..] {
                    ["exposure", hazard, level, layer, measure] => {
                        let place = &row["ref_area"];
                        format!("exposure/{place}/{hazard}/{level}/{layer}/{measure}")
                    }
                    ["deficit", id] => format!("deficits/{}/{id}", row["ref_area"]),
                    _ => panic!("{name} is of no table"),
                }
            }
            _ => name.clone(),
        };
        assert!(names.contains(&by_own_key), "{name} cannot be explained");
    }
}

/// What a number is made of comes to what its cell says, and its explanation says so.
fn hold_to_its_cell(
    known: Known<'_>,
    (row, end): (Row<'_>, End),
    breakdown: Breakdown,
    cell: &str,
) {
    let named = row.name_of(end);
    let decimals = cell.split_once('.').map_or(0, |(_, digits)| digits.len());
    let rebuilt = rebuilt(known.settings, row, end, &breakdown);
    // A zero has no sign.
    let write = |v: f64| format!("{:.decimals$}", if v.abs() < 1e-12 { 0.0 } else { v });
    match row {
        Row::Hazard(..) | Row::Finding(_) => {}
        // The difference is not rounded: it is the parts' dust or nothing.
        Row::Balance(_) => assert_eq!(rebuilt, cell.parse().ok(), "{named}"),
        _ => assert_eq!(rebuilt.map_or_else(String::new, write), *cell, "{named}"),
    }
    let told = told(known, row, end, breakdown);
    assert_eq!((told.value.as_str(), &told.figure), (cell, &named));
    let least = match row {
        Row::RiskWeight(..) | Row::Finding(_) => 0,
        Row::Hazard(..) => 1,
        _ if told.method == Some(indicators::Method::Reported) => 1,
        _ => 2,
    };
    assert!(told.inputs.len() >= least, "{named}: too few inputs");
    assert!(told.inputs.iter().all(|input| input.sha256.len() == 64));
    assert!(!told.rules.is_empty() && !told.accuracy.is_empty(), "{named}");
}

#[test]
fn every_figure_of_ilo_is_what_its_features_add_up_to() {
    let (settings, measured) = measured("layers/ilo.toml");
    let seen = walk(&settings, &measured, &|_| true);
    assert!(seen > 1000, "only {seen} figures were explained");
}

/// All doubts but those that are on anyway.
const ALL_DOUBTS: [(&str, &str); 6] = [
    ("doubts.exposed_position", "true"),
    ("doubts.service_position", "true"),
    ("doubts.datum", "true"),
    ("doubts.straddling", "true"),
    ("doubts.population_date", "true"),
    ("doubts.growth_rate", "0.0168"),
];

#[test]
fn a_hundred_figures_drawn_by_lot_are_explained_with_all_doubts() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("layers/ilo.toml");
    let doubts = ALL_DOUBTS.map(|(key, value)| (key.to_owned(), value.to_owned()));
    let settings = config::load(&path, &doubts).expect("a good project");
    let measured = pipeline::measure(&settings, &Nobody).expect("good layers");
    let names = figure::all(known(&settings, &measured)).count() * End::ALL.len();
    // Numbers that are not there (an end of a figure without a range) are passed over: enough
    // are drawn for a hundred that are.
    let mut state = 20_u64;
    let mut drawn = std::collections::BTreeSet::new();
    while drawn.len() < 900 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        drawn.insert((state >> 33) as usize % names);
    }
    let seen = walk(&settings, &measured, &|at| drawn.contains(&at));
    assert!(seen >= 100, "only {seen} figures were explained");
    // What nobody can say is not printed as nothing.
    let row = measured.measurements.exposure.iter().find(|row| row.doubts.len() >= 4);
    let row = row.expect("a figure with several doubts");
    let (low, high) = row.range().expect("a range");
    assert!(row.value().is_some_and(|value| low <= value && value <= high));
}

#[test]
fn every_row_of_risk_is_what_its_factors_add_up_to() {
    let (settings, measured) = measured("tests/cases/risk_by_cenepred/project.toml");
    let seen = walk(&settings, &measured, &|_| true);
    assert!(seen > 30, "only {seen} figures were explained");
}

#[test]
fn names_lead_to_figures_and_wrong_ones_to_the_nearest() {
    let (settings, measured) = measured("layers/ilo.toml");
    let known = known(&settings, &measured);
    let find = |name: &str| figure::find(name, known).map(|(row, end)| (row.name(), end));
    let name = "exposure/180301/tsunami_zones/high/blocks/people";
    let same = [name, "indicators/exposure.tsunami_zones.high.blocks.people/180301"];
    for one in same {
        assert_eq!(find(one), Ok((name.into(), End::Value)), "{one}");
    }
    assert_eq!(find(&format!("{name}/low")), Ok((name.into(), End::Low)));
    // The full key of `indicators.csv` has the period and the source as well.
    let rows = indicators::compute(&measured.area, &measured.measurements, &settings);
    let row = rows.iter().find(|row| row.ref_area == "180301").expect("a row");
    let (indicator, place, period, source) = row.key();
    let full = format!("indicators/{indicator}/{place}/{period}/{source}");
    assert_eq!(find(&full), find(&format!("indicators/{indicator}/{place}")));
    assert!(find(&format!("indicators/{indicator}/{place}/1900/{source}")).is_err());
    // A finding may be named without its message where that is clear.
    let findings = figure::all(known).filter(|row| row.table() == "findings");
    let finding = findings.map(|row| row.name()).next().expect("a finding");
    assert_eq!(find(&finding), Ok((finding.clone(), End::Value)));
    // The level `high` at the end of a key is no end of a range.
    let name = "deficit_in_hazard/180301/health_access/any/high";
    assert_eq!(find(name).map(|(_, end)| end), Ok(End::Value));
    let wrong = find("exposure/180301/tsunami_zone/high/blocks/people").unwrap_err();
    let expected = figure::FigureError::Unknown {
        found: "exposure/180301/tsunami_zone/high/blocks/people".into(),
        nearest: Some("exposure/180301/tsunami_zones/high/blocks/people".into()),
    };
    assert_eq!(wrong, expected);
    let no_end = find("deficits/_T/health_access/low").unwrap_err();
    assert!(matches!(no_end, figure::FigureError::NoEnd { .. }), "{no_end:?}");
}

/// An explanation without what depends on how the sums were arrived at: the last bits, and the
/// order of what is as large but for them.
fn gist(told: &Explanation) -> String {
    let sums = told.sums.iter().map(|sum| {
        // As large as the last that is named may be others.
        let last = sum.top.last().map_or_else(String::new, |t| sum.print(t.amount));
        let top = sum.top.iter().map(|t| (t.feature.clone(), sum.print(t.amount)));
        let top: BTreeSet<_> = top.filter(|(_, amount)| *amount != last).collect();
        (sum.layer.clone(), top, sum.rest_count, sum.print(sum.rest))
    });
    let sums: Vec<_> = sums.collect();
    format!(
        "{:#?}",
        (
            (&told.figure, &told.value, &told.unit, &told.range, &told.computed),
            (&told.rules, &told.inputs, &told.findings, &told.accuracy, &told.doubts),
            sums,
        )
    )
}

/// Only what a figure names is read for it, and that changes nothing of what is told.
#[test]
fn a_figure_is_the_same_without_the_layers_that_it_does_not_name() {
    let (settings, whole) = measured("layers/ilo.toml");
    let all = known(&settings, &whole);
    let explainer = Explainer::new(&whole.area, &settings);
    let names = [
        "exposure/180301/tsunami_zones/high/blocks/people/low",
        "deficits/_T/health_access/shortfall",
        "deficit_in_hazard/180301/health_access/tsunami_zones/high",
    ];
    let firsts = ["facilities_in_hazard", "hazards"].map(|table| {
        let mut rows = figure::all(all).filter(|row| row.table() == table);
        rows.next().expect("a row").name()
    });
    for name in names.into_iter().map(str::to_owned).chain(firsts) {
        let (row, end) = figure::find(&name, all).expect("a figure");
        let expected = explain(all, &explainer, row, end).expect("it has that end");
        let basis = pipeline::explain::measure_for(settings.clone(), &name, &Nobody)
            .expect("good layers");
        assert!(
            basis.settings.layers.len() < settings.layers.len(),
            "{name}: all was read"
        );
        let few = basis.known();
        let (row, end) = figure::find(&name, few).expect("a figure");
        let told = explain(few, &basis.explainer(), row, end).expect("it has that end");
        assert_eq!(gist(&told), gist(&expected), "{name}");
    }
    // What is no figure is looked for in everything.
    let wrong = pipeline::explain::measure_for(settings.clone(), "hazards/x/y", &Nobody);
    assert_eq!(wrong.expect("good layers").settings.layers.len(), settings.layers.len());
}

/// What the run in the folder of results kept gives the same explanation, and is not used where
/// it is of another project or was changed.
#[test]
fn a_figure_is_the_same_by_the_parts_that_a_run_kept() {
    let out = tempfile::tempdir().expect("a temporary folder");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("layers/ilo.toml");
    let results = out.path().join("results");
    let ran = support::run_tables(&path, &results, &[]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let directory = ("outputs.directory".to_owned(), format!("{results:?}"));
    let settings = config::load(&path, &[directory]).expect("a good project");
    let whole = pipeline::measure(&settings, &Nobody).expect("good layers");
    let all = known(&settings, &whole);
    let explainer = Explainer::new(&whole.area, &settings);
    let names = [
        "exposure/180301/tsunami_zones/high/blocks/people/low",
        "exposure/_T/any/high/blocks/features/high",
        "exposure/_T/any/not_studied/roads/length",
        "exposure/_T/any/none/health_facilities/features",
        "indicators/exposure.any.high.blocks.people/180301",
        "deficit_in_hazard/_T/health_access/any/high",
        "balance/any/blocks/people",
    ];
    let finding = figure::all(all).filter(|row| row.table() == "findings");
    let findings: Vec<String> = finding.map(|row| row.name()).collect();
    assert!(findings.len() > 20, "{findings:?}");
    let some = findings.iter().step_by(9).map(String::as_str);
    for name in names.into_iter().chain(some) {
        let (row, end) = figure::find(name, all).expect(name);
        let expected = explain(all, &explainer, row, end).expect("it has that end");
        let basis = pipeline::explain::measure_for(settings.clone(), name, &Nobody)
            .expect("good layers");
        assert!(basis.kept.is_some(), "{name}: what was kept was not used");
        let few = basis.known();
        let (row, end) = figure::find(name, few).expect("a figure");
        let told = explain(few, &basis.explainer(), row, end).expect("it has that end");
        assert_eq!(gist(&told), gist(&expected), "{name}");
    }
    let is_kept = |settings: &config::Settings| {
        let basis = pipeline::explain::measure_for(settings.clone(), names[0], &Nobody);
        basis.expect("good layers").kept.is_some()
    };
    let mut other = settings.clone();
    other.doubts.on.insert(atalaya::domain::Doubt::Straddling);
    assert!(!is_kept(&other), "no parts tell what another doubt does");
    other.clone_from(&settings);
    other.digest = atalaya::domain::Digest::of(b"another project");
    assert!(!is_kept(&other), "these are the parts of another project");
    let parts = results.join("parts.zip");
    let mut bytes = std::fs::read(&parts).expect("the parts");
    bytes.push(0);
    std::fs::write(&parts, bytes).expect("a file");
    assert!(!is_kept(&settings), "the file is not the one that was written");
    std::fs::remove_file(&parts).expect("a file");
    assert!(!is_kept(&settings));
}

/// What `[risk]` finds about its layer touches the other figures of the layer: they are told with it
/// by the parts that a run kept, and without them.
#[test]
fn with_risk_a_figure_is_the_same_by_less_than_everything() {
    let out = tempfile::tempdir().expect("a temporary folder");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = root.join("tests/cases/risk_by_cenepred/project.toml");
    let results = out.path().join("results");
    let ran = support::run_tables(&path, &results, &[]);
    assert!(ran.code < 2, "{}", ran.stderr);
    let directory =
        |folder: &Path| vec![("outputs.directory".to_owned(), format!("{folder:?}"))];
    let settings = config::load(&path, &directory(&results)).expect("a good project");
    let nowhere = out.path().join("nowhere");
    let afresh = config::load(&path, &directory(&nowhere)).expect("a good project");
    let whole = pipeline::measure(&settings, &Nobody).expect("good layers");
    let all = known(&settings, &whole);
    let explainer = Explainer::new(&whole.area, &settings);
    let mut found = 0;
    for row in &whole.measurements.exposure {
        let name = Row::Exposure(row).name();
        let (row, end) = figure::find(&name, all).expect("a figure");
        let expected = explain(all, &explainer, row, end).expect("it has that end");
        found += expected.findings.len();
        for (settings, is_kept) in [(&settings, true), (&afresh, false)] {
            let basis = pipeline::explain::measure_for(settings.clone(), &name, &Nobody)
                .expect("good layers");
            assert_eq!(basis.kept.is_some(), is_kept, "{name}");
            assert!(basis.measured.measurements.risk.is_none() || !is_kept, "{name}");
            let few = basis.known();
            let (row, end) = figure::find(&name, few).expect("a figure");
            let told = explain(few, &basis.explainer(), row, end).expect("that end");
            assert_eq!(gist(&told), gist(&expected), "{name}");
        }
    }
    assert!(found > 0, "no finding of the section touches a figure");
}

/// A figure of a scenario is asked for as `scenarios.csv` has it.
#[test]
fn a_figure_of_a_scenario_is_explained_by_its_settings() {
    let (mut settings, _) = measured("tests/cases/areal_split_half/project.toml");
    let overrides = vec![("project.title".to_owned(), "Otro".to_owned())];
    let title = settings.title.clone();
    let scenario = config::ScenarioSettings { id: "other".into(), title, overrides };
    settings.scenarios.push(scenario);
    let name = "scenarios/other/exposure/01/flood/high/blocks/people";
    let (of, figure) =
        pipeline::explain::of_scenario(settings.clone(), name).expect("good settings");
    assert_eq!(figure, "exposure/01/flood/high/blocks/people");
    assert_eq!(of.overrides, settings.scenarios[0].overrides);
    let unknown = pipeline::explain::of_scenario(settings, "scenarios/no/x").unwrap();
    assert_eq!(unknown.1, "scenarios/no/x");
}

#[test]
fn an_explanation_names_features_rules_and_inputs() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let figure = "exposure/_T/tsunami_zones/none/blocks/people";
    let ran = atalaya(root, &["explicar", "layers/ilo.toml", figure, "--json", "-q"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    let told: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
    assert_eq!(told["figure"], figure);
    let sum = &told["contributions"][0];
    assert_eq!(sum["printed"], told["value"]);
    let amounts = sum["top"].as_array().unwrap().iter().map(|t| t["amount"].as_f64());
    let amounts: Vec<f64> = amounts.map(|amount| amount.unwrap()).collect();
    assert_eq!(amounts.len(), 20);
    assert!(amounts.windows(2).all(|pair| pair[0] >= pair[1]), "{amounts:?}");
    let added = amounts.iter().sum::<f64>() + sum["rest"]["amount"].as_f64().unwrap();
    assert_eq!(format!("{added:.4}"), told["value"].as_str().unwrap());
    let layers: Vec<&str> = told["inputs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|i| i["layer"].as_str().unwrap())
        .collect();
    assert_eq!(layers, ["blocks", "tsunami_zones", "tsunami_study", "districts"]);
    let rules = told["rules"].as_array().unwrap().iter();
    let numbers: Vec<u64> = rules.filter_map(|rule| rule["number"].as_u64()).collect();
    assert_eq!(numbers, [4, 3, 9, 11]);
    let text =
        atalaya(root, &["explain", "layers/ilo.toml", &format!("{figure}/high"), "-q"]);
    assert_eq!(text.code, 0, "{}", text.stderr);
    for said in ["Fórmula", "sha256", "8. ", "±150 m al 95 %", "Hallazgos que la tocan"]
    {
        assert!(text.stdout.contains(said), "no `{said}` in {}", text.stdout);
    }
}

#[test]
fn a_wrong_figure_ends_with_two() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let ran =
        atalaya(root, &["explain", "layers/ilo.toml", "deficits/_T/water_hour", "-q"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    assert!(
        ran.stderr.contains("¿quiso decir `deficits/_T/water_hours`?"),
        "{}",
        ran.stderr
    );
}

#[test]
fn every_text_of_an_explanation_is_in_the_catalogues() {
    let (settings, measured) = measured("layers/ilo.toml");
    let known = known(&settings, &measured);
    let explainer = Explainer::new(&measured.area, &settings);
    // One row in seven of the long tables has all texts that there are.
    let rows = figure::all(known).enumerate();
    let rows = rows.filter(|(at, row)| at % 7 == 0 || row.table() != "exposure");
    for (_, row) in rows {
        let told = explain(known, &explainer, row, End::Value).expect("a figure");
        let rules = told.rules.iter().map(|(_, text)| text);
        for message in rules.chain([&told.computed]).chain(&told.accuracy) {
            let text = atalaya::i18n::render(Locale::Es, message);
            assert!(text != message.key && !text.contains(['{', '@']), "{text}");
        }
    }
}

/// The features of a sum with their amounts, rounded to a thousandth.
fn terms(sum: &Sum) -> Vec<(&str, f64)> {
    let round = |value: f64| (value * 1e3).round() / 1e3;
    sum.terms.iter().map(|term| (term.feature.as_str(), round(term.amount))).collect()
}

#[test]
fn contributions_are_those_worked_out_by_hand() {
    // Half of b1, 100 people, lies in the zone.
    let (settings, half) = measured("tests/cases/areal_split_half/project.toml");
    let explainer = Explainer::new(&half.area, &settings);
    let find = |name: &str| figure::find(name, known(&settings, &half)).unwrap();
    let (Row::Exposure(row), end) = find("exposure/01/flood/high/blocks/people") else {
        panic!("not of exposure")
    };
    let sums = explainer.exposure(row, end).unwrap().sums;
    assert_eq!(terms(&sums[0]), [("b1", 50.0)]);
    assert!((sums[0].terms[0].share.unwrap() - 0.5).abs() < 1e-9);

    // g1 and g2 overlap by 5,000 m2, half of g3 lies in 01; 1,000 people and half of 1,000.
    let (settings, green) = measured("tests/cases/area_per_person/project.toml");
    let explainer = Explainer::new(&green.area, &settings);
    let find = |name: &str| figure::find(name, known(&settings, &green)).unwrap();
    let (Row::Deficit(row), end) = find("deficits/01/green") else {
        panic!("not of deficits")
    };
    let sums = explainer.deficit(row, end).unwrap().sums;
    assert_eq!(terms(&sums[0]), [("g1", 10_000.0), ("g2", 10_000.0), ("g3", 5000.0)]);
    assert!((sums[0].overlap + 5000.0).abs() < 1e-6, "{}", sums[0].overlap);
    assert_eq!(terms(&sums[1]), [("b1", 1000.0), ("b2", 500.0)]);

    // Medium or worse reaches to 65 with edges moved in, high or worse to 70 moved out.
    let (settings, zones) = measured("tests/cases/accuracy_of_zones/project.toml");
    let explainer = Explainer::new(&zones.area, &settings);
    let find = |name: &str| figure::find(name, known(&settings, &zones)).unwrap();
    let (Row::Exposure(row), end) = find("exposure/01/flood/medium/blocks/people/low")
    else {
        panic!("not of exposure")
    };
    let breakdown = explainer.exposure(row, end).unwrap();
    let (inner, outer) = breakdown.moved.unwrap();
    assert!((inner - 65.0).abs() < 0.01 && (outer - 70.0).abs() < 0.01);
    assert!(breakdown.figure.unwrap().abs() < 1e-9);
}

/// The rules of a figure, as told in Spanish.
fn rules_of(project: &str, name: &str) -> String {
    let (settings, measured) = measured(project);
    let known = known(&settings, &measured);
    let (row, end) = figure::find(name, known).expect("a figure");
    let told = explain(known, &Explainer::new(&measured.area, &settings), row, end)
        .expect("it has that end");
    let said = told.rules.iter().map(|(_, text)| atalaya::i18n::render(Locale::Es, text));
    said.collect::<Vec<_>>().join("\n")
}

/// From 1,000 people in 2000 to 1,100 in 2001 is 10 % a year; two years of it are × 1.21.
#[test]
fn people_grown_to_another_year_are_told_as_an_estimate() {
    let project = "tests/cases/people_of_another_year/project.toml";
    for figure in ["exposure/01/flood/high/blocks/people", "deficits/01/green"] {
        let rules = rules_of(project, figure);
        for said in [
            "ESTIMACIÓN: las personas de «blocks» se llevaron de 2017 a 2019",
            "P(t) = P(t₀) · (1 + r)^(t − t₀)",
            "pop × (1 + 0.100000)^2 = pop × 1.210000",
            "r = 10 % al año; fuente: two censuses",
        ] {
            assert!(rules.contains(said), "{figure}: no `{said}` in {rules}");
        }
    }
    // Homes are no people: they are as counted.
    let homes = rules_of(project, "exposure/01/flood/high/blocks/homes");
    assert!(!homes.contains("ESTIMACIÓN"), "{homes}");
}

/// A band of 10 m around what is known to 20 m; the next one reaches 50 m.
#[test]
fn a_band_that_cannot_be_resolved_is_told_so() {
    let project = "tests/cases/accuracy_of_bands/project.toml";
    let said = "NO RESOLUBLE: la franja de «flood» en este nivel llega a 10 m y la posición de \
                aquello que rodea se conoce a ±20 m";
    for hazard in ["flood", "any"] {
        let worst = format!("exposure/01/{hazard}/very_high/blocks/people");
        let rules = rules_of(project, &worst);
        assert!(rules.contains(said), "{hazard}: {rules}");
    }
    let next = rules_of(project, "exposure/01/flood/high/blocks/people");
    assert!(!next.contains("NO RESOLUBLE"), "{next}");
}
