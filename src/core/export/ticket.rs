//! A ticket: what failed and why, what was tried, the redacted records, versions and clock, as Markdown for
//! somebody who has neither this program nor this screen.

use super::Export;
use crate::core::diagnose::{Finding, Severity};
use crate::core::oauth::{STEPS, Step, StepState};
use crate::core::wire::{Direction, Outcome, Record};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::fmt::Write as _;

/// Most records of a ticket; a run has a handful, and the last ones tell.
pub const MOST_RECORDS: usize = 20;

/// What a ticket is about.
#[derive(Debug, Clone)]
pub struct Ticket<'a> {
    /// Where it failed, and how that step stands; empty for a pasted text.
    pub steps: Vec<(Step, StepState)>,
    /// What was found at the step that failed, the leading one first.
    pub findings: Vec<Finding>,
    /// What was pasted, part by part: name, value, meaning.
    pub parts: Vec<(String, String, String)>,
    /// What somebody must know to try it again: profile, provider, redirect URI.
    pub setting: Vec<(&'static str, String)>,
    /// The values of each step, with their names; only a report has them.
    pub values: Vec<(Option<Step>, String, String)>,
    /// What went over the wire, in order.
    pub records: &'a [Record],
    /// Most records that are taken, the last ones.
    pub most_records: usize,
    /// When it is written.
    pub now: Timestamp,
    /// The zone of its times.
    pub zone: &'a TimeZone,
    /// By how much the provider's clock is ahead of this one, in seconds, where an answer said.
    pub clock_ahead: Option<i64>,
    /// The operating system.
    pub system: &'a str,
}

impl Ticket<'_> {
    /// What will stand in it, for a person to see before it is copied or written.
    pub fn contents(&self) -> Vec<String> {
        let mut contents = Vec::new();
        let count = |number: usize, one: &str| match number {
            1 => format!("1 {one}"),
            many => format!("{many} {one}s"),
        };
        contents.push(count(self.findings.len(), "finding"));
        if !self.parts.is_empty() {
            contents.push(format!(
                "{} of what was pasted",
                count(self.parts.len(), "part")
            ));
        }
        if !self.steps.is_empty() {
            contents.push("how each step stands".to_owned());
        }
        if !self.values.is_empty() {
            contents.push(count(self.values.len(), "value") + " of its steps");
        }
        if !self.records.is_empty() {
            let shown = self.records.len().min(self.most_records);
            contents.push(format!(
                "{}, secrets and private fields replaced",
                count(shown, "record")
            ));
        }
        contents.push("versions and clock".to_owned());
        contents
    }

    /// The text.
    pub fn markdown(&self, export: &mut Export) -> String {
        let mut text = String::new();
        let headline = match self.findings.first() {
            Some(finding) => export.text(finding.headline.as_str()),
            None => "Nothing wrong was found".to_owned(),
        };
        line(&mut text, &format!("# {headline}"));
        for finding in &self.findings {
            self.finding(&mut text, export, finding);
        }
        self.steps(&mut text, export);
        self.values(&mut text, export);
        self.parts(&mut text, export);
        self.records(&mut text, export);
        self.circumstances(&mut text);
        text
    }

    /// One finding.
    fn finding(&self, text: &mut String, export: &mut Export, finding: &Finding) {
        let leading = self.findings.first().is_some_and(|first| first == finding);
        let kind = match finding.severity {
            Severity::Error => "Error",
            Severity::Warning => "Warning",
            Severity::Note => "Note",
        };
        let step = if self.steps.is_empty() {
            String::new()
        } else {
            format!(
                " at {} {}",
                finding.step.number(),
                finding.step.facts().name
            )
        };
        let headline = export.text(finding.headline.as_str());
        if leading {
            line(
                text,
                &format!("\n**{kind}{step}**, rule `{}`", finding.rule),
            );
        } else {
            line(
                text,
                &format!("\n**{kind}{step}**: {headline}, rule `{}`", finding.rule),
            );
        }
        line(text, "");
        let seen = export.text(finding.evidence.as_str());
        for (label, words) in [("Seen", seen.as_str()), ("Cause", finding.cause.as_str())] {
            if !words.is_empty() {
                line(text, &format!("- {label}: {}", one_line(words)));
            }
        }
        for fix in &finding.fix {
            line(text, &format!("- To do: {}", one_line(fix.as_str())));
        }
        line(text, &format!("- Known from: {}", finding.source));
    }

    /// What was tried, step by step.
    fn steps(&self, text: &mut String, export: &mut Export) {
        if self.steps.is_empty() {
            return;
        }
        line(text, "\n## What was tried\n");
        for (step, state) in &self.steps {
            let words = match state {
                StepState::Pending => "not reached",
                StepState::Ready => "ready, not done",
                StepState::Running => "under way",
                StepState::Done => "done",
                StepState::Failed => "failed",
            };
            line(
                text,
                &format!("{}. {}: {words}", step.number(), step.facts().name),
            );
        }
        if !self.setting.is_empty() {
            line(text, "");
            for (name, value) in &self.setting {
                let value = one_line(&export.text(value)).replace('`', "'");
                line(text, &format!("- {name}: `{value}`"));
            }
        }
    }

    /// What each step sent and got.
    fn values(&self, text: &mut String, export: &mut Export) {
        let mut within: Option<Option<Step>> = None;
        for (step, name, value) in &self.values {
            if within != Some(*step) {
                within = Some(*step);
                match step {
                    None => line(text, "\n## The run\n"),
                    Some(step) => {
                        let title = format!("\n## {} {}\n", step.number(), step.facts().name);
                        line(text, &title);
                    }
                }
            }
            let value = one_line(&export.value(name, value)).replace('`', "'");
            line(text, &format!("- {}: `{value}`", one_line(name)));
        }
    }

    /// What was pasted, taken apart.
    fn parts(&self, text: &mut String, export: &mut Export) {
        if self.parts.is_empty() {
            return;
        }
        line(text, "\n## What was pasted\n");
        for (name, value, meaning) in &self.parts {
            let value = export.value(name, value);
            let meaning = match meaning.as_str() {
                "" => String::new(),
                words => format!(" ({words})"),
            };
            line(text, &format!("- {name}: `{}`{meaning}", one_line(&value)));
        }
    }

    /// The records, redacted.
    fn records(&self, text: &mut String, export: &mut Export) {
        if self.records.is_empty() {
            return;
        }
        line(text, "\n## What went over the wire\n");
        line(
            text,
            "Secrets, and what ties an answer to a run or names a person, are replaced by ordinals; equal \
             values have equal ordinals.",
        );
        let left = self.records.len().saturating_sub(self.most_records);
        if left > 0 {
            line(text, &format!("{left} earlier records are left out."));
        }
        for record in &self.records[left..] {
            let arrow = match record.direction {
                Direction::Outgoing => "sent",
                Direction::Incoming => "received",
            };
            let took = record
                .timing
                .total
                .map(|total| format!(", {} ms", total.as_millis()));
            let status = match &record.outcome {
                Outcome::Response(response) => format!(", {}", response.status),
                Outcome::Pending | Outcome::Failed(_) => String::new(),
            };
            let note = export.text(&record.note);
            let title = format!(
                "\n### {} {arrow}: {} {}{status}{}\n",
                clock(record.at, self.zone),
                record.request.method,
                one_line(&note),
                took.unwrap_or_default()
            );
            line(text, &title);
            let request = export.request(record);
            fenced(text, &request);
            line(text, "");
            let answer = export.answer(record);
            fenced(text, &answer);
        }
    }

    /// Versions and clock.
    fn circumstances(&self, text: &mut String) {
        line(text, "\n## Where and when\n");
        line(
            text,
            &format!("- dineroscope {}", env!("CARGO_PKG_VERSION")),
        );
        line(text, &format!("- {}", self.system));
        let local = self.now.to_zoned_datetime(self.zone.clone());
        line(
            text,
            &format!("- written {}", local.strftime("%Y-%m-%d %H:%M:%S %:z")),
        );
        let clock = match self.clock_ahead {
            None => "no answer said what time it is there".to_owned(),
            Some(0) => "the provider's clock agrees with this one".to_owned(),
            Some(ahead) => {
                let apart = SignedDuration::from_secs(ahead.abs()).as_secs();
                let which = if ahead > 0 { "ahead of" } else { "behind" };
                format!("the provider's clock is {apart} s {which} this one")
            }
        };
        line(text, &format!("- {clock}"));
    }
}

/// The steps of a run, for a ticket.
pub fn steps(state_of: impl Fn(Step) -> StepState) -> Vec<(Step, StepState)> {
    STEPS
        .iter()
        .map(|facts| (facts.step, state_of(facts.step)))
        .collect()
}

/// A time of the day.
fn clock(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned_datetime(zone.clone())
        .strftime("%H:%M:%S")
        .to_string()
}

/// Adds a line.
fn line(text: &mut String, words: &str) {
    // A text is written without fail.
    let _ = writeln!(text, "{words}");
}

/// Words on one line: what comes from outside makes no heading and no list of its own.
fn one_line(words: &str) -> String {
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A block of text as it is, fenced by more ticks than it holds.
fn fenced(text: &mut String, block: &str) {
    let mut longest = 2;
    let mut run = 0;
    for letter in block.chars() {
        run = if letter == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(longest + 1);
    line(text, &format!("{fence}http\n{block}\n{fence}"));
}
