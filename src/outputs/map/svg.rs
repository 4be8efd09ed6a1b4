//! Writes a scene as SVG: one path a feature group, real text, real patterns.
//!
//! In: a scene in page millimetres. Out: an SVG 1.1 document whose user unit is
//! the millimetre. Whatever the layers call their features, the document stays
//! well-formed: text is escaped and characters that XML forbids are dropped.

use std::cell::Cell;
use std::fmt::Write as _;

use super::canvas::Canvas;
use super::page_numbers::{decimals, write_hundredths};
use super::scene::{
    Anchor, Cap, Colour, Fill, Hatch, HatchKind, Image, Path, Point, Rect, Rule, Scene,
    Stroke, Text, Weight,
};
use super::steps::hundredths;

thread_local! {
    /// Memory of the last body, which the next one on the same thread takes.
    static BODY: Cell<String> = const { Cell::new(String::new()) };
}

/// Renders a scene.
#[must_use]
pub fn render(scene: &Scene) -> String {
    let mut canvas = SvgCanvas { body: BODY.take(), ..SvgCanvas::default() };
    canvas.body.clear();
    scene.paint(&mut canvas);
    let (w, h) = (scene.width_mm, scene.height_mm);
    let size = canvas.body.len() + canvas.definitions.len() + 2048;
    let mut out = String::with_capacity(size);
    out.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{w}mm\" height=\"{h}mm\" \
         viewBox=\"0 0 {w} {h}\" role=\"img\" aria-labelledby=\"title desc\" \
         font-family=\"&apos;Noto Sans&apos;, &apos;Open Sans&apos;, Arial, sans-serif\">"
    );
    let _ = writeln!(out, "<title id=\"title\">{}</title>", escape(&scene.title));
    let _ = writeln!(out, "<desc id=\"desc\">{}</desc>", escape(&scene.description));
    let _ = writeln!(out, "<defs>\n{}</defs>", canvas.definitions);
    let _ = writeln!(out, "<rect width=\"{w}\" height=\"{h}\" fill=\"#ffffff\"/>");
    out.push_str(&canvas.body);
    out.push_str("</svg>\n");
    BODY.set(canvas.body);
    out
}

/// A rendered scene to stand within a page, where there is no prolog and its ids, which begin
/// with `id`, must differ from those of others.
#[must_use]
pub fn within_page(drawing: &str, id: &str) -> String {
    let drawing = drawing.split_once("?>\n").map_or(drawing, |(_, rest)| rest);
    // Inside a page the element itself says what it is.
    drawing
        .replacen(" xmlns=\"http://www.w3.org/2000/svg\"", "", 1)
        .replace(" id=\"", &format!(" id=\"{id}-"))
        .replace("url(#", &format!("url(#{id}-"))
        .replace(
            "aria-labelledby=\"title desc\"",
            &format!("aria-labelledby=\"{id}-title {id}-desc\""),
        )
}

/// The title of a rendered scene.
#[must_use]
pub fn title_of(drawing: &str) -> Option<String> {
    let (_, rest) = drawing.split_once("<title id=\"title\">")?;
    let (title, _) = rest.split_once("</title>")?;
    let plain = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'")];
    let title = plain.iter().fold(title.to_owned(), |title, (a, b)| title.replace(a, b));
    Some(title.replace("&amp;", "&"))
}

#[derive(Default)]
struct SvgCanvas {
    body: String,
    definitions: String,
    hatches: Vec<Hatch>,
    clips: usize,
}

impl SvgCanvas {
    /// The id of a hatch's pattern, defined when first used.
    fn pattern(&mut self, hatch: &Hatch) -> usize {
        if let Some(at) = self.hatches.iter().position(|known| known == hatch) {
            return at;
        }
        self.hatches.push(*hatch);
        let (id, s, half) =
            (self.hatches.len() - 1, hatch.spacing_mm, hatch.spacing_mm / 2.0);
        let (angle, marks) = match hatch.kind {
            HatchKind::Lines { angle } => (angle, format!("M0 {half}H{s}")),
            HatchKind::Cross { angle } => (angle, format!("M0 {half}H{s}M{half} 0V{s}")),
            HatchKind::Dots { angle } => (angle, format!("M{half} {half}h0")),
        };
        let cap = match hatch.kind {
            HatchKind::Dots { .. } => " stroke-linecap=\"round\"",
            _ => "",
        };
        let _ = writeln!(
            self.definitions,
            "<pattern id=\"h{id}\" patternUnits=\"userSpaceOnUse\" width=\"{s}\" height=\"{s}\" \
             patternTransform=\"rotate({angle})\"><path d=\"{marks}\" fill=\"none\" \
             stroke-width=\"{}\"{cap}{}/></pattern>",
            hatch.width_mm,
            colour("stroke", hatch.colour),
        );
        id
    }
}

impl Canvas for SvgCanvas {
    fn fill(&mut self, fill: &Fill) {
        let rule = match fill.rule {
            Rule::EvenOdd => "evenodd",
            Rule::NonZero => "nonzero",
        };
        let data = rings(&fill.rings);
        if data.is_empty() {
            return;
        }
        if let Some(solid) = fill.paint.solid {
            let _ = writeln!(
                self.body,
                "<path fill-rule=\"{rule}\"{} d=\"{data}\"/>",
                colour("fill", solid)
            );
        }
        if let Some(hatch) = &fill.paint.hatch {
            let id = self.pattern(hatch);
            let _ = writeln!(
                self.body,
                "<path fill-rule=\"{rule}\" fill=\"url(#h{id})\" d=\"{data}\"/>"
            );
        }
    }

    fn stroke(&mut self, stroke: &Stroke) {
        let data = paths(&stroke.paths);
        if data.is_empty() {
            return;
        }
        let ends = match stroke.cap {
            Cap::Butt => "",
            Cap::Round => " stroke-linecap=\"round\" stroke-linejoin=\"round\"",
        };
        let mut dash = String::new();
        if !stroke.dash.is_empty() {
            let lengths: Vec<String> = stroke.dash.iter().map(f32::to_string).collect();
            let _ = write!(dash, " stroke-dasharray=\"{}\"", lengths.join(" "));
        }
        let _ = writeln!(
            self.body,
            "<path fill=\"none\" stroke-width=\"{}\"{}{ends}{dash} d=\"{data}\"/>",
            stroke.width_mm,
            colour("stroke", stroke.colour)
        );
    }

    fn text(&mut self, text: &Text) {
        let [x, y] = text.pos;
        let mut style = String::new();
        match text.weight {
            Weight::Regular => {}
            Weight::Bold => style.push_str(" font-weight=\"bold\""),
            Weight::Italic => style.push_str(" font-style=\"italic\""),
        }
        match text.anchor {
            Anchor::Start => {}
            Anchor::Middle => style.push_str(" text-anchor=\"middle\""),
            Anchor::End => style.push_str(" text-anchor=\"end\""),
        }
        if text.spacing_mm != 0.0 {
            let _ = write!(style, " letter-spacing=\"{}\"", text.spacing_mm);
        }
        if text.rotation != 0.0 {
            let (x, y) = (decimals(x), decimals(y));
            let _ = write!(style, " transform=\"rotate({} {x} {y})\"", text.rotation);
        }
        if let Some((halo, width)) = text.halo {
            let _ = write!(
                style,
                "{} stroke-width=\"{}\" stroke-linejoin=\"round\" paint-order=\"stroke\"",
                colour("stroke", halo),
                width * 2.0
            );
        }
        // Where another face steps in, the words still take the room that was measured.
        let width = text.length();
        let _ = write!(
            style,
            " textLength=\"{}\" lengthAdjust=\"spacingAndGlyphs\"",
            decimals(width)
        );
        let _ = writeln!(
            self.body,
            "<text x=\"{}\" y=\"{}\" font-size=\"{}\"{}{style}>{}</text>",
            decimals(x),
            decimals(y),
            text.size_mm,
            colour("fill", text.colour),
            escape(&text.text)
        );
    }

    fn image(&mut self, image: &Image) {
        let Rect { x, y, w, h } = image.rect;
        let [x, y, w, h] = [x, y, w, h].map(decimals);
        let _ = writeln!(
            self.body,
            "<image x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" \
             preserveAspectRatio=\"none\" href=\"data:image/png;base64,{}\"/>",
            base64(&image.png)
        );
    }

    fn push_clip(&mut self, clip: &[Vec<Point>]) {
        let id = self.clips;
        self.clips += 1;
        let data = rings(clip);
        let _ = writeln!(
            self.definitions,
            "<clipPath id=\"c{id}\"><path clip-rule=\"evenodd\" d=\"{data}\"/></clipPath>"
        );
        let _ = writeln!(self.body, "<g clip-path=\"url(#c{id})\">");
    }

    fn pop_clip(&mut self) {
        self.body.push_str("</g>\n");
    }

    fn begin_group(&mut self, name: &str) {
        let _ = writeln!(self.body, "<g><title>{}</title>", escape(name));
    }

    fn end_group(&mut self) {
        self.body.push_str("</g>\n");
    }
}

/// A colour as a presentation attribute, with its opacity if it is not solid.
fn colour(attribute: &str, colour: Colour) -> String {
    let [r, g, b] = colour.rgb;
    let mut out = format!(" {attribute}=\"#{r:02x}{g:02x}{b:02x}\"");
    if colour.alpha < 1.0 {
        let _ = write!(out, " {attribute}-opacity=\"{}\"", decimals(colour.alpha));
    }
    out
}

/// The data of a path along rings.
#[must_use]
pub fn rings(rings: &[Vec<Point>]) -> String {
    let mut data = String::new();
    for ring in rings {
        add_path(&mut data, ring, true);
    }
    data
}

/// The data of a path along lines.
#[must_use]
pub fn paths(paths: &[Path]) -> String {
    let mut data = String::new();
    for path in paths {
        add_path(&mut data, &path.points, path.is_closed);
    }
    data
}

/// Appends a path in relative steps of hundredths of a millimetre.
///
/// Each step starts from the rounded position, so the errors do not add up.
fn add_path(data: &mut String, points: &[Point], is_closed: bool) {
    let mut points = points.iter().map(|p| [hundredths(p[0]), hundredths(p[1])]);
    let Some(mut last) = points.next() else { return };
    data.push('M');
    write_hundredths(data, last[0]);
    data.push(' ');
    write_hundredths(data, last[1]);
    let mut command = 'l';
    for point in points {
        if point == last {
            continue;
        }
        data.push(command);
        command = ' ';
        write_hundredths(data, point[0] - last[0]);
        data.push(' ');
        write_hundredths(data, point[1] - last[1]);
        last = point;
    }
    if is_closed {
        data.push('z');
    }
}

/// Bytes as text (RFC 4648, section 4).
#[must_use]
pub fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] =
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let at = |i: usize| u32::from(chunk.get(i).copied().unwrap_or(0));
        let all = at(0) << 16 | at(1) << 8 | at(2);
        for i in 0..4 {
            let letter = LETTERS[(all >> (18 - 6 * i) & 63) as usize];
            out.push(if i <= chunk.len() { char::from(letter) } else { '=' });
        }
    }
    out
}

/// Escapes text for XML 1.0 and drops the characters that it forbids.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\u{fffe}' | '\u{ffff}' => {}
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outputs::map::scene::Paint;

    #[test]
    fn names_cannot_break_the_document() {
        let name = "<script>alert('x')</script> ]]> \"&\u{0}\u{ffff}";
        assert_eq!(
            escape(name),
            "&lt;script&gt;alert(&apos;x&apos;)&lt;/script&gt; ]]&gt; &quot;&amp;"
        );
    }

    /// The examples of RFC 4648, section 10.
    #[test]
    fn bytes_are_written_as_the_rfc_has_them() {
        let cases = [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v")];
        for (bytes, expected) in cases.into_iter().chain([("foobar", "Zm9vYmFy")]) {
            assert_eq!(base64(bytes.as_bytes()), expected);
        }
    }

    #[test]
    fn a_feature_with_a_hole_is_one_even_odd_path() {
        let mut scene = Scene::new(10.0, 10.0);
        let rings = vec![
            Rect::new(1.0, 1.0, 8.0, 8.0).ring(),
            Rect::new(4.0, 4.0, 2.0, 2.0).ring(),
        ];
        scene.fill(rings, Rule::EvenOdd, Paint::solid(Colour::hex(0x00ff_0000)));
        let svg = render(&scene);
        assert!(svg.contains(
            "<path fill-rule=\"evenodd\" fill=\"#ff0000\" \
             d=\"M1 1l8 0 0 8 -8 0zM4 4l2 0 0 2 -2 0z\"/>"
        ));
    }
}
