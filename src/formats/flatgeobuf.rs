//! `FlatGeobuf` (version 3), as a stream.
//!
//! In: bytes. Out: [`Parsed`]. The sizes that frame header and features are read here,
//! with limits, and each buffer is verified before anything in it is looked at; the crate
//! gives the tables in them. The index is passed over. Features have no ids of their own.

use std::io::{self, Read};

use ::flatgeobuf::{
    Column, ColumnType, Crs, Geometry, GeometryType, Header,
    size_prefixed_root_as_feature, size_prefixed_root_as_header,
};

use super::collector::{Collector, Rings, Shapes, float, told, whole_number};
use super::{CrsStatement, FormatError, Parsed, Position, Problem, Reason, Wanted};
use crate::layers::{PartRole, Value};

/// Bytes that the header may have, as the crate limits it.
const MAX_HEADER: usize = 10 << 20;
/// Bytes that a single feature may have.
const MAX_FEATURE: usize = 512 << 20;
/// Bytes of a position.
const POSITION: usize = 16;
/// Bytes of a node of the index: a box and an offset.
const NODE: u64 = 40;
/// Collections within collections that are still followed, as in GeoJSON.
const MAX_COLLECTIONS: usize = 32;

/// Reads a `FlatGeobuf` stream.
///
/// # Errors
///
/// [`FormatError`] if the stream fails, is no `FlatGeobuf`, or is broken outside of single
/// geometries.
pub fn read(mut reader: impl Read, wanted: &Wanted) -> Result<Parsed, FormatError> {
    let mut magic = [0; 8];
    let is_whole = read_full(&mut reader, &mut magic)? == magic.len();
    let is_known = &magic[..3] == b"fgb" && &magic[4..7] == b"fgb" && magic[3] == 3;
    if !is_whole || !is_known {
        return Err(FormatError::whole(Problem::NotFlatgeobuf));
    }
    let header = sized(&mut reader, MAX_HEADER, Problem::BrokenFlatgeobuf)?
        .ok_or_else(|| FormatError::whole(Problem::UnexpectedEnd))?;
    let header = size_prefixed_root_as_header(&header).map_err(broken)?;
    let index = index_bytes(header.features_count(), header.index_node_size())
        .ok_or_else(|| FormatError::whole(Problem::BrokenFlatgeobuf))?;
    if io::copy(&mut (&mut reader).take(index), &mut io::sink()).map_err(failed)? < index
    {
        return Err(FormatError::whole(Problem::UnexpectedEnd));
    }
    let mut collector = Collector::new(wanted);
    let columns = columns_of(&header, &mut collector);
    while let Some(bytes) = sized(&mut reader, MAX_FEATURE, Problem::TooBig)? {
        let feature = size_prefixed_root_as_feature(&bytes).map_err(broken)?;
        collector.begin();
        let geometry = match feature.geometry() {
            None => super::collector::Geometry::Null,
            Some(geometry) => {
                let most = collector.shapes.coords.len() + bytes.len() / POSITION;
                let stated = header.geometry_type();
                shape(&geometry, stated, &mut collector.shapes, most, 0).into()
            }
        };
        let own = feature.columns().map(|own| columns_in(own.iter(), &mut collector));
        if let Some(properties) = feature.properties() {
            let columns = own.as_deref().unwrap_or(&columns);
            self::properties(properties.bytes(), columns, &mut collector)?;
        }
        collector.end(None, geometry, Position::default())?;
    }
    let expected = header.features_count();
    match collector.row() {
        // 0 says that nobody counted.
        rows if expected == 0 || rows == expected => {}
        rows if rows < expected => {
            return Err(FormatError::whole(Problem::UnexpectedEnd));
        }
        _ => return Err(FormatError::whole(Problem::Trailing)),
    }
    let mut parsed = collector.finish();
    parsed.crs = Some(crs(header.crs()));
    Ok(parsed)
}

fn failed(error: io::Error) -> FormatError {
    FormatError { source: Some(error), ..FormatError::whole(Problem::Io) }
}

fn broken(error: impl std::fmt::Display) -> FormatError {
    let said = error.to_string();
    told(Problem::BrokenFlatgeobuf, said.lines().next().unwrap_or_default())
}

/// Fills `out` as far as the stream goes.
fn read_full(reader: &mut impl Read, out: &mut [u8]) -> Result<usize, FormatError> {
    let mut filled = 0;
    while filled < out.len() {
        match reader.read(&mut out[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(failed(error)),
        }
    }
    Ok(filled)
}

/// A buffer with the size in front of it; `None` at the end of the stream.
fn sized(
    reader: &mut impl Read,
    limit: usize,
    beyond: Problem,
) -> Result<Option<Vec<u8>>, FormatError> {
    let mut size = [0; 4];
    match read_full(reader, &mut size)? {
        0 => return Ok(None),
        4 => {}
        _ => return Err(FormatError::whole(Problem::UnexpectedEnd)),
    }
    let length = usize::try_from(u32::from_le_bytes(size))
        .expect("addresses have at least 32 bits");
    if length > limit {
        return Err(FormatError::whole(beyond));
    }
    // No more memory than bytes that really come.
    let mut buffer = Vec::with_capacity(4 + length.min(1 << 16));
    buffer.extend_from_slice(&size);
    let came = reader.take(length as u64).read_to_end(&mut buffer).map_err(failed)?;
    if came < length {
        return Err(FormatError::whole(Problem::UnexpectedEnd));
    }
    Ok(Some(buffer))
}

/// Bytes of the packed tree over so many features; `None` if there cannot be so many.
fn index_bytes(features: u64, node_size: u16) -> Option<u64> {
    if features == 0 || node_size == 0 {
        return Some(0);
    }
    let mut level = features;
    let mut nodes = level;
    while level > 1 {
        level = level.div_ceil(u64::from(node_size.max(2)));
        nodes = nodes.checked_add(level)?;
    }
    // A single feature has a root of its own as well.
    if features == 1 {
        nodes += 1;
    }
    nodes.checked_mul(NODE)
}

fn crs(crs: Option<Crs<'_>>) -> CrsStatement {
    let Some(crs) = crs else { return CrsStatement::Undefined };
    let is_epsg = crs.org().is_none_or(|org| org.eq_ignore_ascii_case("EPSG"));
    match (u32::try_from(crs.code()), crs.wkt()) {
        (Ok(code @ 1..), _) if is_epsg => CrsStatement::Epsg(code),
        (_, Some(wkt)) if !wkt.trim().is_empty() => CrsStatement::Wkt(wkt.to_owned()),
        _ => CrsStatement::Undefined,
    }
}

/// Type of a column, and where its values go if they are wanted.
type ColumnPlan = (ColumnType, Option<usize>);

fn columns_of(header: &Header<'_>, collector: &mut Collector<'_>) -> Vec<ColumnPlan> {
    header.columns().map_or_else(Vec::new, |all| columns_in(all.iter(), collector))
}

fn columns_in<'a>(
    columns: impl Iterator<Item = Column<'a>>,
    collector: &mut Collector<'_>,
) -> Vec<ColumnPlan> {
    columns.map(|column| (column.type_(), collector.field(column.name()))).collect()
}

/// Reads pairs of column and value.
fn properties(
    mut bytes: &[u8],
    columns: &[ColumnPlan],
    collector: &mut Collector<'_>,
) -> Result<(), FormatError> {
    // Some writers leave a byte behind the last value.
    while bytes.len() > 1 {
        let index = u16::from_le_bytes(take(&mut bytes)?);
        let Some(&(kind, column)) = columns.get(usize::from(index)) else {
            return Err(FormatError::whole(Problem::BrokenFlatgeobuf));
        };
        let value = value(kind, &mut bytes)?;
        if let Some(column) = column {
            collector.set(column, value);
        }
    }
    Ok(())
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Result<[u8; N], FormatError> {
    let (taken, rest) = bytes
        .split_first_chunk::<N>()
        .ok_or_else(|| FormatError::whole(Problem::BrokenFlatgeobuf))?;
    *bytes = rest;
    Ok(*taken)
}

fn value(kind: ColumnType, bytes: &mut &[u8]) -> Result<Value, FormatError> {
    Ok(match kind {
        ColumnType::Bool => Value::Bool(take::<1>(bytes)? != [0]),
        ColumnType::Byte => whole_number(i8::from_le_bytes(take(bytes)?).into()),
        ColumnType::UByte => whole_number(u8::from_le_bytes(take(bytes)?).into()),
        ColumnType::Short => whole_number(i16::from_le_bytes(take(bytes)?).into()),
        ColumnType::UShort => whole_number(u16::from_le_bytes(take(bytes)?).into()),
        ColumnType::Int => whole_number(i32::from_le_bytes(take(bytes)?).into()),
        ColumnType::UInt => whole_number(u32::from_le_bytes(take(bytes)?).into()),
        ColumnType::Long => whole_number(i64::from_le_bytes(take(bytes)?).into()),
        ColumnType::ULong => whole_number(u64::from_le_bytes(take(bytes)?).into()),
        ColumnType::Float => float(f32::from_le_bytes(take(bytes)?).into()),
        ColumnType::Double => float(f64::from_le_bytes(take(bytes)?)),
        ColumnType::String | ColumnType::DateTime => {
            let text = std::str::from_utf8(long(bytes)?);
            let not_utf8 = |_: std::str::Utf8Error| FormatError::whole(Problem::NotUtf8);
            Value::Text(text.map_err(not_utf8)?.into())
        }
        ColumnType::Json | ColumnType::Binary => {
            long(bytes)?;
            Value::Other
        }
        _ => return Err(FormatError::whole(Problem::BrokenFlatgeobuf)),
    })
}

/// A value with its length in front.
fn long<'a>(bytes: &mut &'a [u8]) -> Result<&'a [u8], FormatError> {
    let length = usize::try_from(u32::from_le_bytes(take(bytes)?))
        .expect("addresses have at least 32 bits");
    let (taken, rest) = bytes
        .split_at_checked(length)
        .ok_or_else(|| FormatError::whole(Problem::BrokenFlatgeobuf))?;
    *bytes = rest;
    Ok(taken)
}

/// Reads a geometry; its type is that of the header, unless that leaves it open. There can
/// be no more than `most` positions then: parts may stand for the same bytes over and over.
fn shape(
    geometry: &Geometry<'_>,
    stated: GeometryType,
    shapes: &mut Shapes,
    most: usize,
    depth: usize,
) -> Result<(), Reason> {
    if depth > MAX_COLLECTIONS {
        return Err(Reason::TooDeep);
    }
    let kind = if stated == GeometryType::Unknown { geometry.type_() } else { stated };
    let run = Run::new(geometry)?;
    if shapes.coords.len() + run.len() > most {
        return Err(Reason::BrokenGeometry);
    }
    match kind {
        GeometryType::Point => {
            if run.len() > 1 {
                return Err(Reason::BrokenGeometry);
            }
            run.points(shapes);
        }
        GeometryType::MultiPoint => run.points(shapes),
        GeometryType::LineString => {
            run.push(0..run.len(), shapes);
            shapes.close(PartRole::Line);
        }
        GeometryType::MultiLineString => {
            for piece in run.pieces(geometry)? {
                run.push(piece, shapes);
                shapes.close(PartRole::Line);
            }
        }
        GeometryType::Polygon => {
            let mut rings = Rings::default();
            for piece in run.pieces(geometry)? {
                run.push(piece, shapes);
                rings.close(shapes)?;
            }
        }
        GeometryType::MultiPolygon | GeometryType::GeometryCollection => {
            let member = match kind {
                GeometryType::MultiPolygon => GeometryType::Polygon,
                _ => GeometryType::Unknown,
            };
            for part in geometry.parts().into_iter().flatten() {
                shape(&part, member, shapes, most, depth + 1)?;
            }
        }
        GeometryType::CircularString
        | GeometryType::CompoundCurve
        | GeometryType::CurvePolygon
        | GeometryType::MultiCurve
        | GeometryType::MultiSurface
        | GeometryType::Curve
        | GeometryType::Surface => return Err(Reason::CurvedGeometry),
        _ => return Err(Reason::WrongGeometryType),
    }
    Ok(())
}

/// The positions of a geometry.
struct Run<'a> {
    bytes: &'a [u8],
    has_more: bool,
}

impl<'a> Run<'a> {
    fn new(geometry: &Geometry<'a>) -> Result<Self, Reason> {
        let bytes = geometry.xy().map_or(&[][..], |xy| xy.bytes());
        let is_there = |count: Option<usize>| count.is_some_and(|count| count > 0);
        let has_more = is_there(geometry.z().map(|z| z.len()))
            || is_there(geometry.m().map(|m| m.len()));
        if bytes.len().is_multiple_of(POSITION) {
            Ok(Self { bytes, has_more })
        } else {
            Err(Reason::ShortPosition)
        }
    }

    fn len(&self) -> usize {
        self.bytes.len() / POSITION
    }

    fn positions(
        &self,
        range: std::ops::Range<usize>,
    ) -> impl Iterator<Item = [f64; 2]> + use<'a> {
        let number = |bytes: &[u8]| {
            f64::from_le_bytes(bytes.try_into().expect("a number has eight bytes"))
        };
        let bytes = &self.bytes[range.start * 16..range.end * 16];
        bytes.chunks_exact(16).map(move |two| [number(&two[..8]), number(&two[8..])])
    }

    fn push(&self, range: std::ops::Range<usize>, shapes: &mut Shapes) {
        for position in self.positions(range) {
            shapes.push(position, self.has_more);
        }
    }

    fn points(&self, shapes: &mut Shapes) {
        for position in self.positions(0..self.len()) {
            shapes.point(position, self.has_more);
        }
    }

    /// Where rings or lines begin and end; one of all positions if nothing is said.
    fn pieces(
        &self,
        geometry: &Geometry<'_>,
    ) -> Result<Vec<std::ops::Range<usize>>, Reason> {
        let Some(ends) = geometry.ends().filter(|ends| !ends.is_empty()) else {
            return Ok(std::iter::once(0..self.len()).collect());
        };
        let mut start = 0;
        let pieces = ends.iter().map(|end| {
            let end = usize::try_from(end).expect("addresses have at least 32 bits");
            let piece = start..end;
            start = end;
            let is_inside = piece.start <= end && end <= self.len();
            if is_inside { Ok(piece) } else { Err(Reason::BrokenGeometry) }
        });
        let pieces: Vec<_> = pieces.collect::<Result<_, _>>()?;
        if start == self.len() { Ok(pieces) } else { Err(Reason::BrokenGeometry) }
    }
}
