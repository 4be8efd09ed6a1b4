//! The working CRS in the words of each format: WKT 1 as GDAL and as ESRI write it, and
//! PROJJSON.
//!
//! In: an EPSG code. Out: a [`Reference`], or `None` for a system that is neither UTM nor one
//! of Peru's zones. Names and codes are those of the EPSG registry.

#[cfg(feature = "geoparquet")]
use serde_json::{Value, json};

use crate::geometry::crs::Crs;

/// An ellipsoid by name, EPSG code, ESRI's name, semi-major axis and inverse flattening.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Ellipsoid {
    name: &'static str,
    code: u32,
    esri: &'static str,
    a: f64,
    inverse_flattening: f64,
}

/// A geographic system on a datum.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Datum {
    /// Name and code of the geographic system, and ESRI's name for it.
    system: &'static str,
    system_code: u32,
    /// Name of the datum in full, as WKT 1 writes it, and its code.
    name: &'static str,
    wkt: &'static str,
    code: u32,
    /// What ESRI puts behind `GCS_` and `D_`, and before `_UTM_Zone`.
    esri: &'static str,
    esri_utm: &'static str,
    ellipsoid: Ellipsoid,
}

const WGS_84: Datum = Datum {
    system: "WGS 84",
    system_code: 4326,
    name: "World Geodetic System 1984",
    wkt: "WGS_1984",
    code: 6326,
    esri: "WGS_1984",
    esri_utm: "WGS_1984",
    ellipsoid: Ellipsoid {
        name: "WGS 84",
        code: 7030,
        esri: "WGS_1984",
        a: 6_378_137.0,
        inverse_flattening: 298.257_223_563,
    },
};
const GRS_80: Ellipsoid = Ellipsoid {
    name: "GRS 1980",
    code: 7019,
    esri: "GRS_1980",
    a: 6_378_137.0,
    inverse_flattening: 298.257_222_101,
};
const PSAD_56: Datum = Datum {
    system: "PSAD56",
    system_code: 4248,
    name: "Provisional South American Datum 1956",
    wkt: "Provisional_South_American_Datum_1956",
    code: 6248,
    esri: "Provisional_S_American_1956",
    esri_utm: "PSAD_1956",
    ellipsoid: Ellipsoid {
        name: "International 1924",
        code: 7022,
        esri: "International_1924",
        a: 6_378_388.0,
        inverse_flattening: 297.0,
    },
};
const PERU_96: Datum = Datum {
    system: "Peru96",
    system_code: 5373,
    name: "Peru96",
    wkt: "Peru96",
    code: 1067,
    esri: "Peru96",
    esri_utm: "Peru96",
    ellipsoid: GRS_80,
};
const SIRGAS_2000: Datum = Datum {
    system: "SIRGAS 2000",
    system_code: 4674,
    name: "Sistema de Referencia Geocentrico para las AmericaS 2000",
    wkt: "Sistema_de_Referencia_Geocentrico_para_las_AmericaS_2000",
    code: 6674,
    esri: "SIRGAS_2000",
    esri_utm: "SIRGAS_2000",
    ellipsoid: GRS_80,
};

/// A transverse Mercator system that every format can name.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Reference {
    pub(super) epsg: u32,
    /// As in the registry, for example `WGS 84 / UTM zone 19S`.
    pub(super) name: String,
    esri_name: String,
    datum: Datum,
    /// Latitude and longitude of the origin, scale, easting and northing of it.
    origin: [f64; 5],
}

impl Reference {
    /// Describes a CRS; `None` if it is of no kind that is known here.
    pub(super) fn of(epsg: u32) -> Option<Self> {
        let (datum, zone_name) = identify(epsg)?;
        let crs = Crs::from_epsg(epsg).ok()?;
        let definition = crs.definition();
        let number = |keys: &[&str], default: f64| {
            let found = keys.iter().find_map(|key| value_of(definition, key));
            found.unwrap_or(default)
        };
        let (name, esri_name, origin) = if let Some((name, esri)) = zone_name {
            let origin = [
                number(&["+lat_0="], 0.0),
                number(&["+lon_0="], 0.0),
                number(&["+k=", "+k_0="], 1.0),
                number(&["+x_0="], 0.0),
                number(&["+y_0="], 0.0),
            ];
            (name.to_owned(), esri.to_owned(), origin)
        } else {
            let zone = value_of(definition, "+zone=")?;
            let is_south = definition.contains("+south");
            let north = if is_south { 10_000_000.0 } else { 0.0 };
            let half = if is_south { 'S' } else { 'N' };
            (
                format!("{} / UTM zone {zone}{half}", datum.system),
                format!("{}_UTM_Zone_{zone}{half}", datum.esri_utm),
                [0.0, zone * 6.0 - 183.0, 0.9996, 500_000.0, north],
            )
        };
        Some(Self { epsg, name, esri_name, datum, origin })
    }

    /// WKT 1 with the registry's names and codes (OGC 01-009), as GeoPackage wants it.
    pub(super) fn wkt(&self) -> String {
        let [lat, lon, scale, east, north] = self.origin;
        format!(
            "PROJCS[\"{}\",{},PROJECTION[\"Transverse_Mercator\"],\
             PARAMETER[\"latitude_of_origin\",{lat}],PARAMETER[\"central_meridian\",{lon}],\
             PARAMETER[\"scale_factor\",{scale}],PARAMETER[\"false_easting\",{east}],\
             PARAMETER[\"false_northing\",{north}],UNIT[\"metre\",1,AUTHORITY[\"EPSG\",\
             \"9001\"]],AXIS[\"Easting\",EAST],AXIS[\"Northing\",NORTH],\
             AUTHORITY[\"EPSG\",\"{}\"]]",
            self.name,
            geographic(&self.datum),
            self.epsg,
        )
    }

    /// WKT 1 as ESRI writes it into a `.prj`.
    pub(super) fn esri_wkt(&self) -> String {
        let [lat, lon, scale, east, north] = self.origin;
        let Datum { esri, ellipsoid, .. } = self.datum;
        format!(
            "PROJCS[\"{}\",GEOGCS[\"GCS_{esri}\",DATUM[\"D_{esri}\",SPHEROID[\"{}\",{:?},\
             {:?}]],PRIMEM[\"Greenwich\",0.0],UNIT[\"Degree\",0.0174532925199433]],\
             PROJECTION[\"Transverse_Mercator\"],PARAMETER[\"False_Easting\",{east:?}],\
             PARAMETER[\"False_Northing\",{north:?}],PARAMETER[\"Central_Meridian\",{lon:?}],\
             PARAMETER[\"Scale_Factor\",{scale:?}],PARAMETER[\"Latitude_Of_Origin\",{lat:?}],\
             UNIT[\"Meter\",1.0]]",
            self.esri_name, ellipsoid.esri, ellipsoid.a, ellipsoid.inverse_flattening,
        )
    }

    /// PROJJSON, as GeoParquet wants it.
    #[cfg(feature = "geoparquet")]
    pub(super) fn projjson(&self) -> Value {
        let Datum { system, system_code, name, ellipsoid, .. } = self.datum;
        let conversion = self.name.split(" / ").last().unwrap_or(&self.name);
        let parameters = [
            ("Latitude of natural origin", "degree", 8801),
            ("Longitude of natural origin", "degree", 8802),
            ("Scale factor at natural origin", "unity", 8805),
            ("False easting", "metre", 8806),
            ("False northing", "metre", 8807),
        ];
        let parameters = parameters.into_iter().zip(self.origin);
        let parameters: Vec<Value> = parameters
            .map(|((name, unit, code), value)| {
                json!({ "name": name, "value": value, "unit": unit, "id": id(code) })
            })
            .collect();
        let axis = |name: &str, abbreviation: &str, direction: &str, unit: &str| {
            json!({
                "name": name,
                "abbreviation": abbreviation,
                "direction": direction,
                "unit": unit,
            })
        };
        json!({
            "$schema": "https://proj.org/schemas/v0.7/projjson.schema.json",
            "type": "ProjectedCRS",
            "name": self.name,
            "base_crs": {
                "name": system,
                "datum": {
                    "type": "GeodeticReferenceFrame",
                    "name": name,
                    "ellipsoid": {
                        "name": ellipsoid.name,
                        "semi_major_axis": ellipsoid.a,
                        "inverse_flattening": ellipsoid.inverse_flattening,
                    },
                },
                "coordinate_system": {
                    "subtype": "ellipsoidal",
                    "axis": [
                        axis("Geodetic latitude", "Lat", "north", "degree"),
                        axis("Geodetic longitude", "Lon", "east", "degree"),
                    ],
                },
                "id": id(system_code),
            },
            "conversion": {
                "name": conversion,
                "method": { "name": "Transverse Mercator", "id": id(9807) },
                "parameters": parameters,
            },
            "coordinate_system": {
                "subtype": "Cartesian",
                "axis": [
                    axis("Easting", "E", "east", "metre"),
                    axis("Northing", "N", "north", "metre"),
                ],
            },
            "id": id(self.epsg),
        })
    }
}

/// WKT 1 of longitude and latitude on WGS 84, which every GeoPackage lists.
#[cfg(feature = "geopackage")]
pub(super) fn wgs_84() -> String {
    geographic(&WGS_84)
}

fn geographic(datum: &Datum) -> String {
    let Datum { system, system_code, wkt, code, ellipsoid, .. } = datum;
    format!(
        "GEOGCS[\"{system}\",DATUM[\"{wkt}\",SPHEROID[\"{}\",{},{},AUTHORITY[\"EPSG\",\
         \"{}\"]],AUTHORITY[\"EPSG\",\"{code}\"]],PRIMEM[\"Greenwich\",0,AUTHORITY[\"EPSG\",\
         \"8901\"]],UNIT[\"degree\",0.0174532925199433,AUTHORITY[\"EPSG\",\"9122\"]],\
         AUTHORITY[\"EPSG\",\"{system_code}\"]]",
        ellipsoid.name, ellipsoid.a, ellipsoid.inverse_flattening, ellipsoid.code,
    )
}

#[cfg(feature = "geoparquet")]
fn id(code: u32) -> Value {
    json!({ "authority": "EPSG", "code": code })
}

/// Name and ESRI's name of a zone that is no UTM zone.
type ZoneName = (&'static str, &'static str);

/// The datum behind a code, and the zone's names if it is no UTM zone.
fn identify(epsg: u32) -> Option<(Datum, Option<ZoneName>)> {
    match epsg {
        32_601..=32_660 | 32_701..=32_760 => Some((WGS_84, None)),
        24_817..=24_821 | 24_877..=24_882 => Some((PSAD_56, None)),
        5_387..=5_389 => Some((PERU_96, None)),
        31_965..=31_985 => Some((SIRGAS_2000, None)),
        24_891 => Some((PSAD_56, Some(("PSAD56 / Peru west zone", "Peru_West_Zone")))),
        24_892 => {
            Some((PSAD_56, Some(("PSAD56 / Peru central zone", "Peru_Central_Zone"))))
        }
        24_893 => Some((PSAD_56, Some(("PSAD56 / Peru east zone", "Peru_East_Zone")))),
        _ => None,
    }
}

fn value_of(definition: &str, key: &str) -> Option<f64> {
    let rest = &definition[definition.find(key)? + key.len()..];
    rest.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As PROJ 9 writes it.
    const ILO: &str = r#"PROJCS["WGS 84 / UTM zone 19S",GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]],AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AUTHORITY["EPSG","4326"]],PROJECTION["Transverse_Mercator"],PARAMETER["latitude_of_origin",0],PARAMETER["central_meridian",-69],PARAMETER["scale_factor",0.9996],PARAMETER["false_easting",500000],PARAMETER["false_northing",10000000],UNIT["metre",1,AUTHORITY["EPSG","9001"]],AXIS["Easting",EAST],AXIS["Northing",NORTH],AUTHORITY["EPSG","32719"]]"#;
    const CENTRAL: &str = r#"PROJCS["Peru_Central_Zone",GEOGCS["GCS_Provisional_S_American_1956",DATUM["D_Provisional_S_American_1956",SPHEROID["International_1924",6378388.0,297.0]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],PARAMETER["False_Easting",720000.0],PARAMETER["False_Northing",1039979.159],PARAMETER["Central_Meridian",-76.0],PARAMETER["Scale_Factor",0.99932994],PARAMETER["Latitude_Of_Origin",-9.5],UNIT["Meter",1.0]]"#;

    #[test]
    fn definitions_are_those_that_proj_writes() {
        assert_eq!(Reference::of(32719).unwrap().wkt(), ILO);
        assert_eq!(Reference::of(24892).unwrap().esri_wkt(), CENTRAL);
    }

    #[test]
    fn zones_have_the_names_of_the_registry() {
        let cases = [
            (32601, "WGS 84 / UTM zone 1N", "WGS_1984_UTM_Zone_1N", -177.0),
            (32718, "WGS 84 / UTM zone 18S", "WGS_1984_UTM_Zone_18S", -75.0),
            (24877, "PSAD56 / UTM zone 17S", "PSAD_1956_UTM_Zone_17S", -81.0),
            (24893, "PSAD56 / Peru east zone", "Peru_East_Zone", -70.5),
            (5387, "Peru96 / UTM zone 18S", "Peru96_UTM_Zone_18S", -75.0),
            (31979, "SIRGAS 2000 / UTM zone 19S", "SIRGAS_2000_UTM_Zone_19S", -69.0),
        ];
        for (epsg, name, esri, meridian) in cases {
            let found = Reference::of(epsg).unwrap();
            assert_eq!((found.name.as_str(), found.esri_name.as_str()), (name, esri));
            assert!((found.origin[1] - meridian).abs() < 1e-12, "{found:?}");
        }
        assert_eq!(Reference::of(25830), None);
        assert_eq!(Reference::of(3857), None);
    }

    #[cfg(feature = "geoparquet")]
    #[test]
    fn projjson_carries_parameters_and_codes() {
        let json = Reference::of(24892).unwrap().projjson();
        assert_eq!(json["id"]["code"], 24892);
        assert_eq!(json["base_crs"]["id"]["code"], 4248);
        assert_eq!(json["conversion"]["name"], "Peru central zone");
        assert_eq!(json["conversion"]["parameters"][4]["value"], 1_039_979.159);
    }
}
