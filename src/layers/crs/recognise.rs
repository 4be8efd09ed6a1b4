//! What well-known text means: which plane on which datum.
//!
//! In: text of ESRI, GDAL or the standards of 2015 and 2019. Out: a [`ReferenceSystem`],
//! found by its parameters and not by its name, or what cannot be told. A datum that is not
//! known is never taken for WGS 84.

use super::wkt::Node;
use crate::config::crs_code::{CrsUse, use_of};
use crate::domain::ReferenceSystem;
use crate::domain::crs::{
    CustomSystem, Datum, Frame, Projection, Shift, TransverseMercator, system,
};

/// Keywords of degrees on a datum.
const GEOGRAPHIC: [&str; 5] =
    ["GEOGCS", "GEOGCRS", "GEOGRAPHICCRS", "GEODCRS", "GEODETICCRS"];
/// Keywords of a plane.
const PROJECTED: [&str; 3] = ["PROJCS", "PROJCRS", "PROJECTEDCRS"];
/// So far, relative, two numbers of an ellipsoid may differ and mean the same.
const SHAPE_TOLERANCE: f64 = 1e-9;
/// A degree in radians, as files round it.
const DEGREE: f64 = std::f64::consts::PI / 180.0;

/// Why a text does not say which reference system a layer is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WktTrouble {
    /// It is no well-known text of degrees or of a plane.
    Unreadable,
    /// A kind of projection, unit or meridian that is not supported.
    Unsupported(String),
    /// Its datum is not known, so neither is its shift to WGS 84.
    Datum {
        /// Name of the system in the text.
        system: String,
        /// Name of the datum in the text.
        datum: String,
    },
    /// Its EPSG code and its parameters contradict one another.
    Inconsistent {
        /// The code.
        epsg: u32,
        /// What the parameters say.
        found: String,
    },
}

/// What a text was understood to say.
#[derive(Debug, Clone, PartialEq)]
pub struct Recognised {
    /// Name of the system in the text.
    pub name: String,
    /// The system; `None` if its datum has no name or none that is known.
    pub system: Option<ReferenceSystem>,
    /// The EPSG code that the text states.
    pub code: Option<u32>,
    /// The plane, or degrees.
    pub projection: Projection,
    /// Name of the datum in the text.
    pub datum: String,
    /// Its ellipsoid, as keys of a proj string.
    pub ellipsoid: String,
    /// The shift to WGS 84 that the text itself gives; not used for a datum that is known.
    pub towgs84: Option<Shift>,
}

impl Recognised {
    /// Whether the text says that nothing is known of the datum.
    #[must_use]
    pub fn is_nameless(&self) -> bool {
        let name = self.datum.trim_start_matches("D_").to_ascii_lowercase();
        let unknown =
            ["unknown", "unnamed", "undefined", "not_specified", "not specified"];
        name.is_empty() || unknown.iter().any(|word| name.starts_with(word))
    }

    /// The system, with a shift of somebody's where the datum is not known.
    ///
    /// # Errors
    ///
    /// [`WktTrouble::Datum`] if there is no shift either.
    pub fn with_shift(self, shift: Option<Shift>) -> Result<ReferenceSystem, WktTrouble> {
        match (self.system, shift.or(self.towgs84)) {
            (Some(system), _) => Ok(system),
            (None, Some(shift)) => Ok(ReferenceSystem::Custom(Box::new(CustomSystem {
                projection: self.projection,
                ellipsoid: self.ellipsoid,
                frame: Frame::Shifted(shift),
            }))),
            (None, None) => {
                Err(WktTrouble::Datum { system: self.name, datum: self.datum })
            }
        }
    }
}

/// Recognises a text.
///
/// # Errors
///
/// [`WktTrouble`], except that an unknown datum is told by [`Recognised::system`].
pub fn recognise(text: &str) -> Result<Recognised, WktTrouble> {
    let root = Node::parse(text).ok_or(WktTrouble::Unreadable)?;
    let crs = horizontal(&root, 0).ok_or(WktTrouble::Unreadable)?;
    let is_plane = PROJECTED.contains(&&*crs.keyword);
    let base = [GEOGRAPHIC.as_slice(), &["BASEGEOGCRS", "BASEGEODCRS"]].concat();
    let degrees = if is_plane { crs.child(&base) } else { Some(crs) };
    let degrees = degrees.ok_or(WktTrouble::Unreadable)?;
    check_degrees(degrees)?;
    let datum = degrees
        .child(&["DATUM", "GEODETICDATUM", "ENSEMBLE", "TRF"])
        .ok_or(WktTrouble::Unreadable)?;
    let projection = if is_plane { plane(crs)? } else { Projection::Degrees };
    let (known, ellipsoid) = frame(datum)?;
    let shift = datum.child(&["TOWGS84"]);
    let found = Recognised {
        name: crs.text().unwrap_or_default().to_owned(),
        system: known.map(|known| ReferenceSystem::of(projection.clone(), known)),
        code: crs.epsg(),
        projection,
        datum: datum.text().unwrap_or_default().to_owned(),
        ellipsoid,
        towgs84: shift.and_then(|shift| Shift::from_slice(&shift.numbers())),
    };
    checked(found)
}

/// The code that a text gives must say what its parameters say.
fn checked(mut found: Recognised) -> Result<Recognised, WktTrouble> {
    let Some(epsg) = found.code else { return Ok(found) };
    let by_code = ReferenceSystem::Epsg(epsg);
    let inconsistent = |by_parameters: String| {
        Err(WktTrouble::Inconsistent { epsg, found: by_parameters })
    };
    match (&found.system, system(epsg)) {
        (Some(by_parameters), Some(_)) if !by_parameters.agrees_with(&by_code) => {
            inconsistent(by_parameters.to_string())
        }
        // The code may say what a datum without a name is, if the plane agrees.
        (None, Some(known)) if !found.projection.is_same(&known.projection) => {
            inconsistent(found.projection.proj())
        }
        (None, Some(known))
            if found.is_nameless()
                && found.ellipsoid
                    == format!("+ellps={}", known.datum.ellipsoid().proj) =>
        {
            found.system = Some(ReferenceSystem::of(known.projection, known.datum));
            Ok(found)
        }
        // A plane of ours by its parameters, and a code that says something else.
        (Some(ReferenceSystem::Epsg(own)), None)
            if *own != epsg && use_of(epsg) != CrsUse::Unknown =>
        {
            inconsistent(format!("EPSG:{own}"))
        }
        _ => Ok(found),
    }
}

/// The system of the two horizontal axes, in what it may be wrapped.
fn horizontal(node: &Node, depth: usize) -> Option<&Node> {
    let is_it =
        GEOGRAPHIC.contains(&&*node.keyword) || PROJECTED.contains(&&*node.keyword);
    if is_it {
        return Some(node);
    }
    let wraps = ["COMPD_CS", "COMPOUNDCRS", "BOUNDCRS", "SOURCECRS"];
    if depth > 3 || !wraps.contains(&&*node.keyword) {
        return None;
    }
    node.children().find_map(|child| horizontal(child, depth + 1))
}

/// Degrees, counted from Greenwich.
fn check_degrees(node: &Node) -> Result<(), WktTrouble> {
    if let Some(meridian) = node.child(&["PRIMEM", "PRIMEMERIDIAN"])
        && meridian.numbers().first().is_some_and(|degrees| degrees.abs() > 1e-9)
    {
        let name = meridian.text().unwrap_or_default();
        return Err(WktTrouble::Unsupported(name.to_owned()));
    }
    let unit = unit_of(node, &["UNIT", "ANGLEUNIT"]);
    // Geocentric systems count in metres.
    if unit.is_some_and(|(_, size)| (size / DEGREE - 1.0).abs() > SHAPE_TOLERANCE) {
        let (name, _) = unit.unwrap_or_default();
        return Err(WktTrouble::Unsupported(name.to_owned()));
    }
    let kind = node.child(&["CS"]).and_then(|system| system.children().next());
    match kind {
        Some(kind) if kind.keyword != "ELLIPSOIDAL" => {
            Err(WktTrouble::Unsupported(kind.keyword.to_ascii_lowercase()))
        }
        _ => Ok(()),
    }
}

/// Name and size of a unit: of the node itself, or of its axes.
fn unit_of<'a>(node: &'a Node, keywords: &[&str]) -> Option<(&'a str, f64)> {
    let of = |node: &'a Node| {
        let unit = node.child(keywords)?;
        Some((unit.text()?, *unit.numbers().first()?))
    };
    of(node).or_else(|| node.child(&["AXIS"]).and_then(of))
}

/// The datum, if known, and the ellipsoid as keys of a proj string.
fn frame(datum: &Node) -> Result<(Option<Datum>, String), WktTrouble> {
    let body = datum.child(&["SPHEROID", "ELLIPSOID"]).ok_or(WktTrouble::Unreadable)?;
    let numbers = body.numbers();
    let [a, rf, ..] = numbers[..] else { return Err(WktTrouble::Unreadable) };
    let is_near = |x: f64, y: f64| (x / y - 1.0).abs() <= SHAPE_TOLERANCE;
    let name = datum.text().unwrap_or_default();
    // A name that belongs to one body and the figures of another: neither is believed.
    let known = Datum::parse(name).filter(|known| {
        let ellipsoid = known.ellipsoid();
        is_near(a, ellipsoid.a) && is_near(rf, ellipsoid.rf)
    });
    let named = Datum::ALL.into_iter().map(Datum::ellipsoid);
    let named =
        named.into_iter().find(|known| is_near(a, known.a) && is_near(rf, known.rf));
    let ellipsoid = match named {
        Some(named) => format!("+ellps={}", named.proj),
        // An inverse flattening of 0 means a sphere.
        None if rf.abs() <= 0.0 => format!("+a={a} +b={a}"),
        None => format!("+a={a} +rf={rf}"),
    };
    Ok((known, ellipsoid))
}

/// The plane of a projected system.
fn plane(crs: &Node) -> Result<Projection, WktTrouble> {
    let conversion = crs.child(&["CONVERSION"]).unwrap_or(crs);
    let method = conversion
        .child(&["PROJECTION", "METHOD"])
        .and_then(Node::text)
        .ok_or(WktTrouble::Unreadable)?;
    let unsupported = |what: &str| Err(WktTrouble::Unsupported(what.to_owned()));
    if let Some((name, size)) = unit_of(crs, &["UNIT", "LENGTHUNIT"])
        && (size - 1.0).abs() > 1e-12
    {
        return unsupported(name);
    }
    let parameters = Parameters::of(conversion);
    match squeezed(method).as_str() {
        "transversemercator" | "gausskruger" => {
            Ok(Projection::TransverseMercator(TransverseMercator {
                lat_0: parameters
                    .get(&["latitudeoforigin", "latitudeofnaturalorigin"], 0.0),
                lon_0: parameters
                    .get(&["centralmeridian", "longitudeofnaturalorigin"], 0.0),
                k: parameters.get(&["scalefactor", "scalefactoratnaturalorigin"], 1.0),
                x_0: parameters.get(&["falseeasting"], 0.0),
                y_0: parameters.get(&["falsenorthing"], 0.0),
            })
            .canonical())
        }
        "mercatorauxiliarysphere" | "popularvisualisationpseudomercator"
            if parameters.are_plain() =>
        {
            Ok(Projection::WebMercator)
        }
        // GDAL writes pseudo-Mercator as a true one with the truth in an extension.
        "mercator1sp" if is_pseudo(crs) && parameters.are_plain() => {
            Ok(Projection::WebMercator)
        }
        _ => unsupported(method),
    }
}

fn is_pseudo(crs: &Node) -> bool {
    let proj =
        crs.child(&["EXTENSION"]).and_then(|extension| match extension.items.get(1) {
            Some(super::wkt::Item::Text(text)) => Some(&**text),
            _ => None,
        });
    proj.is_some_and(|text| text.contains("+a=6378137 +b=6378137"))
}

/// Letters and digits only, in lower case.
fn squeezed(name: &str) -> String {
    let letters = name.chars().filter(char::is_ascii_alphanumeric);
    letters.map(|letter| letter.to_ascii_lowercase()).collect()
}

struct Parameters(Vec<(String, f64)>);

impl Parameters {
    fn of(conversion: &Node) -> Self {
        let all = conversion.children().filter(|node| node.keyword == "PARAMETER");
        let pair = |node: &Node| Some((squeezed(node.text()?), *node.numbers().first()?));
        Self(all.filter_map(pair).collect())
    }

    fn get(&self, names: &[&str], default: f64) -> f64 {
        let found = self.0.iter().find(|(name, _)| names.contains(&&**name));
        found.map_or(default, |(_, value)| *value)
    }

    /// Whether all is zero but the scale, which is one.
    fn are_plain(&self) -> bool {
        self.0.iter().all(|(name, value)| {
            let plain = if name.starts_with("scalefactor") { 1.0 } else { 0.0 };
            (value - plain).abs() < 1e-12
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PSAD56: &str =
        r#"DATUM["D_Provisional_S_American_1956",SPHEROID["I",6378388,297]]"#;
    const DEGREES: &str = r#"PRIMEM["Greenwich",0],UNIT["Degree",0.0174532925199433]"#;

    fn utm_19s(datum: &str, end: &str) -> String {
        format!(
            "PROJCS[\"x\",GEOGCS[\"g\",{datum},{DEGREES}],PROJECTION[\"Transverse_Mercator\"],\
             PARAMETER[\"False_Easting\",500000],PARAMETER[\"False_Northing\",10000000],\
             PARAMETER[\"Central_Meridian\",-69],PARAMETER[\"Scale_Factor\",0.9996],\
             PARAMETER[\"Latitude_Of_Origin\",0],UNIT[\"Meter\",1]{end}]"
        )
    }

    fn system_of(text: &str) -> Result<Option<ReferenceSystem>, WktTrouble> {
        recognise(text).map(|found| found.system)
    }

    #[test]
    fn the_code_must_say_what_the_parameters_say() {
        let code = |code: u32| format!(r#",AUTHORITY["EPSG","{code}"]"#);
        let psad56 = ReferenceSystem::Epsg(24_879);
        let unnamed = r#"DATUM["unknown",SPHEROID["I",6378388,297]]"#;
        let inconsistent = |epsg, found: &str| {
            Err(WktTrouble::Inconsistent { epsg, found: found.to_owned() })
        };
        let cases = [
            (utm_19s(PSAD56, ""), Ok(Some(psad56.clone()))),
            (utm_19s(PSAD56, &code(24_879)), Ok(Some(psad56.clone()))),
            (utm_19s(PSAD56, &code(24_878)), inconsistent(24_878, "EPSG:24879")),
            (utm_19s(PSAD56, &code(32_719)), inconsistent(32_719, "EPSG:24879")),
            (utm_19s(PSAD56, &code(25_830)), inconsistent(25_830, "EPSG:24879")),
            // The code gives a datum without a name its name, if plane and body agree.
            (utm_19s(unnamed, &code(24_879)), Ok(Some(psad56))),
            (utm_19s(unnamed, &code(32_719)), Ok(None)),
            (utm_19s(unnamed, ""), Ok(None)),
        ];
        for (text, expected) in cases {
            assert_eq!(system_of(&text), expected, "{text}");
        }
        let elsewhere = utm_19s(unnamed, &code(24_878));
        assert!(matches!(system_of(&elsewhere), Err(WktTrouble::Inconsistent { .. })));
    }

    #[test]
    fn a_name_on_the_wrong_ellipsoid_is_not_believed() {
        let text = utm_19s(r#"DATUM["D_WGS_1984",SPHEROID["I",6378388,297]]"#, "");
        assert_eq!(system_of(&text), Ok(None));
    }

    #[test]
    fn what_is_not_supported_is_named() {
        let unsupported = |what: &str| Err(WktTrouble::Unsupported(what.to_owned()));
        let paris = format!(
            r#"GEOGCS["g",{PSAD56},PRIMEM["Paris",2.33],UNIT["Degree",0.0174532925199433]]"#
        );
        let gons = format!(
            r#"GEOGCS["g",{PSAD56},PRIMEM["Greenwich",0],UNIT["Grad",0.0157079632679]]"#
        );
        let cases = [
            (
                utm_19s(PSAD56, "").replace("Transverse_Mercator", "Polyconic"),
                unsupported("Polyconic"),
            ),
            (
                utm_19s(PSAD56, "").replace("\"Meter\",1", "\"Foot\",0.3048"),
                unsupported("Foot"),
            ),
            (paris, unsupported("Paris")),
            (gons, unsupported("Grad")),
            (
                "LOCAL_CS[\"plan\",UNIT[\"Meter\",1]]".to_owned(),
                Err(WktTrouble::Unreadable),
            ),
            ("EPSG:32719".to_owned(), Err(WktTrouble::Unreadable)),
        ];
        for (text, expected) in cases {
            assert_eq!(system_of(&text), expected, "{text}");
        }
    }

    #[test]
    fn a_shift_makes_an_unknown_datum_usable() {
        let text = utm_19s(r#"DATUM["D_Hito",SPHEROID["C",6378249.145,293.465]]"#, "");
        let found = recognise(&text).unwrap();
        let refused = WktTrouble::Datum { system: "x".into(), datum: "D_Hito".into() };
        assert_eq!(found.clone().with_shift(None), Err(refused));
        let system = found.with_shift(Some(Shift::translation(16.0, 196.0, 93.0)));
        assert_eq!(
            system.unwrap().to_string(),
            "+proj=utm +zone=19 +south +a=6378249.145 +rf=293.465 +towgs84=16,196,93"
        );
    }
}
