//! The page: one HTML file without a network, to be read and printed.
//!
//! Everything that comes from data is escaped; there is no script, no font and no picture from
//! elsewhere.

use std::fmt::Write as _;

use super::sheet::{Section, Sheet};
use super::{SiteReport, sheet, sketch};
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
    for section in &sheet.sections {
        add_section(out, section);
    }
    out.push_str("<footer>\n");
    for line in &sheet.foot {
        let _ = writeln!(out, "<p>{}</p>", escape(line));
    }
    let _ = writeln!(out, "<p>{}</p>\n</footer>\n</article>", escape(&sheet.notice));
}

fn add_section(out: &mut String, section: &Section) {
    let _ = writeln!(out, "<section>\n<h2>{}</h2>", escape(&section.heading));
    let grid = &section.grid;
    if !grid.rows.is_empty() {
        out.push_str("<table>\n");
        if !grid.head.is_empty() {
            out.push_str("<thead><tr>");
            for cell in &grid.head {
                let _ = write!(out, "<th scope=\"col\">{}</th>", escape(cell));
            }
            out.push_str("</tr></thead>\n");
        }
        out.push_str("<tbody>\n");
        let width = grid.rows.iter().map(|(_, cells)| cells.len()).max().unwrap_or(0);
        for (tone, cells) in &grid.rows {
            let _ = write!(out, "<tr class=\"{}\">", tone.id());
            for at in 0..width {
                let cell = cells.get(at).map_or("", String::as_str);
                let _ = write!(out, "<td>{}</td>", escape(cell));
            }
            out.push_str("</tr>\n");
        }
        out.push_str("</tbody>\n</table>\n");
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
}
