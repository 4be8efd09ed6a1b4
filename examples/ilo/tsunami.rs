//! The tsunami zones: an indicative ground surface, its contours, and the land
//! that was looked at.
//!
//! The surface is height = slope × distance to the coast, the slope being that of
//! the spot heights and of the river's profile around, weighted by distance. It
//! is 0 at the coast, passes through every spot height, and is no survey.

use i_overlay::core::overlay_rule::OverlayRule;
use i_overlay::i_float::int::point::IntPoint;
use serde_json::{Value, json};

use super::context::is_urban_coast;
use super::contour;
use super::districts::{COAST_ILO, COAST_PACOCHA, DISTRICTS};
use super::facts::{RIVER, RIVER_MOUTH, SPOT_HEIGHTS, URBAN_COAST};
use super::overlay::{Shapes, combine, double_area};
use super::plane::{
    LonLat, Ring, STEPS_PER_DEGREE, Utm, Xy, add, contains, direction, distance_to_line,
    left, length, scale, sub,
};
use super::write::{collection, feature, position};

/// Level, lowest and highest ground, metres.
const LEVELS: [(&str, f64, f64); 4] =
    [("MA", 0.0, 5.0), ("A", 5.0, 10.0), ("M", 10.0, 15.0), ("B", 15.0, 20.0)];

/// The plan's reach at the mouth of the river; there the level is `A` at least.
const MOUTH_REACH_M: f64 = 400.0;
/// Inland reach of the strips of coast that nobody looked at.
const STRIP_M: f64 = 2_000.0;
/// Sea off the urban coast that belongs to the study area.
const SEA_M: f64 = 1_000.0;
/// What keeps zones off the strips.
const GAP_M: f64 = 40.0;
/// Window of the surface, UTM 19S: the urban coast and what lies behind it.
const WINDOW: [Xy; 2] = [[246_000.0, 8_039_500.0], [257_000.0, 8_056_500.0]];
const STEP_M: f64 = 25.0;
/// Parts smaller than this are left out, m².
const SMALLEST_PART_M2: f64 = 1_000.0;

/// The zones and the area that they were looked for in.
pub(super) fn files(utm: &Utm) -> Vec<(&'static str, String)> {
    let [study, land] = study_area();
    let surface = Surface::new(utm);
    let heights = contour::Heights::sample(WINDOW, STEP_M, |p| surface.height(p));
    let zones = zones(utm, &land, &heights);
    let looked_at = feature(
        vec![
            ("name", json!("Ámbito del trazo de tsunami")),
            (
                "remark",
                json!(
                    "Fuera quedan 2 km de costa sin cotas conocidas, al norte y al sur"
                ),
            ),
        ],
        "MultiPolygon",
        &coordinates(&study),
    );
    let mut files = vec![
        ("tsunami_zones.geojson", collection("tsunami_zones", &zones)),
        ("tsunami_study.geojson", collection("tsunami_study", &[looked_at])),
    ];
    files.push(("tsunami_nz.geojson", attenuated(utm, &land, &surface, &heights)));
    files.extend(SCENARIOS.iter().map(|s| (s.file, s.text(utm, &land, &heights))));
    files
}

/// A scenario: ground up to a height, and a reach at the river.
struct Scenario {
    file: &'static str,
    name: &'static str,
    up_to_m: f64,
    /// How far up the valley the sea is taken to come, metres along the axis.
    valley_m: f64,
    because: &'static str,
}

/// The plan's two readings and the two that the city's history asks for.
const SCENARIOS: &[Scenario] = &[
    Scenario {
        file: "tsunami_t1.geojson",
        name: "T1",
        up_to_m: 15.0,
        valley_m: MOUTH_REACH_M,
        because: "Plan de Gobierno 2019–2022, lectura baja",
    },
    Scenario {
        file: "tsunami_t2.geojson",
        name: "T2",
        up_to_m: 20.0,
        valley_m: MOUTH_REACH_M,
        because: "Plan de Gobierno 2019–2022, lectura alta",
    },
    Scenario {
        file: "tsunami_t3.geojson",
        name: "T3",
        up_to_m: 20.0,
        valley_m: 1_000.0,
        because: "1868: una balandra hallada 1 km valle arriba",
    },
    Scenario {
        file: "tsunami_t4.geojson",
        name: "T4",
        up_to_m: 20.0,
        valley_m: 2_800.0,
        because: "1604: el mar entró casi media legua, unos 2,8 km",
    },
];

/// Half of the width of the valley's floor, which is as good as its axis (± 300 m).
const VALLEY_HALF_M: f64 = 300.0;

impl Scenario {
    fn text(&self, utm: &Utm, land: &Shapes, heights: &contour::Heights) -> String {
        let mut wet = low_ground(utm, heights, self.up_to_m);
        wet.push(vec![mouth(utm)]);
        if self.valley_m > MOUTH_REACH_M {
            wet.extend(valley(utm, self.valley_m));
        }
        let wet = combine(&wet, &Vec::new(), OverlayRule::Subject);
        let mut zone = combine(&wet, land, OverlayRule::Intersect);
        zone.retain(|shape| area_m2(&shape[0]) >= SMALLEST_PART_M2);
        let properties = vec![
            ("scenario", json!(self.name)),
            ("cota_hasta_m", json!(self.up_to_m)),
            ("valle_hasta_m", json!(self.valley_m)),
            ("because", json!(self.because)),
        ];
        let zone = feature(properties, "MultiPolygon", &coordinates(&zone));
        let name = self.file.trim_end_matches(".geojson");
        collection(name, &[zone])
    }
}

/// Run-up of the attenuated scenario at the coast, metres.
const RUN_UP_M: f64 = 20.0;
/// Height that the sea loses by metre overland: 1 m in 200 m (Leonard et al. 2008).
const LOSS_ON_LAND: f64 = 0.005;
/// The same over water and up a valley: 1 m in 400 m.
const LOSS_UP_VALLEY: f64 = 0.0025;

/// Ground below a height that falls inland, as New Zealand's rule for evacuation zones has it.
fn attenuated(
    utm: &Utm,
    land: &Shapes,
    surface: &Surface,
    heights: &contour::Heights,
) -> String {
    let needed = heights.changed(|at, height| {
        // Higher ground stays dry anyway.
        let is_low = (0.0..RUN_UP_M).contains(&height);
        if is_low { height + LOSS_ON_LAND * surface.inland(at) } else { height }
    });
    let valley_m = reach_m(RUN_UP_M, LOSS_UP_VALLEY, valley_height);
    let mut wet = low_ground(utm, &needed, RUN_UP_M);
    wet.extend(valley(utm, valley_m));
    let wet = combine(&wet, &Vec::new(), OverlayRule::Subject);
    let mut zone = combine(&wet, land, OverlayRule::Intersect);
    zone.retain(|shape| area_m2(&shape[0]) >= SMALLEST_PART_M2);
    let properties = vec![
        ("scenario", json!("NZ")),
        ("altura_en_la_costa_m", json!(RUN_UP_M)),
        ("valle_hasta_m", json!(valley_m.round())),
        ("because", json!("1 m menos cada 200 m en tierra, cada 400 m en el valle")),
    ];
    let zone = feature(properties, "MultiPolygon", &coordinates(&zone));
    collection("tsunami_nz", &[zone])
}

/// How far the sea comes over ground of a height by distance, losing some height by metre.
///
/// On a uniform slope `s` it is `run_up / (s + loss)`.
pub(crate) fn reach_m(run_up_m: f64, loss: f64, ground_m: impl Fn(f64) -> f64) -> f64 {
    let (mut wet, mut dry) = (0.0, 100_000.0);
    for _ in 0..60 {
        let middle = f64::midpoint(wet, dry);
        if ground_m(middle) + loss * middle <= run_up_m {
            wet = middle;
        } else {
            dry = middle;
        }
    }
    wet
}

/// Height of the valley's floor by its distance from the mouth.
///
/// 1.66 % up to El Algarrobal (136 m at 8.3 km) but flatter near the sea:
/// h = 0.0166 · l² / (l + 800 m), which gives 9 m at 1 km and 126 m at 8.3 km.
fn valley_height(along_m: f64) -> f64 {
    0.0166 * along_m * along_m / (along_m + 800.0)
}

/// The floor of the valley up to a distance from the mouth: a strip along the axis, with
/// round joints, that does not reach beyond its end.
fn valley(utm: &Utm, reach_m: f64) -> Shapes {
    let axis = utm.line(RIVER);
    let mut shapes = Shapes::new();
    let mut left_m = reach_m;
    for w in axis.windows(2) {
        let (step, along) = (length(sub(w[1], w[0])), direction(w[0], w[1]));
        let end = add(w[0], scale(along, step.min(left_m)));
        let aside = scale(left(along), VALLEY_HALF_M);
        let corners =
            [sub(w[0], aside), sub(end, aside), add(end, aside), add(w[0], aside)];
        shapes.push(vec![corners.map(|p| point(utm.steps(p))).to_vec()]);
        shapes.push(vec![circle(utm, w[0], VALLEY_HALF_M)]);
        left_m -= step;
        if left_m <= 0.0 {
            break;
        }
    }
    shapes
}

/// Ground below a height that hangs together with the sea.
fn low_ground(utm: &Utm, heights: &contour::Heights, up_to_m: f64) -> Shapes {
    let below = contour::below(heights, up_to_m);
    let ring =
        |ring: &Ring| -> Vec<_> { ring.iter().map(|&p| point(utm.steps(p))).collect() };
    vec![below.iter().map(ring).collect()]
}

/// Zones from the worst to the least, each without the worse ones.
fn zones(utm: &Utm, land: &Shapes, heights: &contour::Heights) -> Vec<Value> {
    let mut worse: Shapes = Vec::new();
    let mut features = Vec::new();
    for (level, low, high) in LEVELS {
        let mut zone = low_ground(utm, heights, high);
        if level == "A" {
            zone = combine(&zone, &vec![vec![mouth(utm)]], OverlayRule::Union);
        }
        let zone = combine(&zone, land, OverlayRule::Intersect);
        let mut own = combine(&zone, &worse, OverlayRule::Difference);
        own.retain(|shape| area_m2(&shape[0]) >= SMALLEST_PART_M2);
        worse = combine(&zone, &worse, OverlayRule::Union);
        let properties = vec![
            ("nivel", json!(level)),
            ("cota_desde_m", json!(low)),
            ("cota_hasta_m", json!(high)),
            ("regla", json!(rule(level))),
        ];
        features.push(feature(properties, "MultiPolygon", &coordinates(&own)));
    }
    features
}

fn rule(level: &str) -> &'static str {
    match level {
        "MA" => "terreno hasta 5 m",
        "A" => "terreno de 5 a 10 m, o a 400 m o menos de la desembocadura",
        "M" => "terreno de 10 a 15 m",
        _ => "terreno de 15 a 20 m",
    }
}

/// 400 m round the mouth of the river.
fn mouth(utm: &Utm) -> Vec<IntPoint<i64>> {
    circle(utm, utm.meters(RIVER_MOUTH), MOUTH_REACH_M)
}

/// A circle as a ring of 96 corners.
fn circle(utm: &Utm, middle: Xy, radius_m: f64) -> Vec<IntPoint<i64>> {
    let corner = |i: u32| {
        let angle = std::f64::consts::TAU * f64::from(i) / 96.0;
        point(utm.steps(add(middle, scale([angle.cos(), angle.sin()], radius_m))))
    };
    (0..96).map(corner).collect()
}

/// The study area, and the land in it that zones are cut to.
///
/// Land is the province without the strips of coast that have no known heights.
/// The study area adds the sea off the urban coast, and zones keep 40 m off the
/// strips: so no zone's edge runs along an edge of the study area, where
/// rounding could put it outside.
fn study_area() -> [Shapes; 2] {
    let province = DISTRICTS.iter().map(|d| {
        let mut ring = grid_ring(&d.ring());
        ring.pop();
        vec![ring]
    });
    let province = combine(&province.collect(), &Vec::new(), OverlayRule::Subject);
    let (east, north) = ([degrees_east(STRIP_M), 0.0], [0.0, degrees_north(STRIP_M)]);
    let mut strips = sweep(COAST_PACOCHA, east, false);
    strips.extend(sweep(COAST_ILO, north, false));
    let land = combine(&province, &strips, OverlayRule::Difference);

    let mut sea: Shapes = Vec::new();
    for coast in [COAST_PACOCHA, COAST_ILO] {
        sea.extend(sweep(coast, scale(east, -SEA_M / STRIP_M), true));
        sea.extend(sweep(coast, scale(north, -SEA_M / STRIP_M), true));
    }
    let study = combine(&land, &sea, OverlayRule::Union);

    let gap = degrees_north(GAP_M);
    let last = COAST_PACOCHA.iter().rfind(|&&p| is_urban_coast(p)).copied();
    let first = COAST_ILO.iter().find(|&&p| is_urban_coast(p)).copied();
    let mut gaps: Shapes = Vec::new();
    if let (Some([w, n]), Some([e, s])) = (last, first) {
        let (wide, high) = (east[0] + gap, north[1] + gap);
        gaps.push(upright([w - gap, n - gap], [w + wide, n]));
        gaps.push(upright([e - gap, s - gap], [e, s + high]));
    }
    [study, combine(&land, &gaps, OverlayRule::Difference)]
}

/// What pieces of a coast pass over when moved: the urban ones, or the others.
fn sweep(coast: &[LonLat], by: LonLat, urban: bool) -> Shapes {
    let is_wanted =
        |w: &&[LonLat]| (is_urban_coast(w[0]) && is_urban_coast(w[1])) == urban;
    let piece = |w: &[LonLat]| {
        let mut ring = grid_ring(&[w[0], w[1], add(w[1], by), add(w[0], by)]);
        if double_area(&ring) < 0 {
            ring.reverse();
        }
        vec![ring]
    };
    coast.windows(2).filter(is_wanted).map(piece).collect()
}

fn upright(low: LonLat, high: LonLat) -> Vec<Vec<IntPoint<i64>>> {
    vec![grid_ring(&[low, [high[0], low[1]], high, [low[0], high[1]]])]
}

fn degrees_north(meters: f64) -> f64 {
    meters / 110_680.0
}

fn degrees_east(meters: f64) -> f64 {
    degrees_north(meters) / (-17.6f64).to_radians().cos()
}

fn point([x, y]: [i64; 2]) -> IntPoint<i64> {
    IntPoint::new(x, y)
}

fn grid_ring(ring: &[LonLat]) -> Vec<IntPoint<i64>> {
    ring.iter().map(|p| point(p.map(|v| (v * STEPS_PER_DEGREE).round() as i64))).collect()
}

/// Area of a ring of degree steps, m², good to a per cent: enough to drop crumbs.
fn area_m2(ring: &[IntPoint<i64>]) -> f64 {
    let steps = double_area(ring).abs() as f64 / 2.0 / STEPS_PER_DEGREE.powi(2);
    steps * STRIP_M * STRIP_M / (degrees_north(STRIP_M) * degrees_east(STRIP_M))
}

fn coordinates(shapes: &Shapes) -> Value {
    let ring = |ring: &Vec<IntPoint<i64>>| -> Value {
        let at = |p: &IntPoint<i64>| {
            position([p.x as f64 / STEPS_PER_DEGREE, p.y as f64 / STEPS_PER_DEGREE])
        };
        ring.iter().chain(ring.first()).map(at).collect()
    };
    shapes.iter().map(|shape| -> Value { shape.iter().map(ring).collect() }).collect()
}

/// The indicative ground surface.
///
/// Two coasts are known, 100 m apart on average: what either calls sea is sea here.
struct Surface {
    shores: Vec<Vec<Xy>>,
    land: Vec<Ring>,
    sea: Ring,
    /// Where the ground's slope towards the coast is known.
    slopes: Vec<(Xy, f64)>,
}

impl Surface {
    fn new(utm: &Utm) -> Self {
        // One vertex more to the south-east than the urban coast: INEI's, beyond the runway.
        let beyond = COAST_ILO.iter().rfind(|p| p[0] > URBAN_COAST[0][0]);
        let coast: Vec<LonLat> = beyond.into_iter().chain(URBAN_COAST).copied().collect();
        let coast = utm.line(&coast);
        let shores = vec![coast.clone(), utm.line(COAST_ILO), utm.line(COAST_PACOCHA)];
        let land = DISTRICTS.iter().map(|d| utm.line(&d.ring())).collect();
        let (first, last) = (coast[0], coast[coast.len() - 1]);
        let mut sea = coast;
        let west = WINDOW[0][0] - 10_000.0;
        let (south, north) = (WINDOW[0][1] - 10_000.0, WINDOW[1][1] + 10_000.0);
        sea.extend([[last[0], north], [west, north], [west, south], [first[0], south]]);
        let spots = SPOT_HEIGHTS.iter().map(|&(at, height)| (utm.meters(at), height));
        let slopes = spots
            .chain(river_profile(&utm.line(RIVER)))
            .map(|(at, height)| (at, height / nearest(at, &shores).max(1.0)))
            .collect();
        Self { shores, land, sea, slopes }
    }

    /// Distance to the nearest coast, metres.
    fn inland(&self, at: Xy) -> f64 {
        nearest(at, &self.shores)
    }

    /// Height of the ground, metres; negative at sea.
    fn height(&self, at: Xy) -> f64 {
        let distance = nearest(at, &self.shores);
        let is_land = self.land.iter().any(|ring| contains(ring, at));
        if !is_land || contains(&self.sea, at) {
            return -0.05 * distance;
        }
        let (mut sum, mut weights) = (0.0, 0.0);
        for &(place, slope) in &self.slopes {
            // Inverse distance to the fourth power: the nearest few decide.
            let weight = length(sub(at, place)).max(1.0).powi(-4);
            sum += weight * slope;
            weights += weight;
        }
        sum / weights * distance
    }
}

fn nearest(at: Xy, lines: &[Vec<Xy>]) -> f64 {
    lines.iter().map(|line| distance_to_line(at, line)).fold(f64::INFINITY, f64::min)
}

/// Heights of the valley's floor every 100 m for its lowest 9 km.
fn river_profile(axis: &[Xy]) -> Vec<(Xy, f64)> {
    let mut profile = Vec::new();
    let mut travelled = 0.0;
    let mut next = 100.0;
    for w in axis.windows(2) {
        let (step, along) = (length(sub(w[1], w[0])), direction(w[0], w[1]));
        while next <= travelled + step && next <= 9_000.0 {
            let at = add(w[0], scale(along, next - travelled));
            profile.push((at, valley_height(next)));
            next += 100.0;
        }
        travelled += step;
    }
    profile
}
