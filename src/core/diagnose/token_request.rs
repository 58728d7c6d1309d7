//! Rules about a token request itself, whatever its answer: the form of its body (RFC 6749 3.2).
//!
//! What this program sends is right by construction unless the user changes it; what others send is
//! pasted here when it fails.

use super::seen::{exchange, quoted};
use super::{Evidence, Found, Rule, Severity};
use crate::core::oauth::Step;
use crate::core::wire::Request;

/// A rule about the token request.
const fn rule(
    name: &'static str,
    source: &'static str,
    check: fn(&Evidence<'_>) -> Option<Found>,
) -> Rule {
    Rule {
        name,
        steps: &[Step::Exchange],
        severity: Severity::Error,
        source,
        check,
    }
}

/// The rules about the token request.
pub(super) const RULES: &[Rule] = &[
    rule("token-request-json", "RFC 6749 4.1.3, Appendix B", json),
    rule(
        "token-request-multipart",
        "RFC 6749 4.1.3, Appendix B",
        multipart,
    ),
];

/// What is done about a body in the wrong form.
const AS_FORM: &str =
    "send application/x-www-form-urlencoded: `grant_type=authorization_code&code=…`";

/// The token request, when there is one that is known.
fn request<'a>(evidence: &Evidence<'a>) -> Option<&'a Request> {
    exchange(evidence)
        .map(|record| &record.request)
        .filter(|request| !request.method.is_empty())
}

fn json(evidence: &Evidence<'_>) -> Option<Found> {
    let request = request(evidence)?;
    let kind = request.headers.media_type();
    let body = request.body.to_text();
    let is_json = kind.contains("json") || (kind.is_empty() && body.trim_start().starts_with('{'));
    is_json.then(|| {
        Found::new(
            "The token request is sent as JSON",
            format!("Content-Type {}, {} bytes", quoted(&kind), body.len()),
            "Token endpoints take forms only. JSON is refused with invalid_request, or as if nothing had \
             been sent.",
            &[AS_FORM],
        )
    })
}

fn multipart(evidence: &Evidence<'_>) -> Option<Found> {
    let kind = request(evidence)?.headers.media_type();
    kind.starts_with("multipart/").then(|| {
        Found::new(
            "The token request is sent as a multipart form",
            format!("Content-Type {}", quoted(&kind)),
            "Token endpoints take url-encoded forms only; multipart is refused (Duende since version 6).",
            &[AS_FORM, "with curl use `--data-urlencode`, not `-F`"],
        )
    })
}
