//! The state of one running program, stepped by commands and events; effects come out as data.
//!
//! Shared by both faces: the terminal UI draws it, the command line prints what it does. State changes
//! here and nowhere else.

pub mod message;

use crate::core::diagnose::{self, Evidence, Finding};
use crate::core::dinero::call::Organization;
use crate::core::fault::Fault;
use crate::core::oauth::{Run, Step, StepState};
use crate::core::profile::Profile;
use crate::core::secret::{Entropy, Secret};
use crate::core::token::Grant;
use crate::core::wire::body::Layout;
use crate::core::wire::redact::Mask;
use crate::core::wire::{CallId, Record};
use jiff::{SignedDuration, Timestamp};
use message::{Command, Effect, Event};
use std::sync::Arc;

/// What the world hands in when the engine is made.
#[derive(Debug, Clone)]
pub struct Setup {
    /// 32 random bytes; state, nonce, verifier and masks are drawn from it.
    pub seed: [u8; 32],
    /// Faults for the embedded sandbox.
    pub faults: Vec<Fault>,
    /// How long one waits for the callback.
    pub consent_timeout: SignedDuration,
}

/// What step 6 knows.
#[derive(Debug, Clone, Default)]
pub struct Requests {
    /// The user's companies, once they were listed.
    pub organizations: Vec<Organization>,
    /// The one that paths name.
    pub organization: Option<String>,
    /// The call under way.
    pub sending: Option<CallId>,
    /// The last call that ended.
    pub answered: Option<CallId>,
    /// Its body, laid out.
    pub layout: Option<(CallId, Arc<Layout>)>,
}

/// The program's state.
#[derive(Debug)]
pub struct Engine {
    setup: Setup,
    entropy: Entropy,
    mask: Mask,
    profile: Option<Profile>,
    sandbox_origin: Option<String>,
    secret: Option<Secret>,
    run: Run,
    grant: Option<Grant>,
    transcript: Vec<Record>,
    requests: Requests,
    calls: u64,
}

/// Whether the client secret is at hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretState {
    /// The client has none, or shows none.
    NotNeeded,
    /// It is known.
    Known(Secret),
    /// It is being read.
    Reading,
    /// The user is to be asked for it.
    Prompt,
    /// It could not be read; the reason and what to do. The user may type it instead.
    Missing(String),
}

impl Engine {
    /// A program that has not begun: no profile, no run.
    pub fn new(setup: Setup) -> Self {
        let mut entropy = Entropy::from_seed(setup.seed);
        let mask = Mask::new(entropy.draw());
        let run = blank_run();
        Self {
            setup,
            entropy,
            mask,
            profile: None,
            sandbox_origin: None,
            secret: None,
            run,
            grant: None,
            transcript: Vec::new(),
            requests: Requests::default(),
            calls: 0,
        }
    }

    /// What a person asks. A command that is not [allowed](Self::allows) now changes nothing.
    pub fn command(&mut self, now: Timestamp, command: Command) -> Vec<Effect> {
        let _ = (now, command);
        Vec::new()
    }

    /// What the world reports. What nobody awaits is recorded and changes nothing.
    pub fn event(&mut self, now: Timestamp, event: Event) -> Vec<Effect> {
        let _ = (now, event);
        Vec::new()
    }

    /// Whether a command would do something now; keys, footer and palette ask this.
    pub fn allows(&self, command: &Command) -> bool {
        let _ = command;
        false
    }

    /// When the engine next wants [`Event::Ticked`] for its own sake.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        None
    }

    /// The profile in use, with the sandbox's addresses filled in once it listens.
    pub fn profile(&self) -> Option<&Profile> {
        self.profile.as_ref()
    }

    /// The current run; before a profile is used, a blank one.
    pub fn run(&self) -> &Run {
        &self.run
    }

    /// Whether the client secret is at hand.
    pub fn secret_state(&self) -> SecretState {
        SecretState::NotNeeded
    }

    /// The token request as it would be sent now (Answered), or as it was sent.
    pub fn exchange_request(&self) -> Option<crate::core::wire::Request> {
        None
    }

    /// The grant in use.
    pub fn grant(&self) -> Option<&Grant> {
        self.grant.as_ref()
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

    /// The state of a step.
    pub fn step_state(&self, step: Step) -> StepState {
        self.run.step_state(step)
    }

    /// The step in which something is to be done now.
    pub fn current_step(&self) -> Step {
        Step::Link
    }

    /// The findings of a step, the leading one first.
    pub fn findings(&self, now: Timestamp, step: Step) -> Vec<Finding> {
        let Some(profile) = &self.profile else {
            return Vec::new();
        };
        let evidence = Evidence {
            now,
            mask: &self.mask,
            profile,
            run: &self.run,
            transcript: &self.transcript,
            grant: self.grant.as_ref(),
            api: self.requests.answered.and_then(|call| self.record(call)),
        };
        diagnose::diagnose(step, &evidence)
    }
}

/// A run without a profile.
fn blank_run() -> Run {
    use crate::core::oauth::flow::{Browser, Missing};
    use crate::core::oauth::link::Fresh;
    Run {
        number: 0,
        phase: crate::core::oauth::RunPhase::Preparing(Missing::Profile),
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
        waiting: None,
        browser: Browser::NotOpened,
        hits: Vec::new(),
        answer: None,
        answered_at: None,
        exchange: None,
    }
}
