//! The state of one running program, stepped by commands and events; effects come out as data.
//!
//! Shared by both faces: the terminal UI draws it, the command line prints what it does. State changes
//! here and nowhere else.

mod commands;
mod drafts;
mod events;
mod gathering;
mod grants;
mod hits;
mod id_tokens;
mod inquiring;
mod keeping;
pub mod message;
mod metadata;
mod pacing;
mod playing;
mod preflight;
mod reaching;
mod refreshing;
mod requests;
mod runs;
pub mod scope_lab;
mod secrets;
pub mod viewing;
mod words;

use crate::core::diagnose::{self, Evidence, Finding};
use crate::core::dinero::call::{Call, Organization};
use crate::core::dinero::draft::Draft;
use crate::core::dinero::page::Page;
use crate::core::dinero::variables::Variables;
use crate::core::fault::Fault;
use crate::core::oauth::callback::Answer;
use crate::core::oauth::changes::{Changes, FieldRow, pairs};
use crate::core::oauth::flow::{Browser, Missing};
use crate::core::oauth::link::{Fresh, LinkChanges};
use crate::core::oauth::{Run, RunPhase, Step, StepState, grant};
use crate::core::profile::{Environment, KeepTokens, Preset, Profile};
use crate::core::secret::Entropy;
use crate::core::token::kept::Client;
use crate::core::token::origin_of;
use crate::core::wire::redact::Mask;
use crate::core::wire::{CallId, Record, Request, Response};
use grants::Grants;
use id_tokens::{IdTokens, Measure};
use inquiring::Inquiries;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use message::Prompt;
use message::requests::Progress;
use metadata::Discovery;
use runs::{Opened, RunKeeping};
use scope_lab::Lab;
use secrets::Secrets;
use viewing::Viewing;

pub use drafts::Reading;
pub use gathering::{Gathering, MOST_ITEMS, first_page};
pub use pacing::{CALLS_A_MINUTE, Retry, allowed_again};
pub use secrets::SecretState;

/// What the world hands in when the engine is made.
#[derive(Clone)]
pub struct Setup {
    /// 32 random bytes; state, nonce, verifier and masks are drawn from it.
    pub seed: [u8; 32],
    /// Faults for the embedded sandbox.
    pub faults: Vec<Fault>,
    /// How long one waits for the callback.
    pub consent_timeout: SignedDuration,
    /// The key of this installation's marks; without one they hold for this program run.
    pub marks: Option<[u8; 32]>,
}

impl std::fmt::Debug for Setup {
    /// Without its keys.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Setup")
            .field("faults", &self.faults)
            .field("consent_timeout", &self.consent_timeout)
            .finish_non_exhaustive()
    }
}

/// What step 6 knows.
#[derive(Debug, Clone, Default)]
pub struct Requests {
    /// A call that waits until the token is refreshed.
    pub waiting: Option<Call>,
    /// A call that waited, and was not sent because the refresh failed.
    pub unsent: Option<Call>,
    /// The user's companies, once they were listed.
    pub organizations: Vec<Organization>,
    /// The one that paths name.
    pub organization: Option<String>,
    /// The call under way.
    pub sending: Option<CallId>,
    /// The last call that ended.
    pub answered: Option<CallId>,
    /// An answer whose body still comes: its head, and where the body grows.
    pub arriving: Option<(CallId, Box<Response>)>,
    /// What its reader has told of the answer that is shown.
    pub viewing: Option<Viewing>,
    /// The page that the last answer is, where it is one.
    pub page: Option<Page>,
    /// What `{{name}}` stands for.
    pub variables: Variables,
    /// The request that was sent last, or was to be.
    pub sent: Option<Draft>,
    /// What is wrong with it, where it could not be sent.
    pub unmade: Vec<String>,
    /// A request whose file is being read.
    pub reading: Option<Reading>,
    /// How far the call under way is.
    pub progress: Option<Progress>,
    /// Pages that are fetched one after another.
    pub gathering: Option<Gathering>,
    /// What came of them, in one answer; named by the last of their calls.
    pub joined: Option<(CallId, Box<Response>)>,
    /// What is sent once more when it may be.
    pub retry: Option<Retry>,
    /// The call that went out last.
    last_call: Option<Call>,
}

impl Requests {
    /// The call whose answer is read.
    pub fn viewing_call(&self) -> Option<CallId> {
        self.viewing.as_ref().map(|viewing| viewing.call)
    }
}

/// An exchange that goes on although its run was left; its answer is kept when it comes.
#[derive(Debug)]
struct Released {
    call: CallId,
    client: Client,
    asked: Vec<String>,
    api_origin: String,
    keep: KeepTokens,
    /// What its id_token is measured against; `None` where no run stands behind it.
    measure: Option<Measure>,
}

/// The program's state.
#[derive(Debug)]
pub struct Engine {
    setup: Setup,
    entropy: Entropy,
    mask: Mask,
    profile: Option<Profile>,
    sandbox_trouble: Option<String>,
    own_scopes: Vec<String>,
    scope_set: Option<String>,
    prompt: Option<Prompt>,
    secrets: Secrets,
    grants: Grants,
    run: Run,
    released: Vec<Released>,
    discovery: Discovery,
    id_tokens: IdTokens,
    /// Whether the flow goes on by itself as far as it can.
    playing: bool,
    visiting: bool,
    consent_trouble: Option<String>,
    transcript: Vec<Record>,
    requests: Requests,
    lab: Lab,
    zone: TimeZone,
    environment: Vec<(String, String)>,
    inquiries: Inquiries,
    keeping_run: RunKeeping,
    /// The kept run that this one only shows.
    opened: Option<Opened>,
    calls: u64,
}

impl Engine {
    /// A program that has not begun: no profile, no run.
    pub fn new(setup: Setup) -> Self {
        let mut entropy = Entropy::from_seed(setup.seed);
        let of_this_run = entropy.draw();
        let mask = Mask::new(setup.marks.unwrap_or(of_this_run));
        Self {
            setup,
            entropy,
            mask,
            profile: None,
            sandbox_trouble: None,
            own_scopes: Vec::new(),
            scope_set: None,
            prompt: None,
            secrets: Secrets::default(),
            grants: Grants::default(),
            run: blank_run(),
            released: Vec::new(),
            discovery: Discovery::default(),
            id_tokens: IdTokens::default(),
            playing: false,
            visiting: false,
            consent_trouble: None,
            transcript: Vec::new(),
            requests: Requests::default(),
            lab: Lab::default(),
            zone: TimeZone::UTC,
            environment: Vec::new(),
            inquiries: Inquiries::default(),
            keeping_run: RunKeeping::default(),
            opened: None,
            calls: 0,
        }
    }

    /// When the engine next wants [`message::Event::Ticked`] for its own sake.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        let retry = self.requests.retry.as_ref().map(|retry| retry.at);
        self.consent_deadline().into_iter().chain(retry).min()
    }

    /// Until when the answer of the browser is waited for.
    fn consent_deadline(&self) -> Option<Timestamp> {
        match self.run.phase {
            RunPhase::Waiting => self.run.waiting.map(|waiting| waiting.until),
            _ => None,
        }
    }

    /// The profile in use, with the sandbox's addresses filled in once it listens.
    pub fn profile(&self) -> Option<&Profile> {
        self.profile.as_ref()
    }

    /// Why the embedded sandbox does not listen, when it does not.
    pub fn sandbox_trouble(&self) -> Option<&str> {
        self.sandbox_trouble.as_deref()
    }

    /// The current run; before a profile is used, a blank one.
    pub fn run(&self) -> &Run {
        &self.run
    }

    /// Whether the sandbox's pages are being walked in the user's place.
    pub fn is_visiting(&self) -> bool {
        self.visiting
    }

    /// Why walking the sandbox's pages brought no answer, the last time.
    pub fn consent_trouble(&self) -> Option<&str> {
        self.consent_trouble.as_deref()
    }

    /// The token request as it would be sent now, or as it was sent.
    pub fn exchange_request(&self) -> Option<Request> {
        if let Some(record) = self.run.exchange.and_then(|call| self.record(call)) {
            return Some(record.request.clone());
        }
        self.exchange_with(&self.run.changes)
    }

    /// The fields of the token request as rows, before it is sent.
    pub fn exchange_rows(&self) -> Vec<FieldRow> {
        let changes = &self.run.changes;
        let own = self.exchange_with(&changes.without_fields());
        own.map_or_else(Vec::new, |own| changes.fields.rows_of(&pairs(&own)))
    }

    /// The token request with these changes made to it.
    fn exchange_with(&self, changes: &Changes) -> Option<Request> {
        let profile = self.profile.as_ref()?;
        let Answer {
            code: Some(code), ..
        } = &self.run.answer.as_ref()?.0
        else {
            return None;
        };
        let client_secret = self.client_secret();
        let request = grant::request(&grant::Parts {
            profile,
            code,
            redirect_uri: self.sent("redirect_uri").unwrap_or(&self.run.redirect_uri),
            client_secret: client_secret.as_ref(),
            verifier: self.run.fresh.verifier.as_ref(),
        });
        Some(changes.apply(request, &profile.client_id, client_secret.as_ref()))
    }

    /// Every record of this program run, in order of its beginning.
    pub fn transcript(&self) -> &[Record] {
        &self.transcript
    }

    /// One record.
    pub fn record(&self, call: CallId) -> Option<&Record> {
        self.transcript
            .iter()
            .rev()
            .find(|record| record.call == call)
    }

    /// What step 6 knows.
    pub fn requests(&self) -> &Requests {
        &self.requests
    }

    /// How secrets are shown.
    pub fn mask(&self) -> &Mask {
        &self.mask
    }

    /// The state of a step. Token and Requests need a grant to be ready, whichever run it came from.
    pub fn step_state(&self, step: Step) -> StepState {
        if let Some(kept) = self.kept_run() {
            return kept.step_state(step);
        }
        if step == Step::Token {
            return self.token_state();
        }
        if step != Step::Requests {
            return self.run.step_state(step);
        }
        let answered = self.requests.answered.and_then(|call| self.record(call));
        if self.requests.is_busy() {
            return StepState::Running;
        }
        if self.requests.unsent.is_some() || !self.requests.unmade.is_empty() {
            return StepState::Failed;
        }
        match (self.requests.sending, answered, self.grant()) {
            (Some(_), _, _) => StepState::Running,
            (None, Some(record), _) => match record.outcome.response() {
                Some(response) if response.status < 400 => StepState::Done,
                _ => StepState::Failed,
            },
            (None, None, Some(_)) => StepState::Ready,
            (None, None, None) => StepState::Pending,
        }
    }

    /// The state of step 5: a grant may be there without this run, and may be being refreshed.
    fn token_state(&self) -> StepState {
        let of_run = self.run.step_state(Step::Token);
        match of_run {
            _ if self.refreshing().is_some() || self.refresh_waits() => StepState::Running,
            StepState::Pending if self.grant().is_some() => StepState::Ready,
            // Its grant was forgotten since.
            StepState::Done if self.grant().is_none() => StepState::Pending,
            _ => of_run,
        }
    }

    /// The step in which something is to be done now.
    pub fn current_step(&self) -> Step {
        match self.run.phase {
            RunPhase::Preparing(_) | RunPhase::Ready => Step::Link,
            RunPhase::Binding
            | RunPhase::Waiting
            | RunPhase::TimedOut
            | RunPhase::ListenFailed(_)
            | RunPhase::Stopped => Step::Consent,
            RunPhase::Answered | RunPhase::Refused => Step::Callback,
            RunPhase::Exchanging(_) | RunPhase::ExchangeFailed(_) => Step::Exchange,
            RunPhase::CheckingIdToken | RunPhase::IdTokenRefused | RunPhase::Authorized => {
                Step::Token
            }
        }
    }

    /// The findings of a step, the leading one first.
    pub fn findings(&self, now: Timestamp, step: Step) -> Vec<Finding> {
        self.kept_findings(step)
            .or_else(|| self.judged(now, step, diagnose::diagnose))
            .unwrap_or_default()
    }

    /// By how many seconds the provider's clock was ahead of ours when it gave the tokens in use.
    pub fn clock_ahead(&self, now: Timestamp) -> Option<i64> {
        self.judged(now, Step::Token, diagnose::clock_ahead)?
    }

    /// `sub` by which the answer of the userinfo endpoint is judged.
    pub fn judged_subject(&self, now: Timestamp) -> Option<String> {
        self.judged(now, Step::Token, diagnose::expected_subject)?
    }

    /// What is made of the evidence of a step.
    fn judged<T>(
        &self,
        now: Timestamp,
        step: Step,
        judge: impl FnOnce(&Evidence<'_>) -> T,
    ) -> Option<T> {
        let profile = self.profile.as_ref()?;
        let client_secret = self.client_secret();
        let evidence = Evidence {
            step,
            now,
            mask: &self.mask,
            profile,
            client_secret: client_secret.as_ref(),
            run: &self.run,
            transcript: &self.transcript,
            grant: self.grant(),
            held: self.held(),
            api: self.requests.answered.and_then(|call| self.record(call)),
            pasted: false,
            compared: None,
            metadata: self.metadata_trouble(),
            page: match self.run.answer {
                Some(_) => None,
                None => self.run.error_page.as_deref(),
            },
        };
        Some(judge(&evidence))
    }

    /// The next call's name.
    fn next_call(&mut self) -> CallId {
        self.calls += 1;
        CallId(self.calls)
    }

    /// Puts the answer of a call in the place where its request was recorded.
    fn settle(&mut self, record: Record) {
        match self
            .transcript
            .iter_mut()
            .rev()
            .find(|kept| kept.call == record.call)
        {
            Some(kept) => *kept = record,
            None => self.transcript.push(record),
        }
    }
}

/// The origin of a profile's API; empty when it has none.
fn api_origin(profile: &Profile) -> String {
    origin_of(&profile.api.base_url).unwrap_or_default()
}

/// Whether this is a sandbox: there the terminal may answer in the user's place.
fn is_sandbox(profile: &Profile) -> bool {
    profile.provider.environment == Environment::Sandbox
}

/// Whether this is the sandbox embedded in this program.
fn is_embedded(profile: &Profile) -> bool {
    profile.provider.preset == Some(Preset::Sandbox)
}

/// A run without a profile.
fn blank_run() -> Run {
    Run {
        number: 0,
        phase: RunPhase::Preparing(Missing::Profile),
        started_at: None,
        fresh: Fresh {
            state: String::new(),
            nonce: String::new(),
            verifier: None,
        },
        redirect_uri: String::new(),
        parameters: Vec::new(),
        link: String::new(),
        addresses: Vec::new(),
        without_ipv6: false,
        certificate: None,
        relay: None,
        opens_address: false,
        surroundings: None,
        waiting: None,
        error_page: None,
        preflight: None,
        browser: Browser::NotOpened,
        hits: Vec::new(),
        answer: None,
        answer_checked: None,
        token_checked: None,
        link_changes: LinkChanges::default(),
        link_rows: Vec::new(),
        changes: Changes::default(),
        answered_at: None,
        exchange: None,
    }
}
