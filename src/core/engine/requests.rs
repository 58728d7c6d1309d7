//! Step 6: calls of the API with the grant in use.

use super::Engine;
use super::message::Effect;
use super::message::requests::RequestEffect;
use crate::core::dinero::call::{self, Call};
use crate::core::dinero::page::{self, Page};
use crate::core::profile::ProxyChoice;
use crate::core::wire::Response;
use crate::core::wire::{CallId, Direction, Outcome, Purpose, Record, Request, Timing};
use jiff::Timestamp;

/// Of an API answer as much is read as the user has set (`core/settings.rs`).
const API_BODY_LIMIT: usize = usize::MAX;

/// Largest answer that is read for its page within a step.
const PAGE_AT_ONCE: usize = 64 * 1024;

/// Largest answer in which organizations are looked for within a step.
const ORGANIZATIONS_LIMIT: usize = 256 * 1024;

impl Engine {
    /// Whether a call could be sent now.
    pub(super) fn can_send(&self, call: &Call) -> bool {
        !self.requests.is_busy() && !self.lab.is_running() && self.has_place_for(call)
    }

    /// Whether the profile says where a call goes, whatever else is under way.
    pub(super) fn has_place_for(&self, call: &Call) -> bool {
        let Some(profile) = &self.profile else {
            return false;
        };
        (call.is_absolute() || !profile.api.base_url.is_empty())
            && (!call.names_organization() || self.requests.organization.is_some())
    }

    /// Sends a call; the token goes along only where it may, and is refreshed first when it is spent.
    pub(super) fn send(&mut self, now: Timestamp, call: &Call) -> Vec<Effect> {
        let organization = self.requests.organization.as_deref().unwrap_or_default();
        let call = call.of_organization(organization);
        self.requests.unsent = None;
        self.requests.unmade.clear();
        if !self.needs_refresh(now, &call) {
            return self.send_now(now, &call);
        }
        self.requests.waiting = Some(call);
        if self.refreshing().is_some() || self.grants.pending.is_some() {
            return Vec::new();
        }
        self.refresh(false)
    }

    /// Sends a call with the token as it is.
    pub(super) fn send_now(&mut self, now: Timestamp, call: &Call) -> Vec<Effect> {
        let Some(profile) = &self.profile else {
            return Vec::new();
        };
        let request = call::request(call, &profile.api.base_url, self.grant());
        let name = self.next_call();
        self.requests.sending = Some(name);
        self.requests.progress = None;
        self.requests.last_call = Some(call.clone());
        self.push_outgoing(now, name, Purpose::Api, &request, "");
        vec![Effect::Send {
            call: name,
            purpose: Purpose::Api,
            request,
            proxy: self.proxy(),
            body_limit: API_BODY_LIMIT,
        }]
    }

    /// Whether the token would go along with a call, is spent, and can be refreshed first.
    fn needs_refresh(&self, now: Timestamp, call: &Call) -> bool {
        let (Some(profile), Some(grant)) = (&self.profile, self.grant()) else {
            return false;
        };
        call::takes_token(call, &profile.api.base_url, grant)
            && grant.is_spent(now)
            && (self.refreshing().is_some()
                || self.grants.pending.is_some()
                || self.can_refresh(false))
    }

    /// A call of the API has ended.
    pub(super) fn api_answered(&mut self, now: Timestamp, mut record: Record) -> Vec<Effect> {
        let call = record.call;
        if self.lab.awaits(call) {
            return self.lab_answered(now, record);
        }
        if self.requests.sending != Some(call) {
            self.settle(record);
            return Vec::new();
        }
        self.requests.sending = None;
        self.requests.answered = Some(call);
        self.requests.progress = None;
        self.requests.joined = None;
        let arrived = self.requests.arriving.take();
        self.requests.page = page_in(record.outcome.response());
        let large = record.outcome.response().filter(|response| {
            response.status == 200 && response.cut.is_none() && is_large_page(response.body.len())
        });
        let reads_page = large.map(|response| {
            Effect::Request(RequestEffect::ReadPage {
                call,
                body: response.body.clone(),
            })
        });
        if let Some(effects) = self.page_answered(&record) {
            self.settle(record);
            return effects;
        }
        self.let_go(&record);
        let mut effects = Vec::new();
        if let Outcome::Response(response) = &record.outcome {
            effects = if arrived.is_some_and(|(arrived, _)| arrived == call) {
                Self::answer_ended(call, response.cut.is_some())
            } else {
                self.open_answer(call, Box::new(response.clone()), false)
            };
            if response.status == 200
                && response.body.len() <= ORGANIZATIONS_LIMIT
                && record.request.url.ends_with("/organizations")
                && let Some(organizations) = call::organizations(&response.body.0)
            {
                record.note = match organizations.len() {
                    1 => "1 organization".to_owned(),
                    count => format!("{count} organizations"),
                };
                if let ([only], None) = (organizations.as_slice(), &self.requests.organization) {
                    self.requests.organization = Some(only.id.clone());
                }
                self.requests.organizations = organizations;
            }
        }
        effects.extend(reads_page);
        self.settle(record);
        effects
    }

    /// Records a request as it goes out; its answer takes this place.
    pub(super) fn push_outgoing(
        &mut self,
        now: Timestamp,
        call: CallId,
        purpose: Purpose,
        request: &Request,
        note: &str,
    ) {
        self.transcript.push(Record {
            call,
            purpose,
            direction: Direction::Outgoing,
            at: now,
            request: request.clone(),
            outcome: Outcome::Pending,
            timing: Timing::default(),
            peer: None,
            connection: crate::core::wire::Connection::default(),
            note: note.to_owned(),
        });
    }

    /// The proxy of the profile in use.
    pub(super) fn proxy(&self) -> ProxyChoice {
        self.profile
            .as_ref()
            .map_or(ProxyChoice::None, |profile| profile.network.proxy.clone())
    }
}

/// The page that an answer is. It is read once, as it comes: what is drawn asks for it with every frame.
pub(super) fn page_in(response: Option<&Response>) -> Option<Page> {
    let response = response.filter(|response| response.body.len() <= PAGE_AT_ONCE)?;
    page::read(&response.body.0)
}

/// Whether an answer may be a page, and is read for it off the UI task.
const fn is_large_page(length: usize) -> bool {
    /// Largest answer that is read for it at all.
    const MOST: usize = 16 * 1024 * 1024;
    length > PAGE_AT_ONCE && length <= MOST
}
