//! `request`: a call of the API with the kept token, for scripts and for looking at one answer.
//!
//! ```text
//! arguments ─► draft (operation, saved request, path) ─► call ─► checks, question ─► answer
//!                                                          └──► --dry-run, --code: nothing is sent
//! ```

mod answer;
mod arguments;
mod checks;
mod saved;
mod sending;
mod telling;
mod unsent;
mod wanted;

pub(super) use arguments::Request;

use crate::cli::Terminal;
use crate::cli::exit::Exit;
use crate::cli::printer::Printer;
use crate::cli::session::{Session, Stop, ended};
use crate::core::dinero::call::{self, Call};
use crate::core::dinero::draft::{Draft, Made, Unmade};
use crate::core::dinero::upload::too_large;
use crate::core::dinero::variables::Unresolved;
use crate::core::engine::message::Command;
use crate::core::engine::message::requests::RequestCommand;
use crate::core::wire::visible::Visible;
use crate::edge::runtime::read_file;
use jiff::Timestamp;
use std::io;
use std::path::PathBuf;
use wanted::{Wanted, wanted};

/// A request that is ready to go.
struct Ready {
    /// As it is in hand.
    draft: Draft,
    /// As it goes, but for the file.
    call: Call,
    /// The file that goes along.
    file: Option<String>,
    /// Whether its body is bytes that no draft holds.
    has_bytes: bool,
}

/// Sends it. Fails when standard output is closed or full.
pub(super) async fn request(
    arguments: Request,
    folder: Option<PathBuf>,
    terminal: Terminal,
    printer: &mut Printer<'_>,
) -> io::Result<Exit> {
    // What is wrong with the command line goes before what is wrong with the profile.
    let wanted = match wanted(&arguments) {
        Ok(wanted) => wanted,
        Err(why) => {
            printer.talk(&Visible::of(&format!("error: {why}")));
            return Ok(Exit::Usage);
        }
    };
    let organization = arguments.values.organization.clone();
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
    let done = Box::pin(perform(&mut session, &arguments, wanted)).await;
    Box::pin(session.finish()).await;
    ended(done)
}

/// From what is wanted to what is printed.
async fn perform(
    session: &mut Session<'_, '_>,
    arguments: &Request,
    wanted: Wanted,
) -> Result<Exit, Stop> {
    let (draft, mut notes) = match wanted {
        Wanted::Draft(draft, notes) => (*draft, notes),
        Wanted::Saved(name) => saved::open(session, &name, arguments)?,
    };
    for (name, value) in arguments.values.variables.clone() {
        let remember = RequestCommand::Remember(name, value);
        session.drive.command(Command::Request(remember));
    }
    let ready = ready(session, arguments, draft, &mut notes).await?;
    notes.extend(checks::said(&ready.draft, ready.has_bytes));
    for note in notes {
        session.say(&note);
    }
    if let Some(language) = arguments.output.code {
        unsent::code(session, &ready, language)?;
        return Ok(Exit::Done);
    }
    session.choose_grant(arguments.which.grant.as_deref())?;
    checks::say_missing_scope(session, &ready);
    if arguments.output.dry_run {
        return dry_run(session, arguments, &ready).await;
    }
    checks::ask(session, &ready, arguments.way.yes).await?;
    let kept = token_of(session, &ready.call, false).await?;
    let command = if ready.has_bytes {
        Command::Send(ready.call.clone())
    } else if arguments.way.all {
        Command::Request(RequestCommand::FetchAll(Box::new(ready.draft.clone())))
    } else {
        Command::Request(RequestCommand::Send(Box::new(ready.draft.clone())))
    };
    let came = sending::send(session, command, &arguments.way).await?;
    let exit = telling::tell(session, arguments, &ready, &came)?;
    Ok(match (exit, kept) {
        (Exit::Usage, _) | (_, true) => exit,
        (_, false) => Exit::Profile,
    })
}

/// The draft with its body, and the call that it makes.
async fn ready(
    session: &mut Session<'_, '_>,
    arguments: &Request,
    mut draft: Draft,
    notes: &mut Vec<String>,
) -> Result<Ready, Stop> {
    let bytes = match arguments.values.data.clone() {
        None => None,
        Some(source) => {
            let reading = tokio::task::spawn_blocking(move || source.read());
            let body = match session.unless_interrupted(reading).await? {
                Ok(Ok(body)) => body,
                Ok(Err(why)) => return Err(session.fail(Exit::Usage, &why)),
                Err(_) => return Err(session.fail(Exit::Usage, "the body cannot be read")),
            };
            let (bytes, note) = wanted::take_body(&mut draft, body);
            notes.extend(note);
            bytes
        }
    };
    let Made { call, file } = made(session, &draft)?;
    let has_bytes = bytes.is_some();
    let call = Call {
        body: bytes.unwrap_or(call.body),
        ..call
    };
    let profile = session.engine().profile();
    if !call.is_absolute() && profile.is_none_or(|profile| profile.api.base_url.is_empty()) {
        let text = "the profile names no API that a path could belong to: put `api.base_url` into it, or \
                    give the whole address";
        return Err(session.fail(Exit::Profile, text));
    }
    Ok(Ready {
        draft,
        call,
        file,
        has_bytes,
    })
}

/// The call of a draft; everything that is wrong with it is said.
fn made(session: &mut Session<'_, '_>, draft: &Draft) -> Result<Made, Stop> {
    let mut random = Vec::new();
    for _ in 0..=draft.uuids().min(1000) {
        let mut bytes = [0; 16];
        crate::cli::random(&mut bytes)?;
        random.push(bytes);
    }
    let troubles = match session.engine().made(Timestamp::now(), draft, random) {
        Ok(made) => return Ok(made),
        Err(troubles) => troubles,
    };
    let only_organization = troubles
        .iter()
        .all(|trouble| *trouble == Unmade::NoOrganization);
    let exit = if only_organization {
        Exit::Profile
    } else {
        Exit::Usage
    };
    for trouble in troubles {
        let text = words(&trouble, &session.name);
        session.say(&format!("error: {text}"));
    }
    Err(Stop::Ended(exit))
}

/// Why a request cannot be made, and what to do about it here.
fn words(trouble: &Unmade, profile: &str) -> String {
    let said = trouble.words();
    match trouble {
        Unmade::NoOrganization => format!(
            "the path names {{organizationId}}, and the profile none: give `--organization ID`, or put \
             `api.organization_id` into the profile (`dineroscope request {profile} organizations.list` lists \
             them)"
        ),
        Unmade::Empty(name) => format!("{said}; give it with `-p {name}=VALUE`"),
        Unmade::Variable(Unresolved::Unknown(name, None)) => format!(
            "{{{{{name}}}}} has no value: give it one with `--var {name}=VALUE`, or put it into the profile's \
             [variables]"
        ),
        Unmade::Variable(Unresolved::Unknown(name, Some(_))) => {
            format!("{said}, and `--var {name}=VALUE` gives it one")
        }
        Unmade::NoFile => format!("{said}; give it with `--file PATH`"),
        Unmade::Variable(_) | Unmade::Header(_) => said,
    }
}

/// Prints what would be sent.
async fn dry_run(
    session: &mut Session<'_, '_>,
    arguments: &Request,
    ready: &Ready,
) -> Result<Exit, Stop> {
    let file = match ready.file.clone() {
        None => None,
        Some(path) => {
            let reading = tokio::task::spawn_blocking(move || read_file(&path));
            match session.unless_interrupted(reading).await? {
                Ok(Ok(file)) => Some(file),
                Ok(Err(why)) => return Err(session.fail(Exit::Usage, &why)),
                Err(_) => return Err(session.fail(Exit::Usage, "the file cannot be read")),
            }
        }
    };
    let large = file.as_ref().map_or(0, |file| file.bytes.len() as u64);
    if let Some(why) = too_large(large) {
        session.say(&format!("warning: the file is {why}"));
    }
    token_of(session, &ready.call, true).await?;
    unsent::dry_run(session, ready, file.as_ref(), arguments.output.json)?;
    Ok(Exit::Done)
}

/// Says what becomes of the token, and refreshes it first where it goes along and is spent, unless it is a dry
/// run. Whether the grant is kept as it should be.
async fn token_of(session: &mut Session<'_, '_>, call: &Call, dry: bool) -> Result<bool, Stop> {
    if call.names("authorization") {
        session.say("your own Authorization is sent; no kept token goes along");
        return Ok(true);
    }
    let Some(held) = session.engine().held().cloned() else {
        let why = session.why_no_grant();
        if session.engine().grants_trouble().is_some() && !dry {
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
        None if dry => {
            session.say("the token is spent: it is refreshed first");
            Ok(true)
        }
        None => session.refresh_first().await,
    }
}
