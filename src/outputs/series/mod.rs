//! Several runs as one series: what an indicator was, run after run, and where its line breaks.
//!
//! In: folders that runs wrote. Out: a [`Series`]: every observation of their
//! `indicators.csv`, by indicator, territory and period, cut into segments. Two observations
//! are of one segment only if they rest on the same: method and version, territories,
//! source of the population, standard, other data, unit. Nothing is measured, adjusted or
//! filled in.

mod basis;
pub mod chart;
mod files;
mod names;
mod notes;
mod page;

use std::collections::{BTreeMap, BTreeSet};

use super::compare::{CompareError, ensure_comparable};
use super::numbers::is_zero;
use super::past_run::{PastRun, PastRunError};
use super::tables::{self, Cells};
use crate::domain::Message;

pub use basis::Reason;
pub use files::{COLUMNS, FILE, table, write};
pub use page::FILE as PAGE;

use basis::Basis;
use notes::{Column, Gap};

/// The table of a run that is stacked.
const TABLE: &str = "tables/indicators.csv";

/// What one run says of an indicator at a time.
#[derive(Debug, Clone)]
pub struct Observation {
    /// Which run, counted from 1 in the order given.
    pub run: usize,
    /// Its row of `indicators.csv`, by column.
    pub cells: Cells,
    /// Number of the segment, from 1; `None` for a source that is not preferred, which no
    /// line goes through.
    pub segment: Option<usize>,
    /// Why it is not of the segment of the one before; empty if it is.
    pub breaks: Vec<Break>,
}

/// Why a line breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Break {
    /// What changed.
    pub reason: Reason,
    /// What it was.
    pub before: String,
    /// What it is.
    pub after: String,
}

/// Observations of one indicator in one territory, in the order of time.
#[derive(Debug, Clone)]
pub struct Line {
    /// Code of the indicator.
    pub indicator: String,
    /// Code of the territory.
    pub ref_area: String,
    /// In the order of time, then of the runs.
    pub observations: Vec<Observation>,
}

/// A run of the series.
#[derive(Debug, Clone)]
pub struct Member {
    /// Id of its project.
    pub project: String,
    /// Digest of its settings.
    pub settings_sha256: String,
    /// Names of its territories by code.
    pub territories: BTreeMap<String, String>,
    /// Its settings, which hold titles; null in runs of before they were recorded.
    pub settings: serde_json::Value,
}

/// Several runs as one.
#[derive(Debug, Clone)]
pub struct Series {
    /// The runs, in the order given.
    pub members: Vec<Member>,
    /// By indicator and territory, in byte order.
    pub lines: Vec<Line>,
}

impl Observation {
    /// A cell of its row; empty if the table has no such column.
    #[must_use]
    pub fn cell(&self, column: &str) -> &str {
        self.cells.get(column).map_or("", String::as_str)
    }

    /// Whether its range goes from nothing to something, so that nobody can say whether it is
    /// nothing.
    #[must_use]
    pub fn is_undecidable(&self) -> bool {
        let (low, high) = (self.cell("value_low"), self.cell("value_high"));
        !self.cell("obs_value").is_empty()
            && is_zero(low)
            && !high.is_empty()
            && !is_zero(high)
    }

    /// Its value, if it has one.
    #[must_use]
    pub fn value(&self) -> Option<f64> {
        self.cell("obs_value").parse().ok()
    }

    /// Both ends of its range, if they are known.
    #[must_use]
    pub fn range(&self) -> Option<[f64; 2]> {
        let end = |column| self.cell(column).parse().ok();
        Some([end("value_low")?, end("value_high")?])
    }

    /// Where it stands on the axis of time.
    fn column(&self) -> Column {
        (self.cell("time_period").to_owned(), self.run)
    }

    /// Why it has no point; `None` if it has one.
    fn gap(&self) -> Option<Gap> {
        if self.value().is_some() || self.range().is_some() {
            return None;
        }
        let [status, low, high] =
            ["obs_status", "value_low", "value_high"].map(|column| self.cell(column));
        Some(Gap::of(status, low, high))
    }
}

impl Line {
    /// What a chart shows of it, each with its value: where a source gives an interval alone
    /// there is none. Sources that are not preferred are left out.
    fn points(&self) -> impl Iterator<Item = (&Observation, Option<f64>)> {
        let own = self.observations.iter().filter(|one| one.segment.is_some());
        own.filter(|one| one.gap().is_none()).map(|one| (one, one.value()))
    }
}

impl Break {
    /// The sentence about it.
    #[must_use]
    pub fn message(&self) -> Message {
        let shown = |text: &str| match text {
            "" => "@series.nothing".to_owned(),
            text => text.to_owned(),
        };
        Message::new("series.break")
            .with("reason", format!("@series.reason.{}", self.reason.id()))
            .with("before", shown(&self.before))
            .with("after", shown(&self.after))
    }
}

impl Series {
    /// Stacks runs, in the order given.
    ///
    /// # Errors
    ///
    /// [`CompareError`] if there are fewer than two runs, if one is not as its manifest says or
    /// has no tables, if they differ in their working CRS or code system, have no territory
    /// in common with the run before, or no indicator of a territory is in two of them.
    pub fn of(runs: &[PastRun]) -> Result<Self, CompareError> {
        if runs.len() < 2 {
            return Err(CompareError::TooFewRuns { count: runs.len() });
        }
        for pair in runs.windows(2) {
            ensure_comparable(&pair[0], &pair[1])?;
        }
        let mut by_key: BTreeMap<(String, String), Vec<Stacked>> = BTreeMap::new();
        for (at, run) in runs.iter().enumerate() {
            stack(&mut by_key, at + 1, run)?;
        }
        let is_shared = |rows: &Vec<Stacked>| {
            rows.iter().map(|row| row.run).collect::<BTreeSet<_>>().len() > 1
        };
        if !by_key.values().any(is_shared) {
            return Err(CompareError::NoCommonIndicator);
        }
        let lines = by_key.into_iter().map(|((indicator, ref_area), rows)| {
            let observations = segmented(rows);
            Line { indicator, ref_area, observations }
        });
        let lines = lines.collect();
        Ok(Self { members: runs.iter().map(member).collect(), lines })
    }

    /// How many lines break, and how often each reason is why.
    #[must_use]
    pub fn broken(&self) -> (usize, BTreeMap<Reason, usize>) {
        let mut counts = BTreeMap::new();
        let mut lines = 0;
        for line in &self.lines {
            let breaks: Vec<&Break> =
                line.observations.iter().flat_map(|one| &one.breaks).collect();
            lines += usize::from(!breaks.is_empty());
            for one in breaks {
                *counts.entry(one.reason).or_default() += 1;
            }
        }
        (lines, counts)
    }

    /// The name of a territory, of the newest run that has it; its code if none has.
    #[must_use]
    pub fn territory<'s>(&'s self, code: &'s str) -> &'s str {
        let found = self.members.iter().rev().find_map(|one| one.territories.get(code));
        found.map_or(code, String::as_str)
    }
}

/// A row with what it rests on.
struct Stacked {
    run: usize,
    cells: Cells,
    basis: Basis,
}

fn member(run: &PastRun) -> Member {
    let recorded = &run.recorded;
    let project = recorded.settings["project"]["id"].as_str().unwrap_or_default();
    let territories = recorded.territories.iter();
    Member {
        project: project.to_owned(),
        settings_sha256: recorded.settings_sha256.clone(),
        territories: territories.map(|t| (t.code.clone(), t.name.clone())).collect(),
        settings: recorded.settings.clone(),
    }
}

/// Adds the rows of a run.
fn stack(
    by_key: &mut BTreeMap<(String, String), Vec<Stacked>>,
    number: usize,
    run: &PastRun,
) -> Result<(), CompareError> {
    let bytes = run.read(TABLE)?;
    let Some(bytes) = bytes else {
        return Err(PastRunError::NoTables { path: run.directory.clone() }.into());
    };
    let key = tables::key_of("indicators.csv").unwrap_or_default();
    let Some(rows) = tables::parse(&bytes, key) else {
        let (path, detail) = (run.path(TABLE), "CSV".to_owned());
        return Err(PastRunError::BadTable { path, detail }.into());
    };
    for cells in rows.into_values() {
        let of = |column: &str| cells.get(column).cloned().unwrap_or_default();
        let key = (of("indicator"), of("ref_area"));
        let basis = Basis::of(&cells, &run.recorded);
        by_key.entry(key).or_default().push(Stacked { run: number, cells, basis });
    }
    Ok(())
}

/// Whether a row is of a source that the project does not prefer.
fn is_aside(cells: &Cells) -> bool {
    cells.get("comment").is_some_and(|comment| comment.contains("preferred=false"))
}

/// The rows in the order of time, cut where what they rest on changes.
fn segmented(mut rows: Vec<Stacked>) -> Vec<Observation> {
    let period =
        |row: &Stacked| row.cells.get("time_period").cloned().unwrap_or_default();
    rows.sort_by_cached_key(|row| (period(row), row.run, is_aside(&row.cells)));
    let mut last: Option<(usize, Basis)> = None;
    let mut observations = Vec::with_capacity(rows.len());
    for Stacked { run, cells, basis } in rows {
        if is_aside(&cells) {
            observations.push(Observation {
                run,
                cells,
                segment: None,
                breaks: Vec::new(),
            });
            continue;
        }
        let breaks =
            last.as_ref().map_or_else(Vec::new, |(_, before)| before.breaks(&basis));
        let segment = match &last {
            None => 1,
            Some((segment, _)) => segment + usize::from(!breaks.is_empty()),
        };
        observations.push(Observation { run, cells, segment: Some(segment), breaks });
        last = Some((segment, basis));
    }
    observations
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(run: usize, period: &str, version: &str, target: &str) -> Stacked {
        let cells = [
            ("indicator", "deficit.water"),
            ("time_period", period),
            ("obs_value", "1"),
            ("method", "deficit.reported"),
            ("method_version", version),
            ("target", target),
        ];
        let cells: Cells =
            cells.map(|(name, cell)| (name.to_owned(), cell.to_owned())).into();
        let recorded = serde_json::json!({
            "program": { "name": "atalaya", "version": "0" }, "outputs": [],
        });
        let recorded = serde_json::from_value(recorded).unwrap();
        Stacked { run, basis: Basis::of(&cells, &recorded), cells }
    }

    fn reasons(rows: Vec<Stacked>) -> Vec<(Option<usize>, Vec<&'static str>)> {
        let told = segmented(rows)
            .into_iter()
            .map(|one| (one.segment, one.breaks.iter().map(|b| b.reason.id()).collect()));
        told.collect()
    }

    #[test]
    fn a_line_breaks_where_method_or_standard_change() {
        let rows = vec![
            row(3, "2017", "2", "24"),
            row(1, "2015", "1", "24"),
            row(2, "2016", "1", "24"),
            row(4, "2019", "2", "20"),
        ];
        assert_eq!(
            reasons(rows),
            [
                (Some(1), vec![]),
                (Some(1), vec![]),
                (Some(2), vec!["method"]),
                (Some(3), vec!["standard"]),
            ]
        );
    }

    #[test]
    fn no_line_goes_through_what_is_not_preferred() {
        let mut aside = row(1, "2016", "9", "24");
        aside.cells.insert("comment".to_owned(), "preferred=false".to_owned());
        let rows = vec![row(1, "2015", "1", "24"), aside, row(2, "2017", "1", "24")];
        let segments: Vec<Option<usize>> =
            reasons(rows).into_iter().map(|(segment, _)| segment).collect();
        assert_eq!(segments, [Some(1), None, Some(1)]);
    }
}
