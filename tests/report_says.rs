//! What the report says in its summary and its tables, of a world whose figures are worked out
//! by hand.

mod support;

use std::fs;

use support::{Table, World, feature, point, rect};

/// Two districts of 100 m × 100 m. The flood (edge known to 10 m) covers x 0 to 50, the tremor
/// (10 m) x 0 to 15, the slide x 180 to 200. Posts stand at (20, 20) and (190, 50), and serve
/// within 60 m. People stand at points:
///
/// | | people | flood, drawn | edge in | edge out | tremor, drawn | in | out | slide | post |
/// |---|---|---|---|---|---|---|---|---|---|
/// | b1 (10, 10) | 100 | high | high | high | medium | none | medium | | 14 m |
/// | b2 (45, 50) | 30 | high | none | high | | | | | 39 m |
/// | b3 (120, 50) | 40 | | | | | | | | 70 m |
/// | b4 (190, 60) | 7 | | | | | | | very high | 10 m |
fn world() -> World {
    let world = World::tiny();
    let hazard = |id: &str, kind: &str, more: &str| {
        format!(
            "[layers.{id}]\npath = \"{id}.geojson\"\ncrs = \"EPSG:32719\"\n{more}\n\
             [layers.{id}.hazard]\nkind = \"{kind}\"\nlevel = \"nivel\"\n\n"
        )
    };
    let more = hazard("slide", "landslide", "")
        + &hazard("tremor", "earthquake", "accuracy_m = 10.0\n");
    world.edit("[layers.posts]\n", &format!("{more}[layers.posts]\n"));
    world.edit(
        "[layers.flood]\n",
        "[layers.flood]\naccuracy_m = 10.0\n\
         source = { title = \"Flood\", url = \"ftp://example.org/x\" }\n",
    );
    let zone = |id: &str, level: &str, from: f64, to: f64| {
        feature(id, &format!(r#""nivel":"{level}""#), &rect(from, 0.0, to, 100.0))
    };
    world.layer("flood", &[zone("z1", "high", 0.0, 50.0)]);
    world.layer("tremor", &[zone("z2", "medium", 0.0, 15.0)]);
    world.layer("slide", &[zone("z3", "very_high", 180.0, 200.0)]);
    let people = |id: &str, people: u32, x: f64, y: f64| {
        feature(id, &format!(r#""population":{people}"#), &point(x, y))
    };
    world.layer(
        "blocks",
        &[
            people("b1", 100, 10.0, 10.0),
            people("b2", 30, 45.0, 50.0),
            people("b3", 40, 120.0, 50.0),
            people("b4", 7, 190.0, 60.0),
        ],
    );
    world.layer(
        "posts",
        &[feature("f1", "", &point(20.0, 20.0)), feature("f2", "", &point(190.0, 50.0))],
    );
    world
}

fn report(world: &World) -> String {
    let ran = world.run(&["--only", "tables,report"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    fs::read_to_string(world.out().join("report.html")).expect("a report")
}

/// What stands between two marks, from the first of the first on.
fn between<'t>(text: &'t str, from: &str, to: &str) -> &'t str {
    let (_, rest) = text.split_once(from).unwrap_or_else(|| panic!("no {from}"));
    rest.split_once(to).unwrap_or_else(|| panic!("no {to} after {from}")).0
}

/// A piece of the page without its tags.
fn plain(html: &str) -> String {
    let pieces =
        html.split('<').map(|piece| piece.split_once('>').map_or(piece, |(_, t)| t));
    pieces.collect::<String>().replace(['\u{a0}', '\u{202f}'], " ").trim().to_owned()
}

/// The findings of the summary, without what leads from them.
fn findings(page: &str) -> Vec<String> {
    let list = between(page, "<ol id=\"findings\">", "</ol>");
    let items = list.split("<li>").skip(1);
    items.map(|item| plain(item.split("<a ").next().unwrap_or_default())).collect()
}

/// The rows of a table, each cell as text.
fn rows(page: &str, table: &str) -> Vec<Vec<String>> {
    let inside = between(page, &format!("<table id=\"{table}\">"), "</table>");
    let body = inside.split_once("</thead>").expect("a head").1;
    let rows = body.split("<tr").skip(1);
    rows.map(|row| {
        let cells = row.replace("<th scope=\"row\"", "<td");
        cells.split("<td").skip(1).map(|cell| plain(&format!("<td{cell}"))).collect()
    })
    .collect()
}

/// The first row that begins with a label.
fn row<'r>(rows: &'r [Vec<String>], label: &str) -> &'r [String] {
    let found = rows.iter().find(|row| row.first().is_some_and(|cell| cell == label));
    found.unwrap_or_else(|| panic!("no row {label}: {rows:?}"))
}

#[test]
fn the_summary_tells_the_worst_first_with_figures_and_ranges() {
    let told = findings(&report(&world()));
    let at = |words: &str| {
        let found = told.iter().position(|one| one.contains(words));
        found.unwrap_or_else(|| panic!("nothing says {words}: {told:#?}"))
    };
    // 7 are on the slide; of the flood 100 are sure and 30 lie within 10 m of its edge.
    let worst = &told[0];
    assert!(worst.contains('7') && worst.contains("177"), "{worst}");
    let flood = &told[at("flood:")];
    assert!(flood.contains("130 (between 100 and 130)"), "{flood}");
    assert!(at("flood:") < at("slide:"), "the hazard of most people first: {told:#?}");
    // Of the second district 7 of 47 are at the very high level; of the first nobody.
    let territory = told.iter().find(|one| one.contains("In proportion"));
    let territory = territory.unwrap_or_else(|| panic!("{told:#?}"));
    assert!(territory.contains("Two") && territory.contains("47"), "{territory}");
}

#[test]
fn the_summary_names_the_territory_with_the_largest_share() {
    let world = world();
    let zone = |id: &str, from: f64, to: f64| {
        feature(id, r#""nivel":"very_high""#, &rect(from, 0.0, to, 100.0))
    };
    world.layer("slide", &[zone("z3", 180.0, 200.0), zone("z4", 95.0, 99.0)]);
    let text = fs::read_to_string(world.file("blocks.geojson")).expect("blocks");
    let more = feature("b5", r#""population":9"#, &point(97.0, 50.0));
    world.write("blocks.geojson", &text.replacen("\n]}", &format!(",\n{more}\n]}}"), 1));
    let told = findings(&report(&world));
    // 9 of 139 in the first district, 7 of 47 in the second.
    let said =
        told.iter().find(|one| one.contains("In proportion")).expect("a territory");
    assert!(said.contains("Two: 7 of 47"), "{said}");
}

#[test]
fn what_nobody_can_decide_is_marked_and_counted() {
    let page = report(&world());
    let people = rows(&page, "table-people-tremor");
    // Very high, high, medium: 100 as drawn, none with the edge 10 m further in.
    assert_eq!(row(&people, "One")[3], "100† (0–100)");
    assert_eq!(row(&people, "Two")[3], "0");
    let flood = rows(&page, "table-people-flood");
    assert_eq!(row(&flood, "One")[2], "130 (100–130)");
    // Three hazards of six levels. Nobody knows whether the medium level of the tremor reaches
    // anybody; levels that a hazard has no zone of are not asked for.
    let sentence = between(&page, "Of the 18 figures", "</p>");
    assert!(sentence.contains(" 1 are undecidable"), "{sentence}");
}

#[test]
fn deficits_say_who_meets_the_standard_and_who_lacks_it_where() {
    let page = report(&world());
    let deficits = rows(&page, "table-deficits");
    // All of the first district have a post near; of the second 7 of 47.
    let one = row(&deficits, "One");
    assert_eq!((&*one[2], &*one[6]), ("100.0 %", "yes"));
    let two = row(&deficits, "Two");
    assert_eq!((&*two[2], &*two[5], &*two[6]), ("14.9 %", "40 people", "no"));
    // The 40 are in no zone: a level without a row is nobody, and not an empty cell.
    let lacking = rows(&page, "table-in-hazard-health");
    assert_eq!(row(&lacking, "Two")[1..], ["0", "0", "0", "0", "40", "0"]);
    assert_eq!(row(&lacking, "One")[1..], ["0"; 6]);
}

#[test]
fn facilities_are_in_the_order_of_their_level() {
    let page = report(&world());
    let facilities = rows(&page, "table-facilities");
    let names: Vec<(&str, &str)> = facilities
        .iter()
        .filter(|row| row.len() > 3)
        .map(|row| (row[0].as_str(), row[3].as_str()))
        .collect();
    // f2 is at the very high level, though more depend on f1.
    assert_eq!(names, [("f2", "47"), ("f1", "130")]);
}

#[test]
fn layers_say_how_many_findings_they_have_and_only_the_web_is_a_link() {
    let world = world();
    let text = fs::read_to_string(world.file("blocks.geojson")).expect("blocks");
    let lost =
        r#"{"type":"Feature","id":"b9","properties":{"population":5},"geometry":null}"#;
    world.write("blocks.geojson", &text.replacen("\n]}", &format!(",\n{lost}\n]}}"), 1));
    let page = report(&world);
    let data = rows(&page, "table-data");
    let findings = Table::of(&world.out(), "findings");
    let own = findings.find(&[("layer", "blocks")]);
    assert!(!own.is_empty());
    let expected: Vec<String> = ["error", "warning", "note"]
        .iter()
        .map(|severity| {
            (severity, own.iter().filter(|r| r["severity"] == **severity).count())
        })
        .filter(|(_, count)| *count > 0)
        .map(|(severity, count)| format!("{severity}s: {count}"))
        .collect();
    let blocks = row(&data, "blocks");
    assert_eq!(blocks.last().expect("cells"), &expected.join(", "));
    assert!(expected.iter().any(|one| !one.starts_with("note")), "{expected:?}");
    assert!(page.contains("Flood") && !page.contains("ftp://"));
}
