//! In which system coordinates are, judged by where it would put them.
//!
//! In: first points of features as written, what is stated, and where the layer should
//! lie: around the territories of a project, else in Peru. Out: suspicions, and the system
//! and order of axes to go on with.

use super::departments::is_in_peru;
use super::ground::Ground;
use super::suspicion::{Kind, Suspicion};
use crate::domain::ReferenceSystem;
use crate::domain::crs::{Datum, Projection, system};
use crate::geometry::crs::{Crs, Transform};

/// Points that are looked at, at most.
const MOST: usize = 3000;
/// A share that is nearly all.
const NEARLY_ALL: f64 = 0.9;
/// A share that is hardly any.
const HARDLY_ANY: f64 = 0.1;

/// Metres of a plane are larger than this, in one of the two numbers.
const LEAST_METERS: f64 = 1000.0;
/// From here on a layer is far from the territories, m.
const FAR_M: f64 = 20_000.0;

/// Where a layer should lie.
#[derive(Debug, Clone, Copy)]
pub(super) enum Region<'a> {
    /// Around the territories of a project.
    Ground(&'a Ground),
    /// In Peru.
    Peru,
}

impl Region<'_> {
    fn may_hold(self, place: [f64; 2]) -> bool {
        match self {
            Self::Ground(ground) => ground.may_hold(place),
            Self::Peru => is_in_peru(place),
        }
    }
}

/// Longitude and latitude on WGS 84 of coordinates of a system.
pub(super) struct Degrees {
    wgs84: Crs,
}

impl Degrees {
    pub(super) fn new() -> Option<Self> {
        Some(Self { wgs84: Crs::from_epsg(4326).ok()? })
    }

    /// The way from a system, if it can be computed.
    pub(super) fn way(&self, system: &ReferenceSystem) -> Option<Transform<'_>> {
        Transform::new(system.clone(), &self.wgs84).ok()
    }
}

/// What a file says of its system.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Stated {
    pub(super) system: ReferenceSystem,
    /// Whether only the standard says it, so that a project may say otherwise.
    pub(super) is_by_default: bool,
}

/// The system to go on with.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Verdict {
    pub(super) system: Option<ReferenceSystem>,
    /// Whether it is a proposal.
    pub(super) is_proposed: bool,
    /// Whether the two numbers of each pair have to change places.
    pub(super) is_swapped: bool,
    pub(super) suspicion: Option<Suspicion>,
}

/// Judges coordinates.
pub(super) struct Judge<'a> {
    pub(super) degrees: &'a Degrees,
    pub(super) region: Region<'a>,
    points: Vec<[f64; 2]>,
}

impl<'a> Judge<'a> {
    pub(super) fn new(
        degrees: &'a Degrees,
        region: Region<'a>,
        points: &[[f64; 2]],
    ) -> Self {
        let step = points.len().div_ceil(MOST).max(1);
        Self { degrees, region, points: points.iter().step_by(step).copied().collect() }
    }

    /// The verdict on what is stated.
    pub(super) fn verdict(&self, stated: Option<&Stated>) -> Verdict {
        let as_is = |suspicion| Verdict {
            system: stated.map(|stated| stated.system.clone()),
            is_proposed: false,
            is_swapped: false,
            suspicion,
        };
        if self.points.is_empty() {
            return as_is(None);
        }
        let Some(stated) = stated else { return self.unstated() };
        if self.share(&stated.system, false) >= 0.5 {
            return as_is(None);
        }
        if is_geographic(&stated.system) {
            self.not_there_in_degrees(stated)
        } else {
            self.not_there_in_meters(stated)
        }
        .unwrap_or_else(|| as_is(self.far_away(&stated.system)))
    }

    fn not_there_in_degrees(&self, stated: &Stated) -> Option<Verdict> {
        let is_pair = |[x, y]: [f64; 2]| x.abs() <= 180.0 && y.abs() <= 90.0;
        let in_range = self.share_of(is_pair);
        if in_range < 0.5 {
            let turned = self.share_of(|[x, y]| is_pair([y, x]));
            if turned >= NEARLY_ALL {
                return Some(self.swapped(&stated.system));
            }
            // A little beyond the range is a slip, not another unit.
            let is_large = |[x, y]: [f64; 2]| x.abs().max(y.abs()) > LEAST_METERS;
            let are_large = self.share_of(is_large) >= 0.5;
            return are_large.then(|| self.in_meters(stated));
        }
        let is_elsewhere = self.share(&stated.system, false) <= HARDLY_ANY;
        let is_turned = is_elsewhere && self.share(&stated.system, true) >= NEARLY_ALL;
        is_turned.then(|| self.swapped(&stated.system))
    }

    fn not_there_in_meters(&self, stated: &Stated) -> Option<Verdict> {
        let is_degrees = |[x, y]: [f64; 2]| x.abs() <= 180.0 && y.abs() <= 90.0;
        if self.share_of(is_degrees) >= NEARLY_ALL {
            let (x, y) = self.example();
            let suspicion = Suspicion::of(Kind::DegreesAsMeters)
                .with("stated", &stated.system)
                .with("x", x)
                .with("y", y);
            return Some(Verdict {
                system: Some(ReferenceSystem::Epsg(4326)),
                is_proposed: true,
                is_swapped: false,
                suspicion: Some(suspicion),
            });
        }
        if self.share(&stated.system, true) >= NEARLY_ALL {
            return Some(self.swapped(&stated.system));
        }
        let datum = stated.system.datum()?;
        let zones = (17..=19).map(|zone| {
            ReferenceSystem::of(Projection::Utm { zone, is_south: true }, datum)
        });
        let fits = |system: &ReferenceSystem| {
            *system != stated.system && self.share(system, false) >= NEARLY_ALL
        };
        let fitting: Vec<ReferenceSystem> = zones.filter(fits).collect();
        let [other] = fitting.as_slice() else { return None };
        let suspicion = Suspicion::of(Kind::WrongZone)
            .with("stated", &stated.system)
            .with("other", other);
        Some(Verdict {
            system: Some(other.clone()),
            is_proposed: true,
            is_swapped: false,
            suspicion: Some(suspicion),
        })
    }

    fn swapped(&self, system: &ReferenceSystem) -> Verdict {
        let (x, y) = self.example();
        let suspicion = Suspicion::of(Kind::SwappedAxes).with("x", x).with("y", y);
        Verdict {
            system: Some(system.clone()),
            is_proposed: false,
            is_swapped: true,
            suspicion: Some(suspicion),
        }
    }

    /// Stated as degrees, and metres.
    fn in_meters(&self, stated: &Stated) -> Verdict {
        let (x, y) = self.example();
        let candidates = self.planes();
        let suspicion = Suspicion::of(Kind::MetersAsDegrees)
            .with("stated", &stated.system)
            .with("x", x)
            .with("y", y)
            .with("looks", looks(&candidates))
            .with("systems", listed(&candidates));
        proposed(candidates, suspicion, stated.is_by_default)
    }

    /// Nobody says the system.
    fn unstated(&self) -> Verdict {
        let wgs84 = ReferenceSystem::Epsg(4326);
        let in_range = self.share_of(|[x, y]| x.abs() <= 180.0 && y.abs() <= 90.0);
        let (x, y) = self.example();
        let suspicion = Suspicion::of(Kind::NoCrs).with("x", x).with("y", y);
        if in_range < NEARLY_ALL {
            let candidates = self.planes();
            let suspicion = suspicion
                .with("looks", looks(&candidates))
                .with("systems", listed(&candidates));
            return proposed(candidates, suspicion, true);
        }
        let is_turned = self.share(&wgs84, false) <= HARDLY_ANY
            && self.share(&wgs84, true) >= NEARLY_ALL;
        if is_turned {
            let verdict = self.swapped(&wgs84);
            return Verdict { is_proposed: true, ..verdict };
        }
        let suspicion =
            suspicion.with("looks", "@inspect.looks.degrees").with("systems", &wgs84);
        proposed(vec![wgs84], suspicion, true)
    }

    /// The planes that would put the points where they should lie: UTM on WGS 84, else the
    /// old zones of Peru.
    fn planes(&self) -> Vec<ReferenceSystem> {
        let fits = |system: &ReferenceSystem| self.share(system, false) >= NEARLY_ALL;
        if let Region::Ground(ground) = self.region {
            let own = ReferenceSystem::Epsg(ground.epsg);
            if fits(&own) {
                return vec![own];
            }
        }
        let among = |codes: [u32; 3]| -> Vec<ReferenceSystem> {
            codes.into_iter().map(ReferenceSystem::Epsg).filter(|s| fits(s)).collect()
        };
        let utm = among([32_717, 32_718, 32_719]);
        if utm.is_empty() { among([24_891, 24_892, 24_893]) } else { utm }
    }

    /// Far from the territories, for no reason that comes to mind.
    fn far_away(&self, system: &ReferenceSystem) -> Option<Suspicion> {
        let Region::Ground(ground) = self.region else { return None };
        let way = self.degrees.way(system)?;
        let places: Vec<[f64; 2]> =
            self.points.iter().filter_map(|point| way.project(*point)).collect();
        if self.share(system, false) > HARDLY_ANY {
            return None;
        }
        let distances = places.iter().filter_map(|place| ground.distance_m(*place));
        let nearest = distances.min_by(f64::total_cmp)?;
        if nearest < FAR_M {
            return None;
        }
        let middle = places.get(places.len() / 2)?;
        let suspicion = Suspicion::of(Kind::FarAway)
            .with("km", format!("{:.0}", nearest / 1000.0))
            .with("direction", compass(ground.middle(), *middle))
            .with("system", system);
        Some(suspicion)
    }

    /// Share of the points that a system puts where they should lie.
    pub(super) fn share(&self, system: &ReferenceSystem, is_swapped: bool) -> f64 {
        let Some(way) = self.degrees.way(system) else { return 0.0 };
        self.share_of(|[x, y]| {
            let at = if is_swapped { [y, x] } else { [x, y] };
            let place = way.project(at);
            place.is_some_and(|place| {
                !way.is_outside_source(at) && self.region.may_hold(place)
            })
        })
    }

    #[expect(clippy::cast_precision_loss, reason = "at most some thousands")]
    fn share_of(&self, claim: impl Fn([f64; 2]) -> bool) -> f64 {
        let count = self.points.iter().filter(|point| claim(**point)).count();
        count as f64 / self.points.len().max(1) as f64
    }

    fn example(&self) -> (String, String) {
        let [x, y] = self.points.first().copied().unwrap_or_default();
        (short(x), short(y))
    }
}

/// A verdict with a proposal: the only candidate, or none.
fn proposed(
    mut candidates: Vec<ReferenceSystem>,
    suspicion: Suspicion,
    may_be_told: bool,
) -> Verdict {
    let only = if candidates.len() == 1 { candidates.pop() } else { None };
    let suspicion = match &only {
        Some(system) if may_be_told => suspicion.key("crs", &system.to_string()),
        _ => suspicion,
    };
    Verdict {
        system: only,
        is_proposed: true,
        is_swapped: false,
        suspicion: Some(suspicion),
    }
}

/// A coordinate, short: 6 decimals of degrees are a decimetre.
fn short(value: f64) -> String {
    let rounded = (value * 1e6).round() / 1e6;
    if value.abs() < 1e9 { rounded.to_string() } else { format!("{value:e}") }
}

/// Whether coordinates of a system are degrees.
pub(super) fn is_geographic(system: &ReferenceSystem) -> bool {
    Crs::new(system, None).is_ok_and(|crs| crs.is_geographic())
}

/// Catalogue key of what coordinates in metres look like.
fn looks(candidates: &[ReferenceSystem]) -> &'static str {
    let is_old = |s: &ReferenceSystem| s.datum() == Some(Datum::Psad56);
    match candidates {
        [] => "@inspect.looks.meters",
        [one] if is_old(one) => "@inspect.looks.old_zone",
        [_] => "@inspect.looks.utm",
        _ => "@inspect.looks.several",
    }
}

/// Systems with their names.
fn listed(systems: &[ReferenceSystem]) -> String {
    let names: Vec<String> = systems.iter().map(told).collect();
    names.join(", ")
}

/// A system as people know it: `EPSG:32719 (UTM 19S)`.
fn told(of: &ReferenceSystem) -> String {
    let known = of.epsg().and_then(system);
    match known.map(|known| (known.projection, known.name)) {
        Some((Projection::Utm { zone, is_south }, _)) => {
            format!("{of} (UTM {zone}{})", if is_south { "S" } else { "N" })
        }
        Some((_, name)) => format!("{of} ({name})"),
        None => of.to_string(),
    }
}

/// Catalogue key of the compass point of a place seen from another, both in degrees.
pub(super) fn compass(from: [f64; 2], to: [f64; 2]) -> &'static str {
    const POINTS: [&str; 8] = [
        "@inspect.compass.e",
        "@inspect.compass.ne",
        "@inspect.compass.n",
        "@inspect.compass.nw",
        "@inspect.compass.w",
        "@inspect.compass.sw",
        "@inspect.compass.s",
        "@inspect.compass.se",
    ];
    let east = (to[0] - from[0]) * from[1].to_radians().cos();
    let turn = (to[1] - from[1]).atan2(east).to_degrees().rem_euclid(360.0);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and 8"
    )]
    let eighth = (turn / 45.0).round() as usize;
    POINTS[eighth % 8]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A place in Ilo; in UTM zone 19S by
    /// PROJ 9.5.1: 251713, 8049213.
    const ILO: [f64; 2] = [-71.34, -17.63];
    const ILO_UTM: [f64; 2] = [251_713.0, 8_049_213.0];

    fn verdict(points: &[[f64; 2]], stated: Option<u32>) -> Verdict {
        let degrees = Degrees::new().unwrap();
        let judge = Judge::new(&degrees, Region::Peru, points);
        let stated = stated.map(|epsg| Stated {
            system: ReferenceSystem::Epsg(epsg),
            is_by_default: epsg == 4326,
        });
        judge.verdict(stated.as_ref())
    }

    fn kind(verdict: &Verdict) -> Option<Kind> {
        verdict.suspicion.as_ref().map(|suspicion| suspicion.kind)
    }

    #[test]
    fn systems_are_judged_by_where_they_lead() {
        let [lon, lat] = ILO;
        let [x, y] = ILO_UTM;
        let cases = [
            (ILO, Some(4326), None),
            (ILO_UTM, Some(32_719), None),
            (ILO_UTM, Some(24_879), None),
            ([lat, lon], Some(4326), Some(Kind::SwappedAxes)),
            // A latitude beyond 90 is none, wherever that is.
            ([40.7, -100.0], Some(4326), Some(Kind::SwappedAxes)),
            ([y, x], Some(32_719), Some(Kind::SwappedAxes)),
            (ILO_UTM, Some(4326), Some(Kind::MetersAsDegrees)),
            (ILO, Some(32_719), Some(Kind::DegreesAsMeters)),
            (ILO_UTM, Some(32_718), Some(Kind::WrongZone)),
            (ILO, None, Some(Kind::NoCrs)),
            (ILO_UTM, None, Some(Kind::NoCrs)),
            ([lat, lon], None, Some(Kind::SwappedAxes)),
            // No latitude, and no metres.
            ([-149.9, -107.2], Some(4326), None),
            // Elsewhere in the world, and right.
            ([-100.0, 40.7], Some(4326), None),
            ([2.0, 48.0], Some(4326), None),
        ];
        for (point, stated, expected) in cases {
            let found = verdict(&[point; 4], stated);
            assert_eq!(kind(&found), expected, "{point:?} {stated:?}");
        }
    }

    #[test]
    fn a_single_candidate_becomes_a_key() {
        let found = verdict(&[ILO_UTM; 3], Some(4326));
        assert_eq!(found.system, Some(ReferenceSystem::Epsg(32_719)));
        let keys = found.suspicion.unwrap().keys;
        assert_eq!(keys, [("crs", "\"EPSG:32719\"".to_owned())]);
    }

    #[test]
    fn directions_are_those_of_the_compass() {
        let from = [-71.0, -17.0];
        let cases = [
            ([-70.0, -17.0], "@inspect.compass.e"),
            ([-72.0, -17.0], "@inspect.compass.w"),
            ([-71.0, -16.0], "@inspect.compass.n"),
            ([-71.0, -18.0], "@inspect.compass.s"),
            ([-72.0, -18.0], "@inspect.compass.sw"),
        ];
        for (to, expected) in cases {
            assert_eq!(compass(from, to), expected, "{to:?}");
        }
    }
}
