//! Names of coordinate reference systems.
//!
//! In: a name as people and files write it. Out: an EPSG code, and whether this
//! version can use it. Nothing is known here about how to project.

use crate::domain::crs::{self, Projection};

/// What a reference system can be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CrsUse {
    /// Planar metres: layers may be in it, and it may be the working CRS.
    Planar,
    /// Degrees: layers may be in it.
    Degrees,
    /// Outside the program's own table, but among the definitions that it carries: layers
    /// may be in it if its datum is WGS 84 or the project gives the shift.
    Bundled,
    /// Not known to this version.
    Unknown,
}

/// WGS 84, longitude and latitude in degrees.
pub const WGS84: u32 = 4326;

/// Reads the EPSG code from `EPSG:32719`, a URN or an OGC name.
///
/// Whether the code exists or can be used is another question: [`use_of`].
///
/// ```
/// use atalaya::config::crs_code::parse_epsg;
/// assert_eq!(parse_epsg("epsg:32719"), Some(32719));
/// assert_eq!(parse_epsg("urn:ogc:def:crs:EPSG::32719"), Some(32719));
/// assert_eq!(parse_epsg("urn:ogc:def:crs:OGC:1.3:CRS84"), Some(4326));
/// assert_eq!(parse_epsg("UTM 19S"), None);
/// ```
#[must_use]
pub fn parse_epsg(text: &str) -> Option<u32> {
    let lower = text.trim().to_ascii_lowercase();
    let short = lower
        .strip_prefix("urn:ogc:def:crs:")
        .or_else(|| lower.strip_prefix("urn:x-ogc:def:crs:"))
        .or_else(|| lower.strip_prefix("http://www.opengis.net/def/crs/"))
        .or_else(|| lower.strip_prefix("https://www.opengis.net/def/crs/"))
        .unwrap_or(&lower);
    let parts: Vec<&str> = short.split([':', '/']).map(str::trim).collect();
    let (authority, code) = match parts.as_slice() {
        // With or without a version in between: `epsg::32719`, `ogc:1.3:crs84`.
        [authority, code] | [authority, _, code] => (*authority, *code),
        _ => return None,
    };
    match authority {
        "epsg" if code.bytes().all(|b| b.is_ascii_digit()) => {
            code.parse().ok().filter(|&code| code > 0)
        }
        "ogc" if matches!(code, "crs84" | "crs84h" | "84") => Some(WGS84),
        _ => None,
    }
}

/// Tells what a code can be used for in this version.
#[must_use]
pub fn use_of(epsg: u32) -> CrsUse {
    match crs::system(epsg).map(|system| system.projection) {
        Some(Projection::Degrees) => CrsUse::Degrees,
        Some(_) => CrsUse::Planar,
        None if is_bundled(epsg) => CrsUse::Bundled,
        None => CrsUse::Unknown,
    }
}

fn is_bundled(epsg: u32) -> bool {
    u16::try_from(epsg).is_ok_and(|code| crs_definitions::from_code(code).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_epsg_codes() {
        let cases = [
            ("EPSG:32719", Some(32719)),
            ("epsg:32719", Some(32719)),
            (" EPSG: 4326 ", Some(4326)),
            ("urn:ogc:def:crs:EPSG::32719", Some(32719)),
            ("urn:ogc:def:crs:EPSG:6.9:24879", Some(24879)),
            ("urn:ogc:def:crs:OGC:1.3:CRS84", Some(4326)),
            ("urn:ogc:def:crs:OGC::CRS84", Some(4326)),
            ("OGC:CRS84", Some(4326)),
            ("http://www.opengis.net/def/crs/EPSG/0/3857", Some(3857)),
            ("http://www.opengis.net/def/crs/OGC/1.3/CRS84", Some(4326)),
            ("32719", None),
            ("EPSG:", None),
            ("EPSG:0", None),
            ("EPSG:+4326", None),
            ("EPSG:99999999999", None),
            ("ESRI:102033", None),
            ("WGS 84 / UTM zone 19S", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(parse_epsg(text), expected, "{text}");
        }
    }

    #[test]
    fn codes_are_told_apart_by_their_use() {
        let cases = [
            (32_600, CrsUse::Unknown),
            (32_601, CrsUse::Planar),
            (32_660, CrsUse::Planar),
            (32_661, CrsUse::Bundled),
            (32_700, CrsUse::Unknown),
            (32_719, CrsUse::Planar),
            (32_761, CrsUse::Bundled),
            (3857, CrsUse::Planar),
            (4326, CrsUse::Degrees),
            (24_879, CrsUse::Planar),
            (24_892, CrsUse::Planar),
            (5389, CrsUse::Planar),
            (5373, CrsUse::Degrees),
            (4248, CrsUse::Degrees),
            (25_830, CrsUse::Bundled),
            (99_999, CrsUse::Unknown),
        ];
        for (epsg, expected) in cases {
            assert_eq!(use_of(epsg), expected, "{epsg}");
        }
    }
}
