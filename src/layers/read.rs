//! Reads all layers and tables of a project, layers side by side, each on all threads.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::codes::{apply_id_field, check_codes, check_ids};
use super::crs::{self, FileCrs};
use super::disputed;
use super::error::{LayerError, LayerErrors, LayerTrouble};
use super::file::FileTrouble;
use super::join;
use super::levels::check_levels;
use super::raw::{JoinedTable, RawFeatures, RawLayer, RawLayers};
use super::reported;
use super::source::{self, Source};
use super::values::check_amounts;
use super::wanted::{Purpose, WantedField, fields_of, nearest, place_of};
use crate::config::{HazardLevels, LayerSettings, Settings};
use crate::domain::{Code, Finding, Findings};
use crate::formats::{Format, FormatError, Parsed, Position, Problem, Remark, Wanted};

/// Reads the layers and reported tables that the settings name.
///
/// Every trouble of single features is added to `findings`, in the order of the layers
/// and of the file, whether or not the run can go on.
///
/// # Errors
///
/// All troubles of all layers and tables at once.
pub fn read(
    settings: &Settings,
    findings: &mut Findings,
) -> Result<RawLayers, LayerErrors> {
    let (mut errors, mut layers, mut joins) = (Vec::new(), Vec::new(), Vec::new());
    let each: Vec<Reading<'_>> = settings
        .layers
        .par_iter()
        .map(|layer| {
            let mut reading = Reading::new(settings, layer);
            reading.made = reading.read();
            reading
        })
        .collect();
    for reading in each {
        layers.extend(reading.made);
        joins.extend(reading.joins);
        errors.extend(reading.errors);
        findings.extend(reading.findings);
    }
    let tables = reported::read_all(settings, &mut errors);
    if errors.is_empty() {
        disputed::check_all(settings, &tables, findings, &mut errors);
    }
    if errors.is_empty() {
        Ok(RawLayers { layers, tables, joins })
    } else {
        Err(LayerErrors(errors))
    }
}

impl From<FileTrouble> for LayerTrouble {
    fn from(trouble: FileTrouble) -> Self {
        match trouble {
            FileTrouble::Missing => Self::Missing,
            FileTrouble::Directory => Self::Directory,
            FileTrouble::Special => Self::Special,
            FileTrouble::Refused(error) => Self::Refused(error),
            FileTrouble::Changed => Self::Changed,
        }
    }
}

impl From<FormatError> for LayerTrouble {
    fn from(error: FormatError) -> Self {
        Self::Format(error)
    }
}

/// The key of the layer that a trouble with its file is about.
fn key_of(trouble: &LayerTrouble) -> &'static str {
    match trouble {
        LayerTrouble::NotForFormat { key, .. } => key,
        LayerTrouble::Format(error) => match error.problem {
            Problem::UnknownLayer => "layer",
            Problem::UnknownEncoding => "encoding",
            _ => "path",
        },
        _ => "path",
    }
}

/// Catalogue key of how a place in a file is told.
fn place_in_file(position: Position) -> &'static str {
    if position.is_binary() { "@finding.place.byte" } else { "@finding.place.line" }
}

/// The reading of one layer.
struct Reading<'a> {
    settings: &'a Settings,
    layer: &'a LayerSettings,
    findings: Findings,
    errors: Vec<LayerError>,
    joins: Vec<JoinedTable>,
    made: Option<RawLayer>,
}

impl<'a> Reading<'a> {
    fn new(settings: &'a Settings, layer: &'a LayerSettings) -> Self {
        Self {
            settings,
            layer,
            findings: Findings::default(),
            errors: Vec::new(),
            joins: Vec::new(),
            made: None,
        }
    }

    /// The layer; `None` if errors were added.
    fn read(&mut self) -> Option<RawLayer> {
        let errors_before = self.errors.len();
        let fields = fields_of(self.layer);
        let joined = self.layer.join.iter().flat_map(|join| join.fields.keys().cloned());
        let wanted = fields.iter().map(|field| field.field.clone());
        let wanted = Wanted::new(wanted.chain(joined));
        let source = match source::read(self.layer, &wanted) {
            Ok(source) => source,
            Err(trouble) => {
                self.fail(key_of(&trouble), trouble);
                return None;
            }
        };
        let Source { format, mut parsed, digest, bytes, modified, companions } = source;
        let of_file = FileCrs::of(&parsed, format == Format::GeoJson);
        let crs = crs::resolve(self.layer, of_file, &mut self.findings);
        let crs = crs.map_err(|trouble| {
            let is_ours = matches!(
                trouble,
                LayerTrouble::CrsContradiction { .. }
                    | LayerTrouble::CrsNeedsNoShift { .. }
            );
            self.fail(if is_ours { "crs" } else { "path" }, trouble);
        });
        self.tell_remarks(&parsed.remarks);
        self.check_features(&parsed);
        if !self.join(&fields, &mut parsed) {
            return None;
        }
        self.check_presence(&fields, &parsed);
        let Parsed { mut data, missing, .. } = parsed;
        if let Some(field) = &self.layer.id_field
            && !missing.contains(field)
        {
            apply_id_field(&mut data, field);
        }
        check_ids(&self.layer.id, &data.ids, &mut self.findings);
        self.check_values(&fields, &missing, &data);
        let (crs, crs_evidence) = crs.ok()?;
        (self.errors.len() == errors_before).then(|| RawLayer {
            id: self.layer.id.clone(),
            format: format.name(),
            crs,
            crs_evidence,
            digest,
            bytes,
            modified,
            companions,
            data,
        })
    }

    /// Adds the columns of the joined table, if there is one; whether that went well.
    fn join(&mut self, fields: &[WantedField], parsed: &mut Parsed) -> bool {
        let Some(join) = &self.layer.join else { return true };
        if parsed.missing.contains(&join.to) {
            // That is told with the other missing fields; these are not the layer's fault.
            parsed.missing.retain(|name| !join.fields.contains_key(name));
            return true;
        }
        match join::add_fields(self.layer, join, fields, parsed, &mut self.findings) {
            Ok(table) => {
                self.joins.push(table);
                true
            }
            Err(troubles) => {
                self.errors.extend(troubles.into_iter().map(|(key, trouble)| {
                    LayerError {
                        owner: self.layer.id.clone(),
                        path: join.declared_path.clone(),
                        trouble,
                        place: place_of(
                            self.settings,
                            &format!("layers.{}.join.{key}", self.layer.id),
                        ),
                    }
                }));
                false
            }
        }
    }

    /// Adds an error about a key of this layer.
    fn fail(&mut self, key: &str, trouble: LayerTrouble) {
        let key = format!("layers.{}.{key}", self.layer.id);
        self.fail_at(&key, trouble);
    }

    fn fail_at(&mut self, key: &str, trouble: LayerTrouble) {
        self.errors.push(LayerError {
            owner: self.layer.id.clone(),
            path: self.layer.declared_path.clone(),
            trouble,
            place: place_of(self.settings, key),
        });
    }

    /// What the file says of itself as a whole becomes findings.
    fn tell_remarks(&mut self, remarks: &[Remark]) {
        for remark in remarks {
            let finding = Finding::about(remark.code, &self.layer.id);
            let values = remark.values.clone();
            self.findings.push(Finding { values, ..finding });
        }
    }

    /// Findings about features that could not be read or have no geometry, and an error
    /// if none is left.
    fn check_features(&mut self, parsed: &Parsed) {
        let id = self.layer.id.as_str();
        if parsed.rows == 0 {
            if self.layer.territory.is_some() {
                self.fail("path", LayerTrouble::NoTerritories);
            } else {
                self.findings.push(Finding::about(Code::EmptyLayer, id));
            }
            return;
        }
        let mut unreadable = BTreeSet::new();
        for trouble in &parsed.troubles {
            let (name, effect) = match trouble.kept {
                Some(kept) => (parsed.data.ids.of(kept).into_owned(), "no_geometry"),
                None => (format!("#{}", trouble.row), "left_out"),
            };
            unreadable.extend(trouble.kept);
            let finding = Finding::about(Code::UnreadableFeature, id).feature(name);
            let finding = finding
                .with("reason", format!("@{}", trouble.reason.key()))
                .with("place", place_in_file(trouble.position))
                .with("line", trouble.position.line)
                .with("column", trouble.position.column)
                .with("byte", trouble.position.byte)
                .with("effect", format!("@finding.effect.{effect}"));
            self.findings.push(finding);
        }
        let (mut first_part, mut heights, mut usable) = (0, 0u64, 0u64);
        for (row, feature) in parsed.data.features.iter().enumerate() {
            let is_empty = feature.parts_end == first_part;
            first_part = feature.parts_end;
            heights += u64::from(feature.has_height);
            usable += u64::from(!is_empty);
            let code = match (feature.is_null, is_empty) {
                (true, _) => Code::NullGeometry,
                (false, true) => Code::EmptyGeometry,
                (false, false) => continue,
            };
            if !unreadable.contains(&row) {
                let name = parsed.data.ids.of(row);
                self.findings.push(Finding::about(code, id).feature(name));
            }
        }
        if heights > 0 {
            let finding = Finding::about(Code::HeightDropped, id).with("count", heights);
            self.findings.push(finding);
        }
        if usable == 0 && (self.needs_geometry() || !parsed.troubles.is_empty()) {
            self.fail("path", LayerTrouble::NoGeometry { features: parsed.rows });
        }
    }

    /// Whether a layer without any geometry makes the whole run pointless.
    ///
    /// People without a place are still people (they count outside all territories), and
    /// a service without a facility is a deficit; all else would be silently nothing.
    fn needs_geometry(&self) -> bool {
        self.layer.exposure.is_none() && self.layer.service.is_none()
    }

    /// Errors for wanted fields that occur in no feature.
    fn check_presence(&mut self, fields: &[WantedField], parsed: &Parsed) {
        if parsed.data.features.is_empty() {
            return;
        }
        for WantedField { field, key, .. } in fields {
            if !parsed.missing.contains(field) {
                continue;
            }
            let found = parsed.fields_seen.clone();
            let nearest = nearest(field, found.iter().map(String::as_str));
            let field = field.clone();
            self.fail_at(key, LayerTrouble::MissingField { field, found, nearest });
        }
    }

    /// What the values of the fields are used for decides what is wrong with them.
    fn check_values(
        &mut self,
        fields: &[WantedField],
        missing: &[String],
        data: &RawFeatures,
    ) {
        let mut amounts = BTreeSet::new();
        for WantedField { field, key, purpose } in fields {
            if missing.contains(field) {
                continue;
            }
            let Some(column) = data.columns.get(field) else { continue };
            let id = self.layer.id.as_str();
            match purpose {
                Purpose::Text | Purpose::Any => {}
                Purpose::Amount => {
                    if amounts.insert(field) {
                        check_amounts(id, field, &data.ids, column, &mut self.findings);
                    }
                }
                Purpose::Code => {
                    for trouble in check_codes(id, &data.ids, column, &mut self.findings)
                    {
                        self.fail_at(key, trouble);
                    }
                }
                Purpose::Level => self.check_levels(field, data),
            }
        }
    }

    fn check_levels(&mut self, field: &str, data: &RawFeatures) {
        let levels = self.layer.hazard.as_ref().map(|role| &role.levels);
        let Some(HazardLevels::Field { names, .. }) = levels else { return };
        let key = if names.is_empty() { "hazard.level" } else { "hazard.levels" };
        for trouble in check_levels(field, names, &data.ids, &data.columns[field]) {
            self.fail(key, trouble);
        }
    }
}
