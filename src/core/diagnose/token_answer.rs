//! Rules about a token endpoint that does not answer as one (RFC 6749 3.2, 5.1).
//!
//! Another address, a page in its place, an answer that broke off: each is told by what came instead.

use super::exchange::{go_on, rule, whole_answer};
use super::seen::{clip, is_refresh, provider, quoted, token_request, trouble};
use super::{Evidence, Found, Rule};
use crate::core::oauth::callback::target;
use crate::core::oauth::grant::{NotJson, TokenTrouble};

/// The rules about what came in place of a token answer.
pub(super) const RULES: &[Rule] = &[
    rule("token-wrong-method", "RFC 6749 3.2", wrong_method),
    rule("token-wrong-endpoint", "RFC 6749 3.2", wrong_endpoint),
    rule("token-redirected", "RFC 6749 3.2", redirected),
    rule("token-response-not-json", "RFC 6749 5.1", not_json),
    rule("token-response-incomplete", "RFC 6749 5.1", incomplete),
    rule("token-server-error", "RFC 9110 15.6", server_error),
];

fn wrong_method(evidence: &Evidence<'_>) -> Option<Found> {
    let request = &token_request(evidence)?.request;
    if !request.method.is_empty() && request.method != "POST" {
        return Some(Found::new(
            "The token request is not a POST",
            format!("method {}", quoted(&request.method)),
            "A token request is a POST with its fields in the body. In an address, code and secret end \
             up in logs.",
            &["send a POST with the fields in its body"],
        ));
    }
    let TokenTrouble::Status { status: 405 } = trouble(evidence)? else {
        return None;
    };
    Some(Found::new(
        "That address takes no POST",
        format!("405 from POST {}", endpoint(evidence)),
        "A token endpoint takes POST, so this is likely another address: the authorize endpoint, a \
         page, the issuer.",
        &[
            "correct `token_url` of the provider in the profile",
            go_on(evidence),
        ],
    ))
}

/// Whether a token request goes to the endpoint that is for the browser.
fn goes_to_authorize(evidence: &Evidence<'_>) -> bool {
    token_request(evidence).is_some_and(|record| {
        let (path, _) = target(&record.request.url);
        path.trim_end_matches('/').ends_with("/authorize")
    })
}

fn wrong_endpoint(evidence: &Evidence<'_>) -> Option<Found> {
    let seen = if goes_to_authorize(evidence) {
        format!("POST {}, which is for the browser", endpoint(evidence))
    } else {
        let TokenTrouble::Status {
            status: status @ (404 | 410),
        } = trouble(evidence)?
        else {
            return None;
        };
        format!("{status} from POST {}", endpoint(evidence))
    };
    Some(Found::new(
        "There is no token endpoint at that address",
        seen,
        "The path is misspelt, or it belongs to another environment or product.",
        &[
            "compare `token_url` with token_endpoint in the provider's metadata",
            go_on(evidence),
        ],
    ))
}

fn redirected(evidence: &Evidence<'_>) -> Option<Found> {
    let TokenTrouble::Redirected { location } = trouble(evidence)? else {
        return None;
    };
    let to = if location.is_empty() {
        "nowhere: no Location".to_owned()
    } else {
        quoted(&evidence.mask.url(location).to_string())
    };
    Some(Found::new(
        "The token endpoint sends us elsewhere",
        format!("POST {} was redirected to {to}", endpoint(evidence)),
        "A token endpoint does not redirect: the address is an old one, http instead of https, or a \
         sign-in page stands before it. It was not followed, for secrets would go along.",
        &[
            "correct `token_url` of the provider in the profile",
            go_on(evidence),
        ],
    ))
}

fn not_json(evidence: &Evidence<'_>) -> Option<Found> {
    let TokenTrouble::NotJson(kind) = trouble(evidence)? else {
        return None;
    };
    let response = token_request(evidence)?.outcome.response()?;
    let (headline, cause) = match kind {
        NotJson::Empty => (
            "The token endpoint answered with nothing",
            "A proxy dropped the body, or the address is not the token endpoint.",
        ),
        NotJson::Html => (
            "The token endpoint answered with a web page",
            "A sign-in page, a maintenance page or a proxy answered in its place; or `token_url` is \
             the address of a page.",
        ),
        NotJson::CutOff => (
            "The token endpoint's answer broke off",
            if is_refresh(evidence) {
                "The connection ended before the answer did. The tokens in it are lost, and the \
                 refresh token they replace is likely spent."
            } else {
                "The connection ended before the answer did. The tokens in it are lost: the code is \
                 spent."
            },
        ),
        NotJson::TooLarge => (
            "The token endpoint's answer is far too large",
            "A token answer has a few thousand bytes; over 1 MiB is read no further. Something else \
             answered.",
        ),
        NotJson::Other => (
            "The token endpoint's answer is not JSON",
            "Something else answered, or a server that does not keep to RFC 6749.",
        ),
    };
    let media = response.headers.media_type();
    let media = if media.is_empty() {
        "no Content-Type"
    } else {
        &media
    };
    Some(Found::new(
        headline,
        format!(
            "{}, {}, {} bytes from {}",
            response.status,
            clip(media, 60),
            response.body.len(),
            endpoint(evidence)
        ),
        cause,
        &[whole_answer(evidence), go_on(evidence)],
    ))
}

fn incomplete(evidence: &Evidence<'_>) -> Option<Found> {
    let TokenTrouble::Incomplete { member } = trouble(evidence)? else {
        return None;
    };
    Some(Found::new(
        format!("The token answer has no {member}"),
        format!(
            "200 and JSON from {}, without `{member}`",
            endpoint(evidence)
        ),
        "RFC 6749 requires access_token and token_type. Another kind of server answered, or another \
         grant was meant.",
        &["check `token_url` of the provider", go_on(evidence)],
    ))
}

fn server_error(evidence: &Evidence<'_>) -> Option<Found> {
    let TokenTrouble::ServerError {
        status,
        retry_after,
    } = trouble(evidence)?
    else {
        return None;
    };
    let wait = match retry_after {
        Some(after) => format!(", Retry-After {}", quoted(after)),
        None => ", no Retry-After".to_owned(),
    };
    let (headline, cause) = if *status == 429 {
        (
            "The token endpoint wants to be asked less often",
            "Too many requests came from this client or this address.".to_owned(),
        )
    } else {
        (
            "The token endpoint failed by itself",
            format!(
                "{status} is the trouble of {}, not of this request.",
                provider(evidence)
            ),
        )
    };
    Some(Found::new(
        headline,
        format!("{status} from POST {}{wait}", endpoint(evidence)),
        cause,
        &[
            "wait a minute, or as long as Retry-After says",
            go_on(evidence),
            "look at the provider's status page, if it stays so",
        ],
    ))
}

/// Where the token request went.
fn endpoint(evidence: &Evidence<'_>) -> String {
    token_request(evidence).map_or_else(String::new, |record| {
        let url = evidence.mask.url(&record.request.url).to_string();
        quoted(&url)
    })
}
