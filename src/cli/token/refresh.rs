//! `token PROFILE refresh`: new tokens for old ones.

use super::arguments::Refresh;
use super::show::{change, to_json};
use crate::cli::exit::Exit;
use crate::cli::refreshed;
use crate::cli::session::{Session, Stop};
use crate::core::oauth::Step;
use crate::core::wire::visible::Visible;
use jiff::Timestamp;
use serde_json::{Value, json};

/// Refreshes the current grant.
pub(super) async fn refresh(
    session: &mut Session<'_, '_>,
    arguments: &Refresh,
) -> Result<Exit, Stop> {
    session.choose_grant(arguments.which.grant.as_deref())?;
    let held = session.held()?;
    if let Some(why) = refreshed::why_not(&held, arguments.anyway, &session.name) {
        if arguments.json {
            let outcome = match held.unsettled {
                Some(_) if held.grant.refresh_token.is_some() => "unsettled",
                _ => "not-sent",
            };
            let grant = to_json(&held, Timestamp::now(), false);
            print(session, outcome, &grant, Some(&why))?;
        }
        return Err(session.fail(Exit::Refused, &why));
    }
    let (before, outcome) = session.refresh(arguments.anyway).await?;
    let told = refreshed::told(&outcome, &session.name, session.engine().mask());
    session.say_findings(Step::Token);
    let grants = session.engine().grants();
    let after = grants
        .into_iter()
        .find(|held| held.id == before.id)
        .cloned();
    if arguments.json {
        let now = Timestamp::now();
        let grant = after.map_or(Value::Null, |held| to_json(&held, now, false));
        let error = (told.exit != Exit::Done).then_some(told.words.as_str());
        print(session, told.name, &grant, error)?;
    } else if let Some(after) = after.filter(|_| told.renewed) {
        let mask = session.engine().mask().clone();
        let (old, new) = (&before.grant, &after.grant);
        let expires = new.expires_at().map_or_else(
            || "the answer does not say".to_owned(),
            |end| end.to_string(),
        );
        let mut rows = vec![(
            "access token",
            change(&mask, &old.access_token, &new.access_token),
        )];
        if let (Some(old), Some(new)) = (&old.refresh_token, &new.refresh_token) {
            rows.push(("refresh token", change(&mask, old, new)));
        }
        rows.push(("expires", expires));
        for (name, value) in rows {
            let line = format!("{name:<14} {value}");
            session.printer.result(&Visible::of(&line))?;
        }
    }
    if told.exit == Exit::Done {
        session.say(&told.words);
        return Ok(Exit::Done);
    }
    Err(session.fail(told.exit, &told.words))
}

/// What became of it as one JSON object.
fn print(
    session: &mut Session<'_, '_>,
    outcome: &str,
    grant: &Value,
    error: Option<&str>,
) -> Result<(), Stop> {
    let object = json!({"v": 1, "outcome": outcome, "grant": grant, "error": error});
    Ok(session.printer.object(&object)?)
}
