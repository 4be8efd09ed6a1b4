//! All tables in one workbook for Excel and LibreOffice.
//!
//! In: tables. Out: `exports/<id>.xlsx`: a sheet that says what this is, then a sheet a table,
//! its header frozen, numbers with the decimals of the table. The date of creation is that of
//! the data, so that the same inputs give the same bytes.

use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, Workbook, Worksheet, XlsxError,
};

use super::grid::Kind;
use super::{Context, File, OutputError, failed, schema, status_key};
use crate::config::ExportFormat;
use crate::domain::Message;
use crate::geometry::Prepared;
use crate::i18n;
use crate::outputs::manifest::PROGRAM;
use crate::outputs::tables::Table;

/// Rows of a sheet besides its header; one more and the table goes on in another.
const MOST_ROWS: usize = 1_048_575;
/// Longest text of a cell, in characters; a text of as many bytes surely fits.
const LONGEST_TEXT: usize = 32_767;
/// Rows that the width of a column is judged by, and the widest, in characters.
const ROWS_FOR_WIDTH: usize = 200;
const WIDEST: usize = 60;
/// Most decimals that a table writes.
const MOST_DECIMALS: usize = 9;

pub(super) fn make(
    context: &Context<'_>,
    tables: &[Table],
) -> Result<Vec<File>, OutputError> {
    let error = failed(ExportFormat::Xlsx);
    let bytes = render(context, tables).map_err(|e| error(&e))?;
    Ok(vec![(format!("exports/{}.xlsx", context.job.settings.id), bytes)])
}

fn render(context: &Context<'_>, tables: &[Table]) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let date = context.date;
    let created = ExcelDateTime::from_ymd(date.year, date.month, date.day)?;
    let properties = DocProperties::new()
        .set_title(context.job.settings.title.get(context.locale))
        .set_author(PROGRAM)
        .set_creation_datetime(&created);
    book.set_properties(&properties);
    let read_me = book.add_worksheet();
    read_me.set_name(i18n::text(context.locale, "exports.readme.sheet"))?;
    write_lines(read_me, &lines(context, tables))?;
    for table in tables {
        add_table(&mut book, table)?;
    }
    book.save_to_buffer()
}

/// A line of the first sheet: whether it is a heading, and its cells.
type Line = (bool, Vec<String>);

/// What this is, how far it may be trusted, which sheets there are and what they rest on.
fn lines(context: &Context<'_>, tables: &[Table]) -> Vec<Line> {
    let say = |key: &str| i18n::text(context.locale, key).to_owned();
    let settings = context.job.settings;
    let mut lines = vec![
        (true, vec![settings.title.get(context.locale).to_owned()]),
        (false, vec![say("map.note.indicative")]),
        (false, vec![say("exports.readme.date"), context.date.text()]),
        (false, vec![say("exports.readme.digest"), settings.digest.as_str().to_owned()]),
        (
            false,
            vec![say("exports.readme.crs"), format!("EPSG:{}", context.job.area.epsg)],
        ),
        (false, vec![say("exports.readme.program"), program()]),
        (false, Vec::new()),
        (true, vec![say("exports.readme.sheets")]),
    ];
    lines.extend(tables.iter().map(|table| {
        let name = table.name.trim_end_matches(".csv").to_owned();
        (false, vec![name, say(schema::keys(table.name).about)])
    }));
    lines.extend([(false, Vec::new()), (true, vec![say("exports.readme.columns")])]);
    let mut known = std::collections::BTreeMap::new();
    for field in tables.iter().flat_map(schema::fields) {
        known.insert(field.name, field.description);
    }
    lines.extend(
        known.into_iter().map(|(name, about)| (false, vec![name, context.say(&about)])),
    );
    lines.extend([(false, Vec::new()), (true, vec![say("exports.readme.sources")])]);
    lines.extend(super::prepared(context.job.area).map(|layer| source(context, layer)));
    lines
}

fn program() -> String {
    format!("{PROGRAM} {}", env!("CARGO_PKG_VERSION"))
}

/// A layer with its status and who published it.
fn source(context: &Context<'_>, layer: &Prepared) -> Line {
    let status = i18n::text(context.locale, status_key(layer.status));
    let title = layer.title.get(context.locale);
    let cited = &layer.source;
    let parts = [&cited.title, &cited.publisher, &cited.date, &cited.licence, &cited.url];
    let cited: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
    let message = Message::new("exports.readme.source")
        .with("title", title)
        .with("status", status)
        .with("source", cited.join(", "));
    (false, vec![layer.id.clone(), context.say(&message)])
}

fn write_lines(sheet: &mut Worksheet, lines: &[Line]) -> Result<(), XlsxError> {
    let (heading, plain) = (Format::new().set_bold(), wrapped());
    sheet.set_column_width(0, 32)?;
    sheet.set_column_width(1, 100)?;
    for (row, (is_heading, cells)) in (0u32..).zip(lines) {
        // A sentence alone in its line runs over the cells beside it.
        let format = if *is_heading { &heading } else { &plain };
        for (column, cell) in (0u16..).zip(cells) {
            match (cells.len(), column) {
                (1, _) if !is_heading => sheet.write_string(row, column, cell)?,
                _ => sheet.write_string_with_format(row, column, cell, format)?,
            };
        }
    }
    Ok(())
}

fn wrapped() -> Format {
    Format::new().set_text_wrap().set_align(FormatAlign::Top)
}

fn add_table(book: &mut Workbook, table: &Table) -> Result<(), XlsxError> {
    let fields = schema::fields(table);
    let mut reader = csv::Reader::from_reader(table.bytes.as_slice());
    let records: Vec<csv::StringRecord> =
        reader.records().map_while(std::result::Result::ok).collect();
    let name = table.name.trim_end_matches(".csv");
    let formats: Vec<Format> = (0..=MOST_DECIMALS).map(number_format).collect();
    let header = Format::new().set_bold().set_align(FormatAlign::Top);
    let whole: &[csv::StringRecord] = &records;
    let sheets = whole.len().div_ceil(MOST_ROWS).max(1);
    for part in 0..sheets {
        let rows = &whole[part * MOST_ROWS..((part + 1) * MOST_ROWS).min(whole.len())];
        let sheet = book.add_worksheet();
        sheet.set_name(if part == 0 {
            name.to_owned()
        } else {
            format!("{name}_{}", part + 1)
        })?;
        sheet.set_freeze_panes(1, 0)?;
        for (column, field) in (0u16..).zip(&fields) {
            sheet.write_string_with_format(0, column, &field.name, &header)?;
            let cells = rows.iter().take(ROWS_FOR_WIDTH).map(|row| &row[column.into()]);
            let longest = cells.chain([field.name.as_str()]).map(|c| c.chars().count());
            let width = longest.max().unwrap_or(0).min(WIDEST);
            sheet.set_column_width(column, u32::try_from(width).unwrap_or(8) + 2)?;
        }
        for (row, record) in (1u32..).zip(rows) {
            for ((column, cell), field) in (0u16..).zip(record).zip(&fields) {
                write_cell(sheet, (row, column), cell, field.kind, &formats)?;
            }
        }
    }
    Ok(())
}

/// Writes a cell with the decimals that the table has; nothing where it is empty.
fn write_cell(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    cell: &str,
    kind: Kind,
    formats: &[Format],
) -> Result<(), XlsxError> {
    match (kind, cell.parse::<f64>()) {
        _ if cell.is_empty() => {}
        (Kind::Number(_) | Kind::Whole, Ok(number)) => {
            let decimals = cell.split_once('.').map_or(0, |(_, decimals)| decimals.len());
            let format = &formats[decimals.min(MOST_DECIMALS)];
            sheet.write_number_with_format(row, column, number, format)?;
        }
        (Kind::Claim, _) => {
            sheet.write_boolean(row, column, cell == "true")?;
        }
        _ => {
            let end = cell.floor_char_boundary(LONGEST_TEXT);
            sheet.write_string(row, column, &cell[..end])?;
        }
    }
    Ok(())
}

fn number_format(decimals: usize) -> Format {
    let decimals = "0".repeat(decimals);
    let point = if decimals.is_empty() { "" } else { "." };
    Format::new().set_num_format(format!("#,##0{point}{decimals}"))
}
