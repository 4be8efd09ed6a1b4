//! Hazards that are known by a quarter or by a point: no survey, and each says so.
//!
//! What is put somewhere by supposition (sand, fuel stations) stands in `supposed.rs`; what
//! cannot even be supposed (spills at sea) is not drawn: see `layers/sources.md`.

use serde_json::{Value, json};

use super::park::Park;
use super::plane::{LonLat, Utm};
use super::sectors::{SECTORS, Sector};
use super::write::{collection, feature, polygon, position};

const PLAN: &str = "Plan de Gobierno de la Provincia de Ilo 2019–2022";
const SALT: &str = "Plan de Gobierno 2019–2022: peligrosidad moderada por sales";
const SEEPAGE: &str = "INGEMMET A7402 (2023) y prensa: más de 20 viviendas afectadas";

#[expect(
    clippy::struct_field_names,
    reason = "a source of a hazard is where it starts; this is where its fact stands"
)]
/// A plant or terminal that distance bands are drawn round.
struct Source {
    name: &'static str,
    kind: &'static str,
    grade: &'static str,
    accuracy_m: f64,
    source: &'static str,
    at: LonLat,
}

/// Grade D: the street corner is from the press, the coordinates are from memory.
const TERMINAL_OLD: Source = Source {
    name: "Terminal de combustibles en el casco urbano",
    kind: "hidrocarburos",
    grade: "D",
    accuracy_m: 700.0,
    source: "Prensa: entre av. La Cultura y av. Mariano Lino Urquieta; coordenadas de memoria",
    at: [-71.341, -17.64],
};

const TERMINAL_NEW: Source = Source {
    name: "Terminal de combustibles, Lomas La Buitrera",
    kind: "hidrocarburos",
    grade: "C",
    accuracy_m: 1500.0,
    source: "Prensa: 16 ha contiguas a la planta ENGIE, 24 km al sur",
    at: [-71.19, -17.774],
};

/// Grade D, in a layer of its own: beside the smelter, from memory.
const PLANT_ILO1: Source = Source {
    name: "Central termoeléctrica Ilo 1 (lugar de memoria)",
    kind: "central termoeléctrica",
    grade: "D",
    accuracy_m: 1500.0,
    source: "Plan de Gobierno 2019–2022: 222,90 MW; contigua a la fundición, de memoria",
    at: [-71.357, -17.498],
};

/// Ilo 1 is known from memory only, and stands in a layer of its own.
const PLANTS: &[Source] = &[
    Source {
        name: "Fundición de cobre",
        kind: "fundición, ácido y oxígeno",
        grade: "A",
        accuracy_m: 200.0,
        source: "Southern Copper, 10-K 2024",
        at: [-71.3601, -17.4987],
    },
    Source {
        name: "Refinería de cobre",
        kind: "refinería de cobre",
        grade: "B",
        accuracy_m: 500.0,
        source: "Imagen satelital citada por un tercero",
        at: [-71.3531, -17.5788],
    },
    Source {
        name: "Central termoeléctrica Ilo 2",
        kind: "central termoeléctrica",
        grade: "B",
        accuracy_m: 300.0,
        source: "WRI Global Power Plant Database (CC BY 4.0)",
        at: [-71.1859, -17.778],
    },
];

/// All of them.
pub(super) fn files(utm: &Utm, park: &Park) -> Vec<(&'static str, String)> {
    let mut salt: Vec<Value> = sectors(utm, &["PI", "PA"], SALT);
    salt.push(quarter("Parque industrial", SALT, &polygon(utm, &park.outline)));
    let one = |name, source| collection(name, &[point(source)]);
    let plants: Vec<Value> = PLANTS.iter().map(point).collect();
    let city: Vec<&str> = SECTORS.iter().map(|sector| sector.code).collect();
    let files = [
        ("salt_dissolution.geojson", collection("salt_dissolution", &salt)),
        ("seepage.geojson", collection("seepage", &sectors(utm, &["KA"], SEEPAGE))),
        (
            "rain_flooding.geojson",
            collection("rain_flooding", &sectors(utm, &city, PLAN)),
        ),
        ("fuel_terminal_old.geojson", one("fuel_terminal_old", &TERMINAL_OLD)),
        ("fuel_terminal_new.geojson", one("fuel_terminal_new", &TERMINAL_NEW)),
        ("plants.geojson", collection("plants", &plants)),
        ("plant_ilo1.geojson", one("plant_ilo1", &PLANT_ILO1)),
    ];
    files.into()
}

/// The envelopes of sectors, by their codes.
fn sectors(utm: &Utm, codes: &[&str], source: &str) -> Vec<Value> {
    let one = |sector: &Sector| {
        quarter(sector.name, source, &polygon(utm, &utm.line(sector.outline)))
    };
    SECTORS.iter().filter(|sector| codes.contains(&sector.code)).map(one).collect()
}

fn quarter(name: &str, source: &str, coordinates: &Value) -> Value {
    let properties = vec![("name", json!(name)), ("source", json!(source))];
    feature(properties, "Polygon", coordinates)
}

fn point(source: &Source) -> Value {
    let properties = vec![
        ("name", json!(source.name)),
        ("kind", json!(source.kind)),
        ("grade", json!(source.grade)),
        ("accuracy_m", json!(source.accuracy_m)),
        ("source", json!(source.source)),
    ];
    feature(properties, "Point", &position(source.at))
}
