//! `verify`: a run is what it says it is, wherever it lies, and nothing is written into it.

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use support::{Ran, atalaya, files_under};

/// The project that `new` writes, and its results.
struct Example {
    dir: tempfile::TempDir,
}

impl Example {
    fn new(more: &[&str]) -> Self {
        let dir = tempfile::tempdir().expect("a folder to work in");
        assert_eq!(atalaya(dir.path(), &["new", "p"]).code, 0);
        let mut run = vec!["run", "p/proyecto.toml", "--out", "out", "--quiet"];
        run.extend(more);
        let ran = atalaya(dir.path(), &run);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        Self { dir }
    }

    fn path(&self, inside: &str) -> PathBuf {
        self.dir.path().join(inside)
    }

    fn verify(&self, more: &[&str]) -> Ran {
        let mut arguments = vec!["verificar", "out", "--lang", "en"];
        arguments.extend(more);
        let before = files_under(&self.path("out"));
        let ran = atalaya(self.dir.path(), &arguments);
        assert_eq!(before, files_under(&self.path("out")), "verify wrote into the run");
        assert_eq!(ran.stdout, "");
        ran
    }

    fn edit(&self, inside: &str, from: &str, to: &str) {
        let path = self.path(inside);
        let text = fs::read_to_string(&path).expect("a text file");
        assert!(text.contains(from), "{inside} has no {from}");
        fs::write(&path, text.replacen(from, to, 1)).expect("a file to write");
    }
}

const PROJECT: [&str; 2] = ["--project", "p/proyecto.toml"];

fn copy(from: &Path, to: &Path) {
    for (path, bytes) in files_under(from) {
        let path = to.join(path);
        fs::create_dir_all(path.parent().expect("below a folder")).expect("a folder");
        fs::write(path, bytes).expect("a copy");
    }
}

#[test]
fn a_run_is_verified_with_and_without_its_project() {
    let example = Example::new(&["--date", "2026-01-31", "--lang", "en"]);
    let ran = example.verify(&PROJECT);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("the same, byte for byte"), "{}", ran.stderr);
    // Elsewhere, and with the project elsewhere.
    let other = tempfile::tempdir().unwrap();
    copy(&example.path("out"), &other.path().join("una copia"));
    copy(&example.path("p"), &other.path().join("q"));
    let arguments = ["verify", "una copia", "--project", "q/proyecto.toml", "-q"];
    let ran = atalaya(other.path(), &arguments);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
}

#[test]
fn a_run_that_kept_its_inputs_is_computed_again_anywhere() {
    let example = Example::new(&["--only", "tables", "--set", "project.code_system=X"]);
    let other = tempfile::tempdir().unwrap();
    copy(&example.path("out"), &other.path().join("una copia"));
    let ran = atalaya(other.path(), &["verify", "una copia", "--lang", "en"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("the same, byte for byte"), "{}", ran.stderr);
    // Without a copy of the inputs it says that it could not.
    let example = Example::new(&["--set", "outputs.keep_inputs=false"]);
    let ran = example.verify(&[]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("nothing is computed again"), "{}", ran.stderr);
}

#[test]
fn a_row_that_was_changed_is_named_without_the_project() {
    let example = Example::new(&["--only", "tables"]);
    example.edit("out/tables/balance.csv", "true", "false");
    let ran = example.verify(&[]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    let said = "tables/balance.csv: row any/manzanas/area, column closes";
    assert!(ran.stderr.contains(said), "{}", ran.stderr);
}

#[test]
fn files_that_are_not_as_written_are_named() {
    let example = Example::new(&["--set", "outputs.keep_inputs=false"]);
    example.edit("out/tables/balance.csv", "true", "false");
    fs::remove_file(example.path("out/tables/findings.csv")).unwrap();
    fs::write(example.path("out/nota.txt"), "hola").unwrap();
    let ran = example.verify(&[]);
    assert_eq!(ran.code, 1);
    for said in [
        "tables/balance.csv is not the one that was written",
        "tables/findings.csv is missing",
        "nota.txt is one too many",
        "3 differences",
    ] {
        assert!(ran.stderr.contains(said), "no `{said}` in {}", ran.stderr);
    }
    let ran = example.verify(&PROJECT);
    let said = "tables/balance.csv: row any/manzanas/area, column closes";
    assert!(ran.stderr.contains(said), "{}", ran.stderr);
}

#[test]
fn a_changed_input_is_named_with_the_rows_that_it_changes() {
    let example = Example::new(&["--only", "tables"]);
    let path = example.path("p/manzanas.geojson");
    let text = fs::read_to_string(&path).unwrap();
    let at = text.find("\"poblacion\":").expect("blocks have people") + 12;
    fs::write(&path, format!("{} 1{}", &text[..at], text[at..].trim_start())).unwrap();
    let ran = example.verify(&PROJECT);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("manzanas.geojson is not the one"), "{}", ran.stderr);
    assert!(ran.stderr.contains("tables/exposure.csv: row "), "{}", ran.stderr);
    fs::remove_file(&path).unwrap();
    let ran = example.verify(&PROJECT);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("manzanas.geojson is not found"), "{}", ran.stderr);
    assert!(ran.stderr.contains("Not computed again"), "{}", ran.stderr);
}

#[test]
fn other_settings_are_told_and_set_gives_them_back() {
    let set = ["--set", "project.code_system=X"];
    let example = Example::new(&["--only", "tables", set[0], set[1]]);
    // The manifest knows what was changed; what is given here comes before it.
    let ran = example.verify(&PROJECT);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let ran = example.verify(&[PROJECT[0], PROJECT[1], set[0], "project.code_system=Y"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("no longer has the settings"), "{}", ran.stderr);
    let ran = example.verify(&[PROJECT[0], PROJECT[1], set[0], set[1]]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
}

#[test]
fn other_versions_are_told() {
    let example = Example::new(&["--set", "outputs.keep_inputs=false"]);
    let version = format!("\"version\": \"{}\"", env!("CARGO_PKG_VERSION"));
    example.edit("out/manifest.json", &version, "\"version\": \"0.0.9\"");
    example.edit(
        "out/manifest.json",
        "\"exposure.people\": \"1\"",
        "\"exposure.people\": \"7\"",
    );
    // The files are as written: that other versions wrote them is no fault.
    let ran = example.verify(&[]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("the results are of Atalaya 0.0.9"), "{}", ran.stderr);
    assert!(ran.stderr.contains("method exposure.people: version 7"), "{}", ran.stderr);
    let ran = example.verify(&PROJECT);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("\"program.version\" differs"), "{}", ran.stderr);
}

#[test]
fn what_is_no_run_ends_with_two() {
    let example = Example::new(&["--only", "tables"]);
    let cases = [("nowhere", "cannot read"), ("p", "no manifest.json")];
    for (folder, said) in cases {
        let arguments = ["verify", folder, "--lang", "en"];
        let ran = atalaya(example.dir.path(), &arguments);
        assert_eq!(ran.code, 2, "{folder}");
        assert!(ran.stderr.contains(said), "{folder}: {}", ran.stderr);
    }
    let ran = example.verify(&["--project", "nowhere.toml"]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    fs::write(example.path("p/proyecto.toml"), "x = ").unwrap();
    assert_eq!(example.verify(&PROJECT).code, 2);
}
