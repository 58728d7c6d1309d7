//! A run that this program kept, or the JSON of its report: explained by what was found then.

use super::{Explanation, Kind, Part};
use crate::core::history::compare::shown_values;
use crate::core::history::read::{looks_like_one, read};
use crate::core::wire::redact::Mask;
use crate::core::wire::visible::Visible;

/// Explains it; `None` when it is none.
pub(super) fn explain(text: &str, mask: &Mask) -> Option<Explanation> {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if !looks_like_one(text) {
        return None;
    }
    let part = |name: &str, value: &str, meaning: &str| Part {
        name: Visible::of(name),
        value: Visible::of(value),
        meaning: Visible::of(meaning),
    };
    let blank = Explanation {
        kind: Kind::KeptRun,
        also: Vec::new(),
        parts: Vec::new(),
        findings: Vec::new(),
    };
    let kept = match read(text) {
        Ok(kept) => kept,
        Err(why) => {
            return Some(Explanation {
                parts: vec![part("file", &why.to_string(), "it cannot be opened")],
                ..blank
            });
        }
    };
    let ended = kept.summary();
    let mut parts = vec![part(
        "ended",
        ended.outcome.name(),
        &format!("at {} {}", ended.step.number(), ended.step.facts().name),
    )];
    for notice in &kept.notices {
        parts.push(part("file", notice, ""));
    }
    for (step, name, value) in shown_values(&kept, mask) {
        let meaning = step.map_or_else(String::new, |step| {
            format!("{} {}", step.number(), step.facts().name)
        });
        parts.push(part(&name, &value, &meaning));
    }
    let mut findings = kept.findings.clone();
    findings.sort_by_key(|finding| finding.severity);
    if let Some(leading) = kept.leading().cloned() {
        findings.retain(|finding| *finding != leading);
        findings.insert(0, leading);
    }
    Some(Explanation {
        parts,
        findings,
        ..blank
    })
}
