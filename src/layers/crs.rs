//! In which CRS a layer is, and how that is known.

use crate::config::LayerSettings;
use crate::domain::{Code, Finding, Findings};
use crate::formats::{CrsStatement, LegacyCrs, Parsed};

use super::error::LayerTrouble;
use super::raw::CrsEvidence;

/// WGS 84, longitude first: what RFC 7946 prescribes.
const WGS84: u32 = 4326;

/// How GML named EPSG codes before there were URNs.
const GML: &str = "http://www.opengis.net/gml/srs/epsg.xml#";

/// Reads the name that a file gives its CRS: an EPSG code that this program knows.
///
/// In GeoJSON the first number is longitude or easting, whatever axis order EPSG gives.
fn known_epsg(name: &str) -> Option<u32> {
    let name = name.trim();
    let code = match name.strip_prefix(GML) {
        Some(code) => parse_epsg(&format!("EPSG:{code}")),
        None => parse_epsg(name),
    };
    code.filter(|code| matches!(code, 4326 | 3857 | 32_601..=32_660 | 32_701..=32_760))
}

/// Reads the EPSG code from `EPSG:32719`, a URN or an OGC name, known or not.
fn parse_epsg(text: &str) -> Option<u32> {
    let lower = text.trim().to_ascii_lowercase();
    let short = ["urn:ogc:def:crs:", "urn:x-ogc:def:crs:"]
        .into_iter()
        .chain(["http://www.opengis.net/def/crs/", "https://www.opengis.net/def/crs/"])
        .find_map(|prefix| lower.strip_prefix(prefix))
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

/// What a file says of its reference system.
#[derive(Debug, Clone, Copy)]
pub(super) enum FileCrs<'a> {
    /// GeoJSON: WGS 84 unless an old `crs` member says otherwise.
    GeoJson(&'a [LegacyCrs]),
    /// Any other format: its statement, if there is one.
    Other(Option<&'a CrsStatement>),
}

impl<'a> FileCrs<'a> {
    /// What a parsed file says.
    pub(super) fn of(parsed: &'a Parsed, is_geojson: bool) -> Self {
        if is_geojson {
            Self::GeoJson(&parsed.legacy_crs)
        } else {
            Self::Other(parsed.crs.as_ref())
        }
    }
}

/// Decides the CRS from what the project says and what the file says.
///
/// # Errors
///
/// As [`decide`], and if neither says anything or the file says it in words that are not
/// known.
pub(super) fn resolve(
    layer: &LayerSettings,
    file: FileCrs<'_>,
    findings: &mut Findings,
) -> Result<(u32, CrsEvidence), LayerTrouble> {
    let statement = match file {
        FileCrs::GeoJson(stated) => return decide(layer, stated, findings),
        FileCrs::Other(statement) => statement,
    };
    let (epsg, name, evidence) = match statement {
        None | Some(CrsStatement::Undefined) => {
            let from_project = layer.epsg.map(|epsg| (epsg, CrsEvidence::Project));
            return from_project.ok_or(LayerTrouble::CrsMissing);
        }
        Some(CrsStatement::Epsg(epsg)) => {
            (Some(*epsg), format!("EPSG:{epsg}"), CrsEvidence::FileCode)
        }
        Some(CrsStatement::Wkt(text)) => {
            let name = name_in(text);
            (epsg_of_name(name), name.to_owned(), CrsEvidence::FileWkt)
        }
    };
    match (epsg, layer.epsg) {
        (Some(epsg), Some(declared)) if epsg != declared => {
            Err(LayerTrouble::CrsContradiction { declared, name })
        }
        (Some(epsg), _) => Ok((epsg, evidence)),
        (None, _) => Err(LayerTrouble::CrsUnknown { name }),
    }
}

/// The name at the head of a well-known text.
fn name_in(text: &str) -> &str {
    text.split('"').nth(1).unwrap_or(text).trim()
}

/// The EPSG code of the names that ESRI and the OGC give WGS 84 and its UTM zones.
fn epsg_of_name(name: &str) -> Option<u32> {
    let name = name.replace([' ', '/'], "_").to_ascii_uppercase();
    let parts: Vec<&str> = name.split('_').filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        ["WGS", "84"] | ["WGS", "1984"] | ["GCS", "WGS", "1984"] => Some(WGS84),
        ["WGS", "84" | "1984", "UTM", "ZONE", zone] => {
            let (number, side) = zone.split_at_checked(zone.len().checked_sub(1)?)?;
            let number: u32 = number.parse().ok().filter(|n| (1..=60).contains(n))?;
            match side {
                "N" => Some(32_600 + number),
                "S" => Some(32_700 + number),
                _ => None,
            }
        }
        _ => None,
    }
}

/// Decides the CRS of GeoJSON from what the project says and what the file says.
///
/// # Errors
///
/// If the file names a CRS that is not known, several, or none on purpose, or if the
/// project contradicts the file.
fn decide(
    layer: &LayerSettings,
    stated: &[LegacyCrs],
    findings: &mut Findings,
) -> Result<(u32, CrsEvidence), LayerTrouble> {
    let named = match stated {
        [] => None,
        [LegacyCrs::Named(name)] => Some(name),
        [LegacyCrs::Unknown] => {
            let from_project = layer.epsg.map(|epsg| (epsg, CrsEvidence::Project));
            return from_project.ok_or(LayerTrouble::CrsDenied);
        }
        [LegacyCrs::Linked] => return Err(LayerTrouble::CrsLinked),
        [LegacyCrs::Unreadable] => return Err(LayerTrouble::CrsUnreadable),
        several => {
            // Two names of one CRS do not contradict one another.
            let codes: Vec<Option<u32>> = several.iter().map(code_of).collect();
            match several.first() {
                Some(LegacyCrs::Named(name))
                    if codes[0].is_some()
                        && codes.iter().all(|code| *code == codes[0]) =>
                {
                    Some(name)
                }
                _ => return Err(LayerTrouble::CrsSeveral),
            }
        }
    };
    let Some(name) = named else {
        return Ok(match layer.epsg {
            Some(epsg) => (epsg, CrsEvidence::Project),
            None => (WGS84, CrsEvidence::Rfc7946),
        });
    };
    let Some(epsg) = known_epsg(name) else {
        return Err(LayerTrouble::CrsUnknown { name: name.clone() });
    };
    if let Some(declared) = layer.epsg.filter(|declared| *declared != epsg) {
        return Err(LayerTrouble::CrsContradiction { declared, name: name.clone() });
    }
    let finding = Finding::about(Code::LegacyCrs, &layer.id);
    findings.push(finding.with("name", name).with("epsg", epsg));
    Ok((epsg, CrsEvidence::LegacyMember))
}

fn code_of(stated: &LegacyCrs) -> Option<u32> {
    match stated {
        LegacyCrs::Named(name) => known_epsg(name),
        LegacyCrs::Unknown | LegacyCrs::Linked | LegacyCrs::Unreadable => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_well_known_text_are_read() {
        let cases = [
            ("GEOGCS[\"GCS_WGS_1984\",DATUM[\"D_WGS_1984\"]]", Some(4326)),
            ("PROJCS[\"WGS_1984_UTM_Zone_19S\",GEOGCS[]]", Some(32719)),
            ("PROJCS[\"WGS 84 / UTM zone 9N\",GEOGCS[]]", Some(32609)),
            ("PROJCS[\"PSAD_1956_UTM_Zone_19S\",GEOGCS[]]", None),
            ("PROJCS[\"WGS_1984_UTM_Zone_61S\",GEOGCS[]]", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(epsg_of_name(name_in(text)), expected, "{text}");
        }
    }

    #[test]
    fn names_of_reference_systems_are_read() {
        let cases = [
            ("urn:ogc:def:crs:OGC:1.3:CRS84", Some(4326)),
            ("urn:ogc:def:crs:OGC::CRS84", Some(4326)),
            ("OGC:CRS84", Some(4326)),
            ("http://www.opengis.net/def/crs/OGC/1.3/CRS84", Some(4326)),
            ("EPSG:32719", Some(32719)),
            (" epsg:4326 ", Some(4326)),
            ("urn:ogc:def:crs:EPSG::32719", Some(32719)),
            ("urn:ogc:def:crs:EPSG:6.9:3857", Some(3857)),
            ("http://www.opengis.net/gml/srs/epsg.xml#32660", Some(32660)),
            ("http://www.opengis.net/def/crs/EPSG/0/32701", Some(32701)),
            ("EPSG:32661", None),
            ("EPSG:24879", None),
            ("32719", None),
            ("EPSG:", None),
            ("ESRI:102100", None),
            ("", None),
        ];
        for (name, expected) in cases {
            assert_eq!(known_epsg(name), expected, "{name}");
        }
    }
}
