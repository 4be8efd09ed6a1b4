//! `render`: a map of a finished run is drawn again, the same byte for byte.

mod support;

use std::fs;
use std::path::Path;

use support::{atalaya, files_under};

/// The project that `new` writes, and its results in `out`.
fn example(more: &[&str]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a folder to work in");
    assert_eq!(atalaya(dir.path(), &["new", "p"]).code, 0);
    let mut run = vec!["run", "p/proyecto.toml", "--out", "out", "--quiet"];
    run.extend(more);
    let ran = atalaya(dir.path(), &run);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    dir
}

#[test]
fn every_map_is_drawn_again_byte_for_byte() {
    let dir = example(&[]);
    let before = files_under(&dir.path().join("out"));
    let mut drawn = 0;
    for (path, kept) in &before {
        let Some(file) = path.strip_prefix("maps/").filter(|file| *file != "atlas.pdf")
        else {
            continue;
        };
        let (map, format) = file.rsplit_once('.').expect("a map has an ending");
        assert!(before.contains_key(&format!("scene/{map}.json.gz")), "{map}");
        let ran = atalaya(
            dir.path(),
            &["dibujar", "out", "--map", map, "--format", format, "-q"],
        );
        assert_eq!((ran.code, ran.stderr.as_str(), ran.stdout.as_str()), (0, "", ""));
        let again = fs::read(dir.path().join(file)).expect("the map was written");
        assert!(again == *kept, "{file}");
        drawn += 1;
    }
    assert!(drawn >= 9, "{drawn}");
    assert!(
        files_under(&dir.path().join("out")) == before,
        "nothing is written into a run"
    );
}

#[test]
fn format_place_and_resolution_are_the_users() {
    let dir = example(&["--only", "maps"]);
    let draw = |more: &[&str]| {
        let mut words = vec!["render", "out", "--map", "overview", "--lang", "en"];
        words.extend(more);
        atalaya(dir.path(), &words)
    };
    let ran = draw(&["--out", "plano general.PDF"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("plano general.PDF"), "{}", ran.stderr);
    let pdf = fs::read(dir.path().join("plano general.PDF")).unwrap();
    assert!(pdf.starts_with(b"%PDF-"));
    let width = |dpi: &str| {
        assert_eq!(draw(&["--dpi", dpi, "--out", "x.png", "-q"]).code, 0);
        let png = fs::read(dir.path().join("x.png")).unwrap();
        u32::from_be_bytes(png[16..20].try_into().unwrap())
    };
    // A4 is 210 or 297 mm wide: at 50 dots per inch 413 or 585.
    let coarse = width("50");
    assert!([413, 585].contains(&coarse), "{coarse}");
    assert!(width("100").abs_diff(2 * coarse) <= 1);
    for (more, said) in [
        (["--format", "gif"], "png, svg and pdf"),
        (["--out", "x.docx"], "png, svg and pdf"),
        (["--dpi", "9000"], "from 20 to 600"),
        (["--out", "no/such/folder/x.png"], "no/such/folder/x.png"),
    ] {
        let ran = draw(&more);
        assert_eq!(ran.code, 2, "{more:?}");
        assert!(ran.stderr.contains(said), "{more:?}: {}", ran.stderr);
    }
}

#[test]
fn what_cannot_be_drawn_again_says_why() {
    let dir = example(&[]);
    let draw = |run: &str, map: &str| {
        atalaya(dir.path(), &["render", run, "--map", map, "--lang", "en"])
    };
    let refused = |run: &str, map: &str, said: &[&str]| {
        let ran = draw(run, map);
        assert_eq!(ran.code, 2, "{map}");
        for said in said {
            assert!(ran.stderr.contains(said), "{map}: {}", ran.stderr);
        }
    };
    refused("out", "overvieww", &["overvieww", "did you mean `overview`?"]);
    refused("out", "../manifest", &["../manifest"]);
    refused("p", "overview", &["manifest.json"]);
    // Damaged, then gone.
    let scene = dir.path().join("out/scene/overview.json.gz");
    let mut bytes = fs::read(&scene).unwrap();
    bytes[20] ^= 1;
    fs::write(&scene, bytes).unwrap();
    refused("out", "overview", &["overview.json.gz", "run the project again"]);
    let verified = atalaya(dir.path(), &["verify", "out", "--lang", "en"]);
    assert_eq!(verified.code, 1);
    assert!(verified.stderr.contains("scene/overview.json.gz"), "{}", verified.stderr);
    fs::remove_file(&scene).unwrap();
    refused("out", "overview", &["overview.json.gz"]);
    // A run without maps.
    let tables = ["run", "p/proyecto.toml", "--out", "t", "--quiet", "--only", "tables"];
    assert_eq!(atalaya(dir.path(), &tables).code, 0);
    refused("t", "overview", &["stores no maps", "--only maps"]);
    assert!(!Path::new(&dir.path().join("t/scene")).exists());
}
