//! A run for somebody else: as Markdown to be read, and as JSON that this program opens again. In both every
//! secret and private value is an ordinal (`code-1`), and nothing can be computed back.

use super::KeptRun;
use super::compare;
use super::read::{Collected, Head, Unreadable};
use super::written::{Entry, Masking, State};
use crate::core::export::Export;
use crate::core::export::ticket::Ticket;
use crate::core::oauth::{STEPS, Step};
use crate::core::secret::Secret;
use crate::core::wire::redact::Mask;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

/// Most records of a report.
const MOST_RECORDS: usize = 1000;

/// A run on its way to somebody else.
#[derive(Debug)]
pub struct Report<'a> {
    /// The run.
    pub run: &'a KeptRun,
    /// How values are masked on this machine.
    pub mask: &'a Mask,
    /// When it is written.
    pub now: Timestamp,
    /// The zone of its times.
    pub zone: &'a TimeZone,
    /// The operating system.
    pub system: &'a str,
}

impl Report<'_> {
    /// What will stand in it, for a person to see before it is written.
    pub fn contents(&self) -> Vec<String> {
        self.ticket().contents()
    }

    /// As Markdown.
    pub fn markdown(&self) -> String {
        self.ticket().markdown(&mut self.export())
    }

    /// As JSON that [`read`](super::read::read) takes again.
    pub fn json(&self) -> String {
        let mut export = self.export().for_keeping();
        let known = self.known();
        let known: Vec<&Secret> = known.iter().collect();
        let masking = Masking {
            mask: export.mask().clone(),
            known: &known,
        };
        let run = self.run;
        let mut head = masking.head(&run.profile, run.id.as_ref());
        let records = run.records.iter().cloned().map(Box::new).map(Entry::Record);
        let hits = run.run.hits.iter().cloned().map(Box::new).map(Entry::Hit);
        let state = Entry::State(Box::new(State {
            at: run.at,
            run: run.run.clone(),
            grant: run.grant.clone(),
            steps: run.steps.clone(),
            findings: run.findings.clone(),
            left: run.left,
        }));
        let entries = records.chain(hits).chain([state]);
        let lines: Vec<Value> = entries.map(|entry| masking.entry(&entry)).collect();
        head["program"] = json!(run.program);
        head["lines"] = Value::Array(lines);
        let text = serde_json::to_string_pretty(&head).unwrap_or_default();
        export.with_ordinals(&text) + "\n"
    }

    /// The export; a report has its own, with no relation to another one.
    fn export(&self) -> Export {
        let seed = format!("report {}", self.now.as_nanosecond());
        Export::new(self.mask.derived(&seed), self.known(), self.mask)
    }

    /// Values that texts may quote, under whatever name.
    fn known(&self) -> Vec<Secret> {
        let run = &self.run.run;
        let mut known = vec![run.fresh.state.clone(), run.fresh.nonce.clone()];
        for hit in &run.hits {
            known.extend(hit.answer.state.clone());
            known.extend(hit.answer.session_state.clone());
        }
        if let Some(grant) = &self.run.grant {
            known.extend(grant.subject());
            known.extend(grant.user());
        }
        let long_enough = |value: &String| !value.is_empty();
        known
            .into_iter()
            .filter(long_enough)
            .map(Secret::new)
            .collect()
    }

    /// What Markdown is made of.
    fn ticket(&self) -> Ticket<'_> {
        let run = self.run;
        let error = run.leading().map(|finding| finding.step);
        // The findings of the step that failed lead; the others follow in their order.
        let (mut findings, others): (Vec<_>, Vec<_>) = run
            .findings
            .iter()
            .cloned()
            .partition(|finding| Some(finding.step) == error);
        findings.extend(others);
        let of = |step: Step| (step, run.step_state(step));
        let mut setting = vec![
            ("profile", run.profile.name.clone()),
            (
                "provider",
                format!(
                    "{}, {}",
                    run.profile.provider.label,
                    run.profile.provider.environment.label()
                ),
            ),
            ("client_id", run.profile.client_id.clone()),
            ("redirect_uri", run.run.redirect_uri.clone()),
            ("ended", run.summary().outcome.name().to_owned()),
        ];
        for (name, words) in [
            ("changed on the link", run.run.link_changes.words()),
            ("changed about the exchange", run.run.changes.words()),
        ] {
            if !words.is_empty() {
                setting.push((name, words));
            }
        }
        let values = compare::values(run).into_iter();
        Ticket {
            steps: STEPS.iter().map(|facts| of(facts.step)).collect(),
            findings,
            parts: Vec::new(),
            setting,
            values: values.map(|it| (it.step, it.name, it.text)).collect(),
            records: &run.records,
            most_records: MOST_RECORDS,
            now: self.now,
            zone: self.zone,
            clock_ahead: None,
            system: self.system,
        }
    }
}

/// Reads a report's JSON; `None` when the text is none, which the lines of a kept run are not.
pub(super) fn read(text: &str) -> Option<Result<KeptRun, Unreadable>> {
    let first = text.split('\n').next().unwrap_or_default();
    if Head::read(first).is_ok() && !first.contains("\"lines\":[") {
        return None;
    }
    let Ok(Value::Object(mut whole)) = serde_json::from_str(text) else {
        return None;
    };
    let Some(Value::Array(lines)) = whole.remove("lines") else {
        return None;
    };
    let head = match Head::read(&Value::Object(whole).to_string()) {
        Ok(head) => head,
        Err(unreadable) => return Some(Err(unreadable)),
    };
    let mut collected = Collected::default();
    for line in lines {
        collected.take(&line.to_string(), false);
    }
    Some(collected.run(head))
}
