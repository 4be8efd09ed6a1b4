//! Pages bound into one document.

use std::collections::{BTreeMap, BTreeSet};

use pdf_writer::types::{NumberingStyle, OutlineItemFlags, PageMode};
use pdf_writer::writers::PageLabel;
use pdf_writer::{Filter, Finish as _, Name, Pdf, Rect, Ref, TextStr};

use super::content::{Page, Picture};
use super::faces;
use crate::domain::Digest;
use crate::i18n::Locale;
use crate::outputs::map::MapError;
use crate::outputs::map::scene::Weight;

/// What a document says about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct About<'a> {
    /// Title.
    pub title: &'a str,
    /// One sentence on what it shows.
    pub subject: &'a str,
    /// Who made it, if known.
    pub author: Option<&'a str>,
    /// Language of its words.
    pub locale: Locale,
}

/// Binds pages into a document; more than one get an outline.
///
/// # Errors
///
/// [`MapError::Font`] if a face cannot be cut down.
pub fn document(pages: &[&Page], about: About<'_>) -> Result<Vec<u8>, MapError> {
    bound(pages, 0, about)
}

/// Binds sheets behind an index: a viewer counts the pages of the index in Roman numerals, so
/// that the number of a page is that of its sheet.
///
/// # Errors
///
/// [`MapError::Font`] if a face cannot be cut down.
pub fn atlas(
    index: &[Page],
    sheets: &[Page],
    about: About<'_>,
) -> Result<Vec<u8>, MapError> {
    let pages: Vec<&Page> = index.iter().chain(sheets).collect();
    bound(&pages, index.len(), about)
}

fn bound(pages: &[&Page], front: usize, about: About<'_>) -> Result<Vec<u8>, MapError> {
    let mut next = Ref::new(1);
    let [catalog, tree, info] = std::array::from_fn(|_| next.bump());
    let places: Vec<[Ref; 2]> =
        pages.iter().map(|_| std::array::from_fn(|_| next.bump())).collect();
    let mut pdf = Pdf::new();
    pdf.set_version(1, 7);
    let shared = Shared::write(&mut pdf, &mut next, pages)?;

    let kids = places.iter().map(|[page, _]| *page);
    let count = i32::try_from(pages.len()).unwrap_or(i32::MAX);
    pdf.pages(tree).kids(kids).count(count);
    for (page, [id, content]) in pages.iter().zip(&places) {
        write_page(&mut pdf, page, *id, *content, tree, &shared);
    }
    let outline = (pages.len() > 1).then(|| next.bump());
    if let Some(outline) = outline {
        write_outline(&mut pdf, outline, &mut next, pages, &places);
    }
    write_info(&mut pdf, info, about);
    let labels = (front > 0).then(|| write_labels(&mut pdf, &mut next));
    let mut root = pdf.catalog(catalog);
    root.pages(tree).lang(TextStr(about.locale.id()));
    if let Some(outline) = outline {
        root.outlines(outline).page_mode(PageMode::UseOutlines);
    }
    if let Some([roman, arabic]) = labels {
        let first = i32::try_from(front).unwrap_or(i32::MAX);
        root.page_labels().nums().insert(0, roman).insert(first, arabic);
    }
    let mut viewing = root.viewer_preferences();
    viewing.display_doc_title(true);
    // Printed as large as it is: the scale must hold on paper.
    viewing.pair(Name(b"PrintScaling"), Name(b"None"));
    viewing.finish();
    root.finish();

    let mut all = Vec::new();
    for page in pages {
        all.extend_from_slice(&page.content);
    }
    let digest = Digest::of(&all);
    let id = digest.as_str().as_bytes()[..16].to_vec();
    pdf.set_file_id((id.clone(), id));
    Ok(pdf.finish())
}

/// What all pages of a document draw with.
struct Shared {
    fonts: BTreeMap<usize, Ref>,
    alphas: BTreeMap<u8, Ref>,
    pictures: BTreeMap<String, Ref>,
}

impl Shared {
    fn write(pdf: &mut Pdf, next: &mut Ref, pages: &[&Page]) -> Result<Self, MapError> {
        let mut fonts = BTreeMap::new();
        let faces = [Weight::Regular, Weight::Bold, Weight::Italic];
        for (slot, weight) in faces.into_iter().enumerate() {
            let mut glyphs: BTreeMap<u16, char> = BTreeMap::new();
            for page in pages {
                for (glyph, letter) in &page.glyphs[slot] {
                    glyphs.entry(*glyph).or_insert(*letter);
                }
            }
            if !glyphs.is_empty() {
                let id = next.bump();
                faces::write(pdf, id, next, weight, &glyphs)?;
                fonts.insert(slot, id);
            }
        }
        let used: BTreeSet<u8> =
            pages.iter().flat_map(|page| page.alphas.iter().copied()).collect();
        let mut alphas = BTreeMap::new();
        for alpha in used {
            let id = next.bump();
            let share = f32::from(alpha) / 255.0;
            pdf.ext_graphics(id).non_stroking_alpha(share).stroking_alpha(share);
            alphas.insert(alpha, id);
        }
        let mut pictures = BTreeMap::new();
        for (name, picture) in pages.iter().flat_map(|page| &page.pictures) {
            if !pictures.contains_key(name) {
                pictures.insert(name.clone(), write_picture(pdf, next, picture));
            }
        }
        Ok(Self { fonts, alphas, pictures })
    }
}

fn write_page(
    pdf: &mut Pdf,
    page: &Page,
    id: Ref,
    content: Ref,
    tree: Ref,
    shared: &Shared,
) {
    let [width, height] = page.size.map(|v| (f64::from(v) / 100.0) as f32);
    let mut out = pdf.page(id);
    out.parent(tree).media_box(Rect::new(0.0, 0.0, width, height)).contents(content);
    let mut resources = out.resources();
    let mut fonts = resources.fonts();
    for (slot, font) in &shared.fonts {
        fonts.pair(Name(format!("F{slot}").as_bytes()), font);
    }
    fonts.finish();
    let mut states = resources.ext_g_states();
    for (alpha, state) in &shared.alphas {
        states.pair(Name(format!("A{alpha}").as_bytes()), state);
    }
    states.finish();
    let mut pictures = resources.x_objects();
    for name in page.pictures.keys() {
        if let Some(picture) = shared.pictures.get(name) {
            pictures.pair(Name(name.as_bytes()), picture);
        }
    }
    pictures.finish();
    resources.finish();
    out.finish();
    pdf.stream(content, &page.content).filter(Filter::FlateDecode);
}

/// Writes a picture and its opacity.
fn write_picture(pdf: &mut Pdf, next: &mut Ref, picture: &Picture) -> Ref {
    let (id, mask) = (next.bump(), next.bump());
    let [width, height] =
        picture.size.map(|side| i32::try_from(side).unwrap_or(i32::MAX));
    let mut image = pdf.image_xobject(id, &picture.colours);
    image.filter(Filter::FlateDecode);
    image.width(width).height(height);
    image.color_space().device_rgb();
    image.bits_per_component(8).s_mask(mask);
    image.finish();
    let mut image = pdf.image_xobject(mask, &picture.opacity);
    image.filter(Filter::FlateDecode);
    image.width(width).height(height);
    image.color_space().device_gray();
    image.bits_per_component(8);
    image.finish();
    id
}

/// Writes how the pages of an index and of what follows it are counted.
fn write_labels(pdf: &mut Pdf, next: &mut Ref) -> [Ref; 2] {
    [NumberingStyle::LowerRoman, NumberingStyle::Arabic].map(|style| {
        let id = next.bump();
        pdf.indirect(id).start::<PageLabel<'_>>().style(style).offset(1);
        id
    })
}

fn write_outline(
    pdf: &mut Pdf,
    outline: Ref,
    next: &mut Ref,
    pages: &[&Page],
    places: &[[Ref; 2]],
) {
    let items: Vec<Ref> = pages.iter().map(|_| next.bump()).collect();
    let count = i32::try_from(items.len()).unwrap_or(i32::MAX);
    pdf.outline(outline).first(items[0]).last(items[items.len() - 1]).count(count);
    for (i, (page, [place, _])) in pages.iter().zip(places).enumerate() {
        let mut item = pdf.outline_item(items[i]);
        item.title(TextStr(&page.title)).parent(outline);
        if i > 0 {
            item.prev(items[i - 1]);
        }
        if let Some(next) = items.get(i + 1) {
            item.next(*next);
        }
        item.flags(OutlineItemFlags::empty()).dest().page(*place).fit();
    }
}

fn write_info(pdf: &mut Pdf, id: Ref, about: About<'_>) {
    let program = format!("Atalaya {}", env!("CARGO_PKG_VERSION"));
    let mut info = pdf.document_info(id);
    info.title(TextStr(about.title)).subject(TextStr(about.subject));
    if let Some(author) = about.author {
        info.author(TextStr(author));
    }
    info.creator(TextStr(&program)).producer(TextStr(&program));
}
