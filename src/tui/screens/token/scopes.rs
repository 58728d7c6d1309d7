//! The scopes side by side: what was asked for, what was granted, and what the grant before this one allowed.
//!
//! ```text
//!  Scopes                    asked   granted  before
//!   ✓  dineropublicapi:read  yes     yes      yes     see
//!   ✗  dineropublicapi:write yes     no       yes     create, change, delete
//! ```

use super::super::Scene;
use super::super::parts::{self, fact};
use crate::core::dinero::catalogue;
use crate::core::oauth::held::HeldGrant;
use crate::core::token::Grant;
use crate::tui::flow::VALUE;
use crate::tui::pane::{Group, Mark, Row};

/// The group, where any scope is known.
pub(super) fn group(scene: &Scene<'_>, held: &HeldGrant) -> Option<Group> {
    let grant = &held.grant;
    let before = before(scene, held);
    let names = names(grant, before);
    if names.is_empty() {
        return None;
    }
    let is_revoked = held.revoked_at.is_some();
    let rows = names.into_iter().map(|scope| match scope {
        // It was granted, and a token came: that it was revoked since is another thing.
        "offline_access" if is_revoked => {
            let value = columns("yes", "yes", before.map_or("", |_| "yes"));
            fact(Mark::Note, scope, value, "revoked since")
        }
        _ => row(grant, before, scope),
    });
    let heads = if is_known(grant) {
        columns("asked", "granted", before.map_or("", |_| "before"))
    } else {
        String::new()
    };
    let right = if grant.scopes_named {
        ""
    } else {
        "not named: as asked"
    };
    // The heads stand above their columns, in the line of the label.
    let label = format!("{:<VALUE$}{heads}", "Scopes").trim_end().to_owned();
    Some(parts::group(label, right, rows.collect()))
}

/// What is compared with: the grant before the last refresh, else an earlier one of the same user.
fn before<'a>(scene: &Scene<'a>, held: &'a HeldGrant) -> Option<&'a Grant> {
    if let Some(renewal) = &held.renewal {
        return Some(&renewal.old);
    }
    let user = held.grant.subject()?;
    let earlier = scene.engine.grants().into_iter().find(|other| {
        other.id != held.id
            && other.grant.obtained_at <= held.grant.obtained_at
            && other.grant.subject().as_ref() == Some(&user)
    });
    earlier.map(|other| &other.grant)
}

/// Every scope that one of them names: those asked for first, in their order.
fn names<'a>(grant: &'a Grant, before: Option<&'a Grant>) -> Vec<&'a str> {
    let mut names: Vec<&str> = Vec::new();
    let further = before.into_iter().flat_map(|before| &before.scopes);
    for scope in grant.asked.iter().chain(&grant.scopes).chain(further) {
        if !names.contains(&scope.as_str()) {
            names.push(scope);
        }
    }
    names
}

/// One scope.
fn row(grant: &Grant, before: Option<&Grant>, scope: &str) -> Row {
    let granted = is_granted(grant, scope);
    if !is_known(grant) {
        let value = if granted { "granted" } else { "named" };
        return fact(Mark::Note, scope, value, short_meaning(scope));
    }
    let asked = grant.asked.iter().any(|asked| asked == scope);
    let mark = match (asked, granted) {
        (true, true) => Mark::Ok,
        (true, false) => Mark::Error,
        (false, _) => Mark::Note,
    };
    let yes_or_no = |holds: bool| if holds { "yes" } else { "no" };
    let before = before.map_or("", |before| yes_or_no(is_granted(before, scope)));
    let value = columns(yes_or_no(asked), yes_or_no(granted), before);
    fact(mark, scope, value, short_meaning(scope))
}

/// Whether it is known what was asked for: of an imported token it is not, and the profile's scopes are none
/// of its own.
fn is_known(grant: &Grant) -> bool {
    !grant.asked.is_empty()
}

/// Whether a scope was granted; `offline_access` is judged by the refresh token alone, and an id_token tells
/// of `openid`, for answers may leave their names out.
fn is_granted(grant: &Grant, scope: &str) -> bool {
    match scope {
        "offline_access" => grant.refresh_token.is_some(),
        "openid" if grant.id_token.is_some() => true,
        _ => grant.scopes.iter().any(|granted| granted == scope),
    }
}

/// Three columns in the room of a value.
fn columns(asked: &str, granted: &str, before: &str) -> String {
    format!("{asked:<8}{granted:<9}{before}")
        .trim_end()
        .to_owned()
}

/// What a scope allows, in the room of a meaning.
fn short_meaning(scope: &str) -> &'static str {
    match scope {
        "dineropublicapi:read" => "see",
        "dineropublicapi:write" => "create, change, delete",
        "offline_access" => "a refresh token",
        "openid" => "an id_token",
        "profile" => "the user's name",
        "email" => "the user's e-mail",
        _ => catalogue::scope_meaning(scope).unwrap_or_default(),
    }
}
