//! Tables of a page: heads, rows and cells, each perhaps with a link to what explains it.

use askama::Template;

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
