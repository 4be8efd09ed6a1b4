//! Tables of a page: heads, rows and cells, each perhaps with a link to what explains it.

use askama::Template;

/// Longest range that is not cut between its ends: six columns of such fit across a page.
const UNCUT: usize = 16;

/// A table.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "report_grid.html")]
pub(super) struct Grid {
    /// Its id in the page.
    pub(super) id: String,
    /// What it shows.
    pub(super) caption: String,
    /// Heads of the columns; numbers stand to the right.
    pub(super) head: Vec<Head>,
    /// Groups of rows.
    pub(super) groups: Vec<Group>,
    /// Sentences below it.
    pub(super) notes: Vec<String>,
}

/// The head of a column.
#[derive(Debug, Clone)]
pub(super) struct Head {
    pub(super) text: String,
    pub(super) is_number: bool,
}

/// Rows that belong together.
#[derive(Debug, Clone, Default)]
pub(super) struct Group {
    /// Id of the group in the page; empty for none.
    pub(super) id: String,
    /// What they have in common; empty if nothing.
    pub(super) heading: String,
    /// More about that, with links.
    pub(super) about: Vec<Link>,
    pub(super) rows: Vec<Row>,
}

/// A row; its first cell is its head.
#[derive(Debug, Clone, Default)]
pub(super) struct Row {
    /// Id of the row in the page; empty for none.
    pub(super) id: String,
    pub(super) cells: Vec<Cell>,
}

/// A cell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) text: String,
    /// Where it is explained; empty if nowhere.
    pub(super) href: String,
}

/// A text that may lead somewhere.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Link {
    pub(super) text: String,
    /// Where to; empty if nowhere.
    pub(super) href: String,
}

impl Cell {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), href: String::new() }
    }

    pub(super) fn linked(text: impl Into<String>, href: impl Into<String>) -> Self {
        Self { text: text.into(), href: href.into() }
    }

    /// Where its range begins, if it ends with one that is short enough never to be cut.
    fn range_at(&self) -> usize {
        let opens = self.text.rfind('(').filter(|_| self.text.ends_with(')'));
        let is_whole = |at: &usize| {
            let range = &self.text[*at..];
            range.contains('\u{2013}') && range.chars().count() <= UNCUT
        };
        opens.filter(is_whole).unwrap_or(self.text.len())
    }

    /// What it says before its range.
    fn before_range(&self) -> &str {
        &self.text[..self.range_at()]
    }

    /// The range that it ends with, which stands on one line.
    fn range(&self) -> &str {
        &self.text[self.range_at()..]
    }
}

impl Link {
    pub(super) fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), href: String::new() }
    }

    pub(super) fn to(href: impl Into<String>, text: impl Into<String>) -> Self {
        Self { text: text.into(), href: href.into() }
    }
}

impl Row {
    pub(super) fn of(cells: Vec<Cell>) -> Self {
        Self { id: String::new(), cells }
    }

    pub(super) fn of_texts<const N: usize>(texts: [String; N]) -> Self {
        Self::of(texts.into_iter().map(Cell::text).collect())
    }
}

impl Grid {
    /// A table with columns of text, then of numbers.
    pub(super) fn new(
        id: &str,
        caption: String,
        texts: Vec<String>,
        numbers: Vec<String>,
    ) -> Self {
        let head = |text, is_number| Head { text, is_number };
        let head = texts
            .into_iter()
            .map(|text| head(text, false))
            .chain(numbers.into_iter().map(|text| head(text, true)));
        Self { id: id.to_owned(), caption, head: head.collect(), ..Self::default() }
    }

    /// The same with all its rows in one group.
    pub(super) fn with_rows(mut self, rows: Vec<Row>) -> Self {
        self.groups.push(Group { rows, ..Group::default() });
        self
    }

    pub(super) fn is_empty(&self) -> bool {
        self.groups.iter().all(|group| group.rows.is_empty())
    }

    /// Whether a column holds numbers.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates hand on references")]
    fn is_number(&self, column: &usize) -> bool {
        self.head.get(*column).is_some_and(|head| head.is_number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_cut_off_its_value_and_never_in_itself() {
        let parts = |text: &str| {
            let cell = Cell::text(text);
            (cell.before_range().to_owned(), cell.range().to_owned())
        };
        let of = |before: &str, range: &str| (before.to_owned(), range.to_owned());
        assert_eq!(parts("3491 (0\u{2013}21978)"), of("3491 ", "(0\u{2013}21978)"));
        assert_eq!(parts("\u{2020}(0\u{2013}1)"), of("\u{2020}", "(0\u{2013}1)"));
        // No range, and one that no column has room for.
        let long = "1 (1\u{202f}234\u{202f}567\u{2013}2\u{202f}345\u{202f}678)";
        for whole in ["932,9", "Hospital (II-1)", "", long] {
            assert_eq!(parts(whole), of(whole, ""));
        }
    }
}
