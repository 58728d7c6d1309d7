//! Explains what somebody pasted: says what it is, takes it apart, and finds what is wrong with it.
//!
//! Kinds are recognised, never asked for. What was recognised is put where the program's own records
//! would be, and the same rules judge it.
//!
//! ```text
//! text ─► clean ─► read ─► Item… ─► bench (Evidence) ─► findings
//!                            └────► anatomy (parts)
//! ```

mod anatomy;
mod archive;
mod below;
mod bench;
mod clean;
mod curl;
mod devtools;
mod guess;
mod kept_run;
mod message;
mod printed;
mod read;
mod snippet;

use crate::core::diagnose::Finding;
use crate::core::oauth::callback::Arrival;
use crate::core::profile::Profile;
use crate::core::secret::Secret;
use crate::core::wire::redact::Mask;
use crate::core::wire::visible::Visible;
use crate::core::wire::{Request, Response};
use jiff::Timestamp;

/// What a text was taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An authorize link.
    Link,
    /// An answer at the redirect URI: an address, a form body, a request.
    Callback,
    /// The provider's error page, its address or its text.
    ErrorPage,
    /// A request to the token endpoint.
    TokenRequest,
    /// An answer of the token endpoint.
    TokenAnswer,
    /// A JWT.
    Jwt,
    /// A token that is no JWT.
    OpaqueToken,
    /// A request to an API.
    ApiRequest,
    /// An answer of an API.
    ApiAnswer,
    /// A HAR file.
    HttpArchive,
    /// A run that this program kept, or the JSON of its report.
    KeptRun,
}

impl Kind {
    /// Every kind, for help and the README.
    pub const ALL: [Self; 11] = [
        Self::Link,
        Self::Callback,
        Self::ErrorPage,
        Self::TokenRequest,
        Self::TokenAnswer,
        Self::Jwt,
        Self::OpaqueToken,
        Self::ApiRequest,
        Self::ApiAnswer,
        Self::HttpArchive,
        Self::KeptRun,
    ];

    /// Its stable name, as `--json` writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Link => "link",
            Self::Callback => "callback",
            Self::ErrorPage => "error-page",
            Self::TokenRequest => "token-request",
            Self::TokenAnswer => "token-answer",
            Self::Jwt => "jwt",
            Self::OpaqueToken => "opaque-token",
            Self::ApiRequest => "api-request",
            Self::ApiAnswer => "api-answer",
            Self::HttpArchive => "http-archive",
            Self::KeptRun => "kept-run",
        }
    }

    /// As a sentence names it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Link => "an authorize link",
            Self::Callback => "an answer at the redirect URI",
            Self::ErrorPage => "the provider's error page",
            Self::TokenRequest => "a request to the token endpoint",
            Self::TokenAnswer => "an answer of the token endpoint",
            Self::Jwt => "a JWT",
            Self::OpaqueToken => "an opaque token or code",
            Self::ApiRequest => "a request to an API",
            Self::ApiAnswer => "an answer of an API",
            Self::HttpArchive => "a HAR file",
            Self::KeptRun => "a kept run",
        }
    }
}

/// One part of what was pasted, decoded and named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The protocol word.
    pub name: Visible,
    /// Its value, masked where it is secret.
    pub value: Visible,
    /// What it means, in a few words; how it differs from the profile, when one was given.
    pub meaning: Visible,
}

/// What a text is, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// What it was taken for.
    pub kind: Kind,
    /// What else is in it, or what it could be as well.
    pub also: Vec<Kind>,
    /// Its anatomy.
    pub parts: Vec<Part>,
    /// What was found, the leading one first.
    pub findings: Vec<Finding>,
}

/// One thing that was recognised.
#[derive(Debug, Clone)]
enum Item {
    /// An authorize link, as it reads after cleaning.
    Link(String),
    /// An answer: its address without the fields, the encoded fields, how they came.
    Answer {
        place: String,
        fields: String,
        arrival: Arrival,
    },
    /// Request and answer of a token endpoint; one of them at least.
    Exchange(Option<Request>, Option<Response>),
    /// Request and answer of an API; one of them at least.
    Call(Option<Request>, Option<Response>),
    /// A JWT, or what was left of one.
    Token(Secret),
    /// A single word that could be a token or a code.
    Opaque(Secret),
    /// The text or address of an error page.
    ErrorPage(String),
}

impl Item {
    /// What it is called.
    fn kind(&self) -> Kind {
        match self {
            Self::Link(_) => Kind::Link,
            Self::Answer { .. } => Kind::Callback,
            Self::Exchange(_, Some(_)) => Kind::TokenAnswer,
            Self::Exchange(_, None) => Kind::TokenRequest,
            Self::Call(_, Some(_)) => Kind::ApiAnswer,
            Self::Call(_, None) => Kind::ApiRequest,
            Self::Token(_) => Kind::Jwt,
            Self::Opaque(_) => Kind::OpaqueToken,
            Self::ErrorPage(_) => Kind::ErrorPage,
        }
    }
}

/// Explains a text; `None` when nothing in it is recognised. With a profile it is compared with that.
pub fn explain(
    text: &str,
    profile: Option<&Profile>,
    mask: &Mask,
    now: Timestamp,
) -> Option<Explanation> {
    if let Some(kept) = kept_run::explain(text, mask) {
        return Some(kept);
    }
    let (items, archive, notes) = read::items(text)?;
    let mut kinds: Vec<Kind> = items.iter().map(Item::kind).collect();
    if archive {
        kinds.insert(0, Kind::HttpArchive);
    }
    let kind = *kinds.first()?;
    let mut also = Vec::new();
    for other in kinds {
        if other != kind && !also.contains(&other) {
            also.push(other);
        }
    }
    let bench = bench::Bench::of(&items, profile, now);
    let mut findings = bench.findings(&items, mask);
    for finding in &mut findings {
        finding.fix.retain_mut(for_others);
    }
    findings.extend(notes.iter().map(|note| note.finding()));
    findings.sort_by_key(|finding| finding.severity);
    Some(Explanation {
        kind,
        also,
        parts: anatomy::parts(&items, profile, mask, now),
        findings,
    })
}

/// How advice about a run of this program reads for somebody else's.
const FOR_OTHERS: [(&str, &str); 5] = [
    (
        "ctrl-n begins a new run and gets",
        "begin a new sign-in and get",
    ),
    (
        "ctrl-n begins a new run with it",
        "begin a new sign-in with it",
    ),
    ("ctrl-n begins a new run", "begin a new sign-in"),
    (", then ctrl-n: a new run", ", then begin a new sign-in"),
    (", then ctrl-n", ", then begin a new sign-in"),
];

/// Rewords advice; false when it is only about the keys and screens of this program.
fn for_others(fix: &mut Visible) -> bool {
    let words = FOR_OTHERS
        .iter()
        .fold(fix.to_string(), |words, (own, others)| {
            words.replace(own, others)
        });
    *fix = Visible::of(&words);
    let key = words.split(' ').next().unwrap_or_default();
    let of_the_screen = key.chars().count() == 1 || words.contains("on step 4");
    !of_the_screen
}
