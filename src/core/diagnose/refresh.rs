//! Rules about a refresh (RFC 6749 6): what became of the refresh token, and of the tokens that came.
//!
//! A one-time token that may have been taken is the one thing here that cannot be tried out, so our own
//! record is asked first: a token that was sent before is known to be, whatever the server says.

use super::exchange::refusal;
use super::seen::{
    form_field, provider, quoted, refresh_end, span, their_words, token_request, trouble,
};
use super::{Evidence, Found, Rule, Severity};
use crate::core::oauth::Step;
use crate::core::oauth::grant::{self, TokenTrouble};
use crate::core::oauth::refresh::{Afterwards, RefreshOutcome, afterwards};
use crate::core::secret::Secret;
use crate::core::token::jwt;
use crate::core::wire::{Outcome, Purpose, Record};
use jiff::Timestamp;
use serde_json::{Map, Value};

/// A rule about a refresh: at the token, and where a call waited for it.
const fn rule(
    name: &'static str,
    severity: Severity,
    source: &'static str,
    check: fn(&Evidence<'_>) -> Option<Found>,
) -> Rule {
    Rule {
        name,
        steps: &[Step::Token, Step::Requests],
        severity,
        source,
        check,
    }
}

/// The rules about a refresh.
pub(super) const RULES: &[Rule] = &[
    rule(
        "refresh-token-reuse",
        Severity::Error,
        "RFC 9700 4.14.2, Duende, inferred",
        reuse,
    ),
    rule(
        "refresh-token-invalid",
        Severity::Error,
        "RFC 6749 5.2, Visma Connect documentation",
        invalid,
    ),
    rule(
        "refresh-scope-wider",
        Severity::Error,
        "RFC 6749 6",
        scope_wider,
    ),
    Rule {
        name: "refresh-subject-changed",
        steps: &[Step::Token],
        severity: Severity::Error,
        source: "OpenID Connect Core 12.2",
        check: subject_changed,
    },
    rule(
        "refresh-not-sent",
        Severity::Error,
        "this program's vault",
        not_sent,
    ),
    rule(
        "refresh-busy",
        Severity::Warning,
        "this program's vault",
        busy,
    ),
    rule(
        "refresh-outcome-unknown",
        Severity::Warning,
        "RFC 9700 4.14.2, inferred",
        outcome_unknown,
    ),
    Rule {
        name: "grant-not-kept",
        steps: &[Step::Token],
        severity: Severity::Warning,
        source: "this program's vault",
        check: not_kept,
    },
];

/// Words of servers for a one-time token that came a second time.
const REUSE_WORDS: [&str; 7] = [
    "reuse", "re-use", "replay", "already", "used", "consumed", "redeemed",
];

/// What proves that a refresh token came to the server a second time.
enum Proof<'a> {
    /// Our own record of the first time, and whether that one brought tokens.
    Sent(&'a Record, FirstTime),
    /// The mark of a refresh whose answer nobody saw, of an earlier program run.
    InTheDark(Timestamp),
    /// The server's words.
    Said,
}

/// What became of a token when it was sent first.
#[derive(Clone, Copy, PartialEq, Eq)]
enum FirstTime {
    BroughtTokens,
    LeftInTheDark,
}

/// The server's refusal of the refresh token, in its words.
fn refused(evidence: &Evidence<'_>) -> Option<String> {
    refresh_end(evidence)?;
    refusal(evidence, |error| error == "invalid_grant").map(|(seen, _)| seen)
}

/// The refreshes of this program run that sent the token of the last one, itself among them.
fn same_token<'a>(evidence: &Evidence<'a>) -> impl Iterator<Item = &'a Record> + use<'a> {
    let token = token_request(evidence)
        .and_then(|last| form_field(&last.request, "refresh_token"))
        .map(Secret::new);
    evidence
        .transcript
        .iter()
        .filter(|record| record.purpose == Purpose::Refresh)
        .filter(move |record| {
            form_field(&record.request, "refresh_token")
                .is_some_and(|sent| token.as_ref().is_some_and(|token| token.matches(&sent)))
        })
}

/// How often the token of the last refresh was sent from here; what never left is not counted.
fn sent(evidence: &Evidence<'_>) -> usize {
    let left = |record: &&Record| {
        matches!(record.outcome, Outcome::Response(_)) || first_time(record).is_some()
    };
    same_token(evidence).filter(left).count().max(1)
}

/// A number of times, in words.
fn times(count: usize) -> String {
    match count {
        1 => "once".to_owned(),
        count => format!("{count} times"),
    }
}

/// What proves that the refused refresh token was sent before.
fn proof<'a>(evidence: &Evidence<'a>) -> Option<Proof<'a>> {
    let TokenTrouble::Error { description, .. } = trouble(evidence)? else {
        return None;
    };
    let last = token_request(evidence)?;
    let before = same_token(evidence)
        .filter(|record| record.call != last.call)
        .find_map(|record| Some((record, first_time(record)?)));
    if let Some((record, became)) = before {
        return Some(Proof::Sent(record, became));
    }
    if let Some(since) = refresh_end(evidence).and_then(|end| end.in_the_dark) {
        return Some(Proof::InTheDark(since));
    }
    let words = description.as_deref()?.to_ascii_lowercase();
    REUSE_WORDS
        .iter()
        .any(|word| words.contains(word))
        .then_some(Proof::Said)
}

/// What became of a refresh token when it was sent; `None` when that left it as it was.
fn first_time(record: &Record) -> Option<FirstTime> {
    match grant::read(&record.outcome, &[], "", Timestamp::UNIX_EPOCH) {
        Ok(_) => Some(FirstTime::BroughtTokens),
        Err(trouble) => (afterwards(record, &trouble) == Afterwards::Unknown)
            .then_some(FirstTime::LeftInTheDark),
    }
}

fn reuse(evidence: &Evidence<'_>) -> Option<Found> {
    let seen = refused(evidence)?;
    let (own, cause) = match proof(evidence)? {
        Proof::Sent(record, became) => {
            let again = token_request(evidence)?.at;
            let before = again.duration_since(record.at).as_secs().max(0);
            let (own, cause) = match became {
                FirstTime::BroughtTokens => (
                    "and it brought new tokens",
                    "A refresh token of this provider is taken once; the one that came for it is to \
                     be used.",
                ),
                FirstTime::LeftInTheDark => (
                    "and no answer came",
                    "That one was taken, and its answer with the next token is lost.",
                ),
            };
            (
                format!("our record: it was sent {} before, {own}", span(before)),
                cause,
            )
        }
        Proof::InTheDark(since) => {
            let before = token_request(evidence)?.at.duration_since(since).as_secs();
            (
                format!(
                    "our record: it was sent {} before, and nobody saw the answer",
                    span(before.max(0))
                ),
                "That one was taken, and its answer with the next token is lost.",
            )
        }
        Proof::Said => (
            format!("our record: sent {} from here", times(sent(evidence))),
            "Somebody else sent it before: another machine with a copy, or another program with the \
             same grant.",
        ),
    };
    Some(Found::new(
        "This refresh token was used before",
        format!("{seen}; {own}"),
        format!(
            "{cause} Many servers take a second use for theft and revoke everything that was granted \
             with it."
        ),
        &[
            "ctrl-n begins a new run and gets a new grant",
            "keep a grant in one place: a copy of a one-time token makes one of the two useless",
        ],
    ))
}

fn invalid(evidence: &Evidence<'_>) -> Option<Found> {
    let seen = refused(evidence)?;
    if proof(evidence).is_some() {
        return None;
    }
    let held = evidence.held?;
    let age = evidence
        .now
        .duration_since(held.grant.obtained_at)
        .as_secs();
    Some(Found::new(
        "The provider does not take this refresh token",
        format!(
            "{seen}; our record: {} old, sent {} from here",
            span(age.max(0)),
            times(sent(evidence))
        ),
        "Likely first: another copy of it was used and so spent it, it is past its lifetime, the user \
         or the portal took the access back, or it belongs to another client or environment.",
        &[
            "ctrl-n begins a new run and gets a new grant",
            "check that nothing else refreshes the same grant",
        ],
    ))
}

/// A scope that a refresh asked for and that was never granted.
pub(super) fn wider_scope(evidence: &Evidence<'_>) -> Option<String> {
    refresh_end(evidence)?;
    let (_, request) = refusal(evidence, |error| error == "invalid_scope")?;
    let granted = &evidence.held?.grant.scopes;
    let asked = form_field(request, "scope")?;
    let wider = asked
        .split_whitespace()
        .find(|scope| !granted.iter().any(|granted| granted == scope));
    wider.map(str::to_owned)
}

fn scope_wider(evidence: &Evidence<'_>) -> Option<Found> {
    let scope = wider_scope(evidence)?;
    let (seen, _) = refusal(evidence, |error| error == "invalid_scope")?;
    let granted = evidence.held?.grant.scopes.join(" ");
    Some(Found::new(
        "The refresh asks for more than was granted",
        format!(
            "{seen}; sent scope with {}, granted {}",
            quoted(&scope),
            quoted(&granted)
        ),
        "A refresh gives the same scopes or fewer. For another one the user has to agree again.",
        &[
            "take `scope` out of `exchange.extra` in the profile",
            "ctrl-n begins a new run that asks for it",
        ],
    ))
}

/// The claims of an id_token.
fn claims(token: Option<&Secret>) -> Option<Map<String, Value>> {
    jwt::decode(token?.expose()).ok().map(|token| token.claims)
}

/// The audiences of a token.
fn audiences(claims: &Map<String, Value>) -> Vec<&str> {
    match claims.get("aud") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

fn subject_changed(evidence: &Evidence<'_>) -> Option<Found> {
    let held = evidence.held?;
    let old = claims(held.renewal.as_ref()?.old.id_token.as_ref())?;
    let new = claims(held.grant.id_token.as_ref())?;
    let text = |claims: &Map<String, Value>, name: &str| -> String {
        match claims.get(name) {
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
            None => String::new(),
        }
    };
    let claim = if text(&old, "sub") != text(&new, "sub") {
        "sub"
    } else if text(&old, "iss") != text(&new, "iss") {
        "iss"
    } else if audiences(&old)
        .iter()
        .any(|audience| !audiences(&new).contains(audience))
    {
        "aud"
    } else {
        return None;
    };
    let cause = match claim {
        "sub" => "The new tokens speak for another user than the one who signed in.",
        "iss" => "The new tokens come from another provider than the one who gave the first.",
        _ => "The new id_token is for another client than the first.",
    };
    let shown = |claims| quoted(&their_words(evidence, &text(claims, claim)));
    Some(Found::new(
        "The refreshed id_token is about somebody else",
        format!("{claim} was {}, is {}", shown(&old), shown(&new)),
        format!("{cause} A provider that keeps to OpenID Connect never does that."),
        &[
            "do not use these tokens; ctrl-n begins a new run",
            &format!("tell {} about it", provider(evidence)),
        ],
    ))
}

fn not_sent(evidence: &Evidence<'_>) -> Option<Found> {
    let RefreshOutcome::NotSent(trouble) = &refresh_end(evidence)?.outcome else {
        return None;
    };
    Some(Found::new(
        "The refresh was not sent",
        their_words(evidence, &trouble.message),
        "What cannot be written down is not risked: a refresh spends the old token, and the new one \
         would be lost with the program. The refresh token is as it was.",
        &[
            "put that right, then u refreshes again",
            "keep the grant in memory, if it may end with the program",
        ],
    ))
}

fn busy(evidence: &Evidence<'_>) -> Option<Found> {
    let RefreshOutcome::Busy { holder } = &refresh_end(evidence)?.outcome else {
        return None;
    };
    Some(Found::new(
        "Another process is refreshing this grant",
        format!("the lock is held by {}", their_words(evidence, holder)),
        "Two refreshes at once would spend the token twice, so this one waited its turn, and that did \
         not come. Nothing was sent.",
        &[
            "wait until it is done, then u refreshes again",
            "end that process, if it hangs: its lock goes with it",
        ],
    ))
}

fn outcome_unknown(evidence: &Evidence<'_>) -> Option<Found> {
    let held = evidence.held?;
    let since = held.unsettled?;
    held.grant.refresh_token.as_ref()?;
    let ago = evidence.now.duration_since(since).as_secs().max(0);
    if evidence.step == Step::Requests && !held.grant.is_spent(evidence.now) {
        return None;
    }
    let here = held
        .refresh
        .as_ref()
        .is_some_and(|end| matches!(end.outcome, RefreshOutcome::Unknown(_)));
    let (seen, cause) = if here {
        (
            "no answer with tokens came",
            "The request may have arrived and only its answer been lost.",
        )
    } else {
        (
            "the program ended before its answer was kept",
            "Power, the process or the network ended it in between.",
        )
    };
    Some(Found::new(
        "Whether the refresh token is spent is not known",
        format!("a refresh was sent {} ago, {seen}", span(ago)),
        format!(
            "{cause} If {} took it, it is spent, and sending it again can revoke the whole grant. So \
             nothing is sent by itself.",
            provider(evidence)
        ),
        &[
            "ctrl-n begins a new run: that is sure to work",
            "u sends it once more all the same; if it was not taken, all is well",
        ],
    ))
}

fn not_kept(evidence: &Evidence<'_>) -> Option<Found> {
    let held = evidence.held?;
    let trouble = held.trouble.as_ref()?;
    let renewed = held
        .refresh
        .as_ref()
        .is_some_and(|end| matches!(end.outcome, RefreshOutcome::RenewedNotKept(..)));
    let cause = if renewed {
        "The new tokens are held by this program only, and what is kept is spent: when the program \
         ends, the grant is lost."
    } else {
        "The tokens are held by this program only and end with it, or stay where they were before."
    };
    let again = if held.grant.refresh_token.is_some() {
        "put that right, then u refreshes and keeps what comes"
    } else {
        "put that right, then choose the same place again under `kept` on step 5"
    };
    Some(Found::new(
        "The grant could not be kept where it should be",
        their_words(evidence, &trouble.message),
        cause,
        &[again, "choose another place under `kept` on step 5"],
    ))
}
