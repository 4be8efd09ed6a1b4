//! What every renderer of a scene can do, and nothing more.

use super::scene::{Fill, Image, Item, Point, Scene, Stroke, Text};

/// A surface in page millimetres.
pub trait Canvas {
    /// Fills an area.
    fn fill(&mut self, fill: &Fill);
    /// Draws lines.
    fn stroke(&mut self, stroke: &Stroke);
    /// Writes a line of text.
    fn text(&mut self, text: &Text);
    /// Draws a picture.
    fn image(&mut self, image: &Image);
    /// Cuts what follows to rings (even-odd), within the clip that already holds.
    fn push_clip(&mut self, rings: &[Vec<Point>]);
    /// Ends the last clip.
    fn pop_clip(&mut self);
    /// Names what follows; surfaces without structure ignore it.
    fn begin_group(&mut self, _name: &str) {}
    /// Ends the last group.
    fn end_group(&mut self) {}
}

/// A scene records what is drawn on it, so charts can be drawn on it too.
impl Canvas for Scene {
    fn fill(&mut self, fill: &Fill) {
        self.items.push(Item::Fill(fill.clone()));
    }

    fn stroke(&mut self, stroke: &Stroke) {
        self.items.push(Item::Stroke(stroke.clone()));
    }

    fn text(&mut self, text: &Text) {
        Scene::text(self, text.clone());
    }

    fn image(&mut self, image: &Image) {
        self.items.push(Item::Image(image.clone()));
    }

    fn push_clip(&mut self, rings: &[Vec<Point>]) {
        self.items.push(Item::PushClip(rings.to_vec()));
    }

    fn pop_clip(&mut self) {
        self.items.push(Item::PopClip);
    }
}
