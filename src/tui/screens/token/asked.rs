//! What the provider's further endpoints said about the grant, and what that means; before anything was
//! asked, how it is asked, or why it cannot be.
//!
//! ```text
//! Asked of Visma Connect
//!  ✓  userinfo        Åse Brændgård         12:04:10   41 ms
//!  ·  introspection   not active            12:04:31   38 ms
//!     Expired, revoked, of another client, or never heard of …
//!     revocation      press v               ends a token there
//! ```

use super::super::Scene;
use super::super::parts::{acting, fact, folding, group, joined, nothing, prose};
use super::tokens::took;
use super::{checks, claims, kept};
use crate::core::oauth::endpoint::{
    ENDPOINTS, Endpoint, EndpointFacts, Inquired, Inquiry, NotOffered, Told,
};
use crate::core::oauth::grant::TokenTrouble;
use crate::core::oauth::held::HeldGrant;
use crate::core::token::import::TokenKind;
use crate::core::token::jwt;
use crate::core::wire::Outcome;
use crate::tui::action::{Action, Choosing};
use crate::tui::pane::{Group, Mark, Row};
use serde_json::{Map, Value};

/// Whether there is something to show that was asked for: then it stands at the top.
pub(super) fn is_answered(scene: &Scene<'_>, held: &HeldGrant) -> bool {
    scene.engine.kept_run().is_some() && kept::is_answered(scene)
        || scene.engine.inquiring().is_some()
        || ENDPOINTS
            .iter()
            .any(|row| last(held, row.endpoint).is_some())
}

/// The group, and what was told in groups of their own.
pub(super) fn groups(scene: &Scene<'_>, held: &HeldGrant) -> Vec<Group> {
    let mut rows = Vec::new();
    let mut told = Vec::new();
    for facts in &ENDPOINTS {
        if scene.engine.kept_run().is_some() {
            rows.push(kept::asked(scene, facts));
            continue;
        }
        rows.extend(endpoint(scene, held, facts));
        told.extend(details(scene, held, facts.endpoint));
    }
    rows.extend(checks::signature(scene));
    let label = format!("Asked of {}", scene.provider());
    let mut groups = vec![if is_answered(scene, held) {
        group(label, "", rows)
    } else {
        folding(label, "nothing yet", rows)
    }];
    groups.extend(told);
    groups
}

/// What came last of an endpoint, about the tokens that the grant has now.
fn last(held: &HeldGrant, endpoint: Endpoint) -> Option<&Inquired> {
    let of = |token| held.inquired(Inquiry { endpoint, token });
    let kinds = [TokenKind::Access, TokenKind::Refresh];
    kinds.into_iter().filter_map(of).max_by_key(|one| one.at)
}

/// The rows of an endpoint.
fn endpoint(scene: &Scene<'_>, held: &HeldGrant, facts: &EndpointFacts) -> Vec<Row> {
    let name = facts.name;
    let under_way = scene.engine.inquiring();
    if under_way.is_some_and(|inquiry| inquiry.endpoint == facts.endpoint) {
        return vec![fact(Mark::None, name, "asking…", "ctrl-c cancels it")];
    }
    match last(held, facts.endpoint) {
        Some(inquired) => answered(scene, held, inquired, name),
        None if facts.endpoint == Endpoint::Userinfo && held.grant.access_token.is_empty() => {
            vec![nothing(Mark::Note, name, "takes an access token")]
        }
        None => unasked(scene, facts),
    }
}

/// How it is asked, or why it cannot be.
fn unasked(scene: &Scene<'_>, facts: &EndpointFacts) -> Vec<Row> {
    let key = facts.key;
    match scene.engine.endpoint(facts.endpoint) {
        Err(NotOffered::NotKnown) => {
            let meaning = format!("no {key}");
            vec![fact(Mark::Note, facts.name, "not known", meaning)]
        }
        Err(NotOffered::Elsewhere { origin }) => vec![
            fact(Mark::Warning, facts.name, "not asked", "another host"),
            prose(format!(
                "The profile was found by itself and has {key} at {origin}, which is not where its token \
                 endpoint is. Name its folder with --profiles, if you trust it."
            )),
        ],
        Ok(_) => {
            let (key, meaning, action) = match facts.endpoint {
                Endpoint::Userinfo => (
                    "press w",
                    "who signed in",
                    Action::Inquire(Inquiry::USERINFO),
                ),
                Endpoint::Revocation => (
                    "press v",
                    "ends a token there",
                    Action::Choose(Choosing::Revocation),
                ),
                Endpoint::Introspection => (
                    "press s",
                    "what it knows of a token",
                    Action::Choose(Choosing::Introspection),
                ),
            };
            vec![acting(Mark::None, facts.name, key, meaning, action)]
        }
    }
}

/// What was told, when, and what it means.
fn answered(scene: &Scene<'_>, held: &HeldGrant, inquired: &Inquired, name: &str) -> Vec<Row> {
    let record = scene.engine.record(inquired.call);
    let took = took(record.and_then(|record| record.timing.total));
    let when = joined(&[scene.time(inquired.at), took]);
    let token = inquired.inquiry.token.name();
    let told = match &inquired.told {
        Ok(told) => told,
        Err(trouble) => {
            let note = matches!(
                trouble,
                TokenTrouble::Error { .. } | TokenTrouble::Status { .. }
            ) && inquired.inquiry.endpoint != Endpoint::Revocation;
            let mark = if note { Mark::Warning } else { Mark::Error };
            return vec![
                fact(mark, name, refused(trouble), when),
                prose(not_told(scene, inquired, trouble)),
            ];
        }
    };
    let (mark, value, meaning) = match told {
        Told::Claims(claims) => (sub_mark(scene, claims), person(claims), None),
        Told::Active(_) => (Mark::Ok, format!("{token} active"), None),
        Told::Inactive => (
            Mark::Warning,
            format!("{token} not active"),
            Some(
                "Expired, revoked, of another client, or never heard of: it does not say which. An API that \
                 does not ask takes a JWT until its end all the same."
                    .to_owned(),
            ),
        ),
        Told::Revoked => (
            Mark::Ok,
            format!("{token} revoked"),
            Some(revoked(scene, held, inquired.inquiry.token)),
        ),
    };
    let mut rows = vec![fact(mark, name, value, when)];
    rows.extend(meaning.map(prose));
    rows
}

/// A refusal in the room of a value.
fn refused(trouble: &TokenTrouble) -> String {
    match trouble {
        TokenTrouble::Error { status, error, .. } => format!("refused: {status} {error}"),
        TokenTrouble::Status { status } => format!("refused: {status}"),
        TokenTrouble::NoAnswer => "no answer".to_owned(),
        TokenTrouble::Redirected { .. } => "sent elsewhere".to_owned(),
        TokenTrouble::ServerError { status, .. } => format!("in trouble: {status}"),
        TokenTrouble::NotJson(_) => "not readable".to_owned(),
        TokenTrouble::Incomplete { member } => format!("without {member}"),
    }
}

/// What a missing answer means; why is among the findings.
fn not_told(scene: &Scene<'_>, inquired: &Inquired, trouble: &TokenTrouble) -> String {
    let why = match (trouble, scene.engine.record(inquired.call)) {
        (TokenTrouble::NoAnswer, Some(record)) => match &record.outcome {
            Outcome::Failed(failure) => format!("{}. ", failure.words()),
            _ => String::new(),
        },
        _ => String::new(),
    };
    let is_refused = matches!(
        trouble,
        TokenTrouble::Error { .. } | TokenTrouble::Status { .. }
    );
    let token = inquired.inquiry.token.name();
    let means = match (inquired.inquiry.endpoint, is_refused) {
        (Endpoint::Revocation, true) => format!("The {token} is as good as before."),
        (Endpoint::Revocation, false) => {
            format!("Whether the {token} is revoked is not known; v once more does no harm.")
        }
        (Endpoint::Introspection, true) => {
            "It is made for APIs, and a client may be refused: no word about the token.".to_owned()
        }
        (Endpoint::Userinfo, true) => {
            "No test of the token: without openid it is always refused.".to_owned()
        }
        (_, false) => "That says nothing about the token.".to_owned(),
    };
    super::super::capitalised(&format!("{why}{means}"))
}

/// What it means that a token was revoked.
fn revoked(scene: &Scene<'_>, held: &HeldGrant, token: TokenKind) -> String {
    let access = &held.grant.access_token;
    let until = match held.grant.expires_at() {
        Some(end) => format!("until {}", scene.time(end)),
        None => "until it ends".to_owned(),
    };
    let is_jwt = jwt::decode(access.expose()).is_ok();
    match (token, is_jwt) {
        (TokenKind::Refresh, _) if access.is_empty() || held.grant.is_spent(scene.now) => {
            "No new access token comes of it: a new run signs in again.".to_owned()
        }
        (TokenKind::Refresh, true) => format!(
            "No new access token comes of it. The one that is there stays good {until}: a JWT is taken by \
             its signature, nobody asks {} about it.",
            scene.provider()
        ),
        (TokenKind::Refresh, false) => {
            "No new access token comes of it. The one that is there may be revoked with it: a call tells."
                .to_owned()
        }
        (TokenKind::Access, true) => format!(
            "{} said yes, and yet it stays good {until}: a JWT is taken by its signature. Only APIs that ask \
             by introspection refuse it now.",
            scene.provider_first()
        ),
        (TokenKind::Access, false) => "The API refuses it from now on.".to_owned(),
    }
}

/// The claims or members that an endpoint told.
fn details(scene: &Scene<'_>, held: &HeldGrant, endpoint: Endpoint) -> Option<Group> {
    let inquired = last(held, endpoint)?;
    let of = |label: String, members: &Map<String, Value>| {
        let count = super::super::parts::counted(members.len(), "member");
        let rows = claims::rows(scene, members, |name, _| match name {
            "sub" if endpoint == Endpoint::Userinfo => sub_mark(scene, members),
            _ => Mark::Note,
        });
        folding(label, count, rows)
    };
    match inquired.told.as_ref().ok()? {
        Told::Claims(claims) => Some(of("Told by userinfo".to_owned(), claims)),
        Told::Active(members) => {
            let token = inquired.inquiry.token.name();
            Some(of(format!("Known of the {token}"), members))
        }
        Told::Inactive | Told::Revoked => None,
    }
}

/// Whether userinfo is about the user of the token.
fn sub_mark(scene: &Scene<'_>, claims: &Map<String, Value>) -> Mark {
    let expected = scene.engine.judged_subject(scene.now);
    let told = claims.get("sub").and_then(Value::as_str);
    match expected.as_deref() {
        Some(expected) if told == Some(expected) => Mark::Ok,
        Some(_) => Mark::Error,
        None => Mark::Note,
    }
}

/// By what a person is known.
fn person(claims: &Map<String, Value>) -> String {
    let names = ["name", "preferred_username", "email", "sub"];
    let known = names
        .iter()
        .find_map(|name| claims.get(*name).and_then(Value::as_str));
    known.unwrap_or_default().to_owned()
}
