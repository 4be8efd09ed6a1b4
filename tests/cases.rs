//! Tiny worlds whose figures were worked out by hand: see `WORLD.md` in each folder of
//! `tests/cases`.
//!
//! `expected/<table>.csv` holds the rows that a case is about and as many columns as it
//! speaks of: each is looked up by its key and compared cell by cell (`*` is anything,
//! `~1.5` is 1.5 to a part in 10⁹; numbers are equal whether or not they are padded with
//! zeros; findings are looked up by all their cells). `<table>.absent.csv` holds cells that no row may have together,
//! `<table>.full.csv` the whole file, byte for byte. `exit` is the exit code (0 if there is no
//! such file), `stderr` holds a piece of text a line. With `BLESS=1` the tables that were
//! written are copied to `actual/` beside `expected/`, to be looked at; no expectation is
//! ever overwritten.

mod support;

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use support::{Table, broken_promises, key_of, run_tables, same_cell};

fn folder_of(case: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(case)
}

fn check(case: &str) {
    let folder = folder_of(case);
    let temporary = tempfile::tempdir().expect("a temporary folder");
    let out = temporary.path().join("out");
    let ran = run_tables(&folder.join("project.toml"), &out, &[]);
    if std::env::var_os("BLESS").is_some() {
        show(&out, &folder.join("actual"));
    }
    let expected = folder.join("expected");
    let text = |name: &str| fs::read_to_string(expected.join(name)).unwrap_or_default();
    let code = text("exit").trim().parse().unwrap_or(0);
    assert_eq!(ran.code, code, "exit code of {case}:\n{}", ran.stderr);
    assert_eq!(ran.stdout, "", "stdout of {case}");
    let mut wrong: Vec<String> = text("stderr")
        .lines()
        .filter(|piece| !ran.stderr.contains(piece))
        .map(|piece| format!("stderr does not say `{piece}`"))
        .collect();
    if code != 2 {
        wrong.extend(broken_promises(&out));
        let mut names: Vec<String> =
            fs::read_dir(&expected).expect("expectations").map(file_name).collect();
        names.sort();
        for name in
            names.iter().filter(|name| !["exit", "stderr"].contains(&name.as_str()))
        {
            compare(&expected.join(name), name, &out, &mut wrong);
        }
        if out.join("maps").exists() {
            wrong.push("maps were drawn though only tables were asked for".to_owned());
        }
    }
    assert!(wrong.is_empty(), "{case}:\n{}", wrong.join("\n"));
}

fn file_name(entry: std::io::Result<fs::DirEntry>) -> String {
    entry.expect("a readable folder").file_name().to_string_lossy().into_owned()
}

fn show(out: &Path, actual: &Path) {
    let _ = fs::remove_dir_all(actual);
    fs::create_dir_all(actual).expect("a folder to look at");
    for (name, bytes) in support::files_under(&out.join("tables")) {
        fs::write(actual.join(name), bytes).expect("a file to look at");
    }
}

/// Compares one file of expectations with the table that was written.
fn compare(path: &Path, name: &str, out: &Path, wrong: &mut Vec<String>) {
    let table = name.split('.').next().expect("a name");
    let written = out.join("tables").join(format!("{table}.csv"));
    if name.ends_with(".full.csv") {
        let read = |path: &Path| fs::read_to_string(path).expect("a table");
        let (expected, actual) = (read(path), read(&written));
        if expected != actual {
            wrong.push(format!("{table}: expected\n{expected}but found\n{actual}"));
        }
        return;
    }
    let (expected, actual) = (Table::read(path), Table::read(&written));
    assert!(!expected.rows.is_empty(), "{} expects nothing", path.display());
    for column in &expected.header {
        assert!(actual.header.contains(column), "{table} has no column {column}");
    }
    for row in &expected.rows {
        let all: Vec<(&str, &str)> =
            row.iter().map(|(column, cell)| (column.as_str(), cell.as_str())).collect();
        if name.ends_with(".absent.csv") {
            // To the letter: 180301.0 is not there if 180301 is.
            let to_the_letter = |found: &&BTreeMap<String, String>| {
                all.iter().all(|(column, cell)| found[*column] == *cell)
            };
            if let Some(found) = actual.rows.iter().find(to_the_letter) {
                wrong.push(format!("{table}: there should be no {found:?}"));
            }
            continue;
        }
        let keys = key_of(table);
        if keys.is_empty() {
            if actual.find(&all).is_empty() {
                wrong.push(format!("{table}: no row {all:?} in {:#?}", actual.rows));
            }
            continue;
        }
        let key: Vec<_> = all.iter().copied().filter(|(c, _)| keys.contains(c)).collect();
        let found = actual.find(&key);
        let [found] = found[..] else {
            wrong.push(format!("{table}: {} rows with {key:?}", found.len()));
            continue;
        };
        for (column, cell) in all {
            if !same_cell(cell, &found[column]) {
                let is = &found[column];
                wrong.push(format!("{table}: {column} of {key:?} is {is}, not {cell}"));
            }
        }
    }
}

macro_rules! cases {
    ($($name:ident)*) => {
        $(#[test] fn $name() { check(stringify!($name)); })*

        const LISTED: &[&str] = &[$(stringify!($name)),*];
    };
}

cases! {
    access_for_lines_and_across_x
    access_to_a_service
    access_without_facility
    accuracy_and_study_area
    accuracy_of_bands
    accuracy_of_zones
    accuracy_range_of_the_whole
    any_of_several_hazards
    area_per_person
    areal_split_half
    bands_around_a_line
    bands_around_a_point
    bands_around_a_polygon
    codes_in_byte_order
    constant_level
    doubts
    facilities_in_hazard
    feature_count_rule
    gap_between_territories
    hazards_not_in_force
    ids_and_codes
    legacy_crs_member
    levels_by_map_and_by_name
    lines_by_length
    lines_on_edges
    longitude_latitude
    mended_geometry
    multipart_block
    nested_levels_worst_on_top
    outside_every_territory
    overlapping_blocks
    people_of_another_year
    people_per_unit_of_a_service
    people_per_unit_reported
    people_without_geometry
    points_on_edges
    polygon_with_hole
    reported_figures
    risk_by_cenepred
    risk_of_two_dimensions
    rounding
    same_level_overlap_counts_once
    study_area
    sums_are_split_too
    territories_overlap
    two_territories_and_zone
    unknown_people
    zero_area_with_people
}

#[test]
fn every_folder_is_listed_and_explains_itself() {
    let mut folders = BTreeSet::new();
    for entry in fs::read_dir(folder_of("")).expect("tests/cases") {
        let path = entry.expect("a readable folder").path();
        if path.is_dir() {
            for part in ["project.toml", "WORLD.md", "expected"] {
                assert!(path.join(part).exists(), "no {part} in {}", path.display());
            }
            let name = path.file_name().expect("below tests/cases").to_string_lossy();
            folders.insert(name.into_owned());
        }
    }
    let listed: BTreeSet<String> = LISTED.iter().map(|&name| name.to_owned()).collect();
    assert_eq!(folders, listed);
    assert_eq!(LISTED.len(), listed.len(), "a case is listed twice");
}

/// The comparison itself must be able to fail.
#[test]
fn cells_are_told_apart() {
    let same = [
        ("50", "50.0000"),
        ("*", "x"),
        ("0.5", "0.50"),
        ("a", "a"),
        ("", ""),
        ("~", "~"),
        ("~9", "9.000000001"),
    ];
    let other = [
        ("50", "50.0001"),
        ("", "0"),
        ("0", ""),
        ("10", "010"),
        ("-5", "5"),
        ("~9", "9.1"),
        ("~9", ""),
    ];
    for (expected, actual) in same {
        assert!(same_cell(expected, actual), "{expected} {actual}");
    }
    for (expected, actual) in other {
        assert!(!same_cell(expected, actual), "{expected} {actual}");
    }
}
