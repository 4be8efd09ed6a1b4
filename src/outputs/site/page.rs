//! The page: one HTML file without a network, to be read and printed.
//!
//! Everything that comes from data is escaped; there is no script, no font and no picture from
//! elsewhere.

use std::fmt::Write as _;

use super::sheet::{Section, Sheet, Tone};
use super::{SiteReport, sheet, sketch};
use crate::domain::Message;
use crate::i18n::{self, Locale};
use crate::outputs::map::svg::{self, escape};

/// By this a page is known as ours.
pub(super) const MARK: &str = "<meta name=\"generator\" content=\"Atalaya site\">";

const STYLE: &str = include_str!("page.css");

/// Makes the page of a place: a sheet for each of its features.
#[must_use]
pub fn page(report: &SiteReport<'_>, locale: Locale) -> String {
    let sheets: Vec<Sheet> =
        (0..report.features.len()).map(|at| sheet(report, at, locale)).collect();
    let title = sheets.first().map_or("", |sheet| sheet.title.as_str());
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n{MARK}\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n",
        locale.id(),
        escape(title)
    );
    for (at, sheet) in sheets.iter().enumerate() {
        add_sheet(&mut out, report, at, sheet, locale);
    }
    out.push_str("</body>\n</html>\n");
    out
}

fn add_sheet(
    out: &mut String,
    report: &SiteReport<'_>,
    at: usize,
    sheet: &Sheet,
    locale: Locale,
) {
    let _ = write!(
        out,
        "<article>\n<div class=\"top\">\n<div>\n<header>\n<p class=\"project\">{}</p>\n<h1>{}</h1>\n",
        escape(&sheet.project),
        escape(&sheet.title)
    );
    for line in &sheet.place {
        let _ = writeln!(out, "<p>{}</p>", escape(line));
    }
    let _ = write!(
        out,
        "</header>\n<p class=\"notice\" role=\"note\">{}</p>\n",
        escape(&sheet.notice)
    );
    out.push_str("</div>\n");
    if let Some(scene) = sketch::draw(report, &report.features[at], at, locale) {
        let drawing = svg::render(&scene);
        let drawing = svg::within_page(&drawing, &format!("s{at}"));
        let caption = escape(i18n::text(locale, "site.sketch.caption"));
        let _ = write!(
            out,
            "<figure>\n{drawing}<figcaption>{caption}</figcaption>\n</figure>\n"
        );
    }
    out.push_str("</div>\n");
    for (section, kept) in sheet.sections.iter().zip(on_paper(&sheet.sections)) {
        add_section(out, section, &kept, locale);
    }
    let note = escape(i18n::text(locale, "site.paper.note"));
    let _ = writeln!(out, "<footer>\n<p class=\"paper\">{note}</p>");
    for line in &sheet.foot {
        let _ = writeln!(out, "<p>{}</p>", escape(line));
    }
    let _ = writeln!(out, "<p>{}</p>\n</footer>\n</article>", escape(&sheet.notice));
}

/// Rows of all sections that a sheet of paper has room for in full, where there are no more
/// sections than every place has.
const ON_PAPER: usize = 16;
/// Sections that every place has; each further one takes the room of some rows.
const SECTIONS: usize = 5;
/// Rows that the heading of a section takes the room of.
const A_HEADING: usize = 2;
/// Most rows of one section.
const OF_ONE: usize = 6;

/// Which rows of each section are printed in full: of each section the gravest, then those that
/// decide, in their order. The last section lists sources, which need no row of their own.
fn on_paper(sections: &[Section]) -> Vec<Vec<bool>> {
    let weight = |tone: Tone| match tone {
        Tone::Bad => 1,
        Tone::Doubt => 2,
        Tone::Unknown => 3,
        Tone::Good | Tone::Plain => 4,
        Tone::Aside => 5,
    };
    let last = sections.len().saturating_sub(1);
    let mut rows: Vec<(u8, usize, usize)> = Vec::new();
    for (at, section) in sections.iter().enumerate().take(last) {
        let mut own: Vec<(u8, usize)> = section
            .grid
            .rows
            .iter()
            .enumerate()
            .map(|(row, (tone, _))| (weight(*tone), row))
            .collect();
        own.sort_unstable();
        let first = own.into_iter().take(OF_ONE).enumerate();
        rows.extend(
            first.map(|(rank, (weight, row))| {
                (if rank == 0 { 0 } else { weight }, at, row)
            }),
        );
    }
    rows.sort_unstable();
    let mut kept: Vec<Vec<bool>> =
        sections.iter().map(|section| vec![false; section.grid.rows.len()]).collect();
    let further = sections.len().saturating_sub(SECTIONS);
    let room = ON_PAPER.saturating_sub(A_HEADING * further);
    for (_, at, row) in rows.into_iter().take(room) {
        kept[at][row] = true;
    }
    kept
}

/// The rows that are not printed in full, in a line: what each is about, and what is said of it.
fn also(section: &Section, kept: &[bool], locale: Locale) -> Option<String> {
    let rows = section.grid.rows.iter().zip(kept).filter(|(_, kept)| !**kept);
    let told = rows.map(|((_, cells), _)| {
        let cells = cells.iter().filter(|cell| !cell.is_empty()).take(2);
        cells.map(String::as_str).collect::<Vec<_>>().join(": ")
    });
    let told: Vec<String> = told.collect();
    let message = Message::new("site.paper.also").with("rows", told.join("; "));
    (!told.is_empty()).then(|| i18n::render(locale, &message))
}

fn add_section(out: &mut String, section: &Section, kept: &[bool], locale: Locale) {
    let _ = writeln!(out, "<section>\n<h2>{}</h2>", escape(&section.heading));
    let grid = &section.grid;
    if !grid.rows.is_empty() {
        // A table of which no row is printed needs no heading on paper either.
        let is_more = !kept.contains(&true);
        out.push_str(if is_more { "<table class=\"more\">\n" } else { "<table>\n" });
        if !grid.head.is_empty() {
            out.push_str("<thead><tr>");
            for cell in &grid.head {
                let _ = write!(out, "<th scope=\"col\">{}</th>", escape(cell));
            }
            out.push_str("</tr></thead>\n");
        }
        out.push_str("<tbody>\n");
        let width = grid.rows.iter().map(|(_, cells)| cells.len()).max().unwrap_or(0);
        for ((tone, cells), kept) in grid.rows.iter().zip(kept) {
            let more = if *kept { "" } else { " more" };
            let _ = write!(out, "<tr class=\"{}{more}\">", tone.id());
            for at in 0..width {
                let cell = cells.get(at).map_or("", String::as_str);
                let _ = write!(out, "<td>{}</td>", escape(cell));
            }
            out.push_str("</tr>\n");
        }
        out.push_str("</tbody>\n</table>\n");
    }
    if let Some(also) = also(section, kept, locale) {
        let _ = writeln!(out, "<p class=\"paper\">{}</p>", escape(&also));
    }
    for note in &section.notes {
        let _ = writeln!(out, "<p class=\"note\">{}</p>", escape(note));
    }
    out.push_str("</section>\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_from_data_is_read_as_markup() {
        let hostile = "<script>alert('1')</script> & \"x\"\u{0}";
        let expected =
            "&lt;script&gt;alert(&apos;1&apos;)&lt;/script&gt; &amp; &quot;x&quot;";
        assert_eq!(escape(hostile), expected);
    }

    /// On paper each section has its gravest row, then come those that decide; the last section,
    /// of sources, is a line.
    #[test]
    fn what_decides_is_printed_in_full_and_the_rest_in_a_line() {
        let section = |tones: &[Tone]| Section {
            heading: String::new(),
            grid: crate::outputs::site::sheet::Grid {
                head: Vec::new(),
                rows: tones
                    .iter()
                    .enumerate()
                    .map(|(at, tone)| (*tone, vec![format!("r{at}"), tone.id().into()]))
                    .collect(),
            },
            notes: Vec::new(),
        };
        let many = [[Tone::Good; 12], [Tone::Bad; 12]].concat();
        let sections = [
            section(&many),
            section(&[Tone::Good, Tone::Good, Tone::Good, Tone::Bad]),
            section(&[Tone::Bad; 3]),
        ];
        let kept = on_paper(&sections);
        let count = |at: usize| kept[at].iter().filter(|kept| **kept).count();
        // Six of the first section, all bad; all four of the second; the last is a line.
        assert_eq!([count(0), count(1), count(2)], [6, 4, 0]);
        assert!(kept[0][12..18].iter().all(|kept| *kept), "what decides is there");
        // Seven sections leave room for twelve rows: six first ones and six more.
        let seven: Vec<Section> = (0..7).map(|_| section(&[Tone::Bad; 9])).collect();
        let kept = on_paper(&seven);
        let counts: Vec<usize> =
            kept.iter().map(|rows| rows.iter().filter(|kept| **kept).count()).collect();
        assert_eq!(counts, [6, 2, 1, 1, 1, 1, 0]);
        let kept = [Vec::new(), vec![true, false, false, true]];
        let told = also(&sections[1], &kept[1], Locale::En);
        assert_eq!(told.as_deref(), Some("Also: r1: good; r2: good."));
        assert_eq!(also(&sections[1], &[true; 4], Locale::En), None);
    }
}
