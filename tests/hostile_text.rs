//! Text that tries to be more than text: names, ids, notes, levels and sources as no office
//! writes them show as they are in every page of a run, and nothing of them runs.

#![allow(
    clippy::case_sensitive_file_extension_comparisons,
    clippy::cast_possible_truncation,
    clippy::unwrap_used,
    reason = "names that the program gives, bits of base64, a test that stops where it is wrong"
)]

#[path = "support/pages.rs"]
mod pages;
mod support;

use std::fs;

use serde_json::{Value, json};
use support::{World, atalaya, files_under};

/// What closes elements, comments and sections, and what scripts take for the end of a line.
const BAD: &str = "<script>alert('a')</script><!-- --!> \"]]> </style></script>\u{2028}\u{2029}&amp;<img src=x onerror=alert(1)>";

/// The text at a place of its own, so that each is found again.
fn bad(place: &str) -> String {
    format!("{place}{BAD}")
}

fn square(x: f64) -> Value {
    let [x0, x1, y0, y1] = [250_000.0 + x, 250_100.0 + x, 8_050_000.0, 8_050_100.0];
    json!({ "type": "Polygon", "coordinates": [[[x0, y0], [x1, y0], [x1, y1], [x0, y1], [x0, y0]]] })
}

fn one(id: &str, properties: &Value, geometry: &Value) -> Value {
    json!({ "type": "Feature", "id": id, "properties": properties, "geometry": geometry })
}

/// TOML reads what JSON writes of a text.
fn toml(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

/// The smallest world with such a text in every place that takes one.
fn world() -> World {
    let world = World::tiny();
    let layer = |name: &str, features: &[Value]| {
        let all = json!({ "type": "FeatureCollection", "features": features });
        world.write(&format!("{name}.geojson"), &all.to_string());
    };
    let long = "ñ".repeat(5000);
    layer(
        "districts",
        &[
            one("t1", &json!({"code": "01", "name": bad("district")}), &square(0.0)),
            one("t2", &json!({"code": "02", "name": long}), &square(100.0)),
        ],
    );
    layer("flood", &[one(&bad("zone"), &json!({"nivel": bad("level")}), &square(0.0))]);
    layer(
        "blocks",
        &[
            one(&bad("block"), &json!({"population": 100}), &square(0.0)),
            one(&long, &json!({"population": 40}), &square(100.0)),
        ],
    );
    let post = json!({ "type": "Point", "coordinates": [250_050.0, 8_050_050.0] });
    layer("posts", &[one(&bad("post"), &json!({"name": bad("named")}), &post)]);
    world.edit("title = \"Tiny\"", &format!("title = {}", toml(&bad("project"))));
    world.edit("level = \"nivel\"", &{
        format!("level = \"nivel\"\nlevels = {{ {} = \"high\" }}", toml(&bad("level")))
    });
    for (id, name) in [("flood", "hazard"), ("blocks", "exposed"), ("posts", "service")] {
        let source = format!(
            "source = {{ title = {}, publisher = {}, licence = {} }}",
            toml(&bad("source")),
            toml(&bad("publisher")),
            toml(&bad("licence"))
        );
        let title = format!("title = {}", toml(&bad(name)));
        let notes = format!("notes = {}", toml(&bad("notes")));
        let own = format!("[layers.{id}]\n");
        world.edit(&own, &format!("{own}{title}\n{notes}\n{source}\n"));
    }
    world.edit(
        "standard = 1.0\n",
        &format!("standard = 1.0\nstandard_source = {}\n", toml(&bad("standard"))),
    );
    world.edit(
        "[deficits.health]\n",
        &format!("[deficits.health]\ntitle = {}\n", toml(&bad("deficit"))),
    );
    world
}

fn run(world: &World, more: &[&str]) {
    let project = world.project().display().to_string();
    let out = world.out().display().to_string();
    let run = ["run", &project, "--out", &out, "--quiet"];
    let ran = atalaya(world.folder(), &[&run[..], more].concat());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
}

/// Every tag of a page and the text between them, as a browser reads them; scripts and styles
/// are skipped to their end.
fn parse(page: &str) -> (Vec<String>, String) {
    let (mut tags, mut text, mut rest) = (Vec::new(), String::new(), page);
    while let Some(at) = rest.find('<') {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(comment) = rest.strip_prefix("<!--") {
            rest = comment.split_once("-->").expect("a comment ends").1;
            tags.push("!--".to_owned());
            continue;
        }
        let end = end_of_tag(rest);
        let inside = &rest[1..end];
        let name: String = inside
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric() || "/!".contains(*c))
            .collect();
        rest = &rest[end + 1..];
        for raw in ["script", "style"] {
            if name == raw {
                rest = &rest[rest.find(&format!("</{raw}")).expect("it ends")..];
            }
        }
        tags.push(inside.to_owned());
    }
    text.push_str(rest);
    (tags, text)
}

/// Where a tag ends: at the first `>` that is in no quotes.
fn end_of_tag(text: &str) -> usize {
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            (None, '>') => return at,
            _ => {}
        }
    }
    panic!("a tag without an end: {}", &text[..text.len().min(80)])
}

/// Text with its references resolved.
fn plain(text: &str) -> String {
    let named = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'")];
    let coded = [("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#39;", "'")];
    let hex = [("&#x27;", "'"), ("&#38;", "&amp;")];
    let all = named.into_iter().chain(coded).chain(hex);
    let text = all.fold(text.to_owned(), |text, (from, to)| text.replace(from, to));
    text.replace("&amp;", "&")
}

/// Whether nothing of a page can run but what its own scripts are.
fn assert_tame(name: &str, page: &str, scripts: usize) -> String {
    let (tags, text) = parse(page);
    let of = |wanted: &str| {
        tags.iter().filter(|tag| tag.split([' ', '/']).next() == Some(wanted)).count()
    };
    assert_eq!(of("script"), scripts, "{name}");
    assert_eq!((of("img"), of("!--")), (0, 0), "{name}");
    for tag in &tags {
        // Quoted, it is a value and no attribute.
        let outside: String = tag.split('"').step_by(2).collect();
        assert!(!outside.contains("onerror"), "{name}: <{tag}>");
    }
    let values: String =
        tags.iter().flat_map(|tag| tag.split('"').skip(1).step_by(2)).collect();
    plain(&(text + &values))
}

#[test]
fn the_report_shows_every_text_as_text() {
    let world = world();
    run(&world, &[]);
    let page = fs::read_to_string(world.out().join("report.html")).unwrap();
    let text = assert_tame("report.html", &page, 0);
    for place in [
        "project", "district", "hazard", "exposed", "service", "source", "deficit",
        "standard",
    ] {
        assert!(text.contains(&bad(place)), "{place}");
    }
    assert!(text.contains(&"ñ".repeat(5000)), "the long name is cut");
}

#[test]
fn the_viewer_carries_every_text_and_none_of_it_is_markup() {
    let world = world();
    run(&world, &["--only", "viewer"]);
    let page = fs::read_to_string(world.out().join("viewer.html")).unwrap();
    assert_tame("viewer.html", &page, 2);
    let (model, _) = pages::stream(&page);
    let layer = |id: &str| {
        let all = model["layers"].as_array().unwrap();
        all.iter().find(|layer| layer["id"] == id).unwrap().clone()
    };
    assert_eq!(model["project"]["title"]["es"], bad("project"));
    assert_eq!(model["territories"][0]["name"], bad("district"));
    assert_eq!(model["territories"][1]["name"], "ñ".repeat(5000));
    assert_eq!(model["hazards"][0]["title"]["es"], bad("hazard"));
    assert_eq!(layer("blocks")["ids"][0], bad("block"));
    assert_eq!(layer("blocks")["notes"]["es"], bad("notes"));
    assert_eq!(layer("posts")["ids"][0], bad("post"));
    assert_eq!(layer("posts")["source"]["publisher"], bad("publisher"));
    assert_eq!(layer("posts")["source"]["licence"], bad("licence"));
    assert_eq!(model["deficits"][0]["title"]["es"], bad("deficit"));
}

/// The drawings of a folder are well formed and hold nothing but drawings.
fn assert_drawings(files: &std::collections::BTreeMap<String, Vec<u8>>) -> usize {
    let mut count = 0;
    for (name, bytes) in files.iter().filter(|(name, _)| name.ends_with(".svg")) {
        let text = String::from_utf8(bytes.clone()).unwrap();
        let (tags, _) = parse(text.split_once("?>").map_or(&text, |(_, rest)| rest));
        for tag in tags {
            let name_of: String = tag
                .trim_start_matches('/')
                .chars()
                .take_while(char::is_ascii_alphanumeric)
                .collect();
            assert!(
                !["script", "img", "foreignObject"].contains(&&*name_of),
                "{name}: <{tag}>"
            );
        }
        count += 1;
    }
    count
}

/// The middle of a run's ground, in degrees, as its viewer has it.
fn middle(world: &World) -> [f64; 2] {
    let page = fs::read_to_string(world.out().join("viewer.html")).unwrap();
    let (model, sections) = pages::stream(&page);
    ["lon", "lat"].map(|axis| {
        let at = model["frame"]["degrees"][axis][0].as_u64().unwrap() as usize;
        // 17 nodes a side: the one in the middle.
        let at = at + 8 * (17 * 8 + 8);
        f64::from_le_bytes(sections[at..at + 8].try_into().unwrap())
    })
}

#[test]
fn maps_series_and_reviews_hold_them_as_text() {
    let (first, second) = (world(), world());
    run(&first, &[]);
    run(&second, &["--only", "tables"]);
    assert!(assert_drawings(&files_under(&first.out())) > 0);
    let [a, b] = [&first, &second].map(|world| world.out().display().to_string());
    let out = first.file("series").display().to_string();
    let ran = atalaya(first.folder(), &["series", &a, &b, "--out", &out]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let files = files_under(&first.file("series"));
    assert!(assert_drawings(&files) > 0);
    let table = support::Table::parse(std::str::from_utf8(&files["series.csv"]).unwrap());
    assert!(table.rows.iter().any(|row| row["source"].contains(&bad("source"))));

    let note = |id: &str, said: &str| {
        json!({
            "type": "Feature",
            "id": id,
            "properties": {
                "observation": said, "author": "Ana", "date": "2026-11-20", "state": "open",
            },
            "geometry": { "type": "Point", "coordinates": middle(&first) },
        })
    };
    // Tags are refused, note by note; what is merely odd is kept.
    let odd = "\"]]> --> 3 < 5 & 7 > 6";
    let note = [note("n1", odd), note("n2", &bad("observation"))];
    let notes = json!({ "type": "FeatureCollection", "features": note });
    first.write("notes.geojson", &notes.to_string());
    let out = first.file("review").display().to_string();
    let ran = atalaya(first.folder(), &["review", &a, "notes.geojson", "--out", &out]);
    assert!(ran.code < 2, "{}", ran.stderr);
    let files = files_under(&first.file("review"));
    assert!(assert_drawings(&files) > 0, "{:?}", files.keys());
    let told = files.iter().filter(|(name, _)| name.ends_with(".csv"));
    let told: String = told.map(|(_, bytes)| String::from_utf8_lossy(bytes)).collect();
    assert!(told.contains(&odd.replace('"', "\"\"")), "{told}");
    assert!(!told.contains("<script>"), "{told}");
}
