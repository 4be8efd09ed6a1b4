//! The systems that the program knows by their EPSG code, besides the UTM zones of WGS 84.
//!
//! Names, datums, parameters and areas are those that PROJ 9.5.1 lists from the EPSG
//! dataset, read through pyproj 3.7.2: `CRS.from_epsg(code)` and `query_crs_info("EPSG")`.
//! EPSG:5388, a withdrawn code for Peru96 in zone 17 *north*, is left out on purpose.

use super::datum::Datum;
use super::projection::{Projection, TransverseMercator};

/// A reference system of the table.
#[derive(Debug, Clone, PartialEq)]
pub struct System {
    /// EPSG code.
    pub epsg: u32,
    /// Name in the EPSG dataset.
    pub name: &'static str,
    /// Its datum.
    pub datum: Datum,
    /// Its projection.
    pub projection: Projection,
    /// Where it may be used: west, south, east, north, degrees.
    pub area: [f64; 4],
}

/// Finds a system by its code, the UTM zones of WGS 84 among them.
///
/// ```
/// use atalaya::domain::crs::{Datum, system};
/// assert_eq!(system(24_879).map(|s| (s.name, s.datum)),
///            Some(("PSAD56 / UTM zone 19S", Datum::Psad56)));
/// assert!(system(5388).is_none());
/// ```
#[must_use]
pub fn system(epsg: u32) -> Option<System> {
    let utm = |base: u32, is_south: bool| {
        let zone = u8::try_from(epsg - base).ok()?;
        let west = f64::from(zone) * 6.0 - 186.0;
        let (south, north) = if is_south { (-80.0, 0.0) } else { (0.0, 84.0) };
        Some(System {
            epsg,
            name: "WGS 84 / UTM",
            datum: Datum::Wgs84,
            projection: Projection::Utm { zone, is_south },
            area: [west, south, west + 6.0, north],
        })
    };
    match epsg {
        32_601..=32_660 => utm(32_600, false),
        32_701..=32_760 => utm(32_700, true),
        _ => SYSTEMS.iter().find(|known| known.epsg == epsg).cloned(),
    }
}

enum Plane {
    Degrees,
    WebMercator,
    Utm(u8, Half),
    Tm([f64; 5]),
}

#[derive(PartialEq)]
enum Half {
    North,
    South,
}

use Half::{North, South};
use Plane::{Degrees, Tm, Utm, WebMercator};

const fn row(
    epsg: u32,
    name: &'static str,
    datum: Datum,
    plane: Plane,
    area: [f64; 4],
) -> System {
    let projection = match plane {
        Degrees => Projection::Degrees,
        WebMercator => Projection::WebMercator,
        Utm(zone, half) => Projection::Utm { zone, is_south: matches!(half, South) },
        Tm([lat_0, lon_0, k, x_0, y_0]) => {
            Projection::TransverseMercator(TransverseMercator {
                lat_0,
                lon_0,
                k,
                x_0,
                y_0,
            })
        }
    };
    System { epsg, name, datum, projection, area }
}

/// Every system but the UTM zones of WGS 84, by code.
#[rustfmt::skip]
#[expect(clippy::unreadable_literal, reason = "as printed by the tool")]
pub const SYSTEMS: &[System] = &[
    row(2201, "REGVEN / UTM zone 18N", Datum::Regven, Utm(18, North), [-73.38, 7.02, -71.99, 11.62]),
    row(2202, "REGVEN / UTM zone 19N", Datum::Regven, Utm(19, North), [-72.0, 0.73, -66.0, 15.64]),
    row(2203, "REGVEN / UTM zone 20N", Datum::Regven, Utm(20, North), [-66.0, 0.64, -58.95, 16.75]),
    row(3857, "WGS 84 / Pseudo-Mercator", Datum::Wgs84, WebMercator, [-180.0, -85.06, 180.0, 85.06]),
    row(4170, "SIRGAS 1995", Datum::Sirgas1995, Degrees, [-113.21, -59.87, -26.0, 16.75]),
    row(4189, "REGVEN", Datum::Regven, Degrees, [-73.38, 0.64, -58.95, 16.75]),
    row(4248, "PSAD56", Datum::Psad56, Degrees, [-81.41, -43.5, -47.99, 12.68]),
    row(4326, "WGS 84", Datum::Wgs84, Degrees, [-180.0, -90.0, 180.0, 90.0]),
    row(4618, "SAD69", Datum::Sad69, Degrees, [-91.72, -55.96, -25.28, 12.52]),
    row(4674, "SIRGAS 2000", Datum::Sirgas2000, Degrees, [-122.19, -59.87, -25.28, 32.72]),
    row(4686, "MAGNA-SIRGAS", Datum::MagnaSirgas, Degrees, [-84.77, -4.23, -66.87, 15.51]),
    row(5354, "MARGEN", Datum::Margen, Degrees, [-69.66, -22.91, -57.52, -9.67]),
    row(5355, "MARGEN / UTM zone 20S", Datum::Margen, Utm(20, South), [-66.0, -22.87, -60.0, -9.67]),
    row(5356, "MARGEN / UTM zone 19S", Datum::Margen, Utm(19, South), [-69.66, -22.91, -66.0, -9.77]),
    row(5357, "MARGEN / UTM zone 21S", Datum::Margen, Utm(21, South), [-60.0, -20.17, -57.52, -16.27]),
    row(5373, "Peru96", Datum::Peru96, Degrees, [-84.68, -21.05, -68.67, -0.03]),
    row(5387, "Peru96 / UTM zone 18S", Datum::Peru96, Utm(18, South), [-78.0, -21.05, -72.0, -0.03]),
    row(5389, "Peru96 / UTM zone 19S", Datum::Peru96, Utm(19, South), [-72.0, -20.44, -68.67, -2.14]),
    row(5463, "SAD69 / UTM zone 17N", Datum::Sad69, Utm(17, North), [-80.18, 0.0, -78.0, 2.7]),
    row(5839, "Peru96 / UTM zone 17S", Datum::Peru96, Utm(17, South), [-84.0, -17.33, -78.0, -3.11]),
    row(24_817, "PSAD56 / UTM zone 17N", Datum::Psad56, Utm(17, North), [-80.18, 0.0, -78.0, 1.45]),
    row(24_818, "PSAD56 / UTM zone 18N", Datum::Psad56, Utm(18, North), [-78.0, 0.0, -71.99, 11.62]),
    row(24_819, "PSAD56 / UTM zone 19N", Datum::Psad56, Utm(19, North), [-72.0, 0.73, -66.0, 12.68]),
    row(24_820, "PSAD56 / UTM zone 20N", Datum::Psad56, Utm(20, North), [-66.0, 0.64, -59.99, 11.23]),
    row(24_821, "PSAD56 / UTM zone 21N", Datum::Psad56, Utm(21, North), [-60.0, 1.18, -56.47, 8.58]),
    row(24_877, "PSAD56 / UTM zone 17S", Datum::Psad56, Utm(17, South), [-81.41, -10.53, -78.0, 0.0]),
    row(24_878, "PSAD56 / UTM zone 18S", Datum::Psad56, Utm(18, South), [-78.0, -43.5, -71.99, 0.0]),
    row(24_879, "PSAD56 / UTM zone 19S", Datum::Psad56, Utm(19, South), [-72.0, -43.5, -66.0, -2.14]),
    row(24_880, "PSAD56 / UTM zone 20S", Datum::Psad56, Utm(20, South), [-66.0, -22.87, -60.0, -9.67]),
    row(24_881, "PSAD56 / UTM zone 21S", Datum::Psad56, Utm(21, South), [-60.0, -20.17, -57.52, -16.27]),
    row(24_882, "PSAD56 / UTM zone 22S", Datum::Psad56, Utm(22, South), [-51.64, -1.05, -48.0, 5.6]),
    row(24_891, "PSAD56 / Peru west zone", Datum::Psad56, Tm([-6.0, -80.5, 0.99983008, 222000.0, 1426834.743]), [-81.41, -8.32, -79.0, -3.38]),
    row(24_892, "PSAD56 / Peru central zone", Datum::Psad56, Tm([-9.5, -76.0, 0.99932994, 720000.0, 1039979.159]), [-79.0, -16.57, -73.0, -0.03]),
    row(24_893, "PSAD56 / Peru east zone", Datum::Psad56, Tm([-9.5, -70.5, 0.99952992, 1324000.0, 1040084.558]), [-73.0, -18.39, -68.67, -2.14]),
    row(29_168, "SAD69 / UTM zone 18N", Datum::Sad69, Utm(18, North), [-78.0, 0.0, -72.0, 12.31]),
    row(29_169, "SAD69 / UTM zone 19N", Datum::Sad69, Utm(19, North), [-72.0, 0.0, -66.0, 12.52]),
    row(29_170, "SAD69 / UTM zone 20N", Datum::Sad69, Utm(20, North), [-66.0, 0.64, -59.99, 11.23]),
    row(29_171, "SAD69 / UTM zone 21N", Datum::Sad69, Utm(21, North), [-60.0, 1.18, -54.0, 8.6]),
    row(29_172, "SAD69 / UTM zone 22N", Datum::Sad69, Utm(22, North), [-54.0, 1.68, -46.65, 5.81]),
    row(29_187, "SAD69 / UTM zone 17S", Datum::Sad69, Utm(17, South), [-81.41, -10.53, -78.0, 0.0]),
    row(29_188, "SAD69 / UTM zone 18S", Datum::Sad69, Utm(18, South), [-78.0, -45.0, -71.99, 0.0]),
    row(29_189, "SAD69 / UTM zone 19S", Datum::Sad69, Utm(19, South), [-72.0, -45.0, -65.99, 2.15]),
    row(29_190, "SAD69 / UTM zone 20S", Datum::Sad69, Utm(20, South), [-66.0, -45.0, -59.99, 5.28]),
    row(29_191, "SAD69 / UTM zone 21S", Datum::Sad69, Utm(21, South), [-60.0, -38.91, -53.99, 4.51]),
    row(29_192, "SAD69 / UTM zone 22S", Datum::Sad69, Utm(22, South), [-54.0, -35.71, -47.99, 7.04]),
    row(31_971, "SIRGAS 2000 / UTM zone 17N", Datum::Sirgas2000, Utm(17, North), [-84.0, 0.0, -78.0, 19.54]),
    row(31_972, "SIRGAS 2000 / UTM zone 18N", Datum::Sirgas2000, Utm(18, North), [-78.0, 0.0, -72.0, 15.04]),
    row(31_973, "SIRGAS 2000 / UTM zone 19N", Datum::Sirgas2000, Utm(19, North), [-72.0, 0.0, -66.0, 15.64]),
    row(31_974, "SIRGAS 2000 / UTM zone 20N", Datum::Sirgas2000, Utm(20, North), [-66.0, 0.64, -59.99, 16.75]),
    row(31_975, "SIRGAS 2000 / UTM zone 21N", Datum::Sirgas2000, Utm(21, North), [-60.0, 1.18, -54.0, 12.19]),
    row(31_976, "SIRGAS 2000 / UTM zone 22N", Datum::Sirgas2000, Utm(22, North), [-54.0, 0.0, -47.99, 9.24]),
    row(31_977, "SIRGAS 2000 / UTM zone 17S", Datum::Sirgas2000, Utm(17, South), [-84.0, -56.45, -78.0, 0.0]),
    row(31_978, "SIRGAS 2000 / UTM zone 18S", Datum::Sirgas2000, Utm(18, South), [-78.0, -59.36, -71.99, 0.0]),
    row(31_979, "SIRGAS 2000 / UTM zone 19S", Datum::Sirgas2000, Utm(19, South), [-72.0, -59.87, -66.0, 2.15]),
    row(31_980, "SIRGAS 2000 / UTM zone 20S", Datum::Sirgas2000, Utm(20, South), [-66.0, -58.39, -60.0, 5.28]),
    row(31_981, "SIRGAS 2000 / UTM zone 21S", Datum::Sirgas2000, Utm(21, South), [-60.0, -44.82, -54.0, 4.51]),
    row(31_982, "SIRGAS 2000 / UTM zone 22S", Datum::Sirgas2000, Utm(22, South), [-54.0, -54.18, -47.99, 7.04]),
    row(31_986, "SIRGAS 1995 / UTM zone 17N", Datum::Sirgas1995, Utm(17, North), [-84.0, 0.9, -78.0, 15.51]),
    row(31_987, "SIRGAS 1995 / UTM zone 18N", Datum::Sirgas1995, Utm(18, North), [-78.0, 0.0, -72.0, 15.04]),
    row(31_988, "SIRGAS 1995 / UTM zone 19N", Datum::Sirgas1995, Utm(19, North), [-72.0, 0.0, -66.0, 15.64]),
    row(31_989, "SIRGAS 1995 / UTM zone 20N", Datum::Sirgas1995, Utm(20, North), [-66.0, 0.0, -60.0, 16.75]),
    row(31_990, "SIRGAS 1995 / UTM zone 21N", Datum::Sirgas1995, Utm(21, North), [-60.0, 0.0, -54.0, 10.7]),
    row(31_991, "SIRGAS 1995 / UTM zone 22N", Datum::Sirgas1995, Utm(22, North), [-54.0, 0.0, -48.0, 9.24]),
    row(31_992, "SIRGAS 1995 / UTM zone 17S", Datum::Sirgas1995, Utm(17, South), [-84.0, -56.45, -75.21, 1.45]),
    row(31_993, "SIRGAS 1995 / UTM zone 18S", Datum::Sirgas1995, Utm(18, South), [-78.0, -59.36, -71.99, 0.0]),
    row(31_994, "SIRGAS 1995 / UTM zone 19S", Datum::Sirgas1995, Utm(19, South), [-72.0, -59.87, -66.0, 0.0]),
    row(31_995, "SIRGAS 1995 / UTM zone 20S", Datum::Sirgas1995, Utm(20, South), [-66.0, -58.39, -60.0, 0.0]),
    row(31_996, "SIRGAS 1995 / UTM zone 21S", Datum::Sirgas1995, Utm(21, South), [-60.0, -44.82, -54.0, 0.0]),
    row(31_997, "SIRGAS 1995 / UTM zone 22S", Datum::Sirgas1995, Utm(22, South), [-54.0, -39.95, -48.0, 0.0]),
];
