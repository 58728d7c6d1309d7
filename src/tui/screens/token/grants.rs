//! Who signed in, and the other grants of the same client.

use super::super::parts::{choice, counted, fact, folding, joined, prose, short_scopes};
use super::super::{Scene, time};
use super::bring;
use crate::core::engine::message::{Command, Prompt};
use crate::core::oauth::held::HeldGrant;
use crate::core::profile::KeepTokens;
use crate::core::token::Grant;
use crate::tui::action::{Action, Choosing};
use crate::tui::pane::{Group, Mark, Row};

/// Characters of a `sub` by which grants are told apart.
const SHORT_SUBJECT: usize = 8;

/// Who signed in, and what can be done about it.
pub(super) fn who(scene: &Scene<'_>, held: &HeldGrant) -> Group {
    let grant = &held.grant;
    let mut rows = Vec::new();
    if let Some(user) = grant.user() {
        rows.push(fact(Mark::Note, "name", user, "as the token says"));
    }
    match grant.subject() {
        Some(subject) => rows.push(fact(Mark::Note, "sub", subject, "the user, stable")),
        None => rows.push(prose("The tokens do not say: openid tells who signed in.")),
    }
    let again = Command::SignInAgain(Prompt::Login);
    if scene.engine.allows(&again) {
        rows.push(choice(
            Mark::None,
            "Sign in as somebody else",
            "a new run",
            Action::Choose(Choosing::SignIn),
        ));
    }
    rows.extend(bring(scene));
    if scene.engine.allows(&Command::ForgetGrant(held.id.clone())) {
        let action = Action::ForgetGrant(held.id.clone());
        rows.push(choice(Mark::None, "Forget this grant", "del", action));
    }
    folding("Who signed in", person(grant), rows)
}

/// The grants beside the one in use, the newest first.
pub(super) fn others(scene: &Scene<'_>, current: &HeldGrant) -> Option<Group> {
    let grants = scene.engine.grants();
    let others: Vec<&&HeldGrant> = grants.iter().filter(|held| held.id != current.id).collect();
    if others.is_empty() {
        return None;
    }
    let are_earlier = others
        .iter()
        .all(|held| held.grant.obtained_at <= current.grant.obtained_at);
    let label = if are_earlier {
        "Earlier grants"
    } else {
        "Other grants"
    };
    let rows = others.iter().map(|held| row(scene, held)).collect();
    Some(folding(label, counted(others.len(), "grant"), rows))
}

/// One of them: when, who, what it allows, how long, where it is kept.
fn row(scene: &Scene<'_>, held: &HeldGrant) -> Row {
    let grant = &held.grant;
    let text = format!(
        "{:<9}  {:<16}  {}",
        scene.time(grant.obtained_at),
        person(grant),
        short_scopes(grant.scopes.iter().map(String::as_str))
    );
    let left = match grant.seconds_left(scene.now) {
        Some(left) if left > 0 => format!("{} left", time::countdown(left)),
        Some(_) if grant.refresh_token.is_some() => "refreshable".to_owned(),
        Some(_) => "expired".to_owned(),
        None => String::new(),
    };
    let is_of_no_use = grant.is_spent(scene.now) && grant.refresh_token.is_none();
    let mark = if is_of_no_use {
        Mark::Warning
    } else {
        Mark::Note
    };
    let place = match held.keep {
        KeepTokens::Memory => String::new(),
        keep => keep.name().to_owned(),
    };
    let action = Action::Engine(Command::UseGrant(held.id.clone()));
    choice(mark, text, joined(&[left, place]), action)
}

/// Who a grant is for, in few words.
fn person(grant: &Grant) -> String {
    match (grant.user(), grant.subject()) {
        (Some(user), _) => user,
        (None, Some(subject)) => {
            let short: String = subject.chars().take(SHORT_SUBJECT).collect();
            format!("sub {short}")
        }
        (None, None) => "nobody named".to_owned(),
    }
}
