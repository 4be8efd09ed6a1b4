//! Labels that keep out of each other's way.
//!
//! In: texts with places to try, best first, and boxes that must stay free (the
//! symbols that labels name). Out: the texts that found room. The order of
//! placing is the order of importance, so the same map always gets the same labels.

use rstar::primitives::Rectangle;
use rstar::{AABB, RTree};

use super::font;
use super::scene::{Anchor, Path, Point, Rect, Text};

/// The room that is left in a frame.
pub struct Labels {
    frame: Rect,
    taken: RTree<Rectangle<[f32; 2]>>,
}

/// The box of a text, mm: from the top of its capitals to the foot of its descenders.
#[must_use]
pub fn text_box(text: &Text) -> Rect {
    let width =
        font::width_spaced(&text.text, text.weight, text.size_mm, text.spacing_mm);
    let left = match text.anchor {
        Anchor::Start => 0.0,
        Anchor::Middle => -width / 2.0,
        Anchor::End => -width,
    };
    let (top, bottom) = (-0.76 * text.size_mm, 0.24 * text.size_mm);
    if text.rotation == 0.0 {
        let [x, y] = text.pos;
        return Rect::new(x + left, y + top, width, bottom - top);
    }
    let (sin, cos) = text.rotation.to_radians().sin_cos();
    let corners =
        [(left, top), (left + width, top), (left + width, bottom), (left, bottom)]
            .map(|(x, y)| [x * cos - y * sin, x * sin + y * cos]);
    let range = |i: usize| {
        corners.iter().fold((f32::MAX, f32::MIN), |(a, b), p| (a.min(p[i]), b.max(p[i])))
    };
    let ((x0, x1), (y0, y1)) = (range(0), range(1));
    Rect::new(text.pos[0] + x0, text.pos[1] + y0, x1 - x0, y1 - y0)
}

fn to_box(rect: Rect) -> AABB<[f32; 2]> {
    AABB::from_corners([rect.x, rect.y], [rect.right(), rect.bottom()])
}

impl Labels {
    /// An empty frame.
    #[must_use]
    pub fn new(frame: Rect) -> Self {
        Self { frame, taken: RTree::new() }
    }

    /// Keeps a box free of labels.
    pub fn block(&mut self, rect: Rect) {
        self.taken.insert(Rectangle::from_aabb(to_box(rect)));
    }

    /// Whether a box is free and inside the frame.
    #[must_use]
    pub fn is_free(&self, rect: Rect) -> bool {
        let room = self.frame.inset(0.8);
        room.contains([rect.x, rect.y])
            && room.contains([rect.right(), rect.bottom()])
            && self.taken.locate_in_envelope_intersecting(to_box(rect)).next().is_none()
    }

    /// Takes the first group of texts that has room for all its members.
    pub fn place(
        &mut self,
        candidates: impl IntoIterator<Item = Vec<Text>>,
    ) -> Option<Vec<Text>> {
        for texts in candidates {
            let boxes: Vec<Rect> = texts.iter().map(text_box).collect();
            if boxes.iter().all(|b| self.is_free(b.inset(-0.15))) {
                for rect in boxes {
                    self.block(rect);
                }
                return Some(texts);
            }
        }
        None
    }

    /// Places a label beside a point whose symbol has a radius.
    pub fn beside(&mut self, text: &Text, at: Point, radius: f32) -> Option<Text> {
        let gap = radius + 0.6;
        let half = font::CAP_HEIGHT * text.size_mm / 2.0;
        let (up, down) = (-gap - 0.1, gap + 2.0 * half);
        let near = gap * 0.75;
        let tries = [
            (Anchor::Start, gap, half),
            (Anchor::Start, near, up * 0.6),
            (Anchor::End, -gap, half),
            (Anchor::Start, near, down * 0.85),
            (Anchor::Middle, 0.0, up),
            (Anchor::Middle, 0.0, down),
            (Anchor::End, -near, up * 0.6),
            (Anchor::End, -near, down * 0.85),
        ];
        let candidates = tries.map(|(anchor, dx, dy)| {
            let mut text = text.clone().anchor(anchor);
            text.pos = [at[0] + dx, at[1] + dy];
            vec![text]
        });
        self.place(candidates)?.pop()
    }

    /// Places a label along the straightest free stretch of lines.
    pub fn along(&mut self, text: &Text, paths: &[Path]) -> Option<Text> {
        let width =
            font::width_spaced(&text.text, text.weight, text.size_mm, text.spacing_mm);
        let mut stretches: Vec<(f32, Point, Point)> = Vec::new();
        for path in paths {
            stretches.extend(straight_stretches(&path.points, width));
        }
        stretches.sort_by(|a, b| a.0.total_cmp(&b.0));
        for (bend, a, b) in stretches.into_iter().take(40) {
            if bend > 1.6 {
                return None;
            }
            let (left, right) = if a[0] <= b[0] { (a, b) } else { (b, a) };
            let angle = (right[1] - left[1]).atan2(right[0] - left[0]);
            let off = 0.9 + bend * 0.6;
            let mut text =
                text.clone().anchor(Anchor::Middle).rotated(angle.to_degrees());
            text.pos = [
                f32::midpoint(left[0], right[0]) + angle.sin() * off,
                f32::midpoint(left[1], right[1]) - angle.cos() * off,
            ];
            // A tilted text is checked by small boxes along its middle.
            let boxes: Vec<Rect> = (0..=6)
                .map(|i| {
                    let away = (i as f32 / 6.0 - 0.5) * width;
                    let rise = text.size_mm * 0.3;
                    let x = text.pos[0] + away * angle.cos() + rise * angle.sin();
                    let y = text.pos[1] + away * angle.sin() - rise * angle.cos();
                    let half = text.size_mm * 0.5;
                    Rect::new(x - half, y - half, 2.0 * half, 2.0 * half)
                })
                .collect();
            if boxes.iter().all(|b| self.is_free(*b)) {
                for rect in boxes {
                    self.block(rect);
                }
                return Some(text);
            }
        }
        None
    }
}

/// Chords of a length along a line: how far it bends away from each, and their ends.
fn straight_stretches(points: &[Point], length: f32) -> Vec<(f32, Point, Point)> {
    let mut found = Vec::new();
    let step = (length / 4.0).max(2.0);
    let mut travelled = step;
    for i in 1..points.len() {
        let (a, b) = (points[i - 1], points[i]);
        travelled += (b[0] - a[0]).hypot(b[1] - a[1]);
        if travelled < step {
            continue;
        }
        travelled = 0.0;
        let start = points[i - 1];
        let mut bend = 0.0f32;
        for j in i..points.len().min(i + 400) {
            let end = points[j];
            let chord = (end[0] - start[0]).hypot(end[1] - start[1]);
            if chord >= length {
                let exact = |p: Point| p.map(f64::from);
                for p in &points[i..j] {
                    let d2 = super::clip::segment_distance2(
                        exact(*p),
                        exact(start),
                        exact(end),
                    );
                    bend = bend.max(d2.sqrt() as f32);
                }
                let k = length / chord;
                let reached = [
                    start[0] + (end[0] - start[0]) * k,
                    start[1] + (end[1] - start[1]) * k,
                ];
                found.push((bend, start, reached));
                break;
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_keep_out_of_each_others_way() {
        let mut labels = Labels::new(Rect::new(0.0, 0.0, 60.0, 40.0));
        let mut placed = Vec::new();
        for _ in 0..12 {
            let at = [30.0, 20.0];
            labels.block(Rect::new(29.0, 19.0, 2.0, 2.0));
            placed.extend(labels.beside(&Text::new("Hospital", [0.0; 2], 2.5), at, 1.0));
        }
        assert!((2..=8).contains(&placed.len()), "{}", placed.len());
        for (i, a) in placed.iter().enumerate() {
            for b in &placed[i + 1..] {
                assert!(!text_box(a).overlaps(text_box(b)), "{a:?} {b:?}");
            }
            assert!(!text_box(a).overlaps(Rect::new(29.0, 19.0, 2.0, 2.0)));
        }
    }

    #[test]
    fn labels_stay_inside_the_frame() {
        let mut labels = Labels::new(Rect::new(0.0, 0.0, 30.0, 20.0));
        let text = Text::new("Punta Coles", [0.0; 2], 2.5);
        let label = labels.beside(&text, [28.0, 10.0], 1.0).unwrap();
        assert_eq!(label.anchor, Anchor::End);
        let long = Text::new("x".repeat(80), [0.0; 2], 2.5);
        assert!(labels.beside(&long, [15.0, 15.0], 1.0).is_none());
    }
}
