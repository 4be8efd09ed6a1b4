//! Layers taken over as facts: districts, coast, river, places, health, faults.

use serde_json::{Value, json};

use super::districts::{COAST_ILO, COAST_PACOCHA, DISTRICTS};
use super::facts::{
    FAULT_AUDIN, FAULT_SARA_A, FAULT_SARA_B, FAULT_SARA_C2, HEALTH_FACILITIES, PLACES,
    RIVER,
};
use super::plane::LonLat;
use super::write::{collection, feature, line, position};

/// The layers that need no drawing.
pub(super) fn files() -> Vec<(&'static str, String)> {
    let [sara, audin] = faults();
    vec![
        ("districts.geojson", collection("districts", &districts())),
        ("coast.geojson", collection("coast", &coast())),
        ("river.geojson", collection("river", &[river()])),
        ("places.geojson", collection("places", &places())),
        ("health_facilities.geojson", collection("health_facilities", &health(&[]))),
        ("hospitals.geojson", collection("hospitals", &health(&["II-1"]))),
        ("health_centres.geojson", collection("health_centres", &health(&["I-3"]))),
        ("health_posts.geojson", collection("health_posts", &health(&["I-1", "I-2"]))),
        (
            "chololo_fault.geojson",
            collection("chololo_fault", &[sara.clone(), audin.clone()]),
        ),
        ("chololo_sara.geojson", collection("chololo_sara", &[sara])),
        ("chololo_audin.geojson", collection("chololo_audin", &[audin])),
    ]
}

fn districts() -> Vec<Value> {
    let one = |d: &super::districts::District| {
        let properties = vec![
            ("ubigeo", json!(d.ubigeo)),
            ("name", json!(d.name)),
            ("population_2015", json!(d.population_2015)),
            ("population_2017", json!(d.population_2017)),
            ("source_2015", json!("Plan de Gobierno de la Provincia de Ilo 2019–2022")),
            ("source_2017", json!("INEI, Censos Nacionales 2017")),
        ];
        feature(properties, "Polygon", &json!([line(&d.ring())]))
    };
    DISTRICTS.iter().map(one).collect()
}

/// The part of the coast that the city faces: from beyond the runway's
/// south-eastern end to the copper refinery, the reach of the tsunami study.
pub(super) fn is_urban_coast(at: LonLat) -> bool {
    at[0] < -71.3260 && at[1] < -17.5751
}

fn coast() -> Vec<Value> {
    let whole: Vec<LonLat> =
        COAST_ILO.iter().chain(COAST_PACOCHA.iter().skip(1)).copied().collect();
    let first = whole.iter().position(|&p| is_urban_coast(p)).unwrap_or(0);
    let last = whole.iter().rposition(|&p| is_urban_coast(p)).unwrap_or(whole.len() - 1);
    let one = |name: &str, reach: &[LonLat]| {
        let properties = vec![
            ("name", json!(name)),
            ("accuracy_m", json!(60)),
            ("source", json!("INEI, límites distritales 2023 (CC BY 4.0), generalizado")),
        ];
        feature(properties, "LineString", &line(reach))
    };
    vec![
        one("Costa al sur de la ciudad", &whole[..=first]),
        one("Costa urbana", &whole[first..=last]),
        one("Costa al norte de la ciudad", &whole[last..]),
    ]
}

fn river() -> Value {
    let properties = vec![
        ("name", json!("Río Osmore")),
        ("accuracy_m", json!(300)),
        ("source", json!("Eje aproximado por los caseríos del INEI")),
    ];
    feature(properties, "LineString", &line(RIVER))
}

fn places() -> Vec<Value> {
    let one = |p: &super::facts::Place| {
        let properties = vec![
            ("name", json!(p.name)),
            ("category", json!(p.category)),
            ("grade", json!(p.grade)),
            ("accuracy_m", json!(p.accuracy_m)),
            ("source", json!(p.source)),
        ];
        feature(properties, "Point", &position(p.at))
    };
    PLACES.iter().map(one).collect()
}

/// Facilities of some categories; all of them if none is named.
fn health(categories: &[&str]) -> Vec<Value> {
    let one = |h: &super::facts::HealthFacility| {
        let properties = vec![
            ("code", json!(h.code)),
            ("name", json!(h.name)),
            ("category", json!(h.category)),
            ("network", json!(h.network)),
            ("beds", json!(h.beds)),
            ("accuracy_m", json!(50)),
        ];
        feature(properties, "Point", &position(h.at))
    };
    let is_wanted = |h: &&super::facts::HealthFacility| {
        categories.is_empty() || categories.contains(&h.category)
    };
    HEALTH_FACILITIES.iter().filter(is_wanted).map(one).collect()
}

fn faults() -> [Value; 2] {
    let sara = vec![
        ("trace", json!("SARA")),
        ("name", json!("Falla Chololo, SARA PE-42a, PE-42b y PE-42c2")),
        ("accuracy_m", json!(500)),
        ("source", json!("GEM SARA-Active-Faults 2019")),
        ("licence", json!("CC BY-SA 4.0")),
    ];
    let audin = vec![
        ("trace", json!("Audin 2008")),
        ("name", json!("Falla Chololo, Audin et al. 2008")),
        ("accuracy_m", json!(300)),
        ("source", json!("Active Tectonics of the Andes (ATA), id 325")),
        ("licence", json!("ODC-By 1.0")),
    ];
    let segments = json!([line(FAULT_SARA_A), line(FAULT_SARA_B), line(FAULT_SARA_C2)]);
    [
        feature(sara, "MultiLineString", &segments),
        feature(audin, "LineString", &line(FAULT_AUDIN)),
    ]
}
