//! Outlines kept in pieces, so that a band of a page is filled with those that meet its rows.

use std::ops::Range;

use super::outline::{Area, Edges, Outline};
use super::scene::Point;

/// Outlines, one after the other.
#[derive(Default)]
pub(super) struct Pieces {
    points: Vec<Point>,
    pieces: Vec<Piece>,
}

/// Some edges of a contour, end to end.
#[derive(Clone, Copy)]
struct Piece {
    /// Where its points end.
    end: usize,
    /// Its least height.
    top: f32,
    /// Its greatest.
    bottom: f32,
}

/// Which pieces make an outline.
#[derive(Clone)]
pub(super) struct Shape {
    pieces: Range<usize>,
    /// The pixels that it touches.
    pub(super) area: Area,
}

impl Pieces {
    /// Edges of a piece, at most.
    const EDGES: usize = 32;

    /// Forgets all outlines.
    pub(super) fn clear(&mut self) {
        self.points.clear();
        self.pieces.clear();
    }

    /// Keeps what of an outline may be seen on a page.
    pub(super) fn keep(&mut self, outline: &Outline, page: Area) -> Shape {
        let first = self.pieces.len();
        for contour in outline.contours() {
            let mut before = contour.last();
            for part in contour.chunks(Self::EDGES) {
                let start = self.points.len();
                self.points.extend(before);
                self.points.extend_from_slice(part);
                before = part.last();
                let none = [f32::MAX, f32::MIN];
                let [top, bottom] = self.points[start..]
                    .iter()
                    .fold(none, |[a, b], [_, y]| [a.min(*y), b.max(*y)]);
                self.pieces.push(Piece { end: self.points.len(), top, bottom });
            }
        }
        Shape { pieces: first..self.pieces.len(), area: outline.area(page) }
    }

    /// The edges of an outline.
    pub(super) fn of<'a>(&'a self, shape: &'a Shape) -> Kept<'a> {
        Kept { all: self, shape }
    }
}

/// An outline that is kept.
pub(super) struct Kept<'a> {
    all: &'a Pieces,
    shape: &'a Shape,
}

impl Edges for Kept<'_> {
    fn within(&self, rows: Range<usize>, mut each: impl FnMut(Point, Point)) {
        let Pieces { points, pieces } = self.all;
        let Range { start: first, end } = self.shape.pieces.clone();
        let (top, bottom) = (rows.start as f32, rows.end as f32);
        let mut start = if first == 0 { 0 } else { pieces[first - 1].end };
        for piece in &pieces[first..end] {
            if piece.bottom > top && piece.top < bottom {
                for [a, b] in points[start..piece.end].array_windows() {
                    each(*a, *b);
                }
            }
            start = piece.end;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outputs::map::outline::Place;

    #[test]
    fn rows_get_the_edges_that_meet_them() {
        // A square, and a zigzag of 80 edges downwards, a pixel each, with one edge back.
        let mut outline = Outline::default();
        let place = Place::page(1.0);
        outline.ring(&[[0.0, 0.0], [9.0, 0.0], [9.0, 9.0], [0.0, 9.0]], &place);
        let mut pieces = Pieces::default();
        let page = Area { left: 0, top: 0, right: 50, bottom: 50 };
        let square = pieces.keep(&outline, page);
        outline.clear();
        let zigzag: Vec<Point> = (0..=80).map(|i| [(i % 2) as f32, i as f32]).collect();
        outline.ring(&zigzag, &place);
        let zigzag = pieces.keep(&outline, page);
        assert_eq!(square.area, Area { right: 9, bottom: 9, ..page });
        assert_eq!(zigzag.area, Area { right: 1, ..page });
        let edges = |shape: &Shape, rows: Range<usize>| {
            let mut edges = Vec::new();
            pieces
                .of(shape)
                .within(rows, |a, b| edges.push([a[1], b[1]].map(|y| y as u32)));
            edges
        };
        assert_eq!(edges(&square, 8..20), [[9, 0], [0, 0], [0, 9], [9, 9]]);
        assert!(edges(&square, 9..20).is_empty());
        // All of them, each once.
        assert_eq!(edges(&zigzag, 0..100).len(), 81);
        // The first piece holds the edge back, the second the points from 31 to 63.
        let some = edges(&zigzag, 40..41);
        assert_eq!(some.len(), 32 + 32);
        assert_eq!(some[0], [80, 0]);
        assert_eq!(some[63], [62, 63]);
        assert_eq!(edges(&zigzag, 70..71).len(), 32 + 17);
    }
}
