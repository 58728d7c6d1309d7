//! `token PROFILE import -`: a token that the user has already, kept as the profile says.

use super::arguments::{Import, StandardInput};
use super::show::to_json;
use crate::cli::exit::Exit;
use crate::cli::session::{KEEP_THEM, Session, Stop};
use crate::cli::{Asked, Terminal};
use crate::core::engine::message::Command;
use crate::core::profile::KeepTokens;
use crate::core::secret::Secret;
use crate::core::token::import::{TokenKind, check, likely};
use crate::core::wire::visible::Visible;
use jiff::Timestamp;
use serde_json::json;
use std::io::{self, IsTerminal as _, Read as _};

/// Most that is read, in bytes: more than any token may have.
const MOST: u64 = 1024 * 1024;

/// Takes it.
pub(super) async fn import(
    session: &mut Session<'_, '_>,
    arguments: &Import,
    terminal: Terminal,
) -> Result<Exit, Stop> {
    let keep = session.engine().keep_tokens();
    if keep == KeepTokens::Memory {
        let text = format!(
            "`{}` keeps tokens in memory, so nothing would remain of it: put {KEEP_THEM} into the profile",
            session.name
        );
        return Err(session.fail(Exit::Profile, &text));
    }
    let token = read(session, arguments.source, terminal).await?;
    let text = token.expose().trim();
    let text = Secret::new(text.strip_prefix("Bearer ").unwrap_or(text).trim());
    if let Err(wrong) = check(text.expose()) {
        return Err(session.fail(Exit::Usage, &format!("this is no token: {wrong}")));
    }
    let kind = arguments.kind.map(TokenKind::from);
    let Some(kind) = kind.or_else(|| likely(text.expose())) else {
        let text = "an access token and a refresh token look alike here: say which it is with \
                    `--as access` or `--as refresh`";
        return Err(session.fail(Exit::Usage, text));
    };
    let command = Command::ImportToken(kind, text);
    if !session.engine().allows(&command) {
        let text = "the profile names no API that a token could go to: put `api.base_url` into it";
        return Err(session.fail(Exit::Profile, text));
    }
    session.drive.command(command);
    session.settle().await?;
    let held = session.held()?;
    if arguments.json {
        let mut row = to_json(&held, Timestamp::now(), false);
        row["current"] = json!(true);
        session.printer.object(&json!({"v": 1, "grant": row}))?;
    } else {
        let kind = match kind {
            TokenKind::Access => "access token",
            TokenKind::Refresh => "refresh token",
        };
        let id = held.id.as_str();
        let line = format!(
            "the {kind} is the current grant {id}, kept in: {}",
            held.keep.name()
        );
        session.printer.result(&Visible::of(&line))?;
    }
    match held.trouble {
        Some(trouble) => Err(session.fail(Exit::Profile, &trouble.message)),
        None => Ok(Exit::Done),
    }
}

/// The text, from standard input; on a terminal it is not shown.
async fn read(
    session: &mut Session<'_, '_>,
    StandardInput: StandardInput,
    terminal: Terminal,
) -> Result<Secret, Stop> {
    let reading = tokio::task::spawn_blocking(move || -> io::Result<Asked> {
        match (terminal.ask_secret)("token (not shown): ")? {
            Asked::NoTerminal => {}
            asked => return Ok(asked),
        }
        if io::stdin().is_terminal() {
            return Err(io::Error::other("what is typed would be shown"));
        }
        let mut text = String::new();
        io::stdin().lock().take(MOST).read_to_string(&mut text)?;
        Ok(Asked::Typed(Secret::new(text)))
    });
    match session.unless_interrupted(reading).await? {
        Ok(Ok(Asked::Typed(token))) => Ok(token),
        Ok(Ok(_)) => Err(Stop::Ended(Exit::Interrupted)),
        Ok(Err(error)) => {
            let text =
                format!("standard input cannot be read as text ({error}): give the token alone");
            Err(session.fail(Exit::Usage, &text))
        }
        Err(_) => Err(session.fail(Exit::Usage, "standard input cannot be read")),
    }
}
