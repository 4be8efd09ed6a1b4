//! The figures that the project of Ilo must reproduce, each with the number that the study of
//! the field gives it (X3 to X20; those about geometry stand in `ilo_layers.rs`), and the
//! project as a whole.

#![allow(
    clippy::unwrap_used,
    clippy::float_cmp,
    reason = "what is missing should fail the test; printed figures are compared as printed"
)]

mod support;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use atalaya::geometry::crs::{Crs, Transform};
use support::{Row, Table, World, atalaya, feature, point, rect, run_tables};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A project of `layers/`, run once for its tables.
struct Run {
    out: PathBuf,
    _folder: tempfile::TempDir,
}

impl Run {
    fn of(project: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("out");
        let ran = run_tables(&root().join("layers").join(project), &out, &[]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        Self { out, _folder: folder }
    }

    fn table(&self, name: &str) -> Table {
        Table::of(&self.out, name)
    }

    fn deficit(&self, territory: &str, deficit: &str) -> Row {
        let table = self.table("deficits");
        let found = table.find(&[("territory", territory), ("deficit", deficit)]);
        assert_eq!(found.len(), 1, "{territory}/{deficit}");
        found[0].clone()
    }

    /// The sentence about an entry of the register of contradictions.
    fn contradiction(&self, id: &str) -> (String, String) {
        let table = self.table("findings");
        let found = table.find(&[("layer", "contradictions"), ("feature", id)]);
        assert_eq!(found.len(), 1, "{id}");
        (found[0]["code"].clone(), found[0]["message"].clone())
    }
}

fn census() -> &'static Run {
    static RUN: OnceLock<Run> = OnceLock::new();
    RUN.get_or_init(|| Run::of("ilo.toml"))
}

fn plan() -> &'static Run {
    static RUN: OnceLock<Run> = OnceLock::new();
    RUN.get_or_init(|| Run::of("ilo-plan-2015.toml"))
}

fn number(row: &Row, column: &str) -> f64 {
    row[column].parse().unwrap_or_else(|_| panic!("{column} is `{}`", row[column]))
}

#[test]
fn the_summary_begins_with_what_most_people_are_in_the_way_of() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out").display().to_string();
    let arguments =
        ["run", "layers/ilo.toml", "--out", &out, "--only", "tables", "--lang", "es"];
    let ran = atalaya(root(), &arguments);
    let said: Vec<&str> = ran.stderr.lines().collect();
    let at = |start: &str| said.iter().position(|line| line.trim().starts_with(start));
    let any = at("Cualquier peligro:").unwrap();
    // 19,156 people at the two worst levels, then 860; nobody in the way of what follows.
    assert_eq!(at("Falla Chololo (los dos trazos):"), Some(any + 1), "{said:?}");
    assert_eq!(at("Zonas de tsunami:"), Some(any + 2), "{said:?}");
    // A deficit computed from the layers stands before those that others report.
    assert!(at("Área verde por habitante:").is_some() && at("Anemia").is_none());
    assert!(said.len() <= 18, "about a dozen lines: {said:?}");
}

#[test]
fn x3_x4_x5_gaps_in_both_directions() {
    // (deficit, value, standard, gap)
    let cases = [
        ("water_hours", 16.27, 24.0, 7.73),
        ("tuberculosis", 151.0, 27.0, 124.0),
        ("anaemia", 11.4, 4.9, 6.5),
    ];
    for (deficit, value, standard, gap) in cases {
        let row = census().deficit("_T", deficit);
        let found = ["value", "standard", "gap"].map(|column| number(&row, column));
        assert_eq!(found, [value, standard, gap], "{deficit}");
        assert_eq!(row["meets"], "false");
    }
}

#[test]
fn x6_a_censored_value_stays_censored() {
    let known = census().deficit("180301", "green_area_2014");
    assert_eq!(number(&known, "gap"), 6.22);
    let bound = census().deficit("180301", "green_area_reported");
    assert_eq!((bound["value"].as_str(), bound["gap"].as_str()), ("", ""));
    assert_eq!((bound["qualifier"].as_str(), number(&bound, "value_high")), ("<", 0.5));
    // More than 8.50: the gap has a lower end and no upper one.
    assert_eq!((number(&bound, "gap_low"), bound["gap_high"].as_str()), (8.5, ""));
    assert_eq!(bound["meets"], "false");
    let observed = census().table("indicators");
    let row = observed
        .find(&[("indicator", "deficit.green_area_reported"), ("ref_area", "180301")]);
    assert_eq!((row[0]["obs_status"].as_str(), row[0]["qualifier"].as_str()), ("U", "<"));
    assert_eq!(row[0]["target_legal_status"], "attributed");
}

#[test]
fn an_interval_travels_as_an_interval() {
    let row = census().deficit("_T", "poverty");
    let ends = ["value", "value_low", "value_high", "standard", "gap", "meets"];
    assert_eq!(ends.map(|column| row[column].as_str()), ["", "5.6", "7.9", "", "", ""]);
}

/// Green stock of 2.78 m² a person against 9: 49.7 ha lacking for the plan's 79,927 people,
/// 43.9 for the 70,650 that its own rates imply; and 27.8 ha for 100,000 people.
#[test]
fn x7_x19_green_stock_by_denominator() {
    for (people, lacking) in [(79_927, 49.7), (70_650, 43.9)] {
        let world = World::empty();
        let code = format!(r#""code":"01","name":"Ilo","people":{people}"#);
        let land = rect(0.0, 0.0, 1000.0, 1000.0);
        world.layer("districts", &[feature("d", &code, &land)]);
        world.layer("flood", &[feature("z", r#""nivel":"high""#, &land)]);
        let depth = 2.78 * f64::from(people) / 1000.0;
        world.layer("parks", &[feature("p", "", &rect(0.0, 0.0, 1000.0, depth))]);
        world.layer("posts", &[feature("f", "", &point(50.0, 50.0))]);
        world.write("project.toml", GREEN);
        let ran = world.run(&[]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let table = Table::of(&world.out(), "deficits");
        let key = [("territory", "01"), ("deficit", "green")];
        let hectares = table.number(&key, "shortfall") / 1e4;
        assert!((hectares - lacking).abs() < 0.05, "{hectares} ha for {people}");
        // ISO 37120 gives hectares for 100,000 people: ten times the square metres a person.
        let by_iso = table.number(&key, "value") * 10.0;
        assert!((by_iso - 27.8).abs() < 1e-4, "{by_iso}");
    }
}

const GREEN: &str = r#"[project]
id = "green"
working_crs = "EPSG:32719"
territories = "districts"

[layers.districts]
path = "districts.geojson"
crs = "EPSG:32719"
[layers.districts.territory]
code = "code"
people = "people"

[layers.flood]
path = "flood.geojson"
crs = "EPSG:32719"
[layers.flood.hazard]
kind = "flood"
level = "nivel"

[layers.parks]
path = "parks.geojson"
crs = "EPSG:32719"
[layers.parks.service]
kind = "green_area"
[layers.parks.exposure]

[deficits.green]
kind = "area_per_person"
service = "parks"
standard = 9.0
"#;

/// From 415 to 487 are 72 more, 17.35 %; the plan says 52.
#[test]
fn x9_health_staff() {
    let (code, message) = census().contradiction("C8");
    assert_eq!(code, "D002");
    assert!(message.contains("gives 72, not 52"), "{message}");
    assert_eq!((72.0_f64 / 415.0 * 1e4).round() / 100.0, 17.35);
}

/// Warnings, since one source publishes a sum that its own parts do not make; no error, since no
/// figure of ours is wrong: the run ends with 0 ([`Run::of`] asks for that).
#[test]
fn x10_x11_x12_sums_that_do_not_add_up() {
    // (entry, what its check finds)
    let cases = [
        ("C5", "gives 51481, not 51181"),
        ("C12", "gives 69, not 77"),
        ("C19", "gives 48, not 40"),
    ];
    for (id, found) in cases {
        let (code, message) = census().contradiction(id);
        assert_eq!(code, "D002", "{id}");
        assert!(message.contains(found), "{id}: {message}");
        let findings = census().table("findings");
        let row = findings.find(&[("layer", "contradictions"), ("feature", id)])[0];
        assert_eq!(row["severity"], "warning", "{id}");
    }
    // 40 in three shifts: 13.33 on duty, and the other source is told.
    let row = census().deficit("_T", "serenazgo_shift");
    assert_eq!((number(&row, "value") - 74_649.0 / 13.33).round(), 0.0);
    let findings = census().table("findings");
    let told = findings.find(&[("code", "D004"), ("layer", "serenazgo_shift")]);
    assert!(told[0]["message"].contains("16 efectivos"), "{:?}", told[0]);
}

/// Every entry of the register is told once, and no number of it has been overtaken.
#[test]
fn the_register_is_told_whole() {
    let findings = census().table("findings");
    let told: BTreeSet<&str> = findings
        .find(&[("layer", "contradictions")])
        .iter()
        .map(|row| row["feature"].as_str())
        .collect();
    let expected: BTreeSet<String> = (1..=31).map(|i| format!("C{i}")).collect();
    assert_eq!(told, expected.iter().map(String::as_str).collect());
    assert!(findings.find(&[("code", "D003")]).is_empty(), "a check agrees");
    let notes = findings.find(&[("layer", "contradictions"), ("severity", "note")]);
    assert_eq!(notes.len(), 31 - 3, "all but X10 to X12, which are warnings");
}

#[test]
fn x13_psad56_lies_four_hundred_metres_off() {
    let target = Crs::from_epsg(32719).unwrap();
    let transform = Transform::new(24879, &target).unwrap();
    let at = [254_000.0, 8_047_000.0];
    let moved = transform.project(at).unwrap();
    let (east, north) = (moved[0] - at[0], moved[1] - at[1]);
    assert!((east + 190.0).abs() < 10.0, "{east} m east");
    assert!((north + 370.0).abs() < 10.0, "{north} m north");
    assert!((398.0..=419.0).contains(&east.hypot(north)), "{}", east.hypot(north));
}

#[test]
fn the_project_is_whole() {
    for run in [census(), plan()] {
        let distinct = |table: &str, column: &str| -> usize {
            let table = run.table(table);
            table
                .rows
                .iter()
                .map(|row| row[column].clone())
                .collect::<BTreeSet<_>>()
                .len()
        };
        assert!(distinct("exposure", "hazard") > 10);
        assert!(distinct("exposure", "layer") >= 10);
        assert!(distinct("deficits", "deficit") >= 18);
        let balance = run.table("balance");
        assert!(!balance.rows.is_empty());
        assert_eq!(balance.find(&[("closes", "true")]).len(), balance.rows.len());
        let observed = run.table("indicators");
        let typed = |row: &Row| row["comment"].contains("element_type=health (2020000)");
        assert!(observed.rows.iter().any(typed));
    }
}

/// The disputed figure stands twice in the observatory's table, one of them not preferred.
#[test]
fn both_sources_reach_the_observatory() {
    let world = World::tiny();
    world.write(
        "told.csv",
        "territory,indicator,period,value,low,high,qualifier,unit,source,preferred,reason\n\
         01,water,2016,16.27,,,,h,EPS,true,measured\n01,water,2016,20,,,,h,mayor,,\n",
    );
    world.add(
        "[deficits.water]\nkind = \"reported\"\ntable = \"told.csv\"\nindicator = \"water\"\n\
         standard = \"none\"\n",
    );
    assert_eq!(world.run(&[]).code, 0);
    let observed = Table::of(&world.out(), "indicators");
    let of = |source: &str| {
        let key = [("indicator", "deficit.water"), ("source", source)];
        let row = observed.find(&key)[0].clone();
        (row["obs_value"].clone(), row["comment"].clone(), row["target"].clone())
    };
    assert_eq!(of("EPS"), ("16.27".into(), String::new(), String::new()));
    assert_eq!(of("mayor"), ("20".into(), "preferred=false".into(), String::new()));
}

/// What a deficit may say of its standard, and what is refused.
#[test]
fn standards_are_cited_or_refused() {
    let header = "id,value,unit,direction,source,legal_status,edition,date\n";
    let rows = "all,1,1,higher,\"the office, 2020\",parameter,2nd,2020\n\
                few,1,1,lower,x,parameter,,\nnine,9,m2/person,higher,x,attributed,,\n";
    let world = World::tiny();
    world.write("standards.csv", &format!("{header}{rows}"));
    world.edit(
        "fail_on = \"error\"",
        "fail_on = \"error\"\nstandards = \"standards.csv\"",
    );
    world.edit("standard = 1.0", "standard = \"all\"");
    assert_eq!(world.run(&[]).code, 0);
    let table = Table::of(&world.out(), "deficits");
    let row = table.find(&[("territory", "_T")])[0];
    let cited = ["standard", "standard_id", "standard_source", "standard_legal_status"];
    assert_eq!(
        cited.map(|c| row[c].as_str()),
        ["1", "all", "the office, 2020", "parameter"]
    );
    assert_eq!(
        (row["standard_edition"].as_str(), row["standard_date"].as_str()),
        ("2nd", "2020")
    );
    let cases = [
        ("\"al\"", "all"),
        ("\"few\"", "direction must be `higher`"),
        ("\"nine\"", "unit must be `1`"),
        ("\"all\"\nstandard_source = \"me\"", "`standard_source`"),
    ];
    for (standard, said) in cases {
        let ran = {
            world.edit("standard = \"all\"", &format!("standard = {standard}"));
            let ran = world.run(&[]);
            world.edit(&format!("standard = {standard}"), "standard = \"all\"");
            ran
        };
        assert_eq!(ran.code, 2, "{standard}");
        assert!(ran.stderr.contains(said), "{standard}: {}", ran.stderr);
    }
    world.write("standards.csv", &format!("{header}all,1;0,1,higher,x,parameter,,\n"));
    let ran = world.run(&[]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("line 2, `value`"), "{}", ran.stderr);
}

/// `ilo-plan-2015.toml` is `ilo.toml` with other people: nothing else differs.
#[test]
fn the_two_projects_differ_in_their_people_only() {
    let lines = |name: &str| -> BTreeSet<String> {
        let text = std::fs::read_to_string(root().join("layers").join(name)).unwrap();
        text.lines().filter(|l| !l.starts_with('#')).map(str::to_owned).collect()
    };
    let (census, plan) = (lines("ilo.toml"), lines("ilo-plan-2015.toml"));
    let about = ["2017", "2015", "id = ", "title = ", "directory = ", "viviendas"];
    for line in census.symmetric_difference(&plan) {
        assert!(about.iter().any(|word| line.contains(word)), "{line}");
    }
    let keys = |name: &str| {
        let text = std::fs::read_to_string(root().join("layers").join(name)).unwrap();
        let table: toml::Table = text.parse().unwrap();
        let names = |key: &str| -> Vec<String> {
            table[key].as_table().unwrap().keys().cloned().collect()
        };
        (names("layers"), names("deficits"))
    };
    assert_eq!(keys("ilo.toml"), keys("ilo-plan-2015.toml"));
}

/// A rate that does not tell what it divides by may be off by 13 % (79,927 or 70,650 people).
#[test]
fn every_rate_names_its_denominator() {
    for run in [census(), plan()] {
        let table = run.table("deficits");
        let is_rate = |row: &&Row| {
            let (unit, is_known) = (&row["unit"], !row["source"].is_empty());
            let words = ["%", " por ", "/person", "/unit"];
            is_known && (unit == "1" || words.iter().any(|word| unit.contains(word)))
        };
        let rates: Vec<&Row> = table.rows.iter().filter(is_rate).collect();
        assert!(rates.len() > 60, "{} rates", rates.len());
        for row in rates {
            let named = !row["denominator_source"].is_empty();
            assert!(named, "{}/{} names none", row["territory"], row["deficit"]);
        }
    }
    let stated =
        |deficit: &str| census().deficit("_T", deficit)["denominator_source"].clone();
    assert_eq!(stated("waste_per_person"), "79 927 habitantes (plan, 2015)");
    assert_eq!(stated("green_area"), "blocks.population_2017");
}

/// Sand crosses roads and crops; where the belts are known worse than they are wide, nobody is
/// in them for certain.
#[test]
fn sand_is_read_against_roads_and_crops() {
    let exposure = census().table("exposure");
    for (layer, measure) in [("roads", "length"), ("olive_groves", "area")] {
        let row = exposure.find(&[
            ("territory", "_T"),
            ("hazard", "sand_encroachment"),
            ("level", "medium"),
            ("layer", layer),
            ("measure", measure),
        ])[0];
        assert!(number(row, "value") > 1000.0, "{layer}: {row:?}");
        assert!(number(row, "value") < number(row, "total"), "{layer}: {row:?}");
        assert_eq!(number(row, "low"), 0.0, "{layer}: {row:?}");
    }
    // A place that is made up adds nobody to the worst of all hazards.
    let settings = census().table("hazards");
    for hazard in ["sand_encroachment", "fuel_stations", "plant_ilo1"] {
        let rows = settings.find(&[("hazard", hazard)]);
        assert!(
            !rows.is_empty() && rows.iter().all(|row| row["in_any"] == "false"),
            "{hazard}"
        );
    }
    // 50, 100 and 200 m around points known to 1,000 m.
    let stations = settings.find(&[("hazard", "fuel_stations")]);
    let told: Vec<&str> = stations.iter().map(|row| row["resolvable"].as_str()).collect();
    assert!(told.iter().filter(|told| **told == "false").count() == 3, "{told:?}");
}

/// The navy's chart comes in by copying a file and changing one line.
#[test]
fn the_slot_of_the_official_chart_takes_one_line() {
    let folder = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(root().join("layers")).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), folder.path().join(entry.file_name())).unwrap();
    }
    let at = |name: &str| folder.path().join(name);
    let chart = std::fs::read_to_string(at("tsunami_zones.geojson")).unwrap();
    std::fs::write(at("tsunami_t5.geojson"), chart).unwrap();
    let text = std::fs::read_to_string(at("ilo.toml")).unwrap();
    let changed = text.replace("\n# tsunami_t5 = ", "\ntsunami_t5 = ");
    let lines = text.lines().zip(changed.lines()).filter(|(a, b)| a != b);
    assert_eq!(lines.count(), 1);
    std::fs::write(at("ilo.toml"), changed).unwrap();
    let out = at("out");
    let ran = run_tables(&at("ilo.toml"), &out, &[]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let exposure = Table::of(&out, "exposure");
    let people = |hazard: &str| -> f64 {
        let key = [("hazard", hazard), ("territory", "_T"), ("layer", "blocks")];
        let rows = exposure.find(&[&key[..], &[("measure", "people")]].concat());
        let in_zone =
            rows.iter().filter(|row| !["none", "not_studied"].contains(&&*row["level"]));
        in_zone.map(|row| number(row, "value")).sum()
    };
    // T5 is one more scenario; the one that the file was copied from is still there.
    assert!(people("tsunami_t5") > 100.0);
    assert!((people("tsunami_t5") - people("tsunami_zones")).abs() < 0.01);
}

/// Every exposure figure of the kinds that the plan names is in the table.
#[test]
fn every_kind_of_element_that_the_plan_names_is_exposed() {
    let exposure = census().table("exposure");
    let found: BTreeSet<(&str, &str)> = exposure
        .rows
        .iter()
        .map(|row| (row["layer"].as_str(), row["measure"].as_str()))
        .collect();
    for expected in [
        ("blocks", "people"),
        ("blocks", "dwellings"),
        ("industrial_park", "area"),
        ("industrial_lots", "trade_lots_estimate"),
        ("industrial_lots", "fishing_lots_estimate"),
        ("health_facilities", "features"),
        ("education", "initial_premises_estimate"),
        ("education", "primary_premises_estimate"),
        ("education", "secondary_premises_estimate"),
        ("ports", "features"),
        ("runway", "length"),
        ("roads", "length"),
        ("railway", "length"),
        ("olive_groves", "area"),
        ("vineyards", "area"),
        ("heritage", "features"),
        ("green_areas", "area"),
    ] {
        assert!(found.contains(&expected), "{expected:?}");
    }
}

/// 51,481 people in 1993 and 74,649 in 2017 are 1.5603 % a year: 81,916 in 2023.
#[test]
fn people_of_another_year_are_an_estimate() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let growth = "layers.blocks.exposure.growth={ from_year = 2017, to_year = 2023, \
                  totals = { 1993 = 51481, 2017 = 74649 }, source = \"censos 1993 y 2017\" }";
    let ran = run_tables(&root().join("layers/ilo.toml"), &out, &["--set", growth]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let key = [
        ("territory", "_T"),
        ("hazard", "seismic"),
        ("level", "very_high"),
        ("layer", "blocks"),
        ("measure", "people"),
    ];
    let people = Table::of(&out, "exposure").number(&key, "value");
    assert!((people - 81_915.9).abs() < 0.1, "{people}");
    let observed = Table::of(&out, "indicators");
    let row = observed.find(&[
        ("indicator", "exposure.seismic.very_high.blocks.people"),
        ("ref_area", "_T"),
    ])[0];
    assert_eq!((row["obs_status"].as_str(), row["time_period"].as_str()), ("E", "2023"));
    assert!(row["denominator_source"].contains("(1 + 0.015603)^6 [2023]"), "{row:?}");
}

/// A number as the Spanish documents print it.
fn spanish(text: &str) -> f64 {
    let plain = text.replace(' ', "").replace(',', ".");
    plain.parse().unwrap_or_else(|_| panic!("`{text}` is no number"))
}

/// Whether a printed number is another rounded to the decimals that are printed.
fn is_rounded(printed: &str, value: &str) -> bool {
    let decimals = printed.split_once(',').map_or(0, |(_, digits)| digits.len());
    let value: f64 = value.parse().unwrap_or(f64::NAN);
    let half = 0.5 * 10f64.powi(-i32::try_from(decimals).unwrap()) + 1e-9;
    (spanish(printed) - value).abs() <= half
}

/// `docs/plan-ilo.md` gives the values of a run.
#[test]
fn the_table_of_the_plan_holds() {
    let text = std::fs::read_to_string(root().join("docs/plan-ilo.md")).unwrap();
    let mut seen = 0;
    for line in text.lines().filter(|line| line.contains("| `ilo")) {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let (figure, printed) = (cells[4].trim_matches('`'), cells[5]);
        let parts: Vec<&str> = figure.split('/').collect();
        let run = if parts[0] == "ilo" { census() } else { plan() };
        let key = &parts[2..parts.len() - 1];
        let names = support::key_of(parts[1]);
        let key: Vec<(&str, &str)> = names.into_iter().zip(key.iter().copied()).collect();
        let table = run.table(parts[1]);
        let found = table.find(&key);
        assert_eq!(found.len(), 1, "{figure}");
        let row = found[0];
        let holds = match parts[parts.len() - 1] {
            "range" => {
                let (low, high) = printed.split_once('–').unwrap();
                is_rounded(low, &row["value_low"]) && is_rounded(high, &row["value_high"])
            }
            "bound" => {
                let end = printed.trim_start_matches(row["qualifier"].as_str());
                end != printed && is_rounded(end, &row["value_high"])
            }
            column => is_rounded(printed, &row[column]),
        };
        assert!(holds, "{figure}: {printed} is not what the run gives: {row:?}");
        seen += 1;
    }
    assert!(seen > 40, "only {seen} rows");
}

/// `1.380,6` and `1,523.44` both stand in the sources: each is a number only where its decimal
/// mark is declared.
#[test]
fn x20_thousands_only_under_a_declared_mark() {
    // (cell, declared mark, what the layer adds up to)
    let cases = [
        ("1.380,6", Some(","), Some(1380.6)),
        ("\"1,523.44\"", Some("."), Some(1523.44)),
        ("1.380,6", None, None),
        ("\"1,523.44\"", None, None),
        ("1.380,6", Some("."), None),
    ];
    for (cell, mark, expected) in cases {
        let world = World::tiny();
        let block =
            feature("b", r#""k":"A","population":1"#, &rect(20.0, 20.0, 80.0, 80.0));
        world.layer("blocks", &[block]);
        world.write("areas.csv", &format!("k;area\nA;{cell}\n"));
        world.edit(
            "people = \"population\"",
            "people = \"population\"\nsums = { area_km2 = \"area\" }",
        );
        let mark =
            mark.map_or_else(String::new, |mark| format!("decimal = \"{mark}\"\n"));
        world.add(&format!(
            "[layers.blocks.join]\npath = \"areas.csv\"\nkey = \"k\"\nto = \"k\"\n\
             fields = [\"area\"]\ndelimiter = \";\"\n{mark}"
        ));
        let ran = world.run(&[]);
        let findings = Table::of(&world.out(), "findings");
        let refused = findings.find(&[("code", "L008"), ("feature", "b")]);
        match expected {
            None => assert_eq!((ran.code, refused.len()), (1, 1), "{cell}"),
            Some(expected) => {
                assert_eq!((ran.code, refused.len()), (0, 0), "{cell}: {}", ran.stderr);
                let table = Table::of(&world.out(), "exposure");
                let rows = table.find(&[("measure", "area_km2"), ("territory", "_T")]);
                let total: f64 =
                    rows.iter().find(|r| r["hazard"] == "any").unwrap()["total"]
                        .parse()
                        .unwrap();
                assert!((total - expected).abs() < 1e-9, "{cell}: {total}");
            }
        }
    }
}
