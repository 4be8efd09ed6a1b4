//! Paints a scene into a PNG with anti-aliasing.
//!
//! In: a scene in page millimetres. Out: the bytes of a PNG that states its
//! resolution, so that a print at 100 % has the scale of the sheet. The same
//! scene gives the same bytes anywhere: all is computed in software.

use std::cell::Cell;

use super::MapError;
use super::drawing::Drawing;
use super::encode::{self, Page};
use super::painter::Painter;
use super::palette::Memory;
use super::scene::Scene;

/// Resolution unless asked otherwise, dots per inch.
pub const DEFAULT_DPI: f32 = 200.0;

/// How much of a page is painted at a time, pixels: half a megabyte, which the cache of a
/// processor holds. Painted as a whole, a page is many times as large, and each line and letter
/// waited for memory.
const BAND: usize = 1 << 17;

/// Renders a scene.
///
/// # Errors
///
/// [`MapError::Page`] if the page is empty or too large for memory,
/// [`MapError::Encode`] if the PNG cannot be written.
pub fn render(scene: &Scene, dpi: f32) -> Result<Vec<u8>, MapError> {
    render_in_bands(scene, dpi, BAND)
}

/// The same with bands of so many pixels, but of a row at least.
fn render_in_bands(scene: &Scene, dpi: f32, band: usize) -> Result<Vec<u8>, MapError> {
    let scale = dpi / 25.4;
    let [wide, high] =
        [scene.width_mm, scene.height_mm].map(|mm| (mm * scale).round() as u32);
    let Spare { mut drawing, mut painter, mut memory } = SPARE.take();
    let page = Page { wide, high, dpi };
    let [wide, high] = [wide, high].map(|side| side as usize);
    let room = memory.begin(wide, high);
    if wide == 0 || high == 0 || room.is_none() {
        return Err(MapError::Page { width: scene.width_mm, height: scene.height_mm });
    }
    drawing.begin(wide, high, scale);
    scene.paint(&mut drawing);
    let rows = (band / wide).max(1);
    for top in (0..high).step_by(rows) {
        let bottom = (top + rows).min(high);
        memory.add(painter.paint(&drawing, &(top..bottom)), wide);
    }
    let file = encode::encode(page, &drawing.pictures(), &mut memory);
    SPARE.set(Spare { drawing, painter, memory });
    file.map_err(|error| MapError::Encode { reason: error.to_string() })
}

/// Memory of the last sheet, which the next one on the same thread takes: to get as much from
/// the system for each took a tenth of the time.
#[derive(Default)]
struct Spare {
    drawing: Drawing,
    painter: Painter,
    memory: Memory,
}

thread_local! {
    static SPARE: Cell<Spare> = Cell::default();
}

#[cfg(test)]
mod tests {
    use tiny_skia::Pixmap;

    use super::*;
    use crate::outputs::map::encode::tests::page;
    use crate::outputs::map::font;
    use crate::outputs::map::scene::{
        Anchor, Colour, Hatch, HatchKind, Image, Item, Paint, Path, Rect, Rule, Text,
    };

    /// 1 mm is 10 pixels.
    fn pixels(scene: &Scene) -> Pixmap {
        Pixmap::decode_png(&render(scene, 254.0).unwrap()).unwrap()
    }

    fn grey(pixmap: &Pixmap, x: u32, y: u32) -> u8 {
        pixmap.pixel(x, y).unwrap().green()
    }

    #[test]
    fn holes_stay_holes_and_edges_are_smooth() {
        let mut scene = Scene::new(10.0, 10.0);
        let rings = vec![
            Rect::new(1.0, 1.0, 8.0, 8.0).ring(),
            Rect::new(4.0, 4.0, 2.0, 2.05).ring(),
        ];
        scene.fill(rings, Rule::EvenOdd, Paint::solid(Colour::hex(0)));
        let image = pixels(&scene);
        assert_eq!(grey(&image, 20, 20), 0, "inside");
        assert_eq!(grey(&image, 50, 50), 255, "in the hole");
        assert_eq!(grey(&image, 5, 5), 255, "outside");
        let edge = grey(&image, 50, 60);
        assert!((100..160).contains(&edge), "half a pixel of the hole is grey: {edge}");
    }

    #[test]
    fn clips_nest() {
        let mut scene = Scene::new(10.0, 10.0);
        scene.clipped(Rect::new(0.0, 0.0, 5.0, 10.0), |scene| {
            scene.clipped(Rect::new(0.0, 0.0, 10.0, 5.0), |scene| {
                scene.fill_rect(
                    Rect::new(0.0, 0.0, 10.0, 10.0),
                    Paint::solid(Colour::hex(0)),
                );
            });
        });
        let image = pixels(&scene);
        assert_eq!(
            [(20, 20), (80, 20), (20, 80)].map(|(x, y)| grey(&image, x, y)),
            [0, 255, 255]
        );
    }

    #[test]
    fn bands_are_not_seen() {
        let mut scene = Scene::new(40.0, 40.0);
        let ring = |size: f32| {
            let point = |i: usize| {
                let angle = i as f32 / 90.0 * std::f32::consts::TAU;
                [
                    20.0 + size * angle.cos(),
                    20.0 + size * angle.sin() * (1.0 + i as f32 / 200.0),
                ]
            };
            (0..90).map(point).collect::<Vec<_>>()
        };
        let dots = Hatch {
            kind: HatchKind::Dots { angle: 30.0 },
            spacing_mm: 1.5,
            width_mm: 0.5,
            colour: Colour::hex(0x0020_4060),
        };
        let paint = Paint {
            solid: Some(Colour::hex(0x00E0_C080).with_alpha(0.6)),
            hatch: Some(dots),
        };
        scene.fill(vec![ring(13.0), ring(6.0)], Rule::EvenOdd, paint);
        scene.clipped_to(vec![ring(9.0)], |scene| {
            scene.clipped(Rect::new(5.0, 8.0, 22.0, 25.0), |scene| {
                let closed = Path { points: ring(8.0), is_closed: true };
                scene.stroke(vec![closed], 0.8, Colour::hex(0x0080_0000), &[2.0, 0.7]);
            });
        });
        let logo = page(24, 24, |i| [(i % 24 * 10) as u8, (i / 24 * 10) as u8, 90]);
        let rect = Rect::new(3.0, 18.0, 9.0, 9.0);
        scene.items.push(Item::Image(Image { rect, png: logo.encode_png().unwrap() }));
        let halo = |text: Text| text.halo(Colour::hex(0x00FF_FFFF), 0.4);
        scene.text(halo(Text::new("Alto Ilo", [9.0, 22.0], 4.0)));
        scene.text(halo(Text::new("Chololo", [14.0, 30.0], 5.0).rotated(-40.0)));
        let render = |band| {
            Pixmap::decode_png(&render_in_bands(&scene, 254.0, band).unwrap()).unwrap()
        };
        let whole = render(usize::MAX);
        // Rows one by one, seven at a time, and some that end in the middle of a hatch's part.
        for band in [1, 7 * 400, 93 * 400] {
            let (other, mut apart) = (render(band), 0);
            for (a, b) in whole.data().iter().zip(other.data()) {
                // A sixteenth more or less at an edge, where numbers are rounded.
                assert!(a.abs_diff(*b) <= 17, "{a} {b}");
                apart += usize::from(a != b);
            }
            assert!(apart < 200, "{apart} of 640,000 in bands of {band}");
        }
    }

    #[test]
    fn hatches_draw_lines_at_their_spacing() {
        let mut scene = Scene::new(10.0, 10.0);
        let hatch = Hatch {
            kind: HatchKind::Lines { angle: 0.0 },
            spacing_mm: 2.0,
            width_mm: 0.4,
            colour: Colour::hex(0),
        };
        scene.fill_rect(
            Rect::new(0.0, 0.0, 10.0, 10.0),
            Paint { solid: None, hatch: Some(hatch) },
        );
        let image = pixels(&scene);
        let dark: Vec<u32> = (0..100).filter(|&y| grey(&image, 50, y) < 128).collect();
        assert_eq!(dark.len(), 20, "five lines of four pixels: {dark:?}");
        assert_eq!(dark[..4], [8, 9, 10, 11]);
    }

    #[test]
    fn hatches_fill_narrow_zones_that_run_across_the_page() {
        // A strip 8 mm wide at 45 degrees through a page of many parts: lines of 0.4 mm every
        // 2 mm cover a fifth of it, dots of 0.8 mm on the same lattice an eighth (0.1257).
        let ink = |kind, width_mm| {
            let mut scene = Scene::new(40.0, 40.0);
            let colour = Colour::hex(0);
            let hatch = Hatch { kind, spacing_mm: 2.0, width_mm, colour };
            let strip = vec![[2.0, 10.0], [10.0, 2.0], [38.0, 30.0], [30.0, 38.0]];
            let paint = Paint { solid: None, hatch: Some(hatch) };
            scene.fill(vec![strip], Rule::NonZero, paint);
            let image = pixels(&scene);
            let dark = image.pixels().iter().map(|p| 255 - u32::from(p.green()));
            f64::from(dark.sum::<u32>()) / 255.0 / 100.0
        };
        // 11.31 by 39.6 mm.
        let strip = 448.0;
        for (kind, width, share) in [
            (HatchKind::Lines { angle: 0.0 }, 0.4, 0.2),
            (HatchKind::Lines { angle: 45.0 }, 0.4, 0.2),
            (HatchKind::Cross { angle: 45.0 }, 0.4, 0.36),
            (HatchKind::Dots { angle: 30.0 }, 0.8, 0.1257),
        ] {
            let found = ink(kind, width) / strip;
            assert!((found - share).abs() < 0.08 * share, "{kind:?}: {found}");
        }
    }

    #[test]
    fn text_stands_at_its_anchor() {
        let ink = |anchor| {
            let mut scene = Scene::new(20.0, 10.0);
            scene.text(Text::new("HHH", [10.0, 8.0], 4.0).anchor(anchor));
            let image = pixels(&scene);
            let columns: Vec<u32> = (0..200)
                .filter(|&x| (0..100).any(|y| grey(&image, x, y) < 128))
                .collect();
            (columns[0], columns[columns.len() - 1])
        };
        let width = (font::width("HHH", crate::outputs::map::scene::Weight::Regular, 4.0)
            * 10.0) as u32;
        let (start, _) = ink(Anchor::Start);
        assert!((100..106).contains(&start), "{start}");
        let (start, end) = ink(Anchor::End);
        assert!((94..=100).contains(&end) && start >= 99 - width, "{start} {end}");
    }

    #[test]
    fn resolution_is_stated() {
        let png = render(&Scene::new(10.0, 10.0), 200.0).unwrap();
        let at = png.windows(4).position(|w| w == b"pHYs").unwrap();
        assert_eq!(png[at + 4..at + 8], 7874u32.to_be_bytes());
        assert!(Pixmap::decode_png(&png).is_ok());
    }
}
