//! The example project's layers hold what they promise: sums, areas, places, and
//! the generator that draws them.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::unwrap_used,
    clippy::float_cmp,
    reason = "coordinates of one province and small counts fit all types used; a missing field \
              should fail the test"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use geo::{
    Area, BoundingRect, Coord, Euclidean, Geometry, LineString, MultiPolygon, Point,
    Polygon,
};
use geo::{Contains, Distance, Length, MapCoords, Validation};
use geojson::{Feature, FeatureCollection};
use i_overlay::core::fill_rule::FillRule;
use i_overlay::core::overlay::Overlay;
use i_overlay::core::overlay_rule::OverlayRule;
use i_overlay::i_float::int::point::IntPoint;
use i_overlay::i_shape::int::shape::IntShapes;
use proj4rs::proj::Proj;
use proj4rs::transform::transform;

#[path = "../examples/ilo/mod.rs"]
mod ilo;

const GEOJSON_FILES: [&str; 44] = [
    "districts.geojson",
    "coast.geojson",
    "river.geojson",
    "places.geojson",
    "health_facilities.geojson",
    "hospitals.geojson",
    "health_centres.geojson",
    "health_posts.geojson",
    "chololo_fault.geojson",
    "industrial_park.geojson",
    "industrial_lots.geojson",
    "blocks.geojson",
    "green_areas.geojson",
    "tsunami_zones.geojson",
    "tsunami_study.geojson",
    "tsunami_t1.geojson",
    "tsunami_t2.geojson",
    "tsunami_t3.geojson",
    "tsunami_t4.geojson",
    "tsunami_nz.geojson",
    "chololo_sara.geojson",
    "chololo_audin.geojson",
    "salt_dissolution.geojson",
    "seepage.geojson",
    "rain_flooding.geojson",
    "fuel_terminal_old.geojson",
    "fuel_terminal_new.geojson",
    "plants.geojson",
    "schools.geojson",
    "settlements.geojson",
    "runway.geojson",
    "ports.geojson",
    "olive_groves.geojson",
    "water_main.geojson",
    "plant_ilo1.geojson",
    "sand_encroachment.geojson",
    "fuel_stations.geojson",
    "roads.geojson",
    "railway.geojson",
    "heritage.geojson",
    "vineyards.geojson",
    "schools_initial.geojson",
    "schools_primary.geojson",
    "schools_secondary.geojson",
];
const ILO: &str = "180301";
const ALGARROBAL: &str = "180302";
const PACOCHA: &str = "180303";

/// People who need help first: field, what it is a share of, and each district's total. Census
/// 2017; homes headed by women are 28 % of 20,911, 1,415 and 1,469 homes.
const GROUPS: [(&str, &str, [u64; 3]); 4] = [
    ("menores_5_est", "population_2017", [4998, 508, 278]),
    ("mayores_65_est", "population_2017", [8176, 173, 849]),
    ("movilidad_limitada_est", "population_2017", [1831, 41, 95]),
    ("hogares_jefa_est", "viviendas", [5855, 396, 411]),
];

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("layers")
}

fn text(name: &str) -> String {
    std::fs::read_to_string(directory().join(name)).unwrap()
}

/// A feature of a committed layer: in degrees as in the file, and in metres.
struct Shape {
    feature: Feature,
    degrees: Geometry,
    meters: Geometry,
}

impl Shape {
    fn text(&self, field: &str) -> String {
        self.feature.property(field).unwrap().as_str().unwrap().to_owned()
    }

    fn number(&self, field: &str) -> f64 {
        self.feature.property(field).unwrap().as_f64().unwrap()
    }

    fn whole(&self, field: &str) -> u64 {
        self.feature.property(field).unwrap().as_u64().unwrap()
    }

    fn area_m2(&self) -> f64 {
        self.meters.unsigned_area()
    }
}

fn layer(name: &str) -> Vec<Shape> {
    let degrees = Proj::from_proj_string("+proj=longlat +datum=WGS84 +no_defs").unwrap();
    let utm = "+proj=utm +zone=19 +south +datum=WGS84 +units=m +no_defs";
    let utm = Proj::from_proj_string(utm).unwrap();
    let project = |at: Coord| {
        let mut p = (at.x.to_radians(), at.y.to_radians(), 0.0);
        transform(&degrees, &utm, &mut p).unwrap();
        Coord { x: p.0, y: p.1 }
    };
    let collection: FeatureCollection = text(name).parse().unwrap();
    let shape = |feature: Feature| {
        let degrees: Geometry = feature.geometry.clone().unwrap().try_into().unwrap();
        let meters = degrees.map_coords(project);
        Shape { feature, degrees, meters }
    };
    collection.features.into_iter().map(shape).collect()
}

fn polygons(geometry: &Geometry) -> Vec<Polygon> {
    match geometry {
        Geometry::Polygon(polygon) => vec![polygon.clone()],
        Geometry::MultiPolygon(MultiPolygon(polygons)) => polygons.clone(),
        _ => Vec::new(),
    }
}

/// Polygons on the grid of one micrometre.
fn grid(geometry: &Geometry) -> IntShapes<i64> {
    let ring = |line: &LineString| -> Vec<IntPoint<i64>> {
        let points = line.0[..line.0.len() - 1].iter();
        points
            .map(|c| {
                IntPoint::new((c.x * 1e6).round() as i64, (c.y * 1e6).round() as i64)
            })
            .collect()
    };
    let shape = |p: &Polygon| {
        std::iter::once(p.exterior()).chain(p.interiors()).map(ring).collect()
    };
    polygons(geometry).iter().map(shape).collect()
}

/// Twice the area of shapes, square micrometres.
fn double_area(shapes: &IntShapes<i64>) -> i128 {
    let ring = |ring: &Vec<IntPoint<i64>>| -> i128 {
        let at = |i: usize| {
            let (p, o) = (ring[i % ring.len()], ring[0]);
            (i128::from(p.x - o.x), i128::from(p.y - o.y))
        };
        let cross = |i| at(i).0 * at(i + 1).1 - at(i + 1).0 * at(i).1;
        (0..ring.len()).map(cross).sum()
    };
    let shape = |rings: &Vec<Vec<IntPoint<i64>>>| {
        let holes: i128 = rings.iter().skip(1).map(|r| ring(r).abs()).sum();
        ring(&rings[0]).abs() - holes
    };
    shapes.iter().map(shape).sum()
}

/// Area that two geometries share, exactly, as twice its square micrometres.
fn shared(a: &Geometry, b: &Geometry) -> i128 {
    let (a, b) = (grid(a), grid(b));
    let common = Overlay::from_subj_and_clip(&a, &b)
        .overlay(OverlayRule::Intersect, FillRule::EvenOdd);
    double_area(&common)
}

/// Pairs of two lists whose boxes meet; of one list each pair once.
fn overlapping(a: &[Shape], b: Option<&[Shape]>) -> Vec<(usize, usize)> {
    let boxes = |shapes: &[Shape]| -> Vec<_> {
        shapes.iter().map(|s| s.meters.bounding_rect().unwrap()).collect()
    };
    let (left, right) = (boxes(a), boxes(b.unwrap_or(a)));
    let mut found = Vec::new();
    for (i, p) in left.iter().enumerate() {
        for (j, q) in right.iter().enumerate().skip(if b.is_none() { i + 1 } else { 0 }) {
            let is_near = p.min().x <= q.max().x
                && q.min().x <= p.max().x
                && p.min().y <= q.max().y
                && q.min().y <= p.max().y;
            // 0.01 m²: what rounding to 7 decimals may make of a common edge.
            let other = &b.unwrap_or(a)[j].meters;
            if is_near && shared(&a[i].meters, other) > 2 * 10_i128.pow(10) {
                found.push((i, j));
            }
        }
    }
    found
}

#[test]
fn the_generator_draws_the_committed_bytes() {
    let drawn = ilo::draw();
    let names: BTreeSet<&str> = drawn.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, BTreeSet::from(GEOJSON_FILES));
    for (name, drawn) in drawn {
        assert!(
            drawn == text(name),
            "{name} differs: cargo run --example make_ilo_layers"
        );
    }
}

#[test]
fn files_hold_a_feature_a_line_and_valid_geometry() {
    for name in GEOJSON_FILES {
        let shapes = layer(name);
        assert!(!shapes.is_empty(), "{name}");
        assert_eq!(text(name).lines().count(), shapes.len() + 2, "{name}");
        for (row, shape) in shapes.iter().enumerate() {
            assert!(shape.degrees.is_valid(), "{name} row {row}, degrees");
            assert!(shape.meters.is_valid(), "{name} row {row}, metres");
        }
    }
}

#[test]
fn districts_are_an_exact_partition() {
    let districts = layer("districts.geojson");
    let vertices: Vec<usize> =
        districts.iter().map(|d| polygons(&d.degrees)[0].exterior().0.len()).collect();
    assert_eq!(vertices, [175, 190, 227], "closed rings of the reference");
    let mut seen: BTreeMap<[(i64, i64); 2], usize> = BTreeMap::new();
    for district in &districts {
        for line in polygons(&district.degrees)[0].exterior().lines() {
            let at = |c: Coord| ((c.x * 1e7).round() as i64, (c.y * 1e7).round() as i64);
            let mut edge = [at(line.start), at(line.end)];
            edge.sort_unstable();
            *seen.entry(edge).or_default() += 1;
        }
    }
    // 4 edges Ilo | Pacocha, 51 Ilo | El Algarrobal, 36 Pacocha | El Algarrobal.
    assert_eq!(seen.values().filter(|&&times| times == 2).count(), 4 + 51 + 36);
    assert!(seen.values().all(|&times| times <= 2));
    for (a, b) in [(0, 1), (0, 2), (1, 2)] {
        assert_eq!(shared(&districts[a].meters, &districts[b].meters), 0, "{a} and {b}");
    }
    let areas: Vec<f64> =
        districts.iter().map(|d| (d.area_m2() / 1e5).round() / 10.0).collect();
    assert_eq!(areas, [280.1, 747.5, 332.4], "square kilometres");
}

#[test]
fn districts_carry_the_people_of_plan_and_census() {
    let table: Vec<_> = layer("districts.geojson")
        .iter()
        .map(|d| {
            (d.text("ubigeo"), d.whole("population_2015"), d.whole("population_2017"))
        })
        .collect();
    let expected =
        [(ILO, 73_252, 66_479), (ALGARROBAL, 891, 3_717), (PACOCHA, 5_784, 4_453)];
    assert_eq!(
        table,
        expected.map(|(code, plan, census)| (code.to_owned(), plan, census))
    );
}

#[test]
fn people_of_blocks_add_up_to_every_district_by_code_and_by_place() {
    let (districts, blocks) = (layer("districts.geojson"), layer("blocks.geojson"));
    assert!((600..=1200).contains(&blocks.len()), "{} blocks", blocks.len());
    let dwellings =
        BTreeMap::from([(ILO, 25_321), (ALGARROBAL, 2_448), (PACOCHA, 2_191)]);
    for district in &districts {
        let code = district.text("ubigeo");
        let own: Vec<&Shape> =
            blocks.iter().filter(|b| b.text("ubigeo") == code).collect();
        for field in ["population_2015", "population_2017"] {
            let by_code: u64 = own.iter().map(|b| b.whole(field)).sum();
            assert_eq!(by_code, district.whole(field), "{code} {field}");
            let inside = |b: &Shape| {
                let whole = double_area(&grid(&b.meters));
                let part = shared(&b.meters, &district.meters);
                b.number(field) * part as f64 / whole as f64
            };
            let by_place: f64 = blocks.iter().map(inside).sum();
            let difference = by_place - district.number(field);
            assert!(difference.abs() < 5e-5, "{code} {field}: {difference}");
        }
        let whole = |field: &str| -> u64 { own.iter().map(|b| b.whole(field)).sum() };
        let row = [ILO, ALGARROBAL, PACOCHA].iter().position(|c| *c == code).unwrap();
        for (field, of, totals) in GROUPS {
            assert_eq!(whole(field), totals[row], "{code} {field}");
            // The same share everywhere, to the rounding of whole people.
            for block in &own {
                let even = block.number(of) * totals[row] as f64 / whole(of) as f64;
                assert!((block.number(field) - even).abs() < 1.0, "{code} {field}");
            }
        }
        let sum: u64 = own.iter().map(|b| b.whole("viviendas")).sum();
        assert_eq!(sum, dwellings[code.as_str()], "{code} dwellings");
    }
}

#[test]
fn every_block_lies_within_its_district_and_keeps_off_other_things() {
    let districts = layer("districts.geojson");
    let (blocks, greens) = (layer("blocks.geojson"), layer("green_areas.geojson"));
    let park = layer("industrial_park.geojson");
    for shape in blocks.iter().chain(&greens) {
        let code = shape.text("ubigeo");
        let home = districts.iter().find(|d| d.text("ubigeo") == code).unwrap();
        let whole = double_area(&grid(&shape.meters));
        assert_eq!(
            shared(&shape.meters, &home.meters),
            whole,
            "{:?}",
            shape.feature.properties
        );
    }
    assert_eq!(overlapping(&blocks, None), [], "blocks");
    assert_eq!(overlapping(&greens, None), [], "parks");
    assert_eq!(overlapping(&blocks, Some(&greens)), [], "blocks and parks");
    assert_eq!(overlapping(&blocks, Some(&park)), [], "blocks and the industrial park");
    assert_eq!(overlapping(&greens, Some(&park)), [], "parks and the industrial park");
}

#[test]
fn blocks_have_ids_of_their_own_and_stand_in_eleven_sectors_and_the_hamlets() {
    let blocks = layer("blocks.geojson");
    let ids: BTreeSet<String> = blocks.iter().map(|b| b.text("manzana")).collect();
    assert_eq!(ids.len(), blocks.len());
    let hamlets: BTreeSet<String> = blocks
        .iter()
        .filter(|b| b.text("manzana").contains("-CR-"))
        .map(|b| b.text("sector"))
        .collect();
    let sectors: BTreeSet<String> = blocks.iter().map(|b| b.text("sector")).collect();
    assert_eq!((hamlets.len(), sectors.len()), (25, 11 + 25));
}

#[test]
fn the_industrial_park_has_its_area_and_its_lots() {
    let park = &layer("industrial_park.geojson")[0];
    assert!((park.area_m2() / 536_900.0 - 1.0).abs() <= 1e-4, "{} m²", park.area_m2());
    let lots = layer("industrial_lots.geojson");
    assert_eq!(lots.len(), 588);
    let ids: BTreeSet<String> = lots.iter().map(|lot| lot.text("lot")).collect();
    assert_eq!(ids.len(), 588);
    for lot in &lots {
        assert!((300.0..=900.0).contains(&lot.area_m2()), "{} m²", lot.area_m2());
        assert!(
            (lot.area_m2() - lot.number("area_m2")).abs() < 1.5,
            "{}",
            lot.text("lot")
        );
        let whole = double_area(&grid(&lot.meters));
        assert_eq!(shared(&lot.meters, &park.meters), whole, "{}", lot.text("lot"));
    }
    assert_eq!(overlapping(&lots, None), []);
    let hectares = lots.iter().map(Shape::area_m2).sum::<f64>() / 1e4;
    assert!((17.6..=52.9).contains(&hectares), "{hectares} ha");
}

/// The plan counts 36 premises of pre-school alone, 10 of primary, 6 of secondary, 8 and 9 of
/// several, and leaves 8 of 77 unsorted: 53, 27 + 8 and 15 + 8.
#[test]
fn premises_by_level_are_as_many_as_the_plan_counts() {
    let all = layer("schools.geojson");
    let mut given = BTreeMap::new();
    for (field, file, count) in [
        ("inicial_est", "schools_initial.geojson", 36 + 8 + 9),
        ("primaria_est", "schools_primary.geojson", 10 + 8 + 9 + 8),
        ("secundaria_est", "schools_secondary.geojson", 6 + 9 + 8),
    ] {
        let with: BTreeSet<String> = all
            .iter()
            .filter(|one| one.whole(field) == 1)
            .map(|one| one.text("id"))
            .collect();
        let own: BTreeSet<String> =
            layer(file).iter().map(|one| one.text("id")).collect();
        assert_eq!((own.len(), &own), (count, &with), "{field}");
        for id in own {
            *given.entry(id).or_insert(0) += 1;
        }
    }
    // 77 premises give some level: 52 one of them, 16 two, 9 all three.
    let of = |levels: i32| given.values().filter(|&&n| n == levels).count();
    assert_eq!([of(1), of(2), of(3)], [36 + 10 + 6, 8 + 8, 9]);
}

/// 43.2, 23.7, 22.3 and 10.8 % of 588 lots, to whole lots.
#[test]
fn lots_have_one_branch_each_in_the_published_shares() {
    let lots = layer("industrial_lots.geojson");
    let mut counts = BTreeMap::new();
    for lot in &lots {
        *counts.entry(lot.text("giro_est")).or_insert(0) += 1;
        let fields = ["comercio", "servicios", "produccion", "pesca"];
        let marked: Vec<&str> =
            fields.into_iter().filter(|field| lot.whole(field) == 1).collect();
        assert_eq!(marked, [lot.text("giro_est")]);
    }
    let expected =
        [("comercio", 254), ("servicios", 139), ("produccion", 131), ("pesca", 64)];
    assert_eq!(counts, expected.map(|(name, lots)| (name.to_owned(), lots)).into());
}

/// What is put somewhere by supposition says how far off it may be, and is `synthetic`.
#[test]
fn supposed_things_are_marked_and_stay_out_of_any() {
    let project: toml::Table = text("ilo.toml").parse().unwrap();
    // (layer, least and greatest accuracy in metres)
    for (id, least, greatest) in [
        ("sand_encroachment", 1000.0, 2500.0),
        ("fuel_stations", 1000.0, 1000.0),
        ("plant_ilo1", 1500.0, 1500.0),
        ("roads", 200.0, 2500.0),
        ("railway", 1000.0, 1000.0),
        ("heritage", 1500.0, 2500.0),
    ] {
        let settings = project["layers"][id].as_table().unwrap();
        assert_eq!(settings["status"].as_str(), Some("synthetic"), "{id}");
        assert_eq!(settings["accuracy_field"].as_str(), Some("accuracy_m"), "{id}");
        if let Some(hazard) = settings.get("hazard") {
            assert_eq!(hazard["in_any"].as_bool(), Some(false), "{id}");
        }
        let shapes = layer(&format!("{id}.geojson"));
        let accuracy = shapes.iter().map(|shape| shape.number("accuracy_m"));
        let ends = accuracy
            .fold((f64::INFINITY, 0.0_f64), |(low, high), m| (low.min(m), high.max(m)));
        assert_eq!(ends, (least, greatest), "{id}");
    }
    // The belts of sand lie on land, and are as wide as they say: 1.5 km and 1 km.
    let districts = layer("districts.geojson");
    for belt in layer("sand_encroachment.geojson") {
        let whole = double_area(&grid(&belt.meters));
        let on_land: i128 =
            districts.iter().map(|d| shared(&belt.meters, &d.meters)).sum();
        assert!(whole - on_land < whole / 1000, "{}", belt.text("name"));
    }
}

#[test]
fn green_area_per_person_of_ilo_is_the_plans() {
    let greens = layer("green_areas.geojson");
    let area = |code: &str| -> f64 {
        greens.iter().filter(|g| g.text("ubigeo") == code).map(Shape::area_m2).sum()
    };
    let per_person = area(ILO) / 66_479.0;
    assert!((per_person / 2.78 - 1.0).abs() <= 0.005, "{per_person} m² per person");
    assert!(area(PACOCHA) > 0.0 && area(ALGARROBAL) > 0.0);
    for green in &greens {
        assert!(
            (green.area_m2() - green.number("area_m2")).abs() < 2.0,
            "{}",
            green.text("id")
        );
    }
}

#[test]
fn tsunami_zones_hold_one_hospital_and_not_the_other() {
    let zones = layer("tsunami_zones.geojson");
    let levels: Vec<String> = zones.iter().map(|z| z.text("nivel")).collect();
    assert_eq!(levels, ["MA", "A", "M", "B"]);
    let level_at = |lon: f64, lat: f64| {
        zones
            .iter()
            .find(|z| z.degrees.contains(&Point::new(lon, lat)))
            .map(|z| z.text("nivel"))
    };
    // (place, longitude, latitude, level by its height)
    let cases = [
        ("Hospital II EsSalud, 5.3 m", -71.3428, -17.6422, Some("A")),
        ("Hospital Ilo, 155.7 m", -71.3373, -17.6538, None),
        ("just inland of the river's mouth", -71.3420, -17.6222, Some("MA")),
        ("a school at 18 m in Miramar", -71.3421, -17.6301, Some("B")),
        ("a school at 29 m in Pueblo Nuevo", -71.3389, -17.6154, None),
        ("Pampa Inalámbrica", -71.3288, -17.6476, None),
    ];
    for (place, lon, lat, expected) in cases {
        assert_eq!(level_at(lon, lat).as_deref(), expected, "{place}");
    }
}

#[test]
fn tsunami_zones_are_apart_on_land_and_within_the_study_area() {
    let zones = layer("tsunami_zones.geojson");
    let (study, districts) =
        (&layer("tsunami_study.geojson")[0], layer("districts.geojson"));
    let square_meter = 2 * 10_i128.pow(12);
    for (i, zone) in zones.iter().enumerate() {
        let whole = double_area(&grid(&zone.meters));
        assert_eq!(
            shared(&zone.meters, &study.meters),
            whole,
            "zone {i} leaves the study area"
        );
        let on_land: i128 =
            districts.iter().map(|d| shared(&zone.meters, &d.meters)).sum();
        // Edges straight in degrees and in metres differ by centimetres along the coast.
        assert!(whole - on_land < 5 * square_meter, "zone {i} reaches into the sea");
        for other in &zones[..i] {
            assert!(shared(&zone.meters, &other.meters) < square_meter, "zone {i}");
        }
    }
}

#[test]
fn faults_have_the_published_lengths() {
    let faults = layer("chololo_fault.geojson");
    assert_eq!(faults.len(), 2);
    let Geometry::MultiLineString(sara) = &faults[0].meters else {
        panic!("SARA: segments")
    };
    let Geometry::LineString(audin) = &faults[1].meters else { panic!("Audin: a line") };
    // (trace, planar length, published geodesic length, metres)
    let cases = [
        ("SARA PE-42a", Euclidean.length(&sara.0[0]), 33_234.1),
        ("SARA PE-42b", Euclidean.length(&sara.0[1]), 11_540.5),
        ("SARA PE-42c2", Euclidean.length(&sara.0[2]), 12_200.3),
        ("Audin 2008", Euclidean.length(audin), 30_059.5),
    ];
    for (trace, planar, geodesic) in cases {
        assert!((planar / geodesic - 1.0).abs() < 1e-3, "{trace}: {planar} m");
    }
    let accuracies: Vec<f64> = faults.iter().map(|f| f.number("accuracy_m")).collect();
    assert_eq!(accuracies, [500.0, 300.0]);
}

#[test]
fn there_are_eleven_health_facilities_in_their_districts() {
    let (facilities, districts) =
        (layer("health_facilities.geojson"), layer("districts.geojson"));
    let place = |f: &Shape| {
        let Geometry::Point(at) = f.degrees else { panic!("a point") };
        districts.iter().find(|d| d.degrees.contains(&at)).map(|d| d.text("ubigeo"))
    };
    let found: BTreeMap<String, Option<String>> =
        facilities.iter().map(|f| (f.text("code"), place(f))).collect();
    let expected = [
        ("2816", ALGARROBAL),
        ("2817", ILO),
        ("2818", ILO),
        ("2819", ILO),
        ("2820", ILO),
        ("2821", ILO),
        ("2822", ILO),
        ("6777", PACOCHA),
        ("7731", ILO),
        ("12046", ILO),
        ("16153", ILO),
    ];
    assert_eq!(facilities.len(), 11);
    let expected =
        expected.map(|(code, district)| (code.to_owned(), Some(district.to_owned())));
    assert_eq!(found, BTreeMap::from(expected));
}

#[test]
fn places_say_their_grade_and_none_is_from_memory() {
    for place in layer("places.geojson") {
        let grade = place.text("grade");
        assert!(["A", "B", "C"].contains(&grade.as_str()), "{}", place.text("name"));
        assert!(place.number("accuracy_m") >= 30.0);
    }
}

#[test]
fn every_layer_of_the_project_has_its_file_its_status_and_its_story() {
    let project: toml::Table = text("ilo.toml").parse().unwrap();
    let stories = text("sources.md");
    let layers = project["layers"].as_table().unwrap();
    let paths: BTreeSet<&str> =
        layers.values().map(|layer| layer["path"].as_str().unwrap()).collect();
    assert_eq!(paths, BTreeSet::from(GEOJSON_FILES), "a file that no layer reads");
    for (id, settings) in layers {
        assert!(stories.contains(&format!("\n## `{id}`: ")), "{id} is not in sources.md");
        assert!(directory().join(settings["path"].as_str().unwrap()).is_file(), "{id}");
        let status = settings["status"].as_str().unwrap();
        let row =
            stories.lines().find(|l| l.starts_with(&format!("| `{id}` |"))).unwrap();
        assert!(row.contains(status), "{id}: sources.md does not say {status}");
        let source = settings["source"].as_table().unwrap();
        for key in ["title", "publisher", "date", "licence"] {
            assert!(source.contains_key(key), "{id}: no {key}");
        }
    }
}

/// A figure of the reported table: of several sources, the one that is marked.
fn reported(key: [&str; 3]) -> csv::StringRecord {
    let mut reader = csv::Reader::from_path(directory().join("reported.csv")).unwrap();
    let rows: Vec<csv::StringRecord> = reader
        .records()
        .map(Result::unwrap)
        .filter(|r| [&r[0], &r[1], &r[2]] == key)
        .collect();
    let marked = rows.iter().find(|row| &row[9] == "true" || rows.len() == 1);
    marked.unwrap_or_else(|| panic!("{key:?} in {} rows", rows.len())).clone()
}

#[test]
fn reported_figures_keep_both_sources_of_what_is_disputed() {
    let mut reader = csv::Reader::from_path(directory().join("reported.csv")).unwrap();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let keys: BTreeSet<[&str; 4]> =
        rows.iter().map(|r| [&r[0], &r[1], &r[2], &r[8]]).collect();
    assert_eq!(keys.len(), rows.len(), "a figure twice from one source");
    assert_eq!(&reported(["_T", "serenos_per_shift", "2018"])[3], "13.33");
    assert_eq!(&reported(["_T", "population", "2015"])[3], "79927");
    assert_eq!(&reported(["180301", "green_area_per_person", "2018"])[6], "<");
}

/// Reach of the districts weighted by the plan's people: 86.6 %.
#[test]
fn x8_health_reach_weighted_by_people() {
    let (mut reached, mut people) = (0.0, 0.0);
    for district in layer("districts.geojson") {
        let row = reported([&district.text("ubigeo"), "health_reach", "2015"]);
        let share: f64 = row[3].parse().unwrap();
        people += district.number("population_2015");
        reached += share * district.number("population_2015");
    }
    assert_eq!((reached / people * 10.0).round() / 10.0, 86.6);
    assert_eq!(&reported(["_T", "health_reach", "2015"])[3], "86.6");
}

/// The hospital of EsSalud stands about 83 m from the shore; the coast is good to 60 m.
#[test]
fn x15_the_hospital_by_the_sea() {
    let facilities = layer("health_facilities.geojson");
    let hospital = facilities.iter().find(|f| f.text("code") == "16153").unwrap();
    let Geometry::Point(at) = hospital.meters else { panic!("a point") };
    let coast = layer("coast.geojson");
    let distance = |line: &Shape| match &line.meters {
        Geometry::LineString(line) => Euclidean.distance(&at, line),
        _ => f64::INFINITY,
    };
    let nearest = coast.iter().map(distance).fold(f64::INFINITY, f64::min);
    assert!((nearest - 83.0).abs() <= 60.0, "{nearest} m");
}

/// IDEP's point of the capital against INEI's (-71.3433, -17.6251), which is on the beach.
#[test]
fn x16_two_points_of_one_capital() {
    let places = layer("places.geojson");
    let ilo = places.iter().find(|p| p.text("name") == "Ilo").unwrap();
    let Geometry::Point(at) = ilo.degrees else { panic!("a point") };
    let meters = geo::Geodesic.distance(at, Point::new(-71.3433, -17.6251));
    assert!((meters - 2_180.0).abs() < 30.0, "{meters} m");
}

#[test]
fn x17_lengths_of_the_two_traces() {
    let length = |name: &str| match &layer(name)[0].degrees {
        Geometry::LineString(line) => geo::Geodesic.length(line),
        Geometry::MultiLineString(lines) => geo::Geodesic.length(&lines.0[0]),
        _ => panic!("lines"),
    };
    // (trace, kilometres)
    for (name, expected) in [("chololo_audin", 30.06), ("chololo_sara", 33.24)] {
        let km = length(&format!("{name}.geojson")) / 1e3;
        assert!((km - expected).abs() < 0.03, "{name}: {km} km");
    }
}

/// R = 20 m on a slope of 1 %: 1333 m overland (1:200) and 1600 m up a river (1:400).
#[test]
fn x18_reach_on_a_uniform_slope() {
    for (run_up, slope, loss, expected) in [
        (20.0, 0.01, 0.0025, 1600.0),
        (20.0, 0.01, 0.005, 1333.3),
        (15.0, 0.0166, 0.005, 694.4),
        (20.0, 0.005, 0.0, 4000.0),
    ] {
        let reach = ilo::tsunami::reach_m(run_up, loss, |along| slope * along);
        assert!((reach - expected).abs() < 0.1, "{run_up} m on {slope}: {reach} m");
    }
}

#[test]
fn the_attenuated_tsunami_is_smaller_than_the_bathtub() {
    let (nz, t2) = (&layer("tsunami_nz.geojson")[0], &layer("tsunami_t4.geojson")[0]);
    let whole = double_area(&grid(&nz.meters));
    assert!(shared(&nz.meters, &t2.meters) > whole / 100 * 99);
    assert!(nz.area_m2() < 0.9 * t2.area_m2(), "{} of {}", nz.area_m2(), t2.area_m2());
    assert!((1_400.0..1_600.0).contains(&nz.number("valle_hasta_m")));
}

/// UTM 19S inflates the province by 0.057 %: more in the west, less in the east.
#[test]
fn x14_planar_area_against_geodesic() {
    let (mut planar, mut geodesic) = (0.0, 0.0);
    for district in layer("districts.geojson") {
        planar += district.area_m2();
        geodesic += geo::GeodesicArea::geodesic_area_unsigned(&district.degrees);
    }
    let excess = planar / geodesic - 1.0;
    assert!((excess - 0.00057).abs() < 0.00003, "{excess}");
}
