//! `profile check`: what keeps a profile from working, and what to register for it at its provider.

use super::arguments::Check;
use super::{Desk, told};
use crate::cli::exit::Exit;
use crate::cli::link::why_no_link;
use crate::cli::session::Stop;
use crate::cli::{findings, setup};
use crate::core::diagnose::{Finding, Severity};
use crate::core::engine::Engine;
use crate::core::engine::message::Command;
use crate::core::oauth::flow::Missing;
use crate::core::oauth::{RunPhase, Step};
use crate::core::profile::register::{Registration, registration};
use crate::core::profile::trust::TrustQuestion;
use crate::core::profile::{ClientAuthentication, Origin, Profile, ProfileFile, SecretReference};
use crate::core::token::kept::Client;
use crate::edge::profiles::{find, list, place};
use crate::edge::secrets;
use crate::edge::trust::Trusted;
use crate::edge::vault::Vault;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::io;

/// Checks the profile of that name, or every file that is used.
pub(super) async fn check(desk: &mut Desk<'_, '_>, arguments: &Check) -> Result<Exit, Stop> {
    desk.needs_its_folder()?;
    let files = match &arguments.name {
        Some(name) => match find(&desk.search, name) {
            Some(file) => vec![file],
            None => return Err(desk.unknown(name)),
        },
        None => list(&desk.search)
            .into_iter()
            .filter(|file| file.origin != Origin::BuiltIn && file.hidden_by.is_none())
            .collect(),
    };
    let mut checked = Vec::new();
    for file in files {
        checked.push(judge(file).await?);
    }
    let unsound: Vec<String> = checked
        .iter()
        .filter(|checked| !checked.is_sound())
        .map(|checked| format!("`{}`", checked.file.name))
        .collect();
    if arguments.json {
        let rows: Vec<Value> = checked.iter().map(Checked::to_json).collect();
        desk.printer.object(&json!({"v": 1, "profiles": rows}))?;
    } else {
        for (at, checked) in checked.iter().enumerate() {
            if at > 0 {
                desk.print("")?;
            }
            for line in checked.lines() {
                desk.print(&line)?;
            }
        }
    }
    if checked.is_empty() {
        desk.say("there is no profile file yet: `dineroscope profile new NAME` makes one");
    }
    if unsound.is_empty() {
        return Ok(Exit::Done);
    }
    let text = format!("not ready for use: {}", unsound.join(", "));
    Err(desk.fail(Exit::Profile, &text))
}

/// What was found out about a file.
struct Checked {
    file: ProfileFile,
    /// What has to be filled in before there is a link.
    missing: Option<String>,
    findings: Vec<Finding>,
    secret: Option<Availability>,
    registration: Option<Registration>,
}

/// Whether the client secret can be had.
struct Availability {
    /// `None` when that is not known before it is needed.
    is_there: Option<bool>,
    words: String,
}

async fn judge(file: ProfileFile) -> io::Result<Checked> {
    let Some(profile) = file.profile.clone() else {
        return Ok(Checked {
            file,
            missing: None,
            findings: Vec::new(),
            secret: None,
            registration: None,
        });
    };
    let mut engine = Engine::new(setup(SignedDuration::ZERO)?);
    let now = Timestamp::now();
    // What it asks of the world is left undone: nothing begins here.
    let _ = engine.command(now, Command::UseProfile(Box::new(profile.clone())));
    let missing = match engine.run().phase {
        // The sandbox comes with `login` and `demo`, the metadata with any use.
        RunPhase::Preparing(Missing::Sandbox | Missing::Metadata) => None,
        RunPhase::Preparing(missing) => Some(why_no_link(missing)),
        _ => None,
    };
    Ok(Checked {
        missing,
        findings: engine.findings(now, Step::Link),
        secret: Some(availability(&profile).await),
        registration: Some(registration(&profile)),
        file,
    })
}

/// Looks for the secret where that does no harm: no program is run, and nothing is read for a file that is
/// not trusted.
async fn availability(profile: &Profile) -> Availability {
    let told = |is_there: Option<bool>, words: String| Availability { is_there, words };
    let reference = &profile.client_secret;
    if profile.exchange.client_authentication == ClientAuthentication::None {
        return told(None, "is not sent: the client shows only its id".to_owned());
    }
    if let Some(question) = TrustQuestion::of(profile)
        && !Trusted::of_this_user().holds(&question)
    {
        return told(
            None,
            "is not looked for: the file was found by itself; if you trust its folder, name it with \
             `--profiles`, or say yes when `login` or the screens ask"
                .to_owned(),
        );
    }
    match reference {
        SecretReference::None => told(None, "there is none".to_owned()),
        SecretReference::Plain(_) => told(Some(true), "stands in the file".to_owned()),
        SecretReference::Prompt => told(None, "is asked for when it is needed".to_owned()),
        SecretReference::Command(words) => told(
            None,
            format!("is what `{}` prints; it was not run now", words.join(" ")),
        ),
        SecretReference::Environment(_) | SecretReference::Keyring => {
            let client = Client::of(profile);
            let found = secrets::read(&Vault::of_this_user(), &client, reference).await;
            match (found, reference) {
                (Err(trouble), _) => told(Some(false), trouble),
                (Ok(_), SecretReference::Environment(name)) => told(
                    Some(true),
                    format!("is in the environment variable `{name}`"),
                ),
                (Ok(_), _) => told(Some(true), "is in the keyring".to_owned()),
            }
        }
    }
}

impl Checked {
    fn is_sound(&self) -> bool {
        let wrong = |finding: &Finding| finding.severity == Severity::Error;
        self.file.profile.is_some()
            && self.missing.is_none()
            && !self.findings.iter().any(wrong)
            && self
                .secret
                .as_ref()
                .is_none_or(|it| it.is_there != Some(false))
    }

    fn lines(&self) -> Vec<String> {
        let mut lines = vec![format!("{}: {}", self.file.name, place(&self.file.origin))];
        lines.extend(told::lines(&self.file));
        if let Some(missing) = &self.missing {
            lines.push(format!("problem: {missing}"));
        }
        let found = self.findings.iter().flat_map(findings::lines);
        lines.extend(found.map(|line| line.to_string()));
        if let Some(secret) = &self.secret {
            lines.push(format!("client secret: {}", secret.words));
        }
        if let Some(Registration { rows, notes }) = &self.registration {
            if !rows.is_empty() {
                lines.push("to register at the provider:".to_owned());
            }
            for row in rows {
                lines.push(format!("  {:<24}  {}", row.name, row.value));
            }
            lines.extend(notes.iter().map(|note| format!("  {note}")));
        }
        lines
    }

    fn to_json(&self) -> Value {
        let mut object = told::to_json(&self.file);
        object["missing"] = json!(self.missing);
        object["findings"] = findings::to_json(&self.findings);
        object["secret"] = self
            .secret
            .as_ref()
            .map(|it| json!({"is_there": it.is_there, "message": it.words}))
            .unwrap_or_default();
        let registration = |it: &Registration| {
            let rows = it.rows.iter();
            let rows: Vec<Value> = rows
                .map(|row| json!({"name": row.name, "value": row.value, "meaning": row.meaning}))
                .collect();
            json!({"rows": rows, "notes": it.notes})
        };
        object["register"] = self
            .registration
            .as_ref()
            .map(registration)
            .unwrap_or_default();
        object["sound"] = json!(self.is_sound());
        object
    }
}
