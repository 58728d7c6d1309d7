//! Rules about what reached the redirect URI and was refused (RFC 6749 4.1.2).
//!
//! Hits are judged when they come; here the verdict gets its words. Once an answer was taken, the hits
//! before it explain nothing any more.

use super::seen::{
    brought_an_answer, clip, is_visma, path_of, quoted, record, refused_hit, their_words,
};
use super::{Evidence, Found, Rule, Severity};
use crate::core::oauth::callback::{Answer, Arrival, Hit, Verdict};
use crate::core::oauth::{RunPhase, Step};
use crate::core::profile::ResponseMode;

/// A rule about a refused hit: it speaks where one waits, too.
pub(super) const fn hit(
    name: &'static str,
    severity: Severity,
    source: &'static str,
    check: fn(&Evidence<'_>) -> Option<Found>,
) -> Rule {
    Rule {
        name,
        steps: &[Step::Consent, Step::Callback],
        severity,
        source,
        check,
    }
}

/// The rules about hits.
pub(super) const RULES: &[Rule] = &[
    hit(
        "state-mismatch",
        Severity::Error,
        "RFC 6749 10.12",
        state_mismatch,
    ),
    hit(
        "state-missing-in-callback",
        Severity::Error,
        "RFC 6749 4.1.2",
        state_missing,
    ),
    hit(
        "issuer-mismatch",
        Severity::Error,
        "RFC 9207 2.4",
        issuer_mismatch,
    ),
    hit(
        "callback-missing-code",
        Severity::Error,
        "RFC 6749 4.1.2",
        missing_code,
    ),
    hit(
        "callback-pasted-without-answer",
        Severity::Error,
        "Form Post Response Mode 2",
        pasted_without_answer,
    ),
    hit(
        "callback-with-token",
        Severity::Warning,
        "RFC 6749 4.2, RFC 9700 2.1.2",
        with_token,
    ),
    hit(
        "callback-code-and-error",
        Severity::Error,
        "RFC 6749 4.1.2",
        code_and_error,
    ),
    hit(
        "callback-duplicate-parameter",
        Severity::Error,
        "RFC 6749 3.1",
        duplicate_parameter,
    ),
    hit(
        "callback-body-too-large",
        Severity::Error,
        "this listener's limit",
        body_too_large,
    ),
    hit(
        "callback-wrong-method",
        Severity::Warning,
        "Form Post Response Mode 2",
        wrong_method,
    ),
    hit(
        "callback-wrong-content-type",
        Severity::Warning,
        "Form Post Response Mode 2",
        wrong_content_type,
    ),
    hit(
        "callback-wrong-path",
        Severity::Warning,
        "RFC 6749 3.1.2",
        wrong_path,
    ),
    hit(
        "callback-wrong-host",
        Severity::Warning,
        "RFC 9110 7.2",
        wrong_host,
    ),
];

/// The hit that explains why there is no answer. Where one waits no more, the time-out says it, unless
/// the hit brought an answer.
pub(super) fn latest<'a>(evidence: &Evidence<'a>) -> Option<&'a Hit> {
    let waits = matches!(
        evidence.run.phase,
        RunPhase::Waiting | RunPhase::ListenFailed(_)
    );
    refused_hit(evidence).filter(|hit| {
        let explains = evidence.run.phase == RunPhase::TimedOut && brought_an_answer(hit);
        waits || explains || evidence.step == Step::Callback
    })
}

/// That hit, when it was judged so.
pub(super) fn refused<'a>(evidence: &Evidence<'a>, verdict: &Verdict) -> Option<&'a Hit> {
    latest(evidence).filter(|hit| hit.verdict == *verdict)
}

/// Method and target of a hit, for evidence: `POST /callback`.
pub(super) fn line(evidence: &Evidence<'_>, hit: &Hit) -> String {
    match record(evidence, hit.call) {
        _ if hit.arrival == Arrival::Pasted => "the paste".to_owned(),
        Some(record) if !record.request.method.is_empty() => format!(
            "{} {}",
            clip(&record.request.method, 12),
            clip(path_of(evidence, hit), 60)
        ),
        _ => "a hit".to_owned(),
    }
}

/// What is done about an answer of somebody else.
const OWN_LINK: &str = "close the old tab, use the link of this run (o opens it, y copies it)";

fn state_mismatch(evidence: &Evidence<'_>) -> Option<Found> {
    let hit = refused(evidence, &Verdict::StateMismatch)?;
    let came = hit.answer.state.as_deref().unwrap_or_default();
    let sent = evidence.run.fresh.state.as_str();
    let older = hit.older.as_ref().map(|older| {
        let began = evidence.run.started_at.unwrap_or(evidence.now);
        let before = began.duration_since(older.started_at).as_secs().max(0);
        let profile = quoted(&older.profile);
        format!(
            "; it fits the run of {profile} that began {} before this one ({})",
            how_long(before),
            older.outcome
        )
    });
    let cause = if older.is_some() {
        "An old browser tab was used to answer. The answer was refused and its code left alone."
    } else if came.is_empty() {
        "The state came back empty. Something on the way dropped its value."
    } else if came.len() > sent.len() && came.contains(sent) || came.trim() == sent {
        "The state is ours with something added: it was altered on the way, perhaps by copying."
    } else {
        "Likely an old browser tab was used, or somebody tries to slip in an answer of theirs. The \
         answer was refused and its code left alone."
    };
    let waits = if evidence.run.is_open() {
        " This run still waits."
    } else {
        ""
    };
    Some(Found::new(
        "This answer belongs to another run",
        format!(
            "{}: state {}, this run sent {}{}",
            line(evidence, hit),
            shown_state(came),
            shown_state(sent),
            older.unwrap_or_default()
        ),
        format!("{cause}{waits}"),
        &[OWN_LINK],
    ))
}

/// Seconds in words: `41 s`, `13 min`, `5 h`, `3 d`.
fn how_long(seconds: i64) -> String {
    match seconds {
        ..60 => format!("{seconds} s"),
        60..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} d", seconds / 86_400),
    }
}

/// A state, cut to what tells it apart.
fn shown_state(state: &str) -> String {
    match state.chars().count() {
        0 => "nothing".to_owned(),
        1..=14 => quoted(state),
        count => {
            let start: String = state.chars().take(8).collect();
            let end: String = state.chars().skip(count - 2).collect();
            format!("`{start}…{end}`, {count} characters")
        }
    }
}

fn state_missing(evidence: &Evidence<'_>) -> Option<Found> {
    let hit = refused(evidence, &Verdict::StateMissing)?;
    Some(Found::new(
        "The answer came without a state",
        format!("{}: no `state` among its fields", line(evidence, hit)),
        "The link sent a state, and a provider sends it back with codes and errors alike. Without it \
         nobody can tell whose answer this is, so it was refused.",
        &[
            "p paste the whole answer, if this was a part of it",
            OWN_LINK,
        ],
    ))
}

fn issuer_mismatch(evidence: &Evidence<'_>) -> Option<Found> {
    let hit = refused(evidence, &Verdict::IssuerMismatch)?;
    let came = hit.answer.iss.as_deref().unwrap_or_default();
    let expected = evidence.profile.provider.issuer.as_deref()?;
    let cause = if came.trim_end_matches('/') == expected.trim_end_matches('/') {
        "They differ by the slash at the end only, but issuers are compared character by character."
    } else {
        "Another server answered than the one that was asked: another environment, or a mix-up \
         attack. The answer was refused."
    };
    let fix = if is_visma(evidence) {
        "check that the profile's provider is the environment you signed in at"
    } else {
        "write `issuer` in the profile exactly as the provider names itself"
    };
    Some(Found::new(
        "The answer is from another issuer",
        format!("iss {}, expected {}", quoted(came), quoted(expected)),
        cause,
        &[fix],
    ))
}

fn missing_code(evidence: &Evidence<'_>) -> Option<Found> {
    let hit = refused(evidence, &Verdict::NoAnswer)
        .filter(|hit| !brings_a_token(hit) && !is_bare_paste(evidence, hit))?;
    let asked = evidence.profile.authorize.response_mode;
    let cause = match (hit.arrival, asked) {
        (Arrival::Query, ResponseMode::FormPost) => {
            "The address was opened by hand, or reloaded: with form_post the answer is a POST, and \
             this was a GET without fields."
        }
        (Arrival::FormPost, _) => "The POST carried no field of an answer in its body.",
        (Arrival::Fragment, _) => "The address had nothing behind `#` when the relay page read it.",
        _ => {
            "The address was opened without its query, or the fields stand behind `#`, which a \
             browser never sends."
        }
    };
    Some(Found::new(
        "What came holds neither a code nor an error",
        format!("{}: no `code`, no `error`", line(evidence, hit)),
        cause,
        &[
            OWN_LINK,
            "p paste the form body (developer tools, Network, the POST, Payload)",
        ],
    ))
}

/// Whether only the redirect URI itself was pasted, where the answer comes as a POST.
fn is_bare_paste(evidence: &Evidence<'_>, hit: &Hit) -> bool {
    hit.arrival == Arrival::Pasted
        && evidence.profile.authorize.response_mode == ResponseMode::FormPost
        && hit.answer.further.iter().all(|name| name.contains("://"))
        && Answer {
            further: Vec::new(),
            ..hit.answer.clone()
        } == Answer::default()
}

fn pasted_without_answer(evidence: &Evidence<'_>) -> Option<Found> {
    let hit = refused(evidence, &Verdict::NoAnswer).filter(|hit| is_bare_paste(evidence, hit))?;
    Some(Found::new(
        "The address alone does not hold the answer",
        format!("{}: no fields at all", line(evidence, hit)),
        "With form_post the code is in the body of a POST, not in the address that the browser shows.",
        &[
            "p paste the form body (developer tools, Network, the POST, Payload)",
            ": ask by query begins a run whose address holds it",
        ],
    ))
}

/// Whether an access token came in place of a code.
fn brings_a_token(hit: &Hit) -> bool {
    hit.answer.further.iter().any(|name| name == "access_token")
}

fn with_token(evidence: &Evidence<'_>) -> Option<Found> {
    let hit = refused(evidence, &Verdict::NoAnswer).filter(|hit| brings_a_token(hit))?;
    Some(Found::new(
        "A token came through the browser, and no code",
        format!("{}: `access_token`, no `code`", line(evidence, hit)),
        "That is the implicit flow: the link asked with another response_type than `code`. The token has \
         passed the browser, its history and whatever logs addresses.",
        &[
            "write `response_type=code` into the link",
            "have the token revoked, if others may have seen it",
        ],
    ))
}

fn code_and_error(evidence: &Evidence<'_>) -> Option<Found> {
    let hit = refused(evidence, &Verdict::CodeAndError)?;
    let error = hit.answer.error.as_deref().unwrap_or_default();
    Some(Found::new(
        "The answer says yes and no at once",
        format!(
            "{}: `code` and `error` {}",
            line(evidence, hit),
            quoted(&their_words(evidence, error))
        ),
        "An answer has one or the other. Two answers were mixed, or somebody made this one up.",
        &[OWN_LINK],
    ))
}

fn duplicate_parameter(evidence: &Evidence<'_>) -> Option<Found> {
    let hit = latest(evidence)?;
    let Verdict::DuplicateParameter(name) = &hit.verdict else {
        return None;
    };
    Some(Found::new(
        "A field of the answer came twice",
        format!("{}: {} more than once", line(evidence, hit), quoted(name)),
        "A field may stand once only. Which of them counts would be a guess, so none does.",
        &[OWN_LINK, "p paste the answer once, if it was pasted twice"],
    ))
}

fn body_too_large(evidence: &Evidence<'_>) -> Option<Found> {
    let hit = refused(evidence, &Verdict::BodyTooLarge)?;
    Some(Found::new(
        "What was posted is too large for an answer",
        format!("{}: over 64 KiB", line(evidence, hit)),
        "An answer has some hundred bytes. This was not one, or it carries tokens that do not belong \
         there.",
        &[OWN_LINK],
    ))
}

fn wrong_method(evidence: &Evidence<'_>) -> Option<Found> {
    let hit = refused(evidence, &Verdict::OtherMethod)?;
    Some(Found::new(
        "The redirect URI was asked in another way",
        format!("{}: neither GET nor POST", line(evidence, hit)),
        "An answer is brought by GET or POST. Something else looked at the address: a link checker, \
         an extension, a script.",
        &["let the browser bring the answer; this hit is ignored"],
    ))
}

fn wrong_content_type(evidence: &Evidence<'_>) -> Option<Found> {
    let hit = refused(evidence, &Verdict::WrongContentType)?;
    let kind = record(evidence, hit.call)
        .map(|record| record.request.headers.media_type())
        .filter(|kind| !kind.is_empty())
        .unwrap_or_else(|| "none".to_owned());
    Some(Found::new(
        "What was posted is not a form",
        format!("{}: Content-Type {}", line(evidence, hit), quoted(&kind)),
        "form_post sends application/x-www-form-urlencoded. A script or a tool sends otherwise, or a provider whose \
         form is set up wrongly: then nothing of its answer can be taken.",
        &[
            "look at the record of the hit: who sent it",
            "ctrl-n begins a new run; `response_mode` `query` on its link goes without a form",
        ],
    ))
}

fn wrong_path(evidence: &Evidence<'_>) -> Option<Found> {
    let hit = refused(evidence, &Verdict::OtherPath)?;
    let uri = &evidence.run.redirect_uri;
    let path = path_of(evidence, hit);
    Some(Found::new(
        "The browser came to another path than the callback's",
        format!(
            "{}, the redirect URI is {}",
            line(evidence, hit),
            quoted(uri)
        ),
        if uri
            .trim_end_matches('/')
            .ends_with(path.trim_end_matches('/'))
        {
            "They differ by the slash at the end only, but every character counts."
        } else {
            "Another address is registered than the profile names, or a browser looked around here."
        },
        &["compare the path in the profile with the registration"],
    ))
}

fn wrong_host(evidence: &Evidence<'_>) -> Option<Found> {
    let hit = refused(evidence, &Verdict::WrongHost)?;
    let host = record(evidence, hit.call)
        .and_then(|record| record.request.headers.get("host"))
        .unwrap_or("nothing");
    Some(Found::new(
        "The listener was called by another name",
        format!(
            "Host {}, the redirect URI is {}",
            quoted(host),
            quoted(&evidence.run.redirect_uri)
        ),
        "A page elsewhere may try to reach this machine under a name of its own (DNS rebinding), or \
         a proxy or hosts entry renames it. It was refused.",
        &[
            "use the host of the redirect URI, character for character",
            "write the name into `[listen] hosts` of the profile, if a tunnel or proxy of yours uses it",
        ],
    ))
}
