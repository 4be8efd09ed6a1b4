//! One file, from its bytes to what is suspected of it.

use std::path::Path;

use super::codes::{self, CodeColumn};
use super::columns;
use super::coordinates::{self, Candidate};
use super::departments::Numbering;
use super::ground::Ground;
use super::place::{self, Degrees, Judge, Region, Stated, Verdict};
use super::report::{CrsView, Examination, Field, Sheet, TextView};
use super::shape;
use super::suspicion::{Kind, Suspicion};
use super::table;
use crate::config::ReadSettings;
use crate::domain::crs::system;
use crate::domain::{Code, Digest, Explain as _, ReferenceSystem};
use crate::formats::{
    CrsStatement, Format, LegacyCrs, MAX_FIELDS_SHOWN, Parsed, Remark, Wanted,
};
use crate::layers::look::{self, Contents, Seen};
use crate::layers::{CrsEvidence, LayerError, LayerTrouble, Value};

/// Layers of a container that are looked at.
const MAX_SHEETS: usize = 50;
/// Keys of the project file in the order in which they are proposed.
const ORDER: [&str; 8] =
    ["layer", "crs", "x", "y", "wkt", "delimiter", "decimal", "encoding"];
/// Values that are held in memory at a time.
const MAX_VALUES: u64 = 4_000_000;

/// Looks at a file.
///
/// # Errors
///
/// It cannot be read at all. What is wrong with one layer of several stands in its sheet.
pub fn examine(
    path: &Path,
    ground: Option<&Ground>,
) -> Result<Examination, Box<LayerError>> {
    let fail = |trouble| error_of(path, trouble);
    let contents = look::contents(path).map_err(fail)?;
    if contents.format == Format::Csv {
        return table::examine(path, ground).map_err(fail);
    }
    let names = names_of(&contents);
    let mut known: Option<(u64, Digest, Vec<String>)> = None;
    let mut sheets = Vec::new();
    for name in &names {
        let settings = ReadSettings { layer: name.clone(), ..ReadSettings::default() };
        let seen = match look::read(path, &settings, &Wanted::default()) {
            Ok(seen) => seen,
            Err(trouble) if names.len() == 1 => return Err(error_of(path, trouble)),
            Err(trouble) => {
                let error = Some(error_of(path, trouble).message());
                sheets.push(Sheet { name: name.clone(), error, ..Sheet::default() });
                continue;
            }
        };
        let companions = seen.companions.iter().map(|known| known.path.clone());
        known.get_or_insert((seen.bytes, seen.digest.clone(), companions.collect()));
        let more = seen.parsed.fields_seen.clone();
        let (mut sheet, places) = of_seen(seen, ground);
        sheet.name.clone_from(name);
        if let Some(name) = name
            && names.len() > 1
        {
            let count = contents.layers.len();
            let suspicion = Suspicion::of(Kind::SeveralLayers).with("count", count);
            sheet.suspicions.push(suspicion.key("layer", name));
        }
        let read = |wanted: &Wanted| {
            look::read(path, &settings, wanted).map(|seen| {
                let mut columns = seen.parsed.data.columns;
                move |name: &str| columns.remove(name).map(|all| all.iter().collect())
            })
        };
        let asked = Fields { names: &more, places: &places, ground, sheet: &mut sheet };
        asked.describe(read).map_err(fail)?;
        finish(&mut sheet);
        sheets.push(sheet);
    }
    let (bytes, digest, companions) =
        known.unwrap_or_else(|| (0, Digest::from_raw(&[]), Vec::new()));
    Ok(Examination {
        path: path.to_string_lossy().into_owned(),
        format: contents.format,
        is_archive: contents.is_archive,
        bytes,
        digest,
        companions,
        layer_count: contents.layers.len().max(1),
        sheets,
    })
}

/// The trouble of a file as an error.
fn error_of(path: &Path, trouble: LayerTrouble) -> Box<LayerError> {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let path = path.to_string_lossy().into_owned();
    Box::new(LayerError { owner: stem, path, trouble, place: None })
}

/// The layers to look at; one without a name for a file that is no container.
fn names_of(contents: &Contents) -> Vec<Option<String>> {
    if contents.layers.is_empty() {
        return vec![None];
    }
    contents.layers.iter().take(MAX_SHEETS).cloned().map(Some).collect()
}

/// Longitude and latitude of each row, where they are known.
pub(super) type Places = Vec<Option<[f64; 2]>>;

/// What its geometries tell of a layer; and where each of its rows lies.
pub(super) fn of_seen(seen: Seen, ground: Option<&Ground>) -> (Sheet, Places) {
    let Seen { format, mut parsed, .. } = seen;
    let mut sheet = Sheet { counts: shape::counts(&parsed), ..Sheet::default() };
    sheet.has_more_fields = parsed.fields_seen.len() >= MAX_FIELDS_SHOWN;
    sheet.text = text_of(format, &parsed.remarks);
    suspect_features(&mut sheet, format, &parsed);
    let stated = look::stated_crs(format, &parsed);
    if stated.is_err() {
        let suspicion = Suspicion::of(Kind::UnusableCrs);
        sheet.suspicions.push(suspicion.with("statement", statement(&parsed)));
    }
    let stated = stated.ok().flatten();
    let Some(degrees) = Degrees::new() else { return (sheet, Vec::new()) };
    let first = shape::first_points(&parsed.data);
    let zeros = first.iter().flatten().filter(|at| shape::is_zero(**at)).count();
    let usable: Vec<[f64; 2]> = first
        .iter()
        .flatten()
        .copied()
        .filter(|at| at.iter().all(|value| value.is_finite()) && !shape::is_zero(*at))
        .collect();
    let region = ground.map_or(Region::Peru, Region::Ground);
    let verdict = Judge::new(&degrees, region, &usable)
        .verdict(of_stated(stated.as_ref()).as_ref());
    if zeros > 0 && is_far_from_zero(&usable) {
        let suspicion = Suspicion::of(Kind::ZeroCoordinates).with("count", zeros);
        sheet.suspicions.push(suspicion.with("features", usable.len() + zeros));
    }
    let has_bad_crs = sheet.suspicions.iter().any(|s| s.kind == Kind::UnusableCrs);
    sheet.suspicions.extend(verdict.suspicion.clone().filter(|_| !has_bad_crs));
    sheet.crs = crs_view(stated.as_ref(), &verdict);
    if verdict.is_swapped {
        shape::swap(&mut parsed.data);
    }
    let places = places_of(&first, &verdict, &degrees);
    locate(&mut sheet, parsed, &verdict, &degrees, ground);
    (sheet, places)
}

/// Extent, place and health.
fn locate(
    sheet: &mut Sheet,
    parsed: Parsed,
    verdict: &Verdict,
    degrees: &Degrees,
    ground: Option<&Ground>,
) {
    let system = verdict.system.as_ref();
    let data = parsed.data;
    sheet.extent = shape::extent(&data, system, degrees, ground);
    if let Some(ground) = ground {
        let suspicions = &mut sheet.suspicions;
        sheet.place = shape::place_of(&data, verdict, degrees, ground, suspicions);
        sheet.suspicions.extend(shape::other_datum(&data, verdict, ground));
    }
    let (Some(system), Some(extent)) = (system, &sheet.extent) else { return };
    if extent.degrees.is_none() && !place::is_geographic(system) {
        return;
    }
    let health = shape::health(data, system, extent, &sheet.counts);
    let broken: usize = health.validity.iter().map(|(_, count)| count).sum();
    if broken > 0 {
        let codes: Vec<&str> =
            health.validity.iter().map(|(code, _)| code.id()).collect();
        let suspicion = Suspicion::of(Kind::InvalidGeometry).with("count", broken);
        sheet.suspicions.push(suspicion.with("codes", codes.join(", ")));
    }
    if let Some(overlaps) = health.overlaps.filter(|overlaps| overlaps.pairs > 0) {
        let suspicion = Suspicion::of(Kind::Overlaps).with("pairs", overlaps.pairs);
        sheet.suspicions.push(suspicion.with("area", format!("{:.0}", overlaps.area_m2)));
    }
    (sheet.validity, sheet.overlaps) = (health.validity, health.overlaps);
}

/// What a project must know of single features and of the files of a shapefile.
fn suspect_features(sheet: &mut Sheet, format: Format, parsed: &Parsed) {
    let counts = sheet.counts;
    let mut suspect = |suspicion| sheet.suspicions.push(suspicion);
    if counts.features == 0 {
        suspect(Suspicion::of(Kind::Empty));
    }
    if let Some(first) = parsed.troubles.first() {
        let suspicion = Suspicion::of(Kind::UnreadableFeatures)
            .with("count", counts.unreadable)
            .with("row", first.row)
            .with("reason", format!("@{}", first.reason.key()));
        suspect(suspicion);
    }
    if counts.without > 0 {
        let ids = without_geometry(parsed).join(", ");
        let suspicion = Suspicion::of(Kind::NoGeometry).with("count", counts.without);
        suspect(suspicion.with("features", counts.features).with("ids", ids));
    }
    if let Some(encoding) = guessed_encoding(&parsed.remarks) {
        let suspicion = Suspicion::of(Kind::Encoding).with("encoding", encoding);
        suspect(suspicion.key("encoding", encoding));
    }
    if format == Format::Shapefile {
        let has = |code| parsed.remarks.iter().any(|remark| remark.code == code);
        let missing = [
            (".prj", parsed.crs.is_none()),
            (".dbf", has(Code::NoTable)),
            (".shx", has(Code::NoIndex)),
        ];
        let missing: Vec<&str> =
            missing.iter().filter(|(_, is)| *is).map(|(end, _)| *end).collect();
        if !missing.is_empty() {
            let suspicion = Suspicion::of(Kind::MissingCompanion);
            suspect(suspicion.with("files", missing.join(", ")));
        }
    }
}

/// The encoding that the text of a table was read in, where nobody says it and it is not
/// UTF-8.
fn guessed_encoding(remarks: &[Remark]) -> Option<&str> {
    let told = remarks.iter().find(|remark| remark.code == Code::TextEncoding)?;
    let value = |wanted: &str| {
        let found = told.values.iter().find(|(name, _)| *name == wanted)?;
        Some(found.1.as_str())
    };
    let is_guess = value("evidence")?.ends_with(".invalid_utf8");
    value("encoding").filter(|_| is_guess)
}

/// Ids of the first features without a geometry.
fn without_geometry(parsed: &Parsed) -> Vec<String> {
    const NAMED: usize = 5;
    let mut start = 0;
    let mut ids = Vec::new();
    for (feature, id) in parsed.data.features.iter().zip(parsed.data.ids.iter()) {
        if feature.parts_end == start && ids.len() < NAMED {
            ids.push(id.into_owned());
        }
        start = feature.parts_end;
    }
    ids
}

fn text_of(format: Format, remarks: &[Remark]) -> Option<TextView> {
    let plain = |encoding: &str| TextView {
        encoding: encoding.to_owned(),
        delimiter: None,
        decimal: None,
    };
    if format != Format::Shapefile {
        return Some(plain("UTF-8"));
    }
    let told = remarks.iter().find(|remark| remark.code == Code::TextEncoding)?;
    let encoding = told.values.iter().find(|(name, _)| *name == "encoding")?;
    Some(plain(&encoding.1))
}

/// What the file says of its system, as short as it goes.
fn statement(parsed: &Parsed) -> String {
    const SHOWN: usize = 60;
    let text = match (&parsed.crs, parsed.legacy_crs.as_slice()) {
        (Some(CrsStatement::Epsg(code)), _) => format!("EPSG:{code}"),
        (Some(CrsStatement::Wkt(text)), _) => {
            text.split('"').nth(1).unwrap_or(text).to_owned()
        }
        (_, stated) => {
            let names = stated.iter().map(|stated| match stated {
                LegacyCrs::Named(name) => name.as_str(),
                _ => "crs",
            });
            names.collect::<Vec<_>>().join(", ")
        }
    };
    text.chars().take(SHOWN).collect()
}

fn of_stated(stated: Option<&(ReferenceSystem, CrsEvidence)>) -> Option<Stated> {
    stated.map(|(system, evidence)| Stated {
        system: system.clone(),
        is_by_default: *evidence == CrsEvidence::Rfc7946,
    })
}

fn crs_view(
    stated: Option<&(ReferenceSystem, CrsEvidence)>,
    verdict: &Verdict,
) -> CrsView {
    let of = verdict.system.as_ref();
    CrsView {
        system: of.map(ToString::to_string),
        name: of.and_then(ReferenceSystem::epsg).and_then(system).map(|known| known.name),
        evidence: stated.map(|(_, evidence)| *evidence),
        is_proposed: verdict.is_proposed,
    }
}

/// Whether 0, 0 is no place where such features may be.
fn is_far_from_zero(usable: &[[f64; 2]]) -> bool {
    const NEAR: f64 = 5.0;
    !usable.iter().any(|[x, y]| x.abs() <= NEAR && y.abs() <= NEAR)
}

fn places_of(first: &[Option<[f64; 2]>], verdict: &Verdict, degrees: &Degrees) -> Places {
    let way = verdict.system.as_ref().and_then(|system| degrees.way(system));
    let place = |at: [f64; 2]| {
        let at = if verdict.is_swapped { [at[1], at[0]] } else { at };
        way.as_ref().filter(|_| !shape::is_zero(at)).and_then(|way| way.project(at))
    };
    first.iter().map(|at| at.and_then(place)).collect()
}

/// The fields of a layer, to be described a few at a time.
pub(super) struct Fields<'a> {
    pub(super) names: &'a [String],
    pub(super) places: &'a Places,
    pub(super) ground: Option<&'a Ground>,
    pub(super) sheet: &'a mut Sheet,
}

impl Fields<'_> {
    /// Describes all fields; `read` gives the columns of those that are wanted.
    pub(super) fn describe<R>(
        self,
        read: impl Fn(&Wanted) -> Result<R, LayerTrouble>,
    ) -> Result<(), LayerTrouble>
    where
        R: FnMut(&str) -> Option<Vec<Value>>,
    {
        let rows = self.sheet.counts.features.max(1);
        let batch = usize::try_from(MAX_VALUES / rows).unwrap_or(usize::MAX).max(1);
        let numbering = self.ground.map_or(Numbering::Inei, |ground| ground.numbering);
        let (mut keys, mut axes) = (Vec::new(), Vec::<Candidate>::new());
        let suspicions = &mut self.sheet.suspicions;
        let mut fields: Vec<Field> = Vec::new();
        for names in self.names.chunks(batch) {
            let mut column_of = read(&Wanted::new(names.iter().cloned()))?;
            for name in names {
                let Some(column) = column_of(name) else { continue };
                fields.push(columns::describe(name, &column, suspicions));
                axes.extend(coordinates::candidate(name, &column));
                keys.extend(CodeColumn::look(name, &column, self.places));
                suspicions.extend(codes::as_numbers(name, &column));
                suspicions.extend(codes::numbering(
                    name,
                    &column,
                    self.places,
                    numbering,
                ));
            }
        }
        let counts = &self.sheet.counts;
        let are_points = counts.lines + counts.polygons + counts.mixed == 0;
        suspicions.extend(codes::repeated(&keys, are_points));
        codes::merged(suspicions);
        let has_columns = suspicions.iter().any(|s| s.kind == Kind::CoordinateColumns);
        if !has_columns {
            coordinates::pair(&axes, suspicions);
        }
        self.sheet.fields = fields;
        Ok(())
    }
}

/// Puts the gravest first, and gathers the keys for the project file.
pub(super) fn finish(sheet: &mut Sheet) {
    sheet.suspicions.sort_by_key(|suspicion| {
        (std::cmp::Reverse(suspicion.kind.severity()), suspicion.kind)
    });
    let all = sheet.suspicions.iter().flat_map(|suspicion| &suspicion.keys);
    let mut keys: Vec<(&'static str, String)> = Vec::new();
    for (name, value) in all {
        if !keys.iter().any(|(known, _)| known == name) {
            keys.push((name, value.clone()));
        }
    }
    keys.sort_by_key(|(name, _)| ORDER.iter().position(|known| known == name));
    sheet.keys = keys;
}
