//! The explanations that figures of the report lead to.
//!
//! In: the figures that the report shows. Out: what `explain` tells of them, put together by
//! what they share: formula, rules and inputs stand once for all figures of a hazard, layer
//! and measure, or of a deficit; each figure has its own numbers and largest contributions.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::context::{Context, slug};
use super::grid::Link;
use crate::analysis::explain::{End, Explainer};
use crate::domain::{Message, Severity};
use crate::i18n;
use crate::outputs::explain::{self, Contributions, DoubtTold, Explanation, Known};
use crate::outputs::figure::Row;

/// Contributions told one by one.
const MOST: usize = 5;

/// What a run of figures shares, and the figures.
pub(super) struct Basis {
    pub(super) id: String,
    pub(super) heading: String,
    /// Where the figures stand in the report.
    pub(super) back: &'static str,
    pub(super) formula: String,
    /// Code and version.
    pub(super) method: String,
    pub(super) reference: String,
    pub(super) rules: Vec<Link>,
    pub(super) inputs: Vec<Link>,
    pub(super) notes: Vec<String>,
    pub(super) figures: Vec<Figure>,
}

/// One figure explained.
pub(super) struct Figure {
    pub(super) id: String,
    /// As `explain` names it.
    pub(super) name: String,
    /// As the table prints it.
    pub(super) value: String,
    pub(super) of: String,
    /// Value, unit and range.
    pub(super) shown: String,
    pub(super) computed: String,
    pub(super) sums: Vec<String>,
    pub(super) notes: Vec<String>,
}

/// The figures that the report shows so far.
#[derive(Default)]
pub(super) struct Appendix<'a> {
    bases: Vec<Wanted<'a>>,
    by_key: BTreeMap<String, usize>,
    /// Ids of the page that are taken, with the name that each is of.
    ids: BTreeMap<String, String>,
}

/// Figures that share what they rest on.
struct Wanted<'a> {
    id: String,
    sample: Row<'a>,
    figures: Vec<(String, Row<'a>, End)>,
}

impl<'a> Appendix<'a> {
    /// Where a figure will be explained.
    pub(super) fn link(&mut self, row: Row<'a>, end: End) -> String {
        let name = row.name_of(end);
        let (id, is_new) = self.id("x-", &name);
        if is_new {
            let at = self.basis(row);
            self.bases[at].figures.push((id.clone(), row, end));
        }
        format!("#{id}")
    }

    /// Where what a figure rests on will be explained: enough for a nothing without a range.
    pub(super) fn base(&mut self, row: Row<'a>) -> String {
        let at = self.basis(row);
        format!("#{}", self.bases[at].id)
    }

    fn basis(&mut self, row: Row<'a>) -> usize {
        let key = key(row);
        if let Some(at) = self.by_key.get(&key) {
            return *at;
        }
        let (id, _) = self.id("b-", &key);
        self.bases.push(Wanted { id, sample: row, figures: Vec::new() });
        self.by_key.insert(key, self.bases.len() - 1);
        self.bases.len() - 1
    }

    /// The id of a name, and whether it is new. Names that differ have ids that differ.
    fn id(&mut self, prefix: &str, name: &str) -> (String, bool) {
        let first = format!("{prefix}{}", slug(name));
        let mut id = first.clone();
        for number in 2.. {
            match self.ids.get(&id) {
                None => break,
                Some(known) if known == name => return (id, false),
                Some(_) => id = format!("{first}-{number}"),
            }
        }
        self.ids.insert(id.clone(), name.to_owned());
        (id, true)
    }

    /// All explanations, in the order in which the report asked for them.
    pub(super) fn told(self, context: &Context<'a>) -> Vec<Basis> {
        let job = context.job;
        let explainer = Explainer::new(job.area, job.settings);
        let known = Known {
            settings: job.settings,
            area: job.area,
            measurements: job.measurements,
            findings: job.findings,
        };
        let teller = Teller { context, explainer: &explainer, known };
        self.bases.par_iter().filter_map(|wanted| teller.basis(wanted)).collect()
    }
}

/// What figures share that rest on the same.
fn key(row: Row<'_>) -> String {
    match row {
        Row::Exposure(row) => {
            format!("exposure/{}/{}/{}", row.hazard, row.layer, row.measure.id())
        }
        Row::Deficit(row) | Row::Disputed(row) => format!("deficits/{}", row.deficit),
        Row::InHazard(row) => format!("deficit_in_hazard/{}/{}", row.deficit, row.hazard),
        Row::Facility(row) => {
            format!("facilities_in_hazard/{}/{}", row.service, row.hazard)
        }
        other => other.name_of(End::Value),
    }
}

struct Teller<'t, 'a> {
    context: &'t Context<'a>,
    explainer: &'t Explainer<'a>,
    known: Known<'a>,
}

impl<'a> Teller<'_, 'a> {
    fn explain(&self, row: Row<'a>, end: End) -> Option<Explanation> {
        explain::explain(self.known, self.explainer, row, end)
    }

    fn say(&self, message: &Message) -> String {
        self.context.words.say(message)
    }

    fn basis(&self, wanted: &Wanted<'a>) -> Option<Basis> {
        let mut all: Vec<(&str, Row<'a>, End, Explanation)> = Vec::new();
        for (id, row, end) in &wanted.figures {
            all.push((id, *row, *end, self.explain(*row, *end)?));
        }
        // Without a figure of its own, what the sample rests on is told.
        let alone = match all.first() {
            Some(_) => None,
            None => Some(self.explain(wanted.sample, End::Value)?),
        };
        let told: Vec<&Explanation> =
            all.iter().map(|(_, _, _, told)| told).chain(&alone).collect();
        let first = told.first()?;
        // What the report shows are figures, each with a method.
        let method = first.method?;
        let entry = method.entry();
        let notes = told.iter().map(|told| self.notes(told));
        let shared = notes.reduce(|a, b| a.intersection(&b).cloned().collect())?;
        let figures = all
            .iter()
            .map(|(id, row, end, told)| self.figure(id, *row, *end, told, &shared));
        Some(Basis {
            id: wanted.id.clone(),
            heading: self.heading(wanted.sample),
            back: back(wanted.sample),
            formula: self.context.formula(method),
            method: format!("{} {}", entry.code, entry.version),
            reference: self.context.reference(method),
            rules: self.rules(&told),
            inputs: inputs(first),
            figures: figures.collect(),
            notes: shared.into_iter().collect(),
        })
    }

    fn heading(&self, row: Row<'_>) -> String {
        let context = self.context;
        match row {
            Row::Exposure(row) => format!(
                "{} · {} · {}",
                context.title(&row.hazard),
                context.title(&row.layer),
                context.measure(&row.measure)
            ),
            Row::Deficit(row) | Row::Disputed(row) => context.deficit_title(&row.deficit),
            Row::InHazard(row) => format!(
                "{} · {}",
                context.deficit_title(&row.deficit),
                context.title(&row.hazard)
            ),
            Row::Facility(row) => {
                format!(
                    "{} · {}",
                    context.title(&row.service),
                    context.title(&row.hazard)
                )
            }
            other => other.name_of(End::Value),
        }
    }

    /// What the figure is of, within its basis.
    fn of(&self, row: Row<'_>, end: End) -> String {
        let context = self.context;
        let place = match row {
            Row::Exposure(row) => {
                let level = context.words.level(row.level);
                format!("{} · {level}", context.territory(&row.territory))
            }
            Row::Deficit(row) | Row::Disputed(row) => context.territory(&row.territory),
            Row::InHazard(row) => {
                let level = context.words.level(row.level);
                format!("{} · {level}", context.territory(&row.territory))
            }
            Row::Facility(row) => row.facility.clone(),
            other => other.name_of(End::Value),
        };
        match end {
            End::Value => place,
            end => {
                format!(
                    "{place} · {}",
                    context.words.of(&format!("report.end.{}", end.id()))
                )
            }
        }
    }

    /// Rules of any of the figures, each once: those with a number lead to the method.
    fn rules(&self, told: &[&Explanation]) -> Vec<Link> {
        let mut seen = BTreeSet::new();
        let mut links = Vec::new();
        for (number, message) in told.iter().flat_map(|told| &told.rules) {
            let link = match number {
                Some(number) => {
                    let text = self.context.words.with(
                        "report.rule",
                        "number",
                        &number.to_string(),
                    );
                    Link::to(format!("#rule-{number}"), text)
                }
                None => Link::plain(self.say(message)),
            };
            if seen.insert((number.unwrap_or(u8::MAX), link.text.clone())) {
                links.push(link);
            }
        }
        links
    }

    /// How sure its layers are, what is doubtful of it, and findings that touch it.
    fn notes(&self, told: &Explanation) -> BTreeSet<String> {
        let mut notes: BTreeSet<String> =
            told.accuracy.iter().map(|message| self.say(message)).collect();
        notes.extend(
            told.doubts.iter().map(|doubt: &DoubtTold| self.say(&doubt.message())),
        );
        notes.extend(self.findings(told));
        notes
    }

    /// Findings by code, worst first; notes are not told one by one.
    fn findings(&self, told: &Explanation) -> Option<String> {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        let grave = told.findings.iter().filter(|one| one.severity > Severity::Note);
        for finding in grave {
            *counts.entry(finding.code.id()).or_default() += 1;
        }
        if counts.is_empty() {
            return None;
        }
        let counts = counts.iter().map(|(code, count)| format!("{code} × {count}"));
        let all = counts.collect::<Vec<_>>().join(", ");
        Some(self.context.words.with("report.touched", "findings", &all))
    }

    fn figure(
        &self,
        id: &str,
        row: Row<'a>,
        end: End,
        told: &Explanation,
        shared: &BTreeSet<String>,
    ) -> Figure {
        let words = self.context.words;
        let value = if told.value.is_empty() {
            words.of("explain.unknown")
        } else {
            let unit = i18n::unit(words.locale, &told.unit);
            format!("{} {unit}", told.value).trim_end().to_owned()
        };
        let range = told.range.as_ref().map(|(low, high)| {
            let range = Message::new("explain.range").with("low", low).with("high", high);
            format!("; {}", self.say(&range))
        });
        let open = match (told.is_of_no_level, told.is_undecidable) {
            (true, _) => Some("explain.no_level"),
            (false, true) => Some("explain.undecidable"),
            (false, false) => None,
        };
        let open = open.map(|key| format!("; {}", words.of(key)));
        Figure {
            id: id.to_owned(),
            name: told.figure.clone(),
            value: told.value.clone(),
            of: self.of(row, end),
            shown: [Some(value), range, open].into_iter().flatten().collect(),
            computed: self.say(&told.computed),
            sums: told.sums.iter().filter_map(|sum| self.sum(sum)).collect(),
            notes: self.notes(told).difference(shared).cloned().collect(),
        }
    }

    /// The largest contributions on one line; `None` where there is none.
    fn sum(&self, sum: &Contributions) -> Option<String> {
        let words = self.context.words;
        let (told, more) = sum.top.split_at(sum.top.len().min(MOST));
        let mut parts: Vec<String> = told
            .iter()
            .map(|term| {
                let share = term.share.filter(|share| (share - 1.0).abs() > 5e-4);
                let share = share.map_or_else(String::new, |share| {
                    format!(" ({})", words.percent(share))
                });
                let near = term.nearest.as_ref().map_or_else(String::new, |near| {
                    format!(" → {} {} m", near.facility, words.number(near.distance_m, 0))
                });
                format!("{}{share}{near}: {}", term.feature, sum.print(term.amount))
            })
            .collect();
        let rest = more.iter().map(|term| term.amount).sum::<f64>() + sum.rest;
        let count = more.len() + sum.rest_count;
        if count > 0 {
            let rest = Message::new("explain.rest")
                .with("count", count)
                .with("amount", sum.print(rest));
            parts.push(self.say(&rest));
        }
        if parts.is_empty() {
            return None;
        }
        if sum.overlap < 0.0 {
            parts.push(words.with("explain.overlap", "amount", &sum.print(sum.overlap)));
        }
        let heading = Message::new("explain.heading.sum")
            .with("of", format!("@explain.sum.{}", sum.id()))
            .with("layer", &sum.layer);
        let (heading, total) = (self.say(&heading), sum.print(sum.total));
        Some(format!("{heading} — {} = {total}", parts.join("; ")))
    }
}

/// The section where figures of a kind stand.
fn back(row: Row<'_>) -> &'static str {
    match row {
        Row::Exposure(_) => "#exposure",
        Row::Deficit(_) | Row::Disputed(_) => "#deficits",
        Row::InHazard(_) => "#deficit-in-hazard",
        Row::Facility(_) => "#facilities",
        _ => "#summary",
    }
}

/// What went in, with links to where the report lists files.
fn inputs(told: &Explanation) -> Vec<Link> {
    let link = |input: &explain::Input| {
        let id = super::provenance::input_id(&input.layer, &input.path);
        let name = if input.layer.is_empty() { &input.path } else { &input.layer };
        Link::to(format!("#{id}"), name)
    };
    told.inputs.iter().map(link).collect()
}
