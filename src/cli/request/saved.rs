//! `@NAME`: a saved request of the profile, with what the flags change of it.

use super::arguments::Request;
use super::wanted::apply;
use crate::cli::choose::at;
use crate::cli::exit::Exit;
use crate::cli::session::{Session, Stop};
use crate::core::dinero::draft::Draft;
use crate::core::nearest::nearest;
use crate::edge::folders::Folders;
use crate::edge::saved::SavedRequests;

/// The draft of that name, and what is worth saying of it.
pub(super) fn open(
    session: &mut Session<'_, '_>,
    name: &str,
    arguments: &Request,
) -> Result<(Draft, Vec<String>), Stop> {
    let folders = Folders::of_this_user();
    let configuration = folders.as_ref().map(|it| it.configuration.as_path());
    let profile = session.engine().profile();
    let Some(saved) = profile.and_then(|it| SavedRequests::of(it, configuration)) else {
        let text =
            "there is no folder for the saved requests of this profile: the system names no home";
        return Err(session.fail(Exit::Profile, text));
    };
    let listed = saved.list();
    if let Some(trouble) = listed.trouble {
        return Err(session.fail(Exit::Profile, &trouble));
    }
    if let Some(broken) = listed.broken.iter().find(|broken| broken.name == name) {
        let place = broken.path.display().to_string();
        let text = format!("the saved request `{name}` cannot be used");
        let stop = session.fail(Exit::Profile, &text);
        for problem in &broken.problems {
            session.say(&format!("  {}", at(&place, problem)));
        }
        return Err(stop);
    }
    let mut opened = listed.requests.into_iter();
    let Some(found) = opened.find(|one| one.saved.name == name) else {
        let text = unknown(&saved, name, &session.name);
        return Err(session.fail(Exit::Usage, &text));
    };
    let place = saved.folder().join(format!("{name}.toml"));
    let place = place.display().to_string();
    let mut notes: Vec<String> = found
        .warnings
        .iter()
        .map(|problem| format!("warning: {}", at(&place, problem)))
        .collect();
    let mut draft = found.saved.draft;
    let is_gone = found.warnings.iter().any(|it| it.key == "operation");
    if is_gone && draft.path == "/" {
        // Without its operation it says nowhere to go.
        for note in notes {
            session.say(&note);
        }
        let text = format!("the saved request `{name}` names no operation, and no path instead");
        return Err(session.fail(Exit::Profile, &text));
    }
    match apply(&mut draft, arguments) {
        Ok(more) => notes.extend(more),
        Err(why) => return Err(session.fail(Exit::Usage, &why)),
    }
    Ok((draft, notes))
}

/// There is no such request: the nearest, and what there is.
fn unknown(saved: &SavedRequests, name: &str, profile: &str) -> String {
    let listed = saved.list();
    let names: Vec<&str> = listed
        .requests
        .iter()
        .map(|one| one.saved.name.as_str())
        .collect();
    let meant = nearest(name, names.iter().copied())
        .map(|meant| format!(": did you mean `@{meant}`?"))
        .unwrap_or_default();
    let there = match names.as_slice() {
        [] => format!("none is saved in `{}`", saved.folder().display()),
        names => format!("there are {}", names.join(", ")),
    };
    format!("`{profile}` has no saved request `{name}`{meant} ({there})")
}
