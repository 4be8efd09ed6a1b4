//! What maps must keep on paper: levels apart in black and white and for colour-blind eyes,
//! legends that agree with the tables, and a scale that holds.
#![allow(
    clippy::unwrap_used,
    clippy::float_cmp,
    clippy::many_single_char_names,
    clippy::cast_precision_loss,
    reason = "tests, and the letters of published formulas"
)]

#[allow(dead_code, unreachable_pub, reason = "an example, seen from here")]
#[path = "../examples/map_sheet.rs"]
mod sample;

#[path = "support/pdf.rs"]
mod page;

use atalaya::analysis::Measurements;
use atalaya::config::{AtlasPages, Paper, SheetSettings};
use atalaya::domain::{Code, Level, TOTAL};
use atalaya::geometry::StudyArea;
use atalaya::i18n::Locale;
use atalaya::outputs::map::legend::{Entry, Group, Sign, shortened};
use atalaya::outputs::map::scene::{Colour, Item, Paint, Scene, Text};
use atalaya::outputs::map::signs;
use atalaya::outputs::map::words::Words;
use atalaya::outputs::map::{
    MapOptions, draw_all, figures, furniture, legend, letters, pdf, projection,
    render_all, style,
};

use page::content;

const WORDS: Words = Words { locale: Locale::Es };

// ------------------------------------------------------------------ Levels and eyes

type Matrix = [[f64; 3]; 3];

const ALL_COLOURS: Matrix = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
/// Severity 1.0, linear sRGB: Machado, Oliveira & Fernandes (2009), "A physiologically-based
/// model for simulation of color vision deficiency", *IEEE TVCG* 15(6), table of matrices.
const PROTANOPIA: Matrix = [
    [0.152_286, 1.052_583, -0.204_868],
    [0.114_503, 0.786_281, 0.099_216],
    [-0.003_882, -0.048_116, 1.051_998],
];
const DEUTERANOPIA: Matrix = [
    [0.367_322, 0.860_646, -0.227_968],
    [0.280_085, 0.672_501, 0.047_413],
    [-0.011_820, 0.042_940, 0.968_881],
];
const LUMINANCE: [f64; 3] = [0.2126, 0.7152, 0.0722];
const GREY: Matrix = [LUMINANCE, LUMINANCE, LUMINANCE];

/// CIE L*a*b* (D65) of a colour as seen through a matrix.
fn lab(colour: Colour, seen: Matrix) -> [f64; 3] {
    let linear = colour.rgb.map(|v| {
        let v = f64::from(v) / 255.0;
        if v <= 0.040_45 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
    });
    let times = |m: Matrix, v: [f64; 3]| {
        m.map(|row| row[0] * v[0] + row[1] * v[1] + row[2] * v[2])
    };
    let rgb = times(seen, linear).map(|v| v.clamp(0.0, 1.0));
    let to_xyz = [
        [0.412_456_4, 0.357_576_1, 0.180_437_5],
        [0.212_672_9, 0.715_152_2, 0.072_175_0],
        [0.019_333_9, 0.119_192_0, 0.950_304_1],
    ];
    let [x, y, z] = times(to_xyz, rgb);
    let f = |t: f64| {
        if t > 216.0 / 24_389.0 { t.cbrt() } else { (24_389.0 / 27.0 * t + 16.0) / 116.0 }
    };
    let (x, y, z) = (f(x / 0.950_47), f(y), f(z / 1.088_83));
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

/// CIEDE2000: Sharma, Wu & Dalal (2005), *Color Research & Application* 30(1), 21–30.
fn delta_e([l1, a1, b1]: [f64; 3], [l2, a2, b2]: [f64; 3]) -> f64 {
    let seventh = |c: f64| (c.powi(7) / (c.powi(7) + 25f64.powi(7))).sqrt();
    let g = 0.5 * (1.0 - seventh(f64::midpoint(a1.hypot(b1), a2.hypot(b2))));
    let (a1, a2) = (a1 * (1.0 + g), a2 * (1.0 + g));
    let (c1, c2) = (a1.hypot(b1), a2.hypot(b2));
    let hue = |a: f64, b: f64| b.atan2(a).to_degrees().rem_euclid(360.0);
    let (h1, h2) = (hue(a1, b1), hue(a2, b2));
    let turn =
        if c1 * c2 == 0.0 { 0.0 } else { (h2 - h1 + 540.0).rem_euclid(360.0) - 180.0 };
    let dh = 2.0 * (c1 * c2).sqrt() * (turn / 2.0).to_radians().sin();
    let (l, c) = (f64::midpoint(l1, l2), f64::midpoint(c1, c2));
    let h = if c1 * c2 == 0.0 {
        h1 + h2
    } else if (h1 - h2).abs() <= 180.0 {
        f64::midpoint(h1, h2)
    } else {
        f64::midpoint(h1, h2) + 180.0
    };
    let cos = |degrees: f64| degrees.to_radians().cos();
    let t = 1.0 - 0.17 * cos(h - 30.0) + 0.24 * cos(2.0 * h) + 0.32 * cos(3.0 * h + 6.0)
        - 0.20 * cos(4.0 * h - 63.0);
    let sl = 1.0 + 0.015 * (l - 50.0).powi(2) / (20.0 + (l - 50.0).powi(2)).sqrt();
    let (sc, sh) = (1.0 + 0.045 * c, 1.0 + 0.015 * c * t);
    let bend = 30.0 * (-((h.rem_euclid(360.0) - 275.0) / 25.0).powi(2)).exp();
    let rt = -2.0 * seventh(c) * (2.0 * bend).to_radians().sin();
    let (dl, dc, dh) = ((l2 - l1) / sl, (c2 - c1) / sc, dh / sh);
    (dl * dl + dc * dc + dh * dh + rt * dc * dh).sqrt()
}

#[test]
fn the_colour_difference_is_that_of_its_authors() {
    // Rows 1 and 17 of their table of test data.
    let cases = [
        ([50.0, 2.6772, -79.7751], [50.0, 0.0, -82.7485], 2.0425),
        ([50.0, 2.5, 0.0], [73.0, 25.0, -18.0], 27.1492),
    ];
    for (a, b, expected) in cases {
        assert!((delta_e(a, b) - expected).abs() < 5e-5, "{}", delta_e(a, b));
    }
}

#[test]
fn the_four_levels_stay_apart_for_every_eye_and_in_grey() {
    let eyes = [
        ("all colours", ALL_COLOURS),
        ("protanopia", PROTANOPIA),
        ("deuteranopia", DEUTERANOPIA),
        ("grey print", GREY),
    ];
    let solid = |level: Level| style::level(level).solid.unwrap();
    for (eye, seen) in eyes {
        for (i, a) in Level::ZONES.iter().enumerate() {
            for b in &Level::ZONES[i + 1..] {
                let apart = delta_e(lab(solid(*a), seen), lab(solid(*b), seen));
                // 2 is just seen side by side, 5 at a glance.
                assert!(apart >= 5.0, "{eye}: {a:?} and {b:?} are {apart:.1} apart");
            }
        }
    }
}

/// Neighbours of a ramp: side by side, where 2 is just seen.
#[test]
fn the_classes_of_deficits_stay_apart_for_every_eye_and_in_grey() {
    for count in 2..=7 {
        let tone = |rank: usize| style::ramp(rank, count).solid.unwrap();
        for seen in [ALL_COLOURS, PROTANOPIA, DEUTERANOPIA, GREY] {
            for rank in 1..count {
                let apart = delta_e(lab(tone(rank - 1), seen), lab(tone(rank), seen));
                assert!(apart >= 3.0, "{rank} of {count}: {apart:.1}");
            }
            let served = delta_e(lab(style::SERVED, seen), lab(tone(count - 1), seen));
            assert!(served >= 20.0, "{served:.1}");
        }
    }
}

#[test]
fn not_studied_never_looks_like_no_hazard() {
    let (studied, unknown) = (style::level(Level::None), style::level(Level::NotStudied));
    assert!(studied.hatch.is_none() && unknown.hatch.is_some());
    let [r, g, b] = unknown.solid.unwrap().rgb;
    assert!(r == g && g == b, "unknown is grey");
    // The hatch is seen on its ground in any print.
    let ground = lab(unknown.solid.unwrap(), GREY);
    let line = lab(unknown.hatch.unwrap().colour, GREY);
    assert!(delta_e(ground, line) > 20.0);
    assert_eq!(
        unknown,
        style::GapClass::Unknown.paint(),
        "one sign for what nobody knows"
    );
}

// ------------------------------------------------------------------ Legends and tables

/// The texts of every sheet, in order.
fn sheets(
    area: &StudyArea,
    measurements: &Measurements,
) -> Vec<(String, Vec<String>, Scene)> {
    let options = MapOptions { locale: Locale::Es, date: None };
    render_all(area, measurements, &sample::settings(), &options, |name, scene| {
        let texts = scene.items.iter().filter_map(|item| match item {
            Item::Text(text) => Some(text.text.clone()),
            _ => None,
        });
        Ok((name.to_owned(), texts.collect(), scene.clone()))
    })
    .unwrap()
}

#[test]
fn every_hazard_legend_and_table_has_the_figures_of_the_run() {
    let area = sample::area();
    let measurements = sample::measurements(&area);
    for (name, said, _) in sheets(&area, &measurements) {
        let Some(hazard) = name.strip_prefix("hazard_") else { continue };
        let rows = measurements
            .exposure
            .iter()
            .filter(|row| row.hazard == hazard && row.territory == TOTAL);
        let exposure = figures::Exposure::of(&measurements, hazard);
        let (layer, measure) = exposure.main_measure().unwrap();
        // A sheet that has no room for the whole table says so.
        let is_cut = said.iter().any(|text| text.contains("filas más en las tablas"));
        let mut seen = 0;
        for row in rows.filter(|row| row.value() > Some(0.0)) {
            // The legend has all levels of the main measure, the table the zones of the others.
            let is_main = row.layer == layer && row.measure == measure;
            // Beside the worst of all stand the hazards, not the layers.
            let is_cut = is_cut || hazard == "any";
            if !is_main && (is_cut || !Level::ZONES.contains(&row.level)) {
                continue;
            }
            let figure = figures::amount_or_hidden(WORDS, &row.measure, row.value());
            assert!(said.contains(&figure), "{name}: {row:?} as {figure}");
            seen += 1;
        }
        assert!(seen > 2, "{name}: {seen}");
    }
}

#[test]
fn every_deficit_sheet_has_the_figures_of_the_run() {
    let area = sample::area();
    let measurements = sample::measurements(&area);
    let settings = sample::settings();
    for (name, said, _) in sheets(&area, &measurements) {
        let Some(id) = name.strip_prefix("deficit_") else { continue };
        let kind = &settings.deficits.iter().find(|d| d.id == id).unwrap().kind;
        let rows: Vec<_> =
            measurements.deficits.iter().filter(|d| d.deficit == id).collect();
        assert!(!rows.is_empty());
        for row in rows {
            // The map says it with its unit, the table without.
            let figure = figures::deficit_value(WORDS, kind, row);
            let bare = figure.split('\u{a0}').next().unwrap().to_owned();
            let is_said = said.contains(&figure) || said.contains(&bare);
            assert!(is_said || row.value.is_none(), "{name}: {row:?} as {figure}");
        }
    }
}

#[test]
fn a_long_legend_says_what_it_leaves_out() {
    let entry = |i: usize| Entry {
        sign: Sign::Area(Paint::solid(Colour::hex(0x0080_8080)), None),
        label: format!("Capa número {i}"),
        figures: Vec::new(),
    };
    let whole = Group {
        heading: "Signos".into(),
        entries: (0..40).map(entry).collect(),
        ..Group::default()
    };
    let more = |n: usize| format!("y {n} más");
    let short = shortened(&whole, (70.0, 60.0), more);
    let left_out = whole.entries.len() - short.entries.len();
    assert!(left_out > 0 && short.entries.len() > 10, "{left_out}");
    assert_eq!(short.more, Some(more(left_out)));
    let mut scene = Scene::new(70.0, 60.0);
    let height = legend::group(&mut scene, [0.0; 2], 70.0, &short);
    assert!(height <= 60.0, "{height}");
    let is_said = |item: &Item| matches!(item, Item::Text(Text { text, .. }) if *text == more(left_out));
    assert!(scene.items.iter().any(is_said));
    // The word itself needs room, which is that of one more row.
    let height = legend::group(&mut Scene::new(70.0, 1.0), [0.0; 2], 70.0, &whole);
    let most = shortened(&whole, (70.0, height), more);
    assert!(whole.entries.len() - most.entries.len() <= 2, "no more than must be");
}

// ------------------------------------------------------------------ The scale on paper

#[test]
fn a_pdf_printed_at_its_size_has_the_scale_that_it_states() {
    let mut scene = Scene::new(297.0, 210.0);
    let extent = projection::Extent {
        min: [250_000.0, 8_040_000.0],
        max: [254_000.0, 8_043_000.0],
    };
    let frame = atalaya::outputs::map::scene::Rect::new(20.0, 20.0, 190.0, 140.0);
    let view = projection::View::around(extent, frame);
    assert!((view.scale - 25_000.0).abs() < 1e-9);
    // A kilometre and a scale bar.
    let ink = Colour::hex(0);
    scene.line(
        view.to_page([251_000.0, 8_041_000.0]),
        view.to_page([252_000.0, 8_041_000.0]),
        0.1,
        ink,
    );
    let said = furniture::bar_length(view, 60.0);
    let bar = furniture::scale_bar(&mut scene, view, [20.0, 180.0], 60.0, Locale::Es);
    let page = pdf::page(&scene);
    let about = pdf::About { title: "t", subject: "s", author: None, locale: Locale::Es };
    let text = content(&pdf::document(&[&page], about).unwrap());
    let points_per_unit: f64 = text.split(' ').next().unwrap().parse().unwrap();
    let mm_per_unit = points_per_unit * 25.4 / 72.0;
    let numbers = |line: &str| -> Vec<f64> {
        line.split(' ').filter_map(|word| word.parse().ok()).collect()
    };
    let lines: Vec<&str> = text.lines().collect();
    let stroke = lines.iter().position(|line| line.ends_with(" m")).unwrap();
    let (from, to) = (numbers(lines[stroke]), numbers(lines[stroke + 1]));
    let length = (to[0] - from[0]).hypot(to[1] - from[1]) * mm_per_unit;
    assert!((length - 1_000_000.0 / 25_000.0).abs() < 0.1, "a kilometre is {length} mm");
    assert!((f64::from(bar) - said * 1000.0 / 25_000.0).abs() < 0.1);
    let xs: Vec<f64> = lines
        .iter()
        .filter(|l| l.ends_with(" m") || l.ends_with(" l"))
        .map(|l| numbers(l)[0])
        .collect();
    let right = xs.iter().copied().fold(0.0, f64::max).max(20.0 + f64::from(bar));
    assert!((xs.iter().any(|x| (x - 20.0 - f64::from(bar)).abs() < 0.1)), "{right}");
}

// ------------------------------------------------------------------ Frames and the atlas

#[test]
fn a_project_sets_paper_frame_and_scale() {
    let area = sample::area();
    let measurements = sample::measurements(&area);
    let mut settings = sample::settings();
    settings.maps.paper = Paper::A3;
    let frame = Some([249_000.0, 8_046_000.0, 253_000.0, 8_049_000.0]);
    let own = SheetSettings { frame, scale: Some(21_000.0), ..SheetSettings::default() };
    settings.maps.sheets.insert("hazard_tsunami".to_owned(), own);
    let options = MapOptions { locale: Locale::Es, date: None };
    let keep = |name: &str, scene: &Scene| Ok((name.to_owned(), scene.clone()));
    for (name, scene) in
        render_all(&area, &measurements, &settings, &options, keep).unwrap()
    {
        let size = [scene.width_mm, scene.height_mm];
        assert!(size == [420.0, 297.0] || size == [297.0, 420.0], "{name}: {size:?}");
        let says = |words: &str| {
            scene.items.iter().any(|item| match item {
                Item::Text(text) => text.text == words,
                _ => false,
            })
        };
        let is_own = name == "hazard_tsunami";
        assert_eq!(says("Escala 1:21\u{202f}000"), is_own, "{name}");
    }
}

/// Number of pages of a PDF.
fn pages(pdf: &[u8]) -> usize {
    pdf.windows(b"/Type /Page\n".len()).filter(|w| w == b"/Type /Page\n").count()
}

#[test]
fn the_atlas_has_an_index_and_every_sheet() {
    let area = sample::area();
    let measurements = sample::measurements(&area);
    let mut settings = sample::settings();
    settings.deficits.truncate(1);
    let options = MapOptions { locale: Locale::Es, date: None };
    let plain = draw_all(&area, &measurements, &settings, &options).unwrap();
    assert_eq!(plain.maps.len(), 6, "overview, two hazards, both together, a deficit");
    assert_eq!(pages(&plain.atlas), 1 + 6);
    settings.maps.atlas = AtlasPages::Territories;
    let more = draw_all(&area, &measurements, &settings, &options).unwrap();
    assert_eq!(more.maps.len(), 6, "no further files");
    assert_eq!(pages(&more.atlas), 1 + 6 + 2 * area.territories.len());
    let says = |svg: &str, words: &str| svg.contains(words);
    assert!(says(&plain.maps[0].svg, "Mapa 1 de 6"));
    assert!(says(
        &more.maps[0].svg,
        &format!("Mapa 1 de {}", 6 + 2 * area.territories.len())
    ));
}

#[test]
fn letters_that_cannot_be_written_are_found() {
    let mut area = sample::area();
    let mut settings = sample::settings();
    assert!(letters::missing(&area, &settings, Locale::Es).is_empty());
    area.territories[0].name = "東 Ilo \u{200a}".to_owned();
    area.territories[1].name = "Ñuñoa, \u{0141}ódź 東".to_owned();
    let found = letters::missing(&area, &settings, Locale::Es);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].code, Code::LettersMissing);
    assert_eq!(found[0].layer, area.territory_layer.id);
    let said = atalaya::i18n::render(Locale::En, &found[0].message());
    assert_eq!(said, "2 names or titles have letters that maps cannot write: U+6771.");
    // A facility that is named by its id, a deficit and the project, each under its own name.
    let ids = area.services[0].layer.ids.iter().skip(1);
    let ids = ["Posta 東".into()].into_iter().chain(ids).collect();
    area.services[0].layer.ids = std::sync::Arc::new(ids);
    settings.deficits[0].title = sample::both("西", "x");
    settings.title = sample::both("南", "x");
    let found = letters::missing(&area, &settings, Locale::Es);
    let about: Vec<&str> = found.iter().map(|finding| finding.layer.as_str()).collect();
    let (service, deficit) = (&area.services[0].layer.id, &settings.deficits[0].id);
    assert_eq!(about, [&area.territory_layer.id, service, deficit, "project"]);
}

#[test]
fn what_several_facilities_reach_has_one_edge() {
    let mut scene = Scene::new(60.0, 40.0);
    // The third lies with the second.
    let centers = [[20.0, 20.0], [28.0, 20.0], [28.1, 20.0]];
    signs::reach(&mut scene, &centers, 9.0);
    let Some(Item::Stroke(stroke)) = scene.items.first() else { panic!("a stroke") };
    assert_eq!(stroke.paths.len(), 2, "an arc of each circle");
    for [x, y] in stroke.paths.iter().flat_map(|path| &path.points) {
        let away = |c: [f32; 2]| (x - c[0]).hypot(y - c[1]);
        let (a, b) = (away(centers[0]), away(centers[1]));
        assert!(a > 8.98 && b > 8.98, "{x} {y} lies inside: {a} {b}");
    }
    let mut alone = Scene::new(60.0, 40.0);
    signs::reach(&mut alone, &[[20.0, 20.0], [50.0, 20.0]], 9.0);
    let Some(Item::Stroke(stroke)) = alone.items.first() else { panic!("a stroke") };
    assert!(stroke.paths.len() == 2 && stroke.paths.iter().all(|path| path.is_closed));
}
