//! Datums and the operations that take them to WGS 84.
//!
//! Codes, names, parameters, accuracies and areas are those that PROJ 9.5.1 lists from the
//! EPSG dataset, read through pyproj 3.7.2 (Python 3.11):
//!
//! ```python
//! from pyproj.transformer import TransformerGroup
//! for t in TransformerGroup(SOURCE, 4326, always_xy=True, allow_ballpark=False).transformers:
//!     for o in t.operations:
//!         print(o.to_json_dict()["id"], o.name, o.accuracy, o.area_of_use, o.params)
//! ```
//!
//! The accuracy is the EPSG dataset's figure in metres, taken as it stands. Operations with
//! rotations in the coordinate-frame convention and those of single oil fields are left out.

/// The body that a datum computes on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ellipsoid {
    /// Its name in proj strings.
    pub proj: &'static str,
    /// Semi-major axis, m.
    pub a: f64,
    /// Inverse flattening.
    pub rf: f64,
}

/// A geodetic datum of the Andes, or WGS 84.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Datum {
    /// World Geodetic System 1984.
    Wgs84,
    /// SIRGAS 2000.
    Sirgas2000,
    /// SIRGAS 1995.
    Sirgas1995,
    /// Peru's realisation of SIRGAS.
    Peru96,
    /// Colombia's.
    MagnaSirgas,
    /// Bolivia's.
    Margen,
    /// Venezuela's.
    Regven,
    /// Provisional South American Datum 1956.
    Psad56,
    /// South American Datum 1969.
    Sad69,
}

/// A shift to WGS 84 through geocentric coordinates: dx, dy, dz in metres, rotations about
/// x, y, z in arc-seconds, scale in parts per million.
///
/// The rotations follow the position vector convention (EPSG method 9606), as `+towgs84` of
/// proj strings and `TOWGS84` of WKT do.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shift(pub [f64; 7]);

/// A datum operation to WGS 84.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Operation {
    /// EPSG code.
    pub code: u32,
    /// Name in the EPSG dataset.
    pub name: &'static str,
    /// From which datum.
    pub datum: Datum,
    /// Parameters.
    pub shift: Shift,
    /// Accuracy, m.
    pub accuracy_m: f64,
    /// Where it may be used: west, south, east, north, degrees of WGS 84.
    pub area: [f64; 4],
}

impl Shift {
    /// Three translations and nothing else, m.
    #[must_use]
    pub const fn translation(x: f64, y: f64, z: f64) -> Self {
        Self([x, y, z, 0.0, 0.0, 0.0, 0.0])
    }

    /// Reads three or seven finite numbers.
    #[must_use]
    pub fn from_slice(numbers: &[f64]) -> Option<Self> {
        let mut all = [0.0; 7];
        if !matches!(numbers.len(), 3 | 7) || !numbers.iter().all(|n| n.is_finite()) {
            return None;
        }
        all[..numbers.len()].copy_from_slice(numbers);
        Some(Self(all))
    }

    /// The parameters as far as they matter: three if there is neither rotation nor scale.
    #[must_use]
    pub fn parameters(&self) -> &[f64] {
        let is_translation = self.0[3..].iter().all(|value| value.abs() <= 0.0);
        &self.0[..if is_translation { 3 } else { 7 }]
    }

    /// Whether it moves nothing.
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.0.iter().all(|value| value.abs() <= 0.0)
    }
}

impl std::fmt::Display for Shift {
    /// As in `+towgs84=`: numbers with commas.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (i, value) in self.parameters().iter().enumerate() {
            write!(f, "{}{value}", if i == 0 { "" } else { "," })?;
        }
        Ok(())
    }
}

const WGS84: Ellipsoid = Ellipsoid { proj: "WGS84", a: 6_378_137.0, rf: 298.257_223_563 };
const GRS80: Ellipsoid = Ellipsoid { proj: "GRS80", a: 6_378_137.0, rf: 298.257_222_101 };
const INTERNATIONAL_1924: Ellipsoid =
    Ellipsoid { proj: "intl", a: 6_378_388.0, rf: 297.0 };
const GRS67_MODIFIED: Ellipsoid =
    Ellipsoid { proj: "aust_SA", a: 6_378_160.0, rf: 298.25 };

impl Datum {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Wgs84,
        Self::Sirgas2000,
        Self::Sirgas1995,
        Self::Peru96,
        Self::MagnaSirgas,
        Self::Margen,
        Self::Regven,
        Self::Psad56,
        Self::Sad69,
    ];

    /// Its usual short name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Wgs84 => "WGS 84",
            Self::Sirgas2000 => "SIRGAS 2000",
            Self::Sirgas1995 => "SIRGAS 1995",
            Self::Peru96 => "Peru96",
            Self::MagnaSirgas => "MAGNA-SIRGAS",
            Self::Margen => "MARGEN",
            Self::Regven => "REGVEN",
            Self::Psad56 => "PSAD56",
            Self::Sad69 => "SAD69",
        }
    }

    /// The body that it computes on.
    #[must_use]
    pub fn ellipsoid(self) -> Ellipsoid {
        match self {
            Self::Wgs84 => WGS84,
            Self::Psad56 => INTERNATIONAL_1924,
            Self::Sad69 => GRS67_MODIFIED,
            _ => GRS80,
        }
    }

    /// Recognises the name that a file gives a datum, in the spelling of ESRI, GDAL or EPSG.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let mut short: String = name
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .map(|letter| letter.to_ascii_lowercase())
            .collect();
        if name.starts_with("D_") {
            short.remove(0);
        }
        match short.as_str() {
            "wgs1984"
            | "wgs84"
            | "worldgeodeticsystem1984"
            | "worldgeodeticsystem1984ensemble" => Some(Self::Wgs84),
            "sirgas2000"
            | "sistemadereferenciageocentricoparalasamericas2000"
            | "sistemadereferenciageocentricoparaamericadelsur2000" => {
                Some(Self::Sirgas2000)
            }
            "sirgas"
            | "sirgas1995"
            | "sistemadereferenciageocentricoparaamericadelsur1995" => {
                Some(Self::Sirgas1995)
            }
            "peru96" | "peru1996" => Some(Self::Peru96),
            "magna" | "magnasirgas" | "marcogeocentriconacionaldereferencia" => {
                Some(Self::MagnaSirgas)
            }
            "marcogeodesiconacional" | "marcogeodesiconacionaldebolivia" | "margen" => {
                Some(Self::Margen)
            }
            "regven" | "redgeodesicavenezolana" => Some(Self::Regven),
            "psad56"
            | "psad1956"
            | "provisionalsouthamericandatum1956"
            | "provisionalsamerican1956"
            | "provisionalsouthamerican1956" => Some(Self::Psad56),
            "sad69" | "sad1969" | "southamericandatum1969" | "southamerican1969" => {
                Some(Self::Sad69)
            }
            _ => None,
        }
    }

    /// The operation to WGS 84 that is taken where nobody says otherwise: the one for Peru
    /// where there are several. `None` for WGS 84 itself.
    #[must_use]
    pub fn operation(self) -> Option<&'static Operation> {
        OPERATIONS.iter().find(|operation| operation.datum == self)
    }

    /// The operation with these very parameters, if the table holds one.
    #[must_use]
    pub fn operation_with(self, shift: Shift) -> Option<&'static Operation> {
        OPERATIONS.iter().find(|known| known.datum == self && known.shift == shift)
    }
}

impl Operation {
    /// All operations; the first of each datum is its default.
    pub const ALL: &'static [Self] = OPERATIONS;

    /// The operation of a code.
    #[must_use]
    pub fn of_code(code: u32) -> Option<&'static Self> {
        OPERATIONS.iter().find(|operation| operation.code == code)
    }

    const fn null(
        code: u32,
        name: &'static str,
        datum: Datum,
        accuracy_m: f64,
        area: [f64; 4],
    ) -> Self {
        let shift = Shift::translation(0.0, 0.0, 0.0);
        Self { code, name, datum, shift, accuracy_m, area }
    }

    const fn psad56(
        code: u32,
        name: &'static str,
        [x, y, z]: [f64; 3],
        accuracy_m: f64,
        area: [f64; 4],
    ) -> Self {
        let shift = Shift::translation(x, y, z);
        Self { code, name, datum: Datum::Psad56, shift, accuracy_m, area }
    }

    const fn sad69(
        code: u32,
        name: &'static str,
        [x, y, z]: [f64; 3],
        accuracy_m: f64,
        area: [f64; 4],
    ) -> Self {
        let shift = Shift::translation(x, y, z);
        Self { code, name, datum: Datum::Sad69, shift, accuracy_m, area }
    }
}

#[rustfmt::skip]
const OPERATIONS: &[Operation] = &[
    // PROJ treats these as equal to WGS 84; the EPSG dataset grants that to a metre or two.
    Operation::null(5378, "Peru96 to WGS 84 (1)", Datum::Peru96, 1.0, [-84.68, -21.05, -68.67, -0.03]),
    Operation::null(15_894, "SIRGAS 2000 to WGS 84 (1)", Datum::Sirgas2000, 1.0, [-122.19, -59.87, -25.28, 32.72]),
    Operation::null(1581, "SIRGAS 1995 to WGS 84 (1)", Datum::Sirgas1995, 2.0, [-113.21, -59.87, -26.0, 16.75]),
    Operation::null(15_738, "MAGNA-SIRGAS to WGS 84 (1)", Datum::MagnaSirgas, 1.0, [-84.77, -4.23, -66.87, 15.51]),
    Operation::null(5374, "MARGEN to WGS 84 (1)", Datum::Margen, 1.0, [-69.66, -22.91, -57.52, -9.67]),
    Operation::null(1768, "REGVEN to WGS 84 (1)", Datum::Regven, 1.0, [-73.38, 0.64, -58.95, 16.75]),
    // Peru onshore: the default.
    Operation::psad56(1208, "PSAD56 to WGS 84 (8)", [-279.0, 175.0, -379.0], 16.0, [-81.41, -18.35, -68.67, -0.03]),
    // The continental mean.
    Operation::psad56(1201, "PSAD56 to WGS 84 (1)", [-288.0, 175.0, -376.0], 42.0, [-81.41, -43.5, -56.47, 12.25]),
    // Bolivia, Colombia, Ecuador, Venezuela, Chile north of 26° S, 26° to 36° S, to 43.5° S.
    Operation::psad56(1202, "PSAD56 to WGS 84 (2)", [-270.0, 188.0, -388.0], 19.0, [-69.66, -22.91, -57.52, -9.67]),
    Operation::psad56(1205, "PSAD56 to WGS 84 (5)", [-282.0, 169.0, -371.0], 26.0, [-79.1, -4.23, -66.87, 12.52]),
    Operation::psad56(1206, "PSAD56 to WGS 84 (6)", [-278.0, 171.0, -367.0], 7.0, [-81.03, -5.01, -75.21, 1.45]),
    Operation::psad56(1209, "PSAD56 to WGS 84 (9)", [-295.0, 173.0, -371.0], 23.0, [-73.38, 0.64, -59.8, 12.25]),
    Operation::psad56(6971, "PSAD56 to WGS 84 (15)", [-302.0, 272.0, -360.0], 17.0, [-70.79, -26.0, -67.0, -17.5]),
    Operation::psad56(6972, "PSAD56 to WGS 84 (16)", [-328.0, 340.0, -329.0], 17.0, [-72.87, -36.0, -68.28, -26.0]),
    Operation::psad56(6973, "PSAD56 to WGS 84 (17)", [-352.0, 403.0, -287.0], 17.0, [-74.48, -43.5, -70.39, -35.99]),
    // Peru onshore: the default; then the continental mean, Bolivia, Ecuador, Chile north of 32° S.
    Operation::sad69(1874, "SAD69 to WGS 84 (11)", [-58.0, 0.0, -44.0], 9.0, [-81.41, -18.35, -68.67, -0.03]),
    Operation::sad69(1864, "SAD69 to WGS 84 (1)", [-57.0, 1.0, -41.0], 19.0, [-81.41, -45.0, -34.74, 12.52]),
    Operation::sad69(1866, "SAD69 to WGS 84 (3)", [-61.0, 2.0, -48.0], 26.0, [-69.66, -22.91, -57.52, -9.67]),
    Operation::sad69(1870, "SAD69 to WGS 84 (7)", [-48.0, 3.0, -44.0], 6.0, [-81.03, -5.01, -75.21, 1.45]),
    Operation::sad69(6974, "SAD69 to WGS 84 (17)", [-59.0, -11.0, -52.0], 4.0, [-71.77, -32.0, -67.0, -17.5]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_datum_but_wgs_84_has_an_operation() {
        for datum in Datum::ALL {
            assert_eq!(datum.operation().is_none(), datum == Datum::Wgs84, "{datum:?}");
        }
        let default = |datum: Datum| datum.operation().map(|operation| operation.code);
        assert_eq!(default(Datum::Psad56), Some(1208));
        assert_eq!(default(Datum::Sad69), Some(1874));
        assert_eq!(default(Datum::Peru96), Some(5378));
    }

    #[test]
    fn datums_are_known_by_all_their_names() {
        let cases = [
            ("D_WGS_1984", Some(Datum::Wgs84)),
            ("World Geodetic System 1984 ensemble", Some(Datum::Wgs84)),
            ("D_Provisional_S_American_1956", Some(Datum::Psad56)),
            ("Provisional_South_American_Datum_1956", Some(Datum::Psad56)),
            ("D_Peru96", Some(Datum::Peru96)),
            ("D_SIRGAS", Some(Datum::Sirgas1995)),
            ("D_South_American_1969", Some(Datum::Sad69)),
            ("D_Unknown_based_on_WGS_1984_ellipsoid", None),
            ("D_Campo_Inchauspe", None),
            ("D_", None),
            ("", None),
            ("ñ", None),
        ];
        for (name, expected) in cases {
            assert_eq!(Datum::parse(name), expected, "{name}");
        }
    }

    #[test]
    fn shifts_have_three_or_seven_numbers() {
        let cases: [(&[f64], Option<&str>); 6] = [
            (&[-279.0, 175.0, -379.0], Some("-279,175,-379")),
            (&[-279.0, 175.0, -379.0, 0.0, 0.0, 0.0, 0.0], Some("-279,175,-379")),
            (&[1.0, 2.0, 3.0, 0.5, 0.0, 0.0, -0.25], Some("1,2,3,0.5,0,0,-0.25")),
            (&[1.0, 2.0], None),
            (&[1.0, 2.0, 3.0, 4.0], None),
            (&[1.0, f64::NAN, 3.0], None),
        ];
        for (numbers, expected) in cases {
            let found = Shift::from_slice(numbers).map(|shift| shift.to_string());
            assert_eq!(found.as_deref(), expected, "{numbers:?}");
        }
    }
}
