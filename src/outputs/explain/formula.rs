//! The formula of a figure with the numbers put in.
//!
//! In: a figure's row and what it is made of. Out: a sentence.

use super::super::figure::Row;
use super::super::numbers::{self, Format};
use super::{Subject, doubts, rows};
use crate::analysis::DeficitRow;
use crate::analysis::explain::{Breakdown, End};
use crate::config::{Better, DeficitKind};
use crate::domain::Message;
use crate::indicators::Method;

impl Subject<'_> {
    /// The formula with the numbers put in.
    pub(super) fn computed(
        &self,
        breakdown: &Breakdown,
        end: End,
        format: Format,
    ) -> Message {
        let figure = match breakdown.figure {
            Some(figure) => format.write(figure),
            None => "@explain.unknown".to_owned(),
        };
        let sum = |at: usize, format: Format| {
            breakdown.sums.get(at).map_or_else(String::new, |sum| format.write(sum.total))
        };
        let people = |at| sum(at, numbers::PEOPLE);
        let Some(method) = self.method() else {
            return rows::computed(self.known, self.row, breakdown, format)
                .with("figure", figure);
        };
        let message = match (self.row, method) {
            (Row::Exposure(row), _) if breakdown.moved.is_some() => {
                let (at_or_worse, worse) = breakdown.moved.unwrap_or_default();
                let key = match end {
                    End::Low => "explain.computed.low",
                    _ => "explain.computed.high",
                };
                Message::new(key)
                    .with("level", row.level.id())
                    .with("at_or_worse", format.write(at_or_worse))
                    .with("worse", format.write(worse))
                    .with("value", format.write(row.value()))
            }
            (Row::Exposure(row), _) if end != End::Value => doubts::combined(
                end,
                row.value().unwrap_or_default(),
                &row.doubts,
                format,
            ),
            (Row::Deficit(row) | Row::Disputed(row), _)
                if matches!(end, End::Low | End::High) && !row.doubts.is_empty() =>
            {
                let value = row.value.unwrap_or_default();
                doubts::combined(end, value, &row.doubts, format)
            }
            (Row::Deficit(row) | Row::Disputed(row), method)
                if matches!(end, End::Gap | End::GapLow | End::GapHigh) =>
            {
                self.gap(row, method, end)
            }
            (Row::Deficit(DeficitRow { lacking: Some(lacking), .. }), _)
                if matches!(end, End::ShortfallLow | End::ShortfallHigh) =>
            {
                doubts::lacking(end, lacking, format)
            }
            (Row::Deficit(row) | Row::Disputed(row), method) if end == End::Shortfall => {
                let standard = Format::Shortest.write(row.standard);
                match method {
                    Method::Access => Message::new("explain.computed.not_served"),
                    Method::AreaPerPerson => {
                        Message::new("explain.computed.lacking_area")
                            .with("standard", standard)
                            .with("people", people(1))
                            .with("area", sum(0, numbers::METERS))
                    }
                    _ => Message::new("explain.computed.lacking_units")
                        .with("standard", standard)
                        .with("people", people(0))
                        .with("units", sum(1, Format::UpTo(6))),
                }
            }
            (Row::Facility(_), _) if end == End::NextDistance => {
                let next = breakdown.sums.first().and_then(|sum| sum.terms.first());
                let next = next.map_or_else(String::new, |term| term.feature.clone());
                Message::new("explain.computed.distance").with("next", next)
            }
            (_, Method::Access) => Message::new("explain.computed.access")
                .with("served", people(0))
                .with("not_served", people(1)),
            (_, Method::AreaPerPerson) => {
                Message::new("explain.computed.area_per_person")
                    .with("area", sum(0, numbers::METERS))
                    .with("people", people(1))
            }
            (_, Method::PeoplePerUnit) => {
                Message::new("explain.computed.people_per_unit")
                    .with("people", people(0))
                    .with("units", sum(1, Format::UpTo(6)))
            }
            (_, Method::Reported) => Message::new("explain.computed.reported"),
            _ => Message::new("explain.computed.sum")
                .with("count", breakdown.sums.first().map_or(0, |sum| sum.terms.len())),
        };
        message.with("figure", figure)
    }

    /// How far a value, or an end of it, is on the wrong side of the standard.
    fn gap(&self, row: &DeficitRow, method: Method, end: End) -> Message {
        let better = match self.deficit().map(|deficit| &deficit.kind) {
            Some(DeficitKind::Reported { better, .. }) => *better,
            Some(DeficitKind::PeoplePerUnit { .. }) => Better::Lower,
            _ => Better::Higher,
        };
        let (low, high) = (row.value_low, row.value_high);
        let (key, least, most) = match better {
            Better::Higher => ("explain.computed.gap_below", high, low),
            Better::Lower => ("explain.computed.gap_above", low, high),
        };
        let value = match end {
            End::GapLow => least,
            End::GapHigh => most,
            _ => row.value,
        };
        Message::new(key)
            .with("standard", Format::Shortest.write(row.standard))
            .with("value", numbers::of_value(method).write(value))
    }
}
