//! Refreshing the grant in use (RFC 6749 6), and what its outcome does to what is held.
//!
//! The protocol itself, with its lock and its mark, is the edge's; here stands when it is asked for and
//! what follows from each of its outcomes.

use super::Engine;
use super::message::{Command, Effect};
use crate::core::oauth::held::{RefreshEnd, Renewal};
use crate::core::oauth::refresh::{self, RefreshOutcome};
use crate::core::token::kept::GrantId;
use crate::core::wire::{CallId, Record};
use jiff::Timestamp;

impl Engine {
    /// The call of the refresh of the current grant that is under way.
    pub fn refreshing(&self) -> Option<CallId> {
        let id = &self.held()?.id;
        let under_way = self.grants.refreshing.iter();
        under_way
            .filter(|(_, grant)| grant == id)
            .map(|(call, _)| *call)
            .next()
    }

    /// Whether the current grant could be refreshed now.
    pub(super) fn can_refresh(&self, anyway: bool) -> bool {
        use super::SecretState::{Known, NotNeeded, NotRead};
        self.held().is_some_and(|held| {
            held.grant.refresh_token.is_some() && (anyway || held.unsettled.is_none())
        }) && self.refreshing().is_none()
            && self.grants.after_secret.is_none()
            && matches!(self.secret_state(), Known(_) | NotNeeded | NotRead)
    }

    /// Refreshes the current grant; where its secret was not read yet, that comes first.
    pub(super) fn refresh(&mut self, anyway: bool) -> Vec<Effect> {
        if !self.secret_state().is_at_hand() {
            self.grants.after_secret = Some(anyway);
            return self.read_secret();
        }
        let client_secret = self.client_secret();
        let proxy = self.proxy();
        let (Some(profile), Some(held)) = (&self.profile, self.held()) else {
            return Vec::new();
        };
        let Some(token) = &held.grant.refresh_token else {
            return Vec::new();
        };
        let request = refresh::request(profile, token, client_secret.as_ref());
        let kept = Box::new(held.kept(held.keep));
        let call = self.next_call();
        self.grants.refreshing.push((call, kept.id.clone()));
        vec![Effect::Refresh {
            call,
            kept,
            request,
            proxy,
            body_limit: super::commands::TOKEN_BODY_LIMIT,
            anyway,
        }]
    }

    /// Goes on with the refresh that waited for the client secret, when it is there now.
    pub(super) fn refresh_with_secret(&mut self) -> Vec<Effect> {
        let Some(anyway) = self.grants.after_secret.take() else {
            return Vec::new();
        };
        if self.secret_state().is_at_hand() && self.allows(&Command::Refresh { anyway }) {
            return self.refresh(anyway);
        }
        self.requests.waiting = None;
        Vec::new()
    }

    /// A refresh has ended; a call that waited for it is sent with what it brought.
    pub(super) fn refreshed(
        &mut self,
        now: Timestamp,
        call: CallId,
        record: Option<Record>,
        outcome: RefreshOutcome,
    ) -> Vec<Effect> {
        let under_way = &mut self.grants.refreshing;
        let Some(place) = under_way.iter().position(|(known, _)| *known == call) else {
            return Vec::new();
        };
        let (_, id) = under_way.swap_remove(place);
        let of_current = self.held().is_some_and(|held| held.id == id);
        let sent_at = record.as_ref().map(|record| record.at);
        let recorded = record.as_ref().map(|_| call);
        if let Some(mut record) = record {
            record.note = note(&outcome);
            self.settle(record);
        }
        let renewed = self.take_outcome(now, &id, sent_at, recorded, outcome);
        if !of_current {
            return Vec::new();
        }
        match self.requests.waiting.take() {
            Some(waiting) if renewed && self.can_send(&waiting) => self.send(now, &waiting),
            _ => Vec::new(),
        }
    }

    /// What a refresh did to its grant; whether there is a new token.
    fn take_outcome(
        &mut self,
        now: Timestamp,
        id: &GrantId,
        sent_at: Option<Timestamp>,
        call: Option<CallId>,
        outcome: RefreshOutcome,
    ) -> bool {
        if outcome == RefreshOutcome::Gone {
            self.grants.held.retain(|held| held.id != *id);
            self.grants.current.retain(|(_, _, current)| current != id);
            return false;
        }
        let Some(held) = self.grants.held.iter_mut().find(|held| held.id == *id) else {
            return false;
        };
        let new = match &outcome {
            RefreshOutcome::Renewed(grant) | RefreshOutcome::ByAnother(grant) => {
                held.unsettled = None;
                held.trouble = None;
                Some(grant)
            }
            RefreshOutcome::RenewedNotKept(grant, trouble) => {
                held.unsettled = None;
                held.trouble = Some(trouble.clone());
                Some(grant)
            }
            RefreshOutcome::Unknown(_) => {
                held.unsettled = Some(sent_at.unwrap_or(now));
                None
            }
            RefreshOutcome::Unsettled { since } => {
                held.unsettled = Some(*since);
                None
            }
            RefreshOutcome::Refused(_) => {
                held.unsettled = None;
                None
            }
            RefreshOutcome::Busy { .. } | RefreshOutcome::NotSent(_) | RefreshOutcome::Gone => None,
        };
        let renewed = new.is_some();
        if let Some(grant) = new {
            let old = std::mem::replace(&mut held.grant, (**grant).clone());
            held.renewal = Some(Renewal { at: now, old });
        }
        held.refresh = Some(RefreshEnd {
            at: now,
            call,
            outcome,
        });
        renewed
    }
}

/// A few words for the transcript.
fn note(outcome: &RefreshOutcome) -> String {
    match outcome {
        RefreshOutcome::Renewed(_) => "new tokens".to_owned(),
        RefreshOutcome::RenewedNotKept(..) => "new tokens, not kept".to_owned(),
        RefreshOutcome::Refused(trouble) | RefreshOutcome::Unknown(trouble) => trouble.note(),
        RefreshOutcome::ByAnother(_)
        | RefreshOutcome::Unsettled { .. }
        | RefreshOutcome::Busy { .. }
        | RefreshOutcome::NotSent(_)
        | RefreshOutcome::Gone => String::new(),
    }
}
