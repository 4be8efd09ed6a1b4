//! Maps as a whole: what is drawn, said and counted on them, on a made-up province.
#![allow(
    clippy::unwrap_used,
    clippy::float_cmp,
    clippy::cast_precision_loss,
    reason = "tests"
)]

#[allow(dead_code, unreachable_pub, reason = "an example, seen from here")]
#[path = "../examples/map_sheet.rs"]
mod sample;

use std::collections::BTreeMap;
use std::sync::Mutex;

use atalaya::analysis::Measurements;
use atalaya::config::Settings;
use atalaya::domain::{Level, Measure, TOTAL};
use atalaya::geometry::{GridPoint, Shapes, StudyArea};
use atalaya::i18n::Locale;
use atalaya::outputs::map::scene::{Paint, Rect, Scene};
use atalaya::outputs::map::words::Words;
use atalaya::outputs::map::{
    MapFile, MapOptions, MapSet, SheetAbout, draw_all, draw_all_with, png, render_all,
    style, svg,
};

fn draw(area: &StudyArea, measurements: &Measurements, settings: &Settings) -> MapSet {
    let options = MapOptions { locale: Locale::Es, date: None };
    draw_all(area, measurements, settings, &options).unwrap()
}

/// All maps, and every file as it is shown.
fn draw_and_look(
    area: &StudyArea,
    measurements: &Measurements,
) -> (MapSet, BTreeMap<String, Vec<u8>>) {
    let options = MapOptions { locale: Locale::Es, date: None };
    let shown = Mutex::new(BTreeMap::new());
    let look = |path: &str, bytes: &[u8]| {
        let earlier = shown.lock().unwrap().insert(path.to_owned(), bytes.to_vec());
        assert_eq!(earlier, None, "{path} is shown twice");
    };
    let set =
        draw_all_with(area, measurements, &sample::settings(), &options, look).unwrap();
    (set, shown.into_inner().unwrap())
}

/// The same at a coarse resolution, where only the drawing itself is put to the test.
fn draft(
    area: &StudyArea,
    measurements: &Measurements,
    settings: &Settings,
) -> Vec<MapFile> {
    let options = MapOptions { locale: Locale::Es, date: None };
    render_all(area, measurements, settings, &options, |name, scene| {
        let png = png::render(scene, 30.0)?;
        Ok(MapFile {
            name: name.to_owned(),
            png,
            svg: svg::render(scene),
            pdf: Vec::new(),
            scene: Vec::new(),
            about: SheetAbout::of(scene),
        })
    })
    .unwrap()
}

fn sheets() -> &'static (StudyArea, Measurements, Vec<MapFile>) {
    static SHEETS: std::sync::OnceLock<(StudyArea, Measurements, Vec<MapFile>)> =
        std::sync::OnceLock::new();
    SHEETS.get_or_init(|| {
        let area = sample::area();
        let measurements = sample::measurements(&area);
        let (set, shown) = draw_and_look(&area, &measurements);
        // What is shown while it is drawn is what comes out, but for the atlas.
        let mut files: BTreeMap<_, _> = set.clone().into_files().into_iter().collect();
        assert_eq!(files.remove("maps/atlas.pdf"), Some(set.atlas));
        assert!(files == shown, "{:?} {:?}", files.keys(), shown.keys());
        (area, measurements, set.maps)
    })
}

fn map<'a>(maps: &'a [MapFile], name: &str) -> &'a MapFile {
    maps.iter().find(|map| map.name == name).unwrap()
}

/// The texts of an SVG, in order.
fn texts(svg: &str) -> Vec<String> {
    svg.split("<text ")
        .skip(1)
        .map(|part| {
            let inner = part.split_once('>').unwrap().1.split_once("</text>").unwrap().0;
            inner.replace("&apos;", "'").replace("&amp;", "&")
        })
        .collect()
}

/// Reads a document as XML would: tags balanced, attributes quoted, text without bare `<` or `&`.
fn assert_well_formed(svg: &str) {
    assert!(svg.chars().all(|c| !c.is_control() || c == '\n'));
    let mut open: Vec<&str> = Vec::new();
    let mut rest =
        svg.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n").unwrap();
    while let Some(start) = rest.find('<') {
        for entity in rest[..start].split('&').skip(1) {
            let name = entity.split_once(';').expect("an entity ends").0;
            assert!(["amp", "lt", "gt", "quot", "apos"].contains(&name), "&{name};");
        }
        assert!(!rest[..start].contains("]]>"));
        let end = start + rest[start..].find('>').expect("a tag ends");
        let tag = &rest[start + 1..end];
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name));
        } else {
            assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
            assert!(!tag.contains('<'), "{tag}");
            let name = tag.split([' ', '/']).next().unwrap();
            if !tag.ends_with('/') {
                open.push(name);
            }
        }
        rest = &rest[end + 1..];
    }
    assert!(open.is_empty(), "{open:?}");
    assert_eq!(rest.trim(), "");
}

#[test]
fn every_map_has_its_name_and_two_formats() {
    let (_, _, maps) = sheets();
    let names: Vec<&str> = maps.iter().map(|map| map.name.as_str()).collect();
    let expected = [
        "overview",
        "hazard_any",
        "hazards_overlaid",
        "hazard_fault",
        "hazard_tsunami",
        "deficit_green_area",
        "deficit_health_access",
        "deficit_tuberculosis",
    ];
    assert_eq!(names, expected);
    for map in maps {
        assert_well_formed(&map.svg);
        let image = tiny_skia::Pixmap::decode_png(&map.png).unwrap();
        let a4 = [(1654, 2339), (2339, 1654)];
        assert!(a4.contains(&(image.width(), image.height())), "{}", map.name);
    }
}

#[test]
fn same_bytes_twice_and_on_any_number_of_threads() {
    let (area, measurements, maps) = sheets();
    for threads in [1, 2] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let again = pool.install(|| draw(area, measurements, &sample::settings()));
        assert!(&again.maps == maps, "{threads} threads");
    }
}

#[test]
fn legends_say_what_was_measured() {
    let (_, measurements, maps) = sheets();
    let words = Words { locale: Locale::Es };
    for hazard in ["fault", "tsunami"] {
        let said = texts(&map(maps, &format!("hazard_{hazard}")).svg);
        for level in Level::ALL {
            let row = measurements.exposure.iter().find(|row| {
                row.hazard == hazard
                    && row.territory == TOTAL
                    && row.level == level
                    && row.measure == Measure::People
            });
            let value = row.unwrap().value().unwrap();
            if value == 0.0 {
                continue;
            }
            let name = words.level(level);
            let at = said.iter().position(|text| text.starts_with(&name)).unwrap();
            // The figures follow the label, right to left: range, share, people.
            let figures = &said[at + 1..at + 4];
            assert_eq!(
                figures[2],
                words.number(value, 0),
                "{hazard} {name}: {figures:?}"
            );
            let share = words.percent(value / row.unwrap().total.unwrap());
            assert_eq!(format!("{}\u{202f}%", figures[1]), share);
        }
    }
}

#[test]
fn sheets_state_scale_datum_digest_status_and_doubt() {
    let (_, _, maps) = sheets();
    let digest = &sample::settings().digest.as_str()[..12].to_owned();
    for map in maps {
        let said = texts(&map.svg).join(" ");
        let scale = said.split("Escala 1:").nth(1).unwrap();
        let scale: String = scale
            .chars()
            .take_while(|c| c.is_ascii_digit() || *c == '\u{202f}')
            .collect();
        let digits = scale.replace('\u{202f}', "");
        let lead = digits.trim_end_matches('0');
        assert!(["1", "125", "15", "2", "25", "3", "4", "5", "6", "75"].contains(&lead));
        for words in
            ["Datum WGS 84", "zona 19S", digest, "Norte de", "SINTÉTICO|REFERENCIAL"]
        {
            assert!(words.split('|').any(|w| said.contains(w)), "{}: {words}", map.name);
        }
        if map.name.starts_with("hazard") {
            assert!(said.contains("exposición, no riesgo"));
            assert!(said.contains("EVAR"));
        }
        assert!(!said.contains('{'), "a value is missing: {said}");
        assert!(!said.contains("map."), "a text is missing: {said}");
    }
}

#[test]
fn a_date_of_run_is_printed_only_if_given() {
    let (area, measurements, maps) = sheets();
    let date = Some("2026-11-21".to_owned());
    let options = MapOptions { locale: Locale::En, date };
    let settings = sample::settings();
    let render = |_: &str, scene: &Scene| Ok(svg::render(scene));
    let dated = render_all(area, measurements, &settings, &options, render).unwrap();
    assert!(dated[0].contains("Computed on: 2026-11-21"));
    assert!(!maps[0].svg.contains("2026"));
}

#[test]
fn unknown_and_not_studied_have_entries_of_their_own() {
    let (_, _, maps) = sheets();
    let said = texts(&map(maps, "hazard_tsunami").svg);
    assert!(said.iter().any(|text| text == "Sin estudio"));
    assert!(said.iter().any(|text| text == "Sin zona de peligro"));
    let said = texts(&map(maps, "deficit_green_area").svg);
    assert!(said.iter().any(|text| text == "Sin dato"));
    assert!(said.iter().any(|text| text == "sin dato"));
}

/// How the grey of a hatched swatch is spread: mean and a print of its pattern.
fn grey_pattern(paint: Paint) -> (f64, Vec<u8>) {
    let mut scene = Scene::new(12.0, 12.0);
    scene.fill_rect(Rect::new(0.0, 0.0, 12.0, 12.0), paint);
    let image = png::render(&scene, 200.0).unwrap();
    let image = tiny_skia::Pixmap::decode_png(&image).unwrap();
    let grey: Vec<f64> = image
        .pixels()
        .iter()
        .map(|p| {
            0.2126 * f64::from(p.red())
                + 0.7152 * f64::from(p.green())
                + 0.0722 * f64::from(p.blue())
        })
        .collect();
    let mean = grey.iter().sum::<f64>() / grey.len() as f64;
    (mean, grey.iter().map(|g| u8::from(*g < mean - 12.0)).collect())
}

#[test]
fn levels_differ_in_grey_by_tone_or_pattern() {
    let paints: Vec<Paint> =
        Level::ALL.iter().map(|level| style::level(*level)).collect();
    for (i, a) in paints.iter().enumerate() {
        for b in &paints[i + 1..] {
            let ((tone_a, marks_a), (tone_b, marks_b)) =
                (grey_pattern(*a), grey_pattern(*b));
            let differ = marks_a.iter().zip(&marks_b).filter(|(a, b)| a != b).count();
            let share = differ as f64 / marks_a.len() as f64;
            assert!(
                share > 0.02,
                "{a:?} and {b:?}: tones {tone_a:.0} {tone_b:.0}, patterns {share:.3}"
            );
        }
    }
}

#[test]
fn hostile_names_stay_text() {
    let mut area = sample::area();
    let measurements = sample::measurements(&area);
    let name = "<script>alert(1)</script>]]>\u{0}\u{1b}&\"' ñandú".to_owned();
    area.territories[0].name.clone_from(&name);
    area.contexts[1].names[0].clone_from(&name);
    area.hazards[0].layer.title = sample::both(&name, &name);
    let mut settings = sample::settings();
    settings.title = sample::both(&"Título ".repeat(700), "x");
    settings.deficits[0].title = sample::both(&"x".repeat(5000), "x");
    for map in draft(&area, &measurements, &settings) {
        assert_well_formed(&map.svg);
        assert!(!map.svg.contains("<script"));
        let longest = texts(&map.svg).iter().map(|t| t.chars().count()).max().unwrap();
        assert!(longest < 200, "{}: {longest}", map.name);
    }
}

/// The same world scaled about a point.
fn scaled(shapes: &Shapes, k: f64) -> Shapes {
    let mut out = Shapes::default();
    for shape in shapes.iter() {
        for (role, points) in shape.parts() {
            let scale = |p: &GridPoint| {
                let [x, y] = p.meters();
                let at = |v: f64, c: f64| c + (v - c) * k;
                GridPoint::snap(at(x, 255_000.0), at(y, 8_050_000.0)).unwrap()
            };
            out.push_part(role, points.iter().map(scale));
        }
        out.end_feature(shape.dimension());
    }
    out
}

#[test]
fn worlds_of_a_metre_and_of_two_thousand_kilometres_are_drawn() {
    let base = sample::area();
    let measurements = sample::measurements(&base);
    for k in [1.0 / 63_000.0, 32.0] {
        let mut area = base.clone();
        area.territory_layer.shapes = scaled(&base.territory_layer.shapes, k).into();
        for hazard in &mut area.hazards {
            hazard.layer.shapes = scaled(&hazard.layer.shapes, k).into();
            for zone in &mut hazard.zones {
                zone.shapes = scaled(&zone.shapes, k);
            }
            hazard.study_area = hazard.study_area.as_ref().map(|s| scaled(s, k));
        }
        for layer in &mut area.exposures {
            layer.layer.shapes = scaled(&layer.layer.shapes, k).into();
        }
        for layer in &mut area.services {
            layer.layer.shapes = scaled(&layer.layer.shapes, k).into();
        }
        for layer in &mut area.contexts {
            layer.layer.shapes = scaled(&layer.layer.shapes, k).into();
        }
        for map in draft(&area, &measurements, &sample::settings()) {
            assert_well_formed(&map.svg);
            assert!(!map.svg.contains("NaN"), "{}", map.name);
        }
    }
}

#[test]
fn empty_layers_and_no_figures_still_give_sheets() {
    let mut area = sample::area();
    area.territory_layer.shapes = Shapes::default().into();
    area.territories.clear();
    for hazard in &mut area.hazards {
        hazard.zones.clear();
        hazard.layer.shapes = Shapes::default().into();
        hazard.study_area = Some(Shapes::default());
    }
    for layer in &mut area.exposures {
        layer.layer.shapes = Shapes::default().into();
        layer.people = Some(Vec::new().into());
    }
    for layer in &mut area.services {
        layer.layer.shapes = Shapes::default().into();
    }
    for layer in &mut area.contexts {
        layer.layer.shapes = Shapes::default().into();
        layer.names.clear();
    }
    let maps = draft(&area, &Measurements::default(), &sample::settings());
    assert_eq!(maps.len(), 8);
    area.hazards.clear();
    area.exposures.clear();
    area.services.clear();
    area.contexts.clear();
    assert_eq!(draft(&area, &Measurements::default(), &sample::settings()).len(), 4);
}

#[test]
fn territories_of_one_point_width_are_drawn() {
    let mut area = sample::area();
    let mut shapes = Shapes::default();
    for i in 0..3 {
        let x = 250_000.0 + f64::from(i) * 1e-6;
        let y = 8_050_000.0;
        sample::push_area(&mut shapes, &[[x, y], [x + 1e-6, y], [x, y + 1e-6]]);
    }
    area.territory_layer.shapes = shapes.into();
    let measurements = Measurements::default();
    assert_eq!(draft(&area, &measurements, &sample::settings()).len(), 8);
}

#[test]
fn figures_for_the_whole_colour_every_territory() {
    let (_, _, maps) = sheets();
    let said = texts(&map(maps, "deficit_tuberculosis").svg);
    assert!(said.iter().any(|text| text.starts_with("151") && text.contains("casos")));
    assert!(!said.iter().any(|text| text == "Sin dato"));
}

/// Layers are told apart by their signs; where there are more layers than signs, that is told.
#[test]
fn signs_that_come_back_are_noticed() {
    use atalaya::outputs::map::legend::{Entry, Sign, has_likes};
    use atalaya::outputs::map::motif::Motif;
    let entry = |sign: Sign| Entry { sign, label: String::new(), figures: Vec::new() };
    let area = |i: usize| {
        let (paint, edge) = style::exposed(i);
        match Motif::of_exposed(i) {
            Some(motif) => Sign::Strewn(paint, edge, motif),
            None => Sign::Area(paint, None),
        }
    };
    let line = |i: usize| {
        let (width, dash) = style::exposed_line(i);
        Sign::Line(style::exposed(i).1, width, dash.to_vec())
    };
    let spot = |i: usize| {
        let kind = style::Spot::of(i);
        Sign::Spot(kind, style::exposed(i).1, kind.radius_mm(false))
    };
    let of = |count: usize| -> Vec<Entry> {
        let all = (0..count).flat_map(|i| [area(i), line(i), spot(i)]);
        all.map(entry).collect()
    };
    assert!(!has_likes(&of(style::KINDS)));
    let mut areas: Vec<Entry> = (0..style::KINDS).map(|i| entry(area(i))).collect();
    for more in [line(style::KINDS), spot(style::KINDS)] {
        let mut all = of(style::KINDS);
        all.push(entry(more));
        assert!(has_likes(&all));
    }
    // The first layer of areas has no sign, so there is one more.
    areas.push(entry(area(style::KINDS)));
    assert!(!has_likes(&areas));
    areas.push(entry(area(style::KINDS + 1)));
    assert!(has_likes(&areas));
}
