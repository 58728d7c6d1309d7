//! What is asked of the provider's further endpoints about a grant: userinfo, introspection, revocation.
//!
//! ```text
//! Inquire ─► the client secret is at hand? ─► Send ─► Answered ─► what it means for the grant
//!                    └─ read first ─┘                                └─► a revoked refresh token leaves it
//! ```

use super::commands::TOKEN_BODY_LIMIT;
use super::message::Effect;
use super::{Engine, SecretState};
use crate::core::oauth::endpoint::{self, Endpoint, Inquired, Inquiry, NotOffered, Told};
use crate::core::oauth::held::HeldGrant;
use crate::core::secret::Secret;
use crate::core::token::import::TokenKind;
use crate::core::token::kept::GrantId;
use crate::core::wire::{CallId, Record};
use jiff::Timestamp;

/// What is under way.
#[derive(Debug, Default)]
pub(super) struct Inquiries {
    /// Waits for the client secret.
    pending: Option<(GrantId, Inquiry)>,
    under_way: Vec<UnderWay>,
}

/// A request that was sent.
#[derive(Debug)]
struct UnderWay {
    call: CallId,
    grant: GrantId,
    inquiry: Inquiry,
    token: Secret,
}

impl Inquiries {
    /// Grants of which a token is being revoked.
    pub(super) fn revoking(&self) -> impl Iterator<Item = &GrantId> {
        self.under_way
            .iter()
            .filter(|one| one.inquiry.endpoint == Endpoint::Revocation)
            .map(|one| &one.grant)
    }
}

impl Engine {
    /// What is being asked about the current grant, or waits for the client secret.
    pub fn inquiring(&self) -> Option<Inquiry> {
        let id = &self.held()?.id;
        let sent = self.inquiries.under_way.iter();
        let sent = sent.map(|one| (&one.grant, one.inquiry));
        let pending = self.inquiries.pending.iter();
        let pending = pending.map(|(grant, inquiry)| (grant, *inquiry));
        sent.chain(pending)
            .find(|(grant, _)| *grant == id)
            .map(|(_, inquiry)| inquiry)
    }

    /// Whether anything is being asked, about whatever grant.
    pub(super) fn is_inquiring(&self) -> bool {
        self.inquiries.pending.is_some() || !self.inquiries.under_way.is_empty()
    }

    /// Where an endpoint of the provider in use is, or why it cannot be asked.
    pub fn endpoint(&self, endpoint: Endpoint) -> Result<&str, NotOffered> {
        let profile = self.profile.as_ref().ok_or(NotOffered::NotKnown)?;
        endpoint::url(profile, endpoint)
    }

    /// Whether there is something to ask and nothing in its way; trust or a typed secret may be needed first.
    pub fn could_inquire(&self, inquiry: Inquiry) -> bool {
        let Some(held) = self.held() else {
            return false;
        };
        let changes = inquiry.endpoint == Endpoint::Revocation;
        let is_busy = self.is_refreshing(&held.id) || self.is_writing(&held.id);
        self.opened.is_none()
            && inquiry.token_of(&held.grant).is_some()
            && self.endpoint(inquiry.endpoint).is_ok()
            && self.inquiring().is_none()
            && !(changes && (is_busy || self.refresh_waits()))
    }

    /// Whether it could be asked now, or as soon as its secret is read.
    pub(super) fn can_inquire(&self, inquiry: Inquiry) -> bool {
        use SecretState::{Known, NotNeeded, NotRead, Reading};
        let needs_secret = inquiry.endpoint != Endpoint::Userinfo;
        let secret = self.secret_state();
        let at_hand = matches!(secret, Known(_) | NotNeeded | NotRead | Reading);
        self.could_inquire(inquiry) && (at_hand || !needs_secret)
    }

    /// Asks: at once, or as soon as the secret is read.
    pub(super) fn inquire(&mut self, now: Timestamp, inquiry: Inquiry) -> Vec<Effect> {
        let Some(held) = self.held() else {
            return Vec::new();
        };
        self.inquiries.pending = Some((held.id.clone(), inquiry));
        self.inquire_when_ready(now)
    }

    /// Goes on with what waits, as far as that can be done now.
    pub(super) fn inquire_when_ready(&mut self, now: Timestamp) -> Vec<Effect> {
        use SecretState::{Known, Missing, NotNeeded, NotRead, Prompt, Reading, Untrusted};
        let Some((grant, inquiry)) = &self.inquiries.pending else {
            return Vec::new();
        };
        let inquiry = *inquiry;
        if self.held().is_none_or(|held| held.id != *grant) {
            // Another grant is in use meanwhile: nobody looks at the answer any more.
            self.inquiries.pending = None;
            return Vec::new();
        }
        let state = self.secret_state();
        match state {
            _ if inquiry.endpoint == Endpoint::Userinfo => self.send_inquiry(now),
            Known(_) | NotNeeded => self.send_inquiry(now),
            Reading => Vec::new(),
            NotRead => self.read_secret(),
            Prompt | Untrusted(_) | Missing(_) => {
                self.inquiries.pending = None;
                Vec::new()
            }
        }
    }

    /// Sends what waited.
    fn send_inquiry(&mut self, now: Timestamp) -> Vec<Effect> {
        let Some((grant, inquiry)) = self.inquiries.pending.take() else {
            return Vec::new();
        };
        let client_secret = self.client_secret();
        let (Some(profile), Some(held)) = (&self.profile, self.held()) else {
            return Vec::new();
        };
        let token = inquiry.token_of(&held.grant).cloned();
        let request = endpoint::request(inquiry, profile, &held.grant, client_secret.as_ref());
        let (Some(token), Some(request)) = (token, request) else {
            return Vec::new();
        };
        let call = self.next_call();
        let purpose = inquiry.endpoint.facts().purpose;
        self.push_outgoing(now, call, purpose, &request, inquiry.token.name());
        self.inquiries.under_way.push(UnderWay {
            call,
            grant,
            inquiry,
            token,
        });
        vec![Effect::Send {
            call,
            purpose,
            request,
            proxy: self.proxy(),
            body_limit: TOKEN_BODY_LIMIT,
        }]
    }

    /// Leaves what waits; the calls that are under way, to be cancelled.
    pub(super) fn leave_inquiries(&mut self) -> Vec<CallId> {
        self.inquiries.pending = None;
        self.inquiries
            .under_way
            .iter()
            .map(|one| one.call)
            .collect()
    }

    /// An endpoint answered, or not. What nobody awaits is recorded and changes nothing.
    pub(super) fn inquired(&mut self, now: Timestamp, mut record: Record) -> Vec<Effect> {
        let call = record.call;
        let under_way = &mut self.inquiries.under_way;
        let Some(place) = under_way.iter().position(|one| one.call == call) else {
            self.settle(record);
            return Vec::new();
        };
        let one = under_way.swap_remove(place);
        let told = endpoint::read(one.inquiry.endpoint, &record.outcome);
        record.note = match &told {
            Ok(told) => told.note().to_owned(),
            Err(trouble) => trouble.note(),
        };
        self.settle(record);
        let told = told.map(|told| self.without_secrets(told, &one));
        let held = self
            .grants
            .held
            .iter_mut()
            .find(|held| held.id == one.grant);
        let Some(held) = held else {
            return Vec::new();
        };
        let ends_renewals = one.inquiry == Inquiry::revocation(TokenKind::Refresh)
            && told == Ok(Told::Revoked)
            && held.grant.refresh_token.as_ref() == Some(&one.token);
        take(held, now, &one, told);
        if !ends_renewals {
            return Vec::new();
        }
        held.grant.refresh_token = None;
        held.revoked_at = Some(now);
        held.unsettled = None;
        let held = held.clone();
        self.drop_refresh_token(&held, one.token)
            .into_iter()
            .collect()
    }
}

impl Engine {
    /// What was told, with every secret masked that went there or could have.
    fn without_secrets(&self, told: Told, one: &UnderWay) -> Told {
        let client_secret = self.client_secret();
        let grant = self.grants.held.iter().find(|held| held.id == one.grant);
        let tokens = grant.into_iter().flat_map(|held| {
            let grant = &held.grant;
            [
                Some(&grant.access_token),
                grant.refresh_token.as_ref(),
                grant.id_token.as_ref(),
            ]
        });
        let known: Vec<&Secret> = tokens
            .chain([client_secret.as_ref(), Some(&one.token)])
            .flatten()
            .filter(|secret| !secret.is_empty())
            .collect();
        told.masked(&self.mask, &known)
    }
}

/// Puts an answer in the place of what the same inquiry was answered before.
fn take(
    held: &mut HeldGrant,
    now: Timestamp,
    one: &UnderWay,
    told: Result<Told, crate::core::oauth::grant::TokenTrouble>,
) {
    held.inquired.retain(|other| other.inquiry != one.inquiry);
    held.inquired.push(Inquired {
        inquiry: one.inquiry,
        token: one.token.clone(),
        at: now,
        call: one.call,
        told,
    });
}
