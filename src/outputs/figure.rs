//! How a figure is named: the table and the row's key, joined by `/`.
//!
//! In: a name and what was measured. Out: the row and which end of its range is meant, or
//! the name that is nearest to what was asked for.

use std::borrow::Cow;

use super::tables;
use crate::analysis::explain::End;
use crate::analysis::{
    BalanceRow, DeficitRow, ExposureRow, FacilityRow, InHazardRow, Measurements, RiskRow,
    RiskSummaryRow,
};
use crate::config::risk::PairwiseMatrix;
use crate::config::{Settings, nearest};
use crate::domain::{Explain, Finding, Findings, Level, Message};
use crate::geometry::{HazardLayer, StudyArea};
use crate::i18n::{self, Locale};
use crate::indicators;

/// What a run knows of itself.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// The project.
    pub settings: &'a Settings,
    /// What was measured on.
    pub area: &'a StudyArea,
    /// What was measured.
    pub measurements: &'a Measurements,
    /// What was found in the data.
    pub findings: &'a Findings,
}

/// The row of a figure.
#[derive(Debug, Clone, Copy)]
pub enum Row<'m> {
    /// Of `exposure.csv`.
    Exposure(&'m ExposureRow),
    /// Of `deficits.csv`.
    Deficit(&'m DeficitRow),
    /// Of `indicators.csv` alone: a deficit by a source that is not used.
    Disputed(&'m DeficitRow),
    /// Of `deficit_in_hazard.csv`.
    InHazard(&'m InHazardRow),
    /// Of `facilities_in_hazard.csv`.
    Facility(&'m FacilityRow),
    /// Of `balance.csv`.
    Balance(&'m BalanceRow),
    /// Of `hazards.csv`: a hazard at one of its levels.
    Hazard(&'m HazardLayer, Level),
    /// Of `findings.csv`.
    Finding(&'m Finding),
    /// Of `risk.csv`.
    Risk(&'m RiskRow),
    /// Of `risk_summary.csv`.
    RiskSummary(&'m RiskSummaryRow),
    /// Of `risk_weights.csv`: an item of a matrix, by its position.
    RiskWeight(&'m PairwiseMatrix, usize),
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
    /// The table that it is a row of, without ending.
    #[must_use]
    pub fn table(&self) -> &'static str {
        match self {
            Self::Exposure(_) => "exposure",
            Self::Deficit(_) => "deficits",
            Self::Disputed(_) => "indicators",
            Self::InHazard(_) => "deficit_in_hazard",
            Self::Facility(_) => "facilities_in_hazard",
            Self::Balance(_) => "balance",
            Self::Hazard(..) => "hazards",
            Self::Finding(_) => "findings",
            Self::Risk(_) => "risk",
            Self::RiskSummary(_) => "risk_summary",
            Self::RiskWeight(..) => "risk_weights",
        }
    }

    /// The key of the row in its table, joined by `/`.
    fn key(&self) -> String {
        let key: Vec<Cow<'_, str>> = match self {
            Self::Exposure(row) => vec![
                (&row.territory).into(),
                (&row.hazard).into(),
                row.level.id().into(),
                (&row.layer).into(),
                row.measure.id().into(),
            ],
            Self::Deficit(row) => vec![(&row.territory).into(), (&row.deficit).into()],
            Self::Disputed(row) => vec![
                format!("deficit.{}", row.deficit).into(),
                (&row.territory).into(),
                (&row.period).into(),
                (&row.source).into(),
            ],
            Self::InHazard(row) => vec![
                (&row.territory).into(),
                (&row.deficit).into(),
                (&row.hazard).into(),
                row.level.id().into(),
            ],
            Self::Facility(row) => {
                vec![(&row.service).into(), (&row.facility).into(), (&row.hazard).into()]
            }
            Self::Balance(row) => {
                vec![(&row.hazard).into(), (&row.layer).into(), row.measure.id().into()]
            }
            Self::Hazard(hazard, level) => {
                vec![(&hazard.layer.id).into(), level.id().into()]
            }
            Self::Finding(finding) => vec![
                finding.code.id().into(),
                (&finding.layer).into(),
                (&finding.feature).into(),
                i18n::render(Locale::En, &finding.message()).into(),
            ],
            Self::Risk(row) => vec![(&row.feature).into(), (&row.hazard).into()],
            Self::RiskSummary(row) => vec![
                (&row.territory).into(),
                (&row.hazard).into(),
                row.risk.map_or("", Level::id).into(),
                row.why.into(),
            ],
            Self::RiskWeight(matrix, item) => {
                vec![(&matrix.id).into(), (&matrix.items[*item]).into()]
            }
        };
        key.join("/")
    }

    /// The name of the figure: the table and the key of the row.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}/{}", self.table(), self.key())
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
            _ => None,
        }
    }

    /// Whether the project's rule on small numbers hides a number of the figure.
    #[must_use]
    pub fn hides(&self, end: End) -> bool {
        if end != End::Value {
            return false;
        }
        match self {
            Self::Exposure(row) => row.quantity.is_none(),
            Self::Deficit(row) | Self::Disputed(row) => row.is_hidden,
            Self::InHazard(row) => row.people.is_none(),
            Self::Facility(row) => row.is_hidden,
            Self::Balance(row) => row.whole.is_none(),
            _ => false,
        }
    }

    /// Whether the figure has such a number.
    #[must_use]
    pub fn has(&self, end: End) -> bool {
        match (self, end) {
            (_, End::Value) => true,
            (Self::Exposure(row), End::Low | End::High) => row.range().is_some(),
            (Self::Deficit(row) | Self::Disputed(row), _) => match end {
                End::Low => row.value_low.is_some(),
                End::High => row.value_high.is_some(),
                End::Gap => row.gap.is_some(),
                End::GapLow => row.gap_low.is_some(),
                End::GapHigh => row.gap_high.is_some(),
                End::Shortfall => row.shortfall.is_some(),
                End::ShortfallLow | End::ShortfallHigh => row.shortfall_ends().is_some(),
                _ => false,
            },
            (Self::Facility(row), End::NextDistance) => row.next_distance_m.is_some(),
            (Self::RiskSummary(row), End::People) => row.people.is_some(),
            _ => false,
        }
    }
}

/// Every row of every table, in the order of the tables.
pub fn all<'m>(known: Known<'m>) -> impl Iterator<Item = Row<'m>> {
    let measured = known.measurements;
    let exposure = measured.exposure.iter().map(Row::Exposure);
    let deficits = measured.deficits.iter().map(Row::Deficit);
    let in_hazard = measured.in_hazard.iter().map(Row::InHazard);
    let facilities = measured.facilities.iter().map(Row::Facility);
    let disputed = measured.disputed.iter().map(Row::Disputed);
    let balance = measured.balance.iter().map(Row::Balance);
    let hazards = known.area.hazards.iter().flat_map(|hazard: &'m HazardLayer| {
        hazard.zones.iter().map(move |zone| Row::Hazard(hazard, zone.level))
    });
    let findings = known.findings.as_slice().iter().map(Row::Finding);
    let risk = measured.risk.iter().flat_map(|risk| {
        let weights = risk.matrices.iter().flat_map(|matrix| {
            (0..matrix.items.len()).map(move |item| Row::RiskWeight(matrix, item))
        });
        let rows = risk.rows.iter().map(Row::Risk);
        rows.chain(risk.summary.iter().map(Row::RiskSummary)).chain(weights)
    });
    let figures = exposure.chain(deficits).chain(in_hazard).chain(facilities);
    figures.chain(disputed).chain(balance).chain(hazards).chain(findings).chain(risk)
}

/// Finds a figure by its name. A finding may be named without its message if no other has the
/// same code, layer and feature.
///
/// # Errors
///
/// [`FigureError`] if there is none, or if it has no such end.
pub fn find<'m>(name: &str, known: Known<'m>) -> Result<(Row<'m>, End), FigureError> {
    let wanted = name.trim();
    let of_word = |word: &str| {
        End::ALL.into_iter().find(|end| *end != End::Value && end.id() == word)
    };
    let last =
        wanted.rsplit_once('/').and_then(|(stem, word)| Some((stem, of_word(word)?)));
    // A level may be the last word of a key: the whole name goes first.
    if let Some(row) = named(wanted, known) {
        return Ok((row, End::Value));
    }
    let stem = last.and_then(|(stem, end)| Some((named(stem, known)?, end)));
    match stem {
        Some((row, end)) if row.has(end) => Ok((row, end)),
        Some(_) => Err(FigureError::NoEnd { found: wanted.to_owned() }),
        None => {
            let table = wanted.split('/').next().unwrap_or_default();
            let alike = |row: &Row<'_>| {
                tables::key_of(&format!("{table}.csv")).is_none() || row.table() == table
            };
            let names: Vec<String> =
                all(known).filter(alike).map(|row| row.name()).collect();
            let nearest = nearest(wanted, names.iter().map(String::as_str));
            Err(FigureError::Unknown { found: wanted.to_owned(), nearest })
        }
    }
}

/// The row of that name.
fn named<'m>(name: &str, known: Known<'m>) -> Option<Row<'m>> {
    let bare = |name: &str| name.trim_end_matches('/').to_owned();
    let wanted = bare(name);
    let (table, key) = wanted.split_once('/')?;
    let of_table = || all(known).filter(|row| row.table() == table);
    if let Some(row) = of_table().find(|row| bare(&row.key()) == key) {
        return Some(row);
    }
    match table {
        "findings" => {
            let begins = format!("{key}/");
            let mut found = of_table().filter(|row| row.key().starts_with(&begins));
            found.next().filter(|_| found.next().is_none())
        }
        "indicators" => {
            let by_key = |row: &indicators::IndicatorRow| {
                let (indicator, territory, period, source) = row.key();
                let full = format!("{indicator}/{territory}/{period}/{source}");
                let stem = format!("indicators/{indicator}/{territory}");
                (bare(&full) == key).then_some(stem)
            };
            let rows =
                indicators::compute(known.area, known.measurements, known.settings);
            let stem = rows.iter().find_map(by_key).unwrap_or(wanted);
            all(known).find(|row| row.indicator().as_ref() == Some(&stem))
        }
        _ => None,
    }
}
