//! What came, printed, and what is to be said about it.

use super::arguments::Request;
use super::sending::Came;
use super::{Ready, answer};
use crate::cli::exit::Exit;
use crate::cli::session::{Session, Stop};
use crate::core::dinero::catalogue::Operation;
use crate::core::dinero::draft::Draft;
use crate::core::dinero::page::{self, Page};
use crate::core::oauth::Step;
use crate::core::secret::Secret;
use crate::core::token::Grant;
use crate::core::wire::{Cut, FailureKind, Outcome, Response};

/// Prints what came, and says what is to be said about it.
pub(super) fn tell(
    session: &mut Session<'_, '_>,
    arguments: &Request,
    ready: &Ready,
    came: &Came,
) -> Result<Exit, Stop> {
    let record = &came.record;
    let response = match (&came.joined, &record.outcome) {
        (Some(joined), _) => &*joined.response,
        (None, Outcome::Response(response)) => response,
        (None, outcome) => return Err(no_answer(session, outcome)),
    };
    let stopped = came.joined.as_ref().and_then(|it| it.stopped.as_ref());
    let output = &arguments.output;
    if output.json {
        let engine = session.engine();
        let token: Option<&Secret> = engine.grant().map(|grant: &Grant| &grant.access_token);
        let cut = response.cut.is_some() || stopped.is_some();
        let text = answer::to_json(record, response, cut, engine.mask(), token);
        session.printer.json(&text)?;
    } else {
        if output.include {
            answer::head(session, response)?;
        }
        answer::body(session, response)?;
    }
    if came.joined.is_none() {
        say_about(session, response);
        say_next_page(session, &ready.draft, response);
    }
    if let Some((why, _)) = stopped {
        say_stopped(session, arguments, why);
    }
    session.say_findings(Step::Requests);
    Ok(match (stopped, response.cut, response.status) {
        (Some((_, exit)), _, _) => *exit,
        (None, Some(_), _) => Exit::Unreachable,
        (None, None, 400..) => Exit::Refused,
        (None, None, _) => Exit::Done,
    })
}

/// Says why there is no answer.
fn no_answer(session: &mut Session<'_, '_>, outcome: &Outcome) -> Stop {
    let Outcome::Failed(failure) = outcome else {
        return session.fail(Exit::Unreachable, "no answer came");
    };
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
    session.fail(exit, &text)
}

/// What the body does not say by itself.
fn say_about(session: &mut Session<'_, '_>, response: &Response) {
    match response.cut {
        Some(Cut::Limit(limit)) => session.say(&format!(
            "warning: the body is over {} MB and cut there: ask for less, with a page size or a filter",
            limit / 1_000_000
        )),
        Some(Cut::Stalled) => {
            session.say("warning: the rest of the body did not come in time");
        }
        Some(Cut::Cancelled) => session.say("warning: you stopped in the middle of the body"),
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

/// Says that there are further pages.
fn say_next_page(session: &mut Session<'_, '_>, draft: &Draft, response: &Response) {
    let is_paged = draft.operation().is_some_and(Operation::is_paged);
    if !is_paged || response.status != 200 {
        return;
    }
    let Some(page) = page::read(&response.body.0).filter(Page::has_next) else {
        return;
    };
    session.say(&format!(
        "{}: `--all` fetches every page, `-p page={}` the next one",
        page.words(),
        page.page + 1
    ));
}

/// Says that not all pages came, and how the others do.
fn say_stopped(session: &mut Session<'_, '_>, arguments: &Request, why: &str) {
    let gathering = session.engine().requests().gathering.as_ref();
    let Some(gathering) = gathering else { return };
    let of = gathering
        .total
        .map(|total| format!(" of {total}"))
        .unwrap_or_default();
    let items = gathering.items;
    let next = gathering.next_page();
    let wait = match session.engine().retry_at() {
        Some(_) if !arguments.way.wait => ", and `--wait` waits where the API wants a pause",
        _ => "",
    };
    session.say(&format!(
        "warning: only {items}{of} came. {why} `-p page={next}` with the same pageSize goes on from there{wait}"
    ));
}
