//! Reference images: small scenes drawn as SVG, compared as text, and as PNG, compared by
//! pixels; odd worlds as whole sheets. `BLESS=1 cargo test --test map_scenes` rewrites them in
//! `tests/scenes`; a difference is shown on an HTML page beside the build.
#![allow(
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    clippy::too_many_lines,
    reason = "tests: a table is as long as its cases"
)]

#[allow(dead_code, unreachable_pub, reason = "an example, seen from here")]
#[path = "../examples/map_sheet.rs"]
mod sample;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use atalaya::analysis::Measurements;
use atalaya::domain::{Level, Status};
use atalaya::geometry::{Dimension, GridPoint, Shapes, StudyArea};
use atalaya::i18n::Locale;
use atalaya::layers::PartRole;
use atalaya::outputs::map::chart::{Bar, Chart};
use atalaya::outputs::map::degrees::Degrees;
use atalaya::outputs::map::legend::{self, Entry, Group, Sign, Table, shortened};
use atalaya::outputs::map::motif::Motif;
use atalaya::outputs::map::projection::{Extent, View};
use atalaya::outputs::map::scene::{
    Anchor, Colour, Hatch, HatchKind, Image, Item, Paint, Path as Line, Rect, Rule,
    Scene, Text, Weight,
};
use atalaya::outputs::map::signs;
use atalaya::outputs::map::style::{self, GapClass, Marker};
use atalaya::outputs::map::words::Words;
use atalaya::outputs::map::{MapOptions, font, furniture, grid, png, render_all, svg};

const INK: Colour = Colour::hex(0x001f_1f1f);
const RED: Colour = Colour::hex(0x00e0_362b);
const WORDS: Words = Words { locale: Locale::Es };
/// Coarse, so that the images stay small.
const DPI: f32 = 100.0;

type Draw = fn(&mut Scene);

/// The small scenes, each 40 by 30 mm.
fn scenes() -> Vec<(&'static str, Draw)> {
    vec![
        ("hole", |s| {
            let rings = vec![
                Rect::new(5.0, 5.0, 30.0, 20.0).ring(),
                Rect::new(15.0, 10.0, 8.0, 8.0).ring(),
            ];
            s.fill(rings, Rule::EvenOdd, Paint::solid(RED));
        }),
        ("overlap_non_zero", |s| {
            let rings = vec![
                Rect::new(5.0, 5.0, 20.0, 15.0).ring(),
                Rect::new(15.0, 10.0, 20.0, 15.0).ring(),
            ];
            s.fill(rings, Rule::NonZero, Paint::solid(RED));
        }),
        ("see_through", |s| {
            s.fill_rect(
                Rect::new(5.0, 5.0, 20.0, 15.0),
                Paint::solid(RED.with_alpha(0.5)),
            );
            s.fill_rect(
                Rect::new(15.0, 10.0, 20.0, 15.0),
                Paint::solid(INK.with_alpha(0.3)),
            );
        }),
        ("hatch_lines", |s| hatched(s, HatchKind::Lines { angle: 30.0 })),
        ("hatch_cross", |s| hatched(s, HatchKind::Cross { angle: 45.0 })),
        ("hatch_dots", |s| hatched(s, HatchKind::Dots { angle: 45.0 })),
        ("level_very_high", |s| level(s, Level::VeryHigh)),
        ("level_high", |s| level(s, Level::High)),
        ("level_medium", |s| level(s, Level::Medium)),
        ("level_low", |s| level(s, Level::Low)),
        ("level_none", |s| level(s, Level::None)),
        ("level_not_studied", |s| level(s, Level::NotStudied)),
        ("gap_classes", |s| {
            let classes = [
                GapClass::Meets,
                GapClass::Gap(0),
                GapClass::Gap(2),
                GapClass::Gap(4),
                GapClass::Unquantified,
                GapClass::Unknown,
            ];
            for (i, class) in classes.into_iter().enumerate() {
                s.fill_rect(
                    Rect::new(2.0 + 6.0 * i as f32, 4.0, 5.5, 22.0),
                    class.paint(),
                );
            }
        }),
        ("dashes", |s| {
            for i in 0..style::KINDS {
                let y = 2.0 + 2.0 * i as f32;
                let dash = style::trace_dash(i, Status::Reference);
                s.stroke(vec![line(&[[3.0, y], [37.0, y]])], 0.5, style::TRACE, dash);
            }
        }),
        ("exposed_points", |s| {
            for i in 0..style::KINDS {
                let (_, colour) = style::exposed(i);
                let kind = style::Spot::of(i);
                let (x, y) = (3.4 + 5.5 * (i % 7) as f32, 3.0 + 14.0 * (i / 7) as f32);
                let (many, few) = (kind.radius_mm(true), kind.radius_mm(false));
                for (down, radius) in [(0.0, many), (3.0, few), (8.0, 2.0)] {
                    signs::spots(s, kind, colour, &[[x, y + down]], radius);
                }
            }
        }),
        ("exposed_lines", |s| {
            for i in 0..style::KINDS {
                let y = 2.0 + 2.0 * i as f32;
                let (width, dash) = style::exposed_line(i);
                s.stroke(vec![line(&[[3.0, y], [37.0, y]])], width, INK, dash);
            }
        }),
        ("area_motifs", |s| {
            let services = (0..4).map(|i| Some(Motif::of_service(i)));
            let motifs = (0..=style::KINDS).map(Motif::of_exposed).chain(services);
            for (i, motif) in motifs.enumerate() {
                let (paint, edge) = style::exposed(i);
                let at = [1.5 + 7.5 * (i % 5) as f32, 1.5 + 7.0 * (i / 5) as f32];
                let rect = Rect::new(at[0], at[1], 7.0, 5.5);
                let sign = match motif {
                    Some(motif) => Sign::Strewn(paint, edge, motif),
                    None => Sign::Area(paint, Some((edge, 0.12))),
                };
                legend::sign(s, &sign, rect);
            }
        }),
        ("bent_line", |s| {
            s.stroke(
                vec![line(&[[4.0, 25.0], [12.0, 5.0], [20.0, 25.0], [36.0, 6.0]])],
                1.4,
                INK,
                &[],
            );
        }),
        ("clip_nested", |s| {
            s.clipped(Rect::new(5.0, 5.0, 20.0, 20.0), |s| {
                s.clipped(Rect::new(15.0, 10.0, 20.0, 20.0), |s| {
                    s.fill_rect(Rect::new(0.0, 0.0, 40.0, 30.0), Paint::solid(RED));
                });
            });
        }),
        ("clip_empty", |s| {
            s.clipped_to(Vec::new(), |s| {
                s.fill_rect(Rect::new(0.0, 0.0, 40.0, 30.0), Paint::solid(RED));
            });
        }),
        ("text_anchors", |s| {
            s.line([20.0, 2.0], [20.0, 28.0], 0.1, RED);
            for (y, anchor) in
                [(8.0, Anchor::Start), (16.0, Anchor::Middle), (24.0, Anchor::End)]
            {
                s.text(Text::new("Pacocha", [20.0, y], 3.5).anchor(anchor));
            }
        }),
        ("text_faces", |s| {
            for (y, weight) in
                [(8.0, Weight::Regular), (16.0, Weight::Bold), (24.0, Weight::Italic)]
            {
                s.text(Text::new("Río Osmore", [4.0, y], 4.5).weight(weight));
            }
        }),
        ("text_turned", |s| {
            for turn in [-90.0, -30.0, 0.0, 45.0] {
                s.text(Text::new("cota 15 m", [20.0, 15.0], 3.0).rotated(turn));
            }
        }),
        ("text_halo", |s| {
            s.fill_rect(Rect::new(0.0, 0.0, 40.0, 30.0), style::level(Level::VeryHigh));
            let halo = style::HALO.with_alpha(0.85);
            s.text(Text::new("Alto Ilo", [4.0, 17.0], 6.0).halo(halo, 0.6).spaced(0.3));
        }),
        ("text_spanish", |s| {
            s.text(Text::new("ÁÉÍÓÚÜÑ áéíóúüñ", [2.0, 10.0], 4.0));
            s.text(Text::new("¿Cañaveral? ¡Ñuñoa!", [2.0, 20.0], 3.6));
        }),
        ("text_kerning", |s| s.text(Text::new("AVATo Ta Ypo", [3.0, 18.0], 6.0))),
        ("text_missing_letter", |s| s.text(Text::new("Ilo 東 fin", [3.0, 18.0], 6.0))),
        ("text_of_5000_letters", |s| {
            for (i, part) in
                font::wrap(&"larguísimo ".repeat(455), Weight::Regular, 3.0, 36.0, 5)
                    .iter()
                    .enumerate()
            {
                s.text(Text::new(part, [2.0, 5.0 + 5.0 * i as f32], 3.0));
            }
        }),
        ("markers", |s| {
            let all = [
                Marker::Cross,
                Marker::School,
                Marker::Shield,
                Marker::Dot,
                Marker::Place,
            ];
            for (i, kind) in all.into_iter().enumerate() {
                let x = 5.0 + 7.5 * i as f32;
                signs::marker(s, kind, [x, 8.0], 1.0);
                signs::ring(s, kind, [x, 20.0], 1.0);
                signs::marker(s, kind, [x, 20.0], 0.6);
            }
        }),
        ("reach", |s| signs::reach(s, &[[12.0, 15.0], [24.0, 15.0]], 9.0)),
        ("ring_and_stack", |s| {
            for (i, sign) in [
                Sign::Ring,
                Sign::Stacked(style::OVERLAY, 1),
                Sign::Stacked(style::OVERLAY, 2),
                Sign::Stacked(style::OVERLAY, 4),
            ]
            .iter()
            .enumerate()
            {
                let rect = Rect::new(2.0 + 9.0 * i as f32, 12.0, 7.0, 5.0);
                legend::sign(s, sign, rect);
            }
        }),
        ("ramp_of_seven", |s| {
            for i in 0..7usize {
                let rect = Rect::new(2.0 + 5.2 * i as f32, 4.0, 4.8, 22.0);
                s.fill_rect(rect, style::ramp(i, 7));
            }
        }),
        ("picture", |s| {
            let mut art = Scene::new(20.0, 10.0);
            art.fill_rect(Rect::new(2.0, 2.0, 16.0, 6.0), Paint::solid(RED));
            let png = png::render(&art, 300.0).unwrap();
            let rect = Rect::new(5.0, 8.0, 30.0, 15.0);
            s.items.push(Item::Image(Image { rect, png }));
        }),
        ("chart_with_ranges", |s| {
            let piece = |value: f64, level| (value, style::level(level));
            let bar = Bar {
                label: "Ilo".into(),
                note: "66 479".into(),
                pieces: vec![
                    piece(0.2, Level::VeryHigh),
                    piece(0.3, Level::High),
                    piece(0.5, Level::None),
                ],
                ranges: vec![(0.1, 0.25), (0.4, 0.7)],
            };
            let chart = Chart {
                heading: "Proporción".into(),
                bars: vec![bar.clone(), bar],
                max: 1.0,
                is_share: true,
                mark: Some((0.6, "estándar: 60 %".into())),
            };
            chart.draw(s, [1.0, 1.0], 38.0, Locale::Es).unwrap();
        }),
        ("scale_bar", |s| {
            let _ = furniture::scale_bar(s, view(), [3.0, 12.0], 30.0, Locale::Es);
        }),
        ("north_arrow", |s| {
            furniture::north_arrow(
                s,
                Rect::new(13.0, 3.0, 14.0, 24.0),
                "Norte de cuadrícula",
            );
        }),
        ("neat_line", |s| {
            grid::grid(s, view());
            grid::neat_line(s, view(), WORDS, Degrees::of(32719));
        }),
        ("stamp", |s| {
            furniture::stamp(s, Rect::new(0.0, 0.0, 40.0, 30.0), "REFERENCIAL");
        }),
        ("legend", |s| {
            let _ = legend::group(s, [1.0, 1.0], 38.0, &group(3));
        }),
        ("legend_too_long", |s| {
            let more = |n: usize| format!("… y {n} más");
            let _ = legend::group(
                s,
                [1.0, 1.0],
                38.0,
                &shortened(&group(30), (38.0, 28.0), more),
            );
        }),
        ("table", |s| {
            let row = |name: &str, value: &str| (name.to_owned(), vec![value.to_owned()]);
            let table = Table {
                heading: "Territorios".into(),
                columns: vec![(Some(style::level(Level::High)), "Alto".into())],
                rows: vec![row("Ilo", "66 479"), row("Pacocha", "4453")],
                note: "Sin elementos en ninguna zona: olivares.".into(),
                short: Vec::new(),
            };
            let _ =
                legend::table(s, [1.0, 1.0], (38.0, 28.0), &table, |n| format!("{n}"));
        }),
    ]
}

fn line(points: &[[f32; 2]]) -> Line {
    Line { points: points.to_vec(), is_closed: false }
}

fn view() -> View {
    let extent = Extent { min: [250_000.0, 8_040_000.0], max: [250_900.0, 8_040_600.0] };
    View::around(extent, Rect::new(6.0, 6.0, 28.0, 18.0))
}

fn hatched(scene: &mut Scene, kind: HatchKind) {
    let hatch = Hatch { kind, spacing_mm: 2.5, width_mm: 0.4, colour: INK };
    let paint = Paint { solid: None, hatch: Some(hatch) };
    let triangle = vec![[4.0, 26.0], [20.0, 3.0], [36.0, 26.0]];
    scene.fill(vec![triangle], Rule::EvenOdd, paint);
}

fn level(scene: &mut Scene, level: Level) {
    scene.fill_rect(Rect::new(3.0, 3.0, 34.0, 24.0), style::level(level));
}

fn group(rows: usize) -> Group {
    let entry = |i: usize| Entry {
        sign: Sign::Area(style::level(Level::ZONES[i % 4]), None),
        label: format!("Nivel {i}"),
        figures: vec![(1234 * (i + 1)).to_string()],
    };
    let entries = (0..rows).map(entry).collect();
    Group {
        heading: "Nivel de peligro".into(),
        columns: vec!["hab.".into()],
        entries,
        ..Group::default()
    }
}

// ------------------------------------------------------------------ Odd worlds

/// A province all of whose layers are empty but for what `fill` puts there.
fn world(fill: impl Fn(&mut StudyArea)) -> StudyArea {
    let mut area = sample::area();
    area.territories.truncate(1);
    area.hazards.truncate(1);
    area.hazards[0].zones.clear();
    area.hazards[0].bands.clear();
    area.hazards[0].layer.shapes = Shapes::default().into();
    area.hazards[0].study_area = None;
    area.territory_layer.shapes = Shapes::default().into();
    area.territory_partition = std::sync::Arc::default();
    area.services.clear();
    area.contexts.clear();
    for layer in &mut area.exposures {
        layer.layer.shapes = Shapes::default().into();
        layer.people = Some(Vec::new().into());
    }
    fill(&mut area);
    area
}

fn square(side: f64) -> Shapes {
    let (x, y) = (250_000.0, 8_040_000.0);
    let mut shapes = Shapes::default();
    sample::push_area(
        &mut shapes,
        &[[x, y], [x + side, y], [x + side, y + side], [x, y + side]],
    );
    shapes
}

fn worlds() -> Vec<(&'static str, StudyArea)> {
    vec![
        ("world_empty", world(|_| {})),
        (
            "world_one_point",
            world(|area| {
                let mut shapes = Shapes::default();
                shapes.push_part(
                    PartRole::Point,
                    [GridPoint::snap(250_000.0, 8_040_000.0).unwrap()],
                );
                shapes.end_feature(Dimension::Point);
                area.exposures.truncate(1);
                area.exposures[0].layer.shapes = shapes.into();
                area.exposures[0].layer.ids = std::sync::Arc::new(["1"].iter().collect());
                area.exposures[0].people = Some(vec![Some(4.0)].into());
            }),
        ),
        (
            "world_of_one_metre",
            world(|area| area.territory_layer.shapes = square(1.0).into()),
        ),
        (
            "world_of_2000_km",
            world(|area| area.territory_layer.shapes = square(2_000_000.0).into()),
        ),
        (
            "world_with_a_long_name",
            world(|area| {
                area.territory_layer.shapes = square(5000.0).into();
                area.territories[0].name = "Ñandú ".repeat(834);
            }),
        ),
    ]
}

// ------------------------------------------------------------------ Comparison

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenes")
}

fn is_blessing() -> bool {
    std::env::var_os("BLESS").is_some()
}

/// Compares bytes that were drawn with those kept; says what differs.
fn compare(
    name: &str,
    drawn: &[u8],
    same: impl Fn(&[u8], &[u8]) -> bool,
) -> Option<String> {
    let path = folder().join(name);
    if is_blessing() {
        fs::create_dir_all(folder()).unwrap();
        fs::write(&path, drawn).unwrap();
        return None;
    }
    let kept = fs::read(&path).unwrap_or_default();
    if same(&kept, drawn) {
        return None;
    }
    fs::write(Path::new(env!("CARGO_TARGET_TMPDIR")).join(name), drawn).unwrap();
    Some(name.to_owned())
}

/// Whether two PNG show the same, whatever their compression.
fn same_pixels(a: &[u8], b: &[u8]) -> bool {
    let pixels = |png: &[u8]| tiny_skia::Pixmap::decode_png(png).ok();
    match (pixels(a), pixels(b)) {
        (Some(a), Some(b)) => a == b,
        _ => false,
    }
}

/// Before, after and their difference, side by side.
fn page(names: &[String], of: &str) -> PathBuf {
    // Where both show the same the difference is white, and black where all of it differs.
    let mut html = String::from(
        "<!doctype html><meta charset=\"utf-8\"><title>Scenes that differ</title><style>\
         body{font:16px sans-serif;background:#eee}td,th{padding:8px;vertical-align:top}\
         img{background:#fff;min-width:280px;max-width:24vw;display:block}\
         .both{position:relative;isolation:isolate;filter:invert(1);display:inline-block}\
         .both img+img{position:absolute;left:0;top:0;mix-blend-mode:difference}</style>\
         <table border=\"1\"><tr><th>scene<th>before<th>after<th>difference",
    );
    for name in names {
        let kept = folder().join(name);
        let (before, after) = (kept.display(), name);
        if !kept.exists() {
            let _ =
                write!(html, "<tr><th>{name}<td>none<td><img src=\"{after}\"><td>new");
            continue;
        }
        let _ = write!(
            html,
            "<tr><th>{name}<td><img src=\"{before}\"><td><img src=\"{after}\">\
             <td><div class=\"both\"><img src=\"{before}\"><img src=\"{after}\"></div>"
        );
    }
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{of}.html"));
    fs::write(&path, html + "</table>").unwrap();
    path
}

fn assert_none_differs(found: &[String], of: &str) {
    assert!(found.is_empty(), "{found:?} differ: see {}", page(found, of).display());
}

#[test]
fn scenes_look_as_they_did() {
    let mut found = Vec::new();
    let all = scenes();
    assert!(all.len() >= 25);
    for (name, draw) in all {
        let mut scene = Scene::new(40.0, 30.0);
        name.clone_into(&mut scene.title);
        draw(&mut scene);
        scene.settle();
        let drawn = svg::render(&scene);
        found.extend(compare(&format!("{name}.svg"), drawn.as_bytes(), |a, b| a == b));
        let drawn = png::render(&scene, DPI).unwrap();
        found.extend(compare(&format!("{name}.png"), &drawn, same_pixels));
    }
    assert_none_differs(&found, "scenes");
}

#[test]
fn odd_worlds_look_as_they_did() {
    let mut found = Vec::new();
    let options = MapOptions { locale: Locale::Es, date: None };
    let mut settings = sample::settings();
    settings.deficits.clear();
    for (world, area) in worlds() {
        let drawn = render_all(
            &area,
            &Measurements::default(),
            &settings,
            &options,
            |name, scene| Ok((name.to_owned(), png::render(scene, 40.0)?)),
        );
        let (_, overview) = drawn.unwrap().swap_remove(0);
        found.extend(compare(&format!("{world}.png"), &overview, same_pixels));
    }
    assert_none_differs(&found, "worlds");
}
