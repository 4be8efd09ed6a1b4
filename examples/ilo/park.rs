//! The industrial park: a rectangle of the area the plan states, and its lots.

use serde_json::json;

use super::chance::Chance;
use super::people::apportion;
use super::plane::{LonLat, Ring, Utm, Xy, add, area, left, rectangle, scale};
use super::write::{collection, feature, polygon};

/// 53.69 ha: Plan de Gobierno de la Provincia de Ilo 2019–2022 (1999: 80 ha).
const AREA_M2: f64 = 536_900.0;
const WIDTH_M: f64 = 900.0;
/// Rows of blocks and blocks a row; 2 × 7 lots a block make the plan's 588 lots.
const ROWS: usize = 7;
const COLUMNS: usize = 6;
const LOTS_A_SIDE: usize = 7;

/// Branches and their share of the province's 3,000 small firms (CEPAL/PROMDE 1999), percent.
/// The plan does not tell what stands on each lot.
const BRANCHES: [(&str, f64); 4] =
    [("comercio", 43.2), ("servicios", 23.7), ("produccion", 22.3), ("pesca", 10.8)];
const AVENUE_M: f64 = 22.0;
const STREET_M: f64 = 18.0;

/// Western corner: on open ground south-east of the houses of the Pampa. No
/// surveyed outline was found; the known place is good to 1,500 m.
const CORNER: LonLat = [-71.3281, -17.6626];
/// Parallel to the south-eastern edge of the urban sector.
const BEARING_DEG: f64 = 22.5;

/// The park in metres.
pub(super) struct Park {
    pub(super) outline: Ring,
    lots: Vec<Lot>,
}

struct Lot {
    id: String,
    block: String,
    sector: &'static str,
    /// Which of [`BRANCHES`], shared out by chance.
    branch: usize,
    ring: Ring,
}

/// Draws outline and lots.
pub(super) fn draw(utm: &Utm) -> Park {
    let along: Xy = [BEARING_DEG.to_radians().cos(), BEARING_DEG.to_radians().sin()];
    let down = scale(left(along), -1.0);
    let corner = utm.meters(CORNER);
    let depth = AREA_M2 / WIDTH_M;
    let outline = rectangle(corner, along, down, WIDTH_M, depth);
    let row_pitch = depth / ROWS as f64;
    let column_pitch = WIDTH_M / COLUMNS as f64;
    let mut chance = Chance::new(588);
    let mut lots = Vec::new();
    for row in 0..ROWS {
        for column in 0..COLUMNS {
            let from = add(
                add(corner, scale(along, column as f64 * column_pitch + STREET_M / 2.0)),
                scale(down, row as f64 * row_pitch + AVENUE_M / 2.0),
            );
            let size = [column_pitch - STREET_M, row_pitch - AVENUE_M];
            lots.extend(block(row, column, from, [along, down], size, &mut chance));
        }
    }
    let branches = branches(lots.len(), &mut chance);
    for (lot, branch) in lots.iter_mut().zip(branches) {
        lot.branch = branch;
    }
    Park { outline, lots }
}

/// A branch for each lot: as many of each as its share makes, in an order of chance.
fn branches(lots: usize, chance: &mut Chance) -> Vec<usize> {
    let shares = BRANCHES.map(|(_, share)| share);
    let counts = apportion(lots as u32, &shares);
    let mut all: Vec<usize> = counts
        .iter()
        .enumerate()
        .flat_map(|(branch, &count)| std::iter::repeat_n(branch, count as usize))
        .collect();
    chance.shuffle(&mut all);
    all
}

/// The two sides of lots of one block.
fn block(
    row: usize,
    column: usize,
    from: Xy,
    [along, down]: [Xy; 2],
    [width, depth]: [f64; 2],
    chance: &mut Chance,
) -> Vec<Lot> {
    let name = format!("{}{}", char::from(b'A' + row as u8), column + 1);
    let sector = ["Norte", "Norte", "Norte", "Centro", "Centro", "Sur", "Sur"][row];
    let shares: Vec<f64> = (0..LOTS_A_SIDE).map(|_| chance.between(0.7, 1.3)).collect();
    let whole: f64 = shares.iter().sum();
    let mut stops = vec![0.0];
    for share in shares {
        stops.push(stops[stops.len() - 1] + width * share / whole);
    }
    // The front side is a little deeper or shallower than the back, as on the ground.
    let rows = [0.0, depth * chance.between(0.46, 0.54), depth];
    // Neighbours share their corners, so that rounding cannot make them overlap.
    let corner =
        |i: usize, j: usize| add(add(from, scale(along, stops[i])), scale(down, rows[j]));
    let mut lots = Vec::new();
    for j in 0..2 {
        for i in 0..LOTS_A_SIDE {
            lots.push(Lot {
                id: format!("{name}-{:02}", lots.len() + 1),
                block: name.clone(),
                sector,
                branch: 0,
                ring: vec![
                    corner(i, j),
                    corner(i + 1, j),
                    corner(i + 1, j + 1),
                    corner(i, j + 1),
                ],
            });
        }
    }
    lots
}

impl Park {
    pub(super) fn outline_text(&self, utm: &Utm) -> String {
        let properties = vec![
            ("name", json!("Parque Industrial de Ilo")),
            ("area_ha", json!(AREA_M2 / 1e4)),
            ("lots", json!(self.lots.len())),
            ("source", json!("Plan de Gobierno de la Provincia de Ilo 2019–2022")),
        ];
        let outline = feature(properties, "Polygon", &polygon(utm, &self.outline));
        collection("industrial_park", &[outline])
    }

    pub(super) fn lots_text(&self, utm: &Utm) -> String {
        let one = |lot: &Lot| {
            let mut properties = vec![
                ("lot", json!(lot.id)),
                ("block", json!(lot.block)),
                ("sector", json!(lot.sector)),
                ("area_m2", json!(area(&lot.ring).abs().round())),
                ("giro_est", json!(BRANCHES[lot.branch].0)),
            ];
            let one = |(i, &(name, _)): (usize, &(&'static str, f64))| {
                (name, json!(u8::from(i == lot.branch)))
            };
            properties.extend(BRANCHES.iter().enumerate().map(one));
            feature(properties, "Polygon", &polygon(utm, &lot.ring))
        };
        let features: Vec<_> = self.lots.iter().map(one).collect();
        collection("industrial_lots", &features)
    }
}
