//! The answer of the authorization server (RFC 6749 4.1.2), however it reached us.
//!
//! A hit on the listener, a pasted address, a pasted form body: all become ordered pairs, then a
//! [`Verdict`]. What the browser is shown in return follows from the verdict alone (`pages`).

pub mod pages;
mod paste;
mod place;
pub mod relay;

pub use paste::pasted;
pub use place::{Here, PAGES, place, target};

use crate::core::secret::{Secret, equal_in_constant_time};
use crate::core::wire::CallId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The fields of an answer, each at most once.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Answer {
    /// Single use; worth nothing without the client secret.
    pub code: Option<Secret>,
    /// Who signed in, where the link asked for it beside the code (hybrid).
    pub id_token: Option<Secret>,
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Arrival {
    /// A POST with a form body.
    FormPost,
    /// A GET with a query.
    Query,
    /// Behind `#`, handed over by the relay page.
    Fragment,
    /// Pasted by the user.
    Pasted,
}

impl Arrival {
    /// How that is called where runs are compared.
    pub const fn words(self) -> &'static str {
        match self {
            Self::FormPost => "form_post, a POST",
            Self::Query => "query, a GET",
            Self::Fragment => "fragment, by the relay page",
            Self::Pasted => "pasted",
        }
    }
}

/// The alerts by which a browser refuses a certificate (RFC 8446 6.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Alert {
    /// Signed by nobody it trusts.
    UnknownCa,
    /// Something is wrong with it.
    BadCertificate,
    /// Not taken for another reason; what Chromium sends.
    CertificateUnknown,
    /// Past its last day, by the browser's clock.
    CertificateExpired,
    /// Of a kind it does not take.
    UnsupportedCertificate,
}

impl Alert {
    /// The name in the standard.
    pub fn name(self) -> &'static str {
        match self {
            Self::UnknownCa => "unknown_ca",
            Self::BadCertificate => "bad_certificate",
            Self::CertificateUnknown => "certificate_unknown",
            Self::CertificateExpired => "certificate_expired",
            Self::UnsupportedCertificate => "unsupported_certificate",
        }
    }
}

/// What a hit was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    /// Plain HTTP reached this listener, which speaks TLS.
    PlainToTls,
    /// The browser did not take this listener's certificate, by that alert.
    CertificateRefused(Alert),
    /// One of our own pages, shown before or after an answer.
    OwnPage,
    /// The page that hands a fragment over; the answer follows.
    RelayPage,
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
            Self::PlainToTls => "plain http to TLS",
            Self::CertificateRefused(_) => "certificate refused",
            Self::OwnPage => "our own page",
            Self::RelayPage => "the relay page",
        }
    }
}

/// One hit on the listener, or one paste.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    /// The run that sent its state, where that is another one that was kept.
    #[serde(default)]
    pub older: Option<OlderRun>,
}

/// A run that was kept, as far as a finding names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OlderRun {
    /// When it began.
    pub started_at: Timestamp,
    /// With which profile.
    pub profile: String,
    /// How it ended: `authorized`, `abandoned`…
    pub outcome: String,
}

/// What an answer is measured against.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// The state this run sent.
    pub state: &'a str,
    /// The provider's issuer, when known.
    pub issuer: Option<&'a str>,
    /// The code that was taken already.
    pub taken: Option<&'a Secret>,
    /// Whether the run still takes an answer.
    pub open: bool,
}

/// Reads form-encoded pairs in order, duplicates kept (each percent-decoded exactly once).
pub fn pairs(encoded: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(encoded.as_bytes())
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect()
}

/// Makes an answer of pairs; the name of the first protocol field that came twice comes along.
pub fn answer(pairs: &[(String, String)]) -> (Answer, Option<String>) {
    let mut answer = Answer::default();
    let mut twice = None;
    for (name, value) in pairs {
        let slot = match name.as_str() {
            "code" | "id_token" => {
                let slot = match name.as_str() {
                    "code" => &mut answer.code,
                    _ => &mut answer.id_token,
                };
                if slot.is_some() {
                    twice.get_or_insert_with(|| name.clone());
                } else {
                    *slot = Some(Secret::new(value.as_str()));
                }
                continue;
            }
            "state" => &mut answer.state,
            "iss" => &mut answer.iss,
            "scope" => &mut answer.scope,
            "session_state" => &mut answer.session_state,
            "error" => &mut answer.error,
            "error_description" => &mut answer.error_description,
            _ => {
                answer.further.push(name.clone());
                continue;
            }
        };
        if slot.is_some() {
            twice.get_or_insert_with(|| name.clone());
        } else {
            *slot = Some(value.clone());
        }
    }
    (answer, twice)
}

/// Whether an answer is this run's own. Its state is compared in constant time and counts for error
/// answers too (RFC 6749 10.12); `iss` is compared as an exact string (RFC 9207 2.4).
pub fn judge(answer: &Answer, twice: Option<String>, expected: &Expected<'_>) -> Verdict {
    if let Some(name) = twice {
        return Verdict::DuplicateParameter(name);
    }
    let code = answer.code.as_ref().filter(|code| !code.is_empty());
    match (code, &answer.error) {
        (Some(_), Some(_)) => return Verdict::CodeAndError,
        (None, None) => return Verdict::NoAnswer,
        _ => {}
    }
    match &answer.state {
        None => return Verdict::StateMissing,
        Some(state) if !equal_in_constant_time(state, expected.state) => {
            return Verdict::StateMismatch;
        }
        Some(_) => {}
    }
    if let (Some(iss), Some(issuer)) = (&answer.iss, expected.issuer)
        && iss != issuer
    {
        return Verdict::IssuerMismatch;
    }
    if expected.taken.is_some() && expected.taken == code {
        return Verdict::Duplicate;
    }
    match (expected.open, code) {
        (false, _) => Verdict::Late,
        (true, Some(_)) => Verdict::Captured,
        (true, None) => Verdict::Refused,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(encoded: &str, open: bool) -> Verdict {
        let taken = Secret::new("taken");
        let expected = Expected {
            state: "right",
            issuer: Some("https://connect.visma.com"),
            taken: (!open).then_some(&taken),
            open,
        };
        let (answer, twice) = answer(&pairs(encoded));
        judge(&answer, twice, &expected)
    }

    #[test]
    fn an_answer_counts_only_with_the_state_of_the_run() {
        let cases = [
            ("code=c&state=right", Verdict::Captured),
            (
                "code=c&state=right&iss=https%3A%2F%2Fconnect.visma.com",
                Verdict::Captured,
            ),
            ("error=access_denied&state=right", Verdict::Refused),
            ("error=access_denied&state=wrong", Verdict::StateMismatch),
            ("code=c", Verdict::StateMissing),
            ("code=c&state=", Verdict::StateMismatch),
            ("code=c&state=right%20", Verdict::StateMismatch),
            (
                "code=c&state=right&iss=https%3A%2F%2Fconnect.visma.com%2F",
                Verdict::IssuerMismatch,
            ),
            ("code=c&error=e&state=right", Verdict::CodeAndError),
            ("state=right", Verdict::NoAnswer),
            ("", Verdict::NoAnswer),
            ("code=&state=right", Verdict::NoAnswer),
            (
                "code=a&code=b&state=right",
                Verdict::DuplicateParameter("code".to_owned()),
            ),
            (
                "code=a&state=right&state=right",
                Verdict::DuplicateParameter("state".to_owned()),
            ),
        ];
        for (encoded, expected) in cases {
            assert_eq!(verdict(encoded, true), expected, "{encoded}");
        }
    }

    #[test]
    fn a_second_answer_is_told_from_the_same_one_again() {
        assert_eq!(verdict("code=taken&state=right", false), Verdict::Duplicate);
        assert_eq!(verdict("code=other&state=right", false), Verdict::Late);
        assert_eq!(
            verdict("code=taken&state=wrong", false),
            Verdict::StateMismatch
        );
    }
}
