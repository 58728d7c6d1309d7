//! Rules about the protocol's own parameters in the link: response type and mode, nonce, state, PKCE.

use super::seen::{parameter, quoted};
use super::{Evidence, Found, Rule, Severity};
use crate::core::oauth::Step;

/// A rule about the link.
const fn rule(
    name: &'static str,
    severity: Severity,
    source: &'static str,
    check: fn(&Evidence<'_>) -> Option<Found>,
) -> Rule {
    Rule {
        name,
        steps: &[Step::Link],
        severity,
        source,
        check,
    }
}

use Severity::{Error, Note, Warning};

/// The rules about these parameters.
pub(super) const RULES: &[Rule] = &[
    rule(
        "response-type-not-code",
        Error,
        "RFC 6749 3.1.1, Visma Connect documentation",
        response_type,
    ),
    rule(
        "response-mode-invalid",
        Error,
        "Multiple Response Types 2.1, Form Post Response Mode",
        response_mode,
    ),
    rule(
        "response-mode-fragment",
        Note,
        "Multiple Response Types 2.1",
        fragment,
    ),
    rule(
        "nonce-missing",
        Error,
        "OpenID Connect Core 3.1.2.1, 3.3.2.1",
        nonce_missing,
    ),
    rule("state-missing", Warning, "RFC 6749 10.12", state_missing),
    rule("state-weak", Warning, "RFC 6749 10.10", state_weak),
    rule("pkce-plain", Warning, "RFC 7636 7.2, RFC 9700 2.1.1", plain),
    rule(
        "pkce-challenge-invalid",
        Error,
        "RFC 7636 4.2",
        challenge_invalid,
    ),
];

/// The words of a response type, as a set.
fn response_types<'a>(evidence: &Evidence<'a>) -> Vec<&'a str> {
    parameter(evidence, "response_type")
        .unwrap_or_default()
        .split_whitespace()
        .collect()
}

/// Whether the link asks for a code and an id_token at once (OpenID Connect Core 3.3).
fn is_hybrid(evidence: &Evidence<'_>) -> bool {
    let types = response_types(evidence);
    types.len() > 1 && types.contains(&"code")
}

fn response_type(evidence: &Evidence<'_>) -> Option<Found> {
    let types = response_types(evidence);
    if types.is_empty() || types == ["code"] {
        return None;
    }
    let value = parameter(evidence, "response_type")?;
    if is_hybrid(evidence) && types.contains(&"id_token") && types.len() == 2 {
        return Some(
            Found::new(
                "The link asks for a code and an id_token",
                format!("response_type {}", quoted(value)),
                "That is the hybrid flow. It must be switched on at the registration; then it is the \
                 only response type that is taken.",
                &["use `code`, unless the application is registered for the hybrid flow"],
            )
            .rated(Note),
        );
    }
    let known = types
        .iter()
        .all(|word| ["code", "token", "id_token", "none"].contains(word));
    let cause = if known {
        "It brings tokens through the browser, where others may read them. Dinero takes the code flow of \
         a web application only."
    } else {
        "The provider does not know it: it ends on an error page with unsupported_response_type."
    };
    Some(Found::new(
        "The link does not ask for a code",
        format!("response_type {}", quoted(value)),
        cause,
        &["write `response_type=code`"],
    ))
}

/// The ways in which an answer can come.
const MODES: [&str; 3] = ["form_post", "query", "fragment"];

fn response_mode(evidence: &Evidence<'_>) -> Option<Found> {
    let mode = parameter(evidence, "response_mode")?;
    let cause = if !MODES.contains(&mode) {
        "The provider knows `form_post`, `query` and `fragment`, written so."
    } else if mode == "query" && is_hybrid(evidence) {
        "Tokens may not stand in a query; with an id_token the answer comes as `form_post` or `fragment`."
    } else {
        return None;
    };
    Some(Found::new(
        "The answer cannot come in this way",
        format!("response_mode {}", quoted(mode)),
        cause,
        &["write `response_mode=form_post`, which Visma recommends"],
    ))
}

fn fragment(evidence: &Evidence<'_>) -> Option<Found> {
    let mode = parameter(evidence, "response_mode")?;
    (mode == "fragment").then(|| {
        Found::new(
            "The answer comes behind # and reaches no server",
            "response_mode `fragment`",
            "A browser keeps what stands behind `#` to itself: a script in the page must read it. Here a \
             page of the listener hands it over.",
            &["use `form_post` for a web application"],
        )
    })
}

fn nonce_missing(evidence: &Evidence<'_>) -> Option<Found> {
    let types = response_types(evidence);
    let openid = parameter(evidence, "scope")?
        .split_whitespace()
        .any(|scope| scope == "openid");
    let given = parameter(evidence, "nonce").is_some_and(|nonce| !nonce.is_empty());
    if given || !openid {
        return None;
    }
    let through_the_browser = types.contains(&"id_token");
    let pkce = parameter(evidence, "code_challenge").is_some();
    let (severity, cause) = match (through_the_browser, pkce) {
        (true, _) => (
            Error,
            "An id_token that comes through the browser must carry a nonce; without one the request is \
             refused.",
        ),
        (false, false) => (
            Warning,
            "Without nonce and without PKCE nothing ties the id_token to this sign-in.",
        ),
        (false, true) => (
            Note,
            "PKCE ties the code to this sign-in; a nonce would tie the id_token to it as well.",
        ),
    };
    let found = Found::new(
        "The link asks for an id_token without a nonce",
        "`openid` among the scopes, no `nonce`",
        cause,
        &["add a random `nonce`, and compare it with the id_token's"],
    );
    Some(found.rated(severity))
}

fn state_missing(evidence: &Evidence<'_>) -> Option<Found> {
    if evidence.run.parameters.is_empty()
        || parameter(evidence, "state").is_some_and(|state| !state.is_empty())
    {
        return None;
    }
    Some(Found::new(
        "The link carries no state",
        "no `state` in the link",
        "The answer cannot be tied to this sign-in: somebody can slip in an answer of their own.",
        &["add a random `state`, and take only answers that bring it back"],
    ))
}

fn state_weak(evidence: &Evidence<'_>) -> Option<Found> {
    let state = parameter(evidence, "state").filter(|state| !state.is_empty())?;
    let letters = state.chars().count();
    let mut kinds: Vec<char> = state.chars().collect();
    kinds.sort_unstable();
    kinds.dedup();
    let words = ["state", "test", "random", "xyz", "foobar", "secret"];
    let known = words.contains(&state.to_ascii_lowercase().as_str());
    if letters >= 8 && kinds.len() > 3 && !known {
        return None;
    }
    Some(Found::new(
        "The state can be guessed",
        format!("state {}: {letters} characters", quoted(state)),
        "Who can guess it can slip in an answer of their own. It should be random, and new each time.",
        &["use at least 16 random characters"],
    ))
}

fn plain(evidence: &Evidence<'_>) -> Option<Found> {
    parameter(evidence, "code_challenge")?;
    let method = parameter(evidence, "code_challenge_method");
    let (seen, cause) = match method {
        Some("S256") => return None,
        None | Some("") => (
            "no `code_challenge_method`".to_owned(),
            "Left out, it means `plain`: the verifier itself stands in the link.",
        ),
        Some(method) => (
            format!("code_challenge_method {}", quoted(method)),
            "With `plain` the verifier itself stands in the link, and whoever reads it can use the code.",
        ),
    };
    Some(Found::new(
        "PKCE is sent in the clear",
        seen,
        cause,
        &["send `code_challenge_method=S256` with the hash of the verifier"],
    ))
}

fn challenge_invalid(evidence: &Evidence<'_>) -> Option<Found> {
    let challenge = parameter(evidence, "code_challenge").filter(|it| !it.is_empty())?;
    let length = challenge.chars().count();
    let hashed = parameter(evidence, "code_challenge_method") == Some("S256");
    let base64url = |letter: char| letter.is_ascii_alphanumeric() || "-_".contains(letter);
    let unreserved = |letter: char| base64url(letter) || ".~".contains(letter);
    let cause = if hashed {
        match challenge {
            _ if length == 43 && challenge.chars().all(base64url) => return None,
            _ if challenge.ends_with('=') => {
                "The padding `=` at its end was kept: base64url without padding has 43 characters."
            }
            _ if challenge.contains(['+', '/', ' ']) => {
                "It is base64 with `+` and `/`, and must be base64url, with `-` and `_`."
            }
            _ => {
                "The S256 challenge is the SHA-256 of the verifier as base64url: exactly 43 characters."
            }
        }
    } else if (43..=128).contains(&length) && challenge.chars().all(unreserved) {
        return None;
    } else {
        "A plain challenge is the verifier: 43 to 128 letters, digits, `-`, `.`, `_`, `~`."
    };
    Some(Found::new(
        "The code challenge is not one",
        format!("code_challenge of {length} characters"),
        cause,
        &["make it with a library for PKCE, or as BASE64URL(SHA256(verifier))"],
    ))
}
