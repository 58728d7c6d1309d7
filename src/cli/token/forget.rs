//! `token PROFILE forget`: a grant removed from where it is kept.

use super::arguments::Forget;
use crate::cli::exit::Exit;
use crate::cli::session::{Session, Stop};
use crate::core::engine::message::Command;
use crate::core::token::kept::{GrantId, VaultTrouble};
use crate::core::wire::visible::Visible;
use serde_json::json;

/// Forgets the current grant, or all.
pub(super) async fn forget(
    session: &mut Session<'_, '_>,
    arguments: &Forget,
) -> Result<Exit, Stop> {
    let trouble = |session: &Session<'_, '_>| session.engine().grants_trouble().cloned();
    let before = trouble(session);
    session.choose_grant(arguments.which.grant.as_deref())?;
    let engine = session.engine();
    let ids: Vec<GrantId> = if arguments.all {
        let grants = engine.grants();
        grants.into_iter().map(|held| held.id.clone()).collect()
    } else {
        engine
            .held()
            .map(|held| held.id.clone())
            .into_iter()
            .collect()
    };
    let mut problem: Option<VaultTrouble> = None;
    let mut forgotten = Vec::new();
    for id in ids {
        session.drive.command(Command::ForgetGrant(id.clone()));
        session.settle().await?;
        problem = trouble(session).filter(|trouble| Some(trouble) != before.as_ref());
        if problem.is_some() {
            break;
        }
        forgotten.push(id);
    }
    if arguments.json {
        let ids: Vec<&str> = forgotten.iter().map(GrantId::as_str).collect();
        session.printer.object(&json!({"v": 1, "forgotten": ids}))?;
    } else {
        for id in &forgotten {
            let line = format!("forgotten: {}", id.as_str());
            session.printer.result(&Visible::of(&line))?;
        }
    }
    // What could not be read before is still there: it is said which file that is.
    if let Some(trouble) = problem.or(before) {
        return Err(session.fail(Exit::Profile, &trouble.message));
    }
    if forgotten.is_empty() {
        let why = session.why_no_grant();
        session.say(&why);
    } else {
        session.say(
            "the provider is not told: until its tokens expire, whoever has a copy can go on using them",
        );
    }
    Ok(Exit::Done)
}
