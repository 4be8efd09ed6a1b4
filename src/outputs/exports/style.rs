//! QGIS styles for the layers of a GeoPackage, so that they open in the right colours.
//!
//! In: a field of levels and a kind of geometry. Out: QML. The colours are those of
//! CENEPRED's manuals for evaluating hazards; outlines are dark, for grey print.

use std::fmt::Write as _;

use super::Context;
use super::grid::Layer;
use crate::domain::Level;
use crate::geometry::Dimension;
use crate::i18n;

/// Levels with their colours, red, green, blue and opacity.
const COLOURS: [(Level, &str); 6] = [
    (Level::VeryHigh, "255,0,0,255"),
    (Level::High, "255,192,0,255"),
    (Level::Medium, "255,255,0,255"),
    (Level::Low, "0,176,80,255"),
    (Level::None, "230,230,230,255"),
    (Level::NotStudied, "178,178,178,255"),
];
/// Outlines, and lines without a level.
const INK: &str = "64,64,64,255";

/// The style of a layer: by level where it has one, else an outline.
pub(super) fn render(context: &Context<'_>, layer: &Layer<'_>) -> String {
    let mut qml = String::from(
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n\
         <qgis version=\"3.16.0\" styleCategories=\"Symbology\">\n",
    );
    if let Some(field) = &layer.level_field {
        by_level(&mut qml, context, layer.dimension, field);
    } else {
        qml.push_str(
            "<renderer-v2 type=\"singleSymbol\" enableorderby=\"0\">\n<symbols>\n",
        );
        outline(&mut qml);
        qml.push_str("</symbols>\n</renderer-v2>\n");
    }
    qml.push_str("</qgis>\n");
    qml
}

fn by_level(qml: &mut String, context: &Context<'_>, dimension: Dimension, field: &str) {
    let field = escaped(field);
    let _ = writeln!(
        qml,
        "<renderer-v2 type=\"categorizedSymbol\" attr=\"{field}\" enableorderby=\"0\">\n\
         <categories>"
    );
    for (number, (level, _)) in COLOURS.iter().enumerate() {
        let label = escaped(i18n::text(context.locale, level_key(*level)));
        let _ = writeln!(
            qml,
            "<category symbol=\"{number}\" value=\"{}\" label=\"{label}\" render=\"true\"/>",
            level.id()
        );
    }
    qml.push_str("</categories>\n<symbols>\n");
    for (number, (_, colour)) in COLOURS.iter().enumerate() {
        symbol(qml, number, dimension, colour);
    }
    qml.push_str("</symbols>\n</renderer-v2>\n");
}

fn level_key(level: Level) -> &'static str {
    match level {
        Level::VeryHigh => "map.level.very_high",
        Level::High => "map.level.high",
        Level::Medium => "map.level.medium",
        Level::Low => "map.level.low",
        Level::None => "map.level.none",
        Level::NotStudied => "map.level.not_studied",
    }
}

fn symbol(qml: &mut String, number: usize, dimension: Dimension, colour: &str) {
    let (kind, class, properties): (_, _, &[(&str, &str)]) = match dimension {
        Dimension::Area => (
            "fill",
            "SimpleFill",
            &[
                ("color", colour),
                ("style", "solid"),
                ("outline_color", INK),
                ("outline_style", "solid"),
                ("outline_width", "0.1"),
                ("outline_width_unit", "MM"),
            ],
        ),
        Dimension::Line => (
            "line",
            "SimpleLine",
            &[("line_color", colour), ("line_width", "0.6"), ("line_width_unit", "MM")],
        ),
        Dimension::Point => (
            "marker",
            "SimpleMarker",
            &[
                ("color", colour),
                ("name", "circle"),
                ("outline_color", INK),
                ("outline_width", "0.2"),
                ("size", "2.4"),
                ("size_unit", "MM"),
            ],
        ),
    };
    push_symbol(qml, number, kind, class, properties);
}

fn outline(qml: &mut String) {
    let properties = [
        ("color", "255,255,255,0"),
        ("style", "no"),
        ("outline_color", INK),
        ("outline_style", "solid"),
        ("outline_width", "0.4"),
        ("outline_width_unit", "MM"),
    ];
    push_symbol(qml, 0, "fill", "SimpleFill", &properties);
}

fn push_symbol(
    qml: &mut String,
    number: usize,
    kind: &str,
    class: &str,
    properties: &[(&str, &str)],
) {
    let _ = writeln!(
        qml,
        "<symbol name=\"{number}\" type=\"{kind}\" alpha=\"1\" clip_to_extent=\"1\">\n\
         <layer class=\"{class}\" enabled=\"1\" locked=\"0\" pass=\"0\">\n\
         <Option type=\"Map\">"
    );
    for (name, value) in properties {
        let _ =
            writeln!(qml, "<Option type=\"QString\" name=\"{name}\" value=\"{value}\"/>");
    }
    qml.push_str("</Option>\n");
    // QGIS before 3.20 reads these.
    for (name, value) in properties {
        let _ = writeln!(qml, "<prop k=\"{name}\" v=\"{value}\"/>");
    }
    qml.push_str("</layer>\n</symbol>\n");
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}
