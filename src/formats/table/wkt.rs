//! Well-known text of one geometry to flat parts.
//!
//! Z and M are dropped, and told. Nothing may follow the geometry, and a reference system
//! in front of it (`SRID=…;`) is refused, because nobody would look at it.

use crate::formats::Reason;
use crate::formats::collector::{Rings, Shapes};
use crate::layers::PartRole;

/// Collections within collections that are still followed, as in GeoJSON.
const MAX_COLLECTIONS: usize = 32;

/// Reads a geometry into `shapes`. If it fails, what was added has to be taken back.
pub(super) fn read(text: &str, shapes: &mut Shapes) -> Result<(), Reason> {
    let mut cursor = Cursor { rest: text };
    cursor.geometry(shapes, 0)?;
    cursor.blank();
    if cursor.rest.is_empty() { Ok(()) } else { Err(Reason::BadWkt) }
}

struct Cursor<'a> {
    rest: &'a str,
}

impl<'a> Cursor<'a> {
    fn blank(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
    }

    fn accept(&mut self, mark: char) -> bool {
        self.blank();
        let rest = self.rest.strip_prefix(mark);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn expect(&mut self, mark: char) -> Result<(), Reason> {
        if self.accept(mark) { Ok(()) } else { Err(Reason::BadWkt) }
    }

    /// Whatever stands before the next blank, bracket or comma.
    fn token(&mut self) -> &'a str {
        self.blank();
        let marks = [' ', '\t', '\n', '\r', '(', ')', ','];
        let end = self.rest.find(marks).unwrap_or(self.rest.len());
        let (token, rest) = self.rest.split_at(end);
        self.rest = rest;
        token
    }

    /// Passes the word `EMPTY`, if it stands here.
    fn is_empty(&mut self) -> bool {
        self.accept_word(&["EMPTY"])
    }

    fn accept_word(&mut self, words: &[&str]) -> bool {
        let before = self.rest;
        let token = self.token();
        let is_there = words.iter().any(|word| token.eq_ignore_ascii_case(word));
        if !is_there {
            self.rest = before;
        }
        is_there
    }

    fn geometry(&mut self, shapes: &mut Shapes, depth: usize) -> Result<(), Reason> {
        if depth > MAX_COLLECTIONS {
            return Err(Reason::TooDeep);
        }
        let word = self.token().to_ascii_uppercase();
        let bare = word.trim_end_matches('M').trim_end_matches('Z');
        if bare.len() == word.len() {
            self.accept_word(&["Z", "M", "ZM"]);
        }
        match bare {
            "POINT" => self.point(shapes),
            "LINESTRING" | "LINEARRING" => self.line(shapes),
            "POLYGON" => self.polygon(shapes),
            "MULTIPOINT" => self.each(|cursor| {
                // Old writers leave the inner brackets out.
                if cursor.rest.trim_start().starts_with(['(', 'E', 'e']) {
                    cursor.point(shapes)
                } else {
                    cursor.position(shapes)?;
                    shapes.close(PartRole::Point);
                    Ok(())
                }
            }),
            "MULTILINESTRING" => self.each(|cursor| cursor.line(shapes)),
            "MULTIPOLYGON" => self.each(|cursor| cursor.polygon(shapes)),
            "GEOMETRYCOLLECTION" => {
                self.each(|cursor| cursor.geometry(shapes, depth + 1))
            }
            "CIRCULARSTRING" | "COMPOUNDCURVE" | "CURVEPOLYGON" | "MULTICURVE"
            | "MULTISURFACE" | "CURVE" | "SURFACE" => Err(Reason::CurvedGeometry),
            "POLYHEDRALSURFACE" | "TIN" | "TRIANGLE" => Err(Reason::WrongGeometryType),
            _ => Err(Reason::BadWkt),
        }
    }

    /// Calls `read` at each member between brackets.
    fn each(
        &mut self,
        mut read: impl FnMut(&mut Self) -> Result<(), Reason>,
    ) -> Result<(), Reason> {
        if self.is_empty() {
            return Ok(());
        }
        self.expect('(')?;
        loop {
            read(self)?;
            if !self.accept(',') {
                return self.expect(')');
            }
        }
    }

    fn point(&mut self, shapes: &mut Shapes) -> Result<(), Reason> {
        if self.is_empty() {
            return Ok(());
        }
        self.expect('(')?;
        self.position(shapes)?;
        shapes.close(PartRole::Point);
        self.expect(')')
    }

    fn line(&mut self, shapes: &mut Shapes) -> Result<(), Reason> {
        self.each(|cursor| cursor.position(shapes))?;
        shapes.close(PartRole::Line);
        Ok(())
    }

    fn polygon(&mut self, shapes: &mut Shapes) -> Result<(), Reason> {
        let mut rings = Rings::default();
        self.each(|cursor| {
            cursor.each(|cursor| cursor.position(shapes))?;
            rings.close(shapes)
        })
    }

    fn position(&mut self, shapes: &mut Shapes) -> Result<(), Reason> {
        let mut numbers = [0.0; 4];
        let mut count = 0;
        loop {
            self.blank();
            if self.rest.is_empty() || self.rest.starts_with([',', ')', '(']) {
                break;
            }
            let place = numbers.get_mut(count).ok_or(Reason::BadWkt)?;
            *place = number(self.token()).ok_or(Reason::CoordinateNotANumber)?;
            count += 1;
        }
        if count < 2 {
            return Err(Reason::ShortPosition);
        }
        shapes.push([numbers[0], numbers[1]], count > 2);
        Ok(())
    }
}

/// A finite number as the standard writes it.
fn number(token: &str) -> Option<f64> {
    super::decimal::Decimal::Undeclared.number(token)
}

#[cfg(test)]
mod tests {
    use super::*;
    use PartRole::{Hole, Line, Point, Shell};
    use proptest::prelude::*;

    type Parts = Vec<(u32, PartRole)>;

    fn parts(text: &str) -> Result<(Vec<[f64; 2]>, Parts), Reason> {
        let mut shapes = Shapes::default();
        read(text, &mut shapes)?;
        Ok((shapes.coords, shapes.parts))
    }

    #[test]
    fn texts_become_parts() {
        let cases: [(&str, &[(u32, PartRole)]); 17] = [
            ("POINT (1 2)", &[(1, Point)]),
            ("point(1 2)", &[(1, Point)]),
            ("POINT Z (1 2 3)", &[(1, Point)]),
            ("POINTZM(1 2 3 4)", &[(1, Point)]),
            ("POINT M(1 2 3)", &[(1, Point)]),
            ("POINT EMPTY", &[]),
            ("POINT Z EMPTY", &[]),
            ("MULTIPOINT (1 2, 3 4)", &[(1, Point), (2, Point)]),
            ("MULTIPOINT ((1 2),EMPTY, (3 4))", &[(1, Point), (2, Point)]),
            ("LINESTRING(1 2,3 4 )", &[(2, Line)]),
            ("MULTILINESTRING((1 2,3 4),(5 6,7 8))", &[(2, Line), (4, Line)]),
            ("POLYGON((0 0,1 0,0 1),(0 0,1 1,2 2))", &[(3, Shell), (6, Hole)]),
            ("POLYGON EMPTY", &[]),
            (
                "MULTIPOLYGON(((0 0,1 0,0 1)),EMPTY,((0 0,1 0,0 1)))",
                &[(3, Shell), (6, Shell)],
            ),
            (
                "GEOMETRYCOLLECTION(POINT(1 2),GEOMETRYCOLLECTION(POINT(1 2)))",
                &[(1, Point), (2, Point)],
            ),
            ("GEOMETRYCOLLECTION EMPTY", &[]),
            ("POINT(-1.5e3 +2)", &[(1, Point)]),
        ];
        for (text, expected) in cases {
            assert_eq!(parts(text).unwrap().1, expected, "{text}");
        }
        assert_eq!(parts("POINT(-1.5e3 +2 7)").unwrap().0, [[-1500.0, 2.0]]);
    }

    #[test]
    fn what_cannot_be_used_has_its_reason() {
        let deep = format!("{}POINT(1 2)", "GEOMETRYCOLLECTION(".repeat(10_000));
        let cases = [
            ("", Reason::BadWkt),
            ("1 2", Reason::BadWkt),
            ("SRID=4326;POINT(1 2)", Reason::BadWkt),
            ("POINT(1 2) POINT(3 4)", Reason::BadWkt),
            ("POINT(1 2", Reason::BadWkt),
            ("POINT(1 2 3 4 5)", Reason::BadWkt),
            ("POINT(1)", Reason::ShortPosition),
            ("POINT()", Reason::ShortPosition),
            ("POINT(nan nan)", Reason::CoordinateNotANumber),
            ("POINT(1 x)", Reason::CoordinateNotANumber),
            ("LINESTRING((1 2))", Reason::ShortPosition),
            ("POLYGON(EMPTY,(1 2,3 4,5 6))", Reason::EmptyShell),
            ("CIRCULARSTRING(0 0,1 1,2 0)", Reason::CurvedGeometry),
            ("CURVEPOLYGON Z EMPTY", Reason::CurvedGeometry),
            ("TIN EMPTY", Reason::WrongGeometryType),
            (&deep, Reason::TooDeep),
        ];
        for (text, reason) in cases {
            assert_eq!(parts(text).unwrap_err(), reason, "{text:.40}");
        }
    }

    proptest! {
        /// What the `wkt` crate understands is understood in the same way.
        #[test]
        fn polygons_are_read_as_the_wkt_crate_reads_them(
            rings in prop::collection::vec(
                prop::collection::vec((-180.0..180.0f64, -90.0..90.0f64), 1..5), 1..4)
        ) {
            let rings: Vec<String> = rings
                .iter()
                .map(|ring| ring.iter().map(|(x, y)| format!("{x} {y}")).collect::<Vec<_>>())
                .map(|ring| format!("({})", ring.join(", ")))
                .collect();
            let text = format!("POLYGON ({})", rings.join(","));
            let ::wkt::Wkt::Polygon(oracle) = text.parse::<::wkt::Wkt<f64>>().unwrap() else {
                unreachable!("a polygon was written")
            };
            let expected: Vec<[f64; 2]> = oracle
                .rings()
                .iter()
                .flat_map(|ring| ring.coords().iter().map(|c| [c.x, c.y]))
                .collect();
            let (coords, found) = parts(&text).unwrap();
            prop_assert_eq!(coords, expected);
            prop_assert_eq!(found.len(), oracle.rings().len());
        }

        #[test]
        fn no_text_is_too_odd(pieces in prop::collection::vec(prop::sample::select(vec![
            "POINT", "POLYGON", "(", ")", ",", " ", "1", "EMPTY", "Z", "-", "GEOMETRYCOLLECTION", "ñ",
        ]), 0..15)) {
            let _ = parts(&pieces.concat());
        }
    }
}
