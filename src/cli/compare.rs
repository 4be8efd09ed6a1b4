//! `compare`: what differs between two runs, and why.

use std::path::Path;

use super::arguments::{CompareJob, Given};
use super::progress::Progress;
use super::{Failure, is_quiet, language, screen, size_pool};
use crate::domain::Message;
use crate::i18n::{self, Locale};
use crate::outputs::PastRun;
use crate::outputs::compare::chart::{self, cause};
use crate::outputs::compare::{self, Comparison, Decimal, Entry, Status};
use crate::outputs::map::{png, scene::Scene, svg};
use crate::pipeline::{self, Error, compare::Compared};

/// How many differences of a unit are told one by one.
const TOLD: usize = 5;

pub(super) fn compare(job: &CompareJob, given: &Given) -> Result<u8, Failure> {
    size_pool(given.threads)?;
    let [a, b] = [PastRun::open(&job.a)?, PastRun::open(&job.b)?];
    let locale = language::choose(given.lang, super::verify::recorded_locale(&b));
    let progress = Progress::new(locale, given.voice);
    let projects = job.projects.each_ref().map(Option::as_deref);
    let compared = pipeline::compare::compare([&a, &b], projects, &progress)?;
    drop(progress);
    let comparison = &compared.comparison;
    let shown = comparison.find(job.figure.as_deref()).map_err(Error::from)?;
    if job.json {
        screen::give(&format!("{:#}\n", compare::json(comparison)));
    } else if !is_quiet(given.voice) {
        screen::give(&format!("{}\n", lines(locale, comparison).join("\n")));
    }
    if let Some(directory) = &job.out {
        let names = [&job.a, &job.b].map(|path| name_of(path));
        let files =
            files(&compared, shown, names.each_ref().map(String::as_str), locale)?;
        let written = compare::write(directory, [&a, &b], files).map_err(Error::from)?;
        if !is_quiet(given.voice) {
            screen::say_place(locale, &written);
        }
    }
    Ok(u8::from(!comparison.entries.is_empty()))
}

/// The name of a folder.
fn name_of(path: &Path) -> String {
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let name = whole.file_name().unwrap_or(path.as_os_str());
    name.to_string_lossy().into_owned()
}

/// The table, and the drawings of the figure that is shown.
fn files(
    compared: &Compared,
    shown: Option<&Entry>,
    names: [&str; 2],
    locale: Locale,
) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    let comparison = &compared.comparison;
    let json = format!("{:#}\n", compare::json(comparison)).into_bytes();
    let mut files = vec![
        ("compare.csv".to_owned(), compare::table(comparison)),
        ("compare.json".to_owned(), json),
    ];
    let Some(shown) = shown else { return Ok(files) };
    let waterfall = chart::waterfall(shown, names, locale).map_err(Error::from)?;
    let map = compared.area.as_ref();
    let map = map
        .and_then(|area| compare::diff_map::draw(comparison, shown, names, area, locale));
    let mut draw = |name: &str, scene: &Scene| -> Result<(), Failure> {
        let picture = png::render(scene, png::DEFAULT_DPI).map_err(Error::from)?;
        files.push((format!("{name}.png"), picture));
        files.push((format!("{name}.svg"), svg::render(scene).into_bytes()));
        Ok(())
    };
    if let Some(scene) = &waterfall {
        draw("waterfall", scene)?;
    }
    if let Some(scene) = &map {
        draw("difference_map", scene)?;
    }
    Ok(files)
}

/// The comparison as lines.
fn lines(locale: Locale, comparison: &Comparison) -> Vec<String> {
    let say = |message: &Message| i18n::render(locale, message);
    let heading = |key: &str| i18n::text(locale, key).to_owned();
    let entries = &comparison.entries;
    if entries.is_empty() {
        let same = Message::new("compare.same").with("count", comparison.compared);
        return vec![say(&same)];
    }
    let mut lines = vec![say(&Message::new("compare.differ")
        .with("count", entries.len())
        .with("compared", comparison.compared))];
    for status in Status::ALL {
        let count = entries.iter().filter(|entry| entry.status == status).count();
        if count > 0 {
            let text = heading(&format!("compare.status.{}", status.id()));
            lines.push(format!("  {text}: {count}"));
        }
    }
    lines.extend(territories(locale, comparison));
    lines.push(heading("compare.heading.changes"));
    for change in &comparison.changes {
        let what = heading(&format!("compare.cause.{}", change.kind.id()));
        let counts = Message::new("compare.counts")
            .with("changed", change.changed)
            .with("lost", change.lost);
        let (subject, counts) = (&change.subject, say(&counts));
        match (change.lost, subject.as_str()) {
            (_, "") => lines.push(format!("  {what}")),
            (0, _) => lines.push(format!("  {what}: {subject} ({})", change.changed)),
            _ => lines.push(format!("  {what}: {subject} ({counts})")),
        }
    }
    if comparison.changes.is_empty() {
        lines.push(format!("  {}", heading("compare.no_known_change")));
    }
    for reason in &comparison.missing_inputs {
        lines.push(format!("  {}", say(reason)));
    }
    lines.push(heading("compare.heading.largest"));
    for entry in comparison.largest(TOLD) {
        lines.extend(told(locale, entry));
    }
    let others = entries.iter().filter(|entry| entry.difference.is_none());
    let others: Vec<&Entry> = others.collect();
    if !others.is_empty() {
        lines.push(heading("compare.heading.no_number"));
        lines.extend(others.iter().take(TOLD).map(|entry| without_number(locale, entry)));
        if others.len() > TOLD {
            let more = Message::new("compare.more").with("count", others.len() - TOLD);
            lines.push(format!("  {}", say(&more)));
        }
    }
    lines
}

fn territories(locale: Locale, comparison: &Comparison) -> Vec<String> {
    let sides = [
        ("compare.territories_lost", &comparison.territories_lost),
        ("compare.territories_new", &comparison.territories_new),
    ];
    let told = sides.into_iter().filter(|(_, codes)| !codes.is_empty());
    told.map(|(key, codes)| {
        let message = Message::new(key).with("codes", codes.join(", "));
        format!("  {}", i18n::render(locale, &message))
    })
    .collect()
}

fn told(locale: Locale, entry: &Entry) -> Vec<String> {
    let difference = entry.difference.unwrap_or(Decimal::ZERO).signed();
    let (name, a, b) = (entry.name(), &entry.a, &entry.b);
    let amounts = format!("{a} → {b} {}", i18n::unit(locale, &entry.unit));
    let mut lines = vec![format!("  {name}: {} ({difference})", amounts.trim_end())];
    lines.extend(
        entry.doubt().map(|doubt| format!("    {}", i18n::render(locale, &doubt))),
    );
    lines.extend(entry.effects.iter().map(|effect| {
        format!("    {}  {}", effect.amount.signed(), cause(effect, locale))
    }));
    lines
}

fn without_number(locale: Locale, entry: &Entry) -> String {
    let shown = |text: &str| match text {
        "" => i18n::text(locale, "compare.nothing").to_owned(),
        text => text.to_owned(),
    };
    let status = format!("compare.status.{}", entry.status.id());
    let status = i18n::text(locale, &status);
    format!("  {}: {} → {} ({status})", entry.name(), shown(&entry.a), shown(&entry.b))
}
