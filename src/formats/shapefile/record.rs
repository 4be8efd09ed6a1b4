//! One record of a `.shp`: its bytes to flat geometry.
//!
//! In: the bytes of a record behind its header. Out: positions and parts. Nothing is
//! allocated by a count that the bytes do not bear out.

use super::rings::nest;
use crate::formats::Reason;
use crate::formats::collector::{Geometry, Shapes};
use crate::layers::PartRole;

/// Values of M below this mean "no value" (ESRI, *Shapefile Technical Description*).
const NO_MEASURE: f64 = -1e38;

/// What is said of the shapes of a file as a whole, added up over its records.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tally {
    /// Features with M values.
    pub(super) measured: u64,
    /// Features with rings that run the other way round.
    pub(super) turned: u64,
}

/// The kinds of shapes, whatever numbers come with each point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Null,
    Point,
    Line,
    Polygon,
    MultiPoint,
    MultiPatch,
}

/// The kind of a type number, and whether Z and M values come with it.
pub(super) fn kind_of(number: i32) -> Option<(Kind, bool, bool)> {
    let kind = match number {
        0 => return Some((Kind::Null, false, false)),
        31 => return Some((Kind::MultiPatch, true, true)),
        1 | 11 | 21 => Kind::Point,
        3 | 13 | 23 => Kind::Line,
        5 | 15 | 25 => Kind::Polygon,
        8 | 18 | 28 => Kind::MultiPoint,
        _ => return None,
    };
    Some((kind, (11..20).contains(&number), number > 10))
}

/// Reads records; keeps its buffers from one to the next.
#[derive(Debug, Default)]
pub(super) struct RecordReader {
    points: Vec<[f64; 2]>,
    /// Where each part begins, and the end of the last.
    bounds: Vec<usize>,
    pub(super) tally: Tally,
}

/// A run of little-endian numbers.
struct Bytes<'b>(&'b [u8]);

impl Bytes<'_> {
    fn int(&self, at: usize) -> Option<i32> {
        let bytes = self.0.get(at..at.checked_add(4)?)?;
        bytes.try_into().ok().map(i32::from_le_bytes)
    }

    fn count(&self, at: usize) -> Option<usize> {
        usize::try_from(self.int(at)?).ok()
    }

    fn double(&self, at: usize) -> Option<f64> {
        let bytes = self.0.get(at..at.checked_add(8)?)?;
        bytes.try_into().ok().map(f64::from_le_bytes)
    }

    fn point(&self, at: usize) -> Option<[f64; 2]> {
        Some([self.double(at)?, self.double(at.checked_add(8)?)?])
    }
}

impl RecordReader {
    /// Reads a record into `shapes`; what it holds for a geometry, or `None` for a surface
    /// in space, which no file that is read may have.
    pub(super) fn read(
        &mut self,
        record: &[u8],
        shapes: &mut Shapes,
    ) -> Option<Geometry> {
        let bytes = Bytes(record);
        let Some(number) = bytes.int(0) else {
            return Some(Geometry::Bad(Reason::BrokenGeometry));
        };
        let Some((kind, has_z, has_m)) = kind_of(number) else {
            return Some(Geometry::Bad(Reason::WrongGeometryType));
        };
        let read = match kind {
            Kind::Null => return Some(Geometry::Null),
            Kind::MultiPatch => return None,
            Kind::Point => self.point(&bytes, has_z, has_m, shapes),
            Kind::MultiPoint | Kind::Line | Kind::Polygon => {
                let has_parts = kind != Kind::MultiPoint;
                match self.load(&bytes, has_parts, has_z, has_m) {
                    Some(is_measured) => {
                        self.tally.measured += u64::from(is_measured);
                        self.emit(kind, has_z, shapes)
                    }
                    None => Err(Reason::BrokenGeometry),
                }
            }
        };
        Some(read.into())
    }

    fn point(
        &mut self,
        bytes: &Bytes<'_>,
        has_z: bool,
        has_m: bool,
        shapes: &mut Shapes,
    ) -> Result<(), Reason> {
        let point = bytes.point(4).ok_or(Reason::BrokenGeometry)?;
        let measure = bytes.double(if has_z { 28 } else { 20 });
        let is_measured = has_m && measure.is_some_and(|m| m > NO_MEASURE);
        self.tally.measured += u64::from(is_measured);
        shapes.point(point, has_z);
        Ok(())
    }

    /// Takes in points and parts; whether any M value is known. `None` if the counts are
    /// more than the bytes hold, or do not fit one another.
    fn load(
        &mut self,
        bytes: &Bytes<'_>,
        has_parts: bool,
        has_z: bool,
        has_m: bool,
    ) -> Option<bool> {
        let (parts, count, first_part) = if has_parts {
            (bytes.count(36)?, bytes.count(40)?, 44)
        } else {
            (0, bytes.count(36)?, 40)
        };
        let first_point = parts.checked_mul(4)?.checked_add(first_part)?;
        let end = count.checked_mul(16)?.checked_add(first_point)?;
        let numbers = bytes.0.get(first_point..end)?;
        self.points.clear();
        self.points.extend(numbers.chunks_exact(16).filter_map(|at| Bytes(at).point(0)));
        self.bounds.clear();
        for part in 0..parts {
            let start = bytes.count(first_part + 4 * part)?;
            let before = self.bounds.last().copied();
            let fits = before.map_or(start == 0, |before| before <= start);
            if !fits || start > count {
                return None;
            }
            self.bounds.push(start);
        }
        if has_parts && parts == 0 && count > 0 {
            return None;
        }
        self.bounds.push(count);
        // Z and M each begin with their range.
        let skip = if has_z { 16 + 8 * count } else { 0 };
        let measures = bytes.0.get(end + skip + 16..).filter(|_| has_m);
        let known = |m: &[u8]| Bytes(m).double(0).is_some_and(|m| m > NO_MEASURE);
        Some(measures.is_some_and(|all| all.chunks_exact(8).take(count).any(known)))
    }

    fn emit(
        &mut self,
        kind: Kind,
        has_z: bool,
        shapes: &mut Shapes,
    ) -> Result<(), Reason> {
        if kind == Kind::MultiPoint {
            self.points.iter().for_each(|point| shapes.point(*point, has_z));
            return Ok(());
        }
        let parts: Vec<&[[f64; 2]]> =
            self.bounds.windows(2).map(|pair| &self.points[pair[0]..pair[1]]).collect();
        let mut add = |part: usize, role: PartRole| {
            parts[part].iter().for_each(|point| shapes.push(*point, has_z));
            shapes.close(role);
        };
        if kind == Kind::Line {
            (0..parts.len()).for_each(|part| add(part, PartRole::Line));
            return Ok(());
        }
        let nested = nest(&parts).ok_or(Reason::TooManyRings)?;
        self.tally.turned += u64::from(nested.is_turned);
        nested.order.iter().for_each(|&(part, role)| add(part, role));
        Ok(())
    }
}
