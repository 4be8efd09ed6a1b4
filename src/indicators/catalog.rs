//! The catalogue of methods: what each kind of figure means and where its method is from.
//!
//! In: nothing. Out: one [`Entry`] a [`Method`], which the tables, the manifest and
//! `docs/indicators.md` all read. A change of a formula is a change of its version here.

use crate::domain::Measure;

/// How a figure was arrived at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Method {
    /// Features counted once each.
    Features,
    /// Area of polygons in a zone.
    Area,
    /// Length of lines in a zone.
    Length,
    /// Residents in a zone.
    People,
    /// A further additive field in a zone.
    Sum,
    /// Area of a service per person.
    AreaPerPerson,
    /// Share of people within a distance of a facility.
    Access,
    /// People per unit of a service.
    PeoplePerUnit,
    /// A figure that somebody reported.
    Reported,
    /// People not served and in a hazard zone.
    DeficitInHazard,
    /// People whose nearest facility lies in a hazard zone.
    FacilitiesInHazard,
}

/// Which direction of a figure is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Less is better.
    Lower,
    /// More is better.
    Higher,
    /// The project says which, figure by figure.
    Declared,
}

impl Direction {
    /// The name in documentation.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Lower => "lower",
            Self::Higher => "higher",
            Self::Declared => "declared",
        }
    }
}

/// One entry of the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// Stable code, as in the column `method` of the tables.
    pub code: &'static str,
    /// Unit of the value; `declared` where the project or a table states it.
    pub unit: &'static str,
    /// Which direction is good.
    pub direction: Direction,
    /// Formula: `f` features with people or sum `p`, area `A`, length `L`; `z` the zone,
    /// `t` the territory, `S` the service, `U` its units, `P` people.
    pub formula: &'static str,
    /// Who published the method, or who states it.
    pub reference: &'static str,
    /// Raised whenever the same inputs would give another figure.
    pub version: &'static str,
}

/// Areal weighting, on which all figures that are split by area rest.
const GOODCHILD_LAM: &str = "Goodchild & Lam (1980), Areal interpolation: a variant of \
     the traditional spatial problem, Geo-Processing 1, 297-312";
/// The plan whose figures the deficits take up: target minus value, floored at 0.
const PLAN: &str =
    "Plan de Gobierno de la Provincia de Ilo 2019-2022, target against value";

impl Method {
    /// All methods, in the order of the documentation.
    pub const ALL: [Self; 11] = [
        Self::Features,
        Self::Area,
        Self::Length,
        Self::People,
        Self::Sum,
        Self::AreaPerPerson,
        Self::Access,
        Self::PeoplePerUnit,
        Self::Reported,
        Self::DeficitInHazard,
        Self::FacilitiesInHazard,
    ];

    /// The method of an exposure measure.
    #[must_use]
    pub fn of_measure(measure: &Measure) -> Self {
        match measure {
            Measure::Features => Self::Features,
            Measure::Area => Self::Area,
            Measure::Length => Self::Length,
            Measure::People => Self::People,
            Measure::Sum(_) => Self::Sum,
        }
    }

    /// The method of a kind of deficit, as named in `deficits.csv`.
    ///
    /// Assumes one of the contract's four kinds; anything else counts as reported,
    /// the kind that computes nothing.
    #[must_use]
    pub fn of_deficit(kind: &str) -> Self {
        match kind {
            "area_per_person" => Self::AreaPerPerson,
            "access" => Self::Access,
            "people_per_unit" => Self::PeoplePerUnit,
            _ => Self::Reported,
        }
    }

    /// Its entry in the catalogue.
    #[must_use]
    pub fn entry(self) -> &'static Entry {
        match self {
            Self::Features => &FEATURES,
            Self::Area => &AREA,
            Self::Length => &LENGTH,
            Self::People => &PEOPLE,
            Self::Sum => &SUM,
            Self::AreaPerPerson => &AREA_PER_PERSON,
            Self::Access => &ACCESS,
            Self::PeoplePerUnit => &PEOPLE_PER_UNIT,
            Self::Reported => &REPORTED,
            Self::DeficitInHazard => &DEFICIT_IN_HAZARD,
            Self::FacilitiesInHazard => &FACILITIES_IN_HAZARD,
        }
    }
}

static FEATURES: Entry = Entry {
    code: "exposure.features",
    unit: "1",
    direction: Direction::Lower,
    formula: "#{f : home(f) = t and worst(f) = level}",
    reference: "rule of measure 5: once, in the territory that holds most of it, \
                at the worst level that any part of it overlaps",
    version: "1",
};
static AREA: Entry = Entry {
    code: "exposure.area",
    unit: "m2",
    direction: Direction::Lower,
    formula: "sum A(f ∩ z ∩ t)",
    reference: "planar area in the working CRS, exact overlay on a grid of 1 µm",
    version: "1",
};
static LENGTH: Entry = Entry {
    code: "exposure.length",
    unit: "m",
    direction: Direction::Lower,
    formula: "sum L(f ∩ z ∩ t)",
    reference: "planar length in the working CRS",
    version: "1",
};
static PEOPLE: Entry = Entry {
    code: "exposure.people",
    unit: "people",
    direction: Direction::Lower,
    formula: "sum p · A(f ∩ z ∩ t) / A(f)",
    reference: GOODCHILD_LAM,
    version: "1",
};
static SUM: Entry = Entry {
    code: "exposure.sum",
    unit: "1",
    direction: Direction::Lower,
    formula: "sum p · A(f ∩ z ∩ t) / A(f)",
    reference: GOODCHILD_LAM,
    version: "1",
};
static AREA_PER_PERSON: Entry = Entry {
    code: "deficit.area_per_person",
    unit: "m2/person",
    direction: Direction::Higher,
    formula: "A(∪S ∩ t) / P(t)",
    reference: PLAN,
    version: "1",
};
static ACCESS: Entry = Entry {
    code: "deficit.access",
    unit: "1",
    direction: Direction::Higher,
    formula: "P(t, distance to the nearest facility ≤ within_m) / P(t)",
    reference: "coverage within a distance: Church & ReVelle (1974), The maximal \
                covering location problem, Papers of the Regional Science Association \
                32, 101-118",
    version: "1",
};
static PEOPLE_PER_UNIT: Entry = Entry {
    code: "deficit.people_per_unit",
    unit: "people/unit",
    direction: Direction::Lower,
    formula: "P(t) / U(t)",
    reference: PLAN,
    version: "1",
};
static REPORTED: Entry = Entry {
    code: "deficit.reported",
    unit: "declared",
    direction: Direction::Declared,
    formula: "v(t), as the table states it",
    reference: "the source that the table names",
    version: "1",
};
static DEFICIT_IN_HAZARD: Entry = Entry {
    code: "deficit_in_hazard.access",
    unit: "people",
    direction: Direction::Lower,
    formula: "sum over unserved f of p · A(f ∩ z ∩ t) / A(f)",
    reference: GOODCHILD_LAM,
    version: "1",
};
static FACILITIES_IN_HAZARD: Entry = Entry {
    code: "facilities_in_hazard.people",
    unit: "people",
    direction: Direction::Lower,
    formula: "sum p(f) over f that have no nearer facility",
    reference: "assignment to the nearest centre: Okabe et al. (2000), Spatial \
                Tessellations, 2nd ed., ch. 7",
    version: "1",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_complete() {
        let mut codes: Vec<_> = Method::ALL.iter().map(|m| m.entry().code).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), Method::ALL.len());
        for method in Method::ALL {
            let entry = method.entry();
            for text in [entry.unit, entry.formula, entry.reference, entry.version] {
                assert!(!text.trim().is_empty(), "{}", entry.code);
            }
        }
    }

    #[test]
    fn measures_and_kinds_find_their_method() {
        let cases = [
            (Measure::Features, "exposure.features", "1"),
            (Measure::Area, "exposure.area", "m2"),
            (Measure::Length, "exposure.length", "m"),
            (Measure::People, "exposure.people", "people"),
            (Measure::Sum("dwellings".into()), "exposure.sum", "1"),
        ];
        for (measure, code, unit) in cases {
            let entry = Method::of_measure(&measure).entry();
            assert_eq!((entry.code, entry.unit), (code, unit));
            assert_eq!(entry.unit, measure.unit());
        }
        for kind in ["area_per_person", "access", "people_per_unit", "reported"] {
            assert_eq!(Method::of_deficit(kind).entry().code, format!("deficit.{kind}"));
        }
    }
}
