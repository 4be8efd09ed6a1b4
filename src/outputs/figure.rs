//! How a figure is named: the table and the row's key, joined by `/`.
//!
//! In: a name and what was measured. Out: the row and which end of its range is meant, or
//! the name that is nearest to what was asked for.

use crate::analysis::explain::End;
use crate::analysis::{DeficitRow, ExposureRow, FacilityRow, InHazardRow, Measurements};
use crate::config::nearest;
use crate::domain::{Explain, Message};

/// The row of a figure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Row<'m> {
    /// Of `exposure.csv`.
    Exposure(&'m ExposureRow),
    /// Of `deficits.csv`.
    Deficit(&'m DeficitRow),
    /// Of `deficit_in_hazard.csv`.
    InHazard(&'m InHazardRow),
    /// Of `facilities_in_hazard.csv`.
    Facility(&'m FacilityRow),
}

/// Why a name is not that of a figure.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FigureError {
    /// There is no such figure.
    #[error("no figure {found}")]
    Unknown {
        /// What was asked for.
        found: String,
        /// A name that may have been meant.
        nearest: Option<String>,
    },
    /// The figure is there, but it has no such end.
    #[error("no such end: {found}")]
    NoEnd {
        /// What was asked for.
        found: String,
    },
}

impl Explain for FigureError {
    fn message(&self) -> Message {
        match self {
            Self::Unknown { found, .. } => {
                Message::new("error.figure.unknown").with("found", found)
            }
            Self::NoEnd { found } => {
                Message::new("error.figure.no_end").with("found", found)
            }
        }
    }

    fn hint(&self) -> Option<Message> {
        Some(match self {
            Self::Unknown { nearest: Some(name), .. } => {
                Message::new("hint.figure.nearest").with("nearest", name)
            }
            Self::Unknown { .. } => Message::new("hint.figure.form"),
            Self::NoEnd { .. } => Message::new("hint.figure.no_end"),
        })
    }
}

impl Row<'_> {
    /// The name of the figure.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Exposure(row) => format!(
                "exposure/{}/{}/{}/{}/{}",
                row.territory,
                row.hazard,
                row.level.id(),
                row.layer,
                row.measure.id()
            ),
            Self::Deficit(row) => format!("deficits/{}/{}", row.territory, row.deficit),
            Self::InHazard(row) => format!(
                "deficit_in_hazard/{}/{}/{}/{}",
                row.territory,
                row.deficit,
                row.hazard,
                row.level.id()
            ),
            Self::Facility(row) => format!(
                "facilities_in_hazard/{}/{}/{}",
                row.service, row.facility, row.hazard
            ),
        }
    }

    /// The name of one of its numbers.
    #[must_use]
    pub fn name_of(&self, end: End) -> String {
        match end {
            End::Value => self.name(),
            end => format!("{}/{}", self.name(), end.id()),
        }
    }

    /// The same figure by the key of `indicators.csv`, but for the period and the source;
    /// `None` if that table does not have it.
    fn indicator(&self) -> Option<String> {
        match self {
            Self::Exposure(row) => Some(format!(
                "indicators/exposure.{}.{}.{}.{}/{}",
                row.hazard,
                row.level.id(),
                row.layer,
                row.measure.id(),
                row.territory
            )),
            Self::Deficit(row) => {
                Some(format!("indicators/deficit.{}/{}", row.deficit, row.territory))
            }
            Self::InHazard(_) | Self::Facility(_) => None,
        }
    }

    /// Whether the figure has such a number.
    #[must_use]
    pub fn has(&self, end: End) -> bool {
        match (self, end) {
            (_, End::Value) => true,
            (Self::Exposure(row), End::Low | End::High) => row.quantity.range.is_some(),
            (Self::Deficit(row), End::Low) => row.value_low.is_some(),
            (Self::Deficit(row), End::High) => row.value_high.is_some(),
            (Self::Deficit(row), End::Gap) => row.gap.is_some(),
            (Self::Deficit(row), End::GapLow) => row.gap_low.is_some(),
            (Self::Deficit(row), End::GapHigh) => row.gap_high.is_some(),
            (Self::Deficit(row), End::Shortfall) => row.shortfall.is_some(),
            (Self::Facility(row), End::NextDistance) => row.next_distance_m.is_some(),
            _ => false,
        }
    }
}

/// All figures that can be explained, in the order of the tables.
pub fn all(measurements: &Measurements) -> impl Iterator<Item = Row<'_>> {
    let exposure = measurements.exposure.iter().map(Row::Exposure);
    let deficits = measurements.deficits.iter().map(Row::Deficit);
    let in_hazard = measurements.in_hazard.iter().map(Row::InHazard);
    let facilities = measurements.facilities.iter().map(Row::Facility);
    exposure.chain(deficits).chain(in_hazard).chain(facilities)
}

/// Finds a figure by its name.
///
/// # Errors
///
/// [`FigureError`] if there is none, or if it has no such end.
pub fn find<'m>(
    name: &str,
    measurements: &'m Measurements,
) -> Result<(Row<'m>, End), FigureError> {
    let wanted = name.trim().trim_end_matches('/');
    let of_word = |word: &str| {
        End::ALL.into_iter().find(|end| *end != End::Value && end.id() == word)
    };
    let last =
        wanted.rsplit_once('/').and_then(|(stem, word)| Some((stem, of_word(word)?)));
    let (stem, end) = last.unwrap_or((wanted, End::Value));
    // A level may be the last word of a key: the whole name goes first.
    let named = |name: &str| {
        all(measurements)
            .find(|row| row.name() == name || row.indicator().as_deref() == Some(name))
    };
    if let Some(row) = named(wanted) {
        return Ok((row, End::Value));
    }
    match named(stem) {
        Some(row) if row.has(end) => Ok((row, end)),
        Some(_) => Err(FigureError::NoEnd { found: wanted.to_owned() }),
        None => {
            let known: Vec<String> = all(measurements).map(|row| row.name()).collect();
            let nearest = nearest(wanted, known.iter().map(String::as_str));
            Err(FigureError::Unknown { found: wanted.to_owned(), nearest })
        }
    }
}
