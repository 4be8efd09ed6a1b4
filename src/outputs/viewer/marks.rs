//! How the layers look, as the page paints them: by the code that draws the sheets.
//!
//! A sign is drawn on a small scene by the code of the legends, and that scene is written as a
//! list of `[fill, stroke, width, dashes, data]`: colours or null, millimetres, and the data of an
//! SVG path about the middle of the sign.

use serde_json::{Value, json};

use super::model::css;
use crate::geometry::StudyArea;
use crate::outputs::map::canvas::Canvas;
use crate::outputs::map::legend::{self, SIGN, Sign};
use crate::outputs::map::look;
use crate::outputs::map::scene::{Fill, Image, Point, Rect, Scene, Stroke, Text};
use crate::outputs::map::svg;

/// The look of a layer; null for the territories, which the page draws as land.
pub(super) fn of_layer(area: &StudyArea, id: &str) -> Value {
    let Some(sign) = look::sign(area, id) else { return Value::Null };
    let key = drawn(|scene| legend::sign(scene, &sign, boxed()));
    match &sign {
        Sign::Area(paint, edge) => json!({
            "kind": "area",
            "fill": paint.solid.map(css),
            "line": edge.map(|(colour, _)| css(colour)),
            "key": key,
        }),
        Sign::Strewn(paint, edge, motif) => json!({
            "kind": "area",
            "fill": paint.solid.map(css),
            "line": css(*edge),
            "motif": drawn(|scene| motif.draw(scene, &[[0.0, 0.0]], *edge)),
            "key": key,
        }),
        Sign::Line(colour, width, dash) => json!({
            "kind": "line",
            "line": css(*colour),
            "width_mm": width,
            "dash_mm": dash,
            "key": key,
        }),
        other => json!({
            "kind": "point",
            "sign": drawn(|scene| legend::sign(scene, other, boxed())),
            "key": key,
        }),
    }
}

/// The box of a sign about the middle.
fn boxed() -> Rect {
    let (w, h) = SIGN;
    Rect::new(-w / 2.0, -h / 2.0, w, h)
}

fn drawn(draw: impl FnOnce(&mut Scene)) -> Value {
    let (width, height) = SIGN;
    let mut scene = Scene::new(width, height);
    draw(&mut scene);
    let mut marks = Marks::default();
    scene.paint(&mut marks);
    Value::Array(marks.0)
}

/// A scene as a list of paths; signs have no words, pictures, clips or hatches.
#[derive(Default)]
struct Marks(Vec<Value>);

impl Canvas for Marks {
    fn fill(&mut self, fill: &Fill) {
        if let Some(solid) = fill.paint.solid {
            self.0.push(json!([css(solid), null, 0, [], svg::rings(&fill.rings)]));
        }
    }

    fn stroke(&mut self, stroke: &Stroke) {
        self.0.push(json!([
            null,
            css(stroke.colour),
            stroke.width_mm,
            stroke.dash,
            svg::paths(&stroke.paths),
        ]));
    }

    fn text(&mut self, _: &Text) {}

    fn image(&mut self, _: &Image) {}

    fn push_clip(&mut self, _: &[Vec<Point>]) {}

    fn pop_clip(&mut self) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::indicators::sample;
    use crate::outputs::map::signs;
    use crate::outputs::map::style::{self, Marker};

    /// What the page paints of a layer is what its legend on the sheets shows.
    #[test]
    fn signs_are_those_of_the_legends() {
        let area = sample::area();
        let service = area
            .services
            .iter()
            .find(|s| matches!(look::sign(&area, &s.layer.id), Some(Sign::Marker(_))));
        let service = service.expect("the sample has a service of points");
        let about = of_layer(&area, &service.layer.id);
        let kind = Marker::of_kind(&service.kind);
        let drawn = drawn(|scene| signs::marker(scene, kind, [0.0, 0.0], 1.0));
        assert_eq!((&about["kind"], &about["sign"]), (&json!("point"), &drawn));
        let colours: Vec<&str> = drawn
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|mark| mark[0].as_str())
            .collect();
        assert!(colours.contains(&&*css(style::FACILITY)), "{colours:?}");
    }

    #[test]
    fn the_territories_have_no_sign_of_their_own() {
        let area = sample::area();
        assert_eq!(of_layer(&area, &area.territory_layer.id), Value::Null);
    }
}
