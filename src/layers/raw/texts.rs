//! Many short texts in one piece.

use std::borrow::Cow;
use std::ops::Range;

use super::pile::Pile;

/// Texts that are read at a time by whoever goes through all of them.
const AT_ONCE: usize = 1 << 12;

/// Texts one after another: a million of them cost two allocations, not a million, and too many of
/// them for memory lie in files ([`Pile`]).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Texts {
    all: Pile<u8>,
    /// Where each ends in `all`.
    ends: Pile<usize>,
}

impl Texts {
    /// Adds a text.
    pub fn push(&mut self, text: &str) {
        self.all.extend_from_slice(text.as_bytes());
        self.ends.push(self.all.len());
    }

    /// Adds those of another collection, in their order.
    pub fn append(&mut self, other: &Self) {
        let before = self.all.len();
        self.all.extend(&other.all);
        self.ends.extend(other.ends.iter().map(|end| before + end));
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Whether all of them lie in memory.
    #[must_use]
    pub fn is_in_memory(&self) -> bool {
        self.all.is_in_memory() && self.ends.is_in_memory()
    }

    /// One of them; `None` beyond the last.
    #[must_use]
    pub fn get(&self, at: usize) -> Option<Cow<'_, str>> {
        (at < self.len()).then(|| self.of(at))
    }

    /// One of them. Where it lies in a file that is a look into the file.
    ///
    /// # Panics
    ///
    /// If there is no such one.
    #[must_use]
    pub fn of(&self, at: usize) -> Cow<'_, str> {
        let start = self.start(at);
        match self.all.range(start..self.start(at + 1)) {
            Cow::Borrowed(bytes) => Cow::Borrowed(text(bytes)),
            Cow::Owned(bytes) => Cow::Owned(text(&bytes).to_owned()),
        }
    }

    /// Where one begins in `all`.
    fn start(&self, at: usize) -> usize {
        if at == 0 { 0 } else { self.ends.of(at - 1) }
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = Cow<'_, str>> {
        let blocks = (0..self.len().div_ceil(AT_ONCE)).map(|at| at * AT_ONCE);
        blocks.flat_map(|at| self.some(at..(at + AT_ONCE).min(self.len())))
    }

    /// Consecutive ones.
    fn some(&self, rows: Range<usize>) -> impl Iterator<Item = Cow<'_, str>> {
        let ends = self.ends.range(rows.clone());
        let first = self.start(rows.start);
        let bytes = self.all.range(first..self.start(rows.end));
        let mut start = 0;
        (0..rows.len()).map(move |at| {
            let own = start..ends[at] - first;
            start = own.end;
            match &bytes {
                Cow::Borrowed(bytes) => Cow::Borrowed(text(&bytes[own])),
                Cow::Owned(bytes) => Cow::Owned(text(&bytes[own]).to_owned()),
            }
        })
    }
}

/// What was put in as text.
fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("texts begin and end between characters")
}

impl<T: AsRef<str>> Extend<T> for Texts {
    fn extend<I: IntoIterator<Item = T>>(&mut self, texts: I) {
        texts.into_iter().for_each(|text| self.push(text.as_ref()));
    }
}

impl<T: AsRef<str>> FromIterator<T> for Texts {
    fn from_iter<I: IntoIterator<Item = T>>(texts: I) -> Self {
        let mut all = Self::default();
        all.extend(texts);
        all
    }
}

#[cfg(test)]
mod tests {
    use super::super::pile::narrow;
    use super::*;

    #[test]
    fn texts_come_out_as_they_went_in() {
        let mut texts: Texts = ["", "año", "b"].into_iter().collect();
        texts.append(&["", "Ilo"].iter().collect());
        texts.push("ñ");
        let expected = ["", "año", "b", "", "Ilo", "ñ"];
        assert!(texts.iter().eq(expected) && texts.len() == 6 && !texts.is_empty());
        assert_eq!((&*texts.of(1), texts.get(4).as_deref()), ("año", Some("Ilo")));
        assert!(Texts::default().is_empty() && texts.get(6).is_none());
    }

    #[test]
    fn more_than_are_read_at_a_time_come_in_order() {
        let all: Vec<String> =
            (0..2 * AT_ONCE + 3).map(|at| "ñ".repeat(at % 5) + &at.to_string()).collect();
        let mut texts = Texts { all: narrow(), ends: narrow() };
        texts.extend(&all);
        assert!(!texts.is_in_memory());
        assert_eq!(texts, all.iter().collect());
        assert!(
            texts.iter().eq(all.iter().map(String::as_str))
                && texts.iter().count() == all.len()
        );
        assert_eq!(texts.of(AT_ONCE), all[AT_ONCE]);
    }
}
