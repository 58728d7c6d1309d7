//! Runs that are kept: what was sent and came, redacted, with what was found, so that yesterday's good run
//! stands beside today's bad one.
//!
//! ```text
//! engine ─► Keep (entries) ─► written: lines of JSON ─► edge/archive ─► read ─► KeptRun
//!                                                                      ├─► compare
//!                                                                      └─► report (Markdown, JSON)
//! ```
//!
//! What was sent by itself is kept beside them, all in one file ([`sent`]).
//!
//! A file holds one run: its first line names format and version, then every record, hit and state has a line
//! of its own, written as it comes. Of a state the last one counts.

pub mod compare;
mod mirror;
pub mod read;
pub mod report;
pub mod sent;
mod summary;
pub mod written;

pub use summary::{Outcome, Summary};

use crate::core::diagnose::{Finding, Severity};
use crate::core::oauth::{Run, Step, StepState};
use crate::core::profile::Profile;
use crate::core::token::Grant;
use crate::core::wire::Record;
use crate::core::wire::redact::Mask;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// The version of the format; a file of a later one is not read.
pub const VERSION: u64 = 1;

/// Names a run on this machine: when it began and six hexadecimal digits,
/// `20261127T014235123-3fa9c1`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RunId(String);

impl RunId {
    /// The name of a run that began then; its nonce, which no other run has, tells it from others of the same
    /// moment.
    pub fn of(started_at: Timestamp, nonce: &str, mask: &Mask) -> Self {
        let marked = mask.for_keeping().inline(nonce);
        let digits = marked.rsplit('~').next().unwrap_or_default();
        let digits: String = digits.chars().take(6).collect();
        Self(format!("{}-{digits}", moment(started_at)))
    }

    /// A name that was written down or typed; `None` when it is none, so that no text becomes a path.
    pub fn read(text: &str) -> Option<Self> {
        is_name(text).then(|| Self(text.to_owned()))
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for RunId {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A moment as names begin, so that they sort by it: `20261127T014235123`.
fn moment(at: Timestamp) -> String {
    let at = at.to_zoned_datetime(TimeZone::UTC);
    format!("{}{:03}", at.strftime("%Y%m%dT%H%M%S"), at.millisecond())
}

/// Whether a text is a moment, a hyphen and six hexadecimal digits.
fn is_name(text: &str) -> bool {
    let Some((time, digits)) = text.split_once('-') else {
        return false;
    };
    let Some((day, clock)) = time.split_once('T') else {
        return false;
    };
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    day.len() == 8
        && all_digits(day)
        && clock.len() == 9
        && all_digits(clock)
        && digits.len() == 6
        && digits
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// A run as it was kept: everything in it gave way to masks that still can be compared.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptRun {
    /// Its name; `None` for a run that has not begun.
    pub id: Option<RunId>,
    /// The version of the program that kept it.
    pub program: String,
    /// The profile as it was used, without its secret.
    pub profile: Profile,
    /// The run.
    pub run: Run,
    /// What was sent and came, in order.
    pub records: Vec<Record>,
    /// What the token endpoint gave.
    pub grant: Option<Grant>,
    /// How far each step was.
    pub steps: Vec<StepState>,
    /// What was found, step by step, the leading one of each first.
    pub findings: Vec<Finding>,
    /// Whether it was left while an answer could still have come or been used.
    pub left: bool,
    /// When it was last written.
    pub at: Timestamp,
    /// What is worth saying of its file: a torn line, lines that could not be read.
    pub notices: Vec<String>,
}

impl KeptRun {
    /// How far a step was.
    pub fn step_state(&self, step: Step) -> StepState {
        let kept = self.steps.get(step as usize).copied();
        kept.unwrap_or_else(|| self.run.step_state(step))
    }

    /// The findings of a step.
    pub fn findings_of(&self, step: Step) -> impl Iterator<Item = &Finding> {
        self.findings
            .iter()
            .filter(move |finding| finding.step == step)
    }

    /// The finding that leads: the worst, of the last step that has one so bad.
    pub fn leading(&self) -> Option<&Finding> {
        leading(&self.findings)
    }

    /// One record.
    pub fn record(&self, call: crate::core::wire::CallId) -> Option<&Record> {
        self.records.iter().rev().find(|record| record.call == call)
    }

    /// In a few words, how it stands.
    pub fn summary(&self) -> Summary {
        Summary::of(self)
    }
}

/// The finding that leads among those of several steps: an error of the last step that has one, else a
/// warning; a note leads nothing.
pub fn leading(findings: &[Finding]) -> Option<&Finding> {
    let of = |severity: Severity| {
        let last = findings
            .iter()
            .filter(|finding| finding.severity == severity)
            .map(|finding| finding.step)
            .max()?;
        findings
            .iter()
            .find(|finding| finding.severity == severity && finding.step == last)
    };
    of(Severity::Error).or_else(|| of(Severity::Warning))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_made_and_read_and_nothing_else_is_one() {
        let at = Timestamp::from_second(1_795_743_755).unwrap_or_default();
        let id = RunId::of(at, "a nonce", &Mask::new([7; 32]));
        assert!(id.as_str().starts_with("20261127T014235000-"), "{id}");
        assert_eq!(RunId::read(id.as_str()), Some(id));
        for other in [
            "",
            "../20261127T014235000-3fa9c1",
            "20261127T014235000-3fa9c",
            "20261127T014235000-3FA9C1",
            "20261127T014235",
            "20261127014235-3fa9c1",
            "20261127T014235000-3fa9c1.jsonl",
        ] {
            assert_eq!(RunId::read(other), None, "{other}");
        }
    }
}
