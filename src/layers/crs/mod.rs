//! In which CRS a layer is, and how that is known.
//!
//! In: what the file says and what the project says. Out: one reference system with its
//! evidence, or why there is none. A statement that is not understood is never passed over.

mod recognise;
mod wkt;

pub use recognise::{Recognised, WktTrouble, recognise};

use crate::config::LayerSettings;
use crate::config::crs_code::{CrsUse, parse_epsg, use_of};
use crate::domain::crs::Datum;
use crate::domain::{Code, Finding, Findings, ReferenceSystem};
use crate::formats::{CrsStatement, LegacyCrs, Parsed};

use super::error::LayerTrouble;
use super::raw::CrsEvidence;

/// WGS 84, longitude first: what RFC 7946 prescribes.
const WGS84: u32 = 4326;

/// How GML named EPSG codes before there were URNs.
const GML: &str = "http://www.opengis.net/gml/srs/epsg.xml#";

/// What a file says of its reference system.
#[derive(Debug, Clone, Copy)]
pub enum FileCrs<'a> {
    /// GeoJSON: WGS 84 unless an old `crs` member says otherwise.
    GeoJson(&'a [LegacyCrs]),
    /// Any other format: its statement, if there is one.
    Other(Option<&'a CrsStatement>),
}

impl<'a> FileCrs<'a> {
    /// What a parsed file says.
    #[must_use]
    pub fn of(parsed: &'a Parsed, is_geojson: bool) -> Self {
        if is_geojson {
            Self::GeoJson(&parsed.legacy_crs)
        } else {
            Self::Other(parsed.crs.as_ref())
        }
    }
}

/// Decides the reference system from what the project says and what the file says.
///
/// # Errors
///
/// If nobody says it, if what the file says is not understood, or if the two contradict one
/// another; also if a shift is given for a layer that is on WGS 84 already.
pub fn resolve(
    layer: &LayerSettings,
    file: FileCrs<'_>,
    findings: &mut Findings,
) -> Result<(ReferenceSystem, CrsEvidence), LayerTrouble> {
    let (system, evidence) = match file {
        FileCrs::GeoJson(stated) => of_geojson(layer, stated, findings)?,
        FileCrs::Other(stated) => of_statement(layer, stated, findings)?,
    };
    if layer.towgs84.is_some() && system.datum() == Some(Datum::Wgs84) {
        return Err(LayerTrouble::CrsNeedsNoShift { system: system.to_string() });
    }
    Ok((system, evidence))
}

/// Reads the name that a file gives its CRS: an EPSG code that this program knows.
///
/// In GeoJSON the first number is longitude or easting, whatever axis order EPSG gives.
fn known_epsg(name: &str) -> Option<u32> {
    let name = name.trim();
    let code = match name.strip_prefix(GML) {
        Some(code) => parse_epsg(&format!("EPSG:{code}")),
        None => parse_epsg(name),
    };
    code.filter(|code| use_of(*code) != CrsUse::Unknown)
}

fn by_project(layer: &LayerSettings) -> Option<(ReferenceSystem, CrsEvidence)> {
    layer.crs.clone().map(|system| (system, CrsEvidence::Project))
}

/// The project's system must be that of the file, or add a shift to it.
fn agreed(
    layer: &LayerSettings,
    of_file: ReferenceSystem,
    evidence: CrsEvidence,
    name: impl FnOnce() -> String,
) -> Result<(ReferenceSystem, CrsEvidence), LayerTrouble> {
    match &layer.crs {
        Some(declared) if !declared.agrees_with(&of_file) => {
            let declared = declared.to_string();
            Err(LayerTrouble::CrsContradiction { declared, name: name() })
        }
        Some(declared) if *declared != of_file => {
            Ok((declared.clone(), CrsEvidence::Project))
        }
        _ => Ok((of_file, evidence)),
    }
}

fn of_statement(
    layer: &LayerSettings,
    stated: Option<&CrsStatement>,
    findings: &mut Findings,
) -> Result<(ReferenceSystem, CrsEvidence), LayerTrouble> {
    match stated {
        None | Some(CrsStatement::Undefined) => {
            by_project(layer).ok_or(LayerTrouble::CrsMissing)
        }
        Some(CrsStatement::Epsg(epsg)) => {
            let name = format!("EPSG:{epsg}");
            if use_of(*epsg) == CrsUse::Unknown {
                return Err(LayerTrouble::CrsUnknown { name });
            }
            let of_file = ReferenceSystem::Epsg(*epsg);
            agreed(layer, of_file, CrsEvidence::FileCode, || name)
        }
        Some(CrsStatement::Wkt(text)) => of_wkt(layer, text, findings),
    }
}

fn of_wkt(
    layer: &LayerSettings,
    text: &str,
    findings: &mut Findings,
) -> Result<(ReferenceSystem, CrsEvidence), LayerTrouble> {
    let found = recognise(text).map_err(LayerTrouble::CrsNotUnderstood)?;
    if found.system.is_none()
        && let Some(declared) = &layer.crs
        && may_stand_for(declared, &found)
    {
        return Ok((declared.clone(), CrsEvidence::Project));
    }
    if let (Some(system), Some(shift)) = (&found.system, found.towgs84)
        && let Some(datum) = system.datum()
        && layer.towgs84.is_none()
        && datum.operation().map(|known| known.shift) != Some(shift)
        && !(datum == Datum::Wgs84 && shift.is_null())
    {
        let finding = Finding::about(Code::FileShiftIgnored, &layer.id);
        findings.push(finding.with("datum", datum.name()).with("shift", shift));
    }
    let name = found.name.clone();
    let of_file =
        found.with_shift(layer.towgs84).map_err(LayerTrouble::CrsNotUnderstood)?;
    let shown = of_file.to_string();
    agreed(layer, of_file, CrsEvidence::FileWkt, || format!("{name} ({shown})"))
}

/// Whether a declared system may stand for a text whose datum is not known: the text states
/// the same code, or names no datum and has the same plane.
fn may_stand_for(declared: &ReferenceSystem, found: &Recognised) -> bool {
    if found.code.is_some() {
        return declared.epsg() == found.code;
    }
    found.is_nameless() && declared.has_plane(&found.projection, &found.ellipsoid)
}

fn of_geojson(
    layer: &LayerSettings,
    stated: &[LegacyCrs],
    findings: &mut Findings,
) -> Result<(ReferenceSystem, CrsEvidence), LayerTrouble> {
    let named = match stated {
        [] => None,
        [LegacyCrs::Named(name)] => Some(name),
        [LegacyCrs::Unknown] => return by_project(layer).ok_or(LayerTrouble::CrsDenied),
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
        let by_standard = || (ReferenceSystem::Epsg(WGS84), CrsEvidence::Rfc7946);
        return Ok(by_project(layer).unwrap_or_else(by_standard));
    };
    let Some(epsg) = known_epsg(name) else {
        return Err(LayerTrouble::CrsUnknown { name: name.clone() });
    };
    let of_file = ReferenceSystem::Epsg(epsg);
    let agreed = agreed(layer, of_file, CrsEvidence::LegacyMember, || name.clone())?;
    let finding = Finding::about(Code::LegacyCrs, &layer.id);
    findings.push(finding.with("name", name).with("epsg", epsg));
    Ok(agreed)
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
            ("EPSG:24879", Some(24879)),
            ("EPSG:25830", Some(25830)),
            ("EPSG:99999", None),
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
