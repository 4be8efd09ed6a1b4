//! A series as one page: every chart with its values, breaks, reasons and sources.
//!
//! In: a series and its charts. Out: the bytes of `series.html`, to be opened without a
//! network. Names from data are text: the template escapes them, and the policy of the page
//! allows its own style and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;

use super::chart::Chart;
use super::notes::{self, Column, Gap};
use super::{Break, Line, Observation, Series, names};
use crate::domain::{Level, Message};
use crate::i18n::{self, Locale};
use crate::outputs::{map::svg, report};

/// File name of the page.
pub const FILE: &str = "series.html";
/// The style of the report, and what this page has besides.
const STYLE: &str =
    concat!(include_str!("../report/report.css"), include_str!("page.css"));
/// What stands where a run has no row.
const NOTHING: &str = "\u{2014}";

struct Labels {
    skip: String,
    contents: String,
    csv: String,
    dictionary: String,
    runs: String,
    territory: String,
    drawing: String,
}

struct Run {
    name: String,
    project: String,
    digest: String,
}

/// Charts of one kind.
struct Part {
    id: &'static str,
    heading: String,
    charts: Vec<Section>,
}

/// A chart with what belongs to it.
struct Section {
    id: String,
    title: String,
    code: String,
    svg: String,
    path: String,
    caption: String,
    heads: Vec<String>,
    rows: Vec<Row>,
    breaks: Vec<Told>,
    sources: Vec<String>,
}

/// A territory with its figures, one for each period and run.
struct Row {
    name: String,
    cells: Vec<String>,
}

/// A break, and what was before and is now.
struct Told {
    told: String,
    whys: Vec<String>,
}

#[derive(Template)]
#[template(path = "series.html")]
struct Page {
    lang: &'static str,
    policy: String,
    style: &'static str,
    title: String,
    lead: String,
    labels: Labels,
    run_heads: Vec<String>,
    runs: Vec<Run>,
    parts: Vec<Part>,
    foot: String,
}

/// Makes the page of a series.
pub(super) fn make(series: &Series, charts: &[Chart<'_>], locale: Locale) -> Vec<u8> {
    let of = |key: &str| i18n::text(locale, key).to_owned();
    let page = Page {
        lang: locale.id(),
        policy: report::policy(STYLE),
        style: STYLE,
        title: of("series.title"),
        lead: lead(series, charts, locale),
        labels: labels(locale),
        run_heads: ["run", "project", "digest"]
            .map(|id| of(&format!("series.page.{id}")))
            .to_vec(),
        runs: (1..=series.members.len()).map(|at| run(series, at, locale)).collect(),
        parts: parts(series, charts, locale),
        foot: say(
            locale,
            &Message::new("series.page.foot").with("version", env!("CARGO_PKG_VERSION")),
        ),
    };
    let mut text =
        page.render().expect("a page is written into memory, which never fails");
    // A control character is no character of HTML, wherever a layer has it from.
    text.retain(|c| {
        c == '\n' || !(c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}'))
    });
    text.into_bytes()
}

fn say(locale: Locale, message: &Message) -> String {
    i18n::render(locale, message)
}

fn lead(series: &Series, charts: &[Chart<'_>], locale: Locale) -> String {
    let message = Message::new("series.page.lead")
        .with("runs", series.members.len())
        .with("charts", charts.len());
    say(locale, &message)
}

fn labels(locale: Locale) -> Labels {
    let of = |id: &str| i18n::text(locale, &format!("series.page.{id}")).to_owned();
    Labels {
        skip: of("skip"),
        contents: of("contents"),
        csv: of("csv"),
        dictionary: of("dictionary"),
        runs: of("runs"),
        territory: of("territory"),
        drawing: of("drawing"),
    }
}

fn run(series: &Series, number: usize, locale: Locale) -> Run {
    let member = &series.members[number - 1];
    let title = names::project(series, number, locale);
    let project = match title {
        Some(title) => format!("{title} ({})", member.project),
        None if member.project.is_empty() => NOTHING.to_owned(),
        None => member.project.clone(),
    };
    let name = names::run(number, locale);
    Run { name, project, digest: member.settings_sha256.clone() }
}

/// Deficits, then exposed people, as far as there are charts of them.
fn parts(series: &Series, charts: &[Chart<'_>], locale: Locale) -> Vec<Part> {
    let part = |id: &'static str, prefix: &str| {
        let own = charts.iter().filter(|chart| chart.indicator.starts_with(prefix));
        let mut own: Vec<&Chart<'_>> = own.collect();
        own.sort_by_key(|chart| place(chart.indicator));
        let charts =
            own.into_iter().map(|chart| section(series, chart, locale)).collect();
        let heading = i18n::text(locale, &format!("series.page.{id}")).to_owned();
        Part { id, heading, charts }
    };
    let all = [part("deficits", "deficit."), part("exposure", "exposure.")];
    all.into_iter().filter(|part| !part.charts.is_empty()).collect()
}

/// The order of a chart in its part: of one hazard the worst level goes first.
fn place(indicator: &str) -> (&str, usize) {
    let parts: Vec<&str> = indicator.splitn(4, '.').collect();
    match parts[..] {
        ["exposure", hazard, level, _] => {
            let at = Level::ALL.iter().position(|known| known.id() == level);
            (hazard, at.unwrap_or_default())
        }
        _ => (indicator, 0),
    }
}

fn section(series: &Series, chart: &Chart<'_>, locale: Locale) -> Section {
    let columns: BTreeSet<Column> =
        chart.lines.iter().flat_map(|line| own(line)).map(Observation::column).collect();
    let columns: Vec<Column> = columns.into_iter().collect();
    let breaks = notes::breaks(&chart.lines);
    let at: BTreeMap<&Column, usize> =
        breaks.iter().enumerate().map(|(at, (column, _))| (column, at + 1)).collect();
    let rows = chart.lines.iter().map(|line| Row {
        name: names::territory(series, &line.ref_area, locale),
        cells: columns.iter().map(|column| cell(line, column, &at, locale)).collect(),
    });
    let id: String =
        chart.name.chars().map(|c| if c.is_whitespace() { '_' } else { c }).collect();
    Section {
        title: chart.scene.title.clone(),
        code: chart.indicator.to_owned(),
        svg: svg::within_page(&svg::render(&chart.scene), &format!("chart-{id}")),
        path: format!("charts/{}.svg", chart.name),
        caption: caption(chart, locale),
        heads: columns.iter().map(|column| notes::column(column, locale)).collect(),
        rows: rows.collect(),
        breaks: told(chart, &breaks, locale),
        sources: sources(chart, locale),
        id,
    }
}

/// What a line goes through.
fn own(line: &Line) -> impl Iterator<Item = &Observation> {
    line.observations.iter().filter(|one| one.segment.is_some())
}

fn caption(chart: &Chart<'_>, locale: Locale) -> String {
    let first = chart.lines.iter().flat_map(|line| own(line)).next();
    let unit = first.map(|one| names::unit(one, locale)).unwrap_or_default();
    let key = match unit.as_str() {
        "" => "series.page.values_plain",
        _ => "series.page.values",
    };
    say(locale, &Message::new(key).with("title", &chart.scene.title).with("unit", unit))
}

/// What a territory has in a period by a run.
fn cell(
    line: &Line,
    column: &Column,
    breaks: &BTreeMap<&Column, usize>,
    locale: Locale,
) -> String {
    let Some(one) = own(line).find(|one| one.column() == *column) else {
        return NOTHING.to_owned();
    };
    let mut parts = vec![figure(one, locale)];
    if one.is_undecidable() {
        parts.push(i18n::text(locale, "series.page.undecidable").to_owned());
    }
    let number = breaks.get(column).filter(|_| !one.breaks.is_empty());
    if let (Some(number), None) = (number, one.gap()) {
        let message = Message::new("series.page.break").with("number", number);
        parts.push(say(locale, &message));
    }
    parts.join("; ")
}

/// A value with its range, an interval, a bound, or why there is nothing.
fn figure(one: &Observation, locale: Locale) -> String {
    let is_share = names::is_share(one);
    let number = |value: f64| names::number(value, is_share, locale);
    let of = |key: &'static str| i18n::text(locale, key).to_owned();
    let ends = |key: &'static str, low: f64, high: f64| {
        let message = Message::new(key).with("low", number(low));
        say(locale, &message.with("high", number(high)))
    };
    match (one.value(), one.range(), one.gap()) {
        (Some(value), range, _) => {
            let value = format!("{}{}", one.cell("qualifier"), number(value));
            let range = range.map(|[low, high]| ends("series.page.range", low, high));
            range.map_or(value.clone(), |range| format!("{value} ({range})"))
        }
        (None, Some([low, high]), _) => ends("series.page.interval", low, high),
        (None, None, Some(Gap::Hidden)) => of("series.page.hidden"),
        (None, None, Some(Gap::Bound)) => bound(one, &ends),
        (None, None, _) => of("series.page.missing"),
    }
}

/// A figure of which one end is known.
fn bound(one: &Observation, ends: &dyn Fn(&'static str, f64, f64) -> String) -> String {
    let end = |column: &str| one.cell(column).parse::<f64>().ok();
    match (end("value_low"), end("value_high"), one.cell("qualifier")) {
        (Some(low), _, ">") => ends("series.page.above", low, low),
        (Some(low), ..) => ends("series.page.from", low, low),
        (None, Some(high), "<") => ends("series.page.below", high, high),
        (None, Some(high), _) => ends("series.page.up_to", high, high),
        (None, None, _) => NOTHING.to_owned(),
    }
}

/// The breaks by number, each with what was before and is now.
fn told(
    chart: &Chart<'_>,
    breaks: &[(Column, BTreeSet<super::Reason>)],
    locale: Locale,
) -> Vec<Told> {
    let sentences = notes::breaks_told(breaks, locale);
    let all = sentences.into_iter().zip(breaks).map(|(told, (column, _))| {
        let here = chart.lines.iter().flat_map(|line| own(line));
        let here = here.filter(|one| one.column() == *column);
        let mut whys: Vec<String> = Vec::new();
        for one in here.flat_map(|one| &one.breaks) {
            let text = say(locale, &differing(one).message());
            let message = Message::new("series.page.why").with("text", text);
            let why = say(locale, &message);
            if !whys.contains(&why) {
                whys.push(why);
            }
        }
        Told { told, whys }
    });
    all.collect()
}

/// A break without the parts that are the same before and after.
fn differing(one: &Break) -> Break {
    let only = |of: &str, other: &str| {
        let others: Vec<&str> = other.split("; ").collect();
        let parts = of.split("; ").filter(|part| !others.contains(part));
        parts.collect::<Vec<_>>().join("; ")
    };
    Break {
        reason: one.reason,
        before: only(&one.before, &one.after),
        after: only(&one.after, &one.before),
    }
}

/// Who says the figures, run by run.
fn sources(chart: &Chart<'_>, locale: Locale) -> Vec<String> {
    let mut by_source: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    for one in chart.lines.iter().flat_map(|line| own(line)) {
        let source = one.cell("source");
        if !source.is_empty() && one.gap() != Some(Gap::Missing) {
            by_source.entry(source).or_default().insert(one.run);
        }
    }
    let told = by_source.into_iter().map(|(source, runs)| {
        let runs: Vec<String> =
            runs.into_iter().map(|run| names::run(run, locale)).collect();
        let message = Message::new("series.page.source").with("source", source);
        say(locale, &message.with("runs", runs.join(", ")))
    });
    told.collect()
}

#[cfg(test)]
mod tests {
    use super::super::Reason;
    use super::*;

    fn shown(cells: &[(&str, &str)]) -> String {
        let cells =
            cells.iter().map(|(key, cell)| ((*key).to_owned(), (*cell).to_owned()));
        let (cells, breaks) = (cells.collect(), Vec::new());
        figure(&Observation { run: 1, cells, segment: Some(1), breaks }, Locale::En)
    }

    #[test]
    fn cells_say_what_is_known() {
        let share = [("method", "deficit.access"), ("unit_measure", "1")];
        assert_eq!(shown(&[share[0], share[1], ("obs_value", "0.25")]), "25.0\u{202f}%");
        let range = [("obs_value", "4"), ("value_low", "2"), ("value_high", "6.5")];
        assert_eq!(shown(&range), "4 (range 2 to 6.50)");
        assert_eq!(shown(&[("obs_value", "4"), ("qualifier", "~")]), "~4");
        assert_eq!(shown(&range[1..]), "2 to 6.50");
        assert_eq!(shown(&[("value_high", "2"), ("qualifier", "<")]), "less than 2");
        assert_eq!(shown(&[("value_high", "2")]), "up to 2");
        assert_eq!(shown(&[("value_low", "2"), ("qualifier", ">")]), "more than 2");
        assert_eq!(shown(&[("obs_status", "Q")]), "kept back");
        assert_eq!(shown(&[("obs_status", "L")]), "no figure");
    }

    #[test]
    fn of_a_break_only_what_changed_is_told() {
        let one = Break {
            reason: Reason::Data,
            before: "a: x; b: y".to_owned(),
            after: "a: x; b: z; c: w".to_owned(),
        };
        let told = differing(&one);
        assert_eq!((told.before.as_str(), told.after.as_str()), ("b: y", "b: z; c: w"));
    }
}
