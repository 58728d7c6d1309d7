//! The tokens themselves, masked, what a refresh replaced, and where they are kept.

use super::super::parts::{self, acting, fact, nothing, prose, secret};
use super::super::{Scene, time};
use super::refreshed;
use crate::core::engine::message::Command;
use crate::core::oauth::RunPhase;
use crate::core::oauth::grant::TokenTrouble;
use crate::core::oauth::held::HeldGrant;
use crate::core::oauth::refresh::RefreshOutcome;
use crate::core::profile::KeepTokens;
use crate::core::token::import::TokenKind;
use crate::core::token::{Grant, jwt};
use crate::tui::action::{Action, Choosing};
use crate::tui::pane::{Group, Mark, Row};

/// The group.
pub(super) fn group(scene: &Scene<'_>, held: &HeldGrant) -> Group {
    let mut rows = access_token(scene, held);
    rows.extend(refresh_token(scene, held));
    rows.push(id_token(scene, &held.grant));
    rows.extend(refreshed::rows(scene, held));
    rows.extend(kept(scene, held));
    let right = match &held.renewal {
        Some(renewal) => format!("new since {}", scene.time(renewal.at)),
        None => String::new(),
    };
    parts::group("Grant", right, rows)
}

/// Whether a scope was asked for; of a token that the user had nobody knows.
fn asked(grant: &Grant, scope: &str) -> bool {
    grant.asked.iter().any(|asked| asked == scope)
}

/// The access token, and the one before it.
fn access_token(scene: &Scene<'_>, held: &HeldGrant) -> Vec<Row> {
    let grant = &held.grant;
    if grant.access_token.is_empty() {
        return vec![nothing(Mark::Note, "access_token", "a refresh brings one")];
    }
    let kind = match jwt::decode(grant.access_token.expose()) {
        Ok(_) => "a JWT",
        Err(_) => "opaque",
    };
    let meaning = match held.revoked(TokenKind::Access) {
        Some(revoked) => format!("{kind}, revoked {}", scene.time(revoked.at)),
        None => format!("{}, {kind}", grant.token_type),
    };
    let mut rows = vec![secret(
        Mark::Note,
        "access_token",
        &grant.access_token,
        meaning,
    )];
    let old = held.renewal.as_ref().map(|renewal| &renewal.old);
    if let Some(old) = old.filter(|old| !old.access_token.is_empty()) {
        let meaning = match old.expires_at() {
            Some(end) if end <= scene.now => format!("replaced, ended {}", scene.time(end)),
            Some(end) => format!("replaced, ends {}", scene.time(end)),
            None => "replaced".to_owned(),
        };
        rows.push(secret(Mark::None, "  before", &old.access_token, meaning));
    }
    rows
}

/// The refresh token with what is known of its rotation, and the one before it.
fn refresh_token(scene: &Scene<'_>, held: &HeldGrant) -> Vec<Row> {
    let grant = &held.grant;
    let Some(token) = &grant.refresh_token else {
        if let Some(at) = held.revoked_at {
            let meaning = format!("revoked {}", scene.time(at));
            return vec![match held.revoked(TokenKind::Refresh) {
                Some(revoked) => secret(Mark::Note, "refresh_token", &revoked.token, meaning),
                None => nothing(Mark::Note, "refresh_token", meaning),
            }];
        }
        let (mark, meaning) = match asked(grant, "offline_access") {
            true => (Mark::Warning, "asked for, none came"),
            false if grant.asked.is_empty() => (Mark::Note, "none"),
            false => (Mark::Note, "offline_access not asked"),
        };
        return vec![nothing(mark, "refresh_token", meaning)];
    };
    if held.unsettled.is_some() {
        let meaning = "may be spent";
        return vec![secret(Mark::Warning, "refresh_token", token, meaning)];
    }
    let refused = held.refresh.as_ref().is_some_and(|end| {
        matches!(
            &end.outcome,
            RefreshOutcome::Refused(TokenTrouble::Error { error, .. }) if error == "invalid_grant"
        )
    });
    if refused {
        return vec![secret(
            Mark::Error,
            "refresh_token",
            token,
            "not taken any more",
        )];
    }
    let before = held
        .renewal
        .as_ref()
        .and_then(|renewal| renewal.old.refresh_token.as_ref());
    match before {
        None => {
            let meaning = "rotation: not seen yet";
            vec![secret(Mark::Note, "refresh_token", token, meaning)]
        }
        Some(before) if before == token => {
            let meaning = "rotation: the same again";
            vec![secret(Mark::Note, "refresh_token", token, meaning)]
        }
        Some(before) => vec![
            secret(
                Mark::Note,
                "refresh_token",
                token,
                "rotation: new each time",
            ),
            secret(Mark::None, "  before", before, "spent"),
        ],
    }
}

/// The id_token.
fn id_token(scene: &Scene<'_>, grant: &Grant) -> Row {
    let run = scene.engine.run();
    let said = match &run.token_checked {
        Some(checked) if run.phase == RunPhase::Authorized => {
            if checked.overridden {
                "failed a check, taken all the same"
            } else {
                "checked, see below"
            }
        }
        _ => "decoded only",
    };
    match &grant.id_token {
        Some(token) => secret(Mark::Note, "id_token", token, said),
        None if asked(grant, "openid") => {
            nothing(Mark::Warning, "id_token", "asked for, none came")
        }
        None if grant.asked.is_empty() => nothing(Mark::Note, "id_token", "none"),
        None => nothing(Mark::Note, "id_token", "openid was not asked"),
    }
}

/// Where the grant is kept and what that means; here the user is asked, once for each profile.
fn kept(scene: &Scene<'_>, held: &HeldGrant) -> Vec<Row> {
    let engine = scene.engine;
    if engine.kept_run().is_some() {
        return super::kept::tokens(scene);
    }
    let meaning = meaning(held.keep);
    if !engine.allows(&Command::KeepTokens(KeepTokens::Memory)) {
        return vec![fact(Mark::None, "kept", held.keep.name(), meaning)];
    }
    let action = Action::Choose(Choosing::Keep);
    let row =
        |mark, value: String, meaning: &str| acting(mark, "kept", value, meaning, action.clone());
    let name = held.keep.name();
    let mut rows = Vec::new();
    match &held.trouble {
        Some(trouble) => {
            let wanted = engine.keep_tokens();
            let meaning = if held.keep == wanted {
                "not as it should be".to_owned()
            } else {
                format!("not in the {}", wanted.name())
            };
            rows.push(row(Mark::Error, format!("{name} ▾"), &meaning));
            rows.push(prose(trouble.message.as_str()));
        }
        None if engine.asks_where_to_keep() => {
            rows.push(row(Mark::Warning, format!("{name}; where? ▾"), meaning));
        }
        None if held.keep != engine.keep_tokens() => {
            let meaning = format!("being moved: {}", engine.keep_tokens().name());
            rows.push(row(Mark::None, format!("{name} ▾"), &meaning));
        }
        None => rows.push(row(Mark::None, format!("{name} ▾"), meaning)),
    }
    if let Some(trouble) = engine.grants_trouble() {
        let meaning = "could not be read";
        rows.push(fact(Mark::Error, "kept grants", "some or all", meaning));
        rows.push(prose(trouble.message.as_str()));
    }
    rows
}

/// What it means that a grant is kept there, after the name of the place.
fn meaning(keep: KeepTokens) -> &'static str {
    match keep {
        KeepTokens::Memory => "gone when you quit",
        KeepTokens::Keyring => "of this system",
        KeepTokens::File => "that only you can read",
    }
}

/// How long something took, where it is known.
pub(super) fn took(length: Option<jiff::SignedDuration>) -> String {
    length.map(time::duration).unwrap_or_default()
}
