//! Deficits: each kind has keys of its own, and refuses those of the others.

use std::path::PathBuf;

use crate::config::error::Trouble;
use crate::config::options::{DeficitTable, DeficitWord};
use crate::config::read::{At, Words};
use crate::config::settings::{DeficitKind, DeficitSettings, Units};
use crate::i18n::Locale;

use super::{Given, Resolver, Role, files, title};

/// Keys that only some kinds use, and which kinds.
const KINDS_OF: &[(&str, &[DeficitWord])] = &[
    (
        "service",
        &[DeficitWord::AreaPerPerson, DeficitWord::Access, DeficitWord::PeoplePerUnit],
    ),
    (
        "people",
        &[DeficitWord::AreaPerPerson, DeficitWord::Access, DeficitWord::PeoplePerUnit],
    ),
    ("within_m", &[DeficitWord::Access]),
    ("table", &[DeficitWord::PeoplePerUnit, DeficitWord::Reported]),
    ("indicator", &[DeficitWord::PeoplePerUnit, DeficitWord::Reported]),
    ("better", &[DeficitWord::Reported]),
];

/// Something is wrong, and an error says so already.
struct Told;

impl Resolver<'_> {
    /// Resolves a deficit; `None` if something of it is wrong, which was reported.
    pub(super) fn deficit(
        &mut self,
        id: &str,
        at: &At<DeficitTable>,
        territories: &str,
        locale: Locale,
    ) -> Option<DeficitSettings> {
        let table = &at.value;
        let word = table.kind.0.as_ref()?.value.0;
        self.refuse_other_keys(table, word);
        let kind = match word {
            DeficitWord::AreaPerPerson => self.area_per_person(at, territories),
            DeficitWord::Access => self.access(at),
            DeficitWord::PeoplePerUnit => self.people_per_unit(at, territories),
            DeficitWord::Reported => self.reported(at),
        };
        let better = table.better.as_ref().map(|better| better.value.0);
        let standard =
            table.standard.0.as_ref().and_then(|n| self.standard(word, better, n));
        let stated = table.standard_source.as_ref();
        let standard = standard.and_then(|s| self.cite(s, stated, locale));
        Some(DeficitSettings {
            id: id.to_owned(),
            title: title(table.title.as_ref(), id),
            kind: kind?,
            standard: standard.as_ref()?.value,
            standard_source: standard.as_ref()?.source.clone(),
            citation: standard?.citation,
            period: table.period.as_ref().map(|period| period.value.0.clone()),
        })
    }

    fn area_per_person(
        &mut self,
        at: &At<DeficitTable>,
        territories: &str,
    ) -> Option<DeficitKind> {
        let service = self.needed_layer(at, "service", at.value.service.as_ref());
        let people = self.people(at, territories);
        Some(DeficitKind::AreaPerPerson { service: service?, people: people.ok()? })
    }

    fn access(&mut self, at: &At<DeficitTable>) -> Option<DeficitKind> {
        let table = &at.value;
        let service = self.needed_layer(at, "service", table.service.as_ref());
        let people = self.needed_layer(at, "people", table.people.as_ref());
        let within = self.demand(at, "within_m", table.within_m.as_ref());
        let within_m = within
            .and_then(|within| self.number(within, "@config.rule.positive", |m| m > 0.0));
        Some(DeficitKind::Access {
            service: service?,
            people: people?,
            within_m: within_m?,
        })
    }

    fn people_per_unit(
        &mut self,
        at: &At<DeficitTable>,
        territories: &str,
    ) -> Option<DeficitKind> {
        let table = &at.value;
        let people = self.people(at, territories);
        let twice = self.conflict(
            ("table", table.table.as_ref()),
            ("service", table.service.as_ref()),
        );
        let units = match (&table.table, &table.service) {
            _ if twice => None,
            (None, Some(service)) => {
                if let Some(indicator) = &table.indicator {
                    let trouble = Trouble::Needs { name: "indicator", other: "table" };
                    self.fail(indicator, trouble);
                }
                self.refer(service, Role::Service)
                    .then(|| Units::Service(service.value.clone()))
            }
            (None, None) if !self.is_reported_at(at, &["table", "service"]) => {
                self.fail(at, Trouble::OneNeeded { names: "`table`, `service`" });
                None
            }
            _ => self
                .table_and_indicator(at)
                .map(|(table, indicator)| Units::Reported { table, indicator }),
        };
        Some(DeficitKind::PeoplePerUnit { units: units?, people: people.ok()? })
    }

    fn reported(&mut self, at: &At<DeficitTable>) -> Option<DeficitKind> {
        let better = match self.direction(at.value.standard.0.as_ref()) {
            Some(direction) if at.value.better.is_none() => Some(direction),
            _ => {
                let given = self.demand(at, "better", at.value.better.as_ref());
                given.map(|word| word.value.0)
            }
        };
        let source = self.table_and_indicator(at);
        let (table, indicator) = source?;
        Some(DeficitKind::Reported { table, indicator, better: better? })
    }

    fn table_and_indicator(
        &mut self,
        at: &At<DeficitTable>,
    ) -> Option<(PathBuf, String)> {
        let table = self.demand(at, "table", at.value.table.as_ref());
        let indicator = self.demand(at, "indicator", at.value.indicator.as_ref());
        let file = table.and_then(|declared| {
            files::table_file(self.base, &declared.value)
                .map_err(|trouble| self.fail(declared, trouble))
                .ok()
        });
        Some((file?, indicator?.value.trim().to_owned()))
    }

    /// A layer that the kind cannot do without.
    fn needed_layer(
        &mut self,
        at: &At<DeficitTable>,
        name: &'static str,
        layer: Given<'_, String>,
    ) -> Option<String> {
        let layer = self.demand(at, name, layer)?;
        let is_good = if name == "people" {
            self.people_layer(layer)
        } else {
            self.refer(layer, Role::Service)
        };
        is_good.then(|| layer.value.clone())
    }

    /// The layer of people; `None` for the territories' own. Neither has any: that was told.
    fn people(
        &mut self,
        at: &At<DeficitTable>,
        territories: &str,
    ) -> Result<Option<String>, Told> {
        if let Some(layer) = &at.value.people {
            let is_good = self.people_layer(layer);
            return if is_good { Ok(Some(layer.value.clone())) } else { Err(Told) };
        }
        let role = self.layers.get(territories).and_then(|t| t.territory.as_ref());
        // Without a territory layer there is trouble enough.
        if role.is_none_or(|role| role.value.people.is_some())
            || self.is_reported_at(at, &["people"])
        {
            return Ok(None);
        }
        let layer = territories.to_owned();
        self.fail(at, Trouble::NoPeopleField { layer, role: "territory" });
        Err(Told)
    }

    fn people_layer(&mut self, layer: &At<String>) -> bool {
        if !self.refer(layer, Role::Exposure) {
            return false;
        }
        let table = self.layers.get(layer.value.as_str());
        let role = table.and_then(|table| table.exposure.as_ref());
        if role.is_some_and(|role| role.value.people.is_some()) {
            return true;
        }
        let id = layer.value.clone();
        self.fail(layer, Trouble::NoPeopleField { layer: id, role: "exposure" });
        false
    }

    /// A key that the kind cannot do without; silent where it was found wrong already.
    fn demand<'t, T>(
        &mut self,
        at: &At<DeficitTable>,
        name: &'static str,
        value: Given<'t, T>,
    ) -> Given<'t, T> {
        if value.is_none() && !self.is_reported_at(at, &[name]) {
            self.fail(at, Trouble::MissingKey { name });
        }
        value
    }

    fn refuse_other_keys(&mut self, table: &DeficitTable, word: DeficitWord) {
        self.refuse("service", table.service.as_ref(), word);
        self.refuse("people", table.people.as_ref(), word);
        self.refuse("within_m", table.within_m.as_ref(), word);
        self.refuse("table", table.table.as_ref(), word);
        self.refuse("indicator", table.indicator.as_ref(), word);
        self.refuse("better", table.better.as_ref(), word);
    }

    fn refuse<T>(&mut self, name: &'static str, value: Given<'_, T>, word: DeficitWord) {
        let Some(at) = value else { return };
        let kinds =
            KINDS_OF.iter().find(|(key, _)| *key == name).map_or(&[][..], |(_, k)| k);
        if kinds.contains(&word) {
            return;
        }
        let kinds: Vec<String> =
            kinds.iter().map(|kind| format!("`{}`", kind.id())).collect();
        let (kind, kinds) = (word.id(), kinds.join(", "));
        self.fail(at, Trouble::NotForKind { name, kind, kinds });
    }
}

impl DeficitWord {
    pub(super) fn id(self) -> &'static str {
        let word = Self::WORDS.iter().find(|(_, kind)| *kind == self);
        word.map_or("", |(word, _)| word)
    }
}
