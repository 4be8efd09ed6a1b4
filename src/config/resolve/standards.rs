//! Standards: a number, an id in the table of standards, or none; and the tables of cited facts.

use crate::config::error::{Trouble, nearest};
use crate::config::options::{DeficitWord, ProjectTable, StandardValue, Text};
use crate::config::read::At;
use crate::config::settings::{Better, Citation, Localized, Settings};
use crate::config::sheet::CitedFile;
use crate::config::standards::{NONE, Standard};
use crate::config::{contradictions, standards};
use crate::i18n::Locale;

use super::{Given, Resolver, files, localized, same};

/// The table of standards as far as it is known.
pub(super) enum Standards {
    /// The project names none.
    Absent,
    /// It could not be read, which was told.
    Unreadable,
    /// Its rows.
    Read(Vec<Standard>),
}

/// A standard that was chosen for a deficit.
pub(super) struct Chosen {
    /// `None` where the deficit is held against nothing.
    pub(super) value: Option<f64>,
    pub(super) source: Option<Localized>,
    pub(super) citation: Citation,
    /// Where it was taken from a table, the key that did.
    cited: bool,
}

impl Resolver<'_> {
    /// Reads the tables of standards and of contradictions, if the project names them.
    pub(super) fn cited_tables(&mut self, project: &ProjectTable, out: &mut Settings) {
        if let Some(declared) = &project.standards {
            self.standards = Standards::Unreadable;
            if let Some((file, all)) = self.cited(declared, standards::read) {
                out.standards = Some(file);
                self.standards = Standards::Read(all);
            }
        }
        if let Some(declared) = &project.contradictions
            && let Some((file, all)) = self.cited(declared, contradictions::read)
        {
            out.contradictions = Some(file);
            out.disputed = all;
        }
    }

    fn cited<T>(
        &mut self,
        declared: &At<String>,
        read: impl Fn(&std::path::Path, &str) -> Result<(CitedFile, Vec<T>), Vec<Trouble>>,
    ) -> Option<(CitedFile, Vec<T>)> {
        let path = files::table_file(self.base, &declared.value)
            .map_err(|trouble| self.fail(declared, trouble))
            .ok()?;
        match read(&path, &declared.value) {
            Ok(table) => Some(table),
            Err(troubles) => {
                for trouble in troubles {
                    self.fail(declared, trouble);
                }
                None
            }
        }
    }

    /// What the key `standard` of a deficit means; `None` if it means nothing, which was told.
    pub(super) fn standard(
        &mut self,
        word: DeficitWord,
        better: Option<Better>,
        at: &At<StandardValue>,
    ) -> Option<Chosen> {
        let blank = |value| Chosen {
            value,
            source: None,
            citation: Citation::default(),
            cited: false,
        };
        match &at.value {
            StandardValue::Number(number) => {
                self.in_rule(word, *number, at).map(|number| blank(Some(number)))
            }
            StandardValue::Id(id) if id == NONE => Some(blank(None)),
            StandardValue::Id(id) => {
                let standard = self.cited_standard(id, at)?;
                self.matches_kind(word, better, &standard, at)?;
                let value = Some(self.in_rule(word, standard.value, at)?);
                let source = Some(same(&standard.source));
                Some(Chosen { value, source, citation: citation(standard), cited: true })
            }
        }
    }

    /// Adds who sets the standard, where the deficit itself says so.
    pub(super) fn cite(
        &mut self,
        mut chosen: Chosen,
        stated: Given<'_, Text>,
        locale: Locale,
    ) -> Option<Chosen> {
        let Some(text) = stated else { return Some(chosen) };
        if chosen.cited {
            let (first, second) = ("standard", "standard_source");
            self.fail(text, Trouble::Conflict { first, second });
            return None;
        }
        let source = localized(&text.value);
        source.get(locale).clone_into(&mut chosen.citation.source);
        chosen.source = Some(source);
        Some(chosen)
    }

    /// Which side of a standard is good, where the deficit need not say so: the table tells,
    /// or nothing is held against it.
    pub(super) fn direction(&self, at: Option<&At<StandardValue>>) -> Option<Better> {
        match (&at?.value, &self.standards) {
            (StandardValue::Id(id), _) if id == NONE => Some(Better::Higher),
            (StandardValue::Id(id), Standards::Read(all)) => {
                // One that is not there is told of as such.
                let standard = all.iter().find(|standard| standard.id == *id);
                Some(standard.map_or(Better::Higher, |standard| standard.better))
            }
            (StandardValue::Id(_), _) => Some(Better::Higher),
            (StandardValue::Number(_), _) => None,
        }
    }

    fn in_rule(
        &mut self,
        word: DeficitWord,
        number: f64,
        at: &At<StandardValue>,
    ) -> Option<f64> {
        let number = At { value: number, key: at.key.clone(), place: at.place.clone() };
        let (rule, holds): (_, fn(f64) -> bool) = match word {
            DeficitWord::Access => {
                ("@config.rule.share", |share| (0.0..=1.0).contains(&share))
            }
            DeficitWord::PeoplePerUnit => {
                ("@config.rule.positive", |people| people > 0.0)
            }
            DeficitWord::AreaPerPerson | DeficitWord::Reported => {
                ("@config.rule.not_negative", |value| value >= 0.0)
            }
        };
        self.number(&number, rule, holds)
    }

    fn cited_standard(&mut self, id: &str, at: &At<StandardValue>) -> Option<Standard> {
        let all = match &self.standards {
            Standards::Unreadable => return None,
            Standards::Absent => {
                self.fail(at, Trouble::NoStandards { found: id.to_owned() });
                return None;
            }
            Standards::Read(all) => all,
        };
        if let Some(standard) = all.iter().find(|standard| standard.id == id) {
            return Some(standard.clone());
        }
        let known: Vec<String> = all.iter().map(|s| s.id.clone()).collect();
        let nearest = nearest(id, known.iter().map(String::as_str));
        self.fail(at, Trouble::UnknownStandard { found: id.to_owned(), known, nearest });
        None
    }

    /// A standard must speak of the deficit's unit, and find the same direction good.
    fn matches_kind(
        &mut self,
        word: DeficitWord,
        better: Option<Better>,
        standard: &Standard,
        at: &At<StandardValue>,
    ) -> Option<()> {
        let (unit, better) = match word {
            DeficitWord::AreaPerPerson => (Some("m2/person"), Some(Better::Higher)),
            DeficitWord::Access => (Some("1"), Some(Better::Higher)),
            DeficitWord::PeoplePerUnit => (Some("people/unit"), Some(Better::Lower)),
            // The unit of a reported figure is known once its table is read.
            DeficitWord::Reported => (None, better),
        };
        let differs = |aspect, expected: &str, found: &str| Trouble::StandardDiffers {
            id: standard.id.clone(),
            aspect,
            expected: expected.to_owned(),
            found: found.to_owned(),
        };
        let trouble = match (unit, better) {
            (Some(unit), _) if unit != standard.unit => {
                differs("@config.aspect.unit", unit, &standard.unit)
            }
            (_, Some(better)) if better != standard.better => {
                differs("@config.aspect.direction", better.id(), standard.better.id())
            }
            _ => return Some(()),
        };
        self.fail(at, trouble);
        None
    }
}

fn citation(standard: Standard) -> Citation {
    Citation {
        legal_status: standard.legal_status.id().to_owned(),
        id: standard.id,
        unit: standard.unit,
        source: standard.source,
        edition: standard.edition,
        date: standard.date,
    }
}

impl Better {
    fn id(self) -> &'static str {
        match self {
            Self::Higher => "higher",
            Self::Lower => "lower",
        }
    }
}
