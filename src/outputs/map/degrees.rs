//! Geographic coordinates of places on a sheet.
//!
//! In: the code of the working CRS. Out: degrees, minutes and seconds on WGS 84, for people.

use crate::geometry::crs::{Crs, Transform};

use super::words::Words;

/// The way from a working CRS to degrees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Degrees {
    epsg: u32,
}

impl Degrees {
    /// The way from an EPSG code; `None` if the code has no definition.
    #[must_use]
    pub fn of(epsg: u32) -> Option<Self> {
        Crs::from_epsg(epsg).ok().map(|_| Self { epsg })
    }

    /// Longitude and latitude of a place in metres, degrees; `None` beyond the CRS.
    #[must_use]
    pub fn at(self, meters: [f64; 2]) -> Option<[f64; 2]> {
        let crs = Crs::from_epsg(self.epsg).ok()?;
        let [lon, lat] = Transform::new(self.epsg, &crs).ok()?.degrees_of(meters)?;
        (lon.abs() <= 180.0 && lat.abs() <= 90.0).then_some([lon, lat])
    }

    /// Latitude and longitude of a place as people write them.
    #[must_use]
    pub fn said(self, words: Words, meters: [f64; 2]) -> Option<String> {
        let [lon, lat] = self.at(meters)?;
        Some(format!("{} {}", latitude(words, lat), longitude(words, lon)))
    }
}

/// A latitude as people write it.
#[must_use]
pub fn latitude(words: Words, degrees: f64) -> String {
    let key = if degrees < 0.0 { "map.compass.south" } else { "map.compass.north" };
    sexagesimal(degrees, &words.of(key))
}

/// A longitude as people write it.
#[must_use]
pub fn longitude(words: Words, degrees: f64) -> String {
    let key = if degrees < 0.0 { "map.compass.west" } else { "map.compass.east" };
    sexagesimal(degrees, &words.of(key))
}

/// Degrees, minutes and whole seconds: a second is some 30 m.
fn sexagesimal(degrees: f64, side: &str) -> String {
    let seconds = (degrees.abs() * 3600.0).round() as u32;
    let (d, m, s) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{d}°{m:02}\u{2032}{s:02}\u{2033}\u{a0}{side}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Locale;

    #[test]
    fn corners_are_written_as_people_write_them() {
        let words = Words { locale: Locale::Es };
        let degrees = Degrees::of(32719).unwrap();
        let [lon, lat] = degrees.at([500_000.0, 8_048_000.0]).unwrap();
        assert!((lon + 69.0).abs() < 1e-9, "the central meridian of zone 19: {lon}");
        assert!((-17.7..-17.6).contains(&lat), "{lat}");
        assert_eq!(latitude(words, -17.638_055_6), "17°38\u{2032}17\u{2033}\u{a0}S");
        assert_eq!(longitude(words, -71.999_99), "72°00\u{2032}00\u{2033}\u{a0}O");
        assert!(Degrees::of(1).is_none());
    }
}
