//! `token PROFILE revoke|introspect|userinfo`: what the provider's further endpoints say about a kept grant.

use super::arguments::{Introspect, Revoke, Userinfo};
use crate::cli::exit::Exit;
use crate::cli::session::{Session, Stop};
use crate::core::engine::message::Command;
use crate::core::oauth::Step;
use crate::core::oauth::endpoint::{Endpoint, Inquired, Inquiry, NotOffered, Told};
use crate::core::oauth::grant::TokenTrouble;
use crate::core::oauth::held::HeldGrant;
use crate::core::token::import::TokenKind;
use crate::core::token::{claims, jwt};
use crate::core::wire::visible::Visible;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// Has a token revoked.
pub(super) async fn revoke(
    session: &mut Session<'_, '_>,
    arguments: &Revoke,
) -> Result<Exit, Stop> {
    session.choose_grant(arguments.which.grant.as_deref())?;
    let before = session.held()?;
    let token = match arguments.token {
        Some(kind) => kind.into(),
        None if before.grant.refresh_token.is_some() => TokenKind::Refresh,
        None => TokenKind::Access,
    };
    let inquired = inquire(session, Inquiry::revocation(token)).await?;
    let error = problem(session, &inquired);
    let not_kept = session
        .engine()
        .held()
        .and_then(|held| held.trouble.as_ref())
        .filter(|trouble| before.trouble.as_ref() != Some(trouble))
        .map(|trouble| trouble.message.clone());
    if arguments.json {
        session.printer.object(&json!({
            "v": 1,
            "token": token.name(),
            "revoked": error.is_none(),
            "error": error.as_ref().or(not_kept.as_ref()),
        }))?;
    } else if error.is_none() {
        let line = format!("revoked: {}", token.name());
        session.printer.result(&Visible::of(&line))?;
    }
    if let Some(error) = error {
        return Err(refused(session, &inquired, &error));
    }
    let means = meaning(&before, token);
    session.say(&means);
    match not_kept {
        Some(trouble) => Err(session.fail(Exit::Profile, &trouble)),
        None => Ok(Exit::Done),
    }
}

/// Asks what the provider knows of a token.
pub(super) async fn introspect(
    session: &mut Session<'_, '_>,
    arguments: &Introspect,
) -> Result<Exit, Stop> {
    session.choose_grant(arguments.which.grant.as_deref())?;
    let token: TokenKind = arguments.token.into();
    let inquired = inquire(session, Inquiry::introspection(token)).await?;
    let error = problem(session, &inquired);
    let (active, members) = match &inquired.told {
        Ok(Told::Active(members)) => (Some(true), members.clone()),
        Ok(_) => (Some(false), Map::new()),
        Err(_) => (None, Map::new()),
    };
    if arguments.json {
        session.printer.object(&json!({
            "v": 1, "token": token.name(), "active": active, "members": members, "error": error,
        }))?;
    } else if members.is_empty() && active == Some(false) {
        let line = Visible::of(&format!("{:<14} false", "active"));
        session.printer.result(&line)?;
    } else {
        print(session, &members)?;
    }
    if let Some(error) = error {
        return Err(refused(session, &inquired, &error));
    }
    if active == Some(false) {
        session.say(
            "expired, revoked, of another client, or never heard of: the provider does not say which",
        );
    }
    Ok(Exit::Done)
}

/// Asks who signed in.
pub(super) async fn userinfo(
    session: &mut Session<'_, '_>,
    arguments: &Userinfo,
) -> Result<Exit, Stop> {
    session.choose_grant(arguments.which.grant.as_deref())?;
    let inquired = inquire(session, Inquiry::USERINFO).await?;
    let error = problem(session, &inquired);
    let told = match &inquired.told {
        Ok(Told::Claims(claims)) => claims.clone(),
        _ => Map::new(),
    };
    let expected = session.engine().judged_subject(Timestamp::now());
    let fits = expected.map(|expected| told.get("sub").and_then(Value::as_str) == Some(&expected));
    let fits = fits.filter(|_| !told.is_empty());
    if arguments.json {
        session.printer.object(&json!({
            "v": 1, "claims": told, "sub_matches": fits, "error": error,
        }))?;
    } else {
        print(session, &told)?;
    }
    if let Some(error) = error {
        return Err(refused(session, &inquired, &error));
    }
    if fits == Some(false) {
        session.say_findings(Step::Token);
        let text = "userinfo is about somebody else than the token: do not use what it says";
        return Err(session.fail(Exit::Refused, text));
    }
    Ok(Exit::Done)
}

/// Asks, and waits for what comes; what is kept by it is kept then, too.
async fn inquire(session: &mut Session<'_, '_>, inquiry: Inquiry) -> Result<Inquired, Stop> {
    let held = session.held()?;
    if let Some(why) = why_not(session, &held, inquiry) {
        return Err(session.fail(Exit::Profile, &why));
    }
    if inquiry.endpoint != Endpoint::Userinfo {
        session.client_secret().await?;
    }
    session.drive.command(Command::Inquire(inquiry));
    while session.engine().inquiring().is_some() {
        session.step().await?;
    }
    session.settle().await?;
    let held = session.engine().held().cloned();
    match held.as_ref().and_then(|held| held.inquired(inquiry)) {
        Some(inquired) => Ok(inquired.clone()),
        None => Err(session.fail(Exit::Profile, "nothing could be asked")),
    }
}

/// Why an endpoint cannot be asked about that token, and what to do.
fn why_not(session: &Session<'_, '_>, held: &HeldGrant, inquiry: Inquiry) -> Option<String> {
    let facts = inquiry.endpoint.facts();
    let name = &session.name;
    if let Err(why) = session.engine().endpoint(inquiry.endpoint) {
        return Some(match why {
            NotOffered::NotKnown => format!(
                "where the {} endpoint is, is not known: put `{}` under `[provider]` in the profile",
                facts.name, facts.key
            ),
            NotOffered::Elsewhere { origin } => format!(
                "`{}` is at {origin}, another host than the token endpoint, and `{name}` was found by \
                 itself: if you trust its folder, name it with `--profiles`",
                facts.key
            ),
        });
    }
    if inquiry.token_of(&held.grant).is_some() {
        return None;
    }
    Some(match inquiry.token {
        TokenKind::Access => {
            format!("there is no access token yet: get one with `dineroscope token {name} refresh`")
        }
        TokenKind::Refresh if held.revoked_at.is_some() => {
            "the refresh token was revoked: there is none any more".to_owned()
        }
        TokenKind::Refresh => {
            "no refresh token is kept with it; `--token access` names the other one".to_owned()
        }
    })
}

/// What went wrong, in one sentence.
fn problem(session: &Session<'_, '_>, inquired: &Inquired) -> Option<String> {
    let facts = inquired.inquiry.endpoint.facts();
    let trouble = inquired.told.as_ref().err()?;
    let what = match trouble {
        TokenTrouble::NoAnswer => "did not answer".to_owned(),
        TokenTrouble::Redirected { .. } => "sends elsewhere; that is not followed".to_owned(),
        TokenTrouble::ServerError { status, .. } => format!("is in trouble itself: {status}"),
        TokenTrouble::Error { status, error, .. } => format!("refused with {status} `{error}`"),
        TokenTrouble::Status { status } => format!("refused with {status}"),
        TokenTrouble::NotJson(_) => "answered with something else than JSON".to_owned(),
        TokenTrouble::Incomplete { member } => format!("answered without `{member}`"),
    };
    let text = format!("the {} endpoint {what}", facts.name);
    let mask = session.engine().mask();
    Some(mask.text(&text, &[&inquired.token]))
}

/// Ends the command with what went wrong; the findings say why.
fn refused(session: &mut Session<'_, '_>, inquired: &Inquired, error: &str) -> Stop {
    session.say_findings(Step::Token);
    let exit = match inquired.told {
        Err(TokenTrouble::NoAnswer) => Exit::Unreachable,
        _ => Exit::Refused,
    };
    session.fail(exit, error)
}

/// What it means that a token was revoked.
fn meaning(before: &HeldGrant, token: TokenKind) -> String {
    let is_jwt = jwt::decode(before.grant.access_token.expose()).is_ok();
    match (token, is_jwt) {
        (TokenKind::Refresh, true) => {
            "no new access token comes of it; the one that is there is a JWT and stays good until its end"
        }
        (TokenKind::Refresh, false) => "no new access token comes of it",
        (TokenKind::Access, true) => {
            "it is a JWT: APIs that do not ask the provider go on taking it until its end"
        }
        (TokenKind::Access, false) => "the API refuses it from now on",
    }
    .to_owned()
}

/// Claims or members as lines, moments in words.
fn print(session: &mut Session<'_, '_>, members: &Map<String, Value>) -> Result<(), Stop> {
    for (name, value) in claims::ordered(members) {
        let shown = match claims::moment(name, value) {
            Some(at) => at.to_string(),
            None => claims::shown(name, value),
        };
        let line = format!("{name:<14} {shown}");
        session.printer.result(&Visible::of(&line))?;
    }
    Ok(())
}
