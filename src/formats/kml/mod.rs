//! KML (OGC 12-007r2), and KMZ: the same in a ZIP archive.
//!
//! In: bytes. Out: [`Parsed`], in WGS 84: the placemarks with their points, lines, polygons
//! and collections of them; `name`, `description` and extended data as fields. Tracks and
//! models are trouble of their feature; links to other files are not followed.
//!
//! Events come one at a time, so memory holds one element. Entities of a document type are
//! never expanded, and depth is limited.

use std::collections::BTreeSet;
use std::io::{BufReader, Read, Seek};

use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

mod coordinates;
mod lines;

use lines::{Lines, TooLong};

use super::archive::Archive;
use super::collector::{Collector, Geometry, told};
use super::encoding::TextEncoding;
use super::{
    CrsStatement, FormatError, Parsed, Position, Problem, ReadOptions, Reason, Remark,
    Wanted,
};
use crate::domain::Code;
use crate::layers::{PartRole, Value};

/// Elements within elements that are still followed.
const MAX_DEPTH: usize = 256;
/// Most bytes of text of one element.
const MAX_TEXT: usize = 256 << 20;
/// Most characters of a name that an error shows.
const SHOWN: usize = 60;

/// Reads KML.
///
/// # Errors
///
/// [`FormatError`] if the stream fails, is no well-formed XML, is not KML, or holds nothing
/// but links to other files.
pub fn read(reader: impl Read, wanted: &Wanted) -> Result<Parsed, FormatError> {
    let lines = Lines::new(BufReader::with_capacity(1 << 16, reader));
    let mut xml = Reader::from_reader(lines);
    let config = xml.config_mut();
    config.expand_empty_elements = true;
    config.allow_dangling_amp = true;
    let mut reading = Reading::new(wanted);
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        xml.get_mut().begin_piece();
        let event = xml.read_event_into(&mut buffer);
        let event = match event {
            Ok(event) => event,
            Err(error) => {
                let at = xml.get_mut().position();
                return Err(broken(&error, at));
            }
        };
        let is_end = matches!(event, Event::Eof);
        reading.event(event, xml.get_ref())?;
        if is_end {
            return reading.finish();
        }
    }
}

/// Whether an archive holds KML.
#[must_use]
pub fn is_in<R: Read + Seek>(archive: &Archive<R>) -> bool {
    archive.names().any(is_kml)
}

/// Names of the KML files in an archive: the main one alone, if there is one.
#[must_use]
pub fn names_in<R: Read + Seek>(archive: &Archive<R>) -> Vec<String> {
    let all: Vec<&str> = archive.names().filter(|name| is_kml(name)).collect();
    let main = all.iter().find(|name| name.eq_ignore_ascii_case("doc.kml"));
    let listed = main.map_or(all.as_slice(), std::slice::from_ref);
    listed.iter().map(|name| (*name).to_owned()).collect()
}

fn is_kml(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, end)| end.eq_ignore_ascii_case("kml"))
}

/// Reads the KML of an archive: `doc.kml`, the only one, or the one that `options.layer`
/// names.
///
/// # Errors
///
/// As [`read`], and if there is no such file or more than one.
pub fn read_archive<R: Read + Seek>(
    archive: &mut Archive<R>,
    wanted: &Wanted,
    options: &ReadOptions,
) -> Result<Parsed, FormatError> {
    let name = choose(archive, options.layer.as_deref())?;
    match archive.read(&name)? {
        Some(file) => read(file, wanted),
        None => Err(FormatError::whole(Problem::NothingInArchive)),
    }
}

fn choose<R: Read + Seek>(
    archive: &Archive<R>,
    layer: Option<&str>,
) -> Result<String, FormatError> {
    let all: Vec<&str> = archive.names().filter(|name| is_kml(name)).collect();
    let listed = |problem| Err(told(problem, all.join(", ")));
    let found = match layer {
        Some(layer) => {
            all.iter().find(|name| **name == layer || name[..name.len() - 4] == *layer)
        }
        None => all.iter().find(|name| name.eq_ignore_ascii_case("doc.kml")),
    };
    match (found, all.as_slice()) {
        (Some(name), _) => Ok((*name).to_owned()),
        (None, []) => Err(FormatError::whole(Problem::NothingInArchive)),
        (None, _) if layer.is_some() => listed(Problem::UnknownLayer),
        (None, [only]) => Ok((*only).to_owned()),
        (None, _) => listed(Problem::SeveralLayers),
    }
}

fn broken(error: &quick_xml::Error, at: Position) -> FormatError {
    if let quick_xml::Error::Io(inner) = error {
        let source = inner.get_ref();
        if matches!(source, Some(source) if source.is::<TooLong>()) {
            return FormatError::at(Problem::TooBig, at);
        }
        if matches!(source, Some(source) if source.is::<super::archive::TooInflated>()) {
            return FormatError::whole(Problem::ArchiveTooBig);
        }
        let copy = std::io::Error::new(inner.kind(), inner.to_string());
        return FormatError { position: Some(at), ..copy.into() };
    }
    let said: String = error.to_string().chars().take(SHOWN).collect();
    FormatError::at(Problem::BrokenXml, at).found(said)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Element {
    Placemark,
    Name,
    Description,
    Point,
    Line,
    Ring,
    Polygon,
    Outer,
    Inner,
    Coordinates,
    Data,
    Value,
    SimpleData,
    SimpleField,
    NetworkLink,
    /// A geometry that is no shape on the map.
    NoShape,
    Other,
}

fn element(local_name: &[u8]) -> Element {
    match local_name {
        b"Placemark" => Element::Placemark,
        b"name" => Element::Name,
        b"description" => Element::Description,
        b"Point" => Element::Point,
        b"LineString" => Element::Line,
        b"LinearRing" => Element::Ring,
        b"Polygon" => Element::Polygon,
        b"outerBoundaryIs" => Element::Outer,
        b"innerBoundaryIs" => Element::Inner,
        b"coordinates" => Element::Coordinates,
        b"Data" => Element::Data,
        b"value" => Element::Value,
        b"SimpleData" => Element::SimpleData,
        b"SimpleField" => Element::SimpleField,
        b"NetworkLink" => Element::NetworkLink,
        b"Track" | b"MultiTrack" | b"Model" => Element::NoShape,
        _ => Element::Other,
    }
}

type Positions = Vec<([f64; 2], bool)>;

/// A placemark in the making.
#[derive(Default)]
struct Draft {
    id: Option<String>,
    position: Position,
    has_geometry: bool,
    trouble: Option<Reason>,
    outer: Option<Positions>,
    inner: Vec<Positions>,
}

struct Reading<'w> {
    collector: Collector<'w>,
    open: Vec<Element>,
    is_root_known: bool,
    encoding: TextEncoding,
    /// Text of the element that is open, if it is one that is read.
    text: Option<String>,
    /// Field of the extended data that is open.
    key: Option<String>,
    /// Fields that a schema declares to hold numbers.
    numeric: BTreeSet<String>,
    draft: Option<Draft>,
    links: u64,
}

impl<'w> Reading<'w> {
    fn new(wanted: &'w Wanted) -> Self {
        Self {
            collector: Collector::new(wanted),
            open: Vec::new(),
            is_root_known: false,
            encoding: TextEncoding::UTF8,
            text: None,
            key: None,
            numeric: BTreeSet::new(),
            draft: None,
            links: 0,
        }
    }

    fn event<R>(
        &mut self,
        event: Event<'_>,
        lines: &Lines<R>,
    ) -> Result<(), FormatError> {
        let at = lines.position();
        match event {
            Event::Start(start) => self.start(&start, at),
            Event::End(_) => self.end(),
            Event::Text(text) => self.add(&text, at),
            Event::CData(text) => self.add(&text, at),
            Event::GeneralRef(name) => {
                let known = match (&*name, name.resolve_char_ref()) {
                    (_, Ok(Some(letter))) => letter.to_string(),
                    (b"amp", _) => "&".to_owned(),
                    (b"lt", _) => "<".to_owned(),
                    (b"gt", _) => ">".to_owned(),
                    (b"quot", _) => "\"".to_owned(),
                    (b"apos", _) => "'".to_owned(),
                    // Entities of a document type are not expanded.
                    (other, _) => format!("&{};", String::from_utf8_lossy(other)),
                };
                self.add(known.as_bytes(), at)
            }
            Event::Decl(declaration) => {
                let Some(Ok(label)) = declaration.encoding() else { return Ok(()) };
                let label = String::from_utf8_lossy(&label).into_owned();
                self.encoding = TextEncoding::for_label(&label).ok_or_else(|| {
                    FormatError::at(Problem::UnknownEncoding, at).found(&label)
                })?;
                Ok(())
            }
            Event::Eof if !self.open.is_empty() => {
                Err(FormatError::at(Problem::UnexpectedEnd, at))
            }
            Event::Eof if !self.is_root_known => Err(FormatError::whole(Problem::NotKml)),
            _ => Ok(()),
        }
    }

    fn add(&mut self, bytes: &[u8], at: Position) -> Result<(), FormatError> {
        let Some(text) = &mut self.text else { return Ok(()) };
        let (decoded, is_damaged) = self.encoding.decode(bytes);
        if is_damaged {
            return Err(FormatError::at(Problem::NotUtf8, at));
        }
        if text.len() + decoded.len() > MAX_TEXT {
            return Err(FormatError::at(Problem::TooBig, at));
        }
        text.push_str(&decoded);
        Ok(())
    }

    fn attribute(&self, start: &BytesStart<'_>, name: &[u8]) -> Option<String> {
        let mut all = start.attributes();
        // Looking for repeated ones takes time by the square of their number.
        let found = all.with_checks(false).flatten().find(|a| a.key.as_ref() == name)?;
        let text = self.encoding.decode(&found.value).0.into_owned();
        let plain = quick_xml::escape::unescape(&text).map(std::borrow::Cow::into_owned);
        Some(plain.unwrap_or(text).trim().to_owned())
    }

    fn start(&mut self, start: &BytesStart<'_>, at: Position) -> Result<(), FormatError> {
        let local_name = start.local_name();
        if !self.is_root_known {
            if local_name.as_ref() != b"kml" {
                let name = String::from_utf8_lossy(local_name.as_ref());
                let name: String = name.chars().take(SHOWN).collect();
                return Err(FormatError::at(Problem::NotKml, at).found(name));
            }
            self.is_root_known = true;
        }
        if self.open.len() >= MAX_DEPTH {
            return Err(FormatError::at(Problem::DeepXml, at));
        }
        let element = element(local_name.as_ref());
        let parent = self.open.last().copied().unwrap_or(Element::Other);
        self.open.push(element);
        let is_in_placemark = self.draft.is_some();
        let has_text = match element {
            Element::Name | Element::Description => parent == Element::Placemark,
            Element::Value => parent == Element::Data,
            Element::Coordinates | Element::SimpleData => true,
            _ => false,
        };
        self.text = (is_in_placemark && has_text).then(String::new);
        match element {
            Element::Placemark if !is_in_placemark => {
                self.collector.begin();
                let id = self.attribute(start, b"id").filter(|id| !id.is_empty());
                self.draft = Some(Draft { id, position: at, ..Draft::default() });
            }
            Element::Data | Element::SimpleData => {
                self.key = self.attribute(start, b"name");
            }
            Element::SimpleField => {
                let kind = self.attribute(start, b"type").unwrap_or_default();
                let is_numeric = ["int", "uint", "short", "ushort", "float", "double"]
                    .contains(&&*kind);
                if let Some(name) = self.attribute(start, b"name").filter(|_| is_numeric)
                {
                    self.numeric.insert(name);
                }
            }
            Element::NetworkLink => self.links += 1,
            Element::NoShape => {
                if let Some(draft) = &mut self.draft {
                    draft.has_geometry = true;
                    draft.trouble.get_or_insert(Reason::NotAShape);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self) -> Result<(), FormatError> {
        let Some(element) = self.open.pop() else { return Ok(()) };
        let text = self.text.take();
        match (element, text) {
            (Element::Name, Some(text)) => self.set("name", &text),
            (Element::Description, Some(text)) => self.set("description", &text),
            (Element::Value | Element::SimpleData, Some(text)) => {
                if let Some(key) = self.key.take() {
                    self.set(&key, &text);
                }
            }
            (Element::Coordinates, Some(text)) => self.coordinates(&text),
            (Element::Polygon, _) => self.polygon(),
            (Element::Point | Element::Line | Element::Ring, _) => {
                if let Some(draft) = &mut self.draft {
                    draft.has_geometry = true;
                }
            }
            (Element::Placemark, _) if !self.open.contains(&Element::Placemark) => {
                return self.placemark();
            }
            _ => {}
        }
        Ok(())
    }

    fn set(&mut self, field: &str, text: &str) {
        let Some(column) = self.collector.field(field) else { return };
        let text = text.trim();
        let number = || {
            let number: f64 = text.parse().ok()?;
            (self.numeric.contains(field) && number.is_finite()).then_some(number)
        };
        let value = match number() {
            _ if text.is_empty() => Value::Null,
            Some(number) => Value::Number(number),
            None => Value::Text(text.into()),
        };
        self.collector.set(column, value);
    }

    fn coordinates(&mut self, text: &str) {
        let Some(draft) = &mut self.draft else { return };
        let positions = match coordinates::parse(text) {
            Ok(positions) => positions,
            Err(reason) => {
                draft.trouble.get_or_insert(reason);
                return;
            }
        };
        let mut around = self.open.iter().rev();
        let (shape, boundary) = (around.next(), around.next());
        match (shape, boundary) {
            (Some(Element::Ring), Some(Element::Outer)) => draft.outer = Some(positions),
            (Some(Element::Ring), Some(Element::Inner)) => draft.inner.push(positions),
            (Some(Element::Point), _) => {
                for (position, has_height) in positions.into_iter().take(1) {
                    self.collector.shapes.point(position, has_height);
                }
            }
            (Some(Element::Line | Element::Ring), _) => {
                push(&mut self.collector, &positions, PartRole::Line);
            }
            _ => {}
        }
    }

    fn polygon(&mut self) {
        let Some(draft) = &mut self.draft else { return };
        draft.has_geometry = true;
        let (outer, inner) = (draft.outer.take(), std::mem::take(&mut draft.inner));
        let has_shell = outer.as_ref().is_some_and(|outer| !outer.is_empty());
        if !has_shell {
            if inner.iter().any(|hole| !hole.is_empty()) {
                draft.trouble.get_or_insert(Reason::EmptyShell);
            }
            return;
        }
        push(&mut self.collector, &outer.unwrap_or_default(), PartRole::Shell);
        for hole in &inner {
            push(&mut self.collector, hole, PartRole::Hole);
        }
    }

    fn placemark(&mut self) -> Result<(), FormatError> {
        let Some(draft) = self.draft.take() else { return Ok(()) };
        let geometry = match draft.trouble {
            Some(reason) => Geometry::Bad(reason),
            None if draft.has_geometry => Geometry::Read,
            None => Geometry::Null,
        };
        self.collector.end(draft.id, geometry, draft.position)
    }

    fn finish(self) -> Result<Parsed, FormatError> {
        if self.collector.row() == 0 && self.links > 0 {
            return Err(FormatError::whole(Problem::OnlyLinks));
        }
        let links = self.links;
        let mut parsed = self.collector.finish();
        parsed.crs = Some(CrsStatement::Epsg(4326));
        if links > 0 {
            let values = vec![("count", links.to_string())];
            parsed.remarks.push(Remark { code: Code::LinksIgnored, values });
        }
        Ok(parsed)
    }
}

fn push(collector: &mut Collector<'_>, positions: &[([f64; 2], bool)], role: PartRole) {
    for (position, has_height) in positions {
        collector.shapes.push(*position, *has_height);
    }
    collector.shapes.close(role);
}

#[cfg(test)]
mod tests;
