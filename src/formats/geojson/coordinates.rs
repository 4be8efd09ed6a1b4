//! Coordinate arrays to flat parts, by the type of the geometry.

use super::cursor::{Broken, Cursor};
use crate::formats::Reason;
use crate::layers::PartRole;

/// Why reading stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// The JSON is broken: nothing after it can be trusted.
    Broken(Broken),
    /// The JSON may be sound, but here is not what GeoJSON wants.
    Shape { at: usize, reason: Reason },
}

impl From<Broken> for Stop {
    fn from(broken: Broken) -> Self {
        Self::Broken(broken)
    }
}

pub(super) fn shape<T>(cursor: &Cursor<'_>, reason: Reason) -> Result<T, Stop> {
    Err(Stop::Shape { at: cursor.pos, reason })
}

/// A geometry type that has coordinates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Point,
    MultiPoint,
    LineString,
    MultiLineString,
    Polygon,
    MultiPolygon,
}

impl Kind {
    pub(super) fn parse(word: &str) -> Option<Self> {
        match word {
            "Point" => Some(Self::Point),
            "MultiPoint" => Some(Self::MultiPoint),
            "LineString" => Some(Self::LineString),
            "MultiLineString" => Some(Self::MultiLineString),
            "Polygon" => Some(Self::Polygon),
            "MultiPolygon" => Some(Self::MultiPolygon),
            _ => None,
        }
    }
}

/// Where coordinates go.
#[derive(Debug, Default)]
pub(super) struct Sink {
    pub(super) coords: Vec<[f64; 2]>,
    pub(super) parts: Vec<(usize, PartRole)>,
    pub(super) has_height: bool,
}

/// A state of a [`Sink`] to go back to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    coords: usize,
    parts: usize,
}

impl Sink {
    pub(super) fn mark(&self) -> Mark {
        Mark { coords: self.coords.len(), parts: self.parts.len() }
    }

    pub(super) fn go_back(&mut self, mark: Mark) {
        self.coords.truncate(mark.coords);
        self.parts.truncate(mark.parts);
        self.has_height = false;
    }

    /// Reads the value of a `coordinates` member.
    pub(super) fn read(
        &mut self,
        cursor: &mut Cursor<'_>,
        kind: Kind,
    ) -> Result<(), Stop> {
        match kind {
            Kind::Point => self.point(cursor),
            Kind::LineString => self.run(cursor, PartRole::Line).map(|_is_empty| ()),
            Kind::Polygon => self.polygon(cursor),
            Kind::MultiPoint => each(cursor, |cursor| {
                self.position(cursor)?;
                self.close(PartRole::Point);
                Ok(())
            }),
            Kind::MultiLineString => each(cursor, |cursor| {
                self.run(cursor, PartRole::Line).map(|_is_empty| ())
            }),
            Kind::MultiPolygon => each(cursor, |cursor| self.polygon(cursor)),
        }
    }

    fn close(&mut self, role: PartRole) {
        self.parts.push((self.coords.len(), role));
    }

    /// A point; `[]` is an empty one.
    fn point(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Stop> {
        let mut ahead = *cursor;
        if ahead.peek()? == b'[' {
            ahead.pos += 1;
            if ahead.accept(b']')? {
                *cursor = ahead;
                return Ok(());
            }
        }
        self.position(cursor)?;
        self.close(PartRole::Point);
        Ok(())
    }

    /// Positions as one part; nothing if there are none. Whether there were none.
    fn run(&mut self, cursor: &mut Cursor<'_>, role: PartRole) -> Result<bool, Stop> {
        let before = self.coords.len();
        each(cursor, |cursor| {
            self.position(cursor)?;
            // Where one has a height all have, and none is plain.
            while !self.has_height
                && let Some(at) = cursor.next_plain_position()
            {
                self.coords.push(at);
            }
            Ok(())
        })?;
        let is_empty = self.coords.len() == before;
        if !is_empty {
            self.close(role);
        }
        Ok(is_empty)
    }

    fn polygon(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Stop> {
        let mut role = PartRole::Shell;
        let mut is_shell_empty = false;
        each(cursor, |cursor| {
            let is_empty = self.run(cursor, role)?;
            if is_shell_empty && !is_empty {
                // A hole of nothing would be taken for the hole of another polygon.
                return shape(cursor, Reason::EmptyShell);
            }
            is_shell_empty |= is_empty && role == PartRole::Shell;
            role = PartRole::Hole;
            Ok(())
        })
    }

    #[inline]
    fn position(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Stop> {
        open(cursor)?;
        let x = coordinate(cursor)?;
        separator(cursor)?;
        let y = coordinate(cursor)?;
        self.coords.push([x, y]);
        while !cursor.accept(b']')? {
            cursor.expect(b',')?;
            coordinate(cursor)?;
            self.has_height = true;
        }
        Ok(())
    }
}

/// Calls `read` at each element of an array.
pub(super) fn each<'a>(
    cursor: &mut Cursor<'a>,
    mut read: impl FnMut(&mut Cursor<'a>) -> Result<(), Stop>,
) -> Result<(), Stop> {
    open(cursor)?;
    let mut is_first = true;
    while cursor.next_element(&mut is_first)? {
        read(cursor)?;
    }
    Ok(())
}

#[inline]
fn open(cursor: &mut Cursor<'_>) -> Result<(), Stop> {
    if cursor.accept(b'[')? { Ok(()) } else { wrong_value(cursor, Reason::WrongNesting) }
}

#[inline]
fn coordinate(cursor: &mut Cursor<'_>) -> Result<f64, Stop> {
    if let Some(value) = cursor.plain_number() {
        return Ok(value);
    }
    match cursor.peek()? {
        b'-' | b'0'..=b'9' => Ok(cursor.number()?.value),
        b']' => shape(cursor, Reason::ShortPosition),
        b'[' => shape(cursor, Reason::WrongNesting),
        _ => wrong_value(cursor, Reason::CoordinateNotANumber),
    }
}

#[inline]
fn separator(cursor: &mut Cursor<'_>) -> Result<(), Stop> {
    if cursor.peek()? == b']' {
        return shape(cursor, Reason::ShortPosition);
    }
    Ok(cursor.expect(b',')?)
}

/// A value of the wrong kind: broken JSON if it is no value at all.
fn wrong_value<T>(cursor: &mut Cursor<'_>, reason: Reason) -> Result<T, Stop> {
    let at = cursor.pos;
    cursor.skip_value()?;
    Err(Stop::Shape { at, reason })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::Problem;

    fn read(kind: Kind, text: &str) -> Result<Sink, Stop> {
        let mut sink = Sink::default();
        let mut cursor = Cursor::new(text.as_bytes());
        sink.read(&mut cursor, kind)?;
        cursor.end()?;
        Ok(sink)
    }

    #[test]
    fn coordinates_become_parts() {
        use PartRole::{Hole, Line, Point, Shell};
        type Case<'c> = (Kind, &'c str, &'c [(usize, PartRole)]);
        let cases: [Case<'_>; 12] = [
            (Kind::Point, "[1, 2]", &[(1, Point)]),
            (Kind::Point, " [ ] ", &[]),
            (Kind::MultiPoint, "[[1,2],[3,4]]", &[(1, Point), (2, Point)]),
            (Kind::LineString, "[[1,2],[3,4]]", &[(2, Line)]),
            (Kind::LineString, "[]", &[]),
            (
                Kind::MultiLineString,
                "[[[1,2],[3,4]],[],[[5,6]]]",
                &[(2, Line), (3, Line)],
            ),
            (Kind::Polygon, "[[[0,0],[1,0],[0,1]]]", &[(3, Shell)]),
            (
                Kind::Polygon,
                "[[[0,0]],[[1,1]],[[2,2]]]",
                &[(1, Shell), (2, Hole), (3, Hole)],
            ),
            (Kind::Polygon, "[[]]", &[]),
            (Kind::Polygon, "[[[0,0]],[]]", &[(1, Shell)]),
            (
                Kind::MultiPolygon,
                "[[[[0,0]],[[1,1]]],[],[[]],[[[2,2]]]]",
                &[(1, Shell), (2, Hole), (3, Shell)],
            ),
            (Kind::MultiPolygon, "[]", &[]),
        ];
        for (kind, text, parts) in cases {
            assert_eq!(read(kind, text).unwrap().parts, parts, "{text}");
        }
    }

    #[test]
    fn numbers_keep_their_place_and_heights_are_told() {
        let sink = read(Kind::LineString, "[[1.5,-2],[3,4]]").unwrap();
        assert_eq!(sink.coords, [[1.5, -2.0], [3.0, 4.0]]);
        assert!(!sink.has_height);
        let sink = read(Kind::LineString, "[[1.5,-2, 7],[3,4,8,9]]").unwrap();
        assert_eq!(sink.coords, [[1.5, -2.0], [3.0, 4.0]]);
        assert!(sink.has_height);
    }

    #[test]
    fn wrong_shapes_are_told_apart_from_broken_json() {
        let cases = [
            (Kind::Point, "[1]", Reason::ShortPosition),
            (Kind::Point, "[\"1\", 2]", Reason::CoordinateNotANumber),
            (Kind::Point, "[1, null]", Reason::CoordinateNotANumber),
            (Kind::Point, "[1, 2, null]", Reason::CoordinateNotANumber),
            (Kind::Point, "[[1, 2]]", Reason::WrongNesting),
            (Kind::Point, "5", Reason::WrongNesting),
            (Kind::Point, "null", Reason::WrongNesting),
            (Kind::MultiPoint, "[[]]", Reason::ShortPosition),
            (Kind::LineString, "[1, 2]", Reason::WrongNesting),
            (Kind::Polygon, "[[1, 2], [3, 4]]", Reason::WrongNesting),
            (Kind::Polygon, "[[[[1, 2]]]]", Reason::WrongNesting),
            (Kind::Polygon, "[[], [[1, 2]]]", Reason::EmptyShell),
            (Kind::MultiPolygon, "[[[1, 2]]]", Reason::WrongNesting),
            (Kind::MultiPolygon, "{}", Reason::WrongNesting),
        ];
        for (kind, text, expected) in cases {
            match read(kind, text) {
                Err(Stop::Shape { reason, .. }) => assert_eq!(reason, expected, "{text}"),
                other => panic!("{text}: {other:?}"),
            }
        }
    }

    /// Plain positions are taken by a way of their own: what follows them must be judged, and
    /// its place told, as if they were not.
    #[test]
    fn what_follows_plain_positions_is_told_where_it_is() {
        let broken = |at, problem| Stop::Broken(Broken { at, problem });
        let shape = |at, reason| Stop::Shape { at, reason };
        let cases = [
            ("[[1.5,2.5],[3.5,4.5 5.5]]", broken(20, Problem::UnexpectedByte)),
            ("[[1.5,2.5],[3.5,4.5x]]", broken(19, Problem::UnexpectedByte)),
            ("[[1.5,2.5],[3.5,4.]]", broken(18, Problem::BadNumber)),
            ("[[1.5,2.5],[3.5,04.5]]", broken(16, Problem::BadNumber)),
            ("[[1.5,2.5],[3.5,4.5],]", broken(21, Problem::UnexpectedByte)),
            ("[[1.5,2.5],[3.5,4.5]", broken(20, Problem::UnexpectedEnd)),
            ("[[1.5,2.5],[3.5,4.5", broken(19, Problem::UnexpectedEnd)),
            ("[[1.5,2.5] [3.5,4.5]]", broken(11, Problem::UnexpectedByte)),
            ("[[1.5,2.5],[3.5],[4.5]]", shape(15, Reason::ShortPosition)),
            ("[[1.5,2.5],[[3.5,4.5]]]", shape(12, Reason::WrongNesting)),
            ("[[1.5,2.5],3.5]", shape(11, Reason::WrongNesting)),
            ("[[1.5,2.5],[3.5,\"4.5\"]]", shape(16, Reason::CoordinateNotANumber)),
        ];
        for (text, expected) in cases {
            match read(Kind::LineString, text) {
                Err(stop) => assert_eq!(stop, expected, "{text}"),
                Ok(sink) => panic!("{text}: {:?}", sink.coords),
            }
        }
    }

    #[test]
    fn plain_positions_and_others_may_come_mixed() {
        let text = " [ [1.5 , 2.5] ,\n[ 3.5,4.5 ],[5,6e1],[7.25,8.25,9.5] , [-1.5,-0.0],[2.5,3.5]]";
        let sink = read(Kind::LineString, text).unwrap();
        let expected =
            [[1.5, 2.5], [3.5, 4.5], [5.0, 60.0], [7.25, 8.25], [-1.5, -0.0], [2.5, 3.5]];
        assert_eq!(sink.coords, expected);
        assert!(sink.has_height);
        assert_eq!(sink.parts, [(6, PartRole::Line)]);
    }

    #[test]
    fn broken_json_is_no_matter_of_shape() {
        for text in ["[1, NaN]", "[1, 2", "[1 2]", "[1, 2}", "[1,,2]", "[nan,1]"] {
            assert!(matches!(read(Kind::Point, text), Err(Stop::Broken(_))), "{text}");
        }
    }
}
