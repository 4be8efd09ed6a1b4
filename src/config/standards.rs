//! Standards as cited data: what a service is held against, who says so, and with what force.
//!
//! In: a CSV table that the project names. Out: [`Standard`]s. A deficit takes one by its id;
//! its unit and direction must then be those of the deficit.

use std::path::Path;

use super::error::Trouble;
use super::options::is_date;
use super::settings::Better;
use super::sheet::{self, CitedFile, Sheet};

/// Columns of the table.
pub const COLUMNS: &[&str] =
    &["id", "value", "unit", "direction", "source", "legal_status", "edition", "date"];
/// What a deficit says that is held against nothing.
pub const NONE: &str = "none";

/// The force of a standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LegalStatus {
    /// A law or a decree with its force.
    Law,
    /// A technical norm in force.
    Norm,
    /// A proposal, preliminary or never passed.
    Proposal,
    /// A target that a plan sets for itself.
    PlanTarget,
    /// A recommendation of a body that sets no law here.
    Recommendation,
    /// Attributed to a body in which no primary source was found.
    Attributed,
    /// The best that can be, where nobody sets a target.
    Optimum,
    /// A parameter of the office that runs the project.
    Parameter,
}

impl LegalStatus {
    /// All of them, with their words in English and Spanish.
    const WORDS: [(Self, &'static str, &'static str); 8] = [
        (Self::Law, "law", "ley"),
        (Self::Norm, "norm", "norma"),
        (Self::Proposal, "proposal", "propuesta"),
        (Self::PlanTarget, "plan_target", "meta_del_plan"),
        (Self::Recommendation, "recommendation", "recomendación"),
        (Self::Attributed, "attributed", "atribuido"),
        (Self::Optimum, "optimum", "óptimo"),
        (Self::Parameter, "parameter", "parámetro"),
    ];

    /// The word in tables and catalogues.
    #[must_use]
    pub fn id(self) -> &'static str {
        let word = Self::WORDS.iter().find(|(status, ..)| *status == self);
        word.map_or("", |(_, word, _)| word)
    }

    fn parse(text: &str) -> Option<Self> {
        let lower = text.to_lowercase();
        let known = Self::WORDS.iter().find(|(_, en, es)| lower == *en || lower == *es);
        known.map(|(status, ..)| *status)
    }
}

/// One standard.
#[derive(Debug, Clone, PartialEq)]
pub struct Standard {
    /// Its id in the table.
    pub id: String,
    /// The value, in `unit`.
    pub value: f64,
    /// Unit: `m2/person`, `1` (a share), `people/unit`, or that of a reported table.
    pub unit: String,
    /// Which side of it is good.
    pub better: Better,
    /// Who says so, as cited.
    pub source: String,
    /// With what force.
    pub legal_status: LegalStatus,
    /// Edition of the source; may be empty.
    pub edition: String,
    /// Date of the source, as `YYYY`, `YYYY-MM` or `YYYY-MM-DD`; may be empty.
    pub date: String,
}

/// Reads the table.
pub(super) fn read(
    path: &Path,
    declared: &str,
) -> Result<(CitedFile, Vec<Standard>), Vec<Trouble>> {
    let (file, sheet) = sheet::read(path, declared, COLUMNS, &[])?;
    Ok((file, parse(&sheet)?))
}

fn parse(sheet: &Sheet) -> Result<Vec<Standard>, Vec<Trouble>> {
    let mut troubles = Vec::new();
    let mut all = Vec::new();
    for row in &sheet.rows {
        let t = &mut troubles;
        let id = sheet.parsed(row, "id", "@config.rule.standard_id", t, |text| {
            (!text.is_empty() && text != NONE).then(|| text.to_owned())
        });
        let value =
            sheet.parsed(row, "value", "@config.rule.plain_number", t, sheet::number);
        let unit = sheet.needed(row, "unit", t);
        let better = sheet.parsed(row, "direction", "@config.rule.direction", t, better);
        let source = sheet.needed(row, "source", t);
        let legal = sheet.parsed(
            row,
            "legal_status",
            "@config.rule.legal_status",
            t,
            LegalStatus::parse,
        );
        let date = sheet.parsed(row, "date", "@config.rule.date", t, |text| {
            (text.is_empty() || is_date(text)).then(|| text.to_owned())
        });
        if let (Some(id), Some(value), Some(better), Some(legal_status), Some(date)) =
            (id, value, better, legal, date)
        {
            let edition = sheet.get(row, "edition").to_owned();
            all.push(Standard {
                id,
                value,
                unit,
                better,
                source,
                legal_status,
                edition,
                date,
            });
        }
    }
    if troubles.is_empty() { Ok(all) } else { Err(troubles) }
}

fn better(text: &str) -> Option<Better> {
    match text {
        "higher" => Some(Better::Higher),
        "lower" => Some(Better::Lower),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "id,value,unit,direction,source,legal_status,edition,date\n";

    fn table(rows: &str) -> Result<Vec<Standard>, Vec<Trouble>> {
        parse(&Sheet::parse(format!("{HEADER}{rows}").as_bytes(), "s.csv", COLUMNS, &[])?)
    }

    #[test]
    fn a_standard_keeps_its_citation() {
        let all =
            table("green,9,m2/person,higher,\"OMS, dicen\",Atribuido,,2018\n").unwrap();
        let standard = &all[0];
        assert_eq!((standard.value, standard.better), (9.0, Better::Higher));
        assert_eq!(standard.legal_status, LegalStatus::Attributed);
        assert_eq!(
            (standard.source.as_str(), standard.date.as_str()),
            ("OMS, dicen", "2018")
        );
    }

    #[test]
    fn each_cell_is_checked() {
        let cases = [
            ("none,9,u,higher,s,law,,\n", "id"),
            ("a,\"9,0\",u,higher,s,law,,\n", "value"),
            ("a,9,,higher,s,law,,\n", "unit"),
            ("a,9,u,more,s,law,,\n", "direction"),
            ("a,9,u,higher,,law,,\n", "source"),
            ("a,9,u,higher,s,maybe,,\n", "legal_status"),
            ("a,9,u,higher,s,law,,2018-13\n", "date"),
        ];
        for (rows, expected) in cases {
            let troubles = table(rows).unwrap_err();
            assert!(
                matches!(&troubles[..], [Trouble::TableCell { line: 2, column, .. }] if *column == expected),
                "{rows}: {troubles:?}"
            );
        }
    }
}
