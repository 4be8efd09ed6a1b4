//! School premises, and which of them give which level.
//!
//! The places are of the register; the levels are not. The plan counts its 77 premises of basic
//! education by what they give, so that many are taken of the 112 places, by chance. Eight that
//! the plan leaves unsorted are taken as primary with secondary.

use serde_json::{Value, json};

use super::chance::Chance;
use super::facts::SPOT_HEIGHTS;
use super::plane::LonLat;
use super::write::{collection, feature, position};

/// Levels, as fields of the layer.
const LEVELS: [&str; 3] = ["inicial_est", "primaria_est", "secundaria_est"];

/// How many premises give which levels: Plan de Gobierno 2019–2022, lines 823 to 826 (2016).
const PREMISES: [(usize, [bool; 3]); 6] = [
    (36, [true, false, false]),
    (10, [false, true, false]),
    (6, [false, false, true]),
    (8, [true, true, false]),
    (9, [true, true, true]),
    (8, [false, true, true]),
];

/// The first seed from 77 on by which every district has every level.
const SEED: u64 = 80;

struct Premises {
    id: String,
    at: LonLat,
    height_m: f64,
    levels: [bool; 3],
}

/// All premises, and those of each level.
pub(super) fn files() -> Vec<(&'static str, String)> {
    let all = premises();
    let level = |name, level: usize| {
        let of_level = all.iter().filter(|one| one.levels[level]);
        collection(name, &of_level.map(place).collect::<Vec<_>>())
    };
    vec![
        (
            "schools.geojson",
            collection("schools", &all.iter().map(whole).collect::<Vec<_>>()),
        ),
        ("schools_initial.geojson", level("schools_initial", 0)),
        ("schools_primary.geojson", level("schools_primary", 1)),
        ("schools_secondary.geojson", level("schools_secondary", 2)),
    ]
}

/// Premises with a known height; the two hospitals at the head of the list are none.
fn premises() -> Vec<Premises> {
    let places = &SPOT_HEIGHTS[2..];
    let counted = PREMISES.iter().flat_map(|&(n, levels)| std::iter::repeat_n(levels, n));
    let mut levels: Vec<[bool; 3]> = counted.collect();
    levels.resize(places.len(), [false; 3]);
    Chance::new(SEED).shuffle(&mut levels);
    let one = |(i, (&(at, height_m), levels)): (usize, (&(LonLat, f64), [bool; 3]))| {
        Premises { id: format!("LE-{:03}", i + 1), at, height_m, levels }
    };
    places.iter().zip(levels).enumerate().map(one).collect()
}

fn whole(premises: &Premises) -> Value {
    let mut properties = vec![
        ("id", json!(premises.id)),
        ("height_m", json!(premises.height_m)),
        ("accuracy_m", json!(100)),
    ];
    let levels = LEVELS.iter().zip(premises.levels);
    properties.extend(levels.map(|(&name, given)| (name, json!(u8::from(given)))));
    feature(properties, "Point", &position(premises.at))
}

fn place(premises: &Premises) -> Value {
    let properties = vec![("id", json!(premises.id)), ("accuracy_m", json!(100))];
    feature(properties, "Point", &position(premises.at))
}
