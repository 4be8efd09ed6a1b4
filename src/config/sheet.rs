//! Small CSV tables that belong to the project file: rows of cited facts, read with it.
//!
//! In: bytes and the columns that must be there. Out: rows by column, or what is wrong and on
//! which line. What a cell means is for the tables themselves.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::domain::Digest;

use super::error::Trouble;

/// A table beside the project file that was read with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CitedFile {
    /// File, resolved against the project file.
    pub path: PathBuf,
    /// File as written in the project.
    pub declared_path: String,
    /// SHA-256 of the file.
    pub digest: Digest,
    /// Size of the file.
    pub bytes: u64,
    /// Its rows.
    pub rows: usize,
}

/// A table as text.
pub(super) struct Sheet {
    file: String,
    columns: &'static [&'static str],
    optional: &'static [&'static str],
    pub(super) rows: Vec<Row>,
}

/// A row: its 1-based line, and a cell for each column asked for, optional ones last.
pub(super) struct Row {
    pub(super) line: u64,
    cells: Vec<String>,
}

/// Reads a table from disk: columns that must be there, and columns that may.
pub(super) fn read(
    path: &Path,
    declared: &str,
    columns: &'static [&'static str],
    optional: &'static [&'static str],
) -> Result<(CitedFile, Sheet), Vec<Trouble>> {
    let bytes = std::fs::read(path).map_err(|error| {
        let (path, reason) = (path.display().to_string(), error.to_string());
        vec![Trouble::Unreadable { path, reason, nearest: None }]
    })?;
    let sheet = Sheet::parse(&bytes, declared, columns, optional)?;
    let cited = CitedFile {
        path: path.to_owned(),
        declared_path: declared.to_owned(),
        digest: Digest::of(&bytes),
        bytes: bytes.len() as u64,
        rows: sheet.rows.len(),
    };
    Ok((cited, sheet))
}

impl Sheet {
    /// Parses a table: every column once, the first of them the id of its row, also once. The
    /// cells of an optional column that is not there are empty.
    pub(super) fn parse(
        bytes: &[u8],
        file: &str,
        columns: &'static [&'static str],
        optional: &'static [&'static str],
    ) -> Result<Self, Vec<Trouble>> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let mut sheet =
            Self { file: file.to_owned(), columns, optional, rows: Vec::new() };
        let Ok(text) = std::str::from_utf8(bytes) else {
            return Err(vec![Trouble::TableText { file: sheet.file }]);
        };
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        let mut records = reader.records().map_while(Result::ok);
        let header = records.next().unwrap_or_default();
        let mut places: Vec<Option<usize>> =
            sheet.places(&header)?.into_iter().map(Some).collect();
        let place = |column: &&str| header.iter().position(|name| name == *column);
        places.extend(optional.iter().map(place));
        let mut troubles = Vec::new();
        for record in records {
            let line = line_of(text, &record);
            if record.len() != header.len() {
                let (found, rule) = (record.len().to_string(), "@config.rule.width");
                troubles.push(sheet.cell(line, columns[0], rule, &found));
                continue;
            }
            let cell = |at: &Option<usize>| at.map_or("", |at| &record[at]).to_owned();
            let cells = places.iter().map(cell).collect();
            sheet.rows.push(Row { line, cells });
        }
        troubles.extend(sheet.repeated());
        if troubles.is_empty() { Ok(sheet) } else { Err(troubles) }
    }

    fn places(&self, header: &csv::StringRecord) -> Result<Vec<usize>, Vec<Trouble>> {
        let place = |&column: &&'static str| {
            header.iter().position(|name| name == column).ok_or_else(|| {
                Trouble::TableColumn {
                    file: self.file.clone(),
                    column,
                    columns: self.columns.join(","),
                }
            })
        };
        let (found, missing): (Vec<_>, Vec<_>) =
            self.columns.iter().map(place).partition(Result::is_ok);
        if missing.is_empty() {
            Ok(found.into_iter().filter_map(Result::ok).collect())
        } else {
            Err(missing.into_iter().filter_map(Result::err).collect())
        }
    }

    fn repeated(&self) -> Vec<Trouble> {
        let mut firsts: HashMap<&str, u64> = HashMap::new();
        let mut troubles = Vec::new();
        for row in &self.rows {
            let id = row.cells[0].as_str();
            let (line, file) = (row.line, self.file.clone());
            match firsts.get(id) {
                Some(&first) => troubles.push(Trouble::TableRepeated {
                    file,
                    line,
                    first,
                    id: id.to_owned(),
                }),
                None => {
                    firsts.insert(id, line);
                }
            }
        }
        troubles
    }

    /// The text of a cell; the column is one of those the sheet was read with.
    pub(super) fn get<'r>(&self, row: &'r Row, column: &str) -> &'r str {
        let mut names = self.columns.iter().chain(self.optional);
        let at = names.position(|name| *name == column);
        at.map_or("", |at| row.cells[at].as_str())
    }

    /// The text of a cell that must not be empty.
    pub(super) fn needed(
        &self,
        row: &Row,
        column: &'static str,
        troubles: &mut Vec<Trouble>,
    ) -> String {
        let text = self.get(row, column);
        if text.is_empty() {
            troubles.push(self.cell(row.line, column, "@config.rule.not_empty", text));
        }
        text.to_owned()
    }

    /// A cell that means something else than its text; what it cannot mean is a trouble.
    pub(super) fn parsed<T>(
        &self,
        row: &Row,
        column: &'static str,
        rule: &'static str,
        troubles: &mut Vec<Trouble>,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let text = self.get(row, column);
        let value = parse(text);
        if value.is_none() {
            troubles.push(self.cell(row.line, column, rule, text));
        }
        value
    }

    /// Trouble with a cell.
    pub(super) fn cell(
        &self,
        line: u64,
        column: &'static str,
        rule: &'static str,
        found: &str,
    ) -> Trouble {
        let (file, found) = (self.file.clone(), found.to_owned());
        Trouble::TableCell { file, line, column, rule, found }
    }
}

/// A number with a decimal point, written in digits and perhaps an exponent.
pub(super) fn number(text: &str) -> Option<f64> {
    let is_plain = text
        .bytes()
        .all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+' | b'e'));
    text.parse().ok().filter(|number: &f64| is_plain && number.is_finite())
}

/// The line on which a record begins; the reader counts from before blank lines.
fn line_of(text: &str, record: &csv::StringRecord) -> u64 {
    let Some(position) = record.position() else { return 0 };
    let start = usize::try_from(position.byte()).unwrap_or(usize::MAX);
    let rest = text.as_bytes().get(start..).unwrap_or_default();
    let blank = rest.iter().take_while(|b| matches!(b, b'\n' | b'\r'));
    position.line() + blank.filter(|&&b| b == b'\n').count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Sheet, Vec<Trouble>> {
        Sheet::parse(text.as_bytes(), "t.csv", &["id", "value"], &["mark"])
    }

    #[test]
    fn columns_are_found_by_name_and_lines_are_counted() {
        let sheet =
            parse("\u{feff}note,value,id\r\n\r\n\"a, b\",1,x\r\nc,2,y\r\n").unwrap();
        let read: Vec<_> = sheet
            .rows
            .iter()
            .map(|r| (r.line, sheet.get(r, "id"), sheet.get(r, "value")))
            .collect();
        assert_eq!(read, [(3, "x", "1"), (4, "y", "2")]);
    }

    #[test]
    fn an_optional_column_may_be_missing() {
        let mark = |text: &str| {
            let sheet = parse(text).unwrap();
            sheet.get(&sheet.rows[0], "mark").to_owned()
        };
        assert_eq!(mark("id,value\nx,1\n"), "");
        assert_eq!(mark("mark,id,value\ny,x,1\n"), "y");
    }

    #[test]
    fn what_is_wrong_is_told_by_line() {
        let column = |column| Trouble::TableColumn {
            file: "t.csv".into(),
            column,
            columns: "id,value".into(),
        };
        assert_eq!(parse("").err().unwrap(), [column("id"), column("value")]);
        assert_eq!(parse("id;value\n").err().unwrap().len(), 2);
        let troubles = parse("id,value\na,1\nb\na,2\n").err().unwrap();
        assert!(matches!(troubles[0], Trouble::TableCell { line: 3, .. }));
        assert!(matches!(troubles[1], Trouble::TableRepeated { line: 4, first: 2, .. }));
        let latin1 = Sheet::parse(b"id,value\n\xf1,1\n", "t.csv", &["id", "value"], &[]);
        assert!(matches!(latin1.err().unwrap()[..], [Trouble::TableText { .. }]));
    }

    #[test]
    fn numbers_are_plain() {
        let cases = [
            ("9", Some(9.0)),
            ("-0.5", Some(-0.5)),
            ("1e3", Some(1000.0)),
            ("9,5", None),
            ("", None),
            ("inf", None),
            ("nan", None),
        ];
        for (text, expected) in cases {
            assert_eq!(number(text), expected, "{text}");
        }
    }
}
