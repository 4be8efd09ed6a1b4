//! What bad geometry gets: a finding or an error with a stable code, never a panic.
//!
//! Every case goes through `geometry::prepare`. The world is one territory, a square of 1 km near
//! Ilo in EPSG:32719, and one layer beside it.

#![expect(
    clippy::cast_possible_truncation,
    clippy::type_complexity,
    reason = "tables of a few small features"
)]

use std::collections::BTreeMap;
use std::path::PathBuf;

use atalaya::config::{
    AccuracySetting, ExposureRole, FailOn, HazardLevels, HazardRole, LayerSettings,
    Localized, ReadSettings, ServiceRole, Settings, TerritoryRole,
};
use atalaya::domain::{
    Code, Digest, Explain as _, Finding, Findings, Level, Source, Status, Validity,
};
use atalaya::geometry::{
    Dimension, GeometryError, GeometryErrors, Prepared, ShapeRef, StudyArea, prepare,
};
use atalaya::i18n::{Locale, render};
use atalaya::layers::{
    Column, CrsEvidence, PartRole, RawFeature, RawFeatures, RawLayer, RawLayers, Value,
};

use PartRole::{Hole, Line, Point, Shell};

/// Lower left corner of the territory: easting and northing.
const CORNER: [f64; 2] = [251_000.0, 8_048_000.0];
/// A longitude and latitude inside it.
const INSIDE: [f64; 2] = [-71.343_8, -17.635_6];

type Part = (PartRole, Vec<[f64; 2]>);

/// A ring closed at its first point, in metres from [`CORNER`].
fn ring(role: PartRole, points: &[(f64, f64)]) -> Part {
    let mut all: Vec<[f64; 2]> =
        points.iter().map(|(x, y)| [CORNER[0] + x, CORNER[1] + y]).collect();
    all.push(all[0]);
    (role, all)
}

fn rectangle(x: f64, y: f64, w: f64, h: f64) -> Part {
    ring(Shell, &[(x, y), (x + w, y), (x + w, y + h), (x, y + h)])
}

/// A layer of features `f1`, `f2`, …, each of some parts and some people.
fn layer(id: &str, epsg: u32, features: &[(Vec<Part>, Option<f64>)]) -> RawLayer {
    let mut data = RawFeatures::default();
    let mut people = Column::default();
    let mut codes = Column::default();
    for (i, (parts, count)) in features.iter().enumerate() {
        for (role, points) in parts {
            data.coords.extend_from_slice(points);
            data.parts.push((data.coords.len() as u32, *role));
        }
        data.features.push(RawFeature {
            parts_end: data.parts.len() as u32,
            is_null: parts.is_empty(),
            has_height: false,
        });
        data.ids.push(&format!("f{}", i + 1));
        people.push(count.map_or(Value::Null, Value::Number));
        codes.push(Value::Text(format!("{:02}", 99usize.saturating_sub(i)).into()));
    }
    data.columns =
        BTreeMap::from([("people".to_owned(), people), ("code".to_owned(), codes)]);
    RawLayer {
        id: id.to_owned(),
        format: "GeoJSON",
        crs: epsg.into(),
        crs_evidence: CrsEvidence::Project,
        digest: Digest::of(b""),
        bytes: 0,
        modified: None,
        companions: Vec::new(),
        data,
    }
}

fn text(text: &str) -> Localized {
    Localized { es: text.to_owned(), en: text.to_owned() }
}

fn layer_settings(id: &str) -> LayerSettings {
    LayerSettings {
        id: id.to_owned(),
        title: text(id),
        path: PathBuf::from(id),
        declared_path: id.to_owned(),
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
    }
}

fn exposed(id: &str) -> LayerSettings {
    let role =
        ExposureRole { people: Some("people".to_owned()), ..ExposureRole::default() };
    LayerSettings { exposure: Some(role), ..layer_settings(id) }
}

fn hazard(id: &str, levels: HazardLevels) -> LayerSettings {
    let role = HazardRole {
        kind: "tsunami".to_owned(),
        levels,
        study_area: None,
        in_any: true,
        validity: Validity::default(),
    };
    LayerSettings { hazard: Some(role), ..layer_settings(id) }
}

fn settings(mut layers: Vec<LayerSettings>) -> Settings {
    let role = TerritoryRole { code: "code".to_owned(), name: None, people: None };
    layers.push(LayerSettings { territory: Some(role), ..layer_settings("territories") });
    layers.sort_by(|a, b| a.id.cmp(&b.id));
    Settings {
        id: "test".to_owned(),
        title: text("test"),
        working_epsg: 32719,
        territories: "territories".to_owned(),
        locale: None,
        fail_on: FailOn::Error,
        code_system: None,
        author: None,
        reference_date: None,
        layers,
        standards: None,
        contradictions: None,
        disputed: Vec::new(),
        deficits: Vec::new(),
        risk: None,
        output_directory: PathBuf::from("out"),
        exports: Vec::new(),
        keep_inputs: None,
        scenarios: Vec::new(),
        overrides: Vec::new(),
        maps: atalaya::config::MapSettings::default(),
        doubts: atalaya::config::DoubtSettings::default(),
        suppression: None,
        file: PathBuf::from("test.toml"),
        digest: Digest::of(b""),
        places: BTreeMap::new(),
    }
}

fn square_kilometre() -> RawLayer {
    layer("territories", 32719, &[(vec![rectangle(0.0, 0.0, 1000.0, 1000.0)], None)])
}

fn run_all(
    raw: Vec<RawLayer>,
    of_layers: Vec<LayerSettings>,
) -> (Result<StudyArea, GeometryErrors>, Findings) {
    let mut findings = Findings::default();
    let raw = RawLayers { layers: raw, ..RawLayers::default() };
    let result = prepare(raw, &settings(of_layers), &mut findings, &mut ());
    // Whatever is said must have all its words, in both languages.
    let mut messages: Vec<_> = findings.as_slice().iter().map(Finding::message).collect();
    if let Err(errors) = &result {
        messages.extend(errors.0.iter().map(GeometryError::message));
        messages.extend(errors.0.iter().filter_map(GeometryError::hint));
    }
    for message in messages {
        for locale in [Locale::Es, Locale::En] {
            let text = render(locale, &message);
            let gap = text.contains('{')
                || text == message.key
                || text.contains("finding_part");
            assert!(!gap, "{text}");
        }
    }
    (result, findings)
}

/// Ids, and what the accuracy of each is.
fn named(layer: &Prepared) -> Vec<(String, Option<f64>)> {
    let ids = layer.ids.iter().enumerate();
    ids.map(|(row, id)| (id.into_owned(), layer.accuracy_of(row))).collect()
}

#[test]
fn what_is_known_of_a_feature_goes_with_it() {
    // The second has no place; the accuracy of each is as many metres as it has people.
    let block = |x| vec![rectangle(x, 0.0, 10.0, 10.0)];
    let blocks = [(block(0.0), Some(1.0)), (vec![], Some(2.0)), (block(50.0), Some(4.0))];
    // The first has no place; the codes of the others fall: 98, 97.
    let square = |x| vec![rectangle(x, 0.0, 1000.0, 1000.0)];
    let squares =
        [(vec![], Some(2.0)), (square(0.0), Some(8.0)), (square(1000.0), Some(16.0))];
    let raw =
        vec![layer("blocks", 32719, &blocks), layer("territories", 32719, &squares)];
    let accuracy = || Some(AccuracySetting::Field("people".to_owned()));
    let mut settings = settings(vec![exposed("blocks")]);
    settings.layers.iter_mut().for_each(|layer| layer.accuracy = accuracy());
    let raw = RawLayers { layers: raw, ..RawLayers::default() };
    let area = prepare(raw, &settings, &mut Findings::default(), &mut ()).unwrap();
    let [blocks] = &area.exposures[..] else { panic!("{:?}", area.exposures) };
    let some = |id: &str, meters| (id.to_owned(), Some(meters));
    assert_eq!(named(&blocks.layer), [some("f1", 1.0), some("f3", 4.0)]);
    let people = blocks.people.as_ref().unwrap();
    assert!(people.iter().eq([Some(1.0), Some(4.0)]));
    assert_eq!((&*blocks.lost[0].id, blocks.lost[0].people), ("f2", Some(2.0)));
    let codes = area.territories.iter().map(|one| one.code.to_string());
    assert!(codes.eq(["97", "98"]));
    let territories = &area.territory_layer;
    assert_eq!(named(territories), [some("f3", 16.0), some("f2", 8.0)]);
    let west = |row| territories.shapes.get(row).bounds().unwrap().0.meters()[0];
    assert!((west(0) - west(1) - 1000.0).abs() < 1e-6);
}

/// Runs with one exposure layer of the given features.
fn run(
    epsg: u32,
    features: &[(Vec<Part>, Option<f64>)],
) -> (Result<StudyArea, GeometryErrors>, Vec<&'static str>) {
    let raw = vec![layer("blocks", epsg, features), square_kilometre()];
    let (result, findings) = run_all(raw, vec![exposed("blocks")]);
    (result, codes(&findings))
}

fn codes(findings: &Findings) -> Vec<&'static str> {
    findings.as_slice().iter().map(|finding| finding.code.id()).collect()
}

fn said(result: &Result<StudyArea, GeometryErrors>) -> Vec<String> {
    let Err(errors) = result else { return Vec::new() };
    errors.0.iter().map(ToString::to_string).collect()
}

fn good() -> (Vec<Part>, Option<f64>) {
    (vec![rectangle(10.0, 10.0, 10.0, 10.0)], Some(5.0))
}

fn at(parts: Part) -> (Vec<Part>, Option<f64>) {
    (vec![parts], Some(7.0))
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn single_features_get_findings_and_nothing_is_lost() {
    let place = |x: f64, y: f64| [CORNER[0] + x, CORNER[1] + y];
    let open = |points: &[(f64, f64)]| {
        let (role, mut all) = ring(Shell, points);
        all.pop();
        (role, all)
    };
    // Feature, codes, features kept, people kept, people lost.
    let cases: Vec<(&str, (Vec<Part>, Option<f64>), Vec<&str>, usize, f64, f64)> = vec![
        ("null geometry", (vec![], Some(7.0)), vec![], 1, 5.0, 7.0),
        (
            "three equal points",
            at((Shell, vec![place(50.0, 50.0); 3])),
            vec!["G007"],
            2,
            12.0,
            0.0,
        ),
        (
            "three equal points, nobody there",
            (vec![(Shell, vec![place(50.0, 50.0); 3])], Some(0.0)),
            vec!["G002"],
            1,
            5.0,
            0.0,
        ),
        (
            "three equal points, people unknown",
            (vec![(Shell, vec![place(50.0, 50.0); 3])], None),
            vec!["G002"],
            1,
            5.0,
            0.0,
        ),
        (
            "flat polygon with people",
            at(ring(Shell, &[(50.0, 50.0), (60.0, 60.0), (70.0, 70.0)])),
            vec!["G007"],
            2,
            12.0,
            0.0,
        ),
        ("not a number", at((Point, vec![[f64::NAN, 0.0]])), vec!["R002"], 1, 5.0, 7.0),
        ("infinite", at((Point, vec![[0.0, f64::INFINITY]])), vec!["R002"], 1, 5.0, 7.0),
        (
            "1e308",
            at((Line, vec![place(0.0, 0.0), [1e308, -1e308]])),
            vec!["R002"],
            1,
            5.0,
            7.0,
        ),
        (
            "bow-tie",
            at(ring(Shell, &[(50.0, 50.0), (60.0, 60.0), (60.0, 50.0), (50.0, 60.0)])),
            vec!["G003"],
            2,
            12.0,
            0.0,
        ),
        (
            "open ring",
            at(open(&[(50.0, 50.0), (60.0, 50.0), (60.0, 60.0)])),
            vec!["G001"],
            2,
            12.0,
            0.0,
        ),
        (
            "hole outside",
            (
                vec![
                    rectangle(50.0, 50.0, 10.0, 10.0),
                    ring(Hole, &[(70.0, 50.0), (72.0, 50.0), (72.0, 52.0)]),
                ],
                Some(7.0),
            ),
            vec!["G005"],
            2,
            12.0,
            0.0,
        ),
        (
            "line without length",
            at((Line, vec![place(50.0, 50.0); 2])),
            vec!["G014"],
            1,
            5.0,
            7.0,
        ),
        (
            "mixed",
            (
                vec![(Point, vec![place(1.0, 1.0)]), rectangle(50.0, 50.0, 1.0, 1.0)],
                Some(7.0),
            ),
            vec!["G008"],
            2,
            12.0,
            0.0,
        ),
        ("overlap", at(rectangle(15.0, 15.0, 10.0, 10.0)), vec!["G012"], 2, 12.0, 0.0),
        (
            "beside the territory",
            at(rectangle(-50.0, 0.0, 10.0, 10.0)),
            vec![],
            2,
            12.0,
            0.0,
        ),
    ];
    for (case, feature, expected, kept, people, lost) in cases {
        let (result, found) = run(32719, &[good(), feature]);
        assert_eq!(found, expected, "{case}");
        let area = result.unwrap_or_else(|errors| panic!("{case}: {errors}"));
        let layer = &area.exposures[0];
        assert_eq!(layer.layer.shapes.len(), kept, "{case}");
        assert_eq!(layer.layer.ids.len(), kept, "{case}");
        let known: f64 = layer
            .people
            .iter()
            .flat_map(atalaya::geometry::Amounts::iter)
            .flatten()
            .sum();
        assert!((known - people).abs() < 1e-12, "{case}: {known}");
        let gone: f64 = layer.lost.iter().filter_map(|feature| feature.people).sum();
        assert!((gone - lost).abs() < 1e-12, "{case}: {gone}");
        assert_eq!(layer.lost.len() + kept, 2, "{case}");
    }
}

#[test]
fn coordinates_that_cannot_belong_here_stop_the_run() {
    let point = |x: f64, y: f64| at((Point, vec![[x, y]]));
    let cases: Vec<(&str, u32, (Vec<Part>, Option<f64>), &str)> = vec![
        ("swapped degrees", 4326, point(INSIDE[1], INSIDE[0]), "swapped"),
        ("swapped metres", 32719, point(CORNER[1], CORNER[0]), "swapped"),
        (
            "metres declared as degrees",
            4326,
            point(CORNER[0], CORNER[1]),
            "look like metres",
        ),
        (
            "degrees declared as metres",
            32719,
            point(INSIDE[0], INSIDE[1]),
            "look like degrees",
        ),
        ("null island", 4326, point(0.0, 0.0), "far outside"),
        (
            "Lima, six zones and a half degree away",
            4326,
            point(-77.0, -12.0),
            "far outside",
        ),
        ("an unknown code", 99_999, point(0.0, 0.0), "unknown coordinate reference"),
        ("a datum without a shift", 4249, point(-71.0, -17.0), "WGS 84"),
    ];
    for (case, epsg, feature, expected) in cases {
        let (result, _) = run(epsg, &[feature]);
        let said = said(&result);
        assert_eq!(said.len(), 1, "{case}: {said:?}");
        assert!(said[0].contains(expected), "{case}: {}", said[0]);
        assert!(said[0].contains("blocks"), "{case}: {}", said[0]);
        let Err(errors) = result else { unreachable!("there is an error") };
        let hint = errors.0[0].hint().expect("every error has a hint");
        assert!(!render(Locale::Es, &hint).contains("hint."), "{case}");
    }
}

#[test]
fn a_few_coordinates_out_of_range_are_findings_only() {
    let inside = || at((Point, vec![INSIDE]));
    let wrong = at((Point, vec![[251_000.0, 8_048_000.0]]));
    let (result, found) = run(4326, &[inside(), inside(), inside(), wrong]);
    assert_eq!(found, ["R002"]);
    assert_eq!(result.unwrap().exposures[0].lost.len(), 1);
}

#[test]
fn all_layers_tell_their_trouble_in_one_go() {
    let point = |x: f64, y: f64| at((Point, vec![[x, y]]));
    let raw = vec![
        layer(
            "a",
            4326,
            &[at((Point, vec![INSIDE])), point(-17.6, -71.3), point(-17.7, -71.3)],
        ),
        layer("b", 4326, &[point(10.0, 10.0)]),
        layer("c", 99_999, &[point(10.0, 10.0)]),
        square_kilometre(),
    ];
    let of_layers = ["a", "b", "c"].map(exposed).into();
    let said = said(&run_all(raw, of_layers).0);
    assert_eq!(said.len(), 3, "{said:?}");
    assert!(said[0].contains("`a`") && said[0].contains("2 feature(s)"), "{}", said[0]);
    assert!(said[0].contains("f2"), "the first one is named: {}", said[0]);
    assert!(said[1].contains("`b`") && said[2].contains("`c`"), "{said:?}");
}

#[test]
fn a_layer_at_the_edge_of_the_zone_gets_one_warning() {
    // 4° west of the meridian of zone 19; the territory is 2.3° west of it.
    let far = || at((Point, vec![[-73.0, -17.0]]));
    let (result, found) = run(4326, &[far(), far(), at((Point, vec![INSIDE]))]);
    assert_eq!(found, ["R003"]);
    assert!(result.is_ok());
}

#[test]
fn a_change_of_datum_is_told() {
    // In PSAD56 the same place has about 194 m more to the east and 365 m more to the north.
    let block = || vec![(vec![rectangle(294.0, 465.0, 10.0, 10.0)], Some(5.0))];
    let (result, found) = run(24_879, &block());
    assert_eq!((result.is_ok(), found), (true, vec!["R004"]));
}

#[test]
fn layers_that_touch_no_territory_are_told() {
    let far = vec![(vec![rectangle(2000.0, 0.0, 10.0, 10.0)], Some(1.0))];
    let (result, found) = run(32719, &far);
    assert_eq!((result.is_ok(), found), (true, vec!["A012"]));
    let drawn = hazard("zones", HazardLevels::Constant(Level::High));
    let (result, findings) =
        run_all(vec![layer("zones", 32719, &far), square_kilometre()], vec![drawn]);
    assert_eq!(codes(&findings), ["A001"]);
    assert_eq!(result.unwrap().hazards[0].zones.len(), 1);
    // By distance, a band that reaches the territory is enough.
    for (within_m, expected) in [(999.0, vec!["A001"]), (1001.0, vec![])] {
        let bands = HazardLevels::Bands(vec![(within_m, Level::Low)]);
        let raw = vec![layer("zones", 32719, &far), square_kilometre()];
        let (_, findings) = run_all(raw, vec![hazard("zones", bands)]);
        assert_eq!(codes(&findings), expected, "{within_m}");
    }
}

#[test]
fn hazards_need_areas_or_bands() {
    let point = || at((Point, vec![[CORNER[0] + 5.0, CORNER[1] + 5.0]]));
    let of = || vec![hazard("zones", HazardLevels::Constant(Level::High))];
    let raw = vec![layer("zones", 32719, &[point()]), square_kilometre()];
    let said = said(&run_all(raw, of()).0);
    assert!(said[0].contains("points or lines"), "{said:?}");
    let raw = vec![layer("zones", 32719, &[good(), point()]), square_kilometre()];
    let (result, findings) = run_all(raw, of());
    assert_eq!(codes(&findings), ["G013"]);
    assert_eq!(findings.as_slice()[0].feature, "f2");
    assert_eq!(result.unwrap().hazards[0].layer.shapes.len(), 1);
}

#[test]
fn bands_below_the_accuracy_are_told_once_each() {
    let bands = vec![(100.0, Level::VeryHigh), (500.0, Level::High)];
    let mut fault = hazard("zones", HazardLevels::Bands(bands));
    fault.accuracy = Some(AccuracySetting::Meters(150.0));
    let line = (Line, vec![[CORNER[0], CORNER[1]], [CORNER[0] + 1000.0, CORNER[1]]]);
    let raw =
        vec![layer("zones", 32719, &[at(line.clone()), at(line)]), square_kilometre()];
    let (result, findings) = run_all(raw, vec![fault]);
    assert_eq!(codes(&findings), ["A007"]);
    let hazards = result.unwrap().hazards;
    let area = |shapes: &atalaya::geometry::Shapes| -> f64 {
        shapes.iter().map(ShapeRef::area_m2).sum()
    };
    let capsule = |r: f64| std::f64::consts::PI * r * r + 2.0 * r * 1000.0;
    let near = |found: f64, expected: f64| (found / expected - 1.0).abs() < 2e-4;
    assert!(near(area(&hazards[0].zones[0].shapes), capsule(100.0)));
    assert!(near(area(&hazards[0].zones[1].shapes), capsule(500.0)));
    let inner = hazards[0].inner.as_ref().unwrap();
    let outer = hazards[0].outer.as_ref().unwrap();
    assert!(inner[0].is_empty());
    assert!(
        near(area(&inner[1]), capsule(350.0)) && near(area(&inner[3]), capsule(350.0))
    );
    assert!(
        near(area(&outer[0]), capsule(250.0)) && near(area(&outer[2]), capsule(650.0))
    );
}

#[test]
fn zones_beyond_their_study_area_are_told() {
    let mut zones = hazard("zones", HazardLevels::Constant(Level::High));
    zones.hazard.as_mut().unwrap().study_area = Some("study".to_owned());
    let raw = |x: f64| {
        vec![
            layer("study", 32719, &[(vec![rectangle(0.0, 0.0, 100.0, 100.0)], None)]),
            square_kilometre(),
            layer("zones", 32719, &[(vec![rectangle(x, 0.0, 20.0, 20.0)], None)]),
        ]
    };
    let of = || vec![layer_settings("study"), zones.clone()];
    assert_eq!(codes(&run_all(raw(80.0), of()).1), [] as [&str; 0]);
    let (_, findings) = run_all(raw(90.0), of());
    assert_eq!(codes(&findings), ["A002"]);
    let told = findings.as_slice()[0].message();
    assert!(render(Locale::En, &told).contains("200.00"), "{told:?}");
}

#[test]
fn services_overlap_and_count_once() {
    let role = ServiceRole { kind: "green_area".to_owned(), capacity: None };
    let parks = LayerSettings { service: Some(role), ..layer_settings("parks") };
    let raw = vec![
        layer("parks", 32719, &[good(), at(rectangle(15.0, 10.0, 10.0, 10.0))]),
        square_kilometre(),
    ];
    let (result, findings) = run_all(raw, vec![parks]);
    assert_eq!(codes(&findings), ["G015"]);
    let area = result.unwrap();
    let dissolved = &area.services[0].dissolved;
    assert_eq!(dissolved.len(), 1);
    assert!((dissolved.get(0).area_m2() - 150.0).abs() < 1e-9);
}

#[test]
fn territories_come_in_the_order_of_their_codes() {
    // Codes fall with the row: 99, 98. The lower one keeps the common strip of 100 m.
    let raw = vec![layer(
        "territories",
        32719,
        &[
            (vec![rectangle(0.0, 0.0, 600.0, 1000.0)], None),
            (vec![rectangle(500.0, 0.0, 500.0, 1000.0)], None),
            (vec![(Point, vec![CORNER])], None),
        ],
    )];
    let (result, findings) = run_all(raw, vec![]);
    assert_eq!(codes(&findings), ["G013", "G010"]);
    let area = result.unwrap();
    let names: Vec<&str> = area.territories.iter().map(|t| t.code.as_str()).collect();
    assert_eq!(names, ["98", "99"]);
    let land = |row: usize| area.territory_partition.get(row).area_m2();
    assert!((land(0) - 500_000.0).abs() < 1e-6 && (land(1) - 500_000.0).abs() < 1e-6);
    assert!((area.territory_layer.shapes.get(1).area_m2() - 600_000.0).abs() < 1e-6);
    assert_eq!(area.territory_union.len(), 1);
    // At 249 km from the meridian the plane is about 363 ppm larger than the ellipsoid.
    assert!(area.grid_scale_ppm.0 > 355.0 && area.grid_scale_ppm.1 < 370.0);
}

#[test]
fn no_territory_no_run() {
    let raw = vec![layer("territories", 32719, &[(vec![(Point, vec![CORNER])], None)])];
    let said = said(&run_all(raw, vec![]).0);
    assert_eq!(said.len(), 1);
    assert!(said[0].contains("no feature can serve as a territory"), "{said:?}");
    // Of territories that have no place, that is what is told, and no more.
    let raw = vec![layer("territories", 99_999, &[good()])];
    let said = self::said(&run_all(raw, vec![]).0);
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].contains("unknown coordinate reference"), "{said:?}");
}

#[test]
fn every_finding_of_this_stage_has_words() {
    let own = ["G0", "R002", "R003", "A001", "A002", "A007", "A012"];
    for code in Code::ALL {
        if own.iter().any(|start| code.id().starts_with(start)) {
            for locale in [Locale::Es, Locale::En] {
                let text = atalaya::i18n::text(locale, code.key());
                assert_ne!(text, code.key(), "{} {locale:?}", code.id());
            }
        }
    }
}

#[test]
fn a_point_made_of_a_flat_polygon_serves_the_exposure_role() {
    let flat = ring(Shell, &[(50.0, 50.0), (60.0, 60.0), (70.0, 70.0)]);
    let (result, _) = run(32719, &[at(flat)]);
    let area = result.unwrap();
    let shape = area.exposures[0].layer.shapes.get(0);
    assert_eq!(shape.dimension(), Dimension::Point);
    let [x, y] = shape.points()[0].meters();
    assert!((x - CORNER[0] - 60.0).abs() < 1e-6 && (y - CORNER[1] - 60.0).abs() < 1e-6);
}

#[test]
fn the_number_of_threads_changes_nothing() {
    // More features than one task takes; every seventh a bow-tie, every fifth overlaps its neighbour.
    let features: Vec<(Vec<Part>, Option<f64>)> = (0..2500)
        .map(|i| {
            let (x, y) = (f64::from(i % 70) * 14.0, f64::from(i / 70) * 14.0);
            let w = if i % 5 == 0 { 15.0 } else { 10.0 };
            at(if i % 7 == 0 {
                ring(Shell, &[(x, y), (x + w, y + 10.0), (x + w, y), (x, y + 10.0)])
            } else {
                rectangle(x, y, w, 10.0)
            })
        })
        .collect();
    let run_with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let raw = vec![layer("blocks", 32719, &features), square_kilometre()];
            let mut blocks = exposed("blocks");
            let role = ServiceRole { kind: "any".to_owned(), capacity: None };
            blocks.service = Some(role);
            blocks.hazard = hazard("x", HazardLevels::Constant(Level::Low)).hazard;
            blocks.accuracy = Some(AccuracySetting::Meters(1.0));
            let (result, findings) = run_all(raw, vec![blocks]);
            (format!("{:?}", result.unwrap()), format!("{findings:?}"))
        })
    };
    let (one, two) = (run_with(1), run_with(2));
    assert!(one == two);
    assert!(one.1.contains("not_listed"));
}
