//! `profile remove`: a profile's file goes; what is kept for its client stays, and is told.

use super::Desk;
use super::arguments::Remove;
use crate::cli::exit::Exit;
use crate::cli::session::Stop;
use crate::core::profile::{KeepTokens, Origin, Profile, SecretReference};
use crate::core::token::kept::Client;
use crate::core::wire::visible::Visible;
use crate::edge::profiles::write::{self, Opened};
use crate::edge::profiles::{find, place};
use crate::edge::vault::Vault;

/// Removes it, after a question.
pub(super) async fn remove(desk: &mut Desk<'_, '_>, arguments: &Remove) -> Result<Exit, Stop> {
    desk.needs_its_folder()?;
    let name = &arguments.name;
    let Some(Opened { file, version, .. }) = write::open(&desk.search, name) else {
        return Err(desk.unknown(name));
    };
    let Origin::File { path, .. } = &file.origin else {
        let text = format!(
            "`{name}` is built in and cannot be removed; a file `{name}.toml` of your own would hide it"
        );
        return Err(desk.fail(Exit::Profile, &text));
    };
    for line in file.profile.iter().flat_map(|it| kept(it, name)) {
        desk.say(&line);
    }
    if !arguments.yes {
        let question = Visible::of(&format!("Remove {}? (y/n) ", path.display()));
        let confirm = desk.terminal.confirm;
        match desk.ask(move || confirm(question.as_str())).await? {
            Some(true) => {}
            Some(false) => {
                desk.say("nothing was removed");
                return Ok(Exit::Refused);
            }
            None => {
                let text = format!(
                    "there is no terminal to ask on whether {} may go: add `--yes`",
                    path.display()
                );
                return Err(desk.fail(Exit::Usage, &text));
            }
        }
    }
    if let Err(trouble) = write::remove(path, &version) {
        return Err(desk.fail(Exit::Profile, &trouble.to_string()));
    }
    desk.print(&format!("removed: {}", path.display()))?;
    if let Some(next) = find(&desk.search, name) {
        desk.say(&format!("`{name}` is now: {}", place(&next.origin)));
    }
    Ok(Exit::Done)
}

/// What stays behind for the client of a profile. A keyring is asked only where the profile uses it: asking
/// may open a question of its own.
fn kept(profile: &Profile, name: &str) -> Vec<String> {
    let (vault, client) = (Vault::of_this_user(), Client::of(profile));
    let keep = profile.keep_tokens.unwrap_or(KeepTokens::Memory);
    let mut places = vec![KeepTokens::File];
    if keep == KeepTokens::Keyring {
        places.push(keep);
    }
    let grants: usize = places
        .into_iter()
        .map(|place| vault.load(&client, place).grants.len())
        .sum();
    let mut lines = Vec::new();
    if grants > 0 {
        let stay = match grants {
            1 => "1 grant stays".to_owned(),
            many => format!("{many} grants stay"),
        };
        lines.push(format!(
            "{stay} kept for its client `{}`: `dineroscope token {name} forget --all` removes what is kept, \
             as long as a profile of this client is called that",
            client.client_id
        ));
    }
    if profile.client_secret == SecretReference::Keyring
        && matches!(vault.secret(&client), Ok(Some(_)))
    {
        lines.push(format!(
            "the keyring goes on holding the secret of its client `{}`",
            client.client_id
        ));
    }
    lines
}
