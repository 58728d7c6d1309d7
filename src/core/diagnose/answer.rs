//! Rules about the answer that was taken: refused by the user or the provider, or not quite what was
//! asked for.
//!
//! Each error code of a provider gets its own words.

use super::scope::IDENTITY;
use super::seen::{is_visma, parameter, portal, provider, quoted, their_words};
use super::{Evidence, Found, Rule, Severity};
use crate::core::oauth::callback::{Answer, Arrival};
use crate::core::oauth::{RunPhase, Step};
use crate::core::profile::{Preset, ResponseMode};

/// A rule about the answer that was taken, or what follows it.
pub(super) const fn rule(
    name: &'static str,
    severity: Severity,
    source: &'static str,
    check: fn(&Evidence<'_>) -> Option<Found>,
) -> Rule {
    Rule {
        name,
        steps: &[Step::Callback],
        severity,
        source,
        check,
    }
}

/// The rules about the answer that was taken.
pub(super) const RULES: &[Rule] = &[
    rule(
        "callback-mode-mismatch",
        Severity::Warning,
        "Multiple Response Types 2.1",
        mode_mismatch,
    ),
    rule(
        "callback-access-denied",
        Severity::Error,
        "RFC 6749 4.1.2.1",
        access_denied,
    ),
    rule("callback-error", Severity::Error, "RFC 6749 4.1.2.1", error),
    rule(
        "code-encoding-suspect",
        Severity::Warning,
        "RFC 6749 Appendix B",
        encoding_suspect,
    ),
    rule(
        "issuer-missing",
        Severity::Warning,
        "RFC 9207 2.4",
        issuer_missing,
    ),
    Rule {
        name: "scope-narrowed",
        steps: &[Step::Callback, Step::Token],
        severity: Severity::Warning,
        source: "RFC 6749 3.3",
        check: scope_narrowed,
    },
];

/// The answer that was taken, and how it came.
fn taken<'a>(evidence: &Evidence<'a>) -> Option<(&'a Answer, Arrival)> {
    let (answer, arrival, _) = evidence.run.answer.as_ref()?;
    Some((answer, *arrival))
}

/// The error of the answer that was taken.
fn error_code<'a>(evidence: &Evidence<'a>) -> Option<(&'a str, &'a Answer)> {
    let (answer, _) = taken(evidence).filter(|_| evidence.run.phase == RunPhase::Refused)?;
    Some((answer.error.as_deref()?, answer))
}

/// Error code and description as evidence.
fn seen(evidence: &Evidence<'_>, error: &str, answer: &Answer) -> String {
    let error = quoted(&their_words(evidence, error));
    match &answer.error_description {
        Some(words) => format!("error {error}: {}", their_words(evidence, words)),
        None => format!("error {error}, no error_description"),
    }
}

/// What to do after any error: the run is over.
const NEW_RUN: &str = "ctrl-n begins a new run";

/// The user pressed Cancel.
fn access_denied(evidence: &Evidence<'_>) -> Option<Found> {
    let (error, answer) = error_code(evidence).filter(|(error, _)| *error == "access_denied")?;
    Some(Found::new(
        "The user did not give access",
        seen(evidence, error, answer),
        "Cancel was pressed on the consent page, or the user may not give this access.",
        &[
            "ctrl-n begins a new run; accept on the page this time",
            "ask an administrator of the company, if there was nothing to accept",
        ],
    ))
}

/// What is said about an error code: code, headline, cause, fix.
type Words = (&'static str, &'static str, &'static str, &'static str);

/// The errors of RFC 6749 4.1.2.1, OpenID Connect Core 3.1.2.6 and step-up authentication.
const ERRORS: [Words; 12] = [
    (
        "login_required",
        "The user would have to sign in first",
        "`prompt=none` forbids to show a page, and nobody was signed in.",
        "take `prompt=none` out of the link",
    ),
    (
        "consent_required",
        "The user would have to accept first",
        "`prompt=none` forbids to show a page, and access was not given before.",
        "take `prompt=none` out of the link",
    ),
    (
        "interaction_required",
        "The provider would have to ask the user something",
        "`prompt=none` forbids to show a page, and one was needed.",
        "take `prompt=none` out of the link",
    ),
    (
        "account_selection_required",
        "The user would have to choose an account",
        "`prompt=none` forbids to show a page, and more than one account was signed in.",
        "put `prompt=select_account` into the link",
    ),
    (
        "invalid_scope",
        "A scope is not granted to this application",
        "A scope is misspelt, or was not granted to the application.",
        "compare `scopes` with the registration",
    ),
    (
        "unauthorized_client",
        "This application may not ask in this way",
        "The registration does not allow the code flow, or the application is not enabled.",
        "check type and status of the application",
    ),
    (
        "unsupported_response_type",
        "The provider does not give codes to this application",
        "The registration does not allow `response_type=code`.",
        "check the grant types of the registration",
    ),
    (
        "invalid_request",
        "The provider does not understand the link",
        "A parameter is missing, malformed, or stands twice.",
        "read the findings of step 1: press 1",
    ),
    (
        "server_error",
        "The provider failed by itself",
        "Its own trouble, not this link's.",
        "try again in a minute",
    ),
    (
        "temporarily_unavailable",
        "The provider is not available right now",
        "It is overloaded or being maintained.",
        "try again in a few minutes",
    ),
    (
        "unmet_authentication_requirements",
        "The user could not sign in as strongly as asked",
        "`acr_values` or `max_age` asks for a sign-in that the user cannot give.",
        "take `acr_values` out of the link, or set up two-factor sign-in",
    ),
    (
        "invalid_target",
        "The provider does not know the resource",
        "`resource` names an API that the provider does not know, or not for this application.",
        "take `resource` out of the link",
    ),
];

/// Any other error, in words of its own.
fn error(evidence: &Evidence<'_>) -> Option<Found> {
    let (error, answer) = error_code(evidence).filter(|(error, _)| *error != "access_denied")?;
    let (_, headline, cause, fix) = ERRORS
        .into_iter()
        .find(|(known, ..)| *known == error)
        .unwrap_or((
            "",
            "The provider answered with an error",
            "It is not an error that the standards name; the provider's own words say more.",
            "look the error up in the provider's documentation",
        ));
    Some(Found::new(
        headline,
        seen(evidence, error, answer),
        cause,
        &[fix, NEW_RUN],
    ))
}

/// Asked for a POST and got a GET, or the reverse.
fn mode_mismatch(evidence: &Evidence<'_>) -> Option<Found> {
    let (answer, arrival) = taken(evidence)?;
    let asked = evidence.profile.authorize.response_mode;
    let (came, meaning) = match (asked, arrival) {
        (ResponseMode::FormPost, Arrival::Query) => (
            "query",
            "The code stood in the address, so it is in the browser's history; the provider ignored \
             response_mode.",
        ),
        (ResponseMode::Query, Arrival::FormPost) => (
            "form_post",
            "The provider ignored response_mode. An application that reads only the query would have \
             missed it.",
        ),
        _ => return None,
    };
    answer.code.as_ref()?;
    Some(Found::new(
        "The answer came in another way than asked",
        format!("response_mode `{}` in the link, {came} came", asked.name()),
        meaning,
        &[&format!(
            "check what {} allows as response_mode; this run goes on",
            portal(evidence)
        )],
    ))
}

/// A code that was decoded too often, or not at all.
fn encoding_suspect(evidence: &Evidence<'_>) -> Option<Found> {
    let (answer, _) = taken(evidence)?;
    let code = answer.code.as_ref()?.expose();
    let seen = if code.contains(' ') {
        "a space in the code, where a `+` may have been"
    } else if code.contains('%') {
        "a percent sign in the code: it may still be encoded"
    } else {
        return None;
    };
    Some(Found::new(
        "The code may have been decoded wrongly",
        seen,
        "Codes are letters and digits mostly. A `+` that is not encoded becomes a space when a form is read, \
         and what is encoded twice keeps its percent signs.",
        &["paste the answer as the browser got it, without decoding it before"],
    ))
}

/// `iss` is absent though the provider says that it sends it.
fn issuer_missing(evidence: &Evidence<'_>) -> Option<Found> {
    let (answer, _) = taken(evidence)?;
    if answer.code.is_none() || answer.iss.is_some() {
        return None;
    }
    let severity = match evidence.profile.provider.preset {
        Some(Preset::VismaConnect) => Severity::Warning,
        Some(Preset::Sandbox) => Severity::Error,
        // Its own metadata promised it.
        None if evidence.profile.provider.names_issuer => Severity::Error,
        Some(Preset::VismaConnectStage) | None => return None,
    };
    let found = Found::new(
        "The answer does not say who sent it",
        "no `iss` beside the code",
        format!(
            "The metadata of {} says that answers carry it, which keeps servers from being mixed up. \
             {}",
            provider(evidence),
            match severity {
                Severity::Warning => "Whether Visma Connect really sends it is not known.",
                _ => "This answer may come from elsewhere.",
            }
        ),
        &["go on, if this was the only provider you signed in at"],
    );
    Some(found.rated(severity))
}

/// An API scope that was asked for and not given.
fn scope_narrowed(evidence: &Evidence<'_>) -> Option<Found> {
    let (asked, granted): (String, Vec<&str>) = if evidence.step == Step::Token {
        let grant = evidence.grant.filter(|grant| grant.scopes_named)?;
        let granted = grant.scopes.iter().map(String::as_str).collect();
        (grant.asked.join(" "), granted)
    } else {
        let (answer, _) = taken(evidence).filter(|(answer, _)| answer.code.is_some())?;
        let granted = answer.scope.as_deref()?.split_whitespace().collect();
        (parameter(evidence, "scope")?.to_owned(), granted)
    };
    let lost: Vec<&str> = asked
        .split_whitespace()
        .filter(|scope| !granted.contains(scope) && is_of_an_api(scope))
        .collect();
    if lost.is_empty() || granted.is_empty() {
        return None;
    }
    let cause = if lost.iter().any(|scope| scope.ends_with(":write")) {
        "The user or the provider left it out. Calls that create or change something will be refused."
    } else {
        "The user or the provider left it out. Calls that need it will be refused."
    };
    let fix = if is_visma(evidence) {
        "check the application's integrations in the portal, then ctrl-n and accept all of them"
    } else {
        "ctrl-n begins a new run; accept everything that is asked for"
    };
    Some(Found::new(
        "Less was granted than was asked for",
        format!(
            "asked {}, granted {}",
            quoted(&asked),
            quoted(&granted.join(" "))
        ),
        cause,
        &[fix],
    ))
}

/// Whether a scope is for an API: refresh tokens and identity are judged elsewhere.
fn is_of_an_api(scope: &str) -> bool {
    scope != "offline_access" && scope != "openid" && !IDENTITY.contains(&scope)
}
