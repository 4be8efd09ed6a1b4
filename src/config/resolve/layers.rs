//! Layers: file, reference system, accuracy, roles.

use crate::config::crs_code::{self, CrsUse};
use crate::config::error::Trouble;
use crate::config::options::{LayerTable, SourceTable};
use crate::config::proj_string::{self, ProjTrouble};
use crate::config::read::At;
use crate::config::settings::{AccuracySetting, LayerSettings};
use crate::domain::crs::Shift;
use crate::domain::{ReferenceSystem, Source, Status};

use super::{MaybeLayer, Resolver, files, localized, plain, roles, title};

impl Resolver<'_> {
    /// Resolves a layer; `None` if its file or CRS is in doubt, so that it cannot be read.
    pub(super) fn layer(&mut self, id: &str, table: &LayerTable) -> MaybeLayer {
        let path = table.path.0.as_ref().and_then(|declared| {
            self.format_keys(table, &declared.value);
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
        let accuracy = self.accuracy(table);
        let settings = LayerSettings {
            id: id.to_owned(),
            title: title(table.title.as_ref(), id),
            path: path.clone().unwrap_or_default(),
            declared_path: plain(table.path.0.as_ref()).unwrap_or_default(),
            crs: crs.flatten(),
            towgs84: towgs84.flatten(),
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
        };
        (path.is_some() && is_placed).then_some(settings)
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
