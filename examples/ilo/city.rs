//! The city: a street grid in every urban sector, blocks, parks and hamlets.

use i_overlay::core::overlay_rule::OverlayRule;
use serde_json::json;

use super::chance::Chance;
use super::districts::{
    COAST_ILO, COAST_PACOCHA, DISTRICTS, Groups, ILO_ALGARROBAL, ILO_PACOCHA,
    PACOCHA_ALGARROBAL,
};
use super::facts::RIVER;
use super::hamlets;
use super::overlay::{Shapes, combine, largest_shell, shapes, strip};
use super::park::Park;
use super::people::apportion;
use super::plane::{
    Ring, Utm, Xy, add, area, centroid, contains, direction, left, length, perimeter,
    rectangle, scale, sub,
};
use super::sectors::{HAMLETS, SECTORS, Sector};
use super::write::{collection, feature, polygon};

/// m² of green area a person of 2017, by district in the order of [`DISTRICTS`].
///
/// Ilo: the plan's figure of 2014, whose denominator it does not tell. The
/// other two have no published figure; theirs are invented.
const GREEN_M2_PER_PERSON: [f64; 3] = [2.78, 1.0, 4.0];

/// What keeps blocks apart from lines, metres.
const FROM_SECTOR_EDGE_M: f64 = 5.0;
const FROM_BORDER_M: f64 = 6.0;
const FROM_COAST_M: f64 = 40.0;
pub(super) const FROM_RIVER_M: f64 = 40.0;
const FROM_PARK_M: f64 = 14.0;

/// Blocks and parks in metres.
pub(super) struct City {
    blocks: Vec<Block>,
    greens: Vec<Green>,
}

pub(super) struct Block {
    sector: &'static str,
    code: &'static str,
    district: usize,
    ring: Ring,
    /// Shares of the people of 2017 and 2015.
    weights: [f64; 2],
    people: [u32; 2],
    dwellings: u32,
    groups: Groups,
}

impl Block {
    /// A block that nobody lives in yet.
    pub(super) fn new(
        sector: &'static str,
        code: &'static str,
        district: usize,
        ring: Ring,
        weights: [f64; 2],
    ) -> Self {
        let groups =
            Groups { under_5: 0, over_65: 0, limited_mobility: 0, women_headed_homes: 0 };
        let (people, dwellings) = ([0; 2], 0);
        Self { sector, code, district, ring, weights, people, dwellings, groups }
    }
}

struct Green {
    sector: &'static str,
    district: usize,
    ring: Ring,
}

/// The lines and areas that nothing is built on, in metres.
pub(super) struct Ground {
    pub(super) districts: Vec<Ring>,
    pub(super) borders: Vec<Vec<Xy>>,
    pub(super) coasts: Vec<Vec<Xy>>,
    pub(super) river: Vec<Xy>,
    pub(super) park: Ring,
}

/// Draws blocks and parks and gives them people.
pub(super) fn draw(utm: &Utm, park: &Park) -> City {
    let open = |mut ring: Ring| {
        ring.pop();
        ring
    };
    let ground = Ground {
        districts: DISTRICTS.iter().map(|d| open(utm.line(&d.ring()))).collect(),
        borders: [ILO_PACOCHA, ILO_ALGARROBAL, PACOCHA_ALGARROBAL]
            .map(|arc| utm.line(arc))
            .to_vec(),
        coasts: [COAST_ILO, COAST_PACOCHA].map(|arc| utm.line(arc)).to_vec(),
        river: utm.line(RIVER),
        park: park.outline.clone(),
    };
    let mut chance = Chance::new(180_301);
    let mut city = City { blocks: Vec::new(), greens: Vec::new() };
    for sector in SECTORS {
        build_sector(utm, &ground, sector, &mut chance, &mut city);
    }
    for hamlet in HAMLETS {
        city.blocks.extend(hamlets::build(utm, &ground, hamlet, &mut chance));
    }
    size_greens(&mut city.greens);
    settle(&mut city.blocks, &mut chance);
    city
}

impl Ground {
    pub(super) fn district_of(&self, at: Xy) -> Option<usize> {
        self.districts.iter().position(|ring| contains(ring, at))
    }

    /// What of a sector may be built on.
    fn free(&self, outline: &Ring) -> Shapes {
        let mut edges = outline.clone();
        edges.push(outline[0]);
        let mut closed: Vec<Ring> = strip(&edges, FROM_SECTOR_EDGE_M);
        for border in &self.borders {
            closed.extend(strip(border, FROM_BORDER_M));
        }
        for coast in &self.coasts {
            closed.extend(strip(coast, FROM_COAST_M));
        }
        closed.extend(strip(&self.river, FROM_RIVER_M));
        let mut park = self.park.clone();
        park.push(park[0]);
        closed.extend(strip(&park, FROM_PARK_M));
        closed.push(self.park.clone());
        combine(
            &shapes(std::slice::from_ref(outline)),
            &shapes(&closed),
            OverlayRule::Difference,
        )
    }
}

/// A cell of a street grid, as far as it may be built on.
struct Cell {
    ring: Ring,
    district: usize,
    is_whole: bool,
    /// Whether its park takes all of it; `None`: houses only.
    park: Option<bool>,
}

fn build_sector(
    utm: &Utm,
    ground: &Ground,
    sector: &'static Sector,
    chance: &mut Chance,
    city: &mut City,
) {
    let outline = utm.line(sector.outline);
    let mut cells = cells(utm, ground, sector, &outline);
    for &(code, count) in sector.parks {
        choose_parks(&mut cells, code, count, sector.whole_block_parks);
    }
    for cell in cells {
        let density = sector
            .density
            .iter()
            .find(|(code, _)| *code == DISTRICTS[cell.district].ubigeo)
            .map_or([0.0; 2], |&(_, density)| density);
        let (houses, green) = match cell.park {
            None => (Some(cell.ring), None),
            Some(true) => (None, Some(cell.ring)),
            Some(false) => {
                let (houses, green) = halve(&cell.ring, sector.street_m);
                (Some(houses), Some(green))
            }
        };
        if let Some(ring) = houses {
            let weight = area(&ring) / 1e4 * chance.between(0.72, 1.28);
            let weights = density.map(|d| d * weight);
            let block =
                Block::new(sector.name, sector.code, cell.district, ring, weights);
            city.blocks.push(block);
        }
        if let Some(ring) = green {
            city.greens.push(Green {
                sector: sector.name,
                district: cell.district,
                ring,
            });
        }
    }
}

/// The street grid of a sector, row by row.
fn cells(utm: &Utm, ground: &Ground, sector: &Sector, outline: &Ring) -> Vec<Cell> {
    let free = ground.free(outline);
    let origin = outline[sector.along_edge];
    let along = direction(origin, outline[(sector.along_edge + 1) % outline.len()]);
    let up = left(along);
    let [width, depth] = sector.block_m;
    let pitch = [width + sector.street_m, depth + sector.street_m];
    let local = |p: &Xy| {
        let d = sub(*p, origin);
        [d[0] * along[0] + d[1] * along[1], d[0] * up[0] + d[1] * up[1]]
    };
    let corners: Vec<Xy> = outline.iter().map(local).collect();
    let range = |axis: usize| {
        let low = corners.iter().map(|c| c[axis]).fold(f64::INFINITY, f64::min);
        let high = corners.iter().map(|c| c[axis]).fold(f64::NEG_INFINITY, f64::max);
        (low / pitch[axis]).floor() as i64..(high / pitch[axis]).ceil() as i64
    };
    let core = sector.core.map(|(at, reach)| (utm.meters(at), reach));
    let mut cells = Vec::new();
    for row in range(1) {
        for column in range(0) {
            let corner = add(
                add(
                    origin,
                    scale(along, column as f64 * pitch[0] + sector.street_m / 2.0),
                ),
                scale(up, row as f64 * pitch[1] + sector.street_m / 2.0),
            );
            let full = rectangle(corner, along, up, width, depth);
            let cut = combine(&shapes(&[full]), &free, OverlayRule::Intersect);
            let Some(ring) = largest_shell(&cut) else { continue };
            let share = area(&ring) / (width * depth);
            let roundness =
                4.0 * std::f64::consts::PI * area(&ring) / perimeter(&ring).powi(2);
            let is_in_core =
                core.is_none_or(|(at, reach)| length(sub(centroid(&ring), at)) <= reach);
            let district = ground.district_of(centroid(&ring));
            if let (true, Some(district)) =
                (share > 0.3 && roundness > 0.5 && is_in_core, district)
            {
                let is_whole = share > 0.999 && ring.len() == 4;
                cells.push(Cell { ring, district, is_whole, park: None });
            }
        }
    }
    cells
}

/// Spreads parks over the whole cells of a district: the first in the middle,
/// each further one as far from the others as can be. The first and the last
/// `whole - 1` fill their block.
fn choose_parks(cells: &mut [Cell], code: &str, count: usize, whole: usize) {
    let candidates: Vec<usize> = (0..cells.len())
        .filter(|&i| cells[i].is_whole && DISTRICTS[cells[i].district].ubigeo == code)
        .collect();
    let places: Vec<Xy> = candidates.iter().map(|&i| centroid(&cells[i].ring)).collect();
    if places.is_empty() {
        return;
    }
    let sum = places.iter().fold([0.0; 2], |sum, &p| add(sum, p));
    let middle = scale(sum, 1.0 / places.len() as f64);
    let mut chosen: Vec<Xy> = Vec::new();
    for place in 0..count.min(places.len()) {
        // A third of the distance to the middle keeps parks off the outermost blocks.
        let merit = |p: Xy| {
            let to_middle = length(sub(p, middle));
            let to_others =
                chosen.iter().map(|&c| length(sub(p, c))).fold(f64::INFINITY, f64::min);
            if chosen.is_empty() { -to_middle } else { to_others - 0.3 * to_middle }
        };
        let best = (0..places.len()).max_by(|&a, &b| {
            merit(places[a]).total_cmp(&merit(places[b])).then(b.cmp(&a))
        });
        let Some(best) = best else { return };
        let fills_block = whole > 0 && (place == 0 || place + whole > count);
        cells[candidates[best]].park = Some(fills_block);
        chosen.push(places[best]);
    }
}

/// Cuts a rectangular block across its long side: houses, then a park.
fn halve(ring: &Ring, street_m: f64) -> (Ring, Ring) {
    // The overlay may start a ring at any corner: begin with a long side.
    let first = length(sub(ring[1], ring[0]));
    let second = length(sub(ring[2], ring[1]));
    let start = usize::from(first < second);
    let corner = |i: usize| ring[(start + i) % ring.len()];
    let (along, up) = (direction(corner(0), corner(1)), direction(corner(1), corner(2)));
    let (width, depth) = (first.max(second), first.min(second));
    let half = (width - street_m) / 2.0;
    let green = add(corner(0), scale(along, half + street_m));
    (
        rectangle(corner(0), along, up, half, depth),
        rectangle(green, along, up, half, depth),
    )
}

/// Scales the parks of each district about their centres to the area aimed at.
fn size_greens(greens: &mut [Green]) {
    for (district, (facts, per_person)) in
        DISTRICTS.iter().zip(GREEN_M2_PER_PERSON).enumerate()
    {
        let drawn: f64 =
            greens.iter().filter(|g| g.district == district).map(|g| area(&g.ring)).sum();
        let factor = (per_person * f64::from(facts.population_2017) / drawn).sqrt();
        for green in greens.iter_mut().filter(|g| g.district == district) {
            let middle = centroid(&green.ring);
            for p in &mut green.ring {
                *p = add(middle, scale(sub(*p, middle), factor));
            }
        }
    }
}

/// Gives each district's people and dwellings to its blocks, to the last one.
fn settle(blocks: &mut [Block], chance: &mut Chance) {
    for (district, facts) in DISTRICTS.iter().enumerate() {
        let rows: Vec<usize> =
            (0..blocks.len()).filter(|&row| blocks[row].district == district).collect();
        for (year, total) in
            [facts.population_2017, facts.population_2015].into_iter().enumerate()
        {
            let weights: Vec<f64> =
                rows.iter().map(|&row| blocks[row].weights[year]).collect();
            for (&row, people) in rows.iter().zip(apportion(total, &weights)) {
                blocks[row].people[year] = people;
            }
        }
        let weights: Vec<f64> = rows
            .iter()
            .map(|&row| f64::from(blocks[row].people[0]) * chance.between(0.88, 1.12))
            .collect();
        for (&row, dwellings) in
            rows.iter().zip(apportion(facts.dwellings_2017, &weights))
        {
            blocks[row].dwellings = dwellings;
        }
        share_groups(blocks, &rows, &facts.groups);
    }
}

/// Gives a district's groups to its blocks in proportion to people, homes to dwellings: no
/// source tells one block from another, so none is made to differ.
fn share_groups(blocks: &mut [Block], rows: &[usize], groups: &Groups) {
    let of = |amount: fn(&Block) -> u32| -> Vec<f64> {
        rows.iter().map(|&row| f64::from(amount(&blocks[row]))).collect()
    };
    let (people, dwellings) = (of(|block| block.people[0]), of(|block| block.dwellings));
    let under_5 = apportion(groups.under_5, &people);
    let over_65 = apportion(groups.over_65, &people);
    let limited_mobility = apportion(groups.limited_mobility, &people);
    let women_headed_homes = apportion(groups.women_headed_homes, &dwellings);
    for (i, &row) in rows.iter().enumerate() {
        blocks[row].groups = Groups {
            under_5: under_5[i],
            over_65: over_65[i],
            limited_mobility: limited_mobility[i],
            women_headed_homes: women_headed_homes[i],
        };
    }
}

impl City {
    pub(super) fn blocks_text(&self, utm: &Utm) -> String {
        let one = |(row, block): (usize, &Block)| {
            let ubigeo = DISTRICTS[block.district].ubigeo;
            let properties = vec![
                ("manzana", json!(format!("{ubigeo}-{}-{:04}", block.code, row + 1))),
                ("sector", json!(block.sector)),
                ("ubigeo", json!(ubigeo)),
                ("population_2015", json!(block.people[1])),
                ("population_2017", json!(block.people[0])),
                ("viviendas", json!(block.dwellings)),
                ("menores_5_est", json!(block.groups.under_5)),
                ("mayores_65_est", json!(block.groups.over_65)),
                ("movilidad_limitada_est", json!(block.groups.limited_mobility)),
                ("hogares_jefa_est", json!(block.groups.women_headed_homes)),
            ];
            feature(properties, "Polygon", &polygon(utm, &block.ring))
        };
        let features: Vec<_> = self.blocks.iter().enumerate().map(one).collect();
        collection("blocks", &features)
    }

    pub(super) fn greens_text(&self, utm: &Utm) -> String {
        let one = |(row, green): (usize, &Green)| {
            let properties = vec![
                ("id", json!(format!("AV-{:03}", row + 1))),
                ("name", json!(format!("Área verde {} ({})", row + 1, green.sector))),
                ("sector", json!(green.sector)),
                ("ubigeo", json!(DISTRICTS[green.district].ubigeo)),
                ("area_m2", json!((area(&green.ring) * 10.0).round() / 10.0)),
            ];
            feature(properties, "Polygon", &polygon(utm, &green.ring))
        };
        let features: Vec<_> = self.greens.iter().enumerate().map(one).collect();
        collection("green_areas", &features)
    }
}
