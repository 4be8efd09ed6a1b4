//! The parts that layers came apart into, kept with a run so that its figures can be explained
//! without laying layers over each other again.
//!
//! In: [`KeptParts`]; or the folder of a run. Out: the bytes of `parts.zip`, or the parts of
//! some layers; nothing, where the file is not the one that the manifest names.
//!
//! The archive holds `contents.json` and for each layer, by its number, flat arrays one after
//! another, numbers little endian: of classes the territory (u32) and a byte for each hazard
//! and case of edges; of parts rows (u32), classes (u32) and amounts (f64); of features what
//! they count as (u32). How many there are of each, the contents say.

use std::io::{self, Cursor, Read as _, Write as _};

use serde::{Deserialize, Serialize};
use zip::ZipArchive;
use zip::write::ZipWriter;

use super::error::OutputError;
use super::packing;
use super::past_run::PastRun;
use crate::analysis::{KeptLayer, KeptPart, KeptParts, PlaceClass};
use crate::config::Settings;
use crate::domain::{Digest, Level};
use crate::geometry::InputRecord;

/// File name of the parts.
pub const FILE: &str = "parts.zip";
/// With more features than these in all exposure layers, parts are not kept: an explanation
/// computes them.
pub const MOST_FEATURES: usize = 250_000;
/// Name of the description inside the archive.
const CONTENTS: &str = "contents.json";
/// Stands for a feature that counts nowhere.
const NO_CLASS: u32 = u32::MAX;
/// Bytes that one entry may inflate to.
const MAX_INFLATED: u64 = 1 << 30;
/// Cases of edges: as drawn, moved in, moved out.
const CASES: usize = 3;

#[derive(Debug, Serialize, Deserialize)]
struct Contents {
    /// Each hazard, and whether a range can be given.
    hazards: Vec<(String, bool)>,
    layers: Vec<About>,
}

/// What there is of a layer.
#[derive(Debug, Serialize, Deserialize)]
struct About {
    layer: String,
    classes: usize,
    parts: usize,
    features: usize,
}

/// The bytes of the file.
///
/// # Errors
///
/// [`OutputError::Export`] if the archive cannot be made.
pub fn render(kept: &KeptParts) -> Result<Vec<u8>, OutputError> {
    let failed = |reason: String| OutputError::Export { format: FILE, reason };
    archive(kept).map_err(|error| failed(error.to_string()))
}

fn archive(kept: &KeptParts) -> zip::result::ZipResult<Vec<u8>> {
    let about = |layer: &KeptLayer| About {
        layer: layer.layer.clone(),
        classes: layer.classes.len(),
        parts: layer.parts.len(),
        features: layer.counts.len(),
    };
    let layers = kept.layers.iter().map(about).collect();
    let contents = Contents { hazards: kept.hazards.clone(), layers };
    let contents = serde_json::to_vec(&contents).map_err(io::Error::from)?;
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    archive.start_file(CONTENTS, packing::options(contents.len() as u64, false))?;
    archive.write_all(&contents)?;
    for (number, layer) in kept.layers.iter().enumerate() {
        let bytes = bytes_of(layer);
        let options = packing::options(bytes.len() as u64, false);
        archive.start_file(number.to_string(), options)?;
        archive.write_all(&bytes)?;
    }
    Ok(archive.finish()?.into_inner())
}

fn bytes_of(layer: &KeptLayer) -> Vec<u8> {
    let (classes, parts) = (layer.classes.len(), layer.parts.len());
    let mut all = Vec::with_capacity(4 * (classes + 4 * parts + layer.counts.len()));
    let territories = layer.classes.iter().map(|class| class.territory);
    let territories = territories.map(|at| u32::try_from(at).unwrap_or(NO_CLASS));
    let rows = layer.parts.iter().map(|part| part.row);
    let classes = layer.parts.iter().map(|part| part.class);
    let counts = layer.counts.iter().map(|at| at.unwrap_or(NO_CLASS));
    let numbers = territories.chain(rows).chain(classes).chain(counts);
    numbers.for_each(|number| all.extend_from_slice(&number.to_le_bytes()));
    let amounts = layer.parts.iter().map(|part| part.amount.to_le_bytes());
    amounts.for_each(|amount| all.extend_from_slice(&amount));
    let levels = layer.classes.iter().flat_map(|class| class.levels.iter().flatten());
    all.extend(levels.map(|level| byte_of(*level)));
    all
}

fn byte_of(level: Level) -> u8 {
    u8::try_from(level.index()).expect("there are six levels")
}

/// The parts of some layers; `None` if the run kept none, if the file is another than it
/// wrote, or if the run is one of other settings or by another version of the program.
#[must_use]
pub fn read(
    run: &PastRun,
    settings: &Settings,
    wanted: &dyn Fn(&str) -> bool,
) -> Option<KeptParts> {
    let recorded = &run.recorded;
    let is_ours = recorded.program.version == env!("CARGO_PKG_VERSION")
        && recorded.settings_sha256 == settings.digest.as_str();
    let output = recorded.outputs.iter().find(|output| output.path == FILE);
    let output = output.filter(|_| is_ours)?;
    let bytes = run.read(FILE).ok()??;
    if Digest::of(&bytes).as_str() != output.sha256 {
        return None;
    }
    parse(&bytes, wanted)
}

/// Whether a run read the same bytes for what was read now.
#[must_use]
pub fn is_of(run: &PastRun, inputs: &[InputRecord]) -> bool {
    inputs.iter().all(|input| {
        run.recorded.inputs.iter().any(|known| {
            known.layer == input.layer
                && known.path == input.path
                && known.sha256 == input.digest.as_str()
        })
    })
}

fn parse(bytes: &[u8], wanted: &dyn Fn(&str) -> bool) -> Option<KeptParts> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).ok()?;
    let contents = entry(&mut archive, CONTENTS)?;
    let contents: Contents = serde_json::from_slice(&contents).ok()?;
    let mut layers = Vec::new();
    for (number, about) in contents.layers.iter().enumerate() {
        if wanted(&about.layer) {
            let bytes = entry(&mut archive, &number.to_string())?;
            layers.push(layer_of(about, contents.hazards.len() + 1, &bytes)?);
        }
    }
    Some(KeptParts { hazards: contents.hazards, layers })
}

fn entry(archive: &mut ZipArchive<Cursor<&[u8]>>, name: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let file = archive.by_name(name).ok()?;
    file.take(MAX_INFLATED).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

fn layer_of(about: &About, levels: usize, bytes: &[u8]) -> Option<KeptLayer> {
    let mut rest = bytes;
    let mut u32s = |count: usize| -> Option<Vec<u32>> {
        let (own, more) = rest.split_at_checked(count.checked_mul(4)?)?;
        rest = more;
        let (numbers, _) = own.as_chunks::<4>();
        Some(numbers.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect())
    };
    let territories = u32s(about.classes)?;
    let (rows, classes) = (u32s(about.parts)?, u32s(about.parts)?);
    let counts = u32s(about.features)?;
    let (amounts, rest) = rest.split_at_checked(about.parts.checked_mul(8)?)?;
    let (amounts, _) = amounts.as_chunks::<8>();
    let parts = rows.into_iter().zip(classes).zip(amounts);
    let parts = parts.map(|((row, class), amount)| KeptPart {
        row,
        class,
        amount: f64::from_le_bytes(*amount),
    });
    let known: Option<Vec<Level>> = rest.iter().map(|byte| level_of(*byte)).collect();
    let known = known?;
    let (cases, _) = known.as_chunks::<CASES>();
    if cases.len() != about.classes.checked_mul(levels)? {
        return None;
    }
    let classes = territories.into_iter().zip(cases.chunks(levels));
    let classes = classes.map(|(territory, levels)| PlaceClass {
        territory: territory as usize,
        levels: levels.to_vec(),
    });
    Some(KeptLayer {
        layer: about.layer.clone(),
        classes: classes.collect(),
        parts: parts.collect(),
        counts: counts.into_iter().map(|at| (at != NO_CLASS).then_some(at)).collect(),
    })
}

fn level_of(byte: u8) -> Option<Level> {
    Level::ALL.into_iter().find(|level| byte_of(*level) == byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept() -> KeptParts {
        let class = |territory, level| PlaceClass {
            territory,
            levels: vec![[level, Level::None, Level::VeryHigh]; 2],
        };
        let part = |row, class, amount| KeptPart { row, class, amount };
        let layer = |layer: &str| KeptLayer {
            layer: layer.to_owned(),
            classes: vec![class(0, Level::High), class(3, Level::NotStudied)],
            parts: vec![part(0, 1, 0.1 + 0.2), part(2, 0, 1e-300)],
            counts: vec![Some(1), None, Some(0)],
        };
        KeptParts {
            hazards: vec![("flood".to_owned(), true)],
            layers: vec![layer("a/b"), layer("ñ")],
        }
    }

    #[test]
    fn what_is_kept_is_read_to_the_last_bit() {
        let kept = kept();
        let bytes = render(&kept).unwrap();
        assert_eq!(parse(&bytes, &|_| true).as_ref(), Some(&kept));
        let few = parse(&bytes, &|layer| layer == "ñ").unwrap();
        assert_eq!(few.layers, kept.layers[1..]);
        assert_eq!(render(&kept).unwrap(), bytes);
    }

    #[test]
    fn what_is_cut_short_or_strange_is_not_read() {
        let layer = &kept().layers[0];
        let bytes = bytes_of(layer);
        let about = About { layer: "a".to_owned(), classes: 2, parts: 2, features: 3 };
        assert!(layer_of(&about, 2, &bytes).is_some());
        for end in 0..bytes.len() {
            assert_eq!(layer_of(&about, 2, &bytes[..end]), None, "{end}");
        }
        let mut strange = bytes;
        *strange.last_mut().unwrap() = 6;
        assert_eq!(layer_of(&about, 2, &strange), None);
        assert_eq!(parse(b"no archive", &|_| true), None);
    }
}
