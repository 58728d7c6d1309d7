//! `link`: the authorize link of a profile, to look at; nothing is bound, sent or begun.

use crate::cli::arguments::Link;
use crate::cli::choose::{Chosen, choose};
use crate::cli::drive::Drive;
use crate::cli::exit::Exit;
use crate::cli::findings;
use crate::cli::printer::Printer;
use crate::core::engine::Engine;
use crate::core::engine::message::Command;
use crate::core::oauth::flow::Missing;
use crate::core::oauth::metadata::MetadataTrouble;
use crate::core::oauth::{RunPhase, Step};
use crate::core::wire::visible::Visible;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use std::io;
use std::path::PathBuf;
use url::Url;

/// Prints the link. Fails when standard output is closed or full.
pub(super) fn link(
    arguments: &Link,
    folder: Option<PathBuf>,
    printer: &mut Printer<'_>,
) -> io::Result<Exit> {
    let Chosen {
        mut profile,
        warnings,
    } = match choose(folder, &arguments.profile) {
        Ok(chosen) => chosen,
        Err(problem) => {
            problem.say(printer);
            return Ok(Exit::Profile);
        }
    };
    for warning in &warnings {
        printer.talk(&Visible::of(&format!("warning: {warning}")));
    }
    if let Err(why) = arguments.overrides.apply(&mut profile) {
        printer.talk(&Visible::of(&format!("error: {why}")));
        return Ok(Exit::Profile);
    }
    let port_is_open = Url::parse(&profile.redirect_uri).is_ok_and(|url| url.port() == Some(0));
    let pkce = profile.authorize.pkce;
    let now = Timestamp::now();
    let used = Command::UseProfile(Box::new(profile));
    let mut engine = Engine::new(super::setup(SignedDuration::ZERO)?);
    // What it asks of the world (a sandbox, a variable) is left undone: nothing begins here.
    let _ = engine.command(now, used.clone());
    if engine.is_discovering() {
        engine = discovered(used)?;
    }
    let found = engine.findings(now, Step::Link);
    findings::say(printer, &found);
    if let RunPhase::Preparing(missing) = &engine.run().phase {
        printer.talk(&Visible::of(&format!("error: {}", why_no_link(*missing))));
        return Ok(match missing {
            Missing::Metadata => without_metadata(&engine),
            _ => Exit::Profile,
        });
    }
    if pkce {
        printer.talk(&Visible::of(
            "this link is for looking at: its PKCE verifier is not kept, so its code cannot be \
             exchanged; `dineroscope login` makes one that works",
        ));
    }
    if port_is_open {
        printer.talk(&Visible::of(
            "port 0 in the redirect URI stands for any free port: `dineroscope login` puts the \
             real one there",
        ));
    }
    if arguments.json {
        let parameters: Vec<_> = engine
            .run()
            .parameters
            .iter()
            .map(|row| json!({"name": row.name, "value": row.value, "meaning": row.meaning}))
            .collect();
        printer.object(&json!({
            "v": 1,
            "url": engine.run().link,
            "parameters": parameters,
            "findings": findings::to_json(&found),
        }))?;
    } else {
        printer.result(&Visible::of(&engine.run().link))?;
    }
    Ok(Exit::Done)
}

/// The engine once the provider has told its endpoints, or not: only then something is sent.
fn discovered(used: Command) -> io::Result<Engine> {
    let setup = super::setup(SignedDuration::ZERO)?;
    super::wait_on_one_thread(async {
        let mut drive = Drive::new(setup);
        drive.command(used);
        while drive.engine().is_discovering() {
            drive.step().await;
        }
        Ok(drive.into_engine())
    })
}

/// How a command ends whose provider did not tell its endpoints.
pub(super) fn without_metadata(engine: &Engine) -> Exit {
    match engine.metadata_trouble() {
        Some((_, MetadataTrouble::NoAnswer)) => Exit::Unreachable,
        _ => Exit::Refused,
    }
}

/// What keeps a link from being made, and what to do.
pub(super) fn why_no_link(missing: Missing) -> String {
    match missing {
        Missing::Profile => "no profile is in use".to_owned(),
        Missing::Sandbox => "the embedded sandbox lives only while `login` or `demo` runs: use \
                             `dineroscope sandbox --print-profile` and that profile"
            .to_owned(),
        Missing::Metadata => "the provider did not tell its endpoints: check `issuer`, or write \
                              `authorize_url` and `token_url` into the profile"
            .to_owned(),
        Missing::Field(field) => format!(
            "a placeholder is left in `{}`: put your own value into the profile, or into a copy of \
             a built-in one",
            field.key()
        ),
    }
}
