//! A figure that changes for the same inputs is another method: its version must be raised.
//!
//! `tests/golden/method_versions.tsv` holds, for every method at its version and every world of
//! `tests/cases`, how many figures there are and the digest of them all as printed. A digest
//! that changes while the version stays is an error, and `BLESS=1` does not take it away: the
//! version in `src/indicators/catalog.rs` must be raised first. With a new version, or a new
//! world, `BLESS=1` writes the file anew.

mod support;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use support::{Row, Table, run_tables};

/// Method, version and world, to the number of figures and their digest.
type Golden = BTreeMap<(String, String, String), (usize, String)>;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn golden_path() -> PathBuf {
    root().join("tests/golden/method_versions.tsv")
}

fn worlds() -> Vec<String> {
    let folders = fs::read_dir(root().join("tests/cases")).expect("tests/cases");
    let folders = folders.map(|entry| entry.expect("a readable folder").path());
    let names = folders.filter(|path| path.is_dir()).map(|path| {
        path.file_name().expect("below tests/cases").to_string_lossy().into_owned()
    });
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

/// What a row says, cell by cell.
fn line(row: &Row, columns: &[&str]) -> String {
    let cells: Vec<&str> = columns.iter().map(|column| row[*column].as_str()).collect();
    cells.join("\t")
}

/// The figures of a world as printed, by method and version.
fn figures(world: &str) -> BTreeMap<(String, String), Vec<String>> {
    let temporary = tempfile::tempdir().expect("a temporary folder");
    let out = temporary.path().join("out");
    let project = root().join("tests/cases").join(world).join("project.toml");
    let ran = run_tables(&project, &out, &[]);
    let mut all: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    if ran.code == 2 {
        return all;
    }
    let columns = [
        "indicator",
        "ref_area",
        "time_period",
        "obs_value",
        "value_low",
        "value_high",
        "qualifier",
        "unit_measure",
        "gap",
        "denominator_value",
    ];
    for row in &Table::of(&out, "indicators").rows {
        let method = (row["method"].clone(), row["method_version"].clone());
        all.entry(method).or_default().push(line(row, &columns));
    }
    let manifest = fs::read_to_string(out.join("manifest.json")).expect("a manifest");
    let manifest: serde_json::Value = serde_json::from_str(&manifest).expect("JSON");
    let method = "deficit_in_hazard.access";
    let version = manifest["methods"][method].as_str().expect("a version").to_owned();
    let columns = ["territory", "deficit", "hazard", "level", "people"];
    for row in &Table::of(&out, "deficit_in_hazard").rows {
        let key = (method.to_owned(), version.clone());
        all.entry(key).or_default().push(line(row, &columns));
    }
    let method = "facilities_in_hazard.people";
    let version = manifest["methods"][method].as_str().expect("a version").to_owned();
    let columns =
        ["service", "facility", "territory", "hazard", "level", "people_nearest"];
    for row in &Table::of(&out, "facilities_in_hazard").rows {
        let key = (method.to_owned(), version.clone());
        all.entry(key).or_default().push(line(row, &columns));
    }
    all
}

fn measured() -> Golden {
    let mut golden = Golden::new();
    for world in worlds() {
        for ((method, version), lines) in figures(&world) {
            let text = lines.join("\n");
            let digest = Sha256::digest(text.as_bytes());
            let digest = digest.iter().take(12).fold(String::new(), |mut text, byte| {
                write!(text, "{byte:02x}").expect("text grows");
                text
            });
            golden.insert((method, version, world.clone()), (lines.len(), digest));
        }
    }
    golden
}

fn read(text: &str) -> Golden {
    let rows = text.lines().skip(1).map(|line| {
        let cells: Vec<&str> = line.split('\t').collect();
        let [method, version, world, count, digest] = cells[..] else {
            panic!("{line} has not five cells");
        };
        let key = (method.to_owned(), version.to_owned(), world.to_owned());
        (key, (count.parse().expect("a count"), digest.to_owned()))
    });
    rows.collect()
}

fn render(golden: &Golden) -> String {
    let mut text = "method\tversion\tworld\tfigures\tsha256\n".to_owned();
    for ((method, version, world), (count, digest)) in golden {
        writeln!(text, "{method}\t{version}\t{world}\t{count}\t{digest}").expect("text");
    }
    text
}

/// Figures that changed though the version of their method did not.
fn changed(golden: &Golden, measured: &Golden) -> Vec<String> {
    let same_version = measured.iter().filter_map(|(key, found)| {
        let expected = golden.get(key)?;
        let (method, version, world) = key;
        (expected != found).then(|| format!("{method} {version} in {world}"))
    });
    same_version.collect()
}

#[test]
fn a_figure_changes_only_with_the_version_of_its_method() {
    let golden = read(&fs::read_to_string(golden_path()).expect("the golden file"));
    let measured = measured();
    let changed = changed(&golden, &measured);
    assert!(
        changed.is_empty(),
        "figures changed: raise the version of the method in src/indicators/catalog.rs, \
         say so in CHANGELOG.md, then run with BLESS=1:\n{}",
        changed.join("\n")
    );
    if std::env::var_os("BLESS").is_some() {
        fs::write(golden_path(), render(&measured)).expect("the golden file");
        return;
    }
    assert!(
        golden == measured,
        "methods or worlds are new or gone: look at them, then run with BLESS=1"
    );
}

#[test]
fn every_method_is_guarded() {
    let golden = read(&fs::read_to_string(golden_path()).expect("the golden file"));
    for method in atalaya::indicators::Method::ALL {
        let entry = method.entry();
        let is_there = golden.keys().any(|(known, _, _)| known == entry.code);
        assert!(is_there, "no world has a figure of {}", entry.code);
    }
}

/// The guard itself must be able to fail.
#[test]
fn a_change_without_a_new_version_is_seen() {
    let golden = read("h\na\t1\tw\t2\tff\nb\t1\tw\t1\taa\n");
    let same = read("h\na\t1\tw\t2\tff\nb\t2\tw\t1\tab\n");
    assert!(changed(&golden, &same).is_empty(), "b has another version");
    let other = read("h\na\t1\tw\t2\tfe\nb\t1\tw\t1\taa\n");
    assert_eq!(changed(&golden, &other), ["a 1 in w"]);
}
