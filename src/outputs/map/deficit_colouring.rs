//! How a map of a deficit colours territories: by their gap as a share of the standard, or by
//! their values.
//!
//! In: the rows of a deficit and the method of its classes. Out: the class of each territory,
//! its paint and its words.

use crate::analysis::DeficitRow;
use crate::config::{Better, Breaks, DeficitKind, DeficitSettings};
use crate::domain::{Message, TOTAL};

use super::choropleth::{Classes, Method};
use super::figures;
use super::scene::Paint;
use super::style::{GAP_LIMITS, GapClass};
use super::words::Words;

/// How territories are coloured.
pub(super) enum Colouring {
    /// By the gap, as a share of the standard.
    Gap,
    /// By the value.
    Values(Classes),
}

/// The class of a territory, in the order of the legend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    /// By its value: index of the class.
    Value(usize),
    /// By its gap.
    Gap(GapClass),
}

impl Colouring {
    /// The way, and the method that it follows: of a standard that is nothing, or of none, no
    /// gap is a share, so the values are told apart instead, by round limits.
    pub(super) fn of(
        method: Method,
        deficit: &DeficitSettings,
        rows: &[&DeficitRow],
    ) -> (Self, Method) {
        let has_share = deficit.standard.is_some_and(|standard| standard > 0.0);
        let is_standard = method.breaks == Breaks::Standard;
        if is_standard && (has_share || !is_reported(&deficit.kind)) {
            return (Self::Gap, method);
        }
        let by_standard = method;
        let breaks = if is_standard { Breaks::Pretty } else { method.breaks };
        let method = Method { breaks, ..method };
        let high_is_worse = match deficit.kind {
            DeficitKind::AreaPerPerson { .. } | DeficitKind::Access { .. } => false,
            DeficitKind::PeoplePerUnit { .. } => true,
            DeficitKind::Reported { better, .. } => better == Better::Lower,
        };
        let is_own = |row: &&&DeficitRow| row.territory != TOTAL;
        let values: Vec<f64> =
            rows.iter().filter(is_own).filter_map(|row| row.value).collect();
        match Classes::of(method, &values, high_is_worse) {
            Some(classes) => (Self::Values(classes), method),
            None => (Self::Gap, by_standard),
        }
    }

    /// A territory whose value is no single number has no class of values.
    pub(super) fn class(&self, row: Option<&DeficitRow>) -> Class {
        let Some(row) = row else { return Class::Gap(GapClass::Unknown) };
        let value = row.value.zip(match self {
            Self::Values(classes) => Some(classes),
            Self::Gap => None,
        });
        let class = value.and_then(|(value, classes)| classes.class_of(value));
        match (self, class) {
            (_, Some(class)) => Class::Value(class),
            (Self::Gap, None) => Class::Gap(figures::gap_class(row)),
            (Self::Values(_), None) => Class::Gap(match figures::gap_class(row) {
                GapClass::Unknown => GapClass::Unknown,
                _ => GapClass::Undecided,
            }),
        }
    }

    pub(super) fn paint(&self, class: Class) -> Paint {
        match (self, class) {
            (Self::Values(classes), Class::Value(class)) => classes.paint(class),
            (_, Class::Gap(class)) => class.paint(),
            (Self::Gap, Class::Value(_)) => GapClass::Unknown.paint(),
        }
    }
}

fn is_reported(kind: &DeficitKind) -> bool {
    matches!(kind, DeficitKind::Reported { .. })
}

/// What a class of gaps is called.
pub(super) fn class_label(words: Words, class: GapClass) -> String {
    let percent = |i: usize| words.number(GAP_LIMITS[i] * 100.0, 0);
    match class {
        GapClass::Meets => words.of("map.class.meets"),
        GapClass::Unquantified => words.of("map.class.unquantified"),
        GapClass::Undecided => words.of("map.class.undecided"),
        GapClass::Unknown => words.of("map.class.unknown"),
        GapClass::Gap(0) => words.with("map.class.gap_first", "to", &percent(0)),
        GapClass::Gap(i) if i < GAP_LIMITS.len() => words.say(
            &Message::new("map.class.gap")
                .with("from", percent(i - 1))
                .with("to", percent(i)),
        ),
        GapClass::Gap(_) => {
            words.with("map.class.gap_last", "from", &percent(GAP_LIMITS.len() - 1))
        }
    }
}
