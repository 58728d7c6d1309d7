//! What the rules look at, read from the evidence once and in one way.
//!
//! Rules judge; what stands where is found here, so that two rules never disagree about it.

use super::Evidence;
use crate::core::oauth::callback::{Hit, Verdict, target};
use crate::core::oauth::changes;
use crate::core::oauth::grant::TokenTrouble;
use crate::core::oauth::held::RefreshEnd;
use crate::core::oauth::refresh::RefreshOutcome;
use crate::core::oauth::{RunPhase, Step, pkce};
use crate::core::profile::{Environment, Preset};
use crate::core::secret::Secret;
use crate::core::wire::{CallId, Purpose, Record, Request};
use jiff::SignedDuration;

/// Text cut at its end to so many characters.
pub(super) fn clip(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// A value in backticks, short enough for a sentence.
pub(super) fn quoted(value: &str) -> String {
    format!("`{}`", clip(value, 80))
}

/// Words of another server, short, with what must not be seen masked.
pub(super) fn their_words(evidence: &Evidence<'_>, text: &str) -> String {
    let taken = evidence.run.answer.as_ref();
    let old = evidence.held.and_then(|held| held.renewal.as_ref());
    let grants = evidence
        .grant
        .into_iter()
        .chain(old.map(|renewal| &renewal.old));
    let tokens = grants.flat_map(|grant| [Some(&grant.access_token), grant.refresh_token.as_ref()]);
    let known: Vec<&Secret> = [
        evidence.client_secret,
        taken.and_then(|(answer, ..)| answer.code.as_ref()),
        evidence.run.fresh.verifier.as_ref(),
    ]
    .into_iter()
    .chain(tokens)
    .flatten()
    .filter(|secret| !secret.is_empty())
    .collect();
    clip(&evidence.mask.text(&clip(text, 2_000), &known), 160)
}

/// A name at the beginning of a sentence.
pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// Seconds as a sentence names them.
pub(super) fn span(seconds: i64) -> String {
    match seconds {
        1 => "1 second".to_owned(),
        ..120 => format!("{seconds} seconds"),
        120..7_200 => format!("{} minutes", seconds / 60),
        7_200..172_800 => format!("{} hours", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}

/// The provider as a sentence names it.
pub(super) fn provider<'a>(evidence: &Evidence<'a>) -> &'a str {
    match evidence.profile.provider.environment {
        Environment::Sandbox => "the sandbox",
        _ => &evidence.profile.provider.label,
    }
}

/// Whether the provider is Visma Connect itself, with a portal where things are switched.
pub(super) fn is_visma(evidence: &Evidence<'_>) -> bool {
    matches!(
        evidence.profile.provider.preset,
        Some(Preset::VismaConnect | Preset::VismaConnectStage)
    )
}

/// Whether the provider behaves as Visma Connect does: itself, or the sandbox that plays it.
pub(super) fn is_like_visma(evidence: &Evidence<'_>) -> bool {
    evidence.profile.provider.preset.is_some()
}

/// Where a registration is looked after.
pub(super) fn portal(evidence: &Evidence<'_>) -> &'static str {
    if is_visma(evidence) {
        "the portal (oauth.developers.visma.com)"
    } else {
        "the registration at the provider"
    }
}

/// The value of a link parameter.
pub(super) fn parameter<'a>(evidence: &Evidence<'a>, name: &str) -> Option<&'a str> {
    evidence
        .run
        .parameters
        .iter()
        .find(|parameter| parameter.name == name)
        .map(|parameter| parameter.value.as_str())
}

/// A record by its name.
pub(super) fn record<'a>(evidence: &Evidence<'a>, call: CallId) -> Option<&'a Record> {
    evidence
        .transcript
        .iter()
        .rev()
        .find(|record| record.call == call)
}

/// The run's token request.
pub(super) fn exchange<'a>(evidence: &Evidence<'a>) -> Option<&'a Record> {
    record(evidence, evidence.run.exchange?)
}

/// Whether what the token endpoint said at this step was said to a refresh, not to the run's exchange.
pub(super) fn is_refresh(evidence: &Evidence<'_>) -> bool {
    matches!(evidence.step, Step::Token | Step::Requests)
}

/// How the last refresh of the grant in use ended. At step 6 it matters only while a call would still
/// need it: the token is over, and no call was answered since.
pub(super) fn refresh_end<'a>(evidence: &Evidence<'a>) -> Option<&'a RefreshEnd> {
    let held = evidence.held?;
    let end = held.refresh.as_ref()?;
    let matters = match evidence.step {
        Step::Token => true,
        Step::Requests => {
            held.grant.is_spent(evidence.now) && evidence.api.is_none_or(|call| call.at < end.at)
        }
        _ => false,
    };
    matters.then_some(end)
}

/// The token request that the step is about: the run's exchange, or the last refresh.
pub(super) fn token_request<'a>(evidence: &Evidence<'a>) -> Option<&'a Record> {
    if is_refresh(evidence) {
        record(evidence, refresh_end(evidence)?.call?)
    } else {
        exchange(evidence)
    }
}

/// What was wrong with the token endpoint's answer to that request.
pub(super) fn trouble<'a>(evidence: &Evidence<'a>) -> Option<&'a TokenTrouble> {
    if is_refresh(evidence) {
        return match &refresh_end(evidence)?.outcome {
            RefreshOutcome::Refused(trouble) | RefreshOutcome::Unknown(trouble) => Some(trouble),
            _ => None,
        };
    }
    match &evidence.run.phase {
        RunPhase::ExchangeFailed(trouble) => Some(trouble),
        _ => None,
    }
}

/// A field of a form body that we sent.
pub(super) fn form_field(request: &Request, name: &str) -> Option<String> {
    changes::pairs(request)
        .into_iter()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value)
}

/// Whether a code was posted before the run's own token request.
pub(super) fn posted_before<'a>(evidence: &Evidence<'a>, code: &str) -> Option<&'a Record> {
    let code = Secret::new(code);
    evidence
        .transcript
        .iter()
        .filter(|record| record.purpose == Purpose::Exchange)
        .take_while(|record| Some(record.call) != evidence.run.exchange)
        .find(|record| {
            form_field(&record.request, "code").is_some_and(|posted| code.matches(&posted))
        })
}

/// Whether the verifier that was sent belongs to the challenge of the link (RFC 7636 4.6); without
/// either there is nothing to fit. A link that names no method means `plain` (RFC 7636 4.3).
pub(super) fn verifier_fits(evidence: &Evidence<'_>, request: &Request) -> bool {
    let challenge = parameter(evidence, "code_challenge");
    let verifier = form_field(request, "code_verifier");
    match (challenge, verifier) {
        (None, None) => true,
        (Some(challenge), Some(verifier)) => {
            let verifier = Secret::new(verifier);
            match parameter(evidence, "code_challenge_method") {
                Some("S256") => pkce::challenge(&verifier) == challenge,
                Some("plain") | None => verifier.matches(challenge),
                Some(_) => false,
            }
        }
        _ => false,
    }
}

/// How old the code was when it was posted, or is now.
pub(super) fn code_age(evidence: &Evidence<'_>) -> Option<SignedDuration> {
    let until = exchange(evidence).map_or(evidence.now, |record| record.at);
    Some(until.duration_since(evidence.run.answered_at?))
}

/// The lifetime of a code, with `inferred` where it is not documented.
pub(super) fn lifetime(evidence: &Evidence<'_>) -> String {
    let provider = &evidence.profile.provider;
    let inferred = if provider.code_lifetime_inferred {
        " (inferred)"
    } else {
        ""
    };
    format!("{}{inferred}", span(i64::from(provider.code_lifetime)))
}

/// How near a hit came to being an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Nearness {
    Astray,
    OnOurPath,
}

/// The latest hit that says why no answer was taken: none once one was. A hit on our path says more
/// than one elsewhere.
pub(super) fn refused_hit<'a>(evidence: &Evidence<'a>) -> Option<&'a Hit> {
    if evidence.run.answer.is_some() {
        return None;
    }
    let hits = evidence.run.hits.iter();
    hits.filter_map(|hit| nearness(evidence, hit).map(|near| (near, hit)))
        .max_by_key(|(near, _)| *near)
        .map(|(_, hit)| hit)
}

/// Whether a hit brought what looks like an answer, or was about to, so that its refusal explains more than
/// the silence after it.
pub(super) fn brought_an_answer(hit: &Hit) -> bool {
    matches!(
        hit.verdict,
        Verdict::StateMissing
            | Verdict::StateMismatch
            | Verdict::IssuerMismatch
            | Verdict::DuplicateParameter(_)
            | Verdict::CodeAndError
            | Verdict::CertificateRefused(_)
    )
}

/// The latest hit that was the answer again, or came when none was awaited.
pub(super) fn hit_after<'a>(evidence: &Evidence<'a>) -> Option<&'a Hit> {
    let mut hits = evidence.run.hits.iter().rev();
    hits.find(|hit| matches!(hit.verdict, Verdict::Duplicate | Verdict::Late))
}

/// How much a hit says; `None` for what browsers do by themselves.
fn nearness(evidence: &Evidence<'_>, hit: &Hit) -> Option<Nearness> {
    match hit.verdict {
        Verdict::Captured
        | Verdict::Refused
        | Verdict::OwnPage
        | Verdict::RelayPage
        | Verdict::Unfinished
        | Verdict::BadHead
        | Verdict::Duplicate
        | Verdict::Late => None,
        Verdict::OtherPath if is_noise(path_of(evidence, hit)) => None,
        // Who accepted the warning since then is no longer kept away by it.
        Verdict::CertificateRefused(_) if was_accepted_after(evidence, hit) => None,
        Verdict::OtherPath
        | Verdict::WrongHost
        | Verdict::TlsToPlain
        | Verdict::PlainToTls
        | Verdict::CertificateRefused(_) => Some(Nearness::Astray),
        Verdict::OtherMethod
        | Verdict::WrongContentType
        | Verdict::NoAnswer
        | Verdict::StateMissing
        | Verdict::StateMismatch
        | Verdict::IssuerMismatch
        | Verdict::DuplicateParameter(_)
        | Verdict::CodeAndError
        | Verdict::BodyTooLarge => Some(Nearness::OnOurPath),
    }
}

/// Whether a request came over TLS after that hit: then a browser has taken the certificate.
fn was_accepted_after(evidence: &Evidence<'_>, hit: &Hit) -> bool {
    let hits = evidence.run.hits.iter();
    hits.filter(|later| later.call > hit.call)
        .filter_map(|later| record(evidence, later.call))
        .any(|record| !record.request.method.is_empty() && record.request.url.starts_with("https:"))
}

/// What browsers and extensions ask every server for.
fn is_noise(path: &str) -> bool {
    path == "/favicon.ico"
        || path == "/robots.txt"
        || path.starts_with("/.well-known/")
        || path.starts_with("/apple-touch-icon")
}

/// The path that a hit asked for; empty when its record is gone.
pub(super) fn path_of<'a>(evidence: &Evidence<'a>, hit: &Hit) -> &'a str {
    record(evidence, hit.call).map_or("", |record| target(&record.request.url).0)
}
