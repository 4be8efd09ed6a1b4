//! The report: what it says is what the tables say, names from data are text, and the page needs
//! nothing from elsewhere.

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use sha2::{Digest as _, Sha256};
use support::{Table, World, atalaya, feature, rect};

/// Runs a world for its tables and its report.
fn report(world: &World, more: &[&str]) -> String {
    let (project, out) = (world.project(), world.out());
    let (project, out) = (project.display().to_string(), out.display().to_string());
    let mut arguments = vec!["run", &project, "--out", &out, "--quiet"];
    arguments.extend(["--only", "tables,report"]);
    arguments.extend(more);
    let ran = atalaya(world.folder(), &arguments);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    fs::read_to_string(world.out().join("report.html")).expect("a report in UTF-8")
}

/// A world whose hazard has an accuracy, so that figures have ranges.
fn world() -> World {
    let world = World::tiny();
    let zone = "[layers.flood]\npath = \"flood.geojson\"\ncrs = \"EPSG:32719\"\n";
    world.edit(zone, &format!("{zone}accuracy_m = 10.0\n"));
    world
}

/// Every start tag: its name and its attributes.
fn tags(page: &str) -> Vec<(String, BTreeMap<String, String>)> {
    let mut all = Vec::new();
    for part in page.split('<').skip(1) {
        let Some((inside, _)) = part.split_once('>') else { continue };
        let name: String =
            inside.chars().take_while(char::is_ascii_alphanumeric).collect();
        if name.is_empty() {
            continue;
        }
        let mut attributes = BTreeMap::new();
        let mut rest = &inside[name.len()..];
        while let Some((before, after)) = rest.split_once("=\"") {
            let key = before.split_whitespace().last().unwrap_or_default();
            let (value, next) = after.split_once('"').expect("a closed value");
            attributes.insert(key.to_owned(), value.to_owned());
            rest = next;
        }
        all.push((name, attributes));
    }
    all
}

fn base64(bytes: &[u8]) -> String {
    let letters: Vec<char> =
        ('A'..='Z').chain('a'..='z').chain('0'..='9').chain(['+', '/']).collect();
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let at = |i: usize| u32::from(*chunk.get(i).unwrap_or(&0));
        let all = at(0) << 16 | at(1) << 8 | at(2);
        for i in 0..4 {
            let letter = letters[(all >> (18 - 6 * i) & 63) as usize];
            out.push(if i <= chunk.len() { letter } else { '=' });
        }
    }
    out
}

#[test]
fn every_figure_explained_is_that_of_its_table() {
    let world = world();
    let page = report(&world, &[]);
    let exposure = Table::of(&world.out(), "exposure");
    let mut seen = 0;
    for (_, attributes) in tags(&page) {
        let Some(name) = attributes.get("data-figure") else { continue };
        let parts: Vec<&str> = name.split('/').collect();
        let ["exposure", territory, hazard, level, layer, measure] = parts[..] else {
            continue;
        };
        let rows = exposure.find(&[
            ("territory", territory),
            ("hazard", hazard),
            ("level", level),
            ("layer", layer),
            ("measure", measure),
        ]);
        assert_eq!(rows.len(), 1, "{name}");
        assert_eq!(attributes["data-value"], rows[0]["value"], "{name}");
        seen += 1;
    }
    assert!(seen > 5, "{seen}");
    // Block b1 has 100 people on x 20 to 80, and the zone ends at x = 50: half of them. With
    // its edge moved by 10 m either way, 20/60 and 40/60 of them.
    assert!(page.contains(
        "data-figure=\"exposure/01/flood/high/blocks/people\" data-value=\"50.0000\""
    ));
    assert!(
        page.contains("50 <span class=\"range\">(33\u{2013}67)</span>"),
        "no range in the table"
    );
    assert!(page.contains("b1 (50,0\u{202f}%): 50.0000"), "no contribution");
}

#[test]
fn every_link_within_the_page_leads_somewhere_and_ids_are_unique() {
    let page = report(&world(), &[]);
    let mut ids = BTreeSet::new();
    for (name, attributes) in tags(&page) {
        if let Some(id) = attributes.get("id") {
            assert!(!id.contains(char::is_whitespace), "{name} {id}");
            assert!(ids.insert(id.clone()), "id {id} occurs twice");
        }
    }
    let mut links = 0;
    for (_, attributes) in tags(&page) {
        let target = attributes.get("href").and_then(|href| href.strip_prefix('#'));
        if let Some(target) = target {
            assert!(ids.contains(target), "#{target} leads nowhere");
            links += 1;
        }
    }
    assert!(links > 20, "{links}");
    for section in [
        "summary",
        "territory",
        "data",
        "exposure",
        "deficits",
        "deficit-in-hazard",
        "facilities",
        "doubts",
        "method",
        "balance",
        "provenance",
        "explanations",
    ] {
        assert!(ids.contains(section), "no section {section}");
    }
}

#[test]
fn the_page_needs_nothing_from_elsewhere_and_may_do_nothing() {
    let page = report(&world(), &[]);
    let (_, rest) = page.split_once("<style>").expect("a style");
    let (style, _) = rest.split_once("</style>").expect("its end");
    let digest = base64(&Sha256::digest(style.as_bytes()));
    let policy = format!("style-src &#39;sha256-{digest}&#39;");
    let plain = format!("style-src 'sha256-{digest}'");
    assert!(page.contains(&policy) || page.contains(&plain), "{}", &page[..600]);
    assert!(page.contains("default-src"));
    for (name, attributes) in tags(&page) {
        assert!(!["script", "link", "iframe", "img", "object", "base"].contains(&&*name));
        for key in attributes.keys() {
            assert!(
                !key.starts_with("on") && key != "style" && key != "src",
                "{name} {key}"
            );
        }
    }
}

#[test]
fn headings_are_in_order_and_tables_have_captions_and_scopes() {
    for (lang, word) in [("es", "Resumen: {} hallazgos"), ("en", "Summary: {} findings")]
    {
        let page = report(&world(), &["--lang", lang]);
        let (_, findings) = page.split_once("<ol id=\"findings\">").unwrap();
        let (findings, _) = findings.split_once("</ol>").unwrap();
        let word = word.replace("{}", &findings.matches("<li>").count().to_string());
        assert!(page.contains(&format!("<html lang=\"{lang}\">")), "{lang}");
        assert_eq!(page.matches(&word).count(), 2, "a heading and a link say {word}");
        let mut last = 0;
        let (mut firsts, mut tables, mut captions) = (0, 0, 0);
        for (name, attributes) in tags(&page) {
            match &*name {
                "h1" | "h2" | "h3" | "h4" => {
                    let level: usize = name[1..].parse().unwrap();
                    assert!(level <= last + 1, "h{level} after h{last}");
                    firsts += usize::from(level == 1);
                    last = level;
                }
                "table" => tables += 1,
                "caption" => captions += 1,
                "th" => assert!(attributes.contains_key("scope"), "{attributes:?}"),
                "svg" => {
                    assert_eq!(attributes["role"], "img");
                    assert!(attributes.contains_key("aria-labelledby"));
                }
                _ => {}
            }
        }
        assert_eq!((firsts, captions), (1, tables));
        assert!(tables > 8, "{tables}");
    }
}

#[test]
fn names_from_data_are_text() {
    let world = world();
    let long = "ñ".repeat(5000);
    let square = |x: f64| rect(x, 0.0, x + 100.0, 100.0);
    let hostile = r#""code":"01","name":"<script>alert('1')</script>\"]]>&\u0000""#;
    world.layer(
        "districts",
        &[
            feature("t1", hostile, &square(0.0)),
            feature("t2", &format!(r#""code":"02","name":"{long}""#), &square(100.0)),
        ],
    );
    let id = "<img src=x onerror=alert(2)>";
    world.layer("posts", &[feature(id, "", &support::point(40.0, 50.0))]);
    world.edit("title = \"Tiny\"", "title = \"</title><script>alert(3)</script>\"");
    let page = report(&world, &[]);
    for (name, _) in tags(&page) {
        assert!(!["script", "img"].contains(&&*name));
    }
    assert!(
        page.contains("&#60;script&#62;alert(") || page.contains("&lt;script&gt;alert(")
    );
    assert!(page.contains("]]&#62;") || page.contains("]]&gt;"));
    assert!(page.contains(&long), "the long name is cut");
    assert!(!page.contains('\0'));
}

#[test]
fn the_same_bytes_on_any_number_of_threads_and_verify_holds_them() {
    let world = world();
    let one = report(&world, &["--threads", "1"]);
    let two = report(&world, &["--threads", "2"]);
    assert_eq!(one, two);
    let out = world.out().display().to_string();
    let verify = || atalaya(world.folder(), &["verify", &out, "--lang", "en"]);
    let ran = verify();
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let path = world.out().join("report.html");
    fs::write(&path, one.replacen("50", "51", 1)).unwrap();
    let ran = verify();
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("report.html"), "{}", ran.stderr);
}

#[test]
fn a_report_alone_has_no_maps_to_lead_to() {
    let world = world();
    let page = report(&world, &["--only", "report"]);
    assert!(!page.contains("href=\"maps/"));
    assert!(page.contains("no dibujó mapas"), "it does not say so");
    let whole = report(&world, &["--only", "maps"]);
    assert!(whole.contains("href=\"maps/hazard_flood.pdf\""));
    assert!(whole.contains("id=\"overview-title\""), "no general map");
    for (_, attributes) in tags(&whole) {
        if let Some(path) =
            attributes.get("href").filter(|href| href.starts_with("maps/"))
        {
            assert!(world.out().join(path).is_file(), "{path}");
        }
    }
}
