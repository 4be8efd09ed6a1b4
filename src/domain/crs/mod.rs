//! Reference systems: which there are, on which datum, and how datums lie to one another.
//!
//! Plain values and tables. Nothing here projects a coordinate or reads a file.

mod datum;
mod projection;
mod systems;

pub use datum::{Datum, Ellipsoid, Operation, Shift};
pub use projection::{Projection, TransverseMercator};
pub use systems::{SYSTEMS, System, system};

/// The coordinate reference system of a layer.
#[derive(Debug, Clone, PartialEq)]
pub enum ReferenceSystem {
    /// An EPSG code.
    Epsg(u32),
    /// One without a code: from a project file or a `.prj`.
    Custom(Box<CustomSystem>),
}

/// A reference system without an EPSG code.
#[derive(Debug, Clone, PartialEq)]
pub struct CustomSystem {
    /// How degrees become metres.
    pub projection: Projection,
    /// The body that it is computed on, as keys of a proj string, for example `+ellps=intl`.
    pub ellipsoid: String,
    /// How it lies to WGS 84.
    pub frame: Frame,
}

/// How a reference system without a code lies to WGS 84.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Frame {
    /// By the operation of a datum that is known.
    Known(Datum),
    /// By a shift that somebody gave.
    Shifted(Shift),
}

impl ReferenceSystem {
    /// The system of a projection on a datum: its EPSG code if the table holds it.
    #[must_use]
    pub fn of(projection: Projection, datum: Datum) -> Self {
        let known = SYSTEMS
            .iter()
            .find(|known| known.datum == datum && known.projection.is_same(&projection));
        match (known, &projection.canonical()) {
            (Some(known), _) => Self::Epsg(known.epsg),
            (None, Projection::Utm { zone, is_south }) if datum == Datum::Wgs84 => {
                let base = if *is_south { 32_700 } else { 32_600 };
                Self::Epsg(base + u32::from(*zone))
            }
            _ => Self::Custom(Box::new(CustomSystem {
                projection,
                ellipsoid: format!("+ellps={}", datum.ellipsoid().proj),
                frame: Frame::Known(datum),
            })),
        }
    }

    /// The EPSG code, if it has one.
    #[must_use]
    pub fn epsg(&self) -> Option<u32> {
        match self {
            Self::Epsg(epsg) => Some(*epsg),
            Self::Custom(_) => None,
        }
    }

    /// The datum, where it is known.
    #[must_use]
    pub fn datum(&self) -> Option<Datum> {
        match self {
            Self::Epsg(epsg) => system(*epsg).map(|system| system.datum),
            Self::Custom(custom) => match custom.frame {
                Frame::Known(datum) => Some(datum),
                Frame::Shifted(_) => None,
            },
        }
    }

    /// Whether this, as a person states it, may be what a file calls `of_file`: the same
    /// system, or the same plane and body with a shift that the person adds.
    #[must_use]
    pub fn agrees_with(&self, of_file: &Self) -> bool {
        if self == of_file {
            return true;
        }
        let (Some(mine), Some(theirs)) = (self.parts(), of_file.parts()) else {
            return false;
        };
        let is_same_frame = match (mine.2, theirs.2) {
            (Frame::Known(a), Frame::Known(b)) => a == b,
            (Frame::Shifted(_), Frame::Known(_)) => mine.1 == theirs.1,
            (a, b) => a == b && mine.1 == theirs.1,
        };
        mine.0.is_same(&theirs.0) && is_same_frame
    }

    /// Whether it is this plane on this ellipsoid, whatever its datum.
    #[must_use]
    pub fn has_plane(&self, projection: &Projection, ellipsoid: &str) -> bool {
        self.parts().is_some_and(|mine| mine.0.is_same(projection) && mine.1 == ellipsoid)
    }

    /// Projection, ellipsoid and frame; `None` for a code that is not in the table.
    fn parts(&self) -> Option<(Projection, String, Frame)> {
        match self {
            Self::Epsg(epsg) => system(*epsg).map(|system| {
                let ellipsoid = format!("+ellps={}", system.datum.ellipsoid().proj);
                (system.projection, ellipsoid, Frame::Known(system.datum))
            }),
            Self::Custom(custom) => {
                Some((custom.projection.clone(), custom.ellipsoid.clone(), custom.frame))
            }
        }
    }
}

impl From<u32> for ReferenceSystem {
    fn from(epsg: u32) -> Self {
        Self::Epsg(epsg)
    }
}

impl std::fmt::Display for ReferenceSystem {
    /// `EPSG:24879`, or a proj string.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Epsg(epsg) => write!(f, "EPSG:{epsg}"),
            Self::Custom(custom) => {
                write!(f, "{} {}", custom.projection.proj(), custom.ellipsoid)?;
                match custom.frame {
                    Frame::Known(Datum::Wgs84) => write!(f, " +datum=WGS84"),
                    Frame::Known(datum) => write!(f, " ({})", datum.name()),
                    Frame::Shifted(shift) => write!(f, " +towgs84={shift}"),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_system_in_other_words_gets_its_code() {
        let utm = |lon_0: f64, y_0: f64| {
            Projection::TransverseMercator(TransverseMercator {
                lat_0: 0.0,
                lon_0,
                k: 0.9996,
                x_0: 500_000.0,
                y_0,
            })
        };
        let cases = [
            (utm(-69.0, 1e7), Datum::Wgs84, Some(32_719)),
            (utm(-69.0, 0.0), Datum::Wgs84, Some(32_619)),
            (utm(177.0, 1e7), Datum::Wgs84, Some(32_760)),
            (utm(-69.0, 1e7), Datum::Psad56, Some(24_879)),
            (utm(-81.0, 1e7), Datum::Peru96, Some(5839)),
            (utm(-70.0, 1e7), Datum::Psad56, None),
            (utm(-69.0, 5.0), Datum::Wgs84, None),
            (Projection::Degrees, Datum::Peru96, Some(5373)),
            (Projection::WebMercator, Datum::Wgs84, Some(3857)),
            (Projection::WebMercator, Datum::Psad56, None),
        ];
        for (projection, datum, expected) in cases {
            let found = ReferenceSystem::of(projection.clone(), datum);
            assert_eq!(found.epsg(), expected, "{projection:?} {datum:?}");
        }
    }

    #[test]
    fn a_person_may_add_a_shift_and_nothing_else() {
        let custom = |zone: u8, ellipsoid: &str| {
            ReferenceSystem::Custom(Box::new(CustomSystem {
                projection: Projection::Utm { zone, is_south: true },
                ellipsoid: ellipsoid.to_owned(),
                frame: Frame::Shifted(Shift([-280.0, 175.0, -379.0, 0.0, 0.0, 0.0, 0.0])),
            }))
        };
        let of_file = ReferenceSystem::Epsg(24_879);
        let cases = [
            (custom(19, "+ellps=intl"), true),
            (custom(18, "+ellps=intl"), false),
            (custom(19, "+ellps=GRS80"), false),
            (ReferenceSystem::Epsg(24_879), true),
            (ReferenceSystem::Epsg(32_719), false),
            (ReferenceSystem::Epsg(24_878), false),
        ];
        for (stated, expected) in cases {
            assert_eq!(stated.agrees_with(&of_file), expected, "{stated}");
        }
    }
}
