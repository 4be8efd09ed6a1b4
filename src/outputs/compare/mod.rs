//! Two runs compared: every figure that differs, and what each cause adds to the difference.
//!
//! In: the figures of two runs as printed, and, where the inputs of both are at hand, those
//! of the first with one thing as in the second. Out: [`Entry`]s whose effects add up to the
//! difference to the last printed digit. It measures nothing.

pub mod chart;
mod decimal;
pub mod diff_map;
mod error;
mod files;
mod recorded;
mod snapshot;

use std::collections::{BTreeMap, BTreeSet};

pub use decimal::Decimal;
pub use error::CompareError;
pub use files::{COLUMNS, SCENARIOS, against_base, json, table, write};
pub use recorded::ensure_comparable;
pub use snapshot::Snapshot;

use super::numbers::is_zero;
use super::past_run::PastRun;
use super::tables::Cells;
use crate::domain::{Message, TOTAL};
use crate::indicators::Method;
use crate::layers::counterfactual::{Change, ChangeKind};
use snapshot::{Figure, TABLES, method_of, unit_of};

/// Why a figure differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CauseKind {
    /// One thing in the inputs or the project.
    Change(ChangeKind),
    /// Another version of the method or of the program.
    Method,
    /// Several things at once, beyond what each does alone.
    Interaction,
    /// Things that cannot be told apart with what is at hand.
    NotSeparable,
}

impl CauseKind {
    /// The word in tables.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Change(kind) => kind.id(),
            Self::Method => "method",
            Self::Interaction => "interaction",
            Self::NotSeparable => "not_separable",
        }
    }
}

/// What a cause adds to a difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effect {
    /// The cause.
    pub kind: CauseKind,
    /// Layer or deficit that it is about; for what cannot be told apart, all that changed.
    pub subject: String,
    /// How much, in the unit of the figure.
    pub amount: Decimal,
}

/// How two runs differ in a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// By a number.
    Differs,
    /// Unknown before and known now, which is no number.
    BecameKnown,
    /// Known before and unknown now, which is no number.
    BecameUnknown,
    /// Only the second run has it.
    New,
    /// Only the first run has it.
    Lost,
    /// A word is another.
    Word,
    /// Refused: the units are not the same.
    OtherUnit,
    /// Refused: the methods are not the same and what they change cannot be told.
    OtherMethod,
}

impl Status {
    /// All of them, in the order in which they are told.
    pub const ALL: [Self; 8] = [
        Self::Differs,
        Self::BecameKnown,
        Self::BecameUnknown,
        Self::New,
        Self::Lost,
        Self::Word,
        Self::OtherUnit,
        Self::OtherMethod,
    ];

    /// The word in tables.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Differs => "differs",
            Self::BecameKnown => "became_known",
            Self::BecameUnknown => "became_unknown",
            Self::New => "new",
            Self::Lost => "lost",
            Self::Word => "word",
            Self::OtherUnit => "other_unit",
            Self::OtherMethod => "other_method",
        }
    }
}

/// A figure that differs.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Table without ending.
    pub table: &'static str,
    /// Key of the row, joined by `/`.
    pub row: String,
    /// Column.
    pub column: &'static str,
    /// Unit; empty for words.
    pub unit: String,
    /// What the first run says.
    pub a: String,
    /// What the second run says.
    pub b: String,
    /// How they differ.
    pub status: Status,
    /// Second minus first, where that is a number.
    pub difference: Option<Decimal>,
    /// What each cause adds to it; they add up to it.
    pub effects: Vec<Effect>,
    /// In the first run and in the second, whether the range of the figure goes from nothing to
    /// something, so that nobody can say whether it is nothing.
    pub undecidable: [bool; 2],
    /// Cells that tell which row it is.
    cells: Cells,
}

impl Entry {
    /// The name of the figure, as `explain` takes it, and the column if it is not the value.
    #[must_use]
    pub fn name(&self) -> String {
        let is_main = ["value", "people"].contains(&self.column)
            && !(self.table == "deficits" && self.column == "people");
        match self.column {
            _ if is_main => format!("{}/{}", self.table, self.row),
            "value_low" | "low" => format!("{}/{}/low", self.table, self.row),
            "value_high" | "high" => format!("{}/{}/high", self.table, self.row),
            column => format!("{}/{} · {column}", self.table, self.row),
        }
    }

    fn cell(&self, column: &str) -> &str {
        self.cells.get(column).map_or("", String::as_str)
    }

    /// Whether it is not about what lies in no zone or was not studied.
    fn is_in_zone(&self) -> bool {
        !["none", "not_studied"].contains(&self.cell("level"))
    }

    /// What people must know of it besides: in which of the runs nobody can say whether it is
    /// nothing; `None` if in neither.
    #[must_use]
    pub fn doubt(&self) -> Option<Message> {
        let key = match self.undecidable {
            [false, false] => return None,
            [true, false] => "compare.undecidable.first",
            [false, true] => "compare.undecidable.second",
            [true, true] => "compare.undecidable.both",
        };
        Some(Message::new(key))
    }

    /// The territory that it is about; empty if it is about none.
    #[must_use]
    pub fn territory(&self) -> &str {
        self.cells.get("territory").map_or("", String::as_str)
    }
}

/// The figures of the first run, measured here with nothing, one or all of the changes made,
/// and those of the second.
#[derive(Debug, Clone)]
pub struct Measured {
    /// The first run, measured here.
    pub a: Snapshot,
    /// The second, measured here.
    pub b: Snapshot,
    /// The first with one change; `None` if that cannot be measured.
    pub alone: Vec<(Change, Option<Snapshot>)>,
    /// The first with all changes; `None` if that cannot be measured.
    pub together: Option<Snapshot>,
}

/// Two runs, compared.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// Every figure that differs, by table, row and column.
    pub entries: Vec<Entry>,
    /// How many figures were compared.
    pub compared: usize,
    /// What differs in inputs and settings; by the manifests where inputs are missing.
    pub changes: Vec<Change>,
    /// Why causes could not be told apart; empty if they were.
    pub missing_inputs: Vec<Message>,
    /// Territories that only the first run has.
    pub territories_lost: Vec<String>,
    /// Territories that only the second run has.
    pub territories_new: Vec<String>,
}

impl Comparison {
    /// The figure to be drawn: the one asked for, else the largest difference of the union
    /// of the territories: people before all else, those in a zone before those in none, and
    /// in those of the worst of all hazards first. `None` if no figure differs by a number.
    ///
    /// # Errors
    ///
    /// [`CompareError::NoSuchFigure`].
    pub fn find(&self, asked: Option<&str>) -> Result<Option<&Entry>, CompareError> {
        let mut entries = self.entries.iter();
        if let Some(found) = asked {
            let entry = entries.find(|entry| entry.name() == found);
            let found = found.to_owned();
            return entry.map(Some).ok_or(CompareError::NoSuchFigure { found });
        }
        let rank = |entry: &&Entry| {
            let is_people = entry.table == "exposure" && entry.unit == "people";
            let of_union = entry.territory() == TOTAL;
            let is_value = entry.column == "value";
            let is_wanted = is_people && of_union && is_value;
            let in_zone = is_wanted && entry.is_in_zone();
            (
                in_zone,
                in_zone && entry.cell("hazard") == "any",
                is_wanted,
                of_union && is_value,
            )
        };
        let numbers = entries.filter(|entry| entry.difference.is_some());
        // Of equals the first: `max_by` takes the last.
        let numbers: Vec<&Entry> = numbers.collect();
        Ok(numbers
            .into_iter()
            .rev()
            .max_by(|a, b| (rank(a), size(a)).cmp(&(rank(b), size(b)))))
    }

    /// The largest differences, so many of each unit, people first; ends of ranges and
    /// totals are left out, and so is what lies in no zone where something else differs.
    #[must_use]
    pub fn largest(&self, most: usize) -> Vec<&Entry> {
        let mut by_unit: BTreeMap<(bool, &str), Vec<&Entry>> = BTreeMap::new();
        let is_main = |entry: &&Entry| {
            ["value", "people", "standard", "people_nearest", "shortfall"]
                .contains(&entry.column)
        };
        let numbers = self.entries.iter().filter(|entry| entry.difference.is_some());
        let all: Vec<&Entry> = numbers.collect();
        let is_told = |entry: &&Entry| is_main(entry) && entry.is_in_zone();
        let some_told = all.iter().any(is_told);
        let some_main = all.iter().any(is_main);
        let is_wanted = |entry: &&&Entry| match (some_told, some_main) {
            (true, _) => is_told(entry),
            (false, true) => is_main(entry),
            (false, false) => true,
        };
        for entry in all.iter().filter(is_wanted) {
            let unit = (entry.unit != "people", entry.unit.as_str());
            by_unit.entry(unit).or_default().push(entry);
        }
        for entries in by_unit.values_mut() {
            entries.sort_by_key(|entry| std::cmp::Reverse(size(entry)));
            entries.truncate(most);
        }
        by_unit.into_values().flatten().collect()
    }
}

fn size(entry: &Entry) -> Decimal {
    entry.difference.unwrap_or(Decimal::ZERO).abs()
}

/// Compares two runs. `measured` is there where the inputs of both are at hand.
///
/// Assumes that [`ensure_comparable`] was asked.
#[must_use]
pub fn compare(
    runs: [&PastRun; 2],
    figures: [&Snapshot; 2],
    measured: Option<&Measured>,
) -> Comparison {
    let [a, b] = figures;
    let mut entries = Vec::new();
    let mut compared = 0;
    for (table, numbers, words) in TABLES {
        let (of_a, of_b) = (a.rows(table), b.rows(table));
        let keys: BTreeSet<&String> = of_a.keys().chain(of_b.keys()).collect();
        for row in keys {
            let Some(cells) = of_b.get(row).or_else(|| of_a.get(row)) else { continue };
            let pair = Pair { figures, runs, table, row, cells };
            compared += numbers.len();
            entries.extend(
                numbers
                    .iter()
                    .filter_map(|column| pair.number(column, measured.is_some())),
            );
            entries.extend(words.iter().filter_map(|column| pair.word(column)));
        }
    }
    let changes = match measured {
        Some(measured) => {
            for entry in &mut entries {
                split(entry, measured, runs);
            }
            measured.alone.iter().map(|(change, _)| change.clone()).collect()
        }
        None => recorded::blame(&mut entries, runs),
    };
    let only_in = |one: &Snapshot, other: &Snapshot| -> Vec<String> {
        one.territories().difference(other.territories()).cloned().collect()
    };
    Comparison {
        entries,
        compared,
        changes,
        missing_inputs: Vec::new(),
        territories_lost: only_in(a, b),
        territories_new: only_in(b, a),
    }
}

/// How two figures differ; `None` if they do not, or if there is nothing to say of them.
fn status(a: Figure, b: Figure) -> Option<Status> {
    match (a, b) {
        (Figure::Number(a), Figure::Number(b)) => (a != b).then_some(Status::Differs),
        (Figure::Unknown, Figure::Number(_)) => Some(Status::BecameKnown),
        (Figure::Number(_), Figure::Unknown) => Some(Status::BecameUnknown),
        (Figure::Absent, Figure::Number(_)) => Some(Status::New),
        (Figure::Number(_), Figure::Absent) => Some(Status::Lost),
        (Figure::Unknown | Figure::Absent, Figure::Unknown | Figure::Absent) => None,
    }
}

/// A row of two runs.
struct Pair<'a> {
    figures: [&'a Snapshot; 2],
    runs: [&'a PastRun; 2],
    table: &'static str,
    row: &'a str,
    cells: &'a Cells,
}

impl Pair<'_> {
    fn cell(&self, side: usize, column: &str) -> Option<&str> {
        let cells = self.figures[side].rows(self.table).get(self.row)?;
        Some(cells.get(column).map_or("", String::as_str))
    }

    /// How a number differs; `None` if it does not.
    fn number(&self, column: &&'static str, is_measured: bool) -> Option<Entry> {
        let [a, b] =
            self.figures.map(|run| run.figure(self.table, self.row, self.cells, column));
        let status = match status(a, b)? {
            Status::Differs => self.refusal(column, is_measured),
            status => status,
        };
        let difference = match (a, b, status) {
            (Figure::Number(a), Figure::Number(b), Status::Differs) => Some(b - a),
            _ => None,
        };
        let printed = |side: usize, figure| match (self.cell(side, column), figure) {
            (Some(text), _) => text.to_owned(),
            (None, Figure::Number(nothing)) => nothing.to_string(),
            (None, _) => String::new(),
        };
        Some(Entry {
            unit: unit_of(self.table, self.cells, column),
            a: printed(0, a),
            b: printed(1, b),
            status,
            difference,
            undecidable: [0, 1].map(|side| self.is_undecidable(side, column)),
            ..self.entry(column)
        })
    }

    /// Whether the range of a number goes from nothing to something.
    fn is_undecidable(&self, side: usize, column: &str) -> bool {
        let ends = match (self.table, column) {
            ("exposure", "value") => ["low", "high"],
            ("deficits", "value") => ["value_low", "value_high"],
            ("deficits", "gap") => ["gap_low", "gap_high"],
            ("deficits", "shortfall") => ["shortfall_low", "shortfall_high"],
            _ => return false,
        };
        let [low, high] = ends.map(|end| self.cell(side, end).unwrap_or_default());
        is_zero(low) && !high.is_empty() && !is_zero(high)
    }

    /// Whether two numbers may be subtracted.
    fn refusal(&self, column: &str, is_measured: bool) -> Status {
        let of_side = |side: usize| {
            let cells = self.figures[side].rows(self.table).get(self.row);
            let cells = cells.unwrap_or(self.cells);
            (unit_of(self.table, cells, column), method_of(self.table, cells))
        };
        let ((unit_a, method_a), (unit_b, method_b)) = (of_side(0), of_side(1));
        if unit_a != unit_b {
            return Status::OtherUnit;
        }
        let is_same = method_a == method_b && self.same_versions(method_a);
        if is_same || (is_measured && method_a == method_b) {
            Status::Differs
        } else {
            Status::OtherMethod
        }
    }

    fn same_versions(&self, method: Option<&str>) -> bool {
        let [a, b] =
            self.runs.map(|run| method.and_then(|code| run.recorded.methods.get(code)));
        a == b
    }

    fn word(&self, column: &&'static str) -> Option<Entry> {
        let (a, b) = (self.cell(0, column)?, self.cell(1, column)?);
        if a == b {
            return None;
        }
        let (a, b) = (a.to_owned(), b.to_owned());
        Some(Entry { a, b, status: Status::Word, ..self.entry(column) })
    }

    fn entry(&self, column: &'static str) -> Entry {
        Entry {
            table: self.table,
            row: self.row.to_owned(),
            column,
            unit: String::new(),
            a: String::new(),
            b: String::new(),
            status: Status::Differs,
            difference: None,
            effects: Vec::new(),
            undecidable: [false; 2],
            cells: self.cells.clone(),
        }
    }
}

/// Splits a difference into what each change does alone, what they do together beyond that,
/// what the method does, and what is left.
fn split(entry: &mut Entry, measured: &Measured, runs: [&PastRun; 2]) {
    let Some(difference) = entry.difference else { return };
    let whole = |amount| vec![not_separable(&measured.alone, amount)];
    entry.effects = effects(entry, measured, runs).unwrap_or_else(|| whole(difference));
    entry.effects.retain(|effect| !effect.amount.is_zero());
    let sum: Decimal = entry.effects.iter().map(|effect| effect.amount).sum();
    assert!(sum == difference, "the parts of a telescoping sum make up the whole");
}

fn not_separable(alone: &[(Change, Option<Snapshot>)], amount: Decimal) -> Effect {
    let subjects = alone.iter().map(|(change, _)| told(change.kind, &change.subject));
    let subject = subjects.collect::<Vec<_>>().join(" + ");
    Effect { kind: CauseKind::NotSeparable, subject, amount }
}

/// Kind and subject of a change in one word.
fn told(kind: ChangeKind, subject: &str) -> String {
    if subject.is_empty() {
        kind.id().to_owned()
    } else {
        format!("{}:{subject}", kind.id())
    }
}

/// `None` if one of the runs that it takes has no number for the figure.
fn effects(
    entry: &Entry,
    measured: &Measured,
    runs: [&PastRun; 2],
) -> Option<Vec<Effect>> {
    let number = |run: &Snapshot| match run.figure(
        entry.table,
        &entry.row,
        &entry.cells,
        entry.column,
    ) {
        Figure::Number(number) => Some(number),
        Figure::Unknown | Figure::Absent => None,
    };
    let (here_a, here_b) = (number(&measured.a)?, number(&measured.b)?);
    let together = number(measured.together.as_ref()?)?;
    let mut all = Vec::new();
    for (change, run) in &measured.alone {
        let kind = CauseKind::Change(change.kind);
        let amount = number(run.as_ref()?)? - here_a;
        all.push(Effect { kind, subject: change.subject.clone(), amount });
    }
    let alone: Decimal = all.iter().map(|effect| effect.amount).sum();
    let interaction = together - here_a - alone;
    let effect = |kind, amount| Effect { kind, subject: String::new(), amount };
    all.push(effect(CauseKind::Interaction, interaction));
    let (of_method, mut rest) =
        (entry.difference? - (here_b - here_a), here_b - together);
    match method_versions(entry, runs) {
        Some(versions) => {
            let subject = versions;
            all.push(Effect { kind: CauseKind::Method, subject, amount: of_method });
        }
        None => rest = rest + of_method,
    }
    all.push(not_separable(&measured.alone, rest));
    Some(all)
}

/// The versions of the method of a figure, or of the program where there is no other
/// method, in both runs and here; `None` if they are all the same.
fn method_versions(entry: &Entry, runs: [&PastRun; 2]) -> Option<String> {
    let code = method_of(entry.table, &entry.cells);
    let here: BTreeMap<&str, &str> = Method::ALL
        .iter()
        .map(|method| (method.entry().code, method.entry().version))
        .collect();
    let of_run = |run: &PastRun| -> (String, String) {
        let version = code.and_then(|code| run.recorded.methods.get(code));
        (version.cloned().unwrap_or_default(), run.recorded.program.version.clone())
    };
    let (a, b) = (of_run(runs[0]), of_run(runs[1]));
    let now = code.and_then(|code| here.get(code).copied()).unwrap_or_default();
    let now = (now.to_owned(), env!("CARGO_PKG_VERSION").to_owned());
    if a == b && b == now {
        return None;
    }
    let told = |name: &str, a: &str, b: &str, now: &str| {
        let here = if a == b { format!(" ({now})") } else { String::new() };
        format!("{name} {a} → {b}{here}")
    };
    Some(match code {
        Some(code) if a.0 != b.0 || b.0 != now.0 => told(code, &a.0, &b.0, &now.0),
        _ => told("atalaya", &a.1, &b.1, &now.1),
    })
}
