//! Play through: from the link to the token without a stop; and runs that go wrong on purpose.

use super::message::{Command, Effect};
use super::{Engine, SecretState};
use crate::core::oauth::RunPhase;
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

    /// Back to the exchange with the same code; what it gave stays.
    pub(super) fn exchange_again(&mut self) {
        self.run.exchange = None;
        self.run.token_checked = None;
        self.run.phase = RunPhase::Answered;
    }

    /// A new run with what was changed about this one.
    pub(super) fn new_run_as_changed(&mut self) -> Vec<Effect> {
        let changes = self.run.changes.clone();
        let effects = self.new_run();
        self.run.changes = changes;
        effects
    }
}
