//! Every sheet of Ilo says what the tables say, and has the scale that it states.
//!
//! The figures are read off the sheets as people see them, and off the tables as files: what
//! lies between the two is not used here.
#![allow(
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    reason = "what is missing should fail the test"
)]

#[path = "support/pdf.rs"]
mod page;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::OnceLock;

use atalaya::config::{self, AtlasPages};
use atalaya::i18n::{self, Locale};
use atalaya::indicators;
use atalaya::outputs::map::scene::{Anchor, Item, Scene, Text, Weight};
use atalaya::outputs::map::{MapOptions, pdf, render_atlas, style};
use atalaya::outputs::tables;
use atalaya::pipeline::{self, Stage, Watch};
use page::content;

type Row = BTreeMap<String, String>;

struct Silence;

impl Watch for Silence {
    fn stage(&self, _: Stage) {}
}

/// The sheets and the tables of the project.
struct Ilo {
    sheets: Vec<(String, Scene)>,
    /// Those of a hazard in one territory: hazard, code, sheet.
    pages: Vec<(String, String, Scene)>,
    facilities: Vec<Row>,
    hazards: Vec<Row>,
    exposure: Vec<Row>,
    deficits: Vec<Row>,
    /// The summary of risk; no rows where the project has none.
    risk: Vec<Row>,
    /// Layer ids by title, deficits' kinds by id.
    titles: BTreeMap<String, String>,
    territories: BTreeMap<String, String>,
}

fn rows(bytes: &[u8]) -> Vec<Row> {
    let mut reader = csv::Reader::from_reader(bytes);
    reader.deserialize().map(Result::unwrap).collect()
}

fn ilo() -> &'static Ilo {
    static ILO: OnceLock<Ilo> = OnceLock::new();
    ILO.get_or_init(|| {
        read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("layers/ilo.toml"))
    })
}

fn read(project: &Path) -> Ilo {
    let mut settings = config::load(project, &[]).unwrap();
    settings.maps.atlas = AtlasPages::Territories;
    let measured = pipeline::measure(&settings, &Silence).unwrap();
    let (area, measurements) = (&measured.area, &measured.measurements);
    let indicators = indicators::compute(area, measurements, &settings);
    let made = tables::make_all(area, measurements, &indicators, &measured.findings);
    let table =
        |name: &str| rows(&made.iter().find(|table| table.name == name).unwrap().bytes);
    let options = MapOptions { locale: Locale::Es, date: None };
    let keep = |name: &str, scene: &Scene| Ok((name.to_owned(), scene.clone()));
    let mut sheets = Vec::new();
    let mut pages = Vec::new();
    for (name, scene) in
        render_atlas(area, measurements, &settings, &options, keep).unwrap()
    {
        let codes = area.territories.iter().map(|territory| territory.code.as_str());
        let part = codes.filter_map(|code| {
            let hazard = name.strip_prefix("hazard_")?.strip_suffix(code)?;
            Some((hazard.strip_suffix('_')?.to_owned(), code.to_owned()))
        });
        match part.into_iter().next() {
            Some((hazard, code)) => pages.push((hazard, code, scene)),
            None => sheets.push((name, scene)),
        }
    }
    let titles = settings.layers.iter();
    let titles = titles.map(|l| (l.title.get(Locale::Es).to_owned(), l.id.clone()));
    let mut territories: BTreeMap<String, String> =
        area.territories.iter().map(|t| (t.name.clone(), t.code.to_string())).collect();
    territories.insert("Todo el ámbito".to_owned(), "_T".to_owned());
    Ilo {
        sheets,
        pages,
        facilities: table("facilities_in_hazard.csv"),
        hazards: table("hazards.csv"),
        exposure: table("exposure.csv"),
        deficits: table("deficits.csv"),
        risk: settings.risk.as_ref().map_or_else(Vec::new, |_| table("risk_summary.csv")),
        titles: titles.collect(),
        territories,
    }
}

/// Every page of the atlas with its name.
fn all() -> impl Iterator<Item = (String, &'static Scene)> {
    let sheets = ilo().sheets.iter().map(|(name, scene)| (name.clone(), scene));
    let pages = ilo().pages.iter();
    sheets
        .chain(pages.map(|(hazard, code, scene)| (format!("{hazard} in {code}"), scene)))
}

// ------------------------------------------------------------------ What a sheet says

fn texts(scene: &Scene) -> Vec<&Text> {
    let mut all = Vec::new();
    for item in &scene.items {
        if let Item::Text(text) = item {
            all.push(text);
        }
    }
    all
}

/// Sizes of type of a panel, of the usual one.
const SIZES: [f32; 7] = [1.3, 1.2, 1.1, 1.0, 0.94, 0.88, 0.84];

/// Whether a text is as large as the rows of a table, 2.25 mm, in any size of type.
fn is_row(text: &Text) -> bool {
    SIZES.iter().any(|size| (text.size_mm - 2.25 * size).abs() < 0.004)
}

/// The rows below a heading: words, and figures from left to right. Lines of one label are
/// joined; a row without figures heads those after it.
fn below(scene: &Scene, heading: &str) -> Option<Vec<(String, Vec<String>)>> {
    let all = texts(scene);
    // Parts of a table are bold too, in the size of its rows; the small print has its own.
    let is_heading = |text: &Text| text.weight == Weight::Bold && !is_row(text);
    let start = all.iter().position(|t| is_heading(t) && t.text.starts_with(heading))?;
    let mut rows: Vec<(String, Vec<String>)> = Vec::new();
    // The face of the label that may go on, in which a part and its first row differ.
    let mut is_open = None;
    // A long heading has a second line; then come the heads of the columns.
    let body = all[start + 1..].iter().skip_while(|text| is_heading(text));
    let body = body.skip_while(|text| text.anchor == Anchor::End);
    for text in body.take_while(|text| !is_heading(text) && text.weight != Weight::Italic)
    {
        match text.anchor {
            Anchor::End => {
                if let Some((_, figures)) = rows.last_mut() {
                    figures.insert(0, text.text.clone());
                }
                is_open = None;
            }
            _ if is_open == Some(text.weight) => {
                let (label, _) = rows.last_mut().unwrap();
                label.push(' ');
                label.push_str(&text.text);
            }
            _ => {
                rows.push((text.text.clone(), Vec::new()));
                is_open = Some(text.weight);
            }
        }
    }
    Some(rows)
}

/// The levels that the columns below a heading stand for, from left to right.
fn levels_of_columns(scene: &Scene, heading: &str) -> Vec<&'static str> {
    let all = texts(scene);
    let is_heading = |text: &Text| text.weight == Weight::Bold && !is_row(text);
    let start = all.iter().position(|t| is_heading(t) && t.text.starts_with(heading));
    let heads = all[start.unwrap()..].iter().skip_while(|text| is_heading(text));
    let heads = heads.take_while(|text| text.anchor == Anchor::End);
    let level = |head: &&Text| LEVELS.iter().find(|(word, _)| *word == head.text);
    let mut levels: Vec<&str> = heads.map(|head| level(head).unwrap().1).collect();
    levels.reverse();
    levels
}

/// A number as printed in Spanish; `None` for a dash.
fn number(text: &str) -> Option<f64> {
    let plain: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '\u{202f}' && *c != '%')
        .map(|c| if c == ',' { '.' } else { c })
        .collect();
    plain.trim_start_matches(['<', '>', '~']).parse().ok()
}

/// Whether a printed figure is a value, rounded as its decimals say.
fn says(text: &str, value: f64) -> bool {
    let decimals = text
        .split_once(',')
        .map_or(0, |(_, d)| d.chars().take_while(char::is_ascii_digit).count());
    let half = 0.5 * 10f64.powi(-i32::try_from(decimals).unwrap());
    let Some(said) = number(text) else { return false };
    if text.starts_with('<') {
        value < said && value > 0.0
    } else if text.starts_with('>') {
        value > said && value < 100.0
    } else {
        (said - value).abs() <= half * 1.000_1
    }
}

fn value(row: &Row, column: &str) -> Option<f64> {
    row[column].parse().ok()
}

/// Whether a figure goes from nothing to something, so that nobody can say which: at a level
/// that the hazard has not it is nothing.
fn is_undecidable(row: &Row) -> bool {
    let is_own = |zone: &Row| match row["hazard"].as_str() {
        "any" => zone["in_any"] == "true",
        hazard => zone["hazard"] == hazard,
    };
    let is_zone = |zone: &Row| zone["level"] == row["level"] && is_own(zone);
    let is_level = ["none", "not_studied"].contains(&row["level"].as_str())
        || ilo().hazards.iter().any(is_zone);
    let ends = value(row, "low").zip(value(row, "high"));
    is_level && ends.is_some_and(|(low, high)| low <= 0.0 && high > 0.0)
}

/// Whether a cell is the amount of a row in a unit, or its range where that is all there is.
fn is_amount(figure: &str, row: &Row, unit: f64) -> bool {
    let of = |column| value(row, column).unwrap() / unit;
    if !is_undecidable(row) {
        return says(figure, of("value"));
    }
    let ends = figure.split_once('–');
    ends.is_some_and(|(low, high)| says(low, of("low")) && says(high, of("high")))
}

const LEVELS: [(&str, &str); 6] = [
    ("Muy alto", "very_high"),
    ("Alto", "high"),
    ("Medio", "medium"),
    ("Bajo", "low"),
    ("Sin zona", "none"),
    ("Sin estudio", "not_studied"),
];

/// The row of the table: of what territory and hazard, level, layer and measure.
fn exposure(of: (&str, &str), level: &str, layer: &str, measure: &str) -> &'static Row {
    found(of, level, layer, measure).unwrap()
}

/// The same; a territory that has nothing of a layer has no rows of it.
fn found(
    of: (&str, &str),
    level: &str,
    layer: &str,
    measure: &str,
) -> Option<&'static Row> {
    let is_it = |row: &&Row| {
        row["territory"] == of.0
            && row["hazard"] == of.1
            && row["level"] == level
            && row["layer"] == layer
            && row["measure"] == measure
    };
    ilo().exposure.iter().find(is_it)
}

// ------------------------------------------------------------------ Figures

/// Rows of legends that say that nobody can tell whether they are nothing.
#[derive(Default)]
struct Doubts {
    ranges: usize,
    blanks: usize,
}

/// The legend of levels of a sheet says what the table says of a layer and its measure, in
/// units of so many of the table's.
fn assert_levels(
    name: &str,
    scene: &Scene,
    of: (&str, &str),
    (layer, measure, unit): (&str, &str, f64),
    doubts: &mut Doubts,
) {
    let legend = below(scene, "Nivel de peligro").unwrap();
    let mut sum = 0.0;
    for (label, figures) in &legend {
        let (_, level) = LEVELS.iter().find(|(word, _)| label.starts_with(word)).unwrap();
        let row = exposure(of, level, layer, measure);
        let (amount, total) =
            (value(row, "value").unwrap(), value(row, "total").unwrap());
        // Where nobody can say whether it is nothing, no 0 stands.
        if is_undecidable(row) && amount <= 0.0 {
            assert_eq!(figures[..2], ["†", "†"], "{name} {label}");
            doubts.blanks += 1;
        } else {
            let said = says(&figures[0], amount / unit);
            assert!(said, "{name} {label}: {figures:?} {amount}");
            let share = amount / total * 100.0;
            assert!(says(&figures[1], share), "{name} {label}: {figures:?}");
        }
        sum += amount;
        let Some(range) = figures.get(2) else { continue };
        assert_eq!(range.ends_with('†'), is_undecidable(row), "{name}: {range}");
        doubts.ranges += usize::from(is_undecidable(row));
        let range = range.trim_end_matches(['†', '\u{202f}']);
        let ends = value(row, "low").zip(value(row, "high"));
        match (range.split_once('–').filter(|(low, _)| !low.is_empty()), ends) {
            (Some((from, to)), Some((low, high))) => {
                let said = says(from, low / unit) && says(to, high / unit);
                assert!(said, "{name} {label}: {range}");
            }
            (found, ends) => {
                assert!(found.is_none() && ends.is_none(), "{name}: {range}");
            }
        }
    }
    // Levels that the legend leaves out have nobody.
    let whole = value(exposure(of, "none", layer, measure), "total").unwrap();
    assert!((sum - whole).abs() < 1e-6 * whole, "{name}: {sum} of {whole}");
}

#[test]
fn every_legend_of_levels_has_the_figures_of_the_table() {
    let (mut sheets, mut doubts) = (0, Doubts::default());
    for (name, scene) in &ilo().sheets {
        // What the legend counts, and what its unit is of that of the table.
        let (hazard, counted) = match (name.strip_prefix("hazard_"), name) {
            (Some(hazard), _) => (hazard, ("blocks", "people", 1.0)),
            (None, name) if name == "industry" => {
                ("any", ("industrial_lots", "area", 10_000.0))
            }
            _ => continue,
        };
        assert_levels(name, scene, ("_T", hazard), counted, &mut doubts);
        sheets += 1;
    }
    assert!(sheets >= 22 && doubts.ranges > 10, "{sheets} sheets, {}", doubts.ranges);
    assert!(doubts.blanks > 0, "no figure of nothing that nobody can be sure of");
}

/// Each page of a territory has that territory's figures, in its legend and in its table.
#[test]
fn every_page_of_a_territory_has_its_figures_of_the_table() {
    let (mut doubts, mut cells) = (Doubts::default(), 0);
    for (hazard, code, scene) in &ilo().pages {
        let (name, of) =
            (format!("{hazard} in {code}"), (code.as_str(), hazard.as_str()));
        assert_levels(&name, scene, of, ("blocks", "people", 1.0), &mut doubts);
        cells += assert_elements(&name, scene, of);
    }
    // Three districts, and every hazard in each.
    let hazards = ilo().sheets.iter().filter(|(name, _)| name.starts_with("hazard_"));
    assert_eq!(ilo().pages.len(), 3 * (hazards.count() - 1), "all but the worst of all");
    assert!(cells > 300, "{cells}");
}

/// The rings around facilities on a sheet, but that of its legend.
fn rings(scene: &Scene) -> usize {
    let is_ring = |item: &&Item| match item {
        Item::Stroke(stroke) => {
            let round = stroke.paths.iter().all(|p| p.is_closed && p.points.len() > 8);
            stroke.colour == style::STAMP && round
        }
        _ => false,
    };
    scene.items.iter().filter(is_ring).count().saturating_sub(1)
}

/// A ring stands around a facility only if the table has it at a high level, or at the worst
/// that the hazard has; and on the sheet that shows them all, around each of those.
#[test]
fn facilities_in_a_zone_are_marked_as_the_table_says() {
    let mut ringed = 0;
    for (name, scene) in &ilo().sheets {
        let Some(hazard) = name.strip_prefix("hazard_") else { continue };
        let legend = below(scene, "Nivel de peligro").unwrap();
        let zones = LEVELS[..4].iter();
        let has = |word: &str| legend.iter().any(|(label, _)| label.starts_with(word));
        let own: Vec<&str> =
            zones.filter(|(word, _)| has(word)).map(|(_, l)| *l).collect();
        let is_high = |level: &&str| ["very_high", "high"].contains(level);
        let mut marked: Vec<&str> = own.iter().copied().filter(is_high).collect();
        if marked.is_empty() {
            marked.extend(own.first());
        }
        let is_marked = |row: &&Row| {
            row["hazard"] == hazard
                && marked.contains(&row["level"].as_str())
                && row["service"] != "green_areas"
        };
        let expected = ilo().facilities.iter().filter(is_marked).count();
        let drawn = rings(scene);
        assert!(drawn <= expected, "{name}: {drawn} rings, {expected} in the table");
        if hazard == "any" {
            assert_eq!(drawn, expected, "{name}");
        }
        ringed += drawn;
    }
    assert!(ringed > 100, "{ringed}");
}

#[test]
fn nothing_is_cut_on_a_sheet() {
    for (name, scene) in all() {
        for text in texts(scene) {
            let said = &text.text;
            // Dates without an end are written so, between dots and a dash.
            assert!(!said.trim_end().ends_with('…'), "{name}: {said}");
            assert!(!said.starts_with('…'), "{name}: {said}");
        }
    }
}

/// Levels of risk have features and people of the project's own table.
#[test]
fn every_legend_of_risk_has_the_figures_of_the_table() {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("layers/ilo-risk.toml");
    let risk = read(&project);
    let mut sheets = 0;
    for (name, scene) in &risk.sheets {
        let Some(hazard) = name.strip_prefix("risk_") else { continue };
        let legend = below(scene, "Nivel de riesgo").unwrap();
        assert_eq!(legend.len(), 5, "{name}: {legend:?}");
        for (label, figures) in legend {
            let level = LEVELS.iter().find(|(word, _)| *word == label);
            let level = level.map_or("", |(_, level)| level);
            let rows: Vec<&Row> = risk
                .risk
                .iter()
                .filter(|row| {
                    row["territory"] == "_T"
                        && row["hazard"] == hazard
                        && row["risk_class"] == level
                })
                .collect();
            let sum = |column| -> Option<f64> {
                rows.iter().map(|row| value(row, column)).sum()
            };
            assert!(says(&figures[0], sum("features").unwrap()), "{name} {label}");
            match sum("people") {
                Some(people) => assert!(says(&figures[1], people), "{name} {label}"),
                None => assert_eq!(figures[1], "–", "{name} {label}"),
            }
        }
        sheets += 1;
    }
    assert!(sheets >= 1, "{sheets}");
}

/// The measure of the tables that the catalogue has a word for.
fn sum(word: &str) -> &'static str {
    let is_it = |row: &&Row| {
        let measure = row["measure"].as_str();
        measure == word || i18n::text(Locale::Es, &format!("map.sum.{measure}")) == word
    };
    let row = ilo().exposure.iter().find(is_it);
    &row.unwrap_or_else(|| panic!("no measure is called {word}"))["measure"]
}

/// The table of elements of a sheet says what the table says; how many cells it has.
fn assert_elements(name: &str, scene: &Scene, of: (&str, &str)) -> usize {
    let mut cells = 0;
    let Some(rows) = below(scene, "Elementos expuestos") else { return 0 };
    let levels = levels_of_columns(scene, "Elementos expuestos");
    let mut layer = None;
    for (label, figures) in rows {
        if figures.is_empty() {
            layer = Some(ilo().titles[&label].clone());
            continue;
        }
        // The short form has the layer and the measure in one row.
        let short = label.rsplit_once(" (").map(|(t, m)| (t, m.trim_end_matches(')')));
        let titled = short.and_then(|(title, m)| Some((ilo().titles.get(title)?, m)));
        let (layer, measure) = match (titled, &layer) {
            (Some((layer, measure)), _) => (layer.clone(), measure.to_owned()),
            (None, Some(layer)) => (layer.clone(), label.clone()),
            (None, None) => panic!("{name}: no layer has the title of {label}"),
        };
        let (measure, unit): (&str, f64) = match measure.as_str() {
            "elementos" => ("features", 1.0),
            "ha" => ("area", 10_000.0),
            "km" => ("length", 1000.0),
            "habitantes" => ("people", 1.0),
            word => (sum(word), 1.0),
        };
        assert_eq!(figures.len(), levels.len(), "{name} {layer}");
        for (figure, level) in figures.iter().zip(&levels) {
            let Some(row) = found(of, level, &layer, measure) else {
                assert_eq!(figure, "–", "{name} {layer} {measure} {level}");
                continue;
            };
            // A sliver below the last digit of the table is not said to be nothing.
            if figure.ends_with("<\u{202f}0,1") && row["total"] == "0.00" {
                continue;
            }
            let what = format!("{name} {layer} {measure} {level}: {figure}, {row:?}");
            assert!(is_amount(figure, row, unit), "{what}");
            cells += 1;
        }
    }
    cells
}

#[test]
fn every_table_of_elements_has_the_figures_of_the_table() {
    let (mut cells, mut sheets) = (0, 0);
    for (name, scene) in &ilo().sheets {
        let hazard = match (name.strip_prefix("hazard_"), name.as_str()) {
            (Some(hazard), _) => hazard,
            (None, "industry") => "any",
            _ => continue,
        };
        let own = assert_elements(name, scene, ("_T", hazard));
        cells += own;
        sheets += usize::from(own > 0);
    }
    assert!(sheets >= 15 && cells > 150, "{sheets} sheets, {cells} cells");
}

#[test]
fn sheets_of_all_hazards_have_the_people_of_each() {
    let places = [
        ("hazard_any", "Peligros por nivel"),
        ("hazards_overlaid", "Peligros, cada uno"),
    ];
    for (name, heading) in places {
        let (_, scene) = ilo().sheets.iter().find(|(known, _)| known == name).unwrap();
        let rows = below(scene, heading).unwrap();
        assert!(rows.len() > 3, "{name}");
        for (label, figures) in rows {
            let hazard = match label.as_str() {
                "El peor de todos" => "any",
                title => ilo().titles[title].as_str(),
            };
            for (figure, (_, level)) in figures.iter().zip(LEVELS) {
                let rows = ilo().exposure.iter();
                let mut own = rows.filter(|row| {
                    row["territory"] == "_T"
                        && row["hazard"] == hazard
                        && row["level"] == level
                        && row["measure"] == "people"
                });
                let row = own.next().unwrap();
                let what = format!("{name} {label} {level}: {figure} {row:?}");
                assert!(is_amount(figure, row, 1.0), "{what}");
            }
        }
    }
}

/// The ends of the class of gaps that a legend names, in percent of the standard.
fn class(label: &str) -> Option<(f64, f64)> {
    let numbers: Vec<f64> = label.split_whitespace().filter_map(number).collect();
    match (label.split_whitespace().next()?, numbers.as_slice()) {
        ("Hasta", [to]) => Some((0.0, *to)),
        ("De", [from, to]) => Some((*from, *to)),
        ("Más", [from]) => Some((*from, f64::INFINITY)),
        _ => None,
    }
}

/// Whether a territory is in the class that a legend names, by what the table says of it: its
/// gap in percent of the standard, its value, or that one of them is missing.
fn is_in_class(label: &str, is_by_value: bool, row: &Row) -> bool {
    let is_known =
        ["value", "value_low", "value_high"].iter().any(|end| value(row, end).is_some());
    let share = value(row, "gap").zip(value(row, "standard").filter(|of| *of > 0.0));
    let share = share.map(|(gap, standard)| gap / standard * 100.0);
    let is_single = value(row, "value").is_some();
    match label {
        "Sin dato" => !is_known,
        "Con dato, sin brecha decidible" if is_by_value => is_known && !is_single,
        "Con dato, sin brecha decidible" => {
            is_known && row["meets"].is_empty() && share.is_none()
        }
        "Con dato" => is_known && value(row, "standard").is_none(),
        "Cumple el estándar" => row["meets"] == "true",
        "No cumple, brecha sin cuantificar" | "No cumple (el estándar es 0)" => {
            row["meets"] == "false" && share.is_none()
        }
        _ if is_by_value => {
            let ends: Vec<f64> = label.split_whitespace().filter_map(number).collect();
            let (from, to) = (ends[0], *ends.last().unwrap());
            // The first class begins at the smallest value, printed rounded.
            let least = if label.starts_with("De ") { f64::MIN } else { from };
            value(row, "value").is_some_and(|v| v > least && v <= to)
        }
        _ => {
            let (from, to) = class(label).unwrap_or_else(|| panic!("no class: {label}"));
            row["meets"] == "false"
                && share.is_some_and(|percent| percent > from && percent <= to)
        }
    }
}

/// The people of a territory: those that the deficit is counted in, else all of the table.
fn people_of(row: &Row, is_counted: bool) -> Option<f64> {
    if is_counted {
        return value(row, "people");
    }
    let of = (row["territory"].as_str(), "any");
    value(exposure(of, "none", "blocks", "people"), "total")
}

/// Each class of a legend has as many territories, and as many people in them, as the tables
/// have; of a deficit with a figure for the whole only, the people of the whole. How many
/// figures that is.
fn assert_classes(name: &str, scene: &Scene, own: &[&Row]) -> usize {
    let headings =
        ["Brecha, en porcentaje", "Dato por territorio", "Cumplimiento", "Valor, "];
    let legend = headings.iter().find_map(|heading| below(scene, heading));
    let legend = legend.unwrap_or_else(|| panic!("{name}: no legend"));
    let is_by_value = below(scene, "Valor, ").is_some();
    let is_counted = own.iter().any(|row| value(row, "people").is_some());
    let is_known = |row: &&&Row| {
        ["value", "value_low", "value_high"].iter().any(|end| value(row, end).is_some())
    };
    let mut known = own.iter().filter(is_known).peekable();
    let is_whole = known.peek().is_some() && known.all(|row| row["territory"] == "_T");
    let mut said = 0;
    for (label, figures) in &legend {
        let is_in = |row: &&&Row| {
            (row["territory"] == "_T") == is_whole && is_in_class(label, is_by_value, row)
        };
        let inside: Vec<&&Row> = own.iter().filter(is_in).collect();
        let people: Option<f64> =
            inside.iter().map(|row| people_of(row, is_counted)).sum();
        let what = format!("{name} {label}: {figures:?} of {people:?}");
        assert!(!inside.is_empty(), "{what}");
        let count = (!is_whole).then_some(Some(inside.len() as f64));
        let expected: Vec<Option<f64>> = count.into_iter().chain([people]).collect();
        assert_eq!(figures.len(), expected.len(), "{what}");
        for (figure, amount) in figures.iter().zip(expected) {
            match amount {
                Some(amount) => assert!(says(figure, amount), "{what}"),
                None => assert_eq!(figure, "–", "{what}"),
            }
            said += 1;
        }
    }
    // Every territory is in a class, and in one.
    let count = |(_, figures): &(String, Vec<String>)| number(&figures[0]).unwrap();
    let all = own.iter().filter(|row| row["territory"] != "_T").count();
    let counted: f64 = legend.iter().map(count).sum();
    assert!(
        is_whole || (counted - all as f64).abs() < 1e-9,
        "{name}: {counted} of {all}"
    );
    said
}

#[test]
fn every_deficit_has_the_figures_of_the_table() {
    let (mut sheets, mut classes, mut blocks) = (0, 0, 0);
    for (name, scene) in &ilo().sheets {
        let Some(id) = name.strip_prefix("deficit_") else { continue };
        let own: Vec<&Row> =
            ilo().deficits.iter().filter(|r| r["deficit"] == id).collect();
        let of = |code: &str| own.iter().find(|row| row["territory"] == code).copied();
        let is_share = own[0]["kind"] == "access";
        let in_percent = if is_share { 100.0 } else { 1.0 };
        for (label, figures) in below(scene, "Cifras por territorio").unwrap() {
            let Some(row) = ilo().territories.get(&label).and_then(|code| of(code))
            else {
                panic!("{name}: {label}")
            };
            for (figure, column) in figures.iter().zip(["value", "gap"]) {
                if figure.starts_with("no decidible") {
                    assert!(value(row, "gap_low").unwrap() <= 0.0, "{name} {label}");
                    continue;
                }
                match value(row, column).filter(|_| row["qualifier"].is_empty()) {
                    Some(amount) => assert!(
                        says(figure, amount * in_percent),
                        "{name} {label} {column}: {figure} {amount}"
                    ),
                    // A dash, a bound or an interval, but no bare number.
                    None => assert!(
                        number(figure).is_none()
                            || figure.contains('<')
                            || !row["qualifier"].is_empty(),
                        "{name} {label}: {figure}"
                    ),
                }
            }
            if let Some(figure) = figures.get(2) {
                let unit = if row["shortfall_unit"] == "m2" { 10_000.0 } else { 1.0 };
                match value(row, "shortfall") {
                    Some(amount) => {
                        assert!(says(figure, amount / unit), "{name} {label}: {figure}");
                    }
                    None => assert_eq!(figure, "–", "{name} {label}"),
                }
            }
        }
        classes += assert_classes(name, scene, &own);
        if let Some(rows) = below(scene, "Manzanas (población y viviendas), según") {
            let whole = of("_T").unwrap();
            let not = value(whole, "shortfall").unwrap();
            let served = value(whole, "people").unwrap() - not;
            let [near, far] = rows.as_slice() else { panic!("{name}: {rows:?}") };
            assert!(
                near.0.starts_with("A no más") && says(&near.1[0], served),
                "{near:?}"
            );
            assert!(far.0.starts_with("A más") && says(&far.1[0], not), "{far:?}");
            blocks += 1;
        }
        sheets += 1;
    }
    // A sheet has a class at least, and each class its people.
    assert!(sheets >= 38 && classes > 90 && blocks >= 3, "{sheets} {classes} {blocks}");
}

/// The headings of the legends of a sheet: bold, with rows that have a sign and no table.
const CLASSES: [&str; 7] = [
    "Nivel de peligro",
    "Nivel de riesgo",
    "Brecha, en porcentaje",
    "Dato por territorio",
    "Cumplimiento",
    "Valor, ",
    "Manzanas (población y viviendas)",
];

/// No class stands alone: each has a figure, or its legend says why it has none.
#[test]
fn every_class_of_every_sheet_has_a_figure_or_a_reason() {
    let mut classes = 0;
    for (name, scene) in all() {
        for (label, figures) in CLASSES.iter().filter_map(|h| below(scene, h)).flatten() {
            assert!(!figures.is_empty(), "{name}: {label}");
            classes += 1;
        }
        if let Some(counts) = below(scene, "Peligros que coinciden") {
            assert!(counts.iter().all(|(_, figures)| figures.is_empty()), "{name}");
            let why = i18n::text(Locale::Es, "map.legend.counts_unmeasured");
            let said = texts(scene).into_iter().filter(|t| t.weight == Weight::Italic);
            let said: Vec<&str> = said.map(|text| text.text.as_str()).collect();
            assert!(said.join(" ").contains(why), "{name}: {said:?}");
        }
    }
    assert!(classes > 350, "{classes}");
}

/// The figure at the end of each bar of a chart, by the territory that it is about.
fn bars(scene: &Scene, heading: &str) -> Option<Vec<(String, String)>> {
    let all = texts(scene);
    let is_heading =
        |text: &&Text| text.weight == Weight::Bold && text.text.starts_with(heading);
    let start = all.iter().position(is_heading)?;
    let ends: Vec<&Text> =
        all[start..].iter().filter(|text| text.anchor == Anchor::End).copied().collect();
    let pair = |pair: &[&Text]| {
        ilo()
            .territories
            .contains_key(&pair[0].text)
            .then(|| (pair[0].text.clone(), pair[1].text.clone()))
    };
    Some(ends.windows(2).filter_map(pair).collect())
}

#[test]
fn every_bar_has_the_figure_of_the_table() {
    let (mut deficits, mut exposed) = (0, 0);
    for (name, scene) in &ilo().sheets {
        if let Some(id) = name.strip_prefix("deficit_") {
            let chart = bars(scene, "Valor frente al estándar")
                .or_else(|| bars(scene, "Valor ("));
            for (territory, figure) in chart.unwrap_or_default() {
                let code = &ilo().territories[&territory];
                let is_it =
                    |row: &&Row| row["deficit"] == id && row["territory"] == *code;
                let row = ilo().deficits.iter().find(is_it).unwrap();
                let unit = if row["kind"] == "access" { 100.0 } else { 1.0 };
                let amount = value(row, "value").unwrap() * unit;
                assert!(says(&figure, amount), "{name} {territory}: {figure} {amount}");
                deficits += 1;
            }
        } else if let Some(hazard) = name.strip_prefix("hazard_") {
            for (territory, figure) in
                bars(scene, "Proporción por nivel").unwrap_or_default()
            {
                let code = &ilo().territories[&territory];
                let is_it = |row: &&Row| {
                    row["hazard"] == hazard
                        && row["territory"] == *code
                        && row["layer"] == "blocks"
                        && row["measure"] == "people"
                };
                let row = ilo().exposure.iter().find(is_it).unwrap();
                let total = value(row, "total").unwrap();
                assert!(says(&figure, total), "{name} {territory}: {figure} {total}");
                exposed += 1;
            }
        }
    }
    assert!(deficits > 60 && exposed > 50, "{deficits} of deficits, {exposed} exposed");
}

#[test]
fn the_overview_has_the_totals_of_the_table() {
    let (_, scene) = ilo().sheets.iter().find(|(name, _)| name == "overview").unwrap();
    let rows = below(scene, "Territorios").unwrap();
    assert_eq!(rows.len(), 4, "{rows:?}");
    for (territory, figures) in rows {
        let code = &ilo().territories[&territory];
        for (figure, measure) in figures.iter().zip(["people", "features"]) {
            let is_it = |row: &&Row| {
                row["territory"] == *code
                    && row["layer"] == "blocks"
                    && row["measure"] == measure
            };
            let row = ilo().exposure.iter().find(is_it).unwrap();
            let total = value(row, "total").unwrap();
            assert!(says(figure, total), "{territory} {measure}: {figure} {total}");
        }
    }
}

#[test]
fn no_sheet_has_type_that_a_wall_makes_unreadable() {
    for (name, scene) in all() {
        for text in texts(scene) {
            // Marks such as the dagger are part of a text, so each has its size.
            assert!(text.size_mm >= 1.75, "{name}: {} mm: {}", text.size_mm, text.text);
        }
    }
}

// ------------------------------------------------------------------ The scale on paper

/// The number after some words in a text of a sheet.
fn stated(scene: &Scene, words: &str) -> f64 {
    let all = texts(scene);
    let text = all.iter().find(|text| text.text.starts_with(words)).unwrap();
    let rest = &text.text[words.len()..];
    let length = rest.split('\u{a0}').next().unwrap();
    let unit = if rest.ends_with("km") { 1000.0 } else { 1.0 };
    number(length).unwrap() * unit
}

/// The lines of the grid lie as far apart on the page as the sheet says they do on the ground.
#[test]
fn every_sheet_of_ilo_has_its_scale_on_paper() {
    for (name, scene) in all() {
        let scale = stated(scene, "Escala 1:");
        let grid = stated(scene, "Cuadrícula cada ");
        let page = pdf::page(scene);
        let about =
            pdf::About { title: "t", subject: "s", author: None, locale: Locale::Es };
        let text = content(&pdf::document(&[&page], about).unwrap());
        let points_per_unit: f64 = text.split(' ').next().unwrap().parse().unwrap();
        let mm_per_unit = points_per_unit * 25.4 / 72.0;
        // Upright lines of a tenth of a millimetre: the grid.
        let lines: Vec<&str> = text.lines().collect();
        let at = |line: &str, end: &str| -> Option<[f64; 2]> {
            let mut numbers = line.strip_suffix(end)?.split(' ').map(str::parse);
            Some([numbers.next()?.ok()?, numbers.next()?.ok()?])
        };
        let mut xs: Vec<f64> = Vec::new();
        for triple in lines.windows(3).filter(|t| t[0].starts_with(".1 w 0 J")) {
            let (Some(from), Some(to)) = (at(triple[1], " m"), at(triple[2], " l"))
            else {
                continue;
            };
            if (from[0] - to[0]).abs() < 1e-9 && (from[1] - to[1]).abs() > 50.0 {
                xs.push(from[0] * mm_per_unit);
            }
        }
        xs.sort_by(f64::total_cmp);
        xs.dedup();
        assert!(xs.len() >= 2, "{name}: {xs:?}");
        let (first, last) = (xs[0], xs[xs.len() - 1]);
        let expected = grid * 1000.0 / scale * (xs.len() - 1) as f64;
        assert!((last - first - expected).abs() < 0.1, "{name}: {xs:?} for {expected}");
    }
}
