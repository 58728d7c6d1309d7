//! Rules about what a provider says of itself, where the profile names only its issuer.

use super::seen::{quoted, their_words};
use super::{Evidence, Found, Rule, Severity};
use crate::core::oauth::Step;
use crate::core::oauth::metadata::MetadataTrouble;
use crate::core::wire::{Outcome, Record};

/// The rules about metadata.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "metadata-issuer-mismatch",
        steps: &[Step::Link],
        severity: Severity::Error,
        source: "RFC 8414 3.3, OpenID Connect Discovery 4.3",
        check: issuer_mismatch,
    },
    Rule {
        name: "metadata-invalid",
        steps: &[Step::Link],
        severity: Severity::Error,
        source: "RFC 8414 2, 3.2",
        check: invalid,
    },
];

/// What came and where it was asked for.
fn trouble<'a>(evidence: &Evidence<'a>) -> Option<(&'a Record, &'a MetadataTrouble, String)> {
    let (record, trouble) = evidence.metadata?;
    let url = their_words(evidence, &record.request.url);
    Some((record, trouble, url))
}

/// What to do: the profile can say it all itself.
const FIXES: [&str; 2] = [
    "check `issuer` under `[provider]`, character by character",
    "or write `authorize_url` and `token_url` into the profile",
];

fn issuer_mismatch(evidence: &Evidence<'_>) -> Option<Found> {
    let (_, trouble, url) = trouble(evidence)?;
    let MetadataTrouble::OtherIssuer { named } = trouble else {
        return None;
    };
    let asked = evidence
        .profile
        .provider
        .issuer
        .as_deref()
        .unwrap_or_default();
    let named = match named.as_str() {
        "" => "no issuer".to_owned(),
        named => quoted(&their_words(evidence, named)),
    };
    Some(Found::new(
        "The metadata is about another issuer",
        format!("{url} names {named}, asked was {}", quoted(asked)),
        "The two must be equal in every character; a slash at the end counts. Else one server could speak \
         for another.",
        &FIXES,
    ))
}

fn invalid(evidence: &Evidence<'_>) -> Option<Found> {
    let (record, trouble, url) = trouble(evidence)?;
    let (headline, seen) = match trouble {
        MetadataTrouble::OtherIssuer { .. } => return None,
        MetadataTrouble::NoAnswer => {
            let why = match &record.outcome {
                Outcome::Failed(failure) => their_words(evidence, failure.detail.trim()),
                Outcome::Pending | Outcome::Response(_) => String::new(),
            };
            ("The provider could not be asked for its metadata", why)
        }
        MetadataTrouble::Status(status) => (
            "The provider has no metadata where it should be",
            format!("answered {status}, at both places"),
        ),
        MetadataTrouble::NotJson(what) => {
            ("The provider's metadata cannot be read", (*what).to_owned())
        }
        MetadataTrouble::Lacks(member) => (
            "The provider's metadata lacks an endpoint",
            format!("no `{member}`"),
        ),
        MetadataTrouble::Insecure { member, url } => (
            "The provider's metadata names a plain endpoint",
            format!("`{member}` is {}", quoted(&their_words(evidence, url))),
        ),
    };
    Some(Found::new(
        headline,
        format!("{url}: {seen}"),
        "The issuer is misspelt, its server is down, or it is no server with metadata; a proxy or a sign-in \
         page of this network may answer in its place.",
        &FIXES,
    ))
}
