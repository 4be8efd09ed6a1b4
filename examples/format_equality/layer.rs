//! A layer of blocks, the same on every machine, and the districts and zones around it.
//!
//! Coordinates are whole numbers of 1e-7 degrees, so every format can hold them exactly.

use std::fs;
use std::io;
use std::path::Path;

/// A position, longitude first, in degrees.
pub(crate) type Position = [f64; 2];
/// Closed; shells run against the clock, holes with it.
pub(crate) type Ring = Vec<Position>;

/// One feature of the layer.
pub(crate) struct Block {
    /// Digits, with zeros in front.
    pub(crate) code: String,
    /// `None`: nobody counted.
    pub(crate) people: Option<u32>,
    /// Each a shell and its holes.
    pub(crate) polygons: Vec<Vec<Ring>>,
}

/// South-west corner of the first cell.
const ORIGIN: [i64; 2] = [-715_000_000, -179_000_000];
/// Side of a cell.
const CELL: i64 = 10_000;
/// Corners of a block, seen from its middle.
const DIRECTIONS: [[i64; 2]; 8] =
    [[10, 0], [7, 7], [0, 10], [-7, 7], [-10, 0], [-7, -7], [0, -10], [7, -7]];

/// Numbers that look random (splitmix64).
struct Numbers(u64);

impl Numbers {
    /// A number from `low` to below `high`.
    fn between(&mut self, low: i64, high: i64) -> i64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        let span = u64::try_from(high - low).expect("the bounds are in order");
        let offset = (mixed ^ (mixed >> 31)) % span;
        low + i64::try_from(offset).expect("less than the span")
    }
}

fn degrees(point: [i64; 2]) -> Position {
    // Both are exact, so the quotient is the double that is nearest to the decimal.
    #[expect(clippy::cast_precision_loss, reason = "they have less than 31 bits")]
    point.map(|units| units as f64 / 1e7)
}

fn side(count: usize) -> usize {
    let root = count.isqrt();
    if root * root < count { root + 1 } else { root }
}

/// So many blocks, each in a cell of its own; some with a hole, some of two parts.
pub(crate) fn blocks(count: usize) -> Vec<Block> {
    let side = side(count);
    let cell = |at: usize| i64::try_from(at).expect("there are few cells") * CELL;
    let block = |number: usize| {
        let mut numbers = Numbers(number as u64);
        let corner = [ORIGIN[0] + cell(number % side), ORIGIN[1] + cell(number / side)];
        let middle = corner.map(|side| side + CELL / 2);
        let mut polygons = vec![vec![star(middle, &mut numbers, 250, 450)]];
        if number.is_multiple_of(10) {
            let mut hole = star(middle, &mut numbers, 60, 120);
            hole.reverse();
            polygons[0].push(hole);
        }
        if number.is_multiple_of(25) {
            polygons.push(vec![square(corner.map(|side| side + 100), 300)]);
        }
        let people = u32::try_from(numbers.between(0, 400)).expect("not negative");
        let people = (!number.is_multiple_of(97)).then_some(people);
        Block { code: format!("{number:08}"), people, polygons }
    };
    (0..count).map(block).collect()
}

/// A ring around a point, each corner at a distance of its own.
fn star(middle: [i64; 2], numbers: &mut Numbers, low: i64, high: i64) -> Ring {
    let corner = |[x, y]: [i64; 2]| {
        let reach = numbers.between(low, high);
        degrees([middle[0] + x * reach, middle[1] + y * reach])
    };
    let mut ring: Ring = DIRECTIONS.into_iter().map(corner).collect();
    ring.push(ring[0]);
    ring
}

fn square([x, y]: [i64; 2], side: i64) -> Ring {
    let corners = [[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]];
    corners.map(degrees).to_vec()
}

pub(crate) fn positions(blocks: &[Block]) -> usize {
    blocks.iter().flat_map(|block| block.polygons.iter().flatten()).map(Vec::len).sum()
}

/// Three districts and a zone of two levels across all cells, as GeoJSON.
pub(crate) fn write_surroundings(folder: &Path, count: usize) -> io::Result<()> {
    let size = i64::try_from(side(count)).expect("there are few cells") * CELL;
    // Edges run through blocks, not between them.
    let cut = size / 2 + CELL / 3;
    let feature = |[west, south, east, north]: [i64; 4], properties: &str| {
        let corners =
            [[west, south], [east, south], [east, north], [west, north], [west, south]];
        let ring = corners.map(|[x, y]| degrees([ORIGIN[0] + x, ORIGIN[1] + y]));
        format!(
            r#"{{"type":"Feature","properties":{{{properties}}},
            "geometry":{{"type":"Polygon","coordinates":[{ring:?}]}}}}"#
        )
    };
    let districts = [[0, 0, cut, cut], [cut, 0, size, cut], [0, cut, cut, size]]
        .into_iter()
        .zip(1..)
        .map(|(bounds, at)| feature(bounds, &format!(r#""code":"0{at}""#)));
    write(&folder.join("districts.geojson"), districts)?;
    let [third, fifth] = [size / 3 + 1_234, size / 5 + 4_321];
    let zones = [
        feature([third, fifth, 2 * third, 3 * fifth], r#""level":"high""#),
        feature([fifth, third, 4 * fifth, 2 * third], r#""level":"medium""#),
    ];
    write(&folder.join("zones.geojson"), zones.into_iter())
}

fn write(path: &Path, features: impl Iterator<Item = String>) -> io::Result<()> {
    let features: Vec<String> = features.collect();
    let features = features.join(",\n");
    fs::write(
        path,
        format!("{{\"type\":\"FeatureCollection\",\"features\":[\n{features}\n]}}\n"),
    )
}

/// The project with the blocks in this file, read with these keys.
pub(crate) fn project(file: &str, keys: &str) -> String {
    format!(
        r#"[project]
id = "equality"
title = "The same layer in every format"
working_crs = "EPSG:32719"
territories = "districts"
locale = "en"
fail_on = "never"

[layers.districts]
path = "districts.geojson"
status = "synthetic"
[layers.districts.territory]
code = "code"
name = "code"

[layers.zones]
path = "zones.geojson"
status = "synthetic"
accuracy_m = 25.0
[layers.zones.hazard]
kind = "flood"
level = "level"

[layers.blocks]
path = "{file}"
status = "synthetic"
{keys}
[layers.blocks.exposure]
people = "people"

[outputs]
directory = "out"
"#
    )
}
