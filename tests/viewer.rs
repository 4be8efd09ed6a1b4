//! The viewer: what the page carries adds up to the tables, and nothing in it can run or ask.
//!
//! The stream is read here by the layout that `src/outputs/viewer/pack.rs` states, and added up
//! by an adder of this file, in whole numbers: neither is that of the program or of the page.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::float_cmp,
    clippy::unwrap_used,
    reason = "whole numbers in floats, bits of base64, and a test that stops where it is wrong"
)]

#[path = "support/pages.rs"]
mod pages;
mod support;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use pages::between;
use serde_json::Value;
use sha2::Digest as _;
use support::{Table, World, atalaya, feature, rect};

const LEVELS: [&str; 6] = ["very_high", "high", "medium", "low", "none", "not_studied"];

/// The stream of a page.
struct Stream {
    model: Value,
    sections: Vec<u8>,
}

impl Stream {
    fn of(page: &str) -> Self {
        let (model, sections) = pages::stream(page);
        Self { model, sections }
    }

    fn bytes(&self, name: &Value) -> &[u8] {
        let [at, length] =
            [0, 1].map(|i| usize::try_from(name[i].as_u64().unwrap()).unwrap());
        &self.sections[at..at + length]
    }

    fn u32s(&self, name: &Value) -> Vec<u32> {
        let all = self.bytes(name).chunks_exact(4);
        all.map(|b| u32::from_le_bytes(b.try_into().unwrap())).collect()
    }

    fn f64s(&self, name: &Value) -> Vec<f64> {
        let all = self.bytes(name).chunks_exact(8);
        all.map(|b| f64::from_le_bytes(b.try_into().unwrap())).collect()
    }
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] =
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits = bytes.iter().flat_map(|byte| (0..8).rev().map(move |at| (byte >> at) & 1));
    let bits: Vec<u8> = bits.collect();
    let sextet =
        |six: &[u8]| (0..6).fold(0, |all, at| all * 2 + six.get(at).unwrap_or(&0));
    let letter = |six: &[u8]| char::from(LETTERS[usize::from(sextet(six))]);
    let mut out: String = bits.chunks(6).map(letter).collect();
    while !out.len().is_multiple_of(4) {
        out.push('=');
    }
    out
}

/// Sums in 1e-12 units by territory, hazard, level, layer and measure.
fn sums(stream: &Stream) -> BTreeMap<[String; 5], i128> {
    let model = &stream.model;
    let codes: Vec<&str> = model["territories"]
        .as_array()
        .unwrap()
        .iter()
        .map(|territory| territory["code"].as_str().unwrap())
        .collect();
    let mut hazards: Vec<&str> = model["hazards"]
        .as_array()
        .unwrap()
        .iter()
        .map(|hazard| hazard["id"].as_str().unwrap())
        .collect();
    hazards.push("any");
    let mut all: BTreeMap<[String; 5], i128> = BTreeMap::new();
    for layer in model["layers"].as_array().unwrap() {
        let exposed = &layer["exposed"];
        if exposed.is_null() {
            continue;
        }
        let levels = stream.bytes(&exposed["classes"]);
        let territory = stream.u32s(&exposed["territories"]);
        let mut add = |class: u32, measure: &str, amount: i128| {
            let class = class as usize;
            let at = territory[class] as usize;
            let own = codes.get(at).copied().unwrap_or("_X");
            for (hazard, id) in hazards.iter().enumerate() {
                let level = levels[(class * hazards.len() + hazard) * 3];
                let places = if own == "_X" { vec![own] } else { vec![own, "_T"] };
                for place in places {
                    let layer = layer["id"].as_str().unwrap();
                    let level = LEVELS[usize::from(level)];
                    let key = [place, id, level, layer, measure].map(str::to_owned);
                    *all.entry(key).or_default() += amount;
                }
            }
        };
        for class in stream.u32s(&exposed["counts"]) {
            if class != u32::MAX {
                add(class, "features", 1_000_000_000_000);
            }
        }
        let parts = stream.u32s(&exposed["parts"]);
        let measures = exposed["measures"].as_array().unwrap();
        for (measure, section) in
            measures[1..].iter().zip(exposed["amounts"].as_array().unwrap())
        {
            for (class, amount) in parts.iter().zip(stream.f64s(section)) {
                if !amount.is_nan() {
                    assert_eq!(amount.fract(), 0.0, "amounts are whole numbers of steps");
                    add(*class, measure["id"].as_str().unwrap(), amount as i128);
                }
            }
        }
    }
    all
}

/// Compares every row of `exposure.csv` with the sum of the page.
fn compare(out: &Path) -> usize {
    let page = fs::read_to_string(out.join("viewer.html")).expect("a page");
    let found = sums(&Stream::of(&page));
    let table = Table::read(&out.join("tables/exposure.csv"));
    for row in &table.rows {
        let key = ["territory", "hazard", "level", "layer", "measure"];
        let key = key.map(|column| row[column].clone());
        let decimals = row["value"].split_once('.').map_or(0, |(_, part)| part.len());
        let sum = found.get(&key).copied().unwrap_or_default();
        let text = format!("{:.decimals$}", sum as f64 / 1e12);
        assert_eq!(text, row["value"], "{key:?}");
    }
    table.rows.len()
}

#[test]
fn what_the_page_carries_adds_up_to_the_table() {
    // Worlds with a study area, with people without a place, with lines across an edge.
    let mut seen = 0;
    for case in
        ["study_area", "people_without_geometry", "lines_by_length", "unknown_people"]
    {
        let dir = tempfile::tempdir().unwrap();
        let project =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(case);
        let out = dir.path().join("out");
        let [project, to] = [project.join("project.toml"), out.clone()];
        let [project, to] = [project.display().to_string(), to.display().to_string()];
        let run = ["run", &project, "--out", &to, "--only", "tables,viewer", "--quiet"];
        assert_ne!(atalaya(dir.path(), &run).code, 2, "{case}");
        seen += compare(&out);
    }
    assert!(seen > 100, "only {seen} rows");
}

/// A new project whose names are hostile, run twice.
fn hostile() -> (tempfile::TempDir, String) {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(atalaya(dir.path(), &["new", "p"]).code, 0);
    let path = dir.path().join("p/proyecto.toml");
    let text = fs::read_to_string(&path).unwrap();
    let title = text.lines().find(|line| line.starts_with("title")).expect("a title");
    let bad = "title = \"</title><script>alert(1)</script>]]>\"";
    fs::write(&path, text.replacen(title, bad, 1)).unwrap();
    let run = ["run", "p/proyecto.toml", "--out", "out", "--only", "viewer", "--quiet"];
    assert_eq!(atalaya(dir.path(), &run).code, 0);
    let page = fs::read_to_string(dir.path().join("out/viewer.html")).unwrap();
    let again = ["run", "p/proyecto.toml", "--out", "b", "--only", "viewer", "--quiet"];
    let again = [&again[..], &["--threads", "1"]].concat();
    assert_eq!(atalaya(dir.path(), &again).code, 0);
    let second = fs::read_to_string(dir.path().join("b/viewer.html")).unwrap();
    assert!(page == second, "the same inputs give the same bytes");
    (dir, page)
}

#[test]
fn nothing_in_the_page_runs_or_asks_but_what_its_policy_names() {
    let (_dir, page) = hostile();
    assert_eq!(page.matches("<script").count(), 2, "the stream and the script");
    assert!(page.contains("&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt;]]&gt;"));
    let model = Stream::of(&page).model;
    assert_eq!(model["project"]["title"]["es"], "</title><script>alert(1)</script>]]>");
    let policy =
        between(&page, "<meta http-equiv=\"Content-Security-Policy\" content=\"");
    let policy = policy.split('"').next().unwrap();
    let (_, rest) = page.rsplit_once("<script>").unwrap();
    let script = rest.split_once("</script>").unwrap().0;
    let style = page.split_once("<style>").unwrap().1.split_once("</style>").unwrap().0;
    let digest = |text: &str| base64(&sha2::Sha256::digest(text.as_bytes()));
    assert_eq!(
        policy,
        format!(
            "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; \
             img-src data: blob:; base-uri 'none'; form-action 'none'",
            digest(script),
            digest(style)
        )
    );
    let shell = page.replace(script, "").replace(style, "").to_lowercase();
    for word in ["src=", "href=", " on", "style=\"", "http:", "https:"] {
        let head = shell.split("id=\"stream\"").next().unwrap();
        assert!(!head.contains(word), "{word} stands in the page");
    }
}

/// What stands in an element that no browser runs, inflated.
fn carried(page: &str, id: &str) -> Option<Vec<u8>> {
    let opening = format!("<script type=\"application/octet-stream\" id=\"{id}\">");
    page.contains(&opening).then(|| {
        let bytes = pages::unbase64(between(page, &opening));
        miniz_oxide::inflate::decompress_to_vec_zlib(&bytes).expect("a zlib stream")
    })
}

#[test]
fn every_sheet_of_the_run_is_in_the_page_as_it_is_in_its_file() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(atalaya(dir.path(), &["new", "p"]).code, 0);
    let run = |out: &str, threads: &str| {
        let only = ["--only", "maps,viewer", "--quiet", "--threads", threads];
        let all = [&["run", "p/proyecto.toml", "--out", out], &only[..]].concat();
        assert_eq!(atalaya(dir.path(), &all).code, 0);
        fs::read_to_string(dir.path().join(out).join("viewer.html")).unwrap()
    };
    let page = run("out", "2");
    assert!(page == run("again", "1"), "any number of threads gives the same bytes");
    let model = Stream::of(&page).model;
    let sheets = model["sheets"].as_array().unwrap();
    let about = |name: &str, value: &str| {
        let sheet = sheets.iter().find(|sheet| sheet["name"] == name).expect(name);
        sheet[value].clone()
    };
    for (at, sheet) in sheets.iter().enumerate() {
        let name = sheet["name"].as_str().unwrap();
        let file = dir.path().join(format!("out/maps/{name}.svg"));
        let text = carried(&page, &format!("sheet-{at}")).expect("the sheet is carried");
        assert!(text == fs::read(file).unwrap(), "{name} is the sheet that is printed");
        let text = String::from_utf8(text).unwrap();
        let [w, h] = [0, 1].map(|i| sheet["size_mm"][i].as_f64().unwrap());
        assert!(text.contains(&format!("width=\"{w}mm\" height=\"{h}mm\"")), "{name}");
    }
    let drawn = fs::read_dir(dir.path().join("out/maps")).unwrap();
    let drawn = drawn.filter(|entry| {
        entry.as_ref().unwrap().path().extension().is_some_and(|ending| ending == "svg")
    });
    assert_eq!(sheets.len(), drawn.count(), "no sheet is left out");
    assert_eq!(about("hazard_inundacion", "topic"), "hazards");
    assert_eq!(about("hazard_inundacion", "subject"), "inundacion");
    assert_eq!(
        about("deficit_area_verde", "title"),
        "D\u{e9}ficit: \u{c1}rea verde por habitante"
    );
    for face in ["face-regular", "face-bold", "face-italic"] {
        // TrueType begins with the number 0x00010000.
        let bytes = carried(&page, face).expect(face);
        assert_eq!(bytes[..4], [0, 1, 0, 0], "{face}");
    }
    // Nothing of it can run: one element is no data.
    let data = page.matches("<script type=\"application/octet-stream\"").count();
    assert_eq!((data, page.matches("<script").count()), (sheets.len() + 4, data + 1));
}

#[test]
fn a_run_without_maps_has_a_page_without_sheets() {
    let (_dir, page) = hostile();
    assert_eq!(Stream::of(&page).model["sheets"], serde_json::json!([]));
    assert_eq!((carried(&page, "sheet-0"), carried(&page, "face-regular")), (None, None));
}

#[test]
fn the_page_is_listed_and_verified_and_may_be_the_only_product() {
    let (dir, _) = hostile();
    let manifest = fs::read(dir.path().join("out/manifest.json")).unwrap();
    let manifest: Value = serde_json::from_slice(&manifest).unwrap();
    let paths: Vec<&str> = manifest["outputs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|output| output["path"].as_str().unwrap())
        .collect();
    assert_eq!(paths, ["viewer.html"]);
    assert_eq!(manifest["options"]["only"], "viewer");
    let verify = ["verify", "out", "--project", "p/proyecto.toml", "--quiet"];
    assert_eq!(atalaya(dir.path(), &verify).code, 0);
    fs::write(dir.path().join("out/viewer.html"), "<p>").unwrap();
    assert_eq!(atalaya(dir.path(), &["verify", "out", "--quiet"]).code, 1);
}

#[test]
fn the_bundle_is_what_its_manifest_says() {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/outputs/viewer");
    let manifest = fs::read(home.join("bundle/manifest.json")).unwrap();
    let manifest: Value = serde_json::from_slice(&manifest).unwrap();
    for (member, folder) in [("bundle", "bundle"), ("sources", "app")] {
        let listed = manifest[member].as_object().unwrap();
        for (name, sha256) in listed {
            let bytes = fs::read(home.join(folder).join(name)).unwrap();
            let found = sha2::Sha256::digest(&bytes);
            let found = found.iter().fold(String::new(), |mut all, byte| {
                let _ = write!(all, "{byte:02x}");
                all
            });
            assert_eq!(sha256.as_str(), Some(&*found), "{name}");
        }
        let files = fs::read_dir(home.join(folder)).unwrap().count();
        let own = usize::from(member == "bundle");
        assert_eq!(files, listed.len() + own, "{folder} has files that nobody lists");
    }
}

/// A block 10 m beyond the edge of a flood that is known to ±20 m: nobody can say whether anybody
/// is in it, and the page has a mark and a word for that.
#[test]
fn what_nobody_can_decide_is_marked() {
    let world = World::tiny();
    world.edit("[layers.flood]\n", "[layers.flood]\naccuracy_m = 20.0\n");
    let zone = rect(0.0, 0.0, 10.0, 100.0);
    world.layer("flood", &[feature("z1", r#""nivel":"high""#, &zone)]);
    let ran =
        atalaya(world.folder(), &["run", "project.toml", "--only", "viewer", "--quiet"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let page = fs::read_to_string(world.out().join("viewer.html")).unwrap();
    let stream = Stream::of(&page);
    let levels = &stream.model["ranges"]["blocks"]["people"]["_T"]["flood"];
    assert_eq!(levels[1], serde_json::json!(["0.0000", "16.6667", 1]));
    assert_eq!(levels[4], serde_json::json!(["123.3333", "140.0000", 0]));
    assert_eq!(stream.model["words"]["es"]["map.undecidable"], "no decidible");
}

#[test]
fn the_page_knows_which_hazards_count_and_how_far_services_are() {
    let world = World::tiny();
    world.edit(
        "[layers.posts]\n",
        "[layers.case]\npath = \"flood.geojson\"\ncrs = \"EPSG:32719\"\n\n\
         [layers.case.hazard]\nkind = \"flood\"\nlevel = \"nivel\"\nin_any = false\n\n\
         [layers.posts]\n",
    );
    let ran = world.run(&["--only", "viewer"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let page = fs::read_to_string(world.out().join("viewer.html")).unwrap();
    let stream = Stream::of(&page);
    let hazards = stream.model["hazards"].as_array().unwrap();
    let counts =
        |id: &str| hazards.iter().find(|one| one["id"] == id).unwrap()["in_any"].clone();
    assert_eq!((counts("flood"), counts("case")), (true.into(), false.into()));
    // The post stands at (50, 50), the middles of the blocks at (50, 50) and (150, 50).
    let access = &stream.model["access"][0];
    assert_eq!(
        (&access["deficit"], &access["within_m"]),
        (&"health".into(), &60.0.into())
    );
    assert_eq!(stream.f64s(&access["distances"]), [0.0, 100.0]);
}
