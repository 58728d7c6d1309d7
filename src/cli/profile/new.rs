//! `profile new`: a profile file from a shipped one or from another, filled in from the command line.

use super::arguments::New;
use super::{Desk, told};
use crate::cli::exit::Exit;
use crate::cli::session::Stop;
use crate::cli::{Asked, Terminal};
use crate::core::nearest::nearest;
use crate::core::profile::edit::{Draft, FIELDS};
use crate::core::profile::trust::TrustQuestion;
use crate::core::profile::{Field, Origin, Profile, SecretReference, check};
use crate::core::secret::Secret;
use crate::core::token::kept::Client;
use crate::edge::profiles::write::{self, Opened, WriteTrouble};
use crate::edge::profiles::{Search, find, place};
use crate::edge::trust::Trusted;
use crate::edge::vault::Vault;
use std::io::{self, IsTerminal as _, Read as _};
use std::path::Path;

/// Most that is read of a secret on standard input, in bytes.
const LONGEST_SECRET: u64 = 64 * 1024;

/// Makes it. Nothing is written unless all of it can be.
pub(super) async fn new(desk: &mut Desk<'_, '_>, arguments: &New) -> Result<Exit, Stop> {
    let name = &arguments.name;
    if let Err(wrong) = check::name(name) {
        return Err(desk.fail(Exit::Usage, &wrong));
    }
    let Some(folder) = write::home_of_new(&desk.search) else {
        let text = "this system names no home for profiles: name a folder with `--profiles`";
        return Err(desk.fail(Exit::Profile, text));
    };
    if is_taken(&folder, name) {
        return Err(refused(desk, &folder, name, &WriteTrouble::Exists));
    }
    let mut draft = Draft::new(name, &template(desk, arguments)?);
    fill(desk, &mut draft, arguments)?;
    let file = draft.file();
    let Some(profile) = &file.profile else {
        for problem in &file.problems {
            desk.say(&format!("problem: `{}` {}", problem.key, problem.message));
        }
        let text = "the profile could not be used like this, so nothing was written: give what is missing, \
                    keys without an option of their own with `--set KEY=VALUE`";
        return Err(desk.fail(Exit::Profile, text));
    };
    if arguments.secret_keyring {
        keep_secret(desk, profile, arguments.secret_stdin).await?;
    }
    let path = match write::create(&folder, name, &draft.text()) {
        Ok((path, _)) => path,
        Err(trouble) => return Err(refused(desk, &folder, name, &trouble)),
    };
    desk.print(&path.display().to_string())?;
    for warning in &file.warnings {
        desk.say(&format!("warning: `{}` {}", warning.key, warning.message));
    }
    if let Some(field) = profile.placeholder() {
        desk.say(&format!(
            "`{}` is still to be filled in: in the file, or on the screen, which asks for it",
            field.key()
        ));
    }
    say_if_hidden(desk, name, &path);
    desk.say(&format!(
        "`dineroscope profile check {name}` says what to register at the provider"
    ));
    Ok(Exit::Done)
}

fn is_taken(folder: &Path, name: &str) -> bool {
    let path = folder.join(format!("{name}.toml"));
    path.symlink_metadata().is_ok()
}

fn refused(desk: &mut Desk<'_, '_>, folder: &Path, name: &str, trouble: &WriteTrouble) -> Stop {
    let text = match trouble {
        WriteTrouble::Exists => {
            let path = folder.join(format!("{name}.toml"));
            format!("{}: {trouble}", path.display())
        }
        other => other.to_string(),
    };
    desk.fail(Exit::Profile, &text)
}

/// The text to begin with.
fn template(desk: &mut Desk<'_, '_>, arguments: &New) -> Result<String, Stop> {
    let shipped = match arguments.provider.as_deref() {
        Some("sandbox") => "sandbox",
        _ => "dinero",
    };
    let from = arguments.from.as_deref().unwrap_or(shipped);
    let opened = match &arguments.from {
        Some(name) => write::open(&desk.search, name),
        None => write::open(&Search::default(), shipped),
    };
    let Some(Opened { file, text, .. }) = opened else {
        return Err(desk.unknown(from));
    };
    let Some(profile) = &file.profile else {
        for line in told::lines(&file) {
            desk.say(&line);
        }
        let text = format!("`{from}` cannot be copied: mend it first");
        return Err(desk.fail(Exit::Profile, &text));
    };
    if reference(arguments).is_none()
        && let Some(question) = TrustQuestion::of(profile)
        && !Trusted::of_this_user().holds(&question)
    {
        let text = format!(
            "{} was found by itself, and a copy would be trusted with the secret it names: say where the \
             secret of `{}` is, or name the folder of `{from}` with `--profiles` if you trust it",
            place(&file.origin),
            arguments.name
        );
        return Err(desk.fail(Exit::Profile, &text));
    }
    Ok(match file.origin {
        Origin::BuiltIn => with_heading(&text, &arguments.name),
        Origin::File { .. } | Origin::Memory => text,
    })
}

/// A shipped text under a heading of its own: what stands above it is about the shipped profile.
fn with_heading(text: &str, name: &str) -> String {
    let rest: String = text
        .split_inclusive('\n')
        .skip_while(|line| line.starts_with('#'))
        .collect();
    format!(
        "# `dineroscope profile check {name}` says what to register at the provider and what is wrong;\n\
         # the README explains every key.\n{rest}"
    )
}

/// Puts in what was said on the command line.
fn fill(desk: &mut Desk<'_, '_>, draft: &mut Draft, arguments: &New) -> Result<(), Stop> {
    // A title is of one profile; a copy goes by its name.
    draft.set("title", arguments.title.as_deref().unwrap_or_default());
    let scopes = arguments.scope.join(" ");
    let said = [
        ("provider", arguments.provider.as_deref()),
        ("client_id", arguments.client_id.as_deref()),
        ("redirect_uri", arguments.redirect_uri.as_deref()),
        ("scopes", Some(scopes.as_str()).filter(|it| !it.is_empty())),
        ("keep_tokens", arguments.keep_tokens.as_deref()),
    ];
    for (key, value) in said {
        if let Some(value) = value {
            draft.set(key, value);
        }
    }
    for (key, value) in &arguments.set {
        let keys = || FIELDS.iter().map(|field| field.key);
        if !keys().any(|known| known == key) {
            let meant = nearest(key, keys())
                .map(|meant| format!(": did you mean `{meant}`?"))
                .unwrap_or_default();
            let text = format!("`--set {key}=…` names no key of a profile{meant}");
            return Err(desk.fail(Exit::Usage, &text));
        }
        draft.set(key, value);
    }
    if let Some(reference) = reference(arguments) {
        draft.set_secret(&reference);
    }
    Ok(())
}

/// Where the secret is, as far as the command line says.
fn reference(arguments: &New) -> Option<SecretReference> {
    if arguments.secret_keyring {
        return Some(SecretReference::Keyring);
    }
    if arguments.secret_prompt {
        return Some(SecretReference::Prompt);
    }
    if let Some(name) = &arguments.secret_env {
        return Some(SecretReference::Environment(name.clone()));
    }
    let words = arguments.secret_command.clone();
    words.map(SecretReference::Command)
}

/// Puts the secret into the keyring, where it is found by the client alone.
async fn keep_secret(
    desk: &mut Desk<'_, '_>,
    profile: &Profile,
    from_standard_input: bool,
) -> Result<(), Stop> {
    if profile.placeholder() == Some(Field::ClientId) {
        let text = "the keyring keeps a secret under its client id: give that with `--client-id`";
        return Err(desk.fail(Exit::Profile, text));
    }
    let terminal = desk.terminal;
    let asked = desk
        .ask(move || secret(terminal, from_standard_input))
        .await?;
    let secret = match asked {
        Asked::Typed(secret) if !secret.is_empty() => secret,
        Asked::Typed(_) => return Err(desk.fail(Exit::Usage, "the client secret is empty")),
        Asked::Cancelled => return Err(Stop::Ended(Exit::Interrupted)),
        Asked::NoTerminal => {
            let text = "there is no terminal to ask for the client secret on: give it on standard input \
                        with `--secret-stdin`";
            return Err(desk.fail(Exit::Usage, text));
        }
    };
    match Vault::of_this_user().keep_secret(&Client::of(profile), &secret) {
        Ok(()) => {
            desk.say("the client secret is in the keyring");
            Ok(())
        }
        Err(trouble) => {
            let text = format!(
                "the client secret could not be kept, so nothing was written: {}; or say otherwise where \
                 it is, with `--secret-env`, `--secret-command` or `--secret-prompt`",
                trouble.message
            );
            Err(desk.fail(Exit::Profile, &text))
        }
    }
}

/// The secret as it was typed or piped.
fn secret(terminal: Terminal, from_standard_input: bool) -> io::Result<Asked> {
    if !from_standard_input || io::stdin().is_terminal() {
        return (terminal.ask_secret)("client secret (not shown): ");
    }
    let mut text = String::new();
    let mut input = io::stdin().lock().take(LONGEST_SECRET);
    input.read_to_string(&mut text)?;
    let line = text.strip_suffix('\n').unwrap_or(&text);
    let line = line.strip_suffix('\r').unwrap_or(line);
    if line.contains(['\n', '\r']) || input.limit() == 0 {
        return Err(io::Error::other("expected one line, the client secret"));
    }
    Ok(Asked::Typed(Secret::new(line)))
}

/// Another file of that name may be the one that is used.
fn say_if_hidden(desk: &mut Desk<'_, '_>, name: &str, path: &Path) {
    let used = find(&desk.search, name).map(|file| place(&file.origin));
    if let Some(used) = used.filter(|used| *used != path.display().to_string()) {
        desk.say(&format!(
            "warning: it is hidden by {used}, which is searched before it"
        ));
    }
}
