//! Wrong project files: each says where, what was expected, what was found and what may
//! have been meant; all trouble of a file comes in one go.

#![expect(clippy::too_many_lines, reason = "a table is as long as its cases")]

use std::fs;
use std::path::Path;

use atalaya::config::{self, ConfigErrors, Settings};
use atalaya::domain::Explain;
use atalaya::i18n::{self, Locale};

/// A good project; each case changes one thing in it.
const GOOD: &str = r#"[project]
id = "demo"
title = { es = "Demostración", en = "Demonstration" }
working_crs = "EPSG:32719"
territories = "districts"
locale = "es"
fail_on = "error"

[layers.districts]
path = "districts.geojson"
source = { title = "T", publisher = "P", date = "2023-01-01" }
accuracy_m = 60
status = "reference"
[layers.districts.territory]
code = "ubigeo"
people = "pob"

[layers.zones]
path = "zones.geojson"
[layers.zones.hazard]
kind = "tsunami"
level = "nivel"
levels = { MA = "very_high", X = "none" }
study_area = "districts"

[layers.fault]
path = "zones.geojson"
[layers.fault.hazard]
kind = "active_fault"
bands = [
  { within_m = 100.0, level = "high" },
  { within_m = 500.0, level = "low" },
]

[layers.blocks]
path = "blocks.geojson"
[layers.blocks.exposure]
people = "pob"
sums = { dwellings = "viviendas" }

[layers.parks]
path = "parks.geojson"
[layers.parks.service]
kind = "green_area"

[deficits.green]
kind = "area_per_person"
service = "parks"
people = "blocks"
standard = 9.0
period = 2017

[deficits.reach]
kind = "access"
service = "parks"
people = "blocks"
within_m = 500
standard = 1.0

[deficits.guards]
kind = "people_per_unit"
table = "reported.csv"
indicator = "serenos"
standard = 1000

[deficits.water]
kind = "reported"
table = "reported.csv"
indicator = "water_hours"
standard = 24
better = "higher"

[outputs]
directory = "outputs"
"#;

fn folder() -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("the folder can be written");
    for name in ["districts.geojson", "zones.geojson", "blocks.geojson", "parks.geojson"]
    {
        fs::write(dir.path().join(name), "{}").expect("the folder can be written");
    }
    fs::write(dir.path().join("reported.csv"), "territory\n")
        .expect("the folder can be written");
    fs::create_dir(dir.path().join("sub")).expect("the folder can be written");
    dir
}

fn load(dir: &Path, text: &str, set: &[(&str, &str)]) -> Result<Settings, ConfigErrors> {
    let file = dir.join("project.toml");
    fs::write(&file, text).expect("the folder can be written");
    let set: Vec<(String, String)> =
        set.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect();
    config::load(&file, &set)
}

/// As much of a hint as the cases hold.
const HINT: usize = 42;

/// Errors as `line:column:width message | hint`, in English; the folder is taken away.
fn shown(dir: &Path, result: Result<Settings, ConfigErrors>) -> Vec<String> {
    let Err(errors) = result else { return Vec::new() };
    let folder = format!("{}/", dir.display());
    let line = |error: &config::ConfigError| {
        let place = error.place().map_or("-".to_owned(), |place| {
            format!("{}:{}:{}", place.line, place.column, place.width)
        });
        let hint = error.hint().map_or(String::new(), |hint| {
            let text = i18n::render(Locale::En, &hint);
            format!(" | {}", text.chars().take(HINT).collect::<String>())
        });
        format!("{place} {error}{hint}").replace(&folder, "")
    };
    errors.errors.iter().map(line).collect()
}

#[test]
fn the_good_project_is_good() {
    let dir = folder();
    assert_eq!(shown(dir.path(), load(dir.path(), GOOD, &[])), Vec::<String>::new());
}

#[test]
fn each_wrong_thing_is_told_with_its_place_and_a_way_out() {
    let dir = folder();
    let mut failures = Vec::new();
    for (from, to, expected) in cases() {
        assert!(GOOD.contains(from), "{from}");
        let text = GOOD.replacen(from, to, 1);
        let found = shown(dir.path(), load(dir.path(), &text, &[]));
        if found != expected {
            failures
                .push(format!("{to:?}\n  found    {found:#?}\n  expected {expected:#?}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

type Case = (&'static str, &'static str, Vec<&'static str>);

fn cases() -> Vec<Case> {
    let mut all = wrong_text_and_project();
    all.extend(wrong_layers());
    all.extend(wrong_roles());
    all.extend(wrong_deficits());
    all
}

fn wrong_text_and_project() -> Vec<Case> {
    vec![
        ("id = \"demo\"", "id = demo", vec!["2:6:4 not valid TOML: texts go in quotes"]),
        (
            "[project]",
            "[project",
            vec!["1:9:1 not valid TOML: the header is not closed with `]`"],
        ),
        (
            "id = \"demo\"",
            "id \"demo\"",
            vec!["2:4:1 not valid TOML: `=` and its value are missing after the key"],
        ),
        ("id = \"demo\"", "id = ", vec!["2:6:1 not valid TOML: the value is missing"]),
        (
            "id = \"demo\"",
            "id = \"demo\"\nid = \"other\"",
            vec!["3:1:2 not valid TOML: this key was written before"],
        ),
        (
            "[project]",
            "[proyect]",
            vec![
                "1:2:7 unknown key `proyect` in the file | did you mean `project`? Allowed are: proje",
            ],
        ),
        (
            "id = \"demo\"\n",
            "",
            vec!["1:2:7 `id` is missing in [project] | add the line `id = …`"],
        ),
        (
            "id = \"demo\"",
            "id = 7",
            vec!["2:6:1 `id`: expected a text in quotes, found a number 7"],
        ),
        ("id = \"demo\"", "id = \"\"", vec!["2:6:2 `id` is an empty text"]),
        (
            "id = \"demo\"",
            "id = \"Ilo/2023\"",
            vec![
                "2:6:10 the name \"Ilo/2023\" cannot be used: only ASCII letters, digits, `_` and `-` are allowed, and it must begin with a letter or digit",
            ],
        ),
        (
            "en = \"Demonstration\"",
            "de = \"x\"",
            vec![
                "3:9:33 `en` is missing in [project.title] | add the line `en = …`",
                "3:32:2 unknown key `de` in [project.title] | allowed are: es, en",
            ],
        ),
        (
            "title = { es",
            "title = 3 #{ es",
            vec![
                "3:9:1 `title`: expected a text or { es = \"…\", en = \"…\" }, found a number 3",
            ],
        ),
        (
            "EPSG:32719",
            "EPSG:4326",
            vec![
                "4:15:11 `working_crs`: EPSG:4326 is in degrees, a planar system in metres is needed | use the UTM zone of the territory; in Peru",
            ],
        ),
        (
            "EPSG:32719",
            "EPSG:24999",
            vec![
                "4:15:12 `working_crs`: EPSG:24999 cannot be used in this version | hint.config.planar_crs",
            ],
        ),
        (
            "EPSG:32719",
            "UTM 19S",
            vec![
                "4:15:9 `working_crs`: \"UTM 19S\" is no known reference system | hint.config.planar_crs",
            ],
        ),
        (
            "territories = \"districts\"",
            "territories = \"distritcs\"",
            vec![
                "5:15:11 `territories`: there is no layer \"distritcs\" | did you mean `districts`? Allowed are: dis",
            ],
        ),
        (
            "territories = \"districts\"",
            "territories = \"zones\"",
            vec![
                "5:15:7 `territories`: layer \"zones\" does not have the role `territory` | add [layers.zones.territory] to the layer,",
            ],
        ),
        (
            "locale = \"es\"",
            "locale = \"spanish\"",
            vec![
                "6:10:9 `locale`: \"spanish\" is not one of the words allowed | allowed are: es, en",
            ],
        ),
        (
            "fail_on = \"error\"",
            "fail_on = \"errors\"",
            vec![
                "7:11:8 `fail_on`: \"errors\" is not one of the words allowed | did you mean `error`? Allowed are: never, ",
            ],
        ),
        (
            "directory = \"outputs\"",
            "directory = \".\"",
            vec![
                "74:13:3 this output folder holds an input file, project.toml, which replacing it would lose | choose a folder of its own, for example `o",
            ],
        ),
        (
            "directory = \"outputs\"",
            "dir = \"outputs\"",
            vec![
                "74:1:3 unknown key `dir` in [outputs] | allowed are: directory, exports, keep_inpu",
            ],
        ),
        (
            "[outputs]",
            "[[outputs]]",
            vec!["73:1:11 `outputs`: expected a table, found a list"],
        ),
    ]
}

fn wrong_layers() -> Vec<Case> {
    vec![
        (
            "path = \"districts.geojson\"\n",
            "",
            vec![
                "9:9:9 `path` is missing in [layers.districts] | add the line `path = …`",
            ],
        ),
        (
            "\"districts.geojson\"",
            "\"district.geojson\"",
            vec![
                "10:8:18 there is no file district.geojson | did you mean `districts.geojson`?",
            ],
        ),
        (
            "\"districts.geojson\"",
            "\"sub\"",
            vec!["10:8:5 sub is a folder, a file is needed"],
        ),
        (
            "\"districts.geojson\"",
            "\"nowhere/d.geojson\"",
            vec![
                "10:8:19 there is no file nowhere/d.geojson | paths are relative to the folder of the pr",
            ],
        ),
        (
            "\"districts.geojson\"",
            "\"districts.shp\"",
            vec![
                "10:8:15 there is no file districts.shp | did you mean `districts.geojson`?",
            ],
        ),
        (
            "\"districts.geojson\"",
            "\"project.toml\"",
            vec![
                "10:8:14 the extension of project.toml tells no known format | allowed are: .geojson, .json, .geojsonl, .",
            ],
        ),
        (
            "status = \"reference\"",
            "status = \"oficial\"",
            vec![
                "13:10:9 `status`: \"oficial\" is not one of the words allowed | did you mean `official`? Allowed are: offi",
            ],
        ),
        (
            "status = \"reference\"",
            "estatus = \"official\"",
            vec![
                "13:1:7 unknown key `estatus` in [layers.districts] | did you mean `status`? Allowed are: path, ",
            ],
        ),
        (
            "accuracy_m = 60",
            "accuracy_m = -1",
            vec![
                "12:14:2 `accuracy_m`: expected a number that is not negative, found -1",
            ],
        ),
        (
            "accuracy_m = 60",
            "accuracy_m = \"60\"",
            vec!["12:14:4 `accuracy_m`: expected a number, found a text \"60\""],
        ),
        (
            "accuracy_m = 60",
            "accuracy_m = nan",
            vec!["12:14:3 `accuracy_m`: expected a finite number, found NaN"],
        ),
        (
            "accuracy_m = 60",
            "accuracy_m = 60\naccuracy_field = \"e\"",
            vec![
                "13:18:3 `accuracy_field` says in another way what `accuracy_m` says already | keep `accuracy_m` or `accuracy_field`, not",
            ],
        ),
        (
            "accuracy_m = 60",
            "crs = \"EPSG:24999\"",
            vec![
                "12:7:12 `crs`: EPSG:24999 cannot be used in this version | known are, in degrees, UTM and national zo",
            ],
        ),
        (
            "accuracy_m = 60",
            "crs = \"PSAD56\"",
            vec![
                "12:7:8 `crs`: \"PSAD56\" is no known reference system | known are, in degrees, UTM and national zo",
            ],
        ),
        (
            "accuracy_m = 60",
            "layer = \"a\"\ndelimiter = \";\"",
            vec![
                "12:9:3 `layer` does nothing for a GeoJSON file: it is only for files that hold several layers (GeoPackage) | delete the line",
                "13:13:3 `delimiter` does nothing for a GeoJSON file: it is only for CSV files | delete the line",
            ],
        ),
        (
            "date = \"2023-01-01\"",
            "date = \"2023-02-30\"",
            vec![
                "11:49:12 `date`: \"2023-02-30\" is not a date | write YYYY, YYYY-MM or YYYY-MM-DD, for exa",
            ],
        ),
        (
            "study_area = \"districts\"",
            "study_area = \"districts\"\nvalid_from = \"2022-06\"\nvalid_to = \"2022-05-31\"",
            vec![
                "26:12:12 `valid_to`: \"2022-05-31\" is before the begin of the validity, \"2022-06\"",
            ],
        ),
        (
            "date = \"2023-01-01\"",
            "licencia = \"x\"",
            vec![
                "11:42:8 unknown key `licencia` in [layers.districts.source] | did you mean `licence`? Allowed are: title",
            ],
        ),
        (
            "[layers.zones]",
            "[layers.any]",
            vec![
                "18:9:3 the name \"any\" cannot be used: it is reserved",
                "20:9:5 `path` is missing in [layers.zones] | add the line `path = …`",
            ],
        ),
        (
            "[layers.zones]",
            "[layers._T]",
            vec![
                "18:9:2 the name \"_T\" cannot be used: it is reserved",
                "20:9:5 `path` is missing in [layers.zones] | add the line `path = …`",
            ],
        ),
        (
            "[layers.zones]",
            "[layers.\"zonas año\"]",
            vec![
                "18:9:11 the name \"zonas año\" cannot be used: only ASCII letters, digits, `_` and `-` are allowed, and it must begin with a letter or digit",
                "20:9:5 `path` is missing in [layers.zones] | add the line `path = …`",
            ],
        ),
        (
            "[layers.parks]",
            "[layers.Blocks]\npath = \"parks.geojson\"\n[layers.parks]",
            vec![
                "35:9:6 the names \"blocks\" and \"Blocks\" differ in case only: their files would be the same",
            ],
        ),
        (
            "[layers.parks]",
            "[capas.parks]",
            vec![
                "41:2:5 unknown key `capas` in the file | did you mean `maps`? Allowed are: project,",
                "43:9:5 `path` is missing in [layers.parks] | add the line `path = …`",
            ],
        ),
    ]
}

fn wrong_roles() -> Vec<Case> {
    vec![
        (
            "code = \"ubigeo\"\n",
            "",
            vec![
                "14:19:9 `code` is missing in [layers.districts.territory] | add the line `code = …`",
            ],
        ),
        (
            "[layers.zones.hazard]",
            "[layers.zones.hazzard]",
            vec![
                "20:15:7 unknown key `hazzard` in [layers.zones] | did you mean `hazard`? Allowed are: path, ",
            ],
        ),
        (
            "level = \"nivel\"",
            "level = \"nivel\"\nconstant = \"high\"",
            vec![
                "23:12:6 `constant` says in another way what `level` says already | keep `level` or `constant`, not both",
            ],
        ),
        (
            "level = \"nivel\"\n",
            "",
            vec![
                "20:15:6 [layers.zones.hazard] lacks one of these keys: `level`, `constant`, `bands`",
                "22:10:32 `levels` does nothing without `level`",
            ],
        ),
        (
            "level = \"nivel\"\nlevels = { MA = \"very_high\", X = \"none\" }\n",
            "",
            vec![
                "20:15:6 [layers.zones.hazard] lacks one of these keys: `level`, `constant`, `bands`",
            ],
        ),
        (
            "MA = \"very_high\"",
            "MA = \"very high!\"",
            vec![
                "23:17:12 `MA`: \"very high!\" is not one of the words allowed | did you mean `very_high`? Allowed are: ver",
            ],
        ),
        ("{ MA = \"very_high\", X = \"none\" }", "{}", vec!["23:10:2 `levels` is empty"]),
        (
            "level = \"nivel\"\nlevels = { MA = \"very_high\", X = \"none\" }",
            "constant = \"none\"",
            vec![
                "22:12:6 `constant`: \"none\" is not one of the words allowed | allowed are: very_high, high, medium, low,",
            ],
        ),
        (
            "study_area = \"districts\"",
            "study_area = \"distrits\"",
            vec![
                "24:14:10 `study_area`: there is no layer \"distrits\" | did you mean `districts`? Allowed are: blo",
            ],
        ),
        (
            "study_area = \"districts\"",
            "in_any = \"no\"",
            vec!["24:10:4 `in_any`: expected `true` or `false`, found a text \"no\""],
        ),
        (
            "within_m = 500.0",
            "within_m = 100.0",
            vec![
                "32:16:5 the band of 100 m is not wider than the one before it, of 100 m | write the bands from the nearest to the fa",
            ],
        ),
        (
            "within_m = 100.0",
            "within_m = 0",
            vec!["31:16:1 `within_m`: expected a number greater than 0, found 0"],
        ),
        (
            "level = \"low\"",
            "level = \"very_high\"",
            vec![
                "32:31:11 the band has a worse level (`very_high`) than the nearer one before it (`high`) | away from the source the level can only fa",
            ],
        ),
        (
            "within_m = 500.0",
            "within = 500.0",
            vec![
                "32:5:6 unknown key `within` in [layers.fault.hazard.bands.1] | did you mean `within_m`? Allowed are: with",
            ],
        ),
        (
            "dwellings =",
            "people =",
            vec![
                "39:19:11 the name \"people\" cannot be used: a measure of every layer has this name already",
            ],
        ),
        (
            "{ dwellings = \"viviendas\" }",
            "[\"viviendas\"]",
            vec!["39:8:13 `sums`: expected a table, found a list"],
        ),
        (
            "kind = \"green_area\"\n",
            "",
            vec![
                "43:15:7 `kind` is missing in [layers.parks.service] | add the line `kind = …`",
            ],
        ),
    ]
}

fn wrong_deficits() -> Vec<Case> {
    vec![
        (
            "kind = \"area_per_person\"",
            "kind = \"area_per_peson\"",
            vec![
                "47:8:16 `kind`: \"area_per_peson\" is not one of the words allowed | did you mean `area_per_person`? Allowed ar",
            ],
        ),
        (
            "service = \"parks\"\n",
            "",
            vec![
                "46:11:5 `service` is missing in [deficits.green] | add the line `service = …`",
            ],
        ),
        (
            "service = \"parks\"",
            "service = \"park\"",
            vec![
                "48:11:6 `service`: there is no layer \"park\" | did you mean `parks`? Allowed are: parks",
            ],
        ),
        (
            "service = \"parks\"",
            "service = \"blocks\"",
            vec![
                "48:11:8 `service`: layer \"blocks\" does not have the role `service` | add [layers.blocks.service] to the layer, ",
            ],
        ),
        (
            "people = \"blocks\"",
            "people = \"zones\"",
            vec![
                "49:10:7 `people`: layer \"zones\" does not have the role `exposure` | add [layers.zones.exposure] to the layer, ",
            ],
        ),
        (
            "people = \"pob\"\nsums",
            "sums",
            vec![
                "48:10:8 `people`: the role `exposure` of layer \"blocks\" does not say which field holds the people | add `people = \"field\"` to [layers.blocks.e",
                "55:10:8 `people`: the role `exposure` of layer \"blocks\" does not say which field holds the people | add `people = \"field\"` to [layers.blocks.e",
            ],
        ),
        (
            "code = \"ubigeo\"\npeople = \"pob\"",
            "code = \"ubigeo\"",
            vec![
                "59:11:6 `guards`: the role `territory` of layer \"districts\" does not say which field holds the people | add `people = \"field\"` to [layers.district",
            ],
        ),
        (
            "standard = 9.0",
            "standard = -9.0",
            vec!["50:12:4 `standard`: expected a number that is not negative, found -9"],
        ),
        (
            "standard = 9.0\n",
            "",
            vec![
                "46:11:5 `standard` is missing in [deficits.green] | add the line `standard = …`",
            ],
        ),
        (
            "period = 2017",
            "period = true",
            vec![
                "51:10:4 `period`: expected a year or a text, found a truth value, true",
            ],
        ),
        (
            "within_m = 500\n",
            "within_m = 0\n",
            vec!["57:12:1 `within_m`: expected a number greater than 0, found 0"],
        ),
        (
            "within_m = 500\n",
            "",
            vec![
                "53:11:5 `within_m` is missing in [deficits.reach] | add the line `within_m = …`",
            ],
        ),
        (
            "standard = 1.0",
            "standard = 100",
            vec!["58:12:3 `standard`: expected a share between 0 and 1, found 100"],
        ),
        (
            "standard = 1.0",
            "standard = 1.0\nbetter = \"higher\"",
            vec![
                "59:10:8 `better` does nothing for a deficit of kind `access` | only kinds `reported` use it; delete the l",
            ],
        ),
        (
            "standard = 1000\n",
            "standard = 0\n",
            vec!["64:12:1 `standard`: expected a number greater than 0, found 0"],
        ),
        (
            "table = \"reported.csv\"\nindicator = \"serenos\"\n",
            "",
            vec!["60:11:6 [deficits.guards] lacks one of these keys: `table`, `service`"],
        ),
        (
            "indicator = \"serenos\"",
            "indicator = \"serenos\"\nservice = \"parks\"",
            vec![
                "64:11:7 `service` says in another way what `table` says already | keep `table` or `service`, not both",
            ],
        ),
        (
            "table = \"reported.csv\"\nindicator = \"s",
            "service = \"parks\"\nindicator = \"s",
            vec!["63:13:9 `indicator` does nothing without `table`"],
        ),
        (
            "table = \"reported.csv\"",
            "table = \"reportd.csv\"",
            vec!["62:9:13 there is no file reportd.csv | did you mean `reported.csv`?"],
        ),
        (
            "table = \"reported.csv\"",
            "table = \"zones.geojson\"",
            vec![
                "62:9:15 the extension of zones.geojson tells no known format | allowed are: .csv",
            ],
        ),
        (
            "better = \"higher\"",
            "better = \"more\"",
            vec![
                "71:10:6 `better`: \"more\" is not one of the words allowed | allowed are: higher, lower",
            ],
        ),
        (
            "better = \"higher\"\n",
            "",
            vec![
                "66:11:5 `better` is missing in [deficits.water] | add the line `better = …`",
            ],
        ),
    ]
}

#[test]
fn all_trouble_comes_in_one_go_and_in_the_order_of_lines() {
    let dir = folder();
    let text = GOOD
        .replace("fail_on = \"error\"", "fail_on = \"no\"")
        .replace("path = \"blocks.geojson\"", "path = \"block.geojson\"")
        .replace("standard = 9.0", "estandar = 9.0");
    let result = load(dir.path(), &text, &[("project.colour", "1")]);
    let partial = result.as_ref().unwrap_err().partial.as_ref().unwrap();
    let ids: Vec<&str> = partial.layers.iter().map(|layer| layer.id.as_str()).collect();
    assert_eq!(ids, ["districts", "fault", "parks", "zones"]);
    let found = shown(dir.path(), result);
    let places: Vec<&str> = found.iter().map(|l| l.split(' ').next().unwrap()).collect();
    assert_eq!(places, ["7:11:4", "36:8:15", "50:1:8", "1:1:14"], "{found:#?}");
}

#[test]
fn overrides_are_checked_like_the_file() {
    let dir = folder();
    let cases: [(&str, &str, &[&str]); 6] = [
        ("project.fail_on", "never", &[]),
        ("project.fail_on", "\"warning\"", &[]),
        ("deficits.reach.within_m", "750", &[]),
        (
            "deficits.reach.within_m",
            "-5",
            &["1:25:2 `within_m`: expected a number greater than 0, found -5"],
        ),
        (
            "deficits.reach.withinm",
            "5",
            &[
                "1:1:22 unknown key `withinm` in [deficits.reach] | did you mean `within_m`? Allowed are: kind",
            ],
        ),
        (
            "project.id.x",
            "5",
            &[
                "1:1:12 `project.id.x` is not a key that can be set | write --set table.key=value, for example -",
            ],
        ),
    ];
    let mut found = Vec::new();
    for (key, value, expected) in cases {
        let lines = shown(dir.path(), load(dir.path(), GOOD, &[(key, value)]));
        if lines != expected {
            found.push(format!("{key}={value}: {lines:#?}"));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn frames_and_scales_of_maps_are_checked() {
    let messages = |maps: &str| -> Vec<String> {
        let text = format!("{GOOD}\n{maps}\n");
        // Files are missing here: only what is said of the maps counts.
        let errors = config::parse(Path::new("project.toml"), &text, &[]).err();
        let errors = errors.into_iter().flat_map(|errors| errors.errors);
        errors
            .map(|error| i18n::render(Locale::En, &error.message()))
            .filter(|message| {
                [
                    "`paper`",
                    "`scale`",
                    "`frame`",
                    "`hazard_zonas`",
                    "unknown key `colour`",
                ]
                .iter()
                .any(|key| message.starts_with(key))
            })
            .collect()
    };
    let good = "[maps]\npaper = \"A3\"\natlas = \"districts\"\n\
                [maps.sheets.hazard_zones]\nframe = [1, 2, 30, 40]\nscale = 25000";
    assert!(messages(good).is_empty(), "{:?}", messages(good));
    let cases = [
        ("[maps]\npaper = \"A5\"", "`paper`: \"A5\" is not one of the words allowed"),
        (
            "[maps.sheets.hazard_zonas]\nscale = 1000",
            "`hazard_zonas`: \"hazard_zonas\" is not one of the words allowed",
        ),
        (
            "[maps.sheets.overview]\ncolour = \"red\"",
            "unknown key `colour` in [maps.sheets.overview]",
        ),
        (
            "[maps.sheets.overview]\nscale = 0.5",
            "`scale`: expected a scale number between 1 and 1000 million, found 0.5",
        ),
        (
            "[maps.sheets.overview]\nframe = [10, 0, 5, 20]",
            "`frame`: expected four numbers in metres: west, south, east and \
             north, with east and north a metre off or more, found [10, 0, 5, 20]",
        ),
        (
            "[maps.sheets.overview]\nframe = [10, 0]",
            "`frame`: expected four numbers in metres: west, south, east and \
             north, with east and north a metre off or more, found [10, 0]",
        ),
    ];
    for (maps, expected) in cases {
        assert_eq!(messages(maps), [expected], "{maps}");
    }
}
