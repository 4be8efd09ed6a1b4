//! The report: one HTML page to be read, printed and signed, without a network.
//!
//! In: a [`WriteJob`], what was measured and drawn. Out: the bytes of `report.html`, the same
//! for the same inputs. Every figure is one of the tables', rounded for people, and leads to
//! what explains it. It measures nothing. Names from data are text: the templates escape
//! them, the policy of the page allows no script, and nothing comes from elsewhere.

mod appendix;
mod balance;
mod charts;
mod context;
mod data;
mod deficits;
mod doubts;
mod exposure;
mod facilities;
mod grid;
mod method;
mod provenance;
mod summary;
mod territory;

use askama::Template;

use super::WriteJob;
use super::map::svg;
use crate::domain::Message;
use crate::i18n::Locale;
use appendix::{Appendix, Basis};
use context::Context;
use grid::{Grid, Link};

/// File name of the report.
pub const FILE: &str = "report.html";
/// The only style of the page.
const STYLE: &str = include_str!("report.css");

/// A part of the report.
pub(super) struct Section {
    /// Its id in the page; it does not depend on the language.
    id: &'static str,
    heading: String,
    blocks: Vec<Block>,
}

/// What a section is made of.
enum Block {
    Heading {
        id: String,
        text: String,
    },
    /// What follows belongs together, on one page of paper if it has room.
    PartStart,
    PartEnd,
    Text(String),
    Note(String),
    Links(Vec<Link>),
    Table(Grid),
    /// A drawing as SVG, ready to stand in the page.
    Drawing {
        class: &'static str,
        svg: String,
        caption: String,
    },
    /// Lines to be signed, each with what stands below it.
    Signatures(Vec<String>),
}

/// A finding in plain words.
struct Statement {
    text: String,
    links: Vec<Link>,
}

/// Words that the template needs by itself.
struct Labels {
    kind: String,
    skip: String,
    contents: String,
    summary: String,
    explanations: String,
    explained: String,
    on_paper: String,
    back: String,
    formula: String,
    rules: String,
    inputs: String,
}

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    lang: &'a str,
    policy: String,
    style: &'static str,
    title: String,
    about: Vec<String>,
    notice: String,
    labels: Labels,
    statements: Vec<Statement>,
    standing: Vec<String>,
    sections: Vec<Section>,
    bases: Vec<Basis>,
    foot: Vec<String>,
}

/// Makes the report of a run in a language.
#[must_use]
pub(super) fn make(job: &WriteJob<'_>, locale: Locale) -> Vec<u8> {
    let context = Context::new(job, locale);
    let mut appendix = Appendix::default();
    let statements = summary::statements(&context, &mut appendix);
    let mut sections = vec![
        context.section("summary", Vec::new()),
        context.section("territory", territory::blocks(&context)),
        context.section("data", data::blocks(&context)),
        context.section("exposure", exposure::blocks(&context, &mut appendix)),
        context.section("deficits", deficits::blocks(&context, &mut appendix)),
        context
            .section("deficit-in-hazard", deficits::in_hazard(&context, &mut appendix)),
        context.section("facilities", facilities::blocks(&context, &mut appendix)),
        context.section("doubts", doubts::blocks(&context)),
        context.section("method", method::blocks(&context)),
        context.section("balance", balance::blocks(&context)),
        context.section("provenance", provenance::blocks(&context)),
    ];
    let words = context.words;
    let count = statements.len().to_string();
    sections[0].heading = words.with("report.section.summary", "count", &count);
    let page = Page {
        lang: locale.id(),
        policy: policy(STYLE),
        style: STYLE,
        title: job.settings.title.get(locale).to_owned(),
        about: about(&context),
        notice: notice(&context),
        labels: labels(&context, sections[0].heading.clone()),
        statements,
        standing: summary::standing(&context),
        sections,
        bases: appendix.told(&context),
        foot: vec![
            words.say(&program()),
            context.settings_digest(),
            words.of("map.note.indicative"),
        ],
    };
    let mut text =
        page.render().expect("a page is written into memory, which never fails");
    // A control character is no character of HTML, wherever a layer has it from.
    text.retain(|c| {
        c == '\n' || !(c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}'))
    });
    text.into_bytes()
}

/// What a page with one style may do: show that, and pictures that stand in it.
pub(super) fn policy(style: &str) -> String {
    use sha2::Digest as _;
    let digest = svg::base64(&sha2::Sha256::digest(style.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{digest}'; img-src data:; \
         base-uri 'none'; form-action 'none'"
    )
}

fn program() -> Message {
    Message::new("report.program").with("version", env!("CARGO_PKG_VERSION"))
}

/// Who made it, and which dates it is about.
fn about(context: &Context<'_>) -> Vec<String> {
    let (settings, words) = (context.job.settings, context.words);
    let mut lines = Vec::new();
    if let Some(author) = &settings.author {
        let author = author.get(words.locale);
        lines.push(words.with("report.author", "author", author));
    }
    let newest = settings.layers.iter().filter_map(|layer| layer.source.date.as_deref());
    if let Some(newest) = newest.max() {
        lines.push(words.with("report.data_date", "date", newest));
    }
    if let Some(date) = &settings.reference_date {
        lines.push(words.with("report.reference_date", "date", date));
    }
    let mut options = context.job.options.iter();
    if let Some((_, date)) = options.find(|(name, _)| *name == "date") {
        lines.push(words.with("report.run_date", "date", date));
    }
    lines
}

/// That overlays are exposure, and how far the least reliable layer may be trusted.
fn notice(context: &Context<'_>) -> String {
    let status = context.words.status(context.worst_status());
    context.words.with("report.notice", "status", &status)
}

fn labels(context: &Context<'_>, summary: String) -> Labels {
    let of = |key: &str| context.words.of(key);
    Labels {
        kind: of("report.kind"),
        skip: of("report.skip"),
        contents: of("report.contents"),
        summary,
        explanations: of("report.section.explanations"),
        explained: of("report.explained"),
        on_paper: of("report.on_paper"),
        back: of("report.back"),
        formula: of("report.label.formula"),
        rules: of("report.label.rules"),
        inputs: of("report.label.inputs"),
    }
}
