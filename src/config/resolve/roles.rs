//! Roles of a layer: which fields mean what, and where hazard levels come from.

use std::collections::BTreeMap;

use crate::config::error::Trouble;
use crate::config::options::{BandTable, DateText, GrowthTable, HazardTable, LayerTable};
use crate::config::read::At;
use crate::config::settings::{
    ContextRole, ExposureRole, Growth, HazardLevels, HazardRole, ServiceRole,
    TerritoryRole,
};
use crate::domain::{Level, Validity};

use super::{Resolver, id_fault, localized, needed, plain};

/// No population of a district grows or shrinks faster for years, a share a year.
pub(super) const MOST_GROWTH: f64 = 0.15;
/// Beyond so many years a rate says nothing.
const MOST_YEARS: i32 = 30;
/// Names of measures that `sums` may not take.
const MEASURES: &[&str] = &["features", "area", "length", "people"];

pub(super) fn territory(layer: &LayerTable) -> Option<TerritoryRole> {
    let table = &layer.territory.as_ref()?.value;
    let code = plain(table.code.0.as_ref())?;
    let (name, people) = (plain(table.name.as_ref()), plain(table.people.as_ref()));
    Some(TerritoryRole { code, name, people })
}

pub(super) fn service(layer: &LayerTable) -> Option<ServiceRole> {
    let table = &layer.service.as_ref()?.value;
    let capacity = plain(table.capacity.as_ref());
    Some(ServiceRole { kind: needed(&table.kind), capacity })
}

pub(super) fn context(layer: &LayerTable) -> Option<ContextRole> {
    let table = &layer.context.as_ref()?.value;
    let name = plain(table.name.as_ref());
    Some(ContextRole { kind: needed(&table.kind), name })
}

impl Resolver<'_> {
    pub(super) fn exposure(&mut self, layer: &LayerTable) -> Option<ExposureRole> {
        let table = &layer.exposure.as_ref()?.value;
        let mut sums = BTreeMap::new();
        for (name, field) in table.sums.iter().flat_map(|sums| &sums.value) {
            let rule = if MEASURES.contains(&name.as_str()) {
                Some("@config.rule.measure")
            } else {
                id_fault(name)
            };
            match rule {
                Some(rule) => {
                    self.fail(field, Trouble::BadId { id: name.clone(), rule });
                }
                None => {
                    sums.insert(name.clone(), field.value.clone());
                }
            }
        }
        if let Some(empty) = table.sums.as_ref().filter(|sums| sums.value.is_empty()) {
            self.fail(empty, Trouble::Empty { name: "sums" });
        }
        let people = plain(table.people.as_ref());
        let growth = table.growth.as_ref().and_then(|at| self.growth(at));
        if let (Some(at), None) = (&table.growth, &people) {
            self.fail(at, Trouble::Needs { name: "growth", other: "people" });
        }
        let element_type = table.element_type.as_ref().map(|word| word.value.0);
        let attributes = BTreeMap::new();
        Some(ExposureRole { people, sums, growth, attributes, element_type })
    }

    /// A rate, or two totals that it follows from, and a span that a rate can bear.
    fn growth(&mut self, at: &At<GrowthTable>) -> Option<Growth> {
        let table = &at.value;
        let (rate, totals) = (table.rate.as_ref(), table.totals.as_ref());
        if self.conflict(("rate", rate), ("totals", totals)) {
            return None;
        }
        let (from, to) = (table.from_year.0.as_ref()?, table.to_year.0.as_ref()?);
        let (from_year, to_year) = (self.year(from)?, self.year(to)?);
        let rate = match (rate, totals) {
            (Some(at), _) => {
                self.number(at, "@config.rule.growth_rate", |r| r.abs() <= MOST_GROWTH)?
            }
            (_, Some(totals)) => self.rate_of(totals)?,
            (None, None) => {
                if !self.is_reported_at(at, &["rate", "totals"]) {
                    self.fail(at, Trouble::OneNeeded { names: "`rate`, `totals`" });
                }
                return None;
            }
        };
        let source = localized(&table.source.0.as_ref()?.value);
        let growth = Growth { from_year, to_year, rate, source };
        if growth.years().abs() > MOST_YEARS {
            let found = growth.years().to_string();
            self.fail(
                to,
                Trouble::OutOfRange { found, rule: "@config.rule.growth_span" },
            );
            return None;
        }
        Some(growth)
    }

    fn year(&mut self, at: &At<f64>) -> Option<i32> {
        let is_year =
            |year: f64| year.fract() == 0.0 && (1000.0..=9999.0).contains(&year);
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a whole number below 10,000"
        )]
        self.number(at, "@config.rule.year", is_year).map(|year| year as i32)
    }

    /// The geometric rate between the totals of two years.
    fn rate_of(&mut self, totals: &At<BTreeMap<String, At<f64>>>) -> Option<f64> {
        let known: Vec<(i32, f64)> = totals
            .value
            .iter()
            .filter_map(|(year, at)| Some((year.trim().parse().ok()?, at.value)))
            .collect();
        let rate = match known[..] {
            [(first, a), (last, b)]
                if totals.value.len() == 2 && last > first && a > 0.0 && b > 0.0 =>
            {
                (b / a).powf(1.0 / f64::from(last - first)) - 1.0
            }
            _ => f64::NAN,
        };
        if rate.abs() <= MOST_GROWTH {
            return Some(rate);
        }
        let found = totals.value.keys().cloned().collect::<Vec<_>>().join(", ");
        self.fail(
            totals,
            Trouble::OutOfRange { found, rule: "@config.rule.growth_totals" },
        );
        None
    }

    pub(super) fn hazard(&mut self, layer: &LayerTable) -> Option<HazardRole> {
        let at = layer.hazard.as_ref()?;
        let table = &at.value;
        if let Some(study) = &table.study_area
            && !self.layers.contains_key(study.value.as_str())
        {
            self.unknown_layer(study, None);
        }
        let levels = self.hazard_levels(at);
        let validity = self.validity(table);
        Some(HazardRole {
            kind: needed(&table.kind),
            levels: levels?,
            study_area: plain(table.study_area.as_ref()),
            in_any: table.in_any.as_ref().is_none_or(|claim| claim.value),
            validity,
        })
    }

    /// From when to when; the end must not lie before the begin.
    fn validity(&mut self, table: &HazardTable) -> Validity {
        let date =
            |date: &Option<At<DateText>>| date.as_ref().map(|at| at.value.0.clone());
        let (from, to) = (date(&table.valid_from), date(&table.valid_to));
        let validity = Validity { from, to };
        if let Some(to) = table.valid_to.as_ref().filter(|_| validity.is_reversed()) {
            let found = to.value.0.clone();
            let from = validity.from.clone().unwrap_or_default();
            self.fail(to, Trouble::EndsBeforeBegin { found, from });
        }
        validity
    }

    /// Exactly one of `level`, `constant` and `bands`; `levels` goes with `level` only.
    fn hazard_levels(&mut self, at: &At<HazardTable>) -> Option<HazardLevels> {
        let table = &at.value;
        let (level, constant) = (table.level.as_ref(), table.constant.as_ref());
        let bands = table.bands.as_ref();
        let twice = self.conflict(("level", level), ("constant", constant))
            | self.conflict(("level", level), ("bands", bands))
            | self.conflict(("constant", constant), ("bands", bands));
        if let (Some(levels), None) = (&table.levels, level) {
            self.fail(levels, Trouble::Needs { name: "levels", other: "level" });
        }
        if let Some(levels) = table.levels.as_ref().filter(|l| l.value.is_empty()) {
            self.fail(levels, Trouble::Empty { name: "levels" });
        }
        if twice {
            return None;
        }
        match (level, constant, bands) {
            (Some(field), _, _) => {
                let names = table.levels.iter().flat_map(|levels| &levels.value);
                let names =
                    names.map(|(name, at)| (name.clone(), at.value.0.0)).collect();
                Some(HazardLevels::Field { field: field.value.clone(), names })
            }
            (_, Some(constant), _) => Some(HazardLevels::Constant(constant.value.0.0)),
            (_, _, Some(bands)) => self.bands(bands).map(HazardLevels::Bands),
            (None, None, None) => {
                self.no_levels(at);
                None
            }
        }
    }

    /// Says that levels are missing, unless a key was given and found wrong already.
    fn no_levels(&mut self, at: &At<HazardTable>) {
        if !self.is_reported_at(at, &["level", "constant", "bands"]) {
            self.fail(at, Trouble::OneNeeded { names: "`level`, `constant`, `bands`" });
        }
    }

    /// Nearest first, each wider than the one before and not worse.
    fn bands(&mut self, bands: &At<Vec<At<BandTable>>>) -> Option<Vec<(f64, Level)>> {
        if bands.value.is_empty() {
            self.fail(bands, Trouble::Empty { name: "bands" });
            return None;
        }
        let errors_before = self.errors.len();
        let mut all: Vec<(f64, Level)> = Vec::new();
        let mut is_complete = true;
        for band in &bands.value {
            let (Some(within), Some(level)) =
                (&band.value.within_m.0, &band.value.level.0)
            else {
                is_complete = false;
                continue;
            };
            let positive = |m: f64| m > 0.0;
            let valid = self.number(within, "@config.rule.positive", positive);
            let zone = level.value.0.0;
            if let (Some(meters), Some(&(before, worse))) = (valid, all.last()) {
                if meters <= before {
                    let trouble = Trouble::BandNotWider { found: meters, before };
                    self.fail(within, trouble);
                }
                if zone < worse {
                    let (found, before) = (zone.id(), worse.id());
                    self.fail(level, Trouble::BandWorse { found, before });
                }
            }
            all.extend(valid.map(|meters| (meters, zone)));
        }
        (is_complete && self.errors.len() == errors_before).then_some(all)
    }
}
