//! Notes as the viewer writes them: GeoJSON (RFC 7946), read feature by feature.

use serde_json::Value;

use crate::config::options::is_date;

/// What people made of a note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoteState {
    /// Nobody has decided.
    Open,
    /// It is right.
    Accepted,
    /// It is not.
    Rejected,
    /// It is done.
    Resolved,
}

impl NoteState {
    /// All of them.
    pub const ALL: [Self; 4] =
        [Self::Open, Self::Accepted, Self::Rejected, Self::Resolved];

    /// The name in files.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::Resolved => "resolved",
        }
    }
}

/// A note.
#[derive(Debug, Clone, PartialEq)]
pub struct Note {
    /// Its id, unique among all that people write.
    pub id: String,
    /// Longitude and latitude on WGS 84, degrees.
    pub at: [f64; 2],
    /// What was observed.
    pub observation: String,
    /// Who.
    pub author: String,
    /// When, `YYYY-MM-DD`.
    pub date: String,
    /// What people made of it.
    pub state: NoteState,
}

impl Note {
    /// Its place in whole ten-millionths of a degree, which is a centimetre.
    pub(super) fn place_key(&self) -> [i64; 2] {
        #[expect(clippy::cast_possible_truncation, reason = "degrees times 1e7 fit")]
        self.at.map(|v| (v * 1e7).round() as i64)
    }

    /// What notes are sorted by.
    pub(super) fn key(&self) -> (&str, &str, &str, NoteState, &str, [i64; 2]) {
        let Self { id, date, author, state, observation, .. } = self;
        (id, date, author, *state, observation, self.place_key())
    }
}

/// Why a feature is no note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Refusal {
    /// It is no feature.
    NoFeature,
    /// Its id is missing or has signs that ids do not have.
    BadId,
    /// Nothing was observed.
    MissingObservation,
    /// Nobody is named.
    MissingAuthor,
    /// The observation is too long.
    LongObservation,
    /// The name is too long.
    LongAuthor,
    /// There are tags in the observation.
    MarkupObservation,
    /// There are tags in the name.
    MarkupAuthor,
    /// There is no date, or it is none.
    BadDate,
    /// There is no state, or it is none.
    BadState,
    /// It is no point.
    NoPoint,
    /// Its coordinates are not degrees on WGS 84.
    OtherCrs,
    /// It lies outside the map.
    Outside,
}

impl Refusal {
    /// The name in the table; the catalogue has it below `viewer.notes.why`.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::NoFeature => "no_feature",
            Self::BadId => "bad_id",
            Self::MissingObservation => "missing_observation",
            Self::MissingAuthor => "missing_author",
            Self::LongObservation => "long_observation",
            Self::LongAuthor => "long_author",
            Self::MarkupObservation => "markup_observation",
            Self::MarkupAuthor => "markup_author",
            Self::BadDate => "bad_date",
            Self::BadState => "bad_state",
            Self::NoPoint => "no_point",
            Self::OtherCrs => "other_crs",
            Self::Outside => "outside",
        }
    }
}

/// A feature that is no note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Its number in the file, from 1.
    pub feature: Option<usize>,
    /// Its id, as far as it has one.
    pub id: String,
    /// All that speaks against it.
    pub why: Vec<Refusal>,
}

/// What a file of notes holds.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NotesFile {
    /// Its name.
    pub name: String,
    /// Its notes, each with its number in the file, from 1.
    pub notes: Vec<(usize, Note)>,
    /// What is no note in it.
    pub refused: Vec<Refused>,
}

/// Reads a file of notes.
///
/// # Errors
///
/// The key of what is wrong with the file as a whole: `no_json`, `no_collection`.
pub fn parse(name: &str, text: &str) -> Result<NotesFile, &'static str> {
    let text = text.trim_start_matches('\u{feff}');
    let file: Value = serde_json::from_str(text).ok().ok_or("no_json")?;
    let is_collection = file["type"] == "FeatureCollection";
    let features = file["features"].as_array().filter(|_| is_collection);
    let features = features.ok_or("no_collection")?;
    let is_other_crs = file.get("crs").is_some_and(|crs| {
        let name = crs["properties"]["name"].as_str().unwrap_or_default();
        !(crs.is_null() || name.ends_with("CRS84") || name.ends_with(":4326"))
    });
    let mut read = NotesFile { name: name.to_owned(), ..NotesFile::default() };
    for (at, feature) in features.iter().enumerate() {
        match note(feature, is_other_crs) {
            Ok(note) => read.notes.push((at + 1, note)),
            Err(why) => {
                let id = feature["id"].as_str().unwrap_or_default();
                let id = id.chars().take(LONGEST_ID).collect();
                read.refused.push(Refused { feature: Some(at + 1), id, why });
            }
        }
    }
    Ok(read)
}

const LONGEST_ID: usize = 100;
const LONGEST_OBSERVATION: usize = 10_000;
const LONGEST_AUTHOR: usize = 200;

fn note(feature: &Value, is_other_crs: bool) -> Result<Note, Vec<Refusal>> {
    if feature["type"] != "Feature" {
        return Err(vec![Refusal::NoFeature]);
    }
    let mut why = Vec::new();
    let text = |field: &str| feature["properties"][field].as_str().unwrap_or_default();
    let id = feature["id"].as_str().unwrap_or_default();
    let is_id = |c: char| c.is_ascii_alphanumeric() || "_.:-".contains(c);
    if id.is_empty() || id.len() > LONGEST_ID || !id.chars().all(is_id) {
        why.push(Refusal::BadId);
    }
    let observation = text("observation");
    why.extend(wrong_words(
        observation,
        LONGEST_OBSERVATION,
        [
            Refusal::MissingObservation,
            Refusal::LongObservation,
            Refusal::MarkupObservation,
        ],
    ));
    let author = text("author");
    why.extend(wrong_words(
        author,
        LONGEST_AUTHOR,
        [Refusal::MissingAuthor, Refusal::LongAuthor, Refusal::MarkupAuthor],
    ));
    let date = text("date");
    if date.len() != 10 || !is_date(date) {
        why.push(Refusal::BadDate);
    }
    let state = NoteState::ALL.into_iter().find(|state| state.id() == text("state"));
    if state.is_none() {
        why.push(Refusal::BadState);
    }
    let at = place(&feature["geometry"], is_other_crs);
    why.extend(at.err());
    match (at, state) {
        (Ok(at), Some(state)) if why.is_empty() => Ok(Note {
            id: id.to_owned(),
            at,
            observation: observation.to_owned(),
            author: author.to_owned(),
            date: date.to_owned(),
            state,
        }),
        _ => Err(why),
    }
}

/// What speaks against a text: nothing, too much, tags in it.
fn wrong_words(
    text: &str,
    most: usize,
    [none, long, tags]: [Refusal; 3],
) -> Option<Refusal> {
    if text.trim().is_empty() {
        Some(none)
    } else if text.encode_utf16().count() > most {
        Some(long)
    } else if has_markup(text) {
        Some(tags)
    } else {
        None
    }
}

/// Whether a text has something like `<b>`, `</b>`, `<!--` or `<?xml`, closed by `>`.
fn has_markup(text: &str) -> bool {
    text.match_indices('<').any(|(at, _)| {
        let rest = &text[at + 1..];
        let opens = |c: char| c.is_ascii_alphabetic() || "!/?".contains(c);
        rest.starts_with(opens) && rest.contains('>')
    })
}

fn place(geometry: &Value, is_other_crs: bool) -> Result<[f64; 2], Refusal> {
    if is_other_crs {
        return Err(Refusal::OtherCrs);
    }
    let pair = geometry["coordinates"].as_array().filter(|_| geometry["type"] == "Point");
    let number = |at: usize| pair.and_then(|pair| pair.get(at)?.as_f64());
    let (Some(lon), Some(lat)) = (number(0), number(1)) else {
        return Err(Refusal::NoPoint);
    };
    if lon.abs() > 180.0 || lat.abs() > 90.0 {
        return Err(Refusal::OtherCrs);
    }
    Ok([lon, lat].map(|v| (v * 1e7).round() / 1e7))
}

#[cfg(test)]
mod tests {
    use super::*;
    use Refusal::{
        BadDate, BadId, BadState, LongAuthor, MarkupObservation, MissingAuthor,
        NoFeature, NoPoint, OtherCrs,
    };

    #[test]
    fn features_are_refused_one_by_one_with_all_reasons() {
        let good = r#"{"type":"Feature","id":"n-1","geometry":{"type":"Point","coordinates":[-71.3,-17.6]},"properties":{"observation":"3 < 5 & más","author":"Ana","date":"2026-02-28","state":"open"}}"#;
        let long = format!("\"{}\"", "x".repeat(201));
        let cases: [(String, &[Refusal]); 10] = [
            (good.to_owned(), &[]),
            (good.replace("\"Feature\"", "\"Thing\""), &[NoFeature]),
            (good.replace("n-1", "a b"), &[BadId]),
            (good.replace("3 < 5", "<b>3"), &[]),
            (good.replace("3 < 5", "<b>3</b>"), &[MarkupObservation]),
            (good.replace("\"Ana\"", "null"), &[MissingAuthor]),
            (good.replace("\"Ana\"", &long), &[LongAuthor]),
            (good.replace("02-28", "02-30").replace("open", "x"), &[BadDate, BadState]),
            (good.replace("-71.3,-17.6", "256000,8045000"), &[OtherCrs]),
            (good.replace("Point", "LineString"), &[NoPoint]),
        ];
        for (feature, expected) in cases {
            let feature = feature.replace("<b>3 &", "3 < b &");
            let text =
                format!(r#"{{"type":"FeatureCollection","features":[{feature}]}}"#);
            let read = parse("f", &text).unwrap();
            let why = read.refused.first().map_or(&[][..], |refused| &refused.why);
            assert_eq!(why, expected, "{feature}");
            assert_eq!(read.notes.len(), usize::from(expected.is_empty()));
        }
        let crs = format!(
            r#"{{"type":"FeatureCollection","crs":{{"properties":{{"name":"EPSG:24879"}}}},"features":[{good}]}}"#
        );
        assert_eq!(parse("f", &crs).unwrap().refused[0].why, [OtherCrs]);
        assert_eq!(parse("f", "{"), Err("no_json"));
        assert_eq!(parse("f", "[]"), Err("no_collection"));
    }
}
