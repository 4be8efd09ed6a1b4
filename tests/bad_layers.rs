//! What bad layers get: the right error, with its place, or a finding; never a panic.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use atalaya::config::{
    Better, Citation, DeficitKind, DeficitSettings, ExposureRole, FailOn, HazardLevels,
    HazardRole, LayerSettings, Localized, ReadSettings, ServiceRole, Settings,
    TerritoryRole,
};
use atalaya::domain::{
    Code, Digest, Explain, Findings, Level, Place, Severity, Source, Status, Validity,
};
use atalaya::i18n::{Locale, render};
use atalaya::layers::{
    self, CrsEvidence, LayerErrors, LayerTrouble, RawLayers, TableTrouble, Value,
};

fn both(text: &str) -> Localized {
    Localized { es: text.to_owned(), en: text.to_owned() }
}

/// A directory with files, and the project that names them.
struct World {
    directory: tempfile::TempDir,
    settings: Settings,
}

impl World {
    fn new() -> Self {
        let settings = Settings {
            id: "world".to_owned(),
            title: both("World"),
            working_epsg: 32719,
            territories: "districts".to_owned(),
            locale: None,
            fail_on: FailOn::Error,
            code_system: None,
            author: None,
            reference_date: None,
            layers: Vec::new(),
            standards: None,
            contradictions: None,
            disputed: Vec::new(),
            deficits: Vec::new(),
            risk: None,
            output_directory: PathBuf::new(),
            exports: Vec::new(),
            keep_inputs: None,
            scenarios: Vec::new(),
            overrides: Vec::new(),
            maps: atalaya::config::MapSettings::default(),
            doubts: atalaya::config::DoubtSettings::default(),
            suppression: None,
            file: PathBuf::from("world.toml"),
            digest: Digest::of(b""),
            places: BTreeMap::new(),
        };
        Self { directory: tempfile::tempdir().unwrap(), settings }
    }

    fn path(&self, file: &str) -> PathBuf {
        self.directory.path().join(file)
    }

    fn file(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        std::fs::write(self.path(name), content).unwrap();
        self
    }

    fn layer(mut self, id: &str, change: impl FnOnce(&mut LayerSettings)) -> Self {
        let declared_path = format!("{id}.geojson");
        let mut layer = LayerSettings {
            id: id.to_owned(),
            title: both(id),
            path: self.path(&declared_path),
            declared_path,
            crs: None,
            towgs84: None,
            read: ReadSettings::default(),
            id_field: None,
            source: Source::default(),
            accuracy: None,
            status: Status::Undeclared,
            notes: None,
            territory: None,
            hazard: None,
            exposure: None,
            service: None,
            context: None,
            join: None,
        };
        change(&mut layer);
        self.settings.layers.push(layer);
        self
    }

    fn deficit(mut self, id: &str, table: &str, indicator: &str) -> Self {
        let (table, indicator) = (self.path(table), indicator.to_owned());
        self.settings.deficits.push(DeficitSettings {
            id: id.to_owned(),
            title: both(id),
            kind: DeficitKind::Reported { table, indicator, better: Better::Higher },
            standard: Some(1.0),
            standard_source: None,
            citation: Citation::default(),
            period: None,
        });
        self
    }

    /// Says that a key stands on a line.
    fn line(mut self, key: &str, line: usize) -> Self {
        let (file, text) = ("world.toml".to_owned(), key.to_owned());
        let place = Place { file, line, column: 1, width: 1, text };
        self.settings.places.insert(key.to_owned(), place);
        self
    }

    fn read(&self) -> (Result<RawLayers, LayerErrors>, Findings) {
        let mut findings = Findings::default();
        let read = layers::read(&self.settings, &mut findings);
        (read, findings)
    }

    /// The only error.
    fn error(&self) -> layers::LayerError {
        let mut errors = self.read().0.unwrap_err().0;
        assert_eq!(errors.len(), 1, "{errors:?}");
        let error = errors.remove(0);
        for locale in [Locale::Es, Locale::En] {
            for message in [error.message(), error.hint().unwrap()] {
                let text = render(locale, &message);
                let names =
                    ["{layer}", "{path}", "{line}", "{field}", "{count}", "{value}"];
                assert!(!names.iter().any(|name| text.contains(name)), "{text}");
            }
        }
        error
    }

    fn findings(&self) -> Vec<(Code, String)> {
        let (read, findings) = self.read();
        assert!(read.is_ok(), "{}", read.unwrap_err());
        for finding in findings.as_slice() {
            for locale in [Locale::Es, Locale::En] {
                let text = render(locale, &finding.message());
                assert!(!text.contains(['{', '@']) && text.len() > 20, "{text}");
            }
        }
        findings.as_slice().iter().map(|f| (f.code, f.feature.clone())).collect()
    }
}

fn territory(layer: &mut LayerSettings) {
    let code = "ubigeo".to_owned();
    layer.territory = Some(TerritoryRole { code, name: None, people: None });
}

fn exposure(layer: &mut LayerSettings) {
    let people = Some("people".to_owned());
    layer.exposure = Some(ExposureRole { people, ..ExposureRole::default() });
}

fn hazard(layer: &mut LayerSettings) {
    let names = BTreeMap::from([("MA".to_owned(), Level::VeryHigh)]);
    layer.hazard = Some(HazardRole {
        kind: "tsunami".to_owned(),
        levels: HazardLevels::Field { field: "nivel".to_owned(), names },
        study_area: None,
        in_any: true,
        validity: Validity::default(),
    });
}

fn service(layer: &mut LayerSettings) {
    layer.service = Some(ServiceRole { kind: "park".to_owned(), capacity: None });
}

fn feature(geometry: &str, properties: &str) -> String {
    format!(r#"{{"type":"Feature","geometry":{geometry},"properties":{properties}}}"#)
}

const POINT: &str = r#"{"type":"Point","coordinates":[-71.3,-17.6]}"#;

fn points(properties: &[&str]) -> String {
    let features: Vec<_> = properties.iter().map(|p| feature(POINT, p)).collect();
    collection(&features)
}

fn collection(features: &[String]) -> String {
    format!(
        "{{\"type\":\"FeatureCollection\",\"features\":[\n{}\n]}}",
        features.join(",\n")
    )
}

fn one_layer(content: impl AsRef<[u8]>, role: fn(&mut LayerSettings)) -> World {
    World::new().layer("a", role).file("a.geojson", content)
}

#[test]
fn a_missing_file_is_named_with_its_line_in_the_project() {
    let world = World::new().layer("a", exposure).line("layers.a.path", 7);
    let error = world.error();
    assert!(matches!(error.trouble, LayerTrouble::Missing));
    assert_eq!(error.place().unwrap().line, 7);
    assert_eq!(error.to_string(), "`a`: there is no file a.geojson.");
}

#[test]
fn a_directory_or_a_pipe_is_no_file() {
    let world =
        World::new().layer("a", |layer| layer.path = layer.path.parent().unwrap().into());
    assert!(matches!(world.error().trouble, LayerTrouble::Directory));
    if cfg!(unix) {
        let world =
            World::new().layer("a", |layer| layer.path = Path::new("/dev/null").into());
        assert!(matches!(world.error().trouble, LayerTrouble::Special));
    }
}

#[test]
fn all_trouble_comes_at_once() {
    let world = World::new()
        .layer("a", exposure)
        .layer("b", territory)
        .layer("c", exposure)
        .file("b.geojson", points(&[r#"{"ubigeo":"1"}"#, r#"{"ubigeo":"1"}"#, "{}"]))
        .file("c.geojson", "{")
        .deficit("d", "no.csv", "x");
    let errors = world.read().0.unwrap_err();
    let owners: Vec<_> = errors.0.iter().map(|e| e.owner.as_str()).collect();
    assert_eq!(owners, ["a", "b", "b", "c", "d"]);
    assert_eq!(errors.to_string().lines().count(), 5);
}

#[test]
fn broken_json_is_told_with_its_position() {
    let good = feature(POINT, r#"{"people":1}"#);
    let nan = good.replace("-71.3", "NaN");
    let whole = collection(&[good.clone(), good.clone()]);
    let cases = [
        ("cut off", whole[..whole.len() - 20].to_owned(), (3, 84)),
        ("NaN", collection(&[good.clone(), nan]), (3, 61)),
        ("missing comma", whole.replace("},\n", "}\n"), (3, 1)),
        ("something after it", format!("{whole}\n;"), (5, 1)),
    ];
    for (case, text, (line, column)) in cases {
        let error = one_layer(text, exposure).error();
        let LayerTrouble::Format(format) = &error.trouble else {
            panic!("{case}: {error:?}")
        };
        let position = format.position.unwrap();
        assert_eq!((position.line, position.column), (line, column), "{case}: {error}");
        assert!(error.to_string().contains(&format!("line {line}, column {column}")));
    }
}

#[test]
fn other_formats_are_named() {
    let cases: [(&[u8], &str); 5] = [
        (b"PK\x03\x04", "ZIP"),
        (b"SQLite format 3\0", "SQLite"),
        (b"\x1F\x8B\x08", "gzip"),
        (b"\xFF\xFE{\0}\0", "UTF-16"),
        (b"", "empty"),
    ];
    for (bytes, word) in cases {
        let text = one_layer(bytes, exposure).error().to_string();
        assert!(text.contains(word), "{text}");
    }
}

#[test]
fn huge_numbers_are_kept_for_the_geometry_to_judge() {
    let text =
        points(&[r#"{"people":1}"#]).replace("-71.3", "1e308").replace("-17.6", "1e999");
    let raw = one_layer(text, exposure).read().0.unwrap();
    assert_eq!(raw.layers[0].data.coords.all(), [[1e308, f64::INFINITY]]);
}

#[test]
fn the_crs_of_file_and_project_must_agree() {
    let with = |crs: &str| {
        points(&[r#"{"people":1}"#]).replace("\n]}", &format!("\n],\"crs\":{crs}}}"))
    };
    let named = |name: &str| {
        with(&format!(r#"{{"type":"name","properties":{{"name":"{name}"}}}}"#))
    };
    let read = |text: &str, epsg: Option<u32>| {
        let world = World::new().file("a.geojson", text).layer("a", |layer| {
            exposure(layer);
            layer.crs = epsg.map(Into::into);
        });
        world.read()
    };
    let plain = points(&[r#"{"people":1}"#]);
    let good = [
        (plain.clone(), None, (4326, CrsEvidence::Rfc7946)),
        (plain.clone(), Some(32719), (32719, CrsEvidence::Project)),
        (with("null"), Some(32719), (32719, CrsEvidence::Project)),
        (named("urn:ogc:def:crs:EPSG::32719"), None, (32719, CrsEvidence::LegacyMember)),
        (named("EPSG:32719"), Some(32719), (32719, CrsEvidence::LegacyMember)),
        (named("EPSG:24879"), None, (24879, CrsEvidence::LegacyMember)),
    ];
    for (text, epsg, expected) in good {
        let (raw, findings) = read(&text, epsg);
        let layer = &raw.unwrap().layers[0];
        assert_eq!((layer.crs.epsg().unwrap(), layer.crs_evidence), expected, "{text}");
        let is_told = findings.as_slice().iter().any(|f| f.code == Code::LegacyCrs);
        assert_eq!(is_told, expected.1 == CrsEvidence::LegacyMember);
    }
    let link = r#"{"type":"link","properties":{"href":"http://x","type":"proj4"}}"#;
    let bad = [
        (named("EPSG:4326"), Some(32719), "CrsContradiction"),
        (named("EPSG:99999"), None, "CrsUnknown"),
        (with("null"), None, "CrsDenied"),
        (with(link), None, "CrsLinked"),
        (with("{}"), Some(32719), "CrsUnreadable"),
    ];
    for (text, epsg, expected) in bad {
        let errors = read(&text, epsg).0.unwrap_err();
        assert!(format!("{:?}", errors.0[0].trouble).starts_with(expected), "{errors:?}");
    }
    let text = read(&named("ESRI:102033"), None).0.unwrap_err().to_string();
    assert!(text.contains("ESRI:102033"), "{text}");
}

#[test]
fn a_missing_field_is_answered_with_those_there_are() {
    let world = one_layer(points(&[r#"{"peoples":1,"id":2}"#]), exposure)
        .line("layers.a.exposure.people", 12);
    let error = world.error();
    assert_eq!(error.place().unwrap().line, 12);
    let text = error.to_string();
    for part in ["`people`", "did you mean `peoples`", "id, peoples"] {
        assert!(text.contains(part), "{text}");
    }
    // Present in one feature is enough: the others are unknown, not wrong.
    let world = one_layer(points(&[r#"{"people":1}"#, "{}"]), exposure);
    assert_eq!(world.findings(), [(Code::UnknownValue, "#2".to_owned())]);
}

#[test]
fn a_sum_is_found_by_the_line_of_its_table() {
    let world = one_layer(points(&[r#"{"people":1}"#]), |layer| {
        exposure(layer);
        let sums = &mut layer.exposure.as_mut().unwrap().sums;
        sums.insert("dwellings".to_owned(), "viviendas".to_owned());
    })
    .line("layers.a.exposure.sums", 4);
    assert_eq!(world.error().place().unwrap().line, 4);
}

#[test]
fn territory_codes_must_be_there_and_their_own() {
    let cases = [
        (
            vec![r#"{"ubigeo":"01"}"#, r#"{"ubigeo":" 01 "}"#],
            "features #1 and #2 have the same",
        ),
        (vec![r#"{"ubigeo":180301}"#, r#"{"ubigeo":"180301"}"#], "same code, `180301`"),
        (vec![r#"{"ubigeo":"01"}"#, r#"{"ubigeo":""}"#], "without a code (1): #2"),
        (vec![r#"{"ubigeo":"_T"}"#], "`_T`"),
        (vec![r#"{"ubigeo":1.5}"#], "1.5"),
    ];
    for (rows, part) in cases {
        let text = one_layer(points(&rows), territory).error().to_string();
        assert!(text.contains(part), "{text}");
    }
    let world =
        one_layer(points(&[r#"{"ubigeo":180301.0}"#, r#"{"ubigeo":5e3}"#]), territory);
    assert_eq!(world.findings(), [(Code::CodeReadFromNumber, String::new())]);
}

#[test]
fn levels_that_nobody_explained_are_errors() {
    let good =
        points(&[r#"{"nivel":"MA"}"#, r#"{"nivel":"muy alto"}"#, r#"{"nivel":"none"}"#]);
    assert_eq!(one_layer(good, hazard).findings(), []);
    let world = one_layer(points(&[r#"{"nivel":"MA"}"#, r#"{"nivel":"Altto"}"#]), hazard)
        .line("layers.a.hazard.levels", 9);
    let error = world.error();
    assert_eq!(error.place().unwrap().line, 9);
    for part in ["`Altto`", "did you mean `alto`", "1: #2"] {
        assert!(error.to_string().contains(part), "{error}");
    }
    let rows = [r#"{"nivel":null}"#; 7];
    let text = one_layer(points(&rows), hazard).error().to_string();
    assert!(text.contains("(7): #1, #2, #3, #4, #5, …"), "{text}");
}

#[test]
fn unknown_people_are_findings() {
    let rows = [
        r#"{"people":-1}"#,
        r#"{"people":null}"#,
        r#"{"people":"1,234"}"#,
        r#"{"people":"7"}"#,
    ];
    let world = one_layer(points(&rows), exposure);
    let expected = [
        (Code::NegativeValue, "#1"),
        (Code::UnknownValue, "#2"),
        (Code::NotANumber, "#3"),
        (Code::NumberReadFromText, ""),
    ]
    .map(|(code, feature)| (code, feature.to_owned()));
    assert_eq!(world.findings(), expected);
    let (raw, findings) = world.read();
    assert_eq!(findings.worst(), Some(Severity::Error));
    let column = &raw.unwrap().layers[0].data.columns["people"];
    let people: Vec<_> =
        column.iter().map(|value| layers::fields::additive_value(&value)).collect();
    assert_eq!(people, [None, None, None, Some(7.0)]);
}

#[test]
fn an_empty_layer_is_told_and_empty_territories_are_an_error() {
    let empty = collection(&[]);
    let world = one_layer(&empty, exposure);
    assert_eq!(world.findings(), [(Code::EmptyLayer, String::new())]);
    assert!(world.read().0.unwrap().layers[0].data.columns["people"].is_empty());
    let world = one_layer(&empty, territory);
    assert!(matches!(world.error().trouble, LayerTrouble::NoTerritories));
}

#[test]
fn a_layer_without_any_geometry_is_unusable() {
    let null = feature("null", r#"{"people":1}"#);
    let empty = feature(r#"{"type":"Polygon","coordinates":[]}"#, r#"{"people":1}"#);
    let bad = feature(r#"{"type":"Point"}"#, r#"{"people":1}"#);
    let world =
        one_layer(collection(&[null.clone(), empty.clone(), bad.clone()]), exposure);
    assert!(matches!(world.error().trouble, LayerTrouble::NoGeometry { features: 3 }));

    let good = feature(POINT, r#"{"people":1}"#);
    let world = one_layer(collection(&[null, empty, bad, good]), exposure);
    let mut told = world.findings();
    told.sort();
    let expected = [
        (Code::NullGeometry, "#1"),
        (Code::EmptyGeometry, "#2"),
        (Code::UnreadableFeature, "#3"),
    ]
    .map(|(code, feature)| (code, feature.to_owned()));
    assert_eq!(told, expected);
    let raw = world.read().0.unwrap();
    assert_eq!(raw.layers[0].data.features.len(), 4, "people without a place are kept");
}

#[test]
fn one_bad_feature_costs_only_itself() {
    let good = feature(POINT, r#"{"people":1}"#);
    let bad = feature(POINT, "[]");
    let world = one_layer(collection(&[good.clone(), bad, good]), exposure);
    assert_eq!(world.findings(), [(Code::UnreadableFeature, "#2".to_owned())]);
    let (raw, findings) = world.read();
    assert!(raw.unwrap().layers[0].data.ids.iter().eq(["#1", "#3"]));
    let text = render(Locale::En, &findings.as_slice()[0].message());
    assert!(text.contains("not an object (line 3, column "), "{text}");
}

#[test]
fn depth_is_no_danger() {
    let deep = "[".repeat(10_000) + &"]".repeat(10_000);
    let geometry = format!(r#"{{"type":"MultiPolygon","coordinates":{deep}}}"#);
    let features =
        [feature(&geometry, r#"{"people":1}"#), feature(POINT, r#"{"people":1}"#)];
    let world = one_layer(collection(&features), exposure);
    assert_eq!(world.findings(), [(Code::UnreadableFeature, "#1".to_owned())]);
}

#[test]
fn lines_of_features_and_members_in_any_order_are_read() {
    let line = r#"{"properties":{"people":2},"id":"x","geometry":{"coordinates":[1,2,3],"type":"Point"},"type":"Feature"}"#;
    let world =
        one_layer(format!("{line}\n\n{}", feature(POINT, r#"{"people":3}"#)), exposure);
    let (raw, findings) = world.read();
    let data = &raw.unwrap().layers[0].data;
    assert_eq!(data.coords.all(), [[1.0, 2.0], [-71.3, -17.6]]);
    assert_eq!(data.columns["people"], [Value::Number(2.0), Value::Number(3.0)]);
    assert!(data.ids.iter().eq(["x", "#2"]));
    let codes: Vec<_> = findings.as_slice().iter().map(|f| f.code).collect();
    assert_eq!(codes, [Code::HeightDropped]);
}

#[test]
fn repeated_ids_are_findings() {
    let text = points(&[r#"{"k":"a"}"#, r#"{"k":"b"}"#, r#"{"k":"a"}"#, r#"{"k":null}"#]);
    let world = one_layer(text, |layer| {
        service(layer);
        layer.id_field = Some("k".to_owned());
    });
    assert_eq!(world.findings(), [(Code::RepeatedId, "a".to_owned())]);
    let ids = world.read().0.unwrap().layers[0].data.ids.clone();
    assert!(ids.iter().eq(["a", "b", "a", "#4"]));
}

#[test]
fn a_property_of_many_megabytes_is_passed_over() {
    let long = format!(r#"{{"people":1,"note":"{}"}}"#, "x".repeat(20 << 20));
    let world = one_layer(points(&[&long, r#"{"people":2}"#]), exposure);
    let raw = world.read().0.unwrap();
    let layer = &raw.layers[0];
    assert_eq!(layer.data.columns["people"], [Value::Number(1.0), Value::Number(2.0)]);
    assert_eq!(
        layer.digest,
        Digest::of(&std::fs::read(world.path("a.geojson")).unwrap())
    );
    assert!(layer.bytes > 20 << 20);
}

#[test]
fn threads_change_nothing() {
    let rows: Vec<String> = (0..30_000)
        .map(|row| {
            format!(r#"{{"people":{row},"f{}":"{}"}}"#, row % 300, "y".repeat(row % 700))
        })
        .collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let world = one_layer(points(&rows), exposure);
    let read = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| format!("{:?}", world.read()))
    };
    let one = read(1);
    assert_eq!(one.matches("Number(").count(), 30_000);
    assert_eq!(one, read(3));
}

#[test]
fn reported_tables_are_read_once_and_checked() {
    let header = "territory,indicator,period,value,low,high,qualifier,unit,source\n";
    let table = |rows: &str| {
        World::new()
            .file("t.csv", format!("{header}{rows}"))
            .deficit("water", "t.csv", "water_hours")
            .deficit("more", "t.csv", "water_hours")
            .line("deficits.water.indicator", 5)
            .line("deficits.water.table", 4)
    };
    let raw = table("1,water_hours,2014,16.27,,,,h,Plan\n").read().0.unwrap();
    assert_eq!((raw.tables.len(), raw.tables[0].rows.len()), (1, 1));

    let errors = table("1,water_hour,2014,16.27,,,,h,Plan\n").read().0.unwrap_err();
    assert_eq!(errors.0.len(), 2);
    assert_eq!(errors.0[0].place().unwrap().line, 5);
    assert!(errors.0[0].to_string().contains("did you mean `water_hour`"), "{errors}");

    let errors = table("1,water_hours,2014,\"16,27\",,,,h,Plan\n").read().0.unwrap_err();
    let trouble = &errors.0[0].trouble;
    let is_number =
        matches!(trouble, LayerTrouble::Table(TableTrouble::BadNumber { line: 2, .. }));
    assert!(is_number, "{errors:?}");
    assert_eq!(errors.0[0].place().unwrap().line, 4);
}
