//! Layers: file, reference system, accuracy, roles.

use std::collections::BTreeMap;

use crate::config::crs_code::{self, CrsUse};
use crate::config::error::Trouble;
use crate::config::options::{JoinFields, JoinTable, LayerTable, SourceTable};
use crate::config::proj_string::{self, ProjTrouble};
use crate::config::read::At;
use crate::config::settings::{
    AccuracySetting, JoinSettings, LayerSettings, ReadSettings,
};
use crate::domain::crs::Shift;
use crate::domain::{ReferenceSystem, Source, Status};

use super::files::NameKind;
use super::{MaybeLayer, Resolver, files, localized, needed, plain, roles, title};

impl Resolver<'_> {
    /// Resolves a layer; `None` if its file or CRS is in doubt, so that it cannot be read.
    pub(super) fn layer(&mut self, id: &str, table: &LayerTable) -> MaybeLayer {
        let path = table.path.0.as_ref().and_then(|declared| {
            files::layer_file(self.base, &declared.value)
                .map_err(|trouble| self.fail(declared, trouble))
                .ok()
        });
        let towgs84 = match &table.towgs84 {
            Some(numbers) => self.shift(numbers).map(Some),
            None => Some(None),
        };
        let crs = match &table.crs {
            Some(crs) => self.layer_crs(crs, towgs84.flatten()).map(Some),
            None => Some(None),
        };
        let is_placed = crs.is_some() && towgs84.is_some();
        let read = self.read_settings(table);
        let accuracy = self.accuracy(table);
        let join = match &table.join {
            Some(join) => self.join(join).map(Some),
            None => Some(None),
        };
        let settings = LayerSettings {
            id: id.to_owned(),
            title: title(table.title.as_ref(), id),
            path: path.clone().unwrap_or_default(),
            declared_path: plain(table.path.0.as_ref()).unwrap_or_default(),
            crs: crs.flatten(),
            towgs84: towgs84.flatten(),
            read,
            id_field: plain(table.id.as_ref()),
            source: table.source.as_ref().map_or_else(Source::default, source),
            accuracy,
            status: table.status.as_ref().map_or(Status::Undeclared, |s| s.value.0),
            notes: table.notes.as_ref().map(|text| localized(&text.value)),
            territory: roles::territory(table),
            hazard: self.hazard(table),
            exposure: self.exposure(table),
            service: roles::service(table),
            context: roles::context(table),
            join: join.clone().flatten(),
        };
        (join.is_some() && path.is_some() && is_placed).then_some(settings)
    }

    /// Resolves a join; `None` if its table is in doubt, so that it cannot be read.
    fn join(&mut self, join: &At<JoinTable>) -> Option<JoinSettings> {
        let table = &join.value;
        let path = table.path.0.as_ref().and_then(|declared| {
            files::table_file(self.base, &declared.value)
                .map_err(|trouble| self.fail(declared, trouble))
                .ok()
        });
        let given = table.fields.0.as_ref()?;
        let fields: BTreeMap<String, String> = match &given.value {
            JoinFields::Listed(names) => names
                .iter()
                .map(|name| (name.value.clone(), name.value.clone()))
                .collect(),
            JoinFields::Named(names) => names
                .iter()
                .map(|(name, column)| (name.clone(), column.value.clone()))
                .collect(),
        };
        if fields.is_empty() {
            self.fail(given, Trouble::Empty { name: "fields" });
            return None;
        }
        Some(JoinSettings {
            path: path?,
            declared_path: needed(&table.path),
            key: plain(table.key.0.as_ref())?,
            to: plain(table.to.0.as_ref())?,
            fields,
            delimiter: plain(table.delimiter.as_ref()),
            decimal: plain(table.decimal.as_ref()),
            encoding: plain(table.encoding.as_ref()),
        })
    }

    fn layer_crs(
        &mut self,
        crs: &At<String>,
        towgs84: Option<Shift>,
    ) -> Option<ReferenceSystem> {
        let found = crs.value.clone();
        let trouble = if proj_string::is_meant(&found) {
            match proj_string::parse(&found, towgs84) {
                Ok(system) => return Some(system),
                Err(ProjTrouble::Unreadable) => Trouble::UnknownCrs { found },
                Err(ProjTrouble::Unsupported(part)) => Trouble::ProjKey { part },
                Err(ProjTrouble::NoShift(datum)) => Trouble::NoShift { found, datum },
            }
        } else {
            match crs_code::parse_epsg(&found) {
                None => Trouble::UnknownCrs { found },
                Some(epsg) if crs_code::use_of(epsg) == CrsUse::Unknown => {
                    Trouble::UnsupportedCrs { epsg }
                }
                Some(epsg) => return Some(ReferenceSystem::Epsg(epsg)),
            }
        };
        self.fail(crs, trouble);
        None
    }

    fn shift(&mut self, numbers: &At<Vec<At<f64>>>) -> Option<Shift> {
        let all: Vec<f64> = numbers.value.iter().map(|number| number.value).collect();
        let shift = Shift::from_slice(&all);
        if shift.is_none() {
            self.fail(numbers, Trouble::BadShift { count: all.len() });
        }
        shift
    }

    fn accuracy(&mut self, table: &LayerTable) -> Option<AccuracySetting> {
        let (meters, field) = (table.accuracy_m.as_ref(), table.accuracy_field.as_ref());
        self.conflict(("accuracy_m", meters), ("accuracy_field", field));
        if let Some(meters) = meters {
            let valid = self.number(meters, "@config.rule.not_negative", |m| m >= 0.0);
            return valid.map(AccuracySetting::Meters);
        }
        plain(field).map(AccuracySetting::Field)
    }

    /// How the file is read. Keys that say nothing about a file of that name are refused,
    /// not ignored; that the content is of another format shows when it is read.
    fn read_settings(&mut self, table: &LayerTable) -> ReadSettings {
        let declared = table.path.0.as_ref().map(|path| path.value.as_str());
        let kind = declared.map_or(NameKind::Unknown, files::kind_of_name);
        let in_container = matches!(kind, NameKind::Archive | NameKind::GeoPackage);
        let in_table = kind == NameKind::Csv;
        let has_text =
            in_table || matches!(kind, NameKind::Archive | NameKind::Shapefile);
        let csv = "@config.purpose.csv";
        let keys = [
            ("layer", &table.layer, in_container, "@config.purpose.container"),
            ("x", &table.x, in_table, csv),
            ("y", &table.y, in_table, csv),
            ("wkt", &table.wkt, in_table, csv),
            ("delimiter", &table.delimiter, in_table, csv),
            ("decimal", &table.decimal, in_table, csv),
            ("encoding", &table.encoding, has_text, "@config.purpose.encoding"),
        ];
        let [layer, x, y, wkt, delimiter, decimal, encoding] =
            keys.map(|(name, value, is_used, purpose)| {
                let at = value.as_ref()?;
                if is_used || kind == NameKind::Unknown {
                    return Some(at.value.clone());
                }
                let format = kind.name();
                self.fail(at, Trouble::NotForFormat { name, format, purpose });
                None
            });
        self.place_columns(table);
        ReadSettings { layer, x, y, wkt, delimiter, decimal, encoding }
    }

    /// `x` and `y` go together, and without `wkt`.
    fn place_columns(&mut self, table: &LayerTable) {
        if self.conflict(("x", table.x.as_ref()), ("wkt", table.wkt.as_ref())) {
            return;
        }
        for (name, at, other, value) in
            [("x", &table.x, "y", &table.y), ("y", &table.y, "x", &table.x)]
        {
            if let (Some(at), None) = (at, value) {
                self.fail(at, Trouble::Needs { name, other });
            }
        }
    }
}

fn source(table: &At<SourceTable>) -> Source {
    let table = &table.value;
    Source {
        title: plain(table.title.as_ref()),
        publisher: plain(table.publisher.as_ref()),
        date: table.date.as_ref().map(|date| date.value.0.clone()),
        url: plain(table.url.as_ref()),
        licence: plain(table.licence.as_ref()),
    }
}
