//! The embedded subset of a face: only the glyphs that a document shows.

use std::collections::BTreeMap;

use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Filter, Finish as _, Name, Pdf, Rect, Ref, Str};
use subsetter::GlyphRemapper;

use crate::domain::Digest;
use crate::outputs::map::MapError;
use crate::outputs::map::font::{self, CAP_HEIGHT};
use crate::outputs::map::scene::Weight;

/// What holds every letter of Noto Sans, thousandths of an em (its `head` table).
const BOX: [f32; 4] = [-621.0, -389.0, 2800.0, 1067.0];

const ADOBE_IDENTITY: SystemInfo<'static> =
    SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };

/// Writes a face with some of its glyphs under `id`; takes five numbers from `next` on.
///
/// Glyphs keep their numbers in the text: a table leads from them to those in the subset.
pub(super) fn write(
    pdf: &mut Pdf,
    id: Ref,
    next: &mut Ref,
    weight: Weight,
    glyphs: &BTreeMap<u16, char>,
) -> Result<(), MapError> {
    let [cid, descriptor, unicode, table, file] = std::array::from_fn(|_| next.bump());
    let mut remapper = GlyphRemapper::new();
    for glyph in glyphs.keys() {
        remapper.remap(*glyph);
    }
    let subset = subsetter::subset(font::bytes(weight), 0, &remapper)
        .map_err(|error| MapError::Font { reason: error.to_string() })?;
    let name = format!("{}+{}", tag(glyphs), face_name(weight));
    let name = Name(name.as_bytes());

    let mut composite = pdf.type0_font(id);
    composite.base_font(name).encoding_predefined(Name(b"Identity-H"));
    composite.descendant_font(cid).to_unicode(unicode);
    composite.finish();

    let mut face = pdf.cid_font(cid);
    face.subtype(CidFontType::Type2).base_font(name).system_info(ADOBE_IDENTITY);
    face.font_descriptor(descriptor).default_width(0.0).cid_to_gid_map_stream(table);
    let mut widths = face.widths();
    for glyph in glyphs.keys() {
        widths.consecutive(*glyph, [font::advance(*glyph, weight) * 1000.0]);
    }
    widths.finish();
    face.finish();

    let (slant, flags) = match weight {
        Weight::Italic => (-12.0, FontFlags::SYMBOLIC | FontFlags::ITALIC),
        Weight::Regular | Weight::Bold => (0.0, FontFlags::SYMBOLIC),
    };
    let [left, bottom, right, top] = BOX;
    pdf.font_descriptor(descriptor)
        .name(name)
        .flags(flags)
        .bbox(Rect::new(left, bottom, right, top))
        .italic_angle(slant)
        .ascent(1069.0)
        .descent(-293.0)
        .cap_height(CAP_HEIGHT * 1000.0)
        .stem_v(if weight == Weight::Bold { 140.0 } else { 88.0 })
        .font_file2(file);

    let mut letters = UnicodeCmap::new(Name(b"Atalaya"), ADOBE_IDENTITY);
    for (glyph, letter) in glyphs {
        letters.pair(*glyph, *letter);
    }
    pdf.cmap(unicode, &letters.finish());
    compressed(pdf, table, &glyph_table(glyphs, &remapper));
    compressed(pdf, file, &subset);
    Ok(())
}

/// Two bytes for each glyph of the text: its number in the subset.
fn glyph_table(glyphs: &BTreeMap<u16, char>, remapper: &GlyphRemapper) -> Vec<u8> {
    let last = glyphs.keys().next_back().copied().unwrap_or(0);
    (0..=last).flat_map(|old| remapper.get(old).unwrap_or(0).to_be_bytes()).collect()
}

fn compressed(pdf: &mut Pdf, id: Ref, bytes: &[u8]) {
    let packed = super::content::packed(bytes);
    let mut stream = pdf.stream(id, &packed);
    stream.filter(Filter::FlateDecode);
    stream.pair(Name(b"Length1"), i32::try_from(bytes.len()).unwrap_or(i32::MAX));
}

fn face_name(weight: Weight) -> &'static str {
    match weight {
        Weight::Regular => "NotoSans-Regular",
        Weight::Bold => "NotoSans-Bold",
        Weight::Italic => "NotoSans-Italic",
    }
}

/// Six capitals that name a subset by what is in it.
fn tag(glyphs: &BTreeMap<u16, char>) -> String {
    let bytes: Vec<u8> = glyphs.keys().flat_map(|glyph| glyph.to_be_bytes()).collect();
    let digest = Digest::of(&bytes);
    digest.as_str().bytes().take(6).map(|b| char::from(b'A' + b % 26)).collect()
}
