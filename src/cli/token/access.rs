//! `token PROFILE access`: the access token alone, for other programs.

use super::arguments::Access;
use crate::cli::exit::Exit;
use crate::cli::session::{Session, Stop};
use jiff::Timestamp;
use serde_json::json;

/// Prints it, refreshed first when it is spent.
pub(super) async fn access(
    session: &mut Session<'_, '_>,
    arguments: &Access,
) -> Result<Exit, Stop> {
    session.choose_grant(arguments.which.grant.as_deref())?;
    let held = session.held()?;
    let mut exit = Exit::Done;
    if held.grant.is_spent(Timestamp::now()) && !session.refresh_first().await? {
        exit = Exit::Profile;
    }
    let grant = session.held()?.grant;
    let token = grant.access_token.expose();
    if arguments.json {
        session.printer.object(&json!({
            "v": 1,
            "access_token": token,
            "token_type": grant.token_type,
            "expires_at": grant.expires_at().map(|end| end.to_string()),
            "api_origin": grant.api_origin,
        }))?;
    } else {
        session.printer.exactly(token.as_bytes())?;
    }
    Ok(exit)
}
