//! What the world reports: each event changes the state and may ask the world for more.

use super::message::{Effect, Event};
use super::{Engine, Released, api_origin};
use crate::core::oauth::flow::{BindFailure, Browser, Missing, Waiting};
use crate::core::oauth::{RunPhase, grant};
use crate::core::profile::Endpoints;
use crate::core::token::kept::Client;
use crate::core::wire::{Purpose, Record};
use jiff::Timestamp;
use std::net::SocketAddr;
use url::Url;

impl Engine {
    /// What the world reports. What nobody awaits is recorded and changes nothing.
    pub fn event(&mut self, now: Timestamp, event: Event) -> Vec<Effect> {
        let mut effects = self.take_event(now, event);
        effects.extend(self.go_on(now));
        effects.extend(self.keep_run(now));
        effects
    }

    /// What an event changes by itself.
    fn take_event(&mut self, now: Timestamp, event: Event) -> Vec<Effect> {
        match event {
            Event::Ticked => return self.ticked(now),
            Event::SandboxStarted { run, origin } => self.sandbox_started(run, &origin),
            Event::SandboxFailed { run, reason } => {
                if self.awaits_sandbox(run) {
                    self.sandbox_trouble = Some(reason);
                }
            }
            Event::SecretRead {
                client,
                reference,
                secret,
            } => self.secret_read(&client, &reference, secret),
            Event::TrustRead { question, trusted } => return self.trust_read(&question, trusted),
            Event::GrantsLoaded {
                client,
                grants,
                current,
                trouble,
            } => self.grants_loaded(client, grants, current, trouble),
            Event::GrantKept { id, keep, trouble } => return self.grant_kept(&id, keep, trouble),
            Event::GrantForgotten { id, trouble } => self.grant_forgotten(&id, trouble),
            Event::Refreshed {
                call,
                record,
                outcome,
            } => return self.refreshed(now, call, record.map(|record| *record), outcome),
            Event::ListenerBound {
                run,
                addresses,
                without_ipv6,
                certificate,
            } => {
                if run != self.run.number {
                    return vec![Effect::CloseListener { run }];
                }
                self.run.without_ipv6 = without_ipv6;
                self.run.certificate = certificate.map(|certificate| *certificate);
                return self.listener_bound(now, run, addresses);
            }
            Event::ListenerFailed { run, failure } => return self.listener_failed(run, failure),
            Event::HitReceived {
                run,
                hit,
                request,
                peer,
                at,
            } => {
                return self.hit(now, run, hit, (request, peer, at));
            }
            Event::HitRejected {
                run,
                request,
                reason,
                response,
                peer,
                at,
            } => {
                if run == self.run.number {
                    self.rejected(now, reason, response, (request, peer, at));
                }
            }
            Event::BrowserOpened { run } => self.browser_is(run, Browser::Opened(now)),
            Event::BrowserFailed { run, reason }
            | Event::AddressOpened {
                run,
                trouble: Some(reason),
            } => self.browser_is(run, Browser::Failed(reason)),
            Event::LookedAround { run, surroundings } => self.looked_around(run, *surroundings),
            // Whether it shows the address is seen by the hit that follows.
            Event::AddressOpened { trouble: None, .. } => {}
            Event::Answered(record) => return self.answered(now, *record),
            Event::Visited(record) => {
                let call = self.next_call();
                let note = "in the user's place".to_owned();
                self.transcript.push(Record {
                    call,
                    note,
                    ..*record
                });
            }
            Event::ConsentFailed { run, reason } => {
                if self.visiting && run == self.run.number {
                    self.visiting = false;
                    self.consent_trouble = Some(reason);
                }
            }
            Event::RunNotKept { reason } => self.run_not_kept(reason),
            Event::RunFound { call, run } => self.run_found(call, run.as_deref()),
            Event::Request(event) => return self.request_event(now, event),
        }
        Vec::new()
    }

    /// Time has passed.
    fn ticked(&mut self, now: Timestamp) -> Vec<Effect> {
        if self
            .consent_deadline()
            .is_some_and(|deadline| now >= deadline)
        {
            self.run.phase = RunPhase::TimedOut;
        }
        self.retry_when_due(now)
    }

    /// What became of opening the browser for a run.
    fn browser_is(&mut self, run: u64, browser: Browser) {
        if run == self.run.number {
            self.run.browser = browser;
        }
    }

    /// Whether this run's link waits for the sandbox's address.
    fn awaits_sandbox(&self, run: u64) -> bool {
        run == self.run.number && self.run.phase == RunPhase::Preparing(Missing::Sandbox)
    }

    /// Fills in the addresses that only the running sandbox knows.
    fn sandbox_started(&mut self, run: u64, origin: &str) {
        if !self.awaits_sandbox(run) {
            return;
        }
        let Some(profile) = &mut self.profile else {
            return;
        };
        profile.provider.issuer = Some(origin.to_owned());
        profile.provider.authorize_url = format!("{origin}/connect/authorize");
        profile.provider.token_url = format!("{origin}/connect/token");
        profile.provider.endpoints = Endpoints::of_identity_server(origin);
        origin.clone_into(&mut profile.api.base_url);
        self.run.phase = RunPhase::Ready;
        self.build_link();
    }

    /// The listener is bound: from here the run waits.
    fn listener_bound(
        &mut self,
        now: Timestamp,
        run: u64,
        addresses: Vec<SocketAddr>,
    ) -> Vec<Effect> {
        if let Some(port) = addresses.first().map(SocketAddr::port) {
            self.run.redirect_uri = with_port(&self.run.redirect_uri, port);
        }
        self.run.addresses = addresses;
        self.build_link();
        if self.run.phase != RunPhase::Binding {
            return Vec::new();
        }
        let until = now
            .checked_add(self.setup.consent_timeout)
            .unwrap_or(Timestamp::MAX);
        self.run.waiting = Some(Waiting { since: now, until });
        self.run.phase = RunPhase::Waiting;
        let opening = match self.run.browser {
            _ if self.run.opens_address => self.address_effect(),
            Browser::Opening => Some(Effect::OpenBrowser {
                run,
                link: self.run.link.clone(),
            }),
            _ => None,
        };
        opening.into_iter().chain([self.look_around()]).collect()
    }

    /// The listener could not be bound.
    fn listener_failed(&mut self, run: u64, failure: BindFailure) -> Vec<Effect> {
        if run != self.run.number || self.run.phase != RunPhase::Binding {
            return Vec::new();
        }
        self.run.phase = RunPhase::ListenFailed(failure);
        vec![self.look_around()]
    }

    /// A request that was sent has ended.
    fn answered(&mut self, now: Timestamp, record: Record) -> Vec<Effect> {
        match record.purpose {
            Purpose::Exchange => return self.exchanged(now, record),
            Purpose::Api => return self.api_answered(now, record),
            Purpose::Preflight => return self.preflight_answered(now, record),
            Purpose::Metadata => return self.metadata_answered(now, record),
            Purpose::Keys => return self.keys_answered(now, record),
            Purpose::Callback | Purpose::InTheUsersPlace | Purpose::Refresh => self.settle(record),
            Purpose::Userinfo | Purpose::Revocation | Purpose::Introspection => {
                return self.inquired(now, record);
            }
        }
        Vec::new()
    }

    /// A note of this run's exchange, with what was changed about it.
    fn with_changes(&self, note: String, is_of_this_run: bool) -> String {
        match self.run.changes.words().as_str() {
            words if is_of_this_run && !words.is_empty() => format!("{note}, sent {words}"),
            _ => note,
        }
    }

    /// The token endpoint answered: this run, or one that was left meanwhile.
    fn exchanged(&mut self, now: Timestamp, mut record: Record) -> Vec<Effect> {
        let call = record.call;
        let awaited = self.run.phase == RunPhase::Exchanging(call);
        let owner = match self
            .released
            .iter()
            .position(|released| released.call == call)
        {
            Some(place) => Some(self.released.swap_remove(place)),
            None if awaited => self.profile.as_ref().map(|profile| Released {
                call,
                client: Client::of(profile),
                asked: self.asked_scopes(),
                api_origin: api_origin(profile),
                keep: self.keep_tokens(),
                measure: self.measure(),
            }),
            None => None,
        };
        let Some(owner) = owner else {
            self.settle(record);
            return Vec::new();
        };
        match grant::read(&record.outcome, &owner.asked, &owner.api_origin, now) {
            Ok(grant) => {
                record.note = self.with_changes("tokens".to_owned(), awaited);
                // Of no run, when the one it came for was left meanwhile.
                let run = if awaited { self.run.number } else { 0 };
                self.settle(record);
                return self.take_checked(now, run, owner, grant);
            }
            Err(trouble) => {
                record.note = self.with_changes(trouble.note(), awaited);
                if awaited {
                    self.run.phase = RunPhase::ExchangeFailed(trouble);
                }
            }
        }
        self.settle(record);
        Vec::new()
    }
}

/// The redirect URI with the real port in place of 0, every other character as registered.
fn with_port(redirect_uri: &str, port: u16) -> String {
    let is_free = Url::parse(redirect_uri).is_ok_and(|url| url.port() == Some(0));
    let parts = redirect_uri
        .split_once("://")
        .filter(|_| is_free)
        .and_then(|(scheme, rest)| {
            let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
            let (host, _) = rest[..end].rsplit_once(':')?;
            Some((scheme, host, &rest[end..]))
        });
    match parts {
        Some((scheme, host, rest)) => format!("{scheme}://{host}:{port}{rest}"),
        None => redirect_uri.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::with_port;

    #[test]
    fn only_port_0_is_replaced() {
        assert_eq!(
            with_port("http://localhost:0/callback", 4711),
            "http://localhost:4711/callback"
        );
        assert_eq!(with_port("http://[::1]:0/a", 4711), "http://[::1]:4711/a");
        assert_eq!(
            with_port("http://localhost:00/a", 4711),
            "http://localhost:4711/a"
        );
        assert_eq!(
            with_port("http://localhost:8765/:0", 4711),
            "http://localhost:8765/:0"
        );
        assert_eq!(
            with_port("http://localhost/callback", 4711),
            "http://localhost/callback"
        );
    }
}
