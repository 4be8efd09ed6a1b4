//! Projections: how degrees become metres.

/// How degrees become metres.
#[derive(Debug, Clone, PartialEq)]
pub enum Projection {
    /// Not at all: longitude and latitude.
    Degrees,
    /// A UTM zone.
    Utm {
        /// 1 to 60.
        zone: u8,
        /// Whether northings count from ten million.
        is_south: bool,
    },
    /// A transverse Mercator that is no UTM zone.
    TransverseMercator(TransverseMercator),
    /// Pseudo-Mercator of web maps (EPSG method 1024).
    WebMercator,
    /// Any other, as keys of a proj string without datum and ellipsoid.
    Other(String),
}

/// Parameters of a transverse Mercator (EPSG method 9807): degrees, metres.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TransverseMercator {
    /// Latitude of natural origin.
    pub lat_0: f64,
    /// Longitude of natural origin.
    pub lon_0: f64,
    /// Scale at natural origin.
    pub k: f64,
    /// False easting.
    pub x_0: f64,
    /// False northing.
    pub y_0: f64,
}

impl Projection {
    /// The projection as keys of a proj string; neither datum nor ellipsoid.
    #[must_use]
    pub fn proj(&self) -> String {
        match self {
            Self::Degrees => "+proj=longlat".to_owned(),
            Self::Utm { zone, is_south } => {
                format!(
                    "+proj=utm +zone={zone}{}",
                    if *is_south { " +south" } else { "" }
                )
            }
            Self::TransverseMercator(TransverseMercator {
                lat_0,
                lon_0,
                k,
                x_0,
                y_0,
            }) => {
                format!(
                    "+proj=tmerc +lat_0={lat_0} +lon_0={lon_0} +k={k} +x_0={x_0} +y_0={y_0}"
                )
            }
            Self::WebMercator => {
                "+proj=merc +lat_ts=0 +lon_0=0 +x_0=0 +y_0=0 +k=1".to_owned()
            }
            Self::Other(keys) => keys.clone(),
        }
    }

    /// A transverse Mercator with the parameters of a UTM zone, as that zone.
    #[must_use]
    pub fn canonical(&self) -> Self {
        let Self::TransverseMercator(mine) = self else { return self.clone() };
        (1..=60)
            .flat_map(|zone| [true, false].map(|is_south| (zone, is_south)))
            .find(|&(zone, is_south)| mine.is_same(&utm(zone, is_south)))
            .map_or_else(|| self.clone(), |(zone, is_south)| Self::Utm { zone, is_south })
    }

    /// Whether two are the same to well below a micrometre on the ground.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        match (self.canonical(), other.canonical()) {
            (Self::TransverseMercator(a), Self::TransverseMercator(b)) => a.is_same(&b),
            (a, b) => a == b,
        }
    }
}

impl TransverseMercator {
    fn is_same(&self, other: &Self) -> bool {
        // Files round: 15 digits of a radian or of a foot leave this much, degrees and metres.
        let is_near = |a: f64, b: f64, tolerance: f64| (a - b).abs() <= tolerance;
        is_near(self.lat_0, other.lat_0, 1e-10)
            && is_near(self.lon_0, other.lon_0, 1e-10)
            && is_near(self.k, other.k, 1e-13)
            && is_near(self.x_0, other.x_0, 1e-6)
            && is_near(self.y_0, other.y_0, 1e-6)
    }
}

fn utm(zone: u8, is_south: bool) -> TransverseMercator {
    TransverseMercator {
        lat_0: 0.0,
        lon_0: f64::from(zone) * 6.0 - 183.0,
        k: 0.9996,
        x_0: 500_000.0,
        y_0: if is_south { 10_000_000.0 } else { 0.0 },
    }
}
