//! The departments of Peru in the two numberings of districts, and where they lie.
//!
//! INEI and RENIEC number the departments by the alphabet; INEI counts Callao as the 7th,
//! RENIEC as the 24th, so that all between differ by one. The first two digits of a code are
//! the department. Boxes are those of the populated centres of each department (94,922
//! points), widened to tenths of a degree.

/// West, south, east, north of each department in INEI's numbering, degrees.
const BOXES: [[f64; 4]; 25] = [
    [-78.8, -7.0, -77.1, -3.0],
    [-78.7, -10.8, -76.7, -8.0],
    [-73.9, -14.9, -72.0, -13.2],
    [-75.1, -17.3, -70.8, -14.6],
    [-75.2, -15.7, -72.9, -12.2],
    [-79.5, -7.8, -77.8, -4.6],
    [-77.2, -12.1, -77.0, -11.8],
    [-74.0, -15.5, -70.4, -11.2],
    [-75.8, -14.1, -74.2, -12.0],
    [-77.3, -10.5, -74.5, -8.4],
    [-76.4, -15.5, -74.6, -13.0],
    [-76.6, -12.6, -73.5, -10.6],
    [-79.7, -9.0, -76.9, -6.9],
    [-80.3, -7.1, -79.1, -5.5],
    [-77.9, -13.3, -75.5, -10.3],
    [-77.7, -8.2, -69.9, 0.0],
    [-72.0, -13.2, -68.6, -10.9],
    [-71.5, -17.7, -70.0, -15.9],
    [-76.7, -11.2, -74.5, -9.5],
    [-81.4, -6.0, -79.2, -4.1],
    [-71.1, -17.3, -68.8, -13.1],
    [-77.8, -8.8, -75.5, -5.5],
    [-71.2, -18.4, -69.4, -16.7],
    [-81.1, -4.2, -80.1, -3.4],
    [-75.9, -11.5, -70.5, -7.7],
];

/// So far beyond its box a place may still be of a department, degrees.
const MARGIN_DEG: f64 = 0.2;

/// Who numbers the districts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Numbering {
    /// The statistics office.
    Inei,
    /// The civil registry.
    Reniec,
}

impl Numbering {
    /// The numbering that a project names.
    pub(super) fn parse(name: &str) -> Option<Self> {
        match name.trim().to_ascii_uppercase().as_str() {
            "INEI" => Some(Self::Inei),
            "RENIEC" => Some(Self::Reniec),
            _ => None,
        }
    }

    /// The other one.
    pub(super) fn other(self) -> Self {
        match self {
            Self::Inei => Self::Reniec,
            Self::Reniec => Self::Inei,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Inei => "INEI",
            Self::Reniec => "RENIEC",
        }
    }

    /// The department of a number in INEI's numbering; `None` if there is none.
    fn to_inei(self, number: usize) -> Option<usize> {
        let number = Some(number).filter(|number| (1..=25).contains(number))?;
        Some(match (self, number) {
            (Self::Reniec, 7..=23) => number + 1,
            (Self::Reniec, 24) => 7,
            _ => number,
        })
    }
}

/// The department that the code of a district names, in INEI's numbering, if it is a code
/// of six digits.
pub(super) fn department(code: &str, numbering: Numbering) -> Option<usize> {
    let is_code = code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit());
    let number = is_code.then(|| code[..2].parse().ok())??;
    numbering.to_inei(number)
}

/// Whether a place may be in a department of INEI's numbering.
pub(super) fn may_hold(department: usize, [lon, lat]: [f64; 2]) -> bool {
    let Some([west, south, east, north]) = department.checked_sub(1).map(|at| BOXES[at])
    else {
        return false;
    };
    let near = MARGIN_DEG;
    (west - near..=east + near).contains(&lon)
        && (south - near..=north + near).contains(&lat)
}

/// Whether a place is in Peru, or at sea just off it.
pub(super) fn is_in_peru(place: [f64; 2]) -> bool {
    (1..=BOXES.len()).any(|department| may_hold(department, place))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numberings_differ_between_callao_and_tumbes() {
        let cases = [
            ("180301", Numbering::Inei, Some(18)),
            ("170301", Numbering::Reniec, Some(18)),
            ("180301", Numbering::Reniec, Some(19)),
            ("060101", Numbering::Reniec, Some(6)),
            ("240101", Numbering::Reniec, Some(7)),
            ("230101", Numbering::Reniec, Some(24)),
            ("250101", Numbering::Reniec, Some(25)),
            ("990101", Numbering::Inei, None),
            ("18030", Numbering::Inei, None),
            ("1803AB", Numbering::Inei, Some(18)),
        ];
        for (code, numbering, expected) in cases {
            let expected = expected.filter(|_| code.bytes().all(|b| b.is_ascii_digit()));
            assert_eq!(department(code, numbering), expected, "{code} {numbering:?}");
        }
    }

    #[test]
    fn ilo_is_in_moquegua_and_in_no_sea() {
        let ilo = [-71.34, -17.63];
        assert!(may_hold(18, ilo) && !may_hold(17, ilo) && !may_hold(19, ilo));
        assert!(
            is_in_peru(ilo) && !is_in_peru([-77.2, -17.6]) && !is_in_peru([-17.6, -71.3])
        );
    }
}
