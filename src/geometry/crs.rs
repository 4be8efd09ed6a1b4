//! Reference systems: from the coordinates of a file to metres of the working CRS.
//!
//! In: EPSG codes and bare coordinate pairs, longitude or easting first. Out: places on the
//! grid, or why a pair has none. Knows nothing of layers or features.

use geo::{Distance, Geodesic, Point};
use proj4rs::Proj;
use proj4rs::adaptors::transform_xy;

use super::grid::GridPoint;

/// From here on a place is worth a warning: half a zone and half a degree, degrees.
const EDGE_DEG: f64 = 3.5;
/// Beyond this, a place does not belong to the zone: the middle of the next one, degrees.
const FAR_DEG: f64 = 6.0;
/// How far beyond the equator a zone of one hemisphere may be used, degrees.
const EQUATOR_DEG: f64 = 1.0;
/// UTM ends here (NGA.SIG.0012, 2014, §7), degrees.
const POLAR_DEG: f64 = 84.0;
/// Beyond this a coordinate is no metre of any planar CRS, but rubbish.
const LARGEST_PLANAR_M: f64 = 1e8;
/// Half the equator in EPSG:3857, m.
const WEB_MERCATOR_LIMIT_M: f64 = 20_037_508.35;
/// Continental mean shift of PSAD56 that the bundled definitions carry (EPSG:1201, ± 42 m).
const PSAD56_MEAN: &str = "+towgs84=-288,175,-376,";
/// PSAD56 in Peru onshore (EPSG:1208, ± 16 m).
const PSAD56_PERU: &str = "+towgs84=-279,175,-379,";

/// Why a CRS cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CrsTrouble {
    /// The bundled definitions do not hold it, or proj4rs cannot compute it.
    Unknown,
    /// Its datum has no known shift to WGS 84, so it could be off by hundreds of metres.
    UnknownDatum,
}

/// A coordinate reference system.
#[derive(Debug)]
pub struct Crs {
    epsg: u32,
    definition: String,
    proj: Proj,
    area: AreaOfUse,
}

/// Where a CRS may be used.
#[derive(Debug, Clone, Copy, PartialEq)]
enum AreaOfUse {
    Anywhere,
    WebMercator,
    /// A transverse Mercator around a meridian; for a UTM zone also of one hemisphere.
    Zone {
        meridian: f64,
        is_south: Option<bool>,
    },
}

/// Whether a place suits the working CRS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placed {
    /// Inside the zone.
    Inside(GridPoint),
    /// Outside the zone but near it.
    AtEdge(GridPoint),
    /// Far outside the zone.
    Far,
    /// No place at all: not finite, out of range, or not to be projected.
    Nowhere,
}

impl Crs {
    /// Builds a CRS from its EPSG code.
    ///
    /// # Errors
    ///
    /// [`CrsTrouble`] if the code is unknown or its datum has no shift to WGS 84.
    pub fn from_epsg(epsg: u32) -> Result<Self, CrsTrouble> {
        let definition = definition_of(epsg).ok_or(CrsTrouble::Unknown)?;
        if !["+datum=", "+towgs84=", "+nadgrids=", "+ellps=GRS80", "+ellps=WGS84"]
            .iter()
            .any(|key| definition.contains(key))
        {
            return Err(CrsTrouble::UnknownDatum);
        }
        let Ok(proj) = Proj::from_proj_string(&definition) else {
            return Err(CrsTrouble::Unknown);
        };
        let area = area_of_use(epsg, &definition);
        Ok(Self { epsg, definition, proj, area })
    }

    /// Its EPSG code.
    #[must_use]
    pub fn epsg(&self) -> u32 {
        self.epsg
    }

    /// Its proj string.
    #[must_use]
    pub fn definition(&self) -> &str {
        &self.definition
    }

    /// Whether its coordinates are degrees.
    #[must_use]
    pub fn is_geographic(&self) -> bool {
        self.proj.is_latlong()
    }

    /// Whether areas and lengths can be measured in it: planar, in metres.
    #[must_use]
    pub fn is_planar_in_meters(&self) -> bool {
        // proj4rs states the factor exactly as the definition does.
        !self.proj.is_latlong()
            && !self.proj.is_geocent()
            && (self.proj.to_meter() - 1.0).abs() < f64::EPSILON
    }

    /// Judges a longitude and latitude, degrees, by the area of use.
    fn judge(&self, lon: f64, lat: f64) -> Fit {
        match self.area {
            AreaOfUse::Anywhere => Fit::Inside,
            AreaOfUse::WebMercator if lat.abs() < 85.06 => Fit::Inside,
            AreaOfUse::WebMercator => Fit::Far,
            AreaOfUse::Zone { meridian, is_south } => {
                let off = (lon - meridian + 540.0).rem_euclid(360.0) - 180.0;
                let beyond = match is_south {
                    Some(true) => lat,
                    Some(false) => -lat,
                    None => 0.0,
                };
                if off.abs() > FAR_DEG || lat.abs() > POLAR_DEG || beyond > EQUATOR_DEG {
                    Fit::Far
                } else if off.abs() > EDGE_DEG {
                    Fit::AtEdge
                } else {
                    Fit::Inside
                }
            }
        }
    }

    /// Whether planar coordinates are certainly inside the zone, without projecting back.
    ///
    /// A degree of latitude is at least 110 km of northing, so the latitude is overestimated; up to
    /// 60° of it, 3.5° of longitude are at least 380 km times its cosine.
    fn is_plainly_inside(&self, [x, y]: [f64; 2]) -> bool {
        match self.area {
            AreaOfUse::Anywhere => true,
            AreaOfUse::WebMercator => {
                x.abs() <= WEB_MERCATOR_LIMIT_M && y.abs() <= WEB_MERCATOR_LIMIT_M
            }
            AreaOfUse::Zone { is_south: Some(is_south), .. } => {
                let north = if is_south { 10_000_000.0 - y } else { y };
                let off = (x - 500_000.0).abs();
                (0.0..=6_600_000.0).contains(&north)
                    && (off <= 190_000.0
                        || off <= 380_000.0 * (north / 110_000.0).to_radians().cos())
            }
            AreaOfUse::Zone { is_south: None, .. } => false,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fit {
    Inside,
    AtEdge,
    Far,
}

fn definition_of(epsg: u32) -> Option<String> {
    let utm = |zone: u32, south: &str| {
        format!("+proj=utm +zone={zone}{south} +datum=WGS84 +units=m +no_defs")
    };
    match epsg {
        4326 => Some("+proj=longlat +datum=WGS84 +no_defs".to_owned()),
        32601..=32660 => Some(utm(epsg - 32600, "")),
        32701..=32760 => Some(utm(epsg - 32700, " +south")),
        _ => {
            let definition = crs_definitions::from_code(u16::try_from(epsg).ok()?)?;
            Some(definition.proj4.replace(PSAD56_MEAN, PSAD56_PERU))
        }
    }
}

fn area_of_use(epsg: u32, definition: &str) -> AreaOfUse {
    let value = |key: &str| {
        let rest = &definition[definition.find(key)? + key.len()..];
        rest.split_whitespace().next()?.parse::<f64>().ok()
    };
    if epsg == 3857 {
        AreaOfUse::WebMercator
    } else if let Some(zone) = value("+proj=utm +zone=") {
        let is_south = Some(definition.contains("+south"));
        AreaOfUse::Zone { meridian: zone * 6.0 - 183.0, is_south }
    } else if definition.contains("+proj=tmerc") {
        AreaOfUse::Zone { meridian: value("+lon_0=").unwrap_or(0.0), is_south: None }
    } else {
        AreaOfUse::Anywhere
    }
}

/// The way from the CRS of a file to the working CRS.
#[derive(Debug)]
pub struct Transform<'a> {
    source: Crs,
    target: &'a Crs,
    degrees: Proj,
}

impl<'a> Transform<'a> {
    /// Prepares the way from `source` to `target`.
    ///
    /// # Errors
    ///
    /// As [`Crs::from_epsg`].
    pub fn new(source: u32, target: &'a Crs) -> Result<Self, CrsTrouble> {
        let degrees = Crs::from_epsg(4326)?.proj;
        Ok(Self { source: Crs::from_epsg(source)?, target, degrees })
    }

    /// Whether the file's coordinates are in the working CRS already.
    #[must_use]
    pub fn is_identity(&self) -> bool {
        self.source.epsg == self.target.epsg
    }

    /// Whether the file's coordinates are degrees.
    #[must_use]
    pub fn is_from_degrees(&self) -> bool {
        self.source.is_geographic()
    }

    /// What is done, for the manifest: `identity` or the two proj strings.
    #[must_use]
    pub fn operation(&self) -> String {
        if self.is_identity() {
            return "identity".to_owned();
        }
        format!("{} -> {}", self.source.definition, self.target.definition)
    }

    /// Projects a coordinate pair, degrees or metres, to metres of the working CRS.
    ///
    /// `None` if it is not finite, out of range, or cannot be projected.
    #[must_use]
    pub fn project(&self, at: [f64; 2]) -> Option<[f64; 2]> {
        if !self.is_possible(at) {
            return None;
        }
        if self.is_identity() {
            return Some(at);
        }
        convert(&self.source.proj, &self.target.proj, at)
    }

    /// Whether a pair may be a coordinate of the source CRS at all.
    #[must_use]
    pub fn is_possible(&self, [x, y]: [f64; 2]) -> bool {
        // NaN fails all comparisons.
        if self.is_from_degrees() {
            x.abs() <= 180.0 && y.abs() <= 90.0
        } else {
            x.abs() <= LARGEST_PLANAR_M && y.abs() <= LARGEST_PLANAR_M
        }
    }

    /// Places a coordinate pair on the grid of the working CRS.
    #[must_use]
    pub fn place(&self, at: [f64; 2]) -> Placed {
        if !self.is_possible(at) {
            return Placed::Nowhere;
        }
        let fit = self.fit(at);
        if fit == Fit::Far {
            return Placed::Far;
        }
        let place = self.project(at).and_then(|[x, y]| GridPoint::snap(x, y));
        match (place, fit) {
            (None, _) => Placed::Nowhere,
            (Some(place), Fit::AtEdge) => Placed::AtEdge(place),
            (Some(place), _) => Placed::Inside(place),
        }
    }

    fn fit(&self, at: [f64; 2]) -> Fit {
        if self.is_from_degrees() {
            return self.target.judge(at[0], at[1]);
        }
        if self.is_identity() && self.target.is_plainly_inside(at) {
            return Fit::Inside;
        }
        // What cannot be turned into degrees lies outside every zone.
        let Some([lon, lat]) = convert(&self.source.proj, &self.degrees, at) else {
            return Fit::Far;
        };
        match self.target.judge(lon, lat) {
            // Beyond its reach the inverse may answer nonsense: there and back must agree.
            fit @ (Fit::Inside | Fit::AtEdge) => {
                match convert(&self.degrees, &self.source.proj, [lon, lat]) {
                    Some([x, y]) if (x - at[0]).hypot(y - at[1]) < 1.0 => fit,
                    _ => Fit::Far,
                }
            }
            Fit::Far => Fit::Far,
        }
    }

    /// Whether a pair that does not fit would fit with its two numbers swapped.
    #[must_use]
    pub fn is_swapped(&self, [x, y]: [f64; 2]) -> bool {
        matches!(self.place([y, x]), Placed::Inside(_) | Placed::AtEdge(_))
    }

    /// Whether a pair outside the range of degrees could be metres.
    #[must_use]
    pub fn looks_like_meters(&self, [x, y]: [f64; 2]) -> bool {
        self.is_from_degrees()
            && (x.abs() > 180.0 || y.abs() > 90.0)
            && x.abs() <= LARGEST_PLANAR_M
            && y.abs() <= LARGEST_PLANAR_M
    }

    /// Whether a pair declared as metres could be degrees.
    #[must_use]
    pub fn looks_like_degrees(&self, [x, y]: [f64; 2]) -> bool {
        !self.is_from_degrees() && x.abs() <= 180.0 && y.abs() <= 90.0
    }
}

fn convert(from: &Proj, to: &Proj, [x, y]: [f64; 2]) -> Option<[f64; 2]> {
    let (x, y) =
        if from.is_latlong() { (x.to_radians(), y.to_radians()) } else { (x, y) };
    let (x, y) = transform_xy(from, to, x, y).ok()?;
    let (x, y) = if to.is_latlong() { (x.to_degrees(), y.to_degrees()) } else { (x, y) };
    (x.is_finite() && y.is_finite()).then_some([x, y])
}

/// By how much lengths of the CRS differ from lengths on the ellipsoid in a box, parts per
/// million: smallest and largest over a lattice of 9 × 9 places and two directions.
///
/// # Units
///
/// `low`, `high`: metres of the CRS. Positive: the plane is larger than the ellipsoid.
///
/// # Method
///
/// Planar length of a step of 1 km over its geodesic length on WGS 84 (C. F. F. Karney,
/// "Algorithms for geodesics", *Journal of Geodesy* 87, 2013, 43–55).
#[must_use]
pub fn scale_ppm(crs: &Crs, low: [f64; 2], high: [f64; 2]) -> Option<(f64, f64)> {
    const STEPS: u32 = 8;
    const STEP_M: f64 = 1000.0;
    let wgs84 = Crs::from_epsg(4326).ok()?.proj;
    let place = |x: f64, y: f64| {
        convert(&crs.proj, &wgs84, [x, y]).map(|[lon, lat]| Point::new(lon, lat))
    };
    let mut range: Option<(f64, f64)> = None;
    for i in 0..=STEPS {
        for j in 0..=STEPS {
            let part =
                |k: u32, a: f64, b: f64| a + (b - a) * f64::from(k) / f64::from(STEPS);
            let (x, y) = (part(i, low[0], high[0]), part(j, low[1], high[1]));
            for (dx, dy) in [(STEP_M / 2.0, 0.0), (0.0, STEP_M / 2.0)] {
                let (from, to) = (place(x - dx, y - dy)?, place(x + dx, y + dy)?);
                let ppm = (STEP_M / Geodesic.distance(from, to) - 1.0) * 1e6;
                let (least, most) = range.unwrap_or((ppm, ppm));
                range = Some((least.min(ppm), most.max(ppm)));
            }
        }
    }
    range
}

#[cfg(test)]
mod tests {
    use super::*;

    const ILO: [f64; 2] = [-71.34, -17.64];

    #[test]
    fn places_are_judged_by_their_zone() {
        let utm = Crs::from_epsg(32719).unwrap();
        let from_degrees = Transform::new(4326, &utm).unwrap();
        let cases = [
            ("Ilo", ILO, "inside"),
            ("3.4° off the meridian", [-72.4, -17.0], "inside"),
            ("3.6° off", [-72.6, -17.0], "edge"),
            ("6.1° off", [-75.1, -17.0], "far"),
            ("half a degree north of the equator", [-69.0, 0.5], "inside"),
            ("the other hemisphere", [-69.0, 1.5], "far"),
            ("axes swapped", [-17.64, -71.34], "far"),
            ("the null island", [0.0, 0.0], "far"),
            ("metres", [251_000.0, 8_048_000.0], "nowhere"),
            ("no longitude", [-180.5, 0.0], "nowhere"),
            ("not a number", [f64::NAN, 0.0], "nowhere"),
            ("1e308", [1e308, 0.0], "nowhere"),
        ];
        for (case, at, expected) in cases {
            assert_eq!(name(from_degrees.place(at)), expected, "{case}");
        }
        assert!(from_degrees.is_swapped([-17.64, -71.34]));
        assert!(!from_degrees.is_swapped([0.0, 0.0]));
        assert!(from_degrees.looks_like_meters([251_000.0, 8_048_000.0]));
    }

    #[test]
    fn metres_are_judged_too() {
        let utm = Crs::from_epsg(32719).unwrap();
        let same = Transform::new(32719, &utm).unwrap();
        let neighbour = Transform::new(32718, &utm).unwrap();
        let cases = [
            ("Ilo", &same, [251_716.0, 8_048_126.0], "inside"),
            ("three and a half degrees off", &same, [120_000.0, 8_048_126.0], "edge"),
            ("axes swapped", &same, [8_048_126.0, 251_716.0], "far"),
            ("degrees declared as metres", &same, ILO, "far"),
            ("beyond any plane", &same, [1e9, 0.0], "nowhere"),
            (
                "almost 3.5° off, near the equator",
                &same,
                [118_000.0, 9_990_000.0],
                "inside",
            ),
            ("the same in the far south", &same, [118_000.0, 4_000_000.0], "edge"),
            ("from the zone to the west", &neighbour, [890_000.0, 8_046_000.0], "inside"),
        ];
        for (case, transform, at, expected) in cases {
            assert_eq!(name(transform.place(at)), expected, "{case}");
        }
        assert!(same.looks_like_degrees(ILO));
        assert!(same.is_swapped([8_048_126.0, 251_716.0]));
    }

    fn name(placed: Placed) -> &'static str {
        match placed {
            Placed::Inside(_) => "inside",
            Placed::AtEdge(_) => "edge",
            Placed::Far => "far",
            Placed::Nowhere => "nowhere",
        }
    }

    #[test]
    fn identity_keeps_every_bit() {
        let utm = Crs::from_epsg(32719).unwrap();
        let same = Transform::new(32719, &utm).unwrap();
        let at = [251_716.123_456_789, 8_048_126.987_654_321];
        assert_eq!(same.project(at), Some(at));
        assert_eq!(same.operation(), "identity");
    }

    #[test]
    fn unknown_codes_and_datums_are_refused() {
        assert_eq!(Crs::from_epsg(99_999).err(), Some(CrsTrouble::Unknown));
        assert_eq!(Crs::from_epsg(1).err(), Some(CrsTrouble::Unknown));
        // Lake: its definition has an ellipsoid and no shift.
        assert_eq!(Crs::from_epsg(4249).err(), Some(CrsTrouble::UnknownDatum));
    }

    #[test]
    fn psad56_takes_the_shift_of_peru() {
        let crs = Crs::from_epsg(24879).unwrap();
        assert!(crs.definition().contains("-279,175,-379"));
    }

    #[test]
    fn the_plane_is_smaller_on_the_meridian_and_larger_at_the_edge() {
        // On the central meridian k = 0.9996 exactly: -400 ppm.
        let utm = Crs::from_epsg(32719).unwrap();
        let (least, most) =
            scale_ppm(&utm, [500_000.0, 8e6], [500_000.0, 8.01e6]).unwrap();
        assert!((least + 400.0).abs() < 0.02 && (most + 400.0).abs() < 0.02);
        // k ≈ 0.9996 (1 + (E − 500 km)² / (2 k0² R²)), R² ≈ 6,363 km squared: +363 ppm at Ilo.
        let (least, most) =
            scale_ppm(&utm, [251_000.0, 8.048e6], [251_001.0, 8.049e6]).unwrap();
        assert!((least - 363.0).abs() < 5.0 && (most - 363.0).abs() < 5.0, "{least}");
    }
}
