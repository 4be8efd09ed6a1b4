use super::*;
use crate::i18n::Locale;
use crate::outputs::map::scene::{
    Anchor, Colour, Hatch, HatchKind, Paint, Rect, Rule, Scene, Text, Weight,
};

fn about() -> About<'static> {
    About { title: "Título", subject: "Prueba", author: Some("Ilo"), locale: Locale::Es }
}

/// The operators of a page, as text.
fn operators(page: &Page) -> String {
    let bytes = miniz_oxide::inflate::decompress_to_vec_zlib(&page.content).unwrap();
    String::from_utf8(bytes).unwrap()
}

fn scene() -> Scene {
    let mut scene = Scene::new(297.0, 210.0);
    scene.title = "Peligro de tsunami".to_owned();
    let rings = vec![
        Rect::new(10.0, 20.0, 80.0, 50.0).ring(),
        Rect::new(20.0, 30.0, 5.0, 5.0).ring(),
    ];
    scene.fill(
        rings,
        Rule::EvenOdd,
        Paint::solid(Colour::hex(0x00ff_0000).with_alpha(0.5)),
    );
    scene.text(Text::new("Pampa Inalámbrica", [30.0, 100.0], 4.0).weight(Weight::Bold));
    scene
}

#[test]
fn coordinates_are_millimetres_of_the_paper() {
    let page = page(&scene());
    let said = operators(&page);
    // 297 by 210 mm in points: 841.89 by 595.28.
    assert_eq!(page.size, [84_189, 59_528]);
    assert!(said.starts_with("2.8346457 0 0 -2.8346457 0 595.28 cm 4 M\n"), "{said}");
    let rings = "10 20 m\n90 20 l\n90 70 l\n10 70 l\nh\n\
                 20 30 m\n25 30 l\n25 35 l\n20 35 l\nh\nf*\n";
    assert!(said.contains(&format!("/A128 gs 1 0 0 rg\n{rings}")), "{said}");
}

#[test]
fn text_is_kerned_and_stands_where_it_should() {
    let mut scene = Scene::new(100.0, 100.0);
    scene.text(Text::new("AVA", [50.0, 40.0], 10.0).anchor(Anchor::End).rotated(90.0));
    let page = page(&scene);
    let said = operators(&page);
    let line = said.lines().find(|line| line.starts_with("BT")).unwrap();
    // A quarter turn clockwise: the line runs down the page and ends at the anchor.
    assert!(line.contains("0 Tc -0.00000 1.00000 1.00000 0.00000 50 "), "{line}");
    let width = crate::outputs::map::font::width("AVA", Weight::Regular, 10.0);
    let y: f32 = line.split(' ').nth(11).unwrap().parse().unwrap();
    assert!((y + width - 40.0).abs() < 1e-3, "{line}");
    // A, V and A with the pair's kerning between them.
    assert_eq!(line.matches('<').count(), 3, "{line}");
    let letters: String = page.glyphs[0].values().collect();
    assert_eq!(letters.len(), 2);
}

#[test]
fn letters_with_a_halo_are_text_once() {
    let mut scene = Scene::new(100.0, 100.0);
    let halo = Colour::hex(0x00ff_ffff).with_alpha(0.85);
    scene.text(Text::new("Ilo", [10.0, 10.0], 3.0).halo(halo, 0.4));
    let said = operators(&page(&scene));
    assert_eq!(said.matches("BT").count(), 1);
    assert!(said.find(" c\n").unwrap() < said.find("BT").unwrap(), "the halo lies below");
}

#[test]
fn hatches_are_lines_within_their_area() {
    let mut scene = Scene::new(100.0, 100.0);
    let hatch = Hatch {
        kind: HatchKind::Dots { angle: 0.0 },
        spacing_mm: 2.0,
        width_mm: 0.4,
        colour: Colour::hex(0),
    };
    let paint = Paint { solid: None, hatch: Some(hatch) };
    scene.fill_rect(Rect::new(10.0, 10.0, 4.0, 2.5), paint);
    let said = operators(&page(&scene));
    let expected = "q\n10 10 m\n14 10 l\n14 12.5 l\n10 12.5 l\nh\nW* n\n\
                    /A255 gs 0 0 0 RG\n.4 w 1 J [0 2] 0 d\n";
    assert!(said.contains(expected), "{said}");
    assert!(said.contains("9 11 m\n15.01 11 l\n"), "{said}");
}

#[test]
fn an_empty_clip_hides_all() {
    let mut scene = Scene::new(10.0, 10.0);
    scene.clipped_to(Vec::new(), |scene| {
        scene.fill_rect(Rect::new(0.0, 0.0, 9.0, 9.0), Paint::solid(Colour::hex(0)));
    });
    let said = operators(&page(&scene));
    assert!(said.contains("q\n0 0 m h W* n\n") && said.ends_with("f*\nQ\n"), "{said}");
}

#[test]
fn documents_are_whole_small_and_the_same_twice() {
    let (one, two) = (page(&scene()), page(&scene()));
    let single = document(&[&one], about()).unwrap();
    assert!(single.starts_with(b"%PDF-1.7") && single.ends_with(b"%%EOF"));
    assert_eq!(single, document(&[&two], about()).unwrap());
    assert!(
        single.len() < 20_000,
        "a dozen glyphs, not the whole face: {}",
        single.len()
    );
    let both = document(&[&one, &two], about()).unwrap();
    let has = |bytes: &[u8], words: &str| {
        bytes.windows(words.len()).any(|part| part == words.as_bytes())
    };
    assert!(
        has(&both, "/Count 2") && has(&both, "/Outlines") && !has(&single, "/Outlines")
    );
    assert!(has(&single, "/PrintScaling /None") && has(&single, "/Lang (es)"));
    assert!(has(&single, "+NotoSans-Bold") && !has(&single, "+NotoSans-Regular"));
    assert!(!has(&single, "CreationDate"));
    assert!(document(&[], about()).is_ok());
}
