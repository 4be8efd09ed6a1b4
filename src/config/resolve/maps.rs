//! How maps are drawn: paper, atlas, classes, frames.

use std::io::Cursor;

use super::super::error::{Trouble, nearest};
use super::super::options::{MapsTable, SheetTable};
use super::super::read::At;
use super::super::settings::{LayerSettings, Logo, MapSettings, Settings, SheetSettings};
use super::Resolver;
use crate::domain::{Digest, ElementType};

/// The maps of all hazards together.
const SEVERAL: [&str; 2] = ["hazard_any", "hazards_overlaid"];
/// The map of the industrial park.
const INDUSTRY: &str = "industry";

/// Most bytes of a picture, and its longest side in pixels.
const MOST_LOGO: (usize, u32) = (2 << 20, 4000);

/// Width and height of a whole PNG that is small enough for a title.
fn png_size(bytes: &[u8]) -> Option<[u32; 2]> {
    let mut reader = png::Decoder::new(Cursor::new(bytes)).read_info().ok()?;
    let size = [reader.info().width, reader.info().height];
    let is_fit =
        bytes.len() <= MOST_LOGO.0 && size.iter().all(|side| *side <= MOST_LOGO.1);
    let mut pixels = vec![0; reader.output_buffer_size().filter(|_| is_fit)?];
    reader.next_frame(&mut pixels).ok()?;
    Some(size)
}

/// The map that no layer and no deficit is asked for.
const OVERVIEW: &str = "overview";

impl Resolver<'_> {
    /// Settings of the maps; the names of sheets must be those of maps of the project.
    pub(super) fn maps(&mut self, table: &MapsTable, settings: &Settings) -> MapSettings {
        let mut maps = MapSettings {
            paper: table.paper.as_ref().map(|word| word.value.0).unwrap_or_default(),
            atlas: table.atlas.as_ref().map(|word| word.value.0).unwrap_or_default(),
            breaks: table.breaks.as_ref().map(|word| word.value.0).unwrap_or_default(),
            classes: self.class_count(table.classes.as_ref()),
            logo: table.logo.as_ref().and_then(|file| self.logo(file)),
            ..MapSettings::default()
        };
        let known = names(settings);
        for (name, sheet) in table.sheets.iter().flat_map(|sheets| &sheets.value) {
            if !known.contains(name) {
                let nearest = nearest(name, known.iter().map(String::as_str));
                let (found, known) = (name.clone(), known.clone());
                self.fail(sheet, Trouble::UnknownWord { found, known, nearest });
            }
            if let Some(own) = self.sheet(&sheet.value, settings) {
                maps.sheets.insert(name.clone(), own);
            }
        }
        maps
    }

    fn sheet(
        &mut self,
        table: &SheetTable,
        settings: &Settings,
    ) -> Option<SheetSettings> {
        let frame = match &table.frame {
            Some(frame) => Some(self.frame(frame)?),
            None => None,
        };
        let scale = match &table.scale {
            Some(scale) if scale.value >= 1.0 && scale.value <= 1e9 => Some(scale.value),
            Some(scale) => {
                let found = scale.value.to_string();
                self.fail(
                    scale,
                    Trouble::OutOfRange { found, rule: "@config.rule.scale" },
                );
                return None;
            }
            None => None,
        };
        let breaks = table.breaks.as_ref().map(|word| word.value.0);
        let classes = self.class_count(table.classes.as_ref());
        let layers = table.layers.as_ref();
        let layers = layers.map(|layers| self.shown_layers(&layers.value, settings));
        Some(SheetSettings { frame, scale, breaks, classes, layers })
    }

    /// A number of classes; `None` if none is given, or a wrong one, which was reported.
    fn class_count(&mut self, given: Option<&At<f64>>) -> Option<usize> {
        let given = given?;
        let count =
            (2..=7u8).find(|count| f64::from(*count).total_cmp(&given.value).is_eq());
        if count.is_none() {
            let found = given.value.to_string();
            let rule = "@config.rule.map_classes";
            self.fail(given, Trouble::OutOfRange { found, rule });
        }
        count.map(usize::from)
    }

    /// Ids of layers, each of which the project must have.
    fn shown_layers(&mut self, ids: &[At<String>], settings: &Settings) -> Vec<String> {
        let known: Vec<String> = settings.layers.iter().map(|l| l.id.clone()).collect();
        for id in ids.iter().filter(|id| !known.contains(&id.value)) {
            let nearest = nearest(&id.value, known.iter().map(String::as_str));
            let (found, known) = (id.value.clone(), known.clone());
            self.fail(id, Trouble::UnknownWord { found, known, nearest });
        }
        ids.iter().map(|id| id.value.clone()).collect()
    }

    /// Reads the picture for the title; `None` if it cannot be used, which was reported.
    fn logo(&mut self, file: &At<String>) -> Option<Logo> {
        let path = super::files::tidy(&self.base.join(&file.value));
        let shown = path.display().to_string();
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) => {
                let nearest = super::nearest_file(&path, &file.value);
                let reason = error.to_string();
                self.fail(file, Trouble::Unreadable { path: shown, reason, nearest });
                return None;
            }
        };
        let Some(size) = png_size(&bytes) else {
            let rule = "@config.rule.logo";
            self.fail(file, Trouble::OutOfRange { found: file.value.clone(), rule });
            return None;
        };
        let (declared_path, digest) = (file.value.clone(), Digest::of(&bytes));
        Some(Logo { path, declared_path, bytes, size, digest })
    }

    /// West, south, east and north, metres.
    fn frame(&mut self, frame: &At<Vec<At<f64>>>) -> Option<[f64; 4]> {
        let numbers: Vec<f64> = frame.value.iter().map(|number| number.value).collect();
        let edges = <[f64; 4]>::try_from(numbers).ok();
        let is_box = |[west, south, east, north]: [f64; 4]| {
            [west, south, east, north].iter().all(|v| v.abs() < 1e8)
                && east - west >= 1.0
                && north - south >= 1.0
        };
        let edges = edges.filter(|edges| is_box(*edges));
        if edges.is_none() {
            let numbers: Vec<String> =
                frame.value.iter().map(|number| number.value.to_string()).collect();
            let found = format!("[{}]", numbers.join(", "));
            self.fail(frame, Trouble::OutOfRange { found, rule: "@config.rule.frame" });
        }
        edges
    }
}

/// The names of all maps that a project may have, as their files are called.
fn names(settings: &Settings) -> Vec<String> {
    let hazards = settings.layers.iter().filter(|layer| layer.hazard.is_some());
    let hazards: Vec<String> =
        hazards.map(|layer| format!("hazard_{}", layer.id)).collect();
    let deficits = settings.deficits.iter().map(|one| format!("deficit_{}", one.id));
    let several = if hazards.len() > 1 { SEVERAL.as_slice() } else { &[] };
    let assessed = settings.risk.iter().flat_map(|risk| &risk.hazards);
    let assessed = assessed.map(|one| format!("risk_{}", one.hazard));
    let is_industry = |layer: &&LayerSettings| {
        let role = layer.exposure.as_ref();
        role.is_some_and(|role| role.element_type == Some(ElementType::Industry))
    };
    let industry = settings.layers.iter().find(is_industry).map(|_| INDUSTRY.to_owned());
    std::iter::once(OVERVIEW.to_owned())
        .chain(several.iter().map(|name| (*name).to_owned()))
        .chain(hazards)
        .chain(deficits)
        .chain(assessed)
        .chain(industry)
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::config::{Breaks, Settings, parse};
    use crate::domain::Explain as _;
    use crate::i18n::{self, Locale};

    const PROJECT: &str = "[project]\nid = 'demo'\nworking_crs = 'epsg:32719'\n\
        territories = 'd'\n[layers.d]\npath = 'd.geojson'\n[layers.d.territory]\n\
        code = 'c'\n[layers.z]\npath = 'd.geojson'\n[layers.z.hazard]\nkind = 'k'\n\
        constant = 'high'\n";
    /// A white pixel.
    const PNG: [u8; 67] = [
        137, 80, 78, 71, 13, 10, 26, 10, 0, 0, 0, 13, 73, 72, 68, 82, 0, 0, 0, 1, 0, 0,
        0, 1, 8, 0, 0, 0, 0, 58, 126, 155, 85, 0, 0, 0, 10, 73, 68, 65, 84, 120, 218, 99,
        248, 15, 0, 1, 1, 1, 0, 28, 176, 140, 153, 0, 0, 0, 0, 73, 69, 78, 68, 174, 66,
        96, 130,
    ];

    /// The settings, or what is wrong in English.
    fn settings(maps: &str) -> Result<Settings, String> {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("d.geojson"), "").unwrap();
        std::fs::write(dir.path().join("logo.png"), PNG).unwrap();
        let text = format!("{PROJECT}{maps}");
        parse(&dir.path().join("p.toml"), &text, &[]).map_err(|errors| {
            let said =
                |e: &crate::config::ConfigError| i18n::render(Locale::En, &e.message());
            errors.errors.iter().map(said).collect::<Vec<_>>().join("\n")
        })
    }

    #[test]
    fn maps_have_classes_layers_and_a_logo() {
        let set = settings(
            "[maps]\nbreaks = 'jenks'\nclasses = 4\nlogo = 'logo.png'\n\
             [maps.hazard_z]\nlayers = ['d']\nscale = 25000\n\
             [maps.sheets.overview]\nbreaks = 'pretty'\n",
        )
        .unwrap();
        let maps = &set.maps;
        assert_eq!((maps.breaks, maps.classes), (Breaks::Jenks, Some(4)));
        assert_eq!(maps.logo.as_ref().map(|logo| logo.size), Some([1, 1]));
        let own = &maps.sheets["hazard_z"];
        assert_eq!(own.layers.as_deref(), Some(["d".to_owned()].as_slice()));
        assert_eq!(own.scale, Some(25_000.0));
        assert_eq!(maps.sheets["overview"].breaks, Some(Breaks::Pretty));
        assert_ne!(set.digest, settings("").unwrap().digest);
    }

    #[test]
    fn what_is_wrong_with_maps_is_named() {
        let cases = [
            ("[maps]\nbreaks = 'jenk'", "jenk"),
            ("[maps]\nclasses = 9", "from 2 to 7"),
            ("[maps]\nclasses = 2.5", "from 2 to 7"),
            ("[maps]\nlogo = 'lgo.png'", "lgo.png"),
            ("[maps]\nlogo = 'd.geojson'", "a PNG"),
            ("[maps]\ncolour = 'red'", "colour"),
            ("[maps.hazard_y]\nscale = 1", "hazard_y"),
            ("[maps.hazard_z]\nlayers = ['e']", "e"),
            ("[maps.hazard_z]\nscales = 1", "scales"),
            ("[maps.hazard_z]\nscale = 1\n[maps.sheets.hazard_z]\nscale = 2", "hazard_z"),
        ];
        for (text, named) in cases {
            let said = settings(text).map(|_| ()).unwrap_err();
            assert!(said.contains(named), "{text}: {said}");
        }
    }
}
