//! How the answer reaches this machine: the certificate accepted first, what stands around the callback, and
//! another way to ask where the browser is elsewhere.

use super::Engine;
use super::message::Effect;
use crate::core::oauth::RunPhase;
use crate::core::oauth::flow::Missing;
use crate::core::oauth::surroundings::Surroundings;
use crate::core::profile::ResponseMode;
use jiff::Timestamp;

impl Engine {
    /// Whether the callback has a certificate that a browser may be shown, now or once it is bound.
    pub(super) fn could_open_address(&self) -> bool {
        let speaks_tls = self
            .profile
            .as_ref()
            .is_some_and(|profile| profile.listen.speaks_tls(&self.run.redirect_uri));
        match self.run.phase {
            RunPhase::Ready => speaks_tls,
            RunPhase::Waiting | RunPhase::TimedOut => {
                self.run.certificate.is_some() && self.certificate_taken_at().is_none()
            }
            _ => false,
        }
    }

    /// Opens the callback's own address: at once where the listener is bound, else as soon as it is.
    pub(super) fn open_address(&mut self, now: Timestamp) -> Vec<Effect> {
        if self.run.phase == RunPhase::Ready {
            let effects = self.begin(now, false);
            self.run.opens_address = true;
            return effects;
        }
        self.address_effect().into_iter().collect()
    }

    /// The effect that opens the callback's own address.
    pub(super) fn address_effect(&self) -> Option<Effect> {
        self.run.ready_page().map(|address| Effect::OpenAddress {
            run: self.run.number,
            address,
        })
    }

    /// When the first request of this run came over TLS: its browser has taken the certificate.
    pub fn certificate_taken_at(&self) -> Option<Timestamp> {
        let hits = self.run.hits.iter();
        hits.filter_map(|hit| self.record(hit.call))
            .find_map(|record| {
                let request = &record.request;
                let over_tls = !request.method.is_empty() && request.url.starts_with("https:");
                over_tls.then_some(record.at)
            })
    }

    /// Looks at what stands around the callback, bound or not.
    pub(super) fn look_around(&self) -> Effect {
        Effect::LookAround {
            run: self.run.number,
            redirect_uri: self.run.redirect_uri.clone(),
            looks_up: self
                .profile
                .as_ref()
                .is_some_and(|profile| profile.listen.address.is_none()),
            addresses: self.run.addresses.clone(),
        }
    }

    /// What was found around the callback.
    pub(super) fn looked_around(&mut self, run: u64, surroundings: Surroundings) {
        if run == self.run.number {
            self.run.surroundings = Some(surroundings);
        }
    }

    /// Whether asking for the answer in that way would change anything.
    pub(super) fn could_use_response_mode(&self, mode: ResponseMode) -> bool {
        let is_other = |now| now != mode;
        let asked = self
            .profile
            .as_ref()
            .map(|profile| profile.authorize.response_mode);
        asked.is_some_and(is_other)
            && !matches!(
                self.run.phase,
                RunPhase::Preparing(Missing::Sandbox | Missing::Profile)
            )
    }

    /// Asks in that way, in a new run: the link of the one that is open says otherwise.
    pub(super) fn use_response_mode(&mut self, mode: ResponseMode) -> Vec<Effect> {
        let effects = self.leave_run();
        if let Some(profile) = &mut self.profile {
            profile.authorize.response_mode = mode;
        }
        self.prepare_run();
        effects
    }
}
