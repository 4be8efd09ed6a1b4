//! `explain`: one figure, from the number back to the features it is made of.

use super::arguments::{ExplainJob, Given};
use super::progress::Progress;
use super::{Failure, language, screen, size_pool};
use crate::domain::Message;
use crate::i18n::{self, Locale};
use crate::outputs::explain::{self, Contributions, DoubtState, DoubtTold, Explanation};
use crate::outputs::figure;
use crate::pipeline::{self, explain as explaining};

pub(super) fn explain(job: &ExplainJob, given: &Given) -> Result<u8, Failure> {
    size_pool(given.threads)?;
    let base = pipeline::open(&job.project, &job.overrides)?;
    let locale = language::choose(given.lang, base.locale);
    let (settings, name) = explaining::of_scenario(base, &job.figure)?;
    let progress = Progress::new(locale, given.voice);
    let basis = explaining::measure_for(settings, &name, &progress)?;
    drop(progress);
    let asked = |error| Failure::Figure(error, locale);
    let (known, explainer) = (basis.known(), basis.explainer());
    let (row, end) = figure::find(&name, known).map_err(asked)?;
    let no_end = || figure::FigureError::NoEnd { found: name.clone() };
    let told = explain::explain(known, &explainer, row, end);
    let told = told.ok_or_else(no_end).map_err(asked)?;
    if job.json {
        screen::give(&format!("{:#}\n", told.json()));
    } else {
        screen::give(&format!("{}\n", lines(locale, &told).join("\n")));
    }
    Ok(0)
}

/// The explanation as lines.
fn lines(locale: Locale, told: &Explanation) -> Vec<String> {
    let say = |message: &Message| i18n::render(locale, message);
    let heading = |key| i18n::text(locale, key).to_owned();
    let value = match told.value.as_str() {
        "" => i18n::text(locale, "explain.unknown"),
        value => value,
    };
    let figure = format!("{} = {value} {}", told.figure, i18n::unit(locale, &told.unit));
    let mut lines = vec![figure.trim_end().to_owned()];
    if told.is_undecidable {
        lines.push(heading("explain.undecidable"));
    }
    if told.is_of_no_level {
        lines.push(heading("explain.no_level"));
    }
    if let Some((low, high)) = &told.range {
        lines.push(say(&Message::new("explain.range")
            .with("low", low)
            .with("high", high)));
    }
    lines.push(String::new());
    lines.push(heading("explain.heading.formula"));
    lines.extend(told.method.map(|method| {
        let entry = method.entry();
        format!("  {} ({} {})", entry.formula, entry.code, entry.version)
    }));
    lines.push(format!("  {}", say(&told.computed)));
    lines.push(heading("explain.heading.rules"));
    lines.extend(told.rules.iter().map(|(number, text)| match number {
        Some(number) => format!("  {number}. {}", say(text)),
        None => format!("  · {}", say(text)),
    }));
    lines.push(heading("explain.heading.inputs"));
    lines.extend(told.inputs.iter().map(|input| {
        let about = [&*input.layer, &input.path, &input.date, input.status];
        let about: Vec<&str> =
            about.into_iter().filter(|part| !part.is_empty()).collect();
        format!("  {}\n    sha256 {}", about.join(" · "), input.sha256)
    }));
    for sum in &told.sums {
        lines.extend(contributions(locale, sum));
    }
    lines.push(heading("explain.heading.accuracy"));
    lines.extend(told.accuracy.iter().map(|text| format!("  {}", say(text))));
    if !told.doubts.is_empty() {
        lines.push(heading("explain.heading.doubts"));
        let each = told.doubts.iter().map(DoubtTold::message);
        lines.extend(each.map(|message| format!("  {}", say(&message))));
        let counted =
            told.doubts.iter().filter(|one| one.state == DoubtState::Counted).count();
        if counted > 1 {
            lines.push(format!("  {}", heading("explain.doubt.together")));
        }
    }
    lines.push(heading("explain.heading.findings"));
    if told.findings.is_empty() {
        lines.push(format!("  {}", heading("explain.no_findings")));
    }
    lines.extend(told.findings.iter().map(|finding| {
        let text = say(&finding.message());
        format!("  {} {} {}: {text}", finding.code.id(), finding.layer, finding.feature)
    }));
    lines
}

fn contributions(locale: Locale, sum: &Contributions) -> Vec<String> {
    let heading = Message::new("explain.heading.sum")
        .with("of", format!("@explain.sum.{}", sum.id()))
        .with("layer", &sum.layer);
    let mut lines = vec![i18n::render(locale, &heading)];
    lines.extend(sum.top.iter().map(|term| {
        let share = term.share.map_or_else(String::new, |share| {
            format!("  ({} %)", i18n::number(locale, share * 100.0, 2))
        });
        let near = term.nearest.as_ref().map_or_else(String::new, |near| {
            let distance = i18n::number(locale, near.distance_m, 1);
            format!("  → {} {distance} m", near.facility)
        });
        format!("  {}  {}{share}{near}", term.feature, sum.print(term.amount))
    }));
    if sum.rest_count > 0 {
        let rest = Message::new("explain.rest")
            .with("count", sum.rest_count)
            .with("amount", sum.print(sum.rest));
        lines.push(format!("  {}", i18n::render(locale, &rest)));
    }
    if sum.overlap < 0.0 {
        let overlap =
            Message::new("explain.overlap").with("amount", sum.print(sum.overlap));
        lines.push(format!("  {}", i18n::render(locale, &overlap)));
    }
    lines.push(format!("  = {}", sum.print(sum.total)));
    lines
}
