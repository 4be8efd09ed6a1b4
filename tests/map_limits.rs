//! What bad or extreme input gets from the maps: sheets with a clear outcome, or an error that
//! names what is wrong. Drawn by the program, as its users would.
#![allow(
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "tests: what is missing should fail them; pixels are small numbers"
)]

mod support;

#[allow(dead_code, unreachable_pub, reason = "an example, seen from here")]
#[path = "../examples/map_sheet.rs"]
mod sample;

use std::collections::BTreeMap;

use atalaya::analysis::Measurements;
use atalaya::config::{Logo, SheetSettings};
use atalaya::domain::Digest;
use atalaya::geometry::{Dimension, GridPoint, Shapes, StudyArea};
use atalaya::i18n::Locale;
use atalaya::layers::PartRole;
use atalaya::outputs::map::scene::{Image, Item, Rect, Scene};
use atalaya::outputs::map::stored::{Format, Sheet};
use atalaya::outputs::map::{MapOptions, png, render_all};

use support::{Table, World, atalaya, feature, files_under, point, rect};

// ------------------------------------------------------------------ Whole runs

/// Files of a run with maps, which must end well.
fn drawn(world: &World) -> BTreeMap<String, Vec<u8>> {
    let project = world.project().display().to_string();
    let ran = atalaya(world.folder(), &["run", &project, "--only", "tables,maps"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    files_under(&world.out())
}

/// A sheet as SVG.
fn svg(files: &BTreeMap<String, Vec<u8>>, name: &str) -> String {
    let bytes = &files[&format!("maps/{name}.svg")];
    String::from_utf8(bytes.clone()).unwrap()
}

/// Every map is there in each format, opens, and says its scale.
fn assert_sheets(files: &BTreeMap<String, Vec<u8>>) {
    for name in ["overview", "hazard_flood", "deficit_health"] {
        let bytes = |ending: &str| &files[&format!("maps/{name}.{ending}")];
        tiny_skia::Pixmap::decode_png(bytes("png")).unwrap();
        assert!(bytes("pdf").starts_with(b"%PDF-") && bytes("pdf").ends_with(b"%%EOF"));
        let svg = svg(files, name);
        let is_number = |word: &str| !["NaN", "inf", "-inf"].contains(&word);
        assert!(svg.ends_with("</svg>\n") && svg.split(['"', ' ', ',']).all(is_number));
        assert!(svg.contains("Escala 1:"), "{name}");
    }
}

/// The scale that a sheet states.
fn scale(svg: &str) -> f64 {
    let said = svg.split("Escala 1:").nth(1).unwrap().split('<').next().unwrap();
    said.replace('\u{202f}', "").parse().unwrap()
}

#[test]
fn an_empty_layer_gives_sheets_that_do_not_show_it() {
    let world = World::tiny();
    world.layer("flood", &[]);
    world.layer("posts", &[]);
    let files = drawn(&world);
    assert_sheets(&files);
    let hazard = svg(&files, "hazard_flood");
    assert!(hazard.contains("Sin zona de peligro") && !hazard.contains(">Alto<"));
    let findings = Table::of(&world.out(), "findings");
    assert_eq!(findings.find(&[("code", "L009"), ("layer", "flood")]).len(), 1);
}

#[test]
fn a_single_point_gets_a_sheet_around_it() {
    let world = World::tiny();
    world.edit("people = \"population\"\n", "");
    world.edit("[deficits.health]", "[deficits.unused]");
    world.layer("blocks", &[feature("b1", "", &point(50.0, 50.0))]);
    world.layer(
        "flood",
        &[feature("z1", r#""nivel":"high""#, &rect(49.0, 49.0, 51.0, 51.0))],
    );
    let text = std::fs::read_to_string(world.project()).unwrap();
    let without = text.split("[deficits").next().unwrap().to_owned();
    world.write("project.toml", &(without + "[outputs]\ndirectory = \"out\"\n"));
    let files = drawn(&world);
    let hazard = svg(&files, "hazard_flood");
    // Nothing smaller than a hundred metres or so is a place: no sheet at 1:1.
    assert!((10.0..=2000.0).contains(&scale(&hazard)), "{}", scale(&hazard));
    assert!(
        hazard.contains(">elementos<") && hazard.contains("100,0"),
        "all of it is inside"
    );
}

/// A world with its district so wide and so high, southwards; everything else lies in it.
fn sized(width: f64, height: f64) -> World {
    let world = World::tiny();
    let part = |part: f64| rect(0.0, -height * part, width * part, 0.0);
    let code = r#""code":"01","name":"One""#;
    world.layer("districts", &[feature("t1", code, &part(1.0))]);
    world.layer("flood", &[feature("z1", r#""nivel":"high""#, &part(0.5))]);
    world.layer("blocks", &[feature("b1", r#""population":100"#, &part(0.5))]);
    world
}

#[test]
fn a_territory_of_a_metre_and_one_of_two_thousand_kilometres_have_round_scales() {
    // Its size in metres, and the scales at which it fills some of an A4 sheet.
    let cases = [([1.0, 1.0], 5.0..=50.0), ([300_000.0, 2_000_000.0], 1e7..=2e7)];
    for ([width, height], scales) in cases {
        let files = drawn(&sized(width, height));
        assert_sheets(&files);
        let overview = svg(&files, "overview");
        let scale = scale(&overview);
        assert!(scales.contains(&scale), "{height} m at 1:{scale}");
        let digits = format!("{scale:.0}");
        let lead = digits.trim_end_matches('0');
        assert!(["1", "125", "15", "2", "25", "3", "4", "5", "6", "75"].contains(&lead));
    }
}

/// Two thousand kilometres across are more than a zone of UTM can hold: that is said.
#[test]
fn a_territory_beyond_the_zone_of_its_system_is_refused() {
    let world = sized(2_000_000.0, 2_000_000.0);
    let project = world.project().display().to_string();
    let ran = atalaya(world.folder(), &["run", &project, "--lang", "en"]);
    assert_eq!(ran.code, 2);
    for said in ["districts", "t1", "EPSG:32719"] {
        assert!(ran.stderr.contains(said), "no `{said}` in {}", ran.stderr);
    }
    assert!(!world.out().exists());
}

#[test]
fn a_name_of_5000_letters_is_shortened_and_runs_over_nothing() {
    let world = World::tiny();
    let name = "Ñandú ".repeat(834);
    let districts = format!(r#""code":"01","name":"{}""#, name.trim());
    let (a, b) = (rect(0.0, 0.0, 100.0, 100.0), rect(100.0, 0.0, 200.0, 100.0));
    let second = feature("t2", r#""code":"02","name":"Two""#, &b);
    world.layer("districts", &[feature("t1", &districts, &a), second]);
    world.edit("title = \"Tiny\"", &format!("title = \"{}\"", name.trim()));
    let files = drawn(&world);
    assert_sheets(&files);
    for name in ["overview", "hazard_flood", "deficit_health"] {
        let svg = svg(&files, name);
        assert!(svg.contains("Ñandú"), "{name}: the beginning is there");
        let texts =
            svg.split("<text ").skip(1).map(|t| t.split("</text>").next().unwrap());
        let longest = texts.map(|t| t.split('>').nth(1).unwrap().chars().count()).max();
        assert!(longest < Some(200), "{name}: {longest:?}");
    }
    // The tables keep all of it.
    let table = String::from_utf8(files["tables/exposure.csv"].clone()).unwrap();
    assert!(table.contains(name.trim()));
}

#[test]
fn a_missing_glyph_is_named_in_a_finding() {
    let world = World::tiny();
    let square = rect(0.0, 0.0, 100.0, 100.0);
    world.layer("districts", &[feature("t1", r#""code":"01","name":"東 Ilo""#, &square)]);
    let files = drawn(&world);
    assert_sheets(&files);
    let findings = Table::of(&world.out(), "findings");
    let found = findings.find(&[("code", "M001"), ("layer", "districts")]);
    assert_eq!(found.len(), 1);
    assert!(found[0]["message"].contains("U+6771"), "{found:?}");
}

#[test]
fn a_style_with_an_unknown_key_is_refused_with_its_line() {
    for (table, key) in [("[maps]", "colour"), ("[maps.hazard_flood]", "colour")] {
        let world = World::tiny();
        world.add(&format!("{table}\n{key} = \"red\""));
        let project = world.project().display().to_string();
        let ran = atalaya(world.folder(), &["run", &project, "--lang", "en"]);
        assert_eq!(ran.code, 2);
        let line = world.line_of(&format!("{key} =")).to_string();
        for said in [format!("unknown key `{key}`").as_str(), line.as_str()] {
            assert!(ran.stderr.contains(said), "no `{said}` in {}", ran.stderr);
        }
        assert!(!world.out().exists());
    }
}

// ------------------------------------------------------------------ Crowds

/// The made-up province with so many blocks by so many, of 20 vertices each, in a square of
/// 20 km.
fn crowd(side: usize) -> StudyArea {
    let mut area = sample::area();
    let mut shapes = Shapes::default();
    let step = 20_000.0 / side as f64;
    for i in 0..side * side {
        let (x, y) = ((i % side) as f64 * step, (i / side) as f64 * step);
        let ring = (0..20).map(|k| {
            let turn = std::f64::consts::TAU * f64::from(k) / 20.0;
            let (x, y) = (x + turn.cos() * step * 0.4, y + turn.sin() * step * 0.4);
            GridPoint::snap(250_000.0 + x, 8_040_000.0 + y).unwrap()
        });
        shapes.push_part(PartRole::Shell, ring);
        shapes.end_feature(Dimension::Area);
    }
    area.hazards.truncate(1);
    area.exposures.truncate(1);
    let layer = &mut area.exposures[0];
    layer.layer.ids =
        std::sync::Arc::new((0..shapes.len()).map(|i| i.to_string()).collect());
    layer.people = Some(vec![Some(1.0); shapes.len()].into());
    layer.layer.shapes = shapes.into();
    area
}

/// The sheet of the hazard at a scale.
fn at_scale(area: &StudyArea, scale: f64) -> Scene {
    let mut settings = sample::settings();
    settings.deficits.clear();
    let name = format!("hazard_{}", area.hazards[0].layer.id);
    let own = SheetSettings { scale: Some(scale), ..SheetSettings::default() };
    settings.maps.sheets.insert(name.clone(), own);
    let options = MapOptions { locale: Locale::Es, date: None };
    let keep = |name: &str, scene: &Scene| Ok((name.to_owned(), scene.clone()));
    let all = render_all(area, &Measurements::default(), &settings, &options, keep);
    let mut all = all.unwrap();
    let own = all.iter().position(|(known, _)| *known == name);
    all.swap_remove(own.unwrap()).1
}

/// Vertices of all that is drawn, and bytes of the stored sheet.
fn cost(scene: &Scene) -> (usize, usize) {
    let of = |item: &Item| match item {
        Item::Fill(fill) => fill.rings.iter().map(Vec::len).sum(),
        Item::Stroke(stroke) => stroke.paths.iter().map(|path| path.points.len()).sum(),
        _ => 0,
    };
    let vertices = scene.items.iter().map(of).sum();
    let sheet = Sheet { scene: scene.clone(), author: None, locale: Locale::Es };
    (vertices, sheet.to_bytes().unwrap().len())
}

/// More blocks than the page can show do not make a heavier sheet, however many they are and
/// however finely they are drawn.
#[test]
fn a_crowd_of_blocks_is_simplified_to_what_the_page_shows() {
    let (few, many) = (crowd(40), crowd(250));
    // At 1:100 000 a block of 400 m is 4 mm wide: all 20 vertices are seen.
    let (seen, _) = cost(&at_scale(&few, 100_000.0));
    assert!(seen > 1000 * 10, "{seen}");
    // At 1:2 000 000 the square is 10 mm wide, with room for so many dots of a tenth of a
    // millimetre and more, of four corners each, whether 1600 or 62 500 blocks stand in it.
    let (bare, _) = cost(&at_scale(&crowd(1), 2_000_000.0));
    let (small, light) = cost(&at_scale(&few, 2_000_000.0));
    let (large, heavy) = cost(&at_scale(&many, 2_000_000.0));
    assert!(small > bare, "some are drawn: {bare} to {small}");
    assert!(large - bare <= 4 * 101 * 101, "{large} of 1 250 000 vertices");
    assert!(heavy < 2 * light + 50_000, "from {light} to {heavy} bytes");
}

// ------------------------------------------------------------------ Logos

/// A picture of so many pixels.
fn picture(width: u32, height: u32) -> Logo {
    let mut bytes = Vec::new();
    let mut encoder = ::png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(::png::ColorType::Grayscale);
    encoder.set_depth(::png::BitDepth::Eight);
    let pixels = vec![90; (width * height) as usize];
    encoder.write_header().unwrap().write_image_data(&pixels).unwrap();
    Logo {
        path: "logo.png".into(),
        declared_path: "logo.png".to_owned(),
        digest: Digest::of(&bytes),
        bytes,
        size: [width, height],
    }
}

/// The picture on a sheet, the title right of it, and the sheet.
fn titled(logo: Logo) -> (Rect, f32, Scene) {
    let mut settings = sample::settings();
    settings.deficits.clear();
    settings.maps.logo = Some(logo);
    let options = MapOptions { locale: Locale::Es, date: None };
    let mut area = sample::area();
    area.hazards.clear();
    let keep = |_: &str, scene: &Scene| Ok(scene.clone());
    let scene = render_all(&area, &Measurements::default(), &settings, &options, keep)
        .unwrap()
        .swap_remove(0);
    let image = scene.items.iter().find_map(|item| match item {
        Item::Image(Image { rect, .. }) => Some(*rect),
        _ => None,
    });
    let title = scene.items.iter().find_map(|item| match item {
        Item::Text(text) if text.text == scene.title => Some(text.pos[0]),
        _ => None,
    });
    (image.unwrap(), title.unwrap(), scene)
}

#[test]
fn a_logo_of_any_shape_keeps_it_inside_its_slot() {
    for (width, height) in
        [(200, 200), (4000, 8), (8, 4000), (1, 1), (300, 100), (100, 300)]
    {
        let (rect, title, scene) = titled(picture(width, height));
        let what = format!("{width} × {height}: {rect:?}");
        // The strip of the title is 15.5 mm high and begins 7 mm below the edge of the paper.
        assert!(rect.x >= 7.0 && rect.y >= 7.0 && rect.bottom() <= 22.5, "{what}");
        assert!(rect.w <= 28.001 && rect.h <= 11.501, "{what}");
        assert!(rect.w > 27.9 || rect.h > 11.4, "as large as the slot allows: {what}");
        let (shape, own) = (rect.w / rect.h, width as f32 / height as f32);
        assert!((shape / own - 1.0).abs() < 1e-3, "not distorted: {what}");
        assert!(title > rect.right() + 1.0, "{what}: the title begins at {title}");
        let sheet = Sheet { scene, author: None, locale: Locale::Es };
        for format in Format::ALL {
            assert!(!sheet.render(format, 60.0).unwrap().is_empty(), "{what}");
        }
    }
}

#[test]
fn a_logo_is_seen_where_it_stands() {
    let (rect, _, scene) = titled(picture(300, 100));
    let page =
        tiny_skia::Pixmap::decode_png(&png::render(&scene, 100.0).unwrap()).unwrap();
    let at = rect.center().map(|mm| (mm / 25.4 * 100.0) as u32);
    let pixel = page.pixel(at[0], at[1]).unwrap();
    assert_eq!([pixel.red(), pixel.green(), pixel.blue()], [90; 3]);
}

#[test]
fn a_logo_that_is_broken_is_refused_by_name() {
    let whole = picture(60, 40).bytes;
    let mut flipped = whole.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 0xff;
    let cases: [(&str, Vec<u8>); 5] = [
        ("cut short", whole[..whole.len() / 2].to_vec()),
        ("damaged", flipped),
        ("empty", Vec::new()),
        ("another format", b"GIF89a\x01\x00\x01\x00".to_vec()),
        ("too wide", picture(4001, 1).bytes),
    ];
    for (what, bytes) in cases {
        let world = World::tiny();
        std::fs::write(world.file("escudo.png"), bytes).unwrap();
        world.add("[maps]\nlogo = \"escudo.png\"");
        let project = world.project().display().to_string();
        let ran = atalaya(world.folder(), &["run", &project, "--lang", "en"]);
        assert_eq!(ran.code, 2, "{what}: {}", ran.stderr);
        assert!(ran.stderr.contains("escudo.png"), "{what}: {}", ran.stderr);
        assert!(ran.stderr.contains("PNG"), "{what}: {}", ran.stderr);
        assert!(!world.out().exists(), "{what}");
    }
}
