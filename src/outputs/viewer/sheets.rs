//! The sheets of a run within the page: each as the text of its SVG, and the faces that its words
//! are set in, once for all.
//!
//! Every sheet is an element of its own that no browser runs, a zlib stream in base64, so that
//! the page reads one only when somebody opens it. Letters come from the same faces that the
//! sheets were measured with; the page embeds them whole, with their kerning.

use rayon::prelude::*;
use serde_json::{Value, json};

use super::pack::deflated;
use crate::outputs::map::MapFile;
use crate::outputs::map::font;
use crate::outputs::map::scene::Weight;
use crate::outputs::map::svg::base64;

/// What a sheet is about: the group that lists it, and the id of its hazard or deficit.
///
/// The names of sheets are those that [`MapFile::name`] states.
fn topic(name: &str) -> (&'static str, Option<&str>) {
    if let Some(id) = name.strip_prefix("hazard_") {
        return ("hazards", Some(id));
    }
    if let Some(id) = name.strip_prefix("deficit_") {
        return ("deficits", Some(id));
    }
    if let Some(id) = name.strip_prefix("risk_") {
        return ("risk", Some(id));
    }
    match name {
        "hazards_overlaid" => ("hazards", None),
        _ => ("general", None),
    }
}

/// The list of the sheets, in their order.
pub(super) fn list(sheets: &[MapFile]) -> Value {
    let about = |sheet: &MapFile| {
        let (topic, subject) = topic(&sheet.name);
        json!({
            "name": sheet.name,
            "topic": topic,
            "subject": subject,
            "title": sheet.about.title,
            "description": sheet.about.description,
            "size_mm": sheet.about.size_mm,
        })
    };
    sheets.iter().map(about).collect()
}

/// The elements that hold the sheets, `sheet-0` and on, and the faces; nothing without sheets.
pub(super) fn elements(sheets: &[MapFile]) -> String {
    if sheets.is_empty() {
        return String::new();
    }
    let faces = [
        ("face-regular", Weight::Regular),
        ("face-bold", Weight::Bold),
        ("face-italic", Weight::Italic),
    ];
    let faces = faces.map(|(id, weight)| (id.to_owned(), font::bytes(weight)));
    let texts = sheets.iter().enumerate();
    let texts = texts.map(|(at, sheet)| (format!("sheet-{at}"), sheet.svg.as_bytes()));
    let all: Vec<(String, &[u8])> = faces.into_iter().chain(texts).collect();
    let element = |(id, bytes): &(String, &[u8])| {
        let stream = base64(&deflated(&[bytes]));
        format!(
            "<script type=\"application/octet-stream\" id=\"{id}\">{stream}</script>\n"
        )
    };
    all.par_iter().map(element).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sheets_are_grouped_by_what_they_are_about() {
        let cases = [
            ("overview", ("general", None)),
            ("industry", ("general", None)),
            ("hazards_overlaid", ("hazards", None)),
            ("hazard_any", ("hazards", Some("any"))),
            ("hazard_tsunami_t1", ("hazards", Some("tsunami_t1"))),
            ("deficit_hospitals", ("deficits", Some("hospitals"))),
            ("risk_flood", ("risk", Some("flood"))),
        ];
        for (name, expected) in cases {
            assert_eq!(topic(name), expected, "{name}");
        }
    }

    #[test]
    fn a_page_without_sheets_carries_no_faces() {
        assert_eq!((elements(&[]), list(&[])), (String::new(), json!([])));
    }
}
