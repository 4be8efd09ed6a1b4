//! An explanation for programs.
//!
//! In: an [`Explanation`]. Out: JSON; its texts are English, as all data are.

use serde_json::{Value, json};

use super::{Contributions, DoubtTold, Explanation};
use crate::analysis::explain::Term;
use crate::domain::Message;
use crate::i18n::{self, Locale};
use crate::indicators::Method;

impl Explanation {
    /// The explanation for programs. Texts are English, since data never change with the
    /// language; amounts are in full, figures as the table prints them.
    #[must_use]
    pub fn json(&self) -> Value {
        let said = |message: &Message| i18n::render(Locale::En, message);
        let entry = self.method.map(Method::entry);
        let rules: Vec<Value> = self
            .rules
            .iter()
            .map(|(number, text)| json!({ "number": number, "text": said(text) }))
            .collect();
        let inputs: Vec<Value> = self
            .inputs
            .iter()
            .map(|input| {
                json!({
                    "layer": input.layer, "path": input.path, "sha256": input.sha256,
                    "date": input.date, "status": input.status,
                })
            })
            .collect();
        let findings: Vec<Value> = self
            .findings
            .iter()
            .map(|finding| {
                json!({
                    "code": finding.code.id(), "severity": finding.severity.id(),
                    "layer": finding.layer, "feature": finding.feature,
                    "message": said(&finding.message()),
                })
            })
            .collect();
        let (low, high) = self.range.clone().unzip();
        json!({
            "figure": self.figure,
            "value": self.value,
            "unit": self.unit,
            "low": low,
            "high": high,
            "method": entry.map(|entry| json!({
                "code": entry.code, "version": entry.version, "formula": entry.formula,
                "reference": entry.reference,
            })),
            "computed": said(&self.computed),
            "rules": rules,
            "inputs": inputs,
            "contributions": self.sums.iter().map(Contributions::json).collect::<Vec<_>>(),
            "findings": findings,
            "accuracy": self.accuracy.iter().map(said).collect::<Vec<_>>(),
            "doubts": self.doubts.iter().map(DoubtTold::json).collect::<Vec<_>>(),
            "undecidable": self.is_undecidable,
            "no_such_level": self.is_of_no_level,
        })
    }
}

impl Contributions {
    fn json(&self) -> Value {
        let term = |term: &Term| {
            json!({
                "feature": term.feature, "share": term.share, "amount": term.amount,
                "nearest": term.nearest.as_ref().map(|near| json!({
                    "facility": near.facility, "distance_m": near.distance_m,
                })),
            })
        };
        json!({
            "of": self.id(),
            "layer": self.layer,
            "top": self.top.iter().map(term).collect::<Vec<_>>(),
            "rest": { "count": self.rest_count, "amount": self.rest },
            "overlap": self.overlap,
            "total": self.total,
            "printed": self.print(self.total),
        })
    }
}
