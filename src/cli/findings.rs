//! Findings as talk and as JSON: the same words on both.

use crate::cli::printer::Printer;
use crate::core::diagnose::Finding;
use crate::core::wire::visible::Visible;
use serde_json::{Value, json};

/// Says findings, the leading one first.
pub(super) fn say(printer: &mut Printer<'_>, findings: &[Finding]) {
    for finding in findings {
        let head = format!(
            "{}: {} [{}]",
            finding.severity.name(),
            finding.headline,
            finding.rule
        );
        printer.talk(&Visible::of(&head));
        for (label, text) in [("seen", &finding.evidence), ("cause", &finding.cause)] {
            if !text.is_empty() {
                printer.talk(&Visible::of(&format!("  {label}: {text}")));
            }
        }
        for fix in &finding.fix {
            printer.talk(&Visible::of(&format!("  try: {fix}")));
        }
    }
}

/// Findings as `--json` writes them, the leading one marked.
pub(super) fn to_json(findings: &[Finding]) -> Value {
    findings
        .iter()
        .enumerate()
        .map(|(index, finding)| {
            json!({
                "rule": finding.rule,
                "severity": finding.severity.name(),
                "headline": finding.headline.as_str(),
                "evidence": finding.evidence.as_str(),
                "cause": finding.cause.as_str(),
                "fix": finding.fix.iter().map(Visible::as_str).collect::<Vec<_>>(),
                "source": finding.source,
                "leading": index == 0,
            })
        })
        .collect()
}
