//! The bytes of a PNG.
//!
//! In: the rows of a page as the memory of its colours holds them, and where pictures are on it.
//! Out: a file that states its resolution.

use super::outline::Area;
use super::packing::{self, Kind};
use super::palette::{Memory, Rgb};

/// What a file says of its page.
#[derive(Debug, Clone, Copy)]
pub(super) struct Page {
    /// Pixels across.
    pub(super) wide: u32,
    /// Pixels down.
    pub(super) high: u32,
    /// Dots per inch.
    pub(super) dpi: f32,
}

/// The file: with a palette where that shows the same, else of three channels, since a page is
/// opaque. Flat colours shrink best without a filter: measured on sheets of the example against
/// every filter.
pub(super) fn encode(
    page: Page,
    pictures: &[Area],
    memory: &mut Memory,
) -> Result<Vec<u8>, png::EncodingError> {
    let colours = memory.number(page.wide as usize, pictures);
    if colours.is_none() {
        memory.write_colours(page.wide as usize);
    }
    // In one go: by the encoder each row is handed on by itself, and its memory cleared.
    packing::packed(memory.rows(), Kind::Rows, |rows| file(page, colours, rows))
}

/// The file of a page whose rows are packed.
fn file(
    page: Page,
    colours: Option<Vec<Rgb>>,
    rows: &[u8],
) -> Result<Vec<u8>, png::EncodingError> {
    /// More than head and palette take.
    const OTHERS: usize = 1024;
    let mut file = Vec::with_capacity(rows.len() + OTHERS);
    let mut encoder = png::Encoder::new(&mut file, page.wide, page.high);
    encoder.set_depth(png::BitDepth::Eight);
    let per_meter = (page.dpi / 0.0254).round() as u32;
    encoder.set_pixel_dims(Some(png::PixelDimensions {
        xppu: per_meter,
        yppu: per_meter,
        unit: png::Unit::Meter,
    }));
    encoder.set_color(png::ColorType::Rgb);
    if let Some(colours) = colours {
        encoder.set_color(png::ColorType::Indexed);
        encoder.set_palette(colours.concat());
    }
    let mut writer = encoder.write_header()?;
    writer.write_chunk(png::chunk::IDAT, rows)?;
    writer.finish()?;
    Ok(file)
}

#[cfg(test)]
pub(super) mod tests {
    use tiny_skia::Pixmap;

    use super::*;

    /// A page of which each pixel has its colour.
    pub(in crate::outputs::map) fn page(
        wide: u32,
        high: u32,
        colour: impl Fn(u32) -> [u8; 3],
    ) -> Pixmap {
        let mut page = Pixmap::new(wide, high).unwrap();
        for (i, pixel) in page.data_mut().as_chunks_mut::<4>().0.iter_mut().enumerate() {
            let [r, g, b] = colour(i as u32);
            *pixel = [r, g, b, 255];
        }
        page
    }

    /// The file of a page, twice with the same memory.
    fn file(page: &Pixmap) -> Vec<u8> {
        let mut memory = Memory::default();
        let (wide, high) = (page.width(), page.height());
        let mut file = || {
            memory.begin(wide as usize, high as usize).unwrap();
            memory.add(page.data().as_chunks().0, wide as usize);
            encode(Page { wide, high, dpi: 200.0 }, &[], &mut memory).unwrap()
        };
        let first = file();
        assert_eq!(first, file());
        first
    }

    /// Depth and kind of colour, as the header says.
    fn kind(file: &[u8]) -> [u8; 2] {
        [file[24], file[25]]
    }

    #[test]
    fn few_colours_go_into_a_palette_and_come_back() {
        let page = page(30, 20, |i| [(i % 7) as u8, 0, (i / 100) as u8]);
        let file = file(&page);
        assert_eq!(kind(&file), [8, 3]);
        assert_eq!(Pixmap::decode_png(&file).unwrap(), page);
    }

    #[test]
    fn what_a_palette_would_spoil_keeps_its_colours() {
        // Numbers spread over all colours: 4,000 of them.
        let page = page(80, 50, |i| {
            let [_, r, g, b] = i.wrapping_mul(2_654_435).to_be_bytes();
            [r, g, b]
        });
        let file = file(&page);
        assert_eq!(kind(&file), [8, 2]);
        assert_eq!(Pixmap::decode_png(&file).unwrap(), page);
        // More than the eighth of its bytes that is made room for.
        assert!(file.len() > 12_000 / 8 + 1024);
    }
}
