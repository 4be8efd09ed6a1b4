//! How many people the territories have, as the table of exposure says.

use crate::analysis::{ExposureRow, Measurements};
use crate::domain::Measure;
use crate::geometry::{Prepared, StudyArea};

use super::super::words::Words;

/// The people of the territories: the totals of a layer that has people, which are the same
/// for every hazard and level.
#[derive(Clone, Copy)]
pub struct Residents<'a> {
    rows: &'a [ExposureRow],
    /// The layer that has them.
    pub layer: &'a Prepared,
}

impl<'a> Residents<'a> {
    /// Those of the first layer of the table that has any; `None` if none has.
    #[must_use]
    pub fn of(area: &'a StudyArea, measurements: &'a Measurements) -> Option<Self> {
        let rows = &measurements.exposure;
        let has_people =
            |row: &&ExposureRow| row.measure == Measure::People && row.total != Some(0.0);
        let id = &rows.iter().find(has_people)?.layer;
        let layer = area.exposures.iter().find(|layer| layer.layer.id == *id)?;
        Some(Self { rows, layer: &layer.layer })
    }

    /// The people of a territory; `None` if the project's rule hides them. One that the table
    /// has no row of has nobody: rows stand where the whole is not nothing.
    fn total(self, territory: &str) -> Option<f64> {
        let is_it = |row: &&ExposureRow| {
            row.territory == territory
                && row.layer == self.layer.id
                && row.measure == Measure::People
        };
        self.rows.iter().find(is_it).map_or(Some(0.0), |row| row.total)
    }

    /// The people of territories together, as printed; the word for a hidden figure if that of
    /// one of them is hidden.
    #[must_use]
    pub fn told<'b>(
        self,
        words: Words,
        territories: impl Iterator<Item = &'b str>,
    ) -> String {
        let people: Option<f64> = territories.map(|code| self.total(code)).sum();
        super::amount_or_hidden(words, &Measure::People, people)
    }
}
