//! The sentences of a place in a language: sections of rows and notes, before they are set
//! as lines or as a page.

use super::words::Words;
use super::{SiteReport, hazards, services, territory};
use crate::analysis::site::SiteFeature;
use crate::domain::Message;
use crate::geometry::Dimension;
use crate::i18n::Locale;

/// What colour a row wears; words say the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// In a zone; a standard is not met.
    Bad,
    /// Not to be decided.
    Doubt,
    /// Nobody looked.
    Unknown,
    /// Outside; a standard is met.
    Good,
    /// Does not count: not in force.
    Aside,
    /// Neither.
    Plain,
}

impl Tone {
    /// The class in the page.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Bad => "bad",
            Self::Doubt => "doubt",
            Self::Unknown => "unknown",
            Self::Good => "good",
            Self::Aside => "aside",
            Self::Plain => "plain",
        }
    }
}

/// Rows under headings.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Grid {
    /// Headings of the columns.
    pub head: Vec<String>,
    /// Tone and cells of each row.
    pub rows: Vec<(Tone, Vec<String>)>,
}

/// A part of a sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Its heading.
    pub heading: String,
    /// Its rows, which may be none.
    pub grid: Grid,
    /// Sentences below them.
    pub notes: Vec<String>,
}

/// All that is said of one feature of a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// What it is about.
    pub title: String,
    /// The project.
    pub project: String,
    /// Where it is.
    pub place: Vec<String>,
    /// That it is evidence and no permit.
    pub notice: String,
    /// Its parts.
    pub sections: Vec<Section>,
    /// What it was made by.
    pub foot: Vec<String>,
}

impl Sheet {
    /// The sheet as lines of text.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![self.title.clone(), self.project.clone()];
        lines.extend(self.place.iter().cloned());
        lines.extend([String::new(), self.notice.clone()]);
        for section in &self.sections {
            lines.extend([String::new(), section.heading.clone()]);
            for (_, cells) in &section.grid.rows {
                let mut cells = cells.iter().filter(|cell| !cell.is_empty());
                let first = cells.next().map_or("", String::as_str);
                let rest: Vec<&str> = cells.map(String::as_str).collect();
                lines.push(format!("  {first}: {}", rest.join(" · ")));
            }
            lines.extend(section.notes.iter().map(|note| format!("  {note}")));
        }
        lines.push(String::new());
        lines.extend(self.foot.iter().cloned());
        lines
    }
}

/// Says what is known of one feature of a place.
#[must_use]
pub fn sheet(report: &SiteReport<'_>, feature: usize, locale: Locale) -> Sheet {
    let words = Words { locale };
    let here = &report.features[feature];
    let mut sections = vec![hazards::section(report, here, words)];
    sections.extend(hazards::scenarios(report, feature, words));
    sections.push(services::section(report, here, words));
    sections.extend(services::elements(report, here, words));
    sections.extend(territory::deficits(report, here, words));
    if let Some(change) = report.change {
        sections.extend(territory::change(report, change, words));
    }
    sections.extend(territory::findings(report, here, words));
    sections.push(territory::layers(report, here, words));
    let entry = Message::new("site.foot.program")
        .with("version", env!("CARGO_PKG_VERSION"))
        .with("digest", &report.settings.digest.as_str()[..12]);
    Sheet {
        title: words.say(&Message::new("site.title").with("id", title(report, here))),
        project: report.settings.title.get(locale).to_owned(),
        place: place(report, here, words),
        notice: words.text("site.notice"),
        sections,
        foot: vec![words.say(&entry)],
    }
}

fn title(report: &SiteReport<'_>, here: &SiteFeature) -> String {
    if report.given == here.id {
        return here.id.clone();
    }
    format!("{} · {}", report.given, here.id)
}

fn place(report: &SiteReport<'_>, here: &SiteFeature, words: Words) -> Vec<String> {
    let [x, y] = here.centroid.meters();
    let number = |value, decimals| words.number(value, decimals);
    let mut lines = Vec::new();
    let shape = match here.dimension {
        Dimension::Point => Message::new("site.place.point"),
        Dimension::Line => {
            Message::new("site.place.line").with("size", number(here.size, 1))
        }
        Dimension::Area => {
            Message::new("site.place.area").with("size", number(here.size, 1))
        }
    };
    let degrees = report.degrees(here.centroid).map(|[lon, lat]| {
        let message = Message::new("site.place.degrees")
            .with("lon", format!("{lon:.6}"))
            .with("lat", format!("{lat:.6}"));
        words.say(&message)
    });
    let metres = Message::new("site.place.metres")
        .with("epsg", report.area.epsg)
        .with("x", format!("{x:.2}"))
        .with("y", format!("{y:.2}"));
    let parts = [Some(words.say(&shape)), degrees, Some(words.say(&metres))];
    lines.push(parts.into_iter().flatten().collect::<Vec<_>>().join(" · "));
    let accuracy = match report.place.worst_accuracy_m().filter(|m| *m > 0.0) {
        Some(m) => Message::new("site.place.accuracy").with("m", number(m, 1)),
        None => Message::new("site.place.exact"),
    };
    lines.push(words.say(&accuracy));
    lines.extend(territory::lies_in(report, here, words));
    lines
}
