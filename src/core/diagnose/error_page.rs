//! Rules about the provider's error page: its address, or what a person copied from it.
//!
//! Most errors of the authorize endpoint never come back to the redirect URI (Duende, inferred): the
//! browser stops at `/error?errorId=…`, and these words are all there is.

use super::seen::{clip, is_visma, quoted};
use super::{Evidence, Found, Rule, Severity};
use crate::core::oauth::Step;

/// A rule about the error page.
const fn rule(name: &'static str, check: fn(&Evidence<'_>) -> Option<Found>) -> Rule {
    Rule {
        name,
        steps: &[Step::Consent],
        severity: Severity::Error,
        source: "Duende, inferred; Visma Connect documentation",
        check,
    }
}

/// The rules about the error page.
pub(super) const RULES: &[Rule] = &[
    rule("error-page-unauthorized-client", unauthorized_client),
    rule("error-page-invalid-redirect-uri", redirect_uri),
    rule("error-page-invalid-scope", scope),
    rule("error-page-code-challenge-required", challenge),
    rule("error-page-unsupported-response", response),
];

/// What an error page is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum About {
    Client,
    RedirectUri,
    Scope,
    Challenge,
    Response,
    Unknown,
}

/// Words of the page, in lower case, and what they speak for; the first that stands there counts.
const WORDS: [(&str, About); 13] = [
    ("redirect_uri", About::RedirectUri),
    ("redirect uri", About::RedirectUri),
    ("code challenge", About::Challenge),
    ("code_challenge", About::Challenge),
    ("pkce", About::Challenge),
    ("invalid_scope", About::Scope),
    ("invalid scope", About::Scope),
    ("unsupported_response", About::Response),
    ("response_mode", About::Response),
    ("response type", About::Response),
    ("unauthorized_client", About::Client),
    ("unknown client", About::Client),
    ("client_id", About::Client),
];

/// The parameter that a page's text is about, in the link's own word.
pub(super) fn parameter_at_fault(text: &str) -> Option<&'static str> {
    match about_text(text) {
        About::Client => Some("client_id"),
        About::RedirectUri => Some("redirect_uri"),
        About::Scope => Some("scope"),
        About::Challenge => Some("code_challenge"),
        About::Response => Some("response_type or response_mode"),
        About::Unknown => None,
    }
}

/// What a page's text is about.
fn about_text(text: &str) -> About {
    let lower = text.to_lowercase();
    WORDS
        .iter()
        .find(|(word, _)| lower.contains(word))
        .map_or(About::Unknown, |(_, about)| *about)
}

/// What the page that was pasted is about.
fn about<'a>(evidence: &Evidence<'a>) -> Option<(About, &'a str)> {
    let page = evidence.page?;
    Some((about_text(page), page))
}

/// The page, when it is about that: the line that says so, cut.
fn when(evidence: &Evidence<'_>, meant: About) -> Option<String> {
    let (about, page) = about(evidence)?;
    let says = |line: &&str| {
        let line = line.to_lowercase();
        WORDS
            .iter()
            .any(|(word, about)| *about == meant && line.contains(word))
    };
    let line = page.lines().find(says).or_else(|| page.lines().next())?;
    (about == meant).then(|| format!("the page says {}", quoted(line.trim())))
}

/// How the portal helps.
fn debugger(evidence: &Evidence<'_>) -> String {
    let id = evidence.page.and_then(error_id);
    match (is_visma(evidence), id) {
        (true, Some(id)) => format!(
            "paste the errorId {} into the portal: My Applications, More, Debugger",
            quoted(&clip(&id, 60))
        ),
        (true, None) => {
            "paste the errorId of the page's address into the portal: My Applications, More, Debugger"
                .to_owned()
        }
        (false, _) => "ask the provider for its log of this request".to_owned(),
    }
}

/// The id in an error page's address.
pub fn error_id(text: &str) -> Option<String> {
    let (_, behind) = text.split_once("errorId=")?;
    let id: String = behind
        .chars()
        .take_while(|letter| letter.is_ascii_alphanumeric() || "-_".contains(*letter))
        .collect();
    (!id.is_empty()).then_some(id)
}

/// Words that only an error page of the provider has.
const PAGE_WORDS: [&str; 3] = [
    "sorry, there was an error",
    "unknown client or client not enabled",
    "invalid redirect_uri",
];

/// Whether a text has words that only an error page of the provider has.
pub fn has_page_words(text: &str) -> bool {
    let lower = text.to_lowercase();
    PAGE_WORDS.iter().any(|words| lower.contains(words))
}

/// Most that is kept of a pasted page, in characters.
const PAGE_LIMIT: usize = 4_000;

/// What was pasted of an error page: its address, its text, or its id alone. `None` for anything else.
pub fn pasted_page(text: &str) -> Option<String> {
    let text = text.trim();
    // What ASP.NET's data protection makes begins so (inferred), and Duende's ids are made by it.
    if text.starts_with("CfDJ8")
        && text
            .chars()
            .all(|it| it.is_ascii_alphanumeric() || "-_".contains(it))
    {
        return Some(format!("errorId={text}"));
    }
    // Where a run waits for its answer, a text in words that speak for a fault is the page at which the browser
    // stopped, whatever else stands on it.
    let speaks = text.contains(char::is_whitespace) && about_text(text) != About::Unknown;
    let is_page = error_id(text).is_some() || has_page_words(text) || speaks;
    is_page.then(|| text.chars().take(PAGE_LIMIT).collect())
}

fn unauthorized_client(evidence: &Evidence<'_>) -> Option<Found> {
    let seen = when(evidence, About::Client)?;
    Some(Found::new(
        "The provider does not know this client",
        seen,
        "The client id is wrong, lacks its `isv_`, belongs to the other environment, or the application is \
         not enabled or approved yet. A change in the portal takes a minute or two.",
        &[
            "compare client_id in the link with the portal, character for character",
            &debugger(evidence),
        ],
    ))
}

fn redirect_uri(evidence: &Evidence<'_>) -> Option<Found> {
    let seen = when(evidence, About::RedirectUri)?;
    Some(Found::new(
        "The redirect URI is not the registered one",
        seen,
        "Every character counts: http or https, case, port, path, the slash at the end, and encoded \
         exactly once.",
        &[
            "copy the redirect URI from the portal into the link",
            &debugger(evidence),
        ],
    ))
}

fn scope(evidence: &Evidence<'_>) -> Option<Found> {
    let seen = when(evidence, About::Scope)?;
    Some(Found::new(
        "A scope is not granted to this client",
        seen,
        "A scope is misspelt, or the application was not given it: for Dinero the team's country must be \
         Denmark and the integration approved. `email` and `profile` need `openid`.",
        &[
            "ask only for scopes that the portal lists for the application",
            &debugger(evidence),
        ],
    ))
}

fn challenge(evidence: &Evidence<'_>) -> Option<Found> {
    let seen = when(evidence, About::Challenge)?;
    Some(Found::new(
        "The application wants PKCE",
        seen,
        "PKCE is switched on for the application, and the link came without a challenge, or with one that \
         is malformed.",
        &[
            "send code_challenge with code_challenge_method=S256, or switch PKCE off in the portal",
            &debugger(evidence),
        ],
    ))
}

fn response(evidence: &Evidence<'_>) -> Option<Found> {
    let seen = when(evidence, About::Response)?;
    Some(Found::new(
        "The provider cannot answer in that way",
        seen,
        "response_type or response_mode is misspelt, or not allowed for this application.",
        &[
            "use response_type=code and response_mode=form_post",
            &debugger(evidence),
        ],
    ))
}

/// A page that does not say what it is about.
pub(super) fn unknown(evidence: &Evidence<'_>) -> Option<Found> {
    let (about, page) = about(evidence)?;
    if about != About::Unknown {
        return None;
    }
    let seen = match error_id(page) {
        Some(id) => format!("errorId of {} characters", id.chars().count()),
        None => format!("the page says {}", quoted(page.lines().next()?.trim())),
    };
    Some(Found::new(
        "The provider refused the link on its own page",
        seen,
        "It does not say why, and nothing comes back to the redirect URI. Likeliest first: the redirect \
         URI is not registered so, the client id is unknown there, a scope is not granted, PKCE is \
         required.",
        &[
            &debugger(evidence),
            "explain the link as well: many causes can be seen in it",
        ],
    ))
}
