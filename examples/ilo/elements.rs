//! What stands in the way besides blocks, parks, schools and the industrial park: centres,
//! runway, ports, groves and the water main.

use i_overlay::core::overlay_rule::OverlayRule;
use serde_json::{Value, json};

use super::districts::DISTRICTS;
use super::facts::{PLACES, RIVER};
use super::overlay::{combine, largest_shell, shapes, strip};
use super::plane::{LonLat, Ring, Utm, area};
use super::write::{collection, feature, line, polygon, position};

/// Grade D: all three positions are from memory.
const PORTS: &[(&str, &str, f64, LonLat)] = &[
    ("Muelle Fiscal", "muelle", 400.0, [-71.3455, -17.6437]),
    ("Terminal portuario (ENAPU)", "terminal portuario", 500.0, [-71.3485, -17.6455]),
    ("Patio Puerto", "patio ferroviario y muelle", 800.0, [-71.3415, -17.636]),
];

/// 400 ha of olive trees in El Algarrobal (1999); where they stand is not told.
const GROVES_M2: f64 = 4_000_000.0;
/// Where the main leaves the bed: its further way to the treatment plant is not known.
const MAIN_ENDS_AT: LonLat = [-71.3263, -17.6246];

/// All of them.
pub(super) fn files(utm: &Utm) -> Vec<(&'static str, String)> {
    vec![
        ("settlements.geojson", collection("settlements", &settlements())),
        ("runway.geojson", collection("runway", &[runway()])),
        ("ports.geojson", collection("ports", &ports())),
        ("olive_groves.geojson", collection("olive_groves", &[groves(utm)])),
        ("water_main.geojson", collection("water_main", &[water_main()])),
    ]
}

fn settlements() -> Vec<Value> {
    let centres = PLACES.iter().filter(|place| place.category == "centro_poblado");
    let one = |place: &super::facts::Place| {
        let properties = vec![
            ("name", json!(place.name)),
            ("accuracy_m", json!(place.accuracy_m)),
            ("source", json!(place.source)),
        ];
        feature(properties, "Point", &position(place.at))
    };
    centres.map(one).collect()
}

fn runway() -> Value {
    let ends: Vec<LonLat> = PLACES
        .iter()
        .filter(|place| place.name.contains("umbral"))
        .map(|place| place.at)
        .collect();
    let properties = vec![
        ("name", json!("Pista 12/30 del aeródromo de Ilo")),
        ("height_m", json!(22)),
        ("width_m", json!(45)),
        ("accuracy_m", json!(50)),
        ("source", json!("OurAirports (dominio público)")),
    ];
    feature(properties, "LineString", &line(&ends))
}

fn ports() -> Vec<Value> {
    let one = |&(name, kind, accuracy_m, at): &(&str, &str, f64, LonLat)| {
        let properties = vec![
            ("name", json!(name)),
            ("kind", json!(kind)),
            ("grade", json!("D")),
            ("accuracy_m", json!(accuracy_m)),
        ];
        feature(properties, "Point", &position(at))
    };
    PORTS.iter().map(one).collect()
}

/// A belt along the river's axis, as wide as it takes to hold the area in the district.
fn groves(utm: &Utm) -> Value {
    let mut district = utm.line(&DISTRICTS[1].ring());
    district.pop();
    let axis = utm.line(RIVER);
    let belt = |half_width: f64| -> Ring {
        let union = combine(
            &shapes(&strip(&axis, half_width)),
            &shapes(std::slice::from_ref(&district)),
            OverlayRule::Intersect,
        );
        largest_shell(&union).expect("the river runs through the district")
    };
    let (mut narrow, mut wide) = (10.0, 400.0);
    for _ in 0..40 {
        let middle = f64::midpoint(narrow, wide);
        if area(&belt(middle)).abs() < GROVES_M2 {
            narrow = middle;
        } else {
            wide = middle;
        }
    }
    let properties = vec![
        ("name", json!("Olivares de El Algarrobal")),
        ("area_ha", json!(GROVES_M2 / 1e4)),
        ("source", json!("400 ha (1999); franja supuesta a lo largo del río")),
    ];
    feature(properties, "Polygon", &polygon(utm, &belt(narrow)))
}

/// The main of Pasto Grande, which the plan puts beside the bed of the river.
fn water_main() -> Value {
    let end = RIVER.iter().position(|&at| at == MAIN_ENDS_AT).unwrap_or(0);
    let way: Vec<LonLat> = RIVER[end..].iter().rev().copied().collect();
    let properties = vec![
        ("name", json!("Conducción Pasto Grande (tramo supuesto)")),
        ("accuracy_m", json!(500)),
        ("source", json!("Plan de Gobierno 2019–2022: por las inmediaciones del cauce")),
    ];
    feature(properties, "LineString", &line(&way))
}
