//! One feature at a time: its bytes to flat geometry, id and wanted fields.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use super::coordinates::{Kind, Mark, Sink, Stop, each, shape};
use super::cursor::{Broken, Cursor};
use crate::formats::{LegacyCrs, MAX_FIELDS_SHOWN, Reason, Wanted};
use crate::layers::Value;

/// Bytes of a file for each of its vertices, with all that is around them: a first guess.
const BYTES_OF_VERTEX: usize = 32;
/// Collections within collections that are still followed.
const MAX_COLLECTIONS: usize = 32;

/// Which objects may stand where a feature is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Allowed {
    /// In a collection: features.
    #[default]
    Features,
    /// On their own or one after another: features and bare geometries.
    FeaturesAndGeometries,
}

/// Trouble of one feature, with places counted within the chunk and the batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ChunkTrouble {
    pub(super) reason: Reason,
    /// 1-based row within the chunk.
    pub(super) row: u64,
    /// Index within the chunk, if it was kept without geometry.
    pub(super) kept: Option<usize>,
    /// Byte within the batch.
    pub(super) at: usize,
}

/// Some consecutive features of a file.
#[derive(Debug, Default)]
pub(super) struct Chunk {
    pub(super) sink: Sink,
    /// End of its parts in the sink, null geometry, height.
    pub(super) features: Vec<(usize, bool, bool)>,
    /// Own ids, and the 1-based row within the chunk.
    pub(super) ids: Vec<(Option<Box<str>>, u64)>,
    pub(super) columns: Vec<Vec<Value>>,
    /// Whether each wanted field occurs.
    pub(super) present: Vec<bool>,
    pub(super) names: Names,
    pub(super) crs: Vec<LegacyCrs>,
    pub(super) troubles: Vec<ChunkTrouble>,
    pub(super) rows: u64,
}

/// Field names in the order in which they were met, and which of them are wanted.
#[derive(Debug, Default)]
pub(super) struct Names {
    pub(super) list: Vec<Box<str>>,
    columns: Vec<Option<usize>>,
    index: HashMap<Box<str>, usize>,
    expected: usize,
}

impl Names {
    /// The column of a name. Features mostly repeat their names in the same order.
    fn column(&mut self, name: &str, wanted: &Wanted) -> Option<usize> {
        let expected = self.expected;
        if self.list.get(expected).is_some_and(|known| **known == *name) {
            self.expected += 1;
            return self.columns[expected];
        }
        if let Some(&at) = self.index.get(name) {
            self.expected = at + 1;
            return self.columns[at];
        }
        let column = wanted.column_of(name);
        if self.list.len() < MAX_FIELDS_SHOWN {
            self.expected = self.list.len() + 1;
            self.index.insert(name.into(), self.list.len());
            self.list.push(name.into());
            self.columns.push(column);
        }
        column
    }
}

/// What is known of the feature being read.
#[derive(Debug, Default)]
struct Draft {
    id: Option<Box<str>>,
    has_geometry: bool,
    is_null: bool,
    /// Why its geometry cannot be used, and where.
    trouble: Option<(Reason, usize)>,
}

pub(super) struct FeatureReader<'w> {
    wanted: &'w Wanted,
    allowed: Allowed,
    chunk: Chunk,
    values: Vec<Value>,
}

impl<'w> FeatureReader<'w> {
    pub(super) fn new(wanted: &'w Wanted, allowed: Allowed) -> Self {
        let width = wanted.fields().len();
        let chunk = Chunk {
            columns: vec![Vec::new(); width],
            present: vec![false; width],
            ..Chunk::default()
        };
        Self { wanted, allowed, chunk, values: vec![Value::Null; width] }
    }

    /// Makes room for features that take so many bytes each, as far as can be guessed.
    pub(super) fn make_room(&mut self, features: &[Range<usize>]) {
        let bytes = features.last().map_or(0, |last| last.end - features[0].start);
        let Chunk { sink, features: known, ids, columns, .. } = &mut self.chunk;
        sink.coords.reserve(bytes / BYTES_OF_VERTEX);
        sink.parts.reserve(features.len());
        known.reserve(features.len());
        ids.reserve(features.len());
        for column in columns {
            column.reserve(features.len());
        }
    }

    pub(super) fn finish(self) -> Chunk {
        self.chunk
    }

    /// Reads one feature; its bytes stand at `offset` in their batch.
    pub(super) fn read(
        &mut self,
        start: Cursor<'_>,
        offset: usize,
    ) -> Result<(), Broken> {
        self.chunk.rows += 1;
        let mark = self.chunk.sink.mark();
        let mut cursor = start;
        let outcome = self
            .object(&mut cursor, mark)
            .and_then(|draft| Ok(cursor.end().map(|()| draft)?));
        let in_batch = |broken: Broken| Broken { at: broken.at + offset, ..broken };
        match outcome {
            Ok(draft) => self.keep(draft, mark, offset),
            Err(Stop::Broken(broken)) => return Err(in_batch(broken)),
            Err(Stop::Shape { at, reason }) => {
                // What was not looked at may still be broken.
                let mut cursor = start;
                cursor.skip_value().and_then(|()| cursor.end()).map_err(in_batch)?;
                self.chunk.sink.go_back(mark);
                self.values.fill(Value::Null);
                self.trouble(reason, None, offset + at);
            }
        }
        Ok(())
    }

    fn trouble(&mut self, reason: Reason, kept: Option<usize>, at: usize) {
        let row = self.chunk.rows;
        self.chunk.troubles.push(ChunkTrouble { reason, row, kept, at });
    }

    fn keep(&mut self, draft: Draft, mark: Mark, offset: usize) {
        let mut is_null = draft.is_null;
        if let Some((reason, at)) = draft.trouble {
            self.chunk.sink.go_back(mark);
            is_null = true;
            self.trouble(reason, Some(self.chunk.features.len()), offset + at);
        }
        let chunk = &mut self.chunk;
        let has_height = std::mem::take(&mut chunk.sink.has_height);
        chunk.features.push((chunk.sink.parts.len(), is_null, has_height));
        chunk.ids.push((draft.id, chunk.rows));
        for (column, value) in chunk.columns.iter_mut().zip(&mut self.values) {
            column.push(std::mem::replace(value, Value::Null));
        }
    }

    fn object(&mut self, cursor: &mut Cursor<'_>, mark: Mark) -> Result<Draft, Stop> {
        if cursor.peek()? != b'{' {
            return shape(cursor, Reason::NotAnObject);
        }
        let word = type_word(*cursor, Reason::NoType)?;
        let may_be_geometry = self.allowed == Allowed::FeaturesAndGeometries;
        if word == "Feature" {
            self.feature(cursor, mark)
        } else if may_be_geometry && is_geometry_type(&word) {
            let mut draft = Draft::default();
            self.geometry_or_trouble(cursor, mark, &mut draft)?;
            Ok(draft)
        } else {
            shape(cursor, Reason::WrongType)
        }
    }

    fn feature(&mut self, cursor: &mut Cursor<'_>, mark: Mark) -> Result<Draft, Stop> {
        let mut draft = Draft::default();
        let start = cursor.pos;
        cursor.expect(b'{')?;
        let mut is_first = true;
        while let Some(key) = cursor.next_key(&mut is_first)? {
            match key.as_ref() {
                "geometry" => self.geometry_or_trouble(cursor, mark, &mut draft)?,
                "properties" => self.properties(cursor)?,
                "id" => draft.id = own_id(cursor)?,
                "crs" => self.crs(cursor)?,
                _ => cursor.skip_value()?,
            }
        }
        if !draft.has_geometry {
            draft.trouble = Some((Reason::NoGeometry, start));
        }
        Ok(draft)
    }

    fn geometry_or_trouble(
        &mut self,
        cursor: &mut Cursor<'_>,
        mark: Mark,
        draft: &mut Draft,
    ) -> Result<(), Stop> {
        // A repeated member takes the place of the one before.
        self.chunk.sink.go_back(mark);
        (draft.has_geometry, draft.is_null, draft.trouble) = (true, false, None);
        cursor.peek()?;
        let start = cursor.pos;
        match self.geometry(cursor, 0) {
            Ok(is_null) => draft.is_null = is_null,
            Err(Stop::Shape { at, reason }) => {
                draft.trouble = Some((reason, at));
                cursor.pos = start;
                cursor.skip_value()?;
            }
            Err(broken) => return Err(broken),
        }
        Ok(())
    }

    /// Reads a geometry into the sink; whether it is null.
    fn geometry(&mut self, cursor: &mut Cursor<'_>, depth: usize) -> Result<bool, Stop> {
        match cursor.peek()? {
            b'n' if depth == 0 => {
                cursor.word("null")?;
                return Ok(true);
            }
            b'{' if depth <= MAX_COLLECTIONS => {}
            b'{' => return shape(cursor, Reason::TooDeep),
            _ => {
                let at = cursor.pos;
                cursor.skip_value()?;
                return Err(Stop::Shape { at, reason: Reason::GeometryNotAnObject });
            }
        }
        let start = cursor.pos;
        let word = type_word(*cursor, Reason::NoGeometryType)?;
        let kind = Kind::parse(&word);
        if kind.is_none() && word != "GeometryCollection" {
            return shape(cursor, Reason::WrongGeometryType);
        }
        let content = if kind.is_some() { "coordinates" } else { "geometries" };
        let mark = self.chunk.sink.mark();
        let mut has_content = false;
        cursor.expect(b'{')?;
        let mut is_first = true;
        while let Some(key) = cursor.next_key(&mut is_first)? {
            if key == content {
                if has_content {
                    self.chunk.sink.go_back(mark);
                }
                has_content = true;
                match kind {
                    Some(kind) => self.chunk.sink.read(cursor, kind)?,
                    None => each(cursor, |cursor| {
                        self.geometry(cursor, depth + 1).map(|_never_null| ())
                    })?,
                }
            } else if key == "crs" {
                self.crs(cursor)?;
            } else {
                cursor.skip_value()?;
            }
        }
        if has_content {
            return Ok(false);
        }
        Err(Stop::Shape { at: start, reason: Reason::NoCoordinates })
    }

    fn properties(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Stop> {
        self.values.fill(Value::Null);
        match cursor.peek()? {
            b'n' => return Ok(cursor.word("null")?),
            b'{' => cursor.pos += 1,
            _ => return shape(cursor, Reason::PropertiesNotAnObject),
        }
        self.chunk.names.expected = 0;
        let mut is_first = true;
        while let Some(key) = cursor.next_key(&mut is_first)? {
            match self.chunk.names.column(&key, self.wanted) {
                Some(column) => {
                    self.chunk.present[column] = true;
                    self.values[column] = value(cursor)?;
                }
                None => cursor.skip_value()?,
            }
        }
        Ok(())
    }

    fn crs(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Stop> {
        cursor.peek()?;
        let start = *cursor;
        cursor.skip_value()?;
        let stated = legacy_crs(start.until(cursor.pos));
        if !self.chunk.crs.contains(&stated) {
            self.chunk.crs.push(stated);
        }
        Ok(())
    }
}

fn is_geometry_type(word: &str) -> bool {
    word == "GeometryCollection" || Kind::parse(word).is_some()
}

/// The `type` of the object that begins here. It nearly always comes first; where it does
/// not, the members before it are passed twice.
fn type_word(mut cursor: Cursor<'_>, missing: Reason) -> Result<Cow<'_, str>, Stop> {
    let start = cursor;
    cursor.expect(b'{')?;
    let mut is_first = true;
    while let Some(key) = cursor.next_key(&mut is_first)? {
        if key != "type" {
            cursor.skip_value()?;
        } else if cursor.peek()? == b'"' {
            return Ok(cursor.string()?);
        } else {
            return shape(&cursor, missing);
        }
    }
    shape(&start, missing)
}

/// A value of a wanted field.
///
/// An integer too large for a double is kept as the text of its digits, so that long
/// codes stay what they are.
fn value(cursor: &mut Cursor<'_>) -> Result<Value, Broken> {
    Ok(match cursor.peek()? {
        b'"' => Value::Text(cursor.string()?.into()),
        b'-' | b'0'..=b'9' => {
            let number = cursor.number()?;
            if number.is_exact() {
                Value::Number(number.value)
            } else {
                Value::Text(number.literal().into())
            }
        }
        b't' => {
            cursor.word("true")?;
            Value::Bool(true)
        }
        b'f' => {
            cursor.word("false")?;
            Value::Bool(false)
        }
        b'n' => {
            cursor.word("null")?;
            Value::Null
        }
        _ => {
            cursor.skip_value()?;
            Value::Other
        }
    })
}

/// The `id` member of a feature; numbers as written, nothing for null and the like.
fn own_id(cursor: &mut Cursor<'_>) -> Result<Option<Box<str>>, Broken> {
    match cursor.peek()? {
        b'"' => {
            let text = cursor.string()?;
            let text = text.trim();
            Ok((!text.is_empty()).then(|| text.into()))
        }
        b'-' | b'0'..=b'9' => Ok(Some(cursor.number()?.literal().into())),
        _ => cursor.skip_value().map(|()| None),
    }
}

/// Reads the value of a `crs` member.
pub(super) fn legacy_crs(bytes: &[u8]) -> LegacyCrs {
    use serde_json::Value as Json;
    let Ok(json) = serde_json::from_slice::<Json>(bytes) else {
        return LegacyCrs::Unreadable;
    };
    if json.is_null() {
        return LegacyCrs::Unknown;
    }
    let inner = |key: &str| json.get("properties").and_then(|p| p.get(key));
    match (json.get("type").and_then(Json::as_str), inner("name"), inner("code")) {
        (Some("name"), Some(Json::String(name)), _) => LegacyCrs::Named(name.clone()),
        // A form of the drafts before 2008: { "type": "EPSG", "properties": { "code": 4326 } }.
        (Some("EPSG"), _, Some(Json::Number(code))) => {
            LegacyCrs::Named(format!("EPSG:{code}"))
        }
        (Some("link" | "url"), _, _) => LegacyCrs::Linked,
        _ => LegacyCrs::Unreadable,
    }
}
