//! Step 5: what was granted, how long it holds, and what the tokens say.
//!
//! Tokens are decoded to be looked at; no word here claims that anything about them was proven.

mod claims;

use super::parts::{fact, group, joined, nothing, secret, short_scopes};
use super::{Scene, blank, button, new_run, time, way_on};
use crate::core::dinero::catalogue;
use crate::core::oauth::{RunPhase, Step, StepState};
use crate::core::token::{Grant, jwt};
use crate::core::wire::visible::Visible;
use crate::tui::action::Action;
use crate::tui::pane::{Button, Group, Mark, Pane, Row};

/// The pane.
pub(super) fn pane(scene: &Scene<'_>) -> Pane {
    let Some(grant) = scene.engine.grant() else {
        return without(scene);
    };
    let left = grant.seconds_left(scene.now);
    let (state, headline, button) = match left {
        Some(left) if left <= 0 => (
            StepState::Failed,
            "The access token has expired".to_owned(),
            renew(scene),
        ),
        Some(left) => (
            StepState::Done,
            format!("Signed in. Token good for {}", time::countdown(left)),
            call(),
        ),
        None => (
            StepState::Done,
            "Signed in. The answer does not say for how long".to_owned(),
            call(),
        ),
    };
    let mut groups: Vec<Group> = Vec::new();
    groups.extend(bar(grant, left));
    groups.push(granted(scene, grant));
    groups.push(scopes(scene, grant));
    groups.extend(claims::access_token(scene, &grant.access_token));
    if let Some(token) = &grant.id_token {
        groups.extend(claims::id_token(scene, token));
    }
    Pane {
        state,
        button: Some(button),
        quiet: Some(Visible::of(&quiet(scene, grant))),
        groups,
        ..blank(scene, Step::Token, headline)
    }
}

/// No token came yet.
fn without(scene: &Scene<'_>) -> Pane {
    let quiet = match scene.engine.run().phase {
        RunPhase::ExchangeFailed(_) => "The exchange failed: see step 4.",
        RunPhase::Refused => "The answer was an error: see step 3.",
        _ => "It comes with the exchange of step 4.",
    };
    Pane {
        button: Some(way_on(scene)),
        quiet: Some(Visible::of(quiet)),
        ..blank(scene, Step::Token, "No token yet")
    }
}

/// The button of a token that holds.
fn call() -> Button {
    button("Call the API", Action::Show(Step::Requests))
}

/// The button of a token that ended: a new run, or the run that already is one.
fn renew(scene: &Scene<'_>) -> Button {
    match scene.engine.run().phase {
        RunPhase::Authorized => new_run(),
        _ => way_on(scene),
    }
}

/// Until when, where to, and of which run.
fn quiet(scene: &Scene<'_>, grant: &Grant) -> String {
    let until = grant.expires_at().map(|end| {
        let word = if end > scene.now { "until" } else { "ended" };
        format!("{word} {}", scene.time(end))
    });
    let of = match scene.engine.run().phase {
        RunPhase::Authorized => String::new(),
        _ => format!("from {}", scene.time(grant.obtained_at)),
    };
    joined(&[
        until.unwrap_or_default(),
        format!("sent only to {}", grant.api_origin),
        of,
    ])
}

/// What is left of the lifetime, as a bar.
fn bar(grant: &Grant, left: Option<i64>) -> Option<Group> {
    let of = i64::try_from(grant.expires_in?).ok().filter(|of| *of > 0)?;
    let left = left?.clamp(0, of);
    let filled = u16::try_from(i128::from(left) * 1000 / i128::from(of)).unwrap_or(1000);
    let words = format!("{} of {}", time::countdown(left), time::countdown(of));
    Some(group("", "", vec![Row::Bar(filled, Visible::of(&words))]))
}

/// The tokens themselves, masked.
fn granted(scene: &Scene<'_>, grant: &Grant) -> Group {
    let kind = match jwt::decode(grant.access_token.expose()) {
        Ok(_) => "a JWT",
        Err(_) => "opaque",
    };
    let asked = |scope: &str| {
        scene
            .engine
            .profile()
            .is_some_and(|profile| profile.scopes.iter().any(|asked| asked == scope))
    };
    let rows = vec![
        secret(
            Mark::Note,
            "access_token",
            &grant.access_token,
            format!("{}, {kind}", grant.token_type),
        ),
        match &grant.refresh_token {
            Some(token) => secret(Mark::Note, "refresh_token", token, "gets the next one"),
            None if asked("offline_access") => {
                nothing(Mark::Warning, "refresh_token", "asked for, none came")
            }
            None => nothing(Mark::Note, "refresh_token", "offline_access not asked"),
        },
        match &grant.id_token {
            Some(token) => secret(Mark::Note, "id_token", token, "not yet checked"),
            None if asked("openid") => nothing(Mark::Warning, "id_token", "asked for, none came"),
            None => nothing(Mark::Note, "id_token", "openid was not asked"),
        },
    ];
    group("Grant", "", rows)
}

/// Scopes asked for and granted, compared as sets; offline_access is judged by the refresh token.
fn scopes(scene: &Scene<'_>, grant: &Grant) -> Group {
    let asked = scene
        .engine
        .profile()
        .map(|profile| profile.scopes.as_slice())
        .unwrap_or_default();
    let unasked = grant.scopes.iter().filter(|scope| !asked.contains(scope));
    let rows = asked
        .iter()
        .chain(unasked)
        .map(|scope| {
            let was_asked = asked.contains(scope);
            let was_granted = match scope.as_str() {
                "offline_access" => grant.refresh_token.is_some(),
                _ => grant.scopes.contains(scope),
            };
            let (mark, value) = match (was_asked, was_granted) {
                (true, true) => (Mark::Ok, "asked, granted"),
                (true, false) => (Mark::Error, "asked, not granted"),
                (false, true) => (Mark::Note, "granted unasked"),
                (false, false) => (Mark::Note, "named, not asked"),
            };
            fact(mark, scope, value, short_meaning(scope))
        })
        .collect();
    let right = if grant.scopes_named {
        format!(
            "granted: {}",
            short_scopes(grant.scopes.iter().map(String::as_str))
        )
    } else {
        "not named in the answer: as asked".to_owned()
    };
    group("Scopes", right, rows)
}

/// What a scope allows, in the room of a meaning.
fn short_meaning(scope: &str) -> &'static str {
    match scope {
        "dineropublicapi:read" => "see",
        "dineropublicapi:write" => "create, change, delete",
        "offline_access" => "a refresh token",
        "openid" => "an id_token",
        _ => catalogue::scope_meaning(scope).unwrap_or_default(),
    }
}
