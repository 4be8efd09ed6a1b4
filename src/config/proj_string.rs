//! Reference systems written as proj strings by hand.
//!
//! In: text such as `+proj=utm +zone=19 +south +ellps=intl +towgs84=-279,175,-379`. Out: a
//! [`ReferenceSystem`], or what the text lacks. Nothing is projected here; whether the
//! projection exists is found out when layers are prepared.

use crate::domain::crs::{
    CustomSystem, Datum, Frame, Projection, ReferenceSystem, Shift, TransverseMercator,
};

/// Longest text that is looked at.
const MAX_LENGTH: usize = 1000;

/// Why a proj string cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProjTrouble {
    /// It is no proj string of a plane or of degrees.
    Unreadable,
    /// A key that this program does not use, such as grids.
    Unsupported(String),
    /// Neither `+towgs84` nor `+datum=WGS84`; carries what it says instead.
    NoShift(String),
}

/// Whether somebody meant a proj string.
#[must_use]
pub fn is_meant(text: &str) -> bool {
    text.trim_start().starts_with('+')
}

/// Reads a proj string.
///
/// `shift` is what the project gives besides, as `towgs84`.
///
/// # Errors
///
/// [`ProjTrouble`] if it is not one, needs what the program does not have, or leaves open
/// how its datum lies to WGS 84.
pub fn parse(text: &str, shift: Option<Shift>) -> Result<ReferenceSystem, ProjTrouble> {
    let keys = Keys::read(text)?;
    let own = match keys.get("towgs84") {
        Some(numbers) => Some(shift_of(numbers).ok_or(ProjTrouble::Unreadable)?),
        None => None,
    };
    let datum = match keys.get("datum") {
        Some("WGS84") => Some(Datum::Wgs84),
        _ => None,
    };
    if keys.is_web_mercator() {
        return Ok(ReferenceSystem::of(Projection::WebMercator, Datum::Wgs84));
    }
    let projection = keys.projection()?;
    if own.is_some() && shift.is_some() && own != shift {
        return Err(ProjTrouble::Unsupported("+towgs84".to_owned()));
    }
    match (own.or(shift), datum) {
        (None, Some(datum)) => Ok(ReferenceSystem::of(projection, datum)),
        (Some(shift), None) if keys.get("datum").is_none() => {
            let ellipsoid = keys.ellipsoid().ok_or(ProjTrouble::Unreadable)?;
            let frame = Frame::Shifted(shift);
            let custom = CustomSystem { projection, ellipsoid, frame };
            Ok(ReferenceSystem::Custom(Box::new(custom)))
        }
        // A datum by name and a shift: one of the two would be ignored.
        (Some(_), _) => Err(ProjTrouble::Unsupported("+datum".to_owned())),
        (None, None) => {
            let datum = keys.get("datum").map(|name| format!("+datum={name}"));
            let said = datum.or_else(|| keys.ellipsoid());
            Err(ProjTrouble::NoShift(said.unwrap_or_default()))
        }
    }
}

/// Reads `-279,175,-379`.
fn shift_of(text: &str) -> Option<Shift> {
    let numbers: Option<Vec<f64>> =
        text.split(',').map(|number| number.trim().parse().ok()).collect();
    Shift::from_slice(&numbers?)
}

struct Keys<'a>(Vec<(&'a str, Option<&'a str>)>);

impl<'a> Keys<'a> {
    fn read(text: &'a str) -> Result<Self, ProjTrouble> {
        if text.len() > MAX_LENGTH {
            return Err(ProjTrouble::Unreadable);
        }
        let mut keys: Vec<(&str, Option<&str>)> = Vec::new();
        for word in text.split_whitespace() {
            let Some(word) = word.strip_prefix('+') else {
                return Err(ProjTrouble::Unreadable);
            };
            let (key, value) = match word.split_once('=') {
                Some((key, value)) => (key, Some(value)),
                None => (word, None),
            };
            if key.is_empty() || keys.iter().any(|(known, _)| *known == key) {
                return Err(ProjTrouble::Unreadable);
            }
            if matches!(key, "init" | "step" | "geoidgrids" | "pm" | "axis")
                || (key == "nadgrids" && value != Some("@null"))
            {
                return Err(ProjTrouble::Unsupported(format!("+{word}")));
            }
            keys.push((key, value));
        }
        Ok(Self(keys))
    }

    fn get(&self, key: &str) -> Option<&'a str> {
        self.0.iter().find(|(known, _)| *known == key).and_then(|(_, value)| *value)
    }

    fn number(&self, key: &str, default: f64) -> Option<f64> {
        let Some(text) = self.get(key) else { return Some(default) };
        text.parse().ok().filter(|number: &f64| number.is_finite())
    }

    /// The ellipsoid as keys, where one is named.
    fn ellipsoid(&self) -> Option<String> {
        let keys: Vec<String> = ["ellps", "a", "b", "rf", "R"]
            .into_iter()
            .filter_map(|key| Some(format!("+{key}={}", self.get(key)?)))
            .collect();
        (!keys.is_empty()).then(|| keys.join(" "))
    }

    fn is_web_mercator(&self) -> bool {
        let radius = Some("6378137");
        let plain = |key, value: f64| self.number(key, value) == Some(value);
        self.get("proj") == Some("merc")
            && self.get("a") == radius
            && self.get("b") == radius
            && self.get("nadgrids") == Some("@null")
            && plain("lat_ts", 0.0)
            && plain("lon_0", 0.0)
            && plain("x_0", 0.0)
            && plain("y_0", 0.0)
            && plain("k", 1.0)
    }

    fn projection(&self) -> Result<Projection, ProjTrouble> {
        const SHAPE: [&str; 14] = [
            "datum", "ellps", "a", "b", "rf", "R", "towgs84", "no_defs", "type",
            "wktext", "proj", "units", "nadgrids", "to_meter",
        ];
        let in_meters = matches!(self.get("units"), None | Some("m"))
            && self.get("to_meter").is_none();
        let own: Vec<(&str, Option<&str>)> =
            self.0.iter().filter(|(key, _)| !SHAPE.contains(key)).copied().collect();
        let only = |known: &[&str]| own.iter().all(|(key, _)| known.contains(key));
        let name = self.get("proj").ok_or(ProjTrouble::Unreadable)?;
        match name {
            "longlat" | "latlong" | "latlon" | "lonlat" if own.is_empty() => {
                return Ok(Projection::Degrees);
            }
            "geocent" | "cart" | "pipeline" | "latlong" | "longlat" | "latlon"
            | "lonlat" => {
                return Err(ProjTrouble::Unsupported(format!("+proj={name}")));
            }
            "utm" if in_meters && only(&["zone", "south"]) => {
                let zone = self.get("zone").and_then(|zone| zone.parse().ok());
                let zone = zone.filter(|zone| (1..=60).contains(zone));
                let zone = zone.ok_or(ProjTrouble::Unreadable)?;
                let is_south = own.iter().any(|(key, _)| *key == "south");
                return Ok(Projection::Utm { zone, is_south });
            }
            "tmerc"
                if in_meters && only(&["lat_0", "lon_0", "k", "k_0", "x_0", "y_0"]) =>
            {
                let scale = if self.get("k").is_some() { "k" } else { "k_0" };
                let read = |key, default| {
                    self.number(key, default).ok_or(ProjTrouble::Unreadable)
                };
                return Ok(Projection::TransverseMercator(TransverseMercator {
                    lat_0: read("lat_0", 0.0)?,
                    lon_0: read("lon_0", 0.0)?,
                    k: read(scale, 1.0)?,
                    x_0: read("x_0", 0.0)?,
                    y_0: read("y_0", 0.0)?,
                }));
            }
            _ => {}
        }
        let mut words = vec![format!("+proj={name}")];
        for key in ["units", "to_meter"] {
            words.extend(self.get(key).map(|value| format!("+{key}={value}")));
        }
        words.extend(own.iter().map(|(key, value)| match value {
            Some(value) => format!("+{key}={value}"),
            None => format!("+{key}"),
        }));
        Ok(Projection::Other(words.join(" ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_that_mean_a_code_become_it() {
        let cases = [
            (
                "+proj=utm +zone=19 +south +datum=WGS84 +units=m +no_defs +type=crs",
                32_719,
            ),
            ("+proj=utm +zone=19 +datum=WGS84", 32_619),
            ("+proj=longlat +datum=WGS84 +no_defs", 4326),
            (
                "+proj=tmerc +lat_0=0 +lon_0=-69 +k=0.9996 +x_0=500000 +y_0=10000000 \
                 +datum=WGS84",
                32_719,
            ),
            (
                "+proj=merc +a=6378137 +b=6378137 +lat_ts=0 +lon_0=0 +x_0=0 +y_0=0 +k=1 \
                 +units=m +nadgrids=@null +wktext +no_defs",
                3857,
            ),
        ];
        for (text, expected) in cases {
            let found = parse(text, None).map(|system| system.epsg());
            assert_eq!(found, Ok(Some(expected)), "{text}");
        }
    }

    #[test]
    fn a_shift_by_hand_is_kept() {
        let text = "+proj=utm +zone=19 +south +ellps=intl +towgs84=-279,175,-379,0,0,0,0";
        let found = parse(text, None).map(|system| system.to_string());
        let expected =
            "+proj=utm +zone=19 +south +ellps=intl +towgs84=-279,175,-379".to_owned();
        assert_eq!(found, Ok(expected.clone()));
        let beside = "+proj=utm +zone=19 +south +ellps=intl";
        let shift = Shift::translation(-279.0, 175.0, -379.0);
        assert_eq!(parse(beside, Some(shift)).map(|s| s.to_string()), Ok(expected));
    }

    #[test]
    fn what_leaves_the_datum_open_is_refused() {
        let no_shift = |said: &str| ProjTrouble::NoShift(said.to_owned());
        let unsupported = |said: &str| ProjTrouble::Unsupported(said.to_owned());
        let cases = [
            ("+proj=utm +zone=19 +south +ellps=intl", no_shift("+ellps=intl")),
            ("+proj=utm +zone=19 +south +ellps=WGS84", no_shift("+ellps=WGS84")),
            ("+proj=utm +zone=19 +south", no_shift("")),
            ("+proj=longlat +datum=NAD27", no_shift("+datum=NAD27")),
            ("+proj=longlat +ellps=intl +nadgrids=a.gsb", unsupported("+nadgrids=a.gsb")),
            ("+init=epsg:24879", unsupported("+init=epsg:24879")),
            ("+proj=geocent +datum=WGS84", unsupported("+proj=geocent")),
            ("+proj=longlat +datum=WGS84 +towgs84=1,2,3", unsupported("+datum")),
            ("+zone=19", ProjTrouble::Unreadable),
            ("+proj=utm +zone=61 +datum=WGS84", ProjTrouble::Unreadable),
            ("+proj=utm +zone=19 +zone=18 +datum=WGS84", ProjTrouble::Unreadable),
            ("+proj=utm zone=19", ProjTrouble::Unreadable),
            ("+proj=longlat +ellps=intl +towgs84=1,2", ProjTrouble::Unreadable),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(text, None), Err(expected), "{text}");
        }
    }
}
