//! A run: one passage through the steps with one profile, and what state each step is in.
//!
//! ```text
//! Ready ─► Binding ─► Waiting ─► Answered ─► Exchanging ─► Authorized
//!             │        │  ▲ │        └─(refused)► Refused   │
//!             ▼        ▼  │ ▼                               ▼
//!        ListenFailed  TimedOut  Stopped              ExchangeFailed
//! ```
//!
//! Tokens that come with an id_token pass through `CheckingIdToken`; what fails there is `IdTokenRefused`.
//! Where nothing can listen for the redirect URI, a paste leads from `ListenFailed` to the answer.

use crate::core::oauth::callback::{Answer, Arrival, Hit, PAGES, pages};
use crate::core::oauth::changes::Changes;
use crate::core::oauth::grant::TokenTrouble;
use crate::core::oauth::link::{Fresh, LinkChanges, LinkRow, Parameter};
use crate::core::oauth::preflight::Preflight;
use crate::core::oauth::surroundings::Surroundings;
use crate::core::profile::Field;
use crate::core::token::id_token::Checked;
use crate::core::wire::CallId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use url::Url;

/// A step of the flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Step {
    /// Build the authorize link.
    Link,
    /// Wait while the user accepts or cancels.
    Consent,
    /// The browser brings the answer to our listener.
    Callback,
    /// Code for token.
    Exchange,
    /// Look at what was granted.
    Token,
    /// Call Dinero.
    Requests,
}

impl Step {
    /// Its row in [`STEPS`].
    pub fn facts(self) -> &'static StepFacts {
        &STEPS[self as usize]
    }

    /// Counted from 1, as the keys are.
    pub fn number(self) -> usize {
        self as usize + 1
    }
}

/// What is said about a step, everywhere.
#[derive(Debug)]
pub struct StepFacts {
    /// The step.
    pub step: Step,
    /// Its name.
    pub name: &'static str,
    /// What happens there, for somebody who never did OAuth.
    pub explanation: &'static str,
}

/// Every step in order.
pub const STEPS: [StepFacts; 6] = [
    StepFacts {
        step: Step::Link,
        name: "Link",
        explanation: "You send your browser to the provider with this link. It says who asks, for what, \
                      and where the answer shall go. Nothing in it is secret.",
    },
    StepFacts {
        step: Step::Consent,
        name: "Consent",
        explanation: "The user signs in at the provider and allows or cancels. We only wait: the browser \
                      brings the answer to the listener shown here.",
    },
    StepFacts {
        step: Step::Callback,
        name: "Callback",
        explanation: "The browser brings the answer to our redirect URI. The code is worth nothing \
                      without the client secret, and works once.",
    },
    StepFacts {
        step: Step::Exchange,
        name: "Exchange",
        explanation: "Now this program itself asks the provider: it shows the code and its own secret, \
                      and gets tokens. The browser has no part in it.",
    },
    StepFacts {
        step: Step::Token,
        name: "Token",
        explanation: "The access token is your key to the API for a limited time. A refresh token gets \
                      the next one without a browser. Guard both.",
    },
    StepFacts {
        step: Step::Requests,
        name: "Requests",
        explanation: "Each call carries the access token in its Authorization header. The API checks \
                      it, then what it allows, then answers.",
    },
];

/// How far a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum StepState {
    /// `○` not reached.
    Pending,
    /// `●` can be done now.
    Ready,
    /// `◐` under way.
    Running,
    /// `✓` done.
    Done,
    /// `✗` failed.
    Failed,
}

/// Why a link cannot be made yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Missing {
    /// No profile is in use.
    Profile,
    /// The embedded sandbox does not listen yet.
    Sandbox,
    /// The provider is known by its issuer alone, and has not told its endpoints yet.
    Metadata,
    /// A placeholder is left in this field.
    Field(Field),
}

/// Where a run stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum RunPhase {
    /// The link cannot be made yet.
    Preparing(Missing),
    /// The link is there, nothing has begun.
    Ready,
    /// The listener is being bound.
    Binding,
    /// Waiting for the answer.
    Waiting,
    /// Nothing came in time; the listener stays up.
    TimedOut,
    /// The listener could not be bound.
    ListenFailed(BindFailure),
    /// The user stopped waiting.
    Stopped,
    /// A code was captured.
    Answered,
    /// The provider answered with an error.
    Refused,
    /// The code is being exchanged.
    Exchanging(CallId),
    /// The exchange failed; the code is burned.
    ExchangeFailed(TokenTrouble),
    /// Tokens came; the keys that their id_token is checked with are being fetched.
    CheckingIdToken,
    /// Tokens came with an id_token that failed a check; they are held back.
    IdTokenRefused,
    /// A grant came.
    Authorized,
}

/// Why the listener could not be bound.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BindFailure {
    /// The kind, for rules to judge by.
    pub kind: BindFailureKind,
    /// What was asked for: `127.0.0.1:8765`.
    pub address: String,
    /// The system's own words.
    pub detail: String,
    /// Who holds the port, as a sentence names it; `None` where that is not known.
    pub holder: Option<String>,
}

/// The kinds of trouble with an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum BindFailureKind {
    /// Another program holds the port (on either loopback family).
    InUse,
    /// A privileged port.
    NotPermitted,
    /// Not an address of this machine.
    AddressUnavailable,
    /// The redirect URI cannot be listened on: custom scheme, a host that is elsewhere. Its answer can be
    /// pasted.
    NotListenable,
    /// Anything else.
    Other,
}

/// The certificate that the listener shows to browsers, as far as a person needs it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// The hosts it is made for.
    pub names: Vec<String>,
    /// SHA-256 over the whole certificate, in the pairs of digits that browsers show.
    pub fingerprint: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// Its last moment.
    pub until: Timestamp,
    /// Why it could not be kept, so that the next one is another and is warned of again.
    pub trouble: Option<String>,
}

/// Waiting for the browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// Since when.
    pub since: Timestamp,
    /// Until when.
    pub until: Timestamp,
}

/// What became of opening the browser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Browser {
    /// Not asked to.
    NotOpened,
    /// Asked; no word yet.
    Opening,
    /// Started.
    Opened(Timestamp),
    /// Could not be started, in the system's words.
    Failed(String),
}

/// One passage through the steps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// Counted within this program run; names the listener of this run.
    pub number: u64,
    /// Where it stands.
    pub phase: RunPhase,
    /// When it began: link opened, copied, or gone on with. `None` before.
    pub started_at: Option<Timestamp>,
    /// State, nonce and verifier.
    pub fresh: Fresh,
    /// As registered; once the listener is bound, with the real port in place of 0.
    pub redirect_uri: String,
    /// The link's parameters; empty while [`RunPhase::Preparing`].
    pub parameters: Vec<Parameter>,
    /// The link; empty while [`RunPhase::Preparing`].
    pub link: String,
    /// Where the listener listens; empty until bound.
    pub addresses: Vec<SocketAddr>,
    /// Whether IPv6 loopback is missing on this machine (a note, not an error).
    pub without_ipv6: bool,
    /// The certificate it shows, where it speaks TLS.
    pub certificate: Option<Certificate>,
    /// The path that the relay page posts a fragment to, where the answer is to come so.
    pub relay: Option<String>,
    /// Whether the callback's own address is to be opened once the listener is bound.
    pub opens_address: bool,
    /// What stands around the callback; `None` until it was looked at.
    pub surroundings: Option<Surroundings>,
    /// Waiting times; `None` until bound.
    pub waiting: Option<Waiting>,
    /// What the user pasted of the provider's error page.
    pub error_page: Option<String>,
    /// The last preflight of the link; it begins nothing.
    pub preflight: Option<Preflight>,
    /// What became of opening the browser.
    pub browser: Browser,
    /// Everything that came to the listener, and every paste.
    #[serde(skip)]
    pub hits: Vec<Hit>,
    /// The answer that was taken, with its arrival and record.
    pub answer: Option<(Answer, Arrival, CallId)>,
    /// The checks of the id_token that came through the browser, once they are made.
    pub answer_checked: Option<Checked>,
    /// The checks of the id_token that came with the tokens, once they are made.
    pub token_checked: Option<Checked>,
    /// What the user changed about the link.
    pub link_changes: LinkChanges,
    /// Every row of the link: those that are sent, and those that could be.
    pub link_rows: Vec<LinkRow>,
    /// What the user changed about the exchange.
    pub changes: Changes,
    /// When the code came.
    pub answered_at: Option<Timestamp>,
    /// The record of the token request.
    pub exchange: Option<CallId>,
}

impl Run {
    /// The state of each step; `requests` apart, which only needs a grant.
    pub fn step_state(&self, step: Step) -> StepState {
        use StepState::{Done, Failed, Pending, Ready, Running};
        let order = match &self.phase {
            RunPhase::Preparing(_) => [Pending; 5],
            RunPhase::Ready => [Ready, Pending, Pending, Pending, Pending],
            RunPhase::Binding | RunPhase::Waiting => [Done, Running, Pending, Pending, Pending],
            RunPhase::TimedOut | RunPhase::ListenFailed(_) | RunPhase::Stopped => {
                [Done, Failed, Pending, Pending, Pending]
            }
            RunPhase::Answered => [Done, Done, Done, Ready, Pending],
            RunPhase::Refused => [Done, Done, Failed, Pending, Pending],
            RunPhase::Exchanging(_) => [Done, Done, Done, Running, Pending],
            RunPhase::ExchangeFailed(_) => [Done, Done, Done, Failed, Pending],
            RunPhase::CheckingIdToken => [Done, Done, Done, Done, Running],
            RunPhase::IdTokenRefused => [Done, Done, Done, Done, Failed],
            RunPhase::Authorized => [Done, Done, Done, Done, Done],
        };
        order.get(step as usize).copied().unwrap_or(Pending)
    }

    /// Whether an answer may still come: to the listener or, where the redirect URI is nothing that can be
    /// listened on, as a paste.
    pub fn takes_an_answer(&self) -> bool {
        match &self.phase {
            RunPhase::Waiting | RunPhase::TimedOut => true,
            RunPhase::ListenFailed(failure) => failure.kind == BindFailureKind::NotListenable,
            _ => false,
        }
    }

    /// The page of the listener that is opened first, so that its certificate is accepted: `None` without
    /// TLS.
    pub fn ready_page(&self) -> Option<String> {
        self.certificate.as_ref()?;
        let url = Url::parse(&self.redirect_uri).ok()?;
        let origin = url.origin().ascii_serialization();
        Some(format!("{origin}{PAGES}{}", pages::READY))
    }

    /// Whether leaving it would lose an answer that may still come or be used.
    pub fn is_open(&self) -> bool {
        match &self.phase {
            RunPhase::Binding
            | RunPhase::Waiting
            | RunPhase::TimedOut
            | RunPhase::Answered
            | RunPhase::Exchanging(_)
            | RunPhase::CheckingIdToken
            | RunPhase::IdTokenRefused => true,
            // Nothing listens, but an answer can be pasted once the browser was opened.
            RunPhase::ListenFailed(failure) => {
                failure.kind == BindFailureKind::NotListenable && self.browser != Browser::NotOpened
            }
            _ => false,
        }
    }
}
