//! Play through: from the link to the token without a stop; and runs that go wrong on purpose.

use super::message::{Command, Effect};
use super::{Engine, SecretState};
use crate::core::oauth::RunPhase;
use crate::core::oauth::callback::{Hit, Verdict};
use jiff::Timestamp;

impl Engine {
    /// Whether the flow goes on by itself.
    pub fn is_playing(&self) -> bool {
        self.playing
    }

    /// Whether it could: before the link is opened, while the answer is awaited, and with a code at hand.
    pub(super) fn can_play(&self) -> bool {
        matches!(
            self.run.phase,
            RunPhase::Ready | RunPhase::Binding | RunPhase::Waiting | RunPhase::Answered
        )
    }

    /// Begins to go on by itself, or stops that.
    pub(super) fn play_through(&mut self, now: Timestamp) -> Vec<Effect> {
        self.playing = !self.playing;
        if self.playing && self.run.phase == RunPhase::Ready {
            return self.begin(now, true);
        }
        Vec::new()
    }

    /// The next step, where nothing has to be decided: a secret that is to be typed, an id_token that failed
    /// and every trouble stop it.
    pub(super) fn play_on(&mut self, now: Timestamp) -> Vec<Effect> {
        let checks_first = self.answer_is_held_back() && self.run.answer_checked.is_none();
        match self.run.phase {
            _ if !self.playing => Vec::new(),
            RunPhase::Ready
            | RunPhase::Binding
            | RunPhase::Waiting
            | RunPhase::Exchanging(_)
            | RunPhase::CheckingIdToken => Vec::new(),
            RunPhase::Answered if checks_first || self.secret_state() == SecretState::Reading => {
                Vec::new()
            }
            RunPhase::Answered if self.allows(&Command::Exchange) => self.exchange(now),
            _ => {
                self.playing = false;
                Vec::new()
            }
        }
    }

    /// Whether the code of this run was posted and can be posted once more.
    pub(super) fn can_exchange_again(&self) -> bool {
        let answer = self.run.answer.as_ref();
        let has_code = answer.is_some_and(|(answer, ..)| answer.code.is_some());
        let is_over = matches!(
            self.run.phase,
            RunPhase::ExchangeFailed(_) | RunPhase::Authorized
        );
        has_code && is_over
    }

    /// Does what makes a run go otherwise than it should.
    pub(super) fn go_wrong(&mut self, now: Timestamp, command: Command) -> Vec<Effect> {
        match command {
            Command::ChangeLink(changes) => {
                self.run.link_changes = changes;
                self.build_link();
            }
            Command::ChangeExchange(changes) => self.run.changes = changes,
            Command::TakeAnswer => self.take_unproven(now),
            Command::ExchangeAgain => {
                // What it gave stays.
                self.run.exchange = None;
                self.run.token_checked = None;
                self.run.phase = RunPhase::Answered;
            }
            Command::NewRunWithLink(link) => {
                let exchange = self.run.changes.clone();
                let effects = self.new_run();
                (self.run.link_changes, self.run.changes) = (link, exchange);
                self.build_link();
                return effects;
            }
            Command::NewRunAsChanged => {
                let changes = (self.run.link_changes.clone(), self.run.changes.clone());
                let effects = self.new_run();
                (self.run.link_changes, self.run.changes) = changes;
                self.build_link();
                return effects;
            }
            _ => {}
        }
        Vec::new()
    }

    /// Whether that would do something now.
    pub(super) fn can_go_wrong(&self, command: &Command) -> bool {
        let run = &self.run;
        match command {
            Command::ChangeLink(_) => run.phase == RunPhase::Ready,
            Command::ChangeExchange(_) => run.phase == RunPhase::Answered,
            Command::TakeAnswer => self.unproven().is_some(),
            Command::ExchangeAgain => self.can_exchange_again(),
            Command::NewRunWithLink(_) => self.allows(&Command::NewRun),
            Command::NewRunAsChanged => {
                let changed = !run.link_changes.is_empty() || !run.changes.is_empty();
                changed && self.allows(&Command::NewRun)
            }
            _ => false,
        }
    }

    /// A parameter of the link as it is sent; the first of that name.
    pub(super) fn sent(&self, name: &str) -> Option<&str> {
        let row = self.run.parameters.iter().find(|row| row.name == name)?;
        Some(&row.value)
    }

    /// The scopes that the link asks for.
    pub(super) fn asked_scopes(&self) -> Vec<String> {
        let asked = self.sent("scope").unwrap_or_default();
        asked.split_whitespace().map(str::to_owned).collect()
    }

    /// The state that is sent is the one that must come back.
    pub(super) fn freeze_state(&mut self) {
        if let Some(state) = self.sent("state").map(str::to_owned) {
            self.run.fresh.state = state;
        }
    }

    /// The last answer with a code and without a state, of a run that sent no state: nothing proves that it
    /// is this run's.
    fn unproven(&self) -> Option<Hit> {
        if self.sent("state").is_some() || !self.run.takes_an_answer() {
            return None;
        }
        let unproven =
            |hit: &&Hit| hit.verdict == Verdict::StateMissing && hit.answer.code.is_some();
        self.run.hits.iter().rev().find(unproven).cloned()
    }

    /// Takes it, because the user says so.
    fn take_unproven(&mut self, now: Timestamp) {
        if let Some(hit) = self.unproven() {
            self.run.answer = Some((hit.answer, hit.arrival, hit.call));
            self.run.answered_at = Some(now);
            self.run.phase = RunPhase::Answered;
            self.visiting = false;
        }
    }
}
