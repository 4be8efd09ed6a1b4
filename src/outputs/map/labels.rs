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
    let (width, left) = (text.length(), text.begin());
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

    /// Places a label away from a crowded point, with the line that leads to it.
    ///
    /// Nearer places come first. The line starts at the edge of the symbol and crosses nothing
    /// that is taken already.
    pub fn led(
        &mut self,
        text: &Text,
        at: Point,
        radius: f32,
    ) -> Option<(Text, [Point; 2])> {
        const DISTANCES: [f32; 4] = [3.0, 5.0, 7.5, 10.0];
        const DIRECTIONS: usize = 16;
        let half = font::CAP_HEIGHT * text.size_mm / 2.0;
        for distance in DISTANCES {
            for step in 0..DIRECTIONS {
                let turn = std::f32::consts::TAU * step as f32 / DIRECTIONS as f32;
                let (sin, cos) = turn.sin_cos();
                let from = |far: f32| [at[0] + cos * far, at[1] + sin * far];
                let (start, end) = (from(radius), from(radius + distance));
                let (anchor, gap) =
                    if cos >= -0.01 { (Anchor::Start, 0.4) } else { (Anchor::End, -0.4) };
                let mut text = text.clone().anchor(anchor);
                text.pos = [end[0] + gap, end[1] + half];
                let own = text_box(&text);
                if self.is_free(own.inset(-0.15)) && self.is_clear(end, at, radius) {
                    self.block(own);
                    self.block_line(start, end);
                    return Some((text, [start, end]));
                }
            }
        }
        None
    }

    /// Whether the line from a symbol to a point crosses nothing that is taken, but for the
    /// symbol itself, whose box reaches to its corners.
    fn is_clear(&self, end: Point, at: Point, radius: f32) -> bool {
        let own = radius * 1.8 + 0.3;
        let mut steps =
            along_line(at, end).filter(|[x, y]| (x - at[0]).hypot(y - at[1]) > own);
        steps.all(|[x, y]| {
            let spot = Rect::new(x - 0.1, y - 0.1, 0.2, 0.2);
            self.taken.locate_in_envelope_intersecting(to_box(spot)).next().is_none()
        })
    }

    fn block_line(&mut self, a: Point, b: Point) {
        for [x, y] in along_line(a, b) {
            self.block(Rect::new(x - 0.2, y - 0.2, 0.4, 0.4));
        }
    }

    /// Places a label along the straightest free stretch of lines, on either side.
    pub fn along(&mut self, text: &Text, paths: &[Path]) -> Option<Text> {
        let width = text.length();
        let mut stretches: Vec<(f32, bool, Point, Point)> = Vec::new();
        for path in paths {
            for stretch in straight_stretches(&path.points, width) {
                let Stretch { above, below, left, right } = stretch;
                stretches.push((above, true, left, right));
                stretches.push((below, false, left, right));
            }
        }
        stretches.sort_by(|a, b| a.0.total_cmp(&b.0));
        for (bulge, is_above, left, right) in stretches.into_iter().take(80) {
            if bulge > MAX_BULGE_MM {
                return None;
            }
            let angle = (right[1] - left[1]).atan2(right[0] - left[0]);
            let rise = font::CAP_HEIGHT * text.size_mm;
            let off = if is_above { 0.9 + bulge } else { -(0.9 + bulge + rise) };
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

/// How far a line may bulge toward the name that runs along it, mm.
const MAX_BULGE_MM: f32 = 2.4;

/// Points along a line, at most half a millimetre apart.
fn along_line(a: Point, b: Point) -> impl Iterator<Item = Point> {
    let count = ((b[0] - a[0]).hypot(b[1] - a[1]) / 0.5).ceil().clamp(1.0, 200.0);
    (0..=count as usize).map(move |i| {
        let t = i as f32 / count;
        [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t]
    })
}

/// A chord along a line, from left to right, and how far the line bulges above and below it.
struct Stretch {
    above: f32,
    below: f32,
    left: Point,
    right: Point,
}

/// Chords of a length along a line.
fn straight_stretches(points: &[Point], length: f32) -> Vec<Stretch> {
    let mut found = Vec::new();
    let step = (length / 4.0).max(2.0);
    // Long straight edges are tried at several places.
    let mut dense: Vec<Point> = Vec::new();
    for pair in points.windows(2) {
        let count = ((pair[1][0] - pair[0][0]).hypot(pair[1][1] - pair[0][1]) / step)
            .ceil()
            .clamp(1.0, 100.0);
        for i in 0..count as usize {
            let t = i as f32 / count;
            let at = |axis: usize| pair[0][axis] + (pair[1][axis] - pair[0][axis]) * t;
            dense.push([at(0), at(1)]);
        }
    }
    dense.extend(points.last());
    let points = &dense;
    let mut travelled = step;
    for i in 1..points.len() {
        let (a, b) = (points[i - 1], points[i]);
        travelled += (b[0] - a[0]).hypot(b[1] - a[1]);
        if travelled < step {
            continue;
        }
        travelled = 0.0;
        let start = points[i - 1];
        for j in i..points.len().min(i + 400) {
            let end = points[j];
            let chord = (end[0] - start[0]).hypot(end[1] - start[1]);
            if chord >= length {
                found.push(stretch(start, end, length / chord, &points[i..j]));
                break;
            }
        }
    }
    found
}

/// The chord from a point towards another, and the bulges of what lies between.
fn stretch(start: Point, end: Point, share: f32, between: &[Point]) -> Stretch {
    let reached = [0, 1].map(|i| start[i] + (end[i] - start[i]) * share);
    let (left, right) =
        if start[0] <= end[0] { (start, reached) } else { (reached, start) };
    let (dx, dy) = (right[0] - left[0], right[1] - left[1]);
    let length = dx.hypot(dy).max(1e-6);
    let (mut above, mut below) = (0.0f32, 0.0f32);
    for p in between {
        // Positive below the chord, since y grows downwards.
        let off = (dx * (p[1] - left[1]) - dy * (p[0] - left[0])) / length;
        above = above.max(-off);
        below = below.max(off);
    }
    Stretch { above, below, left, right }
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

    #[test]
    fn a_crowded_point_gets_its_name_by_a_leader() {
        let mut labels = Labels::new(Rect::new(0.0, 0.0, 80.0, 60.0));
        for (dx, dy) in [(-2.0, 0.0), (2.0, 0.0), (0.0, -2.0), (0.0, 2.0), (0.0, 0.0)] {
            labels.block(Rect::new(39.0 + dx, 29.0 + dy, 2.0, 2.0));
        }
        // Neighbours leave no room beside the point.
        labels.block(Rect::new(41.5, 25.0, 12.0, 10.0));
        labels.block(Rect::new(26.0, 25.0, 12.5, 10.0));
        let text = Text::new("Hospital", [0.0; 2], 2.0);
        assert!(labels.beside(&text, [40.0, 30.0], 3.0).is_none());
        labels.taken = RTree::new();
        labels.block(Rect::new(42.0, 20.0, 30.0, 20.0));
        let (text, [from, to]) = labels.led(&text, [40.0, 30.0], 1.0).unwrap();
        assert!(!text_box(&text).overlaps(Rect::new(42.0, 20.0, 30.0, 20.0)));
        let away = |p: Point| (p[0] - 40.0).hypot(p[1] - 30.0);
        assert!((away(from) - 1.0).abs() < 1e-4 && away(to) >= 3.9, "{from:?} {to:?}");
        assert!(!labels.is_free(text_box(&text)), "its room is taken");
    }

    #[test]
    fn rivers_are_named_on_the_side_that_they_bend_away_from() {
        let mut labels = Labels::new(Rect::new(0.0, 0.0, 80.0, 60.0));
        // A bow that bulges upwards by 2 mm.
        let points: Vec<Point> = (0..=40)
            .map(|i| {
                let x = i as f32 / 2.0;
                [10.0 + x, 30.0 - 2.0 + (x - 10.0).powi(2) / 50.0]
            })
            .collect();
        let path = Path { points, is_closed: false };
        let text =
            labels.along(&Text::new("Río Osmore", [0.0; 2], 2.2), &[path]).unwrap();
        let top = text_box(&text).y;
        assert!(top > 28.0, "below the bow: {text:?}");
    }
}
