//! Well-known binary: the geometry of `GeoPackage`, `GeoParquet` and databases.
//!
//! In: the bytes of one geometry. Out: flat parts. Reads both byte orders, Z and M of ISO
//! and of EWKB (dropped, and told), and collections within collections to a limit. Counts
//! are compared with the bytes that are left before anything is made of them.

use super::Reason;
use super::collector::{Rings, Shapes};
use crate::layers::PartRole;

/// Collections within collections that are still followed, as in GeoJSON.
const MAX_COLLECTIONS: usize = 32;

/// Fewest bytes of a geometry within another: byte order, type, and a count.
const LEAST_GEOMETRY: usize = 9;
/// Bytes of the count that begins a ring.
const COUNT: usize = 4;

/// A geometry type, as numbered by OGC and ISO.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Point,
    Line,
    Polygon,
    MultiPoint,
    MultiLine,
    MultiPolygon,
    Collection,
}

impl Kind {
    fn of(code: u32) -> Result<Self, Reason> {
        Ok(match code {
            1 => Self::Point,
            2 => Self::Line,
            3 => Self::Polygon,
            4 => Self::MultiPoint,
            5 => Self::MultiLine,
            6 => Self::MultiPolygon,
            7 => Self::Collection,
            8..=14 => return Err(Reason::CurvedGeometry),
            _ => return Err(Reason::WrongGeometryType),
        })
    }

    /// What its members must be, if it has any and they must be of one kind.
    fn member(self) -> Option<Self> {
        match self {
            Self::MultiPoint => Some(Self::Point),
            Self::MultiLine => Some(Self::Line),
            Self::MultiPolygon => Some(Self::Polygon),
            _ => None,
        }
    }
}

/// Reads one geometry into `shapes`.
///
/// What follows it is ignored. If it fails, what was added has to be taken back.
///
/// # Errors
///
/// If the bytes are no well-known binary, end too early, hold curves or surfaces, or nest
/// as they must not.
pub(super) fn read(bytes: &[u8], shapes: &mut Shapes) -> Result<(), Reason> {
    let mut reader = Reader { rest: bytes, is_little: true };
    reader.geometry(shapes, None, 0)
}

/// Parts of a geometry, each with its positions.
pub type Parts = Vec<(PartRole, Vec<[f64; 2]>)>;

/// The parts of one geometry, for whoever has a geometry and no file.
///
/// # Errors
///
/// As the geometry of a feature: the bytes are no well-known binary, end too early, hold
/// curves or surfaces, or nest as they must not.
pub fn parts(bytes: &[u8]) -> Result<Parts, Reason> {
    let mut shapes = Shapes::default();
    read(bytes, &mut shapes)?;
    let mut start = 0;
    let parts = shapes.parts.iter().map(|&(end, role)| {
        let points = shapes.coords[start..end as usize].to_vec();
        start = end as usize;
        (role, points)
    });
    Ok(parts.collect())
}

struct Reader<'a> {
    rest: &'a [u8],
    is_little: bool,
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], Reason> {
        let (taken, rest) =
            self.rest.split_at_checked(count).ok_or(Reason::BrokenGeometry)?;
        self.rest = rest;
        Ok(taken)
    }

    fn u32(&mut self) -> Result<u32, Reason> {
        let bytes = self.take(4)?.try_into().expect("four were taken");
        let read = if self.is_little { u32::from_le_bytes } else { u32::from_be_bytes };
        Ok(read(bytes))
    }

    /// A count of things that have at least `least` bytes each.
    fn count(&mut self, least: usize) -> Result<usize, Reason> {
        let count =
            usize::try_from(self.u32()?).expect("addresses have at least 32 bits");
        let is_there =
            count.checked_mul(least).is_some_and(|bytes| bytes <= self.rest.len());
        if is_there { Ok(count) } else { Err(Reason::BrokenGeometry) }
    }

    fn geometry(
        &mut self,
        shapes: &mut Shapes,
        expected: Option<Kind>,
        depth: usize,
    ) -> Result<(), Reason> {
        self.is_little = match self.take(1)? {
            [0] => false,
            [1] => true,
            _ => return Err(Reason::BrokenGeometry),
        };
        let (kind, width) = self.kind()?;
        if expected.is_some_and(|expected| expected != kind) {
            return Err(Reason::WrongNesting);
        }
        match kind {
            Kind::Point => {
                let position = self.take(width * 8)?;
                shapes.point(self.position(position), width > 2);
            }
            Kind::Line => {
                self.positions(shapes, width)?;
                shapes.close(PartRole::Line);
            }
            Kind::Polygon => {
                let mut rings = Rings::default();
                for _ in 0..self.count(COUNT)? {
                    self.positions(shapes, width)?;
                    rings.close(shapes)?;
                }
            }
            Kind::MultiPoint
            | Kind::MultiLine
            | Kind::MultiPolygon
            | Kind::Collection => {
                if depth >= MAX_COLLECTIONS {
                    return Err(Reason::TooDeep);
                }
                for _ in 0..self.count(LEAST_GEOMETRY)? {
                    self.geometry(shapes, kind.member(), depth + 1)?;
                }
            }
        }
        Ok(())
    }

    /// The type, and how many numbers a position has.
    fn kind(&mut self) -> Result<(Kind, usize), Reason> {
        const Z: u32 = 0x8000_0000;
        const M: u32 = 0x4000_0000;
        const SRID: u32 = 0x2000_0000;
        let word = self.u32()?;
        let (code, flags) = (word & !(Z | M | SRID), word & (Z | M | SRID));
        if flags & SRID != 0 {
            self.take(4)?;
        }
        let (has_z, has_m) = match code / 1000 {
            0 => (false, false),
            1 => (true, false),
            2 => (false, true),
            3 => (true, true),
            _ => return Err(Reason::WrongGeometryType),
        };
        let width = 2
            + usize::from(has_z || flags & Z != 0)
            + usize::from(has_m || flags & M != 0);
        Ok((Kind::of(code % 1000)?, width))
    }

    fn positions(&mut self, shapes: &mut Shapes, width: usize) -> Result<(), Reason> {
        let count = self.count(width * 8)?;
        let bytes = self.take(count * width * 8)?;
        shapes.coords.reserve(count);
        for position in bytes.chunks_exact(width * 8) {
            shapes.push(self.position(position), width > 2);
        }
        Ok(())
    }

    #[inline]
    fn position(&self, bytes: &[u8]) -> [f64; 2] {
        let number = |at: usize| {
            let bytes = bytes[at..at + 8].try_into().expect("eight were taken");
            if self.is_little {
                f64::from_le_bytes(bytes)
            } else {
                f64::from_be_bytes(bytes)
            }
        };
        [number(0), number(8)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Bytes from hexadecimal digits; blanks are for people.
    fn hex(text: &str) -> Vec<u8> {
        let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(16)).collect();
        digits
            .chunks(2)
            .map(|pair| u8::try_from(pair[0] * 16 + pair[1]).unwrap())
            .collect()
    }

    const ONE: &str = "000000000000F03F";
    const TWO: &str = "0000000000000040";
    const ONE_BIG: &str = "3FF0000000000000";
    const TWO_BIG: &str = "4000000000000000";

    #[test]
    fn points_of_every_dialect_are_the_same_point() {
        let cases = [
            format!("01 01000000 {ONE}{TWO}"),
            format!("00 00000001 {ONE_BIG}{TWO_BIG}"),
            format!("01 E9030000 {ONE}{TWO}{ONE}"),
            format!("01 D1070000 {ONE}{TWO}{ONE}"),
            format!("01 B90B0000 {ONE}{TWO}{ONE}{ONE}"),
            format!("01 01000080 {ONE}{TWO}{ONE}"),
            format!("01 01000040 {ONE}{TWO}{ONE}"),
            format!("01 010000C0 {ONE}{TWO}{ONE}{ONE}"),
            format!("01 01000020 E6100000 {ONE}{TWO}"),
            format!("00 20000001 000010E6 {ONE_BIG}{TWO_BIG}"),
            // Each member has its own byte order.
            format!("01 04000000 01000000 00 00000001 {ONE_BIG}{TWO_BIG}"),
            format!(
                "01 07000000 01000000 01 07000000 01000000 01 01000000 {ONE}{TWO} FF"
            ),
        ];
        for text in cases {
            assert_eq!(
                parts(&hex(&text)).unwrap(),
                [(PartRole::Point, vec![[1.0, 2.0]])],
                "{text}"
            );
        }
    }

    #[test]
    fn more_than_two_numbers_are_told() {
        for (kind, more, expected) in [
            ("01000000", "", false),
            ("E9030000", ONE, true),
            ("D1070000", ONE, true),
            ("01000080", ONE, true),
        ] {
            let wanted = crate::formats::Wanted::default();
            let mut collector = crate::formats::collector::Collector::new(&wanted);
            collector.begin();
            let bytes = hex(&format!("01 {kind} {ONE}{TWO}{more}"));
            let outcome = read(&bytes, &mut collector.shapes);
            collector
                .end(None, outcome.into(), crate::formats::Position::default())
                .unwrap();
            assert_eq!(
                collector.finish().data.features.of(0).has_height,
                expected,
                "{kind}"
            );
        }
    }

    #[test]
    fn empty_things_are_nothing() {
        let nan = "000000000000F87F";
        for text in [
            format!("01 01000000 {nan}{nan}"),
            "01 02000000 00000000".to_owned(),
            "01 03000000 00000000".to_owned(),
            "01 03000000 01000000 00000000".to_owned(),
            "01 06000000 00000000".to_owned(),
            "01 07000000 00000000".to_owned(),
        ] {
            assert_eq!(parts(&hex(&text)).unwrap(), [], "{text}");
        }
    }

    #[test]
    fn what_cannot_be_used_has_its_reason() {
        let point = format!("01 01000000 {ONE}{TWO}");
        let deep = format!("{}{point}", "01 07000000 01000000".repeat(40));
        let cases = [
            (String::new(), Reason::BrokenGeometry),
            ("01".to_owned(), Reason::BrokenGeometry),
            (format!("02 01000000 {ONE}{TWO}"), Reason::BrokenGeometry),
            (format!("01 01000000 {ONE}"), Reason::BrokenGeometry),
            // Four thousand million points in no bytes at all.
            ("01 02000000 FFFFFFFF".to_owned(), Reason::BrokenGeometry),
            ("01 03000000 FFFFFF0F 00000000".to_owned(), Reason::BrokenGeometry),
            ("01 06000000 FFFFFFFF".to_owned(), Reason::BrokenGeometry),
            ("01 08000000 00000000".to_owned(), Reason::CurvedGeometry),
            ("01 0A000000 00000000".to_owned(), Reason::CurvedGeometry),
            ("01 0C000000 00000000".to_owned(), Reason::CurvedGeometry),
            ("01 10000000 00000000".to_owned(), Reason::WrongGeometryType),
            ("01 00000000".to_owned(), Reason::WrongGeometryType),
            ("01 A10F0000".to_owned(), Reason::WrongGeometryType),
            (format!("01 05000000 01000000 {point}"), Reason::WrongNesting),
            (
                format!("01 03000000 02000000 00000000 01000000 {ONE}{TWO}"),
                Reason::EmptyShell,
            ),
            (deep, Reason::TooDeep),
        ];
        for (text, reason) in cases {
            assert_eq!(parts(&hex(&text)).unwrap_err(), reason, "{text}");
        }
    }

    fn geometry() -> impl Strategy<Value = ::geo::Geometry> {
        use ::geo::{Geometry, LineString, MultiPolygon, Polygon};
        let point = || (-180.0..180.0f64, -90.0..90.0f64);
        let line =
            || prop::collection::vec(point(), 2..6).prop_map(LineString::<f64>::from);
        let polygon = || {
            prop::collection::vec(prop::collection::vec(point(), 3..6), 1..4).prop_map(
                |rings| {
                    let mut rings = rings.into_iter().map(LineString::from);
                    Polygon::new(rings.next().unwrap(), rings.collect())
                },
            )
        };
        let leaf = prop_oneof![
            point().prop_map(|(x, y)| Geometry::Point((x, y).into())),
            line().prop_map(Geometry::LineString),
            polygon().prop_map(Geometry::Polygon),
            prop::collection::vec(point(), 0..4)
                .prop_map(|points| Geometry::MultiPoint(points.into())),
            prop::collection::vec(line(), 0..3).prop_map(|lines| {
                Geometry::MultiLineString(::geo::MultiLineString(lines))
            }),
            prop::collection::vec(polygon(), 0..3)
                .prop_map(|polygons| Geometry::MultiPolygon(MultiPolygon(polygons))),
        ];
        leaf.prop_recursive(3, 10, 3, |inner| {
            prop::collection::vec(inner, 0..3).prop_map(|members| {
                Geometry::GeometryCollection(::geo::GeometryCollection(members))
            })
        })
    }

    fn expected(geometry: &::geo::Geometry, out: &mut Parts) {
        use ::geo::Geometry as G;
        let run = |line: &::geo::LineString| line.coords().map(|c| [c.x, c.y]).collect();
        match geometry {
            G::Point(p) => out.push((PartRole::Point, vec![[p.x(), p.y()]])),
            G::LineString(line) => out.push((PartRole::Line, run(line))),
            G::Polygon(polygon) => {
                out.push((PartRole::Shell, run(polygon.exterior())));
                let holes = polygon.interiors().iter();
                out.extend(holes.map(|hole| (PartRole::Hole, run(hole))));
            }
            G::MultiPoint(points) => {
                points.iter().for_each(|p| expected(&G::Point(*p), out));
            }
            G::MultiLineString(lines) => {
                lines.iter().for_each(|l| expected(&G::LineString(l.clone()), out));
            }
            G::MultiPolygon(polygons) => {
                polygons.iter().for_each(|p| expected(&G::Polygon(p.clone()), out));
            }
            G::GeometryCollection(members) => {
                members.iter().for_each(|member| expected(member, out));
            }
            _ => unreachable!("none other was made"),
        }
    }

    proptest! {
        #[test]
        fn what_the_wkb_crate_writes_is_read(geometry in geometry(), is_little: bool) {
            use ::wkb::Endianness::{BigEndian, LittleEndian};
            let endianness = if is_little { LittleEndian } else { BigEndian };
            let options = ::wkb::writer::WriteOptions { endianness };
            let mut bytes = Vec::new();
            ::wkb::writer::write_geometry(&mut bytes, &geometry, &options).unwrap();
            let mut wanted = Parts::new();
            expected(&geometry, &mut wanted);
            prop_assert_eq!(parts(&bytes).unwrap(), wanted);
            // Cut anywhere, it is an error and no panic.
            for cut in 0..bytes.len() {
                prop_assert!(parts(&bytes[..cut]).is_err());
            }
        }

        #[test]
        fn no_bytes_are_too_odd(bytes in prop::collection::vec(any::<u8>(), 0..80), kind in 0u8..20) {
            let mut odd = vec![1, kind, 0, 0, 0];
            odd.extend(bytes);
            let _ = parts(&odd);
        }
    }
}
