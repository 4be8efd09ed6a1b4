//! How things look: one table for maps, legends and charts, for every renderer.
//!
//! Hazard levels wear the colours of CENEPRED's manuals (very high `#FF0000`,
//! high `#FFC000`, medium `#FFFF00`, low `#00B050`), lightened a little so that
//! streets, blocks and lettering stay legible on top, and moved apart in lightness until
//! grey print and colour-blind eyes tell them apart; each level has a hatch of its own too.
//! Deficits use a violet ramp that cannot be taken for a hazard level; its
//! steps differ in lightness. What nobody studied or reported is hatched grey.

use crate::domain::{Level, Status};

use super::scene::{Colour, Hatch, HatchKind, Paint, Point};

/// Lettering and frames.
pub const INK: Colour = Colour::hex(0x001f_1f1f);
/// Secondary lettering.
pub const INK_SOFT: Colour = Colour::hex(0x0052_5252);
/// Thin rules of the sheet.
pub const RULE: Colour = Colour::hex(0x008c_8c8c);
/// Paper outside the territories.
pub const PAPER: Colour = Colour::hex(0x00ff_ffff);
/// Land of the territories.
pub const LAND: Colour = Colour::hex(0x00f6_f2e9);
/// Halo of labels.
pub const HALO: Colour = Colour::hex(0x00ff_ffff);
/// Sea, where its extent is known.
pub const SEA: Colour = Colour::hex(0x00d9_e9f2);
/// Coast line and rivers.
pub const WATER: Colour = Colour::hex(0x0021_6f9e);
/// Limits between territories.
pub const LIMIT: Colour = Colour::hex(0x0033_2a3a);
/// Coordinate grid.
pub const GRID: Colour = Colour::hex(0x0055_6b78);
/// Roads.
pub const ROAD: Colour = Colour::hex(0x007a_6a58);
/// Traces of a hazard given by distance.
pub const TRACE: Colour = Colour::hex(0x006b_0010);
/// Facilities.
pub const FACILITY: Colour = Colour::hex(0x0016_3a70);
/// Green areas and other areas that serve.
pub const SERVICE_AREA: Colour = Colour::hex(0x003f_8f5b);
/// What is drawn on them.
pub const SERVICE_EDGE: Colour = Colour::hex(0x0014_4a2a);
/// What lies over the territories that a sheet is not about.
pub const VEIL: Colour = Colour::hex(0x00ff_ffff).with_alpha(0.6);
/// Zones of one hazard among several: it darkens where they meet.
pub const OVERLAY: Colour = Colour::hex(0x0038_3048).with_alpha(0.2);
/// Diagonal stamp over maps that are not official.
pub const STAMP: Colour = Colour::hex(0x0080_0020);

const fn hatch(kind: HatchKind, spacing_mm: f32, width_mm: f32, colour: u32) -> Hatch {
    Hatch { kind, spacing_mm, width_mm, colour: Colour::hex(colour) }
}

/// Colour and hatch of a level.
#[must_use]
pub fn level(level: Level) -> Paint {
    let (solid, hatch) = match level {
        Level::VeryHigh => (
            0x00e0_362b,
            Some(hatch(HatchKind::Cross { angle: 45.0 }, 1.5, 0.17, 0x0078_0f0f)),
        ),
        Level::High => (
            0x00f7_9418,
            Some(hatch(HatchKind::Lines { angle: -45.0 }, 1.3, 0.16, 0x0090_4e00)),
        ),
        Level::Medium => (
            0x00ff_f05f,
            Some(hatch(HatchKind::Lines { angle: 45.0 }, 2.8, 0.14, 0x0085_7400)),
        ),
        Level::Low => (
            0x00a3_dcb3,
            Some(hatch(HatchKind::Dots { angle: 45.0 }, 2.0, 0.36, 0x000b_5a30)),
        ),
        Level::None => return Paint::solid(LAND),
        Level::NotStudied => return not_known(),
    };
    Paint { solid: Some(Colour::hex(solid)), hatch }
}

/// Dark line around a zone of a level.
#[must_use]
pub fn level_edge(level: Level) -> Colour {
    match super::style::level(level).hatch {
        Some(hatch) => hatch.colour,
        None => RULE,
    }
}

/// Dashes of the n-th trace of a hazard on a map: each has its own, since all wear one colour.
/// The first is unbroken if it is official; a doubtful trace is dashed, as geologists do.
#[must_use]
pub fn trace_dash(index: usize, status: Status) -> &'static [f32] {
    const DASHES: [&[f32]; KINDS] = [
        &[2.4, 1.0],
        &[0.9, 0.7],
        &[4.2, 0.8, 0.7, 0.8],
        &[4.2, 0.7, 0.7, 0.7, 0.7, 0.7],
        &[1.6, 0.6, 0.5, 0.6],
        &[5.6, 0.9],
        &[0.4, 1.2],
        &[2.4, 0.6, 2.4, 1.8],
        &[2.4, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6],
        &[1.6, 2.0],
        &[0.9, 0.5, 0.9, 1.7],
        &[4.2, 0.8, 1.6, 0.8],
        &[4.2, 2.2],
        &[0.5, 0.5, 0.5, 0.5, 0.5, 1.8],
    ];
    if index == 0 && status == Status::Official { &[] } else { DASHES[index % KINDS] }
}

/// What nobody studied or reported: grey with upright hatching.
#[must_use]
pub fn not_known() -> Paint {
    Paint {
        solid: Some(Colour::hex(0x00e4_e4e4)),
        hatch: Some(hatch(HatchKind::Lines { angle: 90.0 }, 1.7, 0.16, 0x0077_7777)),
    }
}

/// How far a territory is from a standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum GapClass {
    /// The standard is met.
    Meets,
    /// Gap by its size against the standard: index into [`GAP_LIMITS`].
    Gap(usize),
    /// Not met, by an amount that nobody knows.
    Unquantified,
    /// The value is known, and no gap follows from it: nobody sets a standard, or the ends of
    /// its range do not tell.
    Undecided,
    /// Unknown.
    Unknown,
}

/// Blocks that have a service within reach.
pub const SERVED: Colour = Colour::hex(0x00cf_e8d8);

/// Tones of classes from the best to the worst: one hue, in steps of lightness.
const RAMP: [u32; 5] = [0x00ee_e8f5, 0x00d6_c9e8, 0x00b8_a3d6, 0x0097_7bc1, 0x0074_52a6];

/// The paint of a class by its rank among so many, the best first: tones of the ramp, or
/// between them.
#[must_use]
pub fn ramp(rank: usize, count: usize) -> Paint {
    let last = RAMP.len() - 1;
    let at = match count {
        0 | 1 => 2.0,
        _ => rank.min(count - 1) as f32 / (count - 1) as f32 * last as f32,
    };
    let below = (at.floor() as usize).min(last - 1);
    let share = at - below as f32;
    let (a, b) = (Colour::hex(RAMP[below]), Colour::hex(RAMP[below + 1]));
    let mix = |i: usize| {
        let (a, b) = (f32::from(a.rgb[i]), f32::from(b.rgb[i]));
        (a + (b - a) * share).round() as u8
    };
    Paint::solid(Colour { rgb: [0, 1, 2].map(mix), alpha: 1.0 })
}

/// Upper limits of the gap classes, as a share of the standard; the last has none.
pub const GAP_LIMITS: [f64; 4] = [0.10, 0.25, 0.50, 1.00];

impl GapClass {
    /// The class of a gap.
    #[must_use]
    pub fn of(gap: Option<f64>, standard: f64, meets: Option<bool>) -> Self {
        match (meets, gap) {
            (Some(true), _) => Self::Meets,
            (_, Some(gap)) if standard > 0.0 && gap.is_finite() => {
                if gap <= 0.0 {
                    return if meets.is_none() { Self::Gap(0) } else { Self::Meets };
                }
                let share = gap / standard;
                let above = |limit: &&f64| share > **limit;
                Self::Gap(GAP_LIMITS.iter().take_while(above).count())
            }
            (Some(false), _) => Self::Unquantified,
            _ => Self::Unknown,
        }
    }

    /// Its paint.
    #[must_use]
    pub fn paint(self) -> Paint {
        match self {
            Self::Meets => Paint {
                solid: Some(Colour::hex(0x00d3_ecdf)),
                hatch: Some(hatch(
                    HatchKind::Dots { angle: 45.0 },
                    2.2,
                    0.36,
                    0x002c_7a55,
                )),
            },
            Self::Gap(i) => Paint::solid(Colour::hex(RAMP[i.min(RAMP.len() - 1)])),
            Self::Unquantified => Paint {
                solid: Some(Colour::hex(RAMP[1])),
                hatch: Some(hatch(HatchKind::Lines { angle: 45.0 }, 1.6, 0.16, RAMP[4])),
            },
            Self::Undecided => Paint {
                solid: Some(LAND),
                hatch: Some(hatch(HatchKind::Dots { angle: 45.0 }, 2.6, 0.3, RAMP[3])),
            },
            Self::Unknown => not_known(),
        }
    }
}

/// Paint and edge of an exposed layer by its place among those drawn: quiet greys and browns,
/// clear enough to let the level below be read.
#[must_use]
pub fn exposed(index: usize) -> (Paint, Colour) {
    // As many as a province has layers: two that look alike could not be told apart.
    const TONES: [u32; KINDS] = [
        0x0045_4038,
        0x0020_4a8a,
        0x008a_4a14,
        0x0064_2a70,
        0x006b_7012,
        0x000d_6f7a,
        0x00b0_2a6e,
        0x0039_3fa5,
        0x0020_2020,
        0x003f_7d4e,
        0x00b0_7c00,
        0x008f_5fb0,
        0x0050_7fa8,
        0x009a_6a5a,
    ];
    let tone = Colour::hex(TONES[index % TONES.len()]);
    (Paint::solid(tone.with_alpha(0.27)), tone.with_alpha(0.85))
}

/// How many looks there are of points, of lines, and of traces of hazards: as many as there
/// are tones. Where a sheet has more layers of a kind, looks come back and its legend says so.
pub const KINDS: usize = 14;

/// The form of a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// A disc.
    Disc,
    /// A square that stands on a corner.
    Diamond,
    /// A triangle that points up.
    Up,
    /// A square.
    Square,
    /// A triangle that points down.
    Down,
    /// A star with five points.
    Star,
    /// Two bars that cross.
    Cross,
}

/// How the points of an exposed layer look, so that no colour has to tell layers apart: a form,
/// full or with a hole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spot {
    form: Form,
    is_open: bool,
}

impl Spot {
    const FORMS: [Form; KINDS / 2] = [
        Form::Disc,
        Form::Diamond,
        Form::Up,
        Form::Square,
        Form::Down,
        Form::Star,
        Form::Cross,
    ];

    /// The look of the n-th layer of points: all forms full, then all with a hole.
    #[must_use]
    pub fn of(index: usize) -> Self {
        let count = Self::FORMS.len();
        Self { form: Self::FORMS[index % count], is_open: index / count % 2 == 1 }
    }

    /// The radius of many points, and of few, mm: a hole and the points of a star need room.
    #[must_use]
    pub fn radius_mm(self, is_many: bool) -> f32 {
        let is_small = matches!(self.form, Form::Star | Form::Cross);
        match (is_many, self.is_open || is_small) {
            (true, false) => 0.3,
            (true, true) => 0.5,
            (false, false) => 0.65,
            (false, true) => 0.8,
        }
    }

    /// The ring of the hole, for one that has it.
    #[must_use]
    pub fn hole(self, at: Point, radius: f32) -> Option<Vec<Point>> {
        self.is_open.then(|| self.outline(at, radius * 0.55))
    }

    /// Its outline around a place, as large to the eye as a disc of the radius.
    #[must_use]
    pub fn outline(self, [x, y]: Point, radius: f32) -> Vec<Point> {
        let r = radius;
        let corners = |points: &[[f32; 2]]| -> Vec<Point> {
            points.iter().map(|p| [x + p[0] * r, y + p[1] * r]).collect()
        };
        match self.form {
            Form::Disc => super::scene::disc([x, y], r),
            Form::Diamond => {
                corners(&[[0.0, -1.35], [1.35, 0.0], [0.0, 1.35], [-1.35, 0.0]])
            }
            Form::Up => corners(&[[0.0, -1.4], [1.3, 0.95], [-1.3, 0.95]]),
            Form::Square => {
                corners(&[[-0.92, -0.92], [0.92, -0.92], [0.92, 0.92], [-0.92, 0.92]])
            }
            Form::Down => corners(&[[0.0, 1.4], [1.3, -0.95], [-1.3, -0.95]]),
            Form::Star => corners(&STAR),
            Form::Cross => corners(&CROSS),
        }
    }
}

/// A star with five points, the first above.
const STAR: [[f32; 2]; 10] = [
    [0.0, -1.5],
    [0.353, -0.485],
    [1.427, -0.464],
    [0.571, 0.185],
    [0.882, 1.214],
    [0.0, 0.6],
    [-0.882, 1.214],
    [-0.571, 0.185],
    [-1.427, -0.464],
    [-0.353, -0.485],
];

/// Two bars that cross.
const CROSS: [[f32; 2]; 12] = [
    [-0.45, -1.3],
    [0.45, -1.3],
    [0.45, -0.45],
    [1.3, -0.45],
    [1.3, 0.45],
    [0.45, 0.45],
    [0.45, 1.3],
    [-0.45, 1.3],
    [-0.45, 0.45],
    [-1.3, 0.45],
    [-1.3, -0.45],
    [-0.45, -0.45],
];

/// Width and dashes of the n-th exposed layer of lines: each has its own.
#[must_use]
pub fn exposed_line(index: usize) -> (f32, &'static [f32]) {
    const LINES: [(f32, &[f32]); KINDS] = [
        (0.35, &[1.8, 0.7]),
        (0.6, &[]),
        (1.1, &[]),
        (0.35, &[0.7, 0.5]),
        (0.4, &[2.6, 0.6, 0.6, 0.6]),
        (1.1, &[1.8, 0.9]),
        (1.1, &[0.4, 0.7]),
        (0.5, &[5.4, 0.9]),
        (0.4, &[2.6, 0.6, 0.6, 0.6, 0.6, 0.6]),
        (1.1, &[3.2, 0.7, 0.7, 0.7]),
        (0.9, &[0.25, 1.6]),
        (0.4, &[1.8, 1.8]),
        (1.1, &[5.4, 0.9]),
        (0.4, &[0.6, 0.5, 0.6, 1.7]),
    ];
    LINES[index % KINDS]
}

/// Colour, width and dashes of lines that a map shows to find one's way by their kind: each
/// differs from the others in width or dashes too.
#[must_use]
pub fn context_line(kind: &str) -> (Colour, f32, &'static [f32]) {
    match kind {
        "coastline" | "coast" => (WATER, 0.25, &[]),
        "river" => (WATER, 0.4, &[]),
        "road" => (ROAD, 0.7, &[]),
        _ => (INK_SOFT, 0.3, &[1.2, 0.5]),
    }
}

/// Paint and edge of an exposed layer that is a service too, such as parks.
#[must_use]
pub fn exposed_service() -> (Paint, Colour) {
    let tone = Colour::hex(0x001f_6b3a);
    (Paint::solid(tone.with_alpha(0.45)), tone.with_alpha(0.95))
}

/// The sign of a point service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Marker {
    /// A white cross on a square: health.
    Cross,
    /// A house with a pennant: education.
    School,
    /// A shield: security.
    Shield,
    /// A disc.
    Dot,
    /// A small square: a populated place.
    Place,
}

impl Marker {
    /// The sign for a kind of service, from the words in its name.
    #[must_use]
    pub fn of_kind(kind: &str) -> Self {
        let kind = kind.to_lowercase();
        let any = |words: &[&str]| words.iter().any(|word| kind.contains(word));
        if any(&["health", "salud", "hospital", "clinic"]) {
            Self::Cross
        } else if any(&["school", "educa", "colegio", "escuela"]) {
            Self::School
        } else if any(&["polic", "seguridad", "serenazgo", "security", "fire", "bomber"])
        {
            Self::Shield
        } else {
            Self::Dot
        }
    }

    /// Half its size on a map, mm.
    #[must_use]
    pub fn radius_mm(self) -> f32 {
        match self {
            Self::Place => 0.55,
            Self::Dot => 0.95,
            _ => 1.35,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_fall_into_classes_by_their_share_of_the_standard() {
        let cases = [
            (Some(0.0), Some(true), GapClass::Meets),
            (Some(0.9), Some(false), GapClass::Gap(0)),
            (Some(0.91), Some(false), GapClass::Gap(1)),
            (Some(6.22), Some(false), GapClass::Gap(3)),
            (Some(9.01), Some(false), GapClass::Gap(4)),
            (None, Some(false), GapClass::Unquantified),
            (None, None, GapClass::Unknown),
        ];
        for (gap, meets, expected) in cases {
            assert_eq!(GapClass::of(gap, 9.0, meets), expected, "{gap:?}");
        }
    }

    #[test]
    fn gap_classes_get_darker_by_steps_that_grey_print_keeps() {
        let tones: Vec<f32> =
            (0..5).map(|i| GapClass::Gap(i).paint().solid.unwrap().luminance()).collect();
        for pair in tones.windows(2) {
            assert!(pair[0] > 1.3 * pair[1], "{tones:?}");
        }
    }

    /// Whether two patterns of dashes are told apart: by how many strokes they repeat, or by
    /// one that is half as long again as its like, as far as the eye sees it.
    fn differs(a: &[f32], b: &[f32]) -> bool {
        let is_other = |(a, b): (&f32, &f32)| (a / b).max(b / a) >= 1.4;
        a.len() != b.len() || a.iter().zip(b).any(is_other)
    }

    #[test]
    fn lines_differ_without_their_colour() {
        for i in 0..KINDS {
            for j in i + 1..KINDS {
                let ((a, first), (b, second)) = (exposed_line(i), exposed_line(j));
                let is_wider = (a / b).max(b / a) >= 1.5;
                assert!(is_wider || differs(first, second), "lines {i} and {j}");
                let [first, second] = [i, j].map(|i| trace_dash(i, Status::Reference));
                assert!(differs(first, second), "traces {i} and {j}");
            }
        }
        assert!(trace_dash(0, Status::Official).is_empty());
    }

    /// The part of a box of four radii that two signs do not share, of what both cover.
    fn difference(a: Spot, b: Spot) -> f32 {
        let is_inside = |ring: &[Point], [x, y]: Point| {
            let edges = ring.iter().zip(ring.iter().cycle().skip(1));
            let crossed = edges.filter(|(a, b)| {
                let crosses = (a[1] > y) != (b[1] > y);
                crosses && x < a[0] + (y - a[1]) / (b[1] - a[1]) * (b[0] - a[0])
            });
            crossed.count() % 2 == 1
        };
        let covers = |spot: Spot, at: Point| {
            let hole = spot.hole([0.0; 2], 1.0);
            is_inside(&spot.outline([0.0; 2], 1.0), at)
                && !hole.is_some_and(|hole| is_inside(&hole, at))
        };
        let steps = (-40i16..=40).map(|i| f32::from(i) / 20.0 + 0.013);
        let (mut either, mut one) = (0.0, 0.0);
        for at in steps.clone().flat_map(|x| steps.clone().map(move |y| [x, y])) {
            let (a, b) = (covers(a, at), covers(b, at));
            either += f32::from(u8::from(a || b));
            one += f32::from(u8::from(a != b));
        }
        one / either
    }

    #[test]
    fn points_differ_in_form_or_fill_without_their_colour() {
        for i in 0..KINDS {
            for j in i + 1..KINDS {
                let share = difference(Spot::of(i), Spot::of(j));
                assert!(share > 0.14, "{:?} and {:?}: {share}", Spot::of(i), Spot::of(j));
            }
        }
        // Beyond, they come back.
        assert_eq!(Spot::of(KINDS), Spot::of(0));
    }
}
