//! Layers: file, reference system, accuracy, roles.

use std::collections::BTreeMap;

use crate::config::crs_code::{self, CrsUse};
use crate::config::error::Trouble;
use crate::config::options::{JoinFields, JoinTable, LayerTable, SourceTable};
use crate::config::read::At;
use crate::config::settings::{AccuracySetting, JoinSettings, LayerSettings};
use crate::domain::{Source, Status};

use super::{MaybeLayer, Resolver, files, localized, needed, plain, title};

impl Resolver<'_> {
    /// Resolves a layer; `None` if its file or CRS is in doubt, so that it cannot be read.
    pub(super) fn layer(&mut self, id: &str, table: &LayerTable) -> MaybeLayer {
        let path = table.path.0.as_ref().and_then(|declared| {
            self.format_keys(table, &declared.value);
            files::layer_file(self.base, &declared.value)
                .map_err(|trouble| self.fail(declared, trouble))
                .ok()
        });
        let epsg = match &table.crs {
            Some(crs) => self.layer_crs(crs).map(Some),
            None => Some(None),
        };
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
            epsg: epsg.flatten(),
            id_field: plain(table.id.as_ref()),
            source: table.source.as_ref().map_or_else(Source::default, source),
            accuracy,
            status: table.status.as_ref().map_or(Status::Undeclared, |s| s.value.0),
            notes: table.notes.as_ref().map(|text| localized(&text.value)),
            territory: self.territory(table),
            hazard: self.hazard(table),
            exposure: self.exposure(table),
            service: self.service(table),
            context: self.context(table),
            join: join.clone().flatten(),
        };
        (join.is_some() && path.is_some() && epsg.is_some()).then_some(settings)
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

    fn layer_crs(&mut self, crs: &At<String>) -> Option<u32> {
        let trouble = match crs_code::parse_epsg(&crs.value) {
            None => Trouble::UnknownCrs { found: crs.value.clone() },
            Some(epsg) if crs_code::use_of(epsg) == CrsUse::Unknown => {
                Trouble::UnsupportedCrs { epsg }
            }
            Some(epsg) => return Some(epsg),
        };
        self.fail(crs, trouble);
        None
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

    /// Keys that say nothing about a GeoJSON file are refused, not ignored.
    fn format_keys(&mut self, table: &LayerTable, declared: &str) {
        if !files::is_geojson(declared) {
            return;
        }
        let container = "@config.purpose.container";
        let csv = "@config.purpose.csv";
        let keys = [
            ("layer", &table.layer, container),
            ("x", &table.x, csv),
            ("y", &table.y, csv),
            ("wkt", &table.wkt, csv),
            ("delimiter", &table.delimiter, csv),
            ("decimal", &table.decimal, csv),
            ("encoding", &table.encoding, "@config.purpose.encoding"),
        ];
        for (name, value, purpose) in keys {
            if let Some(at) = value {
                self.fail(at, Trouble::NotForFormat { name, purpose });
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
