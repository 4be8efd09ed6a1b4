//! Whole documents, in pieces of every size.

use proptest::prelude::*;

use super::*;
use crate::formats::{Position, Problem, Reason, collector};
use crate::layers::{PartRole, Value};

fn wanted(fields: &[&str]) -> Wanted {
    Wanted::new(fields.iter().map(|&field| field.to_owned()))
}

/// Reads a document whole and in small pieces, which must give the same.
fn parse_wanted(text: &[u8], fields: &[&str]) -> Result<Parsed, FormatError> {
    let whole = read(text, &wanted(fields));
    for (piece, batch) in [(1, 1), (7, 30), (64, 1000)] {
        let sizes = Sizes { read: piece, batch, feature: 1 << 20 };
        let pieces = read_in_pieces(text, &wanted(fields), sizes, 7);
        match (&pieces, &whole) {
            (Ok(a), Ok(b)) => assert_eq!(format!("{a:?}"), format!("{b:?}")),
            (Err(a), Err(b)) => {
                assert_eq!((a.problem, a.position), (b.problem, b.position));
            }
            _ => panic!("pieces of {piece}: {pieces:?}, whole: {whole:?}"),
        }
    }
    whole
}

fn parse(text: &str) -> Result<Parsed, FormatError> {
    parse_wanted(text.as_bytes(), &["code"])
}

fn point(x: f64, properties: &str) -> String {
    format!(
        r#"{{"type":"Feature","geometry":{{"type":"Point","coordinates":[{x},2]}},"properties":{properties}}}"#
    )
}

fn collection(features: &[String]) -> String {
    format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","))
}

fn xs(parsed: &Parsed) -> Vec<f64> {
    parsed.data.coords.all().iter().map(|c| c[0]).collect()
}

#[test]
fn every_kind_of_document_is_read() {
    let (a, b) = (point(1.0, "null"), point(2.0, "{}"));
    let geometry = r#"{"type":"Point","coordinates":[1,2]}"#;
    let cases = [
        ("collection", collection(&[a.clone(), b.clone()]), vec![1.0, 2.0]),
        ("feature", a.clone(), vec![1.0]),
        ("geometry", geometry.to_owned(), vec![1.0]),
        ("lines", format!("{a}\n{b}\n"), vec![1.0, 2.0]),
        ("lines of Windows", format!("{a}\r\n\r\n{b}"), vec![1.0, 2.0]),
        ("RFC 8142", format!("\u{1e}{a}\n\u{1e}{b}\n"), vec![1.0, 2.0]),
        ("one after another", format!("{a}{b}{geometry}"), vec![1.0, 2.0, 1.0]),
        ("byte order mark", format!("\u{feff}{}", collection(&[a])), vec![1.0]),
        ("nothing in it", collection(&[]), vec![]),
        (
            "collection of geometries",
            r#"{"geometries":[{"coordinates":[3,4],"type":"Point"},
               {"type":"GeometryCollection","geometries":[]}],"type":"GeometryCollection"}"#
                .to_owned(),
            vec![3.0],
        ),
    ];
    for (case, text, expected) in cases {
        let parsed = parse(&text).unwrap();
        assert_eq!(xs(&parsed), expected, "{case}");
        assert!(parsed.troubles.is_empty(), "{case}: {:?}", parsed.troubles);
    }
}

#[test]
fn members_may_stand_in_any_order() {
    let text = r#" { "name" : "x\"}{[", "bbox": [1,2,3,4], "meta": {"features": [1]},
        "features" : [ { "properties" : { "other": {"code": 9}, "code" : "A" } , "id": 7,
            "geometry": { "coordinates": [ [ [0,0],[1,0],[0,1],[0,0] ] ], "type": "Polygon" },
            "type": "Feature" } , { "geometry": null, "type": "Feature",
            "properties": {"code": null, "code": "B\u00e9"} } ] ,
        "crs": { "type": "name", "properties": { "name": "EPSG:32719" } },
        "type": "FeatureCollection", "n": -1.5e3 } "#;
    let parsed = parse(text).unwrap();
    assert!(parsed.data.ids.iter().eq(["7", "#2"]));
    let codes = [Value::Text("A".into()), Value::Text("Bé".into())];
    assert_eq!(parsed.data.columns["code"], codes);
    assert_eq!(parsed.data.parts, [(4, PartRole::Shell)]);
    assert!(!parsed.data.features.of(0).is_null && parsed.data.features.of(1).is_null);
    assert_eq!(parsed.legacy_crs, [LegacyCrs::Named("EPSG:32719".into())]);
    assert_eq!(parsed.fields_seen, ["code", "other"]);
    assert!(parsed.missing.is_empty());
}

#[test]
fn wanted_fields_are_kept_and_missed() {
    let rows = [
        r#"{"code":1,"people":2.5,"long":12345678901234567890}"#,
        "null",
        r#"{"code":true,"people":[1],"skip":"a"}"#,
    ];
    let text = collection(&rows.map(|row| point(0.0, row)));
    let fields = ["people", "code", "long", "nowhere"];
    let parsed = parse_wanted(text.as_bytes(), &fields).unwrap();
    let columns = &parsed.data.columns;
    assert_eq!(columns["code"], [Value::Number(1.0), Value::Null, Value::Bool(true)]);
    assert_eq!(columns["people"], [Value::Number(2.5), Value::Null, Value::Other]);
    assert_eq!(columns["long"].of(0), Value::Text("12345678901234567890".into()));
    assert_eq!(columns["nowhere"], vec![Value::Null; 3]);
    assert_eq!(parsed.missing, ["nowhere"]);
    assert_eq!(parsed.fields_seen, ["code", "long", "people", "skip"]);
}

#[test]
fn broken_documents_say_where() {
    let at = |line, column, byte| Some(Position { line, column, byte });
    let cut = r#"{"type":"FeatureCollection","features":["#;
    let feature = point(1.0, "null");
    let cases = [
        (String::new(), Problem::Empty, None),
        (" \n\u{feff}".to_owned(), Problem::NotAnObject, at(2, 1, 2)),
        ("[1]".to_owned(), Problem::NotAnObject, at(1, 1, 0)),
        ("PK\u{3}\u{4}".to_owned(), Problem::LooksLikeZip, None),
        ("<kml/>".to_owned(), Problem::LooksLikeXml, None),
        (cut.to_owned(), Problem::UnexpectedEnd, at(1, 41, 40)),
        (format!("{cut}\n{{\"a\":\n 1,, }}]}}"), Problem::UnexpectedByte, at(3, 4, 50)),
        (format!("{cut}\n{{\"a\": \"b\n\"}}]}}"), Problem::BadString, at(2, 9, 49)),
        (format!("{cut}{{\"a\":NaN}}]}}"), Problem::UnexpectedByte, at(1, 46, 45)),
        (format!("{cut}{{\"a\":[1}}]}}"), Problem::UnexpectedByte, at(1, 48, 47)),
        (format!("{cut}{{\"a\":1"), Problem::UnexpectedEnd, at(1, 47, 46)),
        (
            format!("{cut}{feature} {feature}]}}"),
            Problem::UnexpectedByte,
            at(1, 126, 125),
        ),
        (format!("{cut}{feature},]}}"), Problem::UnexpectedByte, at(1, 126, 125)),
        (format!("{cut}]}}x"), Problem::Trailing, at(1, 43, 42)),
        (format!("{cut}]}}{feature}"), Problem::Trailing, at(1, 43, 42)),
        (format!("{cut}],\"a\":1-}}"), Problem::BadNumber, at(1, 47, 46)),
        (format!("{cut}],\"a\":[1,]}}"), Problem::UnexpectedByte, at(1, 50, 49)),
        (format!("{cut}]"), Problem::UnexpectedEnd, at(1, 42, 41)),
        (format!("{feature} x"), Problem::Trailing, at(1, 86, 85)),
        ("{}".to_owned(), Problem::NoType, at(1, 3, 2)),
        (r#"{"type":"Topology"}"#.to_owned(), Problem::WrongType, at(1, 20, 19)),
        (
            r#"{"type":"FeatureCollection"}"#.to_owned(),
            Problem::NoFeatures,
            at(1, 29, 28),
        ),
        (
            r#"{"type":"FeatureCollection","features":{}}"#.to_owned(),
            Problem::FeaturesNotAnArray,
            at(1, 40, 39),
        ),
        (
            r#"{"features":[],"type":"Point"}"#.to_owned(),
            Problem::StrayFeatures,
            at(1, 31, 30),
        ),
    ];
    for (text, problem, position) in cases {
        let error = parse(&text).unwrap_err();
        assert_eq!((error.problem, error.position), (problem, position), "{text}");
    }
    let latin1 = [cut.as_bytes(), b"{\"type\":\"Feature\",\"Pe\xF1on\":1}]}"].concat();
    let error = parse_wanted(&latin1, &[]).unwrap_err();
    assert_eq!((error.problem, error.position), (Problem::NotUtf8, at(1, 62, 61)));
}

#[test]
fn the_first_error_of_the_file_is_reported() {
    let good = point(1.0, "null");
    let bad = good.replace("[1,2]", "[1 2]");
    let text = collection(&[good.clone(), bad, good.clone()]);
    let text = text.strip_suffix("]}").unwrap().to_owned() + "}";
    let error = parse(&text).unwrap_err();
    assert_eq!(error.position.unwrap().byte, text.find("1 2").unwrap() as u64 + 2);
}

#[test]
fn one_bad_feature_spoils_nothing_else() {
    let feature = |geometry: &str| {
        format!(
            r#"{{"type":"Feature","geometry":{geometry},"properties":{{"code":"k"}}}}"#
        )
    };
    // The feature, the reason, and whether it is kept without geometry.
    let cases = [
        ("null".to_owned(), Reason::NotAnObject, false),
        ("[{}]".to_owned(), Reason::NotAnObject, false),
        ("{}".to_owned(), Reason::NoType, false),
        (r#"{"type":5}"#.to_owned(), Reason::NoType, false),
        (r#"{"type":"feature"}"#.to_owned(), Reason::WrongType, false),
        (r#"{"type":"Point","coordinates":[1,2]}"#.to_owned(), Reason::WrongType, false),
        (
            r#"{"type":"Feature","properties":[]}"#.to_owned(),
            Reason::PropertiesNotAnObject,
            false,
        ),
        (r#"{"type":"Feature","properties":{}}"#.to_owned(), Reason::NoGeometry, true),
        (feature("[1,2]"), Reason::GeometryNotAnObject, true),
        (feature("{}"), Reason::NoGeometryType, true),
        (feature(r#"{"type":"Circle"}"#), Reason::WrongGeometryType, true),
        (feature(r#"{"type":"Point"}"#), Reason::NoCoordinates, true),
        (
            feature(r#"{"type":"GeometryCollection","coordinates":[]}"#),
            Reason::NoCoordinates,
            true,
        ),
        (
            feature(r#"{"type":"Point","coordinates":["1",2]}"#),
            Reason::CoordinateNotANumber,
            true,
        ),
        (
            feature(r#"{"coordinates":[[0,0],[1]],"type":"LineString"}"#),
            Reason::ShortPosition,
            true,
        ),
        (
            feature(r#"{"type":"Polygon","coordinates":[[0,0],[1,1]]}"#),
            Reason::WrongNesting,
            true,
        ),
        (
            feature(r#"{"type":"GeometryCollection","geometries":[null]}"#),
            Reason::GeometryNotAnObject,
            true,
        ),
    ];
    for (text, reason, is_kept) in cases {
        let file = collection(&[point(1.0, "null"), text.clone(), point(3.0, "null")]);
        let parsed = parse(&file).unwrap();
        assert_eq!(xs(&parsed), [1.0, 3.0], "{text}");
        assert_eq!(parsed.rows, 3);
        let [trouble] = parsed.troubles.as_slice() else { panic!("{text}") };
        assert_eq!((trouble.reason, trouble.row), (reason, 2), "{text}");
        assert_eq!(trouble.kept, is_kept.then_some(1), "{text}");
        assert_eq!(parsed.data.features.len(), 2 + usize::from(is_kept));
        assert_eq!(parsed.data.ids.iter().last().as_deref(), Some("#3"), "{text}");
        if is_kept {
            assert!(parsed.data.features.of(1).is_null);
        }
    }
}

#[test]
fn bad_features_still_have_to_be_sound_json() {
    for bad in [
        r#"{"type":"Feature","properties":[],"geometry":{"a":nul}}"#,
        r#"{"type":"Feature","geometry":{"type":"Circle","a":01}}"#,
        r#"{"type":"Feature","geometry":{"type":"Point","coordinates":["1",NaN]}}"#,
        r#"{"type":"Other","a":[1 2]}"#,
    ] {
        assert!(parse(&collection(&[bad.to_owned()])).is_err(), "{bad}");
    }
}

#[test]
fn depth_is_no_danger() {
    let (open, close) = ("[".repeat(10_000), "]".repeat(10_000));
    let deep = format!("{open}{close}");
    let objects = format!("{}1{}", r#"{"a":"#.repeat(10_000), "}".repeat(10_000));
    let collections = format!(
        r#"{}{{"type":"Point","coordinates":[1,2]}}{}"#,
        r#"{"type":"GeometryCollection","geometries":["#.repeat(10_000),
        "]}".repeat(10_000)
    );
    let cases = [
        (
            format!(r#"{{"type":"Point","coordinates":{deep}}}"#),
            Some(Reason::WrongNesting),
        ),
        (collections, Some(Reason::TooDeep)),
        ("null".to_owned(), None),
    ];
    for (geometry, reason) in cases {
        let text = format!(
            r#"{{"type":"FeatureCollection","a":{deep},"features":[{{"type":"Feature",
            "geometry":{geometry},"properties":{{"code":{objects},"b":{deep}}}}}]}}"#
        );
        let parsed = read(text.as_bytes(), &wanted(&["code"])).unwrap();
        assert_eq!(parsed.troubles.first().map(|t| t.reason), reason);
        assert_eq!(parsed.data.columns["code"], [Value::Other]);
    }
}

#[test]
fn a_feature_may_be_large_but_not_without_limit() {
    let text = collection(&[point(1.0, &format!(r#"{{"a":"{}"}}"#, "x".repeat(5000)))]);
    let sizes = Sizes { read: 100, batch: 1000, feature: 4000 };
    let error = read_in_pieces(text.as_bytes(), &wanted(&[]), sizes, 0).unwrap_err();
    assert_eq!(error.problem, Problem::TooBig);
    assert_eq!(error.position.unwrap().byte, 40);
    let sizes = Sizes { feature: 6000, ..sizes };
    assert_eq!(read_in_pieces(text.as_bytes(), &wanted(&[]), sizes, 0).unwrap().rows, 1);
}

#[test]
fn a_small_file_is_read_into_little_and_a_large_one_batch_by_batch() {
    let batch = |bytes: u64| Sizes::of_file(bytes).batch;
    let (small, large) = (Sizes::default().read, Sizes::default().batch);
    assert_eq!(
        [0, 1, 4 << 20, 16 << 20, u64::MAX].map(batch),
        [large, small, 256 << 10, large, large]
    );
}

/// Endless white space and members nobody wants, as far as memory can tell.
struct Long {
    head: &'static [u8],
    filler: u64,
    tail: &'static [u8],
}

impl Read for Long {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        if !self.head.is_empty() {
            return self.head.read(out);
        }
        if self.filler > 0 {
            let n = out.len().min(usize::try_from(self.filler).unwrap());
            out[..n].fill(b'x');
            self.filler -= n as u64;
            return Ok(n);
        }
        self.tail.read(out)
    }
}

#[test]
fn what_nobody_wants_takes_no_memory() {
    let long = Long {
        head: br#"{"type":"FeatureCollection","note":""#,
        filler: 20 << 20,
        tail: br#"","features":[]}"#,
    };
    // Everything kept counts against the limit of one feature, here a thousandth.
    let sizes = Sizes { read: 4096, batch: 4096, feature: 16_384 };
    let mut splitter = Splitter::new(long, sizes);
    while splitter.next_batch().unwrap().is_some() {}
    assert!(splitter.buffer.capacity() < 100_000, "{}", splitter.buffer.capacity());
}

type Geometry = ::geojson::Geometry;
type Parts = Vec<(PartRole, Vec<[f64; 2]>)>;

fn arbitrary_geometry() -> impl Strategy<Value = Geometry> {
    use ::geojson::GeometryValue as V;
    let number = prop_oneof![-180.0..180.0f64, any::<i32>().prop_map(f64::from)];
    let position =
        prop::collection::vec(number, 2..4).prop_map(::geojson::Position::from);
    let line = prop::collection::vec(position.clone(), 0..5);
    let full = prop::collection::vec(position.clone(), 1..5);
    let lines = prop::collection::vec(full.clone(), 0..4);
    let rings = prop::collection::vec(full, 0..4);
    let polygons = prop::collection::vec(
        rings.clone().prop_filter("a ring", |r| !r.is_empty()),
        0..3,
    );
    let leaf = prop_oneof![
        position.prop_map(|coordinates| V::Point { coordinates }),
        line.clone().prop_map(|coordinates| V::MultiPoint { coordinates }),
        line.prop_map(|coordinates| V::LineString { coordinates }),
        lines.prop_map(|coordinates| V::MultiLineString { coordinates }),
        rings.prop_map(|coordinates| V::Polygon { coordinates }),
        polygons.prop_map(|coordinates| V::MultiPolygon { coordinates }),
    ]
    .prop_map(Geometry::new);
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop::collection::vec(inner, 0..3)
            .prop_map(|geometries| Geometry::new(V::GeometryCollection { geometries }))
    })
}

/// The parts of a geometry as the `geojson` crate reads it.
fn parts_of(geometry: &Geometry, out: &mut Parts) {
    use ::geojson::GeometryValue as V;
    let run = |positions: &[::geojson::Position]| -> Vec<[f64; 2]> {
        positions.iter().map(|p| [p[0], p[1]]).collect()
    };
    let rings = |rings: &[Vec<::geojson::Position>], out: &mut Parts| {
        for (i, ring) in rings.iter().enumerate() {
            out.push((if i == 0 { PartRole::Shell } else { PartRole::Hole }, run(ring)));
        }
    };
    match &geometry.value {
        V::Point { coordinates } => {
            out.push((PartRole::Point, vec![[coordinates[0], coordinates[1]]]));
        }
        V::MultiPoint { coordinates } => {
            out.extend(run(coordinates).into_iter().map(|p| (PartRole::Point, vec![p])));
        }
        V::LineString { coordinates } => out.push((PartRole::Line, run(coordinates))),
        V::MultiLineString { coordinates } => {
            out.extend(coordinates.iter().map(|line| (PartRole::Line, run(line))));
        }
        V::Polygon { coordinates } => rings(coordinates, out),
        V::MultiPolygon { coordinates } => coordinates.iter().for_each(|p| rings(p, out)),
        V::GeometryCollection { geometries } => {
            for geometry in geometries {
                parts_of(geometry, out);
            }
        }
    }
    out.retain(|(_, points)| !points.is_empty());
}

/// Turns the order of all members of all objects round.
fn reverse_members(json: serde_json::Value) -> serde_json::Value {
    use serde_json::Value as Json;
    match json {
        Json::Object(map) => {
            let mut members: Vec<_> = map.into_iter().collect();
            members.reverse();
            Json::Object(
                members.into_iter().map(|(k, v)| (k, reverse_members(v))).collect(),
            )
        }
        Json::Array(items) => {
            Json::Array(items.into_iter().map(reverse_members).collect())
        }
        other => other,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn documents_are_read_as_the_geojson_crate_reads_them(
        geometries in prop::collection::vec(prop::option::of(arbitrary_geometry()), 0..6),
        code in "[a-zñ\"\\\\{}\\[\\]\u{1F30A}]{0,6}",
        is_reversed: bool,
        is_pretty: bool,
    ) {
        use ::geojson::{Feature, FeatureCollection, GeoJson};
        let features = geometries.iter().map(|geometry| {
            let properties = serde_json::json!({ "code": code, "{": [code] });
            Feature {
                geometry: geometry.clone(),
                properties: properties.as_object().cloned(),
                ..Feature::default()
            }
        });
        let file = FeatureCollection { features: features.collect(), ..Default::default() };
        let mut json = serde_json::to_value(&file).unwrap();
        if is_reversed {
            json = reverse_members(json);
        }
        let text = if is_pretty { format!("{json:#}") } else { json.to_string() };
        let oracle = match text.parse::<GeoJson>().unwrap() {
            GeoJson::FeatureCollection(collection) => collection.features,
            _ => unreachable!("a collection was written"),
        };
        let parsed = parse(&text).unwrap();
        prop_assert!(parsed.troubles.is_empty());
        prop_assert_eq!(parsed.data.features.len(), oracle.len());
        for (row, feature) in oracle.iter().enumerate() {
            let mut expected = Parts::new();
            if let Some(geometry) = &feature.geometry {
                parts_of(geometry, &mut expected);
            }
            prop_assert_eq!(collector::parts_of(&parsed, row), expected);
            prop_assert_eq!(parsed.data.features.of(row).is_null, feature.geometry.is_none());
            prop_assert_eq!(parsed.data.columns["code"].of(row), Value::Text(code.as_str().into()));
        }
    }

    /// Whatever a file holds, reading it ends, and pieces change nothing.
    #[test]
    fn no_document_is_too_odd(
        pieces in prop::collection::vec(prop::sample::select(vec![
            "{", "}", "[", "]", ",", ":", "\"type\"", "\"Feature\"", "\"features\":[", "1",
            "\"FeatureCollection\"", "\"geometry\":", "null", "\"Point\"", " ", "\n", "\"\\",
            "\"coordinates\":[1,2]", "\"properties\":{\"code\":", "\u{1e}", "-", "1e",
            "{\"type\":\"FeatureCollection\",\"features\":[", "{\"type\":\"Feature\",",
        ]), 0..25)
    ) {
        let text = pieces.concat();
        if let Ok(parsed) = parse(&text) {
            // What is read is a sequence of sound JSON values.
            let clean = text.replace('\u{1e}', " ");
            let mut values = serde_json::Deserializer::from_str(&clean)
                .into_iter::<serde::de::IgnoredAny>();
            prop_assert!(values.all(|value| value.is_ok()), "{}", text);
            prop_assert!(parsed.data.features.len() as u64 <= parsed.rows);
        }
    }
}
