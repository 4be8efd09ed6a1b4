//! How maps are drawn: paper, atlas, frames.

use super::super::error::{Trouble, nearest};
use super::super::options::{MapsTable, SheetTable};
use super::super::read::At;
use super::super::settings::{MapSettings, Settings, SheetSettings};
use super::Resolver;

/// The map that no layer and no deficit is asked for.
const OVERVIEW: &str = "overview";

impl Resolver<'_> {
    /// Settings of the maps; the names of sheets must be those of maps of the project.
    pub(super) fn maps(&mut self, table: &MapsTable, settings: &Settings) -> MapSettings {
        let mut maps = MapSettings {
            paper: table.paper.as_ref().map(|word| word.value.0).unwrap_or_default(),
            atlas: table.atlas.as_ref().map(|word| word.value.0).unwrap_or_default(),
            ..MapSettings::default()
        };
        let known = names(settings);
        for (name, sheet) in table.sheets.iter().flat_map(|sheets| &sheets.value) {
            if !known.contains(name) {
                let nearest = nearest(name, known.iter().map(String::as_str));
                let (found, known) = (name.clone(), known.clone());
                self.fail(sheet, Trouble::UnknownWord { found, known, nearest });
            }
            if let Some(settings) = self.sheet(&sheet.value) {
                maps.sheets.insert(name.clone(), settings);
            }
        }
        maps
    }

    fn sheet(&mut self, table: &SheetTable) -> Option<SheetSettings> {
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
        Some(SheetSettings { frame, scale })
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

/// The names of all maps of a project, as their files are called.
fn names(settings: &Settings) -> Vec<String> {
    let hazards = settings.layers.iter().filter(|layer| layer.hazard.is_some());
    let hazards = hazards.map(|layer| format!("hazard_{}", layer.id));
    let deficits = settings.deficits.iter().map(|one| format!("deficit_{}", one.id));
    std::iter::once(OVERVIEW.to_owned()).chain(hazards).chain(deficits).collect()
}
