//! Sends a request and waits for what comes: one answer, or every page of a list; sent again where that was
//! asked for and the API wants a pause.

use super::arguments::Way;
use crate::cli::exit::Exit;
use crate::cli::session::{Session, Stop};
use crate::core::engine::Gathering;
use crate::core::engine::message::Command;
use crate::core::engine::message::requests::RequestCommand;
use crate::core::wire::visible::Visible;
use crate::core::wire::{Outcome, Record, Response};
use jiff::Timestamp;

/// How often in a row a request is sent again.
const MOST: usize = 3;

/// What came.
pub(super) struct Came {
    /// The last call.
    pub(super) record: Record,
    /// Every page that came, as one answer.
    pub(super) joined: Option<Joined>,
}

/// Pages as one answer.
pub(super) struct Joined {
    pub(super) response: Box<Response>,
    /// Why there are no more of them, although there should be; and how the command ends by that.
    pub(super) stopped: Option<(String, Exit)>,
}

/// Sends it.
pub(super) async fn send(
    session: &mut Session<'_, '_>,
    command: Command,
    way: &Way,
) -> Result<Came, Stop> {
    session.drive.command(command);
    until_idle(session).await?;
    let (mut tries, mut pages) = (0, 0);
    while let Some(at) = session.engine().retry_at().filter(|_| way.wait) {
        let gathering = session.engine().requests().gathering.as_ref();
        let now = gathering.map_or(0, Gathering::pages);
        if now > pages {
            (tries, pages) = (0, now);
        }
        if tries == MOST {
            break;
        }
        tries += 1;
        let left = at.duration_since(Timestamp::now()).as_secs().max(0);
        session.say(&format!(
            "429: it is sent again in {left} s ({tries} of {MOST})"
        ));
        session
            .drive
            .command(Command::Request(RequestCommand::Retry));
        until_idle(session).await?;
    }
    came(session).await
}

/// Waits until nothing is under way, and says how far it is where somebody watches.
async fn until_idle(session: &mut Session<'_, '_>) -> Result<(), Stop> {
    let mut told = None;
    while session.engine().requests().is_busy() {
        let gathering = session.engine().requests().gathering.as_ref();
        let progress = gathering.map(|gathering| (gathering.items, gathering.total));
        if let Some((items, total)) = progress.filter(|_| progress != told) {
            let of = total
                .map(|total| format!(" of {total}"))
                .unwrap_or_default();
            let line = Visible::of(&format!("fetched {items}{of}"));
            session.printer.passing(&line);
            told = progress;
        }
        session.step().await?;
    }
    Ok(())
}

/// What came of it.
async fn came(session: &mut Session<'_, '_>) -> Result<Came, Stop> {
    let unmade = session.engine().requests().unmade.join("; ");
    if !unmade.is_empty() {
        return Err(session.fail(Exit::Usage, &unmade));
    }
    let answered = session.engine().requests().answered;
    let record = answered.and_then(|call| session.engine().record(call));
    let Some(record) = record.cloned() else {
        let text = "nothing was sent: the token is spent again and could not be refreshed";
        return Err(session.fail(Exit::Refused, text));
    };
    let gathering = session.engine().requests().gathering.as_ref();
    let Some(gathering) = gathering.filter(|gathering| gathering.pages() > 0) else {
        return Ok(Came {
            record,
            joined: None,
        });
    };
    let stopped = gathering.stopped.clone();
    let refused = session.engine().requests().unsent.is_some()
        || matches!(&record.outcome, Outcome::Response(response) if response.status >= 400);
    let exit = if refused {
        Exit::Refused
    } else {
        Exit::Unreachable
    };
    loop {
        let joined = session.engine().requests().joined.as_ref();
        if let Some((_, response)) = joined.filter(|(call, _)| *call == record.call) {
            let response = response.clone();
            let stopped = stopped.map(|why| (why, exit));
            let joined = Some(Joined { response, stopped });
            return Ok(Came { record, joined });
        }
        session.step().await?;
    }
}
