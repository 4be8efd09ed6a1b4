//! Ten findings in plain words, each with its figure, its range and what explains it.
//!
//! Nothing is added up here, since ranges do not add up: every number is one of a table.

use super::appendix::Appendix;
use super::context::{ANY, Context};
use super::grid::Link;
use super::{Statement, deficits};
use crate::analysis::explain::End;
use crate::analysis::{BalanceRow, DeficitRow, ExposureRow};
use crate::config::{DeficitKind, DeficitSettings};
use crate::domain::{Level, Measure, Message, Severity, TOTAL};
use crate::outputs::figure::Row;
use crate::outputs::map::figures;

/// Findings told.
const MOST: usize = 10;
/// Most hazards, and most deficits, among them.
const MOST_OF_A_KIND: usize = 3;

pub(super) fn statements<'a>(
    context: &Context<'a>,
    appendix: &mut Appendix<'a>,
) -> Vec<Statement> {
    let mut teller = Teller { context, appendix };
    let mut all = teller.any();
    all.extend(teller.worst_territory());
    all.extend(teller.hazards());
    all.extend(teller.deficits());
    all.extend(teller.in_hazard());
    all.extend(teller.facility());
    all.truncate(MOST);
    let rest = [teller.balance(), teller.findings()];
    let room = MOST - all.len();
    all.extend(rest.into_iter().take(room));
    all
}

/// What holds of all findings: how reliable the data are.
pub(super) fn standing(context: &Context<'_>) -> Vec<String> {
    let words = context.words;
    let status = words.status(context.worst_status());
    vec![words.with("report.standing", "status", &status)]
}

struct Teller<'t, 'a> {
    context: &'t Context<'a>,
    appendix: &'t mut Appendix<'a>,
}

impl<'a> Teller<'_, 'a> {
    fn statement(&mut self, message: &Message, figures: &[(Row<'a>, End)]) -> Statement {
        let words = self.context.words;
        let several = figures.len() > 1;
        let links = figures.iter().enumerate().map(|(at, (row, end))| {
            let text = words.of("report.how");
            let text = if several { format!("{text} ({})", at + 1) } else { text };
            Link::to(self.appendix.link(*row, *end), text)
        });
        let links = links.collect();
        Statement { text: words.say(message), links }
    }

    /// People of the layer that counts, of one hazard in the whole, by level.
    fn people(&self, hazard: &str) -> Vec<&'a ExposureRow> {
        let Some(layer) = self.context.people_layer() else { return Vec::new() };
        let rows = self.context.rows((hazard, layer, &Measure::People));
        rows.iter().copied().filter(|row| row.territory == TOTAL).collect()
    }

    /// An amount of people and its range, in words.
    fn told(&self, row: &ExposureRow) -> String {
        let words = self.context.words;
        let number = |value| figures::amount(words, &Measure::People, value);
        let Some(drawn) = row.value() else { return words.of("map.hidden") };
        let value = number(drawn);
        let Some((low, high)) = row.told().and_then(|told| told.range) else {
            return value;
        };
        let key = match (row.is_undecidable(), drawn > 0.0) {
            (true, true) => "report.amount.open",
            (true, false) => "report.amount.open_none",
            (false, _) => "report.amount.range",
        };
        words.say(
            &Message::new(key)
                .with("value", value)
                .with("low", number(low))
                .with("high", number(high)),
        )
    }

    /// The whole that an amount of people is a part of, in words.
    fn total(&self, row: &ExposureRow) -> String {
        let words = self.context.words;
        let hidden = || words.of("map.hidden");
        row.total.map_or_else(hidden, |total| words.number(total, 0))
    }

    /// The two worst levels of the worst of all hazards.
    fn any(&mut self) -> Vec<Statement> {
        let rows = self.people(ANY);
        let worst = [Level::VeryHigh, Level::High];
        let found = worst
            .into_iter()
            .filter_map(|level| rows.iter().copied().find(|row| row.level == level));
        let found: Vec<&ExposureRow> = found.collect();
        let words = self.context.words;
        let tell = |row: &'a ExposureRow| {
            let message = Message::new("report.finding.any")
                .with("people", self.told(row))
                .with("total", self.total(row))
                .with("level", words.level(row.level).to_lowercase());
            self.statement(&message, &[(Row::Exposure(row), End::Value)])
        };
        found.into_iter().map(tell).collect()
    }

    /// The territory with the largest share of people at the worst level that anybody is at.
    fn worst_territory(&mut self) -> Option<Statement> {
        let context = self.context;
        let layer = context.people_layer()?;
        let rows = context.rows((ANY, layer, &Measure::People));
        let named = rows.iter().copied().filter(|row| !row.territory.starts_with('_'));
        let share = |row: &ExposureRow| row.share().unwrap_or_default();
        let most = Level::ZONES.into_iter().find_map(|level| {
            let at = named.clone().filter(|r| r.level == level && share(r) > 0.0);
            at.reduce(|a, b| if share(b) > share(a) { b } else { a })
        })?;
        if context.area().territories.len() < 2 {
            return None;
        }
        let message = Message::new("report.finding.territory")
            .with("territory", context.territory(&most.territory))
            .with("level", context.words.level(most.level).to_lowercase())
            .with("people", self.told(most))
            .with("total", self.total(most));
        Some(self.statement(&message, &[(Row::Exposure(most), End::Value)]))
    }

    /// The hazards that most people are in the way of at the two worst levels.
    fn hazards(&mut self) -> Vec<Statement> {
        let context = self.context;
        let hazards = context.area().hazards.iter().filter(|hazard| hazard.in_any);
        let mut ranked: Vec<(f64, &str)> = hazards
            .map(|hazard| {
                let rows = self.people(&hazard.layer.id);
                let worst = rows.iter().filter(|row| row.level <= Level::High);
                let people = worst.filter_map(|row| row.value()).sum::<f64>();
                (people, hazard.layer.id.as_str())
            })
            .filter(|(people, _)| *people > 0.0)
            .collect();
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
        ranked.truncate(MOST_OF_A_KIND);
        ranked.into_iter().filter_map(|(_, hazard)| self.hazard(hazard)).collect()
    }

    fn hazard(&mut self, hazard: &str) -> Option<Statement> {
        let rows = self.people(hazard);
        let at = |level| rows.iter().copied().find(|row| row.level == level);
        let (very_high, high) = (at(Level::VeryHigh)?, at(Level::High)?);
        let message = Message::new("report.finding.hazard")
            .with("hazard", self.context.title(hazard))
            .with("very_high", self.told(very_high))
            .with("high", self.told(high));
        let figures =
            [(Row::Exposure(very_high), End::Value), (Row::Exposure(high), End::Value)];
        Some(self.statement(&message, &figures))
    }

    /// The deficits that are furthest from their standard, as a share of it: those computed
    /// here before those that others report.
    fn deficits(&mut self) -> Vec<Statement> {
        let settings = self.context.job.settings;
        let rows = self.context.measurements().deficits.iter();
        let mut ranked: Vec<(bool, f64, &DeficitSettings, &DeficitRow)> = rows
            .filter(|row| row.territory == TOTAL && row.meets == Some(false))
            .filter_map(|row| {
                let found = settings.deficits.iter().find(|one| one.id == row.deficit)?;
                let share = row.gap? / row.standard.filter(|standard| *standard > 0.0)?;
                let is_reported = matches!(found.kind, DeficitKind::Reported { .. });
                Some((is_reported, share, found, row))
            })
            .collect();
        ranked.sort_by(|a, b| {
            a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)).then(a.2.id.cmp(&b.2.id))
        });
        ranked.truncate(MOST_OF_A_KIND);
        ranked
            .into_iter()
            .map(|(_, _, deficit, row)| self.deficit(deficit, row))
            .collect()
    }

    fn deficit(&mut self, deficit: &DeficitSettings, row: &'a DeficitRow) -> Statement {
        let words = self.context.words;
        let show = |value: f64| deficits::show(words, &deficit.kind, value);
        let ends = row.value_low.zip(row.value_high).filter(|_| !row.is_undecidable());
        let range = ends.map_or_else(String::new, |(low, high)| {
            let range = Message::new("report.amount.between");
            format!(
                " {}",
                words.say(&range.with("low", show(low)).with("high", show(high)))
            )
        });
        let value = figures::deficit_value(words, &deficit.kind, row);
        let message = Message::new("report.finding.deficit")
            .with("deficit", deficit.title.get(words.locale))
            .with("value", format!("{value}{range}"))
            .with("standard", show(row.standard.unwrap_or_default()));
        let mut figures = vec![(Row::Deficit(row), End::Value)];
        let mut statement_of = message;
        if let Some(shortfall) = row.shortfall.filter(|shortfall| *shortfall > 0.0) {
            let lacking = deficits::lacking_range(self.context, row, shortfall);
            statement_of =
                Message { key: "report.finding.deficit_lacking", ..statement_of }
                    .with("lacking", lacking);
            figures.push((Row::Deficit(row), End::Shortfall));
        }
        self.statement(&statement_of, &figures)
    }

    /// The deficit that most people have who are at the worst level of any hazard as well.
    fn in_hazard(&mut self) -> Option<Statement> {
        let context = self.context;
        let rows = context.measurements().in_hazard.iter();
        let rows = rows.filter(|row| row.territory == TOTAL && row.hazard == ANY);
        let most = [Level::VeryHigh, Level::High].into_iter().find_map(|level| {
            let at =
                rows.clone().filter(|row| row.level == level && row.people > Some(0.0));
            at.reduce(|a, b| if b.people > a.people { b } else { a })
        })?;
        let message = Message::new("report.finding.in_hazard")
            .with("deficit", context.deficit_title(&most.deficit))
            .with(
                "people",
                figures::amount_or_hidden(context.words, &Measure::People, most.people),
            )
            .with("level", context.words.level(most.level).to_lowercase());
        Some(self.statement(&message, &[(Row::InHazard(most), End::Value)]))
    }

    /// The facility at the worst level that most people depend on.
    fn facility(&mut self) -> Option<Statement> {
        let context = self.context;
        let rows =
            context.measurements().facilities.iter().filter(|row| row.hazard == ANY);
        let people =
            |row: &crate::analysis::FacilityRow| row.people_nearest.unwrap_or(0.0);
        let most = Level::ZONES.into_iter().find_map(|level| {
            let at = rows.clone().filter(|row| row.level == level && people(row) > 0.0);
            at.reduce(|a, b| if people(b) > people(a) { b } else { a })
        })?;
        let message = Message::new("report.finding.facility")
            .with("facility", context.facility(&most.service, &most.facility))
            .with("service", context.title(&most.service))
            .with("level", context.words.level(most.level).to_lowercase())
            .with("people", context.words.number(people(most), 0));
        Some(self.statement(&message, &[(Row::Facility(most), End::Value)]))
    }

    fn balance(&self) -> Statement {
        let rows = &self.context.measurements().balance;
        let open = rows.iter().filter(|row| !BalanceRow::closes(row)).count();
        let key = if open == 0 { "report.balance.closes" } else { "report.balance.open" };
        let message = Message::new(key).with("rows", rows.len()).with("open", open);
        let text = self.context.words.say(&message);
        Statement { text, links: vec![self.more("#balance")] }
    }

    fn findings(&self) -> Statement {
        let count = |severity| self.context.job.findings.count(severity).to_string();
        let message = Message::new("report.finding.findings")
            .with("errors", count(Severity::Error))
            .with("warnings", count(Severity::Warning))
            .with("notes", count(Severity::Note));
        let text = self.context.words.say(&message);
        Statement { text, links: vec![self.more("#data-findings")] }
    }

    fn more(&self, href: &str) -> Link {
        Link::to(href, self.context.words.of("report.see"))
    }
}
