//! Rules about an id_token: each failed check of OpenID Connect Core has one of its own.
//!
//! The checks themselves are `token::id_token`'s; here each failure gets its words.

use super::seen::{provider, quoted, their_words};
use super::{Evidence, Found, Rule, Severity};
use crate::core::oauth::Step;
use crate::core::token::id_token::{Check, Checked, NO_KEY_HAD, NO_KEYS_ADDRESS, Verdict};
use crate::core::token::jwt;
use serde_json::Value;

/// The steps: the answer that came through the browser, and the tokens.
const STEPS: &[Step] = &[Step::Callback, Step::Exchange, Step::Token];

/// A rule about a failed check.
const fn rule(
    name: &'static str,
    source: &'static str,
    check: fn(&Evidence<'_>) -> Option<Found>,
) -> Rule {
    Rule {
        name,
        steps: STEPS,
        severity: Severity::Error,
        source,
        check,
    }
}

/// The rules about an id_token, in the order in which the first explains the others.
pub(super) const RULES: &[Rule] = &[
    rule(
        "id-token-alg-none",
        "OpenID Connect Core 2, RFC 8725 3.2",
        |evidence| {
            told(
            evidence,
            "id-token-alg-none",
            "The id_token is not signed",
            "Anybody could have written it: its header says alg none, or its signature is missing.",
        )
        .or_else(|| pasted_unsigned(evidence))
        },
    ),
    rule(
        "id-token-alg-unexpected",
        "OpenID Connect Core 3.1.3.7 (7)",
        |evidence| {
            told(
                evidence,
                "id-token-alg-unexpected",
                "The id_token is signed in an unexpected way",
                "Its algorithm is not one that this client is registered with; with a shared key anybody who \
             knows the public one could have signed.",
            )
        },
    ),
    rule(
        "id-token-key-unknown",
        "OpenID Connect Core 10.1",
        |evidence| {
            told(
                evidence,
                "id-token-key-unknown",
                "The id_token's key is not one of the provider's",
                "The provider's keys could not be had, or it changed them just now, or the token comes from \
             somewhere else.",
            )
        },
    ),
    rule(
        "id-token-signature-invalid",
        "OpenID Connect Core 3.1.3.7 (6)",
        |evidence| {
            told(
                evidence,
                "id-token-signature-invalid",
                "The id_token's signature does not hold",
                "It was altered on its way, or signed with another key than the one it names.",
            )
        },
    ),
    rule(
        "id-token-issuer",
        "OpenID Connect Core 3.1.3.7 (2)",
        |evidence| {
            told(
                evidence,
                "id-token-issuer",
                "The id_token comes from another issuer",
                "Compared character by character: a slash at the end or another host is another issuer. Stage \
             and production are two.",
            )
        },
    ),
    rule(
        "id-token-audience",
        "OpenID Connect Core 3.1.3.7 (3)",
        |evidence| {
            told(
                evidence,
                "id-token-audience",
                "The id_token is for another client",
                "The client id is not among its audiences: it was made for another application.",
            )
        },
    ),
    rule(
        "id-token-azp",
        "OpenID Connect Core 3.1.3.7 (4, 5)",
        |evidence| {
            told(
                evidence,
                "id-token-azp",
                "The id_token was given to another party",
                "`azp` says which client it was given to; with several audiences it must be there.",
            )
        },
    ),
    rule(
        "id-token-nonce",
        "OpenID Connect Core 3.1.3.7 (11)",
        |evidence| {
            told(
                evidence,
                "id-token-nonce",
                "The id_token belongs to another run",
                "It must repeat the nonce of the link. One that does not was made for another sign-in, and may \
             have been slipped in.",
            )
        },
    ),
    rule(
        "id-token-expired",
        "OpenID Connect Core 3.1.3.7 (9)",
        |evidence| {
            told(
                evidence,
                "id-token-expired",
                "The id_token is out of its time",
                "It came late, or one of the two clocks is wrong.",
            )
        },
    ),
    rule(
        "id-token-iat",
        "OpenID Connect Core 2, 3.1.3.7 (10)",
        |evidence| {
            told(
                evidence,
                "id-token-iat",
                "The id_token was not made just now",
                "`iat` is missing, lies in the time to come, or over a day back: one of the two clocks is \
             wrong, or an old token came again.",
            )
        },
    ),
    rule(
        "id-token-sub-missing",
        "OpenID Connect Core 2",
        |evidence| {
            told(
                evidence,
                "id-token-sub-missing",
                "The id_token does not say who signed in",
                "`sub` is required, 255 characters at most.",
            )
        },
    ),
    rule(
        "id-token-at-hash",
        "OpenID Connect Core 3.1.3.8",
        |evidence| {
            told(
                evidence,
                "id-token-at-hash",
                "The access token does not fit the id_token",
                "`at_hash` is half of its hash. Another access token came with it, or the provider hashes \
             something else.",
            )
        },
    ),
    rule(
        "id-token-c-hash",
        "OpenID Connect Core 3.3.2.11",
        |evidence| {
            told(
                evidence,
                "id-token-c-hash",
                "The code does not fit the id_token",
                "`c_hash` is half of the code's hash: another code was put in the place of the right one.",
            )
        },
    ),
];

/// The checks that the step is about.
fn checked<'a>(evidence: &Evidence<'a>) -> Option<&'a Checked> {
    match evidence.step {
        Step::Token => evidence.run.token_checked.as_ref(),
        _ => evidence.run.answer_checked.as_ref(),
    }
}

/// What is said of a failed check.
fn told(evidence: &Evidence<'_>, rule: &str, headline: &str, cause: &str) -> Option<Found> {
    let checked = checked(evidence)?;
    let failed = |check: &&Check| check.verdict == Verdict::Failed && check.rule == rule;
    let check = checked.checks.iter().find(failed)?;
    let seen = match check.seen.as_str() {
        "" => format!("no `{}`", check.name),
        seen => format!("{} is {}", check.name, quoted(&their_words(evidence, seen))),
    };
    let shown = format!(
        "{seen}; expected: {}",
        their_words(evidence, &check.expected)
    );
    let mut fix = vec![match check.expected.as_str() {
        NO_KEYS_ADDRESS => {
            "write `provider.jwks_url` into the profile: where the provider publishes \
                            its keys"
                .to_owned()
        }
        NO_KEY_HAD => "look at the call for the signing keys in the transcript".to_owned(),
        _ => format!("tell {}: it must not send this", provider(evidence)),
    }];
    if checked.overridden {
        fix.insert(
            0,
            "trust nothing that these tokens say: you took them all the same".to_owned(),
        );
    } else {
        fix.insert(
            0,
            "ctrl-n begins a new run; its tokens are not used".to_owned(),
        );
    }
    Some(Found {
        fix,
        ..Found::new(headline, shown, cause, &[])
    })
}

/// A pasted id_token without a signature; nothing else about it can be checked without its provider.
fn pasted_unsigned(evidence: &Evidence<'_>) -> Option<Found> {
    if !evidence.pasted || evidence.step != Step::Token {
        return None;
    }
    let grant = evidence.grant?;
    let token = grant.id_token.as_ref().unwrap_or(&grant.access_token);
    let header = jwt::decode(token.expose()).ok()?.header;
    let algorithm = header.get("alg").and_then(Value::as_str)?;
    let unsigned = algorithm.eq_ignore_ascii_case("none");
    unsigned.then(|| {
        Found::new(
            "The token is not signed",
            format!("alg is {}", quoted(&their_words(evidence, algorithm))),
            "Anybody could have written it. No provider sends such a token to a client that did not ask.",
            &["do not use it; look where it came from"],
        )
    })
}
