//! What all parts of the report share: the job, the words, names, and rows by what they are of.

use std::collections::{BTreeMap, BTreeSet};

use super::grid::Link;
use super::{Block, Section};
use crate::analysis::{ExposureRow, Measurements};
use crate::domain::{Level, Measure, OUTSIDE, Quantity, Status, TOTAL};
use crate::geometry::StudyArea;
use crate::i18n::Locale;
use crate::outputs::WriteJob;
use crate::outputs::map::{self, figures, overall, words::Words};

/// The worst of all hazards.
pub(super) const ANY: &str = "any";
/// Marks what nobody can decide, also in grey print.
pub(super) const UNDECIDABLE: &str = "\u{2020}";

/// Rows of one hazard, layer and measure.
pub(super) type Key<'a> = (&'a str, &'a str, &'a Measure);

/// What the report is made of.
pub(super) struct Context<'a> {
    pub(super) job: &'a WriteJob<'a>,
    pub(super) words: Words,
    /// Exposure rows by hazard, layer and measure, in their order.
    pub(super) exposure: BTreeMap<Key<'a>, Vec<&'a ExposureRow>>,
    /// Paths of the maps in the run.
    maps: BTreeSet<&'a str>,
}

impl<'a> Context<'a> {
    pub(super) fn new(job: &'a WriteJob<'a>, locale: Locale) -> Self {
        let mut exposure: BTreeMap<Key<'a>, Vec<&ExposureRow>> = BTreeMap::new();
        for row in &job.measurements.exposure {
            let key = (row.hazard.as_str(), row.layer.as_str(), &row.measure);
            exposure.entry(key).or_default().push(row);
        }
        let maps = job.maps.iter().filter(|_| job.only.maps);
        let maps = maps.map(|(path, _)| path.as_str()).collect();
        Self { job, words: Words { locale }, exposure, maps }
    }

    pub(super) fn area(&self) -> &'a StudyArea {
        self.job.area
    }

    pub(super) fn measurements(&self) -> &'a Measurements {
        self.job.measurements
    }

    /// A section with its heading; an empty one says that there is nothing.
    pub(super) fn section(&self, id: &'static str, mut blocks: Vec<Block>) -> Section {
        if blocks.is_empty() {
            blocks.push(Block::Text(self.words.of("report.nothing")));
        }
        let heading = self.words.of(&format!("report.section.{id}"));
        Section { id, heading, blocks }
    }

    /// The title of a layer, of the worst of all hazards, or the id itself.
    pub(super) fn title(&self, id: &str) -> String {
        if id == ANY {
            return self.words.of("report.any");
        }
        let layer = self.job.settings.layer(id);
        layer.map_or_else(|| id.to_owned(), |l| l.title.get(self.words.locale).to_owned())
    }

    /// The name of a territory, of the whole and of what lies outside.
    pub(super) fn territory(&self, code: &str) -> String {
        match code {
            TOTAL => self.words.of("map.total"),
            OUTSIDE => self.words.of("report.outside"),
            code => {
                let mut all = self.area().territories.iter();
                let found = all.find(|territory| territory.code.as_str() == code);
                found.map_or(code, |territory| territory.name.as_str()).to_owned()
            }
        }
    }

    pub(super) fn measure(&self, measure: &Measure) -> String {
        figures::measure_name(self.words, measure)
    }

    pub(super) fn levels(&self) -> Vec<String> {
        Level::ALL.iter().map(|level| self.words.level(*level)).collect()
    }

    /// Hazards in the order of the report: the worst of all, those that count in it, others.
    pub(super) fn hazards(&self) -> Vec<&'a str> {
        overall::hazards_in_order(self.area())
    }

    /// The rows of a hazard, layer and measure.
    pub(super) fn rows(&self, key: Key<'_>) -> Vec<&'a ExposureRow> {
        self.exposure.get(&key).cloned().unwrap_or_default()
    }

    /// The layer whose people the summary tells of: the one with most of them.
    pub(super) fn people_layer(&self) -> Option<&'a str> {
        overall::people_layer(self.measurements())
    }

    /// An amount with its range, short enough for a cell.
    pub(super) fn cell(&self, measure: &Measure, quantity: Quantity) -> String {
        let value = figures::amount(self.words, measure, quantity.value);
        let Some(ends) = quantity.range else { return value };
        let range = figures::range(self.words, measure, ends);
        match (quantity.is_undecidable(), quantity.value > 0.0) {
            (true, false) => format!("{UNDECIDABLE}({range})"),
            (true, true) => format!("{value}{UNDECIDABLE} ({range})"),
            // Ends that are read as the value say nothing more.
            (false, _) if range == format!("{value}\u{2013}{value}") => value,
            (false, _) => format!("{value} ({range})"),
        }
    }

    /// Links to the files of a map, as far as the run has it.
    pub(super) fn map_links(&self, name: &str) -> Vec<Link> {
        let link = |ending: &str, key: &str| {
            let path = format!("{}/{name}.{ending}", map::FOLDER);
            let text = self.words.of(key);
            self.maps.contains(path.as_str()).then(|| Link::to(path, text))
        };
        let all = [link("pdf", "report.map.sheet"), link("png", "report.map.picture")];
        all.into_iter().flatten().collect()
    }

    /// Names of the maps of the run, in byte order.
    pub(super) fn map_names(&self) -> Vec<&'a str> {
        let sheets = self.maps.iter().filter_map(|path| {
            path.strip_prefix(map::FOLDER)?.strip_prefix('/')?.strip_suffix(".svg")
        });
        sheets.collect()
    }

    /// The bytes of a file of the maps.
    pub(super) fn map_file(&self, path: &str) -> Option<&'a [u8]> {
        let path = self.maps.get(path)?;
        let found = self.job.maps.iter().find(|(known, _)| known == path);
        found.map(|(_, bytes)| bytes.as_slice())
    }

    /// A number of things, for people.
    pub(super) fn count(&self, count: usize) -> String {
        // More of anything than this fits into no file.
        self.words.number(u32::try_from(count).unwrap_or(u32::MAX).into(), 0)
    }

    pub(super) fn worst_status(&self) -> Status {
        let layers = self.job.settings.layers.iter().map(|layer| layer.status);
        layers.max().unwrap_or(Status::Undeclared)
    }

    pub(super) fn settings_digest(&self) -> String {
        self.words.with("report.digest", "digest", self.job.settings.digest.as_str())
    }
}

/// A text as an id of the page: what no id may hold becomes `_`.
pub(super) fn slug(text: &str) -> String {
    let plain = |c: char| match c {
        '/' | '.' => '-',
        c if c.is_alphanumeric() || matches!(c, '-' | '_') => c,
        _ => '_',
    };
    text.chars().map(plain).collect()
}
