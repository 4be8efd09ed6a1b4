//! `review`: notes of several people on one table and one map.

#![allow(clippy::unwrap_used, reason = "a test stops where it is wrong")]

mod support;

use std::fs;
use std::path::PathBuf;

use support::{Ran, Table, atalaya, files_under};

/// The project that `new` writes, its tables, and notes about it.
struct Example {
    dir: tempfile::TempDir,
    /// A place in its first territory, degrees.
    at: [f64; 2],
}

/// A note as the viewer writes it.
fn note(id: &str, [lon, lat]: [f64; 2], author: &str, state: &str, said: &str) -> String {
    let said = serde_json::Value::from(said);
    format!(
        r#"{{"type":"Feature","id":"{id}","geometry":{{"type":"Point","coordinates":[{lon},{lat}]}},
           "properties":{{"observation":{said},"author":"{author}","date":"2026-11-20","state":"{state}"}}}}"#
    )
}

fn collection(notes: &[String]) -> String {
    format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, notes.join(","))
}

impl Example {
    fn new() -> Self {
        let dir = tempfile::tempdir().expect("a folder to work in");
        assert_eq!(atalaya(dir.path(), &["new", "p"]).code, 0);
        let run =
            ["run", "p/proyecto.toml", "--out", "out", "--only", "tables", "--quiet"];
        assert_eq!(atalaya(dir.path(), &run).code, 0);
        let blocks = fs::read_to_string(dir.path().join("p/capas/manzanas.geojson"));
        let blocks =
            blocks.or_else(|_| fs::read_to_string(dir.path().join("p/manzanas.geojson")));
        let blocks: serde_json::Value = serde_json::from_str(&blocks.unwrap()).unwrap();
        let mut corner = &blocks["features"][0]["geometry"]["coordinates"];
        while corner[0].is_array() {
            corner = &corner[0];
        }
        let at = [corner[0].as_f64().unwrap(), corner[1].as_f64().unwrap()];
        Self { dir, at }
    }

    fn path(&self, inside: &str) -> PathBuf {
        self.dir.path().join(inside)
    }

    fn file(&self, name: &str, notes: &[String]) {
        fs::write(self.path(name), collection(notes)).unwrap();
    }

    fn review(&self, more: &[&str]) -> Ran {
        let mut arguments = vec!["review", "out"];
        arguments.extend(more);
        arguments.extend(["--lang", "en"]);
        let before = files_under(&self.path("out"));
        let ran = atalaya(self.dir.path(), &arguments);
        assert_eq!(before, files_under(&self.path("out")), "review wrote into the run");
        ran
    }
}

#[test]
fn notes_are_merged_and_conflicts_named() {
    let example = Example::new();
    let here = example.at;
    let there = [here[0] + 0.001, here[1]];
    let same = note("n-1", here, "Ana", "open", "3 < 5, \"más\" al sur");
    example.file("ana.geojson", &[same.clone(), note("n-2", here, "Ana", "open", "dos")]);
    example.file("luis.geojson", &[same, note("n-2", there, "Ana", "accepted", "dos")]);
    let ran = example.review(&["ana.geojson", "luis.geojson"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("Notes: 3; ids with differing content: 1; refused: 0"));
    assert!(
        ran.stderr.contains("n-2: differs in place, state (ana.geojson / luis.geojson)")
    );

    let table = Table::read(&example.path("out-review/notes.csv"));
    let told: Vec<Vec<&str>> = table
        .rows
        .iter()
        .map(|row| {
            ["id", "version", "state", "conflict", "files"]
                .map(|c| row[c].as_str())
                .to_vec()
        })
        .collect();
    assert_eq!(
        told,
        [
            ["n-1", "1", "open", "", "ana.geojson luis.geojson"],
            ["n-2", "1", "open", "place state", "ana.geojson"],
            ["n-2", "2", "accepted", "place state", "luis.geojson"],
        ]
    );
    assert_eq!(table.rows[0]["observation"], "3 < 5, \"más\" al sur");
    assert!(table.rows.iter().all(|row| !row["territory"].is_empty()));

    // The sheet is there in all formats, and the folder can be verified.
    for file in ["notes.png", "notes.svg", "notes.pdf", "refused.csv", "manifest.json"] {
        assert!(example.path("out-review").join(file).is_file(), "{file}");
    }
    let svg = fs::read_to_string(example.path("out-review/notes.svg")).unwrap();
    assert!(svg.contains("3 &lt; 5") && svg.contains("in conflict"));
    // A mark for each of the three wears the colour of its state, and so does the legend.
    let marks = |colour: &str| svg.matches(&format!("fill=\"{colour}\"")).count();
    assert_eq!((marks("#16406b"), marks("#1c5e3a"), marks("#666666")), (2 + 1, 1 + 1, 0));
    // Two marks of the conflict and the sign of it in the legend have a rim of red.
    assert_eq!(marks("#d01030"), 2 + 1);
    assert_eq!(atalaya(example.dir.path(), &["verify", "out-review", "--quiet"]).code, 0);

    // The same notes give the same bytes, in whatever place.
    let first = files_under(&example.path("out-review"));
    let again =
        example.review(&["ana.geojson", "luis.geojson", "--out", "b", "--threads", "1"]);
    assert_eq!((again.code, files_under(&example.path("b"))), (1, first));
}

#[test]
fn notes_in_one_place_stand_apart_and_the_list_says_how_many_more_there_are() {
    let example = Example::new();
    let long = "esta observación tiene bastante más de cuarenta letras";
    let notes: Vec<String> = (10..25)
        .map(|at| note(&format!("n-{at}"), example.at, "Ana", "open", long))
        .collect();
    example.file("ana.geojson", &notes);
    let ran = example.review(&["ana.geojson"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let svg = fs::read_to_string(example.path("out-review/notes.svg")).unwrap();
    // Twelve of the fifteen are listed.
    assert!(svg.contains("… and 3 more, with their whole text, in notes.csv"));
    assert!(svg.contains("What ends in “…” goes on in notes.csv."));
    // Each mark has a place of its own, and all but the first a line to where it belongs.
    let marks: std::collections::BTreeSet<&str> =
        svg.lines().filter(|line| line.contains("fill=\"#16406b\"")).collect();
    assert_eq!(marks.len(), 15 + 1);
    assert_eq!(svg.matches("stroke-width=\"0.27\"").count(), 14);
}

#[test]
fn what_is_no_note_is_refused_feature_by_feature() {
    let example = Example::new();
    let here = example.at;
    let good = note("n-1", here, "Ana", "open", "x");
    let bad = [
        good.clone(),
        note("n-2", here, "Ana", "open", "<img src=x onerror=alert(1)>"),
        note("n-3", [250_000.0, 8_045_000.0], "Ana", "open", "x"),
        note("n-4", [10.0, 50.0], "Ana", "open", "x"),
        note("n-5", here, "", "done", "x").replace("2026-11-20", "20/11/2026"),
    ];
    example.file("bad.geojson", &bad);
    let ran = example.review(&["bad.geojson", "--out", "merged"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    let refused = fs::read_to_string(example.path("merged/refused.csv")).unwrap();
    assert_eq!(
        refused,
        "file,feature,id,reason\n\
         bad.geojson,2,n-2,markup_observation\n\
         bad.geojson,3,n-3,other_crs\n\
         bad.geojson,4,n-4,outside\n\
         bad.geojson,5,n-5,missing_author bad_date bad_state\n"
    );
    assert!(
        ran.stderr
            .contains("bad.geojson, feature 2: refused: the observation has HTML tags")
    );
    assert_eq!(Table::read(&example.path("merged/notes.csv")).rows.len(), 1);
    // Without what is wrong all is well.
    example.file("good.geojson", &[good]);
    assert_eq!(example.review(&["good.geojson", "--out", "merged"]).code, 0);
}

#[test]
fn without_a_run_or_notes_nothing_is_written() {
    let example = Example::new();
    fs::write(example.path("text.geojson"), "x").unwrap();
    fs::write(example.path("array.geojson"), "[]").unwrap();
    let cases: [(&[&str], &str); 4] = [
        (&["text.geojson"], "“text.geojson” is no file of notes: the file is no JSON"),
        (
            &["array.geojson"],
            "is no file of notes: the file is no GeoJSON FeatureCollection",
        ),
        (&["gone.geojson"], "“gone.geojson” cannot be read"),
        (&[], "<NOTES.geojson>"),
    ];
    for (files, expected) in cases {
        let ran = example.review(files);
        assert_eq!(ran.code, 2, "{files:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(expected), "{files:?}: {}", ran.stderr);
        assert!(!example.path("out-review").exists());
    }
    let ran =
        atalaya(example.dir.path(), &["juntar", "p", "text.geojson", "--lang", "es"]);
    assert_eq!(ran.code, 2);
}

#[test]
fn without_the_inputs_there_is_a_table_and_no_map() {
    let example = Example::new();
    example.file("a.geojson", &[note("n-1", example.at, "Ana", "open", "x")]);
    fs::remove_file(example.path("out/inputs.zip")).unwrap();
    let ran = example.review(&["a.geojson"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("No sheet and no territories"));
    let table = Table::read(&example.path("out-review/notes.csv"));
    assert_eq!(table.rows[0]["territory"], "");
    assert!(!example.path("out-review/notes.png").exists());
    let with = ["a.geojson", "--project", "p/proyecto.toml", "--out", "with"];
    assert_eq!(example.review(&with).code, 0);
    assert!(example.path("with/notes.png").is_file());
}
