use super::*;
use crate::domain::{Code, Digest, Finding};
use crate::indicators::{self, sample};
use std::time::{Duration, Instant, UNIX_EPOCH};
use tempfile::TempDir;

/// Writes the tiny world into `directory`.
fn run(
    directory: &Path,
    only: Products,
    maps: &[(String, Vec<u8>)],
    created: u64,
) -> Result<Written, OutputError> {
    let (area, settings) = (sample::area(), sample::settings());
    let measurements = sample::measurements();
    let mut findings = Findings::default();
    findings.push(Finding::about(Code::SelfIntersection, "blocks").feature("7"));
    findings.push(Finding::about(Code::EmptyLayer, "blocks"));
    findings.push(Finding::about(Code::NotReported, "water_hours"));
    let job = WriteJob {
        indicators: &indicators::compute(&area, &measurements, &settings),
        settings: &settings,
        area: &area,
        measurements: &measurements,
        findings: &findings,
        features: &[],
        locale: crate::i18n::Locale::Es,
        maps,
        records: &[],
        more: &[],
        only,
        options: &[("lang", "es".to_owned())],
        created: Some(UNIX_EPOCH + Duration::from_secs(created)),
        stage_seconds: &[("geometry", 0.123_456), ("analysis", 1.0)],
        writing_since: Instant::now().checked_sub(Duration::from_secs(100)),
    };
    write(&job, Staged::begin(directory)?)
}

/// The world is put together by hand and has no tables behind its deficits, so that nothing of
/// it can be explained: reports are tested in `tests/report.rs`.
const WITHOUT_REPORT: Products = Products { report: false, ..Products::ALL };

fn map(name: &str) -> (String, Vec<u8>) {
    (format!("maps/{name}"), name.as_bytes().to_vec())
}

fn read_manifest(directory: &Path) -> serde_json::Value {
    let bytes = std::fs::read(directory.join("manifest.json")).unwrap();
    assert_eq!(bytes.last(), Some(&b'\n'));
    serde_json::from_slice(&bytes).unwrap()
}

#[test]
fn the_manifest_lists_every_other_file_with_its_digest() {
    let home = TempDir::new().unwrap();
    let target = home.path().join("ilo");
    let written =
        run(&target, WITHOUT_REPORT, &[map("b.svg"), map("a.png")], 1_000_000_000)
            .unwrap();
    let expected = [
        "manifest.json",
        "maps/a.png",
        "maps/b.svg",
        "tables/balance.csv",
        "tables/deficit_in_hazard.csv",
        "tables/deficits.csv",
        "tables/exposure.csv",
        "tables/facilities_in_hazard.csv",
        "tables/findings.csv",
        "tables/hazards.csv",
        "tables/indicators.csv",
    ];
    let paths: Vec<_> = written.files.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths, expected);
    let manifest = read_manifest(&target);
    let outputs = manifest["outputs"].as_array().unwrap();
    let listed: Vec<_> = outputs.iter().map(|o| o["path"].as_str().unwrap()).collect();
    assert_eq!(listed, &expected[1..]);
    for output in outputs {
        let bytes = std::fs::read(target.join(output["path"].as_str().unwrap())).unwrap();
        assert_eq!(output["bytes"], bytes.len());
        assert_eq!(output["sha256"], Digest::of(&bytes).as_str());
    }
    for (path, size) in &written.files {
        assert_eq!(std::fs::metadata(target.join(path)).unwrap().len(), *size, "{path}");
    }
}

#[test]
fn the_manifest_tells_what_went_in_and_by_which_methods() {
    let home = TempDir::new().unwrap();
    run(home.path(), WITHOUT_REPORT, &[], 1_000_000_000).unwrap();
    let manifest = read_manifest(home.path());
    let members: Vec<_> = manifest.as_object().unwrap().keys().cloned().collect();
    let expected = [
        "program",
        "methods",
        "project",
        "settings_sha256",
        "settings",
        "overrides",
        "options",
        "working_crs",
        "code_system",
        "reference_date",
        "hazards",
        "territories",
        "inputs",
        "findings",
        "balance_closes",
        "outputs",
        "clock",
    ];
    assert_eq!(members, expected, "the clock comes last");
    let documented = include_str!("../../docs/indicators.md");
    for member in members {
        assert!(documented.contains(&format!("\n| `{member}` | ")), "{member}");
    }
    assert_eq!(manifest["program"]["name"], "atalaya");
    assert_eq!(manifest["methods"]["exposure.people"], "1");
    assert_eq!(manifest["project"]["title"]["es"], "Provincia de Ilo");
    assert_eq!(manifest["settings_sha256"], Digest::of(b"settings").as_str());
    assert_eq!(manifest["options"], serde_json::json!({ "lang": "es" }));
    assert_eq!(manifest["working_crs"]["code"], "EPSG:32719");
    assert_eq!(manifest["working_crs"]["grid_scale_ppm"]["max"], 12.5);
    let paths = [&manifest["inputs"][0]["path"], &manifest["inputs"][1]["path"]];
    assert_eq!(paths, ["reported.csv", "blocks.geojson"], "sorted by layer, then path");
    let input = &manifest["inputs"][1];
    assert_eq!(input["layer"], "blocks");
    assert_eq!(input["crs"], "EPSG:4326");
    assert_eq!(input["sha256"], Digest::of(b"blocks.geojson").as_str());
    assert_eq!(
        (&input["features_read"], &input["features_kept"]),
        (&3.into(), &2.into())
    );
    assert_eq!(
        manifest["findings"],
        serde_json::json!({ "note": 1, "warning": 2, "error": 0 })
    );
    assert_eq!(manifest["balance_closes"], true);
    assert_eq!(manifest["clock"]["created"], "2001-09-09T01:46:40Z");
    assert_eq!(manifest["clock"]["stage_seconds"]["geometry"], 0.123);
    assert!(manifest["clock"]["stage_seconds"]["write"].as_f64() >= Some(100.0));
    #[cfg(target_os = "linux")]
    assert!(manifest["clock"]["peak_memory_bytes"].as_u64() > Some(1 << 20));
}

#[test]
fn two_runs_differ_in_the_clock_alone() {
    let home = TempDir::new().unwrap();
    let (a, b) = (home.path().join("a"), home.path().join("b"));
    let written = run(&a, WITHOUT_REPORT, &[map("a.png")], 1).unwrap();
    run(&b, WITHOUT_REPORT, &[map("a.png")], 2_000_000_000).unwrap();
    for (path, _) in &written.files {
        let read = |folder: &Path| std::fs::read(folder.join(path)).unwrap();
        assert_eq!(read(&a) == read(&b), path != "manifest.json", "{path}");
    }
    let without_clock = |folder: &Path| {
        let mut manifest = read_manifest(folder);
        manifest.as_object_mut().unwrap().remove("clock").unwrap();
        manifest
    };
    assert_eq!(without_clock(&a), without_clock(&b));
}

#[test]
fn the_clock_can_be_cut_out_line_by_line() {
    let home = TempDir::new().unwrap();
    run(home.path(), WITHOUT_REPORT, &[], 1).unwrap();
    let text = std::fs::read_to_string(home.path().join("manifest.json")).unwrap();
    let (_, clock) = text.split_once("\n  \"clock\": {\n").unwrap();
    let (clock, rest) = clock.split_once("\n  }").unwrap();
    assert!(clock.lines().all(|line| line.starts_with("    ")), "{clock}");
    assert_eq!(rest, "\n}\n", "the clock comes last");
}

#[test]
fn only_what_was_asked_for_is_written() {
    let home = TempDir::new().unwrap();
    let maps = [map("a.png")];
    let cases = [
        (Products { tables: true, ..Products::NONE }, 8, 0),
        (Products { maps: true, ..Products::NONE }, 0, 1),
        (Products::NONE, 0, 0),
        (WITHOUT_REPORT, 8, 1),
    ];
    for (only, tables, drawn) in cases {
        // Each run takes the place of the one before, so nothing of that may be left.
        let written = run(home.path(), only, &maps, 1).unwrap();
        let count = |start: &str| {
            written.files.iter().filter(|(path, _)| path.starts_with(start)).count()
        };
        assert_eq!((count("tables/"), count("maps/")), (tables, drawn), "{only:?}");
        assert_eq!(written.files.len(), tables + drawn + 1);
        for folder in ["tables", "maps"] {
            assert_eq!(home.path().join(folder).exists(), count(folder) > 0, "{only:?}");
        }
    }
}

#[test]
fn names_that_leave_the_folder_are_refused() {
    let home = TempDir::new().unwrap();
    let target = home.path().join("ilo");
    let names = ["../a.png", "a/b.png", "", "..", ".png", "c:\\a.png", "a\0.png"];
    let mut paths = names.map(|name| map(name).0).to_vec();
    paths.extend(["a.png".to_owned(), "tables/a.png".to_owned()]);
    for name in paths {
        let maps = [(name.clone(), Vec::new())];
        let error = run(&target, WITHOUT_REPORT, &maps, 1).unwrap_err();
        assert!(matches!(error, OutputError::UnsafeName { .. }), "{name}: {error}");
        assert!(!target.exists());
    }
}
