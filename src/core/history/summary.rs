//! A run in a line: what the list of runs shows, read from the first and the last lines of its file alone.

use super::read::{Collected, Head, Unreadable};
use super::{KeptRun, RunId};
use crate::core::diagnose::{Finding, Severity};
use crate::core::oauth::{RunPhase, Step};
use crate::core::profile::Environment;
use jiff::Timestamp;

/// How a run ended, or stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// A grant came.
    Authorized,
    /// The user or the provider said no.
    Denied,
    /// It failed at a step.
    Failed,
    /// It was left while an answer could still come or be used.
    Abandoned,
    /// It was under way when it was last written.
    Open,
}

impl Outcome {
    /// As JSON and lists write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Authorized => "authorized",
            Self::Denied => "denied",
            Self::Failed => "failed",
            Self::Abandoned => "abandoned",
            Self::Open => "open",
        }
    }
}

/// A run in a line.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// Its name.
    pub id: Option<RunId>,
    /// When it began.
    pub started_at: Timestamp,
    /// The profile's name.
    pub profile: String,
    /// The provider.
    pub provider: String,
    /// What is at stake there.
    pub environment: Environment,
    /// The step it came to.
    pub step: Step,
    /// How it ended.
    pub outcome: Outcome,
    /// What was sent as `state`.
    pub state: String,
    /// The finding that leads, when there is one.
    pub leading: Option<Finding>,
}

impl Summary {
    /// Of a run that was read whole.
    pub(super) fn of(kept: &KeptRun) -> Self {
        let run = &kept.run;
        let (step, outcome) = end(&run.phase, kept.left);
        Self {
            id: kept.id.clone(),
            started_at: run.started_at.unwrap_or(kept.at),
            profile: kept.profile.name.clone(),
            provider: kept.profile.provider.label.clone(),
            environment: kept.profile.provider.environment.clone(),
            step,
            outcome,
            state: run.fresh.state.clone(),
            leading: kept.leading().cloned(),
        }
    }

    /// Of a file of which only the first line and an end are at hand: the end holds a state, or the whole file
    /// has to be read.
    pub fn read(first: &str, end: &str) -> Result<Self, Unreadable> {
        let head = Head::read(first.trim_end())?;
        let mut collected = Collected::default();
        let whole = |line: &&str| line.starts_with("{\"state\":");
        for line in end.lines().filter(whole) {
            collected.take(line, true);
        }
        collected.run(head).map(|run| run.summary())
    }

    /// Whether every word stands somewhere in what the list shows of it.
    pub fn has(&self, words: &str) -> bool {
        let leading = self.leading.as_ref();
        let text = [
            self.id.as_ref().map_or("", RunId::as_str),
            &self.profile,
            &self.provider,
            &self.environment.label(),
            self.step.facts().name,
            self.outcome.name(),
            leading.map_or("", |finding| finding.headline.as_str()),
            leading.map_or("", |finding| finding.rule),
        ]
        .join(" ")
        .to_lowercase();
        words
            .to_lowercase()
            .split_whitespace()
            .all(|word| text.contains(word))
    }

    /// How bad its leading finding is.
    pub fn severity(&self) -> Option<Severity> {
        self.leading.as_ref().map(|finding| finding.severity)
    }
}

/// To which step a run came, and how.
fn end(phase: &RunPhase, left: bool) -> (Step, Outcome) {
    let open = if left {
        Outcome::Abandoned
    } else {
        Outcome::Open
    };
    match phase {
        RunPhase::Preparing(_) | RunPhase::Ready => (Step::Link, open),
        RunPhase::Binding | RunPhase::Waiting => (Step::Consent, open),
        RunPhase::TimedOut | RunPhase::ListenFailed(_) => (Step::Consent, Outcome::Failed),
        RunPhase::Stopped => (Step::Consent, Outcome::Abandoned),
        RunPhase::Answered => (Step::Callback, open),
        RunPhase::Refused => (Step::Callback, Outcome::Denied),
        RunPhase::Exchanging(_) => (Step::Exchange, open),
        RunPhase::ExchangeFailed(_) => (Step::Exchange, Outcome::Failed),
        RunPhase::CheckingIdToken => (Step::Token, open),
        RunPhase::IdTokenRefused => (Step::Token, Outcome::Failed),
        RunPhase::Authorized => (Step::Token, Outcome::Authorized),
    }
}
