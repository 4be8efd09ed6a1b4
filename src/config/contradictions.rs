//! The register of contradictions: what sources say against each other, kept as data.
//!
//! In: a CSV table that the project names. Out: [`Contradiction`]s. Nothing is decided here:
//! whether the numbers still contradict each other is checked once the figures are read.

use std::path::Path;

use super::error::Trouble;
use super::sheet::{self, CitedFile, Row, Sheet};
use crate::domain::Severity;

/// Columns of the table.
pub const COLUMNS: &[&str] = &[
    "id",
    "subject",
    "claim_a",
    "source_a",
    "claim_b",
    "source_b",
    "check",
    "operands",
    "stated",
    "tolerance",
    "verdict",
    "preferred",
    "reason",
];

/// Columns that the table may have.
pub const OPTIONAL: &[&str] = &["severity"];

/// How the numbers of an entry are checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Formula {
    /// The operands add up to what is stated.
    Sum,
    /// The first operand less the others is what is stated.
    Difference,
    /// The operands multiplied are what is stated.
    Product,
    /// The first operand divided by the second is what is stated.
    Ratio,
    /// What is stated lies between the first operand and the second.
    Range,
}

impl Formula {
    fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "sum" => Self::Sum,
            "difference" => Self::Difference,
            "product" => Self::Product,
            "ratio" => Self::Ratio,
            "range" => Self::Range,
            _ => return None,
        })
    }

    /// The word in the table.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Sum => "sum",
            Self::Difference => "difference",
            Self::Product => "product",
            Self::Ratio => "ratio",
            Self::Range => "range",
        }
    }

    fn accepts(self, operands: usize) -> bool {
        match self {
            Self::Sum | Self::Product => operands >= 1,
            Self::Difference => operands >= 2,
            Self::Ratio | Self::Range => operands == 2,
        }
    }
}

/// A number of a check.
#[derive(Debug, Clone, PartialEq)]
pub enum Operand {
    /// As written.
    Number(f64),
    /// A figure of a reported table: `territory/indicator/period`.
    Figure(String),
}

impl Operand {
    fn parse(text: &str) -> Option<Self> {
        if let Some(number) = sheet::number(text) {
            return Some(Self::Number(number));
        }
        let parts: Vec<&str> = text.split('/').collect();
        let is_key = parts.len() == 3 && parts.iter().all(|part| !part.is_empty());
        is_key.then(|| Self::Figure(text.to_owned()))
    }
}

/// A check of numbers: it confirms the contradiction where they do not agree.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// How the operands are put together.
    pub formula: Formula,
    /// What is put together.
    pub operands: Vec<Operand>,
    /// What a source states instead.
    pub stated: Operand,
    /// How far both may differ and still agree.
    pub tolerance: f64,
}

/// Which claim is to be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preferred {
    /// The first.
    A,
    /// The second.
    B,
    /// Both stand, each for what it says.
    Both,
    /// Neither can be used.
    Neither,
}

impl Preferred {
    fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "a" => Self::A,
            "b" => Self::B,
            "both" => Self::Both,
            "neither" => Self::Neither,
            _ => return None,
        })
    }

    /// The word in the table and the catalogues.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::A => "a",
            Self::B => "b",
            Self::Both => "both",
            Self::Neither => "neither",
        }
    }
}

/// One entry of the register.
#[derive(Debug, Clone, PartialEq)]
pub struct Contradiction {
    /// Its id, for example `C5`.
    pub id: String,
    /// What it is about.
    pub subject: String,
    /// What is claimed, and by which source; the second may be empty.
    pub claims: [(String, String); 2],
    /// How its numbers are checked, if they can be.
    pub check: Option<Check>,
    /// What is held of it.
    pub verdict: String,
    /// Which claim is used.
    pub preferred: Preferred,
    /// Why.
    pub reason: String,
    /// How grave it is while it stands: a note, unless the table says that it is a warning.
    pub severity: Severity,
    /// 1-based line in the table.
    pub line: u64,
}

/// Reads the table.
pub(super) fn read(
    path: &Path,
    declared: &str,
) -> Result<(CitedFile, Vec<Contradiction>), Vec<Trouble>> {
    let (file, sheet) = sheet::read(path, declared, COLUMNS, OPTIONAL)?;
    Ok((file, parse(&sheet)?))
}

fn parse(sheet: &Sheet) -> Result<Vec<Contradiction>, Vec<Trouble>> {
    let mut troubles = Vec::new();
    let mut all = Vec::new();
    for row in &sheet.rows {
        let t = &mut troubles;
        let [id, subject, claim, source, verdict, reason] =
            ["id", "subject", "claim_a", "source_a", "verdict", "reason"]
                .map(|column| sheet.needed(row, column, t));
        let preferred =
            sheet.parsed(row, "preferred", "@config.rule.preferred", t, Preferred::parse);
        let severity =
            sheet.parsed(row, "severity", "@config.rule.disputed_severity", t, severity);
        let check = check(sheet, row, t);
        let second =
            ["claim_b", "source_b"].map(|column| sheet.get(row, column).to_owned());
        if let (Some(preferred), Some(severity)) = (preferred, severity) {
            let claims = [(claim, source), second.into()];
            let line = row.line;
            let entry = Contradiction {
                id,
                subject,
                claims,
                check,
                verdict,
                preferred,
                reason,
                severity,
                line,
            };
            all.push(entry);
        }
    }
    if troubles.is_empty() { Ok(all) } else { Err(troubles) }
}

/// A dispute makes no figure of ours wrong, so it is never an error.
fn severity(text: &str) -> Option<Severity> {
    match text {
        "" | "note" => Some(Severity::Note),
        "warning" => Some(Severity::Warning),
        _ => None,
    }
}

/// The check of a row; `none` is one that cannot be put in numbers.
fn check(sheet: &Sheet, row: &Row, troubles: &mut Vec<Trouble>) -> Option<Check> {
    if sheet.get(row, "check") == "none" {
        for column in ["operands", "stated", "tolerance"] {
            let text = sheet.get(row, column);
            if !text.is_empty() {
                let rule = "@config.rule.empty_without_check";
                troubles.push(sheet.cell(row.line, column, rule, text));
            }
        }
        return None;
    }
    let t = troubles;
    let formula = sheet.parsed(row, "check", "@config.rule.check", t, Formula::parse)?;
    let operands = sheet.parsed(row, "operands", "@config.rule.operands", t, |text| {
        let all = text.split(';').map(|part| Operand::parse(part.trim()));
        let all: Option<Vec<Operand>> = all.collect();
        all.filter(|all| formula.accepts(all.len()))
    });
    let stated = sheet.parsed(row, "stated", "@config.rule.operand", t, Operand::parse);
    let tolerance = sheet.parsed(row, "tolerance", "@config.rule.tolerance", t, |text| {
        sheet::number(text).filter(|tolerance| *tolerance >= 0.0)
    });
    let (operands, stated, tolerance) = (operands?, stated?, tolerance?);
    Some(Check { formula, operands, stated, tolerance })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(cells: &str) -> Result<Vec<Contradiction>, Vec<Trouble>> {
        let text = format!(
            "{}\nC5,census,51 181,S0 680,51 481,S0,{cells},a slip,b,the parts say so\n",
            COLUMNS.join(",")
        );
        parse(&Sheet::parse(text.as_bytes(), "c.csv", COLUMNS, OPTIONAL)?)
    }

    #[test]
    fn a_check_has_numbers_and_figures() {
        let all = table("sum,25581; _T/men/1993,51181,0").unwrap();
        let check = all[0].check.as_ref().unwrap();
        assert_eq!(
            check.operands,
            [Operand::Number(25581.0), Operand::Figure("_T/men/1993".into())]
        );
        assert_eq!(
            (check.formula, check.stated.clone()),
            (Formula::Sum, Operand::Number(51181.0))
        );
        assert_eq!(all[0].preferred, Preferred::B);
        assert_eq!(table("none,,,").unwrap()[0].check, None);
    }

    #[test]
    fn a_contradiction_is_a_note_or_a_warning() {
        let graded = |severity: &str| {
            let header = format!("{},severity", COLUMNS.join(","));
            let text = format!("{header}\nC5,x,1,a,2,b,none,,,,slip,b,why,{severity}\n");
            parse(&Sheet::parse(text.as_bytes(), "c.csv", COLUMNS, OPTIONAL)?)
        };
        for (word, expected) in [
            ("", Severity::Note),
            ("note", Severity::Note),
            ("warning", Severity::Warning),
        ] {
            assert_eq!(graded(word).unwrap()[0].severity, expected, "{word}");
        }
        assert_eq!(table("none,,,").unwrap()[0].severity, Severity::Note);
        let refused = graded("error").unwrap_err();
        assert!(
            matches!(
                &refused[..],
                [Trouble::TableCell { line: 2, column: "severity", .. }]
            ),
            "{refused:?}"
        );
    }

    #[test]
    fn what_cannot_be_computed_is_refused() {
        let cases = [
            ("sums,1,2,0", "check"),
            ("ratio,1,2,0", "operands"),
            ("difference,1,2,0", "operands"),
            ("sum,1;x,2,0", "operands"),
            ("sum,1;_T/men,2,0", "operands"),
            ("sum,1;2,three,0", "stated"),
            ("sum,1;2,3,-1", "tolerance"),
            ("none,1,,", "operands"),
        ];
        for (cells, expected) in cases {
            let troubles = table(cells).unwrap_err();
            assert!(
                matches!(&troubles[..], [Trouble::TableCell { line: 2, column, .. }] if *column == expected),
                "{cells}: {troubles:?}"
            );
        }
    }
}
