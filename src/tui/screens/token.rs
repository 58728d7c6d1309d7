//! Step 5: what was granted, how long it holds, and what the tokens say; refreshing it, and the other grants.
//!
//! ```text
//! ✓ Signed in. Token good for 58 min        [ Call the API ↵ ]
//!   until 13:02:04   sent only to https://api.dinero.dk
//! Grant
//!  ·  refresh_token  •••• 64 chars #c9f4  rotation: not seen yet
//!     kept           memory ▾             gone when you quit
//! Scopes           asked   granted
//! ▸ Who signed in
//! ▸ Earlier grants
//! Claims of the access_token
//! ▸ Claims of the id_token
//! ```
//!
//! Tokens are decoded to be looked at; no word here claims that anything about them was proven.

mod asked;
pub(super) mod checks;
mod claims;
mod grants;
mod kept;
mod refreshed;
mod scopes;
mod tokens;

pub(super) use refreshed::{waits, why_not_refreshed};

use super::parts::{choice, fact, group, joined, prose};
use super::{Scene, blank, button, new_run, time, way_on};
use crate::core::engine::message::Command;
use crate::core::oauth::held::HeldGrant;
use crate::core::oauth::{RunPhase, Step, StepState};
use crate::core::secret::Secret;
use crate::core::token::Grant;
use crate::core::token::import::TokenKind;
use crate::core::wire::visible::Visible;
use crate::tui::action::{Action, Question};
use crate::tui::pane::{Button, Group, Mark, Pane, Row};

/// The pane.
pub(super) fn pane(scene: &Scene<'_>) -> Pane {
    if let Some(pane) = checks::pane(scene) {
        return pane;
    }
    let Some(held) = scene.engine.held() else {
        return without(scene);
    };
    let grant = &held.grant;
    let left = grant.seconds_left(scene.now);
    let Headline {
        state,
        text,
        button,
    } = headline(scene, held, left);
    let mut groups: Vec<Group> = Vec::new();
    groups.extend(bar(grant, left));
    let asked = asked::groups(scene, held);
    let (first, later) = if asked::is_answered(scene, held) {
        (asked, Vec::new())
    } else {
        (Vec::new(), asked)
    };
    groups.extend(first);
    groups.push(tokens::group(scene, held));
    groups.extend(scopes::group(scene, held));
    groups.extend(checks::passed(scene));
    groups.push(grants::who(scene, held));
    groups.extend(grants::others(scene, held));
    groups.extend(later);
    groups.extend(claims::groups(scene, grant));
    Pane {
        state,
        button,
        quiet: Some(Visible::of(&quiet(scene, grant))),
        groups,
        ..blank(scene, Step::Token, text)
    }
}

/// What is so now, and what to do next.
struct Headline {
    state: StepState,
    text: String,
    button: Option<Button>,
}

/// The headline of a grant: a refresh under way, how the last one failed, else how long the token holds.
fn headline(scene: &Scene<'_>, held: &HeldGrant, left: Option<i64>) -> Headline {
    let spent = held.grant.is_spent(scene.now);
    let of = |state, text: String, button| Headline {
        state,
        text,
        button: Some(button),
    };
    let under_way = scene.engine.refreshing().is_some();
    if under_way || scene.engine.refresh_waits() {
        let text = if under_way {
            "Refreshing…"
        } else {
            refreshed::waits(scene)
        };
        return Headline {
            state: StepState::Running,
            text: text.to_owned(),
            button: (!spent).then(call),
        };
    }
    if held.unsettled.is_some() && held.grant.refresh_token.is_some() {
        return if spent {
            let text = "Expired, and the refresh token may be spent";
            of(StepState::Failed, text.to_owned(), renew(scene))
        } else {
            let text = match left {
                Some(left) => format!(
                    "Good for {}, but the refresh token may be spent",
                    time::countdown(left)
                ),
                None => "The refresh token may be spent".to_owned(),
            };
            of(StepState::Failed, text, call())
        };
    }
    if let Some(text) = refreshed::failed(scene, held) {
        let button = match (spent, refreshed::is_final(held)) {
            (false, _) => call(),
            (true, true) => renew(scene),
            (true, false) => refresh(),
        };
        return of(StepState::Failed, text, button);
    }
    if spent {
        let is_empty = held.grant.access_token.is_empty();
        let text = if is_empty && held.grant.refresh_token.is_none() {
            "Nothing is left of it: the refresh token was revoked"
        } else if is_empty {
            "A refresh token, and no access token yet"
        } else {
            "The access token has expired"
        };
        return match held.grant.refresh_token {
            Some(_) => of(StepState::Failed, text.to_owned(), refresh()),
            None => of(StepState::Failed, text.to_owned(), renew(scene)),
        };
    }
    let lead = refreshed::lead(held);
    let text = match left {
        // Whoever brought a token here was signed in elsewhere.
        Some(left) if held.is_brought() => format!("Token good for {}", time::countdown(left)),
        Some(left) => format!("{lead}. Token good for {}", time::countdown(left)),
        None if held.is_brought() => "A token. It does not say for how long".to_owned(),
        None => format!("{lead}. The answer does not say for how long"),
    };
    of(StepState::Done, text, call())
}

/// No token came yet.
fn without(scene: &Scene<'_>) -> Pane {
    let engine = scene.engine;
    let quiet = match engine.run().phase {
        RunPhase::ExchangeFailed(_) => "The exchange failed: see step 4.",
        RunPhase::Refused => "The answer was an error: see step 3.",
        _ => "It comes with the exchange of step 4.",
    };
    let mut rows = Vec::new();
    if let Some(trouble) = engine.grants_trouble() {
        rows.push(fact(Mark::Error, "kept grants", "could not be read", ""));
        rows.push(prose(trouble.message.as_str()));
    }
    rows.extend(bring(scene));
    let loading = engine.is_loading_grants();
    let blank = blank(
        scene,
        Step::Token,
        if loading {
            "The kept grants are being read"
        } else {
            "No token yet"
        },
    );
    Pane {
        state: if loading {
            StepState::Running
        } else {
            blank.state
        },
        button: Some(match engine.run().phase {
            RunPhase::Authorized => new_run(),
            _ => way_on(scene),
        }),
        quiet: Some(Visible::of(quiet)),
        groups: vec![group("", "", rows)],
        ..blank
    }
}

/// The row that takes a token of the user's own, where one can be taken.
fn bring(scene: &Scene<'_>) -> Option<Row> {
    let any = Command::ImportToken(TokenKind::Access, Secret::new(""));
    scene.engine.allows(&any).then(|| {
        let right = "access or refresh token";
        let action = Action::Ask(Question::Token);
        choice(Mark::None, "Use a token I have", right, action)
    })
}

/// The button of a token that holds.
fn call() -> Button {
    button("Call the API", Action::Show(Step::Requests))
}

/// The button of a token that ended and can be refreshed.
fn refresh() -> Button {
    button("Refresh it", Action::Refresh)
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
    let end = grant
        .expires_at()
        .filter(|_| !grant.access_token.is_empty());
    let until = end.map(|end| {
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
