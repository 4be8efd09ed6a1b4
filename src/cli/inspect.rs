//! `inspect`: the doctor's report, first what may be wrong and how to set it right.

use super::jobs::{Given, InspectJob};
use super::{FAILED, Failure, language, report, screen, size_pool};
use crate::doctor::report::{
    CrsView, Examination, Extent, Field, Place, Sheet, TextView,
};
use crate::doctor::{self, json};
use crate::domain::{Explain as _, Message};
use crate::i18n::{self, Locale};
use crate::layers::CrsEvidence;
use crate::pipeline;

/// Width of the headings.
const HEADING: usize = 15;
/// Letters of a line before it is folded.
const WIDTH: usize = 96;
/// Letters of a column of the table of fields.
const COLUMN: usize = 30;

pub(super) fn inspect(job: &InspectJob, given: &Given) -> Result<u8, Failure> {
    size_pool(given.threads)?;
    let settings =
        job.project.as_deref().map(|path| pipeline::open(path, &[])).transpose()?;
    let of_project = settings.as_ref().and_then(|settings| settings.locale);
    let locale = language::choose(given.lang, of_project);
    let ground = match &settings {
        Some(settings) => pipeline::ground(settings)?,
        None => None,
    };
    let mut looked_at = Vec::new();
    let mut has_failed = false;
    for path in &job.files {
        match doctor::examine(path, ground.as_ref()) {
            Ok(examination) => {
                let has_error = |sheet: &Sheet| sheet.error.is_some();
                has_failed |= examination.sheets.iter().all(has_error);
                if !job.json {
                    let lines = lines(locale, &examination);
                    screen::give(&format!("{}\n\n", lines.join("\n")));
                }
                looked_at.push(Ok(examination));
            }
            Err(error) => {
                has_failed = true;
                report::one(locale, &*error);
                looked_at
                    .push(Err((path.to_string_lossy().into_owned(), error.message())));
            }
        }
        if !job.json {
            looked_at.clear();
        }
    }
    if job.json {
        screen::give(&format!("{:#}\n", json::document(&looked_at)));
    }
    Ok(if has_failed { FAILED } else { 0 })
}

/// An examination as lines.
fn lines(locale: Locale, file: &Examination) -> Vec<String> {
    let say = Say(locale);
    let format = if file.is_archive {
        say.with("inspect.archive", &[("format", file.format.name())])
    } else {
        file.format.name().to_owned()
    };
    let mut title = vec![file.path.clone(), format, say.bytes(file.bytes)];
    if file.layer_count > 1 {
        let count = file.layer_count.to_string();
        title.push(say.with("inspect.several", &[("count", &count)]));
    }
    let mut lines = vec![title.join(" · ")];
    if !file.companions.is_empty() {
        lines.extend(say.headed("companions", &file.companions.join(", ")));
    }
    for sheet in &file.sheets {
        if let Some(name) = &sheet.name {
            lines.push(String::new());
            lines.push(say.with("inspect.layer", &[("name", name)]));
        }
        lines.extend(of_sheet(say, file, sheet));
    }
    lines
}

fn of_sheet(say: Say, file: &Examination, sheet: &Sheet) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(error) = &sheet.error {
        let error = i18n::render(say.0, error);
        lines.extend(folded("  ! ", &say.with("inspect.error", &[("error", &error)])));
    }
    lines.extend(suspicions(say, sheet));
    lines.extend(keys(say, file, sheet));
    if sheet.error.is_some() {
        return lines;
    }
    if sheet.extent.is_some() || sheet.crs.system.is_some() {
        lines.extend(say.headed("crs", &crs(say, &sheet.crs)));
    }
    if let Some(extent) = &sheet.extent {
        lines.extend(extents(say, extent));
    }
    if let Some(place) = &sheet.place {
        lines.extend(say.headed("place", &of_place(say, place)));
    }
    lines.extend(say.headed("geometry", &counts(say, sheet)));
    if sheet.counts.lines + sheet.counts.polygons + sheet.validity.len() > 0 {
        lines.extend(say.headed("validity", &validity(say, sheet)));
    }
    if let Some(text) = &sheet.text {
        lines.extend(say.headed("text", &of_text(say, text)));
    }
    lines.extend(fields(say, sheet));
    lines
}

fn suspicions(say: Say, sheet: &Sheet) -> Vec<String> {
    if sheet.suspicions.is_empty() {
        let none =
            if sheet.error.is_none() { say.text("inspect.no_suspicions") } else { "" };
        return if none.is_empty() { Vec::new() } else { vec![format!("  {none}")] };
    }
    let mut lines = vec![format!("  {}", say.text("inspect.heading.suspicions"))];
    for suspicion in &sheet.suspicions {
        let severity = format!("cli.severity.{}", suspicion.kind.severity().id());
        let text = i18n::render(say.0, &suspicion.message());
        let told = format!("{}: {text}", say.text(&severity));
        lines.extend(folded("  ? ", &told));
    }
    lines
}

/// Lines to be pasted into the project file.
fn keys(say: Say, file: &Examination, sheet: &Sheet) -> Vec<String> {
    if sheet.keys.is_empty() {
        return Vec::new();
    }
    let path = toml::Value::String(file.path.replace('\\', "/"));
    let mut lines = vec![format!("  {}", say.text("inspect.heading.keys"))];
    lines.push(format!("    [layers.{}]", id_of(file, sheet)));
    lines.push(format!("    path = {path}"));
    lines.extend(sheet.keys.iter().map(|(name, value)| format!("    {name} = {value}")));
    lines
}

/// An id for the layer, of small letters and underscores.
fn id_of(file: &Examination, sheet: &Sheet) -> String {
    let stem = std::path::Path::new(&file.path).file_stem();
    let stem = stem.map(|stem| stem.to_string_lossy().into_owned());
    let name = sheet.name.clone().filter(|_| file.sheets.len() > 1).or(stem);
    id_like(&name.unwrap_or_default())
}

/// A name as an id: small letters, digits and underscores.
fn id_like(name: &str) -> String {
    const LONGEST: usize = 40;
    let mut id = String::new();
    for letter in name.chars().filter(char::is_ascii).take(LONGEST) {
        if letter.is_ascii_alphanumeric() {
            id.push(letter.to_ascii_lowercase());
        } else if !id.is_empty() && !id.ends_with('_') {
            id.push('_');
        }
    }
    let id = id.trim_end_matches('_');
    if id.is_empty() { "layer".to_owned() } else { id.to_owned() }
}

fn crs(say: Say, crs: &CrsView) -> String {
    let Some(system) = &crs.system else {
        return say.text("inspect.crs.none").to_owned();
    };
    let system = match crs.name {
        Some(name) => format!("{system} · {name}"),
        None => system.clone(),
    };
    let key = match (crs.is_proposed, crs.evidence) {
        (true, _) => "proposed",
        (_, Some(CrsEvidence::Rfc7946)) => "rfc7946",
        (_, Some(CrsEvidence::LegacyMember)) => "legacy_member",
        (_, Some(CrsEvidence::FileCode)) => "file_code",
        (_, Some(CrsEvidence::FileWkt)) => "file_wkt",
        _ => "project",
    };
    say.with(&format!("inspect.crs.{key}"), &[("system", &system)])
}

fn extents(say: Say, extent: &Extent) -> Vec<String> {
    let boxed = |key: &str, bounds: [f64; 4], digits, crs: &str| {
        let [west, south, east, north] =
            bounds.map(|value| i18n::number(say.0, value, digits));
        let values = [
            ("west", west.as_str()),
            ("south", south.as_str()),
            ("east", east.as_str()),
            ("north", north.as_str()),
            ("crs", crs),
        ];
        say.with(&format!("inspect.box.{key}"), &values)
    };
    let mut lines = Vec::new();
    match extent.degrees {
        Some(bounds) => {
            lines.extend(say.headed("degrees", &boxed("degrees", bounds, 5, "")));
        }
        None => {
            lines.extend(say.headed("file", &boxed("file", extent.file, 2, "")));
        }
    }
    if let Some((epsg, bounds)) = extent.meters {
        let crs = format!("EPSG:{epsg}");
        lines.extend(say.headed("meters", &boxed("meters", bounds, 0, &crs)));
    }
    if let Some([width, height]) = extent.size_m {
        let km = |value: f64| i18n::number(say.0, value / 1000.0, 1);
        let (width, height) = (km(width), km(height));
        let values = [("width", width.as_str()), ("height", height.as_str())];
        lines.extend(say.headed("size", &say.with("inspect.box.size", &values)));
    }
    lines
}

fn of_place(say: Say, place: &Place) -> String {
    let key = match place.inside {
        0 => "none",
        inside if inside == place.features => "all",
        _ => "some",
    };
    let features = place.features.to_string();
    let inside = place.inside.to_string();
    let (nearest, farthest) = (say.meters(place.nearest_m), say.meters(place.farthest_m));
    say.with(
        &format!("inspect.place.{key}"),
        &[
            ("features", &features),
            ("inside", &inside),
            ("nearest", &nearest),
            ("farthest", &farthest),
            ("direction", place.direction),
        ],
    )
}

fn counts(say: Say, sheet: &Sheet) -> String {
    let c = &sheet.counts;
    let told = [
        ("points", c.points),
        ("lines", c.lines),
        ("polygons", c.polygons),
        ("mixed", c.mixed),
        ("without", c.without),
        ("unreadable", c.unreadable),
        ("multipart", c.multipart),
        ("with_height", c.with_height),
        ("vertices", c.vertices),
    ];
    let count = |key: &str, count: u64| {
        #[expect(clippy::cast_precision_loss, reason = "for people")]
        let count = i18n::number(say.0, count as f64, 0);
        say.with(&format!("inspect.count.{key}"), &[("count", &count)])
    };
    let mut parts = vec![count("features", c.features)];
    let told = told.into_iter().filter(|(_, number)| *number > 0);
    parts.extend(told.map(|(key, number)| count(key, number as u64)));
    parts.join("; ")
}

fn validity(say: Say, sheet: &Sheet) -> String {
    if sheet.crs.system.is_none() {
        return say.text("inspect.validity.unknown").to_owned();
    }
    let mut parts: Vec<String> = sheet
        .validity
        .iter()
        .map(|(code, count)| format!("{} × {count}", code.id()))
        .collect();
    if let Some(overlaps) = sheet.overlaps.filter(|overlaps| overlaps.pairs > 0) {
        let pairs = overlaps.pairs.to_string();
        let area = i18n::number(say.0, overlaps.area_m2, 0);
        let values = [("pairs", pairs.as_str()), ("area", area.as_str())];
        parts.push(say.with("inspect.validity.overlaps", &values));
    }
    if parts.is_empty() {
        return say.text("inspect.validity.good").to_owned();
    }
    parts.join("; ")
}

fn of_text(say: Say, text: &TextView) -> String {
    let Some(delimiter) = text.delimiter else {
        return say.with("inspect.text.plain", &[("encoding", &text.encoding)]);
    };
    let delimiter = match delimiter {
        ';' => "@inspect.delimiter.semicolon",
        '\t' => "@inspect.delimiter.tab",
        '|' => "@inspect.delimiter.bar",
        _ => "@inspect.delimiter.comma",
    };
    let (key, decimal) = match text.decimal {
        Some(',') => ("inspect.text.table", "@inspect.mark.comma"),
        Some(_) => ("inspect.text.table", "@inspect.mark.point"),
        None => ("inspect.text.table_whole", ""),
    };
    let encoding = text.encoding.as_str();
    let values = [("encoding", encoding), ("delimiter", delimiter), ("decimal", decimal)];
    say.with(key, &values)
}

/// The fields as a table.
fn fields(say: Say, sheet: &Sheet) -> Vec<String> {
    if sheet.fields.is_empty() {
        return Vec::new();
    }
    let heading = say.text("inspect.heading.fields");
    let mut lines = vec![format!("  {heading} ({})", sheet.fields.len())];
    let word = |name: &str| say.text(&format!("inspect.column.{name}")).to_owned();
    let mut rows = vec![[word("name"), word("kind"), word("nulls"), word("samples")]];
    rows.extend(sheet.fields.iter().map(|field| {
        let nulls =
            if field.nulls == 0 { String::new() } else { field.nulls.to_string() };
        let kind = say.text(&format!("inspect.kind.{}", field.kind.id())).to_owned();
        [cut(&field.name, COLUMN), kind, nulls, samples(field)]
    }));
    let width = |at: usize| rows.iter().map(|row| letters(&row[at])).max().unwrap_or(0);
    let widths = [width(0), width(1), width(2)];
    for [name, kind, nulls, samples] in &rows {
        let pad = |text: &str, width: usize| " ".repeat(width - letters(text));
        let line = format!(
            "    {name}{}  {kind}{}  {}{nulls}  {samples}",
            pad(name, widths[0]),
            pad(kind, widths[1]),
            pad(nulls, widths[2]),
        );
        lines.push(line.trim_end().to_owned());
    }
    if sheet.has_more_fields {
        lines.push(format!("    {}", say.text("inspect.more_fields")));
    }
    lines
}

fn samples(field: &Field) -> String {
    const SHOWN: usize = 48;
    cut(&field.samples.join(" · "), SHOWN)
}

fn letters(text: &str) -> usize {
    text.chars().count()
}

fn cut(text: &str, most: usize) -> String {
    if letters(text) <= most {
        return text.to_owned();
    }
    let short: String = text.chars().take(most - 1).collect();
    format!("{short}…")
}

/// A text folded at blanks, with a mark before its first line and blanks before the others.
fn folded(mark: &str, text: &str) -> Vec<String> {
    let margin = " ".repeat(letters(mark));
    let mut lines = vec![mark.to_owned()];
    for word in text.split(' ') {
        let last = lines.last_mut().expect("there is a first line");
        let is_begun = letters(last) > letters(mark);
        if is_begun && letters(last) + 1 + letters(word) > WIDTH {
            lines.push(format!("{margin}{word}"));
        } else {
            if is_begun {
                last.push(' ');
            }
            last.push_str(word);
        }
    }
    lines
}

/// Words in a language.
#[derive(Debug, Clone, Copy)]
struct Say(Locale);

impl Say {
    fn text(self, key: &str) -> &'static str {
        i18n::catalogue(self.0).get(key).map_or("", AsRef::as_ref)
    }

    fn with(self, key: &str, values: &[(&'static str, &str)]) -> String {
        let Some((key, _)) = i18n::catalogue(self.0).get_key_value(key) else {
            return String::new();
        };
        let values = values.iter().map(|(name, value)| (*name, (*value).to_owned()));
        i18n::render(self.0, &Message { key, values: values.collect() })
    }

    /// Lines under a heading, which stands in a column of its own.
    fn headed(self, heading: &str, text: &str) -> Vec<String> {
        let heading = self.text(&format!("inspect.heading.{heading}"));
        let pad = " ".repeat(HEADING.saturating_sub(letters(heading)));
        folded(&format!("  {heading}{pad}"), text)
    }

    fn bytes(self, bytes: u64) -> String {
        #[expect(clippy::cast_precision_loss, reason = "for people")]
        let size = bytes as f64;
        let (key, size, digits) = match bytes {
            0..10_000 => ("bytes", size, 0),
            10_000..10_000_000 => ("kb", size / 1e3, 0),
            _ => ("mb", size / 1e6, 1),
        };
        let size = i18n::number(self.0, size, digits);
        self.with(&format!("inspect.size_{key}"), &[("size", &size)])
    }

    /// A distance: metres, from 10 km on kilometres.
    fn meters(self, meters: f64) -> String {
        if meters < 10_000.0 {
            format!("{} m", i18n::number(self.0, meters, 0))
        } else {
            format!("{} km", i18n::number(self.0, meters / 1000.0, 0))
        }
    }
}
