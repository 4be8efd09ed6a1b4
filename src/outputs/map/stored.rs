//! A finished sheet as a file, so that it can be drawn again without computing.
//!
//! In: a scene and what its PDF says of itself. Out: JSON, compressed with gzip: shapes in
//! hundredths of a millimetre, each point as its step from the one before. Read again it
//! draws the same bytes. What is read may come from anywhere: whatever is wrong with it is
//! an error.

use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};

use super::scene::{Item, Scene};
use super::{MapError, pdf, png, svg};
use crate::i18n::Locale;

/// Version of the file's layout.
const VERSION: u32 = 1;
/// A file that unpacks to more than this is not one of ours.
const MOST_BYTES: u64 = 1 << 30;
/// Longest side of a page, mm.
const LONGEST_MM: f32 = 5_000.0;

/// What a sheet can be drawn as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Pixels.
    Png,
    /// Shapes for the web and for drawing programs.
    Svg,
    /// Shapes for print.
    Pdf,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Png, Self::Svg, Self::Pdf];

    /// The ending of its files, which is its name.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Svg => "svg",
            Self::Pdf => "pdf",
        }
    }

    /// The format with a name, in whatever case.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.id().eq_ignore_ascii_case(name))
    }
}

/// A sheet with all that its files need.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    /// What to paint.
    pub scene: Scene,
    /// Who made it, if known.
    pub author: Option<String>,
    /// Language of its words.
    pub locale: Locale,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File<'a> {
    version: u32,
    lang: std::borrow::Cow<'a, str>,
    author: Option<std::borrow::Cow<'a, str>>,
    scene: std::borrow::Cow<'a, Scene>,
}

impl Sheet {
    /// Draws the sheet; `dpi` is the resolution of pixels.
    ///
    /// # Errors
    ///
    /// [`MapError`] of the renderer.
    pub fn render(&self, format: Format, dpi: f32) -> Result<Vec<u8>, MapError> {
        match format {
            Format::Png => png::render(&self.scene, dpi),
            Format::Svg => Ok(svg::render(&self.scene).into_bytes()),
            Format::Pdf => self.document(&pdf::page(&self.scene)),
        }
    }

    /// A PDF of the page that the sheet was rendered as.
    ///
    /// # Errors
    ///
    /// [`MapError::Font`].
    pub fn document(&self, page: &pdf::Page) -> Result<Vec<u8>, MapError> {
        let about = pdf::About {
            title: &self.scene.title,
            subject: &self.scene.description,
            author: self.author.as_deref(),
            locale: self.locale,
        };
        pdf::document(&[page], about)
    }

    /// The bytes of the file.
    ///
    /// # Errors
    ///
    /// [`MapError::Encode`]; no scene of ours leads there.
    pub fn to_bytes(&self) -> Result<Vec<u8>, MapError> {
        let file = File {
            version: VERSION,
            lang: self.locale.id().into(),
            author: self.author.as_deref().map(Into::into),
            scene: std::borrow::Cow::Borrowed(&self.scene),
        };
        let failed = |reason: String| MapError::Encode { reason };
        let json =
            serde_json::to_vec(&file).map_err(|error| failed(error.to_string()))?;
        let mut packed = GzEncoder::new(Vec::new(), Compression::new(3));
        packed
            .write_all(&json)
            .and_then(|()| packed.finish())
            .map_err(|error| failed(error.to_string()))
    }

    /// The sheet of a file.
    ///
    /// # Errors
    ///
    /// What is wrong with the file.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, String> {
        let mut json = Vec::new();
        let mut unpacked = GzDecoder::new(bytes).take(MOST_BYTES);
        unpacked.read_to_end(&mut json).map_err(|error| error.to_string())?;
        let file: File<'_> =
            serde_json::from_slice(&json).map_err(|error| error.to_string())?;
        if file.version != VERSION {
            return Err(format!("version {}", file.version));
        }
        let locale = Locale::parse(&file.lang).ok_or_else(|| file.lang.to_string())?;
        let scene = file.scene.into_owned();
        ensure_sound(&scene)?;
        let author = file.author.map(std::borrow::Cow::into_owned);
        Ok(Self { scene, author, locale })
    }
}

/// Refuses pages of no size and clips or groups that end without having begun.
fn ensure_sound(scene: &Scene) -> Result<(), String> {
    let is_size = |mm: f32| mm > 0.0 && mm <= LONGEST_MM;
    if !is_size(scene.width_mm) || !is_size(scene.height_mm) {
        return Err(format!("{} × {} mm", scene.width_mm, scene.height_mm));
    }
    let mut open: Vec<bool> = Vec::new();
    for item in &scene.items {
        let is_paired = match item {
            Item::PushClip(_) | Item::BeginGroup(_) => {
                open.push(matches!(item, Item::PushClip(_)));
                true
            }
            Item::PopClip => open.pop() == Some(true),
            Item::EndGroup => open.pop() == Some(false),
            Item::Fill(_) | Item::Stroke(_) | Item::Text(_) | Item::Image(_) => true,
        };
        if !is_paired {
            return Err("items".to_owned());
        }
    }
    if open.is_empty() { Ok(()) } else { Err("items".to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outputs::map::scene::{
        Anchor, Colour, Hatch, HatchKind, Paint, Path, Rect, Rule, Text, Weight,
    };

    fn sheet() -> Sheet {
        let mut scene = Scene::new(60.0, 40.0);
        scene.title = "Peligro «uno» & dos".into();
        let hatch = Hatch {
            kind: HatchKind::Cross { angle: 45.0 },
            spacing_mm: 1.3,
            width_mm: 0.17,
            colour: Colour::hex(0x0078_0f0f).with_alpha(0.35),
        };
        scene.group("zonas", |scene| {
            scene.clipped(Rect::new(1.0 / 3.0, 2.0, 50.0, 30.0), |scene| {
                let ring = vec![[1.0, 1.005], [20.123_4, 1.2], [10.0 / 3.0, 19.999]];
                let paint =
                    Paint { solid: Some(Colour::hex(0x00e0_362b)), hatch: Some(hatch) };
                scene.fill(vec![ring], Rule::NonZero, paint);
                let points = vec![[0.1, 0.2], [0.1, 0.2], [30.7, 11.1]];
                scene.stroke(
                    vec![Path { points, is_closed: false }],
                    0.35,
                    Colour::hex(0),
                    &[2.6, 0.9],
                );
            });
        });
        let text = Text::new("Ñuñoa 1/3", [10.0 / 3.0, 20.0], 2.15);
        scene.text(
            text.weight(Weight::Italic)
                .anchor(Anchor::End)
                .rotated(-12.345_678)
                .halo(Colour::hex(0), 0.4),
        );
        scene.settle();
        Sheet { scene, author: Some("Oficina".into()), locale: Locale::Es }
    }

    #[test]
    fn a_stored_sheet_is_the_same_sheet() {
        let sheet = sheet();
        let bytes = sheet.to_bytes().unwrap();
        assert_eq!(bytes, sheet.to_bytes().unwrap(), "no clock in it");
        let again = Sheet::from_bytes(&bytes).unwrap();
        assert_eq!(again, sheet);
        for format in Format::ALL {
            assert_eq!(again.render(format, 150.0), sheet.render(format, 150.0));
        }
    }

    #[test]
    fn files_that_are_none_of_ours_are_refused() {
        let json = |text: &str| {
            let mut packed = GzEncoder::new(Vec::new(), Compression::new(6));
            packed.write_all(text.as_bytes()).unwrap();
            packed.finish().unwrap()
        };
        let file = |version: u32, width: &str, items: &str| {
            json(&format!(
                "{{\"version\":{version},\"lang\":\"es\",\"author\":null,\"scene\":\
                 {{\"width_mm\":{width},\"height_mm\":9,\"title\":\"\",\"description\":\"\",\
                 \"items\":[{items}]}}}}"
            ))
        };
        assert!(Sheet::from_bytes(&file(1, "9", "")).is_ok());
        let whole = sheet().to_bytes().unwrap();
        let cases = [
            ("no gzip", b"scene".to_vec()),
            ("cut", whole[..whole.len() / 2].to_vec()),
            ("no JSON", json("scene")),
            ("another version", file(2, "9", "")),
            ("no width", file(1, "0", "")),
            ("endless", file(1, "1e30", "")),
            ("a clip that never began", file(1, "9", "\"PopClip\"")),
            ("a group that never ends", file(1, "9", "{\"BeginGroup\":\"x\"}")),
            ("half a point", file(1, "9", "{\"PushClip\":[[1,2,3]]}")),
        ];
        for (case, bytes) in cases {
            assert!(Sheet::from_bytes(&bytes).is_err(), "{case}");
        }
    }
}
