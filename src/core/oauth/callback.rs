//! The answer of the authorization server (RFC 6749 4.1.2), however it reached us.
//!
//! A hit on the listener, a pasted address, a pasted form body: all become ordered pairs, then a
//! [`Verdict`]. What the browser is shown in return is made here too, because it follows from the
//! verdict alone.

use crate::core::secret::Secret;
use crate::core::wire::CallId;
use jiff::Timestamp;

/// The fields of an answer, each at most once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answer {
    /// Single use; worth nothing without the client secret.
    pub code: Option<Secret>,
    /// Echoed from the link.
    pub state: Option<String>,
    /// Who answers (RFC 9207).
    pub iss: Option<String>,
    /// What is said to be granted.
    pub scope: Option<String>,
    /// For a check-session iframe; not used by this client.
    pub session_state: Option<String>,
    /// The error code, when it is one (RFC 6749 4.1.2.1).
    pub error: Option<String>,
    /// The server's own words.
    pub error_description: Option<String>,
    /// Names of further fields that came, in order.
    pub further: Vec<String>,
}

/// How an answer reached us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// A POST with a form body.
    FormPost,
    /// A GET with a query.
    Query,
    /// Pasted by the user.
    Pasted,
}

/// What a hit was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The run's own answer, with a code.
    Captured,
    /// The run's own answer, with an error; `access_denied` when the user cancelled.
    Refused,
    /// Not the path of the redirect URI.
    OtherPath,
    /// Neither GET nor POST.
    OtherMethod,
    /// Host is not ours: DNS rebinding, or another name for this machine.
    WrongHost,
    /// A POST that is not form-encoded.
    WrongContentType,
    /// Neither code nor error.
    NoAnswer,
    /// A code or an error, but no state.
    StateMissing,
    /// The state of another run, or an altered one.
    StateMismatch,
    /// `iss` is not this provider.
    IssuerMismatch,
    /// A field came twice.
    DuplicateParameter(String),
    /// Both a code and an error.
    CodeAndError,
    /// The code that was taken already: a reload, a double post.
    Duplicate,
    /// An answer of this run, after it was answered or ended.
    Late,
    /// Over 64 KiB.
    BodyTooLarge,
    /// The head was over 16 KiB, or no HTTP.
    BadHead,
    /// The request was not finished within 10 s.
    Unfinished,
    /// The browser spoke TLS to this plain listener.
    TlsToPlain,
}

impl Verdict {
    /// A few words for hits and transcript.
    pub fn note(&self) -> &'static str {
        match self {
            Self::Captured => "answer",
            Self::Refused => "refused by the provider",
            Self::OtherPath => "another path: ignored",
            Self::OtherMethod => "neither GET nor POST",
            Self::WrongHost => "another Host: refused",
            Self::WrongContentType => "not form-encoded",
            Self::NoAnswer => "no code, no error",
            Self::StateMissing => "no state",
            Self::StateMismatch => "wrong state",
            Self::IssuerMismatch => "wrong iss",
            Self::DuplicateParameter(_) => "a field twice",
            Self::CodeAndError => "code and error",
            Self::Duplicate => "same answer again",
            Self::Late => "too late",
            Self::BodyTooLarge => "body too large",
            Self::BadHead => "not readable",
            Self::Unfinished => "never finished",
            Self::TlsToPlain => "TLS to a plain listener",
        }
    }
}

/// One hit on the listener, or one paste.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// The record that holds the bytes.
    pub call: CallId,
    /// When it came.
    pub at: Timestamp,
    /// How it came.
    pub arrival: Arrival,
    /// What it was.
    pub verdict: Verdict,
    /// Its fields, as far as they could be read.
    pub answer: Answer,
}
