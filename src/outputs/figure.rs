//! How a figure is named: the table and the row's key, joined by `/`.
//!
//! In: a name and what was measured. Out: the row and which end of its range is meant, or
//! the name that is nearest to what was asked for.

use crate::analysis::explain::End;
use crate::analysis::{DeficitRow, ExposureRow, InHazardRow, Measurements};
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
        }
    }

    /// Whether the figure has such an end.
    fn has(&self, end: End) -> bool {
        match (self, end) {
            (_, End::Value) => true,
            (Self::Exposure(row), _) => row.quantity.range.is_some(),
            (Self::Deficit(row), End::Low) => row.value_low.is_some(),
            (Self::Deficit(row), End::High) => row.value_high.is_some(),
            (Self::InHazard(_), _) => false,
        }
    }
}

/// All figures that can be explained, in the order of the tables.
pub fn all(measurements: &Measurements) -> impl Iterator<Item = Row<'_>> {
    let exposure = measurements.exposure.iter().map(Row::Exposure);
    let deficits = measurements.deficits.iter().map(Row::Deficit);
    exposure.chain(deficits).chain(measurements.in_hazard.iter().map(Row::InHazard))
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
    let (stem, end) = match wanted.rsplit_once('/') {
        Some((stem, "low")) => (stem, End::Low),
        Some((stem, "high")) => (stem, End::High),
        _ => (wanted, End::Value),
    };
    // A level may be the last word of a key: the whole name goes first.
    let named = |name: &str| all(measurements).find(|row| row.name() == name);
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
