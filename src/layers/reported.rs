//! Tables of reported figures: CSV with a fixed header.

use std::collections::{BTreeMap, HashMap};
use std::io::Read;
use std::path::{Path, PathBuf};

use csv::ByteRecord;

use super::error::{LayerError, LayerTrouble, TableTrouble};
use super::fields::plain_number;
use super::file::DigestFile;
use super::raw::{ReportedRow, ReportedTable};
use super::wanted::{nearest, place_of};
use crate::config::{DeficitKind, DeficitSettings, Settings, Units};

/// The columns, in the order of the contract.
const COLUMNS: [&str; 9] = [
    "territory",
    "indicator",
    "period",
    "value",
    "low",
    "high",
    "qualifier",
    "unit",
    "source",
];
/// Columns that a table may have besides: which of several sources is used, and why; and what a
/// rate divides by.
const MARKS: [&str; 3] = ["preferred", "reason", "denominator"];
/// How many troubles of one table are listed before the rest is counted.
const LISTED: usize = 20;

/// Reads every table that a deficit names, each once, and checks that the indicators
/// asked for are in it.
pub(super) fn read_all(
    settings: &Settings,
    errors: &mut Vec<LayerError>,
) -> Vec<ReportedTable> {
    let mut uses: BTreeMap<&PathBuf, Vec<(&str, &str)>> = BTreeMap::new();
    for deficit in &settings.deficits {
        if let Some((table, indicator)) = table_of(deficit) {
            uses.entry(table).or_default().push((&deficit.id, indicator));
        }
    }
    let mut tables = Vec::new();
    for (path, deficits) in uses {
        let mut fail = |deficit: &str, key: &str, trouble| {
            errors.push(LayerError {
                owner: deficit.to_owned(),
                path: path.display().to_string(),
                trouble,
                place: place_of(settings, &format!("deficits.{deficit}.{key}")),
            });
        };
        match read_table(path) {
            Ok(table) => {
                for &(deficit, indicator) in &deficits {
                    if let Some(trouble) = missing_indicator(&table, indicator) {
                        fail(deficit, "indicator", LayerTrouble::Table(trouble));
                    }
                    let cited = settings.deficits.iter().find(|d| d.id == deficit);
                    if let Some(trouble) =
                        cited.and_then(|d| other_unit(&table, indicator, d))
                    {
                        fail(deficit, "standard", LayerTrouble::Table(trouble));
                    }
                }
                tables.push(table);
            }
            Err(troubles) => {
                for trouble in troubles {
                    fail(deficits[0].0, "table", trouble);
                }
            }
        }
    }
    tables
}

fn table_of(deficit: &DeficitSettings) -> Option<(&PathBuf, &str)> {
    match &deficit.kind {
        DeficitKind::Reported { table, indicator, .. }
        | DeficitKind::PeoplePerUnit {
            units: Units::Reported { table, indicator },
            ..
        } => Some((table, indicator)),
        DeficitKind::AreaPerPerson { .. }
        | DeficitKind::Access { .. }
        | DeficitKind::PeoplePerUnit { .. } => None,
    }
}

fn missing_indicator(table: &ReportedTable, indicator: &str) -> Option<TableTrouble> {
    let mut known: Vec<String> =
        table.rows.iter().map(|row| row.indicator.clone()).collect();
    known.sort();
    known.dedup();
    (!known.iter().any(|name| name == indicator)).then(|| {
        TableTrouble::UnknownIndicator {
            indicator: indicator.to_owned(),
            nearest: nearest(indicator, known.iter().map(String::as_str)),
            known,
        }
    })
}

/// A row whose unit is not that of the standard that it is held against.
fn other_unit(
    table: &ReportedTable,
    indicator: &str,
    deficit: &DeficitSettings,
) -> Option<TableTrouble> {
    let citation = &deficit.citation;
    if citation.unit.is_empty() || !matches!(deficit.kind, DeficitKind::Reported { .. }) {
        return None;
    }
    let mut rows = table.rows.iter().filter(|row| row.indicator == indicator);
    let row = rows.find(|row| row.unit != citation.unit)?;
    Some(TableTrouble::UnitDiffers {
        line: row.line,
        found: row.unit.clone(),
        standard: citation.id.clone(),
        expected: citation.unit.clone(),
    })
}

fn read_table(path: &Path) -> Result<ReportedTable, Vec<LayerTrouble>> {
    let one = |trouble: LayerTrouble| vec![trouble];
    let mut file = DigestFile::open(path).map_err(|e| one(e.into()))?;
    let mut text = Vec::new();
    file.read_to_end(&mut text).map_err(|e| one(LayerTrouble::Refused(e)))?;
    let (digest, bytes) = file.finish().map_err(|e| one(e.into()))?;
    match parse(&text) {
        Ok(rows) => Ok(ReportedTable { path: path.to_owned(), digest, bytes, rows }),
        Err(troubles) => Err(troubles.into_iter().map(LayerTrouble::Table).collect()),
    }
}

/// Parses a whole table.
fn parse(text: &[u8]) -> Result<Vec<ReportedRow>, Vec<TableTrouble>> {
    let text = text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text);
    let mut records = reader.byte_records();
    // Reading from memory cannot fail, and records of any width are let through.
    let header = match records.next() {
        Some(Ok(header)) => Header::parse(&header)?,
        Some(Err(_)) | None => return Err(vec![TableTrouble::Empty]),
    };
    let mut parsing = Parsing { text, header, rows: Vec::new(), troubles: Vec::new() };
    let mut firsts = HashMap::new();
    for record in records.map_while(Result::ok) {
        let line = parsing.line_of(&record);
        let Some(row) = parsing.row(&record, line) else { continue };
        let key = (key_of(&row), row.source.clone());
        if let Some(&first) = firsts.get(&key) {
            let row = key.0;
            parsing.troubles.push(TableTrouble::RepeatedKey { line, first, row });
        } else {
            firsts.insert(key, line);
            parsing.rows.push(row);
        }
    }
    parsing.settle_sources();
    if parsing.troubles.is_empty() {
        return Ok(parsing.rows);
    }
    let count = parsing.troubles.len().saturating_sub(LISTED);
    parsing.troubles.truncate(LISTED);
    if count > 0 {
        parsing.troubles.push(TableTrouble::More { count });
    }
    Err(parsing.troubles)
}

/// Territory, indicator and period: what several sources may give a figure of.
fn key_of(row: &ReportedRow) -> String {
    [row.territory.as_str(), &row.indicator, &row.period].join("/")
}

/// Where each of [`COLUMNS`] and [`MARKS`] stands in the file.
struct Header {
    columns: [usize; 9],
    marks: [Option<usize>; 3],
    width: u64,
}

impl Header {
    fn parse(record: &ByteRecord) -> Result<Self, Vec<TableTrouble>> {
        let found: Vec<String> = record
            .iter()
            .map(|name| String::from_utf8_lossy(name).into_owned())
            .collect();
        let mut troubles = Vec::new();
        let columns = COLUMNS.map(|column| {
            let mut places = (0..found.len()).filter(|&at| found[at] == column);
            let first = places.next();
            if first.is_none() {
                let found = found.clone();
                troubles.push(TableTrouble::MissingColumn { column, found });
            }
            if places.next().is_some() {
                troubles.push(TableTrouble::RepeatedColumn { column });
            }
            first.unwrap_or_default()
        });
        let width = found.len() as u64;
        let marks = MARKS.map(|mark| found.iter().position(|name| name == mark));
        if troubles.is_empty() {
            Ok(Self { columns, marks, width })
        } else {
            Err(troubles)
        }
    }
}

struct Parsing<'t> {
    text: &'t [u8],
    header: Header,
    rows: Vec<ReportedRow>,
    troubles: Vec<TableTrouble>,
}

impl Parsing<'_> {
    /// The line on which a record begins. The reader counts from before the blank lines
    /// that it passes over.
    fn line_of(&self, record: &ByteRecord) -> u64 {
        let Some(position) = record.position() else { return 0 };
        let start = usize::try_from(position.byte()).unwrap_or(usize::MAX);
        let blank = self.text.get(start..).unwrap_or_default();
        let blank = blank.iter().take_while(|b| matches!(b, b'\n' | b'\r'));
        position.line() + blank.filter(|&&b| b == b'\n').count() as u64
    }

    /// Of several sources of one figure exactly one must be marked: none is picked in silence.
    fn settle_sources(&mut self) {
        let mut groups: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (at, row) in self.rows.iter().enumerate() {
            groups.entry(key_of(row)).or_default().push(at);
        }
        for (key, members) in groups {
            if let [only] = members[..] {
                self.rows[only].is_preferred = true;
                continue;
            }
            let marked: Vec<usize> = members
                .iter()
                .copied()
                .filter(|&at| self.rows[at].is_preferred)
                .collect();
            let line = self.rows[members[1]].line;
            match marked[..] {
                [one] if self.rows[one].reason.is_empty() => {
                    let (line, column) = (self.rows[one].line, "reason");
                    self.troubles.push(TableTrouble::EmptyKey { line, column });
                }
                [_] => {}
                _ => self.troubles.push(TableTrouble::Ambiguous {
                    line,
                    first: self.rows[members[0]].line,
                    row: key,
                    preferred: marked.len(),
                }),
            }
        }
    }

    fn row(&mut self, record: &ByteRecord, line: u64) -> Option<ReportedRow> {
        let before = self.troubles.len();
        let (expected, found) = (self.header.width, record.len() as u64);
        if expected != found {
            self.troubles.push(TableTrouble::Width { line, expected, found });
            return None;
        }
        let mut texts: [&str; 9] = [""; 9];
        for (text, &at) in texts.iter_mut().zip(&self.header.columns) {
            match std::str::from_utf8(&record[at]) {
                Ok(read) => *text = read,
                Err(_not_utf8) => {
                    self.troubles.push(TableTrouble::NotUtf8 { line });
                    return None;
                }
            }
        }
        let [territory, indicator, period, .., qualifier, unit, source] = texts;
        for (column, text) in [("territory", territory), ("indicator", indicator)] {
            if text.is_empty() {
                self.troubles.push(TableTrouble::EmptyKey { line, column });
            }
        }
        if !["", "<", ">", "~"].contains(&qualifier) {
            let value = qualifier.to_owned();
            self.troubles.push(TableTrouble::BadQualifier { line, value });
        }
        let [value, low, high] = [3, 4, 5].map(|at| self.number(line, at, texts[at]));
        let mark = self.header.marks.map(|at| at.map_or(&b""[..], |at| &record[at]));
        let [preferred, reason, denominator] =
            mark.map(|text| String::from_utf8_lossy(text).into_owned());
        if !["", "true", "false"].contains(&preferred.as_str()) {
            self.troubles.push(TableTrouble::BadMark { line, value: preferred.clone() });
        }
        let is_above = |a: Option<f64>, b: Option<f64>| matches!((a, b), (Some(a), Some(b)) if a > b);
        if is_above(low, value) || is_above(value, high) || is_above(low, high) {
            self.troubles.push(TableTrouble::BadRange { line });
        }
        (self.troubles.len() == before).then(|| ReportedRow {
            territory: territory.to_owned(),
            indicator: indicator.to_owned(),
            period: period.to_owned(),
            value,
            low,
            high,
            qualifier: qualifier.to_owned(),
            unit: unit.to_owned(),
            source: source.to_owned(),
            is_preferred: preferred == "true",
            reason,
            denominator,
            line,
        })
    }

    fn number(&mut self, line: u64, at: usize, text: &str) -> Option<f64> {
        if text.is_empty() {
            return None;
        }
        let number = plain_number(text);
        if number.is_none() {
            let (column, value) = (COLUMNS[at], text.to_owned());
            self.troubles.push(TableTrouble::BadNumber { line, column, value });
        }
        number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str =
        "territory,indicator,period,value,low,high,qualifier,unit,source\n";

    fn table(rows: &str) -> Result<Vec<ReportedRow>, Vec<String>> {
        parse(format!("{HEADER}{rows}").as_bytes())
            .map_err(|troubles| troubles.iter().map(|t| format!("{t:?}")).collect())
    }

    #[test]
    fn rows_are_read() {
        let text = "\u{feff}source,extra,territory,indicator,period,value,low,high,qualifier,unit\r\n\
            \"Plan, p. 3\",x,080301,water_hours,2014, 16.27 ,15,17.5,~,h\r\n\
            \r\n\
            \"two\nlines\",x,_T,water_hours,,,,,<,h\r\n\
            s,x,_T,tb,2014,-1e2,,,,1\r\n";
        let rows = parse(text.as_bytes()).unwrap();
        let numbers: Vec<_> =
            rows.iter().map(|r| (r.line, r.value, r.low, r.high)).collect();
        assert_eq!(
            numbers,
            [
                (2, Some(16.27), Some(15.0), Some(17.5)),
                (4, None, None, None),
                (6, Some(-100.0), None, None),
            ]
        );
        assert_eq!(rows[0].territory, "080301");
        assert_eq!(rows[0].source, "Plan, p. 3");
        assert_eq!((rows[0].qualifier.as_str(), rows[1].qualifier.as_str()), ("~", "<"));
    }

    #[test]
    fn wrong_rows_are_told_by_line() {
        let cases = [
            ("a,b,c,1,,,,u\n", "Width { line: 2, expected: 9, found: 8 }"),
            (
                "a,b,c,\"12,5\",,,,u,s\n",
                r#"BadNumber { line: 2, column: "value", value: "12,5" }"#,
            ),
            (
                "a,b,c,nan,,,,u,s\n",
                r#"BadNumber { line: 2, column: "value", value: "nan" }"#,
            ),
            ("a,b,c,1,,x,,u,s\n", r#"BadNumber { line: 2, column: "high", value: "x" }"#),
            ("\na,b,c,1,,,≈,u,s\n", r#"BadQualifier { line: 3, value: "≈" }"#),
            (",b,c,1,,,,u,s\n", r#"EmptyKey { line: 2, column: "territory" }"#),
            ("a, ,c,1,,,,u,s\n", r#"EmptyKey { line: 2, column: "indicator" }"#),
            ("a,b,c,1,2,,,u,s\n", "BadRange { line: 2 }"),
            ("a,b,c,,3,2,,u,s\n", "BadRange { line: 2 }"),
            (
                "a,b,c,1,,,,u,s\na,b,d,1,,,,u,s\n a,b,c,2,,,,u,s\n",
                r#"RepeatedKey { line: 4, first: 2, row: "a/b/c" }"#,
            ),
        ];
        for (rows, expected) in cases {
            assert_eq!(table(rows).unwrap_err(), [expected], "{rows}");
        }
        let latin1 = [HEADER.as_bytes(), b"Pe\xF1on,b,c,1,,,,u,s\n"].concat();
        assert!(matches!(
            parse(&latin1).unwrap_err()[..],
            [TableTrouble::NotUtf8 { line: 2 }]
        ));
        assert_eq!(table(&"a\n".repeat(23)).unwrap_err().len(), LISTED + 1);
    }

    #[test]
    fn what_a_rate_divides_by_may_be_named() {
        let header = COLUMNS.join(",");
        let read = |text: &str| parse(text.as_bytes()).unwrap()[0].denominator.clone();
        let named = format!("{header},denominator\na,b,c,1,,,,%,s,1 200 homes\n");
        assert_eq!(read(&named), "1 200 homes");
        assert_eq!(read(&format!("{header}\na,b,c,1,,,,%,s\n")), "");
    }

    #[test]
    fn of_several_sources_one_is_marked_with_a_reason() {
        let of = |rows: &str| {
            let header = HEADER.trim_end();
            parse(format!("{header},preferred,reason\n{rows}").as_bytes())
                .map_err(|troubles| format!("{troubles:?}"))
        };
        let rows = of("a,b,c,1,,,,u,s,,\na,b,c,2,,,,u,t,true,newer\na,b,d,3,,,,u,s,,\n");
        let used: Vec<_> =
            rows.unwrap().iter().map(|r| (r.value, r.is_preferred)).collect();
        assert_eq!(used, [(Some(1.0), false), (Some(2.0), true), (Some(3.0), true)]);
        let cases = [
            ("a,b,c,1,,,,u,s,,\na,b,c,2,,,,u,t,,\n", "Ambiguous { line: 3, first: 2"),
            ("a,b,c,1,,,,u,s,true,x\na,b,c,2,,,,u,t,true,y\n", "preferred: 2"),
            ("a,b,c,1,,,,u,s,,\na,b,c,2,,,,u,t,true,\n", "EmptyKey { line: 3"),
            ("a,b,c,1,,,,u,s,yes,\n", "BadMark { line: 2"),
            ("a,b,c,1,,,,u,s,true,x\na,b,c,2,,,,u,s,,\n", "RepeatedKey"),
        ];
        for (rows, expected) in cases {
            let told = of(rows).unwrap_err();
            assert!(told.contains(expected), "{rows}: {told}");
        }
    }

    #[test]
    fn the_header_must_be_whole() {
        assert!(matches!(parse(b"").unwrap_err()[..], [TableTrouble::Empty]));
        let missing = parse(b"territory;indicator;period\n").unwrap_err();
        assert_eq!(missing.len(), 9);
        let twice = format!("value,{HEADER}");
        assert!(matches!(
            parse(twice.as_bytes()).unwrap_err()[..],
            [TableTrouble::RepeatedColumn { column: "value" }]
        ));
        assert_eq!(parse(HEADER.as_bytes()).unwrap(), []);
    }
}
