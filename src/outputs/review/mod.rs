//! Notes that people placed on the map of a run, merged: a table, what was refused, a map.
//!
//! In: files of notes as the viewer writes them, and what is known of the run. Out: files of a
//! folder. Nobody's note is changed: notes of one id with different content are a conflict,
//! which is named and left to people.

mod apart;
mod map;
mod notes;
mod table;

pub use map::draw;
pub use notes::{Note, NoteState, NotesFile, Refusal, Refused, parse};
pub use table::{COLUMNS, CONFLICTS, REFUSED, refused, table};

use std::path::Path;

use serde_json::{Map, json};

use super::{OutputError, PastRun, Written, derived};

/// A note with what all files say of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Merged {
    /// The note.
    pub note: Note,
    /// Metres in the working CRS.
    pub meters: [f64; 2],
    /// Code of the territory that it lies in, `_X` outside of all; empty where the territories
    /// are not at hand.
    pub territory: String,
    /// The fields in which notes of the same id differ; empty without a conflict.
    pub conflict: Vec<&'static str>,
    /// The files that hold it, in the order in which they were given.
    pub files: Vec<String>,
}

/// Everything that several files of notes came to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Review {
    /// The notes by id, date, author and content: each content once.
    pub notes: Vec<Merged>,
    /// What was refused, by file and feature.
    pub refused: Vec<(String, Refused)>,
}

impl Review {
    /// The ids of notes that contradict each other, each once.
    #[must_use]
    pub fn conflicts(&self) -> Vec<&str> {
        let ids = self.notes.iter().filter(|one| !one.conflict.is_empty());
        let mut ids: Vec<&str> = ids.map(|one| one.note.id.as_str()).collect();
        ids.dedup();
        ids
    }
}

/// Merges the notes of files; `place` gives the metres of a note's degrees, `territory` the
/// code of where that is.
#[must_use]
pub fn merge(
    files: Vec<NotesFile>,
    place: &dyn Fn([f64; 2]) -> Option<[f64; 2]>,
    territory: &dyn Fn([f64; 2]) -> String,
) -> Review {
    let mut review = Review::default();
    for file in files {
        for refused in file.refused {
            review.refused.push((file.name.clone(), refused));
        }
        for (feature, note) in file.notes {
            let Some(meters) = place(note.at) else {
                let (id, why) = (note.id, vec![Refusal::Outside]);
                let refused = Refused { feature: Some(feature), id, why };
                review.refused.push((file.name.clone(), refused));
                continue;
            };
            take(&mut review.notes, note, meters, &file.name, territory);
        }
    }
    review.refused.sort_by(|(a, x), (b, y)| (a, x.feature).cmp(&(b, y.feature)));
    review.notes.sort_by(|a, b| a.note.key().cmp(&b.note.key()));
    name_conflicts(&mut review.notes);
    review
}

fn take(
    notes: &mut Vec<Merged>,
    note: Note,
    meters: [f64; 2],
    file: &str,
    territory: &dyn Fn([f64; 2]) -> String,
) {
    match notes.iter_mut().find(|known| known.note == note) {
        Some(known) => {
            if !known.files.iter().any(|name| name == file) {
                known.files.push(file.to_owned());
            }
        }
        None => notes.push(Merged {
            territory: territory(meters),
            note,
            meters,
            conflict: Vec::new(),
            files: vec![file.to_owned()],
        }),
    }
}

/// Says of notes of one id in what they differ.
fn name_conflicts(notes: &mut [Merged]) {
    for group in notes.chunk_by_mut(|a, b| a.note.id == b.note.id) {
        let first = group[0].note.clone();
        let mut fields: Vec<&'static str> = Vec::new();
        for other in group[1..].iter().map(|one| &one.note) {
            let all = [
                ("observation", other.observation != first.observation),
                ("author", other.author != first.author),
                ("date", other.date != first.date),
                ("state", other.state != first.state),
                ("place", other.place_key() != first.place_key()),
            ];
            for (field, differs) in all {
                if differs && !fields.contains(&field) {
                    fields.push(field);
                }
            }
        }
        fields.sort_unstable();
        for one in group {
            one.conflict.clone_from(&fields);
        }
    }
}

/// Writes the files of a review into a folder that takes the place of the one before, with a
/// manifest, so that `verify` can check it.
///
/// Returns the paths inside the folder, and where the old one went if it held files of others.
///
/// # Errors
///
/// See [`OutputError`].
pub fn write(
    directory: &Path,
    run: &PastRun,
    files: Vec<(String, Vec<u8>)>,
) -> Result<Written, OutputError> {
    let reviewed = json!({
        "program_version": run.recorded.program.version,
        "settings_sha256": run.recorded.settings_sha256,
    });
    let own = Map::from_iter([
        ("methods".to_owned(), json!(run.recorded.methods)),
        ("reviewed".to_owned(), reviewed),
    ]);
    derived::write(directory, own, files)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(id: &str, state: NoteState, lon: f64) -> Note {
        Note {
            id: id.to_owned(),
            at: [lon, -17.0],
            observation: "o".to_owned(),
            author: "a".to_owned(),
            date: "2026-01-02".to_owned(),
            state,
        }
    }

    fn file(name: &str, notes: Vec<Note>) -> NotesFile {
        let notes = notes.into_iter().enumerate().map(|(at, note)| (at + 1, note));
        NotesFile { name: name.to_owned(), notes: notes.collect(), refused: Vec::new() }
    }

    #[test]
    fn what_is_the_same_stands_once_and_what_differs_is_named() {
        use NoteState::{Accepted, Open};
        let files = vec![
            file("ana", vec![note("n1", Open, -71.0), note("n2", Open, -71.0)]),
            file("luis", vec![note("n2", Accepted, -71.5), note("n1", Open, -71.0)]),
            file("far", vec![note("n3", Open, 10.0)]),
        ];
        let place = |[lon, lat]: [f64; 2]| (lon < 0.0).then_some([lon, lat]);
        let review = merge(files, &place, &|_| "A".to_owned());
        let told: Vec<_> = review
            .notes
            .iter()
            .map(|m| {
                (m.note.id.as_str(), m.note.state, &m.conflict[..], m.files.join("+"))
            })
            .collect();
        let differ = &["place", "state"][..];
        assert_eq!(
            told,
            [
                ("n1", Open, &[][..], "ana+luis".to_owned()),
                ("n2", Open, differ, "ana".to_owned()),
                ("n2", Accepted, differ, "luis".to_owned()),
            ]
        );
        assert_eq!(review.conflicts(), ["n2"]);
        let [(file, refused)] = &review.refused[..] else { panic!("{review:?}") };
        assert_eq!((file.as_str(), refused.feature), ("far", Some(1)));
        assert_eq!(refused.why, [Refusal::Outside]);
    }
}
