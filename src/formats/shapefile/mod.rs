//! Shapefiles (ESRI, *Shapefile Technical Description*, 1998), loose or in an archive.
//!
//! In: the member files, each as a stream of its own. Out: [`Parsed`]. First the index is
//! read, then the table, then the shapes one after another, so that memory holds the wanted
//! columns and one record.
//!
//! Both readers are our own. The library for it turns text that is not UTF-8 into question
//! marks, and fails on rings of the wrong orientation; files in use have both.

use std::io::{self, BufReader, Read, Seek};

mod record;
mod rings;
mod table;

use record::{RecordReader, Tally, kind_of};
use table::{Declared, Table};

use super::archive::Archive;
use super::collector::{Collector, Geometry};
use super::encoding::TextEncoding;
use super::{
    CrsStatement, FormatError, Parsed, Position, Problem, ReadOptions, Remark, Wanted,
};
use crate::domain::Code;
use crate::layers::{Column, Value};

/// What `.shp` and `.shx` begin with.
const MAGIC: [u8; 4] = [0, 0, 0x27, 0x0A];
/// Length of the header of `.shp` and `.shx`.
const HEADER: u64 = 100;
/// Most bytes of one record.
const MAX_RECORD: u64 = 512 << 20;
/// Most bytes of an index: as many records as can be numbered would need some more.
const MAX_INDEX: u64 = 1 << 30;
/// Most bytes of shapes that stand in another order than the index, and so in memory.
const MAX_SHUFFLED: u64 = 1 << 30;
/// Most bytes of a `.prj` or `.cpg`.
const MAX_TEXT: u64 = 64 << 10;

/// The files that make a shapefile, in the order in which they are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Member {
    /// The shapes.
    Shapes,
    /// Where each shape begins.
    Index,
    /// The fields.
    Table,
    /// The reference system.
    Projection,
    /// The encoding of the table.
    CodePage,
}

impl Member {
    /// All of them, in order.
    pub const ALL: [Self; 5] =
        [Self::Shapes, Self::Index, Self::Table, Self::Projection, Self::CodePage];

    /// Its extension, in small letters.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Shapes => "shp",
            Self::Index => "shx",
            Self::Table => "dbf",
            Self::Projection => "prj",
            Self::CodePage => "cpg",
        }
    }
}

/// Where the files of a shapefile come from.
pub trait Members {
    /// The bytes of a file from its start; `None` if there is none. Each is asked for once.
    ///
    /// # Errors
    ///
    /// It is there and cannot be read.
    fn open(&mut self, member: Member) -> Result<Option<impl Read>, FormatError>;
}

/// Reads a shapefile. Rows that were deleted are left out with their shapes; ids count
/// them all the same.
///
/// # Errors
///
/// [`FormatError`] if a stream fails, is not what it should be, or shapes and rows differ
/// in number. A single record that cannot be is a [`Trouble`](super::Trouble).
pub fn read(
    members: &mut impl Members,
    wanted: &Wanted,
    options: &ReadOptions,
) -> Result<Parsed, FormatError> {
    let declared = declared(members, options)?;
    let index = members.open(Member::Index)?.map(read_index).transpose()?;
    let shapes = index.as_ref().map(|index| index.count);
    let mut table = match members.open(Member::Table)? {
        Some(file) => Some(table::read(
            BufReader::with_capacity(1 << 18, file),
            wanted,
            declared,
            shapes,
        )?),
        None => None,
    };
    let projection = read_text(members, Member::Projection)?;
    let Some(file) = members.open(Member::Shapes)? else {
        return Err(FormatError::whole(Problem::NotShapefile));
    };
    let has_index = index.is_some();
    let columns = table.as_mut().map(|table| std::mem::take(&mut table.columns));
    let columns = columns.unwrap_or_default();
    let mut reading = Reading::new(wanted, table, &columns);
    reading.records(BufReader::with_capacity(1 << 18, file), index)?;
    let mut parsed = reading.finish(has_index)?;
    parsed.crs = projection
        .map(|text| String::from_utf8_lossy(&text).trim().to_owned())
        .map(|text| text.trim_start_matches('\u{feff}').to_owned())
        .filter(|text| !text.is_empty())
        .map(CrsStatement::Wkt);
    Ok(parsed)
}

fn declared(
    members: &mut impl Members,
    options: &ReadOptions,
) -> Result<Declared, FormatError> {
    let label = options.encoding.as_deref();
    let project = label.map(TextEncoding::for_label);
    if let (Some(None), Some(label)) = (project, label) {
        return Err(FormatError::whole(Problem::UnknownEncoding).found(label));
    }
    let text = read_text(members, Member::CodePage)?;
    let code_page =
        text.and_then(|text| TextEncoding::for_label(&String::from_utf8_lossy(&text)));
    Ok(Declared { project: project.flatten(), code_page })
}

fn read_text(
    members: &mut impl Members,
    member: Member,
) -> Result<Option<Vec<u8>>, FormatError> {
    let Some(file) = members.open(member)? else { return Ok(None) };
    let mut text = Vec::new();
    file.take(MAX_TEXT).read_to_end(&mut text)?;
    Ok(Some(text))
}

/// What the index says.
struct Index {
    count: u64,
    /// First byte of each record, unless they follow one another from the header on.
    shuffled: Option<Vec<u64>>,
}

fn read_index(file: impl Read) -> Result<Index, FormatError> {
    let broken = || FormatError::whole(Problem::BrokenIndex);
    let mut bytes = Vec::new();
    file.take(MAX_INDEX).read_to_end(&mut bytes)?;
    let entries = bytes.get(100..).filter(|_| bytes.starts_with(&MAGIC));
    // Its own header says how long it is; what follows is left over.
    let declared = big_endian(&bytes, 24).ok_or_else(broken)? * 2;
    let declared = usize::try_from(declared.saturating_sub(HEADER)).unwrap_or(usize::MAX);
    let entries =
        entries.and_then(|entries| entries.get(..declared)).ok_or_else(broken)?;
    let words = |entry: &[u8], at: usize| big_endian(entry, at).unwrap_or_default();
    let (mut expected, mut is_sequence) = (HEADER / 2, true);
    for entry in entries.chunks_exact(8) {
        is_sequence &= words(entry, 0) == expected;
        expected = words(entry, 0) + words(entry, 4) + 4;
    }
    let starts = || entries.chunks_exact(8).map(|entry| words(entry, 0) * 2).collect();
    let shuffled = (!is_sequence).then(starts);
    Ok(Index { count: (entries.len() / 8) as u64, shuffled })
}

fn big_endian(bytes: &[u8], at: usize) -> Option<u64> {
    let bytes: [u8; 4] = bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
    Some(u32::from_be_bytes(bytes).into())
}

struct Reading<'w> {
    collector: Collector<'w>,
    reader: RecordReader,
    /// Collector's column and the values of each wanted field.
    columns: Vec<(Option<usize>, Box<dyn Iterator<Item = Value> + 'w>)>,
    is_deleted: Option<Vec<bool>>,
    deleted: u64,
    remarks: Vec<Remark>,
    /// Records so far.
    row: u64,
}

impl<'w> Reading<'w> {
    fn new(
        wanted: &'w Wanted,
        table: Option<Table>,
        columns: &'w [(String, Column)],
    ) -> Self {
        let mut collector = Collector::new(wanted);
        let is_there = table.is_some();
        let Table { names, is_deleted, mut remarks, .. } = table.unwrap_or_default();
        for name in &names {
            collector.field(name);
        }
        let columns = columns
            .iter()
            .map(|(name, all)| (collector.field(name), Box::new(all.iter()) as _))
            .collect();
        if !is_there {
            remarks.push(Remark { code: Code::NoTable, values: Vec::new() });
        }
        Self {
            collector,
            reader: RecordReader::default(),
            columns,
            is_deleted: is_there.then_some(is_deleted),
            deleted: 0,
            remarks,
            row: 0,
        }
    }

    fn records(
        &mut self,
        mut file: impl Read,
        index: Option<Index>,
    ) -> Result<(), FormatError> {
        let mut header = [0; 100];
        file.read_exact(&mut header)?;
        if !header.starts_with(&MAGIC) {
            return Err(FormatError::whole(Problem::NotShapefile));
        }
        let number = i32::from_le_bytes([header[32], header[33], header[34], header[35]]);
        match kind_of(number) {
            Some((record::Kind::MultiPatch, ..)) => {
                return Err(FormatError::whole(Problem::MultiPatch));
            }
            Some(_) => {}
            None => {
                let at = Position::of_byte(32);
                let error = FormatError::at(Problem::NotShapefile, at);
                return Err(error.found(number.to_string()));
            }
        }
        let length = big_endian(&header, 24).unwrap_or_default() * 2;
        match index {
            Some(Index { shuffled: Some(starts), .. }) => self.shuffled(file, &starts),
            Some(Index { count, .. }) => self.sequence(file, |row, _| row < count),
            None => self.sequence(file, |_, at| at < length),
        }
    }

    /// Records that follow one another, as long as the rule holds for row and first byte.
    fn sequence(
        &mut self,
        mut file: impl Read,
        goes_on: impl Fn(u64, u64) -> bool,
    ) -> Result<(), FormatError> {
        let mut record = Vec::new();
        let mut at = HEADER;
        while goes_on(self.row, at) {
            let size = next_record(&mut file, &mut record, at)?;
            self.record(&record, at)?;
            at += size;
        }
        Ok(())
    }

    /// Records in another order than that of the index, as programs leave them that put
    /// what was edited at the end.
    fn shuffled(&mut self, file: impl Read, starts: &[u64]) -> Result<(), FormatError> {
        let mut all = Vec::new();
        file.take(MAX_SHUFFLED + 1).read_to_end(&mut all)?;
        if all.len() as u64 > MAX_SHUFFLED {
            return Err(FormatError::whole(Problem::TooBig));
        }
        for &start in starts {
            let at = Position::of_byte(start);
            let broken = || FormatError::at(Problem::BrokenIndex, at);
            let offset = start.checked_sub(HEADER).ok_or_else(broken)?;
            let offset = usize::try_from(offset).unwrap_or(usize::MAX);
            let length = big_endian(&all, offset.saturating_add(4)).ok_or_else(broken)?;
            let length = usize::try_from(length * 2).unwrap_or(usize::MAX);
            let first = offset + 8;
            let record =
                all.get(first..first.saturating_add(length)).ok_or_else(broken)?;
            self.record(record, start)?;
        }
        Ok(())
    }

    fn record(&mut self, record: &[u8], at: u64) -> Result<(), FormatError> {
        let row = usize::try_from(self.row).unwrap_or(usize::MAX);
        self.row += 1;
        let mut values = Vec::with_capacity(self.columns.len());
        for (column, rest) in &mut self.columns {
            values.push((*column, rest.next()));
        }
        let is_deleted = match &self.is_deleted {
            Some(rows) => match rows.get(row) {
                Some(is_deleted) => *is_deleted,
                // Counting goes on, to say how many there are.
                None => return Ok(()),
            },
            None => false,
        };
        if is_deleted {
            self.deleted += 1;
            return Ok(());
        }
        self.collector.begin();
        for (column, value) in values {
            if let (Some(column), Some(value)) = (column, value) {
                self.collector.set(column, value);
            }
        }
        let geometry = self.reader.read(record, &mut self.collector.shapes);
        let position = Position::of_byte(at);
        let geometry: Geometry =
            geometry.ok_or_else(|| FormatError::at(Problem::MultiPatch, position))?;
        self.collector.end(Some(format!("#{}", self.row)), geometry, position)
    }

    fn finish(self, has_index: bool) -> Result<Parsed, FormatError> {
        if let Some(rows) = &self.is_deleted
            && rows.len() as u64 != self.row
        {
            return Err(table::counts_differ(self.row, rows.len() as u64));
        }
        let mut parsed = self.collector.finish();
        parsed.remarks = self.remarks;
        let Tally { measured, turned } = self.reader.tally;
        let mut note = |code: Code, count: u64| {
            if count > 0 {
                let values = vec![("count", count.to_string())];
                parsed.remarks.push(Remark { code, values });
            }
        };
        note(Code::DeletedRows, self.deleted);
        note(Code::MeasuresDropped, measured);
        note(Code::RingsTurned, turned);
        if !has_index {
            parsed.remarks.push(Remark { code: Code::NoIndex, values: Vec::new() });
        }
        Ok(parsed)
    }
}

/// Reads the next record without its header; its length with it.
fn next_record(
    file: &mut impl Read,
    record: &mut Vec<u8>,
    at: u64,
) -> Result<u64, FormatError> {
    let position = Position::of_byte(at);
    let ends = |error: io::Error| match error.kind() {
        io::ErrorKind::UnexpectedEof => FormatError::at(Problem::UnexpectedEnd, position),
        _ => error.into(),
    };
    let mut header = [0; 8];
    file.read_exact(&mut header).map_err(ends)?;
    let length = big_endian(&header, 4).unwrap_or_default() * 2;
    if length > MAX_RECORD {
        return Err(FormatError::at(Problem::TooBig, position));
    }
    record.clear();
    // Grows with the bytes that are there, whatever the header says.
    let count = file.take(length).read_to_end(record).map_err(ends)?;
    if (count as u64) < length {
        return Err(FormatError::at(Problem::UnexpectedEnd, position));
    }
    Ok(length + 8)
}

/// The members of one shapefile in an archive.
struct InArchive<'a, R> {
    archive: &'a mut Archive<R>,
    /// Name of the `.shp` without its extension.
    stem: String,
}

impl<R: Read + Seek> Members for InArchive<'_, R> {
    fn open(&mut self, member: Member) -> Result<Option<impl Read>, FormatError> {
        let wanted = format!("{}.{}", self.stem, member.extension());
        let name = self
            .archive
            .names()
            .find(|name| name.eq_ignore_ascii_case(&wanted))
            .map(str::to_owned);
        match name {
            Some(name) => self.archive.read(&name),
            None => Ok(None),
        }
    }
}

/// The shapefiles in an archive: their names without extension.
fn stems<R: Read + Seek>(archive: &Archive<R>) -> Vec<String> {
    let stem = |name: &str| {
        let (stem, extension) = name.rsplit_once('.')?;
        extension.eq_ignore_ascii_case("shp").then(|| stem.to_owned())
    };
    archive.names().filter_map(stem).collect()
}

/// Whether an archive holds a shapefile.
#[must_use]
pub fn is_in<R: Read + Seek>(archive: &Archive<R>) -> bool {
    !stems(archive).is_empty()
}

/// Names of the shapefiles in an archive, without extension.
#[must_use]
pub fn names_in<R: Read + Seek>(archive: &Archive<R>) -> Vec<String> {
    stems(archive)
}

/// Reads the shapefile in an archive: the only one, or the one that `options.layer` names,
/// with its folders or without.
///
/// # Errors
///
/// As [`read`], and if there is no such shapefile or more than one.
pub fn read_archive<R: Read + Seek>(
    archive: &mut Archive<R>,
    wanted: &Wanted,
    options: &ReadOptions,
) -> Result<Parsed, FormatError> {
    let stem = choose(&stems(archive), options.layer.as_deref())?;
    read(&mut InArchive { archive, stem }, wanted, options)
}

fn choose(stems: &[String], layer: Option<&str>) -> Result<String, FormatError> {
    let last = |stem: &str| stem.rsplit('/').next().unwrap_or_default().to_owned();
    let listed = || stems.join(", ");
    let told = |problem| super::collector::told(problem, listed());
    let fits = |stem: &&String| {
        layer.is_none_or(|layer| {
            let layer = layer.strip_suffix(".shp").unwrap_or(layer);
            **stem == layer || last(stem) == layer
        })
    };
    let found: Vec<&String> = stems.iter().filter(fits).collect();
    match (found.as_slice(), stems) {
        ([one], _) => Ok((*one).clone()),
        ([], []) => Err(FormatError::whole(Problem::NothingInArchive)),
        ([], _) => Err(told(Problem::UnknownLayer)),
        _ => Err(told(Problem::SeveralLayers)),
    }
}

#[cfg(test)]
mod tests;
