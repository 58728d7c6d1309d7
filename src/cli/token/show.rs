//! `token PROFILE show`: every grant that is kept for the profile's client at its API.

use super::arguments::Show;
use crate::cli::exit::Exit;
use crate::cli::session::{Session, Stop};
use crate::core::oauth::held::HeldGrant;
use crate::core::secret::Secret;
use crate::core::token::kept::Client;
use crate::core::token::origin_of;
use crate::core::wire::redact::Mask;
use crate::core::wire::visible::Visible;
use jiff::Timestamp;
use serde_json::{Value, json};

/// Lists them.
pub(super) fn show(session: &mut Session<'_, '_>, arguments: &Show) -> Result<Exit, Stop> {
    let engine = session.engine();
    let (now, mask) = (Timestamp::now(), engine.mask().clone());
    let current = engine.held().map(|held| held.id.clone());
    let grants: Vec<HeldGrant> = engine.grants().into_iter().cloned().collect();
    let trouble = engine.grants_trouble().cloned();
    let is_current = |held: &HeldGrant| current.as_ref() == Some(&held.id);
    if arguments.json {
        let rows: Vec<Value> = grants
            .iter()
            .map(|held| {
                let mut row = to_json(held, now, arguments.show_secrets);
                row["current"] = json!(is_current(held));
                row
            })
            .collect();
        let profile = engine.profile();
        let client = profile.map(Client::of);
        session.printer.object(&json!({
            "v": 1,
            "token_url": client.as_ref().map(|client| &client.token_url),
            "client_id": client.as_ref().map(|client| &client.client_id),
            "api_origin": profile.and_then(|profile| origin_of(&profile.api.base_url)),
            "keep_tokens": engine.keep_tokens().name(),
            "grants": rows,
            "trouble": trouble.as_ref().map(|trouble| &trouble.message),
        }))?;
    } else {
        for (place, held) in grants.iter().enumerate() {
            if place > 0 {
                session.printer.result(&Visible::default())?;
            }
            for (name, value) in rows(held, is_current(held), now, |secret| {
                if arguments.show_secrets {
                    Visible::of(secret.expose())
                } else {
                    mask.fact(secret)
                }
            }) {
                let line = format!("{name:<14} {value}");
                session.printer.result(&Visible::of(&line))?;
            }
        }
    }
    if let Some(trouble) = trouble {
        return Err(session.fail(Exit::Profile, &trouble.message));
    }
    if grants.is_empty() {
        let why = session.why_no_grant();
        session.say(&why);
    }
    Ok(Exit::Done)
}

/// A grant in words, as names and values.
fn rows(
    held: &HeldGrant,
    current: bool,
    now: Timestamp,
    shown: impl Fn(&Secret) -> Visible,
) -> Vec<(&'static str, String)> {
    let grant = &held.grant;
    let secret = |secret: Option<&Secret>| match secret {
        Some(secret) => shown(secret).to_string(),
        None => "none".to_owned(),
    };
    let listed = |scopes: &[String]| match scopes {
        [] => "not known".to_owned(),
        scopes => scopes.join(" "),
    };
    let who = match (grant.user(), grant.subject()) {
        (Some(user), Some(subject)) => format!("{user} ({subject})"),
        (Some(known), None) | (None, Some(known)) => known,
        (None, None) => "not known".to_owned(),
    };
    let id = held.id.as_str();
    let mut rows = vec![
        (
            "grant",
            if current {
                format!("{id}, the current one")
            } else {
                id.to_owned()
            },
        ),
        ("signed in", who),
        ("scopes", listed(&grant.scopes)),
    ];
    if !grant.asked.is_empty() && grant.asked != grant.scopes {
        rows.push(("asked for", listed(&grant.asked)));
    }
    rows.extend([
        ("obtained", format!("{:.0}", grant.obtained_at)),
        ("expires", expiry(held, now)),
        ("goes to", format!("{} only", grant.api_origin)),
        ("kept", held.keep.name().to_owned()),
        (
            "access token",
            secret(Some(&grant.access_token).filter(|token| !token.is_empty())),
        ),
        ("refresh token", secret(grant.refresh_token.as_ref())),
        ("id_token", secret(grant.id_token.as_ref())),
    ]);
    if let Some(since) = held.unsettled {
        rows.push((
            "warning",
            format!("nobody saw the answer to the refresh sent at {since:.0}: the refresh token may be spent"),
        ));
    }
    rows
}

/// When the access token ends, and how long that is.
fn expiry(held: &HeldGrant, now: Timestamp) -> String {
    let grant = &held.grant;
    if grant.access_token.is_empty() {
        return "there is no access token yet: the first use refreshes".to_owned();
    }
    match (grant.expires_at(), grant.seconds_left(now)) {
        (Some(end), Some(left)) if left > 0 => format!("{end}, in {left} s"),
        (Some(end), Some(left)) => format!("{end}, {} s ago", left.unsigned_abs()),
        _ => "the answer does not say".to_owned(),
    }
}

/// A grant as `--json` writes it: of secrets only whether they are there, unless they are asked for.
pub(super) fn to_json(held: &HeldGrant, now: Timestamp, show_secrets: bool) -> Value {
    let grant = &held.grant;
    let secret = |secret: Option<&Secret>| match secret {
        Some(secret) if show_secrets => json!(secret.expose()),
        known => json!(known.is_some()),
    };
    json!({
        "id": held.id.as_str(),
        "user": grant.user(),
        "subject": grant.subject(),
        "token_type": grant.token_type,
        "scope": grant.scopes.join(" "),
        "asked": grant.asked.join(" "),
        "obtained_at": grant.obtained_at.to_string(),
        "expires_at": grant.expires_at().map(|end| end.to_string()),
        "seconds_left": grant.seconds_left(now),
        "api_origin": grant.api_origin,
        "kept": held.keep.name(),
        "access_token": secret(Some(&grant.access_token).filter(|token| !token.is_empty())),
        "refresh_token": secret(grant.refresh_token.as_ref()),
        "id_token": secret(grant.id_token.as_ref()),
        "refresh_unanswered_since": held.unsettled.map(|since| since.to_string()),
    })
}

/// A secret before and after, masked.
pub(super) fn change(mask: &Mask, old: &Secret, new: &Secret) -> String {
    if new == old {
        return format!("{}, unchanged", mask.fact(old));
    }
    let before = if old.is_empty() {
        "none".to_owned()
    } else {
        mask.fact(old).to_string()
    };
    format!("{before} → {}", mask.fact(new))
}
