//! Worlds along a street, their figures under drawn offsets, and the ranges of the program.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "a few thousand draws on a street of some hundred metres"
)]

use std::fmt::Write as _;
use std::path::Path;

use atalaya::domain::{Level, Measure};
use atalaya::pipeline::{self, Stage, Watch};

/// Where the street begins: easting and northing, UTM 19 South.
const ORIGIN: (f64, f64) = (250_000.0, 8_050_000.0);
/// The street's width, m; zones reach far beyond both of its sides.
const WIDTH: f64 = 100.0;
/// The half-width at 95 % confidence, in standard deviations.
const SIGMAS: f64 = 1.96;

/// What is in doubt in a world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// One zone from one end of the street.
    OneEdge,
    /// One zone across the street: both of its sides are one dissolved edge.
    Strip,
    /// One band around a line across the street.
    Band,
    /// Two to four levels, each within the next.
    Nested,
    /// A zone and a strip, and the worst of both.
    TwoHazards,
    /// One zone, and the houses themselves are off.
    EdgeAndHouses,
}

impl Kind {
    /// All of them.
    pub(crate) const ALL: [Self; 6] = [
        Self::OneEdge,
        Self::Strip,
        Self::Band,
        Self::Nested,
        Self::TwoHazards,
        Self::EdgeAndHouses,
    ];

    /// Its name in the report.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::OneEdge => "one edge",
            Self::Strip => "strip",
            Self::Band => "band",
            Self::Nested => "nested levels",
            Self::TwoHazards => "two hazards",
            Self::EdgeAndHouses => "edge and houses",
        }
    }

    fn has_one_edge(self) -> bool {
        matches!(self, Self::OneEdge | Self::Strip | Self::Band)
    }
}

/// How a figure's range fares.
#[derive(Debug, Clone)]
pub(crate) struct Outcome {
    pub(crate) kind: Kind,
    /// The figure, for a message.
    pub(crate) figure: String,
    /// Share of draws within the range.
    pub(crate) held: f64,
    /// Width of the range and of the central 95 % of draws.
    pub(crate) widths: (f64, f64),
    /// Whether the width means something: one edge in doubt, that of a level that has a zone; an
    /// amount and not a count; and a range of at least a hundredth of the whole.
    pub(crate) is_wide: bool,
}

impl Outcome {
    /// The range's width over that of the draws.
    pub(crate) fn ratio(&self) -> Option<f64> {
        let (range, band) = self.widths;
        self.is_wide.then(|| range / band)
    }
}

/// A source of numbers that are the same everywhere (`SplitMix64`).
struct Source(u64);

impl Source {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// From 0 to 1, neither of them.
    fn unit(&mut self) -> f64 {
        ((self.next() >> 12) as f64 + 0.5) / (1u64 << 52) as f64
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    fn below(&mut self, count: usize) -> usize {
        (self.unit() * count as f64) as usize
    }

    /// Standard normal (Box and Muller 1958).
    fn normal(&mut self) -> f64 {
        let (a, b) = (self.unit(), self.unit());
        (-2.0 * a.ln()).sqrt() * (std::f64::consts::TAU * b).cos()
    }
}

/// A house block along the street.
struct Block {
    from: f64,
    to: f64,
    people: f64,
}

/// A cumulative zone along the street: this level or worse.
#[derive(Clone, Copy)]
struct Zone {
    level: Level,
    from: f64,
    to: f64,
}

struct Hazard {
    id: &'static str,
    accuracy: f64,
    /// Worst first.
    zones: Vec<Zone>,
    /// Whether it is given as bands around a line in the middle of its zones.
    is_band: bool,
}

struct World {
    kind: Kind,
    blocks: Vec<Block>,
    hazards: Vec<Hazard>,
    /// Accuracy of the blocks, if they are in doubt.
    houses: Option<f64>,
}

/// Far beyond any street.
const FAR: f64 = 6000.0;

impl World {
    fn new(kind: Kind, source: &mut Source) -> Self {
        let mut blocks = Vec::new();
        let mut x = source.between(0.0, 40.0);
        for _ in 0..6 + source.below(10) {
            let to = x + source.between(30.0, 140.0);
            blocks.push(Block {
                from: x,
                to,
                people: source.between(5.0, 400.0).round(),
            });
            x = to + if source.unit() < 0.6 { 0.0 } else { source.between(5.0, 60.0) };
        }
        let end = x;
        let accuracy = source.between(5.0, 60.0).round();
        let level = Level::ZONES[source.below(4)];
        let somewhere = |source: &mut Source| source.between(0.15, 0.85) * end;
        let from_end = |source: &mut Source| {
            let zones = vec![Zone { level, from: -FAR, to: somewhere(source) }];
            Hazard { id: "flood", accuracy, zones, is_band: false }
        };
        let strip = |source: &mut Source, is_band: bool| {
            let (middle, half) = (somewhere(source), source.between(1.2, 6.0) * accuracy);
            let half = (half * 10.0).round() / 10.0;
            let zones = vec![Zone { level, from: middle - half, to: middle + half }];
            Hazard { id: "fault", accuracy, zones, is_band }
        };
        let nested = |source: &mut Source| {
            let mut to = source.between(0.1, 0.4) * end;
            let levels = 2 + source.below(3);
            let mut zones = Vec::new();
            for level in Level::ZONES.into_iter().take(levels) {
                zones.push(Zone { level, from: -FAR, to });
                to += source.between(0.3, 4.0) * accuracy;
            }
            Hazard { id: "flood", accuracy, zones, is_band: false }
        };
        let hazards = match kind {
            Kind::OneEdge | Kind::EdgeAndHouses => vec![from_end(source)],
            Kind::Strip => vec![strip(source, false)],
            Kind::Band => vec![strip(source, true)],
            Kind::Nested => vec![nested(source)],
            Kind::TwoHazards => vec![nested(source), strip(source, false)],
        };
        let houses =
            (kind == Kind::EdgeAndHouses).then(|| source.between(5.0, 40.0).round());
        Self { kind, blocks, hazards, houses }
    }

    /// The figures of one draw: for each hazard, then the worst of all, by level, people,
    /// area and blocks.
    fn figures(&self, offsets: &[Vec<f64>], shift: f64) -> Vec<[[f64; 3]; 6]> {
        let mut all = vec![[[0.0; 3]; 6]; self.hazards.len() + 1];
        let moved: Vec<Vec<Zone>> = self
            .hazards
            .iter()
            .zip(offsets)
            .map(|(hazard, offsets)| {
                let zones = hazard.zones.iter().zip(offsets);
                zones
                    .map(|(zone, by)| Zone {
                        level: zone.level,
                        from: zone.from - by,
                        to: zone.to + by,
                    })
                    .collect()
            })
            .collect();
        for block in &self.blocks {
            let (from, to) = (block.from + shift, block.to + shift);
            let mut cuts = vec![from, to];
            let ends = moved.iter().flatten().flat_map(|zone| [zone.from, zone.to]);
            cuts.extend(ends.filter(|x| *x > from && *x < to));
            cuts.sort_by(f64::total_cmp);
            let mut worst = vec![Level::None; all.len()];
            for piece in cuts.windows(2).filter(|piece| piece[1] > piece[0]) {
                let middle = f64::midpoint(piece[0], piece[1]);
                let share = (piece[1] - piece[0]) / (to - from);
                let mut levels: Vec<Level> =
                    moved.iter().map(|z| level_at(z, middle)).collect();
                levels.push(levels.iter().copied().min().unwrap_or(Level::None));
                for (hazard, level) in levels.into_iter().enumerate() {
                    let sums = &mut all[hazard][level.index()];
                    sums[0] += block.people * share;
                    sums[1] += (piece[1] - piece[0]) * WIDTH;
                    worst[hazard] = worst[hazard].min(level);
                }
            }
            for (hazard, level) in worst.into_iter().enumerate() {
                all[hazard][level.index()][2] += 1.0;
            }
        }
        all
    }

    fn draw(&self, source: &mut Source) -> Vec<[[f64; 3]; 6]> {
        let offsets: Vec<Vec<f64>> = self
            .hazards
            .iter()
            .map(|hazard| {
                let sigma = hazard.accuracy / SIGMAS;
                hazard.zones.iter().map(|_| sigma * source.normal()).collect()
            })
            .collect();
        let shift =
            self.houses.map_or(0.0, |accuracy| accuracy / SIGMAS * source.normal());
        self.figures(&offsets, shift)
    }
}

/// The level of the zones, each moved by its own offset, at a place.
fn level_at(zones: &[Zone], x: f64) -> Level {
    let here = zones.iter().filter(|zone| zone.from <= x && x <= zone.to);
    here.map(|zone| zone.level).min().unwrap_or(Level::None)
}

/// A rectangle across the street as a GeoJSON feature.
fn rectangle((from, to): (f64, f64), (south, north): (f64, f64), fields: &str) -> String {
    let (x0, x1) = (ORIGIN.0 + from, ORIGIN.0 + to);
    let (y0, y1) = (ORIGIN.1 + south, ORIGIN.1 + north);
    format!(
        r#"{{"type":"Feature","properties":{{{fields}}},"geometry":{{"type":"Polygon","coordinates":[[[{x0},{y0}],[{x1},{y0}],[{x1},{y1}],[{x0},{y1}],[{x0},{y0}]]]}}}}"#
    )
}

fn line_at(x: f64) -> String {
    let x = ORIGIN.0 + x;
    let (y0, y1) = (ORIGIN.1 - FAR, ORIGIN.1 + FAR);
    format!(
        r#"{{"type":"Feature","properties":{{}},"geometry":{{"type":"LineString","coordinates":[[{x},{y0}],[{x},{y1}]]}}}}"#
    )
}

fn write(folder: &Path, name: &str, features: &[String]) {
    let text =
        format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","));
    std::fs::write(folder.join(name), text).expect("a temporary folder can be written");
}

impl World {
    /// Writes the world as a project, and gives the path of its file.
    fn write(&self, folder: &Path) -> std::path::PathBuf {
        let side = (0.0, WIDTH);
        let district = rectangle((-500.0, 4000.0), side, r#""code":"01""#);
        write(folder, "districts.geojson", &[district]);
        let block = |block: &Block| {
            let people = format!(r#""pop":{}"#, block.people);
            rectangle((block.from, block.to), side, &people)
        };
        write(
            folder,
            "blocks.geojson",
            &self.blocks.iter().map(block).collect::<Vec<_>>(),
        );
        let mut text = String::from(
            "[project]\nid = \"draws\"\nworking_crs = \"EPSG:32719\"\n\
             territories = \"districts\"\nfail_on = \"never\"\n",
        );
        let mut layer = |id: &str, rest: &str| {
            write!(
                text,
                "[layers.{id}]\npath = \"{id}.geojson\"\ncrs = \"EPSG:32719\"\n{rest}\n"
            )
            .expect("text grows");
        };
        layer("districts", "[layers.districts.territory]\ncode = \"code\"");
        let accuracy =
            self.houses.map_or(String::new(), |m| format!("accuracy_m = {m:?}\n"));
        layer("blocks", &format!("{accuracy}[layers.blocks.exposure]\npeople = \"pop\""));
        for hazard in &self.hazards {
            let (id, m) = (hazard.id, hazard.accuracy);
            let role = if hazard.is_band {
                let zone = hazard.zones[0];
                write(
                    folder,
                    &format!("{id}.geojson"),
                    &[line_at(f64::midpoint(zone.from, zone.to))],
                );
                let within = (zone.to - zone.from) / 2.0;
                let level = zone.level.id();
                format!("bands = [{{ within_m = {within:?}, level = \"{level}\" }}]")
            } else {
                let zone = |zone: &Zone| {
                    let level = format!(r#""nivel":"{}""#, zone.level.id());
                    rectangle((zone.from, zone.to), (-FAR, FAR), &level)
                };
                let zones: Vec<String> = hazard.zones.iter().map(zone).collect();
                write(folder, &format!("{id}.geojson"), &zones);
                "level = \"nivel\"".to_owned()
            };
            let about =
                format!("accuracy_m = {m:?}\n[layers.{id}.hazard]\nkind = \"{id}\"\n");
            layer(id, &(about + &role));
        }
        if self.houses.is_some() {
            text.push_str("[doubts]\nexposed_position = true\n");
        }
        let path = folder.join("project.toml");
        std::fs::write(&path, text).expect("a temporary folder can be written");
        path
    }
}

/// Whether an edge bounds a level. Rule 8 gives a level that no zone has the width of the
/// doubt of the edge of the next worse one, from 0 on: it cannot be told from that one.
fn is_drawn(world: &World, level: Level) -> bool {
    let mut zones = world.hazards.iter().flat_map(|hazard| &hazard.zones);
    level == Level::None || zones.any(|zone| zone.level == level)
}

struct Nobody;

impl Watch for Nobody {
    fn stage(&self, _: Stage) {}
}

/// The outcomes of all figures of so many worlds of each kind.
pub(crate) fn run(seed: u64, worlds: u64, draws: u64) -> Vec<Outcome> {
    let mut source = Source(seed);
    let mut outcomes = Vec::new();
    for kind in Kind::ALL {
        for _ in 0..worlds {
            let world = World::new(kind, &mut source);
            outcomes.extend(outcomes_of(&world, &mut source, draws));
        }
    }
    outcomes
}

fn outcomes_of(world: &World, source: &mut Source, draws: u64) -> Vec<Outcome> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = world.write(folder.path());
    let settings = atalaya::config::load(&path, &[]).expect("a good project");
    let measured = pipeline::measure(&settings, &Nobody).expect("good layers");
    let cases: Vec<_> = (0..draws).map(|_| world.draw(source)).collect();
    let mut outcomes = Vec::new();
    let rows = measured.measurements.exposure.iter();
    for row in rows.filter(|row| row.territory == "_T") {
        let hazard = world.hazards.iter().position(|hazard| hazard.id == row.hazard);
        let hazard = hazard.unwrap_or(world.hazards.len());
        let measure = match row.measure {
            Measure::People => 0,
            Measure::Area => 1,
            Measure::Features => 2,
            _ => continue,
        };
        let (low, high) = row.range().expect("every hazard has an accuracy");
        let mut found: Vec<f64> =
            cases.iter().map(|case| case[hazard][row.level.index()][measure]).collect();
        found.sort_by(f64::total_cmp);
        let total = row.total.expect("nothing is hidden here");
        let dust = 1e-6 * total;
        let held =
            found.iter().filter(|v| **v >= low - dust && **v <= high + dust).count();
        let at = |share: f64| found[((found.len() - 1) as f64 * share).round() as usize];
        outcomes.push(Outcome {
            kind: world.kind,
            figure: format!("{}/{}/{}", row.hazard, row.level.id(), row.measure.id()),
            held: held as f64 / found.len() as f64,
            widths: (high - low, at(0.975) - at(0.025)),
            is_wide: world.kind.has_one_edge()
                && row.measure != Measure::Features
                && is_drawn(world, row.level)
                && high - low > 0.01 * total,
        });
    }
    outcomes
}
