//! Where the lines and dots of a hatch lie on the page.
//!
//! In: a hatch and a box, mm. Out: strokes that cover the box. They lie on one lattice for
//! the whole page, so neighbouring areas join up and every renderer draws the same ones.

use super::scene::{Hatch, HatchKind, Point};

/// The marks of a hatch over a box.
#[derive(Debug, Clone, PartialEq)]
pub enum Marks {
    /// Lines from end to end.
    Lines(Vec<[Point; 2]>),
    /// Rows of dots: the first dot, the last one, and how many there are.
    Dots(Vec<([Point; 2], usize)>),
}

/// The marks over a box given by its left, upper, right and lower edge; `None` if it is empty.
#[must_use]
pub fn marks(hatch: &Hatch, [left, top, right, bottom]: [f32; 4]) -> Option<Marks> {
    if left >= right || top >= bottom || hatch.spacing_mm <= 0.0 {
        return None;
    }
    let corners = [[left, top], [right, top], [right, bottom], [left, bottom]];
    Some(match hatch.kind {
        HatchKind::Lines { angle } => Marks::Lines(
            rows(corners, angle, hatch.spacing_mm).map(|row| row.0).collect(),
        ),
        HatchKind::Cross { angle } => {
            let first = rows(corners, angle, hatch.spacing_mm);
            let second = rows(corners, angle + 90.0, hatch.spacing_mm);
            Marks::Lines(first.chain(second).map(|row| row.0).collect())
        }
        HatchKind::Dots { angle } => {
            Marks::Dots(rows(corners, angle, hatch.spacing_mm).collect())
        }
    })
}

/// Parallel rows over a box: from the first to the last lattice point of each, and how many
/// lie on it. Rows start and end on or beyond the box.
fn rows(
    corners: [Point; 4],
    angle: f32,
    step: f32,
) -> impl Iterator<Item = ([Point; 2], usize)> {
    let (sin, cos) = angle.to_radians().sin_cos();
    // Along the rows and across them.
    let turned = corners.map(|[x, y]| [x * cos + y * sin, y * cos - x * sin]);
    let range = move |axis: usize| {
        let (low, high) = turned
            .iter()
            .fold((f32::MAX, f32::MIN), |(a, b), p| (a.min(p[axis]), b.max(p[axis])));
        ((low / step - 0.5).floor() as i32, (high / step - 0.5).ceil() as i32)
    };
    let ((first, last), (v0, v1)) = (range(0), range(1));
    let at = move |i: i32, j: i32| {
        let (u, v) = ((i as f32 + 0.5) * step, (j as f32 + 0.5) * step);
        [u * cos - v * sin, u * sin + v * cos]
    };
    let count = (last - first).max(0) as usize + 1;
    (v0..=v1).map(move |j| ([at(first, j), at(last, j)], count))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outputs::map::scene::Colour;

    fn hatch(kind: HatchKind) -> Hatch {
        Hatch { kind, spacing_mm: 2.0, width_mm: 0.3, colour: Colour::hex(0) }
    }

    #[test]
    fn lines_cover_the_box_on_one_lattice() {
        let lines = HatchKind::Lines { angle: 0.0 };
        let Some(Marks::Lines(lines)) = marks(&hatch(lines), [3.0, 3.0, 9.0, 8.0]) else {
            panic!("lines")
        };
        let ys: Vec<f32> = lines.iter().map(|line| line[0][1]).collect();
        assert_eq!(ys, [3.0, 5.0, 7.0, 9.0]);
        assert!(lines.iter().all(|[a, b]| a[0] <= 3.0 && b[0] >= 9.0));
        let dots = HatchKind::Dots { angle: 0.0 };
        let Some(Marks::Dots(rows)) = marks(&hatch(dots), [3.0, 3.0, 9.0, 8.0]) else {
            panic!("dots")
        };
        assert_eq!(rows[0], ([[3.0, 3.0], [9.0, 3.0]], 4));
        assert!(marks(&hatch(HatchKind::Dots { angle: 0.0 }), [3.0; 4]).is_none());
    }
}
