//! `request`: one call of the API with the kept token, for scripts and for looking at one answer.

mod answer;
mod arguments;

pub(super) use arguments::Request;

use crate::cli::Terminal;
use crate::cli::exit::Exit;
use crate::cli::printer::Printer;
use crate::cli::session::{Session, Stop, ended};
use crate::core::dinero::call::{self, Call};
use crate::core::engine::message::Command;
use crate::core::oauth::Step;
use crate::core::secret::Secret;
use crate::core::token::Grant;
use crate::core::wire::body::one_line;
use crate::core::wire::{Body, Cut, FailureKind, Outcome, Record, Response};
use arguments::with_query;
use jiff::Timestamp;
use std::io;
use std::path::PathBuf;

/// Sends it. Fails when standard output is closed or full.
pub(super) async fn request(
    arguments: Request,
    folder: Option<PathBuf>,
    terminal: Terminal,
    printer: &mut Printer<'_>,
) -> io::Result<Exit> {
    let organization = arguments.organization.clone();
    let session = Session::open(&arguments.profile, folder, terminal, printer, |profile| {
        if organization.is_some() {
            profile.api.organization_id = organization;
        }
    })
    .await;
    let mut session = match session {
        Ok(session) => session,
        Err(stop) => return ended(Err(stop)),
    };
    let done = send(&mut session, &arguments).await;
    Box::pin(session.finish()).await;
    ended(done)
}

/// From the arguments to the printed answer.
async fn send(session: &mut Session<'_, '_>, arguments: &Request) -> Result<Exit, Stop> {
    let call = call_of(session, arguments).await?;
    session.choose_grant(arguments.which.grant.as_deref())?;
    let kept = token_of(session, &call).await?;
    let command = Command::Send(call);
    if !session.engine().allows(&command) {
        let text = "the profile names no API that a path could belong to: put `api.base_url` into it, or \
                    give the whole address";
        return Err(session.fail(Exit::Profile, text));
    }
    session.drive.command(command);
    loop {
        let requests = session.engine().requests();
        if requests.sending.is_none() && requests.waiting.is_none() {
            break;
        }
        session.step().await?;
    }
    let requests = session.engine().requests();
    let record = requests
        .answered
        .and_then(|call| session.engine().record(call));
    let Some(record) = record.cloned() else {
        let text = "nothing was sent: the token is spent again and could not be refreshed";
        return Err(session.fail(Exit::Refused, text));
    };
    let exit = tell(session, arguments, &record).await?;
    Ok(match (exit, kept) {
        (Exit::Usage, _) | (_, true) => exit,
        (_, false) => Exit::Profile,
    })
}

/// The call that the arguments ask for.
async fn call_of(session: &mut Session<'_, '_>, arguments: &Request) -> Result<Call, Stop> {
    let mut headers = arguments.header.clone();
    let body = match arguments.data.clone() {
        None => Body::default(),
        Some(source) => {
            let reading = tokio::task::spawn_blocking(move || source.read());
            match session.unless_interrupted(reading).await? {
                Ok(Ok(body)) => body,
                Ok(Err(why)) => return Err(session.fail(Exit::Usage, &why)),
                Err(_) => return Err(session.fail(Exit::Usage, "the body cannot be read")),
            }
        }
    };
    let mut call = Call {
        body,
        ..Call::new(
            arguments.method.as_str(),
            with_query(&arguments.path, &arguments.query),
        )
    };
    call.headers.append(&mut headers);
    if !call.body.is_empty() && !call.names("content-type") {
        let media_type = media_type(&call.body);
        if media_type != JSON && call.body.0.trim_ascii_start().starts_with(b"{") {
            session.say(&format!(
                "warning: the body looks like JSON and is none, so it is sent as {media_type}"
            ));
        }
        let field = ("Content-Type".to_owned(), media_type.to_owned());
        call.headers.insert(0, field);
    }
    let organization = session.engine().requests().organization.is_some();
    if call.names_organization() && !organization {
        let text = "the path names {organizationId}, and the profile none: give `--organization ID`, or put \
                    `api.organization_id` into the profile";
        return Err(session.fail(Exit::Profile, text));
    }
    Ok(call)
}

const JSON: &str = "application/json";

/// What a body is, where the user does not say.
fn media_type(body: &Body) -> &'static str {
    match std::str::from_utf8(&body.0) {
        Ok(text) if one_line(text).is_some() => JSON,
        Ok(_) => "text/plain; charset=utf-8",
        Err(_) => "application/octet-stream",
    }
}

/// Says what becomes of the token, and refreshes it first where it goes along and is spent. Whether the
/// grant is kept as it should be.
async fn token_of(session: &mut Session<'_, '_>, call: &Call) -> Result<bool, Stop> {
    if call.names("authorization") {
        session.say("your own Authorization is sent; no kept token goes along");
        return Ok(true);
    }
    let Some(held) = session.engine().held().cloned() else {
        let why = session.why_no_grant();
        if session.engine().grants_trouble().is_some() {
            return Err(session.fail(Exit::Profile, &format!("{why}; nothing was sent")));
        }
        session.say(&format!("without Authorization: {why}"));
        return Ok(true);
    };
    let base_url = session
        .engine()
        .profile()
        .map(|profile| profile.api.base_url.clone())
        .unwrap_or_default();
    if !call::takes_token(call, &base_url, &held.grant) {
        session.say(&format!(
            "without Authorization: the token goes to {} only",
            held.grant.api_origin
        ));
        return Ok(true);
    }
    if !held.grant.is_spent(Timestamp::now()) {
        return Ok(true);
    }
    match crate::cli::refreshed::why_not(&held, false, &session.name) {
        Some(why) => {
            session.say(&format!(
                "warning: the token is spent and sent as it is; {why}"
            ));
            Ok(true)
        }
        None => session.refresh_first().await,
    }
}

/// Prints what came, and says what is to be said about it.
async fn tell(
    session: &mut Session<'_, '_>,
    arguments: &Request,
    record: &Record,
) -> Result<Exit, Stop> {
    let response = match &record.outcome {
        Outcome::Response(response) => response,
        Outcome::Failed(failure) => {
            session.say_findings(Step::Requests);
            let (exit, what) = match failure.kind {
                FailureKind::Invalid => (Exit::Usage, "it cannot be sent"),
                _ => (Exit::Unreachable, "no answer"),
            };
            let place = match (failure.host.as_str(), failure.kind) {
                ("", _) => String::new(),
                (host, FailureKind::Invalid) => format!(" to {host}:{}", failure.port),
                (host, _) => format!(" from {host}:{}", failure.port),
            };
            let text = format!("{what}{place}: {}", failure.detail);
            let text = session.engine().mask().text(&text, &[]);
            return Err(session.fail(exit, &text));
        }
        Outcome::Pending => return Err(session.fail(Exit::Unreachable, "no answer came")),
    };
    if arguments.json {
        let engine = session.engine();
        let token: Option<&Secret> = engine.grant().map(|grant: &Grant| &grant.access_token);
        let text = answer::to_json(record, response, engine.mask(), token);
        session.printer.json(&text)?;
    } else {
        if arguments.include {
            answer::head(session, response)?;
        }
        answer::body(session, response).await?;
    }
    say_about(session, response);
    session.say_findings(Step::Requests);
    Ok(match (response.cut, response.status) {
        (Some(_), _) => Exit::Unreachable,
        (None, 400..) => Exit::Refused,
        (None, _) => Exit::Done,
    })
}

/// What the body does not say by itself.
fn say_about(session: &mut Session<'_, '_>, response: &Response) {
    match response.cut {
        Some(Cut::Limit(limit)) => session.say(&format!(
            "warning: the body is over {} MiB and cut there: ask for less, with a page size or a filter",
            limit / 1024 / 1024
        )),
        Some(Cut::ConnectionEnded) => {
            session.say("warning: the connection ended in the middle of the body");
        }
        None => {}
    }
    match (response.status, response.headers.get("location")) {
        (300..=399, Some(location)) => {
            let location = session.engine().mask().url(location);
            session.say(&format!(
                "sent elsewhere, which is not followed: {location}"
            ));
        }
        (400.., _) => session.say(&format!("{} {}", response.status, response.reason)),
        _ => {}
    }
}
