//! Reference systems: from the coordinates of a file to metres of the working CRS.
//!
//! In: reference systems and bare coordinate pairs, longitude or easting first. Out: places on
//! the grid, or why a pair has none. Knows nothing of layers or features.
//!
//! A [`Crs`] is a projection with the one operation that takes its datum to WGS 84; a
//! [`Transform`] goes from one to another through WGS 84, by the same operations for every
//! point of a layer.

mod lattice;
mod operation;
mod scale;
mod transform;
mod ways;

pub use operation::{Applied, accuracy_of};
pub use scale::scale_ppm;
pub use transform::{Placed, Placer, Transform};
pub use ways::Ways;

use proj4rs::Proj;
use proj4rs::adaptors::transform_xy;

use crate::domain::ReferenceSystem;
use crate::domain::crs::{Datum, Frame, Projection, Shift, system};

/// From here on a place is worth a warning: half a zone and half a degree, degrees.
const EDGE_DEG: f64 = 3.5;
/// Beyond this, a place does not belong to the zone: the middle of the next one, degrees.
const FAR_DEG: f64 = 6.0;
/// How far beyond the equator a zone of one hemisphere may be used, degrees.
const EQUATOR_DEG: f64 = 1.0;
/// UTM ends here (NGA.SIG.0012, 2014, §7), degrees.
const POLAR_DEG: f64 = 84.0;
/// So far beyond the area of use of a system that is no UTM zone a place is at its edge.
const AREA_EDGE_DEG: f64 = 0.5;
/// So far beyond it a place does not belong to the system.
const AREA_FAR_DEG: f64 = 3.0;
/// Half the equator in EPSG:3857, m.
const WEB_MERCATOR_LIMIT_M: f64 = 20_037_508.35;

/// Why a CRS cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CrsTrouble {
    /// The bundled definitions do not hold it, or proj4rs cannot compute it.
    Unknown,
    /// Its datum has no known shift to WGS 84, so it could be off by hundreds of metres.
    UnknownDatum {
        /// What the definition says of its datum or ellipsoid.
        datum: String,
    },
}

/// A coordinate reference system with its way to WGS 84.
#[derive(Debug)]
pub struct Crs {
    system: ReferenceSystem,
    definition: String,
    proj: Proj,
    area: AreaOfUse,
    datum: Option<Datum>,
    applied: Option<Applied>,
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
    /// West, south, east, north, degrees.
    Box([f64; 4]),
}

/// What a CRS is made of.
struct Parts {
    projection: String,
    ellipsoid: String,
    datum: Option<Datum>,
    /// The shift to WGS 84, if it is not WGS 84 itself.
    applied: Option<Applied>,
    area: AreaOfUse,
}

impl Crs {
    /// Builds a CRS from its EPSG code, with the default operation of its datum.
    ///
    /// # Errors
    ///
    /// [`CrsTrouble`] if the code is unknown or its datum has no shift to WGS 84.
    pub fn from_epsg(epsg: u32) -> Result<Self, CrsTrouble> {
        Self::new(&ReferenceSystem::Epsg(epsg), None)
    }

    /// Builds a CRS; `shift` takes the place of the default operation of its datum.
    ///
    /// # Errors
    ///
    /// [`CrsTrouble`] if it is unknown or its datum has no shift to WGS 84.
    pub fn new(
        system: &ReferenceSystem,
        shift: Option<Shift>,
    ) -> Result<Self, CrsTrouble> {
        let parts = match system {
            ReferenceSystem::Epsg(epsg) => of_code(*epsg, shift)?,
            ReferenceSystem::Custom(custom) => {
                let (datum, applied) = match custom.frame {
                    Frame::Known(datum) => (Some(datum), of_datum(datum, shift)),
                    Frame::Shifted(own) => {
                        (None, Some(Applied::by_hand(shift.unwrap_or(own))))
                    }
                };
                Parts {
                    projection: custom.projection.proj(),
                    ellipsoid: custom.ellipsoid.clone(),
                    datum,
                    applied,
                    area: area_of(&custom.projection, None),
                }
            }
        };
        let to_wgs84 = match &parts.applied {
            Some(applied) => format!("{} +towgs84={}", parts.ellipsoid, applied.shift),
            // Latitudes on the ellipsoid, a plane on the sphere.
            None if parts.area == AreaOfUse::WebMercator => {
                format!("{} +nadgrids=@null", parts.ellipsoid)
            }
            None => "+datum=WGS84".to_owned(),
        };
        let units = if parts.projection.contains("+proj=longlat")
            || parts.projection.contains("+units=")
            || parts.projection.contains("+to_meter=")
        {
            ""
        } else {
            " +units=m"
        };
        let definition = format!("{} {to_wgs84}{units} +no_defs", parts.projection);
        let Ok(proj) = Proj::from_proj_string(&definition) else {
            return Err(CrsTrouble::Unknown);
        };
        Ok(Self {
            system: system.clone(),
            definition,
            proj,
            area: parts.area,
            datum: parts.datum,
            applied: parts.applied,
        })
    }

    /// What it is: a code or a definition.
    #[must_use]
    pub fn system(&self) -> &ReferenceSystem {
        &self.system
    }

    /// Its EPSG code, if it has one.
    #[must_use]
    pub fn epsg(&self) -> Option<u32> {
        self.system.epsg()
    }

    /// Its proj string.
    #[must_use]
    pub fn definition(&self) -> &str {
        &self.definition
    }

    /// The operation that takes its datum to WGS 84; `None` for WGS 84 itself.
    #[must_use]
    pub fn applied(&self) -> Option<&Applied> {
        self.applied.as_ref()
    }

    /// Whether a place lies so far from the area of use of this CRS that it can hardly be
    /// meant. Only for systems that are no UTM zones: those serve beyond theirs.
    fn is_absurd(&self, lon: f64, lat: f64) -> bool {
        matches!(self.area, AreaOfUse::Box(_)) && self.judge(lon, lat) == Fit::Far
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
            AreaOfUse::Box([west, south, east, north]) => {
                let off = (west - lon).max(lon - east).max(south - lat).max(lat - north);
                if off > AREA_FAR_DEG {
                    Fit::Far
                } else if off > AREA_EDGE_DEG {
                    Fit::AtEdge
                } else {
                    Fit::Inside
                }
            }
            AreaOfUse::Zone { meridian, is_south } => {
                let straight = lon - meridian;
                let off = if straight.abs() < 180.0 {
                    straight
                } else {
                    (straight + 540.0).rem_euclid(360.0) - 180.0
                };
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
            AreaOfUse::Zone { is_south: None, .. } | AreaOfUse::Box(_) => false,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fit {
    Inside,
    AtEdge,
    Far,
}

fn of_code(epsg: u32, shift: Option<Shift>) -> Result<Parts, CrsTrouble> {
    if let Some(known) = system(epsg) {
        let area = Some(known.area).filter(|_| epsg != 4326 && epsg != 3857);
        return Ok(Parts {
            projection: known.projection.proj(),
            ellipsoid: if known.projection == Projection::WebMercator {
                "+a=6378137 +b=6378137".to_owned()
            } else {
                format!("+ellps={}", known.datum.ellipsoid().proj)
            },
            datum: Some(known.datum),
            applied: of_datum(known.datum, shift),
            area: area_of(&known.projection, area),
        });
    }
    let definition = u16::try_from(epsg).ok().and_then(crs_definitions::from_code);
    of_bundled(definition.ok_or(CrsTrouble::Unknown)?.proj4, shift)
}

/// A definition from the bundle, without the shift that it may carry: nobody says where those
/// come from or how good they are.
fn of_bundled(proj4: &str, shift: Option<Shift>) -> Result<Parts, CrsTrouble> {
    let is_one_of = |word: &&str, keys: &[&str]| {
        keys.iter().any(|key| word.trim_start_matches('+').split('=').next() == Some(key))
    };
    let body = ["ellps", "a", "b", "rf", "R"];
    let frame = ["towgs84", "datum", "nadgrids", "no_defs", "type", "wktext"];
    let words: Vec<&str> = proj4.split_whitespace().collect();
    let pick = |keys: &[&str]| -> Vec<&str> {
        words.iter().filter(|word| is_one_of(word, keys)).copied().collect()
    };
    let is_wgs84 = words.contains(&"+datum=WGS84") && !proj4.contains("+nadgrids");
    let mut ellipsoid = pick(&body).join(" ");
    let applied = match (is_wgs84, shift) {
        (true, _) => None,
        (false, Some(shift)) if !ellipsoid.is_empty() => Some(Applied::by_hand(shift)),
        (false, _) => {
            let datum = [pick(&["datum"]).join(" "), ellipsoid].join(" ");
            return Err(CrsTrouble::UnknownDatum { datum: datum.trim().to_owned() });
        }
    };
    if is_wgs84 {
        "+ellps=WGS84".clone_into(&mut ellipsoid);
    }
    let others = words
        .iter()
        .filter(|word| !is_one_of(word, &body) && !is_one_of(word, &frame))
        .copied();
    let projection = others.collect::<Vec<&str>>().join(" ");
    let area = if projection.contains("+proj=tmerc") {
        let meridian = projection.split_whitespace().find_map(|word| {
            word.strip_prefix("+lon_0=").and_then(|degrees| degrees.parse().ok())
        });
        AreaOfUse::Zone { meridian: meridian.unwrap_or(0.0), is_south: None }
    } else {
        AreaOfUse::Anywhere
    };
    let datum = is_wgs84.then_some(Datum::Wgs84);
    Ok(Parts { projection, ellipsoid, datum, applied, area })
}

/// The operation of a datum: by somebody's parameters, or the default one.
fn of_datum(datum: Datum, shift: Option<Shift>) -> Option<Applied> {
    let default = datum.operation()?;
    Some(match shift {
        None => Applied::of(default),
        Some(shift) => match datum.operation_with(shift) {
            Some(known) => Applied::of(known),
            None => Applied::by_hand(shift),
        },
    })
}

fn area_of(projection: &Projection, area: Option<[f64; 4]>) -> AreaOfUse {
    match projection.canonical() {
        Projection::Utm { zone, is_south } => AreaOfUse::Zone {
            meridian: f64::from(zone) * 6.0 - 183.0,
            is_south: Some(is_south),
        },
        Projection::WebMercator => AreaOfUse::WebMercator,
        Projection::TransverseMercator(plane) if area.is_none() => {
            AreaOfUse::Zone { meridian: plane.lon_0, is_south: None }
        }
        _ => area.map_or(AreaOfUse::Anywhere, AreaOfUse::Box),
    }
}

fn wgs84() -> Result<Proj, CrsTrouble> {
    Crs::from_epsg(4326).map(|crs| crs.proj)
}

fn convert(from: &Proj, to: &Proj, [x, y]: [f64; 2]) -> Option<[f64; 2]> {
    let (x, y) =
        if from.is_latlong() { (x.to_radians(), y.to_radians()) } else { (x, y) };
    let (x, y) = transform_xy(from, to, x, y).ok()?;
    let (x, y) = if to.is_latlong() { (x.to_degrees(), y.to_degrees()) } else { (x, y) };
    (x.is_finite() && y.is_finite()).then_some([x, y])
}

#[cfg(test)]
mod tests;
