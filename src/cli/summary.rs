//! The end of a run in about a dozen lines: the main figures and where the files are.
//!
//! In: settings and an outcome. Out: lines. Every figure is one of the tables', rounded
//! for people; nothing is added up here, since ranges do not add up.

use std::collections::BTreeSet;

use crate::analysis::{DeficitRow, ExposureRow, Measurements};
use crate::config::{DeficitKind, DeficitSettings, Settings};
use crate::domain::{
    Findings, Level, Measure, Message, Quantity, Severity, Status, TOTAL,
};
use crate::i18n::{self, Locale};
use crate::outputs::map::figures::{deficit_value, gap_text};
use crate::outputs::map::words::Words;
use crate::pipeline::{Blemish, Outcome, Results};

/// Most lines of one kind, so that the whole stays short.
const MOST: usize = 5;

/// The summary of a run.
pub(super) fn lines(
    locale: Locale,
    settings: &Settings,
    outcome: &Outcome,
) -> Vec<String> {
    let Some(results) = &outcome.results else { return Vec::new() };
    let summary = Summary { words: Words { locale }, settings, results };
    let mut lines = vec![summary.title()];
    lines.extend(summary.short(summary.exposed()));
    lines.extend(summary.short(summary.deficits()));
    lines.extend(summary.risk());
    lines.push(summary.balance());
    lines.push(counted(locale, &outcome.findings));
    lines.push(summary.status());
    lines.push(summary.place());
    lines
}

/// How many findings there are of each severity.
pub(super) fn counted(locale: Locale, findings: &Findings) -> String {
    let count = |severity| findings.count(severity).to_string();
    let message = Message::new("cli.summary.findings")
        .with("errors", count(Severity::Error))
        .with("warnings", count(Severity::Warning))
        .with("notes", count(Severity::Note));
    i18n::render(locale, &message)
}

/// Why the exit code is 1, if it is.
pub(super) fn blemish(locale: Locale, outcome: &Outcome) -> Option<String> {
    let key = match outcome.blemish()? {
        Blemish::Findings => "cli.summary.fails_findings",
        Blemish::Balance => "cli.summary.fails_balance",
    };
    Some(i18n::text(locale, key).to_owned())
}

struct Summary<'o> {
    words: Words,
    settings: &'o Settings,
    results: &'o Results,
}

impl Summary<'_> {
    fn measurements(&self) -> &Measurements {
        &self.results.measurements
    }

    fn title(&self) -> String {
        self.words.say(
            &Message::new("cli.summary.title")
                .with("title", self.settings.title.get(self.words.locale))
                .with("territories", self.results.area.territories.len()),
        )
    }

    /// People at the two worst levels, by hazard and layer that carries people.
    fn exposed(&self) -> Vec<String> {
        let all: Vec<&ExposureRow> = self
            .measurements()
            .exposure
            .iter()
            .filter(|row| row.territory == TOTAL && row.measure == Measure::People)
            .collect();
        let mut pairs: Vec<(&str, &str)> =
            all.iter().map(|row| (row.hazard.as_str(), row.layer.as_str())).collect();
        pairs.sort_unstable();
        pairs.dedup();
        // The worst of all first, then what most people are in the way of; scenarios and others
        // that stay out of the worst of all come last.
        pairs.sort_by(|a, b| {
            let rank = |hazard: &str| (hazard != "any", !self.counts_in_any(hazard));
            let order = rank(a.0).cmp(&rank(b.0));
            order.then(in_the_way(&all, *b).total_cmp(&in_the_way(&all, *a)))
        });
        if self.results.area.hazards.len() < 2 {
            pairs.retain(|(hazard, _)| *hazard != "any");
        }
        let layers: BTreeSet<&str> = pairs.iter().map(|(_, layer)| *layer).collect();
        let of_pair = |(hazard, layer): (&str, &str)| {
            let rows: Vec<&&ExposureRow> = all
                .iter()
                .filter(|row| row.hazard == hazard && row.layer == layer)
                .collect();
            let title = self.hazard_title(hazard);
            // Which layer the people are of matters only where there are several.
            let title = if layers.len() > 1 {
                format!("{title} · {}", self.layer_title(layer))
            } else {
                title
            };
            self.exposed_to(title, &rows)
        };
        pairs.into_iter().map(of_pair).collect()
    }

    fn counts_in_any(&self, hazard: &str) -> bool {
        let mut hazards = self.results.area.hazards.iter();
        hazards.any(|one| one.layer.id == hazard && one.in_any)
    }

    fn exposed_to(&self, title: String, rows: &[&&ExposureRow]) -> String {
        let at = |level: Level| {
            let row = rows.iter().find(|row| row.level == level);
            row.map_or_else(
                || self.words.of("map.unknown"),
                |row| {
                    let hidden = || self.words.of("map.hidden");
                    row.told().map_or_else(hidden, |quantity| self.people(quantity))
                },
            )
        };
        let total = rows.first().map_or(Some(0.0), |row| row.total);
        let hidden = || self.words.of("map.hidden");
        let total = total.map_or_else(hidden, |total| self.words.number(total, 0));
        let message = Message::new("cli.summary.exposed")
            .with("hazard", title)
            .with("very_high", at(Level::VeryHigh))
            .with("high", at(Level::High))
            .with("total", total);
        self.words.say(&message)
    }

    fn people(&self, quantity: Quantity) -> String {
        let number = |value| self.words.number(value, 0);
        match quantity.range {
            Some((low, high)) if quantity.is_undecidable() => {
                let word = self.words.of("map.undecidable");
                let range = format!("{word} ({}\u{2013}{})", number(low), number(high));
                // What is drawn is told too; a 0 would be read as nobody.
                if quantity.value > 0.0 {
                    format!("{}, {range}", number(quantity.value))
                } else {
                    range
                }
            }
            Some((low, high)) => {
                format!(
                    "{} ({}\u{2013}{})",
                    number(quantity.value),
                    number(low),
                    number(high)
                )
            }
            None => number(quantity.value),
        }
    }

    fn hazard_title(&self, id: &str) -> String {
        if id == "any" { self.words.of("cli.summary.any") } else { self.layer_title(id) }
    }

    fn layer_title(&self, id: &str) -> String {
        let layer = self.settings.layer(id);
        layer.map_or_else(|| id.to_owned(), |l| l.title.get(self.words.locale).to_owned())
    }

    /// Each deficit of the whole, those computed here before those that others report; where
    /// nothing is known of the whole, of the territories that something is known of.
    fn deficits(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let mut deficits: Vec<&DeficitSettings> = self.settings.deficits.iter().collect();
        deficits.sort_by_key(|one| matches!(one.kind, DeficitKind::Reported { .. }));
        for deficit in deficits {
            let rows = self.measurements().deficits.iter();
            let rows: Vec<_> = rows.filter(|row| row.deficit == deficit.id).collect();
            let title = deficit.title.get(self.words.locale);
            let whole = rows.iter().find(|row| row.territory == TOTAL);
            let known: Vec<_> = rows.iter().filter(|row| is_known(row)).collect();
            if whole.is_some_and(|row| is_known(row)) || known.is_empty() {
                lines.extend(whole.map(|row| self.deficit(deficit, title, row)));
                continue;
            }
            for row in known {
                let title = format!("{title} · {}", self.territory_name(&row.territory));
                lines.push(self.deficit(deficit, &title, row));
            }
        }
        lines
    }

    fn territory_name<'n>(&'n self, code: &'n str) -> &'n str {
        let mut territories = self.results.area.territories.iter();
        let found = territories.find(|territory| territory.code.as_str() == code);
        found.map_or(code, |territory| territory.name.as_str())
    }

    fn deficit(
        &self,
        deficit: &DeficitSettings,
        title: &str,
        row: &DeficitRow,
    ) -> String {
        let is_share = matches!(deficit.kind, DeficitKind::Access { .. });
        let show = |value: f64| {
            if is_share { self.words.percent(value) } else { self.words.figure(value) }
        };
        let value = deficit_value(self.words, &deficit.kind, row);
        let Some(standard) = row.standard else {
            let message = Message::new("cli.summary.no_standard")
                .with("deficit", title)
                .with("value", value);
            return self.words.say(&message);
        };
        let gap = gap_text(self.words, row, show)
            .unwrap_or_else(|| self.words.of("map.unknown"));
        let message = Message::new("cli.summary.deficit")
            .with("deficit", title)
            .with("value", value)
            .with("standard", show(standard))
            .with("gap", gap);
        self.words.say(&message)
    }

    /// People by level of risk, one line a hazard, and what the figures are not.
    fn risk(&self) -> Vec<String> {
        let Some(risk) = &self.measurements().risk else { return Vec::new() };
        let of_total = risk.summary.iter().filter(|row| row.territory == TOTAL);
        let of_total: Vec<_> = of_total.collect();
        let mut hazards: Vec<&str> = of_total.iter().map(|row| &*row.hazard).collect();
        hazards.dedup();
        let line = |hazard: &str| {
            let at = |level: Level| {
                let own = of_total.iter().filter(|row| row.hazard == hazard);
                let own = own.filter(|row| row.risk == Some(level));
                let people = own.clone().filter_map(|row| row.people).sum::<f64>();
                let features: u64 = own.map(|row| row.features).sum();
                let (people, features) =
                    (self.words.number(people, 0), features.to_string());
                self.words.say(
                    &Message::new("cli.summary.risk_amount")
                        .with("people", people)
                        .with("features", features),
                )
            };
            self.words.say(
                &Message::new("cli.summary.risk")
                    .with("hazard", self.hazard_title(hazard))
                    .with("very_high", at(Level::VeryHigh))
                    .with("high", at(Level::High))
                    .with("medium", at(Level::Medium))
                    .with("low", at(Level::Low)),
            )
        };
        let mut lines: Vec<String> = hazards.into_iter().map(line).collect();
        lines.push(self.words.of("outputs.risk.notice"));
        lines
    }

    fn balance(&self) -> String {
        let rows = &self.measurements().balance;
        let open = rows.iter().filter(|row| !row.closes()).count();
        let key =
            if open == 0 { "cli.summary.balance" } else { "cli.summary.balance_open" };
        let message = Message::new(key).with("rows", rows.len()).with("open", open);
        self.words.say(&message)
    }

    fn status(&self) -> String {
        let layers = self.settings.layers.iter().map(|layer| layer.status);
        let worst = layers.max().unwrap_or(Status::Undeclared);
        let status = self.words.status(worst);
        self.words.say(&Message::new("cli.summary.status").with("status", status))
    }

    fn place(&self) -> String {
        self.words.say(&self.results.written.place())
    }

    fn short(&self, mut lines: Vec<String>) -> Vec<String> {
        let more = lines.len().saturating_sub(MOST);
        if more > 0 {
            lines.truncate(MOST);
            let message = Message::new("cli.summary.more").with("count", more);
            lines.push(self.words.say(&message));
        }
        lines
    }
}

/// How many people of a layer a hazard reaches at its two worst levels, to put lines in order.
fn in_the_way(rows: &[&ExposureRow], (hazard, layer): (&str, &str)) -> f64 {
    let own = rows.iter().filter(|row| row.hazard == hazard && row.layer == layer);
    let worst = own.filter(|row| row.level <= Level::High);
    worst.filter_map(|row| row.value()).sum()
}

/// Whether anything is known of a value.
fn is_known(row: &DeficitRow) -> bool {
    row.value.or(row.value_low).or(row.value_high).is_some()
}
