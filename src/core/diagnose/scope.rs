//! Rules about the scopes that the link asks for (RFC 6749 3.3).
//!
//! The Dinero scopes are not in the provider's metadata, so nothing is judged against that: only near
//! misses of scopes we know are called wrong.

use super::seen::{is_like_visma, is_visma, parameter, quoted};
use super::{Evidence, Found, Rule, Severity};
use crate::core::nearest::near_miss;
use crate::core::oauth::Step;

/// The rules about scopes.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "scope-separator",
        steps: &[Step::Link],
        severity: Severity::Error,
        source: "RFC 6749 3.3",
        check: separator,
    },
    Rule {
        name: "scope-unknown",
        steps: &[Step::Link],
        severity: Severity::Note,
        source: "Dinero documentation, Visma Connect metadata",
        check: unknown,
    },
    Rule {
        name: "scope-identity-without-openid",
        steps: &[Step::Link],
        severity: Severity::Error,
        source: "OpenID Connect Core 5.4, Duende",
        check: identity_without_openid,
    },
    Rule {
        name: "scope-without-offline-access",
        steps: &[Step::Link],
        severity: Severity::Note,
        source: "OpenID Connect Core 11, Dinero documentation",
        check: without_offline_access,
    },
    Rule {
        name: "scope-openid-discouraged",
        steps: &[Step::Link],
        severity: Severity::Note,
        source: "Dinero documentation",
        check: openid_discouraged,
    },
];

/// Scopes that say who signed in; they need `openid`.
pub(super) const IDENTITY: [&str; 4] = ["profile", "email", "address", "phone"];

/// Scopes known for Visma Connect and Dinero.
const VISMA: [&str; 15] = [
    "dineropublicapi:read",
    "dineropublicapi:write",
    "offline_access",
    "openid",
    "profile",
    "email",
    "address",
    "phone",
    "roles",
    "tenants",
    "tenant_hierarchy",
    "groups",
    "custom",
    "idp_claims",
    "sub_external_id",
];

/// Scopes that any provider may have.
const STANDARD: [&str; 6] = [
    "offline_access",
    "openid",
    "profile",
    "email",
    "address",
    "phone",
];

/// The scopes that the link asks for.
fn asked<'a>(evidence: &Evidence<'a>) -> Vec<&'a str> {
    parameter(evidence, "scope")
        .unwrap_or_default()
        .split_whitespace()
        .collect()
}

fn separator(evidence: &Evidence<'_>) -> Option<Found> {
    let scope = parameter(evidence, "scope")?;
    let mark = scope.chars().find(|letter| matches!(letter, ',' | ';'))?;
    let parts: Vec<&str> = scope
        .split([',', ';', ' '])
        .filter(|part| !part.is_empty())
        .collect();
    Some(Found::new(
        "The scopes are not separated by spaces",
        format!("`{mark}` in scope {}", quoted(scope)),
        "Scopes are separated by a space. With anything else the whole text is one scope, which \
         nobody knows.",
        &[&format!("write {}", quoted(&parts.join(" ")))],
    ))
}

fn unknown(evidence: &Evidence<'_>) -> Option<Found> {
    let known: &[&str] = if is_like_visma(evidence) {
        &VISMA
    } else {
        &STANDARD
    };
    let strange: Vec<&str> = asked(evidence)
        .into_iter()
        .filter(|scope| !known.contains(scope) && !scope.contains([',', ';']))
        .collect();
    let missed = strange.iter().find_map(|&scope| {
        let off = 2.min(scope.chars().count() / 3);
        near_miss(scope, known.iter().copied(), off).map(|meant| (scope, meant))
    });
    if let Some((scope, meant)) = missed {
        let found = Found::new(
            "A scope is misspelt",
            format!("{} in the link, near to `{meant}`", quoted(scope)),
            "Scopes are compared letter by letter, case too. For one that is not known to it, the \
             provider shows an error page and nothing comes back.",
            &[&format!("write `{meant}` in `scopes` of the profile")],
        );
        return Some(found.rated(Severity::Error));
    }
    let scope = strange.first().filter(|_| is_like_visma(evidence))?;
    Some(Found::new(
        "A scope is not one that we know",
        format!("{} in the link", quoted(scope)),
        "Other Visma products have scopes of their own, so it may be right. It must be granted to \
         the application in the portal.",
        &["compare it with the integrations of the application in the portal"],
    ))
}

fn identity_without_openid(evidence: &Evidence<'_>) -> Option<Found> {
    let asked = asked(evidence);
    if !is_like_visma(evidence) || asked.contains(&"openid") {
        return None;
    }
    let scope = asked.into_iter().find(|scope| IDENTITY.contains(scope))?;
    Some(Found::new(
        format!("The scope {scope} needs openid"),
        format!("`{scope}` in the link, no `openid`"),
        "It says who signed in, which is OpenID Connect: without `openid` the browser ends on an \
         error page with invalid_scope.",
        &[&format!(
            "take `{scope}` out of `scopes`, or put `openid` before it"
        )],
    ))
}

fn without_offline_access(evidence: &Evidence<'_>) -> Option<Found> {
    let asked = asked(evidence);
    let usual = is_like_visma(evidence) || asked.contains(&"openid");
    let near = |scope: &&str| near_miss(scope, ["offline_access"], 2).is_some();
    let separated = asked.iter().all(|scope| !scope.contains([',', ';']));
    if asked.is_empty()
        || !separated
        || !usual
        || asked.contains(&"offline_access")
        || asked.iter().any(near)
    {
        return None;
    }
    Some(Found::new(
        "No refresh token will come",
        "no `offline_access` among the scopes of the link",
        "The access token ends after its lifetime (an hour at Dinero); then the user signs in again.",
        &["put `offline_access` into `scopes`, if the user shall not sign in every time"],
    ))
}

fn openid_discouraged(evidence: &Evidence<'_>) -> Option<Found> {
    let asked = asked(evidence);
    let dinero = asked
        .iter()
        .any(|scope| scope.starts_with("dineropublicapi:"));
    if !is_visma(evidence) || !dinero || !asked.contains(&"openid") {
        return None;
    }
    Some(Found::new(
        "Dinero advises against openid",
        "`openid` among the scopes of the link",
        "It adds an id_token that says who signed in; the Dinero API does not use it.",
        &["take `openid` out of `scopes`, unless you need to know the user"],
    ))
}
