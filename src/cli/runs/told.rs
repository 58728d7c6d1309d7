//! How a kept run is told: in a line, in lines, as JSON.

use crate::cli::findings;
use crate::core::history::compare::{Comparison, Difference, Row, shown_values};
use crate::core::history::{KeptRun, Outcome, RunId, Summary};
use crate::core::oauth::{STEPS, Step, StepState};
use crate::core::wire::redact::Mask;
use crate::core::wire::{Direction, Outcome as Answer, Record};
use jiff::tz::TimeZone;
use serde_json::{Value, json};

/// A run in a line.
pub(super) fn line(run: &Summary, zone: &TimeZone) -> String {
    let at = run.started_at.to_zoned_datetime(zone.clone());
    let id = run.id.as_ref().map_or("(not kept here)", RunId::as_str);
    let place = format!("{} {}", run.step.number(), run.step.facts().name);
    let outcome = match run.outcome {
        Outcome::Authorized => "authorized".to_owned(),
        other => format!("{} at {place}", other.name()),
    };
    let found = run.leading.as_ref();
    let found = found.map_or_else(String::new, |it| format!("  {} [{}]", it.headline, it.rule));
    format!(
        "{id}  {}  {}  {}  {outcome}{found}",
        at.strftime("%Y-%m-%d %H:%M:%S"),
        run.profile,
        run.environment.label(),
    )
}

/// A run in a line, as JSON.
pub(super) fn summary(run: &Summary) -> Value {
    json!({
        "id": run.id.as_ref().map(RunId::as_str),
        "started_at": run.started_at.to_string(),
        "profile": run.profile,
        "provider": run.provider,
        "environment": run.environment.label(),
        "step": run.step.facts().name,
        "outcome": run.outcome.name(),
        "finding": run.leading.as_ref().map(|it| json!({
            "rule": it.rule,
            "severity": it.severity.name(),
            "headline": it.headline.as_str(),
        })),
    })
}

/// A whole run as JSON.
pub(super) fn whole(kept: &KeptRun, mask: &Mask) -> Value {
    let mut object = summary(&kept.summary());
    let steps: Vec<Value> = STEPS
        .iter()
        .map(|facts| json!({"step": facts.name, "state": state(kept.step_state(facts.step))}))
        .collect();
    let values: Vec<Value> = shown_values(kept, mask)
        .into_iter()
        .map(|(step, name, value)| {
            json!({"step": step.map(|step| step.facts().name), "name": name, "value": value})
        })
        .collect();
    let records: Vec<Value> = kept.records.iter().map(|it| record(it, mask)).collect();
    object["v"] = json!(1);
    object["program"] = json!(kept.program);
    object["steps"] = json!(steps);
    object["values"] = json!(values);
    object["records"] = json!(records);
    object["findings"] = findings::to_json(&kept.findings);
    object["notices"] = json!(kept.notices);
    object
}

/// Two runs as JSON.
pub(super) fn comparison(left: &KeptRun, right: &KeptRun, comparison: &Comparison) -> Value {
    let rows: Vec<Value> = comparison
        .rows
        .iter()
        .map(|row| {
            json!({
                "step": row.step.map(|step| step.facts().name),
                "name": row.name,
                "left": row.left,
                "right": row.right,
                "difference": row.difference.name(),
            })
        })
        .collect();
    json!({
        "v": 1,
        "left": summary(&left.summary()),
        "right": summary(&right.summary()),
        "rows": rows,
        "only_left": findings::to_json(&comparison.only_left),
        "only_right": findings::to_json(&comparison.only_right),
    })
}

/// A run in lines, without its findings.
pub(super) fn lines(kept: &KeptRun, mask: &Mask, zone: &TimeZone) -> Vec<String> {
    let mut lines = vec![line(&kept.summary(), zone)];
    let steps: Vec<String> = STEPS
        .iter()
        .map(|facts| format!("{} {}", facts.name, state(kept.step_state(facts.step))))
        .collect();
    lines.push(steps.join(", "));
    let mut within = None;
    for (step, name, value) in shown_values(kept, mask) {
        if within != Some(step) {
            within = Some(step);
            lines.push(heading(step));
        }
        lines.push(format!("  {name:24} {value}"));
    }
    lines.push("Transcript".to_owned());
    for it in &kept.records {
        let at = it.at.to_zoned_datetime(zone.clone());
        let arrow = match it.direction {
            Direction::Outgoing => "→",
            Direction::Incoming => "←",
        };
        let status = match &it.outcome {
            Answer::Pending => "–".to_owned(),
            Answer::Failed(_) => "no answer".to_owned(),
            Answer::Response(response) => response.status.to_string(),
        };
        lines.push(format!(
            "  {} {arrow} {:5} {}  {status}  {}",
            at.strftime("%H:%M:%S"),
            it.request.method,
            mask.url(&it.request.url),
            it.note
        ));
    }
    lines
}

/// A record as JSON.
fn record(record: &Record, mask: &Mask) -> Value {
    let status = record.outcome.response().map(|response| response.status);
    json!({
        "at": record.at.to_string(),
        "direction": match record.direction {
            Direction::Outgoing => "sent",
            Direction::Incoming => "received",
        },
        "method": record.request.method,
        "url": mask.url(&record.request.url).as_str(),
        "status": status,
        "milliseconds": record.timing.total.map(|total| total.as_millis()),
        "note": record.note,
    })
}

/// A step's name, or the run as a whole.
pub(super) fn heading(step: Option<Step>) -> String {
    match step {
        None => "The run".to_owned(),
        Some(step) => format!("{} {}", step.number(), step.facts().name),
    }
}

/// A value of both runs, one below the other where they differ.
pub(super) fn row(row: &Row) -> Vec<String> {
    let glyph = match row.difference {
        Difference::Equal => "✓",
        Difference::Expected => "~",
        Difference::Matters => "✗",
    };
    let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "(none)".to_owned());
    if row.difference == Difference::Equal {
        return vec![format!("  {glyph} {:24} {}", row.name, value(&row.left))];
    }
    vec![
        format!("  {glyph} {:24} {}", row.name, value(&row.left)),
        format!("    {:24} {}", "", value(&row.right)),
    ]
}

/// How far a step was, in a word.
fn state(state: StepState) -> &'static str {
    match state {
        StepState::Pending => "pending",
        StepState::Ready => "ready",
        StepState::Running => "running",
        StepState::Done => "done",
        StepState::Failed => "failed",
    }
}
