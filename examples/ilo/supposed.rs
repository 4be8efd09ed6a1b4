//! What the sources name without telling where: put where they make it likely, and marked so.
//!
//! Roads, railway, heritage, vines, sand and fuel stations. Every line runs through known places
//! and is otherwise ours; every point says how far it may be off. Nothing here is evidence.

use i_overlay::core::overlay_rule::OverlayRule;
use serde_json::{Value, json};

use super::districts::DISTRICTS;
use super::facts::RIVER;
use super::overlay::{combine, largest_shell, shapes};
use super::plane::{LonLat, Ring, Utm, Xy, add, direction, left, rectangle, scale, sub};
use super::write::{collection, feature, line, polygon, position};

const PLAN: &str = "Plan de Gobierno de la Provincia de Ilo 2019–2022";
const BUS: &str = "Recorridos de las líneas de transporte urbano (orientación)";

/// A line through known places.
struct Way {
    name: &'static str,
    accuracy_m: f64,
    source: &'static str,
    through: &'static [LonLat],
}

/// Cata Catas, the bus terminal and the waste site (from memory), the plant Ilo 2.
const COAST_ROAD_SOUTH: &[LonLat] =
    &[[-71.3471, -17.6766], [-71.325, -17.672], [-71.258, -17.718], [-71.1859, -17.778]];

const ROADS: &[Way] = &[
    Way {
        name: "Costanera Norte (trazo supuesto)",
        accuracy_m: 1000.0,
        source: "De lugar en lugar: Hospital II, Miramar, Valle Pacocha, Pueblo Nuevo, refinería, fundición, Pocoma, Wawakiki y Platanales",
        through: &[
            [-71.3428, -17.6422],
            [-71.33483, -17.63488],
            [-71.3378, -17.621],
            [-71.3404, -17.6107],
            [-71.3531, -17.5788],
            [-71.3601, -17.4987],
            // A bend of ours, so that it stays on land.
            [-71.362, -17.481],
            [-71.3837, -17.4344],
            [-71.383, -17.4121],
            [-71.3931, -17.3903],
        ],
    },
    Way {
        name: "Costanera Sur (trazo supuesto)",
        accuracy_m: 2500.0,
        source: "De lugar en lugar: Cata Catas, terminal terrestre (km 7), Pampa del Palo (km 12) y central Ilo 2",
        through: COAST_ROAD_SOUTH,
    },
    Way {
        name: "Camino del valle (trazo supuesto)",
        accuracy_m: 500.0,
        source: "De caserío en caserío (INEI), de Valle Pacocha a India Muerta",
        through: &[],
    },
    Way {
        name: "Subida del puerto a la Pampa",
        accuracy_m: 200.0,
        source: BUS,
        through: &[[-71.3403, -17.6504], [-71.3414, -17.655], [-71.3438, -17.6592]],
    },
    Way {
        name: "Vía de los cuatro óvalos de la Pampa",
        accuracy_m: 200.0,
        source: BUS,
        through: ROUNDABOUTS,
    },
];

/// Roundabouts of the Pampa, ± 30 m; their names are not known.
const ROUNDABOUTS: &[LonLat] = &[
    [-71.3288, -17.6476],
    [-71.3294, -17.6506],
    [-71.3272, -17.6526],
    [-71.3298, -17.6565],
];

/// Kennedy, by which it passes, Villa del Mar (both from memory), Valle Pacocha, Pueblo Nuevo,
/// refinery, smelter. Where it leaves for Toquepala is not known.
const RAILWAY: Way = Way {
    name: "Línea férrea del puerto a la fundición (trazo supuesto)",
    accuracy_m: 1000.0,
    source: "De lugar en lugar; el tramo a Toquepala no se dibuja",
    through: &[
        [-71.34, -17.648],
        [-71.3405, -17.638],
        [-71.3378, -17.621],
        [-71.3404, -17.6107],
        [-71.3531, -17.5788],
        [-71.3601, -17.4987],
    ],
};

/// Of nineteen declared goods, the two whose place the sources hint at.
const HERITAGE: &[(&str, f64, &str, LonLat)] = &[
    (
        "Museo de Sitio Chiribaya (lugar inferido)",
        1500.0,
        "El Algarrobal; coordenadas inferidas",
        [-71.27, -17.623],
    ),
    (
        "Pampa del Palo, primeros asentamientos (lugar inferido)",
        2500.0,
        "Plan de Gobierno 2019–2022; km 12 de la Costanera Sur, inferido",
        [-71.258, -17.718],
    ),
];

/// The municipality's own, by its offices, and one at each roundabout of the Pampa: neither
/// their number nor their places are known.
const STATIONS: &[(&str, LonLat)] = &[
    ("Grifo municipal (lugar supuesto)", [-71.341, -17.64]),
    ("Estación supuesta, óvalo 1 de la Pampa", ROUNDABOUTS[0]),
    ("Estación supuesta, óvalo 2 de la Pampa", ROUNDABOUTS[1]),
    ("Estación supuesta, óvalo 3 de la Pampa", ROUNDABOUTS[2]),
    ("Estación supuesta, óvalo 4 de la Pampa", ROUNDABOUTS[3]),
];
const STATION_ACCURACY_M: f64 = 1000.0;

/// Half the width of the belts where sand is supposed, metres.
const SAND_ROAD_M: f64 = 750.0;
const SAND_CROPS_M: f64 = 500.0;
/// The lower valley, La Cara to El Algarrobal: the groves nearest the sea.
const SAND_CROPS: std::ops::RangeInclusive<usize> = 3..=9;

/// 10 ha of vines 1 km from the museum: put at the hamlet Chaspayita, at that distance.
const VINES_AT: LonLat = [-71.2614, -17.6182];
const VINES_M: [f64; 2] = [400.0, 250.0];

/// All of them.
pub(super) fn files(utm: &Utm) -> Vec<(&'static str, String)> {
    let roads: Vec<Value> = ROADS.iter().map(way).collect();
    vec![
        ("roads.geojson", collection("roads", &roads)),
        ("railway.geojson", collection("railway", &[way(&RAILWAY)])),
        ("heritage.geojson", collection("heritage", &heritage())),
        ("vineyards.geojson", collection("vineyards", &[vines(utm)])),
        ("sand_encroachment.geojson", collection("sand_encroachment", &sand(utm))),
        ("fuel_stations.geojson", collection("fuel_stations", &stations())),
    ]
}

/// A way; the one through the valley follows the axis of the river, hamlet by hamlet.
fn way(way: &Way) -> Value {
    let through = if way.through.is_empty() { &RIVER[1..] } else { way.through };
    let properties = vec![
        ("name", json!(way.name)),
        ("accuracy_m", json!(way.accuracy_m)),
        ("source", json!(way.source)),
    ];
    feature(properties, "LineString", &line(through))
}

fn heritage() -> Vec<Value> {
    let one = |&(name, accuracy_m, source, at): &(&str, f64, &str, LonLat)| {
        let properties = vec![
            ("name", json!(name)),
            ("grade", json!("D")),
            ("accuracy_m", json!(accuracy_m)),
            ("source", json!(source)),
        ];
        feature(properties, "Point", &position(at))
    };
    HERITAGE.iter().map(one).collect()
}

fn stations() -> Vec<Value> {
    let one = |&(name, at): &(&str, LonLat)| {
        let properties = vec![
            ("name", json!(name)),
            ("grade", json!("D")),
            ("accuracy_m", json!(STATION_ACCURACY_M)),
        ];
        feature(properties, "Point", &position(at))
    };
    STATIONS.iter().map(one).collect()
}

fn vines(utm: &Utm) -> Value {
    let [width, depth] = VINES_M;
    let [x, y] = utm.meters(VINES_AT);
    let corner = [x - width / 2.0, y - depth / 2.0];
    let ring = rectangle(corner, [1.0, 0.0], [0.0, 1.0], width, depth);
    let properties = vec![
        ("name", json!("Viñedos (lugar supuesto)")),
        ("area_ha", json!(width * depth / 1e4)),
        ("source", json!("Plan de Gobierno 2019–2022: 10 ha a 1 km del museo")),
    ];
    feature(properties, "Polygon", &polygon(utm, &ring))
}

/// Belts along the southern road and over the lower valley's groves, on land.
fn sand(utm: &Utm) -> Vec<Value> {
    let belts = [
        ("Costanera Sur (franja supuesta)", COAST_ROAD_SOUTH, SAND_ROAD_M, 2500.0),
        ("Valle bajo (franja supuesta)", &RIVER[SAND_CROPS], SAND_CROPS_M, 1000.0),
    ];
    let one = |(name, along, half_width, accuracy_m): (&str, &[LonLat], f64, f64)| {
        let properties = vec![
            ("name", json!(name)),
            ("accuracy_m", json!(accuracy_m)),
            ("source", json!(PLAN)),
        ];
        let belt = on_land(utm, &belt(&utm.line(along), half_width));
        feature(properties, "Polygon", &polygon(utm, &belt))
    };
    belts.map(one).into()
}

/// A belt on both sides of a line, round at its bends, as overlapping rings.
fn belt(line: &[Xy], half_width: f64) -> Vec<Ring> {
    let side = |w: &[Xy]| {
        let aside = scale(left(direction(w[0], w[1])), half_width);
        vec![sub(w[0], aside), sub(w[1], aside), add(w[1], aside), add(w[0], aside)]
    };
    let around = |&at: &Xy| -> Ring {
        let corner = |i: u32| {
            let angle = std::f64::consts::TAU * f64::from(i) / 32.0;
            add(at, scale([angle.cos(), angle.sin()], half_width))
        };
        (0..32).map(corner).collect()
    };
    line.windows(2).map(side).chain(line.iter().map(around)).collect()
}

/// The part of overlapping rings that lies in the districts.
fn on_land(utm: &Utm, rings: &[Ring]) -> Ring {
    let land: Vec<Ring> = DISTRICTS
        .iter()
        .map(|district| {
            let mut ring = utm.line(&district.ring());
            ring.pop();
            ring
        })
        .collect();
    let part = combine(&shapes(rings), &shapes(&land), OverlayRule::Intersect);
    largest_shell(&part).expect("the belts run through the districts")
}
