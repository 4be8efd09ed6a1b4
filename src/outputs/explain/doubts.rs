//! What makes a figure doubtful: each source of doubt by name, counted or not.
//!
//! In: a figure's row and the settings. Out: what to tell of each doubt, as the table prints
//! such figures. It measures nothing.

use serde_json::{Value, json};

use super::super::figure::Row;
use super::super::numbers::{self, Format};
use crate::analysis::Lacking;
use crate::analysis::explain::End;
use crate::config::Settings;
use crate::domain::{Doubt, DoubtRange, Measure, Message};
use crate::indicators::Method;

/// Whether a doubt is in a figure's range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DoubtState {
    /// It is.
    Counted,
    /// The project switches it off.
    Off,
    /// It is switched on, but how large it is nobody says.
    Unknown,
}

/// A source of doubt and what it does to a figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoubtTold {
    /// Which one.
    pub doubt: Doubt,
    /// Whether it is in the range.
    pub state: DoubtState,
    /// The range that it alone gives, as printed; empty unless it is counted.
    pub range: (String, String),
}

impl DoubtTold {
    /// The sentence about it.
    #[must_use]
    pub fn message(&self) -> Message {
        let key = match self.state {
            DoubtState::Counted => "explain.doubt.counted",
            DoubtState::Off => "explain.doubt.off",
            DoubtState::Unknown => "explain.doubt.unknown",
        };
        Message::new(key)
            .with("doubt", format!("@explain.doubt_name.{}", self.doubt.id()))
            .with("low", &self.range.0)
            .with("high", &self.range.1)
    }

    pub(super) fn json(&self) -> Value {
        let state = match self.state {
            DoubtState::Counted => "counted",
            DoubtState::Off => "off",
            DoubtState::Unknown => "unknown",
        };
        let (low, high) = &self.range;
        json!({ "doubt": self.doubt.id(), "state": state, "low": low, "high": high })
    }
}

/// All doubts that can touch a figure; none for one that only its table knows.
pub(super) fn told(settings: &Settings, row: Row<'_>, end: End) -> Vec<DoubtTold> {
    let (known, possible, format) = match row {
        Row::Exposure(row) => {
            let format = numbers::of_measure(&row.measure);
            (row.doubts.clone(), of_exposure(&row.measure), format)
        }
        Row::Deficit(row) if end.is_of_shortfall() => {
            let method = Method::of_deficit(row.kind);
            let mut possible = of_deficit(method);
            if method == Method::Access {
                // How many are not served grows with the people; their share does not.
                possible.push(Doubt::PopulationDate);
            }
            let lacking = row.lacking.iter().flat_map(of_lacking);
            (lacking.collect(), possible, numbers::of_shortfall(method))
        }
        Row::Deficit(row) => {
            let method = Method::of_deficit(row.kind);
            (row.doubts.clone(), of_deficit(method), numbers::of_value(method))
        }
        _ => return Vec::new(),
    };
    let tell = |doubt: Doubt| {
        let found = known.iter().find(|one| one.doubt == doubt);
        let state = match found {
            Some(_) => DoubtState::Counted,
            None if settings.doubts.has(doubt) => DoubtState::Unknown,
            None => DoubtState::Off,
        };
        let end = |end: Option<f64>| format.write(end);
        let range = (end(found.map(|one| one.low)), end(found.map(|one| one.high)));
        DoubtTold { doubt, state, range }
    };
    Doubt::ALL.into_iter().filter(|doubt| possible.contains(doubt)).map(tell).collect()
}

/// What each doubt alone makes of a shortfall.
fn of_lacking(lacking: &Lacking) -> impl Iterator<Item = DoubtRange> + '_ {
    lacking.doubts.iter().map(|one| {
        let [low, high] = [one.low, one.high].map(|amount| lacking.shortfall(amount));
        DoubtRange { doubt: one.doubt, low, high }
    })
}

fn of_exposure(measure: &Measure) -> Vec<Doubt> {
    let mut all = vec![Doubt::HazardEdge, Doubt::ExposedPosition, Doubt::Datum];
    if !matches!(measure, Measure::Area | Measure::Length) {
        all.push(Doubt::Straddling);
    }
    if *measure == Measure::People {
        all.push(Doubt::PopulationDate);
    }
    all
}

fn of_deficit(method: Method) -> Vec<Doubt> {
    match method {
        Method::Access => vec![
            Doubt::ExposedPosition,
            Doubt::ServicePosition,
            Doubt::Datum,
            Doubt::Straddling,
        ],
        Method::AreaPerPerson => {
            vec![Doubt::ServicePosition, Doubt::Straddling, Doubt::PopulationDate]
        }
        Method::PeoplePerUnit => vec![Doubt::Straddling, Doubt::PopulationDate],
        _ => Vec::new(),
    }
}

/// An end of a range that several doubts make together, with the numbers put in.
pub(super) fn combined(
    end: End,
    value: f64,
    doubts: &[DoubtRange],
    format: Format,
) -> Message {
    let key = match end {
        End::Low => "explain.computed.combined_low",
        _ => "explain.computed.combined_high",
    };
    Message::new(key)
        .with("value", format.write(value))
        .with("squares", squares(end == End::Low, value, doubts, format))
}

/// An end of what is lacking, with the numbers put in.
pub(super) fn lacking(end: End, lacking: &Lacking, format: Format) -> Message {
    let is_low = end == End::ShortfallLow;
    let key = match (is_low, lacking.is_whole, lacking.most.is_finite()) {
        (true, true, _) => "explain.computed.lacking_units_low",
        (false, true, _) => "explain.computed.lacking_units_high",
        (true, false, _) => "explain.computed.lacking_low",
        (false, false, true) => "explain.computed.lacking_most",
        (false, false, false) => "explain.computed.lacking_high",
    };
    Message::new(key)
        .with("amount", format.write(lacking.amount()))
        .with("demand", format.write(lacking.demand))
        .with("units", format.write(lacking.provision))
        .with("most", format.write(lacking.most))
        .with("squares", squares(is_low, lacking.amount(), &lacking.doubts, format))
}

/// How far each doubt takes a figure down or up, squared.
fn squares(is_low: bool, value: f64, doubts: &[DoubtRange], format: Format) -> String {
    let off = |one: &DoubtRange| if is_low { value - one.low } else { one.high - value };
    let each = doubts.iter().map(|one| format!("{}²", format.write(off(one))));
    each.collect::<Vec<_>>().join(" + ")
}
