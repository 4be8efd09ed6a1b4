//! The `geo` metadata: which column holds the geometries, how, and in which system.

use serde_json::Value as Json;

use crate::formats::collector::told;
use crate::formats::{CrsStatement, FormatError, Problem};

/// What the metadata say of the primary column.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Geo {
    pub(super) column: String,
    pub(super) crs: CrsStatement,
    /// Name of a reference system that is described, but has no code.
    pub(super) described: Option<String>,
}

/// Reads the text of the metadata.
pub(super) fn parse(text: &str) -> Result<Geo, FormatError> {
    let not_geo = || FormatError::whole(Problem::NotGeoparquet);
    let json: Json = serde_json::from_str(text).map_err(|error| {
        FormatError::whole(Problem::NotGeoparquet).found(error.to_string())
    })?;
    let name = json.get("primary_column").and_then(Json::as_str).ok_or_else(not_geo)?;
    let column = json.get("columns").and_then(|columns| columns.get(name));
    let column = column.ok_or_else(not_geo)?;
    let encoding = column.get("encoding").and_then(Json::as_str).unwrap_or_default();
    if !encoding.eq_ignore_ascii_case("WKB") {
        return Err(told(Problem::GeoparquetEncoding, encoding));
    }
    let (crs, described) = match column.get("crs") {
        None => (CrsStatement::Epsg(4326), None),
        Some(crs) => statement(crs),
    };
    Ok(Geo { column: name.to_owned(), crs, described })
}

fn statement(crs: &Json) -> (CrsStatement, Option<String>) {
    match crs {
        // Drafts before 1.0 had WKT here.
        Json::String(wkt) => (CrsStatement::Wkt(wkt.clone()), None),
        Json::Object(_) => code(crs).map_or_else(
            || {
                let name = crs.get("name").and_then(Json::as_str).unwrap_or("?");
                (CrsStatement::Undefined, Some(name.to_owned()))
            },
            |code| (CrsStatement::Epsg(code), None),
        ),
        _ => (CrsStatement::Undefined, None),
    }
}

/// The EPSG code of a system in PROJJSON.
fn code(crs: &Json) -> Option<u32> {
    let id = crs.get("id")?;
    let authority = id.get("authority").and_then(Json::as_str)?;
    let code = id.get("code")?;
    let number = code
        .as_u64()
        .and_then(|code| u32::try_from(code).ok())
        .or_else(|| code.as_str()?.trim().parse().ok());
    match authority.to_ascii_uppercase().as_str() {
        "EPSG" => number.filter(|code| *code > 0),
        "OGC" if code.as_str().is_some_and(|code| code.eq_ignore_ascii_case("CRS84")) => {
            Some(4326)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(column: &str) -> String {
        format!(
            r#"{{"version":"1.1.0","primary_column":"g","columns":{{"g":{column}}}}}"#
        )
    }

    #[test]
    fn the_reference_system_is_read() {
        use CrsStatement::{Epsg, Undefined, Wkt};
        let cases = [
            ("", Epsg(4326), None),
            (r#","crs":null"#, Undefined, None),
            (r#","crs":{"id":{"authority":"EPSG","code":32719}}"#, Epsg(32719), None),
            (r#","crs":{"id":{"authority":"EPSG","code":"24879"}}"#, Epsg(24879), None),
            (r#","crs":{"id":{"authority":"OGC","code":"CRS84"}}"#, Epsg(4326), None),
            (
                r#","crs":{"name":"Local","id":{"authority":"ESRI","code":102100}}"#,
                Undefined,
                Some("Local"),
            ),
            (r#","crs":{}"#, Undefined, Some("?")),
            (r#","crs":"GEOGCRS[\"x\"]""#, Wkt("GEOGCRS[\"x\"]".to_owned()), None),
        ];
        for (crs, expected, described) in cases {
            let geo = parse(&with(&format!(r#"{{"encoding":"WKB"{crs}}}"#))).unwrap();
            assert_eq!(
                (geo.crs, geo.described.as_deref()),
                (expected, described),
                "{crs}"
            );
            assert_eq!(geo.column, "g");
        }
    }

    #[test]
    fn metadata_must_say_where_geometries_are() {
        let cases = [
            ("x".to_owned(), Problem::NotGeoparquet),
            ("{}".to_owned(), Problem::NotGeoparquet),
            (r#"{"primary_column":"g"}"#.to_owned(), Problem::NotGeoparquet),
            (
                r#"{"primary_column":"g","columns":{"h":{}}}"#.to_owned(),
                Problem::NotGeoparquet,
            ),
            (with(r#"{"encoding":"polygon"}"#), Problem::GeoparquetEncoding),
            (with("{}"), Problem::GeoparquetEncoding),
        ];
        for (text, problem) in cases {
            assert_eq!(parse(&text).unwrap_err().problem, problem, "{text}");
        }
    }
}
