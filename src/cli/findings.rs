//! Findings for people: grouped by code, gravest first, long groups cut short.

use std::collections::BTreeMap;

use crate::domain::{Finding, Findings, Message};
use crate::i18n::{self, Locale};

/// Most lines shown of one code.
const MOST: usize = 30;

/// The findings as lines.
pub(super) fn listed(locale: Locale, findings: &Findings) -> Vec<String> {
    let mut groups: BTreeMap<_, Vec<&Finding>> = BTreeMap::new();
    for finding in findings.as_slice() {
        let key = (std::cmp::Reverse(finding.severity), finding.code);
        groups.entry(key).or_default().push(finding);
    }
    let mut lines = Vec::new();
    for ((severity, code), group) in groups {
        let heading = Message::new("cli.findings.group")
            .with("code", code.id())
            .with("severity", format!("@cli.severity.{}", severity.0.id()))
            .with("count", group.len());
        lines.push(i18n::render(locale, &heading));
        lines.extend(group.iter().take(MOST).map(|finding| line(locale, finding)));
        if group.len() > MOST {
            let more =
                Message::new("cli.findings.more").with("count", group.len() - MOST);
            lines.push(format!("  {}", i18n::render(locale, &more)));
        }
    }
    lines
}

fn line(locale: Locale, finding: &Finding) -> String {
    let text = i18n::render(locale, &finding.message());
    let mut about = finding.layer.clone();
    if !finding.feature.is_empty() {
        about = format!("{about} · {}", finding.feature);
    }
    if about.is_empty() { format!("  {text}") } else { format!("  {about}: {text}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Code;

    #[test]
    fn groups_go_from_grave_to_mild_and_are_cut_short() {
        let mut findings = Findings::default();
        findings.push(Finding::about(Code::EmptyLayer, "parks"));
        for i in 0..33 {
            let finding = Finding::about(Code::NullGeometry, "blocks");
            findings.push(finding.feature(i.to_string()));
        }
        findings.push(Finding::about(Code::NegativeValue, "blocks").feature("7"));
        let lines = listed(Locale::En, &findings);
        assert_eq!(lines.len(), 2 + (1 + 30 + 1) + 2);
        assert!(lines[0].starts_with("L007"), "{}", lines[0]);
        assert!(lines[1].starts_with("  blocks · 7: "), "{}", lines[1]);
        assert!(lines[2].starts_with("L002") && lines[2].contains("33"), "{}", lines[2]);
        assert!(lines[33].contains('3'), "{}", lines[33]);
        assert!(lines[34].starts_with("L009"), "{}", lines[34]);
    }
}
