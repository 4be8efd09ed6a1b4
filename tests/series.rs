//! Series across runs: the line breaks where it must, and nowhere else; what does not compare is
//! refused.

mod support;

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use serde_json::Value;
use sha2::{Digest as _, Sha256};
use support::{Ran, Row, Table, World, atalaya, feature, rect};

/// A world whose people are those of a source at a date.
fn world(title: &str, date: &str, people: u32) -> World {
    let world = World::tiny();
    world.edit(
        "[layers.blocks]\n",
        &format!(
            "[layers.blocks]\nsource = {{ title = \"{title}\", date = \"{date}\" }}\n"
        ),
    );
    world.edit("standard = 1.0\n", &format!("standard = 1.0\nperiod = \"{date}\"\n"));
    world.layer(
        "blocks",
        &[
            feature(
                "b1",
                &format!(r#""population":{people}"#),
                &rect(20.0, 20.0, 80.0, 80.0),
            ),
            feature("b2", r#""population":40"#, &rect(120.0, 20.0, 180.0, 80.0)),
        ],
    );
    let ran = world.run(&[]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    world
}

/// Makes the run one of another version of a method.
fn of_another_version(world: &World, method: &str) {
    let path = world.out().join("tables/indicators.csv");
    let before = fs::read_to_string(&path).expect("a file of the run");
    let after = before.replace(&format!(",{method},1,"), &format!(",{method},2,"));
    assert_ne!(before, after);
    fs::write(&path, &after).expect("a file of the run");
    let hex = |text: &str| {
        let digest = Sha256::digest(text.as_bytes());
        digest.iter().fold(String::new(), |mut text, byte| {
            write!(text, "{byte:02x}").expect("text grows");
            text
        })
    };
    let manifest = world.out().join("manifest.json");
    let text = fs::read_to_string(&manifest).expect("a file of the run");
    assert!(text.contains(&hex(&before)));
    fs::write(&manifest, text.replace(&hex(&before), &hex(&after)))
        .expect("a file of the run");
}

fn series(worlds: &[&World], more: &[&str]) -> Ran {
    let runs: Vec<String> =
        worlds.iter().map(|world| world.out().display().to_string()).collect();
    let mut arguments = vec!["serie"];
    arguments.extend(runs.iter().map(String::as_str));
    arguments.extend(["--lang", "en"]);
    arguments.extend(more);
    atalaya(worlds[0].folder(), &arguments)
}

/// Period, run, segment, break, status and value of each observation of a line.
fn line(table: &Table, indicator: &str, area: &str) -> Vec<[String; 6]> {
    let rows = table.find(&[("indicator", indicator), ("ref_area", area)]);
    let columns = ["time_period", "run", "segment", "break", "obs_status", "obs_value"];
    rows.into_iter().map(|row: &Row| columns.map(|column| row[column].clone())).collect()
}

const PEOPLE: &str = "exposure.flood.high.blocks.people";

#[test]
fn the_line_breaks_between_plan_and_census_and_between_versions_of_a_method() {
    let plan = world("Plan 2015", "2015", 80);
    let census = world("Census", "2017", 100);
    let other = world("Census", "2017", 100);
    of_another_version(&other, "exposure.people");
    let ran = series(&[&plan, &census, &other], &["--quiet"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    let table = Table::parse(&ran.stdout);
    // Half of block b1 lies in the zone.
    assert_eq!(
        line(&table, PEOPLE, "_T"),
        [
            ["2015", "1", "1", "", "A", "40.0000"],
            ["2017", "2", "2", "population", "B", "50.0000"],
            ["2017", "3", "3", "method", "B", "50.0000"],
        ]
    );
    // The number of blocks rests on the layer, not on its people; no version of its own changed.
    assert_eq!(
        line(&table, "exposure.flood.high.blocks.features", "01")
            .iter()
            .map(|cells| cells[3].as_str())
            .collect::<Vec<_>>(),
        ["", "data", ""]
    );
    let row = table.find(&[("indicator", PEOPLE), ("ref_area", "_T"), ("run", "3")])[0];
    assert_eq!(row["break_detail"], "method: exposure.people 1 -> exposure.people 2");
    assert_eq!(row["obs_status_of_run"], "A");
    // The chart says it at each of the two breaks, and draws no line at all.
    let out = plan.file("series");
    let into = out.display().to_string();
    assert_eq!(series(&[&plan, &census, &other], &["-q", "--out", &into]).code, 0);
    let chart = fs::read_to_string(out.join(format!("charts/{PEOPLE}.svg"))).unwrap();
    for reason in ["another source of population", "another method or version"] {
        assert!(chart.contains(reason), "{reason}: {chart}");
    }
    assert_eq!(chart.matches("stroke-width=\"0.5\"").count(), 0);
}

#[test]
fn a_later_edition_of_the_same_source_goes_on() {
    let first = world("Census", "2007", 80);
    let second = world("Census", "2017", 100);
    let ran = series(&[&first, &second], &["-q"]);
    let table = Table::parse(&ran.stdout);
    assert_eq!(
        line(&table, PEOPLE, "_T"),
        [["2007", "1", "1", "", "A", "40.0000"], ["2017", "2", "1", "", "A", "50.0000"],]
    );
}

#[test]
fn boundaries_and_standards_break_it() {
    let first = world("Census", "2007", 80);
    let second = World::tiny();
    second.write("project.toml", &fs::read_to_string(first.project()).unwrap());
    second.edit("standard = 1.0", "standard = 0.9");
    for name in ["blocks", "flood", "posts"] {
        let text = fs::read_to_string(first.file(&format!("{name}.geojson"))).unwrap();
        second.write(&format!("{name}.geojson"), &text);
    }
    second.layer(
        "districts",
        &[
            feature("t1", r#""code":"01","name":"One""#, &rect(0.0, 0.0, 110.0, 100.0)),
            feature("t2", r#""code":"02","name":"Two""#, &rect(110.0, 0.0, 200.0, 100.0)),
        ],
    );
    assert_eq!(second.run(&[]).code, 0);
    let table = Table::parse(&series(&[&first, &second], &["-q"]).stdout);
    let breaks = |indicator| line(&table, indicator, "_T")[1][3].clone();
    assert_eq!(breaks("deficit.health"), "boundary;standard");
    assert_eq!(breaks(PEOPLE), "boundary");
}

#[test]
fn a_folder_holds_table_package_and_charts_and_can_be_verified() {
    let plan = world("Plan 2015", "2015", 80);
    let census = world("Census", "2017", 100);
    let out = plan.file("series");
    let into = out.display().to_string();
    let ran = series(&[&plan, &census], &["--out", &into]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""), "{}", ran.stderr);
    assert!(ran.stderr.contains("another source of population"), "{}", ran.stderr);
    let table = Table::read(&out.join("series.csv"));
    let package = fs::read_to_string(out.join("datapackage.json")).unwrap();
    let package: Value = serde_json::from_str(&package).unwrap();
    let resource = &package["resources"][0];
    let fields = resource["schema"]["fields"].as_array().unwrap();
    let names: Vec<&str> = fields.iter().map(|f| f["name"].as_str().unwrap()).collect();
    assert_eq!(names, table.header.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(
        fields.iter().all(|f| f["description"].as_str().is_some_and(|d| !d.is_empty()))
    );
    let bytes = fs::read(out.join("series.csv")).unwrap();
    assert_eq!(resource["bytes"], bytes.len());
    let chart = fs::read_to_string(out.join(format!("charts/{PEOPLE}.svg"))).unwrap();
    assert!(chart.contains("another source of population"), "{chart}");
    let ran = atalaya(plan.folder(), &["verify", &into, "--lang", "en"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
}

#[test]
fn a_line_within_a_segment_is_drawn_and_none_across_a_break() {
    let drawn = |worlds: &[&World]| {
        let out: PathBuf = worlds[0].file("series");
        let into = out.display().to_string();
        assert_eq!(series(worlds, &["-q", "--out", &into]).code, 0);
        let chart = fs::read_to_string(out.join(format!("charts/{PEOPLE}.svg"))).unwrap();
        // The only strokes of this width are the lines of territories.
        chart.matches("stroke-width=\"0.5\"").count()
    };
    let first = world("Census", "2007", 80);
    let second = world("Census", "2017", 100);
    let plan = world("Plan 2015", "2015", 90);
    // The whole and the first district have people in the zone; the second has 0 in both.
    let joined = drawn(&[&first, &second]);
    assert!(joined >= 2, "{joined}");
    assert_eq!(drawn(&[&plan, &second]), 0);
}

#[test]
fn a_page_has_every_chart_with_title_values_breaks_and_sources() {
    let plan = world("Plan <2015>", "2015", 80);
    let census = world("Census", "2017", 100);
    let out = plan.file("series");
    let into = out.display().to_string();
    assert_eq!(series(&[&plan, &census], &["-q", "--out", &into]).code, 0);
    let page = fs::read_to_string(out.join("series.html")).unwrap();
    let charts = fs::read_dir(out.join("charts")).unwrap().count();
    assert!(charts > 1);
    assert_eq!(page.matches("<svg ").count(), charts);
    assert_eq!(page.matches("role=\"img\"").count(), charts);
    // A table each, and that of the runs, with heads that say what they head.
    assert_eq!(page.matches("<caption>").count(), charts);
    assert!(!page.contains("<th>"));
    for expected in [
        "<html lang=\"en\">",
        "Content-Security-Policy\" content=\"default-src &#39;none&#39;",
        "href=\"series.csv\"",
        &format!("id=\"{PEOPLE}\""),
        &format!("href=\"charts/{PEOPLE}.svg\""),
        "2015 R1",
        // 40 people before and 50 after another source of population.
        "<td class=\"n\">40</td><td class=\"n\">50; break 1</td>",
        "another source of population: before Plan &#60;2015&#62;; now Census",
        "Source of R",
    ] {
        assert!(page.contains(expected), "{expected}: {page}");
    }
    // Nothing comes from elsewhere, and every id stands once.
    for from in ["<script", "http://", "https://", "@import", " src="] {
        assert!(!page.contains(from), "{from}");
    }
    let ids: Vec<&str> =
        page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let once: std::collections::BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(once.len(), ids.len());
    for link in page.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(once.contains(link), "{link}");
    }
}

#[test]
fn what_does_not_compare_is_refused() {
    let first = world("Census", "2007", 80);
    let ran = series(&[&first], &[]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("at least two"), "{}", ran.stderr);
    // Other codes of territories.
    let second = world("Census", "2017", 80);
    second.edit("locale = \"es\"", "locale = \"es\"\ncode_system = \"INEI\"");
    assert_eq!(second.run(&[]).code, 0);
    let ran = series(&[&first, &second], &[]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("INEI"), "{}", ran.stderr);
    // A table that somebody touched.
    let third = world("Census", "2017", 80);
    let path = third.out().join("tables/indicators.csv");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replacen("40.0000", "41.0000", 1)).unwrap();
    let ran = series(&[&first, &third], &[]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("indicators.csv"), "{}", ran.stderr);
    // Nothing in common.
    let fourth = World::tiny();
    fourth.edit("[layers.blocks]", "[layers.lots]");
    fourth.edit("[layers.blocks.exposure]", "[layers.lots.exposure]");
    fourth.edit("people = \"blocks\"", "people = \"lots\"");
    fourth.edit("[deficits.health]", "[deficits.clinics]");
    assert_eq!(fourth.run(&[]).code, 0);
    let ran = series(&[&first, &fourth], &[]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("no indicator"), "{}", ran.stderr);
}
