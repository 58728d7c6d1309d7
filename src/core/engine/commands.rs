//! What a person asks: each command changes the state and says what the world shall do.

use super::message::{Command, Consent, Effect};
use super::{
    Engine, Released, SecretState, api_origin, blank_run, is_embedded, is_sandbox, metadata,
};
use crate::core::diagnose::pasted_page;
use crate::core::fault::Fault;
use crate::core::oauth::callback::{Arrival, pasted, relay};
use crate::core::oauth::flow::{Browser, Missing, Waiting};
use crate::core::oauth::link::{self, Fresh};
use crate::core::oauth::{RunPhase, pkce};
use crate::core::profile::{Field, Profile, ResponseMode, ScopeSet, SecretReference};
use crate::core::secret::Secret;
use crate::core::token::kept::Client;
use crate::core::wire::{Direction, Outcome, Purpose, Record, Timing};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;

/// Largest token answer that is read: 1 MiB.
pub(super) const TOKEN_BODY_LIMIT: usize = 1024 * 1024;

impl Engine {
    /// What a person asks. A command that is not [allowed](Self::allows) now changes nothing.
    pub fn command(&mut self, now: Timestamp, command: Command) -> Vec<Effect> {
        if !self.allows(&command) {
            return Vec::new();
        }
        let by_hand = !matches!(command, Command::AnswerConsent(_) | Command::OpenBrowser);
        if by_hand && command != Command::PlayThrough {
            // Who steps in goes on by hand.
            self.playing = false;
        }
        let mut effects = self.obey(now, command);
        effects.extend(self.go_on(now));
        effects.extend(self.keep_run(now));
        effects
    }

    /// What an allowed command does by itself.
    fn obey(&mut self, now: Timestamp, command: Command) -> Vec<Effect> {
        match command {
            Command::UseProfile(profile) => self.use_profile(now, *profile),
            Command::FillField(field, value) => self.fill_field(now, field, &value),
            Command::Preflight => self.preflight(now),
            Command::Begin { open_browser } => self.begin(now, open_browser),
            Command::OpenBrowser => self.open_browser(),
            Command::OpenAddress => self.open_address(now),
            Command::AnswerConsent(consent) => self.answer_consent(consent),
            Command::PasteAnswer(text) => self.paste(now, text.expose()),
            Command::GoOnWaiting => self.wait_again(now),
            Command::StopWaiting => self.stop_waiting(),
            Command::ProvideSecret(secret) => {
                self.provide_secret(secret);
                Vec::new()
            }
            Command::ReadSecret => self.read_secret(),
            Command::Trust => self.give_trust(),
            Command::UseResponseMode(mode) => self.use_response_mode(mode),
            Command::UseScopeSet(name) => self.use_scope_set(name),
            Command::SignInAgain(prompt) => {
                let effects = self.leave_run();
                self.prompt = Some(prompt);
                self.prepare_run();
                effects
            }
            Command::KeepTokens(keep) => self.keep_grants(keep),
            Command::UseGrant(id) => self.use_grant(&id),
            Command::ForgetGrant(id) => self.forget_grant(&id),
            Command::ImportToken(kind, token) => self.import_token(now, kind, &token),
            Command::SwitchFault(fault) => vec![self.switch_fault(fault)],
            Command::Refresh { anyway } => self.refresh(anyway),
            Command::Inquire(inquiry) => self.inquire(now, inquiry),
            Command::Exchange => self.exchange(now),
            Command::PlayThrough => self.play_through(now),
            Command::ChangeLink(_)
            | Command::TakeAnswer
            | Command::ChangeExchange(_)
            | Command::ExchangeAgain
            | Command::NewRunAsChanged
            | Command::NewRunWithLink(_) => self.go_wrong(now, command),
            Command::FetchMetadata => self.discover(now),
            Command::CheckIdToken => self.check_again(now),
            Command::OverrideIdToken => self.override_checks(),
            Command::CheckSignature => self.check_signature(now),
            Command::NewRun => self.new_run(),
            Command::ChooseOrganization(id) => {
                self.requests.organization = Some(id);
                Vec::new()
            }
            Command::Send(call) => {
                self.requests.gathering = None;
                self.send(now, &call)
            }
            Command::CancelSend => {
                let inquiries = self.leave_inquiries().into_iter().map(Effect::Cancel);
                let mut effects: Vec<Effect> = inquiries.collect();
                effects.extend(self.cancel_requests());
                effects
            }
            Command::Request(command) => self.on_request(now, command),
            Command::Lab(command) => self.on_lab(now, command),
        }
    }

    /// Whether a command would do something now; keys, footer and palette ask this.
    pub fn allows(&self, command: &Command) -> bool {
        if self.opened.is_some() {
            return false;
        }
        let phase = &self.run.phase;
        let waits = matches!(phase, RunPhase::Waiting | RunPhase::TimedOut);
        let takes_an_answer = self.run.takes_an_answer();
        match command {
            Command::UseProfile(_) => true,
            Command::FillField(..) => self.profile.is_some() && self.run.started_at.is_none(),
            Command::Preflight => self.can_preflight(),
            Command::Begin { .. } => *phase == RunPhase::Ready,
            Command::OpenBrowser => takes_an_answer,
            Command::OpenAddress => self.could_open_address(),
            // After a stop too: an error page still explains why no answer came.
            Command::PasteAnswer(_) => takes_an_answer || *phase == RunPhase::Stopped,
            Command::AnswerConsent(_) => {
                waits && !self.visiting && self.profile.as_ref().is_some_and(is_sandbox)
            }
            Command::GoOnWaiting => *phase == RunPhase::TimedOut,
            Command::StopWaiting => waits || *phase == RunPhase::Binding,
            Command::ProvideSecret(_) | Command::ChooseOrganization(_) => self.profile.is_some(),
            Command::ReadSecret => matches!(
                self.secret_state(),
                SecretState::NotRead | SecretState::Missing(_)
            ),
            Command::Trust => matches!(self.secret_state(), SecretState::Untrusted(_)),
            Command::UseResponseMode(mode) => self.could_use_response_mode(*mode),
            Command::UseScopeSet(name) => self.profile.as_ref().is_some_and(|profile| {
                let is_named = |set: &ScopeSet| Some(&set.name) == name.as_ref();
                name.is_none() || profile.scope_sets.iter().any(is_named)
            }),
            Command::SignInAgain(_) => {
                self.profile.is_some() && !matches!(phase, RunPhase::Preparing(_))
            }
            Command::KeepTokens(_) => {
                let profile = self.profile.as_ref();
                // What is being revoked must not be written down anew meanwhile.
                self.inquiries.revoking().next().is_none()
                    && profile.is_some_and(|profile| !is_embedded(profile))
            }
            Command::UseGrant(id) => {
                self.refreshing().is_none() && self.grants().iter().any(|held| held.id == *id)
            }
            Command::ForgetGrant(id) => {
                !self.is_refreshing(id) && self.grants().iter().any(|held| held.id == *id)
            }
            Command::ImportToken(..) => self
                .profile
                .as_ref()
                .is_some_and(|profile| !api_origin(profile).is_empty()),
            Command::SwitchFault(_) => self.faults().is_some(),
            Command::Refresh { anyway } => self.can_refresh(*anyway),
            Command::Inquire(inquiry) => self.can_inquire(*inquiry),
            Command::Exchange => {
                *phase == RunPhase::Answered
                    && self.secret_state().is_at_hand()
                    && !self.answer_is_held_back()
            }
            Command::PlayThrough => self.playing || self.can_play(),
            Command::ChangeLink(_)
            | Command::TakeAnswer
            | Command::ChangeExchange(_)
            | Command::ExchangeAgain
            | Command::NewRunAsChanged
            | Command::NewRunWithLink(_) => self.can_go_wrong(command),
            Command::FetchMetadata => self.can_discover(),
            Command::CheckIdToken => self.has_refused_tokens(),
            Command::OverrideIdToken => self.can_override(),
            Command::CheckSignature => self.can_check_signature(),
            Command::NewRun => !matches!(phase, RunPhase::Preparing(_) | RunPhase::Ready),
            Command::Send(call) => self.can_send(call),
            Command::CancelSend => {
                self.requests.is_busy() || self.is_inquiring() || self.lab.is_running()
            }
            Command::Request(command) => self.allows_request(command),
            Command::Lab(command) => self.allows_in_lab(command),
        }
    }

    /// Takes another profile: what belongs to the former one is closed, its grants stay with it.
    fn use_profile(&mut self, now: Timestamp, profile: Profile) -> Vec<Effect> {
        let mut effects = self.leave_run();
        effects.extend(self.requests.sending.map(Effect::Cancel));
        effects.extend(self.leave_lab());
        self.leave_refresh();
        self.own_scopes.clone_from(&profile.scopes);
        self.scope_set = None;
        self.prompt = None;
        self.profile = Some(profile);
        self.requests = self.fresh_requests();
        self.prepare_run();
        effects.extend(self.look_for_needs(now));
        effects
    }

    /// Asks for other scopes, in a new run: the one that is open asks for what its link says.
    fn use_scope_set(&mut self, name: Option<String>) -> Vec<Effect> {
        let effects = self.leave_run();
        let Some(profile) = &mut self.profile else {
            return effects;
        };
        let set = name
            .as_ref()
            .and_then(|name| profile.scope_sets.iter().find(|set| set.name == *name));
        profile.scopes = match set {
            Some(set) => set.scopes.clone(),
            None => self.own_scopes.clone(),
        };
        self.scope_set = name;
        if self.run.phase == RunPhase::Preparing(Missing::Sandbox) {
            // The sandbox that is starting answers to this run.
            self.build_link();
        } else {
            self.prepare_run();
        }
        effects
    }

    /// The scope set that is asked for; `None` when it is the profile's own list.
    pub fn scope_set(&self) -> Option<&str> {
        self.scope_set.as_deref()
    }

    /// The faults that are on; `None` where the profile in use is not on the embedded sandbox, which alone
    /// can be told to fail.
    pub fn faults(&self) -> Option<&[Fault]> {
        let embedded = self.opened.is_none() && self.profile.as_ref().is_some_and(is_embedded);
        embedded.then_some(self.setup.faults.as_slice())
    }

    /// Switches a fault on, or off again.
    fn switch_fault(&mut self, fault: Fault) -> Effect {
        let faults = &mut self.setup.faults;
        let before = faults.len();
        faults.retain(|on| *on != fault);
        if faults.len() == before {
            faults.push(fault);
        }
        Effect::SetFaults(faults.clone())
    }

    /// Starts the sandbox that the run waits for, with the client of the profile in use.
    fn start_sandbox(&mut self) -> Option<Effect> {
        self.sandbox_trouble = None;
        let profile = self.profile.as_ref()?;
        let waits = self.run.phase == RunPhase::Preparing(Missing::Sandbox);
        (waits && is_embedded(profile)).then(|| Effect::StartSandbox {
            run: self.run.number,
            faults: self.setup.faults.clone(),
            client_id: profile.client_id.clone(),
            client_secret: match &profile.client_secret {
                SecretReference::Plain(secret) => secret.clone(),
                _ => Secret::new(""),
            },
            redirect_uri: profile.redirect_uri.clone(),
        })
    }

    /// Fills a field in which a placeholder was left.
    fn fill_field(&mut self, now: Timestamp, field: Field, value: &str) -> Vec<Effect> {
        if let Some(profile) = &mut self.profile {
            let slot = match field {
                Field::ClientId => &mut profile.client_id,
                Field::RedirectUri => &mut profile.redirect_uri,
            };
            value.trim().clone_into(slot);
        }
        self.leave_refresh();
        self.prepare_run();
        self.look_for_needs(now)
    }

    /// What a profile needs of the world before its link is made: its endpoints first, for secret and grants
    /// are kept under the token endpoint.
    fn look_for_needs(&mut self, now: Timestamp) -> Vec<Effect> {
        let mut effects = self.discover(now);
        if effects.is_empty() {
            effects.extend(self.look_for_secret());
            effects.extend(self.load_grants());
            effects.extend(self.start_sandbox());
        }
        effects
    }

    /// Leaves the current run: its listener is closed; an exchange under way goes on by itself.
    pub(super) fn leave_run(&mut self) -> Vec<Effect> {
        if let (RunPhase::Exchanging(call), Some(profile)) = (&self.run.phase, &self.profile) {
            self.released.push(Released {
                call: *call,
                client: Client::of(profile),
                asked: self.asked_scopes(),
                api_origin: api_origin(profile),
                keep: self.keep_tokens(),
                measure: self.measure(),
            });
        }
        self.leave_checks();
        self.playing = false;
        self.prompt = None;
        self.visiting = false;
        self.consent_trouble = None;
        let parted = self.part_from_run();
        let closing = self.run.started_at.map(|_| Effect::CloseListener {
            run: self.run.number,
        });
        closing.into_iter().chain(parted).collect()
    }

    /// A new run with new state, nonce and verifier.
    pub(super) fn new_run(&mut self) -> Vec<Effect> {
        let effects = self.leave_run();
        self.prepare_run();
        effects
    }

    /// Makes the next run of the profile in use, as far as its link can be made.
    pub(super) fn prepare_run(&mut self) {
        let Some(profile) = &self.profile else { return };
        let number = self.run.number + 1;
        let verifier = pkce::verifier(self.entropy.draw());
        let fresh = Fresh {
            state: URL_SAFE_NO_PAD.encode(&self.entropy.draw()[..16]),
            nonce: URL_SAFE_NO_PAD.encode(&self.entropy.draw()[..16]),
            verifier: profile.authorize.pkce.then_some(verifier),
        };
        let relay = (profile.authorize.response_mode == ResponseMode::Fragment).then(|| {
            let random = URL_SAFE_NO_PAD.encode(&self.entropy.draw()[..16]);
            format!("{}{random}", relay::PATH)
        });
        let missing = match profile.placeholder() {
            Some(field) => Some(Missing::Field(field)),
            None if metadata::is_open(profile) => Some(Missing::Metadata),
            None if profile.provider.authorize_url.is_empty() => Some(Missing::Sandbox),
            None => None,
        };
        self.run = super::Run {
            number,
            phase: missing.map_or(RunPhase::Ready, RunPhase::Preparing),
            redirect_uri: profile.redirect_uri.clone(),
            fresh,
            relay,
            ..blank_run()
        };
        self.build_link();
    }

    /// Makes parameters and link of the run; the parameters are there even while the link is not.
    pub(super) fn build_link(&mut self) {
        let Some(profile) = &self.profile else { return };
        let run = &mut self.run;
        let mut own = link::parameters(profile, &run.redirect_uri, &run.fresh);
        if let Some(prompt) = self.prompt {
            link::set(&mut own, "prompt", prompt.name(), "who signs in");
        }
        run.link_rows = link::rows(own, &run.link_changes);
        run.parameters = link::sent(&run.link_rows);
        run.link = match run.phase {
            RunPhase::Preparing(_) => String::new(),
            _ => link::url(&profile.provider.authorize_url, &run.parameters),
        };
    }

    /// Begins the run: from here its link is frozen.
    pub(super) fn begin(&mut self, now: Timestamp, open_browser: bool) -> Vec<Effect> {
        self.freeze_state();
        self.run.started_at = Some(now);
        self.run.phase = RunPhase::Binding;
        self.run.browser = if open_browser {
            Browser::Opening
        } else {
            Browser::NotOpened
        };
        let mut effects = vec![Effect::Bind {
            run: self.run.number,
            redirect_uri: self.run.redirect_uri.clone(),
            listen: self
                .profile
                .as_ref()
                .map(|profile| profile.listen.clone())
                .unwrap_or_default(),
        }];
        if self.secret_state() == SecretState::NotRead {
            // A code does not wait for a command.
            effects.extend(self.read_secret());
        }
        effects
    }

    /// Opens the browser with the run's link.
    fn open_browser(&mut self) -> Vec<Effect> {
        self.run.browser = Browser::Opening;
        vec![Effect::OpenBrowser {
            run: self.run.number,
            link: self.run.link.clone(),
        }]
    }

    /// Answers in the user's place.
    fn answer_consent(&mut self, consent: Consent) -> Vec<Effect> {
        self.visiting = true;
        self.consent_trouble = None;
        vec![Effect::VisitConsent {
            run: self.run.number,
            link: self.run.link.clone(),
            consent,
        }]
    }

    /// Takes a paste as if it had come to the listener.
    fn paste(&mut self, now: Timestamp, text: &str) -> Vec<Effect> {
        let encoded = pasted(text);
        let mut headers = crate::core::wire::Headers::default();
        headers.push("Content-Type", "application/x-www-form-urlencoded");
        let request = crate::core::wire::Request {
            method: "PASTE".to_owned(),
            url: self.run.redirect_uri.clone(),
            headers,
            body: crate::core::wire::Body::text(&encoded),
        };
        let (answer, verdict) = self.judge(&encoded);
        let record = Record {
            call: self.next_call(),
            purpose: Purpose::Callback,
            direction: Direction::Incoming,
            at: now,
            request,
            outcome: Outcome::Pending,
            timing: Timing::default(),
            peer: None,
            connection: crate::core::wire::Connection::default(),
            note: format!("pasted: {}", verdict.note()),
        };
        let is_answer = answer.code.is_some() || answer.error.is_some();
        if let Some(page) = pasted_page(text).filter(|_| !is_answer) {
            self.run.error_page = Some(page);
            let note = "pasted: the error page".to_owned();
            self.transcript.push(Record { note, ..record });
            return Vec::new();
        }
        self.take(now, record, Arrival::Pasted, verdict, answer);
        self.look_for_run().into_iter().collect()
    }

    /// Waits as long again.
    fn wait_again(&mut self, now: Timestamp) -> Vec<Effect> {
        let since = self.run.waiting.map_or(now, |waiting| waiting.since);
        let until = now
            .checked_add(self.setup.consent_timeout)
            .unwrap_or(Timestamp::MAX);
        self.run.waiting = Some(Waiting { since, until });
        self.run.phase = RunPhase::Waiting;
        Vec::new()
    }

    /// Ends the run; its listener stays to say so to a late answer.
    fn stop_waiting(&mut self) -> Vec<Effect> {
        self.run.phase = RunPhase::Stopped;
        Vec::new()
    }

    /// Sends the token request. From here it is never aborted: the code is burned by it.
    pub(super) fn exchange(&mut self, now: Timestamp) -> Vec<Effect> {
        let Some(request) = self.exchange_request() else {
            return Vec::new();
        };
        let call = self.next_call();
        self.run.exchange = Some(call);
        self.run.phase = RunPhase::Exchanging(call);
        let note = match self.run.changes.words().as_str() {
            "" => "code for token".to_owned(),
            words => format!("code for token, {words}"),
        };
        self.push_outgoing(now, call, Purpose::Exchange, &request, &note);
        vec![Effect::Send {
            call,
            purpose: Purpose::Exchange,
            request,
            proxy: self.proxy(),
            body_limit: TOKEN_BODY_LIMIT,
        }]
    }
}
