//! Draws every map of a made-up province, to look at the sheets without a project.
//!
//! The coast, the river and the places follow published coordinates of Ilo (Peru);
//! districts, blocks, zones and all figures are invented. Run with a folder:
//!
//! ```text
//! cargo run --example map_sheet -- /tmp/maps
//! ```

#![allow(
    clippy::unreadable_literal,
    clippy::cast_precision_loss,
    clippy::missing_panics_doc,
    clippy::too_many_lines,
    reason = "an example: lists of coordinates in whole metres, made-up figures"
)]

use std::path::PathBuf;
use std::sync::Arc;

use atalaya::analysis::{DeficitRow, ExposureRow, Measurements};
use atalaya::config::{
    Better, Citation, DeficitKind, DeficitSettings, FailOn, Localized, Settings,
};
use atalaya::domain::{
    Digest, Level, Measure, Quantity, Source, Status, TOTAL, TerritoryCode, Validity,
};
use atalaya::geometry::{
    ContextLayer, Dimension, ExposureLayer, GridPoint, HazardLayer, Prepared,
    ServiceLayer, Shapes, StudyArea, Territory, Zone,
};
use atalaya::i18n::Locale;
use atalaya::layers::PartRole;
use atalaya::outputs::map::projection::covers;
use atalaya::outputs::map::{MapOptions, draw_all};

const COAST: &[[i64; 2]] = &[
    [275305, 8028290],
    [268270, 8032250],
    [261419, 8036598],
    [257142, 8039314],
    [252704, 8041198],
    [251284, 8041878],
    [250079, 8042372],
    [249285, 8042218],
    [249067, 8041772],
    [249012, 8041107],
    [248265, 8040611],
    [247416, 8040611],
    [247577, 8041311],
    [248310, 8042040],
    [248494, 8042596],
    [248265, 8043113],
    [248744, 8043817],
    [249248, 8044266],
    [249517, 8044845],
    [249870, 8045481],
    [249790, 8045900],
    [250242, 8046316],
    [250588, 8046630],
    [250805, 8047109],
    [251021, 8047665],
    [251389, 8047936],
    [251606, 8048436],
    [251459, 8049143],
    [251380, 8049541],
    [251428, 8049962],
    [251381, 8050283],
    [251249, 8050658],
    [251212, 8051100],
    [250918, 8051705],
    [250225, 8052760],
    [249725, 8053695],
    [249875, 8054450],
    [249780, 8055268],
    [249240, 8060255],
    [249399, 8063722],
    [246803, 8070810],
    [240715, 8078971],
    [235244, 8090893],
];
const RIVER: &[[i64; 2]] = &[
    [251416, 8050084],
    [251934, 8050212],
    [253160, 8049829],
    [254271, 8050174],
    [255260, 8050020],
    [256143, 8049843],
    [257349, 8049348],
    [258372, 8049914],
    [259304, 8050114],
    [260898, 8050863],
    [261939, 8051728],
    [263315, 8052132],
    [264274, 8053627],
    [265246, 8054923],
    [266263, 8056960],
    [268478, 8058337],
    [269908, 8060512],
];
const ILO_ALGARROBAL: &[[i64; 2]] = &[
    [253551, 8050022],
    [254995, 8049131],
    [256843, 8048224],
    [258276, 8047311],
    [259247, 8046924],
];
const ILO_INLAND: &[[i64; 2]] = &[[277275, 8041763], [290111, 8031939]];
const PACOCHA_INLAND: &[[i64; 2]] =
    &[[244871, 8086774], [254642, 8070286], [257458, 8057034]];
const ALGARROBAL_INLAND: &[[i64; 2]] =
    &[[297640, 8050836], [288666, 8068455], [271594, 8074912]];
const ROAD: &[[i64; 2]] = &[
    [251574, 8048436],
    [251732, 8047663],
    [251709, 8046954],
    [251599, 8046443],
    [251350, 8045975],
    [250707, 8044771],
    [250230, 8042994],
    [252524, 8042026],
    [261406, 8037705],
    [275278, 8030670],
];
const HEALTH: &[[i64; 2]] = &[
    [251433, 8047859],
    [252032, 8046582],
    [253172, 8047127],
    [253711, 8046469],
    [252475, 8047672],
    [251666, 8051316],
    [249760, 8044095],
    [259305, 8050058],
    [252710, 8045848],
    [251153, 8047324],
    [254018, 8047414],
];
const PLACES: &[[i64; 2]] = &[
    [251644, 8051349],
    [251024, 8044045],
    [259304, 8050114],
    [247490, 8040612],
    [249399, 8063722],
    [253176, 8046795],
    [251415, 8047593],
    [263315, 8052132],
];
const FAULT: &[[i64; 2]] = &[
    [251437, 8049209],
    [252788, 8048119],
    [254922, 8047259],
    [259144, 8049303],
    [265461, 8053807],
    [274942, 8060558],
];

/// Position of the river mouth in `COAST`.
const MOUTH: usize = 29;

type Metres = [f64; 2];

fn main() {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "/tmp/maps".to_owned());
    let folder = PathBuf::from(folder);
    std::fs::create_dir_all(&folder).expect("the folder can be made");
    let area = area();
    let measurements = measurements(&area);
    let start = std::time::Instant::now();
    for locale in [Locale::Es, Locale::En] {
        let options = MapOptions { locale, date: None };
        let maps = draw_all(&area, &measurements, &settings(), &options)
            .expect("every map can be drawn");
        for (name, bytes) in maps.into_files() {
            let path = folder.join(locale.id()).join(name);
            let parent = path.parent().expect("it lies in a folder");
            std::fs::create_dir_all(parent).expect("the folder can be made");
            std::fs::write(path, bytes).expect("the map can be written");
        }
    }
    #[expect(clippy::print_stdout, reason = "an example for the terminal")]
    {
        println!("drawn in {:?} into {}", start.elapsed(), folder.display());
    }
}

/// A pair of texts.
#[must_use]
pub fn both(es: &str, en: &str) -> Localized {
    Localized { es: es.to_owned(), en: en.to_owned() }
}

fn metres(points: &[[i64; 2]]) -> Vec<Metres> {
    points.iter().map(|p| p.map(|v| v as f64)).collect()
}

fn grid(points: &[Metres]) -> Vec<GridPoint> {
    points.iter().filter_map(|p| GridPoint::snap(p[0], p[1])).collect()
}

/// Adds a polygon without holes, turned as prepared shells are.
pub fn push_area(shapes: &mut Shapes, ring: &[Metres]) {
    let mut ring = grid(ring);
    if atalaya::geometry::grid::double_area(&ring) < 0 {
        ring.reverse();
    }
    shapes.push_part(PartRole::Shell, ring);
    shapes.end_feature(Dimension::Area);
}

fn push_line(shapes: &mut Shapes, line: &[Metres]) {
    shapes.push_part(PartRole::Line, grid(line));
    shapes.end_feature(Dimension::Line);
}

fn push_point(shapes: &mut Shapes, point: Metres) {
    shapes.push_part(PartRole::Point, grid(&[point]));
    shapes.end_feature(Dimension::Point);
}

/// A layer as prepared.
#[must_use]
pub fn prepared(id: &str, title: Localized, shapes: Shapes, status: Status) -> Prepared {
    let ids = Arc::new((1..=shapes.len()).map(|i| format!("#{i}")).collect());
    Prepared {
        id: id.to_owned(),
        title,
        shapes: shapes.into(),
        ids,
        accuracy_m: None,
        status,
        source: Source {
            publisher: Some("Municipalidad de ejemplo".to_owned()),
            date: Some("2017-10-22".to_owned()),
            licence: Some("CC BY 4.0".to_owned()),
            ..Source::default()
        },
    }
}

fn districts() -> Shapes {
    let (coast, limit) = (metres(COAST), metres(ILO_ALGARROBAL));
    let (south, north) = (metres(ILO_INLAND), metres(PACOCHA_INLAND));
    let mut shapes = Shapes::default();
    let reversed = |points: &[Metres]| points.iter().rev().copied().collect::<Vec<_>>();
    push_area(&mut shapes, &[&coast[..=MOUTH], &limit, &south].concat());
    push_area(
        &mut shapes,
        &[
            &limit[..1],
            &reversed(&north)[..],
            &reversed(&metres(ALGARROBAL_INLAND))[..],
            &reversed(&south)[..],
            &reversed(&limit)[..limit.len() - 1],
        ]
        .concat(),
    );
    push_area(&mut shapes, &[&coast[MOUTH..], &north[..], &limit[..1]].concat());
    shapes
}

/// Numbers that look random and are always the same.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> f64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_041);
        (self.0 >> 33) as f64 / (1u64 << 31) as f64
    }
}

/// Blocks of a street grid: lower left corner, direction, columns and rows.
fn streets(
    shapes: &mut Shapes,
    people: &mut Vec<Option<f64>>,
    dice: &mut Dice,
    (corner, degrees, columns, rows): (Metres, f64, usize, usize),
) {
    let (sin, cos) = degrees.to_radians().sin_cos();
    let at =
        |x: f64, y: f64| [corner[0] + x * cos - y * sin, corner[1] + x * sin + y * cos];
    for i in 0..columns * rows {
        let (x, y) = ((i % columns) as f64 * 92.0, (i / columns) as f64 * 62.0);
        if dice.roll() < 0.12 {
            continue;
        }
        let (w, h) = (80.0, 50.0);
        let ring = [at(x, y), at(x + w, y), at(x + w, y + h), at(x, y + h)];
        push_area(shapes, &ring);
        people.push(Some((40.0 + dice.roll() * 90.0).round()));
    }
}

fn blocks() -> (Shapes, Vec<Option<f64>>) {
    let (mut shapes, mut people, mut dice) = (Shapes::default(), Vec::new(), Dice(7));
    for town in [
        ([251_520.0, 8_047_000.0], 60.0, 18, 6),
        ([251_750.0, 8_048_700.0], 80.0, 12, 4),
        ([252_150.0, 8_045_700.0], 20.0, 20, 26),
        ([251_750.0, 8_050_600.0], 100.0, 14, 6),
        ([249_800.0, 8_043_500.0], 55.0, 9, 5),
        ([259_050.0, 8_049_850.0], 25.0, 5, 3),
        ([263_200.0, 8_051_900.0], 40.0, 3, 1),
    ] {
        streets(&mut shapes, &mut people, &mut dice, town);
    }
    (shapes, people)
}

/// The strip between the coast and the coast moved inland.
fn coastal_strip(from: usize, to: usize, inland_m: f64) -> Vec<Metres> {
    let coast = &metres(COAST)[from..=to];
    let moved = |i: usize| {
        let (a, b) = (coast[i.saturating_sub(1)], coast[(i + 1).min(coast.len() - 1)]);
        let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
        let length = dx.hypot(dy).max(1.0);
        [coast[i][0] + dy / length * inland_m, coast[i][1] - dx / length * inland_m]
    };
    let mut ring = coast.to_vec();
    ring.extend((0..coast.len()).rev().map(moved));
    ring
}

/// A band around a line: one polygon an edge and a disc a point, which overlap.
fn band(line: &[Metres], within_m: f64) -> Shapes {
    let mut shapes = Shapes::default();
    for pair in line.windows(2) {
        let (dx, dy) = (pair[1][0] - pair[0][0], pair[1][1] - pair[0][1]);
        let k = within_m / dx.hypot(dy);
        let off = |p: Metres, s: f64| [p[0] - dy * k * s, p[1] + dx * k * s];
        let ring = [
            off(pair[0], -1.0),
            off(pair[1], -1.0),
            off(pair[1], 1.0),
            off(pair[0], 1.0),
        ];
        push_area(&mut shapes, &ring);
    }
    for p in line {
        let disc: Vec<Metres> = (0..96)
            .map(|i| {
                let (sin, cos) = (f64::from(i) / 96.0 * std::f64::consts::TAU).sin_cos();
                [p[0] + within_m * cos, p[1] + within_m * sin]
            })
            .collect();
        push_area(&mut shapes, &disc);
    }
    shapes
}

fn tsunami() -> HazardLayer {
    let zone = |level, inland_m| {
        let mut shapes = Shapes::default();
        push_area(&mut shapes, &coastal_strip(4, 38, inland_m));
        let mouth = COAST[MOUTH].map(|v| v as f64);
        let disc = band(&[mouth, [mouth[0] + 1.0, mouth[1]]], inland_m * 1.6);
        shapes.append(&disc);
        Zone { level, shapes }
    };
    let mut study = Shapes::default();
    push_area(&mut study, &coastal_strip(4, 38, 3500.0));
    let mut layer = prepared(
        "tsunami",
        both("Tsunami (regla de cotas 15 y 20 m)", "Tsunami (15 and 20 m rule)"),
        Shapes::default(),
        Status::Reference,
    );
    layer.accuracy_m = Some(vec![150.0].into());
    HazardLayer {
        layer,
        kind: "tsunami".to_owned(),
        in_any: true,
        levels: Vec::new(),
        bands: Vec::new(),
        study_area: Some(study),
        zones: vec![
            zone(Level::VeryHigh, 180.0),
            zone(Level::High, 330.0),
            zone(Level::Medium, 470.0),
            zone(Level::Low, 620.0),
        ],
        inner: None,
        outer: None,
        validity: Validity::default(),
        in_force: None,
    }
}

fn fault() -> HazardLayer {
    let line = metres(FAULT);
    let mut shapes = Shapes::default();
    push_line(&mut shapes, &line);
    let bands = vec![
        (100.0, Level::VeryHigh),
        (500.0, Level::High),
        (1000.0, Level::Medium),
        (5000.0, Level::Low),
    ];
    let title = both("Falla activa Chololo", "Chololo active fault");
    let mut layer = prepared("fault", title, shapes, Status::Reference);
    layer.accuracy_m = Some(vec![300.0].into());
    let zones = bands
        .iter()
        .map(|(within_m, level)| Zone { level: *level, shapes: band(&line, *within_m) })
        .collect();
    HazardLayer {
        layer,
        kind: "active_fault".to_owned(),
        in_any: true,
        levels: Vec::new(),
        bands,
        study_area: None,
        zones,
        inner: None,
        outer: None,
        validity: Validity::default(),
        in_force: None,
    }
}

fn health() -> ServiceLayer {
    let mut shapes = Shapes::default();
    for point in metres(HEALTH) {
        push_point(&mut shapes, point);
    }
    let title = both("Establecimientos de salud", "Health facilities");
    let mut layer = prepared("health", title, shapes, Status::Official);
    layer.source.publisher = Some("SUSALUD, registro RENIPRESS".to_owned());
    let names = [
        "Hospital II EsSalud",
        "Hospital Ilo (MINSA)",
        "C.S. Pampa Inalámbrica",
        "P.S. Varadero",
        "C.S. Alto Ilo",
        "C.S. Pueblo Nuevo",
        "P.S. Cata Catas",
        "P.S. El Algarrobal",
        "P.S. 24 de Octubre",
        "C.S. Kennedy",
        "P.S. Los Ángeles",
    ];
    layer.ids = Arc::new(names.iter().collect());
    ServiceLayer {
        layer,
        kind: "health_facility".to_owned(),
        capacity: None,
        dissolved: Shapes::default(),
    }
}

fn parks() -> ServiceLayer {
    let (mut shapes, mut dice) = (Shapes::default(), Dice(3));
    for i in 0..26 {
        let x = 251_900.0 + dice.roll() * 2000.0;
        let y = 8_045_800.0 + f64::from(i) * 60.0 + dice.roll() * 300.0;
        let side = 40.0 + dice.roll() * 60.0;
        let ring = [[x, y], [x + side, y + 10.0], [x + side, y + side], [x, y + side]];
        push_area(&mut shapes, &ring);
    }
    let title = both("Áreas verdes", "Green areas");
    let layer = prepared("green_areas", title, shapes, Status::Synthetic);
    ServiceLayer {
        layer,
        kind: "green_area".to_owned(),
        capacity: None,
        dissolved: Shapes::default(),
    }
}

fn context(
    id: &str,
    kind: &str,
    title: Localized,
    shapes: Shapes,
    names: &[&str],
) -> ContextLayer {
    ContextLayer {
        layer: prepared(id, title, shapes, Status::Reference),
        kind: kind.to_owned(),
        names: names.iter().map(|name| (*name).to_owned()).collect(),
    }
}

fn contexts() -> Vec<ContextLayer> {
    let line = |points: &[[i64; 2]]| {
        let mut shapes = Shapes::default();
        push_line(&mut shapes, &metres(points));
        shapes
    };
    let mut places = Shapes::default();
    for point in metres(PLACES) {
        push_point(&mut places, point);
    }
    let names = [
        "Pueblo Nuevo",
        "Cata Catas",
        "El Algarrobal",
        "Faro Punta Coles",
        "Fundición",
        "Pampa Inalámbrica",
        "Puerto de Ilo",
        "Loreto",
    ];
    vec![
        context(
            "coast",
            "coastline",
            both("Línea de costa", "Coast line"),
            line(COAST),
            &[""],
        ),
        context("places", "place", both("Lugares", "Places"), places, &names),
        context("river", "river", both("Río", "River"), line(RIVER), &["Río Osmore"]),
        context(
            "road",
            "road",
            both("Vía principal", "Main road"),
            line(ROAD),
            &["Costanera Sur"],
        ),
    ]
}

/// The made-up province.
#[must_use]
pub fn area() -> StudyArea {
    let territory = |code: &str, name: &str, people: f64| Territory {
        code: TerritoryCode::new(code).expect("a code"),
        name: name.to_owned(),
        people: Some(people),
    };
    let title = both("Distritos", "Districts");
    let mut territory_layer =
        prepared("districts", title, districts(), Status::Reference);
    territory_layer.accuracy_m = Some(vec![60.0].into());
    territory_layer.source.publisher =
        Some("INEI, límites censales, simplificados".to_owned());
    let (shapes, people) = blocks();
    let title = both("Manzanas con población", "Blocks with people");
    StudyArea {
        epsg: 32719,
        territories: vec![
            territory("180301", "Ilo", 66_479.0),
            territory("180302", "El Algarrobal", 3717.0),
            territory("180303", "Pacocha", 4453.0),
        ],
        territory_layer,
        territory_partition: Arc::default(),
        territory_union: Shapes::default(),
        hazards: vec![fault(), tsunami()],
        exposures: vec![ExposureLayer {
            layer: prepared("blocks", title, shapes, Status::Synthetic),
            people: Some(people.into()),
            sums: Vec::new(),
            growth: None,
            attributes: std::collections::BTreeMap::new(),
            lost: Vec::new(),
        }],
        services: vec![parks(), health()],
        contexts: contexts(),
        tables: Vec::new(),
        inputs: Vec::new(),
        grid_scale_ppm: (0.0, 0.0),
    }
}

/// Figures in the manner of the real ones: a block counts where its centre lies.
#[must_use]
pub fn measurements(area: &StudyArea) -> Measurements {
    let mut measurements = Measurements::default();
    let blocks = &area.exposures[0];
    let people: Vec<Option<f64>> =
        blocks.people.iter().flat_map(atalaya::geometry::Amounts::iter).collect();
    let codes = area.territories.iter().map(|t| t.code.as_str()).chain([TOTAL]);
    let each = area.hazards.iter().map(|h| (h.layer.id.as_str(), vec![h]));
    let any = ("any", area.hazards.iter().filter(|hazard| hazard.in_any).collect());
    for (id, hazards) in each.chain([any]) {
        for (row, code) in codes.clone().enumerate() {
            let mut sums = [[0.0f64; 3]; 6];
            for (i, shape) in blocks.layer.shapes.iter().enumerate() {
                let at = shape.points()[0].meters();
                let is_here =
                    code == TOTAL || covers(area.territory_layer.shapes.get(row), at);
                if !is_here {
                    continue;
                }
                let covered = |shapes: &Shapes| shapes.iter().any(|s| covers(s, at));
                let of_one = |hazard: &&HazardLayer| {
                    hazard.zones.iter().find(|zone| covered(&zone.shapes)).map_or_else(
                        || match &hazard.study_area {
                            Some(study) if !covered(study) => Level::NotStudied,
                            _ => Level::None,
                        },
                        |zone| zone.level,
                    )
                };
                // The worst of all; what nobody looked at is worse than nothing.
                let rank = |level: &Level| match level {
                    Level::None => usize::MAX,
                    level => level.index(),
                };
                let level = hazards.iter().map(of_one).min_by_key(rank);
                let level = level.unwrap_or(Level::None);
                let sum = &mut sums[level.index()];
                sum[0] += 1.0;
                sum[1] += shape.area_m2();
                sum[2] += people.get(i).copied().flatten().unwrap_or(0.0);
            }
            for (m, measure) in [Measure::Features, Measure::Area, Measure::People]
                .into_iter()
                .enumerate()
            {
                let total: f64 = sums.iter().map(|sum| sum[m]).sum();
                for level in Level::ALL {
                    let value = sums[level.index()][m];
                    measurements.exposure.push(ExposureRow {
                        territory: code.to_owned(),
                        hazard: id.to_owned(),
                        level,
                        has_level: true,
                        layer: "blocks".to_owned(),
                        measure: measure.clone(),
                        quantity: Some(Quantity {
                            value,
                            range: Some((value * 0.8, value * 1.3)),
                        }),
                        doubts: Vec::new(),
                        total: Some(total),
                    });
                }
            }
        }
    }
    measurements.deficits = deficits();
    measurements
}

fn deficits() -> Vec<DeficitRow> {
    let row =
        |territory: &str, deficit: &str, kind, value: Option<f64>, standard: f64| {
            let is_less_better = deficit == "tuberculosis";
            let gap = value.map(|v| {
                let gap = if is_less_better { v - standard } else { standard - v };
                gap.max(0.0)
            });
            DeficitRow {
                doubts: Vec::new(),
                territory: territory.to_owned(),
                deficit: deficit.to_owned(),
                kind,
                period: "2017".to_owned(),
                people: Some(66_479.0),
                value,
                value_low: None,
                value_high: None,
                qualifier: String::new(),
                unit: if is_less_better { "casos/100 000 hab." } else { "m2" }.to_owned(),
                standard: Some(standard),
                citation: Citation::default(),
                gap_low: None,
                gap_high: None,
                gap,
                shortfall: gap
                    .map(|gap| gap * 66_479.0)
                    .filter(|_| deficit == "green_area"),
                lacking: None,
                shortfall_unit: "m2".to_owned(),
                meets: gap.map(|gap| gap <= 0.0),
                source: "Red de Salud Ilo, plan 2019–2022".to_owned(),
                denominator_source: String::new(),
                is_hidden: false,
            }
        };
    let mut rows = Vec::new();
    for (code, green, access) in [
        ("180301", Some(2.78), Some(0.73)),
        ("180302", None, Some(0.32)),
        ("180303", Some(9.4), Some(1.0)),
        (TOTAL, Some(3.1), Some(0.71)),
    ] {
        rows.push(row(code, "green_area", "area_per_person", green, 9.0));
        rows.push(row(code, "health_access", "access", access, 1.0));
        let reported = (code == TOTAL).then_some(151.0);
        rows.push(row(code, "tuberculosis", "reported", reported, 27.0));
    }
    rows
}

/// The settings of the made-up project.
#[must_use]
pub fn settings() -> Settings {
    let deficit = |id: &str, title, kind, standard| DeficitSettings {
        id: id.to_owned(),
        title,
        kind,
        standard: Some(standard),
        citation: Citation::default(),
        standard_source: Some(both("atribuido a la OMS", "attributed to WHO")),
        period: Some("2017".to_owned()),
    };
    Settings {
        id: "ejemplo".to_owned(),
        title: both("Provincia de Ilo (ejemplo)", "Province of Ilo (example)"),
        working_epsg: 32719,
        territories: "districts".to_owned(),
        locale: None,
        fail_on: FailOn::Error,
        code_system: Some("INEI".to_owned()),
        author: Some(both("Oficina de Gestión del Riesgo", "Risk office")),
        reference_date: None,
        layers: Vec::new(),
        exports: Vec::new(),
        risk: None,
        keep_inputs: None,
        scenarios: Vec::new(),
        overrides: Vec::new(),
        standards: None,
        contradictions: None,
        disputed: Vec::new(),
        maps: atalaya::config::MapSettings::default(),
        doubts: atalaya::config::DoubtSettings::default(),
        suppression: None,
        deficits: vec![
            deficit(
                "green_area",
                both("Área verde por habitante", "Green area per person"),
                DeficitKind::AreaPerPerson {
                    service: "green_areas".to_owned(),
                    people: Some("blocks".to_owned()),
                },
                9.0,
            ),
            deficit(
                "health_access",
                both("Acceso a establecimientos de salud", "Access to health facilities"),
                DeficitKind::Access {
                    service: "health".to_owned(),
                    people: "blocks".to_owned(),
                    within_m: 1000.0,
                },
                1.0,
            ),
            deficit(
                "tuberculosis",
                both("Tuberculosis", "Tuberculosis"),
                DeficitKind::Reported {
                    table: PathBuf::from("reported.csv"),
                    indicator: "tb".to_owned(),
                    better: Better::Lower,
                },
                27.0,
            ),
        ],
        output_directory: PathBuf::from("outputs"),
        file: PathBuf::from("ejemplo.toml"),
        digest: Digest::of(b"ejemplo"),
        places: std::collections::BTreeMap::new(),
    }
}
