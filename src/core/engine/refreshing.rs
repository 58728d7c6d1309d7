//! Refreshing the grant in use (RFC 6749 6), and what its outcome does to what is held.
//!
//! The protocol itself, with its lock and its mark, is the edge's; here stands when it is asked for and
//! what follows from each of its outcomes.

use super::Engine;
use super::message::Effect;
use crate::core::oauth::grant::TokenTrouble;
use crate::core::oauth::held::{HeldGrant, RefreshEnd, Renewal};
use crate::core::oauth::refresh::{self, RefreshOutcome};
use crate::core::profile::KeepTokens;
use crate::core::token::kept::GrantId;
use crate::core::wire::{CallId, Record};
use jiff::Timestamp;

/// A refresh that is to be sent.
#[derive(Debug)]
pub(super) struct PendingRefresh {
    grant: GrantId,
    anyway: bool,
    /// Whether tokens that could not be kept were tried to be kept once more for it.
    kept_again: bool,
}

/// Whether what the last refresh brought could not be kept, so that what is kept under its name is spent. A
/// refresh would take that for the state of things, and what is held here for older.
fn is_ahead_of_its_vault(held: &HeldGrant) -> bool {
    let last = held.refresh.as_ref().map(|end| &end.outcome);
    let unkept =
        matches!(last, Some(RefreshOutcome::RenewedNotKept(grant, _)) if **grant == held.grant);
    unkept && held.keep != KeepTokens::Memory && held.trouble.is_some()
}

/// Whether a grant has what a refresh needs, and its last one did not end in the dark.
fn is_refreshable(held: &HeldGrant, anyway: bool) -> bool {
    held.grant.refresh_token.is_some() && (anyway || held.unsettled.is_none())
}

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

    /// Whether a refresh of the current grant waits: for the client secret, or until the grant is written.
    pub fn refresh_waits(&self) -> bool {
        self.grants.pending.is_some()
    }

    /// Whether there is something to refresh and nothing under way for it; trust, a typed secret or a
    /// decision may be needed first.
    pub fn could_refresh(&self) -> bool {
        self.opened.is_none()
            && self
                .grant()
                .is_some_and(|grant| grant.refresh_token.is_some())
            && self
                .held()
                .is_some_and(|held| self.inquiries.revoking().all(|id| *id != held.id))
            && self.refreshing().is_none()
            && !self.refresh_waits()
    }

    /// Whether a grant is being refreshed.
    pub(super) fn is_refreshing(&self, id: &GrantId) -> bool {
        self.grants.refreshing.iter().any(|(_, one)| one == id)
    }

    /// Whether the current grant could be refreshed now, or as soon as its secret is read.
    pub(super) fn can_refresh(&self, anyway: bool) -> bool {
        use super::SecretState::{Known, NotNeeded, NotRead, Reading};
        let is_refreshable = |held: &HeldGrant| {
            let revoked = self.inquiries.revoking().any(|id| *id == held.id);
            !revoked && is_refreshable(held, anyway)
        };
        self.held().is_some_and(is_refreshable)
            && self.refreshing().is_none()
            && self.grants.pending.is_none()
            && matches!(
                self.secret_state(),
                Known(_) | NotNeeded | NotRead | Reading
            )
    }

    /// Refreshes the current grant: at once, or as soon as its secret is read and the grant is written.
    pub(super) fn refresh(&mut self, anyway: bool) -> Vec<Effect> {
        let Some(held) = self.held() else {
            return Vec::new();
        };
        self.grants.pending = Some(PendingRefresh {
            grant: held.id.clone(),
            anyway,
            kept_again: false,
        });
        self.refresh_when_ready()
    }

    /// Goes on with a refresh that waits, as far as that can be done now.
    fn refresh_when_ready(&mut self) -> Vec<Effect> {
        use super::SecretState::{Known, Missing, NotNeeded, NotRead, Prompt, Reading, Untrusted};
        let Some(pending) = &self.grants.pending else {
            return Vec::new();
        };
        let (grant, anyway, kept_again) = (&pending.grant, pending.anyway, pending.kept_again);
        let held = self
            .held()
            .filter(|held| held.id == *grant && is_refreshable(held, anyway));
        let Some(held) = held else {
            return self.leave_refresh();
        };
        if self.is_writing(&held.id) {
            return Vec::new();
        }
        if is_ahead_of_its_vault(held) {
            return if kept_again {
                self.leave_refresh()
            } else {
                self.keep_again()
            };
        }
        match self.secret_state() {
            Known(_) | NotNeeded => self.send_refresh(),
            Reading => Vec::new(),
            NotRead => self.read_secret(),
            Prompt | Untrusted(_) | Missing(_) => self.leave_refresh(),
        }
    }

    /// Tries once more to keep what the last refresh brought, before it is sent.
    fn keep_again(&mut self) -> Vec<Effect> {
        if let Some(pending) = &mut self.grants.pending {
            pending.kept_again = true;
        }
        let held = self.held().map(|held| (held.id.clone(), held.keep));
        let keeping = held.and_then(|(id, keep)| self.place(&id, keep));
        keeping.into_iter().collect()
    }

    /// Gives up a refresh that waits, and the call that waits for it.
    pub(super) fn leave_refresh(&mut self) -> Vec<Effect> {
        self.grants.pending = None;
        self.give_up_waiting()
    }

    /// A call that waited for a refresh is not sent; where it was a page, no further one is fetched.
    fn give_up_waiting(&mut self) -> Vec<Effect> {
        let Some(call) = self.requests.waiting.take() else {
            return Vec::new();
        };
        self.requests.unsent = Some(call);
        self.stop_fetching("The token is spent, and could not be refreshed.")
    }

    /// Sends the refresh that waited. From here nothing ends it before its time.
    fn send_refresh(&mut self) -> Vec<Effect> {
        let pending = self.grants.pending.take();
        let client_secret = self.client_secret();
        let proxy = self.proxy();
        let (Some(profile), Some(held), Some(pending)) = (&self.profile, self.held(), pending)
        else {
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
            anyway: pending.anyway,
        }]
    }

    /// Goes on with what waits, after whatever happened: a refresh for its secret, a call for a refresh.
    /// So nothing waits for what no longer comes.
    pub(super) fn go_on(&mut self, now: Timestamp) -> Vec<Effect> {
        let mut effects = self.refresh_when_ready();
        effects.extend(self.inquire_when_ready(now));
        effects.extend(self.play_on(now));
        if self.front_is_due() {
            effects.extend(self.check_front(now));
        }
        let awaited = self.refreshing().is_some() || self.grants.pending.is_some();
        if !awaited
            && let Some(waiting) = self.requests.waiting.take()
            && self.can_send(&waiting)
        {
            // Another grant is in use meanwhile.
            effects.extend(self.send(now, &waiting));
        }
        effects
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
        let by_another = matches!(outcome, RefreshOutcome::ByAnother(_));
        let sent_at = record.as_ref().map(|record| record.at);
        let recorded = record.as_ref().map(|_| call);
        if let Some(mut record) = record {
            record.note = note(&outcome);
            self.settle(record);
        }
        let renewed = self.take_outcome(now, &id, sent_at, recorded, outcome);
        let later = &mut self.grants.moved_later;
        let later = later.iter().position(|(moved, _)| *moved == id);
        let mut effects = Vec::new();
        if let Some((id, keep)) = later.map(|place| self.grants.moved_later.swap_remove(place)) {
            effects.extend(self.place(&id, keep));
        }
        if !of_current {
            return effects;
        }
        if !renewed {
            effects.extend(self.give_up_waiting());
        }
        let waiting = self.requests.waiting.take();
        if let Some(waiting) = waiting.filter(|call| self.has_place_for(call)) {
            // What another process got may be over by now; what we just got is used as it is, or a
            // provider whose tokens live for no time would be asked for ever.
            effects.extend(if by_another {
                self.send(now, &waiting)
            } else {
                self.send_now(now, &waiting)
            });
        }
        effects
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
        let in_the_dark = held.unsettled;
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
            RefreshOutcome::Refused(TokenTrouble::Error { error, .. })
                if error == "invalid_grant" =>
            {
                held.unsettled = None;
                None
            }
            // That says nothing of an earlier one that ended in the dark.
            RefreshOutcome::Refused(_)
            | RefreshOutcome::Busy { .. }
            | RefreshOutcome::NotSent(_)
            | RefreshOutcome::Gone => None,
        };
        let renewed = new.is_some();
        if let Some(grant) = new {
            let old = std::mem::replace(&mut held.grant, (**grant).clone());
            held.renewal = Some(Renewal { at: now, old });
            held.revoked_at = None;
        }
        held.refresh = Some(RefreshEnd {
            at: now,
            call,
            outcome,
            in_the_dark,
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
